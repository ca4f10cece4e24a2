//! Which labels stand under one code for one thing: packages write a correction under the code of what it corrects, small bonuses
//! under a common one, and some put an account or a rank in the place of the code.
//!
//! Labels of other telling words are other rubrics, and so are two that stand beside each other on a payslip.

use crate::normalise::codes::split_period;
use crate::normalise::text::{Phrase, says_little};
use crate::normalise::titles::perhaps_once;
use std::collections::{BTreeMap, BTreeSet};

/// The telling words of a label, and whether it ends with its month: labels that say the same are one rubric.
type Said = (BTreeSet<String>, bool);

/// Labels that stand on one payslip.
type Pairs = BTreeSet<(Box<str>, Box<str>)>;

/// The labels of each code that has several, apart: the one that most lines have first. `K` is what a line stands under.
pub struct Labels<K> {
    groups: BTreeMap<K, Vec<BTreeSet<Box<str>>>>,
    /// Groups that never stand on a payslip with the first.
    alone: BTreeSet<(K, u16)>,
}

impl<K> Default for Labels<K> {
    fn default() -> Self {
        Self { groups: BTreeMap::new(), alone: BTreeSet::new() }
    }
}

/// The words of a label that say what it is.
fn telling(label: &str) -> BTreeSet<String> {
    let words = Phrase::of(split_period(label).0).without_share().words;
    words.into_iter().filter(|w| !says_little(w) && !w.bytes().any(|b| b.is_ascii_digit())).collect()
}

/// Whether a label says that its line ends with its month, or may: « IFSE régularisation », « IFSE - part annuelle ».
pub fn ends(label: &str) -> bool {
    Phrase::of(label).is_once() || perhaps_once(label).is_some()
}

pub fn said(label: &str) -> Said {
    (telling(label), ends(label))
}

impl<K: Ord + Clone> Labels<K> {
    /// `slips` are the payslips, each with what its lines stand under and are called.
    pub fn of(slips: &[Vec<(K, Box<str>)>]) -> Self {
        let mut counts: BTreeMap<&K, BTreeMap<Box<str>, u32>> = BTreeMap::new();
        for (of, label) in slips.iter().flatten() {
            *counts.entry(of).or_default().entry(label.clone()).or_default() += 1;
        }
        counts.retain(|_, labels| labels.len() > 1);
        // What stands beside each other on one payslip.
        let mut beside: BTreeMap<&K, Pairs> = BTreeMap::new();
        for slip in slips {
            let mut own: BTreeMap<&K, BTreeSet<&Box<str>>> = BTreeMap::new();
            for (of, label) in slip.iter().filter(|(of, _)| counts.contains_key(of)) {
                own.entry(of).or_default().insert(label);
            }
            for (of, labels) in own.into_iter().filter(|o| o.1.len() > 1) {
                let pairs = labels.iter().flat_map(|a| labels.iter().filter(move |b| *b != a).map(move |b| ((*a).clone(), (*b).clone())));
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
            let mut groups: Vec<(Said, BTreeSet<Box<str>>)> = Vec::new();
            for (label, _) in order {
                let what = said(label);
                match groups.iter_mut().find(|(w, g)| *w == what && !apart(g, label)) {
                    Some((_, group)) => drop(group.insert(label.clone())),
                    None => groups.push((what, BTreeSet::from([label.clone()]))),
                }
            }
            let groups: Vec<BTreeSet<Box<str>>> = groups.into_iter().map(|g| g.1).collect();
            for (n, group) in groups.iter().enumerate().skip(1) {
                if !group.iter().any(|label| apart(&groups[0], label)) {
                    out.alone.extend(u16::try_from(n).map(|n| ((*of).clone(), n)));
                }
            }
            out.groups.insert((*of).clone(), groups);
        }
        out
    }

    /// What has several groups of labels, each with them.
    pub fn apart(&self) -> impl Iterator<Item = (&K, &[BTreeSet<Box<str>>])> {
        self.groups.iter().filter(|g| g.1.len() > 1).map(|(of, groups)| (of, groups.as_slice()))
    }

    /// The group of a label, 0 where its code has but one.
    pub fn group(&self, of: &K, label: &str) -> u16 {
        let found = self.groups.get(of).and_then(|g| g.iter().position(|labels| labels.contains(label)));
        found.and_then(|n| u16::try_from(n).ok()).unwrap_or(0)
    }

    /// The labels that stand for a group and for the first of its code.
    fn heads(&self, of: &K, group: u16) -> (&str, &str) {
        let groups = self.groups.get(of).map_or(&[][..], Vec::as_slice);
        let first = |n: usize| groups.get(n).and_then(|g| g.iter().next()).map_or("", AsRef::as_ref);
        (first(usize::from(group)), first(0))
    }

    /// Whether a group ends with its month and the first of its code does not, or the other way round.
    pub fn ends_apart(&self, of: &K, group: u16) -> bool {
        let (own, main) = self.heads(of, group);
        ends(own) != ends(main)
    }

    /// Whether a group and the first of its code are called by the same telling words.
    pub fn same_words(&self, of: &K, group: u16) -> bool {
        let (own, main) = self.heads(of, group);
        telling(own) == telling(main)
    }

    /// Whether a group that resembles no element may be what the first of its code is: it names the same thing, happens as often, and
    /// stands in its place.
    pub fn may_be_first(&self, of: &K, group: u16) -> bool {
        let (own, main) = self.heads(of, group);
        let alone = self.alone.contains(&(of.clone(), group));
        alone && ends(own) == ends(main) && !telling(own).is_disjoint(&telling(main))
    }
}
