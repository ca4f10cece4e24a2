//! The command line as types, turned into calls of `pipeline`; what is printed, and the exit code.

pub mod failure;
mod kit;
mod rules;
pub mod spoken;
pub mod told;

use crate::ground::finding::Rank;
use crate::ground::{Finding, Lang, PayMonth, Severity, figures, finding, words};
use crate::job;
use crate::pipeline::{self, Options};
use anyhow::Result;
use clap::{Parser, Subcommand};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Payroll recovery: proves last month's pay, computes this month's, explains every difference.
#[derive(Parser, Debug)]
#[command(name = "releve", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    /// Language of every sentence: fr or en. That of the job's rules by default.
    #[arg(long, global = true, value_parser = lang)]
    pub lang: Option<Lang>,
    /// Findings as JSON lines on standard output; what people read goes to standard error.
    #[arg(long, global = true)]
    pub json: bool,
    /// Read rule packs from this folder instead of the program.
    #[arg(long, global = true, value_name = "DIR")]
    pub rules: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 all clear; 1 done, and something must be decided; 2 could not run.";

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Start a job folder.
    New {
        /// The folder to make.
        folder: PathBuf,
        /// Month to pay, 2021-12.
        #[arg(long, value_parser = month)]
        month: PayMonth,
        /// The job of the month before: its record, its settings and decisions still in force are taken.
        #[arg(long, value_name = "DIR", conflicts_with = "kit")]
        from: Option<PathBuf>,
        /// Start from what `prepare` sealed on an ordinary day.
        #[arg(long, value_name = "FILE")]
        kit: Option<PathBuf>,
        #[command(flatten)]
        secret: kit::Secret,
    },
    /// On an ordinary day: rehearse next month from this month's exports and seal what it takes to start from them.
    Prepare {
        folder: PathBuf,
        /// The sealed file to write.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        secret: kit::Secret,
    },
    /// Keep a folder encrypted, in one file.
    Seal {
        folder: PathBuf,
        /// The sealed file to write.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        secret: kit::Secret,
    },
    /// Open a sealed file into a new folder.
    Unseal {
        file: PathBuf,
        /// The folder to make.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        #[command(flatten)]
        secret: kit::Secret,
    },
    /// Say what each file of the inbox is and which columns mean what.
    Inspect {
        /// The job folder.
        folder: PathBuf,
        /// Keep the mapping in releve.toml, where a person can correct it.
        #[arg(long)]
        write: bool,
    },
    /// Recompute last month and compare with what was paid.
    Replay {
        /// The job folder.
        folder: PathBuf,
        /// Find the employer's settings again from last month's payslips.
        #[arg(long)]
        calibrate: bool,
        /// With --calibrate: keep what was found in releve.toml.
        #[arg(long, requires = "calibrate")]
        write: bool,
    },
    /// The main job: recover, replay, compute, check, explain; drafts under out/.
    Run {
        /// The job folder.
        folder: PathBuf,
        /// Number of threads; as many as the machine has by default.
        #[arg(long, default_value_t = 0, hide_default_value = true, value_parser = whole)]
        threads: usize,
        /// Leave out the PDF payslips.
        #[arg(long)]
        no_payslips: bool,
        /// Show the time of each stage.
        #[arg(long)]
        timings: bool,
    },
    /// How an amount came about.
    Explain {
        /// The job folder.
        folder: PathBuf,
        /// Employee number.
        #[arg(long)]
        agent: String,
        /// Only the line with this code, with its rule, its values and its texts of law.
        #[arg(long)]
        line: Option<String>,
        /// The rule, the values and the texts of law of every line.
        #[arg(long)]
        detail: bool,
    },
    /// Two transfer files, lists of transfers or folders of runs against each other: accounts, people, amounts.
    Diff {
        /// Those of before.
        before: PathBuf,
        /// Those of after.
        after: PathBuf,
    },
    /// Record a decision in decisions.csv: call-back, override, mode, waiver, join, arrival, leaver, present, exclusion.
    Decide(Decide),
    /// For rule authors.
    Rules {
        #[command(subcommand)]
        command: rules::RulesCommand,
    },
}

/// One decision; what each kind needs stands in docs/deciding.md.
#[derive(clap::Args, Debug)]
pub struct Decide {
    /// The job folder.
    folder: PathBuf,
    /// call-back, override, mode, waiver, join, arrival, leaver, present, exclusion.
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    kind: Option<String>,
    /// A list of proposals (out/proposals.csv): its rows with a yes are recorded, all or none.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Employee number; none for a waiver about the run, * for one about everybody.
    #[arg(long, default_value = "")]
    agent: String,
    /// The fact, the code of the finding, the number called, the other number, the act.
    #[arg(long, default_value = "")]
    about: String,
    /// What is decided.
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    value: String,
    /// First month for which it holds; the job's by default.
    #[arg(long, default_value = "")]
    month: String,
    /// Last month; the first one by default, and always said for an override.
    #[arg(long, default_value = "")]
    until: String,
    /// Who decides.
    #[arg(long)]
    by: String,
    /// When, 2021-12-06.
    #[arg(long)]
    on: String,
    /// Why.
    #[arg(long, required_unless_present = "from")]
    reason: Option<String>,
}

// What does not parse answers with the key of its sentence, which `spoken` says in the person's language.
fn lang(text: &str) -> Result<Lang, String> {
    Lang::parse(text).ok_or_else(|| "ui.cli.lang".to_owned())
}

fn month(text: &str) -> Result<PayMonth, String> {
    PayMonth::parse(text).ok_or_else(|| "ui.cli.month".to_owned())
}

fn day(text: &str) -> Result<chrono::NaiveDate, String> {
    text.parse().map_err(|_| "ui.cli.day".to_owned())
}

fn whole(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "ui.cli.whole".to_owned())
}

/// What a command came to: text for standard output, text for standard error, exit code.
#[derive(Default, Debug)]
pub struct Said {
    pub out: String,
    pub err: String,
    pub code: u8,
}

/// Runs one command.
///
/// # Errors
/// When the program could not run: a missing folder, an unwritable file.
pub fn execute(cli: &Cli, progress: fn(&str, u64, u64)) -> Result<Said> {
    if let Some(why) = nowhere(cli) {
        return Ok(Said { err: format!("releve: {why}\n"), code: 2, ..Said::default() });
    }
    let told = run_command(cli, progress)?;
    // For programs the findings are the answer; `inspect` has one of its own, and the rules have none.
    Ok(if cli.json && !matches!(cli.command, Command::Inspect { .. } | Command::Rules { .. }) {
        Said { out: told.err, err: told.out, code: told.code }
    } else {
        told
    })
}

/// Why the folder a command names is no job, in words rather than the system's.
fn nowhere(cli: &Cli) -> Option<String> {
    let lang = cli.lang.unwrap_or_default();
    let say = |key: &str, path: &std::path::Path| Some(words::fill(words::ui(key, lang), &[("folder", path.display().to_string())]));
    if let Some(rules) = cli.rules.as_ref().filter(|r| !r.is_dir()) {
        return say("ui.no_rules", rules);
    }
    let folder = match &cli.command {
        Command::Inspect { folder, .. }
        | Command::Replay { folder, .. }
        | Command::Run { folder, .. }
        | Command::Explain { folder, .. } => folder,
        Command::Decide(d) => &d.folder,
        Command::New { .. }
        | Command::Prepare { .. }
        | Command::Seal { .. }
        | Command::Unseal { .. }
        | Command::Diff { .. }
        | Command::Rules { .. } => {
            return None;
        }
    };
    match folder {
        f if f.is_file() => say("ui.not_a_folder", f),
        f if !f.is_dir() => say("ui.no_folder", f),
        f if !f.join(job::SETTINGS_FILE).is_file() => say("ui.no_job", f),
        _ => None,
    }
}

fn run_command(cli: &Cli, progress: fn(&str, u64, u64)) -> Result<Said> {
    match &cli.command {
        Command::New { folder, month, kit: Some(file), secret, .. } => kit::begin(cli, folder, *month, file, secret),
        Command::Prepare { folder, to, secret } => kit::prepare(cli, &options(cli, folder, 0, false, progress), to, secret),
        Command::Seal { folder, to, secret } => kit::seal(cli, folder, to, secret),
        Command::Unseal { file, to, secret } => kit::unseal(cli, file, to, secret),
        Command::New { folder, month, from: Some(from), .. } => {
            let (out, _) = pipeline::start_from(folder, *month, from, cli.lang)?;
            Ok(Said { out, ..Said::default() })
        }
        Command::New { folder, month, .. } => {
            let lang = cli.lang.unwrap_or_default();
            job::create(folder, *month, lang)?;
            Ok(Said {
                out: words::fill(words::ui("ui.created", lang), &[("folder", folder.display().to_string())]) + "\n",
                ..Said::default()
            })
        }
        Command::Inspect { folder, write } => inspect(cli, folder, *write, progress),
        Command::Replay { folder, calibrate: true, write } => {
            let told = pipeline::calibrate(&options(cli, folder, 0, false, progress), *write)?;
            Ok(Said { out: told.text, err: listing(&told.findings, told.lang, cli.json, Some(folder)), code: told.code })
        }
        Command::Replay { folder, calibrate: false, .. } => run(cli, &options(cli, folder, 0, false, progress), true, false),
        Command::Run { folder, threads, no_payslips, timings } => {
            run(cli, &options(cli, folder, *threads, !no_payslips, progress), false, *timings)
        }
        Command::Explain { folder, agent, line, detail } => {
            let detail = *detail || line.is_some();
            let told = pipeline::explain_with(&options(cli, folder, 1, false, progress), agent, line.as_deref(), detail)?;
            let job = told::Job { folder, month: None };
            Ok(Said {
                out: job.fill(&told.text, told.lang),
                err: listing(&told.findings, told.lang, cli.json, Some(folder)),
                code: told.code,
            })
        }
        Command::Decide(d) => {
            let options = options(cli, &d.folder, 0, false, progress);
            let (kind, reason) = (d.kind.clone().unwrap_or_default(), d.reason.clone().unwrap_or_default());
            let told = match &d.from {
                Some(list) => pipeline::decide_from(&options, list, (&d.by, &d.on, &reason))?,
                None => {
                    let row = [&kind, &d.agent, &d.about, &d.value, &d.month, &d.until, &d.by, &d.on, &reason].map(Clone::clone);
                    pipeline::decide(&options, row)?
                }
            };
            Ok(Said { out: told.text, err: listing(&told.findings, told.lang, cli.json, Some(&d.folder)), code: told.code })
        }
        Command::Diff { before, after } => {
            let told = pipeline::diff(before, after, cli.lang)?;
            Ok(Said { out: told.text, err: listing(&told.findings, told.lang, cli.json, None), code: told.code })
        }
        Command::Rules { command } => rules::execute(cli, command),
    }
}

fn options(cli: &Cli, folder: &std::path::Path, threads: usize, payslips: bool, progress: fn(&str, u64, u64)) -> Options {
    Options { folder: folder.to_path_buf(), rules: cli.rules.clone(), lang: cli.lang, threads, payslips, progress }
}

fn listing(findings: &[Finding], lang: Lang, json: bool, folder: Option<&std::path::Path>) -> String {
    if json {
        return findings
            .iter()
            .map(|f| {
                serde_json::json!({
                    "code": f.code, "severity": f.severity, "message": f.message(lang), "help": f.help(lang),
                    "employee": f.employee.as_ref().map(ToString::to_string),
                    "places": f.places.iter().map(|p| p.shown(lang)).collect::<Vec<_>>(),
                })
                .to_string()
                    + "\n"
            })
            .collect();
    }
    let job = folder.map(|folder| told::Job { folder, month: None });
    findings.iter().map(|f| told::paragraph(f, lang, job.as_ref())).collect()
}

fn inspect(cli: &Cli, folder: &std::path::Path, write: bool, progress: fn(&str, u64, u64)) -> Result<Said> {
    let mut opened = job::open(folder)?;
    let Some(job) = opened.value else {
        return Ok(Said {
            err: listing(&opened.findings, cli.lang.unwrap_or_default(), cli.json, Some(folder)),
            code: 2,
            ..Said::default()
        });
    };
    let mut loaded = pipeline::load_pack(&job, cli.rules.as_deref())?;
    let lang = cli.lang.unwrap_or_else(|| loaded.lang(&job));
    opened.findings.append(&mut loaded.findings);
    let Some(pack) = loaded.pack else {
        return Ok(Said { err: listing(&opened.findings, lang, cli.json, Some(folder)), code: 2, ..Said::default() });
    };
    let mut settings = pipeline::settings(&pack, &job);
    opened.findings.append(&mut settings.findings);
    let mut seen = pipeline::inspect(&job, &pack, &settings.value, lang)?;
    opened.findings.append(&mut seen.findings);
    let (_, fragment, shown) = seen.value;
    let mut out = shown.join("\n");
    out.push('\n');
    if write {
        let kept = job.text.split("\n# ---- sources").next().unwrap_or_default().trim_end();
        let text = format!(
            "{kept}\n\n# ---- sources : écrites par « releve inspect --write », à corriger ici\n# une ligne qui commence par #? n'est pas sûre : la corriger, puis ôter #?\n{fragment}"
        );
        job::write(folder, job::SETTINGS_FILE, text.as_bytes())?;
        let _ = writeln!(out, "\n{}", words::ui("ui.mapping_written", lang));
    }
    let mut picture = pipeline::recovery(&options(cli, folder, 0, false, progress))?;
    opened.findings.append(&mut picture.findings);
    let out = if cli.json {
        pipeline::recovery_json(&picture)
    } else {
        format!(
            "{}\n{}\n{out}",
            pipeline::recovery_text(&picture),
            told::Job { folder, month: None }.fill(words::ui("ui.inspect.files", lang), lang)
        )
    };
    finding::sort(&mut opened.findings);
    // What is still missing to pay is something to decide, whatever the files say.
    let lacking = !picture.compute.is_empty() || !picture.pay.is_empty();
    let code = u8::from(lacking || opened.findings.iter().any(|f| f.severity <= Severity::Justify));
    Ok(Said { out, err: listing(&opened.findings, lang, cli.json, Some(folder)), code })
}

/// The first numbers of a list, and how many more there are.
fn listed(list: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut out = list.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if list.len() > SHOWN {
        let _ = write!(out, " … (+{})", list.len() - SHOWN);
    }
    out
}

/// Whom nothing is transferred to: each with a name, the first reason and what waits.
fn set_aside(outcome: &pipeline::Outcome) -> String {
    const SHOWN: usize = 12;
    let lang = outcome.lang;
    if outcome.aside.is_empty() {
        return String::new();
    }
    let mut out = words::fill(words::ui("ui.excluded", lang), &[("count", outcome.aside.len().to_string())]) + "\n";
    for a in outcome.aside.iter().take(SHOWN) {
        let net = a.net.map_or_else(String::new, |n| words::fill(words::ui("ui.excluded_net", lang), &[("net", figures::money(n, lang))]));
        let who = if a.id == a.name { a.id.clone() } else { format!("{} {}", a.id, a.name) };
        let _ = writeln!(out, "            {who} — {} ({}){net}", a.why, a.code);
    }
    if outcome.aside.len() > SHOWN {
        let rest: Vec<String> = outcome.aside[SHOWN..].iter().map(|a| a.id.clone()).collect();
        let args = [("count", rest.len().to_string()), ("list", listed(&rest))];
        let _ = writeln!(out, "            {}", words::fill(words::ui("ui.told.more", lang), &args));
    }
    out
}

/// What comes next, with the commands as they are typed.
fn to_do(outcome: &pipeline::Outcome, job: &told::Job<'_>) -> String {
    let lang = outcome.lang;
    let mut steps = Vec::new();
    let cause = outcome.findings.iter().find(|f| f.rank == Rank::Cause && f.severity <= Severity::Justify);
    if let Some(help) = cause.and_then(|f| f.help(lang)) {
        steps.push(job.fill(&help, lang));
    }
    let blocking = outcome.findings.iter().filter(|f| f.severity == Severity::Blocking && f.rank == Rank::Own).count();
    if blocking > 0 {
        steps.push(job.fill(&words::fill(words::ui("ui.to_do.decide", lang), &[("count", blocking.to_string())]), lang));
    }
    steps.push(job.fill(words::ui("ui.to_do.read", lang), lang));
    if outcome.findings.iter().any(|f| f.severity <= Severity::Justify) {
        steps.push(job.fill(words::ui("ui.to_do.again", lang), lang));
    }
    let mut out = String::new();
    for (i, step) in steps.iter().enumerate() {
        let title = if i == 0 { words::ui("ui.to_do", lang) } else { "" };
        let _ = writeln!(out, "{title:<12}{}. {step}", i + 1);
    }
    out
}

fn run(cli: &Cli, options: &Options, replay_only: bool, timings: bool) -> Result<Said> {
    let outcome = pipeline::run(options)?;
    let lang = outcome.lang;
    let mut out = String::new();
    let say = |key: &str, args: &[(&str, String)]| words::fill(words::ui(key, lang), args) + "\n";
    let job = told::Job { folder: &options.folder, month: outcome.month.map(|m| m.to_string()) };
    if outcome.ran {
        let r = outcome.replay;
        out += &say(
            "ui.replay",
            &[
                ("agents", (outcome.replay_agents.1 + outcome.unreplayed.len() as u64).to_string()),
                ("all", outcome.replay_agents.0.to_string()),
                ("exact", r.exact.to_string()),
                ("rounding", r.rounding.to_string()),
                ("carried", r.carried.to_string()),
                ("gap", r.gap.to_string()),
                ("oneoff", r.one_off.to_string()),
            ],
        );
        if !outcome.unreplayed.is_empty() {
            out += &say("ui.unreplayed", &[("count", outcome.unreplayed.len().to_string()), ("list", listed(&outcome.unreplayed))]);
        }
        if !replay_only {
            let change = outcome.after.net_paid - outcome.before.net_paid;
            out += &say(
                "ui.pay",
                &[
                    ("payslips", outcome.payslips.to_string()),
                    ("before", figures::money(outcome.before.net_paid, lang)),
                    ("after", figures::money(outcome.after.net_paid, lang)),
                    ("change", figures::money(change, lang)),
                ],
            );
            out += &say("ui.transfers", &[("count", outcome.transfers.0.to_string()), ("sum", figures::money(outcome.transfers.1, lang))]);
            if !outcome.held.is_empty() {
                out += &say("ui.transfers_held", &[("codes", outcome.held.join(", "))]);
            }
            let file = outcome.written.iter().any(|w| w.starts_with("virements-"));
            if outcome.held.is_empty() && outcome.transfers.0 > 0 && !file {
                let missing = outcome.payer_lacks.iter().map(|k| words::ui(k, lang)).collect::<Vec<_>>().join(words::ui("ui.and", lang));
                let key = if missing.is_empty() { "ui.no_transfer_file" } else { "ui.no_payer" };
                out += &say(key, &[("what", missing)]);
            }
            if let Some(count) = outcome.again {
                out += &say("ui.again", &[("count", count.to_string()), ("of", outcome.transfers.0.to_string())]);
            }
            out += &set_aside(&outcome);
            let count = |s: Severity| outcome.findings.iter().filter(|f| f.severity == s).count().to_string();
            out += &say(
                "ui.findings",
                &[
                    ("b", count(Severity::Blocking)),
                    ("j", count(Severity::Justify)),
                    ("w", count(Severity::Warning)),
                    ("i", count(Severity::Information)),
                    ("notrun", outcome.not_run.len().to_string()),
                ],
            );
            out += &say("ui.written", &[("folder", options.folder.join("out").display().to_string())]);
            out += &to_do(&outcome, &job);
        }
    }
    if timings {
        for (stage, time) in &outcome.timings.0 {
            let _ = writeln!(out, "{stage:<10} {:>9.3} s", time.as_secs_f64());
        }
    }
    // Of a replay, what concerns last month and the files; when nothing could be done, everything that says why.
    let of_replay = |f: &Finding| f.code.starts_with(['C', 'R', 'M', 'J', 'L', 'N']) || f.code.starts_with("IMP-");
    let shown: Vec<Finding> = outcome.findings.iter().filter(|f| !replay_only || !outcome.ran || of_replay(f)).cloned().collect();
    let short = outcome.ran && !replay_only && !cli.json;
    let err = if short { told::of_run(&shown, lang, &job) } else { listing(&shown, lang, cli.json, Some(&options.folder)) };
    Ok(Said { out, err, code: outcome.exit_code() })
}
