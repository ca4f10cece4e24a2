//! Bytes → text, attachments → bytes, texts → numbers and months: how pay statements write them.

use crate::ground::{Exact, Money, PayMonth};
use crate::read::limits::{Limits, Passed};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::Read as _;

/// A document as text.
pub struct Decoded<'b> {
    pub text: Cow<'b, str>,
    /// The encoding it was read in.
    pub encoding: &'static str,
    /// The encoding it declares, when that is not how its bytes are.
    pub declared: Option<String>,
}

/// Text by byte order mark, declaration and bytes: a common tool writes windows-1252 whatever the declaration says.
pub fn text(bytes: &[u8]) -> Decoded<'_> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, malformed) = encoding.decode_without_bom_handling(&bytes[mark..]);
        if !malformed || encoding != UTF_8 {
            return Decoded { text, encoding: encoding.name(), declared: None };
        }
    }
    let label = declared(bytes);
    let named = label.as_deref().map_or(Some(UTF_8), |l| Encoding::for_label_no_replacement(l.as_bytes()));
    let other = |e: &'static Encoding| (named != Some(e)).then(|| label.clone().unwrap_or_else(|| UTF_8.name().to_owned()));
    // A head cut in the middle of a letter is still UTF-8.
    let utf8 = match std::str::from_utf8(bytes) {
        Ok(t) => Some(t),
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&bytes[..e.valid_up_to()]).ok(),
        Err(_) => None,
    };
    if let Some(t) = utf8 {
        let declared = if t.is_ascii() { None } else { other(UTF_8) };
        return Decoded { text: Cow::Borrowed(t), encoding: UTF_8.name(), declared };
    }
    let encoding = named.filter(|e| *e != UTF_8 && e.is_ascii_compatible()).unwrap_or(WINDOWS_1252);
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    Decoded { text, encoding: encoding.name(), declared: other(encoding) }
}

/// The label in `<?xml … encoding="label"?>`.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(400))?;
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
            let d = text(b);
            (d.text.chars().rev().nth(1), d.encoding, d.declared.is_some())
        };
        assert_eq!(of(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\xe9 "), (Some('é'), "windows-1252", true));
        assert_eq!(of(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\x80 "), (Some('€'), "windows-1252", false));
        assert_eq!(of("<?xml version='1.0' encoding='ISO-8859-1'?>é ".as_bytes()), (Some('é'), "UTF-8", true));
        assert_eq!(of("\u{feff}<a>é ".as_bytes()), (Some('é'), "UTF-8", false));
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
