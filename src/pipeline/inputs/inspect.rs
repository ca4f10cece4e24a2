//! What `releve inspect` shows of every file.

use super::open::{lay_out, open_all};
use super::{context, rubrics};
use crate::ground::{Checked, Lang, words};
use crate::job::Job;
use crate::normalise::titles::Titles;
use crate::normalise::{self, Mapping, Natures, Rubrics, fragment};
use crate::pipeline::records;
use crate::rules::Pack;
use crate::rules::bind::SettingValue;
use anyhow::Result;

/// What `releve inspect` shows: the mapping with its certainties, and the fragment of `releve.toml` that says the same.
///
/// # Errors
/// When the inbox cannot be listed.
pub fn inspect(job: &Job, pack: &Pack, settings: &[SettingValue], lang: Lang) -> Result<Checked<(Mapping, String, Vec<String>)>> {
    let mut o = open_all(job, |_, _, _| {})?;
    let rubrics = rubrics(pack, job, settings);
    let natures = Natures::of(&pack.events, &pack.vocabulary).with_moves(&pack.moves);
    let cx = context(pack, &natures, &rubrics, job);
    let mut given = fragment::read(&job.text);
    o.findings.append(&mut given.findings);
    let (record, _, _) = records::last_month(&mut o, &pack.catalogue(), &cx);
    let titles = Titles::new(cx.vocabulary, cx.rubrics);
    lay_out(&mut o, &titles, &cx);
    let mapping = o.recognise(&record, &given.value, &titles, &cx);
    let text = fragment::write(&mapping, &pack.vocabulary, &rubrics);
    let mut shown = Vec::new();
    for s in &mapping.sources {
        shown.extend(describe(s, pack, &rubrics, lang));
    }
    if let (Some(month), Some(place)) = (record.month, record.place()) {
        let slips = record.members.values().filter(|m| m.slip.is_some()).count();
        shown.push(format!("{place} — dossier de paie de {month}, {slips} bulletins, {} virements", record.transfers.len()));
    }
    for s in o.statements.iter().map(|r| &r.statement) {
        let month = s.month.map_or_else(|| "?".to_owned(), |m| m.to_string());
        shown.push(format!("{} — état de paye, {} bulletins, {month}, {}", s.file, s.slips.len(), s.employer.text));
    }
    for d in o.declarations.iter().flat_map(|r| &r.file.declarations) {
        let month = d.month().map_or_else(|| "?".to_owned(), |m| m.to_string());
        shown.push(format!("{} — DSN {}, {} individus, {month}, SIRET {}", d.file, d.norm, d.people.len(), d.siret()));
    }
    if let Some((h, place, sum)) = &o.header {
        shown.push(format!(
            "{place} — pain.001, {} virements, {} €, exécution {}",
            o.transfers.len(),
            sum.french(),
            h.execution.map_or_else(|| "?".to_owned(), |d| d.format("%d/%m/%Y").to_string())
        ));
    }
    Ok(Checked::new((mapping, text, shown), o.findings))
}

/// A sheet in the reader's words: what it is, then the columns that are not sure, one a line, and the sure ones together.
fn describe(s: &normalise::SourceMapping, pack: &Pack, rubrics: &Rubrics, lang: Lang) -> Vec<String> {
    let say = |key: &str, args: &[(&str, String)]| words::fill(words::ui(key, lang), args);
    let sheet = s.sheet.as_ref().map(|n| format!(", « {n} »")).unwrap_or_default();
    let rows = |(a, b): (u32, u32)| if a == b { a.to_string() } else { format!("{a}–{b}") };
    let header =
        s.header.map_or_else(|| words::ui("ui.inspect.no_titles", lang).to_owned(), |h| say("ui.inspect.titles", &[("rows", rows(h))]));
    let role = match words::ui(&format!("ui.role.{}", s.role), lang) {
        "?" => s.role.to_string(),
        role => role.to_owned(),
    };
    let sure = say("ui.inspect.sure", &[("percent", s.certainty.to_string())]);
    let mut out = vec![String::new(), format!("{}{sheet} : {role} ({sure}, {header})", s.file)];
    let (known, open): (Vec<_>, Vec<_>) = s.columns.iter().partition(|c| c.certainty >= normalise::lists::SURE);
    for c in open {
        let samples = c.samples.join(" | ");
        out.push(format!(
            " ? {:<28} → {:<28} {:>3} %   {samples}",
            cut(&s.key(c), 28),
            cut(&c.meaning.shown(&pack.vocabulary, rubrics, lang), 28),
            c.certainty
        ));
    }
    for c in s.codes.iter().filter(|c| c.certainty < 70) {
        let (label, name) = (c.labels.first().map_or("", String::as_str), fragment::target_name(c.target, rubrics));
        out.push(format!(" ? {:<8} {:<32} → {:<16} {:>3} %   {}", c.code, cut(label, 32), name, c.certainty, c.why.join(", ")));
    }
    let told: Vec<String> = known.iter().map(|c| format!("{} → {}", s.key(c), c.meaning.shown(&pack.vocabulary, rubrics, lang))).collect();
    if !told.is_empty() {
        out.push(format!("   {} : {}", words::ui("ui.inspect.known", lang), told.join(" ; ")));
    }
    let codes: Vec<String> = s
        .codes
        .iter()
        .filter(|c| c.certainty >= 70)
        .map(|c| format!("{} → {}", c.code, fragment::target_name(c.target, rubrics)))
        .collect();
    if !codes.is_empty() {
        out.push(format!("   {} : {}", words::ui("ui.inspect.codes", lang), codes.join(" ; ")));
    }
    out
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width { text.to_owned() } else { format!("{}…", text.chars().take(width - 1).collect::<String>()) }
}
