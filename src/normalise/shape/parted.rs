//! One register in several files or sheets of the same layout: gains in one, deductions in another, employers' shares in a third.
//!
//! In: plain tables. Out: those that differ in nothing but the titles over their amounts and rates, are about the same people and
//! stand on different sides, as one table with a column for each of those titles.

use super::Wording;
use crate::ground::place::{Source, SourceKind, stem};
use crate::ground::{Finding, Sources, ids};
use crate::normalise::lists::years_and_months;
use crate::normalise::mapping::Meaning;
use crate::normalise::titles::{Title, summing};
use crate::read::table::{Cell, OwnedRow, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Rows looked at for the headings, and for the agents.
const DEPTH: usize = 20;
const SAMPLE: usize = 400;
/// Titles are known without any doubt by this much.
const SURELY: u32 = 95;
/// Columns that the parts may differ by: an amount and a rate.
const DIFFERENT: usize = 2;

/// A part of a register: its headings, whose column is the agents', and the only side that its amounts stand on.
struct Head {
    row: usize,
    titles: Vec<String>,
    /// The titles as they are written.
    written: Vec<String>,
    agent: usize,
    side: Meaning,
    digits: String,
    /// Months that its names speak of.
    months: Vec<(Option<u32>, Option<u32>)>,
    agents: BTreeSet<String>,
}

/// The same tables, the parts of one register put together.
pub fn join(tables: Vec<Table>, sources: &mut Sources, wording: &Wording<'_>, findings: &mut Vec<Finding>) -> Vec<Table> {
    let heads: Vec<Option<Head>> = tables.iter().map(|t| head(t, wording)).collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (i, found) in heads.iter().enumerate() {
        let Some(found) = found else { continue };
        let fits = |g: &&mut Vec<usize>| g.iter().filter_map(|j| heads[*j].as_ref()).all(|other| goes_with(found, other));
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(i),
            None => groups.push(vec![i]),
        }
    }
    groups.retain(|g| g.len() > 1);
    if groups.is_empty() {
        return tables;
    }
    let kept: BTreeSet<usize> = (0..tables.len()).filter(|i| groups.iter().find(|g| g.contains(i)).is_none_or(|g| g[0] == *i)).collect();
    let mut joined: BTreeMap<usize, Table> = BTreeMap::new();
    for group in &groups {
        let parts: Vec<(&Table, &Head)> = group.iter().filter_map(|i| Some((&tables[*i], heads[*i].as_ref()?))).collect();
        joined.insert(group[0], put_together(&parts, sources, findings));
    }
    let each = tables.into_iter().enumerate().filter(|(i, _)| kept.contains(i));
    each.map(|(i, t)| joined.remove(&i).unwrap_or(t)).collect()
}

/// Whether two are parts of one register: the same layout but for titles of amounts and rates, another side, the same people, and
/// neither a number nor a month in their names that tells them apart.
fn goes_with(a: &Head, b: &Head) -> bool {
    let different = (0..a.titles.len().max(b.titles.len())).filter(|&c| a.titles.get(c) != b.titles.get(c)).count();
    let both = a.agents.intersection(&b.agents).count();
    let least = a.agents.len().min(b.agents.len());
    a.side != b.side
        && a.titles.len() == b.titles.len()
        && (1..=DIFFERENT).contains(&different)
        && a.agent == b.agent
        && a.digits == b.digits
        && a.months == b.months
        && both >= 2
        && both * 2 >= least
}

fn head(table: &Table, wording: &Wording<'_>) -> Option<Head> {
    let rows = table.sample(SAMPLE);
    let name = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let stem = stem(&table.file);
    let called = called(table, wording);
    let row = rows.iter().take(DEPTH).position(|r| one_side(r, called, wording).is_some())?;
    let (agent, side, unsaid) = one_side(&rows[row], called, wording)?;
    let mut written: Vec<String> = rows[row].cells.iter().map(|c| c.shown().into_owned()).collect();
    written.truncate(written.iter().rposition(|t| !t.is_empty()).map_or(0, |i| i + 1));
    let mut titles = written.clone();
    if unsaid {
        say_side(&mut titles, side, wording);
    }
    let digits = format!("{}/{}", name(stem), name(table.sheet.as_deref().unwrap_or("")));
    let months = [stem, table.sheet.as_deref().unwrap_or("")].into_iter().flat_map(|t| years_and_months(t, false)).collect();
    let agents = rows[row + 1..].iter().filter_map(|r| key(r, agent)).collect();
    Some(Head { row, titles, written, agent, side, digits, months, agents })
}

/// The headings of lines of pay whose amounts stand on one side: where the agents stand, and the side. Whether it is only said by
/// what the file or the sheet is called.
fn one_side(row: &OwnedRow, called: Option<Meaning>, wording: &Wording<'_>) -> Option<(usize, Meaning, bool)> {
    let (agent, found) = wording.headings(row, |score, best| score >= SURELY && score == best)?;
    let sides: Vec<Meaning> = SIDES.into_iter().map(|s| s.0).filter(|m| found.contains(m)).collect();
    let whole = found.contains(&Meaning::Amount) || found.contains(&Meaning::Signed);
    let of_lines = found.contains(&Meaning::Code) || found.contains(&Meaning::Label);
    match (sides.as_slice(), called) {
        ([side], _) if of_lines && !whole => Some((agent?, *side, false)),
        ([], Some(side)) if of_lines && found.contains(&Meaning::Amount) => Some((agent?, side, true)),
        _ => None,
    }
}

/// The side that a sheet, or else its file, is called by.
pub(super) fn called(table: &Table, wording: &Wording<'_>) -> Option<Meaning> {
    side_named(table.sheet.as_deref().unwrap_or(""), wording).or_else(|| side_named(stem(&table.file), wording))
}

/// Whether two are sheets of one workbook, or files of one folder with the same numbers in their names.
pub(super) fn of_the_same(a: &Table, b: &Table) -> bool {
    let folder = |t: &Table| t.file.rsplit_once('/').map(|f| f.0.to_owned());
    let digits = |t: &Table| stem(&t.file).chars().filter(char::is_ascii_digit).collect::<String>();
    let months = |t: &Table| years_and_months(stem(&t.file), false);
    a.file == b.file || folder(a) == folder(b) && digits(a) == digits(b) && months(a) == months(b)
}

/// The title of the amounts of a side.
pub(super) fn side_of(side: Meaning) -> &'static str {
    SIDES.into_iter().find(|s| s.0 == side).map_or(SIDES[0].1, |s| s.1)
}

/// Each side with the title of its amounts, and of its rates where these are not the agents'.
const SIDES: [(Meaning, &str, Option<&str>); 3] = [
    (Meaning::Gain, "À payer", None),
    (Meaning::Deduction, "À retenir", None),
    (Meaning::EmployerAmount, "Part patronale", Some("Taux patronal")),
];

/// « gains_202303 », « Retenues », « Charges patronales »: the side that a file or a sheet is called by, if only one.
pub(super) fn side_named(name: &str, wording: &Wording<'_>) -> Option<Meaning> {
    let words: Vec<&str> = name.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() >= 4).collect();
    let of = |text: &str| {
        let scores = wording.titles.scores(text);
        SIDES.into_iter().map(|s| s.0).find(|m| scores.get(&Title::Plain(*m)).is_some_and(|s| *s >= SURELY))
    };
    let found: BTreeSet<Meaning> = of(&words.join(" ")).map_or_else(|| words.iter().filter_map(|w| of(w)).collect(), |m| [m].into());
    let mut found = found.into_iter();
    found.next().filter(|_| found.next().is_none())
}

/// Titles of amounts that say no side say that of the file.
fn say_side(titles: &mut [String], side: Meaning, wording: &Wording<'_>) {
    let Some((_, amount, rate)) = SIDES.into_iter().find(|s| s.0 == side) else { return };
    for title in titles {
        let is = |m: Meaning| wording.titles.scores(title).get(&Title::Plain(m)).is_some_and(|s| *s >= SURELY);
        if is(Meaning::Amount) {
            amount.clone_into(title);
        } else if let Some(rate) = rate.filter(|_| is(Meaning::Rate)) {
            rate.clone_into(title);
        }
    }
}

/// Whose row it is; nobody's where it sums others up.
fn key(row: &OwnedRow, agent: usize) -> Option<String> {
    let text = row.cells.get(agent).map(|c| c.shown().into_owned()).filter(|t| !t.is_empty())?;
    summing(&text).is_none().then(|| ids::bare(&text).to_owned())
}

/// All rows of the parts below one row of headings, those of each agent together. What sums up rows of one part stands last.
fn put_together(parts: &[(&Table, &Head)], sources: &mut Sources, findings: &mut Vec<Finding>) -> Table {
    let (first, lead) = parts[0];
    let mut headings = lead.titles.clone();
    let mut order: Vec<String> = Vec::new();
    let mut of: BTreeMap<String, Vec<(u16, OwnedRow)>> = BTreeMap::new();
    let mut sums: Vec<(u16, OwnedRow)> = Vec::new();
    let mut above = (first.source, 0, Vec::new());
    let mut moved: Vec<(u16, u16, u16)> = Vec::new();
    // Where the columns of each part stand in the whole.
    let mut places_of: Vec<Vec<usize>> = Vec::new();
    for (n, (table, head)) in parts.iter().enumerate() {
        let mut to: Vec<usize> = (0..head.titles.len()).collect();
        for c in (0..head.titles.len()).filter(|&c| n > 0 && head.titles[c] != lead.titles[c]) {
            let known = headings.iter().skip(lead.titles.len()).position(|t| *t == head.titles[c]).map(|i| i + lead.titles.len());
            to[c] = known.unwrap_or_else(|| {
                headings.push(head.titles[c].clone());
                headings.len() - 1
            });
            moved.extend(u16::try_from(to[c]).ok().zip(u16::try_from(c).ok()).map(|(whole, own)| (table.source, whole, own)));
        }
        places_of.push(to);
    }
    for (n, ((table, head), to)) in parts.iter().zip(&places_of).enumerate() {
        let (mut index, mut carried) = (0, String::new());
        findings.append(&mut table.for_each(&mut |row| {
            let at = index;
            index += 1;
            let row = row.to_owned();
            if at <= head.row {
                if n == 0 && at < head.row {
                    above.2.extend(row.cells.iter().map(|c| c.shown().into_owned()).filter(|t| !t.is_empty()));
                }
                if n == 0 {
                    above.1 = row.number;
                }
                return ControlFlow::Continue(());
            }
            let mut cells = vec![Cell::Empty; headings.len()];
            for (c, cell) in row.cells.into_iter().enumerate() {
                // What stands beyond the titles of its part stands beyond those of the whole: it is no column of another part.
                let c = to.get(c).copied().unwrap_or_else(|| headings.len() + c - head.titles.len());
                if c >= cells.len() {
                    cells.resize(c + 1, Cell::Empty);
                }
                cells[c] = cell;
            }
            let row = OwnedRow { number: row.number, cells, hidden: row.hidden };
            let again = (0..head.titles.len()).all(|c| row.cells[to[c]].shown() == head.written[c]);
            let opens = row.cells.iter().map(Cell::shown).find(|t| !t.is_empty());
            if opens.is_some_and(|t| summing(&t).is_some()) {
                sums.push((table.source, row));
            } else if !again {
                carried = key(&row, head.agent).unwrap_or_else(|| std::mem::take(&mut carried));
                let first = || {
                    order.push(carried.clone());
                    Vec::new()
                };
                of.entry(carried.clone()).or_insert_with(first).push((table.source, row));
            }
            ControlFlow::Continue(())
        }));
    }
    let text = |t: String| if t.is_empty() { Cell::Empty } else { Cell::Text(t.into()) };
    let title = vec![text(above.2.join(" "))];
    let mut rows = vec![
        OwnedRow { number: 1, cells: title, hidden: false },
        OwnedRow { number: 2, cells: headings.into_iter().map(text).collect(), hidden: false },
    ];
    let mut places = vec![(above.0, above.1), (above.0, above.1)];
    let lines = order.into_iter().flat_map(|agent| of.remove(&agent).unwrap_or_default());
    for (source, row) in lines.collect::<Vec<_>>().into_iter().chain(sums) {
        places.push((source, row.number));
        rows.push(OwnedRow { number: u32::try_from(rows.len() + 1).unwrap_or(u32::MAX), cells: row.cells, hidden: row.hidden });
    }
    let source = sources.add(Source { file: first.file.clone(), sheet: None, kind: SourceKind::Sheet, headings: Vec::new() });
    sources.put_together(source, 0, places);
    for (part, whole, own) in moved {
        sources.put_beside(source, part, (whole, own));
    }
    let mut table = first.of_rows(source, &rows, Vec::new());
    table.sheet = None;
    table
}
