//! Whether an amount is the agent's gain, kept from him, or none of his.

use super::told::Told;
use crate::ground::{At, Finding, Money, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::mapping::{CodeTarget, Payer};
use crate::normalise::register::Books;
use crate::normalise::sides::{self, How};
use crate::payslip::{PaidCode, PaidLine};
use std::collections::{BTreeMap, BTreeSet};

/// An amount that no sum of the agent needs is no pay of his: the employer's, or information. Replay may tell which.
pub(super) fn beside(l: &mut PaidLine, it_is: bool) {
    if it_is && l.employer_amount.is_zero() {
        l.employer_amount = l.amount;
        l.employer_rate = l.employer_rate.or(l.rate.take());
        l.amount = Money::ZERO;
    }
}

/// Registers that write what the employer owes with a minus, as other charges: in all others his shares are positive.
pub(super) fn turn_employers(books: &mut Books) {
    let mut counts: BTreeMap<u16, (usize, usize)> = BTreeMap::new();
    for l in books.slips.iter().flat_map(|s| &s.paid.lines).filter(|l| !l.employer_amount.is_zero()) {
        let (below, all) = counts.entry(l.at.source).or_default();
        *below += usize::from(l.employer_amount.is_negative());
        *all += 1;
    }
    let turned: BTreeSet<u16> = counts.into_iter().filter(|(_, (below, all))| below * 2 > *all).map(|c| c.0).collect();
    if turned.is_empty() {
        return;
    }
    for slip in &mut books.slips {
        slip.paid.lines.iter_mut().filter(|l| turned.contains(&l.at.source)).for_each(|l| l.employer_amount = -l.employer_amount);
        slip.turn_employer(&turned);
    }
}

/// Codes without an element that no sum of the agents counts, in registers that tell gains from deductions.
pub(super) fn left_out(books: &Books, targets: &[CodeTarget], untold: &[bool], cx: &Context<'_>) -> BTreeSet<u16> {
    let told: Vec<CodeTarget> = targets.iter().zip(untold).map(|(t, u)| if *u { CodeTarget::Skipped } else { *t }).collect();
    if !told.contains(&CodeTarget::Open) {
        return BTreeSet::new();
    }
    let signs = sides::decide(books.slips.iter().map(|s| &s.paid), &told, cx.rubrics, true);
    let open = (0_u16..).zip(signs).zip(&told).filter(|(_, t)| **t == CodeTarget::Open);
    open.filter(|((_, s), _)| s.factor == 0 && s.how == How::Totals).map(|((i, _), _)| i).collect()
}

/// Gives amounts of registers that do not tell gain from deduction their sign.
pub(super) fn sign(books: &mut Books, targets: &[CodeTarget], untold: &[bool], sources: &Sources, cx: &Context<'_>, told: &mut Told) {
    let open: Vec<CodeTarget> = targets.iter().zip(untold).map(|(t, u)| if *u { *t } else { CodeTarget::Skipped }).collect();
    let signs = sides::decide(books.slips.iter().map(|s| &s.paid), &open, cx.rubrics, false);
    let mut used = vec![false; targets.len()];
    for s in &mut books.slips {
        for l in &mut s.paid.lines {
            let PaidCode::Unknown(i) = l.code else { continue };
            let i = usize::from(i);
            if !untold[i] {
                continue;
            }
            used[i] |= !l.amount.is_zero();
            if let CodeTarget::Element(_, Payer::Employer) = targets[i] {
                if l.employer_amount.is_zero() {
                    l.employer_amount = l.amount;
                    l.employer_rate = l.employer_rate.or(l.rate.take());
                }
                l.amount = Money::ZERO;
            } else {
                beside(l, signs[i].factor == 0);
                l.amount = Money::from_cents(l.amount.cents() * signs[i].factor);
            }
        }
    }
    for (i, sign) in signs.iter().enumerate() {
        books.codes[i].beside |= untold[i] && used[i] && sign.factor == 0 && targets[i] == CodeTarget::Open;
        if !untold[i]
            || !used[i]
            || matches!(targets[i], CodeTarget::Element(_, Payer::Employer) | CodeTarget::Total(_) | CodeTarget::Skipped)
        {
            continue;
        }
        let c = &books.codes[i];
        let finding = match sign.how {
            How::Kind => continue,
            How::Totals => Finding::new("M23", Severity::Information),
            How::Open => Finding::new("M24", Severity::Justify),
        };
        let side = match sign.factor {
            1 => "+",
            -1 => "−",
            _ => "0",
        };
        told.add(
            finding
                .arg("code", &c.code)
                .arg("label", c.labels.first().cloned().unwrap_or_default())
                .arg("side", side)
                .at(sources.place(At::source(c.source))),
            c.source,
        );
    }
}
