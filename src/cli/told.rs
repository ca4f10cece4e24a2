//! Findings as people read them on a terminal: causes first, then by weight, those of one code together with what to do once.

use crate::ground::finding::Rank;
use crate::ground::{Finding, Lang, Severity, words};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Findings of one code that a run shows; the others stand in its results. What blocks is always shown.
const SHOWN: usize = 8;

/// What a command that is proposed needs to be typed as it stands: the folder, and the month to pay where it is known.
pub struct Job<'j> {
    pub folder: &'j Path,
    pub month: Option<String>,
}

impl Job<'_> {
    /// The folder as a word of a command line.
    pub fn typed(&self) -> String {
        let folder = self.folder.display().to_string();
        if folder.contains([' ', '\'']) { format!("\"{folder}\"") } else { folder }
    }

    /// The text with its folder and its month in the commands.
    pub fn fill(&self, text: &str, lang: Lang) -> String {
        let (folder, month) = match lang {
            Lang::Fr => ("DOSSIER", "MOIS"),
            Lang::En => ("FOLDER", "MONTH"),
        };
        let text = text.replace(folder, &self.typed());
        self.month.as_ref().map_or_else(|| text.clone(), |m| text.replace(&format!("--until {month}"), &format!("--until {m}")))
    }
}

fn tag(f: &Finding) -> &'static str {
    match f.severity {
        Severity::Blocking => "ui.told.b",
        Severity::Justify => "ui.told.j",
        Severity::Warning => "ui.told.w",
        Severity::Information => "ui.told.i",
    }
}

fn places(out: &mut String, f: &Finding, most: usize, lang: Lang) {
    for p in f.places.iter().take(most) {
        let _ = writeln!(out, "    {}", p.shown(lang));
    }
}

/// One finding: how much it weighs, code, sentence, places, what to do.
pub fn paragraph(f: &Finding, lang: Lang, job: Option<&Job<'_>>) -> String {
    format!("{} {}", words::ui(tag(f), lang), under_heading(f, lang, job))
}

/// The same where a heading says how much it weighs.
fn under_heading(f: &Finding, lang: Lang, job: Option<&Job<'_>>) -> String {
    let mut s = format!("[{}] {}\n", f.code, f.message(lang));
    places(&mut s, f, 4, lang);
    if let Some(h) = f.help(lang) {
        let _ = writeln!(s, "    → {}", job.map_or_else(|| h.clone(), |j| j.fill(&h, lang)));
    }
    s
}

/// The findings of a run that has written its results.
pub fn of_run(findings: &[Finding], lang: Lang, job: &Job<'_>) -> String {
    let mut out = String::new();
    let (causes, others): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|f| f.rank == Rank::Cause);
    let (behind, own): (Vec<&Finding>, Vec<&Finding>) = others.into_iter().partition(|f| f.rank == Rank::Follows);
    if !causes.is_empty() {
        heading(&mut out, "ui.told.first", causes.len(), lang);
        causes.iter().for_each(|f| {
            out.push_str(&paragraph(f, lang, Some(job)));
            out.push('\n');
        });
        if !behind.is_empty() {
            let args = [("count", behind.len().to_string()), ("list", by_code(&behind))];
            let _ = writeln!(out, "{}\n", words::fill(words::ui("ui.told.behind", lang), &args));
        }
    }
    for of_one in own.chunk_by(|a, b| a.severity == b.severity) {
        heading(&mut out, &format!("{}.all", tag(of_one[0])), of_one.len(), lang);
        let mut codes: Vec<&str> = Vec::new();
        for f in of_one {
            if !codes.contains(&f.code.as_str()) {
                codes.push(&f.code);
            }
        }
        for code in codes {
            group(&mut out, &of_one.iter().copied().filter(|f| f.code == code).collect::<Vec<_>>(), lang, job);
            out.push('\n');
        }
    }
    out
}

fn heading(out: &mut String, key: &str, count: usize, lang: Lang) {
    let _ = writeln!(out, "{}\n", words::fill(words::ui(key, lang), &[("count", count.to_string())]));
}

/// How many of each code, the most first.
fn by_code(findings: &[&Finding]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    findings.iter().for_each(|f| *counts.entry(&f.code).or_default() += 1);
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(code, n)| (std::cmp::Reverse(*n), *code));
    let more = if counts.len() > SHOWN { ", …" } else { "" };
    counts.iter().take(SHOWN).map(|(code, n)| format!("{code} {n}")).collect::<Vec<_>>().join(", ") + more
}

/// What to do about a finding, whoever it is about.
fn help_for_any(f: &Finding, lang: Lang) -> Option<String> {
    let mut any = f.clone();
    any.employee = None;
    any.args.retain(|a| a.0 != "agent");
    let number = match lang {
        Lang::Fr => "MATRICULE",
        Lang::En => "NUMBER",
    };
    any.args.push(("agent".into(), number.to_owned()));
    any.help(lang)
}

/// Findings of one code: each with its first place, and what to do once where it is the same for all.
fn group(out: &mut String, of_one: &[&Finding], lang: Lang, job: &Job<'_>) {
    let [first, rest @ ..] = of_one else { return };
    if rest.is_empty() {
        out.push_str(&under_heading(first, lang, Some(job)));
        return;
    }
    // What somebody has waived for many asks for nothing any more: one line, with the signature.
    if let (Some(d), true) = (&first.decided, of_one.iter().all(|f| f.decided.as_ref().is_some_and(|d| d.stands))) {
        let mut who: Vec<String> = of_one.iter().filter_map(|f| f.employee.as_ref()).map(ToString::to_string).collect();
        who.dedup();
        let args = [("by", d.by.clone()), ("on", d.on.clone()), ("reason", d.reason.clone()), ("month", d.month.clone())];
        let signed = words::fill(words::ui("ui.decided", lang), &args);
        let _ = writeln!(out, "[{}] {signed} ({})", first.code, of_one.len());
        let _ = writeln!(out, "    {}", who.join(", "));
        return;
    }
    let help = help_for_any(first, lang);
    let together = rest.iter().all(|f| help_for_any(f, lang) == help);
    let shown = if first.severity == Severity::Blocking { of_one.len() } else { SHOWN };
    for f in of_one.iter().take(shown) {
        if together {
            let _ = writeln!(out, "[{}] {}", f.code, f.message(lang));
            places(out, f, 1, lang);
        } else {
            out.push_str(&under_heading(f, lang, Some(job)));
        }
    }
    if of_one.len() > shown {
        let mut who: Vec<String> = of_one[shown..].iter().filter_map(|f| f.employee.as_ref()).map(ToString::to_string).collect();
        who.dedup();
        let who = if who.is_empty() { first.code.clone() } else { who.join(", ") };
        let args = [("count", (of_one.len() - shown).to_string()), ("list", who)];
        let _ = writeln!(out, "    {}", words::fill(words::ui("ui.told.more", lang), &args));
    }
    if let Some(h) = help.filter(|_| together) {
        let _ = writeln!(out, "    → {}", job.fill(&h, lang));
    }
}

/// Folds lines that are wider than a terminal, under their own indent; a command in quotation marks stays whole, on a line of
/// its own, so that it can be copied.
pub fn folded(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        if bare.chars().count() <= width || width < 30 {
            out.push_str(line);
            continue;
        }
        let indent = bare.chars().take_while(|c| *c == ' ').count();
        let hanging = " ".repeat((indent + if bare[indent..].starts_with('→') { 2 } else { 4 }).min(width / 2));
        let mut at = indent;
        out.push_str(&" ".repeat(indent));
        for (i, piece) in pieces(&bare[indent..]).into_iter().enumerate() {
            let length = piece.chars().count();
            if i > 0 && at + 1 + length > width {
                out.push('\n');
                out.push_str(&hanging);
                at = hanging.len();
            } else if i > 0 {
                out.push(' ');
                at += 1;
            }
            out.push_str(piece);
            at += length;
        }
        out.push('\n');
    }
    if text.ends_with('\n') { out } else { out.trim_end_matches('\n').to_owned() }
}

/// The words of a line; a command of this program is one.
fn pieces(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let command = ["« releve ", "“releve "].iter().any(|c| rest.starts_with(c));
        let end = rest.find(['»', '”']).filter(|_| command).map(|i| i + rest[i..].chars().next().map_or(1, char::len_utf8));
        let from = end.unwrap_or(0);
        let stop = rest[from..].find(' ').map_or(rest.len(), |i| from + i);
        out.push(&rest[..stop]);
        rest = rest[stop..].trim_start_matches(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_folded_under_its_indent_and_a_command_stays_whole() {
        let text = "    → lire le fichier en entier, puis « releve decide ville mode --agent 00123 » tout de suite\ncourt\n";
        let wanted =
            "    → lire le fichier en entier, puis\n      « releve decide ville mode --agent 00123 »\n      tout de suite\ncourt\n";
        assert_eq!(folded(text, 46), wanted);
        assert_eq!(folded(text, 200), text);
    }

    #[test]
    fn a_folder_with_spaces_is_one_word_of_a_command() {
        let job = Job { folder: Path::new("paie de décembre"), month: Some("2021-12".to_owned()) };
        assert_eq!(
            job.fill("« releve decide DOSSIER … --until MOIS »", Lang::Fr),
            "« releve decide \"paie de décembre\" … --until 2021-12 »"
        );
    }
}
