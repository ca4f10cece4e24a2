//! Last month's transfers and requests for another account.

use super::Joiner;
use super::person::LastTransfer;
use crate::facts::Role;
use crate::ground::ids::bare;
use crate::ground::{At, EmployeeId, Iban, Money};
use crate::normalise::gather::AccountChange;
use crate::normalise::text::name_key;
use std::collections::{BTreeMap, BTreeSet};

/// One transfer of last month, as its reader gives it.
#[derive(Clone, Debug)]
pub struct TransferRow {
    pub end_to_end: String,
    pub name: String,
    pub iban: Option<Iban>,
    pub amount: Money,
    pub at: At,
}

impl Joiner<'_> {
    pub(super) fn request(&mut self, a: AccountChange) {
        if let Some(p) = self.person(&a.employee.clone(), a.at, "IBAN") {
            p.requests.push(a);
        }
    }

    /// By reference, then by account, then by name and amount together.
    pub(super) fn transfers(&mut self, rows: Vec<TransferRow>) {
        let mut by_bare: BTreeMap<String, Vec<EmployeeId>> = BTreeMap::new();
        let mut by_iban: BTreeMap<String, Vec<EmployeeId>> = BTreeMap::new();
        let mut by_pay: BTreeMap<(String, Money), Vec<EmployeeId>> = BTreeMap::new();
        let iban = self.vocabulary.role(Role::Iban);
        for (id, p) in &self.out.people {
            by_bare.entry(bare(id.as_str()).to_owned()).or_default().push(id.clone());
            if let Some(Ok(i)) = iban.and_then(|f| p.known.get(f)).and_then(|f| f.value.text()).map(Iban::parse) {
                by_iban.entry(i.as_str().to_owned()).or_default().push(id.clone());
            }
            if let Some((net, _)) = p.paid.as_ref().and_then(|s| s.net_paid) {
                let (surname, given) = (
                    p.text(self.vocabulary, Role::Surname).unwrap_or(&p.names.0),
                    p.text(self.vocabulary, Role::GivenName).unwrap_or(&p.names.1),
                );
                by_pay.entry((name_key(surname, given), net)).or_default().push(id.clone());
            }
        }
        let mut taken: BTreeSet<EmployeeId> = BTreeSet::new();
        for row in rows {
            let by_reference: Vec<EmployeeId> = row
                .end_to_end
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|t| !t.is_empty())
                .rev()
                .find_map(|t| by_bare.get(bare(t)).filter(|v| is_one(v)).cloned())
                .unwrap_or_default();
            let by_account = || row.iban.as_ref().and_then(|i| by_iban.get(i.as_str())).filter(|v| is_one(v)).cloned().unwrap_or_default();
            let by_name = || by_pay.get(&(name_key(&row.name, ""), row.amount)).filter(|v| v.len() == 1).cloned().unwrap_or_default();
            let hit = [by_reference, by_account(), by_name()].into_iter().find(|v| !v.is_empty()).unwrap_or_default();
            let free: Vec<EmployeeId> = hit.into_iter().filter(|id| !taken.contains(id)).collect();
            if free.is_empty() {
                self.out.orphan_transfers.push(row);
                continue;
            }
            for (id, amount) in self.shares(free, row.amount) {
                if let Some(p) = self.out.people.get_mut(&id) {
                    p.transfer = Some(LastTransfer { iban: row.iban.clone(), name: row.name.clone(), amount, at: row.at });
                }
                taken.insert(id);
            }
        }
    }

    /// What a transfer paid of each post of an employee: the post that has its net, or all of them together. One that is neither
    /// stands whole beside each, and is no post's net.
    fn shares(&self, posts: Vec<EmployeeId>, amount: Money) -> Vec<(EmployeeId, Money)> {
        let net = |id: &EmployeeId| self.out.people.get(id).and_then(|p| p.paid.as_ref()?.net_paid).map(|n| n.0);
        let one = posts.iter().find(|id| net(id) == Some(amount)).filter(|_| posts.len() > 1);
        if let Some(id) = one {
            return vec![(id.clone(), amount)];
        }
        let nets: Option<Vec<Money>> = posts.iter().map(net).collect();
        match nets.filter(|n| n.iter().copied().sum::<Money>() == amount) {
            Some(nets) => posts.into_iter().zip(nets).collect(),
            None => posts.into_iter().map(|id| (id, amount)).collect(),
        }
    }
}

/// One employee, in one post or in several.
fn is_one(ids: &[EmployeeId]) -> bool {
    ids.first().is_some_and(|first| ids.iter().all(|id| id.as_str() == first.as_str()))
}
