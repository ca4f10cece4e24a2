//! Controls over the run, after every employee, and who is transferred what.

use super::{Brief, Results, twins};
use crate::check::Control;
use crate::check::NotRun;
use crate::check::run::{self as run_check};
use crate::ground::finding::Rank;
use crate::ground::{EmployeeId, Finding, Iban, Lang, Money, Place, Severity, Words, words};
use crate::pipeline::{Outcome, Ready, named_controls, not_run};
use crate::rules::pack::Setting;
use crate::rules::plan::setting_value;
use std::collections::BTreeSet;

/// Controls over the run, after every employee.
pub fn run_controls(ready: &Ready, results: &mut Results, out: &mut Outcome) {
    if results.score.gap > 0 {
        out.findings.push(Finding::new("C04", Severity::Warning).arg("lines", results.score.gap));
    }
    law_of_last_month(ready, results, out);
    results.run.debtor_missing = ready.job.debtor.iban.is_none();
    if !crate::ground::target_days::is_open(ready.job.pay_date) {
        results.run.closed_day = Some(ready.job.pay_date.format("%d/%m/%Y").to_string());
    }
    let (files, all): (Vec<Control>, Vec<Control>) =
        named_controls(&ready.pack, ready.job.month.first_day()).into_iter().partition(|c| OF_FILES.contains(&c.measure.as_str()));
    let (late, early): (Vec<Control>, Vec<Control>) =
        all.into_iter().partition(|c| matches!(c.measure.as_str(), "transfer_total" | "excluded_listed"));
    results.of_files = files;
    twins::amounts(results);
    measure_all(ready, &early, results, out);
    out.findings.extend(first_paid(ready, results));
    out.findings.extend(unproven(ready, results));
    // Of the month as a whole somebody is asked later.
    for c in early.iter().filter(|c| c.measure == "same_person_approves") {
        results.not_run.insert(not_run(&c.id, "ui.need_approval"));
    }
    for c in crate::pipeline::evidence::needed(ready).filter(|c| !c.names.is_empty()) {
        let setting = |n: &String| ready.pack.settings.iter().position(|s| s.id == *n);
        let given =
            |i: usize| setting_value(&ready.pack.settings[i].kind, &ready.pack.settings[i].default).as_ref() != Some(&ready.settings[i]);
        let column = |n: &String| ready.pack.vocabulary.named(n).is_some_and(|id| results.run.known.contains(&id));
        if !c.names.iter().any(|n| setting(n).map_or_else(|| column(n), given)) {
            let lacks = c.names.iter().find_map(setting).map(|i| &ready.pack.settings[i]);
            results.not_run.insert(lacks.map_or_else(|| not_run(&c.id, "ui.need_column"), |s| without(&c.id, s)));
            // A condition that the fact is missing holds for everybody then: the control has not run.
            out.findings.retain(|f| f.code != c.id);
        }
    }
    crate::pipeline::decisions::judge(ready, results, out);
    out.findings.extend(twins::paid_twice(results, ready.lang));
    // A control of the run may set single employees aside: before the transfers are counted.
    for f in out.findings.iter().filter(|f| f.severity == Severity::Blocking) {
        if let Some(id) = &f.employee
            && let Ok(i) = results.briefs.binary_search_by(|b| b.id.cmp(id))
        {
            results.briefs[i].blocked.get_or_insert_with(|| f.code.clone());
        }
    }
    results.run.excluded = results.briefs.iter().filter_map(|b| Some((b.id.clone(), b.blocked.clone()?, b.after?.net_paid))).collect();
    let transfers = to_transfer(results);
    let sum: Money = transfers.iter().map(|t| t.2).sum();
    let going: BTreeSet<&EmployeeId> = transfers.iter().map(|t| &t.0).collect();
    results.run.due = results.briefs.iter().filter(|b| b.blocked.is_none() && b.after.is_some()).map(|b| b.id.clone()).collect();
    results.run.unlisted = results
        .briefs
        .iter()
        .filter(|b| b.blocked.is_none() && !going.contains(&b.id))
        .filter_map(|b| Some((b.id.clone(), b.after?.net_paid)))
        .filter(|(_, net)| *net > Money::ZERO)
        .collect();
    let due = results.briefs.iter().filter(|b| b.blocked.is_none()).filter_map(|b| b.after).filter(|t| t.net_paid > Money::ZERO);
    let (all_sum, all_count) = due.fold((Money::ZERO, 0), |(s, n), t| (s + t.net_paid, n + 1));
    results.run.transfer_total = (!results.run.debtor_missing).then_some((sum, transfers.len() as u64, all_sum, all_count));
    measure_all(ready, &late, results, out);
}

/// A control that cannot run before the job gives a setting.
fn without(control: &str, setting: &Setting) -> NotRun {
    let say = |lang| {
        words::fill(words::ui("ui.need_setting", lang), &[("label", setting.label.get(lang).to_owned()), ("id", setting.id.clone())])
    };
    NotRun { control: control.to_owned(), why: Words { fr: say(Lang::Fr), en: say(Lang::En) } }
}

/// Paid last month, not by the transfer file, and about to be paid on an account that no transfer has proven. Where many are
/// missing from that file it is not whole, and the sums say so.
fn first_paid(ready: &Ready, results: &Results) -> Vec<Finding> {
    const FEW: u64 = 10;
    let without = &results.run.without_transfer;
    let few = without.len() as u64 <= FEW.max(results.run.before.count / FEW);
    let control = ready.pack.controls.iter().find(|c| matches!(&c.measure, crate::rules::pack::Measure::Named(m) if m == "iban_changed"));
    let Some(control) = control.filter(|_| few && ready.inputs.transferred.is_some()) else { return Vec::new() };
    let one = |id: &EmployeeId| {
        let brief = results.briefs.binary_search_by(|b| b.id.cmp(id)).ok().map(|i| &results.briefs[i]).filter(|b| b.blocked.is_none())?;
        let (net, account) = (brief.after?.net_paid, brief.pay_iban.as_ref()?);
        ready.inputs.decisions.call_back(id).is_none().then_some(())?;
        let f = Finding::new(&control.id, Severity::Justify).told("M270").of(id).arg("agent", id).arg("name", &brief.name);
        let f = f
            .arg("account", account.masked())
            .arg("net", net.french())
            .arg("month", crate::ground::month::named(ready.job.last_month, ready.lang));
        (net > Money::ZERO).then(|| f.stake(net.cents()).at(ready.inputs.sources.place(brief.at)))
    };
    without.iter().filter_map(|(id, _)| one(id)).collect()
}

/// Nothing tells which accounts last month was paid on: whoever changed one in the staff file since is not found out.
fn unproven(ready: &Ready, results: &Results) -> Option<Finding> {
    let goes = |b: &&Brief| b.blocked.is_none() && b.pay_iban.is_some() && b.after.is_some_and(|t| t.net_paid > Money::ZERO);
    let asked = |b: &&Brief| ready.inputs.decisions.call_back(&b.id).is_none();
    let count = results.briefs.iter().filter(goes).filter(asked).count();
    (!ready.inputs.accounts_proven && count > 0).then(|| {
        let month = crate::ground::month::named(ready.job.last_month, ready.lang);
        let mut f = Finding::new("J20", Severity::Justify).arg("count", count).arg("month", month);
        f.rank = Rank::Cause;
        f
    })
}

/// The values of law that last month was paid without, and what moved for everybody.
fn late_values(ready: &Ready) -> String {
    let parameter = |i: usize| &ready.pack.parameters[i];
    let label = |i: usize| parameter(i).label.get(ready.lang);
    let shown = |i: usize, x| parameter(i).shown(x, ready.lang);
    let day = |d: chrono::NaiveDate| d.format("%d/%m/%Y").to_string();
    let values = ready
        .road
        .late
        .iter()
        .map(|l| format!("{} : {} → {} ({})", label(l.parameter), shown(l.parameter, l.used), shown(l.parameter, l.due), day(l.since)));
    let begun = ready.road.raises.iter().filter(|r| r.since <= ready.job.last_month.first_day());
    let raises = begun.map(|r| format!("{} : + {} ({})", label(r.parameter), shown(r.parameter, r.by), day(r.since)));
    values.chain(raises).collect::<Vec<_>>().join(" ; ")
}

/// What there is to say once of the law last month was paid on: older than it should have been, or not in the pack.
fn law_of_last_month(ready: &Ready, results: &Results, out: &mut Outcome) {
    let what = late_values(ready);
    let about = |code: &'static str| Finding::new(code, Severity::Justify).arg("what", &what).arg("month", ready.job.last_month);
    let (count, net, cost) = results.owed;
    if !ready.road.late.is_empty() && (count > 0 || !ready.road.settles) {
        let f = about("C12").arg("count", count);
        out.findings.push(f.arg("net", net.french()).arg("cost", cost.french()).stake(cost.cents()));
    }
    if !what.is_empty() && ready.road.settles {
        let (count, gross, cost) = results.settled;
        let f = about("C20").arg("count", count);
        out.findings.push(f.arg("gross", gross.french()).arg("cost", cost.french()).stake(gross.cents()));
    }
    out.findings.extend(raised_perhaps(ready));
    let (names, count) = &results.lawless;
    if !names.is_empty() {
        let what = names.iter().cloned().collect::<Vec<_>>().join(", ");
        out.findings.push(Finding::new("C11", Severity::Justify).arg("month", ready.job.last_month).arg("what", what).arg("count", count));
    }
}

/// What the law moved for everybody in the month that was paid on the law of before: nothing says if what files hold has moved.
fn raised_perhaps(ready: &Ready) -> Vec<Finding> {
    let last = ready.job.last_month;
    let known = |fact| ready.road.raises.iter().any(|r| r.fact == fact);
    let late: std::collections::BTreeSet<chrono::NaiveDate> = ready.road.late.iter().map(|l| l.since).collect();
    let on = |day: &chrono::NaiveDate| Some(crate::compute::raise::from_to(&ready.pack, day.pred_opt()?, *day));
    let open = late.iter().filter_map(on).flatten().filter(|r| !known(r.fact));
    let one = |r: crate::compute::raise::Raise| {
        let parameter = &ready.pack.parameters[r.parameter];
        let source = parameter.values.iter().find(|v| v.from == r.since).map_or("", |v| v.source.as_str());
        let f = Finding::new("F132", Severity::Justify).arg("fact", ready.pack.vocabulary.get(r.fact).label.get(ready.lang));
        let f = f.arg("by", parameter.shown(r.by, ready.lang)).arg("since", r.since.format("%d/%m/%Y")).arg("source", source);
        f.arg("month", last)
    };
    open.map(one).collect()
}

/// Measures that need the files of this run on the disk.
const OF_FILES: [&str; 6] =
    ["payslip_written", "expected_mention", "forbidden_mention", "provisional_mark", "transfer_file_valid", "reference_unique"];

/// Controls over what has been written, once it has been read again.
pub fn file_controls(ready: &Ready, results: &mut Results, out: &mut Outcome) {
    let controls = std::mem::take(&mut results.of_files);
    measure_all(ready, &controls, results, out);
}

fn measure_all(ready: &Ready, controls: &[Control], results: &mut Results, out: &mut Outcome) {
    for c in controls {
        match run_check::measure(c, &results.run) {
            Ok(Some(mut found)) => {
                results.not_run.remove(&not_run(&c.id, "ui.no_measure"));
                for f in found.iter_mut().filter(|f| f.places.is_empty()) {
                    let brief = f.employee.as_ref().and_then(|id| results.briefs.binary_search_by(|b| b.id.cmp(id)).ok());
                    f.places.extend(brief.map(|i| ready.inputs.sources.place(results.briefs[i].at)).filter(|p| *p != Place::Nowhere));
                }
                out.findings.append(&mut found);
            }
            Ok(None) => {}
            Err(key) => {
                results.not_run.remove(&not_run(&c.id, "ui.no_measure"));
                results.not_run.insert(not_run(&c.id, &format!("ui.{key}")));
            }
        }
    }
}

/// Who is transferred what, in order: employees with a payslip, an account, and nothing that blocks them.
pub fn to_transfer(results: &Results) -> Vec<(EmployeeId, String, Money, Iban)> {
    results
        .briefs
        .iter()
        .filter(|b| b.blocked.is_none())
        .filter_map(|b| {
            let net = b.after?.net_paid;
            let iban = b.pay_iban.clone()?;
            (net > Money::ZERO).then(|| (b.id.clone(), b.name.clone(), net, iban))
        })
        .collect()
}
