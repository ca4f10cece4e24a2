//! A mail as a file (`.eml`) → its words and what is attached to it, each as if it lay in the inbox under `mail.eml/name`.
//!
//! Of its headers only the subject is said: who wrote it and to whom is no row of a list. Pictures of a signature are left out.

use super::input::Input;
use super::limits::Limits;
use encoding_rs::Encoding;

/// Headers that begin a mail, in small letters.
const OPENING: [&str; 12] = [
    "return-path",
    "received",
    "from",
    "to",
    "subject",
    "date",
    "mime-version",
    "delivered-to",
    "message-id",
    "reply-to",
    "x-priority",
    "cc",
];
/// Parts within parts.
const DEEP: usize = 8;

/// Whether a text begins as a mail does: headers line after line, and among them who writes and what a mail alone says.
pub(crate) fn begins(start: &str) -> bool {
    let (head, _) = split_head(start);
    let names: Vec<String> = headers(head).into_iter().map(|h| h.0).collect();
    let named = |n: &str| names.iter().any(|x| x == n);
    let first = names.first().is_some_and(|n| OPENING.contains(&n.as_str()) || n.starts_with("x-") || n.starts_with("arc-"));
    first && named("from") && (named("mime-version") || named("message-id") || named("received") || named("date") && named("subject"))
}

/// Hands over the words of a mail, then each file attached to it.
pub(crate) fn members(bytes: &[u8], file: &str, limits: &Limits, take: &mut dyn FnMut(String, Input)) -> u64 {
    let mut mail = Mail { words: Vec::new(), page: None, attached: Vec::new(), left: limits.parts };
    mail.part(bytes, None, 0);
    let subject = headers(split_head(&lossy(bytes)).0).into_iter().find(|h| h.0 == "subject").map(|h| words(&h.1)).unwrap_or_default();
    // A table is whole in the page alone.
    let page = mail.page.filter(|p| mail.words.iter().all(|w| w.trim().is_empty()) || p.to_ascii_lowercase().contains("<td"));
    let text = match page {
        Some(page) => format!("<html><body><p>{}</p>{page}", subject.replace('&', "&amp;").replace('<', "&lt;")),
        None => format!("{subject}\n{}", mail.words.join("\n")),
    };
    let count = mail.attached.len() as u64;
    take(format!("{file}/message"), Input::from(text.into_bytes()));
    let mut seen: Vec<String> = Vec::new();
    for (name, bytes) in mail.attached {
        let name = super::archive::tame(&name).replace('/', "_");
        let again = seen.iter().filter(|s| **s == name).count();
        take(if again == 0 { format!("{file}/{name}") } else { format!("{file}/{} {name}", again + 1) }, Input::from(bytes));
        seen.push(name);
    }
    count
}

struct Mail {
    words: Vec<String>,
    page: Option<String>,
    attached: Vec<(String, Vec<u8>)>,
    left: usize,
}

impl Mail {
    /// One part with its headers; `within` says that it is an alternative of others.
    fn part(&mut self, bytes: &[u8], within: Option<&str>, depth: usize) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        let at = body_at(bytes);
        let head = lossy(&bytes[..at]);
        let body = &bytes[at..];
        let headers = headers(&head);
        let said = |name: &str| headers.iter().find(|h| h.0 == name).map_or("", |h| h.1.as_str());
        let kind = said("content-type");
        let media = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        if let (true, Some(boundary)) = (media.starts_with("multipart/") && depth < DEEP, parameter(kind, "boundary")) {
            for inner in parts(body, boundary.as_bytes()) {
                self.part(inner, Some(&media), depth + 1);
            }
            return;
        }
        let disposition = said("content-disposition");
        let name = parameter(disposition, "filename").or_else(|| parameter(kind, "name")).map(|n| words(&n));
        let body = decoded(body, said("content-transfer-encoding"));
        let attached = name.is_some() || disposition.trim_start().to_ascii_lowercase().starts_with("attachment");
        let picture = media.starts_with("image/") && (within == Some("multipart/related") || !said("content-id").is_empty());
        if picture {
            return;
        }
        if media == "message/rfc822" || attached {
            let name = name.unwrap_or_else(|| if media == "message/rfc822" { "message.eml" } else { "?" }.to_owned());
            self.attached.push((name, body));
        } else if media == "text/html" {
            self.page.get_or_insert_with(|| in_charset(&body, kind));
        } else if media.is_empty() || media == "text/plain" {
            self.words.push(in_charset(&body, kind));
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    super::encoding::text(bytes)
}

/// Where the body begins: behind the first empty line.
fn body_at(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
        let line = &bytes[at..end];
        at = end;
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    at
}

fn split_head(text: &str) -> (&str, &str) {
    text.split_at(text.floor_char_boundary(body_at(text.as_bytes())))
}

/// Headers with their names in small letters, their continued lines put together. A line that is no header ends them.
fn headers(head: &str) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for line in head.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(last) = out.last_mut() {
                last.1.push(' ');
                last.1.push_str(line.trim());
            }
            continue;
        }
        let Some((name, value)) = line.split_once(':') else { break };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            break;
        }
        out.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    out
}

/// `name=…` of a header, quoted or not; also `name*=UTF-8''…`.
fn parameter(header: &str, name: &str) -> Option<String> {
    for part in header.split(';').skip(1) {
        let Some((key, value)) = part.split_once('=') else { continue };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
        if key == name {
            return Some(value.to_owned());
        }
        if key.strip_suffix('*') == Some(name) {
            let text = value.splitn(3, '\'').nth(2).unwrap_or(value);
            return Some(String::from_utf8_lossy(&escaped(text.as_bytes(), b'%')).into_owned());
        }
    }
    None
}

/// The parts between the lines of a boundary.
fn parts<'b>(body: &'b [u8], boundary: &[u8]) -> Vec<&'b [u8]> {
    let mark = [b"--", boundary].concat();
    let mut begins: Vec<(usize, usize)> = Vec::new();
    for at in memchr::memmem::find_iter(body, &mark) {
        if at == 0 || body[at - 1] == b'\n' {
            let end = memchr::memchr(b'\n', &body[at..]).map_or(body.len(), |n| at + n + 1);
            begins.push((at, end));
        }
    }
    let ends = begins.iter().skip(1).map(|b| b.0).chain([body.len()]);
    let closing = |b: &(usize, usize)| body[b.0 + mark.len()..b.1].starts_with(b"--");
    begins.iter().zip(ends).filter(|(b, _)| !closing(b)).map(|(b, end)| &body[b.1..end]).collect()
}

fn decoded(body: &[u8], how: &str) -> Vec<u8> {
    match how.trim().to_ascii_lowercase().as_str() {
        "base64" => base64(body),
        "quoted-printable" => escaped(body, b'='),
        _ => body.to_vec(),
    }
}

fn base64(text: &[u8]) -> Vec<u8> {
    let (mut out, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0);
    for b in text {
        let six = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    out
}

/// `=E9` as its byte, and a `=` at the end of a line as nothing.
fn escaped(text: &[u8], sign: u8) -> Vec<u8> {
    let hex = |b: u8| char::from(b).to_digit(16);
    let (mut out, mut i) = (Vec::with_capacity(text.len()), 0);
    while let Some(b) = text.get(i) {
        i += 1;
        match (*b == sign, text.get(i), text.get(i + 1)) {
            (true, Some(b'\n'), _) => i += 1,
            (true, Some(b'\r'), Some(b'\n')) => i += 2,
            (true, Some(high), Some(low)) => match (hex(*high), hex(*low)) {
                (Some(h), Some(l)) => {
                    out.push((h * 16 + l) as u8);
                    i += 2;
                }
                _ => out.push(*b),
            },
            _ => out.push(*b),
        }
    }
    out
}

fn in_charset(bytes: &[u8], kind: &str) -> String {
    match parameter(kind, "charset").and_then(|c| Encoding::for_label(c.as_bytes())) {
        Some(encoding) => encoding.decode(bytes).0.into_owned(),
        None => super::encoding::text(bytes),
    }
}

/// `=?UTF-8?Q?Heures_suppl=C3=A9mentaires?=` as its words.
fn words(header: &str) -> String {
    let mut out = String::new();
    let mut rest = header;
    while let Some(at) = rest.find("=?") {
        let mut pieces = rest[at + 2..].splitn(4, '?');
        let (Some(charset), Some(how), Some(text), Some(behind)) = (pieces.next(), pieces.next(), pieces.next(), pieces.next()) else {
            break;
        };
        let Some(behind) = behind.strip_prefix('=') else { break };
        let bytes = if how.eq_ignore_ascii_case("b") { base64(text.as_bytes()) } else { escaped(text.replace('_', " ").as_bytes(), b'=') };
        let encoding = Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        // Blanks between two such words are none.
        if !rest[..at].trim().is_empty() || out.is_empty() {
            out.push_str(&rest[..at]);
        }
        out.push_str(&encoding.decode(&bytes).0);
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mail: &str) -> Vec<(String, String)> {
        let mut out = Vec::new();
        members(mail.as_bytes(), "a.eml", &Limits::default(), &mut |name, input| {
            let bytes = input.all(1 << 20).ok().flatten().expect("in memory");
            out.push((name, String::from_utf8_lossy(&bytes).trim().to_owned()));
        });
        out
    }

    #[test]
    fn says_what_a_mail_says_and_hands_over_what_is_attached() {
        let plain = "From: a@b.invalid\r\nSubject: =?UTF-8?Q?HS_d=C3=A9cembre?=\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCh=E9rie : 6=\r\n h\r\n";
        assert!(begins(plain));
        assert_eq!(read(plain), [("a.eml/message".to_owned(), "HS décembre\nChérie : 6 h".to_owned())]);
        let mixed = "Received: x\nFrom: a\nSubject: s\nContent-Type: multipart/mixed;\n boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nci-joint\n\
             --b\nContent-Type: image/png; name=logo.png\nContent-ID: <1>\n\nx\n\
             --b\nContent-Type: text/csv; name=\"HS.csv\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename*=UTF-8''HS%20ao%C3%BBt.csv\n\nYTti\n--b--\n";
        let both = [("a.eml/message", "s\nci-joint"), ("a.eml/HS août.csv", "a;b")];
        assert_eq!(read(mixed), both.map(|(n, t)| (n.to_owned(), t.to_owned())));
        let page = "From: a\nDate: x\nSubject: s\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n1 2\n\
             --b\nContent-Type: text/html\n\n<table><tr><td>1</table>\n--b--\n";
        assert!(begins(page));
        assert_eq!(read(page)[0].1, "<html><body><p>s</p><table><tr><td>1</table>");
    }

    #[test]
    fn other_texts_are_no_mail() {
        for text in ["From: a\n\nb", "De : x\nObjet : y\n", "Matricule;Nom\n1;2\n", "Subject: a\nBonjour\nDate: 1"] {
            assert!(!begins(text), "{text}");
        }
    }
}
