//! Results of earlier runs among the files of the inbox: put together by folder, and the one of last month chosen.

use super::inputs::Opened;
use crate::ground::place::{Source, SourceKind};
use crate::ground::{Exact, Finding, Money, PayMonth, Place, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::record::{self, Filed, Json, MonthRecord, Part};
use crate::payslip::{Advance, Card, PaidSlip};
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
                o.findings.push(left_aside(&read.value, cx).arg("month", said).arg("last", cx.last).at(place));
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

/// A record whose run was held back: no transfer file went to the bank, and none of its nets is taken as paid.
pub fn never_sent(record: &MonthRecord) -> Option<Finding> {
    let m = record.manifest.as_ref().filter(|m| !m.held.is_empty() && m.payslips > 0)?;
    let f = Finding::new("R135", Severity::Justify).arg("month", m.month).arg("count", m.payslips).arg("net", m.net.french());
    Some(record.place().into_iter().fold(f.arg("codes", m.held.join(", ")).stake(m.net.cents()), |f, p| f.at(p.clone())))
}

/// A record of another month than the last. One of a month since is of pay that this job knows nothing of: advances and estimates
/// of it would be lost.
fn left_aside(record: &MonthRecord, cx: &Context<'_>) -> Finding {
    if record.month.is_none_or(|m| m <= cx.last || m >= cx.month) {
        return Finding::new("R89", Severity::Information);
    }
    let open: BTreeSet<_> = record.estimates.iter().filter(|e| e.status == "open").map(|e| &e.employee).collect();
    let advances = record.members.iter().filter(|(_, m)| m.slip.as_ref().is_some_and(|s| s.advance != Advance::None));
    let owing: BTreeSet<_> = advances.map(|(id, _)| id).chain(open).collect();
    if owing.is_empty() {
        return Finding::new("R89", Severity::Justify);
    }
    let nets = owing.iter().filter_map(|id| record.members.get(*id)?.slip.as_ref()?.net_paid);
    let net: Money = nets.map(|n| n.0).sum();
    Finding::new("R130", Severity::Blocking).arg("count", owing.len()).arg("net", net.french()).stake(net.cents())
}

/// Advances of last month that nothing stands behind, and documents of the month before, which would have: what was paid is made
/// from them where the advance was, not here, and not by another last month.
pub fn behind_advances(record: &MonthRecord, findings: &mut [Finding]) {
    let bare = |s: &&PaidSlip| s.advance != Advance::None && s.behind.is_empty();
    let slips: Vec<&PaidSlip> = record.members.values().filter_map(|m| m.slip.as_ref()).filter(bare).collect();
    let Some((month, first)) = record.month.zip(slips.first()) else { return };
    let share = first.lines.first().and_then(|l| l.rate).unwrap_or(Exact::ONE);
    let before = month.previous().to_string();
    for f in findings.iter_mut().filter(|f| ["R50", "M32", "M74"].contains(&f.code.as_str())) {
        if f.args.iter().any(|a| a.0 == "month" && a.1 == before) {
            let told = f.clone().told("R131").arg("count", slips.len()).arg("share", share);
            *f = told;
        }
    }
}

/// A document of a month since the one last paid: a code of its own, which a person may sign for.
pub const BEHIND: &str = "R139";

/// Documents of a month between the one last paid and the one to be paid: `last_month` is that of a kit that was made before, or was
/// never set. What changed since would be lost, so nothing leaves until somebody says which month was last paid.
pub fn behind_documents(last: PayMonth, month: PayMonth, findings: &mut [Finding]) {
    let between = |f: &Finding| {
        let said = f.args.iter().find(|a| a.0 == "month").and_then(|a| PayMonth::parse(&a.1));
        said.is_some_and(|m| last < m && m < month)
    };
    for f in findings.iter_mut().filter(|f| ["R50", "M32", "M74"].contains(&f.code.as_str()) && between(f)) {
        let said = Finding { severity: Severity::Blocking, code: BEHIND.into(), ..f.clone() };
        *f = said.told(BEHIND);
    }
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
