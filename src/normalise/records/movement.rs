//! A row of a list of movements: its kind says which fact its value is.

use super::{Changed, Content, RecordReader};
use crate::facts::{Fact, FactId, Facts, Origin, Value};
use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::cells;
use crate::normalise::mapping::Meaning;
use crate::normalise::moves::{self, Moves};
use crate::normalise::register::shown;
use crate::read::table::{Cell, Row};
use chrono::NaiveDate;

impl RecordReader<'_> {
    /// A row of a list of movements: the new value of the fact its kind names, a last day, or a sum of this month.
    pub(super) fn movement(
        &mut self,
        m: Moves,
        effective: Option<NaiveDate>,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Content {
        let source = self.source;
        let nothing = Content::Changes { changed: Vec::new(), effective };
        let kind = shown(row, m.kind);
        let column = m.value.and_then(|c| source.columns.get(c));
        let beside = column.and_then(|c| row.cells.get(usize::from(c.column))).cloned().unwrap_or(Cell::Empty);
        let at = column.map_or(At::row(source.source, row.number), |c| self.at(row, c));
        let named = moves::kind(&kind, self.cx);
        let within = named.and_then(|n| n.1).map(|t| Cell::Text(t.to_owned().into()));
        // Two values of one row: a person says which.
        let named = named.filter(|_| within.is_none() || beside.shown().is_empty());
        let cell = if beside.shown().is_empty() { within.unwrap_or(Cell::Empty) } else { beside };
        let Some(f) = named.map(|n| n.0) else {
            let f = Finding::new("M97", Severity::Blocking).arg("agent", self.called(row)).arg("text", &kind);
            let heading = column.map(|c| c.heading.as_str()).unwrap_or_default();
            tell(f.arg("heading", heading).arg("value", cell.shown()).at(sources.place(at)));
            return nothing;
        };
        let decl = self.cx.vocabulary.get(f);
        if let Some(fact) = self.cx.natures.fact(&kind).filter(|e| *e == f) {
            let days = cells::days(&cell, crate::normalise::values::Mark::Unknown).ok().flatten();
            if days.is_none_or(|d| !d.is_positive()) {
                let f = Finding::new("M83", Severity::Blocking).arg("agent", self.called(row)).arg("days", cell.shown());
                tell(f.at(sources.place(at)));
            }
            let nature = kind.into_owned();
            let beside = Facts::default();
            return Content::Event { nature, fact: Some(fact), from: effective, to: None, days, continues: None, beside };
        }
        if decl.role == Some(crate::facts::Role::Exit) {
            return Content::Facts(self.last_day(f, effective, (&cell, at), row, sources, problems, tell));
        }
        let without = |tell: &mut dyn FnMut(Finding), called: String| {
            tell(Finding::new("N18", Severity::Blocking).arg("agent", called).at(sources.place(at)));
        };
        let (Some(c), false) = (column.or_else(|| source.columns.get(m.kind)), cell.shown().is_empty()) else {
            without(tell, self.called(row));
            return nothing;
        };
        let titles: Vec<String> = decl.headings.iter().chain([&decl.label.fr]).cloned().collect();
        let bare = if let Cell::Text(t) = &cell { Cell::Text(moves::bare(t, &titles).to_owned().into()) } else { cell.clone() };
        match cells::value(&bare, decl, c, self.latest, &mut self.texts) {
            Ok(Some(read)) => {
                if let (false, Some(n)) = (decl.recurs, read.value.number()) {
                    if n.is_negative() {
                        let f = Finding::new("M84", Severity::Blocking).arg("agent", self.called(row)).arg("value", n);
                        tell(f.arg("heading", source.key(c)).at(sources.place(at)));
                    }
                    return Content::Amounts(vec![(f, n, at)]);
                }
                let mut changed = Vec::new();
                if let (Some(reduced), Some(id)) = (read.reduced_post, self.reduced_post) {
                    changed.push(Changed::new(id, Value::Flag(reduced), at));
                }
                if effective.is_none() && source.column(Meaning::Effective).is_some() {
                    tell(Finding::new("M91", Severity::Justify).arg("agent", self.called(row)).at(sources.place(at)));
                }
                changed.push(Changed::new(f, read.value, at));
                Content::Changes { changed, effective }
            }
            Ok(None) => {
                without(tell, self.called(row));
                nothing
            }
            Err(unread) => {
                problems.push((f, unread.0));
                let f = Finding::new(unread.0, Severity::Blocking).arg("text", cell.shown()).arg("heading", source.key(c));
                tell(f.arg("agent", self.called(row)).at(sources.place(at)));
                nothing
            }
        }
    }

    /// The last day of somebody who leaves: the value, or else the date of effect, which is the first day away unless the row
    /// speaks of the last one.
    #[expect(clippy::too_many_arguments, reason = "a row, what was read of it, and where findings go")]
    pub(super) fn last_day(
        &self,
        f: FactId,
        effective: Option<NaiveDate>,
        (cell, at): (&Cell<'_>, At),
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Facts {
        use crate::normalise::titles::{first_day_away, spaced};
        let mut facts = Facts::default();
        let written = match self.day(cell) {
            Ok(d) => d,
            Err(e) => {
                problems.push((f, e.0));
                let f = Finding::new(e.0, Severity::Blocking).arg("text", cell.shown()).arg("heading", "");
                tell(f.arg("agent", self.called(row)).at(sources.place(at)));
                return facts;
            }
        };
        let column = self.source.column(Meaning::Effective);
        let last = || row.cells.iter().any(|c| spaced(&c.shown()).contains(" dernier jour "));
        let away = column.is_some_and(|c| first_day_away(&c.heading)) && !last();
        let by_effect = || effective.map(|d| if away { d.pred_opt().unwrap_or(d) } else { d });
        if let Some(d) = written.or_else(by_effect) {
            let at = if written.is_some() { at } else { column.map_or(at, |c| self.at(row, c)) };
            // Whether somebody leaves on that day or after it, the list does not say.
            if written.is_none() && !last() {
                let f = Finding::new("M81", Severity::Blocking).arg("agent", self.called(row)).arg("last", d.format("%d/%m/%Y"));
                tell(f.arg("heading", column.map_or("", |c| c.heading.as_str())).at(sources.place(at)));
            }
            facts.set(Fact { id: f, value: Value::Date(d), at, origin: Origin::Read });
        }
        facts
    }
}
