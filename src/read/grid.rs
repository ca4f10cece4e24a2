//! The cells of one sheet, held compactly: only the filled ones, their texts in one string.
//!
//! Whatever rows and columns a file names, what is held follows from what it filled.

use super::limits::{Limits, Passed};
use super::table::{Cell, MergedArea, OwnedRow, Record, Row};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use std::borrow::Cow;
use std::ops::ControlFlow;

/// The shortest decimal of a float; `None` beyond 28 digits. The one place where a number leaves a spreadsheet.
pub(crate) fn number(value: f64) -> Option<Decimal> {
    Decimal::from_f64(value).map(|d| if d.is_zero() { Decimal::ZERO } else { d.normalize() })
}

/// A cell, its text being a stretch of the sheet's string.
#[derive(Clone, Copy, Debug)]
enum Stored {
    Text(u32, u32),
    Number(Decimal),
    Date(NaiveDate),
    Flag(bool),
    Broken(u32, u32),
}

#[derive(Clone, Copy, Debug)]
struct Filled {
    /// From 1.
    row: u32,
    column: u16,
    cell: Stored,
}

/// One sheet as read.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    cells: Vec<Filled>,
    text: String,
    hidden: Vec<u32>,
    pub(crate) merged: Vec<MergedArea>,
}

impl Grid {
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    fn rows(&self) -> impl Iterator<Item = &[Filled]> {
        self.cells.chunk_by(|a, b| a.row == b.row)
    }

    /// The same rows as a sheet would hold them.
    pub(crate) fn of_rows(rows: &[OwnedRow], merged: Vec<MergedArea>) -> Self {
        let limits = Limits::default();
        let mut builder = Builder::new(&limits);
        for row in rows {
            for (c, cell) in row.cells.iter().enumerate() {
                // They were within the limits where they were read.
                let _ = builder.put(row.number.saturating_sub(1), u32::try_from(c).unwrap_or(u32::MAX), cell);
            }
        }
        builder.finish(rows.iter().filter(|r| r.hidden).map(|r| r.number).collect(), merged)
    }

    pub(crate) fn row_count(&self) -> usize {
        self.rows().count()
    }

    /// Rows that hold something and are not shown.
    pub(crate) fn hidden_rows(&self) -> impl Iterator<Item = u32> {
        self.rows().filter_map(|r| r.first()).map(|c| c.row).filter(|r| self.is_hidden(*r))
    }

    fn is_hidden(&self, row: u32) -> bool {
        self.hidden.binary_search(&row).is_ok()
    }

    fn cell(&self, stored: Stored) -> Cell<'_> {
        let text = |from: u32, to: u32| Cow::Borrowed(self.text.get(from as usize..to as usize).unwrap_or(""));
        match stored {
            Stored::Text(from, to) => Cell::Text(text(from, to)),
            Stored::Number(n) => Cell::Number(n),
            Stored::Date(d) => Cell::Date(d),
            Stored::Flag(b) => Cell::Flag(b),
            Stored::Broken(from, to) => Cell::Broken(text(from, to)),
        }
    }

    pub(crate) fn for_each(&self, f: &mut dyn FnMut(Row<'_, '_>) -> ControlFlow<()>) {
        let mut cells: Vec<Cell<'_>> = Vec::new();
        for filled in self.rows() {
            cells.clear();
            for one in filled {
                cells.resize(usize::from(one.column), Cell::Empty);
                cells.push(self.cell(one.cell));
            }
            let number = filled.first().map_or(0, |c| c.row);
            if f(Row { number, cells: &cells, hidden: self.is_hidden(number) }).is_break() {
                return;
            }
        }
    }

    pub(crate) fn for_each_record(&self, f: &mut dyn FnMut(&Record<'_>) -> ControlFlow<()>) {
        let (mut text, mut spans) = (String::new(), Vec::new());
        self.for_each(&mut |row| {
            text.clear();
            spans.clear();
            for cell in row.cells {
                let from = text.len() as u32;
                text.push_str(&cell.shown());
                spans.push((from, text.len() as u32));
            }
            f(&Record { number: row.number, hidden: row.hidden, text: &text, spans: &spans })
        });
    }
}

/// Gathers the cells of a workbook, sheet by sheet, within the limits.
#[derive(Debug)]
pub(crate) struct Builder {
    limits: Limits,
    /// Cells that may still be filled, over all sheets.
    left: usize,
    text_left: u64,
    grid: Grid,
    sorted: bool,
}

impl Builder {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            left: limits.cells,
            text_left: limits.inflated_bytes.min(u64::from(u32::MAX)),
            grid: Grid::default(),
            sorted: true,
        }
    }

    /// Puts a cell at a row and a column counted from 0. Blank texts are left out; a column beyond the limit, too, with `false`.
    pub(crate) fn put(&mut self, row: u32, column: u32, cell: &Cell<'_>) -> Result<bool, Passed> {
        let Some(column) = u16::try_from(column).ok().filter(|c| usize::from(*c) < self.limits.columns) else { return Ok(false) };
        let cell = match cell {
            Cell::Empty => return Ok(true),
            Cell::Text(t) if t.trim().is_empty() => return Ok(true),
            Cell::Text(t) => {
                let (from, to) = self.keep(t)?;
                Stored::Text(from, to)
            }
            Cell::Broken(t) => {
                let (from, to) = self.keep(t)?;
                Stored::Broken(from, to)
            }
            Cell::Number(n) => Stored::Number(*n),
            Cell::Date(d) => Stored::Date(*d),
            Cell::Flag(b) => Stored::Flag(*b),
        };
        self.left = self.left.checked_sub(1).ok_or(Passed::Cells)?;
        let filled = Filled { row: row.saturating_add(1), column, cell };
        self.sorted &= self.grid.cells.last().is_none_or(|last| (last.row, last.column) < (filled.row, filled.column));
        self.grid.cells.push(filled);
        Ok(true)
    }

    /// Counts cells that hold nothing and still take time or room, those that a merged cell covers.
    pub(crate) fn spend(&mut self, cells: usize) -> Result<(), Passed> {
        self.left = self.left.checked_sub(cells).ok_or(Passed::Cells)?;
        Ok(())
    }

    fn keep(&mut self, text: &str) -> Result<(u32, u32), Passed> {
        let mut end = text.len().min(self.limits.line_bytes);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.text_left = self.text_left.checked_sub(end as u64).ok_or(Passed::InflatedBytes)?;
        let from = self.grid.text.len() as u32;
        self.grid.text.push_str(&text[..end]);
        Ok((from, self.grid.text.len() as u32))
    }

    /// Takes the sheet gathered so far; the next begins empty, with what is left of the limits.
    pub(crate) fn finish(&mut self, mut hidden: Vec<u32>, mut merged: Vec<MergedArea>) -> Grid {
        let mut grid = std::mem::take(&mut self.grid);
        if !self.sorted {
            // Stable: of two cells at one position, the later in the file is last, and is the one kept.
            grid.cells.sort_by_key(|c| (c.row, c.column));
            grid.cells.reverse();
            grid.cells.dedup_by_key(|c| (c.row, c.column));
            grid.cells.reverse();
        }
        self.sorted = true;
        grid.cells.shrink_to_fit();
        hidden.sort_unstable();
        hidden.dedup();
        merged.sort_unstable();
        grid.hidden = hidden;
        grid.merged = merged;
        grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(grid: &Grid) -> Vec<(u32, String)> {
        let mut out = Vec::new();
        grid.for_each(&mut |row| {
            out.push((row.number, row.cells.iter().map(|c| c.shown().into_owned()).collect::<Vec<_>>().join("|")));
            ControlFlow::Continue(())
        });
        out
    }

    #[test]
    fn takes_the_shortest_decimal_out_of_a_float() {
        for (float, text) in [
            (2184.37, "2184.37"),
            (0.1 + 0.2, "0.3"),
            (-0.0, "0"),
            (0.069, "0.069"),
            (1_234_567.89, "1234567.89"),
            (285_129_999_912_345.0, "285129999912345"),
            (1e15, "1000000000000000"),
            (3.39, "3.39"),
            (1e-7, "0.0000001"),
        ] {
            assert_eq!(number(float).map(|d| d.to_string()).as_deref(), Some(text));
        }
        assert_eq!(number(f64::NAN), None);
        assert_eq!(number(1e300), None);
    }

    #[test]
    fn holds_only_what_is_filled_and_sorts_what_came_in_disorder() {
        let mut builder = Builder::new(&Limits::default());
        for (row, column, text) in [(1_048_575, 16_383, "far"), (0, 1, "old"), (0, 0, "a"), (0, 1, "b"), (3, 0, "  ")] {
            builder.put(row, column, &Cell::Text(text.into())).expect("within limits");
        }
        let grid = builder.finish(vec![1], Vec::new());
        let all = rows(&grid);
        assert_eq!(all[0], (1, "a|b".to_owned()));
        assert_eq!(all[1].0, 1_048_576);
        assert_eq!(all.len(), 2);
        assert_eq!(grid.hidden_rows().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn stops_at_the_limit_of_cells() {
        let mut builder = Builder::new(&Limits { cells: 2, ..Limits::default() });
        let put: Vec<_> = (0..3).map(|i| builder.put(i, 0, &Cell::Flag(true))).collect();
        assert_eq!(put, [Ok(true), Ok(true), Err(Passed::Cells)]);
    }
}
