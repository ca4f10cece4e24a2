//! What a sheet says of its cells beside what stands in them: struck through, a colour behind or of the letters, a note, a
//! unit that its format shows.
//!
//! Only cells with a mark are held. Text files have none, of XLS workbooks no note is read, and of XLSX alone units.

use std::collections::{BTreeMap, BTreeSet};

/// Rows of a sheet whose colours are held: a legend stands in a short list.
pub(crate) const COLOURED: u32 = 2_000;

/// Columns that are hidden one by one; more at once are those behind the table.
const HIDDEN: usize = 256;

/// White, behind a cell or of its letters.
pub const WHITE: u32 = 0x00FF_FFFF;
/// Beside a colour of letters, to tell it from one behind a cell.
const OF_LETTERS: u32 = 0x4000_0000;

/// The marks of one cell.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Mark {
    pub struck: bool,
    /// The colour behind it, as its format names colours; none for a plain cell.
    pub fill: Option<u32>,
    /// The colour of its letters; none for black and for what is left to the program.
    pub ink: Option<u32>,
    pub note: Option<Box<str>>,
    /// Words that its format shows beside its number: « min ».
    pub unit: Option<Box<str>>,
}

impl Mark {
    /// Its colours: behind it, and of its letters.
    pub fn colours(&self) -> impl Iterator<Item = u32> {
        self.fill.into_iter().chain(self.ink.map(|c| c | OF_LETTERS))
    }

    /// White letters on white.
    pub fn is_unseen(&self) -> bool {
        self.ink == Some(WHITE) && self.fill.is_none()
    }
}

/// The marks of one sheet, by row (from 1) and column (from 0).
#[derive(Clone, Default, Debug)]
pub struct Marks {
    by_cell: BTreeMap<(u32, u16), Mark>,
    /// Columns hidden by hand, from 0.
    hidden: BTreeSet<u16>,
}

impl Marks {
    pub fn is_empty(&self) -> bool {
        self.by_cell.is_empty()
    }

    pub fn at(&self, row: u32, column: u16) -> Option<&Mark> {
        self.by_cell.get(&(row, column))
    }

    /// The marks of a row, by column.
    pub fn of_row(&self, row: u32) -> impl Iterator<Item = (u16, &Mark)> {
        self.by_cell.range((row, 0)..=(row, u16::MAX)).map(|((_, c), m)| (*c, m))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u16, &Mark)> {
        self.by_cell.iter().map(|((r, c), m)| (*r, *c, m))
    }

    /// Whether a column of the sheet is hidden.
    pub fn is_hidden(&self, column: u16) -> bool {
        self.hidden.contains(&column)
    }

    pub(crate) fn hide(&mut self, columns: impl Iterator<Item = u16>) {
        self.hidden.extend(columns.take(HIDDEN));
    }

    fn entry(&mut self, row: u32, column: u16) -> &mut Mark {
        self.by_cell.entry((row, column)).or_default()
    }

    pub(crate) fn strike(&mut self, row: u32, column: u16) {
        self.entry(row, column).struck = true;
    }

    pub(crate) fn fill(&mut self, row: u32, column: u16, colour: u32) {
        if row <= COLOURED {
            self.entry(row, column).fill = Some(colour);
        }
    }

    pub(crate) fn ink(&mut self, row: u32, column: u16, colour: u32) {
        if row <= COLOURED {
            self.entry(row, column).ink = Some(colour);
        }
    }

    pub(crate) fn unit(&mut self, row: u32, column: u16, unit: &str) {
        if row <= COLOURED {
            self.entry(row, column).unit = Some(unit.into());
        }
    }

    /// Keeps the words of a note on one line.
    pub(crate) fn note(&mut self, row: u32, column: u16, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            self.entry(row, column).note = Some(text.into());
        }
    }
}
