//! Columns of several months in a register with a row per rubric: « Avril | Mai | Écart », « Mois | Cumul ». The month last paid
//! counts, sums of a year and other months do not.

use super::seen::Seen;
use crate::ground::PayMonth;
use crate::normalise::Context;
use crate::normalise::columns::Choice;
use crate::normalise::lists::{month_titled, year_said};
use crate::normalise::mapping::{Meaning, Role};
use crate::normalise::profile::Profile;
use crate::normalise::titles;
use std::collections::BTreeSet;

/// Puts away the columns of other months, and what sums several up, beside columns of the month.
pub(super) fn of_the_month(s: &Seen<'_>, role: Role, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let away = |of: &mut Vec<Choice>| *of = vec![Choice { meaning: Meaning::Ignored, score: 90, title: 100, fit: 12 }];
    let summed = |c: &usize| titles::says_cumulative(&s.layout.group[*c]) || titles::says_cumulative(&s.layout.own[*c]);
    let numeric = |c: &usize| numeric(&s.profiles[*c]);
    let (sums, rest): (Vec<usize>, Vec<usize>) = (0..s.layout.width).filter(numeric).partition(summed);
    if !rest.is_empty() {
        sums.into_iter().for_each(|c| away(&mut choices[c]));
    }
    if role != Role::RegisterLines {
        return;
    }
    // « Fiche individuelle 2023 »: its months are of that year.
    let year = year_said(&s.about());
    let named: Vec<(usize, PayMonth)> = rest.iter().filter_map(|c| Some((*c, month_titled(&s.layout.own[*c], year, cx.last)?))).collect();
    let months: BTreeSet<PayMonth> = named.iter().map(|(_, m)| *m).collect();
    if months.len() < 2 || months.len() < named.len() || year.is_none() && !months.contains(&cx.last) {
        return;
    }
    for (c, m) in &named {
        if *m == cx.last {
            choices[*c] = vec![Choice { meaning: Meaning::Amount, score: 88, title: 100, fit: 10 }];
        } else {
            away(&mut choices[*c]);
        }
    }
    // « Total », « Écart » to their right are made of them.
    let first = named[0].0;
    let made = |c: &&usize| **c > first && !named.iter().any(|(n, _)| n == *c) && !choices[**c].iter().any(|x| factor(x.meaning));
    let made: Vec<usize> = rest.iter().filter(made).copied().collect();
    made.into_iter().for_each(|c| away(&mut choices[c]));
}

fn numeric(p: &Profile) -> bool {
    p.filled > 0 && p.share(p.numbers) >= 90
}

fn factor(meaning: Meaning) -> bool {
    use Meaning as M;
    matches!(meaning, M::Base | M::Rate | M::EmployerBase | M::EmployerRate | M::EmployerAmount | M::Code | M::Fact(_))
}
