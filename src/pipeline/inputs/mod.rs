//! The inbox, read: tables recognised and gathered, transfers, everything joined into people.

mod damaged;
mod elsewhere;
mod inspect;
mod local_codes;
mod months;
mod open;
mod rubrics;
mod standing;

use super::decisions::{self, Decisions};
use super::{bygone, records, rejected};
use crate::facts::{Fact, Origin, Role as FactRole, Value};
use crate::ground::{At, Checked, EmployeeId, Finding, Iban, Money, PayMonth, Place, Severity, Sources};
use crate::job::{self, Job};
use crate::normalise::join::{self, People, Person, TransferRow};
use crate::normalise::other_accounts::Owner;
use crate::normalise::people::may_be_same;
use crate::normalise::record::Past;
use crate::normalise::titles::Titles;
use crate::normalise::trust::{Teller, Trust};
use crate::normalise::{self, Mapping, Natures, Rubrics, fragment};
use crate::payslip::{Card, ElementId};
use crate::read::pain001;
use crate::rules::Pack;
use crate::rules::bind::SettingValue;
use anyhow::Result;
use chrono::NaiveDate;
pub(super) use damaged::DAMAGED;
pub use inspect::inspect;
pub(super) use local_codes::set_beside;
use local_codes::{proposals, set_apart, unknown_cards};
use months::{OfMonths, wrong_month};
pub(super) use open::Opened;
pub use open::{HashedFile, hash, hex};
use open::{lay_out, listed_transfers, open_all, others_of};
pub use rubrics::rubrics;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

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
    /// For each local code, whether a person said if it comes again.
    pub said: Vec<bool>,
    /// For each local code, whether its amounts stood among the agents' while no sum of theirs counts them.
    pub beside: Vec<bool>,
    pub strangers: Vec<(crate::ground::EmployeeId, At, String)>,
    pub last_execution: Option<NaiveDate>,
    pub transferred: Option<(crate::ground::Money, Place)>,
    /// Whether anything tells which accounts last month was paid on: transfers, statements, or the record of a run.
    pub accounts_proven: bool,
    /// Accounts of those who are no agents; `None` where no file lists any.
    pub other_accounts: Option<BTreeMap<Iban, Owner>>,
    pub rows: Vec<normalise::RowCount>,
    /// Kinds of documents that spoke: pay statements, declarations.
    pub documents: BTreeSet<&'static str>,
    /// What each source is, and which the job believes.
    pub trust: Trust,
    /// Documents that speak of last month alone: pay statements and declarations.
    pub of_last_month: BTreeSet<u16>,
    /// Pay statements of months before the last that are younger than the transfers.
    pub younger: BTreeMap<u16, PayMonth>,
    /// What documents say of the employer.
    pub employer: job::Employer,
    /// What people decided.
    pub decisions: Decisions,
    /// What goes on of the months before, by their records.
    pub past: Past,
    /// Files that were read as something other than tables: flows with statements in them, reports of banks.
    pub read: BTreeSet<String>,
    /// Pictures and pages printed to a file: told, and no reason to pay nobody.
    pub printed: BTreeSet<String>,
    /// Files that belong to a record, used or not.
    pub of_records: BTreeSet<String>,
    /// Unread sheets that mean nobody but those who are set aside for them.
    pub set_aside: BTreeSet<u16>,
    /// Months before the last that a change reaches back to, and what is known of each but for its payslips.
    pub bygone: BTreeMap<PayMonth, bygone::Month>,
    /// What each element came to in the same month of last year, by index in the catalogue; `None` where no register tells.
    pub last_year: Option<BTreeMap<usize, Money>>,
}
fn context<'a>(pack: &'a Pack, natures: &'a Natures, rubrics: &'a Rubrics, job: &'a Job) -> normalise::Context<'a> {
    normalise::Context {
        vocabulary: &pack.vocabulary,
        natures,
        rubrics,
        month: job.month,
        last: job.last_month,
        employer: &job.employer.name,
        siret: job.employer.siret.as_ref().map_or("", crate::ground::Siret::as_str),
    }
}

/// The transfers that one file lists, read with a job's words as a file of its inbox would be; none where it is no such list.
///
/// # Errors
/// When the file cannot be opened.
pub fn listed(file: &Path, job: &Job, pack: &Pack, settings: &[SettingValue]) -> Result<Checked<Listed>> {
    let name = file.display().to_string();
    let mut o = Opened::of_file(file, &name)?;
    let rubrics = rubrics(pack, job, settings);
    let natures = Natures::of(&pack.events, &pack.vocabulary).with_moves(&pack.moves);
    let cx = context(pack, &natures, &rubrics, job);
    let titles = Titles::new(cx.vocabulary, cx.rubrics);
    lay_out(&mut o, &titles, &cx);
    let mapping = o.recognise(&normalise::record::MonthRecord::default(), &[], &titles, &cx);
    listed_transfers(&mut o, &mapping, &cx);
    let placed = |t: TransferRow| (o.sources.place(t.at), t);
    Ok(Checked::new(o.transfers.into_iter().map(placed).collect(), o.findings))
}

/// Transfers with where they stand.
pub type Listed = Vec<(Place, TransferRow)>;

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
    damaged::last(&mut o);
    let cards = pack.catalogue();
    let (mut record, of_records, earlier) = records::last_month(&mut o, &cards, &cx);
    let titles = Titles::new(cx.vocabulary, cx.rubrics);
    lay_out(&mut o, &titles, &cx);
    let mut mapping = o.recognise(&record, &given.value, &titles, &cx);
    o.leave_ignored(&given.value);
    let recorded = record.month.is_some() || o.tells_of(cx.last);
    let OfMonths { aside, right: titled } = wrong_month(&o.tables, &o.sources, &mut mapping, recorded, &cx, &mut o.findings);
    super::again::leave(&mut o, &mut mapping, &record, &given.value, &cx);
    listed_transfers(&mut o, &mapping, &cx);
    o.findings.append(&mut normalise::employers::part(&o.tables, &mut mapping, &o.sources, &cx));
    let other_accounts = others_of(&o.tables, &mapping, &cx);
    // Beside a staff file of this month a record only tells what last month was paid on.
    let beside = mapping.sources.iter().any(|s| s.role == normalise::Role::Staff);
    let known = record.rows(beside, &cx);
    let listed = record.month.is_some() || mapping.sources.iter().any(|s| s.role.is_register() || s.role == normalise::Role::Staff);
    let stated = o.stated(!listed, &cx);
    let mut decided = decisions::read(job, pack, &mut o.sources, &mut o.findings);
    decisions::sort_out(&mut decided, job.month, &o.sources, &mut o.findings);
    let named = decided.names();
    let known = normalise::Beside { recorded: known, stated: &stated, named: &named };
    let mut gathered = normalise::gather_beside(known, &o.tables, &o.transfers, &o.sources, &mapping, &cx);
    o.findings.append(&mut gathered.findings);
    cut_short(&mapping, &mut o.findings);
    let mut gathered = gathered.value;
    let set_aside = std::mem::take(&mut gathered.set_aside);
    super::set_aside::weigh(&mut o.findings, &mapping, (&set_aside, &gathered.open), &o.sources);
    let since = super::open_nets::paid_since(&record, &rejected::Numbers::of(&gathered), &mut o);
    let sent = !o.transfers.is_empty();
    o.findings.append(&mut record.add(&mut gathered, (sent, beside), &titled, &o.sources, &cx));
    o.findings.append(&mut record.later(&mut gathered, &o.sources, &cx));
    if !sent {
        o.transfers.clone_from(&record.transfers);
    }
    let siret = job.employer.siret.as_ref().map(crate::ground::Siret::as_str);
    let trust = trusted(super::trust::of(job, &pack.vocabulary, &mut o.findings), &mapping, &record, &o);
    let declared = siret.map(|s| normalise::dsn::own_people(&o.declarations, cx.last, s)).unwrap_or_default();
    let (accounts, mut found) =
        normalise::xhl::add((&o.statements, &o.transfers, &declared), &mut gathered, siret, &trust, &given.value, &o.sources, &cx);
    o.findings.append(&mut found);
    // Without a transfer file, the statement says who was paid how much and where.
    if o.transfers.is_empty() {
        o.transfers = accounts;
    }
    let numbered = normalise::dsn::numbered(&o.declarations, &gathered.employer, cx.last);
    super::same_person::declared(&numbered, &mut gathered, &mut o.transfers, cx.vocabulary, &o.sources, &mut o.findings);
    let (mut declared, mut found) = normalise::dsn::add(&o.declarations, &mut gathered, siret, &o.sources, &cx);
    o.findings.append(&mut found);
    records::behind_advances(&record, &mut o.findings);
    records::behind_documents(job.last_month, job.month, &mut o.findings);
    super::employers::of_no_staff(&mut gathered, siret, &trust);
    o.findings.extend(normalise::nobody_left(&gathered, &o.sources));
    // A staff file keeps many who left long ago; and whoever was paid comes for sure.
    let paid = |f: &Finding| f.employee.as_ref().is_some_and(|id| gathered.paid.contains_key(id));
    o.findings.retain(|f| match f.code.as_str() {
        normalise::NO_LONGER | normalise::OPEN_EXIT | normalise::UNKNOWN_STATE => gathered.paid.is_empty() || paid(f),
        "M421" => !paid(f),
        _ => true,
    });
    set_beside(&mut gathered);
    set_apart(&mut gathered, pack);
    decisions::rename(&mut decided, &mut gathered);
    super::same_person::join(&mut gathered, &mut o.transfers, &pack.vocabulary, &o.sources, &mut o.findings);
    normalise::posts::spread(&mut gathered, &pack.vocabulary, &o.sources, &mut o.findings);
    let (elsewhere, main) = (gathered.elsewhere.clone(), std::mem::take(&mut gathered.employer));
    let mut unknown_cards = unknown_cards(&gathered);
    let mut proposals = proposals(&gathered, &mapping);
    let said = local_codes::said(&gathered);
    let mut beside: Vec<bool> = gathered.local_codes.iter().map(|c| c.beside).collect();
    let rows = gathered.rows.clone();
    let registers = bygone::Registers { aside, months: std::mem::take(&mut gathered.months) };
    let mut sent_rows = o.transfers.clone();
    if !sent {
        o.sent.extend(rejected::Sent::of_record(&record));
        sent_rows = rejected::referenced(&record);
    }
    let mut refused = rejected::find(&o.reports, (&o.sent, &rejected::Numbers::of(&gathered)), &sent_rows, &mut o.findings);
    refused.append(&mut o.refused);
    let accounts_proven = record.month.is_some() || o.transfers.iter().any(|t| t.iban.is_some());
    let element = |code: &str| Some(ElementId(pack.elements.iter().position(|e| e.card.code == code)? as u16));
    let mut joined = join::join(&pack.vocabulary, &o.sources, job.month, &trust, gathered, std::mem::take(&mut o.transfers), &element);
    decisions::same_as_paid(&decided, &mut joined.findings);
    o.findings.append(&mut joined.findings);
    o.findings.extend(super::known_by_net::alone(&mut joined, &pack.vocabulary, &o.sources));
    normalise::posts::others(&mut joined.people, &pack.vocabulary);
    let pay_date = record.manifest.as_ref().and_then(|m| m.pay_date);
    let transferred = record.transferred(&o.sources);
    let spoke_record = record.month.is_some();
    if !sent {
        o.findings.extend(records::never_sent(&record));
    }
    let mut past = record.settle(&mut joined.people, (sent, trust.old_transfers), &since);
    let advanced = super::sendings::advances(std::mem::take(&mut o.sendings), &mut joined, &o.sources, &mut o.findings);
    o.header.iter_mut().for_each(|h| h.2 += advanced - joined.repeated);
    o.findings.extend(declared.settle(&mut joined.people, &o.sources));
    if sent {
        super::doubtful::settled_by_the_bank(&joined.people, &mut o.findings);
    }
    let of_files = mapping.sources.iter().any(|s| s.role == normalise::Role::Staff);
    if !of_files && !spoke_record && joined.people.values().any(|p| p.paid.is_some()) {
        let severity = if job.policies.unproven == job::Way::Recompute { Severity::Blocking } else { Severity::Justify };
        o.findings.extend(super::known_by_net::beside(&mut joined, &sent_rows, (severity, &o.sources)));
    }
    if !spoke_record {
        super::known_by_net::by_name(&mut joined, &pack.vocabulary);
    }
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
    let younger = if trust.old_transfers { younger_accounts(&o, &mut joined.people, &cx) } else { BTreeMap::new() };
    for (id, p) in &mut joined.people {
        p.elsewhere = elsewhere.get(&id.at_post(1)).cloned();
    }
    let mut sent_back = rejected::open(&refused, &joined, job.last_month);
    normalise::record::settled_since(&mut sent_back, &since);
    super::open_nets::write_off(&mut decided, (&mut past, &mut sent_back), (&joined.people, job.month), pack, &mut o.findings);
    decisions::apply(&mut decided, &mut joined.people, &pack.vocabulary, job, &o.sources, &mut o.findings);
    standing::weigh(&mut o.findings, &joined.people, &decided, pack);
    elsewhere::weigh(&mut o.findings, &joined.people, &decided, job.month, pack);
    o.findings.extend(rejected::name(&refused, &joined, &decided, &since, &o.sources));
    super::open_nets::sent_back(sent_back, &mut past, &mut joined.people);
    let employers = super::employers::Employers { own: siret, main: &main, decided: &decided, trust: &trust, sources: &o.sources };
    employers.part(&mut joined.people, &mut o.findings);
    o.printed.extend(damaged::copies(&joined.people, &o.sources, &mut o.findings));
    let bygone = bygone::read(earlier, &registers, &mut o, &mut joined.people, pack, &mapping, (&cards, &cx));
    let last_year = bygone::last_year(&registers, &mut o, &mapping, &cards, &cx);
    o.findings.extend(another_debtor(job, o.header.as_ref()));
    let (last_execution, transferred) = match &o.header {
        Some((h, place, sum)) => (h.execution, Some((*sum, place.clone()))),
        None => (pay_date, transferred),
    };
    let spoke = [("statement", !o.statements.is_empty()), ("declaration", !o.declarations.is_empty()), ("record", spoke_record)];
    let documents = spoke.into_iter().filter(|d| d.1).map(|d| d.0).collect();
    let documents_of = |(source, t): (&u16, &Teller)| matches!(t, Teller::Statement | Teller::Declaration).then_some(*source);
    let inputs = Inputs {
        of_last_month: trust.of.iter().filter_map(documents_of).collect(),
        trust,
        younger,
        employer: super::employer::said(&o, siret),
        sources: o.sources,
        mapping,
        files: o.files,
        people: joined.people,
        unknown_cards,
        proposals,
        said,
        beside,
        strangers: joined.strangers,
        last_execution,
        transferred,
        accounts_proven,
        other_accounts,
        rows,
        documents,
        decisions: decided,
        past,
        read: o.read,
        printed: o.printed,
        of_records,
        set_aside,
        bygone,
        last_year,
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
    trust.old_transfers = o.findings.iter().any(|f| f.code == "F84");
    trust
}

/// Where the transfers are of an older month, a pay statement of a month behind theirs has the younger accounts: what it says
/// otherwise counts as what last month's would. Hands back such statements with their months.
fn younger_accounts(o: &Opened, people: &mut People, cx: &normalise::Context<'_>) -> BTreeMap<u16, PayMonth> {
    let mut out = BTreeMap::new();
    let of_transfers = o.header.as_ref().and_then(|h| h.0.execution).map(PayMonth::of);
    let (Some(paid), Some(iban)) = (of_transfers, cx.vocabulary.role(FactRole::Iban)) else { return out };
    for r in o.statements.iter().filter(|r| r.statement.month.is_some_and(|m| paid < m && m < cx.last)) {
        out.extend(r.statement.month.map(|m| (r.source, m)));
        for slip in &r.statement.slips {
            let agent = &slip.agent;
            let account = agent.account.as_ref().and_then(|a| Some((a.iban.clone().ok()?, a.line)));
            let (Some((account, line)), Some(id)) = (account, EmployeeId::parse(&agent.number.text)) else { continue };
            let is = |p: &Person| may_be_same((&agent.surname.text, &agent.given.text), (&p.names.0, &p.names.1));
            for (_, p) in people.iter_mut().filter(|(k, p)| k.bare() == id.bare() && is(p)) {
                let value = Value::Text(account.as_str().into());
                p.alternatives.push(Fact { id: iban, value, at: At::row(r.source, line), origin: Origin::Read });
            }
        }
    }
    out
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

/// Last month was paid from another account than the one that pays this month.
fn another_debtor(job: &Job, sent: Option<&(pain001::Header, Place, Money)>) -> Option<Finding> {
    let (header, place, _) = sent?;
    let (was, now) = (header.debtor_iban.as_ref()?, job.debtor.iban.as_ref()?);
    (was != now).then(|| Finding::new("J12", Severity::Justify).arg("was", was.masked()).arg("now", now.masked()).at(place.clone()))
}
