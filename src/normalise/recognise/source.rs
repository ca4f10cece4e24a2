//! The mapping of one sheet: the best role, its columns and codes, and what a person wrote over it.

use super::agents::{Coverage, Others, holds_agents, overlap};
use super::asked_group;
use super::cents;
use super::doubts;
use super::filled::{blank_columns, fill_column};
use super::refined::{career, changed_columns, hours_beside_amounts, kinds_of_lines, sides_of_signed, sign_amounts, times_of_day};
use super::roles::{TRIED, Try, attempt, names_agents, without_headings};
use super::rubrics::{lines_codes, name_rubrics, wide_codes};
use super::seen::Seen;
use super::{other_accounts, sums, transfers, uniform};
use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::fragment;
use crate::normalise::layout::Kept;
use crate::normalise::mapping::{CodeMapping, CodeTarget, Meaning, Role, SourceMapping};
use crate::normalise::titles::Titles;
use crate::normalise::variables::Variables;

pub(super) fn source(
    s: &Seen<'_>,
    cx: &Context<'_>,
    titles: &Titles,
    others: &Others<'_>,
    like: Option<Role>,
    sources: &Sources,
    findings: &mut Vec<Finding>,
) -> SourceMapping {
    let mut found = SourceMapping {
        source: s.rows.source,
        file: s.file.clone(),
        sheet: s.sheet.clone(),
        role: Role::Unknown,
        certainty: 0,
        why: Vec::new(),
        title: s.layout.title.clone(),
        first_column: None,
        header: s.layout.header.map(|(a, b)| (s.kept[a].number, s.kept[b].number)),
        cells: s.cells,
        columns: Vec::new(),
        codes: Vec::new(),
        names: crate::normalise::register::Names::default(),
        variables: None,
        moves: None,
        banded: false,
        sections: false,
        only_employers: false,
        of_others: std::collections::BTreeSet::new(),
        perhaps_others: std::collections::BTreeMap::new(),
        called_by: None,
    };
    let filled: usize = s.kept.iter().map(Kept::filled).sum();
    let said = s.entry.and_then(|e| e.role.as_deref()).and_then(Role::parse).filter(|r| *r != Role::Unknown);
    if let Some(text) = s.entry.and_then(|e| e.role.as_deref()).filter(|t| Role::parse(t).is_none()) {
        findings.push(Finding::new("M10", Severity::Blocking).arg("text", format!("{} : role = {text}", s.file)));
    }
    let overlaps: Vec<u32> = s.profiles.iter().map(|p| overlap(p, &others.ids)).collect();
    if said == Some(Role::Ignored) || (said.is_none() && (s.data_rows == 0 || filled <= 12 && s.layout.header.is_none())) {
        found.role = Role::Ignored;
        found.certainty = if said.is_some() { 100 } else { 90 };
        found.why.push(if said.is_some() { "releve.toml" } else { "no data" }.to_owned());
        let here = || sources.place(At::source(found.source));
        if said.is_some() && s.data_rows > 0 {
            findings.push(Finding::new("M79", Severity::Warning).arg("file", &s.file).arg("rows", s.data_rows).at(here()));
        } else if said.is_none() && s.data_rows > 0 || s.kept.is_empty() {
            let grave = holds_agents(s, &others.ids, &overlaps);
            let severity = if grave { Severity::Blocking } else { Severity::Warning };
            findings.push(Finding::new("M11", severity).arg("file", &s.file).at(here()));
        } else if said.is_none() {
            findings.push(Finding::new("M78", Severity::Information).arg("file", &s.file).at(here()));
        }
        if said.is_some() || s.layout.header.is_none() {
            return found;
        }
    }
    // What no agent's row can be is seen before all roles are tried.
    if said.or(like).is_none() && found.role != Role::Ignored {
        found.columns = blank_columns(s);
        if other_accounts::listed(&mut found, s, cx) || transfers::listed(&mut found, s, cx) || name_rubrics(&mut found, s, cx) {
            return found;
        }
    }
    let coverage = Coverage::of(s, others, &overlaps);
    let roles: Vec<Role> = said.or(like).map_or_else(|| TRIED.to_vec(), |r| vec![r]);
    let mut tries: Vec<Try> = roles.iter().filter_map(|r| attempt(s, *r, cx, &overlaps, coverage, said.or(like).is_some())).collect();
    if s.layout.header.is_none() {
        tries.extend(without_headings(s, cx, said));
    }
    // Of a copy of the staff file's columns what is of the month alone makes a list.
    let of_month = |t: &Try| matches!(t.role, Role::Amounts | Role::Events);
    if coverage.copied && tries.iter().any(of_month) {
        tries.retain(of_month);
    }
    tries.sort_by_key(|t| (std::cmp::Reverse(t.score), t.role));
    let Some(best) = tries.first() else {
        found.columns = blank_columns(s);
        let wide = attempt(s, Role::RegisterWide, cx, &overlaps, coverage, true).filter(|_| said.is_none());
        if found.role != Role::Ignored && wide.is_some_and(|w| sums::listed(&mut found, s, &w, coverage, cx)) {
            return found;
        }
        if found.role != Role::Ignored {
            let grave = holds_agents(s, &others.ids, &overlaps);
            findings.push(
                Finding::new("M01", if grave { Severity::Blocking } else { Severity::Justify })
                    .arg("file", &s.file)
                    .arg("sheet", s.sheet.as_deref().unwrap_or("–"))
                    .arg("titles", super::asked::titles_read(&found))
                    .at(sources.place(At::source(found.source))),
            );
        }
        return found;
    };
    // An empty list stays the list its headings make it: what is filled in later is read.
    if found.role != Role::Ignored || said.is_some() || s.layout.header.is_some() {
        found.role = best.role;
        let lead = tries.get(1).map_or(100, |t| best.score - t.score);
        let most = if s.layout.header.is_none() { 60 } else { 99 };
        found.certainty = if said.is_some() { 100 } else { u8::try_from((70 + lead).clamp(40, most)).unwrap_or(60) };
        found.why.clone_from(&best.why);
        if said.is_some() {
            found.why = vec!["releve.toml".to_owned()];
        }
    }
    found.columns = blank_columns(s);
    found.banded = found.role == Role::RegisterLines && s.bands >= 2 && s.bands * 3 <= s.data_rows && !names_agents(best, cx);
    for (c, column) in found.columns.iter_mut().enumerate() {
        fill_column(column, &best.choices[c], best.picked[c], &s.profiles[c]);
        column.denied = s.compared[c].against(&s.profiles[c], best.role).filter(|m| *m != column.meaning);
    }
    if let Some(entry) = s.entry {
        fragment::overrule(&mut found, entry, cx.vocabulary, cx.rubrics, findings);
    }
    match found.role {
        Role::RegisterLines => {
            cents::mark(&mut found, s, sources, findings);
            sides_of_signed(&mut found, s);
            sign_amounts(&mut found, s);
            let stats = lines_codes(&mut found, s, cx);
            if kinds_of_lines(&mut found, &stats, s, cx) {
                sign_amounts(&mut found, s);
                lines_codes(&mut found, s, cx);
            }
        }
        Role::RegisterWide => {
            hours_beside_amounts(&mut found, s);
            wide_codes(&mut found, s, titles, cx);
        }
        Role::Changes => {
            found.moves = s.moves.filter(|m| found.columns[m.kind].meaning == Meaning::Label);
            if found.moves.is_none() {
                changed_columns(&mut found, s, cx);
            }
        }
        Role::Staff => career(&mut found, s, cx),
        Role::Amounts => {
            let listed = |v: &&Variables| v.rubric().is_some_and(|c| matches!(found.columns[c].meaning, Meaning::Label | Meaning::Code));
            found.variables = s.variables.as_ref().filter(listed).cloned();
            times_of_day(&mut found, cx);
        }
        Role::Arrivals
        | Role::Departures
        | Role::Events
        | Role::AccountChanges
        | Role::Transfers
        | Role::OtherAccounts
        | Role::Rubrics
        | Role::Ignored
        | Role::Unknown => {}
    }
    let likeness: Vec<u32> = best.picked.iter().zip(&best.choices).map(|(p, c)| p.map_or(0, |i| c[i].title)).collect();
    doubts::cast(&mut found, &likeness, s, cx);
    asked_group::cast(&mut found, s, cx);
    uniform::leave(&mut found, s, cx, sources, findings);
    if let Some(entry) = s.entry {
        for (code, name) in &entry.codes {
            match fragment::target_named(name, cx.rubrics) {
                Some(target) => match found.codes.iter_mut().find(|c| c.code == *code) {
                    Some(c) => {
                        c.goes_on = fragment::goes_on(name);
                        if target != CodeTarget::Open || c.goes_on.is_some() {
                            c.with = c.with.filter(|_| c.target == target);
                            c.target = target;
                            c.certainty = 100;
                            c.why = vec!["releve.toml".to_owned()];
                            c.alternatives.clear();
                        }
                    }
                    None => found.codes.push(CodeMapping {
                        code: code.clone(),
                        labels: Vec::new(),
                        target,
                        employer: None,
                        with: None,
                        certainty: 100,
                        why: vec!["releve.toml".to_owned()],
                        alternatives: Vec::new(),
                        rows: 0,
                        goes_on: fragment::goes_on(name),
                    }),
                },
                None => findings.push(Finding::new("M10", Severity::Blocking).arg("text", format!("{} : {name}", s.file))),
            }
        }
    }
    found
}
