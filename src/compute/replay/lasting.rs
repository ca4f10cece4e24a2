//! Lines that all of the month does not make, worked out once more without what was paid once: arrears whose contributions were
//! taken elsewhere are in none of the bases.

use super::{Against, Replay, Resolved, pin};
use crate::compute::eval::{Computed, Pins, State};
use crate::facts::Facts;
use crate::ground::{At, Money};
use crate::payslip::{LineKind, PaidCode, PaidLine};
use crate::rules::plan::Step;
use std::collections::BTreeSet;

impl Replay<'_> {
    /// Takes the result without one-off earnings, all of them and then each, for every line that comes out with it alone.
    pub(super) fn on_what_lasts(
        &self,
        state: &mut State,
        (facts, resolved): (&mut Facts, &mut Vec<Resolved>),
        paid: &[PaidLine],
        against: Against<'_>,
        unknown: &[(PaidCode, LineKind, Money, Money)],
    ) {
        let elements = against.pinned.len();
        let made = |i: usize| matches!(self.catalogue[i].kind, LineKind::Deduction | LineKind::Employer | LineKind::Tax);
        let off = |i: usize, c: Option<Computed>| made(i) && against.pinned[i].is_some() && c.is_some() && !against.is_near(i, c, 1);
        let once: BTreeSet<PaidCode> = paid.iter().map(|l| l.code).filter(|c| self.is_once(*c, elements)).collect();
        let each = once.iter().map(|c| BTreeSet::from([*c])).filter(|_| once.len() > 1);
        for left in once.iter().take(1).map(|_| once.clone()).chain(each) {
            let all = state.results.clone();
            let open: BTreeSet<usize> = (0..elements).filter(|i| off(*i, all[*i])).collect();
            if open.is_empty() {
                return;
            }
            let lasting: Vec<PaidLine> = paid.iter().filter(|l| !left.contains(&l.code)).cloned().collect();
            let pinned = pin(&lasting, elements);
            let without = Against { pinned: &pinned, ..against };
            let extra: Vec<_> = unknown.iter().filter(|u| !left.contains(&u.0)).map(|u| (u.1, u.2, u.3)).collect();
            state.run(self.plan, facts, Pins::Paid(&pinned), &extra);
            for step in &self.plan.steps {
                let Step::Element(e) = step else { continue };
                let i = e.element.index();
                if self.catalogue[i].kind == LineKind::Tax && open.contains(&i) && !without.agrees(i, state) {
                    let at = paid.iter().find(|l| l.code == PaidCode::Element(e.element)).map_or(At::NOWHERE, |l| l.at);
                    let candidates = self.candidates(state, e, &without.paid(i), &[], at);
                    self.resolve(state, e, without, &extra, candidates, facts, resolved);
                }
            }
            for (i, c) in all.into_iter().enumerate() {
                if !(open.contains(&i) && without.agrees(i, state)) {
                    state.results[i] = c;
                }
            }
        }
    }

    /// Whether a line is an earning of one month alone.
    fn is_once(&self, code: PaidCode, elements: usize) -> bool {
        let index = match code {
            PaidCode::Element(e) => e.index(),
            PaidCode::Unknown(u) => elements + usize::from(u),
        };
        self.catalogue.get(index).is_some_and(|c| c.kind == LineKind::Earning && !c.recurs)
    }
}
