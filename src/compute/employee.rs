//! One employee's month: replay of the last, computation of this one, and the walk between them.

use crate::compute::arrears::Arrears;
use crate::compute::belated::Belated;
use crate::compute::corrections::{self, Correction, ThisMonth};
use crate::compute::eval::{Adjust, Pins, State, Stop};
use crate::compute::gone::History;
use crate::compute::raise;
use crate::compute::replay::{Hidden, Replay, Replayed, Verdict, pin};
use crate::compute::walk::{self, Change, FactChange, Month, Road};
use crate::facts::{Begun, Dated, Fact, FactId, Facts, Origin, Role, Value, Vocabulary};
use crate::ground::{At, EmployeeId, Exact, Money, PayMonth, Rounding, money};
use crate::payslip::{Advance, Catalogue, ElementId, Line, LineKind, Mode, PaidCode, PaidLine, PaidSlip, Payslip, Status, Totals};
use crate::rules::Pack;
use crate::rules::pack::CauseRole;
use crate::rules::plan::Plan;
use chrono::Datelike as _;
use std::collections::BTreeMap;

/// Why an employee is on or off this month's list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// Paid last month, known to the staff files.
    Stays,
    /// New this month.
    Arrives,
    /// Paid last month, known to no staff file: last month again, or nothing, as the job says.
    Unknown,
    /// Left before the month, or a contract that ended.
    Left,
    /// In a staff file, not paid last month, not an arrival: nothing to pay until somebody decides.
    NotPaid,
}

/// How somebody is paid this month.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Way {
    /// By the rules, from this month's facts.
    #[default]
    Recompute,
    /// Last month's facts again under this month's law; what belonged to last month alone is dropped.
    Carry,
    /// A share of last month's net, to be taken back later; the job's own share when none is given.
    Advance(Option<Exact>),
    /// As computed, and not transferred.
    Hold,
}

/// The way of those whom the rules reproduce, and of those of whom something is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ways {
    pub proven: Way,
    pub unproven: Way,
}

impl Ways {
    pub const fn decided(way: Way) -> Self {
        Self { proven: way, unproven: way }
    }
}

/// What goes in.
pub struct Input<'i> {
    pub id: &'i EmployeeId,
    pub standing: Standing,
    pub known: &'i Facts,
    pub alternatives: &'i [Fact],
    pub changes: &'i [Fact],
    pub paid: &'i [PaidLine],
    pub slip: Option<&'i PaidSlip>,
    /// What last month alone was paid on, where that is known.
    pub then: &'i [(FactId, Option<Fact>)],
    /// Changes that begin within this month, or before it.
    pub dated: &'i [Dated],
    /// Payslips of months before the last, what each was paid on, and values that records say began on a day.
    pub bygone: &'i BTreeMap<PayMonth, PaidSlip>,
    pub paid_on: &'i BTreeMap<PayMonth, Facts>,
    pub begun: &'i [Begun],
    pub ways: Ways,
}

impl<'i> Input<'i> {
    fn history(&self) -> History<'i> {
        History { slips: self.bygone, paid_on: self.paid_on, begun: self.begun, last: self.slip, alternatives: self.alternatives }
    }
    /// Paid with last month and about an earlier one.
    fn arrears(&self) -> &'i [PaidLine] {
        self.slip.map_or(&[], |s| &s.arrears)
    }
}

/// Both shares of a line.
type Amount = (Money, Money);

/// What comes out.
#[derive(Debug, Default)]
pub struct Output {
    pub payslip: Option<Payslip>,
    pub replay: Replayed,
    pub changes: Vec<Change>,
    pub fact_changes: Vec<FactChange>,
    /// Facts of this month.
    pub facts: Facts,
    /// What the computation lacked.
    pub stops: Vec<Stop>,
    /// Controls of the pack whose formula holds.
    pub controls: Vec<usize>,
    /// Values that the head of the payslip shows, by name.
    pub shown: Vec<(String, crate::ground::Exact)>,
    /// How the employee is paid, as policy or somebody decided.
    pub way: Way,
    /// Why nothing could be computed and last month is carried over.
    pub carried_for: Vec<Stop>,
    /// For a fact that last month was not paid on as the files have it: the net on what was paid.
    pub nets: Vec<(FactId, Money)>,
    /// What changes that began before this month, or within it, come to.
    pub arrears: Arrears,
    /// Contributions of months gone by that this payslip corrects.
    pub corrections: Vec<Correction>,
    /// Pay of last month that this payslip makes: behind an advance, or beyond an estimate.
    pub belated: Option<Belated>,
    /// One-offs of this month's lists that no line is made with.
    pub unused: Vec<FactId>,
    /// What last month owes: paid on the law of before, not paid at all, or paid beyond the last day.
    pub owed: Option<Owed>,
}

/// What last month should have been against what was paid: positive when the employee is owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owed {
    pub gross: Money,
    pub net: Money,
    pub cost: Money,
    /// Days of last month that were due, as the head of a payslip counts them.
    pub days: Option<Exact>,
}

/// What every employee is computed with.
pub struct Machine<'m> {
    pub pack: &'m Pack,
    pub catalogue: &'m Catalogue,
    pub road: &'m Road,
    pub unknown_kinds: &'m [LineKind],
    pub causes: CauseCodes,
    /// Values that the head of a payslip shows: name and slot.
    pub head: &'m [(String, u32)],
}

/// Indices of the causes the engine attributes by itself.
#[derive(Clone, Copy, Debug)]
pub struct CauseCodes {
    pub arrival: u16,
    pub departure: u16,
    pub one_off_ended: u16,
    pub estimate: u16,
    pub arrears: u16,
}

impl CauseCodes {
    pub fn of(pack: &Pack) -> Self {
        let at = |role| pack.cause_for(role).unwrap_or(0) as u16;
        Self {
            arrival: at(CauseRole::Arrival),
            departure: at(CauseRole::Departure),
            one_off_ended: at(CauseRole::OneOffEnded),
            estimate: at(CauseRole::Estimate),
            arrears: pack.cause_for(CauseRole::Arrears).map_or_else(|| at(CauseRole::Estimate), |i| i as u16),
        }
    }
}

impl Machine<'_> {
    fn vocabulary(&self) -> &Vocabulary {
        &self.pack.vocabulary
    }

    /// Computes one employee; the state is room for whatever plans that takes.
    pub fn run(&self, state: &mut State, i: &Input<'_>) -> Output {
        state.forget();
        let paid = walk::paid_amounts(i.paid.iter().chain(i.arrears()));
        match i.standing {
            Standing::Stays | Standing::Unknown => self.again(state, i, &paid),
            Standing::Arrives => {
                let way = if matches!(i.ways.proven, Way::Hold) { Way::Hold } else { Way::Recompute };
                Output { way, ..self.arrives(state, i) }
            }
            Standing::Left => {
                let replay = if i.paid.is_empty() { Replayed::default() } else { self.replay(state, i) };
                let owed = self.paid_beyond(state, i, &replay);
                let changes = walk::whole(&paid, &walk::Amounts::new(), self.causes.departure);
                Output { changes, replay, owed, ..Output::default() }
            }
            Standing::NotPaid => Output::default(),
        }
    }

    fn replay(&self, state: &mut State, i: &Input<'_>) -> Replayed {
        self.replay_lines(state, &self.then(i.known, i.then), i.alternatives, i.paid, i.slip.map_or_else(Hidden::default, Hidden::of))
    }

    /// Facts of last month: those known, but for what is known of last month alone.
    pub fn then(&self, known: &Facts, then: &[(FactId, Option<Fact>)]) -> Facts {
        let mut facts = self.last_month(known);
        for (id, fact) in then {
            match fact {
                Some(f) => drop(facts.set(f.clone())),
                None => drop(facts.remove(*id)),
            }
        }
        facts
    }

    /// Replays last month on these lines, and on these facts of last month.
    pub fn replay_lines(
        &self,
        state: &mut State,
        facts: &Facts,
        alternatives: &[Fact],
        lines: &[PaidLine],
        hidden: Hidden<'_>,
    ) -> Replayed {
        let replay = Replay { plan: self.road.last(), catalogue: self.catalogue, unknown_kinds: self.unknown_kinds };
        replay.run(state, facts, alternatives, lines, hidden)
    }

    /// Whoever was paid last month: which way the replay leaves open, then this month.
    fn again(&self, state: &mut State, i: &Input<'_>, paid: &walk::Amounts) -> Output {
        // Of somebody whom no staff file knows nothing has changed as far as anybody can say.
        let unknown = i.standing == Standing::Unknown;
        let advance = i.slip.is_some_and(|s| s.advance != Advance::None);
        let replay = if advance { self.unproven(i) } else { self.replay(state, i) };
        let way = if replay.all_exact() && !advance { i.ways.proven } else { i.ways.unproven };
        let output = match way {
            Way::Advance(share) => self.advance(i, paid, replay, share.unwrap_or(Exact::ONE)),
            Way::Carry => self.carries(state, i, paid, replay),
            Way::Recompute | Way::Hold if unknown => self.carries(state, i, paid, replay),
            Way::Recompute | Way::Hold => self.stays(state, i, paid, replay),
        };
        Output { way, ..output }
    }

    fn stays(&self, state: &mut State, i: &Input<'_>, paid: &walk::Amounts, mut replay: Replayed) -> Output {
        let mut facts = i.known.clone();
        // What no file says and last month's lines prove stays true until something says otherwise.
        for r in &replay.resolved {
            if r.written.is_none() && self.vocabulary().get(r.fact).recurs {
                facts.set(r.used.clone());
            }
        }
        raise::apply(&self.road.raises, &mut facts, &mut replay, i.changes);
        let mut facts = self.this_month(facts, i.changes);
        self.follow(state, &replay.facts, &mut facts, i.changes);
        let belated = self.belated(state, i, &replay);
        if let Some(b) = &belated {
            self.take_back(b, &mut facts);
        }
        let dated = raise::begun(&self.road.raises, &self.road.last().context, i.dated, &replay, &facts);
        let mut arrears = self.arrears(state, &replay, &dated, i.changes, &i.history(), &mut facts);
        let settles = self.road.settles && arrears.left.is_none();
        let mut corrections = if settles { self.corrections(state, &replay) } else { Vec::new() };
        corrections.append(&mut arrears.corrections);
        let owed = if settles { None } else { self.late_law(state, &replay) };
        let last_adjust = replay.adjust.clone();
        let mut this_adjust = last_adjust.clone();
        let settled = self.settle(state, &replay, &facts, &mut this_adjust);
        let kept: Vec<_> = replay.unknown.iter().copied().filter(|u| self.recurs(u.0)).collect();
        let kept_extra: Vec<_> = kept.iter().map(|u| (u.1, u.2, u.3)).collect();
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
        if !i.arrears().is_empty() {
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
            if again.payslip.as_ref().is_some_and(|p| !p.lines.is_empty()) {
                return Output { replay, carried_for: stops, ..again };
            }
        }
        if let Some(b) = &belated {
            let without = walk::collect(state, &kept);
            let mut with = without.clone();
            for (code, (amount, employer_amount)) in b.amounts(self.pack.elements.len()) {
                let slot = with.entry(code).or_default();
                slot.0 += amount;
                slot.1 += employer_amount;
            }
            changes.extend(walk::whole(&without, &with, self.causes.arrears));
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
            b.enter(&mut payslip);
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

    /// Last month's facts under this month's law: its lasting lines again, contributions and tax on what these now make.
    ///
    /// Nothing that this month's files say enters; a line that no rule makes keeps last month's amount.
    fn carries(&self, state: &mut State, i: &Input<'_>, paid: &walk::Amounts, mut replay: Replayed) -> Output {
        let mut facts = replay.facts.clone();
        // What held for last month alone does not come again.
        for (id, _) in i.then {
            match i.known.get(*id) {
                Some(f) => drop(facts.set(f.clone())),
                None => drop(facts.remove(*id)),
            }
        }
        raise::apply(&self.road.raises, &mut facts, &mut replay, &[]);
        let mut facts = self.this_month(facts, &[]);
        self.follow(state, &replay.facts, &mut facts, &[]);
        let pinned = pin(i.paid, self.pack.elements.len());
        let was = |e: usize| pinned[e].map_or((Money::ZERO, Money::ZERO), |p| (p.amount, p.employer_amount));
        let lasting = |e: usize| if self.catalogue[e].recurs { was(e) } else { (Money::ZERO, Money::ZERO) };
        let last_adjust = self.given(state, (self.road.last(), &replay.facts), replay.adjust.clone(), &replay.unknown, &was);
        let mut this_adjust = last_adjust.clone();
        for (e, a) in this_adjust.iter_mut().enumerate() {
            if let (Adjust::Give(..), false) = (&a, self.catalogue[e].recurs) {
                *a = Adjust::Give(Money::ZERO, Money::ZERO);
            }
        }
        let kept: Vec<_> = replay.unknown.iter().copied().filter(|u| self.recurs(u.0)).collect();
        let this_adjust = self.given(state, (self.road.this(), &facts), this_adjust, &kept, &lasting);
        let plan = self.road.this();
        if !state.stops(plan).is_empty() {
            return Output { replay, ..self.carried(i, paid) };
        }
        let mut fact_changes = walk::fact_changes(self.pack, self.vocabulary(), &replay.facts, &facts);
        raise::name_causes(&self.road.raises, &mut fact_changes);
        let own = walk::paid_amounts(i.paid);
        let mut changes = walk::whole(paid, &own, self.causes.one_off_ended);
        let last = Month { facts: &replay.facts, adjust: &last_adjust, unknown: &replay.unknown };
        let this = Month { facts: &facts, adjust: &this_adjust, unknown: &kept };
        changes.extend(walk::walk(self.pack, self.road, state, &own, &last, &this, &fact_changes, Some(self.causes.one_off_ended)));
        if !i.arrears().is_empty() {
            self.name_arrears(&replay, &mut changes);
        }
        let mut payslip = self.payslip(state, plan, i.id, &this_adjust, &kept);
        payslip.mode = Mode::Carried;
        for l in &mut payslip.lines {
            let given = matches!(this_adjust.get(l.element.index()), Some(Adjust::Give(..)));
            let made = matches!(self.catalogue[l.element.index()].kind, LineKind::Deduction | LineKind::Employer | LineKind::Tax);
            l.status = if made && !given && l.element.index() < self.pack.elements.len() { Status::Estimated } else { Status::Carried };
            if let (true, Some(p)) = (given, i.paid.iter().find(|p| p.code == PaidCode::Element(l.element))) {
                (l.base, l.rate, l.employer_rate) = (p.base, p.rate, p.employer_rate);
            }
        }
        if walk::collect(state, &kept) == *paid {
            shown_totals(&mut payslip.totals, i.slip);
        }
        let (shown, controls) = (self.shown(state), holding(state, plan));
        let owed = self.late_law(state, &replay);
        let out = Output { payslip: Some(payslip), changes, fact_changes, facts, shown, owed, ..Output::default() };
        if i.standing == Standing::Unknown {
            // What no staff file speaks of neither proves a rule nor can be held against one.
            return out;
        }
        Output { replay, controls, ..out }
    }

    /// Gives an amount to every line that the facts cannot make. The state is left as the last run leaves it.
    fn given(
        &self,
        state: &mut State,
        (plan, facts): (&Plan, &Facts),
        mut adjust: Vec<Adjust>,
        unknown: &[(PaidCode, LineKind, Money, Money)],
        amount: &dyn Fn(usize) -> Amount,
    ) -> Vec<Adjust> {
        adjust.resize(self.pack.elements.len(), Adjust::None);
        let extra: Vec<_> = unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
        loop {
            state.run(plan, facts, Pins::Adjusted(&adjust), &extra);
            let mut any = false;
            for (e, (a, c)) in adjust.iter_mut().zip(&state.results).enumerate() {
                if c.is_some_and(|c| c.stop.is_some()) {
                    let (x, y) = amount(e);
                    *a = Adjust::Give(x, y);
                    any = true;
                }
            }
            // Each round gives at least one line more.
            if !any {
                return adjust;
            }
        }
    }

    /// A share of last month's net, booked on the element that the pack has for it; taken back with a later payslip.
    fn advance(&self, i: &Input<'_>, paid: &walk::Amounts, replay: Replayed, share: Exact) -> Output {
        let Some(element) = advance_element(self.pack) else { return Output { replay, ..self.carried(i, paid) } };
        let net = i.slip.and_then(|s| s.net_paid).map_or_else(|| paid.values().map(|a| a.0).sum(), |n| n.0);
        // Last month was an advance too: the share is of the pay that one was of.
        let advance = i.paid.iter().find(|l| l.code == PaidCode::Element(element)).filter(|_| i.paid.len() == 1);
        let net = advance.and_then(|l| Money::from_exact(l.base?)).unwrap_or(net);
        let amount = net.exact().mul(share).and_then(|x| money::round(x, Rounding::HalfUp)).unwrap_or(Money::ZERO).max(Money::ZERO);
        let line = Line {
            element,
            base: Some(net.exact()),
            rate: Some(share),
            amount,
            employer_rate: None,
            employer_amount: Money::ZERO,
            period: None,
            status: Status::Estimated,
        };
        let lines = vec![line];
        let totals = self.carried_totals(&lines, &[]);
        let after = walk::Amounts::from([(PaidCode::Element(element), (amount, Money::ZERO))]);
        let changes = walk::whole(paid, &after, self.causes.estimate);
        let payslip =
            Payslip { employee: i.id.clone(), post: 1, month: self.road.this().context.month, mode: Mode::Advance, lines, totals };
        Output { payslip: Some(payslip), replay, changes, facts: i.known.clone(), ..Output::default() }
    }

    /// What a line that both made (tax, say) loses with the arrears ends with them.
    fn name_arrears(&self, replay: &Replayed, changes: &mut [Change]) {
        let estimate = self.pack.cause_for(CauseRole::Estimate).map(|i| i as u16);
        let exact = |code: PaidCode| replay.lines.iter().any(|l| l.code == code && l.verdict == Verdict::Exact);
        for c in changes.iter_mut().filter(|c| Some(c.cause) == estimate && exact(c.code)) {
            c.cause = self.causes.one_off_ended;
        }
    }

    /// Whether the rules could make any lasting line of last month's pay.
    fn understood(&self, replay: &Replayed) -> bool {
        replay.lines.iter().any(|l| {
            let lasting = matches!(l.code, PaidCode::Element(e) if self.catalogue[e.index()].kind == LineKind::Earning);
            lasting && l.recomputed.is_some_and(|m| !m.is_zero())
        })
    }

    /// An amount that is kept in step with another value (a share of pay) moves as that value does.
    fn follow(&self, state: &mut State, last: &Facts, facts: &mut Facts, changes: &[Fact]) {
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
    fn nets(&self, state: &mut State, replay: &Replayed, facts: &Facts, adjust: &[Adjust]) -> Vec<(FactId, Money)> {
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

    /// What the law in force owed last month, where it was paid on the law of before.
    fn late_law(&self, state: &mut State, replay: &Replayed) -> Option<Owed> {
        let due = self.road.due.as_ref()?;
        let extra: Vec<_> = replay.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
        state.run(self.road.last(), &replay.facts, Pins::Adjusted(&replay.adjust), &extra);
        let paid = state.totals(self.road.last());
        state.run(due, &replay.facts, Pins::Adjusted(&replay.adjust), &extra);
        let due = state.totals(due);
        let owed = Owed {
            gross: due.gross - paid.gross,
            net: due.net_paid - paid.net_paid,
            cost: due.employer_cost - paid.employer_cost,
            days: None,
        };
        (!(owed.net.is_zero() && owed.cost.is_zero())).then_some(owed)
    }

    /// Thirtieths of presence, as the head of a payslip counts them.
    pub fn days(&self, state: &State) -> Option<Exact> {
        let name = self.pack.payslip.get("presence")?;
        self.head.iter().find(|h| h.0 == *name).and_then(|h| state.slot(h.1).ok())
    }

    /// A day of entry before the month, and last month not paid: what last month owes.
    fn not_paid(&self, state: &mut State, facts: &Facts) -> Option<Owed> {
        let entry = self.vocabulary().role(Role::Entry).and_then(|id| facts.value(id)).and_then(Value::date)?;
        (entry <= self.road.last().context.month.last_day()).then_some(())?;
        state.run(self.road.last(), facts, Pins::None, &[]);
        let t = state.totals(self.road.last());
        let days = self.days(state);
        days.is_none_or(|d| !d.is_zero()).then_some(Owed { gross: t.gross, net: t.net_paid, cost: t.employer_cost, days })
    }

    /// A last day before the month's end that last month was paid beyond.
    fn paid_beyond(&self, state: &mut State, i: &Input<'_>, replay: &Replayed) -> Option<Owed> {
        let exit = self.vocabulary().role(Role::Exit)?;
        let last = i.changes.iter().rev().find(|f| f.id == exit).or_else(|| i.known.get(exit)).filter(|_| !i.paid.is_empty())?;
        let mut facts = replay.facts.clone();
        facts.set(last.clone());
        state.run(self.road.last(), &facts, Pins::None, &[]);
        let due = state.totals(self.road.last());
        let earning = |l: &&PaidLine| matches!(l.code, PaidCode::Element(e) if self.catalogue[e.index()].kind == LineKind::Earning);
        let gross = due.gross - i.paid.iter().filter(earning).map(|l| l.amount).sum();
        let days = self.days(state);
        // A few cents are a gap of replay, not days.
        (gross < Money::from_cents(-100)).then_some(Owed { gross, net: Money::ZERO, cost: Money::ZERO, days })
    }

    fn arrives(&self, state: &mut State, i: &Input<'_>) -> Output {
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

    fn shown(&self, state: &State) -> Vec<(String, crate::ground::Exact)> {
        self.head.iter().filter_map(|(name, slot)| Some((name.clone(), state.slot(*slot).ok()?))).collect()
    }

    /// What the files of last month's end say of last month: sums since January are not among it, they hold it already.
    pub fn last_month(&self, known: &Facts) -> Facts {
        let mut facts = known.clone();
        for (id, _) in self.vocabulary().iter().filter(|(_, d)| d.since_january) {
            facts.remove(id);
        }
        self.january(&mut facts, self.road.last());
        facts
    }

    /// Whether a month's pay is the first that is paid in its year: of this month the day of the last payment tells, of last
    /// month nothing does, and it was paid as far from the one before as months are.
    fn opens_year(&self, plan: &Plan) -> bool {
        let (last, this) = (self.road.last().context, self.road.this().context);
        if plan.context == this && this != last {
            this.payment_date.year() != last.payment_date.year()
        } else {
            plan.context.payment_date.month() == 1
        }
    }

    /// With the first payment of a year every sum since January, that payment left out, is zero.
    fn january(&self, facts: &mut Facts, plan: &Plan) {
        if !self.opens_year(plan) {
            return;
        }
        let open = |id: FactId| self.pack.defaults[id.index()].is_none();
        for (id, _) in self.vocabulary().iter().filter(|(id, d)| d.since_january && open(*id)) {
            facts.set(Fact { id, value: Value::Number(Exact::ZERO), at: At::NOWHERE, origin: Origin::Inferred });
        }
    }

    fn this_month(&self, mut facts: Facts, changes: &[Fact]) -> Facts {
        let january = self.opens_year(self.road.this());
        let ends = |id: FactId| {
            let d = self.vocabulary().get(id);
            !d.recurs && (january || !d.since_january)
        };
        let once: Vec<_> = facts.iter().map(|f| f.id).filter(|id| ends(*id)).collect();
        for id in once {
            facts.remove(id);
        }
        self.january(&mut facts, self.road.this());
        let changed = |id: FactId| changes.iter().any(|c| c.id == id);
        for (about, value) in self.vocabulary().about_others() {
            if changed(*value) && !changed(*about) {
                facts.remove(*about);
            }
        }
        for c in changes {
            facts.set(c.clone());
        }
        facts
    }

    /// A local code without a rule, carried: its card stands after the pack's in the catalogue.
    fn unknown_line(&self, code: PaidCode, amount: Money, employer_amount: Money) -> Option<Line> {
        let PaidCode::Unknown(u) = code else { return None };
        let element = self.unknown_element(u);
        Some(Line { element, base: None, rate: None, amount, employer_rate: None, employer_amount, period: None, status: Status::Carried })
    }

    /// Where the card of a local code stands in the catalogue.
    pub fn unknown_element(&self, u: u16) -> ElementId {
        ElementId(self.pack.elements.len() as u16 + u)
    }

    /// Whether a line of last month comes again, as its card says.
    fn recurs(&self, code: PaidCode) -> bool {
        let element = match code {
            PaidCode::Element(e) => e,
            PaidCode::Unknown(u) => self.unknown_element(u),
        };
        self.catalogue.get(element.index()).is_none_or(|c| c.recurs)
    }

    /// Last month's lines again without its one-offs; every line is an estimate by its status.
    fn carried(&self, i: &Input<'_>, paid: &walk::Amounts) -> Output {
        let mut lines: Vec<Line> = Vec::new();
        let mut kept = walk::Amounts::new();
        for l in i.paid.iter().filter(|l| self.recurs(l.code)) {
            let PaidCode::Element(e) = l.code else {
                let slot = kept.entry(l.code).or_insert((Money::ZERO, Money::ZERO));
                slot.0 += l.amount;
                slot.1 += l.employer_amount;
                lines.extend(self.unknown_line(l.code, l.amount, l.employer_amount));
                continue;
            };
            let slot = kept.entry(l.code).or_insert((Money::ZERO, Money::ZERO));
            slot.0 += l.amount;
            slot.1 += l.employer_amount;
            lines.push(Line {
                element: e,
                base: l.base,
                rate: l.rate,
                amount: l.amount,
                employer_rate: l.employer_rate,
                employer_amount: l.employer_amount,
                period: None,
                status: Status::Carried,
            });
        }
        lines.sort_by_key(|l| l.element);
        let unknown: Vec<(LineKind, Money, Money)> = i
            .paid
            .iter()
            .filter(|l| self.recurs(l.code))
            .filter_map(|l| match l.code {
                PaidCode::Unknown(u) => {
                    Some((*self.unknown_kinds.get(usize::from(u)).unwrap_or(&LineKind::Earning), l.amount, l.employer_amount))
                }
                PaidCode::Element(_) => None,
            })
            .collect();
        let mut totals = self.carried_totals(&lines, &unknown);
        if kept == *paid {
            shown_totals(&mut totals, i.slip);
        }
        let changes = walk::whole(paid, &kept, self.causes.one_off_ended);
        let payslip =
            Payslip { employee: i.id.clone(), post: 1, month: self.road.this().context.month, mode: Mode::Carried, lines, totals };
        Output { payslip: Some(payslip), changes, facts: i.known.clone(), ..Output::default() }
    }

    /// Totals of carried lines, by running the plan with every line given.
    fn carried_totals(&self, lines: &[Line], unknown: &[(LineKind, Money, Money)]) -> Totals {
        let plan = self.road.this();
        let mut adjust = vec![Adjust::Give(Money::ZERO, Money::ZERO); self.pack.elements.len()];
        let ours = adjust.len();
        for l in lines.iter().filter(|l| l.element.index() < ours) {
            let slot = &mut adjust[l.element.index()];
            let (a, e) = match slot {
                Adjust::Give(a, e) => (*a, *e),
                Adjust::None | Adjust::Shift(..) => (Money::ZERO, Money::ZERO),
            };
            *slot = Adjust::Give(a + l.amount, e + l.employer_amount);
        }
        let mut state = State::new(plan);
        state.run(plan, &Facts::default(), Pins::Adjusted(&adjust), unknown);
        state.totals(plan)
    }

    fn payslip(
        &self,
        state: &State,
        plan: &Plan,
        id: &EmployeeId,
        adjust: &[Adjust],
        unknown: &[(PaidCode, LineKind, Money, Money)],
    ) -> Payslip {
        let status = |e: ElementId| match adjust.get(e.index()).copied().unwrap_or_default() {
            Adjust::None => Status::Computed,
            Adjust::Shift(..) => Status::Estimated,
            Adjust::Give(..) => Status::Carried,
        };
        let mut lines = state.lines(plan, status);
        lines.extend(unknown.iter().filter_map(|u| self.unknown_line(u.0, u.2, u.3)));
        Payslip { employee: id.clone(), post: 1, month: plan.context.month, mode: Mode::Computed, lines, totals: state.totals(plan) }
    }
}

/// The same lines have the same totals: those the source shows are better than a computation without facts.
fn shown_totals(totals: &mut Totals, slip: Option<&PaidSlip>) {
    let Some(slip) = slip else { return };
    for (mine, theirs) in [
        (&mut totals.gross, slip.gross),
        (&mut totals.net_taxable, slip.net_taxable),
        (&mut totals.net_before_tax, slip.net_before_tax),
        (&mut totals.net_social, slip.net_before_tax),
        (&mut totals.net_paid, slip.net_paid),
    ] {
        if let Some((m, _)) = theirs {
            *mine = m;
        }
    }
}

/// The element on which the pack books an advance.
pub fn advance_element(pack: &Pack) -> Option<ElementId> {
    let name = pack.payslip.get("advance")?;
    pack.elements.iter().position(|e| e.card.id == *name).map(|i| ElementId(i as u16))
}

/// Controls of the pack whose formula holds for the payslip just computed; one whose fact is missing does not run.
fn holding(state: &State, plan: &Plan) -> Vec<usize> {
    plan.controls.iter().filter(|c| state.cond(plan, &c.when) == Ok(true)).map(|c| c.control).collect()
}

/// How last month's lines came out, by verdict.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Score {
    pub exact: u64,
    pub rounding: u64,
    pub carried: u64,
    pub gap: u64,
    pub one_off: u64,
}

impl Score {
    pub fn add(&mut self, v: Verdict) {
        match v {
            Verdict::Exact => self.exact += 1,
            Verdict::Rounding => self.rounding += 1,
            Verdict::Carried => self.carried += 1,
            Verdict::Gap => self.gap += 1,
            Verdict::OneOff => self.one_off += 1,
        }
    }
}
