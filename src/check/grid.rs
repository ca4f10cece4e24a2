//! The grid that the town's own people draw: of one grade and step, one index; whoever has another is asked about.

use crate::check::Control;
use crate::ground::{EmployeeId, Exact, Finding, Place};
use std::collections::BTreeMap;

/// How many people of a step must agree before one who differs is told.
const AGREE: u64 = 3;
/// Of each index, those who are named when they are the few.
const NAMED: usize = 3;

/// Who has an index, of one grade and step.
#[derive(Clone, Debug, Default)]
struct Held {
    count: u64,
    first: Vec<(EmployeeId, Place)>,
}

/// Indices by grade and step.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    steps: BTreeMap<(String, String), BTreeMap<Exact, Held>>,
}

impl Grid {
    pub fn enter(&mut self, grade: &str, step: &str, index: Exact, who: &EmployeeId, place: impl FnOnce() -> Place) {
        let held = self.steps.entry((grade.to_owned(), step.to_owned())).or_default().entry(index).or_default();
        held.count += 1;
        if held.first.len() < NAMED {
            held.first.push((who.clone(), place()));
        }
    }

    /// Those whose index is not the one of nearly all others of their grade and step.
    pub fn off(&self, c: &Control) -> Vec<Finding> {
        let mut out = Vec::new();
        for ((grade, step), indices) in &self.steps {
            let Some((usual, most)) = indices.iter().max_by_key(|(_, h)| h.count) else { continue };
            let others: u64 = indices.values().map(|h| h.count).sum::<u64>() - most.count;
            if others == 0 || most.count < AGREE || others * 3 > most.count {
                continue;
            }
            for (index, held) in indices.iter().filter(|(i, _)| *i != usual) {
                out.extend(held.first.iter().map(|(who, place)| {
                    let f = c.finding().of(who).at(place.clone()).arg("agent", who).arg("grade", grade).arg("step", step);
                    f.arg("found", index.to_string()).arg("expected", usual.to_string()).arg("count", most.count)
                }));
            }
        }
        out
    }
}
