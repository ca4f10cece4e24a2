//! The estimation register: every line that nothing computed, with the policy it was made by, why, and what settles it.

use super::Ready;
use super::compute::Worked;
use super::decisions::Decision;
use crate::compute::employee::{Standing, Way};
use crate::ground::{Exact, words};
use crate::payslip::{Line, Mode, Status};
use crate::write::register;
use crate::write::report;

/// The register's rows of one employee.
pub fn of(ready: &Ready, w: &Worked) -> Vec<report::Estimation> {
    let Some(p) = &w.output.payslip else { return Vec::new() };
    let open = p.lines.iter().filter(|l| l.status != Status::Computed);
    open.map(|l| {
        let card = &ready.catalogue[l.element.index()];
        let (policy, reason) = (policy(ready, w, p.mode, l), reason(ready, w, p.mode, l));
        report::Estimation {
            employee: w.id.clone(),
            name: w.name.clone(),
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
            let percent = l.rate.and_then(|r| r.mul(Exact::int(100))).map_or_else(String::new, |x| super::slips::decimals(x, 2));
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
