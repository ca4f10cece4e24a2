//! What the controls are told of one employee.

use super::Worked;
use super::rows::code_card;
use crate::check::Frame;
use crate::check::agent::{CallBack, Holder, Situation, Subject};
use crate::facts::{Facts, Role};
use crate::ground::At;
use crate::normalise::join::Person;
use crate::payslip::LineKind;
use crate::pipeline::accounts::Accounts;
use crate::pipeline::{Ready, evidence};

/// Where somebody stands: in the staff file, among the arrivals, or else in the register.
pub(super) fn at_of(p: &Person) -> At {
    p.staff.or(p.arrival).or_else(|| p.paid.as_ref().and_then(|s| s.lines.first()).map(|l| l.at)).unwrap_or(At::NOWHERE)
}

pub(super) fn subject<'s>(
    ready: &'s Ready,
    frame: &'s Frame<'s>,
    w: &'s Worked,
    situation: Situation,
    accounts: &'s Accounts,
) -> Subject<'s> {
    let vocabulary = &ready.pack.vocabulary;
    let facts: &Facts = if w.output.facts.is_empty() { &w.person.known } else { &w.output.facts };
    let at = at_of(&w.person);
    let position = w.person.text(vocabulary, Role::Position).map(crate::normalise::text::fold);
    // Whoever leaves within the month is owed the days before.
    let owed = w.person.fact(vocabulary, Role::Exit).and_then(|f| f.value.date()).is_some_and(|d| d >= ready.job.month.first_day());
    let explained = ready.inputs.decisions.excluded(&w.id).is_some()
        || w.person.departure.is_some() && !owed
        || position.is_some_and(|p| !p.is_empty() && !p.starts_with("activ") && !p.starts_with("en activ"));
    Subject {
        id: &w.id,
        frame,
        name: &w.name,
        situation,
        explained,
        facts,
        vocabulary,
        payslip: w.output.payslip.as_ref(),
        before: w.before,
        last_iban: accounts.reference.as_ref(),
        last_iban_place: accounts.place.clone(),
        holders: holders(ready, w, accounts),
        staff_iban: accounts.written.clone(),
        requests: &[],
        called: ready.inputs.decisions.call_back(&w.id).map(|c| CallBack { iban: c.0 }),
        pay_iban: w.pay_iban.as_ref(),
        place: ready.inputs.sources.place(at),
        month: ready.job.month,
        incident: ready.job.incident_date,
        event: !w.output.fact_changes.is_empty() || event(ready, w),
        incomplete: !w.output.stops.is_empty(),
        neutral_rate: crate::pipeline::slips::flag(ready, w, "tax_neutral").unwrap_or(false),
        moved: evidence::moved(ready, w),
        shifts: evidence::shifts(ready, w),
        brought: &w.person.changes,
        carried: crate::pipeline::record::carried(ready, w),
        estimates: crate::pipeline::estimates::ages(ready, &w.id),
    }
}

/// Whose account is paid by the name of last month's transfer, and by what the month's files say of it.
fn holders<'s>(ready: &Ready, w: &'s Worked, accounts: &Accounts) -> Vec<Holder<'s>> {
    let sent = w.person.transfer.as_ref();
    let by_bank = sent.map(|t| Holder { name: &t.name, place: accounts.place.clone(), proven: true });
    let proven = sent.is_some_and(|t| t.iban.is_some() && t.iban == accounts.pays) || ready.inputs.decisions.call_back(&w.id).is_some();
    let written = w.person.fact(&ready.pack.vocabulary, Role::AccountHolder);
    let written = written.and_then(|f| Some(Holder { name: f.value.text()?, place: ready.inputs.sources.place(f.at), proven }));
    by_bank.into_iter().chain(written).collect()
}

/// Whether law, days present or arrears moved the gross: whoever came in the middle of last month is whole this month.
fn event(ready: &Ready, w: &Worked) -> bool {
    let arrears = w.person.paid.as_ref().is_some_and(|s| !s.arrears.is_empty());
    let known = |c: &crate::compute::walk::Change| ready.road.plans.get(usize::from(c.cause)).is_some_and(|p| p.1);
    arrears || w.output.changes.iter().any(|c| known(c) && code_card(ready, c.code).kind == LineKind::Earning)
}
