//! The first sheet, the replay sheet and the check under the causes: blocks of a few rows instead of one table.
//! Every sum refers to the sheet that holds its parts, and every pair of sums that must agree has a check that shows zero.

use super::cells::{Cell, Row, Styles};
use super::sheets::{agent_columns, cause_columns, line_columns};
use super::table::{self, FIRST_ROW};
use super::{Book, ReportError};
use crate::ground::{Lang, Money};
use crate::payslip::LineKind;
use crate::write::report::digest::Digest;
use crate::write::report::model::{AgentState, Report};
use crate::write::report::wording::{self as w, Text};
use rust_xlsxwriter::{ConditionalFormatText, ConditionalFormatTextRule, FormatAlign, Formula, Url, Worksheet};

/// Writes blocks from top to bottom.
struct Grid<'s> {
    sheet: &'s mut Worksheet,
    styles: Styles,
    lang: Lang,
    /// Next row, from 0.
    row: u32,
}

impl Grid<'_> {
    /// The next row as formulas name it.
    const fn seen(&self) -> u32 {
        self.row + 1
    }

    /// A heading over the block, its columns named over their numbers.
    fn section(&mut self, heads: &[&str]) -> Result<(), ReportError> {
        self.section_of(heads, &[])
    }

    /// The same, where the columns `texts` hold text.
    fn section_of(&mut self, heads: &[&str], texts: &[u16]) -> Result<(), ReportError> {
        self.row += 1;
        for (at, head) in (0u16..).zip(heads) {
            let small = || self.styles.section.clone().set_font_size(10);
            let format = match at {
                0 => self.styles.section.clone(),
                _ if texts.contains(&at) => small().set_align(FormatAlign::Left).set_indent(1),
                _ => small().set_align(FormatAlign::Right),
            };
            self.sheet.write_string_with_format(self.row, at, *head, &format)?;
        }
        self.sheet.set_row_height(self.row, 19)?;
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, cells: &[Cell], style: Row) -> Result<(), ReportError> {
        for (at, cell) in (0u16..).zip(cells) {
            table::put(self.sheet, self.row, at, cell.clone(), false, &self.styles, style)?;
        }
        self.row += 1;
        Ok(())
    }

    /// A sum that must be zero, and a word that says whether it is.
    fn check(&mut self, label: Text, formula: String, now: Money) -> Result<(), ReportError> {
        let row = self.seen();
        self.line(&[Cell::text(label.get(self.lang)), Cell::Sum(formula, now)], Row::Body)?;
        let (good, bad) = (w::OK.get(self.lang), w::NOT_OK.get(self.lang));
        let verdict = Formula::new(format!("=IF(B{row}=0,\"{good}\",\"{bad}\")")).set_result(if now.is_zero() { good } else { bad });
        self.sheet.write_formula_with_format(row - 1, 2, verdict, &self.styles.status)?;
        for (text, format) in [(good, &self.styles.good), (bad, &self.styles.bad)] {
            let rule = ConditionalFormatText::new().set_rule(ConditionalFormatTextRule::Contains(text.to_owned())).set_format(format);
            self.sheet.add_conditional_format(row - 1, 2, row - 1, 2, &rule)?;
        }
        Ok(())
    }
}

/// A row of two amounts and their difference.
fn pair(grid: &mut Grid<'_>, label: &str, cells: (Cell, Cell), now: (Money, Money), style: Row) -> Result<(), ReportError> {
    let row = grid.seen();
    grid.line(
        &[
            Cell::text(label),
            cells.0,
            cells.1,
            Cell::ChangeSum(format!("=C{row}-B{row}"), now.1 - now.0),
            Cell::percent(&format!("D{row}"), &format!("B{row}"), now.0, now.1),
        ],
        style,
    )
}

/// Live when the sheet it refers to holds every row, the value otherwise.
fn sum(live: bool, formula: String, now: Money) -> Cell {
    if live { Cell::Sum(formula, now) } else { Cell::Money(now) }
}

pub fn summary(book: &mut Book<'_>, d: &Digest<'_>) -> Result<(), ReportError> {
    let (r, lang) = (book.report, book.report.lang);
    let (agents, lines, causes) = (book.agents.clone(), book.lines.clone(), book.causes.clone());
    let sheet = book.sheet(w::SUMMARY.get(lang), 0)?;
    sheet.set_portrait().set_print_fit_to_pages(1, 1);
    for (at, width) in [(0, 52), (1, 18), (2, 18), (3, 16), (4, 10)] {
        sheet.set_column_width(at, width)?;
    }
    let mut grid = Grid { sheet, styles: Styles::new(), lang, row: 0 };
    head(&mut grid, r)?;

    let (last, this) = (w::month(r.last_month, lang), w::month(r.month, lang));
    grid.section(&[w::GROSS_TO_NET.get(lang), &last, &this, w::CHANGE.get(lang), "%"])?;
    let top = grid.seen();
    for (kind, label) in
        [(LineKind::Earning, w::EARNINGS), (LineKind::Deduction, w::DEDUCTIONS), (LineKind::Tax, w::TAX), (LineKind::Net, w::AFTER_TAX)]
    {
        let now = d.kind_total(kind);
        let of = |column| {
            let (range, kinds) = (lines.column(column), lines.column(line_columns::KIND));
            format!("=ROUND(SUMIFS({range},{kinds},\"{}\"),2)", w::kind(kind).get(lang))
        };
        let cells = (sum(lines.complete, of(line_columns::AMOUNT.0), now.0), sum(lines.complete, of(line_columns::AMOUNT.1), now.1));
        pair(&mut grid, label.get(lang), cells, now, Row::Body)?;
    }
    let net_row = grid.seen();
    let now = d.kind_nets();
    let total = |column| format!("=ROUND(SUM({column}{top}:{column}{}),2)", net_row - 1);
    let cells = (Cell::Sum(total("B"), now.0), Cell::Sum(total("C"), now.1));
    pair(&mut grid, w::NET_TO_PAY.get(lang), cells, now, Row::Total)?;

    grid.section(&[w::FOR_INFORMATION.get(lang), &last, &this, w::CHANGE.get(lang), "%"])?;
    for (label, columns, now) in [
        (w::EMPLOYER_COST, agent_columns::EMPLOYER_COST, (d.before.employer_cost, d.after.employer_cost)),
        (w::NET_SOCIAL, agent_columns::NET_SOCIAL, (d.before.net_social, d.after.net_social)),
        (w::NET_TAXABLE, agent_columns::NET_TAXABLE, (d.before.net_taxable, d.after.net_taxable)),
    ] {
        if !r.net_social && columns == agent_columns::NET_SOCIAL {
            continue;
        }
        let of = |column| format!("=ROUND(SUM({}),2)", agents.column(column));
        let cells = (sum(agents.complete, of(columns.0), now.0), sum(agents.complete, of(columns.1), now.1));
        pair(&mut grid, label.get(lang), cells, now, Row::Body)?;
    }

    grid.section(&[w::WHY_DIFFERENT.get(lang), w::AGENTS.get(lang), w::CHANGE_NET.get(lang)])?;
    let first_cause = grid.seen();
    for (i, cause) in d.used_causes().into_iter().enumerate() {
        let s = d.causes[usize::from(cause)];
        grid.line(
            &[
                Cell::text(&r.causes[usize::from(cause)].label),
                Cell::CountSum(format!("={}", causes.cell(cause_columns::AGENTS, i)), s.agents),
                Cell::ChangeSum(format!("={}", causes.cell(cause_columns::NET, i)), s.net),
            ],
            Row::Body,
        )?;
    }
    let explained: Money = d.causes.iter().map(|c| c.net).sum();
    let explained_row = grid.seen();
    let text = if explained_row > first_cause { format!("=ROUND(SUM(C{first_cause}:C{}),2)", explained_row - 1) } else { "=0".to_owned() };
    grid.line(&[Cell::text(w::TOTAL.get(lang)), Cell::Blank, Cell::ChangeSum(text, explained)], Row::Total)?;

    let headcount_row = headcount(&mut grid, r)?;
    let (expected_row, file_row) = transfers(&mut grid, r, d, &agents, net_row)?;

    grid.section(&[w::CHECKS.get(lang), "", ""])?;
    grid.sheet.write_string_with_format(grid.row, 0, w::CHECKS_NOTE.get(lang), &grid.styles.note)?;
    grid.row += 1;
    let agent_sum = |column: &str, now: Money| if agents.complete { format!("SUM({})", agents.column(column)) } else { now.to_string() };
    let line_sum = |kinds: &str, now: Money| if lines.complete { kinds.to_owned() } else { now.to_string() };
    let gross = d.kind_total(LineKind::Earning);
    for (label, cell, column, by_line, by_agent) in [
        (w::CHECK_LINES_BEFORE, format!("B{net_row}"), agent_columns::NET.0, now.0, d.before.net_paid),
        (w::CHECK_LINES_AFTER, format!("C{net_row}"), agent_columns::NET.1, now.1, d.after.net_paid),
        (w::CHECK_GROSS_BEFORE, format!("B{top}"), agent_columns::GROSS.0, gross.0, d.before.gross),
        (w::CHECK_GROSS_AFTER, format!("C{top}"), agent_columns::GROSS.1, gross.1, d.after.gross),
    ] {
        let text = format!("=ROUND({}-{},2)", line_sum(&cell, by_line), agent_sum(column, by_agent));
        grid.check(label, text, by_line - by_agent)?;
    }
    let change = format!("{}-{}", agent_sum(agent_columns::NET.1, d.after.net_paid), agent_sum(agent_columns::NET.0, d.before.net_paid));
    grid.check(w::CHECK_CAUSES, format!("=ROUND({change}-C{explained_row},2)"), d.net_change() - explained)?;
    let explained_gross: Money = d.causes.iter().map(|c| c.gross).sum();
    grid.check(
        w::CHECK_CAUSES_GROSS,
        format!("=ROUND(D{top}-SUM({}),2)", causes.column(cause_columns::GROSS)),
        gross.1 - gross.0 - explained_gross,
    )?;
    grid.check(w::CHECK_TRANSFERS, format!("=ROUND(B{expected_row}-B{file_row},2)"), d.to_transfer() - r.transfers.total)?;
    let h = r.headcount;
    let bridge = i128::from(h.before) + i128::from(h.arrivals) + i128::from(h.returns)
        - i128::from(h.departures)
        - i128::from(h.suspensions)
        - i128::from(h.after);
    // The bridge counts people; shown through the amount format, its hundredths are zero.
    let missing = Money::from_cents(i64::try_from(bridge * 100).unwrap_or(i64::MAX));
    grid.check(w::CHECK_HEADCOUNT, format!("=SUM(B{headcount_row}:B{})-B{}", headcount_row + 4, headcount_row + 5), missing)?;
    for (label, column, here, there) in [
        (w::CHECK_MANIFEST_BEFORE, agent_columns::NET.0, d.before.net_paid, r.totals_before.net_paid),
        (w::CHECK_MANIFEST_AFTER, agent_columns::NET.1, d.after.net_paid, r.totals_after.net_paid),
    ] {
        grid.check(label, format!("=ROUND({}-({there}),2)", agent_sum(column, here)), here - there)?;
    }
    contents(&mut grid)
}

fn head(grid: &mut Grid<'_>, r: &Report) -> Result<(), ReportError> {
    let lang = r.lang;
    let (subject, prepared) = (w::subject(r), w::provenance(r));
    let rules = format!("{} {} {}. {} {}.", w::RULES_USED.get(lang), r.pack.name, r.pack.version, w::PROGRAM.get(lang), r.program);
    let state = w::state(r.state).get(lang);
    let styles = &grid.styles;
    for (row, text, format) in [
        (0, r.employer.as_str(), &styles.title),
        (1, subject.as_str(), &styles.subtitle),
        (2, state, &styles.warning),
        (3, prepared.as_str(), &styles.note),
        (4, rules.as_str(), &styles.note),
    ] {
        grid.sheet.write_string_with_format(row, 0, text, format)?;
    }
    grid.sheet.set_row_height(0, 24)?;
    grid.row = 5;
    Ok(())
}

/// The bridge; gives the row of its first term.
fn headcount(grid: &mut Grid<'_>, r: &Report) -> Result<u32, ReportError> {
    let (h, lang) = (r.headcount, r.lang);
    grid.section(&[w::BRIDGE.get(lang), w::AGENTS.get(lang)])?;
    let first = grid.seen();
    // Departures and suspensions are written negative, so that the column simply adds up.
    for (label, n, leaves) in [
        (w::HEADCOUNT_BEFORE, h.before, false),
        (w::ARRIVALS, h.arrivals, false),
        (w::RETURNS, h.returns, false),
        (w::DEPARTURES, h.departures, true),
        (w::SUSPENSIONS, h.suspensions, true),
    ] {
        let row = grid.row;
        grid.line(&[Cell::text(label.get(grid.lang)), Cell::Count(n)], Row::Body)?;
        if leaves {
            let negative = -i32::try_from(n).unwrap_or(i32::MAX);
            grid.sheet.write_number_with_format(row, 1, negative, &grid.styles.body.count)?;
        }
    }
    grid.line(&[Cell::text(w::HEADCOUNT_AFTER.get(lang)), Cell::Count(h.after)], Row::Total)?;
    Ok(first)
}

/// From the nets to the transfer file; gives the rows of the expected total and of the file's.
fn transfers(grid: &mut Grid<'_>, r: &Report, d: &Digest<'_>, agents: &table::Area, net_row: u32) -> Result<(u32, u32), ReportError> {
    let lang = r.lang;
    grid.section(&[w::TRANSFERS.get(lang), w::AMOUNT.get(lang)])?;
    let first = grid.seen();
    grid.line(&[Cell::text(w::NETS_OF_MONTH.get(lang)), Cell::Sum(format!("=C{net_row}"), d.kind_nets().1)], Row::Body)?;
    let (net, state) = (agents.column(agent_columns::NET.1), agents.column(agent_columns::STATE));
    let aside = [AgentState::Excluded, AgentState::Held].map(|s| format!("SUMIFS({net},{state},\"{}\")", w::agent_state(s).get(lang)));
    let text = format!("=-ROUND({}+{},2)", aside[0], aside[1]);
    grid.line(&[Cell::text(w::NETS_SET_ASIDE.get(lang)), sum(agents.complete, text, -d.net_set_aside)], Row::Body)?;
    let expected = grid.seen();
    let text = format!("=ROUND(B{first}+B{},2)", first + 1);
    grid.line(&[Cell::text(w::NETS_EXPECTED.get(lang)), Cell::Sum(text, d.kind_nets().1 - d.net_set_aside)], Row::Total)?;
    let file = grid.seen();
    grid.line(&[Cell::text(w::TRANSFER_FILE.get(lang)), Cell::Money(r.transfers.total)], Row::Body)?;
    grid.line(&[Cell::text(w::TRANSFER_COUNT.get(lang)), Cell::Count(r.transfers.count)], Row::Body)?;
    Ok((expected, file))
}

/// Links to every other sheet.
fn contents(grid: &mut Grid<'_>) -> Result<(), ReportError> {
    let lang = grid.lang;
    grid.section(&[w::SHEETS.get(lang)])?;
    for text in [
        w::BY_AGENT,
        w::BY_SERVICE,
        w::BY_LINE,
        w::CAUSES,
        w::DUE,
        w::DETAIL,
        w::MOVEMENTS,
        w::IBAN,
        w::SET_ASIDE,
        w::ESTIMATIONS,
        w::FINDINGS,
        w::REPLAY,
        w::SOURCES,
    ] {
        let name = text.get(lang);
        let link = Url::new(format!("internal:'{name}'!A1")).set_text(name);
        grid.sheet.write_url_with_format(grid.row, 0, link, &grid.styles.link)?;
        grid.row += 1;
    }
    Ok(())
}

/// Under the causes: the difference between the two months, the causes' sum, and that nothing is left.
pub fn causes_check(book: &mut Book<'_>, d: &Digest<'_>, rows: usize) -> Result<(), ReportError> {
    let lang = book.report.lang;
    let (agents, causes) = (book.agents.clone(), book.causes.clone());
    let sheet = book.made(w::CAUSES.get(lang));
    let start = FIRST_ROW + u32::try_from(rows.max(1)).expect("causes are a handful");
    let styles = Styles::new();
    let change = d.net_change();
    let text = format!("=ROUND(SUM({})-SUM({}),2)", agents.column(agent_columns::NET.1), agents.column(agent_columns::NET.0));
    let explained: Money = d.causes.iter().map(|c| c.net).sum();
    let by_cause = format!("=ROUND(SUM({}),2)", causes.column(cause_columns::NET));
    let rows = [
        (format!("{} ({})", w::CHANGE_NET.get(lang), w::BY_AGENT.get(lang)), sum(agents.complete, text, change)),
        (format!("{} ({})", w::CHANGE_NET.get(lang), w::CAUSES.get(lang)), Cell::Sum(by_cause, explained)),
        (w::UNEXPLAINED_CAUSE.get(lang).to_owned(), Cell::Sum(format!("=ROUND(F{}-F{},2)", start + 1, start + 2), change - explained)),
    ];
    for (at, (label, cell)) in (start..).zip(rows) {
        let style = if at == start + 2 { Row::Total } else { Row::Body };
        table::put(sheet, at, 1, Cell::text(label), false, &styles, style)?;
        for column in 2..5 {
            table::put(sheet, at, column, Cell::Blank, false, &styles, style)?;
        }
        table::put(sheet, at, 5, cell, false, &styles, style)?;
    }
    let (good, bad) = (w::OK.get(lang), w::NOT_OK.get(lang));
    let verdict =
        Formula::new(format!("=IF(F{}=0,\"{good}\",\"{bad}\")", start + 3)).set_result(if change == explained { good } else { bad });
    sheet.write_formula_with_format(start + 2, 6, verdict, &styles.status)?;
    Ok(())
}

/// What recomputing last month proved.
pub fn replay(book: &mut Book<'_>) -> Result<(), ReportError> {
    let (r, lang) = (book.report, book.report.lang);
    let title = format!("{} – {}", w::REPLAY.get(lang), book.heading());
    let sheet = book.sheet(w::REPLAY.get(lang), 0)?;
    for (at, width) in [(0, 46), (1, 34), (2, 12), (3, 15), (4, 15), (5, 13), (6, 56)] {
        sheet.set_column_width(at, width)?;
    }
    sheet.write_string_with_format(0, 0, title, &Styles::new().title)?;
    sheet.set_row_height(0, 22)?;
    sheet.write_string_with_format(1, 0, w::REPLAY_NOTE.get(lang), &Styles::new().note)?;
    let mut grid = Grid { sheet, styles: Styles::new(), lang, row: 2 };
    let p = &r.replay;

    grid.section(&[w::AGENTS.get(lang), w::SHARE.get(lang), w::AGENTS.get(lang)])?;
    counted(&mut grid, &[(w::REPLAY_AGENTS_EXACT, p.agents_exact)], (w::REPLAY_AGENTS, p.agents), false)?;
    grid.section(&[w::REPLAY_LINES.get(lang), w::SHARE.get(lang), w::ROWS.get(lang)])?;
    let counts = [
        (w::REPLAY_EXACT, p.exact),
        (w::REPLAY_ROUNDING, p.rounding),
        (w::REPLAY_GAP, p.gap),
        (w::REPLAY_CARRIED, p.carried),
        (w::REPLAY_ONE_OFF, p.one_off),
    ];
    counted(&mut grid, &counts, (w::TOTAL, counts.iter().map(|c| c.1).sum()), true)?;

    let heads = [w::REPLAY_GAPS, w::CODE, w::ROWS, w::PAID, w::RECOMPUTED, w::CHANGE, w::NOTE].map(|t| t.get(lang));
    grid.section_of(&heads, &[1, 6])?;
    for g in &p.gaps {
        let row = grid.seen();
        grid.line(
            &[
                Cell::text(&g.label),
                Cell::text(&g.code),
                Cell::Count(g.lines),
                Cell::Money(g.paid),
                Cell::Money(g.recomputed),
                Cell::ChangeSum(difference_of(row), g.recomputed - g.paid),
            ],
            Row::Body,
        )?;
        table::put(grid.sheet, row - 1, 6, Cell::text(&g.note), true, &grid.styles, Row::Body)?;
        grid.sheet.set_row_height(row - 1, 28)?;
    }
    if p.gaps.is_empty() {
        grid.sheet.write_string_with_format(grid.row, 0, w::NOTHING.get(lang), &grid.styles.note)?;
    }
    Ok(())
}

fn difference_of(row: u32) -> String {
    format!("=E{row}-D{row}")
}

/// Counts with their share of a total; the total adds them up, or stands for itself.
fn counted(grid: &mut Grid<'_>, counts: &[(Text, u64)], total: (Text, u64), adds_up: bool) -> Result<(), ReportError> {
    let first = grid.seen();
    let total_row = first + u32::try_from(counts.len()).expect("a handful of counts");
    for &(label, n) in counts {
        let row = grid.seen();
        let share = if total.1 == 0 {
            Cell::Blank
        } else {
            // Cut, never rounded up: only all of it is 100 %.
            let parts = u128::from(n) * 1_000 / u128::from(total.1);
            Cell::Share(format!("=ROUNDDOWN(C{row}/C{total_row},3)"), format!("{}.{:03}", parts / 1_000, parts % 1_000))
        };
        grid.line(&[Cell::text(label.get(grid.lang)), share, Cell::Count(n)], Row::Body)?;
    }
    let sum = if adds_up { Cell::CountSum(format!("=SUM(C{first}:C{})", grid.seen() - 1), total.1) } else { Cell::Count(total.1) };
    grid.line(&[Cell::text(total.0.get(grid.lang)), Cell::Blank, sum], Row::Total)
}
