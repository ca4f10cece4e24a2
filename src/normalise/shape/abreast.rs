//! Several rubrics in one row: a printed book of pay with gains, deductions and the employer's charges side by side, or a file
//! with « Rub 1 | Libellé 1 | Montant 1 | Rub 2 | … », or names and amounts in turn without a title of their own.
//!
//! In: the rows of a sheet whose headings name the rubric more than once. Out: a row for each rubric, below one heading each.
//! What stands in a block has nothing to do with what stands beside it but the agent.

use super::{Laid, SURELY, Wording};
use crate::ground::At;
use crate::normalise::mapping::Meaning;
use crate::normalise::titles::{Title, total_named};
use crate::read::table::{Cell, OwnedRow};
use std::collections::{BTreeMap, BTreeSet};

/// The headings stand within so many rows.
const HEAD: usize = 20;
/// Rows of names and amounts in turn, and names that come again, without which they are something else.
const ROWS_IN_TURN: usize = 3;
const NAMES_IN_TURN: usize = 5;

/// A table of rubrics side by side: its headings, the columns that every rubric of a row shares, and where each block has what.
struct Abreast {
    heading: usize,
    shared: Vec<usize>,
    blocks: Vec<BTreeMap<Meaning, usize>>,
    /// Titles of the new table beyond the shared ones.
    meanings: Vec<Meaning>,
}

/// The order and the titles of what a block may hold.
const TITLES: [(Meaning, &str); 11] = [
    (Meaning::Code, "Rubrique"),
    (Meaning::Label, "Libellé"),
    (Meaning::Base, "Base"),
    (Meaning::Rate, "Taux"),
    (Meaning::Side, "Sens"),
    (Meaning::Payer, "S/P"),
    (Meaning::Amount, "Montant"),
    (Meaning::Gain, "À payer"),
    (Meaning::Deduction, "À retenir"),
    (Meaning::EmployerRate, "Taux patronal"),
    (Meaning::EmployerAmount, "Part patronale"),
];
const AMOUNTS: [Meaning; 4] = [Meaning::Amount, Meaning::Gain, Meaning::Deduction, Meaning::EmployerAmount];

/// Whether the first rows of a longer sheet look like it.
pub fn begins(rows: &[OwnedRow], wording: &Wording<'_>) -> bool {
    titled(rows, wording).or_else(|| in_turn(rows, wording)).is_some()
}

/// The same sheet with a row for each rubric; nothing when it is anything else, or holds a cell that no block has a place for.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Laid> {
    let table = titled(rows, wording).or_else(|| in_turn(rows, wording))?;
    table.laid(rows)
}

/// What a title says, and the side of the payslip that its words or those of its group name.
fn meaning(title: &str, group: Option<Meaning>, wording: &Wording<'_>) -> Option<(Meaning, Option<Meaning>)> {
    let plain = |text: &str| {
        let scores = wording.titles.scores(text);
        let best = scores.values().copied().max().unwrap_or(0);
        TITLES.iter().map(|t| t.0).find(|m| best >= SURELY && scores.get(&Title::Plain(*m)) == Some(&best))
    };
    let bare = title.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | '°'));
    let words: Vec<&str> = bare.split_whitespace().collect();
    let side = words.iter().skip(1).find_map(|w| super::parted::side_named(w, wording));
    // « Montant gain », « Rub retenue »: what a block has, and whose.
    let own = side.and_then(|_| plain(words.first()?));
    Some((own.or_else(|| plain(bare))?, own.and(side).or(group)))
}

/// What a column of a block is, told apart by the side it stands on.
fn sided(found: Meaning, side: Option<Meaning>) -> Meaning {
    match (found, side) {
        (Meaning::Amount, Some(side)) => side,
        (Meaning::Rate, Some(Meaning::EmployerAmount)) => Meaning::EmployerRate,
        (found, _) => found,
    }
}

/// A row of headings that opens a rubric more than once, each with an amount of its own.
fn titled(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Abreast> {
    (0..rows.len().min(HEAD)).find_map(|heading| {
        let row = &rows[heading];
        if !row.cells.iter().all(|c| matches!(c, Cell::Text(_) | Cell::Empty)) {
            return None;
        }
        let groups = groups(rows, heading, wording);
        let mut shared = Vec::new();
        let mut blocks: Vec<BTreeMap<Meaning, usize>> = Vec::new();
        for (c, cell) in row.cells.iter().enumerate() {
            let title = cell.shown();
            if title.is_empty() {
                continue;
            }
            let found = meaning(&title, groups.range(..=c).next_back().and_then(|g| *g.1), wording);
            let Some(m) = found.map(|(m, side)| sided(m, side)) else {
                shared.push(c);
                continue;
            };
            let opens = match m {
                Meaning::Code => true,
                Meaning::Label => blocks.last().is_none_or(|b| !b.contains_key(&Meaning::Code) || b.contains_key(&m)),
                _ => false,
            };
            if opens {
                blocks.push(BTreeMap::new());
            }
            let Some(block) = blocks.last_mut() else {
                shared.push(c);
                continue;
            };
            // A second amount of one kind in a block: it is no table of this shape.
            if block.insert(m, c).is_some() {
                return None;
            }
        }
        let whole = |b: &BTreeMap<Meaning, usize>| AMOUNTS.iter().any(|m| b.contains_key(m));
        let named = |b: &BTreeMap<Meaning, usize>| b.contains_key(&Meaning::Label) || b.contains_key(&Meaning::Code);
        (blocks.len() >= 2 && blocks.iter().all(|b| whole(b) && named(b))).then(|| Abreast::new(heading, shared, blocks))
    })
}

/// The sides that the row above the headings names, each from its column on.
fn groups(rows: &[OwnedRow], heading: usize, wording: &Wording<'_>) -> BTreeMap<usize, Option<Meaning>> {
    let above = heading.checked_sub(1).map(|h| &rows[h]).filter(|r| r.number + 1 == rows[heading].number);
    let cells = above.into_iter().flat_map(|r| r.cells.iter().enumerate());
    cells.filter(|(_, c)| !c.shown().is_empty()).map(|(i, c)| (i, super::parted::side_named(&c.shown(), wording))).collect()
}

/// Names and amounts in turn behind the columns of the agent, up to the end of each row.
fn in_turn(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Abreast> {
    let heading = rows.iter().take(HEAD).position(|r| r.cells.iter().any(|c| wording.of_agents(&c.shown())))?;
    let titles = rows[heading].cells.iter().rposition(|c| !c.shown().is_empty())?;
    let name = |c: &Cell<'_>| matches!(c, Cell::Text(t) if t.chars().filter(|c| c.is_alphabetic()).count() >= 2);
    let number = |c: &Cell<'_>| {
        let read = || crate::normalise::cells::number(c, crate::normalise::values::Mark::default());
        !c.shown().is_empty() && !name(c) && matches!(read(), Ok(Some(_)))
    };
    let data: Vec<&OwnedRow> = rows[heading + 1..].iter().filter(|r| r.cells.iter().any(|c| !c.shown().is_empty())).collect();
    let ends = |r: &OwnedRow| r.cells.iter().rposition(|c| !c.shown().is_empty()).map_or(0, |i| i + 1);
    let pairs = |r: &OwnedRow| {
        let cells = r.cells.get(titles..ends(r)).unwrap_or_default();
        cells.len() >= 4 && cells.chunks(2).all(|p| p.len() == 2 && name(&p[0]) && number(&p[1]))
    };
    if titles == 0 || data.len() < ROWS_IN_TURN || !data.iter().all(|r| pairs(r)) {
        return None;
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for cell in data.iter().flat_map(|r| r.cells[titles..ends(r)].iter().step_by(2)) {
        *seen.entry(cell.shown().into_owned()).or_default() += 1;
    }
    if seen.values().filter(|n| **n >= 2).count() < NAMES_IN_TURN {
        return None;
    }
    let last = data.iter().map(|r| ends(r)).max()?;
    let pair = |c: usize| BTreeMap::from([(Meaning::Label, c), (Meaning::Amount, c + 1)]);
    Some(Abreast::new(heading, (0..titles).collect(), (titles..last).step_by(2).map(pair).collect()))
}

impl Abreast {
    fn new(heading: usize, shared: Vec<usize>, blocks: Vec<BTreeMap<Meaning, usize>>) -> Self {
        let held: BTreeSet<Meaning> = blocks.iter().flat_map(BTreeMap::keys).copied().collect();
        let mut meanings: Vec<Meaning> = TITLES.iter().map(|t| t.0).filter(|m| held.contains(m)).collect();
        // Sums stand in any block, under whatever side it has: they are no deduction.
        if meanings.contains(&Meaning::Deduction) && !meanings.contains(&Meaning::Gain) {
            meanings.push(Meaning::Gain);
        }
        Self { heading, shared, blocks, meanings }
    }

    fn laid(&self, rows: &[OwnedRow]) -> Option<Laid> {
        let mut laid = Laid::default();
        let column = |c: usize| u16::try_from(c).unwrap_or(At::NO_COLUMN);
        let own = |row: &OwnedRow, c: usize| (row.cells.get(c).cloned().unwrap_or(Cell::Empty), Some((row.number, column(c))));
        for row in &rows[..self.heading] {
            // Group titles say nothing of a row for each rubric.
            let single = row.cells.iter().filter(|c| !c.shown().is_empty()).count() == 1;
            let first = row.cells.iter().position(|c| !c.shown().is_empty()).filter(|_| single);
            first.into_iter().for_each(|c| laid.put(vec![own(row, c)], (row.number, 0)));
        }
        let head = &rows[self.heading];
        let title = |m: &Meaning| {
            let text = TITLES.iter().find(|t| t.0 == *m).map_or("", |t| t.1);
            let at = self.blocks.iter().find_map(|b| b.get(m)).map(|c| (head.number, column(*c)));
            (Cell::Text(text.into()), at)
        };
        laid.put(self.shared.iter().map(|c| own(head, *c)).chain(self.meanings.iter().map(title)).collect(), (head.number, 0));
        let known: BTreeSet<usize> = self.shared.iter().chain(self.blocks.iter().flat_map(BTreeMap::values)).copied().collect();
        for row in &rows[self.heading + 1..] {
            if !self.lay(row, &known, &mut laid) {
                return None;
            }
        }
        Some(laid)
    }

    /// Lays out a row; false when a cell of it has no place.
    fn lay(&self, row: &OwnedRow, known: &BTreeSet<usize>, laid: &mut Laid) -> bool {
        let filled: Vec<usize> = (0..row.cells.len()).filter(|c| !row.cells[*c].shown().is_empty()).collect();
        let cell =
            |c: usize| (row.cells.get(c).cloned().unwrap_or(Cell::Empty), Some((row.number, u16::try_from(c).unwrap_or(At::NO_COLUMN))));
        // The name of an agent or of a part above its rows, or the heading once more.
        if let [single] = filled.as_slice() {
            laid.put(vec![cell(*single)], (row.number, 0));
            return true;
        }
        if filled.iter().any(|c| !known.contains(c)) {
            return false;
        }
        let full = |b: &&BTreeMap<Meaning, usize>| b.values().any(|c| filled.contains(c));
        for (n, block) in self.blocks.iter().filter(full).enumerate() {
            let label = block.get(&Meaning::Label).and_then(|c| row.cells.get(*c)).map(|c| c.shown().into_owned());
            let sum = label.is_some_and(|l| total_named(&l).is_some());
            let part = |m: &Meaning| {
                let from = match m {
                    Meaning::Gain if sum => block.get(m).or_else(|| block.get(&Meaning::Deduction)),
                    Meaning::Deduction if sum => None,
                    _ => block.get(m),
                };
                from.map_or((Cell::Empty, None), |c| cell(*c))
            };
            // What stands behind the blocks is of the row, and counts once.
            let first = self.blocks.iter().flat_map(BTreeMap::values).min().copied().unwrap_or_default();
            let shared = self.shared.iter().map(|c| if n == 0 || *c < first { cell(*c) } else { (Cell::Empty, None) });
            laid.put(shared.chain(self.meanings.iter().map(part)).collect(), (row.number, 0));
        }
        true
    }
}
