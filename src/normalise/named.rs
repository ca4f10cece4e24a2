//! Who is meant by rows that nobody can be paid on: sheets that were not read, rows that were joined to nobody.
//!
//! Nothing is joined here: whoever may be meant is set aside, and a person says.

mod line;
mod row;
mod sheet;

use crate::facts::{Role as FactRole, Vocabulary};
use crate::ground::place::stem;
use crate::ground::{At, EmployeeId, Finding, Nir, Severity, Sources, ids};
use crate::normalise::lists::is_quantity;
use crate::normalise::people::Who;
use crate::normalise::register::tidy_number;
use crate::normalise::text::{distance, fold, name_key};
use crate::normalise::titles;
use crate::read::table::Table;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, ControlFlow};

pub use row::Columns;

/// A row of nobody may mean this many people at most.
const FEW: usize = 4;
/// Between the cells of a row kept as text.
pub const CELLS: char = '\u{1f}';
/// Letters that a name must have for one of them to be wrong.
const NEAR: usize = 8;
/// Columns looked at.
const WIDTH: usize = 400;
/// Of those known, in tenths, whose name must be known for a sheet without any to mean nobody.
const NEARLY_ALL: usize = 9;
/// A number as long as this, or with a letter, is hardly anything else when an employee has it.
const LONG: usize = 5;

/// Numbers, names and surnames of everybody that registers and staff files know.
#[derive(Default)]
pub struct Known {
    by_number: BTreeMap<String, EmployeeId>,
    by_name: BTreeMap<String, BTreeSet<EmployeeId>>,
    by_surname: BTreeMap<String, BTreeSet<(EmployeeId, String)>>,
    by_identity: BTreeMap<Box<str>, EmployeeId>,
    /// Surnames by each of their words.
    by_word: BTreeMap<String, BTreeSet<String>>,
    /// The keys of whole names, backwards.
    backwards: BTreeSet<String>,
    /// Words of given names.
    given: BTreeSet<String>,
    /// Titles under which numbers of employees stand, folded.
    titles: BTreeSet<String>,
    /// Those, and titles of names.
    heads: BTreeSet<String>,
    /// Titles of dates of birth.
    births: BTreeSet<String>,
}

/// What an unread sheet says of people.
pub struct Unread {
    pub findings: Vec<Finding>,
    /// Whoever it may mean is set aside by name: nobody else waits for it.
    pub set_aside: bool,
    /// It speaks of people who are known, and may mean others.
    pub open: bool,
}

impl Known {
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let of = |role| {
            let fact = vocabulary.role(role).map(|f| vocabulary.get(f));
            fact.into_iter().flat_map(|f| f.headings.iter().chain([&f.label.fr])).map(|h| title(h))
        };
        let titles: BTreeSet<String> = of(FactRole::Employee).collect();
        let names = [FactRole::Surname, FactRole::MarriedName, FactRole::FullName];
        let heads = titles.iter().cloned().chain(names.into_iter().flat_map(of)).collect();
        Self { titles, heads, births: of(FactRole::BirthDate).collect(), ..Self::default() }
    }

    /// Notes somebody as a register or a staff file writes them.
    pub fn note(&mut self, id: &EmployeeId, who: &Who) {
        self.by_number.insert(ids::bare(id.as_str()).to_owned(), id.clone());
        if let Some(nir) = &who.nir {
            self.by_identity.insert(nir.clone(), id.clone());
        }
        let key = name_key(&who.surname, &who.given);
        if key.contains(' ') {
            self.backwards.insert(key.chars().rev().collect());
            self.by_name.entry(key).or_default().insert(id.clone());
        }
        let surname = line::words(&who.surname);
        if surname.len() >= 2 {
            for word in surname.split(' ') {
                self.by_word.entry(word.to_owned()).or_default().insert(surname.clone());
            }
            self.by_surname.entry(surname).or_default().insert((id.clone(), line::words(&who.given)));
            self.given.extend(line::words(&who.given).split(' ').filter(|w| w.len() >= 3).map(str::to_owned));
        }
    }

    fn numbered(&self, text: &str) -> Option<&EmployeeId> {
        self.by_number.get(ids::bare(&tidy_number(text.into())))
    }

    fn by_name(&self, first: &str, second: &str) -> Option<&EmployeeId> {
        let found = self.by_name.get(&name_key(first, second))?;
        found.first().filter(|_| found.len() == 1)
    }

    /// Whether a text names somebody who is known.
    pub fn is_called(&self, text: &str) -> bool {
        !self.in_line(text).named.is_empty()
    }

    /// A finding for each agent that a sheet nobody could read names, unless it names nearly everybody: then it stops the run.
    /// Whoever has an identity number there and is known to no other source is told with the others of the sheet.
    pub fn unread(&self, table: &Table, paid: usize, sources: &Sources) -> Unread {
        let mut sheet = self.in_sheet(table, u32::MAX, true);
        // A sheet or a file for each agent, called by the name.
        for name in table.sheet.as_deref().into_iter().chain([stem(&table.file)]) {
            for id in self.in_line(name).named {
                sheet.named.entry(id).or_insert(sheet::Spot { row: 0, column: At::NO_COLUMN, beside: 1 });
            }
        }
        let mut findings: Vec<Finding> = self.strangers(table, sources).into_iter().collect();
        if sheet.named.len() * 10 > paid * 6 {
            // A directory of everybody: nothing in it could change anybody's pay.
            if paid > 0 && sheet.whole && findings.is_empty() && !self.says_more(table) {
                return Unread { findings, set_aside: true, open: false };
            }
            return Unread { findings, set_aside: false, open: paid > 0 };
        }
        let known = paid > 0 && self.by_name.len() * 10 >= self.by_number.len() * NEARLY_ALL;
        let set_aside = known && sheet.whole && findings.is_empty();
        findings.extend(Self::told(&sheet.named, table, sources));
        Unread { findings, set_aside, open: known && !sheet.whole && !sheet.named.is_empty() }
    }

    /// Whether a sheet says more of people than who they are: a number that is nobody's, or words that take back.
    fn says_more(&self, table: &Table) -> bool {
        let stem = table.file.rsplit('/').next().unwrap_or(&table.file);
        let takes = |t: &str| titles::sets_aside(t, true).is_some() || titles::says_strike(t) || titles::doubted_list(t).is_some();
        let marked = table.marks().iter().any(|(_, _, m)| m.struck || m.fill.is_some() || m.note.is_some());
        let mut more = takes(stem) || table.sheet.as_deref().is_some_and(takes) || marked;
        // A day of birth changes nobody's pay.
        let mut births: BTreeSet<usize> = BTreeSet::new();
        let _ = table.for_each(&mut |row| {
            for (c, text) in row.cells.iter().map(|c| c.shown()).enumerate().filter(|(_, t)| !t.is_empty()) {
                if self.births.contains(&title(&text)) {
                    births.insert(c);
                }
                let nobodys = || self.numbered(&text).is_none() && self.identified(&text).is_none();
                more |= is_quantity(&text) && !births.contains(&c) && nobodys() || takes(&text);
            }
            if more { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        more
    }

    /// The same for the rows above the headings of a list that is read below them. Who signs the list is not meant.
    pub fn above(&self, table: &Table, heading: u32, sources: &Sources) -> Vec<Finding> {
        let mut named = self.in_sheet(table, heading.saturating_sub(1), false).named;
        named.retain(|_, spot| spot.beside > 2);
        Self::told(&named, table, sources).collect()
    }

    fn told<'f>(named: &'f sheet::Named<'_>, table: &'f Table, sources: &'f Sources) -> impl Iterator<Item = Finding> + 'f {
        named.iter().map(|(id, spot)| {
            let f = Finding::new("M95", Severity::Blocking).arg("agent", id).arg("file", &table.file).of(id);
            f.at(sources.place(At::cell(table.source, spot.row, spot.column)))
        })
    }

    /// Rows with an identity number that no other source shows: people who would be in no payslip and no finding.
    fn strangers(&self, table: &Table, sources: &Sources) -> Option<Finding> {
        let mut found: Vec<(u32, String)> = Vec::new();
        let _ = table.for_each(&mut |row| {
            let cells: Vec<_> = row.cells.iter().take(WIDTH).map(crate::read::table::Cell::shown).collect();
            let nir = cells.iter().find_map(|t| Nir::parse(t).ok().and(super::register::nir_key(t)));
            if nir.is_some_and(|n| !self.by_identity.contains_key(&n)) && !(0..cells.len()).any(|c| self.row_names(&cells, c)) {
                let words = cells.iter().filter(|t| t.len() >= 2 && t.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'')));
                found.push((row.number, words.take(2).map(ToString::to_string).collect::<Vec<_>>().join(" ")));
            }
            ControlFlow::Continue(())
        });
        let first = found.first()?.0;
        let mut names: Vec<&str> = found.iter().map(|f| f.1.as_str()).take(60).collect();
        if found.len() > names.len() {
            names.push("…");
        }
        let f = Finding::new("M99", Severity::Blocking).arg("file", &table.file).arg("count", found.len()).arg("names", names.join(", "));
        Some(f.at(sources.place(At::row(table.source, first))))
    }

    fn row_names(&self, cells: &[std::borrow::Cow<'_, str>], c: usize) -> bool {
        let next = cells.get(c + 1).map_or("", |t| t.as_ref());
        self.by_name(&cells[c], next).or_else(|| self.by_name(&cells[c], "")).is_some()
    }

    /// Those of the surname whose given name begins with the same letter, or is not known; of a given name alone, those who have it.
    fn bearers(&self, who: &Who) -> impl Iterator<Item = &(EmployeeId, String)> {
        let (surname, given) = (line::words(&who.surname), line::words(&who.given));
        let alone = surname.is_empty() && !given.is_empty();
        let everybody = alone.then(|| self.by_surname.values().flatten());
        let may =
            move |g: &str| if alone { g == given } else { given.is_empty() || g.is_empty() || g.chars().next() == given.chars().next() };
        self.by_surname.get(&surname).into_iter().flatten().chain(everybody.into_iter().flatten()).filter(move |(_, g)| may(g))
    }

    /// Those whose whole name is the same but for one letter, dropped, added or exchanged.
    fn nearly(&self, who: &Who) -> BTreeSet<&EmployeeId> {
        let key = name_key(&who.surname, &who.given);
        if !key.contains(' ') || key.len() < NEAR || self.by_name.contains_key(&key) {
            return BTreeSet::new();
        }
        // One letter is wrong at one place: half of the others, but for two that changed places, stand before it or behind it.
        let half = key.chars().count().saturating_sub(1) / 2;
        let (head, tail): (String, String) = (key.chars().take(half).collect(), key.chars().rev().take(half).collect());
        let from = |start: &str| (Bound::Included(start.to_owned()), Bound::Unbounded);
        let ahead = self.by_name.range(from(&head)).map(|(k, _)| k).take_while(|k| k.starts_with(&head)).cloned();
        let behind = self.backwards.range(from(&tail)).take_while(|k| k.starts_with(&tail)).map(|k| k.chars().rev().collect());
        let near: BTreeSet<String> = ahead.chain(behind).filter(|k| distance(k, &key) == 1).collect();
        near.iter().filter_map(|k| self.by_name.get(k)).flatten().collect()
    }

    /// Those of whose double name the row has a part, or the row's of theirs, beside the same given name; and those of the same surname
    /// whose given name is like the row's: « J-Marc », « M. Laure », « Rafael ».
    fn alike(&self, who: &Who) -> BTreeMap<&EmployeeId, &'static str> {
        let (surname, given) = (line::words(&who.surname), line::words(&who.given));
        if surname.is_empty() || given.is_empty() {
            return BTreeMap::new();
        }
        let part = |of: &str| {
            let [short, long] = if of.len() < surname.len() { [of, &surname] } else { [&surname, of] };
            let mut words = short.split(' ').filter(|w| w.len() >= 3).peekable();
            words.peek().is_some() && short != long && words.all(|w| long.split(' ').any(|l| l == w))
        };
        let mut out = BTreeMap::new();
        let sharing = surname.split(' ').filter(|w| w.len() >= 3).filter_map(|w| self.by_word.get(w)).flatten();
        for of in sharing.chain([&surname]).collect::<BTreeSet<_>>() {
            let (same, part) = (*of == surname, part(of));
            for (id, g) in self.by_surname.get(of).into_iter().flatten().filter(|_| same || part) {
                if part && (*g == given || begins_words(g, &given)) {
                    out.insert(id, "ui.perhaps.part");
                } else if same && given_alike(g, &given, &who.given) {
                    out.insert(id, "ui.perhaps.like");
                }
            }
        }
        out
    }

    /// Whether a row of nobody means one of a few who all wait for it: a surname alone, or with an initial, or one letter off.
    pub fn is_one_of_few(&self, who: &Who) -> bool {
        let given = line::words(&who.given);
        let borne = self.bearers(who).any(|(_, g)| given.is_empty() || g.starts_with(&given) || given.starts_with(g.as_str()));
        let near: BTreeSet<&EmployeeId> = self.nearly(who).into_iter().chain(self.alike(who).into_keys()).collect();
        let all: BTreeSet<&EmployeeId> = self.bearers(who).map(|(id, _)| id).chain(near.iter().copied()).collect();
        all.len() <= FEW && (!near.is_empty() || borne)
    }

    /// Whether a row means nobody who is known: a surname and a given name, no word of which is in anybody's name.
    pub fn is_a_stranger(&self, who: &Who) -> bool {
        let known = self.by_name.len() * 10 >= self.by_number.len() * NEARLY_ALL && !self.by_name.is_empty();
        let whole = [&who.surname, &who.given].iter().all(|n| line::words(n).split(' ').any(|w| w.len() >= 3));
        let name = format!("{} {}", line::words(&who.surname), line::words(&who.given));
        let ours = |word: &str| self.given.contains(word) || self.by_word.contains_key(word);
        let numbered = who.nir.is_some() || !(who.id.is_empty() || who.named);
        known && whole && !numbered && !name.split(' ').any(ours) && self.nearly(who).is_empty()
    }

    /// Why a row may mean somebody: a key of `words.toml`, and how sure that is in percent where nobody else is meant.
    fn why(given: &str, of: &str, alone: bool) -> (&'static str, u32) {
        match (given.is_empty(), given == of) {
            (true, _) => ("ui.perhaps.surname", 60),
            (false, true) if alone => ("ui.perhaps.given", 60),
            (false, true) => ("ui.perhaps.same", 90),
            _ if of.starts_with(given) || given.starts_with(of) => ("ui.perhaps.initial", 80),
            _ => ("ui.perhaps.letter", 40),
        }
    }

    /// A finding for each agent that a row of nobody may mean: the same surname, and no other first letter of the given name;
    /// or a number that stands in another cell of the row.
    pub fn perhaps(&self, who: &Who, row: &str, at: At, sources: &Sources) -> Vec<Finding> {
        let given = line::words(&who.given);
        let mut all: BTreeMap<&EmployeeId, (&str, u32)> =
            self.bearers(who).map(|(id, g)| (id, Self::why(&given, g, who.surname.is_empty()))).collect();
        for (id, why) in self.alike(who) {
            let known = all.entry(id).or_insert((why, 50));
            *known = if known.1 < 50 { (why, 50) } else { *known };
        }
        all.extend(self.nearly(who).into_iter().map(|id| (id, ("ui.perhaps.near", 80))));
        if all.len() > FEW {
            all.clear();
        }
        for id in row.split(CELLS).filter(|t| t.len() >= LONG && self.is_written(t)).filter_map(|t| self.numbered(t)) {
            all.insert(id, ("ui.perhaps.number", 80));
        }
        let name = format!("{} {}", who.surname, who.given);
        let many = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let told = |(id, (why, sure)): (&EmployeeId, (&str, u32))| {
            let f = Finding::new("M98", Severity::Blocking).arg("agent", id).arg("name", name.trim()).of(id).at(sources.place(at));
            // A row with a number that is none is not read, whatever anybody says.
            if who.id.is_empty() && !who.named { f.arg("why", why).arg("sure", sure / many) } else { f }
        };
        all.into_iter().map(told).collect()
    }
}

/// Whether each word of one name begins the one of the other in its place: « j marc » of « jean marc ».
fn begins_words(a: &str, b: &str) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let begins = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| begins(a, b))
}

/// Letters that two given names have in common from the first on.
const OPENING: usize = 3;

/// Whether a given name may be another writing of the known one: a part of it, its beginnings, or what sounds the same.
fn given_alike(known: &str, given: &str, written: &str) -> bool {
    let sounds = |n: &str| {
        let mut letters: Vec<char> = n.replace("ph", "f").replace(['h', ' '], "").chars().collect();
        letters.dedup();
        letters
    };
    let opening = known.chars().zip(given.chars()).take_while(|(a, b)| a == b).count();
    let parts = given.split(' ').filter(|w| w.len() >= OPENING);
    // « M. Laure »: what looks like a courtesy is an initial.
    let initials = fold(written).replace(|c: char| !c.is_alphanumeric(), " ");
    let initials = initials.split_whitespace().collect::<Vec<_>>().join(" ");
    opening >= OPENING
        || begins_words(known, given)
        || begins_words(known, &initials)
        || sounds(known) == sounds(given)
        || parts.clone().next().is_some() && parts.clone().all(|w| known.split(' ').any(|k| k == w))
}

/// A title without marks: « Matricule : ».
fn title(text: &str) -> String {
    fold(text).trim_end_matches([':', '.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(surname: &str, given: &str) -> Who {
        Who { surname: surname.to_owned(), given: given.to_owned(), ..Who::default() }
    }

    fn known() -> Known {
        let mut known = Known::default();
        let names = [("DUBOIS-MARTEL", "Hélène"), ("ESCOFFIER", "Bernard"), ("MARTEL", "Jean"), ("BA", "Awa"), ("LE GOFF", "Yann")];
        for (i, (surname, given)) in names.into_iter().enumerate() {
            known.note(&EmployeeId::parse(&format!("0010{i}")).expect("a number"), &who(surname, given));
        }
        known
    }

    /// Wherever in the name the one letter is: « bernard escoffier ».
    #[test]
    fn one_letter_off_is_found_at_every_place() {
        let known = known();
        let key: Vec<char> = "bernardescoffier".chars().collect();
        for i in 1..key.len() {
            let mut writings: Vec<Vec<char>> = vec![key.clone(), key.clone(), key.clone()];
            writings[0][i] = 'w';
            writings[1].remove(i);
            writings[2].insert(i, 'w');
            if i != 7 && i + 1 < key.len() && i + 1 != 7 && key[i] != key[i + 1] {
                writings.push(key.clone());
                writings[3].swap(i, i + 1);
            }
            for w in writings {
                // The given name has seven letters, or what the slip left of them.
                let cut = 7 + usize::from(w.len() > key.len() && i < 7) - usize::from(w.len() < key.len() && i < 7);
                let (given, surname): (String, String) = (w[..cut].iter().collect(), w[cut..].iter().collect());
                if surname.starts_with('w') || surname < given {
                    continue;
                }
                let found: Vec<&str> = known.nearly(&who(&surname, &given)).into_iter().map(EmployeeId::as_str).collect();
                assert_eq!(found, ["00101"], "{given} {surname}");
            }
        }
    }

    #[test]
    fn whoever_shares_a_word_of_a_surname_is_no_stranger() {
        let known = known();
        let like = |s: &str, g: &str| known.alike(&who(s, g)).into_keys().map(EmployeeId::as_str).collect::<Vec<_>>();
        assert_eq!(like("MARTEL", "Hélène"), ["00100"]);
        assert_eq!(like("MARTEL LEROUX", "Jean"), ["00102"]);
        assert_eq!(like("BA", "Awa"), ["00103"]);
        assert!(like("GOFF", "Yann") == ["00104"] && like("KOWALSKI", "Jan").is_empty());
        assert!(known.is_a_stranger(&who("KOWALSKI", "Piotr")) && !known.is_a_stranger(&who("DUBOIS", "Piotr")));
    }
}
