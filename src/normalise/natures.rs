//! What kind of event a text names: « maladie ordinaire », « grève », « congé sans traitement ».

use crate::facts::FactId;
use crate::normalise::text::{Phrase, fold, likeness};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The texts of the pack, taken apart once.
#[derive(Debug, Default)]
pub struct Natures {
    known: Vec<(FactId, Vec<(String, Phrase)>)>,
    /// What was asked before: every column of every sheet is asked for each role it may have.
    asked: Mutex<BTreeMap<String, Option<FactId>>>,
}

impl Natures {
    /// Of the pack's texts, by the fact whose days they count.
    pub fn of(events: &[(FactId, Vec<String>)]) -> Self {
        let apart = |t: &String| (fold(t), Phrase::of(t));
        Self { known: events.iter().map(|(f, texts)| (*f, texts.iter().map(apart).collect())).collect(), asked: Mutex::default() }
    }

    /// The fact whose days an event of that nature counts.
    pub fn fact(&self, nature: &str) -> Option<FactId> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = asked.get(nature) {
            return *known;
        }
        let found = self.look(nature);
        asked.insert(nature.to_owned(), found);
        found
    }

    /// Whether the fact counts the days of some event.
    pub fn counts(&self, fact: FactId) -> bool {
        self.known.iter().any(|(f, _)| *f == fact)
    }

    fn look(&self, nature: &str) -> Option<FactId> {
        let (folded, wanted) = (fold(nature), Phrase::of(nature));
        let like = |(text, phrase): &(String, Phrase)| if *text == folded { 101 } else { likeness(&wanted, phrase) };
        let score = |texts: &[(String, Phrase)]| texts.iter().map(like).max().filter(|s| *s >= 80);
        let mut best: Vec<(u32, FactId)> = self.known.iter().filter_map(|(f, texts)| Some((score(texts)?, *f))).collect();
        best.sort_by_key(|(s, f)| (std::cmp::Reverse(*s), *f));
        match best.as_slice() {
            [(_, f)] => Some(*f),
            [(a, f), (b, _), ..] if a > b => Some(*f),
            _ => None,
        }
    }
}
