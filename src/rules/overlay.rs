//! What an overlay does to the pack below it: add, restrict, replace, succeed, each by its name.
//!
//! A value of law is only ever succeeded by a later one. What is the employer's to decide (`local = true` in the pack,
//! or declared by a lower overlay) may be replaced. Everything done is kept as a [`Change`], for the list of `rules check`.

use crate::ground::document::{Report, Spot, suggestion};
use crate::ground::{Exact, Finding, Severity, Words};
use crate::rules::pack::{Element, Formula, Origin, Pack, ParameterValue, ValueVersion, Version, unfit};
use crate::rules::plan::{in_force, newest, setting_value};
use chrono::NaiveDate;
use std::ops::Range;

/// One layer of a stack of rule files.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    pub id: String,
    pub name: Words,
    pub version: String,
    pub recheck_after_days: Option<i64>,
    /// What it stands on; an overlay must say.
    pub extends: Option<Spot>,
    /// Its files in the list of all files.
    pub files: Range<u16>,
    pub changes: Vec<Change>,
}

impl Layer {
    pub fn new(files: Range<u16>) -> Self {
        Self { files, ..Self::default() }
    }
}

/// A narrower circle of those who get an element.
#[derive(Clone, Debug)]
pub struct Restriction {
    pub applies: Formula,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub source: String,
    pub origin: Origin,
}

/// What an overlay does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    Adds,
    Restricts,
    Replaces,
    Succeeds,
}

impl What {
    /// Key of its word in the catalogue.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Adds => "ui.overlay_adds",
            Self::Restricts => "ui.overlay_restricts",
            Self::Replaces => "ui.overlay_replaces",
            Self::Succeeds => "ui.overlay_succeeds",
        }
    }
    /// The table that says it.
    const fn key(self) -> &'static str {
        match self {
            Self::Adds => "version",
            Self::Restricts => "restrict",
            Self::Replaces => "replace",
            Self::Succeeds => "succeed",
        }
    }
}

/// What kind of thing is concerned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Thing {
    Element,
    Fact,
    Parameter,
    Table,
    Setting,
    Value,
    Total,
    Control,
    Case,
}

impl Thing {
    /// Key of its word in the catalogue.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Element => "ui.thing_element",
            Self::Fact => "ui.thing_fact",
            Self::Parameter => "ui.thing_parameter",
            Self::Table => "ui.thing_table",
            Self::Setting => "ui.thing_setting",
            Self::Value => "ui.thing_value",
            Self::Total => "ui.thing_total",
            Self::Control => "ui.thing_control",
            Self::Case => "ui.thing_case",
        }
    }
}

/// One thing an overlay does.
#[derive(Clone, Debug)]
pub struct Change {
    pub what: What,
    pub thing: Thing,
    pub id: String,
    pub label: Words,
    /// What it comes to: a date, a value, a formula.
    pub detail: String,
    pub source: String,
    pub origin: Origin,
}

/// What an overlay asks for, as read; its target is looked up once the whole layer is known.
#[derive(Clone, Debug)]
pub enum Order {
    Restrict {
        element: Spot,
        with: Restriction,
    },
    /// `bare`: no version is written at all.
    Element {
        target: Spot,
        what: What,
        applies: Option<Formula>,
        versions: Vec<Version>,
        bare: bool,
    },
    Value {
        target: Spot,
        what: What,
        versions: Vec<ValueVersion>,
        bare: bool,
    },
    Parameter {
        target: Spot,
        values: Vec<ParameterValue>,
        bare: bool,
    },
    Setting {
        target: Spot,
        default: Spot,
        source: String,
    },
    Threshold {
        target: Spot,
        limits: Vec<(Spot, Exact)>,
        source: String,
    },
}

impl Element {
    /// The conditions under which the element is paid on a day.
    pub fn applies_on(&self, day: NaiveDate) -> impl Iterator<Item = &Formula> {
        let narrowed = self.restrictions.iter().filter(move |r| in_force(r.from.unwrap_or(NaiveDate::MIN), r.until, day));
        self.applies.iter().chain(narrowed.map(|r| &r.applies))
    }
}

impl Pack {
    /// Values of law and tables in force on a day that nobody checked for as long as their layer allows, or ever; one finding
    /// each, those that wait longest first.
    pub fn stale(&self, on: NaiveDate) -> Vec<Finding> {
        let values = self.parameters.iter().filter_map(|p| {
            let v = &p.values[newest(&p.values, |v| (v.from, v.until), on)?];
            Some((p.id.as_str(), v.checked, &v.origin))
        });
        let in_use = self.tables.iter().filter(|t| t.rows.iter().any(|r| r.from <= on));
        let mut all: Vec<_> = values.chain(in_use.map(|t| (t.id.as_str(), t.checked, &t.origin))).collect();
        all.sort_by_key(|(id, checked, _)| (*checked, *id));
        let report = Report::new(&self.files);
        for (id, checked, origin) in all {
            let layer = &self.layers[self.layer_of(origin.file)];
            let Some(limit) = layer.recheck_after_days.or(self.recheck_after_days) else { continue };
            let at = [(origin.file, origin.span.clone())];
            let day = on.to_string();
            let Some(checked) = checked else {
                report.push(Finding::new("L67", Severity::Information), &at, &[("id", id), ("on", &day)]);
                continue;
            };
            let days = (on - checked).num_days();
            if days > limit {
                let args = [("id", id), ("checked", &checked.to_string()), ("days", &days.to_string()), ("on", &day)];
                report.push(Finding::new("L58", Severity::Information), &at, &args);
            }
        }
        report.findings.take()
    }

    /// Values and tables that would have been checked after a day: a slip in the year, which keeps them from ever being stale.
    pub fn checked_ahead(&self, on: NaiveDate) -> Vec<Finding> {
        let values = self.parameters.iter().flat_map(|p| p.values.iter().map(|v| (p.id.as_str(), v.checked, &v.origin)));
        let tables = self.tables.iter().map(|t| (t.id.as_str(), t.checked, &t.origin));
        let report = Report::new(&self.files);
        for (id, checked, origin) in values.chain(tables) {
            if let Some(day) = checked.filter(|d| *d > on) {
                let args = [("id", id), ("checked", &day.to_string()), ("on", &on.to_string())];
                report.push(Finding::new("L69", Severity::Warning), &[(origin.file, origin.span.clone())], &args);
            }
        }
        report.findings.take()
    }

    /// Number of the layer a file belongs to; 0 is the pack itself.
    pub fn layer_of(&self, file: u16) -> usize {
        self.layers.iter().position(|l| l.files.contains(&file)).unwrap_or(0)
    }
}

/// Does what a layer asks for, and lists what it adds.
pub fn apply(pack: &mut Pack, layer: usize, orders: Vec<Order>, report: &Report<'_>) {
    if layer == 0 {
        for o in &orders {
            let at = o.target();
            report.error("L66", at.file, &at.span, &[]);
        }
        return;
    }
    let l = &pack.layers[layer];
    match &l.extends {
        None => report.error("L03", l.files.start, &(0..1), &[("key", "extends"), ("sample", "extends = \"fr-fpt\"")]),
        Some(e) if !pack.layers[..layer].iter().any(|b| b.id == e.text) => {
            report.error("L64", e.file, &e.span, &[("name", &e.text), ("below", &pack.layers[0].id)]);
        }
        Some(_) => {}
    }
    let mut changes = added(pack, layer);
    for o in orders {
        changes.extend(one(pack, layer, o, report));
    }
    changes.sort_by(|a, b| (a.what, a.thing, &a.id, &a.detail).cmp(&(b.what, b.thing, &b.id, &b.detail)));
    if let Some(l) = pack.layers.get_mut(layer) {
        l.changes = changes;
    }
}

impl Order {
    const fn target(&self) -> &Spot {
        match self {
            Self::Restrict { element: t, .. }
            | Self::Element { target: t, .. }
            | Self::Value { target: t, .. }
            | Self::Parameter { target: t, .. }
            | Self::Setting { target: t, .. }
            | Self::Threshold { target: t, .. } => t,
        }
    }
}

fn one(pack: &mut Pack, layer: usize, order: Order, report: &Report<'_>) -> Option<Change> {
    let at = |s: &Spot| Origin { file: s.file, span: s.span.clone() };
    let unknown = |s: &Spot, names: Vec<&str>| {
        let near = suggestion(&s.text, names.into_iter()).unwrap_or_default();
        report.error("L61", s.file, &s.span, &[("name", &s.text), ("near", near)]);
    };
    let none = |s: &Spot, table: &str, what: &str| {
        report.error("L22", s.file, &s.span, &[("id", &s.text), ("table", table), ("what", what)]);
    };
    let below = |o: &Origin| pack.layer_of(o.file) > 0 && pack.layer_of(o.file) < layer;
    match order {
        Order::Restrict { element, with } => {
            let Some(i) = pack.element(&element.text) else {
                unknown(&element, pack.elements.iter().map(|e| e.card.id.as_str()).collect());
                pack.adrift.0.push(with.applies);
                return None;
            };
            let (label, detail, source) = (pack.elements[i].card.label.clone(), with.applies.text.clone(), with.source.clone());
            pack.elements[i].restrictions.push(with);
            let origin = at(&element);
            Some(Change { what: What::Restricts, thing: Thing::Element, id: element.text, label, detail, source, origin })
        }
        Order::Element { target, what, applies, versions, bare } => {
            let Some(i) = pack.element(&target.text) else {
                unknown(&target, pack.elements.iter().map(|e| e.card.id.as_str()).collect());
                pack.adrift.0.extend(applies);
                pack.adrift.1.extend(versions.iter().flat_map(|v| v.amounts.each().cloned()));
                return None;
            };
            if bare {
                none(&target, &format!("{}.version", what.key()), "amount");
                return None;
            }
            let e = &pack.elements[i];
            let local = e.local || below(&e.origin);
            let days = |v: &Version| (v.from, v.until, v.origin.clone());
            let first = admitted(&target, what, local, &e.origin, e.versions.last().map(days), versions.first().map(days), report)?;
            let (label, source) = (e.card.label.clone(), versions[0].source.clone());
            // Who gets it stays as it was below, unless the overlay says otherwise: a new amount reaches nobody else.
            let who = applies.as_ref().or(e.applies.as_ref()).map(|f| format!(", applies = '{}'", f.text)).unwrap_or_default();
            let detail = if what == What::Replaces { format!("{first}{who}") } else { first.to_string() };
            let e = &mut pack.elements[i];
            if what == What::Replaces {
                e.versions.retain(|v| v.from < first);
            }
            e.versions.extend(versions);
            if applies.is_some() {
                e.applies = applies;
            }
            let origin = at(&target);
            Some(Change { what, thing: Thing::Element, id: target.text, label, detail, source, origin })
        }
        Order::Value { target, what, versions, bare } => {
            let Some(i) = pack.values.iter().position(|v| v.id == target.text) else {
                unknown(&target, pack.values.iter().map(|v| v.id.as_str()).collect());
                return None;
            };
            if bare {
                none(&target, &format!("{}.version", what.key()), "is");
                return None;
            }
            let v = &pack.values[i];
            let local = v.local || below(&v.origin);
            let days = |v: &ValueVersion| (v.from, v.until, v.origin.clone());
            let first = admitted(&target, what, local, &v.origin, v.versions.last().map(days), versions.first().map(days), report)?;
            let (label, source) = (v.label.clone(), versions[0].source.clone());
            let v = &mut pack.values[i];
            if what == What::Replaces {
                v.versions.retain(|v| v.from < first);
            }
            v.versions.extend(versions);
            let origin = at(&target);
            Some(Change { what, thing: Thing::Value, id: target.text, label, detail: first.to_string(), source, origin })
        }
        Order::Parameter { target, values, bare } => {
            let Some(i) = pack.parameters.iter().position(|p| p.id == target.text) else {
                unknown(&target, pack.parameters.iter().map(|p| p.id.as_str()).collect());
                return None;
            };
            if bare {
                none(&target, "succeed.value", "value");
                return None;
            }
            let p = &pack.parameters[i];
            let days = |v: &ParameterValue| (v.from, v.until, v.origin.clone());
            let what = What::Succeeds;
            let first = admitted(&target, what, false, &p.origin, p.values.last().map(days), values.first().map(days), report)?;
            let (label, source) = (p.label.clone(), values[0].source.clone());
            let detail = format!("{first} : {}", values[0].value);
            pack.parameters[i].values.extend(values);
            let origin = at(&target);
            Some(Change { what, thing: Thing::Parameter, id: target.text, label, detail, source, origin })
        }
        Order::Threshold { target, limits, source } => {
            let Some(i) = pack.controls.iter().position(|c| c.id == target.text) else {
                unknown(&target, pack.controls.iter().map(|c| c.id.as_str()).collect());
                return None;
            };
            let c = &mut pack.controls[i];
            let mut moved = Vec::new();
            for (name, limit) in limits {
                let Some(now) = c.threshold.get_mut(&name.text) else {
                    unknown(&name, c.threshold.keys().map(String::as_str).collect());
                    continue;
                };
                moved.push(format!("{} {now} → {limit}", name.text));
                *now = limit;
            }
            let (label, detail, origin) = (c.message.clone(), moved.join(", "), at(&target));
            (!moved.is_empty()).then_some(Change {
                what: What::Replaces,
                thing: Thing::Control,
                id: target.text,
                label,
                detail,
                source,
                origin,
            })
        }
        Order::Setting { target, default, source } => {
            let Some(i) = pack.settings.iter().position(|s| s.id == target.text) else {
                unknown(&target, pack.settings.iter().map(|s| s.id.as_str()).collect());
                return None;
            };
            let s = &mut pack.settings[i];
            if setting_value(&s.kind, &default.text).is_none() {
                unfit(report, &s.id, &s.kind, &default);
                return None;
            }
            let detail = format!("{} → {}", s.default, default.text);
            s.default = default.text;
            let (label, origin) = (s.label.clone(), at(&target));
            Some(Change { what: What::Replaces, thing: Thing::Setting, id: target.text, label, detail, source, origin })
        }
    }
}

/// The first and last day of a version, with where it stands.
type Days = (NaiveDate, Option<NaiveDate>, Origin);

/// First day of what is brought, when it may stand there: after the last day of the law, or in place of what is the employer's.
fn admitted(
    target: &Spot,
    what: What,
    local: bool,
    declared: &Origin,
    last: Option<Days>,
    brought: Option<Days>,
    report: &Report<'_>,
) -> Option<NaiveDate> {
    let (from, _, place) = brought?;
    if what == What::Replaces {
        if local {
            return Some(from);
        }
        report.both("L62", (target.file, target.span.clone()), (declared.file, declared.span.clone()), &[("id", &target.text)]);
        return None;
    }
    match last {
        Some((day, Some(until), there)) if from > day && from <= until => {
            let args = [("id", target.text.as_str()), ("from", &from.to_string()), ("until", &until.to_string())];
            let told = Finding::new("L63", Severity::Blocking).told("L63.until");
            report.push(told, &[(place.file, place.span), (there.file, there.span)], &args);
            None
        }
        Some((day, _, there)) if from <= day => {
            let args = [("id", target.text.as_str()), ("from", &from.to_string()), ("last", &day.to_string())];
            report.both("L63", (place.file, place.span), (there.file, there.span), &args);
            None
        }
        _ => Some(from),
    }
}

/// What the files of a layer declare anew.
fn added(pack: &Pack, layer: usize) -> Vec<Change> {
    let mine = |o: &Origin| pack.layer_of(o.file) == layer;
    let mut out = Vec::new();
    let mut add = |thing, id: &str, label: &Words, detail: String, source: &str, origin: &Origin| {
        if mine(origin) {
            let (id, label, source) = (id.to_owned(), label.clone(), source.to_owned());
            out.push(Change { what: What::Adds, thing, id, label, detail, source, origin: origin.clone() });
        }
    };
    let day = |d: Option<NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    for e in &pack.elements {
        let v = e.versions.first();
        add(Thing::Element, &e.card.id, &e.card.label, day(v.map(|v| v.from)), v.map_or("", |v| &v.source), &e.origin);
    }
    for (i, o) in pack.fact_origins.iter().enumerate() {
        let f = pack.vocabulary.get(crate::facts::FactId(i as u16));
        add(Thing::Fact, &f.name, &f.label, String::new(), "", o);
    }
    for p in &pack.parameters {
        let v = p.values.last();
        let detail = v.map(|v| format!("{} : {}", v.from, v.value)).unwrap_or_default();
        add(Thing::Parameter, &p.id, &p.label, detail, v.map_or("", |v| &v.source), &p.origin);
    }
    for t in &pack.tables {
        add(Thing::Table, &t.id, &Words::default(), String::new(), &t.source, &t.origin);
    }
    for s in &pack.settings {
        add(Thing::Setting, &s.id, &s.label, s.default.clone(), &s.source, &s.origin);
    }
    for v in &pack.values {
        let first = v.versions.first();
        add(Thing::Value, &v.id, &v.label, day(first.map(|x| x.from)), first.map_or("", |x| &x.source), &v.origin);
    }
    for t in &pack.totals {
        add(Thing::Total, &t.id, &t.label, String::new(), "", &t.origin);
    }
    for c in &pack.controls {
        add(Thing::Control, &c.id, &c.message, String::new(), "", &c.origin);
    }
    for c in &pack.cases {
        add(Thing::Case, &c.name, &Words::default(), c.month.clone(), "", &c.origin);
    }
    out
}
