//! Documents and web pages → one sheet: a row of a table is a row, a paragraph between tables is a row of one cell.
//!
//! What a person sees on the page is what is read; of its looks only what is struck through and what is hidden.

pub(crate) mod html;
pub(crate) mod office;

use super::grid::{Builder, Grid};
use super::limits::{Limits, Passed};
use super::marks::Marks;
use super::table::{Cell, MergedArea};
use std::collections::BTreeMap;

/// Cells or rows that one cell may span.
const SPAN: u32 = 1_000;

/// A page as it is being read.
pub(crate) struct Page {
    builder: Builder,
    marks: Marks,
    merged: Vec<MergedArea>,
    hidden: Vec<u32>,
    /// Where the next cell goes, from 0.
    row: u32,
    column: u32,
    /// Columns that cells above reach into, with the last row in which they do.
    covered: BTreeMap<u32, u32>,
    text: String,
    struck: bool,
    place: Within,
}

/// Where text that comes stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Paragraph,
    Row,
    Cell { across: u32, down: u32 },
}

impl Page {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            builder: Builder::new(limits),
            marks: Marks::default(),
            merged: Vec::new(),
            hidden: Vec::new(),
            row: 0,
            column: 0,
            covered: BTreeMap::new(),
            text: String::new(),
            struck: false,
            place: Within::Paragraph,
        }
    }

    pub(crate) fn in_cell(&self) -> bool {
        matches!(self.place, Within::Cell { .. })
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Something in the open cell or paragraph is struck through.
    pub(crate) fn strike(&mut self) {
        self.struck = true;
    }

    /// Ends a paragraph; within a cell it is a blank.
    pub(crate) fn end_paragraph(&mut self) -> Result<(), Passed> {
        if self.in_cell() {
            self.text.push(' ');
            return Ok(());
        }
        if self.place == Within::Paragraph && self.put(0)? {
            self.row += 1;
        }
        Ok(())
    }

    /// A table ends what stands before it, and its columns begin anew.
    pub(crate) fn begin_table(&mut self) -> Result<(), Passed> {
        self.end_row()?;
        self.end_paragraph()?;
        self.covered.clear();
        Ok(())
    }

    pub(crate) fn begin_row(&mut self, hidden: bool) -> Result<(), Passed> {
        self.end_row()?;
        self.end_paragraph()?;
        self.place = Within::Row;
        self.column = 0;
        if hidden {
            self.hidden.push(self.row + 1);
        }
        Ok(())
    }

    pub(crate) fn begin_cell(&mut self, across: u32, down: u32) -> Result<(), Passed> {
        if self.place == Within::Paragraph {
            self.begin_row(false)?;
        }
        self.end_cell()?;
        while self.covered.get(&self.column).is_some_and(|last| *last >= self.row) {
            self.builder.spend(1)?;
            self.column += 1;
        }
        self.place = Within::Cell { across: across.clamp(1, SPAN), down: down.clamp(1, SPAN) };
        Ok(())
    }

    pub(crate) fn end_cell(&mut self) -> Result<(), Passed> {
        let Within::Cell { across, down } = self.place else { return Ok(()) };
        self.put(self.column)?;
        if (across, down) != (1, 1)
            && let (Ok(first), Ok(last)) = (u16::try_from(self.column), u16::try_from(self.column.saturating_add(across - 1)))
        {
            self.merged.push(MergedArea { first_row: self.row + 1, last_row: self.row + down, first_column: first, last_column: last });
        }
        if down > 1 {
            self.builder.spend(across as usize)?;
            self.covered.extend((self.column..self.column.saturating_add(across)).map(|c| (c, self.row + down - 1)));
        }
        self.column = self.column.saturating_add(across);
        self.place = Within::Row;
        Ok(())
    }

    pub(crate) fn end_row(&mut self) -> Result<(), Passed> {
        self.end_cell()?;
        if self.place == Within::Row {
            self.row += 1;
            self.place = Within::Paragraph;
            self.text.clear();
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(Grid, Marks), Passed> {
        self.end_row()?;
        self.end_paragraph()?;
        Ok((self.builder.finish(self.hidden, self.merged), self.marks))
    }

    /// Puts the text gathered so far into a column of the row; whether there was any.
    fn put(&mut self, column: u32) -> Result<bool, Passed> {
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text.clear();
        let struck = std::mem::take(&mut self.struck);
        if text.is_empty() {
            return Ok(false);
        }
        if struck && let Ok(c) = u16::try_from(column) {
            self.marks.strike(self.row + 1, c);
        }
        self.builder.put(self.row, column, &Cell::Text(text.into()))?;
        Ok(true)
    }
}
