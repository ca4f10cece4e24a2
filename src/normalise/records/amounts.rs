//! Sums and hours of the month, a column or a row for each rubric.

use super::{Content, RecordReader};
use crate::facts::{FactId, FactKind, NumberForm, Value};
use crate::ground::{At, Exact, Finding, Severity, Sources};
use crate::normalise::cells;
use crate::normalise::mapping::{ColumnMapping, Meaning};
use crate::normalise::register::shown;
use crate::normalise::titles::{is_days, says_days};
use crate::normalise::variables::{self, Variables};
use crate::read::table::{Cell, Row};

impl RecordReader<'_> {
    pub(super) fn amounts(
        &mut self,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Content {
        let source = self.source;
        let mut list = Vec::new();
        if let Some(v) = &source.variables {
            list.extend(self.variable(v, row, sources, tell));
        }
        list.extend(self.numbers(row, false, sources, problems, tell));
        Content::Amounts(list)
    }

    /// The numbers of a row in columns of their own; with `once` those of this month alone.
    pub(super) fn numbers(
        &mut self,
        row: &Row<'_, '_>,
        once: bool,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Vec<(FactId, Exact, At)> {
        let source = self.source;
        let mut list = Vec::new();
        for c in &source.columns {
            let Meaning::Fact(f) = c.meaning else { continue };
            let fact = self.cx.vocabulary.get(f);
            if !matches!(fact.kind, FactKind::Number { .. }) || once && fact.recurs {
                continue;
            }
            if let Some(read) = self.one(row, c, f, sources, problems, tell)
                && let Value::Number(n) = read.value
                && !n.is_zero()
            {
                if n.is_negative() && !self.cx.vocabulary.may_be_negative(f) {
                    let f = Finding::new("M84", Severity::Blocking).arg("agent", self.called(row)).arg("value", n);
                    tell(f.arg("heading", source.key(c)).at(sources.place(self.at(row, c))));
                }
                list.push((f, n, self.at(row, c)));
            }
        }
        list
    }

    /// « 1 ; jour », « Nb jours ; 1 », « Grève (jours) ; 1 »: a row of a list of rubrics that counts days.
    fn counts_by_day(&self, row: &Row<'_, '_>, label: &str) -> bool {
        let number = |m: &Meaning| matches!(m, Meaning::Base | Meaning::Signed);
        let titled = |c: &ColumnMapping| number(&c.meaning) && says_days(&c.heading);
        let said = label.split(|c: char| !c.is_alphanumeric()).any(|w| w.len() > 1 && is_days(w));
        said || self.source.columns.iter().any(|c| titled(c) || is_days(&shown(row, usize::from(c.column))))
    }

    /// The number of a row about one rubric. Which fact it is, and whether the column holds hours or euros of it, must be sure.
    pub(super) fn variable(
        &self,
        v: &Variables,
        row: &Row<'_, '_>,
        sources: &Sources,
        tell: &mut dyn FnMut(Finding),
    ) -> Option<(FactId, Exact, At)> {
        let source = self.source;
        let text = shown(row, v.rubric()?);
        let fact = v.facts.get(text.as_ref()).copied().or_else(|| self.cx.natures.one_off(&text));
        let fact = fact.or_else(|| variables::absence(&text, self.cx).filter(|_| self.counts_by_day(row, &text)));
        let filled = |m: Meaning| source.column(m).filter(|c| !shown(row, usize::from(c.column)).is_empty());
        let form = fact.and_then(|f| variables::form_of(self.cx.vocabulary.get(f)));
        let column = form.and_then(|form| filled(variables::wanted(form)).or_else(|| filled(Meaning::Signed)));
        let numbers = [Meaning::Base, Meaning::Amount, Meaning::Signed].into_iter().filter_map(filled).collect::<Vec<_>>();
        let (Some(fact), Some(c)) = (fact, column) else {
            let c = numbers.first()?;
            let f = Finding::new("M97", Severity::Blocking).arg("agent", self.called(row)).arg("text", &text);
            let f = f.arg("heading", &c.heading).arg("value", shown(row, usize::from(c.column)));
            tell(f.at(sources.place(self.at(row, c))));
            return None;
        };
        let cell = row.cells.get(usize::from(c.column))?;
        let hours = matches!(form, Some(NumberForm::Hours)) && matches!(cell, Cell::Text(_));
        let read = if hours { crate::normalise::values::hours(&cell.shown(), c.mark) } else { cells::number(cell, c.mark) };
        match read {
            Ok(Some(n)) if n.is_negative() && !self.cx.vocabulary.may_be_negative(fact) => {
                let f = Finding::new("M84", Severity::Blocking).arg("agent", self.called(row)).arg("value", n);
                tell(f.arg("heading", source.key(c)).at(sources.place(self.at(row, c))));
                None
            }
            Ok(n) => n.filter(|n| !n.is_zero()).map(|n| (fact, n, self.at(row, c))),
            Err(e) => {
                let f = Finding::new(e.0, Severity::Blocking).arg("text", cell.shown()).arg("heading", source.key(c));
                tell(f.arg("agent", self.called(row)).at(sources.place(self.at(row, c))));
                None
            }
        }
    }
}
