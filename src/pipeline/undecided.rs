//! Settings that neither the job nor last month's payslips decide, and on which somebody's pay of this month depends.
//!
//! Each such setting is tried in its other options on this month's facts; where a net moves, one finding names the
//! setting, the employees and both amounts. Whoever writes the setting in `releve.toml` has decided.

use super::compute::{DETAIL, Results};
use super::{Outcome, Ready, calibrate};
use crate::compute::calibrate::Finding as Answer;
use crate::compute::eval::{Pins, State};
use crate::ground::{EmployeeId, Finding, Lang, Money, Place, Severity, words};
use crate::job;
use crate::payslip::Mode;
use crate::rules::bind::SettingValue;
use crate::rules::pack::SettingKind;
use crate::rules::plan::{Law, Plan};
use crate::rules::reads::Departure;
use rayon::prelude::*;
use std::sync::Arc;

/// Employees named in a finding; the others are counted.
const NAMED: usize = 5;

/// Somebody whose net depends on a setting: the net as computed, and in the other option.
struct Touched {
    /// Index of the option tried.
    tried: usize,
    employee: EmployeeId,
    net: Money,
    other: Money,
}

/// Adds a finding for each setting that is nobody's decision and somebody's money.
pub fn name(ready: &Ready, results: &Results, out: &mut Outcome) {
    if results.worked.is_empty() || results.worked.len() > DETAIL {
        return;
    }
    let plan = ready.road.this();
    let law = ready.pack.law(plan.context, plan.settings.clone());
    let open: Vec<(usize, SettingValue)> = ready
        .pack
        .settings
        .iter()
        .enumerate()
        .filter(|(_, s)| !ready.job.settings.contains_key(&s.id))
        .flat_map(|(i, s)| others(&s.kind, &law.settings[i]).into_iter().map(move |o| (i, o)))
        .collect();
    let tried: Vec<Tried> = open.into_par_iter().filter_map(|(i, o)| Tried::new(ready, &law, i, o)).collect();
    let touched = nets(ready, results, &tried);
    let mut asked: Vec<(usize, Vec<&Touched>)> = Vec::new();
    for i in 0..ready.pack.settings.len() {
        let own: Vec<&Touched> = touched.iter().filter(|t| tried[t.tried].setting == i).collect();
        if !own.is_empty() {
            asked.push((i, own));
        }
    }
    let answers = answers(ready, results, &asked.iter().map(|a| a.0).collect::<Vec<_>>());
    for ((i, own), answer) in asked.into_iter().zip(answers) {
        if answer.chosen.as_ref() != Some(&law.settings[i]) {
            out.findings.push(undecided(ready, &tried, (i, &law.settings[i]), &own, &answer));
        }
    }
}

/// One setting that is nobody's decision: the option that most payslips show stands against the one applied, and all options
/// are offered, that one first.
fn undecided(ready: &Ready, tried: &[Tried], setting: (usize, &SettingValue), own: &[&Touched], answer: &Answer) -> Finding {
    let (i, now) = setting;
    let s = &ready.pack.settings[i];
    let votes = |o: &SettingValue| answer.votes.iter().find(|v| v.0 == *o).map_or(0, |v| v.1);
    let option = |t: &&Touched| &tried[t.tried].option;
    let then = own.iter().max_by_key(|t| (votes(option(t)), std::cmp::Reverse(t.tried))).map_or(now, option);
    let mut own: Vec<&Touched> = own.iter().filter(|t| option(t) == then).copied().collect();
    own.sort_by(|a, b| a.employee.cmp(&b.employee));
    let list = |t: &&Touched| format!("{} ({} / {})", t.employee, t.net.french(), t.other.french());
    let mut who = own.iter().take(NAMED).map(list).collect::<Vec<_>>().join(", ");
    if own.len() > NAMED {
        who.push_str(", …");
    }
    let stake: i64 = own.iter().map(|t| (t.net - t.other).abs().cents()).sum();
    let mut options = vec![now.clone()];
    options.extend(others(&s.kind, now));
    options.sort_by_key(|o| std::cmp::Reverse(votes(o)));
    let written = options.iter().map(|o| format!("\"{o}\"")).collect::<Vec<_>>().join(", ");
    // More than stand for what is applied: what last month shows.
    let shown = votes(then) > votes(now);
    let f = Finding::new("C10", Severity::Justify).arg("label", s.label.get(ready.lang)).arg("name", &s.id);
    let f = f.arg("value_label", in_words(&s.kind, now, ready.lang)).arg("other_label", in_words(&s.kind, then, ready.lang));
    let f = f.arg("value", now).arg("other", then).arg("options", written).arg("votes", votes(then));
    let f = f.advice(shown.then(|| words::both("advice.setting_shown")));
    let place = Place::File { file: job::SETTINGS_FILE.to_owned() };
    f.arg("count", own.len()).arg("who", who).stake(stake).at(place)
}

/// A setting's value as people call it.
fn in_words(kind: &SettingKind, value: &SettingValue, lang: Lang) -> String {
    match (kind, value) {
        (SettingKind::Choice(options), SettingValue::Choice(id)) => {
            options.iter().find(|o| o.0 == *id).map_or_else(|| id.clone(), |o| o.1.get(lang).to_owned())
        }
        (SettingKind::Flag, SettingValue::Flag(yes)) => words::ui(if *yes { "ui.yes" } else { "ui.no" }, lang).to_owned(),
        (SettingKind::Choice(_) | SettingKind::Flag | SettingKind::Number(_, _), value) => value.to_string(),
    }
}

/// What else a setting may be. A rate has no list of options: that it is zero shows on every payslip.
fn others(kind: &SettingKind, now: &SettingValue) -> Vec<SettingValue> {
    let mut all = match kind {
        SettingKind::Choice(options) => options.iter().map(|o| SettingValue::Choice(o.0.clone())).collect(),
        SettingKind::Flag => vec![SettingValue::Flag(true), SettingValue::Flag(false)],
        SettingKind::Number(..) => Vec::new(),
    };
    all.retain(|o| o != now);
    all
}

/// This month's plan with one setting in another option, where that makes any step another.
struct Tried {
    setting: usize,
    option: SettingValue,
    plan: Plan,
    /// `None` when the steps are not the same ones.
    departure: Option<Arc<Departure>>,
}

impl Tried {
    fn new(ready: &Ready, law: &Law, setting: usize, option: SettingValue) -> Option<Self> {
        let mut law = law.clone();
        law.settings[setting] = option.clone();
        let this = ready.road.this();
        let plan = ready.pack.plan_beside(&law, this)?.departing_from(this);
        let departure = plan.mark.departure(&this.mark);
        departure.as_ref().is_none_or(|d| !d.steps.is_empty()).then_some(Self { setting, option, plan, departure })
    }
}

/// Employees whose net is another under a law that differs in one setting.
fn nets(ready: &Ready, results: &Results, tried: &[Tried]) -> Vec<Touched> {
    let this = ready.road.this();
    results
        .worked
        .par_iter()
        .map_init(
            || State::new(this),
            |state, w| {
                let Some(p) = w.output.payslip.as_ref().filter(|p| p.mode == Mode::Computed && w.output.stops.is_empty()) else {
                    return Vec::new();
                };
                let extra: Vec<_> = w.output.replay.unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
                let pins = Pins::Adjusted(&w.output.replay.adjust);
                state.run(this, &w.output.facts, pins, &extra);
                // Lines of another month stand on the payslip and are the same whatever the setting.
                let own = state.totals(this).net_paid;
                let moved = |(i, t): (usize, &Tried)| {
                    if t.departure.as_ref().is_some_and(|d| state.same_by(&t.plan, &d.steps)) {
                        return None;
                    }
                    // There and back, over the steps that see the difference.
                    state.run(&t.plan, &w.output.facts, pins, &extra);
                    let net = state.totals(&t.plan).net_paid;
                    let sound = state.stops(&t.plan).is_empty();
                    state.run(this, &w.output.facts, pins, &extra);
                    (sound && net != own).then(|| Touched {
                        tried: i,
                        employee: w.id.clone(),
                        net: p.totals.net_paid,
                        other: p.totals.net_paid + net - own,
                    })
                };
                tried.iter().enumerate().filter_map(moved).collect()
            },
        )
        .flatten_iter()
        .collect()
}

/// What last month's payslips say of each of these settings.
fn answers(ready: &Ready, results: &Results, settings: &[usize]) -> Vec<Answer> {
    if settings.is_empty() {
        return Vec::new();
    }
    let witnesses = results.worked.iter().filter_map(|w| calibrate::witness(&w.person)).collect();
    calibrate::search(ready, witnesses).ask_each(settings, &ready.road.last().settings)
}
