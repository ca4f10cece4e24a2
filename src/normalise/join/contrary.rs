//! What a list gives to somebody whom it cannot concern: a monthly sum to one who is paid by index, extra hours to a full post.

use super::Joiner;
use crate::facts::Value;
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
        for (id, given, other, known) in found {
            let label = |f| self.vocabulary.get(f).label.fr.clone();
            let f = self.finding("F80", Severity::Blocking, &id, &[given.at]).arg("agent", &id).arg("fact", label(given.id));
            let f = f.arg("value", self.shown(&given)).arg("known", known);
            let other = self.vocabulary.named(other).map(label).unwrap_or_default();
            self.out.findings.push(f.arg("other", other));
        }
    }
}
