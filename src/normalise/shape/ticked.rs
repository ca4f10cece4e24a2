//! Days across and a cross for whoever was away: « Grèves » over « Matricule | 06/09 | 13/09 | Total jours ». It becomes a list of absences.
//!
//! Only where the names or the title say one kind of absence that lasts a day, and every title to the right of the agents is a day
//! of the month to be paid or of the one before. Whose marks are no crosses, or make another sum, is asked.

use super::calendar::{Absence, lay_out};
use super::{Laid, Wording, shown};
use crate::ground::place::stem;
use crate::normalise::titles::{lasts_a_day, remarks, summing};
use crate::normalise::{records, values};
use crate::read::table::{Cell, OwnedRow, Table};
use chrono::{Datelike, NaiveDate};

/// Rows of words above the days.
const ABOVE: usize = 12;

/// The row of titles, the column of each day, and one of sums behind them.
struct Days {
    row: usize,
    columns: Vec<(usize, NaiveDate)>,
    sum: Option<usize>,
}

/// The sheet as a list of absences.
pub fn find(rows: &[OwnedRow], table: &Table, wording: &Wording<'_>) -> Option<Laid> {
    let days = rows.iter().take(ABOVE).enumerate().find_map(|(i, r)| days(i, r, wording))?;
    let first = days.columns.first()?.0;
    let title: Vec<String> = rows[..days.row].iter().flat_map(|r| r.cells.iter().map(|c| c.shown().into_owned())).collect();
    let nature = records::named_nature_of(table.sheet.as_deref(), title.join(" ").trim(), stem(&table.file), wording.cx);
    if !lasts_a_day(&nature) {
        return None;
    }
    let mut list = Vec::new();
    for row in &rows[days.row + 1..] {
        let who: Vec<Cell<'static>> = (0..first).map(|c| row.cells.get(c).cloned().unwrap_or(Cell::Empty)).collect();
        let Some(name) = (0..first).map(|c| shown(row, c)).find(|t| !t.is_empty()) else {
            if row.cells.iter().all(|c| c.shown().trim().is_empty()) {
                continue;
            }
            return None;
        };
        if summing(&name).is_some() || remarks(&name) {
            continue;
        }
        let away: Vec<(usize, NaiveDate)> = days.columns.iter().filter(|(c, _)| !shown(row, *c).is_empty()).copied().collect();
        let counted = days.sum.map(|c| shown(row, c)).filter(|t| !t.is_empty());
        let behind = row.cells.iter().enumerate().skip(days.columns.last()?.0 + 1).filter(|(c, _)| days.sum != Some(*c));
        let beyond = behind.into_iter().any(|(_, c)| !c.shown().trim().is_empty());
        if beyond {
            return None;
        }
        // Another mark, or a sum that the crosses do not make: a beginning without an end, which is asked.
        let sums = counted.is_none_or(|t| t.parse() == Ok(away.len()));
        let sure = |c: usize| sums && is_cross(&shown(row, c));
        let absence = |(c, day)| Absence {
            number: row.number,
            who: who.clone(),
            nature: nature.clone(),
            from: (day, c),
            to: sure(c).then_some((day, c)),
        };
        list.extend(away.into_iter().map(absence));
    }
    (!list.is_empty()).then(|| lay_out(&rows[..days.row], &rows[days.row], list, first))
}

/// A row of titles: the agents, then days, then perhaps their number.
fn days(row: usize, cells: &OwnedRow, wording: &Wording<'_>) -> Option<Days> {
    let day = |c: usize| day_of(cells.cells.get(c)?, wording);
    let first = (0..cells.cells.len()).find(|&c| day(c).is_some())?;
    let columns: Vec<(usize, NaiveDate)> = (first..cells.cells.len()).map_while(|c| Some((c, day(c)?))).collect();
    let behind = first + columns.len();
    let rest: Vec<usize> = (behind..cells.cells.len()).filter(|&c| !shown(cells, c).is_empty()).collect();
    let sum = rest.first().copied().filter(|&c| summing(&shown(cells, c)).is_some());
    let alone = rest.is_empty() || rest.len() == 1 && sum.is_some();
    let months = [wording.cx.month, wording.cx.last].map(|m| (m.year(), m.month()));
    let known = columns.iter().all(|(_, d)| months.contains(&(d.year(), d.month())));
    let agents = (0..first).any(|c| wording.of_agents(&shown(cells, c)));
    (alone && known && agents).then_some(Days { row, columns, sum })
}

fn day_of(cell: &Cell<'_>, wording: &Wording<'_>) -> Option<NaiveDate> {
    if let Cell::Date(d) = cell {
        return Some(*d);
    }
    let text = cell.shown();
    let dated = text.matches(['/', '-', '.']).count() == 2;
    let read = || values::date(text.trim(), crate::normalise::recognise::latest_date(wording.cx)).ok().flatten();
    if dated { read() } else { None }
}

fn is_cross(text: &str) -> bool {
    matches!(text.trim(), "X" | "x" | "1" | "\u{2713}" | "\u{2714}" | "\u{d7}")
}
