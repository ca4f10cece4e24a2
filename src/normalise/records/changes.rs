//! New values of a row, each with its date of effect.

use super::{Changed, Content, RecordReader, Said};
use crate::facts::{FactId, FactKind, Role, Value};
use crate::ground::{Finding, Severity, Sources};
use crate::normalise::mapping::{ColumnMapping, Meaning};
use crate::normalise::register::shown;
use crate::normalise::values::Unread;
use crate::normalise::{columns, lists, titles};
use crate::read::table::Row;

impl RecordReader<'_> {
    pub(super) fn changes(
        &mut self,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Content {
        let source = self.source;
        let mut effective = None;
        if let Some(c) = source.column(Meaning::Effective)
            && let Some(cell) = row.cells.get(usize::from(c.column))
        {
            match self.day(cell) {
                Ok(d) => effective = d,
                Err(e) => self.refuse(row, c, e, sources, tell),
            }
        }
        if let Some(m) = source.moves {
            return self.movement(m, effective, row, sources, problems, tell);
        }
        let mut changed = Vec::new();
        for c in &source.columns {
            let Meaning::New(f) = c.meaning else { continue };
            if !self.cx.vocabulary.get(f).parts.is_empty() {
                let old = source.column(Meaning::Old(f)).map(|o| self.parts_of(f, &shown(row, usize::from(o.column))));
                match self.parts_of(f, &shown(row, usize::from(c.column))) {
                    Some(parts) => changed.extend(parts.into_iter().map(|(id, n)| {
                        let old = old.as_ref().and_then(|o| o.as_ref()?.iter().find(|p| p.0 == id).map(|p| Value::Number(p.1)));
                        Changed { old, ..Changed::new(id, Value::Number(n), self.at(row, c)) }
                    })),
                    None if shown(row, usize::from(c.column)).is_empty() => {}
                    None => self.refuse(row, c, Unread("N01"), sources, tell),
                }
                continue;
            }
            let Some(new) = self.one(row, c, f, sources, problems, tell) else {
                let old = source.column(Meaning::Old(f)).map(|o| shown(row, usize::from(o.column)));
                if lists::pays(self.cx.vocabulary.get(f))
                    && old.is_some_and(|o| !o.is_empty())
                    && shown(row, usize::from(c.column)).is_empty()
                {
                    let f = Finding::new("N18", Severity::Blocking).arg("agent", self.called(row));
                    tell(f.at(sources.place(self.at(row, c))));
                }
                continue;
            };
            let old = match source.column(Meaning::Old(f)) {
                Some(o) => self.one(row, o, f, sources, problems, tell).map(|r| r.value),
                None => None,
            };
            let at = self.at(row, c);
            if let (Some(reduced), Some(id)) = (new.reduced_post, self.reduced_post) {
                if reduced && titles::of_part_time(&format!("{} {}", source.title, c.heading)) {
                    let text = shown(row, usize::from(c.column));
                    let f = Finding::new("M302", Severity::Blocking).arg("agent", self.called(row)).arg("text", text.as_ref());
                    tell(f.arg("heading", source.key(c)).at(sources.place(at)));
                }
                changed.push(Changed::new(id, Value::Flag(reduced), at));
            }
            // « Catégorie : B » without « nouvelle », an old value or a day may be what goes on.
            let choice = matches!(self.cx.vocabulary.get(f).kind, FactKind::Choice { .. });
            // « Type taux » beside the rate is the new rate's.
            let of_another = |(about, value): &(FactId, FactId)| *about == f && source.column(Meaning::New(*value)).is_some();
            let told_with = self.cx.vocabulary.about_others().iter().any(of_another);
            let bare = choice && !told_with && effective.is_none() && old.is_none() && !titles::says_becomes(&c.heading);
            let said = if bare { Said::Beside } else { Said::New };
            changed.push(Changed { old, said, ..Changed::new(f, new.value, at) });
        }
        self.plain(row, &mut changed, sources, problems, tell);
        // The act behind the row travels with what it changes.
        let act = self.cx.vocabulary.role(Role::Act);
        let column = act.filter(|_| !changed.is_empty()).and_then(|f| Some((f, source.column(Meaning::Fact(f))?)));
        if let Some((f, c)) = column
            && let Some(read) = self.one(row, c, f, sources, problems, tell)
        {
            changed.push(Changed::new(f, read.value, self.at(row, c)));
        }
        let undated = source.column(Meaning::Effective).filter(|c| shown(row, usize::from(c.column)).is_empty());
        let lasting = |c: &Changed| {
            let fact = self.cx.vocabulary.get(c.fact);
            lists::pays(fact) && fact.kind != FactKind::Date
        };
        if let Some(c) = undated.filter(|_| changed.iter().any(lasting)) {
            let f = Finding::new("M91", Severity::Justify).arg("agent", self.called(row));
            tell(f.at(sources.place(self.at(row, c))));
        }
        self.position(&changed, row, sources, tell);
        Content::Changes { changed, effective }
    }

    /// What stands under plain titles beside new values. A yes, and what stands beside words (a grade, a status), are of the
    /// new situation.
    fn plain(
        &mut self,
        row: &Row<'_, '_>,
        changed: &mut Vec<Changed>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) {
        if changed.is_empty() {
            return;
        }
        let (source, vocabulary) = (self.source, self.cx.vocabulary);
        let words = |k: &FactKind| matches!(k, FactKind::Text | FactKind::Choice { .. });
        let named = changed.iter().any(|c| words(&vocabulary.get(c.fact).kind));
        for c in &source.columns {
            let Meaning::Fact(f) = c.meaning else { continue };
            let fact = vocabulary.get(f);
            // « Indices (IB/IM) ; 461/404 » beside a new step: both, each as it is said.
            if !fact.parts.is_empty() {
                let text = shown(row, usize::from(c.column));
                match self.parts_of(f, &text) {
                    Some(parts) => {
                        let new = parts.into_iter().filter(|p| !changed.iter().any(|c| c.fact == p.0)).collect::<Vec<_>>();
                        let said = if named { Said::OfTheNew } else { Said::Beside };
                        changed
                            .extend(new.into_iter().map(|(id, n)| Changed { said, ..Changed::new(id, Value::Number(n), self.at(row, c)) }));
                    }
                    None if text.is_empty() => {}
                    None => self.refuse(row, c, Unread("N01"), sources, tell),
                }
                continue;
            }
            let flag = match fact.kind {
                FactKind::Flag => true,
                FactKind::Number { .. } | FactKind::Choice { .. } => false,
                FactKind::Date if fact.role == Some(Role::ContractEnd) => true,
                FactKind::Date | FactKind::Text => continue,
            };
            if !columns::is_situation(vocabulary, c.meaning) || changed.iter().any(|c| c.fact == f) {
                continue;
            }
            let Some(read) = self.one(row, c, f, sources, problems, tell) else { continue };
            let said = if flag || named { Said::OfTheNew } else { Said::Beside };
            changed.push(Changed { said, ..Changed::new(f, read.value, self.at(row, c)) });
        }
    }

    /// A new position: who leaves with it, or is back, no amount follows from. In activity it says nothing beside other changes.
    fn position(&self, changed: &[Changed], row: &Row<'_, '_>, sources: &Sources, tell: &mut dyn FnMut(Finding)) {
        let position = |c: &&ColumnMapping| {
            let (Meaning::Fact(f) | Meaning::New(f)) = c.meaning else { return false };
            self.cx.vocabulary.get(f).role == Some(Role::Position)
        };
        let Some(c) = self.source.columns.iter().find(position) else { return };
        let text = shown(row, usize::from(c.column));
        if text.is_empty() {
            return;
        }
        let beside = changed.iter().any(|c| lists::pays(self.cx.vocabulary.get(c.fact)));
        if !(beside && titles::in_activity(&text)) {
            let f = Finding::new("M170", Severity::Blocking).arg("agent", self.called(row)).arg("text", text);
            tell(f.at(sources.place(self.at(row, c))));
        }
    }
}
