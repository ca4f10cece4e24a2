//! The inbox, read: tables recognised and gathered, transfers, everything joined into people.

use super::decisions::{self, Decisions};
use super::sendings::{self, Sending};
use super::{bygone, records, rejected};
use crate::ground::place::{Source, SourceKind};
use crate::ground::{At, Checked, Finding, Money, PayMonth, Place, Severity, Sources, Words};
use crate::job::{self, Job};
use crate::normalise::join::{self, People, TransferRow};
use crate::normalise::people::Who;
use crate::normalise::record::Past;
use crate::normalise::titles::Titles;
use crate::normalise::trust::{Teller, Trust};
use crate::normalise::{self, CodeTarget, Mapping, Natures, Payer, RubricTarget, Rubrics, fragment};
use crate::payslip::{Card, ElementId, LineKind, PaidCode, PaidLine};
use crate::read::{self, FileKind, Input, Limits, archive, dsn, pain001, pain002, xhl};
use crate::rules::Pack;
use crate::rules::bind::{Context, Num, SettingValue};
use crate::rules::plan::Step;
use anyhow::Result;
use chrono::NaiveDate;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read as _};

/// A file as the manifest lists it.
#[derive(Clone, Debug)]
pub struct HashedFile {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

/// Everything read.
#[derive(Default)]
pub struct Inputs {
    pub sources: Sources,
    pub mapping: Mapping,
    pub files: Vec<HashedFile>,
    pub people: People,
    /// Cards of local codes that no element stands for, carried as they are.
    pub unknown_cards: Vec<Card>,
    /// For each local code, the elements its label and behaviour resemble, best first.
    pub proposals: Vec<Vec<ElementId>>,
    /// For each local code, whether its amounts stood among the agents' while no sum of theirs counts them.
    pub beside: Vec<bool>,
    pub strangers: Vec<(crate::ground::EmployeeId, At, String)>,
    pub last_execution: Option<NaiveDate>,
    pub transferred: Option<(crate::ground::Money, Place)>,
    pub rows: Vec<normalise::RowCount>,
    /// Kinds of documents that spoke: pay statements, declarations.
    pub documents: BTreeSet<&'static str>,
    /// What each source is.
    pub tellers: BTreeMap<u16, Teller>,
    /// What documents say of the employer.
    pub employer: job::Employer,
    /// What people decided.
    pub decisions: Decisions,
    /// What goes on of the months before, by their records.
    pub past: Past,
    /// Files that were read as something other than tables: flows with statements in them, reports of banks.
    pub read: BTreeSet<String>,
    /// Files that belong to a record, used or not.
    pub of_records: BTreeSet<String>,
    /// Unread sheets that mean nobody but those who are set aside for them.
    pub set_aside: BTreeSet<u16>,
    /// Months before the last that a change reaches back to, and what is known of each but for its payslips.
    pub bygone: BTreeMap<PayMonth, bygone::Month>,
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

/// What the pack's elements look like in an export: labels, kind, and the law's rates of the month.
pub fn rubrics(pack: &Pack, job: &Job, settings: &[SettingValue]) -> Rubrics {
    let law = pack.law(Context { month: job.last_month, payment_date: job.last_month.last_day() }, settings.to_vec());
    let plan = pack.plan(&law).0;
    let constant = |n: &Option<Num>| match n {
        Some(Num::Const(x)) if !x.is_zero() => Some(*x),
        _ => None,
    };
    // An amount is written with its sign; a base times a rate has that of its kind.
    let mut taken = BTreeSet::new();
    for step in plan.iter().flat_map(|p| &p.steps) {
        let Step::Element(e) = step else { continue };
        let of_kind = matches!(e.kind, LineKind::Deduction | LineKind::Employer | LineKind::Tax);
        if e.amount.as_ref().map_or(of_kind, |n| n.takes(&taken)) {
            taken.insert(e.slot);
        }
    }
    let targets = pack
        .elements
        .iter()
        .enumerate()
        .map(|(i, e)| {
            let step = plan.as_ref().and_then(|p| {
                p.steps.iter().find_map(|s| match s {
                    Step::Element(x) if x.element.index() == i => Some(x),
                    Step::Element(_) | Step::Value(_) => None,
                })
            });
            let mut labels = e.labels.clone();
            labels.push(e.card.label.fr.clone());
            RubricTarget {
                element: crate::payslip::ElementId(i as u16),
                code: e.card.code.clone(),
                kind: e.card.kind,
                labels,
                rate: step.and_then(|s| constant(&s.rate)),
                employer_rate: step.and_then(|s| constant(&s.employer_rate)),
                takes: step.is_some_and(|s| taken.contains(&s.slot)),
                total: None,
            }
        })
        .collect();
    Rubrics { targets }
}

/// Tables and transfers of every file of the inbox.
pub(super) struct Opened {
    pub(super) sources: Sources,
    pub(super) tables: Vec<read::Table>,
    pub(super) transfers: Vec<TransferRow>,
    pub(super) statements: Vec<normalise::xhl::Registered>,
    pub(super) declarations: Vec<normalise::dsn::Registered>,
    /// What banks said of transfer files, and the files they may be about.
    reports: Vec<pain002::Report>,
    sent: Vec<rejected::Sent>,
    sendings: Vec<Sending>,
    /// Files read as something other than tables.
    read: BTreeSet<String>,
    /// Names of the files read, by hash.
    seen: BTreeMap<String, String>,
    pub(super) header: Option<(pain001::Header, Place, crate::ground::Money)>,
    files: Vec<HashedFile>,
    pub(super) findings: Vec<Finding>,
    /// What runs wrote, by folder.
    pub(super) records: records::Found,
}

fn open_all(job: &Job, progress: fn(&str, u64, u64)) -> Result<Opened> {
    let mut o = Opened {
        sources: Sources::default(),
        tables: Vec::new(),
        transfers: Vec::new(),
        statements: Vec::new(),
        declarations: Vec::new(),
        reports: Vec::new(),
        sent: Vec::new(),
        sendings: Vec::new(),
        read: BTreeSet::new(),
        seen: BTreeMap::new(),
        header: None,
        files: Vec::new(),
        findings: Vec::new(),
        records: records::Found::default(),
    };
    let inbox = job::inbox(&job.folder)?;
    let limits = Limits::default();
    let hashes: Vec<_> = inbox.par_iter().map(|f| hash(&f.path)).collect();
    for (i, (f, hashed)) in inbox.iter().zip(hashes).enumerate() {
        progress("read", i as u64, inbox.len() as u64);
        let input = Input::from(f.path.clone());
        match hashed {
            Ok((bytes, sha256)) => {
                o.files.push(HashedFile { name: f.name.clone(), bytes, sha256: sha256.clone() });
                open_one(&input, &f.name, bytes, sha256, &limits, &mut o);
            }
            Err(_) => o.findings.push(Finding::new("R04", Severity::Justify).at(Place::File { file: f.name.clone() })),
        }
    }
    take_transfers(&mut o, job);
    Ok(o)
}

/// One file of the inbox, or of an archive in it. A copy read again would pay again what it lists.
fn open_one(input: &Input, name: &str, bytes: u64, sha256: String, limits: &Limits, o: &mut Opened) {
    // Two months may have the same settings, or no transfer at all: files of records are no copies of each other.
    if o.records.take(input, name, &sha256, limits, &mut o.sources, &mut o.findings) {
        return;
    }
    if let Some(first) = o.seen.get(&sha256).filter(|_| bytes > 0) {
        let copy = Finding::new("F12", Severity::Justify).at(Place::File { file: name.to_owned() }).arg("first", first);
        o.findings.push(copy);
        return;
    }
    o.seen.insert(sha256, name.to_owned());
    match read::kind(input, limits) {
        Ok(FileKind::Xml) if xhl::is_statement(input) => {
            let mut opened = xhl::open(input, name, limits);
            o.findings.append(&mut opened.findings);
            if !opened.value.is_empty() {
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
        Ok(FileKind::Xml) => open_transfers(input, name, o),
        Ok(FileKind::Dsn) => {
            let mut opened = dsn::open(input, name, limits);
            o.findings.append(&mut opened.findings);
            o.declarations.push(normalise::dsn::register(opened.value, name, &mut o.sources));
        }
        Ok(FileKind::Archive) if archive::is_zip(input) => {
            let mut found = archive::members(input, name, limits, &mut |member, bytes| {
                let (size, sha256) = bytes.hashed(|b| hex(&Sha256::digest(b)));
                open_one(&bytes, &member, size, sha256, limits, o);
            });
            o.findings.append(&mut found);
        }
        _ => {
            let mut opened = read::open(input, name, &mut o.sources, limits, None);
            o.findings.append(&mut opened.findings);
            o.tables.append(&mut opened.value);
        }
    }
}

fn open_transfers(input: &Input, name: &str, o: &mut Opened) {
    let place = Place::File { file: name.to_owned() };
    let Ok(file) = input.reader() else {
        o.findings.push(Finding::new("R04", Severity::Justify).at(place));
        return;
    };
    let source = o.sources.add(Source { file: name.to_owned(), sheet: None, kind: SourceKind::Document, headings: Vec::new() });
    let mut rows = Vec::new();
    let mut sum = crate::ground::Money::ZERO;
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
            rows.push(TransferRow { end_to_end: t.end_to_end_id, name: t.name, iban: t.iban.ok(), amount, at: At::row(source, t.line) });
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
    o.sendings.push(Sending { source, header: read.value, place, sum, rows });
}

/// Two transfer files of a month add up; the header of the first dates the payment.
fn take_transfers(o: &mut Opened, job: &Job) {
    for s in sendings::of_last_month(std::mem::take(&mut o.sendings), job, &mut o.findings) {
        o.sent.push(rejected::Sent::of(s.source, &s.header));
        match &mut o.header {
            None => o.header = Some((s.header, s.place, s.sum)),
            Some(h) => h.2 += s.sum,
        }
        o.transfers.extend(s.rows);
    }
}

impl Opened {
    /// Whom pay statements pay; where no other source lists people by number (`alone`), also whom declarations name.
    fn stated(&self, alone: bool, cx: &normalise::Context<'_>) -> Vec<Who> {
        let mut stated: Vec<Who> = self.statements.iter().flat_map(|r| normalise::xhl::people(&r.statement)).collect();
        if alone {
            stated.extend(normalise::dsn::people(&self.declarations, cx.last));
        }
        stated
    }

    /// Recognises the tables, beside everybody whom documents and the record name.
    fn recognise(
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

fn context<'a>(pack: &'a Pack, natures: &'a Natures, rubrics: &'a Rubrics, job: &Job) -> normalise::Context<'a> {
    normalise::Context { vocabulary: &pack.vocabulary, natures, rubrics, month: job.month, last: job.last_month }
}

/// Sheets of another shape become plain tables.
fn lay_out(o: &mut Opened, titles: &Titles, cx: &normalise::Context<'_>) {
    let mut laid = normalise::shape::plain(std::mem::take(&mut o.tables), &mut o.sources, titles, cx);
    o.findings.append(&mut laid.findings);
    o.tables = laid.value;
}

/// Reads the inbox to the end.
///
/// # Errors
/// When the inbox cannot be listed.
pub fn read(job: &Job, pack: &Pack, settings: &[SettingValue], progress: fn(&str, u64, u64)) -> Result<Checked<Inputs>> {
    let mut o = open_all(job, progress)?;
    let rubrics = rubrics(pack, job, settings);
    let natures = Natures::of(&pack.events, &pack.vocabulary).with_moves(&pack.moves);
    let cx = context(pack, &natures, &rubrics, job);
    let mut given = fragment::read(&job.text);
    o.findings.append(&mut given.findings);
    let cards = pack.catalogue();
    let (mut record, of_records, earlier) = records::last_month(&mut o, &cards, &cx);
    let titles = Titles::new(cx.vocabulary, cx.rubrics);
    lay_out(&mut o, &titles, &cx);
    let mut mapping = o.recognise(&record, &given.value, &titles, &cx);
    let aside = wrong_month(&o.tables, &o.sources, &mut mapping, record.month.is_some(), &cx, &mut o.findings);
    // Beside a staff file of this month a record only tells what last month was paid on.
    let beside = mapping.sources.iter().any(|s| s.role == normalise::Role::Staff);
    let known = record.rows(beside, &cx);
    let listed = record.month.is_some() || mapping.sources.iter().any(|s| s.role.is_register() || s.role == normalise::Role::Staff);
    let stated = o.stated(!listed, &cx);
    let mut gathered = normalise::gather_beside((known, &stated), &o.tables, &o.transfers, &o.sources, &mapping, &cx);
    o.findings.append(&mut gathered.findings);
    cut_short(&mapping, &mut o.findings);
    let mut gathered = gathered.value;
    let set_aside = std::mem::take(&mut gathered.set_aside);
    super::set_aside::weigh(&mut o.findings, &mapping, (&set_aside, &gathered.open), &o.sources);
    let sent = !o.transfers.is_empty();
    o.findings.append(&mut record.add(&mut gathered, (sent, beside), &o.sources));
    o.findings.append(&mut record.later(&mut gathered, &o.sources, &cx));
    if !sent {
        o.transfers.clone_from(&record.transfers);
    }
    let siret = job.employer.siret.as_ref().map(crate::ground::Siret::as_str);
    let trust = trusted(super::trust::of(job, &pack.vocabulary, &mut o.findings), &mapping, &record, &o);
    let (accounts, mut found) = normalise::xhl::add(&o.statements, &mut gathered, siret, &trust, &given.value, &o.sources, &cx);
    o.findings.append(&mut found);
    // Without a transfer file, the statement says who was paid how much and where.
    if o.transfers.is_empty() {
        o.transfers = accounts;
    }
    let (mut declared, mut found) = normalise::dsn::add(&o.declarations, &mut gathered, siret, &o.sources, &cx);
    o.findings.append(&mut found);
    set_beside(&mut gathered);
    set_apart(&mut gathered, pack);
    let mut decided = decisions::read(job, pack, &mut o.sources, &mut o.findings);
    decisions::rename(&mut decided, &mut gathered, job, &o.sources, &mut o.findings);
    super::same_person::join(&mut gathered, &mut o.transfers, &pack.vocabulary, &o.sources, &mut o.findings);
    normalise::posts::spread(&mut gathered, &pack.vocabulary, &o.sources, &mut o.findings);
    let elsewhere = std::mem::take(&mut gathered.elsewhere);
    let mut unknown_cards = unknown_cards(&gathered);
    let mut proposals = proposals(&gathered, &mapping);
    let mut beside: Vec<bool> = gathered.local_codes.iter().map(|c| c.beside).collect();
    let rows = gathered.rows.clone();
    let mut registers = bygone::Registers { aside, months: std::mem::take(&mut gathered.months) };
    let mut sent_rows = o.transfers.clone();
    if !sent {
        o.sent.extend(rejected::Sent::of_record(&record));
        sent_rows = rejected::referenced(&record);
    }
    let refused = rejected::find(&o.reports, &o.sent, &sent_rows, &mut o.findings);
    let mut joined = join::join(&pack.vocabulary, &o.sources, job.month, &trust, gathered, std::mem::take(&mut o.transfers));
    o.findings.append(&mut joined.findings);
    o.findings.extend(super::known_by_net::alone(&mut joined, &pack.vocabulary));
    normalise::posts::others(&mut joined.people, &pack.vocabulary);
    let pay_date = record.manifest.as_ref().and_then(|m| m.pay_date);
    let transferred = record.transferred(&o.sources);
    let spoke_record = record.month.is_some();
    let (past, mut found) = record.settle(&mut joined.people, &o.sources, sent);
    o.findings.append(&mut found);
    o.findings.extend(declared.settle(&mut joined.people, &o.sources));
    for t in &joined.orphan_transfers {
        o.findings
            .push(Finding::new("F07", Severity::Justify).at(o.sources.place(t.at)).arg("name", &t.name).arg("amount", t.amount.french()));
    }
    for (id, at, what) in &joined.strangers {
        o.findings.push(Finding::new("IMP-05", Severity::Blocking).at(o.sources.place(*at)).arg("agent", id).arg("what", what).told("F08"));
    }
    if !spoke_record && let Some(card) = super::known_by_net::transferred(&mut joined.people, unknown_cards.len()) {
        unknown_cards.push(card);
        proposals.push(Vec::new());
        beside.push(false);
    }
    for (id, siret) in elsewhere {
        if let Some(p) = joined.people.get_mut(&id) {
            p.elsewhere = Some(siret);
        }
    }
    decisions::apply(&mut decided, &mut joined.people, &pack.vocabulary, job, &o.sources, &mut o.findings);
    o.findings.extend(rejected::name(&refused, &joined, &decided, &o.sources));
    o.findings.extend(of_others(&joined.people, &decided, siret.unwrap_or_default(), &o.sources));
    let bygone = bygone::read(earlier, &mut registers, &mut o, &mut joined.people, pack, &mapping, (&cards, &cx));
    o.findings.extend(another_debtor(job, o.header.as_ref()));
    let (last_execution, transferred) = match &o.header {
        Some((h, place, sum)) => (h.execution, Some((*sum, place.clone()))),
        None => (pay_date, transferred),
    };
    let spoke = [("statement", !o.statements.is_empty()), ("declaration", !o.declarations.is_empty()), ("record", spoke_record)];
    let documents = spoke.into_iter().filter(|d| d.1).map(|d| d.0).collect();
    let inputs = Inputs {
        tellers: trust.of,
        employer: super::employer::said(&o, siret),
        sources: o.sources,
        mapping,
        files: o.files,
        people: joined.people,
        unknown_cards,
        proposals,
        beside,
        strangers: joined.strangers,
        last_execution,
        transferred,
        rows,
        documents,
        decisions: decided,
        past,
        read: o.read,
        of_records,
        set_aside,
        bygone,
    };
    Ok(Checked::new(inputs, o.findings))
}

/// What each source is, for the order of trust.
fn trusted(mut trust: Trust, mapping: &Mapping, record: &normalise::record::MonthRecord, o: &Opened) -> Trust {
    for m in &mapping.sources {
        trust.of.insert(m.source, if m.role.is_register() { Teller::Register } else { Teller::Staff });
    }
    trust.of.extend(o.statements.iter().map(|s| (s.source, Teller::Statement)));
    trust.of.extend(o.declarations.iter().map(|d| (d.source, Teller::Declaration)));
    let of_record = record.places.as_ref().map(|p| p.0).into_iter().chain(record.members.values().map(|m| m.at.source));
    trust.of.extend(of_record.map(|s| (s, Teller::Record)));
    trust
}

/// A list of this month that ends within a row, or requests for another account that may: who stood below cannot be known.
fn cut_short(mapping: &Mapping, findings: &mut [Finding]) {
    let of = |role: fn(normalise::Role) -> bool| -> Vec<&str> {
        mapping.sources.iter().filter(|s| role(s.role)).map(|s| s.file.as_str()).collect()
    };
    let (lists, requests) = (of(normalise::lists::is_list), of(|r| r == normalise::Role::AccountChanges));
    for f in findings.iter_mut().filter(|f| f.code == "R60") {
        let about = |files: &[&str]| {
            f.places.iter().any(|p| matches!(p, Place::File { file } | Place::Line { file, .. } if files.contains(&file.as_str())))
        };
        if about(&requests) || f.severity == Severity::Justify && about(&lists) {
            f.severity = Severity::Blocking;
        }
    }
}

/// Those whom another employer pays, by its own documents: not paid here unless somebody says so.
fn of_others(people: &People, decided: &Decisions, own: &str, sources: &Sources) -> Vec<Finding> {
    let one = |(id, p): (&crate::ground::EmployeeId, &join::Person)| {
        let siret = p.elsewhere.as_ref().filter(|_| !decided.is_present(id))?;
        let at = p.paid.as_ref().and_then(|s| s.lines.first()).map(|l| l.at).or(p.staff)?;
        let f = Finding::new("M148", Severity::Blocking).of(id).arg("agent", id).arg("siret", siret).arg("own", own);
        Some(f.at(sources.place(at)))
    };
    people.iter().filter_map(one).collect()
}

/// Last month was paid from another account than the one that pays this month.
fn another_debtor(job: &Job, sent: Option<&(pain001::Header, Place, Money)>) -> Option<Finding> {
    let (header, place, _) = sent?;
    let (was, now) = (header.debtor_iban.as_ref()?, job.debtor.iban.as_ref()?);
    (was != now).then(|| Finding::new("J12", Severity::Justify).arg("was", was.masked()).arg("now", now.masked()).at(place.clone()))
}

/// Registers whose title, or whose column of months, says another month than the one last paid: set aside beside one of the right
/// month. Where there is none, nothing can be done with a title of another month, since everything would be compared with the
/// wrong pay.
///
/// Hands over those set aside, each as it was mapped, with its month.
fn wrong_month(
    tables: &[read::Table],
    sources: &Sources,
    mapping: &mut Mapping,
    recorded: bool,
    cx: &normalise::Context<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<(PayMonth, normalise::SourceMapping)> {
    let mut aside = Vec::new();
    // The record of last month is one of the right month as well.
    let (mut right, mut wrong) = (recorded, Vec::new());
    for t in tables {
        let Some(map) = mapping.of(t.source).filter(|m| m.role.is_register()) else { continue };
        let above = map.header.map_or(0, |h| h.0.saturating_sub(1)) as usize;
        let mut said = Vec::new();
        for row in t.sample(above).iter().filter(|r| (r.number as usize) <= above) {
            said.extend(row.cells.iter().flat_map(|c| months_named(&c.shown())).map(|m| (m, row.number)));
        }
        let titled = !said.is_empty();
        if !titled {
            said.extend(normalise::periods::only_month(t, map, cx));
        }
        match said.first() {
            Some(_) if said.iter().any(|(m, _)| *m == cx.last) => right = true,
            Some((month, row)) => wrong.push((t.source, *month, *row, titled)),
            None => {}
        }
    }
    for (source, month, row, _) in wrong.into_iter().filter(|w| right || w.3) {
        let place = sources.place(At::row(source, row));
        let (code, severity) = if right { ("M74", Severity::Justify) } else { ("F14", Severity::Blocking) };
        findings.push(Finding::new(code, severity).arg("month", month).arg("last", cx.last).at(place));
        if right && let Some(map) = mapping.sources.iter_mut().find(|m| m.source == source) {
            aside.push((month, map.clone()));
            map.role = normalise::Role::Ignored;
        }
    }
    aside
}

/// Months written out in a text: `NOVEMBRE 2021`, `Paie de nov. 2021`.
fn months_named(text: &str) -> Vec<PayMonth> {
    let folded = normalise::text::fold(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words
        .windows(2)
        .filter_map(|w| {
            let year: i32 = w[1].parse().ok().filter(|y| (1990..2100).contains(y))?;
            let names = crate::ground::month::MONTHS_FR;
            let month = names.iter().position(|m| normalise::text::fold(m) == w[0])?;
            PayMonth::new(year, month as u32 + 1)
        })
        .collect()
}

/// Whether local codes without an element are part of the net: the slips' own totals say. `None` where they do not.
fn unknown_counts(gathered: &normalise::Gathered) -> Option<bool> {
    let (mut within, mut beside) = (0_u32, 0_u32);
    for slip in gathered.paid.values() {
        let Some((net, _)) = slip.net_paid else { continue };
        let of = |unknown: bool| -> Money {
            let lines = slip.lines.iter().filter(|l| matches!(l.code, PaidCode::Unknown(_)) == unknown);
            lines.map(|l| l.amount).sum()
        };
        let (known, unknown) = (of(false), of(true));
        if unknown.is_zero() {
            continue;
        }
        within += u32::from(known + unknown == net);
        beside += u32::from(known == net);
    }
    match within.cmp(&beside) {
        std::cmp::Ordering::Greater => Some(true),
        std::cmp::Ordering::Less => Some(false),
        std::cmp::Ordering::Equal => None,
    }
}

/// Amounts of local codes that stand beside the net (an employer's share in the agents' column) move to the employer's side.
pub(super) fn set_beside(gathered: &mut normalise::Gathered) {
    if unknown_counts(gathered) != Some(false) {
        return;
    }
    for l in gathered.paid.values_mut().flat_map(|s| &mut s.lines) {
        if matches!(l.code, PaidCode::Unknown(_)) && l.employer_amount.is_zero() {
            l.employer_amount = l.amount;
            l.employer_rate = l.rate.take();
            l.amount = Money::ZERO;
        }
    }
}

/// Lines about an earlier month than the register's are arrears: paid once. Overtime that only names the month it was
/// worked in stands alone and stays. A register of which no line is about last month is another month's as a whole,
/// which a control says.
fn set_apart(gathered: &mut normalise::Gathered, pack: &Pack) {
    let own: BTreeSet<u16> = gathered.paid.values().flat_map(|s| &s.lines).filter(|l| l.period.is_none()).map(|l| l.at.source).collect();
    let lasting = |l: &PaidLine| match l.code {
        PaidCode::Element(e) => pack.elements[e.index()].card.recurs,
        PaidCode::Unknown(_) => true,
    };
    for slip in gathered.paid.values_mut() {
        let months: BTreeSet<PayMonth> = slip.lines.iter().filter(|l| lasting(l)).filter_map(|l| l.period).collect();
        let apart = |l: &PaidLine| l.period.is_some_and(|p| months.contains(&p)) && own.contains(&l.at.source);
        (slip.arrears, slip.lines) = std::mem::take(&mut slip.lines).into_iter().partition(apart);
    }
}

fn proposals(gathered: &normalise::Gathered, mapping: &Mapping) -> Vec<Vec<ElementId>> {
    let of = |c: &normalise::LocalCode| {
        let known = mapping.of(c.source).and_then(|m| m.codes.iter().find(|k| k.code == c.code));
        let targets = known.map_or(&[][..], |k| k.alternatives.as_slice());
        targets.iter().filter_map(|(t, _)| if let CodeTarget::Element(e, Payer::Agent) = t { Some(*e) } else { None }).collect()
    };
    gathered.local_codes.iter().map(of).collect()
}

/// A card for each local code, in the order of their indices; only those without an element are used.
fn unknown_cards(gathered: &normalise::Gathered) -> Vec<Card> {
    let mut kinds = vec![LineKind::Earning; gathered.local_codes.len()];
    let official = gathered.paid.values().filter_map(|s| s.official.as_deref());
    for l in gathered.paid.values().chain(official).flat_map(crate::payslip::PaidSlip::all) {
        if let PaidCode::Unknown(u) = l.code
            && let Some(k) = kinds.get_mut(usize::from(u))
        {
            // Without a rule, a sum taken is one after tax: it moves no base that nobody can check.
            *k = if !l.employer_amount.is_zero() && l.amount.is_zero() {
                LineKind::Employer
            } else if l.amount.is_negative() {
                LineKind::Net
            } else {
                LineKind::Earning
            };
        }
    }
    gathered
        .local_codes
        .iter()
        .zip(kinds)
        .map(|(c, told)| Card {
            id: format!("local_{}", c.code),
            code: c.code.clone(),
            label: Words::new(c.labels.first().map_or(c.code.as_str(), String::as_str), ""),
            printed: None,
            kind: c.kind.unwrap_or(told),
            section: String::new(),
            recurs: c.recurs,
            account: None,
            rate_is_share: true,
            base: crate::payslip::Counted::Number,
        })
        .collect()
}

/// What `releve inspect` shows: the mapping with its certainties, and the fragment of `releve.toml` that says the same.
///
/// # Errors
/// When the inbox cannot be listed.
pub fn inspect(job: &Job, pack: &Pack, settings: &[SettingValue]) -> Result<Checked<(Mapping, String, Vec<String>)>> {
    let mut o = open_all(job, |_, _, _| {})?;
    let rubrics = rubrics(pack, job, settings);
    let natures = Natures::of(&pack.events, &pack.vocabulary).with_moves(&pack.moves);
    let cx = context(pack, &natures, &rubrics, job);
    let mut given = fragment::read(&job.text);
    o.findings.append(&mut given.findings);
    let (record, _, _) = records::last_month(&mut o, &pack.catalogue(), &cx);
    let titles = Titles::new(cx.vocabulary, cx.rubrics);
    lay_out(&mut o, &titles, &cx);
    let mapping = o.recognise(&record, &given.value, &titles, &cx);
    let text = fragment::write(&mapping, &pack.vocabulary, &rubrics);
    let mut shown = Vec::new();
    for s in &mapping.sources {
        shown.extend(describe(s, pack, &rubrics));
    }
    if let (Some(month), Some(place)) = (record.month, record.place()) {
        let slips = record.members.values().filter(|m| m.slip.is_some()).count();
        shown.push(format!("{place} — dossier de paie de {month}, {slips} bulletins, {} virements", record.transfers.len()));
    }
    for s in o.statements.iter().map(|r| &r.statement) {
        let month = s.month.map_or_else(|| "?".to_owned(), |m| m.to_string());
        shown.push(format!("{} — état de paye, {} bulletins, {month}, {}", s.file, s.slips.len(), s.employer.text));
    }
    for d in o.declarations.iter().flat_map(|r| &r.file.declarations) {
        let month = d.month().map_or_else(|| "?".to_owned(), |m| m.to_string());
        shown.push(format!("{} — DSN {}, {} individus, {month}, SIRET {}", d.file, d.norm, d.people.len(), d.siret()));
    }
    if let Some((h, place, sum)) = &o.header {
        shown.push(format!(
            "{place} — pain.001, {} virements, {} €, exécution {}",
            o.transfers.len(),
            sum.french(),
            h.execution.map_or_else(|| "?".to_owned(), |d| d.format("%d/%m/%Y").to_string())
        ));
    }
    Ok(Checked::new((mapping, text, shown), o.findings))
}

fn describe(s: &normalise::SourceMapping, pack: &Pack, rubrics: &Rubrics) -> Vec<String> {
    let sheet = s.sheet.as_ref().map(|n| format!(", « {n} »")).unwrap_or_default();
    let header = s.header.map_or_else(
        || "sans titre".to_owned(),
        |(a, b)| if a == b { format!("titres ligne {a}") } else { format!("titres lignes {a}–{b}") },
    );
    let mut out = vec![String::new(), format!("{}{sheet} — {} ({} %), {header}", s.file, s.role, s.certainty)];
    for c in &s.columns {
        let name = c.meaning.name(&pack.vocabulary, rubrics);
        let samples = c.samples.join(" | ");
        let mark = if c.certainty < normalise::lists::SURE { "?" } else { " " };
        out.push(format!(" {mark} {:<28} → {:<28} {:>3} %   {samples}", cut(&s.key(c), 28), cut(&name, 28), c.certainty));
    }
    for c in &s.codes {
        let name = fragment::target_name(c.target, rubrics);
        let mark = if c.certainty < 70 { "?" } else { " " };
        out.push(format!(
            " {mark} {:<8} {:<32} → {:<16} {:>3} %   {}",
            c.code,
            cut(c.labels.first().map_or("", String::as_str), 32),
            name,
            c.certainty,
            c.why.join(", ")
        ));
    }
    out
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width { text.to_owned() } else { format!("{}…", text.chars().take(width - 1).collect::<String>()) }
}
