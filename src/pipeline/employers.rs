//! Several employers in last month's documents: which of them pays is asked once, and nobody of another one is in this pay.
//!
//! Whom another employer's documents alone know is left out and named once; whoever a file of this employer knows as well waits
//! for somebody's word.

use super::decisions::Decisions;
use crate::ground::{At, EmployeeId, Finding, Severity, Sources};
use crate::normalise::join::{People, Person};
use crate::normalise::trust::{Teller, Trust};
use std::collections::{BTreeMap, BTreeSet};

/// Names that one finding lists.
const NAMED: usize = 12;

/// What is known of employers: the job's own SIRET, and the one with most people in the documents where the job says none.
pub struct Employers<'a> {
    pub own: Option<&'a str>,
    pub main: &'a str,
    pub decided: &'a Decisions,
    pub trust: &'a Trust,
    pub sources: &'a Sources,
}

impl Employers<'_> {
    /// Takes those out of the pay whom another employer alone pays; what was found of them goes with them.
    pub fn part(&self, people: &mut People, findings: &mut Vec<Finding>) {
        let mut theirs: BTreeMap<String, Vec<EmployeeId>> = BTreeMap::new();
        for (id, p) in people.iter() {
            if let Some(siret) = &p.elsewhere {
                theirs.entry(siret.clone()).or_default().push(id.clone());
            }
        }
        if theirs.is_empty() {
            return;
        }
        let Some(own) = self.own else {
            findings.push(self.which(&theirs, people));
            return;
        };
        for (siret, ids) in theirs {
            let (asked, out): (Vec<_>, Vec<_>) = ids
                .into_iter()
                .filter(|id| !self.decided.is_present(id))
                .partition(|id| people.get(id).is_some_and(|p| self.is_known_here(p)));
            findings.extend(asked.iter().filter_map(|id| self.both(id, people.get(id)?, &siret, own)));
            if out.is_empty() {
                continue;
            }
            let at = out.first().and_then(|id| place(people.get(id)?));
            let mut named: Vec<String> = out.iter().take(NAMED).map(ToString::to_string).collect();
            if out.len() > NAMED {
                named.push("…".to_owned());
            }
            let gone: BTreeSet<EmployeeId> = out.into_iter().collect();
            people.retain(|id, _| !gone.contains(id));
            findings.retain(|f| !f.employee.as_ref().is_some_and(|id| gone.contains(id)));
            let f = Finding::new("M311", Severity::Justify).arg("siret", &siret).arg("own", own);
            let f = f.arg("count", gone.len()).arg("agents", named.join(", "));
            findings.push(at.into_iter().fold(f, |f, at| f.at(self.sources.place(at))));
        }
    }

    /// Nobody has said which employer this is: each with its people, the one with most first.
    fn which(&self, theirs: &BTreeMap<String, Vec<EmployeeId>>, people: &People) -> Finding {
        let others: usize = theirs.values().map(Vec::len).sum();
        let ours = people.values().filter(|p| p.elsewhere.is_none() && p.paid.is_some()).count();
        let all = std::iter::once((self.main, ours)).chain(theirs.iter().map(|(s, of)| (s.as_str(), of.len())));
        let said: Vec<String> = all.map(|(siret, count)| format!("{siret} ({count})")).collect();
        let first = |of: &dyn Fn(&Person) -> bool| people.values().find(|p| of(p)).and_then(|p| place(p));
        let places = [first(&|p| p.elsewhere.is_none() && p.paid.is_some()), first(&|p| p.elsewhere.is_some())];
        let f = Finding::new("M310", Severity::Blocking).arg("employers", said.join(", ")).arg("siret", self.main);
        places.into_iter().flatten().fold(f.arg("count", ours + others), |f, at| f.at(self.sources.place(at)))
    }

    /// A file of this employer's own knows them: a list of the month, the staff, the register, its bank.
    fn is_known_here(&self, p: &Person) -> bool {
        let document = |at: At| matches!(self.trust.of.get(&at.source), Some(Teller::Statement | Teller::Declaration));
        let ours = |at: At| at != At::NOWHERE && !document(at);
        p.staff.is_some_and(ours)
            || p.arrival.is_some()
            || p.departure.is_some()
            || p.transfer.as_ref().is_some_and(|t| ours(t.at))
            || p.paid.iter().flat_map(|s| &s.lines).any(|l| ours(l.at))
            || p.changes.iter().any(|f| ours(f.at))
            || !p.requests.is_empty()
            || !p.dated.is_empty()
    }

    /// Another employer's documents and a file of this one: no pay unless somebody says so.
    fn both(&self, id: &EmployeeId, p: &Person, siret: &str, own: &str) -> Option<Finding> {
        let f = Finding::new("M148", Severity::Blocking).of(id).arg("agent", id).arg("siret", siret).arg("own", own);
        Some(f.at(self.sources.place(place(p)?)))
    }
}

/// Where somebody stands in the documents.
fn place(p: &Person) -> Option<At> {
    p.paid.as_ref().and_then(|s| s.lines.first()).map(|l| l.at).or(p.staff)
}
