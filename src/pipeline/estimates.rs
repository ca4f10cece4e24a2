//! The estimation register: every line that nothing computed, with the policy it was made by, why, and what settles it.

use super::Ready;
use super::compute::Worked;
use super::decisions::Decision;
use crate::compute::employee::{Standing, Way};
use crate::ground::{EmployeeId, Exact, Finding, PayMonth, Severity, words};
use crate::normalise::record::OldEstimate;
use crate::payslip::{Line, Mode, Status};
use crate::write::register;
use crate::write::report;
use std::collections::BTreeSet;

/// An estimate of an earlier month that is still open.
fn old(ready: &Ready, e: &OldEstimate, name: &str) -> report::Estimation {
    report::Estimation {
        employee: e.employee.clone(),
        name: name.to_owned(),
        month: e.month.clone(),
        code: e.code.clone(),
        label: e.label.clone(),
        amount: e.amount,
        policy: e.policy.clone(),
        reason: e.reason.clone(),
        source: e.source.clone(),
        status: words::ui("ui.to_confirm", ready.lang).to_owned(),
    }
}

/// Those of people after the last of this month's.
pub fn rest(ready: &Ready) -> Vec<report::Estimation> {
    ready.inputs.past.estimates.1.iter().map(|e| old(ready, e, "")).collect()
}

/// Codes of an employee's open estimates, and how many months ago they were paid.
pub fn ages<'r>(ready: &'r Ready, id: &EmployeeId) -> Vec<(&'r str, u32)> {
    let now = ready.job.month;
    let mine = ready.inputs.past.estimates.0.get(id).into_iter().flatten().filter(|e| e.employee == *id);
    mine.filter_map(|e| Some((e.code.as_str(), u32::try_from(now.months_since(PayMonth::parse(&e.month)?)).ok()?))).collect()
}

/// What earlier months left open, said once.
pub fn still_open(ready: &Ready) -> Option<Finding> {
    let past = &ready.inputs.past.estimates;
    let all: Vec<&OldEstimate> = past.0.values().flatten().chain(&past.1).collect();
    let oldest = all.iter().map(|e| e.month.as_str()).min()?;
    let agents: BTreeSet<&EmployeeId> = all.iter().map(|e| &e.employee).collect();
    let f = Finding::new("C18", Severity::Information).arg("count", all.len()).arg("agents", agents.len());
    Some(f.arg("month", oldest))
}

/// The register's rows of one employee, after those of people before who are no longer known.
pub fn of(ready: &Ready, w: &Worked) -> Vec<report::Estimation> {
    let name = |e: &OldEstimate| if e.employee == w.id { w.name.as_str() } else { "" };
    let mut list: Vec<_> = ready.inputs.past.estimates.0.get(&w.id).into_iter().flatten().map(|e| old(ready, e, name(e))).collect();
    list.append(&mut new(ready, w));
    list
}

fn new(ready: &Ready, w: &Worked) -> Vec<report::Estimation> {
    let Some(p) = &w.output.payslip else { return Vec::new() };
    let open = p.lines.iter().filter(|l| l.status != Status::Computed);
    open.map(|l| {
        let card = &ready.catalogue[l.element.index()];
        let (policy, reason) = (policy(ready, w, p.mode, l), reason(ready, w, p.mode, l));
        report::Estimation {
            employee: w.id.clone(),
            name: w.name.clone(),
            month: ready.job.month.to_string(),
            code: card.code.clone(),
            label: card.label.get(ready.lang).to_owned(),
            amount: if l.amount.is_zero() { l.employer_amount } else { l.amount },
            policy,
            reason,
            source: ready.job.last_month.to_string(),
            status: words::ui("ui.to_confirm", ready.lang).to_owned(),
        }
    })
    .collect()
}

/// The same as rows of `estimates.csv`.
pub fn rows(out: &mut String, ready: &Ready, w: &Worked) {
    for e in of(ready, w) {
        register::estimate_row(out, &e);
    }
}

fn policy(ready: &Ready, w: &Worked, mode: Mode, l: &Line) -> String {
    let say = |key| words::ui(key, ready.lang).to_owned();
    match (mode, l.status) {
        (Mode::Advance, _) => {
            let percent = l
                .rate
                .and_then(|r| r.mul(Exact::int(100)))
                .map_or_else(String::new, |x| crate::ground::figures::decimals(x, 2, ready.lang));
            let net = w.before.map_or_else(String::new, |t| t.net_paid.french());
            words::fill(words::ui("ui.policy_advance", ready.lang), &[("share", percent), ("net", net)])
        }
        (Mode::Carried, Status::Estimated) => say("ui.policy_recomputed"),
        (Mode::Computed | Mode::Manual, Status::Estimated) => say("ui.policy_shifted"),
        (Mode::Computed | Mode::Carried | Mode::Manual, Status::Carried | Status::Computed | Status::Manual) => say("ui.policy_carried"),
    }
}

/// Who decided and why, else which policy of the job, else what the rules lack.
fn reason(ready: &Ready, w: &Worked, mode: Mode, l: &Line) -> String {
    let say = |key| words::ui(key, ready.lang).to_owned();
    let by = |d: &Decision| format!("{}, {} : {}", d.author, d.date.format("%d/%m/%Y"), d.reason);
    let all = &ready.inputs.decisions;
    let mine = all.of(&w.id);
    let decided = mine.mode.or(mine.present).and_then(|i| all.list.get(i)).filter(|_| mode != Mode::Computed);
    match (decided, w.output.way) {
        (Some(d), _) => by(d),
        (None, Way::Carry | Way::Advance(_)) => say(if w.output.replay.all_exact() { "ui.reason_mode" } else { "ui.reason_unproven" }),
        (None, Way::Recompute | Way::Hold) if w.standing == Standing::Unknown => say("ui.reason_not_in_staff"),
        (None, Way::Recompute | Way::Hold) if l.status == Status::Estimated => say("ui.reason_gap"),
        (None, Way::Recompute | Way::Hold) => say("ui.reason_no_rule"),
    }
}
