//! Pay that a declaration does not detail: where the lines that the rules give beyond what it names come to its remainder to the
//! cent, the remainder is these lines.

use super::super::Ready;
use crate::compute::eval::{Pins, State};
use crate::compute::replay::pin;
use crate::ground::{Finding, Money, Severity};
use crate::normalise::dsn::REMAINDER;
use crate::payslip::{ElementId, LineKind, PaidCode, PaidLine};

/// Puts the lines in the place of the remainders that they come to.
pub fn settle(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let first = ready.pack.elements.len();
    let Some(u) = ready.catalogue[first..].iter().position(|c| c.code == REMAINDER).and_then(|u| u16::try_from(u).ok()) else { return };
    let found = {
        let machine = ready.machine();
        let (plan, mut state) = (machine.road.last(), State::new(machine.road.last()));
        let mut found = Vec::new();
        for (id, p) in &ready.inputs.people {
            let Some(slip) = p.paid.as_ref().filter(|s| s.melted) else { continue };
            let rest: Vec<&PaidLine> = slip.lines.iter().filter(|l| l.code == PaidCode::Unknown(u)).collect();
            let [rest] = rest.as_slice() else { continue };
            let pinned = pin(&slip.lines, plan.slots.elements as usize);
            state.run(plan, &machine.then(&p.known, &p.then), Pins::Paid(&pinned), &[(LineKind::Earning, rest.amount, Money::ZERO)]);
            let mut lines = Vec::new();
            for (i, c) in state.results.iter().enumerate().take(first) {
                let Some(c) = c.filter(|c| c.stop.is_none() && !c.amount.is_zero()) else { continue };
                if pinned[i].is_none() && ready.catalogue[i].kind == LineKind::Earning {
                    lines.push(c.as_paid(ElementId(i as u16), rest.at));
                }
            }
            if !lines.is_empty() && lines.iter().map(|l| l.amount).sum::<Money>() == rest.amount {
                found.push((id.clone(), lines));
            }
        }
        found
    };
    let told = Finding::new("M144", Severity::Information).arg("count", found.len());
    findings.extend((!found.is_empty()).then_some(told));
    for (id, lines) in found {
        if let Some(slip) = ready.inputs.people.get_mut(&id).and_then(|p| p.paid.as_mut()) {
            slip.lines.retain(|l| l.code != PaidCode::Unknown(u));
            slip.lines.extend(lines);
        }
    }
}
