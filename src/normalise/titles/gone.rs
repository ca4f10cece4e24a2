//! Words that say of somebody in a staff file that he is no longer to be paid.

use super::file::FILE;
use super::words::{one_of, opens, spaced};
use crate::ground::PayMonth;
use std::cmp::Ordering;

/// Whether a title's no says that somebody is not to be paid: « Actif (O/N) », « En poste ».
fn asks_if_paid(heading: &str) -> bool {
    one_of(&FILE.gone.no, &spaced(heading)).is_some()
}

/// Whether a title is that of a state of people or of their pay: « État », « Paie ».
pub fn of_state(heading: &str) -> bool {
    let tidy = spaced(heading);
    let first = || tidy.split_whitespace().next().is_some_and(|w| opens(&FILE.gone.state, w));
    asks_if_paid(heading) || first() && tidy.split_whitespace().filter(|w| w.len() > 2).count() <= 3
}

/// Whether a state under its title ends pay: « Sorti » under « État », a no under « Actif » or « Paie ».
pub fn state_ends_pay(heading: &str, text: &str, no: bool) -> bool {
    let worded = text.chars().any(char::is_alphabetic);
    let ended = || one_of(&FILE.gone.ended, &spaced(text)).is_some() && one_of(&FILE.gone.back, &spaced(text)).is_none();
    no && (asks_if_paid(heading) || worded && of_state(heading)) || of_state(heading) && ended()
}

/// Whether a remark beside somebody says that he is no longer to be paid. `day` is where the last day that it names lies: before the
/// month last paid, in that or this one, or later; `None` without a day.
pub fn remark_ends_pay(text: &str, day: Option<Ordering>) -> bool {
    let (gone, tidy) = (&FILE.gone, spaced(text));
    let has = |list: &[String]| one_of(list, &tidy).is_some();
    if has(&gone.stop) {
        return true;
    }
    if day == Some(Ordering::Greater) || has(&gone.others) {
        return false;
    }
    let now = day != Some(Ordering::Less) || has(&gone.since);
    let whole = gone.alone.iter().any(|w| tidy.trim() == w);
    has(&gone.left) || whole || now && !has(&gone.back) && (has(&gone.away) || day == Some(Ordering::Equal) && has(&gone.dated))
}

/// Whether a reason ends pay: « Démission », and not « Mutation interne ».
pub fn reason_ends_pay(text: &str) -> bool {
    let tidy = spaced(text);
    let has = |list: &[String]| one_of(list, &tidy).is_some();
    has(&FILE.leaving.ends) && (has(&FILE.leaving.unrenewed) || !has(&FILE.leaving.goes_on))
}

/// Whether a text says that something is renewed or prolonged, and not the contrary: « Renouvellements de contrats ».
pub fn renews(text: &str) -> bool {
    one_of(&FILE.leaving.renewed, &spaced(text)).is_some() && !denies_renewal(text)
}

/// Whether a text says that something is not renewed, or not yet: « Contrats non renouvelés », « Contrats à renouveler ».
pub fn denies_renewal(text: &str) -> bool {
    [&FILE.leaving.unrenewed, &FILE.leaving.perhaps_renewed].into_iter().any(|list| one_of(list, &spaced(text)).is_some())
}

/// Whether a title of a list of contracts is that of a last day: « Contrat au », « Fin du renouvellement ».
pub fn ends_a_contract(heading: &str) -> bool {
    of_days(&FILE.leaving.contract_end, heading)
}

/// Whether a title of a list of contracts is that of a first day: « Renouvelé du », « Date début ».
pub fn begins_a_contract(heading: &str) -> bool {
    of_days(&FILE.leaving.contract_begin, heading)
}

/// Whether a title of a day has one of these words, or closes with one that stands behind a dollar sign.
fn of_days(list: &[String], heading: &str) -> bool {
    let tidy = spaced(heading);
    let bare = tidy.replace(" inclus ", " ");
    let closes = |w: &String| w.strip_prefix('$').is_some_and(|w| bare.trim_end().ends_with(&format!(" {w}")));
    list.iter().any(closes) || one_of(list, &tidy).is_some()
}

/// Whether a title is of the contract as it stood: « Fin de contrat initiale ».
pub fn of_contract_before(heading: &str) -> bool {
    one_of(&FILE.leaving.contract_before, &spaced(heading)).is_some()
}

/// Whether an event beside a payslip says that it was the last: « Départ en retraite », and not « Retour de congé parental ».
pub fn event_ends_pay(text: &str) -> bool {
    let back = one_of(&FILE.gone.back, &spaced(text)).is_some();
    !back && (reason_ends_pay(text) || remark_ends_pay(text, None))
}

/// Whether an event is of one who leaves and of one who comes back alike: « Fin de détachement ».
pub fn event_is_either(text: &str) -> bool {
    one_of(&FILE.gone.either, &spaced(text)).is_some()
}

/// Whether a kind of absence says of itself that there was none: « Service non fait (erreur) ».
pub fn unmakes_itself(nature: &str) -> bool {
    one_of(&FILE.aside.unmade, &spaced(nature)).is_some()
}

/// The word of a list of people who come or leave, or of its folder, that says that they do not: « Candidatures ».
pub fn only_wished(about: &str) -> Option<String> {
    one_of(&FILE.doubt.wished, &spaced(about))
}

/// The same word of a sheet's or a file's name, where none gives leave beside it: « Repos compensateur », and not « Payées ou récup ».
pub fn doubted_name(name: &str) -> Option<String> {
    one_of(&FILE.doubt.folder, &spaced(name)).filter(|_| !super::against::resumes(name))
}

/// The word of a folder that says that what lies in it is not to be paid, whatever the list: « Corbeille », a year gone by.
pub fn doubted_folder(folders: &str, month: PayMonth, last: PayMonth) -> Option<String> {
    let (this_year, last_year) = (month.year(), last.year());
    let gone_by = |f: &&str| f.len() == 4 && f.parse::<i32>().is_ok_and(|y| (1990..this_year).contains(&y) && y != last_year);
    let year = || folders.split('/').find(gone_by).map(str::to_owned);
    let named = || folders.split('/').find_map(|f| super::said::folder_takes_back(f, month));
    super::words::doubted_list(folders).or_else(|| one_of(&FILE.doubt.folder, &spaced(folders))).or_else(named).or_else(year)
}
