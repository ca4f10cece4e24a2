//! Two sets of transfers against each other: who is paid on another account, who is new, who is gone, whose amount moved.
//!
//! Comes in: two transfer files, lists of transfers, or folders of runs that hold one. People are told by name and account
//! together; nobody is joined by an amount. Whoever new is paid on an account that somebody had before comes first.

use super::explain::Told;
use super::{inputs, load_pack, settings, since};
use crate::ground::{Finding, Iban, Lang, Money, Place, Severity, figures, finding, iban, words};
use crate::job::{self, SETTINGS_FILE};
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
    account: Account,
    amount: Money,
    place: Place,
    /// Found in the other.
    met: bool,
}

impl Sent {
    fn of(name: String, account: Account, amount: Money, place: Place) -> Self {
        Self { key: name_key(&name, ""), name, account, amount, place, met: false }
    }
}

/// An account as it is compared: two that are no IBAN are the same when they are written the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Account {
    text: String,
    iban: Option<Iban>,
}

impl Account {
    fn of(written: &str) -> Self {
        Self { text: iban::clean(written), iban: Iban::parse(written).ok() }
    }

    /// Of a list whose reader has told of an account that is none.
    fn read(iban: Option<Iban>) -> Self {
        Self { text: iban.as_ref().map(|i| i.as_str().to_owned()).unwrap_or_default(), iban }
    }

    fn masked(&self) -> String {
        match &self.iban {
            Some(iban) => iban.masked(),
            None if self.text.is_empty() => "?".to_owned(),
            None => format!("•••• {} ?", self.text.chars().skip(self.text.chars().count().saturating_sub(4)).collect::<String>()),
        }
    }
}

/// Where a folder of a job or of a run holds what leaves, the released one first.
const RESULTS: [&str; 3] = ["released", "out", "."];
const LIST: &str = "transfers.csv";
/// Rows of a list that are no transfer, whose account is none, or that came back.
const OF_ROWS: [&str; 3] = ["M191", "M292", "M363"];

/// Holds them against each other. The exit code is 0 where nothing differs, 1 where something does, 2 where one cannot be read.
///
/// # Errors
/// When a file cannot be read.
pub fn diff(before: &Path, after: &Path, lang: Option<Lang>) -> Result<Told> {
    let lang = lang.unwrap_or_default();
    let mut findings = Vec::new();
    let mut sets = Vec::new();
    for path in [before, after] {
        let told = findings.len();
        match read(path, &mut findings)? {
            Some(rows) => sets.push(rows),
            None if findings[told..].iter().any(|f| f.severity == Severity::Blocking) => {}
            None => findings.push(Finding::new("X09", Severity::Blocking).at(Place::File { file: path.display().to_string() })),
        }
    }
    let [a, b] = sets.as_mut_slice() else { return Ok(Told { text: String::new(), findings, lang, code: 2 }) };
    for rows in [&*a, &*b] {
        let mut unread = rows.iter().filter(|r| r.account.iban.is_none());
        if let Some(first) = unread.next() {
            let f = Finding::new("X10", Severity::Justify).arg("count", unread.count() + 1).arg("account", first.account.masked());
            findings.push(f.at(first.place.clone()));
        }
    }
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
    if path.is_dir() { of_folder(path, findings) } else { of_file(path, findings) }
}

/// Of a folder, the file that goes to the bank: it must be the one its run wrote, and say what the list beside it says.
fn of_folder(path: &Path, findings: &mut Vec<Finding>) -> Result<Option<Vec<Sent>>> {
    let holds = |folder: &PathBuf| folder.join(LIST).is_file() || sent_file(folder).is_some();
    let Some(folder) = RESULTS.iter().map(|r| path.join(r)).find(holds) else { return Ok(None) };
    if let Some(manifest) = since::manifest(&folder) {
        since::results(&folder, &manifest, findings);
        let job = if folder.ends_with(".") { path.join("..") } else { path.to_path_buf() };
        for name in since::inputs(&job, &manifest) {
            let place = Place::File { file: path.display().to_string() };
            findings.push(Finding::new("X15", Severity::Justify).arg("file", name).at(place));
        }
    }
    let listed = if folder.join(LIST).is_file() { of_file(&folder.join(LIST), findings)? } else { None };
    let Some(file) = sent_file(&folder) else {
        findings.push(Finding::new("X14", Severity::Warning).at(Place::File { file: folder.display().to_string() }));
        return Ok(listed);
    };
    let sent = of_file(&file, findings)?;
    if let (Some(sent), Some(listed)) = (&sent, &listed)
        && sums(sent) != sums(listed)
    {
        findings.push(Finding::new("X13", Severity::Blocking).at(Place::File { file: file.display().to_string() }));
    }
    Ok(sent)
}

/// The transfer file of a folder of results.
fn sent_file(folder: &Path) -> Option<PathBuf> {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let of_bank = |p: &PathBuf| {
        let name = p.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with("virements-") && name.ends_with(".xml")
    };
    names.filter(of_bank).max()
}

/// Who is paid what, and where, in one order.
fn sums(rows: &[Sent]) -> Vec<(&str, &Account, Money)> {
    let mut out: Vec<(&str, &Account, Money)> = rows.iter().map(|r| (r.key.as_str(), &r.account, r.amount)).collect();
    out.sort();
    out
}

fn of_file(file: &Path, findings: &mut Vec<Finding>) -> Result<Option<Vec<Sent>>> {
    if !file.is_file() {
        return Ok(None);
    }
    let name = file.display().to_string();
    let bytes = std::fs::read(file)?;
    if let Some(rows) = list(&bytes, &name, findings) {
        return Ok(rows);
    }
    if !xml(&bytes) {
        return listed(file, findings);
    }
    let read = pain001::read_all(&bytes, &name);
    findings.extend(read.findings);
    let row = |t: pain001::ReadTransfer| {
        let place = Place::Line { file: name.clone(), line: t.line, heading: None };
        Some(Sent::of(t.name, Account::of(&t.account), t.amount?, place))
    };
    let rows: Vec<Sent> = read.value.transfers.into_iter().filter_map(row).collect();
    Ok((!rows.is_empty()).then_some(rows))
}

/// Whether the first sign opens a tag, in one byte a letter or two.
fn xml(bytes: &[u8]) -> bool {
    bytes.iter().find(|b| b.is_ascii_graphic()) == Some(&b'<')
}

/// What a bank or a portal lists of last month, in the words of the job whose folder or inbox it lies in.
fn listed(file: &Path, findings: &mut Vec<Finding>) -> Result<Option<Vec<Sent>>> {
    let around = file.ancestors().skip(1).take(3).find(|f| f.join(SETTINGS_FILE).is_file());
    let Some(job) = around.map(job::open).transpose()?.and_then(|j| j.value) else { return Ok(None) };
    let Some(pack) = load_pack(&job, None)?.pack else { return Ok(None) };
    let read = inputs::listed(file, &job, &pack, &settings(&pack, &job).value)?;
    let rows: Vec<Sent> = read.value.into_iter().map(|(place, t)| Sent::of(t.name, Account::read(t.iban), t.amount, place)).collect();
    // What is said of columns and sheets helps where nothing is read; what is said of rows always.
    let of_rows = |f: &Finding| f.severity == Severity::Blocking || OF_ROWS.contains(&f.code.as_str());
    findings.extend(read.findings.into_iter().filter(|f| rows.is_empty() || of_rows(f)));
    Ok((!rows.is_empty()).then_some(rows))
}

/// A `transfers.csv` of a run: its rows, or none where one cannot be read, which is told. No list at all: `None`.
fn list(bytes: &[u8], name: &str, findings: &mut Vec<Finding>) -> Option<Option<Vec<Sent>>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let titles = reader.headers().ok()?.clone();
    let at = |title: &str| titles.iter().position(|t| t.trim_start_matches('\u{feff}') == title);
    let (who, iban, amount) = (at("name")?, at("iban")?, at("amount")?);
    let mut out = Vec::new();
    let mut whole = true;
    for row in reader.records() {
        let line = |row: &csv::StringRecord| row.position().map_or(0, |p| u32::try_from(p.line()).unwrap_or(u32::MAX));
        let Ok(row) = row else {
            findings.push(Finding::new("X11", Severity::Blocking).arg("text", "").at(Place::File { file: name.to_owned() }));
            whole = false;
            break;
        };
        let text = |c: usize| row.get(c).unwrap_or_default();
        let place = |heading: Option<&str>| Place::Line { file: name.to_owned(), line: line(&row), heading: heading.map(str::to_owned) };
        let Some(sum) = crate::ground::Exact::parse(text(amount)).and_then(Money::from_exact) else {
            findings.push(Finding::new("X11", Severity::Blocking).arg("text", text(amount)).at(place(Some("amount"))));
            whole = false;
            continue;
        };
        out.push(Sent::of(text(who).to_owned(), Account::of(text(iban)), sum, place(None)));
    }
    Some(whole.then_some(out))
}

fn about(code: &str, severity: Severity, a: &Sent, b: &Sent) -> Finding {
    let f = Finding::new(code, severity).arg("name", &b.name).arg("old", a.account.masked()).arg("new", b.account.masked());
    f.arg("before", a.amount.french()).arg("after", b.amount.french()).at(a.place.clone()).at(b.place.clone())
}

/// The same name and account in both: how many have the same amount; the others are told.
fn met(a: &mut [Sent], b: &mut [Sent], findings: &mut Vec<Finding>) -> u64 {
    let mut by_person: BTreeMap<(String, Account), Vec<usize>> = BTreeMap::new();
    for (i, s) in a.iter().enumerate() {
        by_person.entry((s.key.clone(), s.account.clone())).or_default().push(i);
    }
    let mut unchanged = 0;
    for same_amount in [true, false] {
        for s in b.iter_mut().filter(|s| !s.met) {
            let Some(of) = by_person.get(&(s.key.clone(), s.account.clone())) else { continue };
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

/// The rows of each name that are left on both sides, one with another: of the same amount first, then in their order.
fn moved(a: &[Sent], b: &[Sent]) -> Vec<(usize, usize)> {
    let mut left: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, s) in a.iter().enumerate().filter(|(_, s)| !s.met && !s.key.is_empty()) {
        left.entry(&s.key).or_default().push(i);
    }
    let mut paired = vec![false; b.len()];
    let mut out = Vec::new();
    for same_amount in [true, false] {
        for (j, s) in b.iter().enumerate().filter(|(_, s)| !s.met) {
            let Some(of) = left.get_mut(s.key.as_str()).filter(|_| !paired[j]) else { continue };
            let Some(at) = of.iter().position(|i| !same_amount || a[*i].amount == s.amount) else { continue };
            paired[j] = true;
            out.push((of.remove(at), j));
        }
    }
    out.sort_by_key(|m| m.1);
    out
}

/// Names on another account, accounts under another name, and whoever is in one of the two alone.
fn others(a: &mut [Sent], b: &mut [Sent], findings: &mut Vec<Finding>) {
    let mut owners: BTreeMap<Account, usize> = BTreeMap::new();
    for (i, s) in a.iter().enumerate().filter(|(_, s)| !s.account.text.is_empty()) {
        owners.entry(s.account.clone()).or_insert(i);
    }
    let owner = |account: &Account| owners.get(account).copied();
    let moved = moved(a, b);
    let moved_from: BTreeMap<usize, usize> = moved.iter().copied().collect();
    for (i, j) in &moved {
        let (was, is) = (&a[*i], &b[*j]);
        let f = match owner(&is.account) {
            Some(o) => {
                // Two accounts exchanged are one finding each, with the other's name.
                let back = moved_from.get(&o).is_some_and(|y| b[*y].account == was.account);
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
        match owner(&s.account) {
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
                let f = Finding::new("X06", Severity::Justify).arg("name", &s.name).arg("after", s.amount.french());
                findings.push(f.arg("new", s.account.masked()).stake(s.amount.cents()).at(s.place.clone()));
            }
        }
    }
    for s in a.iter().filter(|s| !s.met) {
        let f = Finding::new("X05", Severity::Justify).arg("name", &s.name).arg("before", s.amount.french());
        findings.push(f.stake(s.amount.cents()).at(s.place.clone()));
    }
}
