//! A zip archive → the files in it, each as if it lay in the inbox under `archive.zip/name`.
//!
//! Sizes are those really inflated, within the limits of zipped workbooks. Names are only shown, never written to: those that
//! would climb out of a folder lose what makes them climb. A zip within one that lies in the inbox is opened, none deeper.

use super::input::{FileKind, Input, kind};
use super::limits::{Limits, Passed};
use super::zipped::{Archive, Refused};
use crate::ground::{Finding, Place, Severity};

/// Whether the bytes are a zip archive, as opposed to other kinds of archives.
pub fn is_zip(input: &Input) -> bool {
    use std::io::Read as _;
    let mut head = Vec::new();
    let read = input.reader().and_then(|r| r.take(4).read_to_end(&mut head));
    read.is_ok() && matches!(head.as_slice(), [b'P', b'K', 3 | 5, 4 | 6])
}

/// Hands over the words of a mail and what is attached to it; says how many files that are.
pub fn attached(input: &Input, file: &str, limits: &Limits, take: &mut dyn FnMut(String, Input)) -> Vec<Finding> {
    let place = || Place::File { file: file.to_owned() };
    let Ok(Some(bytes)) = input.all(limits.workbook_bytes) else {
        return vec![Passed::FileBytes(limits.workbook_bytes).finding(limits, place())];
    };
    let (count, whole) = super::mail::members(&bytes, file, limits, take);
    let mut told = vec![Finding::new("M291", Severity::Information).arg("count", count).at(place())];
    if !whole {
        // Whom the rest of it names cannot be known.
        told.push(Finding::new("R60", Severity::Blocking).told("M294").at(place()));
    }
    told
}

/// Archives within one that are opened.
const INNER: usize = 8;

/// Hands over each file of an archive with its name, in the order of the names, some zips in it too where it is the `outer` one;
/// says what could not be.
pub fn members(input: &Input, file: &str, outer: bool, limits: &Limits, take: &mut dyn FnMut(String, Input)) -> Vec<Finding> {
    let place = || Place::File { file: file.to_owned() };
    let refused = |why: Refused| match why {
        Refused::Damaged => Finding::new("R04", Severity::Justify).at(place()),
        Refused::Locked => Finding::new("R62", Severity::Justify).at(place()),
        Refused::Passed(passed) => passed.finding(limits, place()),
    };
    let bytes = match input.all(limits.workbook_bytes) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return vec![Passed::FileBytes(limits.workbook_bytes).finding(limits, place())],
        Err(_) => return vec![refused(Refused::Damaged)],
    };
    let mut archive = match Archive::open(&bytes, limits) {
        Ok(archive) => archive,
        Err(why) => return vec![refused(why)],
    };
    let mut names: Vec<(String, usize)> =
        archive.names().iter().enumerate().filter(|(_, n)| !n.ends_with(['/', '\\'])).map(|(i, n)| (n.clone(), i)).collect();
    names.sort();
    let (mut findings, mut count, mut inner) = (Vec::new(), 0_u64, 0);
    for (written, index) in names {
        let tame = tame(&written);
        if unwanted(&tame) {
            continue;
        }
        let name = format!("{file}/{tame}");
        let inside = || Place::File { file: name.clone() };
        if tame != written.replace('\\', "/") {
            findings.push(Finding::new("R63", Severity::Warning).at(inside()));
        }
        let input = match archive.part(index) {
            Ok(bytes) => Input::from(bytes),
            Err(why) => {
                findings.push(refused(why).at(inside()));
                // Beyond a limit there is no more; a damaged member says nothing of the others.
                if matches!(why, Refused::Passed(_)) {
                    break;
                }
                continue;
            }
        };
        if matches!(kind(&input, limits), Ok(FileKind::Archive)) {
            if outer && inner < INNER && is_zip(&input) {
                inner += 1;
                take(name, input);
                continue;
            }
            findings.push(Finding::new("R64", Severity::Justify).at(inside()));
            continue;
        }
        count += 1;
        take(name, input);
    }
    findings.push(Finding::new("R65", Severity::Information).arg("count", count).at(place()));
    findings
}

/// Every part of an archive that this program made, with the name it was given.
///
/// # Errors
/// The limit that was passed; without one it is no archive, or damaged.
pub fn parts(bytes: &[u8], limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, Option<Passed>> {
    let passed = |why: Refused| if let Refused::Passed(limit) = why { Some(limit) } else { None };
    let mut archive = Archive::open(bytes, limits).map_err(passed)?;
    let names = archive.names().to_vec();
    names.into_iter().enumerate().map(|(i, name)| Ok((name, archive.part(i).map_err(passed)?))).collect()
}

/// A name that stays where it is: no drive, no way up, no control characters.
pub(super) fn tame(name: &str) -> String {
    let shown: String = name.replace('\\', "/").chars().filter(|c| !c.is_control()).take(200).collect();
    let parts: Vec<&str> =
        shown.split('/').map(str::trim).filter(|p| !p.is_empty() && *p != "." && *p != ".." && !p.ends_with(':')).collect();
    if parts.is_empty() { "?".to_owned() } else { parts.join("/") }
}

/// What systems leave in archives by themselves; the inbox leaves the same out.
fn unwanted(name: &str) -> bool {
    name.split('/').any(|p| {
        p.starts_with('.')
            || p.starts_with("~$")
            || p == "__MACOSX"
            || p.eq_ignore_ascii_case("thumbs.db")
            || p.eq_ignore_ascii_case("desktop.ini")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_climb_are_tamed() {
        for (written, shown) in [
            ("a/b.csv", "a/b.csv"),
            ("../../etc/passwd", "etc/passwd"),
            ("C:\\temp\\x.csv", "temp/x.csv"),
            ("/abs/./x\u{7}.csv", "abs/x.csv"),
            ("..", "?"),
        ] {
            assert_eq!(tame(written), shown);
        }
    }
}
