//! « Mouvement | Matricule | … | Date | … »: who leaves and who comes in one sheet, told apart by a word in each row.
//!
//! In: a table whose rows say « Sortie » or « Entrée », with one date and facts of whoever comes. Out: the leavers below a date of
//! leaving, the newcomers below a date of entry, and all other rows as they were.

use super::{KNOWN, Laid, SURELY, Wording, shown};
use crate::facts::Role as FactRole;
use crate::ground::At;
use crate::normalise::mapping::Meaning;
use crate::normalise::titles::{Movement, Title, movement, movement_date, movement_titles, says_kind, says_value};
use crate::read::table::{Cell, OwnedRow};
use std::collections::BTreeSet;
use std::ops::Range;

/// Rows of words above the titles.
const ABOVE: usize = 12;

/// The columns that such a sheet is told apart by.
struct Columns {
    heading: usize,
    agent: usize,
    kind: usize,
    date: usize,
}

/// The rows laid out one kind below the other, and those of each kind.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<(Laid, Vec<Range<usize>>)> {
    let heading = rows.iter().take(ABOVE).position(|r| r.cells.iter().any(|c| wording.of_agents(&c.shown())))?;
    let at = columns(&rows[heading], heading, wording)?;
    let data: Vec<&OwnedRow> = rows[heading + 1..].iter().filter(|r| r.cells.iter().any(|c| !c.shown().is_empty())).collect();
    let known = data.iter().filter(|r| movement(&shown(r, at.kind)).is_some()).count();
    let people: BTreeSet<String> = data.iter().map(|r| shown(r, at.agent)).collect();
    // A career has several rows of one agent, and other movements than these.
    if known == 0 || known < data.len() && (people.len() < data.len() || known * 2 < data.len()) {
        return None;
    }
    let mut laid = Laid::default();
    let mut parts = Vec::new();
    for kind in [Some(Movement::Leaves), Some(Movement::Enters), None] {
        let of: Vec<&OwnedRow> = data.iter().copied().filter(|r| movement(&shown(r, at.kind)) == kind).collect();
        if !of.is_empty() {
            let first = laid.rows.len();
            lay(&mut laid, rows, &at, (kind, &of));
            parts.push(first..laid.rows.len());
        }
    }
    Some((laid, parts))
}

/// Headings of movements with a date that says nothing more, and neither a day of arrival nor of leaving nor a new value.
fn columns(row: &OwnedRow, heading: usize, wording: &Wording<'_>) -> Option<Columns> {
    let one = |says: &dyn Fn(&str) -> bool| {
        let mut found = (0..row.cells.len()).filter(|&c| says(&shown(row, c)));
        found.next().filter(|_| found.next().is_none())
    };
    let (kind, date) = (one(&says_kind)?, one(&movement_date)?);
    let agent = (0..row.cells.len()).find(|&c| wording.of_agents(&shown(row, c)))?;
    let days = [FactRole::Entry, FactRole::Exit].into_iter().filter_map(|r| wording.cx.vocabulary.role(r)).map(Title::Fact);
    let days: Vec<Title> = days.chain([Meaning::Effective, Meaning::To].map(Title::Plain)).collect();
    let told = |c: usize| {
        let scores = wording.titles.scores(&shown(row, c));
        says_value(&shown(row, c)) || days.iter().any(|d| scores.get(d).is_some_and(|s| *s >= SURELY))
    };
    let others: Vec<usize> = (0..row.cells.len()).filter(|c| *c != kind && *c != date).collect();
    let titled = others.iter().filter(|&&c| wording.titles.best(&shown(row, c)) >= KNOWN).count();
    (titled >= 2 && !others.into_iter().any(told)).then_some(Columns { heading, agent, kind, date })
}

/// The rows of a kind below the titles, without columns that have nothing in them; the date says whose it is.
fn lay(laid: &mut Laid, rows: &[OwnedRow], at: &Columns, (kind, of): (Option<Movement>, &[&OwnedRow])) {
    let titles = &rows[at.heading];
    let width = of.iter().map(|r| r.cells.len()).chain([titles.cells.len()]).max().unwrap_or(0);
    let filled = |c: &usize| of.iter().any(|r| !shown(r, *c).is_empty());
    let kept: Vec<usize> = (0..width).filter(|c| (kind.is_none() || *c != at.kind) && filled(c)).collect();
    let own = |t: &str| Cell::Text(t.to_owned().into());
    let above = rows[..at.heading].iter().flat_map(|r| r.cells.iter().map(|c| c.shown().into_owned())).filter(|t| !t.is_empty());
    let words = kind.map(movement_titles);
    let called = words.map(|w| w[0].clone()).into_iter().chain(above).collect::<Vec<_>>().join(" - ");
    if !called.is_empty() {
        laid.put(vec![(own(&called), None)], (rows[0].number, At::NO_COLUMN));
    }
    for (n, row) in std::iter::once(&titles).chain(of).enumerate() {
        let cell = |&c: &usize| {
            let dated = words.filter(|_| n == 0 && c == at.date).map(|w| own(&w[1]));
            let cell = dated.unwrap_or_else(|| row.cells.get(c).cloned().unwrap_or(Cell::Empty));
            (cell, Some((row.number, u16::try_from(c).unwrap_or(At::NO_COLUMN))))
        };
        laid.put(kept.iter().map(cell).collect(), (row.number, At::NO_COLUMN));
    }
}
