//! The job folder: `releve.toml`, `inbox/`, `decisions.csv`, `out/`. With `store`, the only way to the disk.

pub mod kit;

use crate::ground::document::{Report, Tab, TextFile};
use crate::ground::{Bic, Checked, Exact, Finding, Iban, Lang, PayMonth, Place, Severity, Siret, target_days, toml_text, words};
use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// Who pays.
#[derive(Clone, Debug, Default)]
pub struct Employer {
    pub name: String,
    pub siret: Option<Siret>,
    pub ape: Option<String>,
    pub urssaf: Option<String>,
    pub address: Option<String>,
    pub postal_code: Option<String>,
    pub town: Option<String>,
    pub contact: Option<String>,
}

/// The account that pays.
#[derive(Clone, Debug, Default)]
pub struct Debtor {
    pub iban: Option<Iban>,
    pub bic: Option<String>,
}

/// What to do in cases the files leave open; each has a safe default.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policies {
    /// An agent paid last month whom no staff file knows.
    pub not_in_staff: NotInStaff,
    /// Everybody whose last month the rules reproduce to the cent.
    pub mode: Way,
    /// Those of whom replay leaves a gap, or a line that no rule makes.
    pub unproven: Way,
    /// Share of last month's net that an advance pays.
    pub advance_share: Exact,
    /// What last month was paid too little of because the law came late.
    pub late_law: LateLaw,
    /// What is due for months before the last of which nothing survived.
    pub unknown_months: UnknownMonths,
    /// Codes of elements that nobody was paid last month and that are due, each with its place.
    pub due: Vec<Said>,
    /// Text format of the transfer file.
    pub pain: Pain,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LateLaw {
    /// Lines of arrears on this month's payslips.
    Pay,
    /// A finding, and nothing paid.
    Tell,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnknownMonths {
    /// A finding with an estimate, and nothing paid.
    Tell,
    /// Lines of arrears as if they had been paid as the last month was; each is an estimate.
    Pay,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotInStaff {
    /// Last month's recurring lines again, set aside until somebody decides.
    Carry,
    /// No payslip.
    Exclude,
}

/// How somebody is paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// By the rules, from this month's facts.
    Recompute,
    /// Last month's lasting lines again, under this month's law.
    Carry,
    /// A share of last month's net.
    Advance,
    /// A payslip, and no transfer.
    Hold,
}

impl Way {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "recompute" => Self::Recompute,
            "carry" => Self::Carry,
            "advance" => Self::Advance,
            "hold" => Self::Hold,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pain {
    V09,
    V03,
}

/// A word of `releve.toml` and where it stands.
pub type Said = (String, Place);

/// Which sources are believed where they differ, as written: in general, and for single facts.
#[derive(Clone, Default, Debug)]
pub struct Trust {
    pub order: Vec<Said>,
    pub facts: Vec<(Said, Vec<Said>)>,
}

/// `releve.toml`, read.
#[derive(Clone, Debug)]
pub struct Job {
    pub folder: PathBuf,
    pub month: PayMonth,
    pub last_month: PayMonth,
    pub pay_date: NaiveDate,
    /// When known; else the transfer file's execution date, else the last day of last month.
    pub last_pay_date: Option<NaiveDate>,
    pub incident_date: Option<NaiveDate>,
    /// The language it asks for; without one, the pack's.
    pub lang: Option<Lang>,
    pub pack: String,
    /// The employer's own layers over the pack: folders of the job, or packs that `--rules` finds.
    pub overlays: Vec<String>,
    pub employer: Employer,
    pub debtor: Debtor,
    pub policies: Policies,
    pub trust: Trust,
    pub settings: BTreeMap<String, String>,
    /// Line of `releve.toml` that gives each setting.
    pub settings_at: BTreeMap<String, Place>,
    /// Those that had another value last month: a rate decided or notified in between.
    pub last_settings: BTreeMap<String, String>,
    pub last_settings_at: BTreeMap<String, Place>,
    /// The text itself: the mapping of sources is read from it by `normalise`.
    pub text: String,
}

/// One file of the inbox, or a folder of one.
#[derive(Clone, Debug)]
pub struct InboxFile {
    /// Relative to `inbox/`, with `/`.
    pub name: String,
    pub path: PathBuf,
}

pub const SETTINGS_FILE: &str = "releve.toml";
/// What people decided, beside it.
pub const DECISIONS_FILE: &str = "decisions.csv";

/// Reads the job. Findings name the line of `releve.toml`; without a value nothing can run.
///
/// # Errors
/// When the folder or `releve.toml` cannot be read.
pub fn open(folder: &Path) -> Result<Checked<Option<Job>>> {
    let path = folder.join(SETTINGS_FILE);
    let bytes = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
    Ok(parse(folder, &String::from_utf8_lossy(&bytes)))
}

/// The job that a text of `releve.toml` in this folder would be.
pub fn parse(folder: &Path, text: &str) -> Checked<Option<Job>> {
    let files = [TextFile { path: SETTINGS_FILE.to_owned(), text: text.to_owned() }];
    let report = Report::new(&files);
    let (readable, faults) = toml_text::read(&files[0].text);
    toml_text::tell(&report, 0, &faults);
    let (doc, _) = DeTable::parse_recoverable(&readable);
    let tab = Tab::new(0, 0..0, doc.get_ref(), &report);
    let job = read(folder, &tab, &report);
    let findings = report.findings.take();
    let job = job.map(|mut j| {
        j.text = files[0].text.clone();
        j
    });
    // A mistake here would be a month paid on a default that nobody chose: it stops the run.
    let sound = !findings.iter().any(|f| f.severity == Severity::Blocking);
    Checked::new(job.filter(|_| sound), findings)
}

fn read(folder: &Path, t: &Tab<'_, '_>, report: &Report<'_>) -> Option<Job> {
    let month_of = |key: &'static str| {
        let s = t.spot(key)?;
        let m = PayMonth::parse(&s.text);
        if m.is_none() {
            report.error("J18", 0, &s.span, &[("key", key), ("text", &s.text)]);
        }
        m
    };
    if !t.has("month") {
        report.error("L03", 0, &(0..1), &[("key", "month"), ("sample", "month = \"2021-12\"")]);
    }
    let month = month_of("month");
    let last_month = month_of("last_month").or_else(|| month.map(PayMonth::previous));
    let pay_date = t.date("pay_date");
    let lang = t.spot("lang").and_then(|s| {
        let l = Lang::parse(&s.text);
        if l.is_none() {
            report.unlisted(&s, &["fr", "en"]);
        }
        l
    });
    let (last_pay_date, incident_date) = (t.date("last_pay_date"), t.date("incident_date"));
    let pack = t.text("pack").unwrap_or_else(|| "fr-fpt".to_owned());
    let employer = t.table("employer").map(|e| employer(&e, report)).unwrap_or_default();
    let debtor = t.table("debtor").map(|d| debtor(&d, report)).unwrap_or_default();
    let policies = policies(t.table("policies").as_ref(), report);
    let trust = t.table("trust").map(|x| trust(&x, report)).unwrap_or_default();
    let table = |name: &'static str| {
        let given = t.table(name).map(|s| s.pairs()).unwrap_or_default();
        let at: BTreeMap<String, Place> = given.iter().map(|(k, _)| (k.text.clone(), report.place(0, &k.span))).collect();
        (given.into_iter().map(|(k, v)| (k.text, v.text)).collect::<BTreeMap<String, String>>(), at)
    };
    let (settings, settings_at) = table("settings");
    let (last_settings, last_settings_at) = table("last_settings");
    let overlays = t.texts("overlays");
    let _ = (t.whole("format"), t.has("source"));
    t.close();
    let month = month?;
    years(t, report, month, last_month, pay_date, incident_date);
    let due = pay_date.unwrap_or_else(|| {
        let last = month.last_day();
        if target_days::is_open(last) { last } else { target_days::previous_open(last) }
    });
    let days = [("J09", pay_date, Severity::Warning), ("J10", incident_date, Severity::Justify)];
    for (code, _, severity) in days.into_iter().filter(|d| d.1.is_none()) {
        let f = Finding::new(code, severity).arg("date", due.format("%d/%m/%Y")).arg("example", month.first_day());
        report.findings.borrow_mut().push(f.at(Place::File { file: SETTINGS_FILE.to_owned() }));
    }
    Some(Job {
        folder: folder.to_path_buf(),
        month,
        last_month: last_month.unwrap_or_else(|| month.previous()),
        pay_date: due,
        last_pay_date,
        incident_date,
        lang,
        pack,
        overlays,
        employer,
        debtor,
        policies,
        trust,
        settings,
        settings_at,
        last_settings,
        last_settings_at,
        text: String::new(),
    })
}

/// A slip of the year: days and months that cannot belong together.
fn years(
    t: &Tab<'_, '_>,
    report: &Report<'_>,
    month: PayMonth,
    last: Option<PayMonth>,
    pay_date: Option<NaiveDate>,
    incident: Option<NaiveDate>,
) {
    let told = |key: &'static str, severity: Severity, value: String| {
        let place = report.place(0, &t.span_of(key));
        report.findings.borrow_mut().push(Finding::new("J08", severity).at(place).arg("key", key).arg("value", value).arg("month", month));
    };
    let (first, end) = (month.first_day(), month.last_day());
    if let Some(l) = last {
        if l >= month || (first - l.first_day()).num_days() > 366 {
            told("last_month", Severity::Blocking, l.to_string());
        } else if l.next() != month {
            let place = report.place(0, &t.span_of("last_month"));
            report.findings.borrow_mut().push(Finding::new("J14", Severity::Justify).at(place).arg("last", l).arg("month", month));
        }
    }
    // Paid a little before the month or well after it: an advance, a late month.
    if let Some(d) = pay_date.filter(|d| (first - *d).num_days() > 31 || (*d - end).num_days() > 120) {
        told("pay_date", Severity::Blocking, d.format("%d/%m/%Y").to_string());
    }
    let paid = pay_date.unwrap_or(end).max(end);
    if let Some(d) = incident.filter(|d| *d > paid || (first - *d).num_days() > 366) {
        told("incident_date", Severity::Justify, d.format("%d/%m/%Y").to_string());
    }
}

fn employer(t: &Tab<'_, '_>, report: &Report<'_>) -> Employer {
    let siret = t.spot("siret").filter(|s| !s.text.trim().is_empty()).and_then(|s| {
        let n = Siret::parse(&s.text);
        if n.is_none() {
            report.push(Finding::new("J02", Severity::Warning), &[(0, s.span.clone())], &[("text", &s.text)]);
        }
        n
    });
    let text = |k: &'static str| t.text(k).filter(|x| !x.trim().is_empty());
    let e = Employer {
        name: text("name").unwrap_or_default(),
        siret,
        ape: text("ape"),
        urssaf: text("urssaf"),
        address: text("address"),
        postal_code: text("postal_code"),
        town: text("town"),
        contact: text("contact"),
    };
    t.close();
    e
}

fn debtor(t: &Tab<'_, '_>, report: &Report<'_>) -> Debtor {
    let iban = t.spot("iban").filter(|s| !s.text.trim().is_empty()).and_then(|s| match Iban::parse(&s.text) {
        Ok(i) => Some(i),
        Err(_) => {
            report.push(Finding::new("J03", Severity::Blocking), &[(0, s.span)], &[]);
            None
        }
    });
    let bic = t.spot("bic").filter(|s| !s.text.trim().is_empty()).and_then(|s| {
        if Bic::parse(s.text.trim()).is_err() {
            report.push(Finding::new("J07", Severity::Justify), &[(0, s.span.clone())], &[("text", &s.text)]);
            return None;
        }
        Some(s.text)
    });
    let d = Debtor { iban, bic };
    t.close();
    d
}

fn policies(t: Option<&Tab<'_, '_>>, report: &Report<'_>) -> Policies {
    let mut p = Policies {
        not_in_staff: NotInStaff::Carry,
        mode: Way::Recompute,
        unproven: Way::Recompute,
        advance_share: Exact::ratio(4, 5).unwrap_or(Exact::ONE),
        late_law: LateLaw::Pay,
        unknown_months: UnknownMonths::Tell,
        due: Vec::new(),
        pain: Pain::V09,
    };
    let Some(t) = t else { return p };
    let wrong = |key: &str, span: &std::ops::Range<usize>, wanted: &str| report.error("L04", 0, span, &[("key", key), ("wanted", wanted)]);
    if let Some(s) = t.spot("not_in_staff") {
        match s.text.as_str() {
            "carry" => p.not_in_staff = NotInStaff::Carry,
            "exclude" => p.not_in_staff = NotInStaff::Exclude,
            _ => report.unlisted(&s, &["carry", "exclude"]),
        }
    }
    if let Some(s) = t.spot("unknown_months") {
        match s.text.as_str() {
            "tell" => p.unknown_months = UnknownMonths::Tell,
            "pay" => p.unknown_months = UnknownMonths::Pay,
            _ => report.unlisted(&s, &["tell", "pay"]),
        }
    }
    p.due = said(t.list("due"), report);
    if let Some(s) = t.spot("late_law") {
        match s.text.as_str() {
            "pay" => p.late_law = LateLaw::Pay,
            "tell" => p.late_law = LateLaw::Tell,
            _ => report.unlisted(&s, &["pay", "tell"]),
        }
    }
    let way = |key: &'static str, slot: &mut Way| {
        if let Some(s) = t.spot(key) {
            match Way::parse(&s.text) {
                Some(w) => *slot = w,
                None => report.unlisted(&s, &["recompute", "carry", "advance", "hold"]),
            }
        }
    };
    way("mode", &mut p.mode);
    way("unproven", &mut p.unproven);
    if let Some(s) = t.spot("advance_share") {
        match Exact::parse(&s.text).filter(|x| x.is_positive() && *x <= Exact::ONE) {
            Some(x) => p.advance_share = x,
            None => wrong("advance_share", &s.span, "\"0.80\""),
        }
    }
    if let Some(s) = t.spot("pain") {
        match s.text.as_str() {
            "09" => p.pain = Pain::V09,
            "03" => p.pain = Pain::V03,
            _ => report.unlisted(&s, &["09", "03"]),
        }
    }
    t.close();
    p
}

/// Texts of a list, each with its place.
fn said(list: Vec<crate::ground::document::Spot>, report: &Report<'_>) -> Vec<Said> {
    list.into_iter().map(|s| (s.text, report.place(s.file, &s.span))).collect()
}

fn trust(t: &Tab<'_, '_>, report: &Report<'_>) -> Trust {
    let order = said(t.list("order"), report);
    let facts = t.table("facts").map(|f| f.lists()).unwrap_or_default();
    let facts = facts.into_iter().map(|(k, list)| ((k.text, report.place(k.file, &k.span)), said(list, report))).collect();
    t.close();
    Trust { order, facts }
}

/// Files of the inbox, sorted by name; hidden files and locks of open workbooks are left out.
///
/// # Errors
/// When `inbox/` cannot be listed.
pub fn inbox(folder: &Path) -> Result<Vec<InboxFile>> {
    let mut out = Vec::new();
    let root = folder.join("inbox");
    let wanted = |name: &str| !(name.starts_with('.') || is_lock(name) || SYSTEM.iter().any(|s| name.eq_ignore_ascii_case(s)));
    list(&root, "", &mut out, (0, &wanted)).with_context(|| format!("{}", root.display()))?;
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

/// Files of the inbox that office programs keep beside what they have open, sorted by name.
///
/// # Errors
/// When the folder cannot be listed.
pub fn locks(folder: &Path) -> Result<Vec<String>> {
    let mut out = Vec::new();
    list(&folder.join("inbox"), "", &mut out, (0, &is_lock))?;
    let mut names: Vec<String> = out.into_iter().map(|f| f.name).collect();
    names.sort();
    Ok(names)
}

/// What systems put into folders.
const SYSTEM: [&str; 2] = ["thumbs.db", "desktop.ini"];

/// `~$agents.xlsx` of Excel, `.~lock.agents.ods#` of LibreOffice.
fn is_lock(name: &str) -> bool {
    name.starts_with("~$") || name.starts_with(".~lock.")
}

/// Folders are gone down into unless they are hidden; of files those that are `wanted`.
fn list(dir: &Path, prefix: &str, out: &mut Vec<InboxFile>, (depth, wanted): (u32, &dyn Fn(&str) -> bool)) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        let (taken, hidden) = (wanted(&name), name.starts_with('.') || is_lock(&name));
        let relative = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if kind.is_dir() && depth < 4 && !hidden {
            list(&entry.path(), &relative, out, (depth + 1, wanted))?;
        } else if kind.is_file() && taken {
            out.push(InboxFile { name: relative, path: entry.path() });
        }
    }
    Ok(())
}

/// The commented `releve.toml` of a new job.
pub fn template(month: PayMonth, lang: Lang) -> String {
    let text = match lang {
        Lang::Fr => TEMPLATE_FR,
        Lang::En => TEMPLATE_EN,
    };
    let days = [
        ("{month}", month.to_string()),
        ("{last}", month.previous().to_string()),
        ("{pay}", month.first_day().format("%Y-%m-22").to_string()),
        ("{last_pay}", month.previous().first_day().format("%Y-%m-25").to_string()),
        ("{incident}", month.first_day().format("%Y-%m-03").to_string()),
    ];
    days.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}

const TEMPLATE_FR: &str = r#"# Paie de secours. Ce fichier dit tout du dossier ; les fichiers reçus vont dans inbox/, jamais modifiés.
format = 1
month = "{month}"                # mois à payer
# last_month = "{last}"          # dernier mois payé, celui que racontent les fichiers
# pay_date = {pay}          # jour du virement : un jour ouvré TARGET
# last_pay_date = {last_pay}     # jour du dernier virement
# incident_date = {incident}     # jour de l'attaque : les changements d'IBAN d'après sont suspects
pack = "fr-fpt"
# overlays = ["regles"]          # règles propres à l'employeur : dossiers de ce dossier, voir docs/rules.md

[employer]
name = ""                        # imprimé sur les bulletins
# siret = ""
# ape = "8411Z"
# urssaf = ""
# address = ""
# postal_code = ""
# town = ""
# contact = ""                   # qui répond aux questions des agents

[debtor]                         # compte qui paie
# iban = ""
# bic = ""

[policies]                       # pour un seul agent : decisions.csv
not_in_staff = "carry"           # agent payé le mois dernier et absent des fichiers du personnel : carry | exclude
# mode = "recompute"             # agents dont le rejeu est exact : recompute | carry | advance | hold
# unproven = "recompute"         # agents dont le rejeu laisse un écart : les mêmes choix
# advance_share = "0.80"         # part du dernier net versée en acompte
# late_law = "pay"               # loi en retard le mois dernier : pay (rappel versé ce mois-ci) | tell (seulement dit)
# due = ["CODE"]                 # lignes que personne n'avait le mois dernier et qui sont dues, voir F160
# unknown_months = "tell"        # rappel des mois dont rien ne subsiste : tell (seulement dit) | pay (comme payés au dernier mois ; estimation)
pain = "09"                      # version du fichier de virement : 09 | 03

# [trust]                        # qui croire quand deux fichiers se contredisent, voir docs/sources.md
# order = ["staff", "register", "xhl", "dsn"]

[settings]                       # réglages de l'employeur ; « releve rules check » en donne la liste et les valeurs par défaut
# zone_residence = "3"
# taux_vm = "0"

# [last_settings]                # ceux qui avaient une autre valeur le mois dernier : taux notifié en janvier, délibération
# taux_at = "0"
"#;

const TEMPLATE_EN: &str = r#"# Emergency pay. This file says all there is to say of the job; files as they came go to inbox/ and are never changed.
format = 1
month = "{month}"                # month to pay
# last_month = "{last}"          # month last paid, the one the files tell of
# pay_date = {pay}          # day of the transfers: a TARGET settlement day
# last_pay_date = {last_pay}     # day of the last transfers
# incident_date = {incident}     # day of the attack: accounts changed after it are suspect
pack = "fr-fpt"
# overlays = ["regles"]          # the employer's own rules: folders of this folder, see docs/rules.md

[employer]
name = ""                        # printed on the payslips
# siret = ""
# ape = "8411Z"
# urssaf = ""
# address = ""
# postal_code = ""
# town = ""
# contact = ""                   # who answers employees' questions

[debtor]                         # the account that pays
# iban = ""
# bic = ""

[policies]                       # for one employee: decisions.csv
not_in_staff = "carry"           # paid last month and in no staff file: carry | exclude
# mode = "recompute"             # those whom replay finds to the cent: recompute | carry | advance | hold
# unproven = "recompute"         # those of whom replay leaves a gap: the same choices
# advance_share = "0.80"         # share of the last net paid as an advance
# late_law = "pay"               # law that last month was late with: pay (arrears this month) | tell (only told)
# due = ["CODE"]                 # lines that nobody had last month and that are due, see F160
pain = "09"                      # version of the transfer file: 09 | 03

# [trust]                        # whom to believe where two files differ, see docs/sources.md
# order = ["staff", "register", "xhl", "dsn"]

[settings]                       # the employer's settings; “releve rules check” lists them with their defaults
# zone_residence = "3"
# taux_vm = "0"

# [last_settings]                # those that had another value last month: a rate set in January, a decision
# taux_at = "0"
"#;

/// Starts a job folder.
///
/// # Errors
/// When the folder holds a job already, or cannot be written.
pub fn create(folder: &Path, month: PayMonth, lang: Lang) -> Result<()> {
    let path = folder.join(SETTINGS_FILE);
    anyhow::ensure!(!path.exists(), "{}", words::fill(words::ui("ui.already", lang), &[("path", path.display().to_string())]));
    std::fs::create_dir_all(folder.join("inbox")).with_context(|| format!("{}", folder.display()))?;
    std::fs::write(&path, template(month, lang)).with_context(|| format!("{}", path.display()))
}

/// A file under `out/`, written whole, flushed and renamed, so that a cut leaves the old one or none.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    use std::io::Write as _;
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).with_context(|| format!("{}", parent.display()))?;
    let partial = path.with_file_name(format!(".{}.partial", path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default()));
    let mut f = std::fs::File::create(&partial).with_context(|| format!("{}", partial.display()))?;
    f.write_all(bytes).with_context(|| format!("{}", partial.display()))?;
    f.sync_all().ok();
    std::fs::rename(&partial, &path).with_context(|| format!("{}", path.display()))
}
