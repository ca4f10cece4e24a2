//! A change that begins within the month to be paid: the days before it stay on the value of before.
//!
//! Where the pack's formulas share a fact's days between its two values, each line has its own days of each. Every other
//! line is computed on the later value, and what the days before were due less or more goes into the facts of arrears. A
//! contribution that these changes move otherwise than through pay is named: no arrears of pay can set that right.

use crate::compute::arrears::{Arrears, Left, MONTH, Moved, Step, before, take};
use crate::compute::employee::Machine;
use crate::compute::eval::{Adjust, Computed, Pins, State};
use crate::compute::replay::Replayed;
use crate::facts::{Dated, Fact, Facts, Origin, Role, Value};
use crate::ground::{Exact, Money, Rounding, money};
use crate::payslip::{ElementId, LineKind};
use chrono::Datelike as _;
use std::collections::BTreeSet;

/// The days of a line on each of its values, added up and rounded once: what its days of before are due is the sum less the
/// line as it is printed.
pub(super) fn round_once(steps: &mut Vec<Step>, exact: &[(Vec<Exact>, i64)], whole: &[Money], of: i64) {
    let elements: BTreeSet<ElementId> = steps.iter().map(|s| s.element).collect();
    for element in elements {
        let e = element.index();
        let days = |(amounts, thirtieths): &(Vec<Exact>, i64)| Exact::ratio(*thirtieths, of).and_then(|s| amounts[e].mul(s));
        let sum = exact.iter().map(days).try_fold(Exact::ZERO, |sum, x| sum.add(x?));
        let Some(sum) = sum.and_then(|x| money::round(x, Rounding::HalfUp)) else { continue };
        let had: Money = steps.iter().filter(|s| s.element == element).map(|s| s.sum).sum();
        let cents = sum - whole[e] - had;
        // More than roundings of days would be another difference: a line that is whole whatever the day.
        let last = steps.iter_mut().rfind(|s| s.element == element).filter(|_| cents.abs().cents() <= 2);
        if let Some(s) = last {
            s.sum += cents;
        }
    }
    steps.retain(|s| !s.sum.is_zero());
}

impl Machine<'_> {
    /// Enters what the changes within this month come to; where a list gives arrears itself, only what the formulas share.
    ///
    /// # Errors
    /// When the days of the month cannot be told apart.
    pub(super) fn within(
        &self,
        state: &mut State,
        replay: &Replayed,
        dated: &[&Dated],
        facts: &mut Facts,
        out: &mut Arrears,
        listed: bool,
    ) -> Result<(), Left> {
        let (this, adjust) = (self.road.this(), replay.adjust.as_slice());
        let month = this.context.month;
        let day_of = |facts: &Facts, role| self.pack.vocabulary.role(role).and_then(|id| facts.value(id)).and_then(Value::date);
        let last = day_of(facts, Role::Exit).filter(|d| *d >= month.first_day() && *d < month.last_day());
        let changes: Vec<&Dated> = dated.iter().copied().filter(|d| month.contains(d.from)).collect();
        // Nothing of the month is paid on it.
        for d in changes.iter().filter(|d| last.is_some_and(|last| d.from > last)) {
            take(facts, &replay.facts, d.fact);
            out.beyond.insert(d.fact);
        }
        if !out.beyond.is_empty() {
            self.follow_back(state, &replay.facts, facts);
        }
        let changes: Vec<&Dated> = changes.into_iter().filter(|d| !out.beyond.contains(&d.fact)).collect();
        let whole = self.amounts(state, this, adjust, facts);
        let mut exact = vec![(self.unrounded(state), 0)];
        let present = self.days(state).and_then(Exact::whole).unwrap_or(MONTH);
        let bounded = last.is_some() || day_of(facts, Role::Entry).is_some_and(|d| month.contains(d) && d > month.first_day());
        if dated.iter().all(|d| out.beyond.contains(&d.fact)) {
            return Ok(());
        }
        // What the formulas share by days is not shared again.
        let unshared = facts.clone();
        for d in &changes {
            if let Some(shared) = self.pack.vocabulary.shared(d.fact)
                && let Some(was) = replay.facts.value(d.fact).cloned().or_else(|| self.default_number(d.fact))
            {
                facts.set(Fact { id: shared.before, value: was, at: d.at, origin: Origin::Inferred });
                facts.set(Fact { id: shared.begins, value: Value::Date(d.from), at: d.at, origin: Origin::Inferred });
                out.shared.insert(d.fact);
            }
        }
        if !changes.is_empty() {
            self.schemes(state, replay, &changes, facts, out);
        }
        if present != MONTH && (!bounded || present == 0) {
            return Err(Left::Presence);
        }
        if changes.is_empty() || listed {
            return Ok(());
        }
        let shared = if out.shared.is_empty() { whole.clone() } else { self.amounts(state, this, adjust, facts) };
        let within: BTreeSet<u32> = changes.iter().map(|d| d.from.day()).collect();
        let (mut begun, mut segments) = (0, Vec::new());
        for day in within {
            let mut then = unshared.clone();
            for d in changes.iter().filter(|d| d.from.day() >= day) {
                take(&mut then, &replay.facts, d.fact);
            }
            self.follow_back(state, &replay.facts, &mut then);
            let until = if present == MONTH { before(day) } else { self.days_before(state, &unshared, day, replay) };
            segments.push((self.amounts(state, this, adjust, &then), until - begun));
            exact.push((self.unrounded(state), until - begun));
            begun = until;
        }
        let (mut steps, mut without) = (Vec::new(), BTreeSet::new());
        for (had, thirtieths) in &segments {
            let left_to = |e: usize| whole[e] == shared[e];
            let mut due = had.clone();
            (0..due.len()).filter(|e| !left_to(*e)).for_each(|e| due[e] = whole[e]);
            self.enter(Moved { month, had: &whole, due: &due, thirtieths: *thirtieths, of: present }, &mut steps, &mut without);
        }
        exact[0].1 = present - begun;
        round_once(&mut steps, &exact, &whole, present);
        self.rest_of_shared(&whole, &shared, &segments, present, &mut steps);
        out.take(steps);
        out.without.append(&mut without);
        Ok(())
    }

    /// What the formulas leave of a line that they share by days: other changes on the same days.
    fn rest_of_shared(&self, whole: &[Money], shared: &[Money], segments: &[(Vec<Money>, i64)], present: i64, steps: &mut Vec<Step>) {
        let month = self.road.this().context.month;
        for e in (0..whole.len()).filter(|e| whole[*e] != shared[*e]) {
            let Some(carrier) = self.carrier(e).filter(|_| self.catalogue[e].recurs) else { continue };
            let mut rest = Some((whole[e] - shared[e]).exact());
            for (had, thirtieths) in segments {
                let part = Exact::ratio(*thirtieths, present).and_then(|s| (had[e] - whole[e]).exact().mul(s));
                rest = rest.zip(part).and_then(|(a, b)| a.add(b));
            }
            let sum = rest.and_then(|x| money::round(x, Rounding::HalfUp)).unwrap_or(Money::ZERO);
            // The two ways of rounding a day are a cent apart.
            if sum.abs().cents() > 1 {
                let (element, thirtieths, of) = (ElementId(e as u16), present, present);
                steps.push(Step { month, carrier, element, had: shared[e], due: shared[e] + sum, thirtieths, of, sum });
            }
        }
    }

    /// Thirtieths of presence before a day of this month, as somebody who leaves the day before has them.
    fn days_before(&self, state: &mut State, facts: &Facts, day: u32, replay: &Replayed) -> i64 {
        let this = self.road.this();
        let eve = this.context.month.first_day().with_day(day).and_then(|d| d.pred_opt());
        let (Some(eve), Some(exit)) = (eve, self.pack.vocabulary.role(Role::Exit)) else { return 0 };
        let mut until = facts.clone();
        until.set(Fact { id: exit, value: Value::Date(eve), at: crate::ground::At::NOWHERE, origin: Origin::Inferred });
        state.run(this, &until, Pins::Adjusted(&replay.adjust), &[]);
        self.days(state).and_then(Exact::whole).unwrap_or(0)
    }

    /// A number's default, where nothing is known of the fact.
    fn default_number(&self, fact: crate::facts::FactId) -> Option<Value> {
        Some(Value::Number(Exact::parse(self.pack.defaults[fact.index()].as_deref()?)?))
    }

    /// Contributions that a change moves though all pay stays: another scheme, another ceiling.
    fn schemes(&self, state: &mut State, replay: &Replayed, changes: &[&Dated], facts: &Facts, out: &mut Arrears) {
        let mut then = facts.clone();
        for d in changes.iter().filter(|d| !out.shared.contains(&d.fact)) {
            take(&mut then, &replay.facts, d.fact);
        }
        out.schemes = self.contributions_apart(state, self.road.this(), &replay.adjust, (&then, facts));
    }

    /// Contributions on the same pay, by the facts of before and by those of after, where they differ.
    pub(super) fn contributions_apart(
        &self,
        state: &mut State,
        plan: &crate::rules::plan::Plan,
        adjust: &[Adjust],
        (then, now): (&Facts, &Facts),
    ) -> Vec<(ElementId, Money, Money)> {
        let mut given = adjust.to_vec();
        given.resize(self.pack.elements.len(), Adjust::None);
        let made = |c: &Option<Computed>| c.filter(|c| c.stop.is_none()).unwrap_or(Computed::ABSENT);
        state.run(plan, then, Pins::Adjusted(&given), &[]);
        let before: Vec<Computed> = state.results.iter().map(made).collect();
        state.run(plan, now, Pins::Adjusted(&given), &[]);
        let after: Vec<Computed> = state.results.iter().map(made).collect();
        for (e, a) in given.iter_mut().enumerate() {
            let (was, is) = (&before[e], &after[e]);
            // A sum that no rate makes is what it is, whoever bears it.
            let bare = |c: &Computed| c.rate.is_none() && c.employer_rate.is_none();
            if self.catalogue[e].kind == LineKind::Earning || ((was.applies || is.applies) && bare(was) && bare(is)) {
                *a = Adjust::Give(is.amount, is.employer_amount);
            }
        }
        let both = |c: Option<Computed>| c.filter(|c| c.stop.is_none()).map_or(Money::ZERO, |c| c.amount.abs() + c.employer_amount.abs());
        let mut on = |facts: &Facts| -> Vec<Money> {
            state.run(plan, facts, Pins::Adjusted(&given), &[]);
            state.results.iter().map(|c| both(*c)).collect()
        };
        let (was, is) = (on(then), on(now));
        let sum = |a: &Adjust| matches!(a, Adjust::Give(..));
        let contribution = |e: usize| matches!(self.catalogue[e].kind, LineKind::Deduction | LineKind::Employer) && !sum(&given[e]);
        let apart = was.into_iter().zip(is).enumerate().filter(|(e, (a, b))| contribution(*e) && a != b);
        apart.map(|(e, (a, b))| (ElementId(e as u16), a, b)).collect()
    }
}
