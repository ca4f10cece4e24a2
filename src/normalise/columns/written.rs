//! What stands in a title beside its words: marks of a share and of a sign, the number of a rubric, a rate.

use crate::normalise::mapping::Meaning;
use crate::normalise::text::Share;

/// « RAFP (P) » and « RAFP (S) »: the mark of the share taken off the title.
pub(super) fn marked_share(title: &str) -> (&str, Share) {
    let marks = [("(p)", Share::Employer), ("(pp)", Share::Employer), ("(s)", Share::Employee), ("(ps)", Share::Employee)];
    let lower = title.trim_end().to_lowercase();
    let found = marks.iter().find(|(m, _)| lower.len() > m.len() && lower.ends_with(m) && title.is_char_boundary(lower.len() - m.len()));
    found.map_or((title, Share::Unsaid), |(m, share)| (title[..lower.len() - m.len()].trim_end(), *share))
}

/// « RAFP S » and « RAFP P » beside each other: the letter says whose share it is.
pub(super) fn paired_share<'t>(title: &'t str, all: &[String]) -> (&'t str, Share) {
    let Some((stem, letter)) = title.rsplit_once(' ') else { return (title, Share::Unsaid) };
    let beside = |other: &str| all.iter().any(|t| t.strip_suffix(other).is_some_and(|t| t.trim_end() == stem));
    match letter {
        "P" if beside(" S") || beside("") => (stem, Share::Employer),
        "S" if beside(" P") => (stem, Share::Employee),
        _ => (title, Share::Unsaid),
    }
}

/// « Sal. + » and « Sal. - » beside each other: what is paid and what is kept.
pub(super) fn paired_sign(title: &str, all: &[String]) -> Option<Meaning> {
    let minus = ['-', '\u{2212}', '\u{2013}'];
    let plus = |t: &str| t.trim_end().strip_suffix('+').map(|s| s.trim_end().to_owned());
    let less = |t: &str| t.trim_end().strip_suffix(minus).map(|s| s.trim_end().to_owned());
    let named = |stem: &String| stem.chars().any(char::is_alphabetic);
    let beside = |stem: &String, of: &dyn Fn(&str) -> Option<String>| all.iter().any(|t| of(t).as_ref() == Some(stem));
    let gain = plus(title).filter(|s| named(s) && beside(s, &less)).map(|_| Meaning::Gain);
    gain.or_else(|| less(title).filter(|s| named(s) && beside(s, &plus)).map(|_| Meaning::Deduction))
}

/// `12000`, `ZC115`: the number of a rubric.
pub(super) fn is_code(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.len() >= 3 && digits * 2 >= word.len() && word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// A title without the rubric's number before it and the rate after it: « 12000 CSG DEDUCTIBLE 6,8 ».
pub fn bare_title(title: &str) -> &str {
    without_rate(without_code(title))
}

/// A title without the rubric's number before it, also where nothing divides them: « 0101TRAITEMENT INDICIAIRE ».
pub fn without_code(title: &str) -> &str {
    let t = title.trim();
    match t.split_once([' ', '-', ':']) {
        Some((first, rest)) if is_code(first) && rest.chars().any(char::is_alphabetic) => rest.trim_start_matches([' ', '-', ':']),
        Some(_) | None => {
            let rest = t.trim_start_matches(|c: char| c.is_ascii_digit());
            let glued = t.len() - rest.len() >= 3 && rest.chars().take_while(|c| c.is_alphabetic() || *c == '.').count() >= 2;
            if glued { rest } else { t }
        }
    }
}

/// A label without its rubric's number, of two figures as well: only where nearly all labels have one.
pub fn without_number(label: &str) -> &str {
    let two = |w: &str| w.len() == 2 && w.bytes().all(|b| b.is_ascii_digit());
    match label.trim().split_once([' ', '-', ':']) {
        Some((first, rest)) if two(first) && rest.chars().any(char::is_alphabetic) => rest.trim_start_matches([' ', '-', ':']),
        Some(_) | None => without_code(label),
    }
}

/// A title without the rate after it.
pub(super) fn without_rate(title: &str) -> &str {
    if let Some((rest, last)) = title.rsplit_once(' ')
        && let number = last.trim_end_matches('%')
        && number.contains([',', '.'])
        && number.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b'.')
        && rest.chars().any(char::is_alphabetic)
    {
        rest
    } else {
        title
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_behind_one_title_are_what_is_paid_and_what_is_kept() {
        let all: Vec<String> = ["Sal. +", "Sal. -", "Empl.", "Crédit +"].map(str::to_owned).to_vec();
        let found: Vec<Option<Meaning>> = all.iter().map(|t| paired_sign(t, &all)).collect();
        assert_eq!(found, [Some(Meaning::Gain), Some(Meaning::Deduction), None, None]);
    }
}
