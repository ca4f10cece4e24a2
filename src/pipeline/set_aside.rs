//! Unread sheets that mean nobody but those who are set aside for them: they stop nobody else.

use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::gather::is_unread;
use crate::normalise::mapping::SourceMapping;
use crate::normalise::{Mapping, Role};
use std::collections::BTreeSet;

/// What was told of such a sheet itself is worth a look, and no reason to pay nobody; a text that may mean others is.
pub fn weigh(findings: &mut [Finding], mapping: &Mapping, (set_aside, open): (&BTreeSet<u16>, &BTreeSet<u16>), sources: &Sources) {
    for f in findings.iter_mut().filter(|f| matches!(f.code.as_str(), "M01" | "M11" | "M80")) {
        // Several tables of one sheet have one place.
        let about = |m: &&SourceMapping| is_unread(m) && f.places.contains(&sources.place(At::source(m.source)));
        let tables: Vec<u16> = mapping.sources.iter().filter(about).map(|m| m.source).collect();
        if f.severity == Severity::Blocking && !tables.is_empty() && tables.iter().all(|s| set_aside.contains(s)) {
            f.severity = Severity::Justify;
        } else if f.code == "M11" && tables.iter().any(|s| open.contains(s)) {
            f.severity = Severity::Blocking;
        }
    }
}

/// Whether every sheet of a file that nobody could read is such a sheet.
pub fn whole(file: &str, mapping: &Mapping, set_aside: &BTreeSet<u16>) -> bool {
    let of_file =
        |m: &&SourceMapping| m.role == Role::Unknown && (m.file == file || m.file.strip_prefix(file).is_some_and(|r| r.starts_with('/')));
    let mut sheets = mapping.sources.iter().filter(of_file).peekable();
    sheets.peek().is_some() && sheets.all(|m| set_aside.contains(&m.source))
}
