//! Where bytes come from, and what they are, told from the bytes and not from the name.

use super::limits::Limits;
use super::ole::Compound;
use super::zipped;
use crate::ground::Words;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;

/// A file on disk, read as often as needed, or bytes already in memory.
#[derive(Clone, Debug)]
pub enum Input {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
}

impl From<Vec<u8>> for Input {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

pub(crate) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Input {
    pub(crate) fn len(&self) -> io::Result<u64> {
        match self {
            Self::Path(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }

    pub(crate) fn reader(&self) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Self::Path(path) => Box::new(File::open(path)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    pub(crate) fn seeker(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Self::Path(path) => Box::new(io::BufReader::new(File::open(path)?)),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// Everything, up to `limit` bytes; `None` when there is more.
    pub(crate) fn all(&self, limit: u64) -> io::Result<Option<Arc<[u8]>>> {
        if self.len()? > limit {
            return Ok(None);
        }
        match self {
            Self::Bytes(bytes) => Ok(Some(Arc::clone(bytes))),
            Self::Path(_) => {
                let mut bytes = Vec::new();
                self.reader()?.take(limit + 1).read_to_end(&mut bytes)?;
                Ok((bytes.len() as u64 <= limit).then(|| bytes.into()))
            }
        }
    }

    /// Size and hash of bytes in memory, by the caller's function; a file on disk is hashed in pieces by whoever opens it.
    pub fn hashed(&self, hash: impl Fn(&[u8]) -> String) -> (u64, String) {
        match self {
            Self::Bytes(bytes) => (bytes.len() as u64, hash(bytes)),
            Self::Path(_) => (0, String::new()),
        }
    }

    fn head(&self, n: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader()?.take(n).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// What a file is. Only text and workbooks hold tables; XML and DSN have readers of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// No byte at all.
    Empty,
    /// Text with or without columns.
    Text,
    Xlsx,
    /// Binary workbook of Excel 2007.
    Xlsb,
    Xls,
    Ods,
    /// A workbook behind a password.
    Locked,
    /// A workbook written as XML by Excel 2003 tools, often under the name `.xls`.
    SpreadsheetXml,
    /// A web page, often under the name `.xls`.
    Html,
    /// Any other XML.
    Xml,
    /// The social declaration: its first line is a rubric, `S10.G00.00.001,'…'`.
    Dsn,
    Pdf,
    Image,
    /// A text document whose text and tables are read (DOCX, ODT).
    Written,
    /// Another file of an office suite: an old text document, slides.
    Document,
    /// A mail with its headers: its words and what is attached to it are files of their own.
    Mail,
    /// A zip archive that is no workbook, or 7z, rar, gzip.
    Archive,
    /// Neither text nor anything known: perhaps encrypted by the attack.
    Unknown,
}

impl FileKind {
    /// What a person calls it, with its article.
    pub fn words(self) -> Words {
        match self {
            Self::Empty => Words::new("un fichier vide", "an empty file"),
            Self::Text => Words::new("un fichier texte", "a text file"),
            Self::Xlsx => Words::new("un classeur XLSX", "an XLSX workbook"),
            Self::Xlsb => Words::new("un classeur binaire XLSB", "a binary XLSB workbook"),
            Self::Xls => Words::new("un classeur XLS", "an XLS workbook"),
            Self::Ods => Words::new("un classeur ODS", "an ODS workbook"),
            Self::Locked => Words::new("un classeur protégé par mot de passe", "a workbook behind a password"),
            Self::SpreadsheetXml => Words::new("un classeur au format XML 2003", "a workbook in the XML 2003 format"),
            Self::Html => Words::new("une page web (HTML)", "a web page (HTML)"),
            Self::Xml => Words::new("un document XML", "an XML document"),
            Self::Dsn => Words::new("une DSN", "a DSN"),
            Self::Pdf => Words::new("un document PDF", "a PDF document"),
            Self::Image => Words::new("une image", "an image"),
            Self::Written => Words::new("un document de traitement de texte", "a text document"),
            Self::Document => Words::new("un document bureautique sans tableau", "an office document without a table"),
            Self::Mail => Words::new("un courriel", "a mail"),
            Self::Archive => Words::new("une archive compressée", "a compressed archive"),
            Self::Unknown => {
                Words::new("un fichier illisible, peut-être chiffré par l'attaque", "an unreadable file, perhaps encrypted by the attack")
            }
        }
    }
}

/// Tells what a file is from its first bytes and, in a zip or compound file, from what it holds.
pub fn kind(input: &Input, limits: &Limits) -> io::Result<FileKind> {
    let head = input.head(64 << 10)?;
    Ok(match head.as_slice() {
        [] => FileKind::Empty,
        [b'P', b'K', 3 | 5, 4 | 6, ..] => zipped::kind(input, &head),
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => compound_kind(input, limits)?,
        [b'%', b'P', b'D', b'F', ..] => FileKind::Pdf,
        [0x89, b'P', b'N', b'G', ..]
        | [0xFF, 0xD8, 0xFF, ..]
        | [b'G', b'I', b'F', b'8', ..]
        | [b'I', b'I', 42, 0, ..]
        | [b'M', b'M', 0, 42, ..] => FileKind::Image,
        [b'7', b'z', 0xBC, 0xAF, ..] | [b'R', b'a', b'r', b'!', ..] | [0x1F, 0x8B, ..] => FileKind::Archive,
        _ => text_kind(&head),
    })
}

fn compound_kind(input: &Input, limits: &Limits) -> io::Result<FileKind> {
    // Beyond the limit `open` says so; the most likely kind leads it there.
    let Some(bytes) = input.all(limits.workbook_bytes)? else { return Ok(FileKind::Xls) };
    Ok(match Compound::parse(&bytes) {
        // A damaged directory: `open` says so.
        None => FileKind::Xls,
        Some(file) if file.has("EncryptedPackage") => FileKind::Locked,
        Some(file) if file.folder(0).iter().any(|(name, _)| *name == super::outlook::PROPERTIES) => FileKind::Mail,
        Some(file) if file.has("Workbook") || file.has("Book") => FileKind::Xls,
        Some(_) => FileKind::Document,
    })
}

/// Text, one of its structured kinds, or neither, from the beginning of a file.
fn text_kind(head: &[u8]) -> FileKind {
    let utf16 =
        matches!(head, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) || (head.len() >= 8 && head[..8].iter().filter(|b| **b == 0).count() == 4);
    let plain: Vec<u8> = if utf16 { head.iter().copied().filter(|b| *b != 0).collect() } else { head.to_vec() };
    let marks: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF"];
    let start = marks.iter().find_map(|m| plain.strip_prefix(*m)).unwrap_or(&plain);
    let start = start.trim_ascii_start();
    let beginning = String::from_utf8_lossy(&start[..start.len().min(4096)]).to_ascii_lowercase();
    if beginning.starts_with('<') {
        let root = beginning.as_str();
        let html = ["<!doctype html", "<html", "<table", "<head", "<meta", "<body"]
            .iter()
            .any(|t| root.starts_with(t) || root.contains(&format!("\n{t}")));
        return if root.contains("urn:schemas-microsoft-com:office:spreadsheet") && !root.contains("<html") {
            FileKind::SpreadsheetXml
        } else if html || (root.starts_with("<?xml") && root.contains("<html")) {
            FileKind::Html
        } else {
            FileKind::Xml
        };
    }
    if super::dsn::begins(start) {
        return FileKind::Dsn;
    }
    if super::mail::begins(&String::from_utf8_lossy(start)) {
        return FileKind::Mail;
    }
    // Text has next to no control bytes; encrypted bytes are evenly spread, one in nine of them a control byte.
    let control = head.iter().filter(|b| matches!(b, 0..=8 | 0x0E..=0x19 | 0x1B..=0x1F | 0x7F)).count();
    if !utf16 && control * 50 > head.len() { FileKind::Unknown } else { FileKind::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_a_file_is_from_its_bytes() {
        let noise: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let cases: [(&[u8], FileKind); 15] = [
            (b"", FileKind::Empty),
            (b"Mat;Nom\n", FileKind::Text),
            (b"\xFF\xFEM\0a\0t\0;\0N\0", FileKind::Text),
            (b"%PDF-1.7", FileKind::Pdf),
            (b"\x89PNG\r\n", FileKind::Image),
            (b"7z\xBC\xAF\x27\x1C", FileKind::Archive),
            (b"<?xml version=\"1.0\"?>\n<Document/>", FileKind::Xml),
            (b"\xEF\xBB\xBF<html><table>", FileKind::Html),
            (b"<!DOCTYPE html><p>", FileKind::Html),
            (b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", FileKind::SpreadsheetXml),
            (b"S10.G00.00.001,'x'\r\n", FileKind::Dsn),
            (b"\xEF\xBB\xBFS05.G51.00.001,'V01R02'\n", FileKind::Dsn),
            (&noise, FileKind::Unknown),
            (b"PK\x05\x06", FileKind::Archive),
            (b"a;b\n1;2\n\x1A", FileKind::Text),
        ];
        for (bytes, expected) in cases {
            let found = kind(&Input::from(bytes.to_vec()), &Limits::default()).expect("memory does not fail");
            assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(20)]));
        }
    }
}
