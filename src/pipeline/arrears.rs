//! What is said of changes that began before this month or within it: the sums that are paid for them, and what is left.

use super::Ready;
use super::compute::Worked;
use crate::compute::arrears::Left;
use crate::facts::Dated;
use crate::ground::{Finding, Severity, words};
use crate::payslip::Mode;

/// One finding for each dated change, and one for the months that are only estimated.
pub fn findings(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let (this, last) = (ready.job.month, ready.job.last_month);
    let arrears = &w.output.arrears;
    let computed = w.output.payslip.as_ref().is_some_and(|p| p.mode == Mode::Computed);
    let moved = |d: &&Dated| !computed || w.output.fact_changes.iter().any(|c| c.fact == d.fact);
    let mut out = Vec::new();
    for d in w.person.dated.iter().filter(moved) {
        let within = this.contains(d.from);
        let month = if within { this } else { last };
        // A rate of tax, a sum withheld: no gain moves with it, and it holds for the month that is paid.
        let no_gain = computed && arrears.left.is_none() && arrears.without.is_empty() && !arrears.sums.keys().any(|k| k.0 == month);
        let worked_out = computed && arrears.left.is_none() && !no_gain;
        let code = match (within, worked_out) {
            (true, true) => "F03",
            (false, true) => "F04",
            (true, false) => "F54",
            (false, false) => "F58",
        };
        let severity = if no_gain { Severity::Warning } else { Severity::Justify };
        let mut f = Finding::new(code, severity).of(&w.id).arg("agent", &w.id);
        f = f.arg("fact", ready.pack.vocabulary.get(d.fact).label.get(ready.lang)).arg("date", d.from.format("%d/%m/%Y"));
        f = f.at(ready.inputs.sources.place(d.at));
        if worked_out {
            let sum = arrears.of(month);
            f = f.arg("month", month).arg("amount", sum.french()).stake(sum.cents());
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
    if let Some(first) = arrears.earlier.first().filter(|_| !arrears.estimate.is_zero()) {
        let f = Finding::new("F56", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("count", arrears.earlier.len());
        let f = f.arg("since", first).arg("amount", arrears.estimate.french());
        let at = w.person.dated.iter().find(|d| first.contains(d.from)).or_else(|| w.person.dated.first()).map(|d| d.at);
        let f = f.stake(arrears.estimate.cents());
        out.push(at.map_or(f.clone(), |at| f.at(ready.inputs.sources.place(at))));
    }
    if !arrears.without.is_empty() && arrears.left.is_none() {
        let labels: Vec<&str> = arrears.without.iter().map(|e| ready.catalogue[e.index()].label.get(ready.lang)).collect();
        let f = Finding::new("F57", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("lines", labels.join(", "));
        let at = w.person.dated.first().map(|d| ready.inputs.sources.place(d.at));
        out.push(at.into_iter().fold(f, Finding::at));
    }
    out
}
