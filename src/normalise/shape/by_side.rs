//! A wide register in several sheets, a column for each rubric: « Rémunérations », « Retenues », « Charges patronales ».
//!
//! In: plain tables. Out: those sheets as lines, each with the amounts of its side, for [`super::parted`] to put together.

use super::parted::{called, of_the_same, side_of};
use super::{KNOWN, Laid, SURELY, Wording, may_head, shown};
use crate::facts::Role as FactRole;
use crate::ground::{At, Finding, Sources, ids};
use crate::normalise::mapping::Meaning;
use crate::normalise::titles::{Title, summing, total_named};
use crate::normalise::{cells, values};
use crate::read::table::{Cell, OwnedRow, Table};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// The headings stand within so many rows; as many more show whose rows they are.
const HEAD: usize = 20;
const SAMPLE: usize = 400;
/// Fewer rubrics are a list of the month, and so are so few of what is kept where no sheet is the employer's.
const RUBRICS: usize = 2;
const KEPT: usize = 5;
const LABEL: &str = "Libellé";

/// A sheet of one side: its headings, the columns in front of its rubrics, and those.
struct Sheet {
    side: Meaning,
    heading: usize,
    front: usize,
    rubrics: Vec<usize>,
    agents: BTreeSet<String>,
}

/// The same tables, the sheets of a wide register in parts as lines.
pub fn lay_out(tables: Vec<Table>, sources: &mut Sources, wording: &Wording<'_>, findings: &mut Vec<Finding>) -> Vec<Table> {
    let sheets: Vec<Option<Sheet>> = tables.iter().map(|t| sheet(t, wording)).collect();
    let parts: BTreeSet<usize> = (0..tables.len()).filter(|i| of_register(*i, &tables, &sheets)).collect();
    let mut out = Vec::with_capacity(tables.len());
    for (i, table) in tables.into_iter().enumerate() {
        match sheets[i].as_ref().filter(|_| parts.contains(&i)) {
            None => out.push(table),
            Some(sheet) => {
                let laid = lines(&table, sheet, findings);
                sources.lay_out(table.source, laid.moved);
                out.push(table.of_rows(table.source, &laid.rows, Vec::new()));
            }
        }
    }
    out
}

/// Whether a sheet is one of several of the same people: one of gains, one of what is kept, and one of the employer's or many
/// contributions.
fn of_register(i: usize, tables: &[Table], sheets: &[Option<Sheet>]) -> bool {
    let Some(own) = &sheets[i] else { return false };
    let beside = (0..tables.len()).filter(|j| of_the_same(&tables[i], &tables[*j])).filter_map(|j| sheets[j].as_ref());
    let sides: Vec<(Meaning, usize)> = beside.filter(|s| same_people(own, s)).map(|s| (s.side, s.rubrics.len())).collect();
    let once = |m: Meaning| sides.iter().filter(|s| s.0 == m).count() == 1;
    let many = sides.iter().any(|s| s.0 == Meaning::Deduction && s.1 >= KEPT);
    once(Meaning::Gain) && once(Meaning::Deduction) && (once(Meaning::EmployerAmount) || many)
}

fn same_people(a: &Sheet, b: &Sheet) -> bool {
    let both = a.agents.intersection(&b.agents).count();
    both >= 2 && both * 2 >= a.agents.len().min(b.agents.len())
}

/// A sheet called by a side, with agents in front and numbers below the names of rubrics.
fn sheet(table: &Table, wording: &Wording<'_>) -> Option<Sheet> {
    let side = called(table, wording)?;
    let rows = table.sample(SAMPLE);
    let of_agent = |c: &Cell<'_>| {
        let given = wording.cx.vocabulary.role(FactRole::GivenName);
        let scores = || wording.titles.scores(&c.shown());
        wording.of_agents(&c.shown()) || given.is_some_and(|f| scores().get(&Title::Fact(f)).is_some_and(|s| *s >= SURELY))
    };
    let heading = rows.iter().take(HEAD).position(|r| may_head(r) && r.cells.len() > RUBRICS && r.cells.first().is_some_and(of_agent))?;
    let head = &rows[heading];
    let front = head.cells.iter().take_while(|c| of_agent(c)).count();
    let agent = head.cells.iter().position(|c| wording.of_agents(&c.shown()))?;
    let body: Vec<&OwnedRow> = rows[heading + 1..].iter().filter(|r| summing(&shown(r, 0)).is_none()).collect();
    let title = |c: usize| shown(head, c);
    let of_lines = |c: usize| {
        let scores = wording.titles.scores(&title(c));
        [Meaning::Code, Meaning::Label].into_iter().any(|m| scores.get(&Title::Plain(m)).is_some_and(|s| *s >= SURELY))
    };
    // An index, a working time in front of the rubrics: facts of the agent and no pay.
    let fact = |c: usize| {
        let scores = wording.titles.scores(&title(c));
        let best = |of: fn(&Title) -> bool| scores.iter().filter(|(t, _)| of(t)).map(|(_, s)| *s).max().unwrap_or(0);
        let (facts, elements) = (best(|t| matches!(t, Title::Fact(_))), best(|t| matches!(t, Title::Element(_))));
        facts >= KNOWN && facts > elements
    };
    let filled = |c: usize| body.iter().filter(|r| !shown(r, c).is_empty()).count();
    let numbers = |c: usize| {
        let number = |r: &&&OwnedRow| r.cells.get(c).is_some_and(|x| matches!(cells::number(x, values::Mark::Unknown), Ok(Some(_))));
        // What is empty here may be filled further down, and one cell of words is for the reader to tell.
        body.iter().filter(number).count() * 2 >= filled(c)
    };
    let sum = |c: usize| summing(&title(c)).is_some() || total_named(&title(c)).is_some();
    let columns = (front..head.cells.len()).filter(|&c| !title(c).is_empty() && numbers(c));
    let rubrics: Vec<usize> = columns.filter(|&c| !sum(c)).skip_while(|&c| fact(c)).collect();
    if rubrics.len() < RUBRICS || (front..head.cells.len()).any(of_lines) {
        return None;
    }
    let agents = body.iter().map(|r| ids::bare(&shown(r, agent)).to_owned()).filter(|t| !t.is_empty()).collect();
    Some(Sheet { side, heading, front, rubrics, agents })
}

/// A row for each amount: its agent, the name of its rubric, and the amount on the side of the sheet.
fn lines(table: &Table, sheet: &Sheet, findings: &mut Vec<Finding>) -> Laid {
    let mut rows: Vec<OwnedRow> = Vec::new();
    findings.append(&mut table.for_each(&mut |row| {
        rows.push(row.to_owned());
        ControlFlow::Continue(())
    }));
    let place = |r: &OwnedRow, c: usize| u16::try_from(c).ok().map(|c| (r.number, c));
    let text = |t: &str| Cell::Text(t.to_owned().into());
    let mut laid = Laid::default();
    for row in &rows[..sheet.heading] {
        let cells = row.cells.iter().enumerate().map(|(c, cell)| (cell.clone(), place(row, c)));
        laid.put(cells.collect(), (row.number, At::NO_COLUMN));
    }
    let head = &rows[sheet.heading];
    let front = |r: &OwnedRow| (0..sheet.front).map(|c| (r.cells.get(c).cloned().unwrap_or(Cell::Empty), place(r, c))).collect::<Vec<_>>();
    let titles = [(text(LABEL), None), (text(side_of(sheet.side)), None)];
    laid.put(front(head).into_iter().chain(titles).collect(), (head.number, At::NO_COLUMN));
    for row in &rows[sheet.heading + 1..] {
        if (0..sheet.front).all(|c| shown(row, c).is_empty()) || summing(&shown(row, 0)).is_some() {
            continue;
        }
        for &c in sheet.rubrics.iter().filter(|&&c| !shown(row, c).is_empty()) {
            let amount = (row.cells[c].clone(), place(row, c));
            let label = (text(&shown(head, c)), place(head, c));
            laid.put(front(row).into_iter().chain([label, amount]).collect(), place(row, c).unwrap_or((row.number, At::NO_COLUMN)));
        }
    }
    laid
}
