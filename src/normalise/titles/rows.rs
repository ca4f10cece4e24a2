//! Words of rows: sums, remarks, sections, and whose share an amount is.

use super::RUN_TOGETHER;
use super::file::FILE;
use super::words::{is_one, opens, spaced};
use crate::normalise::mapping::TotalRole;
use crate::normalise::text::{Phrase, begins_with, fold, likeness, run_together_letters, runs_together};
use std::sync::LazyLock;

/// A sum the label of a rubric names, when it is surely one.
pub fn total_named(label: &str) -> Option<(TotalRole, u32)> {
    let phrase = Phrase::of(label);
    // « NETPAYER », « NETIMPO »: the words of a sum run together in one field.
    let field = match phrase.words.as_slice() {
        [word] if word.len() >= 6 && word.bytes().all(|b| b.is_ascii_lowercase()) => Some(word),
        _ => None,
    };
    let glued =
        |sum: &Sum| field.is_some_and(|word| sum.written.len() > 1 && begins_with(word, sum.letters) && runs_together(word, &sum.written));
    SUMS.iter()
        .filter(|sum| sum.written.len() > 1 || phrase.words.len() == 1 || sum.title.words == phrase.words)
        .map(|sum| (sum.role, likeness(&phrase, &sum.title).max(if glued(sum) { RUN_TOGETHER } else { 0 })))
        .filter(|(_, s)| *s >= 85)
        .max_by_key(|(_, s)| *s)
}

/// A title of a sum, taken apart.
struct Sum {
    role: TotalRole,
    title: Phrase,
    /// Its words of two letters and more as they are written.
    written: Vec<String>,
    /// First letters of what may be these words run together.
    letters: u32,
}

/// Titles of sums, taken apart once.
static SUMS: LazyLock<Vec<Sum>> = LazyLock::new(|| {
    let roles = FILE.total.iter().filter_map(|(n, t)| Some((TotalRole::parse(n)?, t)));
    let sum = |role: TotalRole, t: &String| {
        let written: Vec<String> = fold(t).split(' ').filter(|w| w.len() > 1).map(str::to_owned).collect();
        Sum { role, title: Phrase::of(t), letters: run_together_letters(&written), written }
    };
    roles.flat_map(|(role, titles)| titles.iter().map(move |t| sum(role, t))).collect()
});

/// What a row without an agent sums up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Summing {
    Part,
    Whole,
}

/// Whether the text opens a row of sums. A person's name or a rubric's label must not be asked.
pub fn summing(text: &str) -> Option<Summing> {
    let folded = fold(text);
    if folded.is_empty() || !folded.starts_with(|c: char| c.is_alphabetic() || c == '*' || c == '-') {
        return None;
    }
    let tidy = folded.trim_start_matches(['*', '-', ' ', '=']);
    let opens =
        |words: &[String]| words.iter().any(|w| tidy.strip_prefix(w.as_str()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
    if opens(&FILE.row.subtotal) {
        Some(Summing::Part)
    } else if opens(&FILE.row.total) {
        Some(Summing::Whole)
    } else {
        None
    }
}

/// Whether the text is the name of a sum, or of what a payslip tells beside its lines, and nothing else: a row « TOTAL » below an
/// agent's lines, « Plafond SS ».
pub fn is_beside(text: &str) -> bool {
    let tidy = spaced(text);
    let lists = [&FILE.row.subtotal, &FILE.row.total, &FILE.row.information];
    lists.into_iter().flatten().any(|w| spaced(w) == tidy)
}

/// Whether a text is the name of what a payslip tells beside its lines and nobody is paid: « Plafond SS », « Jours payés ».
pub fn informs(text: &str) -> bool {
    let tidy = spaced(text);
    FILE.row.information.iter().any(|w| spaced(w) == tidy)
}

/// Whether the text opens a remark (« Fait à la mairie », « Visa du chef de service »), or says that there is nothing (« NEANT »).
pub fn remarks(text: &str) -> bool {
    let tidy = spaced(text);
    let opens = |w: &String| tidy.starts_with(&format!(" {w} "));
    FILE.row.remark.iter().any(opens) || says_nothing(text)
}

/// Whether a day follows that somebody signs on: « Date : », « le ».
pub fn before_a_signature(text: &str) -> bool {
    is_one(&FILE.row.signed, text)
}

/// Whether a text says that there is nothing: « néant », « RAS ».
pub fn says_nothing(text: &str) -> bool {
    let tidy = spaced(text);
    FILE.row.nothing.iter().any(|w| tidy.trim() == w)
}

/// On which side the lines below a row stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    Gain,
    Deduction,
    Employer,
}

/// « GAINS », « CHARGES PATRONALES »: the side that a text alone in its row says.
pub fn section_named(text: &str) -> Option<Section> {
    let tidy = spaced(text);
    let all =
        [(&FILE.section.gain, Section::Gain), (&FILE.section.deduction, Section::Deduction), (&FILE.section.employer, Section::Employer)];
    all.into_iter().find(|(words, _)| words.iter().any(|w| w == tidy.trim())).map(|(_, s)| s)
}

/// What a word of a side column says an amount is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Letter {
    Gain,
    Deduction,
    Employer,
    Sum,
}

/// `G`, `R`, « Retenue salariale », « Charge patronale », `T`: the whole text is one of the words, or one of its words is. Whose
/// share it is says more than what is done with it; a text that says both says nothing.
pub fn letter(text: &str) -> Option<Letter> {
    let tidy = side_text(text);
    // « Total brut » is a sum.
    let all = [
        (&FILE.side.sum, Letter::Sum),
        (&FILE.side.gain, Letter::Gain),
        (&FILE.side.deduction, Letter::Deduction),
        (&FILE.side.employer, Letter::Employer),
    ];
    if let Some((_, letter)) = all.iter().find(|(list, _)| list.contains(&tidy)) {
        return Some(*letter);
    }
    if FILE.side.charge.contains(&tidy) {
        return Some(Letter::Employer);
    }
    if let Some(letter) = signed_share(&tidy) {
        return Some(letter);
    }
    let says = |list: &[String]| has_word(list, &tidy);
    match (says(&FILE.side.employer), says(&FILE.side.agent)) {
        (true, true) => None,
        (true, false) => Some(Letter::Employer),
        _ => all.iter().find(|(list, _)| says(list)).map(|(_, letter)| *letter),
    }
}

/// `PS+`, `Sal -`: the agent's share with its sign, which is paid or kept.
fn signed_share(tidy: &str) -> Option<Letter> {
    let (share, sign) = tidy.split_at_checked(tidy.len().checked_sub(1)?)?;
    let of_agent = || FILE.side.agent.iter().any(|w| w == share.trim_end_matches(['.', ' ']));
    match sign {
        "+" if of_agent() => Some(Letter::Gain),
        "-" if of_agent() => Some(Letter::Deduction),
        _ => None,
    }
}

/// Whether a text says that a row is the employer's share, or that it is the agent's: `P`, « Part salariale », « Employeurs ».
pub fn is_employer(text: &str) -> Option<bool> {
    let tidy = side_text(text);
    let says = |list: &[String]| list.contains(&tidy) || has_word(list, &tidy);
    match (says(&FILE.side.employer) || FILE.side.charge.contains(&tidy), says(&FILE.side.agent)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (true, true) | (false, false) => None,
    }
}

fn side_text(text: &str) -> String {
    fold(text).trim_end_matches('.').trim().to_owned()
}

/// Whether a word of the text, of three letters and more, is one of those listed.
fn has_word(list: &[String], text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|w| w.len() >= 3 && opens(list, w))
}

/// « Étiquettes de lignes »: the title of the rows of a pivot table.
pub fn of_pivot_rows(text: &str) -> bool {
    FILE.pivot.rows.contains(&fold(text))
}

/// « Étiquettes de colonnes »: what stands over the columns of a pivot table.
pub fn of_pivot_columns(text: &str) -> bool {
    FILE.pivot.columns.contains(&fold(text))
}

/// « Somme de Montant »: what a column of a pivot table sums up.
pub fn measured(text: &str) -> Option<&str> {
    let text = text.trim();
    let opens = |w: &String| text.chars().count() > w.len() && fold(&text.chars().take(w.len()).collect::<String>()) == *w;
    let word = FILE.pivot.measure.iter().find(|w| opens(w))?;
    let at = text.char_indices().nth(word.len())?.0;
    Some(text[at..].trim()).filter(|t| !t.is_empty())
}

/// `88 BULLETINS`, `58 agents`: how many a total row says it counts.
pub fn counted(text: &str) -> Option<u32> {
    let folded = fold(text);
    let (number, word) = folded.split_once(' ')?;
    FILE.row.counted.iter().any(|w| word.starts_with(w.as_str())).then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_rows_of_sums() {
        assert_eq!(summing("SOUS-TOTAL PAGE 31"), Some(Summing::Part));
        assert_eq!(summing("TOTAL GENERAL"), Some(Summing::Whole));
        assert_eq!(summing("TOTALE"), None);
        assert_eq!(counted("88 BULLETINS"), Some(88));
    }

    #[test]
    fn knows_the_side_of_a_row() {
        let all = ["PS+", "PS-", "PP", "Sal. +", "P-", "NET"].map(letter);
        let (paid, kept) = (Some(Letter::Gain), Some(Letter::Deduction));
        assert_eq!(all, [paid, kept, Some(Letter::Employer), paid, None, Some(Letter::Sum)], "the employer's share has no sign here");
        assert_eq!(is_employer("PS-"), None, "a sign says more than whose share it is");
    }

    #[test]
    fn knows_rubrics_that_are_sums() {
        assert_eq!(total_named("NET A PAYER").map(|t| t.0), Some(TotalRole::NetPaid));
        assert_eq!(total_named("NET AVANT IMPOT").map(|t| t.0), Some(TotalRole::NetBeforeTax));
        assert_eq!(total_named("TOTAL BRUT").map(|t| t.0), Some(TotalRole::Gross));
        assert_eq!(total_named("NET IMPOSABLE").map(|t| t.0), Some(TotalRole::NetTaxable));
        assert_eq!(total_named("NETPAYER").map(|t| t.0), Some(TotalRole::NetPaid), "a field of eight letters");
        assert_eq!(total_named("NETTOYAGE"), None);
        assert_eq!(total_named("TRAITEMENT BRUT"), None);
        assert_eq!(total_named("CNRACL AGENT"), None);
    }
}
