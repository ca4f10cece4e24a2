//! Findings of the rows, each code of a source listed up to a limit; what sets an agent aside is never cut.

use crate::ground::{At, Finding, Severity, Sources};
use std::collections::{BTreeMap, BTreeSet};

/// Findings of one code in one source beyond this many are counted, not listed.
pub(super) const LISTED: usize = 400;

/// Findings, each code of a source listed up to a limit.
#[derive(Default)]
pub(super) struct Told {
    pub(super) list: Vec<Finding>,
    pub(super) counts: BTreeMap<(String, u16), usize>,
    /// Names that were joined as somebody decided.
    pub(super) decided: BTreeSet<String>,
}

impl Told {
    pub(super) fn add(&mut self, finding: Finding, source: u16) {
        let n = self.counts.entry((finding.code.clone(), source)).or_insert(0);
        *n += 1;
        // What sets an employee aside is never cut.
        if *n <= LISTED || (finding.severity == Severity::Blocking && finding.employee.is_some()) {
            self.list.push(finding);
        }
    }
    /// Takes in what another table said.
    pub(super) fn join(&mut self, other: Self) {
        self.list.extend(other.list);
        self.decided.extend(other.decided);
        for (of, n) in other.counts {
            *self.counts.entry(of).or_insert(0) += n;
        }
    }
    pub(super) fn finish(mut self, sources: &Sources) -> Vec<Finding> {
        for ((code, source), n) in &self.counts {
            if *n > LISTED {
                self.list.push(
                    Finding::new("M26", Severity::Justify)
                        .arg("code", code)
                        .arg("count", n - LISTED)
                        .at(sources.place(At::source(*source))),
                );
            }
        }
        self.list
    }
}
