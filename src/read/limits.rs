//! How much a reader takes before it stops, and how repeated troubles become one finding.
//!
//! The files come from a network that was attacked: every count a file can choose has a bound here.

use crate::ground::{Finding, Place, Severity, Words};
use std::collections::BTreeMap;

/// Bounds on what a file may ask for. [`Limits::default`] suits a laptop.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a workbook, which is held in memory.
    pub workbook_bytes: u64,
    /// Bytes of a text file, which is streamed.
    pub text_bytes: u64,
    /// Bytes of all parts of a zipped workbook once inflated.
    pub inflated_bytes: u64,
    /// Inflated bytes above which a part must not be `ratio` times its compressed size.
    pub ratio_free_bytes: u64,
    pub ratio: u64,
    /// Parts in a zipped workbook.
    pub parts: usize,
    pub sheets: usize,
    /// Filled cells of one workbook.
    pub cells: usize,
    /// Rows of a text file.
    pub rows: u32,
    /// Columns of a row.
    pub columns: usize,
    /// Elements within elements.
    pub nesting: usize,
    /// Bytes of one line of text, or of one cell.
    pub line_bytes: usize,
    /// Bytes and lines a quoted field may span before its opening quote is taken for a stray one.
    pub quoted_bytes: usize,
    pub quoted_lines: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            workbook_bytes: 256 << 20,
            text_bytes: 64 << 30,
            inflated_bytes: 1 << 30,
            ratio_free_bytes: 50 << 20,
            ratio: 200,
            parts: 10_000,
            sheets: 1_000,
            cells: 20_000_000,
            rows: 500_000_000,
            columns: 16_384,
            nesting: 64,
            line_bytes: 1 << 20,
            quoted_bytes: 64 << 10,
            quoted_lines: 200,
        }
    }
}

impl Limits {
    /// Those of an archive within another.
    #[must_use]
    pub const fn inner(self) -> Self {
        Self { inflated_bytes: self.inflated_bytes / 8, parts: self.parts / 8, ..self }
    }
}

/// A limit that a file passed: finding R05.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    FileBytes(u64),
    InflatedBytes,
    Ratio,
    Parts,
    Sheets,
    Cells,
    Rows,
    Columns,
    Nesting,
}

impl Passed {
    pub(crate) fn finding(self, limits: &Limits, place: Place) -> Finding {
        let (words, limit) = match self {
            Self::FileBytes(limit) => (Words::new("le fichier dépasse {limit} Mio", "the file is larger than {limit} MiB"), limit >> 20),
            Self::InflatedBytes => (
                Words::new("une fois décompressé, le fichier dépasse {limit} Mio", "once inflated, the file is larger than {limit} MiB"),
                limits.inflated_bytes >> 20,
            ),
            Self::Ratio => (
                Words::new(
                    "une partie du fichier grossit plus de {limit} fois à la décompression",
                    "a part of the file grows more than {limit} times when inflated",
                ),
                limits.ratio,
            ),
            Self::Parts => {
                (Words::new("le fichier a plus de {limit} parties", "the file has more than {limit} parts"), limits.parts as u64)
            }
            Self::Sheets => {
                (Words::new("le classeur a plus de {limit} feuilles", "the workbook has more than {limit} sheets"), limits.sheets as u64)
            }
            Self::Cells => {
                (Words::new("le classeur a plus de {limit} cellules", "the workbook has more than {limit} cells"), limits.cells as u64)
            }
            Self::Rows => (Words::new("plus de {limit} lignes", "more than {limit} rows"), u64::from(limits.rows)),
            Self::Columns => (Words::new("plus de {limit} colonnes", "more than {limit} columns"), limits.columns as u64),
            Self::Nesting => (Words::new("plus de {limit} éléments imbriqués", "more than {limit} nested elements"), limits.nesting as u64),
        };
        Finding::new("R05", Severity::Justify).arg("limit", limit).text(words).at(place)
    }
}

/// How many places a repeated trouble names; the rest is counted.
const PLACES_SHOWN: usize = 8;

/// The same trouble met many times in one source becomes one finding: how often, and the first places.
#[derive(Default, Debug)]
pub(crate) struct Tally(BTreeMap<&'static str, (Severity, u64, Vec<Place>)>);

impl Tally {
    pub(crate) fn note(&mut self, code: &'static str, severity: Severity, place: impl FnOnce() -> Place) {
        let entry = self.0.entry(code).or_insert((severity, 0, Vec::new()));
        entry.1 += 1;
        if entry.2.len() < PLACES_SHOWN {
            entry.2.push(place());
        }
    }

    pub(crate) fn finish(self) -> Vec<Finding> {
        self.0
            .into_iter()
            .map(|(code, (severity, count, places))| places.into_iter().fold(Finding::new(code, severity).arg("count", count), Finding::at))
            .collect()
    }
}
