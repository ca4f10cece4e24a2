//! Rubrics whose label decides nothing: the element with which last month comes out to the cent is theirs.
//!
//! What no payslip proves stays open, is carried as it is, and is told of every agent who has it.

use super::Ready;
use crate::compute::eval::State;
use crate::compute::replay::{Replay, Replayed, Verdict};
use crate::ground::{Finding, Severity};
use crate::normalise::join::Person;
use crate::payslip::{ElementId, PaidCode, PaidLine};
use std::collections::{BTreeMap, BTreeSet};

/// Payslips looked at; more prove nothing more.
const LOOKED_AT: usize = 400;

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

fn open_of(p: &Person) -> BTreeSet<u16> {
    let lines = p.paid.iter().flat_map(|s| &s.lines).filter(|l| !l.amount.is_zero());
    lines.filter_map(|l| if let PaidCode::Unknown(u) = l.code { Some(u) } else { None }).collect()
}

/// What one payslip proves: each open rubric with its element. A line more that comes out is not enough, since a free amount
/// always does; another one must come out with it.
fn proven(ready: &Ready, replay: &Replay<'_>, state: &mut State, p: &Person, open: &BTreeSet<u16>) -> BTreeMap<u16, ElementId> {
    let Some(slip) = &p.paid else { return BTreeMap::new() };
    let mut run = |lines: &[PaidLine]| replay.run(state, &p.known, &p.alternatives, lines);
    let plain = run(&slip.lines);
    let before = score(&plain);
    let taken: BTreeSet<ElementId> =
        slip.lines.iter().filter_map(|l| if let PaidCode::Element(e) = l.code { Some(e) } else { None }).collect();
    // Elements that the rules give for just what the rubric shows, and that were not paid.
    let same = |u: u16| {
        let amount = slip.lines.iter().filter(|l| l.code == PaidCode::Unknown(u)).map(|l| l.amount).sum();
        plain.lines.iter().filter_map(move |l| match l.code {
            PaidCode::Element(e) if l.paid.is_zero() && l.recomputed == Some(amount) => Some(e),
            PaidCode::Element(_) | PaidCode::Unknown(_) => None,
        })
    };
    let candidates: BTreeMap<u16, Vec<ElementId>> = open
        .iter()
        .map(|u| {
            let mut all: Vec<ElementId> = same(*u).chain(ready.inputs.proposals[usize::from(*u)].iter().copied()).collect();
            all.retain(|e| !taken.contains(e));
            (*u, all)
        })
        .collect();
    // All at once by their best candidates: the parts of one absence only come out together.
    let mut together: BTreeMap<u16, ElementId> = BTreeMap::new();
    for (u, all) in &candidates {
        if let Some(e) = all.iter().find(|e| !together.values().any(|x| x == *e)) {
            together.insert(*u, *e);
        }
    }
    if together.len() > 1 {
        let tried = run(&with(&slip.lines, &together));
        if score(&tried) > before + together.len() as i64 && together.values().all(|e| comes_out(&tried, *e)) {
            return together;
        }
    }
    let mut found = BTreeMap::new();
    for (u, all) in &candidates {
        let best = all
            .iter()
            .filter_map(|e| {
                let tried = run(&with(&slip.lines, &BTreeMap::from([(*u, *e)])));
                (comes_out(&tried, *e) && score(&tried) > before + 1).then_some((score(&tried), std::cmp::Reverse(*e)))
            })
            .max();
        if let Some((_, std::cmp::Reverse(e))) = best {
            found.insert(*u, e);
        }
    }
    found
}

/// Settles open rubrics by last month's payslips; each is told, in place of the question about it.
pub fn settle(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let mut votes: BTreeMap<u16, BTreeMap<ElementId, u32>> = BTreeMap::new();
    let mut seen: BTreeMap<u16, u32> = BTreeMap::new();
    {
        let replay = Replay { plan: ready.road.last(), catalogue: &ready.catalogue, unknown_kinds: &ready.unknown_kinds };
        let mut state = State::new(ready.road.last());
        let with_open = ready.inputs.people.values().map(|p| (p, open_of(p))).filter(|(_, open)| !open.is_empty());
        for (p, open) in with_open.take(LOOKED_AT) {
            let found = proven(ready, &replay, &mut state, p, &open);
            for u in open {
                *seen.entry(u).or_insert(0) += 1;
                if let Some(e) = found.get(&u) {
                    *votes.entry(u).or_default().entry(*e).or_insert(0) += 1;
                }
            }
        }
    }
    let mut settled: BTreeMap<u16, ElementId> = BTreeMap::new();
    for (u, by_element) in votes {
        let Some((e, n)) = by_element.into_iter().max_by_key(|(e, n)| (*n, std::cmp::Reverse(*e))) else { continue };
        if n * 10 < seen[&u] * 8 {
            continue;
        }
        settled.insert(u, e);
        let card = &ready.catalogue[ready.pack.elements.len() + usize::from(u)];
        let of_code = |f: &Finding| f.code == "M05" && f.args.iter().any(|(k, v)| k == "code" && *v == card.code);
        let places = findings.iter().filter(|f| of_code(f)).flat_map(|f| f.places.clone()).collect::<Vec<_>>();
        let told = Finding::new("M32", Severity::Warning)
            .arg("code", &card.code)
            .arg("label", card.label.get(ready.lang))
            .arg("element", &ready.catalogue[e.index()].code)
            .arg("agents", n);
        findings.retain(|f| !of_code(f));
        findings.push(places.into_iter().fold(told, Finding::at));
    }
    if settled.is_empty() {
        return;
    }
    for slip in ready.inputs.people.values_mut().filter_map(|p| p.paid.as_mut()) {
        slip.lines = with(&slip.lines, &settled);
    }
}
