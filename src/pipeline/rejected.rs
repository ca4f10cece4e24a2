//! Transfers of last month that the bank refused: who was not paid, by the status reports in the inbox.
//!
//! A refusal may stand for a whole file, a batch or one transfer; it is followed down to transfers, and these to people.

use super::decisions::Decisions;
use crate::ground::ids::bare;
use crate::ground::{At, EmployeeId, Finding, Iban, Money, PayMonth, Place, Severity, Sources};
use crate::normalise::Gathered;
use crate::normalise::join::{Joined, TransferRow};
use crate::normalise::record::{MonthRecord, OpenNet};
use crate::normalise::text::name_key;
use crate::normalise::titles;
use crate::read::pain001::Header;
use crate::read::pain002::{About, Outcome, Report};
use crate::write::transfer;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Reasons of ISO 20022 that say that the account is closed, blocked or no account, or that its holder is dead.
const GONE: [&str; 6] = ["AC01", "AC04", "AC06", "AC13", "MD07", "AC14"];

/// A transfer file that was read: its identifier, the lines its batches begin on, and the first day it pays on.
pub struct Sent {
    source: u16,
    message: String,
    batches: Vec<(u32, String)>,
    day: Option<NaiveDate>,
}

impl Sent {
    pub fn of(source: u16, header: &Header) -> Self {
        let batches = header.batches.iter().map(|b| (b.line, b.id.clone())).collect();
        let day = header.batches.iter().filter_map(|b| b.execution).chain(header.execution).min();
        Self { source, message: header.message_id.clone(), batches, day }
    }

    /// The file that a run made of a record's transfers: its identifiers follow from their references.
    pub fn of_record(record: &MonthRecord) -> Option<Self> {
        let first = record.transfers.first()?;
        let references: Vec<&str> = record.references.iter().map(String::as_str).filter(|r| !r.is_empty()).collect();
        let message = transfer::derive_id(&format!("PAIE-{}", record.month?), &references);
        let day = record.manifest.as_ref().and_then(|m| m.pay_date);
        Some(Self { source: first.at.source, message, batches: Vec::new(), day })
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
    /// What the bank repeats of it, where that fits several transfers alike.
    one_of: Option<String>,
}

impl Refused {
    /// One that a list of a bank's portal says came back.
    pub fn listed(transfer: At, place: Place, why: String) -> Self {
        Self { transfer, agent: None, place, why, one_of: None }
    }
}

/// Whether a reference says nothing: it may be left out, and banks then write so.
pub fn is_none(reference: &str) -> bool {
    ["", "NOTPROVIDED", "NOTPROVIDED."].contains(&reference)
}

/// More transfers than this that fit a refusal alike say nothing of any of them.
const ALIKE: usize = 5;

/// The transfers that a refusal may be about: by the references, each as the sender gave it; without one that stands in the file, by
/// all that the bank repeats of it. Of several under one reference those count with which more of that agrees.
///
/// Much else comes back on an account of the employer's: there a sum is nobody's without the account it went to.
fn about<'t>(o: &Outcome, end_to_end: &str, all: &[&'t TransferRow], of_account: bool) -> (Vec<&'t TransferRow>, bool) {
    let folded = |name: &str| name_key(name, "");
    let named = |t: &TransferRow| !o.name.is_empty() && folded(&o.name) == folded(&t.name);
    let amount = |t: &TransferRow| o.amount == Some(t.amount);
    let account = |t: &TransferRow| o.account.is_some() && o.account == t.iban;
    let of = |is: &dyn Fn(&TransferRow) -> bool| all.iter().copied().filter(|t| is(t)).collect::<Vec<_>>();
    let mut found = if is_none(end_to_end) { Vec::new() } else { of(&|t| t.end_to_end == end_to_end) };
    if found.is_empty() && !is_none(&o.instruction) {
        found = of(&|t| t.instruction == o.instruction || t.end_to_end == o.instruction);
    }
    if !found.is_empty() {
        for agrees in [&amount as &dyn Fn(&TransferRow) -> bool, &account, &named] {
            if found.iter().any(|t| agrees(t)) {
                found.retain(|t| agrees(t));
            }
        }
        return (found, true);
    }
    // A name is written in more than one way where the account says whose it is.
    let whose = |t: &TransferRow| match (&o.account, o.name.is_empty()) {
        (Some(_), _) => account(t),
        (None, _) if of_account => false,
        (None, false) => named(t),
        (None, true) => is_none(end_to_end) && is_none(&o.instruction),
    };
    (of(&|t| amount(t) && whose(t)), false)
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
        // What came back on the account may be of any file.
        let about: Vec<&Sent> = sent.iter().filter(|s| r.of_account || s.message == r.original_message).collect();
        let whole = Place::File { file: r.file.clone() };
        let rejections: Vec<&Outcome> = r.outcomes.iter().filter(|o| o.is_rejected()).collect();
        if !r.of_account {
            findings.push(
                Finding::new("F18", Severity::Information)
                    .arg("message", &r.original_message)
                    .arg("rejected", rejections.len())
                    .arg("count", r.outcomes.len())
                    .at(whole.clone()),
            );
        }
        if about.is_empty() && !r.of_account {
            findings.push(Finding::new("F17", Severity::Justify).arg("message", &r.original_message).at(whole));
            // Beside a transfer file it is about another month's.
            lost.extend(numbers.refused(r).into_iter().filter(|_| sent.is_empty()));
        }
        let mut hit: BTreeSet<u32> = BTreeSet::new();
        let place = |o: &Outcome| Place::Line { file: r.file.clone(), line: o.line, heading: None };
        let of_file = |t: &TransferRow| about.iter().find(|s| s.source == t.at.source);
        let group = rejections.iter().find(|o| o.about == About::Group);
        let mut batches = BTreeMap::new();
        for o in &rejections {
            match &o.about {
                About::Group => {}
                About::Batch(id) => {
                    batches.entry(id.as_str()).or_insert(*o);
                }
                About::Transfer { end_to_end_id, batch } => {
                    // Under the reference of every month, another sum came back in another month; and nothing comes back before it
                    // was sent.
                    let before = |t: &TransferRow| of_file(t).and_then(|s| s.day).zip(o.booked).is_some_and(|(sent, back)| back < sent);
                    let other = |t: &TransferRow| r.of_account && (o.amount != Some(t.amount) || before(t));
                    let in_batch = |t: &TransferRow| of_file(t).is_some_and(|s| batch.is_empty() || s.is_in(t.at.row, batch));
                    let within = |t: &&TransferRow| in_batch(t) && !other(t);
                    let all: Vec<&TransferRow> = transfers.iter().filter(within).collect();
                    let (found, by_reference) = self::about(o, end_to_end_id, &all, r.of_account);
                    if !by_reference && found.len() > ALIKE {
                        continue;
                    }
                    let one_of = (!by_reference && found.len() > 1).then(|| called(o));
                    for t in found {
                        hit.insert(o.line);
                        let one = Refused { transfer: t.at, agent: None, place: place(o), why: why(o), one_of: one_of.clone() };
                        // Whose it surely is says more than whose it may be.
                        match refused.get_mut(&t.at) {
                            Some(known) if known.one_of.is_some() && one.one_of.is_none() => *known = one,
                            Some(_) => {}
                            None => {
                                refused.insert(t.at, one);
                            }
                        }
                    }
                }
            }
        }
        for t in transfers {
            let Some(s) = of_file(t) else { continue };
            // The innermost refusal says most.
            let of_batch = || batches.iter().find(|(id, _)| s.is_in(t.at.row, id)).map(|b| *b.1);
            let Some(o) = of_batch().or_else(|| group.copied()) else { continue };
            hit.insert(o.line);
            let one = || Refused { transfer: t.at, agent: None, place: place(o), why: why(o), one_of: None };
            refused.entry(t.at).or_insert_with(one);
        }
        // Much else comes back on an account (R111).
        for o in rejections.iter().filter(|o| !about.is_empty() && !r.of_account && !hit.contains(&o.line)) {
            findings.push(Finding::new("F16", Severity::Justify).arg("what", called(o)).arg("why", why(o)).at(place(o)));
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
            About::Transfer { end_to_end_id: id, .. } => Some(self.named(if is_none(id) { &o.instruction } else { id }).cloned()),
            About::Group | About::Batch(_) => None,
        };
        let all: Vec<_> = r.outcomes.iter().filter_map(|o| Some((o, single(o)?))).collect();
        if all.iter().filter(|(_, id)| id.is_some()).count() * 2 <= all.len() {
            return Vec::new();
        }
        let place = |o: &Outcome| Place::Line { file: r.file.clone(), line: o.line, heading: None };
        let of = |(o, agent): (&Outcome, Option<EmployeeId>)| Refused {
            transfer: At::NOWHERE,
            agent,
            place: place(o),
            why: why(o),
            one_of: None,
        };
        all.into_iter().filter(|(o, id)| o.is_rejected() && id.is_some()).map(of).collect()
    }
}

/// What a refusal is about, as the bank says it: a reference, or else what it repeats of the transfer.
fn called(o: &Outcome) -> String {
    let reference = match &o.about {
        About::Group => "–",
        About::Batch(id) => id,
        About::Transfer { end_to_end_id, .. } if is_none(end_to_end_id) => &o.instruction,
        About::Transfer { end_to_end_id, .. } => end_to_end_id,
    };
    if !is_none(reference) {
        return reference.to_owned();
    }
    let parts = [o.amount.map(|a| format!("{} €", a.french())), Some(o.name.clone()), o.account.as_ref().map(Iban::masked)];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|p| !p.is_empty()).collect();
    if parts.is_empty() { "–".to_owned() } else { parts.join(", ") }
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

/// What the refused transfers leave due. Of one that may be of several people nobody's net is certain: each is asked, and none goes on.
pub fn open(refused: &[Refused], joined: &Joined, last: PayMonth) -> Vec<OpenNet> {
    let one = |(r, agent, amount): (&Refused, Option<&EmployeeId>, Money)| {
        let (id, p) = joined.people.get_key_value(agent?)?;
        let at = p.paid.as_ref().and_then(|s| s.net_paid).map_or(r.transfer, |n| n.1);
        let name = format!("{} {}", p.names.0, p.names.1).trim().to_owned();
        Some(OpenNet { employee: id.clone(), name, month: last, amount, refused: r.why.clone(), short: false, at })
    };
    shares(refused, joined).into_iter().filter(|s| s.0.one_of.is_none()).filter_map(one).collect()
}

/// Names whoever did not receive last month's pay; `since` are nets that were transferred later.
pub fn name(refused: &[Refused], joined: &Joined, decided: &Decisions, since: &[(OpenNet, At)], sources: &Sources) -> Vec<Finding> {
    let orphans: BTreeMap<At, &TransferRow> = joined.orphan_transfers.iter().map(|t| (t.at, t)).collect();
    let mut out = Vec::new();
    for (r, agent, amount) in shares(refused, joined) {
        let orphan = orphans.get(&r.transfer);
        let called = agent.map_or_else(|| orphan.map_or("?", |t| t.name.as_str()).to_owned(), ToString::to_string);
        // On an account that is no more, or of somebody who is dead, nothing leaves before somebody has named one.
        let gone = GONE.iter().any(|c| r.why.split(|x: char| !x.is_ascii_alphanumeric()).any(|w| w == *c)) || titles::says_gone(&r.why);
        let held = gone && agent.is_none_or(|id| decided.call_back(id).is_none());
        let code = if r.one_of.is_some() { "R138" } else { "F15" };
        let f = Finding::new(code, if held && agent.is_some() { Severity::Blocking } else { Severity::Justify });
        let paid = since.iter().any(|(n, _)| agent == Some(&n.employee) && n.amount == amount);
        let f = match (paid, held) {
            (true, _) => f.told("R141"),
            (false, true) => f.told("M151"),
            (false, false) => f,
        };
        let f = f.arg("agent", called).arg("amount", amount.french()).arg("why", &r.why).stake(amount.cents()).at(r.place.clone());
        let f = r.one_of.iter().fold(f, |f, what| f.arg("what", what));
        let f = if r.agent.is_some() { f } else { f.at(sources.place(r.transfer)) };
        out.push(agent.into_iter().fold(f, Finding::of));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u32, cents: i64) -> TransferRow {
        TransferRow {
            end_to_end: "NOTPROVIDED".to_owned(),
            instruction: String::new(),
            name: format!("AGENT {line}"),
            iban: None,
            amount: Money::from_cents(cents),
            at: At::row(0, line),
        }
    }

    fn refusal(cents: Option<i64>) -> Report {
        let outcome = Outcome {
            line: 7,
            about: About::Transfer { end_to_end_id: "NOTPROVIDED".to_owned(), batch: String::new() },
            status: "RJCT".to_owned(),
            reasons: vec!["AC04".to_owned()],
            remark: String::new(),
            instruction: String::new(),
            amount: cents.map(Money::from_cents),
            name: String::new(),
            account: None,
            booked: None,
        };
        Report { file: "r.xml".to_owned(), original_message: "M".to_owned(), outcomes: vec![outcome], of_account: false, complete: true }
    }

    /// The lines of the transfers that are refused, whether each is one of several, and what no transfer is found for.
    fn found(report: Report, rows: &[TransferRow]) -> (Vec<(u32, bool)>, usize) {
        let sent = [Sent { source: 0, message: "M".to_owned(), batches: Vec::new(), day: None }];
        let mut findings = Vec::new();
        let refused = find(&[report], (&sent, &Numbers(BTreeMap::new())), rows, &mut findings);
        let lines = refused.iter().map(|r| (r.transfer.row, r.one_of.is_some())).collect();
        (lines, findings.iter().filter(|f| f.code == "F16").count())
    }

    #[test]
    fn what_is_not_provided_finds_by_the_sum_alone() {
        let rows = [row(1, 150_000), row(2, 160_000), row(3, 150_000)];
        assert_eq!(found(refusal(Some(160_000)), &rows), (vec![(2, false)], 0));
        assert_eq!(found(refusal(Some(150_000)), &rows), (vec![(1, true), (3, true)], 0));
        assert_eq!(found(refusal(None), &rows), (vec![], 1));
        // Six alike say nothing of any of them.
        let alike: Vec<TransferRow> = (1..=6).map(|n| row(n, 150_000)).collect();
        assert_eq!(found(refusal(Some(150_000)), &alike), (vec![], 1));
    }
}
