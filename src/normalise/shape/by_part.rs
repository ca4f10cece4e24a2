//! A column for each rubric and several rows for each agent: his bases, his rates, his amounts, the employer's shares.
//!
//! Each agent and rubric becomes a row with a column for each of those.

use super::{Laid, SURELY, Wording, shown};
use crate::ground::At;
use crate::normalise::mapping::{Meaning, Part};
use crate::normalise::titles::{Title, summing};
use crate::read::table::{Cell, OwnedRow};
use std::collections::{BTreeMap, BTreeSet};

/// The headings stand within so many rows.
const HEAD: usize = 12;
/// Fewer rubrics are another table.
const RUBRICS: usize = 5;
const LABEL: &str = "Libellé";

/// Parts of a line with the titles of their columns.
const PARTS: [(Part, &str); 5] = [
    (Part::Base, "Base"),
    (Part::Rate, "Taux"),
    (Part::Amount, "Montant"),
    (Part::EmployerRate, "Taux patronal"),
    (Part::EmployerAmount, "Part patronale"),
];

/// The sheet as a plain register, when it is one of these.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Laid> {
    // Titles of rubrics may begin with their numbers: those of the agents, in front of them, do not.
    let worded = |r: &OwnedRow| r.cells.iter().take(2).all(|c| matches!(c, Cell::Text(t) if t.starts_with(char::is_alphabetic)));
    rows.iter().take(HEAD).enumerate().filter(|(_, r)| worded(r)).find_map(|(at, row)| {
        let agents = row.cells.iter().take_while(|c| wording.of_agents(&c.shown()) || of_names(&c.shown(), wording)).count();
        let column = (agents..row.cells.len().min(agents + 3)).find(|&c| parts_of(&rows[at + 1..], c, wording).is_some())?;
        let parts = parts_of(&rows[at + 1..], column, wording)?;
        let known: BTreeSet<Part> = parts.iter().flatten().copied().collect();
        let rubrics = (column + 1..row.cells.len()).filter(|&c| !shown(row, c).is_empty()).count();
        let several = known.contains(&Part::Amount) && (known.contains(&Part::Base) || known.contains(&Part::Rate));
        (agents > 0 && several && rubrics >= RUBRICS).then(|| lay_out(rows, (at, column), &parts))
    })
}

fn of_names(text: &str, wording: &Wording<'_>) -> bool {
    let given = wording.cx.vocabulary.role(crate::facts::Role::GivenName);
    let scores = wording.titles.scores(text);
    given.is_some_and(|f| scores.get(&Title::Fact(f)).is_some_and(|s| *s >= SURELY))
}

/// Which part each row holds; `None` where a row that is no sum says none, or no row says any.
fn parts_of(rows: &[OwnedRow], column: usize, wording: &Wording<'_>) -> Option<Vec<Option<Part>>> {
    let mut seen: BTreeMap<String, Option<Part>> = BTreeMap::new();
    let mut out = Vec::new();
    for row in rows {
        let text = shown(row, column);
        let first = row.cells.iter().map(Cell::shown).find(|t| !t.is_empty()).unwrap_or_default();
        if text.is_empty() && (first.is_empty() || summing(&first).is_some()) {
            out.push(None);
            continue;
        }
        if seen.len() > PARTS.len() + 2 {
            return None;
        }
        let part = *seen.entry(text.clone()).or_insert_with(|| part_named(&text, wording));
        out.push(Some(part?));
    }
    out.iter().any(Option::is_some).then_some(out)
}

fn part_named(text: &str, wording: &Wording<'_>) -> Option<Part> {
    let scores = wording.titles.scores(text);
    let of = |p: Part| scores.get(&Title::Part(p)).copied().unwrap_or(0);
    let best = PARTS.into_iter().map(|(p, _)| (of(p), p)).max()?;
    let employers = [Meaning::EmployerAmount, Meaning::EmployerRate].into_iter();
    let said = employers.map(|m| scores.get(&Title::Plain(m)).copied().unwrap_or(0)).max().unwrap_or(0);
    (best.0 >= SURELY && (best.0 >= said || matches!(best.1, Part::EmployerAmount | Part::EmployerRate))).then_some(best.1)
}

fn lay_out(rows: &[OwnedRow], (at, column): (usize, usize), parts: &[Option<Part>]) -> Laid {
    let text = |t: &str| Cell::Text(t.to_owned().into());
    let known: BTreeSet<Part> = parts.iter().flatten().copied().collect();
    let shown_parts: Vec<(Part, &str)> = PARTS.into_iter().filter(|(p, _)| known.contains(p)).collect();
    let place = |r: &OwnedRow, c: usize| (r.number, u16::try_from(c).unwrap_or(At::NO_COLUMN));
    let mut laid = Laid::default();
    for row in &rows[..at] {
        let cells = row.cells.iter().enumerate().map(|(c, cell)| (cell.clone(), Some(place(row, c))));
        laid.put(cells.collect(), (row.number, At::NO_COLUMN));
    }
    let head = &rows[at];
    let mut titles: Vec<_> = (0..column).map(|c| (head.cells[c].clone(), Some(place(head, c)))).collect();
    titles.extend([LABEL].into_iter().chain(shown_parts.iter().map(|p| p.1)).map(|t| (text(t), None)));
    laid.put(titles, (head.number, At::NO_COLUMN));
    let body = &rows[at + 1..];
    let who = |r: &OwnedRow| (0..column).map(|c| shown(r, c)).collect::<Vec<_>>();
    let mut from = 0;
    while from < body.len() {
        // The rows of one agent follow each other; a part that comes again is the next one's.
        let mut until = from + 1;
        let blank = |r: &OwnedRow| who(r).iter().all(String::is_empty);
        let again = |i: usize| parts[from..i].contains(&parts[i]);
        while until < body.len()
            && parts[until].is_some()
            && !again(until)
            && (who(&body[until]) == who(&body[from]) || blank(&body[until]))
        {
            until += 1;
        }
        if parts[from].is_some() {
            one_agent(&mut laid, head, &body[from..until], &parts[from..until], column, &shown_parts);
        }
        from = until;
    }
    laid
}

/// A row for each rubric of an agent.
fn one_agent(laid: &mut Laid, head: &OwnedRow, rows: &[OwnedRow], parts: &[Option<Part>], column: usize, shown_parts: &[(Part, &str)]) {
    let place = |r: &OwnedRow, c: usize| u16::try_from(c).ok().map(|c| (r.number, c));
    for c in column + 1..head.cells.len() {
        if shown(head, c).is_empty() || rows.iter().all(|r| shown(r, c).is_empty()) {
            continue;
        }
        let mut cells: Vec<(Cell<'static>, Option<(u32, u16)>)> =
            (0..column).map(|c| (rows[0].cells.get(c).cloned().unwrap_or(Cell::Empty), place(&rows[0], c))).collect();
        cells.push((head.cells[c].clone(), place(head, c)));
        let mut whole = (rows[0].number, At::NO_COLUMN);
        for (part, _) in shown_parts {
            let row = rows.iter().zip(parts).find(|(_, p)| **p == Some(*part)).map(|(r, _)| r);
            let cell = row.and_then(|r| r.cells.get(c).cloned()).unwrap_or(Cell::Empty);
            if let (Part::Amount | Part::EmployerAmount, Some(r)) = (part, row)
                && !cell.shown().is_empty()
            {
                whole = place(r, c).unwrap_or(whole);
            }
            cells.push((cell, row.and_then(|r| place(r, c))));
        }
        laid.put(cells, whole);
    }
}
