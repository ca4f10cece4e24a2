//! Compound files (what `.xls` is inside), looked over before a library interprets them.
//!
//! Chains of sectors that loop or leave the file are refused, and the records of a workbook are counted, so that
//! no claim of the file decides how much memory is asked for. Layout: Microsoft's [MS-CFB] and [MS-XLS].

use super::limits::{Limits, Passed};
use super::marks::{Marks, WHITE};
use super::zipped::Refused;
use std::collections::BTreeMap;

const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const LAST_SECTOR: u32 = 0xFFFF_FFF9;
const MINI_SECTOR: usize = 64;
const MINI_STREAM_BELOW: u64 = 4096;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

struct Entry {
    name: String,
    start: u32,
    size: u64,
    /// The entries beside it in the tree of its folder, and the first one below it.
    links: [u32; 2],
    below: u32,
}

/// A compound file all of whose chains that a reader follows are sound.
pub(crate) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    entries: Vec<Entry>,
}

impl<'a> Compound<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let sectors = bytes.len() / sector;
        let mut file = Self { bytes, sector, fat: Vec::new(), mini_fat: Vec::new(), mini_stream: Vec::new(), entries: Vec::new() };

        // Where the allocation table lies: 109 sectors named in the header, the others in a chain of their own.
        let mut table: Vec<u32> = (0..109).map_while(|i| u32_at(bytes, 76 + 4 * i)).collect();
        let mut next = u32_at(bytes, 68)?;
        let mut seen = 0;
        while next <= LAST_SECTOR {
            seen += 1;
            if seen > sectors {
                return None;
            }
            let words = file.words(next)?;
            let (link, named) = words.split_last()?;
            table.extend_from_slice(named);
            next = *link;
        }
        table.retain(|id| *id <= LAST_SECTOR);
        if table.len() > sectors / (sector / 4) + 2 {
            return None;
        }
        for id in table {
            let words = file.words(id)?;
            file.fat.extend(words);
        }

        let directory = file.chain(u32_at(bytes, 48)?, None)?;
        file.entries = directory.chunks_exact(128).map_while(|e| entry(e, sector)).collect();
        let root = file.entries.first()?;
        let (start, size) = (root.start, root.size);
        if u32_at(bytes, 64)? > 0 {
            file.mini_stream = file.chain(start, Some(size))?;
            let table = file.chain(u32_at(bytes, 60)?, None)?;
            file.mini_fat = table.chunks_exact(4).filter_map(|w| u32_at(w, 0)).collect();
        }
        Some(file)
    }

    fn words(&self, id: u32) -> Option<Vec<u32>> {
        Some(self.sector_at(id)?.chunks_exact(4).filter_map(|w| u32_at(w, 0)).collect())
    }

    /// A sector; the last of a file may be short.
    fn sector_at(&self, id: u32) -> Option<&'a [u8]> {
        let from = (id as usize).checked_add(1)?.checked_mul(self.sector)?;
        let to = from.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(from..to).filter(|s| !s.is_empty())
    }

    /// The bytes along a chain of sectors; `None` when it loops, leaves the file, or is shorter than `size`.
    fn chain(&self, start: u32, size: Option<u64>) -> Option<Vec<u8>> {
        let size = size.map_or(usize::MAX, |s| usize::try_from(s).unwrap_or(usize::MAX));
        let mut out = Vec::new();
        let (mut id, mut steps) = (start, 0);
        while id != END_OF_CHAIN && out.len() < size {
            steps += 1;
            if steps > self.fat.len() {
                return None;
            }
            out.extend_from_slice(self.sector_at(id)?);
            id = *self.fat.get(id as usize)?;
        }
        if size != usize::MAX {
            if out.len() < size {
                return None;
            }
            out.truncate(size);
        }
        Some(out)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.name.eq_ignore_ascii_case(name))
    }

    /// The stream of a name, whole; `None` when it is not there or damaged.
    pub(crate) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        self.content(self.entries.iter().find(|e| e.name.eq_ignore_ascii_case(name))?)
    }

    /// What lies in a folder, by its place in the directory (0 is the whole file): names with their places, in their order.
    pub(crate) fn folder(&self, place: usize) -> Vec<(&str, usize)> {
        let mut waiting: Vec<u32> = self.entries.get(place).map(|e| e.below).into_iter().collect();
        let mut found = BTreeMap::new();
        while let Some(id) = waiting.pop() {
            let Some(e) = self.entries.get(id as usize).filter(|_| id > 0) else { continue };
            if found.insert(id as usize, e.name.as_str()).is_none() {
                waiting.extend(e.links);
            }
        }
        let mut found: Vec<(&str, usize)> = found.into_iter().map(|(place, name)| (name, place)).collect();
        found.sort_unstable();
        found
    }

    /// The stream at a place of the directory.
    pub(crate) fn stream_at(&self, place: usize) -> Option<Vec<u8>> {
        self.content(self.entries.get(place)?)
    }

    fn content(&self, entry: &Entry) -> Option<Vec<u8>> {
        if entry.size >= MINI_STREAM_BELOW {
            return self.chain(entry.start, Some(entry.size));
        }
        let size = usize::try_from(entry.size).ok()?;
        let (mut out, mut id, mut steps) = (Vec::new(), entry.start, 0);
        while id != END_OF_CHAIN && out.len() < size {
            steps += 1;
            if steps > self.mini_fat.len() {
                return None;
            }
            let from = (id as usize).checked_mul(MINI_SECTOR)?;
            out.extend_from_slice(self.mini_stream.get(from..(from + MINI_SECTOR).min(self.mini_stream.len()))?);
            id = *self.mini_fat.get(id as usize)?;
        }
        out.truncate(size);
        (out.len() == size).then_some(out)
    }
}

fn entry(bytes: &[u8], sector: usize) -> Option<Entry> {
    let units: Vec<u16> = (0..32).map_while(|i| u16_at(bytes, 2 * i)).take_while(|u| *u != 0).collect();
    let low = u64::from(u32_at(bytes, 120)?);
    let high = if sector == 512 { 0 } else { u64::from(u32_at(bytes, 124)?) };
    let links = [u32_at(bytes, 68)?, u32_at(bytes, 72)?];
    let (start, below) = (u32_at(bytes, 116)?, u32_at(bytes, 76)?);
    Some(Entry { name: String::from_utf16_lossy(&units), start, size: low | high << 32, links, below })
}

/// What is known of a sheet without interpreting its cells.
#[derive(Debug, Default)]
pub(crate) struct SheetScan {
    /// Rows hidden by hand or by a filter, from 1.
    pub(crate) hidden_rows: Vec<u32>,
    /// Cells struck through and coloured, behind or in their letters.
    pub(crate) marks: Marks,
}

/// Formats of cells that say something: the font of each is struck through or coloured, or a colour lies behind.
#[derive(Debug, Default)]
struct Formats {
    /// There is none of the number 4.
    fonts: Vec<Font>,
    /// The font of each, and the colour behind.
    cells: Vec<(Font, Option<u32>)>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Font {
    struck: bool,
    ink: Option<u32>,
}

/// A colour of the palette of a workbook.
const OF_PALETTE: u32 = 0x0200_0000;

impl Formats {
    fn font(&mut self, data: &[u8]) {
        let ink = u16_at(data, 4).and_then(|c| match c {
            1 | 9 => Some(WHITE),
            2..=7 | 10..=63 => Some(OF_PALETTE | u32::from(c)),
            _ => None,
        });
        self.fonts.push(Font { struck: u16_at(data, 2).is_some_and(|look| look & 0x0008 != 0), ink });
    }

    fn cell(&mut self, data: &[u8]) {
        let font = u16_at(data, 0).map_or(usize::MAX, usize::from);
        let look = if font == 4 { None } else { self.fonts.get(font - usize::from(font > 4)).copied() };
        let solid = u32_at(data, 14).is_some_and(|pattern| pattern >> 26 == 1);
        let colour = u16_at(data, 18).map(|c| u32::from(c & 0x7F)).filter(|c| solid && !matches!(c, 1 | 9 | 64 | 65));
        self.cells.push((look.unwrap_or_default(), colour.map(|c| OF_PALETTE | c)));
    }

    fn mark(&self, format: Option<u16>, row: u64, column: u64, marks: &mut Marks) {
        let (Some((Font { struck, ink }, fill)), Ok(row), Ok(column)) =
            (format.and_then(|f| self.cells.get(usize::from(f))), u32::try_from(row + 1), u16::try_from(column))
        else {
            return;
        };
        if *struck {
            marks.strike(row, column);
        }
        if let Some(colour) = fill {
            marks.fill(row, column, *colour);
        }
        if let Some(colour) = ink {
            marks.ink(row, column, *colour);
        }
    }
}

/// The sheets of a workbook stream, in order, once everything a library would believe has been checked.
pub(crate) fn scan_workbook(stream: &[u8], limits: &Limits) -> Result<Vec<SheetScan>, Refused> {
    let (mut starts, mut formats) = (Vec::new(), Formats::default());
    for record in records(stream) {
        let (kind, data) = record?;
        match kind {
            FILE_PASS if u16_at(data, 0) != Some(0) => return Err(Refused::Locked),
            FONT => formats.font(data),
            FORMAT => formats.cell(data),
            BOUND_SHEET => starts.push(u32_at(data, 0).ok_or(Refused::Damaged)? as usize),
            END => break,
            _ => {}
        }
    }
    if starts.len() > limits.sheets {
        return Err(Passed::Sheets.into());
    }
    let (mut sheets, mut filled, mut area) = (Vec::new(), 0_u64, 0_u64);
    for start in starts {
        let (sheet, cells, span) = scan_sheet(stream.get(start..).ok_or(Refused::Damaged)?, &formats)?;
        filled += cells;
        area += span;
        sheets.push(sheet);
    }
    // The library holds the whole area between the outermost cells.
    if filled > limits.cells as u64 || area > (limits.cells as u64 / 4).max(filled.saturating_mul(4)) {
        return Err(Passed::Cells.into());
    }
    Ok(sheets)
}

const FILE_PASS: u16 = 0x002F;
const BOUND_SHEET: u16 = 0x0085;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const DIMENSIONS: u16 = 0x0200;
const ROW: u16 = 0x0208;
const MANY_NUMBERS: u16 = 0x00BD;
const FONT: u16 = 0x0031;
const FORMAT: u16 = 0x00E0;

/// Hidden rows and marks, number of filled cells, and the area between the outermost ones.
fn scan_sheet(stream: &[u8], formats: &Formats) -> Result<(SheetScan, u64, u64), Refused> {
    let mut scan = SheetScan::default();
    let (mut depth, mut cells) = (0_usize, 0);
    let (mut top, mut left, mut bottom, mut right) = (u64::MAX, u64::MAX, 0, 0);
    for record in records(stream) {
        let (kind, data) = record?;
        let short = |at: usize| u16_at(data, at).map(u64::from).ok_or(Refused::Damaged);
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            // A chart inside the sheet has records of its own.
            _ if depth > 1 => {}
            DIMENSIONS => check_dimensions(data)?,
            ROW if data.len() >= 14 && data[12] & 0x20 != 0 => scan.hidden_rows.push(short(0)? as u32 + 1),
            // Texts of formulas (0x0207) have no position of their own: they belong to the formula before them.
            0x0006 | 0x00D6 | 0x00FD | 0x0203 | 0x0204 | 0x0205 | 0x027E | MANY_NUMBERS => {
                let (row, first) = (short(0)?, short(2)?);
                let last = if kind == MANY_NUMBERS { short(data.len().saturating_sub(2))? } else { first };
                if last < first {
                    return Err(Refused::Damaged);
                }
                let width = if kind == MANY_NUMBERS { 6 } else { 0 };
                for column in first..=last {
                    let at = 4 + width * usize::try_from(column - first).unwrap_or(usize::MAX / 8);
                    formats.mark(u16_at(data, at), row, column, &mut scan.marks);
                }
                cells += last - first + 1;
                (top, left) = (top.min(row), left.min(first));
                (bottom, right) = (bottom.max(row), right.max(last));
            }
            _ => {}
        }
    }
    let area = if cells == 0 { 0 } else { (bottom - top + 1) * (right - left + 1) };
    Ok((scan, cells, area))
}

/// The library asks for memory by this record: it must stay within a sheet.
fn check_dimensions(data: &[u8]) -> Result<(), Refused> {
    let read = || -> Option<[u32; 4]> {
        let short = |at: usize| u16_at(data, at).map(u32::from);
        Some(match data.len() {
            10 => [short(0)?, short(2)?, short(4)?, short(6)?],
            _ => [u32_at(data, 0)?, u32_at(data, 4)?, short(8)?, short(10)?],
        })
    };
    let [first_row, rows, mut first_column, columns] = read().ok_or(Refused::Damaged)?;
    if first_column > 0xFF || columns < first_column {
        first_column = 0;
    }
    let empty = rows == 0 || columns == 0;
    let sound = rows <= 65_536 && columns <= 256 && first_row < 65_536 && first_row < rows && first_column < columns;
    if empty && first_row < 65_536 || sound { Ok(()) } else { Err(Refused::Damaged) }
}

/// Records of a stream: their type and their data.
fn records(mut stream: &[u8]) -> impl Iterator<Item = Result<(u16, &[u8]), Refused>> {
    std::iter::from_fn(move || {
        if stream.is_empty() {
            return None;
        }
        let record = (|| {
            let size = usize::from(u16_at(stream, 2)?);
            Some((u16_at(stream, 0)?, stream.get(4..4 + size)?))
        })();
        stream = record.map_or(&[], |(_, data)| &stream[4 + data.len()..]);
        Some(record.ok_or(Refused::Damaged))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    fn shorts(values: &[u16]) -> Vec<u8> {
        values.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    /// A stream of one sheet, its records written by hand from [MS-XLS].
    fn workbook(sheet: &[Vec<u8>]) -> Vec<u8> {
        let globals = |start: u32| [record(BEGIN, &[0; 4]), record(BOUND_SHEET, &start.to_le_bytes()), record(END, &[])].concat();
        let start = globals(0).len() as u32;
        [globals(start), record(BEGIN, &[0; 4]), sheet.concat(), record(END, &[])].concat()
    }

    #[test]
    fn finds_hidden_rows() {
        let mut row = shorts(&[16, 0, 3, 255, 0, 0, 0x20, 0]);
        let stream = workbook(&[record(ROW, &row)]);
        assert_eq!(scan_workbook(&stream, &Limits::default()).expect("sound")[0].hidden_rows, [17]);
        row[12] = 0;
        let stream = workbook(&[record(ROW, &row)]);
        assert!(scan_workbook(&stream, &Limits::default()).expect("sound")[0].hidden_rows.is_empty());
    }

    #[test]
    fn finds_cells_struck_through_and_coloured() {
        let font = |look: u16| record(FONT, &[shorts(&[200, look]), vec![0; 12]].concat());
        // The fonts 0 to 3 and 5: the number 4 is left out. Of formats: a font, 12 bytes, a solid pattern, its colour.
        let format = |font: u16, pattern: u32, colour: u16| {
            record(FORMAT, &[shorts(&[font]), vec![0; 12], (pattern << 26).to_le_bytes().to_vec(), shorts(&[colour])].concat())
        };
        let formats = [font(0), font(0), font(0), font(0), font(8), format(0, 0, 10), format(5, 0, 0), format(0, 1, 10)].concat();
        let cell = |column: u16, format: u16| record(0x0203, &[shorts(&[2, column, format]), vec![0; 8]].concat());
        let many = record(MANY_NUMBERS, &shorts(&[3, 0, 0, 0, 0, 1, 0, 0, 1]));
        let globals =
            |start: u32| [record(BEGIN, &[0; 4]), formats.clone(), record(BOUND_SHEET, &start.to_le_bytes()), record(END, &[])].concat();
        let start = globals(0).len() as u32;
        let stream = [globals(start), record(BEGIN, &[0; 4]), cell(0, 0), cell(1, 1), cell(2, 2), many, record(END, &[])].concat();
        let scans = scan_workbook(&stream, &Limits::default()).expect("sound");
        let marks: Vec<_> = scans[0].marks.iter().map(|(r, c, m)| (r, c, m.struck, m.fill)).collect();
        assert_eq!(marks, [(3, 1, true, None), (3, 2, false, Some(0x0200_000A)), (4, 1, true, None)]);
    }

    #[test]
    fn refuses_what_would_ask_for_too_much_memory() {
        let huge = [u32::MAX.to_le_bytes(), [0; 4]].concat();
        let corner = |row, column| record(0x0203, &[shorts(&[row, column, 0]), vec![0; 8]].concat());
        assert_eq!(
            scan_workbook(&workbook(&[record(DIMENSIONS, &[huge, vec![0; 6]].concat())]), &Limits::default()).err(),
            Some(Refused::Damaged)
        );
        let cells = workbook(&[corner(0, 0), corner(65_535, 255)]);
        assert_eq!(scan_workbook(&cells, &Limits::default()).err(), Some(Refused::Passed(Passed::Cells)));
        assert!(scan_workbook(&workbook(&[corner(0, 0), corner(100, 9)]), &Limits::default()).is_ok());
    }

    #[test]
    fn knows_a_password() {
        let stream = [record(BEGIN, &[0; 4]), record(FILE_PASS, &[1, 0])].concat();
        assert_eq!(scan_workbook(&stream, &Limits::default()).err(), Some(Refused::Locked));
    }

    #[test]
    fn refuses_a_chain_that_loops() {
        // A header, a table whose sector 1 follows itself, and the directory in sector 1.
        let mut file = vec![0_u8; 512 * 3];
        file[30] = 9;
        file[76..512].fill(0xFF);
        file[76..80].copy_from_slice(&0_u32.to_le_bytes());
        file[68..72].copy_from_slice(&END_OF_CHAIN.to_le_bytes());
        file[48..52].copy_from_slice(&1_u32.to_le_bytes());
        file[512..1024].fill(0xFF);
        file[516..520].copy_from_slice(&END_OF_CHAIN.to_le_bytes());
        assert!(Compound::parse(&file).is_some());
        file[516..520].copy_from_slice(&1_u32.to_le_bytes());
        assert!(Compound::parse(&file).is_none());
    }
}
