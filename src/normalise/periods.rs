//! A register that holds several months: whole payslips of another month are told from arrears within one.
//!
//! In: the rows of a register with a column of months. Out: the months that are other payslips and not last month's, or the only
//! month that all its payslips are of.

use crate::ground::PayMonth;
use crate::normalise::Context;
use crate::normalise::lists::{month_titled, year_said};
use crate::normalise::mapping::{Meaning, Role, SourceMapping};
use crate::normalise::register::{LineReader, WideReader};
use crate::read::table::{Row, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// An agent with so many rows of a month has a payslip of it; arrears of a month are fewer.
const ROWS_OF_A_PAYSLIP: u32 = 5;

/// How a register says whose a row is and of which month.
pub enum Reader<'r> {
    Lines(&'r LineReader),
    Wide(&'r WideReader),
}

impl Reader<'_> {
    fn agent(&self, row: &Row<'_, '_>) -> String {
        match self {
            Self::Lines(l) => l.agent(row).into_owned(),
            Self::Wide(w) => {
                let who = w.who.read(row);
                if who.id.is_empty() { format!("{} {}", who.surname, who.given).trim().to_owned() } else { who.id }
            }
        }
    }

    fn month(&self, row: &Row<'_, '_>, cx: &Context<'_>) -> Option<PayMonth> {
        match self {
            Self::Lines(l) => l.month(row, cx),
            Self::Wide(w) => w.month(row, cx),
        }
    }

    fn carries(&self) -> bool {
        matches!(self, Self::Lines(l) if l.carries)
    }

    /// Rows that make a payslip: in a wide register, one.
    fn rows_of_a_payslip(&self) -> u32 {
        if matches!(self, Self::Wide(_)) { 1 } else { ROWS_OF_A_PAYSLIP }
    }
}

/// The months that a register without any amounts of the month has columns of; `about` says of which year.
pub fn of_columns(map: &SourceMapping, about: &str, cx: &Context<'_>) -> Vec<PayMonth> {
    let amounts = [Meaning::Amount, Meaning::Signed, Meaning::Gain, Meaning::Deduction];
    if map.role != Role::RegisterLines || amounts.into_iter().any(|m| map.column(m).is_some()) {
        return Vec::new();
    }
    let unread = map.columns.iter().filter(|c| c.meaning == Meaning::Ignored);
    unread.filter_map(|c| month_titled(&c.heading, year_said(about), cx.last)).collect()
}

/// Months of which half of the agents have a whole payslip, last month left out. Empty when last month itself is not among them.
pub fn other_months(table: &Table, below: u32, reader: &Reader<'_>, cx: &Context<'_>) -> BTreeSet<PayMonth> {
    let whole = whole_months(table, below, reader, cx);
    if whole.contains(&cx.last) { whole.into_iter().filter(|m| *m != cx.last).collect() } else { BTreeSet::new() }
}

/// The one month of which the agents of a register have whole payslips, with the row that says it first.
pub fn only_month(table: &Table, map: &SourceMapping, cx: &Context<'_>) -> Option<(PayMonth, u32)> {
    let below = map.header.map_or(0, |h| h.1);
    let whole = if map.role == Role::RegisterWide {
        let reader = WideReader::new(map, cx);
        reader.tells_months().then(|| whole_months(table, below, &Reader::Wide(&reader), cx))?
    } else {
        let reader = LineReader::new(map, cx).filter(LineReader::tells_months)?;
        whole_months(table, below, &Reader::Lines(&reader), cx)
    };
    let month = *whole.first().filter(|_| whole.len() == 1)?;
    Some((month, below + 1))
}

fn whole_months(table: &Table, below: u32, reader: &Reader<'_>, cx: &Context<'_>) -> BTreeSet<PayMonth> {
    let mut rows: BTreeMap<PayMonth, BTreeMap<String, u32>> = BTreeMap::new();
    let mut agents: BTreeSet<String> = BTreeSet::new();
    let mut carried = String::new();
    let _ = table.for_each(&mut |row| {
        if row.number <= below {
            return ControlFlow::Continue(());
        }
        let written = reader.agent(&row);
        if !written.is_empty() {
            carried.clear();
            carried.push_str(&written);
        } else if !reader.carries() {
            return ControlFlow::Continue(());
        }
        if let Some(month) = reader.month(&row, cx) {
            if !agents.contains(&carried) {
                agents.insert(carried.clone());
            }
            let of_month = rows.entry(month).or_default();
            match of_month.get_mut(&carried) {
                Some(n) => *n += 1,
                None => drop(of_month.insert(carried.clone(), 1)),
            }
        }
        ControlFlow::Continue(())
    });
    rows.into_iter()
        .filter(|(_, by_agent)| by_agent.values().filter(|n| **n >= reader.rows_of_a_payslip()).count() * 2 >= agents.len().max(1))
        .map(|(month, _)| month)
        .collect()
}
