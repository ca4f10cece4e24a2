//! Bytes of an XML file → UTF-8 bytes, with lines counted and limits held.
//!
//! A byte order mark or the XML declaration says the encoding; nothing is guessed. The limits are held where bytes
//! are handed over, so that a file without a single `>` cannot fill the memory.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, BufRead, Cursor, Read};
use std::ops::Range;

/// Why the bytes stop before the end of the file. Travels inside an [`io::Error`] through the XML reader.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Stop {
    /// The whole file is larger than the limit.
    #[error("file too large")]
    FileSize,
    /// One tag, text or comment is larger than the limit.
    #[error("element too large")]
    EventSize,
    /// Bytes that the declared encoding does not have.
    #[error("malformed text")]
    Malformed,
}

impl Stop {
    /// The stop inside an error, if that is what it is.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref::<Self>().cloned()
    }
}

/// How much of the file is looked at to find its encoding.
const PROLOGUE: usize = 512;

/// UTF-8 bytes and the name of the encoding they were in.
pub type Decoded<'a> = (Box<dyn BufRead + 'a>, &'static str);

/// Text of a file as UTF-8, without its byte order mark, and the name of its encoding.
///
/// # Errors
/// The label of an encoding nobody knows (inner), or a failure of the disk (outer).
pub fn decoded<'a>(input: &'a mut dyn BufRead) -> io::Result<Result<Decoded<'a>, String>> {
    let mut start = Vec::with_capacity(PROLOGUE);
    Read::take(&mut *input, PROLOGUE as u64).read_to_end(&mut start)?;
    let (encoding, mark) = match encoding_of(&start) {
        Ok(found) => found,
        Err(label) => return Ok(Err(label)),
    };
    let mut start = Cursor::new(start);
    start.set_position(mark as u64);
    let whole = start.chain(input);
    if encoding == UTF_8 {
        return Ok(Ok((Box::new(whole), encoding.name())));
    }
    let decoder = encoding.new_decoder_without_bom_handling();
    Ok(Ok((Box::new(Decoding { inner: whole, decoder, out: Vec::new(), taken: 0, ended: false }), encoding.name())))
}

/// The encoding and the length of the byte order mark; the label when it is not a known encoding.
fn encoding_of(start: &[u8]) -> Result<(&'static Encoding, usize), String> {
    if let Some(found) = Encoding::for_bom(start) {
        return Ok(found);
    }
    match start {
        [b'<', 0, ..] => return Ok((UTF_16LE, 0)),
        [0, b'<', ..] => return Ok((UTF_16BE, 0)),
        _ => {}
    }
    let Some(label) = declared(start) else { return Ok((UTF_8, 0)) };
    let encoding =
        Encoding::for_label_no_replacement(label).ok_or_else(|| String::from_utf8_lossy(label).chars().take(40).collect::<String>())?;
    // Whoever declares UTF-16 in single bytes has saved a string of UTF-16 as UTF-8.
    Ok((if encoding.is_ascii_compatible() { encoding } else { UTF_8 }, 0))
}

/// The label in `<?xml … encoding="label"?>`.
fn declared(start: &[u8]) -> Option<&[u8]> {
    let declaration = start.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|w| w == b"?>").unwrap_or(declaration.len());
    let declaration = &declaration[..end];
    let after = declaration.windows(8).position(|w| w == b"encoding")? + 8;
    let mut rest = declaration[after..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *rest.first().filter(|b| matches!(b, b'"' | b'\''))?;
    rest = &rest[1..];
    Some(&rest[..rest.iter().position(|b| *b == quote)?])
}

/// Decodes as it is read; bytes the encoding does not have are an error, never a replacement character.
struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    out: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: BufRead> BufRead for Decoding<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.out.len() && !self.ended {
            let bytes = self.inner.fill_buf()?;
            let last = bytes.is_empty();
            self.out.resize(16 * 1024, 0);
            let (result, read, written, malformed) = self.decoder.decode_to_utf8(bytes, &mut self.out, last);
            self.inner.consume(read);
            self.out.truncate(written);
            self.taken = 0;
            if malformed {
                self.out.clear();
                return Err(io::Error::other(Stop::Malformed));
            }
            self.ended = last && result == CoderResult::InputEmpty;
        }
        Ok(&self.out[self.taken..])
    }
    fn consume(&mut self, amount: usize) {
        self.taken += amount;
    }
}

impl<R: BufRead> Read for Decoding<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        read_through(self, into)
    }
}

fn read_through(from: &mut impl BufRead, into: &mut [u8]) -> io::Result<usize> {
    let n = from.fill_buf()?.read(into)?;
    from.consume(n);
    Ok(n)
}

/// Counts lines and bytes, and stops at the limits. Keeps a buffer of its own: the XML reader asks for it at every tag.
pub struct Guard<'a> {
    inner: Box<dyn BufRead + 'a>,
    buffer: Box<[u8]>,
    /// The part of the buffer that has not been handed over yet.
    ready: Range<usize>,
    line: u32,
    left_in_file: u64,
    left_in_event: usize,
    event_max: usize,
}

impl<'a> Guard<'a> {
    pub fn new(inner: Box<dyn BufRead + 'a>, file_max: u64, event_max: usize) -> Self {
        let buffer = vec![0; 32 << 10].into_boxed_slice();
        Self { inner, buffer, ready: 0..0, line: 1, left_in_file: file_max, left_in_event: event_max, event_max }
    }
    /// The line the next byte stands on, from 1.
    pub const fn line(&self) -> u32 {
        self.line
    }
    /// Starts a new tag, text or comment: its size counts from here.
    pub const fn next_event(&mut self) {
        self.left_in_event = self.event_max;
    }
}

impl BufRead for Guard<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.ready.is_empty() {
            self.ready = 0..self.inner.read(&mut self.buffer)?;
            if self.ready.is_empty() {
                return Ok(&[]);
            }
        }
        if self.left_in_file == 0 {
            return Err(io::Error::other(Stop::FileSize));
        }
        if self.left_in_event == 0 {
            return Err(io::Error::other(Stop::EventSize));
        }
        let bytes = &self.buffer[self.ready.clone()];
        let allowed = self.left_in_event.min(usize::try_from(self.left_in_file).unwrap_or(usize::MAX));
        Ok(&bytes[..bytes.len().min(allowed)])
    }
    fn consume(&mut self, amount: usize) {
        let bytes = &self.buffer[self.ready.start..self.ready.start + amount];
        let lines = bytes.iter().filter(|b| **b == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.ready.start += amount;
        self.left_in_file -= amount as u64;
        self.left_in_event -= amount;
    }
}

impl Read for Guard<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        read_through(self, into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(mut bytes: &[u8]) -> Result<(String, &'static str), String> {
        let (mut decoded, name) = decoded(&mut bytes).expect("memory does not fail")?;
        let mut out = String::new();
        decoded.read_to_string(&mut out).map_err(|e| format!("{:?}", Stop::of(&e)))?;
        Ok((out, name))
    }

    #[test]
    fn believes_the_mark_then_the_declaration() {
        assert_eq!(text(b"\xef\xbb\xbf<?xml encoding='ISO-8859-1'?>\xc3\xa9"), Ok(("<?xml encoding='ISO-8859-1'?>é".into(), "UTF-8")));
        assert_eq!(text(b"<?xml encoding = 'ISO-8859-1'?>\xe9"), Ok(("<?xml encoding = 'ISO-8859-1'?>é".into(), "windows-1252")));
        assert_eq!(text(b"<?xml encoding=\"iso-8859-15\"?>\xa4").map(|t| t.1), Ok("ISO-8859-15"));
        assert_eq!(text(b"\xff\xfe<\0a\0"), Ok(("<a".into(), "UTF-16LE")));
        assert_eq!(text(b"<?xml encoding=\"utf-16\"?>").map(|t| t.1), Ok("UTF-8"));
        assert_eq!(text(b"<?xml encoding=\"klingon\"?>"), Err("klingon".into()));
        assert_eq!(text(b"\xff\xfe<\0a"), Err("Some(Malformed)".into()));
    }

    #[test]
    fn counts_lines_and_holds_limits() {
        let mut bytes: &[u8] = b"a\nb\ncdefgh";
        let mut guard = Guard::new(Box::new(&mut bytes), 8, 5);
        let mut out = [0; 16];
        assert_eq!(guard.read(&mut out).ok(), Some(5));
        assert_eq!(guard.line(), 3);
        assert_eq!(guard.read(&mut out).map_err(|e| Stop::of(&e)), Err(Some(Stop::EventSize)));
        guard.next_event();
        assert_eq!(guard.read(&mut out).ok(), Some(3));
        assert_eq!(guard.read(&mut out).map_err(|e| Stop::of(&e)), Err(Some(Stop::FileSize)));
    }
}
