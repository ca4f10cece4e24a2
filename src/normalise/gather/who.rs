//! Which agent a row means: numbers and names of all sources together, and what they contradict.

use super::told::Told;
use crate::facts::Role as FactRole;
use crate::ground::{At, EmployeeId, Finding, Severity, Sources, ids};
use crate::normalise::mapping::{Mapping, Role};
use crate::normalise::people::{Directory, Joined, Who, may_be_same};
use crate::normalise::records::{Content, RawRow};
use crate::normalise::register::Books;
use crate::normalise::text::{name_key, written_name};
use crate::normalise::titles::{spaced, takes_back_beside_a_name};
use crate::normalise::{Context, lists, numbers};
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

/// Takes the letters off the numbers of a source that alone writes them, and says so once.
pub(super) fn without_letters(books: &mut Books, raw: &mut [(u16, Role, RawRow)], sources: &Sources, told: &mut Told) {
    let ids = books.slips.iter().map(|s| (s.source, s.who.id.as_str())).chain(raw.iter().map(|(s, _, r)| (*s, r.who.id.as_str())));
    for (source, (letters, count)) in numbers::prefixed(ids) {
        let of_source = books.slips.iter_mut().filter(|s| s.source == source).map(|s| &mut s.who);
        for who in of_source.chain(raw.iter_mut().filter(|(s, _, _)| *s == source).map(|(_, _, r)| &mut r.who)) {
            if let Some(digits) = who.id.strip_prefix(letters.as_str()) {
                who.id = digits.to_owned();
            }
        }
        told.add(
            Finding::new("M70", Severity::Warning).arg("letters", letters).arg("count", count).at(sources.place(At::source(source))),
            source,
        );
    }
}

/// All numbers and names, as the sources write them.
/// Also the rows of lists that bear another person's name than their number, or numbers of another employer: nobody is paid on them.
pub(super) fn note_people(
    (books, stated): (&Books, &[Who]),
    raw: &[(u16, Role, RawRow)],
    told: &mut Told,
    sources: &Sources,
    mapping: &Mapping,
    cx: &Context<'_>,
) -> (Directory, BTreeSet<At>) {
    let mut directory = Directory::default();
    for who in stated {
        directory.note(&who.id, false, At::NOWHERE.source);
    }
    for s in books.slips.iter().filter(|s| !s.who.named) {
        directory.note(&s.who.id, s.who.numeric, s.source);
    }
    for (source, role, r) in raw {
        if matches!(role, Role::Departures | Role::Changes | Role::Events | Role::Amounts | Role::AccountChanges) {
            directory.note_listed(&r.who.id, r.who.numeric, *source);
        } else {
            directory.note(&r.who.id, r.who.numeric, *source);
        }
    }
    let nameless = || books.slips.iter().map(|s| &s.who).chain(raw.iter().map(|(_, _, r)| &r.who)).filter(|w| w.named || w.id.is_empty());
    let need_names = nameless().next().is_some();
    // Identity numbers find only those whom a source names without a number.
    let need_identities = need_names || stated.iter().any(|w| w.named || w.id.is_empty());
    let mut names = Vec::new();
    for who in books
        .slips
        .iter()
        .map(|s| &s.who)
        .chain(raw.iter().filter(|(_, r, _)| matches!(r, Role::Staff | Role::Arrivals)).map(|(_, _, r)| &r.who))
        .chain(stated)
    {
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(who)
            && !who.named
            && !who.id.is_empty()
        {
            if let Some(nir) = who.nir.as_ref().filter(|_| need_identities) {
                directory.identity(&id, nir);
            }
            if !who.surname.is_empty() {
                names.push((id, who.surname.as_str(), who.given.as_str()));
            }
        }
    }
    let staff: BTreeSet<&str> = raw.iter().filter(|(_, r, _)| *r == Role::Staff).map(|(_, _, r)| ids::bare(&r.who.id)).collect();
    for (_, _, r) in raw.iter().filter(|(_, role, r)| *role == Role::Arrivals && !staff.contains(ids::bare(&r.who.id))) {
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(&r.who) {
            directory.arrives(&id);
        }
    }
    if need_names {
        for (id, surname, given) in &names {
            directory.name(id, surname, given);
        }
        // Whom no source gives a number: last month's register and this month's staff know them, a list of changes makes nobody.
        let staff = raw.iter().filter(|(_, r, _)| matches!(r, Role::Staff | Role::Arrivals)).map(|(_, _, r)| &r.who);
        // A list without numbers beside files that have them has lost its column: its people are asked for, not invented.
        let staff = staff.filter(|_| names.is_empty());
        for who in books.slips.iter().map(|s| &s.who).chain(staff).filter(|w| w.named || w.id.is_empty()) {
            directory.name_alone(who);
        }
    }
    let mut first: BTreeMap<&EmployeeId, (&str, &str)> = BTreeMap::new();
    for (id, surname, given) in &names {
        first.entry(id).or_insert((surname, given));
    }
    // One number, two names in the registers: two people, of two employers perhaps.
    for s in books.slips.iter().filter(|s| !s.who.named && !s.who.surname.is_empty()) {
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(&s.who)
            && let Some(known) = first.get(&id).filter(|known| !may_be_same(**known, (&s.who.surname, &s.who.given)))
        {
            let f = Finding::new("M14", Severity::Blocking).arg("agent", &id).arg("name", s.who.called());
            told.add(f.arg("known", format!("{} {}", known.0, known.1)).of(&id).at(sources.place(s.first)), s.source);
        }
    }
    for (slip, (other, at)) in &books.twofold {
        let who = &books.slips[*slip].who;
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(who) {
            let f = Finding::new("M14", Severity::Blocking).arg("agent", &id).arg("name", other.called());
            told.add(f.arg("known", who.called()).of(&id).at(sources.place(*at)), at.source);
        }
    }
    let surnames = LazyCell::new(|| {
        let mut all: BTreeMap<&EmployeeId, Vec<&str>> = BTreeMap::new();
        for (id, surname, _) in &names {
            all.entry(id).or_default().push(surname);
        }
        all
    });
    let all_words = LazyCell::new(|| {
        let mut all: BTreeMap<&EmployeeId, BTreeSet<String>> = BTreeMap::new();
        for (id, surname, given) in &names {
            all.entry(id).or_default().extend(spaced(&format!("{surname} {given}")).split_whitespace().map(str::to_owned));
        }
        all
    });
    let numbered: BTreeSet<&str> =
        books.slips.iter().map(|s| s.who.id.as_str()).chain(first.keys().map(|id| id.as_str())).map(ids::bare).collect();
    let called = LazyCell::new(|| {
        let mut all: BTreeMap<String, BTreeSet<&EmployeeId>> = BTreeMap::new();
        for (id, surname, given) in &names {
            all.entry(name_key(surname, given)).or_default().insert(id);
        }
        all
    });
    // As last month's pay calls them: a staff file names itself.
    let paid = LazyCell::new(|| {
        let mut all: BTreeMap<String, BTreeSet<EmployeeId>> = BTreeMap::new();
        for who in books.slips.iter().map(|s| &s.who).chain(stated).filter(|w| !w.named && !w.surname.is_empty()) {
            if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(who) {
                all.entry(name_key(&who.surname, &who.given)).or_default().insert(id);
            }
        }
        all
    });
    let bearing = |who: &Who| called.get(&name_key(&who.surname, &who.given)).into_iter().flatten().copied().collect::<Vec<_>>();
    let mut strange = BTreeSet::new();
    for (source, role, r) in raw {
        if lists::is_list(*role)
            && r.who.surname.is_empty()
            && !r.who.id.is_empty()
            && let Some(other) = mapping.of(*source).and_then(|m| m.called_by.as_ref())
            && let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(&r.who)
        {
            strange.insert(r.at);
            let f = Finding::new("M406", Severity::Blocking).arg("agent", &id).arg("employer", other).of(&id);
            told.add(f.at(sources.place(r.at)), *source);
        }
        if lists::is_list(*role)
            && !r.who.named
            && !r.who.surname.is_empty()
            && !r.who.id.is_empty()
            && !numbered.contains(ids::bare(&r.who.id))
            && let [id] = bearing(&r.who)[..]
        {
            // A number of nobody's beside the name of one known person: a slip of the key.
            let f = Finding::new("M341", Severity::Blocking).arg("written", &r.who.id).arg("agent", id).of(id);
            told.add(f.arg("name", r.who.called()).at(sources.place(r.at)), *source);
        }
        let list = lists::is_list(*role) || *role == Role::AccountChanges;
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(&r.who)
            && let Some(known) = first.get(&id)
            && !r.who.surname.is_empty()
        {
            let same = |known: (&str, &str)| may_be_same(known, (&r.who.surname, &r.who.given));
            let surnamed = |surname: &str| may_be_same((surname, ""), (&r.who.surname, ""));
            let other = !same(*known);
            if let Some(words) =
                beside_name(&r.who, all_words.get(&id)).filter(|w| list && takes_back_beside_a_name(w, cx.employer, *role == Role::Amounts))
            {
                let f = Finding::new("M409", Severity::Blocking).arg("agent", &id).arg("text", words).of(&id);
                told.add(f.at(sources.place(r.at)), *source);
            }
            // « DUBOIS », whose usual name is the known one.
            if usual(&r.content, cx).is_some_and(|u| may_be_same(*known, (u, &r.who.given)) && may_be_same((known.0, ""), (u, ""))) {
                continue;
            }
            // One first name in common is not enough in a list that pays, nor anywhere where the whole name is somebody else's.
            let doubtful = list && !surnames.get(&id).is_some_and(|s| s.iter().any(|s| surnamed(s)));
            let elses = !surnamed(known.0)
                && if list {
                    bearing(&r.who).iter().any(|o| **o != id) && !bearing(&r.who).contains(&&id)
                } else {
                    paid.get(&name_key(&r.who.surname, &r.who.given)).is_some_and(|of| !of.contains(&id))
                };
            if !other && !doubtful && !elses {
                continue;
            }
            let astray = list && (other || elses);
            if astray {
                strange.insert(r.at);
                // Whoever bears the name may be meant as well as the one of the number.
                for bearer in bearing(&r.who).into_iter().filter(|o| **o != id) {
                    let f = Finding::new("M434", Severity::Blocking).arg("agent", bearer).arg("number", &r.who.id).of(bearer);
                    told.add(f.arg("name", r.who.called()).at(sources.place(r.at)), *source);
                }
            }
            // A staff file that gives a number a whole name without a word in common with the known one is of somebody else.
            let whole = |(surname, given): (&str, &str)| name_key(surname, given).contains(' ');
            let stranger = || whole(*known) && whole((&r.who.surname, &r.who.given)) || bearing(&r.who).iter().any(|o| **o != id);
            let blocks = astray || matches!(role, Role::Staff | Role::Arrivals) && (elses || other && stranger());
            told.add(
                Finding::new("M14", if blocks { Severity::Blocking } else { Severity::Justify })
                    .arg("agent", &id)
                    .arg("name", format!("{} {}", r.who.surname, r.who.given))
                    .arg("known", format!("{} {}", known.0, known.1))
                    .of(&id)
                    .at(sources.place(r.at)),
                *source,
            );
        }
    }
    (directory, strange)
}

/// The usual name in a row of facts.
fn usual<'r>(content: &'r Content, cx: &Context<'_>) -> Option<&'r str> {
    let Content::Facts(facts) = content else { return None };
    facts.value(cx.vocabulary.role(FactRole::MarriedName)?)?.text()
}

/// The words in the cells of a row's name that are no words of the agent's.
fn beside_name(who: &Who, known: Option<&BTreeSet<String>>) -> Option<String> {
    let known = known?;
    let name = spaced(&format!("{} {}", who.surname, who.given));
    let more: Vec<&str> = name.split_whitespace().filter(|w| !known.contains(*w)).collect();
    (!more.is_empty()).then(|| more.join(" "))
}

/// The employee a row means, told where that is not what is written; `lost` is how grave a row of nobody is.
pub(super) fn joined(
    directory: &Directory,
    who: &Who,
    at: At,
    lost: impl Fn() -> Severity,
    sources: &Sources,
    told: &mut Told,
) -> Option<EmployeeId> {
    let name = who.called();
    let place = sources.place(at);
    match directory.join(who) {
        Joined::AsWritten(id) | Joined::Padded(id) => Some(id),
        Joined::Lengthened(id) => {
            told.add(Finding::new("M17", Severity::Information).arg("text", &who.id).arg("agent", &id).of(&id).at(place), at.source);
            Some(id)
        }
        Joined::ByIdentityNumber(id) => {
            told.add(Finding::new("M73", Severity::Information).arg("name", &name).arg("agent", &id).of(&id).at(place), at.source);
            Some(id)
        }
        Joined::Decided(id) => {
            told.decided.insert(written_name(&who.surname, &who.given));
            Some(id)
        }
        Joined::ByName(id) => {
            told.add(Finding::new("M12", Severity::Warning).arg("name", &name).arg("agent", &id).of(&id).at(place), at.source);
            Some(id)
        }
        Joined::Several(ids) => {
            let all: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let shown = if who.id.is_empty() { name.clone() } else { who.id.clone() };
            told.add(Finding::new("M13", lost()).arg("name", shown).arg("agents", all.join(", ")).at(place), at.source);
            None
        }
        Joined::Nobody => {
            told.add(Finding::new("M15", lost()).arg("name", &name).at(place), at.source);
            None
        }
    }
}
