//! A register's lines become elements: two contributions of one line apart, two shares of one element together.

use crate::ground::{Exact, Money};
use crate::normalise::Context;
use crate::normalise::mapping::{CodeTarget, Payer};
use crate::normalise::register::Slip;
use crate::payslip::{ElementId, LineKind, PaidCode, PaidLine, PaidSlip};

/// A line that holds two contributions becomes two, each by its rate; what rounding leaves stays with the first.
pub(super) fn part_doubles(slip: &mut Slip, targets: &[CodeTarget], doubles: &[Option<ElementId>], cx: &Context<'_>) {
    let rate = |e: ElementId| cx.rubrics.get(e).and_then(|t| t.rate);
    let mut second = Vec::new();
    for l in &mut slip.paid.lines {
        let PaidCode::Unknown(i) = l.code else { continue };
        let (CodeTarget::Element(a, _), Some(b)) = (targets[usize::from(i)], doubles[usize::from(i)]) else { continue };
        let (Some(ra), Some(rb)) = (rate(a), rate(b)) else { continue };
        let cents = Exact::cents(l.amount.cents());
        let of =
            |base: Exact| base.mul(rb).and_then(|x| x.scaled_half_up(100)).map(|c| if l.amount.is_negative() { -c.abs() } else { c.abs() });
        let by_base = l.base.filter(|base| {
            let whole = ra.add(rb).and_then(|r| base.mul(r)).and_then(|x| x.scaled_half_up(100));
            whole.is_some_and(|w| (w.abs() - l.amount.cents().abs()).abs() <= 1)
        });
        let by_share = || ra.add(rb).and_then(|both| rb.div(both)).and_then(|s| cents.mul(s)).and_then(|x| x.scaled_half_up(100));
        let Some(part) = by_base.and_then(of).or_else(by_share).map(Money::from_cents) else { continue };
        second.push(PaidLine { code: PaidCode::Element(b), rate: l.rate.map(|_| rb), amount: part, ..l.clone() });
        l.amount -= part;
        l.rate = l.rate.map(|_| ra);
    }
    slip.paid.lines.append(&mut second);
}

pub(super) fn name_elements(slip: &mut Slip, targets: &[CodeTarget], partners: &[Option<ElementId>], cx: &Context<'_>) {
    let mut apart = Vec::new();
    for l in &mut slip.paid.lines {
        let PaidCode::Unknown(i) = l.code else { continue };
        // A row of its own for the employer's share.
        if let (Some(e), true, false) = (partners[usize::from(i)], l.amount.is_zero(), l.employer_amount.is_zero()) {
            l.code = PaidCode::Element(e);
            continue;
        }
        if let (Some(e), false, false) = (partners[usize::from(i)], l.amount.is_zero(), l.employer_amount.is_zero()) {
            let rate = l.employer_rate.take();
            let amount = std::mem::take(&mut l.employer_amount);
            apart.push(PaidLine {
                code: PaidCode::Element(e),
                rate: None,
                amount: Money::ZERO,
                employer_rate: rate,
                employer_amount: amount,
                ..l.clone()
            });
        }
        if let CodeTarget::Element(e, payer) = targets[usize::from(i)] {
            l.code = PaidCode::Element(e);
            // An employer's line whose amount stands in the agent's column of a register that tells sides.
            if payer == Payer::Employer && l.employer_amount.is_zero() && !l.amount.is_zero() && cx.rubrics.get(e).is_some() {
                l.employer_amount = l.amount.abs();
                l.employer_rate = l.employer_rate.or(l.rate.take());
                l.amount = Money::ZERO;
            }
        }
    }
    slip.paid.lines.append(&mut apart);
}

/// An element whose shares stand under two local codes becomes one line.
pub(in crate::normalise) fn pair_shares(paid: &mut PaidSlip, cx: &Context<'_>) {
    let mut i = 0;
    while i < paid.lines.len() {
        let l = &paid.lines[i];
        let employer_only = l.amount.is_zero() && !l.employer_amount.is_zero();
        let shared = matches!(l.code, PaidCode::Element(e) if cx.rubrics.get(e).is_some_and(|t| t.kind == LineKind::Deduction));
        if employer_only && shared {
            let partner = paid.lines.iter().position(|o| {
                o.code == l.code && o.period == l.period && o.at != l.at && o.employer_amount.is_zero() && !o.amount.is_zero()
            });
            if let Some(p) = partner {
                let l = paid.lines.remove(i);
                let p = if p > i { p - 1 } else { p };
                let o = &mut paid.lines[p];
                o.employer_amount = l.employer_amount;
                o.employer_rate = l.employer_rate;
                o.base = o.base.or(l.base);
                continue;
            }
        }
        i += 1;
    }
}
