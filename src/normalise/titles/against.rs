//! Words beside a row, between rows or about their colours, that say whether it is paid.

use super::employer::other_employer;
use super::file::FILE;
use super::words::{begins, is_column, is_one, one_of, opens, says_kind, spaced};

/// The word of a remark that says the row is not to be paid; fewer words say so where nothing is counted.
pub fn sets_aside(text: &str, counted: bool) -> Option<String> {
    let tidy = spaced(text);
    let lists = [&FILE.aside.always, &FILE.aside.paid];
    lists.iter().take(if counted { 2 } else { 1 }).find_map(|list| one_of(list, &tidy))
}

/// Whether a remark under its title says that nothing is granted yet (« en cours » under « Demande »), or that it is somebody else's
/// (« conjoint »).
pub fn not_granted(heading: &str, text: &str) -> bool {
    let has = |list: &[String], text: &str| one_of(list, &spaced(text)).is_some();
    is_one(&FILE.aside.others, text) || has(&FILE.aside.requests, heading) && has(&FILE.aside.pending, text)
}

/// Whether a column of yes and no says of each row if it is agreed: « Validé par le chef ».
pub fn asks_agreement(heading: &str) -> bool {
    one_of(&FILE.aside.asked, &spaced(heading)).is_some()
}

/// Whether a mark is that of a box that is not ticked, or crossed out.
pub fn says_unticked(text: &str) -> bool {
    FILE.aside.unticked.iter().any(|m| m == text.trim())
}

/// Whether a column holds remarks, by its title.
pub fn of_remarks(heading: &str) -> bool {
    spaced(heading).split_whitespace().next().is_some_and(|w| opens(&FILE.aside.remark, w))
}

/// Whether a remark is made of nothing but words that change nothing (« accord DGS », « vu »), numbers of documents and days.
pub fn harmless(text: &str) -> bool {
    let known = |w: &str| w.bytes().any(|b| b.is_ascii_digit()) || opens(&FILE.aside.harmless, w);
    !text.contains(['%', '€', '?']) && spaced(text).split_whitespace().all(known)
}

/// Whether words more in the cell of a name say that its row is not to be paid: « ANNULÉ », and in a list of sums « décédé », « voir RH ».
pub fn takes_back_beside_a_name(words: &str, own: &str, sums: bool) -> bool {
    let (a, g) = (&FILE.aside, &FILE.gone);
    let has = |lists: &[&Vec<String>]| lists.iter().any(|list| one_of(list, &spaced(words)).is_some());
    // « ex MARCHAL », and not « ex DUVAL » beside the name of whoever was called so.
    let alone = || g.alone.iter().any(|w| spaced(words).trim() == w);
    let more = || has(&[&a.paid, &a.below, &a.named, &g.ended, &g.left, &g.away]) || alone() || other_employer(words, own).is_some();
    has(&[&a.always, &g.stop]) || sums && more()
}

/// Whether the whole text of a cell says that its row's agent is gone, or, where it is of an act or a state and no place of work,
/// that nothing is settled yet: « Sorti », « en cours ».
pub fn is_against_its_row(text: &str, place: bool) -> bool {
    let tidy = spaced(text);
    let state = tidy.trim().strip_prefix("en ").unwrap_or(tidy.trim());
    [&FILE.gone.ended, &FILE.aside.paid]
        .into_iter()
        .take(if place { 1 } else { 2 })
        .any(|list| opens(list, tidy.trim()) || opens(list, state))
}

/// Whether a remark says that a part only of what stands beside it is meant: « 50 % », « payer 1/2 »; « vu le 10/12 » is a day.
pub fn says_a_part(text: &str) -> bool {
    let number = |t: &str| t.parse::<u32>().ok().filter(|_| !t.starts_with('0'));
    let fraction = |(a, b): (u32, u32)| a < b && matches!(b, 2..=4 | 30 | 35);
    let part = |w: &str| {
        let percent = w.strip_suffix('%').and_then(number).is_some_and(|n| n < 100);
        percent || w == "½" || w.split_once('/').is_some_and(|(a, b)| number(a).zip(number(b)).is_some_and(fraction))
    };
    let close = text.replace(" %", "%").replace("\u{a0}%", "%").replace("\u{202f}%", "%");
    let (parts, rest): (Vec<&str>, Vec<&str>) = close.split_whitespace().partition(|w| part(w.trim_matches(['(', ')', '.', ','])));
    !parts.is_empty() && harmless(&rest.join(" "))
}

/// Whether a line between rows of sums says that what stands below it is not to be paid, or not yet: « Agents partis », « Dossiers
/// incomplets ».
pub fn turns_below(line: &str) -> bool {
    let tidy = FILE.aside.only_called.iter().fold(spaced(line), |t, w| t.replace(&format!(" {w} "), " "));
    [&FILE.aside.below, &FILE.aside.paid].into_iter().any(|list| one_of(list, &tidy).is_some())
}

/// Whether a line between rows says only where the people below it work, or what they are: « SERVICE TECHNIQUE », « Titulaires ».
pub fn names_a_group(line: &str) -> bool {
    let known = |w: &str| opens(&FILE.row.of_group, w) || opens(&FILE.aside.harmless, w);
    begins(&FILE.row.group, line) || spaced(line).split_whitespace().all(known)
}

/// Whether a line between rows says that what stands below it is paid.
pub fn resumes(text: &str) -> bool {
    spaced(text).split_whitespace().any(|w| opens(&FILE.aside.resumes, w))
}

/// Whether a line speaks of colours.
pub fn of_colours(text: &str) -> bool {
    spaced(text).split_whitespace().any(|w| opens(&FILE.aside.colours, w))
}

/// A line without its words of colours.
pub fn without_colours(text: &str) -> String {
    spaced(text).split_whitespace().filter(|w| !opens(&FILE.aside.colours, w)).collect::<Vec<_>>().join(" ")
}

/// Whether what stands beside a sum or a change takes it away: « Suppression », « Résiliation », « Mainlevée », « - » under « Sens ».
pub fn takes_away(heading: &str, text: &str) -> bool {
    let side = || is_column("side", heading) || says_kind(heading);
    let underpaid = || FILE.aside.underpaid.iter().any(|w| spaced(text).trim_start().starts_with(w.trim_end_matches('*')));
    begins(&FILE.aside.removes, text) && !underpaid() || matches!(text.trim(), "-" | "\u{2212}" | "\u{2013}") && side()
}

/// Whether words beside back pay say that too much was paid: « IFSE versée à tort en octobre », « Retenue » under « Sens ».
pub fn says_overpaid(text: &str) -> bool {
    one_of(&FILE.aside.overpaid, &spaced(text)).is_some()
}
