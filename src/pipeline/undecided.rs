//! Settings that neither the job nor last month's payslips decide, and on which somebody's pay of this month depends.
//!
//! Each such setting is tried in its other options on this month's facts; where a net moves, one finding names the
//! setting, the employees and both amounts. Whoever writes the setting in `releve.toml` has decided.
//! A rate has no options to try: one that is nought, and that no source of last month could show, is asked for once.

use super::compute::{DETAIL, Results};
use super::{Outcome, Ready, calibrate};
use crate::compute::calibrate::Finding as Answer;
use crate::compute::eval::{Pins, State};
use crate::ground::{At, EmployeeId, Finding, Lang, Money, Place, Severity, words};
use crate::job;
use crate::payslip::{Advance, ElementId, Mode};
use crate::rules::bind::SettingValue;
use crate::rules::pack::{Setting, SettingKind};
use crate::rules::plan::{Law, Plan};
use crate::rules::reads::Departure;
use rayon::prelude::*;
use std::collections::BTreeSet;
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
    out.findings.extend(unshown(ready, results));
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

/// One setting that is nobody's decision: each option that moves a net, with whom it moves, the one that most payslips show
/// first.
fn undecided(ready: &Ready, tried: &[Tried], setting: (usize, &SettingValue), own: &[&Touched], answer: &Answer) -> Finding {
    let (i, now) = setting;
    let s = &ready.pack.settings[i];
    let votes = |o: &SettingValue| answer.votes.iter().find(|v| v.0 == *o).map_or(0, |v| v.1);
    let option = |t: usize| &tried[t].option;
    let moving: BTreeSet<usize> = own.iter().map(|t| t.tried).collect();
    let mut moving: Vec<usize> = moving.into_iter().collect();
    moving.sort_by_key(|t| std::cmp::Reverse(votes(option(*t))));
    let of = |t: usize| own.iter().filter(move |o| o.tried == t).copied();
    let changes = moving.iter().map(|t| changed(ready, in_words(&s.kind, option(*t), ready.lang), of(*t).collect()));
    let changes = changes.collect::<Vec<_>>().join(" ; ");
    let stake = moving.iter().map(|t| of(*t).map(|o| (o.net - o.other).abs().cents()).sum::<i64>()).max().unwrap_or_default();
    let then = moving.first().map_or(now, |t| option(*t));
    let mut options = vec![now.clone()];
    options.extend(others(&s.kind, now));
    options.sort_by_key(|o| std::cmp::Reverse(votes(o)));
    let written = options.iter().map(|o| format!("\"{o}\"")).collect::<Vec<_>>().join(", ");
    // More than stand for what is applied: what last month shows.
    let shown = votes(then) > votes(now);
    let f = Finding::new("C10", Severity::Justify).arg("label", s.label.get(ready.lang)).arg("name", &s.id);
    let f = f.arg("value_label", in_words(&s.kind, now, ready.lang)).arg("other_label", in_words(&s.kind, then, ready.lang));
    let f = f.arg("value", now).arg("other", then).arg("options", written).arg("votes", votes(then)).arg("changes", changes);
    let f = f.advice(shown.then(|| words::both("advice.setting_shown")));
    f.stake(stake).at(Place::File { file: job::SETTINGS_FILE.to_owned() })
}

/// What an option would change: whose net, as computed and as it would be.
fn changed(ready: &Ready, option: String, mut of: Vec<&Touched>) -> String {
    of.sort_by(|a, b| a.employee.cmp(&b.employee));
    let list = |t: &&Touched| format!("{} ({} / {})", t.employee, t.net.french(), t.other.french());
    let mut who = of.iter().take(NAMED).map(list).collect::<Vec<_>>().join(", ");
    if of.len() > NAMED {
        who.push_str(", …");
    }
    let args = [("option", option), ("count", of.len().to_string()), ("who", who)];
    words::fill(words::ui("ui.setting_changes", ready.lang), &args)
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

/// Rates of the employer that stand at nought because nobody set them and last month's sources show no employer's share: a
/// register that shows the others and none of these says that they are nought.
fn unshown(ready: &Ready, results: &Results) -> Option<Finding> {
    let element = |s: &Setting| {
        let name = s.evidence.strip_suffix(".employer_rate")?;
        Some(ElementId(u16::try_from(ready.pack.element(name)?).ok()?))
    };
    let slips = || results.worked.iter().filter_map(|w| w.person.paid.as_ref()).filter(|s| !s.bare && s.advance == Advance::None);
    let shows = |e: &ElementId| {
        slips().any(|s| !s.unseen.contains(e) && s.lines.iter().any(|l| !l.employer_amount.is_zero() && l.at != At::NOWHERE))
    };
    let nought = |v: &SettingValue| matches!(v, SettingValue::Number(n) if n.is_zero());
    let law = &ready.road.this().settings;
    let open = ready.pack.settings.iter().zip(law).filter(|(s, v)| nought(v) && !ready.job.settings.contains_key(&s.id));
    // A base of this month that the rate would be taken of.
    let borne = |e: &ElementId| bears(ready, results, *e);
    let open: Vec<&Setting> = open.map(|o| o.0).filter(|s| element(s).is_some_and(|e| !shows(&e) && borne(&e))).collect();
    let list = open.iter().map(|s| s.label.get(ready.lang)).collect::<Vec<_>>().join(" ; ");
    let names = open.iter().map(|s| format!("{} = \"…\"", s.id)).collect::<Vec<_>>().join(", ");
    let f = Finding::new("F151", Severity::Justify).arg("settings", list).arg("names", names);
    (slips().next().is_some() && !open.is_empty()).then(|| f.at(Place::File { file: job::SETTINGS_FILE.to_owned() }))
}

/// Whether anybody's payslip of this month has a base for an element.
fn bears(ready: &Ready, results: &Results, e: ElementId) -> bool {
    let this = ready.road.this();
    let mut state = State::new(this);
    results.worked.iter().filter(|w| w.output.payslip.is_some()).any(|w| {
        state.run(this, &w.output.facts, Pins::Adjusted(&w.output.replay.adjust), &[]);
        state.results[e.index()].and_then(|c| c.base).is_some_and(|b| !b.is_zero())
    })
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
