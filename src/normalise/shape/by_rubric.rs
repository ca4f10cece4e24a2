//! A register printed rubric by rubric: a row that names the rubric, its agents below it.
//!
//! In: the rows of a sheet. Out: the same with the number and the name of the rubric in front of every row of an agent.

use super::{SURELY, Wording};
use crate::ground::place::Source;
use crate::ground::{Sources, ids};
use crate::normalise::mapping::Meaning;
use crate::normalise::remarks::is_remark;
use crate::normalise::text::fold;
use crate::normalise::titles::{before_rubric, summing};
use crate::normalise::values::Mark;
use crate::normalise::{bands, cells};
use crate::read::table::{Cell, OwnedRow, Table};
use std::collections::{BTreeMap, BTreeSet};

/// The headings stand within so many rows.
const HEAD: usize = 20;
/// Fewer rubrics are no register.
const RUBRICS: usize = 3;
pub(super) const CODE: &str = "Rubrique";
pub(super) const LABEL: &str = "Libellé";

/// Whether the first rows of a longer sheet look like it.
pub fn begins(rows: &[OwnedRow], wording: &Wording<'_>) -> bool {
    let Some((h, agent)) = heading(rows, wording) else { return false };
    rows[h + 1..].iter().find(|r| !is_drawn(r)).is_some_and(|r| rubric(r, agent).is_some())
}

/// The rows of the register: above the headings, and the rubric that each row below them belongs to.
pub struct ByRubric {
    heading: usize,
    of: Vec<(usize, Option<(String, String)>)>,
}

/// The register of a sheet; nothing when it is anything else.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<ByRubric> {
    let (heading, agent) = heading(rows, wording)?;
    // What stands above the headings, or names an agent, is the head of a page or the row of somebody without an amount.
    let above = &rows[..=heading];
    let whole = |r: &OwnedRow| Some(bands::whole_line(&r.cells)).filter(|l| l.chars().any(char::is_alphabetic));
    let head: BTreeSet<String> = above.iter().flat_map(|r| bands::head_line(&r.cells).into_iter().chain(whole(r))).collect();
    let of_agents = agents_of(&rows[heading + 1..], agent);
    let of_head = |r: &OwnedRow| bands::head_line(&r.cells).into_iter().chain(whole(r)).any(|l| head.contains(&l));
    let names_agent = |row: &OwnedRow| {
        let first = row.cells.iter().map(Cell::shown).find(|t| !t.is_empty()).unwrap_or_default();
        of_agents.contains(ids::bare(&first))
    };
    let mut now: Option<(String, String)> = None;
    let mut of = Vec::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut agents: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for (i, row) in rows.iter().enumerate().skip(heading + 1).filter(|(_, r)| !is_drawn(r) && !of_head(r)) {
        if let Some(found) = rubric(row, agent) {
            if names_agent(row) {
                of.push((i, None));
                continue;
            }
            seen.insert(found.clone());
            now = Some(found);
            continue;
        }
        let first = row.cells.iter().map(Cell::shown).find(|t| !t.is_empty()).unwrap_or_default();
        let sum = summing(&first).is_some() || is_remark(&row.cells);
        let who = row.cells.get(agent).map(|c| ids::bare(&c.shown()).to_owned()).filter(|t| !t.is_empty() && !sum);
        if let Some(who) = who {
            // A row of an agent that stands below no rubric: it is another table.
            let of_rubric = agents.entry(who).or_default();
            of_rubric.insert(now.clone()?);
            of.push((i, now.clone()));
        } else {
            of.push((i, None));
        }
    }
    // The same people stand below several rubrics.
    let again = agents.values().filter(|r| r.len() >= 2).count();
    (seen.len() >= RUBRICS && agents.len() >= 2 && again * 2 >= agents.len()).then_some(ByRubric { heading, of })
}

/// The agents of rows with a number beside them.
fn agents_of(rows: &[OwnedRow], agent: usize) -> BTreeSet<String> {
    let who = |r: &OwnedRow| r.cells.get(agent).map(|c| ids::bare(&c.shown()).to_owned()).filter(|t| !t.is_empty());
    let number = |c: &Cell<'_>| matches!(cells::number(c, Mark::Unknown), Ok(Some(_)));
    rows.iter().filter(|r| r.cells.iter().skip(agent + 1).any(number)).filter_map(who).collect()
}

/// A blank row, or a line that is drawn.
pub(super) fn is_drawn(row: &OwnedRow) -> bool {
    row.cells.iter().all(|c| !c.shown().contains(char::is_alphanumeric))
}

/// The row of headings: agents and amounts, and neither number nor name of a rubric.
pub(super) fn heading(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<(usize, usize)> {
    rows.iter().take(HEAD).enumerate().find_map(|(i, row)| {
        let (agent, found) = wording.headings(row, |score, _| score >= SURELY)?;
        let has = |m: Meaning| found.contains(&m);
        let amounts = has(Meaning::Amount) || has(Meaning::Signed) || has(Meaning::Gain) || has(Meaning::Deduction);
        let factors = has(Meaning::Base) || has(Meaning::Rate);
        (amounts && factors && !has(Meaning::Label) && !has(Meaning::Code)).then_some((i, agent?))
    })
}

/// The rubric that a row with a single text names: « Rubrique 7 - IFSE », « 100 TRAITEMENT », « C.S.G. déductible ». The columns of a
/// print-out cut it in two: « Rubrique : 0010 | TRAITEMENT BRUT ».
pub(super) fn rubric(row: &OwnedRow, agent: usize) -> Option<(String, String)> {
    let cells: Vec<(usize, &Cell<'_>)> = row.cells.iter().enumerate().filter(|(_, c)| !c.shown().is_empty()).collect();
    let (column, Cell::Text(first)) = cells.first()? else { return None };
    if cells.len() > 3 || *column > agent + 1 || is_remark(&row.cells) {
        return None;
    }
    if cells.len() == 1 {
        return named(undrawn(first));
    }
    let text = cells.iter().map(|(_, c)| c.shown()).collect::<Vec<_>>().join(" ");
    let text = undrawn(&text);
    let said = text.split_once(|c: char| c.is_whitespace() || c == ':').is_some_and(|(word, _)| before_rubric(&fold(word)));
    // « 00225 | AGUILAR Loïc » is a row of an agent without an amount, « Rubrique 0010 | 12,50 » no name.
    let after = first.trim_start().trim_start_matches(|c: char| c.is_ascii_alphanumeric()).trim_start();
    let parted = after.starts_with(['-', ':', '–']) || undrawn(first).len() < first.trim().len();
    let amount = |c: &Cell<'_>| matches!(cells::number(c, Mark::Unknown), Ok(Some(_))) && !c.shown().bytes().all(|b| b.is_ascii_digit());
    if (said || parted) && !cells.iter().skip(1).any(|(_, c)| amount(c)) { named(text) } else { None }
}

/// « *** 0010 TRAITEMENT BRUT *** » without what is drawn around it, « (suite) » on the next page.
fn undrawn(text: &str) -> &str {
    let drawn = |c: char| c.is_whitespace() || matches!(c, '*' | '=' | '-' | '_' | '<' | '>' | '|' | '+');
    let text = text.trim_matches(drawn);
    ["(suite)", "(SUITE)"].iter().find_map(|s| text.strip_suffix(s)).map_or(text, |t| t.trim_end_matches(drawn))
}

/// The number and the name of the rubric that a text is: « Rubrique 7 - IFSE », « 100 TRAITEMENT ».
pub(super) fn named(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    if text.chars().filter(|c| c.is_alphabetic()).count() < 2 || text.len() > 80 || summing(text).is_some() {
        return None;
    }
    let blank = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '.' | '/');
    let mut rest = text;
    let mut said = false;
    if let Some((first, after)) = text.split_once(blank)
        && before_rubric(&fold(first))
    {
        said = true;
        rest = after.trim_start_matches(blank).trim_start_matches("n°").trim_start_matches(blank);
    }
    let (code, label) = match rest.split_once(blank) {
        Some((code, label)) if code.bytes().any(|b| b.is_ascii_digit()) && label.chars().any(char::is_alphabetic) => {
            (code.to_owned(), label.trim_start_matches(blank).to_owned())
        }
        Some(_) | None => (String::new(), rest.to_owned()),
    };
    (said || !code.is_empty() || !label.contains(',')).then_some((code, label))
}

impl ByRubric {
    /// As a table with a row for each agent and rubric, a source of its own.
    pub fn table(self, table: &Table, rows: &[OwnedRow], sources: &mut Sources) -> Table {
        let text = |t: String| if t.is_empty() { Cell::Empty } else { Cell::Text(t.into()) };
        let mut out: Vec<OwnedRow> = Vec::new();
        let mut places = Vec::new();
        let mut put = |front: [Cell<'static>; 2], row: &OwnedRow| {
            places.push((table.source, row.number));
            let cells = front.into_iter().chain(row.cells.iter().cloned()).collect();
            out.push(OwnedRow { number: u32::try_from(out.len() + 1).unwrap_or(u32::MAX), cells, hidden: row.hidden });
        };
        for row in &rows[..self.heading] {
            put([Cell::Empty, Cell::Empty], row);
        }
        put([text(CODE.to_owned()), text(LABEL.to_owned())], &rows[self.heading]);
        for (i, rubric) in self.of {
            let (code, label) = rubric.unwrap_or_default();
            put([text(code), text(label)], &rows[i]);
        }
        let known = sources.get(table.source).cloned();
        let source = sources.add(known.unwrap_or_else(|| Source {
            file: table.file.clone(),
            sheet: table.sheet.clone(),
            kind: crate::ground::place::SourceKind::Sheet,
            headings: Vec::new(),
        }));
        sources.put_together(source, 2, places);
        table.of_rows(source, &out, Vec::new())
    }
}
