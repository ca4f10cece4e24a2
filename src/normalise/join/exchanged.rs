//! Names that a staff file gives another number than last month's pay and the bank do: a list that was sorted badly exchanges
//! two people, and each would be paid, and told of, in the other's name.

use super::{Joiner, Person};
use crate::facts::{Fact, FactId, Role};
use crate::ground::{At, EmployeeId, Severity};
use crate::normalise::people::may_be_same;
use crate::normalise::text::name_key;
use std::collections::BTreeSet;

/// A surname and a given name that one source has.
struct Name {
    surname: String,
    given: String,
    at: At,
}

impl Name {
    fn key(&self) -> String {
        name_key(&self.surname, &self.given)
    }

    /// Not a word in common: neither a marriage nor a second given name.
    fn is_another(&self, other: &Self) -> bool {
        let (a, b) = (self.key(), other.key());
        let words: BTreeSet<&str> = a.split(' ').collect();
        !b.split(' ').any(|w| words.contains(w))
    }

    fn is_of(&self, transfer: &str) -> bool {
        may_be_same((&self.surname, &self.given), (transfer, ""))
    }
}

impl Joiner<'_> {
    /// Both names of a person differ from one source to the other: blocked where the transfer has the second, or where it is
    /// somebody else's in the first.
    pub(super) fn exchanged(&mut self) {
        let Some(roles) = self.vocabulary.role(Role::Surname).zip(self.vocabulary.role(Role::GivenName)) else { return };
        let named = |p: &Person| -> Option<(Name, Name)> {
            let first = name(p.known.iter(), roles)?;
            let others = p.alternatives.iter().map(|f| f.at.source).collect::<BTreeSet<u16>>();
            let second = others.into_iter().find_map(|s| name(p.alternatives.iter().filter(|f| f.at.source == s), roles))?;
            first.is_another(&second).then_some((first, second))
        };
        let found: Vec<(EmployeeId, Name, Name)> = self
            .out
            .people
            .iter()
            .filter(|(_, p)| p.paid.is_some() && p.staff.is_some())
            .filter_map(|(id, p)| named(p).map(|(a, b)| (id.clone(), a, b)))
            .collect();
        let firsts: BTreeSet<String> = found.iter().map(|(_, first, _)| first.key()).collect();
        for (id, first, second) in &found {
            let sent = self.out.people.get(id).and_then(|p| p.transfer.as_ref());
            let bank = sent.is_some_and(|t| second.is_of(&t.name) && !first.is_of(&t.name));
            if bank || firsts.contains(&second.key()) {
                let places: Vec<At> = [first.at, second.at].into_iter().chain(sent.filter(|_| bank).map(|t| t.at)).collect();
                let f = self.finding("M402", Severity::Blocking, id, &places).arg("agent", id);
                let f = f
                    .arg("name", format!("{} {}", first.surname, first.given))
                    .arg("known", format!("{} {}", second.surname, second.given));
                self.out.findings.push(f);
            }
        }
    }
}

/// The surname and the given name among facts, both or none.
fn name<'f>(facts: impl Iterator<Item = &'f Fact> + Clone, (surname, given): (FactId, FactId)) -> Option<Name> {
    let of = |id: FactId| facts.clone().find(|f| f.id == id).and_then(|f| Some((f.value.text()?.trim().to_owned(), f.at)));
    let ((surname, at), (given, _)) = (of(surname)?, of(given)?);
    (!surname.is_empty() && !given.is_empty()).then_some(Name { surname, given, at })
}
