//! Monthly social declarations (DSN, norms P20 to P26) → declarations and their people, every value located.
//!
//! A file holds one or more sendings, each with one or more declarations; a declaration is one establishment's month.
//! Blocks are put under the latest block of their parent's kind, as the norm's own order is not kept by everybody.
//! Lines outside the norm are counted and passed over, lines that cannot be read are told, and whoever they were about is
//! marked as not whole. Codes are looked up by norm. The reader knows no pay element and takes no declaration for another.

mod group;
mod lines;
pub mod tables;
mod walk;

pub use group::{Block, Group, Said, Spot, date, month, number};
pub use lines::Letters;
pub use tables::{Norm, Rubric};

use super::input::Input;
use super::limits::{Limits, Passed};
use crate::ground::{Checked, Finding, PayMonth, Place, Severity};
use std::io::{BufReader, Cursor, Read as _};

/// Bytes of a line: the longest value of the norm has some 300.
const LINE_BYTES: usize = 16 << 10;
/// Lines of a file, of which a person has some 150: all are kept, in some 20 bytes each.
const LINES: u32 = 60_000_000;

/// One person of a declaration, with contracts, payments and contributions.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub line: u32,
    /// SIRET of the establishment the person was declared for.
    pub siret: Box<str>,
    pub group: Group,
    /// Lines about this person that could not be read: what is known is not whole.
    pub unread: u32,
}

impl Person {
    fn said(&self, number: u16) -> &str {
        self.group.first("S21.G00.30").map_or("", |b| b.plain(number))
    }
    /// The employer's number (matricule), if it was declared.
    pub fn number(&self) -> &str {
        self.said(19)
    }
    /// The identity number without its key; never to be shown.
    pub fn nir(&self) -> &str {
        self.said(1)
    }
    /// The temporary number; never to be shown.
    pub fn ntt(&self) -> &str {
        self.said(20)
    }
}

/// One declaration: an establishment's month, or a fraction of it.
#[derive(Clone, Debug, Default)]
pub struct Declaration {
    /// Name findings give.
    pub file: String,
    pub line: u32,
    /// `P26V01`.
    pub norm: Box<str>,
    /// Sent as a test.
    pub test: bool,
    /// Declaration, employer, establishment, and what was paid to whom for all.
    pub head: Group,
    pub people: Vec<Person>,
    /// Whether the sending was read to its last line.
    pub complete: bool,
}

impl Declaration {
    fn said(&self, rubric: &str) -> &str {
        self.head.text(rubric).map_or("", |s| s.value)
    }
    /// `01` for the monthly declaration, the others are signals.
    pub fn nature(&self) -> &str {
        self.said("S20.G00.05.001")
    }
    /// `01` as such, `02` without people, `03` replaces, `04` cancels, `05` replaces without people.
    pub fn kind(&self) -> &str {
        self.said("S20.G00.05.002")
    }
    pub fn month(&self) -> Option<PayMonth> {
        month(self.said("S20.G00.05.005"))
    }
    /// Which of how many fractions: `12` is the first of two.
    pub fn fraction(&self) -> Option<(u32, u32)> {
        let text = self.said("S20.G00.05.003");
        let mut digits = text.chars().map(|c| c.to_digit(10));
        match (digits.next().flatten(), digits.next().flatten(), digits.next()) {
            (Some(n), Some(d), None) if (1..=d).contains(&n) => Some((n, d)),
            _ => None,
        }
    }
    /// The order number of the sender; 18 digits at most.
    pub fn order(&self) -> u64 {
        self.said("S20.G00.05.004").parse().unwrap_or(0)
    }
    /// SIRET of the establishment, as written.
    pub fn siret(&self) -> String {
        format!("{}{}", self.said("S21.G00.06.001"), self.said("S21.G00.11.001"))
    }
    /// The establishment named last: there should be only one.
    fn latest_siret(&self) -> String {
        let last = |name| self.head.all(name).last().map_or("", |b| b.plain(1));
        format!("{}{}", last("S21.G00.06"), last("S21.G00.11"))
    }
    pub fn norm(&self) -> Norm {
        Norm::of(&self.norm).map_or(Norm::P26, |n| n.0)
    }
}

/// What the whole file is, besides its declarations.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub declarations: Vec<Declaration>,
    pub lines: u32,
    pub letters: Letters,
}

/// Reads a file. What came before a damage is handed over, with a finding.
pub fn open(input: &Input, file: &str, limits: &Limits) -> Checked<File> {
    let place = || Place::File { file: file.to_owned() };
    let too_large = |limit| Checked::new(File::default(), vec![Passed::FileBytes(limit).finding(limits, place())]);
    let unreadable = || Checked::new(File::default(), vec![Finding::new("R04", Severity::Justify).at(place())]);
    match input.len() {
        Ok(0) => return Checked::new(File::default(), vec![Finding::new("R01", Severity::Justify).at(place())]),
        Ok(n) if n > limits.text_bytes => return too_large(limits.text_bytes),
        Ok(_) => {}
        Err(_) => return unreadable(),
    }
    let limits = Limits { rows: limits.rows.min(LINES), line_bytes: limits.line_bytes.min(LINE_BYTES), ..*limits };
    let Ok(reader) = input.reader() else { return unreadable() };
    match lines::Lines::new(Box::new(BufReader::with_capacity(256 << 10, reader)), limits.line_bytes, limits.workbook_bytes) {
        Ok(Some(lines)) => walk::walk(lines, file, &limits),
        Ok(None) => too_large(limits.workbook_bytes),
        Err(_) => unreadable(),
    }
}

/// Reads bytes in memory.
pub fn read(bytes: &[u8], file: &str, limits: &Limits) -> Checked<File> {
    open(&Input::from(bytes.to_vec()), file, limits)
}

/// Whether the beginning of a file is a declaration's: its first line is a rubric.
pub fn begins(head: &[u8]) -> bool {
    let mut line = Vec::new();
    let read = Cursor::new(head.trim_ascii_start()).take(14).read_to_end(&mut line);
    read.is_ok() && tables::key(&line).is_some()
}
