//! New values of this month, at once or from a day on.

use super::Joiner;
use crate::facts::{Dated, Fact, FactId, FactKind, Later, Origin, Role, Value};
use crate::ground::{At, EmployeeId, Exact, Lang, Severity};
use crate::normalise::records::Said;
use crate::normalise::titles;
use crate::normalise::trust::agree;
use chrono::NaiveDate;

impl Joiner<'_> {
    pub(super) fn change(&mut self, c: &crate::normalise::gather::Change) {
        let (first, last_day) = (self.month.first_day(), self.month.last_day());
        let silent = self.vocabulary.role(Role::Act) == Some(c.fact);
        if self.begins_later(c) {
            return;
        }
        if let Some(d) = c.effective.filter(|d| *d > last_day) {
            if !silent {
                let f = self
                    .finding("F02", Severity::Information, &c.employee, &[c.at])
                    .arg("agent", &c.employee)
                    .arg("fact", self.vocabulary.get(c.fact).label.fr.clone())
                    .arg("date", d.format("%d/%m/%Y"));
                self.out.findings.push(f);
                self.later(&c.employee, c.fact, c.new.clone(), d, c.at);
            }
            return;
        }
        self.unmoot(c);
        let leaves = self.vocabulary.role(Role::Exit) == Some(c.fact);
        if let (true, Some(d)) = (leaves, c.new.date()) {
            let paid = self.out.people.get(&c.employee).is_some_and(|p| p.paid.is_some());
            self.leaving(&c.employee, d, c.at, paid);
        }
        let decl = self.vocabulary.get(c.fact);
        if let Some(old) = &c.old
            && !matches!(decl.kind, FactKind::Text)
            && let Some(known) = self.out.people.get(&c.employee).and_then(|p| p.known.get(c.fact)).cloned()
            && known.value != *old
            && known.value != c.new
        {
            let show = |value: &Value| self.shown(&Fact { value: value.clone(), ..known.clone() });
            let f = self.finding("F47", Severity::Justify, &c.employee, &[c.at, known.at]).arg("fact", decl.label.fr.clone());
            let f = f.arg("agent", &c.employee).arg("old", show(old)).arg("known", show(&known.value));
            self.out.findings.push(f);
        }
        self.undated(c);
        self.begins_after_a_gap(c);
        let Some(p) = self.person(&c.employee, c.at, "changement") else { return };
        if leaves {
            p.departure = Some(c.at);
        }
        if let Some(old) = &c.old {
            p.alternatives.push(Fact { id: c.fact, value: old.clone(), at: c.at, origin: Origin::Read });
        }
        p.changes.push(Fact { id: c.fact, value: c.new.clone(), at: c.at, origin: Origin::Read });
        // A day of entry or leaving is dated by what it says.
        let own_date = matches!(decl.kind, FactKind::Date | FactKind::Text);
        p.dated.extend(c.effective.filter(|d| *d != first && !silent && !own_date).map(|from| Dated { fact: c.fact, from, at: c.at }));
    }

    /// A contract that begins again some days after the end that is known: what is paid of the days between, a person says.
    fn begins_after_a_gap(&mut self, c: &crate::normalise::gather::Change) {
        if self.vocabulary.role(Role::ContractEnd) != Some(c.fact) {
            return;
        }
        let known = self.end_known(&c.employee).map(|k| k.1).and_then(|d| d.succ_opt());
        let Some((from, next)) = c.effective.zip(known).filter(|(from, next)| from > next) else { return };
        let f = self.finding("M433", Severity::Blocking, &c.employee, &[c.at]).arg("agent", &c.employee);
        self.out.findings.push(f.arg("from", from.format("%d/%m/%Y")).arg("next", next.format("%d/%m/%Y")));
    }

    /// A step of which the list says no day: it counts from the first of the month, and an earlier day would owe arrears.
    fn undated(&mut self, c: &crate::normalise::gather::Change) {
        let of_steps = self.vocabulary.signs().iter().any(|s| s.1 == c.fact);
        let known = self.out.people.get(&c.employee).and_then(|p| p.known.value(c.fact));
        if c.effective.is_some() || !of_steps || known.is_none_or(|v| *v == c.new) {
            return;
        }
        let f = self.finding("M362", Severity::Justify, &c.employee, &[c.at]).arg("agent", &c.employee);
        let f = f.arg("fact", self.vocabulary.get(c.fact).label.fr.clone());
        self.out.findings.push(f.arg("date", self.month.first_day().format("%d/%m/%Y")));
    }

    /// A value under a plain title beside new ones: nothing where it is what is known or says what is new again.
    pub(super) fn plain(&mut self, c: &crate::normalise::gather::Change) {
        let decl = self.vocabulary.get(c.fact);
        let Some(p) = self.out.people.get(&c.employee) else { return };
        let same = |f: &Fact| f.value == c.new || agree(decl, &f.value, &c.new) == Some(true);
        let known = p.known.get(c.fact).cloned();
        let empty = match &c.new {
            Value::Flag(yes) => !yes,
            Value::Number(n) => n.is_zero(),
            Value::Date(_) | Value::Choice(_) | Value::Text(_) => false,
        };
        let listed = p.changes.iter().find(|f| f.id == c.fact).cloned();
        if known.as_ref().is_some_and(same) || listed.as_ref().is_some_and(same) || (known.is_none() && empty) {
            return;
        }
        // Another list says another new value: a person says which.
        // Of whose pay a declaration melts nobody knows whether last month's hours stand in it.
        let rate = titles::is_rate_of_hours(&decl.name);
        let melted = p.paid.as_ref().is_some_and(|s| s.melted) && known.is_none() && rate;
        let said = if listed.is_some() || melted { Said::Beside } else { c.said };
        let known = listed.or(known);
        // What hours are paid at where nothing else says it.
        if said == Said::OfTheNew && rate && known.is_none() {
            self.change(c);
            return;
        }
        let shown = |value: &Value| self.vocabulary.get(c.fact).shown(value, Lang::Fr);
        let old = known.as_ref().map_or_else(|| "–".to_owned(), |f| shown(&f.value));
        let (code, severity) = if said == Said::OfTheNew { ("F120", Severity::Justify) } else { ("F121", Severity::Blocking) };
        let places: Vec<At> = std::iter::once(c.at).chain(known.map(|f| f.at)).collect();
        let f = self.finding(code, severity, &c.employee, &places).arg("agent", &c.employee);
        let f = f.arg("fact", decl.label.fr.clone()).arg("old", old).arg("new", shown(&c.new));
        self.out.findings.push(f);
        if said == Said::OfTheNew {
            self.change(c);
        }
    }

    /// A rise within the month of what counts from the first day of the next: told, and left to the next month.
    pub(super) fn begins_later(&mut self, c: &crate::normalise::gather::Change) -> bool {
        let Some(day) = c.effective.filter(|d| self.month.contains(*d) && *d > self.month.first_day()) else { return false };
        let held = self.out.people.get(&c.employee).and_then(|p| p.known.value(c.fact)).and_then(Value::number).unwrap_or(Exact::ZERO);
        let Some(new) = c.new.number().filter(|n| *n > held && self.vocabulary.is_next_month(c.fact)) else { return false };
        let f = self
            .finding("F36", Severity::Justify, &c.employee, &[c.at])
            .arg("agent", &c.employee)
            .arg("fact", self.vocabulary.get(c.fact).label.fr.clone())
            .arg("new", new)
            .arg("date", day.format("%d/%m/%Y"));
        self.out.findings.push(f);
        self.later(&c.employee, c.fact, c.new.clone(), self.month.next().first_day(), c.at);
        true
    }

    /// What a list of this month says of a month to come goes on with the record of this one.
    pub(super) fn later(&mut self, id: &EmployeeId, fact: FactId, value: Value, from: NaiveDate, at: At) {
        if let Some(p) = self.out.people.get_mut(id) {
            p.later.push(Later { fact: Fact { id: fact, value, at, origin: Origin::Read }, from });
        }
    }
}
