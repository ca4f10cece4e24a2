//! Where an employee stands, and what the computation takes of them.

use crate::check::agent::Situation;
use crate::compute::employee::{Input, Standing, Way, Ways};
use crate::facts::{Fact, Origin, Role};
use crate::ground::EmployeeId;
use crate::job;
use crate::normalise::join::Person;
use crate::pipeline::Ready;

/// Where the employee stands, and whether a contract's end is why.
pub fn standing(ready: &Ready, p: &Person) -> (Standing, Situation) {
    let vocabulary = &ready.pack.vocabulary;
    let date = |role: Role| p.fact(vocabulary, role).and_then(|f| f.value.date());
    let (first, last_end) = (ready.job.month.first_day(), ready.job.last_month.last_day());
    let gone = date(Role::Exit).is_some_and(|d| d < first);
    let renewed = p.arrival.is_some() || date(Role::Exit).is_some_and(|d| d >= first);
    let over = date(Role::ContractEnd).is_some_and(|d| d <= last_end) && !renewed && outlived(ready, p).is_none();
    let known = p.staff.is_some() || p.arrival.is_some();
    if gone {
        (Standing::Left, Situation::Left)
    } else if over {
        (Standing::Left, Situation::ContractOver)
    } else if p.paid.is_some() && known {
        (Standing::Stays, Situation::Stays)
    } else if p.paid.is_some() {
        (Standing::Unknown, Situation::Unknown)
    } else if p.arrival.is_some() || date(Role::Entry).is_some_and(|d| ready.job.month.contains(d)) {
        (Standing::Arrives, Situation::Arrives)
    } else {
        (Standing::NotPaid, Situation::NotPaid)
    }
}

/// Lines of its own month that make a whole payslip: arrears of somebody who has left are fewer.
const WHOLE: usize = 5;

/// An end of contract long before last month, of somebody whom last month paid a whole payslip: it is that of an earlier contract,
/// of a probation or of an account, and no end of what is paid.
pub fn outlived(ready: &Ready, p: &Person) -> Option<Fact> {
    let end = p.fact(&ready.pack.vocabulary, Role::ContractEnd)?;
    let paid = p.paid.as_ref().filter(|s| s.bare || s.lines.iter().filter(|l| l.period.is_none()).count() >= WHOLE);
    let before = ready.job.last_month.previous().first_day();
    (paid.is_some() && end.origin != Origin::Decided && end.value.date()? < before).then(|| end.clone())
}

/// What the computation takes of somebody.
pub fn input<'i>(ready: &'i Ready, id: &'i EmployeeId, standing: Standing, person: &'i Person) -> Input<'i> {
    Input {
        id,
        standing,
        known: &person.known,
        alternatives: &person.alternatives,
        changes: &person.changes,
        paid: person.paid.as_ref().map_or(&[], |s| &s.lines),
        slip: person.paid.as_ref(),
        then: &person.then,
        dated: &person.dated,
        bygone: &person.bygone,
        paid_on: &person.paid_on,
        begun: &person.begun,
        bygone_sources: &ready.inputs.of_last_month,
        order: &ready.inputs.trust,
        ways: ways(ready, id),
    }
}

/// How the employee is paid: as somebody decided, or as the job's policies say.
pub fn ways(ready: &Ready, id: &EmployeeId) -> Ways {
    let share = ready.job.policies.advance_share;
    let policy = |w: job::Way| match w {
        job::Way::Recompute => Way::Recompute,
        job::Way::Carry => Way::Carry,
        job::Way::Advance => Way::Advance(Some(share)),
        job::Way::Hold => Way::Hold,
    };
    match ready.inputs.decisions.way(id) {
        Some(Way::Advance(s)) => Ways::decided(Way::Advance(s.or(Some(share)))),
        Some(way) => Ways::decided(way),
        None => Ways { proven: policy(ready.job.policies.mode), unproven: policy(ready.job.policies.unproven) },
    }
}
