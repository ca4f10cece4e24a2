//! A change that began before today: days of this month at the old value, and days of months gone by at the new one.
//!
//! What is due for them goes into the facts that carry arrears (the pack names one beside each element, `arrears`), so that
//! contributions and tax follow as they do for arrears of any other origin. Last month is recomputed on its own law, from
//! what was paid; the months before it are in [`crate::compute::gone`].

use crate::compute::corrections::Correction;
use crate::compute::employee::Machine;
use crate::compute::eval::{Adjust, Pins, State};
use crate::compute::gone::{History, Why};
use crate::compute::raise;
use crate::compute::replay::Replayed;
use crate::compute::within::round_once;
use crate::facts::{Dated, Fact, FactId, Facts, Origin, Value};
use crate::ground::{At, Exact, Money, PayMonth, Rounding, money};
use crate::payslip::{ElementId, Line, LineKind, Status};
use crate::rules::plan::Plan;
use chrono::{Datelike as _, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// A month counts thirty days.
pub const MONTH: i64 = 30;

/// What changes that began before today come to.
#[derive(Clone, Debug, Default)]
pub struct Arrears {
    /// For each month: the fact that carries it, and the sum.
    pub sums: BTreeMap<(PayMonth, FactId), Money>,
    /// How each sum came about.
    pub steps: Vec<Step>,
    /// Of each sum, what was paid already with a later month.
    pub already: BTreeMap<(PayMonth, FactId), Money>,
    /// Months that are paid on the assumption that they were paid as the last one.
    pub assumed: BTreeSet<PayMonth>,
    /// Months before the last one paid that are only told, nearest first, and about what is due for them before contributions.
    pub earlier: Vec<(PayMonth, Why)>,
    pub estimate: Money,
    /// Contributions of months before the last, where these were paid on the law of before.
    pub corrections: Vec<Correction>,
    /// Lines that move and that no fact carries arrears of.
    pub without: BTreeSet<ElementId>,
    /// Facts whose days of this month the formulas share between the values of before and after.
    pub shared: BTreeSet<FactId>,
    /// Facts that change after the last day that this month pays.
    pub beyond: BTreeSet<FactId>,
    /// Contributions of this month that a change within it moves though pay stays, on the facts of before and of after.
    pub schemes: Vec<(ElementId, Money, Money)>,
    /// The same of last month, for a change that began in it or before.
    pub schemes_gone: Vec<(ElementId, Money, Money)>,
    /// Why nothing was worked out.
    pub left: Option<Left>,
}

/// Days of a month that a line was paid on one value and due on another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    pub month: PayMonth,
    pub carrier: FactId,
    pub element: ElementId,
    /// The whole month's amount, as it was paid and as it was due.
    pub had: Money,
    pub due: Money,
    /// Of the month; negative for days that were paid on the later value and were due on the one before.
    pub thirtieths: i64,
    /// Thirtieths that the two amounts are for.
    pub of: i64,
    pub sum: Money,
}

/// What a month had and what it was due, for so many of its thirtieths.
pub(super) struct Moved<'m> {
    pub month: PayMonth,
    pub had: &'m [Money],
    pub due: &'m [Money],
    pub thirtieths: i64,
    pub of: i64,
}

/// Why the days are left to people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Left {
    /// Not a whole month of presence.
    Presence,
    /// A list of this month gives arrears itself.
    Listed,
}

/// A value that was due from a day on; nothing where the fact was not to be.
pub struct Due {
    pub from: NaiveDate,
    pub fact: FactId,
    pub value: Option<Fact>,
}

/// A month as it was paid: the law it was paid on, the facts, what the rules do not give.
#[derive(Clone, Copy)]
pub struct Paid<'p> {
    pub month: PayMonth,
    pub plan: &'p Plan,
    pub facts: &'p Facts,
    pub adjust: &'p [Adjust],
}

impl Arrears {
    /// The sum for a month.
    pub fn of(&self, month: PayMonth) -> Money {
        self.sums.iter().filter(|s| s.0.0 == month).map(|s| *s.1).sum()
    }
    /// What is paid for months before this one.
    pub fn before(&self, this: PayMonth) -> Money {
        self.sums.iter().filter(|s| s.0.0 < this).map(|s| *s.1).sum()
    }
    /// Months before this one that are paid for, the first of them first.
    pub fn months(&self, this: PayMonth) -> BTreeSet<PayMonth> {
        self.sums.iter().filter(|s| s.0.0 < this && !s.1.is_zero()).map(|s| s.0.0).collect()
    }
    pub(super) fn take(&mut self, steps: Vec<Step>) {
        for s in &steps {
            *self.sums.entry((s.month, s.carrier)).or_insert(Money::ZERO) += s.sum;
        }
        self.steps.extend(steps);
    }
}

/// Thirtieths of a month before a day.
pub(super) fn before(day: u32) -> i64 {
    i64::from(day.saturating_sub(1)).min(MONTH)
}

/// The fact as other facts have it.
pub(super) fn take(facts: &mut Facts, of: &Facts, fact: FactId) {
    match of.get(fact) {
        Some(f) => facts.set(f.clone()),
        None => facts.remove(fact),
    };
}

impl Machine<'_> {
    /// Works out what the changes and a late law come to, and puts it into this month's facts.
    pub fn arrears(
        &self,
        state: &mut State,
        replay: &Replayed,
        all: &[Dated],
        changes: &[Fact],
        history: &History<'_>,
        facts: &mut Facts,
    ) -> Arrears {
        let mut out = Arrears::default();
        let (last, adjust) = (self.road.last(), replay.adjust.as_slice());
        // What last month was paid on already has begun in time.
        let moved = |d: &&Dated| facts.value(d.fact) != replay.facts.value(d.fact);
        let dated: Vec<&Dated> = all.iter().filter(moved).collect();
        let due = self.road.due.as_ref().filter(|_| self.road.settles);
        if dated.is_empty() && due.is_none() && !history.reaches_back() {
            return out;
        }
        let listed = changes.iter().any(|c| self.carriers().contains(&c.id));
        let within = if dated.is_empty() { Ok(()) } else { self.within(state, replay, &dated, facts, &mut out, listed) };
        if let Err(left) = within.and(if listed { Err(Left::Listed) } else { Ok(()) }) {
            out.left = Some(left);
            return out;
        }
        let month = last.context.month;
        let past: Vec<Due> = dated.iter().filter(|d| d.from <= month.last_day()).map(|d| self.due_in(month, d, facts)).collect();
        let paid = Paid { month, plan: last, facts: &replay.facts, adjust };
        if !past.is_empty() {
            let mut known = replay.facts.clone();
            past.iter().filter_map(|d| d.value.clone()).for_each(|f| drop(known.set(f)));
            out.schemes_gone = self.contributions_apart(state, last, adjust, (&replay.facts, &known));
        }
        match self.since(state, paid, due, &past, &mut out.without) {
            Some(steps) => out.take(steps),
            None => {
                out.left = Some(Left::Presence);
                return out;
            }
        }
        self.months_before(state, replay, (&dated, all), facts, history, &mut out);
        self.put(&out, facts);
        out
    }

    /// What a change of this month's lists makes the fact in a month gone by.
    pub(super) fn due_in(&self, month: PayMonth, d: &Dated, facts: &Facts) -> Due {
        let this = self.road.this().context.month;
        Due { from: d.from, fact: d.fact, value: facts.get(d.fact).map(|f| self.as_of(f, this, month)) }
    }

    /// A fact as it stood in an earlier month: without what the law has added to it for everybody since.
    pub(super) fn as_of(&self, fact: &Fact, known_in: PayMonth, month: PayMonth) -> Fact {
        let since = raise::from_to(self.pack, month.first_day(), known_in.first_day());
        let by = since.iter().filter(|r| r.fact == fact.id).try_fold(Exact::ZERO, |sum, r| sum.add(r.by));
        let number = fact.value.number().zip(by.filter(|by| !by.is_zero()));
        match number.and_then(|(n, by)| n.sub(by)) {
            Some(n) => Fact { value: Value::Number(n.reduced()), ..fact.clone() },
            None => fact.clone(),
        }
    }

    /// A month gone by: from the day a change began, the new value, and from its first day on the law that was due, where it
    /// was paid on another. `None` when the days of an incomplete month cannot be told apart.
    pub(super) fn since(
        &self,
        state: &mut State,
        paid: Paid<'_>,
        due: Option<&Plan>,
        changes: &[Due],
        without: &mut BTreeSet<ElementId>,
    ) -> Option<Vec<Step>> {
        let month = paid.month;
        let from = |d: &Due| if d.from < month.first_day() { 1 } else { d.from.day() };
        let days: Vec<u32> = changes.iter().map(from).chain(due.map(|_| 1)).collect::<BTreeSet<_>>().into_iter().collect();
        let mut steps = Vec::new();
        if days.is_empty() {
            return Some(steps);
        }
        let had = self.amounts(state, paid.plan, paid.adjust, paid.facts);
        let mut exact = vec![(self.unrounded(state), before(days[0]))];
        let full = self.days(state).is_none_or(|d| d == Exact::int(MONTH));
        if !full && days.iter().any(|d| *d > 1) {
            return None;
        }
        for (k, day) in days.iter().enumerate() {
            let mut then = paid.facts.clone();
            for d in changes.iter().filter(|d| from(d) <= *day) {
                match &d.value {
                    Some(f) => drop(then.set(f.clone())),
                    None => drop(then.remove(d.fact)),
                }
            }
            self.follow(state, paid.facts, &mut then, &[]);
            let amounts = self.amounts(state, due.unwrap_or(paid.plan), paid.adjust, &then);
            let unrounded = self.unrounded(state);
            let end = days.get(k + 1).map_or(MONTH, |next| before(*next));
            let moved = Moved { month, had: &had, due: &amounts, thirtieths: end - before(*day), of: MONTH };
            exact.push((unrounded, end - before(*day)));
            self.enter(moved, &mut steps, without);
        }
        round_once(&mut steps, &exact, &had, MONTH);
        Some(steps)
    }

    /// The fact that carries arrears of an element.
    pub(super) fn carrier(&self, element: usize) -> Option<FactId> {
        self.pack.elements[element].arrears.as_ref().and_then(|s| self.pack.vocabulary.named(&s.text))
    }

    /// The fact that carries arrears of the line that an absence takes days off.
    fn carrier_of_absent(&self, element: usize) -> Option<FactId> {
        let [line] = self.pack.elements[element].replaces.as_slice() else { return None };
        let of = self.catalogue.iter().take(self.pack.elements.len()).position(|c| c.id == line.text)?;
        self.carrier(of)
    }

    /// Facts that carry arrears.
    pub(super) fn carriers(&self) -> BTreeSet<FactId> {
        (0..self.pack.elements.len()).filter_map(|e| self.carrier(e)).collect()
    }

    /// Facts that a line follows from: those that a line of arrears is made of are among them.
    pub(super) fn made_of(&self, element: ElementId) -> impl Iterator<Item = FactId> + '_ {
        let of = self.pack.elements.get(element.index()).map_or(&[][..], |e| e.inferences.as_slice());
        of.iter().filter_map(|i| self.pack.vocabulary.named(&i.fact.text))
    }

    /// Gains, by element.
    pub(super) fn amounts(&self, state: &mut State, plan: &Plan, adjust: &[Adjust], facts: &Facts) -> Vec<Money> {
        state.run(plan, facts, Pins::Adjusted(adjust), &[]);
        let gain = |e: usize| self.catalogue[e].kind == LineKind::Earning;
        let amount = |(e, c): (usize, &Option<crate::compute::eval::Computed>)| {
            c.filter(|c| gain(e) && c.stop.is_none()).map_or(Money::ZERO, |c| c.amount)
        };
        state.results.iter().enumerate().map(amount).collect()
    }

    /// The gains just worked out, before they were rounded.
    pub(super) fn unrounded(&self, state: &State) -> Vec<Exact> {
        let gain = |e: usize| self.catalogue[e].kind == LineKind::Earning;
        let exact = |(e, c): (usize, &Option<crate::compute::eval::Computed>)| {
            c.filter(|c| gain(e) && c.stop.is_none()).map_or(Exact::ZERO, |c| c.unrounded)
        };
        state.results.iter().enumerate().map(exact).collect()
    }

    /// What so many thirtieths of the difference come to.
    pub(super) fn enter(&self, moved: Moved<'_>, steps: &mut Vec<Step>, without: &mut BTreeSet<ElementId>) {
        let Moved { month, had, due, thirtieths, of } = moved;
        for (e, (had, due)) in had.iter().zip(due).enumerate().filter(|(_, (a, b))| a != b) {
            // A day of absence, an hour: of which days of the month it was is not known here. Of a month that is due whole it does
            // not matter: what an absence took off a line is owed, or taken, with that line.
            let own = self.carrier(e).filter(|_| self.catalogue[e].recurs);
            let Some(carrier) = own.or_else(|| self.carrier_of_absent(e).filter(|_| thirtieths == of)) else {
                without.insert(ElementId(e as u16));
                continue;
            };
            let share = Exact::ratio(thirtieths, of).and_then(|s| (*due - *had).exact().mul(s));
            if let Some(sum) = share.and_then(|x| money::round(x, Rounding::HalfUp)).filter(|m| !m.is_zero()) {
                steps.push(Step { month, carrier, element: ElementId(e as u16), had: *had, due: *due, thirtieths, of, sum });
            }
        }
    }

    /// Puts the sums into the facts that carry them.
    fn put(&self, out: &Arrears, facts: &mut Facts) {
        let carriers: BTreeSet<FactId> = out.sums.keys().map(|k| k.1).collect();
        for id in carriers {
            let sum: Money = out.sums.iter().filter(|s| s.0.1 == id).map(|s| *s.1).sum();
            facts.set(Fact { id, value: Value::Number(sum.exact()), at: At::NOWHERE, origin: Origin::Inferred });
        }
    }

    /// A line of arrears for each month it is about; one of a month that is only assumed is an estimate.
    pub(super) fn date_arrears(&self, arrears: &Arrears, lines: &mut Vec<Line>) {
        let mut out = Vec::with_capacity(lines.len());
        for l in lines.drain(..) {
            let carried: BTreeSet<FactId> = self.made_of(l.element).collect();
            let parts = || arrears.sums.iter().filter(|s| carried.contains(&s.0.1) && !s.1.is_zero());
            if parts().next().is_none() || parts().map(|s| *s.1).sum::<Money>() != l.amount {
                out.push(l);
                continue;
            }
            out.extend(parts().map(|((month, _), sum)| Line {
                amount: *sum,
                period: Some(*month),
                status: if arrears.assumed.contains(month) { Status::Estimated } else { l.status },
                ..l.clone()
            }));
        }
        *lines = out;
    }
}
