//! Why many findings are there at once: said first and once. What only follows from it is marked so, and counted behind it.

use super::compute::Results;
use super::decisions::Whom;
use super::inputs::DAMAGED;
use super::records::BEHIND;
use super::{Outcome, Ready};
use crate::ground::finding::Rank;
use crate::ground::{Finding, Place, Severity, Words, words};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer agents than this are no town whose file is missing.
const MANY: usize = 5;

/// Findings that say that a file could not be read at all.
const BROKEN: [&str; 4] = ["R01", "R03", "R04", "R05"];

/// What a transfer file states against what it holds, one of the month to be paid, and a document of a month since the one last
/// paid: a person may sign for it.
const SIGNED_FOR: [&str; 4] = ["R26", "R27", "F180", BEHIND];

/// A statement that may mean more than it shows is never read, whoever signs.
const UNSAFE: &str = "R43";

/// What blocks the run until a person signs for it; so does a document of last month that is cut, where other files tell of those
/// who stood below.
pub fn may_be_signed(code: &str) -> bool {
    SIGNED_FOR.contains(&code) || code != UNSAFE && DAMAGED.contains(&code)
}

/// Once everybody is computed and before money is counted.
pub fn name(ready: &Ready, results: &Results, out: &mut Outcome) {
    broken_files(out);
    unread_lists(out);
    emptied(ready, out);
    totals_of_transfers(ready, results, out);
    register_cut(ready, out);
    by_name_alone(results, out);
    out.findings.iter_mut().filter(|f| f.code == "M265").for_each(|f| f.rank = Rank::Cause);
    let column = out.findings.iter_mut().filter(|f| f.code == "M07" && f.severity == Severity::Blocking);
    let columns = column.map(|f| f.rank = Rank::Cause).count();
    let exchanged = exchanged(ready, results);
    if columns > 0 || exchanged.is_some() {
        out.findings.iter_mut().filter(|f| computed(f)).for_each(follows);
    } else {
        not_replayed(results, out);
    }
    out.findings.extend(exchanged);
}

/// Most nets of last month come out below nothing: what is paid and what is kept have changed places.
fn exchanged(ready: &Ready, results: &Results) -> Option<Finding> {
    let paid = || results.worked.iter().filter(|w| w.before.is_some());
    let negative = || paid().filter(|w| w.before.as_ref().is_some_and(|t| t.net_paid.is_negative()));
    let (below, all) = (negative().count(), paid().count());
    let line = negative().find_map(|w| w.person.paid.as_ref()?.lines.first())?;
    let place = ready.inputs.sources.place(line.at);
    let mut f = Finding::new("M356", Severity::Blocking).arg("file", place.file().unwrap_or("–")).arg("count", below).arg("all", all);
    f.rank = Rank::Cause;
    (all >= MANY && below * 2 > all).then(|| f.at(place))
}

/// What is computed from the files; what was read of them and decided about them stands by itself.
fn computed(f: &Finding) -> bool {
    f.employee.is_some() || f.args.iter().any(|a| a.0 == "agent") || !f.code.starts_with(['M', 'R', 'N', 'J', 'L', 'D', 'K', 'F'])
}

fn follows(f: &mut Finding) {
    if f.rank == Rank::Own {
        f.rank = Rank::Follows;
    }
}

fn said<'f>(f: &'f Finding, name: &str) -> &'f str {
    f.args.iter().find(|a| a.0 == name).map_or("", |a| a.1.as_str())
}

fn files(f: &Finding) -> impl Iterator<Item = &str> {
    f.places.iter().filter_map(Place::file)
}

/// A file that cannot be read is not one whose meaning is to be told: to be copied again, and until then nothing leaves.
fn broken_files(out: &mut Outcome) {
    let unknown: BTreeSet<String> = out
        .findings
        .iter()
        .filter(|f| f.code == "IMP-01" && f.severity == Severity::Blocking)
        .map(|f| said(f, "what").to_owned())
        .collect();
    let mut broken = BTreeSet::new();
    for f in out.findings.iter_mut().filter(|f| BROKEN.contains(&f.code.as_str()) && f.severity <= Severity::Justify) {
        let Some(file) = files(f).find(|file| unknown.contains(*file)) else { continue };
        broken.insert(file.to_owned());
        (f.severity, f.rank) = (Severity::Blocking, Rank::Cause);
    }
    out.findings.retain(|f| f.code != "IMP-01" || !broken.contains(said(f, "what")));
}

/// A list that nothing could read, and the agents that it names.
fn unread_lists(out: &mut Outcome) {
    let unread = |f: &&mut Finding| f.code == "M01" && f.severity <= Severity::Justify;
    let mut lists = BTreeSet::new();
    let named: Vec<String> = out.findings.iter().filter(|f| f.code == "M95").map(|f| said(f, "file").to_owned()).collect();
    for f in out.findings.iter_mut().filter(unread) {
        let file = said(f, "file").to_owned();
        let count = named.iter().filter(|n| **n == file).count();
        if count > 0 {
            f.rank = Rank::Cause;
            let named = |l| words::fill(words::ui("ui.named_aside", l), &[("count", count.to_string())]);
            f.text = Some(Words::each(|l| format!("{}{}", words::sentence("M01", l), named(l))));
            lists.insert(file);
        }
    }
    for f in &mut out.findings {
        if f.code == "M95" && lists.contains(said(f, "file")) || f.code == "IMP-01" && lists.contains(said(f, "what")) {
            follows(f);
        }
    }
}

/// A file that holds no row at all: whatever it was to change is not paid.
fn emptied(ready: &Ready, out: &mut Outcome) {
    let empty = |f: &Finding| matches!(f.code.as_str(), "M11" | "M78");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for f in out.findings.iter().filter(|f| empty(f)) {
        *counts.entry(said(f, "file").to_owned()).or_default() += 1;
    }
    let whole = |file: &str| ready.inputs.mapping.sources.iter().filter(|s| s.file == file).count() <= counts[file];
    for f in out.findings.iter_mut().filter(|f| empty(f) && f.severity > Severity::Justify) {
        if whole(said(f, "file")) {
            (f.severity, f.rank) = (Severity::Justify, Rank::Cause);
        }
    }
}

/// Transfers that do not add up to what their file states: every account is compared with them; and transfers of the month to be
/// paid, which may have left. One waiver of each lets the month's own leave.
fn totals_of_transfers(ready: &Ready, results: &Results, out: &mut Outcome) {
    let waived = |f: &Finding| {
        let mut decisions = results.waivers.iter().filter_map(|i| ready.inputs.decisions.list.get(*i));
        decisions.any(|d| d.what.waives(f) && d.whom == Whom::Run)
    };
    for f in out.findings.iter_mut().filter(|f| SIGNED_FOR.contains(&f.code.as_str()) && f.severity == Severity::Justify) {
        if !waived(f) {
            (f.severity, f.rank) = (Severity::Blocking, Rank::Cause);
        }
    }
}

/// A register without its end, when transfers show people who are not in it.
fn register_cut(ready: &Ready, out: &mut Outcome) {
    let gone = ready.inputs.people.values().filter(|p| p.paid.as_ref().is_some_and(|s| s.bare)).count();
    let bare = |f: &&Finding| f.code == "M149";
    let gone = gone.max(out.findings.iter().filter(bare).count());
    let Some(i) = out.findings.iter().position(|f| f.code == "M25").filter(|_| gone > 0) else { return };
    let cut = out.findings.remove(i);
    let mut f = Finding::new("F19", Severity::Justify).arg("file", said(&cut, "file")).arg("count", gone);
    f.rank = Rank::Cause;
    out.findings.iter_mut().filter(|f| matches!(f.code.as_str(), "M149" | "M355")).for_each(follows);
    out.findings.push(cut.places.into_iter().fold(f, Finding::at));
}

/// A file without numbers: each row joined by a name is one and the same remark.
fn by_name_alone(results: &Results, out: &mut Outcome) {
    let paid = usize::try_from(results.exact_agents.1).unwrap_or(usize::MAX);
    let by_name: Vec<&Finding> = out.findings.iter().filter(|f| f.code == "M12").collect();
    if by_name.len() < MANY || by_name.len() * 2 < paid {
        return;
    }
    let Some(file) = by_name.first().and_then(|f| files(f).next()).map(str::to_owned) else { return };
    let count = by_name.iter().filter(|f| files(f).any(|n| n == file)).count();
    let mut f = Finding::new("M215", Severity::Justify).arg("file", &file).arg("count", count).at(Place::File { file });
    f.rank = Rank::Cause;
    out.findings.iter_mut().filter(|f| f.code == "M12").for_each(follows);
    out.findings.push(f);
}

/// Lines in gap that are named.
const GAPS: usize = 8;

/// Most of last month does not come out: settings are wanting, and each line says so again.
fn not_replayed(results: &Results, out: &mut Outcome) {
    let (exact, all) = results.exact_agents;
    if all < MANY as u64 || exact * 2 >= all {
        return;
    }
    let mut gaps: BTreeMap<&str, usize> = BTreeMap::new();
    let of_lines: Vec<&Finding> = out.findings.iter().filter(|f| f.code == "C03").collect();
    of_lines.iter().for_each(|f| *gaps.entry(said(f, "code")).or_default() += 1);
    let mut lines: Vec<(&str, usize)> = gaps.into_iter().collect();
    lines.sort_by_key(|(code, n)| (std::cmp::Reverse(*n), *code));
    let shown = lines.iter().take(GAPS).map(|(code, n)| format!("{code} × {n}")).collect::<Vec<_>>().join(", ");
    let shown = if lines.is_empty() {
        "–".to_owned()
    } else if lines.len() > GAPS {
        format!("{shown}…")
    } else {
        shown
    };
    let first = of_lines.iter().find(|f| lines.first().is_some_and(|l| said(f, "code") == l.0)).and_then(|f| f.employee.as_ref());
    let agent = first.map_or_else(|| "MATRICULE".to_owned(), ToString::to_string);
    let mut f = Finding::new("C33", Severity::Justify).arg("exact", exact).arg("count", all).arg("lines", shown).arg("agent", agent);
    f.rank = Rank::Cause;
    out.findings.iter_mut().filter(|f| matches!(f.code.as_str(), "C03" | "C04")).for_each(follows);
    out.findings.push(f);
}
