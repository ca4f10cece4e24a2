//! How many agents that other files know stand in a sheet.

use super::seen::{SAMPLE, Seen};
use crate::facts::Role as FactRole;
use crate::ground::ids;
use crate::normalise::Context;
use crate::normalise::people::Who;
use crate::normalise::profile::Profile;
use crate::normalise::text::name_key;
use crate::normalise::titles::{self, Title};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

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

/// Of those known, in tenths, who must stand in the file of everybody.
const NEARLY_ALL: usize = 8;

/// Which tables name nearly everybody whom the others know: of a long register more than its beginning is looked at.
pub(super) fn of_everybody(seen: &[Seen<'_>], ids: &[BTreeSet<String>], cx: &Context<'_>) -> Vec<bool> {
    let Some(fact) = cx.vocabulary.role(FactRole::Employee) else { return vec![false; seen.len()] };
    let whole = |(s, known): (&Seen<'_>, &BTreeSet<String>)| {
        let column = (0..s.layout.width).find(|&c| !known.is_empty() && s.compared[c].title(Title::Fact(fact)) >= SURE);
        let Some(column) = column.filter(|_| s.kept.len() * 2 >= SAMPLE) else { return known.clone() };
        let mut all = known.clone();
        let mut rows = 0_u32;
        let _ = s.rows.for_each(&mut |row| {
            let text = row.cells.get(column).map(|c| c.shown().into_owned()).unwrap_or_default();
            if text.chars().any(|c| c.is_ascii_digit()) {
                all.insert(ids::bare(&text).to_owned());
            }
            rows += 1;
            if rows < ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        all
    };
    let all: Vec<BTreeSet<String>> = seen.iter().zip(ids).map(whole).collect();
    let everybody = |i: usize| {
        let others: BTreeSet<&String> = all.iter().enumerate().filter(|(j, _)| *j != i).flat_map(|(_, of)| of).collect();
        let known = all[i].iter().filter(|id| others.contains(id)).count();
        others.len() >= 3 && known * 10 >= others.len() * NEARLY_ALL
    };
    (0..all.len()).map(everybody).collect()
}

/// Rows of a table whose numbers are looked at.
const ROWS: u32 = 200_000;

/// Titles that leave no doubt whose numbers or names stand below them.
const SURE: u32 = 85;

/// Names of agents that stand in a table under titles that leave no doubt.
pub(super) fn names_in(s: &Seen<'_>, cx: &Context<'_>) -> BTreeSet<String> {
    let column = |r: FactRole| {
        let fact = cx.vocabulary.role(r)?;
        (0..s.layout.width).find(|&c| s.compared[c].title(Title::Fact(fact)) >= SURE)
    };
    let mut names: BTreeSet<String> = BTreeSet::new();
    if let (Some(surname), Some(given)) = (column(FactRole::Surname), column(FactRole::GivenName)) {
        let data = s.kept.iter().skip(s.layout.data_start());
        names.extend(data.map(|k| name_key(&k.shown(surname), &k.shown(given))));
    } else if let Some(full) = column(FactRole::FullName) {
        names.extend(s.profiles[full].values.keys().map(|v| name_key(v, "")));
    }
    names.retain(|n| n.contains(' '));
    names
}

/// Names that documents say.
pub(super) fn names_of(documents: &[Who]) -> impl Iterator<Item = String> + '_ {
    documents.iter().map(|w| name_key(&w.surname, &w.given)).filter(|n| n.contains(' '))
}

/// Of the names in the other tables, percent that stand in this one; none in one with amounts, whose accounts are those they went to.
pub(super) fn named(i: usize, seen: &[Seen<'_>], names: &[BTreeSet<String>]) -> usize {
    if seen[i].profiles.iter().any(Profile::holds_amounts) {
        return 0;
    }
    let others: BTreeSet<&String> = names.iter().enumerate().filter(|(j, _)| *j != i).flat_map(|(_, n)| n).collect();
    let known = names[i].iter().filter(|n| others.contains(n)).count();
    if others.len() < 3 { 0 } else { known * 100 / others.len() }
}

/// The column in which such names stand, and hardly anything else, in a sheet whose titles do not say who a row is about.
pub(super) fn column_of_names(s: &Seen<'_>, names: &BTreeSet<String>, cx: &Context<'_>) -> Option<usize> {
    let roles = [FactRole::Employee, FactRole::Surname, FactRole::MarriedName, FactRole::FullName, FactRole::IdentityNumber];
    let said = |c: usize| roles.iter().filter_map(|r| cx.vocabulary.role(*r)).any(|f| s.compared[c].title(Title::Fact(f)) >= SURE);
    if names.is_empty() || (0..s.layout.width).any(said) {
        return None;
    }
    let theirs = |c: &usize| {
        let values = &s.profiles[*c].values;
        let known = values.keys().filter(|v| names.contains(&name_key(v, ""))).count();
        s.compared[*c].best() < 70 && known >= 2 && known * 10 >= values.len() * 8
    };
    (0..s.layout.width).find(theirs)
}

pub(super) fn overlap(p: &Profile, others: &BTreeSet<&str>) -> u32 {
    if others.is_empty() || p.values.is_empty() {
        return 0;
    }
    let hits = p.values.keys().filter(|v| others.contains(ids::bare(v))).count();
    u32::try_from(hits * 100 / p.values.len()).unwrap_or(0)
}

/// Numbers that other sources know.
pub(super) struct Others<'a> {
    pub ids: BTreeSet<&'a str>,
    /// A table is among them: documents alone do not tell the file of everybody from a list about everybody.
    pub listed: bool,
    /// Nearly everybody whom the other tables know to their ends stands in the sheet.
    pub everybody: bool,
    /// A staff file has all that the sheet says of its agents' careers.
    pub copied: bool,
    /// Of the names that the other tables have, percent that stand in the sheet.
    pub named: usize,
}

/// How many of the agents the other sources know stand in the sheet.
#[derive(Clone, Copy)]
pub(super) struct Coverage {
    pub percent: usize,
    pub listed: bool,
    pub everybody: bool,
    pub copied: bool,
    pub named: usize,
}

impl Coverage {
    pub(super) fn of(s: &Seen<'_>, others: &Others<'_>, overlaps: &[u32]) -> Self {
        let most = (0..s.layout.width).filter(|c| overlaps[*c] >= 50).map(|c| s.profiles[c].values.len()).max().unwrap_or(0);
        Self {
            percent: (most * 100).checked_div(others.ids.len()).unwrap_or(0),
            listed: others.listed,
            everybody: others.everybody,
            copied: others.copied,
            named: others.named,
        }
    }

    pub(super) const fn is_most(self) -> bool {
        self.percent >= 60
    }

    /// Whether the accounts of the sheet are those of most agents, by their numbers or by their names.
    pub(super) const fn has_most_accounts(self) -> bool {
        self.is_most() || self.named >= 60
    }
}

/// The month that a staff file says it is of, when it is neither the last nor this one, or the word that calls it old, and other
/// staff files know all its agents: an older copy, whose values must not stand before theirs.
pub(super) fn bygone_staff(seen: &[Seen<'_>], staff: &[bool], ids: &[BTreeSet<String>], cx: &Context<'_>) -> Vec<Option<String>> {
    let said: Vec<Option<String>> = seen
        .iter()
        .zip(staff)
        .map(|(s, staff)| {
            // Of a longer file only the beginning was looked at.
            let whole = s.kept.len() < SAMPLE;
            let this = if *staff && whole && !s.pinned() { s.other_month(cx.month, cx.last) } else { None };
            let word = || [s.stem(), s.sheet.as_deref().unwrap_or("")].into_iter().find_map(titles::is_bygone);
            let old = if *staff && whole && !s.pinned() { word() } else { None };
            this.filter(|_| s.other_month(cx.last, cx.last).is_some()).or(old)
        })
        .collect();
    let current = || (0..seen.len()).filter(|&i| staff[i] && said[i].is_none()).flat_map(|i| &ids[i]);
    let current: BTreeSet<&String> = current().collect();
    let known = |of: &BTreeSet<String>| !of.is_empty() && of.iter().all(|id| current.contains(id));
    said.iter().zip(ids).map(|(said, of)| said.clone().filter(|_| known(of))).collect()
}
