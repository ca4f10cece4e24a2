//! A register that writes numbers of rubrics alone, beside a table of the numbers and their names.
//!
//! In: plain tables. Out: the same, with the name of its rubric in front of every row of such a register, or behind the number in
//! the headings of a wide one.

use super::{SURELY, Wording, may_head};
use crate::ground::place::{Source, SourceKind};
use crate::ground::{Finding, Sources, ids};
use crate::normalise::mapping::Meaning;
use crate::normalise::titles::{Title, is_employer};
use crate::read::table::{Cell, OwnedRow, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// The headings stand within so many rows.
const HEAD: usize = 20;
/// Rows of a register looked at for its numbers.
const SAMPLE: usize = 400;
/// A longer table is no table of names, a shorter one says too little.
const LONGEST: u64 = 5_000;
const SHORTEST: usize = 3;
/// Fewer columns titled by letters may be titles of another table.
const WIDE: usize = 8;
/// So many of a hundred numbers of a register have a name in the table that is about it.
const NAMED: usize = 80;
const LABEL: &str = "Libellé";
/// Behind a title: the employer's share.
const EMPLOYERS: &str = "(P)";

/// Names of rubrics by their numbers, and those that the table says are the employer's.
#[derive(Default)]
pub(super) struct Names {
    names: BTreeMap<String, String>,
    employers: BTreeSet<String>,
}

impl Names {
    fn get(&self, number: &str) -> Option<&String> {
        self.names.get(number)
    }
    /// The name as a title, with whose share it is where its own words do not say.
    fn titled(&self, number: &str) -> Option<String> {
        let name = self.get(number)?;
        Some(if self.employers.contains(number) { format!("{name} {EMPLOYERS}") } else { name.clone() })
    }
}

/// The same tables, registers of bare numbers with the names that another table gives these.
pub fn name(tables: Vec<Table>, sources: &mut Sources, wording: &Wording<'_>, findings: &mut Vec<Finding>) -> Vec<Table> {
    let catalogues: Vec<Names> = tables.iter().filter_map(|t| catalogue(t, wording)).collect();
    if catalogues.is_empty() {
        return tables;
    }
    let named = |table: Table| {
        let head = table.sample(SAMPLE);
        for names in &catalogues {
            if let Some((row, code)) = bare_lines(&head, names, wording) {
                return in_front(&table, row, code, names, sources, findings);
            }
            if let Some(row) = bare_headings(&head, names) {
                return behind(&table, row, names, findings);
            }
        }
        table
    };
    tables.into_iter().map(named).collect()
}

/// The row of titles that has all of these, and their columns.
fn titled<const N: usize>(rows: &[OwnedRow], means: [Meaning; N], wording: &Wording<'_>) -> Option<(usize, [usize; N])> {
    let is = |cell: &Cell<'_>, m: Meaning| {
        matches!(cell, Cell::Text(_)) && wording.titles.scores(&cell.shown()).get(&Title::Plain(m)).is_some_and(|s| *s >= SURELY)
    };
    rows.iter().take(HEAD).enumerate().filter(|(_, r)| may_head(r)).find_map(|(i, row)| {
        let found = means.map(|m| row.cells.iter().position(|c| is(c, m)));
        found.iter().all(Option::is_some).then(|| (i, found.map(Option::unwrap_or_default)))
    })
}

fn key(cell: Option<&Cell<'_>>) -> String {
    cell.map(|c| ids::bare(&c.shown()).to_owned()).unwrap_or_default()
}

/// A table of nothing but rubrics, each once.
fn catalogue(table: &Table, wording: &Wording<'_>) -> Option<Names> {
    let short = table.row_count_hint() <= LONGEST && titled(&table.sample(HEAD), [Meaning::Code, Meaning::Label], wording).is_some();
    if short { names_in(&table.sample(LONGEST as usize), wording) } else { None }
}

/// Where a legend of rubrics ends that stands above other tables, whose titles say where agents stand, or with the sheet.
pub(super) fn legend(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<usize> {
    let (head, columns) = titled(rows, [Meaning::Code, Meaning::Label], wording)?;
    let of_agents = |r: &OwnedRow| columns.iter().any(|c| r.cells.get(*c).is_some_and(|cell| wording.of_agents(&cell.shown())));
    let end = (head + 1..rows.len()).find(|&i| may_head(&rows[i]) && of_agents(&rows[i])).unwrap_or(rows.len());
    names_in(&rows[..end], wording).map(|_| end)
}

/// The names of rubrics in the rows of such a table.
fn names_in(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Names> {
    let (head, [code, label]) = titled(rows, [Meaning::Code, Meaning::Label], wording)?;
    if code == label || rows[head].cells.iter().any(|c| wording.of_agents(&c.shown())) {
        return None;
    }
    let sides = titled(&rows[..=head], [Meaning::Side], wording).or_else(|| titled(&rows[..=head], [Meaning::Payer], wording));
    let side = sides.map(|(_, [c])| c);
    let mut found = Names::default();
    for row in &rows[head + 1..] {
        let (number, name) = (key(row.cells.get(code)), row.cells.get(label).map(|c| c.shown().into_owned()).unwrap_or_default());
        if number.is_empty() || !name.chars().any(char::is_alphabetic) {
            continue;
        }
        if side.and_then(|c| row.cells.get(c)).is_some_and(|c| is_employer(&c.shown()) == Some(true)) {
            found.employers.insert(number.clone());
        }
        if found.names.insert(number, name).is_some() {
            return None;
        }
    }
    (found.names.len() >= SHORTEST).then_some(found)
}

/// Whether enough of these numbers have a name.
fn are_named(numbers: &BTreeSet<String>, names: &Names) -> bool {
    let known = numbers.iter().filter(|n| names.get(n).is_some()).count();
    numbers.len() >= SHORTEST && known * 100 >= numbers.len() * NAMED
}

/// A row per agent and rubric, without names: where the headings stand, and the column of numbers.
fn bare_lines(rows: &[OwnedRow], names: &Names, wording: &Wording<'_>) -> Option<(usize, usize)> {
    let (head, [code]) = titled(rows, [Meaning::Code], wording)?;
    let (agent, found) = wording.headings(&rows[head], |score, best| score >= SURELY && score == best)?;
    if agent.is_none() || found.contains(&Meaning::Label) {
        return None;
    }
    let numbers = rows[head + 1..].iter().map(|r| key(r.cells.get(code))).filter(|n| !n.is_empty()).collect();
    are_named(&numbers, names).then_some((head, code))
}

/// A column per rubric: the row of headings whose cells are numbers of rubrics, or nearly all of whose cells are letters for them.
fn bare_headings(rows: &[OwnedRow], names: &Names) -> Option<usize> {
    rows.iter().take(HEAD).position(|row| {
        let all: BTreeSet<String> = row.cells.iter().map(|c| key(Some(c))).filter(|n| !n.is_empty()).collect();
        if all.len() >= WIDE && are_named(&all, names) {
            return true;
        }
        let number = |c: &Cell<'_>| number_in(&c.shown(), names).map_or_else(|| key(Some(c)), |n| ids::bare(n.0).to_owned());
        let numbers = row.cells.iter().map(number).filter(|n| n.bytes().any(|b| b.is_ascii_digit())).collect();
        let words = row.cells.iter().any(|c| matches!(c, Cell::Text(t) if t.chars().any(char::is_alphabetic)));
        words && are_named(&numbers, names)
    })
}

fn all_rows(table: &Table, findings: &mut Vec<Finding>) -> Vec<OwnedRow> {
    let mut rows = Vec::new();
    findings.append(&mut table.for_each(&mut |row| {
        rows.push(row.to_owned());
        ControlFlow::Continue(())
    }));
    rows
}

/// With a column of names in front, as a source of its own.
fn in_front(table: &Table, head: usize, code: usize, names: &Names, sources: &mut Sources, findings: &mut Vec<Finding>) -> Table {
    let mut places = Vec::new();
    let mut rows = all_rows(table, findings);
    for (i, row) in rows.iter_mut().enumerate() {
        places.push((table.source, row.number));
        let name = if i == head { Some(LABEL) } else { names.get(&key(row.cells.get(code))).map(String::as_str) };
        row.cells.insert(0, name.map_or(Cell::Empty, |n| Cell::Text(n.to_owned().into())));
        row.number = u32::try_from(i + 1).unwrap_or(u32::MAX);
    }
    let known = sources.get(table.source).cloned();
    let (file, sheet) = (table.file.clone(), table.sheet.clone());
    let source = sources.add(known.unwrap_or(Source { file, sheet, kind: SourceKind::Sheet, headings: Vec::new() }));
    sources.put_together(source, 1, places);
    table.of_rows(source, &rows, Vec::new())
}

/// `1000`, « 0410 PAT », `MT_5010_P`: the number of a rubric within a heading, and what stands behind it.
fn number_in<'h>(heading: &'h str, names: &Names) -> Option<(&'h str, &'h str)> {
    let mut words = heading.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let known = |w: &str| w.bytes().any(|b| b.is_ascii_digit()) && names.get(ids::bare(w)).is_some();
    let number = words.find(|w| known(w))?;
    let behind = words.next().unwrap_or_default();
    words.next().is_none().then_some((number, behind))
}

/// With the name behind each number of its headings, or in place of letters that say less.
fn behind(table: &Table, head: usize, names: &Names, findings: &mut Vec<Finding>) -> Table {
    let mut rows = all_rows(table, findings);
    for cell in &mut rows[head].cells {
        let heading = cell.shown().into_owned();
        let named = names.titled(ids::bare(&heading));
        let title = match (named, number_in(&heading, names)) {
            (Some(name), None) => name,
            (Some(name), Some(_)) => format!("{heading} {name}"),
            // « 0410 PAT », `MT_0410_P`: the number, and whose share of it.
            (None, Some((number, share))) => {
                let name = names.titled(ids::bare(number)).unwrap_or_default();
                let share = if share.len() == 1 { format!("({share})") } else { share.to_owned() };
                format!("{number} {} {share}", name.trim_end_matches(&share)).trim_end().to_owned()
            }
            (None, None) => continue,
        };
        *cell = Cell::Text(title.into());
    }
    table.of_rows(table.source, &rows, table.merged().to_vec())
}
