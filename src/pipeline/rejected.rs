//! Transfers of last month that the bank refused: who was not paid, by the status reports in the inbox.
//!
//! A refusal may stand for a whole file, a batch or one transfer; it is followed down to transfers, and these to people.

use super::decisions::Decisions;
use crate::ground::ids::bare;
use crate::ground::{At, EmployeeId, Finding, Money, PayMonth, Place, Severity, Sources};
use crate::normalise::Gathered;
use crate::normalise::join::{Joined, TransferRow};
use crate::normalise::record::{MonthRecord, OpenNet};
use crate::normalise::titles;
use crate::read::pain001::Header;
use crate::read::pain002::{About, Outcome, Report};
use crate::write::transfer;
use std::collections::{BTreeMap, BTreeSet};

/// Reasons of ISO 20022 that say that the account is closed, blocked or no account, or that its holder is dead.
const GONE: [&str; 6] = ["AC01", "AC04", "AC06", "AC13", "MD07", "AC14"];

/// A transfer file that was read: its identifier, and the lines its batches begin on.
pub struct Sent {
    source: u16,
    message: String,
    batches: Vec<(u32, String)>,
}

impl Sent {
    pub fn of(source: u16, header: &Header) -> Self {
        let batches = header.batches.iter().map(|b| (b.line, b.id.clone())).collect();
        Self { source, message: header.message_id.clone(), batches }
    }

    /// The file that a run made of a record's transfers: its identifiers follow from their references.
    pub fn of_record(record: &MonthRecord) -> Option<Self> {
        let first = record.transfers.first()?;
        let references: Vec<&str> = record.references.iter().map(String::as_str).filter(|r| !r.is_empty()).collect();
        let message = transfer::derive_id(&format!("PAIE-{}", record.month?), &references);
        Some(Self { source: first.at.source, message, batches: Vec::new() })
    }

    /// Whether a line of the file stands in a batch; a file made of a record has one.
    fn is_in(&self, line: u32, batch: &str) -> bool {
        self.batches.is_empty() || self.batch(line) == batch
    }

    /// The batch that a line of the file stands in.
    fn batch(&self, line: u32) -> &str {
        self.batches.iter().rev().find(|b| b.0 <= line).map_or("", |b| b.1.as_str())
    }
}

/// A refused transfer: where it stands in the transfer file, where the refusal stands, and why.
pub struct Refused {
    pub transfer: At,
    /// Whom the reference names, where the transfer file is lost.
    agent: Option<EmployeeId>,
    place: Place,
    why: String,
}

impl Refused {
    /// One that a list of a bank's portal says came back.
    pub fn listed(transfer: At, place: Place, why: String) -> Self {
        Self { transfer, agent: None, place, why }
    }
}

/// Transfers of a record under the references that the bank knows them by.
pub fn referenced(record: &MonthRecord) -> Vec<TransferRow> {
    let one = |(t, r): (&TransferRow, &String)| TransferRow { end_to_end: r.clone(), ..t.clone() };
    record.transfers.iter().zip(&record.references).map(one).collect()
}

/// Follows every refusal to its transfers. What is about no transfer of the inbox is told here.
pub fn find(
    reports: &[Report],
    (sent, numbers): (&[Sent], &Numbers),
    transfers: &[TransferRow],
    findings: &mut Vec<Finding>,
) -> Vec<Refused> {
    let mut refused: BTreeMap<At, Refused> = BTreeMap::new();
    let mut lost = Vec::new();
    for r in reports {
        let about: Vec<&Sent> = sent.iter().filter(|s| s.message == r.original_message).collect();
        let whole = Place::File { file: r.file.clone() };
        let rejections: Vec<&Outcome> = r.outcomes.iter().filter(|o| o.is_rejected()).collect();
        findings.push(
            Finding::new("F18", Severity::Information)
                .arg("message", &r.original_message)
                .arg("rejected", rejections.len())
                .arg("count", r.outcomes.len())
                .at(whole.clone()),
        );
        if about.is_empty() {
            findings.push(Finding::new("F17", Severity::Justify).arg("message", &r.original_message).at(whole));
            // Beside a transfer file it is about another month's.
            lost.extend(numbers.refused(r).into_iter().filter(|_| sent.is_empty()));
        }
        let mut hit: BTreeSet<u32> = BTreeSet::new();
        let group = rejections.iter().find(|o| o.about == About::Group);
        let (mut batches, mut single) = (BTreeMap::new(), BTreeMap::<&str, Vec<(&str, &Outcome)>>::new());
        for o in &rejections {
            match &o.about {
                About::Group => {}
                About::Batch(id) => {
                    batches.entry(id.as_str()).or_insert(*o);
                }
                About::Transfer { end_to_end_id, batch } => single.entry(end_to_end_id).or_default().push((batch, o)),
            }
        }
        for t in transfers {
            let Some(s) = about.iter().find(|s| s.source == t.at.source) else { continue };
            // The innermost refusal says most.
            let own = single.get(t.end_to_end.as_str()).and_then(|all| all.iter().find(|(b, _)| b.is_empty() || s.is_in(t.at.row, b)));
            let of_batch = || batches.iter().find(|(id, _)| s.is_in(t.at.row, id)).map(|b| *b.1);
            let Some(o) = own.map(|x| x.1).or_else(of_batch).or_else(|| group.copied()) else { continue };
            hit.insert(o.line);
            let place = Place::Line { file: r.file.clone(), line: o.line, heading: None };
            refused.entry(t.at).or_insert_with(|| Refused { transfer: t.at, agent: None, place, why: why(o) });
        }
        for o in rejections.iter().filter(|o| !about.is_empty() && !hit.contains(&o.line)) {
            let place = Place::Line { file: r.file.clone(), line: o.line, heading: None };
            findings.push(Finding::new("F16", Severity::Justify).arg("what", called(&o.about)).arg("why", why(o)).at(place));
        }
    }
    refused.into_values().chain(lost).collect()
}

/// Numbers of those who are known, without leading zeros.
pub struct Numbers(BTreeMap<String, EmployeeId>);

impl Numbers {
    pub fn of(gathered: &Gathered) -> Self {
        let ids = gathered.paid.keys().chain(gathered.staff.iter().filter_map(|r| r.employee.as_ref()));
        Self(ids.map(|id| (bare(id.as_str()).to_owned(), id.at_post(1))).collect())
    }

    /// The only one whose number stands in a reference.
    fn named(&self, reference: &str) -> Option<&EmployeeId> {
        let words = reference.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
        let mut all: Vec<&EmployeeId> = words.filter_map(|w| self.0.get(bare(w))).collect();
        all.dedup();
        <[&EmployeeId; 1]>::try_from(all).ok().map(|[id]| id)
    }

    /// Whom a report about a lost transfer file refuses, where most of its references name somebody.
    fn refused(&self, r: &Report) -> Vec<Refused> {
        let single = |o: &'_ Outcome| match &o.about {
            About::Transfer { end_to_end_id, .. } => Some(self.named(end_to_end_id).cloned()),
            About::Group | About::Batch(_) => None,
        };
        let all: Vec<_> = r.outcomes.iter().filter_map(|o| Some((o, single(o)?))).collect();
        if all.iter().filter(|(_, id)| id.is_some()).count() * 2 <= all.len() {
            return Vec::new();
        }
        let place = |o: &Outcome| Place::Line { file: r.file.clone(), line: o.line, heading: None };
        let of = |(o, agent): (&Outcome, Option<EmployeeId>)| Refused { transfer: At::NOWHERE, agent, place: place(o), why: why(o) };
        all.into_iter().filter(|(o, id)| o.is_rejected() && id.is_some()).map(of).collect()
    }
}

fn called(about: &About) -> String {
    match about {
        About::Group => "–".to_owned(),
        About::Batch(id) | About::Transfer { end_to_end_id: id, .. } => id.clone(),
    }
}

/// Reasons by code, with what the bank adds: `AC04, COMPTE CLOS`.
fn why(o: &Outcome) -> String {
    let mut all = o.reasons.clone();
    all.extend((!o.remark.is_empty()).then(|| o.remark.clone()));
    if all.is_empty() { "–".to_owned() } else { all.join(", ") }
}

/// Who got each refused transfer, and how much of it; nobody where it is joined to nobody.
fn shares<'j>(refused: &'j [Refused], joined: &'j Joined) -> Vec<(&'j Refused, Option<&'j EmployeeId>, Money)> {
    // One transfer may have paid several posts of somebody.
    let mut people: BTreeMap<At, Vec<_>> = BTreeMap::new();
    let parts: BTreeSet<At> = joined.parts.iter().map(|p| p.1).collect();
    for (id, at, amount) in &joined.parts {
        people.entry(*at).or_default().push((id, *amount));
    }
    for (id, p) in &joined.people {
        let whole = p.transfer.iter().filter(|t| !parts.contains(&t.at));
        whole.for_each(|t| people.entry(t.at).or_default().push((id, t.amount)));
        p.beside.iter().for_each(|b| people.entry(b.at).or_default().push((id, b.amount)));
    }
    let net = |id: &EmployeeId| joined.people.get(id).and_then(|p| p.paid.as_ref()?.net_paid).map_or(Money::ZERO, |n| n.0);
    let mut out = Vec::new();
    for r in refused {
        out.extend(people.get(&r.transfer).into_iter().flatten().map(|(id, amount)| (r, Some(*id), *amount)));
        out.extend(joined.orphan_transfers.iter().filter(|t| t.at == r.transfer).map(|t| (r, None, t.amount)));
        out.extend(r.agent.as_ref().map(|id| (r, Some(id), net(id))));
    }
    out
}

/// What the refused transfers leave due.
pub fn open(refused: &[Refused], joined: &Joined, last: PayMonth) -> Vec<OpenNet> {
    let one = |(r, agent, amount): (&Refused, Option<&EmployeeId>, Money)| {
        let (id, p) = joined.people.get_key_value(agent?)?;
        let at = p.paid.as_ref().and_then(|s| s.net_paid).map_or(r.transfer, |n| n.1);
        let name = format!("{} {}", p.names.0, p.names.1).trim().to_owned();
        Some(OpenNet { employee: id.clone(), name, month: last, amount, refused: r.why.clone(), short: false, at })
    };
    shares(refused, joined).into_iter().filter_map(one).collect()
}

/// Names whoever did not receive last month's pay.
pub fn name(refused: &[Refused], joined: &Joined, decided: &Decisions, sources: &Sources) -> Vec<Finding> {
    let orphans: BTreeMap<At, &TransferRow> = joined.orphan_transfers.iter().map(|t| (t.at, t)).collect();
    let mut out = Vec::new();
    for (r, agent, amount) in shares(refused, joined) {
        let orphan = orphans.get(&r.transfer);
        let called = agent.map_or_else(|| orphan.map_or("?", |t| t.name.as_str()).to_owned(), ToString::to_string);
        // On an account that is no more, or of somebody who is dead, nothing leaves before somebody has named one.
        let gone = GONE.iter().any(|c| r.why.split(|x: char| !x.is_ascii_alphanumeric()).any(|w| w == *c)) || titles::says_gone(&r.why);
        let held = gone && agent.is_none_or(|id| decided.call_back(id).is_none());
        let f = Finding::new("F15", if held && agent.is_some() { Severity::Blocking } else { Severity::Justify });
        let f = if held { f.told("M151") } else { f };
        let f = f.arg("agent", called).arg("amount", amount.french()).arg("why", &r.why).stake(amount.cents()).at(r.place.clone());
        let f = if r.agent.is_some() { f } else { f.at(sources.place(r.transfer)) };
        out.push(agent.into_iter().fold(f, Finding::of));
    }
    out
}
