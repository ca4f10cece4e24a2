//! Whoever was paid last month and is known still: replay, this month's facts, this month, and the walk.

use super::{Input, Machine, Output, Way, holding};
use crate::compute::arrears::take;
use crate::compute::corrections::{self, ThisMonth};
use crate::compute::eval::{Adjust, Computed, Pins, State, Stop};
use crate::compute::raise;
use crate::compute::replay::{ReplayLine, Replayed, Verdict};
use crate::compute::walk::{self, Month};
use crate::facts::{Fact, FactId, Facts, Origin, Value};
use crate::ground::{At, Money, Rounding, money};
use crate::payslip::{LineKind, PaidCode, Payslip};
use crate::rules::plan::Plan;

impl Machine<'_> {
    pub(super) fn stays(&self, state: &mut State, i: &Input<'_>, paid: &walk::Amounts, mut replay: Replayed) -> Output {
        let mut facts = self.goes_on(state, i, &mut replay, i.changes);
        let belated = self.belated(state, i, &replay);
        if let Some(b) = &belated {
            self.take_back(b, &mut facts);
        }
        let dated = raise::begun(&self.road.raises, &self.road.last().context, i.dated, &replay, &facts);
        let mut arrears = self.arrears(state, &replay, &dated, i.changes, &i.history(), &mut facts);
        let settles = self.road.settles && arrears.left.is_none();
        let mut corrections = if settles { self.corrections(state, &replay) } else { Vec::new() };
        if i.slip.is_some_and(|s| s.employer_hidden) {
            corrections::of_the_agent(&mut corrections);
        }
        corrections.append(&mut arrears.corrections);
        let owed = if settles { None } else { self.late_law(state, &replay) };
        let last_adjust = replay.adjust.clone();
        let mut this_adjust = last_adjust.clone();
        let settled = self.settle(state, &replay, &facts, &mut this_adjust);
        let mut kept: Vec<_> = replay.unknown.iter().copied().filter(|u| self.recurs(u.0)).collect();
        let over = self.distance_ends(i, &mut this_adjust, &mut kept);
        let kept_extra: Vec<_> = kept.iter().map(|u| (u.1, u.2, u.3)).collect();
        let gone = self.let_go(state, &replay, &facts, &mut this_adjust, &kept_extra);
        let settled = settled.or((gone || over).then_some(self.causes.one_off_ended));
        corrections.extend(self.on_arrears(state, &arrears, &ThisMonth { facts: &facts, adjust: &this_adjust, extra: &kept_extra }));
        let corrected = corrections::on_top(&corrections, &this_adjust, self.pack.elements.len());
        let nets = self.nets(state, &replay, &facts, &corrected);
        let mut fact_changes = walk::fact_changes(self.pack, self.vocabulary(), &replay.facts, &facts);
        raise::name_causes(&self.road.raises, &mut fact_changes);
        let last = Month { facts: &replay.facts, adjust: &last_adjust, unknown: &replay.unknown };
        let this = Month { facts: &facts, adjust: &this_adjust, unknown: &kept };
        // Arrears of an earlier month end with the month that paid them.
        let own = walk::paid_amounts(i.paid);
        let mut changes = walk::whole(paid, &own, self.causes.one_off_ended);
        changes.extend(walk::walk(self.pack, self.road, state, &own, &last, &this, &fact_changes, settled));
        // So does what they bore, and what a line bore that never comes twice.
        let once = |l: &ReplayLine| l.verdict == Verdict::OneOff && !l.paid.is_zero();
        if !i.arrears().is_empty() || replay.lines.iter().any(once) {
            self.name_arrears(&replay, &mut changes);
        }
        let plan = self.road.this();
        if !corrections.is_empty() {
            let without = walk::collect(state, &kept);
            state.run(plan, &facts, Pins::Adjusted(&corrected), &kept_extra);
            changes.extend(walk::whole(&without, &walk::collect(state, &kept), self.causes.arrears));
        }
        let stops = state.stops(plan);
        if !stops.is_empty() && !self.understood(&replay) {
            let again = self.carried(i, paid);
            // Of somebody paid one-offs alone nothing is left to carry, and contributions of nothing are none.
            if !i.paid.is_empty() {
                return Output { replay, carried_for: stops, ..again };
            }
        }
        let mut payslip = self.payslip(state, plan, i.id, &this_adjust, &kept);
        if !stops.is_empty() {
            // The employee is set aside; what the lines come to is known all the same, and the books must balance.
            let extra: Vec<_> = kept.iter().map(|u| (u.1, u.2, u.3)).collect();
            payslip.totals = self.carried_totals(&payslip.lines, &extra);
        }
        self.date_arrears(&arrears, &mut payslip.lines);
        corrections::apart(&corrections, &arrears.assumed, &mut payslip);
        if let Some(b) = &belated {
            self.enter_belated(state, &kept, b, &mut changes, &mut payslip);
        }
        let controls = holding(state, plan);
        let shown = self.shown(state);
        let extra: Vec<_> = kept.iter().map(|u| (u.1, u.2, u.3)).collect();
        let unused = self.unused(state, &facts, i.changes, Pins::Adjusted(&corrected), &extra);
        Output {
            unused,
            payslip: Some(payslip),
            replay,
            changes,
            fact_changes,
            facts,
            stops,
            controls,
            shown,
            nets,
            arrears,
            corrections,
            belated,
            owed,
            ..Output::default()
        }
    }

    /// This month's facts: what no file says and last month's lines prove stays true until something says otherwise.
    pub(super) fn goes_on(&self, state: &mut State, i: &Input<'_>, replay: &mut Replayed, changes: &[Fact]) -> Facts {
        let mut facts = i.known.clone();
        for r in replay.resolved.iter().filter(|r| self.vocabulary().get(r.fact).recurs) {
            if r.stays(&i.believed(self.vocabulary())).is_some() {
                facts.set(r.used.clone());
            }
        }
        raise::apply(&self.road.raises, &mut facts, replay, changes);
        let mut facts = self.this_month(facts, changes);
        self.follow(state, &replay.facts, &mut facts, changes);
        self.work_out(state, &mut facts, changes);
        facts
    }

    /// The month's pay as the rules and what goes on of last month's lines make it; nothing where a fact is wanting.
    pub(super) fn pay_behind(&self, state: &mut State, i: &Input<'_>, replay: &Replayed, facts: &Facts) -> Option<Payslip> {
        let mut adjust = replay.adjust.clone();
        self.settle(state, replay, facts, &mut adjust);
        let kept: Vec<_> = replay.unknown.iter().copied().filter(|u| self.recurs(u.0)).collect();
        let extra: Vec<_> = kept.iter().map(|u| (u.1, u.2, u.3)).collect();
        self.let_go(state, replay, facts, &mut adjust, &extra);
        let plan = self.road.this();
        // Advances of before are taken back with a later payslip.
        let mut facts = facts.clone();
        self.advance_fact("advance_left").into_iter().for_each(|id| drop(facts.remove(id)));
        state.run(plan, &facts, Pins::Adjusted(&adjust), &extra);
        state.stops(plan).is_empty().then(|| self.payslip(state, plan, i.id, &adjust, &kept))
    }

    /// Whether the rules could make any lasting line of last month's pay.
    fn understood(&self, replay: &Replayed) -> bool {
        replay.lines.iter().any(|l| {
            let lasting = matches!(l.code, PaidCode::Element(e) if self.catalogue[e.index()].kind == LineKind::Earning);
            lasting && l.recomputed.is_some_and(|m| !m.is_zero())
        })
    }

    /// An amount that is kept in step with another value (a share of pay) moves as that value does.
    pub(in crate::compute) fn follow(&self, state: &mut State, last: &Facts, facts: &mut Facts, changes: &[Fact]) {
        for (fact, value) in &self.road.follows {
            let (Some(paid), Some(now)) = (last.get(*fact), facts.get(*fact)) else { continue };
            let (Some(amount), false) = (now.value.number(), changes.iter().any(|c| c.id == *fact)) else { continue };
            if amount.is_zero() || paid.value != now.value {
                continue;
            }
            let at = now.at;
            let mut share = |plan: &Plan, facts: &Facts| {
                state.run(plan, facts, Pins::None, &[]);
                state.slot(plan.slots.value(*value)).ok().filter(|x| x.is_positive())
            };
            let (Some(before), Some(after)) = (share(self.road.last(), last), share(self.road.this(), facts)) else { continue };
            let moved = amount.mul(after).and_then(|x| x.div(before)).and_then(|x| money::round(x, Rounding::HalfUp));
            if let (Some(moved), true) = (moved, before != after) {
                facts.set(Fact { id: *fact, value: Value::Number(moved.exact()), at, origin: Origin::Inferred });
            }
        }
    }

    /// Amounts that have moved with another value stand as they did beside the value of before.
    pub(in crate::compute) fn follow_back(&self, state: &mut State, last: &Facts, then: &mut Facts) {
        let moved = |f: &FactId| then.get(*f).is_some_and(|now| now.origin == Origin::Inferred && last.value(*f) != Some(&now.value));
        let followed: Vec<FactId> = self.road.follows.iter().map(|f| f.0).filter(moved).collect();
        if followed.is_empty() {
            return;
        }
        followed.iter().for_each(|id| take(then, last, *id));
        self.follow(state, last, then, &[]);
    }

    /// Facts of the month that are a value of the pack, once this month's lists have said all they say.
    fn work_out(&self, state: &mut State, facts: &mut Facts, changes: &[Fact]) {
        let open: Vec<(FactId, u16)> = self.road.worked_out.iter().copied().filter(|w| facts.get(w.0).is_none()).collect();
        if open.is_empty() || changes.is_empty() {
            return;
        }
        let plan = self.road.this();
        state.run(plan, facts, Pins::None, &[]);
        for (id, value) in open {
            if let Ok(n) = state.slot(plan.slots.value(value))
                && !n.is_zero()
            {
                facts.set(Fact { id, value: Value::Number(n.reduced()), at: At::NOWHERE, origin: Origin::Inferred });
            }
        }
    }

    /// Distances from rules that give nothing any more: a contribution that last month had a base, and this one none; any line
    /// whose rule applied last month, and does not now.
    fn let_go(
        &self,
        state: &mut State,
        replay: &Replayed,
        facts: &Facts,
        adjust: &mut [Adjust],
        extra: &[(LineKind, Money, Money)],
    ) -> bool {
        let made = |e: usize| matches!(self.catalogue[e].kind, LineKind::Deduction | LineKind::Employer | LineKind::Tax);
        let shifted = |a: &Adjust| matches!(a, Adjust::Shift(..));
        if !adjust.iter().any(shifted) {
            return false;
        }
        let standing = |state: &State| -> Vec<(bool, bool)> {
            let one = |c: Computed| (c.base.is_some_and(|b| !b.is_zero()), c.applies);
            state.results.iter().map(|c| c.map_or((false, false), one)).collect()
        };
        let paid: Vec<_> = replay.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
        state.run(self.road.last(), &replay.facts, Pins::Adjusted(&replay.adjust), &paid);
        let before = standing(state);
        state.run(self.road.this(), facts, Pins::Adjusted(adjust), extra);
        let now = standing(state);
        let gone = |e: usize| made(e) && before[e].0 && !now[e].0 || before[e].1 && !now[e].1;
        let mut any = false;
        for (_, a) in adjust.iter_mut().enumerate().filter(|(e, a)| shifted(a) && gone(*e)) {
            *a = Adjust::None;
            any = true;
        }
        any
    }

    /// Somebody says that what kept last month from the rules is over: what they do not make ends. Lines that a declaration does
    /// not name stand in its remainder: the rules make them in its place. Where they lack a fact for one of them, only what they
    /// come to leaves it.
    fn distance_ends(&self, i: &Input<'_>, adjust: &mut [Adjust], kept: &mut Vec<(PaidCode, LineKind, Money, Money)>) -> bool {
        if i.ways.unproven != Way::Rules {
            return false;
        }
        let named = |e: usize| i.paid.iter().any(|l| matches!(l.code, PaidCode::Element(x) if x.index() == e));
        let kind = |e: usize| self.catalogue[e].kind;
        let far = |(e, a): (usize, &Adjust)| match a {
            Adjust::Shift(amount, _) if kind(e) == LineKind::Earning => Some((e, *amount)),
            Adjust::Shift(..) | Adjust::Give(..) | Adjust::None => None,
        };
        let distances: Vec<(usize, Money)> = adjust.iter().enumerate().filter_map(far).collect();
        let lacking = |(e, a): (usize, &Adjust)| kind(e) == LineKind::Earning && !named(e) && matches!(a, Adjust::Give(..));
        let whole = !adjust.iter().enumerate().any(lacking);
        let (melted, open_net) = i.slip.map_or((false, None), |s| (s.melted, s.open_net));
        let rest: i64 = kept.iter().filter(|k| melted && k.1 == LineKind::Earning).map(|k| k.2.cents()).sum();
        let unnamed: i64 = distances.iter().filter(|d| !named(d.0)).map(|d| -d.1.cents()).sum();
        let theirs = whole || rest == 0 || rest.signum() == unnamed.signum() && rest.abs() <= unnamed.abs();
        let before = kept.len();
        kept.retain(|k| !(melted && (theirs && k.1 == LineKind::Earning || open_net == Some(k.0))));
        let mut over: Vec<usize> = distances.into_iter().map(|d| d.0).filter(|e| theirs || named(*e)).collect();
        // Contributions and tax of a declaration were off by what has ended.
        if melted && theirs {
            let borne = |e: usize| matches!(kind(e), LineKind::Deduction | LineKind::Employer | LineKind::Tax);
            over.extend(adjust.iter().enumerate().filter(|(e, a)| borne(*e) && matches!(a, Adjust::Shift(..))).map(|(e, _)| e));
        }
        over.iter().for_each(|e| adjust[*e] = Adjust::None);
        !over.is_empty() || kept.len() < before
    }

    /// Lines that last month could not be made for want of a sum since January, and this month can: computed, not carried.
    /// The cause under which they move.
    fn settle(&self, state: &mut State, replay: &Replayed, facts: &Facts, adjust: &mut [Adjust]) -> Option<u16> {
        let since = |s: &Stop| match s {
            Stop::Missing(f) => Some(self.vocabulary().get(FactId(*f))).filter(|d| d.since_january),
            Stop::NoValue(_) | Stop::Arithmetic | Stop::NoBracket(_) => None,
        };
        let decl = replay.stops.iter().find_map(since)?;
        state.run(self.road.this(), facts, Pins::Adjusted(&[]), &[]);
        for (a, c) in adjust.iter_mut().zip(&state.results) {
            if matches!(a, Adjust::Give(..)) && c.is_some_and(|c| c.stop.is_none()) {
                *a = Adjust::None;
            }
        }
        self.pack.causes.iter().position(|c| c.0 == decl.causes.change).map(|i| i as u16)
    }

    /// The net on the value that last month was paid on, where this month follows another that no list announces.
    pub(super) fn nets(&self, state: &mut State, replay: &Replayed, facts: &Facts, adjust: &[Adjust]) -> Vec<(FactId, Money)> {
        let extra: Vec<_> = replay.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
        let mut out = Vec::new();
        for r in &replay.resolved {
            let Some(written) = &r.written else { continue };
            if !self.vocabulary().get(r.fact).recurs || facts.get(r.fact).map(|f| (&f.value, f.at)) != Some((&written.value, written.at)) {
                continue;
            }
            let mut on_paid = facts.clone();
            on_paid.set(r.used.clone());
            state.run(self.road.this(), &on_paid, Pins::Adjusted(adjust), &extra);
            out.push((r.fact, state.totals(self.road.this()).net_paid));
        }
        out
    }
}
