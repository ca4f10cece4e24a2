//! What staff files say of people who may no longer be paid, held against the town: who was paid, who is known to leave, be away or
//! be there, and which words most have.

use crate::compute::employee::Way;
use crate::facts::{Fact, FactKind, NumberForm, Role};
use crate::ground::{EmployeeId, Finding};
use crate::normalise::join::Person;
use crate::normalise::text::fold;
use crate::normalise::{NO_LONGER, OPEN_EXIT, SEVERAL_POSTS, UNKNOWN_STATE};
use crate::pipeline::decisions::Decisions;
use crate::pipeline::known_by_net::PERHAPS_NOBODY;
use crate::rules::Pack;
use std::collections::BTreeMap;

/// Fewer who have a word do not make it an ordinary one.
const SEVERAL: usize = 3;

/// Drops what is answered: a list of this month says when he leaves or is away, somebody decided that he is there, or the word is one
/// that more than half of the town has.
pub fn weigh(findings: &mut Vec<Finding>, people: &BTreeMap<EmployeeId, Box<Person>>, decided: &Decisions, pack: &Pack) {
    let vocabulary = &pack.vocabulary;
    let days = |f: &Fact| matches!(vocabulary.get(f.id).kind, FactKind::Number { form: NumberForm::Days });
    let leaves = |f: &Fact| vocabulary.get(f.id).role == Some(Role::Exit);
    let person = |f: &Finding| f.employee.as_ref().and_then(|id| people.get(id)).map(AsRef::as_ref);
    let answered = |f: &Finding| {
        let known = |p: &Person| p.departure.is_some() || p.changes.iter().any(|c| leaves(c) || f.code == UNKNOWN_STATE && days(c));
        f.employee.as_ref().is_some_and(|id| decided.is_present(id)) || person(f).is_some_and(known)
    };
    let word = |f: &Finding| ["heading", "text"].map(|k| f.args.iter().find(|a| a.0 == k).map_or_else(String::new, |a| fold(&a.1)));
    let mut having: BTreeMap<[String; 2], usize> = BTreeMap::new();
    for f in findings.iter().filter(|f| f.code == UNKNOWN_STATE) {
        *having.entry(word(f)).or_default() += 1;
    }
    let paid = people.values().filter(|p| p.paid.is_some()).count();
    let town = if paid == 0 { people.len() } else { paid };
    let ordinary = |f: &Finding| having.get(&word(f)).is_some_and(|n| *n >= SEVERAL && n * 2 > town);
    // F82 asks of these, where they are paid.
    let unpaid = |f: &Finding| {
        let [_, text] = word(f);
        let known = |fact: &crate::facts::FactId| person(f).and_then(|p| p.known.get(*fact)?.value.text().map(fold));
        pack.unpaid.iter().any(|(fact, texts)| known(fact).as_ref() == Some(&text) && texts.iter().any(|t| fold(t) == text))
    };
    findings.retain(|f| match f.code.as_str() {
        NO_LONGER | OPEN_EXIT | PERHAPS_NOBODY => !answered(f),
        // Two posts computed as one would be wrong: only what pays last month's sums again lifts it.
        SEVERAL_POSTS => !matches!(f.employee.as_ref().and_then(|id| decided.way(id)), Some(Way::Carry | Way::Advance(_))),
        UNKNOWN_STATE => !answered(f) && !ordinary(f) && !unpaid(f),
        _ => true,
    });
}
