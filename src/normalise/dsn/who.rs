//! Who is meant: numbers as other sources write them, employers kept apart, people without number, people met twice.

use super::choose::Used;
use super::known::Known;
use crate::ground::{At, EmployeeId, Finding, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::gather::Gathered;
use crate::normalise::identities::Holders;
use crate::normalise::register::nir_key;
use crate::normalise::text::name_key;
use crate::read::dsn::{Declaration, Person};
use std::collections::{BTreeMap, BTreeSet};

/// One person of one declaration, with the source.
type Part<'a> = (u16, &'a Declaration, &'a Person);

/// One agent of one employer: usually one person of one declaration, several when a month came in fractions.
pub struct Agent<'a> {
    pub id: EmployeeId,
    pub parts: Vec<Part<'a>>,
    /// Another employer's, under the number of somebody else or of somebody whom the employer's own statement pays.
    pub another: bool,
}

impl Agent<'_> {
    pub fn first_at(&self) -> At {
        self.parts.first().map_or(At::NOWHERE, |(source, _, p)| At::row(*source, p.line))
    }
}

/// The employer that the job is about.
pub struct Here<'a> {
    pub main: &'a str,
    pub siren: Option<&'a str>,
    /// Whom its own statement pays.
    pub paid: BTreeSet<EmployeeId>,
}

/// The employer that the job is about: its own SIRET where a declaration has it, else whose pay statements there are, else the
/// one with most people.
pub fn main_siret(used: &[Used<'_>], own: Option<&str>, stated: &str) -> String {
    let mut many: BTreeMap<String, usize> = BTreeMap::new();
    for (_, d) in used {
        *many.entry(d.siret()).or_default() += d.people.len();
    }
    match own {
        Some(own) if many.contains_key(own) => own.to_owned(),
        _ if !stated.is_empty() => stated.to_owned(),
        _ => many.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).map(|m| m.0).unwrap_or_default(),
    }
}

/// Everybody declared, by employer and number. Numbers made here are of letters and digits only: a transfer's reference is
/// taken apart at anything else.
pub fn agents<'a>(
    used: &[Used<'a>],
    here: &Here<'_>,
    gathered: &Gathered,
    sources: &Sources,
    cx: &Context<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<Agent<'a>> {
    let alone = gathered.staff.is_empty() && gathered.paid.is_empty();
    let mut known = Known::of(used, gathered, cx);
    let mut joined = Vec::new();
    let mut of_employer: BTreeMap<(String, EmployeeId), Vec<Part<'a>>> = BTreeMap::new();
    let mut nameless = Vec::new();
    for (source, d) in used {
        for p in &d.people {
            let at = At::row(*source, p.line);
            let id = match known.numbered(p).or_else(|| known.identified(p)) {
                Some(id) => id,
                None => match known.born(p) {
                    Some(id) if joined.iter().all(|(j, _, _)| *j != id) => {
                        joined.push((id.clone(), at, name(p)));
                        id
                    }
                    Some(_) | None => {
                        let Some(id) = EmployeeId::parse(&format!("DSN{}", p.line)) else { continue };
                        nameless.push((at, name(p), id.clone()));
                        known.declare(p, &id);
                        id
                    }
                },
            };
            of_employer.entry((p.siret.to_string(), id)).or_default().push((*source, d, p));
        }
    }
    if !joined.is_empty() {
        let who = joined.iter().map(|(id, _, name)| format!("{id} {name}")).collect::<Vec<_>>().join(", ");
        let f = Finding::new("M146", Severity::Justify).arg("count", joined.len()).arg("who", who);
        findings.push(joined.iter().take(8).fold(f, |f, (_, at, _)| f.at(sources.place(*at))));
    }
    tell_nameless(&nameless, alone, sources, findings);
    let main = here.main;
    let mut taken: BTreeSet<EmployeeId> = of_employer.keys().filter(|k| k.0 == main).map(|k| k.1.clone()).collect();
    let holders = Holders::of_files(gathered, cx);
    let mut out = Vec::new();
    for ((siret, id), parts) in of_employer {
        let elsewhere = siret.get(..9) != here.siren;
        let another = elsewhere && (here.paid.contains(&id) || parts.iter().any(|(_, _, p)| is_another(p, &id, &holders)));
        let mut agent = Agent { id, parts, another };
        if another || siret != main && !taken.insert(agent.id.clone()) {
            let Some(apart) = EmployeeId::parse(&format!("{}E{}", agent.id, siret.get(9..).unwrap_or(&siret))) else { continue };
            findings.push(
                Finding::new("M41", Severity::Justify)
                    .arg("agent", &agent.id)
                    .arg("siret", &siret)
                    .arg("other", &apart)
                    .of(&apart)
                    .at(sources.place(agent.first_at())),
            );
            agent.id = apart;
            taken.insert(agent.id.clone());
        }
        one_person(&mut agent, sources, findings);
        out.push(agent);
    }
    out
}

/// Whether files have somebody else under this number.
fn is_another(p: &Person, id: &EmployeeId, holders: &Holders) -> bool {
    let b = p.group.first("S21.G00.30");
    let said = |n| b.map_or("", |b| b.plain(n));
    let names: Vec<(&str, &str)> = [said(2), said(3)].into_iter().filter(|s| !s.is_empty()).map(|s| (s, said(4))).collect();
    holders.is_another(id, nir_key(p.nir()).as_deref(), &names)
}

pub fn name(p: &Person) -> String {
    let Some(b) = p.group.first("S21.G00.30") else { return String::new() };
    format!("{} {}", b.plain(2), b.plain(4)).trim().to_owned()
}

/// Names and birth date as a declaration writes them, for the surname at birth and the one in use.
pub(super) fn births(p: &Person) -> Vec<(String, String)> {
    let Some(b) = p.group.first("S21.G00.30").filter(|b| b.plain(6).len() == 8) else { return Vec::new() };
    let key = |surname: &str| (!surname.is_empty()).then(|| (name_key(surname, b.plain(4)), b.plain(6).to_owned()));
    let keys: BTreeSet<_> = [key(b.plain(2)), key(b.plain(3))].into_iter().flatten().collect();
    keys.into_iter().collect()
}

fn tell_nameless(nameless: &[(At, String, EmployeeId)], alone: bool, sources: &Sources, findings: &mut Vec<Finding>) {
    if alone && !nameless.is_empty() {
        let f = Finding::new("M40", Severity::Justify).arg("count", nameless.len());
        findings.push(nameless.iter().take(8).fold(f, |f, (at, _, _)| f.at(sources.place(*at))));
    } else {
        for (at, name, id) in nameless {
            findings.push(Finding::new("R59", Severity::Blocking).of(id).arg("name", name).at(sources.place(*at)));
        }
    }
}

/// The parts under one number that are one person's; what came twice is counted once, somebody else's is set aside.
fn one_person(agent: &mut Agent<'_>, sources: &Sources, findings: &mut Vec<Finding>) {
    let Some((first_source, first_declaration, first)) = agent.parts.first().copied() else { return };
    let first_place = sources.place(At::row(first_source, first.line));
    let id = agent.id.clone();
    let mut at = 0;
    agent.parts.retain(|(source, d, p)| {
        at += 1;
        if at == 1 {
            return true;
        }
        let place = sources.place(At::row(*source, p.line));
        let told = |code: &str, severity| Finding::new(code, severity).arg("agent", &id).of(&id).at(first_place.clone()).at(place.clone());
        let other_nir = !p.nir().is_empty() && !first.nir().is_empty() && p.nir() != first.nir();
        if other_nir {
            findings.push(told("IMP-04", Severity::Blocking).arg("fact", "NIR").arg("first", "••••").arg("second", "••••"));
            return false;
        }
        if std::ptr::eq(*d, first_declaration) {
            let twice = p.group.says_the_same(&first.group);
            findings.push(told(if twice { "M42" } else { "M43" }, if twice { Severity::Warning } else { Severity::Blocking }));
            return false;
        }
        true
    });
}
