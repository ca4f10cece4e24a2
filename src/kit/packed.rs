//! A kit ↔ a zip archive that is the same to the byte for the same contents, checked against its own list when it is read.

use super::{FORMAT, Files, Head, Kit, LIST, Refused};
use crate::read::{Limits, archive};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

/// How much a kit may hold.
#[derive(Clone, Copy, Debug)]
pub struct Largest {
    /// Bytes of the sealed file and of the archive in it.
    pub packed: u64,
    /// Bytes of all files.
    pub files: u64,
    pub count: usize,
}

impl Default for Largest {
    fn default() -> Self {
        let limits = Limits::default();
        Self { packed: limits.workbook_bytes, files: limits.inflated_bytes, count: limits.parts - 1 }
    }
}

#[derive(Serialize, Deserialize)]
struct List {
    format: u32,
    #[serde(flatten)]
    head: Head,
    #[serde(default)]
    file: Vec<Listed>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Listed {
    name: String,
    bytes: u64,
    sha256: String,
}

fn listed(name: &str, bytes: &[u8]) -> Listed {
    let sha256 = Sha256::digest(bytes).iter().fold(String::new(), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    });
    Listed { name: name.to_owned(), bytes: bytes.len() as u64, sha256 }
}

/// Packs a kit: the list first, then the files by name.
///
/// # Errors
/// When a name cannot be kept, or when it would be too large to be opened again.
pub fn pack(kit: &Kit, largest: &Largest) -> Result<Vec<u8>, Refused> {
    names(&kit.files)?;
    let size: u64 = kit.files.values().map(|f| f.len() as u64).sum();
    if size > largest.files || kit.files.len() > largest.count {
        return Err(Refused::Large(largest.files >> 20));
    }
    let file = kit.files.iter().map(|(name, bytes)| listed(name, bytes)).collect();
    let list = List { format: FORMAT, head: kit.head.clone(), file };
    let list = toml::to_string(&list).map_err(|_| Refused::NotAKit)?;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o600);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| zip.start_file(name, options).is_ok() && zip.write_all(bytes).is_ok();
    let whole = add(LIST, list.as_bytes()) && kit.files.iter().all(|(name, bytes)| add(name, bytes));
    match zip.finish() {
        Ok(bytes) if whole && bytes.get_ref().len() as u64 <= largest.packed => Ok(bytes.into_inner()),
        _ => Err(Refused::Large(largest.packed >> 20)),
    }
}

/// Unpacks a kit. Everything in it stands on its list, as it is listed, and under a name that stays in its folder.
///
/// # Errors
/// When it is no kit, one of a later program, one that says something else of itself, or one that grows too much.
pub fn unpack(bytes: &[u8], largest: &Largest) -> Result<Kit, Refused> {
    let limits = Limits { workbook_bytes: largest.packed, inflated_bytes: largest.files, parts: largest.count + 1, ..Limits::default() };
    let parts = archive::parts(bytes, &limits).map_err(|limit| limit.map_or(Refused::NotAKit, |_| Refused::Large(largest.files >> 20)))?;
    let mut files = Files::new();
    for (name, bytes) in parts {
        if files.insert(name.clone(), bytes).is_some() {
            return Err(Refused::Unlike(name));
        }
    }
    let list = files.remove(LIST).and_then(|b| String::from_utf8(b).ok()).ok_or(Refused::NotAKit)?;
    let table: toml::Table = toml::from_str(&list).map_err(|_| Refused::NotAKit)?;
    let format = table.get("format").and_then(toml::Value::as_integer).ok_or(Refused::NotAKit)?;
    if format != i64::from(FORMAT) {
        return Err(Refused::Later(table.get("program").and_then(toml::Value::as_str).unwrap_or("?").to_owned()));
    }
    let list: List = toml::from_str(&list).map_err(|_| Refused::NotAKit)?;
    names(&files)?;
    for l in &list.file {
        if files.get(&l.name).is_none_or(|bytes| listed(&l.name, bytes) != *l) {
            return Err(Refused::Unlike(l.name.clone()));
        }
    }
    let told: BTreeSet<&str> = list.file.iter().map(|l| l.name.as_str()).collect();
    if let Some(name) = files.keys().find(|n| !told.contains(n.as_str())) {
        return Err(Refused::Unlike(name.clone()));
    }
    Ok(Kit { head: list.head, files })
}

/// Names that every system can keep, that stay in their folder, and that are different from one another everywhere.
fn names(files: &Files) -> Result<(), Refused> {
    let mut seen = BTreeSet::new();
    for name in files.keys() {
        if !name.split('/').all(keeps) || name.len() > 240 || name == LIST || !seen.insert(name.to_lowercase()) {
            return Err(Refused::Name(name.chars().filter(|c| !c.is_control()).take(240).collect()));
        }
    }
    Ok(())
}

/// A part of a name that Windows, macOS and Linux all take, and take for what it is.
fn keeps(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && stem.starts_with(['C', 'L'])
            && matches!(&stem[..3], "COM" | "LPT")
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    let odd = |c: char| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    !part.is_empty() && !part.ends_with(['.', ' ']) && !part.starts_with(' ') && !part.contains(odd) && !device
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kit(files: &[(&str, &[u8])]) -> Kit {
        let files = files.iter().map(|(n, b)| ((*n).to_owned(), b.to_vec())).collect();
        Kit { head: Head { program: "0".to_owned(), month: None }, files }
    }

    fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).expect("memory does not fail");
            zip.write_all(bytes).expect("memory does not fail");
        }
        zip.finish().expect("memory does not fail").into_inner()
    }

    #[test]
    fn what_was_packed_comes_out_and_packs_to_the_same_bytes() {
        let k = kit(&[("releve.toml", b"x"), ("inbox/\u{e9}t\u{e9}/a b.csv", b"1;2\n"), ("inbox/empty", b"")]);
        let bytes = pack(&k, &Largest::default()).expect("it packs");
        assert_eq!(bytes, pack(&k.clone(), &Largest::default()).expect("it packs"));
        assert_eq!(unpack(&bytes, &Largest::default()), Ok(k));
    }

    #[test]
    fn names_that_leave_their_folder_or_that_a_system_cannot_keep_are_refused() {
        for name in ["../a", "a/../b", "/a", "a//b", "a\\b", "C:a", "a/", "", "nul.csv", "com1", "a.", "a ", "a\u{7}", "kit.toml"] {
            assert_eq!(pack(&kit(&[(name, b"x")]), &Largest::default()).err(), Some(Refused::Name(name.replace('\u{7}', ""))), "{name:?}");
        }
        assert!(matches!(pack(&kit(&[("A.csv", b"x"), ("a.csv", b"y")]), &Largest::default()), Err(Refused::Name(_))));
        for name in ["a.b.csv", ".hidden", "comte.csv", "console", "l\u{e9}gende (2).xlsx"] {
            assert!(pack(&kit(&[(name, b"x")]), &Largest::default()).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn an_archive_that_says_something_else_of_itself_is_refused() {
        let sum = listed("a", b"x").sha256;
        let list = |format: u32, name: &str, bytes: u64| {
            format!("format = {format}\nprogram = \"9\"\n[[file]]\nname = \"{name}\"\nbytes = {bytes}\nsha256 = \"{sum}\"\n")
        };
        let opened = |list: &str, name: &str, bytes: &[u8]| unpack(&zipped(&[(LIST, list.as_bytes()), (name, bytes)]), &Largest::default());
        assert!(opened(&list(1, "a", 1), "a", b"x").is_ok());
        assert_eq!(opened(&list(1, "a", 1), "a", b"y"), Err(Refused::Unlike("a".to_owned())));
        assert_eq!(opened(&list(1, "a", 2), "a", b"x"), Err(Refused::Unlike("a".to_owned())));
        assert_eq!(opened(&list(1, "b", 1), "a", b"x"), Err(Refused::Unlike("b".to_owned())));
        assert_eq!(opened("format = 1\nprogram = \"9\"\n", "a", b"x"), Err(Refused::Unlike("a".to_owned())));
        assert_eq!(opened(&list(2, "a", 1), "a", b"x"), Err(Refused::Later("9".to_owned())));
        assert_eq!(opened(&list(1, "../a", 1), "../a", b"x"), Err(Refused::Name("../a".to_owned())));
        assert_eq!(opened("program", "a", b"x"), Err(Refused::NotAKit));
        assert_eq!(unpack(&zipped(&[("a", b"x")]), &Largest::default()), Err(Refused::NotAKit));
        assert_eq!(unpack(b"no archive", &Largest::default()), Err(Refused::NotAKit));
    }

    #[test]
    fn what_could_not_be_opened_again_is_not_packed_and_what_grows_too_much_is_not_opened() {
        let k = kit(&[("a", &vec![b'x'; 3 << 20])]);
        let small = Largest { files: 1 << 20, ..Largest::default() };
        assert_eq!(pack(&k, &small), Err(Refused::Large(1)));
        let bytes = pack(&k, &Largest::default()).expect("it packs");
        assert_eq!(unpack(&bytes, &small), Err(Refused::Large(1)));
    }
}
