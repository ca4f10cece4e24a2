//! What is still missing: to compute, to pay, to issue a payslip. Named as the computation, the transfer and the slip name it.

use super::super::Ready;
use super::super::compute::{Worked, label_of};
use super::super::{evidence, named_controls, slips};
use super::{Missing, is_new, month_name};
use crate::compute::employee::Standing;
use crate::compute::eval::Stop;
use crate::facts::Role;
use crate::ground::{EmployeeId, words};
use std::collections::{BTreeMap, BTreeSet};

/// Employees named in a row; the others are counted.
const NAMED: usize = 5;

/// What kind of thing a missing one is: which files could give it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Need {
    /// Last month's payslip.
    Slip,
    /// A fact the rules stop at.
    Fact,
    /// Any file of staff at all.
    Staff,
    Account,
    /// Something a payslip says of a person.
    Mention,
}

#[derive(Default)]
pub struct List {
    order: Vec<String>,
    rows: BTreeMap<String, Missing>,
}

impl List {
    fn add(&mut self, label: &str, id: Option<&EmployeeId>) {
        let row = self.rows.entry(label.to_owned()).or_insert_with(|| {
            self.order.push(label.to_owned());
            Missing { label: label.to_owned(), ..Missing::default() }
        });
        if let Some(id) = id {
            row.count += 1;
            if row.who.len() < NAMED {
                row.who.push(id.clone());
            }
        }
    }
    /// What most employees lack first; what the job itself lacks before all.
    pub fn finish(mut self) -> Vec<Missing> {
        let mut rows: Vec<Missing> = self.order.iter().filter_map(|l| self.rows.remove(l)).collect();
        rows.sort_by_key(|r| (r.count > 0, std::cmp::Reverse(r.count)));
        rows
    }
}

#[derive(Default)]
pub struct Book {
    pub compute: List,
    pub pay: List,
    pub payslip: List,
    /// Mentions that the pack expects on a slip.
    mentions: Vec<String>,
    register: bool,
}

impl Book {
    pub fn new(ready: &Ready) -> Self {
        let controls = named_controls(&ready.pack, ready.job.month.first_day());
        let mentions = controls.into_iter().filter(|c| c.measure == "expected_mention").flat_map(|c| c.names).collect();
        let register = ready.inputs.people.values().any(|p| p.paid.is_some());
        Self { mentions, register, ..Self::default() }
    }

    /// What one employee lacks; the needs come back with the words for them.
    pub fn enter(&mut self, ready: &Ready, w: &Worked) -> BTreeSet<(Need, String)> {
        let mut needs = BTreeSet::new();
        let ui = |key: &str| words::fill(words::ui(key, ready.lang), &[("month", month_name(ready.job.last_month, ready.lang))]);
        let mut lacks = |list: &mut List, need: Option<Need>, label: String| {
            list.add(&label, Some(&w.id));
            if let Some(need) = need {
                needs.insert((need, label));
            }
        };
        match w.standing {
            Standing::Unknown => lacks(&mut self.compute, Some(Need::Staff), ui("ui.lack.staff")),
            Standing::NotPaid if w.person.departure.is_none() => {
                let key = if self.register { "ui.lack.why" } else { "ui.lack.slip" };
                lacks(&mut self.compute, (!self.register).then_some(Need::Slip), ui(key));
            }
            Standing::Stays | Standing::Arrives | Standing::Left | Standing::NotPaid => {}
        }
        for stop in w.output.stops.iter().chain(&w.output.carried_for) {
            // A value of law stands in no file of the employer's.
            let need = matches!(stop, Stop::Missing(_)).then_some(Need::Fact);
            lacks(&mut self.compute, need, label_of(ready, *stop));
        }
        let iban = ready.pack.vocabulary.role(Role::Iban);
        let in_file = w.person.known.iter().chain(&w.person.changes).any(|f| Some(f.id) == iban);
        let pays =
            w.output.payslip.as_ref().is_some_and(|p| p.totals.net_paid > crate::ground::Money::ZERO) || w.standing == Standing::NotPaid;
        if pays && w.pay_iban.is_none() && !(w.standing == Standing::NotPaid && in_file) {
            lacks(&mut self.pay, Some(Need::Account), ui(if in_file { "ui.lack.right_account" } else { "ui.lack.account" }));
        }
        if let Some(p) = &w.output.payslip {
            let filled = evidence::mentions(&slips::printed(ready, w, p, "", false, &[]));
            for m in self.mentions.iter().filter(|m| !m.starts_with("employer.") && !filled.contains(m.as_str())) {
                lacks(&mut self.payslip, Some(Need::Mention), ui(&format!("ui.mention.{m}")));
            }
        }
        // A newcomer's account stands in no file of last month.
        if is_new(w) { needs.into_iter().filter(|n| n.0 != Need::Slip).collect() } else { needs }
    }

    /// What `releve.toml` does not say yet.
    pub fn of_the_job(&mut self, ready: &Ready) {
        if ready.job.debtor.iban.is_none() {
            self.pay.add(&format!("releve.toml : {}", words::ui("ui.lack.debtor", ready.lang)), None);
        }
        let e = &ready.job.employer;
        let given = [
            ("employer.name", !e.name.trim().is_empty()),
            ("employer.address", e.address.is_some() || e.town.is_some()),
            ("employer.siret", e.siret.is_some()),
            ("employer.ape", e.ape.is_some()),
        ];
        for (field, _) in given.iter().filter(|(f, known)| !known && self.mentions.iter().any(|m| m == f)) {
            self.payslip.add(&format!("releve.toml : {}", words::ui(&format!("ui.mention.{field}"), ready.lang)), None);
        }
    }
}
