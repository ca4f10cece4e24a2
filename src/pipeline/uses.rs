//! What of the law each line is made with: parameters and tables that its formulas name, values unfolded.
//!
//! A line that names another line stops there: what that one is made with is its own affair.

use crate::ground::document::Report;
use crate::rules::bind::{Symbol, Symbols};
use crate::rules::pack::{Formula, Measure, Pack};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Parameters, tables and facts by element and by control.
#[derive(Debug, Default)]
pub struct Uses {
    parameters: Vec<BTreeSet<usize>>,
    tables: Vec<BTreeSet<usize>>,
    /// Facts that the formula of a control names itself.
    control_facts: Vec<Vec<u16>>,
}

#[derive(Clone, Default)]
struct Named {
    parameters: BTreeSet<usize>,
    tables: BTreeSet<usize>,
}

struct Reader<'r> {
    pack: &'r Pack,
    symbols: &'r Symbols,
    day: NaiveDate,
    values: BTreeMap<u16, Named>,
}

impl Uses {
    pub fn of(pack: &Pack, day: NaiveDate) -> Self {
        let report = Report::new(&pack.files);
        let symbols = pack.symbols(&report);
        let mut r = Reader { pack, symbols: &symbols, day, values: BTreeMap::new() };
        let mut out = Self::default();
        for e in &pack.elements {
            let mut named = Named::default();
            let version = e.versions.iter().rev().find(|v| v.from <= day && v.until.is_none_or(|u| day <= u));
            let amounts = version
                .iter()
                .flat_map(|v| v.amounts.each().chain(v.exceptions.iter().flat_map(|(w, a, _)| std::iter::once(w).chain(a.each()))));
            for f in e.applies.iter().chain(amounts) {
                r.formula(f, &mut named);
            }
            out.parameters.push(named.parameters);
            out.tables.push(named.tables);
        }
        for c in &pack.controls {
            let mut names = Vec::new();
            if let Measure::When(f) = &c.measure {
                f.ast.names(&mut names);
            }
            let facts = names.iter().filter_map(|(n, _)| match symbols.get(n) {
                Some(Symbol::Fact(i)) => Some(*i),
                _ => None,
            });
            out.control_facts.push(facts.collect());
        }
        out
    }

    pub fn parameter(&self, element: usize, parameter: usize) -> bool {
        self.parameters.get(element).is_some_and(|s| s.contains(&parameter))
    }
    pub fn table(&self, element: usize, table: usize) -> bool {
        self.tables.get(element).is_some_and(|s| s.contains(&table))
    }
    /// Facts that the formula of a control names.
    pub fn facts(&self, control: usize) -> &[u16] {
        self.control_facts.get(control).map_or(&[], Vec::as_slice)
    }
}

impl Reader<'_> {
    fn formula(&mut self, f: &Formula, named: &mut Named) {
        let mut names = Vec::new();
        f.ast.names(&mut names);
        for (name, _) in names {
            match self.symbols.get(&name).copied() {
                Some(Symbol::Parameter(i)) => {
                    named.parameters.insert(i as usize);
                }
                Some(Symbol::Table(i)) => {
                    named.tables.insert(usize::from(i));
                }
                Some(Symbol::Value(i)) => {
                    let v = self.value(i);
                    named.parameters.extend(v.parameters);
                    named.tables.extend(v.tables);
                }
                Some(Symbol::Fact(_) | Symbol::Setting(_) | Symbol::Element(_) | Symbol::Total(_)) | None => {}
            }
        }
    }

    fn value(&mut self, i: u16) -> Named {
        if let Some(v) = self.values.get(&i) {
            return v.clone();
        }
        // Entered before it is followed, so that a circle ends.
        self.values.insert(i, Named::default());
        let mut named = Named::default();
        let day = self.day;
        let pack = self.pack;
        if let Some(v) = pack.values[usize::from(i)].versions.iter().rev().find(|v| v.from <= day && v.until.is_none_or(|u| day <= u)) {
            for f in std::iter::once(&v.is).chain(v.exceptions.iter().flat_map(|(w, f)| [w, f])) {
                self.formula(f, &mut named);
            }
        }
        self.values.insert(i, named.clone());
        named
    }
}
