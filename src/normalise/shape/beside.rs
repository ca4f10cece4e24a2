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

/// The columns of each table, when there are several.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<(usize, Vec<Range<usize>>)> {
    rows.iter().take(ABOVE).enumerate().filter(|(_, r)| may_head(r)).find_map(|(i, row)| {
        let parts = parts(row, wording)?;
        differs(&rows[i + 1..], &parts).then_some((i, parts))
    })
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
