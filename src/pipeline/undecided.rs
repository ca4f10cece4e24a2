//! Settings that neither the job nor last month's payslips decide, and on which somebody's pay of this month depends.
//!
//! Each such setting is tried in its other options on this month's facts; where a net moves, one finding names the
//! setting, the employees and both amounts. Whoever writes the setting in `releve.toml` has decided.

use super::compute::{DETAIL, Results};
use super::{Outcome, Ready, calibrate};
use crate::compute::eval::{Pins, State};
use crate::ground::{EmployeeId, Finding, Money, Place, Severity};
use crate::job;
use crate::payslip::Mode;
use crate::rules::bind::SettingValue;
use crate::rules::pack::SettingKind;
use crate::rules::plan::Law;
use rayon::prelude::*;

/// Employees named in a finding; the others are counted.
const NAMED: usize = 5;

/// Somebody whose net depends on a setting: the net as computed, and in the other option.
struct Touched {
    employee: EmployeeId,
    net: Money,
    other: Money,
    option: String,
}

/// Adds a finding for each setting that is nobody's decision and somebody's money.
pub fn name(ready: &Ready, results: &Results, out: &mut Outcome) {
    if results.worked.is_empty() || results.worked.len() > DETAIL {
        return;
    }
    let plan = ready.road.this();
    let law = ready.pack.law(plan.context, plan.settings.clone());
    for (i, s) in ready.pack.settings.iter().enumerate() {
        if ready.job.settings.contains_key(&s.id) {
            continue;
        }
        let others: Vec<SettingValue> = match &s.kind {
            SettingKind::Choice(options) => options.iter().map(|o| SettingValue::Choice(o.0.clone())).collect(),
            SettingKind::Flag => vec![SettingValue::Flag(true), SettingValue::Flag(false)],
            // A rate has no list of options: that it is zero shows on every payslip.
            SettingKind::Number(_) => continue,
        };
        let mut touched: Vec<Touched> = Vec::new();
        for o in others.into_iter().filter(|o| *o != law.settings[i]) {
            let mut tried = law.clone();
            tried.settings[i] = o.clone();
            touched.extend(nets(ready, results, &tried, &calibrate::text(&o)));
        }
        touched.sort_by(|a, b| a.employee.cmp(&b.employee));
        touched.dedup_by(|a, b| a.employee == b.employee);
        if touched.is_empty() || decided(ready, results, i, &law.settings[i]) {
            continue;
        }
        let list = |t: &Touched| format!("{} ({} / {})", t.employee, t.net.french(), t.other.french());
        let mut who = touched.iter().take(NAMED).map(list).collect::<Vec<_>>().join(", ");
        if touched.len() > NAMED {
            who.push_str(", …");
        }
        let stake: i64 = touched.iter().map(|t| (t.net - t.other).abs().cents()).sum();
        let f = Finding::new("C10", Severity::Justify).arg("label", s.label.get(ready.lang)).arg("name", &s.id);
        let f = f.arg("value", calibrate::text(&law.settings[i])).arg("other", &touched[0].option);
        let place = Place::File { file: job::SETTINGS_FILE.to_owned() };
        out.findings.push(f.arg("count", touched.len()).arg("who", who).stake(stake).at(place));
    }
}

/// Employees whose net is another under a law that differs in one setting.
fn nets(ready: &Ready, results: &Results, law: &Law, option: &str) -> Vec<Touched> {
    let Some(plan) = ready.pack.plan(law).0 else { return Vec::new() };
    results
        .worked
        .par_iter()
        .map_init(
            || State::new(&plan),
            |state, w| {
                let p = w.output.payslip.as_ref().filter(|p| p.mode == Mode::Computed && w.output.stops.is_empty())?;
                let extra: Vec<_> = w.output.replay.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
                state.run(&plan, &w.output.facts, Pins::Adjusted(&w.output.replay.adjust), &extra);
                let other = state.totals(&plan).net_paid;
                let sound = state.stops(&plan).is_empty();
                (sound && other != p.totals.net_paid).then(|| Touched {
                    employee: w.id.clone(),
                    net: p.totals.net_paid,
                    other,
                    option: option.to_owned(),
                })
            },
        )
        .flatten()
        .collect()
}

/// Whether last month's payslips speak for the setting as it stands.
fn decided(ready: &Ready, results: &Results, setting: usize, now: &SettingValue) -> bool {
    let witnesses = results.worked.iter().filter_map(|w| calibrate::witness(&w.person)).collect();
    calibrate::search(ready, witnesses).ask(setting, &ready.road.last().settings).chosen.as_ref() == Some(now)
}
