//! ODS workbooks → grids of cells, from `content.xml`.
//!
//! Read here rather than by calamine, which tells neither merged areas nor hidden rows, and which repeats rows and
//! columns in memory as often as the file says, and waits for ever for the end of an unclosed table.

use super::grid::Builder;
use super::limits::{Limits, Passed};
use super::marks::{Marks, WHITE};
use super::sheet::{Notes, Sheet, Workbook, Wrong, broken, iso_date_cell, iso_duration_cell, number_cell};
use super::table::{Cell, MergedArea};
use super::zipped::{self, Archive, Refused, Step};
use quick_xml::events::BytesStart;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Rows a sheet can have; repeats beyond it are styles down to the bottom.
const ROWS: u32 = 1_048_576;

pub(crate) fn read_ods(bytes: &[u8], file: &str, limits: &Limits) -> Result<Workbook, Refused> {
    let mut archive = Archive::open(bytes, limits)?;
    let locked = match archive.part_named("META-INF/manifest.xml")? {
        Some(manifest) => zipped::as_text(&manifest)?.contains("encryption-data"),
        None => false,
    };
    if locked || archive.has("encrypted-package") {
        return Err(Refused::Locked);
    }
    let macros = archive.names().iter().any(|n| n.starts_with("Basic/") || n.starts_with("Scripts/"));
    let content = archive.part_named("content.xml")?.ok_or(Refused::Damaged)?;
    let mut looks = Looks::default();
    if let Some(named) = archive.part_named("styles.xml")? {
        zipped::walk(zipped::as_text(&named)?, limits, &mut |step| {
            if let Step::Start(e) = step {
                looks.step(e);
            }
            Ok(())
        })?;
    }
    let sheets = read_content(zipped::as_text(&content)?, looks, file, limits)?;
    Ok(Workbook { sheets, macros })
}

/// How a style makes a cell look.
#[derive(Clone, Copy, Default)]
pub(crate) struct Look {
    pub(crate) struck: bool,
    fill: Option<u32>,
    ink: Option<u32>,
}

/// The looks of styles by their name; a style without a word of its own looks as its parent does.
#[derive(Default)]
pub(crate) struct Looks {
    named: BTreeMap<String, Look>,
    open: String,
}

impl Looks {
    pub(crate) fn step(&mut self, e: &BytesStart<'_>) {
        match e.local_name().as_ref() {
            "style" => {
                let parent = zipped::attribute(e, "parent-style-name").and_then(|p| self.named.get(p.as_ref()).copied());
                self.open = zipped::attribute(e, "name").unwrap_or_default().into_owned();
                self.named.extend(parent.map(|look| (self.open.clone(), look)));
            }
            "text-properties" => {
                let lines = ["text-line-through-style", "text-line-through-type"].iter().find_map(|n| zipped::attribute(e, n));
                if let Some(line) = lines {
                    self.named.entry(self.open.clone()).or_default().struck = line != "none";
                }
                if let Some(colour) = rgb(e, "color") {
                    self.named.entry(self.open.clone()).or_default().ink = Some(colour).filter(|c| *c != 0);
                }
            }
            "table-cell-properties" if zipped::attribute(e, "background-color").is_some() => {
                self.named.entry(self.open.clone()).or_default().fill = rgb(e, "background-color").filter(|c| *c != WHITE);
            }
            _ => {}
        }
    }

    pub(crate) fn of(&self, style: Option<&str>) -> Look {
        style.and_then(|s| self.named.get(s)).copied().unwrap_or_default()
    }
}

/// A colour that is written `#ff0000`.
fn rgb(e: &BytesStart<'_>, name: &str) -> Option<u32> {
    zipped::attribute(e, name)?.strip_prefix('#').and_then(|c| u32::from_str_radix(c, 16).ok())
}

/// A cell between its start and its end.
#[derive(Default)]
struct Open {
    /// Its style, or that of its row or of its column.
    style: Option<String>,
    /// A part of its text is struck through.
    struck: bool,
    note: String,
    kind: String,
    value: Option<String>,
    formula: Option<String>,
    error: bool,
    repeated: u32,
    span: (u32, u32),
    text: String,
    paragraphs: u32,
}

impl Open {
    fn start(e: &BytesStart<'_>) -> Self {
        let attribute = |name| zipped::attribute(e, name).map(Cow::into_owned);
        let kind = attribute("value-type").unwrap_or_default();
        Self {
            value: match kind.as_str() {
                "date" => attribute("date-value"),
                "time" => attribute("time-value"),
                "boolean" => attribute("boolean-value"),
                "string" => attribute("string-value"),
                _ => attribute("value"),
            },
            // calcext:value-type, where LibreOffice says that a formula failed.
            error: e.attributes().with_checks(false).flatten().any(|a| a.key.as_ref() == "calcext:value-type" && a.value == "error"),
            style: attribute("style-name"),
            struck: false,
            note: String::new(),
            formula: attribute("formula").map(|f| f.strip_prefix("of:").unwrap_or(&f).to_owned()),
            repeated: zipped::number(e, "number-columns-repeated").unwrap_or(1),
            span: (zipped::number(e, "number-rows-spanned").unwrap_or(1), zipped::number(e, "number-columns-spanned").unwrap_or(1)),
            kind,
            text: String::new(),
            paragraphs: 0,
        }
    }

    fn paragraph(&mut self) {
        if self.paragraphs > 0 {
            self.text.push('\n');
        }
        self.paragraphs += 1;
    }

    fn cell(&self) -> (Cell<'_>, Option<Wrong>) {
        let formula = self.formula.as_deref();
        if self.error {
            return (Cell::Broken(Cow::Borrowed(&self.text)), Some(Wrong::ErrorValue));
        }
        match (self.kind.as_str(), &self.value) {
            ("float" | "currency" | "percentage", Some(value)) => match value.trim().parse::<f64>() {
                Ok(number) => number_cell(number, formula),
                Err(_) => (Cell::Broken(Cow::Borrowed(value)), Some(Wrong::ErrorValue)),
            },
            ("date", Some(value)) => (iso_date_cell(value), None),
            ("time", Some(value)) => (iso_duration_cell(value), None),
            ("boolean", Some(value)) => (Cell::Flag(value == "true"), None),
            ("string", Some(value)) if !value.is_empty() => (Cell::Text(Cow::Borrowed(value)), None),
            ("string", _) => (Cell::Text(Cow::Borrowed(&self.text)), None),
            (_, _) => match formula {
                Some(formula) => (broken(formula), Some(Wrong::NeverComputed)),
                None => (Cell::Empty, None),
            },
        }
    }
}

/// One table as it is being read.
struct Reading<'a> {
    notes: Notes<'a>,
    hidden: bool,
    /// From 0.
    row: u32,
    rows_repeated: u32,
    row_hidden: bool,
    row_style: Option<String>,
    /// The styles of columns, each with the first column after those that have it.
    column_styles: Vec<(u32, Option<String>)>,
    column: u32,
    /// Filled cells of the row, kept until it is known how often it is repeated.
    cells: Vec<(u32, Cell<'static>, Option<Wrong>)>,
    hidden_rows: Vec<u32>,
    merged: Vec<MergedArea>,
    marks: Marks,
}

impl Reading<'_> {
    fn new<'a>(file: &'a str, name: &'a str, hidden: bool) -> Reading<'a> {
        Reading {
            notes: Notes::new(file, name),
            hidden,
            row: 0,
            rows_repeated: 1,
            row_hidden: false,
            row_style: None,
            column_styles: Vec::new(),
            column: 0,
            cells: Vec::new(),
            hidden_rows: Vec::new(),
            merged: Vec::new(),
            marks: Marks::default(),
        }
    }

    fn begin_columns(&mut self, e: &BytesStart<'_>) {
        let before = self.column_styles.last().map_or(0, |c| c.0);
        let many: u32 = zipped::number(e, "number-columns-repeated").unwrap_or(1);
        let style = zipped::attribute(e, "default-cell-style-name").map(Cow::into_owned);
        if matches!(zipped::attribute(e, "visibility").as_deref(), Some("collapse" | "filter")) {
            self.marks.hide((before..before.saturating_add(many)).map_while(|c| u16::try_from(c).ok()));
        }
        self.column_styles.push((before.saturating_add(many), style));
    }

    /// Marks a filled cell, and where it comes again in its row, as it looks.
    fn mark(&mut self, open: &Open, looks: &Looks, repeated: u32) {
        for column in (self.column..self.column.saturating_add(repeated)).filter_map(|c| u16::try_from(c).ok()) {
            let of_column = || self.column_styles.iter().find(|c| c.0 > u32::from(column)).and_then(|c| c.1.as_deref());
            let style = open.style.as_deref().or(self.row_style.as_deref()).or_else(of_column);
            let look = looks.of(style);
            // A row that is repeated holds the same cells each time.
            let last = self.row.saturating_add(self.rows_repeated.min(super::marks::COLOURED));
            for row in self.row + 1..=last.max(self.row + 1) {
                if look.struck || open.struck {
                    self.marks.strike(row, column);
                }
                if let Some(colour) = look.fill {
                    self.marks.fill(row, column, colour);
                }
                if let Some(colour) = look.ink {
                    self.marks.ink(row, column, colour);
                }
                self.marks.note(row, column, &open.note);
            }
        }
    }

    fn end_cell(&mut self, open: &Open, looks: &Looks, limits: &Limits) {
        let repeated = open.repeated.min((limits.columns as u32).saturating_sub(self.column));
        if open.span != (1, 1) {
            let merged = |row: u32, column: u16| MergedArea {
                first_row: row + 1,
                last_row: row.saturating_add(open.span.0.clamp(1, ROWS)),
                first_column: column,
                last_column: column.saturating_add(open.span.1.clamp(1, 16_384) as u16 - 1),
            };
            self.merged.extend(u16::try_from(self.column).ok().map(|c| merged(self.row, c)));
        }
        let (cell, wrong) = open.cell();
        let blank = match &cell {
            Cell::Empty => true,
            Cell::Text(t) => t.trim().is_empty(),
            Cell::Number(_) | Cell::Date(_) | Cell::Flag(_) | Cell::Broken(_) => false,
        };
        if !blank || !open.note.is_empty() {
            self.mark(open, looks, repeated);
        }
        if !blank {
            let cell = cell.to_owned();
            self.cells.extend((0..repeated).map(|i| (self.column + i, cell.clone(), wrong)));
        }
        self.column = self.column.saturating_add(open.repeated);
    }

    fn end_row(&mut self, builder: &mut Builder) -> Result<(), Passed> {
        let repeated = self.rows_repeated.min(ROWS.saturating_sub(self.row));
        if !self.cells.is_empty() {
            let cells: Vec<_> = std::mem::take(&mut self.cells).into_iter().map(|(c, cell, wrong)| (c, (cell, wrong))).collect();
            for row in self.row..self.row + repeated {
                for (column, read) in &cells {
                    self.notes.put(builder, row, *column, read)?;
                }
                if self.row_hidden {
                    self.hidden_rows.push(row + 1);
                }
            }
        }
        self.row = self.row.saturating_add(self.rows_repeated).min(ROWS);
        Ok(())
    }
}

fn read_content(text: &str, mut looks: Looks, file: &str, limits: &Limits) -> Result<Vec<Sheet>, Refused> {
    // Names first: the notes of a sheet borrow its name.
    let mut names = Vec::new();
    let mut depth = 0;
    zipped::walk(text, limits, &mut |step| {
        match step {
            Step::Start(e) if e.local_name().as_ref() == "table" => {
                depth += 1;
                if depth == 1 {
                    names.push(zipped::attribute(e, "name").unwrap_or_default().into_owned());
                }
            }
            Step::End("table") => depth -= 1,
            Step::Start(_) | Step::End(_) | Step::Text(_) => {}
        }
        if names.len() > limits.sheets { Err(Passed::Sheets.into()) } else { Ok(()) }
    })?;

    let mut builder = Builder::new(limits);
    let mut sheets = Vec::new();
    let mut next_name = names.iter();
    let (mut style, mut hidden_styles) = (String::new(), BTreeSet::new());
    let mut reading: Option<Reading<'_>> = None;
    let mut open: Option<Open> = None;
    // Inside a table within a cell, a drawing, or a note: nothing of it is the cell's.
    let (mut tables, mut asides, mut hidden_groups) = (0_usize, 0_usize, Vec::new());
    // Inside a note, and inside its words.
    let (mut noted, mut noting) = (false, false);
    zipped::walk(text, limits, &mut |step| {
        match step {
            Step::Start(e) => match e.local_name().as_ref() {
                "table" => {
                    tables += 1;
                    if tables == 1 {
                        let hidden = zipped::attribute(e, "style-name").is_some_and(|s| hidden_styles.contains(s.as_ref()));
                        reading = next_name.next().map(|name| Reading::new(file, name, hidden));
                    }
                }
                "annotation" | "shapes" | "frame" | "custom-shape" | "forms" => {
                    asides += 1;
                    noted |= e.local_name().as_ref() == "annotation";
                }
                "p" if noted => {
                    noting = true;
                    open.iter_mut().for_each(|o| o.note.push(' '));
                }
                _ if asides > 0 || tables > 1 => {}
                "style" => {
                    style = zipped::attribute(e, "name").unwrap_or_default().into_owned();
                    looks.step(e);
                }
                "text-properties" | "table-cell-properties" => looks.step(e),
                "table-column" => reading.iter_mut().for_each(|r| r.begin_columns(e)),
                "table-properties" if zipped::attribute(e, "display").as_deref() == Some("false") => {
                    hidden_styles.insert(style.clone());
                }
                "table-row-group" => hidden_groups.push(zipped::attribute(e, "display").as_deref() == Some("false")),
                "table-row" => {
                    if let Some(reading) = &mut reading {
                        reading.rows_repeated = zipped::number(e, "number-rows-repeated").unwrap_or(1);
                        let hidden = matches!(zipped::attribute(e, "visibility").as_deref(), Some("collapse" | "filter"));
                        reading.row_hidden = hidden || hidden_groups.contains(&true);
                        reading.row_style = zipped::attribute(e, "default-cell-style-name").map(Cow::into_owned);
                        reading.column = 0;
                    }
                }
                "table-cell" | "covered-table-cell" if reading.is_some() => open = Some(Open::start(e)),
                name => {
                    if let Some(open) = &mut open {
                        match name {
                            "p" | "h" => open.paragraph(),
                            "span" => open.struck |= looks.of(zipped::attribute(e, "style-name").as_deref()).struck,
                            "s" => {
                                let spaces: usize = zipped::number(e, "c").unwrap_or(1);
                                open.text.extend(std::iter::repeat_n(' ', spaces.min(1000)));
                            }
                            "tab" => open.text.push('\t'),
                            "line-break" => open.text.push('\n'),
                            _ => {}
                        }
                    }
                }
            },
            Step::Text(text) if noting => open.iter_mut().for_each(|o| o.note.push_str(text)),
            Step::Text(text) => {
                if let Some(open) = open.as_mut().filter(|o| asides == 0 && tables == 1 && o.paragraphs > 0) {
                    open.text.push_str(text);
                }
            }
            Step::End(name) => match name {
                "annotation" | "shapes" | "frame" | "custom-shape" | "forms" => {
                    asides = asides.saturating_sub(1);
                    noted &= name != "annotation";
                }
                "p" if noted => noting = false,
                "table" => {
                    tables -= 1;
                    if let (0, Some(done)) = (tables, reading.take_if(|_| tables == 0)) {
                        let sheet = done.notes.finish(&mut builder, done.hidden, done.hidden_rows, done.merged);
                        sheets.push(Sheet { marks: done.marks, ..sheet });
                    }
                }
                _ if asides > 0 || tables > 1 => {}
                "table-row-group" => {
                    hidden_groups.pop();
                }
                "table-row" => {
                    if let Some(reading) = &mut reading {
                        reading.end_row(&mut builder)?;
                    }
                }
                "table-cell" | "covered-table-cell" => {
                    if let (Some(reading), Some(open)) = (&mut reading, open.take()) {
                        reading.end_cell(&open, &looks, limits);
                    }
                }
                _ => {}
            },
        }
        Ok(())
    })?;
    Ok(sheets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    fn content(table: &str) -> String {
        format!(
            "<office:document-content><office:automatic-styles><style:style style:name=\"ta2\"><style:table-properties table:display=\"false\"/></style:style></office:automatic-styles>\
             <office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
        )
    }

    fn read(table: &str) -> Vec<Sheet> {
        read_content(&content(table), Looks::default(), "f.ods", &Limits::default()).expect("well-formed")
    }

    fn rows(sheet: &Sheet) -> Vec<(u32, bool, String)> {
        let mut out = Vec::new();
        sheet.grid.for_each(&mut |row| {
            out.push((row.number, row.hidden, row.cells.iter().map(|c| c.shown().into_owned()).collect::<Vec<_>>().join("|")));
            ControlFlow::Continue(())
        });
        out
    }

    #[test]
    fn reads_every_kind_of_cell() {
        let sheets = read(
            "<table:table table:name=\"A\"><table:table-row>\
             <table:table-cell office:value-type=\"string\"><text:p>a<text:s text:c=\"2\"/>b &amp; c</text:p><text:p>d</text:p></table:table-cell>\
             <table:table-cell office:value-type=\"float\" office:value=\"1234.5\"/>\
             <table:table-cell office:value-type=\"date\" office:date-value=\"2021-12-03\"/>\
             <table:table-cell office:value-type=\"time\" office:time-value=\"PT08H30M00S\"/>\
             <table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"/>\
             <table:table-cell table:formula=\"of:=[.B1]*0\" office:value-type=\"float\" office:value=\"0\"/>\
             <table:table-cell table:formula=\"of:=1/0\" office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"><text:p>#DIV/0!</text:p></table:table-cell>\
             <table:table-cell office:value-type=\"string\"><office:annotation><text:p>a note</text:p></office:annotation><text:p>x</text:p></table:table-cell>\
             </table:table-row></table:table>",
        );
        assert_eq!(rows(&sheets[0]), [(1, false, "a  b & c\nd|1234.5|03/12/2021|8:30|oui|=[.B1]*0|#DIV/0!|x".to_owned())]);
        let codes: Vec<&str> = sheets[0].findings.iter().map(|f| f.code.as_str()).collect();
        assert_eq!(codes, ["R09", "R10"]);
    }

    #[test]
    fn knows_cells_struck_through_coloured_and_with_a_note() {
        let text = "<office:document-content><office:automatic-styles>\
             <style:style style:name=\"ce1\"><style:text-properties style:text-line-through-style=\"solid\"/></style:style>\
             <style:style style:name=\"ce2\" style:parent-style-name=\"ce1\"><style:table-cell-properties fo:background-color=\"#ff0000\"/></style:style>\
             </office:automatic-styles><office:body><office:spreadsheet><table:table table:name=\"A\">\
             <table:table-column table:default-cell-style-name=\"ce1\"/><table:table-column/><table:table-row>\
             <table:table-cell office:value-type=\"string\"><text:p>a</text:p></table:table-cell>\
             <table:table-cell table:style-name=\"ce2\" office:value-type=\"string\"><text:p>b</text:p></table:table-cell>\
             <table:table-cell office:value-type=\"string\"><office:annotation><dc:creator>x</dc:creator><text:p>a</text:p><text:p>note</text:p></office:annotation><text:p>c</text:p></table:table-cell>\
             </table:table-row></table:table></office:spreadsheet></office:body></office:document-content>";
        let sheets = read_content(text, Looks::default(), "f.ods", &Limits::default()).expect("well-formed");
        let marks: Vec<_> = sheets[0].marks.iter().map(|(r, c, m)| (r, c, m.struck, m.fill, m.note.as_deref())).collect();
        assert_eq!(marks, [(1, 0, true, None, None), (1, 1, true, Some(0x00FF_0000), None), (1, 2, false, None, Some("a note"))]);
        assert_eq!(rows(&sheets[0]), [(1, false, "a|b|c".to_owned())]);
    }

    #[test]
    fn repeats_what_is_repeated_and_nothing_more() {
        let sheets = read(
            "<table:table table:name=\"A\"><table:table-row table:number-rows-repeated=\"3\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>\
             <table:table-row table:number-rows-repeated=\"2\"><table:table-cell office:value-type=\"float\" office:value=\"7\" table:number-columns-repeated=\"2\"/></table:table-row>\
             <table:table-row table:visibility=\"filter\"><table:table-cell table:number-columns-repeated=\"3\"/><table:table-cell office:value-type=\"string\"><text:p>z</text:p></table:table-cell></table:table-row>\
             <table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row></table:table>",
        );
        assert_eq!(rows(&sheets[0]), [(4, false, "7|7".to_owned()), (5, false, "7|7".to_owned()), (6, true, "|||z".to_owned())]);
    }

    #[test]
    fn stops_when_the_file_fills_a_sheet_by_repeating() {
        let table = "<table:table table:name=\"A\"><table:table-row table:number-rows-repeated=\"1048576\">\
             <table:table-cell office:value-type=\"string\" table:number-columns-repeated=\"16384\"><text:p>boom</text:p></table:table-cell></table:table-row></table:table>";
        let limits = Limits { cells: 100_000, ..Limits::default() };
        assert_eq!(read_content(&content(table), Looks::default(), "f.ods", &limits).err(), Some(Refused::Passed(Passed::Cells)));
    }

    #[test]
    fn knows_merged_areas_and_hidden_sheets() {
        let sheets = read(
            "<table:table table:name=\"A\" table:style-name=\"ta2\">\n <table:table-row>\n  <table:table-cell/>\n  \
             <table:table-cell table:number-columns-spanned=\"3\" table:number-rows-spanned=\"2\" office:value-type=\"string\"><text:p>BANQUE</text:p></table:table-cell>\
             <table:covered-table-cell/></table:table-row></table:table>",
        );
        assert!(sheets[0].hidden);
        assert_eq!(sheets[0].grid.merged, [MergedArea { first_row: 1, last_row: 2, first_column: 1, last_column: 3 }]);
        assert_eq!(sheets[0].findings[0].code, "R08");
    }
}
