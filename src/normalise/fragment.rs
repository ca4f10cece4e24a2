//! The mapping as a person corrects it: `[[source]]` entries of `releve.toml`, written with comments and read back.

use crate::facts::Vocabulary;
use crate::ground::{Checked, Finding, Severity};
use crate::normalise::lists::SURE;
use crate::normalise::mapping::{CodeTarget, ColumnMapping, Mapping, Meaning, Payer, Role, Rubrics, SourceMapping, TotalRole};
use std::collections::BTreeMap;
use std::fmt::Write;

/// One `[[source]]` entry. What it does not say is recognised; what it says wins.
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct SourceEntry {
    /// File name relative to `inbox/`.
    pub file: String,
    /// The month it was written in, when that is an earlier one: the file of this month may be called by another month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Heading rows as a person counts them: `4`, `3-4`, or `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The letter of the column in which the table begins, where several stand beside each other in the sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_column: Option<String>,
    /// Heading (or `@G`) → meaning.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Local code → element's code, `CODE/employer`, `total:net_paid`, `skipped`, `once`, `carried` or `open`.
    #[serde(default)]
    pub codes: BTreeMap<String, String>,
}

impl SourceEntry {
    /// Whether it is about this file: by its very name, or, kept from an earlier month, by its name without months and numbers.
    pub fn is_about(&self, file: &str, sheet: Option<&str>) -> bool {
        let same = |a: &str, b: &str| a == b || (self.from.is_some() && without_month(a) == without_month(b));
        same(&self.file, file) && self.sheet.as_deref().is_none_or(|own| sheet.is_some_and(|s| same(own, s)))
    }
}

/// A name without what tells one month from another.
fn without_month(name: &str) -> String {
    let folded = crate::normalise::text::fold(name);
    let months = crate::ground::month::MONTHS_FR.map(crate::normalise::text::fold);
    let words = folded.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty() && !months.iter().any(|m| m == w));
    words.collect::<Vec<_>>().join(" ")
}

/// The `[[source]]` entries of a TOML text.
#[derive(serde::Deserialize)]
struct Entries {
    #[serde(default)]
    source: Vec<SourceEntry>,
}

/// Reads the entries of a fragment; other tables of the text are passed over.
pub fn read(text: &str) -> Checked<Vec<SourceEntry>> {
    match toml::from_str::<Entries>(text) {
        Ok(e) => Checked::new(e.source, Vec::new()),
        Err(e) => Checked::new(Vec::new(), vec![Finding::new("M10", Severity::Blocking).arg("text", e.message())]),
    }
}

/// The name of a code's target in `releve.toml`.
pub fn target_name(target: CodeTarget, rubrics: &Rubrics) -> String {
    match target {
        CodeTarget::Element(e, payer) => {
            let alone = rubrics.get(e).is_some_and(|t| t.kind == crate::payslip::LineKind::Employer);
            let code = rubrics.code(e);
            if payer == Payer::Employer && !alone { format!("{code}/employer") } else { code.to_owned() }
        }
        CodeTarget::Total(t) => format!("total:{}", t.id()),
        CodeTarget::Skipped => "skipped".to_owned(),
        CodeTarget::Open => "open".to_owned(),
    }
}

/// A rubric without an element that comes again as it is, and one that was paid once, in `releve.toml`.
const CARRIED: &str = "carried";
const ONCE: &str = "once";

/// What a person says of a rubric that is no element.
pub fn goes_on(name: &str) -> Option<bool> {
    match name.trim() {
        CARRIED => Some(true),
        ONCE => Some(false),
        _ => None,
    }
}

/// The reverse of [`target_name`].
pub fn target_named(text: &str, rubrics: &Rubrics) -> Option<CodeTarget> {
    match text.trim() {
        "skipped" => Some(CodeTarget::Skipped),
        "open" | CARRIED | ONCE => Some(CodeTarget::Open),
        t => {
            if let Some(total) = t.strip_prefix("total:") {
                return TotalRole::parse(total).map(CodeTarget::Total);
            }
            let (code, payer) = match t.strip_suffix("/employer") {
                Some(c) => (c, Payer::Employer),
                None => (t, Payer::Agent),
            };
            let element = rubrics.coded(code)?;
            let alone = rubrics.get(element).is_some_and(|r| r.kind == crate::payslip::LineKind::Employer);
            Some(CodeTarget::Element(element, if alone { Payer::Employer } else { payer }))
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.split_whitespace().collect::<Vec<_>>().join(" ")).to_string()
}

/// Comments must stay on their line.
fn remark(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Before a line that is only proposed.
pub const UNSURE: &str = "#? ";

/// Writes the mapping as commented TOML; a column that is not sure stays a comment.
pub fn write(mapping: &Mapping, vocabulary: &Vocabulary, rubrics: &Rubrics) -> String {
    let mut out = String::new();
    for s in &mapping.sources {
        source(&mut out, s, vocabulary, rubrics);
    }
    out
}

fn source(out: &mut String, s: &SourceMapping, vocabulary: &Vocabulary, rubrics: &Rubrics) {
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line("[[source]]".to_owned());
    line(format!("file = {}", quoted(&s.file)));
    if let Some(sheet) = &s.sheet {
        line(format!("sheet = {}", quoted(sheet)));
    }
    let asked = if matches!(s.role, Role::Ignored | Role::Unknown) && !is_decided(&s.why) { UNSURE } else { "" };
    line(format!("{asked}role = {}  # {} %: {}", quoted(s.role.id()), s.certainty, remark(&s.why.join(", "))));
    let header = match s.header {
        None => "none".to_owned(),
        Some((a, b)) if a == b => a.to_string(),
        Some((a, b)) => format!("{a}-{b}"),
    };
    line(format!("header = {}", quoted(&header)));
    if let Some(first) = s.first_column {
        line(format!("first_column = {}", quoted(&crate::ground::place::column_letters(first))));
    }
    line(String::new());
    line("[source.columns]".to_owned());
    for c in s.columns.iter().filter(|c| c.filled > 0 || !c.heading.is_empty()) {
        let mut note = format!("{} %", c.certainty);
        if !c.samples.is_empty() {
            let _ = write!(note, ": {}", remark(&c.samples.join(" | ")));
        }
        if !c.alternatives.is_empty() {
            let others: Vec<String> = c.alternatives.iter().map(|(m, n)| format!("{} {n} %", m.name(vocabulary, rubrics))).collect();
            let _ = write!(note, "; or {}", others.join(", "));
        }
        // What the run asks about stays a question until a person takes the mark away, and so does what it leaves unread: only a
        // person says that a remark beside an amount means nothing.
        let unread = matches!(c.meaning, Meaning::Ignored | Meaning::Unknown);
        let doubtful = if unread { !is_decided(&c.why) } else { c.certainty < SURE && c.filled > 0 };
        let asked = if doubtful { UNSURE } else { "" };
        line(format!("{asked}{} = {}  # {note}", quoted(&s.key(c)), quoted(&c.meaning.name(vocabulary, rubrics))));
    }
    line(String::new());
    if !s.codes.is_empty() {
        line("[source.codes]".to_owned());
        for c in &s.codes {
            let mut note = format!("{} %: {}", c.certainty, remark(&c.labels.iter().take(3).cloned().collect::<Vec<_>>().join(" | ")));
            if c.target == CodeTarget::Open && !c.alternatives.is_empty() {
                let others: Vec<String> = c.alternatives.iter().map(|(t, n)| format!("{} {n} %", target_name(*t, rubrics))).collect();
                let _ = write!(note, "; perhaps {}", others.join(", "));
            }
            let name = match c.goes_on {
                Some(true) => CARRIED.to_owned(),
                Some(false) => ONCE.to_owned(),
                None => target_name(c.target, rubrics),
            };
            line(format!("{} = {}  # {note}", quoted(&c.code), quoted(&name)));
        }
        line(String::new());
    }
}

/// Whether a person wrote it, here or in the month before.
fn is_decided(why: &[String]) -> bool {
    why.iter().any(|w| w == "releve.toml")
}

/// The column an entry's key means: its letter after `@`, or its heading.
pub fn column_of(key: &str, columns: &[ColumnMapping]) -> Option<usize> {
    if let Some(letters) = key.strip_prefix('@') {
        return columns.iter().position(|c| crate::ground::place::column_letters(c.column) == letters.trim().to_uppercase());
    }
    let wanted = crate::normalise::text::fold(key);
    let mut hits = columns.iter().enumerate().filter(|(_, c)| crate::normalise::text::fold(&c.heading) == wanted).map(|(i, _)| i);
    let first = hits.next();
    if first.is_some() && hits.next().is_none() {
        return first;
    }
    // The last part of a joined heading is enough when only one column ends so.
    let mut ends = columns
        .iter()
        .enumerate()
        .filter(|(_, c)| c.heading.rsplit(" / ").next().is_some_and(|h| crate::normalise::text::fold(h) == wanted));
    let only = ends.next().map(|(i, _)| i);
    if ends.next().is_none() { only } else { None }
}

/// `3-4`, `4`, `none`.
pub fn header_rows(text: &str) -> Option<Option<(u32, u32)>> {
    let t = text.trim();
    if t == "none" {
        return Some(None);
    }
    let (a, b) = t.split_once('-').unwrap_or((t, t));
    let (a, b) = (a.trim().parse().ok()?, b.trim().parse().ok()?);
    (a >= 1 && a <= b && b - a < 10).then_some(Some((a, b)))
}

/// Puts what a person wrote over what was recognised; what cannot be understood is a finding.
pub fn overrule(s: &mut SourceMapping, entry: &SourceEntry, vocabulary: &Vocabulary, rubrics: &Rubrics, findings: &mut Vec<Finding>) {
    let bad = |what: &str, findings: &mut Vec<Finding>| {
        findings.push(Finding::new("M10", Severity::Blocking).arg("text", format!("{} : {what}", s.file)));
    };
    for (key, name) in &entry.columns {
        let Some(meaning) = Meaning::parse(name, vocabulary, rubrics) else {
            bad(name, findings);
            continue;
        };
        match column_of(key, &s.columns) {
            Some(i) => {
                let c = &mut s.columns[i];
                if meaning != Meaning::Unknown || c.meaning == Meaning::Unknown {
                    c.meaning = meaning;
                    c.certainty = 100;
                    c.why = vec!["releve.toml".to_owned()];
                    c.alternatives.clear();
                }
            }
            None if entry.from.is_some() => {}
            None => findings.push(Finding::new("M09", Severity::Justify).arg("heading", key).arg("file", &s.file)),
        }
    }
}
