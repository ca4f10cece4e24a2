//! Results → `out/`: CSV, findings, payslips, transfer file, difference report, manifest. Made whole, then put in place.

mod reported;

use super::compute::{DETAIL, Results, to_transfer};
use super::manifest::{self, Made};
use super::tables::Tables;
use super::{Options, Outcome, Ready, slips};
use crate::check::printed::Printed;
use crate::ground::{Bic, EmployeeId, Finding, Iban, Lang, Money, Severity, finding, sepa_text};
use crate::job::{self, Pain};
use crate::payslip::Totals;
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
    let mut made = tables.finish()?;
    out.findings.append(&mut results.findings);
    let transfer_file = transfers(ready, results, out, &folder, &mut made)?;
    if options.payslips && !results.worked.is_empty() {
        results.run.printed = Some(payslips(ready, results, out, &folder, &mut made, options)?);
    }
    super::compute::file_controls(ready, results, out);
    super::decisions::settle(ready, &results.waivers, out);
    super::open_nets::together(&mut out.findings);
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
///
/// # Errors
/// When one cannot be removed.
pub fn clear(folder: &Path) -> Result<()> {
    let drafts = ["payslips", "payslips.csv", "lines.csv", "diff.csv", "replay.csv", "estimates.csv", "transfers.csv"];
    let record = ["facts.csv", "people.csv", "requests.csv", "behind.csv", "open_nets.csv", "settings.csv"];
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
            out.held.extend(again.iter().map(|f| f.code.clone()).collect::<BTreeSet<_>>());
            out.findings.extend(again);
            if sound {
                job::write(folder, &waiting(&name), &bytes)?;
                made.push(Made::of(&name, &bytes));
                let path = folder.join(waiting(&name));
                results.run.file = Some(super::evidence::transfer_file(ready, &path, &name, &file.message_id, &rows));
                return Ok(Some(name));
            }
        }
        Err(transfer::NotWritten::Findings(found)) => {
            out.held.extend(found.iter().map(|f| f.code.clone()).collect::<BTreeSet<_>>());
            out.findings.extend(found);
        }
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
                slips::printed(ready, w, p, &number, reported::blocked(results, &w.id).is_some(), &other_posts(results, &month, &w.id)),
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
    let model = reported::model(ready, results, out);
    let (html, bytes) = rayon::join(|| report::page(&model), || report::workbook(&model, &report::Options::default()));
    let bytes = bytes.context("diff.xlsx")?;
    put(folder, "diff.html", html.as_bytes(), made)?;
    put(folder, "diff.xlsx", &bytes, made)
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
