//! Files and rows of another employer in one folder: a social centre beside its town, each numbering its own people.
//!
//! A SIRET in the head of a table, or in a column of its rows, says whose they are. A word like « CCAS » in a name says so where one
//! number stands for two people there and elsewhere: a town may as well pay those of its centre. What is another employer's is no
//! part of this pay, and is told. Where it is not proven, a staff file or a list whose columns say so beside somebody (« Payé par ;
//! CCAS », « Service ; EHPAD ») is asked about, and a list called so holds whom it names by number alone.

use super::mapping::{Mapping, Meaning, Role, SourceMapping};
use super::people::{Who, may_be_same};
use super::register::{WhoColumns, shown};
use super::titles::{employer_column, of_another_employer, of_employers, of_who_pays, other_employer, says_the_town, spaced};
use super::{Context, lists};
use crate::facts::Role as FactRole;
use crate::ground::{At, Finding, Severity, Siret, Sources, ids};
use crate::read::table::Table;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Another employer than the one that pays.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Other {
    Siret(String),
    /// A word that its name says, or what a column calls it.
    Called(String),
}

/// What one table says of employers.
struct Said {
    /// Its place among the sources of the mapping.
    index: usize,
    whole: Option<Other>,
    rows: BTreeMap<u32, Other>,
    /// Rows of a staff file or a list beside which a column says another one, with what it says.
    beside: BTreeMap<u32, (u16, String)>,
    /// Who stands in each row, with its number and a name.
    people: Vec<(u32, Who)>,
}

impl Said {
    fn of(&self, row: u32) -> Option<&Other> {
        self.rows.get(&row).or(self.whole.as_ref())
    }
}

/// Takes what is another employer's out of the tables, and says so once for each table.
pub fn part(tables: &[Table], mapping: &mut Mapping, sources: &Sources, cx: &Context<'_>) -> Vec<Finding> {
    let heads = mapping.sources.iter().enumerate().filter_map(|(i, map)| Head::of(i, map, tables, sources, cx));
    let (speaking, silent): (Vec<Head<'_>>, Vec<Head<'_>>) = heads.partition(Head::may_speak);
    let mut said: Vec<Said> = speaking.into_par_iter().map(|h| h.rows(cx)).collect();
    // Most towns have one employer: then nobody reads for it the rows that cannot name another.
    if said.iter().all(|s| s.whole.is_none() && s.rows.is_empty() && s.beside.is_empty()) {
        return Vec::new();
    }
    said.par_extend(silent.into_par_iter().map(|h| h.rows(cx)));
    said.sort_by_key(|s| s.index);
    let mut findings = Vec::new();
    let proven = proven(&said, mapping);
    for s in said {
        let source = mapping.sources[s.index].source;
        let unproven = |o: &&Other| matches!(o, Other::Siret(_)) && !proven.contains(*o);
        if let Some(Other::Siret(siret)) = s.whole.iter().chain(s.rows.values()).find(unproven) {
            let f = Finding::new("M373", Severity::Justify).arg("siret", siret).arg("own", cx.siret);
            findings.push(f.at(sources.place(At::source(source))));
        }
        let map = &mut mapping.sources[s.index];
        let theirs = |other: Option<&Other>| other.filter(|o| proven.contains(o)).cloned();
        let whole = theirs(s.whole.as_ref());
        let mut people: BTreeMap<Other, Vec<&(u32, Who)>> = BTreeMap::new();
        for p in &s.people {
            if let Some(other) = theirs(s.of(p.0)) {
                people.entry(other).or_default().push(p);
            }
        }
        map.of_others = s.rows.iter().filter(|(_, o)| proven.contains(o)).map(|(row, _)| *row).collect();
        if let Some(other) = &whole
            && map.of_others.is_empty()
        {
            people.entry(other.clone()).or_default();
            map.role = Role::Ignored;
            map.why = vec!["another employer".to_owned()];
        }
        findings.extend(people.into_iter().map(|(other, own)| told(&other, &own, map, sources, cx)));
        map.perhaps_others = s.beside;
        map.called_by = match s.whole {
            Some(Other::Called(name)) if lists::is_list(map.role) => Some(name),
            _ => None,
        };
    }
    findings
}

/// The employers whose people are surely not those of this one: by their SIRET, or because most numbers that they have in common
/// with it mean others there. A SIRET is none where nobody would be left in the registers, or in the staff files: the job's own may
/// be wrong; nor in a list alone, where it may be an insurer's; nor where its people are paid here under their numbers.
fn proven(said: &[Said], mapping: &Mapping) -> BTreeSet<Other> {
    let role = |s: &Said| mapping.sources[s.index].role;
    let lasting = |s: &&Said| role(s).is_register() || role(s) == Role::Staff;
    let mut ours: BTreeMap<&str, Vec<&Who>> = BTreeMap::new();
    let mut theirs: Vec<(&Other, &Who)> = Vec::new();
    for s in said.iter().filter(lasting) {
        for (row, who) in &s.people {
            match s.of(*row) {
                None => ours.entry(ids::bare(&who.id)).or_default().push(who),
                Some(other) => theirs.push((other, who)),
            }
        }
    }
    let differ = |a: &Who, b: &Who| !may_be_same((&a.surname, &a.given), (&b.surname, &b.given));
    let mut shared: BTreeMap<&Other, (usize, usize)> = BTreeMap::new();
    for (other, who) in theirs.iter().filter(|(_, w)| !w.id.is_empty() && !w.surname.is_empty()) {
        if let Some(of) = ours.get(ids::bare(&who.id)) {
            let (differing, all) = shared.entry(other).or_default();
            *differing += usize::from(of.iter().all(|o| differ(o, who)));
            *all += 1;
        }
    }
    let mut proven: BTreeSet<Other> =
        shared.iter().filter(|(_, (differing, all))| differing * 2 > *all).map(|(o, _)| (*o).clone()).collect();
    let same: BTreeSet<Other> = shared.into_keys().filter(|o| !proven.contains(o)).cloned().collect();
    let numbered = |o: &Other| matches!(o, Other::Siret(_));
    for kind in [true, false] {
        let of_kind = || said.iter().filter(lasting).filter(|s| role(s).is_register() == kind);
        let left =
            of_kind().any(|s| s.people.iter().any(|p| s.of(p.0).is_none_or(|o| !numbered(o))) || s.people.is_empty() && s.whole.is_none());
        if !left && of_kind().next().is_some() {
            return proven;
        }
    }
    let all = said.iter().filter(lasting).flat_map(|s| s.whole.iter().chain(s.rows.values()));
    proven.extend(all.filter(|o| numbered(o) && !same.contains(o)).cloned());
    proven
}

/// Where a table that is about people may speak of other employers.
struct Head<'a> {
    /// Its place among the sources of the mapping.
    index: usize,
    map: &'a SourceMapping,
    table: &'a Table,
    whole: Option<Other>,
    /// A column of employers, and those that may say of somebody that another one pays.
    column: Option<usize>,
    columns: Vec<Saying>,
}

impl<'a> Head<'a> {
    fn of(index: usize, map: &'a SourceMapping, tables: &'a [Table], sources: &Sources, cx: &Context<'_>) -> Option<Self> {
        if matches!(map.role, Role::Ignored | Role::Unknown | Role::Rubrics | Role::OtherAccounts | Role::Transfers) {
            return None;
        }
        let table = tables.iter().find(|t| t.source == map.source)?;
        let source = sources.get(map.source)?;
        let names = [map.title.as_str(), source.sheet.as_deref().unwrap_or_default(), source.file.as_str()];
        // What its head says stands over what the names of its folders do.
        let whole = match siret_in(&map.title) {
            Some(siret) => other_siret(&siret, cx),
            None => names.into_iter().find_map(|n| other_employer(n, cx.employer)).map(|w| Other::Called(w.to_uppercase())),
        };
        let column = map.columns.iter().find(|c| matches!(c.meaning, Meaning::Ignored | Meaning::Unknown) && employer_column(&c.heading));
        let column = column.map(|c| usize::from(c.column));
        let columns = if map.role.is_register() { Vec::new() } else { Saying::of(map, cx) };
        Some(Self { index, map, table, whole, column, columns })
    }

    fn may_speak(&self) -> bool {
        self.whole.is_some() || self.column.is_some() || !self.columns.is_empty()
    }

    /// What its rows say.
    fn rows(self, cx: &Context<'_>) -> Said {
        let Self { index, map, table, whole, column, mut columns } = self;
        let who = WhoColumns::new(map, cx);
        let below = map.header.map_or(0, |h| h.1);
        let mut texts: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let (mut last, mut of) = (String::new(), (String::new(), String::new()));
        let mut people: Vec<(u32, Who)> = Vec::new();
        let mut known: BTreeSet<(String, String, String)> = BTreeSet::new();
        let _ = table.for_each(&mut |row| {
            if row.number <= below {
                return ControlFlow::Continue(());
            }
            let person = who.read(&row);
            let named = !(person.id.is_empty() && person.surname.is_empty());
            let another = named && of != (person.id.clone(), person.called());
            if another {
                of = (person.id.clone(), person.called());
            }
            if let Some(c) = column {
                // Below the first row of an agent nothing may stand; of somebody else an empty cell says nothing.
                let text = shown(&row, c);
                if !text.is_empty() {
                    last = text.into_owned();
                } else if another {
                    last.clear();
                }
                if !last.is_empty() {
                    texts.entry(last.clone()).or_default().push(row.number);
                }
            }
            for c in columns.iter_mut().filter(|_| named) {
                c.said.extend(Some(shown(&row, usize::from(c.column)).into_owned()).filter(|t| !t.is_empty()).map(|t| (row.number, t)));
            }
            if named && known.insert((person.id.clone(), person.called(), last.clone())) {
                people.push((row.number, person));
            }
            ControlFlow::Continue(())
        });
        let ours = texts.keys().any(|t| is_own(t, cx));
        let mut rows = BTreeMap::new();
        for (text, numbers) in texts {
            if let Some(other) = other_in(&text, ours, cx) {
                rows.extend(numbers.into_iter().map(|n| (n, other.clone())));
            }
        }
        // Rows that say whose they are say more than the name of their file.
        let whole = whole.filter(|_| rows.is_empty() && !ours);
        let beside = columns.into_iter().rev().flat_map(|c| c.of_others(cx)).collect();
        Said { index, whole, rows, beside, people }
    }
}

/// A column of a staff file or a list that may say of somebody that another employer pays.
struct Saying {
    column: u16,
    /// Its title asks who pays: any word beside this employer's own is another's.
    who_pays: bool,
    /// By row.
    said: Vec<(u32, String)>,
}

impl Saying {
    fn of(map: &SourceMapping, cx: &Context<'_>) -> Vec<Self> {
        let service = |f| cx.vocabulary.get(f).role == Some(FactRole::Service);
        let may_say = |c: &&super::mapping::ColumnMapping| match c.meaning {
            Meaning::Fact(f) if service(f) => true,
            _ => c.certainty < 100 && (of_employers(&c.heading) || of_who_pays(&c.heading)),
        };
        let new = |c: &super::mapping::ColumnMapping| Self { column: c.column, who_pays: of_who_pays(&c.heading), said: Vec::new() };
        map.columns.iter().filter(may_say).map(new).collect()
    }

    /// The rows beside which it says another employer.
    fn of_others(self, cx: &Context<'_>) -> impl Iterator<Item = (u32, (u16, String))> {
        let ours = self.who_pays && self.said.iter().any(|(_, t)| is_own(t, cx));
        let other = move |text: &str| of_another_employer(text, cx.employer).is_some() || ours && !is_own(text, cx);
        let worded = |text: &str| text.chars().any(char::is_alphabetic);
        self.said.into_iter().filter(move |(_, t)| worded(t) && other(t)).map(move |(row, text)| (row, (self.column, text)))
    }
}

/// Whether a cell of a column of employers names this one.
fn is_own(text: &str, cx: &Context<'_>) -> bool {
    let number: String = text.chars().filter(char::is_ascii_digit).collect();
    let siren = cx.siret.get(..9).unwrap_or_default();
    let (name, own) = (spaced(text), spaced(cx.employer));
    let within = |a: &str, b: &str| !a.trim().is_empty() && a.split_whitespace().all(|w| b.contains(&format!(" {w} ")));
    !siren.is_empty() && number.starts_with(siren) || within(&own, &name) || within(&name, &own) || says_the_town(text, cx.employer)
}

/// The other employer that a cell of such a column names: where one of them names this employer, whatever else stands there.
fn other_in(text: &str, ours: bool, cx: &Context<'_>) -> Option<Other> {
    if let Some(siret) = siret_in(text) {
        return other_siret(&siret, cx);
    }
    let said = other_employer(text, cx.employer).is_some() || ours && !is_own(text, cx);
    (said && !text.is_empty()).then(|| Other::Called(text.to_owned()))
}

fn other_siret(siret: &str, cx: &Context<'_>) -> Option<Other> {
    let siren = |s: &str| s.get(..9).map(str::to_owned);
    (!cx.siret.is_empty() && siren(siret) != siren(cx.siret)).then(|| Other::Siret(siret.to_owned()))
}

/// The first SIRET in a text, whatever blanks it is written with.
fn siret_in(text: &str) -> Option<String> {
    let digits: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).collect();
    digits.windows(14).find_map(|w| {
        let between = &text[w[0].0..=w[13].0];
        let blank = between.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c == '.');
        let (before, after) = (text[..w[0].0].chars().next_back(), text[w[13].0 + 1..].chars().next());
        let alone = ![before, after].into_iter().flatten().any(|c| c.is_ascii_digit());
        let number: String = w.iter().map(|d| d.1).collect();
        (blank && alone && Siret::parse(&number).is_some()).then_some(number)
    })
}

fn told(other: &Other, people: &[&(u32, Who)], map: &SourceMapping, sources: &Sources, cx: &Context<'_>) -> Finding {
    let name = match other {
        Other::Siret(siret) => format!("SIRET {siret}"),
        Other::Called(name) => name.clone(),
    };
    let agents: BTreeSet<String> = people.iter().map(|(_, w)| format!("{} {}", w.id, w.called()).trim().to_owned()).collect();
    let at = people.first().map_or(At::source(map.source), |p| At::row(map.source, p.0));
    let f = Finding::new("M372", Severity::Justify).arg("employer", name).arg("own", cx.employer).arg("count", agents.len());
    f.arg("agents", agents.into_iter().collect::<Vec<_>>().join(", ")).at(sources.place(at))
}
