//! `releve decide`: one row more in `decisions.csv`, read back before it is kept.

use super::read::{COLUMNS, TITLES_FR, read_from};
use crate::ground::{EmployeeId, Finding, Lang, PayMonth, Place, Severity, Sources, ids, words};
use crate::job::{self, DECISIONS_FILE, Job};
use crate::normalise::text::fold;
use crate::pipeline::causes::may_be_signed;
use crate::pipeline::explain::Told;
use crate::pipeline::proposals::{AGREED, as_written};
use crate::pipeline::{Options, inputs, load_pack, settings};
use crate::read::{self as reader, Encoding, Input, Limits};
use crate::rules::Pack;
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// A row in the order of the columns that the page on decisions shows; an empty month is the job's.
pub type Written = [String; 9];

/// Rows to add, each with its line in the list it comes from, or why there are none.
type Rows = std::result::Result<Vec<(Written, Option<(String, u32)>)>, Box<Finding>>;

/// Adds a row to the job's decisions. Nothing is written when the row, or the file it would join, cannot be read back.
///
/// # Errors
/// When the job cannot be read or the file cannot be written.
pub fn decide(options: &Options, row: Written) -> Result<Told> {
    add(options, &|_| Ok(vec![(row.clone(), None)]))
}

/// Adds the rows of a list of proposals that somebody has said yes to; those that are decided already are left out. A row that
/// has no author, no day or no reason takes those given.
///
/// # Errors
/// When the job or the list cannot be read, or the decisions cannot be written.
pub fn decide_from(options: &Options, list: &Path, (by, on, reason): (&str, &str, &str)) -> Result<Told> {
    let bytes = std::fs::read(list).with_context(|| list.display().to_string())?;
    let name = list.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    add(options, &|old: &[u8]| {
        let known: BTreeSet<[String; 5]> = rows_of(old, DECISIONS_FILE)?.into_iter().map(|(_, row, _)| matter(&row)).collect();
        let mut rows = Vec::new();
        for (agreed, mut row, number) in rows_of(&bytes, &name)? {
            if !agreed || known.contains(&matter(&row)) {
                continue;
            }
            for (slot, given) in [(6, by), (7, on), (8, reason)] {
                if row[slot].is_empty() {
                    given.clone_into(&mut row[slot]);
                }
            }
            rows.push((row, Some((name.clone(), number))));
        }
        if rows.is_empty() {
            let none = Finding::new("D19", Severity::Blocking).arg("file", &name).at(Place::File { file: name.clone() });
            return Err(Box::new(none));
        }
        Ok(rows)
    })
}

/// What a row is about, in one language: two such rows decide the same.
fn matter(row: &Written) -> [String; 5] {
    let kind = FRENCH.iter().find(|k| k.1 == row[0]).map_or(row[0].as_str(), |k| k.0);
    let month = super::read::month_written(&row[4]).map_or_else(|| row[4].clone(), |m| m.to_string());
    [kind, &row[1], &row[2], &row[3], &month].map(str::to_owned)
}

/// The rows of a table of decisions, whether each has a yes beside it, and its line.
fn rows_of(bytes: &[u8], name: &str) -> std::result::Result<Vec<(bool, Written, u32)>, Box<Finding>> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let unread = || Box::new(Finding::new("D20", Severity::Blocking).arg("file", name).at(Place::File { file: name.to_owned() }));
    let opened = reader::open(&Input::from(bytes.to_vec()), name, &mut Sources::default(), &Limits::default(), None);
    let table = opened.value.first().ok_or_else(unread)?;
    let rows = table.sample(usize::MAX);
    let Some((head, rows)) = rows.split_first() else { return Err(unread()) };
    let titles: Vec<String> = head.cells.iter().map(|c| fold(&c.shown())).collect();
    let columns: Vec<Option<usize>> =
        (0..COLUMNS.len()).map(|i| titles.iter().position(|t| super::read::column_named(t) == Some(i))).collect();
    if columns[..2].iter().any(Option::is_none) {
        return Err(unread());
    }
    let yes = titles.iter().position(|t| AGREED.contains(&t.as_str()));
    let shown = |row: &reader::OwnedRow, i: Option<usize>| {
        i.and_then(|i| row.cells.get(i)).map(|c| as_written(c.shown().trim()).to_owned()).unwrap_or_default()
    };
    let agreed =
        |row: &reader::OwnedRow| matches!(fold(&shown(row, yes)).as_str(), "oui" | "o" | "x" | "yes" | "y" | "ok" | "1" | "vrai" | "true");
    let written = |row: &reader::OwnedRow| std::array::from_fn(|i| shown(row, columns[i]));
    Ok(rows.iter().map(|r| (agreed(r), written(r), r.number)).collect())
}

/// Adds rows to the job's decisions, all or none; `rows` is told what stands there already.
fn add(options: &Options, rows: &dyn Fn(&[u8]) -> Rows) -> Result<Told> {
    let mut opened = job::open(&options.folder)?;
    let mut findings = std::mem::take(&mut opened.findings);
    let told = |findings: Vec<Finding>, lang| Told { text: String::new(), findings, lang, code: 2 };
    let Some(job) = opened.value else { return Ok(told(findings, options.lang.unwrap_or_default())) };
    let mut loaded = load_pack(&job, options.rules.as_deref())?;
    let lang = options.lang.unwrap_or_else(|| loaded.lang(&job));
    let refused = |findings: Vec<Finding>| told(findings, lang);
    findings.append(&mut loaded.findings);
    let Some(pack) = loaded.pack else { return Ok(refused(findings)) };
    let path = job.folder.join(DECISIONS_FILE);
    let old = if path.exists() { std::fs::read(&path)? } else { Vec::new() };
    let Some((mut text, titles, separator)) = before(&old, lang) else {
        findings.push(Finding::new("D16", Severity::Blocking).at(Place::File { file: DECISIONS_FILE.to_owned() }));
        return Ok(refused(findings));
    };
    let first = text.lines().count() + 1;
    let (mut rows, lines): (Vec<Written>, Vec<Option<(String, u32)>>) = match rows(&old) {
        Ok(rows) => rows.into_iter().unzip(),
        Err(f) => {
            findings.push(*f);
            return Ok(refused(findings));
        }
    };
    for row in &mut rows {
        if row[3].is_empty() {
            row[3] = marks(&job, row);
        }
        if row[4].is_empty() {
            row[4] = job.month.to_string();
        }
        // A spreadsheet rewrites months and days in its own way: the file keeps one.
        for slot in [4, 5] {
            if let Some(month) = super::read::month_written(&row[slot]) {
                row[slot] = month.to_string();
            }
        }
        if let Ok(Some(day)) = crate::normalise::values::date(&row[7], job.month.last_day()) {
            row[7] = day.format("%d/%m/%Y").to_string();
        }
        // In the language of the titles, so that the page people read is one language.
        if text.lines().next().is_some_and(|t| t.contains("motif")) {
            in_french(row);
        }
        let cells: Vec<String> = titles.iter().map(|t| t.map_or_else(String::new, |i| quoted(&row[i], separator))).collect();
        let _ = writeln!(text, "{}", cells.join(&separator.to_string()));
    }
    let blocking = |text: &[u8]| {
        let mut found = Vec::new();
        let read = read_from(&Input::from(text.to_vec()), &job, &pack, &mut Sources::default(), &mut found);
        found.extend(read.broken.into_iter().map(|b| b.finding));
        found.retain(|f| f.severity == Severity::Blocking);
        found
    };
    let mut found = blocking(text.as_bytes());
    if found.is_empty() {
        found.extend(rows.iter().filter_map(|row| of_what_blocks(&job, row).or_else(|| of_what_only_warns(&job, &pack, row))));
    }
    if found.is_empty() {
        let strangers = unknown(&job, &pack, &rows, options)?;
        found.extend(strangers.into_iter().map(|row| Finding::new("D08", Severity::Blocking).arg("who", &row[1]).arg("kind", &row[0])));
    }
    if !found.is_empty() {
        if old.is_empty() || blocking(&old).is_empty() {
            found.iter_mut().for_each(|f| not_written(f, first, &lines));
            found.push(Finding::new("D17", Severity::Information));
        }
        findings.append(&mut found);
        return Ok(refused(findings));
    }
    job::write(&job.folder, DECISIONS_FILE, text.as_bytes())?;
    let line = text.lines().count().to_string();
    let key = if rows.len() == 1 { "ui.decision_written" } else { "ui.decisions_written" };
    let said = words::fill(words::ui(key, lang), &[("line", line), ("count", rows.len().to_string())]);
    Ok(Told { text: said + "\n", findings: Vec::new(), lang, code: 0 })
}

/// The code that a waiver is about, and what the last run found of it where the waiver would apply.
fn waived(job: &Job, row: &Written) -> Option<(String, Vec<serde_json::Value>)> {
    let code = row[2].to_uppercase();
    matches!(fold(&row[0]).as_str(), "waiver" | "dispense" | "derogation").then_some(())?;
    let read = || serde_json::from_slice::<serde_json::Value>(&std::fs::read(job.folder.join("out/findings.json")).ok()?).ok();
    // A number may be written without its zeros, and without a post is about all of them.
    let apart = |who: &str| {
        who.split_once('/').map_or((ids::bare(who).to_owned(), None), |(n, post)| (ids::bare(n).to_owned(), Some(post.to_owned())))
    };
    let (number, post) = apart(row[1].trim());
    let about = |f: &&serde_json::Value| {
        let who = f["employee"].as_str().unwrap_or_default();
        let theirs = || apart(who).0 == number && (post.is_none() || apart(who).1 == post);
        f["code"] == code.as_str() && if row[1] == "*" { !who.is_empty() } else { theirs() }
    };
    let told = read().and_then(|t| Some(t["findings"].as_array()?.iter().filter(about).cloned().collect())).unwrap_or_default();
    Some((code, told))
}

/// The marks of what a waiver waives, by the last run: what comes later, or with other figures, it does not cover.
fn marks(job: &Job, row: &Written) -> String {
    let told = waived(job, row).map(|w| w.1).unwrap_or_default();
    told.iter().filter_map(|f| f["mark"].as_str()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
}

/// A waiver of what the last run found to block: it would lift nothing, and is said before it is written. What a person may
/// sign for is the exception.
fn of_what_blocks(job: &Job, row: &Written) -> Option<Finding> {
    let (code, told) = waived(job, row).filter(|w| row[1] != "*" && !may_be_signed(&w.0))?;
    let blocks = !told.is_empty() && told.iter().all(|f| f["severity"] == "blocking");
    blocks.then(|| {
        Finding::new("D11", Severity::Blocking).arg("code", &code).arg("author", &row[6]).arg("date", &row[7]).arg("reason", &row[8])
    })
}

/// A waiver of what is a mere warning, by the last run or by the pack: nothing waits for it, and the next run would stop at it.
fn of_what_only_warns(job: &Job, pack: &Pack, row: &Written) -> Option<Finding> {
    let (code, told) = waived(job, row)?;
    let mere = |f: &serde_json::Value| (f["severity"] == "warning" || f["severity"] == "information") && f["decided"].is_null();
    let by_pack = || pack.controls.iter().any(|c| c.id == code && c.severity > Severity::Justify);
    let warns = if told.is_empty() { by_pack() } else { told.iter().all(mere) };
    warns.then(|| Finding::new("M346", Severity::Blocking).arg("code", &code))
}

/// The row that is wrong is not written: its place is that of the list it comes from, and there is no cell to mend elsewhere.
fn not_written(f: &mut Finding, first: usize, lines: &[Option<(String, u32)>]) {
    let of_list = |p: Place| match p {
        Place::Line { line, heading, .. } => {
            let (file, line) = lines.get((line as usize).checked_sub(first)?)?.clone()?;
            Some(Place::Line { file, line, heading })
        }
        Place::Nowhere | Place::File { .. } | Place::Sheet { .. } | Place::Cell { .. } | Place::Rule { .. } => None,
    };
    f.places = std::mem::take(&mut f.places).into_iter().filter_map(of_list).collect();
    if words::help(&f.code, Lang::Fr).is_some_and(|h| h.contains(DECISIONS_FILE)) {
        f.advice = Some(crate::ground::Words::default());
    }
}

/// The kinds of decisions as French files write them.
const FRENCH: [(&str, &str); 7] = [
    ("override", "correction"),
    ("waiver", "dispense"),
    ("call-back", "contre-appel"),
    ("join", "rapprochement"),
    ("arrival", "arrivée"),
    ("leaver", "départ"),
    ("present", "présent"),
];

pub fn french_kind(kind: &'static str) -> &'static str {
    FRENCH.iter().find(|k| k.0 == kind).map_or(kind, |k| k.1)
}

/// The ways to pay as French files write them.
const MODES: [(&str, &str); 5] =
    [("recompute", "recalcul"), ("rules", "règles"), ("carry-over", "reconduction"), ("advance", "acompte"), ("hold", "suspendre")];

/// A word of a decision, or a list of them, as French files write it; what is none stays.
pub fn french_words(list: &str) -> String {
    let one = |word: &str| FRENCH.iter().chain(&MODES).find(|p| p.0 == word).map_or_else(|| word.to_owned(), |p| p.1.to_owned());
    list.split(", ").map(one).collect::<Vec<_>>().join(", ")
}

/// The kind of a decision, and the way it pays, as French files write them.
fn in_french(row: &mut Written) {
    let words = |from: &str, pairs: &[(&str, &str)]| pairs.iter().find(|p| p.0 == from).map(|p| p.1.to_owned());
    if row[0] == "mode"
        && let Some(mode) = words(&row[3], &MODES)
    {
        row[3] = mode;
    }
    if let Some(kind) = words(&row[0], &FRENCH) {
        row[0] = kind;
    }
}

/// The rows that name an employee whom no source knows. A row for all, or for the run, names nobody; an inbox without anybody
/// cannot tell.
fn unknown<'r>(job: &Job, pack: &Pack, rows: &'r [Written], options: &Options) -> Result<Vec<&'r Written>> {
    let written: Vec<(&Written, EmployeeId)> =
        rows.iter().filter_map(|row| Some((row, EmployeeId::parse(&row[1]).filter(|id| id.as_str() != "*")?))).collect();
    if written.is_empty() {
        return Ok(Vec::new());
    }
    let read = inputs::read(job, pack, &settings(pack, job).value, options.progress)?.value;
    let people = read.people;
    let is_known = |id: &EmployeeId| super::apply::named(id, people.keys()).is_some();
    // Whoever left long ago may have a net of then, and be known by it alone.
    let (before, after) = &read.past.open_nets;
    let owed: BTreeSet<&EmployeeId> = before.values().flatten().chain(after).map(|n| &n.employee).collect();
    let is_owed = |row: &Written, id: &EmployeeId| is_paid_otherwise(pack, row) && super::apply::named(id, owed.iter().copied()).is_some();
    let is_lost = |(row, id): &(&Written, EmployeeId)| !people.is_empty() && !is_known(id) && !is_owed(row, id);
    Ok(written.into_iter().filter(is_lost).map(|(row, _)| row).collect())
}

/// Whether a row says that a net which nobody received was paid in another way.
fn is_paid_otherwise(pack: &Pack, row: &Written) -> bool {
    let correction = matches!(fold(&row[0]).as_str(), "override" | "correction");
    let zero = row[3].contains('0') && row[3].chars().all(|c| "0,. €".contains(c));
    correction && zero && pack.payslip.get("unpaid_net").is_some_and(|name| fold(name) == fold(&row[2]))
}

/// The rows that still hold in a month, under the same titles: the text, how many, and how many have ended. A row whose
/// months cannot be read stays: it blocks until somebody looks at it. `None` when the file is no UTF-8 text.
pub fn still_valid(old: &[u8], month: PayMonth) -> Option<(String, usize, usize)> {
    let text = std::str::from_utf8(old).ok()?;
    let opened = reader::open(&Input::from(old.to_vec()), DECISIONS_FILE, &mut Sources::default(), &Limits::default(), None);
    let table = opened.value.first()?;
    table.dialect().filter(|d| d.encoding == Encoding::Utf8)?;
    let rows = table.sample(usize::MAX);
    let titles: Vec<Option<usize>> = rows.first()?.cells.iter().map(|c| super::read::column_named(&c.shown())).collect();
    let months = |row: &reader::OwnedRow| {
        let of = |which: usize| {
            let cell = titles.iter().position(|t| *t == Some(which)).and_then(|i| row.cells.get(i));
            cell.map(|c| c.shown().trim().to_owned()).unwrap_or_default()
        };
        // `month`, then `until`: the same month when it says nothing.
        super::read::month_written(&of(if of(5).is_empty() { 4 } else { 5 }))
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (mut out, mut kept, mut ended) = (String::new(), 0, 0);
    for (i, row) in rows.iter().enumerate() {
        let end = rows.get(i + 1).map_or(lines.len(), |r| r.number as usize - 1);
        let part = lines.get(row.number as usize - 1..end).unwrap_or_default().concat();
        if i == 0 {
            out.push_str(&part);
        } else if months(row).is_some_and(|until| until < month) {
            ended += 1;
        } else {
            kept += 1;
            out.push_str(&part);
        }
    }
    Some((out, kept, ended))
}

/// The file so far, which column each of its titles is, and what stands between its cells. `None` when it is no UTF-8 text:
/// a row written in another encoding would spoil it.
fn before(old: &[u8], lang: Lang) -> Option<(String, Vec<Option<usize>>, char)> {
    if old.is_empty() {
        let titles: Vec<&str> = match lang {
            Lang::Fr => TITLES_FR.to_vec(),
            Lang::En => COLUMNS.iter().map(|c| c[0]).collect(),
        };
        // The mark tells a spreadsheet that the accents are UTF-8.
        return Some((format!("\u{feff}{}\n", titles.join(";")), (0..COLUMNS.len()).map(Some).collect(), ';'));
    }
    let mut text = String::from_utf8(old.to_vec()).ok()?;
    let opened = reader::open(&Input::from(old.to_vec()), DECISIONS_FILE, &mut Sources::default(), &Limits::default(), None);
    let table = opened.value.first()?;
    let dialect = table.dialect().filter(|d| d.encoding == Encoding::Utf8)?;
    let titles = table.sample(1).first().map(|r| r.cells.iter().map(|c| super::read::column_named(&c.shown())).collect())?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Some((text, titles, dialect.separator))
}

fn quoted(text: &str, separator: char) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if plain.contains([separator, '"']) { format!("\"{}\"", plain.replace('"', "\"\"")) } else { plain }
}
