//! A register printed rubric by rubric, each below headings of its own: what names the rubric, the headings, its agents, its sum.
//!
//! Out: a row for each agent and rubric, below the titles of all headings; titles that mean the same share a column.

use super::by_rubric::{CODE, LABEL, heading, is_drawn, rubric};
use super::{Laid, SURELY, Wording, shown};
use crate::ground::At;
use crate::normalise::bands;
use crate::normalise::mapping::Meaning;
use crate::normalise::remarks::is_remark;
use crate::normalise::text::fold;
use crate::normalise::titles::{Title, summing, total_named};
use crate::read::table::{Cell, OwnedRow};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer rubrics are lists of the month one below the other.
const RUBRICS: usize = 5;
/// A title and the rubric above it stand so near.
const NEAR: usize = 3;
/// What tells lines of pay from lists: the title of a sum stands for the amount of its rubric.
const AMOUNTS: [Meaning; 4] = [Meaning::Amount, Meaning::Signed, Meaning::Gain, Meaning::Deduction];
const SIDES: [Meaning; 2] = [Meaning::Gain, Meaning::Deduction];
const PARTS: [Meaning; 4] = [Meaning::Base, Meaning::Rate, Meaning::EmployerRate, Meaning::EmployerAmount];

/// The agents of one rubric.
struct Block {
    code: String,
    label: String,
    heading: usize,
    /// What each of its columns is.
    columns: Vec<Key>,
    until: usize,
}

/// What a column holds, by its meaning where it is one of a line of pay, by its title otherwise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    Amount,
    Of(Meaning),
    Titled(String),
    /// Where it stands, of one without a title.
    Untitled(usize),
}

/// The column of the agents, and what each column is where that is understood.
type Headings = (usize, Option<Vec<Key>>);

/// Whether the first rows of a longer sheet look like it.
pub fn begins(rows: &[OwnedRow], wording: &Wording<'_>) -> bool {
    heading(rows, wording).is_some_and(|(h, agent)| above(rows, h, agent).is_some())
}

/// The sheet as a plain register, when it is one of these.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Laid> {
    let blocks = blocks(rows, wording)?;
    let named: BTreeSet<(&str, &str)> = blocks.iter().map(|b| (b.code.as_str(), b.label.as_str())).collect();
    let has = |key: &Key| blocks.iter().any(|b| b.columns.contains(key));
    let of_pay = (has(&Key::Amount) || has(&Key::Of(Meaning::Gain))) && PARTS.iter().any(|m| has(&Key::Of(*m)));
    let proven = has(&Key::Of(Meaning::EmployerAmount)) || blocks.iter().any(|b| total_named(&b.label).is_some());
    (of_pay && proven && named.len() >= RUBRICS && same_people(rows, &blocks, wording)).then(|| lay_out(rows, &blocks))
}

/// Each row of headings below the name of a rubric, and the rows down to the next.
fn blocks(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Vec<Block>> {
    let mut known: BTreeMap<Vec<String>, Option<Headings>> = BTreeMap::new();
    let mut out: Vec<Block> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        if !super::may_head(row) || row.cells.iter().filter(|c| !c.shown().is_empty()).count() < 2 {
            continue;
        }
        let titles: Vec<String> = row.cells.iter().map(|c| c.shown().into_owned()).collect();
        let Some((agent, columns)) = known.entry(titles).or_insert_with(|| columns(row, wording)).clone() else { continue };
        let named = above(rows, i, agent);
        let Some(columns) = columns else {
            // A rubric below titles that are not understood would be read below those of another.
            if named.is_some() {
                return None;
            }
            continue;
        };
        let Some((at, (code, label))) = named else {
            // A page's head says the titles of the rubric before it again.
            if out.is_empty() {
                return None;
            }
            continue;
        };
        if let Some(last) = out.last_mut() {
            last.until = at;
        }
        out.push(Block { code, label, heading: i, columns, until: rows.len() });
    }
    (!out.is_empty()).then_some(out)
}

/// What names the rubric right above its headings, and where.
fn above(rows: &[OwnedRow], heading: usize, agent: usize) -> Option<(usize, (String, String))> {
    let near = (heading.saturating_sub(NEAR)..heading).rev().find(|&i| rows[i].cells.iter().any(|c| !c.shown().is_empty()))?;
    Some((near, rubric(&rows[near], agent)?))
}

/// What a row heads, understood where one of its columns is the amount or the employer's; `None` where it heads nothing of a line of
/// pay.
fn columns(row: &OwnedRow, wording: &Wording<'_>) -> Option<Headings> {
    let (agent, _) = wording.headings(row, |score, _| score >= SURELY)?;
    let agent = agent?;
    let key = |(c, cell): (usize, &Cell<'_>)| {
        let text = cell.shown();
        let scores = wording.titles.scores(&text);
        let of = |m: Meaning| scores.get(&Title::Plain(m)).copied().unwrap_or(0);
        let best = PARTS.iter().chain(&AMOUNTS).map(|m| (of(*m), *m)).max_by_key(|b| b.0)?;
        let sum = scores.iter().any(|(t, s)| matches!(t, Title::Total(_)) && *s >= SURELY);
        Some(if text.is_empty() {
            Key::Untitled(c)
        } else if wording.of_agents(&text) || best.0 < SURELY && !sum {
            Key::Titled(fold(&text))
        } else if best.0 < SURELY || AMOUNTS.contains(&best.1) && !SIDES.contains(&best.1) {
            Key::Amount
        } else {
            Key::Of(best.1)
        })
    };
    let mut columns: Vec<Key> = row.cells.iter().enumerate().map(key).collect::<Option<_>>()?;
    // « Gain » alone is the amount of its rubric; beside « Retenue » each is a column of its own.
    if !SIDES.iter().all(|m| columns.contains(&Key::Of(*m))) {
        columns.iter_mut().filter(|k| matches!(k, Key::Of(m) if SIDES.contains(m))).for_each(|k| *k = Key::Amount);
    }
    let count = |key: &Key| columns.iter().filter(|k| *k == key).count();
    if columns.iter().all(|k| matches!(k, Key::Titled(_) | Key::Untitled(_))) {
        return None;
    }
    let once = PARTS.iter().all(|m| count(&Key::Of(*m)) <= 1) && count(&Key::Amount) <= 1;
    let any = count(&Key::Amount) + count(&Key::Of(Meaning::Gain)) + count(&Key::Of(Meaning::EmployerAmount)) > 0;
    Some((agent, (once && any).then_some(columns)))
}

/// Whether hardly anybody stands below a single rubric.
fn same_people(rows: &[OwnedRow], blocks: &[Block], wording: &Wording<'_>) -> bool {
    let mut agents: BTreeMap<String, usize> = BTreeMap::new();
    for block in blocks {
        let agent = rows[block.heading].cells.iter().position(|c| wording.of_agents(&c.shown())).unwrap_or(0);
        for row in &rows[block.heading + 1..block.until] {
            *agents.entry(shown(row, agent)).or_default() += 1;
        }
    }
    let again = agents.values().filter(|n| **n >= 2).count();
    agents.len() >= 2 && again * 2 >= agents.len()
}

/// A cell and its place in the sheet.
type Placed = (Cell<'static>, Option<(u32, u16)>);

fn lay_out(rows: &[OwnedRow], blocks: &[Block]) -> Laid {
    let text = |t: &str| if t.is_empty() { Cell::Empty } else { Cell::Text(t.to_owned().into()) };
    let place = |r: &OwnedRow, c: usize| u16::try_from(c).ok().map(|c| (r.number, c));
    let mut titles: Vec<(&Key, Placed)> = Vec::new();
    for block in blocks {
        let head = &rows[block.heading];
        for (c, key) in block.columns.iter().enumerate() {
            if titles.iter().all(|t| t.0 != key) {
                titles.push((key, (head.cells[c].clone(), place(head, c))));
            }
        }
    }
    let mut laid = Laid::default();
    let first = &blocks[0];
    for row in &rows[..first.heading] {
        let cells = row.cells.iter().enumerate().map(|(c, cell)| (cell.clone(), place(row, c)));
        laid.put(cells.collect(), (row.number, At::NO_COLUMN));
    }
    let front = [CODE, LABEL].map(|t| (text(t), None));
    laid.put(front.into_iter().chain(titles.iter().map(|t| t.1.clone())).collect(), (rows[first.heading].number, At::NO_COLUMN));
    // The head of the next page comes between the agents of a rubric.
    let head: BTreeSet<String> = rows[..first.heading].iter().filter_map(|r| bands::head_line(&r.cells)).collect();
    let of_head = |r: &OwnedRow| bands::head_line(&r.cells).is_some_and(|l| head.contains(&l));
    for block in blocks {
        let written: Vec<String> = rows[block.heading].cells.iter().map(|c| c.shown().into_owned()).collect();
        for row in &rows[block.heading + 1..block.until] {
            let again = written.iter().enumerate().all(|(c, t)| shown(row, c) == *t);
            if again || is_drawn(row) || of_head(row) {
                continue;
            }
            let opens = row.cells.iter().map(Cell::shown).find(|t| !t.is_empty()).unwrap_or_default();
            let of_rubric = summing(&opens).is_none() && !is_remark(&row.cells);
            let mut cells = [&block.code, &block.label].map(|t| (if of_rubric { text(t) } else { Cell::Empty }, None)).to_vec();
            cells.resize(2 + titles.len(), (Cell::Empty, None));
            for (c, cell) in row.cells.iter().enumerate() {
                let at = block.columns.get(c).and_then(|key| titles.iter().position(|t| t.0 == key));
                let put = (cell.clone(), place(row, c));
                match at {
                    Some(at) => cells[2 + at] = put,
                    // What stands beyond the titles stays beyond them.
                    None if !cell.shown().is_empty() => cells.push(put),
                    None => {}
                }
            }
            laid.put(cells, (row.number, At::NO_COLUMN));
        }
    }
    laid
}
