//! Words of a title that the fact it was taken for is not written with: « max », « retrait », « octobre ».

use crate::facts::{FactDecl, FactKind, NumberForm};
use crate::ground::PayMonth;
use crate::normalise::columns::{bare_title, is_one_off};
use crate::normalise::text::{Phrase, same_word};
use crate::normalise::values::month_named;
use crate::normalise::{dated, titles};
use chrono::{Datelike, NaiveDate};

/// The key of the words that say nothing more of numbers of a form, in `rules/exports/titles.toml`.
pub const fn form_key(form: NumberForm) -> &'static str {
    match form {
        NumberForm::Money => "money",
        NumberForm::Hours => "hours",
        NumberForm::Days => "days",
        NumberForm::Points => "points",
        NumberForm::Count => "count",
        NumberForm::Rate => "rate",
        NumberForm::Fraction => "fraction",
    }
}

/// Words of all titles of a fact.
pub fn words_of(fact: &FactDecl) -> Vec<String> {
    let titles = fact.headings.iter().chain([&fact.label.fr]).map(String::as_str).chain([fact.name.as_str()]);
    let mut words: Vec<String> = titles.flat_map(|t| Phrase::of(&t.replace('_', " ")).words).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The first word of a title that neither the fact nor the unit nor the month to be paid explains.
pub fn of(title: &str, fact: &FactDecl, month: PayMonth) -> Option<String> {
    let FactKind::Number { form } = fact.kind else { return None };
    let marks = title.to_lowercase();
    if form == NumberForm::Money && marks.contains('%') {
        return Some("%".to_owned());
    }
    // « Jours télétravail (forfait 2,88 €) » is one of the fact's own titles.
    let own = || fact.headings.iter().any(|h| h.to_lowercase() == marks);
    if !matches!(form, NumberForm::Money) && marks.contains('€') && !own() {
        return Some("€".to_owned());
    }
    if let Some(unit) = titles::counted_in_another(form_key(form), title) {
        return Some(unit);
    }
    // « N-1 »: the year before, whatever its number.
    if let Some(mark) = titles::says_time_before(title) {
        return Some(mark.to_uppercase());
    }
    let (head, day) = dated::split(bare_title(title));
    if let Some(d) = day.filter(|d| is_other(*d, fact, month)) {
        return Some(d.format("%m/%Y").to_string());
    }
    let known = words_of(fact);
    let words = Phrase::of(head).words;
    // « moins » is explained by « HS < 14 » in whole only: « Heures en moins » is another thing.
    let whole = || fact.headings.iter().any(|h| same_words(&Phrase::of(h).words, &words));
    let due = if matches!(form, NumberForm::Money | NumberForm::Hours) { titles::due_words(head) } else { Vec::new() };
    let explained = |w: &str| {
        let named = known.iter().any(|k| same_word(w, k) || bare(w) == bare(k)) && (!titles::turning(w) || whole());
        named || titles::neutral(form_key(form), w) || is_month(w, month) || due.iter().any(|d| d == w)
    };
    // A field of eight letters is the beginnings of its title's words, run together.
    let begins = |k: &String| k.len() >= 3 && words[0].get(..3).is_some_and(|w| k.starts_with(w));
    let alone = words.len() == 1 && words[0].len() >= 5 && known.iter().any(begins);
    if alone {
        return None;
    }
    words.iter().find(|w| !explained(w)).cloned()
}

/// The words of a title but for those that change nothing: « CIA à payer », « Quotité à compter du ».
fn telling(title: &str) -> Vec<String> {
    let head = dated::split(bare_title(title)).0;
    let due = titles::due_words(head);
    Phrase::of(head).words.into_iter().filter(|w| !titles::neutral("all", w) && !due.contains(w)).collect()
}

fn titles_of(fact: &FactDecl) -> impl Iterator<Item = Vec<String>> {
    fact.headings.iter().chain([&fact.label.fr]).map(|h| telling(h))
}

fn all_within(a: &[String], b: &[String]) -> bool {
    a.iter().all(|w| b.iter().any(|o| same_word(w, o)))
}

/// Whether a title is one of the fact's, but for words that change nothing.
pub fn names(title: &str, fact: &FactDecl) -> bool {
    let own = telling(title);
    !own.is_empty() && titles_of(fact).any(|h| all_within(&h, &own) && all_within(&own, &h))
}

/// Whether a title is some words only of one of the fact's: « Complément ».
pub fn begins(title: &str, fact: &FactDecl) -> bool {
    let own = telling(title);
    !own.is_empty() && !names(title, fact) && titles_of(fact).any(|h| h.len() > own.len() && all_within(&own, &h))
}

/// A title's date that the value of this month cannot have: one after the month, or of a sum, one long before it.
fn is_other(day: NaiveDate, fact: &FactDecl, month: PayMonth) -> bool {
    let year_end = day.month() == 12 && day.day() == 31 && day.year() == month.year();
    let later = day > month.last_day() && !year_end;
    later || is_one_off(fact) && day.year() < month.year() - 1
}

/// The year before that of the month, which a title ends with: « CIA 2023 ».
pub fn year_before(title: &str, month: PayMonth) -> Option<i32> {
    let year = dated::split(bare_title(title)).1?.year();
    (year == month.year() - 1).then_some(year)
}

/// « 25h », « 14e »: the number.
fn bare(word: &str) -> &str {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && word.len() <= digits + 1 { &word[..digits] } else { word }
}

fn same_words(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|w| b.contains(w))
}

/// The month to be paid, or its year, or the year before.
fn is_month(word: &str, month: PayMonth) -> bool {
    let year = word.parse::<i32>().is_ok_and(|y| word.len() == 4 && (y == month.year() || y == month.year() - 1));
    year || word.len() >= 3 && month_named(word) == Some(month.month())
}

/// A word of a rubric's label that makes another thing of the element it names.
pub fn turning(label: &Phrase, known: &[Phrase]) -> bool {
    label.words.iter().any(|w| titles::turning(w) && !known.iter().any(|k| k.has(w)))
}
