//! Whom a declaration means that writes no number of the employer: by the identity number, the temporary number (NTT), or the
//! name and birth date, as other files and the other declarations write them.
//!
//! Each must be one agent's alone; what two have says nothing. None of these numbers is ever shown.

use super::choose::Used;
use super::who::births;
use crate::facts::Role;
use crate::ground::EmployeeId;
use crate::normalise::Context;
use crate::normalise::gather::Gathered;
use crate::normalise::identities::{self, By, NTT};
use crate::normalise::text::name_key;
use crate::normalise::xhl::known_numbers;
use crate::read::dsn::Person;
use std::collections::BTreeMap;

pub struct Known {
    numbers: BTreeMap<String, Option<EmployeeId>>,
    files: By<String>,
    /// By the employer's SIRET: another one's number is nobody's here.
    declared: By<(Box<str>, String)>,
    births: By<(String, String)>,
    /// How many declared people have the name and birth date.
    once: BTreeMap<(String, String), u32>,
}

impl Known {
    pub fn of(used: &[Used<'_>], gathered: &Gathered, cx: &Context<'_>) -> Self {
        let mut known = Self {
            numbers: known_numbers(gathered),
            files: identities::of_files(gathered, cx),
            declared: By::default(),
            births: By::default(),
            once: BTreeMap::new(),
        };
        known.note_births(gathered, cx);
        for p in used.iter().flat_map(|(_, d)| &d.people) {
            births(p).into_iter().for_each(|key| *known.once.entry(key).or_default() += 1);
            if let Some(id) = known.numbered(p) {
                known.declare(p, &id);
            }
        }
        known
    }

    fn note_births(&mut self, gathered: &Gathered, cx: &Context<'_>) {
        for r in &gathered.staff {
            let fact = |role| cx.vocabulary.role(role).and_then(|f| r.facts.get(f)).map(|f| &f.value);
            let text = |role| fact(role).and_then(|v| v.text()).unwrap_or_default();
            let (Some(id), Some(born)) = (&r.employee, fact(Role::BirthDate).and_then(|v| v.date())) else { continue };
            let apart = name_key(text(Role::Surname), text(Role::GivenName));
            let name = if apart.is_empty() { name_key(text(Role::FullName), "") } else { apart };
            self.births.note((name, born.format("%d%m%Y").to_string()), id);
        }
    }

    /// The number of the employer that the declaration writes, as other files write it.
    pub fn numbered(&self, p: &Person) -> Option<EmployeeId> {
        let written = EmployeeId::parse(p.number())?;
        Some(self.numbers.get(written.bare()).cloned().flatten().unwrap_or(written))
    }

    /// Notes under which number somebody goes: the same person of another declaration is found by it.
    pub fn declare(&mut self, p: &Person, id: &EmployeeId) {
        own(p).for_each(|i| self.declared.note((p.siret.clone(), i), id));
    }

    /// By identity number or temporary number.
    pub fn identified(&self, p: &Person) -> Option<EmployeeId> {
        let found = |i: String| self.files.get(&i).or_else(|| self.declared.get(&(p.siret.clone(), i))).cloned();
        own(p).find_map(found)
    }

    /// By name and birth date, where one person declared has them.
    pub fn born(&self, p: &Person) -> Option<EmployeeId> {
        births(p).into_iter().filter(|k| self.once.get(k) == Some(&1)).find_map(|k| self.births.get(&k).cloned())
    }
}

/// What a person declared is identified by; the surest first.
fn own(p: &Person) -> impl Iterator<Item = String> {
    [p.nir(), p.ntt()].into_iter().filter(|t| t.len() >= NTT).map(str::to_uppercase)
}
