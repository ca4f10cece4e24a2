//! Rows of a record's file by the titles of their columns, each cell with its place.

use crate::ground::{At, Sources};
use crate::read::Table;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// One row.
pub struct OneRow {
    source: u16,
    number: u32,
    titles: Arc<BTreeMap<String, usize>>,
    cells: Vec<Box<str>>,
}

impl OneRow {
    /// The text under a title; nothing when the column or the cell is missing.
    pub fn text(&self, title: &str) -> &str {
        self.titles.get(title).and_then(|i| self.cells.get(*i)).map_or("", AsRef::as_ref)
    }
    pub fn at(&self, title: &str) -> At {
        let row = At::row(self.source, self.number);
        self.titles.get(title).map_or(row, |i| At::cell(self.source, self.number, *i as u16))
    }
    pub const fn number(&self) -> u32 {
        self.number
    }
}

/// All rows below the titles.
pub struct Rows {
    pub source: u16,
    pub list: Vec<OneRow>,
}

impl Rows {
    pub fn of(table: &Table, _: &Sources) -> Self {
        let mut titles: Option<Arc<BTreeMap<String, usize>>> = None;
        let mut list = Vec::new();
        let _ = table.for_each(&mut |row| {
            let shown = || row.cells.iter().map(|c| c.shown().into_owned());
            match &titles {
                None => titles = Some(Arc::new(shown().enumerate().map(|(i, t)| (t, i)).collect())),
                Some(t) => {
                    // What a spreadsheet would take for a formula was written behind an apostrophe.
                    let plain = |t: String| match t.strip_prefix('\'') {
                        Some(rest) if rest.starts_with(['=', '+', '@', '-']) => rest.into(),
                        _ => t.into_boxed_str(),
                    };
                    let cells = shown().map(plain).collect();
                    list.push(OneRow { source: table.source, number: row.number, titles: Arc::clone(t), cells });
                }
            }
            ControlFlow::Continue(())
        });
        Self { source: table.source, list }
    }
}
