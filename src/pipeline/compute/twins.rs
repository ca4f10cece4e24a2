//! The same person under two numbers: same identity number, same name and birth date, or same name and account.

use super::Results;
use super::subject::at_of;
use crate::check::run::Twin;
use crate::facts::Role;
use crate::ground::{EmployeeId, Finding, Iban, Lang, Money, Place, Severity, words};
use crate::normalise::join::{People, Person};
use crate::normalise::text::name_key;
use crate::pipeline::Ready;
use std::collections::{BTreeMap, BTreeSet};

/// What says that two are one, by the keys of its words.
const SAME_NUMBER: &str = "ui.twin.number";
const SAME_ACCOUNT: &str = "ui.twin.account";

/// The name and the account of somebody paid under another number, or two numbers of one person of which the bank paid one: where
/// both would be paid, the new number waits.
pub(super) fn paid_twice(results: &Results, lang: Lang) -> Vec<Finding> {
    let going = |id: &EmployeeId| {
        let brief = results.briefs.binary_search_by(|b| b.id.cmp(id)).ok().map(|i| &results.briefs[i]);
        brief.filter(|b| b.blocked.is_none()).and_then(|b| b.after)
    };
    let both = |t: &&Twin| (t.renumbered && t.why == SAME_ACCOUNT || t.sent_once) && going(&t.other).is_some();
    let one = |t: &Twin| {
        let net = going(&t.newer)?.net_paid;
        let f = Finding::new("POP-06", Severity::Blocking).told("M152").of(&t.newer).arg("agent", &t.newer).arg("other", &t.other);
        Some(t.places.iter().fold(f.arg("why", words::ui(t.why, lang)).stake(net.cents()), |f, p| f.at(p.clone())))
    };
    results.run.twins.iter().filter(both).filter_map(one).collect()
}

/// Enters what each of two numbers of one person is about to be paid, and where, when both are.
pub(super) fn amounts(results: &mut Results) {
    let briefs = &results.briefs;
    let going = |id: &EmployeeId| {
        let brief = briefs.binary_search_by(|b| b.id.cmp(id)).ok().map(|i| &briefs[i]).filter(|b| b.blocked.is_none())?;
        let net = brief.after?.net_paid;
        (net > Money::ZERO).then(|| Some((net, brief.pay_iban.as_ref()?.masked()))).flatten()
    };
    for t in &mut results.run.twins {
        t.paid = going(&t.newer).zip(going(&t.other)).map(|(a, b)| [a, b]);
    }
}

/// The same person under two numbers: same identity number, or same name and birth date.
pub(super) fn twins(ready: &Ready, people: &People) -> Vec<Twin> {
    let vocabulary = &ready.pack.vocabulary;
    let mut by_number: BTreeMap<String, &EmployeeId> = BTreeMap::new();
    let mut by_birth: BTreeMap<(String, chrono::NaiveDate), &EmployeeId> = BTreeMap::new();
    let mut out: BTreeMap<(EmployeeId, EmployeeId), &'static str> = BTreeMap::new();
    // Those paid last month first, so that a newcomer is the one named.
    let mut order: Vec<(&EmployeeId, &Person)> = people.iter().map(|(id, p)| (id, p.as_ref())).collect();
    order.sort_by_key(|(_, p)| p.paid.is_none());
    for (id, p) in order {
        if let Some(n) = p.text(vocabulary, Role::IdentityNumber) {
            let key: String = n.chars().filter(char::is_ascii_alphanumeric).take(13).collect();
            if key.len() == 13 {
                match by_number.get(&key) {
                    Some(other) if other.as_str() == id.as_str() => {}
                    Some(other) => {
                        out.insert((id.clone(), (*other).clone()), SAME_NUMBER);
                    }
                    None => {
                        by_number.insert(key, id);
                    }
                }
            }
        }
        if let Some(born) = p.fact(vocabulary, Role::BirthDate).and_then(|f| f.value.date()) {
            let key = (name_key(&p.name(vocabulary), ""), born);
            match by_birth.get(&key) {
                Some(other) if other.as_str() == id.as_str() => {}
                Some(other) => {
                    out.entry((id.clone(), (*other).clone())).or_insert_with(|| "ui.twin.birth");
                }
                None => {
                    by_birth.insert(key, id);
                }
            }
        }
    }
    let paid = |id: &EmployeeId| people.get(id).is_some_and(|p| p.paid.is_some());
    // Somebody new under the name and the account of somebody last paid.
    let called = |p: &Person| name_key(&p.name(vocabulary), "");
    let newcomers: BTreeSet<String> = people.values().filter(|p| p.paid.is_none()).map(|p| called(p)).collect();
    let mut by_account: BTreeMap<(String, Iban), Vec<&EmployeeId>> = BTreeMap::new();
    for (id, p) in people {
        let name = called(p);
        if !newcomers.contains(&name) {
            continue;
        }
        let last = p.transfer.as_ref().and_then(|t| t.iban.clone());
        let written = p.text(vocabulary, Role::Iban).and_then(|t| Iban::parse(t).ok());
        for account in [last, written].into_iter().flatten().collect::<BTreeSet<_>>() {
            by_account.entry((name.clone(), account)).or_default().push(id);
        }
    }
    for ((name, _), ids) in &by_account {
        let (old, new): (Vec<&EmployeeId>, Vec<&EmployeeId>) = ids.iter().copied().filter(|id| id.post() == 1).partition(|id| paid(id));
        if let ([old], [new], false) = (old.as_slice(), new.as_slice(), name.is_empty()) {
            out.entry(((*new).clone(), (*old).clone())).or_insert_with(|| SAME_ACCOUNT);
        }
    }
    let place = |id: &EmployeeId| people.get(id).map_or(Place::Nowhere, |p| ready.inputs.sources.place(at_of(p)));
    out.into_iter()
        .map(|((newer, other), why)| {
            let renumbered = (why == SAME_NUMBER || why == SAME_ACCOUNT) && paid(&other) && !paid(&newer);
            let sent = |id: &EmployeeId| people.get(id).is_some_and(|p| p.transfer.is_some());
            let sent_once = why == SAME_NUMBER && paid(&other) && paid(&newer) && sent(&other) != sent(&newer);
            let (newer, other) = if sent_once && sent(&newer) { (other, newer) } else { (newer, other) };
            Twin { places: [place(&newer), place(&other)], newer, other, why, renumbered, sent_once, paid: None }
        })
        .collect()
}
