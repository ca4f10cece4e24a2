//! Rubrics down the left, agents across: a column for each agent below his number or his name.
//!
//! Each amount becomes a row of its own with the agent and the rubric in front of it, as a register with a row per line has them.
//! Where there are more agents than a page is wide, the next ones follow below, on pages with the same titles. Each agent may have
//! several columns (« Base | Taux | Part salariale | Part patronale »): then each of his rubrics becomes a row.

use super::{Laid, SURELY, Wording, may_head, shown};
use crate::facts::Role as FactRole;
use crate::ground::At;
use crate::normalise::lists::years_and_months;
use crate::normalise::mapping::Meaning;
use crate::normalise::register::{numbered_name, split_name};
use crate::normalise::titles::{Title, summing};
use crate::normalise::{bands, cells, values};
use crate::read::table::{Cell, OwnedRow};
use std::ops::Range;

/// The headings stand within so many rows; rows of agents stand so near to them.
const HEAD: usize = 12;
const NEAR: usize = 3;
/// Fewer agents, or fewer rubrics, are another table.
const AGENTS: usize = 2;
const RUBRICS: usize = 5;
const AMOUNT: &str = "Montant";
const EMPLOYER: &str = "Part patronale";
const CODE: &str = "Rubrique";
const LABEL: &str = "Libellé";

/// A number or a name, and where it stands.
pub(super) type Naming = Option<(Cell<'static>, (u32, u16))>;

/// An agent's column: his number and his name as far as the head of it says.
struct Agent {
    column: usize,
    id: Naming,
    name: Naming,
    /// What stands in his columns, where he has several.
    parts: Vec<(usize, String)>,
}

impl Agent {
    fn columns(&self) -> impl Iterator<Item = usize> {
        let own = self.parts.is_empty().then_some(self.column);
        own.into_iter().chain(self.parts.iter().map(|p| p.0))
    }

    fn paid(&self, row: &OwnedRow) -> bool {
        self.columns().any(|c| number(row, c))
    }
}

/// Where the rubrics stand, and the agents.
struct Head {
    code: Option<usize>,
    label: Option<usize>,
    agents: Vec<Agent>,
    /// The first row below all that names them.
    below: usize,
    /// The first row that names them.
    first: usize,
}

impl Head {
    /// Whether it shows the numbers and the names of its agents.
    fn names(&self) -> (bool, bool) {
        (self.agents.iter().any(|a| a.id.is_some()), self.agents.iter().any(|a| a.name.is_some()))
    }
}

/// The sheet as a plain register, when it is one of these.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Laid> {
    let pages = pages(rows, wording)?;
    let page = |p: &Page| rubrics(rows, p);
    let found: Vec<usize> = pages.iter().map(page).collect::<Option<_>>()?;
    (found[0] >= RUBRICS).then(|| lay_out(rows, &pages, wording))
}

/// A page: its head, and the rows of its rubrics.
struct Page {
    head: Head,
    body: Range<usize>,
}

/// The first page and those below it: each begins with the rows that name its agents, titled as on the first.
fn pages(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Vec<Page>> {
    let first = head(rows, AGENTS, wording)?;
    // Below titles of parts a page of one agent is his.
    let least = if first.agents.iter().all(|a| a.parts.is_empty()) { AGENTS } else { 1 };
    let left = first.code.max(first.label)? + 1;
    let titled = |i: usize| (0..left).map(|c| shown(&rows[i], c)).collect::<Vec<_>>();
    let opening = titled(first.first);
    let naming = |i: usize| titled(i) == opening && names_agents(&rows[i], (left, least), i, i);
    let titles = first.first..first.below;
    let mut pages = vec![Page { body: first.below..rows.len(), head: first }];
    let mut at = pages[0].body.start;
    // A page of one agent, whose lines would be somebody else's.
    let again = |i: &usize| !titles.contains(i) && titled(*i) == opening && opening.iter().any(|t| !t.is_empty()) && !naming(*i);
    if (at..rows.len()).any(|i| again(&i)) {
        return None;
    }
    while let Some(start) = (at..rows.len()).find(|&i| naming(i)) {
        let mut next = head(&rows[start..], least, wording).filter(|h| h.first == 0)?;
        next.below += start;
        next.first = start;
        let last = pages.last_mut()?;
        // The rows of words above a page are its own.
        let paid = |i: &usize| last.head.agents.iter().any(|a| a.paid(&rows[*i]));
        last.body.end = (last.body.start..start).rev().find(paid).map_or(last.body.start, |i| i + 1);
        at = next.below;
        pages.push(Page { body: next.below..rows.len(), head: next });
    }
    let of = |h: &Head| (h.code, h.label, h.names(), h.agents.iter().all(|a| part_titles(a).eq(part_titles(&pages[0].head.agents[0]))));
    let alike = |p: &Page| of(&p.head) == of(&pages[0].head);
    pages.iter().all(alike).then_some(pages)
}

/// The rubrics of a page; `None` where it tells more than pay: words where amounts stand are facts of the agents.
fn rubrics(rows: &[OwnedRow], page: &Page) -> Option<usize> {
    let body = &rows[page.body.clone()];
    let amounts = |r: &OwnedRow| page.head.agents.iter().filter(|a| a.paid(r)).count();
    let worded = |r: &OwnedRow, a: &Agent| !a.paid(r) && a.columns().any(|c| !shown(r, c).is_empty());
    let words = |r: &OwnedRow| page.head.agents.iter().filter(|a| worded(r, a)).count();
    let told = body.iter().any(|r| words(r) > amounts(r));
    (!told).then(|| body.iter().filter(|r| rubric(r, &page.head).is_some() && amounts(r) > 0).count())
}

fn number(row: &OwnedRow, column: usize) -> bool {
    row.cells.get(column).is_some_and(|c| matches!(cells::number(c, values::Mark::Unknown), Ok(Some(_))))
}

/// The number and the name of a row's rubric; `None` where it has neither, or sums up others.
fn rubric(row: &OwnedRow, head: &Head) -> Option<(String, String)> {
    let of = |c: Option<usize>| c.map(|c| shown(row, c)).unwrap_or_default();
    let (code, label) = (of(head.code), of(head.label));
    (!code.is_empty() || !label.is_empty()).then_some((code, label))
}

fn head(rows: &[OwnedRow], least: usize, wording: &Wording<'_>) -> Option<Head> {
    let near = || rows.iter().take(HEAD).enumerate();
    let titled = near().find_map(|(at, row)| head_at(rows, (at, least), rubric_titles(row, wording)?, wording));
    titled.or_else(|| near().find_map(|(at, _)| head_at(rows, (at, least), below_agents(rows, at, wording)?, wording)))
}

/// The head whose titles of rubrics stand in this row.
fn head_at(
    rows: &[OwnedRow],
    (at, least): (usize, usize),
    (code, label): (Option<usize>, Option<usize>),
    wording: &Wording<'_>,
) -> Option<Head> {
    let left = code.max(label)? + 1;
    let candidates = at.saturating_sub(NEAR)..(at + 2).min(rows.len());
    let naming: Vec<usize> = candidates.filter(|&i| names_agents(&rows[i], (left, least), at, i)).collect();
    let (first, last) = (*naming.first()?, *naming.last()?);
    let mut agents = agents(rows, &naming, (left, least))?;
    if agents.iter().all(|a| a.name.is_none()) {
        let names: Vec<usize> = (first.min(at)..last.max(at)).filter(|&i| i != at && titled_names(&rows[i], left, wording)).collect();
        agents.iter_mut().for_each(|a| a.name = name_below(rows, &names, a.column));
    }
    let mut below = last.max(at) + 1;
    if rows.get(below).is_some_and(|row| parted(row, left, &mut agents, wording)) {
        below += 1;
    }
    Some(Head { code, label, agents, below, first: first.min(at) })
}

/// « Base | Taux | Part salariale | Part patronale » below each agent, the same below all of them: says what his columns are.
fn parted(row: &OwnedRow, left: usize, agents: &mut [Agent], wording: &Wording<'_>) -> bool {
    let part = |c: usize| {
        let text = shown(row, c);
        let scores = wording.titles.scores(&text);
        let of_line = |(t, s): (&Title, &u32)| matches!(t, Title::Plain(m) if m.is_of_lines()) && *s >= SURELY;
        (may_head(row) && scores.iter().any(of_line)).then_some(text)
    };
    let begins: Vec<usize> = agents.iter().map(|a| a.column).collect();
    let ends = begins.iter().skip(1).copied().chain([row.cells.len()]);
    let found: Vec<Vec<(usize, String)>> =
        begins.iter().zip(ends).map(|(b, e)| (*b..e).filter_map(|c| Some((c, part(c)?))).collect()).collect();
    let titles = |parts: &[(usize, String)]| parts.iter().map(|p| p.1.clone()).collect::<Vec<_>>();
    let first = titles(&found[0]);
    let told = (left..row.cells.len()).filter(|&c| !shown(row, c).is_empty()).count();
    let all = found.iter().map(Vec::len).sum::<usize>() == told;
    let once = first.iter().collect::<std::collections::BTreeSet<_>>().len() == first.len();
    if first.len() < 2 || !all || !once || found.iter().any(|p| titles(p) != first) {
        return false;
    }
    agents.iter_mut().zip(found).for_each(|(a, parts)| a.parts = parts);
    true
}

fn part_titles(agent: &Agent) -> impl Iterator<Item = &str> {
    agent.parts.iter().map(|p| p.1.as_str())
}

/// « Nom », « Prénom » in front of a row of words.
fn titled_names(row: &OwnedRow, left: usize, wording: &Wording<'_>) -> bool {
    let roles = [FactRole::Surname, FactRole::GivenName, FactRole::FullName];
    let facts: Vec<_> = roles.iter().filter_map(|r| wording.cx.vocabulary.role(*r)).collect();
    let named = |c: usize| {
        let scores = wording.titles.scores(&shown(row, c));
        facts.iter().any(|f| scores.get(&Title::Fact(*f)).is_some_and(|s| *s >= SURELY))
    };
    (0..left).any(named)
}

/// The name of an agent in rows of surnames and given names.
fn name_below(rows: &[OwnedRow], names: &[usize], column: usize) -> Naming {
    let parts: Vec<String> = names.iter().map(|&i| shown(&rows[i], column)).filter(|t| t.chars().any(char::is_alphabetic)).collect();
    let place = (rows[*names.first()?].number, u16::try_from(column).ok()?);
    (!parts.is_empty()).then(|| (Cell::Text(parts.join(" ").into()), place))
}

/// The columns of the numbers and names of rubrics, in a row that has no other title.
fn rubric_titles(row: &OwnedRow, wording: &Wording<'_>) -> Option<(Option<usize>, Option<usize>)> {
    let titled = |cell: &Cell<'_>, m: Meaning| {
        matches!(cell, Cell::Text(_)) && wording.titles.scores(&cell.shown()).get(&Title::Plain(m)).is_some_and(|s| *s >= SURELY)
    };
    let mut filled = row.cells.iter().enumerate().filter(|(_, c)| !c.shown().is_empty());
    let first = filled.next().filter(|(_, c)| may_head(&OwnedRow { number: 0, cells: vec![(*c).clone()], hidden: false }))?;
    let code = titled(first.1, Meaning::Code).then_some(first.0);
    let label = titled(first.1, Meaning::Label).then_some(first.0);
    match (code, label) {
        // « Rubrique » is the title of a number, or of the name where the number stands before it.
        (Some(code), _) => {
            // « Rub. | Nom » of who stands to the right is above the labels.
            let whose = |i: usize, c: &Cell<'_>| i == first.0 + 1 && wording.of_agents(&c.shown());
            let second = filled.next().filter(|(i, c)| titled(c, Meaning::Label) || titled(c, Meaning::Code) || whose(*i, c));
            Some((second.is_some().then_some(code), second.map_or(Some(code), |s| Some(s.0))))
        }
        (None, Some(label)) => {
            let second = filled.next().filter(|(_, c)| titled(c, Meaning::Code)).map(|s| s.0);
            Some((second, Some(label)))
        }
        (None, None) => None,
    }
}

/// « Matricule » or « Nom » above the labels, where the employer's shares stand below words of their own: the labels come again there.
fn below_agents(rows: &[OwnedRow], at: usize, wording: &Wording<'_>) -> Option<(Option<usize>, Option<usize>)> {
    let column = rows[at].cells.iter().position(|c| !c.shown().is_empty())?;
    let titles = |i: usize| rows.get(i).is_some_and(|r| wording.of_agents(&shown(r, column)));
    let parted = || rows[at + 1..].iter().any(|r| bands::employers_below(&r.cells) == Some(true));
    (titles(at) && !titles(at + 1) && parted()).then_some((None, Some(column)))
}

/// A row of the head with agents to the right: above or below the titles of rubrics it has no rubric of its own.
fn names_agents(row: &OwnedRow, (left, least): (usize, usize), titles: usize, at: usize) -> bool {
    let right: Vec<String> = (left..row.cells.len()).map(|c| shown(row, c)).filter(|t| !t.is_empty()).collect();
    let named = right.iter().filter(|t| agent_of(t).is_some()).count();
    let own = (0..left).filter(|&c| !shown(row, c).is_empty()).count();
    named >= least && named * 10 >= right.len() * 8 && (at <= titles || own == 0)
}

/// What a heading says of an agent: whether a number stands in it, and a name.
pub(super) fn agent_of(text: &str) -> Option<(bool, bool)> {
    if summing(text).is_some() || !years_and_months(text, false).is_empty() {
        return None;
    }
    if numbered_name(text).is_some() {
        return Some((true, true));
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let year = text.parse::<u32>().is_ok_and(|y| (1990..2100).contains(&y) && text.len() == 4);
    if digits >= 2 && digits * 2 >= text.len() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return (!year).then_some((true, false));
    }
    let name = digits == 0 && text.split_whitespace().count() <= 6 && text.len() <= 60 && {
        let (surname, given) = split_name(text);
        surname.len() >= 2 && !given.is_empty() && surname.chars().all(|c| c.is_uppercase() || !c.is_alphabetic())
    };
    name.then_some((false, true))
}

/// The agents of all columns that the rows of the head name: each is somebody else, and sums stand in the rest.
fn agents(rows: &[OwnedRow], naming: &[usize], (left, least): (usize, usize)) -> Option<Vec<Agent>> {
    let width = naming.iter().map(|&i| rows[i].cells.len()).max()?;
    let mut out: Vec<Agent> = Vec::new();
    for column in left..width {
        let mut agent = Agent { column, id: None, name: None, parts: Vec::new() };
        for &i in naming {
            let text = shown(&rows[i], column);
            let place = (rows[i].number, u16::try_from(column).ok()?);
            let Some((id, name)) = agent_of(&text) else {
                if text.is_empty() || summing(&text).is_some() {
                    continue;
                }
                return None;
            };
            let cell = rows[i].cells[column].clone();
            if let (true, true, Some((id, name))) = (id, name, numbered_name(&text)) {
                agent.id = agent.id.or(Some((Cell::Text(id.to_owned().into()), place)));
                agent.name = agent.name.or(Some((Cell::Text(name.to_owned().into()), place)));
            } else if id {
                agent.id = agent.id.or(Some((cell, place)));
            } else if name {
                agent.name = agent.name.or(Some((cell, place)));
            }
        }
        if agent.id.is_some() || agent.name.is_some() {
            out.push(agent);
        }
    }
    let who = |a: &Agent| a.id.as_ref().or(a.name.as_ref()).map(|c| c.0.shown().into_owned());
    let different: std::collections::BTreeSet<_> = out.iter().map(who).collect();
    (out.len() >= least && different.len() == out.len()).then_some(out)
}

fn lay_out(rows: &[OwnedRow], pages: &[Page], wording: &Wording<'_>) -> Laid {
    let text = |t: String| if t.is_empty() { Cell::Empty } else { Cell::Text(t.into()) };
    let title = |r: FactRole| wording.cx.vocabulary.role(r).map(|f| wording.cx.vocabulary.get(f).label.fr.clone()).unwrap_or_default();
    let first = &pages[0].head;
    let mut laid = Laid::default();
    for row in &rows[..first.first] {
        let parts = row.cells.iter().enumerate().filter_map(|(c, cell)| Some((cell.clone(), Some((row.number, u16::try_from(c).ok()?)))));
        laid.put(parts.collect(), (row.number, At::NO_COLUMN));
    }
    let (numbered, named) = first.names();
    let sides: Vec<Vec<bool>> = pages.iter().map(|p| sides(rows, p.body.clone())).collect();
    let mut titles = Vec::new();
    titles.extend(numbered.then(|| title(FactRole::Employee)));
    titles.extend(named.then(|| title(FactRole::FullName)));
    titles.extend(first.code.map(|_| CODE.to_owned()));
    titles.push(LABEL.to_owned());
    if first.agents.iter().all(|a| a.parts.is_empty()) {
        titles.push(AMOUNT.to_owned());
        titles.extend(sides.iter().flatten().any(|s| *s).then(|| EMPLOYER.to_owned()));
    }
    titles.extend(part_titles(&first.agents[0]).map(str::to_owned));
    laid.put(titles.into_iter().map(|t| (text(t), None)).collect(), (rows[first.first].number, At::NO_COLUMN));
    for (page, sides) in pages.iter().zip(&sides) {
        put_page(&mut laid, &rows[page.body.clone()], &page.head, sides);
    }
    laid
}

/// A row for each amount of a page.
fn put_page(laid: &mut Laid, body: &[OwnedRow], head: &Head, sides: &[bool]) {
    let text = |t: String| if t.is_empty() { Cell::Empty } else { Cell::Text(t.into()) };
    let of = |who: &Naming| who.as_ref().map_or((Cell::Empty, None), |(c, at)| (c.clone(), Some(*at)));
    let (numbered, named) = head.names();
    for agent in &head.agents {
        for (row, side) in body.iter().zip(sides) {
            let Some((code, label)) = rubric(row, head) else { continue };
            let place = |c: usize| u16::try_from(c).ok().map(|c| (row.number, c));
            let here = place(agent.column);
            let filled = |c: usize| row.cells.get(c).filter(|c| !c.shown().is_empty() && !is_nothing(c)).cloned();
            if agent.columns().all(|c| filled(c).is_none()) {
                continue;
            }
            let mut parts = Vec::new();
            parts.extend(numbered.then(|| of(&agent.id)));
            parts.extend(named.then(|| of(&agent.name)));
            parts.extend(head.code.map(|_| (text(code), None)));
            parts.push((text(label), None));
            if *side && agent.parts.is_empty() {
                parts.push((Cell::Empty, here));
            }
            parts.extend(agent.columns().map(|c| (filled(c).unwrap_or(Cell::Empty), place(c))));
            laid.put(parts, here.unwrap_or((row.number, At::NO_COLUMN)));
        }
    }
}

/// No amount: nothing of the agent.
fn is_nothing(cell: &Cell<'_>) -> bool {
    matches!(cells::number(cell, values::Mark::Unknown), Ok(Some(n)) if n.is_zero())
}

/// Whether each row is the employer's share, by the rows of words between them: « Part patronale ».
fn sides(rows: &[OwnedRow], body: Range<usize>) -> Vec<bool> {
    let mut employers = false;
    let side = |row: &OwnedRow| {
        employers = bands::employers_below(&row.cells).unwrap_or(employers);
        employers
    };
    rows[body].iter().map(side).collect()
}
