//! The disk side of kits: a job folder → files by name, files → a new job folder or any other, one sealed file written and read.

use super::{DECISIONS_FILE, SETTINGS_FILE};
use crate::ground::PayMonth;
use anyhow::{Context as _, Result, ensure};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Folder of a kit, and of a job started from one, for what shows how well the month was understood.
pub const PROOF: &str = "preuve";
/// Folders of a job where no rules are looked for.
const MADE: [&str; 4] = ["inbox", "out", "released", PROOF];
/// Deepest folder that is looked into.
const DEEPEST: usize = 16;

/// What a job starts from: settings, decisions, the inbox, and the rules that lie in the folder.
///
/// # Errors
/// When one of them cannot be read.
pub fn collect(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for name in [SETTINGS_FILE, DECISIONS_FILE] {
        let path = folder.join(name);
        if path.is_file() {
            files.insert(name.to_owned(), read(&path)?);
        }
    }
    for f in super::inbox(folder)? {
        files.insert(format!("inbox/{}", f.name), read(&f.path)?);
    }
    let rules = |name: &str| {
        let path = Path::new(name);
        let within = path.components().next().map(|c| c.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        let kind = path.extension().is_some_and(|e| e == "toml" || e == "csv");
        kind && path.components().count() > 1 && !MADE.contains(&within.as_str()) && !name.split('/').any(|p| p.starts_with('.'))
    };
    for (name, path) in listed(folder)?.into_iter().filter(|f| rules(&f.0)) {
        files.insert(name, read(&path)?);
    }
    Ok(files)
}

/// Every file of a folder.
///
/// # Errors
/// When one of them cannot be read.
pub fn whole(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    listed(folder)?.into_iter().map(|(name, path)| Ok((name, read(&path)?))).collect()
}

/// Files below a folder by name, links left out.
fn listed(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut out = BTreeMap::new();
    let mut open = vec![(folder.to_path_buf(), String::new(), 0)];
    while let Some((dir, prefix, depth)) = open.pop() {
        let shown = || format!("{}", dir.display());
        ensure!(depth <= DEEPEST, "{}", shown());
        for entry in std::fs::read_dir(&dir).with_context(shown)? {
            let entry = entry.with_context(shown)?;
            let kind = entry.file_type().with_context(shown)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if kind.is_dir() {
                open.push((entry.path(), format!("{name}/"), depth + 1));
            } else if kind.is_file() {
                out.insert(name, entry.path());
            }
        }
    }
    Ok(out)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{}", path.display()))
}

/// A file that is not larger than it may be; `None` when it is.
///
/// # Errors
/// When it cannot be read.
pub fn read_up_to(path: &Path, limit: u64) -> Result<Option<Vec<u8>>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).with_context(|| format!("{}", path.display()))?;
    file.take(limit + 1).read_to_end(&mut bytes).with_context(|| format!("{}", path.display()))?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// The first line of a small text file, for a passphrase; `None` when it is no text.
///
/// # Errors
/// When it cannot be read.
pub fn first_line(path: &Path) -> Result<Option<String>> {
    let bytes = read_up_to(path, 1 << 16)?.and_then(|b| String::from_utf8(b).ok());
    Ok(bytes.map(|text| text.lines().next().unwrap_or_default().to_owned()))
}

/// Writes a file beside the place it is for, reads it back, and only when `good` says so of what was read gives it its name.
///
/// # Errors
/// When it cannot be written, when something has that name already, or when it does not read back.
pub fn write_proven<E>(path: &Path, bytes: &[u8], good: impl FnOnce(&[u8]) -> Result<(), E>) -> Result<Result<(), E>> {
    use std::io::Write as _;
    let shown = || format!("{}", path.display());
    let partial = beside(path);
    let proven = (|| {
        let mut f = std::fs::File::create(&partial).with_context(|| format!("{}", partial.display()))?;
        f.write_all(bytes).and_then(|()| f.sync_all()).with_context(|| format!("{}", partial.display()))?;
        drop(f);
        let told = good(&read(&partial)?);
        if told.is_ok() {
            ensure!(!path.exists(), "{}", shown());
            std::fs::rename(&partial, path).with_context(shown)?;
        }
        Ok(told)
    })();
    if !matches!(proven, Ok(Ok(()))) {
        let _ = std::fs::remove_file(&partial);
    }
    proven
}

fn beside(path: &Path) -> PathBuf {
    path.with_file_name(format!(".{}.partial", path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default()))
}

/// The first of these names that a folder has already.
pub fn taken<'n>(folder: &Path, mut names: impl Iterator<Item = &'n String>) -> Option<String> {
    names.find(|n| folder.join(n.as_str()).exists()).cloned()
}

/// Writes files into a folder: all of them, or none. A new folder gets its name when it is whole; in one that exists, `releve.toml`
/// comes last, and what was written goes again when something fails.
///
/// # Errors
/// When a file cannot be written.
pub fn unpack(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    if !folder.exists() {
        let partial = beside(folder);
        let _ = std::fs::remove_dir_all(&partial);
        let done = files
            .iter()
            .try_for_each(|(name, bytes)| super::write(&partial, name, bytes))
            .and_then(|()| std::fs::rename(&partial, folder).with_context(|| format!("{}", folder.display())));
        if done.is_err() {
            let _ = std::fs::remove_dir_all(&partial);
        }
        return done;
    }
    let mut order: Vec<&String> = files.keys().filter(|n| *n != SETTINGS_FILE).collect();
    order.extend(files.keys().find(|n| *n == SETTINGS_FILE));
    for (i, name) in order.iter().enumerate() {
        if let Err(e) = super::write(folder, name, &files[*name]) {
            for written in &order[..i] {
                let _ = std::fs::remove_file(folder.join(written));
            }
            return Err(e);
        }
    }
    Ok(())
}

/// The text of `releve.toml` for another month to pay: what belonged to the month before it was written for is put in comments.
pub fn retold(text: &str, month: PayMonth, last: PayMonth) -> String {
    let mut out = String::new();
    let mut head = true;
    let same = text.lines().take_while(|l| !l.trim_start().starts_with('[')).any(|l| value(l, "month") == Some(format!("\"{month}\"")));
    for line in text.lines() {
        head &= !line.trim_start().starts_with('[');
        if head && value(line, "month").is_some() {
            let _ = writeln!(out, "month = \"{month}\"{}\nlast_month = \"{last}\"", comment(line));
        } else if head && !same && ["pay_date", "incident_date"].iter().any(|k| value(line, k).is_some()) {
            let _ = writeln!(out, "# {line}");
        } else if !head || value(line, "last_month").is_none() {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// What a line of TOML gives a key, as written.
fn value(line: &str, key: &str) -> Option<String> {
    let (k, rest) = line.split_once('=')?;
    (k.trim() == key).then(|| rest.split('#').next().unwrap_or_default().trim().to_owned())
}

fn comment(line: &str) -> String {
    line.split_once('#').map(|(_, c)| format!("  #{c}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> PayMonth {
        PayMonth::parse(text).expect("a month")
    }

    #[test]
    fn another_month_takes_the_settings_and_leaves_the_days() {
        let text =
            "format = 1\nmonth = \"2021-12\"  # to pay\npay_date = 2021-12-22\nlast_pay_date = 2021-11-25\n[settings]\nmonth = \"x\"\n";
        let told = retold(text, month("2022-01"), month("2021-11"));
        assert_eq!(
            told,
            "format = 1\nmonth = \"2022-01\"  # to pay\nlast_month = \"2021-11\"\n# pay_date = 2021-12-22\nlast_pay_date = 2021-11-25\n[settings]\nmonth = \"x\"\n"
        );
        let same = retold(text, month("2021-12"), month("2021-11"));
        assert!(same.contains("\npay_date = 2021-12-22\n"));
        assert_eq!(retold(&same, month("2021-12"), month("2021-11")), same);
    }
}
