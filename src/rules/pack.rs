//! What a pack declares, as read: every item with its file and bytes, names not yet bound.

use crate::facts::{Causes, ChoiceOption, FactDecl, FactKind, NumberForm, Role, Vocabulary};
use crate::ground::document::{Keys, Report, Spot, Tab, TextFile, suggestion};
use crate::ground::{Exact, Finding, Rounding, Severity, Words};
use crate::payslip::{Card, Counted, LineKind};
use crate::rules::expr::{self, Expr};
use crate::rules::kinds::{Kind, ListOf, Unit};
use crate::rules::overlay::{self, Layer, Order, Restriction, What};
use crate::rules::plan::setting_value;
use chrono::NaiveDate;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::DeTable;

/// A formula with its place: byte `start` of file `file` is its first character.
#[derive(Clone, Debug)]
pub struct Formula {
    pub file: u16,
    pub start: usize,
    pub text: String,
    pub ast: Expr,
}

impl Formula {
    /// Bytes in the file of a stretch of the formula.
    pub fn span(&self, inner: &Range<usize>) -> Range<usize> {
        self.start + inner.start..self.start + inner.end
    }
}

/// Where an item stands.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub file: u16,
    pub span: Range<usize>,
}

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

/// What a setting may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingKind {
    Choice(Vec<(String, Words)>),
    Flag,
    Number(NumberForm, Unit),
}

#[derive(Clone, Debug)]
pub struct Setting {
    pub id: String,
    pub label: Words,
    pub kind: SettingKind,
    pub default: String,
    pub cause: String,
    pub source: String,
    /// Lines of last month that settle it: element ids, or `element.employer_rate` for a rate the payslip shows.
    pub evidence: String,
    /// Set anew each January.
    pub renewed: bool,
    pub origin: Origin,
}

/// Brackets read from a CSV of the pack.
#[derive(Clone, Debug)]
pub struct Table {
    pub id: String,
    pub label: Words,
    pub key: Unit,
    pub unit: Unit,
    pub at_payment: bool,
    pub cause: String,
    pub source: String,
    /// Columns that choose among tables, each with the setting that gives the value.
    pub wheres: Vec<(String, String)>,
    pub rows: Vec<TableRow>,
    pub origin: Origin,
}

#[derive(Clone, Debug)]
pub struct TableRow {
    pub from: NaiveDate,
    pub wheres: Vec<String>,
    pub lower: Exact,
    pub value: Exact,
}

#[derive(Clone, Debug)]
pub struct Total {
    pub id: String,
    pub label: Words,
    pub of: Vec<LineKind>,
    pub employer_part: bool,
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

/// The formulas of a version or of an exception to it.
#[derive(Clone, Debug, Default)]
pub struct Amounts {
    pub base: Option<Formula>,
    pub rate: Option<Formula>,
    pub amount: Option<Formula>,
    pub employer_rate: Option<Formula>,
    pub employer_amount: Option<Formula>,
}

impl Amounts {
    pub fn each(&self) -> impl Iterator<Item = &Formula> {
        [&self.base, &self.rate, &self.amount, &self.employer_rate, &self.employer_amount].into_iter().flatten()
    }
}

#[derive(Clone, Debug)]
pub struct Version {
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
    pub source: String,
    pub amounts: Amounts,
    pub round: Rounding,
    pub base_round: Option<Rounding>,
    pub exceptions: Vec<(Formula, Amounts, String)>,
    pub origin: Origin,
}

#[derive(Clone, Debug)]
pub struct Inference {
    pub fact: Spot,
    pub value: Formula,
}

#[derive(Clone, Debug)]
pub struct Element {
    pub card: Card,
    /// Where it says under which heading of the payslip it stands.
    pub section: Option<Spot>,
    pub order: i64,
    pub applies: Option<Formula>,
    /// What overlays narrow `applies` with.
    pub restrictions: Vec<Restriction>,
    /// The employer's to decide: an overlay may replace it.
    pub local: bool,
    pub feeds: Vec<Spot>,
    pub feeds_employer: Vec<Spot>,
    pub replaces: Vec<Spot>,
    /// The fact that carries arrears of the element.
    pub arrears: Option<Spot>,
    pub labels: Vec<String>,
    pub cause: String,
    pub keep_zero: bool,
    pub versions: Vec<Version>,
    pub inferences: Vec<Inference>,
    pub origin: Origin,
}

/// What the program itself attributes a cause for; a pack says which of its causes that is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseRole {
    /// Somebody new, or gone.
    Arrival,
    Departure,
    /// A line of last month alone.
    OneOffEnded,
    /// The days of the month.
    Calendar,
    /// A law that moves a base.
    Consequence,
    /// Rates and versions of rules.
    Rates,
    /// What replay left: a cent, or more.
    Rounding,
    Estimate,
    /// A fact that a person set.
    Override,
    /// What an earlier month owed, or was paid too much.
    Arrears,
}

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
    pub name: String,
    pub source: String,
    pub month: String,
    pub payment_date: Option<NaiveDate>,
    pub settings: Vec<(Spot, Spot)>,
    pub facts: Vec<(Spot, Spot)>,
    /// Values and lines (by code) taken as given and not computed.
    pub given: Vec<(Spot, Spot)>,
    pub lines: Vec<(Spot, Spot)>,
    pub employer: Vec<(Spot, Spot)>,
    pub totals: Vec<(Spot, Spot)>,
    pub values: Vec<(Spot, Spot)>,
    pub complete: bool,
    pub origin: Origin,
}

/// Everything a pack declares.
#[derive(Clone, Debug, Default)]
pub struct Pack {
    pub id: String,
    pub name: Words,
    pub version: String,
    pub language: String,
    pub recheck_after_days: Option<i64>,
    pub files: Vec<TextFile>,
    pub vocabulary: Vocabulary,
    pub defaults: Vec<Option<String>>,
    pub fact_units: Vec<Unit>,
    /// Facts whose kind could not be read: they fit anything, so that one mistake is one finding.
    pub fact_unknown: Vec<bool>,
    pub fact_origins: Vec<Origin>,
    /// Texts of a "nature" column that make a row's days count for a fact.
    pub events: Vec<(crate::facts::FactId, Vec<String>)>,
    /// Texts of a column of movements, by the fact whose new value stands beside them.
    pub moves: Vec<(crate::facts::FactId, Vec<String>)>,
    /// Flags whose no says nothing beside a zero of another fact.
    pub moot: Vec<(crate::facts::FactId, Spot)>,
    /// Facts that are about another, which they name.
    pub told_with: Vec<(crate::facts::FactId, Spot)>,
    /// What facts name as added to them each month, to be looked up once everything is read.
    pub adds: Vec<Spot>,
    /// Facts that cells hold together, until all facts are known.
    pub parts: Vec<Spot>,
    pub parameters: Vec<Parameter>,
    pub settings: Vec<Setting>,
    pub tables: Vec<Table>,
    pub totals: Vec<Total>,
    pub values: Vec<ValueDecl>,
    /// In printing order.
    pub elements: Vec<Element>,
    pub controls: Vec<Control>,
    pub cases: Vec<Case>,
    pub causes: Vec<(String, Words)>,
    /// Causes that the program itself attributes, by what it attributes them for.
    pub cause_roles: BTreeMap<CauseRole, usize>,
    pub sections: Vec<(String, Words)>,
    pub results: Vec<(Spot, Spot)>,
    pub results_origin: Origin,
    /// What the payslip's head shows: field → fact, value or text.
    pub payslip: BTreeMap<String, String>,
    /// The text of law by which arrears bear the contribution rates of the month they are about; without it, those of the
    /// month that pays them.
    pub arrears_rates: Option<Spot>,
    /// The pack itself, then its overlays in order.
    pub layers: Vec<Layer>,
}

impl Pack {
    pub fn element(&self, id: &str) -> Option<usize> {
        self.elements.iter().position(|e| e.card.id == id)
    }
    /// The cause the pack has for what the program attributes.
    pub fn cause_for(&self, role: CauseRole) -> Option<usize> {
        self.cause_roles.get(&role).copied()
    }
    pub fn cause_label(&self, id: &str) -> Option<&Words> {
        self.causes.iter().find(|c| c.0 == id).map(|c| &c.1)
    }
}

/// Reads every file of a pack. What cannot be read is a finding, and the rest is still there.
pub fn read(files: Vec<TextFile>) -> (Pack, Vec<Finding>) {
    read_layers(vec![files])
}

/// Reads a pack and the overlays stacked on it, lowest first.
pub fn read_layers(layers: Vec<Vec<TextFile>>) -> (Pack, Vec<Finding>) {
    let sizes: Vec<usize> = layers.iter().map(Vec::len).collect();
    let files: Vec<TextFile> = layers.into_iter().flatten().collect();
    let report = Report::new(&files);
    let mut pack = gather(&files, sizes, &report);
    let findings = report.findings.take();
    pack.files = files;
    (pack, findings)
}

/// The keys that reading these layers asks for, by table; what the schema is held against.
pub fn keys_of(layers: Vec<Vec<TextFile>>) -> Keys {
    let sizes: Vec<usize> = layers.iter().map(Vec::len).collect();
    let files: Vec<TextFile> = layers.into_iter().flatten().collect();
    let report = Report::watching(&files);
    gather(&files, sizes, &report);
    report.keys.map(RefCell::into_inner).unwrap_or_default()
}

fn gather(files: &[TextFile], sizes: Vec<usize>, report: &Report<'_>) -> Pack {
    let mut pack = Pack::default();
    let mut first = 0;
    for (number, size) in sizes.into_iter().enumerate() {
        let range = first..first + size;
        pack.layers.push(Layer::new(range.start as u16..range.end as u16));
        let mut orders = Vec::new();
        for i in range {
            if !files[i].path.ends_with(".toml") {
                continue;
            }
            let (doc, errors) = DeTable::parse_recoverable(&files[i].text);
            for e in &errors {
                report.error("L01", i as u16, &e.span().unwrap_or(0..1), &[("why", e.message())]);
            }
            // What could be read is kept, so that names are known; what it lacks is no finding of its own.
            let told = report.findings.borrow().len();
            let tab = Tab::new(i as u16, doc.span(), doc.get_ref(), report);
            Reader { report, pack: &mut pack, orders: &mut orders, overlay: number > 0 }.document(&tab);
            if !errors.is_empty() {
                report.findings.borrow_mut().truncate(told);
            }
        }
        first += size;
        overlay::apply(&mut pack, number, orders, report);
    }
    for (flag, other) in std::mem::take(&mut pack.moot) {
        match pack.vocabulary.named(&other.text).filter(|f| matches!(pack.vocabulary.get(*f).kind, FactKind::Number { .. })) {
            Some(count) => pack.vocabulary.make_moot(flag, count),
            None => {
                let near = suggestion(&other.text, pack.vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default().to_owned();
                report.error("L57", other.file, &other.span, &[("name", &other.text), ("near", &near)]);
            }
        }
    }
    for (about, other) in std::mem::take(&mut pack.told_with) {
        match pack.vocabulary.named(&other.text) {
            Some(value) => pack.vocabulary.told_with(about, value),
            None => {
                let near = suggestion(&other.text, pack.vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default().to_owned();
                report.error("L57", other.file, &other.span, &[("name", &other.text), ("near", &near)]);
            }
        }
    }
    for other in std::mem::take(&mut pack.parts) {
        if pack.vocabulary.named(&other.text).is_none() {
            let near = suggestion(&other.text, pack.vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default().to_owned();
            report.error("L57", other.file, &other.span, &[("name", &other.text), ("near", &near)]);
        }
    }
    for named in std::mem::take(&mut pack.adds) {
        let values = pack.values.iter().map(|v| v.id.as_str());
        let known: Vec<&str> =
            values.chain(pack.totals.iter().map(|t| t.id.as_str())).chain(pack.elements.iter().map(|e| e.card.id.as_str())).collect();
        if !known.contains(&named.text.as_str()) {
            let near = suggestion(&named.text, known.into_iter()).unwrap_or_default().to_owned();
            report.error("L39", named.file, &named.span, &[("name", &named.text), ("near", &near)]);
        }
    }
    pack.elements.sort_by(|a, b| (a.order, &a.card.id).cmp(&(b.order, &b.card.id)));
    pack
}

struct Reader<'r, 'f, 'p> {
    report: &'r Report<'f>,
    pack: &'p mut Pack,
    /// What an overlay does to what stands below it.
    orders: &'p mut Vec<Order>,
    overlay: bool,
}

const KINDS: [&str; 11] = ["money", "rate", "fraction", "points", "hours", "days", "count", "date", "text", "flag", "choice"];

/// Form and unit of a number kind.
fn number_kind(kind: &str) -> Option<(NumberForm, Unit)> {
    Some(match kind {
        "money" => (NumberForm::Money, Unit::MONEY),
        "rate" => (NumberForm::Rate, Unit::NONE),
        "fraction" => (NumberForm::Fraction, Unit::NONE),
        "points" => (NumberForm::Points, Unit::POINTS),
        "hours" => (NumberForm::Hours, Unit::HOURS),
        "days" => (NumberForm::Days, Unit::DAYS),
        "count" => (NumberForm::Count, Unit::NONE),
        _ => return None,
    })
}

impl<'r, 'f> Reader<'r, 'f, '_> {
    fn document(&mut self, t: &Tab<'r, 'f>) {
        if let Some(head) = t.table("pack") {
            self.head(&head);
        }
        if let Some(r) = t.table("results") {
            if self.overlay {
                self.again(&r, "results", &self.pack.results_origin);
            } else {
                self.pack.results_origin = Origin { file: r.file, span: r.span.clone() };
                self.pack.results.extend(r.pairs());
            }
        }
        if let Some(p) = t.table("payslip") {
            for (k, v) in p.pairs() {
                if self.overlay && self.pack.payslip.contains_key(&k.text) {
                    self.again(&p, &k.text, &self.pack.results_origin);
                }
                self.pack.payslip.entry(k.text).or_insert(v.text);
            }
        }
        if !t.has("id")
            && let Some(a) = t.table("arrears")
        {
            if let Some(rates) = a.need("rates") {
                if rates.text != "period" {
                    self.report.error("L04", rates.file, &rates.span, &[("key", "rates"), ("wanted", "\"period\"")]);
                }
                if self.overlay || self.pack.arrears_rates.is_some() {
                    self.again(&a, "arrears", &self.pack.results_origin);
                }
            }
            self.pack.arrears_rates = a.need("source").or_else(|| self.pack.arrears_rates.take());
            a.close();
        }
        let one_element = t.has("id");
        for s in if one_element { Vec::new() } else { t.tables("section") } {
            if let (Some(id), Some(label)) = (s.need("id"), s.words("label")) {
                if self.overlay && self.pack.sections.iter().any(|x| x.0 == id.text) {
                    self.again(&s, &id.text, &self.pack.results_origin);
                }
                self.pack.sections.push((id.text, label));
            }
            s.close();
        }
        for c in if one_element { Vec::new() } else { t.tables("cause") } {
            if let (Some(id), Some(label)) = (c.need("id"), c.words("label")) {
                if self.overlay && self.pack.causes.iter().any(|x| x.0 == id.text) {
                    self.again(&c, &id.text, &self.pack.results_origin);
                }
                if let Some(r) = c.spot("role") {
                    match toml::Value::String(r.text.clone()).try_into::<CauseRole>() {
                        Ok(role) => {
                            self.pack.cause_roles.insert(role, self.pack.causes.len());
                        }
                        Err(_) => self.report.error("L09", c.file, &r.span, &[("role", &r.text)]),
                    }
                }
                self.pack.causes.push((id.text, label));
            }
            c.close();
        }
        for x in t.tables("fact") {
            self.fact(&x);
        }
        for x in t.tables("setting") {
            self.setting(&x);
        }
        for x in t.tables("parameter") {
            self.parameter(&x);
        }
        for x in t.tables("table") {
            self.table(&x);
        }
        for x in t.tables("total") {
            self.total(&x);
        }
        for x in t.tables("value") {
            self.value(&x);
        }
        for x in t.tables("control") {
            self.control(&x);
        }
        for x in t.tables("case") {
            self.case(&x);
        }
        for x in t.tables("restrict") {
            self.restrict(&x);
        }
        for x in t.tables("replace") {
            self.replace(&x);
        }
        for x in t.tables("succeed") {
            self.succeed(&x);
        }
        if one_element {
            self.element(t);
        }
        t.close();
    }

    fn head(&mut self, head: &Tab<'r, 'f>) {
        let id = head.need("id").map(|s| s.text).unwrap_or_default();
        let name = head.words("name").unwrap_or_default();
        let version = head.text("version").unwrap_or_default();
        let language = head.text("language");
        let recheck = head.whole("recheck_after_days");
        let extends = head.spot("extends");
        let _ = (head.words("jurisdiction"), head.words("description"));
        head.close();
        if let Some(layer) = self.pack.layers.last_mut() {
            *layer = Layer {
                id: id.clone(),
                name: name.clone(),
                version: version.clone(),
                recheck_after_days: recheck,
                extends,
                ..layer.clone()
            };
        }
        if !self.overlay {
            self.pack.id = id;
            self.pack.name = name;
            self.pack.version = version;
            self.pack.language = language.unwrap_or_else(|| "fr".to_owned());
            self.pack.recheck_after_days = recheck;
        }
    }

    /// An overlay says again what stands below it, without saying that it replaces.
    fn again(&self, t: &Tab<'r, 'f>, id: &str, first: &Origin) {
        self.report.both("L60", (t.file, t.span.clone()), (first.file, first.span.clone()), &[("id", id)]);
    }

    fn restrict(&mut self, t: &Tab<'r, 'f>) {
        let source = self.source(t);
        let (from, until) = (t.date("from"), t.date("until"));
        if !t.has("applies") {
            self.report.error("L03", t.file, &t.span, &[("key", "applies")]);
        }
        if let (Some(element), Some(applies)) = (t.need("element"), self.formula(t, "applies")) {
            let origin = Origin { file: t.file, span: element.span.clone() };
            self.orders.push(Order::Restrict { element, with: Restriction { applies, from, until, source, origin } });
        }
        let _ = t.text("note");
        t.close();
    }

    fn replace(&mut self, t: &Tab<'r, 'f>) {
        if let Some(target) = t.spot("setting") {
            let source = self.source(t);
            if let Some(default) = t.need("default") {
                self.orders.push(Order::Setting { target, default, source });
            }
        } else if let Some(target) = t.spot("element") {
            let applies = self.formula(t, "applies");
            let versions = self.versions(t, &target);
            self.orders.push(Order::Element { target, what: What::Replaces, applies, versions });
        } else if let Some(target) = t.spot("formula") {
            let versions = self.value_versions(t, &target);
            self.orders.push(Order::Value { target, what: What::Replaces, versions });
        } else if let Some(target) = t.spot("control") {
            let source = self.source(t);
            if !t.has("threshold") {
                self.report.error("L03", t.file, &t.span, &[("key", "threshold")]);
            }
            let limits = self.limits(t);
            self.orders.push(Order::Threshold { target, limits, source });
        } else {
            self.report.error("L03", t.file, &t.span, &[("key", "element, formula, setting, control")]);
        }
        let _ = t.text("note");
        t.close();
    }

    fn succeed(&mut self, t: &Tab<'r, 'f>) {
        if let Some(target) = t.spot("parameter") {
            let values = self.parameter_values(t, &target);
            self.orders.push(Order::Parameter { target, values });
        } else if let Some(target) = t.spot("element") {
            let versions = self.versions(t, &target);
            self.orders.push(Order::Element { target, what: What::Succeeds, applies: None, versions });
        } else if let Some(target) = t.spot("formula") {
            let versions = self.value_versions(t, &target);
            self.orders.push(Order::Value { target, what: What::Succeeds, versions });
        } else {
            self.report.error("L03", t.file, &t.span, &[("key", "parameter, element, formula")]);
        }
        let _ = t.text("note");
        t.close();
    }

    fn formula(&self, t: &Tab<'r, 'f>, key: &'static str) -> Option<Formula> {
        let s = t.spot(key)?;
        match expr::parse(&s.text) {
            Ok(ast) => Some(Formula { file: s.file, start: s.inner, text: s.text, ast }),
            Err(p) => {
                let at = s.inner + p.span.start..(s.inner + p.span.end).max(s.inner + p.span.start + 1).min(s.span.end.max(s.inner + 1));
                self.report.error(p.code, s.file, &at, &[("text", &p.text)]);
                None
            }
        }
    }

    fn origin(t: &Tab<'r, 'f>) -> Origin {
        let span = if t.has("id") { t.span_of("id") } else { t.span.clone() };
        Origin { file: t.file, span }
    }

    fn source(&self, t: &Tab<'r, 'f>) -> String {
        match t.spot("source") {
            Some(s) if !s.text.trim().is_empty() => s.text,
            _ => {
                self.report.error("L06", t.file, &t.span, &[]);
                String::new()
            }
        }
    }

    fn from(&self, t: &Tab<'r, 'f>) -> Option<NaiveDate> {
        if !t.has("from") {
            self.report.error("L03", t.file, &t.span, &[("key", "from")]);
        }
        t.date("from")
    }

    fn rounding(&self, t: &Tab<'r, 'f>, key: &'static str) -> Option<Rounding> {
        let s = t.spot(key)?;
        match s.text.as_str() {
            "cent" => Some(Rounding::HalfUp),
            "truncate" => Some(Rounding::Truncate),
            _ => {
                self.report.error("L04", t.file, &s.span, &[("key", key), ("wanted", "cent, truncate")]);
                None
            }
        }
    }

    fn unit(&self, t: &Tab<'r, 'f>) -> Option<(NumberForm, Unit)> {
        let kind = t.need("kind")?;
        let Some((form, mut unit)) = number_kind(&kind.text) else {
            let near = suggestion(&kind.text, KINDS.into_iter().filter(|k| *k != kind.text)).unwrap_or_default();
            self.report.error("L07", t.file, &kind.span, &[("kind", &kind.text), ("near", near)]);
            return None;
        };
        if let Some(u) = t.spot("unit") {
            match Unit::parse(&u.text) {
                Some(x) => unit = x,
                None => self.report.error("L08", t.file, &u.span, &[("unit", &u.text)]),
            }
        }
        Some((form, unit))
    }

    fn fact(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let label = t.words("label").unwrap_or_else(|| Words::new(&id.text, ""));
        let (mut unit, mut unknown) = (Unit::NONE, false);
        let kind = match t.text("kind").as_deref() {
            Some("date") => FactKind::Date,
            Some("text") => FactKind::Text,
            Some("flag") => FactKind::Flag,
            Some("choice") => {
                let mut options = Vec::new();
                for o in t.tables("options") {
                    if let Some(oid) = o.need("id") {
                        let label = o.words("label").unwrap_or_else(|| Words::new(&oid.text, ""));
                        options.push(ChoiceOption { id: oid.text, label, written: o.texts("written") });
                    }
                    o.close();
                }
                FactKind::Choice { options }
            }
            _ => match self.unit(t) {
                Some((form, u)) => {
                    unit = u;
                    FactKind::Number { form }
                }
                None => {
                    unknown = true;
                    FactKind::Text
                }
            },
        };
        let role = t.spot("role").and_then(|r| {
            let parsed = toml::Value::String(r.text.clone()).try_into::<Role>().ok();
            if parsed.is_none() {
                self.report.error("L09", t.file, &r.span, &[("role", &r.text)]);
            }
            parsed
        });
        let change = t.text("cause").unwrap_or_default();
        let causes = Causes {
            start: t.text("cause_start").unwrap_or_else(|| change.clone()),
            end: t.text("cause_end").unwrap_or_else(|| change.clone()),
            change,
        };
        let adds = t.spot("adds");
        let most = t.spot("most");
        if let Some(m) = most.as_ref().filter(|m| Exact::parse(&m.text).is_none()) {
            self.report.error("L59", m.file, &m.span, &[("id", &id.text), ("value", &m.text)]);
        }
        let parts = t.list("parts");
        let decl = FactDecl {
            name: id.text.clone(),
            kind: kind.clone(),
            label,
            headings: t.texts("headings"),
            role,
            recurs: t.flag("recurs").unwrap_or(true),
            since_january: t.flag("since_january").unwrap_or(false),
            adds: adds.as_ref().map(|s| s.text.clone()),
            follows: t.text("follows"),
            most: most.and_then(|m| Exact::parse(&m.text)),
            none: t.texts("none"),
            parts: parts.iter().map(|p| p.text.clone()).collect(),
            causes,
        };
        let default = t.spot("default");
        if let Some(d) = default.as_ref().filter(|d| !unknown && !default_fits(&kind, &d.text)) {
            self.report.error("L59", d.file, &d.span, &[("id", &id.text), ("value", &d.text)]);
        }
        let events = t.texts("event");
        let moves = t.texts("moves");
        let moot = t.spot("moot_without");
        let told_with = t.spot("told_with");
        let next_month = t.flag("rises_next_month").unwrap_or(false);
        let either_sign = t.flag("either_sign").unwrap_or(false);
        t.close();
        let fact = self.pack.vocabulary.add(decl);
        if next_month {
            self.pack.vocabulary.rises_next_month(fact);
        }
        if either_sign {
            self.pack.vocabulary.takes_either_sign(fact);
        }
        self.pack.moot.extend(moot.map(|m| (fact, m)));
        self.pack.told_with.extend(told_with.map(|m| (fact, m)));
        self.pack.adds.extend(adds);
        self.pack.parts.extend(parts);
        self.pack.defaults.push(default.map(|d| d.text));
        self.pack.fact_units.push(unit);
        self.pack.fact_unknown.push(unknown);
        self.pack.fact_origins.push(Self::origin(t));
        if !events.is_empty() {
            self.pack.events.push((fact, events));
        }
        if !moves.is_empty() {
            self.pack.moves.push((fact, moves));
        }
    }

    fn setting(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let kind = match t.text("kind").as_deref() {
            Some("flag") => SettingKind::Flag,
            Some("choice") => {
                let mut options = Vec::new();
                for o in t.tables("options") {
                    if let Some(oid) = o.need("id") {
                        let label = o.words("label").unwrap_or_else(|| Words::new(&oid.text, ""));
                        options.push((oid.text, label));
                    }
                    o.close();
                }
                SettingKind::Choice(options)
            }
            _ => {
                let (form, unit) = self.unit(t).unwrap_or((NumberForm::Count, Unit::NONE));
                SettingKind::Number(form, unit)
            }
        };
        let default = t.need("default");
        if let Some(d) = default.as_ref().filter(|d| setting_value(&kind, &d.text).is_none()) {
            self.report.error("L53", d.file, &d.span, &[("id", &id.text), ("value", &d.text)]);
        }
        let s = Setting {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            kind,
            default: default.map(|s| s.text).unwrap_or_default(),
            cause: t.text("cause").unwrap_or_default(),
            source: t.text("source").unwrap_or_default(),
            evidence: t.text("evidence").unwrap_or_default(),
            renewed: t.flag("renewed").unwrap_or(false),
            origin: Self::origin(t),
            id: id.text,
        };
        let _ = t.text("note");
        t.close();
        self.pack.settings.push(s);
    }

    fn at_payment(&self, t: &Tab<'r, 'f>) -> bool {
        match t.spot("at") {
            None => false,
            Some(s) if s.text == "payment" => true,
            Some(s) if s.text == "month" => false,
            Some(s) => {
                self.report.error("L04", t.file, &s.span, &[("key", "at"), ("wanted", "month, payment")]);
                false
            }
        }
    }

    fn parameter_values(&self, t: &Tab<'r, 'f>, id: &Spot) -> Vec<ParameterValue> {
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

    fn parameter(&mut self, t: &Tab<'r, 'f>) {
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

    fn table(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let unit_of = |key: &'static str| {
            t.spot(key).and_then(|s| {
                let u = number_kind(&s.text).map(|k| k.1).or_else(|| Unit::parse(&s.text));
                if u.is_none() {
                    self.report.error("L08", t.file, &s.span, &[("unit", &s.text)]);
                }
                u
            })
        };
        let (key, unit) = (unit_of("key").unwrap_or(Unit::NONE), unit_of("kind").unwrap_or(Unit::NONE));
        let wheres: Vec<(String, String)> =
            t.table("where").map(|w| w.pairs().into_iter().map(|(k, v)| (k.text, v.text)).collect()).unwrap_or_default();
        let columns = [t.need("from"), t.need("lower"), t.need("value")].map(|c| c.map(|c| c.text));
        let mut rows = Vec::new();
        if let Some(file) = t.need("file") {
            let folder = self.report.files[usize::from(t.file)].path.rsplit_once('/').map_or("", |p| p.0);
            let path = format!("{folder}/{}", file.text);
            match self.report.files.iter().position(|f| f.path == path) {
                None => self.report.error("L30", t.file, &file.span, &[("file", &file.text)]),
                Some(i) => {
                    if let [Some(from), Some(lower), Some(value)] = columns {
                        rows = self.table_rows(i as u16, &[from, lower, value], &wheres);
                    }
                }
            }
        }
        let table = Table {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            key,
            unit,
            at_payment: self.at_payment(t),
            cause: t.text("cause").unwrap_or_default(),
            source: self.source(t),
            wheres,
            rows,
            origin: Self::origin(t),
            id: id.text,
        };
        let _ = (t.text("note"), t.text("certainty"), t.date("checked"));
        t.close();
        self.pack.tables.push(table);
    }

    fn table_rows(&self, file: u16, columns: &[String; 3], wheres: &[(String, String)]) -> Vec<TableRow> {
        let text = &self.report.files[usize::from(file)].text;
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
        let headers = reader.headers().cloned().unwrap_or_default();
        let line = |p: Option<&csv::Position>| line_at(text, p);
        let mut at = Vec::new();
        for name in columns.iter().chain(wheres.iter().map(|w| &w.0)) {
            match headers.iter().position(|h| h == name) {
                Some(i) => at.push(i),
                None => {
                    self.report.error("L31", file, &line(headers.position()), &[("column", name)]);
                    return Vec::new();
                }
            }
        }
        let mut rows = Vec::new();
        let mut seen: BTreeMap<(NaiveDate, Exact, String), Range<usize>> = BTreeMap::new();
        for record in reader.records() {
            let record = match record {
                Ok(r) => r,
                Err(e) => {
                    let at = line(e.position());
                    self.report.error("L32", file, &at, &[("why", &text[at.clone()])]);
                    continue;
                }
            };
            let cell = |i: usize| record.get(at[i]).unwrap_or("").trim();
            let parsed = (NaiveDate::parse_from_str(cell(0), "%Y-%m-%d").ok(), Exact::parse(cell(1)), Exact::parse(cell(2)));
            let (Some(from), Some(lower), Some(value)) = parsed else {
                self.report.error("L32", file, &line(record.position()), &[("why", &record.iter().collect::<Vec<_>>().join(","))]);
                continue;
            };
            let chosen: Vec<&str> = (0..wheres.len()).map(|i| cell(3 + i)).collect();
            let key = (from, lower, chosen.join("\u{1f}"));
            if let Some(first) = seen.insert(key, line(record.position())) {
                self.report.both("L33", (file, line(record.position())), (file, first), &[("from", &from.to_string()), ("lower", cell(1))]);
            }
            rows.push(TableRow { from, wheres: (0..wheres.len()).map(|i| cell(3 + i).to_owned()).collect(), lower, value });
        }
        rows
    }

    fn line_kind(&self, file: u16, s: &Spot) -> Option<LineKind> {
        let k = toml::Value::String(s.text.clone()).try_into::<LineKind>().ok();
        if k.is_none() {
            self.report.error("L04", file, &s.span, &[("key", "kind"), ("wanted", "earning, deduction, employer, tax, net")]);
        }
        k
    }

    fn total(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let of = t.list("of").iter().filter_map(|s| self.line_kind(t.file, s)).collect();
        let total = Total {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            of,
            employer_part: t.text("part").as_deref() == Some("employer"),
            origin: Self::origin(t),
            id: id.text,
        };
        t.close();
        self.pack.totals.push(total);
    }

    fn value_versions(&self, t: &Tab<'r, 'f>, id: &Spot) -> Vec<ValueVersion> {
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

    fn value(&mut self, t: &Tab<'r, 'f>) {
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

    fn amounts(&self, t: &Tab<'r, 'f>) -> Amounts {
        Amounts {
            base: self.formula(t, "base"),
            rate: self.formula(t, "rate"),
            amount: self.formula(t, "amount"),
            employer_rate: self.formula(t, "employer_rate"),
            employer_amount: self.formula(t, "employer_amount"),
        }
    }

    fn versions(&self, t: &Tab<'r, 'f>, id: &Spot) -> Vec<Version> {
        let mut versions: Vec<Version> = Vec::new();
        for v in t.tables("version") {
            let from = self.from(&v);
            let source = self.source(&v);
            if !v.has("round") {
                self.report.error("L23", v.file, &v.span, &[("id", &id.text)]);
            }
            let mut exceptions = Vec::new();
            for e in v.tables("exception") {
                let source = self.source(&e);
                if !e.has("when") {
                    self.report.error("L03", e.file, &e.span, &[("key", "when")]);
                }
                if let Some(when) = self.formula(&e, "when") {
                    exceptions.push((when, self.amounts(&e), source));
                }
                let _ = (e.text("note"), e.words("label"));
                e.close();
            }
            let amounts = self.amounts(&v);
            // Asked of the keys: a formula that cannot be read has been told already.
            if !v.has("amount") && !v.has("employer_amount") && !(v.has("base") && (v.has("rate") || v.has("employer_rate"))) {
                self.report.error("L24", v.file, &v.span, &[("id", &id.text)]);
            }
            let round = self.rounding(&v, "round").unwrap_or(Rounding::HalfUp);
            let (base_round, until) = (self.rounding(&v, "base_round"), v.date("until"));
            if let Some(from) = from {
                let origin = Origin { file: v.file, span: v.span_of("from") };
                if let Some(twin) = versions.iter().find(|x| x.from == from) {
                    let (a, b) = (&twin.origin, &origin);
                    self.report.both(
                        "L21",
                        (b.file, b.span.clone()),
                        (a.file, a.span.clone()),
                        &[("id", &id.text), ("from", &from.to_string())],
                    );
                }
                versions.push(Version { from, until, source, amounts, round, base_round, exceptions, origin });
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

    fn element(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let kind = t.need("kind").and_then(|k| self.line_kind(t.file, &k)).unwrap_or(LineKind::Earning);
        let code = t.need("code").map_or_else(|| id.text.to_uppercase(), |c| c.text);
        let versions = self.versions(t, &id);
        let mut inferences = Vec::new();
        for i in t.tables("inference") {
            if let (Some(fact), Some(value)) = (i.need("fact"), self.formula(&i, "value")) {
                inferences.push(Inference { fact, value });
            }
            let _ = i.text("note");
            i.close();
        }
        let section = t.spot("section");
        let element = Element {
            card: Card {
                code,
                label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
                printed: t.words("printed"),
                kind,
                section: section.as_ref().map_or_else(String::new, |s| s.text.clone()),
                recurs: t.flag("recurs").unwrap_or(true),
                account: t.text("account"),
                rate_is_share: true,
                base: t.words("base_unit").map_or(Counted::Number, Counted::Named),
                id: id.text.clone(),
            },
            section,
            order: t.whole("order").unwrap_or(i64::MAX),
            applies: self.formula(t, "applies"),
            restrictions: Vec::new(),
            local: t.flag("local").unwrap_or(false),
            feeds: t.list("feeds"),
            feeds_employer: t.list("feeds_employer"),
            replaces: t.list("replaces"),
            arrears: t.spot("arrears"),
            labels: t.texts("labels"),
            cause: t.text("cause").unwrap_or_default(),
            keep_zero: t.flag("keep_zero").unwrap_or(false),
            versions,
            inferences,
            origin: Origin { file: t.file, span: id.span },
        };
        let _ = (t.text("note"), t.text("family"));
        self.pack.elements.push(element);
    }

    fn control(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = t.need("id") else { return };
        let letter = |key: &'static str, s: Spot| {
            let v = Severity::from_letter(&s.text);
            if v.is_none() {
                self.report.error("L04", t.file, &s.span, &[("key", key), ("wanted", "B, J, W, I")]);
            }
            v
        };
        let severity = t.need("severity").and_then(|s| letter("severity", s));
        let strong_severity = t.spot("strong_severity").and_then(|s| letter("strong_severity", s));
        let when = self.formula(t, "when");
        let measure = match (when, t.text("measure")) {
            (Some(f), _) => Some(Measure::When(f)),
            (None, Some(m)) => Some(Measure::Named(m)),
            (None, None) => {
                if !t.has("when") {
                    self.report.error("L03", t.file, &t.span, &[("key", "measure")]);
                }
                None
            }
        };
        let threshold = self.limits(t).into_iter().map(|(name, limit)| (name.text, limit)).collect();
        let message = t.words("message").unwrap_or_default();
        let (names, strong_message) = (t.texts("names"), t.words("strong_message"));
        let (since, until) = (t.date("since"), t.date("until"));
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
    fn limits(&self, t: &Tab<'r, 'f>) -> Vec<(Spot, Exact)> {
        let mut out = Vec::new();
        for (name, limit) in t.table("threshold").map(|x| x.pairs()).unwrap_or_default() {
            match Exact::parse(&limit.text) {
                Some(n) => out.push((name, n)),
                None => self.report.error("L04", t.file, &limit.span, &[("key", &name.text), ("wanted", "\"0.01\"")]),
            }
        }
        out
    }

    fn case(&mut self, t: &Tab<'r, 'f>) {
        let pairs = |key: &'static str| t.table(key).map(|x| x.pairs()).unwrap_or_default();
        let case = Case {
            name: t.need("name").map(|s| s.text).unwrap_or_default(),
            source: self.source(t),
            month: t.spot("month").map(|s| s.text).unwrap_or_default(),
            payment_date: t.date("payment_date"),
            settings: pairs("settings"),
            facts: pairs("facts"),
            given: pairs("given"),
            lines: pairs("lines"),
            employer: pairs("employer"),
            totals: pairs("totals"),
            values: pairs("values"),
            complete: t.flag("complete").unwrap_or(false),
            origin: Origin { file: t.file, span: t.span_of("name") },
        };
        let _ = t.text("note");
        t.close();
        self.pack.cases.push(case);
    }
}

/// Bytes of the first line of a CSV record that says something; its position may be that of comments before it.
fn line_at(text: &str, position: Option<&csv::Position>) -> Range<usize> {
    let mut start = position.map_or(0, |p| p.byte() as usize).min(text.len());
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let said = line.trim_end();
        if !said.is_empty() && !said.starts_with('#') {
            return start..start + said.len();
        }
        start += line.len();
    }
    0..text.len().min(1)
}

/// Whether a default written in a pack is a value of its fact. A date or a text has none.
fn default_fits(kind: &FactKind, text: &str) -> bool {
    match kind {
        FactKind::Number { .. } => Exact::parse(text).is_some(),
        FactKind::Flag => matches!(text, "yes" | "no"),
        FactKind::Choice { options } => options.iter().any(|o| o.id == text),
        FactKind::Date | FactKind::Text => false,
    }
}

/// Kind of a fact in formulas.
pub fn fact_kind(pack: &Pack, i: u16) -> Kind {
    if pack.fact_unknown[usize::from(i)] {
        return Kind::Unknown;
    }
    match &pack.vocabulary.get(crate::facts::FactId(i)).kind {
        FactKind::Number { .. } => Kind::Number(pack.fact_units[usize::from(i)]),
        FactKind::Date => Kind::Date,
        FactKind::Text => Kind::Text,
        FactKind::Choice { .. } => Kind::Choice(ListOf::Fact(i)),
        FactKind::Flag => Kind::Flag,
    }
}
