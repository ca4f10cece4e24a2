//! What worked examples name and give, held against the pack: every name, every value, whatever the computation says.

use crate::facts::{FactDecl, FactId, FactKind, NumberForm, Value, Vocabulary};
use crate::ground::document::{Report, Spot, suggestion};
use crate::ground::words;
use crate::ground::{Exact, Finding, PayMonth, Severity, Words};
use crate::rules::pack::{Case, Measure, Origin, Pack, SettingKind, meant, sample, setting_values};
use crate::rules::plan::{RESULTS, setting_value};
use std::collections::BTreeMap;

/// Reads a value of a fact as rule files and decisions write it: `"0.8"`, `"titulaire"`, `yes`, `2021-12-01`.
pub fn parse_value(vocabulary: &Vocabulary, id: FactId, text: &str) -> Option<Value> {
    Some(match &vocabulary.get(id).kind {
        FactKind::Number { .. } => Value::Number(Exact::parse(text)?),
        FactKind::Date => Value::Date(chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?),
        FactKind::Text => Value::Text(text.into()),
        FactKind::Flag => match text {
            "yes" | "oui" | "true" => Value::Flag(true),
            "no" | "non" | "false" => Value::Flag(false),
            _ => return None,
        },
        FactKind::Choice { options } => Value::Choice(options.iter().position(|o| o.id == text)? as u16),
    })
}

/// The words a fact may be, and how a value of it is written.
fn values_of(f: &FactDecl) -> (Vec<&str>, String) {
    match &f.kind {
        FactKind::Number { form } => (Vec::new(), format!("\"{}\"", sample(Some(*form)))),
        FactKind::Date => (Vec::new(), "2026-01-31".to_owned()),
        FactKind::Text => (Vec::new(), "\"…\"".to_owned()),
        FactKind::Flag => (vec!["yes", "no"], "\"yes\", \"no\"".to_owned()),
        FactKind::Choice { options } => {
            let ids: Vec<&str> = options.iter().map(|o| o.id.as_str()).collect();
            let said = ids.join(", ");
            (ids, said)
        }
    }
}

impl Pack {
    /// What is wrong in the cases of the last layer, before any is computed.
    pub fn check_cases(&self) -> Vec<Finding> {
        let top = self.layers.len().saturating_sub(1);
        let own: Vec<&Case> = self.cases.iter().filter(|c| self.layer_of(c.origin.file) == top).collect();
        let mut found = self.same_names(&own);
        found.extend(own.into_iter().flat_map(|c| self.check_case(c)));
        found
    }

    /// Two cases of one name: a gap in one would be looked for in the other.
    fn same_names(&self, cases: &[&Case]) -> Vec<Finding> {
        let report = Report::new(&self.files);
        let mut first: BTreeMap<&str, &Origin> = BTreeMap::new();
        for c in cases {
            if let Some(f) = first.get(c.name.as_str()) {
                report.both("T06", (c.origin.file, c.origin.span.clone()), (f.file, f.span.clone()), &[("case", &c.name)]);
            } else {
                first.insert(&c.name, &c.origin);
            }
        }
        report.findings.take()
    }

    /// Names the pack does not have, and values that do not fit what they are of.
    pub fn check_case(&self, case: &Case) -> Vec<Finding> {
        let report = Report::new(&self.files);
        let t = Teller { case, report: &report };
        if PayMonth::parse(&case.month).is_none() {
            let at = Spot { text: case.month.clone(), file: case.origin.file, span: case.month_at.clone(), inner: 0 };
            t.unfit(&at, "month", "", "\"2025-12\"");
        }
        for (k, v) in &case.settings {
            match self.settings.iter().find(|s| s.id == k.text) {
                None => t.unknown("settings", "case.settings", k, self.settings.iter().map(|s| s.id.as_str()).collect()),
                Some(s) if setting_value(&s.kind, &v.text).is_none() => {
                    let (options, sample) = setting_values(&s.kind);
                    let form = match &s.kind {
                        SettingKind::Number(form, _) => Some(*form),
                        SettingKind::Choice(_) | SettingKind::Flag => None,
                    };
                    t.unfit(v, &k.text, &near(&v.text, &options, form), &sample);
                }
                Some(_) => {}
            }
        }
        for (k, v) in &case.facts {
            match self.vocabulary.named(&k.text) {
                None => t.unknown("facts", "case.facts", k, self.vocabulary.iter().map(|f| f.1.name.as_str()).collect()),
                Some(id) if parse_value(&self.vocabulary, id, &v.text).is_none() => {
                    let fact = self.vocabulary.get(id);
                    let (options, sample) = values_of(fact);
                    let form = match fact.kind {
                        FactKind::Number { form } => Some(form),
                        FactKind::Date | FactKind::Text | FactKind::Flag | FactKind::Choice { .. } => None,
                    };
                    t.unfit(v, &k.text, &near(&v.text, &options, form), &sample);
                }
                Some(_) => {}
            }
        }
        let values = || self.values.iter().map(|v| v.id.as_str());
        let codes = || self.elements.iter().map(|e| e.card.code.as_str());
        t.amounts("given", "case.given", &case.given, values().chain(codes()).collect());
        t.amounts("lines", "case.lines", &case.lines, codes().collect());
        t.amounts("employer", "case.lines", &case.employer, codes().collect());
        t.amounts("totals", "case.totals", &case.totals, RESULTS.to_vec());
        t.amounts("values", "case.values", &case.values, values().collect());
        let formulas = || self.controls.iter().filter(|c| matches!(c.measure, Measure::When(_))).map(|c| c.id.as_str());
        for id in case.controls.iter().flatten().filter(|id| !formulas().any(|f| f == id.text)) {
            t.unknown("controls", "case.controls", id, formulas().collect());
        }
        report.findings.take()
    }
}

impl Pack {
    /// What a case gives, and what is not in force in its month.
    pub fn not_given(&self, case: &Case, name: &Spot) -> Finding {
        let report = Report::new(&self.files);
        Teller { case, report: &report }.unknown("given", "case.given", name, Vec::new());
        report.findings.take().remove(0)
    }
}

struct Teller<'t, 'f> {
    case: &'t Case,
    report: &'t Report<'f>,
}

impl Teller<'_, '_> {
    fn amounts(&self, list: &'static str, what: &str, pairs: &[(Spot, Spot)], known: Vec<&str>) {
        for (k, v) in pairs {
            if !known.contains(&k.text.as_str()) {
                self.unknown(list, what, k, known.clone());
            } else if Exact::parse(&v.text).is_none() {
                self.unfit(v, &k.text, &meant(&v.text, NumberForm::Money), "\"12.50\"");
            }
        }
    }

    fn unknown(&self, list: &'static str, what: &str, name: &Spot, known: Vec<&str>) {
        let near = suggestion(&name.text, known.into_iter()).unwrap_or_default();
        let listed = |lang| words::otherwise("T05", lang).unwrap_or_default().replace("{options}", words::ui(what, lang));
        let told = Finding::new("T05", Severity::Blocking).advice(near.is_empty().then(|| Words::each(listed)));
        let args = [("case", self.case.name.as_str()), ("list", list), ("name", &name.text), ("near", near)];
        self.report.push(told, &[(name.file, name.span.clone())], &args);
    }

    fn unfit(&self, value: &Spot, what: &str, near: &str, sample: &str) {
        let args = [("case", self.case.name.as_str()), ("text", &value.text), ("what", what), ("near", near), ("sample", sample)];
        self.report.error("T02", value.file, &value.span, &args);
    }
}

/// What was meant: a word of the list that is near, or the number that people write in another way.
fn near(text: &str, options: &[&str], form: Option<NumberForm>) -> String {
    match form {
        Some(form) => meant(text, form),
        None => suggestion(text, options.iter().copied()).unwrap_or_default().to_owned(),
    }
}
