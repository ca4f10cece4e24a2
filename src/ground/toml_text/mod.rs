//! Text that is no TOML → the same text with what cannot be read blanked out, and why, in our own words.
//!
//! One open quote makes a parser refuse everything behind it. Here a mistake costs the line it stands on; the rest is read
//! as if that line were empty, at the same places.

mod statements;
mod why;

use super::Finding;
use super::document::Report;
use super::finding::Severity;
use statements::{Open, Scan, Statement, scan};
use std::borrow::Cow;
use std::ops::Range;
use toml::de::DeTable;
use why::Why;

/// Mistakes of one file after which no more are looked for.
const MOST: usize = 40;

/// One thing that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub why: Why,
    /// Where the same was said before.
    pub first: Option<Range<usize>>,
    /// What is blanked because of it.
    pub lines: Range<usize>,
}

/// What can be read of a text, and what cannot.
pub fn read(text: &str) -> (Cow<'_, str>, Vec<Fault>) {
    if DeTable::parse(text).is_ok() {
        return (Cow::Borrowed(text), Vec::new());
    }
    let scanned = scan(text);
    let mut faults: Vec<Fault> = scanned.open.iter().filter(|o| !o.follows).map(|o| unclosed(text, o)).collect();
    let mut mended = text.to_owned();
    for o in &scanned.open {
        blank(&mut mended, &o.lines);
    }
    while faults.len() < MOST {
        let (_, errors) = DeTable::parse_recoverable(&mended);
        let Some(first) = errors.iter().min_by_key(|e| e.span().map_or(0, |s| s.start)) else { break };
        let fault = fault(&mended, &scanned, first);
        let before = mended.clone();
        blank(&mut mended, &fault.lines);
        faults.push(fault);
        if mended == before {
            break;
        }
    }
    faults.sort_by_key(|f| f.why.bytes.start);
    (Cow::Owned(mended), faults)
}

/// Tells every fault.
pub fn tell(report: &Report<'_>, file: u16, faults: &[Fault]) {
    for f in faults {
        let told = Finding::new("L01", Severity::Blocking).told(f.why.kind);
        let args: Vec<(&'static str, &str)> = f.why.args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let at: Vec<(u16, Range<usize>)> = [Some(f.why.bytes.clone()), f.first.clone()].into_iter().flatten().map(|s| (file, s)).collect();
        report.push(told, &at, &args);
    }
}

fn blank(text: &mut String, lines: &Range<usize>) {
    let kept: String = text[lines.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(lines.clone(), &kept);
}

fn unclosed(text: &str, o: &Open) -> Fault {
    let sign = &text[o.at..=o.at];
    let other = match sign {
        "[" => "]",
        "{" => "}",
        same => same,
    };
    let line = text[o.lines.clone()].trim();
    let kind = match sign {
        "[" | "{" => "L01.bracket",
        // « 'Prime d'été' » : the apostrophe within closes the text.
        "'" if line.matches('\'').count() > 1 => "L01.apostrophe",
        _ => "L01.quote",
    };
    let args = vec![("text", sign.to_owned()), ("near", other.to_owned())];
    Fault { why: Why { kind, args, bytes: o.at..o.at + 1 }, first: None, lines: o.lines.clone() }
}

fn fault(text: &str, scanned: &Scan, e: &toml::de::Error) -> Fault {
    let span = e.span().unwrap_or(0..0);
    let holds = |s: &&Statement| s.bytes.start <= span.start && span.start <= s.bytes.end;
    let Some(at) = scanned.statements.iter().position(|s| holds(&s) && !text[s.bytes.clone()].trim().is_empty()) else {
        let why = Why { kind: "L01.line", args: Vec::new(), bytes: span.clone() };
        return Fault { why, first: None, lines: span };
    };
    let s = &scanned.statements[at];
    let line = &text[s.bytes.clone()];
    // What stands under a head that cannot be read belongs to nothing.
    let lines = if s.is_head {
        let next = scanned.statements[at + 1..].iter().find(|n| n.is_head).map_or(text.len(), |n| n.bytes.start);
        s.bytes.start..next
    } else {
        s.bytes.clone()
    };
    let (why, first) = if e.message() == "duplicate key" {
        twice(text, scanned, at, &span)
    } else if s.is_head {
        (why::of_head(line), None)
    } else {
        (why::of_pair(line, span.start - s.bytes.start), None)
    };
    let bytes = s.bytes.start + why.bytes.start..s.bytes.start + why.bytes.end;
    Fault { why: Why { bytes, ..why }, first, lines }
}

/// The same key, or the same table, a second time. Bytes of the reason are those within the statement.
fn twice(text: &str, scanned: &Scan, at: usize, span: &Range<usize>) -> (Why, Option<Range<usize>>) {
    let s = &scanned.statements[at];
    let key = text.get(span.clone()).unwrap_or_default().to_owned();
    let name = |line: &str| {
        let said = line.trim().trim_start_matches('[');
        said.split(['=', ']']).next().unwrap_or_default().trim().to_owned()
    };
    let mut before = scanned.statements[..at].iter().rev();
    let first = if s.is_head {
        before.find(|b| b.is_head && name(&text[b.bytes.clone()]) == name(&text[s.bytes.clone()]))
    } else {
        before.take_while(|b| !b.is_head).find(|b| name(&text[b.bytes.clone()]) == key)
    };
    let kind = if s.is_head { "L01.head_twice" } else { "L01.twice" };
    let bytes = span.start - s.bytes.start..span.end - s.bytes.start;
    let spot = |b: &Statement| {
        let line = &text[b.bytes.clone()];
        let start = b.bytes.start + (line.len() - line.trim_start().trim_start_matches('[').len());
        start..start + name(line).len()
    };
    (Why { kind, args: vec![("text", key)], bytes }, first.map(spot))
}
