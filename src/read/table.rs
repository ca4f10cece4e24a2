//! What every tabular reader hands on: rows of cells, each with the row number a person sees.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;

/// One cell as it was stored. Text files give only `Empty` and `Text`.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    /// A number stored as a number, taken out as its shortest decimal.
    Number(Decimal),
    Date(NaiveDate),
    Flag(bool),
    /// A formula that was never computed, or an error value such as `#N/A`; holds what the file says.
    Broken(Cow<'a, str>),
}

impl Cell<'_> {
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
    /// The text a person sees, trimmed; dates as `dd/mm/yyyy`, numbers without trailing zeros.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(t) => Cow::Borrowed(t.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')),
            Self::Number(n) => Cow::Owned(n.normalize().to_string()),
            Self::Date(d) => Cow::Owned(d.format("%d/%m/%Y").to_string()),
            Self::Flag(true) => Cow::Borrowed("oui"),
            Self::Flag(false) => Cow::Borrowed("non"),
            Self::Broken(t) => Cow::Borrowed(t),
        }
    }
}

/// One row: its number (from 1, as a person counts) and its cells from column 0. Trailing empty cells may be missing.
#[derive(Debug)]
pub struct Row<'r, 'a> {
    pub number: u32,
    pub cells: &'r [Cell<'a>],
    /// Hidden by a filter or by hand; read like any other.
    pub hidden: bool,
}
