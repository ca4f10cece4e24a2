//! The employer of the documents: what pay statements and declarations of last month say of it, for what `releve.toml` leaves open.

use super::inputs::Opened;
use crate::facts::{Role, Vocabulary};
use crate::ground::{Finding, Lang, Severity, Siret};
use crate::job::{Employer, Job};
use crate::normalise::join::People;
use crate::read::dsn::Declaration;
use crate::rules::bind::SettingValue;
use crate::rules::pack::{Pack, Setting, SettingKind};
use crate::rules::plan::setting_value;
use std::collections::{BTreeMap, BTreeSet};

/// What the documents of this employer say of it: pay statements first, then declarations.
pub fn said(o: &Opened, siret: Option<&str>) -> Employer {
    let mut out = Employer::default();
    let own = |theirs: &str| siret.is_none_or(|s| s == theirs);
    // Documents of several employers do not say which of them this is.
    let stated = o.statements.iter().map(|r| r.statement.siret.text.to_string());
    let declared = o.declarations.iter().flat_map(|r| &r.file.declarations).map(Declaration::siret);
    let all: BTreeSet<String> = stated.chain(declared).filter(|s| !s.is_empty()).collect();
    if siret.is_none() && all.len() > 1 {
        return out;
    }
    let fill = |slot: &mut Option<String>, text: &str| {
        if slot.is_none() && !text.trim().is_empty() {
            *slot = Some(text.trim().to_owned());
        }
    };
    for s in o.statements.iter().map(|r| &r.statement).filter(|s| own(&s.siret.text)) {
        if out.name.is_empty() {
            s.employer.text.trim().clone_into(&mut out.name);
        }
        out.siret = out.siret.take().or_else(|| Siret::parse(&s.siret.text));
        fill(&mut out.ape, &s.ape.text);
        fill(&mut out.urssaf, &s.collector.text);
        fill(&mut out.address, &s.address.iter().map(|t| t.text.as_ref()).collect::<Vec<_>>().join(", "));
        fill(&mut out.postal_code, &s.postal_code.text);
        fill(&mut out.town, &s.town.text);
    }
    for d in o.declarations.iter().flat_map(|r| &r.file.declarations).filter(|d| own(&d.siret())) {
        let said = |number: u16| d.head.first("S21.G00.11").map_or("", |b| b.plain(number)).to_owned();
        out.siret = out.siret.take().or_else(|| Siret::parse(&d.siret()));
        fill(&mut out.ape, &said(2));
        if out.town.is_none() {
            fill(&mut out.address, &said(3));
            fill(&mut out.postal_code, &said(4));
            fill(&mut out.town, &said(5));
        }
    }
    out
}

/// What `releve.toml` leaves open of the employer and the documents of last month say. The address is taken whole or not at all.
pub fn complete(own: &mut Employer, said: &Employer) -> Option<Finding> {
    let mut taken: Vec<String> = Vec::new();
    if own.name.trim().is_empty() && !said.name.is_empty() {
        own.name.clone_from(&said.name);
        taken.push(said.name.clone());
    }
    if own.siret.is_none()
        && let Some(siret) = &said.siret
    {
        taken.push(format!("SIRET {}", siret.as_str()));
        own.siret = Some(siret.clone());
    }
    let one = |own: &mut Option<String>, said: &Option<String>, label: &str, taken: &mut Vec<String>| {
        if own.is_none()
            && let Some(text) = said
        {
            taken.push(format!("{label} {text}").trim().to_owned());
            *own = Some(text.clone());
        }
    };
    one(&mut own.ape, &said.ape, "APE", &mut taken);
    one(&mut own.urssaf, &said.urssaf, "URSSAF", &mut taken);
    if own.address.is_none() && own.postal_code.is_none() && own.town.is_none() {
        one(&mut own.address, &said.address, "", &mut taken);
        one(&mut own.postal_code, &said.postal_code, "", &mut taken);
        one(&mut own.town, &said.town, "", &mut taken);
    }
    (!taken.is_empty()).then(|| Finding::new("M160", Severity::Information).arg("what", taken.join(", ")))
}

/// Settings that follow from where the employer is, where the job says nothing of them: by its postal code, or else by that of most
/// of those it pays. They stand in the job from here on, and are told.
pub fn by_place(pack: &Pack, job: &mut Job, people: &People, values: [&mut Vec<SettingValue>; 2], lang: Lang) -> Vec<Finding> {
    let open = |s: &Setting, job: &Job| !(s.postal.is_empty() || job.settings.contains_key(&s.id) || job.last_settings.contains_key(&s.id));
    let mut findings = Vec::new();
    let [this, last] = values;
    for (i, s) in pack.settings.iter().enumerate() {
        if !open(s, job) {
            continue;
        }
        let option = |code: &str| s.postal.iter().find(|p| code.trim().starts_with(p.0.as_str())).map(|p| p.1.as_str());
        let Some((option, code)) = postal(job, &pack.vocabulary, people, &option) else { continue };
        let Some(value) = setting_value(&s.kind, option).filter(|v| this.get(i) != Some(v)) else { continue };
        let SettingKind::Choice(options) = &s.kind else { continue };
        let label = options.iter().find(|o| o.0 == option).map_or(option, |o| o.1.get(lang));
        let f = Finding::new("C60", Severity::Warning).arg("setting", s.label.get(lang)).arg("id", &s.id);
        findings.push(f.arg("code", code).arg("value", label).arg("option", option));
        job.settings.insert(s.id.clone(), option.to_owned());
        for values in [&mut *this, &mut *last] {
            values[i] = value.clone();
        }
    }
    findings
}

/// The option of the employer's postal code, or of more than half of those of its people, with the code.
fn postal<'s>(job: &Job, vocabulary: &Vocabulary, people: &People, option: &dyn Fn(&str) -> Option<&'s str>) -> Option<(&'s str, String)> {
    if let Some(own) = &job.employer.postal_code {
        return Some((option(own)?, own.clone()));
    }
    let fact = vocabulary.role(Role::PostalCode)?;
    let codes: Vec<&str> = people.values().filter_map(|p| p.known.value(fact)?.text()).collect();
    let mut counts: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for (o, code) in codes.iter().filter_map(|c| Some((option(c)?, *c))) {
        counts.entry(o).or_insert((0, code)).0 += 1;
    }
    let (option, (_, code)) = counts.into_iter().find(|(_, (count, _))| count * 2 > codes.len())?;
    Some((option, code.to_owned()))
}
