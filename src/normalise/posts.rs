//! Employees with several posts: which post a row about the employee means.
//!
//! Pay statements and records tell posts apart; staff files and lists write a number. What is of the person (name, account,
//! tax rate, an absence) is of every post. What is of one post goes to the one it agrees with, and where none or several do,
//! nothing is guessed: the employee waits. A list may write the post itself, `00123/2`.

use crate::facts::Fact;
use crate::facts::{Facts, Origin, Value, Vocabulary};
use crate::ground::{At, EmployeeId, Exact, Finding, Severity, Sources};
use crate::normalise::gather::{Gathered, Record};
use crate::normalise::join::People;
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
    let known = |id: &EmployeeId, fact, g: &Gathered| -> Vec<Value> {
        let own = g.staff.iter().chain(&g.register_facts).filter(|r| r.employee.as_ref() == Some(id));
        own.filter_map(|r| r.facts.value(fact).cloned()).collect()
    };
    for c in std::mem::take(&mut g.changes) {
        let Some(all) = posts.get(&c.employee).filter(|_| !said.contains(&c.at)) else {
            g.changes.push(c);
            continue;
        };
        let had = |id: &&EmployeeId| c.old.as_ref().is_some_and(|old| known(id, c.fact, g).contains(old));
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
    for all in posts.0.values() {
        let has = |id: &EmployeeId| g.staff.iter().any(|r| r.employee.as_ref() == Some(id));
        // A statement or a record that is the staff file has a row for each post.
        if all.iter().all(has) || !all.iter().any(has) {
            continue;
        }
        let (rows, rest): (Vec<Record>, Vec<Record>) = std::mem::take(&mut g.staff)
            .into_iter()
            .partition(|r| r.employee.as_ref().is_some_and(|id| all.contains(id)) && !said.contains(&r.at));
        g.staff = rest;
        let Some(first) = rows.first().cloned() else { continue };
        let mut open: Vec<&EmployeeId> = all.iter().filter(|id| !g.staff.iter().any(|r| r.employee.as_ref() == Some(*id))).collect();
        for mut r in rows {
            let scores: Vec<i64> = open.iter().map(|id| resemblance(&r.facts, id, g, vocabulary)).collect();
            let best = scores.iter().max().copied().unwrap_or(0);
            let only = scores.iter().filter(|s| **s == best).count() == 1;
            if let (true, Some(i)) = (only, scores.iter().position(|s| *s == best)) {
                r.employee = Some(open.remove(i).clone());
                g.staff.push(r);
            } else {
                let f = Finding::new("M155", Severity::Blocking).of(&all[0]).arg("agent", &all[0]).arg("number", all[0].as_str());
                findings.push(f.arg("count", all.len()).at(sources.place(r.at)));
            }
        }
        // Somebody whom the staff file has stays, in every post that was paid.
        for id in open {
            let mut facts = Facts::default();
            first.facts.iter().filter(|f| vocabulary.get(f.id).is_of_person()).for_each(|f| drop(facts.set(f.clone())));
            g.staff.push(Record { employee: Some(id.clone()), facts, at: first.at, problems: Vec::new() });
            let f = Finding::new("M156", Severity::Justify).of(id).arg("agent", id).arg("number", id.as_str());
            findings.push(f.at(sources.place(first.at)));
        }
    }
}

/// How many facts of a row agree with what is known of a post, less those that do not.
fn resemblance(facts: &Facts, id: &EmployeeId, g: &Gathered, vocabulary: &Vocabulary) -> i64 {
    let known: Vec<&Record> = g.register_facts.iter().filter(|r| r.employee.as_ref() == Some(id)).collect();
    let of_post = facts.iter().filter(|f| !vocabulary.get(f.id).is_of_person());
    of_post.filter_map(|f| known.iter().find_map(|r| r.facts.value(f.id)).map(|v| if *v == f.value { 1 } else { -1 })).sum()
}

/// What each post's other posts come to, where the pack asks for it and no file says it.
pub fn others(people: &mut People, vocabulary: &Vocabulary) {
    let several: BTreeSet<String> = people.keys().filter(|id| id.post() > 1).map(|id| id.as_str().to_owned()).collect();
    for (sum, of, times) in vocabulary.iter().filter_map(|(id, d)| d.other_posts.as_ref().map(|(of, times)| (id, of, *times))) {
        let Some(of) = vocabulary.named(of) else { continue };
        for number in &several {
            let mine = |id: &EmployeeId| id.as_str() == number;
            let each: Vec<(EmployeeId, Option<Exact>)> = people
                .iter()
                .filter(|(id, p)| mine(id) && p.paid.is_some())
                .map(|(id, p)| (id.clone(), p.known.value(of).and_then(Value::number).and_then(|n| n.mul(times))))
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
