//! What a title, the cells or the name of a list say against what a column was taken for: nobody is paid on it before a
//! person says.

use super::seen::Seen;
use crate::facts::{FactDecl, FactKind, NumberForm, Role as FactRole};
use crate::ground::Exact;
use crate::normalise::Context;
use crate::normalise::columns::{is_one_off, is_said_by_the_sheet};
use crate::normalise::leftover;
use crate::normalise::lists::{self, SURE};
use crate::normalise::mapping::{ColumnMapping, Meaning, Role, SourceMapping};
use crate::normalise::profile::Profile;
use crate::normalise::text::Phrase;
use crate::normalise::titles;
use crate::normalise::values::{Mark, in_euros, month_named, working_time};

/// A title less like its fact than this names a part of it only: « Retenue », « Prévoyance ».
const PART_OF_A_TITLE: u32 = 70;

/// Takes the certainty from columns that something speaks against, with the word that does.
pub(super) fn cast(found: &mut SourceMapping, likeness: &[u32], s: &Seen<'_>, cx: &Context<'_>) {
    if !lists::is_list(found.role) {
        return;
    }
    let about = s.about();
    // « Annule et remplace » speaks of another list than this one.
    let own_words =
        |text: &str| if found.role == Role::Amounts && titles::replaces(text) { titles::without_replacing(text) } else { text.to_owned() };
    let own = own_words(&about);
    let other = |w: &str| lists::month_said(w, cx.month, cx.last, false) != lists::Said::This && month_named(w).is_some();
    // « Archives/CIA.xlsx »: the folder a list lies in says as much as its name.
    let folders = found.file.rsplit_once('/').map_or("", |(folders, _)| folders);
    let doubted = titles::takes_back(&own, cx.month)
        .or_else(|| s.layout.above.iter().find_map(|l| titles::line_takes_back(&own_words(l), cx.employer, cx.month)))
        .or_else(|| titles::doubted_folder(folders, cx.month, cx.last))
        .or_else(|| titles::paid_in(&own, other));
    let names = || [s.sheet.as_deref().unwrap_or(""), s.stem()].into_iter();
    let sums = found.role == Role::Amounts;
    let over = s.layout.over.iter().map(String::as_str);
    let doubted = doubted.or_else(|| names().chain(over).find_map(|n| titles::name_takes_back(n, sums, cx.month)));
    let doubted = doubted.or(names().find_map(titles::doubted_name).filter(|_| found.role == Role::Amounts));
    // « CIA - CCAS » in the title: its people may have a payslip elsewhere.
    let elses = titles::of_another_employer(&s.layout.title, cx.employer).filter(|_| found.role == Role::Amounts);
    let doubted = doubted.or_else(|| elses.map(str::to_uppercase));
    let dated = found.role == Role::Events;
    let doubted = doubted.or_else(|| titles::doubted_undated(&own).filter(|_| !dated));
    let doubted = doubted.or_else(|| titles::excused(&own).filter(|_| dated));
    let moves = matches!(found.role, Role::Arrivals | Role::Departures);
    let doubted = doubted.or_else(|| titles::only_wished(&about).filter(|_| moves || found.role == Role::Changes));
    // Of who comes or leaves it is the day that nobody can be sure of.
    let of_a_contract = |m: Meaning| matches!(m, Meaning::New(f) if cx.vocabulary.get(f).role == Some(FactRole::ContractEnd));
    let day = found.columns.iter().find(|c| moves && is_day_of_a_move(c.meaning, cx) || of_a_contract(c.meaning)).map(|c| c.column);
    if let (Some(w), Some(c)) = (&doubted, found.columns.iter_mut().find(|c| Some(c.column) == day && c.certainty < 100)) {
        c.certainty = c.certainty.min(SURE - 1);
        c.why.push(format!("« {w} »"));
    }
    let list = doubted.filter(|_| !moves);
    let strike = strikes(found, &about);
    let role = found.role;
    let timed = role == Role::Arrivals && found.columns.iter().any(|c| form_of(c.meaning, cx) == Some(NumberForm::Fraction));
    let effective = found.columns.iter().any(|c| c.meaning == Meaning::Effective && c.filled > 0);
    let old = found.columns.iter().any(|c| matches!(c.meaning, Meaning::Old(_)));
    for c in &mut found.columns {
        let i = usize::from(c.column);
        let p = &s.profiles[i];
        if c.certainty >= 100 || p.filled == 0 || !lists::meaning_pays(c.meaning, cx.vocabulary) {
            continue;
        }
        let (Meaning::Fact(f) | Meaning::New(f)) = c.meaning else {
            if let Some(w) = &list {
                c.certainty = c.certainty.min(SURE - 1);
                c.why.push(format!("« {w} »"));
            }
            continue;
        };
        let fact = cx.vocabulary.get(f);
        let own = if s.layout.own[i].is_empty() { &s.layout.group[i] } else { &s.layout.own[i] };
        let hours = is_one_off(fact) && matches!(fact.kind, FactKind::Number { form: NumberForm::Hours });
        let reason = list.clone().filter(|_| matches!(fact.kind, FactKind::Number { .. }));
        let reason = reason.or_else(|| strike.clone().filter(|_| hours));
        let reason = reason.or_else(|| (hours && timed && !titles::says_extra(own)).then(|| titles::bounds().ask_post.clone()));
        let reason = reason.or_else(|| titles::elsewhere(&about, &fact.name).filter(|_| role != Role::Arrivals));
        let told = || format!("{about} {}", c.heading);
        let reason = reason.or_else(|| titles::lacks_its_words(&told(), &fact.name).then(|| format!("… {}", fact.label.fr)));
        // « Quotité » is a share of many things, and « annuelle » is not of the month.
        let share = form_of(c.meaning, cx) == Some(NumberForm::Fraction) && role == Role::Changes;
        let short = Phrase::of(own).words.len() < 2;
        let said = old || titles::of_working_time(&about) || titles::says_becomes(own) || !short && titles::of_working_time(own);
        let reason = reason.or_else(|| (share && !said && !full(p)).then(|| format!("… {}", fact.label.fr)));
        let yearly = fact.recurs && matches!(fact.kind, FactKind::Number { form: NumberForm::Money }) && role != Role::Arrivals;
        let reason = reason.or_else(|| (yearly && titles::says_yearly(&about)).then(|| about.trim().to_owned()));
        let sum_or_points = matches!(fact.kind, FactKind::Number { form: NumberForm::Money | NumberForm::Points });
        let bare = role == Role::Changes && fact.recurs && sum_or_points && !old && !titles::says_becomes(own);
        let once = || titles::says_once_beside(&about).filter(|w| !leftover::words_of(fact).contains(w));
        let reason = reason.or_else(|| once().filter(|_| bare));
        let group = &s.layout.group[i];
        let over = || if is_one_off(fact) { doubted_group(group, fact, cx) } else { titles::takes_back(group, cx.month) };
        let reason = reason.or_else(|| over().filter(|_| !own.is_empty()));
        // « dont nuit »: a part of what another column counts.
        let part_of = is_one_off(fact) && titles::is_part_of(own) || role == Role::Amounts && titles::is_part_of(own);
        let reason = reason.or_else(|| part_of.then(|| own.clone()));
        let reason = reason.or_else(|| leftover::of(own, fact, cx.month));
        // « NBI 2023 » alone may be what was.
        let bygone = leftover::year_before(own, cx.month).filter(|_| fact.recurs && role == Role::Changes && !old && !effective);
        let reason = reason.or_else(|| bygone.map(|y| y.to_string()));
        let reason = reason.or_else(|| unit(own, &format!("{about} {}", c.heading), fact, p));
        let part = (1..PART_OF_A_TITLE).contains(&likeness[i]) && matches!(fact.kind, FactKind::Number { .. });
        let sum = matches!(fact.kind, FactKind::Number { form: NumberForm::Money });
        let part = (part || sum && leftover::begins(own, fact)) && !is_said_by_the_sheet(own, fact, &about);
        let thin = part && !Phrase::of(own).is_generic() && !leftover::names(own, fact);
        let reason = reason.or_else(|| thin.then(|| format!("… {}", fact.label.fr)));
        if let Some(w) = reason {
            c.certainty = c.certainty.min(SURE - 1);
            c.why.push(format!("« {w} »"));
        }
    }
}

/// The words of the title of a group that take back the sums below it: « À déduire », « N-1 », « Prévu ».
fn doubted_group(group: &str, fact: &FactDecl, cx: &Context<'_>) -> Option<String> {
    let turning = || Phrase::of(group).words.into_iter().find(|w| titles::turning(w) && !leftover::words_of(fact).contains(w));
    let said = titles::takes_back(group, cx.month).or_else(|| titles::name_takes_back(group, true, cx.month));
    said.or_else(|| titles::elsewhere(group, &fact.name)).or_else(turning)
}

/// The day somebody comes or leaves.
fn is_day_of_a_move(meaning: Meaning, cx: &Context<'_>) -> bool {
    let role = if let Meaning::Fact(f) | Meaning::New(f) = meaning { cx.vocabulary.get(f).role } else { None };
    meaning == Meaning::Effective || matches!(role, Some(FactRole::Entry | FactRole::Exit | FactRole::ContractEnd))
}

fn form_of(meaning: Meaning, cx: &Context<'_>) -> Option<NumberForm> {
    let (Meaning::Fact(f) | Meaning::New(f)) = meaning else { return None };
    if let FactKind::Number { form } = cx.vocabulary.get(f).kind { Some(form) } else { None }
}

/// Nothing but whole working times: whatever the column is of, nobody works less by it.
fn full(p: &Profile) -> bool {
    let whole = |v: &String| working_time(v, false, Mark::Unknown).is_ok_and(|w| w.is_some_and(|w| w.share == Exact::ONE));
    p.values.keys().all(whole)
}

/// « grève » in the name of a list, or over a column that is no fact itself: its hours are hours of strike.
fn strikes(found: &SourceMapping, about: &str) -> Option<String> {
    let beside = |c: &&ColumnMapping| !matches!(c.meaning, Meaning::Fact(_) | Meaning::New(_)) && titles::says_strike(&c.heading);
    let heading = found.columns.iter().find(beside).map(|c| c.heading.clone());
    heading.or_else(|| titles::says_strike(about).then(|| about.trim().to_owned()))
}

/// What the cells say against the unit of the fact.
fn unit(own: &str, about: &str, fact: &FactDecl, p: &Profile) -> Option<String> {
    let FactKind::Number { form } = fact.kind else { return None };
    let plain = || p.whole == p.filled && p.values.keys().all(|v| !v.contains([',', '.']) && !in_euros(v));
    let bounds = titles::bounds();
    let few = p.most.is_some_and(|m| m <= Exact::int(bounds.most_pieces));
    match form {
        // « Tickets 18 », « Astreintes 2 »: how many, not how much.
        NumberForm::Money => (plain() && few && titles::is_plural(own)).then(|| bounds.ask_pieces.clone()),
        NumberForm::Hours if is_one_off(fact) => {
            let said = p.hours > 0 || Phrase::of(about).words.iter().any(|w| titles::hourly_word(w));
            let cents = p.values.keys().any(|v| odd_cents(v, 25));
            let many = p.most.is_some_and(|m| m > Exact::int(bounds.most_hours));
            let clock = p.hours == 0 && (minutes(p) || p.values.keys().any(|v| is_share_of_a_day(v)));
            (plain() && !said || cents && many && p.hours == 0 || clock).then(|| bounds.ask_hours.clone())
        }
        NumberForm::Days => p.values.keys().any(|v| odd_cents(v, 25)).then(|| bounds.ask_days.clone()),
        NumberForm::Hours | NumberForm::Points | NumberForm::Count | NumberForm::Rate | NumberForm::Fraction => None,
    }
}

/// « 3,45 », « 7,30 »: decimals that are all minutes of an hour, and not all hundredths of one.
fn minutes(p: &Profile) -> bool {
    const FIVE_MINUTES: [u32; 8] = [0, 8, 17, 25, 33, 42, 50, 58];
    let decimals = |v: &String| v.rsplit_once([',', '.']).map(|(_, d)| d.to_owned());
    let all: Vec<String> = p.values.keys().filter_map(decimals).collect();
    let below = |d: &String| d.len() <= 2 && d.bytes().next().is_some_and(|b| b < b'6');
    let odd = |d: &String| d.len() == 2 && d.parse().is_ok_and(|n: u32| !FIVE_MINUTES.contains(&n));
    all.iter().all(below) && all.iter().any(odd)
}

/// « 0,3125 »: a time of the day as a spreadsheet keeps it.
fn is_share_of_a_day(text: &str) -> bool {
    text.trim_start_matches('-').split_once([',', '.']).is_some_and(|(whole, d)| whole == "0" && d.len() >= 3)
}

/// Two decimals that are no whole number of steps: no quarter of an hour, no half day.
fn odd_cents(text: &str, step: u32) -> bool {
    let Some((_, cents)) = text.rsplit_once([',', '.']) else { return false };
    cents.len() == 2 && cents.parse::<u32>().is_ok_and(|c| c % step != 0)
}
