//! Results → `out/`: CSV, findings, payslips, transfer file, difference report, manifest. Made whole, then put in place.

use super::compute::{DETAIL, Results, Worked, code_card, detail, to_transfer};
use super::manifest::{self, Made};
use super::tables::Tables;
use super::{Options, Outcome, Ready, slips};
use crate::check::printed::Printed;
use crate::compute::employee::Standing;
use crate::compute::walk::Share;
use crate::facts::Role;
use crate::ground::{Bic, EmployeeId, Finding, Iban, Lang, Money, Severity, finding, sepa_text, words};
use crate::job::{self, Pain};
use crate::payslip::{LineKind, Totals};
use crate::write::payslip as print;
use crate::write::register;
use crate::write::report;
use crate::write::transfer::{self, Transfer};
use anyhow::{Context as _, Result};
use chrono::NaiveTime;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Writes everything; findings of writing itself (a name no bank takes, a letter no font has) join the others.
///
/// # Errors
/// When `out/` cannot be written.
pub fn write(ready: &Ready, results: &mut Results, tables: Tables, out: &mut Outcome, options: &Options) -> Result<()> {
    let folder = ready.job.folder.join("out");
    clear(&folder)?;
    let mut made = tables.finish()?;
    out.findings.append(&mut results.findings);
    let transfer_file = transfers(ready, results, out, &folder, &mut made)?;
    if options.payslips && !results.worked.is_empty() {
        results.run.printed = Some(payslips(ready, results, out, &folder, &mut made, options)?);
    }
    super::compute::file_controls(ready, results, out);
    super::decisions::settle(ready, &results.waivers, out);
    sum_up(results, out);
    in_english(ready, out);
    finding::sort(&mut out.findings);
    out.not_run = std::mem::take(&mut results.not_run).into_iter().collect();
    if results.briefs.len() <= DETAIL {
        reports(ready, results, out, &folder, &mut made)?;
    }
    let settings = super::record::settings(&ready.pack, &ready.settings, &ready.job.employer);
    if let Some(rows) = super::proposals::text(ready, results, out) {
        put(&folder, super::proposals::FILE, rows.as_bytes(), &mut made)?;
    }
    put(&folder, "settings.csv", settings.as_bytes(), &mut made)?;
    put(&folder, "findings.json", manifest::findings(out).as_bytes(), &mut made)?;
    made.sort_by(|a, b| a.name.cmp(&b.name));
    let text = manifest::text(ready, out, &made);
    job::write(&folder, "manifest.json", text.as_bytes())?;
    // Last of all, so that an interrupted run leaves no file that looks ready to be sent.
    if let Some(name) = transfer_file {
        std::fs::rename(folder.join(waiting(&name)), folder.join(&name)).with_context(|| name)?;
    }
    out.written = made.into_iter().map(|m| m.name).chain(["manifest.json".to_owned()]).collect();
    Ok(())
}

/// What reading found names facts by their French labels; whoever reads English gets the English ones.
fn in_english(ready: &Ready, out: &mut Outcome) {
    if ready.lang != Lang::En {
        return;
    }
    let labels: BTreeMap<&str, &str> = ready.pack.vocabulary.iter().map(|(_, d)| (d.label.fr.as_str(), d.label.get(Lang::En))).collect();
    let named = |name: &str| matches!(name, "fact" | "flag" | "what" | "meaning" | "line");
    for (_, value) in out.findings.iter_mut().flat_map(|f| f.args.iter_mut()).filter(|(name, _)| named(name)) {
        if let Some(label) = labels.get(value.as_str()) {
            (*label).clone_into(value);
        }
    }
}

/// The transfer file's name until everything else stands.
fn waiting(name: &str) -> String {
    format!(".{name}.waiting")
}

/// The transfer file of the last run goes before this one begins: should it not come to an end, none looks finished.
///
/// # Errors
/// When it cannot be removed.
pub fn withdraw(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("virements-") || name.starts_with(".virements-") {
            std::fs::remove_file(entry.path()).with_context(|| name)?;
        }
    }
    Ok(())
}

/// Drafts of the last run go, so that nothing old is taken for new.
fn clear(folder: &Path) -> Result<()> {
    let drafts = ["payslips", "payslips.csv", "lines.csv", "diff.csv", "replay.csv", "estimates.csv", "transfers.csv"];
    let record = ["facts.csv", "people.csv", "requests.csv", "settings.csv"];
    for name in drafts.into_iter().chain(record).chain(["findings.json", "manifest.json", super::proposals::FILE]) {
        let path = folder.join(name);
        let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match gone {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(e).with_context(|| format!("{}", path.display())),
        }
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("diff.") || name.starts_with("bulletins-") {
            std::fs::remove_file(entry.path()).with_context(|| name)?;
        }
    }
    withdraw(folder)
}

fn put(folder: &Path, name: &str, bytes: &[u8], made: &mut Vec<Made>) -> Result<()> {
    job::write(folder, name, bytes)?;
    made.push(Made::of(name, bytes));
    Ok(())
}

fn sum_up(results: &Results, out: &mut Outcome) {
    let total = |pick: fn(&super::compute::Brief) -> Option<Totals>| {
        results.briefs.iter().filter_map(pick).fold(Totals::default(), |mut t, x| {
            t += x;
            t
        })
    };
    out.before = total(|b| b.before);
    out.after = total(|b| b.after);
    out.payslips = results.briefs.iter().filter(|b| b.after.is_some()).count() as u64;
    out.replay = results.score;
    out.replay_agents = results.exact_agents;
    out.unreplayed = results.unreplayed.iter().map(ToString::to_string).collect();
    out.excluded = results.briefs.iter().filter(|b| b.blocked.is_some()).map(|b| b.id.to_string()).collect();
}

/// The transfer file, and `transfers.csv` beside it. Without a debtor account there is only the list.
/// The file waits under another name; the name it is to have is the answer.
fn transfers(ready: &Ready, results: &mut Results, out: &mut Outcome, folder: &Path, made: &mut Vec<Made>) -> Result<Option<String>> {
    let list = to_transfer(results);
    let month = ready.job.month.to_string();
    let prefix = format!("PAIE-{month}");
    for (id, name, ..) in &list {
        if let Some(short) = cut(name) {
            let f = Finding::new("S40", Severity::Warning).of(id).arg("agent", id).arg("max", sepa_text::NAME_MAX).arg("name", short);
            out.findings.push(f);
        }
    }
    let rows: Vec<Transfer> = list
        .iter()
        .map(|(id, name, net, iban)| Transfer {
            end_to_end_id: transfer::derive_id(&prefix, &[id.as_str(), &id.post().to_string(), &net.cents().to_string(), iban.as_str()]),
            employee: Some(id.clone()),
            // In capitals, as transfer files write names: a bank that compares them sees what it saw last month.
            name: cut(name).unwrap_or_else(|| name.to_uppercase()),
            holder: None,
            iban: iban.clone(),
            bic: None,
            amount: *net,
            // Two payments to one person and account on one day are told apart.
            remittance: (id.post() > 1).then(|| format!("{} POSTE {}", label(ready), id.post())),
        })
        .collect();
    let mut csv = register::TRANSFERS.to_owned();
    for t in &rows {
        csv.push_str(t.employee.as_ref().map_or("", EmployeeId::as_str));
        csv.push(',');
        register::field(&mut csv, &crate::ground::sepa_text::convert(&t.name, crate::ground::sepa_text::Ligatures::default()).text);
        csv.push_str(&format!(",{},{},{}\n", t.iban.as_str(), t.amount, t.end_to_end_id));
    }
    put(folder, "transfers.csv", csv.as_bytes(), made)?;
    out.transfers = (rows.len() as u64, rows.iter().map(|t| t.amount).sum());
    let Some(iban) = ready.job.debtor.iban.clone() else { return Ok(None) };
    out.held = held_by(out);
    if rows.is_empty() || !out.held.is_empty() {
        return Ok(None);
    }
    let file = file_head(ready, &rows, iban, &prefix);
    let mut bytes = Vec::new();
    match transfer::write(&file, &rows, &mut bytes) {
        Ok(summary) => {
            out.findings.extend(summary.findings.iter().cloned());
            let name = format!("virements-{month}.xml");
            let again = transfer::verify(&mut bytes.as_slice(), &name, &file, &rows, &summary);
            let sound = again.is_empty();
            out.findings.extend(again);
            if sound {
                job::write(folder, &waiting(&name), &bytes)?;
                made.push(Made::of(&name, &bytes));
                let path = folder.join(waiting(&name));
                results.run.file = Some(super::evidence::transfer_file(ready, &path, &name, &file.message_id, &rows));
                return Ok(Some(name));
            }
        }
        Err(transfer::NotWritten::Findings(found)) => out.findings.extend(found),
        Err(transfer::NotWritten::Io(e)) => return Err(e).context("virements"),
    }
    Ok(None)
}

/// A name that the scheme has no room for, cut at the last word that fits.
fn cut(name: &str) -> Option<String> {
    let whole = sepa_text::convert(&name.to_uppercase(), sepa_text::Ligatures::default()).text;
    if whole.chars().count() <= sepa_text::NAME_MAX {
        return None;
    }
    let head: String = whole.chars().take(sepa_text::NAME_MAX).collect();
    let end = head.rfind(' ').filter(|i| *i * 2 > sepa_text::NAME_MAX).unwrap_or(head.len());
    Some(head[..end].trim_end().to_owned())
}

/// Codes of what blocks the run and no single employee: then no money leaves.
pub fn held_by(out: &Outcome) -> Vec<String> {
    let whole = out.findings.iter().filter(|f| f.severity == Severity::Blocking && f.employee.is_none());
    // A row about nobody known names its number: it is that number's affair.
    let codes: BTreeSet<String> = whole.filter(|f| !f.args.iter().any(|a| a.0 == "agent")).map(|f| f.code.clone()).collect();
    codes.into_iter().collect()
}

fn file_head(ready: &Ready, rows: &[Transfer], iban: Iban, prefix: &str) -> transfer::TransferFile {
    let e = &ready.job.employer;
    let ids: Vec<&str> = rows.iter().map(|t| t.end_to_end_id.as_str()).collect();
    let address = e.town.as_ref().map(|town| transfer::Address {
        street: String::new(),
        number: String::new(),
        postcode: e.postal_code.clone().unwrap_or_default(),
        town: town.clone(),
        country: iban.as_str()[..2].to_owned(),
    });
    transfer::TransferFile {
        version: match ready.job.policies.pain {
            Pain::V09 => transfer::Version::V09,
            Pain::V03 => transfer::Version::V03,
        },
        message_id: transfer::derive_id(prefix, &ids),
        created: created(ready).and_time(NaiveTime::MIN),
        execution: ready.job.pay_date,
        debtor: transfer::Debtor {
            name: e.name.clone(),
            iban,
            bic: ready.job.debtor.bic.as_deref().and_then(|b| Bic::parse(b).ok()),
            address,
        },
        batch_booking: Some(true),
        profile: transfer::Profile::default(),
        label: label(ready),
    }
}

/// What the account statement of whoever is paid shows, in the letters that banks write, whatever language the run speaks.
fn label(ready: &Ready) -> String {
    let month = crate::ground::month::named(ready.job.month, Lang::Fr).to_uppercase();
    sepa_text::convert(&format!("PAIE {month}"), sepa_text::Ligatures::default()).text
}

/// The day the file was made, as far as the job knows without a clock: the latest day it tells of something that had happened.
/// Some banks refuse a file from the future, as one made on the day of payment is when it is sent before.
fn created(ready: &Ready) -> chrono::NaiveDate {
    let decided = ready.inputs.decisions.list.iter().map(|d| d.date);
    let happened = decided.chain(ready.job.incident_date).chain(ready.inputs.last_execution);
    happened.max().unwrap_or_else(|| ready.job.month.first_day()).min(ready.job.pay_date)
}

/// A name for a file: letters and digits of the employee number only, and which post when there are several.
fn safe(id: &EmployeeId) -> String {
    id.to_string().chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// Number of the slip and net of the other posts of the same person.
fn other_posts(results: &Results, month: &str, id: &EmployeeId) -> Vec<(String, Money)> {
    let from = results.worked.partition_point(|w| w.id.as_str() < id.as_str());
    let same = results.worked[from..].iter().take_while(|w| w.id.as_str() == id.as_str());
    let others = same.filter(|w| w.id != *id && w.output.stops.is_empty());
    others.filter_map(|w| Some((format!("{month}-{}-1", w.id), w.output.payslip.as_ref()?.totals.net_paid))).collect()
}

fn payslips(
    ready: &Ready,
    results: &Results,
    out: &mut Outcome,
    folder: &Path,
    made: &mut Vec<Made>,
    options: &Options,
) -> Result<Vec<Printed>> {
    let fonts = print::Fonts::load();
    let month = ready.job.month.to_string();
    let printed: Vec<(String, print::PrintedPayslip)> = results
        .worked
        .iter()
        .filter(|w| w.output.stops.is_empty())
        .filter_map(|w| {
            let p = w.output.payslip.as_ref()?;
            let number = format!("{month}-{}-1", w.id);
            Some((
                format!("payslips/bulletin-{month}-{}.pdf", safe(&w.id)),
                slips::printed(ready, w, p, &number, blocked(results, &w.id).is_some(), &other_posts(results, &month, &w.id)),
            ))
        })
        .collect();
    let total = printed.len() as u64;
    let mut done = 0;
    for chunk in printed.chunks(256) {
        let pages: Vec<Result<Vec<u8>, print::Problem>> = chunk.par_iter().map(|(_, p)| print::one(p, &fonts)).collect();
        for ((name, _), page) in chunk.iter().zip(pages) {
            match page {
                Ok(bytes) => put(folder, name, &bytes, made)?,
                Err(problem) => out.findings.push(problem.finding(ready.lang)),
            }
        }
        done += chunk.len() as u64;
        (options.progress)("payslips", done, total);
    }
    let mut order: Vec<&(String, print::PrintedPayslip)> = printed.iter().collect();
    order.sort_by_cached_key(|(_, p)| {
        let text = |t: &str| crate::ground::figures::sorting(t);
        (text(p.agent.service.as_deref().unwrap_or_default()), text(&p.agent.name), p.agent.matricule.clone())
    });
    let title = match ready.lang {
        Lang::Fr => format!("Bulletins de paie {}", crate::ground::month::of(ready.job.month, ready.lang)),
        Lang::En => format!("Payslips {}", crate::ground::month::of(ready.job.month, ready.lang)),
    };
    let author = &ready.job.employer.name;
    let mut book =
        print::Book::new(&fonts, print::Purpose::Reading, &title, &format!("{author} {month}"), author, ready.job.pay_date, ready.lang);
    for (_, p) in &order {
        // A slip that cannot be printed has its finding already.
        let _ = book.add(p);
    }
    if book.pages() > 0 {
        match book.finish() {
            Ok(bytes) => put(folder, &format!("bulletins-{month}.pdf"), &bytes, made)?,
            Err(problem) => out.findings.push(problem.finding(ready.lang)),
        }
    }
    let files: BTreeMap<&str, &Made> = made.iter().map(|m| (m.name.as_str(), m)).collect();
    Ok(printed
        .iter()
        .map(|(name, p)| super::evidence::printed(ready, results, folder, name, p, files.get(name.as_str()).copied()))
        .collect())
}

fn reports(ready: &Ready, results: &Results, out: &Outcome, folder: &Path, made: &mut Vec<Made>) -> Result<()> {
    let model = model(ready, results, out);
    let (html, bytes) = rayon::join(|| report::page(&model), || report::workbook(&model, &report::Options::default()));
    let bytes = bytes.context("diff.xlsx")?;
    put(folder, "diff.html", html.as_bytes(), made)?;
    put(folder, "diff.xlsx", &bytes, made)
}

/// Fills the report: agents, lines, causes, changes and the registers an accountant asks for.
fn model(ready: &Ready, results: &Results, out: &Outcome) -> report::Report {
    let lang = ready.lang;
    let lines = Lines::of(ready, results);
    // Causes that are called the same are one to the reader.
    let called = |c: u16| ready.pack.causes.get(usize::from(c)).map(|x| x.1.get(lang));
    let shown = |c: u16| (0..c).find(|o| called(*o) == called(c)).unwrap_or(c);
    let mut changes = Vec::new();
    for (i, w) in results.worked.iter().enumerate() {
        let whole = lines.whole(ready, w);
        for c in &w.output.changes {
            let Some(line) = lines.index(ready, c.code, c.share) else { continue };
            let (before, after) = whole.get(&line).copied().unwrap_or_default();
            changes.push(report::Change {
                agent: i as u32,
                line,
                cause: shown(c.cause),
                before,
                after,
                change: c.change(),
                detail: detail(ready, w, c.cause),
            });
        }
    }
    let mut sources: Vec<report::Source> = Vec::new();
    for f in &ready.inputs.files {
        let roles: BTreeSet<String> =
            ready.inputs.mapping.sources.iter().filter(|s| s.file == f.name).map(|s| role_name(s.role, lang)).collect();
        let ids: Vec<u16> = ready.inputs.mapping.sources.iter().filter(|s| s.file == f.name).map(|s| s.source).collect();
        let transfers = results.worked.iter().filter_map(|w| w.person.transfer.as_ref()).filter(|t| {
            let source = ready.inputs.sources.get(t.at.source);
            source.is_some_and(|s| s.kind == crate::ground::place::SourceKind::Document && s.file == f.name)
        });
        let transfers = transfers.count() as u64;
        let rows = transfers + ready.inputs.rows.iter().filter(|r| ids.contains(&r.source)).map(|r| r.data).sum::<u64>();
        let used_as = if roles.is_empty() {
            words::ui(if transfers > 0 { "ui.role.transfers" } else { "ui.role.document" }, lang).to_owned()
        } else {
            roles.into_iter().collect::<Vec<_>>().join(", ")
        };
        sources.push(report::Source { file: f.name.clone(), used_as, rows, hash: f.sha256.clone() });
    }
    let run = &results.run;
    report::Report {
        lang,
        employer: ready.job.employer.name.clone(),
        month: ready.job.month,
        last_month: ready.job.last_month,
        pay_date: ready.job.pay_date,
        prepared_at: ready.job.pay_date.and_time(NaiveTime::MIN),
        prepared_by: String::new(),
        approved_by: String::new(),
        state: report::State::Draft,
        pack: report::Pack { name: ready.pack.name.get(lang).to_owned(), version: ready.pack.version.clone() },
        program: format!("releve {}", env!("CARGO_PKG_VERSION")),
        sources,
        agents: results.worked.iter().map(|w| report_agent(ready, results, out, w)).collect(),
        lines: lines.list,
        causes: ready.pack.causes.iter().map(|c| report::Cause { code: c.0.clone(), label: c.1.get(lang).to_owned() }).collect(),
        changes,
        totals_before: out.before,
        totals_after: out.after,
        transfers: report::Transfers { count: out.transfers.0, total: out.transfers.1 },
        held: out.held.clone(),
        headcount: report::Headcount {
            before: run.before.count,
            arrivals: run.arrivals,
            returns: 0,
            departures: run.departures,
            suspensions: 0,
            after: run.after.count,
        },
        movements: movements(ready, results),
        iban_changes: iban_changes(ready, results),
        set_aside: set_aside(results, out, ready),
        estimations: results.worked.iter().flat_map(|w| super::estimates::of(ready, w)).chain(super::estimates::rest(ready)).collect(),
        findings: out.findings.iter().map(|f| report::FindingRow::of(f, lang)).collect(),
        not_run: out
            .not_run
            .iter()
            .map(|n| report::Control {
                code: n.control.clone(),
                label: ready.pack.controls.iter().find(|c| c.id == n.control).map_or_else(String::new, |c| c.label.get(lang).to_owned()),
                why: n.why.get(lang).to_owned(),
            })
            .collect(),
        replay: replay(ready, results),
        net_social: slips::net_social(ready),
    }
}

/// What a file was taken for, in words.
fn role_name(role: crate::normalise::mapping::Role, lang: Lang) -> String {
    words::ui(&format!("ui.role.{}", role.id()), lang).to_owned()
}

/// The lines of the report: one per code and share, in printing order.
struct Lines {
    list: Vec<report::Line>,
    at: BTreeMap<(usize, Share), u16>,
}

impl Lines {
    fn of(ready: &Ready, results: &Results) -> Self {
        let mut sums: BTreeMap<(usize, Share), (Money, Money, u64, u64)> = BTreeMap::new();
        for w in &results.worked {
            for (key, (before, after)) in sides(ready, w) {
                let s = sums.entry(key).or_default();
                s.0 += before;
                s.1 += after;
                s.2 += u64::from(!before.is_zero());
                s.3 += u64::from(!after.is_zero());
            }
        }
        let mut list = Vec::new();
        let mut at = BTreeMap::new();
        for ((index, share), (before, after, count_before, count_after)) in sums {
            let card = &ready.catalogue[index];
            at.insert((index, share), list.len() as u16);
            list.push(report::Line {
                code: card.code.clone(),
                label: side_label(card, share, ready.lang),
                kind: if share == Share::Employer { LineKind::Employer } else { card.kind },
                creditor: card.creditor.as_ref().map_or_else(String::new, |c| c.get(ready.lang).to_owned()),
                before,
                after,
                count_before,
                count_after,
            });
        }
        Self { list, at }
    }

    fn index(&self, ready: &Ready, code: crate::payslip::PaidCode, share: Share) -> Option<u16> {
        self.at.get(&(card_index(ready, code), share)).copied()
    }

    /// Amounts of one employee's lines in both months, by line of the report.
    fn whole(&self, ready: &Ready, w: &Worked) -> BTreeMap<u16, (Money, Money)> {
        let mut out = BTreeMap::new();
        for (key, amounts) in sides(ready, w) {
            if let Some(i) = self.at.get(&key) {
                out.insert(*i, amounts);
            }
        }
        out
    }
}

/// The label of a line; of one that has both parts, the employer's says so.
fn side_label(card: &crate::payslip::Card, share: Share, lang: Lang) -> String {
    let label = card.label.get(lang);
    if share == Share::Employee || card.kind == LineKind::Employer {
        return label.to_owned();
    }
    format!("{label}, {}", words::ui("ui.employer_part", lang))
}

fn card_index(ready: &Ready, code: crate::payslip::PaidCode) -> usize {
    match code {
        crate::payslip::PaidCode::Element(e) => e.index(),
        crate::payslip::PaidCode::Unknown(u) => ready.pack.elements.len() + usize::from(u),
    }
}

/// Both months of every line of an employee, by card and share.
fn sides(ready: &Ready, w: &Worked) -> BTreeMap<(usize, Share), (Money, Money)> {
    let mut out: BTreeMap<(usize, Share), (Money, Money)> = BTreeMap::new();
    for l in w.person.paid.iter().flat_map(crate::payslip::PaidSlip::all) {
        let index = card_index(ready, l.code);
        if !l.amount.is_zero() {
            out.entry((index, Share::Employee)).or_default().0 += l.amount;
        }
        if !l.employer_amount.is_zero() {
            out.entry((index, Share::Employer)).or_default().0 += l.employer_amount;
        }
    }
    for l in w.output.payslip.iter().flat_map(|p| &p.lines) {
        if !l.amount.is_zero() {
            out.entry((l.element.index(), Share::Employee)).or_default().1 += l.amount;
        }
        if !l.employer_amount.is_zero() {
            out.entry((l.element.index(), Share::Employer)).or_default().1 += l.employer_amount;
        }
    }
    out
}

fn blocked<'r>(results: &'r Results, id: &EmployeeId) -> Option<&'r String> {
    results.briefs.binary_search_by(|b| b.id.cmp(id)).ok().and_then(|i| results.briefs[i].blocked.as_ref())
}

fn role_text(ready: &Ready, w: &Worked, role: Role) -> String {
    w.person.text(&ready.pack.vocabulary, role).unwrap_or_default().to_owned()
}

fn report_agent(ready: &Ready, results: &Results, out: &Outcome, w: &Worked) -> report::Agent {
    let after = w.output.payslip.as_ref().map(|p| p.totals);
    let why = blocked(results, &w.id);
    let state = match (w.standing, after.is_some(), why.is_some()) {
        (_, true, true) if why.is_some_and(|c| c == "D13") => report::AgentState::Held,
        (_, true, true) | (Standing::NotPaid, _, true) => report::AgentState::Excluded,
        (Standing::Arrives, _, _) => report::AgentState::Arrived,
        (Standing::Left, _, _) => report::AgentState::Left,
        (Standing::NotPaid, _, false) => report::AgentState::Held,
        (Standing::Stays | Standing::Unknown, _, _) => report::AgentState::Paid,
    };
    let statut = ready
        .pack
        .payslip
        .get("status")
        .and_then(|n| ready.pack.vocabulary.named(n))
        .and_then(|id| w.output.facts.get(id).or_else(|| w.person.known.get(id)))
        .map_or_else(String::new, |f| super::compute::show_value(ready, f));
    report::Agent {
        employee: w.id.clone(),
        post: w.id.post(),
        name: w.name.clone(),
        service: role_text(ready, w, Role::Service),
        statut,
        mode: w.output.payslip.as_ref().map_or(crate::payslip::Mode::Computed, |p| p.mode),
        before: w.before,
        after,
        state,
        reason: why.map_or_else(String::new, |code| blocked_for(ready, out, w, code)),
    }
}

/// Why somebody is set aside, in words: the first clause of what was found.
fn blocked_for(ready: &Ready, out: &Outcome, w: &Worked, code: &str) -> String {
    let about = |f: &&Finding| f.employee.as_ref() == Some(&w.id) && f.severity == Severity::Blocking && f.code == code;
    let Some(f) = out.findings.iter().find(about) else { return code.to_owned() };
    let said = report::without_name(f, &f.message(ready.lang));
    said.split(" ; ").next().unwrap_or_default().split("\u{202f}; ").next().unwrap_or_default().to_owned()
}

fn movements(ready: &Ready, results: &Results) -> Vec<report::Movement> {
    let vocabulary = &ready.pack.vocabulary;
    results
        .worked
        .iter()
        .filter_map(|w| {
            let exit = w.person.fact(vocabulary, Role::Exit).and_then(|f| f.value.date());
            let leaves = exit.is_some_and(|d| d <= ready.job.month.last_day());
            let kind = match w.standing {
                Standing::Arrives => report::MovementKind::Arrival,
                Standing::Left => report::MovementKind::Departure,
                Standing::Stays if leaves => report::MovementKind::Departure,
                Standing::Stays | Standing::Unknown | Standing::NotPaid => return None,
            };
            let date = match kind {
                report::MovementKind::Arrival => w.person.fact(vocabulary, Role::Entry).and_then(|f| f.value.date()),
                _ => exit.or_else(|| w.person.fact(vocabulary, Role::ContractEnd).and_then(|f| f.value.date())),
            };
            Some(report::Movement {
                kind,
                employee: w.id.clone(),
                name: w.name.clone(),
                service: role_text(ready, w, Role::Service),
                date,
                act: role_text(ready, w, Role::Act),
                before: w.before.map(|t| t.net_paid),
                after: w.output.payslip.as_ref().map(|p| p.totals.net_paid),
            })
        })
        .collect()
}

fn iban_changes(ready: &Ready, results: &Results) -> Vec<report::IbanChange> {
    let (mut out, mut first) = (Vec::new(), Vec::new());
    for w in &results.worked {
        let Some(last) = w.person.transfer.as_ref().and_then(|t| t.iban.as_ref()) else {
            first.extend(first_paid(ready, results, w));
            continue;
        };
        let called = ready.inputs.decisions.call_back(&w.id);
        let in_use = match (blocked(results, &w.id), called) {
            (Some(_), _) => report::IbanInUse::Neither,
            (None, Some((iban, ..))) if iban != last => report::IbanInUse::New,
            (None, _) => report::IbanInUse::Old,
        };
        let heard = |new: Option<&Iban>| {
            called.map(|(iban, number, d)| report::CallBack {
                by: d.author.clone(),
                date: d.date,
                number: number.to_owned(),
                confirmed: new == Some(iban),
            })
        };
        let mut add = |new: report::MaskedIban, at, call_back| {
            out.push(report::IbanChange {
                employee: w.id.clone(),
                name: w.name.clone(),
                old: Some(report::MaskedIban::of(last)),
                new,
                source: ready.inputs.sources.place(at).to_string(),
                call_back,
                in_use,
            });
        };
        let staff = ready.pack.vocabulary.role(Role::Iban).and_then(|id| w.person.known.get(id));
        if let Some((Ok(i), at)) = staff.and_then(|f| Some((Iban::parse(f.value.text()?), f.at)))
            && i != *last
        {
            add(report::MaskedIban::of(&i), at, heard(Some(&i)));
        }
        for r in &w.person.requests {
            let shown = r.iban.as_ref().map_or_else(|_| report::MaskedIban::unreadable(&r.written), report::MaskedIban::of);
            add(shown, r.at, heard(r.iban.as_ref().ok()));
        }
    }
    out.append(&mut first);
    out
}

/// An account that no transfer has gone to before, where last month's transfers are known.
fn first_paid(ready: &Ready, results: &Results, w: &Worked) -> Option<report::IbanChange> {
    let iban = w.pay_iban.as_ref().filter(|_| ready.inputs.transferred.is_some() && blocked(results, &w.id).is_none())?;
    w.output.payslip.as_ref().filter(|p| p.totals.net_paid > Money::ZERO)?;
    let role = ready.pack.vocabulary.role(Role::Iban)?;
    let at = w.person.changes.iter().rfind(|f| f.id == role).or_else(|| w.person.known.get(role))?.at;
    let called = ready.inputs.decisions.call_back(&w.id);
    Some(report::IbanChange {
        employee: w.id.clone(),
        name: w.name.clone(),
        old: None,
        new: report::MaskedIban::of(iban),
        source: ready.inputs.sources.place(at).to_string(),
        call_back: called.map(|(heard, number, d)| report::CallBack {
            by: d.author.clone(),
            date: d.date,
            number: number.to_owned(),
            confirmed: heard == iban,
        }),
        in_use: report::IbanInUse::First,
    })
}

fn set_aside(results: &Results, out: &Outcome, ready: &Ready) -> Vec<report::SetAside> {
    results
        .worked
        .iter()
        .filter_map(|w| {
            let code = blocked(results, &w.id)?;
            let about = |f: &&Finding| f.employee.as_ref() == Some(&w.id) && f.severity == Severity::Blocking && f.code == *code;
            let finding = out.findings.iter().find(about);
            let reason = finding.map_or_else(|| code.clone(), |f| format!("{} ({code})", report::without_name(f, &f.message(ready.lang))));
            let advice = finding.and_then(|f| f.help(ready.lang));
            let alternative = match (ready.lang, w.output.payslip.is_some()) {
                (Lang::Fr, true) => "décision à enregistrer, puis paiement complémentaire ; à défaut, chèque ou secours",
                (Lang::Fr, false) => "aucun bulletin : dire pourquoi, ou compléter le dossier",
                (Lang::En, true) => "record a decision, then pay in a complementary run; failing that, a cheque",
                (Lang::En, false) => "no payslip: say why, or complete the file",
            };
            Some(report::SetAside {
                employee: w.id.clone(),
                name: w.name.clone(),
                service: role_text(ready, w, Role::Service),
                net: w.output.payslip.as_ref().map(|p| p.totals.net_paid),
                reason,
                alternative: advice.unwrap_or_else(|| alternative.to_owned()),
            })
        })
        .collect()
}

fn replay(ready: &Ready, results: &Results) -> report::Replay {
    let mut gaps: BTreeMap<String, report::ReplayGap> = BTreeMap::new();
    for w in &results.worked {
        for l in w.output.replay.lines.iter().filter(|l| l.verdict == crate::compute::replay::Verdict::Gap) {
            let card = code_card(ready, l.code);
            let g = gaps.entry(card.code.to_owned()).or_insert_with(|| report::ReplayGap {
                code: card.code.to_owned(),
                label: card.label.to_owned(),
                lines: 0,
                paid: Money::ZERO,
                recomputed: Money::ZERO,
                note: match ready.lang {
                    Lang::Fr => "l'écart du mois dernier est conservé, la ligne est estimée".to_owned(),
                    Lang::En => "last month's distance is kept, the line is an estimate".to_owned(),
                },
            });
            g.lines += 1;
            g.paid += l.paid;
            g.recomputed += l.recomputed.unwrap_or(Money::ZERO);
        }
    }
    let s = results.score;
    report::Replay {
        agents: results.exact_agents.1 + results.unreplayed.len() as u64,
        unreplayed: results.unreplayed.iter().map(ToString::to_string).collect(),
        agents_exact: results.exact_agents.0,
        exact: s.exact,
        rounding: s.rounding,
        carried: s.carried,
        gap: s.gap,
        one_off: s.one_off,
        gaps: gaps.into_values().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_too_long_for_the_scheme_is_cut_at_a_word() {
        let long = format!("{} Marie-Charlotte de la Rochefoucauld", "Anne ".repeat(9).trim_end());
        let short = cut(&long).expect("a cut name");
        assert!(short.len() <= sepa_text::NAME_MAX && long.to_uppercase().starts_with(&short) && !short.ends_with(' '));
        assert_eq!(long.to_uppercase().as_bytes()[short.len()], b' ', "between two words: {short}");
        assert_eq!(cut(&"X".repeat(84)), Some("X".repeat(70)));
        assert_eq!(cut("Inès Ménard"), None);
    }
}
