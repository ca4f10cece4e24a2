//! What an overlay tells to do with what stands below it: restrict, replace, succeed.

use super::Origin;
use super::periods::{Chosen, Period};
use super::read::Reader;
use crate::ground::document::Tab;
use crate::ground::{Finding, Severity};
use crate::rules::overlay::{Order, Restriction, What};

impl<'r, 'f> Reader<'r, 'f, '_> {
    /// An overlay says again what stands below it, without saying that it replaces.
    pub(super) fn again(&self, t: &Tab<'r, 'f>, id: &str, first: &Origin) {
        self.report.both("L60", (t.file, t.span.clone()), (first.file, first.span.clone()), &[("id", id)]);
    }

    pub(super) fn restrict(&mut self, t: &Tab<'r, 'f>) {
        let source = self.source(t);
        let (from, until) = (t.date("from"), t.date("until"));
        let named = t.text("element").unwrap_or_default();
        if let Some(p) = Period::of(t, from, until) {
            self.ends_before(&named, &p);
        }
        if !t.has("applies") {
            t.missing("applies", "applies = '…'");
        }
        if let (Some(element), Some(applies)) = (t.need("element"), self.formula(t, "applies")) {
            let origin = Origin { file: t.file, span: element.span.clone() };
            self.orders.push(Order::Restrict { element, with: Restriction { applies, from, until, source, origin } });
        }
        let _ = t.text("note");
        t.close();
    }

    pub(super) fn replace(&mut self, t: &Tab<'r, 'f>) {
        if let Some(target) = t.spot("setting") {
            let source = self.source(t);
            if let Some(default) = t.need("default") {
                self.orders.push(Order::Setting { target, default, source });
            }
        } else if let Some(target) = t.spot("element") {
            let applies = self.formula(t, "applies");
            let versions = self.versions(t, &target);
            self.orders.push(Order::Element { target, what: What::Replaces, applies, versions, bare: !t.has("version") });
        } else if let Some(target) = t.spot("formula") {
            let versions = self.value_versions(t, &target);
            self.orders.push(Order::Value { target, what: What::Replaces, versions, bare: !t.has("version") });
        } else if let Some(target) = t.spot("control") {
            let source = self.source(t);
            if !t.has("threshold") {
                t.missing("threshold", "threshold = { amount = \"100\" }");
            }
            let limits = self.limits(t);
            self.orders.push(Order::Threshold { target, limits, source });
        } else if let Some(law) = t.misplaced("parameter") {
            // What it goes on to say is told by [[succeed]].
            return self.report.error("L36", law.file, &law.span, &[("id", &law.text)]);
        } else {
            t.missing("element, formula, setting, control", "element = \"…\"");
        }
        let _ = t.text("note");
        t.close();
    }

    pub(super) fn succeed(&mut self, t: &Tab<'r, 'f>) {
        if let Some(target) = t.spot("parameter") {
            let law = self.pack.parameters.iter().find(|p| p.id == target.text);
            let chosen = if law.is_some_and(|p| p.at_payment) { Chosen::Payment } else { Chosen::FirstOfMonth };
            let values = self.parameter_values(t, &target, law.and_then(|p| p.form), chosen);
            self.orders.push(Order::Parameter { target, values, bare: !t.has("value") });
        } else if let Some(target) = t.spot("element") {
            let versions = self.versions(t, &target);
            self.orders.push(Order::Element { target, what: What::Succeeds, applies: None, versions, bare: !t.has("version") });
        } else if let Some(target) = t.spot("formula") {
            let versions = self.value_versions(t, &target);
            self.orders.push(Order::Value { target, what: What::Succeeds, versions, bare: !t.has("version") });
        } else if let Some((what, own)) = ["setting", "control"].iter().find_map(|k| Some((*k, t.misplaced(k)?))) {
            let told = Finding::new("L36", Severity::Blocking).told("L36.replaced");
            return self.report.push(told, &[(own.file, own.span)], &[("id", &own.text), ("what", what)]);
        } else {
            t.missing("parameter, element, formula", "parameter = \"…\"");
        }
        let _ = t.text("note");
        t.close();
    }
}
