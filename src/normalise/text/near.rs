//! Which of many phrases may resemble one at all: titles are asked for by the thousand, and most share no word with most others.
//!
//! In: phrases, once. Out: for a phrase, the numbers of those to which [`likeness`](super::likeness) may be anything but nothing.

use super::{Phrase, Said, word_likeness};
use std::collections::{BTreeMap, BTreeSet};

/// A word of some of the phrases, and which.
struct Word {
    word: String,
    said: Said,
    of: Vec<usize>,
}

/// Phrases by their words and by the initials that stand in a row in them.
pub struct Near {
    /// Each word once, in order, by its first letter, which no slip of the pen takes.
    words: BTreeMap<u8, Vec<Word>>,
    initials: BTreeMap<String, Vec<usize>>,
}

/// Initials of this many words are looked for, see [`likeness`](super::likeness).
const INITIALS: std::ops::RangeInclusive<usize> = 2..=6;

impl Near {
    pub fn of<'p>(phrases: impl Iterator<Item = &'p Phrase>) -> Self {
        let mut words: BTreeMap<&str, (Said, Vec<usize>)> = BTreeMap::new();
        let mut initials: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (i, p) in phrases.enumerate() {
            for (word, said) in p.words.iter().zip(&p.said) {
                words.entry(word).or_insert_with(|| (*said, Vec::new())).1.push(i);
            }
            for run in runs(p).filter(|r| INITIALS.contains(&r.chars().count())) {
                initials.entry(run).or_default().push(i);
            }
        }
        let mut by_letter: BTreeMap<u8, Vec<Word>> = BTreeMap::new();
        for (word, (said, of)) in words {
            by_letter.entry(first(word)).or_default().push(Word { word: word.to_owned(), said, of });
        }
        Self { words: by_letter, initials }
    }

    /// The numbers of the phrases that may resemble this one, in order.
    pub fn to(&self, phrase: &Phrase) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for (word, said) in phrase.words.iter().zip(&phrase.said) {
            let alike = |w: &&Word| word_likeness((word, said), (&w.word, &w.said)) > 0;
            found.extend(self.words.get(&first(word)).into_iter().flatten().filter(alike).flat_map(|w| &w.of));
            found.extend(self.initials.get(word).into_iter().flatten());
        }
        // Its own initials may be a word of theirs.
        for run in runs(phrase) {
            let same = self.words.get(&first(&run)).and_then(|l| l.binary_search_by(|w| w.word.as_str().cmp(&run)).ok().map(|i| &l[i]));
            found.extend(same.into_iter().flat_map(|w| &w.of));
        }
        found
    }
}

fn first(word: &str) -> u8 {
    word.bytes().next().unwrap_or_default()
}

/// First letters of two words and more that stand in a row.
fn runs(phrase: &Phrase) -> impl Iterator<Item = String> {
    let letters: Vec<char> = phrase.words.iter().filter_map(|w| w.chars().next()).collect();
    let n = letters.len();
    (0..n).flat_map(move |i| (i + 2..=n).map(move |j| (i, j))).map(move |(i, j)| letters[i..j].iter().collect())
}

#[cfg(test)]
mod tests {
    use super::super::likeness;
    use super::*;

    #[test]
    fn leaves_out_only_what_resembles_nothing() {
        let titles = [
            "Transfert primes points",
            "TPP",
            "Nb enfants",
            "Date de naissance",
            "DATNAI",
            "Heures supp. 14 premières",
            "HS",
            "IFSE",
            "Indemnité de fonctions, de sujétions et d'expertise",
            "N° Sécurité Sociale",
            "I.M.",
            "Indice majoré",
            "Montent brut",
            "Traitement brut",
            "Cotis. maladie part patronale",
            "Net à payer avant impôt",
            "PAS",
            "Prélèvement à la source",
            "100",
        ];
        let phrases: Vec<Phrase> = titles.iter().map(|t| Phrase::of(t)).collect();
        let near = Near::of(phrases.iter());
        for (p, title) in phrases.iter().zip(titles) {
            let found = near.to(p);
            for (i, other) in phrases.iter().enumerate().filter(|(i, _)| !found.contains(i)) {
                assert_eq!(likeness(p, other), 0, "{title} / {}", titles[i]);
            }
        }
        assert_eq!(near.to(&phrases[1]), BTreeSet::from([0, 1]), "initials alone");
    }
}
