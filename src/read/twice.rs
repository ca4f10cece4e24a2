//! UTF-8 that some program took for windows-1252 and wrote as UTF-8 once more: « PrÃ©nom » becomes « Prénom » again.
//!
//! Only letters whose bytes can have come about so are put back; every other letter stays as it is.

use std::io::{self, Read};

/// Letters of a sample that must be of this kind before a file is taken for one.
const ENOUGH: usize = 4;

/// Letters that one letter can have become.
const LONGEST: usize = 4;

/// What windows-1252 writes in one byte for the letter; the five bytes it leaves free stand for themselves.
fn byte_of(letter: char) -> Option<u8> {
    match u32::from(letter) {
        0x81 | 0x8D | 0x8F | 0x90 | 0x9D => u8::try_from(u32::from(letter)).ok(),
        0x80..=0x9F => None,
        0xA0..=0xFF => u8::try_from(u32::from(letter)).ok(),
        _ => {
            let mut utf8 = [0; 4];
            let (bytes, _, unknown) = encoding_rs::WINDOWS_1252.encode(letter.encode_utf8(&mut utf8));
            (!unknown && bytes.len() == 1 && bytes[0] >= 0x80).then(|| bytes[0])
        }
    }
}

/// The letter that letters of windows-1252 were the bytes of, and how many they were.
fn first_letter(letters: &[char]) -> Option<(char, usize)> {
    let lead = byte_of(*letters.first()?)?;
    let length = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let bytes: Option<Vec<u8>> = letters.get(..length)?.iter().map(|c| loose_byte(*c)).collect();
    let letter = std::str::from_utf8(&bytes?).ok()?.chars().next()?;
    // What a program writes twice was a letter or a sign before, not a control character.
    (!letter.is_control()).then_some((letter, length))
}

/// The byte of a letter that is not the first: a program without windows-1252 leaves bytes 0x80 to 0x9F as they are.
fn loose_byte(letter: char) -> Option<u8> {
    match u32::from(letter) {
        0x80..=0x9F => u8::try_from(u32::from(letter)).ok(),
        _ => byte_of(letter),
    }
}

/// Whether the end of a sample cuts a letter written twice: a first byte, and fewer to follow than it asks for.
fn is_cut(letters: &[char]) -> bool {
    let Some((first, rest)) = letters.split_first() else { return false };
    let asked = match byte_of(*first) {
        Some(0xC2..=0xDF) => 1,
        Some(0xE0..=0xEF) => 2,
        Some(0xF0..=0xF4) => 3,
        Some(_) | None => return false,
    };
    rest.len() < asked && rest.iter().all(|c| loose_byte(*c).is_some_and(|b| (0x80..=0xBF).contains(&b)))
}

/// Whether all letters of a sample beyond ASCII are letters written twice, and enough of them.
pub(crate) fn is_written_twice(sample: &[u8]) -> bool {
    let text = match std::str::from_utf8(sample) {
        Ok(text) => text,
        // The end of the sample may cut a letter.
        Err(e) => std::str::from_utf8(&sample[..e.valid_up_to()]).unwrap_or_default(),
    };
    let (mut rest, mut found) = (text.chars(), 0);
    let mut letters = Vec::with_capacity(LONGEST);
    while let Some(letter) = rest.clone().next() {
        if letter.is_ascii() || letter == '\u{feff}' {
            rest.next();
            continue;
        }
        letters.clear();
        letters.extend(rest.clone().take(LONGEST));
        let Some((_, length)) = first_letter(&letters) else {
            return found >= ENOUGH && is_cut(&letters);
        };
        found += 1;
        rest.nth(length - 1);
    }
    found >= ENOUGH
}

/// Letters written twice put back, in a text that is whole.
fn put_back(text: &str, out: &mut Vec<u8>) {
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    let mut utf8 = [0; 4];
    while let Some(&letter) = letters.get(at) {
        let (put, length) = if letter.is_ascii() { (letter, 1) } else { first_letter(&letters[at..]).unwrap_or((letter, 1)) };
        out.extend_from_slice(put.encode_utf8(&mut utf8).as_bytes());
        at += length;
    }
}

/// A stream of UTF-8 written twice, read as it was.
pub(crate) struct Once<R> {
    inner: R,
    /// Read, and not yet put back: the end of the last stretch, from its last ASCII byte on.
    raw: Vec<u8>,
    ready: Vec<u8>,
    handed: usize,
    over: bool,
}

impl<R: Read> Once<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, raw: Vec::new(), ready: Vec::new(), handed: 0, over: false }
    }
}

impl<R: Read> Read for Once<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.ready.len() && !self.over {
            let read = self.inner.by_ref().take(64 << 10).read_to_end(&mut self.raw)?;
            self.over = read == 0;
            let end = if self.over { self.raw.len() } else { self.raw.iter().rposition(u8::is_ascii).map_or(0, |i| i + 1) };
            (self.handed, self.ready) = (0, Vec::with_capacity(end));
            for chunk in self.raw[..end].utf8_chunks() {
                put_back(chunk.valid(), &mut self.ready);
                self.ready.extend_from_slice(chunk.invalid());
            }
            self.raw.drain(..end);
        }
        let n = out.len().min(self.ready.len() - self.handed);
        out[..n].copy_from_slice(&self.ready[self.handed..self.handed + n]);
        self.handed += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(text: &str) -> String {
        let mut out = String::new();
        Once::new(text.as_bytes()).read_to_string(&mut out).expect("UTF-8");
        out
    }

    // Bytes of UTF-8 by the code charts: é C3 A9, É C3 89, à C3 A0, œ C5 93, € E2 82 AC; 89 is ‰ in windows-1252, 93 “, 82 ‚, AC ¬.
    #[test]
    fn puts_letters_back() {
        assert_eq!(once("PrÃ©nom;Ã‰ric;Ã\u{89}ric;NET Ã\u{a0} PAYER;CÅ“ur;12 â‚¬"), "Prénom;Éric;Éric;NET à PAYER;Cœur;12 €");
        assert_eq!(once("déjà, n° 3, Ã"), "déjà, n° 3, Ã");
    }

    #[test]
    fn takes_for_written_twice_what_can_be_nothing_else() {
        assert!(is_written_twice("PrÃ©nom;LibellÃ©;IndemnitÃ© de rÃ©sidence".as_bytes()));
        assert!(!is_written_twice("Prénom;Libellé;Indemnité de résidence".as_bytes()));
        assert!(!is_written_twice("PrÃ©nom;LibellÃ©;IndemnitÃ© de rÃ©sidence;été".as_bytes()), "a letter of its own");
        assert!(!is_written_twice("PrÃ©nom".as_bytes()), "one is not enough");
    }

    #[test]
    fn puts_back_what_lies_across_two_stretches() {
        let text = "é".repeat(200_000).replace('é', "Ã©");
        assert_eq!(once(&text), "é".repeat(200_000));
    }
}
