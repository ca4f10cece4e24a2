//! A register with a sheet, or a file, for each rubric: its agents below headings that are the same in all of them.
//!
//! In: plain tables. Out: those of one layout that a rubric each names, in the line above the headings, in the name of the sheet or
//! of the file, as one table with the number and the name of the rubric in front of every row.
//! Lists of the month are none of it: a base, a rate or a share of the employer stands beside the amount, and one is of a sum.

use super::by_rubric::{self, CODE, LABEL};
use super::{Laid, Wording};
use crate::ground::place::{Source, SourceKind, stem};
use crate::ground::{Finding, Sources};
use crate::normalise::text::fold;
use crate::normalise::titles::total_named;
use crate::read::table::{Cell, OwnedRow, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Rows looked at for the headings and what stands above them.
const DEPTH: usize = 20;
/// Fewer rubrics are no register.
const RUBRICS: usize = 5;

/// What one table holds of the register.
struct Part {
    heading: usize,
    titles: Vec<String>,
    code: String,
    label: String,
}

/// The same tables, those of one rubric each put together.
pub fn join(tables: Vec<Table>, sources: &mut Sources, wording: &Wording<'_>, findings: &mut Vec<Finding>) -> Vec<Table> {
    let parts: Vec<Option<Part>> = tables.iter().map(|t| part(t, wording)).collect();
    let mut groups: BTreeMap<(&[String], &str), Vec<usize>> = BTreeMap::new();
    for (i, p) in parts.iter().enumerate() {
        // Sheets of one workbook, or files of one folder.
        let Some(p) = p else { continue };
        let of = if tables[i].sheet.is_some() { tables[i].file.as_str() } else { tables[i].file.rsplit_once('/').map_or("", |f| f.0) };
        groups.entry((&p.titles, of)).or_default().push(i);
    }
    let whole = |g: &&Vec<usize>| {
        let of = || g.iter().filter_map(|i| parts[*i].as_ref());
        let names: BTreeSet<(&str, &str)> = of().map(|p| (p.code.as_str(), p.label.as_str())).collect();
        names.len() == g.len() && g.len() >= RUBRICS && of().any(|p| total_named(&p.label).is_some())
    };
    let groups: Vec<Vec<usize>> = groups.values().filter(whole).cloned().collect();
    let mut joined: BTreeMap<usize, Table> = BTreeMap::new();
    for group in &groups {
        let of: Vec<(&Table, &Part)> = group.iter().filter_map(|i| Some((&tables[*i], parts[*i].as_ref()?))).collect();
        joined.insert(group[0], put_together(&of, sources, findings));
    }
    let gone: BTreeSet<usize> = groups.iter().flat_map(|g| g.iter().skip(1)).copied().collect();
    let each = tables.into_iter().enumerate().filter(|(i, _)| !gone.contains(i));
    each.map(|(i, t)| joined.remove(&i).unwrap_or(t)).collect()
}

/// A table of one rubric: its headings, and what names it.
fn part(table: &Table, wording: &Wording<'_>) -> Option<Part> {
    let rows = table.sample(DEPTH);
    let (heading, agent) = by_rubric::heading(&rows, wording)?;
    let named = |text: &str| by_rubric::named(text).filter(|n| !n.0.is_empty() || total_named(&n.1).is_some());
    let above =
        rows[..heading].iter().rev().find_map(|r| by_rubric::rubric(r, agent).filter(|n| !n.0.is_empty() || total_named(&n.1).is_some()));
    let (code, label) = above.or_else(|| table.sheet.as_deref().and_then(named)).or_else(|| named(stem(&table.file)))?;
    let titles = rows[heading].cells.iter().map(|c| fold(&c.shown())).collect();
    Some(Part { heading, titles, code, label })
}

/// All rows below one row of headings, each with its rubric in front.
fn put_together(parts: &[(&Table, &Part)], sources: &mut Sources, findings: &mut Vec<Finding>) -> Table {
    let text = |t: &str| if t.is_empty() { Cell::Empty } else { Cell::Text(t.to_owned().into()) };
    let mut laid = Laid::default();
    let mut places = Vec::new();
    let (first, _) = parts[0];
    for (n, (table, part)) in parts.iter().enumerate() {
        let mut index = 0;
        findings.append(&mut table.for_each(&mut |row| {
            let at = index;
            index += 1;
            let front = match (at == part.heading, at < part.heading) {
                (true, _) if n == 0 => [text(CODE), text(LABEL)],
                (false, false) if !row.cells.iter().all(|c| c.shown().is_empty()) => [text(&part.code), text(&part.label)],
                (true, _) | (false, _) => return ControlFlow::Continue(()),
            };
            places.push((table.source, row.number));
            let cells = front.into_iter().chain(row.cells.iter().map(Cell::to_owned));
            laid.put(cells.map(|c| (c, None)).collect(), (0, 0));
            ControlFlow::Continue(())
        }));
    }
    let sheet = SourceKind::Sheet;
    let source = sources.add(Source { file: first.file.clone(), sheet: None, kind: sheet, headings: Vec::new() });
    sources.put_together(source, 2, places);
    let rows: Vec<OwnedRow> = laid.rows;
    let mut table = first.of_rows(source, &rows, Vec::new());
    table.sheet = None;
    table
}
