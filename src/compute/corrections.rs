//! Contributions of last month at the rates that were due, where it was paid on those of before.
//!
//! Last month is run twice, on the law it was paid on and on the law in force, its gains both times as they were paid:
//! arrears of gains bear contributions of their own. What a contribution differs by is a line of this month with its month.

use crate::compute::employee::Machine;
use crate::compute::eval::{Adjust, Computed, Pins, State};
use crate::compute::replay::Replayed;
use crate::ground::{Exact, Money, PayMonth, Rounding, money};
use crate::payslip::{ElementId, Line, LineKind, Payslip, Status};
use std::borrow::Cow;

/// One contribution of last month, corrected.
#[derive(Clone, Debug)]
pub struct Correction {
    pub element: ElementId,
    /// What was paid, both shares.
    pub paid: (Money, Money),
    pub base: Option<Exact>,
    /// What the rate moved by, where base × rate is the amount.
    pub rate: Option<Exact>,
    pub amount: Money,
    pub employer_rate: Option<Exact>,
    pub employer_amount: Money,
}

impl Machine<'_> {
    /// Corrections of last month's contributions; none where it was paid on the law in force.
    pub fn corrections(&self, state: &mut State, replay: &Replayed) -> Vec<Correction> {
        let Some(due) = &self.road.due else { return Vec::new() };
        let extra: Vec<_> = replay.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
        let mut adjust = replay.adjust.clone();
        adjust.resize(self.pack.elements.len(), Adjust::None);
        state.run(self.road.last(), &replay.facts, Pins::Adjusted(&adjust), &extra);
        let paid = state.results.clone();
        for ((a, c), _) in adjust.iter_mut().zip(&paid).zip(self.catalogue).filter(|(_, card)| card.kind == LineKind::Earning) {
            let amounts = c.filter(|c| c.stop.is_none()).map_or((Money::ZERO, Money::ZERO), |c| (c.amount, c.employer_amount));
            *a = Adjust::Give(amounts.0, amounts.1);
        }
        state.run(due, &replay.facts, Pins::Adjusted(&adjust), &extra);
        let contribution = |e: usize| matches!(self.catalogue[e].kind, LineKind::Deduction | LineKind::Employer);
        let each = paid.iter().zip(&state.results).enumerate().filter(|(e, _)| contribution(*e));
        // A line that was given, not made, was not understood.
        let made = each.filter(|(e, _)| !matches!(adjust[*e], Adjust::Give(..)));
        made.filter_map(|(e, (a, b))| correction(ElementId(e as u16), &(*a)?, &(*b)?)).collect()
    }
}

/// What a contribution should have been against what it was; a line without a rate (a sum withheld) is none.
fn correction(element: ElementId, paid: &Computed, due: &Computed) -> Option<Correction> {
    (paid.stop.is_none() && due.stop.is_none() && (due.rate.is_some() || due.employer_rate.is_some())).then_some(())?;
    let (amount, employer_amount) = (due.amount - paid.amount, due.employer_amount - paid.employer_amount);
    (!(amount.is_zero() && employer_amount.is_zero())).then_some(())?;
    let base = due.base.filter(|b| Some(*b) == paid.base);
    let moved = |was: Option<Exact>, is: Option<Exact>, by: Money| {
        let rate = is?.sub(was?)?;
        let product = money::round(base?.mul(rate)?, Rounding::HalfUp)?;
        (product.abs() == by.abs() && !by.is_zero()).then(|| rate.reduced())
    };
    let rate = moved(paid.rate, due.rate, amount);
    let employer_rate = moved(paid.employer_rate, due.employer_rate, employer_amount);
    let base = base.filter(|_| rate.is_some() || employer_rate.is_some()).map(Exact::reduced);
    Some(Correction { element, paid: (paid.amount, paid.employer_amount), base, rate, amount, employer_rate, employer_amount })
}

/// This month's adjustments with the corrections on top.
pub fn on_top<'a>(corrections: &[Correction], adjust: &'a [Adjust], elements: usize) -> Cow<'a, [Adjust]> {
    if corrections.is_empty() {
        return Cow::Borrowed(adjust);
    }
    let mut out = adjust.to_vec();
    out.resize(elements, Adjust::None);
    for c in corrections {
        let slot = &mut out[c.element.index()];
        *slot = match *slot {
            Adjust::None => Adjust::Shift(c.amount, c.employer_amount),
            Adjust::Shift(a, e) => Adjust::Shift(a + c.amount, e + c.employer_amount),
            Adjust::Give(a, e) => Adjust::Give(a + c.amount, e + c.employer_amount),
        };
    }
    Cow::Owned(out)
}

/// Takes the corrections out of the lines that were computed with them, as lines of their own with their month.
pub fn apart(corrections: &[Correction], month: PayMonth, payslip: &mut Payslip) {
    if corrections.is_empty() {
        return;
    }
    for c in corrections {
        if let Some(i) = payslip.lines.iter().position(|l| l.element == c.element) {
            let l = &mut payslip.lines[i];
            l.amount -= c.amount;
            l.employer_amount -= c.employer_amount;
            if l.amount.is_zero() && l.employer_amount.is_zero() {
                payslip.lines.remove(i);
            }
        }
        payslip.lines.push(Line {
            element: c.element,
            base: c.base,
            rate: c.rate,
            amount: c.amount,
            employer_rate: c.employer_rate,
            employer_amount: c.employer_amount,
            period: Some(month),
            status: Status::Computed,
        });
    }
    payslip.lines.sort_by_key(|l| (l.element, l.period));
}
