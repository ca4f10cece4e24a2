//! The rows of a sheet handed on one by one, merged cells filled in, and what could not be read of them told.

use super::gathered::RowCount;
use super::told::Told;
use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::mapping::SourceMapping;
use crate::normalise::register::{employee, shown};
use crate::normalise::text::is_ditto;
use crate::normalise::values::Unread;
use crate::read::table::{Cell, MergedArea, Row, Table};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

pub(super) fn count_only(table: &Table, map: &SourceMapping) -> RowCount {
    let mut n = RowCount { source: map.source, ..RowCount::default() };
    let _ = table.for_each(&mut |row| {
        n.read += 1;
        match map.header {
            Some((a, _)) if row.number < a => n.title += 1,
            Some((_, b)) if row.number <= b => n.heading += 1,
            Some(_) | None => n.title += 1,
        }
        ControlFlow::Continue(())
    });
    n
}

/// Hands every row to `f`, cells of vertically merged areas filled in for the columns that name the person.
pub(super) fn each_row(
    table: &Table,
    below: u32,
    carried: &[usize],
    sources: &Sources,
    told: &mut Told,
    f: &mut dyn FnMut(&Row<'_, '_>, &mut Told),
) {
    let mut areas: Vec<MergedArea> = table.merged().iter().copied().filter(|a| a.first_row > below && a.last_row > a.first_row).collect();
    if areas.is_empty() {
        let findings = table.for_each(&mut |row| {
            f(&row, told);
            ControlFlow::Continue(())
        });
        findings.into_iter().for_each(|x| told.add(x, table.source));
        return;
    }
    for a in areas.iter().filter(|a| !carried.contains(&usize::from(a.first_column))) {
        told.add(
            Finding::new("N12", Severity::Justify).arg("rows", a.last_row - a.first_row + 1).at(sources.place(At::cell(
                table.source,
                a.first_row,
                a.first_column,
            ))),
            table.source,
        );
    }
    let mut values: BTreeMap<(u32, u16), Cell<'static>> = BTreeMap::new();
    areas.sort_by_key(|a| (a.first_row, a.first_column));
    let (mut next, mut open) = (0, Vec::new());
    let findings = table.for_each(&mut |row| {
        let mut cells: Vec<Cell<'_>> = row.cells.to_vec();
        // Areas open as the rows come to them, and are done with at their last row.
        while let Some(a) = areas.get(next).filter(|a| a.first_row <= row.number) {
            open.push(a);
            next += 1;
        }
        open.retain(|a| a.last_row >= row.number);
        for a in &open {
            let c = usize::from(a.first_column);
            if !carried.contains(&c) {
                continue;
            }
            if row.number == a.first_row {
                if let Some(cell) = row.cells.get(c) {
                    values.insert((a.first_row, a.first_column), cell.to_owned());
                }
            } else if let Some(v) = values.get(&(a.first_row, a.first_column)) {
                if cells.len() <= c {
                    cells.resize(c + 1, Cell::Empty);
                }
                cells[c] = v.clone();
            }
        }
        f(&Row { number: row.number, cells: &cells, hidden: row.hidden }, told);
        ControlFlow::Continue(())
    });
    findings.into_iter().for_each(|x| told.add(x, table.source));
}

/// Who the row above is about, for rows that say « idem » of it.
pub(super) struct Above {
    columns: Vec<usize>,
    kept: Vec<Cell<'static>>,
}

impl Above {
    pub(super) const fn new(columns: Vec<usize>) -> Self {
        Self { columns, kept: Vec::new() }
    }

    /// The cells of a row, each « idem » of who it is about replaced by what stands above; `None` when there is none.
    pub(super) fn filled<'c>(&self, row: &Row<'_, 'c>) -> Option<Vec<Cell<'c>>> {
        let ditto = |c: &usize| row.cells.get(*c).is_some_and(|cell| matches!(cell, Cell::Text(t) if is_ditto(t)));
        if self.kept.is_empty() || !self.columns.iter().any(ditto) {
            return None;
        }
        let mut cells: Vec<Cell<'c>> = row.cells.to_vec();
        for (c, above) in self.columns.iter().zip(&self.kept).filter(|(c, _)| ditto(c)) {
            cells[*c] = above.clone();
        }
        Some(cells)
    }

    /// Notes who a row of data is about.
    pub(super) fn keep(&mut self, row: &Row<'_, '_>) {
        self.kept = self.columns.iter().map(|c| row.cells.get(*c).map_or(Cell::Empty, Cell::to_owned)).collect();
    }
}

pub(super) fn refused(row: &Row<'_, '_>, agent: &str, bad: &[(usize, Unread)], map: &SourceMapping, sources: &Sources) -> Finding {
    let (column, why) = bad.first().copied().unwrap_or((0, Unread("N01")));
    let text: String = shown(row, column).chars().take(60).collect();
    let finding = Finding::new("IMP-05", Severity::Blocking)
        .arg("agent", if agent.is_empty() { "–" } else { agent })
        .arg("text", text)
        .arg("reason", why.0)
        .at(sources.place(At::cell(map.source, row.number, u16::try_from(column).unwrap_or(At::NO_COLUMN))));
    match employee(agent) {
        Some(id) => finding.of(&id),
        None => finding,
    }
}

/// Cells beyond the sheet's columns are named, not read.
pub(super) fn stray(row: &Row<'_, '_>, map: &SourceMapping, sources: &Sources, told: &mut Told) {
    for (c, cell) in row.cells.iter().enumerate().skip(map.columns.len()) {
        let text = cell.shown();
        if !text.is_empty() {
            let at = At::cell(map.source, row.number, u16::try_from(c).unwrap_or(At::NO_COLUMN));
            let text: String = text.chars().take(60).collect();
            told.add(Finding::new("M96", Severity::Justify).arg("text", text).at(sources.place(at)), map.source);
        }
    }
}
