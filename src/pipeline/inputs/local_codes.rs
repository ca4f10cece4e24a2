//! Codes of a register that no element stands for: on which side of the net, of which month, and what they may be.

use crate::ground::{Money, PayMonth, Words};
use crate::normalise::{self, CodeTarget, Mapping, Payer};
use crate::payslip::{Card, ElementId, LineKind, PaidCode, PaidLine};
use crate::rules::Pack;
use std::collections::BTreeSet;

/// Whether local codes without an element are part of the net: the slips' own totals say. `None` where they do not.
fn unknown_counts(gathered: &normalise::Gathered) -> Option<bool> {
    let (mut within, mut beside) = (0_u32, 0_u32);
    for slip in gathered.paid.values() {
        let Some((net, _)) = slip.net_paid else { continue };
        let of = |unknown: bool| -> Money {
            let lines = slip.lines.iter().filter(|l| matches!(l.code, PaidCode::Unknown(_)) == unknown);
            lines.map(|l| l.amount).sum()
        };
        let (known, unknown) = (of(false), of(true));
        if unknown.is_zero() {
            continue;
        }
        within += u32::from(known + unknown == net);
        beside += u32::from(known == net);
    }
    match within.cmp(&beside) {
        std::cmp::Ordering::Greater => Some(true),
        std::cmp::Ordering::Less => Some(false),
        std::cmp::Ordering::Equal => None,
    }
}

/// Amounts of local codes that stand beside the net (an employer's share in the agents' column) move to the employer's side.
pub(in crate::pipeline) fn set_beside(gathered: &mut normalise::Gathered) {
    if unknown_counts(gathered) != Some(false) {
        return;
    }
    for l in gathered.paid.values_mut().flat_map(|s| &mut s.lines) {
        if matches!(l.code, PaidCode::Unknown(_)) && l.employer_amount.is_zero() {
            l.employer_amount = l.amount;
            l.employer_rate = l.rate.take();
            l.amount = Money::ZERO;
        }
    }
}

/// Lines about an earlier month than the register's are arrears: paid once. Overtime that only names the month it was
/// worked in stands alone and stays. A register of which no line is about last month is another month's as a whole,
/// which a control says.
pub(super) fn set_apart(gathered: &mut normalise::Gathered, pack: &Pack) {
    let own: BTreeSet<u16> = gathered.paid.values().flat_map(|s| &s.lines).filter(|l| l.period.is_none()).map(|l| l.at.source).collect();
    let lasting = |l: &PaidLine| match l.code {
        PaidCode::Element(e) => pack.elements[e.index()].card.recurs,
        PaidCode::Unknown(_) => true,
    };
    for slip in gathered.paid.values_mut() {
        let months: BTreeSet<PayMonth> = slip.lines.iter().filter(|l| lasting(l)).filter_map(|l| l.period).collect();
        let apart = |l: &PaidLine| l.period.is_some_and(|p| months.contains(&p)) && own.contains(&l.at.source);
        (slip.arrears, slip.lines) = std::mem::take(&mut slip.lines).into_iter().partition(apart);
    }
}

pub(super) fn proposals(gathered: &normalise::Gathered, mapping: &Mapping) -> Vec<Vec<ElementId>> {
    let of = |c: &normalise::LocalCode| {
        let known = mapping.of(c.source).and_then(|m| m.codes.iter().find(|k| k.code == c.code));
        let targets = known.map_or(&[][..], |k| k.alternatives.as_slice());
        targets.iter().filter_map(|(t, _)| if let CodeTarget::Element(e, Payer::Agent) = t { Some(*e) } else { None }).collect()
    };
    gathered.local_codes.iter().map(of).collect()
}

/// For each local code, whether a person said if it comes again.
pub(super) fn said(gathered: &normalise::Gathered) -> Vec<bool> {
    gathered.local_codes.iter().map(|c| c.said).collect()
}

/// A card for each local code, in the order of their indices; only those without an element are used.
pub(super) fn unknown_cards(gathered: &normalise::Gathered) -> Vec<Card> {
    let mut kinds = vec![LineKind::Earning; gathered.local_codes.len()];
    let official = gathered.paid.values().filter_map(|s| s.official.as_deref());
    for l in gathered.paid.values().chain(official).flat_map(crate::payslip::PaidSlip::all) {
        if let PaidCode::Unknown(u) = l.code
            && let Some(k) = kinds.get_mut(usize::from(u))
        {
            // Without a rule, a sum taken is one after tax: it moves no base that nobody can check.
            *k = if !l.employer_amount.is_zero() && l.amount.is_zero() {
                LineKind::Employer
            } else if l.amount.is_negative() {
                LineKind::Net
            } else {
                LineKind::Earning
            };
        }
    }
    gathered
        .local_codes
        .iter()
        .zip(kinds)
        .map(|(c, told)| Card {
            id: format!("local_{}", c.code),
            code: c.code.clone(),
            label: Words::new(c.labels.first().map_or(c.code.as_str(), String::as_str), ""),
            printed: None,
            kind: c.kind.unwrap_or(told),
            section: String::new(),
            recurs: c.recurs,
            account: None,
            creditor: None,
            rate_is_share: true,
            base: crate::payslip::Counted::Number,
        })
        .collect()
}
