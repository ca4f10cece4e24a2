//! Months of pay and days within them.

use super::words::Lang;
use chrono::{Datelike, Month, NaiveDate};
use std::fmt;

/// A month for which people are paid, `2021-12`. An optional one takes no more room: there are lines by the million.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PayMonth {
    year: i16,
    month: Month,
}

impl PayMonth {
    /// `None` unless the month is 1 to 12 and the year 1900 to 2199.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        (1900..2200).contains(&year).then_some(Self { year: year as i16, month })
    }
    /// Reads `2021-12`.
    pub fn parse(text: &str) -> Option<Self> {
        let (y, m) = text.trim().split_once('-')?;
        Self::new(y.parse().ok()?, m.parse().ok()?)
    }
    pub fn of(date: NaiveDate) -> Self {
        let month = Month::try_from(date.month() as u8).expect("a day is in one of twelve months");
        Self { year: date.year() as i16, month }
    }
    pub const fn year(self) -> i32 {
        self.year as i32
    }
    pub const fn month(self) -> u32 {
        self.month.number_from_month()
    }
    #[must_use]
    pub const fn previous(self) -> Self {
        let year = if matches!(self.month, Month::January) { self.year - 1 } else { self.year };
        Self { year, month: self.month.pred() }
    }
    #[must_use]
    pub const fn next(self) -> Self {
        let year = if matches!(self.month, Month::December) { self.year + 1 } else { self.year };
        Self { year, month: self.month.succ() }
    }
    /// The same month a year before.
    #[must_use]
    pub const fn last_year(self) -> Self {
        Self { year: self.year - 1, month: self.month }
    }
    /// How many months lie from another to this one; negative when it comes later.
    pub const fn months_since(self, other: Self) -> i64 {
        (self.year as i64 - other.year as i64) * 12 + self.month() as i64 - other.month() as i64
    }
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.month(), 1).expect("a month that was checked when made")
    }
    pub fn last_day(self) -> NaiveDate {
        self.next().first_day().pred_opt().expect("every month has a day before it")
    }
    /// Calendar days, 28 to 31.
    pub fn days(self) -> u32 {
        self.last_day().day()
    }
    /// Adds `2021-12` to a text.
    pub fn push_to(self, out: &mut String) {
        out.push_str(std::str::from_utf8(&self.text()).expect("digits and a dash are ASCII"));
    }
    fn text(self) -> [u8; 7] {
        let digit = |n: i16| b'0' + (n % 10).unsigned_abs() as u8;
        let (year, month) = (self.year, self.month() as i16);
        [digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), b'-', digit(month / 10), digit(month)]
    }
    pub fn contains(self, date: NaiveDate) -> bool {
        Self::of(date) == self
    }
}

impl fmt::Display for PayMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).expect("digits and a dash are ASCII"))
    }
}

/// `décembre 2021`, `December 2021`.
pub fn named(month: PayMonth, lang: Lang) -> String {
    let names = match lang {
        Lang::Fr => &MONTHS_FR,
        Lang::En => &MONTHS_EN,
    };
    format!("{} {}", names[month.month() as usize - 1], month.year())
}

/// `de novembre 2021`, `d’octobre 2021`; in English `of November 2021`.
pub fn of(month: PayMonth, lang: Lang) -> String {
    let name = named(month, lang);
    match lang {
        Lang::Fr if name.starts_with(['a', 'o']) => format!("d’{name}"),
        Lang::Fr => format!("de {name}"),
        Lang::En => format!("of {name}"),
    }
}

/// French month names, for headings and reading titles.
pub const MONTHS_FR: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];
/// English month names.
pub const MONTHS_EN: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_optional_month_takes_no_more_room() {
        assert_eq!(size_of::<Option<PayMonth>>(), size_of::<PayMonth>());
    }

    #[test]
    fn years_follow_each_other() {
        let month = |text| PayMonth::parse(text).expect("a month");
        assert_eq!((month("2021-12").next(), month("2022-01").previous()), (month("2022-01"), month("2021-12")));
        assert_eq!(month("2022-02").months_since(month("2021-11")), 3);
        assert_eq!(["2021-00", "2021-13", "1899-12"].map(PayMonth::parse), [None; 3]);
    }
}
