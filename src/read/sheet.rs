//! Workbooks → grids of cells, one per sheet. XLSX and XLS go through calamine, ODS through `ods`.
//!
//! calamine trusts its input, so each file is first looked over (`zipped`, `ole`), and what panics all the same is
//! contained here, in one place, and becomes a finding.

use super::grid::{Builder, Grid, number};
use super::limits::{Limits, Passed, Tally};
use super::marks::Marks;
use super::ole::{Compound, scan_workbook};
use super::styles::{self, Struck, Styles};
use super::table::{Cell, MergedArea};
use super::zipped::{self, Archive, Refused, Step};
use crate::ground::{Finding, Place, Severity};
use calamine::{Data, DataRef, DataType, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, Xlsx, XlsxFormulaMetadata};
use chrono::{NaiveDate, NaiveTime, Timelike};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cell::Cell as Flag;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// One sheet as read, before it becomes a table.
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) grid: Grid,
    pub(crate) marks: Marks,
    pub(crate) findings: Vec<Finding>,
}

/// The sheets of a workbook, and whether macros came with it.
pub(crate) struct Workbook {
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) macros: bool,
}

/// Notes the troubles of one sheet, cell by cell.
pub(crate) struct Notes<'a> {
    file: &'a str,
    sheet: &'a str,
    tally: Tally,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(file: &'a str, sheet: &'a str) -> Self {
        Self { file, sheet, tally: Tally::default() }
    }

    /// A row counted from 1; a column from 0, or the whole row.
    pub(crate) fn note(&mut self, code: &'static str, severity: Severity, row: u32, column: Option<u32>) {
        let column = column.and_then(|c| u16::try_from(c).ok());
        let (file, sheet) = (self.file.to_owned(), self.sheet.to_owned());
        self.tally.note(code, severity, || Place::Cell { file, sheet, row, column, heading: None });
    }

    /// Puts a cell (row and column from 0) and notes what is wrong with it.
    pub(crate) fn put(&mut self, builder: &mut Builder, row: u32, column: u32, read: &(Cell<'_>, Option<Wrong>)) -> Result<(), Passed> {
        if let Some(wrong) = read.1 {
            let (code, severity) = match wrong {
                Wrong::NeverComputed => ("R09", Severity::Warning),
                Wrong::ErrorValue => ("R10", Severity::Warning),
                Wrong::LostDigits => ("R18", Severity::Warning),
            };
            self.note(code, severity, row.saturating_add(1), Some(column));
        }
        if !builder.put(row, column, &read.0)? {
            self.note("R19", Severity::Justify, row.saturating_add(1), None);
        }
        Ok(())
    }

    /// Takes the finished sheet; says which of its rows are hidden.
    pub(crate) fn finish(mut self, builder: &mut Builder, hidden_sheet: bool, hidden_rows: Vec<u32>, merged: Vec<MergedArea>) -> Sheet {
        let grid = builder.finish(hidden_rows, merged);
        for row in grid.hidden_rows() {
            self.note("R07", Severity::Information, row, None);
        }
        let mut findings = self.tally.finish();
        if hidden_sheet && !grid.is_empty() {
            findings.push(
                Finding::new("R08", Severity::Information).at(Place::Sheet { file: self.file.to_owned(), sheet: self.sheet.to_owned() }),
            );
        }
        Sheet { name: self.sheet.to_owned(), hidden: hidden_sheet, grid, marks: Marks::default(), findings }
    }
}

/// What is wrong with a cell, beside what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wrong {
    NeverComputed,
    ErrorValue,
    LostDigits,
}

/// Whole numbers from here on have 16 digits or more, of which a float keeps only 15 or 16.
const LOST_DIGITS_FROM: f64 = 1e15;

/// A number as it was stored. A formula that reads zero was perhaps never computed: never a silent zero.
pub(crate) fn number_cell(value: f64, formula: Option<&str>) -> (Cell<'static>, Option<Wrong>) {
    match (number(value), formula) {
        (Some(n), Some(formula)) if n.is_zero() => (broken(formula), Some(Wrong::NeverComputed)),
        (Some(n), _) => (Cell::Number(n), (value.abs() >= LOST_DIGITS_FROM).then_some(Wrong::LostDigits)),
        (None, _) => (Cell::Broken(Cow::Owned(format!("{value:e}"))), Some(Wrong::LostDigits)),
    }
}

pub(crate) fn broken(formula: &str) -> Cell<'static> {
    Cell::Broken(Cow::Owned(format!("={}", formula.trim_start_matches('='))))
}

/// A moment: a date from its first day on; a time of day or a length of time as `8:30`.
fn moment_cell(moment: ExcelDateTime, formula: Option<&str>) -> (Cell<'static>, Option<Wrong>) {
    let days = moment.as_f64();
    if let (true, Some(formula)) = (days == 0.0, formula) {
        return (broken(formula), Some(Wrong::NeverComputed));
    }
    // Up to the last day a spreadsheet knows, 31 December 9999.
    let is_date = moment.is_datetime() && (1.0..2_958_466.0).contains(&days);
    match moment.as_datetime().filter(|_| is_date) {
        Some(date) => (Cell::Date(date.date()), None),
        None if days.abs() < 1e6 => {
            let minutes = number(days).and_then(|d| d.checked_mul(Decimal::from(24 * 60))).unwrap_or_default().round();
            (Cell::Text(Cow::Owned(hours(i64::try_from(minutes).unwrap_or_default()))), None)
        }
        None => number_cell(days, formula),
    }
}

fn hours(minutes: i64) -> String {
    format!("{}{}:{:02}", if minutes < 0 { "-" } else { "" }, minutes.abs() / 60, minutes.abs() % 60)
}

/// `2021-12-03` or `2021-12-03T08:30:00` as a date; anything else stays the text it is.
pub(crate) fn iso_date_cell(text: &str) -> Cell<'_> {
    match text.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()) {
        Some(day) => Cell::Date(day),
        None => Cell::Text(Cow::Borrowed(text)),
    }
}

/// `PT8H30M00S` or `08:30:00` as `8:30`; anything else stays the text it is.
pub(crate) fn iso_duration_cell(text: &str) -> Cell<'_> {
    let read = || -> Option<i64> {
        if let Ok(time) = NaiveTime::parse_from_str(text, "%H:%M:%S") {
            return Some(i64::from(time.num_seconds_from_midnight()) / 60);
        }
        let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
        let minutes = rest.split_once('M').map_or(Some(0), |(m, _)| m.parse().ok())?;
        hours.parse::<i64>().ok().filter(|h| *h < 1_000_000).map(|h| h * 60 + minutes)
    };
    read().map_or(Cell::Text(Cow::Borrowed(text)), |m| Cell::Text(Cow::Owned(hours(m))))
}

/// A cell of calamine's, with its formula if it has one.
fn cell_of<'a>(value: &'a DataRef<'_>, formula: Option<&str>) -> (Cell<'a>, Option<Wrong>) {
    match value {
        DataRef::Empty => formula.map_or((Cell::Empty, None), |f| (broken(f), Some(Wrong::NeverComputed))),
        DataRef::Int(n) => match formula.filter(|_| *n == 0) {
            Some(f) => (broken(f), Some(Wrong::NeverComputed)),
            None => (Cell::Number(Decimal::from(*n)), None),
        },
        DataRef::Float(n) => number_cell(*n, formula),
        DataRef::String(t) => (Cell::Text(Cow::Borrowed(t)), None),
        DataRef::SharedString(t) => (Cell::Text(Cow::Borrowed(t)), None),
        DataRef::Bool(b) => (Cell::Flag(*b), None),
        DataRef::DateTime(moment) => moment_cell(*moment, formula),
        DataRef::DateTimeIso(t) => (iso_date_cell(t), None),
        DataRef::DurationIso(t) => (iso_duration_cell(t), None),
        DataRef::Error(e) => (Cell::Broken(Cow::Owned(e.to_string())), Some(Wrong::ErrorValue)),
    }
}

/// As [`cell_of`], for the formats of which calamine borrows nothing.
fn data_ref(value: &Data) -> DataRef<'_> {
    match value {
        Data::Empty => DataRef::Empty,
        Data::Int(n) => DataRef::Int(*n),
        Data::Float(n) => DataRef::Float(*n),
        Data::String(t) => DataRef::SharedString(t),
        Data::Bool(b) => DataRef::Bool(*b),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(t) => DataRef::DateTimeIso(t.clone()),
        Data::DurationIso(t) => DataRef::DurationIso(t.clone()),
        Data::Error(e) => DataRef::Error(e.clone()),
    }
}

thread_local! {
    static CONTAINED: Flag<bool> = const { Flag::new(false) };
}

/// Runs a library that may panic on damaged files; a panic is a damaged file, and prints nothing.
/// It needs panics to unwind: the release profile must not set `panic = "abort"`.
fn contained<T>(run: impl FnOnce() -> Result<T, Refused>) -> Result<T, Refused> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !CONTAINED.get() {
                usual(info);
            }
        }));
    });
    CONTAINED.set(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    CONTAINED.set(false);
    result.unwrap_or(Err(Refused::Damaged))
}

/// What a sheet's XML says that calamine does not tell.
#[derive(Default)]
struct Layout {
    hidden_rows: Vec<u32>,
    merged: Vec<MergedArea>,
    marks: Marks,
}

/// The layout of each sheet by its name, after every part that will be read was found sound.
fn xlsx_layouts(archive: &mut Archive<'_>, limits: &Limits) -> Result<BTreeMap<String, Layout>, Refused> {
    let (mut targets, mut sheets, mut parts) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    let (mut styles, mut struck, mut notes) = (Styles::default(), Struck::default(), styles::Notes::default());
    for (index, plain) in in_order(archive) {
        let bytes = archive.part(index)?;
        let text = zipped::as_text(&bytes)?;
        if plain.starts_with("xl/worksheets/") && plain.ends_with(".xml") {
            parts.insert(plain, sheet_layout(text, limits, &styles, &struck)?);
            continue;
        }
        if plain == "xl/styles.xml" {
            styles = styles::read(text, limits)?;
            continue;
        }
        if plain.starts_with("xl/worksheets/_rels/") {
            notes.relations(&plain, text, limits)?;
            continue;
        }
        if plain.starts_with("xl/comments") || plain.starts_with("xl/threadedcomments/") {
            notes.part(plain, text, limits)?;
            continue;
        }
        struck.begin(&plain);
        zipped::walk(text, limits, &mut |step| {
            struck.step(&step);
            let Step::Start(e) = step else { return Ok(()) };
            match e.local_name().as_ref() {
                // The library asks for memory by this count.
                "sst" if zipped::number::<u64>(e, "uniqueCount").is_some_and(|n| n > bytes.len() as u64) => return Err(Refused::Damaged),
                "Relationship" if plain.ends_with("workbook.xml.rels") => {
                    if let (Some(id), Some(target)) = (zipped::attribute(e, "Id"), zipped::attribute(e, "Target")) {
                        let target = target.to_lowercase();
                        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                        targets.insert(id.into_owned(), path);
                    }
                }
                "sheet" if plain.ends_with("workbook.xml") => {
                    let id = zipped::attribute_prefixed(e, "id").unwrap_or_default().into_owned();
                    sheets.push((zipped::attribute(e, "name").unwrap_or_default().into_owned(), id));
                    if sheets.len() > limits.sheets {
                        return Err(Passed::Sheets.into());
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
    }
    for (part, layout) in &mut parts {
        notes.of(part, &mut layout.marks);
    }
    Ok(sheets.into_iter().filter_map(|(name, id)| Some((name, parts.remove(targets.get(&id)?)?))).collect())
}

/// The parts that are read, in lower case: styles and texts before the sheets whose cells refer to them.
fn in_order(archive: &Archive<'_>) -> Vec<(usize, String)> {
    let plain = |name: &String| name.replace('\\', "/").trim_start_matches('/').to_lowercase();
    let read = |name: &str| {
        (name.ends_with(".xml") || name.ends_with(".rels"))
            && !["docprops/", "customxml/", "xl/drawings/", "xl/charts/"].iter().any(|p| name.starts_with(p))
    };
    let mut parts: Vec<(usize, String)> = archive.names().iter().map(plain).enumerate().filter(|(_, n)| read(n)).collect();
    parts.sort_by_key(|(_, n)| n.starts_with("xl/worksheets/"));
    parts
}

fn sheet_layout(text: &str, limits: &Limits, styles: &Styles, struck: &Struck) -> Result<Layout, Refused> {
    let mut layout = Layout::default();
    let mut row = 0_u32;
    let mut cell = styles::CellMarks::new(styles, struck, text);
    zipped::walk(text, limits, &mut |step| {
        cell.step(&step, row, &mut layout.marks);
        let Step::Start(e) = step else { return Ok(()) };
        match e.local_name().as_ref() {
            "row" => {
                row = zipped::number(e, "r").unwrap_or(row.saturating_add(1));
                if zipped::flag(e, "hidden") || zipped::number::<f32>(e, "ht") == Some(0.0) {
                    layout.hidden_rows.push(row);
                }
            }
            "col" if zipped::flag(e, "hidden") => {
                let at = |name| zipped::number::<u16>(e, name).and_then(|n| n.checked_sub(1));
                layout.marks.hide(at("min").into_iter().flat_map(|a| a..=at("max").unwrap_or(a)));
            }
            "mergeCell" => layout.merged.extend(zipped::attribute(e, "ref").and_then(|r| area(&r))),
            _ => {}
        }
        Ok(())
    })?;
    Ok(layout)
}

/// `B3:D4` as an area.
fn area(text: &str) -> Option<MergedArea> {
    let plain = text.replace('$', "");
    let (from, to) = plain.split_once(':')?;
    let ((first_row, first_column), (last_row, last_column)) = (corner(from)?, corner(to)?);
    Some(MergedArea { first_row, last_row, first_column, last_column })
}

/// `B3` as a row from 1 and a column from 0.
pub(crate) fn corner(text: &str) -> Option<(u32, u16)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at(digits);
    let column = letters
        .bytes()
        .filter(u8::is_ascii_alphabetic)
        .try_fold(0_u16, |n, b| n.checked_mul(26)?.checked_add(u16::from(b.to_ascii_uppercase() - b'A') + 1))?;
    Some((digits.parse().ok()?, column.checked_sub(1)?))
}

fn merged_area(d: &Dimensions) -> Option<MergedArea> {
    Some(MergedArea {
        first_row: d.start.0.saturating_add(1),
        last_row: d.end.0.saturating_add(1),
        first_column: u16::try_from(d.start.1).ok()?,
        last_column: u16::try_from(d.end.1).ok()?,
    })
}

pub(crate) fn read_xlsx(bytes: &[u8], file: &str, limits: &Limits) -> Result<Workbook, Refused> {
    let mut archive = Archive::open(bytes, limits)?;
    let macros = archive.names().iter().any(|n| n.to_lowercase().ends_with("vbaproject.bin"));
    let mut layouts = xlsx_layouts(&mut archive, limits)?;
    drop(archive);
    contained(|| {
        let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|_| Refused::Damaged)?;
        let mut builder = Builder::new(limits);
        let mut sheets = Vec::new();
        for meta in workbook.sheets_metadata().to_vec() {
            if meta.typ != SheetType::WorkSheet {
                continue;
            }
            let mut notes = Notes::new(file, &meta.name);
            let mut reader = workbook.worksheet_cells_reader(&meta.name).map_err(|_| Refused::Damaged)?;
            while let Some(record) = reader.next_cell_with_formula_metadata().map_err(|_| Refused::Damaged)? {
                let formula = record.formula.as_ref().map(|f| match f {
                    XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => formula.as_str(),
                    _ => "",
                });
                notes.put(&mut builder, record.pos.0, record.pos.1, &cell_of(&record.value, formula))?;
            }
            let layout = layouts.remove(&meta.name).unwrap_or_default();
            let sheet = notes.finish(&mut builder, meta.visible != SheetVisible::Visible, layout.hidden_rows, layout.merged);
            sheets.push(Sheet { marks: layout.marks, ..sheet });
        }
        Ok(Workbook { sheets, macros })
    })
}

pub(crate) fn read_xls(bytes: &[u8], file: &str, limits: &Limits) -> Result<Workbook, Refused> {
    let compound = Compound::parse(bytes).ok_or(Refused::Damaged)?;
    if compound.has("EncryptedPackage") {
        return Err(Refused::Locked);
    }
    let macros = compound.has("_VBA_PROJECT_CUR");
    let stream = compound.stream("Workbook").or_else(|| compound.stream("Book")).ok_or(Refused::Damaged)?;
    let scans = scan_workbook(&stream, limits)?;
    drop((compound, stream));
    contained(|| {
        let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|_| Refused::Damaged)?;
        let mut builder = Builder::new(limits);
        let mut sheets = Vec::new();
        for (meta, scan) in workbook.sheets_metadata().to_vec().into_iter().zip(scans) {
            if meta.typ != SheetType::WorkSheet {
                continue;
            }
            let mut notes = Notes::new(file, &meta.name);
            let range = workbook.worksheet_range(&meta.name).map_err(|_| Refused::Damaged)?;
            let formulas = workbook.worksheet_formula(&meta.name).map_err(|_| Refused::Damaged)?;
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let (row, column) = (top + row as u32, left + column as u32);
                // Outside the range of formulas there is none; inside it, a cell without one is empty text.
                let inside = formulas.start().is_some_and(|s| s.0 <= row && s.1 <= column);
                let formula = if inside { formulas.get_value((row, column)) } else { None };
                notes.put(&mut builder, row, column, &cell_of(&data_ref(value), formula.map(String::as_str).filter(|f| !f.is_empty())))?;
            }
            // A formula whose value was never stored has no cell of its own.
            let (top, left) = formulas.start().unwrap_or_default();
            for (row, column, formula) in formulas.used_cells() {
                let at = (top + row as u32, left + column as u32);
                let inside = range.start().is_some_and(|s| s.0 <= at.0 && s.1 <= at.1);
                let filled = inside && range.get_value(at).is_some_and(|v| !v.is_empty());
                if !filled && !formula.is_empty() {
                    notes.put(&mut builder, at.0, at.1, &(broken(formula), Some(Wrong::NeverComputed)))?;
                }
            }
            let merged = workbook.merge_cells_by_sheet_name(&meta.name).unwrap_or_default().iter().filter_map(merged_area).collect();
            let sheet = notes.finish(&mut builder, meta.visible != SheetVisible::Visible, scan.hidden_rows, merged);
            sheets.push(Sheet { marks: scan.marks, ..sheet });
        }
        Ok(Workbook { sheets, macros })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_areas() {
        let expected = MergedArea { first_row: 3, last_row: 4, first_column: 21, last_column: 30 };
        assert_eq!(area("V3:AE4"), Some(expected));
        assert_eq!(area("$V$3:$AE$4"), Some(expected));
        assert_eq!(area("V3"), None);
        assert_eq!(area("ZZZZZZ3:A4"), None);
    }

    #[test]
    fn takes_only_dates_for_dates() {
        let moment = |days: f64, kind| moment_cell(ExcelDateTime::new(days, kind, false), None).0;
        use calamine::ExcelDateTimeType::{DateTime, TimeDelta};
        let day = NaiveDate::from_ymd_opt(2021, 12, 3).expect("a day");
        // 44533 is 3 December 2021 in the 1900 system, 43071 in that of 1904 (1462 days apart).
        assert_eq!(moment(44533.0, DateTime), Cell::Date(day));
        assert_eq!(moment_cell(ExcelDateTime::new(43071.0, DateTime, true), None).0, Cell::Date(day));
        assert_eq!(moment(0.354_166_666_666_667, DateTime), Cell::Text("8:30".into()));
        assert_eq!(moment(1.5, TimeDelta), Cell::Text("36:00".into()));
        assert_eq!(number_cell(3.39, None).0, Cell::Number(Decimal::new(339, 2)));
        assert_eq!(iso_date_cell("2021-12-03T00:00:00"), Cell::Date(day));
        assert_eq!(iso_duration_cell("PT08H30M00S"), Cell::Text("8:30".into()));
    }

    #[test]
    fn contains_a_panic() {
        assert_eq!(contained::<()>(|| panic!("damaged")), Err(Refused::Damaged));
        assert_eq!(contained(|| Ok(1)), Ok(1));
    }
}
