//! What the columns of a sheet mean once its role is known: signed amounts, new values, the days of a career.

use super::renewed;
use super::seen::Seen;
use crate::facts::{FactId, Role as FactRole};
use crate::ground::Exact;
use crate::normalise::Context;
use crate::normalise::codes::{CodeStats, split_period};
use crate::normalise::layout::Kept;
use crate::normalise::mapping::{CodeMapping, CodeTarget, ColumnMapping, Meaning, Part, Payer, SourceMapping};
use crate::normalise::text::{Phrase, fold};
use crate::normalise::titles::Title;
use crate::normalise::{cells, columns, lists, titles};
use crate::payslip::LineKind;
use std::collections::{BTreeMap, BTreeSet};

/// One amount column that holds many negatives is signed; one that holds a few (a bonus turned into points, a relief) or none
/// takes its side from elsewhere: in a signed register what is kept from the agents is a third of its amounts and more.
pub(super) fn sign_amounts(found: &mut SourceMapping, s: &Seen<'_>) {
    let has_side = found.column(Meaning::Side).is_some();
    let split = found.column(Meaning::Gain).is_some() && found.column(Meaning::Deduction).is_some();
    for c in &mut found.columns {
        let p = &s.profiles[usize::from(c.column)];
        if c.meaning == Meaning::Amount && !has_side && !split && p.negative * 6 > p.filled && c.certainty < 100 {
            c.meaning = Meaning::Signed;
            c.why.push("has negatives".to_owned());
        }
    }
}

/// Beside amounts with their sign a column of sides only says which rows are the employer's, and beside an employer's column
/// nothing: « Brut », « Cotisation » over amounts of Sage, « GAI », « COT », « PAT » over those of others.
pub(super) fn sides_of_signed(found: &mut SourceMapping, s: &Seen<'_>) {
    let profile = |m: Meaning| found.column(m).filter(|c| c.certainty < 100).map(|c| &s.profiles[usize::from(c.column)]);
    let signed = profile(Meaning::Amount).is_some_and(|p| p.negative * 6 > p.filled) || profile(Meaning::Signed).is_some();
    let Some(side) = profile(Meaning::Side).filter(|_| signed) else { return };
    let employers = side.values.keys().any(|v| titles::letter(v) == Some(titles::Letter::Employer));
    let told = found.column(Meaning::EmployerAmount).is_some() || found.column(Meaning::Payer).is_some();
    found.only_employers = employers && !told;
    let meaning = if found.only_employers { Meaning::Payer } else { Meaning::Ignored };
    for c in &mut found.columns {
        match c.meaning {
            Meaning::Side => c.meaning = meaning,
            Meaning::Amount => c.meaning = Meaning::Signed,
            _ => {}
        }
    }
}

/// A column taken for one of sides that says which kind of line a row is (« Rémunération », « Cotisation », « Net »): its words are
/// no sides, or what they say contradicts what most rubrics are. The amounts then take their side from elsewhere.
pub(super) fn kinds_of_lines(found: &mut SourceMapping, stats: &BTreeMap<String, CodeStats>, s: &Seen<'_>, cx: &Context<'_>) -> bool {
    let Some(side) = found.column(Meaning::Side).filter(|c| c.certainty < 100).map(|c| usize::from(c.column)) else { return false };
    let p = &s.profiles[side];
    let known: u32 = p.values.iter().filter(|(v, _)| titles::letter(v).is_some()).map(|(_, n)| *n).sum();
    if p.share(known) >= 90 && !sums_over_lines(found, side, s) && !against_rubrics(found, stats, cx) {
        return false;
    }
    for c in found.columns.iter_mut().filter(|c| c.meaning == Meaning::Side) {
        c.meaning = Meaning::Ignored;
        c.why.push("kinds of lines".to_owned());
    }
    true
}

/// Whether the rows that one word calls sums (« Net ») are mostly lines of pay, as their rubrics say.
fn sums_over_lines(found: &SourceMapping, side: usize, s: &Seen<'_>) -> bool {
    let column = found.column(Meaning::Code).or_else(|| found.column(Meaning::Label)).map(|c| usize::from(c.column));
    let of_pay = |c: &&CodeMapping| matches!(c.target, CodeTarget::Element(..));
    let lines: BTreeSet<&str> = found.codes.iter().filter(of_pay).map(|c| c.code.as_str()).collect();
    let mut words: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for k in &s.kept[s.layout.data_start().min(s.kept.len())..] {
        let (word, code) = (k.shown(side), column.map(|c| k.shown(c)).unwrap_or_default());
        if titles::letter(&word) == Some(titles::Letter::Sum) {
            let (paid, all) = words.entry(word).or_default();
            *paid += usize::from(lines.contains(split_period(&code).0));
            *all += 1;
        }
    }
    words.values().any(|(paid, all)| paid * 2 > *all)
}

/// Whether most rubrics stand on another side than the elements they are: contributions that are paid, salaries that are kept.
fn against_rubrics(found: &SourceMapping, stats: &BTreeMap<String, CodeStats>, cx: &Context<'_>) -> bool {
    let (mut with, mut against) = (0, 0);
    for c in &found.codes {
        let CodeTarget::Element(e, Payer::Agent) = c.target else { continue };
        let (Some(t), Some(of)) = (cx.rubrics.get(e), stats.get(&c.code)) else { continue };
        if matches!(t.kind, LineKind::Employer | LineKind::Net) {
            continue;
        }
        let paid = !t.takes;
        match (of.gains > of.deductions, of.gains < of.deductions) {
            (true, _) if paid => with += 1,
            (_, true) if !paid => with += 1,
            (false, false) => {}
            _ => against += 1,
        }
    }
    against > with
}

/// In a register with a column for each rubric, hours beside what was paid for them: wherever there are some, so much an hour as
/// hours are paid stands in the column beside. « Heures sup. - heures | Heures sup. - montant », « H. HS J14 | HS J14 ».
pub(super) fn hours_beside_amounts(found: &mut SourceMapping, s: &Seen<'_>) {
    let data = &s.kept[s.layout.data_start().min(s.kept.len())..];
    let bounds = titles::hourly();
    let number = |k: &Kept, c: usize| cells::number(k.cells.get(c)?, s.profiles[c].mark()).ok().flatten().filter(|n| !n.is_zero());
    let paid_by_the_hour = |hours: usize, amounts: usize| {
        let mut some = false;
        let all = data.iter().filter_map(|k| Some((number(k, hours)?, number(k, amounts)))).all(|(h, paid)| {
            some = true;
            let rate = paid.and_then(|p| p.div(h)).map(Exact::abs);
            let within = rate.is_some_and(|r| (Exact::int(bounds.least_rate)..=Exact::int(bounds.most_rate)).contains(&r));
            within && h.is_positive() && h <= Exact::int(bounds.most_hours)
        });
        some && all
    };
    let amount = |c: &ColumnMapping| match c.meaning {
        Meaning::Element(e, Part::Amount) => Some(e),
        _ => None,
    };
    let mut hours: Vec<(usize, Meaning)> = Vec::new();
    for (i, c) in found.columns.iter().enumerate() {
        let open = matches!(c.meaning, Meaning::Element(_, Part::Amount) | Meaning::Unknown) && c.certainty < 100;
        if !open {
            continue;
        }
        let beside = [Some(i + 1), i.checked_sub(1)].into_iter().flatten();
        let named = |j: &usize| found.columns.get(*j).is_some_and(|o| hours_of(&c.heading, &o.heading));
        let of = beside.filter(named).filter_map(|j| Some((j, amount(&found.columns[j])?))).find(|(j, _)| paid_by_the_hour(i, *j));
        hours.extend(of.map(|(_, e)| (i, Meaning::Element(e, Part::Base))));
    }
    for (i, meaning) in hours {
        let c = &mut found.columns[i];
        (c.meaning, c.certainty, c.denied) = (meaning, 90, None);
        c.why = vec!["hours of the amounts beside".to_owned()];
    }
}

/// Whether a title is that of the column beside it with a word for hours more, whatever word for money the other has.
fn hours_of(hours: &str, amount: &str) -> bool {
    let (hours, amount) = (Phrase::of(hours).words, Phrase::of(amount).words);
    let rubric: Vec<&String> = amount.iter().filter(|w| hours.contains(w) || !titles::neutral("money", w)).collect();
    let more = hours.iter().filter(|w| !rubric.contains(w));
    !rubric.is_empty()
        && rubric.iter().all(|w| hours.contains(w))
        && hours.len() > rubric.len()
        && hours.iter().any(|w| titles::hourly_word(w))
        && more.into_iter().all(|w| titles::neutral("hours", w) || titles::hourly_word(w))
}

/// In a sheet of changes without a « new » column, what is not identity or context is the new value.
/// Beside « new » columns, so is what stands alone in a row: a date of leaving, a number of children.
pub(super) fn changed_columns(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) {
    let new: Vec<usize> = found.columns.iter().filter(|c| matches!(c.meaning, Meaning::New(_))).map(|c| usize::from(c.column)).collect();
    let data = &s.kept[s.layout.data_start().min(s.kept.len())..];
    let lasting = |c: &ColumnMapping| match c.meaning {
        Meaning::New(f) | Meaning::Fact(f) => columns::is_situation(cx.vocabulary, c.meaning) && lists::pays(cx.vocabulary.get(f)),
        _ => false,
    };
    let ended = |f: FactId| cx.vocabulary.get(f).role == Some(FactRole::ContractEnd);
    // « NBI | Date d'effet | Date de fin »: what ends is what the row changes, unless the list is of contracts.
    if !renewed::says_so(s, cx)
        && found.columns.iter().any(|c| lasting(c) && !matches!(c.meaning, Meaning::New(f) | Meaning::Fact(f) if ended(f)))
    {
        let other = |c: &&mut ColumnMapping| {
            matches!(c.meaning, Meaning::New(f) | Meaning::Fact(f) if ended(f)) && c.certainty < 100 && !titles::of_contract(&c.heading)
        };
        found.columns.iter_mut().filter(other).for_each(|c| c.meaning = Meaning::Unknown);
    }
    let replaced: Vec<FactId> = found.columns.iter().filter_map(|c| if let Meaning::Old(f) = c.meaning { Some(f) } else { None }).collect();
    let alone = |c: u16| data.iter().any(|k| !k.shown(usize::from(c)).is_empty() && new.iter().all(|n| k.shown(*n).is_empty()));
    for c in &mut found.columns {
        let beside_old = matches!(c.meaning, Meaning::Fact(f) if replaced.contains(&f));
        if !new.is_empty() && !alone(c.column) && !beside_old {
            continue;
        }
        if let Meaning::Fact(f) = c.meaning {
            let fact = cx.vocabulary.get(f);
            let context = matches!(fact.role, Some(FactRole::Service | FactRole::Grade | FactRole::Act)) || fact.name == "motif";
            if columns::is_situation(cx.vocabulary, c.meaning)
                && !context
                && !matches!(fact.role, Some(FactRole::BirthDate | FactRole::IdentityNumber))
            {
                c.meaning = Meaning::New(f);
            }
        }
    }
}

/// « Heure début | Heure fin » beside the hours they make: when it was, and nothing that is paid.
pub(super) fn times_of_day(found: &mut SourceMapping, cx: &Context<'_>) {
    let own = |c: &ColumnMapping| c.heading.rsplit(" / ").next().is_some_and(titles::bounds_a_time);
    let hours = |c: &ColumnMapping| matches!(c.meaning, Meaning::Fact(f) if columns::is_one_off(cx.vocabulary.get(f))) && !own(c);
    if !found.columns.iter().any(|c| hours(c) && c.filled > 0) {
        return;
    }
    for c in found.columns.iter_mut().filter(|c| own(c) && c.certainty < 100) {
        (c.meaning, c.certainty, c.denied) = (Meaning::Ignored, 90, None);
        c.why = vec!["time of the day".to_owned()];
    }
}

/// Several rows of each agent with « Date d'effet »: each row of a career holds from its date on.
fn steps_of_a_career(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) {
    let effective = |c: &ColumnMapping| {
        let column = usize::from(c.column);
        c.certainty < 100
            && s.compared[column].title(Title::Plain(Meaning::Effective)) >= 85
            && s.profiles[column].share(s.profiles[column].dates) >= 90
    };
    let number = cx.vocabulary.role(FactRole::Employee).and_then(|f| found.column(Meaning::Fact(f))).map(|c| usize::from(c.column));
    let repeated = number.is_some_and(|c| s.profiles[c].values.len() < s.profiles[c].filled as usize);
    if !repeated || found.column(Meaning::From).is_some() {
        return;
    }
    if let Some(c) = found.columns.iter_mut().find(|c| matches!(c.meaning, Meaning::Unknown) && effective(c)) {
        (c.meaning, c.certainty, c.denied) = (Meaning::From, 90, None);
        c.why = vec!["days of a career".to_owned()];
    }
}

/// « Situation du », « Situation au »: the days between which a row of a career holds.
pub(super) fn career(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) {
    steps_of_a_career(found, s, cx);
    let dates = |c: &ColumnMapping| {
        let p = &s.profiles[usize::from(c.column)];
        matches!(c.meaning, Meaning::Unknown) && c.certainty < 100 && p.share(p.dates) >= 60 || p.filled == 0
    };
    let stem = |c: &ColumnMapping, word: &str| fold(&c.heading).strip_suffix(word).map(str::to_owned);
    let Some(from) = found.columns.iter().position(|c| dates(c) && stem(c, " du").is_some()) else { return };
    let begin = stem(&found.columns[from], " du");
    let Some(to) = found.columns.iter().position(|c| stem(c, " au").is_some() && stem(c, " au") == begin && dates(c)) else { return };
    for (i, m) in [(from, Meaning::From), (to, Meaning::To)] {
        let c = &mut found.columns[i];
        (c.meaning, c.certainty, c.denied) = (m, 90, None);
        c.why = vec!["days of a career".to_owned()];
    }
}
