//! Bytes → located cells, one file per format. Knows no rule and no column's meaning.
//!
//! A text file is read row by row and never held whole; a workbook's sheets are held in memory, within limits.
//! What cannot be read is a finding that names the place, never a panic.

pub mod archive;
pub mod dsn;
pub mod encoding;
mod fixed;
pub mod foreign;
mod grid;
pub mod input;
pub mod limits;
mod mail;
pub mod marks;
mod ods;
mod ole;
mod outlook;
mod page;
pub mod pain001;
pub mod pain002;
mod sheet;
mod split;
mod styles;
pub mod table;
pub mod text;
mod twice;
pub mod xhl;
mod xml2003;
mod zipped;

pub use encoding::Encoding;
pub use input::{FileKind, Input, kind};
pub use limits::Limits;
pub use table::{Cell, MergedArea, OwnedRow, Record, Row, Table};
pub use text::{DecimalMark, Dialect, Hint};

use crate::ground::place::{Source, SourceKind};
use crate::ground::{Checked, Finding, Place, Severity, Sources};
use limits::Passed;
use sheet::Workbook;
use std::io;
use std::sync::Arc;
use table::Body;
use text::Text;
use zipped::Refused;

/// Opens a text file or a workbook as tables, and registers each as a source.
///
/// `file` is its name relative to `inbox/`. A file that holds no table gives none, and a finding that says what it is
/// and what to do; ask [`kind`] first for the documents other readers take (XML, DSN).
pub fn open(input: &Input, file: &str, sources: &mut Sources, limits: &Limits, hint: Option<&Hint>) -> Checked<Vec<Table>> {
    let place = || Place::File { file: file.to_owned() };
    let opened = kind(input, limits).and_then(|kind| {
        Ok(match kind {
            FileKind::Text => open_text(input, file, sources, limits, hint)?,
            FileKind::Xlsx => open_workbook(input, file, sources, limits, sheet::read_xlsx)?,
            FileKind::Xls => open_workbook(input, file, sources, limits, sheet::read_xls)?,
            FileKind::Ods => open_workbook(input, file, sources, limits, ods::read_ods)?,
            FileKind::SpreadsheetXml => open_workbook(input, file, sources, limits, xml2003::read_xml2003)?,
            FileKind::Html | FileKind::Written => open_page(input, kind, file, sources, limits)?,
            FileKind::Empty => refused(Finding::new("R01", Severity::Justify).at(place())),
            FileKind::Locked => refused(refusal(Refused::Locked, limits, place())),
            FileKind::Xlsb => refused(Finding::new("R16", Severity::Justify).text(saying("R16", kind)).at(place())),
            FileKind::Unknown => refused(Finding::new("R17", Severity::Justify).at(place())),
            FileKind::Xml | FileKind::Dsn | FileKind::Pdf | FileKind::Image | FileKind::Document | FileKind::Mail | FileKind::Archive => {
                refused(Finding::new("R02", Severity::Justify).text(saying("R02", kind)).at(place()))
            }
        })
    });
    opened.unwrap_or_else(|e| refused(unreadable(&e, place())))
}

fn refused(finding: Finding) -> Checked<Vec<Table>> {
    Checked::new(Vec::new(), vec![finding])
}

/// The sentence of a code with the kind of file filled in, in both languages.
fn saying(code: &str, kind: FileKind) -> crate::ground::Words {
    use crate::ground::{Lang, words};
    let words = kind.words();
    let say = |lang| words::fill(words::sentence(code, lang), &[("kind", words.get(lang).to_owned())]);
    crate::ground::Words { fr: say(Lang::Fr), en: say(Lang::En) }
}

/// The disk, not the file, failed: same finding as a damaged file, as the user can do nothing else about it.
fn unreadable(_: &io::Error, place: Place) -> Finding {
    Finding::new("R04", Severity::Justify).at(place)
}

fn refusal(refused: Refused, limits: &Limits, place: Place) -> Finding {
    match refused {
        Refused::Damaged => Finding::new("R04", Severity::Justify).at(place),
        Refused::Locked => Finding::new("R03", Severity::Justify).at(place),
        Refused::Passed(passed) => passed.finding(limits, place),
    }
}

fn open_text(input: &Input, file: &str, sources: &mut Sources, limits: &Limits, hint: Option<&Hint>) -> io::Result<Checked<Vec<Table>>> {
    let place = Place::File { file: file.to_owned() };
    if input.len()? > limits.text_bytes {
        return Ok(refused(Passed::FileBytes(limits.text_bytes).finding(limits, place)));
    }
    let text = Text::open(input, limits, hint)?;
    let mut findings = Vec::new();
    if text.dialect.encoding == Encoding::Utf8Twice {
        findings.push(Finding::new("R69", Severity::Information).at(place));
    } else if text.dialect.encoding != Encoding::Utf8 {
        findings.push(Finding::new("R15", Severity::Information).arg("encoding", text.dialect.encoding.name()).at(place));
    }
    let source = sources.add(Source { file: file.to_owned(), sheet: None, kind: SourceKind::Text, headings: Vec::new() });
    let table = Table { source, file: file.to_owned(), sheet: None, hidden: false, marks: Arc::default(), body: Body::Text(text) };
    Ok(Checked::new(vec![table], findings))
}

/// A document or a web page: its tables and what stands around them, as one sheet.
fn open_page(input: &Input, kind: FileKind, file: &str, sources: &mut Sources, limits: &Limits) -> io::Result<Checked<Vec<Table>>> {
    let place = Place::File { file: file.to_owned() };
    let Some(bytes) = input.all(limits.workbook_bytes)? else {
        return Ok(refused(Passed::FileBytes(limits.workbook_bytes).finding(limits, place)));
    };
    let mut page = page::Page::new(limits);
    let read = if kind == FileKind::Html {
        page::html::read(&encoding::text(&bytes), &mut page).map_err(Refused::from)
    } else {
        page::office::read(&bytes, limits, &mut page).map(|()| true)
    };
    let (grid, marks, whole) = match read.and_then(|whole| Ok((page.finish()?, whole))).map(|((grid, marks), whole)| (grid, marks, whole)) {
        Ok((grid, ..)) if grid.is_empty() => {
            return Ok(refused(Finding::new("R02", Severity::Justify).text(saying("R02", kind)).at(place)));
        }
        Ok(page) => page,
        Err(why) => return Ok(refused(refusal(why, limits, place))),
    };
    let mut told = vec![Finding::new("M290", Severity::Information).text(saying("M290", kind)).at(place.clone())];
    if !whole {
        told.push(Finding::new("R60", Severity::Justify).told("M294").at(place));
    }
    let source = sources.add(Source { file: file.to_owned(), sheet: None, kind: SourceKind::Text, headings: Vec::new() });
    let table = Table { source, file: file.to_owned(), sheet: None, hidden: false, marks: Arc::new(marks), body: Body::Grid(grid) };
    Ok(Checked::new(vec![table], told))
}

fn open_workbook(
    input: &Input,
    file: &str,
    sources: &mut Sources,
    limits: &Limits,
    read: fn(&[u8], &str, &Limits) -> Result<Workbook, Refused>,
) -> io::Result<Checked<Vec<Table>>> {
    let place = Place::File { file: file.to_owned() };
    let Some(bytes) = input.all(limits.workbook_bytes)? else {
        return Ok(refused(Passed::FileBytes(limits.workbook_bytes).finding(limits, place)));
    };
    let workbook = match read(&bytes, file, limits) {
        Ok(workbook) => workbook,
        Err(why) => return Ok(refused(refusal(why, limits, place))),
    };
    let (mut tables, mut findings) = (Vec::new(), Vec::new());
    if workbook.macros {
        findings.push(Finding::new("R06", Severity::Warning).at(place));
    }
    for sheet in workbook.sheets {
        findings.extend(sheet.findings);
        if sheet.grid.is_empty() {
            continue;
        }
        let source =
            sources.add(Source { file: file.to_owned(), sheet: Some(sheet.name.clone()), kind: SourceKind::Sheet, headings: Vec::new() });
        let (marks, body) = (Arc::new(sheet.marks), Body::Grid(sheet.grid));
        tables.push(Table { source, file: file.to_owned(), sheet: Some(sheet.name), hidden: sheet.hidden, marks, body });
    }
    Ok(Checked::new(tables, findings))
}
