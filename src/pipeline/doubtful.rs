//! Columns of a staff file that last month contradicts for many agents: misread, of another date, or counted otherwise.
//!
//! One agent's new step is an event; a tenth of the town at once is a column that says something else.

use crate::ground::{Finding, Place, Severity, words};
use crate::normalise::join::People;
use crate::payslip::PaidSlip;
use std::collections::{BTreeMap, BTreeSet};

/// Fewer agents than this are events of their own.
const MANY: usize = 5;
/// And no smaller a part of those who were paid.
const ONE_IN: usize = 10;

/// Sets aside the agents whose file contradicts last month in a fact that it contradicts for many; tells it once for the run.
pub fn columns(paid: u64, findings: &mut Vec<Finding>) {
    let paid = usize::try_from(paid).unwrap_or(usize::MAX);
    let fact = |f: &Finding| f.args.iter().find(|(name, _)| name == "fact").map(|(_, v)| v.clone());
    // What two sources of last month say of a fact is no column that last month contradicts.
    let sources = words::both("M157");
    let told = |f: &Finding| f.text.as_ref().is_some_and(|t| *t != sources);
    let contradicts = |f: &Finding| f.code == "IMP-04" && told(f) && f.employee.is_some() && f.severity <= Severity::Justify;
    let mut counts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, f) in findings.iter().enumerate().filter(|(_, f)| contradicts(f)) {
        counts.entry(fact(f).unwrap_or_default()).or_default().push(i);
    }
    for (fact, of) in counts {
        let agents: std::collections::BTreeSet<_> = of.iter().filter_map(|i| findings[*i].employee.clone()).collect();
        if agents.len() < MANY || agents.len() * ONE_IN <= paid {
            continue;
        }
        let place = of.first().and_then(|i| findings[*i].places.first().cloned());
        for i in of {
            findings[i].severity = Severity::Blocking;
        }
        let f = Finding::new("F55", Severity::Justify).arg("fact", fact).arg("count", agents.len()).arg("paid", paid);
        findings.push(place.into_iter().fold(f, Finding::at));
    }
}

/// What two documents of last month say differently of somebody whose net, as the one that counts has it, is what the bank paid:
/// that moves no money, and the other is told, once for the run where it differs for many.
pub fn settled_by_the_bank(people: &People, findings: &mut Vec<Finding>) {
    let documents = words::both("M145");
    let is_proven = |f: &Finding| {
        let p = f.employee.as_ref().and_then(|id| people.get(id));
        let net = |s: &PaidSlip| s.net_paid.map(|n| n.0);
        p.is_some_and(|p| p.transfer.as_ref().is_some_and(|t| t.of_all.is_none() && p.paid.as_ref().and_then(net) == Some(t.amount)))
    };
    let mut groups: BTreeMap<(String, String, String), Vec<usize>> = BTreeMap::new();
    for (i, f) in findings.iter_mut().enumerate() {
        if f.code == "IMP-04" && f.text.as_ref() == Some(&documents) && is_proven(f) {
            f.severity = Severity::Warning;
            let fact = f.args.iter().find(|a| a.0 == "fact").map(|a| a.1.clone()).unwrap_or_default();
            let file = |n: usize| f.places.get(n).and_then(Place::file).unwrap_or_default().to_owned();
            groups.entry((fact, file(0), file(1))).or_default().push(i);
        }
    }
    groups.retain(|_, of| of.len() >= MANY);
    let folded: BTreeSet<usize> = groups.values().flatten().copied().collect();
    let of_all = groups.iter().map(|((fact, file, other), of)| {
        let f = Finding::new("F162", Severity::Warning).arg("fact", fact).arg("count", of.len()).arg("file", file).arg("other", other);
        findings[of[0]].places.iter().cloned().fold(f, Finding::at)
    });
    let of_all: Vec<Finding> = of_all.collect();
    let mut at = 0..;
    findings.retain(|_| at.next().is_none_or(|i| !folded.contains(&i)));
    findings.extend(of_all);
}

/// Nets that the bank did not pay as the payslips say, of many at once, are a column that says something else: one remark.
pub fn nets(paid: u64, findings: &mut Vec<Finding>) {
    together("M161", "M162", paid, findings);
}

/// A taxable net that the register counts in its own way is one remark, not one of each employee.
pub fn taxable(paid: u64, findings: &mut Vec<Finding>) {
    together("C30", "C31", paid, findings);
}

/// Findings of one code about a tenth of those who were paid become one.
fn together(each: &str, all: &str, paid: u64, findings: &mut Vec<Finding>) {
    let paid = usize::try_from(paid).unwrap_or(usize::MAX);
    let about = |f: &&Finding| f.code == each;
    let count = findings.iter().filter(about).count();
    if count < MANY || count * ONE_IN <= paid {
        return;
    }
    let place = findings.iter().find(about).and_then(|f| f.places.first().cloned());
    findings.retain(|f| f.code != each);
    let f = Finding::new(all, Severity::Justify).arg("count", count);
    findings.push(place.into_iter().fold(f, Finding::at));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{EmployeeId, Words};

    fn told(agents: usize) -> Vec<Finding> {
        let of = |i: usize| EmployeeId::parse(&format!("{i:05}")).expect("a number");
        let one = |i| Finding::new("IMP-04", Severity::Justify).of(&of(i)).arg("fact", "indice").text(Words::new("", ""));
        (0..agents).map(one).collect()
    }

    #[test]
    fn a_column_contradicted_for_a_tenth_of_the_town_sets_its_agents_aside() {
        for (agents, paid, aside) in [(4, 20, 0), (5, 50, 0), (5, 49, 5), (11, 87, 11)] {
            let mut findings = told(agents);
            columns(paid, &mut findings);
            assert_eq!(findings.iter().filter(|f| f.severity == Severity::Blocking).count(), aside, "{agents} of {paid}");
            assert_eq!(findings.iter().any(|f| f.code == "F55"), aside > 0);
        }
    }

    #[test]
    fn a_taxable_net_counted_otherwise_is_told_once() {
        let of = |i: usize| EmployeeId::parse(&format!("{i:05}")).expect("a number");
        for (agents, single) in [(4, 4), (9, 0)] {
            let mut findings: Vec<Finding> = (0..agents).map(|i| Finding::new("C30", Severity::Justify).of(&of(i))).collect();
            taxable(20, &mut findings);
            assert_eq!(findings.iter().filter(|f| f.code == "C30").count(), single, "{agents}");
            assert_eq!(findings.iter().filter(|f| f.code == "C31").count(), usize::from(single == 0));
        }
    }
}
