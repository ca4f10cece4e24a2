//! `releve prepare` and `releve new --kit`: a month rehearsed, sealed with what it takes to start from it, and opened again.
//!
//! ```text
//! job folder → settings found → rehearsal → contents → sealed file → read back        sealed file → contents → job folder
//! ```

mod understood;

use super::calibrate::calibrate;
use super::recovery::{Picture, recovery};
use super::{Options, Outcome, load_pack, run};
use crate::ground::{Finding, Lang, PayMonth, Place, Severity};
use crate::job::{self, kit as disk};
use crate::kit::{self, Head, Kit, Largest, Passphrase, Refused, Told};
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

const REPLAY: &str = "out/replay.csv";
const PAYSLIPS: &str = "out/payslips.csv";
const FINDINGS: &str = "out/findings.json";

/// How a kit is sealed.
pub struct Seal<'s> {
    pub to: &'s Path,
    pub passphrase: &'s Passphrase,
    /// [`kit::WORK`]; less only in tests.
    pub work: u8,
}

/// What making a kit came to.
#[derive(Default)]
pub struct Prepared {
    /// The rehearsal: the month after, paid from these files alone.
    pub outcome: Outcome,
    /// What is missing, and which files would help.
    pub picture: Picture,
    /// Settings that last month's payslips decide otherwise than by default, as `replay --calibrate` shows them.
    pub found: Vec<String>,
    pub told: Told,
    /// Bytes of the sealed file, once it is written and read back.
    pub sealed: Option<u64>,
    pub files: usize,
    pub findings: Vec<Finding>,
    pub lang: Lang,
}

/// What opening a kit came to.
#[derive(Default)]
pub struct Opened {
    pub head: Option<Head>,
    pub files: usize,
    pub findings: Vec<Finding>,
    /// False when nothing was written.
    pub written: bool,
    /// The job's own language.
    pub lang: Option<Lang>,
}

fn refuse(why: &Refused, path: &Path) -> Finding {
    why.finding(&path.display().to_string())
}

/// Refuses a weak passphrase and a place that is taken before any work is done.
fn refused_at_once(seal: &Seal<'_>) -> Result<Option<Finding>> {
    if let Err(why) = seal.passphrase.long_enough() {
        return Ok(Some(why.finding("")));
    }
    let parent = seal.to.parent().filter(|p| !p.as_os_str().is_empty());
    anyhow::ensure!(parent.is_none_or(Path::is_dir), "{}", seal.to.display());
    Ok(seal.to.exists().then(|| occupied(seal.to)))
}

/// Something is where a file or a folder is to go.
fn occupied(path: &Path) -> Finding {
    Finding::new("K04", Severity::Blocking).at(Place::File { file: path.display().to_string() })
}

/// Seals what a job starts from.
///
/// # Errors
/// When the job cannot be read or the file cannot be written.
pub fn prepare_kit(options: &Options, seal: &Seal<'_>) -> Result<Prepared> {
    let mut out = Prepared { lang: options.lang.unwrap_or_default(), ..Prepared::default() };
    if let Some(no) = refused_at_once(seal)? {
        out.findings.push(no);
        return Ok(out);
    }
    let options = Options { payslips: false, ..options.clone() };
    let calibrated = calibrate(&options, true)?;
    out.lang = calibrated.lang;
    if calibrated.code > 1 {
        out.findings = calibrated.findings;
        return Ok(out);
    }
    out.found = calibrated.text.lines().filter(|l| l.starts_with('→')).map(str::to_owned).collect();
    out.outcome = run(&options)?;
    if !out.outcome.ran {
        return Ok(out);
    }
    out.picture = recovery(&options)?;
    let Some(job) = job::open(&options.folder)?.value else { return Ok(out) };
    let Some(pack) = load_pack(&job, options.rules.as_deref())?.pack else { return Ok(out) };
    if options.rules.is_some() {
        out.findings.push(Finding::new("K14", Severity::Justify).arg("pack", &job.pack));
    }
    let mut files = disk::collect(&options.folder)?;
    let made = |name: &str| disk::read_up_to(&options.folder.join(name), Largest::default().packed);
    for name in [REPLAY, FINDINGS] {
        if let Some(bytes) = made(name)? {
            files.insert(name.replace("out/", &format!("{}/", disk::PROOF)), bytes);
        }
    }
    for (name, bytes) in understood::last_month(&options)? {
        files.insert(format!("{}/{}/{name}", disk::PROOF, job.last_month), bytes);
    }
    files.insert(format!("{}/calibration.txt", disk::PROOF), calibrated.text.into_bytes());
    let replay = out.outcome.replay;
    out.told = Told {
        employer: job.employer.name.clone(),
        last_month: job.last_month.to_string(),
        rehearsed: job.month.to_string(),
        pack: pack.id.clone(),
        pack_version: pack.version.clone(),
        employees: out.outcome.replay_agents.1,
        exact: out.outcome.replay_agents.0,
        lines_exact: replay.exact,
        lines_gap: replay.gap,
        lines_carried: replay.carried,
        modes: modes(&made(PAYSLIPS)?.unwrap_or_default()),
        set_aside: out.outcome.excluded.len() as u64,
    };
    let contents = Kit { head: Head { program: env!("CARGO_PKG_VERSION").to_owned(), month: Some(out.told.clone()) }, files };
    out.files = contents.files.len();
    match write(&contents, seal)? {
        Ok(bytes) => out.sealed = Some(bytes),
        Err(why) => out.findings.push(refuse(&why, seal.to)),
    }
    Ok(out)
}

/// Payslips by the way they came about.
fn modes(payslips: &[u8]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(payslips);
    let column = reader.headers().ok().and_then(|h| h.iter().position(|t| t == "mode"));
    for row in reader.records().flatten() {
        if let Some(mode) = column.and_then(|c| row.get(c)) {
            *counts.entry(mode.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Seals contents into a file; it has its name only once what was read back from the disk is the same.
fn write(contents: &Kit, seal: &Seal<'_>) -> Result<Result<u64, Refused>> {
    let largest = Largest::default();
    let sealed = kit::pack(contents, &largest).and_then(|packed| kit::seal(&packed, seal.passphrase, seal.work));
    let sealed = match sealed {
        Ok(sealed) => sealed,
        Err(why) => return Ok(Err(why)),
    };
    let same = |read: &[u8]| {
        let again = kit::open(read, seal.passphrase, &largest).and_then(|packed| kit::unpack(&packed, &largest))?;
        if again == *contents { Ok(()) } else { Err(Refused::Damaged) }
    };
    Ok(disk::write_proven(seal.to, &sealed, same)?.map(|()| sealed.len() as u64))
}

/// Reads and opens a sealed file.
fn open(path: &Path, passphrase: &Passphrase) -> Result<Result<Kit, Refused>> {
    let largest = Largest::default();
    let Some(sealed) = disk::read_up_to(path, largest.packed)? else { return Ok(Err(Refused::Large(largest.packed >> 20))) };
    Ok(kit::open(&sealed, passphrase, &largest).and_then(|packed| kit::unpack(&packed, &largest)))
}

/// Starts a job from a kit.
///
/// # Errors
/// When the kit cannot be read or the folder cannot be written.
pub fn begin(folder: &Path, month: PayMonth, path: &Path, passphrase: &Passphrase) -> Result<Opened> {
    let mut out = Opened::default();
    let mut contents = match open(path, passphrase)? {
        Ok(contents) => contents,
        Err(why) => {
            out.findings.push(refuse(&why, path));
            return Ok(out);
        }
    };
    out.head = Some(contents.head.clone());
    let told = contents.head.month.as_ref();
    let last = told.and_then(|t| PayMonth::parse(&t.last_month));
    let text = contents.files.get(job::SETTINGS_FILE).and_then(|b| String::from_utf8(b.clone()).ok());
    let (Some(told), Some(last), Some(text)) = (told, last, text) else {
        out.findings.push(refuse(&Refused::NotAKit, path));
        return Ok(out);
    };
    let place = || Place::File { file: path.display().to_string() };
    let age = |code: &str, severity| {
        Finding::new(code, severity).at(place()).arg("last", last).arg("month", month).arg("months", month.months_since(last))
    };
    if month <= last {
        out.findings.push(age("K15", Severity::Blocking));
        return Ok(out);
    }
    let text = disk::retold(&text, month, last);
    let parsed = job::parse(folder, &text);
    let Some(job) = parsed.value.filter(|j| j.month == month && j.last_month == last) else {
        out.findings.push(refuse(&Refused::NotAKit, path));
        out.findings.extend(parsed.findings);
        return Ok(out);
    };
    out.lang = job.lang;
    contents.files.insert(job::SETTINGS_FILE.to_owned(), text.into_bytes());
    contents.files.retain(|name, _| !name.starts_with("out/") && !name.starts_with("released/"));
    if let Some(name) = disk::taken(folder, contents.files.keys()) {
        out.findings.push(occupied(&folder.join(name)));
        return Ok(out);
    }
    disk::unpack(folder, &contents.files)?;
    out.written = true;
    out.files = contents.files.len();
    let (code, severity) = if last.next() == month { ("K16", Severity::Information) } else { ("K17", Severity::Justify) };
    out.findings.push(age(code, severity));
    if let Some(pack) = load_pack(&job, None)?.pack
        && (pack.version != told.pack_version || contents.head.program != env!("CARGO_PKG_VERSION"))
    {
        let then = format!("{}, {} {}", contents.head.program, told.pack, told.pack_version);
        let now = format!("{}, {} {}", env!("CARGO_PKG_VERSION"), pack.id, pack.version);
        out.findings.push(Finding::new("K18", Severity::Warning).at(place()).arg("then", then).arg("now", now));
    }
    Ok(out)
}

/// Seals a folder as it is: a released month, a job that is over.
///
/// # Errors
/// When the folder cannot be read or the file cannot be written.
pub fn seal_folder(folder: &Path, seal: &Seal<'_>) -> Result<Opened> {
    let mut out = Opened::default();
    if let Some(no) = refused_at_once(seal)? {
        out.findings.push(no);
        return Ok(out);
    }
    let contents = Kit { head: Head { program: env!("CARGO_PKG_VERSION").to_owned(), month: None }, files: disk::whole(folder)? };
    out.files = contents.files.len();
    match write(&contents, seal)? {
        Ok(_) => out.written = true,
        Err(why) => out.findings.push(refuse(&why, seal.to)),
    }
    out.head = Some(contents.head);
    Ok(out)
}

/// Opens a sealed folder, or a kit to look into, into a new folder.
///
/// # Errors
/// When the file cannot be read or the folder cannot be written.
pub fn unseal_folder(path: &Path, folder: &Path, passphrase: &Passphrase) -> Result<Opened> {
    let mut out = Opened::default();
    if folder.exists() {
        out.findings.push(occupied(folder));
        return Ok(out);
    }
    match open(path, passphrase)? {
        Err(why) => out.findings.push(refuse(&why, path)),
        Ok(contents) => {
            disk::unpack(folder, &contents.files)?;
            out.files = contents.files.len();
            out.head = Some(contents.head);
            out.written = true;
        }
    }
    Ok(out)
}

/// The passphrase that a file begins with; a file that is no text is a finding.
///
/// # Errors
/// When the file cannot be read.
pub fn passphrase_in(path: &Path) -> Result<Result<Passphrase, Finding>> {
    let found = disk::first_line(path)?.filter(|l| !l.trim().is_empty()).map(|l| Passphrase::new(&l));
    Ok(found.ok_or_else(|| Finding::new("K19", Severity::Blocking).at(Place::File { file: path.display().to_string() })))
}
