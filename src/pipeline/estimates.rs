//! The estimation register: every line that nothing computed, with the policy it was made by, why, and what settles it.

use super::Ready;
use super::compute::Worked;
use super::decisions::Decision;
use crate::compute::employee::{Standing, Way};
use crate::compute::replay::{ReplayLine, Verdict};
use crate::ground::{EmployeeId, Exact, Finding, Money, PayMonth, Severity, words};
use crate::normalise::record::OldEstimate;
use crate::payslip::{ElementId, Line, Mode, PaidCode, Status};
use crate::write::register;
use crate::write::report;
use std::collections::BTreeSet;

/// What of this month's pay settles an estimate of the month before: the pay behind an advance, the true line, arrears of a
/// change that had begun, or a staff file of today on which the same amount comes out.
fn settled(ready: &Ready, w: &Worked, e: &OldEstimate) -> Option<String> {
    let month_of = PayMonth::parse(&e.month)?;
    let made = w.output.belated.as_ref().is_some_and(|b| b.makes(month_of));
    let p = w.output.payslip.as_ref().filter(|_| e.employee == w.id && (made || month_of == ready.job.last_month))?;
    let say = |key: &str, args: &[(&str, String)]| words::fill(words::ui(key, ready.lang), args);
    let element = ready.catalogue.iter().position(|c| c.code == e.code).map(|i| ElementId(i as u16))?;
    let month = || ("month", ready.job.month.to_string());
    let sum = |amount: Money| [month(), ("code", e.code.clone()), ("amount", amount.french())];
    if let Some(b) = w.output.belated.as_ref().filter(|b| !b.overpaid && (made || b.lines.is_empty())) {
        let advance = crate::compute::employee::advance_element(&ready.pack);
        if advance == Some(element) {
            return Some(say("ui.settled_advance", &[month(), ("net", b.totals.net_paid.french())]));
        }
        let own = b.lines.iter().filter(|l| l.element == element && l.period == Some(month_of));
        let amount: Money = own.map(|l| if l.amount.is_zero() { l.employer_amount } else { l.amount }).sum();
        return Some(if amount.is_zero() { say("ui.settled_confirmed", &[month()]) } else { say("ui.settled_line", &sum(amount)) });
    }
    let steps = w.output.arrears.steps.iter().filter(|s| s.element == element && s.month == ready.job.last_month);
    let arrears: Vec<Money> = steps.map(|s| s.sum).collect();
    if !arrears.is_empty() {
        return Some(say("ui.settled_arrears", &sum(arrears.into_iter().sum())));
    }
    // Replayed on what a file of this month says, not on what the estimate was made of.
    let source =
        w.person.staff.and_then(|at| ready.inputs.sources.get(at.source)).filter(|s| !ready.inputs.of_records.contains(&s.file))?;
    let exact = |l: &ReplayLine| l.code == PaidCode::Element(element) && l.verdict == Verdict::Exact;
    let again = p.mode == Mode::Computed && w.output.replay.lines.iter().any(exact);
    again.then(|| say("ui.settled_again", &[("file", source.file.clone())]))
}

/// Estimates of an employee that this month settles: month and code of each.
pub fn settles(ready: &Ready, w: &Worked) -> Vec<(String, String)> {
    let mine = ready.inputs.past.estimates.0.get(&w.id).into_iter().flatten();
    mine.filter(|e| settled(ready, w, e).is_some()).map(|e| (e.month.clone(), e.code.clone())).collect()
}

/// An estimate of an earlier month, and what settles it.
fn old(ready: &Ready, e: &OldEstimate, name: &str, settled: Option<String>) -> report::Estimation {
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
        status: words::ui(if settled.is_some() { "ui.settled" } else { "ui.to_confirm" }, ready.lang).to_owned(),
        settled,
    }
}

/// Those of people after the last of this month's.
pub fn rest(ready: &Ready) -> Vec<report::Estimation> {
    ready.inputs.past.estimates.1.iter().map(|e| old(ready, e, "", None)).collect()
}

/// Codes of an employee's open estimates, and how many months ago they were paid.
pub fn ages<'r>(ready: &'r Ready, id: &EmployeeId) -> Vec<(&'r str, u32)> {
    let now = ready.job.month;
    let mine = ready.inputs.past.estimates.0.get(id).into_iter().flatten().filter(|e| e.employee == *id);
    mine.filter_map(|e| Some((e.code.as_str(), u32::try_from(now.months_since(PayMonth::parse(&e.month)?)).ok()?))).collect()
}

/// What earlier months left open, and what this one settles, each said once.
pub fn still_open(ready: &Ready, settled: &BTreeSet<(EmployeeId, String, String)>) -> Vec<Finding> {
    let past = &ready.inputs.past.estimates;
    let open = |e: &&OldEstimate| !settled.contains(&(e.employee.clone(), e.month.clone(), e.code.clone()));
    let all: Vec<&OldEstimate> = past.0.values().flatten().chain(&past.1).filter(open).collect();
    let agents: BTreeSet<&EmployeeId> = settled.iter().map(|s| &s.0).collect();
    let done = Finding::new("C22", Severity::Information).arg("count", settled.len()).arg("agents", agents.len());
    let done = (!settled.is_empty()).then(|| done.arg("month", ready.job.last_month));
    left_open(&all).into_iter().chain(done).collect()
}

fn left_open(all: &[&OldEstimate]) -> Option<Finding> {
    let oldest = all.iter().map(|e| e.month.as_str()).min()?;
    let agents: BTreeSet<&EmployeeId> = all.iter().map(|e| &e.employee).collect();
    let f = Finding::new("C18", Severity::Information).arg("count", all.len()).arg("agents", agents.len());
    Some(f.arg("month", oldest))
}

/// The register's rows of one employee, after those of people before who are no longer known.
pub fn of(ready: &Ready, w: &Worked) -> Vec<report::Estimation> {
    let name = |e: &OldEstimate| if e.employee == w.id { w.name.as_str() } else { "" };
    let mut list: Vec<_> =
        ready.inputs.past.estimates.0.get(&w.id).into_iter().flatten().map(|e| old(ready, e, name(e), settled(ready, w, e))).collect();
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
            settled: None,
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
    if assumed(w, l).is_some() {
        return say("ui.policy_unknown_months");
    }
    match (mode, l.status) {
        (Mode::Computed, Status::Estimated) if l.period == Some(ready.job.last_month) => {
            words::fill(words::ui("ui.policy_belated", ready.lang), &[("month", ready.job.last_month.to_string())])
        }
        (Mode::Advance, _) => {
            let percent = l
                .rate
                .and_then(|r| r.mul(Exact::int(100)))
                .map_or_else(String::new, |x| crate::ground::figures::decimals(x, 2, ready.lang));
            // After an advance the share is of the pay that one was of.
            let net = l.base.and_then(Money::from_exact).or(w.before.map(|t| t.net_paid)).map_or_else(String::new, Money::french);
            words::fill(words::ui("ui.policy_advance", ready.lang), &[("share", percent), ("net", net)])
        }
        (Mode::Carried, Status::Estimated) => say("ui.policy_recomputed"),
        (Mode::Computed | Mode::Manual, Status::Estimated) => say("ui.policy_shifted"),
        (Mode::Computed | Mode::Carried | Mode::Manual, Status::Carried | Status::Computed | Status::Manual) => say("ui.policy_carried"),
    }
}

/// The month that the line is about, when nothing survived of it and it is paid as the last one was.
fn assumed(w: &Worked, l: &Line) -> Option<PayMonth> {
    l.period.filter(|m| l.status == Status::Estimated && w.output.arrears.assumed.contains(m))
}

/// Who decided and why, else which policy of the job, else what the rules lack.
fn reason(ready: &Ready, w: &Worked, mode: Mode, l: &Line) -> String {
    let say = |key| words::ui(key, ready.lang).to_owned();
    let by = |d: &Decision| format!("{}, {} : {}", d.author, d.date.format("%d/%m/%Y"), d.reason);
    if let Some(month) = assumed(w, l) {
        return words::fill(words::ui("ui.reason_unknown_months", ready.lang), &[("month", month.to_string())]);
    }
    let all = &ready.inputs.decisions;
    let mine = all.of(&w.id);
    let decided = mine.mode.or(mine.present).and_then(|i| all.list.get(i)).filter(|_| mode != Mode::Computed);
    match (decided, w.output.way) {
        (Some(d), _) => by(d),
        (None, _) if l.status == Status::Estimated && l.period == Some(ready.job.last_month) => say("ui.reason_belated"),
        (None, Way::Carry | Way::Advance(_)) => say(if w.output.replay.all_exact() { "ui.reason_mode" } else { "ui.reason_unproven" }),
        (None, Way::Recompute | Way::Rules | Way::Hold) if w.standing == Standing::Unknown => say("ui.reason_not_in_staff"),
        (None, Way::Recompute | Way::Rules | Way::Hold) if l.status == Status::Estimated => say("ui.reason_gap"),
        (None, Way::Recompute | Way::Rules | Way::Hold) => say("ui.reason_no_rule"),
    }
}
