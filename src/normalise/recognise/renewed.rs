//! A list of contracts that are renewed or prolonged: which of its days is the new end, which the old one, and when the next contract
//! begins.

use super::roles::dated_column;
use super::seen::Seen;
use crate::facts::Role as FactRole;
use crate::normalise::Context;
use crate::normalise::columns::Choice;
use crate::normalise::mapping::{Meaning, Role};
use crate::normalise::profile::Profile;
use crate::normalise::records::named_nature_of;
use crate::normalise::titles;

/// « Nouvelle fin de contrat », « Contrat du | Contrat au »: what the days of such a list are. Of two that may be one thing none is
/// taken.
pub(super) fn days(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let Some(end) = cx.vocabulary.role(FactRole::ContractEnd).filter(|_| says_so(s, cx)) else { return };
    let (mut ends, mut olds, mut begins) = (Vec::new(), Vec::new(), Vec::new());
    for c in (0..s.layout.width).filter(|&c| dated_column(s, c)) {
        let own = s.layout.own[c].as_str();
        match (titles::ends_a_contract(own), titles::begins_a_contract(own)) {
            (true, false) if titles::of_contract_before(own) => olds.push(c),
            (true, false) => ends.push(c),
            (false, true) if !titles::of_contract_before(own) => begins.push(c),
            _ => {}
        }
    }
    let (&[new], true, true) = (&ends[..], olds.len() <= 1, begins.len() <= 1) else { return };
    let mut sure = |c: usize, meaning: Meaning| choices[c] = vec![Choice { meaning, score: 90, title: 97, fit: 14 }];
    sure(new, Meaning::New(end));
    olds.iter().for_each(|c| sure(*c, Meaning::Old(end)));
    begins.iter().for_each(|c| sure(*c, Meaning::Effective));
}

/// Whether the list speaks of contracts that are renewed: its names, the titles of its days, or every row of one column; and not of
/// leaves that are prolonged.
pub(super) fn says_so(s: &Seen<'_>, cx: &Context<'_>) -> bool {
    let about = s.about();
    let leaves = || titles::speaks_of(&about, Role::Events) > 0;
    if leaves() || titles::denies_renewal(&about) || !named_nature_of(s.sheet.as_deref(), &s.layout.title, s.stem(), cx).is_empty() {
        return false;
    }
    let renewed = titles::renews(&about);
    let titled = |c: usize| {
        let own = s.layout.own[c].as_str();
        titles::of_contract(own) && (renewed || titles::renews(own)) && dated_column(s, c)
    };
    let every_row = |of: &dyn Fn(&str) -> bool| {
        let column = |p: &Profile| p.filled > 0 && p.filled as usize >= s.data_rows && p.values.keys().all(|v| of(v));
        s.profiles.iter().any(column)
    };
    renewed && (titles::of_contract(&about) || every_row(&titles::of_contract))
        || (0..s.layout.width).any(titled)
        || every_row(&|v| titles::of_contract(v) && titles::renews(v))
}
