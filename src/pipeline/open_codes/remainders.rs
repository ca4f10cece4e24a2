//! Pay that a declaration does not detail, agent by agent: where the lines that the rules give beyond what it names come to its
//! remainder to the cent, the remainder is these lines; so is what the bank paid less than it explains.

use super::super::Ready;
use super::super::known_by_net::MUCH;
use crate::compute::employee::{Machine, Way};
use crate::compute::eval::{Pins, State};
use crate::compute::replay::{Hidden, Verdict, pin};
use crate::facts::Value;
use crate::ground::{EmployeeId, Finding, Money, Severity};
use crate::normalise::dsn::{BEYOND, REMAINDER, carries};
use crate::normalise::join::Person;
use crate::payslip::{ElementId, LineKind, PaidCode, PaidLine, PaidSlip};
use crate::rules::plan::{Inferred, Step};
use std::collections::BTreeSet;

/// How often lines that follow from lines found before are looked for.
const ROUNDS: usize = 3;

/// Lines in the place of a remainder, and what is left of it.
type Lines = (Vec<PaidLine>, Money);

/// Puts the lines in the place of the remainders that they come to.
pub fn settle(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let undetailed = code_of(ready, REMAINDER);
    let mut explained = net_bonuses(ready, undetailed);
    if let Some(u) = undetailed {
        let found = each(ready, u, &|machine, state, p| {
            let (lines, rest) = given(ready, machine, state, p, (u, LineKind::Earning))?;
            let sum: Money = lines.iter().map(|l| l.amount).sum();
            if !lines.is_empty() && sum == rest.amount {
                return Some((lines, Money::ZERO));
            }
            // Beside what the rules give, and else alone.
            let left = PaidLine { amount: rest.amount - sum, ..rest.clone() };
            let one = chosen(ready, machine, state, p, (&lines, &left)).filter(|_| !lines.is_empty());
            let all = one.map(|l| lines.into_iter().chain([l]).collect());
            Some((all.or_else(|| Some(vec![chosen(ready, machine, state, p, (&[], &rest))?]))?, Money::ZERO))
        });
        explained += found.len();
        found.into_iter().for_each(|(id, lines)| put(ready, &id, u, lines));
        // Nothing is carried in one line any more.
        if ready.inputs.people.values().filter_map(|p| p.paid.as_ref()).all(|s| rest_of(s, u).is_none()) {
            findings.retain(|f| f.code != "M46");
        }
    }
    findings.extend((explained > 0).then(|| Finding::new("M144", Severity::Information).arg("count", explained)));
    if let Some(u) = code_of(ready, BEYOND) {
        let found = each(ready, u, &|machine, state, p| {
            let (lines, rest) = given(ready, machine, state, p, (u, LineKind::Net))?;
            let left = rest.amount - lines.iter().map(|l| l.amount).sum();
            // A part of it, where nothing the files say goes the other way.
            let down = |m: Money| m.cents().signum() == rest.amount.cents().signum();
            let part = lines.iter().all(|l| down(l.amount)) && (left.is_zero() || down(left));
            (!lines.is_empty() && (left.is_zero() || part)).then_some((lines, left))
        });
        beyond(ready, u, found, findings);
    }
    untold(ready, findings);
}

/// Puts what is whole, and what is taken from it, in the place of bonuses declared less that; and how many agents' they are.
fn net_bonuses(ready: &mut Ready, undetailed: Option<u16>) -> usize {
    let found: Vec<(EmployeeId, (usize, Vec<PaidLine>))> = {
        let machine = ready.machine();
        let mut state = State::new(machine.road.last());
        let of = |(id, p): (&EmployeeId, &Person)| Some((id.clone(), declared_less(ready, &machine, &mut state, p, undetailed)?));
        ready.inputs.people.iter().map(|(id, p)| (id, p.as_ref())).filter_map(of).collect()
    };
    for (id, (i, lines)) in &found {
        let Some(slip) = ready.inputs.people.get_mut(id).and_then(|p| p.paid.as_mut()) else { continue };
        slip.lines.splice(i..=i, lines.iter().cloned());
        slip.lines.retain(|l| undetailed.is_none_or(|u| l.code != PaidCode::Unknown(u)));
    }
    found.len()
}

/// Without a transfer nobody knows what was withheld of a declared net beside what a declaration has a place for: what the
/// files say of it contradicts nothing, and counts in last month too.
fn untold(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let found: Vec<(EmployeeId, Vec<PaidLine>)> = {
        let machine = ready.machine();
        let (plan, mut state) = (machine.road.last(), State::new(machine.road.last()));
        let card = |i: usize| &ready.catalogue[i];
        let without = ready.inputs.people.iter().filter(|(_, p)| p.transfer.is_none());
        let of = |(id, p): (&EmployeeId, &Person)| {
            let slip = p.paid.as_ref().filter(|s| s.melted)?;
            let (_, at) = slip.net_paid?;
            let pinned = pin(&slip.lines, plan.slots.elements as usize);
            state.run(plan, &machine.then(&p.known, &p.then), Pins::Paid(&pinned), &[]);
            let silent = |i: usize| pinned[i].is_none() && card(i).kind == LineKind::Net && card(i).recurs && !carries(&card(i).code);
            let made = state.results.iter().enumerate().take(ready.pack.elements.len()).filter(|(i, _)| silent(*i));
            let made = made.filter_map(|(i, c)| Some((i, c.filter(|c| c.stop.is_none() && !c.amount.is_zero())?)));
            let lines: Vec<PaidLine> = made.map(|(i, c)| c.as_paid(ElementId(i as u16), at)).collect();
            (!lines.is_empty()).then(|| (id.clone(), lines))
        };
        without.map(|(id, p)| (id, p.as_ref())).filter_map(of).collect()
    };
    findings.extend((!found.is_empty()).then(|| Finding::new("M357", Severity::Information).arg("count", found.len())));
    for (id, lines) in found {
        let Some(slip) = ready.inputs.people.get_mut(&id).and_then(|p| p.paid.as_mut()) else { continue };
        let sum: Money = lines.iter().map(|l| l.amount).sum();
        slip.net_paid = slip.net_paid.map(|(net, at)| (net + sum, at));
        slip.lines.extend(lines);
    }
}

pub(super) fn code_of(ready: &Ready, code: &str) -> Option<u16> {
    let cards = &ready.catalogue[ready.pack.elements.len()..];
    cards.iter().position(|c| c.code == code).and_then(|u| u16::try_from(u).ok())
}

type Of<'f> = &'f dyn Fn(&Machine<'_>, &mut State, &Person) -> Option<Lines>;

/// What stands in the remainder of each agent who has one.
fn each(ready: &Ready, u: u16, of: Of<'_>) -> Vec<(EmployeeId, Lines)> {
    let machine = ready.machine();
    let mut state = State::new(machine.road.last());
    let melted = |p: &Person| p.paid.as_ref().is_some_and(|s| s.melted && rest_of(s, u).is_some());
    let people = ready.inputs.people.iter().filter(|(_, p)| melted(p));
    people.filter_map(|(id, p)| Some((id.clone(), of(&machine, &mut state, p)?))).collect()
}

fn rest_of(slip: &PaidSlip, u: u16) -> Option<&PaidLine> {
    let mut rest = slip.lines.iter().filter(|l| l.code == PaidCode::Unknown(u));
    rest.next().filter(|_| rest.next().is_none())
}

/// The lines of a kind that the rules give and the declaration does not name, beside the remainder.
fn given(
    ready: &Ready,
    machine: &Machine<'_>,
    state: &mut State,
    p: &Person,
    (u, kind): (u16, LineKind),
) -> Option<(Vec<PaidLine>, PaidLine)> {
    let slip = p.paid.as_ref()?;
    let rest = rest_of(slip, u)?;
    Some((made(ready, machine, state, p, (&slip.lines, rest, kind)), rest.clone()))
}

/// The lines of a kind that the rules give beyond those that are named, with a rest beside them.
fn made(
    ready: &Ready,
    machine: &Machine<'_>,
    state: &mut State,
    p: &Person,
    (named, rest, kind): (&[PaidLine], &PaidLine, LineKind),
) -> Vec<PaidLine> {
    let (plan, facts) = (machine.road.last(), machine.then(&p.known, &p.then));
    let mut lines: Vec<PaidLine> = Vec::new();
    // What is taken from bonuses follows from those that the rules give before it.
    for _ in 0..ROUNDS {
        let all: Vec<PaidLine> = named.iter().chain(&lines).cloned().collect();
        let pinned = pin(&all, plan.slots.elements as usize);
        let left = rest.amount - lines.iter().map(|l| l.amount).sum();
        state.run(plan, &facts, Pins::Paid(&pinned), &[(kind, left, Money::ZERO)]);
        let before = lines.len();
        for (i, c) in state.results.iter().enumerate().take(ready.pack.elements.len()) {
            let Some(c) = c.filter(|c| c.stop.is_none() && !c.amount.is_zero()) else { continue };
            if pinned[i].is_none() && ready.catalogue[i].kind == kind {
                lines.push(c.as_paid(ElementId(i as u16), rest.at));
            }
        }
        if lines.len() == before {
            break;
        }
    }
    lines
}

/// A bonus declared less what is taken from it: the rules make of the files another amount, and lines that come to the difference
/// with what else is not detailed, to the cent.
fn declared_less(ready: &Ready, machine: &Machine<'_>, state: &mut State, p: &Person, u: Option<u16>) -> Option<(usize, Vec<PaidLine>)> {
    let slip = p.paid.as_ref().filter(|s| s.melted)?;
    let (plan, facts) = (machine.road.last(), machine.then(&p.known, &p.then));
    state.run(plan, &facts, Pins::Paid(&pin(&slip.lines, plan.slots.elements as usize)), &[]);
    let other = |(i, l): (usize, &PaidLine)| {
        let PaidCode::Element(e) = l.code else { return None };
        let lasting = ready.catalogue[e.index()].kind == LineKind::Earning && ready.catalogue[e.index()].recurs;
        let c = state.results.get(e.index()).copied().flatten().filter(|c| lasting && c.stop.is_none() && !c.amount.is_zero())?;
        (c.amount != l.amount).then(|| (i, PaidLine { amount: c.amount, ..l.clone() }))
    };
    let [(i, whole)] = slip.lines.iter().enumerate().filter_map(other).collect::<Vec<_>>().try_into().ok()?;
    let mut named = slip.lines.clone();
    let declared = std::mem::replace(&mut named[i], whole.clone()).amount;
    let undetailed = u.and_then(|u| rest_of(slip, u)).map_or(Money::ZERO, |l| l.amount);
    let rest = PaidLine { amount: declared + undetailed - whole.amount, ..whole.clone() };
    let lines = made(ready, machine, state, p, (&named, &rest, LineKind::Earning));
    let comes_to = !lines.is_empty() && lines.iter().map(|l| l.amount).sum::<Money>() == rest.amount;
    comes_to.then(|| (i, std::iter::once(whole).chain(lines).collect()))
}

/// The one line that lacks but an option of a choice (a category), where one option alone makes it what is left of the remainder
/// beside the lines that the rules give.
fn chosen(
    ready: &Ready,
    machine: &Machine<'_>,
    state: &mut State,
    p: &Person,
    (given, left): (&[PaidLine], &PaidLine),
) -> Option<PaidLine> {
    let slip = p.paid.as_ref()?;
    let named: Vec<PaidLine> = slip.lines.iter().filter(|l| l.code != left.code).chain(given).cloned().collect();
    let plan = machine.road.last();
    let facts = machine.then(&p.known, &p.then);
    let free = |e: ElementId| named.iter().all(|l| l.code != PaidCode::Element(e));
    let as_line = |e: ElementId| PaidLine { code: PaidCode::Element(e), ..left.clone() };
    let may = |s: &Step| match s {
        Step::Element(e) if e.inferences.iter().any(|i| matches!(i.1, Inferred::OneOf(_))) => Some(e.element),
        _ => None,
    };
    let lasting = |e: &ElementId| ready.catalogue[e.index()].kind == LineKind::Earning && ready.catalogue[e.index()].recurs && free(*e);
    let candidates: Vec<ElementId> = plan.steps.iter().filter_map(may).filter(lasting).collect();
    let mut fits = candidates.into_iter().filter(|e| {
        let lines: Vec<PaidLine> = named.iter().cloned().chain([as_line(*e)]).collect();
        let r = machine.replay_lines(state, &facts, &p.alternatives, &lines, Hidden::of(slip));
        let exact = r.lines.iter().any(|l| l.code == PaidCode::Element(*e) && l.verdict == Verdict::Exact);
        let mut drawn = r.resolved.iter().filter(|x| x.element == *e).peekable();
        exact && drawn.peek().is_some() && drawn.all(|x| matches!(x.used.value, Value::Choice(_)))
    });
    let only = fits.next()?;
    fits.next().is_none().then(|| as_line(only))
}

fn put(ready: &mut Ready, id: &EmployeeId, u: u16, (lines, left): Lines) {
    let Some(slip) = ready.inputs.people.get_mut(id).and_then(|p| p.paid.as_mut()) else { return };
    for l in slip.lines.iter_mut().filter(|l| l.code == PaidCode::Unknown(u)) {
        l.amount = left;
    }
    slip.lines.retain(|l| l.code != PaidCode::Unknown(u) || !l.amount.is_zero());
    slip.lines.extend(lines);
}

/// What files say is withheld explains what the bank paid less. What is left of others beside it may have been withheld once, or
/// given back: more than a hundredth of the net is asked about.
fn beyond(ready: &mut Ready, u: u16, found: Vec<(EmployeeId, Lines)>, findings: &mut Vec<Finding>) {
    if found.is_empty() {
        return;
    }
    findings.push(Finding::new("M400", Severity::Information).arg("count", found.len()));
    let explained: BTreeSet<&EmployeeId> = found.iter().filter(|(_, lines)| lines.1.is_zero()).map(|(id, _)| id).collect();
    findings.retain(|f| f.code != "M55" || f.employee.as_ref().is_none_or(|id| !explained.contains(id)));
    found.into_iter().for_each(|(id, lines)| put(ready, &id, u, lines));
    let mut open = Vec::new();
    for (id, p) in &ready.inputs.people {
        let Some(slip) = p.paid.as_ref().filter(|s| s.melted) else { continue };
        let (Some(rest), Some((net, at))) = (rest_of(slip, u), slip.net_paid) else { continue };
        if rest.amount.abs().cents() * MUCH <= net.abs().cents() {
            continue;
        }
        let asked = matches!(super::super::compute::ways(ready, id).unproven, Way::Recompute) && ready.inputs.decisions.way(id).is_none();
        if asked {
            let f = Finding::new("M401", Severity::Blocking).of(id).arg("agent", id).arg("name", p.name(&ready.pack.vocabulary));
            findings.push(f.arg("gap", rest.amount.french()).stake(rest.amount.cents()).at(ready.inputs.sources.place(at)));
        }
        open.push(id.clone());
    }
    for id in open {
        if let Some(slip) = ready.inputs.people.get_mut(&id).and_then(|p| p.paid.as_mut()) {
            slip.open_net = Some(PaidCode::Unknown(u));
        }
    }
}
