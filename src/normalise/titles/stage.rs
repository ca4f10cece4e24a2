//! Words beside what a list pays that say that it is not so, or not yet.

use super::file::FILE;
use super::words::{is_one, one_of, opens, spaced};
use crate::facts::NumberForm;

/// Whether a title is that of the stage of a demand, or of what is done with a row: « État », « Étape », « Action ».
pub fn of_stage(heading: &str) -> bool {
    spaced(heading).split_whitespace().next().is_some_and(|w| opens(&FILE.stage.titles, w))
}

/// Whether a stage is none at which anything is paid: « Demande N+1 », « Prévision », « Suppression ».
pub fn is_not_yet(text: &str) -> bool {
    one_of(&FILE.stage.not_yet, &spaced(text)).is_some()
}

/// Whether a letter says that a row is agreed: « V ».
pub fn is_granted(text: &str) -> bool {
    is_one(&FILE.stage.granted, text)
}

/// Whether anything under a title says that a row is refused: « Rejeté par ».
pub fn says_refused(heading: &str) -> bool {
    one_of(&FILE.stage.refused, &spaced(heading)).is_some()
}

/// Whether a title says that a day away is paid all the same: « Rémunéré », « Maintien ».
pub fn pays_all_the_same(heading: &str) -> bool {
    one_of(&FILE.stage.maintained, &spaced(heading)).is_some()
}

/// Whether a yes under a title makes another leave of a sickness: « ALD ».
pub fn relieves(heading: &str) -> bool {
    one_of(&FILE.stage.relieves, &spaced(heading)).is_some()
}

/// Whether a text is a part of a day: « Matin ».
pub fn half_a_day(text: &str) -> bool {
    is_one(&FILE.stage.half_day, text)
}

/// Whether a title says a whole day: « Journée entière ».
pub fn whole_day(text: &str) -> bool {
    is_one(&FILE.stage.whole_day, text)
}

/// Whether a title is that of thirtieths kept: « Retenue (trentième) ».
pub fn of_thirtieths(text: &str) -> bool {
    is_one(&FILE.stage.thirtieths, text)
}

/// Whether a title is that of units: « Unité ».
pub fn of_units(heading: &str) -> bool {
    is_one(&FILE.stage.units.titles, heading)
}

/// What a text under « Unité » measures; an unknown unit is no form.
pub fn unit_of(heading: &str, text: &str) -> Option<Option<NumberForm>> {
    of_units(heading).then(|| form_of_unit(text))
}

/// What a unit measures: « h », « jours ».
pub fn form_of_unit(text: &str) -> Option<NumberForm> {
    let units = &FILE.stage.units;
    let forms = [(&units.hours, NumberForm::Hours), (&units.money, NumberForm::Money), (&units.days, NumberForm::Days)];
    let symbol = text.trim() == "€";
    let of = |(list, form): (&Vec<String>, NumberForm)| (is_one(list, text) || symbol && form == NumberForm::Money).then_some(form);
    forms.into_iter().find_map(of)
}

/// Whether a text under its title says other than a whole value in euros of this month: « Devise ; XPF », « Périodicité ; annuel »,
/// « Garde alternée ; oui ».
pub fn otherwise(heading: &str, text: &str) -> bool {
    let known = FILE.stage.only.iter().find(|(titles, _)| is_one(titles, heading));
    known.is_some_and(|(_, words)| text.trim() != "€" && !spaced(text).split_whitespace().all(|w| opens(words, w)))
}

/// Whether a fact counts overtime.
pub fn is_overtime(fact: &str) -> bool {
    opens(&FILE.stage.overtime, fact)
}

/// Whether a title is that of a number that is not the employee's: « N° badge ».
pub fn of_another_number(heading: &str) -> bool {
    is_one(&FILE.stage.numbers, heading)
}

/// Whether a kind of absence is not sure by its own words: « Absence injustifiée (à vérifier) ».
pub fn is_unsure(nature: &str) -> bool {
    one_of(&FILE.stage.unsure, &spaced(nature)).is_some()
}

/// Whether a word beside the name of a leave changes nothing: « Maladie ordinaire (initial) ».
pub fn of_any_leave(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit()) || opens(&FILE.stage.of_leave, word)
}
