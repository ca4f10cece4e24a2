//! Several tables side by side in one sheet: the title that says where the agents stand comes again further right.
//!
//! Each table keeps its cells where they are; what stands in the columns of another is not its own.

use super::{KNOWN, Wording, may_head};
use crate::facts::Role as FactRole;
use crate::normalise::text::fold;
use crate::normalise::titles::Title;
use crate::read::table::{Cell, OwnedRow};
use std::ops::Range;

/// Rows of words above the titles.
const ABOVE: usize = 12;
/// Rows within which tables side by side begin, where their titles stand at different heights.
const HEIGHTS: usize = 40;

/// The columns of each table, when there are several.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<(usize, Vec<Range<usize>>)> {
    rows.iter().take(ABOVE).enumerate().filter(|(_, r)| may_head(r)).find_map(|(i, row)| {
        let parts = parts(row, wording)?;
        differs(&rows[i + 1..], &parts).then_some((i, parts))
    })
}

/// The columns of each table where their titles stand at different heights, or in one row in other words, with a column without
/// anything between them. No line above titles of different heights belongs to all of them: zero is their first row.
pub fn at_heights(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<(usize, Vec<Range<usize>>)> {
    let mut heads: Vec<(usize, Range<usize>)> = Vec::new();
    for (i, row) in rows.iter().take(HEIGHTS).enumerate() {
        for run in runs(row).filter(|c| heads_table(&row.cells[c.clone()], wording)) {
            // The same titles further down open another part of the same table.
            if heads.iter().all(|(_, h)| h.end < run.start || run.end < h.start) && has_rows(&rows[i + 1..], &run) {
                heads.push((i, run));
            }
        }
    }
    heads.sort_by_key(|h| h.1.start);
    let first = heads.first()?.0;
    let level = heads.iter().all(|h| h.0 == first);
    if level && (heads.len() < 2 || same_agents(&rows[first..], &heads, wording)) {
        return None;
    }
    let width = rows.iter().map(|r| r.cells.len()).max()?;
    let empty = |c: &usize| rows.iter().all(|r| r.cells.get(*c).is_none_or(|cell| cell.shown().is_empty()));
    let gaps: Option<Vec<usize>> = heads.windows(2).map(|w| (w[0].1.end..w[1].1.start).find(|c| empty(c))).collect();
    let ends = gaps?.into_iter().map(|g| g + 1).chain([width]).collect::<Vec<_>>();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    Some((if level { first } else { 0 }, starts.zip(ends.iter().copied()).map(|(a, b)| a..b).collect()))
}

/// Whether some row names one agent in two of the tables: then they are one table, a column left empty.
fn same_agents(rows: &[OwnedRow], heads: &[(usize, Range<usize>)], wording: &Wording<'_>) -> bool {
    let Some((titles, below)) = rows.split_first() else { return false };
    let shown = |r: &OwnedRow, c: usize| r.cells.get(c).map(|cell| fold(&cell.shown())).unwrap_or_default();
    let of_agents = |run: &Range<usize>| run.clone().filter(|c| wording.of_agents(&shown(titles, *c))).collect::<Vec<_>>();
    let columns: Vec<Vec<usize>> = heads.iter().map(|h| of_agents(&h.1)).collect();
    below.iter().any(|r| {
        let named = |of: &Vec<usize>| of.iter().map(|c| shown(r, *c)).filter(|t| !t.is_empty()).collect::<Vec<_>>();
        let each: Vec<Vec<String>> = columns.iter().map(named).collect();
        each.iter().enumerate().any(|(i, a)| each[i + 1..].iter().any(|b| a.iter().any(|t| b.contains(t))))
    })
}

/// Cells of a row that follow each other and are filled.
fn runs(row: &OwnedRow) -> impl Iterator<Item = Range<usize>> {
    let filled = |c: usize| row.cells.get(c).is_some_and(|cell| !cell.shown().is_empty());
    let starts = (0..row.cells.len()).filter(move |c| filled(*c) && (*c == 0 || !filled(*c - 1)));
    starts.map(move |a| a..(a..).find(|c| !filled(*c)).unwrap_or(a))
}

/// Titles of agents and of something else, and nothing but words.
fn heads_table(cells: &[Cell<'static>], wording: &Wording<'_>) -> bool {
    // « 14 premières heures » is one, « 4 h » is not.
    let letters = |t: &str| t.chars().filter(|c| c.is_alphabetic()).count();
    let words = |c: &Cell<'_>| matches!(c, Cell::Text(t) if t.len() <= 60 && letters(t) >= if t.starts_with(|c: char| c.is_ascii_digit()) { 3 } else { 1 });
    let titles = || cells.iter().map(|c| fold(&c.shown()));
    // Behind two titles of agents any other is one.
    let named = |t: &String| wording.of_agents(t) || of_given_names(t, wording);
    let sure = titles().filter(|t| named(t)).count() >= 2;
    let says = |t: &String| !named(t) && (sure || wording.known(t));
    cells.len() >= 2 && cells.iter().all(words) && titles().any(|t| wording.of_agents(&t)) && titles().any(|t| says(&t))
}

/// Whether something stands below the titles, in two of their columns.
fn has_rows(rows: &[OwnedRow], columns: &Range<usize>) -> bool {
    let filled = |r: &&OwnedRow| columns.clone().filter(|c| r.cells.get(*c).is_some_and(|cell| !cell.shown().is_empty())).count() >= 2;
    rows.iter().any(|r| filled(&r))
}

/// From one title of agents to the next of the same words, each with a title of something else.
fn parts(row: &OwnedRow, wording: &Wording<'_>) -> Option<Vec<Range<usize>>> {
    let titles: Vec<String> = row.cells.iter().map(|c| fold(&c.shown())).collect();
    let words = row.cells.iter().all(|c| matches!(c, Cell::Text(_) | Cell::Empty));
    let first = titles.iter().position(|t| !t.is_empty() && wording.of_agents(t)).filter(|_| words)?;
    let starts: Vec<usize> = (first..titles.len()).filter(|&c| titles[c] == titles[first]).collect();
    if starts.len() < 2 {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain([titles.len()]);
    let parts: Vec<Range<usize>> = starts.iter().copied().zip(ends).map(|(a, b)| a..b).collect();
    let says = |t: &String| !t.is_empty() && !wording.of_agents(t) && !of_given_names(t, wording);
    parts.iter().all(|p| titles[p.clone()].iter().any(says)).then_some(parts)
}

fn of_given_names(text: &str, wording: &Wording<'_>) -> bool {
    let scores = wording.titles.scores(text);
    wording.cx.vocabulary.role(FactRole::GivenName).is_some_and(|f| scores.get(&Title::Fact(f)).is_some_and(|s| *s >= KNOWN))
}

/// Whether some row names another agent in each table: a title printed twice names the same one.
fn differs(rows: &[OwnedRow], parts: &[Range<usize>]) -> bool {
    let agent = |r: &OwnedRow, p: &Range<usize>| r.cells.get(p.start).map(|c| fold(&c.shown())).unwrap_or_default();
    rows.iter().any(|r| {
        let first = agent(r, &parts[0]);
        parts.iter().any(|p| agent(r, p) != first)
    })
}

/// The rows of one table; a line of title above the headings belongs to all of them.
pub fn rows_of(rows: &[OwnedRow], heading: usize, part: &Range<usize>, first: bool) -> Vec<OwnedRow> {
    let of_all = |i: usize, r: &OwnedRow| i < heading && r.cells.iter().filter(|c| !c.shown().is_empty()).count() == 1;
    let begin = if first { 0 } else { part.start };
    let own = |i: usize, r: &OwnedRow| {
        let cells: Vec<Cell<'static>> = r
            .cells
            .iter()
            .enumerate()
            .take(if of_all(i, r) { usize::MAX } else { part.end })
            .map(|(c, cell)| if c >= begin || of_all(i, r) { cell.clone() } else { Cell::Empty })
            .collect();
        OwnedRow { number: r.number, cells, hidden: r.hidden }
    };
    let all = rows.iter().enumerate().map(|(i, r)| own(i, r));
    all.filter(|r| r.cells.iter().any(|c| !c.shown().is_empty())).collect()
}
