//! The record of a month: what the next one starts from, beside the results of a run.
//!
//! Of a month just computed, or of last month as replay understood it.

use super::Ready;
use super::compute::Worked;
use super::decisions::What;
use super::tables::Rows;
use crate::compute::employee::{Standing, Way};
use crate::compute::replay::Verdict;
use crate::facts::{Fact, FactId, Facts, Origin, Role, Stood, Value, Vocabulary};
use crate::ground::{At, EmployeeId, Lang, PayMonth, Sources};
use crate::payslip::{Line, Mode, PaidCode, PaidSlip, Payslip, Status};
use crate::rules::Pack;
use crate::rules::bind::SettingValue;
use crate::write::record::{self, FactRow, PersonRow};
use crate::write::register;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What the rows of facts are written with.
pub struct Writer<'a> {
    pub vocabulary: &'a Vocabulary,
    pub sources: &'a Sources,
    pub lang: Lang,
    /// The month that the record is of.
    pub month: PayMonth,
}

impl Writer<'_> {
    /// The facts that the month was paid on, then those that the next month starts from where they are others; how many rows.
    pub fn facts(
        &self,
        out: &mut String,
        id: &EmployeeId,
        paid_on: &Facts,
        next: &Facts,
        moot: &[Fact],
        since: &BTreeMap<FactId, NaiveDate>,
    ) -> usize {
        let mut rows = 0;
        let mut row = |month: PayMonth, fact: FactId, known: Option<&Fact>| {
            let place = known.filter(|f| f.at != At::NOWHERE).map(|f| self.sources.place(f.at).to_string()).unwrap_or_default();
            let row = FactRow {
                month,
                decl: self.vocabulary.get(fact),
                value: known.map(|f| &f.value),
                since: since.get(&fact).copied().filter(|_| month == self.month),
                origin: known.map_or(Origin::Read, |f| f.origin),
                place: &place,
            };
            record::fact_row(out, id, self.lang, &row);
            rows += 1;
        };
        // Who stands in the row is its first column.
        let own = self.vocabulary.role(Role::Employee);
        for f in paid_on.iter().filter(|f| Some(f.id) != own) {
            row(self.month, f.id, Some(f));
        }
        for f in moot.iter().filter(|f| paid_on.get(f.id).is_none()) {
            row(self.month, f.id, Some(f));
        }
        for (fact, _) in self.vocabulary.iter().filter(|f| Some(f.0) != own) {
            if next.value(fact) != paid_on.value(fact) {
                row(self.month.next(), fact, next.get(fact));
            }
        }
        rows
    }
}

/// The settings in force, and who pays.
pub fn settings(pack: &Pack, values: &[SettingValue], employer: &crate::job::Employer) -> String {
    let mut out = record::SETTINGS.to_owned();
    record::setting_row(&mut out, "employer.name", &employer.name);
    record::setting_row(&mut out, "employer.siret", employer.siret.as_ref().map_or("", |s| s.as_str()));
    for (s, v) in pack.settings.iter().zip(values) {
        let text = match v {
            SettingValue::Choice(c) => c.clone(),
            SettingValue::Flag(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            SettingValue::Number(n) => n.to_string(),
        };
        record::setting_row(&mut out, &s.id, &text);
    }
    out
}

/// Rows of the month just computed. Who left before it and is not paid is of no matter to the next.
pub fn rows(ready: &Ready, w: &Worked, rows: &mut Rows) {
    let stood = match (w.standing, w.output.payslip.is_some()) {
        (Standing::NotPaid, _) => Stood::NotPaid,
        (_, false) => return,
        (Standing::Arrives, true) => Stood::Arrives,
        (Standing::Unknown, true) => Stood::Unknown,
        (Standing::Stays | Standing::Left, true) => Stood::Stays,
    };
    let writer = Writer { vocabulary: &ready.pack.vocabulary, sources: &ready.inputs.sources, lang: ready.lang, month: ready.job.month };
    let paid_on = paid_on(w);
    let next = next(ready, w, &paid_on);
    let since = w.person.dated.iter().map(|d| (d.fact, d.from)).collect();
    let facts = writer.facts(&mut rows.facts, &w.id, &paid_on, &next, &w.person.moot, &since);
    let carried = w.output.payslip.as_ref().is_some_and(|p| p.mode == Mode::Carried);
    let person = PersonRow {
        employee: &w.id,
        name: &w.name,
        stood,
        iban: w.person.transfer.as_ref().and_then(|t| t.iban.as_ref()),
        facts,
        carried: u32::from(carried),
        sums: None,
    };
    record::person_row(&mut rows.people, &person);
}

/// What the month was paid on; of somebody not paid, what is known.
fn paid_on(w: &Worked) -> Facts {
    if w.output.facts.is_empty() {
        let mut facts = w.person.known.clone();
        w.person.changes.iter().for_each(|c| drop(facts.set(c.clone())));
        return facts;
    }
    w.output.facts.clone()
}

/// What the next month starts from: what this one was paid on, with what it left unused and without what held for it alone.
fn next(ready: &Ready, w: &Worked, paid_on: &Facts) -> Facts {
    let vocabulary = &ready.pack.vocabulary;
    let decisions = &ready.inputs.decisions;
    let mut next = paid_on.clone();
    let unused = matches!(w.output.way, Way::Carry | Way::Advance(_)) || w.standing == Standing::Unknown;
    for c in w.person.changes.iter().filter(|c| unused && vocabulary.get(c.id).recurs) {
        next.set(c.clone());
    }
    for c in w.person.changes.iter().filter(|c| c.origin == Origin::Decided) {
        let decided = decisions.list.iter().find(|d| d.at == c.at);
        if decided.is_some_and(|d| matches!(d.what, What::Override(..))) {
            next.remove(c.id);
            if let Some(f) = w.person.known.get(c.id) {
                next.set(f.clone());
            }
        }
    }
    // The account that the employee named on the telephone is the staff file's from now on.
    if let (Some((iban, _, d)), Some(id)) = (decisions.call_back(&w.id), vocabulary.role(Role::Iban)) {
        next.set(Fact { id, value: Value::Text(iban.as_str().into()), at: d.at, origin: Origin::Decided });
    }
    next
}

/// Rows of last month as replay understood it: its payslip, its lines, the facts that reproduce them, and what the files of
/// its end say of the month after.
pub fn rows_of_last_month(ready: &Ready, w: &Worked, rows: &mut Rows) {
    let vocabulary = &ready.pack.vocabulary;
    let stood = match (&w.person.paid, w.standing) {
        (Some(_), Standing::Unknown) => Stood::Unknown,
        (Some(_), _) => Stood::Stays,
        (None, Standing::NotPaid) => Stood::NotPaid,
        (None, _) => return,
    };
    if let Some(slip) = &w.person.paid {
        let p = understood(ready, &w.id, slip, w);
        register::payslip_row(&mut rows.payslips, &p);
        register::line_rows(&mut rows.lines, &p, &ready.catalogue, ready.lang);
    }
    let replay = &w.output.replay;
    let paid_on = if replay.facts.is_empty() { &w.person.known } else { &replay.facts };
    let mut next = w.person.known.clone();
    for r in replay.resolved.iter().filter(|r| r.written.is_none() && vocabulary.get(r.fact).recurs) {
        next.set(r.used.clone());
    }
    // What belonged to last month alone is no other in the next: it ends.
    for f in paid_on.iter().filter(|f| !vocabulary.get(f.id).recurs && !vocabulary.get(f.id).since_january) {
        next.set(f.clone());
    }
    let writer = Writer { vocabulary, sources: &ready.inputs.sources, lang: ready.lang, month: ready.job.last_month };
    let facts = writer.facts(&mut rows.facts, &w.id, paid_on, &next, &w.person.moot, &BTreeMap::new());
    let iban = w.person.transfer.as_ref().and_then(|t| t.iban.as_ref());
    let person = PersonRow { employee: &w.id, name: &w.name, stood, iban, facts, carried: 0, sums: None };
    record::person_row(&mut rows.people, &person);
}

/// A payslip made of the lines that were paid, each as sure as its replay.
fn understood(ready: &Ready, id: &EmployeeId, slip: &PaidSlip, w: &Worked) -> Payslip {
    let ours = ready.pack.elements.len();
    let status = |code: PaidCode| match w.output.replay.lines.iter().find(|l| l.code == code).map(|l| l.verdict) {
        Some(Verdict::Exact | Verdict::Rounding | Verdict::OneOff) => Status::Computed,
        Some(Verdict::Gap) => Status::Estimated,
        Some(Verdict::Carried) | None => Status::Carried,
    };
    let mut lines: Vec<Line> = slip
        .all()
        .map(|l| Line {
            element: match l.code {
                PaidCode::Element(e) => e,
                PaidCode::Unknown(u) => crate::payslip::ElementId((ours + usize::from(u)) as u16),
            },
            base: l.base,
            rate: l.rate,
            amount: l.amount,
            employer_rate: l.employer_rate,
            employer_amount: l.employer_amount,
            period: l.period,
            status: status(l.code),
        })
        .collect();
    lines.sort_by_key(|l| (l.element, l.period));
    let totals = w.before.unwrap_or_default();
    Payslip { employee: id.clone(), post: 1, month: ready.job.last_month, mode: Mode::Computed, lines, totals }
}
