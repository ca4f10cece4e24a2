//! The same person under two numbers: same identity number, or same name and birth date.

use super::subject::at_of;
use crate::check::run::Twin;
use crate::facts::Role;
use crate::ground::{EmployeeId, Place};
use crate::normalise::join::{People, Person};
use crate::normalise::text::name_key;
use crate::pipeline::Ready;
use std::collections::BTreeMap;

/// The same person under two numbers: same identity number, or same name and birth date.
pub(super) fn twins(ready: &Ready, people: &People) -> Vec<Twin> {
    let vocabulary = &ready.pack.vocabulary;
    let mut by_number: BTreeMap<String, EmployeeId> = BTreeMap::new();
    let mut by_birth: BTreeMap<(String, chrono::NaiveDate), EmployeeId> = BTreeMap::new();
    let mut out: BTreeMap<(EmployeeId, EmployeeId), String> = BTreeMap::new();
    // Those paid last month first, so that a newcomer is the one named.
    let mut order: Vec<(&EmployeeId, &Person)> = people.iter().collect();
    order.sort_by_key(|(id, p)| (p.paid.is_none(), (*id).clone()));
    for (id, p) in order {
        if let Some(n) = p.text(vocabulary, Role::IdentityNumber) {
            let key: String = n.chars().filter(char::is_ascii_alphanumeric).take(13).collect();
            if key.len() == 13 {
                match by_number.get(&key) {
                    Some(other) => {
                        out.insert((id.clone(), other.clone()), "NIR".to_owned());
                    }
                    None => {
                        by_number.insert(key, id.clone());
                    }
                }
            }
        }
        if let Some(born) = p.fact(vocabulary, Role::BirthDate).and_then(|f| f.value.date()) {
            let key = (name_key(&p.name(vocabulary), ""), born);
            match by_birth.get(&key) {
                Some(other) => {
                    out.entry((id.clone(), other.clone())).or_insert_with(|| "nom et date de naissance".to_owned());
                }
                None => {
                    by_birth.insert(key, id.clone());
                }
            }
        }
    }
    let place = |id: &EmployeeId| people.get(id).map_or(Place::Nowhere, |p| ready.inputs.sources.place(at_of(p)));
    let paid = |id: &EmployeeId| people.get(id).is_some_and(|p| p.paid.is_some());
    out.into_iter()
        .map(|((newer, other), why)| {
            let renumbered = why == "NIR" && paid(&other) && !paid(&newer);
            Twin { places: [place(&newer), place(&other)], newer, other, why, renumbered }
        })
        .collect()
}
