//! Printed pages of lines of pay: the titles at the top of each page, the agents in rows of their own between the lines.
//!
//! Only those are laid out whose agents stand in rows that no reader of a register knows: a number, a name, and more beside.

use super::Wording;
use super::slips::{Agent, Slip, amounts, heads_lines};
use crate::normalise::titles::summing;
use crate::normalise::{bands, cells, values};
use crate::read::table::{Cell, OwnedRow};
use std::collections::BTreeSet;

/// Fewer agents, and fewer lines of each, are another table.
const AGENTS: usize = 2;
const LINES: usize = 3;
/// The titles stand within so many rows.
const HEAD: usize = 40;

/// Whether the first rows of a longer sheet look like it.
pub fn begins(rows: &[OwnedRow], wording: &Wording<'_>) -> bool {
    !find(rows, wording).is_empty()
}

/// The payslips of a sheet, one for each stretch of an agent on a page; none when it is anything else.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Vec<Slip> {
    let Some(first) = rows.iter().take(HEAD).position(|r| heads_lines(r, wording)) else { return Vec::new() };
    let columns = amounts(&rows[first], wording);
    let paid = |r: &OwnedRow| {
        columns.iter().any(|c| r.cells.get(*c).is_some_and(|x| matches!(cells::number(x, values::Mark::Unknown), Ok(Some(_)))))
    };
    // A line names its rubric by code and label, which a row without amounts may name too.
    let leading = |r: &OwnedRow| {
        let mut texts = r.cells.iter().map(|c| c.shown().into_owned()).filter(|t| !t.is_empty());
        (texts.next().unwrap_or_default(), texts.next().unwrap_or_default())
    };
    let rubrics: BTreeSet<(String, String)> = rows[first + 1..].iter().filter(|r| paid(r)).map(leading).collect();
    let mut people: BTreeSet<Agent> = BTreeSet::new();
    let (mut heading, mut of, mut lines, mut unseen) = (first, None::<(Agent, usize)>, 0, 0);
    let mut goes_on = false;
    let mut out: Vec<Slip> = Vec::new();
    for (i, row) in rows.iter().enumerate().skip(first + 1) {
        if paid(row) {
            // A line of nobody's: some agent is not understood.
            if of.is_none() && summing(&leading(row).0).is_none() {
                return Vec::new();
            }
            lines += 1;
            continue;
        }
        let known = bands::of_cells(&row.cells);
        let band = known.clone().or_else(|| opens(row)).filter(|b| !rubrics.contains(&leading(row)) && !wording.known_well(&b.surname));
        let titles = band.is_none() && heads_lines(row, wording);
        if band.is_none() && !titles {
            continue;
        }
        if let Some((agent, from)) = &of {
            out.push(Slip::of(agent.clone(), rows, heading, *from..i, wording).going_on(goes_on));
        }
        goes_on = band.is_none();
        if let Some(b) = band {
            unseen += usize::from(known.is_none());
            let agent = Agent { id: b.id, name: format!("{} {}", b.surname, b.given).trim().to_owned() };
            people.insert(agent.clone());
            of = Some((agent, i + 1));
        } else {
            heading = i;
            of = of.map(|(agent, _)| (agent, i + 1));
        }
    }
    if let Some((agent, from)) = of {
        out.push(Slip::of(agent, rows, heading, from..rows.len(), wording).going_on(goes_on));
    }
    if unseen > 0 && people.len() >= AGENTS && lines >= LINES * people.len() { out } else { Vec::new() }
}

/// « 00124 | SALAUN YANN | | ADJOINT TECHNIQUE | | IM 376 »: the number and the name that a row opens with.
fn opens(row: &OwnedRow) -> Option<bands::Band> {
    let filled: Vec<Cell<'static>> = row.cells.iter().filter(|c| !c.shown().is_empty()).cloned().collect();
    (1..=filled.len().min(2)).find_map(|n| bands::of_cells(&filled[..n]))
}
