//! What a list gives to somebody whom it cannot concern: a monthly sum to one who is paid by index, extra hours to a full post,
//! a bonus to an elected member.

use super::Joiner;
use crate::facts::{Fact, FactKind, Role, Value};
use crate::ground::{Exact, Severity};
use crate::normalise::titles;

impl Joiner<'_> {
    /// Sets aside whoever was paid last month and is given what contradicts the person.
    pub(super) fn contrary(&mut self) {
        let mut found = Vec::new();
        for (name, rule) in titles::contrary() {
            let Some(fact) = self.vocabulary.named(name) else { continue };
            let number = |p: &super::Person, name: &str| {
                let id = self.vocabulary.named(name)?;
                let listed = p.changes.iter().rev().find(|f| f.id == id).or_else(|| p.known.get(id));
                listed.and_then(|f| f.value.number())
            };
            for (id, p) in self.out.people.iter().filter(|(_, p)| p.paid.is_some()) {
                let Some(given) = p.changes.iter().find(|f| f.id == fact) else { continue };
                // Of somebody who had it before, a new value is no contradiction.
                if p.known.value(fact).and_then(Value::number).is_some_and(Exact::is_positive) {
                    continue;
                }
                let above = rule.above_zero.as_deref().filter(|n| number(p, n).is_some_and(Exact::is_positive));
                let whole = rule.whole.as_deref().filter(|n| number(p, n).is_none_or(|q| q >= Exact::ONE));
                let without = rule.without.as_ref().filter(|all| !all.iter().any(|n| number(p, n).is_some_and(Exact::is_positive)));
                let Some(other) = above.or(whole).or_else(|| without.and_then(|all| all.first()).map(String::as_str)) else { continue };
                let known = number(p, other).unwrap_or(if whole.is_some() { Exact::ONE } else { Exact::ZERO });
                found.push((id.clone(), given.clone(), other, known));
            }
        }
        self.only_some();
        for (id, given, other, known) in found {
            let label = |f| self.vocabulary.get(f).label.fr.clone();
            let f = self.finding("F80", Severity::Blocking, &id, &[given.at]).arg("agent", &id).arg("fact", label(given.id));
            let f = f.arg("value", self.shown(&given)).arg("known", known);
            let other = self.vocabulary.named(other).map(label).unwrap_or_default();
            self.out.findings.push(f.arg("other", other));
        }
    }
    /// Sets aside whoever is given what nobody of that kind is: no grade, bonus or hours to an elected member, and no day of leaving.
    fn only_some(&mut self) {
        let vocabulary = self.vocabulary;
        let mut found = Vec::new();
        for (fact, option, may) in titles::only() {
            let Some(fact) = vocabulary.named(fact) else { continue };
            let of = |f: &Fact| vocabulary.get(f.id).written(&f.value) == option;
            let pays = |f: &&Fact| {
                let decl = vocabulary.get(f.id);
                matches!(decl.kind, FactKind::Number { .. }) || decl.role == Some(Role::Exit)
            };
            for (id, p) in self.out.people.iter().filter(|(_, p)| p.paid.is_some()) {
                let Some(own) = p.known.get(fact).filter(|f| of(f)) else { continue };
                let other = |f: &&Fact| !may(&vocabulary.get(f.id).name) && p.known.value(f.id) != Some(&f.value);
                if let Some(given) = p.changes.iter().filter(pays).find(other) {
                    found.push((id.clone(), given.clone(), own.clone()));
                }
            }
        }
        for (id, given, own) in found {
            let label = |f: &Fact| vocabulary.get(f.id).label.fr.clone();
            let f = self.finding("F80", Severity::Blocking, &id, &[given.at]).arg("agent", &id).arg("fact", label(&given));
            self.out.findings.push(f.arg("value", self.shown(&given)).arg("known", self.shown(&own)).arg("other", label(&own)));
        }
    }
}
