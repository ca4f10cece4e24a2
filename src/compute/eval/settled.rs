//! What is settled of a payslip before any amount is looked at: most rules speak of other people.
//!
//! Employees of whom the same facts are known, with the same options, share it: the named values that come out the same for all
//! of them, and the elements that apply to none. It is found by running the plan's own steps on facts that are known and of no
//! amount yet ([`Known::Open`]): what does not stop at one of them is settled.

use super::{Known, OPEN, Pins, State, Stop, Values, columns};
use crate::ground::Exact;
use crate::rules::plan::{Plan, Step};
use crate::rules::reads::Mark;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Kinds of employees remembered at once; a town has some hundreds.
const KINDS: usize = 10_000;

/// What all employees of a kind have in common.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// Slots of named values, and what stands there.
    pub values: Vec<(u32, Result<Exact, Stop>)>,
    /// Steps of elements that do not apply.
    pub absent: Vec<usize>,
    /// The other steps, in order.
    pub open: Vec<usize>,
}

/// A kind of employee under one plan: the first is computed whole, from the second on it pays to know what is settled.
struct Kind {
    /// Keeps the plan's mark, whose address is part of the key, from being another's.
    _plan: Mark,
    settled: Option<Rc<Settled>>,
}

thread_local! {
    // For the thread and not for the room of one computation: rooms come and go with every share of the work.
    static MET: RefCell<HashMap<Vec<usize>, Kind>> = RefCell::default();
}

impl Known {
    /// As far as the kind of employee tells: an amount other than zero, or a day, is open.
    fn of_kind(self) -> Self {
        match self {
            Self::Number(n) if !n.is_zero() => Self::Open,
            Self::Date(_) => Self::Open,
            Self::No | Self::Number(_) | Self::Choice(_) | Self::Flag(_) | Self::Text | Self::Open => self,
        }
    }

    /// A number that only the same share.
    fn key(self) -> usize {
        match self.of_kind() {
            Self::No => 0,
            Self::Open => 1,
            Self::Number(_) | Self::Date(_) => 2,
            Self::Text => 3,
            Self::Flag(yes) => 4 + usize::from(yes),
            Self::Choice(c) => 6 + usize::from(c),
        }
    }
}

impl Settled {
    /// Of whoever is known by these facts, for a plan.
    fn of(plan: &Plan, facts: &[Known]) -> Self {
        let mut room = Values { facts: facts.iter().map(|f| f.of_kind()).collect(), slots: vec![Ok(Exact::ZERO); plan.slots.count()] };
        let open_at = |slots: &mut [Result<Exact, Stop>], slot: u32| slots[slot as usize] = Err(OPEN);
        // Lines without a rule enter these sums.
        plan.by_kind.iter().for_each(|(_, slot, _)| open_at(&mut room.slots, *slot));
        let mut found = Self::default();
        for (i, step) in plan.steps.iter().enumerate() {
            match step {
                Step::Value(v) => {
                    let is = room.value(plan, v);
                    room.slots[v.slot as usize] = is;
                    if is == Err(OPEN) {
                        found.open.push(i);
                    } else {
                        found.values.push((v.slot, is));
                    }
                }
                Step::Element(e) if e.applies.as_ref().is_some_and(|c| room.cond(plan, c) == Ok(false)) => found.absent.push(i),
                Step::Element(e) => {
                    found.open.push(i);
                    columns(e.slot).chain(e.adds.iter().chain(&e.adds_employer).copied()).for_each(|s| open_at(&mut room.slots, s));
                }
            }
        }
        found
    }
}

impl State {
    /// What is settled of whoever has the facts given now, unless nobody of the kind was met before, or something is put in the
    /// place of a line that the kind does not have.
    pub(super) fn settled(&self, plan: &Plan, pins: Pins<'_>) -> Option<Rc<Settled>> {
        let known = self.values.facts.iter().enumerate().filter(|(_, f)| **f != Known::No);
        let key: Vec<usize> = std::iter::once(plan.mark.address()).chain(known.flat_map(|(i, f)| [i, f.key()])).collect();
        let settled = MET.with_borrow_mut(|met| {
            if let Some(kind) = met.get_mut(&key) {
                return Some(Rc::clone(kind.settled.get_or_insert_with(|| Rc::new(Settled::of(plan, &self.values.facts)))));
            }
            if met.len() >= KINDS {
                met.clear();
            }
            met.insert(key, Kind { _plan: plan.mark.clone(), settled: None });
            None
        })?;
        let untouched = |i: &usize| matches!(&plan.steps[*i], Step::Element(e) if pins.leave(e.element.index()));
        settled.absent.iter().all(untouched).then_some(settled)
    }
}
