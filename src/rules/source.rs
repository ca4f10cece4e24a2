//! Where packs come from: embedded in the program, or a folder on disk given with `--rules`.

use crate::ground::document::TextFile;
use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Largest rule file read from disk, in bytes.
const LARGEST: u64 = 16 << 20;

/// Files of an embedded pack, sorted by path; empty when the program carries no such pack.
pub fn embedded(pack: &str) -> Vec<TextFile> {
    let prefix = format!("{pack}/");
    EMBEDDED
        .iter()
        .filter(|(path, _)| path.starts_with(&prefix))
        .map(|(path, text)| TextFile { path: (*path).to_owned(), text: (*text).to_owned() })
        .collect()
}

/// The names of the embedded packs.
pub fn packs() -> Vec<String> {
    let heads = EMBEDDED.iter().filter_map(|(path, _)| path.strip_suffix("/pack.toml"));
    heads.filter(|name| !name.contains('/')).map(str::to_owned).collect()
}

/// Every embedded file, for `releve rules unpack`.
pub fn all_embedded() -> &'static [(&'static str, &'static str)] {
    EMBEDDED
}

/// Files of a pack folder on disk, sorted by path, paths starting with the folder's own name.
///
/// # Errors
/// When the folder or one of its files cannot be read.
pub fn folder(dir: &Path) -> std::io::Result<Vec<TextFile>> {
    let mut files = Vec::new();
    let name = dir.file_name().map_or_else(|| "rules".to_owned(), |n| n.to_string_lossy().into_owned());
    walk(dir, &name, &mut files, 0)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// What stands where bytes are no UTF-8: the compiler tells it, with its place.
pub const LOST: char = char::REPLACEMENT_CHARACTER;

/// The text of a file. One of two bytes a letter, as the Notepad's « Unicode » is, has nothing to show.
fn text(bytes: &[u8]) -> String {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return LOST.to_string();
    }
    String::from_utf8_lossy(bytes).into_owned()
}

fn walk(dir: &Path, prefix: &str, files: &mut Vec<TextFile>, depth: u32) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}/{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() && depth < 8 {
            walk(&entry.path(), &path, files, depth + 1)?;
        } else if kind.is_file() && (name.ends_with(".toml") || name.ends_with(".csv")) && entry.metadata()?.len() <= LARGEST {
            files.push(TextFile { text: text(&std::fs::read(entry.path())?), path });
        }
    }
    Ok(())
}
