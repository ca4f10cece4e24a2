//! Contributions that a declaration sums otherwise than a payslip has them: those on overtime free of tax in one amount with the
//! others, a relief within the pension. Where the lines that the rules give come to what was declared for all of them, agent by
//! agent and to the cent, the declared sums are these lines.

use super::super::Ready;
use super::remainders::code_of;
use crate::compute::eval::{Computed, Pins, State};
use crate::compute::replay::pin;
use crate::ground::{EmployeeId, Finding, Money, Severity};
use crate::normalise::dsn::{RESIDUAL, ROUNDED};
use crate::normalise::join::Person;
use crate::payslip::{ElementId, LineKind, PaidCode, PaidLine, PaidSlip};

/// Puts the lines in the place of the sums.
pub fn settle(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let rest: Vec<u16> = [RESIDUAL, ROUNDED].into_iter().filter_map(|c| code_of(ready, c)).collect();
    let found: Vec<(EmployeeId, Vec<PaidLine>)> = {
        let machine = ready.machine();
        let mut state = State::new(machine.road.last());
        let melted = ready.inputs.people.iter().filter(|(_, p)| p.paid.as_ref().is_some_and(|s| s.melted));
        melted.filter_map(|(id, p)| Some((id.clone(), lines(ready, &mut state, p, &rest)?))).collect()
    };
    if found.is_empty() {
        return;
    }
    findings.push(Finding::new("M366", Severity::Information).arg("count", found.len()));
    for (id, lines) in found {
        if let Some(slip) = ready.inputs.people.get_mut(&id).and_then(|p| p.paid.as_mut()) {
            slip.lines = lines;
        }
    }
    let open = |l: &PaidLine| rest.iter().any(|u| l.code == PaidCode::Unknown(*u));
    if !ready.inputs.people.values().filter_map(|p| p.paid.as_ref()).any(|s| s.lines.iter().any(open)) {
        findings.retain(|f| f.code != "M48");
    }
}

/// The lines of a payslip with those of the rules in the place of what was declared otherwise.
fn lines(ready: &Ready, state: &mut State, p: &Person, rest: &[u16]) -> Option<Vec<PaidLine>> {
    let slip = p.paid.as_ref()?;
    let machine = ready.machine();
    let plan = machine.road.last();
    let of_rest = |l: &PaidLine| matches!(l.code, PaidCode::Unknown(u) if rest.contains(&u));
    let extra: Vec<_> = slip.lines.iter().filter(|l| !of_rest(l)).filter_map(|l| machine.unknown(l)).collect();
    let pinned = pin(&slip.lines, plan.slots.elements as usize);
    state.forget();
    state.run(plan, &machine.then(&p.known, &p.then), Pins::Paid(&pinned), &extra);
    let mut other: Vec<(ElementId, Computed, Money)> = Vec::new();
    for (i, c) in state.results.iter().enumerate().take(ready.pack.elements.len()) {
        let (Some(c), e) = (c.filter(|c| c.stop.is_none()), ElementId(i as u16)) else { continue };
        let paid = pinned[i].map_or(Money::ZERO, |p| p.amount);
        let withheld = ready.catalogue[i].kind == LineKind::Deduction && !slip.unseen.contains(&e);
        if !withheld || (c.amount - paid).abs().cents() <= 1 {
            continue;
        }
        let employers = pinned[i].map_or(Money::ZERO, |p| p.employer_amount);
        if c.employer_amount != employers || !alone(slip, e) {
            return None;
        }
        other.push((e, c, paid));
    }
    let residual: Money = slip.lines.iter().filter(|l| of_rest(l)).map(|l| l.amount).sum();
    let declared = other.iter().map(|o| o.2).sum::<Money>() + residual;
    let left = declared - other.iter().map(|o| o.1.amount).sum();
    // One line that is off by itself is no sum.
    let several = other.len() + usize::from(!residual.is_zero()) > 1;
    if other.is_empty() || !several || left.abs().cents() > other.len() as i64 {
        return None;
    }
    let at = slip.lines.iter().find(|l| of_rest(l)).or_else(|| slip.lines.first()).map(|l| l.at)?;
    let mut out: Vec<PaidLine> = slip.lines.iter().filter(|l| !of_rest(l)).cloned().collect();
    for (n, (e, c, _)) in other.into_iter().enumerate() {
        // A cent of the one rounding that the declaration did stays with the first.
        let amount = if n == 0 { c.amount + left } else { c.amount };
        match out.iter_mut().find(|l| l.code == PaidCode::Element(e)) {
            Some(l) => (l.base, l.rate, l.amount) = (c.base, c.rate, amount),
            None => out.push(PaidLine { amount, ..c.as_paid(e, at) }),
        }
    }
    out.retain(|l| !(l.amount.is_zero() && l.employer_amount.is_zero()));
    Some(out)
}

/// Whether an element has one line of the month, or none.
fn alone(slip: &PaidSlip, e: ElementId) -> bool {
    let mut of = slip.lines.iter().filter(|l| l.code == PaidCode::Element(e));
    of.next().is_none_or(|l| l.period.is_none()) && of.next().is_none()
}
