//! « du 14/03/2022 au 16/03/2022 » in one cell: the two days stand in columns of their own, « Du » and « Au ».
//!
//! A column is taken apart only where each of its cells is such a span, or one day (« le 17/03/2022 »), and one at least is a span.

use super::{Laid, Wording};
use crate::ground::At;
use crate::ground::place::Moved;
use crate::normalise::text::fold;
use crate::normalise::titles::{names_one_day, span_words};
use crate::normalise::values;
use crate::read::table::{Cell, OwnedRow};
use chrono::{Datelike, NaiveDate};

/// Rows of words above the titles.
const ABOVE: usize = 12;

/// The same table with such a column as two.
pub fn find(rows: &[OwnedRow], latest: NaiveDate, wording: &Wording<'_>) -> Option<Laid> {
    let heading = rows.iter().take(ABOVE).position(|r| r.cells.iter().any(|c| wording.of_agents(&c.shown())))?;
    let width = rows[heading].cells.len();
    let text = |r: &OwnedRow, c: usize| r.cells.get(c).map(|c| c.shown().into_owned()).unwrap_or_default();
    let data = || rows[heading + 1..].iter().filter(|r| r.cells.iter().filter(|c| !c.shown().is_empty()).count() >= 2);
    let column = (0..width).find(|&c| {
        let cells: Vec<String> = data().map(|r| text(r, c)).filter(|t| !t.is_empty()).collect();
        let all: Vec<_> = cells.iter().map(|t| span(t, latest)).collect();
        !all.is_empty() && all.iter().all(Option::is_some) && cells.iter().any(|t| between(&fold(t)).is_some())
    })?;
    let mut moved = Moved::new();
    let lay = |r: &OwnedRow, below: bool, moved: &mut Moved| {
        let days = span(&text(r, column), latest).filter(|_| below);
        let own = |day: Option<NaiveDate>| day.map_or(Cell::Empty, |d| Cell::Text(d.format("%d/%m/%Y").to_string().into()));
        let mut cells = Vec::with_capacity(r.cells.len() + 1);
        for (c, cell) in r.cells.iter().enumerate() {
            match (c == column, r.number == rows[heading].number) {
                (true, true) => cells.extend(span_words().map(|w| Cell::Text(w.to_owned().into()))),
                (true, false) if below && days.is_some() => cells.extend([own(days.map(|d| d.0)), own(days.map(|d| d.1))]),
                (true, false) => cells.extend([cell.clone(), Cell::Empty]),
                (false, _) => cells.push(cell.clone()),
            }
        }
        for c in column + 1..cells.len() {
            let place = |c: usize| u16::try_from(c).unwrap_or(At::NO_COLUMN);
            moved.insert((r.number, place(c)), (r.number, place(c - 1)));
        }
        OwnedRow { number: r.number, cells, hidden: r.hidden }
    };
    let out = rows.iter().enumerate().map(|(i, r)| lay(r, i > heading, &mut moved)).collect();
    Some(Laid { rows: out, moved })
}

/// The first and the last day of a text: « du 07 au 11/03/2022 », « le 17/03/2022 ».
fn span(text: &str, latest: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let folded = fold(text);
    let day = |t: &str| values::date(t, latest).ok().flatten();
    let Some((a, b)) = between(&folded) else {
        let (word, rest) = folded.split_once(' ')?;
        return day(rest).filter(|_| names_one_day(word)).map(|d| (d, d));
    };
    let last = day(b)?;
    // What the first day leaves out is as in the last one.
    let parts: Vec<u32> = a.split(['/', '-', '.']).filter_map(|p| p.trim_end_matches("er").parse().ok()).collect();
    let first = match (parts.as_slice(), a.split(['/', '-', '.']).count()) {
        ([d], 1) => NaiveDate::from_ymd_opt(last.year(), last.month(), *d),
        ([d, m], 2) => NaiveDate::from_ymd_opt(last.year(), *m, *d),
        _ => day(a),
    };
    first.filter(|d| *d <= last).map(|d| (d, last))
}

/// What stands between « du » and « au », and behind.
fn between(folded: &str) -> Option<(&str, &str)> {
    let [from, to] = span_words().map(fold);
    let (a, b) = folded.strip_prefix(from.as_str())?.split_once(&format!(" {to} "))?;
    a.starts_with(' ').then(|| (a.trim(), b.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_may_hold_two_days() {
        let latest = NaiveDate::from_ymd_opt(2032, 3, 31).expect("a day");
        for (text, want) in [
            ("du 14/03/2022 au 16/03/2022", Some(("2022-03-14", "2022-03-16"))),
            ("du 07 au 11/03/2022", Some(("2022-03-07", "2022-03-11"))),
            ("Du 28/02 au 04/03/2022", Some(("2022-02-28", "2022-03-04"))),
            ("le 17/03/2022", Some(("2022-03-17", "2022-03-17"))),
            ("du 16/03/2022 au 14/03/2022", None),
            ("17/03/2022", None),
            ("du matin au soir", None),
        ] {
            let found = span(text, latest).map(|(a, b)| (a.to_string(), b.to_string()));
            assert_eq!(found.as_ref().map(|(a, b)| (a.as_str(), b.as_str())), want, "{text}");
        }
    }
}
