//! Everything that should be asked about a sheet.

use super::filled::rate_form;
use super::seen::Seen;
use crate::facts::Role as FactRole;
use crate::ground::{At, Finding, Severity, Sources, Words, words};
use crate::normalise::Context;
use crate::normalise::codes;
use crate::normalise::columns::is_one_off;
use crate::normalise::fragment;
use crate::normalise::leftover;
use crate::normalise::lists::SURE;
use crate::normalise::mapping::{CodeTarget, ColumnMapping, Meaning, Role, SourceMapping};
use std::collections::BTreeSet;

/// Everything that should be asked about a source.
pub(super) fn ask(found: &SourceMapping, s: &Seen<'_>, cx: &Context<'_>, sources: &Sources, findings: &mut Vec<Finding>) {
    if matches!(found.role, Role::Ignored | Role::Unknown) {
        return;
    }
    let place = |row: u32, column: u16| sources.place(At::cell(found.source, row, column));
    let header = found.header.map_or(1, |h| h.1);
    let name = |m: Meaning| m.name(cx.vocabulary, cx.rubrics);
    // What a person reads has words for it, and what to write in releve.toml behind.
    let both = |m: Meaning, l| m.both(cx.vocabulary, cx.rubrics, l);
    let label = |s: &SourceMapping| s.sheet.as_ref().map_or_else(|| s.file.clone(), |sheet| format!("{} ({sheet})", s.file));
    if found.certainty < 75 {
        findings.push(
            Finding::new("M08", Severity::Justify)
                .text(Words::each(|l| words::sentence("M08", l).replace("{role}", words::ui(&format!("ui.role.{}", found.role), l))))
                .arg("file", label(found))
                .arg("role", found.role)
                .arg("why", found.why.join(", "))
                .at(sources.place(At::source(found.source))),
        );
    }
    for c in &found.columns {
        let i = usize::from(c.column);
        let p = &s.profiles[i];
        let first = c.alternatives.first();
        let proposed = first.map_or_else(|| "–".to_owned(), |(m, n)| format!("{} ({n} %)", name(*m)));
        let sentence = |code: &str| {
            let other = |l| first.map_or_else(|| "–".to_owned(), |(m, n)| format!("{}, {n} %", both(*m, l)));
            Words::each(|l| words::sentence(code, l).replace("{meaning}", &both(c.meaning, l)).replace("{proposed}", &other(l)))
        };
        if c.meaning == Meaning::Unknown {
            if p.filled > 0 {
                findings.push(
                    Finding::new("M02", Severity::Warning)
                        .text(sentence("M02"))
                        .arg("heading", s_key(found, c))
                        .arg("file", label(found))
                        .arg("filled", p.filled)
                        .arg("proposed", proposed)
                        .at(place(header, c.column)),
                );
            }
        } else if c.certainty < SURE && p.filled > 0 && !matches!(c.meaning, Meaning::Ignored | Meaning::Local(_)) {
            findings.push(
                Finding::new("M03", Severity::Justify)
                    .text(sentence("M03"))
                    .arg("heading", s_key(found, c))
                    .arg("meaning", name(c.meaning))
                    .arg("certainty", c.certainty)
                    .arg("why", c.why.join(", "))
                    .arg("proposed", proposed)
                    .at(place(header, c.column)),
            );
        }
        if c.certainty < 100 && p.filled >= 3 && s.compared[i].has_title {
            let against = s.compared[i].against(p, found.role);
            if let Some(m) = against.filter(|m| *m != c.meaning && !(c.meaning != Meaning::Unknown && s.compared[i].surely(c.meaning))) {
                let title = |l| words::sentence("M04", l).replace("{title}", &both(m, l)).replace("{meaning}", &both(c.meaning, l));
                findings.push(
                    Finding::new("M04", Severity::Justify)
                        .text(Words::each(title))
                        .arg("heading", s_key(found, c))
                        .arg("title", name(m))
                        .arg("meaning", name(c.meaning))
                        .arg("samples", p.samples.join(" | "))
                        .at(place(header, c.column)),
                );
            }
        }
        if let Meaning::Fact(f) = c.meaning
            && is_one_off(cx.vocabulary.get(f))
            && let Some(year) = leftover::year_before(&s.layout.own[i], cx.month).filter(|_| p.filled > 0)
        {
            let f = Finding::new("M300", Severity::Justify).arg("file", label(found)).arg("heading", s_key(found, c));
            findings.push(f.arg("year", year).arg("month", cx.month).at(place(header, c.column)));
        }
        if let (Role::Staff, Meaning::Fact(f)) = (found.role, c.meaning)
            && is_one_off(cx.vocabulary.get(f))
            && p.most.is_some_and(|most| !most.is_zero())
        {
            let f = Finding::new("M410", Severity::Justify).arg("file", label(found)).arg("heading", s_key(found, c));
            findings.push(f.arg("month", cx.last).at(place(header, c.column)));
        }
        if let Meaning::Fact(f) | Meaning::New(f) = c.meaning
            && matches!(cx.vocabulary.get(f).kind, crate::facts::FactKind::Number { form: crate::facts::NumberForm::Rate })
            && !rate_form(p, &s.layout.own[i]).1
        {
            findings.push(
                Finding::new("N08", Severity::Justify)
                    .arg("heading", s_key(found, c))
                    .arg("samples", p.samples.join(" | "))
                    .at(place(header, c.column)),
            );
        }
    }
    let has = |m: Meaning| found.column(m).is_some();
    let role_column = |r: FactRole| cx.vocabulary.role(r).is_some_and(|f| has(Meaning::Fact(f)));
    let mut missing: Vec<&str> = Vec::new();
    let who = [FactRole::Employee, FactRole::Surname, FactRole::MarriedName, FactRole::FullName, FactRole::IdentityNumber];
    if !found.banded && !who.into_iter().any(role_column) {
        missing.push("matricule");
    }
    match found.role {
        Role::RegisterLines => {
            if !has(Meaning::Code) && !has(Meaning::Label) {
                missing.push("code");
            }
            if has(Meaning::Code) && !has(Meaning::Label) && unnamed(found) {
                missing.push("label");
            }
            if has(Meaning::Gain) != has(Meaning::Deduction) && !has(Meaning::Amount) && !has(Meaning::Signed) {
                missing.push(if has(Meaning::Gain) { "deduction" } else { "gain" });
            }
        }
        Role::AccountChanges => {
            if cx.vocabulary.role(FactRole::Iban).is_some_and(|f| !has(Meaning::New(f))) && !role_column(FactRole::AccountKey) {
                missing.push("iban");
            }
        }
        Role::Events => {
            if !has(Meaning::Days) && !has(Meaning::From) {
                missing.push("days");
            }
        }
        // A list with the second of two columns and without the first holds those in its rows (M444).
        Role::Amounts
        | Role::RegisterWide
        | Role::Staff
        | Role::Arrivals
        | Role::Departures
        | Role::Changes
        | Role::Transfers
        | Role::OtherAccounts
        | Role::Rubrics
        | Role::Ignored
        | Role::Unknown => {}
    }
    let titles = titles_read(found);
    for m in missing {
        let wanted = |l| {
            let key = format!("ui.wanted.{m}");
            if words::known(&key) { words::ui(&key, l).to_owned() } else { format!("« {m} »") }
        };
        let sentence = Words::each(|l| words::sentence("M07", l).replace("{meaning}", &wanted(l)));
        let f = Finding::new("M07", Severity::Blocking).text(sentence).arg("file", label(found)).arg("titles", &titles);
        findings.push(f.at(sources.place(At::source(found.source))));
    }
    ask_codes(found, cx, sources, findings);
}

/// The headings of a sheet, for a sentence.
pub(super) fn titles_read(found: &SourceMapping) -> String {
    const SHOWN: usize = 12;
    let titles: Vec<&str> = found.columns.iter().map(|c| c.heading.as_str()).filter(|h| !h.is_empty()).collect();
    let more = if titles.len() > SHOWN { " …" } else { "" };
    if titles.is_empty() { "–".to_owned() } else { format!("{}{more}", titles[..titles.len().min(SHOWN)].join(", ")) }
}

/// Codes that stay open, and codes under several labels.
pub fn ask_codes(found: &SourceMapping, cx: &Context<'_>, sources: &Sources, findings: &mut Vec<Finding>) {
    for c in &found.codes {
        let label = c.labels.first().cloned().unwrap_or_default();
        if c.target == CodeTarget::Open && c.goes_on.is_none() {
            let proposed: Vec<String> =
                c.alternatives.iter().map(|(t, n)| format!("{} ({n} %)", fragment::target_name(*t, cx.rubrics))).collect();
            findings.push(
                Finding::new("M05", Severity::Justify)
                    .arg("code", &c.code)
                    .arg("label", &label)
                    .arg("rows", c.rows)
                    .arg("proposed", if proposed.is_empty() { "–".to_owned() } else { proposed.join(", ") })
                    .arg("why", c.why.join(", "))
                    .at(sources.place(At::source(found.source))),
            );
        }
        let mut names: Vec<&str> = c.labels.iter().map(|l| codes::split_period(l).0).collect();
        names.dedup();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        if distinct.len() > 1 {
            findings.push(
                Finding::new("IMP-07", Severity::Warning)
                    .arg("code", &c.code)
                    .arg("labels", distinct.into_iter().collect::<Vec<_>>().join(" / "))
                    .at(sources.place(At::source(found.source))),
            );
        }
    }
}

pub(super) fn s_key(found: &SourceMapping, c: &ColumnMapping) -> String {
    found.key(c)
}

/// Rubrics of which the numbers alone say what fewer than half are.
fn unnamed(found: &SourceMapping) -> bool {
    let known = found.codes.iter().filter(|c| c.certainty >= 75 && c.target != CodeTarget::Open).count();
    found.codes.len() >= 5 && known * 2 < found.codes.len()
}
