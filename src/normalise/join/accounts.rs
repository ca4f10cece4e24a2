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
                .find_map(|t| by_bare.get(bare(t)).filter(|v| v.len() == 1).cloned())
                .unwrap_or_default();
            let by_account =
                || row.iban.as_ref().and_then(|i| by_iban.get(i.as_str())).filter(|v| v.len() == 1).cloned().unwrap_or_default();
            let by_name = || by_pay.get(&(name_key(&row.name, ""), row.amount)).filter(|v| v.len() == 1).cloned().unwrap_or_default();
            let hit = by_reference.into_iter().next().or_else(|| by_account().into_iter().next()).or_else(|| by_name().into_iter().next());
            match hit.filter(|id| taken.insert(id.clone())) {
                Some(id) => {
                    if let Some(p) = self.out.people.get_mut(&id) {
                        p.transfer = Some(LastTransfer { iban: row.iban, name: row.name, amount: row.amount, at: row.at });
                    }
                }
                None => self.out.orphan_transfers.push(row),
            }
        }
    }
}
