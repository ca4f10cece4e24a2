//! Names that declarations give of what may stand later or in another file: looked up once everything is read.

use super::Pack;
use super::read::Reader;
use crate::facts::{FactId, FactKind, Shared};
use crate::ground::document::{Report, Spot, Tab, suggestion};

/// What a name is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Named {
    Cause,
    /// Elements that settle a setting, between commas, or their rates.
    Evidence,
    /// What each month adds to a sum since January, or what a fact is where nothing gives it: an element, a total or a value.
    Computed,
    /// What an agent's amount moves with.
    Value,
    /// What the head of a payslip shows.
    Shown,
}

/// Fields of `[payslip]` that name a fact, a value or an element.
const SHOWN: [&str; 25] = [
    "status",
    "grade",
    "step",
    "index_gross",
    "index_major",
    "nbi_points",
    "children",
    "working_time",
    "part_time_post",
    "presence",
    "unpaid_days",
    "reduced_days",
    "hours",
    "pay_share",
    "point_value",
    "advance",
    "advance_back",
    "advance_left",
    "advance_pay",
    "advance_listed",
    "unpaid_net",
    "unpaid_net_back",
    "tax_neutral",
    "scheme",
    "scheme_alone",
];

/// Fields of `[payslip]` that are texts of their own.
const SAID: [&str; 6] = ["scheme_yes", "scheme_no", "scheme_alone_yes", "net_social_since", "explained_fr", "explained_en"];

impl<'r, 'f> Reader<'r, 'f, '_> {
    /// The text of a key that names something, which is looked up later.
    pub(super) fn asks(&mut self, what: Named, t: &Tab<'r, 'f>, key: &'static str) -> String {
        let Some(s) = t.spot(key) else { return String::new() };
        self.pack.asked.push((what, s.clone()));
        s.text
    }

    pub(super) fn cause(&mut self, t: &Tab<'r, 'f>, key: &'static str) -> String {
        self.asks(Named::Cause, t, key)
    }

    /// A field of `[payslip]`: one that exists, and what it shows.
    pub(super) fn shown(&mut self, field: &Spot, what: &Spot) {
        let all = || SHOWN.into_iter().chain(SAID);
        if SHOWN.contains(&field.text.as_str()) {
            self.pack.asked.push((Named::Shown, what.clone()));
        } else if !SAID.contains(&field.text.as_str()) {
            self.report.unknown_key(field, all());
        }
    }
}

/// What declarations name and could not look up before everything was read.
pub(super) fn look_up(pack: &mut Pack, report: &Report<'_>) {
    let unknown = |pack: &Pack, other: &Spot| {
        let near = suggestion(&other.text, pack.vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default();
        report.error("L57", other.file, &other.span, &[("name", &other.text), ("near", near)]);
    };
    for (flag, other) in std::mem::take(&mut pack.moot) {
        match pack.vocabulary.named(&other.text).filter(|f| matches!(pack.vocabulary.get(*f).kind, FactKind::Number { .. })) {
            Some(count) => pack.vocabulary.make_moot(flag, count),
            None => unknown(pack, &other),
        }
    }
    for (about, other) in std::mem::take(&mut pack.told_with) {
        match pack.vocabulary.named(&other.text) {
            Some(value) => pack.vocabulary.told_with(about, value),
            None => unknown(pack, &other),
        }
    }
    for (sign, other) in std::mem::take(&mut pack.comes_with) {
        match pack.vocabulary.named(&other.text) {
            Some(value) => pack.vocabulary.comes_with(sign, value),
            None => unknown(pack, &other),
        }
    }
    for (flag, other) in std::mem::take(&mut pack.asked_with) {
        match pack.vocabulary.named(&other.text) {
            Some(value) => pack.vocabulary.asked_with(flag, value),
            None => unknown(pack, &other),
        }
    }
    for (days, other) in std::mem::take(&mut pack.thirtieths) {
        let kind = &pack.vocabulary.get(days).kind;
        match pack.vocabulary.named(&other.text).filter(|f| pack.vocabulary.get(*f).kind == *kind) {
            Some(thirtieths) => pack.vocabulary.in_thirtieths(days, thirtieths),
            None => unknown(pack, &other),
        }
    }
    for (fact, (before, begins)) in std::mem::take(&mut pack.shared) {
        let of_a_kind = |f: &FactId| {
            let (a, b) = (&pack.vocabulary.get(fact).kind, &pack.vocabulary.get(*f).kind);
            match (a, b) {
                // The same options in the same order, whatever texts files write them with.
                (FactKind::Choice { options: a }, FactKind::Choice { options: b }) => a.iter().map(|o| &o.id).eq(b.iter().map(|o| &o.id)),
                _ => a == b,
            }
        };
        let was = pack.vocabulary.named(&before.text).filter(of_a_kind);
        let day = pack.vocabulary.named(&begins.text).filter(|f| pack.vocabulary.get(*f).kind == FactKind::Date);
        match (was, day) {
            (Some(before), Some(begins)) => pack.vocabulary.share(fact, Shared { before, begins }),
            (None, _) => unknown(pack, &before),
            (_, None) => unknown(pack, &begins),
        }
    }
    for other in std::mem::take(&mut pack.parts) {
        if pack.vocabulary.named(&other.text).is_none() {
            unknown(pack, &other);
        }
    }
    for (choice, options) in std::mem::take(&mut pack.where_is) {
        let Some(FactKind::Choice { options: known }) = pack.vocabulary.named(&choice.text).map(|f| &pack.vocabulary.get(f).kind) else {
            unknown(pack, &choice);
            continue;
        };
        for o in options {
            one(report, "L45", &o, known.iter().map(|k| k.id.as_str()).collect());
        }
    }
    for (what, s) in &pack.asked {
        match what {
            Named::Cause => one(report, "L74", s, pack.causes.iter().map(|c| c.0.as_str()).collect()),
            Named::Evidence => evidence(pack, report, s),
            Named::Computed => name(report, s, computed(pack).collect()),
            Named::Value => name(report, s, pack.values.iter().map(|v| v.id.as_str()).collect()),
            Named::Shown => name(report, s, computed(pack).chain(pack.vocabulary.iter().map(|f| f.1.name.as_str())).collect()),
        }
    }
}

fn computed(pack: &Pack) -> impl Iterator<Item = &str> {
    let values = pack.values.iter().map(|v| v.id.as_str()).chain(pack.totals.iter().map(|t| t.id.as_str()));
    values.chain(pack.elements.iter().map(|e| e.card.id.as_str()))
}

/// A name that must be among those, under a code that says of what.
fn one(report: &Report<'_>, code: &str, s: &Spot, known: Vec<&str>) {
    if !known.contains(&s.text.as_str()) {
        let near = suggestion(&s.text, known.iter().copied()).unwrap_or_default();
        report.error(code, s.file, &s.span, &[("name", &s.text), ("near", near), ("options", &known.join(", "))]);
    }
}

/// A name of any sort.
fn name(report: &Report<'_>, s: &Spot, known: Vec<&str>) {
    if !known.contains(&s.text.as_str()) {
        report.unknown_name(s, known.into_iter());
    }
}

fn evidence(pack: &Pack, report: &Report<'_>, s: &Spot) {
    let mut at = s.inner;
    for part in s.text.split(',') {
        let word = part.trim();
        let id = word.strip_suffix(".employer_rate").unwrap_or(word);
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        if !word.is_empty() && pack.element(id).is_none() {
            let near = suggestion(id, pack.elements.iter().map(|e| e.card.id.as_str())).unwrap_or_default();
            report.error("L77", s.file, &(start..start + word.len()), &[("name", id), ("near", near)]);
        }
    }
}
