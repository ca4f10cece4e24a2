//! One table with what was seen of its first rows: where its headings are, and what stands in each column.

use super::latest_date;
use crate::ground::place::stem;
use crate::ground::{At, Exact, PayMonth, Sources};
use crate::normalise::columns::{self, Compared};
use crate::normalise::fragment::{self, SourceEntry};
use crate::normalise::layout::{self, Kept, Layout};
use crate::normalise::lists;
use crate::normalise::mapping::Meaning;
use crate::normalise::moves::Moves;
use crate::normalise::profile::{Profile, fits_fact, prefer_lists};
use crate::normalise::remarks::is_remark;
use crate::normalise::titles::{Title, Titles, summing};
use crate::normalise::variables::Variables;
use crate::normalise::{Context, bands};
use crate::read::table::{Cell, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Rows looked at to recognise a sheet's columns, and a register's codes.
pub(super) const SAMPLE: usize = 400;

/// Rows of a table that show where it begins.
const HEAD: usize = 10;

/// A title less like any known one says not what it counts.
const NAMED: u32 = 70;

/// One table with what was seen of it.
pub(super) struct Seen<'t> {
    pub(super) rows: &'t Table,
    pub(super) file: String,
    pub(super) sheet: Option<String>,
    pub(super) kept: Vec<Kept>,
    pub(super) layout: Layout,
    pub(super) profiles: Vec<Profile>,
    pub(super) compared: Vec<Compared>,
    pub(super) data_rows: usize,
    /// Rows that name an agent and are no line of pay.
    pub(super) bands: usize,
    pub(super) entry: Option<&'t SourceEntry>,
    /// A column that holds the sum of those beside it.
    pub(super) sum_column: Option<usize>,
    /// Cells a row of a text file has.
    pub(super) cells: Option<usize>,
    /// Rubrics of a list with a row for each.
    pub(super) variables: Option<Variables>,
    /// Kinds of movements of a list with a row for each.
    pub(super) moves: Option<Moves>,
    /// A column of names that other files know, where no title says who a row is about.
    pub(super) names: Option<usize>,
}

impl Seen<'_> {
    pub(super) fn about(&self) -> String {
        format!("{} {} {}", self.stem(), self.sheet.as_deref().unwrap_or(""), self.layout.title)
    }
    /// Whether a column is surely that of a meaning by its title.
    pub(super) fn titled(&self, meaning: Meaning) -> bool {
        (0..self.layout.width).any(|c| self.compared[c].title(Title::Plain(meaning)) >= 85 && self.profiles[c].filled > 0)
    }
    /// Whether a person said what the sheet is.
    pub(super) fn pinned(&self) -> bool {
        self.entry.is_some_and(|e| e.role.is_some() && e.from.is_none())
    }
    /// The month that its names or its title say it is for, when it is another than the one paid.
    pub(super) fn other_month(&self, month: PayMonth, last: PayMonth) -> Option<String> {
        lists::other_month(self.sheet.as_deref().unwrap_or_default(), &self.layout.title, self.stem(), month, last)
    }
    /// What the folders it lies in say of its month, where its own names and its title say nothing.
    pub(super) fn folder_month(&self, month: PayMonth, last: PayMonth) -> lists::Said {
        let own = [self.stem(), self.sheet.as_deref().unwrap_or_default()].map(|t| lists::month_said(t, month, last, false));
        let titled = lists::month_said(&self.layout.title, month, last, true);
        let silent = own.iter().chain([&titled]).all(|s| *s == lists::Said::Nothing);
        if silent { self.folders_say(month, last) } else { lists::Said::Nothing }
    }
    /// What these folders say, whatever it says itself.
    pub(super) fn folders_say(&self, month: PayMonth, last: PayMonth) -> lists::Said {
        self.file.rsplit_once('/').map_or(lists::Said::Nothing, |(folders, _)| lists::month_said(folders, month, last, false))
    }
    /// Whether its names or its title say the month before, and no other.
    pub(super) fn of_last_month(&self, month: PayMonth, last: PayMonth) -> bool {
        let said = |m: PayMonth| lists::other_month(self.sheet.as_deref().unwrap_or_default(), &self.layout.title, self.stem(), m, m);
        said(month).is_some() && said(last).is_none()
    }
    pub(super) fn stem(&self) -> &str {
        stem(&self.file)
    }
}

pub(super) fn matches(entry: &SourceEntry, source: u16, sources: &Sources) -> bool {
    sources.get(source).is_some_and(|s| entry.is_about(&s.file, s.sheet.as_deref()))
}

/// What a person said of the sheet; of several tables in one sheet, of the one that has those heading rows.
/// `inherited` are those that came with the month before.
pub(super) fn entry_of<'t>(
    given: &'t [SourceEntry],
    inherited: bool,
    source: u16,
    kept: &[Kept],
    sources: &Sources,
) -> Option<&'t SourceEntry> {
    let all = || given.iter().filter(|e| e.from.is_some() == inherited && matches(e, source, sources));
    // An entry of the whole file is not about a sheet that has its own.
    let named = all().any(|e| e.sheet.is_some());
    let mut mine = all().filter(|e| e.sheet.is_some() == named);
    let same = |s: &crate::ground::place::Source| sources.get(source).is_some_and(|o| (&o.file, &o.sheet) == (&s.file, &s.sheet));
    if sources.iter().filter(|(_, s)| same(s)).count() < 2 {
        return mine.next();
    }
    let (first, last) = (kept.first().map_or(0, |k| k.number), kept.last().map_or(0, |k| k.number));
    let begins = first_column(source, kept, sources).map(crate::ground::place::column_letters);
    let beside =
        |e: &SourceEntry| e.first_column.as_ref().is_none_or(|c| begins.as_ref().is_some_and(|b| c.trim().eq_ignore_ascii_case(b)));
    let within = |e: &&SourceEntry| match e.header.as_deref().and_then(fragment::header_rows) {
        Some(Some((a, b))) => first <= a && b <= last,
        Some(None) | None => true,
    };
    mine.find(|e| within(e) && beside(e))
}

/// The column of its sheet in which a table begins.
pub(super) fn first_column(source: u16, kept: &[Kept], sources: &Sources) -> Option<u16> {
    let filled = |k: &Kept| (0..k.cells.len()).find(|c| !k.shown(*c).is_empty()).and_then(|c| u16::try_from(c).ok());
    let written = kept.iter().take(HEAD).filter_map(|k| Some(sources.written_at(At::cell(source, k.number, filled(k)?)).column));
    written.min()
}

pub(super) fn look<'t>(rows: &'t Table, sources: &Sources, given: &'t [SourceEntry], titles: &Titles, cx: &Context<'_>) -> Seen<'t> {
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
    let printed = bands >= 2 && bands * 3 <= body.len();
    let head: BTreeSet<String> = kept[..layout.data_start().min(kept.len())].iter().filter_map(|k| bands::head_line(&k.cells)).collect();
    let of_head = |k: &Kept| printed && bands::head_line(&k.cells).is_some_and(|l| head.contains(&l));
    let mut data_rows = 0;
    for k in body {
        if summing(&k.first()).is_some() || repeats_heading(k, &layout) || bands::section(&k.cells).is_some() || is_remark(&k.cells) {
            continue;
        }
        data_rows += 1;
        // The agents' own rows and the heads of pages say nothing of what a column holds.
        if of_head(k) || printed && (k.filled() == 1 || bands::of_cells(&k.cells).is_some()) {
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
    // « Charges patronales février 2022 » above the titles, or else in the name of the sheet or of the file.
    let sheet = known.and_then(|s| s.sheet.as_deref());
    let employers = [Some(layout.title.as_str()), sheet].into_iter().flatten().any(columns::of_employers);
    let compared: Vec<Compared> = (0..layout.width).map(|c| Compared::new(&layout, c, employers, titles)).collect();
    let data = &kept[layout.data_start().min(kept.len())..];
    let text = known.is_some_and(|s| s.kind == crate::ground::place::SourceKind::Text);
    let cells = layout.header.filter(|_| text).map(|(_, last)| usual_cells(&kept[last], data));
    let sum_column = sum_of_the_others(data, &profiles, &layout, &compared);
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
        names: None,
    }
}

/// The rows of a table without the lines of words below it, narrower than its rows.
pub(super) fn without_foot(body: &[Kept]) -> &[Kept] {
    let usual = body.iter().map(Kept::filled).max().unwrap_or(0);
    let quantity = |k: &Kept| k.cells.iter().any(|c| !matches!(c, Cell::Empty | Cell::Text(_)) || lists::is_quantity(&c.shown()));
    let last = body.iter().rposition(|k| quantity(k) || k.filled() * 2 > usual).map_or(0, |i| i + 1);
    &body[..last.max(1).min(body.len())]
}

/// How many cells the rows of a text file have: as many as the headings, unless nearly all rows have more.
pub(super) fn usual_cells(headings: &Kept, data: &[Kept]) -> usize {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for k in data {
        *counts.entry(k.cells.len()).or_insert(0) += 1;
    }
    let usual = counts.iter().max_by_key(|(_, n)| **n).map_or(0, |(len, _)| *len);
    headings.cells.len().max(usual)
}

/// The column whose every cell is the sum of the other numbers of its row, of two or more columns. A title that says what it
/// counts (« HS nuit ») is no sum's, though three rows add up by chance; without the word of a sum, two others must add up somewhere.
pub(super) fn sum_of_the_others(data: &[Kept], profiles: &[Profile], layout: &Layout, compared: &[Compared]) -> Option<usize> {
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
    let titled = |i: usize| summing(&layout.own[numeric[i]]).is_some();
    let adds = |i: usize| rows.iter().any(|r| r.iter().enumerate().filter(|(j, n)| *j != i && !n.is_zero()).count() >= 2);
    let unnamed = |i: usize| compared[numeric[i]].generic || compared[numeric[i]].best() < NAMED;
    (0..numeric.len()).find(|&i| (titled(i) || unnamed(i) && adds(i)) && sums(i)).map(|i| numeric[i])
}

/// A heading row once more, as printed pages have them.
pub fn repeats_heading(row: &Kept, layout: &Layout) -> bool {
    let filled = row.filled();
    filled >= 2 && (0..layout.width).all(|c| row.shown(c).split_whitespace().collect::<Vec<_>>().join(" ") == layout.own[c])
}
