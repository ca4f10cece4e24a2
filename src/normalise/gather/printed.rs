//! Accounts that a register with a row per rubric shows beside its lines: one of each agent, read once.

use crate::facts::{Fact, FactId, Facts, Origin, Value};
use crate::ground::{At, Iban};
use crate::normalise::Context;
use crate::normalise::mapping::SourceMapping;
use crate::normalise::records::{RawRow, RecordReader};
use crate::normalise::register::Slip;
use crate::read::table::Row;
use std::collections::BTreeMap;

/// An account that stands with more agents than a couple is the employer's, or a creditor's.
const COUPLE: usize = 2;

pub(super) struct Printed<'a> {
    reader: RecordReader<'a>,
    fact: FactId,
    /// By agent as the register writes him: each account, where it stands first, and on how many rows.
    of: BTreeMap<String, BTreeMap<Iban, (At, usize)>>,
}

impl<'a> Printed<'a> {
    /// `None` for a register without a column of accounts.
    pub(super) fn new(map: &'a SourceMapping, cx: &'a Context<'a>) -> Option<Self> {
        let reader = RecordReader::new(map, cx);
        let fact = reader.shows_accounts()?;
        Some(Self { reader, fact, of: BTreeMap::new() })
    }

    pub(super) fn note(&mut self, agent: &str, row: &Row<'_, '_>) {
        let Some((iban, at)) = self.reader.account_of(row) else { return };
        if !self.of.contains_key(agent) {
            self.of.insert(agent.to_owned(), BTreeMap::new());
        }
        let accounts = self.of.get_mut(agent).expect("an agent has just been entered");
        accounts.entry(iban).or_insert((at, 0)).1 += 1;
    }

    /// The account on most of an agent's rows, for the agents of `slips`: one beside a seizure is the creditor's.
    pub(super) fn records(mut self, slips: &[Slip]) -> Vec<RawRow> {
        let mut own: Vec<(&Slip, Iban, At)> = Vec::new();
        for slip in slips {
            let Some(accounts) = self.of.remove(&*slip.key) else { continue };
            let Some(most) = accounts.values().map(|s| s.1).max() else { continue };
            let mut of_most = accounts.into_iter().filter(|(_, s)| s.1 == most);
            if let (Some((iban, (at, _))), None) = (of_most.next(), of_most.next()) {
                own.push((slip, iban, at));
            }
        }
        let mut agents: BTreeMap<&Iban, usize> = BTreeMap::new();
        own.iter().for_each(|(_, iban, _)| *agents.entry(iban).or_default() += 1);
        let row = |(slip, iban, at): &(&Slip, Iban, At)| {
            let mut facts = Facts::default();
            facts.set(Fact { id: self.fact, value: Value::Text(iban.as_str().into()), at: *at, origin: Origin::Read });
            RawRow::of_facts(slip.who.clone(), *at, facts)
        };
        own.iter().filter(|(_, iban, _)| agents[iban] <= COUPLE).map(row).collect()
    }
}
