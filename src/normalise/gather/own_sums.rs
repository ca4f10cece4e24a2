//! The rows of one agent that follow each other, and the sum of them that a list may show below.

use crate::ground::{At, EmployeeId, Exact, Finding, Money, Severity, Sources};
use crate::normalise::cells;
use crate::normalise::mapping::SourceMapping;
use crate::normalise::people::Who;
use crate::normalise::register::{WhoColumns, shown};
use crate::normalise::titles::{spaced, summing};
use crate::read::table::Row;

/// What the rows of the agent above came to, by column of quantities.
pub(super) struct OwnSums {
    who: Option<Who>,
    sums: Vec<Exact>,
    open: bool,
}

impl OwnSums {
    pub(super) fn new(columns: usize) -> Self {
        Self { who: None, sums: vec![Exact::ZERO; columns], open: false }
    }

    /// Another kind of row ends what belongs to the agent above.
    pub(super) fn close(&mut self) {
        self.open = false;
    }

    /// A row without anybody was the agent's above it, and the next may be too.
    pub(super) fn reopen(&mut self) {
        self.open = true;
    }

    /// Whether a row without anybody may be the agent's above it.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// The quantities of a row.
    pub(super) fn read(&self, row: &Row<'_, '_>, columns: &[usize], map: &SourceMapping) -> Vec<Option<Exact>> {
        let mark = |c: usize| map.columns.iter().find(|m| usize::from(m.column) == c).map(|m| m.mark).unwrap_or_default();
        columns.iter().map(|c| cells::number(row.cells.get(*c)?, mark(*c)).ok().flatten()).collect()
    }

    pub(super) fn add(&mut self, who: &Who, shown: &[Option<Exact>]) {
        let same = self.who.as_ref().is_some_and(|w| same(w, who));
        if !same {
            self.sums.fill(Exact::ZERO);
        }
        for (sum, n) in self.sums.iter_mut().zip(shown) {
            *sum = n.and_then(|n| sum.add(n)).unwrap_or(*sum);
        }
        self.who = Some(who.clone());
        self.open = true;
    }

    /// « 00105 | Total LACOMBE » below the rows of LACOMBE: his number again, and his name after a word of sums.
    pub(super) fn is_sum_of(&self, row: &Row<'_, '_>, who: &WhoColumns) -> bool {
        let Some(above) = &self.who else { return false };
        let name = spaced(&format!("{} {} {}", above.surname, above.given, above.id));
        let known = |w: &str| name.contains(&format!(" {w} "));
        let total = |text: &str| {
            let words = spaced(text);
            let own = words.split_whitespace().any(known);
            summing(text).is_some() && own && words.split_whitespace().all(|w| known(w) || summing(w).is_some() || w.len() <= 3)
        };
        let read = who.read(row);
        let his = read.id.is_empty() || read.id == above.id;
        his && !known(spaced(&read.surname).trim()) && who.columns().iter().any(|c| total(&shown(row, *c)))
    }

    /// Whether the sum is that of the rows above it.
    pub(super) fn check(&self, shown: &[Option<Exact>], id: &str, at: At, sources: &Sources) -> Vec<Finding> {
        let money = |n: Exact| n.scaled_half_up(100).map(Money::from_cents);
        let differs = self.sums.iter().zip(shown).filter_map(|(sum, n)| Some((money(*sum)?, money((*n)?)?))).filter(|(a, b)| a != b);
        let told = |(found, shown): (Money, Money)| {
            let f = Finding::new("M18", Severity::Justify).arg("shown", shown.french()).arg("found", found.french());
            let f = f.stake((shown - found).cents()).at(sources.place(at));
            EmployeeId::parse(id).iter().fold(f, Finding::of)
        };
        differs.map(told).collect()
    }
}

fn same(a: &Who, b: &Who) -> bool {
    if a.id.is_empty() && b.id.is_empty() { (&a.surname, &a.given) == (&b.surname, &b.given) } else { a.id == b.id }
}
