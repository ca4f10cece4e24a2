//! Absences, hours and sums of the month.

use super::Joiner;
use crate::facts::{Fact, FactId, FactKind, NumberForm, Origin, Role, Value};
use crate::ground::{At, EmployeeId, Exact, Severity};
use crate::normalise::records::Said;
use crate::normalise::titles::spaced;
use chrono::{Datelike as _, Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// Days of the longest leave that a row without a last day counts: a year.
const MOST_DAYS: u64 = 366;

impl Joiner<'_> {
    /// Days of a leave that is granted on a day: they change pay under the same cause as that day does.
    pub(super) fn is_leave(&self, days: FactId) -> bool {
        let cause = |f: FactId| self.vocabulary.get(f).causes.change.as_str();
        self.vocabulary.role(Role::LeaveStart).is_some_and(|s| cause(s) == cause(days))
    }

    /// A second leave of its own in the month costs a second waiting day, but not within two days of the first: told.
    pub(super) fn second_leave(&mut self, e: &crate::normalise::gather::Event) {
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

    /// Leaves that begin the day after another of the same kind ends: the employee has not been back, and one goes on from the
    /// other unless a list says not. Told.
    pub(super) fn adjoining(&mut self, events: &[crate::normalise::gather::Event]) -> BTreeSet<At> {
        let leaves = || events.iter().filter_map(|e| Some((e, e.fact.filter(|f| self.is_leave(*f))?)));
        let ends: BTreeMap<(&EmployeeId, FactId, NaiveDate), At> =
            leaves().filter_map(|(e, fact)| Some(((&e.employee, fact, e.to?), e.at))).collect();
        let before = |e: &crate::normalise::gather::Event, fact| ends.get(&(&e.employee, fact, e.from?.pred_opt()?)).copied();
        let found: Vec<_> = leaves().filter(|(e, _)| e.continues.is_none()).filter_map(|(e, fact)| Some((e, before(e, fact)?))).collect();
        let mut out = BTreeSet::new();
        for (e, earlier) in found {
            let day = e.from.map_or_else(String::new, |d| d.format("%d/%m/%Y").to_string());
            let f = self.finding("F96", Severity::Warning, &e.employee, &[earlier, e.at]).arg("agent", &e.employee).arg("day", day);
            self.out.findings.push(f);
            out.insert(e.at);
        }
        out
    }

    /// An absence of the month; `goes_on` from another of the month.
    pub(super) fn event(&mut self, e: &crate::normalise::gather::Event, goes_on: bool) {
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
        let begins = !goes_on && e.continues != Some(true) && e.from.is_none_or(|d| d >= self.month.first_day());
        let vocabulary = self.vocabulary;
        let Some(days) = self.days_within(e) else { return };
        let thirtieths = vocabulary.thirtieths_of(fact).map(|id| (id, self.thirtieths_within(e)));
        if !goes_on {
            self.second_leave(e);
        }
        let Some(p) = self.person(&e.employee, e.at, &e.nature) else { return };
        if let Some((id, n)) = thirtieths {
            // Days without dates beside others leave no sum of thirtieths: the rule counts the days of all.
            let known = p.changes.iter().any(|f| f.id == id);
            let first = p.changes.iter().all(|f| f.id != fact);
            match n.filter(|_| first || known) {
                Some(n) => add(&mut p.changes, id, n, e.at),
                None => p.changes.retain(|f| f.id != id),
            }
        }
        add(&mut p.changes, fact, days, e.at);
        if let (Some(id), Some(flag)) = (continues, e.continues) {
            p.changes.push(Fact { id, value: Value::Flag(flag), at: e.at, origin: Origin::Read });
        }
        if let (Some(id), Some(from), Some(false) | None, false) = (starts, e.from, e.continues, goes_on) {
            p.changes.push(Fact { id, value: Value::Date(from), at: e.at, origin: Origin::Read });
        }
        if let Some(id) = begun {
            add(&mut p.changes, id, Exact::int(i64::from(begins)), e.at);
        }
        for (id, words) in vocabulary.named_leaves().iter().filter(|_| leave && begins) {
            if named(&e.nature, words) {
                add(&mut p.changes, *id, Exact::ONE, e.at);
            }
        }
        let since = starts.and_then(|id| e.beside.get(id)).and_then(|f| f.value.date()).or(e.from);
        if let (Some(id), Some(from), Some(to)) = (length, since, e.to) {
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
    pub(super) fn days_within(&mut self, e: &crate::normalise::gather::Event) -> Option<Exact> {
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

    /// Thirtieths of the month that an absence takes, as whoever leaves the day before it and comes back the day after has
    /// them: the last day of the month closes thirty, the 31st is none. Its last day is written, or follows from the first and
    /// the days. Days that the dates do not make are told; `None` where the row has no dates, or days that lead past the month.
    fn thirtieths_within(&mut self, e: &crate::normalise::gather::Event) -> Option<Exact> {
        let start = e.from?;
        let counted = || Some(start + Days::new(u64::try_from(e.days?.whole()? - 1).ok()?.min(MOST_DAYS)));
        let end = e.to.or_else(counted)?;
        let (first, last) = self.in_post(&e.employee, self.month.first_day(), self.month.last_day());
        let (from, to) = (start.max(first), end.min(last));
        // The days that the row counts, or none: those of its dates, or those of the month among them.
        let counts = |a: NaiveDate, b: NaiveDate| e.days == Some(Exact::int((b - a).num_days() + 1));
        let agree = e.days.is_none() || counts(start, end) || counts(from, to);
        (agree || e.to.is_some() && from <= to).then_some(())?;
        let end = if to == self.month.last_day() { 30 } else { to.day().min(30) };
        let thirtieths = Exact::int(i64::from(end.saturating_sub(from.day().saturating_sub(1).min(30))));
        if let (Some(days), false) = (e.days, agree || e.days == Some(thirtieths)) {
            let day = |d: NaiveDate| d.format("%d/%m/%Y");
            let f = self.finding("F133", Severity::Justify, &e.employee, &[e.at]).arg("agent", &e.employee).arg("days", days);
            self.out.findings.push(f.arg("from", day(start)).arg("to", day(e.to.unwrap_or(to))).arg("n", thirtieths));
        }
        Some(thirtieths)
    }

    /// The days of the month on which somebody is in post: from the first paid day to the last.
    pub(super) fn in_post(&self, id: &EmployeeId, first: NaiveDate, last: NaiveDate) -> (NaiveDate, NaiveDate) {
        let Some(p) = self.out.people.get(id) else { return (first, last) };
        let day = |role| p.fact(self.vocabulary, role).and_then(|f| f.value.date()).filter(|d| self.month.contains(*d));
        let end = [Role::Exit, Role::ContractEnd].into_iter().find_map(day);
        (day(Role::Entry).unwrap_or(first), end.unwrap_or(last))
    }

    pub(super) fn amounts(&mut self, amounts: &[crate::normalise::gather::Amount]) {
        for a in amounts {
            let label = self.vocabulary.get(a.fact).label.fr.clone();
            if self.shows(a) {
                continue;
            }
            let Some(p) = self.person(&a.employee, a.at, &label) else { continue };
            let before = p.changes.iter().find(|f| f.id == a.fact && f.at.source != a.at.source).map(|f| (f.value.number(), f.at));
            let Some((known, at)) = before else {
                add(&mut p.changes, a.fact, a.value, a.at);
                continue;
            };
            // A list of arrivals, of departures or of absences says it too.
            let same = known == Some(a.value);
            let f = if same { ("M214", Severity::Justify) } else { ("M213", Severity::Blocking) };
            let first = known.map(|n| n.to_string()).unwrap_or_default();
            let f = self.finding(f.0, f.1, &a.employee, &[at, a.at]).arg("agent", &a.employee).arg("fact", label);
            self.out.findings.push(f.arg("first", first).arg("second", a.value));
        }
    }
}

impl Joiner<'_> {
    /// « IM », « Quotité », « Taux PAS » beside the sums of a list, there to be read: the same value says nothing, and another is asked.
    fn shows(&mut self, a: &crate::normalise::gather::Amount) -> bool {
        let fact = self.vocabulary.get(a.fact);
        use NumberForm as N;
        let lasting = matches!(fact.kind, FactKind::Number { form: N::Points | N::Fraction | N::Rate | N::Count });
        let known = self.out.people.get(&a.employee).is_some_and(|p| p.paid.is_some() || p.known.get(a.fact).is_some());
        let shows = fact.recurs && lasting && known;
        if shows {
            let new = Value::Number(a.value);
            let (employee, fact) = (a.employee.clone(), a.fact);
            self.plain(&crate::normalise::gather::Change { employee, fact, old: None, new, said: Said::Beside, effective: None, at: a.at });
        }
        shows
    }
}

/// Whether a kind of leave has one of these words: « Maladie ordinaire (covid-19) ».
fn named(nature: &str, words: &[String]) -> bool {
    spaced(nature).split_whitespace().any(|w| words.iter().any(|x| x == w))
}

/// Sums of the same fact add up: two rows of overtime, two absences.
pub(super) fn add(changes: &mut Vec<Fact>, fact: FactId, n: Exact, at: At) {
    if let Some(f) = changes.iter_mut().find(|f| f.id == fact)
        && let Value::Number(x) = &mut f.value
        && let Some(sum) = x.add(n)
    {
        *x = sum;
        return;
    }
    changes.push(Fact { id: fact, value: Value::Number(n), at, origin: Origin::Read });
}
