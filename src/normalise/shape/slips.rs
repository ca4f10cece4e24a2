//! Payslips, a sheet for each or one below the other: the agent in titles and values, the headings of rubrics below him.
//!
//! All payslips of a file with the same headings become one register with the agent in front of every line.

use super::Wording;
use crate::facts::Role as FactRole;
use crate::ground::place::{Source, SourceKind};
use crate::ground::{Iban, PayMonth, Sources};
use crate::normalise::lists::month_titled;
use crate::normalise::mapping::Meaning;
use crate::normalise::titles::{Title, says_cumulative, summing, total_named};
use crate::normalise::{bands, cells, values};
use crate::read::table::{Cell, OwnedRow, Table};
use std::collections::BTreeSet;
use std::ops::Range;

/// The headings of the first payslip stand within so many rows.
const HEAD: usize = 40;
/// Titles of agents and columns are like known ones by this much.
const SURELY: u32 = 85;
const PERIOD: &str = "Période";
/// Whose share a row is, where a line of words between the rows says so.
const PAYER: &str = "Part";
const EMPLOYER: &str = "Employeur";
const AGENT: &str = "Agent";

/// Who a payslip is for.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Agent {
    pub(super) id: String,
    pub(super) name: String,
}

/// One payslip: its agent, its month where it says one, and the rows below its headings.
pub struct Slip {
    agent: Agent,
    month: Option<PayMonth>,
    heading: usize,
    lines: Range<usize>,
    /// Whether it is the next page of the payslip before it.
    goes_on: bool,
    /// The account printed on it, as long as there is only one.
    account: Option<(u32, Iban)>,
}

impl Slip {
    /// The same as the next page of the one before it, or not.
    pub(super) fn going_on(self, goes_on: bool) -> Self {
        Self { goes_on, ..self }
    }
    /// The lines of an agent below headings that stand above him.
    pub(super) fn of(agent: Agent, rows: &[OwnedRow], heading: usize, lines: Range<usize>, wording: &Wording<'_>) -> Self {
        let mut slip = Self { agent, month: None, heading, lines, goes_on: false, account: None };
        slip.lines = of_pay(rows, &slip, wording);
        slip
    }
}

/// Whether the first rows of a longer sheet look like it.
pub fn begins(rows: &[OwnedRow], wording: &Wording<'_>) -> bool {
    let heading = rows.iter().take(HEAD).position(|r| is_heading(r, wording));
    heading.is_some_and(|h| rows[..h].iter().any(|r| agent(r, wording).is_some()))
}

/// The rows of each payslip across a page that holds several: the titles of the lines stand in it once for each. One where they
/// stand once.
pub fn across(rows: Vec<OwnedRow>, wording: &Wording<'_>) -> Vec<Vec<OwnedRow>> {
    let heading = rows.iter().take(HEAD).find(|r| is_heading(r, wording));
    let Some(parts) = heading.map(parts).filter(|p| p.len() > 1) else { return vec![rows] };
    let cut = |part: &Range<usize>| -> Vec<OwnedRow> {
        let own = |r: &OwnedRow| {
            let here = r.cells.iter().take(part.end).enumerate();
            let cells = here.map(|(c, cell)| if c < part.start { Cell::Empty } else { cell.clone() }).collect();
            OwnedRow { number: r.number, cells, hidden: r.hidden }
        };
        rows.iter().map(own).filter(|r| r.cells.iter().any(|c| !c.shown().is_empty())).collect()
    };
    parts.iter().map(cut).collect()
}

/// The columns from the first title on to the same titles in the same order further right.
fn parts(heading: &OwnedRow) -> Vec<Range<usize>> {
    let titles: Vec<String> = heading.cells.iter().map(|c| c.shown().into_owned()).collect();
    let written = |from: usize, to: usize| titles[from..to].iter().filter(|t| !t.is_empty()).collect::<Vec<_>>();
    let Some(first) = titles.iter().position(|t| !t.is_empty()) else { return Vec::new() };
    let starts: Vec<usize> = (first..titles.len()).filter(|&c| titles[c] == titles[first]).collect();
    let ends = starts.iter().skip(1).copied().chain([titles.len()]);
    let parts: Vec<Range<usize>> = starts.iter().copied().zip(ends).map(|(a, b)| a..b).collect();
    let alike = parts.iter().all(|p| written(p.start, p.end) == written(parts[0].start, parts[0].end));
    if alike { parts } else { Vec::new() }
}

/// The payslips of a sheet; none when it is anything else.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Vec<Slip> {
    if !rows.iter().take(HEAD).any(|r| is_heading(r, wording)) {
        return Vec::new();
    }
    let headings: Vec<usize> = (0..rows.len()).filter(|&i| is_heading(&rows[i], wording)).collect();
    let mut slips: Vec<Slip> = Vec::new();
    let mut from = 0;
    for (k, &heading) in headings.iter().enumerate() {
        let until = headings.get(k + 1).copied().unwrap_or(rows.len());
        let Some((begun, agent)) = one_agent(rows, from..heading, wording) else { return Vec::new() };
        if let Some(last) = slips.last_mut() {
            last.lines.end = if agent == Agent::default() { until } else { begun };
        }
        if agent == Agent::default() {
            // The next page of the same payslip.
            if slips.is_empty() {
                return Vec::new();
            }
        } else {
            let month = rows[begun.min(from)..heading].iter().rev().flat_map(|r| &r.cells).find_map(|c| month(&c.shown()));
            slips.push(Slip { agent, month, heading, lines: heading + 1..until, goes_on: false, account: None });
        }
        from = heading + 1;
    }
    for slip in &mut slips {
        slip.account = account(&rows[slip.lines.clone()]);
        slip.lines = of_pay(rows, slip, wording);
    }
    // An agent below the last headings without any of his own: they stand above their lines in another way.
    if (from..rows.len()).any(|i| agent(&rows[i], wording).is_some()) { Vec::new() } else { slips }
}

/// The lines of a payslip without its foot: below the last amount stand words (« Paiement par virement le … »), the drawn line and
/// the head of the next page.
fn of_pay(rows: &[OwnedRow], slip: &Slip, wording: &Wording<'_>) -> Range<usize> {
    let heading = &rows[slip.heading];
    let (amounts, foot) = (amounts(heading, wording), Foot::of(heading, wording));
    let paid = |r: &OwnedRow| {
        let number = |c: &usize| r.cells.get(*c).is_some_and(|x| matches!(cells::number(x, values::Mark::Unknown), Ok(Some(_))));
        let sums = || foot.as_ref().is_some_and(|f| f.lines(r, wording).len() > 1);
        amounts.iter().any(number) && account(std::slice::from_ref(r)).is_none() || sums()
    };
    let last = slip.lines.clone().rev().find(|&i| paid(&rows[i]));
    slip.lines.start..last.map_or(slip.lines.end, |i| i + 1)
}

/// The columns of headings below which amounts stand.
pub(super) fn amounts(heading: &OwnedRow, wording: &Wording<'_>) -> Vec<usize> {
    let sums = [Meaning::Gain, Meaning::Deduction, Meaning::Amount, Meaning::Signed, Meaning::EmployerAmount, Meaning::Base];
    let of_amounts = |c: &usize| {
        let title = heading.cells[*c].shown();
        let scores = wording.titles.scores(&title);
        month_titled(&title, None, wording.cx.last).is_some()
            || sums.iter().any(|m| scores.get(&Title::Plain(*m)).is_some_and(|s| *s >= SURELY))
    };
    (0..heading.cells.len()).filter(of_amounts).collect()
}

/// The one account that rows of text name, and its row.
fn account(rows: &[OwnedRow]) -> Option<(u32, Iban)> {
    let mut found: Option<(u32, Iban)> = None;
    for row in rows {
        let text = row.cells.iter().map(|c| c.shown().into_owned()).collect::<Vec<_>>().join(" ");
        let words: Vec<&str> = text.split_whitespace().collect();
        let opens = |w: &str| {
            w.len() >= 4 && w.as_bytes()[..2].iter().all(u8::is_ascii_uppercase) && w.as_bytes()[2..4].iter().all(u8::is_ascii_digit)
        };
        for i in (0..words.len()).filter(|&i| opens(words[i])) {
            let iban = (i + 1..=words.len().min(i + 10)).find_map(|n| Iban::parse(&words[i..n].concat()).ok());
            if let Some(iban) = iban {
                if found.as_ref().is_some_and(|(_, known)| *known != iban) {
                    return None;
                }
                found = found.or(Some((row.number, iban)));
            }
        }
    }
    found
}

/// The only agent these rows name, and where; nobody when none does, and no answer when there are several.
fn one_agent(rows: &[OwnedRow], range: Range<usize>, wording: &Wording<'_>) -> Option<(usize, Agent)> {
    let mut begun = range.end;
    let mut found = Agent::default();
    for i in range {
        let Some(a) = agent(&rows[i], wording) else { continue };
        begun = begun.min(i);
        for (known, new) in [(&mut found.id, a.id), (&mut found.name, a.name)] {
            if !known.is_empty() && !new.is_empty() && *known != new {
                return None;
            }
            if known.is_empty() {
                *known = new;
            }
        }
    }
    Some((begun, found))
}

/// Code or label, an amount, and a base or a rate, or a column for each month; no agent among them.
fn is_heading(row: &OwnedRow, wording: &Wording<'_>) -> bool {
    heads_lines(row, wording) || heads_months(row, wording)
}

/// « Rubrique | Libellé | Juin | Juillet | Août | Total »: the yearly sheet of an agent.
fn heads_months(row: &OwnedRow, wording: &Wording<'_>) -> bool {
    let (mut months, mut rubrics) = (0, 0);
    for cell in row.cells.iter().filter(|c| !c.shown().is_empty()) {
        let text = cell.shown();
        let title = matches!(cell, Cell::Text(_)).then(|| wording.titles.scores(&text)).unwrap_or_default();
        let is = |m: Meaning| title.get(&Title::Plain(m)).is_some_and(|s| *s >= SURELY);
        match (cell, is(Meaning::Code) || is(Meaning::Label)) {
            (_, true) if months == 0 => rubrics += 1,
            (Cell::Text(_), _) if month_titled(&text, None, wording.cx.last).is_some() => months += 1,
            (Cell::Date(_), _) => months += 1,
            (Cell::Text(_), _) if months > 0 && (summing(&text).is_some() || says_cumulative(&text)) => {}
            _ => return false,
        }
    }
    (1..=2).contains(&rubrics) && months > 0
}

/// Code or label, an amount, and a base or a rate.
pub(super) fn heads_lines(row: &OwnedRow, wording: &Wording<'_>) -> bool {
    let mut found: BTreeSet<Meaning> = BTreeSet::new();
    for cell in &row.cells {
        let text = cell.shown();
        if text.is_empty() {
            continue;
        }
        // No title begins with a figure, and every row of a register does.
        if !matches!(cell, Cell::Text(_)) || text.len() > 60 || text.starts_with(|c: char| c.is_ascii_digit()) || wording.of_agents(&text) {
            return false;
        }
        let scores = wording.titles.scores(&text).into_iter().filter(|(_, s)| *s >= SURELY);
        found.extend(scores.filter_map(|(t, _)| if let Title::Plain(m) = t { Some(m) } else { None }));
    }
    let has = |m: Meaning| found.contains(&m);
    (has(Meaning::Label) || has(Meaning::Code))
        && (has(Meaning::Gain) && has(Meaning::Deduction) || has(Meaning::Amount) || has(Meaning::Signed))
        && (has(Meaning::Base) || has(Meaning::Rate))
}

/// The agent a row names by titles with values beside them, or as a row of his own.
fn agent(row: &OwnedRow, wording: &Wording<'_>) -> Option<Agent> {
    let role = |text: &str, roles: &[FactRole]| {
        let scores = wording.titles.scores(text);
        let of = |r: &FactRole| wording.cx.vocabulary.role(*r).and_then(|f| scores.get(&Title::Fact(f)).copied()).unwrap_or(0);
        roles.iter().map(of).max().unwrap_or(0) >= SURELY
    };
    let mut found = Agent::default();
    let texts: Vec<_> = row.cells.iter().map(Cell::shown).filter(|t| !t.is_empty()).collect();
    let mut given = String::new();
    for (i, text) in texts.iter().enumerate() {
        let (title, value) = match text.split_once(':') {
            Some((t, v)) if !v.trim().is_empty() => (t.trim(), v.trim()),
            Some((t, _)) => (t.trim(), texts.get(i + 1).map_or("", |v| v.as_ref())),
            None => (text.as_ref(), texts.get(i + 1).map_or("", |v| v.as_ref())),
        };
        if title.len() > 40 || value.is_empty() || value.contains(':') {
            continue;
        }
        let digits = value.bytes().any(|b| b.is_ascii_digit());
        if digits && value.len() <= 12 && value.chars().all(char::is_alphanumeric) && role(title, &[FactRole::Employee]) {
            found.id = value.to_owned();
        } else if !digits && role(title, &[FactRole::FullName, FactRole::Surname, FactRole::MarriedName]) && !wording.known(value) {
            found.name = value.to_owned();
        } else if !digits && role(title, &[FactRole::GivenName]) {
            given = value.to_owned();
        }
    }
    if !found.name.is_empty() && !given.is_empty() {
        found.name = format!("{} {given}", found.name);
    }
    if found.id.is_empty()
        && let Some(b) = bands::of_cells(&row.cells)
    {
        return Some(Agent { id: b.id, name: format!("{} {}", b.surname, b.given).trim().to_owned() });
    }
    (found != Agent::default()).then_some(found)
}

/// `FÉVRIER 2022`, `Période : février 2022`.
fn month(text: &str) -> Option<PayMonth> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.windows(2).find_map(|w| {
        let year: i32 = w[1].parse().ok().filter(|y| (1990..2100).contains(y))?;
        PayMonth::new(year, values::month_named(&crate::normalise::text::fold(w[0]))?)
    })
}

/// Whether the employer's amounts have a column of their own.
fn employers_beside(heading: &OwnedRow, wording: &Wording<'_>) -> bool {
    let surely = |c: &Cell<'_>| wording.titles.scores(&c.shown()).get(&Title::Plain(Meaning::EmployerAmount)).is_some_and(|s| *s >= SURELY);
    heading.cells.iter().any(surely)
}

/// Sums below the lines of a payslip, wherever they stand: « Brut | 2 326,79 | Net imposable | 1 814,03 ».
struct Foot {
    label: usize,
    amount: usize,
    width: usize,
}

impl Foot {
    /// Where the headings have a label and what is paid.
    fn of(heading: &OwnedRow, wording: &Wording<'_>) -> Option<Self> {
        let column = |m: Meaning| {
            let surely = |c: &Cell<'_>| wording.titles.scores(&c.shown()).get(&Title::Plain(m)).is_some_and(|s| *s >= SURELY);
            heading.cells.iter().position(surely)
        };
        let amount = [Meaning::Gain, Meaning::Amount, Meaning::Signed].into_iter().find_map(column);
        Some(Self { label: column(Meaning::Label)?, amount: amount?, width: heading.cells.len() })
    }

    /// A row for each sum, where a row holds two sums or more with their names in front, fewer other numbers with names, and no pay
    /// among these (an advance that stands nowhere else); any other row as it is.
    fn lines(&self, row: &OwnedRow, wording: &Wording<'_>) -> Vec<OwnedRow> {
        // In a print-out a sum may stand across the columns: « BRUT     2.189,50   NET IMPOSABLE ».
        let parted = |c: &Cell<'static>| match c {
            Cell::Text(t) if t.contains("  ") => {
                let pieces = t.split("  ").map(str::trim).filter(|p| !p.is_empty());
                pieces.flat_map(name_and_number).map(|p| Cell::Text(p.to_owned().into())).collect()
            }
            other => vec![other.clone()],
        };
        let filled: Vec<Cell<'static>> = row.cells.iter().filter(|c| !c.shown().is_empty()).flat_map(parted).collect();
        let sum = |pair: &[Cell<'static>]| match pair {
            [name, number] => {
                let name_of = name.shown();
                let counted = matches!(cells::number(number, values::Mark::Unknown), Ok(Some(_)));
                let worded = name_of.starts_with(char::is_alphabetic);
                let bare = name_of.trim_end_matches([':', ' ']);
                let named = total_named(bare).is_some();
                let scores = wording.titles.scores(bare);
                let of_pay = scores.iter().any(|(t, s)| matches!(t, Title::Element(_)) && *s >= SURELY);
                (worded && counted && (named || !of_pay)).then(|| named.then(|| (name.clone(), number.clone())))
            }
            _ => None,
        };
        let pairs: Option<Vec<_>> = filled.chunks(2).map(sum).collect();
        let pairs = pairs.unwrap_or_default();
        let sums: Vec<_> = pairs.iter().flatten().cloned().collect();
        if sums.len() < 2 || sums.len() * 2 <= pairs.len() {
            return vec![row.clone()];
        }
        let line = |(name, number)| {
            let mut cells = vec![Cell::Empty; self.width];
            cells[self.label] = name;
            cells[self.amount] = number;
            OwnedRow { number: row.number, cells, hidden: row.hidden }
        };
        sums.into_iter().map(line).collect()
    }
}

/// « BRUT 12 213,30 »: the name and the number of a sum that one blank divides.
fn name_and_number(piece: &str) -> Vec<&str> {
    let at = piece.char_indices().find(|(i, c)| c.is_ascii_digit() && *i > 0 && piece[..*i].ends_with(' ')).map(|(i, _)| i);
    let amount = |i: &usize| matches!(values::amount(&piece[*i..], values::Mark::Unknown), Ok(Some(_)));
    match at.filter(|i| piece.starts_with(char::is_alphabetic) && amount(i)) {
        Some(i) => vec![piece[..i].trim_end(), &piece[i..]],
        None => vec![piece],
    }
}

/// The registers found so far, each of one file and one row of headings.
#[derive(Default)]
pub struct Registers {
    all: Vec<Register>,
}

/// A line of a payslip: whose, of which month and sheet, and whether it stands below « Charges patronales ».
struct Line {
    agent: Agent,
    month: Option<PayMonth>,
    source: u16,
    employers: bool,
    row: OwnedRow,
}

struct Register {
    headings: Vec<String>,
    /// What stands above the headings of the first payslip.
    title: String,
    first: (u16, u32),
    model: Table,
    lines: Vec<Line>,
    /// The accounts that the payslips print, and how many payslips there are.
    accounts: Vec<Printed>,
    slips: usize,
}

impl Registers {
    /// Takes the payslips of a sheet.
    pub fn take(&mut self, table: &Table, rows: &[OwnedRow], slips: Vec<Slip>, wording: &Wording<'_>) {
        let mut employers = false;
        for slip in slips {
            let heading = &rows[slip.heading];
            let mut headings: Vec<String> = heading.cells.iter().map(|c| c.shown().into_owned()).collect();
            headings.truncate(headings.iter().rposition(|t| !t.is_empty()).map_or(0, |i| i + 1));
            let known = self.all.iter().position(|r| r.model.file == table.file && r.headings == headings);
            let known = known.unwrap_or_else(|| {
                let above = rows[..slip.heading].iter().flat_map(|r| &r.cells).map(|c| c.shown().into_owned()).filter(|t| !t.is_empty());
                self.all.push(Register {
                    title: above.collect::<Vec<_>>().join(" "),
                    first: (table.source, heading.number),
                    model: table.of_rows(table.source, &[], Vec::new()),
                    lines: Vec::new(),
                    accounts: Vec::new(),
                    slips: 0,
                    headings,
                });
                self.all.len() - 1
            });
            let into = &mut self.all[known];
            into.slips += 1;
            into.accounts.extend(slip.account.map(|(row, iban)| (slip.agent.clone(), (table.source, row), iban)));
            let foot = Foot::of(heading, wording);
            let beside = employers_beside(heading, wording);
            // Below « Part patronale » the page after goes on with the employer's.
            employers &= slip.goes_on;
            for row in rows[slip.lines].iter().filter(|r| r.cells.iter().any(|c| c.shown().chars().any(char::is_alphanumeric))) {
                if let Some(below) = bands::employers_below(&row.cells).filter(|_| !beside) {
                    employers = below;
                    continue;
                }
                let parts = foot.as_ref().map_or_else(|| vec![row.clone()], |f| f.lines(row, wording));
                let line = |row: OwnedRow| {
                    let employers = employers && !row.cells.iter().any(|c| total_named(&c.shown()).is_some());
                    Line { agent: slip.agent.clone(), month: slip.month, source: table.source, employers, row }
                };
                into.lines.extend(parts.into_iter().map(line));
            }
        }
    }

    /// The registers as tables, each a source of its own, and behind the last of a file the accounts its payslips were paid on.
    pub fn finish(self, sources: &mut Sources, wording: &Wording<'_>) -> Vec<Table> {
        let mut out = Vec::new();
        let mut all = self.all.into_iter().peekable();
        let (mut accounts, mut slips): (Vec<Printed>, usize) = (Vec::new(), 0);
        while let Some(mut register) = all.next() {
            accounts.append(&mut register.accounts);
            slips += register.slips;
            let more = all.peek().is_some_and(|next| next.model.file == register.model.file);
            let paid_on = if more { None } else { register.paid_on(&std::mem::take(&mut accounts), slips, sources, wording) };
            slips = if more { slips } else { 0 };
            out.push(register.table(sources, wording));
            out.extend(paid_on);
        }
        out
    }
}

/// An account as a payslip prints it: whose, and where.
type Printed = (Agent, (u16, u32), Iban);

impl Register {
    /// Where nearly every payslip prints the account it was paid on, and hardly two the same: a table of the agents' accounts.
    /// One that stands on many is the town's own.
    fn paid_on(&self, accounts: &[Printed], slips: usize, sources: &mut Sources, wording: &Wording<'_>) -> Option<Table> {
        let label = |r: FactRole| wording.cx.vocabulary.role(r).map(|f| wording.cx.vocabulary.get(f).label.fr.clone());
        let different: BTreeSet<&Iban> = accounts.iter().map(|a| &a.2).collect();
        let n = accounts.len();
        if n < 2 || n * 10 < slips * 8 || different.len() * 10 < n * 9 {
            return None;
        }
        let text = |t: String| if t.is_empty() { Cell::Empty } else { Cell::Text(t.into()) };
        let titles = [FactRole::Employee, FactRole::FullName, FactRole::Iban].map(label);
        let heading = titles.into_iter().map(|t| t.map_or(Cell::Empty, text)).collect();
        let mut rows = vec![OwnedRow { number: 1, cells: heading, hidden: false }];
        let mut places = vec![self.first];
        for (agent, at, iban) in accounts {
            let cells = vec![text(agent.id.clone()), text(agent.name.clone()), text(iban.as_str().to_owned())];
            places.push(*at);
            rows.push(OwnedRow { number: u32::try_from(rows.len() + 1).unwrap_or(u32::MAX), cells, hidden: false });
        }
        let source = sources.add(Source { file: self.model.file.clone(), sheet: None, kind: SourceKind::Sheet, headings: Vec::new() });
        sources.put_together(source, 0, places);
        let mut table = self.model.of_rows(source, &rows, Vec::new());
        table.sheet = None;
        Some(table)
    }

    fn table(self, sources: &mut Sources, wording: &Wording<'_>) -> Table {
        let label = |r: FactRole| wording.cx.vocabulary.role(r).map(|f| wording.cx.vocabulary.get(f).label.fr.clone()).unwrap_or_default();
        let months: BTreeSet<Option<PayMonth>> = self.lines.iter().map(|l| l.month).collect();
        let numbered = self.lines.iter().any(|l| !l.agent.id.is_empty());
        let shared = self.lines.iter().any(|l| l.employers);
        let text = |t: String| if t.is_empty() { Cell::Empty } else { Cell::Text(t.into()) };
        // Who it is for stands in front of every line.
        let front = |agent: Option<&Agent>, month: Option<String>, payer: &str| -> Vec<Cell<'static>> {
            let mut cells = Vec::new();
            if numbered {
                cells.push(text(agent.map_or_else(|| label(FactRole::Employee), |a| a.id.clone())));
            }
            cells.push(text(agent.map_or_else(|| label(FactRole::FullName), |a| a.name.clone())));
            if months.len() > 1 {
                cells.push(text(month.unwrap_or_default()));
            }
            if shared {
                cells.push(text(payer.to_owned()));
            }
            cells
        };
        let before = u16::try_from(front(None, None, PAYER).len()).unwrap_or(0);
        let mut heading = front(None, Some(PERIOD.to_owned()), PAYER);
        heading.extend(self.headings.into_iter().map(&text));
        let mut rows = vec![
            OwnedRow { number: 1, cells: vec![text(self.title)], hidden: false },
            OwnedRow { number: 2, cells: heading, hidden: false },
        ];
        let mut places = vec![self.first, self.first];
        for Line { agent, month, source, employers, row } in self.lines {
            let payer = if employers { EMPLOYER } else { AGENT };
            let mut cells = front(Some(&agent), month.map(|m| format!("{:02}/{}", m.month(), m.year())), payer);
            places.push((source, row.number));
            cells.extend(row.cells);
            rows.push(OwnedRow { number: u32::try_from(rows.len() + 1).unwrap_or(u32::MAX), cells, hidden: row.hidden });
        }
        let source = sources.add(Source { file: self.model.file.clone(), sheet: None, kind: SourceKind::Sheet, headings: Vec::new() });
        sources.put_together(source, before, places);
        let mut table = self.model.of_rows(source, &rows, Vec::new());
        table.sheet = None;
        table
    }
}
