//! What worked examples name and give, held against the pack: every name, every value, whatever the computation says.

use crate::facts::{FactDecl, FactId, FactKind, Value, Vocabulary};
use crate::ground::document::{Report, Spot, suggestion};
use crate::ground::words;
use crate::ground::{Exact, Finding, PayMonth, Severity, Words};
use crate::rules::pack::{Case, Pack, setting_values};
use crate::rules::plan::{RESULTS, setting_value};

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
        FactKind::Number { .. } => (Vec::new(), "\"12.50\"".to_owned()),
        FactKind::Date => (Vec::new(), "2026-01-31".to_owned()),
        FactKind::Text => (Vec::new(), "\"…\"".to_owned()),
        FactKind::Flag => (vec!["yes", "no"], "\"yes\"".to_owned()),
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
        self.cases.iter().filter(|c| self.layer_of(c.origin.file) == top).flat_map(|c| self.check_case(c)).collect()
    }

    /// Names the pack does not have, and values that do not fit what they are of.
    pub fn check_case(&self, case: &Case) -> Vec<Finding> {
        let report = Report::new(&self.files);
        let t = Teller { case, report: &report };
        if PayMonth::parse(&case.month).is_none() {
            let at = Spot { text: case.month.clone(), file: case.origin.file, span: case.origin.span.clone(), inner: 0 };
            t.unfit(&at, "month", &[], "\"2025-12\"");
        }
        for (k, v) in &case.settings {
            match self.settings.iter().find(|s| s.id == k.text) {
                None => t.unknown("settings", "case.settings", k, self.settings.iter().map(|s| s.id.as_str()).collect()),
                Some(s) if setting_value(&s.kind, &v.text).is_none() => {
                    let (options, sample) = setting_values(&s.kind);
                    t.unfit(v, &k.text, &options, &sample);
                }
                Some(_) => {}
            }
        }
        for (k, v) in &case.facts {
            match self.vocabulary.named(&k.text) {
                None => t.unknown("facts", "case.facts", k, self.vocabulary.iter().map(|f| f.1.name.as_str()).collect()),
                Some(id) if parse_value(&self.vocabulary, id, &v.text).is_none() => {
                    let (options, sample) = values_of(self.vocabulary.get(id));
                    t.unfit(v, &k.text, &options, &sample);
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
                self.unfit(v, &k.text, &[], "\"12.50\"");
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

    fn unfit(&self, value: &Spot, what: &str, options: &[&str], sample: &str) {
        let near = suggestion(&value.text, options.iter().copied()).unwrap_or_default();
        let args = [("case", self.case.name.as_str()), ("text", &value.text), ("what", what), ("near", near), ("sample", sample)];
        self.report.error("T02", value.file, &value.span, &args);
    }
}
