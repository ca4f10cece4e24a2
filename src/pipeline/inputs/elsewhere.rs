//! Another employer beside somebody in a staff file or a list of the month, held against the town: who was paid here, and whether
//! several of that word are.

use crate::facts::Role;
use crate::ground::{EmployeeId, Finding, PayMonth, Severity};
use crate::normalise::join::Person;
use crate::normalise::text::fold;
use crate::normalise::titles::of_who_pays;
use crate::normalise::{LISTED_ELSEWHERE, STAFF_ELSEWHERE};
use crate::pipeline::decisions::Decisions;
use crate::rules::Pack;
use std::collections::{BTreeMap, BTreeSet};

/// As many paid last month under one word are of a service of this employer's that is called so.
const SEVERAL: usize = 3;
/// Such a service, told once.
const PAID_HERE: &str = "M375";

/// Drops what is answered: somebody decided that he is there, he leaves, he was never paid here, or a list says of him what the staff
/// file says. What is said of a whole service that was paid here is told once.
pub fn weigh(findings: &mut Vec<Finding>, people: &BTreeMap<EmployeeId, Box<Person>>, decided: &Decisions, month: PayMonth, pack: &Pack) {
    let vocabulary = &pack.vocabulary;
    let anybody_paid = people.values().any(|p| p.paid.is_some());
    let arg = |f: &Finding, key: &str| f.args.iter().find(|a| a.0 == key).map_or_else(String::new, |a| a.1.clone());
    let person = |f: &Finding| f.employee.as_ref().and_then(|id| people.get(id)).map(AsRef::as_ref);
    let present = |f: &Finding| f.employee.as_ref().is_some_and(|id| decided.is_present(id));
    let enters = |p: &Person| p.fact(vocabulary, Role::Entry).and_then(|f| f.value.date()).is_some_and(|d| d >= month.first_day());
    findings.retain(|f| {
        let leaves = || person(f).is_some_and(|p| p.departure.is_some());
        let service = || person(f).and_then(|p| p.fact(vocabulary, Role::Service)?.value.text());
        match f.code.as_str() {
            LISTED_ELSEWHERE => !present(f) && service().is_none_or(|s| fold(s) != fold(&arg(f, "text"))),
            STAFF_ELSEWHERE => {
                !present(f)
                    && !leaves()
                    && (!anybody_paid || person(f).is_some_and(|p| p.paid.is_some() || p.arrival.is_some() || enters(p)))
            }
            _ => true,
        }
    });
    let mut services: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for f in findings.iter().filter(|f| f.code == STAFF_ELSEWHERE && !of_who_pays(&arg(f, "heading"))) {
        services.entry(fold(&arg(f, "text"))).or_default().push(f);
    }
    let paid = |f: &&&Finding| person(f).is_some_and(|p| p.paid.is_some());
    services.retain(|_, of| of.iter().filter(paid).count() >= SEVERAL);
    // A newcomer of such a service is asked all the same.
    services.values_mut().for_each(|of| of.retain(|f| paid(&f)));
    let mut told = Vec::new();
    for of in services.values() {
        let agents: BTreeSet<String> = of.iter().filter_map(|f| f.employee.as_ref()).map(ToString::to_string).collect();
        let f = Finding::new(PAID_HERE, Severity::Justify).arg("count", agents.len()).arg("text", arg(of[0], "text"));
        let f = f.arg("heading", arg(of[0], "heading")).arg("own", arg(of[0], "own"));
        let f = f.arg("agents", agents.into_iter().collect::<Vec<_>>().join(", "));
        told.push(of[0].places.iter().cloned().fold(f, Finding::at));
    }
    let words: BTreeSet<String> = services.into_keys().collect();
    let here = |f: &Finding| person(f).is_some_and(|p| p.paid.is_some()) && words.contains(&fold(&arg(f, "text")));
    findings.retain(|f| f.code != STAFF_ELSEWHERE || of_who_pays(&arg(f, "heading")) || !here(f));
    findings.append(&mut told);
}
