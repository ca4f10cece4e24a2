//! Registers of another month than the one last paid.

use crate::ground::{At, Finding, PayMonth, Severity, Sources};
use crate::normalise::lists::months_named;
use crate::normalise::{self, Mapping};
use crate::read;
use std::collections::BTreeSet;

/// Registers by the month that they say.
pub(super) struct OfMonths {
    /// Those set aside, each as it was mapped, with its month.
    pub aside: Vec<(PayMonth, normalise::SourceMapping)>,
    /// Those that say the month last paid.
    pub right: BTreeSet<u16>,
}

/// Registers whose title, whose column of months or whose name says another month than the one last paid: set aside beside one of
/// the right month. Where there is none, nothing can be done with a title of another month, since everything would be compared with the
/// wrong pay.
pub(super) fn wrong_month(
    tables: &[read::Table],
    sources: &Sources,
    mapping: &mut Mapping,
    recorded: bool,
    cx: &normalise::Context<'_>,
    findings: &mut Vec<Finding>,
) -> OfMonths {
    let (mut aside, mut titled_right) = (Vec::new(), BTreeSet::new());
    // The record of last month is one of the right month as well.
    let (mut right, mut wrong) = (recorded, Vec::new());
    for t in tables {
        let Some(map) = mapping.of(t.source).filter(|m| m.role.is_register()) else { continue };
        let above = map.header.map_or(0, |h| h.0.saturating_sub(1)) as usize;
        let rows = t.sample(above);
        let titles: Vec<(String, u32)> = rows
            .iter()
            .filter(|r| (r.number as usize) <= above)
            .flat_map(|r| r.cells.iter().map(|c| (c.shown().into_owned(), r.number)))
            .filter(|(t, _)| t.contains(|c: char| c.is_ascii_digit()))
            .collect();
        let named = |(text, row): &(String, u32), title: bool| months_named(text, cx.last, title).into_iter().map(|m| (m, *row)).collect();
        let mut said: Vec<(PayMonth, u32)> = titles.iter().flat_map(|t| -> Vec<_> { named(t, true) }).collect();
        let titled = !said.is_empty();
        if !titled {
            said.extend(normalise::periods::only_month(t, map, cx));
        }
        // « Octobre » and « Novembre » are two sheets of one file, or two files.
        let file = map.file.rsplit('/').next().unwrap_or(&map.file);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let names = [map.sheet.as_deref().unwrap_or_default(), stem].map(|n| (n.to_owned(), 0));
        for name in titles.iter().chain(&names) {
            if said.is_empty() {
                said = named(name, false);
            }
        }
        if said.is_empty() {
            let about: Vec<&str> = titles.iter().chain(&names).map(|t| t.0.as_str()).collect();
            said = normalise::periods::of_columns(map, &about.join(" "), cx).into_iter().rev().map(|m| (m, 0)).collect();
        }
        match said.first() {
            // The sums of the right month are not yet its register.
            Some(_) if said.iter().any(|(m, _)| *m == cx.last) => {
                titled_right.insert(t.source);
                right |= !map.is_of_sums();
            }
            Some((month, row)) => wrong.push((t.source, *month, *row, titled)),
            None => {}
        }
    }
    for (source, month, row, _) in wrong.into_iter().filter(|w| right || w.3) {
        let place = sources.place(At::row(source, row));
        let (code, severity) = match right {
            true if month == cx.month.last_year() => ("M340", Severity::Information),
            true => ("M74", Severity::Justify),
            false => ("F14", Severity::Blocking),
        };
        findings.push(Finding::new(code, severity).arg("month", month).arg("last", cx.last).at(place));
        if right && let Some(map) = mapping.sources.iter_mut().find(|m| m.source == source) {
            aside.push((month, map.clone()));
            map.role = normalise::Role::Ignored;
        }
    }
    OfMonths { aside, right: titled_right }
}
