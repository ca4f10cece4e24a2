//! Last month's register, row by row, into the books.

use super::gathered::RowCount;
use super::printed::Printed;
use super::row_kind::{Kind, Sorter};
use super::rows::{count_only, each_row, refused, stray};
use super::sums::{check_sums, sums_up};
use super::told::Told;
use crate::ground::place::column_letters;
use crate::ground::{At, Finding, Money, Severity, Sources};
use crate::normalise::mapping::{CodeTarget, Role, SourceMapping, TotalRole};
use crate::normalise::records::{RawRow, RecordReader};
use crate::normalise::register::{Books, LineReader, Slip, WideReader, shown, tidy_number};
use crate::normalise::titles::Summing;
use crate::normalise::totals::{Counted, Running};
use crate::normalise::values::{Mark, Unread};
use crate::normalise::{Context, bands, cells, periods};
use crate::read::table::{Cell, Row, Table};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

pub(super) fn register(
    table: &Table,
    map: &SourceMapping,
    sources: &Sources,
    cx: &Context<'_>,
    books: &mut Books,
    raw: &mut Vec<(u16, Role, RawRow)>,
    told: &mut Told,
) -> RowCount {
    let mut n = RowCount { source: map.source, ..RowCount::default() };
    let lines = if map.role == Role::RegisterLines { LineReader::new(map, cx) } else { None };
    let wide = (map.role == Role::RegisterWide).then(|| WideReader::new(map, cx));
    let who = match (&lines, &wide) {
        (Some(l), _) => l.who.clone(),
        (None, Some(w)) => w.who.clone(),
        (None, None) => return count_only(table, map),
    };
    let tells = lines.as_ref().is_some_and(LineReader::tells_sides);
    books.know(map, tells);
    for (title, columns) in wide.as_ref().map(WideReader::repeated).unwrap_or_default() {
        let letters: Vec<String> = columns.iter().filter_map(|c| Some(column_letters(u16::try_from(*c).ok()?))).collect();
        let f = Finding::new("R137", Severity::Justify).arg("title", title).arg("columns", letters.join(", "));
        told.add(f.at(sources.place(At::source(map.source))), map.source);
    }
    let mut running =
        Running::new(lines.as_ref().map(LineReader::summed).or_else(|| wide.as_ref().map(WideReader::summed)).unwrap_or_default());
    let sorter = lines.as_ref().map_or_else(|| Sorter::new(map, &who), |l| Sorter::of_rubrics(map, l));
    let marks: Vec<_> = running
        .columns()
        .iter()
        .map(|c| map.columns.iter().find(|m| usize::from(m.column) == *c).map(|m| m.mark).unwrap_or_default())
        .collect();
    let begun = books.slips.len();
    let mut facts = map
        .columns
        .iter()
        .any(|c| wide.is_some() && crate::normalise::columns::is_situation(cx.vocabulary, c.meaning))
        .then(|| RecordReader::new(map, cx));
    let mut printed = if lines.is_some() { Printed::new(map, cx) } else { None };
    let below = map.header.map_or(0, |h| h.1);
    let others = match (&lines, &wide) {
        (Some(l), _) if l.tells_months() => periods::other_months(table, below, &periods::Reader::Lines(l), cx),
        (None, Some(w)) if w.tells_months() => periods::other_months(table, below, &periods::Reader::Wide(w), cx),
        _ => BTreeSet::new(),
    };
    if !others.is_empty() {
        books.months.entry(map.source).or_default().extend(others.iter().copied().filter(|m| *m < cx.last));
        let months: Vec<String> = others.iter().map(ToString::to_string).collect();
        told.add(
            Finding::new("M71", Severity::Warning)
                .arg("months", months.join(", "))
                .arg("last", cx.last)
                .at(sources.place(At::source(map.source))),
            map.source,
        );
    }
    let head = if map.banded { head_lines(table, below) } else { BTreeSet::new() };
    let mut carried = String::new();
    let mut band: Option<bands::Band> = None;
    let mut section = None;
    let mut before = None;
    let (mut subtotals, mut closed, mut last_row) = (0_u32, false, 0);
    // Below « Récapitulatif général » the lines are everybody's, until somebody is named again.
    let mut recap = false;
    each_row(table, below, &who.columns(), sources, told, &mut |row, told| {
        n.read += 1;
        last_row = row.number;
        if map.of_others.contains(&row.number) {
            n.title += 1;
            return;
        }
        if map.banded
            && let Some(found) = bands::of_row(row)
        {
            if row.number > below {
                n.heading += 1;
            } else {
                n.title += 1;
            }
            carried.clone_from(&found.id);
            (section, recap) = (None, false);
            band = Some(found);
            return;
        }
        if map.sections
            && row.number > below
            && let Some(side) = bands::section(row.cells)
        {
            section = Some(side);
            n.heading += 1;
            return;
        }
        if map.banded && row.number > below && bands::tells_more(row) {
            n.heading += 1;
            return;
        }
        // « MAIRIE DE MONTREVAL | Page 2 » between two lines of an agent.
        if map.banded && row.number > below && sorter.is_head(row, &head) {
            n.title += 1;
            return;
        }
        if let Some(l) = lines.as_ref().filter(|l| (!carried.is_empty() || !l.carries) && row.number > below)
            && let Some(sums) = if l.carries { bands::sums_in_pairs(row.cells) } else { l.sums_beside(row) }
        {
            let whose = if l.carries { carried.as_str().into() } else { l.agent(row) };
            let slip = books.slip_of(&whose, &l.who, row, At::row(map.source, row.number));
            own_sums(&sums, row, map, &mut books.slips[slip]);
            n.subtotal += 1;
            return;
        }
        if let Some(l) = lines.as_ref().filter(|l| l.carries && !carried.is_empty() && row.number > below)
            && let Some(sums) = bands::sums_in_cells(row.cells)
        {
            let slip = books.slip_of(&carried, &l.who, row, At::row(map.source, row.number));
            for (role, column, amount) in sums {
                let read = cells::number(&Cell::Text(amount.into()), Mark::Unknown).ok().flatten().and_then(|n| cells::cents(n).ok());
                let at = At::cell(map.source, row.number, u16::try_from(column).unwrap_or(At::NO_COLUMN));
                if let Some(m) = read {
                    books.slips[slip].total(role, m, at);
                }
            }
            n.subtotal += 1;
            return;
        }
        if let Some(l) = lines.as_ref().filter(|l| others.is_empty() && row.number > below && l.opens(row)) {
            l.open(row, map.source, books);
            carried = l.agent(row).into_owned();
            recap = false;
            n.heading += 1;
            return;
        }
        match sorter.kind(row) {
            Kind::Title => n.title += 1,
            Kind::Heading => n.heading += 1,
            Kind::Blank => n.blank += 1,
            Kind::AgentSum => n.subtotal += 1,
            Kind::Sum(s) => {
                let agents = u32::try_from(books.slips.len() - begun).unwrap_or(u32::MAX);
                let rows = u32::try_from(n.data).unwrap_or(u32::MAX);
                // « Total général » below the nets is the sum of the nets.
                let nets = || books.slips[begun..].iter().filter_map(|x| x.paid.net_paid).map(|(m, _)| m).sum::<Money>();
                let of_nets = s == Summing::Whole && sums_up(row, nets(), &running, &marks);
                // Sums of two months are no sums of what is read.
                if others.is_empty() && !of_nets {
                    check_sums(row, map, (&mut running, s == Summing::Part), (agents, rows), sources, told);
                }
                if s == Summing::Part {
                    n.subtotal += 1;
                    subtotals += 1;
                } else {
                    n.total += 1;
                    closed = true;
                    let words = || running.columns().iter().all(|c| !shown(row, *c).bytes().any(|b| b.is_ascii_digit()));
                    recap = recap || sorter.carries && words();
                }
            }
            Kind::Data if recap && lines.as_ref().is_some_and(|l| l.agent(row).is_empty()) => n.total += 1,
            Kind::Data => {
                recap = false;
                stray(row, map, sources, told);
                let written = lines
                    .as_ref()
                    .map_or_else(|| who.id.map_or(std::borrow::Cow::Borrowed(""), |c| tidy_number(shown(row, c))), |l| l.agent(row));
                let name_only = if written.is_empty() && lines.is_none() {
                    let w = who.read(row);
                    format!("{} {}", w.surname, w.given).trim().to_owned()
                } else {
                    String::new()
                };
                let mut agent: &str = if written.is_empty() { &name_only } else { &written };
                if lines.as_ref().is_some_and(|l| l.carries) {
                    if agent.is_empty() {
                        agent = &carried;
                    } else if agent != carried {
                        carried.clear();
                        carried.push_str(agent);
                        agent = &carried;
                    }
                }
                if agent.is_empty() {
                    n.refused += 1;
                    told.add(refused(row, "", &[(who.id.unwrap_or(0), Unread("M15"))], map, sources), map.source);
                    return;
                }
                let of_month = || match (&lines, &wide) {
                    (Some(l), _) => l.month(row, cx),
                    (None, Some(w)) => w.month(row, cx),
                    (None, None) => None,
                };
                if !others.is_empty() && of_month().is_some_and(|m| others.contains(&m)) {
                    n.other_month += 1;
                    return;
                }
                let taken = match (&lines, &wide) {
                    (Some(l), _) => l.take(row, (agent, section), map.source, cx, books),
                    (None, Some(w)) => w.take(row, agent, map.source, books),
                    (None, None) => return,
                };
                if let Some(b) = &band {
                    books.name_last(&b.surname, &b.given);
                }
                if let Some(l) = &lines {
                    let sum = taken.code.is_some_and(|c| matches!(books.codes[usize::from(c)].target, CodeTarget::Total(_)));
                    let here = (books.slips.len(), taken.code, taken.shown);
                    let kind = if sum {
                        Counted::Sum
                    } else if before == Some(here) {
                        Counted::Repeat
                    } else {
                        Counted::Line
                    };
                    before = Some(here);
                    for (slot, cents) in l.summed_cents(&taken.shown).into_iter().enumerate() {
                        if let Some(c) = cents {
                            running.add(slot, c, kind);
                        }
                    }
                } else {
                    for (slot, mark) in marks.iter().enumerate() {
                        let column = running.columns()[slot];
                        if let Some(Ok(Some(v))) = row.cells.get(column).map(|cell| cells::number(cell, *mark))
                            && let Some(c) = v.scaled_half_up(100)
                        {
                            running.add(slot, c, Counted::Line);
                        }
                    }
                }
                if let Some(column) = taken.period {
                    let at = At::cell(map.source, row.number, u16::try_from(column).unwrap_or(At::NO_COLUMN));
                    let finding = Finding::new("M178", Severity::Justify).arg("agent", agent).arg("text", shown(row, column));
                    told.add(finding.at(sources.place(at)), map.source);
                }
                if taken.bad.is_empty() {
                    n.data += 1;
                } else {
                    n.refused += 1;
                    told.add(refused(row, agent, &taken.bad, map, sources), map.source);
                }
                n.hidden += u64::from(row.hidden);
                if let Some(p) = printed.as_mut() {
                    p.note(agent, row);
                }
                if let Some(reader) = facts.as_mut() {
                    let mut found = Vec::new();
                    let mut record = reader.read(row, sources, &mut |f| found.push(f));
                    found.into_iter().for_each(|f| told.add(f, map.source));
                    record.who.stand_in(agent);
                    raw.push((map.source, map.role, record));
                }
            }
        }
    });
    if let Some(p) = printed {
        raw.extend(p.records(&books.slips).into_iter().map(|r| (map.source, map.role, r)));
    }
    if subtotals > 0 && !closed && running.open() {
        told.add(
            Finding::new("M25", Severity::Justify).arg("file", &map.file).at(sources.place(At::row(map.source, last_row))),
            map.source,
        );
    }
    n
}

/// Sums of an agent that stand in pairs of name and amount across the columns.
fn own_sums(sums: &[(TotalRole, usize)], row: &Row<'_, '_>, map: &SourceMapping, slip: &mut Slip) {
    for (role, column) in sums {
        let mark = map.columns.iter().find(|m| usize::from(m.column) == *column).map(|m| m.mark).unwrap_or_default();
        let read = row.cells.get(*column).map(|cell| cells::number(cell, mark));
        if let Some(Ok(Some(n))) = read
            && let Ok(m) = cells::cents(n)
        {
            slip.total(*role, m, At::cell(map.source, row.number, u16::try_from(*column).unwrap_or(At::NO_COLUMN)));
        }
    }
}

/// The lines above the headings: a printed register has them again on every page.
fn head_lines(table: &Table, below: u32) -> BTreeSet<String> {
    let mut head = BTreeSet::new();
    let _ = table.for_each(&mut |row| {
        if row.number > below {
            return ControlFlow::Break(());
        }
        if let Some(line) = bands::head_line(row.cells) {
            head.extend([line, bands::whole_line(row.cells)]);
        }
        ControlFlow::Continue(())
    });
    head
}
