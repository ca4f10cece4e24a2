//! Workbooks that Excel 2003 tools write as XML, often under the name `.xls` → grids of cells, one per sheet.

use super::grid::Builder;
use super::limits::{Limits, Passed};
use super::marks::Marks;
use super::sheet::{Notes, Sheet, Workbook, Wrong, broken, iso_date_cell, number_cell};
use super::table::{Cell, MergedArea};
use super::zipped::{self, Refused, Step};
use quick_xml::events::BytesStart;
use std::borrow::Cow;
use std::collections::BTreeSet;

pub(crate) fn read_xml2003(bytes: &[u8], file: &str, limits: &Limits) -> Result<Workbook, Refused> {
    let text = super::encoding::text(bytes);
    // Names first: the notes of a sheet borrow its name.
    let mut names = Vec::new();
    zipped::walk(&text, limits, &mut |step| {
        if let Step::Start(e) = step
            && e.local_name().as_ref() == "Worksheet"
        {
            names.push(zipped::attribute(e, "Name").unwrap_or_default().into_owned());
        }
        if names.len() > limits.sheets { Err(Passed::Sheets.into()) } else { Ok(()) }
    })?;
    let mut reading = Reading { builder: Builder::new(limits), struck_styles: BTreeSet::new(), style: String::new(), open: None };
    let (mut sheets, mut next) = (Vec::new(), names.iter());
    zipped::walk(&text, limits, &mut |step| {
        if let Step::Start(e) = &step
            && e.local_name().as_ref() == "Worksheet"
        {
            reading.open = next.next().map(|name| Open::new(file, name));
        }
        reading.step(&step)?;
        if let Step::End("Worksheet") = step {
            sheets.extend(reading.finish());
        }
        Ok(())
    })?;
    Ok(Workbook { sheets, macros: false })
}

struct Reading<'a> {
    builder: Builder,
    /// Styles that strike through, and the one being read.
    struck_styles: BTreeSet<String>,
    style: String,
    open: Option<Open<'a>>,
}

/// One sheet as it is being read; rows and columns from 0.
struct Open<'a> {
    notes: Notes<'a>,
    marks: Marks,
    merged: Vec<MergedArea>,
    hidden_rows: Vec<u32>,
    hidden: bool,
    row: u32,
    next_row: u32,
    column: u32,
    next_column: u32,
    row_struck: bool,
    struck: bool,
    formula: Option<String>,
    kind: String,
    value: String,
    note: String,
    within: Within,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Data,
    Note,
}

impl<'a> Open<'a> {
    fn new(file: &'a str, name: &'a str) -> Self {
        Self {
            notes: Notes::new(file, name),
            marks: Marks::default(),
            merged: Vec::new(),
            hidden_rows: Vec::new(),
            hidden: false,
            row: 0,
            next_row: 0,
            column: 0,
            next_column: 0,
            row_struck: false,
            struck: false,
            formula: None,
            kind: String::new(),
            value: String::new(),
            note: String::new(),
            within: Within::Nothing,
        }
    }

    fn begin_row(&mut self, e: &BytesStart<'_>, struck: bool) {
        self.row = index(e).unwrap_or(self.next_row);
        self.next_row = self.row.saturating_add(1).saturating_add(zipped::number(e, "Span").unwrap_or(0));
        (self.next_column, self.row_struck) = (0, struck);
        if zipped::flag(e, "Hidden") {
            self.hidden_rows.push(self.row.saturating_add(1));
        }
    }

    fn begin_cell(&mut self, e: &BytesStart<'_>, struck: bool) {
        self.column = index(e).unwrap_or(self.next_column);
        let (across, down) = (zipped::number(e, "MergeAcross").unwrap_or(0_u32), zipped::number(e, "MergeDown").unwrap_or(0_u32));
        self.next_column = self.column.saturating_add(1).saturating_add(across);
        if let (true, Ok(first)) = (across > 0 || down > 0, u16::try_from(self.column)) {
            let last = u16::try_from(self.next_column - 1).unwrap_or(first);
            let row = self.row.saturating_add(1);
            self.merged.push(MergedArea { first_row: row, last_row: row.saturating_add(down), first_column: first, last_column: last });
        }
        self.struck = struck || self.row_struck && zipped::attribute(e, "StyleID").is_none();
        self.formula = zipped::attribute(e, "Formula").map(Cow::into_owned);
        self.kind.clear();
        self.value.clear();
        self.note.clear();
    }

    fn end_cell(&mut self, builder: &mut Builder) -> Result<(), Passed> {
        let value = self.value.trim();
        let formula = self.formula.as_deref();
        let read = match (self.kind.as_str(), value) {
            ("", _) => match formula {
                Some(f) => (broken(f), Some(Wrong::NeverComputed)),
                None => (Cell::Empty, None),
            },
            ("Number", v) => match v.parse::<f64>() {
                Ok(n) => number_cell(n, formula),
                Err(_) => (Cell::Broken(Cow::Borrowed(v)), Some(Wrong::ErrorValue)),
            },
            ("DateTime", v) => (iso_date_cell(v), None),
            ("Boolean", v) => (Cell::Flag(v == "1"), None),
            ("Error", v) => (Cell::Broken(Cow::Borrowed(v)), Some(Wrong::ErrorValue)),
            (_, v) => (Cell::Text(Cow::Borrowed(v)), None),
        };
        if let Ok(column) = u16::try_from(self.column) {
            if self.struck && !matches!(read.0, Cell::Empty) {
                self.marks.strike(self.row.saturating_add(1), column);
            }
            self.marks.note(self.row.saturating_add(1), column, &self.note);
        }
        self.notes.put(builder, self.row, self.column, &read)
    }
}

/// `ss:Index`, from 0.
fn index(e: &BytesStart<'_>) -> Option<u32> {
    zipped::number::<u32>(e, "Index").and_then(|n| n.checked_sub(1))
}

impl Reading<'_> {
    fn step(&mut self, step: &Step<'_>) -> Result<(), Refused> {
        match step {
            Step::Start(e) => self.start(e),
            Step::End(name) => self.end(name)?,
            Step::Text(t) => match &mut self.open {
                Some(o) if o.within == Within::Data => o.value.push_str(t),
                Some(o) if o.within == Within::Note => o.note.push_str(t),
                _ => {}
            },
        }
        Ok(())
    }

    fn start(&mut self, e: &BytesStart<'_>) {
        let name = e.local_name();
        let Some(open) = &mut self.open else {
            match name.as_ref() {
                "Style" => self.style = zipped::attribute(e, "ID").unwrap_or_default().into_owned(),
                "Font" if zipped::flag(e, "StrikeThrough") => {
                    self.struck_styles.insert(self.style.clone());
                }
                _ => {}
            }
            return;
        };
        let struck = zipped::attribute(e, "StyleID").is_some_and(|s| self.struck_styles.contains(s.as_ref()));
        match name.as_ref() {
            "Row" => open.begin_row(e, struck),
            "Cell" => open.begin_cell(e, struck),
            "Data" if open.within == Within::Note => open.note.push(' '),
            "Data" => {
                open.kind = zipped::attribute(e, "Type").unwrap_or_default().into_owned();
                open.within = Within::Data;
            }
            "S" if open.within == Within::Data => open.struck = true,
            "Comment" => open.within = Within::Note,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) -> Result<(), Refused> {
        let Some(open) = &mut self.open else { return Ok(()) };
        match name {
            "Data" if open.within == Within::Data => open.within = Within::Nothing,
            "Comment" => open.within = Within::Nothing,
            "Cell" => open.end_cell(&mut self.builder)?,
            // Written of hidden sheets alone.
            "Visible" => open.hidden = true,
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> Option<Sheet> {
        let done = self.open.take()?;
        let sheet = done.notes.finish(&mut self.builder, done.hidden, done.hidden_rows, done.merged);
        Some(Sheet { marks: done.marks, ..sheet })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    #[test]
    fn reads_cells_where_they_stand() {
        let text = "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
             <Styles><Style ss:ID=\"s1\"><Font ss:StrikeThrough=\"1\"/></Style></Styles><Worksheet ss:Name=\"A\"><Table>\
             <Row><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">a &amp; b</Data></Cell><Cell><Data ss:Type=\"String\">c</Data></Cell></Row>\
             <Row ss:Index=\"4\" ss:Hidden=\"1\"><Cell ss:Index=\"2\" ss:StyleID=\"s1\"><Data ss:Type=\"Number\">6.5</Data></Cell>\
             <Cell><Data ss:Type=\"DateTime\">2021-12-03T00:00:00.000</Data><Comment><ss:Data>vu</ss:Data></Comment></Cell>\
             <Cell ss:Formula=\"=1\"/></Row></Table></Worksheet></Workbook>";
        let book = read_xml2003(text.as_bytes(), "a.xls", &Limits::default()).map_err(|_| ()).expect("well-formed");
        let mut rows = Vec::new();
        book.sheets[0].grid.for_each(&mut |row| {
            rows.push((row.number, row.hidden, row.cells.iter().map(|c| c.shown().into_owned()).collect::<Vec<_>>().join("|")));
            ControlFlow::Continue(())
        });
        assert_eq!(rows, [(1, false, "a & b||c".to_owned()), (4, true, "|6.5|03/12/2021|=1".to_owned())]);
        let marks: Vec<_> = book.sheets[0].marks.iter().map(|(r, c, m)| (r, c, m.struck, m.note.as_deref())).collect();
        assert_eq!(marks, [(4, 1, true, None), (4, 2, false, Some("vu"))]);
    }
}
