//! One employee's month: replay of the last, computation of this one, and the walk between them.

mod advance;
mod arrives;
mod carried;
mod months;
mod owed;
mod score;
mod stays;

use crate::compute::arrears::Arrears;
use crate::compute::belated::Belated;
use crate::compute::corrections::Correction;
use crate::compute::eval::{Adjust, State, Stop};
use crate::compute::gone::History;
use crate::compute::replay::{Believed, Hidden, Order, Replay, Replayed};
use crate::compute::walk::{self, Change, FactChange, Road};
use crate::facts::{Begun, Dated, Fact, FactId, Facts, Vocabulary};
use crate::ground::{At, EmployeeId, Exact, Money, PayMonth};
use crate::payslip::{Advance, Catalogue, ElementId, LineKind, Mode, PaidCode, PaidLine, PaidSlip, Payslip, Status};
use crate::rules::Pack;
use crate::rules::pack::CauseRole;
use crate::rules::plan::Plan;
pub use advance::advance_element;
pub use owed::Owed;
pub use score::Score;
use std::collections::{BTreeMap, BTreeSet};

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
    /// The same, and how far last month's earnings were from the rules has ended: an absence that is over.
    Rules,
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
    /// Sources that speak of last month alone.
    pub bygone_sources: &'i BTreeSet<u16>,
    pub order: &'i dyn Order,
    pub ways: Ways,
}

impl<'i> Input<'i> {
    fn believed<'b>(&'b self, vocabulary: &'b Vocabulary) -> Believed<'b> {
        let lines = self.paid.first().map_or(At::NOWHERE, |l| l.at);
        Believed { vocabulary, of_last_month: self.bygone_sources, order: self.order, lines }
    }
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
    /// The pay that an advance stands in for.
    pub behind: Option<Payslip>,
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
    /// Pay behind earlier advances that this month does not make either, being an advance itself: the next one does.
    pub put_off: Option<Belated>,
    /// One-offs of this month's lists that no line is made with.
    pub unused: Vec<FactId>,
    /// What last month owes: paid on the law of before, not paid at all, or paid beyond the last day.
    pub owed: Option<Owed>,
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
        let replay = if advance { self.behind_advance(state, i) } else { self.replay(state, i) };
        let way = if replay.all_exact() && !advance { i.ways.proven } else { i.ways.unproven };
        // A net of which nothing is known cannot be paid again as pay: it is an advance on the pay behind it.
        let bare = i.slip.is_some_and(|s| s.bare) && matches!(i.paid, [only] if matches!(only.code, PaidCode::Unknown(_)));
        let way = if way == Way::Carry && bare { Way::Advance(Some(Exact::ONE)) } else { way };
        let output = match way {
            Way::Advance(share) => self.advance(state, i, paid, replay, (share.unwrap_or(Exact::ONE), bare)),
            Way::Carry => self.carries(state, i, paid, replay),
            Way::Recompute | Way::Rules | Way::Hold if unknown => self.carries(state, i, paid, replay),
            Way::Recompute | Way::Rules | Way::Hold => self.stays(state, i, paid, replay),
        };
        // What nothing has made of it goes on as it came.
        let older = || i.slip.and_then(|s| self.older(s)).filter(|_| output.belated.is_none());
        let put_off = output.put_off.clone().or_else(older);
        Output { way, put_off, ..output }
    }

    /// A line that no rule makes, as it counts in sums.
    pub fn unknown(&self, l: &PaidLine) -> Option<(LineKind, Money, Money)> {
        match l.code {
            PaidCode::Unknown(u) => Some((*self.unknown_kinds.get(usize::from(u))?, l.amount, l.employer_amount)),
            PaidCode::Element(_) => None,
        }
    }

    fn shown(&self, state: &State) -> Vec<(String, crate::ground::Exact)> {
        self.head.iter().filter_map(|(name, slot)| Some((name.clone(), state.slot(*slot).ok()?))).collect()
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
        Payslip {
            employee: id.clone(),
            post: id.post(),
            month: plan.context.month,
            mode: Mode::Computed,
            lines,
            totals: state.totals(plan),
        }
    }
}

/// Controls of the pack whose formula holds for the payslip just computed; one whose fact is missing does not run.
pub(super) fn holding(state: &State, plan: &Plan) -> Vec<usize> {
    plan.controls.iter().filter(|c| state.values().cond(plan, &c.when) == Ok(true)).map(|c| c.control).collect()
}
