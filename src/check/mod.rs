//! Payslips → findings, by the controls the pack declares.
//!
//! The engine offers measures; a control names one and sets threshold, severity and sentence. A control whose data are
//! missing, or whose measure the program does not have, is reported as not run, never as passed.

mod absent;
pub mod agent;
pub mod books;
pub mod grid;
pub mod lines;
pub mod printed;
pub mod run;
pub mod written;

use crate::facts::FactId;
use crate::ground::{Exact, Finding, Lang, Money, PayMonth, Severity, Sources, Words, words};
use crate::payslip::Card;
use std::collections::{BTreeMap, BTreeSet};

/// A control as the pack declares it, reduced to what a measure needs.
#[derive(Clone, Debug)]
pub struct Control {
    pub id: String,
    pub measure: String,
    pub severity: Severity,
    pub threshold: BTreeMap<String, Exact>,
    /// Elements, facts, causes or words that the measure is about.
    pub names: Vec<String>,
    pub message: Words,
    /// What to do, when the control says more than its measure does.
    pub help: Option<Words>,
    pub strong_message: Option<Words>,
    pub strong_severity: Option<Severity>,
}

/// What every employee of a run is checked against.
pub struct Frame<'f> {
    pub lang: Lang,
    pub month: PayMonth,
    pub sources: &'f Sources,
    pub catalogue: &'f [Card],
    /// By element: what the law says of its rates this month. Local codes have none.
    pub law: Vec<Law>,
    /// Facts that say how much somebody works.
    pub working_time: Vec<FactId>,
    /// Facts that controls of one employee cannot do without.
    pub needed: Vec<FactId>,
    /// Grade, step and index, where a control holds them against each other.
    pub grid: Option<(&'f str, [FactId; 3])>,
    /// Cards of bonuses that the ones of today replaced, by index.
    pub older: BTreeSet<usize>,
}

/// What the law of the month says of one element.
#[derive(Clone, Copy, Default, Debug)]
pub struct Law {
    /// Rates that are the same for everybody; `None` when a formula makes them.
    pub rate: Option<Exact>,
    pub employer_rate: Option<Exact>,
    /// Whether the amount is base × rate and nothing else.
    pub product: bool,
    pub employer_product: bool,
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
    /// Whether a name is among those of the control; a last `*` there stands for any ending.
    pub fn is_about(&self, name: &str) -> bool {
        self.names.iter().any(|n| n.strip_suffix('*').map_or(n == name, |start| name.starts_with(start)))
    }
    /// A finding beyond the strong limits: in stronger words, and as grave as the control says.
    pub fn strong_finding(&self) -> Finding {
        self.worded(self.strong_severity.unwrap_or(self.severity), self.strong_message.as_ref().unwrap_or(&self.message))
    }
    /// A finding of this control in the control's own words, or the catalogue's when it brings none.
    pub fn finding(&self) -> Finding {
        self.worded(self.severity, &self.message)
    }
    fn worded(&self, severity: Severity, text: &Words) -> Finding {
        let f = Finding::new(&self.id, severity).advice(words::advice_of_measure(&self.measure)).advice(self.help.clone());
        if text.fr.is_empty() { f } else { f.text(text.clone()) }
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

/// A text without accents and capitals, for looking words up in it.
pub(crate) fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(crate::ground::finding::plain).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A control as a pack would declare it.
    pub fn control(measure: &str) -> Control {
        Control {
            id: "X-01".to_owned(),
            measure: measure.to_owned(),
            severity: Severity::Blocking,
            threshold: BTreeMap::new(),
            names: Vec::new(),
            message: Words::default(),
            help: None,
            strong_message: None,
            strong_severity: None,
        }
    }
    pub fn limits(mut c: Control, limits: &[(&str, &str)]) -> Control {
        c.threshold = limits.iter().map(|(n, x)| ((*n).to_owned(), Exact::parse(x).expect("a number"))).collect();
        c
    }
    pub fn named(mut c: Control, names: &[&str]) -> Control {
        c.names = names.iter().map(|n| (*n).to_owned()).collect();
        c
    }

    #[test]
    fn a_star_stands_for_any_ending() {
        let c = named(control("x"), &["absence_*", "tpp"]);
        assert!(c.is_about("absence_ifse") && c.is_about("tpp"));
        assert!(!c.is_about("tpp_2") && !c.is_about("ifse"));
    }
}
