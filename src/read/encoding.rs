//! Which encoding a text file is in, decided from its bytes, and bytes → text by that decision.
//!
//! Nothing here knows lines or columns. Single-byte encodings are decoded by a table of 128 letters;
//! UTF-16 is turned into UTF-8 on the way in, so that the splitter only ever sees ASCII separators.

use encoding_rs::CoderResult;
use std::io::{self, Read};
use std::sync::LazyLock;

/// The encodings French exports come in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    Utf8,
    /// UTF-8 taken for windows-1252 and written as UTF-8 once more.
    Utf8Twice,
    Utf16Le,
    Utf16Be,
    Windows1252,
    Iso8859_15,
    Cp850,
}

impl Encoding {
    /// The name a person meets in other programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Twice => "UTF-8 (x2)",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Windows1252 => "windows-1252",
            Self::Iso8859_15 => "ISO-8859-15",
            Self::Cp850 => "cp850",
        }
    }

    /// Reads a name as a person or a settings file writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match plain.as_str() {
            "utf8" => Some(Self::Utf8),
            "utf16" | "utf16le" => Some(Self::Utf16Le),
            "utf16be" => Some(Self::Utf16Be),
            "windows1252" | "cp1252" | "ansi" | "latin1" | "iso88591" => Some(Self::Windows1252),
            "iso885915" | "latin9" => Some(Self::Iso8859_15),
            "cp850" | "ibm850" | "oem850" | "dos" => Some(Self::Cp850),
            _ => None,
        }
    }

    /// The letters of bytes 0x80 to 0xFF, for the encodings of one byte; UTF-8 falls back on windows-1252.
    pub(crate) fn table(self) -> &'static HighLetters {
        match self {
            Self::Utf8 | Self::Utf8Twice | Self::Utf16Le | Self::Utf16Be | Self::Windows1252 => &TABLE_1252,
            Self::Iso8859_15 => &TABLE_8859_15,
            Self::Cp850 => &TABLE_850,
        }
    }
}

/// Each byte from 0x80 to 0xFF as the one to three bytes of its letter in UTF-8, and their number.
pub(crate) type HighLetters = [([u8; 3], u8); 128];

static TABLE_1252: LazyLock<HighLetters> = LazyLock::new(|| table_of(encoding_rs::WINDOWS_1252));
static TABLE_8859_15: LazyLock<HighLetters> = LazyLock::new(|| table_of(encoding_rs::ISO_8859_15));
static TABLE_850: LazyLock<HighLetters> = LazyLock::new(|| letters(CP850.chars()));

/// Bytes 0x80 to 0xFF of code page 850, which `encoding_rs` does not have. Source: the table CP850.TXT of the Unicode consortium.
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

fn letters(all: impl Iterator<Item = char>) -> HighLetters {
    let mut table = [([0xEF, 0xBF, 0xBD], 3); 128];
    for (slot, letter) in table.iter_mut().zip(all) {
        let mut bytes = [0; 4];
        let length = letter.encode_utf8(&mut bytes).len();
        // Every letter of these encodings lies in the first plane: three bytes are enough.
        *slot = ([bytes[0], bytes[1], bytes[2]], length as u8);
    }
    table
}

fn table_of(encoding: &'static encoding_rs::Encoding) -> HighLetters {
    let high: Vec<u8> = (0x80..=0xFF).collect();
    letters(encoding.decode_without_bom_handling(&high).0.chars())
}

/// Where the next byte above ASCII stands, looked for eight bytes at a time.
#[inline]
fn next_high(bytes: &[u8], mut from: usize) -> usize {
    while let Some(eight) = bytes.get(from..from + 8) {
        let word = u64::from_le_bytes(eight.try_into().expect("a slice of eight bytes")) & 0x8080_8080_8080_8080;
        if word != 0 {
            return from + (word.trailing_zeros() / 8) as usize;
        }
        from += 8;
    }
    (from..bytes.len()).find(|i| bytes[*i] >= 0x80).unwrap_or(bytes.len())
}

/// Turns bytes of a one-byte encoding into UTF-8, and moves the spans of its fields, which must be in order and apart.
/// Bytes after the last field are left out.
pub(crate) fn decode_record(bytes: &[u8], spans: &mut [(u32, u32)], table: &HighLetters, out: &mut Vec<u8>) {
    out.clear();
    let bytes = &bytes[..spans.last().map_or(0, |s| s.1 as usize)];
    let (mut copied, mut high, mut shift) = (0, next_high(bytes, 0), 0);
    for span in spans {
        span.0 += shift;
        while high < span.1 as usize {
            let (letter, length) = &table[usize::from(bytes[high] & 0x7F)];
            out.extend_from_slice(&bytes[copied..high]);
            out.extend_from_slice(&letter[..usize::from(*length)]);
            shift += u32::from(*length) - 1;
            copied = high + 1;
            high = next_high(bytes, copied);
        }
        span.1 += shift;
    }
    out.extend_from_slice(&bytes[copied..]);
}

/// Bytes of a one-byte encoding as text.
pub(crate) fn decode(bytes: &[u8], table: &HighLetters) -> String {
    let mut out = Vec::new();
    decode_record(bytes, &mut [(0, bytes.len() as u32)], table, &mut out);
    String::from_utf8(out).expect("ASCII and letters of the table")
}

/// A whole file as text, by what its beginning shows.
pub(crate) fn text(bytes: &[u8]) -> String {
    let guess = guess(&bytes[..bytes.len().min(1 << 20)]);
    let bytes = &bytes[guess.mark..];
    match guess.encoding {
        Encoding::Utf16Le => encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
        Encoding::Utf16Be => encoding_rs::UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
        Encoding::Utf8 | Encoding::Utf8Twice => String::from_utf8_lossy(bytes).into_owned(),
        one => decode(bytes, one.table()),
    }
}

/// What was decided about an encoding, and whether the bytes proved it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guess {
    pub encoding: Encoding,
    /// Bytes of the byte order mark, to be skipped.
    pub mark: usize,
    /// False when another encoding would have read the sample as well.
    pub proven: bool,
}

/// Decides from the beginning of a file, in this order: byte order mark; NUL in every second byte; valid UTF-8, written once or twice;
/// 0x80–0x9F means windows-1252, or cp850 when its é and è stand inside words;
/// the euro and œ of ISO-8859-15 where such a sign makes sense; else windows-1252.
pub fn guess(sample: &[u8]) -> Guess {
    match sample {
        [0xEF, 0xBB, 0xBF, ..] => return Guess { encoding: once_or_twice(sample), mark: 3, proven: true },
        [0xFF, 0xFE, ..] => return Guess { encoding: Encoding::Utf16Le, mark: 2, proven: true },
        [0xFE, 0xFF, ..] => return Guess { encoding: Encoding::Utf16Be, mark: 2, proven: true },
        _ => {}
    }
    if let Some(encoding) = utf16_without_mark(sample) {
        return Guess { encoding, mark: 0, proven: false };
    }
    let (whole, broken) = count_utf8(sample);
    if broken == 0 {
        return Guess { encoding: once_or_twice(sample), mark: 0, proven: true };
    }
    // A UTF-8 file into which a few lines of another were pasted: those lines are found while reading.
    if whole >= 4 && whole >= 10 * broken {
        return Guess { encoding: Encoding::Utf8, mark: 0, proven: false };
    }
    let seen = Evidence::count(sample);
    let (encoding, proven) = if seen.control > 0 {
        if seen.oem_e_in_words > 0 && seen.oem_letters > seen.ansi_letters {
            (Encoding::Cp850, true)
        } else {
            (Encoding::Windows1252, true)
        }
    } else if seen.latin9_signs > 0 {
        (Encoding::Iso8859_15, true)
    } else {
        (Encoding::Windows1252, seen.ansi_letters > 0)
    };
    Guess { encoding, mark: 0, proven }
}

fn once_or_twice(sample: &[u8]) -> Encoding {
    if super::twice::is_written_twice(sample) { Encoding::Utf8Twice } else { Encoding::Utf8 }
}

fn utf16_without_mark(sample: &[u8]) -> Option<Encoding> {
    let head = &sample[..sample.len().min(4096)];
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    let nul_at = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    match (nul_at(0) * 10 > pairs * 8, nul_at(1) * 10 > pairs * 8) {
        (true, false) => Some(Encoding::Utf16Be),
        (false, true) => Some(Encoding::Utf16Le),
        (true, true) | (false, false) => None,
    }
}

/// Letters of several bytes that are whole, and bytes that belong to none. A letter cut by the end of the sample counts for nothing.
fn count_utf8(sample: &[u8]) -> (usize, usize) {
    let (mut whole, mut broken) = (0, 0);
    for chunk in sample.utf8_chunks() {
        whole += chunk.valid().bytes().filter(|b| *b >= 0xC0).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    if let Err(e) = std::str::from_utf8(sample)
        && e.error_len().is_none()
        && broken > 0
    {
        broken -= 1;
    }
    (whole, broken)
}

/// What speaks for one encoding or another in a sample of bytes that is not UTF-8.
#[derive(Default)]
struct Evidence {
    /// Bytes 0x80 to 0x9F: never written by ISO-8859-15.
    control: usize,
    /// é or è of cp850 between two letters.
    oem_e_in_words: usize,
    /// The accented small letters of cp850 after a letter.
    oem_letters: usize,
    /// The accented letters that windows-1252 and ISO-8859-15 share, next to a letter.
    ansi_letters: usize,
    /// € after a number, Œ or œ beside letters, in ISO-8859-15.
    latin9_signs: usize,
}

impl Evidence {
    fn count(sample: &[u8]) -> Self {
        let mut seen = Self::default();
        let at = |i: Option<usize>| i.and_then(|i| sample.get(i)).copied().unwrap_or(b' ');
        for (i, &b) in sample.iter().enumerate().filter(|(_, b)| **b >= 0x80) {
            let (before, after) = (at(i.checked_sub(1)), at(Some(i + 1)));
            let (letter_before, letter_after) = (before.is_ascii_alphabetic(), after.is_ascii_alphabetic());
            match b {
                0x80..=0x9F => {
                    seen.control += 1;
                    if matches!(b, 0x82 | 0x8A) && letter_before && letter_after {
                        seen.oem_e_in_words += 1;
                    }
                    if matches!(b, 0x82 | 0x83 | 0x85 | 0x87 | 0x88 | 0x89 | 0x8A | 0x8B | 0x8C | 0x93 | 0x96 | 0x97) && letter_before {
                        seen.oem_letters += 1;
                    }
                }
                0xA4 => {
                    let number = before.is_ascii_digit() || (matches!(before, b' ' | 0xA0) && at(i.checked_sub(2)).is_ascii_digit());
                    seen.latin9_signs += usize::from(number || (letter_before && letter_after));
                }
                0xBC | 0xBD => seen.latin9_signs += usize::from(letter_after && !before.is_ascii_digit()),
                0xC0..=0xFF => seen.ansi_letters += usize::from(letter_before || letter_after),
                _ => {}
            }
        }
        seen
    }
}

/// A stream of UTF-16 read as UTF-8; what cannot be decoded becomes U+FFFD.
pub(crate) struct FromUtf16<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    raw: Box<[u8]>,
    /// Read and not yet decoded.
    start: usize,
    end: usize,
    /// Decoded and not yet handed on.
    ready: Vec<u8>,
    handed: usize,
    /// The decoder was told that nothing follows; it must not be asked again.
    finished: bool,
}

impl<R: Read> FromUtf16<R> {
    pub(crate) fn new(inner: R, big_endian: bool) -> Self {
        let encoding = if big_endian { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE };
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { inner, decoder, raw: vec![0; 64 << 10].into(), start: 0, end: 0, ready: Vec::new(), handed: 0, finished: false }
    }
}

impl<R: Read> Read for FromUtf16<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.ready.len() && !self.finished {
            let mut over = false;
            if self.start == self.end {
                (self.start, self.end) = (0, self.inner.read(&mut self.raw)?);
                over = self.end == 0;
            }
            self.handed = 0;
            self.ready.resize(self.raw.len() * 2, 0);
            let (result, read, written, _) = self.decoder.decode_to_utf8(&self.raw[self.start..self.end], &mut self.ready, over);
            self.ready.truncate(written);
            self.start += read;
            self.finished = over && matches!(result, CoderResult::InputEmpty);
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

    #[test]
    fn decides_by_the_rule_in_its_order() {
        // Bytes written out by hand from the code charts.
        let cases: [(&str, &[u8], Encoding); 12] = [
            ("pure ASCII is UTF-8", b"Matricule;Nom", Encoding::Utf8),
            ("a mark decides", b"\xEF\xBB\xBFNom", Encoding::Utf8),
            ("UTF-8 by its shape", "Prénom;Libellé".as_bytes(), Encoding::Utf8),
            ("UTF-16 by its mark", b"\xFF\xFEN\0o\0m\0", Encoding::Utf16Le),
            ("UTF-16 without a mark", b"N\0o\0m\0;\0N\0o\0", Encoding::Utf16Le),
            ("UTF-16 the other way round", b"\xFE\xFF\0N\0o\0m", Encoding::Utf16Be),
            ("accents alone", b"Pr\xE9nom;Libell\xE9", Encoding::Windows1252),
            ("the euro of Windows", b"Pr\xE9nom;12 \x80", Encoding::Windows1252),
            ("the apostrophe of Windows", b"prime d\x92\xE9t\xE9", Encoding::Windows1252),
            ("the euro of ISO-8859-15 after a number", b"Pr\xE9nom;12,50 \xA4", Encoding::Iso8859_15),
            ("the oe of ISO-8859-15 inside a word", b"S\xBDur;Pr\xE9nom", Encoding::Iso8859_15),
            ("cp850 by its e acute inside words", b"Pr\x82nom;Libell\x82;p\x8Are", Encoding::Cp850),
        ];
        for (what, bytes, encoding) in cases {
            assert_eq!(guess(bytes).encoding, encoding, "{what}");
        }
    }

    #[test]
    fn takes_a_capital_s_with_caron_for_what_it_is() {
        assert_eq!(guess(b"Milo\x9A \x8Aimi\xE8;Andr\xE9;Ren\xE9e").encoding, Encoding::Windows1252);
    }

    #[test]
    fn is_not_fooled_by_a_letter_cut_at_the_end_of_the_sample() {
        let bytes = "déjà".as_bytes();
        assert_eq!(guess(&bytes[..bytes.len() - 1]).encoding, Encoding::Utf8);
    }

    #[test]
    fn keeps_utf8_when_a_few_foreign_lines_were_pasted_in() {
        let mut bytes = "é;è;à;ç;é;è;à;ç;é;è;à;ç\n".repeat(4).into_bytes();
        bytes.extend_from_slice(b"Ren\xE9;1\n");
        assert_eq!(guess(&bytes), Guess { encoding: Encoding::Utf8, mark: 0, proven: false });
    }

    #[test]
    fn reads_each_table() {
        let read = |encoding: Encoding, bytes: &[u8]| decode(bytes, encoding.table());
        assert_eq!(read(Encoding::Windows1252, b"\x80 \x92 \xE9 \x9C"), "€ ’ é œ");
        assert_eq!(read(Encoding::Iso8859_15, b"\xA4 \xE9 \xBD"), "€ é œ");
        assert_eq!(read(Encoding::Cp850, b"\x82 \x8A \x85 \xF8 \x90 \xFF."), "é è à ° É \u{a0}.");
    }

    #[test]
    fn moves_the_fields_with_their_letters() {
        let bytes = b"Ren\xE9;12 \x80;\xA0;x\xE9\xE9\xE9 and then a longer field;\xE0";
        let mut spans = vec![(0, 4), (5, 9), (10, 11), (12, 40), (41, 42)];
        let mut out = Vec::new();
        decode_record(bytes, &mut spans, Encoding::Windows1252.table(), &mut out);
        let text = std::str::from_utf8(&out).expect("UTF-8");
        let fields: Vec<&str> = spans.iter().map(|s| &text[s.0 as usize..s.1 as usize]).collect();
        assert_eq!(fields, ["René", "12 €", "\u{a0}", "xééé and then a longer field", "à"]);
    }

    #[test]
    fn streams_utf16_as_utf8() {
        let text = "Prénom;Nœud;€\n".repeat(20_000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut out = String::new();
        FromUtf16::new(bytes.as_slice(), false).read_to_string(&mut out).expect("valid UTF-16");
        assert_eq!(out, text);
    }
}
