//! Several transfers of one month to one employee: pay and a bonus apart, an advance and its balance, a pay on two accounts.
//!
//! What was paid is their sum, unless one of them alone is nearer to the net that was read: then the others are no pay of the month.
//! Of one file they are parts only where they come to the net to the cent. The same sum on the same account once more is a
//! second copy, or paid twice: it counts once.

use super::{Beside, Joiner, LastTransfer, TransferRow};
use crate::ground::{At, EmployeeId, Finding, Iban, Money, Severity, Sources};
use std::collections::{BTreeMap, BTreeSet};

impl Joiner<'_> {
    /// Adds what further transfers paid to those who have one already.
    pub(super) fn parts(&mut self, more: BTreeMap<EmployeeId, Vec<TransferRow>>) {
        let (mut whole, mut split) = (Vec::new(), Vec::new());
        let mut again: Vec<(At, Money)> = Vec::new();
        for (id, mut rows) in more {
            let Some(p) = self.out.people.get_mut(&id) else { continue };
            let Some(first) = p.transfer.as_mut() else { continue };
            let net = p.paid.as_ref().and_then(|s| s.net_paid).map(|n| n.0);
            let off = |m: Money| net.map_or(0, |net| (net - m).abs().cents());
            let all = |rows: &[TransferRow], first: &LastTransfer| rows.iter().fold(first.amount, |sum, r| sum + r.amount);
            if net != Some(all(&rows, first)) {
                again.append(&mut without_repeats(&mut rows, first));
            }
            if rows.is_empty() {
                continue;
            }
            let sum = all(&rows, first);
            // Of somebody of whom nothing else was read, a second transfer may be the first once more.
            let apart = p.paid.is_some() && rows.iter().all(|r| r.at.source != first.at.source) || net == Some(sum);
            if apart && rows.iter().map(|r| r.amount).chain([first.amount]).all(|one| off(sum) <= off(one)) {
                // The account of the pay, not that of what was paid beside it.
                let main = rows.iter().max_by_key(|r| r.amount).filter(|r| r.amount > first.amount);
                let accounts = rows.iter().map(|r| &r.iban).chain([&first.iban]).flatten().cloned().collect::<BTreeSet<_>>();
                self.out.parts.extend(rows.iter().map(|r| (id.clone(), r.at, r.amount)));
                self.out.parts.push((id.clone(), first.at, first.amount));
                if let Some(r) = main {
                    (first.iban, first.name, first.at) = (r.iban.clone(), r.name.clone(), r.at);
                }
                first.amount = sum;
                if let (Some(used), true) = (&first.iban, accounts.len() > 1) {
                    let others = accounts.iter().filter(|a| *a != used).map(Iban::masked).collect::<Vec<_>>().join(", ");
                    split.push((id.clone(), used.masked(), others, first.at));
                }
                whole.push((id, first.at));
                continue;
            }
            // One of them is the pay: the nearest to the net, or where nobody knows it, the largest.
            let far = |m: Money| (off(m), std::cmp::Reverse(m));
            if let Some(i) = (0..rows.len()).min_by_key(|i| far(rows[*i].amount)).filter(|i| far(rows[*i].amount) < far(first.amount)) {
                let r = &mut rows[i];
                std::mem::swap(&mut r.iban, &mut first.iban);
                std::mem::swap(&mut r.name, &mut first.name);
                std::mem::swap(&mut r.amount, &mut first.amount);
                std::mem::swap(&mut r.at, &mut first.at);
            }
            p.beside.extend(rows.into_iter().map(|r| Beside { amount: r.amount, iban: r.iban, at: r.at, earlier: false }));
        }
        self.out.repeated = again.iter().map(|a| a.1).sum();
        self.out.findings.extend(told_again(&again, self.sources));
        for (id, used, others, at) in split {
            let f = self.finding("M405", Severity::Justify, &id, &[at]).arg("agent", &id).arg("account", used).arg("others", others);
            self.out.findings.push(f);
        }
        let told = Finding::new("M364", Severity::Information).arg("count", whole.len());
        let told = whole.iter().take(SHOWN).fold(told, |f, (_, at)| f.at(self.sources.place(*at)));
        self.out.findings.extend((!whole.is_empty()).then_some(told));
    }
}

/// Transfers that repeat another one, told once.
pub fn told_again(again: &[(At, Money)], sources: &Sources) -> Option<Finding> {
    let sum: Money = again.iter().map(|a| a.1).sum();
    let f = Finding::new("M383", Severity::Justify).arg("count", again.len()).arg("sum", sum.french()).stake(sum.cents());
    (!again.is_empty()).then(|| again.iter().take(SHOWN).fold(f, |f, (at, _)| f.at(sources.place(*at))))
}

/// Takes out the rows that repeat the first transfer or one another, by account and sum.
fn without_repeats(rows: &mut Vec<TransferRow>, first: &LastTransfer) -> Vec<(At, Money)> {
    let mut seen = BTreeSet::from([(first.iban.clone(), first.amount)]);
    let (own, again): (Vec<_>, Vec<_>) = std::mem::take(rows).into_iter().partition(|r| seen.insert((r.iban.clone(), r.amount)));
    *rows = own;
    again.into_iter().map(|r| (r.at, r.amount)).collect()
}

/// Places shown of a finding about many.
pub const SHOWN: usize = 4;
