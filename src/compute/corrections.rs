//! Contributions of months gone by at the rates that were due: of what was paid on the rates of before, and of arrears.
//!
//! A month paid on the law of before is run twice, on that law and on the one in force, its gains both times as they were
//! paid. Arrears of gains stand among this month's bases; where the rate of the month they are about was another, the
//! difference is a line of its own. Each correction is a line of this month with the month it is about.

use crate::compute::arrears::Arrears;
use crate::compute::employee::Machine;
use crate::compute::eval::{Adjust, Computed, Pins, State};
use crate::compute::replay::Replayed;
use crate::facts::{Fact, Facts, Value};
use crate::ground::{Exact, Money, PayMonth, Rounding, money};
use crate::payslip::{ElementId, Line, LineKind, Payslip, Status};
use crate::rules::plan::Plan;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// One contribution of a month gone by, corrected.
#[derive(Clone, Debug)]
pub struct Correction {
    pub element: ElementId,
    pub month: PayMonth,
    pub reason: Reason,
    /// What was paid, both shares.
    pub paid: (Money, Money),
    pub base: Option<Exact>,
    /// What the rate moved by, where base × rate is the amount.
    pub rate: Option<Exact>,
    pub amount: Money,
    pub employer_rate: Option<Exact>,
    pub employer_amount: Money,
}

/// What a contribution is corrected for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The month was paid on the rates of before.
    LateLaw,
    /// Arrears bear the rates of the month they are about.
    Arrears,
}

/// What is left of corrections where nothing shows which employer's shares were paid: that they were those of before is not known.
pub fn of_the_agent(corrections: &mut Vec<Correction>) {
    corrections.iter_mut().for_each(|c| c.employer_amount = Money::ZERO);
    corrections.retain(|c| !c.amount.is_zero());
}

impl Machine<'_> {
    /// Corrections of last month's contributions; none where it was paid on the law in force.
    pub fn corrections(&self, state: &mut State, replay: &Replayed) -> Vec<Correction> {
        self.road.due.as_ref().map(|due| self.corrections_of(state, (self.road.last(), due), replay)).unwrap_or_default()
    }

    /// Corrections of the contributions of a month that was paid on the first law, by the second.
    pub(super) fn corrections_of(&self, state: &mut State, (last, due): (&Plan, &Plan), replay: &Replayed) -> Vec<Correction> {
        let month = due.context.month;
        let extra: Vec<_> = replay.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
        let mut adjust = replay.adjust.clone();
        adjust.resize(self.pack.elements.len(), Adjust::None);
        state.run(last, &replay.facts, Pins::Adjusted(&adjust), &extra);
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
        made.filter_map(|(e, (a, b))| correction(ElementId(e as u16), month, &(*a)?, &(*b)?)).collect()
    }

    /// Arrears at the rates of the months they are about, where the pack says that they bear these.
    pub(super) fn on_arrears(&self, state: &mut State, arrears: &Arrears, month: &ThisMonth<'_>) -> Vec<Correction> {
        let this = self.road.this();
        let mut out = Vec::new();
        if self.pack.arrears_rates.is_none() {
            return out;
        }
        for gone in arrears.months(this.context.month) {
            let Some(law) = self.law_of(gone) else { continue };
            let mut without = month.facts.clone();
            for ((_, carrier), sum) in arrears.sums.iter().filter(|s| s.0.0 == gone) {
                let Some(f) = without.get(*carrier).cloned() else { continue };
                let rest = f.value.number().and_then(|n| n.sub(sum.exact()));
                rest.map(|n| without.set(Fact { value: Value::Number(n.reduced()), ..f }));
            }
            state.run(law, month.facts, Pins::Adjusted(month.adjust), month.extra);
            let then = state.results.clone();
            state.run(this, &without, Pins::Adjusted(month.adjust), month.extra);
            let base = state.results.clone();
            state.run(this, month.facts, Pins::Adjusted(month.adjust), month.extra);
            for (e, now) in state.results.iter().enumerate() {
                let kind = self.catalogue[e].kind;
                if !matches!(kind, LineKind::Deduction | LineKind::Employer) || !matches!(month.adjust.get(e), None | Some(Adjust::None)) {
                    continue;
                }
                // A contribution that the month did not have is none on its arrears.
                let [now, base, then] = [now, &base[e], &then[e]].map(|c| c.unwrap_or(Computed::ABSENT));
                out.extend(at_another_rate(ElementId(e as u16), gone, (&now, &base, &then)));
            }
        }
        out
    }

    /// The law that was due in a month gone by.
    fn law_of(&self, month: PayMonth) -> Option<&Plan> {
        let last = self.road.last();
        if month == last.context.month {
            return Some(self.road.due.as_ref().unwrap_or(last));
        }
        self.road.gone.iter().find(|g| g.month == month).map(|g| &g.due)
    }
}

/// This month's payslip as its contributions are worked out.
pub(super) struct ThisMonth<'t> {
    pub facts: &'t Facts,
    pub adjust: &'t [Adjust],
    pub extra: &'t [(LineKind, Money, Money)],
}

/// What part of a contribution's base is arrears, at the rate of the month they are about: the line with them, without them,
/// and the line of that month. A line that is not its base times its rate is left as it is.
fn at_another_rate(element: ElementId, month: PayMonth, (now, without, then): (&Computed, &Computed, &Computed)) -> Option<Correction> {
    (now.stop.is_none() && without.stop.is_none() && then.stop.is_none()).then_some(())?;
    let whole = now.base?;
    let product = |base: Exact, rate: Exact| money::round(base.mul(rate)?, Rounding::HalfUp);
    let base = whole.sub(without.base.unwrap_or(Exact::ZERO))?;
    (!base.is_zero()).then_some(())?;
    // How the rate moves, where base × rate is the share.
    let moves = |rate: Option<Exact>, share: Money, was: Option<Exact>| {
        let rate = rate.filter(|r| product(whole, *r).is_some_and(|p| p.abs() == share.abs()))?;
        let was = if then.applies { was? } else { Exact::ZERO };
        was.sub(rate).filter(|by| !by.is_zero())
    };
    let rate = moves(now.rate, now.amount, then.rate);
    let employer_rate = moves(now.employer_rate, now.employer_amount, then.employer_rate);
    let of = |by: Option<Exact>| by.and_then(|by| product(base, by)).unwrap_or(Money::ZERO);
    let amount = if now.amount.is_negative() { -of(rate) } else { of(rate) };
    let employer_amount = of(employer_rate);
    (!(amount.is_zero() && employer_amount.is_zero())).then_some(())?;
    let paid = (now.amount, now.employer_amount);
    let (base, rate, employer_rate) = (Some(base.reduced()), rate.map(Exact::reduced), employer_rate.map(Exact::reduced));
    Some(Correction { element, month, reason: Reason::Arrears, paid, base, rate, amount, employer_rate, employer_amount })
}

/// What a contribution should have been against what it was; a line without a rate (a sum withheld) is none.
fn correction(element: ElementId, month: PayMonth, paid: &Computed, due: &Computed) -> Option<Correction> {
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
    let paid = (paid.amount, paid.employer_amount);
    Some(Correction { element, month, reason: Reason::LateLaw, paid, base, rate, amount, employer_rate, employer_amount })
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

/// Takes the corrections out of the lines that were computed with them, as lines of their own with their month; those of a
/// month that is only assumed are estimates.
pub fn apart(corrections: &[Correction], assumed: &BTreeSet<PayMonth>, payslip: &mut Payslip) {
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
            period: Some(c.month),
            status: if assumed.contains(&c.month) { Status::Estimated } else { Status::Computed },
        });
    }
    payslip.lines.sort_by_key(|l| (l.element, l.period));
}
