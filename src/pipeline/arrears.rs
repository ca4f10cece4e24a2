//! What is said of changes that began before this month or within it: the sums that are paid for them, and what is left.

use super::Ready;
use super::compute::Worked;
use crate::compute::arrears::Left;
use crate::compute::gone::Why;
use crate::facts::{Dated, FactId};
use crate::ground::{Finding, Lang, Money, PayMonth, Severity, words};
use crate::payslip::{ElementId, Mode};
use std::collections::BTreeSet;

/// One finding for each dated change, one for the months that are paid on an assumption, and one for each reason for which
/// months are only told.
pub fn findings(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let (this, last) = (ready.job.month, ready.job.last_month);
    let arrears = &w.output.arrears;
    let computed = w.output.payslip.as_ref().is_some_and(|p| p.mode == Mode::Computed);
    let moved = |d: &&Dated| !computed || w.output.fact_changes.iter().any(|c| c.fact == d.fact);
    let mut out = Vec::new();
    let before: BTreeSet<PayMonth> = arrears.months(this).into_iter().filter(|m| !arrears.assumed.contains(m)).collect();
    let mut told = false;
    out.extend(schemes(ready, w));
    for d in w.person.dated.iter().filter(|d| computed && arrears.beyond.contains(&d.fact)) {
        out.push(of_change(ready, w, "F93", Severity::Warning, d));
    }
    for d in w.person.dated.iter().filter(moved) {
        let within = this.contains(d.from);
        if within && computed && arrears.shared.contains(&d.fact) {
            out.push(shared(ready, w, d));
            continue;
        }
        let months = if within { BTreeSet::from([this]) } else { before.clone() };
        // A rate of tax, a sum withheld: no gain moves with it, and it holds for the month that is paid.
        let sums = if within { arrears.sums.keys().any(|k| k.0 == this) } else { arrears.sums.keys().any(|k| k.0 < this) };
        let no_gain = computed && arrears.left.is_none() && arrears.without.is_empty() && !sums;
        let worked_out = computed && arrears.left.is_none() && !no_gain;
        let code = match (within, worked_out) {
            (true, true) => "F03",
            (false, true) => "F04",
            (true, false) => "F54",
            (false, false) => "F58",
        };
        let severity = if no_gain { Severity::Warning } else { Severity::Justify };
        let mut f = of_change(ready, w, code, severity, d);
        if worked_out {
            told |= !within;
            let sum: Money = months.iter().map(|m| arrears.of(*m)).sum();
            let named = if months.is_empty() { last.to_string() } else { from_to(&months, ready.lang) };
            f = f.arg("month", named).arg("amount", sum.french()).stake(sum.cents());
        } else {
            let why = match arrears.left {
                Some(Left::Presence) => "ui.arrears_presence",
                Some(Left::Listed) => "ui.arrears_listed",
                None if no_gain => "ui.arrears_no_gain",
                None => "ui.arrears_not_computed",
            };
            f = f.arg("why", words::ui(why, ready.lang));
        }
        out.push(f);
    }
    out.extend(of_months(ready, w, &before, told));
    if !arrears.without.is_empty() && arrears.left.is_none() {
        let labels: Vec<&str> = arrears.without.iter().map(|e| ready.catalogue[e.index()].label.get(ready.lang)).collect();
        let f = Finding::new("F57", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("lines", labels.join(", "));
        let at = w.person.dated.first().map(|d| ready.inputs.sources.place(d.at));
        out.push(at.into_iter().fold(f, Finding::at));
    }
    out
}

fn of_change(ready: &Ready, w: &Worked, code: &str, severity: Severity, d: &Dated) -> Finding {
    let f = Finding::new(code, severity).of(&w.id).arg("agent", &w.id);
    let f = f.arg("fact", ready.pack.vocabulary.get(d.fact).label.get(ready.lang)).arg("date", d.from.format("%d/%m/%Y"));
    f.at(ready.inputs.sources.place(d.at))
}

/// A change whose days the formulas share: both values, and what else its days come to.
fn shared(ready: &Ready, w: &Worked, d: &Dated) -> Finding {
    let decl = ready.pack.vocabulary.get(d.fact);
    let facts = &w.output.facts;
    let value = |id: FactId| facts.value(id).map_or_else(|| "0".to_owned(), |v| decl.shown(v, ready.lang));
    let before = ready.pack.vocabulary.shared(d.fact).map_or(d.fact, |s| s.before);
    let sum = w.output.arrears.of(ready.job.month);
    let amount = if sum.is_zero() {
        String::new()
    } else {
        words::fill(words::ui("ui.shared_and_arrears", ready.lang), &[("amount", sum.french())])
    };
    let f = of_change(ready, w, "F90", Severity::Justify, d).stake(sum.cents());
    f.arg("old", value(before)).arg("new", value(d.fact)).arg("amount", amount)
}

/// Contributions that a change moves though pay stays: of this month, and of last month where it began in it.
fn schemes(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let (arrears, this) = (&w.output.arrears, ready.job.month);
    let mut out = Vec::new();
    let computed = w.output.payslip.as_ref().is_some_and(|p| p.mode == Mode::Computed);
    let mut say = |code: &str, lines: &[(ElementId, Money, Money)], within: bool| {
        let about = |d: &&Dated| this.contains(d.from) == within && !(within && arrears.shared.contains(&d.fact));
        let Some(d) = w.person.dated.iter().find(about).filter(|_| computed && !lines.is_empty()) else { return };
        // A line that is there on one side only is another scheme.
        let another = lines.iter().any(|(_, a, b)| a.is_zero() != b.is_zero());
        let severity = if within && another { Severity::Blocking } else { Severity::Justify };
        let each = |(e, a, b): &(ElementId, Money, Money)| format!("{} {} → {}", ready.catalogue[e.index()].code, a.french(), b.french());
        let listed = lines.iter().map(each).collect::<Vec<_>>().join(", ");
        out.push(of_change(ready, w, code, severity, d).arg("lines", listed).arg("month", ready.job.last_month));
    };
    say("F91", &arrears.schemes, true);
    say("F92", &arrears.schemes_gone, false);
    out
}

/// What is said of months gone by as such.
fn of_months(ready: &Ready, w: &Worked, before: &BTreeSet<PayMonth>, told: bool) -> Vec<Finding> {
    let arrears = &w.output.arrears;
    let last = ready.job.last_month;
    let mut out = Vec::new();
    let about = |code: &'static str, months: &BTreeSet<PayMonth>, amount: Money| {
        let f = Finding::new(code, Severity::Justify).of(&w.id).arg("agent", &w.id).arg("count", months.len());
        let f = f.arg("months", from_to(months, ready.lang)).arg("amount", amount.french()).stake(amount.cents());
        let first = months.first();
        let at = w.person.dated.iter().find(|d| first.is_some_and(|m| m.contains(d.from))).or_else(|| w.person.dated.first());
        match at {
            Some(d) => f.at(ready.inputs.sources.place(d.at)),
            None => f,
        }
    };
    let sum = |months: &BTreeSet<PayMonth>| -> Money { months.iter().map(|m| arrears.of(*m)).sum() };
    // A change that an earlier month was told of: no list of this month names it.
    let old: BTreeSet<PayMonth> = before.iter().copied().filter(|m| *m < last).collect();
    if !told && !old.is_empty() {
        out.push(about("F63", &old, sum(&old)));
    }
    let assumed: BTreeSet<PayMonth> = arrears.assumed.iter().copied().filter(|m| !arrears.of(*m).is_zero()).collect();
    if !assumed.is_empty() {
        out.push(about("F64", &assumed, sum(&assumed)).arg("last", last));
    }
    let reasons: BTreeSet<Why> = arrears.earlier.iter().map(|e| e.1).collect();
    for why in reasons {
        let months: BTreeSet<PayMonth> = arrears.earlier.iter().filter(|e| e.1 == why).map(|e| e.0).collect();
        if why == Why::Unknown {
            out.push(about("F56", &months, arrears.estimate));
            continue;
        }
        let key = match why {
            Why::Unknown | Why::NotUnderstood => "ui.months_not_understood",
            Why::Corrected => "ui.months_corrected",
            Why::Presence => "ui.arrears_presence",
        };
        out.push(about("F65", &months, arrears.estimate).arg("why", words::ui(key, ready.lang)));
    }
    out
}

/// `2021-09`, or the first and the last of several.
fn from_to(months: &BTreeSet<PayMonth>, lang: Lang) -> String {
    match (months.first(), months.last()) {
        (Some(a), Some(b)) if a != b => {
            words::fill(words::ui("ui.months_from_to", lang), &[("first", a.to_string()), ("last", b.to_string())])
        }
        (Some(a), _) => a.to_string(),
        (None, _) => String::new(),
    }
}
