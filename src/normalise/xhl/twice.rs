//! Two whole payslips of one post in two statements: the provisional one and the final one, or the totals and the lines.
//!
//! A month is paid once: the one whose net the bank paid is the payslip, and where nothing says which, a person does. What a
//! second run corrects has no base pay of its own, or little, and adds up.

use super::posts::{Own, base_pay, earned};
use crate::ground::ids::bare;
use crate::ground::{At, EmployeeId, Finding, Iban, Money, PayMonth, Severity, Sources};
use crate::normalise::join::TransferRow;
use crate::read::xhl::Slip;
use std::collections::{BTreeMap, BTreeSet};

/// Last month's transfers, found by their account and by each number in their references.
#[derive(Default)]
pub struct Sent<'a> {
    by_account: BTreeMap<&'a Iban, Vec<(usize, Money)>>,
    by_number: BTreeMap<&'a str, Vec<(usize, Money)>>,
}

impl<'a> Sent<'a> {
    pub fn new(rows: &'a [TransferRow]) -> Self {
        let mut out = Self::default();
        for (i, t) in rows.iter().enumerate() {
            t.iban.iter().for_each(|iban| out.by_account.entry(iban).or_default().push((i, t.amount)));
            let words = t.end_to_end.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).map(bare);
            words.for_each(|w| out.by_number.entry(w).or_default().push((i, t.amount)));
        }
        out
    }

    /// What they paid on an account of these payslips, or under the number.
    pub fn to(&self, id: &EmployeeId, own: &[(u16, &Slip)]) -> Vec<Money> {
        let accounts = own.iter().filter_map(|(_, s)| s.agent.account.as_ref()?.iban.as_ref().ok());
        let on_account = accounts.filter_map(|iban| self.by_account.get(iban));
        let rows: BTreeMap<usize, Money> = on_account.chain(self.by_number.get(id.bare())).flatten().copied().collect();
        rows.into_values().collect()
    }
}

/// The payslips of a post without those that another statement's took the place of.
pub fn once<'a>(
    id: &EmployeeId,
    own: Own<'a>,
    month: PayMonth,
    sent: &Sent<'_>,
    sources: &Sources,
    findings: &mut Vec<Finding>,
) -> Own<'a> {
    let mut by_source: BTreeMap<u16, Own<'a>> = BTreeMap::new();
    own.iter().for_each(|s| by_source.entry(s.0).or_default().push(*s));
    let net = |s: &Own<'_>| s.iter().filter_map(|(_, slip)| slip.net_to_pay).map(|n| n.value).sum::<Money>();
    // Whoever has no base pay, an elected member, is paid an allowance.
    let based = by_source.values().any(|s| base_pay(s, month) > Money::ZERO);
    let base = |s: &Own<'_>| if based { base_pay(s, month) } else { earned(s) };
    let bare_of_lines = |s: &Own<'_>| s.iter().all(|(_, slip)| slip.lines.is_empty());
    let most = by_source.values().map(base).max().unwrap_or_default();
    let whole = |s: &Own<'_>| bare_of_lines(s) && net(s) > Money::ZERO || most > Money::ZERO && base(s) + base(s) >= most;
    let whole: Vec<(u16, Money, bool)> = by_source.iter().filter(|s| whole(s.1)).map(|(n, s)| (*n, net(s), bare_of_lines(s))).collect();
    let [first, rest @ ..] = whole.as_slice() else { return own };
    if rest.is_empty() {
        return own;
    }
    let paid = sent.to(id, &own);
    // Two pays that the bank paid together, or one after the other, are two.
    let all: Money = whole.iter().map(|w| w.1).sum();
    let as_often = |net: Money| paid.iter().filter(|p| **p == net).count() >= whole.iter().filter(|w| w.1 == net).count();
    if paid.contains(&all) || whole.iter().all(|w| as_often(w.1)) {
        return own;
    }
    let alike = rest.iter().all(|w| w.1 == first.1);
    let proven: Vec<&(u16, Money, bool)> = whole.iter().filter(|w| alike || paid.contains(&w.1)).collect();
    // Of those of one net the one with lines says more.
    let taken = proven.iter().find(|w| !w.2).or(proven.first()).map_or_else(|| whole.iter().find(|w| !w.2).unwrap_or(first), |w| *w);
    let (code, severity) = match (alike, proven.is_empty()) {
        (true, _) => ("R118", if paid.contains(&taken.1) { Severity::Warning } else { Severity::Justify }),
        (false, false) => ("R116", Severity::Justify),
        (false, true) => ("R117", Severity::Blocking),
    };
    let nets = whole.iter().map(|w| w.1.french()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
    let f = Finding::new(code, severity).of(id).arg("agent", id).arg("count", whole.len()).arg("nets", nets).arg("net", taken.1.french());
    findings.push(own.iter().fold(f.stake(taken.1.cents()), |f, (source, s)| f.at(sources.place(At::row(*source, s.line)))));
    let left: BTreeSet<u16> = whole.iter().map(|w| w.0).filter(|n| *n != taken.0).collect();
    own.into_iter().filter(|s| !left.contains(&s.0)).collect()
}
