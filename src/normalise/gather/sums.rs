//! A row of sums against the rows above it.

use super::told::Told;
use crate::ground::{At, Finding, Money, Severity, Sources};
use crate::normalise::cells;
use crate::normalise::mapping::SourceMapping;
use crate::normalise::titles::counted;
use crate::normalise::totals::Running;
use crate::normalise::values::Mark;
use crate::read::table::Row;

/// Compares a row of sums with what stands above it.
pub(super) fn check_sums(
    row: &Row<'_, '_>,
    map: &SourceMapping,
    (running, part): (&mut Running, bool),
    (agents, rows): (u32, u32),
    sources: &Sources,
    told: &mut Told,
) {
    let mut seen = Vec::new();
    for c in running.columns() {
        let mark = map.columns.iter().find(|m| usize::from(m.column) == *c).map(|m| m.mark).unwrap_or_default();
        if let Some(Ok(Some(n))) = row.cells.get(*c).map(|cell| cells::number(cell, mark)) {
            seen.push((*c, n));
        }
    }
    for d in running.check(&seen, part) {
        let column = u16::try_from(d.column).unwrap_or(At::NO_COLUMN);
        told.add(
            Finding::new("M18", Severity::Justify)
                .arg("shown", d.shown.french())
                .arg("found", d.found.french())
                .stake((d.shown - d.found).cents())
                .at(sources.place(At::cell(map.source, row.number, column))),
            map.source,
        );
    }
    for cell in row.cells {
        if let Some(n) = counted(&cell.shown())
            && n != agents
            && n != rows
        {
            told.add(
                Finding::new("M19", Severity::Justify)
                    .arg("shown", n)
                    .arg("found", agents)
                    .at(sources.place(At::row(map.source, row.number))),
                map.source,
            );
        }
    }
}

/// Whether the only sum a row shows is this one.
pub(super) fn sums_up(row: &Row<'_, '_>, sum: Money, running: &Running, marks: &[Mark]) -> bool {
    let mut shown = running.columns().iter().zip(marks).filter_map(|(c, mark)| match cells::number(row.cells.get(*c)?, *mark) {
        Ok(Some(n)) => Some(n),
        Ok(None) | Err(_) => None,
    });
    shown.next().and_then(|n| n.scaled_half_up(100)) == Some(sum.cents()) && shown.next().is_none()
}
