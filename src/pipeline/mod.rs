//! The stages in order; the only place that names them all.
//!
//! ```text
//! inbox → tables → mapping → people → plans → (per employee: replay, compute, walk, check) → run controls → documents
//! ```

mod accounts;
mod again;
mod arrears;
mod belated;
mod bygone;
mod calibrate;
mod causes;
mod compare;
mod compute;
mod decisions;
mod diff;
mod documents;
mod doubtful;
mod effects;
mod employer;
mod employers;
mod entering;
mod estimates;
mod evidence;
mod explain;
mod inputs;
mod kit;
mod known_by_net;
mod manifest;
mod next;
mod nobody_had;
mod one_line;
mod open_codes;
mod open_nets;
mod proposals;
pub mod record;
mod records;
mod recovery;
mod reduced;
mod rejected;
mod same_person;
mod sendings;
mod set_aside;
mod since;
mod slips;
mod tables;
mod trust;
mod undecided;
mod uses;

pub use calibrate::calibrate;
pub use compare::compare;
pub use decisions::{decide, decide_from};
pub use diff::diff;
pub use explain::{explain, explain_with};
pub use inputs::{Inputs, inspect};
pub use kit::{Opened, Prepared, Seal, begin, passphrase_in, prepare_kit, seal_folder, unseal_folder};
pub use next::start as start_from;
pub use recovery::{Picture, json as recovery_json, needs as recovery_needs, recovery, text as recovery_text};

use crate::check::{self, NotRun};
use crate::compute::calibrate::Witness;
use crate::compute::employee::{CauseCodes, Machine, Score};
use crate::compute::late::{self, Late};
use crate::compute::raise::Raise;
use crate::compute::walk::Road;
use crate::ground::{Checked, EmployeeId, Finding, Lang, Money, PayMonth, Place, Severity, Words, finding};
use crate::job::{self, Job, LateLaw, UnknownMonths};
use crate::payslip::Totals;
use crate::rules::bind::{Context, SettingValue};
use crate::rules::plan::setting_value;
use crate::rules::{Pack, document_suggestion, pack, stack};
use anyhow::{Context as _, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tables::Tables;

/// What a run is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    pub folder: PathBuf,
    /// A folder of packs on disk in place of the embedded ones.
    pub rules: Option<PathBuf>,
    pub lang: Option<Lang>,
    /// 0: as many as the machine has.
    pub threads: usize,
    /// Whether payslips are printed; they are most of the time of a small run.
    pub payslips: bool,
    /// Told how far a stage is: name, done, of.
    pub progress: fn(&str, u64, u64),
}

/// Time of each stage, for `--timings`.
#[derive(Default, Debug)]
pub struct Timings(pub Vec<(&'static str, std::time::Duration)>);

impl Timings {
    pub fn measure<T>(&mut self, stage: &'static str, f: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let out = f();
        self.0.push((stage, start.elapsed()));
        out
    }
}

/// What a run came to.
#[derive(Default)]
pub struct Outcome {
    pub findings: Vec<Finding>,
    pub not_run: Vec<NotRun>,
    pub payslips: u64,
    pub before: Totals,
    pub after: Totals,
    pub transfers: (u64, Money),
    pub excluded: Vec<String>,
    /// The same people, with what a person asks first.
    pub aside: Vec<Aside>,
    /// Transfers that stood in the file of the run before as well, which was another one.
    pub again: Option<u64>,
    /// What of the payer the settings do not say, by its words in the catalogue.
    pub payer_lacks: Vec<&'static str>,
    /// The month to pay, once the job is read.
    pub month: Option<PayMonth>,
    pub replay: Score,
    pub replay_agents: (u64, u64),
    /// Paid last month, and not replayed: nothing is known of them but their payslip.
    pub unreplayed: Vec<String>,
    pub written: Vec<String>,
    /// Codes of findings that stop the whole run: there is no transfer file.
    pub held: Vec<String>,
    pub timings: Timings,
    /// False when nothing could be computed.
    pub ran: bool,
    pub lang: Lang,
}

/// Somebody to whom nothing is transferred.
#[derive(Clone, Debug)]
pub struct Aside {
    pub id: String,
    pub name: String,
    pub code: String,
    /// The finding's sentence, without the name.
    pub why: String,
    /// What waits, where there is a payslip.
    pub net: Option<Money>,
}

impl Outcome {
    /// 0 all clear, 1 done and something must be decided, 2 could not run.
    pub fn exit_code(&self) -> u8 {
        if !self.ran {
            2
        } else if self.findings.iter().any(|f| f.severity <= Severity::Justify) {
            1
        } else {
            0
        }
    }
}

/// Reads the job's pack with its overlays, from the program, from disk or from the job folder, and checks them.
///
/// # Errors
/// When a folder on disk cannot be read.
pub fn load_pack(job: &Job, rules: Option<&Path>) -> Result<Rules> {
    let library = stack::Library { rules, job: Some(&job.folder) };
    let mut loaded = stack::load(&job.pack, &job.overlays, &library).with_context(|| job.pack.clone())?;
    loaded.pack.vocabulary.fold_options(crate::normalise::text::fold);
    let language = Lang::parse(&loaded.pack.language).unwrap_or_default();
    Ok(Rules { pack: loaded.sound.then_some(loaded.pack), findings: loaded.findings, language })
}

/// The rules of a job, when they are fit to compute with.
pub struct Rules {
    pub pack: Option<Pack>,
    pub findings: Vec<Finding>,
    /// The pack's own language.
    pub language: Lang,
}

impl Rules {
    /// The language of a job: the one it asks for, else the pack's.
    pub fn lang(&self, job: &Job) -> Lang {
        job.lang.unwrap_or(self.language)
    }
}

/// Values of law that nobody has checked for long enough before a day, or never: one finding for all of them, with the first
/// places and the one that waits longest.
fn not_rechecked(pack: &Pack, on: chrono::NaiveDate, lang: Lang) -> Option<Finding> {
    let stale = pack.stale(on);
    let worst = stale.first()?;
    let unchecked = stale.iter().filter(|f| f.code == "L67").count();
    let told = Finding::new("L65", Severity::Information).arg("count", stale.len()).arg("unchecked", unchecked);
    let mut told = told.arg("worst", worst.message(lang));
    told.places = stale.iter().flat_map(|f| f.places.clone()).take(4).collect();
    Some(told)
}

/// Values of law that changed on four Januaries running, and that have none for the year of the month to pay.
fn not_yet_known(pack: &Pack, month: crate::ground::PayMonth, lang: Lang) -> Option<Finding> {
    use chrono::Datelike as _;
    let year = month.year();
    let from_january = |p: &&pack::Parameter| {
        let has = |y: i32| p.values.iter().any(|v| v.from.year() == y && v.from.ordinal() == 1);
        let none_since = p.values.iter().all(|v| v.from.year() < year);
        let last = p.values.iter().map(|v| v.from.year()).max().unwrap_or(year);
        none_since && p.values.iter().all(|v| v.until.is_none()) && (last - 3..=last).all(has)
    };
    let labels: Vec<&str> = pack.parameters.iter().filter(from_january).map(|p| p.label.get(lang)).collect();
    let f = Finding::new("C21", Severity::Justify).arg("month", month).arg("count", labels.len());
    (!labels.is_empty()).then(|| f.arg("what", labels.iter().take(6).copied().collect::<Vec<_>>().join(", ")))
}

/// The settings of the job over the pack's defaults; a name or a value that does not fit is a finding.
pub fn settings(pack: &Pack, job: &Job) -> Checked<Vec<SettingValue>> {
    over(pack, pack.default_settings(), &job.settings, &job.settings_at)
}

/// Last month's settings: this month's, but for those that the job says were others.
pub fn last_settings(pack: &Pack, job: &Job, this: &[SettingValue]) -> Checked<Vec<SettingValue>> {
    over(pack, this.to_vec(), &job.last_settings, &job.last_settings_at)
}

fn over(
    pack: &Pack,
    mut out: Vec<SettingValue>,
    given: &BTreeMap<String, String>,
    places: &BTreeMap<String, Place>,
) -> Checked<Vec<SettingValue>> {
    let mut findings = Vec::new();
    for (name, text) in given {
        let at = places.get(name).cloned().unwrap_or_else(|| Place::File { file: job::SETTINGS_FILE.to_owned() });
        match pack.settings.iter().position(|s| s.id == *name) {
            None => {
                let near = document_suggestion(name, pack.settings.iter().map(|s| s.id.as_str())).unwrap_or_default();
                findings.push(Finding::new("J04", Severity::Blocking).arg("name", name).arg("near", near).at(at));
            }
            Some(i) => match setting_value(&pack.settings[i].kind, text) {
                Some(v) => out[i] = v,
                None => {
                    let (options, sample) = pack::setting_values(&pack.settings[i].kind);
                    let near = document_suggestion(text, options.into_iter()).unwrap_or_default();
                    let f = Finding::new("J05", Severity::Blocking).arg("name", name).arg("text", text).at(at);
                    findings.push(f.arg("near", near).arg("sample", sample));
                }
            },
        }
    }
    Checked::new(out, findings)
}

/// Settings that last month was paid on, by its own record, and that the job has otherwise for that month.
fn other_settings(pack: &Pack, inputs: &Inputs, last: &[SettingValue], lang: Lang) -> Vec<Finding> {
    let past = &inputs.past;
    let differ = |(i, s): (usize, &pack::Setting)| {
        let was = past.settings.get(&s.id)?;
        (setting_value(&s.kind, was).as_ref() != Some(&last[i])).then(|| {
            let shown = setting_value(&s.kind, was).map_or_else(|| was.clone(), |v| s.shown(&v, lang));
            let f = Finding::new("J11", Severity::Justify).arg("setting", s.label.get(lang)).arg("id", &s.id).arg("was", shown);
            f.arg("now", s.shown(&last[i], lang)).arg("written", was).at(inputs.sources.place(past.settings_at))
        })
    };
    pack.settings.iter().enumerate().filter_map(differ).collect()
}

/// A record of last month that another employer paid: nothing of it is this employer's.
fn other_employer(job: &Job, inputs: &Inputs) -> Option<Finding> {
    let was = inputs.past.settings.get("employer.siret").filter(|s| !s.is_empty())?;
    let now = job.employer.siret.as_ref().filter(|s| s.as_str() != was)?;
    let f = Finding::new("J13", Severity::Blocking).arg("month", job.last_month).arg("was", was).arg("now", now.as_str());
    Some(f.at(inputs.sources.place(inputs.past.settings_at)).at(Place::File { file: job::SETTINGS_FILE.to_owned() }))
}

/// Rates that are set anew each January, left as they were in December.
fn not_renewed(pack: &Pack, job: &Job, last: &[SettingValue], this: &[SettingValue], lang: Lang) -> Vec<Finding> {
    use chrono::Datelike as _;
    if job.month.first_day().month() != 1 {
        return Vec::new();
    }
    let stays =
        |i: &usize| pack.settings[*i].renewed && last[*i] == this[*i] && !matches!(&this[*i], SettingValue::Number(n) if n.is_zero());
    (0..pack.settings.len())
        .filter(stays)
        .map(|i| {
            let value = pack.settings[i].shown(&this[i], lang);
            let f = Finding::new("C17", Severity::Justify).arg("setting", pack.settings[i].label.get(lang));
            f.arg("id", &pack.settings[i].id).arg("value", value).at(Place::File { file: job::SETTINGS_FILE.to_owned() })
        })
        .collect()
}

/// The main job: recover, replay, compute, check, explain; drafts under `out/`.
///
/// # Errors
/// When the job cannot be read or `out/` cannot be written.
pub fn run(options: &Options) -> Result<Outcome> {
    rayon::ThreadPoolBuilder::new().num_threads(options.threads).build()?.install(|| run_here(options))
}

fn run_here(options: &Options) -> Result<Outcome> {
    let mut out = Outcome::default();
    let mut timings = Timings::default();
    let before = since::sent(&options.folder.join("out"));
    documents::withdraw(&options.folder.join("out"))?;
    let Some(mut ready) = prepare(options, &mut out, &mut timings)? else {
        out.timings = timings;
        finding::sort(&mut out.findings);
        return Ok(out);
    };
    let people = std::mem::take(&mut ready.inputs.people);
    let folder = ready.job.folder.join("out");
    let mut tables = Tables::begin(&folder)?;
    // A disk takes its time for each old file; meanwhile everybody is computed.
    let mut results = std::thread::scope(|s| {
        let cleared = s.spawn(|| documents::clear(&folder));
        let results = timings.measure("compute", || compute::people(&ready, people, options, &mut |rows| tables.add(rows)));
        cleared.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).and(results)
    })?;
    out.findings.append(&mut results.findings);
    let mut rest = tables::Rows::default();
    estimates::rest(&ready).iter().for_each(|e| crate::write::register::estimate_row(&mut rest.estimates, e));
    open_nets::rest(&mut rest.open_nets, &ready);
    tables.add(&rest)?;
    out.findings.extend(estimates::still_open(&ready, &results.settled_estimates));
    out.findings.extend(open_nets::strangers(&ready));
    doubtful::columns(results.exact_agents.1, &mut out.findings);
    doubtful::taxable(results.exact_agents.1, &mut out.findings);
    doubtful::nets(results.exact_agents.1, &mut out.findings);
    timings.measure("settings", || undecided::name(&ready, &results, &mut out));
    timings.measure("check", || compute::run_controls(&ready, &mut results, &mut out));
    causes::name(&ready, &results, &mut out);
    nobody_lost(&ready, &mut results, &mut out);
    timings.measure("write", || documents::write(&ready, &mut results, tables, &mut out, options))?;
    out.aside = aside(&results, &out);
    let now = since::sent(&options.folder.join("out"));
    out.again = (before != now).then(|| before.intersection(&now).count() as u64).filter(|n| *n > 0);
    let lacks = [("ui.payer.name", ready.job.employer.name.is_empty()), ("ui.payer.iban", ready.job.debtor.iban.is_none())];
    out.payer_lacks = lacks.into_iter().filter(|l| l.1).map(|l| l.0).collect();
    out.ran = true;
    out.timings = timings;
    Ok(out)
}

/// Whoever was paid last month and has no payslip is named by a finding, whatever files and lists say of him, unless somebody decided
/// that he is gone.
fn nobody_lost(ready: &Ready, results: &mut compute::Results, out: &mut Outcome) {
    let told: BTreeSet<&EmployeeId> =
        out.findings.iter().filter(|f| f.severity <= Severity::Justify).filter_map(|f| f.employee.as_ref()).collect();
    let lost = |b: &compute::Brief| {
        let decisions = &ready.inputs.decisions;
        let decided = decisions.excluded(&b.id).is_some() || decisions.left(&b.id);
        b.before.is_some() && b.after.is_none() && !decided && !told.contains(&b.id)
    };
    let found: Vec<usize> = (0..results.briefs.len()).filter(|i| lost(&results.briefs[*i])).collect();
    for i in found {
        let b = &mut results.briefs[i];
        let f = Finding::new("M432", Severity::Blocking).of(&b.id).arg("agent", &b.id).arg("name", &b.name);
        let net = b.before.map_or_else(String::new, |t| t.net_paid.french());
        out.findings.push(f.arg("net", net).at(ready.inputs.sources.place(b.at)));
        b.blocked.get_or_insert_with(|| "M432".to_owned());
    }
}

/// Whoever is set aside, with the first reason in words.
fn aside(results: &compute::Results, out: &Outcome) -> Vec<Aside> {
    let of = |id: &EmployeeId, code: &str| out.findings.iter().find(|f| f.code == code && f.employee.as_ref() == Some(id));
    let blocked = results.briefs.iter().filter_map(|b| Some((b, b.blocked.as_ref()?)));
    blocked
        .map(|(b, code)| {
            let said = of(&b.id, code).map(|f| f.message(out.lang)).unwrap_or_default();
            let mut why = said.as_str();
            for known in ["agent ", "employee ", b.id.as_str(), " ", &b.name, " :", ":", ",", " "] {
                why = why.strip_prefix(known).unwrap_or(why);
            }
            let net = b.after.map(|t| t.net_paid).filter(|n| *n > Money::ZERO);
            Aside { id: b.id.to_string(), name: b.name.clone(), code: code.clone(), why: why.to_owned(), net }
        })
        .collect()
}

/// Everything that stands before the first employee is computed.
pub struct Ready {
    pub job: Job,
    pub pack: Pack,
    pub road: Road,
    pub catalogue: crate::payslip::Catalogue,
    pub unknown_kinds: Vec<crate::payslip::LineKind>,
    pub inputs: Inputs,
    pub lang: Lang,
    /// Values that the head of a payslip shows: name and slot.
    pub head: Vec<(String, u32)>,
    /// What of the law each line is made with.
    pub uses: uses::Uses,
    /// Settings of the month to pay, in the order of the pack.
    pub settings: Vec<crate::rules::bind::SettingValue>,
}

impl Ready {
    fn machine(&self) -> Machine<'_> {
        Machine {
            pack: &self.pack,
            catalogue: &self.catalogue,
            road: &self.road,
            unknown_kinds: &self.unknown_kinds,
            causes: CauseCodes::of(&self.pack),
            head: &self.head,
        }
    }
}

fn prepare(options: &Options, out: &mut Outcome, timings: &mut Timings) -> Result<Option<Ready>> {
    prepare_with(options, None, out, timings)
}

/// The same with another pack than the job's, whose overlays stay.
fn prepare_with(options: &Options, pack: Option<&str>, out: &mut Outcome, timings: &mut Timings) -> Result<Option<Ready>> {
    let mut opened = job::open(&options.folder)?;
    out.findings.append(&mut opened.findings);
    out.lang = options.lang.unwrap_or_default();
    let Some(mut job) = opened.value else { return Ok(None) };
    out.lang = options.lang.or(job.lang).unwrap_or_default();
    out.month = Some(job.month);
    if let Some(p) = pack {
        p.clone_into(&mut job.pack);
    }
    let mut loaded = timings.measure("rules", || load_pack(&job, options.rules.as_deref()))?;
    out.lang = options.lang.unwrap_or_else(|| loaded.lang(&job));
    out.findings.append(&mut loaded.findings);
    let Some(mut pack) = loaded.pack else { return Ok(None) };
    out.findings.extend(not_rechecked(&pack, job.pay_date, out.lang));
    out.findings.extend(not_yet_known(&pack, job.month, out.lang));
    let mut chosen = settings(&pack, &job);
    let mut last_chosen = last_settings(&pack, &job, &chosen.value);
    let usable = chosen.findings.is_empty() && last_chosen.findings.is_empty();
    out.findings.append(&mut chosen.findings);
    out.findings.append(&mut last_chosen.findings);
    if !usable {
        return Ok(None);
    }
    out.findings.append(&mut not_renewed(&pack, &job, &last_chosen.value, &chosen.value, out.lang));
    let mut read = timings.measure("read", || inputs::read(&job, &pack, &last_chosen.value, options.progress))?;
    out.findings.append(&mut read.findings);
    let mut inputs = read.value;
    out.findings.extend(employer::complete(&mut job.employer, &inputs.employer));
    let values = [&mut chosen.value, &mut last_chosen.value];
    out.findings.append(&mut employer::by_place(&pack, &mut job, &inputs.people, values, out.lang));
    out.findings.append(&mut other_settings(&pack, &inputs, &last_chosen.value, out.lang));
    out.findings.extend(other_employer(&job, &inputs));
    let last_pay = job.last_pay_date.or(inputs.last_execution).unwrap_or_else(|| job.last_month.last_day());
    let last = pack.law(Context { month: job.last_month, payment_date: last_pay }, last_chosen.value);
    let this = pack.law(Context { month: job.month, payment_date: job.pay_date }, chosen.value.clone());
    let mut catalogue = pack.catalogue();
    let unknown_kinds: Vec<_> = inputs.unknown_cards.iter().map(|c| c.kind).collect();
    catalogue.extend(inputs.unknown_cards.iter().cloned());
    let (late, raised, paid_on) = timings.measure("replay", || late(&pack, &catalogue, &unknown_kinds, &inputs, &last));
    let mut road = timings.measure("plan", || Road::build(&pack, &paid_on, &this));
    if let Some(built) = &road {
        let before = nobody_had::before(&job, &mut pack, (&catalogue, &unknown_kinds), &mut inputs, built.last(), out.lang);
        if before.left_out {
            road = Road::build(&pack, &paid_on, &this);
        }
        out.findings.extend(before.findings);
    }
    let Some(mut road) = road else {
        out.findings.extend(pack.plan(&last).1);
        out.findings.extend(pack.plan(&this).1);
        return Ok(None);
    };
    if out.findings.iter().any(|f| f.code == "F14") {
        return Ok(None);
    }
    out.findings.extend(road.raises.iter().map(|r| {
        let parameter = &pack.parameters[r.parameter];
        let source = parameter.values.iter().find(|v| v.from == r.since).map_or("", |v| v.source.as_str());
        Finding::new("C16", Severity::Justify)
            .arg("fact", pack.vocabulary.get(r.fact).label.get(out.lang))
            .arg("by", parameter.shown(r.by, out.lang))
            .arg("since", r.since.format("%d/%m/%Y"))
            .arg("source", source)
    }));
    effects::without_raised(&mut out.findings, &road.raises, &pack.vocabulary);
    if inputs.people.is_empty() {
        out.findings.push(Finding::new("F01", Severity::Blocking));
        return Ok(None);
    }
    road.raises.extend(raised);
    if !late.is_empty() {
        road.due = pack.plan(&last).0.map(|p| p.departing_from(road.last()));
    }
    (road.late, road.settles) = (late, job.policies.late_law == LateLaw::Pay);
    road.assumes = job.policies.unknown_months == UnknownMonths::Pay;
    let raised = road.raises.iter().filter(|r| r.since <= job.last_month.first_day()).map(|r| r.since).min();
    road.gone = bygone::plans(&pack, &inputs.people, &inputs.bygone, &road.late, raised, job.last_month, &last.settings);
    let lang = out.lang;
    let head = slips::head_values(&pack);
    let uses = uses::Uses::of(&pack, job.month.first_day());
    let mut ready = Ready { job, pack, road, catalogue, unknown_kinds, inputs, lang, head, uses, settings: chosen.value };
    open_codes::settle(&mut ready, &mut out.findings);
    one_line::part(&mut ready);
    reduced::part(&mut ready, &mut out.findings);
    known_by_net::settle(&mut ready, &mut out.findings);
    Ok(Some(ready))
}

/// More employees than this tell no more of the law that last month was paid on.
const LATE_WITNESSES: usize = 400;

fn late(
    pack: &Pack,
    catalogue: &crate::payslip::Catalogue,
    unknown_kinds: &[crate::payslip::LineKind],
    inputs: &Inputs,
    last: &crate::rules::plan::Law,
) -> (Vec<Late>, Vec<Raise>, crate::rules::plan::Law) {
    let witnesses: Vec<Witness<'_>> = calibrate::witnesses(inputs).take(LATE_WITNESSES).collect();
    let search = late::Search { pack, catalogue, unknown_kinds, witnesses: &witnesses };
    let (late, paid_on) = search.run(last);
    (late, search.raises(&paid_on), paid_on)
}

/// The pack's controls with a named measure, as the check stage takes them.
fn named_controls(pack: &Pack, day: chrono::NaiveDate) -> Vec<check::Control> {
    pack.controls
        .iter()
        .filter(|c| c.since.is_none_or(|d| d <= day) && c.until.is_none_or(|d| day <= d))
        .filter_map(|c| match &c.measure {
            pack::Measure::Named(measure) => Some(check::Control {
                id: c.id.clone(),
                measure: measure.clone(),
                severity: c.severity,
                threshold: c.threshold.clone(),
                names: c.names.clone(),
                message: c.message.clone(),
                help: c.help.clone(),
                strong_message: c.strong_message.clone(),
                strong_severity: c.strong_severity,
            }),
            pack::Measure::When(_) => None,
        })
        .collect()
}

fn not_run(control: &str, key: &str) -> NotRun {
    NotRun {
        control: control.to_owned(),
        why: Words::new(crate::ground::words::ui(key, Lang::Fr), crate::ground::words::ui(key, Lang::En)),
    }
}
