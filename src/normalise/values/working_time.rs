//! Working time: a share, a percentage, hours a week, words, and whether the post itself is smaller.

use super::Unread;
use super::amount::{Mark, amount, hours};
use crate::ground::Exact;
use crate::normalise::text::fold;

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
pub(super) fn rounded_hours(share: Exact, places: u32) -> Option<Exact> {
    let scale = 10_i64.checked_pow(places.min(9))?;
    let written = share.scaled_half_up(scale)?;
    let quarters = share.mul(Exact::int(140))?.scaled_half_up(1)?;
    let part = Exact::ratio(quarters, 140)?.reduced();
    (places >= 4 && part != share && (1..140).contains(&quarters) && part.scaled_half_up(scale)? == written).then_some(part)
}

/// Digits written after the decimal mark.
pub(super) fn decimals(text: &str) -> u32 {
    text.trim().rsplit_once([',', '.']).map_or(0, |(_, d)| u32::try_from(d.trim().len()).unwrap_or(0))
}

/// Words that say which kind of part time, in the order they are looked for.
pub(super) const PART_TIME: [(&str, Option<bool>, bool); 20] = [
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

/// « Temps non complet », « Temps complet », « Temps partiel » and nothing else: whether the post itself is not full.
pub fn post_named(text: &str) -> Option<bool> {
    let folded = fold(text);
    PART_TIME.iter().find(|(word, _, _)| *word == folded.trim()).and_then(|(_, reduced, _)| *reduced)
}

/// « 80 % (28h) », « 28h (80 %) », « 80 % - 28h », « 80 % soit 28h »: the percent without its sign, and the hours.
fn share_and_hours(text: &str) -> Option<(&str, &str)> {
    let parts = [" soit ", "(", " - ", "%"].iter().find_map(|mark| {
        let (a, b) = text.split_once(mark)?;
        Some(if *mark == "%" { (&text[..=a.len()], b) } else { (a, b) })
    });
    let (a, b) = parts?;
    let (a, b) = (a.trim(), b.trim().trim_end_matches(')').trim_end());
    let hours = |t: &str| t.starts_with(|c: char| c.is_ascii_digit()) && t.contains('h') && !t.contains('%');
    match (a.strip_suffix('%'), b.strip_suffix('%')) {
        (Some(percent), None) if hours(b) => Some((percent.trim_end(), b)),
        (None, Some(percent)) if hours(a) => Some((percent.trim_end(), a)),
        _ => None,
    }
}

/// Reads `80 %`, `0,8`, `80`, `4/5`, `28/35`, `28/35e`, `80 % (28h)`, `17h30`, `TC`, `TNC 17,5/35`, `TP 80%`, `80 % TP`, `mi-temps`.
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
    // Part time goes by tenths, from a half.
    let by_tenths = |n: Exact| n < week && n.mul(Exact::int(10)).and_then(|x| x.div(week)).and_then(Exact::whole).is_some_and(|x| x >= 5);
    // « 80 % (28h) », « 28h (80 %) »: a share and the hours that it comes to, of a post or of part time.
    if let Some((percent, hours)) = share_and_hours(t) {
        let (share, (hours, _)) = (number(percent).ok_or(bad)?, hourly(hours.strip_suffix("/35h").unwrap_or(hours)).ok_or(bad)?);
        let whole = hours.mul(Exact::int(100)).and_then(|x| x.div(week)).ok_or(bad)?;
        let near = whole.add(share.neg()).is_some_and(|d| d.abs().mul(Exact::int(100)).is_some_and(|d| d < Exact::ONE));
        if !near || !hours.is_positive() || hours > week {
            return Err(bad);
        }
        let post = reduced.or(Some(hours < week));
        let share = hours.div(week).ok_or(bad)?.reduced();
        return Ok(Some(WorkingTime { share, reduced_post: post, presumed: reduced.is_none() && by_tenths(hours) }));
    }
    let share = if let Some((a, b)) = t.split_once('/') {
        // « 28/35e », « 28/35èmes »: posts are counted so, and 28/35 may be part time as well.
        let ordinal = ["iemes", "ieme", "emes", "eme", "es", "e"].iter().find_map(|x| b.trim().strip_suffix(x));
        let ((a, _), (b, _)) = (hourly(a).ok_or(bad)?, hourly(ordinal.unwrap_or(b)).ok_or(bad)?);
        if reduced.is_none() && b == week && a < b {
            reduced = Some(true);
            presumed = ordinal.is_none() && by_tenths(a);
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
            presumed = by_tenths(n);
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
