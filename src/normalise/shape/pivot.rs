//! A saved pivot table: each agent above his rubrics in one column of labels, or the rubrics across with a column for each sum.
//!
//! Each agent and rubric becomes a row with a column for each sum. That a row is an agent's is proven: it sums up those below it.

use super::{Laid, SURELY, Wording, shown};
use crate::facts::Role as FactRole;
use crate::ground::{At, Exact};
use crate::normalise::mapping::Meaning;
use crate::normalise::register::numbered_name;
use crate::normalise::titles::{Title, measured, of_pivot_columns, of_pivot_rows, summing};
use crate::normalise::{cells, values};
use crate::read::table::{Cell, OwnedRow};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The titles stand within so many rows.
const HEAD: usize = 20;
/// Fewer rubrics, or fewer agents, are another table.
const RUBRICS: usize = 5;
const AGENTS: usize = 2;
/// Nobody's pay has more lines.
const LINES: usize = 200;
const CODE: &str = "Rubrique";
const LABEL: &str = "Libellé";

/// A column of sums: where it stands, its title, and the rubric above it where the rubrics stand across.
struct Measure {
    column: usize,
    title: String,
    rubric: Option<(String, usize)>,
}

/// Where the titles stand, the names of rubrics across, the column of labels, and the sums.
struct Head {
    row: usize,
    over: usize,
    labels: usize,
    measures: Vec<Measure>,
}

/// Whether the first rows of a longer sheet look like it.
pub fn begins(rows: &[OwnedRow], wording: &Wording<'_>) -> bool {
    let titled = |r: &OwnedRow| r.cells.iter().any(|c| of_pivot_rows(&c.shown()));
    rows.iter().take(HEAD).enumerate().any(|(i, r)| titled(r) && head(rows, i, wording).is_some())
}

/// The sheet as a plain register, when it is one of these.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Laid> {
    let head = rows.iter().take(HEAD).enumerate().find_map(|(i, _)| head(rows, i, wording))?;
    let body = head.row + 1..rows.iter().rposition(|r| summing(&shown(r, head.labels)).is_none() && !shown(r, head.labels).is_empty())? + 1;
    if head.measures[0].rubric.is_some() { across(rows, &head, body, wording) } else { below(rows, &head, body, wording) }
}

fn head(rows: &[OwnedRow], at: usize, wording: &Wording<'_>) -> Option<Head> {
    let row = &rows[at];
    let labels = row.cells.iter().position(|c| !c.shown().is_empty())?;
    let titled = of_pivot_rows(&shown(row, labels)) || wording.of_agents(&shown(row, labels));
    let others: Vec<usize> = (labels + 1..row.cells.len()).filter(|&c| !shown(row, c).is_empty()).collect();
    if let Some(measures) = of_one_sum(rows, at, labels, &others) {
        return Some(Head { row: at, over: at, labels, measures });
    }
    if !titled || others.is_empty() || !others.iter().all(|&c| is_measure(&shown(row, c), wording)) {
        return None;
    }
    let above = at.checked_sub(1).map(|i| &rows[i]);
    let columns = |i: usize| rows[i].cells.iter().any(|c| of_pivot_columns(&c.shown()));
    let crossed = (at.saturating_sub(3)..at).any(columns);
    let mut rubric: Option<(String, usize)> = None;
    let mut measures = Vec::new();
    for column in others {
        let title = shown(row, column);
        let title = measured(&title).unwrap_or(&title).to_owned();
        if crossed {
            let over = above.map(|r| shown(r, column)).filter(|t| !t.is_empty());
            rubric = over.map(|t| (t, column)).or(rubric);
            // « Total Somme de Part salariale »
            if rubric.as_ref().is_none_or(|(t, _)| summing(t).is_some()) {
                continue;
            }
        }
        measures.push(Measure { column, title, rubric: rubric.clone() });
    }
    (!measures.is_empty()).then_some(Head { row: at, over: at.saturating_sub(1), labels, measures })
}

/// « Somme de Montant | Étiquettes de colonnes » above the labels and the names of rubrics: one sum below each of these.
fn of_one_sum(rows: &[OwnedRow], at: usize, labels: usize, others: &[usize]) -> Option<Vec<Measure>> {
    let above = &rows[at.checked_sub(1)?];
    let title = measured(&shown(above, labels))?.to_owned();
    let crossed = above.cells.iter().any(|c| of_pivot_columns(&c.shown()));
    let rubric = |c: &usize| Some(shown(&rows[at], *c)).filter(|t| summing(t).is_none());
    let measure = |c: &usize| Some(Measure { column: *c, title: title.clone(), rubric: Some((rubric(c)?, *c)) });
    (crossed && of_pivot_rows(&shown(&rows[at], labels)))
        .then(|| others.iter().filter_map(measure).collect())
        .filter(|m: &Vec<_>| !m.is_empty())
}

/// « Somme de Montant », « Montant »; « Total Somme de Montant » at the right.
fn is_measure(text: &str, wording: &Wording<'_>) -> bool {
    let amounts = [Meaning::Amount, Meaning::Gain, Meaning::Deduction, Meaning::Base, Meaning::EmployerAmount];
    let scores = wording.titles.scores(text);
    let known = || amounts.iter().any(|m| scores.get(&Title::Plain(*m)).is_some_and(|s| *s >= SURELY));
    measured(text).is_some() || summing(text).is_some() || known()
}

fn amount(row: &OwnedRow, column: usize) -> Option<Exact> {
    row.cells.get(column).and_then(|c| cells::number(c, values::Mark::Unknown).ok().flatten())
}

/// Each agent above his rubrics.
fn below(rows: &[OwnedRow], head: &Head, body: Range<usize>, wording: &Wording<'_>) -> Option<Laid> {
    let label = |i: usize| shown(&rows[i], head.labels);
    let mut often: BTreeMap<String, usize> = BTreeMap::new();
    body.clone().for_each(|i| *often.entry(label(i)).or_default() += 1);
    let mut agents: Vec<(usize, Range<usize>)> = Vec::new();
    let ends = |at: usize, until: usize| {
        let alone = until == body.end || often[&label(until)] == 1;
        alone && sums_up(rows, head, at, at + 1..until)
    };
    let within = |at: usize| at + 2..=body.end.min(at + LINES);
    let mut at = body.start;
    while at < body.end {
        // A rubric of nothing that nobody else has is no agent: whoever comes next sums up his own lines.
        let follows = |until: usize| until == body.end || within(until).any(|next| ends(until, next));
        let until = within(at).find(|&until| ends(at, until) && follows(until))?;
        agents.push((at, at + 1..until));
        at = until;
    }
    let rubrics: BTreeSet<String> = agents.iter().flat_map(|(_, of)| of.clone()).map(label).collect();
    let again = rubrics.iter().filter(|r| often[*r] > 1).count();
    if agents.len() < AGENTS || rubrics.len() < RUBRICS || again * 2 < rubrics.len() {
        return None;
    }
    let mut out = Out::new(rows, head, &rubrics, wording);
    for (agent, lines) in agents {
        for i in lines {
            let place = u16::try_from(head.labels).ok().map(|c| (rows[i].number, c));
            out.put((rows, head), agent, (&label(i), place), i, &head.measures.iter().collect::<Vec<_>>());
        }
    }
    Some(out.laid)
}

/// Whether a row has the sum of those below it in each column that it fills, and in one at least.
fn sums_up(rows: &[OwnedRow], head: &Head, agent: usize, lines: Range<usize>) -> bool {
    let mut one = false;
    head.measures.iter().all(|m| {
        let Some(of_agent) = amount(&rows[agent], m.column) else { return true };
        one = true;
        let sum = lines.clone().filter_map(|i| amount(&rows[i], m.column)).try_fold(Exact::ZERO, |s, n| s.add(n));
        // Floats of a workbook: a thousandth is no cent.
        let off = sum.and_then(|s| s.sub(of_agent));
        off.and_then(|o| o.mul(Exact::int(1_000))).is_some_and(|o| o < Exact::ONE && o > Exact::int(-1))
    }) && one
}

/// A row for each agent, the rubrics across.
fn across(rows: &[OwnedRow], head: &Head, body: Range<usize>, wording: &Wording<'_>) -> Option<Laid> {
    let rubrics: BTreeSet<String> = head.measures.iter().filter_map(|m| Some(m.rubric.clone()?.0)).collect();
    if body.len() < AGENTS || rubrics.len() < RUBRICS {
        return None;
    }
    let mut out = Out::new(rows, head, &rubrics, wording);
    for i in body {
        for of_rubric in head.measures.chunk_by(|a, b| a.rubric == b.rubric) {
            let Some((name, column)) = &of_rubric[0].rubric else { continue };
            let place = u16::try_from(*column).ok().map(|c| (rows[head.over].number, c));
            out.put((rows, head), i, (name, place), i, &of_rubric.iter().collect::<Vec<_>>());
        }
    }
    Some(out.laid)
}

/// The register as it is laid out.
struct Out {
    laid: Laid,
    titles: Vec<String>,
    numbered: bool,
    coded: bool,
}

impl Out {
    fn new(rows: &[OwnedRow], head: &Head, rubrics: &BTreeSet<String>, wording: &Wording<'_>) -> Self {
        let text = |t: &str| (Cell::Text(t.to_owned().into()), None);
        let title = |r: FactRole| wording.cx.vocabulary.role(r).map(|f| wording.cx.vocabulary.get(f).label.fr.clone()).unwrap_or_default();
        let mut titles: Vec<String> = Vec::new();
        for measure in &head.measures {
            if !titles.contains(&measure.title) {
                titles.push(measure.title.clone());
            }
        }
        let mut laid = Laid::default();
        for row in &rows[..head.row] {
            // The names of rubrics across are no lines of words above the titles.
            if head.measures[0].rubric.is_some() && row.number + 1 == rows[head.row].number {
                continue;
            }
            let cells = row.cells.iter().enumerate().map(|(c, cell)| (cell.clone(), u16::try_from(c).ok().map(|c| (row.number, c))));
            laid.put(cells.collect(), (row.number, At::NO_COLUMN));
        }
        let body = &rows[head.row + 1..];
        let numbered = body.iter().any(|r| numbered_name(&shown(r, head.labels)).is_some());
        let coded = all_coded(rubrics);
        let mut parts = Vec::new();
        parts.extend(numbered.then(|| text(&title(FactRole::Employee))));
        parts.push(text(&title(FactRole::FullName)));
        parts.extend(coded.then(|| text(CODE)));
        parts.push(text(LABEL));
        parts.extend(titles.iter().map(|t| text(t)));
        laid.put(parts, (rows[head.row].number, At::NO_COLUMN));
        Self { laid, titles, numbered, coded }
    }

    /// A line: its agent's row, the name of its rubric and its place, and the row of its sums.
    fn put(
        &mut self,
        (rows, head): (&[OwnedRow], &Head),
        agent: usize,
        (rubric, place): (&str, Option<(u32, u16)>),
        line: usize,
        measures: &[&Measure],
    ) {
        let of = |m: &Measure| rows[line].cells.get(m.column).filter(|c| !c.shown().is_empty());
        if measures.iter().all(|m| of(m).is_none()) {
            return;
        }
        let text = |t: &str| Cell::Text(t.to_owned().into());
        let who = shown(&rows[agent], head.labels);
        let at = u16::try_from(head.labels).ok().map(|c| (rows[agent].number, c));
        let (number, name) = numbered_name(&who).map_or((None, who.as_str()), |(id, name)| (Some(id), name));
        let mut parts = Vec::new();
        parts.extend(self.numbered.then(|| (number.map_or(Cell::Empty, text), at)));
        parts.push((text(name), at));
        match split_code(rubric).filter(|_| self.coded) {
            Some((code, label)) => parts.extend([(text(code), place), (text(label), place)]),
            None => {
                parts.extend(self.coded.then_some((Cell::Empty, place)));
                parts.push((text(rubric), place));
            }
        }
        let column = |m: &Measure| u16::try_from(m.column).ok().map(|c| (rows[line].number, c));
        for title in &self.titles {
            let own = measures.iter().find(|m| m.title == *title);
            parts.push((own.and_then(|m| of(m).cloned()).unwrap_or(Cell::Empty), own.and_then(|m| column(m))));
        }
        self.laid.put(parts, (rows[line].number, At::NO_COLUMN));
    }
}

/// Whether nearly every rubric begins with a number, or with letters of its own.
fn all_coded(rubrics: &BTreeSet<String>) -> bool {
    let codes: Vec<&str> = rubrics.iter().filter_map(|r| split_code(r)).map(|(code, _)| code).collect();
    let different: BTreeSet<&str> = codes.iter().copied().collect();
    let numbers = codes.iter().all(|c| c.bytes().any(|b| b.is_ascii_digit()));
    (numbers || different.len() == codes.len()) && codes.len() * 10 >= rubrics.len() * 8
}

/// `1010 Traitement`, `TBI - Traitement`: the code of a rubric and its name.
fn split_code(rubric: &str) -> Option<(&str, &str)> {
    let (code, label) = rubric.trim().split_once([' ', ':'])?;
    let of_code = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'_' || b == b'.';
    let label = label.trim_start_matches([' ', '-', ':', '\u{2013}']);
    (code.len() <= 8 && code.bytes().all(of_code) && label.chars().any(char::is_alphabetic)).then_some((code, label))
}
