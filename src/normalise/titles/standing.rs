//! Columns of a staff file that are about nothing but whether somebody is still there: « Position », « Motif de sortie », « Sorti ».

use super::file::FILE;
use super::words::{holds, is_one, one_of, opens, spaced, span_words};

/// Whether a yes under a title says that somebody left: « Sorti(e) ».
pub fn yes_says_left(heading: &str) -> bool {
    is_one(&FILE.standing.left, heading)
}

/// Whether a text says until when something holds: « jusqu'au 30/11 », « du 01/06 au 30/11 ».
pub fn holds_until(text: &str) -> bool {
    let tidy = spaced(text);
    FILE.standing.until.iter().any(|w| holds(&tidy, w)) || {
        let [from, to] = span_words().map(spaced);
        tidy.find(&from).is_some_and(|i| tidy[i..].contains(&to))
    }
}

/// Whether any word under a title says that somebody left: « Motif de sortie ».
pub fn of_why_left(heading: &str) -> bool {
    is_one(&FILE.standing.why, heading)
}

/// Whether a title is that of the state somebody is in, and of nothing else: « Position », « État ».
pub fn of_standing(heading: &str) -> bool {
    is_one(&FILE.standing.state, heading)
}

/// Whether a state is made of nothing but words of people who are paid, and numbers: « Activité à 80 % ».
pub fn state_is_paid(text: &str) -> bool {
    let phrases = FILE.standing.paid.iter().filter(|w| w.contains(' '));
    let rest = phrases.fold(spaced(text), |rest, p| if holds(&rest, p) { rest.replace(&format!(" {p} "), "  ") } else { rest });
    rest.split_whitespace().all(|w| w.bytes().any(|b| b.is_ascii_digit()) || opens(&FILE.standing.paid, w))
}

/// The word of a rubric's label that says that it may be paid once a year, or once in a life: « Prime de naissance ».
pub fn perhaps_once(label: &str) -> Option<String> {
    one_of(&FILE.once.perhaps, &spaced(label))
}
