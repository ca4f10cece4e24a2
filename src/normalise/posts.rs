//! Employees with several posts: which post a row about the employee means.
//!
//! Pay statements and records tell posts apart; staff files and lists write a number. What is of the person (name, account,
//! tax rate, an absence) is of every post. What is of one post goes to the one it agrees with, and where none or several do,
//! nothing is guessed: the employee waits. A list may write the post itself, `00123/2`.

use crate::facts::{Fact, Facts, Origin, Value, Vocabulary};
use crate::ground::{At, EmployeeId, Exact, Finding, Severity, Sources};
use crate::normalise::gather::{Gathered, Record};
use crate::normalise::join::{People, Person};
use std::collections::{BTreeMap, BTreeSet};

/// Employees with several posts, each in every post.
struct Posts(BTreeMap<String, Vec<EmployeeId>>);

impl Posts {
    fn of(g: &Gathered) -> Self {
        let mut all: BTreeMap<String, Vec<EmployeeId>> = BTreeMap::new();
        for id in g.paid.keys().filter(|id| id.post() > 1) {
            all.entry(id.as_str().to_owned()).or_default().push(id.clone());
        }
        for ids in all.values_mut() {
            let first = ids[0].at_post(1);
            if g.paid.contains_key(&first) {
                ids.insert(0, first);
            }
        }
        Self(all)
    }

    fn get(&self, id: &EmployeeId) -> Option<&[EmployeeId]> {
        self.0.get(id.as_str()).map(Vec::as_slice)
    }

    /// The post that a number of a list writes out.
    fn written(&self, id: &EmployeeId) -> Option<EmployeeId> {
        let meant = EmployeeId::parse_post(id.as_str())?;
        let of = self.0.values().flatten();
        of.into_iter().find(|p| p.bare() == meant.bare() && p.post() == meant.post()).cloned()
    }
}

/// Gives every row about somebody with several posts to the posts it is about.
pub fn spread(g: &mut Gathered, vocabulary: &Vocabulary, sources: &Sources, findings: &mut Vec<Finding>) {
    let posts = Posts::of(g);
    if posts.0.is_empty() {
        return;
    }
    let said = write_out(g, &posts);
    let mut unsure: Vec<(EmployeeId, At)> = Vec::new();
    staff(g, &posts, &said, vocabulary, sources, findings);
    for e in std::mem::take(&mut g.events) {
        match posts.get(&e.employee).filter(|_| !said.contains(&e.at)) {
            Some(all) => g.events.extend(all.iter().map(|id| crate::normalise::Event { employee: id.clone(), ..e.clone() })),
            None => g.events.push(e),
        }
    }
    for a in std::mem::take(&mut g.account_changes) {
        match posts.get(&a.employee).filter(|_| !said.contains(&a.at)) {
            Some(all) => {
                g.account_changes.extend(all.iter().map(|id| crate::normalise::AccountChange { employee: id.clone(), ..a.clone() }))
            }
            None => g.account_changes.push(a),
        }
    }
    let known = Known::of(g.staff.iter().chain(&g.register_facts), &posts);
    for c in std::mem::take(&mut g.changes) {
        let Some(all) = posts.get(&c.employee).filter(|_| !said.contains(&c.at)) else {
            g.changes.push(c);
            continue;
        };
        let had = |id: &&EmployeeId| known.get(id).iter().any(|k| c.old.is_some() && k.value(c.fact) == c.old.as_ref());
        let meant: Vec<EmployeeId> =
            if vocabulary.get(c.fact).is_of_person() { all.to_vec() } else { all.iter().filter(had).cloned().collect() };
        if meant.is_empty() || meant.len() > 1 && !vocabulary.get(c.fact).is_of_person() {
            unsure.extend(all.iter().map(|id| (id.clone(), c.at)));
            continue;
        }
        g.changes.extend(meant.into_iter().map(|id| crate::normalise::Change { employee: id, ..c.clone() }));
    }
    g.amounts.retain(|a| {
        let all = posts.get(&a.employee).filter(|_| !said.contains(&a.at));
        unsure.extend(all.into_iter().flatten().map(|id| (id.clone(), a.at)));
        all.is_none()
    });
    for list in [&mut g.departures, &mut g.arrivals] {
        list.retain(|r| {
            let all = r.employee.as_ref().and_then(|id| posts.get(id)).filter(|_| !said.contains(&r.at));
            unsure.extend(all.into_iter().flatten().map(|id| (id.clone(), r.at)));
            all.is_none()
        });
    }
    unsure.sort();
    unsure.dedup();
    for (id, at) in unsure {
        let count = posts.get(&id).map_or(0, <[EmployeeId]>::len);
        let f = Finding::new("M155", Severity::Blocking).of(&id).arg("agent", &id).arg("number", id.as_str()).arg("count", count);
        findings.push(f.at(sources.place(at)));
    }
}

/// Rows that write the post beside the number mean that post.
fn write_out(g: &mut Gathered, posts: &Posts) -> BTreeSet<At> {
    let mut said = BTreeSet::new();
    let mut one = |id: &mut EmployeeId, at: At| {
        if let Some(post) = posts.written(id) {
            *id = post;
            said.insert(at);
        }
    };
    for r in g.staff.iter_mut().chain(&mut g.arrivals).chain(&mut g.departures) {
        let at = r.at;
        r.employee.iter_mut().for_each(|id| one(id, at));
    }
    g.changes.iter_mut().for_each(|c| one(&mut c.employee, c.at));
    g.events.iter_mut().for_each(|e| one(&mut e.employee, e.at));
    g.amounts.iter_mut().for_each(|a| one(&mut a.employee, a.at));
    g.account_changes.iter_mut().for_each(|a| one(&mut a.employee, a.at));
    said
}

/// Rows of staff files: each to the post it agrees with best; the others take from it what is of the person.
fn staff(g: &mut Gathered, posts: &Posts, said: &BTreeSet<At>, vocabulary: &Vocabulary, sources: &Sources, findings: &mut Vec<Finding>) {
    let is_theirs = |r: &Record| r.employee.as_ref().is_some_and(|id| posts.get(id).is_some());
    let (theirs, rest): (Vec<Record>, Vec<Record>) = std::mem::take(&mut g.staff).into_iter().partition(is_theirs);
    g.staff = rest;
    let mut by_number: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for r in theirs {
        let number = r.employee.as_ref().map_or_else(String::new, |id| id.as_str().to_owned());
        by_number.entry(number).or_default().push(r);
    }
    let known = Known::of(&g.register_facts, posts);
    for (number, all) in &posts.0 {
        let Some(rows) = by_number.remove(number) else { continue };
        // A statement or a record that is the staff file has a row for each post.
        if all.iter().all(|id| rows.iter().any(|r| r.employee.as_ref() == Some(id))) {
            g.staff.extend(rows);
            continue;
        }
        let (written, rows): (Vec<Record>, Vec<Record>) = rows.into_iter().partition(|r| said.contains(&r.at));
        let mut open: Vec<&EmployeeId> = all.iter().filter(|id| !written.iter().any(|r| r.employee.as_ref() == Some(*id))).collect();
        let first = rows.first().or(written.first()).map(|r| (r.facts.clone(), r.at));
        g.staff.extend(written);
        for mut r in rows {
            let scores: Vec<i64> = open.iter().map(|id| known.resemblance(&r.facts, id, vocabulary)).collect();
            let best = scores.iter().max().copied().unwrap_or(0);
            let only = scores.iter().filter(|s| **s == best).count() == 1;
            if let (true, Some(i)) = (only, scores.iter().position(|s| *s == best)) {
                r.employee = Some(open.remove(i).clone());
                g.staff.push(r);
            } else {
                let f = Finding::new("M155", Severity::Blocking).of(&all[0]).arg("agent", &all[0]).arg("number", number);
                findings.push(f.arg("count", all.len()).at(sources.place(r.at)));
            }
        }
        // Somebody whom the staff file has stays, in every post that was paid.
        let Some((row, at)) = first else { continue };
        for id in open {
            let mut facts = Facts::default();
            row.iter().filter(|f| vocabulary.get(f.id).is_of_person()).for_each(|f| drop(facts.set(f.clone())));
            g.staff.push(Record { employee: Some(id.clone()), facts, at, problems: Vec::new() });
            let f = Finding::new("M156", Severity::Justify).of(id).arg("agent", id).arg("number", number);
            findings.push(f.at(sources.place(at)));
        }
    }
}

/// What is known of each post of those who have several.
pub(super) struct Known(BTreeMap<EmployeeId, Vec<Facts>>);

impl Known {
    /// As a record of last month has them.
    pub(super) fn recorded(g: &Gathered) -> Self {
        Self::of(g.staff.iter().chain(&g.register_facts), &Posts::of(g))
    }

    fn of<'r>(records: impl IntoIterator<Item = &'r Record>, posts: &Posts) -> Self {
        let mut all: BTreeMap<EmployeeId, Vec<Facts>> = BTreeMap::new();
        for r in records {
            if let Some(id) = r.employee.as_ref().filter(|id| posts.get(id).is_some()) {
                all.entry(id.clone()).or_default().push(r.facts.clone());
            }
        }
        Self(all)
    }

    fn get(&self, id: &EmployeeId) -> &[Facts] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }

    /// How many facts of a row agree with what is known of a post, less those that do not.
    pub(super) fn resemblance(&self, facts: &Facts, id: &EmployeeId, vocabulary: &Vocabulary) -> i64 {
        let of_post = facts.iter().filter(|f| !vocabulary.get(f.id).is_of_person());
        let known = |f: &Fact| self.get(id).iter().find_map(|k| k.value(f.id));
        of_post.filter_map(|f| known(f).map(|v| if *v == f.value { 1 } else { -1 })).sum()
    }
}

/// Every post that an employee has among the people.
pub fn of_number<'p>(people: &'p People, id: &EmployeeId) -> impl Iterator<Item = &'p EmployeeId> + use<'p> {
    let number = id.as_str().to_owned();
    people.range(id.at_post(1)..).map(|p| p.0).take_while(move |k| k.as_str() == number)
}

/// What each post's other posts come to, where the pack asks for it and no file says it.
pub fn others(people: &mut People, vocabulary: &Vocabulary) {
    let several: BTreeSet<EmployeeId> = people.keys().filter(|id| id.post() > 1).map(|id| id.at_post(1)).collect();
    for (sum, asked) in vocabulary.iter().filter_map(|(id, d)| d.other_posts.as_ref().map(|o| (id, o))) {
        let Some(of) = vocabulary.named(&asked.of) else { continue };
        let counts = |p: &Person| {
            let Some(choice) = vocabulary.named(&asked.where_fact) else { return true };
            let written = p.known.value(choice).map(|v| vocabulary.get(choice).written(v));
            written.is_some_and(|w| asked.where_is.iter().any(|is| *is == w))
        };
        for first in &several {
            let posts: Vec<EmployeeId> = of_number(people, first).cloned().collect();
            let each: Vec<(EmployeeId, Option<Exact>)> = posts
                .into_iter()
                .filter_map(|id| people.get(&id).filter(|p| p.paid.is_some()).map(|p| (id, p)))
                .map(|(id, p)| {
                    let own = p.known.value(of).and_then(Value::number).and_then(|n| n.mul(asked.times));
                    (id, if counts(p) { own } else { Some(Exact::ZERO) })
                })
                .collect();
            for (id, _) in &each {
                let mut others = each.iter().filter(|(o, _)| o != id).filter_map(|(_, n)| *n);
                let total = others.try_fold(Exact::ZERO, Exact::add);
                if let (Some(total), Some(p)) = (total, people.get_mut(id).filter(|p| p.known.get(sum).is_none())) {
                    let inferred = |value| Fact { id: sum, value: Value::Number(value), at: At::NOWHERE, origin: Origin::Inferred };
                    p.known.set(inferred(total));
                    p.alternatives.push(inferred(Exact::ZERO));
                }
            }
        }
    }
}
