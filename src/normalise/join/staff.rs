//! What staff files and registers say of an employee as of last month.

use super::{Joiner, Person, second};
use crate::facts::{Fact, Origin, Role, Value};
use crate::ground::{At, EmployeeId, Exact, Finding, Lang, Severity};
use crate::normalise::gather::Record;
use crate::normalise::records::HOURS_ALONE;
use crate::normalise::scheme;
use crate::normalise::text::fold;
use crate::normalise::titles;
use crate::payslip::ElementId;
use std::collections::BTreeMap;

/// « PAULINE » is « Pauline ».
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => fold(a) == fold(b),
        _ => a == b,
    }
}

impl Joiner<'_> {
    pub(super) fn staff(&mut self, r: Record) {
        let Some(id) = r.employee else { return };
        let mut findings = Vec::new();
        let (vocabulary, trust) = (self.vocabulary, self.trust);
        let person = self.out.people.entry(id.clone()).or_default();
        if person.staff.is_none() {
            person.staff = Some(r.at);
        }
        if person.known.is_empty() {
            person.known = r.facts;
        } else {
            for f in r.facts.iter() {
                match person.known.get(f.id) {
                    None => {
                        person.known.set(f.clone());
                    }
                    Some(first) => {
                        if !same(&first.value, &f.value) {
                            findings.push((first.clone(), f.clone()));
                        }
                        second(vocabulary, trust, person, f);
                    }
                }
            }
        }
        for (fact, _) in r.problems.iter().filter(|(_, why)| *why == HOURS_ALONE) {
            person.alternatives.push(Fact { id: *fact, value: Value::Flag(true), at: r.at, origin: Origin::Read });
        }
        for (a, b) in findings {
            let f = self.contradiction(&id, &a, &b);
            self.out.findings.push(f);
        }
    }

    /// What a register shows beside the amounts fills what the staff files leave open; last month was paid on it.
    pub(super) fn register_facts(&mut self, r: &Record) {
        let (vocabulary, trust) = (self.vocabulary, self.trust);
        let Some(p) = r.employee.as_ref().and_then(|id| self.out.people.get_mut(id)) else { return };
        for f in r.facts.iter() {
            if p.known.get(f.id).is_none() {
                p.known.set(f.clone());
            } else {
                second(vocabulary, trust, p, f);
            }
        }
    }

    /// Where no staff file survived, whoever last month's registers paid is who works here, as a pay statement's or a
    /// declaration's agents are; nobody of another employer's is.
    pub(super) fn paid_are_staff(&mut self, elsewhere: &BTreeMap<EmployeeId, String>) {
        let mut count = 0_u64;
        for (_, p) in self.out.people.iter_mut().filter(|(id, _)| !elsewhere.contains_key(&id.at_post(1))) {
            let Some(line) = p.paid.as_ref().and_then(|s| s.lines.first()) else { continue };
            p.staff = Some(line.at);
            count += 1;
        }
        if count > 0 {
            self.out.findings.push(Finding::new("M265", Severity::Justify).arg("count", count));
        }
    }

    /// A staff file of a few (one service's, another employer's) is none for the others: they are who works here as without any. It
    /// is one that names at most half as many as were paid, and neither half of them nor half of the civil servants among them:
    /// whom a season's contract brought may have left together, a town's civil servants do not.
    pub(super) fn others_than_a_few(&mut self, elsewhere: &BTreeMap<EmployeeId, String>, element: &dyn Fn(&str) -> Option<ElementId>) {
        let vocabulary = self.vocabulary;
        let status = vocabulary.named("statut");
        let lasts = |p: &Person| {
            let by_line = || scheme::status_by_line(p.paid.as_ref()?.of_the_month(), vocabulary, element).map(|s| s.0);
            let fact = status.and_then(|f| p.known.get(f).cloned()).or_else(by_line);
            fact.is_some_and(|f| titles::has_no_end(&vocabulary.get(f.id).shown(&f.value, Lang::Fr)))
        };
        let own = |id: &EmployeeId| !elsewhere.contains_key(&id.at_post(1));
        let listed = self.out.people.iter().filter(|(id, p)| id.post() == 1 && p.staff.is_some()).map(|(_, p)| p.staff);
        let listed: Vec<At> = listed.flatten().collect();
        let paid = || self.out.people.iter().filter(|(id, p)| id.post() == 1 && own(id) && p.paid.is_some());
        let (count, civil) = (paid().count(), paid().filter(|(_, p)| lasts(p)).count());
        let open = || paid().filter(|(_, p)| p.staff.is_none());
        let few = listed.len() * 2 <= count && open().count() * 2 > count && open().filter(|(_, p)| lasts(p)).count() * 2 > civil;
        let (Some(first), true) = (listed.first().copied(), few) else { return };
        let (others, known) = (open().count(), count - open().count());
        for (_, p) in self.out.people.iter_mut().filter(|(id, p)| own(id) && p.staff.is_none()) {
            p.staff = p.paid.as_ref().and_then(|s| s.lines.first()).map(|l| l.at);
        }
        let f = Finding::new("M427", Severity::Justify).arg("known", known).arg("count", count).arg("others", others);
        self.out.findings.push(f.at(self.sources.place(At::source(first.source))));
    }

    /// Where nobody says the status of somebody who was paid, a line that only one status has says it.
    pub(super) fn status_by_line(&mut self, element: &dyn Fn(&str) -> Option<ElementId>) {
        let vocabulary = self.vocabulary;
        let mut findings = Vec::new();
        for (id, p) in &mut self.out.people {
            let Some(paid) = p.paid.as_ref().filter(|_| p.staff.is_some()) else { continue };
            let Some((fact, line)) = scheme::status_by_line(paid.of_the_month(), vocabulary, element) else { continue };
            if p.known.get(fact.id).is_none() {
                findings.push((id.clone(), fact.clone(), line));
                p.known.set(fact);
            }
        }
        for (id, fact, line) in findings {
            let f = self.finding("M181", Severity::Justify, &id, &[fact.at]);
            self.out.findings.push(f.arg("agent", &id).arg("line", line).arg("status", self.shown(&fact)));
        }
    }

    /// Whoever was paid last month had entered by then, whatever day the staff file says.
    pub(super) fn entered_since(&mut self) {
        let Some(entry) = self.vocabulary.role(Role::Entry) else { return };
        let last = self.month.previous();
        for p in self.out.people.values_mut().filter(|p| p.paid.is_some() && p.staff.is_some()) {
            if p.known.value(entry).and_then(Value::date).is_some_and(|d| d > last.last_day()) {
                let before = Fact { id: entry, value: Value::Date(last.first_day()), at: At::NOWHERE, origin: Origin::Inferred };
                p.then.push((entry, Some(before)));
            }
        }
    }

    /// Puts away a no that says nothing; what this month brings is then judged without it.
    pub(super) fn moot(&mut self) {
        for (flag, count) in self.vocabulary.moot() {
            for p in self.out.people.values_mut() {
                let zero = p.known.value(count).and_then(Value::number).is_some_and(Exact::is_zero);
                if zero && p.known.value(flag) == Some(&Value::Flag(false)) {
                    p.moot.reserve_exact(1);
                    p.moot.extend(p.known.remove(flag));
                }
            }
        }
    }

    /// A count that this month's lists raise, beside a file that said no.
    pub(super) fn unmoot(&mut self, c: &crate::normalise::gather::Change) {
        let vocabulary = self.vocabulary;
        for (flag, _) in vocabulary.moot().filter(|(_, count)| *count == c.fact) {
            let Some(p) = self.out.people.get(&c.employee) else { continue };
            if !c.new.number().is_some_and(Exact::is_positive) {
                continue;
            }
            let put_away = p.moot.iter().find(|f| f.id == flag);
            let said = p.known.get(flag).filter(|f| f.value == Value::Flag(false));
            let Some((code, f)) = put_away.map(|f| ("F31", f)).or_else(|| said.map(|f| ("F32", f))) else { continue };
            let finding = self
                .finding(code, Severity::Justify, &c.employee, &[c.at, f.at])
                .arg("agent", &c.employee)
                .arg("what", vocabulary.get(c.fact).label.fr.clone())
                .arg("new", c.new.number().unwrap_or(Exact::ZERO))
                .arg("flag", vocabulary.get(flag).label.fr.clone());
            self.out.findings.push(finding);
        }
    }
}
