//! How many agents that other files know stand in a sheet.

use super::seen::Seen;
use crate::facts::Role as FactRole;
use crate::ground::ids;
use crate::normalise::Context;
use crate::normalise::profile::Profile;
use crate::normalise::titles::Title;
use std::collections::BTreeSet;

/// Whether numbers of agents that other files know stand in the sheet.
pub(super) fn holds_agents(s: &Seen<'_>, ids: &BTreeSet<&str>, overlaps: &[u32]) -> bool {
    let by_column = (0..s.layout.width).any(|c| overlaps.get(c).is_some_and(|o| *o >= 50) && s.profiles[c].longest >= 4);
    let known = |t: &str| t.len() >= 4 && ids.contains(ids::bare(t));
    by_column || s.kept.iter().take(60).flat_map(|k| &k.cells).any(|c| c.shown().split(|c: char| !c.is_alphanumeric()).any(known))
}

/// Employee numbers of each table whose title leaves no doubt, without leading zeros.
pub(super) fn known_ids(seen: &[Seen<'_>], cx: &Context<'_>) -> Vec<BTreeSet<String>> {
    let Some(fact) = cx.vocabulary.role(FactRole::Employee) else { return vec![BTreeSet::new(); seen.len()] };
    seen.iter()
        .map(|s| {
            let column = (0..s.layout.width)
                .find(|&c| s.compared[c].title(Title::Fact(fact)) >= 85 && s.profiles[c].share(s.profiles[c].id_like) >= 60);
            column.map_or_else(BTreeSet::new, |c| s.profiles[c].values.keys().map(|v| ids::bare(v).to_owned()).collect())
        })
        .collect()
}

pub(super) fn overlap(p: &Profile, others: &BTreeSet<&str>) -> u32 {
    if others.is_empty() || p.values.is_empty() {
        return 0;
    }
    let hits = p.values.keys().filter(|v| others.contains(ids::bare(v))).count();
    u32::try_from(hits * 100 / p.values.len()).unwrap_or(0)
}

/// How many of the agents the other files know stand in the sheet, percent.
pub(super) fn coverage(s: &Seen<'_>, ids: &BTreeSet<&str>, overlaps: &[u32]) -> usize {
    let most = (0..s.layout.width).filter(|c| overlaps[*c] >= 50).map(|c| s.profiles[c].values.len()).max().unwrap_or(0);
    (most * 100).checked_div(ids.len()).unwrap_or(0)
}
