//! A list that says that it cancels and replaces another: it counts alone, and whoever stands only in the other is asked.

use crate::facts::{FactId, Vocabulary};
use crate::ground::{EmployeeId, Finding, Severity, Sources};
use crate::normalise::lists::{self, Part};
use crate::normalise::mapping::{Meaning, Role, SourceMapping};
use crate::normalise::titles;
use std::collections::{BTreeMap, BTreeSet};

/// What a list that replaces others pays, and its file.
struct Replacing<'m> {
    source: u16,
    file: &'m str,
    facts: BTreeSet<FactId>,
}

/// Whether a list of sums says so, in its title or in its names.
pub fn replaces(map: &SourceMapping) -> bool {
    let names = [map.title.as_str(), map.sheet.as_deref().unwrap_or_default(), map.file.as_str()];
    map.role == Role::Amounts && names.into_iter().any(titles::replaces)
}

/// Takes out of the other lists what a list replaces. Whom it does not name keeps the other's sum, and waits.
pub fn take_out(
    parts: &mut BTreeMap<EmployeeId, Vec<Part>>,
    maps: &[SourceMapping],
    vocabulary: &Vocabulary,
    sources: &Sources,
    tell: &mut dyn FnMut(Finding, u16),
) {
    let fact = |m: Meaning| if let Meaning::Fact(f) = m { Some(f).filter(|f| lists::pays(vocabulary.get(*f))) } else { None };
    let new = |m: &SourceMapping| m.columns.iter().filter_map(|c| fact(c.meaning)).collect();
    let replacing: Vec<Replacing<'_>> =
        maps.iter().filter(|m| replaces(m)).map(|m| Replacing { source: m.source, file: &m.file, facts: new(m) }).collect();
    for list in &replacing {
        let others = |p: &Part| replacing.iter().all(|r| r.source != p.at.source) && list.facts.contains(&p.fact);
        for (id, mine) in parts.iter_mut() {
            let named = mine.iter().any(|p| p.at.source == list.source);
            for p in mine.iter().filter(|p| others(p)) {
                let f = if named { Finding::new("M212", Severity::Justify) } else { Finding::new("M211", Severity::Blocking) };
                let f = f.arg("agent", id).arg("fact", &vocabulary.get(p.fact).label.fr).arg("value", p.value).arg("file", list.file);
                tell(f.of(id).at(sources.place(p.at)), p.at.source);
            }
            if named {
                mine.retain(|p| !others(p));
            }
        }
    }
}
