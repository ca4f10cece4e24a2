//! Numbers with a name and a history: values of law and values computed from others.

use super::periods::{Chosen, Period};
use super::read::Reader;
use super::said::sample;
use super::{Formula, Origin};
use crate::facts::NumberForm;
use crate::ground::document::{Spot, Tab};
use crate::ground::{Exact, Rounding, Words};
use crate::rules::kinds::{Kind, Unit};
use chrono::NaiveDate;

/// How sure a value is.
pub(super) const CERTAINTY: [&str; 3] = ["two sources", "one source", "recalled"];

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
    pub(super) fn parameter_values(&self, t: &Tab<'r, 'f>, id: &Spot, form: Option<NumberForm>, chosen: Chosen) -> Vec<ParameterValue> {
        let mut values = Vec::new();
        let mut periods = Vec::new();
        for v in t.tables("value") {
            let from = self.from(&v);
            let source = self.source(&v);
            if !v.has("value") {
                v.missing("value", &format!("value = \"{}\"", sample(form)));
            }
            let (until, checked) = (v.date("until"), v.date("checked"));
            let certainty = self.one_of(&v, "certainty", &CERTAINTY).unwrap_or_default();
            // Read even without a day: a value that cannot be read is told all the same.
            let value = v.number("value", sample(form));
            periods.extend(Period::of(&v, from, until));
            if let (Some(from), Some(value)) = (from, value) {
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
        self.periods(id, &periods, chosen);
        values.sort_by_key(|v| v.from);
        values
    }

    pub(super) fn parameter(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = self.id(t) else { return };
        let kind = self.unit(t);
        let (form, unit) = (kind.map(|k| k.0), kind.map_or(Unit::NONE, |u| u.1));
        if kind.is_none() {
            self.pack.unread.insert(id.text.clone());
        }
        let at_payment = self.at_payment(t);
        let chosen = if at_payment { Chosen::Payment } else { Chosen::FirstOfMonth };
        let values = self.parameter_values(t, &id, form, chosen);
        self.none_of(t, &id, "parameter.value", "value");
        self.kept(t, &id.text);
        let p = Parameter {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            unit,
            form,
            cause: self.cause(t, "cause"),
            at_payment,
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
        let mut periods = Vec::new();
        for v in t.tables("version") {
            let from = self.from(&v);
            let source = self.source(&v);
            if !v.has("is") {
                v.missing("is", "is = '…'");
            }
            let (mut exceptions, mut conditions) = (Vec::new(), Vec::new());
            for e in v.tables("exception") {
                let _ = self.source(&e);
                self.told_before(&e, &mut conditions);
                for (key, line) in [("when", "when = '… > 0'"), ("is", "is = '…'")] {
                    if !e.has(key) {
                        e.missing(key, line);
                    }
                }
                if let (Some(when), Some(is)) = (self.formula(&e, "when"), self.formula(&e, "is")) {
                    exceptions.push((when, is));
                }
                let _ = (e.text("note"), e.words("label"));
                e.close();
            }
            let (is, round, until) = (self.formula(&v, "is"), self.rounding(&v, "round"), v.date("until"));
            periods.extend(Period::of(&v, from, until));
            if let (Some(from), Some(is)) = (from, is) {
                let origin = Origin { file: v.file, span: v.span_of("from") };
                versions.push(ValueVersion { from, until, source, is, exceptions, round, origin });
            }
            let _ = v.text("note");
            v.close();
        }
        self.periods(id, &periods, Chosen::FirstOfMonth);
        versions.sort_by_key(|v| v.from);
        versions
    }

    pub(super) fn value(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = self.id(t) else { return };
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
        self.none_of(t, &id, "value.version", "is");
        let v = ValueDecl {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            kind,
            form,
            versions,
            cause: self.cause(t, "cause"),
            local: t.flag("local").unwrap_or(false),
            origin: Self::origin(t),
            id: id.text,
        };
        let _ = t.text("note");
        t.close();
        self.pack.values.push(v);
    }
}
