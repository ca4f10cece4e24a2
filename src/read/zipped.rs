//! Zipped workbooks, looked over before anything interprets them: sizes, ratio, passwords, well-formed XML, nesting.
//!
//! Sizes are those really inflated, not those the directory claims. What passes here can be handed to a
//! library that trusts its input: no part is larger than said, ends early, or announces more than it holds.

use super::input::{FileKind, Input};
use super::limits::{Limits, Passed};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Why a workbook is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    Damaged,
    Locked,
    Passed(Passed),
}

impl From<Passed> for Refused {
    fn from(passed: Passed) -> Self {
        Self::Passed(passed)
    }
}

/// The kind of a zip file, by the names in its directory; by those near its beginning when the directory is lost.
pub(crate) fn kind(input: &Input, head: &[u8]) -> FileKind {
    let names: Vec<String> = match input.seeker().map(ZipArchive::new) {
        Ok(Ok(zip)) => zip.file_names().filter_map(Result::ok).map(Cow::into_owned).collect(),
        _ => Vec::new(),
    };
    let near = |needle: &str| memchr::memmem::find(head, needle.as_bytes()).is_some();
    let has = |name: &str| names.iter().any(|n| n.trim_start_matches('/').eq_ignore_ascii_case(name)) || (names.is_empty() && near(name));
    if has("xl/workbook.bin") {
        FileKind::Xlsb
    } else if has("xl/workbook.xml") || (names.is_empty() && near("xl/")) {
        FileKind::Xlsx
    } else if near("mimetypeapplication/vnd.oasis.opendocument.spreadsheet") {
        FileKind::Ods
    } else if has("word/document.xml") || near("mimetypeapplication/vnd.oasis.opendocument.text") {
        FileKind::Written
    } else if has("ppt/presentation.xml") || near("mimetypeapplication/vnd.oasis.opendocument") {
        FileKind::Document
    } else if has("[Content_Types].xml") {
        FileKind::Xlsx
    } else {
        FileKind::Archive
    }
}

/// A zipped workbook whose directory is within the limits.
pub(crate) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    limits: Limits,
    left: u64,
}

impl<'a> Archive<'a> {
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Refused> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refused::Damaged)?;
        if zip.len() > limits.parts {
            return Err(Passed::Parts.into());
        }
        let (mut names, mut claimed) = (Vec::new(), 0_u64);
        for index in 0..zip.len() {
            let part = zip.by_index_raw(index).map_err(|_| Refused::Damaged)?;
            if part.encrypted() {
                return Err(Refused::Locked);
            }
            claimed = claimed.saturating_add(part.size());
            if claimed > limits.inflated_bytes {
                return Err(Passed::InflatedBytes.into());
            }
            check_ratio(part.size(), part.compressed_size(), limits)?;
            names.push(part.name().map_err(|_| Refused::Damaged)?.into_owned());
        }
        Ok(Self { zip, names, limits: *limits, left: limits.inflated_bytes })
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }

    /// Inflates a part, counting what really comes out.
    pub(crate) fn part(&mut self, index: usize) -> Result<Vec<u8>, Refused> {
        let part = self.zip.by_index(index).map_err(|_| Refused::Damaged)?;
        let (claimed, compressed) = (part.size(), part.compressed_size());
        let mut bytes = Vec::new();
        // One byte more than claimed is enough to know that the directory lies.
        part.take(claimed.saturating_add(1)).read_to_end(&mut bytes).map_err(|_| Refused::Damaged)?;
        let size = bytes.len() as u64;
        if size != claimed {
            return Err(Refused::Damaged);
        }
        self.left = self.left.checked_sub(size).ok_or(Passed::InflatedBytes)?;
        check_ratio(size, compressed, &self.limits)?;
        Ok(bytes)
    }

    pub(crate) fn part_named(&mut self, name: &str) -> Result<Option<Vec<u8>>, Refused> {
        match self.names.iter().position(|n| n == name) {
            Some(index) => self.part(index).map(Some),
            None => Ok(None),
        }
    }
}

fn check_ratio(size: u64, compressed: u64, limits: &Limits) -> Result<(), Refused> {
    if size > limits.ratio_free_bytes && size / compressed.max(1) > limits.ratio { Err(Passed::Ratio.into()) } else { Ok(()) }
}

/// The text of an XML part; workbooks are always written in UTF-8.
pub(crate) fn as_text(bytes: &[u8]) -> Result<&str, Refused> {
    std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).map_err(|_| Refused::Damaged)
}

/// What a walk through an XML part meets. An empty element is a start and an end.
pub(crate) enum Step<'e> {
    Start(&'e BytesStart<'e>),
    End(&'e str),
    Text(&'e str),
}

/// Goes through an XML part to its end: elements must close, nest within the limit, and announce no type of document.
pub(crate) fn walk(text: &str, limits: &Limits, f: &mut dyn FnMut(Step<'_>) -> Result<(), Refused>) -> Result<(), Refused> {
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|_| Refused::Damaged)? {
            Event::Start(e) => {
                depth += 1;
                if depth > limits.nesting {
                    return Err(Passed::Nesting.into());
                }
                f(Step::Start(&e))?;
            }
            Event::Empty(e) => {
                f(Step::Start(&e))?;
                f(Step::End(e.local_name().as_ref()))?;
            }
            Event::End(e) => {
                depth = depth.checked_sub(1).ok_or(Refused::Damaged)?;
                f(Step::End(e.local_name().as_ref()))?;
            }
            Event::Text(t) => f(Step::Text(&t.xml10_content()))?,
            Event::CData(t) => f(Step::Text(&t.xml10_content()))?,
            Event::GeneralRef(r) => {
                let mut letter = [0; 4];
                let text = match r.as_ref() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => r.resolve_char_ref().ok().flatten().ok_or(Refused::Damaged)?.encode_utf8(&mut letter),
                };
                f(Step::Text(text))?;
            }
            Event::DocType(_) => return Err(Refused::Damaged),
            Event::Eof => return if depth == 0 { Ok(()) } else { Err(Refused::Damaged) },
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// An attribute by its name without prefix.
pub(crate) fn attribute<'e>(element: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    element
        .attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|a| a.key.local_name().as_ref() == name)
        .and_then(|a| a.normalized_value(XmlVersion::Implicit1_0).ok())
}

/// An attribute that has a prefix, by its name without it: `r:id`, and not `id`.
pub(crate) fn attribute_prefixed<'e>(element: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    element
        .attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|a| a.key.prefix().is_some() && a.key.local_name().as_ref() == name)
        .and_then(|a| a.normalized_value(XmlVersion::Implicit1_0).ok())
}

/// An attribute that counts something.
pub(crate) fn number<T: std::str::FromStr>(element: &BytesStart<'_>, name: &str) -> Option<T> {
    attribute(element, name).and_then(|v| v.trim().parse().ok())
}

/// A yes/no attribute.
pub(crate) fn flag(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|v| matches!(v.trim(), "1" | "true" | "on"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).expect("memory does not fail");
            zip.write_all(bytes).expect("memory does not fail");
        }
        zip.finish().expect("memory does not fail").into_inner()
    }

    #[test]
    fn refuses_what_grows_too_much() {
        let bomb = zipped(&[("xl/workbook.xml", &vec![b' '; 3 << 20])]);
        let limits = Limits { ratio_free_bytes: 1 << 20, ..Limits::default() };
        assert_eq!(Archive::open(&bomb, &limits).err(), Some(Refused::Passed(Passed::Ratio)));
        let limits = Limits { inflated_bytes: 2 << 20, ..Limits::default() };
        assert_eq!(Archive::open(&bomb, &limits).err(), Some(Refused::Passed(Passed::InflatedBytes)));
        let limits = Limits { parts: 1, ..Limits::default() };
        let many = zipped(&[("a", b"1"), ("b", b"2")]);
        assert_eq!(Archive::open(&many, &limits).err(), Some(Refused::Passed(Passed::Parts)));
    }

    #[test]
    fn does_not_believe_the_directory() {
        // The size claimed for the part, in the local header and in the directory, is set to 10 bytes.
        let mut liar = zipped(&[("a.xml", &[b'x'; 5000])]);
        let real = 5000_u32.to_le_bytes();
        while let Some(at) = memchr::memmem::find(&liar, &real) {
            liar[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
        let read = Archive::open(&liar, &Limits::default()).and_then(|mut a| a.part(0));
        assert_eq!(read, Err(Refused::Damaged));
    }

    #[test]
    fn walks_only_well_formed_shallow_xml_without_a_document_type() {
        let limits = Limits { nesting: 3, ..Limits::default() };
        let walked = |text: &str| walk(text, &limits, &mut |_| Ok(()));
        assert_eq!(walked("<a><b>x &amp; &#233;</b></a>"), Ok(()));
        for damaged in ["<a><b></b>", "<a></b>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "<a>&x;</a>", "</a>"] {
            assert_eq!(walked(damaged), Err(Refused::Damaged), "{damaged}");
        }
        assert_eq!(walked("<a><a><a><a/></a></a></a>"), Ok(()));
        assert_eq!(walked("<a><a><a><a></a></a></a></a>"), Err(Refused::Passed(Passed::Nesting)));
    }
}
