//! What became of each decision, told with its author: applied, expired, or used by nothing, which blocks.

use super::apply::of;
use super::{Decision, State, What, Whom, is_name};
use crate::compute::employee::Way;
use crate::facts::{Fact, Origin};
use crate::ground::finding::Decided;
use crate::ground::{Finding, Severity, words};
use crate::pipeline::causes::may_be_signed;
use crate::pipeline::compute::{Results, show_value};
use crate::pipeline::{Outcome, Ready};

fn signed(f: Finding, d: &Decision, ready: &Ready) -> Finding {
    let f = f.arg("author", &d.author).arg("date", d.date.format("%d/%m/%Y")).arg("reason", &d.reason);
    let who = match &d.whom {
        Whom::One(id) => id.to_string(),
        Whom::Everyone => "*".to_owned(),
        Whom::Run => String::new(),
    };
    of(f.arg("who", who), d).at(ready.inputs.sources.place(d.at))
}

fn ui(ready: &Ready, key: &str, args: &[(&str, String)]) -> String {
    words::fill(words::ui(key, ready.lang), args)
}

/// The decision in words.
fn described(ready: &Ready, d: &Decision) -> String {
    let who = if let Whom::One(id) = &d.whom { id.to_string() } else { String::new() };
    let say = |key: &str, args: &[(&str, String)]| {
        let mut all = vec![("agent", who.clone())];
        all.extend(args.iter().cloned());
        ui(ready, key, &all)
    };
    match &d.what {
        What::Mode(Way::Recompute) => say("ui.decided_recompute", &[]),
        What::Mode(Way::Rules) => say("ui.decided_rules", &[]),
        What::Mode(Way::Carry) => say("ui.decided_carry", &[]),
        What::Mode(Way::Advance(_)) => say("ui.decided_advance", &[]),
        What::Mode(Way::Hold) => say("ui.decided_hold", &[]),
        What::Override(fact, value) => {
            let decl = ready.pack.vocabulary.get(*fact);
            let shown = show_value(ready, &Fact { id: *fact, value: value.clone(), at: d.at, origin: Origin::Decided });
            say("ui.decided_override", &[("fact", decl.label.get(ready.lang).to_owned()), ("value", shown)])
        }
        What::Waiver { code, .. } => say("ui.decided_waiver", &[("code", code.clone())]).trim_end().to_owned(),
        What::CallBack { iban, number } => say("ui.decided_call", &[("account", iban.masked()), ("number", number.clone())]),
        What::Join(other) => say(if is_name(other) { "ui.decided_join_name" } else { "ui.decided_join" }, &[("other", other.to_string())]),
        What::Arrival { day, .. } => say("ui.decided_arrival", &[("day", day.format("%d/%m/%Y").to_string())]),
        What::Leaver(day) => say("ui.decided_leaver", &[("day", day.format("%d/%m/%Y").to_string())]),
        What::Present => say("ui.decided_present", &[]),
        What::Exclude => say("ui.decided_exclusion", &[]),
    }
}

/// GOV-05: validated, and of no effect.
fn unused(ready: &Ready, d: &Decision, key: &str) -> Finding {
    let f = Finding::new("GOV-05", Severity::Blocking).told("D09");
    signed(f.arg("what", described(ready, d)).arg("why", words::ui(key, ready.lang)), d, ready)
}

fn is_about(d: &Decision, code: &str, f: &Finding) -> bool {
    f.code == code
        && match (&d.whom, &f.employee) {
            (Whom::One(_), Some(id)) => d.names(id),
            (Whom::Everyone, Some(_)) | (Whom::Run, None) => true,
            (Whom::One(_) | Whom::Everyone, None) | (Whom::Run, Some(_)) => false,
        }
}

/// Before money is counted: tells every decision, and blocks on those that nothing used.
///
/// Waivers of findings that only the written files can give are left to [`settle`].
pub fn judge(ready: &Ready, results: &mut Results, out: &mut Outcome) {
    let late = |code: &str| {
        let wait = |m: &str| matches!(m, "transfer_total" | "excluded_listed");
        results.of_files.iter().any(|c| c.id == code)
            || super::super::named_controls(&ready.pack, ready.job.month.first_day()).iter().any(|c| c.id == code && wait(&c.measure))
    };
    let mut told = Vec::new();
    let mut waivers = Vec::new();
    for (i, d) in ready.inputs.decisions.list.iter().enumerate() {
        let applied = || signed(Finding::new("D12", Severity::Warning).arg("what", described(ready, d)), d, ready);
        let paid = match &d.whom {
            Whom::One(id) => results.briefs.binary_search_by(|b| b.id.cmp(id)).ok().is_some_and(|i| results.briefs[i].after.is_some()),
            Whom::Everyone | Whom::Run => true,
        };
        match (d.state, &d.what) {
            (State::Refused, _) => {}
            (State::Applied, What::Exclude) => {
                // Nobody is left unpaid by one signature: a second person reads it.
                let f = Finding::new("D18", Severity::Justify).arg("what", described(ready, d));
                told.push(signed(f, d, ready));
            }
            (State::Expired, _) => told.push(signed(
                Finding::new("D15", Severity::Information).arg("what", described(ready, d)).arg("month", d.months.1),
                d,
                ready,
            )),
            (State::Idle(key), _) => told.push(unused(ready, d, key)),
            (State::Applied, What::Mode(_) | What::Override(..) | What::CallBack { .. } | What::Present) if !paid => {
                told.push(unused(ready, d, "ui.idle_no_slip"));
            }
            (State::Applied | State::Settled, _) => told.push(applied()),
            (State::Open, What::Waiver { code, .. }) => {
                let signed_for = |f: &&mut Finding| f.severity == Severity::Blocking && is_about(d, code, f) && d.what.waives(f);
                if d.whom == Whom::Run && may_be_signed(code) {
                    out.findings.iter_mut().filter(signed_for).for_each(|f| f.severity = Severity::Justify);
                }
                let mut about = out.findings.iter().filter(|f| is_about(d, code, f)).peekable();
                let any = about.peek().is_some();
                let blocking = about.any(|f| f.severity == Severity::Blocking);
                let justify = out.findings.iter().any(|f| is_about(d, code, f) && f.severity == Severity::Justify);
                if blocking && !matches!(d.whom, Whom::Everyone) {
                    told.push(signed(Finding::new("D11", Severity::Blocking).arg("code", code), d, ready));
                } else if justify || !any && late(code) {
                    waivers.push(i);
                } else {
                    told.push(unused(ready, d, "ui.idle_waiver"));
                }
            }
            (State::Open, _) => told.push(unused(ready, d, "ui.idle_waiver")),
        }
    }
    results.waivers = waivers;
    out.findings.append(&mut told);
}

/// Once every finding is known: those that somebody waived are shown with the reason and no longer ask for one.
pub fn settle(ready: &Ready, waivers: &[usize], out: &mut Outcome) {
    let signature = |d: &Decision, stands: bool| Decided {
        by: d.author.clone(),
        on: d.date.format("%d/%m/%Y").to_string(),
        reason: d.reason.clone(),
        month: d.months.0.to_string(),
        stands,
    };
    let list = &ready.inputs.decisions.list;
    let mut told = Vec::new();
    for d in waivers.iter().filter_map(|i| list.get(*i)) {
        let What::Waiver { code, marks } = &d.what else { continue };
        let (mut count, mut beyond, mut of_others) = (0, 0, 0);
        for f in out.findings.iter_mut().filter(|f| f.severity == Severity::Justify && is_about(d, code, f)) {
            if !d.what.waives(f) {
                let other = waivers.iter().filter_map(|i| list.get(*i)).any(|o| is_about(o, code, f) && o.what.waives(f));
                *if other { &mut of_others } else { &mut beyond } += 1;
                continue;
            }
            count += 1;
            f.severity = Severity::Warning;
            f.decided = Some(Box::new(signature(d, true)));
            let place = ready.inputs.sources.place(d.at);
            if !f.places.contains(&place) {
                f.places.push(place);
            }
        }
        if beyond > 0 {
            let lapsed = Finding::new("M360", Severity::Warning).arg("code", code).arg("count", beyond);
            told.push(signed(lapsed, d, ready));
        }
        // What it waived has other figures now, which is told, or another waiver since.
        if count == 0 && beyond + of_others > 0 {
            continue;
        }
        told.push(if count == 0 {
            // The files are written already: it asks for a look, and holds nothing any more.
            let mut f = unused(ready, d, "ui.idle_waiver");
            f.severity = Severity::Justify;
            f
        } else {
            let open = if marks.is_empty() { words::ui("ui.waiver_open", ready.lang) } else { "" };
            let what = format!("{} ({count}){open}", described(ready, d));
            signed(Finding::new("D12", Severity::Information).arg("what", what), d, ready)
        });
    }
    // An earlier month's decision stands beside the same finding, and decides nothing.
    for d in list.iter().filter(|d| d.state == State::Expired) {
        let What::Waiver { code, .. } = &d.what else { continue };
        for f in out.findings.iter_mut().filter(|f| f.decided.is_none() && is_about(d, code, f)) {
            f.decided = Some(Box::new(signature(d, false)));
        }
    }
    out.findings.append(&mut told);
}
