//! A change that began before today: days of this month at the old value, and days of last month at the new one.
//!
//! What is due for them goes into the facts that carry arrears (the pack names one beside each element, `arrears`), so that
//! contributions and tax follow as they do for arrears of any other origin. Last month is recomputed on its own law, from
//! what was paid; a month before it is only estimated, because nothing here tells what was paid for it.

use crate::compute::employee::Machine;
use crate::compute::eval::{Adjust, Pins, State};
use crate::compute::late::Late;
use crate::compute::replay::Replayed;
use crate::facts::{Dated, Fact, FactId, Facts, Origin, Value};
use crate::ground::{Exact, Money, PayMonth, Rounding, money};
use crate::payslip::{ElementId, LineKind};
use crate::rules::bind::Context;
use crate::rules::plan::Plan;
use chrono::Datelike as _;
use std::collections::{BTreeMap, BTreeSet};

/// A month counts thirty days.
const MONTH: i64 = 30;
/// Months further back are left to people.
const FURTHEST: usize = 24;

/// What changes that began before today come to.
#[derive(Clone, Debug, Default)]
pub struct Arrears {
    /// For each month: the fact that carries it, and the sum.
    pub sums: BTreeMap<(PayMonth, FactId), Money>,
    /// How each sum came about.
    pub steps: Vec<Step>,
    /// Months before the last one paid, and about what is due for them, before contributions.
    pub earlier: Vec<PayMonth>,
    pub estimate: Money,
    /// Lines that move and that no fact carries arrears of.
    pub without: BTreeSet<ElementId>,
    /// Why nothing was worked out.
    pub left: Option<Left>,
}

/// Days of a month that a line was paid on one value and due on another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    pub month: PayMonth,
    pub carrier: FactId,
    pub element: ElementId,
    /// The whole month's amount, as it was paid and as it was due.
    pub had: Money,
    pub due: Money,
    /// Of the month; negative for days that were paid on the later value and were due on the one before.
    pub thirtieths: i64,
    pub sum: Money,
}

/// Why the days are left to people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Left {
    /// Not a whole month of presence.
    Presence,
    /// A list of this month gives arrears itself.
    Listed,
}

impl Arrears {
    /// The sum for a month.
    pub fn of(&self, month: PayMonth) -> Money {
        self.sums.iter().filter(|s| s.0.0 == month).map(|s| *s.1).sum()
    }
    /// The month that a fact's arrears are about, when it is one.
    pub fn month(&self, fact: FactId) -> Option<PayMonth> {
        let mut months = self.sums.keys().filter(|k| k.1 == fact).map(|k| k.0);
        months.next().filter(|_| months.next().is_none())
    }
    fn add(&mut self, month: PayMonth, fact: FactId, sum: Money) {
        *self.sums.entry((month, fact)).or_insert(Money::ZERO) += sum;
    }
}

/// Thirtieths of a month before a day.
fn before(day: u32) -> i64 {
    i64::from(day.saturating_sub(1)).min(MONTH)
}

/// The fact as other facts have it.
fn take(facts: &mut Facts, of: &Facts, fact: FactId) {
    match of.get(fact) {
        Some(f) => facts.set(f.clone()),
        None => facts.remove(fact),
    };
}

impl Machine<'_> {
    /// Works out what the changes and a late law come to, and puts it into this month's facts.
    pub fn arrears(&self, state: &mut State, replay: &Replayed, dated: &[Dated], changes: &[Fact], facts: &mut Facts) -> Arrears {
        let mut out = Arrears::default();
        let (last, this, adjust) = (self.road.last(), self.road.this(), replay.adjust.as_slice());
        // What last month was paid on already has begun in time.
        let moved = |d: &&Dated| facts.value(d.fact) != replay.facts.value(d.fact);
        let dated: Vec<&Dated> = dated.iter().filter(moved).collect();
        let due = self.road.due.as_ref().filter(|_| self.road.settles);
        if dated.is_empty() && due.is_none() {
            return out;
        }
        let carriers: BTreeSet<FactId> = (0..self.pack.elements.len()).filter_map(|e| self.carrier(e)).collect();
        if changes.iter().any(|c| carriers.contains(&c.id)) {
            out.left = Some(Left::Listed);
            return out;
        }
        if !dated.is_empty() {
            let whole = self.amounts(state, this, adjust, facts);
            if self.days(state).is_some_and(|d| d != Exact::int(MONTH)) {
                out.left = Some(Left::Presence);
                return out;
            }
            self.this_month_before(state, replay, &dated, facts, &whole, &mut out);
        }
        let past: Vec<&Dated> = dated.into_iter().filter(|d| d.from <= last.context.month.last_day()).collect();
        if self.last_month_since(state, replay, &past, facts, due, &mut out).is_some() {
            self.estimate(state, replay, &past, facts, &mut out);
        }
        if out.left.is_none() {
            self.put(&out, facts);
        }
        out
    }

    /// This month: until a change begins, the old value.
    fn this_month_before(&self, state: &mut State, replay: &Replayed, dated: &[&Dated], facts: &Facts, whole: &[Money], out: &mut Arrears) {
        let (this, adjust) = (self.road.this(), replay.adjust.as_slice());
        let month = this.context.month;
        let within: BTreeSet<u32> = dated.iter().filter(|d| month.contains(d.from)).map(|d| d.from.day()).collect();
        let mut begun = 1;
        for day in within {
            let mut then = facts.clone();
            for d in dated.iter().filter(|d| month.contains(d.from) && d.from.day() >= day) {
                take(&mut then, &replay.facts, d.fact);
            }
            let amounts = self.amounts(state, this, adjust, &then);
            self.enter(out, month, whole, &amounts, before(day) - before(begun));
            begun = day;
        }
    }

    /// Last month: from the day a change began, the new value, and the law that was due from its first day on.
    /// `None` when there is nothing to go back to.
    fn last_month_since(
        &self,
        state: &mut State,
        replay: &Replayed,
        past: &[&Dated],
        facts: &Facts,
        due: Option<&Plan>,
        out: &mut Arrears,
    ) -> Option<()> {
        let (last, adjust) = (self.road.last(), replay.adjust.as_slice());
        let month = last.context.month;
        (due.is_some() || !past.is_empty()).then_some(())?;
        let paid = self.amounts(state, last, adjust, &replay.facts);
        let full = self.days(state).is_none_or(|d| d == Exact::int(MONTH));
        let from = |d: &Dated| if d.from < month.first_day() { 1 } else { d.from.day() };
        let days: Vec<u32> = past.iter().map(|d| from(d)).chain(due.map(|_| 1)).collect::<BTreeSet<_>>().into_iter().collect();
        if !full && days.iter().any(|d| *d > 1) {
            out.left = Some(Left::Presence);
            return None;
        }
        for (k, day) in days.iter().enumerate() {
            let mut then = replay.facts.clone();
            for d in past.iter().filter(|d| from(d) <= *day) {
                take(&mut then, facts, d.fact);
            }
            let amounts = self.amounts(state, due.unwrap_or(last), adjust, &then);
            let end = days.get(k + 1).map_or(MONTH, |next| before(*next));
            self.enter(out, month, &paid, &amounts, end - before(*day));
        }
        Some(())
    }

    /// The fact that carries arrears of an element.
    fn carrier(&self, element: usize) -> Option<FactId> {
        self.pack.elements[element].arrears.as_ref().and_then(|s| self.pack.vocabulary.named(&s.text))
    }

    /// Gains, by element.
    fn amounts(&self, state: &mut State, plan: &Plan, adjust: &[Adjust], facts: &Facts) -> Vec<Money> {
        state.run(plan, facts, Pins::Adjusted(adjust), &[]);
        let gain = |e: usize| self.catalogue[e].kind == LineKind::Earning;
        let amount = |(e, c): (usize, &Option<crate::compute::eval::Computed>)| {
            c.filter(|c| gain(e) && c.stop.is_none()).map_or(Money::ZERO, |c| c.amount)
        };
        state.results.iter().enumerate().map(amount).collect()
    }

    /// What so many thirtieths of the difference come to.
    fn enter(&self, out: &mut Arrears, month: PayMonth, had: &[Money], due: &[Money], thirtieths: i64) {
        for (e, (had, due)) in had.iter().zip(due).enumerate().filter(|(_, (a, b))| a != b) {
            // A day of absence, an hour: of which days of the month it was is not known here.
            let Some(carrier) = self.carrier(e).filter(|_| self.catalogue[e].recurs) else {
                out.without.insert(ElementId(e as u16));
                continue;
            };
            let share = Exact::ratio(thirtieths, MONTH).and_then(|s| (*due - *had).exact().mul(s));
            if let Some(sum) = share.and_then(|x| money::round(x, Rounding::HalfUp)).filter(|m| !m.is_zero()) {
                out.add(month, carrier, sum);
                out.steps.push(Step { month, carrier, element: ElementId(e as u16), had: *had, due: *due, thirtieths, sum });
            }
        }
    }

    /// Puts the sums into the facts that carry them.
    fn put(&self, out: &Arrears, facts: &mut Facts) {
        let carriers: BTreeSet<FactId> = out.sums.keys().map(|k| k.1).collect();
        for id in carriers {
            let sum: Money = out.sums.iter().filter(|s| s.0.1 == id).map(|s| *s.1).sum();
            facts.set(Fact { id, value: Value::Number(sum.exact()), at: crate::ground::At::NOWHERE, origin: Origin::Inferred });
        }
    }

    /// About what is due for the months before the last, on the law of each and the facts of the last.
    fn estimate(&self, state: &mut State, replay: &Replayed, past: &[&Dated], facts: &Facts, out: &mut Arrears) {
        let last = self.road.last();
        let mut month = last.context.month.previous();
        let late: &[Late] = if self.road.settles { &self.road.late } else { &[] };
        let began = |month: PayMonth| past.iter().map(|d| d.from).chain(late.iter().map(|l| l.since)).any(|d| d <= month.last_day());
        while began(month) && out.earlier.len() < FURTHEST {
            let context = Context { month, payment_date: month.last_day() };
            let law = self.pack.law(context, last.settings.clone());
            let mut used = law.clone();
            for l in late.iter().filter(|l| law.parameters[l.parameter] == Some(l.due)) {
                used.parameters[l.parameter] = Some(l.used);
            }
            let (Some(plan), Some(old)) = (self.pack.plan(&law).0, self.pack.plan(&used).0) else { return };
            let paid = self.amounts(state, &old, &replay.adjust, &replay.facts);
            let mut then = replay.facts.clone();
            for d in past.iter().filter(|d| d.from <= month.last_day()) {
                take(&mut then, facts, d.fact);
            }
            let due = self.amounts(state, &plan, &replay.adjust, &then);
            let begun = past.iter().filter(|d| month.contains(d.from)).map(|d| before(d.from.day())).min().unwrap_or(0);
            let share = Exact::ratio(MONTH - begun, MONTH).unwrap_or(Exact::ONE);
            let lasting = due.iter().zip(&paid).enumerate().filter(|(e, _)| self.catalogue[*e].recurs);
            let more = lasting.fold(Money::ZERO, |sum, (_, (due, paid))| sum + (*due - *paid));
            out.estimate += more.exact().mul(share).and_then(|x| money::round(x, Rounding::HalfUp)).unwrap_or(more);
            out.earlier.push(month);
            month = month.previous();
        }
        out.earlier.reverse();
    }
}
