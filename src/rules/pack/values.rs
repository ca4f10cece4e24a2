//! Numbers with a name and a history: values of law and values computed from others.

use super::read::Reader;
use super::{Formula, Origin};
use crate::facts::NumberForm;
use crate::ground::document::{Spot, Tab};
use crate::ground::{Exact, Rounding, Words};
use crate::rules::kinds::{Kind, Unit};
use chrono::NaiveDate;
use std::ops::Range;

#[derive(Clone, Debug)]
pub struct ParameterValue {
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
    pub value: Exact,
    pub source: String,
    pub certainty: String,
    pub checked: Option<NaiveDate>,
    pub origin: Origin,
}

/// A value of law with its history, oldest first.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub id: String,
    pub label: Words,
    pub unit: Unit,
    pub form: Option<NumberForm>,
    pub cause: String,
    pub at_payment: bool,
    /// The fact that each value, on the day it begins, is added to for everybody.
    pub raises: Option<Spot>,
    pub values: Vec<ParameterValue>,
    pub origin: Origin,
}

#[derive(Clone, Debug)]
pub struct ValueVersion {
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
    pub source: String,
    pub is: Formula,
    pub exceptions: Vec<(Formula, Formula)>,
    pub round: Option<Rounding>,
    pub origin: Origin,
}

#[derive(Clone, Debug)]
pub struct ValueDecl {
    pub id: String,
    pub label: Words,
    pub kind: Kind,
    pub form: Option<NumberForm>,
    pub versions: Vec<ValueVersion>,
    pub cause: String,
    /// The employer's to decide: an overlay may replace it.
    pub local: bool,
    pub origin: Origin,
}

impl<'r, 'f> Reader<'r, 'f, '_> {
    pub(super) fn parameter_values(&self, t: &Tab<'r, 'f>, id: &Spot) -> Vec<ParameterValue> {
        let mut values = Vec::new();
        for v in t.tables("value") {
            let from = self.from(&v);
            let source = self.source(&v);
            if !v.has("value") {
                self.report.error("L03", v.file, &v.span, &[("key", "value")]);
            }
            let (until, checked, certainty) = (v.date("until"), v.date("checked"), v.text("certainty").unwrap_or_default());
            if let (Some(from), Some(value)) = (from, v.number("value")) {
                values.push(ParameterValue {
                    from,
                    until,
                    value,
                    source,
                    certainty,
                    checked,
                    origin: Origin { file: v.file, span: v.span_of("from") },
                });
            }
            let _ = v.text("note");
            v.close();
        }
        values.sort_by_key(|v| v.from);
        for w in values.windows(2) {
            if w[0].from == w[1].from {
                let (a, b) = (&w[0].origin, &w[1].origin);
                self.report.both(
                    "L21",
                    (b.file, b.span.clone()),
                    (a.file, a.span.clone()),
                    &[("id", &id.text), ("from", &w[0].from.to_string())],
                );
            }
        }
        if !t.has("value") {
            self.report.error("L22", t.file, &id.span, &[("id", &id.text)]);
        }
        values
    }

    pub(super) fn parameter(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let kind = self.unit(t);
        let (form, unit) = (kind.map(|k| k.0), kind.map_or(Unit::NONE, |u| u.1));
        let values = self.parameter_values(t, &id);
        let p = Parameter {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            unit,
            form,
            cause: t.text("cause").unwrap_or_default(),
            at_payment: self.at_payment(t),
            raises: t.spot("raises"),
            values,
            origin: Self::origin(t),
            id: id.text,
        };
        let _ = t.text("note");
        t.close();
        self.pack.parameters.push(p);
    }

    pub(super) fn value_versions(&self, t: &Tab<'r, 'f>, id: &Spot) -> Vec<ValueVersion> {
        let mut versions = Vec::new();
        let mut days: Vec<(NaiveDate, (u16, Range<usize>))> = Vec::new();
        for v in t.tables("version") {
            let from = self.from(&v);
            let source = self.source(&v);
            if !v.has("is") {
                self.report.error("L03", v.file, &v.span, &[("key", "is")]);
            }
            let mut exceptions = Vec::new();
            for e in v.tables("exception") {
                let _ = self.source(&e);
                if let (Some(when), Some(is)) = (self.formula(&e, "when"), self.formula(&e, "is")) {
                    exceptions.push((when, is));
                }
                let _ = (e.text("note"), e.words("label"));
                e.close();
            }
            let (is, round, until) = (self.formula(&v, "is"), self.rounding(&v, "round"), v.date("until"));
            if let (Some(from), Some(is)) = (from, is) {
                let day = (v.file, v.span_of("from"));
                let origin = Origin { file: v.file, span: day.1.clone() };
                if let Some((_, first)) = days.iter().find(|d| d.0 == from) {
                    self.report.both("L21", day, first.clone(), &[("id", &id.text), ("from", &from.to_string())]);
                } else {
                    days.push((from, day));
                }
                versions.push(ValueVersion { from, until, source, is, exceptions, round, origin });
            }
            let _ = v.text("note");
            v.close();
        }
        versions.sort_by_key(|v| v.from);
        if !t.has("version") {
            self.report.error("L22", t.file, &id.span, &[("id", &id.text)]);
        }
        versions
    }

    pub(super) fn value(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let mut form = None;
        let kind = match t.text("kind").as_deref() {
            Some("flag") => Kind::Flag,
            Some("date") => Kind::Date,
            _ => match self.unit(t) {
                Some((f, u)) => {
                    form = Some(f);
                    Kind::Number(u)
                }
                None => Kind::Unknown,
            },
        };
        let versions = self.value_versions(t, &id);
        let v = ValueDecl {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            kind,
            form,
            versions,
            cause: t.text("cause").unwrap_or_default(),
            local: t.flag("local").unwrap_or(false),
            origin: Self::origin(t),
            id: id.text,
        };
        let _ = t.text("note");
        t.close();
        self.pack.values.push(v);
    }
}
