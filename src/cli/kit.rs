//! `prepare`, `new --kit`, `seal`, `unseal`: the passphrase asked for, and what is printed.

use super::{Cli, Said, listing};
use crate::ground::{Finding, Lang, PayMonth, Severity, words};
use crate::kit::{BUILT, Head, Passphrase, Refused, WORK};
use crate::pipeline::{self, Opened, Options, Prepared, Seal};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Where the passphrase comes from; never from an argument, which other users of the machine can see.
#[derive(clap::Args, Debug)]
pub struct Secret {
    /// Take the passphrase from the first line of this file instead of asking for it.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// How often it is asked for.
#[derive(Clone, Copy)]
enum Asked {
    Once,
    Twice,
}

impl Secret {
    fn get(&self, asked: Asked, lang: Lang) -> Result<Result<Passphrase, Finding>> {
        if !BUILT {
            return Ok(Err(Refused::NotBuilt.finding("")));
        }
        if let Some(path) = &self.passphrase_file {
            return pipeline::passphrase_in(path);
        }
        let first = typed("ui.kit.passphrase", lang)?;
        let passphrase = Passphrase::new(&first);
        if matches!(asked, Asked::Once) {
            return Ok(Ok(passphrase));
        }
        if let Err(why) = passphrase.long_enough() {
            return Ok(Err(why.finding("")));
        }
        let same = typed("ui.kit.again", lang)?.trim() == first.trim();
        Ok(if same { Ok(passphrase) } else { Err(Finding::new("K03", Severity::Blocking)) })
    }
}

/// A line typed on the terminal, without echo.
#[cfg(feature = "seal")]
fn typed(key: &str, lang: Lang) -> Result<String> {
    // The system's own words would be in its language.
    rpassword::prompt_password(words::ui(key, lang)).map_err(|_| anyhow::anyhow!("{}", words::ui("ui.kit.no_terminal", lang)))
}

#[cfg(not(feature = "seal"))]
fn typed(_: &str, _: Lang) -> Result<String> {
    Ok(String::new())
}

fn stopped(cli: &Cli, findings: &[Finding], lang: Lang) -> Said {
    Said { err: listing(findings, lang, cli.json, None), code: 2, ..Said::default() }
}

pub fn prepare(cli: &Cli, options: &Options, to: &Path, secret: &Secret) -> Result<Said> {
    let asked = secret.get(Asked::Twice, cli.lang.unwrap_or_default())?;
    let passphrase = match asked {
        Ok(p) => p,
        Err(f) => return Ok(stopped(cli, &[f], cli.lang.unwrap_or_default())),
    };
    let made = pipeline::prepare_kit(options, &Seal { to, passphrase: &passphrase, work: WORK })?;
    let Some(bytes) = made.sealed else {
        let findings: Vec<Finding> = made.findings.into_iter().chain(made.outcome.findings).collect();
        return Ok(stopped(cli, &findings, made.lang));
    };
    let open: Vec<Finding> = made.outcome.findings.iter().filter(|f| f.severity <= Severity::Justify).cloned().collect();
    let err = if cli.json {
        listing(&open, made.lang, true, None)
    } else {
        super::told::of_run(&open, made.lang, &super::told::Job { folder: &options.folder, month: None })
    };
    let code = made.outcome.exit_code().max(u8::from(made.findings.iter().any(|f| f.severity <= Severity::Justify)));
    let out = if cli.json {
        let shown =
            serde_json::json!({ "format": 1, "kit": to.display().to_string(), "bytes": bytes, "files": made.files, "month": made.told });
        format!("{shown:#}\n")
    } else {
        rehearsed(&made, to, bytes, options)
    };
    Ok(Said { out, err: err + &listing(&made.findings, made.lang, cli.json, Some(&options.folder)), code })
}

fn rehearsed(made: &Prepared, to: &Path, bytes: u64, options: &Options) -> String {
    let say = |key: &str, args: &[(&str, String)]| words::fill(words::ui(key, made.lang), args) + "\n";
    let (t, r) = (&made.told, made.outcome.replay);
    let mut out = say("ui.kit.title", &[("employer", t.employer.clone()), ("last", t.last_month.clone()), ("month", t.rehearsed.clone())]);
    out += &say(
        "ui.replay",
        &[
            ("agents", t.employees.to_string()),
            ("all", t.exact.to_string()),
            ("exact", r.exact.to_string()),
            ("rounding", r.rounding.to_string()),
            ("carried", r.carried.to_string()),
            ("gap", r.gap.to_string()),
            ("oneoff", r.one_off.to_string()),
        ],
    );
    let count = |mode: &str| t.modes.get(mode).copied().unwrap_or_default().to_string();
    let modes =
        [("computed", count("computed")), ("carried", count("carried")), ("advance", count("advance")), ("manual", count("manual"))];
    out += &say("ui.kit.rehearsal", &modes);
    if !made.outcome.excluded.is_empty() {
        out += &say("ui.kit.excluded", &[("count", t.set_aside.to_string()), ("list", made.outcome.excluded.join(", "))]);
    }
    if !made.found.is_empty() {
        out += &say("ui.kit.found", &[]);
        out.extend(made.found.iter().map(|l| format!("  {l}\n")));
    }
    out.push('\n');
    out += &pipeline::recovery_needs(&made.picture);
    out.push('\n');
    let size = bytes.div_ceil(1024).to_string();
    out += &say("ui.kit.written", &[("file", to.display().to_string()), ("size", size), ("count", made.files.to_string())]);
    out += &say("ui.kit.clear", &[("folder", options.folder.display().to_string())]);
    out
}

pub fn begin(cli: &Cli, folder: &Path, month: PayMonth, kit: &Path, secret: &Secret) -> Result<Said> {
    let lang = cli.lang.unwrap_or_default();
    let passphrase = match secret.get(Asked::Once, lang)? {
        Ok(p) => p,
        Err(f) => return Ok(stopped(cli, &[f], lang)),
    };
    let opened = pipeline::begin(folder, month, kit, &passphrase)?;
    let mut out = String::new();
    if let Some(t) = opened.head.as_ref().and_then(|h| h.month.as_ref()).filter(|_| opened.written) {
        let args = [
            ("employer", t.employer.clone()),
            ("last", t.last_month.clone()),
            ("all", t.exact.to_string()),
            ("agents", t.employees.to_string()),
            ("count", opened.files.to_string()),
            ("folder", folder.display().to_string()),
        ];
        let lang = cli.lang.or(opened.lang).unwrap_or_default();
        out = words::fill(words::ui("ui.kit.begun", lang), &args) + "\n";
    }
    Ok(told(cli, &opened, out))
}

pub fn seal(cli: &Cli, folder: &Path, to: &Path, secret: &Secret) -> Result<Said> {
    let lang = cli.lang.unwrap_or_default();
    let passphrase = match secret.get(Asked::Twice, lang)? {
        Ok(p) => p,
        Err(f) => return Ok(stopped(cli, &[f], lang)),
    };
    let sealed = pipeline::seal_folder(folder, &Seal { to, passphrase: &passphrase, work: WORK })?;
    Ok(told(cli, &sealed, counted(&sealed, "ui.kit.sealed", to, lang)))
}

pub fn unseal(cli: &Cli, file: &Path, to: &Path, secret: &Secret) -> Result<Said> {
    let lang = cli.lang.unwrap_or_default();
    let passphrase = match secret.get(Asked::Once, lang)? {
        Ok(p) => p,
        Err(f) => return Ok(stopped(cli, &[f], lang)),
    };
    let opened = pipeline::unseal_folder(file, to, &passphrase)?;
    // What a kit says of itself is no file of it.
    let head = opened.head.as_ref().filter(|h| opened.written && h.month.is_some()).map(Head::shown).unwrap_or_default();
    Ok(told(cli, &opened, head + &counted(&opened, "ui.kit.unsealed", to, lang)))
}

fn counted(opened: &Opened, key: &str, to: &Path, lang: Lang) -> String {
    words::fill(words::ui(key, lang), &[("count", opened.files.to_string()), ("to", to.display().to_string())]) + "\n"
}

fn told(cli: &Cli, opened: &Opened, out: String) -> Said {
    let lang = cli.lang.or(opened.lang).unwrap_or_default();
    if !opened.written {
        return stopped(cli, &opened.findings, lang);
    }
    let code = u8::from(opened.findings.iter().any(|f| f.severity <= Severity::Justify));
    Said { out, err: listing(&opened.findings, lang, cli.json, None), code }
}
