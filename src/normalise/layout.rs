//! Where a sheet's headings are and where its data begins.
//!
//! In: the first rows of a sheet. Out: heading rows (several joined), titles of columns, title lines above.

use crate::normalise::remarks::is_remark;
use crate::normalise::titles::{Titles, summing};
use crate::read::table::{Cell, MergedArea};
use std::collections::BTreeMap;

/// A row kept from a sheet.
#[derive(Clone, Debug)]
pub struct Kept {
    pub number: u32,
    pub cells: Vec<Cell<'static>>,
}

impl Kept {
    pub fn shown(&self, column: usize) -> String {
        self.cells.get(column).map(|c| c.shown().into_owned()).unwrap_or_default()
    }
    pub fn filled(&self) -> usize {
        self.cells.iter().filter(|c| !c.shown().is_empty()).count()
    }
    /// The first filled cell as text.
    pub fn first(&self) -> String {
        self.cells.iter().map(|c| c.shown()).find(|t| !t.is_empty()).map(|t| t.into_owned()).unwrap_or_default()
    }
}

/// The outline of a sheet.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Index of the first and last heading row among the kept rows.
    pub header: Option<(usize, usize)>,
    /// Title of each column in the last heading row, and the group it stands under.
    pub own: Vec<String>,
    pub group: Vec<String>,
    /// Text of the lines above the headings, all of it and by the cell.
    pub title: String,
    pub above: Vec<String>,
    /// Those alone in their row above other columns than the first, as the titles of groups stand: « Prévu ».
    pub over: Vec<String>,
    pub width: usize,
}

impl Layout {
    /// Index of the first row below the headings.
    pub fn data_start(&self) -> usize {
        self.header.map_or(0, |(_, last)| last + 1)
    }
    /// As a person reads it: `BANQUE / IBAN`.
    pub fn heading(&self, column: usize) -> String {
        let (own, group) = (&self.own[column], &self.group[column]);
        match (group.is_empty(), own.is_empty()) {
            (true, _) => own.clone(),
            (false, true) => group.clone(),
            (false, false) => format!("{group} / {own}"),
        }
    }
}

/// How many rows from the top may hold the headings.
const DEPTH: usize = 40;

/// A single cell this far from all others does not make the sheet as wide, nor several beyond the second.
const STRAY: usize = 16;
const FAR: usize = 128;
/// A sheet wider than this has lost its line ends, or never was a table: no column of it is looked at.
const WIDEST: usize = 1_024;

/// How many columns the sheet has. What strayed far beyond them is no column of it.
fn width(rows: &[Kept]) -> usize {
    let mut filled: BTreeMap<usize, usize> = BTreeMap::new();
    for r in rows {
        for (c, cell) in r.cells.iter().enumerate() {
            if !matches!(cell, Cell::Empty) && !cell.shown().is_empty() {
                *filled.entry(c).or_insert(0) += 1;
            }
        }
    }
    let mut width = 0;
    for (c, n) in filled {
        if width > 0 && c >= width + if n > 1 { FAR } else { STRAY } {
            break;
        }
        width = c + 1;
    }
    if width > WIDEST { 0 } else { width }
}

/// Finds the headings among the first rows.
pub fn find(rows: &[Kept], merged: &[MergedArea], titles: &Titles) -> Layout {
    let width = width(rows);
    let mut layout = Layout { own: vec![String::new(); width], group: vec![String::new(); width], width, ..Layout::default() };
    let known: Vec<(usize, usize)> = rows.iter().take(DEPTH).map(|r| known_titles(r, titles)).collect();
    // The row with most known titles; of equals the first.
    let best = (0..known.len())
        .filter(|&i| is_heading_like(&rows[i]) && known[i].1 >= 1 && known[i].1 * 3 >= known[i].0 && (known[i].1 >= 2 || known[i].0 <= 2))
        // « Signature » at the foot is no heading: one stands above rows as wide as it.
        // A title line over a wider table is none either.
        .filter(|&i| known[i].1 >= 2 || !is_remark(&rows[i].cells) && rows[i + 1..].iter().any(|r| r.filled() >= rows[i].filled()))
        .filter(|&i| known[i].0 >= 2 || rows[i + 1..].iter().all(|r| r.filled() <= 2))
        .max_by_key(|&i| (known[i].1, std::cmp::Reverse(i)));
    let Some(best) = best.or_else(|| by_contrast(rows, width)) else {
        return layout;
    };
    let (mut first, mut last) = (best, best);
    let above = |first: usize, n: usize| first >= n && rows[first - n].number as usize + n == rows[first].number as usize;
    loop {
        // Numbers of the rubrics may stand between the titles and their groups.
        if above(first, 1) && is_group_row(&rows[first - 1], &rows[first]) {
            first -= 1;
        } else if above(first, 2)
            && (is_row_of_codes(&rows[first - 1]) || codes_and_titles(&rows[first - 1], &rows[first]))
            && is_group_row(&rows[first - 2], &rows[first])
        {
            first -= 2;
        } else if above(first, 1) && codes_and_titles(&rows[first - 1], &rows[first]) {
            first -= 1;
        } else {
            break;
        }
    }
    if first == best
        && let Some(next) = rows.get(best + 1)
        && is_heading_like(next)
        && next.filled() * 2 >= rows[best].filled()
        && !names_somebody(&rows[best], next, titles)
        && known.get(best + 1).is_some_and(|k| k.1 * 2 >= k.0 && k.1 >= 2)
    {
        last = best + 1;
    }
    fill(&mut layout, rows, merged, first, last);
    layout
}

/// The outline when a person says which rows are the headings, as counted in the sheet.
pub fn given(rows: &[Kept], merged: &[MergedArea], header: Option<(u32, u32)>, width: usize) -> Layout {
    let mut layout = Layout { own: vec![String::new(); width], group: vec![String::new(); width], width, ..Layout::default() };
    if let Some((a, b)) = header
        && let Some(first) = rows.iter().position(|r| r.number >= a)
        && let Some(last) = rows.iter().rposition(|r| r.number <= b)
        && first <= last
    {
        fill(&mut layout, rows, merged, first, last);
    }
    layout
}

/// Joins the heading rows into one title per column, with the group it stands under.
fn fill(layout: &mut Layout, rows: &[Kept], merged: &[MergedArea], first: usize, last: usize) {
    let width = layout.width;
    layout.header = Some((first, last));
    layout.own = (0..width).map(|c| tidy(&rows[last].shown(c))).collect();
    for (i, row) in rows.iter().enumerate().take(last).skip(first).filter(|(_, r)| !is_row_of_codes(r)) {
        // Beside the numbers of rubrics stand titles of the columns that have none below.
        if codes_and_titles(row, &rows[last]) {
            (0..width).filter(|&c| rows[last].shown(c).is_empty()).for_each(|c| layout.own[c] = tidy(&row.shown(c)));
            continue;
        }
        let mut current = String::new();
        let mut until = usize::MAX;
        for c in 0..width {
            let here = tidy(&row.shown(c));
            if !here.is_empty() {
                let area =
                    merged.iter().find(|a| a.first_row <= row.number && row.number <= a.last_row && usize::from(a.first_column) == c);
                until = area.map_or(if merged.is_empty() { usize::MAX } else { c }, |a| usize::from(a.last_column));
                // A heading merged downwards is the column's own title.
                if area.is_some_and(|a| a.last_row >= rows[last].number) && layout.own[c].is_empty() {
                    layout.own[c] = here;
                    current = String::new();
                    continue;
                }
                current = here;
            } else if c > until {
                current.clear();
            }
            if !current.is_empty() && current != layout.own[c] {
                let group = &mut layout.group[c];
                if i > first && !group.is_empty() {
                    group.push_str(" / ");
                    group.push_str(&current);
                } else {
                    group.clone_from(&current);
                }
            }
        }
    }
    let above = rows[..first].iter().flat_map(|r| r.cells.iter().map(|c| c.shown().into_owned()));
    layout.above = above.filter(|t| !t.is_empty()).collect();
    layout.title = layout.above.join(" ");
    let alone = |r: &Kept| {
        let mut filled = r.cells.iter().map(|c| c.shown()).enumerate().filter(|(_, t)| !t.is_empty());
        filled.next().filter(|(at, _)| *at > 0 && filled.next().is_none()).map(|(_, t)| t.into_owned())
    };
    layout.over = rows[..first].iter().filter_map(alone).collect();
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Below the first title, which is that of numbers or names, stands what is no title: the row is of somebody, though its other
/// words may be titles (« Mutation »).
fn names_somebody(titled: &Kept, row: &Kept, titles: &Titles) -> bool {
    let first = titled.cells.iter().position(|c| !c.shown().is_empty());
    first.map(|c| row.shown(c)).is_some_and(|t| !t.is_empty() && titles.best(&t) < 78)
}

/// Filled cells and how many of them are known titles.
fn known_titles(row: &Kept, titles: &Titles) -> (usize, usize) {
    let texts: Vec<String> = row.cells.iter().map(|c| c.shown().into_owned()).filter(|t| !t.is_empty()).collect();
    if texts.iter().any(|t| t.len() > 120) || !is_heading_like(row) {
        return (texts.len(), 0);
    }
    (texts.len(), texts.iter().filter(|t| titles.best(t) >= 78).count())
}

/// Nothing but text with letters in it, but for a rare number.
fn is_heading_like(row: &Kept) -> bool {
    let filled = row.filled();
    let words = row
        .cells
        .iter()
        .filter(|c| match c {
            Cell::Text(t) => t.chars().any(|c| c.is_alphabetic() || c == '%' || c == '/'),
            Cell::Empty | Cell::Number(_) | Cell::Date(_) | Cell::Flag(_) | Cell::Broken(_) => false,
        })
        .count();
    filled > 0 && words * 10 >= filled * 9 && summing(&row.first()).is_none()
}

/// A line of group titles above the headings: fewer cells, each over filled columns, none a long sentence.
fn is_group_row(row: &Kept, below: &Kept) -> bool {
    let filled = row.filled();
    // « LIVRE DE PAYE | JANVIER 2023 », « MAIRIE | Page 2 »: the head of a page, with its month or its number.
    let opens = row.cells.first().is_some_and(|c| !c.shown().is_empty());
    let page = filled <= 2 && opens && row.cells.iter().any(|c| c.shown().bytes().any(|b| b.is_ascii_digit()));
    filled >= 2
        && filled <= below.filled().max(2)
        && !page
        && is_heading_like(row)
        && row.cells.iter().all(|c| c.shown().chars().count() <= 60)
        && row.cells.iter().all(|c| !c.shown().contains(" : "))
}

/// Numbers of rubrics over their titles: `100`, `410`, `C31`.
fn is_row_of_codes(row: &Kept) -> bool {
    row.filled() >= 3 && row.cells.iter().map(Cell::shown).filter(|t| !t.is_empty()).all(|t| is_code(&t))
}

fn is_code(text: &str) -> bool {
    let of_code = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    text.len() <= 6 && text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().all(of_code)
}

/// `Matricule | Agent | 1010 | 2010` over the names of the rubrics: each cell is a number over its name, or a title over nothing.
fn codes_and_titles(row: &Kept, below: &Kept) -> bool {
    let filled = || row.cells.iter().enumerate().filter(|(_, c)| !c.shown().is_empty());
    let codes = filled().filter(|(_, c)| is_code(&c.shown())).count();
    let alone = |c: usize, cell: &Cell<'_>| below.shown(c).is_empty() && cell.shown().chars().any(char::is_alphabetic);
    let each = |(c, cell): (usize, &Cell<'_>)| if is_code(&cell.shown()) { !below.shown(c).is_empty() } else { alone(c, cell) };
    codes >= 3 && codes < row.filled() && filled().all(each)
}

/// No title is known: a first full row of words above columns of numbers or dates.
fn by_contrast(rows: &[Kept], width: usize) -> Option<usize> {
    let i = rows.iter().take(DEPTH).position(|r| r.filled() * 2 > width && width >= 2)?;
    if !is_heading_like(&rows[i]) || rows.len() < i + 3 {
        return None;
    }
    let data = &rows[i + 1..rows.len().min(i + 30)];
    let contrasted = (0..width)
        .filter(|&c| {
            let cells: Vec<String> = data.iter().map(|r| r.shown(c)).filter(|t| !t.is_empty()).collect();
            let digits = cells.iter().filter(|t| t.chars().any(|c| c.is_ascii_digit())).count();
            !cells.is_empty() && digits * 10 >= cells.len() * 8 && !rows[i].shown(c).chars().any(|c| c.is_ascii_digit())
        })
        .count();
    (contrasted >= 1).then_some(i)
}
