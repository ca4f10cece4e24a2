//! Columns of one thing at several dates: « IM 2020 » and « IM 2021 », « Quotité jusqu'au 30/11 » and « Quotité au 01/12 ».
//!
//! The value that holds for the month is the last one not after it; what is older is the old value, or nothing.

use crate::ground::PayMonth;
use crate::normalise::columns::{Choice, is_one_off};
use crate::normalise::layout::Layout;
use crate::normalise::mapping::{Meaning, Role};
use crate::normalise::text::fold;
use crate::normalise::{Context, lists, values};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Words between a title and its date.
const BETWEEN: [&str; 13] =
    ["au", "le", "du", "en", "a", "depuis", "jusqu'au", "jusqu’au", "compter", "partir", "situation", "annee", "mois"];

/// A title without the date, the month or the year it ends with.
pub fn split(title: &str) -> (&str, Option<NaiveDate>) {
    let t = title.trim().trim_end_matches(')').trim_end();
    let Some((head, last)) = t.rsplit_once([' ', '(']) else { return (title, None) };
    let year = || {
        let y = last.parse::<i32>().ok().filter(|y| last.len() == 4 && (1990..2100).contains(y))?;
        NaiveDate::from_ymd_opt(y, 12, 31)
    };
    let month = || crate::normalise::profile::period_of(last).filter(|_| last.contains(['/', '-'])).map(PayMonth::last_day);
    let day =
        || values::date(last, NaiveDate::from_ymd_opt(2099, 12, 31)?).ok().flatten().filter(|_| last.matches(['/', '-', '.']).count() == 2);
    let Some(date) = day().or_else(month).or_else(year) else { return (title, None) };
    let mut head = head.trim_end_matches(['(', ' ', ':', '-']);
    // « au », « à compter du », and the name of the month before a year.
    while let Some((rest, _)) = head.rsplit_once(' ').filter(|(_, w)| BETWEEN.contains(&fold(w).as_str())) {
        head = rest.trim_end_matches(['(', ' ', ':', '-']);
    }
    if head.chars().any(char::is_alphabetic) { (head, Some(date)) } else { (title, None) }
}

/// A title without the name of a month it ends with: « CIA décembre ».
pub fn without_month(title: &str) -> &str {
    let head = title.trim().rsplit_once(' ').filter(|(_, last)| last.len() >= 3 && values::month_named(last).is_some());
    head.map_or(title, |(head, _)| head.trim_end_matches([' ', '-', ':', '(']))
}

/// Puts away what titles say is older than another column of the same thing.
///
/// Hours, days and sums of one month have no later value: those of several dates add up, and a person says if they do.
pub fn older(role: Role, layout: &Layout, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let month = cx.month;
    if lists::is_list(role) {
        beside_this_month(layout, cx, choices);
    }
    let mut same: BTreeMap<(String, String), Vec<(NaiveDate, usize)>> = BTreeMap::new();
    for c in 0..layout.width {
        let (head, date) = split(&layout.own[c]);
        if let Some(d) = date {
            same.entry((fold(&layout.group[c]), fold(head))).or_default().push((d, c));
        }
    }
    for mut columns in same.into_values().filter(|c| c.len() > 1) {
        if lists::is_list(role) && columns.iter().any(|(_, c)| is_once(&choices[*c], cx)) {
            continue;
        }
        columns.sort_unstable();
        let year_end = NaiveDate::from_ymd_opt(month.year(), 12, 31).unwrap_or(NaiveDate::MAX);
        let holds = columns.iter().rposition(|(d, _)| *d <= month.last_day().max(year_end)).unwrap_or(0);
        for (i, (_, c)) in columns.iter().enumerate() {
            let of = &mut choices[*c];
            if role == Role::Changes && columns.len() == 2 {
                for x in of.iter_mut() {
                    if let Meaning::Fact(f) = x.meaning {
                        x.meaning = if i == 0 { Meaning::Old(f) } else { Meaning::New(f) };
                    }
                }
            } else if i != holds {
                *of = vec![Choice { meaning: Meaning::Ignored, score: 90, title: 0, fit: 12 }];
            }
        }
    }
}

/// « Novembre » and « Décembre » over columns of the same titles: those of another month are asked, where some are of this one.
fn beside_this_month(layout: &Layout, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let said: Vec<lists::Said> = layout.group.iter().map(|g| lists::month_said(g, cx.month, cx.last, true)).collect();
    if said.contains(&lists::Said::This) {
        let other = |s: &lists::Said| matches!(s, lists::Said::Other(_));
        choices.iter_mut().zip(&said).filter(|(_, s)| other(s)).for_each(|(c, _)| c.clear());
    }
}

/// Whether what a column most likely holds is of one month alone.
fn is_once(choices: &[Choice], cx: &Context<'_>) -> bool {
    let best = choices.iter().max_by_key(|c| c.score);
    best.is_some_and(|c| matches!(c.meaning, Meaning::Fact(f) if is_one_off(cx.vocabulary.get(f))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_may_end_with_a_date() {
        for (title, head, date) in [
            ("IM 2021", "IM", Some("2021-12-31")),
            ("IFSE (2020)", "IFSE", Some("2020-12-31")),
            ("Quotité jusqu'au 30/11/2021", "Quotité", Some("2021-11-30")),
            ("Quotité au 01/12/2021", "Quotité", Some("2021-12-01")),
            ("Indice à compter du 01/12/2021", "Indice", Some("2021-12-01")),
            ("IM 11/2021", "IM", Some("2021-11-30")),
            ("Indice majoré", "Indice majoré", None),
            ("2021", "2021", None),
        ] {
            let (h, d) = split(title);
            assert_eq!((h, d.map(|d| d.to_string()).as_deref()), (head, date), "{title}");
        }
    }
}
