//! Lists of the month made of columns copied from the staff file: grade, index and working time beside a sum or an absence.
//!
//! They look like a staff file. What tells them apart is another one that knows their agents and says as much of their career.

use super::seen::Seen;
use crate::facts::FactId;
use crate::normalise::Context;
use crate::normalise::columns::{is_one_off, is_situation};
use crate::normalise::mapping::{Meaning, Role, SourceMapping};
use std::collections::BTreeSet;

/// Of the agents of such a list, in tenths, whom the other staff files know: somebody may have come since.
const KNOWN: usize = 8;

/// Which of the sheets taken for staff files say nothing of anybody's career that the others do not say.
pub(super) fn from_staff(seen: &[Seen<'_>], found: &[&SourceMapping], ids: &[BTreeSet<String>], cx: &Context<'_>) -> Vec<bool> {
    let career = |m: &SourceMapping| -> BTreeSet<FactId> {
        let facts = m.columns.iter().filter(|c| is_situation(cx.vocabulary, c.meaning));
        facts.filter_map(|c| if let Meaning::Fact(f) = c.meaning { Some(f) } else { None }).collect()
    };
    let staff = |i: usize| found[i].role == Role::Staff;
    let one = |i: usize| {
        if !staff(i) || seen[i].pinned() {
            return false;
        }
        let fuller = |j: usize| !has_sums(found[j], cx) || ids[j].len() > ids[i].len();
        let rest = || (0..found.len()).filter(move |j| *j != i && staff(*j) && fuller(*j));
        let agents: BTreeSet<&String> = rest().flat_map(|j| &ids[j]).collect();
        let said: BTreeSet<FactId> = rest().flat_map(|j| career(found[j])).collect();
        let known = ids[i].iter().filter(|id| agents.contains(id)).count();
        known > 0 && known * 10 >= ids[i].len() * KNOWN && career(found[i]).is_subset(&said)
    };
    (0..found.len()).map(one).collect()
}

/// A column of what is paid in one month alone.
fn has_sums(m: &SourceMapping, cx: &Context<'_>) -> bool {
    m.columns.iter().any(|c| matches!(c.meaning, Meaning::Fact(f) if is_one_off(cx.vocabulary.get(f))))
}
