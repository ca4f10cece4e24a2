//! The record of a month: what the next one starts from, beside the results of a run.
//!
//! Of a month just computed, or of last month as replay understood it.

use super::Ready;
use super::compute::Worked;
use super::decisions::What;
use super::tables::Rows;
use crate::compute::employee::{Standing, Way};
use crate::compute::replay::Verdict;
use crate::facts::{Fact, FactId, Facts, Later, Origin, Role, Stood, Value, Vocabulary};
use crate::ground::{At, EmployeeId, Exact, Lang, Money, PayMonth, Sources};
use crate::normalise::record::Past;
use crate::payslip::{Line, Mode, PaidCode, PaidSlip, Payslip, Status, YearSums};
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
    /// Where facts of an earlier record were first read.
    pub past: &'a Past,
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
        let mut place = String::new();
        let mut row = |month: PayMonth, fact: FactId, known: Option<&Fact>| {
            place.clear();
            if let Some(f) = known.filter(|f| f.at != At::NOWHERE) {
                self.push_place(f.at, &mut place);
            }
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
        for (was, is) in paid_on.beside(next) {
            let fact = was.or(is).map(|f| f.id).filter(|f| Some(*f) != own);
            if let Some(fact) = fact.filter(|_| was.map(|f| &f.value) != is.map(|f| &f.value)) {
                row(self.month.next(), fact, is);
            }
        }
        rows
    }

    /// Where a fact was first read.
    fn push_place(&self, at: At, out: &mut String) {
        match self.past.origin(at) {
            Some(origin) => out.push_str(origin),
            None => self.sources.push_place(at, out),
        }
    }

    /// What this month's lists say of months to come, each with the day from which it holds; how many rows.
    pub fn later(&self, out: &mut String, id: &EmployeeId, later: &[Later]) -> usize {
        for l in later {
            let mut place = String::new();
            self.push_place(l.fact.at, &mut place);
            let row = FactRow {
                month: self.month.next(),
                decl: self.vocabulary.get(l.fact.id),
                value: Some(&l.fact.value),
                since: Some(l.from),
                origin: l.fact.origin,
                place: &place,
            };
            record::fact_row(out, id, self.lang, &row);
        }
        later.len()
    }
}

/// The settings in force, and who pays.
pub fn settings(pack: &Pack, values: &[SettingValue], employer: &crate::job::Employer) -> String {
    let mut out = record::SETTINGS.to_owned();
    record::setting_row(&mut out, "employer.name", &employer.name);
    record::setting_row(&mut out, "employer.siret", employer.siret.as_ref().map_or("", |s| s.as_str()));
    for (s, v) in pack.settings.iter().zip(values) {
        record::setting_row(&mut out, &s.id, &v.to_string());
    }
    out
}

/// Rows of the month just computed. Who left before it and is not paid is of no matter to the next.
pub fn rows(ready: &Ready, w: &Worked, rows: &mut Rows) {
    let stood = match (w.standing, w.output.payslip.is_some()) {
        (Standing::NotPaid, _) => Stood::NotPaid,
        // Left out of this month by decision, and no less in post: the next month asks again.
        (_, false) if ready.inputs.decisions.excluded(&w.id).is_some() && w.standing != Standing::Left => Stood::NotPaid,
        (_, false) => return,
        (Standing::Arrives, true) => Stood::Arrives,
        (Standing::Unknown, true) => Stood::Unknown,
        (Standing::Stays | Standing::Left, true) => Stood::Stays,
    };
    let writer = Writer {
        vocabulary: &ready.pack.vocabulary,
        sources: &ready.inputs.sources,
        lang: ready.lang,
        past: &ready.inputs.past,
        month: ready.job.month,
    };
    let paid_on = paid_on(w);
    let next = next(ready, w, &paid_on);
    let since = w.person.dated.iter().map(|d| (d.fact, d.from)).collect();
    let facts = writer.facts(&mut rows.facts, &w.id, &paid_on, &next, &w.person.moot, &since);
    let facts = facts + writer.later(&mut rows.facts, &w.id, &w.person.later);
    let person = PersonRow {
        employee: &w.id,
        name: &w.name,
        stood,
        iban: w.person.last_account().map(|a| a.0),
        facts,
        carried: carried(ready, w),
        sums: sums(ready, w),
        melted: w.person.paid.as_ref().is_some_and(|s| s.melted),
    };
    record::person_row(&mut rows.people, &person);
    requests(ready, w, &mut rows.requests);
    if let Some(behind) = &w.output.behind {
        register::line_rows(&mut rows.behind, behind, &ready.catalogue, ready.lang);
    }
    if let Some(b) = &w.output.put_off {
        let (employee, month) = (w.id.clone(), ready.job.month);
        let older = Payslip { post: w.id.post(), employee, month, mode: Mode::Computed, lines: b.lines.clone(), totals: b.totals };
        register::line_rows(&mut rows.behind, &older, &ready.catalogue, ready.lang);
        record::taxable_row(&mut rows.behind, &w.id, b.totals.net_taxable);
    }
}

/// Accounts that were asked for and that no call-back has answered: the next month asks again.
fn requests(ready: &Ready, w: &Worked, out: &mut String) {
    if ready.inputs.decisions.call_back(&w.id).is_some() {
        return;
    }
    for r in w.person.requests.iter().filter(|r| r.iban.as_ref().ok().is_none_or(|i| Some(i) != w.pay_iban.as_ref())) {
        let place = ready.inputs.past.origin(r.at).map_or_else(|| ready.inputs.sources.place(r.at).to_string(), str::to_owned);
        let row =
            record::RequestRow { employee: &w.id, requested: r.requested, received_by: &r.received_by, account: &r.written, place: &place };
        record::request_row(out, &row);
    }
}

/// Months running that the employee was carried over, this one included; none when this one is not.
pub fn carried(ready: &Ready, w: &Worked) -> u32 {
    let now = w.output.payslip.as_ref().is_some_and(|p| p.mode == Mode::Carried);
    let before = ready.inputs.past.people.get(&w.id).map_or(0, |p| p.0);
    if now { before + 1 } else { 0 }
}

/// What the employee was paid in the year of this payment, as far back as records tell.
pub fn sums(ready: &Ready, w: &Worked) -> Option<YearSums> {
    use chrono::Datelike as _;
    let (last, this) = (ready.road.last().context, ready.road.this().context);
    let year = this.payment_date.year();
    let past = &ready.inputs.past;
    let before = past.people.get(&w.id).and_then(|p| p.1).filter(|s| s.year == year);
    let Some(p) = &w.output.payslip else { return before };
    let known = || past.people.values().any(|p| p.1.is_some_and(|s| s.year == year && s.whole));
    let first = last.payment_date.year() < year || (w.standing == Standing::Arrives && known());
    let mut s = before.unwrap_or(YearSums {
        year,
        since: this.month,
        whole: first,
        gross: Money::ZERO,
        net_taxable: Money::ZERO,
        income_tax: Money::ZERO,
        employer_cost: Money::ZERO,
    });
    s.gross += p.totals.gross;
    s.net_taxable += p.totals.net_taxable;
    s.income_tax += p.totals.income_tax;
    s.employer_cost += p.totals.employer_cost;
    Some(s)
}

/// What the month was paid on; of somebody not paid, what is known.
fn paid_on(w: &Worked) -> Facts {
    if w.output.facts.is_empty() {
        let mut facts = w.person.known.clone();
        let proven = w.output.replay.resolved.iter().filter(|r| r.written.is_none() && w.standing != Standing::NotPaid);
        proven.for_each(|r| drop(facts.set(r.used.clone())));
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
            under(ready, w, c.id).into_iter().for_each(|f| drop(next.set(f)));
        }
    }
    since_january(ready, w, paid_on, &mut next);
    still_to_take_back(ready, w, &mut next);
    // The account that the employee named on the telephone is the staff file's from now on.
    if let (Some((iban, _, d)), Some(id)) = (decisions.call_back(&w.id), vocabulary.role(Role::Iban)) {
        next.set(Fact { id, value: Value::Text(iban.as_str().into()), at: d.at, origin: Origin::Decided });
    }
    next
}

/// What a correction stands before, and what comes back with its end: what a list of this month says, what last month's lines
/// prove, what files say.
fn under(ready: &Ready, w: &Worked, fact: FactId) -> Option<Fact> {
    let recurs = ready.pack.vocabulary.get(fact).recurs;
    let listed = w.person.under.iter().rev().find(|f| f.id == fact && recurs);
    let believed = super::compute::believed(ready, w);
    let proven = || w.output.replay.resolved.iter().find(|r| r.fact == fact && recurs && r.stays(&believed).is_some()).map(|r| &r.used);
    listed.or_else(proven).or_else(|| w.person.known.get(fact)).cloned()
}

/// What is left of an advance after this month took back its part.
fn still_to_take_back(ready: &Ready, w: &Worked, next: &mut Facts) {
    let Some(id) = super::belated::fact(ready, "advance_left") else { return };
    let Some(before) = next.value(id).and_then(Value::number).and_then(Money::from_exact) else { return };
    let left = before - super::belated::taken(ready, w);
    if left > Money::ZERO {
        next.set(Fact { id, value: Value::Number(left.exact()), at: At::NOWHERE, origin: Origin::Inferred });
    } else {
        next.remove(id);
    }
}

/// Sums since January with this month in them. One that this month did not know, nobody knows in the next.
fn since_january(ready: &Ready, w: &Worked, paid_on: &Facts, next: &mut Facts) {
    let pack = &ready.pack;
    for (id, decl) in pack.vocabulary.iter().filter(|f| f.1.since_january) {
        let known = paid_on.value(id).and_then(Value::number).or_else(|| Exact::parse(pack.defaults[id.index()].as_deref()?));
        let month = decl.adds.as_ref().and_then(|name| w.output.shown.iter().find(|s| s.0 == *name)).map(|s| s.1);
        match known.zip(month).and_then(|(a, b)| a.add(b)) {
            // What nobody has had is not written for everybody.
            Some(sum) if sum.is_zero() && paid_on.get(id).is_none() => drop(next.remove(id)),
            Some(sum) => drop(next.set(Fact { id, value: Value::Number(sum), at: At::NOWHERE, origin: Origin::Inferred })),
            None => drop(next.remove(id)),
        }
    }
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
    let writer =
        Writer { vocabulary, sources: &ready.inputs.sources, lang: ready.lang, past: &ready.inputs.past, month: ready.job.last_month };
    let facts = writer.facts(&mut rows.facts, &w.id, paid_on, &next, &w.person.moot, &BTreeMap::new());
    let iban = w.person.last_account().map(|a| a.0);
    let melted = w.person.paid.as_ref().is_some_and(|s| s.melted);
    let person = PersonRow { employee: &w.id, name: &w.name, stood, iban, facts, carried: 0, sums: None, melted };
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
    Payslip { employee: id.clone(), post: id.post(), month: ready.job.last_month, mode: Mode::Computed, lines, totals }
}
