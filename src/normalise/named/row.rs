//! Rows of a list that name two people who are known: who proposes and who receives, who is away and who stands in, or the agents of
//! two tables side by side. Which of them the row means is a person's to say.

use super::sheet::Spot;
use super::{Known, sheet};
use crate::facts::Role as FactRole;
use crate::ground::{At, EmployeeId, Finding, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::mapping::{ColumnMapping, Meaning, Role, SourceMapping};
use crate::normalise::titles::{of_substitutes, of_superiors};
use crate::read::table::{Row, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Columns of a list in which people may stand.
pub struct Columns {
    /// Names and numbers that are read.
    own: Vec<u16>,
    /// Those that are not.
    aside: Vec<u16>,
    /// Those of both that hold numbers.
    numbers: BTreeSet<u16>,
}

impl Columns {
    /// `None` where no row can name somebody twice: one column of names is read, and no other may hold any.
    pub fn of(map: &SourceMapping, cx: &Context<'_>) -> Option<Self> {
        let fact = |role| cx.vocabulary.role(role).map(Meaning::Fact);
        let number = fact(FactRole::Employee)?;
        let names = [FactRole::Surname, FactRole::MarriedName, FactRole::GivenName, FactRole::FullName].map(fact);
        let is_number = |c: &ColumnMapping| {
            c.meaning == number || c.meaning == Meaning::Unknown && c.alternatives.first().is_some_and(|a| a.0 == number)
        };
        let stands_in = matches!(map.role, Role::Events | Role::Departures);
        let meant = |c: &ColumnMapping| !(of_superiors(&c.heading) || stands_in && of_substitutes(&c.heading));
        let worded = |c: &ColumnMapping| c.samples.iter().any(|s| s.chars().filter(|c| c.is_alphabetic()).count() >= 2);
        let unread = |c: &&ColumnMapping| c.meaning == Meaning::Unknown && c.filled > 0 && meant(c) && (is_number(c) || worded(c));
        let at = |c: &ColumnMapping| c.column;
        let own: Vec<u16> = map.columns.iter().filter(|c| c.meaning == number || names.contains(&Some(c.meaning))).map(at).collect();
        let whole = map.columns.iter().any(|c| Some(c.meaning) == names[3]) && own.len() > 1;
        let aside: Vec<u16> = map.columns.iter().filter(unread).map(at).collect();
        let numbers = map.columns.iter().filter(|c| is_number(c)).map(at).collect();
        (whole || !aside.is_empty()).then_some(Self { own, aside, numbers })
    }
}

impl Known {
    /// Findings for everybody whom a row names beside somebody else, or in a column that is not read beside nobody.
    pub fn beside_another(&self, table: &Table, below: u32, columns: &Columns, sources: &Sources) -> Vec<Finding> {
        let mut two: BTreeMap<&EmployeeId, (Spot, &EmployeeId)> = BTreeMap::new();
        let mut alone = sheet::Named::new();
        let _ = table.for_each(&mut |row| {
            if row.number <= below {
                return ControlFlow::Continue(());
            }
            let spot = |column: u16| Spot { row: row.number, column, beside: 0 };
            let aside = self.people_in(&row, &columns.aside, &columns.numbers);
            let mut all = self.people_in(&row, &columns.own, &columns.numbers);
            let names: BTreeSet<&EmployeeId> = all.iter().filter(|(_, c)| !columns.numbers.contains(c)).map(|(id, _)| *id).collect();
            let empty = |c: &u16| row.cells.get(usize::from(*c)).is_none_or(|cell| cell.shown().is_empty());
            if aside.is_empty() && names.len() < 2 {
                return ControlFlow::Continue(());
            }
            if columns.own.iter().all(empty) {
                aside.iter().for_each(|(id, c)| {
                    alone.entry(*id).or_insert(spot(*c));
                });
            }
            aside.into_iter().for_each(|(id, c)| {
                all.entry(id).or_insert(c);
            });
            for (id, c) in &all {
                if let Some(other) = all.keys().find(|o| *o != id) {
                    two.entry(id).or_insert((spot(*c), other));
                }
            }
            ControlFlow::Continue(())
        });
        let told = |(id, (spot, other)): (&EmployeeId, (Spot, &EmployeeId))| {
            let f = Finding::new("M476", Severity::Blocking).arg("agent", id).arg("other", other).arg("file", &table.file).of(id);
            f.at(sources.place(At::cell(table.source, spot.row, spot.column)))
        };
        Self::told(&alone, table, sources).chain(two.into_iter().map(told)).collect()
    }

    /// Those who are known whom cells of these columns name.
    fn people_in(&self, row: &Row<'_, '_>, columns: &[u16], numbers: &BTreeSet<u16>) -> BTreeMap<&EmployeeId, u16> {
        let shown = |c: u16| row.cells.get(usize::from(c)).map(|cell| cell.shown()).unwrap_or_default();
        let named = |c: u16| {
            let (text, next) = (shown(c), shown(c + 1));
            if numbers.contains(&c) {
                return self.numbered(&text);
            }
            self.identified(&text).or_else(|| self.by_name(&text, &next)).or_else(|| self.by_name(&text, ""))
        };
        columns.iter().filter_map(|c| Some((named(*c)?, *c))).rev().collect()
    }
}
