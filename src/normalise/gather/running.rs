//! A line that is the sum of the lines before it is a total of the agent, whatever its label.

use super::told::Told;
use crate::ground::{At, Finding, Money, Severity, Sources};
use crate::normalise::mapping::{CodeTarget, TotalRole};
use crate::normalise::register::{Books, Slip};
use crate::payslip::PaidCode;
use std::collections::BTreeMap;

/// Lines before a sum: fewer may come to an amount by chance.
const BEFORE: usize = 4;
/// Agents who show it.
const AGENTS: usize = 3;

/// Takes out lines under codes that no element stands for and that are sums of all agents who have them: the lines before make
/// their amount, and without them the net comes out.
pub(super) fn sums(books: &mut Books, sources: &Sources, told: &mut Told) {
    let mut seen: BTreeMap<u16, (usize, usize)> = BTreeMap::new();
    for slip in &books.slips {
        for (code, is_sum) in running(slip) {
            let n = seen.entry(code).or_default();
            n.0 += 1;
            n.1 += usize::from(is_sum);
        }
    }
    let open = |code: u16| books.codes[usize::from(code)].target == CodeTarget::Open;
    let found: Vec<u16> = seen.into_iter().filter(|(c, (all, sums))| open(*c) && *all >= AGENTS && all == sums).map(|(c, _)| c).collect();
    for code in found {
        for slip in &mut books.slips {
            let of = |l: &crate::payslip::PaidLine| l.code == PaidCode::Unknown(code);
            let Some((amount, at)) = slip.paid.lines.iter().find(|l| of(l)).map(|l| (l.amount, l.at)) else { continue };
            slip.paid.lines.retain(|l| !of(l));
            slip.total(TotalRole::NetBeforeTax, amount, at);
        }
        let known = &mut books.codes[usize::from(code)];
        known.target = CodeTarget::Total(TotalRole::NetBeforeTax);
        let label = known.labels.first().cloned().unwrap_or_default();
        let f = Finding::new("M179", Severity::Justify).arg("code", &known.code).arg("label", label);
        told.add(f.at(sources.place(At::source(known.source))), known.source);
    }
}

/// The codes of a slip whose net is known that stand once in it, and whether each is the sum of the lines from the first one on,
/// to the one before it or an earlier one: a fare may stand between the contributions and the sum.
fn running(slip: &Slip) -> Vec<(u16, bool)> {
    let Some((net, _)) = slip.paid.net_paid else { return Vec::new() };
    let lines = &slip.paid.lines;
    let all: Money = lines.iter().map(|l| l.amount).sum();
    let (mut before, mut counted, mut kept) = (Money::ZERO, 0, false);
    let mut sums: Vec<Money> = Vec::new();
    let mut found = Vec::new();
    for l in lines {
        if let PaidCode::Unknown(code) = l.code {
            let alone = lines.iter().filter(|o| o.code == l.code).count() == 1;
            found.push((code, alone && sums.contains(&l.amount) && all - l.amount == net));
        }
        if l.amount.is_zero() {
            continue;
        }
        before += l.amount;
        counted += 1;
        kept |= l.amount.is_negative();
        if kept && counted >= BEFORE {
            sums.push(before);
        }
    }
    found
}
