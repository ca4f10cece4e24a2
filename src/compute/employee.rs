//! One employee's month: replay of the last, computation of this one, and the walk between them.

use crate::compute::eval::{Adjust, Pins, State, Stop};
use crate::compute::raise;
use crate::compute::replay::{Hidden, Replay, Replayed, Verdict};
use crate::compute::walk::{self, Change, FactChange, Month, Road};
use crate::facts::{Fact, Facts, Vocabulary};
use crate::ground::{EmployeeId, Money};
use crate::payslip::{Catalogue, ElementId, Line, LineKind, Mode, PaidCode, PaidLine, PaidSlip, Payslip, Status, Totals};
use crate::rules::Pack;
use crate::rules::pack::CauseRole;
use crate::rules::plan::Plan;

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

/// What goes in.
pub struct Input<'i> {
    pub id: &'i EmployeeId,
    pub standing: Standing,
    pub known: &'i Facts,
    pub alternatives: &'i [Fact],
    pub changes: &'i [Fact],
    pub paid: &'i [PaidLine],
    pub slip: Option<&'i PaidSlip>,
}

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
}

impl CauseCodes {
    pub fn of(pack: &Pack) -> Self {
        let at = |role| pack.cause_for(role).unwrap_or(0) as u16;
        Self { arrival: at(CauseRole::Arrival), departure: at(CauseRole::Departure), one_off_ended: at(CauseRole::OneOffEnded) }
    }
}

impl Machine<'_> {
    fn vocabulary(&self) -> &Vocabulary {
        &self.pack.vocabulary
    }

    /// Computes one employee. The two states are room for the last and this month's plans.
    pub fn run(&self, state: &mut State, i: &Input<'_>) -> Output {
        let paid = walk::paid_amounts(i.paid);
        match i.standing {
            Standing::Stays => self.stays(state, i, &paid),
            Standing::Arrives => self.arrives(state, i),
            Standing::Unknown => self.carried(i, &paid),
            Standing::Left => {
                let replay = if i.paid.is_empty() { Replayed::default() } else { self.replay(state, i) };
                Output { changes: walk::whole(&paid, &walk::Amounts::new(), self.causes.departure), replay, ..Output::default() }
            }
            Standing::NotPaid => Output::default(),
        }
    }

    fn replay(&self, state: &mut State, i: &Input<'_>) -> Replayed {
        let hidden = i.slip.map_or_else(Hidden::default, |s| Hidden { unseen: &s.unseen, melted: s.melted });
        self.of_last_month().run(state, i.known, i.alternatives, i.paid, hidden)
    }

    /// What replays last month.
    pub fn of_last_month(&self) -> Replay<'_> {
        Replay { plan: self.road.last(), catalogue: self.catalogue, unknown_kinds: self.unknown_kinds }
    }

    fn stays(&self, state: &mut State, i: &Input<'_>, paid: &walk::Amounts) -> Output {
        let mut replay = self.replay(state, i);
        let mut facts = i.known.clone();
        // What no file says and last month's lines prove stays true until something says otherwise.
        for r in &replay.resolved {
            if r.written.is_none() && self.vocabulary().get(r.fact).recurs {
                facts.set(r.used.clone());
            }
        }
        raise::apply(&self.road.raises, &mut facts, &mut replay, i.changes);
        let facts = self.this_month(facts, i.changes);
        let last_adjust = replay.adjust.clone();
        let this_adjust = last_adjust.clone();
        let mut fact_changes = walk::fact_changes(self.pack, self.vocabulary(), &replay.facts, &facts);
        raise::name_causes(&self.road.raises, &mut fact_changes);
        let last = Month { facts: &replay.facts, adjust: &last_adjust, unknown: &replay.unknown };
        let kept: Vec<_> = replay.unknown.iter().copied().filter(|u| self.recurs(u.0)).collect();
        let this = Month { facts: &facts, adjust: &this_adjust, unknown: &kept };
        let changes = walk::walk(self.pack, self.road, state, paid, &last, &this, &fact_changes);
        let plan = self.road.this();
        let stops = state.stops();
        let payslip = self.payslip(state, plan, i.id, &this_adjust, &kept);
        let controls = holding(state, plan);
        let shown = self.shown(state);
        Output { payslip: Some(payslip), replay, changes, fact_changes, facts, stops, controls, shown }
    }

    fn arrives(&self, state: &mut State, i: &Input<'_>) -> Output {
        let facts = self.this_month(i.known.clone(), i.changes);
        let plan = self.road.this();
        state.run(plan, &facts, Pins::None, &[]);
        let stops = state.stops();
        let payslip = self.payslip(state, plan, i.id, &[], &[]);
        let after = payslip.lines.iter().map(|l| (PaidCode::Element(l.element), (l.amount, l.employer_amount))).collect();
        let changes = walk::whole(&walk::Amounts::new(), &after, self.causes.arrival);
        let controls = holding(state, plan);
        let shown = self.shown(state);
        Output { payslip: Some(payslip), changes, facts, stops, controls, shown, ..Output::default() }
    }

    fn shown(&self, state: &State) -> Vec<(String, crate::ground::Exact)> {
        self.head.iter().filter_map(|(name, slot)| Some((name.clone(), state.slot(*slot).ok()?))).collect()
    }

    fn this_month(&self, mut facts: Facts, changes: &[Fact]) -> Facts {
        let once: Vec<_> = facts.iter().filter(|f| !self.vocabulary().get(f.id).recurs).map(|f| f.id).collect();
        for id in once {
            facts.remove(id);
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
        // The same lines have the same totals: those the source shows are better than a computation without facts.
        if let Some(slip) = i.slip
            && kept == *paid
        {
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
