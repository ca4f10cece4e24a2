//! Whoever's last month is known by its net alone: a payslip without lines, or a transfer beside a staff file.
//!
//! The rules make the lines from the facts. Where they come to the net that was paid, last month is proven; where they do not,
//! what is left is one line after tax that is carried and told, and somebody decides when it is much.

use super::Ready;
use crate::compute::employee::Way;
use crate::compute::eval::{Pins, State};
use crate::ground::{At, Finding, Money, Severity, Words};
use crate::normalise::join::People;
use crate::payslip::{Card, ElementId, LineKind, PaidCode, PaidLine, PaidSlip};

/// What is left may be this share of the net (one in so many) before somebody has to decide: more is a line that nobody has seen,
/// and it may have been paid once.
const MUCH: i64 = 100;

fn line(code: PaidCode, amount: Money, at: At) -> PaidLine {
    PaidLine { code, base: None, rate: None, amount, employer_rate: None, employer_amount: Money::ZERO, period: None, at }
}

/// Whoever stands in a staff file and in last month's transfers and has no payslip was paid that net. Hands back the card of the
/// line, when there is one; `index` is the place it will have among local codes.
pub fn transferred(people: &mut People, index: usize) -> Option<Card> {
    let code = PaidCode::Unknown(u16::try_from(index).ok()?);
    let mut any = false;
    for p in people.values_mut() {
        let Some(t) = p.transfer.as_ref().filter(|_| p.paid.is_none() && p.staff.is_some() && p.arrival.is_none()) else { continue };
        let (amount, at) = (t.amount, t.at);
        p.paid = Some(PaidSlip { lines: vec![line(code, amount, at)], net_paid: Some((amount, at)), bare: true, ..PaidSlip::default() });
        any = true;
    }
    any.then(|| Card {
        id: "local_NET".to_owned(),
        code: "NET".to_owned(),
        label: Words::new("NET VIRE SANS DETAIL", "NET PAID WITHOUT DETAIL"),
        printed: None,
        kind: LineKind::Net,
        section: String::new(),
        recurs: true,
        account: None,
        rate_is_share: true,
        base: crate::payslip::Counted::Number,
    })
}

/// Makes the lines by the rules, and tells what is left.
pub fn settle(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let mut made = Vec::new();
    {
        let machine = ready.machine();
        let (plan, mut state) = (machine.road.last(), State::new(machine.road.last()));
        for (id, p) in &ready.inputs.people {
            let Some(slip) = p.paid.as_ref().filter(|s| s.bare) else { continue };
            let (Some((net, at)), [rest]) = (slip.net_paid, slip.lines.as_slice()) else { continue };
            state.run(plan, &machine.then(&p.known, &p.then), Pins::None, &[]);
            if !state.stops(plan).is_empty() {
                continue;
            }
            let mut lines = Vec::new();
            for (i, c) in state.results.iter().enumerate().take(ready.pack.elements.len()) {
                let Some(c) = c.filter(|c| !(c.amount.is_zero() && c.employer_amount.is_zero())) else { continue };
                lines.push(c.as_paid(ElementId(i as u16), at));
            }
            let found = state.totals(plan).net_paid;
            let gap = net - found;
            if !gap.is_zero() {
                lines.push(line(rest.code, gap, at));
                let way = super::compute::ways(ready, id).unproven;
                let much = gap.abs().cents() * MUCH > net.abs().cents() && matches!(way, Way::Recompute);
                let f = Finding::new("M149", if much { Severity::Blocking } else { Severity::Justify }).of(id).arg("agent", id);
                let f = f.arg("net", net.french()).arg("found", found.french()).stake(gap.cents());
                findings.push(f.at(ready.inputs.sources.place(at)));
            }
            made.push((id.clone(), lines));
        }
    }
    for (id, lines) in made {
        if let Some(slip) = ready.inputs.people.get_mut(&id).and_then(|p| p.paid.as_mut()) {
            // Sums of lines that nobody has seen are not those of the lines made.
            (slip.lines, slip.gross, slip.net_before_tax) = (lines, None, None);
        }
    }
}
