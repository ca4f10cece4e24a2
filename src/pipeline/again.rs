//! Lists of sums that the run of last month read already, byte for byte: a list left in place would pay again what it paid.

use super::inputs::Opened;
use crate::ground::{At, Finding, Severity};
use crate::normalise::mapping::SourceMapping;
use crate::normalise::recognise::{ALONE, pays_once};
use crate::normalise::record::MonthRecord;
use crate::normalise::{Context, Mapping, Role, SourceEntry};

/// Leaves such a list unread, so that whoever it names waits; one whose role a person gave is read.
pub fn leave(o: &mut Opened, mapping: &mut Mapping, record: &MonthRecord, given: &[SourceEntry], cx: &Context<'_>) {
    let Some(manifest) = record.manifest.as_ref() else { return };
    let first_of = |sha: &String| manifest.inputs.iter().find(|(_, h)| *h == sha).map(|(name, _)| name);
    let known: Vec<(&String, &String)> = o
        .seen
        .iter()
        .flat_map(|(sha, names)| names.iter().zip(std::iter::repeat(first_of(sha))))
        .filter_map(|(n, f)| Some((n, f?)))
        .collect();
    for map in mapping.sources.iter_mut().filter(|m| m.role == Role::Amounts && pays_once(m, cx)) {
        let within = |name: &str| map.file.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let Some((_, first)) = known.iter().find(|k| within(k.0)) else { continue };
        if given.iter().any(|e| says_role(e, map)) {
            continue;
        }
        map.role = Role::Ignored;
        map.why = vec![ALONE.to_owned()];
        let f = Finding::new("M260", Severity::Justify).arg("first", *first).arg("month", manifest.month);
        o.findings.push(f.at(o.sources.place(At::source(map.source))));
    }
}

fn says_role(entry: &SourceEntry, map: &SourceMapping) -> bool {
    entry.role.is_some() && entry.from.is_none() && entry.is_about(&map.file, map.sheet.as_deref())
}
