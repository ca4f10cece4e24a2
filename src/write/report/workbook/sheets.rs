//! The sheets that explain the difference: by agent, by department, by line, by cause, and all of it in detail.

use super::cells::Cell;
use super::table::{self, Kind, Table, column};
use super::{Book, ReportError};
use crate::ground::{Lang, Money, figures};
use crate::payslip::{LineKind, Totals};
use crate::write::report::digest::{self, CauseSum, Digest};
use crate::write::report::model::Agent;
use crate::write::report::wording::{self as w};
use std::collections::BTreeMap;

/// The side of a payslip total that a folded column shows.
type Part = (w::Text, fn(&Totals) -> Money);

const PARTS: [Part; 6] = [
    (w::GROSS, |t| t.gross),
    (w::NET_SOCIAL, |t| t.net_social),
    (w::NET_TAXABLE, |t| t.net_taxable),
    (w::NET_BEFORE_TAX, |t| t.net_before_tax),
    (w::INCOME_TAX, |t| t.income_tax),
    (w::EMPLOYER_COST, |t| t.employer_cost),
];

/// Columns of "Par agent" that other sheets add up.
pub mod agent_columns {
    pub const SERVICE: &str = "D";
    pub const STATUT: &str = "E";
    pub const STATE: &str = "F";
    pub const MODE: &str = "G";
    pub const NET: (&str, &str) = ("H", "I");
    pub const GROSS: (&str, &str) = ("N", "O");
    pub const NET_SOCIAL: (&str, &str) = ("P", "Q");
    pub const NET_TAXABLE: (&str, &str) = ("R", "S");
    pub const EMPLOYER_COST: (&str, &str) = ("X", "Y");
}

/// Columns of "Par rubrique" that other sheets add up.
pub mod line_columns {
    pub const KIND: &str = "D";
    pub const AMOUNT: (&str, &str) = ("G", "H");
}

/// Columns of "Causes" that other sheets show.
pub mod cause_columns {
    pub const AGENTS: &str = "C";
    pub const GROSS: &str = "E";
    pub const NET: &str = "F";
}

/// Columns of "Détail" that other sheets add up.
pub mod detail_columns {
    pub const NET: &str = "H";
    pub const EMPLOYER: &str = "I";
    pub const KIND: &str = "M";
    pub const CAUSE: &str = "N";
    pub const RANK: &str = "O";
}

/// A heading with the month it is about.
pub fn dated(text: w::Text, month: crate::ground::PayMonth, lang: Lang) -> String {
    format!("{} {}", text.get(lang), w::month_name(month, lang))
}

/// `=I5-H5` for the row.
pub fn difference(before: &str, after: &str, row: u32) -> String {
    format!("={after}{row}-{before}{row}")
}
fn percent(change: &str, base: &str, row: u32, before: Money, after: Money) -> Cell {
    Cell::percent(&format!("{change}{row}"), &format!("{base}{row}"), before, after)
}

pub fn by_agent(book: &mut Book<'_>, d: &Digest<'_>) -> Result<(), ReportError> {
    let (r, lang) = (d.report, d.report.lang);
    let change = d.net_change();
    let mut columns = vec![
        column(w::EMPLOYEE.get(lang), 10, Kind::Text),
        column(w::POST.get(lang), 7, Kind::Text),
        column(w::NAME.get(lang), 25, Kind::Text),
        column(w::SERVICE.get(lang), 22, Kind::Wrap),
        column(w::STATUT.get(lang), 16, Kind::Wrap),
        column(w::STATE.get(lang), 9, Kind::Text),
        column(w::MODE.get(lang), 10, Kind::Text),
        column(dated(w::NET, r.last_month, lang), 13, Kind::Sum(d.before.net_paid)),
        column(dated(w::NET, r.month, lang), 13, Kind::Sum(d.after.net_paid)),
        column(w::CHANGE.get(lang), 12, Kind::SumChange(change)),
        column("%", 8, Kind::Number),
        column(w::TOP_CAUSES.get(lang), 38, Kind::Wrap),
        column(w::REASON.get(lang), 34, Kind::Wrap),
    ];
    for (text, of) in PARTS {
        columns.push(column(dated(text, r.last_month, lang), 13, Kind::Sum(of(&d.before))));
        columns.push(column(dated(text, r.month, lang), 13, Kind::Sum(of(&d.after))));
    }
    let name = w::BY_AGENT.get(lang);
    let mut table = Table::new(name, w::BY_AGENT_NOTE.get(lang), columns, r.agents.len()).frozen(3);
    table.printed = Some(12);
    table::write(book, &table, |i, row| agent_row(d, d.by_size[i], row))?;
    book.made(name).group_columns_collapsed(13, 24)?;
    Ok(())
}

fn agent_row(d: &Digest<'_>, index: u32, row: u32) -> Vec<Cell> {
    let (a, lang) = (&d.report.agents[index as usize], d.report.lang);
    let (before, after) = (a.before.map(|t| t.net_paid), a.after.map(|t| t.net_paid));
    let mut cells = vec![
        Cell::text(a.employee.as_str()),
        Cell::text(a.post.to_string()),
        Cell::text(&a.name),
        Cell::text(&a.service),
        Cell::text(&a.statut),
        Cell::text(w::agent_state(a.state).get(lang)),
        Cell::text(w::mode(a.mode).get(lang)),
        Cell::maybe(before),
        Cell::maybe(after),
        Cell::ChangeSum(difference("H", "I", row), digest::change_of(a)),
        percent("J", "H", row, before.unwrap_or_default(), after.unwrap_or_default()),
        Cell::text(main_causes(d, index)),
        Cell::text(&a.reason),
    ];
    for (_, of) in PARTS {
        cells.push(Cell::maybe(a.before.as_ref().map(of)));
        cells.push(Cell::maybe(a.after.as_ref().map(of)));
    }
    cells
}

/// The three largest causes of one agent's change: `Avancement +41,20 ; Cotisations −9,10`.
fn main_causes(d: &Digest<'_>, agent: u32) -> String {
    let lang = d.report.lang;
    let causes = d.causes_of(agent);
    let mut parts: Vec<String> = causes
        .iter()
        .take(3)
        .map(|&(cause, sum)| format!("{} {}", d.report.causes[usize::from(cause)].label, w::signed(sum, lang)))
        .collect();
    if causes.len() > 3 {
        parts.push(w::OTHERS.get(lang).to_lowercase());
    }
    parts.join("\u{202f}; ")
}

/// Sums of one group of agents.
#[derive(Clone, Copy, Default)]
struct Group {
    count: (u64, u64),
    net: (Money, Money),
    gross: (Money, Money),
}

impl Group {
    fn add(&mut self, a: &Agent) {
        if let Some(t) = &a.before {
            self.count.0 += 1;
            self.net.0 += t.net_paid;
            self.gross.0 += t.gross;
        }
        if let Some(t) = &a.after {
            self.count.1 += 1;
            self.net.1 += t.net_paid;
            self.gross.1 += t.gross;
        }
    }
}

/// What agents are grouped by, and the column of "Par agent" that holds it.
type Key = (w::Text, &'static str, fn(&Agent, Lang) -> String);

const KEYS: [Key; 3] = [
    (w::SERVICE, agent_columns::SERVICE, |a, _| a.service.clone()),
    (w::STATUT, agent_columns::STATUT, |a, _| a.statut.clone()),
    (w::MODE, agent_columns::MODE, |a, lang| w::mode(a.mode).get(lang).to_owned()),
];

pub fn by_service(book: &mut Book<'_>, d: &Digest<'_>) -> Result<(), ReportError> {
    let (r, lang) = (d.report, d.report.lang);
    // Rows of the sheet: each grouping's values, then its total (no value).
    let mut rows: Vec<(usize, Option<String>, Group)> = Vec::new();
    for (at, (_, _, key)) in KEYS.iter().enumerate() {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        let mut all = Group::default();
        for a in &r.agents {
            groups.entry(key(a, lang)).or_default().add(a);
            all.add(a);
        }
        let mut groups: Vec<(String, Group)> = groups.into_iter().collect();
        groups.sort_by_cached_key(|(value, _)| figures::sorting(value));
        rows.extend(groups.into_iter().map(|(value, g)| (at, Some(value), g)));
        rows.push((at, None, all));
    }
    let columns = vec![
        column(w::GROUPING.get(lang), 14, Kind::Text),
        column(w::VALUE.get(lang), 34, Kind::Wrap),
        column(dated(w::AGENTS, r.last_month, lang), 11, Kind::Number),
        column(dated(w::AGENTS, r.month, lang), 11, Kind::Number),
        column(dated(w::NET, r.last_month, lang), 15, Kind::Number),
        column(dated(w::NET, r.month, lang), 15, Kind::Number),
        column(w::CHANGE_NET.get(lang), 13, Kind::Number),
        column("%", 8, Kind::Number),
        column(dated(w::GROSS, r.last_month, lang), 15, Kind::Number),
        column(dated(w::GROSS, r.month, lang), 15, Kind::Number),
        column(w::CHANGE_GROSS.get(lang), 13, Kind::Number),
    ];
    let mut table = Table::new(w::BY_SERVICE.get(lang), w::BY_SERVICE_NOTE.get(lang), columns, rows.len()).frozen(2);
    table.bold = rows.iter().enumerate().filter(|(_, (_, value, _))| value.is_none()).map(|(i, _)| i).collect();
    // Products over every agent for every group: quick for a town, slow for a region, which gets values.
    let live = book.agents.complete && r.agents.len() <= book.rows_in_memory;
    let agents = book.agents.clone();
    table::write(book, &table, |i, row| {
        let (at, value, g) = &rows[i];
        let (text, letters, _) = KEYS[*at];
        let sum = |column: &str, of: &str, now: Money| match value {
            _ if !live => Cell::Money(now),
            // Compared cell by cell, not by a criterion: a department named "*" or "012" is only itself.
            Some(v) => {
                let wanted = if v.is_empty() { "\"\"".to_owned() } else { format!("$B{row}") };
                Cell::Sum(format!("=SUMPRODUCT(({}={wanted})*{})", agents.column(letters), agents.column(of)), now)
            }
            None => {
                let size = rows.iter().filter(|(a, v, _)| a == at && v.is_some()).count();
                let size = u32::try_from(size).expect("a sheet's rows were counted");
                Cell::Sum(format!("=SUM({column}{}:{column}{})", row - size, row - 1), now)
            }
        };
        vec![
            Cell::text(text.get(lang)),
            Cell::text(match value.as_deref() {
                Some("") => w::NO_VALUE.get(lang),
                Some(value) => value,
                None => w::TOTAL.get(lang),
            }),
            Cell::Count(g.count.0),
            Cell::Count(g.count.1),
            sum("E", agent_columns::NET.0, g.net.0),
            sum("F", agent_columns::NET.1, g.net.1),
            Cell::ChangeSum(difference("E", "F", row), g.net.1 - g.net.0),
            percent("G", "E", row, g.net.0, g.net.1),
            sum("I", agent_columns::GROSS.0, g.gross.0),
            sum("J", agent_columns::GROSS.1, g.gross.1),
            Cell::ChangeSum(difference("I", "J", row), g.gross.1 - g.gross.0),
        ]
    })
}

pub fn by_line(book: &mut Book<'_>, d: &Digest<'_>) -> Result<(), ReportError> {
    let (r, lang) = (d.report, d.report.lang);
    // Employer charges last, and outside the total: they are no part of the net.
    let mut order: Vec<usize> = (0..r.lines.len()).collect();
    order.sort_by_key(|&i| r.lines[i].kind == LineKind::Employer);
    let of_employee = r.lines.iter().filter(|l| l.kind != LineKind::Employer).count();
    let net = |of: fn(&crate::write::report::model::Line) -> Money| -> Money {
        r.lines.iter().filter(|l| l.kind != LineKind::Employer).map(of).sum()
    };
    let explained: Money = r.lines.iter().zip(&d.explained).filter(|(l, _)| l.kind != LineKind::Employer).map(|(_, m)| *m).sum();
    let (before, after) = (net(|l| l.before), net(|l| l.after));
    let columns = vec![
        column(w::RANK.get(lang), 6, Kind::Number),
        column(w::CODE.get(lang), 12, Kind::Text),
        column(w::LABEL.get(lang), 40, Kind::Wrap),
        column(w::KIND.get(lang), 19, Kind::Text),
        column(dated(w::AGENTS, r.last_month, lang), 11, Kind::Number),
        column(dated(w::AGENTS, r.month, lang), 11, Kind::Number),
        column(dated(w::AMOUNT, r.last_month, lang), 18, Kind::Sum(before)),
        column(dated(w::AMOUNT, r.month, lang), 18, Kind::Sum(after)),
        column(w::CHANGE.get(lang), 13, Kind::SumChange(after - before)),
        column("%", 8, Kind::Number),
        column(w::EXPLAINED.get(lang), 13, Kind::SumChange(explained)),
        column(w::UNEXPLAINED.get(lang), 13, Kind::SumChange(after - before - explained)),
    ];
    let mut table = Table::new(w::BY_LINE.get(lang), w::BY_LINE_NOTE.get(lang), columns, r.lines.len()).frozen(3);
    table.totalled = Some(of_employee);
    let detail = book.detail.clone();
    table::write(book, &table, |i, row| {
        let (line, explained) = (&r.lines[order[i]], d.explained[order[i]]);
        let change = line.after - line.before;
        vec![
            Cell::Count(order[i] as u64 + 1),
            Cell::text(&line.code),
            Cell::text(&line.label),
            Cell::text(w::kind(line.kind).get(lang)),
            Cell::Count(line.count_before),
            Cell::Count(line.count_after),
            Cell::Money(line.before),
            Cell::Money(line.after),
            Cell::ChangeSum(difference("G", "H", row), change),
            percent("I", "G", row, line.before, line.after),
            if detail.complete {
                // By rank, a number: codes such as "0101" and "101" stay apart.
                let ranks = detail.column(detail_columns::RANK);
                let side = detail.column(if line.kind == LineKind::Employer { detail_columns::EMPLOYER } else { detail_columns::NET });
                let text = format!("=ROUND(SUMIFS({side},{ranks},A{row}),2)");
                Cell::ChangeSum(text, explained)
            } else {
                Cell::Change(explained)
            },
            Cell::ChangeSum(format!("=ROUND(I{row}-K{row},2)"), change - explained),
        ]
    })
}

/// What is withheld and owed, by whom it goes to: a row per line, and the sum of each creditor under its own.
pub fn due(book: &mut Book<'_>, d: &Digest<'_>) -> Result<(), ReportError> {
    let lang = d.report.lang;
    let groups = d.due();
    let rows: Vec<(&str, &digest::DueRow<'_>)> = groups.iter().flat_map(|g| g.rows.iter().map(|r| (g.creditor, r))).collect();
    let columns = vec![
        column(w::CREDITOR.get(lang), 44, Kind::Wrap),
        column(w::CODE.get(lang), 14, Kind::Text),
        column(w::LINE.get(lang), 44, Kind::Wrap),
        column(w::AGENTS.get(lang), 10, Kind::Number),
        column(w::EMPLOYEE_PART.get(lang), 15, Kind::Sum(groups.iter().map(digest::Due::employee).sum())),
        column(w::EMPLOYER_PART.get(lang), 15, Kind::Sum(groups.iter().map(digest::Due::employer).sum())),
        column(w::TOTAL.get(lang), 15, Kind::Sum(groups.iter().map(digest::Due::total).sum())),
    ];
    let table = Table::new(w::DUE.get(lang), w::DUE_NOTE.get(lang), columns, rows.len()).frozen(1);
    table::write(book, &table, |i, row| {
        let (creditor, due) = rows[i];
        vec![
            Cell::text(creditor),
            Cell::text(due.code),
            Cell::text(due.label),
            Cell::Count(due.agents),
            Cell::maybe(due.employee),
            Cell::maybe(due.employer),
            Cell::Sum(format!("=ROUND(E{row}+F{row},2)"), due.total()),
        ]
    })
}

pub fn causes(book: &mut Book<'_>, d: &Digest<'_>) -> Result<(), ReportError> {
    let (r, lang) = (d.report, d.report.lang);
    let used = d.used_causes();
    let sum = |of: fn(&CauseSum) -> Money| -> Money { d.causes.iter().map(of).sum() };
    let columns = vec![
        column(w::CODE.get(lang), 20, Kind::Text),
        column(w::CAUSE.get(lang), 46, Kind::Text),
        column(w::AGENTS.get(lang), 10, Kind::Number),
        column(w::ROWS.get(lang), 10, Kind::SumCount(d.causes.iter().map(|c| c.rows).sum())),
        column(w::CHANGE_GROSS.get(lang), 15, Kind::SumChange(sum(|c| c.gross))),
        column(w::CHANGE_NET.get(lang), 15, Kind::SumChange(sum(|c| c.net))),
        column(w::CHANGE_EMPLOYER.get(lang), 17, Kind::SumChange(sum(|c| c.employer))),
    ];
    let table = Table::new(w::CAUSES.get(lang), w::CAUSES_NOTE.get(lang), columns, used.len()).frozen(2);
    let detail = book.detail.clone();
    table::write(book, &table, |i, row| {
        let (cause, s) = (&r.causes[usize::from(used[i])], d.causes[usize::from(used[i])]);
        let [net, employer, by_cause, by_kind] =
            [detail_columns::NET, detail_columns::EMPLOYER, detail_columns::CAUSE, detail_columns::KIND]
                .map(|letters| detail.column(letters));
        let live = |text: String, now| if detail.complete { Cell::ChangeSum(text, now) } else { Cell::Change(now) };
        vec![
            Cell::text(&cause.code),
            Cell::text(&cause.label),
            Cell::Count(s.agents),
            if detail.complete { Cell::CountSum(format!("=COUNTIFS({by_cause},$A{row})"), s.rows) } else { Cell::Count(s.rows) },
            live(format!("=ROUND(SUMIFS({net},{by_cause},$A{row},{by_kind},\"{}\"),2)", w::kind(LineKind::Earning).get(lang)), s.gross),
            live(format!("=ROUND(SUMIFS({net},{by_cause},$A{row}),2)"), s.net),
            live(format!("=ROUND(SUMIFS({employer},{by_cause},$A{row}),2)"), s.employer),
        ]
    })?;
    super::summary::causes_check(book, d, used.len())
}

pub fn detail(book: &mut Book<'_>, d: &Digest<'_>) -> Result<(), ReportError> {
    let (r, lang) = (d.report, d.report.lang);
    let columns = vec![
        column(w::EMPLOYEE.get(lang), 10, Kind::Text),
        column(w::POST.get(lang), 7, Kind::Text),
        column(w::NAME.get(lang), 24, Kind::Text),
        column(w::CODE.get(lang), 11, Kind::Text),
        column(w::LABEL.get(lang), 36, Kind::Wrap),
        column(w::BEFORE.get(lang), 12, Kind::Number),
        column(w::AFTER.get(lang), 12, Kind::Number),
        column(w::CHANGE_NET.get(lang), 12, Kind::SumChange(d.causes.iter().map(|c| c.net).sum())),
        column(w::CHANGE_EMPLOYER.get(lang), 12, Kind::SumChange(d.causes.iter().map(|c| c.employer).sum())),
        column(w::CAUSE.get(lang), 40, Kind::Wrap),
        column(w::DETAIL_TEXT.get(lang), 40, Kind::Wrap),
        column(w::SERVICE.get(lang), 26, Kind::Text),
        column(w::KIND.get(lang), 20, Kind::Text),
        column(format!("{} ({})", w::CODE.get(lang), w::CAUSE.get(lang).to_lowercase()), 18, Kind::Text),
        column(w::RANK.get(lang), 6, Kind::Number),
    ];
    let mut table = Table::new(w::DETAIL.get(lang), w::DETAIL_NOTE.get(lang), columns, r.changes.len()).frozen(3);
    table.printed = Some(10);
    table::write(book, &table, |i, _| {
        let change = d.change_at(i);
        let agent = &r.agents[change.agent as usize];
        let line = &r.lines[usize::from(change.line)];
        let cause = &r.causes[usize::from(change.cause)];
        let (net, employer) =
            if d.is_net(change) { (Cell::Change(change.change), Cell::Blank) } else { (Cell::Blank, Cell::Change(change.change)) };
        vec![
            Cell::text(agent.employee.as_str()),
            Cell::text(agent.post.to_string()),
            Cell::text(&agent.name),
            Cell::text(&line.code),
            Cell::text(&line.label),
            Cell::Money(change.before),
            Cell::Money(change.after),
            net,
            employer,
            Cell::text(&cause.label),
            Cell::text(&change.detail),
            Cell::text(&agent.service),
            Cell::text(w::kind(line.kind).get(lang)),
            Cell::text(&cause.code),
            Cell::Count(u64::from(change.line) + 1),
        ]
    })
}
