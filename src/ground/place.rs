//! Where something was read: what every value carries from the first stage on.
//!
//! Values carry a compact [`At`]; [`Sources`] turns it into a [`Place`] a person can go to.

use super::digits::Digits;
use super::words::Lang;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Compact position: a source (file, or sheet of a file), a row and a column.
///
/// `row` is what a person sees (line of a text file, row of a sheet), from 1; 0 means the whole source.
/// `column` counts from 0; [`At::NO_COLUMN`] means the whole row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct At {
    pub source: u16,
    pub column: u16,
    pub row: u32,
}

impl At {
    pub const NO_COLUMN: u16 = u16::MAX;
    /// No source at all: a value that follows from a setting, a decision or a default.
    pub const NOWHERE: Self = Self { source: u16::MAX, column: Self::NO_COLUMN, row: 0 };

    pub const fn cell(source: u16, row: u32, column: u16) -> Self {
        Self { source, column, row }
    }
    pub const fn row(source: u16, row: u32) -> Self {
        Self { source, column: Self::NO_COLUMN, row }
    }
    pub const fn source(source: u16) -> Self {
        Self { source, column: Self::NO_COLUMN, row: 0 }
    }
}

/// What kind of thing a source is, which decides how its places are spoken of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SourceKind {
    /// A sheet of a workbook: places are cells, `F42`.
    Sheet,
    /// A text file with columns: places are lines and column titles.
    Text,
    /// A structured document (XML, DSN): rows are its lines.
    Document,
}

/// One source as registered: a text file, one sheet, one document.
#[derive(Clone, Debug)]
pub struct Source {
    /// File name relative to `inbox/`, with `/` between folders.
    pub file: String,
    pub sheet: Option<String>,
    pub kind: SourceKind,
    /// Column titles, by column, once they are known.
    pub headings: Vec<String>,
}

/// Where each cell of a table that was laid out anew stands in its sheet: row and column.
pub type Moved = BTreeMap<(u32, u16), (u32, u16)>;

/// All sources of a run, in a fixed order.
#[derive(Clone, Default, Debug)]
pub struct Sources {
    list: Vec<Source>,
    moved: BTreeMap<u16, Moved>,
    gathered: BTreeMap<u16, Gathered>,
}

/// Rows of several sheets in one table: where each stands, and how many columns were put in front of it.
#[derive(Clone, Default, Debug)]
struct Gathered {
    before: u16,
    rows: Vec<(u16, u32)>,
    /// Where a column of the table stands in one of its sheets, when not in the same place.
    columns: BTreeMap<(u16, u16), u16>,
}

impl Sources {
    pub fn add(&mut self, source: Source) -> u16 {
        let id = u16::try_from(self.list.len()).expect("the reader limits files to fewer than 65,000 sheets");
        self.list.push(source);
        id
    }
    /// Says where the cells of a table laid out anew stand in its sheet: its places are those of the sheet.
    pub fn lay_out(&mut self, id: u16, moved: Moved) {
        self.moved.insert(id, moved);
    }
    /// Says where the rows of a table made of several sheets stand: source and row of each, from the first, and the columns
    /// put in front of them.
    pub fn put_together(&mut self, id: u16, before: u16, rows: Vec<(u16, u32)>) {
        self.gathered.insert(id, Gathered { before, rows, columns: BTreeMap::new() });
    }
    /// Says that a column of a table made of several sheets stands elsewhere in one of them.
    pub fn put_beside(&mut self, id: u16, part: u16, (whole, own): (u16, u16)) {
        self.gathered.entry(id).or_default().columns.insert((part, whole), own);
    }
    /// The sources whose rows stand in a table made of several; none for any other.
    pub fn parts(&self, id: u16) -> impl Iterator<Item = &Source> {
        let parts: BTreeSet<u16> = self.gathered.get(&id).into_iter().flat_map(|g| g.rows.iter().map(|r| r.0)).collect();
        parts.into_iter().filter_map(|p| self.get(p))
    }
    pub fn get(&self, id: u16) -> Option<&Source> {
        self.list.get(usize::from(id))
    }
    pub fn get_mut(&mut self, id: u16) -> Option<&mut Source> {
        self.list.get_mut(usize::from(id))
    }
    pub fn iter(&self) -> impl Iterator<Item = (u16, &Source)> {
        self.list.iter().enumerate().map(|(i, s)| (i as u16, s))
    }
    pub fn len(&self) -> usize {
        self.list.len()
    }
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The place a person can go to; [`Place::Nowhere`] for an unknown source.
    pub fn place(&self, at: At) -> Place {
        let Some((s, at, heading)) = self.stands(at) else { return Place::Nowhere };
        let heading = heading.map(str::to_owned);
        if at.row == 0 {
            return match &s.sheet {
                Some(sheet) => Place::Sheet { file: s.file.clone(), sheet: sheet.clone() },
                None => Place::File { file: s.file.clone() },
            };
        }
        match s.kind {
            SourceKind::Sheet => Place::Cell {
                file: s.file.clone(),
                sheet: s.sheet.clone().unwrap_or_default(),
                row: at.row,
                column: (at.column != At::NO_COLUMN).then_some(at.column),
                heading,
            },
            SourceKind::Text | SourceKind::Document => Place::Line { file: s.file.clone(), line: at.row, heading },
        }
    }

    /// Adds the place to a text, as [`Place`] is displayed.
    pub fn push_place(&self, at: At, out: &mut String) {
        match self.stands(at) {
            Some((s, at, heading)) if at.row > 0 && s.kind != SourceKind::Sheet => push_line(out, &s.file, at.row, heading),
            _ => out.push_str(&self.place(at).shown(Lang::Fr)),
        }
    }

    /// Where a value stands in its sheet as it was written.
    pub fn written_at(&self, at: At) -> At {
        self.stands(at).map_or(at, |(_, at, _)| at)
    }

    /// The source with the row and column where a value stands in it as it was written, and the title of its column.
    fn stands(&self, at: At) -> Option<(&Source, At, Option<&str>)> {
        let s = self.get(at.source)?;
        let heading = s.headings.get(usize::from(at.column)).map(String::as_str).filter(|h| !h.is_empty());
        if at.row == 0 {
            return Some((s, at, heading));
        }
        let index = usize::try_from(at.row).unwrap_or(usize::MAX).wrapping_sub(1);
        if let Some((of, (source, row))) = self.gathered.get(&at.source).and_then(|g| Some((g, *g.rows.get(index)?)))
            && source != at.source
        {
            let moved = of.columns.get(&(source, at.column)).copied();
            let own = moved.or_else(|| at.column.checked_sub(of.before)).filter(|_| at.column != At::NO_COLUMN);
            return self.stands(At { source, row, column: own.unwrap_or(At::NO_COLUMN) });
        }
        let stands = self.moved.get(&at.source).and_then(|m| m.get(&(at.row, at.column)).or_else(|| m.get(&(at.row, At::NO_COLUMN))));
        let at = stands.map_or(at, |(row, column)| At { source: at.source, column: *column, row: *row });
        Some((s, at, heading))
    }
}

/// `agents.csv:17 (Échelon)`.
fn push_line(out: &mut String, file: &str, line: u32, heading: Option<&str>) {
    out.push_str(file);
    out.push(':');
    out.push_str(Digits::of(i128::from(line), 0).as_str());
    if let Some(h) = heading {
        out.push_str(" (");
        out.push_str(h);
        out.push(')');
    }
}

/// A place in the reader's language: a cell, a line, a stretch of rule text, or a whole file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Place {
    Nowhere,
    File {
        file: String,
    },
    Sheet {
        file: String,
        sheet: String,
    },
    Cell {
        file: String,
        sheet: String,
        row: u32,
        column: Option<u16>,
        heading: Option<String>,
    },
    Line {
        file: String,
        line: u32,
        heading: Option<String>,
    },
    /// Bytes `start..end` of a rule file, with the line and column a person counts from 1.
    Rule {
        file: String,
        line: u32,
        column: u32,
        start: usize,
        end: usize,
    },
}

/// The name of a file without its folders and its ending.
pub fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Letters of a spreadsheet column: 0 is `A`, 26 is `AA`.
pub fn column_letters(column: u16) -> String {
    let mut n = u32::from(column) + 1;
    let mut out = Vec::new();
    while n > 0 {
        let r = (n - 1) % 26;
        out.push(b'A' + r as u8);
        n = (n - 1) / 26;
    }
    out.reverse();
    String::from_utf8(out).unwrap_or_default()
}

impl Place {
    /// The file it is in.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Nowhere => None,
            Self::File { file }
            | Self::Sheet { file, .. }
            | Self::Cell { file, .. }
            | Self::Line { file, .. }
            | Self::Rule { file, .. } => Some(file),
        }
    }
    /// As people speak of it.
    pub fn shown(&self, lang: Lang) -> String {
        let quoted = |text: &str| match lang {
            Lang::Fr => format!("« {text} »"),
            Lang::En => format!("“{text}”"),
        };
        let title = |heading: &Option<String>| heading.as_ref().map_or_else(String::new, |h| format!(" ({h})"));
        match self {
            Self::Nowhere => "–".to_owned(),
            Self::File { file } => file.clone(),
            Self::Sheet { file, sheet } => format!("{file}, {}", quoted(sheet)),
            Self::Cell { file, sheet, row, column, heading } => {
                let cell = match (column, lang) {
                    (Some(c), _) => format!("{}{row}", column_letters(*c)),
                    (None, Lang::Fr) => format!("ligne {row}"),
                    (None, Lang::En) => format!("row {row}"),
                };
                format!("{file}, {}, {cell}{}", quoted(sheet), title(heading))
            }
            Self::Line { file, line, heading } => {
                let mut out = String::new();
                push_line(&mut out, file, *line, heading.as_deref());
                out
            }
            Self::Rule { file, line, column, .. } => format!("{file}:{line}:{column}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown(Lang::Fr))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_a_table_laid_out_anew_is_where_its_sheet_has_it() {
        let mut sources = Sources::default();
        let sheet = Source { file: "hs.xlsx".into(), sheet: Some("Mai".into()), kind: SourceKind::Sheet, headings: Vec::new() };
        let id = sources.add(sheet);
        sources.lay_out(id, Moved::from([((2, 3), (4, 1))]));
        assert_eq!(sources.place(At::cell(id, 2, 3)).to_string(), "hs.xlsx, « Mai », B4");
        assert_eq!(sources.place(At::cell(id, 9, 0)).to_string(), "hs.xlsx, « Mai », A9");
    }

    #[test]
    fn a_row_of_a_table_made_of_several_sheets_is_where_its_sheet_has_it() {
        let mut sources = Sources::default();
        let sheet = |name: &str| Source { file: "b.xls".into(), sheet: Some(name.into()), kind: SourceKind::Sheet, headings: Vec::new() };
        let (a, b) = (sources.add(sheet("A")), sources.add(sheet("B")));
        let whole = sources.add(Source { sheet: None, ..sheet("") });
        sources.put_together(whole, 2, vec![(a, 8), (a, 9), (b, 12)]);
        assert_eq!(sources.place(At::cell(whole, 3, 4)).to_string(), "b.xls, « B », C12");
        assert_eq!(sources.place(At::cell(whole, 2, 0)).to_string(), "b.xls, « A », ligne 9");
        assert_eq!(sources.place(At::source(whole)).to_string(), "b.xls");
        assert_eq!(sources.parts(whole).map(|s| s.sheet.as_deref()).collect::<Vec<_>>(), [Some("A"), Some("B")]);
        sources.put_beside(whole, b, (7, 3));
        assert_eq!(sources.place(At::cell(whole, 3, 7)).to_string(), "b.xls, « B », D12");
    }

    #[test]
    fn names_columns_as_spreadsheets_do() {
        for (n, l) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(n), l);
        }
    }
}
