//! Who arrives and who leaves.

use super::Joiner;
use super::person::Person;
use crate::facts::{Fact, Origin, Role, Value};
use crate::ground::{At, EmployeeId, Lang, Severity};
use crate::normalise::gather::Record;
use crate::normalise::text::name_key;
use crate::normalise::titles;
use chrono::NaiveDate;

impl Joiner<'_> {
    pub(super) fn arrival(&mut self, r: &Record) {
        let Some(id) = r.employee.clone() else { return };
        self.unread(&id, r);
        let first = self.month.first_day();
        match self.date_of(r, Role::Entry) {
            // Without its first day a newcomer would be paid the whole month.
            None => self.tell("F40", Severity::Blocking, &id, r.at, None),
            Some((d, at)) if d > self.month.last_day() => self.tell("F41", Severity::Blocking, &id, at, Some(d)),
            // Of one who was not paid since, what is owed is told once it is computed.
            Some((d, at)) if d < first && self.out.people.get(&id).is_some_and(|p| p.paid.is_some()) => {
                self.tell("F41", Severity::Justify, &id, at, Some(d))
            }
            Some(_) => {}
        }
        let last_end = self.month.previous().last_day();
        let ended = |p: &Person| {
            let date = |role| self.vocabulary.role(role).and_then(|f| p.known.get(f)).and_then(|f| f.value.date());
            [Role::ContractEnd, Role::Exit].into_iter().filter_map(date).any(|d| d <= last_end)
        };
        if let Some(p) = self.out.people.get(&id)
            && let (Some(slip), false) = (&p.paid, ended(p))
        {
            let at = slip.lines.first().map_or(r.at, |l| l.at);
            let f = self.finding("F42", Severity::Blocking, &id, &[r.at, at]).arg("agent", &id);
            self.out.findings.push(f);
            return;
        }
        let (exit, back) = (self.vocabulary.role(Role::Exit), self.date_of(r, Role::Entry).map(|d| d.0));
        let entry = self.out.people.entry(id).or_default();
        entry.arrival = Some(r.at);
        // Whoever comes back has left before: the last day was that of the month before, and is over.
        if let (Some(exit), Some(back)) = (exit, back)
            && entry.known.value(exit).and_then(Value::date).is_some_and(|d| d < back)
        {
            let gone = entry.known.remove(exit);
            entry.then.push((exit, gone));
        }
        for f in r.facts.iter() {
            if entry.staff.is_none() && self.vocabulary.get(f.id).recurs {
                entry.known.set(f.clone());
            } else {
                entry.changes.push(f.clone());
            }
        }
    }

    pub(super) fn movement(&mut self, r: &Record) {
        let Some(id) = r.employee.clone() else { return };
        let vocabulary = self.vocabulary;
        let month = self.month;
        let paid = self.out.people.get(&id).is_some_and(|p| p.paid.is_some());
        let exit = self.date_of(r, Role::Exit);
        let last = exit.or_else(|| self.date_of(r, Role::ContractEnd));
        match last {
            None => self.tell("F43", Severity::Blocking, &id, r.at, None),
            // A contract that is prolonged, or ends on another day than was known, is told with what was known.
            Some((d, _)) if exit.is_none() && self.end_known(&id).is_some_and(|(_, known)| self.moves(known, d)) => {}
            Some((d, at)) => self.leaving(&id, d, at, paid),
        }
        self.perhaps_leaving(&id, r);
        let Some(p) = self.person(&id, r.at, "sortie") else { return };
        // Who leaves within the month or after it is paid until then: the departure explains no missing pay.
        if last.is_none_or(|(day, _)| day < month.first_day()) {
            p.departure = Some(r.at);
        }
        for f in r.facts.iter() {
            if !matches!(vocabulary.get(f.id).role, Some(Role::Surname | Role::GivenName | Role::FullName | Role::Employee)) {
                p.changes.push(f.clone());
            }
        }
    }

    /// A departure under a number that nobody has: whoever bears the name may be the one who leaves, and is set aside.
    pub(super) fn perhaps_leaving(&mut self, id: &EmployeeId, r: &Record) {
        if self.out.people.contains_key(id) {
            return;
        }
        let text = |role: Role| self.vocabulary.role(role).and_then(|f| r.facts.value(f)).and_then(Value::text).unwrap_or_default();
        let name = format!("{} {} {}", text(Role::Surname), text(Role::GivenName), text(Role::FullName));
        let key = name_key(&name, "");
        if key.is_empty() {
            return;
        }
        let namesakes: Vec<EmployeeId> =
            self.out.people.iter().filter(|(_, p)| name_key(&p.name(self.vocabulary), "") == key).map(|(id, _)| id.clone()).collect();
        for other in namesakes {
            let f = self.finding("M98", Severity::Blocking, &other, &[r.at]).arg("agent", &other).arg("name", name.trim());
            let f = f.arg("number", id);
            self.out.findings.push(f);
        }
    }

    /// A last day outside the month: whoever was paid last month was paid too much, or the date is wrong.
    pub(super) fn leaving(&mut self, id: &EmployeeId, last_day: NaiveDate, at: At, paid: bool) {
        if last_day < self.month.previous().last_day() && paid {
            self.tell("F44", Severity::Blocking, id, at, Some(last_day));
        } else if last_day == self.month.previous().last_day() && paid {
            // No payslip says it: whoever is paid no more for what a list says is named.
            self.tell("F46", Severity::Justify, id, at, Some(last_day));
        } else if last_day > self.month.last_day() {
            self.tell("F45", Severity::Justify, id, at, Some(last_day));
        }
    }

    /// The end that files of before know of somebody: the day of leaving, or else that of the contract.
    pub(super) fn end_known(&self, id: &EmployeeId) -> Option<(Fact, NaiveDate)> {
        let p = self.out.people.get(id).filter(|p| p.arrival.is_none())?;
        let of = |role| self.vocabulary.role(role).and_then(|f| p.known.get(f)).and_then(|f| Some((f.clone(), f.value.date()?)));
        of(Role::Exit).or_else(|| of(Role::ContractEnd))
    }

    /// Whether another end than the known one is of any matter this month.
    fn moves(&self, known: NaiveDate, end: NaiveDate) -> bool {
        known != end && known.min(end) <= self.month.last_day() && end >= self.month.first_day()
    }

    /// A list of this month gives a contract another end than the files of before. A later one prolongs what was paid until now;
    /// before the known one, or after a gap, a person says which is right.
    pub(super) fn contracts_prolonged(&mut self) {
        let (Some(end), Some(exit)) = (self.vocabulary.role(Role::ContractEnd), self.vocabulary.role(Role::Exit)) else { return };
        let paid_until = self.month.previous().last_day();
        let mut found = Vec::new();
        for (id, p) in self.out.people.iter().filter(|(_, p)| p.paid.is_some()) {
            let Some(listed) = p.changes.iter().rev().find(|f| f.id == end) else { continue };
            let (Some(date), Some((known, until))) = (listed.value.date(), self.end_known(id)) else { continue };
            let leaves = p.changes.iter().any(|f| f.id == exit);
            // The end of a contract says nothing beside a day of leaving that a list gives too.
            if leaves || !self.moves(until, date) {
                continue;
            }
            let runs_on = until < date && (until >= paid_until || known.id == end);
            if runs_on || known.id == exit {
                found.push((id.clone(), listed.clone(), date, known, until, runs_on));
            }
        }
        for (id, listed, date, known, until, runs_on) in found {
            let (code, severity) = if runs_on { ("M430", Severity::Justify) } else { ("M431", Severity::Blocking) };
            let f = self.finding(code, severity, &id, &[listed.at, known.at]).arg("agent", &id).arg("date", date.format("%d/%m/%Y"));
            let f = f.arg("known", until.format("%d/%m/%Y")).arg("fact", self.vocabulary.get(known.id).label.fr.clone());
            self.out.findings.push(f);
            // The day of leaving was that of the contract as it stood.
            if let (true, Some(p)) = (runs_on && known.id == exit, self.out.people.get_mut(&id)) {
                p.changes.push(Fact { id: exit, value: Value::Date(date), ..listed });
            }
        }
    }

    /// A contract that ends within the month pays until its last day, unless something says otherwise.
    pub(super) fn contract_ends(&mut self) {
        let (Some(end), Some(exit)) = (self.vocabulary.role(Role::ContractEnd), self.vocabulary.role(Role::Exit)) else { return };
        let (mut found, mut lasting) = (Vec::new(), Vec::new());
        let (vocabulary, status) = (self.vocabulary, self.vocabulary.named("statut"));
        for (id, p) in &mut self.out.people {
            let value = p.changes.iter().rev().find(|f| f.id == end).or_else(|| p.known.get(end)).cloned();
            let Some((date, at)) = value.and_then(|f| Some((f.value.date()?, f.at))) else { continue };
            let leaves = p.known.get(exit).is_some() || p.changes.iter().any(|f| f.id == exit);
            if leaves || !self.month.contains(date) || date == self.month.last_day() {
                continue;
            }
            let has_none = |f: &Fact| titles::has_no_end(&vocabulary.get(f.id).shown(&f.value, Lang::Fr));
            if status.and_then(|f| p.known.get(f)).is_some_and(has_none) {
                lasting.push((id.clone(), date, at));
            } else {
                p.changes.push(Fact { id: exit, value: Value::Date(date), at, origin: Origin::Read });
                found.push((id.clone(), date, at));
            }
        }
        for (id, date, at) in found {
            let f = self.finding("F05", Severity::Justify, &id, &[at]).arg("date", date.format("%d/%m/%Y"));
            self.out.findings.push(f);
        }
        // « Fin de stage », « Fin CLM », « Échéance » beside a permanent agent: nothing says that pay ends there.
        for (id, date, at) in lasting {
            let f = self.finding("M376", Severity::Blocking, &id, &[at]).arg("agent", &id).arg("date", date.format("%d/%m/%Y"));
            self.out.findings.push(f);
        }
    }
}
