//! Sheets of another shape laid out as plain tables, before anything is recognised: a heading row, a row per agent below it.
//!
//! One file per shape. Every cell keeps its place in its sheet ([`Sources::lay_out`]), so that all that follows stays the same.
//! Nothing is left out here: a cell without a place in the new table keeps the sheet as it is.

mod abreast;
mod accounts;
mod across;
mod apart;
mod beside;
mod blocks;
mod by_part;
mod by_rubric;
mod by_side;
mod calendar;
mod catalogue;
mod grouped;
mod headed;
mod movements;
mod parted;
mod pivot;
mod printed;
mod slips;
mod spans;
mod ticked;
mod turned;

use crate::facts::Role as FactRole;
use crate::ground::place::Moved;
use crate::ground::{At, Checked, Finding, Sources};
use crate::normalise::Context;
use crate::normalise::columns::bare_title;
use crate::normalise::mapping::Meaning;
use crate::normalise::titles::{Title, Titles};
use crate::read::table::{Cell, OwnedRow, Table};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

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
    titles: &'a Titles,
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

    /// Of a row of headings, the column of the agents and what the others mean: `means` judges a title's likeness to a meaning
    /// beside the best it has to any. `None` where a cell is no heading.
    fn headings(&self, row: &OwnedRow, means: impl Fn(u32, u32) -> bool) -> Option<(Option<usize>, BTreeSet<Meaning>)> {
        let mut agent = None;
        let mut found = BTreeSet::new();
        for (c, cell) in row.cells.iter().enumerate() {
            let text = cell.shown();
            if text.is_empty() {
                continue;
            }
            if !matches!(cell, Cell::Text(_)) || text.len() > 60 || text.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            if self.of_agents(&text) {
                agent = agent.or(Some(c));
                continue;
            }
            let scores = self.titles.scores(&text);
            let best = scores.values().copied().max().unwrap_or(0);
            found.extend(
                scores.iter().filter_map(|(t, s)| if let (Title::Plain(m), true) = (t, means(*s, best)) { Some(*m) } else { None }),
            );
        }
        Some((agent, found))
    }
}

/// What a cell shows, without blanks around it.
fn shown(row: &OwnedRow, column: usize) -> String {
    row.cells.get(column).map(|c| c.shown().trim().to_owned()).unwrap_or_default()
}

/// Whether a row may be one of headings: words alone, none of which begins with a figure. Asked before titles are compared.
fn may_head(row: &OwnedRow) -> bool {
    row.cells.iter().all(|c| match c {
        Cell::Empty => true,
        Cell::Text(t) => t.len() <= 120 && !t.trim_start().starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    })
}

/// Rows laid out anew, and where their cells stand in the sheet.
#[derive(Default)]
struct Laid {
    rows: Vec<OwnedRow>,
    moved: Moved,
}

impl Laid {
    /// Adds a row: each cell with its place in the sheet, and the place of the row as a whole.
    fn put(&mut self, parts: Vec<(Cell<'static>, Option<(u32, u16)>)>, whole: (u32, u16)) {
        let number = u32::try_from(self.rows.len() + 1).unwrap_or(u32::MAX);
        let mut cells = Vec::with_capacity(parts.len());
        for (c, (cell, at)) in parts.into_iter().enumerate() {
            self.moved.insert((number, u16::try_from(c).unwrap_or(At::NO_COLUMN)), at.unwrap_or(whole));
            cells.push(cell);
        }
        self.moved.insert((number, At::NO_COLUMN), whole);
        self.rows.push(OwnedRow { number, cells, hidden: false });
    }
}

/// What a table turns out to be, with what was told while all its rows were read.
enum Shape {
    Plain,
    /// Payslips one below the other, in each of the columns that a page has.
    Slips(Vec<Page>, Vec<Finding>),
    /// A register rubric by rubric.
    ByRubric(Vec<OwnedRow>, by_rubric::ByRubric, Vec<Finding>),
    /// Agents or rubrics side by side, or two days in one cell.
    Turned(Laid, Vec<Finding>),
    /// Leavers and newcomers of one sheet, laid out one below the other.
    Movements(Laid, Vec<Range<usize>>, Vec<Finding>),
    /// Several tables side by side: the row of their headings, and the columns of each.
    Beside(Vec<OwnedRow>, (usize, Vec<Range<usize>>), Vec<Finding>),
    /// Several tables one below the other.
    Blocks(Vec<OwnedRow>, Vec<Range<usize>>, Vec<Finding>),
}

/// What was laid out of these rows, each hidden where the row was that it is made of.
fn anew(mut laid: Laid, rows: &[OwnedRow], told: Vec<Finding>) -> Shape {
    let hidden: BTreeSet<u32> = rows.iter().filter(|r| r.hidden).map(|r| r.number).collect();
    for row in laid.rows.iter_mut().filter(|_| !hidden.is_empty()) {
        row.hidden |= laid.moved.get(&(row.number, At::NO_COLUMN)).is_some_and(|at| hidden.contains(&at.0));
    }
    Shape::Turned(laid, told)
}

fn shape(table: &Table, wording: &Wording<'_>) -> Shape {
    if table.row_count_hint() > ROWS as u64 {
        return long(table, wording);
    }
    let mut rows: Vec<OwnedRow> = Vec::new();
    let told = table.for_each(&mut |row| {
        rows.push(row.to_owned());
        if rows.len() <= ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if rows.len() > ROWS {
        return Shape::Plain;
    }
    if let Some(laid) = grouped::find(&rows, wording) {
        return anew(laid, &rows, told);
    }
    let rows = match payslips(rows, wording) {
        Ok(found) => return Shape::Slips(found, told),
        Err(rows) => rows,
    };
    if let Some(laid) = headed::find(&rows, wording).or_else(|| pivot::find(&rows, wording)) {
        return anew(laid, &rows, told);
    }
    if let Some(rubrics) = by_rubric::find(&rows, wording) {
        return Shape::ByRubric(rows, rubrics, told);
    }
    if let Some(laid) = abreast::find(&rows, wording) {
        return anew(laid, &rows, told);
    }
    let called = format!("{} {}", table.file, table.sheet.as_deref().unwrap_or_default());
    if let Some(laid) = calendar::find(&rows, &called, wording) {
        return anew(laid, &rows, told);
    }
    if let Some(laid) = ticked::find(&rows, table, wording) {
        return anew(laid, &rows, told);
    }
    if let Some(parts) = beside::find(&rows, wording).or_else(|| beside::at_heights(&rows, wording)) {
        return Shape::Beside(rows, parts, told);
    }
    if let Some(laid) = across::find(&rows, wording).or_else(|| by_part::find(&rows, wording)).or_else(|| turned::find(&rows, wording)) {
        return anew(laid, &rows, told);
    }
    if let Some(laid) = accounts::find(&rows, wording) {
        return anew(laid, &rows, told);
    }
    if let Some((laid, parts)) = movements::find(&rows, wording) {
        return Shape::Movements(laid, parts, told);
    }
    // « REHS | Réduction heures sup. | Agent » in a legend is no row of titles.
    let legend = catalogue::legend(&rows, wording).unwrap_or(0);
    let mut parts: Vec<Range<usize>> = blocks::find(&rows[legend..], wording).iter().map(|p| p.start + legend..p.end + legend).collect();
    // What stands above the first of several tables is of its head.
    parts.first_mut().into_iter().for_each(|p| p.start = 0);
    if parts.len() < 2
        && let Some(laid) = spans::find(&rows, crate::normalise::recognise::latest_date(wording.cx), wording)
    {
        return anew(laid, &rows, told);
    }
    if parts.len() < 2 { Shape::Plain } else { Shape::Blocks(rows, parts, told) }
}

/// The rows of one payslip, or of those across a page, and what was found of them.
type Page = (Vec<OwnedRow>, Vec<slips::Slip>);

/// The payslips of a sheet, or its rows when it holds none. Of several across a page, each column holds some.
fn payslips(rows: Vec<OwnedRow>, wording: &Wording<'_>) -> Result<Vec<Page>, Vec<OwnedRow>> {
    let parts = slips::across(rows, wording);
    let several = parts.len() > 1;
    let slips = |p: &Vec<OwnedRow>| Some(slips::find(p, wording)).filter(|s| !s.is_empty()).unwrap_or_else(|| printed::find(p, wording));
    let found: Vec<Vec<slips::Slip>> = parts.iter().map(slips).collect();
    if found.iter().any(Vec::is_empty) {
        return Err(if several { together(parts) } else { parts.into_iter().next().unwrap_or_default() });
    }
    Ok(parts.into_iter().zip(found).collect())
}

/// The rows of a sheet that were cut into columns, as they were.
fn together(parts: Vec<Vec<OwnedRow>>) -> Vec<OwnedRow> {
    let mut rows: std::collections::BTreeMap<u32, OwnedRow> = std::collections::BTreeMap::new();
    for row in parts.into_iter().flatten() {
        match rows.get_mut(&row.number) {
            None => drop(rows.insert(row.number, row)),
            Some(known) => {
                known.cells.resize(known.cells.len().max(row.cells.len()), Cell::Empty);
                let filled = row.cells.into_iter().enumerate().filter(|(_, c)| !matches!(c, Cell::Empty));
                filled.for_each(|(c, cell)| known.cells[c] = cell);
            }
        }
    }
    rows.into_values().collect()
}

/// A long sheet is plain, or holds payslips or rubrics, one below or beside the other, from its first rows on.
fn long(table: &Table, wording: &Wording<'_>) -> Shape {
    let first = table.sample(FIRST);
    if ![slips::begins, printed::begins, by_rubric::begins, headed::begins, abreast::begins, pivot::begins]
        .iter()
        .any(|begins| begins(&first, wording))
    {
        return Shape::Plain;
    }
    let mut rows: Vec<OwnedRow> = Vec::new();
    let told = table.for_each(&mut |row| {
        rows.push(row.to_owned());
        ControlFlow::Continue(())
    });
    let rows = match payslips(rows, wording) {
        Ok(found) => return Shape::Slips(found, told),
        Err(rows) => rows,
    };
    if let Some(laid) = headed::find(&rows, wording).or_else(|| pivot::find(&rows, wording)) {
        return anew(laid, &rows, told);
    }
    if let Some(rubrics) = by_rubric::find(&rows, wording) {
        return Shape::ByRubric(rows, rubrics, told);
    }
    abreast::find(&rows, wording).map_or(Shape::Plain, |laid| anew(laid, &rows, told))
}

/// The same tables, those of another shape as plain ones.
pub fn plain(tables: Vec<Table>, sources: &mut Sources, titles: &Titles, cx: &Context<'_>) -> Checked<Vec<Table>> {
    let wording = &Wording { titles, cx };
    let mut findings = Vec::new();
    let mut out = Vec::with_capacity(tables.len());
    let mut registers = slips::Registers::default();
    let shapes: Vec<Shape> = tables.par_iter().map(|t| shape(t, wording)).collect();
    for (table, shape) in tables.into_iter().zip(shapes) {
        match shape {
            Shape::Plain => out.push(table),
            Shape::Slips(found, mut told) => {
                findings.append(&mut told);
                found.into_iter().for_each(|(rows, slips)| registers.take(&table, &rows, slips, wording));
            }
            Shape::ByRubric(rows, rubrics, mut told) => {
                findings.append(&mut told);
                out.push(rubrics.table(&table, &rows, sources));
            }
            Shape::Turned(laid, mut told) => {
                findings.append(&mut told);
                sources.lay_out(table.source, laid.moved);
                out.push(table.of_rows(table.source, &laid.rows, Vec::new()));
            }
            Shape::Movements(laid, parts, mut told) => {
                findings.append(&mut told);
                for (i, part) in parts.into_iter().enumerate() {
                    let again = sources.get(table.source).filter(|_| i > 0).cloned();
                    let source = again.map_or(table.source, |s| sources.add(s));
                    sources.lay_out(source, laid.moved.clone());
                    out.push(table.of_rows(source, &laid.rows[part], Vec::new()));
                }
            }
            Shape::Beside(rows, (heading, parts), mut told) => {
                findings.append(&mut told);
                for (i, part) in parts.iter().enumerate() {
                    let rows = beside::rows_of(&rows, heading, part, i == 0);
                    let within = |c: u16| (if i == 0 { 0 } else { part.start }..part.end).contains(&usize::from(c));
                    let merged = table.merged().iter().filter(|a| within(a.first_column) && within(a.last_column)).copied().collect();
                    let again = sources.get(table.source).filter(|_| i > 0).cloned();
                    let source = again.map_or(table.source, |s| sources.add(s));
                    out.push(table.of_rows(source, &rows, merged));
                }
            }
            Shape::Blocks(rows, parts, mut told) => {
                findings.append(&mut told);
                for (i, part) in parts.into_iter().enumerate() {
                    let rows = &rows[part];
                    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { continue };
                    let merged =
                        table.merged().iter().filter(|a| a.first_row >= first.number && a.last_row <= last.number).copied().collect();
                    let again = sources.get(table.source).filter(|_| i > 0).cloned();
                    let source = again.map_or(table.source, |s| sources.add(s));
                    out.push(table.of_rows(source, rows, merged));
                }
            }
        }
    }
    out.extend(registers.finish(sources, wording));
    let out = apart::join(out, sources, wording, &mut findings);
    let out = by_side::lay_out(out, sources, wording, &mut findings);
    let out = parted::join(out, sources, wording, &mut findings);
    let out = catalogue::name(out, sources, wording, &mut findings);
    Checked::new(out, findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_out_of_a_hidden_row_is_hidden() {
        let row = |number, hidden| OwnedRow { number, cells: vec![Cell::Text("00225".into())], hidden };
        let rows = [row(1, false), row(2, true), row(3, false)];
        let mut laid = Laid::default();
        for of in [1, 2, 2, 3] {
            laid.put(Vec::new(), (of, At::NO_COLUMN));
        }
        let Shape::Turned(laid, _) = anew(laid, &rows, Vec::new()) else { panic!("rows laid out anew") };
        assert_eq!(laid.rows.iter().map(|r| r.hidden).collect::<Vec<_>>(), [false, true, true, false]);
    }
}
