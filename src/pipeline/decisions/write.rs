//! `releve decide`: one row more in `decisions.csv`, read back before it is kept.

use super::read::{COLUMNS, TITLES_FR, read_from};
use crate::ground::{EmployeeId, Finding, Lang, PayMonth, Severity, Sources, words};
use crate::job::{self, DECISIONS_FILE, Job};
use crate::pipeline::explain::Told;
use crate::pipeline::{Options, inputs, load_pack, settings};
use crate::read::{self as reader, Encoding, Input, Limits};
use crate::rules::Pack;
use anyhow::Result;
use std::fmt::Write as _;

/// A row in the order of the columns that the page on decisions shows; an empty month is the job's.
pub type Written = [String; 9];

/// Adds a row to the job's decisions. Nothing is written when the row, or the file it would join, cannot be read back.
///
/// # Errors
/// When the job cannot be read or the file cannot be written.
pub fn decide(options: &Options, mut row: Written) -> Result<Told> {
    let mut opened = job::open(&options.folder)?;
    let mut findings = std::mem::take(&mut opened.findings);
    let told = |findings: Vec<Finding>, lang| Told { text: String::new(), findings, lang, code: 2 };
    let Some(job) = opened.value else { return Ok(told(findings, options.lang.unwrap_or_default())) };
    let mut loaded = load_pack(&job, options.rules.as_deref())?;
    let lang = options.lang.unwrap_or_else(|| loaded.lang(&job));
    let refused = |findings: Vec<Finding>| told(findings, lang);
    findings.append(&mut loaded.findings);
    let Some(pack) = loaded.pack else { return Ok(refused(findings)) };
    if row[4].is_empty() {
        row[4] = job.month.to_string();
    }
    let path = job.folder.join(DECISIONS_FILE);
    let old = if path.exists() { std::fs::read(&path)? } else { Vec::new() };
    let Some((mut text, titles, separator)) = before(&old, lang) else {
        findings.push(Finding::new("D16", Severity::Blocking).at(crate::ground::Place::File { file: DECISIONS_FILE.to_owned() }));
        return Ok(refused(findings));
    };
    // In the language of the titles, so that the page people read is one language.
    if text.lines().next().is_some_and(|t| t.contains("motif")) {
        in_french(&mut row);
    }
    let cells: Vec<String> = titles.iter().map(|t| t.map_or_else(String::new, |i| quoted(&row[i], separator))).collect();
    let _ = writeln!(text, "{}", cells.join(&separator.to_string()));
    let blocking = |text: &[u8]| {
        let mut found = Vec::new();
        let read = read_from(&Input::from(text.to_vec()), &job, &pack, &mut Sources::default(), &mut found);
        found.extend(read.broken.into_iter().map(|b| b.finding));
        found.retain(|f| f.severity == Severity::Blocking);
        found
    };
    let mut found = blocking(text.as_bytes());
    if found.is_empty() && !known(&job, &pack, &row[1], options)? {
        found.push(Finding::new("D08", Severity::Blocking).arg("who", &row[1]).arg("kind", &row[0]));
    }
    if !found.is_empty() {
        if old.is_empty() || blocking(&old).is_empty() {
            // The row that is wrong is not written: it has no place.
            found.iter_mut().for_each(|f| f.places.clear());
            found.push(Finding::new("D17", Severity::Information));
        }
        findings.append(&mut found);
        return Ok(refused(findings));
    }
    job::write(&job.folder, DECISIONS_FILE, text.as_bytes())?;
    let line = text.lines().count().to_string();
    let said = words::fill(words::ui("ui.decision_written", lang), &[("line", line)]);
    Ok(Told { text: said + "\n", findings: Vec::new(), lang, code: 0 })
}

/// The kind of a decision, and the way it pays, as French files write them.
fn in_french(row: &mut Written) {
    const KINDS: [(&str, &str); 7] = [
        ("override", "correction"),
        ("waiver", "dispense"),
        ("call-back", "contre-appel"),
        ("join", "rapprochement"),
        ("arrival", "arrivée"),
        ("leaver", "départ"),
        ("present", "présent"),
    ];
    const MODES: [(&str, &str); 4] =
        [("recompute", "recalcul"), ("carry-over", "reconduction"), ("advance", "acompte"), ("hold", "suspendre")];
    let words = |from: &str, pairs: &[(&str, &str)]| pairs.iter().find(|p| p.0 == from).map(|p| p.1.to_owned());
    if row[0] == "mode"
        && let Some(mode) = words(&row[3], &MODES)
    {
        row[3] = mode;
    }
    if let Some(kind) = words(&row[0], &KINDS) {
        row[0] = kind;
    }
}

/// Whether a source knows the employee that a row names. A row for all, or for the run, names nobody; an inbox without
/// anybody cannot tell.
fn known(job: &Job, pack: &Pack, whom: &str, options: &Options) -> Result<bool> {
    let Some(id) = EmployeeId::parse(whom).filter(|id| id.as_str() != "*") else { return Ok(true) };
    let people = inputs::read(job, pack, &settings(pack, job).value, options.progress)?.value.people;
    Ok(people.is_empty() || people.keys().any(|k| k.bare() == id.bare()))
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
        if of(5).is_empty() { PayMonth::parse(&of(4)) } else { PayMonth::parse(&of(5)) }
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
