//! Dates and months as people and spreadsheets write them.

use super::Unread;
use crate::ground::month;
use crate::normalise::text::fold;
use chrono::{Datelike, Days, NaiveDate};

/// A date a person or a program wrote. `latest` decides the century of two-digit years: the last one not after it.
///
/// # Errors
/// N03 for what is no date, also for a month above 12 (day and month are never exchanged).
pub fn date(text: &str, latest: NaiveDate) -> Result<Option<NaiveDate>, Unread> {
    let bad = Unread("N03");
    let t = fold(text);
    if t.is_empty() || t == "-" {
        return Ok(None);
    }
    // « lun. 06/12/2021 », « à compter du 06/12/2021 ».
    let t = t.rsplit_once(' ').filter(|(w, d)| leads(w) && d.matches(['/', '-', '.']).count() == 2).map_or(t.as_str(), |(_, d)| d);
    // « 05/06/2024 ou 15/06/2024 »: which one, nobody can tell.
    if t.split_once(' ').is_some_and(|(_, rest)| rest.contains('/') && t.matches('/').count() >= 3) {
        return Err(bad);
    }
    // A time of day after the date says nothing here.
    let t = t.split(['t', ' ']).next().filter(|d| d.len() >= 8 && d.bytes().filter(u8::is_ascii_digit).count() >= 6).unwrap_or(t);
    let parts: Vec<&str> = t.split(['/', '-', '.', ' ']).filter(|p| !p.is_empty()).collect();
    let number = |p: &str| p.parse::<u32>().ok();
    match parts.as_slice() {
        [one] if one.len() == 8 && one.bytes().all(|b| b.is_ascii_digit()) => {
            let n: u32 = one.parse().map_err(|_| bad)?;
            let ymd = NaiveDate::from_ymd_opt((n / 10_000) as i32, n / 100 % 100, n % 100).filter(|d| (1900..2200).contains(&d.year()));
            let dmy =
                NaiveDate::from_ymd_opt((n % 10_000) as i32, n / 10_000 % 100, n / 1_000_000).filter(|d| (1900..2200).contains(&d.year()));
            match (ymd, dmy) {
                (Some(d), None) | (None, Some(d)) => Ok(Some(d)),
                (Some(_), Some(_)) | (None, None) => Err(bad),
            }
        }
        [one] => one.parse::<i64>().ok().and_then(serial).map(Some).ok_or(bad),
        [y, m, d] if y.len() == 4 => {
            let (y, m, d) = (number(y).ok_or(bad)?, number(m).ok_or(bad)?, number(d).ok_or(bad)?);
            NaiveDate::from_ymd_opt(y as i32, m, d).filter(|d| (1900..2200).contains(&d.year())).map(Some).ok_or(bad)
        }
        [.., d, m, y] if parts.len() == 3 || weekday(parts[0]) => {
            let day = number(d.strip_suffix("er").unwrap_or(d)).ok_or(bad)?;
            let month = number(m).or_else(|| month_named(m)).ok_or(bad)?;
            let year = number(y).ok_or(bad)? as i32;
            let full = match y.len() {
                4 => year,
                2 => {
                    let century = latest.year() / 100 * 100;
                    let this = NaiveDate::from_ymd_opt(century + year, month, day);
                    if this.is_some_and(|d| d > latest) { century - 100 + year } else { century + year }
                }
                _ => return Err(bad),
            };
            NaiveDate::from_ymd_opt(full, month, day).filter(|d| (1900..2200).contains(&d.year())).map(Some).ok_or(bad)
        }
        _ => Err(bad),
    }
}

/// `6/12`, `06.12`, `6 déc.`: a day without its year, in the year that puts it nearest to the month being paid.
/// `latest` is as for [`date`]: ten years after that month.
pub fn day_of_year(text: &str, latest: NaiveDate) -> Option<NaiveDate> {
    let t = fold(text);
    let t = t.rsplit_once(' ').filter(|(w, d)| leads(w) && d.contains(['/', '-', '.'])).map_or(t.as_str(), |(_, d)| d);
    let parts = t.split(['/', '-', '.', ' ']).filter(|p| !p.is_empty());
    // « le 5 novembre », « mardi 5 nov. »
    let parts: Vec<&str> = parts.skip_while(|w| leads(w)).collect();
    let [d, m] = parts.as_slice() else { return None };
    let day: u32 = d.strip_suffix("er").unwrap_or(d).parse().ok()?;
    let month = m.parse().ok().filter(|_| m.len() <= 2).or_else(|| month_named(m))?;
    let paid = latest.checked_sub_days(Days::new(3_650))?;
    let near = |y: i32| NaiveDate::from_ymd_opt(y, month, day).filter(|d| (*d - paid).num_days().abs() <= 183);
    [paid.year() - 1, paid.year(), paid.year() + 1].into_iter().find_map(near)
}

/// A spreadsheet's day number (1900 system), between 1927 and 2119.
pub fn serial(days: i64) -> Option<NaiveDate> {
    let days = u64::try_from(days).ok().filter(|d| (10_000..80_000).contains(d))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))
}

/// What may stand before a date and says no more than that it is one.
pub(super) fn leads(words: &str) -> bool {
    let w = words.trim_end_matches('.');
    matches!(w, "a compter du" | "a partir du" | "au" | "du" | "depuis le" | "le")
        || matches!(w, "lun" | "mar" | "mer" | "jeu" | "ven" | "sam" | "dim")
        || weekday(w)
}

pub(super) fn weekday(word: &str) -> bool {
    matches!(word, "lundi" | "mardi" | "mercredi" | "jeudi" | "vendredi" | "samedi" | "dimanche" | "le")
}

/// 1 to 12 for a French month, whole or shortened to three letters or more.
pub fn month_named(word: &str) -> Option<u32> {
    let w = fold(word);
    let w = w.trim_end_matches('.');
    if w.len() < 3 {
        return None;
    }
    let hits: Vec<usize> =
        month::MONTHS_FR.iter().chain(&month::MONTHS_EN).enumerate().filter(|(_, m)| fold(m).starts_with(w)).map(|(i, _)| i % 12).collect();
    match hits.as_slice() {
        [first, rest @ ..] if rest.iter().all(|r| r == first) => u32::try_from(first + 1).ok(),
        _ if w == "juil" || w == "jul" => Some(7),
        _ => None,
    }
}
