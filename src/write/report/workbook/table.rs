//! One sheet that is one table: title, note, total that follows the filter, frozen headings, rows, print setup.
//! Sheets of many rows are written row by row to a temporary file, so rows are made one at a time and never kept.

use super::cells::{Cell, Row, Styles, cell_number, cut, sum_formula};
use super::{Book, ReportError};
use crate::ground::Money;
use crate::write::report::wording;
use rust_xlsxwriter::{Formula, IgnoreError, Worksheet};

/// First row of data as a person counts: title, note, total and headings stand above.
pub const FIRST_ROW: u32 = 5;

/// A column: its heading, its width in characters and what a total makes of it.
pub struct Column {
    pub head: String,
    pub width: u8,
    pub kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Wrap,
    /// Right-aligned, without total.
    Number,
    /// With a total that follows the filter; the value is the sum over all rows.
    Sum(Money),
    SumChange(Money),
    SumCount(u64),
}

pub fn column(head: impl Into<String>, width: u8, kind: Kind) -> Column {
    Column { head: head.into(), width, kind }
}

/// Where the rows of a sheet stand, for formulas on other sheets.
#[derive(Clone, Debug)]
pub struct Area {
    sheet: String,
    last: u32,
    /// False when rows had to be left out: then sums over the sheet are written as values.
    pub complete: bool,
}

impl Area {
    pub fn new(sheet: &str, rows: usize, limit: u32) -> Self {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        let kept = rows.min(limit.saturating_sub(FIRST_ROW));
        Self { sheet: sheet.to_owned(), last: FIRST_ROW + kept.max(1) - 1, complete: kept == rows }
    }
    /// `'Par agent'!$H$5:$H$94`.
    pub fn column(&self, letters: &str) -> String {
        format!("'{}'!${letters}${FIRST_ROW}:${letters}${}", self.sheet.replace('\'', "''"), self.last)
    }
    /// `'Causes'!E7`, the row counted from 0 within the data.
    pub fn cell(&self, letters: &str, index: usize) -> String {
        format!("'{}'!${letters}${}", self.sheet.replace('\'', "''"), FIRST_ROW as usize + index)
    }
}

/// What a table sheet is, besides its rows.
pub struct Table<'t> {
    pub name: &'t str,
    pub note: &'t str,
    pub columns: Vec<Column>,
    /// Rows there are; they are made by position.
    pub rows: usize,
    /// Columns from the left that stay in view.
    pub frozen: u16,
    /// Last column that is printed, when the others are folded away.
    pub printed: Option<u16>,
    /// Rows from the top that the total counts, when not all.
    pub totalled: Option<usize>,
    /// Rows that are totals of the rows above them.
    pub bold: Vec<usize>,
    /// What stands there without any row.
    pub nothing: wording::Text,
}

impl<'t> Table<'t> {
    pub const fn new(name: &'t str, note: &'t str, columns: Vec<Column>, rows: usize) -> Self {
        Self { name, note, columns, rows, frozen: 0, printed: None, totalled: None, bold: Vec::new(), nothing: wording::NOTHING }
    }
    /// Keeps the first columns in view.
    pub const fn frozen(mut self, columns: u16) -> Self {
        self.frozen = columns;
        self
    }
}

/// Writes the sheet. `row` makes the cells of row `i`; its second argument is the row a person sees.
pub fn write(book: &mut Book<'_>, table: &Table<'_>, mut row: impl FnMut(usize, u32) -> Vec<Cell>) -> Result<(), ReportError> {
    let area = Area::new(table.name, table.rows, book.limit);
    let shown = if table.rows == 0 { 0 } else { (area.last - FIRST_ROW + 1) as usize };
    let (styles, lang) = (Styles::new(), book.report.lang);
    let title = format!("{} – {}", table.name, book.heading());
    let missing = table.rows - shown;
    let cut_notice = (missing > 0).then(|| book.cut_notice(missing));
    let sheet = book.sheet(table.name, table.rows)?;

    for (at, c) in (0u16..).zip(&table.columns) {
        sheet.set_column_width(at, c.width)?;
    }
    sheet.write_string_with_format(0, 0, &title, &styles.title)?;
    match &cut_notice {
        Some(text) => sheet.write_string_with_format(1, 0, text, &styles.warning)?,
        None => sheet.write_string_with_format(1, 0, table.note, &styles.note)?,
    };
    total_row(sheet, table, &area, shown, &styles, wording::VISIBLE_TOTAL.get(lang))?;
    for (at, c) in (0u16..).zip(&table.columns) {
        let right = !matches!(c.kind, Kind::Text | Kind::Wrap);
        sheet.write_string_with_format(3, at, &c.head, if right { &styles.head_right } else { &styles.head })?;
    }
    sheet.set_row_height(0, 22)?;
    sheet.set_row_height(3, 30)?;
    for i in 0..shown {
        let seen = FIRST_ROW + u32::try_from(i).expect("rows are fewer than the sheet's limit");
        let cells = row(i, seen);
        let style = if table.bold.contains(&i) { Row::Total } else { Row::Body };
        debug_assert_eq!(cells.len(), table.columns.len(), "a cell for every column of {}", table.name);
        let lines = cells.iter().zip(&table.columns).map(|(cell, c)| lines(cell, c)).max().unwrap_or(1);
        if lines > 1 {
            sheet.set_row_height(seen - 1, 13 * lines + 2)?;
        }
        for ((at, cell), c) in (0u16..).zip(cells).zip(&table.columns) {
            put(sheet, seen - 1, at, cell, c.kind == Kind::Wrap, &styles, style)?;
        }
    }
    if table.rows == 0 {
        sheet.write_string_with_format(FIRST_ROW - 1, 0, table.nothing.get(lang), &styles.note)?;
    }
    finish(sheet, table, &area)
}

/// Lines a wrapped text needs: viewers do not all work out row heights by themselves.
fn lines(cell: &Cell, column: &Column) -> u32 {
    match (cell, column.kind) {
        (Cell::Text(t), Kind::Wrap) => {
            // Widths count digits of a larger type: text of this size fits an eighth more.
            let width = (usize::from(column.width) * 9 / 8).max(1);
            let lines: usize = t.split('\n').map(|line| line.chars().count().div_ceil(width).max(1)).sum();
            u32::try_from(lines.min(20)).unwrap_or(20)
        }
        _ => 1,
    }
}

/// Totals stand above the headings: they stay in view, and no filter or sort takes them for a row.
fn total_row(sheet: &mut Worksheet, table: &Table<'_>, area: &Area, shown: usize, styles: &Styles, label: &str) -> Result<(), ReportError> {
    if shown == 0 || !table.columns.iter().any(|c| matches!(c.kind, Kind::Sum(_) | Kind::SumChange(_) | Kind::SumCount(_))) {
        return Ok(());
    }
    let look = styles.of(Row::Total);
    let last = table.totalled.map_or(area.last, |rows| area.last.min(FIRST_ROW + u32::try_from(rows.max(1)).unwrap_or(u32::MAX) - 1));
    for (at, c) in (0u16..).zip(&table.columns) {
        let letters = crate::ground::place::column_letters(at);
        let text = format!("=SUBTOTAL(109,{letters}{FIRST_ROW}:{letters}{last})");
        match c.kind {
            // A sheet that lost rows cannot make its total itself.
            Kind::Sum(m) if !area.complete => sheet.write_number_with_format(2, at, cell_number(m), &look.money)?,
            Kind::SumChange(m) if !area.complete => sheet.write_number_with_format(2, at, cell_number(m), &look.change)?,
            Kind::Sum(m) => sheet.write_formula_with_format(2, at, sum_formula(&text, m), &look.money)?,
            Kind::SumChange(m) => sheet.write_formula_with_format(2, at, sum_formula(&text, m), &look.change)?,
            Kind::SumCount(n) => sheet.write_formula_with_format(2, at, Formula::new(&text).set_result(n.to_string()), &look.count)?,
            Kind::Text | Kind::Wrap | Kind::Number if at == 0 => sheet.write_string_with_format(2, 0, label, &look.text)?,
            Kind::Text | Kind::Wrap | Kind::Number => sheet.write_blank(2, at, &look.text)?,
        };
    }
    Ok(())
}

/// One cell. Text is written as text whatever it begins with.
pub fn put(sheet: &mut Worksheet, row: u32, at: u16, cell: Cell, wrap: bool, styles: &Styles, style: Row) -> Result<(), ReportError> {
    let look = styles.of(style);
    match cell {
        Cell::Blank => sheet.write_blank(row, at, &look.text)?,
        Cell::Text(t) => sheet.write_string_with_format(row, at, cut(t), if wrap { &look.wrap } else { &look.text })?,
        Cell::Money(m) => sheet.write_number_with_format(row, at, cell_number(m), &look.money)?,
        Cell::Change(m) => sheet.write_number_with_format(row, at, cell_number(m), &look.change)?,
        Cell::Count(n) => match u32::try_from(n) {
            Ok(n) => sheet.write_number_with_format(row, at, n, &look.count)?,
            Err(_) => sheet.write_string_with_format(row, at, n.to_string(), &look.text)?,
        },
        Cell::Sum(text, m) => sheet.write_formula_with_format(row, at, sum_formula(&text, m), &look.money)?,
        Cell::ChangeSum(text, m) => sheet.write_formula_with_format(row, at, sum_formula(&text, m), &look.change)?,
        Cell::CountSum(text, n) => sheet.write_formula_with_format(row, at, Formula::new(text).set_result(n.to_string()), &look.count)?,
        Cell::Share(text, now) => sheet.write_formula_with_format(row, at, Formula::new(text).set_result(now), &look.share)?,
        Cell::Percent(text, now) => sheet.write_formula_with_format(row, at, Formula::new(text).set_result(now), &look.percent)?,
        Cell::Date(d) => match super::cells::date(d) {
            Ok(date) => sheet.write_datetime_with_format(row, at, &date, &look.date)?,
            Err(_) => sheet.write_string_with_format(row, at, d.to_string(), &look.text)?,
        },
    };
    Ok(())
}

fn finish(sheet: &mut Worksheet, table: &Table<'_>, area: &Area) -> Result<(), ReportError> {
    let last_column = u16::try_from(table.columns.len() - 1).expect("a table has some columns");
    sheet.set_freeze_panes(FIRST_ROW - 1, table.frozen)?;
    if table.rows > 0 {
        sheet.autofilter(FIRST_ROW - 2, 0, area.last - 1, last_column)?;
    }
    // Numbers kept as text are meant that way: no green corners.
    sheet.ignore_error_range(FIRST_ROW - 1, 0, area.last - 1, last_column, IgnoreError::NumberStoredAsText)?;
    sheet.set_repeat_rows(FIRST_ROW - 2, FIRST_ROW - 2)?;
    if let Some(last) = table.printed {
        sheet.set_print_area(0, 0, area.last - 1, last)?;
    }
    Ok(())
}
