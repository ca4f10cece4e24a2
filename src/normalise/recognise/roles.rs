//! Every role tried on a sheet, each with its points; `None` when the sheet lacks what the role needs.

use super::agents::Coverage;
use super::seen::{SAMPLE, Seen};
use super::{months, post, renewed, spread};
use crate::facts::{FactId, FactKind, Role as FactRole};
use crate::normalise::columns::{self, Choice};
use crate::normalise::lists;
use crate::normalise::mapping::{Meaning, Role, TotalRole};
use crate::normalise::moves;
use crate::normalise::profile::Profile;
use crate::normalise::titles::{self, Title};
use crate::normalise::variables;
use crate::normalise::{Context, dated, headless, records};
use std::collections::{BTreeMap, BTreeSet};

/// A longer sheet of few rubrics may be a register sorted by rubric.
pub(super) const SMALL: usize = 40;

pub(super) struct Try {
    pub(super) role: Role,
    pub(super) score: i32,
    pub(super) picked: Vec<Option<usize>>,
    pub(super) choices: Vec<Vec<Choice>>,
    pub(super) why: Vec<String>,
}

pub(super) const TRIED: [Role; 9] = [
    Role::RegisterLines,
    Role::RegisterWide,
    Role::Staff,
    Role::Arrivals,
    Role::Departures,
    Role::Changes,
    Role::Events,
    Role::Amounts,
    Role::AccountChanges,
];

/// Tries a role; `None` when the sheet lacks what that role needs.
pub(super) fn attempt(s: &Seen<'_>, role: Role, cx: &Context<'_>, overlaps: &[u32], coverage: Coverage, forced: bool) -> Option<Try> {
    let about = s.about();
    let mut choices: Vec<Vec<Choice>> =
        (0..s.layout.width).map(|c| columns::choices(&s.compared[c], &s.profiles[c], role, cx, &about, overlaps[c])).collect();
    if role == Role::RegisterWide {
        columns::one_element_for_each_group(&s.layout, &s.compared, &s.profiles, &mut choices);
    }
    // A number that is the same for many people is nobody's: the number of a sending, of a declaring office.
    if !role.is_register()
        && let Some(number) = cx.vocabulary.role(FactRole::Employee).map(Meaning::Fact)
    {
        let people = s.profiles.iter().any(|p| p.share(p.nirs + p.letters) >= 90 && p.values.len() >= 3);
        let one = |p: &Profile| people && p.values.len() == 1 && p.filled >= 3;
        choices.iter_mut().zip(&s.profiles).filter(|(_, p)| one(p)).for_each(|(c, _)| c.retain(|x| x.meaning != number));
    }
    // « Intéressé » over names that other files know: whoever is named.
    if let (Some(c), Some(name)) = (s.names, cx.vocabulary.role(FactRole::FullName)) {
        choices[c] = vec![Choice { meaning: Meaning::Fact(name), score: 62, title: 0, fit: 25 }];
    }
    if let (Role::Amounts, Some(c)) = (role, s.sum_column) {
        choices[c] = vec![Choice { meaning: Meaning::Ignored, score: 90, title: 0, fit: 12 }];
    }
    let rubrics = s.variables.as_ref().filter(|_| role == Role::Amounts);
    if let Some(v) = rubrics {
        variables::columns(v, &s.layout, &s.compared, &s.profiles, &mut choices);
    }
    if role == Role::Amounts && rubrics.is_none() {
        spread::of_the_month(s, cx, &mut choices);
    }
    let movements = s.moves.filter(|_| role == Role::Changes);
    if let Some(m) = movements {
        moves::columns(m, &s.layout, &mut choices);
    }
    // « Maladie du | Au »: the kind stands in the title of the first day.
    let begun = (0..s.layout.width).find(|&c| records::titled_nature(&s.layout.own[c], cx).is_some() && dated_column(s, c));
    if let (Role::Events, Some(c)) = (role, begun) {
        choices[c] = vec![Choice { meaning: Meaning::From, score: 84, title: 97, fit: 14 }];
    }
    // It counts nothing.
    if let (Role::Amounts, Some(c)) = (role, begun) {
        choices[c].retain(|x| !matches!(x.meaning, Meaning::Fact(f) if matches!(cx.vocabulary.get(f).kind, FactKind::Number { .. })));
    }
    if role == Role::Events {
        away_and_back(s, &mut choices);
    }
    // « Temps partiel | Du | Au »: from its first day on, one thing or two of an agent become others.
    if role == Role::Changes {
        until(s, cx, &mut choices);
        since(s, cx, &mut choices);
        rates_of_sums(s, cx, &mut choices);
        renewed::days(s, cx, &mut choices);
    }
    if role == Role::RegisterLines {
        codes_are_nobodys(s, cx, &mut choices);
        sums_of_agents(s, cx, &mut choices);
    }
    if role.is_register() {
        months::of_the_month(s, role, cx, &mut choices);
    }
    if matches!(role, Role::Staff | Role::Arrivals) {
        post::hours_beside_share(s, cx, &mut choices);
        of_nobody_knows_which(s, role, cx, &mut choices);
    }
    if matches!(role, Role::Staff | Role::Arrivals | Role::Changes) {
        post::rather(s, cx, &mut choices);
    }
    of_papers(s, cx, &mut choices);
    dated::older(role, &s.layout, cx, &mut choices);
    let mut picked = columns::assign_all(&choices);
    // Beside gains and deductions there is no third column of amounts: « Valeur » is a base, « N° salarié » a number.
    let named = |m: Meaning| picked.iter().zip(&choices).any(|(p, c)| p.is_some_and(|i| c[i].meaning == m && c[i].title >= 95));
    if named(Meaning::Gain) && named(Meaning::Deduction) {
        choices.iter_mut().for_each(|c| c.retain(|x| !matches!(x.meaning, Meaning::Amount | Meaning::Signed)));
        picked = columns::assign_all(&choices);
    }
    let titled = role == Role::RegisterLines && s.layout.header.is_some();
    let lines = titled && by_numbers(s, &mut choices, &picked, cx);
    if titled {
        picked = columns::assign_all(&choices);
        if named_by_codes(s, &mut choices, &picked) {
            picked = columns::assign_all(&choices);
        }
    }
    let meanings: Vec<Meaning> = picked.iter().zip(&choices).filter_map(|(p, c)| p.map(|i| c[i].meaning)).collect();
    let mut score: i32 = picked.iter().zip(&choices).filter_map(|(p, c)| p.map(|i| (c[i].score - columns::ENOUGH).max(0) + 6)).sum();
    let mut why = vec![format!("{} columns", meanings.len())];
    let hint = [(s.sheet.as_deref().unwrap_or(""), 55), (s.layout.title.as_str(), 40), (s.stem(), 40)]
        .into_iter()
        .filter(|(text, _)| !titles::denies(text, role))
        .map(|(text, weight)| i32::try_from(titles::speaks_of(text, role).min(12)).unwrap_or(0) * weight / 8)
        .max()
        .unwrap_or(0);
    // « Départs en congé » above the titles or over the sheet says more than « départs » in the file's name.
    let otherwise = |text: &str| titles::speaks_of(text, role) > 0 && titles::denies(text, role);
    let called = [s.sheet.as_deref().unwrap_or_default(), s.layout.title.as_str()].into_iter().any(otherwise);
    let denied = called || hint == 0 && titles::denies(&about, role) || role == Role::Departures && says_when_back(s);
    if hint > 0 {
        why.push("named so".to_owned());
    }
    score += hint;
    if lines {
        why.push("lines by contents".to_owned());
        score += 100;
    }
    let has = |m: Meaning| meanings.contains(&m);
    let role_column = |r: FactRole| cx.vocabulary.role(r).is_some_and(|f| has(Meaning::Fact(f)));
    let agent = [FactRole::Employee, FactRole::Surname, FactRole::MarriedName, FactRole::FullName].into_iter().any(role_column);
    // A list of the month may name its people by their identity numbers alone.
    let keyed = agent || role_column(FactRole::IdentityNumber);
    // Of texts, a creditor say, some only stand beside what a list changes.
    let for_itself = |f: FactId| {
        let fact = cx.vocabulary.get(f);
        lists::pays(fact) || fact.role.is_some() || !fact.causes.change.is_empty()
    };
    let situation = |m: &&Meaning| columns::is_situation(cx.vocabulary, **m) && matches!(m, Meaning::Fact(f) if for_itself(*f));
    let situations = meanings.iter().filter(situation).count();
    let one_offs = meanings.iter().filter(|m| matches!(m, Meaning::Fact(f) if columns::is_one_off(cx.vocabulary.get(*f)))).count();
    let elements: BTreeSet<u16> = meanings.iter().filter_map(|m| if let Meaning::Element(e, _) = m { Some(e.0) } else { None }).collect();
    let kept_from = elements
        .iter()
        .filter(|e| {
            cx.rubrics
                .get(crate::payslip::ElementId(**e))
                .is_some_and(|t| !matches!(t.kind, crate::payslip::LineKind::Earning | crate::payslip::LineKind::Net))
        })
        .count();
    let sums = meanings.iter().filter(|m| matches!(m, Meaning::Total(_))).count();
    let changed = meanings.iter().filter(|m| matches!(m, Meaning::New(f) if for_itself(*f))).count();
    // A whole staff file may have a sum of the month: where it is called so it is a list. « Proposition CIA » is no sum yet.
    let proposed =
        |c: &Choice| matches!(c.meaning, Meaning::Fact(f) if columns::is_one_off(cx.vocabulary.get(f))) && c.score < i32::from(lists::SURE);
    let proposes = picked.iter().zip(&choices).any(|(p, c)| p.is_some_and(|i| proposed(&c[i])));
    // Accounts, positions and dates of somebody's career are a staff file's.
    let of_people = [FactRole::Iban, FactRole::Position, FactRole::Entry, FactRole::Exit, FactRole::ContractEnd, FactRole::BirthDate];
    let of_people = of_people.into_iter().any(role_column);
    let copied = coverage.copied && !proposes && !of_people && (!coverage.everybody || hint > 0);
    let has_iban = role_column(FactRole::Iban)
        || [FactRole::AccountBank, FactRole::AccountBranch, FactRole::AccountNumber, FactRole::AccountKey].into_iter().all(role_column);
    let lasting =
        |m: &Meaning| matches!(m, Meaning::Fact(f) if columns::is_situation(cx.vocabulary, *m) && lists::pays(cx.vocabulary.get(*f)));
    let alone = (1..=2).contains(&meanings.iter().filter(|m| lasting(m)).count())
        && !role_column(FactRole::Entry)
        && !role_column(FactRole::Exit)
        && !role_column(FactRole::ContractEnd);
    let between = |m: Meaning| {
        (0..s.layout.width)
            .any(|c| s.compared[c].title(Title::Plain(m)) >= 85 && s.profiles[c].share(s.profiles[c].dates + s.profiles[c].days) >= 60)
    };
    let dated = between(Meaning::From) && between(Meaning::To);
    // « À compter du » is a date of leaving only where the sheet is called so.
    let by_effect = |r: FactRole| {
        cx.vocabulary.role(r).is_some_and(|f| {
            let column = (0..picked.len()).find(|&c| picked[c].is_some_and(|i| choices[c][i].meaning == Meaning::Fact(f)));
            column.is_some_and(|c| {
                let effect = s.compared[c].title(Title::Plain(Meaning::Effective));
                effect >= 60 && effect > s.compared[c].title(Title::Fact(f))
            })
        })
    };
    let unnamed = hint == 0 && (by_effect(FactRole::Exit) || by_effect(FactRole::Entry));
    // Sums, hours or absences of people whom other files know, under the name of such a list: the facts beside them are there to be
    // read, and make no staff file of it.
    let called_list = [Role::Amounts, Role::Events].into_iter().any(|r| titles::speaks_of(&about, r) > 0);
    let called_list = called_list && titles::speaks_of(&about, Role::Staff) == 0 && coverage.listed && overlaps.iter().any(|o| *o >= 80);
    let of_month =
        called_list && !of_people && (one_offs > 0 || s.titled(Meaning::Nature) && (s.titled(Meaning::From) || s.titled(Meaning::Days)));
    let able = match role {
        Role::RegisterLines => {
            (agent || role_column(FactRole::IdentityNumber) || s.bands >= 2 && s.bands * 3 <= s.data_rows)
                && (has(Meaning::Code) || has(Meaning::Label))
                // The employer's shares may stand in a file of their own.
                && [Meaning::Gain, Meaning::Deduction, Meaning::Amount, Meaning::Signed, Meaning::EmployerAmount].into_iter().any(has)
                && s.variables.is_none()
                && !several_lines(s)
                && !(!(has(Meaning::Gain) && has(Meaning::Deduction))
                    && few_rubrics(s, &picked, &choices)
                    && (hint == 0 && s.data_rows < SMALL || titles::speaks_of(s.stem(), Role::Amounts) > titles::speaks_of(s.stem(), role)))
        }
        Role::RegisterWide => {
            agent && (elements.len() >= 3 && kept_from >= 2 || elements.len() >= 2 && sums >= 2 || makes_gross(s, &choices, &picked, cx))
        }
        Role::Staff => {
            // The accounts of all agents, or one more fact of all of them, come in a file of their own; so do their status and
            // category, which nobody gives everybody anew.
            let described = situations >= 2 && coverage.everybody && one_offs == 0 && !has(Meaning::Effective);
            let whole =
                one_offs == 0 && (coverage.is_most() && (alone && coverage.listed || has_iban) || has_iban && coverage.has_most_accounts());
            agent && !of_month && (situations >= 3 || whole || described)
        }
        Role::Arrivals => {
            if hint == 0 && !arrives_now(s, &choices, &picked, cx) {
                score -= 40;
            }
            // « Nouveaux montants IFSE, à compter du »: one fact and a date of effect make no newcomer.
            let thin = by_effect(FactRole::Entry) && situations <= 2;
            // People whom other files know, with one fact or two: something of theirs is new, not they.
            let known = overlaps.iter().any(|o| *o >= 80) && situations <= 2 && !arrives_now(s, &choices, &picked, cx);
            let known = known || of_month && !arrives_now(s, &choices, &picked, cx);
            agent && !unnamed && !denied && !thin && !known && (situations >= 3 || hint > 0 && situations >= 1)
        }
        Role::Departures => {
            keyed
                && !unnamed
                && !denied
                && (role_column(FactRole::Exit)
                    || role_column(FactRole::ContractEnd)
                        && (hint > 0 || situations == 1 && one_offs == 0 && !coverage.is_most() && ends_contracts(s, cx)))
                && situations <= 8
        }
        Role::Changes => {
            // One lasting fact of some agents: the monthly return of tax rates, the new members of a mutual insurance.
            let some = alone && !has_iban && one_offs == 0 && !(coverage.is_most() && coverage.listed);
            if some && changed == 0 && !has(Meaning::Effective) {
                score -= 30;
            }
            let newcomers = role_column(FactRole::IdentityNumber) && (role_column(FactRole::BirthDate) || has_iban);
            let whole = coverage.is_most() || s.kept.len() >= SAMPLE;
            let history = whole && situations >= 3 && tells_careers(s, cx);
            keyed && !newcomers && !history && (movements.is_some() || changed > 0 || has(Meaning::Effective) && situations > 0 || some)
        }
        Role::Events => {
            let natured =
                hint > 0 || begun.is_some() || !records::named_nature_of(s.sheet.as_deref(), &s.layout.title, s.stem(), cx).is_empty();
            let day = (0..picked.len()).any(|c| s.compared[c].one_day && picked[c].is_some_and(|i| choices[c][i].meaning == Meaning::From));
            let dates = has(Meaning::From) && (has(Meaning::To) || has(Meaning::Days) || day);
            keyed
                && !pays_hours(s, &choices, &picked, cx)
                && !renewed::says_so(s, cx)
                && (has(Meaning::Nature) && (has(Meaning::From) || has(Meaning::Days)) || natured && dates)
                && (situations <= 3 || of_month || copied)
        }
        // Days between two dates are an absence, whatever else is counted.
        Role::Amounts => {
            let listed = rubrics.is_some() && [Meaning::Base, Meaning::Amount, Meaning::Signed].into_iter().any(has);
            keyed && (one_offs >= 1 || listed) && (situations <= 3 || of_month || copied) && !dated
        }
        Role::AccountChanges => {
            // The accounts of nearly everybody, without a day or a new one, are what is known, and no request.
            let iban = cx.vocabulary.role(FactRole::Iban);
            let new = |f| s.compared.iter().any(|c| c.title(Title::New(f)) > c.title(Title::Fact(f)) && c.title(Title::New(f)) >= 85);
            let renewed = iban.is_some_and(new);
            agent
                && (iban.is_some_and(|f| has(Meaning::New(f))) || has_iban)
                && (has(Meaning::Requested)
                    || renewed && has(Meaning::ReceivedBy)
                    || (hint > 0 || has(Meaning::ReceivedBy)) && !coverage.has_most_accounts())
                && situations <= 2
        }
        Role::Transfers | Role::OtherAccounts | Role::Rubrics | Role::Ignored | Role::Unknown => false,
    };
    // What a list of movements says is in its rows: no other reading comes near.
    let able = able && (s.moves.is_none() || movements.is_some() || !lists::is_list(role));
    (able || forced).then_some(Try { role, score, picked, choices, why })
}

/// Several rows of most agents, each with its date of effect, from more than a year ago until now: careers as they were, the last
/// row of which is the state, and no list of what becomes new.
fn tells_careers(s: &Seen<'_>, cx: &Context<'_>) -> bool {
    let numbered = |c: &usize| cx.vocabulary.role(FactRole::Employee).is_some_and(|f| s.compared[*c].title(Title::Fact(f)) >= 85);
    let repeated = |p: &Profile| p.values.len() * 3 <= p.filled as usize * 2;
    let now = (cx.month.year(), cx.month.month());
    let long_ago = |p: &Profile| p.months.first().is_some_and(|m| *m < (now.0 - 1, now.1)) && p.months.last().is_some_and(|m| *m <= now);
    let columns = || 0..s.layout.width;
    columns().filter(numbered).any(|c| repeated(&s.profiles[c]))
        && columns().any(|c| {
            let p = &s.profiles[c];
            s.compared[c].title(Title::Plain(Meaning::Effective)) >= 85 && p.share(p.dates) >= 90 && long_ago(p)
        })
}

/// « Code » over numbers that go with one label each: rubrics, and never numbers of agents.
fn codes_are_nobodys(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let Some(number) = cx.vocabulary.role(FactRole::Employee) else { return };
    let titled = |m: Meaning, least: u32| (0..s.layout.width).filter(move |&c| s.compared[c].title(Title::Plain(m)) >= least);
    let Some(label) = titled(Meaning::Label, 85).next() else { return };
    let codes: Vec<usize> = titled(Meaning::Code, 85).filter(|&c| c != label).collect();
    let [code] = codes[..] else { return };
    if s.compared[code].title(Title::Plain(Meaning::Code)) < 95 || s.compared[code].title(Title::Fact(number)) >= 85 {
        return;
    }
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let data = &s.kept[s.layout.data_start().min(s.kept.len())..];
    for k in data.iter().filter(|k| !k.shown(code).is_empty() && !k.shown(label).is_empty()) {
        labels.entry(k.shown(code)).or_default().insert(k.shown(label));
    }
    let one = labels.values().filter(|l| l.len() == 1).count();
    if labels.len() >= 3 && one * 10 >= labels.len() * 8 {
        choices[code].retain(|x| x.meaning != Meaning::Fact(number));
    }
}

/// « Cotisation » over words that go with the numbers of the rubrics, and no other column names them: what each rubric is called.
fn named_by_codes(s: &Seen<'_>, choices: &mut [Vec<Choice>], picked: &[Option<usize>]) -> bool {
    let at = |m: Meaning| (0..picked.len()).find(|&c| picked[c].is_some_and(|i| choices[c][i].meaning == m));
    let (Some(code), None) = (at(Meaning::Code), at(Meaning::Label)) else { return false };
    let data = &s.kept[s.layout.data_start().min(s.kept.len())..];
    let names = |c: &usize| {
        let p = &s.profiles[*c];
        let mut of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for k in data.iter().filter(|k| !k.shown(code).is_empty() && !k.shown(*c).is_empty()) {
            of.entry(k.shown(code)).or_default().insert(k.shown(*c));
        }
        let all: BTreeSet<&String> = of.values().flatten().collect();
        picked[*c].is_none()
            && p.share(p.numbers) < 20
            && all.len() >= 5
            && of.values().all(|l| l.len() == 1)
            && all.len() * 10 >= of.len() * 8
    };
    let named: Vec<usize> = (0..picked.len()).filter(names).collect();
    let [label] = named[..] else { return false };
    choices[label] = vec![Choice { meaning: Meaning::Label, score: 80, title: 0, fit: 25 }];
    true
}

/// « Traitement | IFSE | SFT | Total brut »: what makes the gross pay of nearly everybody, line by line, and what each was paid is
/// no list of the month.
fn makes_gross(s: &Seen<'_>, choices: &[Vec<Choice>], picked: &[Option<usize>], cx: &Context<'_>) -> bool {
    let meaning = |c: usize| picked[c].map(|i| choices[c][i].meaning);
    let Some(gross) = (0..picked.len()).find(|&c| meaning(c) == Some(Meaning::Total(TotalRole::Gross))) else { return false };
    let lines: Vec<usize> =
        (0..picked.len()).filter(|&c| matches!(meaning(c), Some(Meaning::Element(_, crate::normalise::mapping::Part::Amount)))).collect();
    // What a list of the month pays is no witness.
    let once = |c: usize| {
        let one_off = |f: FactId| columns::is_one_off(cx.vocabulary.get(f)) && s.compared[c].title(Title::Fact(f)) >= 85;
        cx.vocabulary.iter().any(|(f, _)| one_off(f))
    };
    if lines.iter().filter(|c| !once(**c)).count() < 2 {
        return false;
    }
    let data = &s.kept[s.layout.data_start().min(s.kept.len())..];
    let number = |k: &crate::normalise::layout::Kept, c: usize| {
        crate::normalise::cells::number(k.cells.get(c)?, s.profiles[c].mark()).ok().flatten()
    };
    let (mut made, mut rows) = (0, 0);
    for k in data.iter().filter(|k| titles::summing(&k.first()).is_none()) {
        let Some(all) = number(k, gross) else { continue };
        let sum = lines.iter().filter_map(|c| number(k, *c)).try_fold(crate::ground::Exact::ZERO, crate::ground::Exact::add);
        rows += 1;
        made += usize::from(sum.is_some_and(|sum| sum == all));
    }
    rows >= 2 && made * 10 >= rows * 9
}

/// « NET_A_PAYER » on every line of an agent, or on one: a sum of his, and no amount of the line.
fn sums_of_agents(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let roles = [FactRole::Employee, FactRole::FullName, FactRole::Surname];
    let known = roles.iter().filter_map(|r| cx.vocabulary.role(*r));
    let Some(agent) = known.filter_map(|f| (0..s.layout.width).find(|&c| s.compared[c].title(Title::Fact(f)) >= 85)).next() else { return };
    let data = &s.kept[s.layout.data_start().min(s.kept.len())..];
    for (c, of) in choices.iter_mut().enumerate() {
        let totals = TOTALS.into_iter().map(|t| (s.compared[c].title(Title::Total(t)), t));
        let Some((likeness, total)) = totals.max_by_key(|(likeness, _)| *likeness).filter(|t| t.0 >= 85) else { continue };
        let p = &s.profiles[c];
        if p.filled < 2 || p.share(p.numbers) < 90 {
            continue;
        }
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let (mut now, mut rows) = (String::new(), 0_usize);
        for k in data.iter().filter(|k| titles::summing(&k.first()).is_none()) {
            if !k.shown(agent).is_empty() {
                now = k.shown(agent);
            }
            rows += 1;
            let value = k.shown(c);
            let of_agent = values.entry(now.clone()).or_default();
            if !value.is_empty() {
                of_agent.insert(value);
            }
        }
        // A column of amounts has a value for each of the lines of an agent.
        if values.len() >= 2 && rows >= values.len() * 4 && values.values().all(|v| v.len() <= 1) {
            *of = vec![Choice { meaning: Meaning::Total(total), score: 88, title: likeness, fit: 10 }];
        }
    }
}

/// Sums that an agent's rows may show.
const TOTALS: [TotalRole; 5] =
    [TotalRole::NetPaid, TotalRole::NetBeforeTax, TotalRole::NetTaxable, TotalRole::Gross, TotalRole::Deductions];

/// « Type » over « HS jour », « HS nuit »: what a row of each day is paid for, and no kind of absence.
fn pays_hours(s: &Seen<'_>, choices: &[Vec<Choice>], picked: &[Option<usize>], cx: &Context<'_>) -> bool {
    let Some(c) = s.variables.as_ref().and_then(variables::Variables::rubric) else { return false };
    let natured = picked[c].is_some_and(|i| choices[c][i].meaning == Meaning::Nature);
    natured && s.profiles[c].values.keys().all(|v| cx.natures.fact(v).is_none())
}

/// « Retour le » beside the days somebody leaves: a leave, and nobody leaves the town.
fn says_when_back(s: &Seen<'_>) -> bool {
    (0..s.layout.width).any(|c| titles::says_return(&s.layout.own[c]) && dated_column(s, c))
}

/// « IBAN 1 | IBAN 2 », « Date prévisionnelle de retraite »: which of the accounts is paid on, or whether a day is decided, the titles do
/// not say, and no column is taken for it.
fn of_nobody_knows_which(s: &Seen<'_>, role: Role, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let without = |role| cx.vocabulary.role(role).map(Meaning::Fact);
    let iban = without(FactRole::Iban);
    let title = |c: usize| titles::spaced(&s.layout.own[c]).replace(|d: char| d.is_ascii_digit() || d.is_whitespace(), "");
    let accounts = |c: usize| s.profiles[c].filled > 0 && s.profiles[c].share(s.profiles[c].ibans) >= 80;
    let numbered = |c: usize| accounts(c) && (0..choices.len()).any(|o| o != c && accounts(o) && title(o) == title(c));
    let doubtful: Vec<usize> = (0..choices.len()).filter(|c| numbered(*c)).collect();
    for c in doubtful {
        choices[c].retain(|x| Some(x.meaning) != iban);
    }
    let leaves = [without(FactRole::Exit), without(FactRole::ContractEnd)];
    for (c, of) in choices.iter_mut().enumerate().filter(|_| role == Role::Staff) {
        if titles::says_foreseen(&s.layout.own[c]) {
            of.retain(|x| !leaves.contains(&Some(x.meaning)));
        }
    }
}

/// « Début validité », « Fin de validité »: days of a rate or of a paper, and not those of somebody's career.
fn of_papers(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let day = |m: Meaning| matches!(m, Meaning::Fact(f) | Meaning::New(f) if matches!(cx.vocabulary.get(f).kind, FactKind::Date));
    let validity = |own: &String| titles::of_validity(own) && !titles::of_contract(own);
    for (of, _) in choices.iter_mut().zip(&s.layout.own).filter(|(_, own)| validity(own)) {
        of.retain(|x| !day(x.meaning));
    }
}

/// « Dernier jour travaillé | Date de reprise »: the days between are away. A first or a last day by its own name goes before.
fn away_and_back(s: &Seen<'_>, choices: &mut [Vec<Choice>]) {
    let dated = |of: fn(&str) -> bool| (0..s.layout.width).filter(move |&c| of(&s.layout.own[c]) && dated_column(s, c));
    let days = [(dated(titles::says_last_worked).next(), Meaning::From), (dated(titles::says_return).next(), Meaning::To)];
    let named = |m: Meaning| (0..s.layout.width).any(|c| s.compared[c].title(Title::Plain(m)) >= 85 && s.profiles[c].filled > 0);
    for (column, meaning) in days {
        if let Some(c) = column.filter(|_| !named(meaning)) {
            choices[c] = vec![Choice { meaning, score: 84, title: 97, fit: 14 }];
        }
    }
}

/// « Fin de contrat » in so many words, and no other date: « Fin » may be that of anything.
fn ends_contracts(s: &Seen<'_>, cx: &Context<'_>) -> bool {
    let dated: Vec<usize> = (0..s.layout.width).filter(|&c| dated_column(s, c)).collect();
    let titled = |c: usize| cx.vocabulary.role(FactRole::ContractEnd).is_some_and(|f| s.compared[c].title(Title::Fact(f)) >= 95);
    matches!(dated[..], [c] if titled(c) && titles::spaced(&s.layout.own[c]).split_whitespace().count() >= 2)
}

/// « Taux » beside a sum is a share of that sum: it says nothing of the working time, unless the list does.
fn rates_of_sums(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    if titles::of_working_time(&s.about()) {
        return;
    }
    let sum = |c: usize| {
        let p = &s.profiles[c];
        p.filled > 0 && p.share(p.numbers) >= 80 && p.percent == 0 && p.most.is_some_and(|m| m > crate::ground::Exact::int(100))
    };
    for (c, of) in choices.iter_mut().enumerate() {
        let said = |x: &Choice| x.title > 0;
        let beside = (0..s.layout.width).any(|o| o != c && sum(o) && !identifies(s, o, cx));
        if titles::becomes(&s.layout.own[c]) && !titles::says_becomes(&s.layout.own[c]) && beside {
            of.retain(|x| said(x) || !matches!(x.meaning, Meaning::New(_)));
        }
    }
}

/// A column of numbers of people.
fn identifies(s: &Seen<'_>, c: usize, cx: &Context<'_>) -> bool {
    let roles = [FactRole::Employee, FactRole::IdentityNumber, FactRole::Post];
    roles.iter().filter_map(|r| cx.vocabulary.role(*r)).any(|f| s.compared[c].title(Title::Fact(f)) >= 60)
}

pub(super) fn dated_column(s: &Seen<'_>, c: usize) -> bool {
    s.profiles[c].share(s.profiles[c].dates + s.profiles[c].days) >= 80
}

/// « Date de fin » of what a list changes is not that of anybody's contract.
fn until(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let leaves = [FactRole::Exit, FactRole::ContractEnd].map(|r| cx.vocabulary.role(r).map(Meaning::Fact));
    let changes = !titles::of_contract(&s.about())
        && cx.vocabulary.iter().any(|(f, d)| lists::pays(d) && s.compared.iter().any(|c| c.title(Title::New(f)) >= 85));
    for (of, own) in choices.iter_mut().zip(&s.layout.own) {
        if changes && titles::says_until(own) && !titles::of_contract(own) {
            of.retain(|x| !leaves.contains(&Some(x.meaning)));
        }
    }
}

/// A first day of what a list changes is its date of effect, where nothing else of it is dated.
fn since(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let lasting = |f: crate::facts::FactId| {
        let fact = cx.vocabulary.get(f);
        fact.recurs && matches!(fact.kind, crate::facts::FactKind::Number { .. })
    };
    let titled = |c: usize| {
        let own = cx.vocabulary.iter().filter(|(f, _)| lasting(*f));
        s.profiles[c].filled > 0
            && (own.map(|(f, _)| s.compared[c].title(Title::Fact(f)).max(s.compared[c].title(Title::New(f)))).any(|t| t >= 85)
                || titles::becomes(&s.layout.own[c]))
    };
    let counted = (0..s.layout.width).any(|c| s.compared[c].title(Title::Plain(Meaning::Days)) >= 85);
    let from: Vec<usize> = (0..s.layout.width).filter(|&c| titles::says_from(&s.layout.own[c]) && dated_column(s, c)).collect();
    let effective = (0..s.layout.width).any(|c| s.compared[c].title(Title::Plain(Meaning::Effective)) >= 85);
    let facts = (0..s.layout.width).filter(|&c| titled(c)).count();
    if let ([c], true) = (&from[..], (1..=2).contains(&facts) && !counted && !effective) {
        choices[*c] = vec![Choice { meaning: Meaning::Effective, score: 84, title: 97, fit: 14 }];
    }
}

/// Titles of a register that say too little: what its columns of numbers are by what stands in them, where the rows of an agent
/// are lines of pay. What a title says surely stands, unless it leaves no column for the other side.
fn by_numbers(s: &Seen<'_>, choices: &mut [Vec<Choice>], picked: &[Option<usize>], cx: &Context<'_>) -> bool {
    let chosen = |c: usize| picked[c].map(|i| &choices[c][i]);
    let column = |m: Meaning| (0..picked.len()).find(|&c| chosen(c).is_some_and(|x| x.meaning == m));
    let roles = [FactRole::Employee, FactRole::FullName, FactRole::Surname, FactRole::IdentityNumber];
    let agent = roles.iter().filter_map(|r| cx.vocabulary.role(*r)).find_map(|f| column(Meaning::Fact(f)));
    let (Some(agent), (code, label)) = (agent, (column(Meaning::Code), column(Meaning::Label))) else { return false };
    let data = &s.kept[s.layout.data_start().min(s.kept.len())..];
    let Some(found) = headless::numbers_of(data, &s.profiles, agent, (code, label), cx) else { return false };
    let single = column(Meaning::Gain).is_some() != column(Meaning::Deduction).is_some();
    let sided = |m: Meaning| matches!(m, Meaning::Gain | Meaning::Deduction);
    // « Valeur » over what times a rate makes an amount is a base.
    let factor = |c: usize| matches!(found[c], Some(Meaning::Base | Meaning::Rate | Meaning::EmployerRate));
    let amount = |m: Meaning| sided(m) || matches!(m, Meaning::Amount | Meaning::Signed | Meaning::EmployerAmount);
    let denied = |c: usize, m: Meaning| single && sided(m) || factor(c) && amount(m);
    let sure = |c: usize| chosen(c).is_some_and(|x| x.title >= 85 && x.fit >= 0 && !denied(c, x.meaning) && x.meaning.is_of_lines());
    let taken: Vec<Meaning> = (0..picked.len()).filter(|&c| sure(c)).filter_map(|c| chosen(c).map(|x| x.meaning)).collect();
    let told = |c: usize, m: Meaning| chosen(c).is_some_and(|x| x.meaning == m);
    let by_contents: Vec<(usize, Meaning)> =
        found.iter().enumerate().filter_map(|(c, m)| Some((c, m.filter(|m| !sure(c) && !taken.contains(m))?))).collect();
    let new = by_contents.iter().any(|(c, m)| !told(*c, *m));
    for (c, m) in by_contents {
        choices[c] = vec![Choice { meaning: m, score: 80, title: 0, fit: 25 }];
    }
    new
}

/// « Rub gain | Libellé gain | Montant | Rub retenue | Libellé retenue | Montant »: a row holds several lines that have nothing to do
/// with each other, and none of them is the row.
fn several_lines(s: &Seen<'_>) -> bool {
    let titled = |m: Meaning| (0..s.layout.width).filter(move |&c| s.compared[c].title(Title::Plain(m)) >= 85 && s.profiles[c].filled > 0);
    let worded = |c: &usize| s.profiles[*c].share(s.profiles[*c].numbers) < 50;
    let several = |m: Meaning| titled(m).filter(worded).map(|c| &s.layout.group[c]).collect::<BTreeSet<_>>().len() >= 2;
    several(Meaning::Label) && titled(Meaning::Code).count() >= 2
}

/// No register has so few rubrics: net and gross alone are made of more.
pub(super) fn few_rubrics(s: &Seen<'_>, picked: &[Option<usize>], choices: &[Vec<Choice>]) -> bool {
    let at = |m: Meaning| (0..picked.len()).find(|&c| picked[c].is_some_and(|i| choices[c][i].meaning == m));
    at(Meaning::Code).or_else(|| at(Meaning::Label)).is_some_and(|c| s.profiles[c].values.len() <= 4)
}

/// Whether a column says who a row is about.
pub(super) fn names_agents(best: &Try, cx: &Context<'_>) -> bool {
    let roles = [FactRole::Employee, FactRole::Surname, FactRole::MarriedName, FactRole::FullName, FactRole::IdentityNumber];
    let facts: Vec<Meaning> = roles.iter().filter_map(|r| cx.vocabulary.role(*r)).map(Meaning::Fact).collect();
    best.picked.iter().zip(&best.choices).any(|(p, c)| p.is_some_and(|i| facts.contains(&c[i].meaning)))
}

/// A register without headings, by contents alone; each column has the points of a proposal.
pub(super) fn without_headings(s: &Seen<'_>, cx: &Context<'_>, said: Option<Role>) -> Option<Try> {
    if said.is_some_and(|r| r != Role::RegisterLines) {
        return None;
    }
    let found = headless::register(&s.kept, &s.profiles, cx)?;
    let choices: Vec<Vec<Choice>> =
        found.iter().map(|m| m.iter().map(|m| Choice { meaning: *m, score: 54, title: 0, fit: 12 }).collect()).collect();
    let picked = choices.iter().map(|c| (!c.is_empty()).then_some(0)).collect();
    Some(Try { role: Role::RegisterLines, score: 1_000, picked, choices, why: vec!["no headings, by contents".to_owned()] })
}

/// Entry dates of the sheet lie in the month to be paid.
pub(super) fn arrives_now(s: &Seen<'_>, choices: &[Vec<Choice>], picked: &[Option<usize>], cx: &Context<'_>) -> bool {
    let Some(entry) = cx.vocabulary.role(FactRole::Entry) else { return false };
    (0..picked.len()).any(|c| {
        picked[c].is_some_and(|i| choices[c][i].meaning == Meaning::Fact(entry))
            && !s.profiles[c].months.is_empty()
            && s.profiles[c].months.iter().all(|m| *m == (cx.month.year(), cx.month.month()))
    })
}
