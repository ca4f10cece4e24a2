//! Rows take their place under their agent, once each; what would be taken twice is asked.

use super::gathered::{AccountChange, Change, Event, Gathered, Record};
use super::told::Told;
use super::who::joined;
use crate::facts::{Fact, FactId, FactKind, Facts, NumberForm, Origin, Role as FactRole, Value};
use crate::ground::{At, EmployeeId, Finding, Severity, Sources, ids};
use crate::normalise::mapping::{Mapping, Role, SourceMapping};
use crate::normalise::named::{CELLS, Known};
use crate::normalise::people::{Directory, Joined};
use crate::normalise::records::{Changed, Content, RawRow, Said, parsed};
use crate::normalise::{Context, lists, recognise, replaced, titles};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Where each agent's row of a file stands, and of a list what it says.
type Seen = BTreeMap<(Role, Option<u16>, EmployeeId), (At, Option<Facts>)>;

/// Records take their place under their employee.
#[expect(clippy::too_many_arguments, reason = "everything that was read, and what is made of it")]
pub(super) fn place_rows(
    raw: Vec<(u16, Role, RawRow)>,
    strange: &BTreeSet<At>,
    (directory, known): (&Directory, &Known),
    mapping: &Mapping,
    sources: &Sources,
    cx: &Context<'_>,
    out: &mut Gathered,
    told: &mut Told,
) {
    let id_fact = cx.vocabulary.role(FactRole::Employee);
    let mut parts: BTreeMap<EmployeeId, Vec<lists::Part>> = BTreeMap::new();
    let mut events = Vec::new();
    let mut seen = Seen::new();
    let mut changed_before: BTreeMap<(EmployeeId, FactId), (At, (Value, NaiveDate))> = BTreeMap::new();
    let careers = careers(&raw, directory, cx);
    let summing = |of_rubrics: bool| -> BTreeSet<u16> {
        let of = |m: &&SourceMapping| m.role == Role::Amounts && m.variables.is_some() == of_rubrics && recognise::pays_once(m, cx);
        mapping.sources.iter().filter(of).map(|m| m.source).collect()
    };
    let (summing, of_rubrics) = (summing(false), summing(true));
    let silent = silent_rows(&raw, out.paid.len(), sources);
    for (_, role, mut row) in raw {
        if careers.contains(&row.at) {
            continue;
        }
        if row.words {
            told_alone(&row, role, directory, sources).into_iter().for_each(|f| told.add(f, row.at.source));
            continue;
        }
        // Not read, for a number that is none: whoever bears the name waits.
        if row.refused {
            let mut waiting = known.perhaps(&row.who, &row.row, row.at, sources);
            // No decision brings such a row back.
            waiting.iter_mut().for_each(|f| f.args.retain(|a| a.0 != "why"));
            waiting.into_iter().for_each(|f| told.add(f, row.at.source));
            continue;
        }
        // What a list of this month says of nobody is owed to somebody.
        let waits = || known.is_one_of_few(&row.who);
        let lost = || if lists::is_list(role) && !waits() { Severity::Blocking } else { Severity::Justify };
        let unnumbered = matches!(role, Role::Staff | Role::Arrivals)
            && row.who.id.is_empty()
            && begins(&row, role, cx)
            && directory.join(&row.who) == Joined::Nobody;
        let stranger = lists::is_list(role) && directory.join(&row.who) == Joined::Nobody && known.is_a_stranger(&row.who);
        let id = if unnumbered {
            told.add(newcomer("M171", &row, sources), row.at.source);
            None
        } else if stranger {
            told.add(newcomer("M15", &row, sources), row.at.source);
            None
        } else {
            joined(directory, &row.who, row.at, lost, sources, told)
        };
        if id.is_none() && lists::is_list(role) {
            known.perhaps(&row.who, &row.row, row.at, sources).into_iter().for_each(|f| told.add(f, row.at.source));
        }
        // « Dossier 00105 » beside the name of agent 00105 is his number, and nothing is lost.
        let own = |f: &Finding| {
            f.code == "M77" && id.as_ref().is_some_and(|id| f.args.iter().any(|(n, t)| n == "text" && ids::bare(t) == id.bare()))
        };
        // Whoever was paid comes for sure.
        let paid = id.as_ref().is_some_and(|id| out.paid.contains_key(id));
        let moot = |f: &Finding| paid && f.code == "M64";
        for f in row.told.drain(..).filter(|f| !(own(f) || role == Role::Staff && moot(f))) {
            told.add(id.iter().fold(f, Finding::of), row.at.source);
        }
        if strange.contains(&row.at) {
            continue;
        }
        if let (Some(severity), Some(id)) = (silent.get(&row.at), &id) {
            told.add(Finding::new("M93", *severity).arg("agent", id).of(id).at(sources.place(row.at)), row.at.source);
        }
        let beside = !row.beside.is_empty();
        if let Some(employee) = id.as_ref().filter(|_| beside) {
            let of = parts.entry(employee.clone()).or_default();
            of.extend(row.beside.into_iter().map(|(fact, value, at)| lists::Part { fact, value, at, row: row.row.clone() }));
        }
        match row.content {
            Content::Facts(mut facts) => {
                if let (Role::Staff | Role::Arrivals | Role::Departures, Some(id)) = (role, &id) {
                    let own = (role != Role::Staff).then(|| {
                        let mut own = facts.clone();
                        if let Some(f) = id_fact {
                            own.remove(f);
                        }
                        own
                    });
                    // Two staff files tell of one agent each their part; two lists of arrivals or departures do not.
                    let key = (role, (role == Role::Staff).then_some(row.at.source), id.clone());
                    if let Some((first, known)) = seen.get(&key) {
                        let values =
                            |f: &Option<Facts>| f.iter().flat_map(Facts::iter).map(|x| (x.id, x.value.clone())).collect::<Vec<_>>();
                        let twice = values(known) != values(&own);
                        let severity = if twice { Severity::Blocking } else { Severity::Justify };
                        let one_file = role == Role::Staff || first.source == row.at.source;
                        let f = Finding::new(if one_file { "M21" } else { "F79" }, severity).arg("agent", id).of(id);
                        told.add(f.at(sources.place(*first)).at(sources.place(row.at)), row.at.source);
                        if role != Role::Staff {
                            continue;
                        }
                    } else {
                        seen.insert(key, (row.at, own));
                    }
                }
                if let (Some(f), Some(id)) = (id_fact, &id) {
                    let at = facts.get(f).map_or(row.at, |x| x.at);
                    facts.set(Fact { id: f, value: Value::Text(id.as_str().into()), at, origin: Origin::Read });
                }
                let record = Record { employee: id, facts, at: row.at, problems: row.problems };
                match role {
                    Role::Arrivals => out.arrivals.push(record),
                    Role::Departures => out.departures.push(record),
                    Role::RegisterLines | Role::RegisterWide => out.register_facts.push(record),
                    Role::Staff
                    | Role::Changes
                    | Role::Events
                    | Role::Amounts
                    | Role::AccountChanges
                    | Role::Transfers
                    | Role::OtherAccounts
                    | Role::Rubrics
                    | Role::Ignored
                    | Role::Unknown => {
                        out.staff.push(record);
                    }
                }
            }
            Content::Changes { changed, effective } => {
                let Some(employee) = id else { continue };
                if changed.is_empty() && !beside {
                    told.add(
                        Finding::new("N18", Severity::Blocking).arg("agent", &employee).of(&employee).at(sources.place(row.at)),
                        row.at.source,
                    );
                }
                // The same value from another day pays other arrears.
                let since = effective.unwrap_or_else(|| cx.month.first_day());
                for Changed { fact, old, new, said, at } in changed {
                    let key = (employee.clone(), fact);
                    match changed_before.get(&key).filter(|_| said == Said::New && lists::pays(cx.vocabulary.get(fact))) {
                        // Twice the same: once is enough. Two values: which one, a person must say.
                        Some((_, known)) if *known == (new.clone(), since) => continue,
                        Some((first, _)) => {
                            let f = Finding::new("M94", Severity::Blocking).arg("agent", &employee);
                            let f = f.arg("fact", &cx.vocabulary.get(fact).label.fr).of(&employee);
                            told.add(f.at(sources.place(*first)).at(sources.place(at)), at.source);
                        }
                        None if said == Said::New => {
                            changed_before.insert(key, (at, (new.clone(), since)));
                        }
                        None => {}
                    }
                    out.changes.push(Change { employee: employee.clone(), fact, old, new, said, effective, at });
                }
            }
            Content::Event { nature, fact, from, to, days, continues, beside } => {
                let Some(employee) = id else { continue };
                events.push(Event { employee, nature, fact, from, to, days, continues, beside, running: false, at: row.at });
            }
            Content::Amounts(list) => {
                let Some(employee) = id else { continue };
                // Index and working time beside hours are shown for whoever reads them; a rubric of euros is paid.
                let only_shown = |fact: FactId| {
                    let fact = cx.vocabulary.get(fact);
                    let sum = matches!(fact.kind, FactKind::Number { form: NumberForm::Money });
                    fact.recurs && (summing.contains(&row.at.source) || of_rubrics.contains(&row.at.source) && !sum)
                };
                let name = |fact: FactId| cx.vocabulary.get(fact).name.as_str();
                let rates: BTreeSet<&str> = list.iter().filter_map(|(fact, ..)| titles::priced_at(name(*fact))).collect();
                let (shown, list): (Vec<_>, Vec<_>) = list.into_iter().partition(|(fact, ..)| only_shown(*fact));
                let beside = |(fact, value, at)| Change {
                    employee: employee.clone(),
                    fact,
                    old: None,
                    new: Value::Number(value),
                    said: if rates.contains(name(fact)) { Said::OfTheNew } else { Said::Beside },
                    effective: None,
                    at,
                };
                out.changes.extend(shown.into_iter().map(beside));
                let of = parts.entry(employee).or_default();
                of.extend(list.into_iter().map(|(fact, value, at)| lists::Part { fact, value, at, row: row.row.clone() }));
            }
            Content::Account { requested, iban, received_by, at } => {
                let Some(employee) = id else { continue };
                out.account_changes.push(AccountChange { employee, requested, iban: parsed(&iban), written: iban, received_by, at });
            }
        }
    }
    out.events = lists::absences(events, sources, &mut |f, s| told.add(f, s));
    replaced::take_out(&mut parts, &mapping.sources, cx.vocabulary, sources, &mut |f, s| told.add(f, s));
    out.amounts = lists::add_up(parts, &mapping.sources, cx.vocabulary, sources, &mut |f, s| told.add(f, s));
}

/// Somebody whose name stands alone in a row of a list.
fn told_alone(row: &RawRow, role: Role, directory: &Directory, sources: &Sources) -> Option<Finding> {
    let (Joined::ByName(id) | Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id)) = directory.join(&row.who) else {
        return None;
    };
    let severity = if role == Role::Amounts { Severity::Justify } else { Severity::Blocking };
    Some(Finding::new("M93", severity).arg("agent", &id).of(&id).at(sources.place(row.at)))
}

/// Whether a row is about somebody who begins in the month to be paid.
fn begins(row: &RawRow, role: Role, cx: &Context<'_>) -> bool {
    let Content::Facts(facts) = &row.content else { return false };
    let entry = cx.vocabulary.role(FactRole::Entry).and_then(|f| facts.value(f)).and_then(Value::date);
    let first = entry.or_else(|| row.span.and_then(|s| s.0));
    role == Role::Arrivals || first.is_some_and(|d| d >= cx.month.first_day())
}

/// Somebody who would have no payslip for want of a number, or whom nobody knows. Nobody else waits for it.
fn newcomer(code: &str, row: &RawRow, sources: &Sources) -> Finding {
    let name = row.who.called();
    let place = sources.place(row.at);
    let file = sources.get(row.at.source).map(|s| s.file.clone()).unwrap_or_default();
    let f = Finding::new(code, Severity::Blocking).arg("agent", &name).arg("name", &name).arg("file", file).at(place);
    EmployeeId::parse(&name).iter().fold(f, Finding::of)
}

/// Rows of a staff file that hold for other days, where another row of the same agent holds for the month last paid.
pub(super) fn careers(raw: &[(u16, Role, RawRow)], directory: &Directory, cx: &Context<'_>) -> BTreeSet<At> {
    let day = cx.last.last_day();
    let holds = |r: &RawRow| r.span.is_some_and(|(a, b)| a.is_none_or(|a| a <= day) && b.is_none_or(|b| b >= day));
    let id = |r: &RawRow| match directory.join(&r.who) {
        Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) => Some(id),
        Joined::ByName(_) | Joined::ByIdentityNumber(_) | Joined::Decided(_) | Joined::Several(_) | Joined::Nobody => None,
    };
    let staff = || raw.iter().filter(|(_, role, r)| *role == Role::Staff && r.span.is_some());
    // Of several that hold and have no end, the one that began last.
    let mut current: BTreeMap<(u16, EmployeeId), Option<NaiveDate>> = BTreeMap::new();
    for (source, _, r) in staff().filter(|x| holds(&x.2)) {
        if let Some(i) = id(r) {
            let latest = current.entry((*source, i)).or_default();
            *latest = (*latest).max(r.span.and_then(|(a, _)| a));
        }
    }
    // What begins within this month is a change, and is asked beside what was paid.
    let this_month = |r: &RawRow| r.span.and_then(|s| s.0).is_some_and(|a| a > day && a <= cx.month.last_day());
    let bygone =
        |r: &RawRow, latest: Option<NaiveDate>| !holds(r) && !this_month(r) || r.span.is_some_and(|(a, b)| b.is_none() && a < latest);
    staff().filter(|x| id(&x.2).and_then(|i| current.get(&(x.0, i))).is_some_and(|l| bygone(&x.2, *l))).map(|x| x.2.at).collect()
}

/// Rows without any value in a list of a few agents: each was written for something. A list of everybody is filled in for some.
/// A row that is ticked, or one of a list that says nothing of anybody, sets its agent aside. Sheets of one workbook with the same
/// titles, one for each service, are one list; one of them in which nobody has anything is told.
pub(super) fn silent_rows(raw: &[(u16, Role, RawRow)], agents: usize, sources: &Sources) -> BTreeMap<At, Severity> {
    let list = |s: &u16| sources.get(*s).map(|s| (&s.file, &s.headings));
    let mut counts: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for (source, role, r) in raw {
        if *role == Role::Amounts && !r.words {
            let n = counts.entry(list(source)).or_default();
            n.0 += 1;
            n.1 += usize::from(!r.says);
        }
    }
    let few = |s: &u16| counts.get(&list(s)).is_some_and(|(all, none)| none * 4 <= *all || all * 2 < agents);
    let whole = |s: &u16| counts.get(&list(s)).is_some_and(|(all, none)| none == all);
    let says: BTreeSet<u16> = raw.iter().filter(|(_, _, r)| r.says).map(|(s, ..)| *s).collect();
    let ticked = |r: &RawRow| r.row.split(CELLS).any(|t| matches!(t.trim(), "x" | "X" | "✓" | "✔" | "oui" | "Oui" | "OUI"));
    let severity = |s: &u16, r: &RawRow| if whole(s) || ticked(r) { Severity::Blocking } else { Severity::Justify };
    let silent = raw.iter().filter(|(s, role, r)| *role == Role::Amounts && !r.says && !r.words && (few(s) || !says.contains(s)));
    silent.map(|(s, _, r)| (r.at, severity(s, r))).collect()
}
