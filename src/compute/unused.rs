//! What this month's lists bring and no line is made with: hours of somebody whose status gives no right to them.

use super::employee::Machine;
use super::eval::{Pins, State};
use super::walk;
use crate::facts::{Fact, FactId, FactKind, Facts, NumberForm};
use crate::ground::Money;
use crate::payslip::LineKind;

impl Machine<'_> {
    /// The one-offs among the changes without which the payslip is the same.
    pub(super) fn unused(
        &self,
        state: &mut State,
        facts: &Facts,
        changes: &[Fact],
        pins: Pins<'_>,
        extra: &[(LineKind, Money, Money)],
    ) -> Vec<FactId> {
        let counts = |f: &&Fact| {
            let decl = self.pack.vocabulary.get(f.id);
            let owed = matches!(decl.kind, FactKind::Number { form: NumberForm::Hours | NumberForm::Money });
            owed && !decl.recurs && f.value.number().is_some_and(|n| !n.is_zero())
        };
        let listed: Vec<FactId> = changes.iter().filter(counts).map(|f| f.id).collect();
        if listed.is_empty() {
            return listed;
        }
        let plan = self.road.this();
        state.run(plan, facts, pins, extra);
        let (with, net) = (walk::collect(state, &[]), state.totals(plan));
        let idle = |id: &FactId| {
            let mut without = facts.clone();
            without.remove(*id);
            state.run(plan, &without, pins, extra);
            state.stops(plan).is_empty() && walk::collect(state, &[]) == with && state.totals(plan) == net
        };
        let unused = listed.into_iter().filter(idle).collect();
        // Whoever asks the state afterwards asks about the payslip.
        state.run(plan, facts, pins, extra);
        unused
    }
}
