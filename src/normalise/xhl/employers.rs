//! Whose payslips a statement holds: the job's employer, another establishment of it, or somebody else.
//!
//! Numbers are of one employer: another one's statement may give them to other people, who then stand apart.

use super::Registered;
use crate::ground::EmployeeId;
use crate::normalise::Context;
use crate::normalise::gather::Gathered;
use crate::normalise::identities::Holders;
use crate::normalise::people::Who;
use crate::normalise::register::nir_key;
use crate::read::xhl::Slip;
use std::collections::{BTreeMap, BTreeSet};

pub struct Employers {
    /// The job's own where a statement or a declaration is its, or else the one with most payslips.
    pub main: String,
    /// The job's own SIREN.
    own: Option<String>,
    /// Whom the job's own files have under each number.
    holders: Holders,
}

impl Employers {
    /// `declared` are those in the employer's own declarations of the month.
    pub fn new(used: &[&Registered], own: Option<&str>, declared: &[Who], gathered: &Gathered, cx: &Context<'_>) -> Self {
        let mut many: BTreeMap<String, usize> = BTreeMap::new();
        let mut out = Self { main: String::new(), own: own.and_then(siren).map(str::to_owned), holders: Holders::of_files(gathered, cx) };
        declared.iter().for_each(|who| out.holders.add(who));
        let slips = || used.iter().flat_map(|r| r.statement.slips.iter().map(|s| (r.source, s)));
        for (source, slip) in slips() {
            *many.entry(out.of(slip, used, source)).or_default() += 1;
        }
        let nirs: BTreeSet<&str> = declared.iter().filter_map(|w| w.nir.as_deref()).collect();
        let known = slips().filter(|(_, s)| nir_key(&s.agent.nir.text).is_some_and(|n| nirs.contains(n.as_ref()))).count();
        // A statement of other people than those declared is the other employer's whose SIREN it has.
        let theirs = |own: &str| !declared.is_empty() && many.keys().all(|s| siren(s) != siren(own)) && known * 2 < slips().count();
        out.main = match own {
            Some(own) if many.contains_key(own) || theirs(own) => own.to_owned(),
            _ => many.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).map(|m| m.0).unwrap_or_default(),
        };
        out
    }

    /// The establishment's, or else the statement's.
    pub fn of(&self, slip: &Slip, used: &[&Registered], source: u16) -> String {
        let whole = || used.iter().find(|r| r.source == source).map_or("", |r| r.statement.siret.text.as_ref());
        let own = if slip.establishment.is_empty() { whole() } else { &slip.establishment };
        // A statement that does not say whose it is is the job's.
        if own.is_empty() { self.main.clone() } else { own.to_owned() }
    }

    /// Whether another employer than the job's pays this slip under a number that is somebody else's here.
    pub fn gives_to_another(&self, id: &EmployeeId, slip: &Slip, siret: &str) -> bool {
        let a = &slip.agent;
        let names: Vec<(&str, &str)> = [&a.surname, &a.other_name]
            .into_iter()
            .filter(|s| !s.text.is_empty())
            .map(|s| (s.text.as_ref(), a.given.text.as_ref()))
            .collect();
        self.own.as_deref().is_some_and(|own| siren(siret) != Some(own))
            && self.holders.is_another(id, nir_key(&a.nir.text).as_deref(), &names)
    }
}

/// The employer without its establishment.
fn siren(siret: &str) -> Option<&str> {
    siret.get(..9)
}
