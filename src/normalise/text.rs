//! Words as exports write them: folding, tokens, abbreviations, and how much two titles resemble each other.
//!
//! The abbreviations themselves are data (`rules/exports/words.toml`). Nothing here knows what a title means.

mod near;

pub use near::Near;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use unicode_normalization::char::decompose_canonical;

#[derive(serde::Deserialize)]
struct Lexicon {
    short: BTreeMap<String, Vec<String>>,
    same: BTreeMap<String, Vec<String>>,
}

#[derive(serde::Deserialize)]
struct Lists {
    light: BTreeSet<String>,
    drop: BTreeSet<String>,
    /// Words before which a lone letter denies.
    negated: BTreeSet<String>,
    turns: BTreeSet<String>,
    once: BTreeSet<String>,
    generic: BTreeSet<String>,
    /// Words beside those that say that something is kept from the agent; one of the first must be there.
    withheld: [BTreeSet<String>; 2],
    /// Words that together say what they are of.
    telling: Vec<Vec<String>>,
    employer_share: BTreeSet<String>,
    employee_share: BTreeSet<String>,
    no_share_behind: BTreeSet<String>,
    status: BTreeSet<String>,
}

struct Words {
    short: BTreeMap<String, Vec<Vec<String>>>,
    same: BTreeMap<String, String>,
    /// First letters of the short forms of a word, as [`Said::letter`] has them.
    short_letters: BTreeMap<String, u32>,
    lists: Lists,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let text = include_str!("../../rules/exports/words.toml");
    let lexicon: Lexicon = toml::from_str(text).expect("rules/exports/words.toml is checked by a test");
    let lists: Lists =
        toml::from_str(include_str!("../../rules/exports/lists.toml")).expect("rules/exports/lists.toml is checked by a test");
    let same: BTreeMap<String, String> = lexicon.same.iter().flat_map(|(k, v)| v.iter().map(move |w| (w.clone(), k.clone()))).collect();
    let one = |w: &str| same.get(w).cloned().unwrap_or_else(|| w.to_owned());
    let opened = |p: &String| p.split(' ').map(one).collect();
    let short: BTreeMap<String, Vec<Vec<String>>> =
        lexicon.short.iter().map(|(k, v)| (k.clone(), v.iter().map(opened).collect())).collect();
    let mut short_letters = BTreeMap::new();
    for (k, p) in short.iter().flat_map(|(k, v)| v.iter().map(move |p| (k, p))) {
        if let [word] = p.as_slice() {
            *short_letters.entry(word.clone()).or_default() |= letter(k);
        }
    }
    Words { short, same, short_letters, lists }
});

/// Lower case, no accents, ligatures opened, any blank a single space, ends trimmed.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    let mut push = |c: char, blank: &mut bool| {
        if c.is_whitespace() || c == '\u{feff}' {
            if !*blank {
                out.push(' ');
            }
            *blank = true;
        } else {
            out.push(c);
            *blank = false;
        }
    };
    for c in text.chars() {
        if c.is_ascii() {
            push(c.to_ascii_lowercase(), &mut blank);
            continue;
        }
        decompose_canonical(c, |c| match c {
            'œ' | 'Œ' => {
                push('o', &mut blank);
                push('e', &mut blank);
            }
            'æ' | 'Æ' => {
                push('a', &mut blank);
                push('e', &mut blank);
            }
            '’' | '‘' | 'ʼ' => push('\'', &mut blank),
            '\u{300}'..='\u{36f}' => {}
            c => c.to_lowercase().for_each(|l| push(l, &mut blank)),
        });
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// A key under which two writings of a name meet: surname and given name, letters only, words in order.
pub fn name_key(surname: &str, given: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for part in [surname, given] {
        words.extend(fold(part).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && !is_courtesy(w)).map(str::to_owned));
    }
    words.sort();
    words.join(" ")
}

/// The letters of a name without blanks, hyphens and apostrophes: « LEGOFF » is LE GOFF, « ST MARTIN » SAINT-MARTIN.
pub fn name_letters(name: &str) -> String {
    let whole = |w: &str| match w {
        "st" => "saint".to_owned(),
        "ste" => "sainte".to_owned(),
        w => w.to_owned(),
    };
    fold(name).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && !is_courtesy(w)).map(whole).collect()
}

/// A name as somebody repeats it in a decision: its words, courtesy too, in any order.
pub fn written_name(surname: &str, given: &str) -> String {
    let whole = fold(&format!("{surname} {given}"));
    let mut words: Vec<&str> = whole.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}

/// A title before a name: « M. », « Mme ».
pub fn is_courtesy(folded: &str) -> bool {
    matches!(folded.trim_end_matches('.'), "m" | "mme" | "mlle" | "mr" | "monsieur" | "madame" | "mademoiselle")
}

/// « idem », `"`, `-"-`, `//`: what stands in the cell above.
pub fn is_ditto(text: &str) -> bool {
    let t = text.trim();
    let mark = |c: char| matches!(c, '"' | '\'' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{ab}' | '\u{bb}' | '\u{3003}' | '\u{2033}');
    let marks = !t.is_empty() && t.chars().all(|c| mark(c) || matches!(c, '-' | '\u{2013}') || c.is_whitespace()) && t.chars().any(mark);
    let strokes = t.len() >= 2 && t.bytes().all(|b| b == b'/');
    marks && t != "'" || strokes || matches!(fold(t).as_str(), "idem" | "id." | "ibid." | "ibidem" | "dito" | "ditto" | "do.")
}

/// Whose share a title speaks of, when it says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Share {
    #[default]
    Unsaid,
    Employee,
    Employer,
}

/// A title taken apart: its words with abbreviations opened, and whose share it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase {
    pub words: Vec<String>,
    pub share: Share,
    /// First letters of the words, a bit each: two titles without one in common resemble nothing.
    letters: u32,
    /// What the lists say of each word.
    said: Vec<Said>,
}

/// What the lists say of a word of a title, looked up once: titles are compared with one another by the thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    /// The bit of its first letter.
    letter: u32,
    weight: u32,
    light: bool,
    turns: bool,
    digits: bool,
    /// What it may be short for.
    long: &'static [Vec<String>],
}

/// The bit of a word's first letter.
fn letter(word: &str) -> u32 {
    word.bytes().next().map_or(0, |b| 1 << (b % 32))
}

impl Said {
    fn of(word: &str) -> Self {
        let light = WORDS.lists.light.contains(word);
        Self {
            letter: letter(word),
            weight: if light { 45 } else { 100 },
            light,
            turns: WORDS.lists.turns.contains(word),
            digits: word.bytes().any(|c| c.is_ascii_digit()),
            long: WORDS.short.get(word).map_or(&[], Vec::as_slice),
        }
    }
}

/// « HS +14 »: a sign before a number is a word.
fn signed(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '+' && rest.peek().is_some_and(char::is_ascii_digit) {
            out.push_str(" plus ");
        } else {
            out.push(c);
        }
    }
    out
}

impl Phrase {
    pub fn new(words: Vec<String>, share: Share) -> Self {
        let said: Vec<Said> = words.iter().map(|w| Said::of(w)).collect();
        let letters = said.iter().fold(0, |m, s| m | s.letter);
        Self { words, share, letters, said }
    }

    fn weight(&self) -> u32 {
        self.said.iter().map(|s| s.weight).sum()
    }

    /// Whether the first letters of these of its words spell the other. « IFSE/mois » is no IM: of two words, the second must
    /// say something of its own.
    fn spells(&self, words: std::ops::Range<usize>, other: &str) -> bool {
        let says = words.len() != 2 || self.said[words.start + 1..words.end].iter().all(|s| !s.light);
        says && self.words[words].iter().filter_map(|w| w.chars().next()).eq(other.chars())
    }

    /// Takes a title apart. Dotted initials are joined (`N.B.I.` is `nbi`), plurals dropped.
    pub fn of(text: &str) -> Self {
        let folded = fold(text).replace("n°", "num ").replace('º', "num ").replace(['<', '≤'], " moins ").replace(['>', '≥'], " plus ");
        let folded = if folded.contains('+') { signed(&folded) } else { folded };
        let mut raw: Vec<(String, bool)> = Vec::new();
        let mut dotted = false;
        let mut word = String::new();
        for c in folded.chars().chain(std::iter::once(' ')) {
            if c.is_alphanumeric() || c == '%' {
                word.push(c);
                continue;
            }
            if !word.is_empty() {
                let w = std::mem::take(&mut word);
                let single = w.chars().count() == 1 && w.chars().all(char::is_alphabetic);
                match raw.last_mut() {
                    Some((last, true)) if dotted && single => last.push_str(&w),
                    _ => raw.push((w, single)),
                }
            }
            dotted = c == '.';
        }
        let lists = &WORDS.lists;
        let all: Vec<String> = initials_joined(raw).iter().flat_map(|w| open(w)).collect();
        let mut words = Vec::new();
        let mut share = Share::Unsaid;
        for (i, w) in all.iter().enumerate() {
            let after_tranche = i > 0 && matches!(all[i - 1].as_str(), "tranche" | "categorie");
            if w == "n" && all.get(i + 1).is_some_and(|next| lists.negated.contains(next)) {
                words.push("non".to_owned());
                continue;
            }
            if (lists.drop.contains(w) && !after_tranche) || w == "%" {
                continue;
            }
            let of_another = i > 0 && lists.no_share_behind.contains(&all[i - 1]);
            if lists.employer_share.contains(w) && !of_another {
                share = Share::Employer;
            } else if lists.employee_share.contains(w) && all.len() > 1 {
                share = Share::Employee;
            }
            words.push(w.clone());
        }
        if words.is_empty() {
            words = all;
        }
        Self::new(words, share)
    }

    /// « Parts salariales et patronales »: words of both shares.
    pub fn speaks_of_both(&self) -> bool {
        let lists = &WORDS.lists;
        self.words.iter().any(|w| lists.employer_share.contains(w)) && self.words.iter().any(|w| lists.employee_share.contains(w))
    }

    /// The same without the words that only say whose share it is.
    #[must_use]
    pub fn without_share(&self) -> Self {
        let lists = &WORDS.lists;
        let words: Vec<String> = self
            .words
            .iter()
            .filter(|w| !lists.employer_share.contains(*w) && !lists.employee_share.contains(*w) && *w != "part")
            .cloned()
            .collect();
        if words.is_empty() { self.clone() } else { Self::new(words, self.share) }
    }

    /// The same without the words that say whose rubric it is, where it has any.
    pub fn without_status(&self) -> Option<Self> {
        let words: Vec<String> = self.words.iter().filter(|w| !WORDS.lists.status.contains(*w)).cloned().collect();
        (!words.is_empty() && words.len() < self.words.len()).then(|| Self::new(words, self.share))
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// « Nb jours », « Montant », « Total heures »: no word says of what.
    pub fn is_generic(&self) -> bool {
        let told = || WORDS.lists.telling.iter().any(|all| all.iter().all(|w| self.has(w)));
        self.words.iter().all(|w| WORDS.lists.generic.contains(w)) && !told()
    }

    /// « Cotisation mensuelle (part agent) », « Montant à retenir ce mois »: kept from the agent, and no word says for what.
    pub fn is_withheld(&self) -> bool {
        let [kept, beside] = &WORDS.lists.withheld;
        self.words.iter().any(|w| kept.contains(w)) && self.words.iter().all(|w| kept.contains(w) || beside.contains(w))
    }

    /// « ABSENCE TB », « RAPPEL IFSE »: what happened once.
    pub fn is_once(&self) -> bool {
        self.words.iter().any(|w| WORDS.lists.once.contains(w))
    }

    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }
}

/// « N B I », « C S G »: three letters and more that stand alone one after the other are initials, with dots or without.
fn initials_joined(raw: Vec<(String, bool)>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(raw.len());
    for run in raw.chunk_by(|a, b| a.1 && a.0.chars().count() == 1 && b.1 && b.0.chars().count() == 1) {
        let words = run.iter().map(|(w, _)| w.as_str());
        if run.len() >= 3 {
            out.push(words.collect());
        } else {
            out.extend(words.map(str::to_owned));
        }
    }
    out
}

/// One word in the singular, opened when it is a short form that can mean one thing only.
fn open(word: &str) -> Vec<String> {
    let words = &*WORDS;
    if let Some(long) = words.short.get(word) {
        if let [only] = long.as_slice() {
            return only.clone();
        }
        return vec![word.to_owned()];
    }
    let single = match word.strip_suffix('s') {
        Some(s) if s.len() >= 3 && !s.ends_with('s') && !s.ends_with("ca") && !word.ends_with("is") && !word.ends_with("us") => s,
        _ => word,
    };
    if let Some([only]) = words.short.get(single).map(Vec::as_slice) {
        return only.clone();
    }
    vec![words.same.get(single).cloned().unwrap_or_else(|| single.to_owned())]
}

/// Whether a word of a label tells hardly anything: « prime », « montant ».
pub fn says_little(word: &str) -> bool {
    WORDS.lists.light.contains(word) || WORDS.lists.generic.contains(word)
}

/// Whether two words of titles are one, by its short form, its plural or a slip of the pen.
pub fn same_word(a: &str, b: &str) -> bool {
    word_likeness((a, &Said::of(a)), (b, &Said::of(b))) >= 85
}

/// How likely one word is the other, 0 to 100.
fn word_likeness((a, of_a): (&str, &Said), (b, of_b): (&str, &Said)) -> u32 {
    if a == b {
        return 100;
    }
    // A slip of the pen rarely takes the first letter, and no short form changes it.
    if a.as_bytes().first() != b.as_bytes().first() {
        return 0;
    }
    if of_a.digits || of_b.digits {
        return 0;
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    for (s, l) in [(of_a, b), (of_b, a)] {
        if s.long.iter().any(|p| p.len() == 1 && p[0] == l) {
            return 95;
        }
    }
    if short.len() >= 3 && long.starts_with(short) {
        // Three letters begin many words (age, agent; nom, nombre).
        return if short.len() == 3 {
            60
        } else if long.len() - short.len() <= 2 {
            92
        } else {
            85
        };
    }
    if short.len() >= 5 {
        let d = distance(short, long);
        if d == 1 || (d == 2 && short.len() >= 9) {
            return 85;
        }
    }
    if short.len() >= 2 && short.len() * 2 <= long.len() && short.as_bytes()[0] == long.as_bytes()[0] && is_skeleton(short, long) {
        return 65;
    }
    0
}

/// First letters of the words that [`runs_together`] may find in these, a bit each.
pub fn run_together_letters(words: &[String]) -> u32 {
    let begins = |w: &String| letter(w) | WORDS.short_letters.get(w).copied().unwrap_or(0);
    let told = words.iter().position(|w| !WORDS.lists.light.contains(w)).map_or(words.len(), |i| i + 1);
    words[..told].iter().map(begins).fold(0, |a, b| a | b)
}

/// Whether a word begins with one of these letters.
pub fn begins_with(word: &str, letters: u32) -> bool {
    letter(word) & letters != 0
}

/// Whether one word is the beginnings of several, run together as fields of old programs are named: `DATNAI` is a date of
/// birth, `NBENF` a number of children. Each piece has two letters at least; a piece of two is a short form or its word whole.
pub fn runs_together(word: &str, words: &[String]) -> bool {
    let Some((first, rest)) = words.split_first() else { return word.is_empty() };
    if WORDS.lists.light.contains(first) && runs_together(word, rest) {
        return true;
    }
    let short = |piece: &str| WORDS.short.get(piece).is_some_and(|v| v.iter().any(|p| p.len() == 1 && p[0] == *first));
    let fits = |piece: &str| piece == first || short(piece) || piece.len() >= 3 && first.starts_with(piece);
    (2..=word.len()).rev().filter(|n| word.is_char_boundary(*n)).any(|n| fits(&word[..n]) && runs_together(&word[n..], rest))
}

/// Letters of the short form stand in order in the long one, and none after the first is a vowel.
fn is_skeleton(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    short.chars().enumerate().all(|(i, c)| (i == 0 || !"aeiouy".contains(c)) && rest.any(|l| l == c))
}

/// Edits (insert, drop, replace, swap neighbours) between two words; 3 stands for more than two.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    // Three rows are enough, used in turn.
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let (mut before, mut row) = (last.clone(), last.clone());
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let mut d = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                d = d.min(before[j - 2] + 1);
            }
            row[j] = d;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

/// How much two titles resemble each other, 0 to 100. A word that turns the meaning (absence, rappel, non) and
/// stands on one side only keeps it below 50.
pub fn likeness(a: &Phrase, b: &Phrase) -> u32 {
    if a.words.is_empty() || b.words.is_empty() {
        return 0;
    }
    if a.letters & b.letters == 0 {
        return 0;
    }
    if a.words == b.words {
        return 100;
    }
    let mut free: Vec<bool> = vec![true; b.words.len()];
    let (mut got, mut turned) = (0, false);
    let mut pending = Vec::new();
    for (i, (x, said)) in a.words.iter().zip(&a.said).enumerate() {
        let like = |j: usize| (word_likeness((x, said), (&b.words[j], &b.said[j])), std::cmp::Reverse(j));
        let best = (0..b.words.len()).filter(|&j| free[j]).map(like).max().filter(|best| best.0 > 0);
        match best {
            Some((s, std::cmp::Reverse(j))) => {
                free[j] = false;
                got += s * (said.weight + b.said[j].weight);
            }
            None => pending.push(i),
        }
    }
    for i in pending {
        let (x, said) = (&a.words[i], &a.said[i]);
        let n = x.chars().count();
        let initials = (2..=6).contains(&n) && b.letters & said.letter != 0;
        let run = (0..=b.words.len().saturating_sub(n))
            .find(|&j| initials && j + n <= b.words.len() && free[j..j + n].iter().all(|f| *f) && b.spells(j..j + n, x));
        if let Some(j) = run {
            let w: u32 = b.said[j..j + n].iter().map(|s| s.weight).sum();
            free[j..j + n].iter_mut().for_each(|f| *f = false);
            got += 90 * (said.weight + w);
        } else if said.turns {
            turned = true;
        }
    }
    // Initials written on the other side: `tpp` there for `transfert primes points` here.
    for (slot, (y, said)) in free.iter_mut().zip(b.words.iter().zip(&b.said)).filter(|(slot, _)| **slot) {
        let n = y.chars().count();
        let run = a.letters & said.letter != 0 && n >= 2 && a.words.len() >= n;
        if run && (0..=a.words.len() - n).any(|i| a.spells(i..i + n, y)) {
            *slot = false;
            got += 90 * (said.weight + a.said.iter().take(n).map(|s| s.weight).sum::<u32>());
        }
    }
    turned |= free.iter().zip(&b.said).any(|(f, s)| *f && s.turns);
    let score = (got / (a.weight() + b.weight())).min(99);
    if turned { score.min(48) } else { score }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_before_numbers_are_words() {
        let words = |t: &str| Phrase::of(t).words;
        assert_eq!(words("HS +14"), words("HS > 14"));
        assert_eq!((words("HS ≤ 14h"), words("HS ≥ 15 h")), (words("HS < 14h"), words("HS > 15 h")));
        assert_eq!(words("TIB + NBI"), ["tib", "nbi"]);
    }

    #[test]
    fn folds_case_accents_and_blanks() {
        assert_eq!(fold("  N°\u{a0}SÉCU\u{202f} œuvre "), "n° secu oeuvre");
    }

    // Abbreviations as they stand on French payslips and in exports.
    #[test]
    fn knows_titles_under_their_abbreviations() {
        for (a, b) in [
            ("IND. RESIDENCE", "Indemnité de résidence"),
            ("TRAIT. BASE IND.", "Traitement de base indiciaire"),
            ("SUPPL FAM", "Supplément familial"),
            ("SS VIEILL. DEPLAF.", "Assurance vieillesse déplafonnée"),
            ("CSG NON DED.", "CSG non déductible"),
            ("C.S.G. N. déd", "CSG non déductible"),
            ("N.B.I.", "nbi"),
            ("N B I", "nbi"),
            ("Dt naiss.", "Date de naissance"),
            ("H.S. JOUR 14 PREM.", "Heures supplémentaires de jour, 14 premières"),
            ("ALLEGT COTIS. H.SUP", "Réduction de cotisations sur heures supplémentaires"),
            ("ABS. NON REM. IND. RES.", "Absence non rémunérée, part de l'indemnité de résidence"),
            ("ABS. NON REM. TPP", "Absence non rémunérée, transfert primes/points"),
        ] {
            let s = likeness(&Phrase::of(a).without_share(), &Phrase::of(b).without_share());
            assert!(s >= 75, "{a} / {b}: {s}");
        }
    }

    #[test]
    fn a_word_that_turns_the_meaning_keeps_titles_apart() {
        for (a, b) in [
            ("CARENCE TRAITEMENT", "Traitement"),
            ("RAPPEL TRAITEMENT", "Traitement"),
            ("CSG NON DEDUCTIBLE", "CSG déductible"),
            ("CSG N. déd", "CSG déductible"),
            ("Fin contrat", "contrat"),
            ("CNRACL NBI", "CNRACL"),
        ] {
            assert!(likeness(&Phrase::of(a), &Phrase::of(b)) < 50, "{a} / {b}");
        }
    }

    #[test]
    fn a_word_of_how_often_is_no_initial() {
        assert!(likeness(&Phrase::of("IFSE/mois"), &Phrase::of("IM")) < 50);
        assert!(likeness(&Phrase::of("indice majoré"), &Phrase::of("IM")) >= 75);
    }

    #[test]
    fn three_letters_are_not_enough_for_a_word() {
        assert!(likeness(&Phrase::of("Agent"), &Phrase::of("Âge")) < 78);
        assert!(likeness(&Phrase::of("Nom"), &Phrase::of("Nombre")) < 78);
    }

    // Names of fields in files of programs that have eight characters for them.
    #[test]
    fn a_field_of_run_together_beginnings_is_its_title() {
        for (word, title) in [
            ("datnai", "date de naissance"),
            ("nbenf", "nb enfants"),
            ("txpas", "taux pas"),
            ("dtentr", "date entrée"),
            ("indmaj", "indice majoré"),
            ("txtrav", "taux travail"),
            ("codpost", "code postal"),
        ] {
            assert!(runs_together(word, &Phrase::of(title).words), "{word}");
        }
        for (word, title) in [("nomination", "nom"), ("datnai", "date entrée"), ("service", "service matricule"), ("natal", "nom agent")] {
            assert!(!runs_together(word, &Phrase::of(title).words), "{word}");
        }
    }

    #[test]
    fn names_meet_whatever_their_order_and_accents() {
        assert_eq!(name_key("ÉCHEVIN", "Virginie"), name_key("Mme Virginie Echevin", ""));
    }
}
