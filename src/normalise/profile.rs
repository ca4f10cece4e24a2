//! What a column holds, whatever its title says: counts over a sample of its cells.

use crate::facts::{ChoiceOption, FactDecl, FactKind, NumberForm, Role as FactRole};
use crate::ground::{Exact, Iban, Nir};
use crate::normalise::mapping::{Meaning, Part};
use crate::normalise::text::fold;
use crate::normalise::titles::{Letter, is_employer, letter};
use crate::normalise::values::{self, Mark};
use crate::read::table::Cell;
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// Different values kept of a column; more are only counted.
const DISTINCT: usize = 400;

/// Counts over the sampled cells of one column.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Data rows looked at, filled or not.
    pub rows: u32,
    pub filled: u32,
    /// Cells with a stroke: among numbers, where nothing is to be said.
    pub strokes: u32,
    pub numbers: u32,
    /// Numbers in which letters stand for digits: « 2OO ».
    pub slips: u32,
    pub whole: u32,
    pub negative: u32,
    pub percent: u32,
    /// Cells of fifty to ninety percent in tenths, as part time of a full post is granted.
    pub tenths: u32,
    pub dates: u32,
    /// Days without their year, which only a list of this month may hold.
    pub days: u32,
    /// Dates of a plausible birth.
    pub births: u32,
    pub ibans: u32,
    pub iban_like: u32,
    pub nirs: u32,
    pub nir_like: u32,
    pub postal: u32,
    pub letters: u32,
    pub upper: u32,
    pub flags: u32,
    pub shares: u32,
    pub id_like: u32,
    pub hours: u32,
    /// Days in words: `1 journée`, `1/2 journée`.
    pub day_words: u32,
    pub broken: u32,
    pub commas: u32,
    pub dots: u32,
    pub least: Option<Exact>,
    pub most: Option<Exact>,
    /// Folded values with how often they stand, up to a limit.
    pub values: BTreeMap<String, u32>,
    /// Values as written, accounts and identity numbers masked.
    pub samples: Vec<String>,
    pub longest: usize,
    /// Bare numbers of more than two decimals.
    pub fine: u32,
    /// Numbers that are no quarters, as hours are counted by.
    pub uneven: u32,
    /// Months of the dates, as (year, month).
    pub months: BTreeSet<(i32, u32)>,
    /// How well the cells fit each fact, by its index; filled when every row is counted.
    pub fits: Vec<i32>,
}

/// Shape, country length and key of an account number; bank details are checked later, where accounts are paid.
pub fn looks_like_iban(text: &str) -> (bool, bool) {
    let t: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let shape = (15..=34).contains(&t.len())
        && t.is_ascii()
        && t.bytes().take(2).all(|b| b.is_ascii_uppercase())
        && t.bytes().skip(2).take(2).all(|b| b.is_ascii_digit());
    if !shape {
        // With « IBAN » before it, or the code of its bank behind.
        let whole = (15..=60).contains(&text.len()) && Iban::parse(text).is_ok();
        return (whole, whole);
    }
    let mut n: u64 = 0;
    for b in t.bytes().skip(4).chain(t.bytes().take(4)) {
        n = if b.is_ascii_digit() { n * 10 + u64::from(b - b'0') } else { n * 100 + u64::from(b - b'A' + 10) } % 97;
    }
    (true, n == 1)
}

fn mask(text: &str) -> String {
    let (shape, _) = looks_like_iban(text);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let t: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let count = t.chars().count();
    if shape && count > 8 {
        let head: String = t.chars().take(4).collect();
        let tail: String = t.chars().skip(count - 4).collect();
        return format!("{head} •••• {tail}");
    }
    if digits >= 12 {
        let head: String = t.chars().take(3).collect();
        return format!("{head}••••••••••");
    }
    let shown: String = text.chars().take(40).collect();
    shown
}

impl Profile {
    /// Counts one cell of a data row.
    pub fn add(&mut self, cell: &Cell<'_>, latest: NaiveDate) {
        self.rows += 1;
        let shown = cell.shown();
        let text = shown.as_ref();
        if text.is_empty() {
            return;
        }
        self.filled += 1;
        self.strokes += u32::from(matches!(text, "-" | "\u{2013}" | "\u{2014}"));
        self.longest = self.longest.max(text.chars().count());
        let folded = fold(text);
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if self.samples.len() < 3 {
            let m = mask(text);
            if !self.samples.contains(&m) {
                self.samples.push(m);
            }
        }
        match cell {
            Cell::Date(d) => self.add_date(*d, latest),
            Cell::Broken(_) => self.broken += 1,
            Cell::Empty | Cell::Flag(_) => {}
            Cell::Number(_) | Cell::Text(_) => {
                let text_cell = matches!(cell, Cell::Text(_));
                if text_cell {
                    if digits >= 4
                        && text.contains(['/', '-', '.', ' '])
                        && !text.contains('%')
                        && let Ok(Some(d)) = values::date(text, latest)
                    {
                        self.add_date(d, latest);
                    }
                    if (2..=4).contains(&digits) && values::day_of_year(text, latest).is_some() {
                        self.days += 1;
                    }
                    let comma = text.rfind(',');
                    let dot = text.rfind('.');
                    let tail = |i: usize| text[i + 1..].trim_end_matches(['€', '%', ' ', '\u{a0}', '-']).len();
                    match (comma, dot) {
                        (Some(c), None) if tail(c) != 3 => self.commas += 1,
                        (None, Some(d)) if tail(d) != 3 && text.matches('.').count() == 1 => self.dots += 1,
                        (Some(c), Some(d)) if c > d => self.commas += 1,
                        (Some(_), Some(_)) => self.dots += 1,
                        _ => {}
                    }
                }
                // Eight digits in one piece that make a day: 20211201.
                if digits == 8
                    && text.len() == 8
                    && let Ok(Some(d)) = values::date(text, latest)
                {
                    self.add_date(d, latest);
                }
                let body = text.strip_suffix('%').map_or_else(|| values::without_unit(text), str::trim);
                if text.ends_with('%') {
                    self.percent += 1;
                }
                if let Ok(Some(n)) = values::amount(body, Mark::Unknown).or_else(|_| values::amount(body, Mark::Comma)) {
                    if digits <= 12 {
                        self.numbers += 1;
                        if n.whole().is_some() {
                            self.whole += 1;
                        }
                        if n.is_negative() {
                            self.negative += 1;
                        }
                        let percent = if n <= Exact::ONE { n.mul(Exact::int(100)) } else { Some(n) };
                        self.tenths += u32::from(percent.and_then(Exact::whole).is_some_and(|p| (50..=90).contains(&p) && p % 10 == 0));
                        if n.mul(Exact::int(100)).and_then(Exact::whole).is_none() {
                            self.fine += 1;
                        }
                        self.uneven += u32::from(n.mul(Exact::int(4)).and_then(Exact::whole).is_none());
                        if !text.ends_with('%') {
                            self.least = Some(self.least.map_or(n, |m| m.min(n)));
                            self.most = Some(self.most.map_or(n, |m| m.max(n)));
                        }
                    }
                } else if values::amount(&body.replace(['O', 'o'], "0").replace(['l', 'I'], "1"), Mark::Unknown).is_ok_and(|n| n.is_some())
                {
                    self.slips += 1;
                } else if values::hours(text, Mark::Unknown).is_ok() {
                    self.hours += 1;
                } else if values::days(text, Mark::Unknown).is_ok() {
                    self.day_words += 1;
                }
                self.add_identity(text, digits);
            }
        }
        let lettered = crate::normalise::register::numbered_name(&folded).map_or(folded.as_str(), |(_, name)| name);
        if lettered.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '.' | '(' | ')'))
            && lettered.chars().any(char::is_alphabetic)
        {
            self.letters += 1;
            if text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase) {
                self.upper += 1;
            }
        }
        if values::flag(text).is_ok() {
            self.flags += 1;
        }
        if values::working_time(text, false, Mark::Unknown).is_ok() || values::working_time(text, true, Mark::Unknown).is_ok() {
            self.shares += 1;
        }
        if self.values.len() < DISTINCT || self.values.contains_key(&folded) {
            *self.values.entry(folded).or_insert(0) += 1;
        }
    }

    fn add_date(&mut self, d: NaiveDate, latest: NaiveDate) {
        self.dates += 1;
        if (15..=85).contains(&(latest.year() - 10 - d.year())) {
            self.births += 1;
        }
        if self.months.len() < 50 {
            self.months.insert((d.year(), d.month()));
        }
    }

    fn add_identity(&mut self, written: &str, digits: usize) {
        let tidy = crate::normalise::register::tidy_number(std::borrow::Cow::Borrowed(written));
        let text = tidy.as_ref();
        let (shape, valid) = looks_like_iban(text);
        self.iban_like += u32::from(shape);
        self.ibans += u32::from(valid);
        if digits >= 12 && !shape {
            let plain = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, 'A' | 'B' | 'a' | 'b' | '.' | '-'));
            let first = text.trim_start().starts_with(['1', '2', '3', '4', '7', '8']);
            self.nir_like += u32::from(plain && first && digits <= 15);
            self.nirs += u32::from(Nir::parse(text).is_ok());
        }
        let compact = !text.contains(char::is_whitespace);
        if compact && digits == 5 && text.len() == 5 || compact && digits == 4 && text.len() == 4 {
            self.postal += 1;
        }
        // `00123/2` is a number and which of its posts.
        let post = |(number, post): &(&str, &str)| number.len() >= 3 && post.len() == 1 && post.bytes().all(|b| b.is_ascii_digit());
        let text = text.rsplit_once('/').filter(post).map_or(text, |x| x.0);
        if compact && (1..=12).contains(&text.len()) && digits >= 1 && text.chars().all(char::is_alphanumeric) && digits * 2 >= text.len() {
            self.id_like += 1;
        }
    }

    /// Of the filled cells, percent; a stroke among numbers is none.
    pub fn share(&self, count: u32) -> u32 {
        let filled = if self.numbers + self.hours > 0 { self.filled - self.strokes } else { self.filled };
        (count * 100).checked_div(filled).unwrap_or(0)
    }

    pub fn mark(&self) -> Mark {
        match (self.commas, self.dots) {
            (0, 0) => Mark::Unknown,
            (c, d) if c > d * 4 => Mark::Comma,
            (c, d) if d > c * 4 => Mark::Dot,
            _ => Mark::Unknown,
        }
    }

    /// 1, 2, 3 … as many as there are rows.
    pub fn counts_rows(&self) -> bool {
        let rows = Exact::int(i64::from(self.filled));
        self.filled > 1 && self.whole == self.filled && self.least == Some(Exact::ONE) && self.most == Some(rows)
    }

    /// Numbers that differ, most of them with cents.
    pub fn holds_amounts(&self) -> bool {
        self.values.len() > 2 && self.numbers * 10 >= self.filled * 8 && self.whole * 2 < self.filled
    }

    /// `001` in every row: the number of somebody, and no quantity.
    fn is_one_number(&self) -> bool {
        let number = |v: &String| v.len() >= 2 && v.starts_with('0') && v.bytes().all(|b| b.is_ascii_digit());
        self.filled >= 4 && self.values.len() == 1 && self.values.keys().all(number)
    }

    /// Whether a cell holds a number above what the fact can be; a rate is written in percent or as a share.
    fn has_above(&self, most: Exact, kind: &FactKind) -> bool {
        let rate = matches!(kind, FactKind::Number { form: NumberForm::Rate });
        let number = |text: &str| {
            let percent = text.ends_with('%');
            let body = text.strip_suffix('%').map_or(text, str::trim);
            let n = values::amount(body, Mark::Unknown).or_else(|_| values::amount(body, Mark::Comma)).ok().flatten()?;
            match rate {
                false => Some(n),
                // A bare number up to one may be a percent or a share.
                true => (percent || n > Exact::ONE).then(|| n.div(Exact::int(100))).flatten(),
            }
        };
        self.values.keys().any(|v| number(v).is_some_and(|n| n > most))
    }

    /// Cells that one of the options names.
    fn chosen(&self, options: &[ChoiceOption]) -> u32 {
        let hits: u32 = self.values.iter().filter(|(v, _)| option_of(options, v).is_some()).map(|(_, n)| *n).sum();
        self.share(hits)
    }
}

/// The option a folded text names: as it is written, or else the longest of its words that an option is written with.
/// « titulaire cnracl » says titulaire, « non titulaire (cdd) » says non titulaire; two options as long say nothing.
pub fn option_of(options: &[ChoiceOption], folded: &str) -> Option<u16> {
    let tidy = folded.trim_end_matches('.');
    let found = options.iter().position(|o| o.written.iter().any(|w| w == tidy || w.as_str() == folded));
    found.or_else(|| option_within(options, tidy)).and_then(|i| u16::try_from(i).ok())
}

fn option_within(options: &[ChoiceOption], text: &str) -> Option<usize> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let mut best: Vec<(usize, usize)> = Vec::new();
    for (i, o) in options.iter().enumerate() {
        let long = o
            .written
            .iter()
            .filter_map(|w| {
                let first = w.split(|c: char| !c.is_alphanumeric()).find(|w| !w.is_empty())?;
                if !words.contains(&first) {
                    return None;
                }
                let own: Vec<&str> = w.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
                let length: usize = own.iter().map(|w| w.len()).sum();
                (length >= 3 && !own.is_empty() && words.windows(own.len()).any(|x| x == own)).then_some(length)
            })
            .max();
        best.extend(long.map(|l| (l, i)));
    }
    best.sort_unstable();
    match best.as_slice() {
        [.., (a, _), (b, _)] if a == b => None,
        [.., (_, i)] => Some(*i),
        [] => None,
    }
}

/// A column called a position whose cells are all of one closed list (TIT, STG, CDD) is that list.
pub fn prefer_lists(p: &mut Profile, vocabulary: &crate::facts::Vocabulary) {
    let several = |options: &[ChoiceOption]| p.values.keys().filter_map(|v| option_of(options, v)).collect::<BTreeSet<_>>().len() >= 2;
    let listed = vocabulary.iter().any(|(id, f)| match &f.kind {
        FactKind::Choice { options } => p.fits[id.index()] >= 20 && several(options),
        FactKind::Number { .. } | FactKind::Date | FactKind::Text | FactKind::Flag => false,
    });
    if let (true, Some(position)) = (listed, vocabulary.role(FactRole::Position)) {
        p.fits[position.index()] = -60;
    }
}

/// From a share of cells that fit to a bonus or a contradiction.
fn judged(share: u32, bonus: i32) -> i32 {
    match share {
        95.. => bonus,
        80..95 => bonus * 2 / 3,
        60..80 => 0,
        35..60 => -25,
        _ => -60,
    }
}

/// How well the cells fit a fact: from -60 (they contradict it) to 25 (they could hardly be anything else).
pub fn fits_fact(p: &Profile, fact: &FactDecl) -> i32 {
    if p.filled == 0 {
        return 0;
    }
    // One slip of the key takes nothing from the others: its own row is asked.
    let slips = if p.numbers > 0 { p.slips } else { 0 };
    let number = p.share(p.numbers + slips);
    if fact.most.is_some_and(|most| p.has_above(most, &fact.kind)) {
        return -60;
    }
    if !fact.parts.is_empty() {
        let whole = p.values.iter().filter(|(v, _)| crate::normalise::cells::numbers_within(v).len() == fact.parts.len());
        return judged(p.share(whole.map(|(_, n)| *n).sum()), 20);
    }
    match &fact.kind {
        FactKind::Number { form } => match form {
            NumberForm::Fraction => judged(p.share(p.shares), 14),
            NumberForm::Rate => judged(number, 8),
            // « 24/35ème » is hours of a post.
            NumberForm::Hours if fact.name == "heures_poste" => judged(p.share((p.numbers + p.hours).max(p.shares)), 8),
            NumberForm::Hours => judged(p.share(p.numbers + p.hours + slips), 8),
            NumberForm::Points | NumberForm::Count => judged(p.share(p.whole), 10) - if p.dates > p.filled / 2 { 40 } else { 0 },
            NumberForm::Days => judged(p.share(p.numbers + p.day_words), 8) - if p.percent > 0 || p.share(p.dates) > 50 { 40 } else { 0 },
            NumberForm::Money => judged(number, 8) - if p.percent > 0 || p.share(p.dates) > 50 { 40 } else { 0 },
        },
        FactKind::Date => {
            let serials =
                p.share(p.whole) > 90 && p.least.is_some_and(|n| n >= Exact::int(10_000)) && p.most.is_some_and(|n| n < Exact::int(80_000));
            // A day without its year: no date of birth, and where a number could stand a weaker sign.
            let short = fact.role != Some(FactRole::BirthDate) && p.days > 0;
            let dates = if short { p.dates + p.days } else { p.dates };
            let fit = if serials { 0 } else { judged(p.share(dates), if short { 8 } else { 14 }) };
            if fact.role == Some(FactRole::BirthDate) && p.share(p.births) < 60 { fit - 25 } else { fit }
        }
        // A count is no yes or no, though its ones and noughts could be.
        FactKind::Flag if p.share(p.numbers) > 80 && p.most.is_some_and(|m| m > Exact::ONE) => -60,
        FactKind::Flag => judged(p.share(p.flags), 14),
        FactKind::Choice { options } => judged(p.chosen(options), 20),
        FactKind::Text => fits_text(p, fact.role, number),
    }
}

fn fits_text(p: &Profile, role: Option<FactRole>, number: u32) -> i32 {
    use FactRole as R;
    match role {
        Some(R::Iban) => judged(p.share(p.iban_like), 25),
        Some(R::IdentityNumber) => judged(p.share(p.nir_like), 25),
        Some(R::PostalCode) => judged(p.share(p.postal), 15),
        Some(R::AccountBank | R::AccountBranch | R::AccountNumber | R::AccountKey) => {
            if p.share(p.iban_like) > 50 || p.share(p.dates) > 50 { -60 } else { judged(p.share(p.id_like), 12) }
        }
        Some(R::Employee) => {
            let fit = judged(p.share(p.id_like), 12);
            if p.share(p.nir_like) > 50 || p.share(p.dates) > 50 { -60 } else { fit }
        }
        Some(R::Surname | R::MarriedName | R::GivenName | R::FullName | R::Town) => judged(p.share(p.letters), 10),
        Some(R::Address) => {
            if p.share(p.letters + p.numbers) > 95 && number > 80 {
                -50
            } else {
                5
            }
        }
        Some(
            R::Post
            | R::AccountHolder
            | R::Service
            | R::Entry
            | R::Exit
            | R::ContractEnd
            | R::BirthDate
            | R::Position
            | R::Act
            | R::Grade
            | R::LeaveStart
            | R::LeaveContinues
            | R::LeavesBegun
            | R::LeaveLength,
        )
        | None => {
            if p.share(p.dates) > 60 || p.share(p.ibans) > 50 || p.share(p.nirs) > 50 {
                -60
            } else if number > 90 && p.most.is_some_and(|m| m > Exact::int(99)) && !matches!(role, Some(R::Post | R::Act | R::Service)) {
                -30
            } else {
                2
            }
        }
    }
}

/// Whether a column says of each row whose share it is, and nothing else: « S » and « P ».
pub fn says_both_shares(p: &Profile) -> bool {
    let employer = |v: &String| is_employer(v);
    p.values.keys().all(|v| employer(v).is_some())
        && p.values.keys().any(|v| employer(v) == Some(true))
        && p.values.keys().any(|v| employer(v) == Some(false))
}

/// Whether nearly every cell says on which side its row stands, and they say two sides at least: « Gain », « Retenue », « Charge
/// patronale ».
pub fn says_sides(p: &Profile) -> bool {
    let known: u32 = p.values.iter().filter(|(v, _)| letter(v).is_some()).map(|(_, n)| *n).sum();
    let sides: BTreeSet<Letter> = p.values.keys().filter_map(|v| letter(v)).filter(|l| *l != Letter::Sum).collect();
    p.filled >= 4 && p.share(known) >= 90 && sides.len() >= 2 && p.share(p.numbers) < 50
}

/// How well the cells fit a meaning that is no fact.
pub fn fits_plain(p: &Profile, meaning: Meaning) -> i32 {
    if p.filled == 0 {
        return 0;
    }
    let number = if p.is_one_number() { 0 } else { p.share(p.numbers) };
    match meaning {
        Meaning::Code => {
            let short = p.longest <= 12;
            let repeated = p.filled >= 20 && p.values.len() * 4 <= p.filled as usize;
            if !short || p.share(p.dates) > 50 {
                -50
            } else if repeated {
                12
            } else {
                0
            }
        }
        Meaning::Label => {
            if number > 50 || p.share(p.dates) > 50 || p.longest <= 2 {
                -60
            } else {
                8
            }
        }
        Meaning::Base | Meaning::Gain | Meaning::Deduction | Meaning::EmployerBase | Meaning::EmployerAmount | Meaning::Rate => {
            judged(number, 8)
        }
        // No contribution is more than its base: « Patronal » over 657,50 holds amounts.
        Meaning::EmployerRate => judged(number, 8) - if p.most.is_some_and(|m| m > Exact::int(100)) { 80 } else { 0 },
        Meaning::Amount => judged(number, 6) - if p.negative > 0 { 3 } else { 0 },
        Meaning::Signed => judged(number, 4) + if p.negative * 6 > p.filled { 12 } else { -25 },
        Meaning::Element(_, _) | Meaning::Local(_) | Meaning::Total(_) => judged(number, 8),
        Meaning::Payer => {
            if says_both_shares(p) {
                18
            } else {
                -60
            }
        }
        Meaning::Side => {
            if says_both_shares(p) {
                -60
            } else if p.values.len() <= 6 && p.longest <= 12 && number < 50 || says_sides(p) {
                15
            } else {
                -60
            }
        }
        Meaning::Period => {
            let periods = p.values.iter().filter(|(v, _)| period_of(v).is_some()).map(|(_, n)| *n).sum::<u32>();
            // A bare month: the year stands in another column, or is understood.
            let months = p.numbers == p.filled && p.least >= Some(Exact::ONE) && p.most <= Some(Exact::int(12));
            if months { 5 } else { judged(p.share(periods.max(p.dates)), 15) }
        }
        Meaning::Year => {
            let years = p.least >= Some(Exact::int(1_990)) && p.most.is_some_and(|m| m < Exact::int(2_100));
            if years { judged(p.share(p.whole), 12) } else { -60 }
        }
        Meaning::Nature => {
            if number > 50 || p.share(p.dates) > 50 {
                -60
            } else {
                6
            }
        }
        Meaning::From | Meaning::To | Meaning::Effective | Meaning::Requested => judged(p.share(p.dates + p.days), 15),
        Meaning::Days => judged(p.share(p.numbers + p.day_words), 10) - if p.most.is_some_and(|m| m > Exact::int(366)) { 50 } else { 0 },
        Meaning::Continues => {
            if p.share(p.flags) >= 90 || p.values.keys().all(|v| v.starts_with("init") || v.starts_with("prol") || v == "i" || v == "p") {
                15
            } else {
                -40
            }
        }
        Meaning::ReceivedBy => {
            if number > 50 || p.share(p.dates) > 50 {
                -60
            } else {
                4
            }
        }
        Meaning::Ignored | Meaning::Unknown | Meaning::Fact(_) | Meaning::Old(_) | Meaning::New(_) => 0,
    }
}

/// `10/2021`, `2021-10`, `202110`, `octobre 2021`: the month a line is about.
pub fn period_of(text: &str) -> Option<crate::ground::PayMonth> {
    use crate::ground::PayMonth;
    let t = fold(text);
    let parts: Vec<&str> = t.split(['/', '-', '.', ' ']).filter(|p| !p.is_empty()).collect();
    match parts.as_slice() {
        [one] if one.len() == 6 => {
            let n: u32 = one.parse().ok()?;
            PayMonth::new((n / 100) as i32, n % 100).or_else(|| PayMonth::new((n % 10_000) as i32, n / 10_000))
        }
        // « oct-21 », as a spreadsheet writes a month.
        [m, y] if y.len() == 2 && !m.starts_with(|c: char| c.is_ascii_digit()) => {
            PayMonth::new(2_000 + y.parse::<i32>().ok()?, values::month_named(m)?)
        }
        [m, y] if y.len() == 4 => PayMonth::new(y.parse().ok()?, m.parse().ok().or_else(|| values::month_named(m))?),
        [y, m] if y.len() == 4 => PayMonth::new(y.parse().ok()?, m.parse().ok()?),
        [_, m, y] if y.len() == 4 => PayMonth::new(y.parse().ok()?, m.parse().ok()?),
        _ => None,
    }
}

/// Which part of a line a cell of a register is; used where a group heading names the rubric.
pub fn fits_part(p: &Profile, part: Part) -> i32 {
    fits_plain(
        p,
        match part {
            Part::Base => Meaning::Base,
            Part::Rate => Meaning::Rate,
            Part::Amount => Meaning::Amount,
            Part::EmployerRate => Meaning::EmployerRate,
            Part::EmployerAmount => Meaning::EmployerAmount,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_what_must_not_be_shown() {
        assert_eq!(mask("FR76 9999 9000 0000 0000 0000 123"), "FR76 •••• 0123");
        assert!(!mask("1 58 11 24 964 319 86").contains("319"));
    }

    #[test]
    fn words_inside_decide_for_an_option() {
        let option = |id: &str, written: &[&str]| ChoiceOption {
            id: id.to_owned(),
            label: crate::ground::Words::new(id, ""),
            written: written.iter().map(|w| (*w).to_owned()).collect(),
        };
        let options = [option("tenured", &["titulaire", "tit", "t"]), option("contract", &["contractuel", "non titulaire", "cdd", "cdi"])];
        for (text, want) in [
            ("titulaire cnracl", Some(0)),
            ("non titulaire (cdd) art. 3-3", Some(1)),
            ("agent contractuel cdi", Some(1)),
            ("tit.", Some(0)),
            ("elu", None),
            ("agent t", None),
        ] {
            assert_eq!(option_of(&options, text), want, "{text}");
        }
    }

    #[test]
    fn reads_the_month_a_line_is_about() {
        for t in ["10/2021", "2021-10", "202110", "octobre 2021", "oct. 2021", "oct-21", "oct. 21"] {
            assert_eq!(period_of(t), crate::ground::PayMonth::new(2021, 10), "{t}");
        }
        for t in ["14/2021", "T3 2021", "21-10", "10-21"] {
            assert_eq!(period_of(t), None, "{t}");
        }
    }
}
