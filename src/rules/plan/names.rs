//! Every name of a pack and what it stands for.

use crate::facts::FactId;
use crate::ground::document::Report;
use crate::rules::bind::{Symbol, Symbols};
use crate::rules::pack::{Origin, Pack};
use std::collections::BTreeMap;

impl Pack {
    /// All names; a name declared twice is a finding with both places.
    pub fn symbols(&self, report: &Report<'_>) -> Symbols {
        let mut all: BTreeMap<String, (Symbol, &Origin)> = BTreeMap::new();
        let mut add = |id: &str, s: Symbol, o| {
            if let Some((_, first)) = all.get(id) {
                let first: &Origin = first;
                let o: &Origin = o;
                let code = if self.layer_of(first.file) == self.layer_of(o.file) { "L49" } else { "L60" };
                report.both(code, (o.file, o.span.clone()), (first.file, first.span.clone()), &[("id", id)]);
            } else {
                all.insert(id.to_owned(), (s, o));
            }
        };
        for (i, o) in self.fact_origins.iter().enumerate() {
            add(&self.vocabulary.get(FactId(i as u16)).name, Symbol::Fact(i as u16), o);
        }
        for (i, x) in self.parameters.iter().enumerate() {
            add(&x.id, Symbol::Parameter(i as u32), &x.origin);
        }
        for (i, x) in self.settings.iter().enumerate() {
            add(&x.id, Symbol::Setting(i as u16), &x.origin);
        }
        for (i, x) in self.values.iter().enumerate() {
            add(&x.id, Symbol::Value(i as u16), &x.origin);
        }
        for (i, x) in self.totals.iter().enumerate() {
            add(&x.id, Symbol::Total(i as u16), &x.origin);
        }
        for (i, x) in self.tables.iter().enumerate() {
            add(&x.id, Symbol::Table(i as u16), &x.origin);
        }
        for (i, x) in self.elements.iter().enumerate() {
            add(&x.card.id, Symbol::Element(i as u16), &x.origin);
        }
        all.into_iter().map(|(k, v)| (k, v.0)).collect()
    }
}
