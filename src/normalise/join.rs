//! One employee from all sources: staff files, last month's register and transfers, this month's changes.
//!
//! Joins are by employee number; a transfer also joins by account, then by name together with amount, never by name alone.
//! What contradicts is a finding with both places, and the first source keeps its word.

use crate::facts::{Begun, Dated, Fact, FactId, FactKind, Facts, Later, NumberForm, Origin, Role, Value, Vocabulary};
use crate::ground::ids::bare;
use crate::ground::{At, EmployeeId, Exact, Finding, Iban, Lang, Money, PayMonth, Severity, Sources};
use crate::normalise::gather::{AccountChange, Gathered, Record};
use crate::normalise::records::HOURS_ALONE;
use crate::normalise::register::without_courtesy;
use crate::normalise::text::name_key;
use crate::payslip::PaidSlip;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Where and how much an employee was paid last month, by the transfer file.
#[derive(Clone, Debug)]
pub struct LastTransfer {
    pub iban: Option<Iban>,
    pub name: String,
    pub amount: Money,
    pub at: At,
}

/// Everything known of one employee before anything is computed.
#[derive(Clone, Default)]
pub struct Person {
    /// Facts as the trusted sources have them for last month.
    pub known: Facts,
    /// Other values that files hold for a fact: an old index in a list of promotions.
    pub alternatives: Vec<Fact>,
    /// What this month changes, in the order of the files.
    pub changes: Vec<Fact>,
    pub staff: Option<At>,
    pub arrival: Option<At>,
    /// A reported departure that leaves nothing to pay this month.
    pub departure: Option<At>,
    pub paid: Option<PaidSlip>,
    pub transfer: Option<LastTransfer>,
    pub requests: Vec<AccountChange>,
    /// Changes that begin within this month, or before it.
    pub dated: Vec<Dated>,
    /// Flags whose no, beside a zero, said nothing and was put away.
    pub moot: Vec<Fact>,
    /// Facts that last month alone was paid on, by the record of that month; nothing where it was paid without.
    pub then: Vec<(FactId, Option<Fact>)>,
    /// What this month's lists say of months to come.
    pub later: Vec<Later>,
    /// Names as the register writes them, when no staff file does.
    pub names: (String, String),
    /// Payslips of months before the last, where a source of them survived.
    pub bygone: BTreeMap<PayMonth, PaidSlip>,
    /// What each of these months was paid on, by its record.
    pub paid_on: BTreeMap<PayMonth, Facts>,
    /// Values that records of last month and of those before say began on a day, in the order of the records.
    pub begun: Vec<Begun>,
}

impl Person {
    pub fn text<'p>(&'p self, vocabulary: &Vocabulary, role: Role) -> Option<&'p str> {
        self.fact(vocabulary, role).and_then(|f| f.value.text())
    }
    pub fn fact<'p>(&'p self, vocabulary: &Vocabulary, role: Role) -> Option<&'p Fact> {
        let id = vocabulary.role(role)?;
        self.changes.iter().rev().find(|f| f.id == id).or_else(|| self.known.get(id))
    }
    /// `NOM Prénom`, from the staff file or else the register.
    pub fn name(&self, vocabulary: &Vocabulary) -> String {
        let surname = self.text(vocabulary, Role::Surname).unwrap_or(&self.names.0);
        let given = self.text(vocabulary, Role::GivenName).unwrap_or(&self.names.1);
        let (surname, given) = without_courtesy(surname.to_owned(), given.to_owned());
        let joined = format!("{surname} {given}");
        if joined.trim().is_empty() {
            self.text(vocabulary, Role::FullName).unwrap_or_default().to_owned()
        } else {
            joined.trim().to_owned()
        }
    }
}

/// All employees by number.
pub type People = BTreeMap<EmployeeId, Person>;

/// One transfer of last month, as its reader gives it.
#[derive(Clone, Debug)]
pub struct TransferRow {
    pub end_to_end: String,
    pub name: String,
    pub iban: Option<Iban>,
    pub amount: Money,
    pub at: At,
}

/// What `join` hands on besides the people.
#[derive(Default)]
pub struct Joined {
    pub people: People,
    /// Rows about somebody no source knows.
    pub strangers: Vec<(EmployeeId, At, String)>,
    /// Transfers of last month that nobody could be found for.
    pub orphan_transfers: Vec<TransferRow>,
    pub findings: Vec<Finding>,
}

struct Joiner<'a> {
    vocabulary: &'a Vocabulary,
    sources: &'a Sources,
    month: PayMonth,
    out: Joined,
}

/// Brings every source together.
pub fn join(vocabulary: &Vocabulary, sources: &Sources, month: PayMonth, gathered: Gathered, transfers: Vec<TransferRow>) -> Joined {
    let mut j = Joiner { vocabulary, sources, month, out: Joined::default() };
    for (id, slip) in gathered.paid {
        j.out.people.entry(id).or_default().paid = Some(slip);
    }
    for (id, names) in gathered.register_names {
        if let Some(p) = j.out.people.get_mut(&id) {
            p.names = names;
        }
    }
    // Each record goes as soon as it is taken in: a town's facts need not be in memory twice.
    for r in gathered.staff {
        j.staff(&r);
    }
    for r in gathered.register_facts {
        j.register_facts(&r);
    }
    j.entered_since();
    j.moot();
    for r in gathered.arrivals {
        j.arrival(&r);
    }
    for r in gathered.departures {
        j.movement(&r);
    }
    for c in gathered.changes {
        j.change(&c);
    }
    for e in gathered.events {
        j.event(&e);
    }
    j.amounts(&gathered.amounts);
    for a in gathered.account_changes {
        j.request(a);
    }
    j.transfers(transfers);
    j.contract_ends();
    j.out
}

impl Joiner<'_> {
    fn finding(&self, code: &str, severity: Severity, id: &EmployeeId, places: &[At]) -> Finding {
        places.iter().fold(Finding::new(code, severity).of(id), |f, a| f.at(self.sources.place(*a)))
    }

    fn staff(&mut self, r: &Record) {
        let Some(id) = r.employee.clone() else { return };
        let mut findings = Vec::new();
        let person = self.out.people.entry(id.clone()).or_default();
        if person.staff.is_none() {
            person.staff = Some(r.at);
        }
        for f in r.facts.iter() {
            match person.known.get(f.id) {
                None => {
                    person.known.set(f.clone());
                }
                Some(first) if first.value == f.value => {}
                Some(first) => {
                    findings.push((first.clone(), f.clone()));
                    person.alternatives.push(f.clone());
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
    fn register_facts(&mut self, r: &Record) {
        let Some(p) = r.employee.as_ref().and_then(|id| self.out.people.get_mut(id)) else { return };
        for f in r.facts.iter() {
            match p.known.get(f.id) {
                None => {
                    p.known.set(f.clone());
                }
                Some(k) if k.value == f.value => {}
                Some(_) => p.alternatives.push(f.clone()),
            }
        }
    }

    /// Whoever was paid last month had entered by then, whatever day the staff file says.
    fn entered_since(&mut self) {
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
    fn moot(&mut self) {
        for (flag, count) in self.vocabulary.moot() {
            for p in self.out.people.values_mut() {
                let zero = p.known.value(count).and_then(Value::number).is_some_and(Exact::is_zero);
                if zero && p.known.value(flag) == Some(&Value::Flag(false)) {
                    p.moot.extend(p.known.remove(flag));
                }
            }
        }
    }

    /// A count that this month's lists raise, beside a file that said no.
    fn unmoot(&mut self, c: &crate::normalise::gather::Change) {
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

    fn contradiction(&self, id: &EmployeeId, a: &Fact, b: &Fact) -> Finding {
        let decl = self.vocabulary.get(a.id);
        let grave = matches!(decl.role, Some(Role::Iban | Role::IdentityNumber));
        let hide = grave;
        let show = |f: &Fact| if hide { "••••".to_owned() } else { self.shown(f) };
        self.finding("IMP-04", if grave { Severity::Blocking } else { Severity::Justify }, id, &[a.at, b.at])
            .arg("fact", decl.label.fr.clone())
            .arg("first", show(a))
            .arg("second", show(b))
    }

    fn shown(&self, f: &Fact) -> String {
        self.vocabulary.get(f.id).shown(&f.value, Lang::Fr)
    }

    /// The date of a movement that its list must give.
    fn date_of(&self, r: &Record, role: Role) -> Option<(NaiveDate, At)> {
        let f = r.facts.get(self.vocabulary.role(role)?)?;
        Some((f.value.date()?, f.at))
    }

    fn arrival(&mut self, r: &Record) {
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

    /// What is written of a newcomer and cannot be read has no last month to fall back on: the employee waits.
    fn unread(&mut self, id: &EmployeeId, r: &Record) {
        for (fact, code) in &r.problems {
            let decl = self.vocabulary.get(*fact);
            if matches!(decl.kind, FactKind::Text)
                || decl.role == Some(Role::BirthDate)
                || self.out.people.get(id).is_some_and(|p| p.paid.is_some())
            {
                continue;
            }
            let f = self
                .finding("F35", Severity::Blocking, id, &[r.at])
                .arg("agent", id)
                .arg("fact", decl.label.fr.clone())
                .arg("reason", *code);
            self.out.findings.push(f);
        }
    }

    fn tell(&mut self, code: &str, severity: Severity, id: &EmployeeId, at: At, date: Option<NaiveDate>) {
        let date = date.map(|d| d.format("%d/%m/%Y").to_string()).unwrap_or_default();
        let f = self.finding(code, severity, id, &[at]).arg("agent", id).arg("date", date);
        self.out.findings.push(f);
    }

    /// A row about somebody: known, or a stranger.
    fn person(&mut self, id: &EmployeeId, at: At, what: &str) -> Option<&mut Person> {
        if !self.out.people.contains_key(id) {
            self.out.strangers.push((id.clone(), at, what.to_owned()));
            return None;
        }
        self.out.people.get_mut(id)
    }

    fn movement(&mut self, r: &Record) {
        let Some(id) = r.employee.clone() else { return };
        let vocabulary = self.vocabulary;
        let month = self.month;
        let paid = self.out.people.get(&id).is_some_and(|p| p.paid.is_some());
        match self.date_of(r, Role::Exit).or_else(|| self.date_of(r, Role::ContractEnd)) {
            None => self.tell("F43", Severity::Blocking, &id, r.at, None),
            Some((d, at)) => self.leaving(&id, d, at, paid),
        }
        self.perhaps_leaving(&id, r);
        let Some(p) = self.person(&id, r.at, "sortie") else { return };
        let exit = vocabulary.role(Role::Exit).and_then(|f| r.facts.get(f)).and_then(|f| Some((f.value.date()?, f.at)));
        // Who leaves within the month is paid until then: the departure explains no missing pay.
        if !exit.is_some_and(|(day, _)| month.contains(day)) {
            p.departure = Some(r.at);
        }
        for f in r.facts.iter() {
            if !matches!(vocabulary.get(f.id).role, Some(Role::Surname | Role::GivenName | Role::FullName | Role::Employee)) {
                p.changes.push(f.clone());
            }
        }
    }

    /// A departure under a number that nobody has: whoever bears the name may be the one who leaves, and is set aside.
    fn perhaps_leaving(&mut self, id: &EmployeeId, r: &Record) {
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
            self.out.findings.push(f);
        }
    }

    /// A last day outside the month: whoever was paid last month was paid too much, or the date is wrong.
    fn leaving(&mut self, id: &EmployeeId, last_day: NaiveDate, at: At, paid: bool) {
        if last_day < self.month.previous().last_day() && paid {
            self.tell("F44", Severity::Blocking, id, at, Some(last_day));
        } else if last_day > self.month.last_day() {
            self.tell("F45", Severity::Justify, id, at, Some(last_day));
        }
    }

    fn change(&mut self, c: &crate::normalise::gather::Change) {
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

    /// A rise within the month of what counts from the first day of the next: told, and left to the next month.
    fn begins_later(&mut self, c: &crate::normalise::gather::Change) -> bool {
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
    fn later(&mut self, id: &EmployeeId, fact: FactId, value: Value, from: NaiveDate, at: At) {
        if let Some(p) = self.out.people.get_mut(id) {
            p.later.push(Later { fact: Fact { id: fact, value, at, origin: Origin::Read }, from });
        }
    }

    /// Days of a leave that is granted on a day: they change pay under the same cause as that day does.
    fn is_leave(&self, days: FactId) -> bool {
        let cause = |f: FactId| self.vocabulary.get(f).causes.change.as_str();
        self.vocabulary.role(Role::LeaveStart).is_some_and(|s| cause(s) == cause(days))
    }

    /// A second leave of its own in the month costs a second waiting day, but not within two days of the first: told.
    fn second_leave(&mut self, e: &crate::normalise::gather::Event) {
        let (Some(starts), Some(from), Some(false) | None) = (self.vocabulary.role(Role::LeaveStart), e.from, e.continues) else { return };
        let counts = e.fact.is_some_and(|f| self.is_leave(f));
        let first =
            self.out.people.get(&e.employee).and_then(|p| p.changes.iter().find(|f| f.id == starts).map(|f| (f.value.date(), f.at)));
        if let (Some((Some(day), at)), true) = (first, counts)
            && day != from
        {
            let f = self
                .finding("F37", Severity::Justify, &e.employee, &[at, e.at])
                .arg("agent", &e.employee)
                .arg("first", day.min(from).format("%d/%m/%Y"))
                .arg("second", day.max(from).format("%d/%m/%Y"));
            self.out.findings.push(f);
        }
    }

    fn event(&mut self, e: &crate::normalise::gather::Event) {
        let Some(fact) = e.fact else {
            let f = self.finding("F06", Severity::Blocking, &e.employee, &[e.at]).arg("nature", &e.nature);
            self.out.findings.push(f);
            return;
        };
        // A strike has neither a day it was granted nor a leave it goes on from.
        let leave = self.is_leave(fact);
        let role = |r: Role| self.vocabulary.role(r).filter(|_| leave);
        let (continues, starts) = (role(Role::LeaveContinues), role(Role::LeaveStart));
        let (begun, length) = (role(Role::LeavesBegun), role(Role::LeaveLength));
        let last_day = self.month.last_day();
        // A leave begun in the month, and not one that goes on: each has its own waiting day.
        let begins = e.continues != Some(true) && e.from.is_none_or(|d| d >= self.month.first_day());
        let vocabulary = self.vocabulary;
        let Some(days) = self.days_within(e) else { return };
        self.second_leave(e);
        let Some(p) = self.person(&e.employee, e.at, &e.nature) else { return };
        add(&mut p.changes, fact, days, e.at);
        if let (Some(id), Some(flag)) = (continues, e.continues) {
            p.changes.push(Fact { id, value: Value::Flag(flag), at: e.at, origin: Origin::Read });
        }
        if let (Some(id), Some(from), Some(false) | None) = (starts, e.from, e.continues) {
            p.changes.push(Fact { id, value: Value::Date(from), at: e.at, origin: Origin::Read });
        }
        if let Some(id) = begun {
            add(&mut p.changes, id, Exact::int(i64::from(begins)), e.at);
        }
        if let (Some(id), Some(from), Some(to)) = (length, e.from, e.to) {
            let n = Exact::int((to.min(last_day) - from).num_days() + 1);
            let longest = p.changes.iter().filter(|f| f.id == id).filter_map(|f| f.value.number()).fold(n, Exact::max);
            p.changes.retain(|f| f.id != id);
            p.changes.push(Fact { id, value: Value::Number(longest), at: e.at, origin: Origin::Read });
        }
        // What the row says in so many words stands over what follows from its dates; days of which part are never more than the days.
        for f in e.beside.iter() {
            match (&vocabulary.get(f.id).kind, &f.value) {
                (FactKind::Number { form: NumberForm::Days }, Value::Number(n)) => add(&mut p.changes, f.id, (*n).min(days), f.at),
                (FactKind::Number { .. }, Value::Number(n)) => add(&mut p.changes, f.id, *n, f.at),
                _ => p.changes.push(f.clone()),
            }
        }
    }

    /// Days of an absence that fall in the month: its dates are cut at the month's ends, and what they leave out is told.
    fn days_within(&mut self, e: &crate::normalise::gather::Event) -> Option<Exact> {
        let (Some(from), Some(to)) = (e.from, e.to) else { return e.days };
        let (first, last) = (self.month.first_day(), self.month.last_day());
        if let (true, Some(fact)) = (to > last, e.fact) {
            let days = Exact::int((to - from).num_days() + 1);
            self.later(&e.employee, fact, Value::Number(days), from, e.at);
        }
        let (first, last) = self.in_post(&e.employee, first, last);
        let inside = Exact::int(((to.min(last) - from.max(first)).num_days() + 1).max(0));
        if from >= first && to <= last {
            return e.days;
        }
        let outside = from > self.month.last_day() || to < self.month.first_day();
        let away = from.max(self.month.first_day()) < first || to.min(self.month.last_day()) > last;
        let (code, severity) = if e.running {
            // The list of the month before said so already: nothing is new.
            ("F70", Severity::Information)
        } else if outside {
            ("F71", Severity::Justify)
        } else if away {
            ("F72", Severity::Justify)
        } else {
            ("F11", Severity::Justify)
        };
        let f = self
            .finding(code, severity, &e.employee, &[e.at])
            .arg("agent", &e.employee)
            .arg("from", from.format("%d/%m/%Y"))
            .arg("to", to.format("%d/%m/%Y"))
            .arg("days", inside);
        self.out.findings.push(f);
        // Fewer days may be written than the calendar counts, never more than fall in the month.
        inside.is_positive().then(|| e.days.map_or(inside, |d| d.min(inside)))
    }

    /// The days of the month on which somebody is in post: from the first paid day to the last.
    fn in_post(&self, id: &EmployeeId, first: NaiveDate, last: NaiveDate) -> (NaiveDate, NaiveDate) {
        let Some(p) = self.out.people.get(id) else { return (first, last) };
        let day = |role| p.fact(self.vocabulary, role).and_then(|f| f.value.date()).filter(|d| self.month.contains(*d));
        let end = [Role::Exit, Role::ContractEnd].into_iter().find_map(day);
        (day(Role::Entry).unwrap_or(first), end.unwrap_or(last))
    }

    fn amounts(&mut self, amounts: &[crate::normalise::gather::Amount]) {
        for a in amounts {
            let label = self.vocabulary.get(a.fact).label.fr.clone();
            let Some(p) = self.person(&a.employee, a.at, &label) else { continue };
            add(&mut p.changes, a.fact, a.value, a.at);
        }
    }

    fn request(&mut self, a: AccountChange) {
        if let Some(p) = self.person(&a.employee.clone(), a.at, "IBAN") {
            p.requests.push(a);
        }
    }

    /// By reference, then by account, then by name and amount together.
    fn transfers(&mut self, rows: Vec<TransferRow>) {
        let mut by_bare: BTreeMap<String, Vec<EmployeeId>> = BTreeMap::new();
        let mut by_iban: BTreeMap<String, Vec<EmployeeId>> = BTreeMap::new();
        let mut by_pay: BTreeMap<(String, Money), Vec<EmployeeId>> = BTreeMap::new();
        let iban = self.vocabulary.role(Role::Iban);
        for (id, p) in &self.out.people {
            by_bare.entry(bare(id.as_str()).to_owned()).or_default().push(id.clone());
            if let Some(Ok(i)) = iban.and_then(|f| p.known.get(f)).and_then(|f| f.value.text()).map(Iban::parse) {
                by_iban.entry(i.as_str().to_owned()).or_default().push(id.clone());
            }
            if let Some((net, _)) = p.paid.as_ref().and_then(|s| s.net_paid) {
                let (surname, given) = (
                    p.text(self.vocabulary, Role::Surname).unwrap_or(&p.names.0),
                    p.text(self.vocabulary, Role::GivenName).unwrap_or(&p.names.1),
                );
                by_pay.entry((name_key(surname, given), net)).or_default().push(id.clone());
            }
        }
        let mut taken: BTreeSet<EmployeeId> = BTreeSet::new();
        for row in rows {
            let by_reference: Vec<EmployeeId> = row
                .end_to_end
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|t| !t.is_empty())
                .rev()
                .find_map(|t| by_bare.get(bare(t)).filter(|v| v.len() == 1).cloned())
                .unwrap_or_default();
            let by_account =
                || row.iban.as_ref().and_then(|i| by_iban.get(i.as_str())).filter(|v| v.len() == 1).cloned().unwrap_or_default();
            let by_name = || by_pay.get(&(name_key(&row.name, ""), row.amount)).filter(|v| v.len() == 1).cloned().unwrap_or_default();
            let hit = by_reference.into_iter().next().or_else(|| by_account().into_iter().next()).or_else(|| by_name().into_iter().next());
            match hit.filter(|id| taken.insert(id.clone())) {
                Some(id) => {
                    if let Some(p) = self.out.people.get_mut(&id) {
                        p.transfer = Some(LastTransfer { iban: row.iban, name: row.name, amount: row.amount, at: row.at });
                    }
                }
                None => self.out.orphan_transfers.push(row),
            }
        }
    }

    /// A contract that ends within the month pays until its last day, unless something says otherwise.
    fn contract_ends(&mut self) {
        let (Some(end), Some(exit)) = (self.vocabulary.role(Role::ContractEnd), self.vocabulary.role(Role::Exit)) else { return };
        let mut found = Vec::new();
        for (id, p) in &mut self.out.people {
            let value = p.changes.iter().rev().find(|f| f.id == end).or_else(|| p.known.get(end)).cloned();
            let Some((date, at)) = value.and_then(|f| Some((f.value.date()?, f.at))) else { continue };
            let leaves = p.known.get(exit).is_some() || p.changes.iter().any(|f| f.id == exit);
            if !leaves && self.month.contains(date) && date != self.month.last_day() {
                p.changes.push(Fact { id: exit, value: Value::Date(date), at, origin: Origin::Read });
                found.push((id.clone(), date, at));
            }
        }
        for (id, date, at) in found {
            let f = self.finding("F05", Severity::Justify, &id, &[at]).arg("date", date.format("%d/%m/%Y"));
            self.out.findings.push(f);
        }
    }
}

/// Sums of the same fact add up: two rows of overtime, two absences.
fn add(changes: &mut Vec<Fact>, fact: FactId, n: Exact, at: At) {
    if let Some(f) = changes.iter_mut().find(|f| f.id == fact)
        && let Value::Number(x) = &mut f.value
        && let Some(sum) = x.add(n)
    {
        *x = sum;
        return;
    }
    changes.push(Fact { id: fact, value: Value::Number(n), at, origin: Origin::Read });
}
