//! The commands of a rule author: check, test, unpack. They need no job.

use super::{Cli, Said, listing};
use crate::compute::cases;
use crate::compute::coverage::{self, Coverage};
use crate::ground::{Finding, Lang, words};
use crate::pipeline;
use crate::rules::overlay::{Layer, What};
use crate::rules::stack::{self, Library, Loaded};
use crate::rules::{Pack, show};
use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use clap::Subcommand;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub enum RulesCommand {
    /// Compile a pack or an overlay, list what overlays do, and show every finding with its place.
    Check {
        /// Name of a pack, or a folder that holds one; fr-fpt by default.
        #[arg(default_value = "fr-fpt")]
        pack: String,
        /// Overlays stacked over it, names or folders.
        #[arg(long, value_name = "OVERLAY")]
        overlay: Vec<String>,
        /// List the values of law not checked again for too long on this day, 2026-12-01.
        #[arg(long, value_name = "DAY", value_parser = super::day)]
        on: Option<NaiveDate>,
    },
    /// Run the worked examples of a pack, or of an overlay over what it extends.
    Test {
        /// Name of a pack, or a folder that holds one; fr-fpt by default.
        #[arg(default_value = "fr-fpt")]
        pack: String,
    },
    /// Write the pack as a manual: one HTML page, French and English, without network.
    Doc {
        /// Name of a pack, or a folder that holds one; fr-fpt by default.
        #[arg(default_value = "fr-fpt")]
        pack: String,
        /// The page to write.
        #[arg(long, value_name = "FILE.html")]
        out: PathBuf,
    },
    /// What a change of the rules does to the pay of a job: totals, lines, then agent by agent.
    Diff {
        /// The pack before, a name or a folder.
        a: String,
        /// The pack after.
        b: String,
        /// The job whose employees are computed with both.
        #[arg(long, value_name = "DIR")]
        job: PathBuf,
    },
    /// Print the JSON schema of rule files, for an editor that completes and checks them.
    Schema,
    /// Write the embedded packs to a folder.
    Unpack {
        /// The folder to write them to; files there that are otherwise are left, and told.
        folder: PathBuf,
    },
}

/// Runs one of the commands.
///
/// # Errors
/// When a folder cannot be read or written.
pub fn execute(cli: &Cli, command: &RulesCommand) -> Result<Said> {
    match command {
        RulesCommand::Unpack { folder } => unpack(cli, folder),
        RulesCommand::Check { pack, overlay, on } => check(cli, pack, overlay, *on),
        RulesCommand::Test { pack } => test(cli, pack),
        RulesCommand::Doc { pack, out } => doc(cli, pack, out),
        RulesCommand::Diff { a, b, job } => diff(cli, [a, b], job),
        RulesCommand::Schema => Ok(Said { out: crate::rules::schema::TEXT.to_owned(), ..Said::default() }),
    }
}

fn load(cli: &Cli, pack: &str, overlays: &[String]) -> Result<Loaded> {
    stack::load(pack, overlays, &Library { rules: cli.rules.as_deref(), job: None }).with_context(|| pack.to_owned())
}

/// The language asked for, else the pack's own.
fn language(cli: &Cli, pack: &Pack) -> Lang {
    cli.lang.or_else(|| Lang::parse(&pack.language)).unwrap_or_default()
}

/// Findings about rule text with the lines they stand on, or as JSON.
fn told(cli: &Cli, pack: &Pack, findings: &[Finding], lang: Lang) -> String {
    if cli.json {
        return listing(findings, lang, true, None);
    }
    findings.iter().map(|f| show::carets(&pack.files, f, lang)).collect()
}

fn unpack(cli: &Cli, folder: &std::path::Path) -> Result<Said> {
    let changed = |(path, text): &&(&str, &str)| std::fs::read(folder.join(path)).is_ok_and(|old| old != text.as_bytes());
    if let Some((path, _)) = crate::rules::source::all_embedded().iter().find(changed) {
        let args = [("path", folder.join(path).display().to_string())];
        return Ok(Said {
            err: words::fill(words::ui("ui.unpack_changed", cli.lang.unwrap_or_default()), &args) + "\n",
            code: 2,
            ..Said::default()
        });
    }
    for (path, text) in crate::rules::source::all_embedded() {
        let to = folder.join(path);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        }
        std::fs::write(&to, text).with_context(|| to.display().to_string())?;
    }
    Ok(Said { out: format!("{}\n", folder.display()), ..Said::default() })
}

fn check(cli: &Cli, pack: &str, overlays: &[String], on: Option<NaiveDate>) -> Result<Said> {
    let mut loaded = load(cli, pack, overlays)?;
    if let Some(day) = on {
        loaded.findings.extend(loaded.pack.checked_ahead(day));
        loaded.findings.extend(loaded.pack.stale(day));
    }
    // What cases name and give is judged here; no month waits for a worked example.
    let cases = loaded.pack.check_cases();
    let sound = loaded.sound && cases.is_empty();
    loaded.findings.extend(cases);
    let p = &loaded.pack;
    let lang = language(cli, p);
    let mut out = String::new();
    if loaded.sound {
        let counts = [
            ("elements", p.elements.len()),
            ("values", p.values.len()),
            ("parameters", p.parameters.len()),
            ("settings", p.settings.len()),
            ("controls", p.controls.len()),
            ("cases", p.cases.len()),
        ];
        let mut args: Vec<(&str, String)> = counts.iter().map(|(k, n)| (*k, n.to_string())).collect();
        args.extend([("id", p.id.clone()), ("version", p.version.clone())]);
        out += &words::fill(words::ui("ui.pack_counts", lang), &args);
        out.push('\n');
        for s in &p.settings {
            let _ = writeln!(out, "  {:<28} = {:<20} {}", s.id, s.default, s.label.get(lang));
        }
        for l in p.layers.iter().skip(1) {
            out += &layer(p, l, lang);
        }
    }
    Ok(Said { out, err: told(cli, p, &loaded.findings, lang), code: if sound { 0 } else { 2 } })
}

/// What an overlay does, one thing a line, with the place where it says so.
fn layer(pack: &Pack, l: &Layer, lang: Lang) -> String {
    let below = l.extends.as_ref().map_or("", |e| e.text.as_str());
    let extends = words::fill(words::ui("ui.extends", lang), &[("below", below.to_owned())]);
    let mut out = format!("\n{} {} {extends}\n", l.id, l.version);
    for c in &l.changes {
        let place = crate::ground::document::place(&pack.files, c.origin.file, &c.origin.span);
        let (what, thing) = (words::ui(c.what.word(), lang), words::ui(c.thing.word(), lang));
        let _ = write!(out, "  {what:<11} {thing:<14} {:<28}", c.id);
        let about = match c.what {
            What::Adds => [c.label.get(lang), c.source.as_str()],
            What::Restricts | What::Replaces | What::Succeeds => [c.detail.as_str(), c.source.as_str()],
        };
        let said: Vec<&str> = about.into_iter().filter(|t| !t.is_empty()).collect();
        let _ = writeln!(out, " {}   ({place})", said.join(" — "));
    }
    out
}

fn test(cli: &Cli, pack: &str) -> Result<Said> {
    let loaded = load(cli, pack, &[])?;
    let lang = language(cli, &loaded.pack);
    if !loaded.sound {
        return Ok(Said { err: told(cli, &loaded.pack, &loaded.findings, lang), code: 2, ..Said::default() });
    }
    let results = cases::run_all(&loaded.pack);
    let findings: Vec<Finding> = results.iter().flat_map(|r| r.findings.clone()).collect();
    let failed = results.iter().filter(|r| !r.findings.is_empty()).count();
    let covered = coverage::of(&loaded.pack);
    let out = if cli.json {
        let value = serde_json::json!({ "passed": results.len() - failed, "failed": failed, "coverage": coverage_json(&covered, lang) });
        format!("{value:#}\n")
    } else {
        let counts = [("passed", (results.len() - failed).to_string()), ("failed", failed.to_string())];
        words::fill(words::ui("ui.cases", lang), &counts) + "\n" + &coverage_text(&covered, lang)
    };
    Ok(Said { out, err: listing(&findings, lang, cli.json, None), code: u8::from(failed > 0) })
}

/// Writes the manual of a pack.
fn doc(cli: &Cli, pack: &str, out: &std::path::Path) -> Result<Said> {
    let loaded = load(cli, pack, &[])?;
    let lang = language(cli, &loaded.pack);
    if !loaded.sound {
        return Ok(Said { err: told(cli, &loaded.pack, &loaded.findings, lang), code: 2, ..Said::default() });
    }
    std::fs::write(out, crate::write::manual::page(&loaded.pack)).with_context(|| out.display().to_string())?;
    Ok(Said { out: format!("{}\n", out.display()), ..Said::default() })
}

/// What a change of the rules does to a job's pay.
fn diff(cli: &Cli, packs: [&String; 2], job: &std::path::Path) -> Result<Said> {
    let asked = pipeline::Options {
        folder: job.to_path_buf(),
        rules: cli.rules.clone(),
        lang: cli.lang,
        threads: 0,
        payslips: false,
        progress: |_, _, _| {},
    };
    let told = pipeline::compare(&asked, packs.map(String::as_str), cli.json)?;
    Ok(Said { out: told.text, err: listing(&told.findings, told.lang, cli.json, Some(job)), code: told.code })
}

/// How much of the pack its cases exercise, then what they do not, each with its place.
fn coverage_text(c: &Coverage, lang: Lang) -> String {
    let mut out = String::new();
    for (kind, (met, all)) in &c.counts {
        let args = [("met", met.to_string()), ("all", all.to_string()), ("what", words::ui(kind.word(), lang).to_owned())];
        let _ = writeln!(out, "  {}", words::fill(words::ui("ui.exercised", lang), &args));
    }
    for g in &c.gaps {
        let what = words::ui(g.kind.word(), lang);
        let way = match g.never {
            Some(true) => words::ui("ui.never_true", lang),
            Some(false) => words::ui("ui.never_false", lang),
            None => "",
        };
        let said = [g.detail.as_str(), way].join(" ");
        let _ = writeln!(out, "  {what:<12} {:<32} {}   ({})", g.id, said.trim(), g.place);
    }
    out
}

fn coverage_json(c: &Coverage, lang: Lang) -> serde_json::Value {
    let counts: serde_json::Map<String, serde_json::Value> = c
        .counts
        .iter()
        .map(|(k, (met, all))| {
            (serde_json::json!(k).as_str().unwrap_or_default().to_owned(), serde_json::json!({ "met": met, "all": all }))
        })
        .collect();
    let gaps: Vec<serde_json::Value> = c
        .gaps
        .iter()
        .map(|g| {
            serde_json::json!({
                "kind": g.kind, "id": g.id, "label": g.label.get(lang), "detail": g.detail, "never": g.never, "place": g.place.to_string(),
            })
        })
        .collect();
    serde_json::json!({ "counts": counts, "never_exercised": gaps })
}
