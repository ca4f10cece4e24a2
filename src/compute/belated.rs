//! Pay of last month that is made with this one: of whoever had an advance only, and what an estimate was short of.
//!
//! Comes in: last month's facts, or its payslip as the employer's own software has it. Goes out: lines that bear last month,
//! with the totals they add. The advance itself is taken back by the pack's own line, within what that line allows.

use crate::compute::employee::{Input, Machine, advance_element};
use crate::compute::eval::{Pins, State};
use crate::compute::replay::{Hidden, ReplayLine, Replayed, Verdict};
use crate::compute::walk::{Amounts, Change, collect, whole};
use crate::facts::{Fact, FactId, Facts, Origin, Value};
use crate::ground::{At, Exact, Money, PayMonth};
use crate::payslip::{Advance, ElementId, Line, LineKind, PaidCode, PaidLine, PaidSlip, Payslip, Status, Totals};
use std::collections::{BTreeMap, BTreeSet};

/// A line that no rule makes, as it counts in sums.
type Kept = (PaidCode, LineKind, Money, Money);

/// What this month pays of last month's.
#[derive(Clone, Debug)]
pub struct Belated {
    pub lines: Vec<Line>,
    /// What the lines add to the payslip's totals.
    pub totals: Totals,
    /// The advance that is held against it.
    pub advance: Money,
    /// Where the pay stands in the employer's own payslips; nowhere when the rules made it.
    pub at: At,
    /// It comes to less than was paid: nothing is taken by itself, and no line is made.
    pub overpaid: bool,
}

impl Belated {
    /// Whether a month's pay is among it.
    pub fn makes(&self, month: PayMonth) -> bool {
        self.lines.iter().any(|l| l.period == Some(month))
    }

    /// The months whose pay is among it.
    pub fn months(&self) -> BTreeSet<PayMonth> {
        self.lines.iter().filter_map(|l| l.period).collect()
    }

    /// The amounts, by the code of each line.
    pub fn amounts(&self, ours: usize) -> Amounts {
        let mut out = Amounts::new();
        for l in &self.lines {
            let code = match l.element.index().checked_sub(ours) {
                None => PaidCode::Element(l.element),
                Some(u) => PaidCode::Unknown(u as u16),
            };
            let slot = out.entry(code).or_default();
            slot.0 += l.amount;
            slot.1 += l.employer_amount;
        }
        out
    }

    /// Puts the lines on the payslip.
    pub fn enter(&self, payslip: &mut Payslip) {
        if self.overpaid {
            return;
        }
        payslip.lines.extend(self.lines.iter().cloned());
        payslip.lines.sort_by_key(|l| (l.element, l.period));
        payslip.totals += self.totals;
    }
}

impl Machine<'_> {
    /// Last month of somebody who had an advance: its one line proves no rule and implies no fact.
    pub fn unproven(&self, i: &Input<'_>) -> Replayed {
        let mut facts = self.then(i.known, i.then);
        // What is to be taken back is no part of that month's own pay.
        [self.advance_fact("advance_left"), self.advance_fact("advance_pay")].into_iter().flatten().for_each(|id| drop(facts.remove(id)));
        let line =
            |l: &PaidLine| ReplayLine { code: l.code, paid: l.amount, recomputed: None, verdict: Verdict::OneOff, astray: 0, at: l.at };
        Replayed { facts, lines: i.paid.iter().map(line).collect(), ..Replayed::default() }
    }

    /// Last month of somebody who had an advance, by the lines of the pay behind it, where its month or the employer's software has
    /// them: they imply facts and leave distances as lines that were paid do. What was paid is the advance all the same.
    pub fn behind_advance(&self, state: &mut State, i: &Input<'_>) -> Replayed {
        let advance = self.unproven(i);
        let Some(slip) = i.slip else { return advance };
        let (lines, hidden) = match &slip.official {
            Some(official) => (&official.lines, Hidden::of(official)),
            None => (&slip.behind, Hidden { melted: slip.melted, ..Hidden::default() }),
        };
        if lines.is_empty() {
            return advance;
        }
        Replayed { lines: advance.lines, ..self.replay_lines(state, &advance.facts, i.alternatives, lines, hidden) }
    }

    /// What this month pays of months before: the pay behind advances, or what an estimate of last month was short of.
    pub fn belated(&self, state: &mut State, i: &Input<'_>, replay: &Replayed) -> Option<Belated> {
        let older = i.slip.and_then(|s| self.older(s));
        let Some(mut last) = self.of_last_month(state, i, replay) else { return older };
        if let Some(older) = older {
            last.lines.extend(older.lines);
            last.totals += older.totals;
        }
        Some(last)
    }

    /// The pay that advances before the last were on, as their months knew it.
    pub fn older(&self, slip: &PaidSlip) -> Option<Belated> {
        let (paid, taxable) = &slip.older;
        let mut totals = Totals { net_taxable: *taxable, ..Totals::default() };
        let mut lines = Vec::new();
        for l in paid {
            let element = match l.code {
                PaidCode::Element(e) => e,
                PaidCode::Unknown(u) => self.unknown_element(u),
            };
            totals.enter(self.catalogue.get(element.index())?.kind, l.amount, l.employer_amount);
            let shown = PaidLine::clone(l);
            lines.push(Line {
                element,
                base: shown.base,
                rate: shown.rate,
                amount: l.amount,
                employer_rate: shown.employer_rate,
                employer_amount: l.employer_amount,
                period: l.period,
                status: Status::Estimated,
            });
        }
        let at = paid.first()?.at;
        Some(Belated { lines, totals, advance: Money::ZERO, at, overpaid: false })
    }

    /// What this month pays of last month's.
    fn of_last_month(&self, state: &mut State, i: &Input<'_>, replay: &Replayed) -> Option<Belated> {
        let slip = i.slip?;
        let element = advance_element(self.pack)?;
        let advance: Money = i.paid.iter().filter(|l| l.code == PaidCode::Element(element)).map(|l| l.amount).sum();
        let listed = self.advance_fact("advance_listed");
        // Somebody takes it back by hand.
        if i.changes.iter().any(|c| Some(c.id) == listed) {
            return None;
        }
        match (&slip.official, slip.advance) {
            (Some(official), Advance::Paid) => Some(Belated { advance, ..self.difference(&PaidSlip::default(), official)? }),
            (Some(official), Advance::None) => self.difference(slip, official),
            (None, Advance::Paid) => Some(Belated { advance, ..self.made(state, replay)? }),
            (_, Advance::Doubtful) | (None, Advance::None) => None,
        }
    }

    /// A fact by its field in the pack's list of what the engine handles.
    pub fn advance_fact(&self, field: &str) -> Option<FactId> {
        self.pack.vocabulary.named(self.pack.payslip.get(field)?)
    }

    /// Gives this month's facts the advance that is taken back and the pay that it is taken out of.
    pub fn take_back(&self, b: &Belated, facts: &mut Facts) {
        let (Some(left), Some(pay)) = (self.advance_fact("advance_left"), self.advance_fact("advance_pay")) else { return };
        let rest = facts.value(left).and_then(Value::number).unwrap_or(Exact::ZERO);
        let sum = rest.add(b.advance.exact()).unwrap_or(rest);
        let mut put = |id: FactId, n: Exact| drop(facts.set(Fact { id, value: Value::Number(n), at: b.at, origin: Origin::Inferred }));
        put(left, sum);
        put(pay, b.totals.net_paid.max(Money::ZERO).exact());
    }

    /// An advance after an advance: neither the pay behind the one before is made yet, nor is that one taken back.
    pub fn put_off(&self, b: &Belated, facts: &mut Facts) {
        self.take_back(b, facts);
        self.advance_fact("advance_pay").into_iter().for_each(|id| drop(facts.remove(id)));
    }

    /// Puts what is made of months before on the payslip, and names what it changes.
    pub fn enter_belated(&self, state: &State, kept: &[Kept], b: &Belated, changes: &mut Vec<Change>, payslip: &mut Payslip) {
        let without = collect(state, kept);
        let mut with = without.clone();
        for (code, (amount, employer_amount)) in b.amounts(self.pack.elements.len()) {
            let slot = with.entry(code).or_default();
            slot.0 += amount;
            slot.1 += employer_amount;
        }
        changes.extend(whole(&without, &with, self.causes.arrears));
        b.enter(payslip);
    }

    /// Last month's whole pay by its own law; nothing when a line of it cannot be made.
    fn made(&self, state: &mut State, replay: &Replayed) -> Option<Belated> {
        let plan = self.road.due.as_ref().unwrap_or(self.road.last());
        let extra: Vec<_> = replay.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
        state.run(plan, &replay.facts, Pins::Adjusted(&replay.adjust), &extra);
        state.stops(plan).is_empty().then_some(())?;
        let mut lines = state.lines(plan, |_| Status::Estimated);
        let of_no_rule = replay.unknown.iter().filter_map(|u| self.unknown_line(u.0, u.2, u.3));
        lines.extend(of_no_rule.map(|l| Line { status: Status::Estimated, ..l }));
        lines.iter_mut().for_each(|l| l.period = Some(plan.context.month));
        let totals = state.totals(plan);
        (totals.net_paid > Money::ZERO).then_some(Belated { lines, totals, advance: Money::ZERO, at: At::NOWHERE, overpaid: false })
    }

    /// What the employer's own payslip has beyond what was paid, line by line. Nothing when the payslip does not tell all, or
    /// has a code that nobody knows: the same line would be taken back under one name and paid under another.
    fn difference(&self, paid: &PaidSlip, official: &PaidSlip) -> Option<Belated> {
        let month = self.road.last().context.month;
        let own = |l: &&PaidLine| l.period.is_none_or(|p| p == month);
        let mut lines: BTreeMap<PaidCode, Line> = BTreeMap::new();
        let element = |code: PaidCode| match code {
            PaidCode::Element(e) => e,
            PaidCode::Unknown(u) => self.unknown_element(u),
        };
        let empty = |element: ElementId| Line {
            element,
            base: None,
            rate: None,
            amount: Money::ZERO,
            employer_rate: None,
            employer_amount: Money::ZERO,
            period: Some(month),
            status: Status::Computed,
        };
        for l in official.lines.iter().filter(own) {
            let line = lines.entry(l.code).or_insert_with(|| empty(element(l.code)));
            line.amount += l.amount;
            line.employer_amount += l.employer_amount;
        }
        for l in paid.lines.iter().filter(own) {
            let line = lines.entry(l.code).or_insert_with(|| empty(element(l.code)));
            line.amount -= l.amount;
            line.employer_amount -= l.employer_amount;
        }
        let unknown = |l: &PaidLine| matches!(l.code, PaidCode::Unknown(_)) && !paid.lines.iter().any(|p| p.code == l.code);
        (!official.lines.iter().any(unknown)).then_some(())?;
        let first = official.lines.first()?;
        let taxable = |s: &PaidSlip| if s.lines.is_empty() { Some(Money::ZERO) } else { s.net_taxable.map(|n| n.0) };
        let (now, was) = (taxable(official)?, taxable(paid)?);
        (!official.employer_hidden).then_some(())?;
        let mut totals = Totals { net_taxable: now - was, ..Totals::default() };
        let lines: Vec<Line> = lines.into_values().filter(|l| !(l.amount.is_zero() && l.employer_amount.is_zero())).collect();
        for l in &lines {
            totals.enter(self.catalogue.get(l.element.index())?.kind, l.amount, l.employer_amount);
        }
        let overpaid = totals.net_paid.is_negative();
        Some(Belated { lines: if overpaid { Vec::new() } else { lines }, totals, advance: Money::ZERO, at: first.at, overpaid })
    }
}
