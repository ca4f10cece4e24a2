//! What declarations of every sort say in one way: formulas, sources, days, roundings, units, kinds of lines.

use super::read::Reader;
use super::{Formula, Origin};
use crate::facts::NumberForm;
use crate::ground::Rounding;
use crate::ground::document::{Spot, Tab, suggestion};
use crate::payslip::LineKind;
use crate::rules::expr;
use crate::rules::kinds::Unit;
use chrono::NaiveDate;

const KINDS: [&str; 11] = ["money", "rate", "fraction", "points", "hours", "days", "count", "date", "text", "flag", "choice"];

/// Form and unit of a number kind.
pub(super) fn number_kind(kind: &str) -> Option<(NumberForm, Unit)> {
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
    pub(super) fn formula(&self, t: &Tab<'r, 'f>, key: &'static str) -> Option<Formula> {
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

    pub(super) fn origin(t: &Tab<'r, 'f>) -> Origin {
        let span = if t.has("id") { t.span_of("id") } else { t.span.clone() };
        Origin { file: t.file, span }
    }

    pub(super) fn source(&self, t: &Tab<'r, 'f>) -> String {
        match t.spot("source") {
            Some(s) if !s.text.trim().is_empty() => s.text,
            _ => {
                self.report.error("L06", t.file, &t.span, &[]);
                String::new()
            }
        }
    }

    pub(super) fn from(&self, t: &Tab<'r, 'f>) -> Option<NaiveDate> {
        if !t.has("from") {
            self.report.error("L03", t.file, &t.span, &[("key", "from")]);
        }
        t.date("from")
    }

    pub(super) fn rounding(&self, t: &Tab<'r, 'f>, key: &'static str) -> Option<Rounding> {
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

    pub(super) fn unit(&self, t: &Tab<'r, 'f>) -> Option<(NumberForm, Unit)> {
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

    pub(super) fn at_payment(&self, t: &Tab<'r, 'f>) -> bool {
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

    pub(super) fn line_kind(&self, file: u16, s: &Spot) -> Option<LineKind> {
        let k = toml::Value::String(s.text.clone()).try_into::<LineKind>().ok();
        if k.is_none() {
            self.report.error("L04", file, &s.span, &[("key", "kind"), ("wanted", "earning, deduction, employer, tax, net")]);
        }
        k
    }
}
