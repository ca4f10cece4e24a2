//! A message as Outlook keeps it (`.msg`) → its subject and words and what is attached to it, as those of a mail.
//!
//! A compound file with a stream for each property, named by its number and its kind: Microsoft's [MS-OXMSG].

use super::encoding;
use super::ole::Compound;

/// The stream that tells a message from other compound files.
pub(crate) const PROPERTIES: &str = "__properties_version1.0";
const ATTACHED: &str = "__attach_version1.0_";
const SUBJECT: &str = "0037";
const WORDS: &str = "1000";
const PAGE: &str = "1013";
const CONTENT: &str = "3701";
const LONG_NAME: &str = "3707";
const SHORT_NAME: &str = "3704";
/// Where a page shows an attachment: a picture of a signature.
const SHOWN_IN_PAGE: &str = "3712";
/// Messages within messages down to which they are looked into.
const DEEP: usize = 4;

/// What a message says.
#[derive(Default)]
pub(crate) struct Message {
    pub(crate) subject: String,
    pub(crate) words: String,
    pub(crate) page: Option<String>,
    pub(crate) attached: Vec<(String, Vec<u8>)>,
    /// Nothing that it announces is missing.
    pub(crate) whole: bool,
}

/// Reads a message; `None` where the file is damaged.
pub(crate) fn read(bytes: &[u8], parts: usize) -> Option<Message> {
    let file = Compound::parse(bytes)?;
    Some(Folder { file: &file, place: 0 }.message(parts, DEEP))
}

/// A folder of the file: the message, or what is attached to it.
struct Folder<'f> {
    file: &'f Compound<'f>,
    place: usize,
}

impl Folder<'_> {
    fn stream(&self, named: impl Fn(&str) -> bool) -> Option<Option<Vec<u8>>> {
        let found = self.file.folder(self.place).into_iter().find(|(name, _)| named(name))?;
        Some(self.file.stream_at(found.1))
    }

    /// A property that is a text, in UTF-16 or in the letters of the sender's computer.
    fn text(&self, property: &str) -> Option<String> {
        let wide = |name: &str| name == format!("__substg1.0_{property}001F");
        let narrow = |name: &str| name == format!("__substg1.0_{property}001E");
        if let Some(bytes) = self.stream(wide).flatten() {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
            return Some(String::from_utf16_lossy(&units));
        }
        self.stream(narrow).flatten().map(|bytes| encoding::text(&bytes))
    }

    /// A property that is bytes.
    fn bytes(&self, property: &str) -> Option<Option<Vec<u8>>> {
        self.stream(|name| name == format!("__substg1.0_{property}0102"))
    }

    fn message(&self, parts: usize, deep: usize) -> Message {
        let mut out = Message { whole: true, ..Message::default() };
        out.subject = self.text(SUBJECT).unwrap_or_default();
        out.words = self.text(WORDS).unwrap_or_default();
        out.page = self.bytes(PAGE).flatten().map(|b| encoding::text(&b)).or_else(|| self.text(PAGE));
        let folders = self.file.folder(self.place).into_iter().filter(|(name, _)| name.starts_with(ATTACHED));
        for (_, place) in folders.take(parts) {
            Folder { file: self.file, place }.attachment(parts, deep, &mut out);
        }
        out
    }

    fn attachment(&self, parts: usize, deep: usize, out: &mut Message) {
        let name = self.text(LONG_NAME).or_else(|| self.text(SHORT_NAME)).unwrap_or_else(|| "?".to_owned());
        let lower = name.to_ascii_lowercase();
        let picture = [".png", ".jpg", ".jpeg", ".gif", ".bmp"].iter().any(|end| lower.ends_with(end));
        if picture && self.text(SHOWN_IN_PAGE).is_some() {
            return;
        }
        if let Some(content) = self.bytes(CONTENT) {
            out.whole &= content.is_some();
            out.attached.extend(content.map(|bytes| (name, bytes)));
            return;
        }
        // A message within this one is a folder of its own.
        let inner = self.file.folder(self.place).into_iter().find(|(name, _)| *name == format!("__substg1.0_{CONTENT}000D"));
        match inner.filter(|_| deep > 0) {
            Some((_, place)) => {
                let inner = Folder { file: self.file, place }.message(parts, deep - 1);
                out.whole &= inner.whole;
                out.attached.push(("message.txt".to_owned(), format!("{}\n{}", inner.subject, inner.words).into_bytes()));
                out.attached.extend(inner.attached);
            }
            None => out.whole = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::{FileKind, Input, kind};
    use super::super::limits::Limits;
    use super::super::mail;

    const SECTOR: usize = 512;
    const NONE: u32 = 0xFFFF_FFFF;

    /// A compound file of these entries: name, place of the folder it lies in, and of a stream its text.
    fn compound(entries: &[(&str, usize, Option<&str>)]) -> Vec<u8> {
        let directory = (entries.len() + 1).div_ceil(4);
        let mut table: Vec<u32> = vec![0xFFFF_FFFD];
        let chain = |table: &mut Vec<u32>, sectors: usize| {
            let first = table.len() as u32;
            table.extend((1..sectors as u32).map(|i| first + i));
            table.push(0xFFFF_FFFE);
            first
        };
        let at = chain(&mut table, directory);
        let mut content = Vec::new();
        let places: Vec<(u32, usize)> = entries
            .iter()
            .map(|(_, _, text)| {
                let Some(text) = text else { return (0, 0) };
                // Shorter ones would lie in another place.
                let bytes: Vec<u8> = format!("{text:<2048}").encode_utf16().flat_map(u16::to_le_bytes).collect();
                content.extend_from_slice(&bytes);
                (chain(&mut table, bytes.len() / SECTOR), bytes.len())
            })
            .collect();
        let first_in = |folder: usize| entries.iter().position(|e| e.1 == folder).map_or(NONE, |i| i as u32 + 1);
        let next = |i: usize| entries.iter().skip(i + 1).position(|e| e.1 == entries[i].1).map_or(NONE, |n| (i + n) as u32 + 2);
        let mut directory_bytes = Vec::new();
        let mut entry = |name: &str, right: u32, below: u32, (start, size): (u32, usize)| {
            let mut e = vec![0_u8; 128];
            name.encode_utf16().enumerate().for_each(|(i, u)| e[2 * i..2 * i + 2].copy_from_slice(&u.to_le_bytes()));
            for (at, value) in [(68, NONE), (72, right), (76, below), (116, start), (120, size as u32)] {
                e[at..at + 4].copy_from_slice(&value.to_le_bytes());
            }
            directory_bytes.extend(e);
        };
        entry("Root Entry", NONE, first_in(0), (0, 0));
        for (i, (name, _, _)) in entries.iter().enumerate() {
            entry(name, next(i), first_in(i + 1), places[i]);
        }
        directory_bytes.resize(directory * SECTOR, 0);
        let mut file = vec![0_u8; SECTOR];
        file[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
        file[30] = 9;
        file[48..52].copy_from_slice(&at.to_le_bytes());
        file[68..72].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
        file[76..].fill(0xFF);
        file[76..80].copy_from_slice(&0_u32.to_le_bytes());
        table.resize(SECTOR / 4, NONE);
        file.extend(table.into_iter().flat_map(u32::to_le_bytes));
        file.extend(directory_bytes);
        file.extend(content);
        file
    }

    #[test]
    fn says_what_a_message_says_and_hands_over_what_is_attached() {
        let file = compound(&[
            ("__properties_version1.0", 0, Some("")),
            ("__substg1.0_0037001F", 0, Some("Heures de décembre")),
            ("__substg1.0_1000001F", 0, Some("Bonjour, Mme Keller a fait 3 h.")),
            ("__attach_version1.0_#00000000", 0, None),
            ("__substg1.0_3707001F", 4, Some("liste.csv")),
            ("__substg1.0_37010102", 4, Some("a;b")),
            ("__attach_version1.0_#00000001", 0, None),
            ("__substg1.0_3701000D", 7, None),
            ("__substg1.0_1000001F", 8, Some("transmis")),
        ]);
        assert_eq!(kind(&Input::from(file.clone()), &Limits::default()).ok(), Some(FileKind::Mail));
        let mut read = Vec::new();
        let (count, whole) = mail::members(&file, "m.msg", &Limits::default(), &mut |name, input| {
            let bytes = input.all(1 << 20).ok().flatten().expect("in memory");
            read.push((name, String::from_utf8_lossy(&bytes).replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ")));
        });
        let expected = [
            ("m.msg/message", "Heures de décembre Bonjour, Mme Keller a fait 3 h."),
            ("m.msg/liste.csv", "a;b"),
            ("m.msg/message.txt", "transmis"),
        ];
        assert_eq!((count, whole), (2, true));
        assert_eq!(read, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
        // Cut short: what is attached is lost, and it is said.
        assert!(!mail::members(&file[..file.len() - 9_000], "m.msg", &Limits::default(), &mut |_, _| {}).1);
    }
}
