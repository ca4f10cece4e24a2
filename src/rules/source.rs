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

/// Every embedded file, for `releve rules unpack`.
pub fn all_embedded() -> &'static [(&'static str, &'static str)] {
    EMBEDDED
}

/// Files of a pack folder on disk, sorted by path, paths starting with the folder's own name.
///
/// # Errors
/// When the folder or one of its files cannot be read as UTF-8 text.
pub fn folder(dir: &Path) -> std::io::Result<Vec<TextFile>> {
    let mut files = Vec::new();
    let name = dir.file_name().map_or_else(|| "rules".to_owned(), |n| n.to_string_lossy().into_owned());
    walk(dir, &name, &mut files, 0)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
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
            files.push(TextFile { text: std::fs::read_to_string(entry.path())?, path });
        }
    }
    Ok(())
}
