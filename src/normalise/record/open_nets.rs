//! Nets that nobody received: not transferred, or sent back by the bank. They go on from record to record until they are settled.

use super::rows::OneRow;
use super::{Member, MonthRecord, Reader};
use crate::ground::{At, EmployeeId, Money, PayMonth};
use crate::normalise::join::TransferRow;
use crate::normalise::text::name_key;
use std::collections::BTreeSet;

/// A net that is still due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenNet {
    pub employee: EmployeeId,
    pub name: String,
    /// The month whose payslip shows it.
    pub month: PayMonth,
    pub amount: Money,
    /// Why the bank sent it back; nothing when it was never transferred.
    pub refused: String,
    /// The payslip was paid, and the employer's own statement of the month has so much more.
    pub short: bool,
    pub at: At,
}

/// What nets of these amounts are left when so much is paid again: the one that it is, or else the oldest first.
pub fn paid_again(nets: &[OpenNet], mut paid: Money) -> Vec<OpenNet> {
    if let Some(i) = nets.iter().position(|n| n.amount == paid) {
        return nets.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, n)| n.clone()).collect();
    }
    let mut left = Vec::new();
    for n in nets {
        let part = paid.max(Money::ZERO).min(n.amount);
        paid -= part;
        if part < n.amount {
            left.push(OpenNet { amount: n.amount - part, ..n.clone() });
        }
    }
    left
}

/// Takes each net that was transferred since out of those that are due, one for one.
pub fn settled_since(nets: &mut Vec<OpenNet>, since: &[(OpenNet, At)]) {
    for (s, _) in since {
        let same = |n: &OpenNet| (&n.employee, n.month, n.amount, n.short) == (&s.employee, s.month, s.amount, s.short);
        if let Some(i) = nets.iter().position(same) {
            nets.remove(i);
        }
    }
}

impl MonthRecord {
    /// Nets still due that these transfers pay, each with its transfer, where every one of them pays one: they are no pay of last
    /// month, which went out with the record's own. The amount and the account or the name say whose it is. `refused` are transfers
    /// of the record that the bank sent back: a few are due, and where most are the whole file was sent once more.
    pub fn paid_since(&self, rows: &[TransferRow], refused: &BTreeSet<At>) -> Option<Vec<(OpenNet, At)>> {
        (!self.transfers.is_empty() && !rows.is_empty()).then_some(())?;
        let went: BTreeSet<&str> = self.transfers.iter().map(|t| t.end_to_end.as_str()).collect();
        let mut due = self.open_nets.clone();
        let again = refused.len() * 2 <= self.transfers.len();
        for t in self.transfers.iter().filter(|t| again && refused.contains(&t.at)) {
            let whose = self.members.iter().find(|(id, _)| id.as_str() == t.end_to_end);
            due.extend(whose.zip(self.month).map(|((id, m), month)| OpenNet::never_sent(id, m, month, (t.amount, t.at))));
        }
        for (id, m) in self.members.iter().filter(|(id, _)| !went.contains(id.as_str())) {
            let net = m.slip.as_ref().and_then(|s| s.net_paid).filter(|n| n.0 > Money::ZERO);
            due.extend(net.zip(self.month).map(|(n, month)| OpenNet::never_sent(id, m, month, n)));
        }
        let mut out = Vec::new();
        for r in rows {
            let account = |n: &OpenNet| self.members.get(&n.employee).and_then(|m| m.iban.as_ref());
            let theirs =
                |n: &OpenNet| r.iban.as_ref().is_some_and(|i| account(n) == Some(i)) || name_key(&r.name, "") == name_key(&n.name, "");
            let i = due.iter().position(|n| n.amount == r.amount && theirs(n))?;
            out.push((due.remove(i), r.at));
        }
        Some(out)
    }
}

impl OpenNet {
    /// The net of last month of somebody to whom nothing was transferred.
    pub(super) fn never_sent(id: &EmployeeId, m: &Member, month: PayMonth, (amount, at): (Money, At)) -> Self {
        Self { employee: id.clone(), name: m.name.clone(), month, amount, refused: String::new(), short: false, at }
    }
}

impl Reader<'_, '_> {
    pub(super) fn open_net(&mut self, row: &OneRow, out: &mut MonthRecord) {
        let Some(employee) = row.employee() else { return };
        let Some(month) = PayMonth::parse(row.text("month")) else {
            self.unread(row, "month");
            return;
        };
        out.open_nets.push(OpenNet {
            employee,
            name: row.text("name").to_owned(),
            month,
            amount: self.money(row, "open_net"),
            refused: row.text("refused").to_owned(),
            short: row.text("short") == "yes",
            at: row.at("open_net"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_paid_again_settles_the_net_it_is_or_else_the_oldest() {
        let net = |month: u32, cents: i64| OpenNet {
            employee: EmployeeId::parse("00101").expect("a number"),
            name: String::new(),
            month: PayMonth::new(2025, month).expect("a month"),
            amount: Money::from_cents(cents),
            refused: String::new(),
            short: false,
            at: At::NOWHERE,
        };
        let nets = [net(9, 161_153), net(10, 179_235)];
        let left = |cents: i64| -> Vec<i64> { paid_again(&nets, Money::from_cents(cents)).iter().map(|n| n.amount.cents()).collect() };
        assert_eq!(left(0), [161_153, 179_235]);
        assert_eq!(left(179_235), [161_153], "the younger of the two");
        assert_eq!(left(100_000), [61_153, 179_235]);
        assert_eq!(left(200_000), [140_388]);
        assert_eq!(left(340_388), [] as [i64; 0]);
        assert_eq!(left(400_000), [] as [i64; 0]);
    }
}
