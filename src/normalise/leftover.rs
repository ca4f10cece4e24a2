//! Words of a title that the fact it was taken for is not written with: « max », « retrait », « octobre ».

use crate::facts::{FactDecl, FactKind, NumberForm};
use crate::ground::PayMonth;
use crate::normalise::columns::bare_title;
use crate::normalise::text::{Phrase, same_word};
use crate::normalise::values::month_named;
use crate::normalise::{dated, titles};

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
    if !matches!(form, NumberForm::Money) && marks.contains('€') {
        return Some("€".to_owned());
    }
    let known = words_of(fact);
    let explained = |w: &str| titles::neutral(form_key(form), w) || known.iter().any(|k| same_word(w, k)) || is_month(w, month);
    let words = Phrase::of(dated::split(bare_title(title)).0).words;
    // A field of eight letters is the beginnings of its title's words, run together.
    let alone = words.len() == 1 && words[0].len() >= 5 && known.iter().any(|k| k.len() >= 2 && words[0].starts_with(&k[..k.len().min(3)]));
    words.into_iter().filter(|_| !alone).find(|w| !explained(w))
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
