//! Where the person of a row is written, and numbers and names as registers write them.

use crate::facts::Role as FactRole;
use crate::ground::EmployeeId;
use crate::normalise::Context;
use crate::normalise::mapping::{Meaning, SourceMapping};
use crate::normalise::people::Who;
use crate::normalise::text::{fold, is_courtesy};
use crate::read::table::{Cell, Row};
use std::borrow::Cow;

/// Where the person of a row is written.
#[derive(Clone, Debug, Default)]
pub struct WhoColumns {
    pub id: Option<usize>,
    pub(super) surname: Option<usize>,
    pub(super) given: Option<usize>,
    pub(super) full: Option<usize>,
    pub(super) nir: Option<usize>,
}

impl WhoColumns {
    /// Whether rows name whom they are about, beside their number.
    pub const fn has_names(&self) -> bool {
        self.surname.is_some() || self.full.is_some() || self.nir.is_some()
    }

    pub fn new(source: &SourceMapping, cx: &Context<'_>) -> Self {
        let of = |r: FactRole| {
            let f = cx.vocabulary.role(r)?;
            source.column(Meaning::Fact(f)).map(|c| usize::from(c.column))
        };
        Self {
            id: of(FactRole::Employee),
            surname: of(FactRole::Surname).or_else(|| of(FactRole::MarriedName)),
            given: of(FactRole::GivenName),
            full: of(FactRole::FullName),
            nir: of(FactRole::IdentityNumber),
        }
    }
    pub fn given_names(&self) -> Option<usize> {
        self.given
    }
    pub fn any(&self) -> bool {
        self.id.is_some() || self.surname.is_some() || self.full.is_some() || self.nir.is_some()
    }
    /// Where the name of a row begins.
    pub(super) const fn name(&self) -> Option<usize> {
        match self.surname {
            Some(c) => Some(c),
            None => self.full,
        }
    }
    /// Columns a merged cell is carried down in.
    pub fn columns(&self) -> Vec<usize> {
        [self.id, self.surname, self.given, self.full].into_iter().flatten().collect()
    }
    pub fn read(&self, row: &Row<'_, '_>) -> Who {
        let text = |c: Option<usize>| c.map(|c| shown(row, c).into_owned()).unwrap_or_default();
        // A number that kept a decimal part has lost its zeros, whatever the cell is now.
        let numeric = self.id.is_some_and(|c| match row.cells.get(c) {
            Some(Cell::Number(_)) => true,
            Some(cell) => cell.shown().contains(['.', ',']),
            None => false,
        });
        let (mut surname, mut given) = (text(self.surname), text(self.given));
        let mut number = None;
        if surname.is_empty()
            && let Some(full) = self.full
        {
            let whole = shown(row, full);
            let (id, name) = numbered_name(&whole).map_or((None, whole.as_ref()), |(id, name)| (Some(id), name));
            (surname, given) = split_name(name);
            number = id.map(str::to_owned);
        }
        let (surname, given) = without_courtesy(surname, given);
        let id = self.id.map(|c| tidy_number(shown(row, c)).into_owned()).filter(|t| !t.is_empty()).or(number).unwrap_or_default();
        let nir = self.nir.and_then(|c| nir_key(&shown(row, c)));
        Who { id, numeric, named: false, nir, surname, given }
    }
}

/// The thirteen characters that make an identity number, when they all stand there.
pub fn nir_key(text: &str) -> Option<Box<str>> {
    let t: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).take(13).collect();
    (t.len() == 13 && t.bytes().filter(u8::is_ascii_digit).count() >= 12).then(|| t.to_uppercase().into())
}

/// A number of an employee without what a spreadsheet left on it: the mark of a text (`'00102`), a decimal part (`102.0`).
pub fn tidy_number(text: Cow<'_, str>) -> Cow<'_, str> {
    let marked = text.starts_with(['\'', '\u{2019}']);
    let decimal = text
        .split_once(['.', ','])
        .is_some_and(|(a, b)| !a.is_empty() && a.bytes().all(|c| c.is_ascii_digit()) && !b.is_empty() && b.bytes().all(|c| c == b'0'));
    if !marked && !decimal {
        return text;
    }
    let bare = text.trim_start_matches(['\'', '\u{2019}']);
    Cow::Owned(if decimal { bare.split(['.', ',']).next().unwrap_or(bare) } else { bare }.trim().to_owned())
}

/// `00102 - ARNOUX Jean-Noël`, `ARNOUX Jean-Noël (00102)`: the number and the name of one cell.
pub fn numbered_name(text: &str) -> Option<(&str, &str)> {
    let is_number = |w: &str| {
        let digits = w.bytes().filter(u8::is_ascii_digit).count();
        w.len() <= 12 && digits >= 2 && digits * 2 >= w.len() && w.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let blank = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2013}' | ':' | '/' | '(' | ')');
    let t = text.trim();
    let named = |s: &str| s.chars().filter(|c| c.is_alphabetic()).count() >= 3 && !s.bytes().any(|b| b.is_ascii_digit());
    let (first, rest) = t.split_once(blank)?;
    // « 2       GAUDIN Gaëlle »: a single digit that stands apart.
    let single = first.len() == 1 && first.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with("  ");
    if (is_number(first) || single) && named(rest) {
        return Some((first, rest.trim_matches(blank)));
    }
    let (rest, last) = t.trim_end_matches(blank).rsplit_once(blank)?;
    (is_number(last) && named(rest)).then(|| (last, rest.trim_matches(blank)))
}

/// « M. THÉVENOT Thierry » beside « Thierry »: the surname without the title before it and without the given name behind.
pub fn without_courtesy(surname: String, given: String) -> (String, String) {
    let words: Vec<&str> = surname.split_whitespace().collect();
    let titled = words.len() > 1 && is_courtesy(&fold(words[0]));
    let own = &words[usize::from(titled)..];
    let first: Vec<&str> = given.split_whitespace().collect();
    let twice = !first.is_empty() && own.len() > first.len() && fold(&own[own.len() - first.len()..].join(" ")) == fold(&given);
    if !titled && !twice {
        return (surname, given);
    }
    (own[..own.len() - if twice { first.len() } else { 0 }].join(" "), given)
}

/// Words in capitals are the surname; without any, the first word is.
pub fn split_name(full: &str) -> (String, String) {
    // « LEDOUX M. »: behind the surname alone it is the first letter of a given name.
    let all: Vec<&str> = full.split_whitespace().collect();
    let initial = |i: usize| i == 1 && all.len() == 2 && all[1].chars().filter(|c| c.is_alphabetic()).count() == 1;
    let words: Vec<&str> = all.iter().enumerate().filter(|(i, w)| initial(*i) || !is_courtesy(&fold(w))).map(|(_, w)| *w).collect();
    let capital =
        |w: &&&str| w.chars().filter(|c| c.is_alphabetic()).count() > 1 && w.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let upper: Vec<&str> = words.iter().filter(capital).copied().collect();
    if upper.is_empty() || upper.len() == words.len() {
        let (first, rest) = words.split_first().map_or(("", &[][..]), |(f, r)| (*f, r));
        return (first.to_owned(), rest.join(" "));
    }
    let rest: Vec<&str> = words.iter().filter(|w| !capital(w)).copied().collect();
    (upper.join(" "), rest.join(" "))
}

pub fn shown<'r>(row: &'r Row<'_, '_>, column: usize) -> Cow<'r, str> {
    row.cells.get(column).map_or(Cow::Borrowed(""), Cell::shown)
}

/// An employee for a slip's number as it will be known.
pub fn employee(text: &str) -> Option<EmployeeId> {
    EmployeeId::parse(text)
}
