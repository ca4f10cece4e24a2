//! Months before the last: what a change that reaches back to them comes to.
//!
//! A month whose payslip survived, and of which every month since is known, is replayed on its own law and recomputed with
//! what is known now; what later months paid for it is taken off. A month of which nothing survived is told, or paid on the
//! assumption that it was paid as the last one, as the job says. What does not come out is left to people, with the reason.

use crate::compute::arrears::{Arrears, Due, Paid, Step};
use crate::compute::employee::Machine;
use crate::compute::eval::{Adjust, State};
use crate::compute::replay::{Hidden, Replay, Replayed, Verdict};
use crate::facts::{Begun, Dated, Fact, FactId, Facts};
use crate::ground::{Money, PayMonth};
use crate::payslip::{LineKind, PaidCode, PaidLine, PaidSlip};
use crate::rules::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// The law of a month before the last.
pub struct Gone {
    pub month: PayMonth,
    pub due: Plan,
    /// Without the values that last month was paid without, where they were in force.
    pub old: Option<Plan>,
}

impl Gone {
    fn paid_on(&self) -> &Plan {
        self.old.as_ref().unwrap_or(&self.due)
    }
}

/// What is known of one employee's months.
#[derive(Clone, Copy)]
pub struct History<'h> {
    /// Payslips before the last, by month, and what each was paid on.
    pub slips: &'h BTreeMap<PayMonth, PaidSlip>,
    pub paid_on: &'h BTreeMap<PayMonth, Facts>,
    /// Values that records say began on a day, in the order of the records.
    pub begun: &'h [Begun],
    /// Last month's payslip.
    pub last: Option<&'h PaidSlip>,
    pub alternatives: &'h [Fact],
}

impl History<'_> {
    /// Whether a record tells of a value that began before it.
    pub fn reaches_back(&self) -> bool {
        !self.slips.is_empty() && self.begun.iter().any(|b| b.from < b.record.first_day())
    }
}

/// Why a month before the last is left to people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Why {
    /// Nothing tells what was paid for it, or for a month since.
    Unknown,
    /// Its payslip does not come out on the lines that move.
    NotUnderstood,
    /// A later month corrected it, or may have, for a reason that nothing tells.
    Corrected,
    /// Not a whole month of presence.
    Presence,
}

/// The months before the last as this month sees them.
struct Reach<'r> {
    replay: &'r Replayed,
    /// Changes of this month's lists: those that last month was not paid on, and all.
    moved: &'r [&'r Dated],
    all: &'r [Dated],
    facts: &'r Facts,
    history: &'r History<'r>,
}

impl Machine<'_> {
    /// Goes back month by month, as far as a change reaches.
    pub(super) fn months_before(
        &self,
        state: &mut State,
        replay: &Replayed,
        (moved, all): (&[&Dated], &[Dated]),
        facts: &Facts,
        history: &History<'_>,
        out: &mut Arrears,
    ) {
        let reach = Reach { replay, moved, all, facts, history };
        let mut unbroken = true;
        for gone in &self.road.gone {
            let end = gone.month.last_day();
            let late = self.road.settles && gone.old.is_some();
            let due = late || moved.iter().any(|d| d.from <= end);
            let slip = history.slips.get(&gone.month);
            unbroken &= slip.is_some();
            let why = match slip.filter(|_| unbroken) {
                Some(slip) => match self.known_month(state, gone, slip, &reach, out) {
                    Ok(()) => continue,
                    Err(why) => why,
                },
                None => Why::Unknown,
            };
            if !due {
                continue;
            }
            let told = why != Why::Unknown || !self.road.assumes;
            match self.as_last_month(state, gone, &reach, !told, out) {
                Some(sum) if told && !sum.is_zero() => {
                    out.estimate += sum;
                    out.earlier.push((gone.month, why));
                }
                Some(_) => {}
                None => out.earlier.push((gone.month, Why::Presence)),
            }
        }
    }

    /// A month whose payslip survived, and all of those since.
    fn known_month(&self, state: &mut State, gone: &Gone, slip: &PaidSlip, reach: &Reach<'_>, out: &mut Arrears) -> Result<(), Why> {
        let month = gone.month;
        let changes = self.due_since(month, reach);
        let old = gone.old.as_ref().filter(|_| self.road.settles);
        if changes.is_empty() && old.is_none() {
            return Ok(());
        }
        let (own, others): (Vec<PaidLine>, Vec<PaidLine>) = slip.all().cloned().partition(|l| l.period.is_none_or(|p| p == month));
        let carriers = self.carriers();
        let carried = |l: &PaidLine| match l.code {
            PaidCode::Element(e) => self.made_of(e).find(|f| carriers.contains(f)),
            PaidCode::Unknown(_) => None,
        };
        let facts = match reach.history.paid_on.get(&month) {
            Some(f) => f.clone(),
            None => self.lasting(month, reach),
        };
        let hidden = Hidden { arrears: &others, ..Hidden::of(slip) };
        let on = |state: &mut State, plan: &Plan| {
            let replay = Replay { plan, catalogue: self.catalogue, unknown_kinds: self.unknown_kinds };
            replay.run(state, &facts, reach.history.alternatives, &own, hidden)
        };
        let gaps = |r: &Replayed| r.lines.iter().filter(|l| l.verdict == Verdict::Gap).count();
        let mut then = on(state, &gone.due);
        let mut due = None;
        if let Some(old) = old {
            let before = on(state, old);
            if gaps(&before) < gaps(&then) {
                (then, due) = (before, Some(&gone.due));
            }
        }
        let plan = due.map_or(&gone.due, |_| gone.paid_on());
        let changes: Vec<Due> = self.telling(changes, &then.facts);
        let paid = Paid { month, plan, facts: &then.facts, adjust: &then.adjust };
        let mut without = BTreeSet::new();
        let steps = self.since(state, paid, due, &changes, &mut without).ok_or(Why::Presence)?;
        if steps.is_empty() {
            return Ok(());
        }
        if steps.iter().any(|s| then.adjust.get(s.element.index()).is_some_and(|a| *a != Adjust::None)) {
            return Err(Why::NotUnderstood);
        }
        if own.iter().any(|l| !l.amount.is_zero() && carried(l).is_some()) {
            return Err(Why::Corrected);
        }
        let already = self.paid_since(month, &steps, reach)?;
        if !already.is_empty() {
            // What was paid for the month is what the records since give a reason for, or nobody knows what it was for.
            let known: Vec<Due> = self.telling(self.due_by_records(month, reach), &then.facts);
            let told = self.since(state, paid, due, &known, &mut BTreeSet::new()).ok_or(Why::Presence)?;
            for (carrier, sum) in &already {
                let of = told.iter().filter(|s| s.carrier == *carrier);
                let reasoned: Money = of.clone().map(|s| s.sum).sum();
                if (reasoned - *sum).abs().cents() > of.count() as i64 {
                    return Err(Why::Corrected);
                }
            }
        }
        out.without.append(&mut without);
        out.take(steps);
        for (carrier, sum) in already {
            *out.sums.entry((month, carrier)).or_insert(Money::ZERO) -= sum;
            out.already.insert((month, carrier), sum);
        }
        if due.is_some() {
            let more = self.corrections_of(state, (plan, &gone.due), &then);
            out.corrections.extend(more);
        }
        Ok(())
    }

    /// What the month comes to if it was paid as the last one; into the sums when it is paid. `None` when last month was not
    /// a whole one.
    fn as_last_month(&self, state: &mut State, gone: &Gone, reach: &Reach<'_>, pays: bool, out: &mut Arrears) -> Option<Money> {
        let month = gone.month;
        let facts = self.lasting(month, reach);
        let old = gone.old.as_ref().filter(|_| self.road.settles);
        let dated = reach.moved.iter().filter(|d| d.from <= month.last_day());
        let changes: Vec<Due> = dated.map(|d| self.due_in(month, d, reach.facts)).collect();
        let paid = Paid { month, plan: old.unwrap_or(&gone.due), facts: &facts, adjust: &reach.replay.adjust };
        let mut without = BTreeSet::new();
        let steps = self.since(state, paid, old.map(|_| &gone.due), &changes, &mut without)?;
        let sum = steps.iter().map(|s| s.sum).sum();
        if pays {
            // Money that the last month paid for this one is not paid again.
            if !self.paid_since(month, &steps, reach).is_ok_and(|paid| paid.is_empty()) {
                out.estimate += sum;
                out.earlier.push((month, Why::Corrected));
                return Some(Money::ZERO);
            }
            out.without.append(&mut without);
            if !steps.is_empty() {
                out.assumed.insert(month);
            }
            out.take(steps);
            if old.is_some() {
                let then =
                    Replayed { facts, adjust: reach.replay.adjust.clone(), unknown: reach.replay.unknown.clone(), ..Replayed::default() };
                let more = self.corrections_of(state, (gone.paid_on(), &gone.due), &then);
                out.corrections.extend(more);
                out.assumed.insert(month);
            }
        }
        Some(sum)
    }

    /// What lasts of the facts that last month was paid on, as they stood in an earlier month.
    fn lasting(&self, month: PayMonth, reach: &Reach<'_>) -> Facts {
        let last = self.road.last().context.month;
        let late = |f: &Fact| self.road.raises.iter().any(|r| r.fact == f.id && r.since <= last.first_day());
        let mut facts = Facts::default();
        for f in reach.replay.facts.iter().filter(|f| self.pack.vocabulary.get(f.id).recurs) {
            facts.set(if late(f) { f.clone() } else { self.as_of(f, last, month) });
        }
        facts
    }

    /// What was due in the month by everything known now: records since, then this month's lists.
    fn due_since(&self, month: PayMonth, reach: &Reach<'_>) -> Vec<Due> {
        let mut out = self.due_by_records(month, reach);
        let dated = reach.all.iter().filter(|d| d.from <= month.last_day());
        out.extend(dated.map(|d| self.due_in(month, d, reach.facts)));
        out
    }

    /// What was due in the month by the records of months since.
    fn due_by_records(&self, month: PayMonth, reach: &Reach<'_>) -> Vec<Due> {
        let since = reach.history.begun.iter().filter(|b| b.record > month && b.from <= month.last_day());
        since.map(|b| Due { from: b.from, fact: b.fact.id, value: Some(self.as_of(&b.fact, b.record, month)) }).collect()
    }

    /// Changes of facts that the month was paid on otherwise.
    fn telling(&self, changes: Vec<Due>, paid_on: &Facts) -> Vec<Due> {
        let value = |d: &Due| d.value.as_ref().map(|f: &Fact| f.value.clone());
        let other = |d: &&Due| value(d) != paid_on.value(d.fact).cloned();
        let facts: BTreeSet<FactId> = changes.iter().filter(other).map(|d| d.fact).collect();
        changes.into_iter().filter(|d| facts.contains(&d.fact)).collect()
    }

    /// What months since have paid for this one, by the fact that carries it.
    fn paid_since(&self, month: PayMonth, steps: &[Step], reach: &Reach<'_>) -> Result<BTreeMap<FactId, Money>, Why> {
        let carriers: BTreeSet<FactId> = steps.iter().map(|s| s.carrier).collect();
        let mut out = BTreeMap::new();
        let last = self.road.last().context.month;
        let later = reach.history.slips.range(month.next()..).map(|(m, s)| (*m, s));
        for (of, slip) in later.chain(reach.history.last.map(|s| (last, s))) {
            // Days of its own before a change: the record says which.
            let own = reach.history.begun.iter().any(|b| b.record == of && of.contains(b.from) && b.from > of.first_day());
            for l in slip.all() {
                let PaidCode::Element(e) = l.code else { continue };
                if l.amount.is_zero() || self.catalogue[e.index()].kind != LineKind::Earning {
                    continue;
                }
                let arrears = self.made_of(e).find(|f| carriers.contains(f));
                if l.period == Some(month) {
                    if let Some(carrier) = arrears.or_else(|| self.carrier(e.index())).filter(|c| carriers.contains(c)) {
                        *out.entry(carrier).or_insert(Money::ZERO) += l.amount;
                    }
                } else if l.period.is_none_or(|p| p == of) && arrears.is_some() && !own {
                    return Err(Why::Corrected);
                }
            }
        }
        out.retain(|_, sum| !sum.is_zero());
        Ok(out)
    }
}
