//! Lines that all of the month does not make, worked out once more without what was paid once (arrears whose contributions were
//! taken elsewhere are in none of the bases), and with it (a correction bears what the rules do not take of it).

use super::{Against, Replay, Resolved, pin};
use crate::compute::eval::{Computed, Pins, State};
use crate::facts::Facts;
use crate::ground::{At, Exact, Money};
use crate::payslip::{Card, LineKind, PaidCode, PaidLine};
use crate::rules::plan::Step;
use std::collections::{BTreeMap, BTreeSet};

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

    /// A line is as it was paid where its base and what was paid once, all of it or one of its lines, come to that at its rate: what
    /// was taken on it ends with it.
    pub(super) fn on_what_was_once(&self, state: &mut State, paid: &[PaidLine], arrears: &[PaidLine], against: Against<'_>) {
        let elements = against.pinned.len();
        let mut once: BTreeMap<(bool, PaidCode), Money> = BTreeMap::new();
        let own = paid.iter().filter(|l| self.is_once(l.code, elements)).map(|l| (false, l));
        let before = arrears.iter().filter(|l| self.is_earned(l.code, elements)).map(|l| (true, l));
        for (was, l) in own.chain(before) {
            *once.entry((was, l.code)).or_default() += l.amount;
        }
        let all: Money = once.values().copied().sum();
        let sums: BTreeSet<Money> = once.into_values().chain([all]).filter(|m| !m.is_zero()).flat_map(|m| [m, -m]).collect();
        if sums.is_empty() {
            return;
        }
        for (i, paid) in against.pinned.iter().enumerate() {
            let made = matches!(self.catalogue[i].kind, LineKind::Deduction | LineKind::Employer);
            let (Some(p), Some(c)) = (paid.filter(|_| made), state.results[i]) else { continue };
            if c.stop.is_some() || against.is_near(i, Some(c), 1) {
                continue;
            }
            let Some(base) = c.base else { continue };
            let comes_to = |rate: Option<Exact>, made: Money, taken: Money, more: Money| match rate {
                Some(rate) => {
                    let sum = base.add(more.exact()).and_then(|b| b.mul(rate)).and_then(|x| x.scaled_half_up(100));
                    sum.is_some_and(|x| x.abs() == taken.cents().abs())
                }
                None => made == taken,
            };
            let on = |more: Money| {
                let employers = || against.agents_alone || comes_to(c.employer_rate, c.employer_amount, p.employer_amount, more);
                comes_to(c.rate, c.amount, p.amount, more) && employers()
            };
            if sums.iter().any(|more| on(*more)) {
                state.results[i] = Some(Computed { amount: p.amount, employer_amount: p.employer_amount, ..c });
            }
        }
    }

    fn card(&self, code: PaidCode, elements: usize) -> Option<&Card> {
        self.catalogue.get(match code {
            PaidCode::Element(e) => e.index(),
            PaidCode::Unknown(u) => elements + usize::from(u),
        })
    }

    fn is_earned(&self, code: PaidCode, elements: usize) -> bool {
        self.card(code, elements).is_some_and(|c| c.kind == LineKind::Earning)
    }

    /// Whether a line is an earning of one month alone.
    fn is_once(&self, code: PaidCode, elements: usize) -> bool {
        self.card(code, elements).is_some_and(|c| c.kind == LineKind::Earning && !c.recurs)
    }
}
