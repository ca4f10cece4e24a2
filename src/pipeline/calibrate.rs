//! `releve replay --calibrate`: the employer's settings from last month's payslips, shown with their evidence and kept on demand.

use super::explain::Told;
use super::{Inputs, Options, Outcome, Ready, Timings, prepare};
use crate::compute::calibrate::{Calibration, Witness};
use crate::facts::Facts;
use crate::ground::{Lang, Severity, finding, words};
use crate::job;
use crate::normalise::join::Person;
use crate::normalise::scheme;
use crate::payslip::{ElementId, PaidSlip};
use crate::rules::plan::setting_value;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// More witnesses than this tell nothing more.
const WITNESSES: usize = 3_000;

/// What one employee's last month can say of the settings: nothing of whom no staff file knows.
pub fn witness(p: &Person) -> Option<Witness<'_>> {
    let slip = p.paid.as_ref().filter(|s| p.staff.is_some() && !s.bare)?;
    Some(Witness::of(&p.known, &p.alternatives, slip))
}

/// Payslips of people whom no staff file knows, in whose lines their scheme stands: who is in it, and what else the lines say,
/// is sought while the month is made again.
fn strangers(ready: &Ready) -> Vec<(Facts, &PaidSlip)> {
    let element = |code: &str| Some(ElementId(ready.pack.elements.iter().position(|e| e.card.code == code)? as u16));
    let strangers = ready.inputs.people.values().filter(|p| p.staff.is_none());
    let of = strangers.filter_map(|p| {
        let slip = p.paid.as_ref().filter(|s| !s.bare)?;
        let mut facts = p.known.clone();
        facts.set(scheme::status_by_line(&slip.lines, &ready.pack.vocabulary, element)?.0);
        Some((facts, slip))
    });
    of.collect()
}

/// Those whom a staff file knows and last month paid.
pub fn witnesses(inputs: &Inputs) -> impl Iterator<Item = Witness<'_>> {
    inputs.people.values().filter_map(|p| witness(p))
}

/// The search for settings by these witnesses, on last month's law.
pub fn search<'r>(ready: &'r Ready, witnesses: Vec<Witness<'r>>) -> Calibration<'r> {
    Calibration {
        pack: &ready.pack,
        catalogue: &ready.catalogue,
        unknown_kinds: &ready.unknown_kinds,
        context: ready.road.last().context,
        late: &ready.road.late,
        witnesses,
    }
}

/// Finds the settings; with `write`, puts them in `releve.toml`.
///
/// # Errors
/// When the job cannot be read or written.
pub fn calibrate(options: &Options, write: bool) -> Result<Told> {
    let mut out = Outcome::default();
    let Some(ready) = prepare(options, &mut out, &mut Timings::default())? else {
        return Ok(Told { text: String::new(), findings: out.findings, lang: out.lang, code: 2 });
    };
    let lang = ready.lang;
    let strangers = strangers(&ready);
    let of_strangers = strangers.iter().map(|(facts, slip)| Witness::of(facts, &[], slip));
    let witnesses = witnesses(&ready.inputs).chain(of_strangers).take(WITNESSES).collect();
    let (found, _) = search(&ready, witnesses).run(ready.road.last().settings.clone());
    let mut text_out = String::new();
    let mut keep: BTreeMap<String, String> = BTreeMap::new();
    // What the job says of this month stands; last month's own value goes beside it.
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    // What last month decides otherwise comes first, then what it leaves open; what it confirms or never shows stands last.
    let mut found = found;
    found.sort_by_key(|f| match &f.chosen {
        Some(c) if *c == f.before => 2,
        Some(_) => 0,
        None if f.deciding > 0 => 1,
        None => 3,
    });
    let _ = writeln!(text_out, "{}", words::ui("ui.calibrate.legend", lang));
    for f in &found {
        let s = &ready.pack.settings[f.setting];
        let votes = f.votes.iter().map(|(v, n)| format!("{v} : {n}")).collect::<Vec<_>>().join(", ");
        let (mark, value) = match &f.chosen {
            Some(c) if *c == f.before => ("=", c.to_string()),
            Some(c) => ("→", c.to_string()),
            None => ("?", f.before.to_string()),
        };
        let why = match (f.deciding, f.chosen.is_some(), lang) {
            (0, _, Lang::Fr) if f.lines == Some(0) && f.bearing > 0 => {
                format!("{} bulletins le portent, d'autres lignes y sont à expliquer d'abord : à décider", f.bearing)
            }
            (0, _, Lang::En) if f.lines == Some(0) && f.bearing > 0 => {
                format!("{} payslips bear it, other lines of theirs are to be explained first: yours to decide", f.bearing)
            }
            (0, _, Lang::Fr) if f.lines == Some(0) => "aucune ligne du mois dernier ne le montre".to_owned(),
            (0, _, Lang::En) if f.lines == Some(0) => "no line of last month shows it".to_owned(),
            (n, false, Lang::Fr) if f.lines.is_some() => format!("{n} agents tranchent, aucun taux ne fait les lignes : à décider"),
            (n, false, Lang::En) if f.lines.is_some() => format!("{n} employees decide, no rate makes the lines: yours to decide"),
            (0, _, Lang::Fr) => "aucun bulletin ne tranche".to_owned(),
            (0, _, Lang::En) => "no payslip decides".to_owned(),
            (1, true, Lang::Fr) => "un seul agent tranche : indice faible".to_owned(),
            (1, true, Lang::En) => "one employee decides: weak evidence".to_owned(),
            (n, true, Lang::Fr) => format!("{n} agents tranchent"),
            (n, true, Lang::En) => format!("{n} employees decide"),
            (n, false, Lang::Fr) => format!("{n} agents tranchent, partagés : à décider"),
            (n, false, Lang::En) => format!("{n} employees decide, split: yours to decide"),
        };
        let _ = writeln!(text_out, "{mark} {:<28} {value:<14} {why} ({votes})   {}", s.id, s.label.get(lang));
        let Some(c) = &f.chosen else { continue };
        match ready.job.settings.get(&s.id) {
            _ if ready.job.last_settings.contains_key(&s.id) => {
                before.insert(s.id.clone(), c.to_string());
            }
            Some(given) if setting_value(&s.kind, given).as_ref() == Some(c) => {}
            Some(_) => {
                before.insert(s.id.clone(), c.to_string());
            }
            None if c.to_string() != s.default => {
                keep.insert(s.id.clone(), c.to_string());
            }
            None => {}
        }
    }
    if write {
        let kept = with_settings(&ready.job.text, "settings", &keep);
        let kept = with_settings(&kept, "last_settings", &before);
        job::write(&options.folder, job::SETTINGS_FILE, kept.as_bytes())?;
        let _ = writeln!(text_out, "\n{}", words::ui("ui.settings_written", lang));
    } else {
        for (table, list) in [("settings", &keep), ("last_settings", &before)].into_iter().filter(|t| !t.1.is_empty()) {
            let _ = writeln!(text_out, "\n[{table}]");
            for (k, v) in list {
                let _ = writeln!(text_out, "{k} = \"{v}\"");
            }
        }
        if !(keep.is_empty() && before.is_empty()) {
            let _ = writeln!(text_out, "\n{}", words::ui("ui.settings_to_copy", lang));
        }
    }
    finding::sort(&mut out.findings);
    let code = u8::from(out.findings.iter().any(|f| f.severity <= Severity::Justify));
    Ok(Told { text: text_out, findings: out.findings, lang, code })
}

/// The text of `releve.toml` with these settings: lines of the table are replaced or added, all else stays.
fn with_settings(toml: &str, table: &str, keep: &BTreeMap<String, String>) -> String {
    let title = format!("[{table}]");
    let mut out = String::new();
    let mut inside = false;
    let mut seen = false;
    let mut left = keep.clone();
    let flush = |out: &mut String, left: &mut BTreeMap<String, String>| {
        for (k, v) in std::mem::take(left) {
            let _ = writeln!(out, "{k} = \"{v}\"");
        }
    };
    for line in toml.lines() {
        let bare = line.trim();
        let behind_a_mark = bare.trim_start_matches(['#', ' ']).starts_with('[');
        if behind_a_mark && inside {
            // A table that is only shown stays below what is added, and apart from it.
            let body = out.trim_end_matches('\n').len();
            let gap = out.split_off(body);
            out.push('\n');
            flush(&mut out, &mut left);
            out.push_str(gap.get(1..).unwrap_or_default());
            inside = false;
        }
        if bare.starts_with('[') {
            inside = bare.strip_prefix(&title).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '#']));
            seen |= inside;
        }
        let key = bare.trim_start_matches(['#', ' ']).split('=').next().unwrap_or_default().trim().to_owned();
        if inside && bare.contains('=') && left.contains_key(&key) {
            if let Some(v) = left.remove(&key) {
                let _ = writeln!(out, "{key} = \"{v}\"");
            }
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    if !seen && !left.is_empty() {
        let _ = writeln!(out, "\n{title}");
    }
    flush(&mut out, &mut left);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_replaced_in_place_and_the_rest_stays() {
        let keep = BTreeMap::from([("taux_vm".to_owned(), "0.008".to_owned()), ("zone".to_owned(), "2".to_owned())]);
        let before = "month = \"2021-12\"\n[settings] # x\n# taux_vm = \"0\"\nother = \"1\"\n[debtor]\niban = \"\"\n";
        let after = with_settings(before, "settings", &keep);
        assert_eq!(after, "month = \"2021-12\"\n[settings] # x\ntaux_vm = \"0.008\"\nother = \"1\"\nzone = \"2\"\n[debtor]\niban = \"\"\n");
        assert!(with_settings("month = \"2021-12\"\n", "settings", &keep).contains("\n[settings]\ntaux_vm = \"0.008\"\n"));
        // A table that is only shown as a comment keeps what is its own.
        assert_eq!(
            with_settings("[settings]\n# taux_vm = \"0\"\n\n# [last_settings]\n# zone = \"1\"\n", "settings", &keep),
            "[settings]\ntaux_vm = \"0.008\"\nzone = \"2\"\n\n# [last_settings]\n# zone = \"1\"\n"
        );
        // What last month was paid on stands in a table of its own, after the other.
        let last = BTreeMap::from([("taux_vm".to_owned(), "0.02".to_owned())]);
        assert_eq!(
            with_settings("[settings]\ntaux_vm = \"0.03\"\n", "last_settings", &last),
            "[settings]\ntaux_vm = \"0.03\"\n\n[last_settings]\ntaux_vm = \"0.02\"\n"
        );
    }
}
