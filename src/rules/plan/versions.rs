//! A version with its exceptions folded in → its bound formulas.

use crate::facts::{FactId, FactKind};
use crate::ground::document::suggestion;
use crate::ground::worded::in_words;
use crate::ground::{Exact, Finding, Severity};
use crate::rules::advice::unit_words;
use crate::rules::bind::{Binder, Bound, Cond, DateNode, Num, Symbol};
use crate::rules::kinds::{Kind, Unit};
use crate::rules::pack::{Amounts, Element, Formula, Inference, Version};
use crate::rules::plan::Inferred;

pub(super) fn copy<'a, 'f>(b: &Binder<'a, 'f>) -> Binder<'a, 'f> {
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

pub(super) fn bind_value(binder: &Binder<'_, '_>, kind: Kind, f: &Formula) -> Bound {
    match kind {
        Kind::Flag => Bound::Cond(binder.condition(f)),
        Kind::Date => Bound::Date(binder.date(f)),
        Kind::Number(u) => Bound::Num(binder.number(f, Some(u))),
        Kind::Zero | Kind::Text | Kind::Choice(_) | Kind::Unknown => Bound::Num(binder.number(f, None)),
    }
}

pub(super) fn join(when: Cond, instead: Bound, general: Bound) -> Bound {
    match (instead, general) {
        (Bound::Num(a), Bound::Num(b)) => Bound::Num(Num::If(Box::new((when, a, b)))),
        (Bound::Cond(a), Bound::Cond(b)) => Bound::Cond(Cond::If(Box::new((when, a, b)))),
        (Bound::Date(a), Bound::Date(b)) => Bound::Date(DateNode::If(Box::new((when, a, b)))),
        _ => Bound::Bad,
    }
}

/// The five formulas of a version with its exceptions folded in; kinds are checked on the way.
pub(super) fn bind_amounts(binder: &Binder<'_, '_>, e: &Element, v: &Version) -> [Option<Num>; 5] {
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
            let told = in_words("L56", Severity::Blocking, &[("kind", unit_words(u.times(*w)))], None);
            binder.report.push(told, &[(f.file, f.span(&f.ast.span))], &[("id", &e.card.id)]);
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

/// How a fact follows from a paid line: by a formula, or of a choice by trying each of its options.
pub(super) fn bind_inference(binder: &Binder<'_, '_>, inference: &Inference) -> Option<(FactId, Inferred)> {
    let fact = &inference.fact;
    let Some(Symbol::Fact(i)) = binder.symbols.get(&fact.text).copied() else {
        let near = suggestion(&fact.text, binder.pack.vocabulary.iter().map(|f| f.1.name.as_str())).unwrap_or_default();
        binder.report.error("L57", fact.file, &fact.span, &[("name", &fact.text), ("near", near)]);
        return None;
    };
    let told = |f: Finding| binder.report.push(f, &[(fact.file, fact.span.clone())], &[("name", &fact.text)]);
    let of = Finding::new("L57", Severity::Blocking);
    let bound = match (&binder.pack.vocabulary.get(FactId(i)).kind, &inference.value) {
        (FactKind::Text, _) => {
            told(of.told("L57.text"));
            return None;
        }
        (FactKind::Choice { .. }, Some(_)) => {
            told(of.told("L57.choice"));
            return None;
        }
        (FactKind::Choice { options }, None) => return Some((FactId(i), Inferred::OneOf(options.len() as u16))),
        (FactKind::Flag | FactKind::Date | FactKind::Number { .. }, None) => {
            let sample = "value = 'paid.amount'";
            binder.report.error("L03", fact.file, &fact.span, &[("key", "value"), ("sample", sample)]);
            return None;
        }
        (FactKind::Flag, Some(value)) => Bound::Cond(binder.condition(value)),
        (FactKind::Date, Some(value)) => Bound::Date(binder.date(value)),
        (FactKind::Number { .. }, Some(value)) => Bound::Num(binder.number(value, None)),
    };
    Some((FactId(i), Inferred::By(bound)))
}
