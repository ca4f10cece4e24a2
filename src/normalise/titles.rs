//! Everything a title can mean: the pack's vocabulary, the pack's elements, and `rules/exports/titles.toml`.

mod against;
mod employer;
mod file;
mod gone;
mod office;
mod rows;
mod said;
mod stage;
mod standing;
mod words;

use crate::facts::{FactId, Vocabulary};
use crate::normalise::mapping::{Meaning, PLAIN, Part, Rubrics, TotalRole};
use crate::normalise::text::{Near, Phrase, Share, begins_with, likeness, run_together_letters, runs_together};
pub use against::*;
pub use employer::*;
use file::FILE;
pub use gone::*;
pub use office::*;
pub use rows::*;
pub use said::*;
pub use stage::*;
pub use standing::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
pub use words::*;

/// What a title speaks of, before the sheet's role decides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Title {
    Fact(FactId),
    Old(FactId),
    New(FactId),
    Plain(Meaning),
    Total(TotalRole),
    Part(Part),
    /// Index among the pack's targets.
    Element(usize),
}

/// All known titles, taken apart once.
pub struct Titles {
    entries: Vec<(Phrase, Title)>,
    /// The titles of elements without the words that only say whose share it is.
    bare: Vec<Option<Phrase>>,
    /// Which of them a title may resemble, by these words of theirs.
    near: Near,
    /// Titles of several words that may be run together in one, with the letters that it then begins with.
    several: Vec<(usize, u32)>,
    /// Titles that a percent sign alone tells from others: « % pat ».
    percent: BTreeSet<usize>,
    /// What was asked before: headings come again on every page and in every list.
    asked: Mutex<BTreeMap<String, BTreeMap<Title, u32>>>,
}

impl Titles {
    pub fn new(vocabulary: &Vocabulary, rubrics: &Rubrics) -> Self {
        let (mut entries, mut percent) = (Vec::new(), BTreeSet::new());
        for (id, fact) in vocabulary.iter() {
            entries.extend(fact.headings.iter().chain([&fact.label.fr]).map(|h| (Phrase::of(h), Title::Fact(id))));
        }
        for (name, titles) in &FILE.fact {
            let known = vocabulary.named(name);
            entries.extend(titles.iter().filter_map(|t| Some((Phrase::of(t), Title::Fact(known?)))));
        }
        for (name, titles) in &FILE.column {
            let meaning = PLAIN.iter().find(|(n, _)| n == name).map(|(_, m)| *m).expect("titles.toml names meanings that exist");
            for t in titles {
                if t.contains('%') {
                    percent.insert(entries.len());
                }
                entries.push((Phrase::of(t), Title::Plain(meaning)));
            }
        }
        for (name, titles) in &FILE.total {
            let total = TotalRole::parse(name).expect("titles.toml names totals that exist");
            entries.extend(titles.iter().map(|t| (Phrase::of(t), Title::Total(total))));
        }
        for (name, titles) in &FILE.part {
            let part = Part::parse(name).expect("titles.toml names parts that exist");
            entries.extend(titles.iter().map(|t| (Phrase::of(t), Title::Part(part))));
        }
        for (i, target) in rubrics.targets.iter().enumerate() {
            let title = target.total.map_or(Title::Element(i), Title::Total);
            entries.extend(target.labels.iter().chain([&target.code]).map(|t| (Phrase::of(t), title)));
        }
        let bare: Vec<Option<Phrase>> =
            entries.iter().map(|(e, title)| matches!(title, Title::Element(_)).then(|| e.without_share())).collect();
        let near = Near::of(entries.iter().zip(&bare).map(|((e, _), bare)| bare.as_ref().unwrap_or(e)));
        let several = entries
            .iter()
            .enumerate()
            .filter(|(_, (e, title))| (2..=4).contains(&e.words.len()) && matches!(title, Title::Fact(_) | Title::Plain(_)));
        let several = several.map(|(i, (e, _))| (i, run_together_letters(&e.words))).collect();
        Self { entries, bare, near, several, percent, asked: Mutex::default() }
    }

    /// Every meaning a title resembles by at least half, with how much.
    pub fn scores(&self, text: &str) -> BTreeMap<Title, u32> {
        if text.trim().is_empty() {
            return BTreeMap::new();
        }
        if let Some(known) = self.asked.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
            return known.clone();
        }
        let found = self.compare(text);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned(), found.clone());
        found
    }

    fn compare(&self, text: &str) -> BTreeMap<Title, u32> {
        let mut found: BTreeMap<Title, u32> = BTreeMap::new();
        let phrase = Phrase::of(text);
        let bare = phrase.without_share();
        let generic = phrase.is_generic();
        let mut put = |title: Title, score: u32| {
            if score >= 50 {
                let best = found.entry(title).or_insert(0);
                *best = (*best).max(score);
            }
        };
        let mut near = self.near.to(&phrase);
        near.append(&mut self.near.to(&bare));
        for i in near {
            let ((entry, title), without) = (&self.entries[i], &self.bare[i]);
            // « Patronal » is no « % patronal ».
            if self.percent.contains(&i) && !text.contains('%') {
                continue;
            }
            if let Some(without) = without {
                let (share, target) = (phrase.share, entry.share);
                let said = if share != Share::Unsaid && target != Share::Unsaid && share != target { 15 } else { 0 };
                put(*title, likeness(&bare, without).saturating_sub(said));
            } else if generic && matches!(title, Title::Fact(_)) {
                // Even a heading of the vocabulary is not enough then: the fact stays a proposal.
                if entry.words == phrase.words {
                    put(*title, GENERIC);
                }
            } else {
                put(*title, likeness(&phrase, entry));
            }
        }
        if let [word] = phrase.words.as_slice()
            && word.len() >= 5
            && word.bytes().all(|b| b.is_ascii_lowercase())
        {
            for (i, _) in self.several.iter().filter(|(_, letters)| begins_with(word, *letters)) {
                let (entry, title) = &self.entries[*i];
                // A word of the title whole is no field of several.
                if !entry.has(word) && runs_together(word, &entry.words) {
                    put(*title, RUN_TOGETHER);
                }
            }
        }
        // « ancien IM », « nouvelle quotité »: the rest of the title names the fact; of « ancien IBAN (fin) » its last digits are shown.
        let names = |w: &str| w != "fin" || phrase.has("contrat");
        for (word, wrap) in [("ancien", Title::Old as fn(FactId) -> Title), ("nouveau", Title::New)] {
            if phrase.has(word) && phrase.words.len() > 1 {
                let rest = Phrase::new(phrase.words.iter().filter(|w| *w != word && names(w)).cloned().collect(), phrase.share);
                for i in self.near.to(&rest) {
                    if let (entry, Title::Fact(f)) = &self.entries[i] {
                        put(wrap(*f), likeness(&rest, entry));
                    }
                }
            }
        }
        found
    }

    /// How well the best known title fits, 0 to 100.
    pub fn best(&self, text: &str) -> u32 {
        self.scores(text).into_values().max().unwrap_or(0)
    }
}

/// Likeness of a generic title to a fact: enough to propose it, never to pay on it.
const GENERIC: u32 = 58;

/// Likeness of a field's name to the title whose beginnings it is.
const RUN_TOGETHER: u32 = 88;
