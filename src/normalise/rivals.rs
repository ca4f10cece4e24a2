//! Two lists of one thing: a list that adds up the others, copies of one list, two versions of it, the hours of two services.
//!
//! Nothing is paid twice; what may be two things or one is asked, and so is whoever stands in one of two versions alone.

use crate::facts::{FactId, NumberForm, Vocabulary};
use crate::ground::{EmployeeId, Finding, Severity, Sources};
use crate::normalise::gather::Amount;
use crate::normalise::titles;
use crate::normalise::variables::form_of;
use std::collections::{BTreeMap, BTreeSet};

/// What one list has for somebody.
pub type Sum = BTreeMap<FactId, Amount>;
/// What each list has for each.
pub type Sums = BTreeMap<EmployeeId, BTreeMap<u16, Sum>>;
type FactsOf = BTreeMap<u16, BTreeSet<FactId>>;

/// What is counted of each, once.
pub fn settle(
    mut sums: Sums,
    facts_of: &FactsOf,
    vocabulary: &Vocabulary,
    sources: &Sources,
    tell: &mut dyn FnMut(Finding, u16),
) -> Vec<Amount> {
    let whole = totals(&sums, facts_of);
    for (list, parts) in &whole {
        let at = sums.values().find_map(|of| of.get(list)?.values().next()).map(|a| a.at);
        let mut f = Finding::new("M240", Severity::Justify).arg("count", parts.len());
        f = at.into_iter().fold(f, |f, at| f.at(sources.place(at)));
        tell(f, *list);
        sums.values_mut().for_each(|of| drop(of.remove(list)));
    }
    let added: BTreeSet<u16> = whole.into_values().flatten().collect();
    let pairs = pairs(&sums, facts_of, &added, vocabulary, sources);
    for pair in &pairs {
        pair.one_sided(&sums, facts_of, vocabulary, sources, tell);
    }
    let mut out = Vec::new();
    for (id, of) in sums {
        let mut kept: Vec<(u16, Sum)> = Vec::new();
        for (source, sum) in of {
            let rival = kept.iter_mut().find(|(s, _)| shares(facts_of, *s, source));
            let Some((first, known)) = rival else {
                kept.push((source, sum));
                continue;
            };
            let versions = pairs.iter().any(|p| (p.first, p.second) == (*first, source) && p.versions);
            if added.contains(first) && added.contains(&source) || !versions && other_things(known, &sum, vocabulary) {
                add(known, sum);
                continue;
            }
            let (Some(a), Some(b)) = (known.values().next(), sum.values().next()) else { continue };
            let pair = pairs.iter().find(|p| (p.first, p.second) == (*first, source));
            let f = if !same(known, &sum) {
                Finding::new("M88", Severity::Blocking)
            } else if pair.is_some_and(|p| p.may_add(vocabulary)) {
                Finding::new("M241", Severity::Blocking)
            } else {
                Finding::new("M87", Severity::Justify)
            };
            let f = f.arg("agent", &id).arg("first", said(known, vocabulary)).arg("second", said(&sum, vocabulary)).of(&id);
            tell(f.at(sources.place(a.at)).at(sources.place(b.at)), source);
        }
        out.extend(kept.into_iter().flat_map(|(_, m)| m.into_values()));
    }
    out
}

fn shares(facts_of: &FactsOf, a: u16, b: u16) -> bool {
    matches!((facts_of.get(&a), facts_of.get(&b)), (Some(a), Some(b)) if !a.is_disjoint(b))
}

fn same(a: &Sum, b: &Sum) -> bool {
    a.iter().map(|(f, x)| (f, x.value)).eq(b.iter().map(|(f, x)| (f, x.value)))
}

/// A bonus here and hours there, or two bonuses of other sums: each is paid. Other kinds of hours or days may be the same ones, put
/// right, and so may the same sum in another column.
fn other_things(a: &Sum, b: &Sum, vocabulary: &Vocabulary) -> bool {
    let of = |s: &Sum, form| s.keys().any(|f| form_of(vocabulary.get(*f)) == Some(form));
    let both = |form| of(a, form) && of(b, form);
    let once = |f: &FactId| !b.contains_key(f);
    let sums: BTreeSet<_> = a.values().map(|x| x.value).collect();
    a.keys().all(once) && !both(NumberForm::Hours) && !both(NumberForm::Days) && !b.values().any(|x| sums.contains(&x.value))
}

fn said(sum: &Sum, vocabulary: &Vocabulary) -> String {
    sum.iter().map(|(f, a)| format!("{} {}", vocabulary.get(*f).label.fr, a.value)).collect::<Vec<_>>().join(", ")
}

fn add(known: &mut Sum, more: Sum) {
    for (fact, amount) in more {
        match known.get_mut(&fact) {
            Some(k) => {
                k.value = k.value.add(amount.value).unwrap_or(k.value);
                k.rows += amount.rows;
            }
            None => drop(known.insert(fact, amount)),
        }
    }
}

/// Lists that are for everybody the sum of two others and more, each with these: « Récapitulatif » behind the weeks.
fn totals(sums: &Sums, facts_of: &FactsOf) -> BTreeMap<u16, BTreeSet<u16>> {
    let mut found = BTreeMap::new();
    for list in facts_of.keys() {
        let parts: BTreeSet<u16> = facts_of.keys().filter(|s| *s != list && shares(facts_of, **s, *list)).copied().collect();
        let whole = |of: &BTreeMap<u16, Sum>| {
            let mut added = Sum::new();
            of.iter().filter(|(s, _)| parts.contains(s)).for_each(|(_, sum)| add(&mut added, sum.clone()));
            of.get(list).is_some_and(|l| same(l, &added)) || !of.contains_key(list) && added.is_empty()
        };
        let several = |of: &BTreeMap<u16, Sum>| of.keys().filter(|s| parts.contains(s)).count() >= 2;
        if parts.len() >= 2 && sums.values().any(several) && sums.values().all(whole) {
            found.insert(*list, parts);
        }
    }
    found
}

/// Two lists with somebody in common, and what they say of one thing.
struct Pair {
    first: u16,
    second: u16,
    /// Facts that somebody has in both.
    common: BTreeSet<FactId>,
    /// They say something else of somebody.
    differ: bool,
    /// Each has somebody whom the other has not.
    apart: bool,
    /// Their names say that one is a later version of the other.
    versions: bool,
}

fn pairs(sums: &Sums, facts_of: &FactsOf, added: &BTreeSet<u16>, vocabulary: &Vocabulary, sources: &Sources) -> Vec<Pair> {
    let file = |s: u16| sources.get(s).map_or("", |s| s.file.as_str());
    let lists: Vec<u16> = facts_of.keys().copied().collect();
    let mut out = Vec::new();
    for (i, &first) in lists.iter().enumerate() {
        for &second in lists.iter().skip(i + 1).filter(|s| shares(facts_of, first, **s)) {
            if added.contains(&first) && added.contains(&second) {
                continue;
            }
            let versions = titles::are_versions(file(first), file(second));
            let one = |(a, b): &(&Sum, &Sum)| versions || !other_things(a, b, vocabulary);
            let both: Vec<(&Sum, &Sum)> = sums.values().filter_map(|of| Some((of.get(&first)?, of.get(&second)?))).filter(one).collect();
            if both.is_empty() {
                continue;
            }
            let alone = |one: u16, other: u16| sums.values().any(|of| of.contains_key(&one) && !of.contains_key(&other));
            out.push(Pair {
                first,
                second,
                common: both.iter().flat_map(|(a, b)| a.keys().filter(|f| b.contains_key(f))).copied().collect(),
                differ: both.iter().any(|(a, b)| !same(a, b)),
                apart: alone(first, second) && alone(second, first),
                versions,
            });
        }
    }
    out
}

impl Pair {
    /// Hours of two services, or of a list and what completes it, may add up; a bonus written twice is one bonus.
    fn may_add(&self, vocabulary: &Vocabulary) -> bool {
        let counted = |f: &FactId| form_of(vocabulary.get(*f)) != Some(NumberForm::Money);
        !self.versions && (self.differ || self.apart) && self.common.iter().any(counted)
    }

    /// Two versions of a list: whoever stands in one of them alone may have been taken out of the other.
    fn one_sided(&self, sums: &Sums, facts_of: &FactsOf, vocabulary: &Vocabulary, sources: &Sources, tell: &mut dyn FnMut(Finding, u16)) {
        if !(self.differ || self.versions) || self.may_add(vocabulary) {
            return;
        }
        for (id, of) in sums {
            let (one, other) = match (of.get(&self.first), of.get(&self.second)) {
                (Some(sum), None) => (sum, self.second),
                (None, Some(sum)) => (sum, self.first),
                (None, None) | (Some(_), Some(_)) => continue,
            };
            let in_common = facts_of.get(&other);
            let Some((fact, a)) = one.iter().find(|(f, _)| in_common.is_some_and(|of| of.contains(f))) else { continue };
            let f = Finding::new("M242", Severity::Blocking).arg("agent", id).arg("fact", &vocabulary.get(*fact).label.fr);
            tell(f.arg("value", a.value).of(id).at(sources.place(a.at)), a.at.source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{At, Exact};

    fn hours(source: u16, list: &[(&str, i64)]) -> Vec<(EmployeeId, u16, i64)> {
        list.iter().map(|(id, n)| (EmployeeId::parse(id).expect("a number"), source, *n)).collect()
    }

    fn sums(all: Vec<(EmployeeId, u16, i64)>) -> (Sums, FactsOf) {
        let (mut sums, mut facts) = (Sums::new(), FactsOf::new());
        for (id, source, n) in all {
            let fact = FactId(0);
            let amount = Amount { employee: id.clone(), fact, value: Exact::int(n), at: At::row(source, 2), rows: 1 };
            sums.entry(id).or_default().entry(source).or_default().insert(fact, amount);
            facts.entry(source).or_default().insert(fact);
        }
        (sums, facts)
    }

    #[test]
    fn a_list_that_adds_up_two_others_for_everybody_is_their_sum() {
        let weeks = |a: &[(&str, i64)]| [hours(0, &[("114", 3), ("151", 4)]), hours(1, &[("114", 2), ("236", 1)]), hours(2, a)].concat();
        let (s, f) = sums(weeks(&[("114", 5), ("151", 4), ("236", 1)]));
        assert_eq!(totals(&s, &f), BTreeMap::from([(2, BTreeSet::from([0, 1]))]));
        for other in [&[("114", 5), ("151", 4)][..], &[("114", 6), ("151", 4), ("236", 1)]] {
            let (s, f) = sums(weeks(other));
            assert!(totals(&s, &f).is_empty(), "{other:?}");
        }
    }
}
