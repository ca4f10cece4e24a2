//! Last month again: its facts under this month's law, or its lines as they are.

use super::{Amount, Input, Machine, Output, Standing, holding};
use crate::compute::eval::{Adjust, Pins, State};
use crate::compute::raise;
use crate::compute::replay::{Replayed, Verdict, pin};
use crate::compute::walk::{self, Change, Month};
use crate::facts::Facts;
use crate::ground::{Money, Rounding, money};
use crate::payslip::{Advance, ElementId, Line, LineKind, Mode, PaidCode, PaidLine, PaidSlip, Payslip, Status, Totals};
use crate::rules::pack::CauseRole;
use crate::rules::plan::Plan;

impl Machine<'_> {
    /// Last month's facts under this month's law: its lasting lines again, contributions and tax on what these now make.
    ///
    /// Nothing that this month's files say enters; a line that no rule makes keeps last month's amount.
    pub(super) fn carries(&self, state: &mut State, i: &Input<'_>, paid: &walk::Amounts, mut replay: Replayed) -> Output {
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
        // The pay behind an advance is owed whatever this month is paid on.
        let belated = self.belated(state, i, &replay).filter(|_| i.slip.is_some_and(|s| s.advance != Advance::None));
        if let Some(b) = &belated {
            self.take_back(b, &mut facts);
        }
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
        let owed = self.late_law(state, &replay);
        let gross = Gross::of(i.paid, |l| self.kind(l), |l| self.recurs(l.code));
        let lasting = |e: usize| if self.is_made(e) { gross.share(lasting(e)) } else { lasting(e) };
        for (e, a) in this_adjust.iter_mut().enumerate().filter(|(e, _)| self.is_made(*e)) {
            if let Adjust::Give(..) = a {
                let (x, y) = lasting(e);
                *a = Adjust::Give(x, y);
            }
        }
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
            if belated.is_some() && self.catalogue.get(l.element.index()).map(|c| &c.id) == self.pack.payslip.get("advance_back") {
                continue;
            }
            let made = matches!(self.catalogue[l.element.index()].kind, LineKind::Deduction | LineKind::Employer | LineKind::Tax);
            l.status = if made && !given && l.element.index() < self.pack.elements.len() { Status::Estimated } else { Status::Carried };
            let same = |p: &&PaidLine| p.code == PaidCode::Element(l.element) && p.amount == l.amount;
            if let (true, Some(p)) = (given, i.paid.iter().find(same)) {
                (l.base, l.rate, l.employer_rate) = (p.base, p.rate, p.employer_rate);
            }
        }
        if walk::collect(state, &kept) == *paid {
            shown_totals(&mut payslip.totals, i.slip);
        }
        if let Some(b) = &belated {
            self.enter_belated(state, &kept, b, &mut changes, &mut payslip);
        }
        let (shown, controls) = (self.shown(state), holding(state, plan));
        let out = Output { payslip: Some(payslip), changes, fact_changes, facts, shown, owed, belated, ..Output::default() };
        if i.standing == Standing::Unknown {
            // What no staff file speaks of neither proves a rule nor can be held against one.
            return out;
        }
        Output { replay, controls, ..out }
    }

    /// A line that other lines make: a contribution, a tax.
    fn is_made(&self, e: usize) -> bool {
        matches!(self.catalogue[e].kind, LineKind::Deduction | LineKind::Employer | LineKind::Tax)
    }

    fn kind(&self, l: &PaidLine) -> LineKind {
        match l.code {
            PaidCode::Element(e) => self.catalogue[e.index()].kind,
            PaidCode::Unknown(u) => *self.unknown_kinds.get(usize::from(u)).unwrap_or(&LineKind::Earning),
        }
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

    /// What a line that both made (tax, say) loses with the arrears ends with them.
    pub(super) fn name_arrears(&self, replay: &Replayed, changes: &mut [Change]) {
        let estimate = self.pack.cause_for(CauseRole::Estimate).map(|i| i as u16);
        let exact = |code: PaidCode| replay.lines.iter().any(|l| l.code == code && matches!(l.verdict, Verdict::Exact | Verdict::Rounding));
        for c in changes.iter_mut().filter(|c| Some(c.cause) == estimate && exact(c.code)) {
            c.cause = self.causes.one_off_ended;
        }
    }

    /// A local code without a rule, carried: its card stands after the pack's in the catalogue.
    pub(in crate::compute) fn unknown_line(&self, code: PaidCode, amount: Money, employer_amount: Money) -> Option<Line> {
        let PaidCode::Unknown(u) = code else { return None };
        let element = self.unknown_element(u);
        Some(Line { element, base: None, rate: None, amount, employer_rate: None, employer_amount, period: None, status: Status::Carried })
    }

    /// Where the card of a local code stands in the catalogue.
    pub fn unknown_element(&self, u: u16) -> ElementId {
        ElementId(self.pack.elements.len() as u16 + u)
    }

    /// Whether a line of last month comes again, as its card says.
    pub(super) fn recurs(&self, code: PaidCode) -> bool {
        let element = match code {
            PaidCode::Element(e) => e,
            PaidCode::Unknown(u) => self.unknown_element(u),
        };
        self.catalogue.get(element.index()).is_none_or(|c| c.recurs)
    }

    /// Last month's lines again without its one-offs; every line is an estimate by its status.
    pub(super) fn carried(&self, i: &Input<'_>, paid: &walk::Amounts) -> Output {
        let mut lines: Vec<Line> = Vec::new();
        let mut kept = walk::Amounts::new();
        let gross = Gross::of(i.paid, |l| self.kind(l), |l| self.recurs(l.code));
        let of = |l: &PaidLine| match self.kind(l) {
            LineKind::Deduction | LineKind::Employer | LineKind::Tax => gross.share((l.amount, l.employer_amount)),
            LineKind::Earning | LineKind::Net => (l.amount, l.employer_amount),
        };
        for l in i.paid.iter().filter(|l| self.recurs(l.code)) {
            let (amount, employer_amount) = of(l);
            let slot = kept.entry(l.code).or_insert((Money::ZERO, Money::ZERO));
            slot.0 += amount;
            slot.1 += employer_amount;
            let PaidCode::Element(e) = l.code else {
                lines.extend(self.unknown_line(l.code, amount, employer_amount));
                continue;
            };
            // A base that is no longer whole is not shown.
            let whole = amount == l.amount && employer_amount == l.employer_amount;
            let shown = |x: Option<crate::ground::Exact>| x.filter(|_| whole);
            lines.push(Line {
                element: e,
                base: shown(l.base),
                rate: shown(l.rate),
                amount,
                employer_rate: shown(l.employer_rate),
                employer_amount,
                period: None,
                status: Status::Carried,
            });
        }
        lines.retain(|l| !(l.amount.is_zero() && l.employer_amount.is_zero()));
        kept.retain(|_, a| !(a.0.is_zero() && a.1.is_zero()));
        lines.sort_by_key(|l| l.element);
        let unknown: Vec<(LineKind, Money, Money)> = i
            .paid
            .iter()
            .filter(|l| self.recurs(l.code))
            .filter_map(|l| match l.code {
                PaidCode::Unknown(_) => {
                    let (amount, employer_amount) = of(l);
                    Some((self.kind(l), amount, employer_amount))
                }
                PaidCode::Element(_) => None,
            })
            .collect();
        let mut totals = self.carried_totals(&lines, &unknown);
        if kept == *paid {
            shown_totals(&mut totals, i.slip);
        }
        let changes = walk::whole(paid, &kept, self.causes.one_off_ended);
        let payslip = Payslip {
            employee: i.id.clone(),
            post: i.id.post(),
            month: self.road.this().context.month,
            mode: Mode::Carried,
            lines,
            totals,
        };
        Output { payslip: Some(payslip), changes, facts: i.known.clone(), ..Output::default() }
    }

    /// Totals of carried lines, by running the plan with every line given.
    pub(super) fn carried_totals(&self, lines: &[Line], unknown: &[(LineKind, Money, Money)]) -> Totals {
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
}

/// Gross pay of last month, and what of it lasts: contributions that nothing can make follow it.
#[derive(Clone, Copy)]
struct Gross {
    paid: Money,
    lasts: Money,
}

impl Gross {
    fn of(paid: &[PaidLine], kind: impl Fn(&PaidLine) -> LineKind, recurs: impl Fn(&PaidLine) -> bool) -> Self {
        let sum =
            |all: bool| -> Money { paid.iter().filter(|l| kind(l) == LineKind::Earning && (all || recurs(l))).map(|l| l.amount).sum() };
        Self { paid: sum(true), lasts: sum(false) }
    }

    /// What is left of a contribution: its part of the pay that lasts, and never more than it was.
    fn share(self, (amount, employer_amount): Amount) -> Amount {
        if self.paid <= Money::ZERO || self.lasts >= self.paid {
            return (amount, employer_amount);
        }
        let part = |m: Money| {
            let exact = m.exact().mul(self.lasts.max(Money::ZERO).exact()).and_then(|x| x.div(self.paid.exact()));
            exact.and_then(|x| money::round(x, Rounding::HalfUp)).unwrap_or(m)
        };
        (part(amount), part(employer_amount))
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
