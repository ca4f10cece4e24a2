//! Accounts of suppliers, associations and creditors → whose each is: no agent is to be paid on one of them.

use crate::facts::Role as FactRole;
use crate::ground::{At, Iban};
use crate::normalise::Context;
use crate::normalise::mapping::{Meaning, SourceMapping};
use crate::read::table::{Row, Table};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Whose an account is, and where it says so.
#[derive(Clone, Debug)]
pub struct Owner {
    pub name: String,
    pub at: At,
}

/// The valid accounts of a list; of one that stands twice, the first.
pub fn accounts(table: &Table, map: &SourceMapping, cx: &Context<'_>) -> BTreeMap<Iban, Owner> {
    let mut out = BTreeMap::new();
    let fact = |r: FactRole| cx.vocabulary.role(r).and_then(|f| map.column(Meaning::Fact(f)));
    let (Some(account), Some(name)) = (fact(FactRole::Iban), fact(FactRole::FullName)) else { return out };
    let below = map.header.map_or(0, |h| h.1);
    // What cannot be read of the table has been told where its rows were counted.
    let _ = table.for_each(&mut |row: Row<'_, '_>| {
        let text = |c: u16| row.cell(usize::from(c)).shown().into_owned();
        if row.number > below
            && let Ok(iban) = Iban::parse(&text(account.column))
        {
            out.entry(iban).or_insert_with(|| Owner { name: text(name.column), at: At::cell(map.source, row.number, account.column) });
        }
        ControlFlow::Continue(())
    });
    out
}
