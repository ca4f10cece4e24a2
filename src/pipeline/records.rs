//! Results of earlier runs among the files of the inbox: put together by folder, and the one of last month chosen.

use super::inputs::Opened;
use crate::ground::place::{Source, SourceKind};
use crate::ground::{Finding, PayMonth, Place, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::record::{self, Filed, Json, MonthRecord, Part};
use crate::payslip::Card;
use crate::read::{self, Input, Limits};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

/// What runs wrote, by folder.
#[derive(Default)]
pub struct Found {
    folders: BTreeMap<String, record::Found>,
    files: BTreeSet<String>,
}

fn folder_of(name: &str) -> String {
    name.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned())
}

impl Found {
    /// Takes a file that a run wrote; `false` for any other.
    pub fn take(
        &mut self,
        input: &Input,
        name: &str,
        sha256: &str,
        limits: &Limits,
        sources: &mut Sources,
        findings: &mut Vec<Finding>,
    ) -> bool {
        let Some(head) = head(input) else { return false };
        if head.first() == Some(&b'{') {
            return self.json(input, name, sources);
        }
        let Some(part) = record::part(&head) else { return false };
        self.files.insert(name.to_owned());
        let folder = self.folders.entry(folder_of(name)).or_default();
        if part == Part::Beside {
            return true;
        }
        // « acompte ; le reste » in every row makes no separator of a semicolon: the titles have no text in them.
        let hint = read::Hint { separator: record::separator(&head), ..read::Hint::default() };
        let mut opened = read::open(input, name, sources, limits, Some(&hint));
        for table in &opened.value {
            if let Some(s) = sources.get_mut(table.source) {
                s.headings = table.sample(1).first().map(|r| r.cells.iter().map(|c| c.shown().into_owned()).collect()).unwrap_or_default();
            }
        }
        findings.append(&mut opened.findings);
        let table = opened.value.pop();
        folder.parts.insert(part, Filed { file: name.to_owned(), sha256: sha256.to_owned(), table });
        true
    }

    fn json(&mut self, input: &Input, name: &str, sources: &mut Sources) -> bool {
        let Ok(Some(bytes)) = input.all(record::LARGEST) else { return false };
        let Some(json) = record::json(&bytes) else { return false };
        self.files.insert(name.to_owned());
        let folder = self.folders.entry(folder_of(name)).or_default();
        if let Json::Manifest(m) = json {
            sources.add(Source { file: name.to_owned(), sheet: None, kind: SourceKind::Text, headings: Vec::new() });
            folder.manifest = Some((*m, name.to_owned()));
        }
        true
    }
}

/// As much as the longest line of titles has room in.
fn head(input: &Input) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    input.reader().ok()?.take(1024).read_to_end(&mut head).ok()?;
    Some(head)
}

/// Records of months before the last, by month; the released one where there are two.
pub type Earlier = BTreeMap<PayMonth, record::Found>;

/// The record of last month, if there is one, every file that belongs to any, and the records of months before, unread.
pub fn last_month(o: &mut Opened, cards: &[Card], cx: &Context<'_>) -> (MonthRecord, BTreeSet<String>, Earlier) {
    let Found { folders, mut files } = std::mem::take(&mut o.records);
    // What a manifest lists beside the tables says nothing that they do not.
    let mut beside = BTreeSet::new();
    for (folder, found) in &folders {
        let outputs = found.manifest.iter().flat_map(|m| m.0.outputs.keys());
        beside.extend(outputs.map(|n| if folder.is_empty() { n.clone() } else { format!("{folder}/{n}") }));
    }
    set_aside(o, &beside);
    files.append(&mut beside);
    let mut chosen: Option<(bool, MonthRecord)> = None;
    let mut earlier = Earlier::new();
    for found in folders.into_values() {
        if let Some((m, _)) = found.manifest.as_ref().filter(|m| m.0.month < cx.last) {
            let (month, released) = (m.month, m.released);
            let first = earlier.get(&month).and_then(|f| f.manifest.as_ref()).is_some_and(|m| m.0.released);
            if !earlier.contains_key(&month) || (released && !first) {
                earlier.insert(month, found);
            }
            continue;
        }
        let mut read = record::read(&found, &o.sources, cards, cx);
        let place = found.manifest.as_ref().map(|m| m.1.clone()).or_else(|| found.parts.values().next().map(|p| p.file.clone()));
        let place = place.map_or(Place::Nowhere, |file| Place::File { file });
        let month = read.value.month;
        let said = month.map_or_else(|| "?".to_owned(), |m| m.to_string());
        if month != Some(cx.last) {
            if !found.parts.is_empty() {
                o.findings.push(Finding::new("R89", Severity::Information).arg("month", said).arg("last", cx.last).at(place));
            }
            continue;
        }
        let released = read.value.manifest.as_ref().is_some_and(|m| m.released);
        // Of two records of the month the one that was released stands, or else the first.
        if let Some((first, _)) = &chosen {
            o.findings.push(Finding::new("R88", Severity::Justify).arg("month", &said).at(place.clone()));
            if *first || !released {
                continue;
            }
        }
        let count = read.value.members.values().filter(|m| m.slip.is_some()).count();
        o.findings.push(Finding::new("R90", Severity::Information).arg("month", &said).arg("count", count).at(place.clone()));
        if !released {
            o.findings.push(Finding::new("R87", Severity::Justify).arg("month", said).at(place));
        }
        o.findings.append(&mut read.findings);
        chosen = Some((released, read.value));
    }
    (chosen.map(|c| c.1).unwrap_or_default(), files, earlier)
}

/// Takes out what other readers made of these files.
fn set_aside(o: &mut Opened, files: &BTreeSet<String>) {
    if files.is_empty() {
        return;
    }
    let of = |file: &str| files.contains(file);
    let sources = &o.sources;
    let aside = |source: u16| sources.get(source).is_some_and(|s| of(&s.file));
    o.tables.retain(|t| !of(&t.file));
    o.transfers.retain(|t| !aside(t.at.source));
    if matches!(&o.header, Some((_, Place::File { file }, _)) if of(file)) {
        o.header = None;
    }
    let about = |p: &Place| match p {
        Place::File { file } | Place::Sheet { file, .. } | Place::Cell { file, .. } | Place::Line { file, .. } => of(file),
        Place::Nowhere | Place::Rule { .. } => false,
    };
    o.findings.retain(|f| f.places.is_empty() || !f.places.iter().all(about));
}
