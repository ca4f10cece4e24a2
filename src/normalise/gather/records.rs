//! A sheet with rows about one agent each, row by row.

use super::gathered::RowCount;
use super::row_kind::{Kind, Numbers, Sorter};
use super::rows::{Above, each_row, refused, stray};
use super::sums::check_sums;
use super::told::Told;
use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::mapping::{Meaning, Role, SourceMapping};
use crate::normalise::records::{RawRow, RecordReader};
use crate::normalise::register::shown;
use crate::normalise::titles::Summing;
use crate::normalise::totals::{Counted, Running};
use crate::normalise::values::Unread;
use crate::normalise::{Context, cells, lists, remarks};
use crate::read::table::{Row, Table};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// The last row with a digit where numbers of employees stand.
pub(super) fn last_numbered(table: &Table, numbers: Option<usize>) -> u32 {
    let mut last = 0;
    let _ = table.for_each(&mut |row| {
        if numbers.is_some_and(|c| shown(&row, c).bytes().any(|b| b.is_ascii_digit())) {
            last = row.number;
        }
        ControlFlow::Continue(())
    });
    last
}

pub(super) fn records(
    table: &Table,
    map: &SourceMapping,
    sources: &Sources,
    cx: &Context<'_>,
    raw: &mut Vec<(u16, Role, RawRow)>,
    told: &mut Told,
) -> RowCount {
    let mut n = RowCount { source: map.source, ..RowCount::default() };
    let mut reader = RecordReader::new(map, cx);
    let who = reader.who.clone();
    let sorter = Sorter::new(map, &who);
    let summed: Vec<usize> = map
        .columns
        .iter()
        .filter(|c| match c.meaning {
            Meaning::Fact(f) | Meaning::New(f) => {
                let fact = cx.vocabulary.get(f);
                matches!(fact.kind, crate::facts::FactKind::Number { form } if !matches!(form, crate::facts::NumberForm::Rate | crate::facts::NumberForm::Fraction))
            }
            Meaning::Days => true,
            _ => false,
        })
        .map(|c| usize::from(c.column))
        .collect();
    let mut running = Running::new(summed);
    let mut agents: BTreeSet<String> = BTreeSet::new();
    let last = if matches!(sorter.numbers, Numbers::Digits | Numbers::Compact) { last_numbered(table, who.id) } else { u32::MAX };
    let foot = |row: &Row<'_, '_>| row.number > last && who.id.is_some_and(|c| remarks::is_foot(row.cells, c));
    let mut above = Above::new(who.columns());
    each_row(table, map.header.map_or(0, |h| h.1), &who.columns(), sources, told, &mut |row, told| {
        n.read += 1;
        let cells = above.filled(row);
        let filled = Row { number: row.number, cells: cells.as_deref().unwrap_or(row.cells), hidden: row.hidden };
        let row = &filled;
        match sorter.kind(row) {
            Kind::Title => n.title += 1,
            Kind::Heading => n.heading += 1,
            Kind::Blank => n.blank += 1,
            Kind::AgentSum => n.subtotal += 1,
            Kind::Sum(s) => {
                let rows = u32::try_from(n.data).unwrap_or(u32::MAX);
                let many = if agents.is_empty() { rows } else { u32::try_from(agents.len()).unwrap_or(u32::MAX) };
                check_sums(row, map, (&mut running, s == Summing::Part), (many, rows), sources, told);
                if s == Summing::Part {
                    n.subtotal += 1;
                } else {
                    n.total += 1;
                }
            }
            Kind::Data if remarks::is_remark(row.cells) || foot(row) => n.title += 1,
            Kind::Data => {
                above.keep(row);
                if !lists::is_list(map.role) {
                    stray(row, map, sources, told);
                }
                for slot in 0..running.columns().len() {
                    let column = running.columns()[slot];
                    let mark = map.columns.iter().find(|m| usize::from(m.column) == column).map(|m| m.mark).unwrap_or_default();
                    if let Some(Ok(Some(v))) = row.cells.get(column).map(|cell| cells::number(cell, mark))
                        && let Some(c) = v.scaled_half_up(100)
                    {
                        running.add(slot, c, Counted::Line);
                    }
                }
                let mut found = Vec::new();
                let mut record = reader.read(row, sources, &mut |f| found.push(f));
                found.into_iter().for_each(|f| told.add(f, map.source));
                if record.who.id.is_empty() && record.who.surname.is_empty() && record.who.nir.is_none() {
                    n.refused += 1;
                    told.add(refused(row, "", &[(who.id.unwrap_or(0), Unread("M15"))], map, sources), map.source);
                    return;
                }
                if !lists::is_number(&record.who.id) {
                    n.refused += 1;
                    let column = u16::try_from(who.id.unwrap_or(0)).unwrap_or(At::NO_COLUMN);
                    let text: String = record.who.id.chars().take(60).collect();
                    let place = sources.place(At::cell(map.source, row.number, column));
                    told.add(Finding::new("M92", Severity::Blocking).arg("text", text).at(place), map.source);
                    if lists::is_list(map.role) && !record.who.surname.is_empty() {
                        record.who.id.clear();
                        record.refused = true;
                        raw.push((map.source, map.role, record));
                    }
                    return;
                }
                n.data += 1;
                n.hidden += u64::from(row.hidden);
                if agents.len() < 200_000 {
                    agents.insert(record.who.id.clone());
                }
                raw.push((map.source, lists::role_of(map, &record.content), record));
            }
        }
    });
    n
}
