//! Every file of the inbox by what it is: tables, transfers, statements, declarations, reports of banks, records.

use super::super::sendings::{self, Sending};
use super::super::{records, rejected};
use crate::ground::finding::Rank;
use crate::ground::place::{Source, SourceKind};
use crate::ground::{At, Finding, Iban, Money, PayMonth, Place, Severity, Sources};
use crate::job::{self, Job};
use crate::normalise::join::TransferRow;
use crate::normalise::other_accounts::Owner;
use crate::normalise::people::Who;
use crate::normalise::titles::Titles;
use crate::normalise::{self, Mapping, Role};
use crate::read::{self, FileKind, Input, Limits, archive, dsn, pain001, pain002, xhl};
use anyhow::Result;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read as _};

/// Folders within folders down to which mails are opened.
const DEEP: usize = 8;

/// A file as the manifest lists it.
#[derive(Clone, Debug)]
pub struct HashedFile {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}
/// SHA-256 of a file, read in pieces.
///
/// # Errors
/// When the file cannot be read.
pub fn hash(path: &std::path::Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut sha = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 20];
    let mut total = 0;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        sha.update(&buffer[..n]);
        total += n as u64;
    }
    Ok((total, hex(&sha.finalize())))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

/// Tables and transfers of every file of the inbox.
#[derive(Default)]
pub(in crate::pipeline) struct Opened {
    pub(in crate::pipeline) sources: Sources,
    pub(in crate::pipeline) tables: Vec<read::Table>,
    pub(in crate::pipeline) transfers: Vec<TransferRow>,
    pub(in crate::pipeline) statements: Vec<normalise::xhl::Registered>,
    pub(in crate::pipeline) declarations: Vec<normalise::dsn::Registered>,
    /// What banks said of transfer files, and the files they may be about.
    pub(in crate::pipeline) reports: Vec<pain002::Report>,
    pub(super) sent: Vec<rejected::Sent>,
    /// Transfers that a portal's list says came back.
    pub(super) refused: Vec<rejected::Refused>,
    pub(super) sendings: Vec<Sending>,
    /// Files read as something other than tables.
    pub(super) read: BTreeSet<String>,
    /// Pictures, pages printed to a file, and what other programs alone read.
    pub(super) printed: BTreeSet<String>,
    /// Names of the files read, by hash.
    pub(in crate::pipeline) seen: BTreeMap<String, Vec<String>>,
    pub(in crate::pipeline) header: Option<(pain001::Header, Place, Money)>,
    pub(super) files: Vec<HashedFile>,
    pub(in crate::pipeline) findings: Vec<Finding>,
    /// What runs wrote, by folder.
    pub(in crate::pipeline) records: records::Found,
}

pub(super) fn open_all(job: &Job, progress: fn(&str, u64, u64)) -> Result<Opened> {
    let mut o = Opened::default();
    let inbox = job::inbox(&job.folder)?;
    let limits = Limits::default();
    let hashes: Vec<_> = inbox.par_iter().map(|f| hash(&f.path)).collect();
    for (i, (f, hashed)) in inbox.iter().zip(hashes).enumerate() {
        progress("read", i as u64, inbox.len() as u64);
        let input = Input::from(f.path.clone());
        match hashed {
            Ok((bytes, sha256)) => {
                o.files.push(HashedFile { name: f.name.clone(), bytes, sha256: sha256.clone() });
                open_one((&input, &f.name), (bytes, sha256), 0, &limits, &mut o);
            }
            Err(_) => o.findings.push(unopened(&f.name)),
        }
    }
    let locks = job::locks(&job.folder).unwrap_or_default();
    let lock = |name: String| Finding::new("J22", Severity::Warning).at(Place::File { file: name });
    o.findings.extend(locks.into_iter().map(lock));
    take_transfers(&mut o, job);
    Ok(o)
}

impl Opened {
    /// One file alone, under this name.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn of_file(file: &std::path::Path, name: &str) -> std::io::Result<Self> {
        let mut o = Self::default();
        open_one((&Input::from(file.to_path_buf()), name), hash(file)?, 0, &Limits::default(), &mut o);
        Ok(o)
    }
}

/// A file that is there and that nothing may read: whatever it says is wanting, and nothing leaves until it is read or gone.
fn unopened(file: &str) -> Finding {
    let mut f = Finding::new("M345", Severity::Blocking).at(Place::File { file: file.to_owned() });
    f.rank = Rank::Cause;
    f
}

/// One file of the inbox, or of an archive in it. A copy read again would pay again what it lists.
/// `level` counts the archives that it lies in.
fn open_one((input, name): (&Input, &str), (bytes, sha256): (u64, String), level: u8, limits: &Limits, o: &mut Opened) {
    // Two months may have the same settings, or no transfer at all: files of records are no copies of each other.
    if o.records.take(input, name, &sha256, limits, &mut o.sources, &mut o.findings) {
        return;
    }
    let seen = o.seen.entry(sha256).or_default();
    if let Some(first) = seen.iter().find(|first| bytes > 0 && !are_rubrics(first, name)) {
        let copy = Finding::new("F12", Severity::Justify).at(Place::File { file: name.to_owned() }).arg("first", first);
        o.findings.push(copy);
        return;
    }
    seen.push(name.to_owned());
    match read::kind(input, limits) {
        Ok(FileKind::Xml) if xhl::is_statement(input) => {
            let mut opened = xhl::open(input, name, limits);
            o.findings.append(&mut opened.findings);
            // A flow of invoices is known for what it is.
            if !opened.value.is_empty() || o.findings.iter().any(|f| f.code == "R52" && f.places == [Place::File { file: name.to_owned() }])
            {
                o.read.insert(name.to_owned());
            }
            o.statements.extend(opened.value.into_iter().map(|s| normalise::xhl::register(s, &mut o.sources)));
        }
        Ok(FileKind::Xml) if pain002::is_report(input) => {
            let mut opened = pain002::open(input, name, &pain001::Limits::default());
            o.findings.append(&mut opened.findings);
            o.read.insert(name.to_owned());
            o.reports.push(opened.value);
        }
        Ok(FileKind::Xml) => match read::foreign::kind(input) {
            Some(kind) => {
                o.read.insert(name.to_owned());
                let told = match kind {
                    // What the bank sent back stands in a statement of the account.
                    _ if kind.starts_with("camt") => {
                        o.reports.extend(pain002::returns(input, name, &pain001::Limits::default()));
                        ("R111", Severity::Justify)
                    }
                    read::foreign::CRM => ("R140", Severity::Justify),
                    _ => ("R110", Severity::Information),
                };
                o.findings.push(Finding::new(told.0, told.1).arg("kind", kind).at(Place::File { file: name.to_owned() }));
            }
            None => open_transfers(input, name, o),
        },
        Ok(FileKind::Dsn) => {
            let mut opened = dsn::open(input, name, limits);
            o.findings.append(&mut opened.findings);
            o.declarations.push(normalise::dsn::register(opened.value, name, &mut o.sources));
        }
        // A mail within a mail within a mail is a text.
        Ok(FileKind::Mail) if name.matches('/').count() <= DEEP => {
            let mut found = archive::attached(input, name, limits, &mut |member, bytes| {
                let (size, sha256) = bytes.hashed(|b| hex(&Sha256::digest(b)));
                open_one((&bytes, &member), (size, sha256), level, limits, o);
            });
            o.findings.append(&mut found);
        }
        Ok(FileKind::Archive) if archive::is_zip(input) => {
            let limits = &if level == 0 { *limits } else { limits.inner() };
            let mut found = archive::members(input, name, level == 0, limits, &mut |member, bytes| {
                let (size, sha256) = bytes.hashed(|b| hex(&Sha256::digest(b)));
                open_one((&bytes, &member), (size, sha256), level + 1, limits, o);
            });
            o.findings.append(&mut found);
        }
        other => {
            if matches!(other, Ok(FileKind::Pdf | FileKind::Image | FileKind::Document | FileKind::Locked | FileKind::Xlsb)) {
                o.printed.insert(name.to_owned());
            }
            let mut opened = read::open(input, name, &mut o.sources, limits, None);
            o.findings.append(&mut opened.findings);
            let once = without_twins(opened.value, &o.sources, &mut o.findings);
            o.tables.extend(once);
        }
    }
}

/// The sheets of one file, each once: a copy (« Livre (2) ») would pay again what it lists.
fn without_twins(tables: Vec<read::Table>, sources: &Sources, findings: &mut Vec<Finding>) -> Vec<read::Table> {
    let like = |a: &read::Table, b: &read::Table| {
        let rows = a.row_count_hint() > 0 && a.row_count_hint() == b.row_count_hint();
        rows && !(is_somebody(a) && is_somebody(b) && a.sheet != b.sheet) && contents(a) == contents(b)
    };
    let numbered = numbered_sheets(&tables);
    let mut out: Vec<read::Table> = Vec::with_capacity(tables.len());
    for table in tables {
        match out.iter().find(|first| like(first, &table)) {
            Some(first) if !numbered || number_of(first) == number_of(&table) => {
                let f = Finding::new("M193", Severity::Justify).at(sources.place(At::source(table.source)));
                findings.push(f.arg("first", first.sheet.as_deref().unwrap_or(&first.file)));
            }
            Some(_) | None => out.push(table),
        }
    }
    out
}

/// Whether each sheet of a file is called by a number and a name of its own: two rubrics (« 2118 VERSEMENT », « 2122 CENTRE DE
/// GESTION ») may have the same amounts.
fn numbered_sheets(tables: &[read::Table]) -> bool {
    let numbers: BTreeSet<&str> = tables.iter().filter_map(number_of).collect();
    tables.len() >= 5 && numbers.len() == tables.len()
}

/// Whether a sheet is called like a person, « ALLARD Alain »: two of them may have worked the same hours on the same days.
fn is_somebody(table: &read::Table) -> bool {
    let name = table.sheet.as_deref().unwrap_or_default();
    let words: Vec<&str> = name.split_whitespace().collect();
    let letters = |w: &&str| w.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '\u{2019}' | '.'));
    let surname = |w: &&str| w.chars().count() >= 2 && !w.chars().any(char::is_lowercase);
    let given = |w: &&str| w.starts_with(char::is_uppercase) && w.chars().any(char::is_lowercase);
    (2..=4).contains(&words.len()) && words.iter().all(letters) && words.iter().any(surname) && words.iter().any(given)
}

/// The number that a sheet's name opens with, before a word.
fn number_of(table: &read::Table) -> Option<&str> {
    numbered_name(table.sheet.as_deref()?).map(|(number, _)| number)
}

/// « 2118 VERSEMENT »: a number of two digits and more, and what it is the number of.
fn numbered_name(name: &str) -> Option<(&str, &str)> {
    let (number, rest) = name.split_once([' ', '-', '_'])?;
    let is = number.len() >= 2 && number.bytes().all(|b| b.is_ascii_digit()) && rest.chars().any(char::is_alphabetic);
    is.then_some((number, rest))
}

/// Whether two files are called by the numbers and the names of two rubrics: they may have the same amounts for everybody.
fn are_rubrics(first: &str, second: &str) -> bool {
    let base = |file: &'_ str| file.rsplit('/').next().unwrap_or_default().to_owned();
    let (a, b) = (base(first), base(second));
    matches!((numbered_name(&a), numbered_name(&b)), (Some((m, x)), Some((n, y))) if m != n && x != y)
}

/// What the rows of a table say, cell by cell.
fn contents(table: &read::Table) -> [u8; 32] {
    let mut sha = Sha256::new();
    let _ = table.for_each(&mut |row| {
        sha.update(row.number.to_le_bytes());
        row.cells.iter().for_each(|c| {
            sha.update(c.shown().as_bytes());
            sha.update([0]);
        });
        std::ops::ControlFlow::Continue(())
    });
    sha.finalize().into()
}

fn open_transfers(input: &Input, name: &str, o: &mut Opened) {
    let place = Place::File { file: name.to_owned() };
    let Ok(file) = input.reader() else {
        o.findings.push(unopened(name));
        return;
    };
    let source = o.sources.add(Source { file: name.to_owned(), sheet: None, kind: SourceKind::Document, headings: Vec::new() });
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    let mut sum = Money::ZERO;
    let (mut without, mut first) = (0_u64, Place::Nowhere);
    let mut take = |t: pain001::ReadTransfer| {
        if t.iban.is_err() {
            if without == 0 {
                first = Place::Line { file: name.to_owned(), line: t.line, heading: None };
            }
            without += 1;
        }
        if let Some(amount) = t.amount {
            sum += amount;
            others.push(t.remittance);
            let (end_to_end, instruction, iban) = (t.end_to_end_id, t.instruction_id, t.iban.ok());
            rows.push(TransferRow { end_to_end, instruction, name: t.name, iban, amount, at: At::row(source, t.line) });
        }
    };
    let mut read = pain001::read(&mut BufReader::new(file), name, &pain001::Limits::default(), &mut take);
    o.findings.append(&mut read.findings);
    if without > 0 {
        // Without any account there is nothing to hold a changed one against.
        let severity = if without == rows.len() as u64 { Severity::Blocking } else { Severity::Justify };
        o.findings.push(Finding::new("R61", severity).arg("count", without).at(first));
    }
    if rows.is_empty() {
        return;
    }
    other_references(&mut rows, others);
    o.sendings.push(Sending { source, header: read.value, place, sum, rows });
}

/// Where a transfer has no reference for the payee, the employer's own and the text for the payee may say whose it is: not a count of
/// the transfers, nor the sum in words.
fn other_references(rows: &mut [TransferRow], others: Vec<String>) {
    let count = |t: &TransferRow| t.instruction.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u64>().ok();
    let counted = rows.windows(2).all(|w| count(&w[0]).zip(count(&w[1])).is_some_and(|(a, b)| b == a + 1));
    for (row, remittance) in rows.iter_mut().zip(others) {
        if !rejected::is_none(&row.end_to_end) {
            continue;
        }
        let euros = (row.amount.cents() / 100).to_string();
        let says_the_sum = remittance.split(|c: char| !c.is_ascii_digit()).any(|w| w == euros);
        let said = [(row.instruction.clone(), counted), (remittance, says_the_sum)];
        let said: Vec<String> = said.into_iter().filter(|(text, empty)| !(text.is_empty() || *empty)).map(|s| s.0).collect();
        if !said.is_empty() {
            row.end_to_end = said.join(" ");
        }
    }
}

/// Two transfer files of a month add up; the header of the first dates the payment. Files of an earlier day of the month wait
/// until people are joined.
pub(super) fn take_transfers(o: &mut Opened, job: &Job) {
    let (of_last_month, earlier) = sendings::of_last_month(std::mem::take(&mut o.sendings), job, &mut o.findings);
    o.sendings = earlier;
    for s in of_last_month {
        o.sent.push(rejected::Sent::of(s.source, &s.header));
        match &mut o.header {
            None => o.header = Some((s.header, s.place, s.sum)),
            Some(h) => h.2 += s.sum,
        }
        o.transfers.extend(s.rows);
    }
}

impl Opened {
    /// Whether something beside the registers tells of this month: a pay statement, a declaration, or its transfers.
    pub(super) fn tells_of(&self, month: PayMonth) -> bool {
        let declared = self.declarations.iter().flat_map(|d| &d.file.declarations).any(|d| d.month() == Some(month));
        // Transfers of another day are taken where none fits, and told.
        let sent = !self.transfers.is_empty() && self.findings.iter().all(|f| f.code != "F84");
        sent || declared || self.statements.iter().any(|s| s.statement.month == Some(month) && !s.statement.slips.is_empty())
    }

    /// Whom pay statements pay; where no other source lists people by number (`alone`), also whom declarations name.
    pub(super) fn stated(&self, alone: bool, cx: &normalise::Context<'_>) -> Vec<Who> {
        let mut stated: Vec<Who> = self.statements.iter().flat_map(|r| normalise::xhl::people(&r.statement)).collect();
        if alone {
            stated.extend(normalise::dsn::people(&self.declarations, cx.last));
        }
        stated
    }

    /// Files that hold no table and that a person says are nothing of the pay.
    pub(super) fn leave_ignored(&mut self, given: &[normalise::SourceEntry]) {
        let ignored = |e: &&normalise::SourceEntry| e.from.is_none() && e.role.as_deref().and_then(Role::parse) == Some(Role::Ignored);
        let said: BTreeSet<&str> = given.iter().filter(ignored).map(|e| e.file.as_str()).collect();
        let left: BTreeSet<String> = self.files.iter().map(|f| &f.name).filter(|n| said.contains(n.as_str())).cloned().collect();
        let about = |f: &Finding| f.args.iter().any(|a| a.0 == "file" && left.contains(&a.1));
        self.findings.retain(|f| f.code != "M09" || !about(f));
        self.read.extend(left);
    }

    /// Recognises the tables, beside everybody whom documents and the record name.
    pub(super) fn recognise(
        &mut self,
        record: &normalise::record::MonthRecord,
        given: &[normalise::SourceEntry],
        titles: &Titles,
        cx: &normalise::Context<'_>,
    ) -> Mapping {
        let mut documents = self.stated(true, cx);
        documents.append(&mut record.people(cx));
        let mut recognised = normalise::recognise(&self.tables, &documents, &mut self.sources, given, titles, cx);
        self.findings.append(&mut recognised.findings);
        recognised.value
    }
}

/// Without a transfer file, what banks list of last month's transfers stands in for it; beside one it is only told.
pub(super) fn listed_transfers(o: &mut Opened, mapping: &Mapping, cx: &normalise::Context<'_>) {
    let alone = o.transfers.is_empty();
    let (mut lists, mut back) = (Vec::new(), Vec::new());
    for table in &o.tables {
        let Some(map) = mapping.of(table.source).filter(|m| m.role == normalise::Role::Transfers) else { continue };
        let (rows, returned) = normalise::sent::transfers(table, map, cx, &o.sources, &mut o.findings);
        back.extend(returned.into_iter().map(|r| (rows.iter().find(|t| t.at == r.transfer).cloned(), r)));
        let place = o.sources.place(At::source(map.source));
        let sum: Money = rows.iter().map(|r| r.amount).sum();
        if alone {
            lists.push(Sending { source: map.source, header: pain001::Header::default(), place, sum, rows });
        } else {
            let f = Finding::new("M192", Severity::Information).arg("file", &map.file).arg("count", rows.len());
            o.findings.push(f.arg("sum", sum.french()).at(place));
        }
    }
    for list in sendings::once(lists, &mut o.findings) {
        o.header.get_or_insert((list.header, list.place, Money::ZERO)).2 += list.sum;
        o.transfers.extend(list.rows);
    }
    for (row, r) in back {
        // Beside a transfer file, or another list of the same transfers, the transfer stands there.
        let same = |t: &&TransferRow| row.as_ref().is_some_and(|x| x.amount == t.amount && x.iban.is_some() && x.iban == t.iban);
        let here = o.transfers.iter().any(|t| t.at == r.transfer);
        let transfer = o.transfers.iter().find(same).filter(|_| !here).map_or(r.transfer, |t| t.at);
        o.refused.push(rejected::Refused::listed(transfer, o.sources.place(r.at), r.why));
    }
}

/// Accounts of suppliers, associations and others; of one that two files list, the first.
pub(super) fn others_of(tables: &[read::Table], mapping: &Mapping, cx: &normalise::Context<'_>) -> Option<BTreeMap<Iban, Owner>> {
    let mut out = None;
    for table in tables {
        let Some(map) = mapping.of(table.source).filter(|m| m.role == normalise::Role::OtherAccounts) else { continue };
        let all: &mut BTreeMap<Iban, Owner> = out.get_or_insert_default();
        for (iban, owner) in normalise::other_accounts::accounts(table, map, cx) {
            all.entry(iban).or_insert(owner);
        }
    }
    out
}

/// Sheets of another shape become plain tables.
pub(super) fn lay_out(o: &mut Opened, titles: &Titles, cx: &normalise::Context<'_>) {
    let mut laid = normalise::shape::plain(std::mem::take(&mut o.tables), &mut o.sources, titles, cx);
    o.findings.append(&mut laid.findings);
    o.tables = laid.value;
}

#[cfg(test)]
mod tests {
    use super::{Input, Opened, are_rubrics, open_transfers};
    use crate::ground::Severity;
    use crate::ground::finding::Rank;

    #[test]
    fn a_file_that_cannot_be_opened_holds_everything_back() {
        let mut o = Opened::default();
        open_transfers(&Input::from(std::path::PathBuf::from("inbox/no such file.xml")), "virements.xml", &mut o);
        let told: Vec<_> = o.findings.iter().map(|f| (f.code.as_str(), f.severity, f.rank)).collect();
        assert_eq!(told, [("M345", Severity::Blocking, Rank::Cause)]);
    }

    #[test]
    fn files_called_by_two_rubrics_are_no_copies() {
        assert!(are_rubrics("livre/2118 VERSEMENT.csv", "livre/2122 CENTRE DE GESTION.csv"));
        for (a, b) in [("2024 agents.csv", "2025 agents.csv"), ("agents.csv", "2118 agents.csv"), ("CIA.csv", "CIA (2).csv")] {
            assert!(!are_rubrics(a, b), "{a}");
        }
    }
}
