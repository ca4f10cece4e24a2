//! `diff.xlsx`: one sheet per question an accountant asks, sums as live formulas that already show their results.
//! In: the report. Out: bytes, the same for the same report; the creation date comes from the report, never from a clock.

mod cells;
mod registers;
mod sheets;
mod summary;
mod table;
#[cfg(test)]
mod tests;

use super::digest::Digest;
use super::model::Report;
use super::wording;
use crate::ground::Lang;
use chrono::Timelike;
use rust_xlsxwriter::{DocProperties, Workbook, Worksheet, XlsxError};
use std::io::{Seek, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use table::Area;

/// How the workbook is written. The defaults are right for a town; a region gives a folder for temporary files.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// Folder of the job for the temporary files of long sheets. They hold clear data, and vanish when the workbook is done.
    pub tempdir: Option<&'o Path>,
    /// Sheets of more rows than this are written through a temporary file.
    pub rows_in_memory: usize,
    /// Rows a sheet can hold; the format's own limit unless a test lowers it.
    pub rows_per_sheet: u32,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { tempdir: None, rows_in_memory: 50_000, rows_per_sheet: 1_048_576 }
    }
}

/// Why no workbook could be made. Nothing in the report's data causes it; a full disk does.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("the workbook could not be written: {0}")]
    Workbook(#[from] XlsxError),
}

/// The workbook as bytes.
///
/// # Errors
/// When temporary files cannot be written.
pub fn workbook(report: &Report, options: &Options<'_>) -> Result<Vec<u8>, ReportError> {
    Ok(build(report, options)?.save_to_buffer()?)
}

/// The workbook into a file, for reports too large to hold twice.
///
/// # Errors
/// When the file or temporary files cannot be written.
pub fn write_workbook<W: Write + Seek + Send>(report: &Report, options: &Options<'_>, to: W) -> Result<(), ReportError> {
    Ok(build(report, options)?.save_to_writer(to)?)
}

/// Whoever waits for a run waits for its packing: the quickest, which makes the file larger.
const PACKING: u8 = 1;

/// Sheets under construction, and what they need to know of each other.
struct Book<'a> {
    /// Gives long sheets their temporary files, and takes all sheets in the end.
    workbook: &'a Mutex<Workbook>,
    sheets: Vec<Worksheet>,
    report: &'a Report,
    limit: u32,
    rows_in_memory: usize,
    /// Where the rows of each sheet stand, known before any is written.
    agents: Area,
    lines: Area,
    causes: Area,
    detail: Area,
}

fn build(report: &Report, options: &Options<'_>) -> Result<Workbook, ReportError> {
    let digest = Digest::of(report);
    let lang = report.lang;
    let area = |name: wording::Text, rows| Area::new(name.get(lang), rows, options.rows_per_sheet);
    let mut workbook = Workbook::new();
    if let Some(dir) = options.tempdir {
        workbook.set_tempdir(dir)?;
    }
    workbook.set_properties(&properties(report)?);
    workbook.set_zip_compression_level(PACKING);
    let workbook = Mutex::new(workbook);
    let book = || Book {
        workbook: &workbook,
        sheets: Vec::new(),
        report,
        limit: options.rows_per_sheet,
        rows_in_memory: options.rows_in_memory,
        agents: area(wording::BY_AGENT, report.agents.len()),
        lines: area(wording::BY_LINE, report.lines.len()),
        causes: area(wording::CAUSES, digest.used_causes().len()),
        detail: area(wording::DETAIL, report.changes.len()),
    };
    // The detail has as many rows as all others together.
    let others = || -> Result<(Vec<Worksheet>, Vec<Worksheet>), ReportError> {
        let (mut before, mut after) = (book(), book());
        summary::summary(&mut before, &digest)?;
        sheets::by_agent(&mut before, &digest)?;
        sheets::by_service(&mut before, &digest)?;
        sheets::by_line(&mut before, &digest)?;
        sheets::causes(&mut before, &digest)?;
        sheets::due(&mut before, &digest)?;
        registers::movements(&mut after)?;
        registers::ibans(&mut after)?;
        registers::set_aside(&mut after)?;
        registers::estimations(&mut after)?;
        registers::findings(&mut after)?;
        summary::replay(&mut after)?;
        registers::sources(&mut after)?;
        Ok((before.sheets, after.sheets))
    };
    let detail = || -> Result<Vec<Worksheet>, ReportError> {
        let mut book = book();
        sheets::detail(&mut book, &digest)?;
        Ok(book.sheets)
    };
    // Sheets through temporary files number the styles of the workbook as they meet them: always in one order.
    let long = report.changes.len().max(report.agents.len()).max(report.findings.len()) > options.rows_in_memory;
    let (others, detail) = if long { (others(), detail()) } else { rayon::join(others, detail) };
    let ((before, after), detail) = (others?, detail?);
    let mut workbook = workbook.into_inner().unwrap_or_else(PoisonError::into_inner);
    before.into_iter().chain(detail).chain(after).for_each(|sheet| workbook.push_worksheet(sheet));
    Ok(workbook)
}

fn properties(report: &Report) -> Result<DocProperties, ReportError> {
    let at = report.prepared_at;
    let minute = u8::try_from(at.minute()).expect("an hour has sixty minutes");
    let created = cells::date(at.date())?.and_hms(u16::try_from(at.hour()).expect("a day has 24 hours"), minute, at.second())?;
    Ok(DocProperties::new()
        .set_title(format!("{} – {}", report.employer, wording::month(report.month, report.lang)))
        .set_author(&report.prepared_by)
        .set_company(&report.employer)
        .set_comment(&report.program)
        .set_creation_datetime(&created))
}

impl Book<'_> {
    /// A new sheet with the print setup all sheets share; through a temporary file when it is long.
    fn sheet(&mut self, name: &str, rows: usize) -> Result<&mut Worksheet, ReportError> {
        let (heading, state) = (self.heading(), wording::state(self.report.state).get(self.report.lang));
        let program = self.report.program.clone();
        let mut sheet = if rows > self.rows_in_memory {
            self.workbook.lock().unwrap_or_else(PoisonError::into_inner).new_worksheet_with_constant_memory()?
        } else {
            Worksheet::new()
        };
        // An ampersand is a command in headers and footers unless doubled.
        let plain = |text: &str| text.replace('&', "&&");
        sheet
            .set_name(name)?
            .set_paper_size(9)
            .set_landscape()
            .set_print_fit_to_pages(1, 0)
            .set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3)
            .set_header(format!("&L&9{}&R&9{}", plain(&heading), plain(state)))
            .set_footer(format!("&L&8{}&C&8&A&R&8&P / &N", plain(&program)))
            .set_screen_gridlines(false);
        self.sheets.push(sheet);
        Ok(self.sheets.last_mut().expect("a sheet was added"))
    }

    /// A sheet made before.
    fn made(&mut self, name: &str) -> &mut Worksheet {
        self.sheets.iter_mut().find(|s| s.name() == name).expect("the sheet was made before")
    }

    /// Whose pay, and which months.
    fn heading(&self) -> String {
        let r = self.report;
        match r.lang {
            Lang::Fr => format!("{}, {} comparé à {}", r.employer, wording::month(r.month, r.lang), wording::month(r.last_month, r.lang)),
            Lang::En => format!("{}, {} against {}", r.employer, wording::month(r.month, r.lang), wording::month(r.last_month, r.lang)),
        }
    }

    /// Says that a sheet is full, and where all rows are.
    fn cut_notice(&self, missing: usize) -> String {
        let missing = wording::count(missing as u64, self.report.lang);
        match self.report.lang {
            Lang::Fr => {
                format!("Feuille pleine : {missing} lignes n'y tiennent pas. Toutes sont dans diff.csv ; les totaux comptent tout.")
            }
            Lang::En => format!("This sheet is full: {missing} rows do not fit. All are in diff.csv; the totals count everything."),
        }
    }
}
