//! Payslips → findings, by the controls the pack declares.
//!
//! The engine offers measures; a control names one and sets threshold, severity and sentence. A control whose data are
//! missing, or whose measure the program does not have, is reported as not run, never as passed.

pub mod agent;
pub mod run;

use crate::ground::{Exact, Finding, Money, Severity, Words};
use std::collections::BTreeMap;

/// A control as the pack declares it, reduced to what a measure needs.
#[derive(Clone, Debug)]
pub struct Control {
    pub id: String,
    pub measure: String,
    pub severity: Severity,
    pub threshold: BTreeMap<String, Exact>,
    pub message: Words,
}

impl Control {
    pub fn limit(&self, name: &str) -> Option<Exact> {
        self.threshold.get(name).copied()
    }
    pub fn money(&self, name: &str) -> Option<Money> {
        self.limit(name).and_then(|x| crate::ground::money::round(x, crate::ground::Rounding::HalfUp))
    }
    pub fn count(&self, name: &str) -> Option<i64> {
        self.limit(name).map(Exact::floor)
    }
    /// A finding of this control in the control's own words, or the catalogue's when it brings none.
    pub fn finding(&self) -> Finding {
        let f = Finding::new(&self.id, self.severity);
        if self.message.fr.is_empty() { f } else { f.text(self.message.clone()) }
    }
}

/// A control that did not run, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotRun {
    pub control: String,
    pub why: Words,
}

/// Whether `part` of `whole` is more than `share`.
pub(crate) fn beyond(part: Money, whole: Money, share: Exact) -> bool {
    whole.abs().exact().mul(share).is_some_and(|limit| part.abs().exact() > limit)
}
