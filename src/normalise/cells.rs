//! One cell → one value of a fact, as the fact's kind and the column's way of writing say.

use crate::facts::{FactDecl, FactKind, NumberForm, Role as FactRole, Value};
use crate::ground::{Exact, Money, Nir};
use crate::normalise::mapping::{ColumnMapping, Meaning};
use crate::normalise::profile::option_of;
use crate::normalise::text::fold;
use crate::normalise::titles;
use crate::normalise::values::{self, Mark, RateForm, Unread};
use crate::read::table::Cell;
use chrono::NaiveDate;
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A number from a cell; nothing from an empty one.
///
/// # Errors
/// N01, N09 for a formula that was never computed, N11.
#[inline]
pub fn number(cell: &Cell<'_>, mark: Mark) -> Result<Option<Exact>, Unread> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Text(t) => values::amount(t, mark),
        Cell::Number(n) => {
            let n = Exact::from_decimal(*n).ok_or(Unread("N01"))?;
            if mark == Mark::Cents { values::of_cents(n).map(Some) } else { Ok(Some(n)) }
        }
        Cell::Date(_) | Cell::Flag(_) => Err(Unread("N01")),
        Cell::Broken(_) => Err(Unread("N09")),
    }
}

/// A number of days from a cell: also `1 journée`, `1/2 journée`, `2 jours`.
///
/// # Errors
/// As for [`number`].
pub fn days(cell: &Cell<'_>, mark: Mark) -> Result<Option<Exact>, Unread> {
    if let Cell::Text(t) = cell { values::days(t, mark) } else { number(cell, mark) }
}

/// An amount in cents. A spreadsheet's own rounding dust (less than a hundredth of a cent) is dropped.
pub fn cents(value: Exact) -> Result<Money, Unread> {
    if let Some(m) = Money::from_exact(value) {
        return Ok(m);
    }
    let near = value.scaled_half_up(100).ok_or(Unread("N01"))?;
    let dust = value.sub(Exact::cents(near)).and_then(|d| d.abs().scaled_half_up(100_000));
    if dust.is_some_and(|d| d < 10) { Ok(Money::from_cents(near)) } else { Err(Unread("N01")) }
}

/// The whole numbers of a text, the largest first: `IB 778 - IM 640`.
pub fn numbers_within(text: &str) -> Vec<i64> {
    let mut all: Vec<i64> = text.split(|c: char| !c.is_ascii_digit()).filter_map(|w| w.parse().ok()).collect();
    all.sort_unstable_by_key(|n| std::cmp::Reverse(*n));
    all
}

/// Texts that come again and again (services, grades, towns) are held once.
#[derive(Default)]
pub struct Interned {
    known: BTreeMap<Box<str>, Arc<str>>,
}

impl Interned {
    pub fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let made: Arc<str> = text.into();
        if self.known.len() < 20_000 {
            self.known.insert(text.into(), Arc::clone(&made));
        }
        made
    }
}

/// An identity number of 13 characters, whose key was worked out.
pub const WITHOUT_KEY: &str = "N31";

/// What a cell says of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub value: Value,
    /// Of a working time: whether the post itself is reduced, when that is written.
    pub reduced_post: Option<bool>,
    /// Taken from the hours alone.
    pub presumed: bool,
    /// Read, and yet to be reported: the code of the finding.
    pub remark: Option<&'static str>,
}

impl Read {
    pub const fn of(value: Value) -> Self {
        Self { value, reduced_post: None, presumed: false, remark: None }
    }
}

/// Reads a cell as a fact.
///
/// # Errors
/// The code of the finding.
pub fn value(
    cell: &Cell<'_>,
    fact: &FactDecl,
    column: &ColumnMapping,
    latest: NaiveDate,
    texts: &mut Interned,
) -> Result<Option<Read>, Unread> {
    if let Cell::Broken(_) = cell {
        return Err(Unread("N09"));
    }
    let shown = cell.shown();
    let text = shown.as_ref();
    if text.is_empty() {
        return Ok(None);
    }
    // « néant » where a number would stand; where it would be a new value, it may end the old one.
    let counts = matches!(fact.kind, FactKind::Number { .. });
    if counts && matches!(cell, Cell::Text(_)) && !matches!(column.meaning, Meaning::New(_)) && titles::says_nothing(text) {
        return Ok(None);
    }
    // « neutre » where a personal rate would stand: there is none.
    if matches!(cell, Cell::Text(_)) && fact.none.iter().any(|w| fold(w) == fold(text).trim_end_matches('.')) {
        return Ok(None);
    }
    if let (FactKind::Number { form }, Cell::Text(t)) = (&fact.kind, cell)
        && matches!(form, NumberForm::Hours | NumberForm::Days | NumberForm::Points | NumberForm::Count)
        && values::in_euros(t)
    {
        return Err(Unread("N19"));
    }
    // A number stored as a number is shown with a point, however the texts of its column are written.
    let mark = if matches!(cell, Cell::Number(_)) { Mark::Dot } else { column.mark };
    let numeric = |n: Option<Exact>| n.map(|n| Read::of(Value::Number(n)));
    match &fact.kind {
        FactKind::Number { form } => match form {
            NumberForm::Fraction => {
                let weekly = column.weekly;
                Ok(values::working_time(text, weekly, mark)?.map(|w| Read {
                    value: Value::Number(w.share),
                    reduced_post: w.reduced_post,
                    presumed: w.presumed && !column.tenths,
                    remark: None,
                }))
            }
            NumberForm::Rate => match cell {
                Cell::Number(n) => {
                    let n = Exact::from_decimal(*n).ok_or(Unread("N02"))?;
                    Ok(numeric(if column.rate_form == RateForm::Percent { n.div(Exact::int(100)) } else { Some(n) }))
                }
                Cell::Empty | Cell::Text(_) | Cell::Date(_) | Cell::Flag(_) | Cell::Broken(_) => {
                    Ok(numeric(values::rate(text, column.rate_form, column.mark)?))
                }
            },
            NumberForm::Hours => match cell {
                // « 24/35ème » under the hours of the post.
                Cell::Text(t) if t.contains('/') && fact.name == "heures_poste" => {
                    let share = values::working_time(t, true, column.mark)?.map(|w| w.share);
                    Ok(numeric(share.and_then(|s| s.mul(Exact::int(35))).map(Exact::reduced)))
                }
                Cell::Text(t) => Ok(numeric(values::hours(t, column.mark)?)),
                Cell::Empty | Cell::Number(_) | Cell::Date(_) | Cell::Flag(_) | Cell::Broken(_) => Ok(numeric(number(cell, column.mark)?)),
            },
            NumberForm::Money => {
                let n = number(cell, column.mark)?;
                n.map(|n| cents(n).map(|m| Read::of(Value::Number(m.exact())))).transpose()
            }
            NumberForm::Points | NumberForm::Count => {
                let n = match cell {
                    Cell::Text(t) => values::amount(values::without_unit(t), column.mark)?,
                    Cell::Empty | Cell::Number(_) | Cell::Date(_) | Cell::Flag(_) | Cell::Broken(_) => number(cell, column.mark)?,
                };
                if n.is_some_and(|n| n.whole().is_none()) {
                    return Err(Unread("N07"));
                }
                Ok(numeric(n))
            }
            NumberForm::Days => Ok(numeric(days(cell, column.mark)?)),
        },
        FactKind::Date => Ok(date(cell, latest)?.map(|d| Read::of(Value::Date(d)))),
        FactKind::Flag => Ok(values::flag(text)?.map(|b| Read::of(Value::Flag(b)))),
        FactKind::Choice { options } => option_of(options, &fold(text)).map(|i| Some(Read::of(Value::Choice(i)))).ok_or(Unread("N06")),
        FactKind::Text => Ok(Some(text_fact(text, cell, fact, texts))),
    }
}

/// A date from a cell of any kind.
///
/// # Errors
/// N03.
pub fn date(cell: &Cell<'_>, latest: NaiveDate) -> Result<Option<NaiveDate>, Unread> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Date(d) => Ok(Some(*d)),
        Cell::Number(n) => {
            let whole = n.to_i64().filter(|i| rust_decimal::Decimal::from(*i) == *n);
            // 20211201, stored as a number.
            let compact = || whole.and_then(|i| values::date(&i.to_string(), latest).ok().flatten());
            whole.and_then(values::serial).or_else(compact).map(Some).ok_or(Unread("N03"))
        }
        Cell::Text(t) => values::date(t, latest),
        Cell::Flag(_) | Cell::Broken(_) => Err(Unread("N03")),
    }
}

fn text_fact(text: &str, cell: &Cell<'_>, fact: &FactDecl, texts: &mut Interned) -> Read {
    match fact.role {
        Some(FactRole::IdentityNumber) => {
            let plain: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-')).collect();
            // Without its key the number is whole all the same: the key follows from it.
            if plain.len() == 13
                && let Some(key) = Nir::key(&plain.to_uppercase())
            {
                let whole = format!("{plain}{key:02}");
                return Read { value: Value::Text(whole.as_str().into()), reduced_post: None, presumed: false, remark: Some(WITHOUT_KEY) };
            }
            let short = plain.chars().count() != 15;
            Read { value: Value::Text(plain.as_str().into()), reduced_post: None, presumed: false, remark: short.then_some("N04") }
        }
        Some(FactRole::Iban) => {
            let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            Read::of(Value::Text(plain.as_str().into()))
        }
        // A postal code of the first nine departments loses its zero in a number.
        Some(FactRole::PostalCode) if matches!(cell, Cell::Number(_)) && text.len() == 4 => {
            Read::of(Value::Text(texts.get(&format!("0{text}"))))
        }
        Some(_) | None => Read::of(Value::Text(texts.get(&text.split_whitespace().collect::<Vec<_>>().join(" ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 1 58 11 24 964 319: 97 - 1581124964319 mod 97.
    #[test]
    fn a_number_without_its_key_gets_it() {
        let key = 97 - 1_581_124_964_319_u64 % 97;
        let decl = FactDecl {
            name: "nir".to_owned(),
            kind: FactKind::Text,
            label: crate::ground::Words::new("NIR", ""),
            printed: None,
            headings: Vec::new(),
            role: Some(FactRole::IdentityNumber),
            recurs: true,
            since_january: false,
            adds: None,
            follows: None,
            of_person: false,
            other_posts: None,
            worked_out: None,
            most: None,
            none: Vec::new(),
            parts: Vec::new(),
            causes: crate::facts::Causes::default(),
        };
        let text = |t: &str| {
            let read = text_fact(t, &Cell::Text(t.into()), &decl, &mut Interned::default());
            (read.value.text().unwrap_or_default().to_owned(), read.remark)
        };
        assert_eq!(text("1 58 11 24 964 319"), (format!("1581124964319{key:02}"), Some(WITHOUT_KEY)));
        assert_eq!(text(&format!("1 58 11 24 964 319 {key:02}")), (format!("1581124964319{key:02}"), None));
        assert_eq!(text("1 58 11 24 964"), ("1581124964".to_owned(), Some("N04")));
    }
}
