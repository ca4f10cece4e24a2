//! One employee of a record, and what of it goes on beyond the month.

use super::rows::{self, OneRow};
use super::{MonthRecord, OldEstimate, OpenNet, Reader};
use crate::facts::{Fact, FactId, Facts, Later, Origin, Role, Stood, Vocabulary};
use crate::ground::{At, EmployeeId, Finding, Iban, Money, PayMonth, Severity};
use crate::normalise::Context;
use crate::normalise::join::People;
use crate::normalise::people::Who;
use crate::payslip::{PaidSlip, YearSums};
use crate::read::Table;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What the record holds of one employee.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    pub stood: Stood,
    pub at: At,
    pub iban: Option<Iban>,
    pub iban_at: At,
    pub carried: u32,
    pub sums: Option<YearSums>,
    /// Gains that a declaration could not name stand in the lines still.
    pub melted: bool,
    pub slip: Option<PaidSlip>,
    pub cost: Money,
    /// What the month after starts from.
    pub known: Facts,
    /// When the leave of the month began, its length, and whether it went on from another: for the one that goes on from it.
    pub leave: Facts,
    /// What the month alone was paid on, where that is something else.
    pub then: Vec<(FactId, Option<Fact>)>,
    /// Values that began on a day, within the month or before it.
    pub begun: Vec<(Fact, NaiveDate)>,
    /// What the lists of the month say of those after.
    pub later: Vec<Later>,
    /// Rows of facts: written by the run, and read. `None` when the list of people does not have the employee.
    rows: Option<u64>,
    read: u64,
}

impl Member {
    /// Hands over what is known, but for what the leave of the month leaves behind.
    pub fn hand_over(&mut self, vocabulary: &Vocabulary) -> Facts {
        for role in [Role::LeaveStart, Role::LeaveLength, Role::LeaveContinues] {
            if let Some(f) = vocabulary.role(role).and_then(|f| self.known.get(f)) {
                self.leave.set(f.clone());
            }
        }
        std::mem::take(&mut self.known)
    }
    /// Number and names, for other sources to join to.
    pub(super) fn who(&self, id: &EmployeeId, cx: &Context<'_>) -> Who {
        let text = |role| cx.vocabulary.role(role).and_then(|f| self.known.value(f)).and_then(|v| v.text()).unwrap_or_default();
        Who {
            id: id.as_str().to_owned(),
            nir: text(Role::IdentityNumber).get(..13).map(Into::into),
            surname: text(Role::Surname).to_owned(),
            given: text(Role::GivenName).to_owned(),
            ..Who::default()
        }
    }

    pub fn unlisted(at: At) -> Self {
        Self {
            name: String::new(),
            stood: Stood::Stays,
            at,
            iban: None,
            iban_at: at,
            carried: 0,
            sums: None,
            melted: false,
            slip: None,
            cost: Money::ZERO,
            known: Facts::default(),
            leave: Facts::default(),
            then: Vec::new(),
            begun: Vec::new(),
            later: Vec::new(),
            rows: None,
            read: 0,
        }
    }

    pub(super) fn of(row: &OneRow, r: &mut Reader<'_, '_>) -> Self {
        let mut m = Self::unlisted(row.at("employee"));
        row.text("name").clone_into(&mut m.name);
        match Stood::parse(row.text("standing")) {
            Some(s) => m.stood = s,
            None => r.unread(row, "standing"),
        }
        m.iban_at = row.at("iban");
        if !row.text("iban").is_empty() {
            m.iban = Iban::parse(row.text("iban")).ok();
        }
        let count = |r: &mut Reader<'_, '_>, title| r.number(row, title).and_then(|n| n.whole()).and_then(|n| u64::try_from(n).ok());
        m.rows = Some(count(r, "facts").unwrap_or(0));
        m.carried = count(r, "carried").and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        m.melted = row.text("melted") == "yes";
        if let (Ok(year), Some(since)) = (row.text("year").parse(), PayMonth::parse(row.text("since"))) {
            m.sums = Some(YearSums {
                year,
                since,
                whole: row.text("whole") == "yes",
                gross: r.money(row, "gross"),
                net_taxable: r.money(row, "net_taxable"),
                income_tax: r.money(row, "income_tax"),
                employer_cost: r.money(row, "employer_cost"),
            });
        }
        m
    }

    /// What the month itself was paid on.
    pub fn paid_on(&self) -> Facts {
        let mut facts = self.known.clone();
        for (id, fact) in &self.then {
            match fact {
                Some(f) => drop(facts.set(f.clone())),
                None => drop(facts.remove(*id)),
            }
        }
        facts
    }

    /// What is missing of the employee, in words that need no language: files and counts.
    pub(super) fn lacks(&self) -> Option<String> {
        let Some(rows) = self.rows else { return Some("people.csv".to_owned()) };
        if rows != self.read {
            return Some(format!("facts.csv {}/{rows}", self.read));
        }
        let Some(slip) = &self.slip else {
            return (self.stood != Stood::NotPaid).then(|| "payslips.csv".to_owned());
        };
        let Some((gross, _)) = slip.gross else { return Some("payslips.csv".to_owned()) };
        let employer: Money = slip.lines.iter().map(|l| l.employer_amount).sum();
        let net: Money = slip.lines.iter().map(|l| l.amount).sum();
        let short = self.cost != gross + employer || slip.net_paid.is_some_and(|n| n.0 != net);
        short.then(|| format!("lines.csv {} ≠ payslips.csv {}", (net + employer).french(), (self.cost - gross + net_of(slip)).french()))
    }
}

fn net_of(slip: &PaidSlip) -> Money {
    slip.net_paid.map_or(Money::ZERO, |n| n.0)
}

impl Reader<'_, '_> {
    pub(super) fn facts(&mut self, table: &Table, out: &mut MonthRecord) {
        let mut places: Vec<Box<str>> = Vec::new();
        let mut strange: BTreeMap<String, (u64, At)> = BTreeMap::new();
        rows::each(table, &mut |row| {
            let Some(id) = row.employee() else { return };
            let n = row.number() as usize;
            places.resize_with(places.len().max(n + 1), Box::default);
            places[n] = row.text("place").into();
            let m = out.members.entry(id).or_insert_with(|| Member::unlisted(row.at("employee")));
            // The last row of a file that was cut has no end.
            let Some(origin) = Origin::parse(row.text("origin")) else {
                self.unread(row, "origin");
                return;
            };
            m.read += 1;
            let vocabulary = self.cx.vocabulary;
            let Some(fact) = vocabulary.named(row.text("fact")) else {
                strange.entry(row.text("fact").to_owned()).or_insert((0, row.at("fact"))).0 += 1;
                return;
            };
            let text = row.text("value");
            let value = vocabulary.get(fact).read_back(text);
            if value.is_none() && !text.is_empty() {
                self.unread(row, "value");
                return;
            }
            let known = value.map(|value| Fact { id: fact, value, at: row.at("value"), origin });
            if let (Some(f), Ok(from)) = (&known, chrono::NaiveDate::parse_from_str(row.text("since"), "%Y-%m-%d"))
                && PayMonth::parse(row.text("month")) != out.month
            {
                m.later.push(Later { fact: f.clone(), from });
                return;
            }
            if PayMonth::parse(row.text("month")) == out.month {
                if let (Some(f), Ok(from)) = (&known, row.text("since").parse()) {
                    m.begun.push((f.clone(), from));
                }
                known.map(|f| m.known.set(f));
            } else {
                m.then.push((fact, m.known.remove(fact)));
                known.map(|f| m.known.set(f));
            }
        });
        for (name, (count, at)) in strange {
            let f = Finding::new("R99", Severity::Justify).arg("fact", name).arg("count", count);
            self.found.push(f.at(self.place(at)));
        }
        out.places = Some((table.source, places));
    }
}

/// What of a record goes on beyond its month.
pub struct Past {
    pub month: Option<PayMonth>,
    /// Months running carried over, and sums of the year, by employee.
    pub people: BTreeMap<EmployeeId, (u32, Option<YearSums>)>,
    /// Open estimates, each under the first employee of this month who is not before theirs; and those after the last.
    pub estimates: Waiting<OldEstimate>,
    /// Nets that nobody has received, in the same way.
    pub open_nets: Waiting<OpenNet>,
    /// Settings of the month, by their names.
    pub settings: BTreeMap<String, String>,
    pub settings_at: At,
    places: Option<(u16, Vec<Box<str>>)>,
}

/// What goes on of earlier months, each under the first employee of this month who is not before theirs; and after the last.
pub type Waiting<T> = (BTreeMap<EmployeeId, Vec<T>>, Vec<T>);

fn waiting<T>(all: Vec<T>, people: &People, of: impl Fn(&T) -> &EmployeeId) -> Waiting<T> {
    let mut out: Waiting<T> = (BTreeMap::new(), Vec::new());
    for one in all {
        match people.range(of(&one).clone()..).next() {
            Some((id, _)) => out.0.entry(id.clone()).or_default().push(one),
            None => out.1.push(one),
        }
    }
    out
}

impl Default for Past {
    fn default() -> Self {
        Self::of(MonthRecord::default(), Vec::new(), &People::default())
    }
}

impl Past {
    pub(super) fn of(record: MonthRecord, mut open_nets: Vec<OpenNet>, people: &People) -> Self {
        let mut open: Vec<OldEstimate> = record.estimates.into_iter().filter(|e| e.status == "open").collect();
        open.sort_by(|a, b| (&a.employee, &a.month).cmp(&(&b.employee, &b.month)));
        let estimates = waiting(open, people, |e| &e.employee);
        open_nets.sort_by(|a, b| (&a.employee, a.month).cmp(&(&b.employee, b.month)));
        let open_nets = waiting(open_nets, people, |n| &n.employee);
        Self {
            month: record.month,
            people: record.members.into_iter().map(|(id, m)| (id, (m.carried, m.sums))).collect(),
            estimates,
            open_nets,
            settings: record.settings,
            settings_at: record.settings_at,
            places: record.places,
        }
    }

    /// Where a fact that the record holds was first read.
    pub fn origin(&self, at: At) -> Option<&str> {
        let (source, places) = self.places.as_ref()?;
        let text = places.get(at.row as usize).filter(|_| *source == at.source)?;
        (!text.is_empty()).then_some(text)
    }
}
