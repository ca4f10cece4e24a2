//! Computes one payslip: the steps of a plan over the facts of one employee.
//!
//! A step that lacks a fact stops, and stops what is built on it; the rest of the payslip is still computed,
//! so that one run names everything that is missing.

mod formula;
mod line;
mod settled;

use crate::facts::{Facts, Value};
use crate::ground::{Exact, Money, Rounding, money};
use crate::payslip::{LineKind, Totals};
use crate::rules::bind::{AMOUNT, BASE, Bound, EMPLOYER, EMPLOYER_RATE, RATE};
use crate::rules::plan::{ElementStep, Plan, Step, ValueStep};
use crate::rules::reads::{Mark, StepSet};
use chrono::NaiveDate;
use line::pinned;
pub use line::{Adjust, Computed, Pinned, Pins};

/// Why a computation stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Stop {
    /// The fact of this index is not known and has no default.
    Missing(u16),
    /// The parameter of this index has no value on the day.
    NoValue(u32),
    /// A division by zero or a number beyond all pay.
    Arithmetic,
    /// No bracket of the table covers the number.
    NoBracket(u16),
}

/// Where a formula stops at what is known and not looked at yet: at a fact that there is not.
const OPEN: Stop = Stop::Missing(u16::MAX);

/// Facts that differ by more are somebody else's: the payslip is computed whole.
const SOMEBODY_ELSE: usize = 24;

/// Room for one computation, used again for the next: one that differs in little only goes over the steps that see it.
pub struct State {
    values: Values,
    /// By element: what the rules give, and what went on.
    ruled: Vec<Option<Computed>>,
    gone: Vec<Computed>,
    /// By element: neither the rules nor anything in their place give a line.
    empty: Vec<bool>,
    extra: Vec<(LineKind, Money, Money)>,
    /// Results, by element, as the rules give them.
    pub results: Vec<Option<Computed>>,
    /// What was done to the results; `None` where others went on in their place.
    adjusted: Option<Vec<Adjust>>,
    /// The plan that all this was computed by, and the one whose steps the room was last made for.
    by: Option<Mark>,
    room_of: Option<Mark>,
    /// Room for facts and steps that differ.
    given: Vec<Known>,
    todo: StepSet,
}

/// All that a formula can read: the employee's facts, and the slots of the plan.
#[derive(Clone, Debug)]
pub struct Values {
    facts: Vec<Known>,
    /// A number, or what spoilt it.
    slots: Vec<Result<Exact, Stop>>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Known {
    No,
    Number(Exact),
    Date(NaiveDate),
    Choice(u16),
    Flag(bool),
    Text,
    /// Known, and not looked at yet.
    Open,
}

/// The slots of an element.
fn columns(first: u32) -> impl Iterator<Item = u32> {
    [AMOUNT, BASE, RATE, EMPLOYER, EMPLOYER_RATE].into_iter().map(move |column| first + column)
}

impl State {
    pub fn new(plan: &Plan) -> Self {
        Self {
            values: Values { facts: vec![Known::No; plan.defaults.len()], slots: vec![Ok(Exact::ZERO); plan.slots.count()] },
            ruled: vec![None; plan.slots.elements as usize],
            gone: vec![Computed::ABSENT; plan.slots.elements as usize],
            empty: vec![false; plan.slots.elements as usize],
            extra: Vec::new(),
            results: vec![None; plan.slots.elements as usize],
            adjusted: None,
            by: None,
            room_of: None,
            given: vec![Known::No; plan.defaults.len()],
            todo: StepSet::default(),
        }
    }

    /// The next payslip is somebody else's: it is computed whole.
    pub fn forget(&mut self) {
        self.by = None;
    }

    fn spoil(&mut self, slot: u32, stop: Stop) {
        self.values.slots[slot as usize] = Err(stop);
    }

    /// What the formulas of the last run read.
    pub const fn values(&self) -> &Values {
        &self.values
    }

    /// The value of a slot, or why there is none.
    ///
    /// # Errors
    /// The stop that spoilt it.
    pub fn slot(&self, slot: u32) -> Result<Exact, Stop> {
        self.values.slots[slot as usize]
    }

    /// Money in a slot; zero where it stopped.
    pub fn money(&self, slot: u32) -> Money {
        self.slot(slot).ok().and_then(|x| money::round(x, Rounding::HalfUp)).unwrap_or(Money::ZERO)
    }

    /// Every reason why a line or a total of the payslip stopped, sorted, each once. What only a line that does not apply
    /// would need stops nobody.
    pub fn stops(&self, plan: &Plan) -> Vec<Stop> {
        let r = plan.results;
        let totals = [r.gross, r.net_social, r.net_taxable, r.net_before_tax, r.income_tax, r.net_paid, r.employer_cost];
        let mut s: Vec<Stop> = self.results.iter().flatten().filter_map(|c| c.stop).collect();
        s.extend(totals.iter().filter_map(|t| self.slot(*t).err()));
        s.sort_unstable();
        s.dedup();
        s
    }

    /// Computes a payslip. `extra` are lines without a rule: their kind, amount and employer amount.
    pub fn run(&mut self, plan: &Plan, facts: &Facts, pins: Pins<'_>, extra: &[(LineKind, Money, Money)]) {
        self.given.fill(Known::No);
        for f in facts.iter() {
            self.given[f.id.index()] = match &f.value {
                Value::Number(n) => Known::Number(*n),
                Value::Date(d) => Known::Date(*d),
                Value::Choice(c) => Known::Choice(*c),
                Value::Flag(b) => Known::Flag(*b),
                Value::Text(_) => Known::Text,
            };
        }
        let gone_on = match &self.by {
            Some(by) if by.is(&plan.mark) => self.go_on(plan, None, pins, extra),
            Some(by) => by.departure(&plan.mark).and_then(|d| self.go_on(plan, Some(&d.steps), pins, extra)),
            None => None,
        };
        if gone_on.is_none() {
            self.whole(plan, pins, extra);
        }
        self.room_of = Some(plan.mark.clone());
        self.by = Some(plan.mark.clone());
        match pins {
            Pins::Paid(_) => self.adjusted = None,
            Pins::None => self.adjusted.get_or_insert_default().clear(),
            Pins::Adjusted(list) => list.clone_into(self.adjusted.get_or_insert_default()),
        }
    }

    /// Runs every step.
    fn whole(&mut self, plan: &Plan, pins: Pins<'_>, extra: &[(LineKind, Money, Money)]) {
        std::mem::swap(&mut self.values.facts, &mut self.given);
        if self.room_of.as_ref().is_some_and(|of| of.has_room_of(&plan.mark)) {
            // Every step writes its own; only sums begin anew.
            let sums = plan.slots.total(0) as usize;
            self.values.slots[sums..].fill(Ok(Exact::ZERO));
        } else {
            self.values.slots.fill(Ok(Exact::ZERO));
            self.results.fill(None);
            self.ruled.fill(None);
            self.gone.fill(Computed::ABSENT);
            self.empty.fill(false);
        }
        self.extra.clear();
        self.extra.extend_from_slice(extra);
        for (kind, amount, employer) in extra {
            for (k, slot, employer_part) in &plan.by_kind {
                if k == kind {
                    self.add(*slot, if *employer_part { employer.exact() } else { amount.exact() });
                }
            }
        }
        match self.settled(plan, pins) {
            Some(settled) => {
                for (slot, value) in &settled.values {
                    self.values.slots[*slot as usize] = *value;
                }
                for i in &settled.absent {
                    if let Step::Element(e) = &plan.steps[*i]
                        && !self.stays_empty(e.element.index(), pins)
                    {
                        self.settle(e, Computed::ABSENT, pins);
                    }
                }
                settled.open.iter().for_each(|i| self.step(plan, &plan.steps[*i], pins));
            }
            None => plan.steps.iter().for_each(|step| self.step(plan, step, pins)),
        }
    }

    fn step(&mut self, plan: &Plan, step: &Step, pins: Pins<'_>) {
        match step {
            Step::Value(v) => self.values.slots[v.slot as usize] = self.values.value(plan, v),
            Step::Element(e) => {
                let applies = self.applies(plan, e);
                // Most elements are not there, for this payslip as for the last one.
                if applies != Ok(false) || !self.stays_empty(e.element.index(), pins) {
                    self.settle(e, self.given_by(plan, e, applies), pins);
                }
            }
        }
    }

    /// Takes down what the rules give for an element, and puts what goes on into its slots and sums.
    fn settle(&mut self, e: &ElementStep, ruled: Computed, pins: Pins<'_>) {
        let index = e.element.index();
        let c = pinned(ruled, index, pins);
        self.ruled[index] = Some(ruled);
        self.results[index] = Some(if matches!(pins, Pins::Adjusted(_)) { c } else { ruled });
        self.put(e, &c);
        self.gone[index] = c;
        self.empty[index] = ruled.is_absent() && c.is_absent();
    }

    /// Whether nothing of an element stands in the room, and nothing is put in the place of what the rules do not give.
    fn stays_empty(&self, index: usize, pins: Pins<'_>) -> bool {
        self.empty[index] && pins.leave(index) && self.results[index].as_ref().is_some_and(Computed::is_absent)
    }

    /// Goes on from the last computation, over the steps that see a difference. `None` when that cannot be: somebody else,
    /// other lines without a rule, or a sum that stops or no longer does.
    fn go_on(&mut self, plan: &Plan, departs: Option<&StepSet>, pins: Pins<'_>, extra: &[(LineKind, Money, Money)]) -> Option<()> {
        let others = self.values.facts.iter().zip(&self.given).filter(|(a, b)| a != b).count();
        (others <= SOMEBODY_ELSE && self.extra == extra).then_some(())?;
        match departs {
            Some(set) => self.todo.become_like(set),
            None => self.todo.become_none(plan.steps.len()),
        }
        for i in 0..self.values.facts.len() {
            if self.values.facts[i] != self.given[i] {
                self.values.facts[i] = self.given[i];
                self.todo.join(plan.reads.of_fact(i));
            }
        }
        if self.pinned_alike(pins) {
            // What a step changes is read by later ones only.
            let mut next = self.todo.next(0);
            while let Some(i) = next {
                match &plan.steps[i] {
                    Step::Value(v) => self.value_again(plan, v),
                    Step::Element(e) => {
                        self.ruled[e.element.index()] = Some(self.compute(plan, e));
                        self.goes_on(plan, e, pins)?;
                    }
                }
                next = self.todo.next(i + 1);
            }
            return Some(());
        }
        for (i, step) in plan.steps.iter().enumerate() {
            match step {
                Step::Value(v) if self.todo.contains(i) => self.value_again(plan, v),
                Step::Value(_) => {}
                Step::Element(e) => {
                    if self.todo.contains(i) {
                        self.ruled[e.element.index()] = Some(self.compute(plan, e));
                    } else if self.stays_empty(e.element.index(), pins) {
                        continue;
                    }
                    self.goes_on(plan, e, pins)?;
                }
            }
        }
        Some(())
    }

    /// Whether the last computation had the same done to its results.
    fn pinned_alike(&self, pins: Pins<'_>) -> bool {
        let adjusted = match pins {
            Pins::None => &[],
            Pins::Adjusted(list) => list,
            Pins::Paid(_) => return false,
        };
        self.adjusted.as_deref() == Some(adjusted)
    }

    fn value_again(&mut self, plan: &Plan, v: &ValueStep) {
        let now = self.values.value(plan, v);
        self.exchange(plan, v.slot, now);
    }

    /// What goes on from an element, now that the rules have given what they give.
    fn goes_on(&mut self, plan: &Plan, e: &ElementStep, pins: Pins<'_>) -> Option<()> {
        let index = e.element.index();
        let ruled = self.ruled[index]?;
        let c = pinned(ruled, index, pins);
        self.results[index] = Some(if matches!(pins, Pins::Adjusted(_)) { c } else { ruled });
        let before = self.gone[index];
        if c != before {
            self.empty[index] = false;
            self.replace(plan, e, &before, &c)?;
            self.gone[index] = c;
        }
        self.empty[index] = ruled.is_absent() && c.is_absent();
        Some(())
    }

    /// Whether these steps of another plan give on this payslip what they gave.
    pub fn same_by(&self, plan: &Plan, steps: &StepSet) -> bool {
        steps.iter().all(|i| match &plan.steps[i] {
            Step::Value(v) => self.values.value(plan, v) == self.slot(v.slot),
            Step::Element(e) => Some(self.compute(plan, e)) == self.ruled[e.element.index()],
        })
    }

    /// Puts another result into a slot, and what reads it on the list.
    fn exchange(&mut self, plan: &Plan, slot: u32, now: Result<Exact, Stop>) {
        let here = &mut self.values.slots[slot as usize];
        if *here != now {
            *here = now;
            self.todo.join(plan.reads.of_slot(slot));
        }
    }

    /// What goes on from an element, in place of what went on before.
    fn replace(&mut self, plan: &Plan, e: &ElementStep, before: &Computed, now: &Computed) -> Option<()> {
        (before.stop.is_none() && now.stop.is_none()).then_some(())?;
        self.exchange(plan, e.slot + AMOUNT, Ok(now.amount.exact()));
        self.exchange(plan, e.slot + BASE, Ok(now.base.unwrap_or(Exact::ZERO)));
        self.exchange(plan, e.slot + RATE, Ok(now.rate.unwrap_or(Exact::ZERO)));
        self.exchange(plan, e.slot + EMPLOYER, Ok(now.employer_amount.exact()));
        self.exchange(plan, e.slot + EMPLOYER_RATE, Ok(now.employer_rate.unwrap_or(Exact::ZERO)));
        let parts = [(now.amount - before.amount, &e.adds), (now.employer_amount - before.employer_amount, &e.adds_employer)];
        for (more, totals) in parts.into_iter().filter(|p| !p.0.is_zero()) {
            for t in totals {
                let sum = self.slot(*t).ok()?.add(more.exact())?;
                self.exchange(plan, *t, Ok(sum));
            }
        }
        Some(())
    }

    fn add(&mut self, slot: u32, x: Exact) {
        let sum = &mut self.values.slots[slot as usize];
        *sum = sum.and_then(|s| s.add(x).ok_or(Stop::Arithmetic));
    }

    /// The value an inference gives for a fact, from a paid line.
    pub fn infer(&mut self, plan: &Plan, paid: &Pinned, value: &Bound) -> Option<Value> {
        let slots = plan.slots;
        for (column, x) in [
            (AMOUNT, Some(paid.amount.exact())),
            (BASE, paid.base),
            (RATE, paid.rate),
            (EMPLOYER, Some(paid.employer_amount.exact())),
            (EMPLOYER_RATE, paid.employer_rate),
        ] {
            self.values.slots[slots.paid(column) as usize] = x.ok_or(Stop::Arithmetic);
        }
        match value {
            Bound::Num(n) => self.values.num(plan, n).ok().map(|x| Value::Number(x.reduced())),
            Bound::Cond(c) => self.values.cond(plan, c).ok().map(Value::Flag),
            Bound::Date(d) => self.values.date(plan, d).ok().map(Value::Date),
            Bound::Choice(_) | Bound::Text(_) | Bound::Bad => None,
        }
    }

    /// The sums every payslip shows, as they stand after a run.
    pub fn totals(&self, plan: &Plan) -> Totals {
        let r = plan.results;
        Totals {
            gross: self.money(r.gross),
            net_social: self.money(r.net_social),
            net_taxable: self.money(r.net_taxable),
            net_before_tax: self.money(r.net_before_tax),
            income_tax: -self.money(r.income_tax),
            net_paid: self.money(r.net_paid),
            employer_cost: self.money(r.employer_cost),
        }
    }
}
