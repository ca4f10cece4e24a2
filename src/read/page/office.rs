//! Text documents (DOCX, ODT) → a page. What a revision took out is not read.

use super::Page;
use crate::read::limits::Limits;
use crate::read::ods::Looks;
use crate::read::zipped::{self, Archive, Refused, Step};
use quick_xml::events::BytesStart;

/// Elements whose text is not the document's: what was moved away, taken out, noted, or stands there twice.
const ASIDE: [&str; 6] = ["moveFrom", "Fallback", "tracked-changes", "annotation", "sequence-decls", "forms"];

/// Reads the headers of a document, then its text, into rows.
pub(crate) fn read(bytes: &[u8], limits: &Limits, page: &mut Page) -> Result<(), Refused> {
    let mut archive = Archive::open(bytes, limits)?;
    let mut parts: Vec<String> =
        archive.names().iter().filter(|n| n.starts_with("word/header") || n.starts_with("word/footer")).cloned().collect();
    parts.sort();
    // A foot stands last: it is no title of the tables.
    parts.sort_by_key(|n| n.starts_with("word/footer"));
    let text = parts.iter().position(|n| n.starts_with("word/footer")).unwrap_or(parts.len());
    let main = ["word/document.xml", "content.xml"].iter().find(|n| archive.has(n)).ok_or(Refused::Damaged)?;
    parts.insert(text, (*main).to_owned());
    for part in parts {
        if let Some(bytes) = archive.part_named(&part)? {
            walk(zipped::as_text(&bytes)?, limits, page)?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Reading {
    tables: usize,
    aside: usize,
    /// In the text of a run, and whether the run is struck through.
    spoken: bool,
    run: bool,
    struck: bool,
    /// Columns of the open cell.
    span: u32,
    /// Styles of an ODT.
    looks: Looks,
}

fn walk(text: &str, limits: &Limits, page: &mut Page) -> Result<(), Refused> {
    let mut r = Reading::default();
    zipped::walk(text, limits, &mut |step| {
        match step {
            Step::Start(e) => r.start(e, page)?,
            Step::End(name) => r.end(name, page)?,
            Step::Text(t) if r.aside == 0 && r.spoken => {
                if r.struck && !t.trim().is_empty() {
                    page.strike();
                }
                page.text(t);
            }
            Step::Text(_) => {}
        }
        Ok(())
    })
}

impl Reading {
    fn start(&mut self, e: &BytesStart<'_>, page: &mut Page) -> Result<(), Refused> {
        let name = e.local_name();
        let name = name.as_ref();
        if ASIDE.contains(&name) {
            self.aside += 1;
        }
        if self.aside > 0 {
            return Ok(());
        }
        match name {
            "tbl" | "table" => {
                self.tables += 1;
                if self.tables == 1 {
                    page.begin_table()?;
                }
            }
            "tr" | "table-row" if self.tables == 1 => page.begin_row(false)?,
            "tc" if self.tables == 1 => page.begin_cell(1, 1)?,
            "table-cell" | "covered-table-cell" if self.tables == 1 => page.begin_cell(1, 1)?,
            "gridSpan" if self.tables == 1 => self.span = zipped::number(e, "val").unwrap_or(1),
            "style" | "text-properties" => self.looks.step(e),
            "span" => self.struck = self.looks.of(zipped::attribute(e, "style-name").as_deref()).struck,
            "r" => (self.run, self.struck) = (true, false),
            "strike" | "dstrike" if self.run => {
                self.struck = !zipped::attribute(e, "val").is_some_and(|v| matches!(v.as_ref(), "0" | "false" | "off"));
            }
            "t" => self.spoken = true,
            // An ODT has its text in paragraphs; a DOCX in `t` within them.
            "p" | "h" if e.name().as_ref().starts_with("text:") => self.spoken = true,
            "tab" | "br" | "line-break" | "s" | "cr" if self.run || self.spoken => page.text(" "),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str, page: &mut Page) -> Result<(), Refused> {
        if ASIDE.contains(&name) {
            self.aside = self.aside.saturating_sub(1);
        }
        if self.aside > 0 {
            return Ok(());
        }
        match name {
            "tbl" | "table" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    page.begin_table()?;
                }
            }
            "tr" | "table-row" if self.tables == 1 => page.end_row()?,
            "tc" if self.tables == 1 => {
                page.end_cell()?;
                // Cells that the one before covers stand in no file.
                for _ in 1..std::mem::replace(&mut self.span, 1).min(super::SPAN) {
                    page.begin_cell(1, 1)?;
                    page.end_cell()?;
                }
            }
            "table-cell" | "covered-table-cell" if self.tables == 1 => page.end_cell()?,
            "t" => self.spoken = false,
            "r" | "span" => (self.run, self.struck) = (false, false),
            "p" | "h" => {
                page.end_paragraph()?;
                self.spoken = false;
            }
            _ => {}
        }
        Ok(())
    }
}
