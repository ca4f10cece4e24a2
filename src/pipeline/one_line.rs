//! One line of last month in which a program printed two contributions of one law, on two parts of its base: the pension on
//! pay and on a supplement, say. Where it is the sum of what both rules give, it is both, and each is held against its own rule.

use super::Ready;
use crate::compute::eval::{Computed, Pins, State};
use crate::compute::replay::pin;
use crate::payslip::{ElementId, PaidCode, PaidLine, PaidSlip};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// An element and those that are printed in its line, as the pack says.
type Together = BTreeMap<usize, Vec<usize>>;

/// Parts such lines of everybody's payslip.
pub fn part(ready: &mut Ready) {
    let mut together = Together::new();
    for (i, e) in ready.pack.elements.iter().enumerate() {
        if let Some(main) = e.one_line_with.as_ref().and_then(|s| ready.pack.element(&s.text)) {
            together.entry(main).or_default().push(i);
        }
    }
    if together.is_empty() {
        return;
    }
    let mut people = std::mem::take(&mut ready.inputs.people);
    let machine = ready.machine();
    let plan = machine.road.last();
    people.par_iter_mut().for_each_init(
        || State::new(plan),
        |state, (_, p)| {
            let printed = |s: &PaidSlip| together.iter().any(|(main, parts)| parts.iter().chain([main]).any(|e| only(s, *e).is_some()));
            let Some(slip) = p.paid.as_mut().filter(|s| !s.bare && printed(s)) else { return };
            let extra: Vec<_> = slip.lines.iter().filter_map(|l| machine.unknown(l)).collect();
            state.forget();
            let pinned = pin(&slip.lines, plan.slots.elements as usize);
            state.run(plan, &machine.then(&p.known, &p.then), Pins::Paid(&pinned), &extra);
            for (main, parts) in &together {
                apart(slip, (*main, parts), &state.results);
            }
        },
    );
    ready.inputs.people = people;
}

/// The one line of an element.
fn only(slip: &PaidSlip, element: usize) -> Option<usize> {
    let code = PaidCode::Element(ElementId(element as u16));
    let mut of = slip.lines.iter().enumerate().filter(|(_, l)| l.code == code && l.period.is_none());
    Some(of.next().filter(|_| of.next().is_none())?.0)
}

fn apart(slip: &mut PaidSlip, (main, parts): (usize, &[usize]), results: &[Option<Computed>]) {
    let given = |e: usize| results[e].filter(|c| c.stop.is_none());
    let Some(whole) = given(main) else { return };
    let Some(at) = only(slip, main) else {
        // The amount of one under the name of the other.
        let nothing = |e: usize| given(e).is_none_or(|c| c.amount.is_zero());
        let under = parts.iter().filter(|e| nothing(**e)).find_map(|e| only(slip, *e).filter(|at| slip.lines[*at].amount == whole.amount));
        if let Some(at) = under.filter(|_| !whole.amount.is_zero()) {
            slip.lines[at].code = PaidCode::Element(ElementId(main as u16));
        }
        return;
    };
    let paid = |e: usize| slip.lines.iter().any(|l| l.code == PaidCode::Element(ElementId(e as u16)));
    let unpaid = parts.iter().filter(|e| !paid(**e)).filter_map(|e| Some((*e, given(*e)?)));
    let parts: Vec<(usize, Computed)> = unpaid.filter(|(_, c)| !c.amount.is_zero()).collect();
    let line = &slip.lines[at];
    let left = parts.iter().fold(line.amount, |left, (_, c)| left - c.amount);
    let employer_left = parts.iter().fold(line.employer_amount, |left, (_, c)| left - c.employer_amount);
    // Rounded once where the rules round each.
    let near = (left - whole.amount).abs().cents() <= parts.len() as i64 && employer_left == whole.employer_amount;
    if parts.is_empty() || !near || (line.amount - whole.amount).abs().cents() <= 1 {
        return;
    }
    let (origin, shows) = (line.at, line.base.is_some());
    let own: Vec<PaidLine> = parts.iter().map(|(e, c)| c.as_paid(ElementId(*e as u16), origin)).collect();
    for part in own {
        let line = &mut slip.lines[at];
        // On one base the rates add up, on parts of it the bases.
        if line.base.is_some() && line.base == part.base {
            line.rate = line.rate.and(whole.rate);
        } else {
            line.base = line.base.zip(part.base).and_then(|(whole, part)| whole.sub(part)).or(line.base);
        }
        slip.lines.push(PaidLine { base: part.base.filter(|_| shows), rate: part.rate.filter(|_| shows), ..part });
    }
    let line = &mut slip.lines[at];
    (line.amount, line.employer_amount) = (left, employer_left);
}
