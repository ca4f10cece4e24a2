//! Which declarations tell last month's pay: the right month and nature, the last word where one replaces another, all fractions.

use super::Registered;
use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::Context;
use crate::read::dsn::{Declaration, Person};
use std::collections::{BTreeMap, BTreeSet};

/// A declaration of a file, with its source.
pub type Used<'a> = (u16, &'a Declaration);

/// The declarations to use, in the order of the files.
pub fn choose<'a>(files: &'a [Registered], sources: &Sources, cx: &Context<'_>, findings: &mut Vec<Finding>) -> Vec<Used<'a>> {
    let mut groups: BTreeMap<(String, u32), Vec<Used<'a>>> = BTreeMap::new();
    let mut parts: BTreeMap<String, (u32, BTreeSet<u32>, At)> = BTreeMap::new();
    for r in files {
        for d in &r.file.declarations {
            let at = At::row(r.source, d.line);
            let fraction = d.fraction();
            findings.push(summary(d).at(sources.place(at)));
            if d.nature() != "01" {
                findings.push(Finding::new("M31", Severity::Information).arg("nature", d.nature()).at(sources.place(at)));
                continue;
            }
            if d.month() != Some(cx.last) {
                let month = d.month().map_or_else(|| "?".to_owned(), |m| m.to_string());
                findings.push(Finding::new("M32", Severity::Justify).arg("month", month).arg("last", cx.last).at(sources.place(at)));
                continue;
            }
            if d.test {
                findings.push(Finding::new("M33", Severity::Justify).at(sources.place(at)));
            }
            let (n, of) = fraction.unwrap_or((1, 1));
            let known = parts.entry(d.siret()).or_insert((of, BTreeSet::new(), at));
            known.0 = known.0.max(of);
            known.1.insert(n);
            groups.entry((d.siret(), n)).or_default().push((r.source, d));
        }
    }
    for (siret, (of, present, at)) in parts {
        for n in (1..=of).filter(|n| !present.contains(n)) {
            findings.push(Finding::new("M34", Severity::Justify).arg("part", n).arg("of", of).arg("siret", &siret).at(sources.place(at)));
        }
    }
    let mut used: Vec<Used<'a>> = groups.into_values().flat_map(|g| last_word(g, sources, findings)).collect();
    used.sort_by_key(|(source, d)| (*source, d.line));
    used
}

fn summary(d: &Declaration) -> Finding {
    let fraction = d.fraction().map_or_else(|| "?".to_owned(), |(n, of)| format!("{n}/{of}"));
    Finding::new("M30", Severity::Information)
        .arg("month", d.month().map_or_else(|| "–".to_owned(), |m| m.to_string()))
        .arg("siret", d.siret())
        .arg("fraction", fraction)
        .arg("norm", if d.norm.is_empty() { "?" } else { &d.norm })
        .arg("count", d.people.len())
}

/// One establishment's fraction: replaced, cancelled or sent twice.
fn last_word<'a>(mut group: Vec<Used<'a>>, sources: &Sources, findings: &mut Vec<Finding>) -> Vec<Used<'a>> {
    // Of one order and day they stand as the files do.
    group.sort_by_key(|(_, d)| (d.order(), filed(d)));
    let mut standing: Vec<Used<'a>> = Vec::new();
    for (source, d) in group {
        let place = sources.place(At::row(source, d.line));
        let told = |code: &str, severity, before: &[Used<'a>]| {
            before.iter().fold(Finding::new(code, severity).at(place.clone()), |f, (s, b)| f.at(sources.place(At::row(*s, b.line))))
        };
        match d.kind() {
            "03" | "05" => {
                findings.push(told("M35", Severity::Information, &standing));
                standing = vec![(source, d)];
            }
            "04" => {
                findings.push(told("M36", Severity::Justify, &standing));
                standing.clear();
            }
            _ if standing.is_empty() => standing.push((source, d)),
            _ if standing.iter().any(|(_, b)| same(b, d)) => findings.push(told("M37", Severity::Information, &standing)),
            _ if standing.iter().all(|(_, b)| apart(b, d)) => {
                findings.push(told("M38", Severity::Justify, &standing));
                standing.push((source, d));
            }
            _ => {
                findings.push(told("M39", Severity::Justify, &standing));
                standing = vec![(source, d)];
            }
        }
    }
    standing
}

/// The day the file was made, as a number that sorts.
fn filed(d: &Declaration) -> String {
    d.head.text("S20.G00.05.007").map_or(String::new(), |s| {
        let (day, rest) = s.value.split_at_checked(2).unwrap_or_default();
        let (month, year) = rest.split_at_checked(2).unwrap_or_default();
        format!("{year}{month}{day}")
    })
}

fn same(a: &Declaration, b: &Declaration) -> bool {
    a.people.len() == b.people.len()
        && a.head.says_the_same(&b.head)
        && a.people.iter().zip(&b.people).all(|(x, y)| x.group.says_the_same(&y.group))
}

/// Whether no person stands in both.
fn apart(a: &Declaration, b: &Declaration) -> bool {
    let who = |p: &Person| (p.nir().to_owned(), p.ntt().to_owned(), p.number().to_owned());
    let names: BTreeSet<_> = a.people.iter().map(who).collect();
    !b.people.iter().any(|p| names.contains(&who(p)))
}
