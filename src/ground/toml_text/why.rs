//! A line that is no TOML → what a person wrote there, and the line that says it.

use super::statements::{equals, is_bare};
use crate::ground::written;
use std::ops::Range;

/// Why a line cannot be read: a key of the catalogue under `L01.`, what to put into its sentence, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub kind: &'static str,
    pub args: Vec<(&'static str, String)>,
    pub bytes: Range<usize>,
}

/// Why a head of a table is none.
pub fn of_head(line: &str) -> Why {
    let said = line.trim();
    let name: String = said.chars().filter(|c| !matches!(c, '[' | ']')).collect();
    let name = name.split_whitespace().next().unwrap_or("table").to_owned();
    let name = if is_bare(&name) { name } else { "table".to_owned() };
    Why { kind: "L01.head", args: vec![("text", said.to_owned()), ("name", name)], bytes: within(line, said) }
}

/// Why a line `key = value` is none; `at` is where reading it failed.
pub fn of_pair(line: &str, at: usize) -> Why {
    let why = |kind, part: &str, args: Vec<(&'static str, String)>| Why { kind, bytes: within(line, part), args };
    let Some(equals) = equals(line) else {
        return why("L01.line", line.trim(), vec![("text", line.trim().to_owned())]);
    };
    let key = line[..equals].trim().trim_start_matches('\u{feff}');
    let near = bare(key);
    if !is_bare(key) && !key.starts_with(['"', '\'']) && !near.is_empty() {
        return why("L01.key", key, vec![("text", key.to_owned()), ("near", near)]);
    }
    let value = line[equals + 1..].trim();
    if value.starts_with(['[', '{', '"', '\'']) {
        return within_value(line, key, value, at);
    }
    let value = value.split(" #").next().unwrap_or_default().trim_end();
    let (kind, sample) = scalar(value);
    let args = vec![("text", value.to_owned()), ("key", key.to_owned()), ("sample", sample)];
    if value.is_empty() { why("L01.nothing", key, args) } else { why(kind, value, args) }
}

/// A value that begins with no quote and no bracket: what it was meant to be, and how that is written.
fn scalar(value: &str) -> (&'static str, String) {
    if let Some(inner) = between_other_quotes(value) {
        return ("L01.quotes", quoted(inner));
    }
    if let Some(read) = written::date(value) {
        return match read {
            Ok(day) => ("L01.date", day.to_string()),
            Err(last) => ("L01.calendar", last.map(|d| d.to_string()).unwrap_or_default()),
        };
    }
    if let Some(number) = written::number(value) {
        return ("L01.number", format!("\"{number}\""));
    }
    match value.to_lowercase().as_str() {
        "oui" | "vrai" | "yes" | "true" => ("L01.flag", "true".to_owned()),
        "non" | "faux" | "no" | "false" => ("L01.flag", "false".to_owned()),
        _ => ("L01.text", quoted(value)),
    }
}

/// Something is wrong inside a text, a list or a table, or behind it.
fn within_value(line: &str, key: &str, value: &str, at: usize) -> Why {
    let why = |kind, part: &str, args: Vec<(&'static str, String)>| Why { kind, bytes: within(line, part), args };
    let quote = value.chars().next().unwrap_or('"');
    if matches!(quote, '"' | '\'') && !value.starts_with("\"\"\"") && !value.starts_with("'''") {
        let close =
            value.char_indices().skip(1).find(|(i, c)| *c == quote && !value[..*i].ends_with('\\')).map_or(value.len(), |c| c.0 + 1);
        let (inside, behind) = (&value[..close], value[close..].trim());
        if !behind.is_empty() && !behind.starts_with('#') {
            return why("L01.behind", behind, vec![("text", behind.to_owned()), ("key", key.to_owned())]);
        }
        return why("L01.escape", inside, vec![("key", key.to_owned())]);
    }
    let at = at.min(line.len());
    let start = (0..=at).rev().find(|i| line.is_char_boundary(*i)).unwrap_or(0);
    let rest = line[start..].trim_start();
    let word: &str = rest.split([',', ']', '}', '\n', ' ']).next().unwrap_or_default();
    let args = |sample: String| vec![("text", word.to_owned()), ("key", key.to_owned()), ("sample", sample)];
    if rest.starts_with(['"', '\'']) {
        return why("L01.comma", word, args(String::new()));
    }
    if word.chars().next().is_some_and(char::is_alphabetic) {
        return why("L01.item", word, args(quoted(word)));
    }
    let first = value.lines().next().unwrap_or(value);
    why("L01.line", first, vec![("text", first.to_owned())])
}

/// Text between the quotes that a word processor makes.
fn between_other_quotes(value: &str) -> Option<&str> {
    let others = ['“', '”', '„', '«', '»', '‘', '’', '´', '`'];
    let inner = value.strip_prefix(others)?;
    Some(inner.strip_suffix(others).unwrap_or(inner).trim())
}

/// Text in the quotes that suit it: a formula between apostrophes.
fn quoted(text: &str) -> String {
    let formula = text.contains(['(', '*', '+', '<', '>', '=']) || text.contains(" / ") || text.starts_with("if ");
    let quote = if (formula || text.contains('"')) && !text.contains('\'') { '\'' } else { '"' };
    format!("{quote}{}{quote}", text.trim_matches(['"', '\'']))
}

/// A key without accents and spaces.
fn bare(key: &str) -> String {
    let plain = key.chars().map(|c| if c.is_whitespace() { '_' } else { crate::ground::finding::plain(c) });
    plain.filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect::<String>().to_lowercase()
}

/// Bytes of a part of a line within it.
fn within(line: &str, part: &str) -> Range<usize> {
    let at = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
    if at + part.len() <= line.len() { at..at + part.len() } else { 0..line.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> (&'static str, String) {
        let w = of_pair(line, line.len());
        (w.kind, w.args.iter().find(|a| a.0 == "sample" || a.0 == "near").map(|a| a.1.clone()).unwrap_or_default())
    }

    #[test]
    fn what_was_meant_is_said_as_it_is_written() {
        let table = [
            ("from = 2026-1-1", "L01.date", "2026-01-01"),
            ("from = 01/01/2026", "L01.date", "2026-01-01"),
            ("from = 2026-02-30", "L01.calendar", "2026-02-28"),
            ("value = 60,00", "L01.number", "\"60.00\""),
            ("value = 60 €", "L01.number", "\"60\""),
            ("value = 2 %", "L01.number", "\"0.02\""),
            ("amount = min(a, 2) * b", "L01.text", "'min(a, 2) * b'"),
            ("kind = earning # gain", "L01.text", "\"earning\""),
            ("label = “Prime”", "L01.quotes", "\"Prime\""),
            ("local = oui", "L01.flag", "true"),
            ("source =", "L01.nothing", "\"\""),
            ("libellé du mois = \"x\"", "L01.key", "libelle_du_mois"),
            ("label = \"Prime \"d'été\"\"", "L01.behind", ""),
            ("source = \"C:\\regles\"", "L01.escape", ""),
            ("tutorat", "L01.line", ""),
        ];
        for (line, kind, sample) in table {
            assert_eq!(said(line), (kind, sample.to_owned()), "{line}");
        }
    }

    #[test]
    fn a_list_says_which_item() {
        let list = "feeds = [\"a\" \"b\"]";
        assert_eq!(of_pair(list, 13).kind, "L01.comma");
        let bare = of_pair("feeds = [brut, \"b\"]", 9);
        assert_eq!((bare.kind, bare.args[2].1.as_str()), ("L01.item", "\"brut\""));
    }
}
