//! Somebody new.

use super::{Input, Machine, Output, holding};
use crate::compute::eval::{Pins, State};
use crate::compute::walk;
use crate::payslip::PaidCode;

impl Machine<'_> {
    pub(super) fn arrives(&self, state: &mut State, i: &Input<'_>) -> Output {
        let facts = self.this_month(i.known.clone(), i.changes);
        let plan = self.road.this();
        let owed = self.not_paid(state, &facts);
        state.run(plan, &facts, Pins::None, &[]);
        let stops = state.stops(plan);
        let payslip = self.payslip(state, plan, i.id, &[], &[]);
        let after = payslip.lines.iter().map(|l| (PaidCode::Element(l.element), (l.amount, l.employer_amount))).collect();
        let changes = walk::whole(&walk::Amounts::new(), &after, self.causes.arrival);
        let controls = holding(state, plan);
        let shown = self.shown(state);
        let unused = self.unused(state, &facts, i.changes, Pins::None, &[]);
        Output { payslip: Some(payslip), changes, facts, stops, controls, shown, owed, unused, ..Output::default() }
    }
}
