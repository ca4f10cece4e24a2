//! The rubrics of a register: of its rows, or of its columns.

use super::seen::Seen;
use crate::facts::Role as FactRole;
use crate::normalise::codes::{self, CodeStats, Shown, split_period};
use crate::normalise::columns;
use crate::normalise::mapping::{CodeMapping, CodeTarget, Meaning, Part, Payer, Role, SourceMapping};
use crate::normalise::register::{ByLabel, LineReader, Names};
use crate::normalise::text::Phrase;
use crate::normalise::titles::{Title, Titles};
use crate::normalise::{Context, bands, titles};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

pub(super) const CODE_SAMPLE: u32 = 60_000;
/// A title is known without any doubt by this much.
const SURELY: u32 = 85;

/// What the rows of each code look like, with the codes resolved by it.
pub(super) fn lines_codes(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) -> BTreeMap<String, CodeStats> {
    let sides: BTreeSet<u8> = s.kept.iter().filter_map(|k| bands::section(&k.cells)).map(|x| x as u8).collect();
    found.sections = sides.len() >= 2;
    found.names = Names::default();
    let mut stats: BTreeMap<String, CodeStats> = BTreeMap::new();
    let Some(reader) = LineReader::new(found, cx) else { return stats };
    each_line(found, s, &reader, &mut |_, code, label, shown| stats.entry(code.to_owned()).or_default().add(label, shown));
    let several: BTreeSet<&str> = stats.iter().filter(|(_, s)| Names::may_part(s)).map(|(code, _)| code.as_str()).collect();
    let (mut by_label, mut slips) = (ByLabel::new(), Vec::new());
    if !several.is_empty() {
        let mut last = String::new();
        each_line(found, s, &reader, &mut |agent, code, label, shown| {
            if !several.contains(code) {
                return;
            }
            let label: Box<str> = split_period(label).0.into();
            by_label.entry((code.into(), label.clone())).or_default().add(&label, shown);
            if slips.is_empty() || agent != last {
                agent.clone_into(&mut last);
                slips.push(Vec::new());
            }
            let own = [shown.gain, shown.deduction].into_iter().flatten().any(|a| !a.is_zero());
            if let Some(slip) = slips.last_mut().filter(|_| own) {
                slip.push((Box::from(code), label));
            }
        });
    }
    found.names = Names::part(&mut stats, &by_label, &slips, (cx.rubrics, reader.sides()));
    found.codes = codes::resolve(&stats, cx.rubrics, reader.sides());
    found.names.settle(&mut found.codes);
    stats
}

/// The lines of a register, as far as they are looked at: agent, code, label and amounts.
fn each_line(found: &SourceMapping, s: &Seen<'_>, reader: &LineReader, each: &mut dyn FnMut(&str, &str, &str, Shown)) {
    let mut section = None;
    let first_data = found.header.map_or(0, |h| h.1);
    let head: BTreeSet<String> =
        s.kept.iter().filter(|k| found.banded && k.number <= first_data).filter_map(|k| bands::head_line(&k.cells)).collect();
    let (mut rows, mut carried) = (0, String::new());
    let _ = s.rows.for_each(&mut |row| {
        let side = if found.sections { bands::section(row.cells) } else { None };
        let band = if found.banded && side.is_none() { bands::of_row(&row) } else { None };
        let agent = reader.agent(&row);
        match &band {
            Some(b) => carried.clone_from(&b.id),
            None if !agent.is_empty() && carried != *agent => agent.as_ref().clone_into(&mut carried),
            None => {}
        }
        if side.is_some() || band.is_some() {
            section = side;
        } else if row.number > first_data && (reader.carries || !agent.is_empty()) {
            let (code, label) = reader.code(&row);
            let heading = |m: Meaning, text: &str| found.column(m).is_some_and(|c| !text.is_empty() && c.heading.ends_with(text));
            let again = heading(Meaning::Code, &code) && heading(Meaning::Label, &label);
            let (mut shown, _) = reader.shown(&row);
            let of_head = shown == Shown::default() && bands::head_line(row.cells).is_some_and(|l| head.contains(&l));
            // « Récapitulatif général », « ======== »: nothing that is paid has such a number.
            let drawn = || titles::summing(&code).is_some() || !code.contains(char::is_alphanumeric);
            let nothing = shown == Shown::default() && (label.is_empty() || label == code) && drawn();
            if !code.is_empty() && !again && !of_head && !nothing {
                reader.within(section, &label, &mut shown);
                each(&carried, &code, &label, shown);
            }
        }
        rows += 1;
        if rows < CODE_SAMPLE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
}

/// Columns of a wide register that hold amounts and stand for no known element are kept under their heading.
pub(super) fn wide_codes(found: &mut SourceMapping, s: &Seen<'_>, titles: &Titles, cx: &Context<'_>) {
    let mut codes: BTreeMap<String, CodeMapping> = BTreeMap::new();
    for c in &mut found.columns {
        let i = usize::from(c.column);
        let p = &s.profiles[i];
        // « C.S.G. / taux »: the group names the rubric. « Charges patronales / Maladie »: both together do.
        let part_only = columns::local_part(&s.layout.own[i], titles).is_some();
        let heading = if s.layout.group[i].is_empty() {
            s.layout.own[i].clone()
        } else if part_only {
            s.layout.group[i].clone()
        } else {
            c.heading.clone()
        };
        if c.meaning == Meaning::Unknown
            && p.filled > 0
            && p.share(p.numbers) >= 80
            && p.share(p.dates) < 50
            && columns::names_something(&heading)
        {
            let part = if s.layout.group[i].is_empty() { None } else { columns::local_part(&s.layout.own[i], titles) };
            c.meaning = Meaning::Local(part.unwrap_or(Part::Amount));
        }
        let target = match c.meaning {
            Meaning::Element(e, _) => {
                let alone = cx.rubrics.get(e).is_some_and(|t| t.kind == crate::payslip::LineKind::Employer);
                CodeTarget::Element(e, if alone { Payer::Employer } else { Payer::Agent })
            }
            Meaning::Local(_) => CodeTarget::Open,
            _ => continue,
        };
        let entry = codes.entry(heading.clone()).or_insert_with(|| CodeMapping {
            code: heading.clone(),
            labels: vec![heading.clone()],
            target,
            employer: None,
            with: None,
            certainty: c.certainty,
            why: c.why.clone(),
            alternatives: Vec::new(),
            rows: 0,
            goes_on: None,
        });
        entry.rows = entry.rows.max(p.filled);
        match (entry.target, target) {
            (CodeTarget::Open, _) => entry.target = target,
            (CodeTarget::Element(a, Payer::Agent), CodeTarget::Element(b, Payer::Employer)) if a != b => entry.employer = Some(b),
            (CodeTarget::Element(b, Payer::Employer), CodeTarget::Element(a, Payer::Agent)) if a != b => {
                entry.target = target;
                entry.employer = Some(b);
            }
            _ => {}
        }
    }
    for c in codes.values_mut().filter(|c| !matches!(c.target, CodeTarget::Element(_, Payer::Employer))) {
        if let Some((a, b)) = codes::shared(&Phrase::of(columns::bare_title(&c.code)), None, cx.rubrics) {
            c.target = CodeTarget::Element(a, Payer::Agent);
            c.with = Some(b);
        }
    }
    if found.column(Meaning::Payer).is_some() {
        for c in codes.values_mut().filter(|c| c.employer.is_none()) {
            let CodeTarget::Element(a, Payer::Agent) = c.target else { continue };
            c.employer = codes::other_share(columns::bare_title(&c.code), a, cx.rubrics);
        }
    }
    found.codes = codes.into_values().collect();
}

/// A table of rubrics, each number once, with their names beside: whether it is one, and then its two columns are said.
pub(super) fn name_rubrics(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) -> bool {
    let titled = |m: Meaning| (0..s.layout.width).find(|&c| s.compared[c].title(Title::Plain(m)) >= SURELY);
    let (Some(code), Some(label)) = (titled(Meaning::Code), titled(Meaning::Label)) else { return false };
    let once = |c: usize| s.profiles[c].filled > 0 && s.profiles[c].values.len() == s.profiles[c].filled as usize;
    let agents = [FactRole::Surname, FactRole::FullName, FactRole::GivenName, FactRole::IdentityNumber, FactRole::Iban];
    let of_agents = |c: usize| {
        let known = agents.iter().filter_map(|r| cx.vocabulary.role(*r));
        known.map(|f| s.compared[c].title(Title::Fact(f))).any(|t| t >= SURELY)
    };
    let named = s.profiles[label].values.len() * 10 >= s.profiles[label].filled as usize * 9;
    let words = s.profiles[label].share(s.profiles[label].letters) >= 80;
    if code == label || !once(code) || !named || !words || (0..s.layout.width).any(of_agents) {
        return false;
    }
    found.role = Role::Rubrics;
    found.certainty = 90;
    found.why = vec!["a name for each number".to_owned()];
    for (c, meaning) in [(code, Meaning::Code), (label, Meaning::Label)] {
        found.columns[c].meaning = meaning;
        found.columns[c].certainty = 90;
    }
    true
}
