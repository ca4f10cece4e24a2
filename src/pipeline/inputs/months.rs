//! Registers of another month than the one last paid.

use crate::ground::{At, Finding, PayMonth, Severity, Sources};
use crate::normalise::{self, Mapping};
use crate::read;

/// Registers whose title, or whose column of months, says another month than the one last paid: set aside beside one of the right
/// month. Where there is none, nothing can be done with a title of another month, since everything would be compared with the
/// wrong pay.
///
/// Hands over those set aside, each as it was mapped, with its month.
pub(super) fn wrong_month(
    tables: &[read::Table],
    sources: &Sources,
    mapping: &mut Mapping,
    recorded: bool,
    cx: &normalise::Context<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<(PayMonth, normalise::SourceMapping)> {
    let mut aside = Vec::new();
    // The record of last month is one of the right month as well.
    let (mut right, mut wrong) = (recorded, Vec::new());
    for t in tables {
        let Some(map) = mapping.of(t.source).filter(|m| m.role.is_register()) else { continue };
        let above = map.header.map_or(0, |h| h.0.saturating_sub(1)) as usize;
        let mut said = Vec::new();
        for row in t.sample(above).iter().filter(|r| (r.number as usize) <= above) {
            said.extend(row.cells.iter().flat_map(|c| months_named(&c.shown())).map(|m| (m, row.number)));
        }
        let titled = !said.is_empty();
        if !titled {
            said.extend(normalise::periods::only_month(t, map, cx));
        }
        match said.first() {
            Some(_) if said.iter().any(|(m, _)| *m == cx.last) => right = true,
            Some((month, row)) => wrong.push((t.source, *month, *row, titled)),
            None => {}
        }
    }
    for (source, month, row, _) in wrong.into_iter().filter(|w| right || w.3) {
        let place = sources.place(At::row(source, row));
        let (code, severity) = if right { ("M74", Severity::Justify) } else { ("F14", Severity::Blocking) };
        findings.push(Finding::new(code, severity).arg("month", month).arg("last", cx.last).at(place));
        if right && let Some(map) = mapping.sources.iter_mut().find(|m| m.source == source) {
            aside.push((month, map.clone()));
            map.role = normalise::Role::Ignored;
        }
    }
    aside
}

/// Months written out in a text: `NOVEMBRE 2021`, `Paie de nov. 2021`.
fn months_named(text: &str) -> Vec<PayMonth> {
    let folded = normalise::text::fold(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words
        .windows(2)
        .filter_map(|w| {
            let year: i32 = w[1].parse().ok().filter(|y| (1990..2100).contains(y))?;
            let names = crate::ground::month::MONTHS_FR;
            let month = names.iter().position(|m| normalise::text::fold(m) == w[0])?;
            PayMonth::new(year, month as u32 + 1)
        })
        .collect()
}
