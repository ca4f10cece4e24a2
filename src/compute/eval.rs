//! Computes one payslip: the steps of a plan over the facts of one employee.
//!
//! A step that lacks a fact stops, and stops what is built on it; the rest of the payslip is still computed,
//! so that one run names everything that is missing.

use crate::facts::{Facts, Value};
use crate::ground::{Exact, Money, Rounding, money};
use crate::payslip::{ElementId, Line, LineKind, Status, Totals};
use crate::rules::bind::{AMOUNT, BASE, Bound, Cond, DateNode, EMPLOYER, EMPLOYER_RATE, Num, RATE, whole_months, whole_years};
use crate::rules::expr::Op;
use crate::rules::plan::{Default, ElementStep, Plan, Step, ValueStep};
use crate::rules::reads::StepSet;
use chrono::{Datelike, NaiveDate};
use std::sync::Arc;

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

/// What was paid for one element, all its lines added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    pub base: Option<Exact>,
    pub rate: Option<Exact>,
    pub amount: Money,
    pub employer_rate: Option<Exact>,
    pub employer_amount: Money,
}

/// How a step's own result is treated before it goes on.
#[derive(Clone, Copy)]
pub enum Pins<'p> {
    /// Results of the rules go on.
    None,
    /// What was paid goes on in place of each result (index: element); what was not paid goes on as zero.
    Paid(&'p [Option<Pinned>]),
    /// Some results are corrected or replaced (index: element; amount and employer amount).
    Adjusted(&'p [Adjust]),
}

/// What becomes of a rule's result before it is summed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Adjust {
    #[default]
    None,
    /// The rule disagreed last month by so much: the distance is kept.
    Shift(Money, Money),
    /// This amount instead, whatever the rule says.
    Give(Money, Money),
}

/// Facts that differ by more are somebody else's: the payslip is computed whole.
const SOMEBODY_ELSE: usize = 24;

/// Room for one computation, used again for the next: one that differs in little only goes over the steps that see it.
pub struct State {
    facts: Vec<Known>,
    nums: Vec<Exact>,
    /// For each slot: what spoilt it.
    bad: Vec<Option<Stop>>,
    /// By element: what the rules give, and what went on.
    ruled: Vec<Option<Computed>>,
    gone: Vec<Computed>,
    extra: Vec<(LineKind, Money, Money)>,
    /// Results, by element, as the rules give them.
    pub results: Vec<Option<Computed>>,
    /// The plan that all this was computed by, and the one whose steps the room was last made for.
    by: Option<Arc<()>>,
    room_of: Option<Arc<()>>,
    /// Room for facts and steps that differ.
    given: Vec<Known>,
    todo: StepSet,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Known {
    No,
    Number(Exact),
    Date(NaiveDate),
    Choice(u16),
    Flag(bool),
    Text,
}

/// What the rules give for one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Computed {
    pub base: Option<Exact>,
    pub rate: Option<Exact>,
    pub amount: Money,
    pub employer_rate: Option<Exact>,
    pub employer_amount: Money,
    pub stop: Option<Stop>,
    pub applies: bool,
}

impl Computed {
    /// A line that is not there.
    pub const ABSENT: Self =
        Self { base: None, rate: None, amount: Money::ZERO, employer_rate: None, employer_amount: Money::ZERO, stop: None, applies: false };
}

impl State {
    pub fn new(plan: &Plan) -> Self {
        Self {
            facts: vec![Known::No; plan.defaults.len()],
            nums: vec![Exact::ZERO; plan.slots.count()],
            bad: vec![None; plan.slots.count()],
            ruled: vec![None; plan.slots.elements as usize],
            gone: vec![Computed::ABSENT; plan.slots.elements as usize],
            extra: Vec::new(),
            results: vec![None; plan.slots.elements as usize],
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
        self.bad[slot as usize] = Some(stop);
    }

    /// The value of a slot, or why there is none.
    ///
    /// # Errors
    /// The stop that spoilt it.
    pub fn slot(&self, slot: u32) -> Result<Exact, Stop> {
        match self.bad[slot as usize] {
            None => Ok(self.nums[slot as usize]),
            Some(stop) => Err(stop),
        }
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
        let departs = self.by.as_ref().and_then(|by| plan.departs_from(by));
        if departs.and_then(|d| self.go_on(plan, d, pins, extra)).is_none() {
            self.whole(plan, pins, extra);
        } else {
            // The same steps, so the same room.
            self.room_of = Some(Arc::clone(&plan.identity));
        }
        self.by = Some(Arc::clone(&plan.identity));
    }

    /// Runs every step.
    fn whole(&mut self, plan: &Plan, pins: Pins<'_>, extra: &[(LineKind, Money, Money)]) {
        std::mem::swap(&mut self.facts, &mut self.given);
        self.bad.fill(None);
        if self.room_of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &plan.identity)) {
            // Every step writes its own; only sums begin anew.
            let sums = plan.slots.total(0) as usize;
            self.nums[sums..].fill(Exact::ZERO);
        } else {
            self.nums.fill(Exact::ZERO);
            self.results.fill(None);
            self.ruled.fill(None);
            self.gone.fill(Computed::ABSENT);
            self.room_of = Some(Arc::clone(&plan.identity));
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
        for step in &plan.steps {
            match step {
                Step::Value(v) => match self.value(plan, v) {
                    Ok(x) => self.nums[v.slot as usize] = x,
                    Err(stop) => self.spoil(v.slot, stop),
                },
                Step::Element(e) => {
                    let index = e.element.index();
                    let ruled = self.compute(plan, e);
                    self.ruled[index] = Some(ruled);
                    let c = pinned(ruled, index, pins);
                    self.results[index] = Some(if matches!(pins, Pins::Adjusted(_)) { c } else { ruled });
                    self.put(e, &c);
                    self.gone[index] = c;
                }
            }
        }
    }

    /// Goes on from the last computation, over the steps that see a difference. `None` when that cannot be: somebody else,
    /// other lines without a rule, or a sum that stops or no longer does.
    fn go_on(&mut self, plan: &Plan, departs: Option<&StepSet>, pins: Pins<'_>, extra: &[(LineKind, Money, Money)]) -> Option<()> {
        let others = self.facts.iter().zip(&self.given).filter(|(a, b)| a != b).count();
        (others <= SOMEBODY_ELSE && self.extra == extra).then_some(())?;
        match departs {
            Some(set) => self.todo.become_like(set),
            None => self.todo.become_none(plan.steps.len()),
        }
        for i in 0..self.facts.len() {
            if self.facts[i] != self.given[i] {
                self.facts[i] = self.given[i];
                self.todo.join(plan.reads.of_fact(i));
            }
        }
        for (i, step) in plan.steps.iter().enumerate() {
            match step {
                Step::Value(v) => {
                    if self.todo.contains(i) {
                        let (number, stop) = self.value(plan, v).map_or_else(|stop| (Exact::ZERO, Some(stop)), |x| (x, None));
                        self.exchange(plan, v.slot, number, stop);
                    }
                }
                Step::Element(e) => {
                    let index = e.element.index();
                    if self.todo.contains(i) {
                        self.ruled[index] = Some(self.compute(plan, e));
                    }
                    let ruled = self.ruled[index]?;
                    let c = pinned(ruled, index, pins);
                    self.results[index] = Some(if matches!(pins, Pins::Adjusted(_)) { c } else { ruled });
                    let before = self.gone[index];
                    if c != before {
                        self.replace(plan, e, &before, &c)?;
                        self.gone[index] = c;
                    }
                }
            }
        }
        Some(())
    }

    /// Whether these steps of another plan give on this payslip what they gave.
    pub fn same_by(&self, plan: &Plan, steps: &StepSet) -> bool {
        steps.iter().all(|i| match &plan.steps[i] {
            Step::Value(v) => self.value(plan, v) == self.slot(v.slot),
            Step::Element(e) => Some(self.compute(plan, e)) == self.ruled[e.element.index()],
        })
    }

    /// Puts another result into a slot, and what reads it on the list.
    fn exchange(&mut self, plan: &Plan, slot: u32, number: Exact, stop: Option<Stop>) {
        let at = slot as usize;
        if self.nums[at] != number || self.bad[at] != stop {
            self.nums[at] = number;
            self.bad[at] = stop;
            self.todo.join(plan.reads.of_slot(slot));
        }
    }

    /// What goes on from an element, in place of what went on before.
    fn replace(&mut self, plan: &Plan, e: &ElementStep, before: &Computed, now: &Computed) -> Option<()> {
        (before.stop.is_none() && now.stop.is_none()).then_some(())?;
        self.exchange(plan, e.slot + AMOUNT, now.amount.exact(), None);
        self.exchange(plan, e.slot + BASE, now.base.unwrap_or(Exact::ZERO), None);
        self.exchange(plan, e.slot + RATE, now.rate.unwrap_or(Exact::ZERO), None);
        self.exchange(plan, e.slot + EMPLOYER, now.employer_amount.exact(), None);
        self.exchange(plan, e.slot + EMPLOYER_RATE, now.employer_rate.unwrap_or(Exact::ZERO), None);
        let parts = [(now.amount - before.amount, &e.adds), (now.employer_amount - before.employer_amount, &e.adds_employer)];
        for (more, totals) in parts.into_iter().filter(|p| !p.0.is_zero()) {
            for t in totals {
                let sum = self.slot(*t).ok()?.add(more.exact())?;
                self.exchange(plan, *t, sum, None);
            }
        }
        Some(())
    }

    fn value(&self, plan: &Plan, v: &ValueStep) -> Result<Exact, Stop> {
        match &v.is {
            Bound::Num(n) => self.num(plan, n).and_then(|x| match v.round {
                Some(how) => money::round(x, how).map(Money::exact).ok_or(Stop::Arithmetic),
                None => Ok(x),
            }),
            Bound::Cond(c) => self.cond(plan, c).map(|b| Exact::int(i64::from(b))),
            Bound::Date(d) => self.date(plan, d).map(|d| Exact::int(i64::from(d.num_days_from_ce()))),
            Bound::Choice(_) | Bound::Text(_) | Bound::Bad => Err(Stop::Arithmetic),
        }
    }

    fn add(&mut self, slot: u32, x: Exact) {
        match self.nums[slot as usize].add(x) {
            Some(sum) => self.nums[slot as usize] = sum,
            None => self.spoil(slot, Stop::Arithmetic),
        }
    }

    /// What the rules give for an element, from the state as it is.
    pub fn compute(&self, plan: &Plan, e: &ElementStep) -> Computed {
        let stopped = |stop| Computed { stop: Some(stop), applies: true, ..Computed::ABSENT };
        match &e.applies {
            None => {}
            Some(c) => match self.cond(plan, c) {
                Ok(true) => {}
                Ok(false) => return Computed::ABSENT,
                Err(stop) => return stopped(stop),
            },
        }
        self.amounts(plan, e).unwrap_or_else(stopped)
    }

    fn amounts(&self, plan: &Plan, e: &ElementStep) -> Result<Computed, Stop> {
        let value = |n: &Option<Num>| n.as_ref().map(|n| self.num(plan, n)).transpose();
        let cent = |x: Exact| money::round(x, e.round).ok_or(Stop::Arithmetic);
        let mut base = value(&e.base)?;
        if let (Some(b), Some(how)) = (base, e.base_round) {
            base = Some(money::round(b, how).ok_or(Stop::Arithmetic)?.exact());
        }
        let (rate, employer_rate) = (value(&e.rate)?, value(&e.employer_rate)?);
        let product = |r: Option<Exact>| match (base, r) {
            (Some(b), Some(r)) => b.mul(r).ok_or(Stop::Arithmetic).and_then(cent),
            _ => Ok(Money::ZERO),
        };
        let amount = match &e.amount {
            Some(n) => cent(self.num(plan, n)?)?,
            None => {
                let m = product(rate)?;
                match e.kind {
                    LineKind::Deduction | LineKind::Tax | LineKind::Net => -m,
                    LineKind::Earning | LineKind::Employer => m,
                }
            }
        };
        let employer_amount = match &e.employer_amount {
            Some(n) => cent(self.num(plan, n)?)?,
            None => product(employer_rate)?,
        };
        Ok(Computed { base, rate, amount, employer_rate, employer_amount, stop: None, applies: true })
    }

    fn put(&mut self, e: &ElementStep, c: &Computed) {
        if let Some(stop) = c.stop {
            for column in [AMOUNT, BASE, RATE, EMPLOYER, EMPLOYER_RATE] {
                self.spoil(e.slot + column, stop);
            }
            for t in e.adds.iter().chain(&e.adds_employer) {
                self.spoil(*t, stop);
            }
            return;
        }
        let at = e.slot as usize;
        self.nums[at + AMOUNT as usize] = c.amount.exact();
        self.nums[at + BASE as usize] = c.base.unwrap_or(Exact::ZERO);
        self.nums[at + RATE as usize] = c.rate.unwrap_or(Exact::ZERO);
        self.nums[at + EMPLOYER as usize] = c.employer_amount.exact();
        self.nums[at + EMPLOYER_RATE as usize] = c.employer_rate.unwrap_or(Exact::ZERO);
        if !c.amount.is_zero() {
            for t in &e.adds {
                self.add(*t, c.amount.exact());
            }
        }
        if !c.employer_amount.is_zero() {
            for t in &e.adds_employer {
                self.add(*t, c.employer_amount.exact());
            }
        }
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
            let slot = slots.paid(column);
            self.nums[slot as usize] = x.unwrap_or(Exact::ZERO);
            self.bad[slot as usize] = x.is_none().then_some(Stop::Arithmetic);
        }
        match value {
            Bound::Num(n) => self.num(plan, n).ok().map(|x| Value::Number(x.reduced())),
            Bound::Cond(c) => self.cond(plan, c).ok().map(Value::Flag),
            Bound::Date(d) => self.date(plan, d).ok().map(Value::Date),
            Bound::Choice(_) | Bound::Text(_) | Bound::Bad => None,
        }
    }

    fn fact_number(&self, plan: &Plan, i: u16) -> Result<Exact, Stop> {
        match self.facts[usize::from(i)] {
            Known::Number(n) => Ok(n),
            Known::No | Known::Date(_) | Known::Choice(_) | Known::Flag(_) | Known::Text => match plan.defaults[usize::from(i)] {
                Default::Number(n) => Ok(n),
                Default::None | Default::Flag(_) | Default::Choice(_) => Err(Stop::Missing(i)),
            },
        }
    }

    fn fact_date(&self, i: u16) -> Result<NaiveDate, Stop> {
        match self.facts[usize::from(i)] {
            Known::Date(d) => Ok(d),
            Known::No | Known::Number(_) | Known::Choice(_) | Known::Flag(_) | Known::Text => Err(Stop::Missing(i)),
        }
    }

    fn is_known(&self, i: u16) -> bool {
        !matches!(self.facts[usize::from(i)], Known::No)
    }

    /// Evaluates a number.
    ///
    /// # Errors
    /// What it stopped at.
    pub fn num(&self, plan: &Plan, n: &Num) -> Result<Exact, Stop> {
        let two = |p: &(Num, Num)| Ok::<_, Stop>((self.num(plan, &p.0)?, self.num(plan, &p.1)?));
        match n {
            Num::Const(x) => Ok(*x),
            Num::Fact(i) => self.fact_number(plan, *i),
            Num::Slot(s) => self.slot(*s),
            Num::NoValue(p) => Err(Stop::NoValue(*p)),
            Num::Bad => Err(Stop::Arithmetic),
            Num::Add(p) => two(p).and_then(|(a, b)| a.add(b).ok_or(Stop::Arithmetic)),
            Num::Sub(p) => two(p).and_then(|(a, b)| a.sub(b).ok_or(Stop::Arithmetic)),
            Num::Mul(p) => two(p).and_then(|(a, b)| a.mul(b).ok_or(Stop::Arithmetic)),
            Num::Div(p) => two(p).and_then(|(a, b)| a.div(b).ok_or(Stop::Arithmetic)),
            Num::Neg(a) => self.num(plan, a).map(Exact::neg),
            Num::Abs(a) => self.num(plan, a).map(Exact::abs),
            Num::Positive(a) => self.num(plan, a).map(|x| x.max(Exact::ZERO)),
            Num::Min(list) => self.fold(plan, list, Exact::min),
            Num::Max(list) => self.fold(plan, list, Exact::max),
            Num::Round(a) => self.num(plan, a)?.scaled_half_up(1).map(Exact::int).ok_or(Stop::Arithmetic),
            Num::Floor(a) => Ok(Exact::int(self.num(plan, a)?.floor())),
            Num::Ceil(a) => Ok(Exact::int(self.num(plan, a)?.ceil())),
            Num::Cent(a, how) => money::round(self.num(plan, a)?, *how).map(Money::exact).ok_or(Stop::Arithmetic),
            Num::If(t) => {
                if self.cond(plan, &t.0)? {
                    self.num(plan, &t.1)
                } else {
                    self.num(plan, &t.2)
                }
            }
            Num::Else(i, other) => {
                if self.is_known(*i) {
                    self.fact_number(plan, *i)
                } else {
                    self.num(plan, other)
                }
            }
            Num::Lookup(t, a) => {
                let x = self.num(plan, a)?;
                let rows = &plan.tables[usize::from(*t)].0;
                let at = rows.partition_point(|r| r.0 <= x);
                if at == 0 { Err(Stop::NoBracket(*t)) } else { Ok(rows[at - 1].1) }
            }
            Num::Slices(t, a) => {
                let x = self.num(plan, a)?;
                let rows = &plan.tables[usize::from(*t)].0;
                let mut sum = Exact::ZERO;
                for (i, (lower, value)) in rows.iter().enumerate() {
                    if x <= *lower {
                        break;
                    }
                    let upper = rows.get(i + 1).map_or(x, |r| r.0.min(x));
                    sum = upper.sub(*lower).and_then(|s| s.mul(*value)).and_then(|s| sum.add(s)).ok_or(Stop::Arithmetic)?;
                }
                Ok(sum)
            }
            Num::Day(d) => Ok(Exact::int(i64::from(self.date(plan, d)?.day()))),
            Num::Days(p) => {
                let (a, b) = (self.date(plan, &p.0)?, self.date(plan, &p.1)?);
                Ok(Exact::int((b - a).num_days() + 1))
            }
            Num::Years(p) => Ok(Exact::int(whole_years(self.date(plan, &p.0)?, self.date(plan, &p.1)?))),
            Num::Months(p) => Ok(Exact::int(whole_months(self.date(plan, &p.0)?, self.date(plan, &p.1)?))),
        }
    }

    fn fold(&self, plan: &Plan, list: &[Num], take: fn(Exact, Exact) -> Exact) -> Result<Exact, Stop> {
        let mut best: Option<Exact> = None;
        for n in list {
            let x = self.num(plan, n)?;
            best = Some(best.map_or(x, |b| take(b, x)));
        }
        best.ok_or(Stop::Arithmetic)
    }

    /// Evaluates a condition.
    ///
    /// # Errors
    /// What it stopped at.
    pub fn cond(&self, plan: &Plan, c: &Cond) -> Result<bool, Stop> {
        match c {
            Cond::Const(b) => Ok(*b),
            Cond::Fact(i) => match (self.facts[usize::from(*i)], plan.defaults[usize::from(*i)]) {
                (Known::Flag(b), _) | (_, Default::Flag(b)) => Ok(b),
                _ => Err(Stop::Missing(*i)),
            },
            Cond::Slot(s) => self.slot(*s).map(|x| !x.is_zero()),
            Cond::Not(a) => self.cond(plan, a).map(|b| !b),
            Cond::And(p) => Ok(self.cond(plan, &p.0)? && self.cond(plan, &p.1)?),
            Cond::Or(p) => Ok(self.cond(plan, &p.0)? || self.cond(plan, &p.1)?),
            Cond::Compare(op, p) => {
                let order = self.num(plan, &p.0)?.cmp(&self.num(plan, &p.1)?);
                Ok(holds(*op, order))
            }
            Cond::Dates(op, p) => Ok(holds(*op, self.date(plan, &p.0)?.cmp(&self.date(plan, &p.1)?))),
            Cond::Among(i, mask) => match (self.facts[usize::from(*i)], plan.defaults[usize::from(*i)]) {
                (Known::Choice(o), _) | (_, Default::Choice(o)) => Ok(mask >> o.min(63) & 1 == 1),
                _ => Err(Stop::Missing(*i)),
            },
            Cond::Known(i) => Ok(self.is_known(*i)),
            Cond::If(t) => {
                if self.cond(plan, &t.0)? {
                    self.cond(plan, &t.1)
                } else {
                    self.cond(plan, &t.2)
                }
            }
            Cond::ElseFlag(i, other) => match self.facts[usize::from(*i)] {
                Known::Flag(b) => Ok(b),
                Known::No | Known::Number(_) | Known::Date(_) | Known::Choice(_) | Known::Text => self.cond(plan, other),
            },
        }
    }

    /// Evaluates a date.
    ///
    /// # Errors
    /// What it stopped at.
    pub fn date(&self, plan: &Plan, d: &DateNode) -> Result<NaiveDate, Stop> {
        match d {
            DateNode::Const(x) => Ok(*x),
            DateNode::Fact(i) => self.fact_date(*i),
            DateNode::Slot(s) => {
                let days = self.slot(*s)?.whole().and_then(|n| i32::try_from(n).ok()).ok_or(Stop::Arithmetic)?;
                NaiveDate::from_num_days_from_ce_opt(days).ok_or(Stop::Arithmetic)
            }
            DateNode::If(t) => {
                if self.cond(plan, &t.0)? {
                    self.date(plan, &t.1)
                } else {
                    self.date(plan, &t.2)
                }
            }
            DateNode::Else(i, other) => {
                if self.is_known(*i) {
                    self.fact_date(*i)
                } else {
                    self.date(plan, other)
                }
            }
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

    /// The lines of the last run, in printing order; lines of zero do not exist unless the rule keeps them.
    pub fn lines(&self, plan: &Plan, status: impl Fn(ElementId) -> Status) -> Vec<Line> {
        let mut lines: Vec<Line> = plan
            .steps
            .iter()
            .filter_map(|s| match s {
                Step::Element(e) => Some(e),
                Step::Value(_) => None,
            })
            .filter_map(|e| {
                let c = self.results[e.element.index()]?;
                let shown = c.stop.is_none() && (!c.amount.is_zero() || !c.employer_amount.is_zero() || (e.keep_zero && c.applies));
                shown.then(|| Line {
                    element: e.element,
                    base: c.base.map(Exact::reduced),
                    rate: c.rate.map(Exact::reduced),
                    amount: c.amount,
                    employer_rate: c.employer_rate.map(Exact::reduced),
                    employer_amount: c.employer_amount,
                    period: None,
                    status: status(e.element),
                })
            })
            .collect();
        lines.sort_by_key(|l| l.element);
        lines
    }
}

/// What goes on of what the rules give for an element.
#[inline]
fn pinned(c: Computed, index: usize, pins: Pins<'_>) -> Computed {
    match pins {
        Pins::None => c,
        Pins::Paid(paid) => paid[index].map_or(Computed::ABSENT, |p| Computed {
            base: p.base.or(c.base),
            rate: p.rate.or(c.rate),
            amount: p.amount,
            employer_rate: p.employer_rate.or(c.employer_rate),
            employer_amount: p.employer_amount,
            stop: None,
            applies: true,
        }),
        Pins::Adjusted(list) => match list.get(index).copied().unwrap_or_default() {
            // A correction follows the line: where the rule now gives nothing, there is nothing to correct.
            Adjust::Shift(amount, employer) if c.stop.is_none() && (c.applies || !amount.is_zero() || !employer.is_zero()) => {
                Computed { amount: c.amount + amount, employer_amount: c.employer_amount + employer, ..c }
            }
            Adjust::None | Adjust::Shift(..) => c,
            Adjust::Give(amount, employer) => Computed { amount, employer_amount: employer, stop: None, applies: true, ..c },
        },
    }
}

fn holds(op: Op, order: std::cmp::Ordering) -> bool {
    match op {
        Op::Eq => order.is_eq(),
        Op::Ne => order.is_ne(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::And | Op::Or | Op::Else => false,
    }
}
