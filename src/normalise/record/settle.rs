//! What a record says of everybody's last month, once its people are joined with what other files say: the account that was paid, what
//! was paid on, and whether the net went out.

use super::{MonthRecord, OpenNet, Past, settled_since};
use crate::facts::Begun;
use crate::ground::{At, EmployeeId, Money};
use crate::normalise::join::{LastTransfer, People, TransferRow};
use crate::payslip::Advance;
use std::collections::{BTreeMap, BTreeSet};

impl MonthRecord {
    /// What runs on of each employee once they are joined: what last month alone was paid on, the account it went to, nets that
    /// went nowhere. `sent` says that the bank's file of the month is there, `old` that it is of one before;
    /// `since` are nets that were transferred later.
    pub fn settle(mut self, people: &mut People, (sent, old): (bool, bool), since: &[(OpenNet, At)]) -> Past {
        let mut open = std::mem::take(&mut self.open_nets);
        let paid: BTreeSet<&str> = self.transfers.iter().map(|t| t.end_to_end.as_str()).collect();
        let went_to: BTreeMap<&str, &TransferRow> = self.transfers.iter().map(|t| (t.end_to_end.as_str(), t)).collect();
        let several: BTreeSet<&str> = self.members.keys().filter(|id| id.post() > 1).map(EmployeeId::as_str).collect();
        // A file with few of the transfers was sent beside the record's own: it says who was paid, and not who was not.
        let in_file = |id: &EmployeeId| people.get(id).is_some_and(|p| p.transfer.is_some() || !p.beside.is_empty());
        let both = self.members.keys().filter(|id| paid.contains(id.as_str()) && in_file(id)).count();
        let part = sent && !paid.is_empty() && both * 2 <= paid.len();
        for (id, m) in &self.members {
            let Some(p) = people.get_mut(id) else { continue };
            // A number alone does not say which of several posts a transfer paid.
            let by_file = sent && !old || several.contains(id.as_str());
            let in_file = p.transfer.is_some() || !p.beside.is_empty();
            let by_record = paid.contains(id.as_str());
            let went = if part {
                in_file || by_record
            } else if by_file {
                in_file
            } else {
                by_record
            };
            p.then.extend(m.then.iter().cloned());
            let record = self.month;
            p.begun.extend(m.begun.iter().filter_map(|(fact, from)| Some(Begun { record: record?, fact: fact.clone(), from: *from })));
            let net = m.slip.as_ref().and_then(|s| s.net_paid).filter(|n| n.0 > Money::ZERO);
            if let (Some((amount, at)), false, Some(month)) = (net, went, record) {
                open.push(OpenNet::never_sent(id, m, month, (amount, at)));
            }
            // The employer's own statement came since, and has more: hours that we did not know.
            if let (Some((paid, _)), Some((due, at)), true, Some(month)) = (net, p.paid.as_ref().and_then(|s| s.true_net), went, record)
                && due > paid
            {
                open.push(OpenNet { short: true, ..OpenNet::never_sent(id, m, month, (due - paid, at)) });
            }
            let shown = if sent && !part { p.transfer.is_some() } else { went };
            if let (Some(slip), false) = (&mut p.paid, shown) {
                slip.advance = if slip.advance == Advance::Paid { Advance::Doubtful } else { slip.advance };
            }
            let other = |t: &&&TransferRow| t.iban.is_some() && p.transfer.as_ref().is_some_and(|s| s.iban.is_some() && s.iban != t.iban);
            if let Some(t) = went_to.get(id.as_str()).filter(|_| sent && !several.contains(id.as_str())).filter(other) {
                p.recorded_account = t.iban.clone().map(|iban| (iban, t.at));
            }
            if let (None, Some(iban)) = (&p.transfer, &m.iban) {
                let at = m.iban_at;
                p.transfer = Some(LastTransfer { iban: Some(iban.clone()), name: m.name.clone(), amount: Money::ZERO, at, of_all: None });
            }
        }
        for r in &self.requests {
            // A list of this month may hold the same request again.
            if let Some(p) = people.get_mut(&r.employee).filter(|p| p.requests.iter().all(|own| own.iban != r.iban)) {
                p.requests.push(r.clone());
            }
        }
        settled_since(&mut open, since);
        Past::of(self, open, people)
    }
}
