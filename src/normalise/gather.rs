//! Every row read by the mapping: last month's payslips, facts, changes, events, sums, requests.
//!
//! Each row handed on by a reader is counted as something; what cannot be read or joined is a finding.

use crate::facts::{Fact, FactId, Facts, Origin, Role as FactRole, Value};
use crate::ground::iban::IbanProblem;
use crate::ground::{At, Checked, EmployeeId, Exact, Finding, Iban, Money, PayMonth, Severity, Sources, ids};
use crate::normalise::codes::{self, CodeStats, Sides};
use crate::normalise::join::TransferRow;
use crate::normalise::lists;
use crate::normalise::mapping::{CodeTarget, Mapping, Meaning, Payer, Role, SourceMapping};
use crate::normalise::named::Known;
use crate::normalise::people::{Directory, Joined, Who, may_be_same};
use crate::normalise::records::{Content, RawRow, RecordReader, parsed};
use crate::normalise::register::{Books, LineReader, Slip, WhoColumns, WideReader, employee, numbered_name, shown, tidy_number};
use crate::normalise::sides::{self, How};
use crate::normalise::text::Phrase;
use crate::normalise::titles::{Summing, counted, hourly, summing, total_named};
use crate::normalise::totals::{Counted, Running};
use crate::normalise::values::{Mark, Unread};
use crate::normalise::{Context, bands, cells, fragment, nets, numbers, periods, remarks};
use crate::payslip::{ElementId, LineKind, PaidCode, PaidLine, PaidSlip};
use crate::read::table::{Cell, MergedArea, Row, Table};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Findings of one code in one source beyond this many are counted, not listed.
const LISTED: usize = 400;

/// Facts of one row of a staff, arrivals or departures sheet.
#[derive(Clone, Debug)]
pub struct Record {
    /// `None` when the row could not be joined to anybody; a finding says so.
    pub employee: Option<EmployeeId>,
    pub facts: Facts,
    pub at: At,
    /// Cells that could not be read: the fact and the code of the finding.
    pub problems: Vec<(FactId, &'static str)>,
}

/// A new value with its date of effect.
#[derive(Clone, Debug)]
pub struct Change {
    pub employee: EmployeeId,
    pub fact: FactId,
    pub old: Option<Value>,
    pub new: Value,
    pub effective: Option<NaiveDate>,
    pub at: At,
}

/// An absence.
#[derive(Clone, Debug)]
pub struct Event {
    pub employee: EmployeeId,
    /// As written.
    pub nature: String,
    /// The fact whose days it counts; `None` when the nature is not known.
    pub fact: Option<FactId>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Calendar days, as written or else from the dates.
    pub days: Option<Exact>,
    /// Goes on from an earlier leave.
    pub continues: Option<bool>,
    /// What else the row says of the month.
    pub beside: Facts,
    /// Told by the record of the month before, whose list it stood in.
    pub running: bool,
    pub at: At,
}

/// A sum or hours of the month, all rows of the agent added.
#[derive(Clone, Debug)]
pub struct Amount {
    pub employee: EmployeeId,
    pub fact: FactId,
    pub value: Exact,
    /// The first row.
    pub at: At,
    pub rows: u32,
}

/// A request to be paid on another account.
#[derive(Clone)]
pub struct AccountChange {
    pub employee: EmployeeId,
    pub requested: Option<NaiveDate>,
    /// As written, without blanks. Never to be shown whole.
    pub written: String,
    pub iban: Result<Iban, IbanProblem>,
    pub received_by: String,
    pub at: At,
}

/// A rubric of a register. [`PaidCode::Unknown`] holds its index in [`Gathered::local_codes`].
#[derive(Clone, Debug)]
pub struct LocalCode {
    pub source: u16,
    pub code: String,
    /// As written, without months.
    pub labels: Vec<String>,
    /// The element it stands for, when that is settled.
    pub element: Option<ElementId>,
    pub target: CodeTarget,
    /// Its amounts stood among the agent's and no sum of his counts them.
    pub beside: bool,
    /// False when the next month does not have it again.
    pub recurs: bool,
    /// The side of the payslip it stands on, when the source says so; otherwise its amounts do.
    pub kind: Option<LineKind>,
}

/// What became of the rows of one source.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct RowCount {
    pub source: u16,
    /// Handed on by the reader.
    pub read: u64,
    pub title: u64,
    pub heading: u64,
    pub data: u64,
    pub subtotal: u64,
    pub total: u64,
    pub blank: u64,
    /// Lines of another month's payslips in a register of several; one finding names the months.
    pub other_month: u64,
    /// Could not be read; each has a finding.
    pub refused: u64,
    /// Data rows a filter or a person had hidden; they are among `data`.
    pub hidden: u64,
}

impl RowCount {
    /// Every row was counted as something.
    pub const fn is_complete(&self) -> bool {
        self.read == self.title + self.heading + self.data + self.subtotal + self.total + self.blank + self.other_month + self.refused
    }
}

/// All that the sources say.
#[derive(Default)]
pub struct Gathered {
    /// Last month's payslips, by employee.
    pub paid: BTreeMap<EmployeeId, PaidSlip>,
    pub local_codes: Vec<LocalCode>,
    pub staff: Vec<Record>,
    pub arrivals: Vec<Record>,
    pub departures: Vec<Record>,
    /// Facts that a wide register shows beside the amounts.
    pub register_facts: Vec<Record>,
    pub changes: Vec<Change>,
    pub events: Vec<Event>,
    pub amounts: Vec<Amount>,
    pub account_changes: Vec<AccountChange>,
    /// Surname and given name, as the registers write them.
    pub register_names: BTreeMap<EmployeeId, (String, String)>,
    pub rows: Vec<RowCount>,
    /// Months before the last of which a register holds whole payslips as well, by source.
    pub months: BTreeMap<u16, BTreeSet<PayMonth>>,
}

/// Findings, each code of a source listed up to a limit.
#[derive(Default)]
struct Told {
    list: Vec<Finding>,
    counts: BTreeMap<(String, u16), usize>,
}

impl Told {
    fn add(&mut self, finding: Finding, source: u16) {
        let n = self.counts.entry((finding.code.clone(), source)).or_insert(0);
        *n += 1;
        // What sets an employee aside is never cut.
        if *n <= LISTED || (finding.severity == Severity::Blocking && finding.employee.is_some()) {
            self.list.push(finding);
        }
    }
    fn finish(mut self, sources: &Sources) -> Vec<Finding> {
        for ((code, source), n) in &self.counts {
            if *n > LISTED {
                self.list.push(
                    Finding::new("M26", Severity::Justify)
                        .arg("code", code)
                        .arg("count", n - LISTED)
                        .at(sources.place(At::source(*source))),
                );
            }
        }
        self.list
    }
}

/// Reads every table by the mapping. The transfers of last month stand in for the nets of a register that prints none.
pub fn gather(tables: &[Table], transfers: &[TransferRow], sources: &Sources, mapping: &Mapping, cx: &Context<'_>) -> Checked<Gathered> {
    gather_beside((Vec::new(), &[]), tables, transfers, sources, mapping, cx)
}

/// The same beside rows that are read already: what a record says of each employee; and people whom a pay statement pays.
pub fn gather_beside(
    (first, stated): (Vec<(u16, Role, RawRow)>, &[Who]),
    tables: &[Table],
    transfers: &[TransferRow],
    sources: &Sources,
    mapping: &Mapping,
    cx: &Context<'_>,
) -> Checked<Gathered> {
    let mut told = Told::default();
    let mut out = Gathered::default();
    let mut books = Books::default();
    let mut raw = first;
    for table in tables {
        let Some(map) = mapping.of(table.source) else { continue };
        let count = match map.role {
            Role::RegisterLines | Role::RegisterWide => register(table, map, sources, cx, &mut books, &mut raw, &mut told),
            Role::Staff | Role::Arrivals | Role::Departures | Role::Changes | Role::Events | Role::Amounts | Role::AccountChanges => {
                records(table, map, sources, cx, &mut raw, &mut told)
            }
            Role::Ignored | Role::Unknown => count_only(table, map),
        };
        out.rows.push(count);
    }
    without_letters(&mut books, &mut raw, sources, &mut told);
    let (directory, strange) = note_people((&books, stated), &raw, &mut told, sources);
    let lost = raw.iter().any(|(_, role, r)| lists::is_list(*role) && r.who.id.is_empty());
    let unread: Vec<&Table> = tables.iter().filter(|t| mapping.of(t.source).is_some_and(is_unread)).collect();
    let above = |t: &&Table| {
        let map = mapping.of(t.source)?;
        let list = lists::is_list(map.role) || map.role == Role::AccountChanges;
        map.header.map(|h| h.0).filter(|first| list && *first > 1)
    };
    let known = if lost || !unread.is_empty() || tables.iter().any(|t| above(&t).is_some()) {
        known_people((&books, stated), &raw, &directory, cx)
    } else {
        Known::default()
    };
    let paid = books.slips.len().max(stated.len());
    out.months = std::mem::take(&mut books.months);
    for table in unread {
        known.unread(table, paid, sources).into_iter().for_each(|f| told.add(f, table.source));
    }
    for (table, first) in tables.iter().filter_map(|t| Some((t, above(&t)?))) {
        known.above(table, first, sources).into_iter().for_each(|f| told.add(f, table.source));
    }
    settle_books(books, transfers, &directory, sources, cx, &mut out, &mut told);
    place_rows(raw, &strange, (&directory, &known), mapping, sources, cx, &mut out, &mut told);
    Checked::new(out, told.finish(sources))
}

/// A sheet that nobody read, unless a person or its month says that nobody should.
fn is_unread(map: &SourceMapping) -> bool {
    map.role == Role::Unknown || map.role == Role::Ignored && map.why.iter().any(|w| w == "no data")
}

/// Everybody that registers, staff files and arrivals know, to look for them in what could not be read.
fn known_people((books, stated): (&Books, &[Who]), raw: &[(u16, Role, RawRow)], directory: &Directory, cx: &Context<'_>) -> Known {
    let mut known = Known::new(cx.vocabulary);
    let staff = raw.iter().filter(|(_, r, _)| matches!(r, Role::Staff | Role::Arrivals)).map(|(_, _, r)| &r.who);
    for who in books.slips.iter().map(|s| &s.who).chain(staff).chain(stated) {
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(who) {
            known.note(&id, who);
        }
    }
    known
}

fn count_only(table: &Table, map: &SourceMapping) -> RowCount {
    let mut n = RowCount { source: map.source, ..RowCount::default() };
    let _ = table.for_each(&mut |row| {
        n.read += 1;
        match map.header {
            Some((a, _)) if row.number < a => n.title += 1,
            Some((_, b)) if row.number <= b => n.heading += 1,
            Some(_) | None => n.title += 1,
        }
        ControlFlow::Continue(())
    });
    n
}

/// Hands every row to `f`, cells of vertically merged areas filled in for the columns that name the person.
fn each_row(table: &Table, below: u32, carried: &[usize], sources: &Sources, told: &mut Told, f: &mut dyn FnMut(&Row<'_, '_>, &mut Told)) {
    let areas: Vec<MergedArea> = table.merged().iter().copied().filter(|a| a.first_row > below && a.last_row > a.first_row).collect();
    if areas.is_empty() {
        let findings = table.for_each(&mut |row| {
            f(&row, told);
            ControlFlow::Continue(())
        });
        findings.into_iter().for_each(|x| told.add(x, table.source));
        return;
    }
    for a in areas.iter().filter(|a| !carried.contains(&usize::from(a.first_column))) {
        told.add(
            Finding::new("N12", Severity::Justify).arg("rows", a.last_row - a.first_row + 1).at(sources.place(At::cell(
                table.source,
                a.first_row,
                a.first_column,
            ))),
            table.source,
        );
    }
    let mut values: BTreeMap<(u32, u16), Cell<'static>> = BTreeMap::new();
    let findings = table.for_each(&mut |row| {
        let mut cells: Vec<Cell<'_>> = row.cells.to_vec();
        for a in &areas {
            let c = usize::from(a.first_column);
            if !carried.contains(&c) || row.number < a.first_row || row.number > a.last_row {
                continue;
            }
            if row.number == a.first_row {
                if let Some(cell) = row.cells.get(c) {
                    values.insert((a.first_row, a.first_column), cell.to_owned());
                }
            } else if let Some(v) = values.get(&(a.first_row, a.first_column)) {
                if cells.len() <= c {
                    cells.resize(c + 1, Cell::Empty);
                }
                cells[c] = v.clone();
            }
        }
        f(&Row { number: row.number, cells: &cells, hidden: row.hidden }, told);
        ControlFlow::Continue(())
    });
    findings.into_iter().for_each(|x| told.add(x, table.source));
}

/// What a row is before it is read as data.
enum Kind {
    Title,
    Heading,
    Blank,
    Sum(Summing),
    /// A sum of one agent on a row that does not name him.
    AgentSum,
    Data,
}

/// How employees are numbered where they stand in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Unsaid,
    /// A text without a digit is none.
    Digits,
    /// Nor one with a blank in it.
    Compact,
    /// Number and name in one cell.
    WithName,
}

struct Sorter {
    header: Option<(u32, u32)>,
    headings: Vec<(usize, String)>,
    agent: Option<usize>,
    /// Code and label of a register with a row per rubric (one at least), and its other columns: amounts, rates, bases.
    rubric: Option<(Vec<usize>, Vec<usize>)>,
    numbers: Numbers,
    /// The agent's columns are filled on the first row only.
    carries: bool,
}

impl Sorter {
    fn new(map: &SourceMapping, who: &WhoColumns) -> Self {
        let own = |h: &str| h.rsplit(" / ").next().unwrap_or(h).to_owned();
        let samples = |c: usize| map.columns.iter().find(|m| usize::from(m.column) == c).map_or(&[][..], |m| m.samples.as_slice());
        let numbers = who.id.map_or(&[][..], samples);
        let full = who.columns().first().copied().filter(|_| who.id.is_none()).map_or(&[][..], samples);
        let both = full.iter().filter(|t| numbered_name(t).is_some()).count();
        Self {
            header: map.header,
            headings: map.columns.iter().filter(|c| !c.heading.is_empty()).map(|c| (usize::from(c.column), own(&c.heading))).collect(),
            agent: who.id.or_else(|| who.columns().first().copied()),
            rubric: None,
            numbers: if !numbers.is_empty() && numbers.iter().all(|t| t.bytes().any(|b| b.is_ascii_digit())) {
                if numbers.iter().all(|t| !t.contains(char::is_whitespace)) { Numbers::Compact } else { Numbers::Digits }
            } else if both >= 2 && both + 1 >= full.len() {
                Numbers::WithName
            } else {
                Numbers::Unsaid
            },
            carries: false,
        }
    }

    /// For a register with a row per rubric.
    fn of_rubrics(map: &SourceMapping, reader: &LineReader) -> Self {
        let columns =
            |wanted: &[Meaning]| map.columns.iter().filter(|c| wanted.contains(&c.meaning)).map(|c| usize::from(c.column)).collect();
        let named = [Meaning::Code, Meaning::Label].iter().filter_map(|m| map.column(*m)).map(|c| usize::from(c.column)).collect();
        let sums = columns(&[
            Meaning::Base,
            Meaning::EmployerBase,
            Meaning::Rate,
            Meaning::Gain,
            Meaning::Deduction,
            Meaning::Amount,
            Meaning::Signed,
            Meaning::EmployerRate,
            Meaning::EmployerAmount,
        ]);
        Self { rubric: Some((named, sums)), carries: reader.carries, ..Self::new(map, &reader.who) }
    }

    /// What a row of such a register is when it is surely no line of pay: the page's head or foot, a sum of an agent.
    fn beside_the_lines(&self, row: &Row<'_, '_>, agent: &str) -> Option<Kind> {
        let (named, sums) = self.rubric.as_ref()?;
        let filled = |c: &usize| !shown(row, *c).is_empty();
        let number = |c: &usize| row.cells.get(*c).is_some_and(|cell| matches!(cells::number(cell, Mark::Unknown), Ok(Some(_))));
        let digits = agent.bytes().any(|b| b.is_ascii_digit());
        let strange = !agent.is_empty()
            && match self.numbers {
                Numbers::Digits => !digits,
                Numbers::Compact => !digits || agent.contains(char::is_whitespace),
                Numbers::Unsaid | Numbers::WithName => false,
            };
        // « COMMUNE DE MONTREVAL | Page 2 » where all others have a number and a name.
        if self.numbers == Numbers::WithName && !agent.is_empty() && numbered_name(agent).is_none() && !sums.iter().any(number) {
            return Some(Kind::Title);
        }
        if !named.first().is_some_and(filled) && (!sums.iter().any(number) || strange) {
            return Some(Kind::Title);
        }
        // « Net à payer » below an agent's lines, without his number.
        let label = named.last().map(|c| shown(row, *c)).unwrap_or_default();
        (agent.is_empty() && !self.carries && total_named(&label).is_some()).then_some(Kind::AgentSum)
    }

    fn kind(&self, row: &Row<'_, '_>) -> Kind {
        if let Some((a, b)) = self.header {
            if row.number < a {
                return Kind::Title;
            }
            if row.number <= b {
                return Kind::Heading;
            }
        }
        let agent = self.agent.map_or(std::borrow::Cow::Borrowed(""), |c| shown(row, c));
        // The common case, without looking further: a number stands where numbers of agents stand.
        if agent.starts_with(|c: char| c.is_ascii_digit()) {
            return Kind::Data;
        }
        let mut texts = row.cells.iter().map(Cell::shown).filter(|t| !t.is_empty());
        let Some(first) = texts.next() else { return Kind::Blank };
        // « Total brut » below the lines of an agent who stands above them is his, and no sum of the page.
        let label = || self.rubric.as_ref().and_then(|(named, _)| named.last()).map(|c| shown(row, *c)).unwrap_or_default();
        if self.carries && agent.is_empty() && total_named(&label()).is_some() {
            return Kind::Data;
        }
        if let Some(s) = summing(&first)
            && (agent.is_empty() || agent == first)
        {
            return Kind::Sum(s);
        }
        if self.headings.len() >= 2 && self.headings.iter().all(|(c, h)| shown(row, *c).split_whitespace().eq(h.split_whitespace())) {
            return Kind::Heading;
        }
        // A line of the page's head, printed again in the middle: one text of several words and nothing beside it.
        if texts.next().is_none() && first.split_whitespace().count() >= 2 && self.headings.len() >= 3 {
            return Kind::Title;
        }
        self.beside_the_lines(row, &agent).unwrap_or(Kind::Data)
    }
}

/// Compares a row of sums with what stands above it.
fn check_sums(
    row: &Row<'_, '_>,
    map: &SourceMapping,
    (running, part): (&mut Running, bool),
    (agents, rows): (u32, u32),
    sources: &Sources,
    told: &mut Told,
) {
    let mut seen = Vec::new();
    for c in running.columns() {
        let mark = map.columns.iter().find(|m| usize::from(m.column) == *c).map(|m| m.mark).unwrap_or_default();
        if let Some(Ok(Some(n))) = row.cells.get(*c).map(|cell| cells::number(cell, mark)) {
            seen.push((*c, n));
        }
    }
    for d in running.check(&seen, part) {
        let column = u16::try_from(d.column).unwrap_or(At::NO_COLUMN);
        told.add(
            Finding::new("M18", Severity::Justify)
                .arg("shown", d.shown.french())
                .arg("found", d.found.french())
                .stake((d.shown - d.found).cents())
                .at(sources.place(At::cell(map.source, row.number, column))),
            map.source,
        );
    }
    for cell in row.cells {
        if let Some(n) = counted(&cell.shown())
            && n != agents
            && n != rows
        {
            told.add(
                Finding::new("M19", Severity::Justify)
                    .arg("shown", n)
                    .arg("found", agents)
                    .at(sources.place(At::row(map.source, row.number))),
                map.source,
            );
        }
    }
}

/// Whether the only sum a row shows is this one.
fn sums_up(row: &Row<'_, '_>, sum: Money, running: &Running, marks: &[Mark]) -> bool {
    let mut shown = running.columns().iter().zip(marks).filter_map(|(c, mark)| match cells::number(row.cells.get(*c)?, *mark) {
        Ok(Some(n)) => Some(n),
        Ok(None) | Err(_) => None,
    });
    shown.next().and_then(|n| n.scaled_half_up(100)) == Some(sum.cents()) && shown.next().is_none()
}

fn refused(row: &Row<'_, '_>, agent: &str, bad: &[(usize, Unread)], map: &SourceMapping, sources: &Sources) -> Finding {
    let (column, why) = bad.first().copied().unwrap_or((0, Unread("N01")));
    let text: String = shown(row, column).chars().take(60).collect();
    let finding = Finding::new("IMP-05", Severity::Blocking)
        .arg("agent", if agent.is_empty() { "–" } else { agent })
        .arg("text", text)
        .arg("reason", why.0)
        .at(sources.place(At::cell(map.source, row.number, u16::try_from(column).unwrap_or(At::NO_COLUMN))));
    match employee(agent) {
        Some(id) => finding.of(&id),
        None => finding,
    }
}

/// Cells beyond the sheet's columns are named, not read.
fn stray(row: &Row<'_, '_>, map: &SourceMapping, sources: &Sources, told: &mut Told) {
    for (c, cell) in row.cells.iter().enumerate().skip(map.columns.len()) {
        let text = cell.shown();
        if !text.is_empty() {
            let at = At::cell(map.source, row.number, u16::try_from(c).unwrap_or(At::NO_COLUMN));
            let text: String = text.chars().take(60).collect();
            told.add(Finding::new("M96", Severity::Justify).arg("text", text).at(sources.place(at)), map.source);
        }
    }
}

fn register(
    table: &Table,
    map: &SourceMapping,
    sources: &Sources,
    cx: &Context<'_>,
    books: &mut Books,
    raw: &mut Vec<(u16, Role, RawRow)>,
    told: &mut Told,
) -> RowCount {
    let mut n = RowCount { source: map.source, ..RowCount::default() };
    let lines = if map.role == Role::RegisterLines { LineReader::new(map, cx) } else { None };
    let wide = (map.role == Role::RegisterWide).then(|| WideReader::new(map, cx));
    let who = match (&lines, &wide) {
        (Some(l), _) => l.who.clone(),
        (None, Some(w)) => w.who.clone(),
        (None, None) => return count_only(table, map),
    };
    let tells = lines.as_ref().is_some_and(LineReader::tells_sides);
    books.know(map, tells);
    let mut running =
        Running::new(lines.as_ref().map(LineReader::summed).or_else(|| wide.as_ref().map(WideReader::summed)).unwrap_or_default());
    let sorter = lines.as_ref().map_or_else(|| Sorter::new(map, &who), |l| Sorter::of_rubrics(map, l));
    let marks: Vec<_> = running
        .columns()
        .iter()
        .map(|c| map.columns.iter().find(|m| usize::from(m.column) == *c).map(|m| m.mark).unwrap_or_default())
        .collect();
    let begun = books.slips.len();
    let mut facts = map
        .columns
        .iter()
        .any(|c| wide.is_some() && crate::normalise::columns::is_situation(cx.vocabulary, c.meaning))
        .then(|| RecordReader::new(map, cx));
    let below = map.header.map_or(0, |h| h.1);
    let others = match &lines {
        Some(l) if l.tells_months() => periods::other_months(table, below, l, cx),
        _ => BTreeSet::new(),
    };
    if !others.is_empty() {
        books.months.entry(map.source).or_default().extend(others.iter().copied().filter(|m| *m < cx.last));
        let months: Vec<String> = others.iter().map(ToString::to_string).collect();
        told.add(
            Finding::new("M71", Severity::Warning)
                .arg("months", months.join(", "))
                .arg("last", cx.last)
                .at(sources.place(At::source(map.source))),
            map.source,
        );
    }
    let mut carried = String::new();
    let mut band: Option<bands::Band> = None;
    let mut section = None;
    let mut before = None;
    let (mut subtotals, mut closed, mut last_row) = (0_u32, false, 0);
    each_row(table, below, &who.columns(), sources, told, &mut |row, told| {
        n.read += 1;
        last_row = row.number;
        if map.banded
            && let Some(found) = bands::of_row(row)
        {
            if row.number > below {
                n.heading += 1;
            } else {
                n.title += 1;
            }
            carried.clone_from(&found.id);
            section = None;
            band = Some(found);
            return;
        }
        if map.sections
            && row.number > below
            && let Some(side) = bands::section(row.cells)
        {
            section = Some(side);
            n.heading += 1;
            return;
        }
        if map.banded && row.number > below && bands::tells_more(row) {
            n.heading += 1;
            return;
        }
        match sorter.kind(row) {
            Kind::Title => n.title += 1,
            Kind::Heading => n.heading += 1,
            Kind::Blank => n.blank += 1,
            Kind::AgentSum => n.subtotal += 1,
            Kind::Sum(s) => {
                let agents = u32::try_from(books.slips.len() - begun).unwrap_or(u32::MAX);
                let rows = u32::try_from(n.data).unwrap_or(u32::MAX);
                // « Total général » below the nets is the sum of the nets.
                let nets = || books.slips[begun..].iter().filter_map(|x| x.paid.net_paid).map(|(m, _)| m).sum::<Money>();
                let of_nets = s == Summing::Whole && sums_up(row, nets(), &running, &marks);
                // Sums of two months are no sums of what is read.
                if others.is_empty() && !of_nets {
                    check_sums(row, map, (&mut running, s == Summing::Part), (agents, rows), sources, told);
                }
                if s == Summing::Part {
                    n.subtotal += 1;
                    subtotals += 1;
                } else {
                    n.total += 1;
                    closed = true;
                }
            }
            Kind::Data => {
                stray(row, map, sources, told);
                let written = lines
                    .as_ref()
                    .map_or_else(|| who.id.map_or(std::borrow::Cow::Borrowed(""), |c| tidy_number(shown(row, c))), |l| l.agent(row));
                let name_only = if written.is_empty() && lines.is_none() {
                    let w = who.read(row);
                    format!("{} {}", w.surname, w.given).trim().to_owned()
                } else {
                    String::new()
                };
                let mut agent: &str = if written.is_empty() { &name_only } else { &written };
                if lines.as_ref().is_some_and(|l| l.carries) {
                    if agent.is_empty() {
                        agent = &carried;
                    } else if agent != carried {
                        carried.clear();
                        carried.push_str(agent);
                        agent = &carried;
                    }
                }
                if agent.is_empty() {
                    n.refused += 1;
                    told.add(refused(row, "", &[(who.id.unwrap_or(0), Unread("M15"))], map, sources), map.source);
                    return;
                }
                if let Some(l) = lines.as_ref().filter(|_| !others.is_empty())
                    && l.month(row, cx).is_some_and(|m| others.contains(&m))
                {
                    n.other_month += 1;
                    return;
                }
                let taken = match (&lines, &wide) {
                    (Some(l), _) => l.take(row, (agent, section), map.source, cx, books),
                    (None, Some(w)) => w.take(row, agent, map.source, books),
                    (None, None) => return,
                };
                if let Some(b) = &band {
                    books.name_last(&b.surname, &b.given);
                }
                if let Some(l) = &lines {
                    let sum = taken.code.is_some_and(|c| matches!(books.codes[usize::from(c)].target, CodeTarget::Total(_)));
                    let here = (books.slips.len(), taken.code, taken.shown);
                    let kind = if sum {
                        Counted::Sum
                    } else if before == Some(here) {
                        Counted::Repeat
                    } else {
                        Counted::Line
                    };
                    before = Some(here);
                    for (slot, cents) in l.summed_cents(&taken.shown).into_iter().enumerate() {
                        if let Some(c) = cents {
                            running.add(slot, c, kind);
                        }
                    }
                } else {
                    for (slot, mark) in marks.iter().enumerate() {
                        let column = running.columns()[slot];
                        if let Some(Ok(Some(v))) = row.cells.get(column).map(|cell| cells::number(cell, *mark))
                            && let Some(c) = v.scaled_half_up(100)
                        {
                            running.add(slot, c, Counted::Line);
                        }
                    }
                }
                if taken.bad.is_empty() {
                    n.data += 1;
                } else {
                    n.refused += 1;
                    told.add(refused(row, agent, &taken.bad, map, sources), map.source);
                }
                n.hidden += u64::from(row.hidden);
                if let Some(reader) = facts.as_mut() {
                    let mut found = Vec::new();
                    let mut record = reader.read(row, sources, &mut |f| found.push(f));
                    found.into_iter().for_each(|f| told.add(f, map.source));
                    record.who.stand_in(agent);
                    raw.push((map.source, map.role, record));
                }
            }
        }
    });
    if subtotals > 0 && !closed && running.open() {
        told.add(
            Finding::new("M25", Severity::Justify).arg("file", &map.file).at(sources.place(At::row(map.source, last_row))),
            map.source,
        );
    }
    n
}

/// The last row with a digit where numbers of employees stand.
fn last_numbered(table: &Table, numbers: Option<usize>) -> u32 {
    let mut last = 0;
    let _ = table.for_each(&mut |row| {
        if numbers.is_some_and(|c| shown(&row, c).bytes().any(|b| b.is_ascii_digit())) {
            last = row.number;
        }
        ControlFlow::Continue(())
    });
    last
}

fn records(
    table: &Table,
    map: &SourceMapping,
    sources: &Sources,
    cx: &Context<'_>,
    raw: &mut Vec<(u16, Role, RawRow)>,
    told: &mut Told,
) -> RowCount {
    let mut n = RowCount { source: map.source, ..RowCount::default() };
    let mut reader = RecordReader::new(map, cx);
    let who = reader.who.clone();
    let sorter = Sorter::new(map, &who);
    let summed: Vec<usize> = map
        .columns
        .iter()
        .filter(|c| match c.meaning {
            Meaning::Fact(f) | Meaning::New(f) => {
                let fact = cx.vocabulary.get(f);
                matches!(fact.kind, crate::facts::FactKind::Number { form } if !matches!(form, crate::facts::NumberForm::Rate | crate::facts::NumberForm::Fraction))
            }
            Meaning::Days => true,
            _ => false,
        })
        .map(|c| usize::from(c.column))
        .collect();
    let mut running = Running::new(summed);
    let mut agents: BTreeSet<String> = BTreeSet::new();
    let last = if matches!(sorter.numbers, Numbers::Digits | Numbers::Compact) { last_numbered(table, who.id) } else { u32::MAX };
    let foot = |row: &Row<'_, '_>| row.number > last && who.id.is_some_and(|c| remarks::is_foot(row.cells, c));
    each_row(table, map.header.map_or(0, |h| h.1), &who.columns(), sources, told, &mut |row, told| {
        n.read += 1;
        match sorter.kind(row) {
            Kind::Title => n.title += 1,
            Kind::Heading => n.heading += 1,
            Kind::Blank => n.blank += 1,
            Kind::AgentSum => n.subtotal += 1,
            Kind::Sum(s) => {
                let rows = u32::try_from(n.data).unwrap_or(u32::MAX);
                let many = if agents.is_empty() { rows } else { u32::try_from(agents.len()).unwrap_or(u32::MAX) };
                check_sums(row, map, (&mut running, s == Summing::Part), (many, rows), sources, told);
                if s == Summing::Part {
                    n.subtotal += 1;
                } else {
                    n.total += 1;
                }
            }
            Kind::Data if remarks::is_remark(row.cells) || foot(row) => n.title += 1,
            Kind::Data => {
                if !lists::is_list(map.role) {
                    stray(row, map, sources, told);
                }
                for slot in 0..running.columns().len() {
                    let column = running.columns()[slot];
                    let mark = map.columns.iter().find(|m| usize::from(m.column) == column).map(|m| m.mark).unwrap_or_default();
                    if let Some(Ok(Some(v))) = row.cells.get(column).map(|cell| cells::number(cell, mark))
                        && let Some(c) = v.scaled_half_up(100)
                    {
                        running.add(slot, c, Counted::Line);
                    }
                }
                let mut found = Vec::new();
                let mut record = reader.read(row, sources, &mut |f| found.push(f));
                found.into_iter().for_each(|f| told.add(f, map.source));
                if record.who.id.is_empty() && record.who.surname.is_empty() {
                    n.refused += 1;
                    told.add(refused(row, "", &[(who.id.unwrap_or(0), Unread("M15"))], map, sources), map.source);
                    return;
                }
                if !lists::is_number(&record.who.id) {
                    n.refused += 1;
                    let column = u16::try_from(who.id.unwrap_or(0)).unwrap_or(At::NO_COLUMN);
                    let text: String = record.who.id.chars().take(60).collect();
                    let place = sources.place(At::cell(map.source, row.number, column));
                    told.add(Finding::new("M92", Severity::Blocking).arg("text", text).at(place), map.source);
                    if lists::is_list(map.role) && !record.who.surname.is_empty() {
                        record.who.id.clear();
                        record.refused = true;
                        raw.push((map.source, map.role, record));
                    }
                    return;
                }
                n.data += 1;
                n.hidden += u64::from(row.hidden);
                if agents.len() < 200_000 {
                    agents.insert(record.who.id.clone());
                }
                raw.push((map.source, lists::role_of(map, &record.content), record));
            }
        }
    });
    n
}

/// Takes the letters off the numbers of a source that alone writes them, and says so once.
fn without_letters(books: &mut Books, raw: &mut [(u16, Role, RawRow)], sources: &Sources, told: &mut Told) {
    let ids = books.slips.iter().map(|s| (s.source, s.who.id.as_str())).chain(raw.iter().map(|(s, _, r)| (*s, r.who.id.as_str())));
    for (source, (letters, count)) in numbers::prefixed(ids) {
        let of_source = books.slips.iter_mut().filter(|s| s.source == source).map(|s| &mut s.who);
        for who in of_source.chain(raw.iter_mut().filter(|(s, _, _)| *s == source).map(|(_, _, r)| &mut r.who)) {
            if let Some(digits) = who.id.strip_prefix(letters.as_str()) {
                who.id = digits.to_owned();
            }
        }
        told.add(
            Finding::new("M70", Severity::Warning).arg("letters", letters).arg("count", count).at(sources.place(At::source(source))),
            source,
        );
    }
}

/// All numbers and names, as the sources write them.
/// Also the rows of lists that bear another person's name than their number: nobody is paid on them.
fn note_people(
    (books, stated): (&Books, &[Who]),
    raw: &[(u16, Role, RawRow)],
    told: &mut Told,
    sources: &Sources,
) -> (Directory, BTreeSet<At>) {
    let mut directory = Directory::default();
    for who in stated {
        directory.note(&who.id, false, At::NOWHERE.source);
    }
    for s in books.slips.iter().filter(|s| !s.who.named) {
        directory.note(&s.who.id, s.who.numeric, s.source);
    }
    for (source, role, r) in raw {
        if matches!(role, Role::Departures | Role::Changes | Role::Events | Role::Amounts | Role::AccountChanges) {
            directory.note_listed(&r.who.id, r.who.numeric, *source);
        } else {
            directory.note(&r.who.id, r.who.numeric, *source);
        }
    }
    let mut unjoined = BTreeMap::new();
    let mut names = Vec::new();
    for who in books
        .slips
        .iter()
        .map(|s| &s.who)
        .chain(raw.iter().filter(|(_, r, _)| matches!(r, Role::Staff | Role::Arrivals)).map(|(_, _, r)| &r.who))
        .chain(stated)
    {
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(who)
            && !who.named
            && !who.id.is_empty()
        {
            if let Some(nir) = &who.nir {
                directory.identity(&id, nir);
            }
            if !who.surname.is_empty() {
                names.push((id, who.surname.as_str(), who.given.as_str()));
            }
        }
    }
    let staff: BTreeSet<&str> = raw.iter().filter(|(_, r, _)| *r == Role::Staff).map(|(_, _, r)| ids::bare(&r.who.id)).collect();
    for (_, _, r) in raw.iter().filter(|(_, role, r)| *role == Role::Arrivals && !staff.contains(ids::bare(&r.who.id))) {
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(&r.who) {
            directory.arrives(&id);
        }
    }
    let nameless = || books.slips.iter().map(|s| &s.who).chain(raw.iter().map(|(_, _, r)| &r.who)).filter(|w| w.named || w.id.is_empty());
    let need_names = nameless().next().is_some();
    if need_names {
        for (id, surname, given) in &names {
            directory.name(id, surname, given);
        }
        // Whom no source gives a number: last month's register and this month's staff know them, a list of changes makes nobody.
        let staff = raw.iter().filter(|(_, r, _)| matches!(r, Role::Staff | Role::Arrivals)).map(|(_, _, r)| &r.who);
        // A list without numbers beside files that have them has lost its column: its people are asked for, not invented.
        let staff = staff.filter(|_| names.is_empty());
        for who in books.slips.iter().map(|s| &s.who).chain(staff).filter(|w| w.named || w.id.is_empty()) {
            directory.name_alone(who);
        }
    }
    // One number, two names: whoever is meant, a person must say.
    let mut first: BTreeMap<&EmployeeId, (&str, &str)> = BTreeMap::new();
    for (id, surname, given) in &names {
        let known = first.entry(id).or_insert((surname, given));
        if !may_be_same(*known, (surname, given)) {
            unjoined.entry(id.clone()).or_insert_with(|| (format!("{} {}", known.0, known.1), format!("{surname} {given}")));
        }
    }
    let mut all: BTreeMap<&EmployeeId, Vec<&str>> = BTreeMap::new();
    for (id, surname, _) in &names {
        all.entry(id).or_default().push(surname);
    }
    let mut strange = BTreeSet::new();
    for (source, role, r) in raw {
        let list = lists::is_list(*role) || *role == Role::AccountChanges;
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(&r.who)
            && let Some(known) = first.get(&id)
            && !r.who.surname.is_empty()
        {
            let other = !may_be_same(*known, (&r.who.surname, &r.who.given));
            // One first name in common is not enough in a list that pays.
            let doubtful = list && !all.get(&id).is_some_and(|s| s.iter().any(|s| may_be_same((*s, ""), (&r.who.surname, ""))));
            if !other && !doubtful {
                continue;
            }
            let blocks = list && other;
            if blocks {
                strange.insert(r.at);
            }
            told.add(
                Finding::new("M14", if blocks { Severity::Blocking } else { Severity::Justify })
                    .arg("agent", &id)
                    .arg("name", format!("{} {}", r.who.surname, r.who.given))
                    .arg("known", format!("{} {}", known.0, known.1))
                    .of(&id)
                    .at(sources.place(r.at)),
                *source,
            );
        }
    }
    (directory, strange)
}

/// The employee a row means, told where that is not what is written; `lost` is how grave a row of nobody is.
fn joined(directory: &Directory, who: &Who, at: At, lost: Severity, sources: &Sources, told: &mut Told) -> Option<EmployeeId> {
    let name = format!("{} {}", who.surname, who.given);
    let place = sources.place(at);
    match directory.join(who) {
        Joined::AsWritten(id) | Joined::Padded(id) => Some(id),
        Joined::Lengthened(id) => {
            told.add(Finding::new("M17", Severity::Information).arg("text", &who.id).arg("agent", &id).of(&id).at(place), at.source);
            Some(id)
        }
        Joined::ByIdentityNumber(id) => {
            told.add(Finding::new("M73", Severity::Information).arg("name", name.trim()).arg("agent", &id).of(&id).at(place), at.source);
            Some(id)
        }
        Joined::ByName(id) => {
            told.add(Finding::new("M12", Severity::Warning).arg("name", name.trim()).arg("agent", &id).of(&id).at(place), at.source);
            Some(id)
        }
        Joined::Several(ids) => {
            let all: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let shown = if who.id.is_empty() { name.trim().to_owned() } else { who.id.clone() };
            told.add(Finding::new("M13", lost).arg("name", shown).arg("agents", all.join(", ")).at(place), at.source);
            None
        }
        Joined::Nobody => {
            told.add(Finding::new("M15", lost).arg("name", name.trim()).at(place), at.source);
            None
        }
    }
}

/// Codes, signs and duplicates are settled, and slips take their place.
fn settle_books(
    mut books: Books,
    transfers: &[TransferRow],
    directory: &Directory,
    sources: &Sources,
    cx: &Context<'_>,
    out: &mut Gathered,
    told: &mut Told,
) {
    late_codes(&mut books, cx, sources, told);
    let with_net = books.slips.iter().filter(|s| s.paid.net_paid.is_some()).count();
    let transferred = nets::put(&mut books, transfers);
    for c in &books.codes {
        let names: BTreeSet<&str> = c.labels.iter().map(String::as_str).collect();
        if names.len() > 1 {
            told.add(
                Finding::new("IMP-07", Severity::Warning)
                    .arg("code", &c.code)
                    .arg("labels", names.into_iter().collect::<Vec<_>>().join(" / "))
                    .at(sources.place(At::source(c.source))),
                c.source,
            );
        }
    }
    let passing = of_one_month(&books);
    let targets: Vec<CodeTarget> = books.codes.iter().map(|c| c.target).collect();
    let partners: Vec<Option<ElementId>> = books.codes.iter().map(|c| c.employer).collect();
    let doubles: Vec<Option<ElementId>> = books.codes.iter().map(|c| c.with).collect();
    let untold: Vec<bool> = books.codes.iter().map(|c| !c.told).collect();
    if untold.iter().any(|u| *u) {
        sign(&mut books, &targets, &untold, sources, cx, told);
    }
    let out_of_net = left_out(&books, &targets, &untold, cx);
    for i in &out_of_net {
        books.codes[usize::from(*i)].beside = true;
    }
    for l in books.slips.iter_mut().flat_map(|s| &mut s.paid.lines) {
        beside(l, matches!(l.code, PaidCode::Unknown(i) if out_of_net.contains(&i)));
    }
    if transferred > 0 {
        let sum = |s: &Slip| s.paid.lines.iter().map(|l| l.amount).sum::<Money>();
        let agree = books.slips.iter().filter(|s| s.paid.net_paid.is_some_and(|(net, _)| net == sum(s))).count();
        if agree * 3 < transferred {
            nets::take_back(&mut books);
        }
    }
    let net_expected = books.slips.len() >= 3 && with_net * 10 >= books.slips.len() * 8;
    let mut shared: BTreeMap<(u16, u16), usize> = BTreeMap::new();
    for mut slip in std::mem::take(&mut books.slips) {
        let all: BTreeSet<u16> = slip.paid.lines.iter().map(|l| l.at.source).collect();
        let Some(id) = joined(directory, &slip.who, slip.first, Severity::Justify, sources, told) else { continue };
        part_doubles(&mut slip, &targets, &doubles, cx);
        name_elements(&mut slip, &targets, &partners, cx);
        if all.len() > 1 && shared_sides(&slip.paid) {
            // Two registers added up would pay twice.
            if let (Some(a), Some(b)) = (all.first(), all.last()) {
                *shared.entry((*a, *b)).or_insert(0) += 1;
            }
            let mut f = Finding::new("M29", Severity::Blocking).arg("agent", &id).of(&id);
            for source in &all {
                f = f.at(sources.place(At::source(*source)));
            }
            told.add(f, slip.source);
        }
        pair_shares(&mut slip.paid, cx);
        once(&mut slip, &id, &books, sources, cx, told);
        balance(&slip, &id, net_expected, sources, cx, told);
        if !slip.who.surname.is_empty() {
            out.register_names.entry(id.clone()).or_insert((std::mem::take(&mut slip.who.surname), std::mem::take(&mut slip.who.given)));
        }
        slip.paid.lines.shrink_to_fit();
        match out.paid.get_mut(&id) {
            None => {
                out.paid.insert(id, slip.paid);
            }
            Some(known) => {
                told.add(Finding::new("M21", Severity::Justify).arg("agent", &id).of(&id).at(sources.place(slip.first)), slip.source);
                known.lines.append(&mut slip.paid.lines);
            }
        }
    }
    hide_employers(&mut out.paid);
    for ((a, b), count) in shared {
        told.add(
            Finding::new("M28", Severity::Justify).arg("count", count).at(sources.place(At::source(a))).at(sources.place(At::source(b))),
            a,
        );
    }
    out.local_codes = books
        .codes
        .into_iter()
        .map(|c| LocalCode {
            source: c.source,
            code: c.code,
            labels: c.labels,
            element: if let CodeTarget::Element(e, _) = c.target { Some(e) } else { None },
            target: c.target,
            beside: c.beside,
            recurs: true,
            kind: None,
        })
        .collect();
    for i in passing {
        out.local_codes[usize::from(i)].recurs = false;
    }
}

/// Codes without an element that belong to the month they were paid for: hours at an hourly rate, absences, back pay.
fn of_one_month(books: &Books) -> Vec<u16> {
    let bounds = hourly();
    let hourly = |l: &PaidLine| {
        let (Some(base), Some(rate)) = (l.base, l.rate) else { return false };
        let hours = base.is_positive() && base <= Exact::int(bounds.most_hours);
        let within = hours && (Exact::int(bounds.least_rate)..=Exact::int(bounds.most_rate)).contains(&rate);
        let amount = base.mul(rate).and_then(|x| x.scaled_half_up(100));
        within && l.employer_amount.is_zero() && amount.is_some_and(|a| (a - l.amount.cents()).abs() <= 1)
    };
    let mut seen: BTreeMap<u16, bool> = BTreeMap::new();
    for l in books.slips.iter().flat_map(|s| &s.paid.lines) {
        if let PaidCode::Unknown(i) = l.code
            && books.codes[usize::from(i)].target == CodeTarget::Open
        {
            *seen.entry(i).or_insert(true) &= hourly(l);
        }
    }
    let named = |i: &u16| books.codes[usize::from(*i)].labels.first().is_some_and(|l| Phrase::of(l).is_once());
    seen.into_iter().filter(|(i, hours)| *hours || named(i)).map(|(i, _)| i).collect()
}

/// Whether two registers both hold the agent's own amounts, or both the employer's of one element: one sheet may hold each.
fn shared_sides(paid: &PaidSlip) -> bool {
    let own: BTreeSet<u16> = paid.lines.iter().filter(|l| !l.amount.is_zero()).map(|l| l.at.source).collect();
    let mut employers: BTreeMap<PaidCode, u16> = BTreeMap::new();
    let both = |l: &PaidLine, employers: &mut BTreeMap<PaidCode, u16>| {
        !l.employer_amount.is_zero() && *employers.entry(l.code).or_insert(l.at.source) != l.at.source
    };
    own.len() > 1 || paid.lines.iter().any(|l| both(l, &mut employers))
}

/// A register without a single employer's share does not show them; it does not say that there were none.
fn hide_employers(paid: &mut BTreeMap<EmployeeId, PaidSlip>) {
    let showing: BTreeSet<u16> =
        paid.values().flat_map(|s| &s.lines).filter(|l| !l.employer_amount.is_zero()).map(|l| l.at.source).collect();
    for slip in paid.values_mut() {
        slip.employer_hidden = !slip.lines.iter().any(|l| showing.contains(&l.at.source));
    }
}

/// Codes first met beyond the rows that were looked at are resolved by what was read of them.
fn late_codes(books: &mut Books, cx: &Context<'_>, sources: &Sources, told: &mut Told) {
    let late: Vec<usize> =
        (0..books.codes.len()).filter(|&i| !books.codes[i].recognised && books.codes[i].target == CodeTarget::Open).collect();
    if late.is_empty() {
        return;
    }
    let stats: BTreeMap<String, CodeStats> = late.iter().map(|&i| (books.codes[i].code.clone(), books.codes[i].stats.clone())).collect();
    let told_sides = late.first().is_some_and(|&i| books.codes[i].told);
    let resolved = codes::resolve(&stats, cx.rubrics, if told_sides { Sides::Told } else { Sides::Untold });
    for i in late {
        let known = &mut books.codes[i];
        let Some(m) = resolved.iter().find(|m| m.code == known.code) else { continue };
        known.target = m.target;
        known.with = m.with;
        if m.target == CodeTarget::Open {
            let proposed: Vec<String> =
                m.alternatives.iter().map(|(t, n)| format!("{} ({n} %)", fragment::target_name(*t, cx.rubrics))).collect();
            told.add(
                Finding::new("M05", Severity::Justify)
                    .arg("code", &m.code)
                    .arg("label", m.labels.first().cloned().unwrap_or_default())
                    .arg("rows", m.rows)
                    .arg("proposed", if proposed.is_empty() { "–".to_owned() } else { proposed.join(", ") })
                    .arg("why", m.why.join(", "))
                    .at(sources.place(At::source(known.source))),
                known.source,
            );
        }
    }
}

/// An amount that no sum of the agent needs is no pay of his: the employer's, or information. Replay may tell which.
fn beside(l: &mut PaidLine, it_is: bool) {
    if it_is && l.employer_amount.is_zero() {
        l.employer_amount = l.amount;
        l.employer_rate = l.employer_rate.or(l.rate.take());
        l.amount = Money::ZERO;
    }
}

/// Codes without an element that no sum of the agents counts, in registers that tell gains from deductions.
fn left_out(books: &Books, targets: &[CodeTarget], untold: &[bool], cx: &Context<'_>) -> BTreeSet<u16> {
    let told: Vec<CodeTarget> = targets.iter().zip(untold).map(|(t, u)| if *u { CodeTarget::Skipped } else { *t }).collect();
    if !told.contains(&CodeTarget::Open) {
        return BTreeSet::new();
    }
    let signs = sides::decide(books.slips.iter().map(|s| &s.paid), &told, cx.rubrics, true);
    let open = (0_u16..).zip(signs).zip(&told).filter(|(_, t)| **t == CodeTarget::Open);
    open.filter(|((_, s), _)| s.factor == 0 && s.how == How::Totals).map(|((i, _), _)| i).collect()
}

/// Gives amounts of registers that do not tell gain from deduction their sign.
fn sign(books: &mut Books, targets: &[CodeTarget], untold: &[bool], sources: &Sources, cx: &Context<'_>, told: &mut Told) {
    let open: Vec<CodeTarget> = targets.iter().zip(untold).map(|(t, u)| if *u { *t } else { CodeTarget::Skipped }).collect();
    let signs = sides::decide(books.slips.iter().map(|s| &s.paid), &open, cx.rubrics, false);
    let mut used = vec![false; targets.len()];
    for s in &mut books.slips {
        for l in &mut s.paid.lines {
            let PaidCode::Unknown(i) = l.code else { continue };
            let i = usize::from(i);
            if !untold[i] {
                continue;
            }
            used[i] |= !l.amount.is_zero();
            if let CodeTarget::Element(_, Payer::Employer) = targets[i] {
                if l.employer_amount.is_zero() {
                    l.employer_amount = l.amount;
                    l.employer_rate = l.employer_rate.or(l.rate.take());
                }
                l.amount = Money::ZERO;
            } else {
                beside(l, signs[i].factor == 0);
                l.amount = Money::from_cents(l.amount.cents() * signs[i].factor);
            }
        }
    }
    for (i, sign) in signs.iter().enumerate() {
        books.codes[i].beside |= untold[i] && used[i] && sign.factor == 0 && targets[i] == CodeTarget::Open;
        if !untold[i]
            || !used[i]
            || matches!(targets[i], CodeTarget::Element(_, Payer::Employer) | CodeTarget::Total(_) | CodeTarget::Skipped)
        {
            continue;
        }
        let c = &books.codes[i];
        let finding = match sign.how {
            How::Kind => continue,
            How::Totals => Finding::new("M23", Severity::Information),
            How::Open => Finding::new("M24", Severity::Justify),
        };
        let side = match sign.factor {
            1 => "+",
            -1 => "−",
            _ => "0",
        };
        told.add(
            finding
                .arg("code", &c.code)
                .arg("label", c.labels.first().cloned().unwrap_or_default())
                .arg("side", side)
                .at(sources.place(At::source(c.source))),
            c.source,
        );
    }
}

/// A line that holds two contributions becomes two, each by its rate; what rounding leaves stays with the first.
fn part_doubles(slip: &mut Slip, targets: &[CodeTarget], doubles: &[Option<ElementId>], cx: &Context<'_>) {
    let rate = |e: ElementId| cx.rubrics.get(e).and_then(|t| t.rate);
    let mut second = Vec::new();
    for l in &mut slip.paid.lines {
        let PaidCode::Unknown(i) = l.code else { continue };
        let (CodeTarget::Element(a, _), Some(b)) = (targets[usize::from(i)], doubles[usize::from(i)]) else { continue };
        let (Some(ra), Some(rb)) = (rate(a), rate(b)) else { continue };
        let cents = Exact::cents(l.amount.cents());
        let of =
            |base: Exact| base.mul(rb).and_then(|x| x.scaled_half_up(100)).map(|c| if l.amount.is_negative() { -c.abs() } else { c.abs() });
        let by_base = l.base.filter(|base| {
            let whole = ra.add(rb).and_then(|r| base.mul(r)).and_then(|x| x.scaled_half_up(100));
            whole.is_some_and(|w| (w.abs() - l.amount.cents().abs()).abs() <= 1)
        });
        let by_share = || ra.add(rb).and_then(|both| rb.div(both)).and_then(|s| cents.mul(s)).and_then(|x| x.scaled_half_up(100));
        let Some(part) = by_base.and_then(of).or_else(by_share).map(Money::from_cents) else { continue };
        second.push(PaidLine { code: PaidCode::Element(b), rate: l.rate.map(|_| rb), amount: part, ..l.clone() });
        l.amount -= part;
        l.rate = l.rate.map(|_| ra);
    }
    slip.paid.lines.append(&mut second);
}

fn name_elements(slip: &mut Slip, targets: &[CodeTarget], partners: &[Option<ElementId>], cx: &Context<'_>) {
    let mut apart = Vec::new();
    for l in &mut slip.paid.lines {
        let PaidCode::Unknown(i) = l.code else { continue };
        if let (Some(e), false, false) = (partners[usize::from(i)], l.amount.is_zero(), l.employer_amount.is_zero()) {
            let rate = l.employer_rate.take();
            let amount = std::mem::take(&mut l.employer_amount);
            apart.push(PaidLine {
                code: PaidCode::Element(e),
                rate: None,
                amount: Money::ZERO,
                employer_rate: rate,
                employer_amount: amount,
                ..l.clone()
            });
        }
        if let CodeTarget::Element(e, payer) = targets[usize::from(i)] {
            l.code = PaidCode::Element(e);
            // An employer's line whose amount stands in the agent's column of a register that tells sides.
            if payer == Payer::Employer && l.employer_amount.is_zero() && !l.amount.is_zero() && cx.rubrics.get(e).is_some() {
                l.employer_amount = l.amount.abs();
                l.employer_rate = l.employer_rate.or(l.rate.take());
                l.amount = Money::ZERO;
            }
        }
    }
    slip.paid.lines.append(&mut apart);
}

/// An element whose shares stand under two local codes becomes one line.
pub(super) fn pair_shares(paid: &mut PaidSlip, cx: &Context<'_>) {
    let mut i = 0;
    while i < paid.lines.len() {
        let l = &paid.lines[i];
        let employer_only = l.amount.is_zero() && !l.employer_amount.is_zero();
        let shared = matches!(l.code, PaidCode::Element(e) if cx.rubrics.get(e).is_some_and(|t| t.kind == LineKind::Deduction));
        if employer_only && shared {
            let partner = paid.lines.iter().position(|o| {
                o.code == l.code && o.period == l.period && o.at != l.at && o.employer_amount.is_zero() && !o.amount.is_zero()
            });
            if let Some(p) = partner {
                let l = paid.lines.remove(i);
                let p = if p > i { p - 1 } else { p };
                let o = &mut paid.lines[p];
                o.employer_amount = l.employer_amount;
                o.employer_rate = l.employer_rate;
                o.base = o.base.or(l.base);
                continue;
            }
        }
        i += 1;
    }
}

fn same_line(a: &PaidLine, b: &PaidLine) -> bool {
    PaidLine { at: b.at, ..a.clone() } == *b
}

/// A row written twice is counted once when the agent's own totals say so.
fn once(slip: &mut Slip, id: &EmployeeId, books: &Books, sources: &Sources, cx: &Context<'_>, told: &mut Told) {
    let lines = &slip.paid.lines;
    if lines.len() < 2 {
        return;
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for j in 1..lines.len() {
        if let Some(i) =
            (0..j).find(|&i| lines[i].code == lines[j].code && lines[i].at.source == lines[j].at.source && same_line(&lines[i], &lines[j]))
        {
            pairs.push((i, j));
        }
    }
    for (i, j) in pairs.into_iter().rev() {
        let (first, second) = (slip.paid.lines[i].at, slip.paid.lines[j].at);
        let l = &slip.paid.lines[j];
        let (amount, employer) = (l.amount, l.employer_amount);
        let name = match l.code {
            PaidCode::Element(e) => cx.rubrics.code(e).to_owned(),
            PaidCode::Unknown(c) => books.codes.get(usize::from(c)).map(|c| c.code.clone()).unwrap_or_default(),
        };
        let sum: Money = slip.paid.lines.iter().map(|l| l.amount).sum();
        let once = if amount.is_zero() {
            let all: Money = slip.paid.lines.iter().map(|l| l.employer_amount).sum();
            slip.employer.map(|(t, _)| if all == t { Some(false) } else { (all - employer == t).then_some(true) }).unwrap_or(None)
        } else {
            slip.paid.net_paid.and_then(|(t, _)| if sum == t { Some(false) } else { (sum - amount == t).then_some(true) })
        };
        let (severity, kept) = match once {
            Some(true) => {
                slip.paid.lines.remove(j);
                (Severity::Justify, "1")
            }
            Some(false) => (Severity::Information, "2"),
            None => (Severity::Justify, "2 ?"),
        };
        told.add(
            Finding::new("IMP-06", severity)
                .arg("agent", id)
                .arg("code", name)
                .arg("amount", if amount.is_zero() { employer.french() } else { amount.french() })
                .arg("kept", kept)
                .of(id)
                .stake(amount.cents())
                .at(sources.place(first))
                .at(sources.place(second)),
            slip.source,
        );
    }
}

/// The agent's lines against the totals the register shows.
fn balance(slip: &Slip, id: &EmployeeId, net_expected: bool, sources: &Sources, cx: &Context<'_>, told: &mut Told) {
    let of = |kinds: &[LineKind]| -> Money {
        slip.paid
            .lines
            .iter()
            .filter(|l| matches!(l.code, PaidCode::Element(e) if cx.rubrics.get(e).is_some_and(|t| kinds.contains(&t.kind))))
            .map(|l| l.amount)
            .sum()
    };
    let open = slip.paid.lines.iter().any(|l| matches!(l.code, PaidCode::Unknown(_)));
    let tell = |told: &mut Told, what: &str, shown: Money, found: Money, at: At| {
        if shown != found {
            told.add(
                Finding::new("M20", Severity::Justify)
                    .arg("agent", id)
                    .arg("total", what)
                    .arg("shown", shown.french())
                    .arg("found", found.french())
                    .of(id)
                    .stake((shown - found).cents())
                    .at(sources.place(at)),
                slip.source,
            );
        }
    };
    match slip.paid.net_paid {
        Some((t, at)) => tell(told, "net", t, slip.paid.lines.iter().map(|l| l.amount).sum(), at),
        None if net_expected => {
            told.add(Finding::new("M27", Severity::Blocking).arg("agent", id).of(id).at(sources.place(slip.first)), slip.source);
        }
        None => {}
    }
    if let (Some((t, at)), false) = (slip.paid.gross, open) {
        tell(told, "brut", t, of(&[LineKind::Earning]), at);
    }
}

/// Records take their place under their employee.
#[expect(clippy::too_many_arguments, reason = "everything that was read, and what is made of it")]
fn place_rows(
    raw: Vec<(u16, Role, RawRow)>,
    strange: &BTreeSet<At>,
    (directory, known): (&Directory, &Known),
    mapping: &Mapping,
    sources: &Sources,
    cx: &Context<'_>,
    out: &mut Gathered,
    told: &mut Told,
) {
    let id_fact = cx.vocabulary.role(FactRole::Employee);
    let mut parts: BTreeMap<EmployeeId, Vec<lists::Part>> = BTreeMap::new();
    let mut events = Vec::new();
    let mut seen: BTreeMap<(Role, Option<u16>, EmployeeId), (At, Facts)> = BTreeMap::new();
    let mut changed_before: BTreeMap<(EmployeeId, FactId), (At, Value)> = BTreeMap::new();
    let careers = careers(&raw, directory, cx);
    let silent = silent_rows(&raw, out.paid.len());
    for (_, role, mut row) in raw {
        if careers.contains(&row.at) {
            continue;
        }
        // Not read, for a number that is none: whoever bears the name waits.
        if row.refused {
            known.perhaps(&row.who, &row.row, row.at, sources).into_iter().for_each(|f| told.add(f, row.at.source));
            continue;
        }
        // What a list of this month says of nobody is owed to somebody.
        let lost = if lists::is_list(role) { Severity::Blocking } else { Severity::Justify };
        let id = joined(directory, &row.who, row.at, lost, sources, told);
        if id.is_none() && lists::is_list(role) {
            known.perhaps(&row.who, &row.row, row.at, sources).into_iter().for_each(|f| told.add(f, row.at.source));
        }
        // « Dossier 00105 » beside the name of agent 00105 is his number, and nothing is lost.
        let own = |f: &Finding| {
            f.code == "M77" && id.as_ref().is_some_and(|id| f.args.iter().any(|(n, t)| n == "text" && ids::bare(t) == id.bare()))
        };
        for f in row.told.drain(..).filter(|f| !own(f)) {
            told.add(id.iter().fold(f, Finding::of), row.at.source);
        }
        if strange.contains(&row.at) {
            continue;
        }
        if let (true, Some(id)) = (silent.contains(&row.at), &id) {
            told.add(Finding::new("M93", Severity::Justify).arg("agent", id).of(id).at(sources.place(row.at)), row.at.source);
        }
        match row.content {
            Content::Facts(mut facts) => {
                if let (Role::Staff | Role::Arrivals | Role::Departures, Some(id)) = (role, &id) {
                    let mut own = facts.clone();
                    if let Some(f) = id_fact {
                        own.remove(f);
                    }
                    // Two staff files tell of one agent each their part; two lists of arrivals or departures do not.
                    let key = (role, (role == Role::Staff).then_some(row.at.source), id.clone());
                    if let Some((first, known)) = seen.get(&key) {
                        let values = |f: &Facts| f.iter().map(|x| (x.id, x.value.clone())).collect::<Vec<_>>();
                        let twice = role != Role::Staff && values(known) != values(&own);
                        let severity = if twice { Severity::Blocking } else { Severity::Justify };
                        let one_file = role == Role::Staff || first.source == row.at.source;
                        let f = Finding::new(if one_file { "M21" } else { "F79" }, severity).arg("agent", id).of(id);
                        told.add(f.at(sources.place(*first)).at(sources.place(row.at)), row.at.source);
                        if role != Role::Staff {
                            continue;
                        }
                    } else {
                        seen.insert(key, (row.at, own));
                    }
                }
                if let (Some(f), Some(id)) = (id_fact, &id) {
                    let at = facts.get(f).map_or(row.at, |x| x.at);
                    facts.set(Fact { id: f, value: Value::Text(id.as_str().into()), at, origin: Origin::Read });
                }
                let record = Record { employee: id, facts, at: row.at, problems: row.problems };
                match role {
                    Role::Arrivals => out.arrivals.push(record),
                    Role::Departures => out.departures.push(record),
                    Role::RegisterLines | Role::RegisterWide => out.register_facts.push(record),
                    Role::Staff | Role::Changes | Role::Events | Role::Amounts | Role::AccountChanges | Role::Ignored | Role::Unknown => {
                        out.staff.push(record);
                    }
                }
            }
            Content::Changes { changed, effective } => {
                let Some(employee) = id else { continue };
                if changed.is_empty() {
                    told.add(
                        Finding::new("N18", Severity::Blocking).arg("agent", &employee).of(&employee).at(sources.place(row.at)),
                        row.at.source,
                    );
                }
                for (fact, old, new, at) in changed {
                    let key = (employee.clone(), fact);
                    match changed_before.get(&key).filter(|_| lists::pays(cx.vocabulary.get(fact))) {
                        // Twice the same: once is enough. Two values: which one, a person must say.
                        Some((_, known)) if *known == new => continue,
                        Some((first, _)) => {
                            let f = Finding::new("M94", Severity::Blocking).arg("agent", &employee);
                            let f = f.arg("fact", &cx.vocabulary.get(fact).label.fr).of(&employee);
                            told.add(f.at(sources.place(*first)).at(sources.place(at)), at.source);
                        }
                        None => {
                            changed_before.insert(key, (at, new.clone()));
                        }
                    }
                    out.changes.push(Change { employee: employee.clone(), fact, old, new, effective, at });
                }
            }
            Content::Event { nature, fact, from, to, days, continues, beside } => {
                let Some(employee) = id else { continue };
                events.push(Event { employee, nature, fact, from, to, days, continues, beside, running: false, at: row.at });
            }
            Content::Amounts(list) => {
                let Some(employee) = id else { continue };
                let of = parts.entry(employee).or_default();
                of.extend(list.into_iter().map(|(fact, value, at)| lists::Part { fact, value, at, row: row.row.clone() }));
            }
            Content::Account { requested, iban, received_by, at } => {
                let Some(employee) = id else { continue };
                out.account_changes.push(AccountChange { employee, requested, iban: parsed(&iban), written: iban, received_by, at });
            }
        }
    }
    out.events = lists::absences(events, sources, &mut |f, s| told.add(f, s));
    out.amounts = lists::add_up(parts, &mapping.sources, cx.vocabulary, sources, &mut |f, s| told.add(f, s));
}

/// Rows of a staff file that hold for other days, where another row of the same agent holds for the month last paid.
fn careers(raw: &[(u16, Role, RawRow)], directory: &Directory, cx: &Context<'_>) -> BTreeSet<At> {
    let day = cx.last.last_day();
    let holds = |r: &RawRow| r.span.is_some_and(|(a, b)| a.is_none_or(|a| a <= day) && b.is_none_or(|b| b >= day));
    let id = |r: &RawRow| match directory.join(&r.who) {
        Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) => Some(id),
        Joined::ByName(_) | Joined::ByIdentityNumber(_) | Joined::Several(_) | Joined::Nobody => None,
    };
    let staff = || raw.iter().filter(|(_, role, r)| *role == Role::Staff && r.span.is_some());
    let current: BTreeSet<(u16, EmployeeId)> = staff().filter(|x| holds(&x.2)).filter_map(|x| Some((x.0, id(&x.2)?))).collect();
    staff().filter(|x| !holds(&x.2) && id(&x.2).is_some_and(|i| current.contains(&(x.0, i)))).map(|x| x.2.at).collect()
}

/// Rows without any value in a list of a few agents: each was written for something. A list of everybody is filled in for some.
fn silent_rows(raw: &[(u16, Role, RawRow)], agents: usize) -> BTreeSet<At> {
    let mut counts: BTreeMap<u16, (usize, usize)> = BTreeMap::new();
    for (source, role, r) in raw {
        if *role == Role::Amounts {
            let n = counts.entry(*source).or_default();
            n.0 += 1;
            n.1 += usize::from(!r.says);
        }
    }
    let few = |s: &u16| counts.get(s).is_some_and(|(all, none)| none * 4 <= *all || all * 2 < agents);
    raw.iter().filter(|(s, role, r)| *role == Role::Amounts && !r.says && few(s)).map(|x| x.2.at).collect()
}
