//! People in a line of running text: by number, by identity number, by whole name, by surname.

use super::{FEW, Known, LONG};
use crate::ground::EmployeeId;
use crate::normalise::text::{fold, is_courtesy};
use crate::normalise::titles::{before_number, opens_a_mail};
use std::collections::BTreeSet;

/// Words a surname has at most.
const LONGEST: usize = 4;

/// Whom a line names.
#[derive(Default)]
pub(super) struct Line<'k> {
    pub(super) named: BTreeSet<&'k EmployeeId>,
    /// It names somebody like a person, and nobody is known by that name.
    pub(super) lost: bool,
    /// A surname of more people than could be set aside for it.
    pub(super) several: bool,
}

/// One word as written and folded, with what stands before it.
struct Word<'t> {
    text: &'t str,
    folded: String,
    before: &'t str,
}

/// A name's words, folded, a blank between each.
pub(super) fn words(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && !is_courtesy(w)).collect();
    words.join(" ")
}

fn split(text: &str) -> Vec<Word<'_>> {
    let mut out = Vec::new();
    let mut end = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        if !c.is_alphanumeric() {
            continue;
        }
        let mut stop = start + c.len_utf8();
        while let Some((at, _)) = rest.next_if(|(_, c)| c.is_alphanumeric()) {
            stop = at + text[at..].chars().next().map_or(1, char::len_utf8);
        }
        let word = &text[start..stop];
        out.push(Word { text: word, folded: fold(word), before: &text[end..start] });
        end = stop;
    }
    out
}

impl Known {
    /// Everybody whom a line may mean. Who sends a mail and who gets it are not meant.
    pub(super) fn in_line(&self, text: &str) -> Line<'_> {
        let mut line = Line::default();
        if opens_a_mail(text) || text.len() > 4_000 {
            line.lost = text.len() > 4_000;
            return line;
        }
        let words: Vec<Word<'_>> = split(text);
        self.numbers(&words, &mut line);
        let mut taken = vec![false; words.len()];
        self.whole_names(&words, &mut taken, &mut line);
        self.surnames(&words, &mut taken, text.bytes().any(|b| b.is_ascii_digit()), &mut line);
        line.lost = if line.named.is_empty() { self.like_a_person(&words) } else { self.beside_others(&words, &taken) };
        line
    }

    /// Numbers of employees and identity numbers. Dates, telephones and accounts are longer runs of digits.
    fn numbers<'k>(&'k self, words: &[Word<'_>], line: &mut Line<'k>) {
        let digits = |w: &Word<'_>| w.text.bytes().any(|b| b.is_ascii_digit());
        let mut i = 0;
        while i < words.len() {
            let mut run = i + 1;
            while run < words.len() && digits(&words[i]) && digits(&words[run]) && words[run].before.chars().count() == 1 {
                run += 1;
            }
            let whole: String = words[i..run].iter().map(|w| w.text).collect();
            line.named.extend(self.identified(&whole));
            let Some(w) = words.get(i).filter(|_| run - i < 3) else {
                i = run;
                continue;
            };
            let said = || i == 0 || w.before.ends_with(['(', '[', '°', '#', '-', '•', '*']) || before_a_number(words, i);
            if digits(w) && self.is_written(w.text) && (w.text.starts_with('0') || w.text.len() >= LONG || said()) {
                line.named.extend(self.numbered(w.text));
            }
            i = run;
        }
    }

    /// A surname with the given name behind it or before it.
    fn whole_names<'k>(&'k self, words: &[Word<'_>], taken: &mut [bool], line: &mut Line<'k>) {
        for length in (1..=LONGEST.min(words.len())).rev() {
            for i in 0..=words.len() - length {
                let Some(all) = self.by_surname.get(&joined(&words[i..i + length])) else { continue };
                for (id, given) in all.iter().filter(|(_, g)| !g.is_empty()) {
                    let n = given.split(' ').count();
                    let behind = words.get(i + length..i + length + n).is_some_and(|w| joined(w) == *given).then_some(i);
                    let before = i.checked_sub(n).filter(|at| joined(&words[*at..i]) == *given);
                    if let Some(at) = behind.or(before) {
                        line.named.insert(id);
                        taken[at..at + length + n].fill(true);
                    }
                }
            }
        }
    }

    /// A surname alone, or with an initial: everybody who bears it, where they are few.
    fn surnames<'k>(&'k self, words: &[Word<'_>], taken: &mut [bool], counts: bool, line: &mut Line<'k>) {
        for length in (1..=LONGEST.min(words.len())).rev() {
            for i in 0..=words.len() - length {
                if taken[i..i + length].contains(&true) {
                    continue;
                }
                let Some(all) = self.by_surname.get(&joined(&words[i..i + length])) else { continue };
                // « ba » is a word of many; « Mme BA » is somebody.
                let courtesy = || i.checked_sub(1).and_then(|b| words.get(b)).is_some_and(|w| is_courtesy(&w.folded));
                let short = length == 1 && words[i].folded.len() < 3;
                if short && !(courtesy() && words[i].text.chars().all(char::is_uppercase)) {
                    continue;
                }
                // « petit » is a word; « Petit » is somebody.
                if !counts && !words[i].text.starts_with(char::is_uppercase) {
                    continue;
                }
                let beside = [i.checked_sub(1).and_then(|b| words.get(b)), words.get(i + length)];
                let other = |w: &Word<'_>| self.given.contains(&w.folded);
                let initial = |g: &str| {
                    let mut letters =
                        beside.iter().flatten().filter(|w| w.text.chars().count() == 1 && w.text.starts_with(char::is_uppercase));
                    letters.all(|w| g.starts_with(&w.folded) || is_courtesy(&w.folded))
                };
                // « MARTIN Paul » is nobody where the only Martin is called Claire.
                if beside.iter().flatten().any(|w| other(w)) {
                    continue;
                }
                let meant: Vec<&EmployeeId> = all.iter().filter(|(_, g)| initial(g)).map(|(id, _)| id).collect();
                if meant.len() > FEW {
                    line.several = true;
                }
                line.named.extend(meant.into_iter().take(FEW));
                taken[i..i + length].fill(true);
            }
        }
    }

    /// A stranger on a line that also names somebody who is known: « LHUILLIER Christophe remplace KOWALSKI Jan ».
    fn beside_others(&self, words: &[Word<'_>], taken: &[bool]) -> bool {
        let pieces: Vec<(usize, bool)> = taken.iter().copied().enumerate().collect();
        pieces.chunk_by(|a, b| a.1 == b.1).filter(|run| !run[0].1).any(|run| {
            let (from, to) = (run[0].0, run[0].0 + run.len());
            words[from..to].windows(2).any(|p| Self::surname_beside(&p[0], &p[1]) || Self::surname_beside(&p[1], &p[0]))
        })
    }

    /// A surname in capitals beside a name that only begins with one.
    fn surname_beside(surname: &Word<'_>, given: &Word<'_>) -> bool {
        let letters = |w: &Word<'_>| w.text.chars().all(char::is_alphabetic) && w.text.chars().count() >= 3;
        let capitals = |w: &Word<'_>| letters(w) && w.text.chars().all(char::is_uppercase);
        capitals(surname) && letters(given) && given.text.starts_with(char::is_uppercase) && !capitals(given)
    }

    /// « HÉBERT Jean-Marc », or a given name of the town beside another name.
    fn like_a_person(&self, words: &[Word<'_>]) -> bool {
        let letters = |w: &Word<'_>| w.text.chars().all(char::is_alphabetic) && w.text.chars().count() >= 3;
        let capitals = |w: &Word<'_>| letters(w) && w.text.chars().all(char::is_uppercase);
        let opened = |w: &Word<'_>| letters(w) && w.text.starts_with(char::is_uppercase);
        let given = |w: &Word<'_>| letters(w) && self.given.contains(&w.folded);
        let short = |w: &Word<'_>| w.text.chars().count() == 2 && w.text.chars().all(char::is_uppercase);
        words.windows(2).any(|p| {
            let (a, b) = (&p[0], &p[1]);
            let written = capitals(a) && opened(b) && !capitals(b) || capitals(b) && opened(a) && !capitals(a);
            written || given(a) && (opened(b) || short(b)) || given(b) && (opened(a) || short(a))
        })
    }
}

fn joined(words: &[Word<'_>]) -> String {
    words.iter().map(|w| w.folded.as_str()).collect::<Vec<_>>().join(" ")
}

/// « matricule 115 », « agent n° 115 ».
fn before_a_number(words: &[Word<'_>], i: usize) -> bool {
    i.checked_sub(1).and_then(|b| words.get(b)).is_some_and(|w| before_number(&w.folded))
}
