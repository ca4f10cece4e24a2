//! Days across and a cross for whoever was away: « Grèves » over « Matricule | 06/09 | 13/09 | Total jours ». It becomes a list of absences.
//!
//! Only where the names or the title say one kind of absence that lasts a day, and every title to the right of the agents is a day
//! of the month to be paid or of the one before. Whose marks are no crosses, or make another sum, is asked. The day may stand above the
//! titles instead, and crosses below « Journée entière | Demi-journée ».

use super::calendar::{Absence, lay_out};
use super::{Laid, Wording, shown};
use crate::ground::At;
use crate::ground::place::stem;
use crate::normalise::titles::{half_a_day, lasts_a_day, of_thirtieths, remarks, summing, whole_day};
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
    let Some(days) = rows.iter().take(ABOVE).enumerate().find_map(|(i, r)| days(i, r, wording)) else {
        return by_share(rows, table, wording);
    };
    let first = days.columns.first()?.0;
    let title: Vec<String> = rows[..days.row].iter().flat_map(|r| r.cells.iter().map(|c| c.shown().into_owned())).collect();
    let nature = records::named_nature_of(table.sheet.as_deref(), title.join(" ").trim(), stem(&table.file), wording.cx);
    if !lasts_a_day(&nature) {
        return None;
    }
    let mut list = Vec::new();
    for (row, who) in agents(&rows[days.row + 1..], first)? {
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

/// The rows of somebody, with the cells that say who it is; `None` where crosses stand in a row of nobody.
fn agents(rows: &[OwnedRow], first: usize) -> Option<Vec<(&OwnedRow, Vec<Cell<'static>>)>> {
    let mut found = Vec::new();
    for row in rows {
        let Some(name) = (0..first).map(|c| shown(row, c)).find(|t| !t.is_empty()) else {
            if row.cells.iter().all(|c| c.shown().trim().is_empty()) {
                continue;
            }
            return None;
        };
        if summing(&name).is_none() && !remarks(&name) {
            found.push((row, (0..first).map(|c| row.cells.get(c).cloned().unwrap_or(Cell::Empty)).collect()));
        }
    }
    Some(found)
}

/// The columns of crosses for a whole day and for half of one, and of the thirtieths that these make.
struct Shares {
    row: usize,
    whole: usize,
    half: usize,
    thirtieths: Option<usize>,
}

/// « Journée de grève du 9 janvier » over « Journée entière | Demi-journée »: the day stands above, once.
fn by_share(rows: &[OwnedRow], table: &Table, wording: &Wording<'_>) -> Option<Laid> {
    let found = rows.iter().take(ABOVE).enumerate().find_map(|(i, r)| shares(i, r, wording))?;
    let first = found.whole.min(found.half);
    let above: Vec<String> = rows[..found.row].iter().flat_map(|r| r.cells.iter().map(|c| c.shown().into_owned())).collect();
    let title = above.join(" ");
    let nature = records::named_nature_of(table.sheet.as_deref(), title.trim(), stem(&table.file), wording.cx);
    let day = one_day(&title, wording).filter(|_| lasts_a_day(&nature))?;
    let mut list = Vec::new();
    let mut halves = Vec::new();
    for (row, who) in agents(&rows[found.row + 1..], first)? {
        let (whole, half) = (shown(row, found.whole), shown(row, found.half));
        let known = [Some(found.whole), Some(found.half), found.thirtieths];
        let beyond = row.cells.iter().enumerate().skip(first).any(|(c, x)| !known.contains(&Some(c)) && !x.shown().trim().is_empty());
        if beyond {
            return None;
        }
        let made = found.thirtieths.map(|c| shown(row, c)).filter(|t| !t.is_empty());
        if whole.is_empty() && half.is_empty() && made.is_none() {
            continue;
        }
        // Both, another mark, or thirtieths of another time or alone: asked.
        let made = made.is_none_or(|t| matches!((t.as_str(), half.is_empty()), ("1/30" | "1", true) | ("1/60" | "0,5" | "0.5", false)));
        let sure = made && (is_cross(&whole) && half.is_empty() || whole.is_empty() && is_cross(&half));
        let column = if whole.is_empty() { found.half } else { found.whole };
        halves.push(sure && !half.is_empty());
        list.push(Absence { number: row.number, who, nature: nature.clone(), from: (day, column), to: sure.then_some((day, column)) });
    }
    if list.is_empty() {
        return None;
    }
    let numbers: Vec<u32> = list.iter().map(|a| a.number).collect();
    let mut laid = lay_out(&rows[..found.row], &rows[found.row], list, first);
    let text = |t: String| Cell::Text(t.into());
    let below = laid.rows.len() - halves.len();
    laid.rows[below - 1].cells.push(text(shown(&rows[found.row], found.half)));
    for ((row, half), number) in laid.rows[below..].iter_mut().zip(halves).zip(numbers) {
        let at = |c: usize| u16::try_from(c).unwrap_or(At::NO_COLUMN);
        laid.moved.insert((row.number, at(row.cells.len())), (number, at(found.half)));
        row.cells.push(if half { text("X".to_owned()) } else { Cell::Empty });
    }
    Some(laid)
}

fn shares(row: usize, cells: &OwnedRow, wording: &Wording<'_>) -> Option<Shares> {
    let at = |of: fn(&str) -> bool| (0..cells.cells.len()).find(|&c| of(&shown(cells, c)));
    let (whole, half) = (at(whole_day)?, at(half_a_day)?);
    let agents = (0..whole.min(half)).any(|c| wording.of_agents(&shown(cells, c)));
    agents.then(|| Shares { row, whole, half, thirtieths: at(of_thirtieths) })
}

/// The one day that a text tells, in figures or in words, where it is of the month to be paid or of the one before.
fn one_day(text: &str, wording: &Wording<'_>) -> Option<NaiveDate> {
    let latest = crate::normalise::recognise::latest_date(wording.cx);
    let words: Vec<&str> = text.split_whitespace().map(|w| w.trim_matches([',', ';', ':', '.', '(', ')'])).collect();
    let read =
        |n: usize| words.windows(n).filter(|w| w[0].starts_with(|c: char| c.is_ascii_digit())).map(|w| w.join(" ")).collect::<Vec<_>>();
    let figures = read(1).into_iter().filter(|t| t.matches(['/', '-', '.']).count() == 2);
    let days: std::collections::BTreeSet<NaiveDate> =
        figures.chain(read(3)).filter_map(|t| values::date(&t, latest).ok().flatten()).collect();
    let months = [wording.cx.month, wording.cx.last].map(|m| (m.year(), m.month()));
    let mut days = days.into_iter();
    let day = days.next().filter(|_| days.next().is_none())?;
    months.contains(&(day.year(), day.month())).then_some(day)
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
