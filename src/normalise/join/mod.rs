//! One employee from all sources: staff files, last month's register and transfers, this month's changes.
//!
//! Joins are by employee number; a transfer also joins by account, then by name together with amount, never by name alone.
//! What contradicts is a finding with both places, and the first source keeps its word.

mod accounts;
mod changes;
mod contrary;
mod exchanged;
mod month;
mod movements;
mod parts;
mod person;
mod staff;

use crate::facts::{Fact, FactKind, Role, Vocabulary};
use crate::ground::{At, EmployeeId, Finding, Lang, Money, PayMonth, Severity, Sources};
use crate::normalise::gather::{Gathered, Record};
use crate::normalise::records::Said;
use crate::normalise::trust::{Trust, agree};
use crate::payslip::ElementId;
pub use accounts::TransferRow;
use chrono::NaiveDate;
pub use parts::{SHOWN, told_again};
pub use person::{Beside, LastTransfer, People, Person, Second};

/// What `join` hands on besides the people.
#[derive(Default)]
pub struct Joined {
    pub people: People,
    /// Rows about somebody no source knows.
    pub strangers: Vec<(EmployeeId, At, String)>,
    /// Transfers of last month that nobody could be found for.
    pub orphan_transfers: Vec<TransferRow>,
    /// Transfers that make somebody's pay together: a refusal of one is of its own amount.
    pub parts: Vec<(EmployeeId, At, Money)>,
    /// What transfers come to that repeat another one and count once.
    pub repeated: Money,
    pub findings: Vec<Finding>,
}

pub(super) struct Joiner<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) sources: &'a Sources,
    pub(super) month: PayMonth,
    pub(super) trust: &'a Trust,
    pub(super) out: Joined,
}

/// Brings every source together; `element` finds the pack's element of a code.
pub fn join(
    vocabulary: &Vocabulary,
    sources: &Sources,
    month: PayMonth,
    trust: &Trust,
    gathered: Gathered,
    transfers: Vec<TransferRow>,
    element: &dyn Fn(&str) -> Option<ElementId>,
) -> Joined {
    let mut j = Joiner { vocabulary, sources, month, trust, out: Joined::default() };
    let stands_in = gathered.staff.is_empty();
    for (id, slip) in gathered.paid {
        j.out.people.entry(id).or_default().paid = Some(slip);
    }
    for (id, names) in gathered.register_names {
        if let Some(p) = j.out.people.get_mut(&id) {
            p.names = names;
        }
    }
    // Each record goes as soon as it is taken in: a town's facts need not be in memory twice.
    for r in gathered.staff {
        j.staff(r);
    }
    for r in gathered.register_facts {
        j.register_facts(&r);
    }
    if stands_in {
        j.paid_are_staff(&gathered.elsewhere);
    } else if gathered.stand_in.0.is_empty() {
        j.others_than_a_few(&gathered.elsewhere, element);
    }
    j.status_by_line(element);
    j.entered_since();
    j.moot();
    for r in gathered.arrivals {
        j.arrival(&r);
    }
    for r in gathered.departures {
        j.movement(&r);
    }
    let (new, plain): (Vec<_>, Vec<_>) = gathered.changes.into_iter().partition(|c| c.said == Said::New);
    for c in new {
        j.change(&c);
    }
    for c in plain {
        j.plain(&c);
    }
    let adjoining = j.adjoining(&gathered.events);
    for e in gathered.events {
        j.event(&e, adjoining.contains(&e.at));
    }
    j.amounts(&gathered.amounts);
    j.contrary();
    for a in gathered.account_changes {
        j.request(a);
    }
    j.transfers(transfers);
    j.proven_accounts();
    j.exchanged();
    j.contracts_prolonged();
    j.contract_ends();
    j.out
}

/// What a further source says of a fact: noted beside what is known, or in its place where the job believes it more. Where
/// money goes is no matter of trust: the account last paid stands.
pub(super) fn second(vocabulary: &Vocabulary, trust: &Trust, p: &mut Person, f: &Fact) {
    let decl = vocabulary.get(f.id);
    let Some(known) = p.known.get(f.id) else { return };
    let agrees = agree(decl, &known.value, &f.value);
    if known.at.source != f.at.source {
        p.seconds.push(Second { fact: f.id, at: f.at, agrees });
    }
    if known.value == f.value {
        return;
    }
    let believed = decl.role != Some(Role::Iban) && trust.prefers(f.id, f.at, known.at);
    let other = if believed { p.known.set(f.clone()) } else { Some(f.clone()) };
    p.alternatives.extend(other);
}

impl Joiner<'_> {
    pub(super) fn finding(&self, code: &str, severity: Severity, id: &EmployeeId, places: &[At]) -> Finding {
        places.iter().fold(Finding::new(code, severity).of(id), |f, a| f.at(self.sources.place(*a)))
    }

    pub(super) fn contradiction(&self, id: &EmployeeId, a: &Fact, b: &Fact) -> Finding {
        let decl = self.vocabulary.get(a.id);
        let grave = matches!(decl.role, Some(Role::Iban | Role::IdentityNumber));
        let hide = grave;
        let show = |f: &Fact| if hide { "••••".to_owned() } else { self.shown(f) };
        let f = self.finding("IMP-04", if grave { Severity::Blocking } else { Severity::Justify }, id, &[a.at, b.at]);
        let f = if grave { f.told("M158") } else { f };
        f.arg("agent", id).arg("fact", decl.label.fr.clone()).arg("first", show(a)).arg("second", show(b))
    }

    pub(super) fn shown(&self, f: &Fact) -> String {
        self.vocabulary.get(f.id).shown(&f.value, Lang::Fr)
    }

    /// The date of a movement that its list must give.
    pub(super) fn date_of(&self, r: &Record, role: Role) -> Option<(NaiveDate, At)> {
        let f = r.facts.get(self.vocabulary.role(role)?)?;
        Some((f.value.date()?, f.at))
    }

    /// What is written of a newcomer and cannot be read has no last month to fall back on: the employee waits.
    pub(super) fn unread(&mut self, id: &EmployeeId, r: &Record) {
        for (fact, code) in &r.problems {
            let decl = self.vocabulary.get(*fact);
            if matches!(decl.kind, FactKind::Text)
                || decl.role == Some(Role::BirthDate)
                || self.out.people.get(id).is_some_and(|p| p.paid.is_some())
            {
                continue;
            }
            let f = self
                .finding("F35", Severity::Blocking, id, &[r.at])
                .arg("agent", id)
                .arg("fact", decl.label.fr.clone())
                .arg("reason", *code);
            self.out.findings.push(f);
        }
    }

    pub(super) fn tell(&mut self, code: &str, severity: Severity, id: &EmployeeId, at: At, date: Option<NaiveDate>) {
        let date = date.map(|d| d.format("%d/%m/%Y").to_string()).unwrap_or_default();
        let f = self.finding(code, severity, id, &[at]).arg("agent", id).arg("date", date);
        self.out.findings.push(f);
    }

    /// A row about somebody: known, or a stranger.
    pub(super) fn person(&mut self, id: &EmployeeId, at: At, what: &str) -> Option<&mut Person> {
        if !self.out.people.contains_key(id) {
            self.out.strangers.push((id.clone(), at, what.to_owned()));
            return None;
        }
        self.out.people.get_mut(id).map(Box::as_mut)
    }
}
