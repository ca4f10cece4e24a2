//! Two sets of transfers against each other: who is paid on another account, who is new, who is gone, whose amount moved.
//!
//! Comes in: two transfer files, lists of transfers, or folders of runs that hold one. People are told by name and account
//! together; nobody is joined by an amount. Whoever new is paid on an account that somebody had before comes first.

use super::explain::Told;
use crate::ground::{Finding, Iban, Lang, Money, Place, Severity, figures, finding, words};
use crate::normalise::text::name_key;
use crate::read::pain001;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// One transfer of one of the two.
struct Sent {
    name: String,
    key: String,
    iban: Option<Iban>,
    amount: Money,
    place: Place,
    /// Found in the other.
    met: bool,
}

/// Where a folder of a job or of a run holds its list, the released one first.
const LISTS: [&str; 3] = ["released/transfers.csv", "out/transfers.csv", "transfers.csv"];

/// Holds them against each other. The exit code is 0 where nothing differs, 1 where something does, 2 where one cannot be read.
///
/// # Errors
/// When a file cannot be read.
pub fn diff(before: &Path, after: &Path, lang: Option<Lang>) -> Result<Told> {
    let lang = lang.unwrap_or_default();
    let mut findings = Vec::new();
    let mut sets = Vec::new();
    for path in [before, after] {
        match read(path, &mut findings)? {
            Some(rows) => sets.push(rows),
            None => findings.push(Finding::new("X09", Severity::Blocking).at(Place::File { file: path.display().to_string() })),
        }
    }
    let [a, b] = sets.as_mut_slice() else { return Ok(Told { text: String::new(), findings, lang, code: 2 }) };
    let unchanged = met(a, b, &mut findings);
    others(a, b, &mut findings);
    let mut text = String::new();
    for (path, rows) in [(before, &*a), (after, &*b)] {
        let sum: Money = rows.iter().map(|r| r.amount).sum();
        let _ = writeln!(text, "{:>6}  {:>16}  {}", rows.len(), figures::money(sum, lang), path.display());
    }
    let _ = writeln!(text, "{}", words::fill(words::ui("ui.diff_same", lang), &[("count", unchanged.to_string())]));
    finding::sort(&mut findings);
    let code = u8::from(findings.iter().any(|f| f.severity <= Severity::Justify));
    Ok(Told { text, findings, lang, code })
}

fn read(path: &Path, findings: &mut Vec<Finding>) -> Result<Option<Vec<Sent>>> {
    let listed = || LISTS.iter().map(|l| path.join(l)).find(|p| p.is_file());
    let file: PathBuf = if path.is_dir() { listed().unwrap_or_else(|| path.to_path_buf()) } else { path.to_path_buf() };
    if !file.is_file() {
        return Ok(None);
    }
    let name = file.display().to_string();
    let bytes = std::fs::read(&file)?;
    if let Some(rows) = list(&bytes, &name) {
        return Ok(Some(rows));
    }
    let read = pain001::read_all(&bytes, &name);
    findings.extend(read.findings);
    let row = |t: pain001::ReadTransfer| {
        let place = Place::Line { file: name.clone(), line: t.line, heading: None };
        Some(Sent { key: name_key(&t.name, ""), name: t.name, iban: t.iban.ok(), amount: t.amount?, place, met: false })
    };
    let rows: Vec<Sent> = read.value.transfers.into_iter().filter_map(row).collect();
    Ok((!rows.is_empty()).then_some(rows))
}

/// A `transfers.csv` of a run.
fn list(bytes: &[u8], name: &str) -> Option<Vec<Sent>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let titles = reader.headers().ok()?.clone();
    let at = |title: &str| titles.iter().position(|t| t.trim_start_matches('\u{feff}') == title);
    let (who, iban, amount) = (at("name")?, at("iban")?, at("amount")?);
    let mut out = Vec::new();
    for (i, row) in reader.records().enumerate() {
        let row = row.ok()?;
        let text = |c: usize| row.get(c).unwrap_or_default();
        let amount = crate::ground::Exact::parse(text(amount)).and_then(Money::from_exact)?;
        let place = Place::Line { file: name.to_owned(), line: i as u32 + 2, heading: None };
        let sent = Sent {
            name: text(who).to_owned(),
            key: name_key(text(who), ""),
            iban: Iban::parse(text(iban)).ok(),
            amount,
            place,
            met: false,
        };
        out.push(sent);
    }
    Some(out)
}

fn about(code: &str, severity: Severity, a: &Sent, b: &Sent) -> Finding {
    let masked = |s: &Sent| s.iban.as_ref().map_or_else(|| "?".to_owned(), Iban::masked);
    let f = Finding::new(code, severity).arg("name", &b.name).arg("old", masked(a)).arg("new", masked(b));
    f.arg("before", a.amount.french()).arg("after", b.amount.french()).at(a.place.clone()).at(b.place.clone())
}

/// The same name and account in both: how many have the same amount; the others are told.
fn met(a: &mut [Sent], b: &mut [Sent], findings: &mut Vec<Finding>) -> u64 {
    let mut by_person: BTreeMap<(String, Option<Iban>), Vec<usize>> = BTreeMap::new();
    for (i, s) in a.iter().enumerate() {
        by_person.entry((s.key.clone(), s.iban.clone())).or_default().push(i);
    }
    let mut unchanged = 0;
    for same_amount in [true, false] {
        for s in b.iter_mut().filter(|s| !s.met) {
            let Some(of) = by_person.get(&(s.key.clone(), s.iban.clone())) else { continue };
            let Some(i) = of.iter().find(|i| !a[**i].met && (a[**i].amount == s.amount) == same_amount) else { continue };
            (a[*i].met, s.met) = (true, true);
            unchanged += u64::from(same_amount);
            if !same_amount {
                let change = s.amount - a[*i].amount;
                findings.push(about("X04", Severity::Justify, &a[*i], s).arg("change", change.french()).stake(change.cents()));
            }
        }
    }
    unchanged
}

/// Names on another account, accounts under another name, and whoever is in one of the two alone.
fn others(a: &mut [Sent], b: &mut [Sent], findings: &mut Vec<Finding>) {
    let owner = |iban: &Option<Iban>, a: &[Sent]| iban.as_ref().and_then(|i| a.iter().position(|s| s.iban.as_ref() == Some(i)));
    let mut moved: Vec<(usize, usize)> = Vec::new();
    for (j, s) in b.iter().enumerate().filter(|(_, s)| !s.met && !s.key.is_empty()) {
        let alone = |rows: &[Sent]| rows.iter().filter(|r| !r.met && r.key == s.key).count() == 1;
        if alone(a) && alone(b) {
            moved.extend(a.iter().position(|r| !r.met && r.key == s.key).map(|i| (i, j)));
        }
    }
    for (i, j) in &moved {
        let (was, is) = (&a[*i], &b[*j]);
        let f = match owner(&is.iban, a) {
            Some(o) => {
                // Two accounts exchanged are one finding each, with the other's name.
                let back = moved.iter().any(|(x, y)| *x == o && b[*y].iban == was.iban);
                about(if back { "X02" } else { "X03" }, Severity::Blocking, was, is).arg("other", &a[o].name).at(a[o].place.clone())
            }
            None => about("X01", Severity::Blocking, was, is),
        };
        findings.push(f.stake(is.amount.cents()));
        if was.amount != is.amount {
            let change = is.amount - was.amount;
            findings.push(about("X04", Severity::Justify, was, is).arg("change", change.french()).stake(change.cents()));
        }
    }
    for (i, j) in moved {
        (a[i].met, b[j].met) = (true, true);
    }
    for s in b.iter().filter(|s| !s.met) {
        match owner(&s.iban, a) {
            // Nobody else is paid on it any more: a name that changed, or somebody in another's place.
            Some(o) if !a[o].met => {
                findings.push(about("X07", Severity::Justify, &a[o], s).arg("other", &a[o].name).stake(s.amount.cents()));
                a[o].met = true;
            }
            Some(o) => {
                let f = about("X08", Severity::Blocking, &a[o], s).arg("other", &a[o].name);
                findings.push(f.stake(s.amount.cents()));
            }
            None => {
                let masked = s.iban.as_ref().map_or_else(|| "?".to_owned(), Iban::masked);
                let f = Finding::new("X06", Severity::Justify).arg("name", &s.name).arg("after", s.amount.french());
                findings.push(f.arg("new", masked).stake(s.amount.cents()).at(s.place.clone()));
            }
        }
    }
    for s in a.iter().filter(|s| !s.met) {
        let f = Finding::new("X05", Severity::Justify).arg("name", &s.name).arg("before", s.amount.french());
        findings.push(f.stake(s.amount.cents()).at(s.place.clone()));
    }
}
