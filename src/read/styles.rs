//! How the cells of an XLSX workbook look: which are struck through, which have a colour behind or of their letters, which have a
//! note, and which show a unit.

use super::limits::Limits;
use super::marks::{Marks, WHITE};
use super::sheet::corner;
use super::zipped::{self, Refused, Step};
use quick_xml::events::BytesStart;
use std::collections::{BTreeMap, BTreeSet};

/// Formats of cells that say something, by their number.
#[derive(Default)]
pub(crate) struct Styles {
    struck: BTreeSet<u32>,
    fills: BTreeMap<u32, u32>,
    inks: BTreeMap<u32, u32>,
    /// Words that number formats show: « min ».
    units: BTreeMap<u32, String>,
}

/// Reads `xl/styles.xml`.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Styles, Refused> {
    let mut styles = Styles::default();
    let (mut fonts, mut fills, mut formats) = (0_u32, 0_u32, 0_u32);
    let (mut struck, mut colours, mut inks) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    let mut units = BTreeMap::new();
    let (mut part, mut solid) = (String::new(), false);
    zipped::walk(text, limits, &mut |step| {
        match step {
            Step::Start(e) => match (part.as_str(), e.local_name().as_ref()) {
                (_, name @ ("numFmts" | "fonts" | "fills" | "cellXfs" | "cellStyleXfs" | "dxfs")) => name.clone_into(&mut part),
                ("numFmts", "numFmt") => {
                    let unit = zipped::attribute(e, "formatCode").and_then(|code| unit(&code));
                    units.extend(zipped::number::<u32>(e, "numFmtId").zip(unit));
                }
                ("fonts", "font") => fonts += 1,
                ("fonts", "strike") if strikes(e) => {
                    struck.insert(fonts.saturating_sub(1));
                }
                ("fonts", "color") => inks.extend(ink(e).map(|c| (fonts.saturating_sub(1), c))),
                ("fills", "fill") => fills += 1,
                ("fills", "patternFill") => solid = zipped::attribute(e, "patternType").as_deref() == Some("solid"),
                ("fills", "fgColor") if solid => {
                    colours.extend(colour(e).map(|c| (fills.saturating_sub(1), c)));
                }
                ("cellXfs", "xf") => {
                    let id = |name| zipped::number::<u32>(e, name).unwrap_or(0);
                    if struck.contains(&id("fontId")) {
                        styles.struck.insert(formats);
                    }
                    styles.fills.extend(colours.get(&id("fillId")).map(|c| (formats, *c)));
                    styles.inks.extend(inks.get(&id("fontId")).map(|c| (formats, *c)));
                    styles.units.extend(units.get(&id("numFmtId")).map(|u: &String| (formats, u.clone())));
                    formats += 1;
                }
                _ => {}
            },
            Step::End(name @ ("numFmts" | "fonts" | "fills" | "cellXfs" | "cellStyleXfs" | "dxfs")) if name == part => part.clear(),
            Step::End(_) | Step::Text(_) => {}
        }
        Ok(())
    })?;
    Ok(styles)
}

/// The words in quotation marks of a number format's first part: `0" min"`. None where it has no letter.
fn unit(code: &str) -> Option<String> {
    let first = code.split(';').next().unwrap_or(code);
    let quoted = first.split('"').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
    Some(quoted.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|u| u.chars().any(char::is_alphabetic))
}

/// `<strike/>`, and not `<strike val="0"/>`.
fn strikes(e: &BytesStart<'_>) -> bool {
    zipped::attribute(e, "val").is_none() || zipped::flag(e, "val")
}

/// A colour as one number; none for white and for what is left to the program.
fn colour(e: &BytesStart<'_>) -> Option<u32> {
    if let Some(rgb) = zipped::attribute(e, "rgb") {
        let rgb = u32::from_str_radix(&rgb, 16).ok()? & 0x00FF_FFFF;
        return (rgb != 0x00FF_FFFF).then_some(rgb);
    }
    let tint = zipped::attribute(e, "tint").map_or(0, |t| t.bytes().fold(0_u32, |n, b| n.wrapping_mul(31).wrapping_add(u32::from(b))));
    match (zipped::number::<u32>(e, "theme"), zipped::number::<u32>(e, "indexed")) {
        (Some(0), _) if tint == 0 => None,
        (Some(theme), _) => Some(0x0100_0000 | (theme << 16 & 0x00FF_0000) | (tint & 0xFFFF)),
        (None, Some(9 | 64 | 65)) | (None, None) => None,
        (None, Some(indexed)) => Some(0x0200_0000 | indexed),
    }
}

/// A colour of letters; none for black.
fn ink(e: &BytesStart<'_>) -> Option<u32> {
    let rgb = zipped::attribute(e, "rgb").and_then(|c| u32::from_str_radix(&c, 16).ok()).map(|c| c & WHITE);
    let tinted = zipped::attribute(e, "tint").is_some_and(|t| t != "0");
    match (rgb, zipped::number::<u32>(e, "theme"), zipped::number::<u32>(e, "indexed")) {
        (Some(WHITE), ..) | (None, None, Some(1 | 9)) => Some(WHITE),
        (None, Some(0), _) if !tinted => Some(WHITE),
        (None, Some(1), _) if !tinted => None,
        (Some(0), ..) | (None, None, Some(0 | 8 | 64..)) => None,
        _ => colour(e),
    }
}

/// Texts of the workbook that are struck through, wholly or in part.
#[derive(Default)]
pub(crate) struct Struck {
    texts: BTreeSet<u32>,
    at: Option<u32>,
    reads: bool,
}

impl Struck {
    /// Another part begins; only the texts that cells share are looked at.
    pub(crate) fn begin(&mut self, part: &str) {
        self.reads = part == "xl/sharedstrings.xml";
    }

    pub(crate) fn step(&mut self, step: &Step<'_>) {
        let (true, Step::Start(e)) = (self.reads, step) else { return };
        match e.local_name().as_ref() {
            "si" => self.at = Some(self.at.map_or(0, |n| n + 1)),
            "strike" if strikes(e) => self.texts.extend(self.at),
            _ => {}
        }
    }
}

/// Follows the cells of a sheet and marks those that look like something.
pub(crate) struct CellMarks<'a> {
    styles: &'a Styles,
    struck: &'a Struck,
    plain: bool,
    column: Option<u16>,
    shared: bool,
    value: bool,
}

impl<'a> CellMarks<'a> {
    pub(crate) fn new(styles: &'a Styles, struck: &'a Struck, sheet: &str) -> Self {
        // A text that stands in its cell says itself how it looks.
        let within = memchr::memmem::find(sheet.as_bytes(), b"strike").is_some();
        let looks = [&styles.fills, &styles.inks].iter().any(|s| !s.is_empty()) || !styles.units.is_empty();
        let plain = styles.struck.is_empty() && !looks && struck.texts.is_empty() && !within;
        Self { styles, struck, plain, column: None, shared: false, value: false }
    }

    pub(crate) fn step(&mut self, step: &Step<'_>, row: u32, marks: &mut Marks) {
        match step {
            Step::Start(e) => match e.local_name().as_ref() {
                "row" => self.column = None,
                "c" if !self.plain => self.cell(e, row, marks),
                "v" => self.value = self.shared,
                "strike" if strikes(e) => self.mark(row, marks),
                _ => {}
            },
            Step::Text(text) if self.value => {
                if text.trim().parse().is_ok_and(|n: u32| self.struck.texts.contains(&n)) {
                    self.mark(row, marks);
                }
            }
            Step::End("v") => self.value = false,
            Step::End(_) | Step::Text(_) => {}
        }
    }

    fn mark(&self, row: u32, marks: &mut Marks) {
        if let Some(column) = self.column {
            marks.strike(row, column);
        }
    }

    fn cell(&mut self, e: &BytesStart<'_>, row: u32, marks: &mut Marks) {
        let next = || Some(self.column.map_or(0, |c| c.saturating_add(1)));
        self.column = zipped::attribute(e, "r").and_then(|r| corner(&r)).map(|c| c.1).or_else(next);
        self.shared = !self.struck.texts.is_empty() && zipped::attribute(e, "t").as_deref() == Some("s");
        let (Some(column), Some(style)) = (self.column, zipped::number::<u32>(e, "s")) else { return };
        if self.styles.struck.contains(&style) {
            marks.strike(row, column);
        }
        if let Some(colour) = self.styles.fills.get(&style) {
            marks.fill(row, column, *colour);
        }
        if let Some(colour) = self.styles.inks.get(&style) {
            marks.ink(row, column, *colour);
        }
        if let Some(unit) = self.styles.units.get(&style) {
            marks.unit(row, column, unit);
        }
    }
}

/// The notes of a workbook, by the part they stand in, and which sheet each part belongs to.
#[derive(Default)]
pub(crate) struct Notes {
    parts: BTreeMap<String, Vec<(u32, u16, String)>>,
    of_sheet: BTreeMap<String, BTreeSet<String>>,
}

impl Notes {
    /// Reads what a sheet refers to.
    pub(crate) fn relations(&mut self, part: &str, text: &str, limits: &Limits) -> Result<(), Refused> {
        let sheet = part.replace("/_rels/", "/").trim_end_matches(".rels").to_owned();
        let mut targets = BTreeSet::new();
        zipped::walk(text, limits, &mut |step| {
            if let Step::Start(e) = step
                && e.local_name().as_ref() == "Relationship"
                && let Some(target) = zipped::attribute(e, "Target")
            {
                let target = target.replace('\\', "/").to_lowercase();
                let beside = || target.strip_prefix("../").map_or_else(|| format!("xl/worksheets/{target}"), |t| format!("xl/{t}"));
                targets.insert(target.strip_prefix('/').map_or_else(beside, str::to_owned));
            }
            Ok(())
        })?;
        self.of_sheet.insert(sheet, targets);
        Ok(())
    }

    /// Reads a part of notes. Of each, the words that a person wrote.
    pub(crate) fn part(&mut self, part: String, text: &str, limits: &Limits) -> Result<(), Refused> {
        let mut notes = Vec::new();
        let (mut at, mut words, mut said) = (None, String::new(), false);
        zipped::walk(text, limits, &mut |step| {
            match step {
                Step::Start(e) => match e.local_name().as_ref() {
                    "comment" | "threadedComment" => {
                        at = zipped::attribute(e, "ref").and_then(|r| corner(&r));
                        words.clear();
                    }
                    "t" | "text" => said = true,
                    _ => {}
                },
                Step::Text(text) if said => words.push_str(text),
                Step::End("t" | "text") => said = false,
                Step::End("comment" | "threadedComment") => notes.extend(at.take().map(|(r, c)| (r, c, std::mem::take(&mut words)))),
                Step::End(_) | Step::Text(_) => {}
            }
            Ok(())
        })?;
        self.parts.insert(part, notes);
        Ok(())
    }

    /// Puts the notes of a sheet to its marks. A conversation stands also in the older form, with words of the program: it comes last.
    pub(crate) fn of(&self, sheet: &str, marks: &mut Marks) {
        let parts = || self.of_sheet.get(sheet).into_iter().flatten();
        let threads = |p: &str| p.contains("threadedcomment");
        for part in parts().filter(|p| !threads(p)).chain(parts().filter(|p| threads(p))) {
            for (row, column, text) in self.parts.get(part).into_iter().flatten() {
                marks.note(*row, *column, text);
            }
        }
    }
}
