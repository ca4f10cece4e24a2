//! Whose people a file, a list or a row is about: the town's, or those of an employer beside it.

use super::file::FILE;
use super::words::{is_one, opens, spaced};

/// Whether a column says which employer bears a row, by its title.
pub fn of_employers(heading: &str) -> bool {
    employer_column(heading) || is_one(&FILE.aside.employers, heading)
}

/// The employer beside a town that a name of a file or sheet says, where the town's own name does not say it.
pub fn other_employer(name: &str, own: &str) -> Option<&'static str> {
    let (name, own) = (spaced(name), spaced(own));
    FILE.other_employers.iter().find(|e| name.contains(&spaced(e)) && !own.contains(&spaced(e))).map(String::as_str)
}

/// The employer beside a town that the title of a list says it is of; « Ville et CCAS » is of both.
pub fn of_another_employer(title: &str, own: &str) -> Option<&'static str> {
    other_employer(title, own)
        .filter(|e| !spaced(title).contains(&format!(" et{}", spaced(e))) && !spaced(title).contains(&format!("{}et ", spaced(e))))
}

/// Whether a title is that of a column which says whose people the rows are of.
pub fn employer_column(heading: &str) -> bool {
    is_one(&FILE.employer_columns, heading)
}

/// Whether a title is that of a column which says who pays: whatever it names beside the town is another employer.
pub fn of_who_pays(heading: &str) -> bool {
    is_one(&FILE.who_pays, heading)
}

/// Whether a text says a town, and no other one than this: « Mairie », « Ville de Montreval ».
pub fn says_the_town(text: &str, own: &str) -> bool {
    let (tidy, own) = (spaced(text), spaced(own));
    let town = |w: &str| FILE.town.iter().any(|t| t == w);
    let beside = FILE.other_employers.iter().any(|e| own.contains(&spaced(e)));
    let known = |w: &str| w.len() < 3 || town(w) || own.contains(&format!(" {w} "));
    !beside && tidy.split_whitespace().any(town) && tidy.split_whitespace().all(known)
}

/// The town that a line names, where it is another than this one: « Commune de Lormont-le-Neuf » beside « Lormont-le-Vieux ». One that says
/// less or more of the same name is none; and an employer that is no town has towns as members.
pub fn another_town(line: &str, own: &str) -> Option<String> {
    let (tidy, own) = (spaced(line), spaced(own));
    let is = |list: &[String], w: Option<&str>| w.is_some_and(|w| list.iter().any(|l| l == w));
    let plain = |w: &str| opens(&FILE.plain.names, w) || opens(&FILE.plain.words, w);
    let small = |w: &str| w.len() < 3 || is(&FILE.town_of, Some(w));
    let mut words = tidy.split_whitespace();
    let town = own.split_whitespace().any(|w| is(&FILE.town, Some(w)));
    let says = town && is(&FILE.town, words.next()) && is(&FILE.town_of, words.next());
    let name: Vec<&str> = words.take_while(|w| small(w) || !plain(w)).filter(|w| !small(w)).collect();
    let ours: Vec<&str> = own.split_whitespace().filter(|w| !small(w) && !is(&FILE.town, Some(w)) && !plain(w)).collect();
    let within = |a: &[&str], b: &[&str]| a.iter().all(|w| b.contains(w));
    (says && !name.is_empty() && !within(&name, &ours) && !within(&ours, &name)).then(|| line.trim().to_owned())
}
