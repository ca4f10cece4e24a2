//! Amounts, days and hours as people write them: blanks, commas, minus signs behind, currencies.

use super::Unread;
use crate::ground::Exact;
use crate::normalise::text::fold;

/// Which character a column uses before its decimals, as far as its other cells tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mark {
    #[default]
    Unknown,
    Comma,
    Dot,
    /// No character: the last two digits are cents, `189527` for 1 895,27.
    Cents,
}

/// A number without the word that says what it counts: « 25 pts », « 2 enfants ».
pub fn without_unit(text: &str) -> &str {
    let t = text.trim();
    let word = t.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | ',' | '.' | '\u{a0}'));
    let known = ["pts", "pt", "points", "point", "pts nbi", "points nbi", "enfant", "enfants", "enfant(s)", "enf", "jours", "jour", "j"];
    let digits = t.len() > word.len() && t.starts_with(|c: char| c.is_ascii_digit());
    if digits && known.contains(&word.to_lowercase().trim_end_matches('.')) { t[..t.len() - word.len()].trim() } else { t }
}

/// Whether a text says that it is a sum of money.
pub fn in_euros(text: &str) -> bool {
    text.contains('€')
        || text.split(|c: char| !c.is_alphabetic()).any(|w| ["eur", "euro", "euros"].iter().any(|e| w.eq_ignore_ascii_case(e)))
}

/// The euros of so many cents.
///
/// # Errors
/// N01 for a part of a cent: the number was not written in cents.
pub fn of_cents(number: Exact) -> Result<Exact, Unread> {
    number.whole().and_then(|_| number.div(Exact::int(100))).ok_or(Unread("N01"))
}

/// Without the currency before or behind the digits.
fn without_currency(text: &str) -> &str {
    let units = ["€", "EUR", "eur", "Eur", "euros", "Euros"];
    units.iter().fold(text, |t, unit| t.strip_suffix(unit).or_else(|| t.strip_prefix(unit)).unwrap_or(t).trim())
}

/// Reads an amount: `1 234,56`, `1.234,56`, `1,234.56`, `1234.56-`, `(12,00)`, `12,00 D`, `12 €`. `None` for nothing, or a lone dash.
///
/// # Errors
/// N01 for what is no number; N11 for `1.234`, when the column does not tell what the dot is.
pub fn amount(text: &str, mark: Mark) -> Result<Option<Exact>, Unread> {
    if mark == Mark::Cents {
        return amount(text, Mark::Unknown)?.map(of_cents).transpose();
    }
    if let Some(plain) = plain(text.as_bytes(), mark) {
        return Ok(Some(plain));
    }
    let t = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if t.is_empty() || matches!(t, "-" | "–" | "—" | "--") {
        return Ok(None);
    }
    let bad = Unread("N01");
    let mut t = without_currency(t);
    // « 90,- »: no cents.
    if let Some(whole) =
        [",-", ".-", ",–", ",—"].iter().find_map(|m| t.strip_suffix(m)).filter(|w| w.ends_with(|c: char| c.is_ascii_digit()))
    {
        t = whole;
    }
    let mut negative = false;
    if let Some(inner) = t.strip_prefix('(').and_then(|s| s.strip_suffix(')')) {
        (negative, t) = (true, inner.trim());
    }
    for minus in ['-', '−', '–'] {
        if let Some(rest) = t.strip_prefix(minus).or_else(|| t.strip_suffix(minus)) {
            if negative {
                return Err(bad);
            }
            // « -€ 11,14 », « € 11,14- »: the sign stands outside the currency.
            (negative, t) = (true, without_currency(rest.trim()));
            break;
        }
    }
    // « 1 836,92 C », « 23,17 DB »: what is paid and what is kept, as accountants mark them.
    let number = t.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if !negative && number.contains([',', '.']) {
        match t.get(number.len()..) {
            Some("C" | "CR" | "Cr") => t = number.trim(),
            Some("D" | "DB" | "Db" | "DR" | "Dr") => (negative, t) = (true, number.trim()),
            Some(_) | None => {}
        }
    }
    t = t.strip_prefix('+').unwrap_or(t).trim();
    // Groups of digits and what stands between them.
    let mut groups: Vec<&str> = Vec::new();
    let mut marks: Vec<char> = Vec::new();
    let mut start = 0;
    for (i, c) in t.char_indices() {
        if c.is_ascii_digit() {
            continue;
        }
        let c = match c {
            ',' | '.' => c,
            '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
            _ => return Err(bad),
        };
        groups.push(&t[start..i]);
        marks.push(c);
        start = i + t[i..].chars().next().map_or(1, char::len_utf8);
    }
    groups.push(&t[start..]);
    let decimal = match marks.last() {
        None | Some(' ') => None,
        Some(&last) => {
            let others = marks[..marks.len() - 1].iter().any(|m| *m != last);
            let repeated = marks.iter().filter(|m| **m == last).count() > 1;
            let three = groups[groups.len() - 1].len() == 3 && (1..=3).contains(&groups[groups.len() - 2].len());
            let declared = match mark {
                Mark::Comma => Some(','),
                Mark::Dot => Some('.'),
                Mark::Unknown | Mark::Cents => None,
            };
            match (repeated, others, declared) {
                (true, _, _) => None,
                (false, true, _) => Some(last),
                (false, false, Some(d)) => {
                    if d != last && !three {
                        return Err(bad);
                    }
                    (d == last).then_some(last)
                }
                (false, false, None) if last == '.' && three && groups[0] != "0" => return Err(Unread("N11")),
                (false, false, None) => Some(last),
            }
        }
    };
    let whole_groups = if decimal.is_some() { &groups[..groups.len() - 1] } else { &groups[..] };
    let fraction = if decimal.is_some() { groups[groups.len() - 1] } else { "" };
    let grouped = whole_groups.len() > 1;
    if grouped && (whole_groups[0].is_empty() || whole_groups[0].len() > 3 || whole_groups[1..].iter().any(|g| g.len() != 3)) {
        return Err(bad);
    }
    if grouped {
        let kinds = &marks[..whole_groups.len() - 1];
        if kinds.iter().any(|k| *k != kinds[0]) {
            return Err(bad);
        }
    }
    let digits: String = whole_groups.concat();
    if digits.is_empty() && fraction.is_empty() || digits.len() + fraction.len() > 18 {
        return Err(bad);
    }
    let n: i64 = format!("{digits}{fraction}").parse().map_err(|_| bad)?;
    let places = u32::try_from(fraction.len()).map_err(|_| bad)?;
    let value = Exact::ratio(if negative { -n } else { n }, 10_i64.pow(places)).ok_or(bad)?;
    Ok(Some(value))
}

/// The usual forms without any detour: digits, blanks between groups of three, one mark and one or two decimals.
pub(super) fn plain(bytes: &[u8], mark: Mark) -> Option<Exact> {
    let (mut n, mut places, mut group, mut any) = (0_i64, None::<u32>, None::<u8>, false);
    if bytes.len() > 20 {
        return None;
    }
    let mut i = 0;
    let negative = bytes.first() == Some(&b'-');
    if negative {
        i = 1;
    }
    let mut lead = 0_u8;
    while i < bytes.len() {
        match bytes[i] {
            d @ b'0'..=b'9' => {
                n = n.checked_mul(10)?.checked_add(i64::from(d - b'0'))?;
                any = true;
                if let Some(p) = places.as_mut() {
                    *p += 1;
                } else if let Some(g) = group.as_mut() {
                    *g += 1;
                } else {
                    lead += 1;
                }
                i += 1;
            }
            m @ (b',' | b'.') if places.is_none() && any => {
                if group.is_some_and(|g| g != 3) || (m == b',' && mark == Mark::Dot) || (m == b'.' && mark == Mark::Comma) {
                    return None;
                }
                places = Some(0);
                i += 1;
            }
            b' ' | 0xc2 | 0xe2 if places.is_none() && any => {
                let width = match (bytes[i], bytes.get(i + 1), bytes.get(i + 2)) {
                    (b' ', _, _) => 1,
                    (0xc2, Some(0xa0), _) => 2,
                    (0xe2, Some(0x80), Some(0xaf | 0x89)) => 3,
                    _ => return None,
                };
                if lead > 3 || group.is_some_and(|g| g != 3) {
                    return None;
                }
                group = Some(0);
                i += width;
            }
            _ => return None,
        }
    }
    let places = match places {
        Some(p @ (1 | 2)) => p,
        Some(_) => return None,
        None => 0,
    };
    if !any || group.is_some_and(|g| g != 3) {
        return None;
    }
    Exact::ratio(if negative { -n } else { n }, [1, 10, 100][places as usize])
}

/// Days: a number, or `2 jours`, `1 journée`, `1/2 journée`, `demi-journée`, `matin`.
///
/// # Errors
/// N01 and N11, as for [`amount`].
pub fn days(text: &str, mark: Mark) -> Result<Option<Exact>, Unread> {
    let t = fold(text);
    let t = t.trim_end_matches('.');
    let word = ["journees", "journee", "jours", "jour", "j"].into_iter().find_map(|w| t.strip_suffix(w));
    let counted = word.is_some_and(|rest| !rest.ends_with(char::is_alphabetic));
    let rest = word.filter(|_| counted).unwrap_or(t).trim_end_matches(['-', ' ']);
    match rest {
        "" | "une" | "un" if counted => Ok(Some(Exact::ONE)),
        "demi" | "demie" | "une demi" | "1/2" | "½" if counted => Ok(Exact::ratio(1, 2)),
        "1/2" | "½" | "matin" | "matinee" | "apres-midi" | "apres midi" => Ok(Exact::ratio(1, 2)),
        _ if counted => amount(rest, mark),
        _ => amount(text, mark),
    }
}

/// Hours: a number, or `8h30`, `8:30`, `6 h 30`, `6,5 h`, `3 heures`, `45 min`.
///
/// # Errors
/// N01.
pub fn hours(text: &str, mark: Mark) -> Result<Option<Exact>, Unread> {
    let bad = Unread("N01");
    let t = hours_in_short(text);
    if let Some(minutes) = t.strip_suffix("mn").filter(|m| m.bytes().all(|b| b.is_ascii_digit())) {
        let minutes: i64 = minutes.parse().ok().filter(|m| *m < 600).ok_or(bad)?;
        return Ok(Exact::ratio(minutes, 60).map(Exact::reduced));
    }
    let t = t.trim_end_matches("mn");
    let digits = |h: &str| !h.is_empty() && h.bytes().all(|b| b.is_ascii_digit());
    let split = t.split_once(['h', ':']).filter(|(h, m)| digits(h) && m.len() <= 2);
    let Some((h, m)) = split else {
        // « 6,5 h »: a number, and what it counts.
        let counted = t.strip_suffix('h').filter(|n| n.ends_with(|c: char| c.is_ascii_digit()));
        return amount(counted.unwrap_or(text), mark);
    };
    let minutes: i64 = if m.is_empty() { 0 } else { m.parse().map_err(|_| bad)? };
    let whole: i64 = h.parse().map_err(|_| bad)?;
    if minutes >= 60 || whole > 10_000 {
        return Err(bad);
    }
    Ok(Exact::ratio(whole * 60 + minutes, 60).map(Exact::reduced))
}

/// « 3 heures 30 minutes » as `3h30mn`: folded, the words in short, without blanks where a word counts.
fn hours_in_short(text: &str) -> String {
    let t = fold(text);
    let words = [("heures", "h"), ("heure", "h"), ("hrs", "h"), ("hr", "h"), ("minutes", "mn"), ("minute", "mn"), ("min", "mn")];
    let short = words.iter().fold(t.clone(), |t, (long, short)| t.replace(long, short));
    let short = short.trim_end_matches('.');
    if short.contains(['h', ':']) || short.ends_with("mn") { short.split_whitespace().collect() } else { t }
}
