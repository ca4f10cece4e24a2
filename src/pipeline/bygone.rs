//! Months before the last: what their records and registers tell of them.
//!
//! In: records and registers of the inbox that last month has no use for. Out: payslips by employee and month. Read only
//! where a change reaches back to them; what is wrong with them holds nobody back, and is told.

use super::inputs::{Opened, set_beside};
use super::records;
use crate::compute::gone::Gone;
use crate::compute::late::{self, Late};
use crate::ground::{EmployeeId, Finding, Money, PayMonth, Place, Severity};
use crate::normalise::join::People;
use crate::normalise::record::{self, MonthRecord};
use crate::normalise::{self, Context, Mapping, Role, SourceMapping};
use crate::payslip::{Card, LineKind, PaidCode, PaidSlip};
use crate::rules::Pack;
use crate::rules::bind::{Context as Day, SettingValue};
use crate::rules::plan::setting_value;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Months further back are left to people.
pub const FURTHEST: i64 = 24;

/// Registers that hold payslips of other months.
pub struct Registers {
    /// Those whose title names another month, as they were mapped before they were set aside.
    pub aside: Vec<(PayMonth, SourceMapping)>,
    /// Months of which a register of last month holds whole payslips as well, by source.
    pub months: BTreeMap<u16, BTreeSet<PayMonth>>,
}

/// What is known of a month but for its payslips.
#[derive(Clone, Debug, Default)]
pub struct Month {
    pub settings: BTreeMap<String, String>,
    pub pay_date: Option<NaiveDate>,
}

/// The months that changes reach back to, with the payslips of each handed to whoever they are of.
pub(super) fn read(
    mut earlier: records::Earlier,
    registers: &Registers,
    o: &mut Opened,
    people: &mut People,
    pack: &Pack,
    mapping: &Mapping,
    (cards, cx): (&[Card], &Context<'_>),
) -> BTreeMap<PayMonth, Month> {
    let mut out = BTreeMap::new();
    let dated = people.values().flat_map(|p| p.dated.iter().map(|d| d.from).chain(p.begun.iter().map(|b| b.from)));
    // Whether last month was paid without the newest law is found out later.
    let any = !(earlier.is_empty() && registers.aside.is_empty() && registers.months.is_empty());
    let newest = any.then(|| late::since(pack, cx.last)).flatten();
    let since = dated.chain(newest).min();
    let mut month = cx.last.previous();
    while since.is_some_and(|since| since <= month.last_day()) && cx.last.months_since(month) <= FURTHEST {
        let known = earlier.remove(&month).and_then(|found| of_record(&found, o, people, (cards, cx)));
        let known = known.or_else(|| of_registers(month, registers, o, people, mapping, cx).then(Month::default));
        if known.is_some() {
            let count = people.values().filter(|p| p.bygone.contains_key(&month)).count();
            o.findings.push(Finding::new("F62", Severity::Information).arg("month", month).arg("count", count));
        }
        out.insert(month, known.unwrap_or_default());
        month = month.previous();
    }
    // Nothing reaches back to the others: said once for all of them.
    if !earlier.is_empty() {
        let months: Vec<String> = earlier.keys().map(ToString::to_string).collect();
        let f = Finding::new("R89", Severity::Information).arg("month", months.join(", ")).arg("last", cx.last);
        let files = earlier.values().filter_map(|f| f.manifest.as_ref()).map(|m| Place::File { file: m.1.clone() });
        o.findings.push(files.fold(f, Finding::at));
    }
    for p in people.values_mut().filter(|p| !p.begun.is_empty()) {
        p.begun.sort_by_key(|b| (b.record, b.from));
    }
    out
}

/// The payslips of a record, unless it was cut or changed.
fn of_record(found: &record::Found, o: &mut Opened, people: &mut People, (cards, cx): (&[Card], &Context<'_>)) -> Option<Month> {
    let read = record::read(found, &o.sources, cards, cx);
    let whole = !read.findings.iter().any(|f| f.severity == Severity::Blocking && f.employee.is_none());
    o.findings.extend(read.findings.into_iter().map(|f| Finding { severity: f.severity.max(Severity::Justify), ..f }));
    let record: MonthRecord = read.value;
    let month = Month { settings: record.settings.clone(), pay_date: record.manifest.as_ref().and_then(|m| m.pay_date) };
    whole.then(|| {
        record.add_bygone(people);
        month
    })
}

/// The payslips of the month that registers hold; whether there were any.
fn of_registers(month: PayMonth, registers: &Registers, o: &mut Opened, people: &mut People, mapping: &Mapping, cx: &Context<'_>) -> bool {
    let Some(paid) = paid(month, registers, o, mapping, cx) else { return false };
    let mut any = false;
    for (id, mut slip) in paid {
        let Some(p) = people.get_mut(&id) else { continue };
        // Lines about the month, not about one before it that was corrected with it.
        slip.lines.retain(|l| matches!(l.code, PaidCode::Element(_)));
        any |= slip.lines.iter().any(|l| l.period.is_none());
        p.bygone.insert(month, slip);
    }
    any
}

/// What each element came to in the same month of last year, by its register; `None` where none was given.
pub(super) fn last_year(
    registers: &Registers,
    o: &mut Opened,
    mapping: &Mapping,
    cards: &[Card],
    cx: &Context<'_>,
) -> Option<BTreeMap<usize, Money>> {
    let mut sums: BTreeMap<usize, Money> = BTreeMap::new();
    let paid = paid(cx.month.last_year(), registers, o, mapping, cx)?;
    for l in paid.values().flat_map(|s| &s.lines) {
        let PaidCode::Element(e) = l.code else { continue };
        let amount = if cards[e.index()].kind == LineKind::Employer { l.employer_amount } else { l.amount };
        *sums.entry(e.index()).or_default() += amount;
    }
    Some(sums)
}

/// The payslips of a month that registers hold, by number.
fn paid(
    month: PayMonth,
    registers: &Registers,
    o: &mut Opened,
    mapping: &Mapping,
    cx: &Context<'_>,
) -> Option<BTreeMap<EmployeeId, PaidSlip>> {
    let mut maps: Vec<SourceMapping> = registers.aside.iter().filter(|a| a.0 == month).map(|a| a.1.clone()).collect();
    let also = registers.months.iter().filter(|(_, months)| months.contains(&month));
    maps.extend(also.filter_map(|(source, _)| mapping.of(*source).cloned()));
    if maps.is_empty() {
        return None;
    }
    let sources: BTreeSet<u16> = maps.iter().map(|m| m.source).collect();
    let mapping = Mapping { sources: maps };
    let cx = Context { month: month.next(), last: month, ..*cx };
    let (tables, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut o.tables).into_iter().partition(|t| sources.contains(&t.source));
    let mut gathered = normalise::gather(&tables, &[], &o.sources, &mapping, &cx).value;
    o.tables = tables.into_iter().chain(rest).collect();
    set_beside(&mut gathered);
    mapping.sources.iter().all(|m| m.role != Role::Ignored).then_some(gathered.paid)
}

/// The law of each month that a change reaches back to, nearest first; `settings` are last month's.
pub fn plans(
    pack: &Pack,
    people: &People,
    months: &BTreeMap<PayMonth, Month>,
    late: &[Late],
    raised: Option<NaiveDate>,
    last: PayMonth,
    settings: &[SettingValue],
) -> Vec<Gone> {
    let dated = people.values().flat_map(|p| p.dated.iter().map(|d| d.from).chain(p.begun.iter().map(|b| b.from)));
    let Some(since) = dated.chain(late.iter().map(|l| l.since)).chain(raised).min() else { return Vec::new() };
    let mut out = Vec::new();
    let mut month = last.previous();
    while since <= month.last_day() && last.months_since(month) <= FURTHEST {
        let known = months.get(&month);
        let value = |(s, v): (&crate::rules::pack::Setting, &SettingValue)| {
            let own = known.and_then(|k| setting_value(&s.kind, k.settings.get(&s.id)?));
            own.unwrap_or_else(|| v.clone())
        };
        let settings = pack.settings.iter().zip(settings).map(value).collect();
        let payment_date = known.and_then(|k| k.pay_date).unwrap_or_else(|| month.last_day());
        let law = pack.law(Day { month, payment_date }, settings);
        let mut used = law.clone();
        for l in late.iter().filter(|l| law.parameters[l.parameter] == Some(l.due)) {
            used.parameters[l.parameter] = Some(l.used);
        }
        let old = (used != law).then(|| pack.plan(&used).0).flatten();
        let Some(due) = pack.plan(&law).0 else { break };
        out.push(Gone { month, due, old });
        month = month.previous();
    }
    out
}
