//! Numbers and days as a person writes them at night, and how a rule file writes the same: `60,00 €` is `60.00`.

use super::{Exact, PayMonth};
use chrono::NaiveDate;

/// A number with a comma, spaces, a unit of money or a percent sign, as rule files write it.
pub fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let (digits, percent) = match text.strip_suffix('%') {
        Some(t) => (t, true),
        None => (["€", "EUR", "euros", "euro"].iter().find_map(|u| text.strip_suffix(u)).unwrap_or(text), false),
    };
    let mut plain: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
    match (plain.rfind(','), plain.rfind('.')) {
        (Some(comma), Some(point)) if comma > point => plain = plain.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => plain = plain.replace(',', ""),
        (Some(_), None) => plain = plain.replacen(',', ".", 1),
        (None, _) => {}
    }
    let unsigned = plain.strip_prefix(['-', '−', '+']).unwrap_or(&plain);
    if unsigned.is_empty() || !unsigned.starts_with(|c: char| c.is_ascii_digit()) || unsigned.ends_with('.') {
        return None;
    }
    let read = Exact::parse(&plain.replace('−', "-")).filter(|_| !plain.contains('/'))?;
    if percent { Some(read.div(Exact::int(100))?.to_string()) } else { Some(plain.replace('−', "-")) }
}

/// A number without a percent sign where a rate is due: below one it may have been meant as percent, above it must have been.
pub fn rate(text: &str) -> Option<String> {
    let plain = number(text)?;
    let value = Exact::parse(&plain)?;
    let hundredth = || value.div(Exact::int(100)).map(|x| x.to_string());
    if text.contains('%') {
        Some(plain)
    } else if value > Exact::ONE {
        hundredth()
    } else {
        Some(format!("{plain} ({} %)", value.mul(Exact::int(100))?))
    }
}

/// A day in whatever order: `2026-1-1`, `01/01/2026`, `1.1.26`, a month alone. `Err`: the calendar lacks it; with the last day
/// of its month, when that is known.
pub fn date(text: &str) -> Option<Result<NaiveDate, Option<NaiveDate>>> {
    let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
    if !parts.iter().all(|p| (1..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let number = |p: &str| p.parse::<u32>().ok();
    let (year, month, day) = match parts[..] {
        [y, m] if y.len() == 4 && m.len() <= 2 && text.contains('-') => (number(y)?, number(m)?, 1),
        [y, m, d] if y.len() == 4 && m.len() <= 2 && d.len() <= 2 => (number(y)?, number(m)?, number(d)?),
        [d, m, y] if y.len() == 4 && m.len() <= 2 && d.len() <= 2 => (number(y)?, number(m)?, number(d)?),
        [d, m, y] if y.len() == 2 && m.len() <= 2 && d.len() <= 2 && text.contains('/') => (2000 + number(y)?, number(m)?, number(d)?),
        _ => return None,
    };
    let last = || PayMonth::new(year as i32, month).map(PayMonth::last_day);
    Some(NaiveDate::from_ymd_opt(year as i32, month, day).ok_or_else(last))
}

/// A name as formulas write it: letters without accents, digits and `_`.
pub fn name(text: &str) -> String {
    let plain = text.trim().chars().map(|c| if c.is_alphanumeric() { super::finding::plain(c) } else { '_' });
    let name: String = plain.filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    // Digits in front would be a number.
    name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_with_a_point_and_a_share_as_a_fraction() {
        let table = [("60,00", "60.00"), ("60 €", "60"), ("1 234,50", "1234.50"), ("1.234,50 EUR", "1234.50"), ("2 %", "0.02")];
        for (given, due) in table {
            assert_eq!(number(given).as_deref(), Some(due), "{given}");
        }
        for none in ["douze", "", "12,", "1/2", "12,5,6", "€"] {
            assert_eq!(number(none), None, "{none}");
        }
        assert_eq!(rate("0,5").as_deref(), Some("0.5 (50 %)"));
        assert_eq!(rate("5,5").as_deref(), Some("0.055"));
        assert_eq!(rate("5,5 %").as_deref(), Some("0.055"));
    }

    #[test]
    fn a_name_has_no_accents_and_no_spaces() {
        assert_eq!((name("Prime Été"), name("ifse_groupe_1"), name("TIB")), ("prime_ete".into(), "ifse_groupe_1".into(), "tib".into()));
    }

    #[test]
    fn a_day_is_read_in_any_order() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("a day");
        for text in ["2026-1-1", "01/01/2026", "1.1.2026", "01/01/26", "2026-01"] {
            assert_eq!(date(text), Some(Ok(day(2026, 1, 1))), "{text}");
        }
        assert_eq!(date("2026-02-30"), Some(Err(Some(day(2026, 2, 28)))));
        assert_eq!(date("2025-13-01"), Some(Err(None)));
        assert_eq!((date("60.00"), date("12"), date("janvier 2026")), (None, None, None));
    }
}
