//! Where a register prints no net, what was transferred is the agent's net: it decides signs and shows what was misread.

use crate::ground::ids;
use crate::normalise::join::TransferRow;
use crate::normalise::register::{Books, Slip};
use crate::normalise::text::name_key;
use std::collections::BTreeMap;

/// Index by key; `None` where two stand under one key.
fn unique<'a, T>(items: impl Iterator<Item = (String, &'a T)>) -> BTreeMap<String, Option<&'a T>> {
    let mut out: BTreeMap<String, Option<&T>> = BTreeMap::new();
    for (key, item) in items.filter(|(k, _)| !k.is_empty()) {
        out.entry(key).and_modify(|known| *known = None).or_insert(Some(item));
    }
    out
}

/// Puts the transferred sums into the slips, when no slip shows a net. By reference, else by name, each only where one is meant.
/// Hands back how many were found.
pub fn put(books: &mut Books, transfers: &[TransferRow]) -> usize {
    if transfers.is_empty() || books.slips.is_empty() || books.slips.iter().any(|s| s.paid.net_paid.is_some()) {
        return 0;
    }
    let words = |t: &TransferRow| -> Vec<String> {
        t.end_to_end.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).map(|w| ids::bare(w).to_owned()).collect()
    };
    let by_word = unique(transfers.iter().flat_map(|t| words(t).into_iter().map(move |w| (w, t))));
    let by_name = unique(transfers.iter().map(|t| (name_key(&t.name, ""), t)));
    let key = |s: &Slip| name_key(&s.who.surname, &s.who.given);
    let names = unique(books.slips.iter().map(|s| (key(s), s)));
    let alone: Vec<bool> = books.slips.iter().map(|s| matches!(names.get(&key(s)), Some(Some(_)))).collect();
    let mut found = 0;
    for (slip, alone) in books.slips.iter_mut().zip(alone) {
        let reference = by_word.get(ids::bare(&slip.who.id)).copied().flatten();
        let name = || by_name.get(&key(slip)).copied().flatten().filter(|_| alone);
        if let Some(t) = reference.or_else(name) {
            slip.paid.net_paid = Some((t.amount, t.at));
            found += 1;
        }
    }
    found
}

/// Takes the transferred sums out again: they are not the nets of these slips.
pub fn take_back(books: &mut Books) {
    books.slips.iter_mut().for_each(|s| s.paid.net_paid = None);
}
