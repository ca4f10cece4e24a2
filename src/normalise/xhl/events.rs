//! What a statement says has happened to somebody beside his payslip: what ends pay sets him aside, anything else is told.

use super::Registered;
use super::posts::base_pay;
use crate::ground::{At, EmployeeId, Finding, Money, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::NO_LONGER;
use crate::normalise::titles::{event_ends_pay, event_is_either};
use crate::normalise::values::date;
use crate::read::xhl::Slip;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Places that one finding lists.
const SHOWN: usize = 8;

/// The events of the payslips, each with its agent.
pub fn told(slips: &[(EmployeeId, u16, &Slip)], used: &[&Registered], sources: &Sources, cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut others: BTreeMap<&str, (usize, Vec<At>)> = BTreeMap::new();
    for (id, source, slip) in slips {
        let Some(r) = used.iter().find(|r| r.source == *source) else { continue };
        for event in &slip.events {
            let (text, at) = (r.statement.said(event), At::row(*source, event.line));
            if text.is_empty() {
                continue;
            }
            // What ends after the month to be paid ends nothing yet.
            if event_is_either(text) && came_back(slip, day(text), cx) {
                let f = Finding::new("M429", Severity::Justify).of(id).arg("agent", id).arg("text", text);
                findings.push(f.at(sources.place(at)));
            } else if event_ends_pay(text) && day(text).is_none_or(|d| d < cx.month.last_day()) {
                let f = Finding::new(NO_LONGER, Severity::Blocking).told("M446").of(id).arg("agent", id).arg("text", text);
                findings.push(f.at(sources.place(at)));
            } else {
                let of = others.entry(text).or_default();
                of.0 += 1;
                of.1.push(at);
            }
        }
    }
    if !others.is_empty() {
        let said = others.iter().map(|(text, of)| format!("{text} ({})", of.0)).collect::<Vec<_>>();
        // « Passage à 80 % au 01/12 » in November's statement is of the month to be paid.
        let ahead = others.keys().any(|text| day(text).is_some_and(|d| d >= cx.month.first_day()));
        let severity = if ahead { Severity::Justify } else { Severity::Information };
        let f = Finding::new("M447", severity).arg("count", others.values().map(|o| o.0).sum::<usize>());
        let f = f.arg("what", said.join(", "));
        findings.push(others.values().flat_map(|o| &o.1).take(SHOWN).fold(f, |f, at| f.at(sources.place(*at))));
    }
}

/// Whether somebody whose secondment has ended is back: base pay of the month stands on the payslip, the secondment is none that he
/// is here on, and it ended before the month where a day says so. Statements repeat the last event of a career for years.
fn came_back(slip: &Slip, day: Option<NaiveDate>, cx: &Context<'_>) -> bool {
    let here = [&slip.agent.status, &slip.agent.job].iter().any(|t| event_ends_pay(&t.text));
    !here && base_pay(&[(0, slip)], cx.last) > Money::ZERO && day.is_none_or(|d| d <= cx.last.first_day())
}

/// The last day that a text names.
fn day(text: &str) -> Option<NaiveDate> {
    let words = text.split(|c: char| c.is_whitespace() || "(),;".contains(c)).filter(|w| w.contains(['/', '-', '.']));
    words.filter_map(|w| date(w, NaiveDate::MAX).ok().flatten()).max()
}
