//! What every sheet is and what its columns and codes mean, by titles and contents together.
//!
//! In: tables, the pack's vocabulary and elements, and what a person wrote in `releve.toml`, which wins.
//! Out: the mapping with certainties and reasons, and a finding for everything that should be asked.

use crate::facts::Role as FactRole;
use crate::ground::Exact;
use crate::ground::{At, Checked, Finding, Severity, Sources, ids};
use crate::normalise::Context;
use crate::normalise::bands;
use crate::normalise::codes::{self, CodeStats};
use crate::normalise::columns::{self, Choice, Compared};
use crate::normalise::dated;
use crate::normalise::fragment::{self, SourceEntry};
use crate::normalise::headless;
use crate::normalise::layout::{self, Kept, Layout};
use crate::normalise::lists::{self, SURE};
use crate::normalise::mapping::{CodeMapping, CodeTarget, ColumnMapping, Mapping, Meaning, Part, Payer, Role, SourceMapping};
use crate::normalise::moves::{self, Moves};
use crate::normalise::profile::{Profile, fits_fact, prefer_lists};
use crate::normalise::records;
use crate::normalise::register::LineReader;
use crate::normalise::remarks::is_remark;
use crate::normalise::text::{Phrase, fold};
use crate::normalise::titles::{self, Title, Titles, summing};
use crate::normalise::values::RateForm;
use crate::normalise::variables::{self, Variables};
use crate::read::table::{Cell, Table};
use chrono::{Days, NaiveDate};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Rows looked at to recognise a sheet's columns, and a register's codes.
const SAMPLE: usize = 400;
const CODE_SAMPLE: u32 = 60_000;
/// A longer sheet of few rubrics may be a register sorted by rubric.
const SMALL: usize = 40;

/// One table with what was seen of it.
struct Seen<'t> {
    rows: &'t Table,
    file: String,
    sheet: Option<String>,
    kept: Vec<Kept>,
    layout: Layout,
    profiles: Vec<Profile>,
    compared: Vec<Compared>,
    data_rows: usize,
    /// Rows that name an agent and are no line of pay.
    bands: usize,
    entry: Option<&'t SourceEntry>,
    /// A column that holds the sum of those beside it.
    sum_column: Option<usize>,
    /// Cells a row of a text file has.
    cells: Option<usize>,
    /// Rubrics of a list with a row for each.
    variables: Option<Variables>,
    /// Kinds of movements of a list with a row for each.
    moves: Option<Moves>,
}

impl Seen<'_> {
    fn about(&self) -> String {
        format!("{} {} {}", self.stem(), self.sheet.as_deref().unwrap_or(""), self.layout.title)
    }
    fn stem(&self) -> &str {
        let name = self.file.rsplit('/').next().unwrap_or(&self.file);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// Latest date a two-digit year may mean.
pub fn latest_date(cx: &Context<'_>) -> NaiveDate {
    cx.month.last_day().checked_add_days(Days::new(3_650)).unwrap_or(NaiveDate::MAX)
}

/// Recognises every table; tells `sources` the titles of their columns.
pub fn recognise(tables: &[Table], sources: &mut Sources, given: &[SourceEntry], cx: &Context<'_>) -> Checked<Mapping> {
    let titles = Titles::new(cx.vocabulary, cx.rubrics);
    let mut findings = Vec::new();
    let mut seen: Vec<Seen<'_>> = {
        let sources = &*sources;
        tables.par_iter().map(|t| look(t, sources, given, &titles, cx)).collect()
    };
    let mut labels = BTreeMap::new();
    for s in &seen {
        variables::labels(&s.kept, &s.layout, &s.compared, &mut labels);
    }
    for s in &mut seen {
        s.variables = variables::find(&s.kept, &s.layout, (&s.compared, &s.profiles), &labels, cx);
        if s.variables.is_none() {
            s.moves = moves::find(&s.kept, &s.layout, (&s.compared, &s.profiles), cx);
        }
    }
    for entry in given {
        if entry.from.is_none() && !seen.iter().any(|s| matches(entry, s.rows.source, sources)) {
            findings
                .push(Finding::new("M09", Severity::Warning).arg("heading", entry.sheet.as_deref().unwrap_or("")).arg("file", &entry.file));
        }
    }
    let ids = known_ids(&seen, cx);
    let mut mapping = Mapping::default();
    let mut late: Vec<(u16, Role, String)> = Vec::new();
    let understood: Vec<(SourceMapping, Vec<Finding>)> = {
        let sources = &*sources;
        let one = |(i, s): (usize, &Seen<'_>)| {
            let others: BTreeSet<&str> =
                ids.iter().enumerate().filter(|(j, _)| *j != i).flat_map(|(_, set)| set.iter().map(String::as_str)).collect();
            let mut told = Vec::new();
            (source(s, cx, &titles, &others, sources, &mut told), told)
        };
        seen.par_iter().enumerate().map(one).collect()
    };
    for (s, (mut found, mut told)) in seen.iter().zip(understood) {
        findings.append(&mut told);
        let pinned = s.entry.is_some_and(|e| e.role.is_some() && e.from.is_none());
        let dated = lists::is_list(found.role) || found.role == Role::AccountChanges;
        let other = if dated && !pinned {
            lists::other_month(s.sheet.as_deref().unwrap_or_default(), &s.layout.title, s.stem(), cx.month, cx.last)
        } else {
            None
        };
        if let Some(known) = sources.get_mut(found.source) {
            let width = found.columns.iter().map(|c| usize::from(c.column) + 1).max().unwrap_or(0);
            known.headings = vec![String::new(); width];
            for c in &found.columns {
                known.headings[usize::from(c.column)].clone_from(&c.heading);
            }
        }
        if let Some(said) = other {
            late.push((found.source, found.role, said));
            found.role = Role::Ignored;
            found.why = vec!["another month".to_owned()];
        } else {
            ask(&found, s, cx, sources, &mut findings);
        }
        mapping.sources.push(found);
    }
    for (source, role, said) in late {
        // Beside the list of this month, an older one is kept as a record; alone, this month's is missing.
        let beside = mapping.sources.iter().any(|m| m.role == role);
        let f = Finding::new("M80", if beside { Severity::Justify } else { Severity::Blocking }).arg("said", said).arg("month", cx.month);
        findings.push(f.arg("role", role).at(sources.place(At::source(source))));
    }
    Checked::new(mapping, findings)
}

fn matches(entry: &SourceEntry, source: u16, sources: &Sources) -> bool {
    sources.get(source).is_some_and(|s| entry.is_about(&s.file, s.sheet.as_deref()))
}

/// What a person said of the sheet; of several tables in one sheet, of the one that has those heading rows.
/// `inherited` are those that came with the month before.
fn entry_of<'t>(given: &'t [SourceEntry], inherited: bool, source: u16, kept: &[Kept], sources: &Sources) -> Option<&'t SourceEntry> {
    let mut mine = given.iter().filter(|e| e.from.is_some() == inherited && matches(e, source, sources));
    let same = |s: &crate::ground::place::Source| sources.get(source).is_some_and(|o| (&o.file, &o.sheet) == (&s.file, &s.sheet));
    if sources.iter().filter(|(_, s)| same(s)).count() < 2 {
        return mine.next();
    }
    let (first, last) = (kept.first().map_or(0, |k| k.number), kept.last().map_or(0, |k| k.number));
    let within = |e: &&SourceEntry| match e.header.as_deref().and_then(fragment::header_rows) {
        Some(Some((a, b))) => first <= a && b <= last,
        Some(None) | None => true,
    };
    mine.find(within)
}

fn look<'t>(rows: &'t Table, sources: &Sources, given: &'t [SourceEntry], titles: &Titles, cx: &Context<'_>) -> Seen<'t> {
    let mut kept: Vec<Kept> = Vec::new();
    let _ = rows.for_each(&mut |row| {
        kept.push(Kept { number: row.number, cells: row.cells.iter().map(Cell::to_owned).collect() });
        if kept.len() < SAMPLE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    kept.retain(|k| k.filled() > 0);
    // What a person wrote stands over what the month before was read by.
    let entry = entry_of(given, false, rows.source, &kept, sources).or_else(|| entry_of(given, true, rows.source, &kept, sources));
    let merged = rows.merged();
    let mut layout = layout::find(&kept, merged, titles);
    // Titles may stand elsewhere in this month's file.
    let header = entry.filter(|e| e.from.is_none()).and_then(|e| e.header.as_deref());
    if let Some(header) = header.and_then(fragment::header_rows) {
        layout = layout::given(&kept, merged, header, layout.width);
    }
    let latest = latest_date(cx);
    let mut profiles = vec![Profile::default(); layout.width];
    let body = without_foot(&kept[layout.data_start().min(kept.len())..]);
    let bands = body.iter().filter(|k| bands::of_cells(&k.cells).is_some()).count();
    let mut data_rows = 0;
    for k in body {
        if summing(&k.first()).is_some() || repeats_heading(k, &layout) || bands::section(&k.cells).is_some() || is_remark(&k.cells) {
            continue;
        }
        data_rows += 1;
        // The agents' own rows say nothing of what a column holds.
        if bands >= 2 && bands * 3 <= body.len() && bands::of_cells(&k.cells).is_some() {
            continue;
        }
        for (c, p) in profiles.iter_mut().enumerate() {
            p.add(k.cells.get(c).unwrap_or(&Cell::Empty), latest);
        }
    }
    for p in &mut profiles {
        p.fits = cx.vocabulary.iter().map(|(_, f)| fits_fact(p, f)).collect();
        prefer_lists(p, cx.vocabulary);
    }
    let known = sources.get(rows.source);
    let employers = known.and_then(|s| s.sheet.as_deref()).is_some_and(columns::of_employers);
    let compared = (0..layout.width).map(|c| Compared::new(&layout, c, employers, titles)).collect();
    let data = &kept[layout.data_start().min(kept.len())..];
    let text = known.is_some_and(|s| s.kind == crate::ground::place::SourceKind::Text);
    let cells = layout.header.filter(|_| text).map(|(_, last)| usual_cells(&kept[last], data));
    let sum_column = sum_of_the_others(data, &profiles);
    Seen {
        rows,
        file: known.map(|s| s.file.clone()).unwrap_or_default(),
        sheet: known.and_then(|s| s.sheet.clone()),
        kept,
        layout,
        profiles,
        compared,
        data_rows,
        bands,
        entry,
        sum_column,
        cells,
        variables: None,
        moves: None,
    }
}

/// The rows of a table without the lines of words below it, narrower than its rows.
fn without_foot(body: &[Kept]) -> &[Kept] {
    let usual = body.iter().map(Kept::filled).max().unwrap_or(0);
    let quantity = |k: &Kept| k.cells.iter().any(|c| !matches!(c, Cell::Empty | Cell::Text(_)) || lists::is_quantity(&c.shown()));
    let last = body.iter().rposition(|k| quantity(k) || k.filled() * 2 > usual).map_or(0, |i| i + 1);
    &body[..last.max(1).min(body.len())]
}

/// How many cells the rows of a text file have: as many as the headings, unless nearly all rows have more.
fn usual_cells(headings: &Kept, data: &[Kept]) -> usize {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for k in data {
        *counts.entry(k.cells.len()).or_insert(0) += 1;
    }
    let usual = counts.iter().max_by_key(|(_, n)| **n).map_or(0, |(len, _)| *len);
    headings.cells.len().max(usual)
}

/// The column whose every cell is the sum of the other numbers of its row, of two or more columns.
fn sum_of_the_others(data: &[Kept], profiles: &[Profile]) -> Option<usize> {
    let id_like = |p: &Profile| p.values.len() * 2 > p.filled as usize && p.longest >= 4 && p.share(p.id_like) >= 95;
    let numeric: Vec<usize> = (0..profiles.len())
        .filter(|&c| profiles[c].filled > 0 && profiles[c].share(profiles[c].numbers + profiles[c].hours) >= 90 && !id_like(&profiles[c]))
        .collect();
    if numeric.len() < 3 {
        return None;
    }
    let rows: Vec<Vec<Exact>> = data
        .iter()
        .filter(|k| summing(&k.first()).is_none())
        .map(|k| {
            let value = |c: usize| {
                let text = k.shown(c);
                crate::normalise::values::hours(&text, profiles[c].mark()).ok().flatten().unwrap_or(Exact::ZERO)
            };
            numeric.iter().map(|&c| value(c)).collect()
        })
        .filter(|r: &Vec<Exact>| r.iter().any(|n| !n.is_zero()))
        .collect();
    let sums = |i: usize| {
        rows.len() >= 3
            && rows.iter().all(|r| {
                let others = r.iter().enumerate().filter(|(j, _)| *j != i).try_fold(Exact::ZERO, |s, (_, n)| s.add(*n));
                others == Some(r[i])
            })
    };
    (0..numeric.len()).find(|&i| sums(i)).map(|i| numeric[i])
}

/// Whether numbers of agents that other files know stand in the sheet.
fn holds_agents(s: &Seen<'_>, ids: &BTreeSet<&str>, overlaps: &[u32]) -> bool {
    let by_column = (0..s.layout.width).any(|c| overlaps.get(c).is_some_and(|o| *o >= 50) && s.profiles[c].longest >= 4);
    let known = |t: &str| t.len() >= 4 && ids.contains(ids::bare(t));
    by_column || s.kept.iter().take(60).flat_map(|k| &k.cells).any(|c| c.shown().split(|c: char| !c.is_alphanumeric()).any(known))
}

/// A heading row once more, as printed pages have them.
pub fn repeats_heading(row: &Kept, layout: &Layout) -> bool {
    let filled = row.filled();
    filled >= 2 && (0..layout.width).all(|c| row.shown(c).split_whitespace().collect::<Vec<_>>().join(" ") == layout.own[c])
}

/// Employee numbers of each table whose title leaves no doubt, without leading zeros.
fn known_ids(seen: &[Seen<'_>], cx: &Context<'_>) -> Vec<BTreeSet<String>> {
    let Some(fact) = cx.vocabulary.role(FactRole::Employee) else { return vec![BTreeSet::new(); seen.len()] };
    seen.iter()
        .map(|s| {
            let column = (0..s.layout.width)
                .find(|&c| s.compared[c].title(Title::Fact(fact)) >= 85 && s.profiles[c].share(s.profiles[c].id_like) >= 60);
            column.map_or_else(BTreeSet::new, |c| s.profiles[c].values.keys().map(|v| ids::bare(v).to_owned()).collect())
        })
        .collect()
}

fn overlap(p: &Profile, others: &BTreeSet<&str>) -> u32 {
    if others.is_empty() || p.values.is_empty() {
        return 0;
    }
    let hits = p.values.keys().filter(|v| others.contains(ids::bare(v))).count();
    u32::try_from(hits * 100 / p.values.len()).unwrap_or(0)
}

/// How many of the agents the other files know stand in the sheet, percent.
fn coverage(s: &Seen<'_>, ids: &BTreeSet<&str>, overlaps: &[u32]) -> usize {
    let most = (0..s.layout.width).filter(|c| overlaps[*c] >= 50).map(|c| s.profiles[c].values.len()).max().unwrap_or(0);
    (most * 100).checked_div(ids.len()).unwrap_or(0)
}

struct Try {
    role: Role,
    score: i32,
    picked: Vec<Option<usize>>,
    choices: Vec<Vec<Choice>>,
    why: Vec<String>,
}

const TRIED: [Role; 9] = [
    Role::RegisterLines,
    Role::RegisterWide,
    Role::Staff,
    Role::Arrivals,
    Role::Departures,
    Role::Changes,
    Role::Events,
    Role::Amounts,
    Role::AccountChanges,
];

fn source(
    s: &Seen<'_>,
    cx: &Context<'_>,
    titles: &Titles,
    ids: &BTreeSet<&str>,
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
        header: s.layout.header.map(|(a, b)| (s.kept[a].number, s.kept[b].number)),
        cells: s.cells,
        columns: Vec::new(),
        codes: Vec::new(),
        variables: None,
        moves: None,
        banded: false,
        sections: false,
    };
    let filled: usize = s.kept.iter().map(Kept::filled).sum();
    let said = s.entry.and_then(|e| e.role.as_deref()).and_then(Role::parse).filter(|r| *r != Role::Unknown);
    if let Some(text) = s.entry.and_then(|e| e.role.as_deref()).filter(|t| Role::parse(t).is_none()) {
        findings.push(Finding::new("M10", Severity::Blocking).arg("text", format!("{} : role = {text}", s.file)));
    }
    let overlaps: Vec<u32> = s.profiles.iter().map(|p| overlap(p, ids)).collect();
    if said == Some(Role::Ignored) || (said.is_none() && (s.data_rows == 0 || filled <= 12 && s.layout.header.is_none())) {
        found.role = Role::Ignored;
        found.certainty = if said.is_some() { 100 } else { 90 };
        found.why.push(if said.is_some() { "releve.toml" } else { "no data" }.to_owned());
        let here = || sources.place(At::source(found.source));
        if said.is_some() && s.data_rows > 0 {
            findings.push(Finding::new("M79", Severity::Warning).arg("file", &s.file).arg("rows", s.data_rows).at(here()));
        } else if said.is_none() && s.data_rows > 0 || s.kept.is_empty() {
            let grave = holds_agents(s, ids, &overlaps);
            let severity = if grave { Severity::Blocking } else { Severity::Warning };
            findings.push(Finding::new("M11", severity).arg("file", &s.file).at(here()));
        } else if said.is_none() {
            findings.push(Finding::new("M78", Severity::Information).arg("file", &s.file).at(here()));
        }
        if said.is_some() || s.layout.header.is_none() {
            return found;
        }
    }
    let coverage = coverage(s, ids, &overlaps);
    let roles: Vec<Role> = said.map_or_else(|| TRIED.to_vec(), |r| vec![r]);
    let mut tries: Vec<Try> = roles.iter().filter_map(|r| attempt(s, *r, cx, &overlaps, coverage, said.is_some())).collect();
    if s.layout.header.is_none() {
        tries.extend(without_headings(s, cx, said));
    }
    tries.sort_by_key(|t| (std::cmp::Reverse(t.score), t.role));
    let Some(best) = tries.first() else {
        found.columns = blank_columns(s);
        if found.role != Role::Ignored {
            let grave = holds_agents(s, ids, &overlaps);
            findings.push(
                Finding::new("M01", if grave { Severity::Blocking } else { Severity::Justify })
                    .arg("file", &s.file)
                    .arg("sheet", s.sheet.as_deref().unwrap_or("–"))
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
            sign_amounts(&mut found, s);
            lines_codes(&mut found, s, cx);
        }
        Role::RegisterWide => wide_codes(&mut found, s, titles, cx),
        Role::Changes => {
            found.moves = s.moves.filter(|m| found.columns[m.kind].meaning == Meaning::Label);
            if found.moves.is_none() {
                changed_columns(&mut found, s, cx);
            }
        }
        Role::Staff => career(&mut found, s),
        Role::Amounts => {
            let listed = |v: &&Variables| v.rubric().is_some_and(|c| matches!(found.columns[c].meaning, Meaning::Label | Meaning::Code));
            found.variables = s.variables.as_ref().filter(listed).cloned();
        }
        Role::Arrivals | Role::Departures | Role::Events | Role::AccountChanges | Role::Ignored | Role::Unknown => {}
    }
    if let Some(entry) = s.entry {
        for (code, name) in &entry.codes {
            match fragment::target_named(name, cx.rubrics) {
                Some(target) => match found.codes.iter_mut().find(|c| c.code == *code) {
                    Some(c) => {
                        if target != CodeTarget::Open {
                            c.with = c.with.filter(|_| c.target == target);
                            c.target = target;
                            c.certainty = 100;
                            c.why = vec!["releve.toml".to_owned()];
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
                    }),
                },
                None => findings.push(Finding::new("M10", Severity::Blocking).arg("text", format!("{} : {name}", s.file))),
            }
        }
    }
    found
}

fn blank_columns(s: &Seen<'_>) -> Vec<ColumnMapping> {
    (0..s.layout.width)
        .map(|c| {
            let p = &s.profiles[c];
            ColumnMapping {
                column: u16::try_from(c).unwrap_or(u16::MAX),
                heading: s.layout.heading(c),
                meaning: Meaning::Unknown,
                certainty: 0,
                why: Vec::new(),
                samples: p.samples.clone(),
                alternatives: Vec::new(),
                mark: p.mark(),
                rate_form: rate_form(p, &s.layout.own[c]).0,
                weekly: weekly(p, &s.layout.own[c]),
                tenths: p.tenths > 0,
                filled: p.filled,
                negated: p.negative * 10 >= p.filled * 8 && p.negative > 0,
                denied: None,
            }
        })
        .collect()
}

/// Whether bare numbers are hours a week of 35: the title says hours, other cells are written in hours, or most is a full week.
fn weekly(p: &Profile, title: &str) -> bool {
    let folded = fold(title);
    let said = ["hebdo", "heure", "duree", "dhs"].iter().any(|w| folded.contains(w)) || p.hours > 0;
    let hours = p.numbers + p.hours == p.filled || p.numbers > 0 && said && p.share(p.shares) >= 90;
    let most = p.most.is_some_and(|m| m == Exact::int(35) || said && m <= Exact::int(39));
    p.percent == 0 && p.numbers > 0 && hours && most && p.least.is_some_and(|l| l > Exact::ONE)
}

/// Whether bare numbers of a rate column are percents, and whether that is sure.
fn rate_form(p: &Profile, heading: &str) -> (RateForm, bool) {
    match p.most {
        Some(m) if m > Exact::ONE => (RateForm::Percent, true),
        _ if heading.contains('%') => (RateForm::Percent, true),
        Some(m) if m.is_zero() => (RateForm::Percent, true),
        Some(_) if p.fine * 4 > p.numbers => (RateForm::Share, p.fine * 2 > p.numbers),
        Some(_) => (RateForm::Percent, p.percent > 0 || p.numbers < 2),
        None => (RateForm::Percent, true),
    }
}

fn fill_column(column: &mut ColumnMapping, choices: &[Choice], picked: Option<usize>, p: &Profile) {
    column.alternatives = choices
        .iter()
        .enumerate()
        .filter(|(i, c)| Some(*i) != picked && c.score >= 40)
        .take(3)
        .map(|(_, c)| (c.meaning, percent(c.score)))
        .collect();
    let Some(choice) = picked.map(|i| &choices[i]) else { return };
    // What another column took is no reason to take this one for something its title hardly names.
    let named = choices.iter().filter(|c| c.meaning != Meaning::Ignored).map(|c| c.title).max().unwrap_or(0);
    if choice.title > 0 && choice.title < 85 && named >= 95 && choice.meaning != Meaning::Ignored {
        return;
    }
    column.meaning = choice.meaning;
    column.certainty = percent(choice.score + if choice.fit >= 0 && choice.title >= 95 { 18 } else { 6 });
    if titles::either_way(&column.heading) {
        column.certainty = column.certainty.min(SURE - 1);
        column.why.push("paid or taken back".to_owned());
    }
    if choice.title > 0 {
        column.why.push(format!("title {}", choice.title));
    }
    if p.filled > 0 {
        column.why.push(match choice.fit {
            10.. => "contents agree".to_owned(),
            0..10 => "contents possible".to_owned(),
            _ => "contents disagree".to_owned(),
        });
    } else {
        column.why.push("empty".to_owned());
    }
}

fn percent(score: i32) -> u8 {
    u8::try_from(score.clamp(0, 99)).unwrap_or(99)
}

/// Tries a role; `None` when the sheet lacks what that role needs.
fn attempt(s: &Seen<'_>, role: Role, cx: &Context<'_>, overlaps: &[u32], coverage: usize, forced: bool) -> Option<Try> {
    let about = s.about();
    let mut choices: Vec<Vec<Choice>> =
        (0..s.layout.width).map(|c| columns::choices(&s.compared[c], &s.profiles[c], role, cx, &about, overlaps[c])).collect();
    if let (Role::Amounts, Some(c)) = (role, s.sum_column) {
        choices[c] = vec![Choice { meaning: Meaning::Ignored, score: 90, title: 0, fit: 12 }];
    }
    let rubrics = s.variables.as_ref().filter(|_| role == Role::Amounts);
    if let Some(v) = rubrics {
        variables::columns(v, &s.layout, &s.compared, &s.profiles, &mut choices);
    }
    let movements = s.moves.filter(|_| role == Role::Changes);
    if let Some(m) = movements {
        moves::columns(m, &s.layout, &mut choices);
    }
    dated::older(role, &s.layout, cx.month, &mut choices);
    let picked = columns::assign_all(&choices);
    let meanings: Vec<Meaning> = picked.iter().zip(&choices).filter_map(|(p, c)| p.map(|i| c[i].meaning)).collect();
    let mut score: i32 = picked.iter().zip(&choices).filter_map(|(p, c)| p.map(|i| (c[i].score - columns::ENOUGH).max(0) + 6)).sum();
    let mut why = vec![format!("{} columns", meanings.len())];
    let hint = [(s.sheet.as_deref().unwrap_or(""), 55), (s.layout.title.as_str(), 40), (s.stem(), 40)]
        .into_iter()
        .map(|(text, weight)| i32::try_from(titles::speaks_of(text, role).min(12)).unwrap_or(0) * weight / 8)
        .max()
        .unwrap_or(0);
    if hint > 0 {
        why.push("named so".to_owned());
    }
    score += hint;
    let has = |m: Meaning| meanings.contains(&m);
    let role_column = |r: FactRole| cx.vocabulary.role(r).is_some_and(|f| has(Meaning::Fact(f)));
    let agent = [FactRole::Employee, FactRole::Surname, FactRole::MarriedName, FactRole::FullName].into_iter().any(role_column);
    let situations = meanings.iter().filter(|m| columns::is_situation(cx.vocabulary, **m)).count();
    let one_offs = meanings.iter().filter(|m| matches!(m, Meaning::Fact(f) if columns::is_one_off(cx.vocabulary.get(*f)))).count();
    let elements: BTreeSet<u16> = meanings.iter().filter_map(|m| if let Meaning::Element(e, _) = m { Some(e.0) } else { None }).collect();
    let kept_from = elements
        .iter()
        .filter(|e| {
            cx.rubrics
                .get(crate::payslip::ElementId(**e))
                .is_some_and(|t| !matches!(t.kind, crate::payslip::LineKind::Earning | crate::payslip::LineKind::Net))
        })
        .count();
    let sums = meanings.iter().filter(|m| matches!(m, Meaning::Total(_))).count();
    let changed = meanings.iter().filter(|m| matches!(m, Meaning::New(_))).count();
    let has_iban = role_column(FactRole::Iban)
        || [FactRole::AccountBank, FactRole::AccountBranch, FactRole::AccountNumber, FactRole::AccountKey].into_iter().all(role_column);
    let lasting =
        |m: &Meaning| matches!(m, Meaning::Fact(f) if columns::is_situation(cx.vocabulary, *m) && lists::pays(cx.vocabulary.get(*f)));
    let alone = (1..=2).contains(&meanings.iter().filter(|m| lasting(m)).count())
        && !role_column(FactRole::Entry)
        && !role_column(FactRole::Exit)
        && !role_column(FactRole::ContractEnd);
    let between = |m: Meaning| {
        (0..s.layout.width)
            .any(|c| s.compared[c].title(Title::Plain(m)) >= 85 && s.profiles[c].share(s.profiles[c].dates + s.profiles[c].days) >= 60)
    };
    let dated = between(Meaning::From) && between(Meaning::To);
    // « À compter du » is a date of leaving only where the sheet is called so.
    let by_effect = |r: FactRole| {
        cx.vocabulary.role(r).is_some_and(|f| {
            let column = (0..picked.len()).find(|&c| picked[c].is_some_and(|i| choices[c][i].meaning == Meaning::Fact(f)));
            column.is_some_and(|c| s.compared[c].title(Title::Fact(f)) < 60 && s.compared[c].title(Title::Plain(Meaning::Effective)) >= 60)
        })
    };
    let unnamed = hint == 0 && (by_effect(FactRole::Exit) || by_effect(FactRole::Entry));
    let able = match role {
        Role::RegisterLines => {
            (agent || role_column(FactRole::IdentityNumber) || s.bands >= 2 && s.bands * 3 <= s.data_rows)
                && (has(Meaning::Code) || has(Meaning::Label))
                && [Meaning::Gain, Meaning::Deduction, Meaning::Amount, Meaning::Signed].into_iter().any(has)
                && s.variables.is_none()
                && !(few_rubrics(s, &picked, &choices)
                    && (hint == 0 && s.data_rows < SMALL || titles::speaks_of(s.stem(), Role::Amounts) > titles::speaks_of(s.stem(), role)))
        }
        Role::RegisterWide => agent && (elements.len() >= 3 && kept_from >= 2 || elements.len() >= 2 && sums >= 2),
        Role::Staff => {
            // The accounts of all agents, or one more fact of all of them, come in a file of their own.
            let whole = coverage >= 60 && one_offs == 0 && (alone || has_iban);
            agent && (situations >= 3 || whole)
        }
        Role::Arrivals => {
            if hint == 0 && !arrives_now(s, &choices, &picked, cx) {
                score -= 40;
            }
            // « Nouveaux montants IFSE, à compter du »: one fact and a date of effect make no newcomer.
            let thin = by_effect(FactRole::Entry) && situations <= 2;
            agent && !unnamed && !thin && (situations >= 3 || hint > 0 && situations >= 1)
        }
        Role::Departures => {
            agent && !unnamed && (role_column(FactRole::Exit) || hint > 0 && role_column(FactRole::ContractEnd)) && situations <= 8
        }
        Role::Changes => {
            // One lasting fact of some agents: the monthly return of tax rates, the new members of a mutual insurance.
            let some = alone && !has_iban && one_offs == 0 && coverage < 60;
            if some && changed == 0 && !has(Meaning::Effective) {
                score -= 30;
            }
            let newcomers = role_column(FactRole::IdentityNumber) && (role_column(FactRole::BirthDate) || has_iban);
            agent && !newcomers && (movements.is_some() || changed > 0 || has(Meaning::Effective) && situations > 0 || some)
        }
        Role::Events => {
            let natured = hint > 0 || !records::named_nature_of(s.sheet.as_deref(), &s.layout.title, s.stem(), cx).is_empty();
            let day = (0..picked.len()).any(|c| s.compared[c].one_day && picked[c].is_some_and(|i| choices[c][i].meaning == Meaning::From));
            let dates = has(Meaning::From) && (has(Meaning::To) || has(Meaning::Days) || day);
            agent && (has(Meaning::Nature) && (has(Meaning::From) || has(Meaning::Days)) || natured && dates) && situations <= 3
        }
        // Days between two dates are an absence, whatever else is counted.
        Role::Amounts => {
            let listed = rubrics.is_some() && [Meaning::Base, Meaning::Amount, Meaning::Signed].into_iter().any(has);
            agent && (one_offs >= 1 || listed) && situations <= 3 && !dated
        }
        Role::AccountChanges => {
            agent
                && (cx.vocabulary.role(FactRole::Iban).is_some_and(|f| has(Meaning::New(f))) || has_iban)
                && (has(Meaning::Requested) || has(Meaning::ReceivedBy) || hint > 0 && coverage < 60)
                && situations <= 2
        }
        Role::Ignored | Role::Unknown => false,
    };
    // What a list of movements says is in its rows: no other reading comes near.
    let able = able && (s.moves.is_none() || movements.is_some() || !lists::is_list(role));
    (able || forced).then_some(Try { role, score, picked, choices, why })
}

/// No register has so few rubrics: net and gross alone are made of more.
fn few_rubrics(s: &Seen<'_>, picked: &[Option<usize>], choices: &[Vec<Choice>]) -> bool {
    let at = |m: Meaning| (0..picked.len()).find(|&c| picked[c].is_some_and(|i| choices[c][i].meaning == m));
    at(Meaning::Code).or_else(|| at(Meaning::Label)).is_some_and(|c| s.profiles[c].values.len() <= 4)
}

/// Whether a column says who a row is about.
fn names_agents(best: &Try, cx: &Context<'_>) -> bool {
    let roles = [FactRole::Employee, FactRole::Surname, FactRole::MarriedName, FactRole::FullName, FactRole::IdentityNumber];
    let facts: Vec<Meaning> = roles.iter().filter_map(|r| cx.vocabulary.role(*r)).map(Meaning::Fact).collect();
    best.picked.iter().zip(&best.choices).any(|(p, c)| p.is_some_and(|i| facts.contains(&c[i].meaning)))
}

/// A register without headings, by contents alone; each column has the points of a proposal.
fn without_headings(s: &Seen<'_>, cx: &Context<'_>, said: Option<Role>) -> Option<Try> {
    if said.is_some_and(|r| r != Role::RegisterLines) {
        return None;
    }
    let found = headless::register(&s.kept, &s.profiles, cx)?;
    let choices: Vec<Vec<Choice>> =
        found.iter().map(|m| m.iter().map(|m| Choice { meaning: *m, score: 54, title: 0, fit: 12 }).collect()).collect();
    let picked = choices.iter().map(|c| (!c.is_empty()).then_some(0)).collect();
    Some(Try { role: Role::RegisterLines, score: 1_000, picked, choices, why: vec!["no headings, by contents".to_owned()] })
}

/// Entry dates of the sheet lie in the month to be paid.
fn arrives_now(s: &Seen<'_>, choices: &[Vec<Choice>], picked: &[Option<usize>], cx: &Context<'_>) -> bool {
    let Some(entry) = cx.vocabulary.role(FactRole::Entry) else { return false };
    (0..picked.len()).any(|c| {
        picked[c].is_some_and(|i| choices[c][i].meaning == Meaning::Fact(entry))
            && !s.profiles[c].months.is_empty()
            && s.profiles[c].months.iter().all(|m| *m == (cx.month.year(), cx.month.month()))
    })
}

/// One amount column that holds many negatives is signed; one that holds a few (a bonus turned into points, a relief) or none
/// takes its side from elsewhere: in a signed register what is kept from the agents is a third of its amounts and more.
fn sign_amounts(found: &mut SourceMapping, s: &Seen<'_>) {
    let has_side = found.column(Meaning::Side).is_some();
    let split = found.column(Meaning::Gain).is_some() && found.column(Meaning::Deduction).is_some();
    for c in &mut found.columns {
        let p = &s.profiles[usize::from(c.column)];
        if c.meaning == Meaning::Amount && !has_side && !split && p.negative * 6 > p.filled && c.certainty < 100 {
            c.meaning = Meaning::Signed;
            c.why.push("has negatives".to_owned());
        }
    }
}

/// In a sheet of changes without a « new » column, what is not identity or context is the new value.
/// Beside « new » columns, so is what stands alone in a row: a date of leaving, a number of children.
fn changed_columns(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) {
    let new: Vec<usize> = found.columns.iter().filter(|c| matches!(c.meaning, Meaning::New(_))).map(|c| usize::from(c.column)).collect();
    let data = &s.kept[s.layout.data_start().min(s.kept.len())..];
    let alone = |c: u16| data.iter().any(|k| !k.shown(usize::from(c)).is_empty() && new.iter().all(|n| k.shown(*n).is_empty()));
    for c in &mut found.columns {
        if !new.is_empty() && !alone(c.column) {
            continue;
        }
        if let Meaning::Fact(f) = c.meaning {
            let fact = cx.vocabulary.get(f);
            let context = matches!(fact.role, Some(FactRole::Service | FactRole::Grade | FactRole::Act)) || fact.name == "motif";
            if columns::is_situation(cx.vocabulary, c.meaning) && !context && fact.role != Some(FactRole::BirthDate) {
                c.meaning = Meaning::New(f);
            }
        }
    }
}

/// « Situation du », « Situation au »: the days between which a row of a career holds.
fn career(found: &mut SourceMapping, s: &Seen<'_>) {
    let dates = |c: &ColumnMapping| {
        let p = &s.profiles[usize::from(c.column)];
        matches!(c.meaning, Meaning::Unknown) && c.certainty < 100 && p.share(p.dates) >= 60 || p.filled == 0
    };
    let stem = |c: &ColumnMapping, word: &str| fold(&c.heading).strip_suffix(word).map(str::to_owned);
    let Some(from) = found.columns.iter().position(|c| dates(c) && stem(c, " du").is_some()) else { return };
    let begin = stem(&found.columns[from], " du");
    let Some(to) = found.columns.iter().position(|c| stem(c, " au").is_some() && stem(c, " au") == begin && dates(c)) else { return };
    for (i, m) in [(from, Meaning::From), (to, Meaning::To)] {
        let c = &mut found.columns[i];
        (c.meaning, c.certainty, c.denied) = (m, 90, None);
        c.why = vec!["days of a career".to_owned()];
    }
}

fn lines_codes(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) {
    let sides: BTreeSet<u8> = s.kept.iter().filter_map(|k| bands::section(&k.cells)).map(|x| x as u8).collect();
    found.sections = sides.len() >= 2;
    let Some(reader) = LineReader::new(found, cx) else { return };
    let mut section = None;
    let mut stats: BTreeMap<String, CodeStats> = BTreeMap::new();
    let first_data = found.header.map_or(0, |h| h.1);
    let mut rows = 0;
    let _ = s.rows.for_each(&mut |row| {
        let side = if found.sections { bands::section(row.cells) } else { None };
        if side.is_some() || found.banded && bands::of_row(&row).is_some() {
            section = side;
        } else if row.number > first_data && (reader.carries || !reader.agent(&row).is_empty()) {
            let (code, label) = reader.code(&row);
            let heading = |m: Meaning, text: &str| found.column(m).is_some_and(|c| !text.is_empty() && c.heading.ends_with(text));
            let again = heading(Meaning::Code, &code) && heading(Meaning::Label, &label);
            if !code.is_empty() && !again {
                let (mut shown, _) = reader.shown(&row);
                reader.within(section, &label, &mut shown);
                stats.entry(code.into_owned()).or_default().add(&label, shown);
            }
        }
        rows += 1;
        if rows < CODE_SAMPLE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    found.codes = codes::resolve(&stats, cx.rubrics, reader.sides());
}

/// Columns of a wide register that hold amounts and stand for no known element are kept under their heading.
fn wide_codes(found: &mut SourceMapping, s: &Seen<'_>, titles: &Titles, cx: &Context<'_>) {
    let mut codes: BTreeMap<String, CodeMapping> = BTreeMap::new();
    for c in &mut found.columns {
        let i = usize::from(c.column);
        let p = &s.profiles[i];
        // « C.S.G. / taux »: the group names the rubric. « Charges patronales / Maladie »: both together do.
        let part_only = columns::local_part(&s.layout.own[i], titles).is_some();
        let heading = if s.layout.group[i].is_empty() {
            s.layout.own[i].clone()
        } else if part_only {
            s.layout.group[i].clone()
        } else {
            c.heading.clone()
        };
        if c.meaning == Meaning::Unknown
            && p.filled > 0
            && p.share(p.numbers) >= 80
            && p.share(p.dates) < 50
            && columns::names_something(&heading)
        {
            let part = if s.layout.group[i].is_empty() { None } else { columns::local_part(&s.layout.own[i], titles) };
            c.meaning = Meaning::Local(part.unwrap_or(Part::Amount));
        }
        let target = match c.meaning {
            Meaning::Element(e, _) => {
                let alone = cx.rubrics.get(e).is_some_and(|t| t.kind == crate::payslip::LineKind::Employer);
                CodeTarget::Element(e, if alone { Payer::Employer } else { Payer::Agent })
            }
            Meaning::Local(_) => CodeTarget::Open,
            _ => continue,
        };
        let entry = codes.entry(heading.clone()).or_insert_with(|| CodeMapping {
            code: heading.clone(),
            labels: vec![heading.clone()],
            target,
            employer: None,
            with: None,
            certainty: c.certainty,
            why: c.why.clone(),
            alternatives: Vec::new(),
            rows: 0,
        });
        entry.rows = entry.rows.max(p.filled);
        match (entry.target, target) {
            (CodeTarget::Open, _) => entry.target = target,
            (CodeTarget::Element(a, Payer::Agent), CodeTarget::Element(b, Payer::Employer)) if a != b => entry.employer = Some(b),
            (CodeTarget::Element(b, Payer::Employer), CodeTarget::Element(a, Payer::Agent)) if a != b => {
                entry.target = target;
                entry.employer = Some(b);
            }
            _ => {}
        }
    }
    for c in codes.values_mut().filter(|c| !matches!(c.target, CodeTarget::Element(_, Payer::Employer))) {
        if let Some((a, b)) = codes::shared(&Phrase::of(columns::bare_title(&c.code)), None, cx.rubrics) {
            c.target = CodeTarget::Element(a, Payer::Agent);
            c.with = Some(b);
        }
    }
    found.codes = codes.into_values().collect();
}

/// Everything that should be asked about a source.
fn ask(found: &SourceMapping, s: &Seen<'_>, cx: &Context<'_>, sources: &Sources, findings: &mut Vec<Finding>) {
    if matches!(found.role, Role::Ignored | Role::Unknown) {
        return;
    }
    let place = |row: u32, column: u16| sources.place(At::cell(found.source, row, column));
    let header = found.header.map_or(1, |h| h.1);
    let name = |m: Meaning| m.name(cx.vocabulary, cx.rubrics);
    let label = |s: &SourceMapping| s.sheet.as_ref().map_or_else(|| s.file.clone(), |sheet| format!("{} ({sheet})", s.file));
    if found.certainty < 75 {
        findings.push(
            Finding::new("M08", Severity::Justify)
                .arg("file", label(found))
                .arg("role", found.role)
                .arg("why", found.why.join(", "))
                .at(sources.place(At::source(found.source))),
        );
    }
    for c in &found.columns {
        let i = usize::from(c.column);
        let p = &s.profiles[i];
        let proposed = c.alternatives.first().map_or_else(|| "–".to_owned(), |(m, n)| format!("{} ({n} %)", name(*m)));
        if c.meaning == Meaning::Unknown {
            if p.filled > 0 {
                findings.push(
                    Finding::new("M02", Severity::Warning)
                        .arg("heading", s_key(found, c))
                        .arg("file", label(found))
                        .arg("filled", p.filled)
                        .arg("proposed", proposed)
                        .at(place(header, c.column)),
                );
            }
        } else if c.certainty < SURE && p.filled > 0 && !matches!(c.meaning, Meaning::Ignored | Meaning::Local(_)) {
            findings.push(
                Finding::new("M03", Severity::Justify)
                    .arg("heading", s_key(found, c))
                    .arg("meaning", name(c.meaning))
                    .arg("certainty", c.certainty)
                    .arg("why", c.why.join(", "))
                    .arg("proposed", proposed)
                    .at(place(header, c.column)),
            );
        }
        if c.certainty < 100 && p.filled >= 3 && s.compared[i].has_title {
            let against = s.compared[i].against(p, found.role);
            if let Some(m) = against.filter(|m| *m != c.meaning && !(c.meaning != Meaning::Unknown && s.compared[i].surely(c.meaning))) {
                findings.push(
                    Finding::new("M04", Severity::Justify)
                        .arg("heading", s_key(found, c))
                        .arg("title", name(m))
                        .arg("meaning", name(c.meaning))
                        .arg("samples", p.samples.join(" | "))
                        .at(place(header, c.column)),
                );
            }
        }
        if let Meaning::Fact(f) | Meaning::New(f) = c.meaning
            && matches!(cx.vocabulary.get(f).kind, crate::facts::FactKind::Number { form: crate::facts::NumberForm::Rate })
            && !rate_form(p, &s.layout.own[i]).1
        {
            findings.push(
                Finding::new("N08", Severity::Justify)
                    .arg("heading", s_key(found, c))
                    .arg("samples", p.samples.join(" | "))
                    .at(place(header, c.column)),
            );
        }
    }
    let has = |m: Meaning| found.column(m).is_some();
    let role_column = |r: FactRole| cx.vocabulary.role(r).is_some_and(|f| has(Meaning::Fact(f)));
    let mut missing: Vec<&str> = Vec::new();
    let who = [FactRole::Employee, FactRole::Surname, FactRole::MarriedName, FactRole::FullName, FactRole::IdentityNumber];
    if !found.banded && !who.into_iter().any(role_column) {
        missing.push("matricule");
    }
    match found.role {
        Role::RegisterLines => {
            if !has(Meaning::Code) && !has(Meaning::Label) {
                missing.push("code");
            }
            if has(Meaning::Gain) != has(Meaning::Deduction) && !has(Meaning::Amount) && !has(Meaning::Signed) {
                missing.push(if has(Meaning::Gain) { "deduction" } else { "gain" });
            }
        }
        Role::AccountChanges => {
            if cx.vocabulary.role(FactRole::Iban).is_some_and(|f| !has(Meaning::New(f))) && !role_column(FactRole::AccountKey) {
                missing.push("iban");
            }
        }
        Role::Events => {
            if !has(Meaning::Days) && !has(Meaning::From) {
                missing.push("days");
            }
        }
        Role::Amounts => {
            for c in &found.columns {
                let Meaning::Fact(f) = c.meaning else { continue };
                let needed = titles::needed(&cx.vocabulary.get(f).name).and_then(|n| cx.vocabulary.named(n));
                if let Some(n) = needed.filter(|n| !has(Meaning::Fact(*n))) {
                    missing.push(&cx.vocabulary.get(n).label.fr);
                }
            }
        }
        Role::RegisterWide | Role::Staff | Role::Arrivals | Role::Departures | Role::Changes | Role::Ignored | Role::Unknown => {}
    }
    for m in missing {
        findings.push(
            Finding::new("M07", Severity::Blocking).arg("file", label(found)).arg("meaning", m).at(sources.place(At::source(found.source))),
        );
    }
    ask_codes(found, cx, sources, findings);
}

/// Codes that stay open, and codes under several labels.
pub fn ask_codes(found: &SourceMapping, cx: &Context<'_>, sources: &Sources, findings: &mut Vec<Finding>) {
    for c in &found.codes {
        let label = c.labels.first().cloned().unwrap_or_default();
        if c.target == CodeTarget::Open {
            let proposed: Vec<String> =
                c.alternatives.iter().map(|(t, n)| format!("{} ({n} %)", fragment::target_name(*t, cx.rubrics))).collect();
            findings.push(
                Finding::new("M05", Severity::Justify)
                    .arg("code", &c.code)
                    .arg("label", &label)
                    .arg("rows", c.rows)
                    .arg("proposed", if proposed.is_empty() { "–".to_owned() } else { proposed.join(", ") })
                    .arg("why", c.why.join(", "))
                    .at(sources.place(At::source(found.source))),
            );
        }
        let mut names: Vec<&str> = c.labels.iter().map(|l| codes::split_period(l).0).collect();
        names.dedup();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        if distinct.len() > 1 {
            findings.push(
                Finding::new("IMP-07", Severity::Warning)
                    .arg("code", &c.code)
                    .arg("labels", distinct.into_iter().collect::<Vec<_>>().join(" / "))
                    .at(sources.place(At::source(found.source))),
            );
        }
    }
}

fn s_key(found: &SourceMapping, c: &ColumnMapping) -> String {
    found.key(c)
}
