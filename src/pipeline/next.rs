//! `releve new --from`: the next month's job, started from the one before: its record, its settings, decisions still in force.

use super::decisions;
use crate::ground::{Lang, PayMonth, words};
use crate::job::{self, DECISIONS_FILE, Job, SETTINGS_FILE};
use crate::normalise::record::{self, Json};
use anyhow::{Context as _, Result, ensure};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Files of a record, as a run names them.
const RECORD: [&str; 11] = [
    "manifest.json",
    "payslips.csv",
    "lines.csv",
    "facts.csv",
    "people.csv",
    "requests.csv",
    "behind.csv",
    "open_nets.csv",
    "transfers.csv",
    "estimates.csv",
    "settings.csv",
];

/// Months whose records go on from job to job, for changes that reach back to them.
const KEPT: i64 = 12;

/// Starts the job of a month from that of an earlier one, and says what it took and what it left.
///
/// # Errors
/// When the earlier job cannot be read or was never run, when its month is not before, or when the new one exists.
pub fn start(folder: &Path, month: PayMonth, from: &Path, lang: Option<Lang>) -> Result<(String, Lang)> {
    let opened = job::open(from)?;
    let told: Vec<String> = opened.findings.iter().map(|f| f.message(lang.unwrap_or_default())).collect();
    let before = opened.value.with_context(|| format!("{} : {}", from.join(SETTINGS_FILE).display(), told.join(" ; ")))?;
    let lang = lang.or(before.lang).unwrap_or_default();
    let refusal =
        |key: &str| words::fill(words::ui(key, lang), &[("folder", from.display().to_string()), ("month", before.month.to_string())]);
    let (record, manifest) = last_record(from).with_context(|| refusal("ui.next_never_run"))?;
    ensure!(manifest.month == before.month, refusal("ui.next_other_month"));
    ensure!(before.month < month, refusal("ui.next_not_before"));
    // What is left must be whole before anything is begun.
    let decided = std::fs::read(from.join(DECISIONS_FILE)).ok().map(|old| decisions::still_valid(&old, month));
    job::create(folder, month, lang)?;
    let into = format!("inbox/paie-{}", before.month);
    for name in RECORD.iter().filter(|n| record.join(n).exists()) {
        let bytes = std::fs::read(record.join(name)).with_context(|| format!("{}", record.join(name).display()))?;
        job::write(folder, &format!("{into}/{name}"), &bytes)?;
    }
    let earlier = earlier_records(from, before.month);
    for e in &earlier {
        copy(&from.join("inbox").join(e), &folder.join("inbox").join(e), 0)?;
    }
    let (text, sources) = settings(&before, month);
    job::write(folder, SETTINGS_FILE, text.as_bytes())?;
    for overlay in before.overlays.iter().filter(|o| from.join(o).is_dir()) {
        copy(&from.join(overlay), &folder.join(overlay), 0)?;
    }
    let mut said = String::new();
    let mut say = |key: &str, args: &[(&str, String)]| {
        let _ = writeln!(said, "{}", words::fill(words::ui(key, lang), args));
    };
    say("ui.next_created", &[("folder", folder.display().to_string()), ("month", month.to_string()), ("into", into)]);
    let count = manifest.payslips.to_string();
    say("ui.next_record", &[("count", count), ("month", before.month.to_string()), ("net", manifest.net.french())]);
    if month.previous() != before.month {
        say("ui.next_gap", &[("month", month.to_string()), ("before", before.month.to_string())]);
    }
    if let (Some(first), Some(last)) = (earlier.first(), earlier.last()) {
        say("ui.next_earlier", &[("first", first.clone()), ("last", last.clone())]);
    }
    let changed = super::since::inputs(from, &manifest);
    if !changed.is_empty() {
        say("ui.next_changed", &[("list", changed.join(", ")), ("folder", from.display().to_string())]);
    }
    if !manifest.released {
        say("ui.next_draft", &[("month", before.month.to_string())]);
    }
    match decided {
        Some(Some((text, kept, ended))) => {
            if kept > 0 {
                job::write(folder, DECISIONS_FILE, text.as_bytes())?;
            }
            say("ui.next_decisions", &[("kept", kept.to_string()), ("ended", ended.to_string())]);
        }
        Some(None) => say("ui.next_decisions_unread", &[]),
        None => {}
    }
    if !before.last_settings.is_empty() {
        let list: Vec<&str> = before.last_settings.keys().map(String::as_str).collect();
        say("ui.next_last_settings", &[("list", list.join(", "))]);
    }
    if sources > 0 {
        say("ui.next_sources", &[("count", sources.to_string())]);
    }
    say("ui.next_left", &[("folder", folder.display().to_string())]);
    Ok((said, lang))
}

/// Records of months before, that the job before kept for arrears, oldest first.
fn earlier_records(from: &Path, last: PayMonth) -> Vec<String> {
    let kept = |name: &String| {
        let month = name.strip_prefix("paie-").and_then(PayMonth::parse);
        month.is_some_and(|m| (1..KEPT).contains(&last.months_since(m)))
    };
    let all = std::fs::read_dir(from.join("inbox")).into_iter().flatten().flatten();
    let mut out: Vec<String> = all.filter_map(|e| e.file_name().into_string().ok()).filter(kept).collect();
    out.sort();
    out
}

/// Where the month's record stands: what was released, or else the drafts of the last run.
fn last_record(from: &Path) -> Option<(PathBuf, record::Manifest)> {
    let released = from.join("released");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&released).into_iter().flatten().flatten().map(|e| e.path()).collect();
    folders.sort();
    let all = std::iter::once(released).chain(folders).chain(std::iter::once(from.join("out")));
    all.filter_map(|folder| {
        let bytes = std::fs::read(folder.join("manifest.json")).ok()?;
        match record::json(&bytes)? {
            Json::Manifest(m) => Some((folder, *m)),
            Json::Findings => None,
        }
    })
    .next()
}

/// The settings of the month before, for this one: what was about its days and its last month goes. What it said of files
/// stays, under the month it was written in. How many files it spoke of.
fn settings(before: &Job, month: PayMonth) -> (String, usize) {
    let (mut out, mut kept, mut table) = (String::new(), String::new(), String::new());
    let mut sources = 0;
    for line in before.text.lines() {
        let bare = line.trim();
        if bare.starts_with('[') {
            bare.split('#').next().unwrap_or_default().trim().clone_into(&mut table);
        }
        let of_source = table.starts_with("[[source") || table.starts_with("[source");
        let key = bare.trim_start_matches(['#', ' ']).split('=').next().unwrap_or_default().trim();
        if of_source {
            if key == "from" && table == "[[source]]" {
                continue;
            }
            let _ = writeln!(kept, "{line}");
            if bare.starts_with("[[source]]") {
                sources += 1;
                let _ = writeln!(kept, "from = \"{}\"", before.month);
            }
            continue;
        }
        if table.starts_with("[last_settings") || bare.starts_with("# ---- sources") {
            continue;
        }
        match key {
            "month" if table.is_empty() && !bare.starts_with('#') => {
                let _ = writeln!(out, "month = \"{month}\"");
                if month.previous() != before.month {
                    let _ = writeln!(out, "last_month = \"{}\"", before.month);
                }
                let _ = writeln!(out, "# pay_date = {}", month.first_day().format("%Y-%m-25"));
                let _ = writeln!(out, "last_pay_date = {}", before.pay_date);
            }
            "last_month" | "pay_date" | "last_pay_date" if table.is_empty() => {}
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    let mut text = out.trim_end().to_owned() + "\n";
    if sources > 0 {
        let _ = write!(text, "\n# ---- sources {}\n{}\n", before.month, kept.trim_end());
    }
    (text, sources)
}

fn copy(from: &Path, to: &Path, depth: u32) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("{}", to.display()))?;
    for e in std::fs::read_dir(from).with_context(|| format!("{}", from.display()))?.flatten() {
        let target = to.join(e.file_name());
        if e.path().is_dir() && depth < 4 {
            copy(&e.path(), &target, depth + 1)?;
        } else if e.path().is_file() {
            std::fs::copy(e.path(), &target).with_context(|| format!("{}", target.display()))?;
        }
    }
    Ok(())
}
