//! Who a row speaks of: employee numbers as written in all sources, names where there is no number.
//!
//! A lost leading zero is restored from how other sources write the number; a name joins only when it is the only one.

use crate::ground::{EmployeeId, ids};
use crate::normalise::text::{name_key, name_letters, written_name};
use std::collections::{BTreeMap, BTreeSet};

/// Who a row names, as written.
#[derive(Clone, Debug, Default)]
pub struct Who {
    pub id: String,
    /// The id was stored as a number, so leading zeros are lost.
    pub numeric: bool,
    /// There is no number: the id is the name as written, or the identity number.
    pub named: bool,
    /// The thirteen characters of the identity number, when the row shows it.
    pub nir: Option<Box<str>>,
    pub surname: String,
    pub given: String,
}

impl Who {
    /// Takes the agent as the register writes him for the number that the row does not have.
    pub fn stand_in(&mut self, agent: &str) {
        if self.id.is_empty() {
            agent.clone_into(&mut self.id);
            self.named = true;
        }
    }

    /// What a finding calls somebody without a number: the name, or that there is nothing but an identity number.
    pub fn called(&self) -> String {
        let name = format!("{} {}", self.surname, self.given).trim().to_owned();
        if name.is_empty() && self.nir.is_some() { "NIR ••••".to_owned() } else { name }
    }

    /// The name as it stands for a number that nobody knows. An identity number never does.
    fn name(&self) -> Option<EmployeeId> {
        let whole = format!("{} {}", self.surname, self.given);
        if self.named && self.nir.as_deref() != Some(self.id.as_str()) && whole.trim().is_empty() {
            return EmployeeId::parse(&self.id);
        }
        EmployeeId::parse(&whole)
    }
}

/// How a row was joined to an employee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    AsWritten(EmployeeId),
    /// Leading zeros as the other sources write them.
    Padded(EmployeeId),
    /// Leading zeros by the length all other numbers have.
    Lengthened(EmployeeId),
    ByName(EmployeeId),
    ByIdentityNumber(EmployeeId),
    /// Somebody has said whom the name means.
    Decided(EmployeeId),
    /// Two employees could be meant.
    Several(Vec<EmployeeId>),
    Nobody,
}

#[derive(Clone, Debug)]
struct Form {
    text: Box<str>,
    uses: u32,
    /// Written so by a register, a staff file or a list of arrivals, not only by lists of what changes.
    own: bool,
    sources: Vec<u16>,
}

/// Numbers as written, by their form without leading zeros; and the names known under each.
#[derive(Default)]
pub struct Directory {
    forms: BTreeMap<Box<str>, Vec<Form>>,
    /// Lengths of numbers written as text with digits only.
    lengths: BTreeMap<usize, u32>,
    padded: bool,
    by_name: BTreeMap<String, BTreeSet<EmployeeId>>,
    /// Those of several given names, by the first alone, as services write it.
    by_first: BTreeMap<String, BTreeSet<EmployeeId>>,
    /// By the letters of surname and given name, and of both in one cell.
    by_letters: BTreeMap<String, BTreeSet<EmployeeId>>,
    by_nir: BTreeMap<Box<str>, BTreeSet<EmployeeId>>,
    /// The identity numbers that sources with numbers of employees give each.
    nirs: BTreeMap<EmployeeId, BTreeSet<Box<str>>>,
    /// Whom a name means, by decision.
    decided: BTreeMap<String, EmployeeId>,
    /// Known to a list of arrivals only: nobody who was paid last month.
    arriving: BTreeSet<EmployeeId>,
}

impl Directory {
    /// Notes a number as a source writes it.
    pub fn note(&mut self, id: &str, numeric: bool, source: u16) {
        self.note_as(id, numeric, source, true);
    }

    /// Notes a number as a list of what changes writes it: it names people, and gives nobody a number.
    pub fn note_listed(&mut self, id: &str, numeric: bool, source: u16) {
        self.note_as(id, numeric, source, false);
    }

    fn note_as(&mut self, id: &str, numeric: bool, source: u16, own: bool) {
        if id.is_empty() {
            return;
        }
        let digits = id.bytes().all(|b| b.is_ascii_digit());
        let forms = self.forms.entry(ids::bare(id).into()).or_default();
        if numeric {
            return;
        }
        if digits {
            *self.lengths.entry(id.len()).or_insert(0) += 1;
            self.padded |= id.starts_with('0');
        }
        match forms.iter_mut().find(|f| *f.text == *id) {
            Some(f) => {
                f.uses += 1;
                f.own |= own;
                if !f.sources.contains(&source) {
                    f.sources.push(source);
                }
            }
            None => {
                // Nearly every number is written in one form.
                forms.reserve_exact(1);
                forms.push(Form { text: id.into(), uses: 1, own, sources: vec![source] });
            }
        }
    }

    /// Notes a name; only sources with numbers do.
    pub fn name(&mut self, id: &EmployeeId, surname: &str, given: &str) {
        let key = name_key(surname, given);
        if key.contains(' ') {
            self.by_name.entry(key).or_default().insert(id.clone());
        }
        for key in known_letters(surname, given) {
            self.by_letters.entry(key).or_default().insert(id.clone());
        }
        if let Some((first, _)) = given.trim().split_once(' ') {
            self.by_first.entry(name_key(surname, first)).or_default().insert(id.clone());
        }
    }

    /// Notes an identity number; only sources with numbers of employees do.
    pub fn identity(&mut self, id: &EmployeeId, nir: &str) {
        self.by_nir.entry(nir.into()).or_default().insert(id.clone());
        self.nirs.entry(id.clone()).or_default().insert(nir.into());
    }

    /// Notes whom a name means that is written without a number: somebody has said so.
    pub fn decide(&mut self, name: &str, id: EmployeeId) {
        self.decided.insert(written_name(name, ""), id);
    }

    /// Notes somebody whom only a list of arrivals knows.
    pub fn arrives(&mut self, id: &EmployeeId) {
        self.arriving.insert(id.clone());
    }

    /// Notes somebody whom every source knows by name alone: the name is the number then.
    pub fn name_alone(&mut self, who: &Who) {
        if let (true, Some(id)) = (matches!(self.join_by_name(who), Joined::Nobody), who.name()) {
            self.name(&id, &who.surname, &who.given);
        }
    }

    /// The length that all padded numbers have, when it is but one.
    fn length(&self) -> Option<usize> {
        let longest = *self.lengths.keys().last()?;
        let most = self.lengths.get(&longest).copied().unwrap_or(0);
        let all: u32 = self.lengths.values().sum();
        (self.padded && most * 10 >= all * 8).then_some(longest)
    }

    /// The number as it should be written.
    pub fn join(&self, who: &Who) -> Joined {
        let written = match EmployeeId::parse(&who.id) {
            Some(written) if !who.named => written,
            _ => return self.without_number(who),
        };
        let forms = self.forms.get(ids::bare(&who.id)).map_or(&[][..], Vec::as_slice);
        let digits = who.id.bytes().all(|b| b.is_ascii_digit());
        let parsed = |f: &Form| EmployeeId::parse(&f.text);
        match forms {
            [] => {}
            [only] => {
                let Some(id) = parsed(only) else { return Joined::AsWritten(written) };
                if id != written {
                    return Joined::Padded(id);
                }
            }
            [..] => {
                // Two forms in one source are two people; otherwise the form with zeros is the number,
                // of those that registers and staff files write.
                let shared =
                    forms.iter().enumerate().any(|(i, f)| forms[..i].iter().any(|g| f.sources.iter().any(|s| g.sources.contains(s))));
                if shared {
                    let all: Vec<EmployeeId> = forms.iter().filter_map(parsed).collect();
                    return if who.numeric { Joined::Several(all) } else { Joined::AsWritten(written) };
                }
                let best = forms.iter().max_by_key(|f| (f.own, f.text.len(), f.uses)).and_then(parsed).unwrap_or_else(|| written.clone());
                return if best == written { Joined::AsWritten(written) } else { Joined::Padded(best) };
            }
        }
        if let Some(length) = self.length()
            && digits
            && who.id.len() < length
            && (who.numeric || !who.id.starts_with('0'))
            && let Some(id) = EmployeeId::parse(&format!("{:0>length$}", who.id))
        {
            return Joined::Lengthened(id);
        }
        Joined::AsWritten(written)
    }

    /// As decided, else by identity number, else by name.
    fn without_number(&self, who: &Who) -> Joined {
        if let Some(id) = self.decided.get(&written_name(&who.surname, &who.given)) {
            return Joined::Decided(id.clone());
        }
        if let Some(found) = who.nir.as_ref().and_then(|n| self.by_nir.get(n)) {
            let all: Vec<EmployeeId> = found.iter().cloned().collect();
            return match self.one_of(&all, who) {
                Some(only) => Joined::ByIdentityNumber(only.clone()),
                None => Joined::Several(all),
            };
        }
        match (self.join_by_name(who), who.name()) {
            // Known by the name and nothing else: the name is the number.
            (Joined::ByName(id), Some(name)) if id == name => Joined::AsWritten(id),
            (Joined::Nobody, Some(name)) if who.named => Joined::AsWritten(name),
            (joined, _) => joined,
        }
    }

    fn join_by_name(&self, who: &Who) -> Joined {
        let key = name_key(&who.surname, &who.given);
        if key.is_empty() {
            return Joined::Nobody;
        }
        // Another identity number is another person, whatever the name.
        let other = |id: &EmployeeId| matches!((&who.nir, self.nirs.get(id)), (Some(own), Some(known)) if !known.contains(own));
        let found = self.by_name.get(&key).or_else(|| asked_letters(who).iter().find_map(|k| self.by_letters.get(k)));
        match found.map(|s| s.iter().filter(|id| !other(id)).cloned().collect::<Vec<_>>()).as_deref() {
            Some([only]) => {
                // « MARTIN Paul », where MARTIN Paul Henri works here as well, may be either.
                let longer = self.by_first.get(&key).into_iter().flatten().filter(|id| *id != only && !other(id)).cloned();
                let all: Vec<EmployeeId> = std::iter::once(only.clone()).chain(longer).collect();
                if all.len() == 1 { Joined::ByName(only.clone()) } else { Joined::Several(all) }
            }
            Some([]) | None => Joined::Nobody,
            Some(several) => self.one_of(several, who).map_or_else(|| Joined::Several(several.to_vec()), |id| Joined::ByName(id.clone())),
        }
    }

    /// The one who is meant: of two, whoever was paid last month is no newcomer.
    fn one_of<'a>(&self, all: &'a [EmployeeId], who: &Who) -> Option<&'a EmployeeId> {
        if let [only] = all {
            return Some(only);
        }
        let mut meant = all.iter().filter(|id| !(who.named && self.arriving.contains(*id)));
        meant.next().filter(|_| meant.next().is_none())
    }
}

/// Keys under which somebody's name is found by its letters: in two cells, or in one in either order.
fn known_letters(surname: &str, given: &str) -> Vec<String> {
    match (name_letters(surname), name_letters(given)) {
        (s, g) if s.len() < LETTERS && g.len() < LETTERS => Vec::new(),
        (s, g) if g.is_empty() => vec![format!("={s}"), format!("~{s}")],
        (s, g) => vec![format!("{s}|{g}"), format!("={s}{g}"), format!("={g}{s}")],
    }
}

/// Keys to look for: of a name in two cells, one that is known in two, or else in one alone.
fn asked_letters(who: &Who) -> Vec<String> {
    match (name_letters(&who.surname), name_letters(&who.given)) {
        (s, g) if g.is_empty() => vec![format!("={s}")],
        (s, g) => vec![format!("{s}|{g}"), format!("~{s}{g}")],
    }
}

/// Letters of a name that is found by them.
const LETTERS: usize = 3;

/// Whether two writings may name one person: a word of three letters or more in common, or one begins the other.
pub fn may_be_same(a: (&str, &str), b: (&str, &str)) -> bool {
    if a == b {
        return true;
    }
    let (x, y) = (name_key(a.0, a.1), name_key(b.0, b.1));
    if x.is_empty() || y.is_empty() {
        return true;
    }
    let letters = |n: (&str, &str)| name_letters(n.0) + &name_letters(n.1);
    if x.len().min(y.len()) >= LETTERS && letters(a) == letters(b) {
        return true;
    }
    // A surname alone is said by all its words.
    let alone = |a: (&str, &str), x: &str, y: &str| {
        let own = y.split(' ').collect::<BTreeSet<_>>();
        a.1.is_empty() && x.len() >= 3 && x.split(' ').all(|w| own.contains(w))
    };
    if alone(a, &x, &y) || alone(b, &y, &x) {
        return true;
    }
    let words: BTreeSet<&str> = x.split(' ').filter(|w| w.len() >= 3).collect();
    let common = y.split(' ').filter(|w| words.contains(w)).count();
    common >= 1 && (common * 2 >= words.len() || common >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(id: &str, numeric: bool) -> Who {
        Who { id: id.to_owned(), numeric, ..Who::default() }
    }
    fn id(t: &str) -> EmployeeId {
        EmployeeId::parse(t).expect("an id")
    }

    #[test]
    fn restores_zeros_as_other_sources_write_them() {
        let mut d = Directory::default();
        for n in ["00801", "01044", "12345", "00207"] {
            d.note(n, false, 0);
        }
        d.note("801", true, 1);
        assert_eq!(d.join(&who("801", true)), Joined::Padded(id("00801")));
        assert_eq!(d.join(&who("12345", true)), Joined::AsWritten(id("12345")));
        assert_eq!(d.join(&who("995", true)), Joined::Lengthened(id("00995")));
    }

    #[test]
    fn a_list_of_changes_gives_nobody_another_number() {
        let mut d = Directory::default();
        d.note("1015", false, 0);
        d.note("1015", false, 1);
        d.note_listed("001015", false, 2);
        assert_eq!(d.join(&who("001015", false)), Joined::Padded(id("1015")));
        assert_eq!(d.join(&who("1015", false)), Joined::AsWritten(id("1015")));
    }

    #[test]
    fn a_surname_alone_is_the_same_person_as_with_a_given_name_of_two_words() {
        assert!(may_be_same(("ARNOUX", "Jean-Noël"), ("ARNOUX", "")));
        assert!(may_be_same(("DA SILVA", ""), ("DA SILVA", "Julien")));
        assert!(!may_be_same(("ARNOUX", "Jean-Noël"), ("AGUILAR", "")));
    }

    #[test]
    fn a_namesake_with_another_identity_number_is_somebody_else() {
        let mut d = Directory::default();
        d.name(&id("1312"), "PRÉVOT", "Sylvie");
        d.identity(&id("1312"), "2710533063008");
        let who = |nir: Option<&str>| Who { surname: "PRÉVOT".into(), given: "Sylvie".into(), nir: nir.map(Into::into), ..Who::default() };
        assert_eq!(d.join(&who(Some("2980233063001"))), Joined::Nobody);
        assert_eq!(d.join(&who(None)), Joined::ByName(id("1312")));
    }

    #[test]
    fn a_name_that_another_bears_with_a_second_given_name_may_mean_either() {
        let mut d = Directory::default();
        for (number, given) in [("1", "Paul"), ("2", "Paul Henri"), ("3", "Jean-Paul"), ("4", "Anne"), ("5", "Anne-Marie")] {
            d.name(&id(number), "MARTIN", given);
        }
        let join = |given: &str| d.join(&Who { surname: "MARTIN".into(), given: given.into(), ..Who::default() });
        assert_eq!(join("Paul"), Joined::Several(vec![id("1"), id("2")]));
        assert_eq!((join("Paul Henri"), join("Anne")), (Joined::ByName(id("2")), Joined::ByName(id("4"))));
        assert_eq!(join("Jean"), Joined::Nobody);
    }

    #[test]
    fn never_chooses_between_two_people() {
        let mut d = Directory::default();
        d.note("00801", false, 0);
        d.note("801", false, 0);
        assert!(matches!(d.join(&who("801", true)), Joined::Several(_)));
        d.name(&id("1"), "DUPONT", "Jean");
        d.name(&id("2"), "DUPONT", "Jean");
        assert!(matches!(d.join(&Who { surname: "Jean Dupont".into(), ..Who::default() }), Joined::Several(_)));
    }
}
