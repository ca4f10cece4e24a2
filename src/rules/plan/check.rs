//! Everything that can be wrong whatever the month: names, kinds, units, duplicates, sources, totals, cycles.

use super::order::Ordering;
use super::versions::{bind_amounts, bind_inference, bind_value, copy};
use crate::facts::{FactKind, NumberForm};
use crate::ground::document::{Report, suggestion};
use crate::ground::{Finding, Severity, words};
use crate::rules::bind::{Binder, Symbol, Symbols};
use crate::rules::pack::{Control, Element, Measure, Origin, Pack};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

impl Pack {
    /// Everything that can be wrong whatever the month: names, kinds, units, duplicates, sources, totals.
    pub fn check(&self) -> Vec<Finding> {
        let report = Report::new(&self.files);
        let symbols = self.symbols(&report);
        let settings = self.default_settings();
        let binder = Binder::of_any_month(self, &symbols, &report, &settings);
        for v in &self.values {
            for version in &v.versions {
                bind_value(&binder, v.kind, &version.is);
                for (when, is) in &version.exceptions {
                    binder.condition(when);
                    bind_value(&binder, v.kind, is);
                }
            }
        }
        for condition in &self.adrift.0 {
            binder.condition(condition);
        }
        for number in &self.adrift.1 {
            binder.any_number(number);
        }
        for e in &self.elements {
            for a in e.applies.iter().chain(e.restrictions.iter().map(|r| &r.applies)) {
                binder.condition(a);
            }
            for v in &e.versions {
                bind_amounts(&binder, e, v);
            }
            let paid = Binder { paid_allowed: true, ..copy(&binder) };
            for i in &e.inferences {
                bind_inference(&paid, i);
            }
            self.check_feeds(e, &symbols, &report);
            self.check_arrears(e, &report);
        }
        for c in &self.controls {
            if let Measure::When(f) = &c.measure {
                binder.condition(f);
                self.check_message(c, &report);
            }
        }
        self.check_codes(&report);
        self.check_cycles(&symbols, &report);
        for key in RESULTS {
            match self.results.iter().find(|r| r.0.text == key) {
                None => report.error("L51", self.results_origin.file, &self.results_origin.span, &[("key", key)]),
                Some((_, v)) if !matches!(symbols.get(&v.text), Some(Symbol::Total(_) | Symbol::Value(_))) => {
                    let totals = || self.totals.iter().map(|t| t.id.as_str());
                    let near = suggestion(&v.text, totals().chain(self.values.iter().map(|v| v.id.as_str()))).unwrap_or_default();
                    let options = totals().collect::<Vec<_>>().join(", ");
                    report.error("L52", v.file, &v.span, &[("name", &v.text), ("near", near), ("options", &options)]);
                }
                Some(_) => {}
            }
        }
        for p in &self.parameters {
            let Some(s) = &p.raises else { continue };
            let Some(fact) = self.vocabulary.named(&s.text) else {
                let near = suggestion(&s.text, self.vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default();
                report.error("L57", s.file, &s.span, &[("name", &s.text), ("near", near)]);
                continue;
            };
            let number = matches!(self.vocabulary.get(fact).kind, FactKind::Number { .. });
            if !number || self.fact_units[fact.index()] != p.unit {
                report.error("L72", s.file, &s.span, &[("name", &s.text), ("id", &p.id)]);
            }
        }
        for t in &self.tables {
            for (_, setting) in &t.wheres {
                if !matches!(symbols.get(&setting.text), Some(Symbol::Setting(_))) {
                    report.unknown_name(setting, self.settings.iter().map(|s| s.id.as_str()));
                }
            }
        }
        report.findings.take()
    }

    fn check_feeds(&self, e: &Element, symbols: &Symbols, report: &Report<'_>) {
        for s in e.feeds.iter().chain(&e.feeds_employer) {
            if !matches!(symbols.get(&s.text), Some(Symbol::Total(_))) {
                let totals: Vec<&str> = self.totals.iter().map(|t| t.id.as_str()).collect();
                let near = suggestion(&s.text, totals.iter().copied()).unwrap_or_default();
                let args = [("name", s.text.as_str()), ("near", near), ("options", &totals.join(", "))];
                report.error("L54", s.file, &s.span, &args);
            }
        }
        if let Some(s) = e.section.as_ref().filter(|s| !self.sections.iter().any(|known| known.0 == s.text)) {
            let known: Vec<&str> = self.sections.iter().map(|known| known.0.as_str()).collect();
            let near = suggestion(&s.text, known.iter().copied()).unwrap_or_default();
            let declare = known.is_empty().then(|| words::both("advice.first_section"));
            let args = [("name", s.text.as_str()), ("near", near), ("options", &known.join(", "))];
            report.push(Finding::new("L75", Severity::Blocking).advice(declare), &[(s.file, s.span.clone())], &args);
        }
        for s in e.replaces.iter().chain(&e.one_line_with) {
            if !matches!(symbols.get(&s.text), Some(Symbol::Element(_))) {
                report.unknown_name(s, self.elements.iter().map(|e| e.card.id.as_str()));
            }
        }
        if e.feeds.is_empty() && e.feeds_employer.is_empty() && !self.totals.iter().any(|t| t.of.contains(&e.card.kind)) {
            report.error("L55", e.origin.file, &e.origin.span, &[("id", &e.card.id), ("kind", e.card.kind.id())]);
        }
    }

    fn check_arrears(&self, e: &Element, report: &Report<'_>) {
        let Some(s) = &e.arrears else { return };
        let fact = self.vocabulary.named(&s.text);
        if !fact.is_some_and(|f| matches!(self.vocabulary.get(f).kind, FactKind::Number { form: NumberForm::Money })) {
            let near = suggestion(&s.text, self.vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default();
            report.error("L73", s.file, &s.span, &[("name", &s.text), ("id", &e.card.id), ("near", near)]);
        }
    }

    /// What the message of a formula names between braces: the agent, the net, a fact, an element, a limit.
    fn check_message(&self, c: &Control, report: &Report<'_>) {
        let facts = self.vocabulary.iter().map(|f| f.1.name.as_str());
        let known = facts.chain(self.elements.iter().map(|e| e.card.id.as_str())).chain(c.threshold.keys().map(String::as_str));
        let known: BTreeSet<&str> = known.chain(["agent", "name", "net"]).collect();
        let text = &report.files[usize::from(c.said.file)].text[c.said.span.clone()];
        let mut at = 0;
        while let Some(open) = text[at..].find('{').map(|i| at + i + 1) {
            let name = text[open..].split('}').next().unwrap_or_default();
            at = open;
            // A table of languages opens with a brace too.
            let is_name = !name.is_empty() && name.chars().all(|x| x.is_alphanumeric() || x == '_');
            if is_name && !known.contains(name) {
                let span = c.said.span.start + open..c.said.span.start + open + name.len();
                let near = suggestion(name, known.iter().copied()).unwrap_or_default();
                report.error("L76", c.said.file, &span, &[("name", name), ("near", near)]);
            }
        }
    }

    fn check_codes(&self, report: &Report<'_>) {
        let mut codes: BTreeMap<&str, &Origin> = BTreeMap::new();
        for e in &self.elements {
            if let Some(first) = codes.insert(&e.card.code, &e.origin) {
                report.both("L50", (e.origin.file, e.origin.span.clone()), (first.file, first.span.clone()), &[("code", &e.card.code)]);
            }
        }
    }

    /// Cycles on any day: versions are followed day by day only when the union of all of them is circular.
    fn check_cycles(&self, symbols: &Symbols, report: &Report<'_>) {
        let quiet = Report::new(&self.files);
        Ordering { pack: self, symbols, day: None }.order(&quiet);
        if quiet.findings.take().is_empty() {
            return;
        }
        let values = self.values.iter().flat_map(|v| v.versions.iter().map(|x| x.from));
        let days: BTreeSet<NaiveDate> = values.chain(self.elements.iter().flat_map(|e| e.versions.iter().map(|x| x.from))).collect();
        for day in days {
            Ordering { pack: self, symbols, day: Some(day) }.order(&quiet);
        }
        for f in quiet.findings.take() {
            if !report.findings.borrow().contains(&f) {
                report.findings.borrow_mut().push(f);
            }
        }
    }
}

/// The totals that every payslip has.
pub const RESULTS: [&str; 7] = ["gross", "net_social", "net_taxable", "net_before_tax", "income_tax", "net_paid", "employer_cost"];
