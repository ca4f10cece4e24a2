//! The plan of a law: what is in force, bound and ordered.

use super::order::{NodeId, Ordering};
use super::versions::{bind_amounts, bind_inference, bind_value, copy, join};
use super::{BoundControl, ElementStep, Law, Plan, ResultSlots, Step, ValueStep, in_force};
use crate::ground::document::Report;
use crate::ground::{Finding, Severity};
use crate::payslip::ElementId;
use crate::rules::bind::{AMOUNT, Binder, Cond, Slots, Symbol, Symbols};
use crate::rules::pack::{Measure, Pack, Version};
use crate::rules::reads::{Mark, Reads};
use chrono::NaiveDate;
use std::collections::BTreeSet;

impl Pack {
    /// The plan of a law: what is in force, bound and ordered. Findings only for what depends on the day: cycles.
    pub fn plan(&self, law: &Law) -> (Option<Plan>, Vec<Finding>) {
        let report = Report::new(&self.files);
        let symbols = self.symbols(&report);
        let order = Ordering { pack: self, symbols: &symbols, day: Some(law.versions_on) }.order(&report);
        let plan = self.in_order(law, order, &symbols, &report);
        let findings = report.findings.take();
        (Some(plan).filter(|_| !findings.iter().any(|f| f.severity == Severity::Blocking)), findings)
    }

    /// The plan of a law beside another's: what names what does not depend on values or settings, so the versions of one day
    /// come in one order.
    pub fn plan_beside(&self, law: &Law, known: &Plan) -> Option<Plan> {
        if known.versions_on != law.versions_on {
            return self.plan(law).0;
        }
        let report = Report::new(&self.files);
        let symbols = self.symbols(&report);
        let node = |s: &Step| match s {
            Step::Value(v) => NodeId::Value(v.index),
            Step::Element(e) => NodeId::Element(e.element.0),
        };
        let plan = self.in_order(law, known.steps.iter().map(node).collect(), &symbols, &report);
        let blocked = report.findings.take().iter().any(|f| f.severity == Severity::Blocking);
        Some(plan).filter(|_| !blocked)
    }

    fn in_order(&self, law: &Law, order: Vec<NodeId>, symbols: &Symbols, report: &Report<'_>) -> Plan {
        let slots = Slots::of(self);
        let binder = Binder {
            pack: self,
            symbols,
            slots,
            report,
            context: Some(law.context),
            settings: &law.settings,
            parameters: &law.parameters,
            paid_allowed: false,
        };
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
                    steps.push(Step::Element(Box::new(self.element_step(&binder, symbols, law.versions_on, i, version))));
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
        let results = self.result_slots(symbols, slots);
        let by_kind = self
            .totals
            .iter()
            .enumerate()
            .flat_map(|(i, t)| t.of.iter().map(move |k| (*k, slots.total(i as u16), t.employer_part)))
            .collect();
        let tables = (0..self.tables.len()).map(|i| self.brackets(i, law)).collect();
        Plan {
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
            mark: Mark::default(),
        }
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
        let applies = |binder: &Binder<'_, '_>| e.applies_on(day).map(|a| binder.condition(a)).reduce(|a, b| Cond::And(Box::new((a, b))));
        ElementStep {
            element: ElementId(i),
            kind,
            slot: slots.element(i, AMOUNT),
            applies: if e.left_out { Some(Cond::Const(false)) } else { applies(binder) },
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
            inferences: e.inferences.iter().filter_map(|x| bind_inference(&paid, x)).collect(),
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
}
