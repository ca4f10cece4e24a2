//! A sheet with rows about one agent each, row by row.

use super::between::{Lines, is_line, marks};
use super::gathered::RowCount;
use super::own_sums::OwnSums;
use super::row_kind::{Kind, Numbers, Sorter};
use super::rows::{Above, each_row, refused, stray};
use super::sums::check_sums;
use super::told::Told;
use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::mapping::{ColumnMapping, Meaning, Role, SourceMapping};
use crate::normalise::records::{RawRow, RecordReader};
use crate::normalise::register::shown;
use crate::normalise::titles::Summing;
use crate::normalise::totals::{Counted, Running};
use crate::normalise::values::Unread;
use crate::normalise::{Context, cells, lists, remarks};
use crate::read::marks::Mark;
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
    let list = lists::is_list(map.role);
    let numbered = who.id.filter(|_| matches!(sorter.numbers, Numbers::Digits | Numbers::Compact));
    let mut lines = Lines::default();
    let mut last_data = 0;
    let mut own = OwnSums::new(running.columns().len());
    each_row(table, map.header.map_or(0, |h| h.1), &who.columns(), sources, told, &mut |row, told| {
        n.read += 1;
        if map.of_others.contains(&row.number) {
            n.title += 1;
            return;
        }
        let cells = above.filled(row);
        let filled = Row { number: row.number, cells: cells.as_deref().unwrap_or(row.cells), hidden: row.hidden };
        let row = &filled;
        let marked = marks(table, row, map.columns.len(), sources);
        let below = map.header.is_none_or(|h| row.number > h.1);
        let kind = sorter.kind(row);
        let alone = || list && below && is_line(row, numbered, map, cx);
        let words = matches!(kind, Kind::Data) && (remarks::is_remark(row.cells) || foot(row) || alone());
        let kind = if words { Kind::Title } else { kind };
        if !matches!(kind, Kind::Data) {
            own.close();
        }
        match kind {
            Kind::Title => {
                n.title += 1;
                if list {
                    lines.note(row, &marked, below, map, cx);
                }
                if list && below {
                    raw.extend(name_alone(row, &mut reader, sources).map(|r| (map.source, map.role, r)));
                }
            }
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
            Kind::Data => {
                let open = own.is_open();
                let shown = own.read(row, running.columns(), map);
                if list && own.is_sum_of(row, &who) {
                    n.subtotal += 1;
                    own.check(&shown, &who.read(row).id, At::row(map.source, row.number), sources)
                        .into_iter()
                        .for_each(|f| told.add(f, map.source));
                    return;
                }
                own.close();
                above.keep(row);
                if !lists::is_list(map.role) {
                    stray(row, map, sources, told);
                }
                let mut sums = None;
                for slot in 0..running.columns().len() {
                    let column = running.columns()[slot];
                    let mark = map.columns.iter().find(|m| usize::from(m.column) == column).map(|m| m.mark).unwrap_or_default();
                    if let Some(Ok(Some(v))) = row.cells.get(column).map(|cell| cells::number(cell, mark))
                        && let Some(c) = v.scaled_half_up(100)
                    {
                        sums = Some(sums.unwrap_or(n.data >= 2) && running.comes_to(slot, c));
                        running.add(slot, c, Counted::Line);
                    }
                }
                let mut found = Vec::new();
                let mut record = reader.read(row, sources, &mut |f| found.push(f));
                found.into_iter().for_each(|f| told.add(f, map.source));
                // Of a given name alone, whoever has it waits.
                let given = list && record.says && !record.who.given.is_empty();
                if record.who.id.is_empty() && record.who.surname.is_empty() && record.who.nir.is_none() && !given {
                    n.refused += 1;
                    // A sum of all that stands above, an empty row between, without the word.
                    if list && sums == Some(true) && row.number > last_data + 1 {
                        n.total += 1;
                        return;
                    }
                    // The rows below an agent's are his where only the first of them bears his name.
                    if list
                        && open
                        && shown.iter().any(Option::is_some)
                        && let Some((_, _, last)) = raw.last_mut()
                    {
                        last.told.push(without_name(last, row.number, sources));
                        own.reopen();
                        return;
                    }
                    if list && record.says {
                        told.add(Finding::new("M408", Severity::Blocking).at(sources.place(At::row(map.source, row.number))), map.source);
                        return;
                    }
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
                own.add(&record.who, &shown);
                if list || matches!(map.role, Role::Staff | Role::AccountChanges) {
                    let found = reader.marked(row, marked.iter().copied(), &record.content, sources);
                    record.told.extend(found);
                }
                if list {
                    record.told.extend(lines.row(row, &marked, &reader.called(row), sources));
                    if row.hidden {
                        let f = Finding::new("M361", Severity::Justify).arg("agent", reader.called(row));
                        record.told.push(f.at(sources.place(At::row(map.source, row.number))));
                    }
                }
                if list {
                    record.told.extend(in_hidden_columns(table, row, &reader, map, cx, sources));
                    record.told.extend(unseen(row, &marked, &reader, map, cx, sources));
                }
                n.data += 1;
                last_data = row.number;
                n.hidden += u64::from(row.hidden);
                if agents.len() < 200_000 {
                    agents.insert(record.who.id.clone());
                }
                raw.push((map.source, lists::role_of(map, &record.content), record));
            }
        }
    });
    if list {
        lines.tell(map, raw, cx, sources, &mut |f| told.add(f, map.source));
    }
    n
}

/// What a row pays from columns that are hidden, which whoever signs the list does not see.
fn in_hidden_columns(
    table: &Table,
    row: &Row<'_, '_>,
    reader: &RecordReader<'_>,
    map: &SourceMapping,
    cx: &Context<'_>,
    sources: &Sources,
) -> Vec<Finding> {
    let hidden = |c: u16| table.marks().is_hidden(sources.written_at(At::cell(map.source, row.number, c)).column);
    let columns = map.columns.iter().filter(|c| lists::meaning_pays(c.meaning, cx.vocabulary) && hidden(c.column));
    let told = columns.filter_map(|c| {
        let text = shown(row, usize::from(c.column));
        let f = Finding::new("M423", Severity::Justify).arg("agent", reader.called(row)).arg("heading", map.key(c));
        let place = sources.place(At::cell(map.source, row.number, c.column));
        (!text.is_empty()).then(|| f.arg("text", text.as_ref()).at(place))
    });
    told.collect()
}

/// What a row pays in white letters on white.
fn unseen(
    row: &Row<'_, '_>,
    marks: &[(u16, &Mark)],
    reader: &RecordReader<'_>,
    map: &SourceMapping,
    cx: &Context<'_>,
    sources: &Sources,
) -> Option<Finding> {
    let white = |c: u16| marks.iter().any(|(at, m)| *at == c && m.is_unseen());
    let paid = |c: &&ColumnMapping| lists::meaning_pays(c.meaning, cx.vocabulary) && !shown(row, usize::from(c.column)).is_empty();
    let c = map.columns.iter().filter(paid).find(|c| white(c.column))?;
    let f = Finding::new("M412", Severity::Justify).arg("agent", reader.called(row)).arg("heading", map.key(c));
    Some(f.arg("text", shown(row, usize::from(c.column)).as_ref()).at(sources.place(At::cell(map.source, row.number, c.column))))
}

/// A row of nobody below an agent's.
fn without_name(above: &RawRow, row: u32, sources: &Sources) -> Finding {
    let called = if above.who.id.is_empty() { above.who.called() } else { above.who.id.clone() };
    let f = Finding::new("M210", Severity::Blocking).arg("agent", called).arg("row", row);
    f.at(sources.place(above.at)).at(sources.place(At::row(above.at.source, row)))
}

/// Words alone in a row, where names stand: of somebody, perhaps, of whom the list forgot to say something.
fn name_alone(row: &Row<'_, '_>, reader: &mut RecordReader<'_>, sources: &Sources) -> Option<RawRow> {
    let who = reader.who.read(row);
    let name = who.called();
    let short = (2..=4).contains(&name.split_whitespace().count()) && !name.chars().any(|c| c.is_ascii_digit() || c == ':');
    if !who.id.is_empty() || !short {
        return None;
    }
    let record = reader.read(row, sources, &mut |_| {});
    Some(RawRow { words: true, told: Vec::new(), ..record })
}
