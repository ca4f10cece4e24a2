//! The picture on a terminal of 100 columns, and as JSON.

use super::{Missing, Picture, Wanted};
use crate::ground::words;
use serde_json::{Value, json};
use std::fmt::Write as _;

const WIDTH: usize = 100;

/// A text cut to a width, with a mark where it was cut, and filled up to it.
fn fit(text: &str, width: usize) -> String {
    let n = text.chars().count();
    if n <= width {
        return format!("{text}{}", " ".repeat(width - n));
    }
    format!("{}…", text.chars().take(width - 1).collect::<String>())
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{}", fit(text, WIDTH).trim_end());
}

/// For people.
pub fn text(p: &Picture) -> String {
    let ui = |key: &str| words::ui(key, p.lang);
    let mut out = String::new();
    let month = p.month.map_or_else(String::new, |m| super::month_name(m, p.lang));
    line(&mut out, &words::fill(ui("ui.recovery.title"), &[("agents", p.agents.to_string()), ("month", month)]));
    if !p.known.is_empty() {
        let heads =
            [ui("ui.recovery.known"), ui("ui.recovery.sure"), ui("ui.recovery.agree"), ui("ui.recovery.differ")].map(|h| format!("{h:>7}"));
        line(&mut out, &format!("  {} {}   {}", fit("", 30), heads.join(""), ui("ui.recovery.source")));
        for k in &p.known {
            let known = if k.of > 0 { format!("{}/{}", k.count, k.of) } else { k.count.to_string() };
            let some = |n: u64| if n == 0 { String::new() } else { n.to_string() };
            let mut sources: Vec<(&String, &u64)> = k.sources.iter().collect();
            sources.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
            let alone = sources.len() == 1 && *sources[0].1 == k.count;
            let shown: Vec<String> = sources.iter().map(|(f, n)| if alone { (*f).clone() } else { format!("{f} {n}") }).collect();
            let row = format!(
                "  {} {known:>7}{:>7}{:>7}{:>7}   {}",
                fit(&k.label, 30),
                some(k.sure),
                some(k.agree),
                some(k.differ),
                shown.join(", ")
            );
            line(&mut out, &row);
        }
        line(&mut out, &format!("  {}", ui("ui.recovery.legend_sure")));
        line(&mut out, &format!("  {}", ui("ui.recovery.legend_agree")));
        line(&mut out, &format!("  {}", ui("ui.recovery.legend_differ")));
    }
    out.push('\n');
    out + &needs(p)
}

/// Its second half: what is missing, and which files to look for.
pub fn needs(p: &Picture) -> String {
    let ui = |key: &str| words::ui(key, p.lang);
    let mut out = String::new();
    line(&mut out, ui("ui.recovery.missing"));
    if p.agents == 0 {
        line(&mut out, &format!("  {}", ui("ui.recovery.everything")));
    }
    for (key, list) in [("ui.recovery.compute", &p.compute), ("ui.recovery.pay", &p.pay), ("ui.recovery.payslip", &p.payslip)] {
        if p.agents > 0 {
            rows(&mut out, ui(key), list, ui("ui.recovery.nothing"));
        }
    }
    out.push('\n');
    line(&mut out, ui("ui.recovery.files"));
    for (i, w) in p.wanted.iter().enumerate() {
        line(&mut out, &format!("  {}. {}", i + 1, w.label));
        line(&mut out, &format!("     {}", gain(p, w)));
    }
    if p.wanted.is_empty() {
        line(&mut out, &format!("  {}", ui("ui.recovery.nothing")));
    }
    out
}

fn rows(out: &mut String, head: &str, list: &[Missing], nothing: &str) {
    if list.is_empty() {
        line(out, &format!("  {} {nothing}", fit(head, 20)));
    }
    for (i, m) in list.iter().enumerate() {
        let head = if i == 0 { head } else { "" };
        let mut who: Vec<String> = m.who.iter().map(ToString::to_string).collect();
        if m.count > who.len() as u64 {
            who.push("…".to_owned());
        }
        let count = if m.count == 0 { String::new() } else { m.count.to_string() };
        line(out, &format!("  {} {} {count:>5}   {}", fit(head, 20), fit(&m.label, 40), who.join(", ")));
    }
}

fn gain(p: &Picture, w: &Wanted) -> String {
    let key = match (w.confirms, w.count) {
        (_, 0) => "ui.recovery.gives",
        (true, _) => "ui.recovery.confirms",
        (false, _) => "ui.recovery.helps",
    };
    words::fill(words::ui(key, p.lang), &[("count", w.count.to_string()), ("what", w.gives.join(", "))])
}

/// For programs; `format = 1`.
pub fn json(p: &Picture) -> String {
    let missing = |list: &[Missing]| -> Vec<Value> {
        let one = |m: &Missing| json!({ "what": m.label, "count": m.count, "employees": m.who.iter().map(ToString::to_string).collect::<Vec<_>>() });
        list.iter().map(one).collect()
    };
    let known: Vec<Value> = p
        .known
        .iter()
        .map(|k| {
            json!({ "what": k.id, "label": k.label, "known": k.count, "of": (k.of > 0).then_some(k.of), "sure": k.sure, "agree": k.agree, "differ": k.differ, "sources": k.sources })
        })
        .collect();
    let wanted: Vec<Value> = p
        .wanted
        .iter()
        .map(|w| json!({ "file": w.id, "label": w.label, "employees": w.count, "gives": w.gives, "confirms": w.confirms }))
        .collect();
    let value = json!({
        "format": 1,
        "month": p.month.map(|m| m.to_string()),
        "last_month": p.last_month.map(|m| m.to_string()),
        "employees": p.agents,
        "known": known,
        "missing": { "compute": missing(&p.compute), "pay": missing(&p.pay), "payslip": missing(&p.payslip) },
        "wanted": wanted,
    });
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_never_leaves_the_terminal() {
        assert_eq!(fit("é".repeat(120).as_str(), WIDTH).chars().count(), WIDTH);
        assert_eq!(fit("abc", 5), "abc  ");
    }
}
