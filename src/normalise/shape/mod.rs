//! Sheets of another shape laid out as plain tables, before anything is recognised: a heading row, a row per agent below it.
//!
//! One file per shape. Every cell keeps its place in its sheet ([`Sources::lay_out`]), so that all that follows stays the same.
//! Nothing is left out here: a cell without a place in the new table keeps the sheet as it is.

mod blocks;
mod by_rubric;
mod parted;
mod slips;
mod turned;

use crate::facts::Role as FactRole;
use crate::ground::place::Moved;
use crate::ground::{Checked, Sources};
use crate::normalise::Context;
use crate::normalise::columns::bare_title;
use crate::normalise::titles::{Title, Titles};
use crate::read::table::{OwnedRow, Table};
use std::ops::ControlFlow;

/// A longer sheet is a plain table: nobody writes so many rows in another shape.
const ROWS: usize = 2_000;
/// Rows of a longer sheet looked at, to see whether payslips stand in it one below the other.
const FIRST: usize = 60;
/// A known title is like one of the vocabulary by this much; the column of agents, by more.
const KNOWN: u32 = 78;
const SURELY: u32 = 85;
const EXACT: u32 = 95;

/// What titles mean, as far as shapes need it.
struct Wording<'a> {
    titles: Titles,
    cx: &'a Context<'a>,
}

impl Wording<'_> {
    /// A title as it is, or without the number of its rubric before it: « 200 Trait. indiciaire ».
    fn known(&self, text: &str) -> bool {
        let like = |t: &str| self.titles.best(t) >= KNOWN;
        text.len() <= 120 && text.chars().any(char::is_alphabetic) && (like(text) || like(bare_title(text)))
    }

    /// A title just as it is known: a name (« DEMANGE ») may be like one (« demande »).
    fn known_well(&self, text: &str) -> bool {
        self.known(text) && self.titles.best(text) >= EXACT
    }

    /// Whether a title says that numbers or names of agents stand there.
    fn of_agents(&self, text: &str) -> bool {
        let roles = [FactRole::Employee, FactRole::Surname, FactRole::MarriedName, FactRole::FullName];
        let scores = self.titles.scores(text);
        roles.iter().filter_map(|r| self.cx.vocabulary.role(*r)).any(|f| scores.get(&Title::Fact(f)).is_some_and(|s| *s >= SURELY))
    }
}

/// Rows laid out anew, and where their cells stand in the sheet.
struct Laid {
    rows: Vec<OwnedRow>,
    moved: Moved,
}

/// The same tables, those of another shape as plain ones.
pub fn plain(tables: Vec<Table>, sources: &mut Sources, cx: &Context<'_>) -> Checked<Vec<Table>> {
    let mut wording = None;
    let mut findings = Vec::new();
    let mut out = Vec::with_capacity(tables.len());
    let mut registers = slips::Registers::default();
    for table in tables {
        if table.row_count_hint() > ROWS as u64 {
            let wording = wording.get_or_insert_with(|| Wording { titles: Titles::new(cx.vocabulary, cx.rubrics), cx });
            let mut whole: Vec<OwnedRow> = Vec::new();
            let mut told = Vec::new();
            let first = table.sample(FIRST);
            if slips::begins(&first, wording) || by_rubric::begins(&first, wording) {
                told = table.for_each(&mut |row| {
                    whole.push(row.to_owned());
                    ControlFlow::Continue(())
                });
            }
            let found = slips::find(&whole, wording);
            if let (true, Some(rubrics)) = (found.is_empty(), by_rubric::find(&whole, wording)) {
                findings.append(&mut told);
                out.push(rubrics.table(&table, &whole, sources));
            } else if found.is_empty() {
                out.push(table);
            } else {
                findings.append(&mut told);
                registers.take(&table, &whole, found);
            }
            continue;
        }
        let mut rows: Vec<OwnedRow> = Vec::new();
        let mut told = table.for_each(&mut |row| {
            rows.push(row.to_owned());
            if rows.len() <= ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        if rows.len() > ROWS {
            out.push(table);
            continue;
        }
        let wording = wording.get_or_insert_with(|| Wording { titles: Titles::new(cx.vocabulary, cx.rubrics), cx });
        let found = slips::find(&rows, wording);
        if !found.is_empty() {
            findings.append(&mut told);
            registers.take(&table, &rows, found);
            continue;
        }
        if let Some(rubrics) = by_rubric::find(&rows, wording) {
            findings.append(&mut told);
            out.push(rubrics.table(&table, &rows, sources));
            continue;
        }
        if let Some(laid) = turned::find(&rows, wording) {
            findings.append(&mut told);
            sources.lay_out(table.source, laid.moved);
            out.push(table.of_rows(table.source, &laid.rows, Vec::new()));
            continue;
        }
        let parts = blocks::find(&rows, wording);
        if parts.len() < 2 {
            out.push(table);
            continue;
        }
        findings.append(&mut told);
        for (i, part) in parts.into_iter().enumerate() {
            let rows = &rows[part];
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else { continue };
            let merged = table.merged().iter().filter(|a| a.first_row >= first.number && a.last_row <= last.number).copied().collect();
            let again = sources.get(table.source).filter(|_| i > 0).cloned();
            let source = again.map_or(table.source, |s| sources.add(s));
            out.push(table.of_rows(source, rows, merged));
        }
    }
    let wording = wording.get_or_insert_with(|| Wording { titles: Titles::new(cx.vocabulary, cx.rubrics), cx });
    out.extend(registers.finish(sources, wording));
    let out = parted::join(out, sources, wording, &mut findings);
    Checked::new(out, findings)
}
