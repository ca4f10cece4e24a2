//! What every sheet is and what its columns and codes mean, by titles and contents together.
//!
//! In: tables, the pack's vocabulary and elements, and what a person wrote in `releve.toml`, which wins.
//! Out: the mapping with certainties and reasons, and a finding for everything that should be asked.

mod agents;
mod asked;
mod asked_group;
mod cents;
mod copied;
mod doubts;
mod filled;
mod months;
mod office;
mod other_accounts;
mod post;
mod refined;
mod renewed;
mod roles;
mod rubrics;
mod seen;
mod source;
mod spread;
mod sums;
mod tax_rates;
mod transfers;
mod uniform;

use crate::ground::{At, Checked, Finding, Severity, Sources, ids};
use crate::normalise::Context;
use crate::normalise::columns::is_one_off;
use crate::normalise::fragment::SourceEntry;
use crate::normalise::lists;
use crate::normalise::mapping::{Mapping, Meaning, Role, SourceMapping};
use crate::normalise::moves;
use crate::normalise::people::Who;
use crate::normalise::titles::{self, Titles};
use crate::normalise::variables;
use crate::read::table::Table;
use agents::{Others, known_ids};
use asked::ask;
pub use asked::ask_codes;
use chrono::{Days, NaiveDate};
use rayon::prelude::*;
pub use seen::repeats_heading;
use seen::{Seen, look, matches};
use source::source;
use std::collections::{BTreeMap, BTreeSet};

/// Why a list of another month is not read, where no list of this month stands beside it.
pub const ALONE: &str = "another month, alone";

/// Whether a list pays what is paid in its month alone: a bonus, hours. What goes on is in force already.
pub fn pays_once(map: &SourceMapping, cx: &Context<'_>) -> bool {
    let once = |m: Meaning| matches!(m, Meaning::Fact(f) if is_one_off(cx.vocabulary.get(f)));
    map.variables.is_some() || map.columns.iter().any(|c| once(c.meaning))
}

/// Latest date a two-digit year may mean.
pub fn latest_date(cx: &Context<'_>) -> NaiveDate {
    cx.month.last_day().checked_add_days(Days::new(3_650)).unwrap_or(NaiveDate::MAX)
}

/// What registers are called that sum up the year (« Cumuls 2023 ») beside one of the same titles that does not.
fn sums_of_the_year(seen: &[Seen<'_>], understood: &[(SourceMapping, Vec<Finding>)]) -> Vec<Option<String>> {
    let called =
        |s: &Seen<'_>| [s.sheet.as_deref().unwrap_or(""), s.stem()].into_iter().find(|t| titles::says_cumulative(t)).map(str::to_owned);
    let register = |i: usize| understood[i].0.role.is_register();
    let of_month = |j: usize, s: &Seen<'_>| register(j) && seen[j].layout.own == s.layout.own && called(&seen[j]).is_none();
    let one = |(i, s): (usize, &Seen<'_>)| {
        let said = called(s).filter(|_| register(i) && !s.pinned())?;
        (0..seen.len()).any(|j| of_month(j, s)).then_some(said)
    };
    seen.iter().enumerate().map(one).collect()
}

/// Recognises every table; tells `sources` the titles of their columns. `documents` are those whom a pay statement, a declaration
/// or a record names: their numbers and names in a sheet say as much as those of another sheet.
pub fn recognise(
    tables: &[Table],
    documents: &[Who],
    sources: &mut Sources,
    given: &[SourceEntry],
    titles: &Titles,
    cx: &Context<'_>,
) -> Checked<Mapping> {
    let mut findings = Vec::new();
    let mut seen: Vec<Seen<'_>> = {
        let sources = &*sources;
        tables.par_iter().map(|t| look(t, sources, given, titles, cx)).collect()
    };
    let mut labels = BTreeMap::new();
    for s in &seen {
        variables::labels(&s.kept, &s.layout, &s.compared, &mut labels);
    }
    let names_in: Vec<BTreeSet<String>> = seen.iter().map(|s| agents::names_in(s, cx)).collect();
    let names: BTreeSet<String> = agents::names_of(documents).chain(names_in.iter().flatten().cloned()).collect();
    for s in &mut seen {
        s.names = agents::column_of_names(s, &names, cx);
        s.variables = variables::find(&s.kept, &s.layout, (&s.compared, &s.profiles), &labels, cx);
        if s.variables.is_none() {
            // A list called so has one kind of movement, and its date is that of leaving or of entry.
            let about = s.about();
            let called = [Role::Departures, Role::Arrivals].into_iter().any(|r| titles::speaks_of(&about, r) > 0);
            let found = moves::find(&s.kept, &s.layout, (&s.compared, &s.profiles), cx);
            s.moves = found.filter(|m| m.value.is_some() || !called);
        }
    }
    for entry in given {
        if entry.from.is_none() && !seen.iter().any(|s| matches(entry, s.rows.source, sources)) {
            findings
                .push(Finding::new("M09", Severity::Warning).arg("heading", entry.sheet.as_deref().unwrap_or("")).arg("file", &entry.file));
        }
    }
    let ids = known_ids(&seen, cx);
    let everybody = agents::of_everybody(&seen, &ids, cx);
    let of_documents: BTreeSet<&str> = documents.iter().map(|w| ids::bare(&w.id)).collect();
    let mut mapping = Mapping::default();
    let mut late: Vec<(u16, Role, String, BTreeSet<Meaning>)> = Vec::new();
    let understood: Vec<(SourceMapping, Vec<Finding>)> = {
        let sources = &*sources;
        let one = |i: usize, s: &Seen<'_>, like: Option<Role>, copied: bool| {
            let of_others = ids.iter().enumerate().filter(|(j, _)| *j != i).flat_map(|(_, set)| set.iter().map(String::as_str));
            let mut others: BTreeSet<&str> = of_others.collect();
            let listed = !others.is_empty();
            others.extend(&of_documents);
            let others = Others { ids: others, listed, everybody: everybody[i], copied, named: agents::named(i, &seen, &names_in) };
            let mut told = Vec::new();
            let found = source(s, cx, titles, &others, like, sources, &mut told);
            (found, told)
        };
        let first: Vec<_> = seen.par_iter().enumerate().map(|(i, s)| one(i, s, None, false)).collect();
        // Of two files with the very same row of titles, the one that is known says what the other is.
        let mut roles: BTreeMap<&[String], Role> = BTreeMap::new();
        for (s, (found, _)) in seen.iter().zip(&first) {
            if !matches!(found.role, Role::Unknown | Role::Ignored) && s.layout.own.iter().filter(|t| !t.is_empty()).count() >= 3 {
                roles.entry(s.layout.own.as_slice()).or_insert(found.role);
            }
        }
        let of_tax = tax_rates::of_the_month(&seen, first.iter().map(|x| &x.0), cx);
        let copied = copied::from_staff(&seen, &first.iter().map(|x| &x.0).collect::<Vec<_>>(), &ids, cx);
        let again = |(i, mut was): (usize, (SourceMapping, Vec<Finding>))| {
            if tax_rates::changes_rates(&was.0, cx) {
                tax_rates::until_later(&mut was.0, &seen[i], cx);
            }
            if of_tax[i] {
                let (mut found, told) = one(i, &seen[i], Some(Role::Changes), false);
                tax_rates::until_later(&mut found, &seen[i], cx);
                return (found, told);
            }
            if copied[i] {
                return one(i, &seen[i], None, true);
            }
            let unread = was.0.role == Role::Unknown;
            match roles.get(seen[i].layout.own.as_slice()).filter(|_| unread) {
                Some(role) => one(i, &seen[i], Some(*role), false),
                None => was,
            }
        };
        first.into_iter().enumerate().map(again).collect()
    };
    // « 05-mai/HS.xlsx » beside « 06-juin/HS.xlsx », or beside a list that lies in no such folder; one folder of all lists may be called
    // by the day it was made.
    let lists_alone = seen.iter().zip(&understood).filter(|(_, (m, _))| lists::is_list(m.role) || m.role == Role::AccountChanges);
    let folders: Vec<lists::Said> = lists_alone.map(|(s, _)| s.folders_say(cx.month, cx.last)).collect();
    let several = folders.iter().any(|a| folders.iter().any(|b| a != b));
    let staff: Vec<bool> = understood.iter().map(|(m, _)| m.role == Role::Staff).collect();
    let bygone = agents::bygone_staff(&seen, &staff, &ids, cx);
    let of_year = sums_of_the_year(&seen, &understood);
    for (i, ((s, bygone), (mut found, mut told))) in seen.iter().zip(bygone).zip(understood).enumerate() {
        let staffed = staff.iter().enumerate().any(|(j, of)| *of && j != i);
        office::put_aside(&mut found, &mut told, s, staffed, cx, sources);
        findings.append(&mut told);
        let bygone = bygone.or_else(|| of_year[i].clone());
        let dated = lists::is_list(found.role) || found.role == Role::AccountChanges;
        let other = if dated && !s.pinned() { s.other_month(cx.month, cx.last) } else { bygone };
        let foldered = match s.folder_month(cx.month, cx.last) {
            // A year alone does not say which files are of which month; it is asked.
            lists::Said::Other(said) if dated && several && !s.pinned() && said.contains(char::is_alphabetic) => Some(said),
            lists::Said::Other(_) | lists::Said::Nothing | lists::Said::This => None,
        };
        let other = other.or(foldered);
        // A strike of the month before is withheld in this one: the days of its rows say more.
        let other = other.filter(|_| found.role != Role::Events || !s.of_last_month(cx.month, cx.last));
        if let Some(known) = sources.get_mut(found.source) {
            let width = found.columns.iter().map(|c| usize::from(c.column) + 1).max().unwrap_or(0);
            known.headings = vec![String::new(); width];
            for c in &found.columns {
                known.headings[usize::from(c.column)].clone_from(&c.heading);
            }
        }
        if let Some(said) = other {
            late.push((found.source, found.role, said, paid_by(&found, cx)));
            found.role = Role::Ignored;
            found.why = vec!["another month".to_owned()];
        } else if found.role != Role::Rubrics {
            ask(&found, s, cx, sources, &mut findings);
        }
        mapping.sources.push(found);
    }
    let begins: Vec<Option<u16>> = seen.iter().map(|s| seen::first_column(s.rows.source, &s.kept, sources)).collect();
    let sheets: Vec<(String, Option<String>)> = seen.iter().map(|s| (s.file.clone(), s.sheet.clone())).collect();
    for (i, m) in mapping.sources.iter_mut().enumerate() {
        let beside = (0..begins.len()).any(|j| sheets[j] == sheets[i] && begins[j] != begins[i]);
        m.first_column = begins[i].filter(|_| beside);
    }
    for (source, role, said, pays) in late {
        // Beside the list of this month, an older one is kept as a record; alone, this month's is missing.
        let beside = mapping.sources.iter().any(|m| m.role == role);
        // Hours do not stand for bonuses.
        let of_kind = |m: &SourceMapping| m.role == role && (m.variables.is_some() || !pays.is_disjoint(&paid_by(m, cx)));
        let alone = if role == Role::Amounts && !pays.is_empty() { !mapping.sources.iter().any(of_kind) } else { !beside };
        if alone {
            // Whoever it names waits.
            mapping.sources.iter_mut().filter(|m| m.source == source).for_each(|m| m.why = vec![ALONE.to_owned()]);
        }
        let f = Finding::new("M80", if beside { Severity::Justify } else { Severity::Blocking }).arg("said", said).arg("month", cx.month);
        findings.push(f.at(sources.place(At::source(source))));
    }
    Checked::new(mapping, findings)
}

/// What a list pays, by its columns.
pub fn paid_by(m: &SourceMapping, cx: &Context<'_>) -> BTreeSet<Meaning> {
    let facts = m.columns.iter().map(|c| c.meaning).filter(|m| matches!(m, Meaning::Fact(_) | Meaning::New(_)));
    facts.filter(|m| lists::meaning_pays(*m, cx.vocabulary)).collect()
}
