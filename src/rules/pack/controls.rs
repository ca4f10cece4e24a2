//! Controls and worked cases.

use super::periods::Period;
use super::read::Reader;
use super::{Formula, Origin};
use crate::ground::document::{Spot, Tab};
use crate::ground::{Exact, Severity, Words};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::ops::Range;

/// What a control measures.
#[derive(Clone, Debug)]
pub enum Measure {
    /// A measure of the engine, by name.
    Named(String),
    /// A formula of the rule language: the control speaks when it holds.
    When(Formula),
}

#[derive(Clone, Debug)]
pub struct Control {
    pub id: String,
    pub phase: String,
    pub scope: String,
    pub severity: Severity,
    pub measure: Measure,
    /// Named limits of the measure: `amount`, `share`, `count`.
    pub threshold: BTreeMap<String, Exact>,
    /// What the measure must be told by name: elements, facts, causes, words. A last `*` stands for any ending.
    pub names: Vec<String>,
    /// What the control checks, as a title.
    pub label: Words,
    pub message: Words,
    /// Where its message stands.
    pub said: Origin,
    /// What to do about a finding of it.
    pub help: Option<Words>,
    /// Wording and severity beyond the `strong_…` limits, when the control has any.
    pub strong_message: Option<Words>,
    pub strong_severity: Option<Severity>,
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub origin: Origin,
}

/// A worked example: facts in, lines out, to the cent.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its title in the language of the pack: what findings call it.
    pub name: String,
    pub title: Words,
    pub source: String,
    pub month: String,
    pub month_at: Range<usize>,
    pub payment_date: Option<NaiveDate>,
    pub settings: Vec<(Spot, Spot)>,
    pub facts: Vec<(Spot, Spot)>,
    /// Values and lines (by code) taken as given and not computed.
    pub given: Vec<(Spot, Spot)>,
    pub lines: Vec<(Spot, Spot)>,
    pub employer: Vec<(Spot, Spot)>,
    pub totals: Vec<(Spot, Spot)>,
    pub values: Vec<(Spot, Spot)>,
    /// Controls by a formula that speak, and no others; `None`: not asked.
    pub controls: Option<Vec<Spot>>,
    pub complete: bool,
    pub origin: Origin,
}

impl<'r, 'f> Reader<'r, 'f, '_> {
    pub(super) fn control(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let letter = |s: Spot| {
            let v = Severity::from_letter(&s.text);
            if v.is_none() {
                self.report.unlisted(&s, &["B", "J", "W", "I"]);
            }
            v
        };
        if !t.has("severity") {
            t.missing("severity", "severity = \"J\"");
        }
        let severity = t.spot("severity").and_then(letter);
        let strong_severity = t.spot("strong_severity").and_then(letter);
        let when = self.formula(t, "when");
        let measure = match (when, t.text("measure")) {
            (Some(f), _) => Some(Measure::When(f)),
            (None, Some(m)) => Some(Measure::Named(m)),
            (None, None) => {
                if !t.has("when") {
                    t.missing("measure", "measure = \"…\" ; when = '…'");
                }
                None
            }
        };
        let threshold = self.limits(t).into_iter().map(|(name, limit)| (name.text, limit)).collect();
        let message = t.words("message").unwrap_or_default();
        let said = Origin { file: t.file, span: t.span_of("message") };
        let (names, strong_message) = (t.texts("names"), t.words("strong_message"));
        let (since, until) = (t.date("since"), t.date("until"));
        if let Some(p) = Period::between(t, ("since", since), until) {
            self.ends_before(&id.text, &p);
        }
        let (label, help) = (t.words("label").unwrap_or_default(), t.words("help"));
        let _ = (t.text("note"), t.list("applies_if"), t.text("ignore_below"), t.text("source"), t.list("needs"));
        let (phase, scope) = (t.text("phase").unwrap_or_default(), t.text("scope").unwrap_or_default());
        t.close();
        if let (Some(severity), Some(measure)) = (severity, measure) {
            self.pack.controls.push(Control {
                phase,
                scope,
                severity,
                measure,
                threshold,
                names,
                label,
                message,
                said,
                help,
                strong_message,
                strong_severity,
                since,
                until,
                origin: Self::origin(t),
                id: id.text,
            });
        }
    }

    /// The limits of a control, by name.
    pub(super) fn limits(&self, t: &Tab<'r, 'f>) -> Vec<(Spot, Exact)> {
        let mut out = Vec::new();
        for (name, limit) in t.table("threshold").map(|x| x.pairs()).unwrap_or_default() {
            match Exact::parse(&limit.text) {
                Some(n) => out.push((name, n)),
                None => {
                    let sample = format!("{} = \"0.01\"", name.text);
                    self.report.error("L10", t.file, &limit.span, &[("text", &limit.text), ("sample", &sample)]);
                }
            }
        }
        out
    }

    pub(super) fn case(&mut self, t: &Tab<'r, 'f>) {
        let pairs = |key: &'static str| t.table(key).map(|x| x.pairs()).unwrap_or_default();
        if !t.has("name") {
            t.missing("name", "");
        }
        let title = t.words("name").unwrap_or_default();
        let case = Case {
            name: title.get(self.report.language.get()).to_owned(),
            title,
            source: self.source(t),
            month_at: t.span_of("month"),
            month: t.spot("month").map(|s| s.text).unwrap_or_default(),
            payment_date: t.date("payment_date"),
            settings: pairs("settings"),
            facts: pairs("facts"),
            given: pairs("given"),
            lines: pairs("lines"),
            employer: pairs("employer"),
            totals: pairs("totals"),
            values: pairs("values"),
            controls: t.has("controls").then(|| t.list("controls")),
            complete: t.flag("complete").unwrap_or(false),
            origin: Origin { file: t.file, span: t.span_of("name") },
        };
        let _ = t.text("note");
        t.close();
        self.pack.cases.push(case);
    }
}
