//! Numbers of employees that one source writes with letters in front (`A00102`) and the others without.

use crate::ground::ids;
use std::collections::{BTreeMap, BTreeSet};

/// The letters before the digits of a number, when that is all it has.
fn lettered(id: &str) -> Option<(&str, &str)> {
    let at = id.find(|c: char| c.is_ascii_digit())?;
    let (head, digits) = id.split_at(at);
    (!head.is_empty() && head.chars().all(char::is_alphabetic) && digits.bytes().all(|b| b.is_ascii_digit())).then_some((head, digits))
}

/// Sources whose numbers all carry the same letters while the rest is the number other sources write: letters and count, by source.
/// `ids`: source and number as written.
pub fn prefixed<'a>(ids: impl Iterator<Item = (u16, &'a str)>) -> BTreeMap<u16, (String, usize)> {
    let mut by_source: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for (source, id) in ids.filter(|(_, id)| !id.is_empty()) {
        by_source.entry(source).or_default().insert(id);
    }
    let bare: BTreeMap<u16, BTreeSet<&str>> = by_source.iter().map(|(s, set)| (*s, set.iter().map(|id| ids::bare(id)).collect())).collect();
    let mut out = BTreeMap::new();
    for (source, own) in &by_source {
        let parts: Vec<(&str, &str)> = own.iter().filter_map(|id| lettered(id)).collect();
        let Some((head, _)) = parts.first().copied() else { continue };
        if own.len() < 3 || parts.len() != own.len() || parts.iter().any(|(h, _)| *h != head) {
            continue;
        }
        let elsewhere: BTreeSet<&str> = bare.iter().filter(|(s, _)| *s != source).flat_map(|(_, set)| set.iter().copied()).collect();
        let with = own.iter().filter(|id| elsewhere.contains(**id)).count();
        let without = parts.iter().filter(|(_, digits)| elsewhere.contains(ids::bare(digits))).count();
        if without * 10 >= own.len() * 6 && without > with * 4 {
            out.insert(*source, (head.to_owned(), own.len()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_one_source_alone_writes_are_found() {
        let register = ["A001", "A002", "A003", "A017"].map(|id| (0, id));
        let staff = ["001", "002", "003", "004"].map(|id| (1, id));
        assert_eq!(prefixed(register.into_iter().chain(staff)), BTreeMap::from([(0, ("A".to_owned(), 4))]));
        let same = ["A001", "A002", "A003"].map(|id| (1, id));
        assert!(prefixed(register.into_iter().chain(same)).is_empty(), "all write them: they belong to the number");
        let mixed = ["A001", "B002", "A003", "A017"].map(|id| (0, id));
        assert!(prefixed(mixed.into_iter().chain(staff)).is_empty(), "two letters may tell two people apart");
    }
}
