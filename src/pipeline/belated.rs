//! What there is to say of last month's pay that this month makes, and of advances that nothing has settled.

use super::Ready;
use super::compute::Worked;
use crate::compute::employee::advance_element;
use crate::facts::FactId;
use crate::ground::{Finding, Money, PayMonth, Severity};
use crate::payslip::Advance;

/// A fact by its field in the pack's list of what the engine handles.
pub fn fact(ready: &Ready, field: &str) -> Option<FactId> {
    ready.pack.vocabulary.named(ready.pack.payslip.get(field)?)
}

/// What this month's payslip takes back of advances.
pub fn taken(ready: &Ready, w: &Worked) -> Money {
    let Some(name) = ready.pack.payslip.get("advance_back") else { return Money::ZERO };
    let lines = w.output.payslip.iter().flat_map(|p| &p.lines);
    -lines.filter(|l| ready.catalogue[l.element.index()].id == *name).map(|l| l.amount).sum::<Money>()
}

/// What of last month's pay this month makes, and which advances stay open.
pub fn findings(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let mut out = Vec::new();
    let Some(slip) = &w.person.paid else { return out };
    let sources = &ready.inputs.sources;
    let about = |code: &'static str, month: String| {
        Finding::new(code, Severity::Justify).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("month", month)
    };
    let last = || ready.job.last_month.to_string();
    let paid = slip.lines.first().map(|l| sources.place(l.at));
    match &w.output.belated {
        Some(b) if b.overpaid => {
            let net = b.totals.net_paid;
            out.push(about("C25", last()).arg("net", (-net).french()).stake(net.cents()).at(sources.place(b.at)));
        }
        // What was paid is what should have been: nothing is left to say.
        Some(b) if b.advance.is_zero() && b.lines.is_empty() => {}
        Some(b) if b.advance.is_zero() && slip.advance == Advance::None => {
            let f = about("C24", last()).arg("net", b.totals.net_paid.french()).arg("count", b.lines.len());
            out.push(f.stake(b.totals.net_paid.cents()).at(sources.place(b.at)));
        }
        Some(b) => {
            let taken = taken(ready, w);
            let left = fact(ready, "advance_left").and_then(|id| w.output.facts.value(id)?.number()).and_then(Money::from_exact);
            // With pay behind several advances all of them are taken back.
            let several = b.months().len() > 1;
            let due = left.unwrap_or(b.advance);
            let months: Vec<String> = b.months().iter().map(ToString::to_string).collect();
            let f = about("C23", months.join(", ")).arg("net", b.totals.net_paid.french());
            let f = f.arg("advance", if several || b.advance.is_zero() { due } else { b.advance }.french());
            let f = f.arg("taken", taken.french()).arg("left", (due - taken).french()).stake(b.totals.net_paid.cents());
            out.push(paid.iter().fold(f, |f, p| f.at(p.clone())).at(sources.place(b.at)));
        }
        None => {
            if let Some(first) = slip.official.as_ref().and_then(|o| o.lines.first()) {
                out.push(about("C26", last()).at(sources.place(first.at)));
            }
        }
    }
    let Some(element) = advance_element(&ready.pack) else { return out };
    let put_off = |month: PayMonth| w.output.put_off.as_ref().is_some_and(|b| b.makes(month));
    let made = |month: PayMonth| w.output.belated.as_ref().is_some_and(|b| b.makes(month));
    let told = |f: Finding, month: PayMonth| {
        if put_off(month) { Finding { severity: Severity::Information, ..f.told("C51") } } else { f }
    };
    if slip.advance != Advance::None && !made(ready.job.last_month) {
        let sum: Money = slip.lines.iter().map(|l| l.amount).sum();
        let f = told(about("R98", last()), ready.job.last_month).arg("amount", sum.french()).stake(sum.cents());
        out.push(paid.iter().fold(f, |f, p| f.at(p.clone())));
    }
    let code = &ready.catalogue[element.index()].code;
    let older = ready.inputs.past.estimates.0.get(&w.id).into_iter().flatten();
    for e in older.filter(|e| e.employee == w.id && e.code == *code && e.month != last()) {
        let month = PayMonth::parse(&e.month);
        if month.is_some_and(made) {
            continue;
        }
        let f = about("R98", e.month.clone());
        let f = month.into_iter().fold(f, told).arg("amount", e.amount.french()).stake(e.amount.cents());
        out.push(paid.iter().fold(f, |f, p| f.at(p.clone())));
    }
    out
}
