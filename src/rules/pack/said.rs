//! What declarations of every sort say in one way: formulas, sources, days, roundings, units, kinds of lines.

use super::read::Reader;
use super::{Formula, Origin};
use crate::facts::NumberForm;
use crate::ground::document::{Spot, Tab, suggestion};
use crate::ground::{Finding, PayMonth, Rounding, Severity, written};
use crate::payslip::LineKind;
use crate::rules::expr;
use crate::rules::kinds::Unit;
use chrono::NaiveDate;
use std::ops::Range;

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
                if let Some((at, word, near)) = other_words(&s.text, &p) {
                    let told = Finding::new(p.code, Severity::Blocking).told(if p.code == "L12" { "L12.sign" } else { "L13.word" });
                    let at = s.inner + at.start..s.inner + at.end;
                    self.report.push(told, &[(s.file, at)], &[("text", word), ("near", near)]);
                    return None;
                }
                let at = s.inner + p.span.start..(s.inner + p.span.end).max(s.inner + p.span.start + 1).min(s.span.end.max(s.inner + 1));
                let near = if p.code == "L18" { last_of_month(&p.text) } else { String::new() };
                self.report.error(p.code, s.file, &at, &[("text", &p.text), ("near", &near), ("sample", "12.50")]);
                None
            }
        }
    }

    /// An exception whose condition stands in one before it: it would never apply. Conditions are compared without their spaces.
    pub(super) fn told_before(&self, e: &Tab<'r, 'f>, conditions: &mut Vec<(String, Range<usize>)>) {
        let Some(when) = e.spot("when") else { return };
        let condition: String = when.text.split_whitespace().collect::<Vec<_>>().join(" ");
        match conditions.iter().find(|c| c.0 == condition) {
            Some((_, first)) => self.report.both("L35", (e.file, when.span), (e.file, first.clone()), &[]),
            None => conditions.push((condition, when.span)),
        }
    }

    /// The name of what a table declares, which formulas must be able to write.
    pub(super) fn id(&self, t: &Tab<'r, 'f>) -> Option<Spot> {
        let id = t.need("id")?;
        let written_so = |c: char| c.is_alphanumeric() || c == '_';
        if !id.text.chars().all(written_so) || id.text.starts_with(|c: char| c.is_ascii_digit()) {
            let near = written::name(&id.text);
            self.report.error("L37", id.file, &id.span, &[("id", &id.text), ("near", &near)]);
        }
        Some(id)
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
            t.missing("from", "from = 2026-01-01");
        }
        t.date("from")
    }

    pub(super) fn rounding(&self, t: &Tab<'r, 'f>, key: &'static str) -> Option<Rounding> {
        let s = t.spot(key)?;
        match s.text.as_str() {
            "cent" => Some(Rounding::HalfUp),
            "truncate" => Some(Rounding::Truncate),
            _ => {
                self.report.unlisted(&s, &["cent", "truncate"]);
                None
            }
        }
    }

    pub(super) fn unit(&self, t: &Tab<'r, 'f>) -> Option<(NumberForm, Unit)> {
        let written = t.spot("unit");
        let kind = t.need("kind")?;
        let Some((form, mut unit)) = number_kind(&kind.text) else {
            let near = suggestion(&kind.text, KINDS.into_iter().filter(|k| *k != kind.text)).unwrap_or_default();
            self.report.error("L07", t.file, &kind.span, &[("kind", &kind.text), ("near", near), ("options", &KINDS.join(", "))]);
            return None;
        };
        if let Some(u) = written {
            match Unit::parse(&u.text) {
                Some(x) => unit = x,
                None => {
                    self.report.error("L08", t.file, &u.span, &[("unit", &u.text)]);
                    return None;
                }
            }
        }
        Some((form, unit))
    }

    /// What is kept to be read, without a formula that names it.
    pub(super) fn kept(&mut self, t: &Tab<'r, 'f>, id: &str) {
        if t.flag("reference") == Some(true) {
            self.pack.kept.insert(id.to_owned());
        }
    }

    pub(super) fn at_payment(&self, t: &Tab<'r, 'f>) -> bool {
        match t.spot("at") {
            None => false,
            Some(s) if s.text == "payment" => true,
            Some(s) if s.text == "month" => false,
            Some(s) => {
                self.report.unlisted(&s, &["month", "payment"]);
                false
            }
        }
    }

    /// A word of a closed list, which the language of rules knows; anything else is a finding.
    pub(super) fn one_of(&self, t: &Tab<'r, 'f>, key: &'static str, options: &[&str]) -> Option<String> {
        let s = t.spot(key)?;
        if !options.contains(&s.text.as_str()) {
            self.report.unlisted(&s, options);
        }
        Some(s.text)
    }

    pub(super) fn line_kind(&self, s: &Spot) -> Option<LineKind> {
        let k = toml::Value::String(s.text.clone()).try_into::<LineKind>().ok();
        if k.is_none() {
            self.report.unlisted(s, &["earning", "deduction", "employer", "tax", "net"]);
        }
        k
    }
}

/// The last day of the month that a day like `2026-02-30` names; nothing when there is no such month.
/// Signs of a keyboard or a word processor, and what a formula writes for them.
const SIGNS: [(&str, &str); 9] =
    [("€", "EUR"), ("×", "*"), ("÷", "/"), ("≥", ">="), ("≤", "<="), ("≠", "!="), ("–", "-"), ("−", "-"), ("’", "'")];

/// Words of formulas in French.
const WORDS: [(&str, &str); 7] =
    [("si", "if"), ("alors", "then"), ("sinon", "else"), ("et", "and"), ("ou", "or"), ("non", "not"), ("dans", "in")];

/// What stands where a formula could not be read, or right before it, when it is a French word or a sign that formulas write
/// otherwise.
fn other_words<'t>(text: &'t str, p: &expr::SyntaxProblem) -> Option<(Range<usize>, &'t str, &'static str)> {
    let start = p.span.start.min(text.len());
    if p.code == "L12" {
        let (sign, near) = SIGNS.iter().find(|s| text.get(start..).is_some_and(|t| t.starts_with(s.0)))?;
        return Some((start..start + sign.len(), &text[start..start + sign.len()], near));
    }
    let known = |word: &str| WORDS.iter().find(|w| w.0 == word).map(|w| w.1);
    let here = text.get(start..)?.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let before = text.get(..start)?.trim_end();
    let last = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let found = known(here).map(|near| (start, here, near));
    let (at, word, near) = found.or_else(|| known(last).map(|near| (before.len() - last.len(), last, near)))?;
    (p.code == "L13" || p.code == "L14" || p.code == "L16").then_some((at..at + word.len(), word, near))
}

fn last_of_month(day: &str) -> String {
    day.get(..7).and_then(PayMonth::parse).map(|m| m.last_day().to_string()).unwrap_or_default()
}

/// A number as a kind writes it, for advice.
pub const fn sample(form: Option<NumberForm>) -> &'static str {
    match form {
        Some(NumberForm::Money) => "12.50",
        Some(NumberForm::Rate) => "0.1110",
        Some(NumberForm::Fraction) => "6/7",
        Some(NumberForm::Points | NumberForm::Hours | NumberForm::Days | NumberForm::Count) | None => "12",
    }
}

/// What somebody meant who wrote a number of the kind as people do; nothing when it is no number at all.
pub fn meant(text: &str, form: NumberForm) -> String {
    match form {
        NumberForm::Rate => written::rate(text),
        NumberForm::Money | NumberForm::Fraction | NumberForm::Points | NumberForm::Hours | NumberForm::Days | NumberForm::Count => {
            written::number(text)
        }
    }
    .unwrap_or_default()
}
