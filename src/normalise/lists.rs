//! What every list of this month must pass before it pays: its month, its columns, its rows written twice.
//!
//! Nothing is added in silence: the same row twice counts once and says so, two lists that differ set the agent aside.

use crate::facts::{FactDecl, FactId, FactKind, Role as FactRole, Vocabulary};
use crate::ground::month::{MONTHS_EN, MONTHS_FR};
use crate::ground::{At, EmployeeId, Exact, Finding, PayMonth, Severity, Sources};
use crate::normalise::gather::{Amount, Event};
use crate::normalise::mapping::{Meaning, Role, SourceMapping};
use crate::normalise::records::Content;
use crate::normalise::rivals;
use crate::normalise::text::fold;
use crate::normalise::titles;
use chrono::Datelike as _;
use std::collections::{BTreeMap, BTreeSet};

/// Percent below which a column is a proposal: nobody is paid on it.
pub const SURE: u8 = 62;

/// The roles of such lists.
pub const ROLES: [Role; 5] = [Role::Arrivals, Role::Departures, Role::Changes, Role::Events, Role::Amounts];

/// Sheets whose rows change this month's pay.
pub const fn is_list(role: Role) -> bool {
    matches!(role, Role::Arrivals | Role::Departures | Role::Changes | Role::Events | Role::Amounts)
}

/// What a row is where a list mixes movements of several kinds.
pub fn role_of(map: &SourceMapping, content: &Content) -> Role {
    match content {
        Content::Amounts(_) if map.role == Role::Changes => Role::Amounts,
        Content::Facts(_) if map.role == Role::Changes => Role::Departures,
        Content::Event { .. } if map.role == Role::Changes => Role::Events,
        Content::Amounts(_) | Content::Facts(_) | Content::Changes { .. } | Content::Event { .. } | Content::Account { .. } => map.role,
    }
}

/// Whether an amount can depend on the fact.
pub fn pays(fact: &FactDecl) -> bool {
    match fact.kind {
        FactKind::Number { .. } | FactKind::Flag | FactKind::Choice { .. } => true,
        FactKind::Date => fact.role != Some(FactRole::BirthDate),
        FactKind::Text => !fact.parts.is_empty(),
    }
}

/// Whether what the column says can move an amount.
pub fn meaning_pays(meaning: Meaning, vocabulary: &Vocabulary) -> bool {
    use Meaning as M;
    match meaning {
        M::Fact(f) | M::New(f) => pays(vocabulary.get(f)),
        M::Effective | M::Nature | M::From | M::To | M::Days | M::Continues => true,
        M::Old(_)
        | M::Code
        | M::Label
        | M::Base
        | M::Rate
        | M::Gain
        | M::Deduction
        | M::Signed
        | M::Amount
        | M::Side
        | M::Payer
        | M::EmployerBase
        | M::EmployerRate
        | M::EmployerAmount
        | M::Period
        | M::Year
        | M::Element(_, _)
        | M::Local(_)
        | M::Total(_)
        | M::Requested
        | M::ReceivedBy
        | M::Ignored
        | M::Unknown => false,
    }
}

/// A number, a date, a share, hours: what pay could depend on, as against a remark, a name or a reference.
pub fn is_quantity(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    (1..=8).contains(&digits) && (letters <= 2 || counts_time(text) || text.chars().count() <= 12 && text.contains(['/', '%', ':']))
}

/// « 2 semaines », « 3 mois »: a number, and a length of time.
fn counts_time(text: &str) -> bool {
    let folded = fold(text);
    let Some((number, word)) = folded.split_once(' ') else { return false };
    number.bytes().all(|b| b.is_ascii_digit()) && titles::is_time(word)
}

/// Whether a text can be the number of an employee; nothing of any other shape reaches a file or a table of results.
pub fn is_number(id: &str) -> bool {
    id.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/'))
        && !id.contains("..")
        && !id.starts_with(['-', '/', '.'])
}

/// What a text says of the month its list is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    Nothing,
    This,
    Other(String),
}

/// Years and months that a name or a title speaks of. In a title a year alone, or a month after a day, is about something else.
pub fn years_and_months(text: &str, title: bool) -> Vec<(Option<u32>, Option<u32>)> {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let number = |i: Option<usize>| i.and_then(|i| words.get(i)).and_then(|w| w.parse::<u32>().ok());
    let year = |i: usize| number(Some(i)).filter(|y| (1990..2100).contains(y) && words[i].len() == 4);
    let month_of = |i: usize| number(Some(i)).filter(|m| (1..=12).contains(m) && words[i].len() == 2);
    let mut hits: Vec<(Option<u32>, Option<u32>)> = Vec::new();
    let mut i = 0;
    while i < words.len() {
        let before = number(i.checked_sub(1)).is_some_and(|d| (1..=31).contains(&d)) || i > 0 && words[i - 1] == "1er";
        if let Some(m) = month_name(words[i]) {
            let y = (i + 1 < words.len()).then(|| year(i + 1)).flatten();
            if !(before && (title || y.is_some())) {
                hits.push((y, Some(m)));
            }
            i += 1 + usize::from(y.is_some());
        } else if let Some(((y, m), taken)) = month_behind(&words[i..]).filter(|_| title) {
            hits.push((Some(y), Some(m)));
            i += taken;
        } else if let Some((y, m)) = whole_month(&words[i..]).filter(|_| title) {
            hits.push((Some(y), Some(m)));
            i += 6;
        } else if title {
            i += 1;
        } else if let (Some(y), Some(m)) = (year(i), (i + 1 < words.len()).then(|| month_of(i + 1)).flatten()) {
            let day = number(Some(i + 2)).is_some_and(|d| (1..=31).contains(&d));
            if !day {
                hits.push((Some(y), Some(m)));
            }
            i += 2 + usize::from(day);
        } else if let (Some(m), Some(y)) = (month_of(i), (i + 1 < words.len()).then(|| year(i + 1)).flatten()) {
            if !before {
                hits.push((Some(y), Some(m)));
            }
            i += 2;
        } else {
            // « 2024-2025 » holds every month of both years.
            let to_next = |y: u32| i + 1 < words.len() && year(i + 1) == Some(y + 1);
            if let Some(y) = year(i)
                && (number(Some(i + 1)).is_none() || to_next(y))
                && !before
            {
                hits.push((Some(y), None));
            } else if let Some(n) = number(Some(i)).filter(|_| words[i].len() == 6) {
                let ways = [(n / 100, n % 100), (n % 10_000, n / 10_000)];
                let (y, m) = ways.into_iter().find(|(y, m)| (1990..2100).contains(y) && (1..=12).contains(m)).unzip();
                hits.extend(m.map(|m| (y, Some(m))));
            }
            i += 1;
        }
    }
    hits
}

/// « Mois : 05/2024 », « Mois : 01/05/2024 » as a cell with a date shows it: a month, and how many words say it.
fn month_behind(words: &[&str]) -> Option<((u32, u32), usize)> {
    let number = |i: usize| words.get(i).and_then(|w| w.parse::<u32>().ok());
    words.first().filter(|w| titles::says_period(w))?;
    let first = usize::from(number(1) == Some(1) && number(3).is_some());
    let (m, y) = (number(first + 1)?, number(first + 2)?);
    let until = words.get(first + 3).is_some_and(|w| titles::says_until(w) || w.parse::<u32>().is_ok());
    ((1..=12).contains(&m) && (1990..2100).contains(&y) && !until).then_some(((y, m), first + 3))
}

/// « du 01/05/2024 au 31/05/2024 »: a month from its first day to its last.
fn whole_month(words: &[&str]) -> Option<(u32, u32)> {
    let number = |i: usize| words.get(i).and_then(|w| w.parse::<u32>().ok());
    let day = |i: usize| Some((number(i)?, number(i + 1)?, number(i + 2)?));
    let ((first, m, y), between) = (day(0)?, usize::from(number(3).is_none()));
    let month = PayMonth::new(i32::try_from(y).ok()?, m)?;
    (first == 1 && day(3 + between)? == (month.last_day().day(), m, y)).then_some((y, m))
}

/// The months that a name or a title speaks of. In a title its year stands beside; in a name, the nearest until `last` is meant.
pub fn months_named(text: &str, last: PayMonth, title: bool) -> Vec<PayMonth> {
    let one = |(year, month): (Option<u32>, Option<u32>)| {
        let of = |year: i32| month.and_then(|m| PayMonth::new(year, m));
        match year {
            Some(year) => of(i32::try_from(year).ok()?),
            None if title => None,
            None => of(last.year()).filter(|m| *m <= last).or_else(|| of(last.year() - 1)),
        }
    };
    years_and_months(text, title).into_iter().filter_map(one).collect()
}

/// The year that a name and a title speak of, where they speak of one.
pub fn year_said(text: &str) -> Option<i32> {
    // The year of a day, « 01/09/1999 », is none.
    let words = text.split(|c: char| c.is_whitespace() || "_,;:()".contains(c)).map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()));
    let years = words.filter(|w| w.len() == 4).filter_map(|w| w.parse().ok()).filter(|y| (1990..2100).contains(y));
    let mut years: BTreeSet<i32> = years.collect();
    years.pop_first().filter(|_| years.is_empty())
}

/// The month that the title of a column is: « Avril », « Avril 2024 », « 04/2024 ». Without a year it is the year's that is said, or the
/// last such month paid.
pub fn month_titled(title: &str, year: Option<i32>, last: PayMonth) -> Option<PayMonth> {
    if title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).count() > 2 {
        return None;
    }
    let bare = || years_and_months(title, false).iter().all(|m| m.0.is_none());
    match months_named(title, last, false)[..] {
        [month] => PayMonth::new(year.filter(|_| bare()).unwrap_or(month.year()), month.month()),
        _ => None,
    }
}

/// Which month a name or a title speaks of.
pub fn month_said(text: &str, month: PayMonth, last: PayMonth, title: bool) -> Said {
    let hits = years_and_months(text, title);
    let fits = |(y, m): &(Option<u32>, Option<u32>)| {
        let this = u32::try_from(month.year()).ok();
        let before = u32::try_from(last.year()).ok();
        m.is_none_or(|m| m == month.month()) && y.is_none_or(|_| *y == this || m.is_none() && *y == before)
    };
    match hits.first() {
        None => Said::Nothing,
        Some(_) if hits.iter().any(&fits) => Said::This,
        Some((y, m)) => {
            let name = m.map_or("", |m| MONTHS_FR[m as usize - 1]);
            Said::Other(format!("{name} {}", y.map(|y| y.to_string()).unwrap_or_default()).trim().to_owned())
        }
    }
}

/// 1 to 12 for a month's whole name, or its usual short form, or its first letters from the fourth on (« févr », « octo »).
fn month_name(word: &str) -> Option<u32> {
    let short = ["janv", "fev", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec"];
    let opens = |i: usize| word.len() >= 4 && fold(MONTHS_FR[i]).starts_with(word);
    let at = (0..12).find(|&i| word == short[i] || opens(i) || fold(MONTHS_EN[i]) == word);
    at.and_then(|i| u32::try_from(i + 1).ok())
}

/// Whether a name says a month in no more than its first letters, and no year.
fn is_short(name: &str) -> bool {
    let whole = |w: &str| MONTHS_FR.iter().chain(&MONTHS_EN).any(|m| fold(m) == w);
    let folded = fold(name);
    !folded.split(|c: char| !c.is_alphanumeric()).any(|w| w.len() > 4 && whole(w) || w.bytes().any(|b| b.is_ascii_digit()))
}

/// The other month a list is for, by its sheet's name and title, or else its file's name.
pub fn other_month(sheet: &str, title: &str, stem: &str, month: PayMonth, last: PayMonth) -> Option<String> {
    let near = [month_said(sheet, month, last, false), month_said(title, month, last, true)];
    if near.contains(&Said::This) {
        return None;
    }
    let far = month_said(stem, month, last, false);
    // « Déc » may open « Décisions » as well as « décembre »: where the file says the month to be paid, it is no other.
    if far == Said::This && is_short(sheet) && near[1] == Said::Nothing {
        return None;
    }
    let silent = near.iter().chain([&far]).all(|s| *s == Said::Nothing);
    let said = near.into_iter().chain([far]).find_map(|s| match s {
        Said::Other(what) => Some(what),
        Said::Nothing | Said::This => None,
    });
    said.or_else(|| [sheet, stem].into_iter().find(|n| silent && is_numbered(n, last)).map(str::to_owned))
}

/// The first two of a row of files are numbered so whatever the month.
const COUNTED: u32 = 2;

/// « HS 10 », « 10 »: the month last paid as a number of two digits, beside one word at most.
fn is_numbered(name: &str, last: PayMonth) -> bool {
    let folded = fold(name);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    last.month() > COUNTED && words.len() <= 2 && words.iter().any(|w| *w == format!("{:02}", last.month()))
}

/// One number of one row of a list of sums.
pub struct Part {
    pub fact: FactId,
    pub value: Exact,
    pub at: At,
    /// The whole row as written.
    pub row: String,
}

/// Adds the rows of each agent: rows of one list together, never two lists.
pub fn add_up(
    parts: BTreeMap<EmployeeId, Vec<Part>>,
    maps: &[SourceMapping],
    vocabulary: &Vocabulary,
    sources: &Sources,
    tell: &mut dyn FnMut(Finding, u16),
) -> Vec<Amount> {
    let facts_of: BTreeMap<u16, BTreeSet<FactId>> = maps
        .iter()
        .filter(|m| matches!(m.role, Role::Amounts | Role::Changes | Role::Events))
        .map(|m| {
            let facts = m.columns.iter().filter_map(|c| if let Meaning::Fact(f) = c.meaning { Some(f) } else { None });
            // A list of changes may have a sum of the month beside them.
            let facts = facts.filter(|f| m.role == Role::Amounts || crate::normalise::columns::is_one_off(vocabulary.get(*f)));
            let facts = facts.chain(m.variables.iter().flat_map(|v| v.facts.values().copied()));
            // A list of movements may pay any sum of one month.
            let any = m.moves.iter().flat_map(|_| vocabulary.iter()).filter(|(_, f)| crate::normalise::columns::is_one_off(f));
            let facts = facts.chain(any.map(|(id, _)| id));
            (m.source, facts.filter(|f| pays(vocabulary.get(*f))).collect())
        })
        .collect();
    let mut sums = rivals::Sums::new();
    for (id, list) in parts {
        let mut by_source: BTreeMap<u16, Vec<Part>> = BTreeMap::new();
        for p in list {
            let rows = by_source.entry(p.at.source).or_default();
            match rows.iter().find(|k| k.fact == p.fact && k.row == p.row && k.at.row != p.at.row) {
                // The same row again: each of its numbers would be paid twice.
                Some(first) => {
                    let f = Finding::new("M85", Severity::Justify).arg("agent", &id).arg("fact", &vocabulary.get(p.fact).label.fr);
                    tell(f.arg("value", p.value).of(&id).at(sources.place(first.at)).at(sources.place(p.at)), p.at.source);
                }
                None => rows.push(p),
            }
        }
        let of = by_source.into_iter().map(|(s, rows)| (s, sum(&id, rows, vocabulary, sources, tell))).collect();
        sums.insert(id, of);
    }
    let mut out = rivals::settle(sums, &facts_of, vocabulary, sources, tell);
    out.sort_by(|a, b| (&a.employee, a.fact, a.at).cmp(&(&b.employee, b.fact, b.at)));
    out
}

/// The rows of one agent in one list, by fact.
fn sum(
    id: &EmployeeId,
    rows: Vec<Part>,
    vocabulary: &Vocabulary,
    sources: &Sources,
    tell: &mut dyn FnMut(Finding, u16),
) -> BTreeMap<FactId, Amount> {
    let mut sums: BTreeMap<FactId, Amount> = BTreeMap::new();
    for p in rows {
        let Some(sum) = sums.get_mut(&p.fact) else {
            sums.insert(p.fact, Amount { employee: id.clone(), fact: p.fact, value: p.value, at: p.at, rows: 1 });
            continue;
        };
        sum.rows += 1;
        // Weeks add up, and so would a correction or a sum of the rows above: a person looks.
        let f = Finding::new("M86", Severity::Justify).arg("agent", id);
        let f = f.arg("fact", &vocabulary.get(p.fact).label.fr).arg("first", sum.value).arg("second", p.value).of(id);
        tell(f.at(sources.place(sum.at)).at(sources.place(p.at)), p.at.source);
        match sum.value.add(p.value) {
            Some(v) => sum.value = v,
            None => {
                let f = Finding::new("N01", Severity::Blocking).arg("text", p.value).of(id).at(sources.place(p.at));
                tell(f, p.at.source);
            }
        }
    }
    sums
}

/// Absences once each: the same one again is dropped, two that overlap set the agent aside.
pub fn absences(events: Vec<Event>, sources: &Sources, tell: &mut dyn FnMut(Finding, u16)) -> Vec<Event> {
    let mut kept: Vec<Event> = Vec::new();
    let mut of: BTreeMap<EmployeeId, Vec<usize>> = BTreeMap::new();
    for e in events {
        let mine = of.entry(e.employee.clone()).or_default();
        let before = mine.iter().map(|i| &kept[*i]);
        let same = |k: &Event| (k.fact, k.from, k.to, k.days) == (e.fact, e.from, e.to, e.days);
        let overlap = |k: &Event| match (k.from, k.to, e.from, e.to) {
            (Some(a), Some(b), Some(c), Some(d)) => a <= d && c <= b,
            (None, _, None, _) => k.fact == e.fact && k.at.source != e.at.source,
            _ => k.from.is_some() && k.from == e.from,
        };
        let Some(rival) = before.into_iter().find(|&k| same(k) || overlap(k)) else {
            mine.push(kept.len());
            kept.push(e);
            continue;
        };
        let f = if same(rival) { Finding::new("M89", Severity::Justify) } else { Finding::new("M90", Severity::Blocking) };
        let f = f.arg("agent", &e.employee).arg("nature", &e.nature).of(&e.employee);
        tell(f.at(sources.place(rival.at)).at(sources.place(e.at)), e.at.source);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn december() -> (PayMonth, PayMonth) {
        let m = PayMonth::parse("2021-12").expect("a month");
        (m, m.previous())
    }

    #[test]
    fn a_name_says_which_month_a_list_is_for() {
        let (m, l) = december();
        for this in [
            "heures-sup-décembre",
            "Décembre",
            "CIA 2021",
            "evp_202112",
            "absences 12-2021",
            "2021-12 HS",
            "HS dec",
            "sorties 2021-2022",
            "2020-2021",
        ] {
            assert_eq!(month_said(this, m, l, false), Said::This, "{this}");
        }
        for other in ["heures sup novembre", "Novembre", "CIA 2020", "evp_202111", "hs 2021-11", "2020", "décembre 2020"] {
            assert!(matches!(month_said(other, m, l, false), Said::Other(_)), "{other}");
        }
        for nothing in ["absences", "extraction 2021-11-30", "export 30/11/2021", "Avancements", "arrêtés du 12 novembre 2021"] {
            assert_eq!(month_said(nothing, m, l, false), Said::Nothing, "{nothing}");
        }
    }

    #[test]
    fn a_date_or_a_year_in_a_title_is_about_something_else() {
        let (m, l) = december();
        assert_eq!(month_said("Délibération du 12 novembre 2018, article 2 - 2018", m, l, true), Said::Nothing);
        assert_eq!(month_said("Heures faites en novembre 2021, paie de décembre 2021", m, l, true), Said::This);
        for title in ["Heures supplémentaires Mois : 01/11/2021", "Relevé Mois : 11/2021"] {
            assert_eq!(month_said(title, m, l, true), Said::Other("novembre 2021".to_owned()), "{title}");
        }
        assert_eq!(month_said("Heures Mois : 01/12/2021", m, l, true), Said::This);
        assert_eq!(month_said("Période 01/11/2021 au 30/12/2021", m, l, true), Said::Nothing);
        assert_eq!(other_month("Décembre", "", "heures novembre", m, l), None);
        assert_eq!(other_month("Novembre", "", "heures décembre", m, l), Some("novembre".to_owned()));
    }

    #[test]
    fn letters_that_open_a_month_say_less_than_the_file() {
        let (m, l) = december();
        assert_eq!(other_month("Nov", "", "décisions décembre", m, l), None);
        assert_eq!(other_month("Nov 2021", "", "décisions décembre", m, l), Some("novembre 2021".to_owned()));
        assert_eq!(other_month("Nov", "", "décisions", m, l), Some("novembre".to_owned()));
    }

    #[test]
    fn tells_quantities_from_remarks() {
        for q in ["06/12/2021", "80 %", "17h30", "28/35", "3,5", "1 200,00", "06/12"] {
            assert!(is_quantity(q), "{q}");
        }
        for r in ["naissance", "Arrêté n° 2021-17", "FR7699900001", "20 ans révolus", ""] {
            assert!(!is_quantity(r), "{r}");
        }
    }
}
