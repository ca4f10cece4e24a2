//! What a register does not show of last month: the employer's shares, as the rules give them.
//!
//! They are no witnesses of anything; they only let this month be compared with a whole payslip.

use crate::compute::employee::Machine;
use crate::compute::eval::{Pins, State};
use crate::compute::replay::{Hidden, pin};
use crate::facts::{Fact, Facts};
use crate::ground::At;
use crate::payslip::{ElementId, PaidCode, PaidLine, PaidSlip};

/// The lines with the employer's shares put in. Lines that are nothing but such a share have no place.
pub fn employer_shares(machine: &Machine<'_>, state: &mut State, known: &Facts, alternatives: &[Fact], slip: &PaidSlip) -> Vec<PaidLine> {
    let (plan, paid) = (machine.road.last(), &slip.lines);
    let seen = machine.replay_lines(state, &machine.last_month(known), alternatives, paid, Hidden::of(slip));
    let pinned = pin(paid, plan.slots.elements as usize);
    let extra: Vec<_> = seen.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
    state.run(plan, &seen.facts, Pins::Paid(&pinned), &extra);
    let mut lines = paid.to_vec();
    for (i, computed) in state.results.iter().enumerate() {
        let Some(c) = computed.filter(|c| c.stop.is_none() && !c.employer_amount.is_zero()) else { continue };
        let code = PaidCode::Element(ElementId(i as u16));
        match lines.iter_mut().find(|l| l.code == code && l.period.is_none()) {
            Some(l) => {
                l.employer_amount = c.employer_amount;
                l.employer_rate = c.employer_rate;
            }
            None if c.amount.is_zero() => lines.push(PaidLine { rate: None, ..c.as_paid(ElementId(i as u16), At::NOWHERE) }),
            // The agent's share was not paid: replay says so.
            None => {}
        }
    }
    lines
}
