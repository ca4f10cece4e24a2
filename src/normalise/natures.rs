//! What kind of event a text names: « maladie ordinaire », « grève », « congé sans traitement »; and which fact of one month
//! a rubric's label does.

use crate::facts::{FactId, Vocabulary};
use crate::normalise::columns::is_one_off;
use crate::normalise::text::{Phrase, fold, likeness, same_word};
use crate::normalise::titles::{ends, lasts_a_day, of_any_leave, says_without, spaced};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What a text was found to name, or that it names nothing.
type Asked = Mutex<BTreeMap<String, Option<FactId>>>;

/// Looks a text up once, however often it is asked for.
fn once(asked: &Asked, text: &str, look: impl FnOnce() -> Option<FactId>) -> Option<FactId> {
    let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = asked.get(text) {
        return *known;
    }
    let found = look();
    asked.insert(text.to_owned(), found);
    found
}

/// The texts of the pack, taken apart once.
#[derive(Debug, Default)]
pub struct Natures {
    known: Vec<(FactId, Vec<(String, Phrase)>)>,
    /// What was asked before: every column of every sheet is asked for each role it may have.
    asked: Asked,
    /// Facts of one month that count no event, by their titles, and what was asked of them.
    one_offs: Vec<(FactId, Vec<Phrase>)>,
    labels: Asked,
    /// Texts of a column of movements, by the fact that becomes what stands beside them.
    moves: Vec<(FactId, Vec<(String, Phrase)>)>,
    moved: Asked,
}

/// A rubric is taken for a fact from this likeness on, and so far ahead of the next.
const SURELY: u32 = 76;
const AHEAD: u32 = 8;

impl Natures {
    /// Of the pack's texts, by the fact whose days they count, and of its vocabulary.
    pub fn of(events: &[(FactId, Vec<String>)], vocabulary: &Vocabulary) -> Self {
        let apart = |t: &String| (fold(t), Phrase::of(t));
        let counts = |id: FactId| events.iter().any(|(f, _)| *f == id);
        let one_offs = vocabulary.iter().filter(|(id, f)| is_one_off(f) && !counts(*id));
        Self {
            known: events.iter().map(|(f, texts)| (*f, texts.iter().map(apart).collect())).collect(),
            one_offs: one_offs.map(|(id, f)| (id, f.headings.iter().chain([&f.label.fr]).map(|h| Phrase::of(h)).collect())).collect(),
            ..Self::default()
        }
    }

    /// With the pack's texts of movements.
    #[must_use]
    pub fn with_moves(mut self, moves: &[(FactId, Vec<String>)]) -> Self {
        let apart = |t: &String| (fold(t), Phrase::of(t));
        self.moves = moves.iter().map(|(f, texts)| (*f, texts.iter().map(apart).collect())).collect();
        self
    }

    /// The fact that a movement gives a new value: « Avancement d'échelon », « Départ »; or that of one month it pays.
    pub fn movement(&self, text: &str) -> Option<FactId> {
        once(&self.moved, text, || {
            let (folded, wanted) = (fold(text), Phrase::of(text));
            // A word more is another movement: a part time for health is paid in full.
            let same = |(t, p): &(String, Phrase)| *t == folded || p.words == wanted.words;
            let mut found = self.moves.iter().filter(|(_, texts)| !folded.is_empty() && texts.iter().any(same)).map(|(f, _)| *f);
            match (found.next(), found.next()) {
                (Some(only), None) => Some(only),
                (Some(_), Some(_)) => None,
                (None, _) => self.one_off(text),
            }
        })
    }

    /// The fact of one month that a rubric's label surely names.
    pub fn one_off(&self, label: &str) -> Option<FactId> {
        once(&self.labels, label, || self.look_for_one_off(label))
    }

    fn look_for_one_off(&self, label: &str) -> Option<FactId> {
        let wanted = Phrase::of(label);
        if wanted.words.is_empty() || wanted.is_generic() {
            return None;
        }
        let of = |titles: &[Phrase]| titles.iter().map(|t| likeness(&wanted, t)).max().unwrap_or(0);
        let mut best: Vec<(u32, FactId)> = self.one_offs.iter().map(|(id, titles)| (of(titles), *id)).collect();
        best.sort_unstable_by_key(|(s, id)| (std::cmp::Reverse(*s), *id));
        match best.as_slice() {
            [(_, id), ..] if self.turned(&wanted, *id) => None,
            [(a, id), (b, _), ..] if *a >= SURELY && (*a == 100 && *b < 100 || *a >= b + AHEAD) => Some(*id),
            [(a, id)] if *a >= SURELY => Some(*id),
            _ => None,
        }
    }

    /// « Solde IHTS » is no « IHTS ».
    fn turned(&self, label: &Phrase, fact: FactId) -> bool {
        let known = self.one_offs.iter().find(|(id, _)| *id == fact).map_or(&[][..], |(_, titles)| titles);
        crate::normalise::leftover::turning(label, known)
    }

    /// Whether a fact counts the days of a kind of event.
    pub fn counts(&self, fact: FactId) -> bool {
        self.known.iter().any(|(f, _)| *f == fact)
    }

    /// The fact whose days an event of that nature counts.
    pub fn fact(&self, nature: &str) -> Option<FactId> {
        once(&self.asked, nature, || self.look(nature))
    }

    /// The one kind of event whose name stands in a text, as whole words: « Grève - mai 2026 - retenues sur traitement ».
    pub fn within(&self, text: &str) -> Option<String> {
        let tidy = spaced(text);
        let inside = |t: &&(String, Phrase)| t.0.len() >= 5 && tidy.contains(&spaced(&t.0));
        let named = self.known.iter().filter_map(|(f, texts)| Some((texts.iter().filter(inside).max_by_key(|t| t.0.len())?, *f)));
        let mut found: Vec<(&str, FactId)> = named.map(|(t, f)| (t.0.as_str(), f)).collect();
        found.sort_by_key(|(t, _)| std::cmp::Reverse(t.len()));
        let (first, fact) = *found.first()?;
        // A shorter name within the longer one says nothing more.
        found.iter().all(|(t, f)| *f == fact || spaced(first).contains(&spaced(t))).then(|| first.to_owned())
    }

    fn look(&self, nature: &str) -> Option<FactId> {
        let (folded, wanted) = (fold(nature), Phrase::of(nature));
        // « asa* »: whatever follows, unless it says that nothing is paid.
        let unpaid = || spaced(nature).split_whitespace().any(says_without);
        let like = |(text, phrase): &(String, Phrase)| match text.strip_suffix('*') {
            Some(stem) if folded.starts_with(stem) && !unpaid() => 90,
            Some(_) => 0,
            None if *text == folded => 101,
            None => likeness(&wanted, phrase),
        };
        let score = |texts: &[(String, Phrase)]| texts.iter().map(like).max().filter(|s| *s >= 80);
        let mut best: Vec<(u32, FactId)> = self.known.iter().filter_map(|(f, texts)| Some((score(texts)?, *f))).collect();
        best.sort_by_key(|(s, f)| (std::cmp::Reverse(*s), *f));
        let found = match best.as_slice() {
            [(_, f)] => Some(*f),
            [(a, f), (b, _), ..] if a > b => Some(*f),
            _ => None,
        };
        let denied = |f: FactId| unpaid() && !self.texts(f).iter().any(|(t, _)| spaced(t).split_whitespace().any(says_without));
        found.filter(|f| !self.ended(&wanted, *f) && (best[0].0 > 100 || !denied(*f) && !self.has_more(nature, &wanted, *f)))
    }

    /// What the events are called whose days a fact counts.
    fn texts(&self, fact: FactId) -> &[(String, Phrase)] {
        self.known.iter().find(|(f, _)| *f == fact).map_or(&[][..], |(_, texts)| texts)
    }

    /// « Maladie ordinaire - grossesse »: a word more may make another leave of it.
    fn has_more(&self, nature: &str, wanted: &Phrase, fact: FactId) -> bool {
        let known = self.texts(fact);
        let any = known.iter().any(|(t, _)| t.ends_with('*'));
        let explained = |w: &String| of_any_leave(w) || known.iter().any(|(_, p)| p.words.iter().any(|k| same_word(w, k)));
        !any && !lasts_a_day(nature) && !wanted.words.iter().all(explained)
    }

    /// « Retour de congé parental » is no parental leave.
    fn ended(&self, nature: &Phrase, fact: FactId) -> bool {
        let known = self.texts(fact);
        nature.words.iter().any(|w| ends(w) && !known.iter().any(|(_, p)| p.has(w)))
    }
}
