//! Lines that the rules give and nobody was paid last month: a contribution that this employer's program never made.
//!
//! To keep the distance from such a rule would pay a few cents to everybody whose base has moved. It is asked once whether the
//! line is due; until somebody says so the element is left out of both months, and then it is paid whole.

use super::{Inputs, calibrate};
use crate::compute::eval::{Computed, Pins, State};
use crate::compute::replay::pin;
use crate::ground::{Finding, Lang, Money, Place, Severity};
use crate::job::{self, Job};
use crate::normalise::join::Person;
use crate::payslip::{Advance, Catalogue, ElementId, LineKind, PaidCode, PaidLine, PaidSlip};
use crate::rules::Pack;
use crate::rules::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// Payslips looked at before all are.
const LOOKED_AT: usize = 400;

/// What came of it.
#[derive(Default)]
pub struct NobodyHad {
    pub findings: Vec<Finding>,
    /// Whether the pack gives less than it did.
    pub left_out: bool,
}

/// Leaves out of the pack what nobody was paid, and asks; what the job says is due is held against no payslip.
pub fn before(
    job: &Job,
    pack: &mut Pack,
    (catalogue, unknown_kinds): (&Catalogue, &[LineKind]),
    inputs: &mut Inputs,
    plan: &Plan,
    lang: Lang,
) -> NobodyHad {
    let mut out = NobodyHad::default();
    let code = |e: usize| pack.elements[e].card.code.as_str();
    let mut due = BTreeSet::new();
    for (name, place) in &job.policies.due {
        match (0..pack.elements.len()).find(|e| code(*e) == name) {
            Some(e) => drop(due.insert(e)),
            None => out.findings.push(Finding::new("F161", Severity::Justify).arg("name", name).at(place.clone())),
        }
    }
    let absent = Absent::of(pack, catalogue, unknown_kinds, inputs);
    let people = || inputs.people.values().map(AsRef::as_ref);
    let found = absent.given(people().take(LOOKED_AT), plan);
    let found = if found.is_empty() { found } else { absent.given(people(), plan) };
    for (e, (count, amount)) in found {
        if due.contains(&e) {
            for slip in inputs.people.values_mut().filter_map(|p| p.paid.as_mut()) {
                slip.lines.retain(|l| l.code != PaidCode::Element(ElementId(e as u16)));
                slip.unseen.push(ElementId(e as u16));
            }
            continue;
        }
        let card = &catalogue[e];
        let f = Finding::new("F160", Severity::Justify).arg("label", card.label.get(lang)).arg("code", &card.code);
        let f = f.arg("count", count).arg("amount", amount.french()).stake(amount.cents());
        out.findings.push(f.at(Place::File { file: job::SETTINGS_FILE.to_owned() }));
        pack.elements[e].left_out = true;
        out.left_out = true;
    }
    out
}

/// The elements of which no payslip has a line.
struct Absent<'a> {
    elements: BTreeSet<usize>,
    catalogue: &'a Catalogue,
    unknown_kinds: &'a [LineKind],
}

impl<'a> Absent<'a> {
    /// What a setting moves is the setting's to explain, what an open rubric may be is no absence, and what a file says that somebody
    /// has taken off the net is that person's.
    fn of(pack: &Pack, catalogue: &'a Catalogue, unknown_kinds: &'a [LineKind], inputs: &Inputs) -> Self {
        let mut elements: BTreeSet<usize> =
            (0..pack.elements.len()).filter(|e| pack.elements[*e].card.recurs && pack.elements[*e].card.kind != LineKind::Net).collect();
        for name in pack.settings.iter().flat_map(|s| s.evidence.split(',')).map(str::trim) {
            if let Some(e) = pack.element(name.split_once('.').map_or(name, |x| x.0)) {
                elements.remove(&e);
            }
        }
        for e in inputs.proposals.iter().flatten() {
            elements.remove(&e.index());
        }
        let shown = |l: &&PaidLine| !(l.amount.is_zero() && l.employer_amount.is_zero());
        for l in inputs.people.values().flat_map(|p| &p.paid).flat_map(PaidSlip::all).filter(shown) {
            if let PaidCode::Element(e) = l.code {
                elements.remove(&e.index());
            }
        }
        Self { elements, catalogue, unknown_kinds }
    }

    /// Those that the rules give to most of these people, with how many and how much.
    fn given<'p>(&self, people: impl Iterator<Item = &'p Person>, plan: &Plan) -> BTreeMap<usize, (u64, Money)> {
        let mut state = State::new(plan);
        let mut of: BTreeMap<usize, (u64, Money)> = BTreeMap::new();
        let (mut all, mut may_be): (u64, BTreeSet<usize>) = (0, BTreeSet::new());
        for p in people {
            let Some(slip) = p.paid.as_ref().filter(|s| calibrate::witness(p).is_some() && s.advance == Advance::None) else { continue };
            all += 1;
            if !whole(p, slip) {
                continue;
            }
            self.replay(&mut state, plan, p, slip);
            for e in &self.elements {
                let Some(c) = state.results[*e].filter(|c| c.stop.is_none() && counts(c)) else { continue };
                if !self.shows(slip, *e, &c) {
                    continue;
                }
                if slip.lines.iter().any(|l| holds(l, &c, &state, slip.employer_hidden)) {
                    may_be.insert(*e);
                }
                let slot = of.entry(*e).or_default();
                slot.0 += 1;
                slot.1 += c.amount.abs() + c.employer_amount.abs();
            }
        }
        of.retain(|e, (count, _)| *count >= 2 && *count * 2 >= all && !may_be.contains(e));
        of
    }

    fn replay(&self, state: &mut State, plan: &Plan, p: &Person, slip: &PaidSlip) {
        let mut facts = p.known.clone();
        for (id, fact) in &p.then {
            match fact {
                Some(f) => drop(facts.set(f.clone())),
                None => drop(facts.remove(*id)),
            }
        }
        let extra: Vec<_> = slip
            .lines
            .iter()
            .filter_map(|l| match l.code {
                PaidCode::Unknown(u) => Some((*self.unknown_kinds.get(usize::from(u))?, l.amount, l.employer_amount)),
                PaidCode::Element(_) => None,
            })
            .collect();
        let pinned = pin(&slip.lines, plan.slots.elements as usize);
        state.forget();
        state.run(plan, &facts, Pins::Paid(&pinned), &extra);
    }

    /// Whether the payslip would show the line.
    fn shows(&self, slip: &PaidSlip, e: usize, c: &Computed) -> bool {
        let hidden = slip.employer_hidden && c.amount.is_zero();
        let melted = slip.melted && self.catalogue[e].kind == LineKind::Earning;
        !(hidden || melted || slip.unseen.contains(&ElementId(e as u16)))
    }
}

/// Whether the lines make the net that was paid: of lines that were not read nothing is known.
fn whole(p: &Person, slip: &PaidSlip) -> bool {
    let net = slip.net_paid.map(|n| n.0).or_else(|| p.transfer.as_ref().map(|t| t.amount));
    net == Some(slip.all().map(|l| l.amount).sum())
}

/// More than what rounding makes.
fn counts(c: &Computed) -> bool {
    c.amount.abs().cents() > 1 || c.employer_amount.abs().cents() > 1
}

/// Whether a line may have the other within it: it is just that, or by just that more than its own rule gives.
fn holds(l: &PaidLine, c: &Computed, state: &State, agents_alone: bool) -> bool {
    let own = match l.code {
        PaidCode::Element(e) => state.results[e.index()].filter(|c| c.stop.is_none()),
        PaidCode::Unknown(_) => Some(Computed::ABSENT),
    };
    own.is_some_and(|own| {
        let (amount, employer) = (l.amount - own.amount - c.amount, l.employer_amount - own.employer_amount - c.employer_amount);
        amount.abs().cents() <= 1 && (agents_alone || employer.abs().cents() <= 1)
    })
}
