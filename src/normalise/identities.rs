//! Agents by the numbers that the State gave them, as files hold them: identity number (NIR), temporary number (NTT).
//!
//! Each must be one agent's alone; what two have says nothing. None of these numbers is ever shown.

use crate::facts::Role;
use crate::ground::EmployeeId;
use crate::normalise::Context;
use crate::normalise::gather::Gathered;
use crate::normalise::people::{Who, may_be_same};
use crate::normalise::register::nir_key;
use std::collections::{BTreeMap, BTreeSet};

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

/// Who stands under each number of the employer, as far as files tell: another employer's documents may give it to somebody else.
#[derive(Default)]
pub struct Holders(BTreeMap<String, Holder>);

#[derive(Default)]
struct Holder {
    nirs: BTreeSet<Box<str>>,
    names: BTreeSet<(String, String)>,
}

impl Holders {
    pub fn of_files(gathered: &Gathered, cx: &Context<'_>) -> Self {
        let mut out = Self::default();
        let text = |r: &crate::normalise::Record, role| {
            let value = cx.vocabulary.role(role).and_then(|f| r.facts.get(f));
            value.and_then(|f| f.value.text().map(str::to_owned)).unwrap_or_default()
        };
        for r in gathered.staff.iter().chain(&gathered.register_facts).chain(&gathered.arrivals) {
            let Some(id) = &r.employee else { continue };
            let name = (text(r, Role::Surname), text(r, Role::GivenName));
            let name = if name.0.is_empty() { (text(r, Role::FullName), String::new()) } else { name };
            out.note(id, nir_key(&text(r, Role::IdentityNumber)), name);
        }
        gathered.register_names.iter().for_each(|(id, name)| out.note(id, None, name.clone()));
        out
    }

    pub fn add(&mut self, who: &Who) {
        if let Some(id) = EmployeeId::parse(&who.id) {
            self.note(&id, who.nir.clone(), (who.surname.clone(), who.given.clone()));
        }
    }

    fn note(&mut self, id: &EmployeeId, nir: Option<Box<str>>, name: (String, String)) {
        let holder = self.0.entry(id.bare().to_owned()).or_default();
        holder.nirs.extend(nir);
        holder.names.extend(Some(name).filter(|n| !n.0.is_empty()));
    }

    /// Whether the number is somebody else's than this person's: another identity number or, where one is wanting, no name in common.
    pub fn is_another(&self, id: &EmployeeId, nir: Option<&str>, names: &[(&str, &str)]) -> bool {
        let Some(holder) = self.0.get(id.bare()) else { return false };
        if let Some(nir) = nir.filter(|_| !holder.nirs.is_empty()) {
            return !holder.nirs.contains(nir);
        }
        let alike = |own: &(String, String)| names.iter().any(|n| may_be_same((&own.0, &own.1), *n));
        !names.is_empty() && !holder.names.is_empty() && !holder.names.iter().any(alike)
    }
}

/// A number as documents may write it: without its key, or whole (a temporary number has 11 to 40 characters).
pub fn written(text: &str) -> Vec<String> {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let without_key = (plain.len() == NIR + 2).then(|| plain[..NIR].to_owned());
    without_key.into_iter().chain((plain.len() >= NTT).then_some(plain)).collect()
}
