//! Which labels of a statement stand under one code for one thing: packages write a correction under the code of what it corrects,
//! and some put an account or a rank in the place of the code.
//!
//! Labels of other telling words are other rubrics, and so are two that stand beside each other on a payslip.

use super::lines::{Side, code_of};
use crate::ground::{At, EmployeeId, Finding, Severity, Sources};
use crate::normalise::codes::split_period;
use crate::normalise::text::{Phrase, says_little};
use crate::read::xhl::{Category, PayLine, Slip};
use std::collections::{BTreeMap, BTreeSet};

type Of = (Box<str>, Side);

/// Labels that stand on one payslip.
type Pairs = BTreeSet<(Box<str>, Box<str>)>;

/// How many payslips have a label under a code, and those that have it more than once, by their place.
type Having<'a> = (u32, Vec<(usize, Vec<&'a PayLine>)>);

/// The labels of each code and side that has several, apart: the one that most lines have first.
#[derive(Default)]
pub struct Labels {
    groups: BTreeMap<Of, Vec<BTreeSet<Box<str>>>>,
    /// Groups that never stand on a payslip with the first.
    alone: BTreeSet<(Of, u16)>,
}

/// The words of a label that say what it is.
fn telling(label: &str) -> BTreeSet<String> {
    let words = Phrase::of(split_period(label).0).words;
    words.into_iter().filter(|w| !says_little(w) && !w.bytes().any(|b| b.is_ascii_digit())).collect()
}

impl Labels {
    pub fn of(slips: &[(u16, &Slip)]) -> Self {
        let lines = |s: &'_ Slip| -> Vec<(Of, Box<str>)> {
            s.lines.iter().filter_map(|l| Some(((code_of(l), Side::of(l)?), l.label.clone()))).collect()
        };
        let mut counts: BTreeMap<Of, BTreeMap<Box<str>, u32>> = BTreeMap::new();
        for (of, label) in slips.iter().flat_map(|(_, s)| lines(s)) {
            *counts.entry(of).or_default().entry(label).or_default() += 1;
        }
        counts.retain(|_, labels| labels.len() > 1);
        // What stands beside each other on one payslip.
        let mut beside: BTreeMap<&Of, Pairs> = BTreeMap::new();
        for (_, slip) in slips {
            let mut own: BTreeMap<&Of, BTreeSet<Box<str>>> = BTreeMap::new();
            for (of, label) in lines(slip) {
                if let Some((of, _)) = counts.get_key_value(&of) {
                    own.entry(of).or_default().insert(label);
                }
            }
            for (of, labels) in own.into_iter().filter(|o| o.1.len() > 1) {
                let pairs = labels.iter().flat_map(|a| labels.iter().filter(move |b| *b != a).map(move |b| (a.clone(), b.clone())));
                beside.entry(of).or_default().extend(pairs);
            }
        }
        let mut out = Self::default();
        for (of, labels) in &counts {
            let pairs = beside.get(of);
            let apart = |group: &BTreeSet<Box<str>>, label: &str| {
                pairs.is_some_and(|p| group.iter().any(|g| p.contains(&(g.clone(), label.into()))))
            };
            let mut order: Vec<(&Box<str>, &u32)> = labels.iter().collect();
            order.sort_by_key(|(label, n)| (std::cmp::Reverse(**n), (*label).clone()));
            let mut groups: Vec<(BTreeSet<String>, BTreeSet<Box<str>>)> = Vec::new();
            for (label, _) in order {
                let words = telling(label);
                match groups.iter_mut().find(|(w, g)| *w == words && !apart(g, label)) {
                    Some((_, group)) => drop(group.insert(label.clone())),
                    None => groups.push((words, BTreeSet::from([label.clone()]))),
                }
            }
            let groups: Vec<BTreeSet<Box<str>>> = groups.into_iter().map(|g| g.1).collect();
            for (n, group) in groups.iter().enumerate().skip(1) {
                if !group.iter().any(|label| apart(&groups[0], label)) {
                    out.alone.extend(u16::try_from(n).map(|n| (of.clone(), n)));
                }
            }
            out.groups.insert(of.clone(), groups);
        }
        out
    }

    /// The group of a label, 0 where its code has but one.
    pub fn group(&self, code: &str, side: Side, label: &str) -> u16 {
        let found = self.groups.get(&(code.into(), side)).and_then(|g| g.iter().position(|labels| labels.contains(label)));
        found.and_then(|n| u16::try_from(n).ok()).unwrap_or(0)
    }

    /// Whether a group that resembles no element may be what the first of its code is: it names the same thing, happens as often, and
    /// stands in its place.
    pub fn may_be_first(&self, code: &str, side: Side, group: u16) -> bool {
        let of = (Box::from(code), side);
        let Some(groups) = self.groups.get(&of).filter(|_| self.alone.contains(&(of.clone(), group))) else { return false };
        let first = |n: usize| groups.get(n).and_then(|g| g.iter().next()).map_or("", AsRef::as_ref);
        let (own, main) = (first(usize::from(group)), first(0));
        Phrase::of(own).is_once() == Phrase::of(main).is_once() && !telling(own).is_disjoint(&telling(main))
    }
}

/// What somebody was paid twice under one code and one name, where most who have it were once: one of the two may be a correction or
/// a bonus of that month alone, and nothing tells them apart.
pub fn doubled(slips: &[(EmployeeId, u16, &Slip)], sources: &Sources, findings: &mut Vec<Finding>) {
    let pay = |l: &&PayLine| matches!(l.category, Category::Indemnite | Category::RemDivers) && l.period.is_none() && !l.amount.is_zero();
    let mut having: BTreeMap<(&str, &str), Having<'_>> = BTreeMap::new();
    for (i, (_, _, slip)) in slips.iter().enumerate() {
        let mut own: BTreeMap<(&str, &str), Vec<&PayLine>> = BTreeMap::new();
        slip.lines.iter().filter(pay).for_each(|l| own.entry((&l.code, &l.label)).or_default().push(l));
        for (of, lines) in own {
            let all = having.entry(of).or_default();
            all.0 += 1;
            if lines.len() > 1 {
                all.1.push((i, lines));
            }
        }
    }
    for ((_, label), (count, twice)) in having {
        if count > 1 && twice.len() * 2 > count as usize {
            continue;
        }
        for (i, lines) in twice {
            let (id, source, _) = &slips[i];
            let amounts = lines.iter().map(|l| l.amount.french()).collect::<Vec<_>>().join(", ");
            let f = Finding::new("R119", Severity::Justify).of(id).arg("agent", id).arg("label", label).arg("amounts", amounts);
            let f = f.stake(lines.iter().map(|l| l.amount.cents()).sum());
            findings.push(lines.iter().fold(f, |f, l| f.at(sources.place(At::row(*source, l.line)))));
        }
    }
}
