//! A second document of last month that is cut or cannot be read: it takes nothing away where other files have everybody's
//! payslip, and the bank paid each the very net.

use super::open::Opened;
use crate::ground::{Finding, Place, Severity, Sources};
use crate::normalise::join::{LastTransfer, People};
use crate::payslip::PaidSlip;
use std::collections::BTreeSet;

/// A statement or a declaration that is cut or cannot be read; and somebody whose declaration is not whole.
pub(in crate::pipeline) const DAMAGED: [&str; 5] = ["R41", "R42", "R43", "R51", "R75"];
const NOT_WHOLE: &str = "M52";

fn is_damaged(f: &Finding) -> bool {
    DAMAGED.contains(&f.code.as_str())
}

/// What a whole document and a damaged one both say is the whole one's: a statement's payslip is taken where it stands first, of
/// a declaration sent twice the last one counts.
pub(super) fn last(o: &mut Opened) {
    let damaged: BTreeSet<String> = o.findings.iter().filter(|f| is_damaged(f)).flat_map(files).collect();
    let of = |source: u16| o.sources.get(source).is_some_and(|s| damaged.contains(outer(&s.file)));
    o.statements.sort_by_key(|s| of(s.source));
    o.declarations.sort_by_key(|d| !of(d.source));
}

/// The files of such copies, which hold nobody; for any other a person may sign.
pub(super) fn copies(people: &People, sources: &Sources, findings: &mut [Finding]) -> BTreeSet<String> {
    let damaged: BTreeSet<String> = findings.iter().filter(|f| is_damaged(f)).flat_map(files).collect();
    let stranger = findings.iter().any(|f| f.code == "F07");
    if damaged.is_empty() || stranger || !is_whole_without(people, sources, &damaged) {
        return BTreeSet::new();
    }
    let about = |f: &Finding| (is_damaged(f) || f.code == NOT_WHOLE) && !files(f).is_disjoint(&damaged);
    findings.iter_mut().filter(|f| f.severity == Severity::Blocking && about(f)).for_each(|f| f.severity = Severity::Justify);
    damaged
}

/// An attachment stands behind the name of its flow.
fn outer(file: &str) -> &str {
    file.split(" › ").next().unwrap_or(file)
}

fn files(f: &Finding) -> BTreeSet<String> {
    let file = |p: &Place| match p {
        Place::File { file } | Place::Line { file, .. } => Some(outer(file).to_owned()),
        _ => None,
    };
    f.places.iter().filter_map(file).collect()
}

/// Whether other files have the lines of everybody whom last month's transfers paid, and these come to what was transferred.
fn is_whole_without(people: &People, sources: &Sources, damaged: &BTreeSet<String>) -> bool {
    let theirs = |source: u16| sources.get(source).is_some_and(|s| damaged.contains(outer(&s.file)));
    let whole = |s: &PaidSlip, t: &LastTransfer| {
        let net = s.net_paid.is_some_and(|n| n.0 == t.amount);
        net && !s.bare && t.of_all.is_none() && s.all().all(|l| !theirs(l.at.source))
    };
    let mut sent = people.values().filter_map(|p| Some((p.paid.as_ref(), p.transfer.as_ref()?))).peekable();
    sent.peek().is_some() && sent.all(|(slip, t)| slip.is_some_and(|s| whole(s, t)))
}
