//! A slip against its own totals: a line written twice, a sum that differs, a net that is missing.

use super::told::Told;
use crate::ground::{At, EmployeeId, Finding, Money, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::mapping::TotalRole;
use crate::normalise::register::{Books, Slip};
use crate::payslip::{LineKind, PaidCode, PaidLine};

pub(super) fn same_line(a: &PaidLine, b: &PaidLine) -> bool {
    PaidLine { at: b.at, ..a.clone() } == *b
}

/// A row written twice is counted once when the agent's own totals say so.
pub(super) fn once(slip: &mut Slip, id: &EmployeeId, books: &Books, sources: &Sources, cx: &Context<'_>, told: &mut Told) {
    let lines = &slip.paid.lines;
    if lines.len() < 2 {
        return;
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for j in 1..lines.len() {
        if let Some(i) =
            (0..j).find(|&i| lines[i].code == lines[j].code && lines[i].at.source == lines[j].at.source && same_line(&lines[i], &lines[j]))
        {
            pairs.push((i, j));
        }
    }
    for (i, j) in pairs.into_iter().rev() {
        let (first, second) = (slip.paid.lines[i].at, slip.paid.lines[j].at);
        let l = &slip.paid.lines[j];
        let (amount, employer) = (l.amount, l.employer_amount);
        let name = match l.code {
            PaidCode::Element(e) => cx.rubrics.code(e).to_owned(),
            PaidCode::Unknown(c) => books.codes.get(usize::from(c)).map(|c| c.code.clone()).unwrap_or_default(),
        };
        let sum: Money = slip.paid.lines.iter().map(|l| l.amount).sum();
        let once = if amount.is_zero() {
            let all: Money = slip.paid.lines.iter().map(|l| l.employer_amount).sum();
            slip.employer.map(|(t, _)| if all == t { Some(false) } else { (all - employer == t).then_some(true) }).unwrap_or(None)
        } else {
            slip.paid.net_paid.and_then(|(t, _)| if sum == t { Some(false) } else { (sum - amount == t).then_some(true) })
        };
        let (severity, kept) = match once {
            Some(true) => {
                slip.paid.lines.remove(j);
                (Severity::Justify, "1")
            }
            Some(false) => (Severity::Information, "2"),
            None => (Severity::Justify, "2 ?"),
        };
        told.add(
            Finding::new("IMP-06", severity)
                .arg("agent", id)
                .arg("code", name)
                .arg("amount", if amount.is_zero() { employer.french() } else { amount.french() })
                .arg("kept", kept)
                .of(id)
                .stake(amount.cents())
                .at(sources.place(first))
                .at(sources.place(second)),
            slip.source,
        );
    }
}

/// The agent's lines against the totals the register shows.
pub(super) fn balance(slip: &Slip, id: &EmployeeId, net_expected: bool, sources: &Sources, cx: &Context<'_>, told: &mut Told) {
    let of = |kinds: &[LineKind]| -> Money {
        slip.paid
            .lines
            .iter()
            .filter(|l| matches!(l.code, PaidCode::Element(e) if cx.rubrics.get(e).is_some_and(|t| kinds.contains(&t.kind))))
            .map(|l| l.amount)
            .sum()
    };
    let open = slip.paid.lines.iter().any(|l| matches!(l.code, PaidCode::Unknown(_)));
    let tell = |told: &mut Told, what: &str, shown: Money, found: Money, at: At| {
        if shown != found {
            told.add(
                Finding::new("M20", Severity::Justify)
                    .arg("agent", id)
                    .arg("total", what)
                    .arg("shown", shown.french())
                    .arg("found", found.french())
                    .of(id)
                    .stake((shown - found).cents())
                    .at(sources.place(at)),
                slip.source,
            );
        }
    };
    match slip.paid.net_paid {
        // A list of nets alone has no lines to compare.
        Some(_) if slip.paid.lines.is_empty() => return,
        Some((t, at)) => tell(told, "net", t, slip.paid.lines.iter().map(|l| l.amount).sum(), at),
        None if net_expected => {
            told.add(Finding::new("M27", Severity::Blocking).arg("agent", id).of(id).at(sources.place(slip.first)), slip.source);
        }
        None => {}
    }
    for (role, t, at) in &slip.beside {
        if let (TotalRole::NetPaid, Some((net, _))) = (role, slip.paid.net_paid) {
            tell(told, "net", *t, net, *at);
        }
    }
    if let (Some((t, at)), false) = (slip.paid.gross, open) {
        tell(told, "brut", t, of(&[LineKind::Earning]), at);
    }
}
