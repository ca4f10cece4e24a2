//! A mail as a file (`.eml`, `.msg`) → its words and what is attached to it, each as if it lay in the inbox under `mail.eml/name`.
//!
//! Of its headers only the subject is said: who wrote it and to whom is no row of a list. Pictures of a signature are left out.

use super::encoding;
use super::input::Input;
use super::limits::Limits;
use super::outlook;
use encoding_rs::Encoding;
use mail_parser::decoders::{base64, quoted_printable};
use mail_parser::{MessageParser, MessagePart, MimeHeaders, PartType};

/// What a compound file begins with: a message of Outlook.
const COMPOUND: [u8; 4] = [0xD0, 0xCF, 0x11, 0xE0];

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

/// Whether a text begins as a mail does: headers line after line, and among them who writes and what a mail alone says.
pub(crate) fn begins(start: &str) -> bool {
    let own = |line: &&str| !line.starts_with([' ', '\t']);
    let name = |line: &str| line.split_once(':').map(|(name, _)| name.to_ascii_lowercase());
    let names: Vec<String> = start.lines().filter(own).map_while(name).collect();
    let named = |n: &str| names.iter().any(|x| x == n);
    let first = names.first().is_some_and(|n| OPENING.contains(&n.as_str()) || n.starts_with("x-") || n.starts_with("arc-"));
    first && named("from") && (named("mime-version") || named("message-id") || named("received") || named("date") && named("subject"))
}

/// Hands over the words of a mail, then each file attached to it. How many files those are, and whether the mail is whole: one of
/// several parts ends by saying so.
pub(crate) fn members(bytes: &[u8], file: &str, limits: &Limits, take: &mut dyn FnMut(String, Input)) -> (u64, bool) {
    if let Some(m) = bytes.starts_with(&COMPOUND).then(|| outlook::read(bytes, limits.parts)) {
        let m = m.unwrap_or_default();
        return (hand_over(&m.subject, vec![m.words], m.page, m.attached, file, take), m.whole);
    }
    let message = MessageParser::default().parse(bytes).unwrap_or_default();
    let (mut words, mut page, mut attached) = (Vec::new(), None, Vec::new());
    for part in message.parts.iter().take(limits.parts) {
        let named = part.attachment_name();
        let apart = named.is_some() || part.content_disposition().is_some_and(|d| d.is_attachment());
        let picture = part.content_type().is_some_and(|t| t.c_type == "image") && part.content_id().is_some();
        match &part.body {
            PartType::Multipart(_) => {}
            PartType::Message(inner) => attached.push((named.unwrap_or("message.eml"), inner.raw_message.to_vec())),
            PartType::Text(_) if !apart => words.push(in_charset(part, bytes)),
            PartType::Html(_) if !apart => {
                page.get_or_insert_with(|| in_charset(part, bytes));
            }
            PartType::Text(_) | PartType::Html(_) | PartType::Binary(_) | PartType::InlineBinary(_) if picture => {}
            PartType::Text(_) | PartType::Html(_) | PartType::Binary(_) | PartType::InlineBinary(_) => {
                attached.push((named.unwrap_or("?"), decoded(part, bytes)));
            }
        }
    }
    let attached: Vec<(String, Vec<u8>)> = attached.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    // Asked for a subject, a mail without any part panics.
    let subject = message.parts.first().and_then(|_| message.subject()).unwrap_or_default();
    let count = hand_over(subject, words, page, attached, file, take);
    let boundary = message.parts.first().and_then(|p| p.content_type()?.attribute("boundary"));
    let whole = boundary.is_none_or(|b| memchr::memmem::find(bytes, format!("--{b}--").as_bytes()).is_some());
    (count, whole)
}

/// The words of a mail, or its page where a table is whole in that alone, then what is attached; how many files that are.
fn hand_over(
    subject: &str,
    words: Vec<String>,
    page: Option<String>,
    attached: Vec<(String, Vec<u8>)>,
    file: &str,
    take: &mut dyn FnMut(String, Input),
) -> u64 {
    let page = page.filter(|p| words.iter().all(|w| w.trim().is_empty()) || p.to_ascii_lowercase().contains("<td"));
    let text = match page {
        Some(page) => format!("<html><body><p>{}</p>{page}", subject.replace('&', "&amp;").replace('<', "&lt;")),
        None => format!("{subject}\n{}", words.join("\n")),
    };
    let count = attached.len() as u64;
    take(format!("{file}/message"), Input::from(text.into_bytes()));
    let mut seen: Vec<String> = Vec::new();
    for (name, bytes) in attached {
        let name = super::archive::tame(&name).replace('/', "_");
        let again = seen.iter().filter(|s| **s == name).count();
        take(if again == 0 { format!("{file}/{name}") } else { format!("{file}/{} {name}", again + 1) }, Input::from(bytes));
        seen.push(name);
    }
    count
}

/// The bytes of a part as they were before they were sent: its letters stay in the file's own encoding.
fn decoded(part: &MessagePart<'_>, mail: &[u8]) -> Vec<u8> {
    let range = part.offset_body as usize..part.offset_end as usize;
    let sent = mail.get(range).unwrap_or_default();
    match part.encoding {
        mail_parser::Encoding::Base64 => base64::base64_decode(sent),
        mail_parser::Encoding::QuotedPrintable => quoted_printable::quoted_printable_decode(sent),
        mail_parser::Encoding::None => None,
    }
    .unwrap_or_else(|| sent.to_vec())
}

/// The letters of a part, in the encoding it names or else in the one its bytes show.
fn in_charset(part: &MessagePart<'_>, mail: &[u8]) -> String {
    let bytes = decoded(part, mail);
    let named = part.content_type().and_then(|t| t.attribute("charset")).and_then(|c| Encoding::for_label(c.as_bytes()));
    named.map_or_else(|| encoding::text(&bytes), |e| e.decode(&bytes).0.into_owned())
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
    fn what_is_no_mail_at_all_says_nothing() {
        for text in ["", "\0", "\n\n"] {
            assert_eq!(read(text), [("a.eml/message".to_owned(), String::new())], "{text:?}");
        }
    }

    // Boundaries that do not fit together, as the fuzzer bent them.
    #[test]
    fn parts_that_do_not_fit_together_are_read_as_far_as_they_go() {
        let bent = "Received: x\nFrom: a\nSubject: s\nContent-Type: multipart/mixed;\n boundary=\"b\"\n\n\u{de}\\-b\n\
             Content-Type: multipart/alternative; boun[ary=c\n\n--c\nContent-Type: text/html\n\n<table><tr><td>1</table>\n--c\n----b\n\
             Content-Type: message/rfc822\n\nFrqm: c\nSubject: d\n-c\nContent-Type:><tr><td>1</table>\n--c--\n--b\n\
             Content-Type: /table>\n--c--\n--b\nContent-Type: message/rfc822\n\nFrom:v\n\nYTti\n--b--\n";
        assert!(read(bent).iter().any(|(name, _)| name == "a.eml/message"));
    }

    #[test]
    fn other_texts_are_no_mail() {
        for text in ["From: a\n\nb", "De : x\nObjet : y\n", "Matricule;Nom\n1;2\n", "Subject: a\nBonjour\nDate: 1"] {
            assert!(!begins(text), "{text}");
        }
    }
}
