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
use chrono::NaiveDate;

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
        let own = |day: String| Cell::Text(day.into());
        let mut cells = Vec::with_capacity(r.cells.len() + 1);
        for (c, cell) in r.cells.iter().enumerate() {
            match (c == column, r.number == rows[heading].number) {
                (true, true) => cells.extend(span_words().map(|w| Cell::Text(w.to_owned().into()))),
                (true, false) => match days.clone() {
                    Some((from, to)) => cells.extend([own(from), own(to)]),
                    None => cells.extend([cell.clone(), Cell::Empty]),
                },
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

/// The first and the last day of a text: « du 07 au 11/03/2022 », « le 17/03/2022 », « du 21/03 au 25/03 » as they are written.
fn span(text: &str, latest: NaiveDate) -> Option<(String, String)> {
    let folded = fold(text);
    let date = |t: &str| values::date(t, latest).ok().flatten();
    let Some((a, b)) = between(&folded) else {
        let (word, rest) = folded.split_once(' ')?;
        return parts(rest).filter(|p| names_one_day(word) && p.len() >= 2).map(|_| (rest.to_owned(), rest.to_owned()));
    };
    let (first, last) = (parts(a)?, parts(b)?);
    if last.len() < 2 || first.len() > last.len() {
        return None;
    }
    // What the first day leaves out is as in the last one.
    let whole: Vec<String> = first.iter().chain(&last[first.len()..]).map(ToString::to_string).collect();
    let a = whole.join("/");
    let ordered = last.len() < 3 || date(&a).zip(date(b)).is_some_and(|(a, b)| a <= b);
    ordered.then(|| (a, b.to_owned()))
}

/// The day, the month and the year of a text, as many as it has.
fn parts(text: &str) -> Option<Vec<u32>> {
    let all = text.split(['/', '-', '.']).map(|p| p.trim_end_matches("er").parse().ok()).collect::<Option<Vec<u32>>>()?;
    let fits = (1..=3).contains(&all.len()) && (1..=31).contains(&all[0]) && all.get(1).is_none_or(|m| (1..=12).contains(m));
    fits.then_some(all)
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
            ("du 14/03/2022 au 16/03/2022", Some(("14/3/2022", "16/03/2022"))),
            ("du 07 au 11/03/2022", Some(("7/3/2022", "11/03/2022"))),
            ("Du 28/02 au 04/03/2022", Some(("28/2/2022", "04/03/2022"))),
            ("le 17/03/2022", Some(("17/03/2022", "17/03/2022"))),
            ("du 21/03 au 25/03", Some(("21/3", "25/03"))),
            ("du 16/03/2022 au 14/03/2022", None),
            ("17/03/2022", None),
            ("du matin au soir", None),
        ] {
            let found = span(text, latest);
            assert_eq!(found.as_ref().map(|(a, b)| (a.as_str(), b.as_str())), want, "{text}");
        }
    }
}
