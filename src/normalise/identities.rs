//! Agents by the numbers that the State gave them, as files hold them: identity number (NIR), temporary number (NTT).
//!
//! Each must be one agent's alone; what two have says nothing. None of these numbers is ever shown.

use crate::facts::Role;
use crate::ground::EmployeeId;
use crate::normalise::Context;
use crate::normalise::gather::Gathered;
use std::collections::BTreeMap;

/// The characters of an identity number without its key.
const NIR: usize = 13;
/// No temporary number is shorter.
pub const NTT: usize = 11;

/// Agents by what tells them apart; `None` where two have the same.
#[derive(Default)]
pub struct By<K>(BTreeMap<K, Option<EmployeeId>>);

impl<K: Ord> By<K> {
    pub fn note(&mut self, key: K, id: &EmployeeId) {
        self.0.entry(key).and_modify(|k| *k = k.take().filter(|k| k == id)).or_insert_with(|| Some(id.clone()));
    }
    pub fn get(&self, key: &K) -> Option<&EmployeeId> {
        self.0.get(key)?.as_ref()
    }
}

/// Agents by the numbers that the staff file, the register and the arrivals hold of them.
pub fn of_files(gathered: &Gathered, cx: &Context<'_>) -> By<String> {
    let mut out = By::default();
    let facts = [cx.vocabulary.role(Role::IdentityNumber), cx.vocabulary.named("ntt")];
    for r in gathered.staff.iter().chain(&gathered.register_facts).chain(&gathered.arrivals) {
        let Some(id) = &r.employee else { continue };
        let said = facts.iter().flatten().filter_map(|f| r.facts.get(*f)?.value.text());
        said.flat_map(written).for_each(|i| out.note(i, id));
    }
    out
}

/// A number as documents may write it: without its key, or whole (a temporary number has 11 to 40 characters).
pub fn written(text: &str) -> Vec<String> {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let without_key = (plain.len() == NIR + 2).then(|| plain[..NIR].to_owned());
    without_key.into_iter().chain((plain.len() >= NTT).then_some(plain)).collect()
}
