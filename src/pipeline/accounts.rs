//! Which account somebody is paid on, and what is said of the others that files name.
//!
//! The account last paid is the reference. Where no transfer of last month was found, it is the one of the staff file:
//! what a list of this month brings is a change all the same. A transfer that paid the net proves its account over what any
//! file writes; without one, two accounts of last month's files leave the money where it is.

use super::Ready;
use super::compute::Worked;
use crate::check::agent::Request;
use crate::facts::{Fact, Role};
use crate::ground::iban::IbanProblem;
use crate::ground::{At, EmployeeId, Finding, Iban, Money, Place, Severity};
use crate::normalise::join::{LastTransfer, People, Person};
use crate::normalise::trust::Teller;
use crate::write::transfer;
use std::collections::BTreeMap;

/// An account as a file writes it, and where.
pub type Written = (Result<Iban, IbanProblem>, Place);

/// The accounts that speak of somebody.
pub struct Accounts {
    /// The account last paid, or the one that stands for it.
    pub reference: Option<Iban>,
    pub place: Place,
    /// What the files say now.
    pub written: Option<Written>,
    /// Where the money goes.
    pub pays: Option<Iban>,
}

impl Accounts {
    pub fn of(ready: &Ready, id: &EmployeeId, p: &Person) -> Self {
        let role = ready.pack.vocabulary.role(Role::Iban);
        let read = |f: &Fact| Some((Iban::parse(f.value.text()?), ready.inputs.sources.place(f.at)));
        let known = p.known.iter().find(|f| Some(f.id) == role).and_then(read);
        let changed = p.changes.iter().rfind(|f| Some(f.id) == role).and_then(read);
        let transfer = p.last_account().map(|(iban, at)| (iban.clone(), ready.inputs.sources.place(at)));
        // Of a newcomer everything that is known is new.
        let own = known.clone().filter(|_| p.paid.is_some()).and_then(|(iban, place)| Some((iban.ok()?, place)));
        let (reference, place) = transfer.or(own).map_or((None, Place::Nowhere), |(iban, place)| (Some(iban), place));
        let written = changed.or(known);
        let called = ready.inputs.decisions.call_back(id).map(|c| c.0.clone());
        let now = || written.as_ref().and_then(|w| w.0.clone().ok());
        let pays = called.or_else(|| reference.clone()).or_else(now);
        Self { reference, place, written, pays }
    }
}

/// An account that cannot be one, beside the one that is paid; a call-back has settled it.
pub fn invalid(ready: &Ready, w: &Worked, accounts: &Accounts) -> Option<Finding> {
    ready.inputs.decisions.call_back(&w.id).is_none().then_some(())?;
    let (Err(why), place) = accounts.written.as_ref()? else { return None };
    let used = accounts.pays.as_ref().filter(|_| w.output.payslip.is_some())?;
    let f = Finding::new("BNK-01", Severity::Warning).told("F59").of(&w.id).arg("agent", &w.id).arg("name", &w.name);
    Some(f.arg("why", crate::check::agent::problem(*why, ready.lang)).arg("account", used.masked()).at(place.clone()))
}

/// Somebody whom no transfer can reach: an account outside the area, a name without a letter that banks write.
pub fn unreachable(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let paid = w.output.payslip.as_ref().is_some_and(|p| p.totals.net_paid > Money::ZERO);
    let Some(iban) = w.pay_iban.as_ref().filter(|_| paid) else { return Vec::new() };
    let place = ready
        .pack
        .vocabulary
        .role(Role::Iban)
        .and_then(|i| w.person.known.get(i))
        .map_or(Place::Nowhere, |f| ready.inputs.sources.place(f.at));
    let own = |f: Finding| f.of(&w.id).arg("id", &w.id).at(place.clone());
    transfer::unpayable(&w.name, iban).into_iter().map(own).collect()
}

/// Whose account each IBAN of the staff files is.
pub type Owners = BTreeMap<Iban, EmployeeId>;

pub fn owners(ready: &Ready, people: &People) -> Owners {
    let Some(iban) = ready.pack.vocabulary.role(Role::Iban) else { return Owners::new() };
    let own = |id: &EmployeeId, p: &Person| Some((Iban::parse(p.known.get(iban)?.value.text()?).ok()?, id.clone()));
    people.iter().filter_map(|(id, p)| own(id, p)).collect()
}

/// Last month's account is somebody else's by the staff files, and this one's is another: two accounts exchanged.
pub fn another(ready: &Ready, w: &Worked, owners: &Owners) -> Option<Finding> {
    let paid = w.pay_iban.as_ref().filter(|_| w.output.payslip.is_some())?;
    let iban = ready.pack.vocabulary.role(Role::Iban)?;
    let own = w.person.known.get(iban)?;
    // Nearly everybody is paid on the account that the staff file writes.
    let written = own.value.text().filter(|t| *t != paid.as_str());
    let differs = written.and_then(|t| Iban::parse(t).ok()).is_some_and(|i| i != *paid);
    let owner = owners.get(paid).filter(|o| differs && o.as_str() != w.id.as_str())?;
    let transfer = w.person.transfer.as_ref().map_or(Place::Nowhere, |t| ready.inputs.sources.place(t.at));
    let f = Finding::new("BNK-03", Severity::Blocking).told("F53").of(&w.id).arg("agent", &w.id).arg("name", &w.name);
    Some(f.arg("account", paid.masked()).arg("other", owner).at(transfer).at(ready.inputs.sources.place(own.at)))
}

/// Another account in last month's register or pay statement than the one to be paid. Where a transfer of last month paid the
/// net there, it is told; otherwise nothing says which is right.
pub fn unlike(ready: &Ready, w: &Worked, accounts: &Accounts) -> Option<Finding> {
    let paid = accounts.pays.as_ref().filter(|_| w.output.payslip.is_some())?;
    ready.inputs.decisions.call_back(&w.id).is_none().then_some(())?;
    let role = ready.pack.vocabulary.role(Role::Iban)?;
    let teller = |at: At| ready.inputs.trust.of.get(&at.source).copied();
    let of_last_month = |f: &&Fact| f.id == role && matches!(teller(f.at), Some(Teller::Register | Teller::Statement));
    let mut written = w.person.known.iter().chain(&w.person.alternatives).filter(of_last_month);
    let (other, at) = written.find_map(|f| Some((Iban::parse(f.value.text()?).ok().filter(|i| i != paid)?, f.at)))?;
    let sent = w.person.transfer.as_ref().filter(|t| t.iban.as_ref() == Some(paid));
    // A statement shows where it meant to pay, and no transfer.
    let of_last_month = |t: &&LastTransfer| !ready.inputs.trust.old_transfers && teller(t.at) != Some(Teller::Statement);
    let proven = sent.filter(of_last_month).is_some_and(|t| w.person.is_paid_by(t));
    let severity = if proven { Severity::Warning } else { Severity::Blocking };
    let here = match (&accounts.place, &accounts.written) {
        (Place::Nowhere, Some((Ok(now), place))) if now == paid => place,
        (place, _) => place,
    };
    let f = Finding::new("BNK-03", severity).told(if proven { "M381" } else { "M380" }).of(&w.id).arg("agent", &w.id).arg("name", &w.name);
    let f = f.arg("account", paid.masked()).arg("other", other.masked());
    let month = ready.inputs.younger.get(&at.source).copied().unwrap_or(ready.job.last_month);
    let month = crate::ground::month::named(month, ready.lang);
    Some(f.arg("month", month).at(here.clone()).at(ready.inputs.sources.place(at)))
}

/// The run of last month paid on another account than a transfer file of that month does: which of them went cannot be told.
pub fn unlike_recorded(ready: &Ready, w: &Worked, accounts: &Accounts) -> Option<Finding> {
    let paid = accounts.pays.as_ref().filter(|_| w.output.payslip.is_some())?;
    ready.inputs.decisions.call_back(&w.id).is_none().then_some(())?;
    let sent = w.person.recorded_account.as_ref().and(w.person.transfer.as_ref())?;
    let other = sent.iban.as_ref().filter(|i| *i != paid)?;
    let f = Finding::new("BNK-03", Severity::Blocking).told("M448").of(&w.id).arg("agent", &w.id).arg("name", &w.name);
    let f = f.arg("account", paid.masked()).arg("other", other.masked());
    let month = crate::ground::month::named(ready.job.last_month, ready.lang);
    Some(f.arg("month", month).at(accounts.place.clone()).at(ready.inputs.sources.place(sent.at)))
}

/// Last month's pay went to an account that cannot be read: nothing says that it is the one to be paid.
pub fn unreadable(ready: &Ready, w: &Worked, accounts: &Accounts) -> Option<Finding> {
    let paid = accounts.pays.as_ref().filter(|_| w.output.payslip.is_some())?;
    // Where no transfer names an account that can be read, that is told once for all.
    let others = ready.inputs.accounts_proven && ready.inputs.decisions.call_back(&w.id).is_none();
    let sent = w.person.transfer.as_ref().filter(|t| others && t.iban.is_none() && !t.amount.is_zero())?;
    let statement = ready.inputs.trust.of.get(&sent.at.source) == Some(&Teller::Statement);
    let severity = if statement { Severity::Justify } else { Severity::Blocking };
    let f = Finding::new("BNK-03", severity).told("M389").of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("account", paid.masked());
    let month = crate::ground::month::named(ready.job.last_month, ready.lang);
    let written = accounts.written.as_ref().map_or(Place::Nowhere, |w| w.1.clone());
    Some(f.arg("month", month).at(ready.inputs.sources.place(sent.at)).at(written))
}

/// Changes of account that lists ask for.
pub fn requests(ready: &Ready, p: &Person) -> Vec<Request> {
    let place = |at| ready.inputs.sources.place(at);
    let each = p.requests.iter();
    each.map(|r| Request { iban: r.iban.clone(), requested: r.requested, received_by: r.received_by.clone(), place: place(r.at) }).collect()
}
