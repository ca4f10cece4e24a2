//! The order of trust that the job declares: names of sources and facts, each found or told with its line.

use crate::compute::replay::Order;
use crate::facts::{FactId, Role, Vocabulary};
use crate::ground::{At, Finding, Severity};
use crate::job::{Job, Said};
use crate::normalise::trust::{Teller, Trust};
use crate::rules::document_suggestion;

impl Order for Trust {
    fn prefers(&self, fact: FactId, one: At, other: At) -> bool {
        Self::prefers(self, fact, one, other)
    }
}

/// What the job says, without yet knowing what each source is.
pub fn of(job: &Job, vocabulary: &Vocabulary, findings: &mut Vec<Finding>) -> Trust {
    let mut tellers = |list: &[Said]| -> Vec<Teller> {
        let mut out: Vec<Teller> = Vec::new();
        for (name, place) in list {
            match Teller::parse(name) {
                // Said twice, it is no order.
                Some(t) if !out.contains(&t) => out.push(t),
                _ => {
                    let all = Teller::ALL.map(Teller::id).join(", ");
                    findings.push(Finding::new("J15", Severity::Blocking).arg("name", name).arg("names", all).at(place.clone()));
                }
            }
        }
        out
    };
    let order = tellers(&job.trust.order);
    let each: Vec<_> = job.trust.facts.iter().map(|(fact, list)| (fact, tellers(list))).collect();
    let mut trust = Trust { order, ..Trust::default() };
    for ((name, place), list) in each {
        match vocabulary.named(name).filter(|f| vocabulary.get(*f).role != Some(Role::Iban)) {
            Some(fact) => drop(trust.facts.insert(fact, list)),
            None => {
                let near = document_suggestion(name, vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default();
                findings.push(Finding::new("J16", Severity::Blocking).arg("name", name).arg("near", near).at(place.clone()));
            }
        }
    }
    trust
}
