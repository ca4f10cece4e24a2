//! Titles down the left, agents across; and its narrow form, a sheet or a stretch of a sheet for each agent: title left, value right.
//!
//! Each agent becomes a row. A title that comes again begins the next agents.

use super::{Laid, Wording};
use crate::ground::At;
use crate::ground::place::Moved;
use crate::read::table::{Cell, OwnedRow};
use std::collections::{BTreeMap, BTreeSet};

/// A line must have this many known titles with a value: fewer are a table of two columns.
const TITLES: usize = 3;
/// Rows of words above the first title.
const ABOVE: usize = 10;
/// Titles such a sheet has at most, and agents: all columns that a workbook has.
const TALLEST: usize = 400;
const WIDEST: usize = 16_384;

/// A cell: where it stands from the title on, what it holds, and its row and column in the sheet.
type Part = (usize, Cell<'static>, (u32, u16));

/// A title and what stands to the right of it, by how far.
struct Line {
    parts: Vec<Part>,
}

impl Line {
    fn title(&self, values: usize) -> String {
        let own = self.parts.iter().filter(|p| p.0 < values).map(|p| p.1.shown().trim_end_matches([':', ' ']).to_owned());
        own.collect::<Vec<_>>().join(" ")
    }
    fn values(&self, from: usize) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |p| p.0 >= from)
    }
}

/// The sheet as a plain table, when it is one of these.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Laid> {
    if rows.len() > TALLEST || rows.len() < TITLES || rows.iter().any(|r| r.cells.len() > WIDEST || is_heading(r, wording)) {
        return None;
    }
    let second = title_columns(rows, wording);
    let by_row: Vec<Vec<Line>> = rows.iter().map(|r| lines(r, &second, wording)).collect();
    let left: BTreeSet<(u32, u16)> = by_row.iter().filter_map(|l| Some(l.first()?.parts.first()?.2)).collect();
    let mut lines: Vec<Line> = by_row.into_iter().flatten().collect();
    // Where the agents begin: beside the title that says so.
    let names = |l: &&Line| l.parts.len() > 1 && wording.of_agents(&l.title(1));
    let values = lines.iter().filter(names).filter_map(|l| l.values(1).map(|p| p.0).next()).min()?;
    // « | Total brut | 2 183,18 »: the first of two columns of titles is empty there, and the values stand where all others do.
    let first_column = |r: &OwnedRow| r.cells.iter().position(|c| !c.shown().is_empty());
    let margin = rows.iter().filter_map(first_column).min().unwrap_or(0);
    for line in &mut lines {
        let indent = line.parts.first().filter(|p| p.0 == 0).map_or(0, |p| usize::from(p.2.1).saturating_sub(margin));
        if indent < values {
            line.parts.iter_mut().for_each(|p| p.0 += indent);
        }
    }
    let of_agents = |l: &Line| wording.of_agents(&l.title(values));
    let known = |l: &Line| l.values(values).next().is_some() && wording.known(&l.title(values));
    let first = lines.iter().position(&known).filter(|i| *i <= ABOVE)?;
    // Of lines that stand side by side, the first speaks for its row.
    let begins = |l: &&Line| l.values(values).next().is_some() && l.parts.first().is_some_and(|p| left.contains(&p.2));
    let told = lines[first..].iter().filter(begins).count();
    let titled = lines[first..].iter().filter(begins).filter(|l| known(l)).count();
    let all = lines[first..].iter().filter(|l| known(l)).count();
    let facts = lines[first..].iter().filter(|l| known(l) && !of_agents(l)).count();
    if all < TITLES || titled < 2 || titled * 2 < told || facts == 0 {
        return None;
    }
    Some(lay_out(&lines, first, values, &of_agents))
}

/// Several titles side by side: the headings of a plain table. « Statut : | Titulaire | | Catégorie : | C » are two pairs.
fn is_heading(row: &OwnedRow, wording: &Wording<'_>) -> bool {
    let text = |c: &Cell<'static>| matches!(c, Cell::Text(_)) && !c.shown().is_empty();
    let mut beside = row.cells.split(|c| !text(c)).filter(|run| !run.is_empty());
    let agents = row.cells.iter().find(|c| text(c)).is_some_and(|c| wording.of_agents(&c.shown()));
    beside.any(|run| {
        let three = run.windows(3).any(|w| w.iter().all(|t| wording.known(&t.shown())));
        three || agents && run.windows(2).any(|w| w.iter().all(|t| wording.known_well(&t.shown())))
    })
}

/// Columns behind the first that hold titles as well: most of their cells are titles just as they are known.
fn title_columns(rows: &[OwnedRow], wording: &Wording<'_>) -> BTreeSet<usize> {
    let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for row in rows {
        for (c, cell) in row.cells.iter().enumerate().skip(1).filter(|(_, c)| !c.shown().is_empty()) {
            let count = counts.entry(c).or_default();
            count.0 += 1;
            count.1 += usize::from(matches!(cell, Cell::Text(_)) && wording.known_well(cell.shown().trim_end_matches([':', ' '])));
        }
    }
    counts.into_iter().filter(|(_, (all, known))| *known >= TITLES && known * 2 > *all).map(|(c, _)| c).collect()
}

/// A row is a line, or several where a title stands again to the right of a value, or in a column of titles.
fn lines(row: &OwnedRow, second: &BTreeSet<usize>, wording: &Wording<'_>) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let (mut begun, mut valued) = (0, false);
    for (c, cell) in row.cells.iter().enumerate() {
        let text = cell.shown();
        let Some(column) = u16::try_from(c).ok().filter(|_| !text.is_empty()) else { continue };
        let begins = out.is_empty() || (valued || second.contains(&c)) && wording.known_well(text.trim_end_matches([':', ' ']));
        let title = matches!(cell, Cell::Text(_)) && begins;
        if title {
            begun = c;
            valued = false;
            out.push(Line { parts: vec![(0, cell.clone(), (row.number, column))] });
        } else {
            valued = true;
            if out.is_empty() {
                out.push(Line { parts: Vec::new() });
            }
            out.last_mut().into_iter().for_each(|l| l.parts.push((c - begun, cell.clone(), (row.number, column))));
        }
    }
    // « Matricule : 00139 » in one cell.
    for line in &mut out {
        if let [(0, Cell::Text(text), at)] = line.parts.as_slice()
            && let Some((title, value)) = text.split_once(':')
            && !value.trim().is_empty()
            && wording.known(title)
        {
            let (title, value, at) = (title.trim().to_owned(), value.trim().to_owned(), *at);
            line.parts = vec![(0, Cell::Text(title.into()), at), (1, Cell::Text(value.into()), at)];
        }
    }
    out
}

fn lay_out(lines: &[Line], first: usize, values: usize, of_agents: &dyn Fn(&Line) -> bool) -> Laid {
    let mut moved = Moved::new();
    let mut rows: Vec<OwnedRow> = Vec::new();
    let mut put = |cells: Vec<Part>, whole: Option<(u32, u16)>| {
        let number = u32::try_from(rows.len() + 1).unwrap_or(u32::MAX);
        let mut row = Vec::new();
        for (c, cell, at) in cells {
            if row.len() <= c {
                row.resize(c + 1, Cell::Empty);
            }
            row[c] = cell;
            moved.insert((number, u16::try_from(c).unwrap_or(At::NO_COLUMN)), at);
        }
        moved.extend(whole.map(|at| ((number, At::NO_COLUMN), at)));
        rows.push(OwnedRow { number, cells: row, hidden: false });
    };
    for line in &lines[..first] {
        put(line.parts.clone(), line.parts.first().map(|p| p.2));
    }
    // A title that names agents and comes again begins the next ones.
    let mut stacks: Vec<Vec<(usize, &Line)>> = vec![Vec::new()];
    let mut titles: Vec<(String, &Line)> = Vec::new();
    for line in &lines[first..] {
        let title = line.title(values);
        let stack = stacks.last_mut().expect("one is there from the start");
        let again = stack.iter().any(|(i, _)| titles[*i].0 == title);
        if again && of_agents(line) {
            stacks.push(Vec::new());
        }
        let stack = stacks.last_mut().expect("one is there from the start");
        let free = (0..titles.len()).find(|i| titles[*i].0 == title && stack.iter().all(|(j, _)| j != i));
        let column = free.unwrap_or_else(|| {
            titles.push((title, line));
            titles.len() - 1
        });
        stack.push((column, line));
    }
    let origin = |line: &Line| line.parts.first().map(|p| p.2);
    let headings = titles.iter().enumerate().filter_map(|(i, (t, l))| Some((i, Cell::Text(t.clone().into()), origin(l)?)));
    put(headings.collect(), titles.first().and_then(|(_, l)| origin(l)));
    for stack in stacks {
        let mut agents: BTreeMap<usize, Vec<Part>> = BTreeMap::new();
        let mut at: BTreeMap<usize, (u32, u16)> = BTreeMap::new();
        for (column, line) in stack {
            for (offset, cell, place) in line.values(values) {
                if of_agents(line) {
                    at.entry(*offset).or_insert(*place);
                }
                agents.entry(*offset).or_default().push((column, cell.clone(), *place));
            }
        }
        for (offset, cells) in agents {
            let whole = at.get(&offset).copied().or_else(|| cells.first().map(|c| c.2));
            put(cells, whole);
        }
    }
    Laid { rows, moved }
}
