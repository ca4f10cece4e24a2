//! One cell → one value: amounts, shares, rates, dates, flags, as people and programs write them.
//!
//! Nothing is guessed from a single cell where the column must decide ([`Mark`], [`RateForm`]); what cannot be
//! read is an [`Unread`] with the code of its finding, never a zero.

use crate::ground::{Exact, month};
use crate::normalise::text::fold;
use chrono::{Datelike, Days, NaiveDate};

/// Why a cell is not the value it should be: the code of the finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unread(pub &'static str);

/// Which character a column uses before its decimals, as far as its other cells tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mark {
    #[default]
    Unknown,
    Comma,
    Dot,
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

/// Reads an amount: `1 234,56`, `1.234,56`, `1,234.56`, `1234.56-`, `(12,00)`, `12 €`. `None` for nothing, or a lone dash.
///
/// # Errors
/// N01 for what is no number; N11 for `1.234`, when the column does not tell what the dot is.
pub fn amount(text: &str, mark: Mark) -> Result<Option<Exact>, Unread> {
    if let Some(plain) = plain(text.as_bytes(), mark) {
        return Ok(Some(plain));
    }
    let t = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if t.is_empty() || matches!(t, "-" | "–" | "—" | "--") {
        return Ok(None);
    }
    let bad = Unread("N01");
    let mut t = t;
    for unit in ["€", "EUR", "eur", "Eur", "euros", "Euros"] {
        t = t.strip_suffix(unit).or_else(|| t.strip_prefix(unit)).unwrap_or(t).trim();
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
            (negative, t) = (true, rest.trim());
            break;
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
                Mark::Unknown => None,
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
fn plain(bytes: &[u8], mark: Mark) -> Option<Exact> {
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

/// What the bare numbers of a rate column are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RateForm {
    /// `2,1` is 2.1 %.
    #[default]
    Percent,
    /// `0,021` is 2.1 %.
    Share,
}

/// A rate as a share: `2,1 %`, or a bare number read as the column says.
///
/// # Errors
/// N02.
pub fn rate(text: &str, form: RateForm, mark: Mark) -> Result<Option<Exact>, Unread> {
    let t = text.trim();
    let (body, percent) = match t.strip_suffix('%') {
        Some(b) => (b.trim(), true),
        None => (t, form == RateForm::Percent),
    };
    let hundred = Exact::int(100);
    let n = amount(body, mark).map_err(|_| Unread("N02"))?;
    Ok(if percent { n.and_then(|n| n.div(hundred)) } else { n })
}

/// A share of full time as it is written, and what kind of part time that is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkingTime {
    /// The written share: 0.8 for 80 %, 1/2 for 17,5/35.
    pub share: Exact,
    /// True for a post that is itself not full (temps non complet), false for a full post, `None` when unsaid.
    pub reduced_post: Option<bool>,
    /// The post is taken for a reduced one from its hours or its percent alone, and part time of a full post is written like
    /// these too: 28 h are 80 %, 85,7143 % is what 80 % is paid.
    pub presumed: bool,
}

/// The part of a week of 35 hours, counted in quarters of an hour, that a share of two digits of percent or more is rounded
/// from: 0.571429 is 20/35. `None` for a share that is exact as written (80 %, 62.5 %), or no such part.
fn rounded_hours(share: Exact, places: u32) -> Option<Exact> {
    let scale = 10_i64.checked_pow(places.min(9))?;
    let written = share.scaled_half_up(scale)?;
    let quarters = share.mul(Exact::int(140))?.scaled_half_up(1)?;
    let part = Exact::ratio(quarters, 140)?.reduced();
    (places >= 4 && part != share && (1..140).contains(&quarters) && part.scaled_half_up(scale)? == written).then_some(part)
}

/// Digits written after the decimal mark.
fn decimals(text: &str) -> u32 {
    text.trim().rsplit_once([',', '.']).map_or(0, |(_, d)| u32::try_from(d.trim().len()).unwrap_or(0))
}

/// Words that say which kind of part time, in the order they are looked for.
const PART_TIME: [(&str, Option<bool>, bool); 20] = [
    ("emploi a temps non complet", Some(true), false),
    ("temps non complet", Some(true), false),
    ("temps incomplet", Some(true), false),
    ("non complet", Some(true), false),
    ("t.n.c.", Some(true), false),
    ("tnc", Some(true), false),
    ("temps complet", Some(false), true),
    ("temps plein", Some(false), true),
    ("complet", Some(false), true),
    ("plein", Some(false), true),
    ("temps partiel", Some(false), false),
    ("mi-temps", Some(false), false),
    ("mi temps", Some(false), false),
    ("partiel", Some(false), false),
    ("t.c.", Some(false), true),
    ("t.p.", Some(false), false),
    ("tpl", Some(false), false),
    ("tc", Some(false), true),
    ("tp", Some(false), false),
    ("tps", None, false),
];

/// Reads `80 %`, `0,8`, `80`, `4/5`, `28/35`, `28/35e`, `17h30`, `TC`, `TNC 17,5/35`, `TP 80%`, `80 % TP`, `mi-temps`.
/// What is written with an h or a colon is hours a week; a bare number is too when `weekly` is true. A full week has 35 hours.
///
/// # Errors
/// N02 for what is no share between 0 and 1; N10 for one that is below a twentieth.
pub fn working_time(text: &str, weekly: bool, mark: Mark) -> Result<Option<WorkingTime>, Unread> {
    let bad = Unread("N02");
    let folded = fold(text);
    let mut t = folded.trim();
    if t.is_empty() || t == "-" {
        return Ok(None);
    }
    let mut reduced = None;
    let mut presumed = false;
    let outside = |c: char| c.is_whitespace() || matches!(c, ':' | '(' | ')' | '-');
    for (word, kind, full) in PART_TIME {
        let rest = t.strip_prefix(word).filter(|r| !r.starts_with(char::is_alphabetic)).or_else(|| {
            // After the share too: « 80 % TP », « 20/35 TNC ».
            t.strip_suffix(word).filter(|r| r.ends_with(|c: char| !c.is_alphanumeric()))
        });
        let Some(rest) = rest else { continue };
        reduced = kind;
        t = rest.trim_matches(outside);
        if t.is_empty() {
            let half = word.starts_with("mi");
            let share = if half { Exact::ratio(1, 2).ok_or(bad)? } else { Exact::ONE };
            return if full || half { Ok(Some(WorkingTime { share, reduced_post: reduced, presumed: false })) } else { Err(bad) };
        }
        break;
    }
    for word in ["de droit", "sur autorisation", "therapeutique", "a ", "de "] {
        t = t.strip_prefix(word).map_or(t, |r| r.trim_matches(outside));
    }
    for word in ["hebdomadaires", "hebdomadaire", "hebdo", "par semaine", "/semaine", "/sem", "/ sem", "/hebdo", "semaine"] {
        t = t.strip_suffix(word).map_or(t, |r| r.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '.')));
    }
    let week = Exact::int(35);
    let number = |s: &str| amount(s.trim(), mark).ok().flatten();
    // « 35h00 à 80 % », « 35 (80 %) »: part time on a full post.
    if let Some((post, part)) = t.trim_end_matches(')').split_once([' ', '(']).filter(|(_, part)| part.ends_with('%')) {
        let part = part.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '(' | 'a' | '-')).trim_end_matches('%');
        let hours = post.trim_end_matches(['h', ':', '0']).parse::<u32>().ok();
        if hours == Some(35) && number(part).is_some() {
            return working_time(&format!("{part}%"), false, mark)
                .map(|w| w.map(|w| WorkingTime { reduced_post: Some(false), presumed: false, ..w }));
        }
    }
    // « 28 », « 28h », « 17h30 », « 17:30 », « 28 heures »: a number, and whether it says hours.
    let hourly = |s: &str| -> Option<(Exact, bool)> {
        let s = s.trim();
        let bare = s.strip_suffix("heures").or_else(|| s.strip_suffix("heure")).map_or(s, str::trim);
        if bare.len() < s.len() {
            return Some((number(bare)?, true));
        }
        match s.split_once(['h', ':']) {
            Some((h, m)) if m.trim().is_empty() => Some((number(h)?, true)),
            Some((h, m)) => Some((hours(&format!("{}h{}", h.trim(), m.trim()), mark).ok().flatten()?, true)),
            None => Some((number(s)?, false)),
        }
    };
    let share = if let Some((a, b)) = t.split_once('/') {
        // « 28/35e », « 28/35èmes ».
        let b = ["iemes", "ieme", "emes", "eme", "es", "e"].iter().find_map(|x| b.trim().strip_suffix(x)).unwrap_or(b);
        let ((a, _), (b, _)) = (hourly(a).ok_or(bad)?, hourly(b).ok_or(bad)?);
        if reduced.is_none() && b == week && a < b {
            reduced = Some(true);
        }
        a.div(b).ok_or(bad)?
    } else if let Some(p) = t.strip_suffix('%') {
        number(p).and_then(|n| n.div(Exact::int(100))).ok_or(bad)?
    } else {
        let (n, said) = hourly(t).ok_or(bad)?;
        // « TNC 20h »: hours a week, whatever the other cells of the column are.
        let hours = said && n > Exact::ONE;
        if hours && reduced.is_none() {
            reduced = Some(n < week);
            // Part time goes by tenths, from a half.
            presumed = n < week && n.mul(Exact::int(10)).and_then(|x| x.div(week)).and_then(Exact::whole).is_some_and(|x| x >= 5);
        }
        // A post that is not full is counted in hours: « TNC 20 » of 35, not 20 %.
        let post = reduced == Some(true) && n > Exact::ONE && n < week;
        let by = if weekly || hours || post {
            35
        } else if n > Exact::ONE {
            100
        } else {
            1
        };
        n.div(Exact::int(by)).ok_or(bad)?
    };
    if !share.is_positive() || share > Exact::ONE {
        return Err(bad);
    }
    // A percent of many digits is hours over 35: no part time is granted by thousandths.
    let percent = t.strip_suffix('%');
    let places = decimals(percent.unwrap_or(t)) + if percent.is_some() || share != number(t).unwrap_or(share) { 2 } else { 0 };
    let written_in_hours = t.contains(['/', 'h', ':']) || weekly;
    let share = match rounded_hours(share, places).filter(|_| !written_in_hours) {
        Some(part) => {
            if reduced.is_none() {
                reduced = Some(true);
                let paid_for_tenths = [(6, 7), (32, 35)].iter().any(|(a, b)| Exact::ratio(*a, *b).is_some_and(|p| p == part));
                presumed = paid_for_tenths;
            }
            part
        }
        None => share,
    };
    if share < Exact::ratio(1, 20).ok_or(bad)? {
        return Err(Unread("N10"));
    }
    Ok(Some(WorkingTime { share: share.reduced(), reduced_post: reduced, presumed }))
}

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
    let parts: Vec<&str> = t.split(['/', '-', '.', ' ']).filter(|p| !p.is_empty()).collect();
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
fn leads(words: &str) -> bool {
    let w = words.trim_end_matches('.');
    matches!(w, "a compter du" | "a partir du" | "au" | "du" | "depuis le" | "le")
        || matches!(w, "lun" | "mar" | "mer" | "jeu" | "ven" | "sam" | "dim")
        || weekday(w)
}

fn weekday(word: &str) -> bool {
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

/// Yes or no: `O`, `N`, `oui`, `non`, `X`, `1`, `0`.
///
/// # Errors
/// N05.
pub fn flag(text: &str) -> Result<Option<bool>, Unread> {
    match fold(text).trim_end_matches('.') {
        "" | "-" => Ok(None),
        "o" | "oui" | "x" | "1" | "y" | "yes" | "vrai" | "true" => Ok(Some(true)),
        "n" | "non" | "0" | "no" | "faux" | "false" => Ok(Some(false)),
        _ => Err(Unread("N05")),
    }
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

/// Hours: a number, or `8h30`, `8:30`.
///
/// # Errors
/// N01.
pub fn hours(text: &str, mark: Mark) -> Result<Option<Exact>, Unread> {
    let t = fold(text);
    let split = t.split_once(['h', ':']).filter(|(h, m)| !h.is_empty() && h.bytes().all(|b| b.is_ascii_digit()) && m.len() <= 2);
    let Some((h, m)) = split else { return amount(text, mark) };
    let bad = Unread("N01");
    let minutes: i64 = if m.is_empty() { 0 } else { m.parse().map_err(|_| bad)? };
    let whole: i64 = h.parse().map_err(|_| bad)?;
    if minutes >= 60 || whole > 10_000 {
        return Err(bad);
    }
    Ok(Exact::ratio(whole * 60 + minutes, 60).map(Exact::reduced))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(t: &str) -> Exact {
        Exact::parse(t).expect("a number")
    }

    // Written forms as they stand in French exports and in those of programs set to English.
    #[test]
    fn reads_amounts_however_they_are_written() {
        for (text, mark, want) in [
            ("1 234,56", Mark::Unknown, "1234.56"),
            ("1\u{a0}234,56", Mark::Comma, "1234.56"),
            ("1\u{202f}234\u{202f}567,8", Mark::Comma, "1234567.8"),
            ("1.234,56", Mark::Unknown, "1234.56"),
            ("1,234.56", Mark::Unknown, "1234.56"),
            ("1234.5", Mark::Unknown, "1234.5"),
            ("12,00-", Mark::Unknown, "-12"),
            ("(12,00)", Mark::Unknown, "-12"),
            ("\u{2212}3,10 €", Mark::Unknown, "-3.1"),
            ("1.234", Mark::Comma, "1234"),
            ("1.234", Mark::Dot, "1.234"),
            ("1.234.567", Mark::Unknown, "1234567"),
            ("0,0210", Mark::Unknown, "0.021"),
            ("-0.5", Mark::Dot, "-0.5"),
        ] {
            assert_eq!(amount(text, mark), Ok(Some(exact(want))), "{text}");
        }
        assert_eq!(amount(" - ", Mark::Unknown), Ok(None));
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in ["1 234,5O", "12a", "1 23,4", "12 34", "1,2,3", "--5", "néant", "1 234.56,7", "1234 567"] {
            assert_eq!(amount(text, Mark::Unknown), Err(Unread("N01")), "{text}");
        }
        assert_eq!(amount("1.234", Mark::Unknown), Err(Unread("N11")));
    }

    #[test]
    fn reads_shares_of_working_time() {
        for (text, share, reduced) in [
            ("80 %", "0.8", None),
            ("0,8", "0.8", None),
            ("80", "0.8", None),
            ("1", "1", None),
            ("4/5", "0.8", None),
            ("TC", "1", Some(false)),
            ("TNC 17,5/35", "0.5", Some(true)),
            ("TP 80%", "0.8", Some(false)),
            ("28/35", "0.8", Some(true)),
            ("TNC 28h", "0.8", Some(true)),
            ("28 h", "0.8", Some(true)),
            ("Temps partiel 90%", "0.9", Some(false)),
            ("TNC 20h00", "4/7", Some(true)),
            ("TNC 17h30", "0.5", Some(true)),
            ("Temps non complet 20h00 hebdo", "4/7", Some(true)),
            ("TP 80", "0.8", Some(false)),
            ("35h00", "1", Some(false)),
            ("28h00", "0.8", Some(true)),
            ("28 heures", "0.8", Some(true)),
            ("28h/sem", "0.8", Some(true)),
            ("17h30/35h", "0.5", Some(true)),
            ("17:30", "0.5", Some(true)),
            ("35:00", "1", Some(false)),
            ("28/35e", "0.8", Some(true)),
            ("TNC 28/35èmes", "0.8", Some(true)),
            ("20/35 TNC", "4/7", Some(true)),
            ("80% TP", "0.8", Some(false)),
            ("temps partiel à 80 %", "0.8", Some(false)),
            ("Temps partiel de droit 90%", "0.9", Some(false)),
            ("mi-temps", "0.5", Some(false)),
            // 20, 24, 28.75, 30 and 32 hours of 35 as a percent; what is exact as it stands is part time or says nothing.
            ("57,1429%", "4/7", Some(true)),
            ("68,57 %", "24/35", Some(true)),
            ("0,571429", "4/7", Some(true)),
            ("0.5714285714285714", "4/7", Some(true)),
            ("57.1429", "4/7", Some(true)),
            ("82,142857 %", "23/28", Some(true)),
            ("62,5 %", "0.625", None),
            ("82,50 %", "0.825", None),
            ("35h00 à 80%", "0.8", Some(false)),
            ("35 (80%)", "0.8", Some(false)),
            ("35h à 90 %", "0.9", Some(false)),
            ("Temps complet", "1", Some(false)),
        ] {
            let got = working_time(text, false, Mark::Unknown).ok().flatten();
            assert_eq!(got.map(|w| (w.share, w.reduced_post)), Some((exact(share), reduced)), "{text}");
        }
        assert_eq!(working_time("17,5", true, Mark::Unknown).ok().flatten().map(|w| w.share), Some(exact("0.5")));
        let presumed = |t: &str| working_time(t, false, Mark::Unknown).ok().flatten().is_some_and(|w| w.presumed);
        assert!(presumed("28:00") && presumed("17h30"), "part time of a full post has such hours too");
        assert!(!presumed("20:00") && !presumed("TNC 28h") && !presumed("35h"));
        assert!(presumed("85,7143%") && presumed("0.914286") && !presumed("57,1429%") && !presumed("TNC 85,71 %"));
        assert_eq!(working_time("28h00 à 80%", false, Mark::Unknown), Err(Unread("N02")), "neither a full post nor a share of one");
        assert_eq!(working_time("TP", false, Mark::Unknown), Err(Unread("N02")));
        assert_eq!(working_time("0,01", false, Mark::Unknown), Err(Unread("N10")));
    }

    #[test]
    fn reads_dates_and_never_exchanges_day_and_month() {
        let latest = NaiveDate::from_ymd_opt(2031, 12, 31).expect("a date");
        for text in [
            "01/12/2021",
            "1/12/21",
            "01.12.2021",
            "2021-12-01",
            "1er décembre 2021",
            "01-déc-21",
            "44531",
            "2021-12-01 00:00:00",
            "20211201",
            "mercredi 1 décembre 2021",
            "mer. 01/12/2021",
            "à compter du 01/12/2021",
        ] {
            assert_eq!(date(text, latest), Ok(NaiveDate::from_ymd_opt(2021, 12, 1)), "{text}");
        }
        assert_eq!(date("14/05/82", latest), Ok(NaiveDate::from_ymd_opt(1982, 5, 14)));
        for text in ["12/31/2021", "31/02/2021", "bientôt", "12/2021", "00/00/0000"] {
            assert_eq!(date(text, latest), Err(Unread("N03")), "{text}");
        }
    }

    #[test]
    fn a_day_without_year_is_the_nearest_to_the_month_paid() {
        let latest = NaiveDate::from_ymd_opt(2031, 12, 29).expect("a date");
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        for (text, want) in [
            ("6/12", day(2021, 12, 6)),
            ("06.12", day(2021, 12, 6)),
            ("1er déc.", day(2021, 12, 1)),
            ("3 janv.", day(2022, 1, 3)),
            ("15/11", day(2021, 11, 15)),
            ("le 06/12", day(2021, 12, 6)),
            ("28/35", None),
            ("12/2021", None),
            ("80 %", None),
        ] {
            assert_eq!(day_of_year(text, latest), want, "{text}");
        }
    }

    #[test]
    fn reads_days_in_words() {
        for (text, want) in [
            ("1 journée", "1"),
            ("journée", "1"),
            ("2 jours", "2"),
            ("1/2 journée", "0.5"),
            ("demi-journée", "0.5"),
            ("0,5 j", "0.5"),
            ("1,5", "1.5"),
            ("matin", "0.5"),
        ] {
            assert_eq!(days(text, Mark::Unknown), Ok(Some(exact(want))), "{text}");
        }
        for text in ["2h", "1 journée et demie", "ajour"] {
            assert_eq!(days(text, Mark::Unknown), Err(Unread("N01")), "{text}");
        }
    }

    #[test]
    fn reads_hours_with_minutes() {
        assert_eq!(hours("8h30", Mark::Unknown), Ok(Some(exact("8.5"))));
        assert_eq!(hours("8,5", Mark::Unknown), Ok(Some(exact("8.5"))));
        assert_eq!(hours("8h75", Mark::Unknown), Err(Unread("N01")));
    }
}
