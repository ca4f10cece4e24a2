//! Bound rules in order of computation, for one month, one payment date and one choice of settings.
//!
//! [`Pack::check`] goes over every version whatever the month; [`Pack::plan`] takes the versions in force.

use crate::facts::{FactId, FactKind, NumberForm};
use crate::ground::document::{Report, suggestion};
use crate::ground::{Exact, Finding, Rounding, Severity};
use crate::payslip::{Card, Catalogue, Counted, ElementId, LineKind};
use crate::rules::bind::{AMOUNT, Binder, Bound, Cond, Context, DateNode, Num, SettingValue, Slots, Symbol, Symbols};
use crate::rules::kinds::{Kind, Unit};
use crate::rules::pack::{Amounts, Element, Formula, Measure, Origin, Pack, SettingKind, ValueDecl, ValueVersion, Version};
use crate::rules::reads::{Reads, StepSet};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A fact's value where no source speaks of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Default {
    None,
    Number(Exact),
    Flag(bool),
    Choice(u16),
}

/// One computation: a named value or a pay element.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    Value(ValueStep),
    Element(Box<ElementStep>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct ValueStep {
    pub index: u16,
    pub slot: u32,
    pub is: Bound,
    pub round: Option<Rounding>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct ElementStep {
    pub element: ElementId,
    pub kind: LineKind,
    /// First of the element's slots.
    pub slot: u32,
    pub applies: Option<Cond>,
    pub base: Option<Num>,
    pub base_round: Option<Rounding>,
    pub rate: Option<Num>,
    pub amount: Option<Num>,
    pub employer_rate: Option<Num>,
    pub employer_amount: Option<Num>,
    pub round: Rounding,
    pub keep_zero: bool,
    /// Totals that the amount enters.
    pub adds: Vec<u32>,
    /// Totals that the employer amount enters.
    pub adds_employer: Vec<u32>,
    pub inferences: Vec<(FactId, Bound)>,
}

/// Brackets in force: lower bounds ascending, each with its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brackets(pub Vec<(Exact, Exact)>);

/// A control of the pack whose measure is a formula.
#[derive(Clone, Debug)]
pub struct BoundControl {
    pub control: usize,
    pub when: Cond,
}

/// Totals the results show, as slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultSlots {
    pub gross: u32,
    pub net_social: u32,
    pub net_taxable: u32,
    pub net_before_tax: u32,
    pub income_tax: u32,
    pub net_paid: u32,
    pub employer_cost: u32,
}

/// Everything an employee's payslip is computed with.
#[derive(Clone, Debug)]
pub struct Plan {
    pub context: Context,
    /// Day whose versions of elements and values these are.
    pub versions_on: NaiveDate,
    pub steps: Vec<Step>,
    pub slots: Slots,
    pub defaults: Vec<Default>,
    pub tables: Vec<Brackets>,
    pub results: ResultSlots,
    /// Totals that take every line of a kind: (kind, slot, employer part).
    pub by_kind: Vec<(LineKind, u32, bool)>,
    pub controls: Vec<BoundControl>,
    pub parameters: Vec<Option<Exact>>,
    pub settings: Vec<SettingValue>,
    pub reads: Reads,
    /// One for each plan: a computation remembers whose it is.
    pub identity: Arc<()>,
    /// The plan it was derived from, and the steps that are not the same.
    pub departs: Option<(Arc<()>, StepSet)>,
}

/// The values of law and settings a plan is made with.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    pub context: Context,
    /// Day whose versions of elements and values apply; normally the first day of the month.
    pub versions_on: NaiveDate,
    pub parameters: Vec<Option<Exact>>,
    /// Day for each table.
    pub tables_on: Vec<NaiveDate>,
    pub settings: Vec<SettingValue>,
}

pub fn in_force(from: NaiveDate, until: Option<NaiveDate>, day: NaiveDate) -> bool {
    from <= day && until.is_none_or(|u| day <= u)
}

impl Element {
    /// The version in force on a day.
    pub fn version_on(&self, day: NaiveDate) -> Option<&Version> {
        self.versions.iter().rev().find(|v| in_force(v.from, v.until, day))
    }
}

impl ValueDecl {
    /// The version in force on a day.
    pub fn version_on(&self, day: NaiveDate) -> Option<&ValueVersion> {
        self.versions.iter().rev().find(|v| in_force(v.from, v.until, day))
    }
}

impl Pack {
    /// All names; a name declared twice is a finding with both places.
    pub fn symbols(&self, report: &Report<'_>) -> Symbols {
        let mut all: BTreeMap<String, (Symbol, &Origin)> = BTreeMap::new();
        let mut add = |id: &str, s: Symbol, o| {
            if let Some((_, first)) = all.get(id) {
                let first: &Origin = first;
                let o: &Origin = o;
                let code = if self.layer_of(first.file) == self.layer_of(o.file) { "L49" } else { "L60" };
                report.both(code, (o.file, o.span.clone()), (first.file, first.span.clone()), &[("id", id)]);
            } else {
                all.insert(id.to_owned(), (s, o));
            }
        };
        for (i, o) in self.fact_origins.iter().enumerate() {
            add(&self.vocabulary.get(FactId(i as u16)).name, Symbol::Fact(i as u16), o);
        }
        for (i, x) in self.parameters.iter().enumerate() {
            add(&x.id, Symbol::Parameter(i as u32), &x.origin);
        }
        for (i, x) in self.settings.iter().enumerate() {
            add(&x.id, Symbol::Setting(i as u16), &x.origin);
        }
        for (i, x) in self.values.iter().enumerate() {
            add(&x.id, Symbol::Value(i as u16), &x.origin);
        }
        for (i, x) in self.totals.iter().enumerate() {
            add(&x.id, Symbol::Total(i as u16), &x.origin);
        }
        for (i, x) in self.tables.iter().enumerate() {
            add(&x.id, Symbol::Table(i as u16), &x.origin);
        }
        for (i, x) in self.elements.iter().enumerate() {
            add(&x.card.id, Symbol::Element(i as u16), &x.origin);
        }
        all.into_iter().map(|(k, v)| (k, v.0)).collect()
    }

    /// The settings as the pack declares them by default.
    pub fn default_settings(&self) -> Vec<SettingValue> {
        self.settings.iter().map(|s| setting_value(&s.kind, &s.default).unwrap_or(SettingValue::Flag(false))).collect()
    }

    /// Law of a month: the parameters and versions in force.
    pub fn law(&self, context: Context, settings: Vec<SettingValue>) -> Law {
        let day = context.month.first_day();
        Law {
            context,
            versions_on: day,
            parameters: self
                .parameters
                .iter()
                .map(|p| {
                    let on = if p.at_payment { context.payment_date } else { day };
                    p.values.iter().rev().find(|v| in_force(v.from, v.until, on)).map(|v| v.value)
                })
                .collect(),
            tables_on: self.tables.iter().map(|t| if t.at_payment { context.payment_date } else { day }).collect(),
            settings,
        }
    }

    /// Cards of the elements, in printing order.
    pub fn catalogue(&self) -> Catalogue {
        let report = Report::new(&self.files);
        let symbols = self.symbols(&report);
        let settings = self.default_settings();
        let binder = Binder {
            pack: self,
            symbols: &symbols,
            slots: Slots::of(self),
            report: &report,
            context: None,
            settings: &settings,
            parameters: &[],
            paid_allowed: false,
        };
        self.elements
            .iter()
            .map(|e| {
                let rate = e.versions.iter().rev().find_map(|v| v.amounts.rate.as_ref());
                let share = rate.is_none_or(|f| matches!(binder.any_number(f).0, Kind::Number(Unit::NONE) | Kind::Zero | Kind::Unknown));
                let base = e.versions.iter().rev().find_map(|v| v.amounts.base.as_ref()).map(|f| binder.any_number(f).0);
                let base = match (&e.card.base, base) {
                    (Counted::Named(_), _) => e.card.base.clone(),
                    (_, Some(Kind::Number(Unit::MONEY))) => Counted::Money,
                    (_, Some(Kind::Number(Unit::POINTS))) => Counted::Points,
                    (_, Some(Kind::Number(Unit::HOURS))) => Counted::Hours,
                    (_, Some(Kind::Number(Unit::DAYS))) => Counted::Days,
                    _ => Counted::Number,
                };
                Card { rate_is_share: share, base, ..e.card.clone() }
            })
            .collect()
    }

    /// Everything that can be wrong whatever the month: names, kinds, units, duplicates, sources, totals.
    pub fn check(&self) -> Vec<Finding> {
        let report = Report::new(&self.files);
        let symbols = self.symbols(&report);
        let settings = self.default_settings();
        let binder = Binder {
            pack: self,
            symbols: &symbols,
            slots: Slots::of(self),
            report: &report,
            context: None,
            settings: &settings,
            parameters: &[],
            paid_allowed: false,
        };
        for v in &self.values {
            for version in &v.versions {
                bind_value(&binder, v.kind, &version.is);
                for (when, is) in &version.exceptions {
                    binder.condition(when);
                    bind_value(&binder, v.kind, is);
                }
            }
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
                bind_inference(&paid, &i.fact, &i.value);
            }
            self.check_feeds(e, &symbols, &report);
            self.check_arrears(e, &report);
        }
        for c in &self.controls {
            if let Measure::When(f) = &c.measure {
                binder.condition(f);
            }
        }
        self.check_codes(&report);
        self.check_cycles(&symbols, &report);
        for key in RESULTS {
            match self.results.iter().find(|r| r.0.text == key) {
                None => report.error("L51", self.results_origin.file, &self.results_origin.span, &[("key", key)]),
                Some((_, v)) if !matches!(symbols.get(&v.text), Some(Symbol::Total(_) | Symbol::Value(_))) => {
                    report.error("L52", v.file, &v.span, &[("name", &v.text)]);
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
                if !matches!(symbols.get(setting), Some(Symbol::Setting(_))) {
                    report.error("L39", t.origin.file, &t.origin.span, &[("name", setting)]);
                }
            }
        }
        report.findings.take()
    }

    fn check_feeds(&self, e: &Element, symbols: &Symbols, report: &Report<'_>) {
        for s in e.feeds.iter().chain(&e.feeds_employer) {
            if !matches!(symbols.get(&s.text), Some(Symbol::Total(_))) {
                let near = suggestion(&s.text, self.totals.iter().map(|t| t.id.as_str())).unwrap_or_default();
                report.error("L54", s.file, &s.span, &[("name", &s.text), ("near", near)]);
            }
        }
        if let Some(s) = e.section.as_ref().filter(|s| !self.sections.iter().any(|known| known.0 == s.text)) {
            let options = self.sections.iter().map(|known| known.0.as_str()).collect::<Vec<_>>().join(", ");
            report.error("L45", s.file, &s.span, &[("name", &s.text), ("options", &options)]);
        }
        for s in &e.replaces {
            if !matches!(symbols.get(&s.text), Some(Symbol::Element(_))) {
                report.error("L39", s.file, &s.span, &[("name", &s.text)]);
            }
        }
        if e.feeds.is_empty() && e.feeds_employer.is_empty() && !self.totals.iter().any(|t| t.of.contains(&e.card.kind)) {
            report.error("L55", e.origin.file, &e.origin.span, &[("id", &e.card.id)]);
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

    /// The plan of a law: what is in force, bound and ordered. Findings only for what depends on the day: cycles.
    pub fn plan(&self, law: &Law) -> (Option<Plan>, Vec<Finding>) {
        let report = Report::new(&self.files);
        let symbols = self.symbols(&report);
        let slots = Slots::of(self);
        let binder = Binder {
            pack: self,
            symbols: &symbols,
            slots,
            report: &report,
            context: Some(law.context),
            settings: &law.settings,
            parameters: &law.parameters,
            paid_allowed: false,
        };
        let order = Ordering { pack: self, symbols: &symbols, day: Some(law.versions_on) }.order(&report);
        let mut steps = Vec::new();
        for node in order {
            match node {
                NodeId::Value(i) => {
                    let v = &self.values[usize::from(i)];
                    let Some(version) = v.version_on(law.versions_on) else { continue };
                    let mut is = bind_value(&binder, v.kind, &version.is);
                    for (when, instead) in version.exceptions.iter().rev() {
                        is = join(binder.condition(when), bind_value(&binder, v.kind, instead), is);
                    }
                    steps.push(Step::Value(ValueStep { index: i, slot: slots.value(i), is, round: version.round }));
                }
                NodeId::Element(i) => {
                    let e = &self.elements[usize::from(i)];
                    let Some(version) = e.version_on(law.versions_on) else { continue };
                    steps.push(Step::Element(Box::new(self.element_step(&binder, &symbols, law.versions_on, i, version))));
                }
            }
        }
        let controls = self
            .controls
            .iter()
            .enumerate()
            .filter(|(_, c)| in_force(c.since.unwrap_or(NaiveDate::MIN), c.until, law.versions_on))
            .filter_map(|(i, c)| match &c.measure {
                Measure::When(f) => Some(BoundControl { control: i, when: binder.condition(f) }),
                Measure::Named(_) => None,
            })
            .collect();
        let results = self.result_slots(&symbols, slots);
        let by_kind = self
            .totals
            .iter()
            .enumerate()
            .flat_map(|(i, t)| t.of.iter().map(move |k| (*k, slots.total(i as u16), t.employer_part)))
            .collect();
        let tables = (0..self.tables.len()).map(|i| self.brackets(i, law)).collect();
        let findings = report.findings.take();
        let plan = (!findings.iter().any(|f| f.severity == Severity::Blocking)).then(|| Plan {
            context: law.context,
            versions_on: law.versions_on,
            reads: Reads::of(&steps, self.defaults.len(), slots, self.tables.len()),
            steps,
            slots,
            defaults: self.default_values(),
            tables,
            results,
            by_kind,
            controls,
            parameters: law.parameters.clone(),
            settings: law.settings.clone(),
            identity: Arc::new(()),
            departs: None,
        });
        (plan, findings)
    }

    fn element_step(&self, binder: &Binder<'_, '_>, symbols: &Symbols, day: NaiveDate, i: u16, version: &Version) -> ElementStep {
        let e = &self.elements[usize::from(i)];
        let slots = binder.slots;
        let [base, rate, amount, employer_rate, employer_amount] = bind_amounts(binder, e, version);
        let total_slot = |id: &str| match symbols.get(id) {
            Some(Symbol::Total(t)) => Some(slots.total(*t)),
            _ => None,
        };
        let kind = e.card.kind;
        let of_kind = |part: bool| {
            self.totals
                .iter()
                .enumerate()
                .filter(move |(_, t)| t.employer_part == part && t.of.contains(&kind))
                .map(|(t, _)| slots.total(t as u16))
        };
        let all = |named: &[crate::ground::document::Spot], part: bool| {
            let set: BTreeSet<u32> = named.iter().filter_map(|s| total_slot(&s.text)).chain(of_kind(part)).collect();
            set.into_iter().collect::<Vec<_>>()
        };
        let paid = Binder { paid_allowed: true, ..copy(binder) };
        ElementStep {
            element: ElementId(i),
            kind,
            slot: slots.element(i, AMOUNT),
            applies: e.applies_on(day).map(|a| binder.condition(a)).reduce(|a, b| Cond::And(Box::new((a, b)))),
            base,
            base_round: version.base_round,
            rate,
            amount,
            employer_rate,
            employer_amount,
            round: version.round,
            keep_zero: e.keep_zero,
            adds: all(&e.feeds, false),
            adds_employer: all(&e.feeds_employer, true),
            inferences: e.inferences.iter().filter_map(|x| bind_inference(&paid, &x.fact, &x.value)).collect(),
        }
    }

    fn result_slots(&self, symbols: &Symbols, slots: Slots) -> ResultSlots {
        let at = |key: &str| {
            let name = self.results.iter().find(|r| r.0.text == key).map(|r| r.1.text.as_str()).unwrap_or_default();
            match symbols.get(name) {
                Some(Symbol::Total(i)) => slots.total(*i),
                Some(Symbol::Value(i)) => slots.value(*i),
                _ => 0,
            }
        };
        ResultSlots {
            gross: at("gross"),
            net_social: at("net_social"),
            net_taxable: at("net_taxable"),
            net_before_tax: at("net_before_tax"),
            income_tax: at("income_tax"),
            net_paid: at("net_paid"),
            employer_cost: at("employer_cost"),
        }
    }

    /// The brackets of a table that a law puts in force.
    pub fn brackets(&self, table: usize, law: &Law) -> Brackets {
        let t = &self.tables[table];
        let day = law.tables_on[table];
        let chosen: Vec<Option<String>> = t
            .wheres
            .iter()
            .map(|(_, setting)| {
                let i = self.settings.iter().position(|s| s.id == *setting)?;
                law.settings.get(i).map(ToString::to_string)
            })
            .collect();
        let fits = |r: &&crate::rules::pack::TableRow| r.wheres.iter().zip(&chosen).all(|(w, c)| c.as_ref() == Some(w));
        let from = t.rows.iter().filter(fits).filter(|r| r.from <= day).map(|r| r.from).max();
        let mut list: Vec<(Exact, Exact)> =
            t.rows.iter().filter(fits).filter(|r| Some(r.from) == from).map(|r| (r.lower, r.value)).collect();
        list.sort();
        Brackets(list)
    }

    /// Whether the same versions of every value and element are in force on two days.
    pub fn same_versions(&self, a: NaiveDate, b: NaiveDate) -> bool {
        let value = |v: &ValueDecl, day| v.versions.iter().rposition(|x| in_force(x.from, x.until, day));
        let element = |e: &Element, day| e.versions.iter().rposition(|x| in_force(x.from, x.until, day));
        self.values.iter().all(|v| value(v, a) == value(v, b)) && self.elements.iter().all(|e| element(e, a) == element(e, b))
    }

    /// The default of each fact.
    pub fn default_values(&self) -> Vec<Default> {
        self.defaults
            .iter()
            .enumerate()
            .map(|(i, d)| match (d, &self.vocabulary.get(FactId(i as u16)).kind) {
                (None, _) => Default::None,
                (Some(d), FactKind::Number { .. }) => Exact::parse(d).map_or(Default::None, Default::Number),
                (Some(d), FactKind::Flag) => Default::Flag(d == "yes"),
                (Some(d), FactKind::Choice { options }) => {
                    options.iter().position(|o| o.id == *d).map_or(Default::None, |o| Default::Choice(o as u16))
                }
                (Some(_), FactKind::Date | FactKind::Text) => Default::None,
            })
            .collect()
    }
}

const RESULTS: [&str; 7] = ["gross", "net_social", "net_taxable", "net_before_tax", "income_tax", "net_paid", "employer_cost"];

/// Reads the value of a setting; `None` when it does not fit its kind.
pub fn setting_value(kind: &SettingKind, text: &str) -> Option<SettingValue> {
    match kind {
        SettingKind::Choice(options) => options.iter().any(|o| o.0 == text).then(|| SettingValue::Choice(text.to_owned())),
        SettingKind::Flag => match text {
            "yes" | "oui" | "true" => Some(SettingValue::Flag(true)),
            "no" | "non" | "false" => Some(SettingValue::Flag(false)),
            _ => None,
        },
        SettingKind::Number(..) => Exact::parse(text).map(SettingValue::Number),
    }
}

fn copy<'a, 'f>(b: &Binder<'a, 'f>) -> Binder<'a, 'f> {
    Binder {
        pack: b.pack,
        symbols: b.symbols,
        slots: b.slots,
        report: b.report,
        context: b.context,
        settings: b.settings,
        parameters: b.parameters,
        paid_allowed: b.paid_allowed,
    }
}

fn bind_value(binder: &Binder<'_, '_>, kind: Kind, f: &Formula) -> Bound {
    match kind {
        Kind::Flag => Bound::Cond(binder.condition(f)),
        Kind::Date => Bound::Date(binder.date(f)),
        Kind::Number(u) => Bound::Num(binder.number(f, Some(u))),
        Kind::Zero | Kind::Text | Kind::Choice(_) | Kind::Unknown => Bound::Num(binder.number(f, None)),
    }
}

fn join(when: Cond, instead: Bound, general: Bound) -> Bound {
    match (instead, general) {
        (Bound::Num(a), Bound::Num(b)) => Bound::Num(Num::If(Box::new((when, a, b)))),
        (Bound::Cond(a), Bound::Cond(b)) => Bound::Cond(Cond::If(Box::new((when, a, b)))),
        (Bound::Date(a), Bound::Date(b)) => Bound::Date(DateNode::If(Box::new((when, a, b)))),
        _ => Bound::Bad,
    }
}

/// The five formulas of a version with its exceptions folded in; kinds are checked on the way.
fn bind_amounts(binder: &Binder<'_, '_>, e: &Element, v: &Version) -> [Option<Num>; 5] {
    let general = bind_set(binder, e, &v.amounts, &v.amounts);
    let mut out = general;
    for (when, amounts, _) in v.exceptions.iter().rev() {
        let cond = binder.condition(when);
        let special = bind_set(binder, e, amounts, &v.amounts);
        out = std::array::from_fn(|i| match (special[i].clone(), out[i].clone()) {
            (Some(a), b) => Some(Num::If(Box::new((cond.clone(), a, b.unwrap_or(Num::Const(Exact::ZERO)))))),
            (None, b) => b,
        });
    }
    out
}

fn bind_set(binder: &Binder<'_, '_>, e: &Element, a: &Amounts, general: &Amounts) -> [Option<Num>; 5] {
    let any = |f: &Option<Formula>| f.as_ref().map(|f| binder.any_number(f));
    let money = |f: &Option<Formula>| f.as_ref().map(|f| binder.number(f, Some(Unit::MONEY)));
    let (base, rate, employer_rate) = (any(&a.base), any(&a.rate), any(&a.employer_rate));
    let product = |x: &Option<(Kind, Num)>, y: &Option<(Kind, Num)>, at: Option<&Formula>| {
        if let (Some((Kind::Number(u), _)), Some((Kind::Number(w), _)), Some(f)) = (x, y, at)
            && u.times(*w) != Unit::MONEY
        {
            let shown = u.times(*w).to_string();
            binder.report.error("L56", f.file, &f.span(&f.ast.span), &[("id", &e.card.id), ("kind", &shown)]);
        }
    };
    if a.amount.is_none() && general.amount.is_none() {
        product(&base, &rate, a.rate.as_ref());
    }
    if a.employer_amount.is_none() && general.employer_amount.is_none() {
        product(&base, &employer_rate, a.employer_rate.as_ref());
    }
    [base.map(|b| b.1), rate.map(|r| r.1), money(&a.amount), employer_rate.map(|r| r.1), money(&a.employer_amount)]
}

fn bind_inference(binder: &Binder<'_, '_>, fact: &crate::ground::document::Spot, value: &Formula) -> Option<(FactId, Bound)> {
    let Some(Symbol::Fact(i)) = binder.symbols.get(&fact.text).copied() else {
        let near = suggestion(&fact.text, binder.pack.vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default();
        binder.report.error("L57", fact.file, &fact.span, &[("name", &fact.text), ("near", near)]);
        return None;
    };
    let bound = match &binder.pack.vocabulary.get(FactId(i)).kind {
        FactKind::Flag => Bound::Cond(binder.condition(value)),
        FactKind::Date => Bound::Date(binder.date(value)),
        FactKind::Number { .. } => Bound::Num(binder.number(value, None)),
        FactKind::Text | FactKind::Choice { .. } => return None,
    };
    Some((FactId(i), bound))
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum NodeId {
    Value(u16),
    Element(u16),
}

/// Where a step names another.
struct Edge<'a> {
    /// The total that stands between, when the other is named only as one of those that feed it.
    through: Option<&'a str>,
    file: u16,
    span: std::ops::Range<usize>,
}

type Needs<'a> = BTreeMap<NodeId, Edge<'a>>;

/// Order of computation, from what each formula names.
struct Ordering<'a> {
    pack: &'a Pack,
    symbols: &'a Symbols,
    /// None: every version, whatever its day.
    day: Option<NaiveDate>,
}

impl<'a> Ordering<'a> {
    /// The version in force on the day, or all of them.
    fn versions<V>(&self, all: &'a [V], span: fn(&V) -> (NaiveDate, Option<NaiveDate>)) -> impl Iterator<Item = &'a V> {
        let newest = self.day.map(|day| all.iter().rposition(|v| in_force(span(v).0, span(v).1, day)));
        all.iter().enumerate().filter(move |(i, _)| newest.is_none_or(|n| n == Some(*i))).map(|(_, v)| v)
    }

    fn formulas(&self, n: NodeId) -> Vec<&'a Formula> {
        match n {
            NodeId::Value(i) => {
                let v = &self.pack.values[usize::from(i)];
                let versions = self.versions(&v.versions, |x| (x.from, x.until));
                versions.flat_map(|x| std::iter::once(&x.is).chain(x.exceptions.iter().flat_map(|(a, b)| [a, b]))).collect()
            }
            NodeId::Element(i) => {
                let e = &self.pack.elements[usize::from(i)];
                let mut versions = self.versions(&e.versions, |x| (x.from, x.until)).peekable();
                if versions.peek().is_none() {
                    return Vec::new();
                }
                let exceptions = |x: &'a Version| x.exceptions.iter().flat_map(|(w, a, _)| std::iter::once(w).chain(a.each()));
                let narrowed = e.restrictions.iter().map(|r| &r.applies);
                e.applies.iter().chain(narrowed).chain(versions.flat_map(|x| x.amounts.each().chain(exceptions(x)))).collect()
            }
        }
    }

    /// What a step names, each with where it is named first and through which total.
    fn needs(&self, n: NodeId) -> Needs<'a> {
        let mut out = BTreeMap::new();
        for f in self.formulas(n) {
            let mut names = Vec::new();
            f.ast.names(&mut names);
            for (name, span) in names {
                let edge = |through| Edge { through, file: f.file, span: f.span(&span) };
                match self.symbols.get(&name) {
                    Some(Symbol::Value(i)) => {
                        out.entry(NodeId::Value(*i)).or_insert(edge(None));
                    }
                    Some(Symbol::Element(i)) => {
                        out.entry(NodeId::Element(*i)).or_insert(edge(None));
                    }
                    Some(Symbol::Total(t)) => {
                        for m in self.feeders(*t) {
                            out.entry(m).or_insert_with(|| edge(Some(self.pack.totals[usize::from(*t)].id.as_str())));
                        }
                    }
                    _ => {}
                }
            }
        }
        out
    }

    fn feeders(&self, total: u16) -> impl Iterator<Item = NodeId> {
        let t = &self.pack.totals[usize::from(total)];
        self.pack.elements.iter().enumerate().filter_map(move |(i, e)| {
            let named = if t.employer_part { &e.feeds_employer } else { &e.feeds };
            (t.of.contains(&e.card.kind) || named.iter().any(|s| s.text == t.id)).then_some(NodeId::Element(i as u16))
        })
    }

    fn id(&self, n: NodeId) -> &'a str {
        match n {
            NodeId::Value(i) => &self.pack.values[usize::from(i)].id,
            NodeId::Element(i) => &self.pack.elements[usize::from(i)].card.id,
        }
    }

    /// A circle of steps, the last of which names the first: every name on the way, and every place where one names the next.
    fn circle(&self, steps: &[NodeId], needs: &BTreeMap<NodeId, Needs<'a>>, report: &Report<'_>) {
        let mut names = vec![self.id(steps[0])];
        let mut places = Vec::new();
        for (i, n) in steps.iter().enumerate() {
            let next = steps[(i + 1) % steps.len()];
            let edge = &needs[n][&next];
            names.extend(edge.through);
            names.push(self.id(next));
            places.push((edge.file, edge.span.clone()));
        }
        report.push(Finding::new("L20", Severity::Blocking), &places, &[("path", &names.join(" → "))]);
    }

    fn order(&self, report: &Report<'_>) -> Vec<NodeId> {
        let all: Vec<NodeId> = (0..self.pack.values.len() as u16)
            .map(NodeId::Value)
            .chain((0..self.pack.elements.len() as u16).map(NodeId::Element))
            .collect();
        let needs: BTreeMap<NodeId, Needs<'a>> = all.iter().map(|n| (*n, self.needs(*n))).collect();
        let mut done = BTreeSet::new();
        let mut out = Vec::new();
        for n in all {
            self.visit(n, &needs, &mut done, &mut Vec::new(), &mut out, report);
        }
        out
    }

    fn visit(
        &self,
        n: NodeId,
        needs: &BTreeMap<NodeId, Needs<'a>>,
        done: &mut BTreeSet<NodeId>,
        path: &mut Vec<NodeId>,
        out: &mut Vec<NodeId>,
        report: &Report<'_>,
    ) {
        if done.contains(&n) {
            return;
        }
        if let Some(at) = path.iter().position(|p| *p == n) {
            self.circle(&path[at..], needs, report);
            done.insert(n);
            return;
        }
        path.push(n);
        for m in needs[&n].keys() {
            self.visit(*m, needs, done, path, out, report);
        }
        path.pop();
        if done.insert(n) {
            out.push(n);
        }
    }
}
