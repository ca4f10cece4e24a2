//! Rows of a record's file by the titles of their columns, each cell with its place.

use crate::ground::{At, EmployeeId};
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
    /// Whose row it is: the number, and the post where it is another than the first.
    pub fn employee(&self) -> Option<EmployeeId> {
        Some(EmployeeId::parse(self.text("employee"))?.at_post(self.text("post").parse().unwrap_or(1)))
    }
    pub fn at(&self, title: &str) -> At {
        let row = At::row(self.source, self.number);
        self.titles.get(title).map_or(row, |i| At::cell(self.source, self.number, *i as u16))
    }
    pub const fn number(&self) -> u32 {
        self.number
    }
}

/// Hands over each row below the titles.
pub fn each(table: &Table, take: &mut dyn FnMut(&OneRow)) {
    let mut titles: Option<Arc<BTreeMap<String, usize>>> = None;
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
                take(&OneRow { source: table.source, number: row.number, titles: Arc::clone(t), cells });
            }
        }
        ControlFlow::Continue(())
    });
}
