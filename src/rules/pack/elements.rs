//! A pay element with its versions and exceptions, and the totals it feeds.

use super::periods::{Chosen, Period};
use super::read::Reader;
use super::{Formula, Origin};
use crate::ground::document::{Spot, Tab};
use crate::ground::{Rounding, Words};
use crate::payslip::{Card, Counted, LineKind};
use crate::rules::overlay::Restriction;
use chrono::NaiveDate;

#[derive(Clone, Debug)]
pub struct Total {
    pub id: String,
    pub label: Words,
    pub of: Vec<LineKind>,
    pub employer_part: bool,
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
    /// Nothing for a choice: each of its options is tried.
    pub value: Option<Formula>,
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
    /// The element in whose line many programs print it as well: the same law on another part of the base.
    pub one_line_with: Option<Spot>,
    /// The fact that carries arrears of the element.
    pub arrears: Option<Spot>,
    pub labels: Vec<String>,
    pub cause: String,
    pub keep_zero: bool,
    /// Nobody of the employer's is paid it, until somebody says that it is due.
    pub left_out: bool,
    pub versions: Vec<Version>,
    pub inferences: Vec<Inference>,
    pub origin: Origin,
}

impl<'r, 'f> Reader<'r, 'f, '_> {
    pub(super) fn total(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = self.id(t) else { return };
        let of = t.list("of").iter().filter_map(|s| self.line_kind(s)).collect();
        let total = Total {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            of,
            employer_part: self.one_of(t, "part", &["amount", "employer"]).as_deref() == Some("employer"),
            origin: Self::origin(t),
            id: id.text,
        };
        t.close();
        self.pack.totals.push(total);
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

    pub(super) fn versions(&self, t: &Tab<'r, 'f>, id: &Spot) -> Vec<Version> {
        let mut versions: Vec<Version> = Vec::new();
        let mut periods = Vec::new();
        for v in t.tables("version") {
            let from = self.from(&v);
            let source = self.source(&v);
            if !v.has("round") {
                self.report.error("L23", v.file, &v.span, &[("id", &id.text)]);
            }
            let (mut exceptions, mut conditions) = (Vec::new(), Vec::new());
            for e in v.tables("exception") {
                let source = self.source(&e);
                self.told_before(&e, &mut conditions);
                if !["amount", "base", "rate", "employer_rate", "employer_amount"].iter().any(|key| e.has(key)) {
                    self.report.error("L34", e.file, &e.span, &[]);
                }
                if !e.has("when") {
                    e.missing("when", "when = '… > 0'");
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
            periods.extend(Period::of(&v, from, until));
            if let Some(from) = from {
                let origin = Origin { file: v.file, span: v.span_of("from") };
                versions.push(Version { from, until, source, amounts, round, base_round, exceptions, origin });
            }
            let _ = v.text("note");
            v.close();
        }
        self.periods(id, &periods, Chosen::FirstOfMonth);
        versions.sort_by_key(|v| v.from);
        versions
    }

    pub(super) fn element(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = self.id(t) else { return };
        if !t.has("kind") {
            t.missing("kind", "kind = \"earning\"");
        }
        let kind = t.spot("kind").and_then(|k| self.line_kind(&k)).unwrap_or(LineKind::Earning);
        let code = t.need("code").map_or_else(|| id.text.to_uppercase(), |c| c.text);
        let versions = self.versions(t, &id);
        self.none_of(t, &id, "version", "amount");
        let mut inferences = Vec::new();
        for i in t.tables("inference") {
            let value = self.formula(&i, "value");
            if let Some(fact) = i.need("fact").filter(|_| value.is_some() || !i.has("value")) {
                inferences.push(Inference { fact, value });
            }
            let _ = i.text("note");
            i.close();
        }
        let section = t.spot("section");
        let element = Element {
            card: Card {
                code,
                label: t.need_words("label").unwrap_or_else(|| Words::new(&id.text, "")),
                printed: t.words("printed"),
                kind,
                section: section.as_ref().map_or_else(String::new, |s| s.text.clone()),
                recurs: t.flag("recurs").unwrap_or(true),
                account: t.text("account"),
                creditor: t.words("creditor"),
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
            one_line_with: t.spot("one_line_with"),
            arrears: t.spot("arrears"),
            labels: t.texts("labels"),
            cause: self.cause(t, "cause"),
            keep_zero: t.flag("keep_zero").unwrap_or(false),
            left_out: false,
            versions,
            inferences,
            origin: Origin { file: t.file, span: id.span },
        };
        let _ = (t.text("note"), t.text("family"));
        self.pack.elements.push(element);
    }
}
