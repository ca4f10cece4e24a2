//! A register whose amounts are whole numbers of cents: `189527` for 1 895,27.
//!
//! No title says so. The arithmetic of its own lines does: base times rate makes the amount only when it is rounded to the last
//! digit written, so that digit is a cent; and nobody's largest line of a month is as many euros.

use super::seen::Seen;
use crate::ground::{At, Exact, Finding, Severity, Sources};
use crate::normalise::cells::number;
use crate::normalise::layout::Kept;
use crate::normalise::mapping::{Meaning, SourceMapping};
use crate::normalise::titles::hourly;
use crate::normalise::values::{Mark, RateForm};
use std::collections::BTreeMap;

/// Lines that must prove it, of those whose product is no whole number.
const LINES: usize = 20;

/// Columns that hold money: bases and amounts.
const MONEY: [Meaning; 7] =
    [Meaning::Base, Meaning::EmployerBase, Meaning::Gain, Meaning::Deduction, Meaning::Amount, Meaning::Signed, Meaning::EmployerAmount];

/// Says of the columns of money that their last two digits are cents, where the lines prove it.
pub(super) fn mark(found: &mut SourceMapping, s: &Seen<'_>, sources: &Sources, findings: &mut Vec<Finding>) {
    let money: Vec<usize> = (0..found.columns.len()).filter(|&c| MONEY.contains(&found.columns[c].meaning)).collect();
    let whole = |c: &usize| s.profiles[*c].numbers == s.profiles[*c].whole && s.profiles[*c].commas + s.profiles[*c].dots == 0;
    if money.is_empty() || !money.iter().all(whole) {
        return;
    }
    let rows = &s.kept[s.layout.data_start().min(s.kept.len())..];
    let Some(lines) = proof(found, rows) else { return };
    let Some(most) = largest(found, rows, &money) else { return };
    if most < Exact::int(hourly().least_cents) {
        return;
    }
    for c in money {
        found.columns[c].mark = Mark::Cents;
    }
    findings.push(
        Finding::new("M190", Severity::Justify).arg("file", &found.file).arg("rows", lines).at(sources.place(At::source(found.source))),
    );
}

/// How many lines have an amount that is base times rate to the last digit written, when hardly any is not.
fn proof(found: &SourceMapping, rows: &[Kept]) -> Option<usize> {
    let column = |m: Meaning| found.columns.iter().find(|c| c.meaning == m);
    let base = column(Meaning::Base)?;
    let own = column(Meaning::Rate);
    let agents = [Meaning::Gain, Meaning::Deduction, Meaning::Amount, Meaning::Signed].into_iter().filter_map(|m| Some((own?, column(m)?)));
    let employers = column(Meaning::EmployerRate).or(own).zip(column(Meaning::EmployerAmount));
    let pairs: Vec<_> = agents.chain(employers).collect();
    let (mut told, mut hits) = (0, 0);
    for row in rows {
        let read = |c: &crate::normalise::mapping::ColumnMapping| {
            row.cells.get(usize::from(c.column)).and_then(|x| number(x, c.mark).ok().flatten())
        };
        for (rate, amount) in &pairs {
            let Some(((b, r), a)) = read(base).zip(read(rate)).zip(read(amount)) else { continue };
            let by = Exact::int(if rate.rate_form == RateForm::Share { 1 } else { 100 });
            let Some(product) = b.mul(r).and_then(|p| p.div(by)).filter(|p| p.whole().is_none()) else { continue };
            told += 1;
            hits += usize::from(product.scaled_half_up(1).map(i64::abs) == a.scaled_half_up(1).map(i64::abs));
        }
    }
    (told >= LINES && hits * 10 >= told * 9).then_some(hits)
}

/// The largest amount of the agent in the middle.
fn largest(found: &SourceMapping, rows: &[Kept], money: &[usize]) -> Option<Exact> {
    let agent = found.columns.iter().find(|c| matches!(c.meaning, Meaning::Fact(_)) && c.filled > 0)?;
    let mut of: BTreeMap<String, Exact> = BTreeMap::new();
    for row in rows {
        let who = row.shown(usize::from(agent.column));
        let paid = money.iter().filter(|c| !matches!(found.columns[**c].meaning, Meaning::Base | Meaning::EmployerBase));
        let amounts = paid.filter_map(|c| number(row.cells.get(*c)?, Mark::Unknown).ok().flatten());
        if let Some(most) = amounts.map(Exact::abs).max().filter(|_| !who.is_empty()) {
            let known = of.entry(who).or_insert(most);
            *known = (*known).max(most);
        }
    }
    let mut all: Vec<Exact> = of.into_values().collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}
