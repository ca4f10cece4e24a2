//! What a run proposes and does not do: joins that are not certain, arrivals, values that contradict, as rows that a person
//! confirms. The columns are those of `decisions.csv`, between a column for the yes and how sure the program is.

use super::compute::Results;
use super::decisions::{COLUMNS, TITLES_FR};
use super::{Outcome, Ready};
use crate::compute::employee::Standing;
use crate::facts::Role;
use crate::ground::{EmployeeId, Finding, Lang, words};
use crate::normalise::people::may_be_same;
use std::collections::BTreeSet;

pub const FILE: &str = "proposals.csv";
/// Titles of the column in which a person says yes.
pub const AGREED: [&str; 2] = ["accord", "agreed"];

/// One row: what is proposed, how sure it is in percent, and the finding that says more.
struct Proposal {
    kind: &'static str,
    agent: String,
    about: String,
    value: String,
    /// Whom it is about, or what says so; the reason is for a person to give.
    detail: String,
    certainty: u8,
    finding: &'static str,
}

/// The file, or nothing where there is nothing to propose.
pub fn text(ready: &Ready, results: &Results, out: &Outcome) -> Option<String> {
    let mut all = joins(ready, results);
    all.extend(out.findings.iter().filter_map(|f| namesake(f, results, ready.lang).or_else(|| paid_value(f))));
    let twins: BTreeSet<&str> = results.run.twins.iter().flat_map(|t| [t.newer.as_str(), t.other.as_str()]).collect();
    all.extend(people(ready, results, &twins));
    // The surest first: a person begins there.
    all.sort_by(|a, b| b.certainty.cmp(&a.certainty).then_with(|| (a.kind, &a.agent, &a.about).cmp(&(b.kind, &b.agent, &b.about))));
    let mut once = BTreeSet::new();
    all.retain(|p| once.insert((p.kind, p.agent.clone(), p.about.clone())));
    (!all.is_empty()).then(|| {
        let mut text = format!("\u{feff}{}\n", titles(ready.lang).join(";"));
        let month = ready.job.month.to_string();
        for p in &all {
            let certainty = format!("{} %", p.certainty);
            let until = if p.kind == "override" { month.as_str() } else { "" };
            let kind = match ready.lang {
                Lang::Fr => super::decisions::french_kind(p.kind),
                Lang::En => p.kind,
            };
            let cells = ["", kind, &p.agent, &p.about, &p.value, &month, until, "", "", "", &certainty, p.finding, &p.detail];
            text.push_str(&cells.map(cell).join(";"));
            text.push('\n');
        }
        text
    })
}

fn titles(lang: Lang) -> Vec<&'static str> {
    let own: Vec<&str> = match lang {
        Lang::Fr => TITLES_FR.to_vec(),
        Lang::En => COLUMNS.iter().map(|c| c[0]).collect(),
    };
    let (agreed, more) = match lang {
        Lang::Fr => (AGREED[0], ["confiance", "constat", "précision"]),
        Lang::En => (AGREED[1], ["certainty", "finding", "detail"]),
    };
    std::iter::once(agreed).chain(own).chain(more).collect()
}

/// One cell: never a formula in a spreadsheet (see [`as_written`]), quoted when it must be.
fn cell(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain = if plain.starts_with(FORMULA) { format!("'{plain}") } else { plain };
    if plain.contains([';', '"']) { format!("\"{}\"", plain.replace('"', "\"\"")) } else { plain }
}

/// What a spreadsheet would take for the beginning of a formula.
const FORMULA: [char; 4] = ['=', '+', '@', '-'];

/// The text of a cell of the list without the mark that keeps it from being a formula.
pub fn as_written(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

/// Two numbers that look like one person, only one of which was paid last month: all under the newer one. An identity number
/// under two names is a slip of the pen, and no proposal.
fn joins(ready: &Ready, results: &Results) -> Vec<Proposal> {
    let brief = |id: &EmployeeId| results.briefs.binary_search_by(|b| b.id.cmp(id)).ok().map(|i| &results.briefs[i]);
    let one = |t: &crate::check::run::Twin| {
        let (newer, other) = (brief(&t.newer)?, brief(&t.other)?);
        let named = may_be_same((&newer.name, ""), (&other.name, ""));
        (named && other.before.is_some() && newer.before.is_none()).then(|| Proposal {
            kind: "join",
            agent: t.newer.to_string(),
            about: t.other.to_string(),
            value: String::new(),
            detail: words::ui(t.why, ready.lang).to_owned(),
            certainty: match t.why {
                "ui.twin.number" => 95,
                "ui.twin.birth" => 90,
                _ => 80,
            },
            finding: "POP-06",
        })
    };
    results.run.twins.iter().filter_map(one).collect()
}

fn said<'f>(f: &'f Finding, name: &str) -> &'f str {
    f.args.iter().find(|a| a.0 == name).map_or("", |a| a.1.as_str())
}

/// A row under a number that nobody has, and somebody of that name; or a row without a number, and whoever its name may mean.
fn namesake(f: &Finding, results: &Results, lang: Lang) -> Option<Proposal> {
    if f.code != "M98" {
        return None;
    }
    let (number, name, why) = (said(f, "number"), said(f, "name"), said(f, "why"));
    let (about, certainty) = match (number, why) {
        ("", "") => return None,
        ("", _) => (name, said(f, "sure").parse().unwrap_or(0)),
        _ => (number, 70),
    };
    let whom = f.employee.as_ref().and_then(|id| results.briefs.iter().find(|b| b.id == *id)).map_or("", |b| b.name.as_str());
    let detail = if why.is_empty() { name.to_owned() } else { format!("{} → {whom} : {}", name, words::ui(why, lang)) };
    let agent = said(f, "agent").to_owned();
    Some(Proposal { kind: "join", agent, about: about.to_owned(), value: String::new(), detail, certainty, finding: "M98" })
}

/// A value of a file that last month contradicts: to go on as it was paid.
fn paid_value(f: &Finding) -> Option<Proposal> {
    let name = said(f, "name");
    (f.code == "IMP-04" && !said(f, "other").is_empty() && !name.is_empty()).then(|| Proposal {
        kind: "override",
        agent: said(f, "agent").to_owned(),
        about: name.to_owned(),
        value: said(f, "second").to_owned(),
        detail: format!("{} : {} → {}", said(f, "fact"), said(f, "first"), said(f, "second")),
        certainty: 50,
        finding: "IMP-04",
    })
}

/// Who comes by the date of the staff file, and who was paid and stands in no file of this month.
fn people(ready: &Ready, results: &Results, twins: &BTreeSet<&str>) -> Vec<Proposal> {
    let mut out = Vec::new();
    let decided = |id: &EmployeeId| ready.inputs.decisions.is_present(id) || ready.inputs.decisions.excluded(id).is_some();
    for w in results.worked.iter().filter(|w| !twins.contains(w.id.as_str()) && !decided(&w.id)) {
        let entry = w.person.fact(&ready.pack.vocabulary, Role::Entry).and_then(|f| f.value.date());
        let (kind, value, certainty, finding) = match w.standing {
            Standing::NotPaid if w.person.departure.is_none() => {
                let first = ready.job.last_month.first_day();
                let Some(day) = entry.filter(|d| *d >= first && *d <= ready.job.month.last_day()) else { continue };
                // Whoever came within last month may have been paid nothing for a reason.
                let sure = if ready.job.month.contains(day) { 80 } else { 60 };
                ("arrival", day.format("%d/%m/%Y").to_string(), sure, "POP-02")
            }
            Standing::Unknown => ("present", String::new(), 50, "POP-03"),
            Standing::NotPaid | Standing::Stays | Standing::Arrives | Standing::Left => continue,
        };
        out.push(Proposal { kind, agent: w.id.to_string(), about: String::new(), value, detail: w.name.clone(), certainty, finding });
    }
    out
}
