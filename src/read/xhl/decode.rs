//! Bytes → text, attachments → bytes, texts → numbers and months: how pay statements write them.

use crate::ground::{Exact, Money, PayMonth};
use crate::read::limits::{Limits, Passed};
use crate::read::twice::{self, Once};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, WINDOWS_1252};
use flate2::read::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::ops::Range;

/// The beginning of a document as text.
pub fn text(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    // Piece by piece as the parser takes it: a reader that is asked for fewer bytes than a letter has refuses.
    let read = survey(bytes).and_then(|s| {
        let mut stream = s.stream(Box::new(Cursor::new(bytes.to_vec())))?;
        loop {
            let piece = stream.fill_buf()?;
            let n = piece.len();
            if n == 0 {
                return Ok(());
            }
            out.extend_from_slice(piece);
            stream.consume(n);
        }
    });
    // Memory does not fail, and what a survey has chosen decodes.
    if read.is_err() { String::new() } else { String::from_utf8(out).unwrap_or_default() }
}

/// How the bytes of a whole document are, found by going through them once.
pub struct Survey {
    pub encoding: &'static Encoding,
    /// The encoding it declares, when that is not how its bytes are.
    pub declared: Option<String>,
    /// UTF-8 that some program wrote as UTF-8 once more.
    pub twice: bool,
    /// Bytes of the mark before the text.
    mark: u64,
    /// Bytes until the last whole letter, of UTF-8.
    whole: u64,
}

/// Chooses by byte order mark, declaration and bytes: a common tool writes windows-1252 whatever the declaration says.
///
/// # Errors
/// When they cannot be read.
pub fn survey(mut bytes: impl Read) -> io::Result<Survey> {
    let mut piece = vec![0; 64 << 10];
    let (mut head, mut held, mut whole, mut ascii, mut utf8) = (Vec::new(), 0, 0, true, true);
    while utf8 {
        let n = bytes.read(&mut piece[held..])?;
        if n == 0 {
            break;
        }
        let read = &piece[..held + n];
        if head.len() < SAMPLE {
            head.extend_from_slice(&read[held..]);
        }
        ascii &= read.is_ascii();
        let good = match std::str::from_utf8(read) {
            Ok(_) => read.len(),
            Err(e) => {
                utf8 = e.error_len().is_none();
                e.valid_up_to()
            }
        };
        whole += good as u64;
        let end = read.len();
        piece.copy_within(good..end, 0);
        held = end - good;
    }
    let twice = utf8 && twice::is_written_twice(&head);
    head.truncate(HEAD);
    let found = Encoding::for_bom(&head).filter(|f| f.0 != UTF_8 || utf8);
    if let Some((encoding, mark)) = found {
        return Ok(Survey { encoding, declared: None, twice, mark: mark as u64, whole });
    }
    let label = declared(&head);
    let named = label.as_deref().map_or(Some(UTF_8), |l| Encoding::for_label_no_replacement(l.as_bytes()));
    let encoding = if utf8 { UTF_8 } else { named.filter(|e| *e != UTF_8 && e.is_ascii_compatible()).unwrap_or(WINDOWS_1252) };
    let other = named != Some(encoding) && !(utf8 && ascii);
    let declared = other.then(|| label.unwrap_or_else(|| UTF_8.name().to_owned()));
    Ok(Survey { encoding, declared, twice, mark: 0, whole })
}

impl Survey {
    /// The document as UTF-8.
    ///
    /// # Errors
    /// When its mark cannot be passed over.
    pub fn stream(&self, mut bytes: Box<dyn Read>) -> io::Result<Box<dyn BufRead>> {
        io::copy(&mut (&mut bytes).take(self.mark), &mut io::sink())?;
        if self.encoding == UTF_8 {
            // What is cut in the middle of a letter ends before it.
            let whole = bytes.take(self.whole - self.mark);
            return Ok(if self.twice {
                Box::new(BufReader::with_capacity(PIECE, Once::new(whole)))
            } else {
                Box::new(BufReader::with_capacity(PIECE, whole))
            });
        }
        let decoder = self.encoding.new_decoder_without_bom_handling();
        Ok(Box::new(BufReader::with_capacity(
            PIECE,
            Letters { bytes, decoder, piece: vec![0; PIECE], ready: 0..0, ended: false, done: false },
        )))
    }
}

const HEAD: usize = 400;
/// What tells whether letters were written twice.
const SAMPLE: usize = 256 << 10;
const PIECE: usize = 64 << 10;

/// Letters of another encoding as UTF-8; bytes that it does not have become the replacement character.
struct Letters {
    bytes: Box<dyn Read>,
    decoder: Decoder,
    piece: Vec<u8>,
    ready: Range<usize>,
    ended: bool,
    /// The decoder has given its last letter and takes no more bytes.
    done: bool,
}

impl Read for Letters {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // Room for the longest letter.
        if into.len() < 8 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        while !self.done {
            if self.ready.is_empty() && !self.ended {
                self.ready = 0..self.bytes.read(&mut self.piece)?;
                self.ended = self.ready.is_empty();
            }
            let (result, read, written, _) = self.decoder.decode_to_utf8(&self.piece[self.ready.clone()], into, self.ended);
            self.ready.start += read;
            self.done = self.ended && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// The label in `<?xml … encoding="label"?>`.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(HEAD))?;
    let head = String::from_utf8_lossy(head);
    let declaration = head.trim_start_matches('\u{feff}').trim_start().strip_prefix("<?xml")?.split("?>").next()?.to_owned();
    let rest = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start().to_owned();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split_once(quote).map(|(l, _)| l.trim().chars().take(40).collect())
}

/// Bytes of base64, blanks passed over; `None` for anything else. `most` characters are looked at.
pub fn base64(text: &str, most: usize) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut held, mut ended) = (Vec::new(), 0_u32, 0_u32, false);
    for b in text.bytes().take(most) {
        let six = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                ended = true;
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => return None,
        };
        if ended {
            return None;
        }
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xFF) as u8);
        }
    }
    Some(out)
}

/// Why an attachment could not be inflated; with what was, when it is only cut short.
pub enum Unpacked {
    Whole(Vec<u8>),
    Cut(Vec<u8>),
    Passed(Passed),
}

/// Inflates gzip within the limits; bytes that are not gzip are handed back as they are.
pub fn gunzip(bytes: Vec<u8>, limits: &Limits) -> Unpacked {
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return Unpacked::Whole(bytes);
    }
    let mut reader = MultiGzDecoder::new(bytes.as_slice());
    let (mut out, mut piece) = (Vec::new(), vec![0; 64 << 10]);
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Unpacked::Whole(out),
            Ok(n) => out.extend_from_slice(&piece[..n]),
            Err(_) => return Unpacked::Cut(out),
        }
        let size = out.len() as u64;
        if size > limits.inflated_bytes.min(limits.workbook_bytes) {
            return Unpacked::Passed(Passed::InflatedBytes);
        }
        if size > limits.ratio_free_bytes && size / limits.ratio > bytes.len() as u64 {
            return Unpacked::Passed(Passed::Ratio);
        }
    }
}

/// The beginning of an attachment, inflated as far as it goes.
pub fn head(text: &str) -> Vec<u8> {
    let Some(bytes) = base64(text, 64 << 10) else { return Vec::new() };
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return bytes;
    }
    let mut out = Vec::new();
    // An error here only means that the piece ends.
    let _ = MultiGzDecoder::new(bytes.as_slice()).take(64 << 10).read_to_end(&mut out);
    out
}

/// `1504.84`, `2942`, `007.850`, `-13.33`, `12,5`. Nothing else is a number.
pub fn number(text: &str) -> Option<Exact> {
    let t = text.trim();
    let (negative, digits) = match t.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, t.strip_prefix('+').unwrap_or(t)),
    };
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let all = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() && part.is_empty() || !all(whole) || !all(part) || part.len() > 6 {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > 12 {
        return None;
    }
    let n: i64 = format!("0{whole}{part}").parse().ok()?;
    Exact::ratio(if negative { -n } else { n }, 10_i64.pow(u32::try_from(part.len()).ok()?))
}

/// A number of whole cents.
pub fn money(text: &str) -> Option<Money> {
    number(text).and_then(Money::from_exact)
}

/// The month of a date, also of one whose day was cut short (`2008-09-3`); days are not looked at.
pub fn month_of(date: &str) -> Option<PayMonth> {
    let parts: Vec<&str> = date.trim().split(['-', '/']).collect();
    let year_first = parts.first().is_some_and(|p| p.len() == 4);
    let (y, m) = match parts.as_slice() {
        [y, m, ..] if year_first => (y, m),
        [_, m, y] => (y, m),
        _ => return None,
    };
    PayMonth::new(y.parse().ok()?, m.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Wherever the first accent falls in what is read at a time.
    #[test]
    fn a_letter_of_another_encoding_is_whole_at_any_place() {
        for n in 0..1_200 {
            let mut bytes = br#"<?xml version="1.0" encoding="ISO-8859-1"?><DocumentPaye><a V=""#.to_vec();
            bytes.extend(std::iter::repeat_n(b'x', n));
            bytes.extend_from_slice(b"M\xE9diath\xE8que\"/></DocumentPaye>");
            assert!(text(&bytes).ends_with("Médiathèque\"/></DocumentPaye>"), "{n}");
        }
    }

    // Amounts as five payroll packages write them.
    #[test]
    fn reads_amounts_as_packages_write_them() {
        for (text, cents) in [
            ("1504.84", 150_484),
            ("2942", 294_200),
            ("4.8", 480),
            ("00", 0),
            ("000.000", 0),
            ("007.850", 785),
            ("-13.33", -1333),
            ("12,5", 1250),
        ] {
            assert_eq!(money(text).map(Money::cents), Some(cents), "{text}");
        }
        for text in ["", "1 504.84", "12.345", "1.2.3", "1e3", "--1", "1234567890123"] {
            assert_eq!(money(text), None, "{text}");
        }
    }

    #[test]
    fn takes_the_month_of_a_date_cut_short() {
        assert_eq!(month_of("2008-09-3"), PayMonth::new(2008, 9));
        assert_eq!(month_of("30/09/2008"), PayMonth::new(2008, 9));
        assert_eq!(month_of("2008"), None);
    }

    #[test]
    fn believes_the_bytes_before_the_declaration() {
        let of = |b: &[u8]| {
            let s = survey(b).expect("memory does not fail");
            (text(b).chars().rev().nth(1), s.encoding.name(), s.declared.is_some())
        };
        assert_eq!(of(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\xe9 "), (Some('é'), "windows-1252", true));
        assert_eq!(of(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\x80 "), (Some('€'), "windows-1252", false));
        assert_eq!(of("<?xml version='1.0' encoding='ISO-8859-1'?>é ".as_bytes()), (Some('é'), "UTF-8", true));
        assert_eq!(of("\u{feff}<a>é ".as_bytes()), (Some('é'), "UTF-8", false));
    }

    #[test]
    fn a_stream_that_has_ended_stays_ended() {
        let bytes = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>";
        let survey = survey(&bytes[..]).expect("memory does not fail");
        let mut stream = survey.stream(Box::new(Cursor::new(bytes.to_vec()))).expect("memory does not fail");
        let mut text = String::new();
        assert!(stream.read_to_string(&mut text).is_ok() && text.ends_with("<a>é</a>"));
        assert_eq!(stream.read_to_string(&mut text).ok(), Some(0));
        assert_eq!(stream.fill_buf().map(<[u8]>::len).ok(), Some(0));
    }

    // Vectors of RFC 4648, section 10.
    #[test]
    fn decodes_base64() {
        for (text, bytes) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9v\nYmFy", "foobar")] {
            assert_eq!(base64(text, 100).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(base64("Zm9*", 100), None);
        assert_eq!(base64("Zg==Zg==", 100), None);
    }
}
