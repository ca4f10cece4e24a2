//! Several transfers of one month to one employee: pay and a bonus apart, an advance and its balance, a pay on two accounts.
//!
//! What was paid is their sum, unless one of them alone is nearer to the net that was read: then the others are no pay of the month.
//! Of one file they are parts only where they come to the net to the cent.

use super::{Joiner, TransferRow};
use crate::ground::{EmployeeId, Finding, Iban, Money, Severity};
use std::collections::{BTreeMap, BTreeSet};

impl Joiner<'_> {
    /// Adds what further transfers paid to those who have one already.
    pub(super) fn parts(&mut self, more: BTreeMap<EmployeeId, Vec<TransferRow>>) {
        let (mut whole, mut split) = (Vec::new(), Vec::new());
        for (id, rows) in more {
            let Some(p) = self.out.people.get_mut(&id) else { continue };
            let Some(first) = p.transfer.as_mut() else { continue };
            let net = p.paid.as_ref().and_then(|s| s.net_paid).map(|n| n.0);
            let off = |m: Money| net.map_or(0, |net| (net - m).abs().cents());
            let sum = rows.iter().fold(first.amount, |sum, r| sum + r.amount);
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
            // One of them is the pay.
            let mut others = rows;
            if let Some(i) = (0..others.len()).min_by_key(|i| off(others[*i].amount)).filter(|i| off(others[*i].amount) < off(first.amount))
            {
                let r = &mut others[i];
                std::mem::swap(&mut r.iban, &mut first.iban);
                std::mem::swap(&mut r.name, &mut first.name);
                std::mem::swap(&mut r.amount, &mut first.amount);
                std::mem::swap(&mut r.at, &mut first.at);
            }
            self.out.orphan_transfers.append(&mut others);
        }
        for (id, used, others, at) in split {
            let f = self.finding("M405", Severity::Justify, &id, &[at]).arg("agent", &id).arg("account", used).arg("others", others);
            self.out.findings.push(f);
        }
        let told = Finding::new("M364", Severity::Information).arg("count", whole.len());
        let told = whole.iter().take(SHOWN).fold(told, |f, (_, at)| f.at(self.sources.place(*at)));
        self.out.findings.extend((!whole.is_empty()).then_some(told));
    }
}

/// Places shown of a finding about many.
const SHOWN: usize = 4;
