//! Days on which euro payments are settled (TARGET): closed at weekends, 1 January, Good Friday, Easter Monday,
//! 1 May, 25 and 26 December, and open on every other day, national holidays such as 14 July included.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Why nothing is settled on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Closed {
    Weekend,
    Holiday,
}

/// Why the day is closed; `None` when it is open.
pub fn closed(day: NaiveDate) -> Option<Closed> {
    if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        return Some(Closed::Weekend);
    }
    let fixed = matches!((day.month(), day.day()), (1 | 5, 1) | (12, 25 | 26));
    let easter = easter(day.year());
    let moving = easter.is_some_and(|e| e.checked_sub_days(Days::new(2)) == Some(day) || e.succ_opt() == Some(day));
    (fixed || moving).then_some(Closed::Holiday)
}

pub fn is_open(day: NaiveDate) -> bool {
    closed(day).is_none()
}

/// The day itself when it is open, or the first open day after it.
pub fn next_open(day: NaiveDate) -> NaiveDate {
    std::iter::successors(Some(day), NaiveDate::succ_opt).find(|d| is_open(*d)).unwrap_or(day)
}

/// The day itself when it is open, or the last open day before it.
pub fn previous_open(day: NaiveDate) -> NaiveDate {
    std::iter::successors(Some(day), NaiveDate::pred_opt).find(|d| is_open(*d)).unwrap_or(day)
}

/// Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher.
fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, in_century) = (year.div_euclid(100), year.rem_euclid(100));
    let correction = (century + 8) / 25;
    let moon = (19 * golden + century - century / 4 - (century - correction + 1) / 3 + 15).rem_euclid(30);
    let sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - moon - in_century % 4).rem_euclid(7);
    let late = (golden + 11 * moon + 22 * sunday) / 451;
    let days = u32::try_from(moon + sunday - 7 * late + 114).ok()?;
    NaiveDate::from_ymd_opt(year, days / 31, days % 31 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Dates of Easter as published by the Bureau des longitudes and in the usual tables, early and late ones included.
    #[test]
    fn finds_easter() {
        for (y, m, d) in
            [(1818, 3, 22), (1943, 4, 25), (2000, 4, 23), (2021, 4, 4), (2024, 3, 31), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)]
        {
            assert_eq!(easter(y), NaiveDate::from_ymd_opt(y, m, d));
        }
    }

    #[test]
    fn stops_at_the_ends_of_the_calendar() {
        assert_eq!(next_open(NaiveDate::MAX).year(), NaiveDate::MAX.year());
        assert_eq!(previous_open(NaiveDate::MIN).year(), NaiveDate::MIN.year());
    }
}
