//! A column of the mapping, filled in from the meaning chosen for it and from what stands in it.

use super::seen::Seen;
use crate::ground::Exact;
use crate::normalise::columns::Choice;
use crate::normalise::lists::SURE;
use crate::normalise::mapping::{ColumnMapping, Meaning};
use crate::normalise::profile::Profile;
use crate::normalise::text::fold;
use crate::normalise::titles;
use crate::normalise::values::RateForm;

pub(super) fn blank_columns(s: &Seen<'_>) -> Vec<ColumnMapping> {
    (0..s.layout.width)
        .map(|c| {
            let p = &s.profiles[c];
            ColumnMapping {
                column: u16::try_from(c).unwrap_or(u16::MAX),
                heading: s.layout.heading(c),
                meaning: Meaning::Unknown,
                certainty: 0,
                why: Vec::new(),
                samples: p.samples.clone(),
                alternatives: Vec::new(),
                mark: p.mark(),
                rate_form: rate_form(p, &s.layout.own[c]).0,
                weekly: weekly(p, &s.layout.own[c]),
                tenths: p.tenths > 0,
                filled: p.filled,
                negated: p.negative * 10 >= p.filled * 8 && p.negative > 0,
                denied: None,
            }
        })
        .collect()
}

/// Whether bare numbers are hours a week of 35: the title says hours, other cells are written in hours, or most is a full week.
/// A share written with its sign beside them (« 35 », « 80 % ») is that share, and says nothing of the others.
pub(super) fn weekly(p: &Profile, title: &str) -> bool {
    let folded = fold(title);
    let said = ["hebdo", "heure", "duree", "dhs", "35e", "35 e", "/35"].iter().any(|w| folded.contains(w)) || p.hours > 0;
    let hours = p.numbers + p.hours == p.filled || p.numbers > 0 && said && p.share(p.shares) >= 90;
    let most = p.most.is_some_and(|m| m == Exact::int(35) || said && m <= Exact::int(39));
    (p.percent == 0 || said) && p.numbers > 0 && hours && most && p.least.is_some_and(|l| l > Exact::ONE)
}

/// Whether bare numbers of a rate column are percents, and whether that is sure.
pub(super) fn rate_form(p: &Profile, heading: &str) -> (RateForm, bool) {
    match p.most {
        Some(m) if m > Exact::ONE => (RateForm::Percent, true),
        _ if heading.contains('%') => (RateForm::Percent, true),
        Some(m) if m.is_zero() => (RateForm::Percent, true),
        Some(_) if p.fine * 4 > p.numbers => (RateForm::Share, p.fine * 2 > p.numbers),
        Some(_) => (RateForm::Percent, p.percent > 0 || p.numbers < 2),
        None => (RateForm::Percent, true),
    }
}

pub(super) fn fill_column(column: &mut ColumnMapping, choices: &[Choice], picked: Option<usize>, p: &Profile) {
    column.alternatives = choices
        .iter()
        .enumerate()
        .filter(|(i, c)| Some(*i) != picked && c.score >= 40)
        .take(3)
        .map(|(_, c)| (c.meaning, percent(c.score)))
        .collect();
    let Some(choice) = picked.map(|i| &choices[i]) else { return };
    // What another column took is no reason to take this one for something its title hardly names.
    let named = choices.iter().filter(|c| c.meaning != Meaning::Ignored).map(|c| c.title).max().unwrap_or(0);
    if choice.title > 0 && choice.title < 85 && named >= 95 && choice.meaning != Meaning::Ignored {
        return;
    }
    column.meaning = choice.meaning;
    column.certainty = percent(choice.score + if choice.fit >= 0 && choice.title >= 95 { 18 } else { 6 });
    if titles::either_way(&column.heading) {
        column.certainty = column.certainty.min(SURE - 1);
        column.why.push("paid or taken back".to_owned());
    }
    if choice.title > 0 {
        column.why.push(format!("title {}", choice.title));
    }
    if p.filled > 0 {
        column.why.push(match choice.fit {
            10.. => "contents agree".to_owned(),
            0..10 => "contents possible".to_owned(),
            _ => "contents disagree".to_owned(),
        });
    } else {
        column.why.push("empty".to_owned());
    }
}

pub(super) fn percent(score: i32) -> u8 {
    u8::try_from(score.clamp(0, 99)).unwrap_or(99)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::table::Cell;
    use chrono::NaiveDate;

    // « Quotité (35e) » over 35, 28 and « 80 % »: hours, and a share with its sign.
    #[test]
    fn a_share_with_its_sign_says_nothing_of_the_hours_beside_it() {
        let of = |cells: &[&str]| {
            let mut p = Profile::default();
            let latest = NaiveDate::from_ymd_opt(2030, 1, 1).expect("a day");
            cells.iter().for_each(|c| p.add(&Cell::Text((*c).into()), latest));
            p
        };
        assert!(weekly(&of(&["35", "28", "80 %", "35"]), "Quotité (35e)"));
        assert!(!weekly(&of(&["35", "28", "80 %"]), "Quotité"), "no title says hours");
        assert!(!weekly(&of(&["100", "80", "50 %"]), "Quotité (35e)"));
    }
}
