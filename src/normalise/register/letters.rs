//! A letter or a word that says whose an amount is: the agent's gain, kept from him, or the employer's.

use crate::normalise::text::fold;

/// What a letter or sign in a side column says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Letter {
    Gain,
    Deduction,
    Employer,
}

pub(super) fn letter(text: &str) -> Option<Letter> {
    match fold(text).as_str() {
        "g" | "+" | "gain" | "gains" | "a payer" | "payer" | "c" | "credit" | "1" => Some(Letter::Gain),
        "r" | "-" | "\u{2212}" | "retenue" | "retenues" | "a retenir" | "d" | "debit" | "-1" | "s" | "salarial" => Some(Letter::Deduction),
        "p" | "pat" | "patronal" | "patronale" | "e" | "employeur" => Some(Letter::Employer),
        _ => None,
    }
}

/// Whether a word says that a row is the employer's share, or that it is the agent's.
pub fn is_employer(text: &str) -> Option<bool> {
    match fold(text).trim_end_matches('.') {
        "p" | "pp" | "pat" | "patr" | "patron" | "patronal" | "patronale" | "part patronale" | "e" | "emp" | "employeur" => Some(true),
        "s" | "ps" | "sal" | "salarie" | "salarial" | "salariale" | "part salariale" | "a" | "agent" | "part agent" => Some(false),
        _ => None,
    }
}
