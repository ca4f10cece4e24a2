//! Several tables in one sheet, one below the other: « Départs » above « Arrivées », each with its own headings.

use super::Wording;
use crate::normalise::lists;
use crate::normalise::text::fold;
use crate::read::table::{Cell, OwnedRow};
use std::ops::Range;

/// The rows of each table, when there are several.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Vec<Range<usize>> {
    let mut headings: Vec<usize> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let Some(last) = headings.last() else {
            if is_heading(row, wording) {
                headings.push(i);
            }
            continue;
        };
        let data = rows[last + 1..i].iter().any(|r| filled(r) >= 2 && !is_heading(r, wording));
        // Headings may be of two lines, and come again on every page.
        let again = rows[*last..].iter().take(2).any(|r| words(r) == words(row));
        if data && is_heading(row, wording) && (!again || another_title(rows, headings[0], *last, i)) {
            headings.push(i);
        }
    }
    if headings.len() < 2 {
        return std::iter::once(0..rows.len()).collect();
    }
    let mut cuts: Vec<usize> = vec![0];
    cuts.extend(headings.windows(2).map(|w| begin(rows, w[0], w[1])));
    cuts.push(rows.len());
    cuts.windows(2).map(|w| w[0]..w[1]).collect()
}

/// Titles alone, of which several are known and one says where the agents stand.
fn is_heading(row: &OwnedRow, wording: &Wording<'_>) -> bool {
    let cells: Vec<_> = row.cells.iter().filter(|c| !c.shown().is_empty()).collect();
    let text = |c: &&Cell<'_>| matches!(c, Cell::Text(t) if t.chars().any(char::is_alphabetic) && t.len() <= 120);
    if cells.len() < 2 || !cells.iter().all(text) {
        return false;
    }
    let known = cells.iter().filter(|c| wording.known(&c.shown())).count();
    known >= 2 && known * 3 >= cells.len() && cells.iter().any(|c| wording.of_agents(&c.shown()))
}

/// The first row of the table with these headings: its title lines stand right above them, below a gap.
fn begin(rows: &[OwnedRow], before: usize, heading: usize) -> usize {
    let mut first = heading;
    while first > before + 1 && filled(&rows[first - 1]) == 1 {
        let gap = rows[first].number > rows[first - 1].number + 1;
        // Above a gap stands the foot of the table before, but for one line of title.
        if gap && first < heading {
            break;
        }
        first -= 1;
    }
    first
}

/// The same headings below another title line: another list. A page's head says the same again.
fn another_title(rows: &[OwnedRow], first: usize, last: usize, heading: usize) -> bool {
    let title = |from: usize, to: usize| -> String {
        let lines = rows[from..to].iter().map(|r| r.cells.iter().map(|c| fold(&c.shown())).collect::<String>());
        lines.collect::<String>().chars().filter(|c| c.is_alphabetic()).collect()
    };
    let begun = begin(rows, last, heading);
    let above = title(begun, heading);
    let text = |rows: &[OwnedRow]| rows.iter().flat_map(|r| &r.cells).map(|c| c.shown().into_owned()).collect::<Vec<_>>().join(" ");
    // « Page 2 » and the name of the town are no title of a list.
    let speaks = || lists::ROLES.iter().any(|r| crate::normalise::titles::speaks_of(&text(&rows[begun..heading]), *r) > 0);
    // « Paie de septembre 2022 » above, « Paie d'octobre 2022 » below.
    let month = |rows: &[OwnedRow]| lists::years_and_months(&text(rows), true).into_iter().find(|m| m.1.is_some());
    let of_another_month = || month(&rows[begun..heading]).zip(month(&rows[..first])).is_some_and(|(here, before)| here != before);
    title(0, first) != above && (speaks() || of_another_month())
}

fn filled(row: &OwnedRow) -> usize {
    row.cells.iter().filter(|c| !c.shown().is_empty()).count()
}

fn words(row: &OwnedRow) -> Vec<String> {
    row.cells.iter().map(|c| fold(&c.shown())).filter(|t| !t.is_empty()).collect()
}
