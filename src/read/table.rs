//! What every tabular reader hands on: rows of cells, each with the row number a person sees.

use super::grid::Grid;
use super::marks::Marks;
use super::text::{Dialect, Text};
use crate::ground::Finding;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

/// One cell as it was stored. Text files give only `Empty` and `Text`.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    /// A number stored as a number, taken out as its shortest decimal.
    Number(Decimal),
    Date(NaiveDate),
    Flag(bool),
    /// A formula that was never computed, or an error value such as `#N/A`; holds what the file says.
    Broken(Cow<'a, str>),
}

impl Cell<'_> {
    /// The same cell, owning what it says.
    pub fn to_owned(&self) -> Cell<'static> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(t) => Cell::Text(Cow::Owned(t.clone().into_owned())),
            Self::Number(n) => Cell::Number(*n),
            Self::Date(d) => Cell::Date(*d),
            Self::Flag(b) => Cell::Flag(*b),
            Self::Broken(t) => Cell::Broken(Cow::Owned(t.clone().into_owned())),
        }
    }
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
    /// The text a person sees, trimmed; dates as `dd/mm/yyyy`, numbers without trailing zeros.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(t) => Cow::Borrowed(t.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')),
            Self::Number(n) => Cow::Owned(n.normalize().to_string()),
            Self::Date(d) => Cow::Owned(d.format("%d/%m/%Y").to_string()),
            Self::Flag(true) => Cow::Borrowed("oui"),
            Self::Flag(false) => Cow::Borrowed("non"),
            Self::Broken(t) => Cow::Borrowed(t),
        }
    }
}

/// One row: its number (from 1, as a person counts) and its cells from column 0. Trailing empty cells may be missing.
/// A row without a filled cell is not handed on; the numbers of the others tell where it was.
#[derive(Debug)]
pub struct Row<'r, 'a> {
    pub number: u32,
    pub cells: &'r [Cell<'a>],
    /// Hidden by a filter or by hand; read like any other.
    pub hidden: bool,
}

impl<'a> Row<'_, 'a> {
    /// The cell of a column; empty beyond the last one.
    pub fn cell(&self, column: usize) -> &Cell<'a> {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
    pub fn to_owned(&self) -> OwnedRow {
        OwnedRow { number: self.number, cells: self.cells.iter().map(Cell::to_owned).collect(), hidden: self.hidden }
    }
}

/// A row that outlives its file.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnedRow {
    pub number: u32,
    pub cells: Vec<Cell<'static>>,
    pub hidden: bool,
}

impl OwnedRow {
    pub fn as_row(&self) -> Row<'_, 'static> {
        Row { number: self.number, cells: &self.cells, hidden: self.hidden }
    }
}

/// One row as plain text, field by field: the fast way through a register of millions of rows.
#[derive(Debug)]
pub struct Record<'r> {
    /// The line the row begins on, from 1.
    pub number: u32,
    pub hidden: bool,
    pub(crate) text: &'r str,
    pub(crate) spans: &'r [(u32, u32)],
}

impl<'r> Record<'r> {
    /// A field as it stands, untrimmed; empty beyond the last one.
    #[inline]
    pub fn field(&self, column: usize) -> &'r str {
        self.spans.get(column).and_then(|&(from, to)| self.text.get(from as usize..to as usize)).unwrap_or("")
    }
    pub fn len(&self) -> usize {
        self.spans.len()
    }
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
    pub fn fields(&self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).map(|i| self.field(i))
    }
}

/// Cells shown as one; only the first, at the top left, holds a value. Rows from 1, columns from 0, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct MergedArea {
    pub first_row: u32,
    pub last_row: u32,
    pub first_column: u16,
    pub last_column: u16,
}

impl MergedArea {
    pub const fn contains(&self, row: u32, column: u16) -> bool {
        self.first_row <= row && row <= self.last_row && self.first_column <= column && column <= self.last_column
    }
}

/// One table: a text file, or one sheet of a workbook.
///
/// Tables can be read from several threads at once, and as often as needed.
#[derive(Debug)]
pub struct Table {
    /// Its id in [`crate::ground::Sources`].
    pub source: u16,
    /// File name relative to `inbox/`.
    pub file: String,
    /// Name of the sheet; none for a text file.
    pub sheet: Option<String>,
    /// The whole sheet is hidden.
    pub hidden: bool,
    /// Marks of the sheet it was read from, by the places its cells have there.
    pub(crate) marks: Arc<Marks>,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) enum Body {
    Text(Text),
    Grid(Grid),
}

impl Table {
    /// A table of rows that were read from another: a part of its sheet, or its cells laid out anew.
    #[must_use]
    pub fn of_rows(&self, source: u16, rows: &[OwnedRow], merged: Vec<MergedArea>) -> Self {
        let body = Body::Grid(Grid::of_rows(rows, merged));
        Self { source, file: self.file.clone(), sheet: self.sheet.clone(), hidden: self.hidden, marks: Arc::clone(&self.marks), body }
    }

    /// What its sheet says of cells beside their values, by their places in the sheet.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The first `n` rows that hold something. Of a text file no more is read than they need.
    pub fn sample(&self, n: usize) -> Vec<OwnedRow> {
        let mut rows = Vec::new();
        if n > 0 {
            // What is found on the way is found again when the whole is read.
            let _ = self.for_each(&mut |row| {
                rows.push(row.to_owned());
                if rows.len() < n { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        rows
    }

    /// Every row in order, until `f` breaks. A text file is streamed; its troubles are returned, those of a sheet were told when it was opened.
    pub fn for_each(&self, f: &mut dyn FnMut(Row<'_, '_>) -> ControlFlow<()>) -> Vec<Finding> {
        match &self.body {
            Body::Text(text) => text.for_each(&self.file, f),
            Body::Grid(grid) => {
                grid.for_each(f);
                Vec::new()
            }
        }
    }

    /// As [`Table::for_each`], but each row as text: cells of a sheet as [`Cell::shown`] shows them.
    pub fn for_each_record(&self, f: &mut dyn FnMut(&Record<'_>) -> ControlFlow<()>) -> Vec<Finding> {
        match &self.body {
            Body::Text(text) => text.for_each_record(&self.file, f),
            Body::Grid(grid) => {
                grid.for_each_record(f);
                Vec::new()
            }
        }
    }

    /// Merged areas by row and column; none in a text file.
    pub fn merged(&self) -> &[MergedArea] {
        match &self.body {
            Body::Text(_) => &[],
            Body::Grid(grid) => &grid.merged,
        }
    }

    /// How many rows to expect: exact for a sheet, estimated from the size of a text file.
    pub fn row_count_hint(&self) -> u64 {
        match &self.body {
            Body::Text(text) => text.row_count_hint(),
            Body::Grid(grid) => grid.row_count() as u64,
        }
    }

    /// How a text file is written: decided when it was opened, to be shown to the user.
    pub fn dialect(&self) -> Option<&Dialect> {
        match &self.body {
            Body::Text(text) => Some(&text.dialect),
            Body::Grid(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_an_identity_number_stored_as_a_number_with_all_its_digits() {
        // 15 digits fit a float exactly; an invented number, commune 99 999.
        let cell = Cell::Number(super::super::grid::number(185_059_999_912_345.0).expect("in range"));
        assert_eq!(cell.shown(), "185059999912345");
    }

    #[test]
    fn shows_cells_as_a_person_reads_them() {
        let day = NaiveDate::from_ymd_opt(2021, 12, 3).expect("a day");
        for (cell, shown) in [
            (Cell::Text("\u{feff} 00123 \u{a0}".into()), "00123"),
            (Cell::Number(Decimal::new(218_4370, 3)), "2184.37"),
            (Cell::Date(day), "03/12/2021"),
            (Cell::Flag(true), "oui"),
            (Cell::Broken("#N/A".into()), "#N/A"),
        ] {
            assert_eq!(cell.shown(), shown);
        }
    }
}
