//! What last month owes: paid on the law of before, not paid at all, or paid beyond the last day.

use super::{Input, Machine};
use crate::compute::eval::{Pins, State};
use crate::compute::replay::Replayed;
use crate::facts::{Facts, Role, Value};
use crate::ground::{Exact, Money};
use crate::payslip::{LineKind, PaidCode, PaidLine};

/// What last month should have been against what was paid: positive when the employee is owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owed {
    pub gross: Money,
    pub net: Money,
    pub cost: Money,
    /// Days of last month that were due, as the head of a payslip counts them.
    pub days: Option<Exact>,
}

impl Machine<'_> {
    /// What the law in force owed last month, where it was paid on the law of before.
    pub(super) fn late_law(&self, state: &mut State, replay: &Replayed) -> Option<Owed> {
        let due = self.road.due.as_ref()?;
        let extra: Vec<_> = replay.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
        state.run(self.road.last(), &replay.facts, Pins::Adjusted(&replay.adjust), &extra);
        let paid = state.totals(self.road.last());
        state.run(due, &replay.facts, Pins::Adjusted(&replay.adjust), &extra);
        let due = state.totals(due);
        let owed = Owed {
            gross: due.gross - paid.gross,
            net: due.net_paid - paid.net_paid,
            cost: due.employer_cost - paid.employer_cost,
            days: None,
        };
        (!(owed.net.is_zero() && owed.cost.is_zero())).then_some(owed)
    }

    /// Thirtieths of presence, as the head of a payslip counts them.
    pub fn days(&self, state: &State) -> Option<Exact> {
        let name = self.pack.payslip.get("presence")?;
        self.head.iter().find(|h| h.0 == *name).and_then(|h| state.slot(h.1).ok())
    }

    /// A day of entry before the month, and last month not paid: what last month owes.
    pub(super) fn not_paid(&self, state: &mut State, facts: &Facts) -> Option<Owed> {
        let entry = self.vocabulary().role(Role::Entry).and_then(|id| facts.value(id)).and_then(Value::date)?;
        (entry <= self.road.last().context.month.last_day()).then_some(())?;
        state.run(self.road.last(), facts, Pins::None, &[]);
        let t = state.totals(self.road.last());
        let days = self.days(state);
        days.is_none_or(|d| !d.is_zero()).then_some(Owed { gross: t.gross, net: t.net_paid, cost: t.employer_cost, days })
    }

    /// A last day before the month's end that last month was paid beyond.
    pub(super) fn paid_beyond(&self, state: &mut State, i: &Input<'_>, replay: &Replayed) -> Option<Owed> {
        let exit = self.vocabulary().role(Role::Exit)?;
        let last = i.changes.iter().rev().find(|f| f.id == exit).or_else(|| i.known.get(exit)).filter(|_| !i.paid.is_empty())?;
        let mut facts = replay.facts.clone();
        facts.set(last.clone());
        state.run(self.road.last(), &facts, Pins::None, &[]);
        let due = state.totals(self.road.last());
        let earning = |l: &&PaidLine| matches!(l.code, PaidCode::Element(e) if self.catalogue[e.index()].kind == LineKind::Earning);
        let gross = due.gross - i.paid.iter().filter(earning).map(|l| l.amount).sum();
        let days = self.days(state);
        // A few cents are a gap of replay, not days.
        (gross < Money::from_cents(-100)).then_some(Owed { gross, net: Money::ZERO, cost: Money::ZERO, days })
    }
}
