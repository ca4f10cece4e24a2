//! Several employers in last month's documents: which of them pays is asked once, and nobody of another one is in this pay.
//!
//! Whom another employer's documents alone know is left out and named once; whoever a file of this employer knows as well waits
//! for somebody's word.

use super::decisions::Decisions;
use crate::ground::{At, EmployeeId, Finding, Severity, Sources};
use crate::normalise::gather::Gathered;
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
        if let Some(stranger) = self.own.and_then(|own| self.stranger(own, people)) {
            let paid_by = |p: &Person| p.paid.as_ref().and_then(|_| place(p)).map(|at| self.in_document(at));
            // Beside this employer's own register the other's document takes nothing away, and its people are left out.
            if people.values().all(|p| paid_by(p) != Some(false)) {
                findings.push(stranger);
                return;
            }
            let of_main = people.iter().filter(|(_, p)| p.elsewhere.is_none() && paid_by(p) == Some(true)).map(|(id, _)| id.clone());
            theirs.entry(self.main.to_owned()).or_default().extend(of_main);
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

    /// No document is the job's own, and most of those in the other one's are in no file of this employer: nobody is paid by it.
    fn stranger(&self, own: &str, people: &People) -> Option<Finding> {
        if self.main.is_empty() || siren(self.main) == siren(own) {
            return None;
        }
        let paid: Vec<&Person> =
            people.values().map(AsRef::as_ref).filter(|p| p.paid.is_some() && place(p).is_some_and(|at| self.in_document(at))).collect();
        if paid.iter().filter(|p| self.is_known_here(p)).count() * 2 >= paid.len() {
            return None;
        }
        let f = Finding::new("M350", Severity::Blocking).arg("siret", self.main).arg("own", own).arg("count", paid.len());
        Some(paid.first().and_then(|p| place(p)).into_iter().fold(f, |f, at| f.at(self.sources.place(at))))
    }

    fn in_document(&self, at: At) -> bool {
        is_document(self.trust, at)
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
        let ours = |at: At| at != At::NOWHERE && !self.in_document(at);
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

/// Documents of another employer are no list of who works here where a register of this one pays others than theirs.
pub fn of_no_staff(g: &mut Gathered, own: Option<&str>, trust: &Trust) {
    let Some(own) = own.filter(|_| !g.employer.is_empty()) else { return };
    let another = siren(&g.employer) != siren(own);
    let by_register = |id: &EmployeeId| {
        let line = g.paid.get(id).and_then(|s| s.lines.first());
        line.is_some_and(|l| !is_document(trust, l.at))
    };
    let named = &g.stand_in.0;
    let known = named.iter().filter(|id| by_register(id)).count();
    let all_theirs = !named.is_empty() && named.iter().all(|id| another || g.elsewhere.contains_key(id));
    if !all_theirs || known * 2 >= named.len() || !g.paid.keys().any(by_register) {
        return;
    }
    let theirs: Vec<EmployeeId> = named.iter().filter(|id| !by_register(id)).cloned().collect();
    for id in theirs {
        g.elsewhere.entry(id).or_insert_with(|| g.employer.clone());
    }
    g.stand_in = Default::default();
    g.register_facts.append(&mut g.staff);
}

fn is_document(trust: &Trust, at: At) -> bool {
    matches!(trust.of.get(&at.source), Some(Teller::Statement | Teller::Declaration))
}

/// The employer without its establishment.
fn siren(siret: &str) -> &str {
    siret.get(..9).unwrap_or(siret)
}

/// Where somebody stands in the documents.
fn place(p: &Person) -> Option<At> {
    p.paid.as_ref().and_then(|s| s.lines.first()).map(|l| l.at).or(p.staff)
}
