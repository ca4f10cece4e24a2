//! One person under two numbers in two sources, where nothing is left to decide: the same valid identity number, and names that
//! agree. Everything then counts under the number that the staff files have.

use super::decisions::renumber;
use crate::facts::{Role, Vocabulary};
use crate::ground::{EmployeeId, Finding, Nir, Severity, Sources};
use crate::normalise::Gathered;
use crate::normalise::gather::Record;
use crate::normalise::join::TransferRow;
use crate::normalise::people::may_be_same;
use std::collections::{BTreeMap, BTreeSet};

/// Number and name by identity number; `None` where two people have it.
type ByNir = BTreeMap<String, Option<(EmployeeId, String)>>;

fn by_nir<'r>(records: impl Iterator<Item = &'r Record>, names: &dyn Fn(&Record) -> String, vocabulary: &Vocabulary) -> ByNir {
    let mut out = ByNir::new();
    let Some(fact) = vocabulary.role(Role::IdentityNumber) else { return out };
    for r in records {
        let (Some(id), Some(text)) = (&r.employee, r.facts.get(fact).and_then(|f| f.value.text())) else { continue };
        let Ok(nir) = Nir::parse(text) else { continue };
        let key: String = nir.as_str().chars().take(13).collect();
        let own = (id.clone(), names(r));
        // Posts of one person are one number.
        out.entry(key).and_modify(|k| *k = k.take().filter(|k| k.0.as_str() == own.0.as_str())).or_insert(Some(own));
    }
    out
}

/// Joins them, and tells it.
pub fn join(g: &mut Gathered, transfers: &mut [TransferRow], vocabulary: &Vocabulary, sources: &Sources, findings: &mut Vec<Finding>) {
    let written = |r: &Record| {
        let text = |role| vocabulary.role(role).and_then(|f| r.facts.get(f)).and_then(|f| f.value.text()).unwrap_or_default().to_owned();
        let apart = format!("{} {}", text(Role::Surname), text(Role::GivenName));
        if apart.trim().is_empty() { text(Role::FullName) } else { apart.trim().to_owned() }
    };
    let staff: BTreeSet<&EmployeeId> = g.staff.iter().filter_map(|r| r.employee.as_ref()).collect();
    let paid_alone = |r: &&Record| r.employee.as_ref().is_some_and(|id| g.paid.contains_key(id) && !staff.contains(id));
    let staff_alone = |r: &&Record| r.employee.as_ref().is_some_and(|id| !g.paid.contains_key(id));
    let paid_name = |r: &Record| {
        let known = r.employee.as_ref().and_then(|id| g.register_names.get(id));
        known.map_or_else(|| written(r), |(a, b)| format!("{a} {b}"))
    };
    let paid = by_nir(g.register_facts.iter().filter(paid_alone), &paid_name, vocabulary);
    let unpaid = by_nir(g.staff.iter().filter(staff_alone), &written, vocabulary);
    let mut pairs = Vec::new();
    for (nir, one) in &paid {
        let (Some((from, a)), Some(Some((to, b)))) = (one, unpaid.get(nir)) else { continue };
        let named = !a.trim().is_empty() && !b.trim().is_empty();
        if named && may_be_same((a.as_str(), ""), (b.as_str(), "")) {
            pairs.push((from.clone(), to.clone()));
        }
    }
    for (from, to) in pairs {
        let at = g.staff.iter().find(|r| r.employee.as_ref() == Some(&to)).map(|r| r.at);
        let was = g.register_facts.iter().find(|r| r.employee.as_ref() == Some(&from)).map(|r| r.at);
        renumber(g, &from, &to);
        for t in transfers.iter_mut().filter(|t| t.end_to_end == from.as_str()) {
            to.as_str().clone_into(&mut t.end_to_end);
        }
        for id in findings.iter_mut().filter_map(|f| f.employee.as_mut()).filter(|id| id.as_str() == from.as_str()) {
            *id = to.at_post(id.post());
        }
        let f = Finding::new("M147", Severity::Warning).arg("agent", &to).arg("other", &from).of(&to);
        findings.push([at, was].into_iter().flatten().fold(f, |f, at| f.at(sources.place(at))));
    }
}
