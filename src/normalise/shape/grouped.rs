//! Rubrics down the left, agents across, and of each agent several columns below his number or name: « Base | Taux | Gain | Retenue ».
//!
//! Each agent's part of a row becomes a row of its own with the agent and the rubric in front of it, below the titles that all agents
//! have. Where there are more agents than a page is wide, the next ones follow below, under the same titles.

use super::across::{Naming, agent_of};
use super::{Laid, SURELY, Wording, may_head, shown};
use crate::facts::Role as FactRole;
use crate::ground::At;
use crate::normalise::mapping::Meaning;
use crate::normalise::register::numbered_name;
use crate::normalise::titles::Title;
use crate::read::table::{Cell, OwnedRow};
use std::collections::BTreeSet;
use std::ops::Range;

/// The titles stand within so many rows; rows of agents so near above them.
const HEAD: usize = 12;
const NEAR: usize = 3;
/// Fewer agents, or fewer rubrics, are another table.
const AGENTS: usize = 2;
const RUBRICS: usize = 5;

/// Titles that come again for each agent.
struct Titles {
    code: Option<usize>,
    label: Option<usize>,
    /// The first column of the first agent, and how many each has.
    left: usize,
    wide: usize,
    /// All cells of the row.
    texts: Vec<String>,
}

/// An agent: his first column, his number and his name.
struct Agent {
    column: usize,
    id: Naming,
    name: Naming,
}

/// The agents under one row of titles, and their rows.
struct Page {
    agents: Vec<Agent>,
    /// The first row that names them.
    first: usize,
    body: Range<usize>,
}

/// The sheet as a plain register, when it is one of these.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Laid> {
    let (at, titles) = rows.iter().take(HEAD).enumerate().find_map(|(i, r)| Some((i, titles(r, wording)?)))?;
    let heads: Vec<usize> = (at..rows.len()).filter(|&i| i == at || again(&rows[i], &titles)).collect();
    let mut pages: Vec<Page> = Vec::new();
    for &head in &heads {
        let (first, agents) = agents_above(rows, head, &titles)?;
        if let Some(last) = pages.last_mut() {
            // Titles printed twice, with nobody between them.
            if first < last.body.start {
                return None;
            }
            last.body.end = first;
        }
        pages.push(Page { agents, first, body: head + 1..rows.len() });
    }
    let rubrics = rows[pages[0].body.clone()].iter().filter(|r| rubric(r, &titles).is_some()).count();
    let named: BTreeSet<String> = pages.iter().flat_map(|p| &p.agents).filter_map(key).collect();
    let all: usize = pages.iter().map(|p| p.agents.len()).sum();
    (rubrics >= RUBRICS && all >= AGENTS && named.len() == all).then(|| lay_out(rows, &titles, &pages, wording))
}

fn key(a: &Agent) -> Option<String> {
    a.id.as_ref().or(a.name.as_ref()).map(|c| c.0.shown().into_owned())
}

/// A row whose titles, beyond those of the rubrics, are the same ones again and again.
fn titles(row: &OwnedRow, wording: &Wording<'_>) -> Option<Titles> {
    if !may_head(row) {
        return None;
    }
    let texts: Vec<String> = (0..row.cells.len()).map(|c| shown(row, c)).collect();
    let last = texts.iter().rposition(|t| !t.is_empty())?;
    let titled = |c: usize, m: Meaning| wording.titles.scores(&texts[c]).get(&Title::Plain(m)).is_some_and(|s| *s >= SURELY);
    let code = (0..texts.len().min(3)).find(|&c| titled(c, Meaning::Code));
    let label = (0..texts.len().min(3)).find(|&c| Some(c) != code && titled(c, Meaning::Label));
    // « Rubrique » is the title of a number, or of the name where no other stands.
    let (code, label) = if label.is_none() { (None, code) } else { (code, label) };
    let left = code.max(label)? + 1;
    let of_agents = texts.get(left..=last)?;
    let wide = (2..=of_agents.len() / AGENTS)
        .find(|w| of_agents.len().is_multiple_of(*w) && of_agents.chunks(*w).all(|c| c == &of_agents[..*w]))?;
    let parts = [Meaning::Gain, Meaning::Deduction, Meaning::Amount, Meaning::Signed];
    let amounts = (left..left + wide).any(|c| parts.iter().any(|m| titled(c, *m)));
    let distinct: BTreeSet<&String> = of_agents[..wide].iter().collect();
    let all = distinct.len() == wide && of_agents[..wide].iter().all(|t| !t.is_empty());
    (amounts && all).then_some(Titles { code, label, left, wide, texts })
}

/// The same titles on the next page, for as many agents or fewer.
fn again(row: &OwnedRow, titles: &Titles) -> bool {
    let mut at = 0;
    let same = row.cells.iter().enumerate().all(|(c, _)| {
        let text = shown(row, c);
        at = if text.is_empty() { at } else { c + 1 };
        text.is_empty() || titles.texts.get(c) == Some(&text)
    });
    same && at >= titles.left + titles.wide && (at - titles.left).is_multiple_of(titles.wide)
}

/// The agents whom the rows right above the titles name, and the first of these rows: each over columns of his own.
fn agents_above(rows: &[OwnedRow], head: usize, titles: &Titles) -> Option<(usize, Vec<Agent>)> {
    let own = |r: &OwnedRow| -> Vec<(usize, String)> {
        (titles.left..r.cells.len()).map(|c| (c, shown(r, c))).filter(|(_, t)| !t.is_empty()).collect()
    };
    let naming: Vec<usize> = (head.saturating_sub(NEAR)..head)
        .filter(|&i| {
            let right = own(&rows[i]);
            right.len().max(1) <= right.iter().filter(|(_, t)| agent_of(t).is_some()).count()
        })
        .collect();
    let first = *naming.first()?;
    let width = (titles.left..rows[head].cells.len()).filter(|c| !shown(&rows[head], *c).is_empty()).max()? + 1;
    let mut agents: Vec<Agent> = Vec::new();
    for column in (titles.left..width).step_by(titles.wide) {
        let mut agent = Agent { column, id: None, name: None };
        for &i in &naming {
            let mut within = own(&rows[i]).into_iter().filter(|(c, _)| (column..column + titles.wide).contains(c));
            let Some((c, text)) = within.next() else { continue };
            // Number and name of one agent may stand beside each other.
            for (c, text) in std::iter::once((c, text)).chain(within) {
                let place = Some((rows[i].number, u16::try_from(c).ok()?));
                let (id, name) = agent_of(&text)?;
                let put = |t: &str| Some((Cell::Text(t.to_owned().into()), place?));
                match (id, name, numbered_name(&text)) {
                    (true, true, Some((id, name))) => {
                        agent.id = agent.id.or_else(|| put(id));
                        agent.name = agent.name.or_else(|| put(name));
                    }
                    (true, _, _) => agent.id = agent.id.or_else(|| put(&text)),
                    (false, _, _) => agent.name = agent.name.or_else(|| put(&text)),
                }
            }
        }
        key(&agent)?;
        agents.push(agent);
    }
    (!agents.is_empty()).then_some((first, agents))
}

/// The number and the name of a row's rubric.
fn rubric(row: &OwnedRow, titles: &Titles) -> Option<(String, String)> {
    let of = |c: Option<usize>| c.map(|c| shown(row, c)).unwrap_or_default();
    let (code, label) = (of(titles.code), of(titles.label));
    (!code.is_empty() || !label.is_empty()).then_some((code, label))
}

fn lay_out(rows: &[OwnedRow], titles: &Titles, pages: &[Page], wording: &Wording<'_>) -> Laid {
    let text = |t: &str| (if t.is_empty() { Cell::Empty } else { Cell::Text(t.to_owned().into()) }, None);
    let title = |r: FactRole| wording.cx.vocabulary.role(r).map(|f| wording.cx.vocabulary.get(f).label.fr.clone()).unwrap_or_default();
    let place = |r: &OwnedRow, c: usize| u16::try_from(c).ok().map(|c| (r.number, c));
    let mut laid = Laid::default();
    for row in &rows[..pages[0].first] {
        let parts = row.cells.iter().enumerate().map(|(c, cell)| (cell.clone(), place(row, c)));
        laid.put(parts.collect(), (row.number, At::NO_COLUMN));
    }
    let agents = || pages.iter().flat_map(|p| &p.agents);
    let (numbered, named) = (agents().any(|a| a.id.is_some()), agents().any(|a| a.name.is_some()));
    let head = &rows[pages[0].body.start - 1];
    let mut front = Vec::new();
    front.extend(numbered.then(|| text(&title(FactRole::Employee))));
    front.extend(named.then(|| text(&title(FactRole::FullName))));
    front.extend(titles.code.into_iter().chain(titles.label).map(|c| text(&titles.texts[c])));
    front.extend((titles.left..titles.left + titles.wide).map(|c| (head.cells[c].clone(), place(head, c))));
    laid.put(front, (head.number, At::NO_COLUMN));
    let of = |who: &Naming| who.as_ref().map_or((Cell::Empty, None), |(c, at)| (c.clone(), Some(*at)));
    for page in pages {
        for agent in &page.agents {
            for row in &rows[page.body.clone()] {
                let own: Vec<(Cell<'static>, Option<(u32, u16)>)> = (agent.column..agent.column + titles.wide)
                    .map(|c| (row.cells.get(c).cloned().unwrap_or(Cell::Empty), place(row, c)))
                    .collect();
                let Some((code, label)) = rubric(row, titles).filter(|_| own.iter().any(|(c, _)| !c.shown().is_empty())) else { continue };
                let mut parts = Vec::new();
                parts.extend(numbered.then(|| of(&agent.id)));
                parts.extend(named.then(|| of(&agent.name)));
                parts.extend(titles.code.map(|_| text(&code)));
                parts.extend(titles.label.map(|_| text(&label)));
                parts.extend(own);
                let whole = u16::try_from(agent.column).map_or((row.number, At::NO_COLUMN), |c| (row.number, c));
                laid.put(parts, whole);
            }
        }
    }
    laid
}
