//! Bytes → numbered lines, decoded one by one, and what stands on each: `S21.G00.30.001,'value'`.
//!
//! A line is never held beyond its limit, a file never whole, unless it is in UTF-16. Each line says its own encoding:
//! UTF-8 where its bytes can be nothing else, windows-1252 otherwise, as declarations carry no label.

use super::tables;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;
use std::io::{self, BufRead, Cursor, Read};

/// One line without its end.
pub enum Line<'l> {
    Text(Cow<'l, str>),
    /// Longer than the limit; passed over to its end.
    TooLong,
}

/// How the letters beyond ASCII were written, counted by lines.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Letters {
    pub utf8: u64,
    pub single_byte: u64,
}

impl Letters {
    pub const fn encoding(self) -> &'static str {
        if self.utf8 > 0 { "UTF-8" } else { "windows-1252" }
    }
}

/// Lines of a file, one after the other.
pub struct Lines<'r> {
    reader: Box<dyn BufRead + 'r>,
    limit: usize,
    line: Vec<u8>,
    /// The number of the line last handed over, from 1.
    pub number: u32,
    pub letters: Letters,
    /// Whether the last line had an end.
    pub ended: bool,
}

impl<'r> Lines<'r> {
    /// Begins to read; a byte order mark is passed over, UTF-16 decoded within `most` bytes (`None` beyond them).
    ///
    /// # Errors
    /// When the bytes cannot be read.
    pub fn new(mut reader: Box<dyn BufRead + 'r>, limit: usize, most: u64) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        reader.by_ref().take(4).read_to_end(&mut head)?;
        let wide = match head.as_slice() {
            [0xFF, 0xFE, ..] | [b'S', 0, ..] => Some(UTF_16LE),
            [0xFE, 0xFF, ..] | [0, b'S', ..] => Some(UTF_16BE),
            _ => None,
        };
        let mark = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let reader: Box<dyn BufRead + 'r> = match wide {
            None => Box::new(Cursor::new(head.split_off(mark)).chain(reader)),
            Some(encoding) => match decoded(encoding, head, reader, most)? {
                Some(text) => Box::new(Cursor::new(text.into_bytes())),
                None => return Ok(None),
            },
        };
        Ok(Some(Self { reader, limit, line: Vec::new(), number: 0, letters: Letters::default(), ended: true }))
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// When the bytes cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let (mut any, mut long) = (false, false);
        loop {
            let bytes = self.reader.fill_buf()?;
            if bytes.is_empty() {
                if !any {
                    return Ok(None);
                }
                self.ended = false;
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', bytes);
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            if self.line.len() + piece.len() > self.limit {
                long = true;
                self.line.clear();
            } else if !long {
                self.line.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        self.number = self.number.saturating_add(1);
        if long {
            return Ok(Some(Line::TooLong));
        }
        let bytes = self.line.trim_ascii();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.letters.utf8 += u64::from(!text.is_ascii());
                Cow::Borrowed(text)
            }
            Err(_) => {
                self.letters.single_byte += 1;
                WINDOWS_1252.decode_without_bom_handling(bytes).0
            }
        };
        Ok(Some(Line::Text(text)))
    }
}

fn decoded(encoding: &'static Encoding, head: Vec<u8>, reader: impl BufRead, most: u64) -> io::Result<Option<String>> {
    let mut bytes = head;
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Ok(None);
    }
    let (text, _) = encoding.decode_with_bom_removal(&bytes);
    Ok(Some(text.into_owned()))
}

/// What stands on a line.
pub enum Content<'l> {
    Blank,
    /// The key of a rubric and its value, with the first and last apostrophe taken off: those within belong to it.
    Value(u32, &'l str),
    /// A rubric whose value has no closing apostrophe, or none at all: the line may be cut.
    Open(u32, &'l str),
    Other,
}

/// Takes a line apart.
pub fn content(line: &str) -> Content<'_> {
    if line.is_empty() || line == "\u{1a}" {
        return Content::Blank;
    }
    let Some(key) = line.as_bytes().get(..14).and_then(tables::key) else { return Content::Other };
    let rest = line[14..].trim_start();
    let Some(value) = rest.strip_prefix(',') else { return Content::Open(key, "") };
    match value.trim().strip_prefix('\'') {
        Some(v) => match v.strip_suffix('\'') {
            Some(whole) => Content::Value(key, whole.trim()),
            None => Content::Open(key, v),
        },
        None => Content::Open(key, value.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8], limit: usize) -> (Vec<String>, Letters, bool) {
        let mut lines = Lines::new(Box::new(Cursor::new(bytes)), limit, 1 << 20).expect("memory").expect("within the limit");
        let mut out = Vec::new();
        while let Some(line) = lines.next().expect("memory") {
            out.push(match line {
                Line::Text(t) => t.into_owned(),
                Line::TooLong => "…".to_owned(),
            });
        }
        (out, lines.letters, lines.ended)
    }

    #[test]
    fn each_line_is_decoded_by_its_bytes() {
        let (lines, letters, ended) = all(b"\xEF\xBB\xBFa\r\n\xE9t\xE9\n\xC3\xA9\nb", 10);
        assert_eq!(lines, ["a", "été", "é", "b"]);
        assert_eq!(letters, Letters { utf8: 1, single_byte: 1 });
        assert!(!ended);
        let wide: Vec<u8> = "S10é\nx\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(all(&wide, 10).0, ["S10é", "x"]);
        assert_eq!(all(b"abcdefghijk\nxy\n", 10).0, ["…", "xy"]);
    }

    #[test]
    fn an_apostrophe_within_belongs_to_the_value() {
        let value = |line| match content(line) {
            Content::Value(_, v) => Some(v.to_owned()),
            Content::Blank | Content::Open(..) | Content::Other => None,
        };
        assert_eq!(value("S21.G00.30.007,'L'ÎLE'").as_deref(), Some("L'ÎLE"));
        assert_eq!(value("S21.G00.30.007,''").as_deref(), Some(""));
        assert_eq!(value("S21.G00.30.007,'"), None);
        assert!(matches!(content("S21.G00.30.007,'AB"), Content::Open(_, "AB")));
        assert!(matches!(content("S21.G00.30.007"), Content::Open(_, "")));
        assert!(matches!(content("É21.G00.30.007,''"), Content::Other));
    }
}
