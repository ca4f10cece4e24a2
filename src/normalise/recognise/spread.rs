//! Hours or sums of a list spread over columns: « Sem. 1 | Sem. 2 | Total du mois », « juillet | août | septembre ».
//!
//! One column holds what is of the month to be paid, and the name of the list says what it counts. Where the weeks do not make
//! their total, or a month still to come is filled in, nothing is taken.

use super::seen::{SAMPLE, Seen};
use crate::ground::Exact;
use crate::normalise::Context;
use crate::normalise::columns::{Choice, is_one_off, of_subject};
use crate::normalise::lists;
use crate::normalise::mapping::Meaning;
use crate::normalise::text::Phrase;
use crate::normalise::titles::{self, Title, summing};
use crate::normalise::values::hours;

/// The column of the month, and those that say nothing more.
struct Spread {
    own: usize,
    others: Vec<usize>,
}

/// Gives the column of the month what the list is called, and puts the others away.
pub(super) fn of_the_month(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let Some(spread) = by_months(s, cx).or_else(|| by_weeks(s)) else { return };
    // A column that says itself what it counts needs no name of the list.
    let named = |c: usize| cx.vocabulary.iter().any(|(f, d)| is_one_off(d) && s.compared[c].title(Title::Fact(f)) >= 85);
    if (0..s.layout.width).any(|c| c != spread.own && !spread.others.contains(&c) && named(c)) {
        return;
    }
    let subject = of_subject(&Phrase::of(&s.layout.own[spread.own]).words, &s.profiles[spread.own], cx, &s.about());
    if subject.is_empty() {
        return;
    }
    choices[spread.own] = subject.into_iter().map(|c| Choice { title: 100, ..c }).collect();
    for c in spread.others {
        choices[c] = vec![Choice { meaning: Meaning::Ignored, score: 90, title: 0, fit: 12 }];
    }
}

/// « juillet 2024 | août 2024 | septembre 2024 »: the month to be paid, those before it, and perhaps their sum.
fn by_months(s: &Seen<'_>, cx: &Context<'_>) -> Option<Spread> {
    let month = |c: usize| lists::month_titled(&s.layout.own[c], Some(cx.month.year()), cx.month);
    let (now, others): (Vec<usize>, Vec<usize>) =
        (0..s.layout.width).filter(|&c| month(c).is_some()).partition(|&c| month(c) == Some(cx.month));
    let [own] = now[..] else { return None };
    let still_empty = |c: &usize| month(*c).is_some_and(|m| m < cx.month) || s.profiles[*c].filled == 0;
    let all: Vec<usize> = others.iter().copied().chain([own]).collect();
    let number = |c: &usize| s.profiles[*c].share(s.profiles[*c].numbers + s.profiles[*c].hours) >= 90;
    let able = s.kept.len() < SAMPLE
        && !others.is_empty()
        && others.iter().all(still_empty)
        && all.iter().filter(|c| s.profiles[**c].filled > 0).all(number);
    let total = (0..s.layout.width).find(|&c| summing(&s.layout.own[c]).is_some());
    let able = able && total.is_none_or(|t| adds_up(s, &all, t));
    able.then(|| Spread { own, others: others.into_iter().chain(total).collect() })
}

/// « Sem. 1 | Sem. 2 | … | Total du mois », where every total is the sum of its weeks.
fn by_weeks(s: &Seen<'_>) -> Option<Spread> {
    let weeks: Vec<usize> = (0..s.layout.width).filter(|&c| titles::says_week(&s.layout.own[c])).collect();
    let own = (0..s.layout.width).find(|&c| summing(&s.layout.own[c]).is_some())?;
    (weeks.len() >= 2 && adds_up(s, &weeks, own)).then_some(Spread { own, others: weeks })
}

fn adds_up(s: &Seen<'_>, parts: &[usize], total: usize) -> bool {
    // Of a longer list only the beginning was looked at.
    if s.kept.len() >= SAMPLE {
        return false;
    }
    let data = &s.kept[s.layout.data_start().min(s.kept.len())..];
    let number =
        |k: &crate::normalise::layout::Kept, c: usize| hours(&k.shown(c), s.profiles[c].mark()).ok().map(|n| n.unwrap_or(Exact::ZERO));
    data.iter().all(|k| {
        let sum = parts.iter().try_fold(Exact::ZERO, |sum, &c| sum.add(number(k, c)?));
        sum.is_some() && sum == number(k, total)
    })
}
