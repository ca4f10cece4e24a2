//! Base pay of a declaration, which has one type for all of it: of whoever has no index it is an allowance, an apprentice's pay, a
//! sum or hours. The element that makes it from what the files say, and alone, is it.

use super::super::Ready;
use super::{comes_out, from_files};
use crate::compute::eval::{Pins, State};
use crate::compute::replay::{Hidden, pin};
use crate::ground::EmployeeId;
use crate::normalise::dsn::base_pay;
use crate::normalise::join::Person;
use crate::payslip::{ElementId, PaidCode, PaidLine};

/// Puts the element in the place of index pay that the rules do not make.
pub fn settle(ready: &mut Ready) {
    let element = |code: &String| Some(ElementId(ready.pack.elements.iter().position(|e| e.card.code == *code)? as u16));
    let all: Vec<ElementId> = base_pay().iter().filter_map(element).collect();
    let Some((index, others)) = all.split_first() else { return };
    let found: Vec<(EmployeeId, ElementId)> = {
        let mut state = State::new(ready.road.last());
        let people = ready.inputs.people.iter();
        people.filter_map(|(id, p)| Some((id.clone(), of_another(ready, &mut state, p, (*index, others))?))).collect()
    };
    for (id, e) in found {
        if let Some(slip) = ready.inputs.people.get_mut(&id).and_then(|p| p.paid.as_mut()) {
            slip.lines = with(&slip.lines, *index, e);
        }
    }
}

fn with(lines: &[PaidLine], index: ElementId, e: ElementId) -> Vec<PaidLine> {
    let one = |l: &PaidLine| PaidLine { code: if is(l, index) { PaidCode::Element(e) } else { l.code }, ..l.clone() };
    lines.iter().map(one).collect()
}

fn is(l: &PaidLine, e: ElementId) -> bool {
    l.code == PaidCode::Element(e)
}

/// The one other element that base pay is. Any sum comes out as somebody's fixed pay: a fact drawn from the line counts only for
/// whoever the files say is not paid by an index.
fn of_another(ready: &Ready, state: &mut State, p: &Person, (index, others): (ElementId, &[ElementId])) -> Option<ElementId> {
    let slip = p.paid.as_ref().filter(|s| s.melted && s.lines.iter().any(|l| is(l, index)))?;
    let machine = ready.machine();
    let plan = machine.road.last();
    let facts = machine.then(&p.known, &p.then);
    let plain = machine.replay_lines(state, &facts, &p.alternatives, &slip.lines, Hidden::of(slip));
    if comes_out(&plain, index) {
        return None;
    }
    state.run(plan, &facts, Pins::Paid(&pin(&slip.lines, plan.slots.elements as usize)), &[]);
    let by_index = state.results[index.index()].is_some_and(|c| c.applies || c.stop.is_some());
    let free = others.iter().copied().filter(|e| !slip.lines.iter().any(|l| is(l, *e)));
    let tried = free.filter_map(|e| {
        let r = machine.replay_lines(state, &facts, &p.alternatives, &with(&slip.lines, index, e), Hidden::of(slip));
        comes_out(&r, e).then(|| (e, from_files(&r, e)))
    });
    let fits: Vec<(ElementId, bool)> = tried.filter(|f| f.1 || !by_index).collect();
    let sure: Vec<(ElementId, bool)> = fits.iter().copied().filter(|f| f.1).collect();
    match if sure.is_empty() { fits } else { sure }.as_slice() {
        [(e, _)] => Some(*e),
        _ => None,
    }
}
