//! A planning of the month: the days across, a letter for each day somebody is away, and a legend. It becomes a list of absences.
//!
//! Only where the legend or the vocabulary explains every letter, and the sheet is of the month to be paid. Letters without
//! effect on pay make no row. An absence whose last day touches a weekend or the end of the month has no end here: it is asked.

use super::{Laid, Wording, shown};
use crate::ground::At;
use crate::ground::place::Moved;
use crate::normalise::lists;
use crate::normalise::text::fold;
use crate::normalise::titles::{absence_titles, at_rest, lasts_a_day, remarks, without_effect};
use crate::normalise::values;
use crate::read::table::{Cell, OwnedRow};
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::BTreeMap;

/// Rows of words above the days.
const ABOVE: usize = 12;
/// Days that a month has at least.
const DAYS: usize = 28;

/// The days of a month across the sheet: the row that numbers them, and the column of each.
struct Days {
    row: usize,
    columns: Vec<(usize, NaiveDate)>,
}

/// The sheet as a list of absences. `called` is what its file and its sheet are called.
pub fn find(rows: &[OwnedRow], called: &str, wording: &Wording<'_>) -> Option<Laid> {
    let days = rows.iter().take(ABOVE).enumerate().find_map(|(i, r)| days(i, r, wording))?;
    let (first, last) = (days.columns.first()?.0, days.columns.last()?.0);
    let title: Vec<String> = rows[..days.row].iter().flat_map(|r| r.cells.iter().map(|c| c.shown().into_owned())).collect();
    let months = [(called, false), (title.join(" ").as_str(), true)]
        .map(|(t, title)| lists::month_said(t, wording.cx.month, wording.cx.last, title));
    if months.iter().any(|m| matches!(m, lists::Said::Other(_))) {
        return None;
    }
    let heading = &rows[days.row];
    let agents = (0..first).any(|c| wording.of_agents(&shown(heading, c)));
    if !agents || heading.cells.len() > last + 1 && rows.iter().any(|r| r.cells.iter().skip(last + 1).any(|c| !c.shown().is_empty())) {
        return None;
    }
    let (people, others): (Vec<&OwnedRow>, Vec<&OwnedRow>) = rows[days.row + 1..].iter().partition(|r| is_person(r, first, &days));
    let legend = legend(&others, &days, first)?;
    let mut list = Vec::new();
    for row in people {
        list.extend(absences(row, &days, first, &legend, wording)?);
    }
    Some(lay_out(&rows[..days.row], heading, list, first))
}

/// A row of titles in which the days of the month to be paid stand one after the other, all of them.
fn days(row: usize, cells: &OwnedRow, wording: &Wording<'_>) -> Option<Days> {
    let month = wording.cx.month;
    let length = usize::try_from(month.last_day().day()).ok()?;
    let begin = (0..cells.cells.len()).find(|&c| day_of(&cells.cells[c], wording) == Some(month.first_day()))?;
    let all = |n: usize| cells.cells.get(begin + n).and_then(|c| day_of(c, wording));
    let columns: Vec<(usize, NaiveDate)> = (0..length).map_while(|n| Some((begin + n, all(n)?))).collect();
    let ordered =
        columns.iter().enumerate().all(|(n, (_, d))| d.day0() as usize == n && d.month() == month.month() && d.year() == month.year());
    // A 31st column in a month of thirty days is of another month.
    let longer = cells.cells.get(begin + length).is_some_and(|c| c.shown().trim().parse::<u32>().is_ok());
    (columns.len() == length && length >= DAYS && ordered && !longer).then_some(Days { row, columns })
}

/// « 1 », « 01 », « lun. 1 », « L 1 », « 01/12 », or a date.
fn day_of(cell: &Cell<'_>, wording: &Wording<'_>) -> Option<NaiveDate> {
    let month = wording.cx.month;
    if let Cell::Date(d) = cell {
        return Some(*d);
    }
    let text = cell.shown();
    let text = text.trim();
    if let Ok(Some(d)) = values::date(text, crate::normalise::recognise::latest_date(wording.cx)) {
        return Some(d);
    }
    let number = text.trim_start_matches(|c: char| c.is_alphabetic() || matches!(c, '.' | ' '));
    let short = text.len() - number.len() <= 9;
    let day: u32 = number.parse().ok().filter(|_| short)?;
    month.first_day().with_day(day)
}

/// Somebody is named before the days, and no legend.
fn is_person(row: &OwnedRow, first: usize, days: &Days) -> bool {
    let before: Vec<String> = (0..first).map(|c| shown(row, c)).filter(|t| !t.is_empty()).collect();
    !before.is_empty()
        && !remarks(&before[0])
        && !before.iter().any(|t| t.contains('='))
        && days.columns.iter().all(|(c, _)| !shown(row, *c).contains('='))
}

/// What the letters mean, from the rows that name nobody; `None` where such a row is anything else.
fn legend(others: &[&OwnedRow], days: &Days, first: usize) -> Option<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    for row in others {
        let texts: Vec<String> = row.cells.iter().map(|c| c.shown().trim().to_owned()).filter(|t| !t.is_empty()).collect();
        let weekdays = texts.iter().all(|t| is_weekday(t));
        let before = (0..first).all(|c| shown(row, c).is_empty());
        if texts.is_empty() || weekdays && before && texts.len() >= days.columns.len() {
            continue;
        }
        let mut found = false;
        for (code, text) in texts.iter().flat_map(|t| t.split([';', ','])).filter_map(|t| t.split_once(['=', ':'])) {
            if !text.trim().is_empty() {
                out.insert(fold(code.trim()), text.trim().to_owned());
                found = true;
            }
        }
        if !found && !texts.first().is_some_and(|t| remarks(t)) {
            return None;
        }
    }
    Some(out)
}

fn is_weekday(text: &str) -> bool {
    let t = fold(text);
    let t = t.trim_end_matches('.');
    let names = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
    names.iter().any(|n| matches!(t.len(), 1..=3) && n.starts_with(t) || *n == t)
}

/// One absence of somebody: the cells that name them, what it is, its first day and its last, if that is sure.
pub(super) struct Absence {
    pub(super) number: u32,
    pub(super) who: Vec<Cell<'static>>,
    pub(super) nature: String,
    pub(super) from: (NaiveDate, usize),
    pub(super) to: Option<(NaiveDate, usize)>,
}

/// The absences of one row that pay depends on; `None` where a letter is not explained.
fn absences(row: &OwnedRow, days: &Days, first: usize, legend: &BTreeMap<String, String>, wording: &Wording<'_>) -> Option<Vec<Absence>> {
    let free = |d: NaiveDate| matches!(d.weekday(), Weekday::Sat | Weekday::Sun);
    let mut out: Vec<Absence> = Vec::new();
    // What each day holds: a kind of absence, or nothing that moves pay.
    let mut kinds: Vec<Option<String>> = Vec::new();
    let mut resting: Vec<bool> = Vec::new();
    for (c, _) in &days.columns {
        let text = shown(row, *c);
        let nature = legend.get(&fold(&text)).cloned().unwrap_or_else(|| text.clone());
        let fact = wording.cx.natures.fact(&nature);
        let rests = at_rest(&nature);
        let effect = fact.filter(|f| !rests && wording.cx.vocabulary.get(*f).name != without_effect());
        if !text.is_empty() && fact.is_none() && !rests {
            return None;
        }
        resting.push(rests || text.is_empty());
        kinds.push(effect.map(|_| nature));
    }
    let mut i = 0;
    while i < kinds.len() {
        let Some(nature) = kinds[i].clone() else {
            i += 1;
            continue;
        };
        let mut end = i;
        while end + 1 < kinds.len() && kinds[end + 1].as_ref() == Some(&nature) {
            end += 1;
        }
        let (c, from) = days.columns[i];
        let (e, to) = days.columns[end];
        // Whether the weekend behind belongs to it, or what came before the month, the planning does not say.
        let next = days.columns.get(end + 1);
        let open = next.is_none_or(|(_, d)| free(*d)) || i == 0 || free(days.columns[i - 1].1) && goes_on(&kinds[..i], &nature, &resting);
        let sure = lasts_a_day(&nature) || !open;
        let who = (0..first).map(|c| row.cells.get(c).cloned().unwrap_or(Cell::Empty)).collect();
        out.push(Absence { number: row.number, who, nature, from: (from, c), to: sure.then_some((to, e)) });
        i = end + 1;
    }
    Some(out)
}

/// Whether the same kind stands before a weekend that a stretch follows.
fn goes_on(before: &[Option<String>], nature: &str, resting: &[bool]) -> bool {
    let last = before.iter().enumerate().rev().find(|(i, k)| k.is_some() || !resting[*i]);
    last.is_some_and(|(_, k)| k.as_deref() == Some(nature))
}

/// A list of absences in place of the sheet, below what stands above its titles.
pub(super) fn lay_out(above: &[OwnedRow], heading: &OwnedRow, list: Vec<Absence>, first: usize) -> Laid {
    let mut moved = Moved::new();
    let place = |c: usize| u16::try_from(c).unwrap_or(At::NO_COLUMN);
    let text = |t: String| Cell::Text(t.into());
    let mut rows: Vec<OwnedRow> = above.to_vec();
    let own = |r: &OwnedRow| (0..first).map(|c| r.cells.get(c).cloned().unwrap_or(Cell::Empty)).collect::<Vec<_>>();
    let mut cells = own(heading);
    cells.extend(absence_titles().map(|t| text(t.to_owned())));
    rows.push(OwnedRow { number: heading.number, cells, hidden: false });
    for (n, a) in list.into_iter().enumerate() {
        let number = heading.number + 1 + u32::try_from(n).unwrap_or(0);
        let mut cells = a.who;
        let day = |d: NaiveDate| d.format("%d/%m/%Y").to_string();
        let (to, to_at) = a.to.map_or((String::new(), a.from.1), |(d, c)| (day(d), c));
        cells.extend([text(a.nature), text(day(a.from.0)), text(to)]);
        for c in 0..first {
            moved.insert((number, place(c)), (a.number, place(c)));
        }
        for (k, c) in [a.from.1, a.from.1, to_at].into_iter().enumerate() {
            moved.insert((number, place(first + k)), (a.number, place(c)));
        }
        moved.insert((number, At::NO_COLUMN), (a.number, At::NO_COLUMN));
        rows.push(OwnedRow { number, cells, hidden: false });
    }
    Laid { rows, moved }
}
