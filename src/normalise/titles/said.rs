//! Words around the rows of a list, in the lines above and below them, the titles of groups of columns, the names of its sheet, its file
//! and its folders: those that take back what it pays, and those that say nothing of it.

use super::against::{harmless, sets_aside, turns_below};
use super::employer::another_town;
use super::file::FILE;
use super::rows::remarks;
use super::words::{begins, one_of, opens, says_time_before, says_without, spaced, turning};
use crate::facts::Vocabulary;
use crate::ground::PayMonth;
use crate::normalise::mapping::Rubrics;
use crate::normalise::text::{Phrase, fold};
use crate::normalise::values::{date, month_named};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The words of a line above or below the rows, of a title or of a name that take back what a list pays: « déjà payé », « hors paie »,
/// the accounts of another year.
pub fn takes_back(text: &str, month: PayMonth) -> Option<String> {
    super::words::doubted_list(text).or_else(|| other_accounts(text, month))
}

/// The same of one line, which may be nothing but such a word, or name another town.
pub fn line_takes_back(line: &str, own: &str, month: PayMonth) -> Option<String> {
    let word = || whole(line, &[&FILE.doubt.named]);
    takes_back(line, month).or_else(word).or_else(|| another_town(line, own)).or_else(|| other_part(line, false, month))
}

/// Words of a line that are its matter: the others say what it is about.
const MATTER: usize = 2;

/// Whether a line below the rows that takes back speaks of all of them: in a phrase, or with hardly a word beside. « Proposé par : Mme la
/// directrice » does not.
pub fn means_all(line: &str) -> bool {
    let matter = |w: &&str| w.len() > 2 && !w.bytes().any(|b| b.is_ascii_digit()) && month_named(w).is_none();
    super::words::doubted_list(line)
        .is_none_or(|w| w.contains(' ') || !line.contains(':') && spaced(line).split_whitespace().filter(matter).count() <= MATTER)
}

/// The words of a name of a sheet or a file, or of the title of a group of columns, that say so where a sentence would not: « Payé »,
/// « HS stop », « N-1 »; in a list of sums also those who have left.
pub fn name_takes_back(name: &str, sums: bool, month: PayMonth) -> Option<String> {
    let tidy = FILE.doubt.unless.iter().fold(spaced(name), |t, w| t.replace(&format!(" {w} "), " "));
    let left = || one_of(&FILE.doubt.leavers, &tidy).filter(|_| sums);
    one_of(&FILE.doubt.named, &tidy)
        .or_else(|| paid(name).filter(|w| tidy.split_whitespace().any(|t| t == fold(w))))
        .or_else(left)
        .or_else(|| whole(name, &[&FILE.doubt.alone]).filter(|_| sums))
        .or_else(|| of_another_time(name, month))
}

/// The same of a folder, which is called by the one word.
pub fn folder_takes_back(folder: &str, month: PayMonth) -> Option<String> {
    whole(folder, &[&FILE.doubt.named]).or_else(|| of_another_time(folder, month))
}

fn of_another_time(name: &str, month: PayMonth) -> Option<String> {
    says_time_before(name).map(str::to_uppercase).or_else(|| other_part(name, true, month))
}

/// « payé », which is no « paye ».
fn paid(text: &str) -> Option<String> {
    let lower = text.to_lowercase().replace("e\u{301}", "é");
    lower.split(|c: char| !c.is_alphanumeric()).find(|w| FILE.doubt.accented.iter().any(|a| a == w)).map(str::to_owned)
}

/// The part of a year that a text names, where it does not end in the month to be paid or in the one before: « 2e trimestre » or, in a
/// name, « T2 », to be paid in November.
fn other_part(text: &str, name: bool, month: PayMonth) -> Option<String> {
    let tidy = spaced(text);
    let words: Vec<&str> = tidy.split_whitespace().collect();
    let digit = |w: &str| w.parse::<u32>().ok().filter(|_| w.len() == 1);
    let beside = |w: Option<&&str>| digit(w?.trim_end_matches(|c: char| c.is_ascii_lowercase()));
    let said = |i: usize| {
        FILE.doubt.parts.iter().find_map(|part| {
            let long = || beside(i.checked_sub(1).and_then(|i| words.get(i))).or_else(|| beside(words.get(i + 1)));
            let letter = part.letter.as_deref().filter(|_| name);
            let short = || letter.and_then(|l| words[i].strip_prefix(l).or_else(|| words[i].strip_suffix(l))).and_then(digit);
            let n = if part.word == words[i] { long() } else { short() };
            n.filter(|n| (1..=12 / part.months).contains(n)).map(|n| n * part.months)
        })
    };
    let last = (0..words.len()).find_map(said)?;
    (last != month.month() && last != month.previous().month()).then(|| text.trim().to_owned())
}

/// A text that is nothing but such a word, beside a month or a year: « Référence », « Payé 2025 », « N-1 ».
fn whole(text: &str, lists: &[&Vec<String>]) -> Option<String> {
    if let Some(mark) = says_time_before(text).filter(|m| text.trim().len() == m.len()) {
        return Some(mark.to_uppercase());
    }
    let undated = |w: &&str| !w.bytes().all(|b| b.is_ascii_digit()) && month_named(w).is_none();
    let words: Vec<String> = spaced(text).split_whitespace().filter(undated).map(str::to_owned).collect();
    let word = Some(words.join(" ")).filter(|w| !w.is_empty())?;
    let accented = || paid(text).filter(|w| fold(w) == word);
    lists.iter().any(|l| l.contains(&word)).then(|| word.clone()).or_else(accented)
}

/// « Exercice 2024 », to be paid in 2025.
fn other_accounts(text: &str, month: PayMonth) -> Option<String> {
    let tidy = spaced(text);
    let words: Vec<&str> = tidy.split_whitespace().collect();
    let other = |w: &&[&str]| opens(&FILE.doubt.accounts, w[0]) && w[1].len() == 4 && w[1].parse::<i32>().is_ok_and(|y| y != month.year());
    words.windows(2).find(other).map(|w| w.join(" "))
}

/// Words that say nothing of what a list pays: those of the pack and of the employer's name, beside the plain ones of the vocabulary.
pub struct Plain(BTreeSet<String>);

impl Plain {
    pub fn new(vocabulary: &Vocabulary, rubrics: &Rubrics, employer: &str) -> Self {
        let facts = vocabulary.iter().flat_map(|(_, f)| f.headings.iter().chain([&f.label.fr]));
        let elements = rubrics.targets.iter().flat_map(|t| t.labels.iter().chain([&t.code]));
        let sheets = FILE.sheet.values().chain(FILE.column.values()).flatten();
        let words = facts.chain(elements).chain(sheets).flat_map(|t| written(t)).chain(written(employer));
        let telling = |w: &String| {
            let alone = format!(" {w} ");
            let gains = &FILE.doubt.gains.words;
            !(turning(w) || says_without(w) || sets_aside(w, true).is_some() || turns_below(w) || one_of(gains, &alone).is_some())
        };
        Self(words.filter(telling).collect())
    }

    /// The first word of a text that nobody knows: neither plain, nor a number, nor a month, nor the name of a place or of somebody.
    pub fn stranger(&self, text: &str) -> Option<String> {
        let rest = without_label(text);
        if says_time_before(text).is_some() || rest.contains(['%', '?']) {
            return Some(text.trim().to_owned());
        }
        // What follows « Service » or « École » is its name.
        if begins(&FILE.plain.names, rest) || harmless(rest) {
            return None;
        }
        let capitals = !rest.chars().any(char::is_lowercase);
        let mut name = false;
        for (i, token) in rest.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()).enumerate() {
            let word = fold(token);
            // « École Jules Ferry » within a line: its name is written like one.
            name = opens(&FILE.plain.names, &word) || name && (capitals || token.starts_with(char::is_uppercase));
            let proper = i > 0 && !capitals && token.starts_with(char::is_uppercase) && token.chars().any(char::is_lowercase);
            // « CTM », « ALSH »: a service in its letters.
            let letters = !capitals && (2..=4).contains(&token.chars().count()) && token.chars().all(char::is_uppercase);
            if !(name || proper || letters || self.knows(&word)) {
                return Some(token.to_owned());
            }
        }
        None
    }

    fn knows(&self, word: &str) -> bool {
        let short = word.chars().count() < 2 || word.bytes().any(|b| b.is_ascii_digit());
        let month = || month_named(word).is_some();
        let listed = || [&FILE.plain.words, &FILE.aside.harmless, &FILE.row.of_group, &FILE.row.group].iter().any(|l| opens(l, word));
        let phrase = || Phrase::of(word).words;
        short || month() || listed() || self.0.contains(word) || phrase().iter().all(|w| self.0.contains(w)) && !phrase().is_empty()
    }
}

/// Whether a line is signed or stamped, and no remark: « Fait à Montreval, le 12 novembre », « Vu, le maire ».
pub fn signs(line: &str) -> bool {
    let label = spaced(line).split_whitespace().next().is_some_and(|w| opens(&FILE.plain.labels, w) || opens(&FILE.aside.remark, w));
    remarks(line) && !label
}

/// The day that a signature says: « Fait à Montreval, le 18/11/2024 ».
pub fn signed_on(line: &str, latest: NaiveDate) -> Option<NaiveDate> {
    let tidy = spaced(line);
    let opens = FILE.row.dated.iter().any(|w| tidy.starts_with(&format!(" {w} ")));
    let words: Vec<&str> = line.split_whitespace().map(|w| w.trim_end_matches([',', '.', ';'])).collect();
    let of = |text: &str| date(text, latest).ok().flatten();
    let days = (0..words.len()).filter(|_| opens).filter_map(|i| of(words[i]).or_else(|| of(&words.get(i..i + 3)?.join(" "))));
    days.max()
}

fn written(text: &str) -> Vec<String> {
    let of_title = Phrase::of(text).words;
    spaced(text).split_whitespace().map(str::to_owned).chain(of_title).collect()
}

/// A remark without the word that opens it: « NB : … ».
fn without_label(text: &str) -> &str {
    let labelled = |(label, _): &(&str, &str)| {
        let tidy = spaced(label);
        opens(&FILE.plain.labels, tidy.trim()) || opens(&FILE.aside.remark, tidy.trim())
    };
    text.split_once(':').filter(labelled).map_or(text, |(_, rest)| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn november() -> PayMonth {
        PayMonth::parse("2025-11").expect("a month")
    }

    #[test]
    fn words_that_take_back_say_so_wherever_they_stand_and_names_say_more() {
        for line in ["Ces agents ont déjà perçu leur CIA", "Hors paie", "Saisi en paie le 14/11", "Exercice 2024", "Version de travail"]
        {
            assert!(line_takes_back(line, "Mairie de Montreval", november()).is_some(), "{line}");
        }
        for line in ["Exercice 2025", "Heures à payer", "Commune de Montreval", "Mairie de quartier"] {
            assert_eq!(line_takes_back(line, "Ville de Montreval", november()), None, "{line}");
        }
        for name in ["Payé", "HS novembre FAIT", "HS stop", "N-1", "Référence", "OK saisi", "HS vierge", "HS T3", "T4 2025", "semestre 1"]
        {
            assert!(name_takes_back(name, true, november()).or_else(|| takes_back(name, november())).is_some(), "{name}");
        }
        for name in [
            "Congés payés",
            "CIA paye novembre",
            "Données",
            "Service fait novembre",
            "Feuille de saisie",
            "HS vu",
            "Voirie",
            "Form-14",
            "HS T12",
        ] {
            assert_eq!(name_takes_back(name, true, november()).or_else(|| takes_back(name, november())), None, "{name}");
        }
    }

    #[test]
    fn a_signature_says_its_day() {
        let day = |d, m, y| NaiveDate::from_ymd_opt(y, m, d);
        assert_eq!(signed_on("Fait à Montreval, le 18/11/2024", NaiveDate::MAX), day(18, 11, 2024));
        assert_eq!(signed_on("Fait à Montreval, le 8 novembre 2024.", NaiveDate::MAX), day(8, 11, 2024));
        assert_eq!(signed_on("Vu la délibération du 18/11/2014", NaiveDate::MAX), None);
    }

    #[test]
    fn plain_words_names_and_days_say_nothing() {
        let plain = Plain::new(&Vocabulary::default(), &Rubrics::default(), "Ville de Montreval");
        for text in ["École Jules Ferry", "Paie de novembre 2025 - service technique", "MONTREVAL, le 12/11/2025", "NB : heures de nuit"] {
            assert_eq!(plain.stranger(text), None, "{text}");
        }
        for text in ["Montants en centimes", "Ces agents ont touché leur prime", "NB : montants en centimes"] {
            assert!(plain.stranger(text).is_some(), "{text}");
        }
    }
}
