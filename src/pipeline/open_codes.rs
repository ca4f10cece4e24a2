//! Rubrics whose label decides nothing: the element with which last month comes out to the cent is theirs.
//!
//! That a payslip comes out says in which bases a line stands. It says which element a line is only where the rule makes the
//! amount without a fact drawn from the line itself, or where the label resembles the element as well.
//! What no payslip proves stays open, is carried as it is, and is told of every agent who has it.

mod base_pay;
mod contributions;
mod remainders;

use super::Ready;
use crate::compute::employee::Machine;
use crate::compute::eval::{Pins, State};
use crate::compute::replay::{Hidden, Replayed, Resolved, Verdict, pin};
use crate::facts::NumberForm;
use crate::ground::{Finding, Money, Severity};
use crate::normalise::dsn::{BEYOND, REMAINDER};
use crate::normalise::join::Person;
use crate::normalise::text::{Phrase, Share, same_word, says_little};
use crate::normalise::variables;
use crate::payslip::{ElementId, LineKind, PaidCode, PaidLine};
use std::collections::{BTreeMap, BTreeSet};

/// Payslips looked at; more prove nothing more.
const LOOKED_AT: usize = 400;
/// One or two payslips do not prove that a sum of any size is an element.
const SEVERAL: usize = 3;
/// Payslips of which every element is tried for a rubric that resembles none.
const TRIED_WITH_ALL: usize = 100;

/// Lines that come out, less those that do not.
fn score(r: &Replayed) -> i64 {
    r.lines
        .iter()
        .map(|l| match l.verdict {
            Verdict::Exact => 1,
            Verdict::OneOff if l.recomputed == Some(l.paid) => 1,
            Verdict::Gap => -1,
            Verdict::OneOff | Verdict::Rounding | Verdict::Carried => 0,
        })
        .sum()
}

fn comes_out(r: &Replayed, e: ElementId) -> bool {
    r.lines.iter().any(|l| l.code == PaidCode::Element(e) && l.recomputed == Some(l.paid))
}

/// The rule gives the line from what the files say, without a fact drawn from the line itself.
fn from_files(r: &Replayed, e: ElementId) -> bool {
    !r.resolved.iter().any(|x| x.element == e)
}

fn with(lines: &[PaidLine], as_element: &BTreeMap<u16, ElementId>) -> Vec<PaidLine> {
    let mut lines = lines.to_vec();
    for l in &mut lines {
        if let PaidCode::Unknown(u) = l.code
            && let Some(e) = as_element.get(&u)
        {
            l.code = PaidCode::Element(*e);
        }
    }
    lines
}

/// Rubrics of a payslip that no element stands for. What a declaration leaves unnamed is another thing for each agent.
fn open_rubrics(ready: &Ready, p: &Person) -> BTreeSet<u16> {
    let own = |u: &u16| [REMAINDER, BEYOND].contains(&ready.catalogue[ready.pack.elements.len() + usize::from(*u)].code.as_str());
    let said = |u: &u16| ready.inputs.said.get(usize::from(*u)) == Some(&true);
    open_of(p).into_iter().filter(|u| !own(u) && !said(u)).collect()
}

fn open_of(p: &Person) -> BTreeSet<u16> {
    let lines = p.paid.iter().flat_map(|s| &s.lines).filter(|l| !(l.amount.is_zero() && l.employer_amount.is_zero()));
    lines.filter_map(|l| if let PaidCode::Unknown(u) = l.code { Some(u) } else { None }).collect()
}

/// What one payslip proves: each open rubric with its element. A line more that comes out is not enough, since a free amount
/// always does; another one must come out with it. With `everything`, elements that the label does not resemble are tried too.
fn proven(
    ready: &Ready,
    machine: &Machine<'_>,
    state: &mut State,
    p: &Person,
    (open, few, everything): (&BTreeSet<u16>, &BTreeSet<u16>, bool),
) -> BTreeMap<u16, ElementId> {
    let Some(slip) = &p.paid else { return BTreeMap::new() };
    let replayed = |state: &mut State, lines: &[PaidLine]| {
        machine.replay_lines(state, &machine.then(&p.known, &p.then), &p.alternatives, lines, Hidden::of(slip))
    };
    let plain = replayed(state, &slip.lines);
    let before = score(&plain);
    let taken: BTreeSet<ElementId> =
        slip.lines.iter().filter_map(|l| if let PaidCode::Element(e) = l.code { Some(e) } else { None }).collect();
    // Elements that the rules give for just what the rubric shows, and that were not paid.
    let plan = machine.road.last();
    let pinned = pin(&slip.lines, plan.slots.elements as usize);
    let extra: Vec<_> = plain.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
    state.run(plan, &machine.then(&p.known, &p.then), Pins::Paid(&pinned), &extra);
    let given: Vec<(ElementId, Money, Money)> = state
        .results
        .iter()
        .enumerate()
        .filter_map(|(i, c)| c.filter(|c| c.stop.is_none()).map(|c| (ElementId(i as u16), c.amount, c.employer_amount)))
        .collect();
    let same = |u: u16| {
        let of_code = || slip.lines.iter().filter(move |l| l.code == PaidCode::Unknown(u));
        let (amount, employer): (Money, Money) = (of_code().map(|l| l.amount).sum(), of_code().map(|l| l.employer_amount).sum());
        given.iter().filter(move |g| (g.1, g.2) == (amount, employer)).map(|g| g.0)
    };
    let candidates: BTreeMap<u16, Vec<ElementId>> = open
        .iter()
        .map(|u| {
            // What ends with its month is found by its name: that last month comes out says what a rubric bears, not that it ends.
            let card = &ready.catalogue[ready.pack.elements.len() + usize::from(*u)];
            let ends = Phrase::of(card.label.get(ready.lang)).is_once();
            let once = !card.recurs;
            let goes_on = |e: &ElementId| if once { !ready.catalogue[e.index()].recurs } else { ends || ready.catalogue[e.index()].recurs };
            let proposed = ready.inputs.proposals[usize::from(*u)].iter().copied().filter(goes_on);
            let mut all: Vec<ElementId> = same(*u).chain(proposed).collect();
            if all.is_empty() && everything {
                let up = slip.lines.iter().filter(|l| l.code == PaidCode::Unknown(*u)).map(|l| l.amount).sum::<Money>().cents() > 0;
                let fits = |k: LineKind| match k {
                    LineKind::Earning | LineKind::Net => true,
                    LineKind::Deduction | LineKind::Tax => !up,
                    LineKind::Employer => false,
                };
                let fit = |i: &usize| fits(ready.catalogue[*i].kind) && goes_on(&ElementId(*i as u16));
                all.extend((0..ready.pack.elements.len()).filter(fit).map(|i| ElementId(i as u16)));
            }
            all.retain(|e| !taken.contains(e));
            (*u, all)
        })
        .collect();
    // An amount that any free element could show names none of them.
    let vocabulary = &ready.pack.vocabulary;
    let against = |x: &Resolved| !vocabulary.may_be_negative(x.fact) && x.used.value.number().is_some_and(|n| n.is_negative());
    let named = |u: u16, e: ElementId, r: &Replayed| {
        // A seizure or a mutual insurance that would pay the agent is neither.
        if r.resolved.iter().any(|x| x.element == e && against(x)) {
            return false;
        }
        if from_files(r, e) || !ready.catalogue[e.index()].recurs {
            return true;
        }
        // Any sum after tax is a refund of a travel pass: of one or two agents, the whole label must say so.
        let free = r.resolved.iter().any(|x| x.element == e && variables::form_of(vocabulary.get(x.fact)) == Some(NumberForm::Money));
        ready.inputs.proposals[usize::from(u)].contains(&e) && (!free || !few.contains(&u) || names(ready, u, e))
    };
    // All at once by their best candidates: the parts of one absence only come out together.
    let mut together: BTreeMap<u16, ElementId> = BTreeMap::new();
    for (u, all) in &candidates {
        if let Some(e) = all.iter().find(|e| !together.values().any(|x| x == *e)) {
            together.insert(*u, *e);
        }
    }
    if together.len() > 1 {
        let tried = replayed(state, &with(&slip.lines, &together));
        if score(&tried) > before + together.len() as i64 && together.iter().all(|(u, e)| comes_out(&tried, *e) && named(*u, *e, &tried)) {
            return together;
        }
    }
    let mut found = BTreeMap::new();
    for (u, all) in &candidates {
        let mut good: Vec<(i64, ElementId)> = all
            .iter()
            .filter_map(|e| {
                let tried = replayed(state, &with(&slip.lines, &BTreeMap::from([(*u, *e)])));
                let enough = score(&tried) > before + 1 || score(&tried) > before && from_files(&tried, *e);
                (comes_out(&tried, *e) && enough && named(*u, *e, &tried)).then_some((score(&tried), *e))
            })
            .collect();
        good.sort_by_key(|(s, e)| (std::cmp::Reverse(*s), *e));
        good.dedup();
        // Two that fit alike prove neither.
        if let [(a, e), rest @ ..] = good.as_slice()
            && rest.first().is_none_or(|(b, _)| a > b)
        {
            found.insert(*u, *e);
        }
    }
    found
}

/// Whether an element is written with every telling word of a rubric's label: « Participation transport », and not « Remb. frais ».
fn names(ready: &Ready, u: u16, e: ElementId) -> bool {
    let rule = &ready.pack.elements[e.index()];
    let of_rule = rule.labels.iter().map(String::as_str).chain([rule.card.label.fr.as_str()]);
    let known: Vec<String> =
        of_rule.map(str::to_owned).chain([rule.card.code.replace('_', " ")]).flat_map(|l| Phrase::of(&l).words).collect();
    let label = Phrase::of(ready.catalogue[ready.pack.elements.len() + usize::from(u)].label.get(ready.lang)).without_share();
    let label = label.without_status().unwrap_or(label);
    let told = |w: &&String| w.len() > 2 && !w.bytes().any(|b| b.is_ascii_digit()) && !says_little(w);
    label.words.iter().filter(told).all(|w| known.iter().any(|k| same_word(w, k)))
}

/// Settles open rubrics by last month's payslips; each is told, in place of the question about it. What one round settles may
/// show the next one another, since a contribution comes out only when its base does.
pub fn settle(ready: &mut Ready, findings: &mut Vec<Finding>) {
    base_pay::settle(ready);
    remainders::settle(ready, findings);
    contributions::settle(ready, findings);
    loop {
        let settled = round(ready);
        if settled.is_empty() {
            break;
        }
        for (u, (e, agents)) in &settled {
            let card = &ready.catalogue[ready.pack.elements.len() + usize::from(*u)];
            let told = Finding::new("M72", Severity::Warning)
                .arg("code", &card.code)
                .arg("label", card.label.get(ready.lang))
                .arg("element", &ready.catalogue[e.index()].code)
                .arg("agents", agents);
            answer(&card.code, Some(told), findings);
        }
        let settled: BTreeMap<u16, ElementId> = settled.into_iter().map(|(u, (e, _))| (u, e)).collect();
        for slip in ready.inputs.people.values_mut().filter_map(|p| p.paid.as_mut()) {
            slip.lines = with(&slip.lines, &settled);
        }
    }
    information(ready, findings);
    without_amounts(ready, findings);
}

/// Rubrics that the payslips settle as they stand, each with its element and how many say so.
fn round(ready: &Ready) -> BTreeMap<u16, (ElementId, u32)> {
    let mut votes: BTreeMap<u16, BTreeMap<ElementId, u32>> = BTreeMap::new();
    let mut seen: BTreeMap<u16, u32> = BTreeMap::new();
    let machine = ready.machine();
    let mut state = State::new(ready.road.last());
    let with_open = || ready.inputs.people.values().map(|p| (p, open_rubrics(ready, p))).filter(|(_, open)| !open.is_empty());
    let mut having: BTreeMap<u16, usize> = BTreeMap::new();
    with_open().flat_map(|(_, open)| open).for_each(|u| *having.entry(u).or_default() += 1);
    let few: BTreeSet<u16> = having.into_iter().filter(|h| h.1 < SEVERAL).map(|h| h.0).collect();
    for (n, (p, open)) in with_open().take(LOOKED_AT).enumerate() {
        let found = proven(ready, &machine, &mut state, p, (&open, &few, n < TRIED_WITH_ALL));
        for u in open {
            *seen.entry(u).or_insert(0) += 1;
        }
        for (u, e) in found {
            *votes.entry(u).or_default().entry(e).or_insert(0) += 1;
        }
    }
    let elected = |(u, by_element): (u16, BTreeMap<ElementId, u32>)| {
        let all: u32 = by_element.values().sum();
        let (e, n) = by_element.into_iter().max_by_key(|(e, n)| (*n, std::cmp::Reverse(*e)))?;
        // Half of those who have it, and nearly all of those who tell: one coincidence names nothing for a whole town.
        (n * 10 >= all * 8 && n * 2 >= seen[&u]).then_some((u, (e, n)))
    };
    votes.into_iter().filter_map(elected).collect()
}

/// Rubrics beside the net that neither replay nor their label makes the employer's: sums since January, ceilings, leave. They are no
/// pay; each is told once.
fn information(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let first = ready.pack.elements.len();
    let employers = |u: u16| Phrase::of(ready.catalogue[first + usize::from(u)].label.get(ready.lang)).share == Share::Employer;
    let present: BTreeSet<u16> = ready.inputs.people.values().flat_map(|p| open_of(p)).collect();
    let idle: BTreeSet<u16> = present.into_iter().filter(|u| ready.inputs.beside[usize::from(*u)] && !employers(*u)).collect();
    for u in &idle {
        let card = &ready.catalogue[first + usize::from(*u)];
        let told = Finding::new("M75", Severity::Information).arg("code", &card.code).arg("label", card.label.get(ready.lang));
        answer(&card.code, Some(told), findings);
    }
    for slip in ready.inputs.people.values_mut().filter_map(|p| p.paid.as_mut()) {
        slip.lines.retain(|l| !matches!(l.code, PaidCode::Unknown(u) if idle.contains(&u)));
    }
}

/// Lines of a rubric that shows a base and never an amount are no pay, and no question.
fn without_amounts(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let first = ready.pack.elements.len();
    let present: BTreeSet<u16> = ready.inputs.people.values().flat_map(|p| open_of(p)).collect();
    for slip in ready.inputs.people.values_mut().filter_map(|p| p.paid.as_mut()) {
        slip.lines.retain(|l| !(matches!(l.code, PaidCode::Unknown(_)) && l.amount.is_zero() && l.employer_amount.is_zero()));
    }
    for (u, card) in ready.catalogue[first..].iter().enumerate() {
        if ready.inputs.proposals.get(u).is_some() && !u16::try_from(u).is_ok_and(|u| present.contains(&u)) {
            answer(&card.code, None, findings);
        }
    }
}

/// Puts what was found in the place of the question about a rubric.
fn answer(code: &str, told: Option<Finding>, findings: &mut Vec<Finding>) {
    let asked = |f: &Finding| f.code == "M05" && f.args.iter().any(|(k, v)| k == "code" && v == code);
    let places: Vec<_> = findings.iter().filter(|f| asked(f)).flat_map(|f| f.places.clone()).collect();
    findings.retain(|f| !asked(f));
    findings.extend(told.map(|f| places.into_iter().fold(f, Finding::at)));
}
