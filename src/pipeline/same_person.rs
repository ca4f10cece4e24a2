//! One person under two numbers in two sources, where nothing is left to decide: the same valid identity number, and names that
//! agree. Everything then counts under the number that the staff files have.

use super::decisions::renumber;
use crate::facts::{Role, Vocabulary};
use crate::ground::ids::bare;
use crate::ground::{At, EmployeeId, Finding, Nir, Severity, Sources};
use crate::normalise::Gathered;
use crate::normalise::dsn::Numbered;
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

/// Places that one finding lists.
const SHOWN: usize = 8;

/// Whoever a declaration writes under another number than the pay statement or the register does: the same identity number, and
/// the same taxable net where both say it, are one person. He goes under the number that the references of last month's transfers
/// have, or else under the one he was paid under.
pub fn declared(
    declared: &[Numbered],
    g: &mut Gathered,
    transfers: &mut [TransferRow],
    vocabulary: &Vocabulary,
    sources: &Sources,
    findings: &mut Vec<Finding>,
) {
    let records = || g.staff.iter().chain(&g.register_facts).filter(|r| r.employee.as_ref().is_some_and(|id| g.paid.contains_key(id)));
    let names = |r: &Record| {
        let known = r.employee.as_ref().and_then(|id| g.register_names.get(id));
        known.map_or_else(String::new, |(a, b)| format!("{a} {b}"))
    };
    let paid = by_nir(records(), &names, vocabulary);
    let all = g.paid.keys().chain(g.staff.iter().chain(&g.register_facts).filter_map(|r| r.employee.as_ref()));
    let known: BTreeSet<&str> = all.map(EmployeeId::bare).collect();
    let numbers: BTreeSet<&str> = declared.iter().map(|d| d.id.bare()).collect();
    let mut under: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for d in declared {
        under.entry(&d.nir).or_default().insert(d.id.bare());
    }
    let same = |d: &Numbered| {
        let once = !known.contains(d.id.bare()) && under.get(d.nir.as_str()).is_some_and(|u| u.len() == 1);
        let (id, name) = paid.get(&d.nir).filter(|_| once)?.clone()?;
        let slip = g.paid.get(&id)?;
        let taxable = slip.net_taxable.zip(d.taxable).is_none_or(|(a, b)| a.0 == b);
        let named = d.names.iter().any(|n| may_be_same((n, ""), (&name, "")));
        (taxable && named && !numbers.contains(id.bare())).then(|| (id, d.id.clone(), d.at))
    };
    let mut pairs: Vec<(EmployeeId, EmployeeId, At)> = declared.iter().filter_map(same).collect();
    pairs.sort();
    pairs.dedup_by(|a, b| a.0 == b.0);
    if pairs.is_empty() {
        return;
    }
    let words: BTreeSet<&str> = transfers.iter().flat_map(|t| t.end_to_end.split(|c: char| !c.is_ascii_alphanumeric())).map(bare).collect();
    let written = |of: &dyn Fn(&(EmployeeId, EmployeeId, At)) -> String| pairs.iter().filter(|p| words.contains(of(p).as_str())).count();
    let by_declared = written(&|p| p.1.bare().to_owned()) > written(&|p| p.0.bare().to_owned());
    let made = |id: &EmployeeId| crate::normalise::xhl::is_rank(id);
    let f = Finding::new("M445", Severity::Warning).arg("count", pairs.len());
    let who = pairs.iter().take(SHOWN).map(|(a, b, _)| format!("{a} / {b}")).collect::<Vec<_>>().join(", ");
    findings.push(pairs.iter().take(SHOWN).fold(f.arg("who", who), |f, p| f.at(sources.place(p.2))));
    for (own, declared, _) in pairs {
        if !by_declared && !made(&own) {
            renumber(g, &declared, &own);
            g.aliases.insert(declared.bare().to_owned(), own);
            continue;
        }
        renumber(g, &own, &declared);
        if g.stand_in.0.remove(&own) {
            g.stand_in.0.insert(declared.clone());
        }
        if let Some(siret) = g.elsewhere.remove(&own) {
            g.elsewhere.insert(declared.clone(), siret);
        }
        for t in transfers.iter_mut().filter(|t| t.end_to_end == own.as_str()) {
            declared.as_str().clone_into(&mut t.end_to_end);
        }
        for id in findings.iter_mut().filter_map(|f| f.employee.as_mut()).filter(|id| id.as_str() == own.as_str()) {
            *id = declared.at_post(id.post());
        }
    }
    // Nobody is left who has but a rank.
    if !g.paid.keys().any(made) {
        findings.retain(|f| f.code != "M351");
    }
}
