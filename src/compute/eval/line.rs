//! One line: what the rules give for an element, what goes on in its place, and where it is put.

use super::{State, Stop};
use crate::ground::{At, Exact, Money, money};
use crate::payslip::{ElementId, Line, LineKind, PaidCode, PaidLine, Status};
use crate::rules::bind::{AMOUNT, BASE, EMPLOYER, EMPLOYER_RATE, Num, RATE};
use crate::rules::plan::{ElementStep, Plan, Step};

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

impl Pins<'_> {
    /// Whether a line that the rules do not give surely stays away.
    pub(super) fn leave(self, index: usize) -> bool {
        match self {
            Pins::None => true,
            Pins::Paid(paid) => paid[index].is_none(),
            Pins::Adjusted(list) => matches!(list.get(index), None | Some(Adjust::None)),
        }
    }
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

/// What the rules give for one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Computed {
    pub base: Option<Exact>,
    pub rate: Option<Exact>,
    pub amount: Money,
    /// The amount before it is rounded: days of a month on two values are added up before they are.
    pub unrounded: Exact,
    pub employer_rate: Option<Exact>,
    pub employer_amount: Money,
    pub stop: Option<Stop>,
    pub applies: bool,
}

impl Computed {
    /// The line as if it had been paid so.
    pub fn as_paid(self, element: ElementId, at: At) -> PaidLine {
        let Self { base, rate, amount, employer_rate, employer_amount, .. } = self;
        PaidLine { code: PaidCode::Element(element), base, rate, amount, employer_rate, employer_amount, period: None, at }
    }

    /// A line that is not there.
    pub const ABSENT: Self = Self {
        base: None,
        rate: None,
        amount: Money::ZERO,
        unrounded: Exact::ZERO,
        employer_rate: None,
        employer_amount: Money::ZERO,
        stop: None,
        applies: false,
    };

    pub(super) const fn is_absent(&self) -> bool {
        !self.applies && self.stop.is_none() && self.amount.is_zero() && self.employer_amount.is_zero()
    }
}

impl State {
    /// What the rules give for an element, from the state as it is.
    pub fn compute(&self, plan: &Plan, e: &ElementStep) -> Computed {
        self.given_by(plan, e, self.applies(plan, e))
    }

    /// Whether the element is one of this payslip's.
    #[inline]
    pub(super) fn applies(&self, plan: &Plan, e: &ElementStep) -> Result<bool, Stop> {
        e.applies.as_ref().map_or(Ok(true), |c| self.cond(plan, c))
    }

    /// What the rules give for an element of which it is known whether it applies.
    pub(super) fn given_by(&self, plan: &Plan, e: &ElementStep, applies: Result<bool, Stop>) -> Computed {
        let stopped = |stop| Computed { stop: Some(stop), applies: true, ..Computed::ABSENT };
        match applies {
            Ok(true) => self.amounts(plan, e).unwrap_or_else(stopped),
            Ok(false) => Computed::ABSENT,
            Err(stop) => stopped(stop),
        }
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
        let (amount, unrounded) = match &e.amount {
            Some(n) => {
                let x = self.num(plan, n)?;
                (cent(x)?, x)
            }
            None => {
                let m = product(rate)?;
                let m = match e.kind {
                    LineKind::Deduction | LineKind::Tax | LineKind::Net => -m,
                    LineKind::Earning | LineKind::Employer => m,
                };
                (m, m.exact())
            }
        };
        let employer_amount = match &e.employer_amount {
            Some(n) => cent(self.num(plan, n)?)?,
            None => product(employer_rate)?,
        };
        Ok(Computed { base, rate, amount, unrounded, employer_rate, employer_amount, stop: None, applies: true })
    }

    pub(super) fn put(&mut self, e: &ElementStep, c: &Computed) {
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
pub(super) fn pinned(c: Computed, index: usize, pins: Pins<'_>) -> Computed {
    match pins {
        Pins::None => c,
        Pins::Paid(paid) => paid[index].map_or(Computed::ABSENT, |p| Computed {
            base: p.base.or(c.base),
            rate: p.rate.or(c.rate),
            amount: p.amount,
            unrounded: p.amount.exact(),
            employer_rate: p.employer_rate.or(c.employer_rate),
            employer_amount: p.employer_amount,
            stop: None,
            applies: true,
        }),
        Pins::Adjusted(list) => match list.get(index).copied().unwrap_or_default() {
            Adjust::Shift(amount, employer) if c.stop.is_none() => {
                let unrounded = c.unrounded.add(amount.exact()).unwrap_or((c.amount + amount).exact());
                Computed { amount: c.amount + amount, unrounded, employer_amount: c.employer_amount + employer, ..c }
            }
            Adjust::None | Adjust::Shift(..) => c,
            Adjust::Give(amount, employer) => {
                Computed { amount, unrounded: amount.exact(), employer_amount: employer, stop: None, applies: true, ..c }
            }
        },
    }
}
