//! What last month's lists said of this month: a change with a later day, a leave that goes on, a right that begins now.
//!
//! They come in as if this month's lists said them; where this month's lists speak of the same, those stand.

use super::MonthRecord;
use crate::facts::{FactKind, Facts, Later, NumberForm, Role, Value};
use crate::ground::{EmployeeId, Finding, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::gather::{Change, Event, Gathered};
use crate::normalise::records::Said;
use chrono::{Days, NaiveDate};

impl MonthRecord {
    /// Adds what was left to this month to what was gathered, and says so.
    pub fn later(&self, gathered: &mut Gathered, sources: &Sources, cx: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for (id, m) in &self.members {
            for e in gathered.events.iter_mut().filter(|e| e.employee == *id && e.continues == Some(true)) {
                first_day(e, &m.leave, cx);
            }
            for l in &m.later {
                let decl = cx.vocabulary.get(l.fact.id);
                if matches!(decl.kind, FactKind::Number { form: NumberForm::Days }) && !decl.recurs {
                    gathered.events.extend(absence(id, l, &m.leave, &gathered.events, cx));
                    continue;
                }
                if gathered.changes.iter().any(|c| c.employee == *id && c.fact == l.fact.id) {
                    continue;
                }
                if l.from <= cx.month.last_day() {
                    let f = Finding::new("F73", Severity::Information).of(id).arg("agent", id).arg("name", &m.name);
                    let f = f.arg("fact", decl.label.fr.clone()).arg("date", l.from.format("%d/%m/%Y"));
                    found.push(f.arg("month", cx.last).at(sources.place(l.fact.at)));
                }
                gathered.changes.push(Change {
                    employee: id.clone(),
                    fact: l.fact.id,
                    old: None,
                    new: l.fact.value.clone(),
                    said: Said::New,
                    effective: Some(l.from),
                    at: l.fact.at,
                });
            }
        }
        found
    }
}

/// A leave that goes on from the one that filled last month to its end began when that one did.
fn first_day(e: &mut Event, known: &Facts, cx: &Context<'_>) {
    let of = |r: Role| cx.vocabulary.role(r).and_then(|f| known.get(f));
    let (Some(start), Some(length)) = (of(Role::LeaveStart), of(Role::LeaveLength)) else { return };
    let days = || u64::try_from(length.value.number()?.whole()?).ok();
    let ended = start.value.date().zip(days()).and_then(|(d, n)| d.checked_add_days(Days::new(n.checked_sub(1)?)));
    let adjoins = e.from.is_some_and(|d| d > cx.last.last_day());
    if ended == Some(cx.last.last_day()) && adjoins && e.beside.get(start.id).is_none() {
        e.beside.set(start.clone());
    }
}

/// A leave that goes on, unless a list of this month has it.
fn absence(id: &EmployeeId, l: &Later, known: &Facts, listed: &[Event], cx: &Context<'_>) -> Option<Event> {
    let days = l.fact.value.number()?;
    let length = u64::try_from(days.whole()?).ok()?.checked_sub(1)?;
    let to: NaiveDate = l.from.checked_add_days(Days::new(length))?;
    let meets = |e: &Event| e.from.is_none_or(|d| d <= to) && e.to.is_none_or(|d| d >= l.from);
    if listed.iter().any(|e| e.employee == *id && e.fact == Some(l.fact.id) && meets(e)) {
        return None;
    }
    let role = |r: Role| cx.vocabulary.role(r).and_then(|f| known.get(f));
    let continues = role(Role::LeaveContinues).and_then(|f| if let Value::Flag(b) = f.value { Some(b) } else { None });
    // The day a leave was granted decides what it is paid on, in whatever month it ends.
    let mut beside = Facts::default();
    if let Some(f) = role(Role::LeaveStart).filter(|_| continues == Some(true)) {
        beside.set(f.clone());
    }
    Some(Event {
        employee: id.clone(),
        nature: cx.vocabulary.get(l.fact.id).label.fr.clone(),
        fact: Some(l.fact.id),
        from: Some(l.from),
        to: Some(to),
        days: Some(days),
        continues,
        beside,
        running: true,
        at: l.fact.at,
    })
}
