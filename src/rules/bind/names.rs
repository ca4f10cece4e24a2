//! What a name stands for, and where results stand while a payslip is computed.

use crate::rules::pack::Pack;
use std::collections::BTreeMap;

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Symbol {
    Fact(u16),
    Parameter(u32),
    Setting(u16),
    Value(u16),
    Element(u16),
    Total(u16),
    Table(u16),
}

/// All names of a pack.
pub type Symbols = BTreeMap<String, Symbol>;

/// Where results stand while a payslip is computed.
#[derive(Clone, Copy, Debug)]
pub struct Slots {
    pub values: u32,
    pub elements: u32,
    pub totals: u32,
}

/// Columns of an element that formulas can name.
pub const AMOUNT: u32 = 0;
pub const BASE: u32 = 1;
pub const RATE: u32 = 2;
pub const EMPLOYER: u32 = 3;
pub const EMPLOYER_RATE: u32 = 4;
const PER_ELEMENT: u32 = 5;

impl Slots {
    pub fn of(pack: &Pack) -> Self {
        Self { values: pack.values.len() as u32, elements: pack.elements.len() as u32, totals: pack.totals.len() as u32 }
    }
    pub const fn value(self, i: u16) -> u32 {
        i as u32
    }
    pub const fn element(self, i: u16, column: u32) -> u32 {
        self.values + i as u32 * PER_ELEMENT + column
    }
    pub const fn total(self, i: u16) -> u32 {
        self.values + self.elements * PER_ELEMENT + i as u32
    }
    /// Columns of the paid line an inference reads.
    pub const fn paid(self, column: u32) -> u32 {
        self.values + self.elements * PER_ELEMENT + self.totals + column
    }
    pub const fn count(self) -> usize {
        (self.values + self.elements * PER_ELEMENT + self.totals + PER_ELEMENT) as usize
    }
}
