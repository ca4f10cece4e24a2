//! One cell becomes a value, or a finding and a problem of its agent.

use super::RecordReader;
use crate::facts::{FactId, FactKind, Value};
use crate::ground::{Finding, Severity, Sources};
use crate::normalise::cells;
use crate::normalise::lists;
use crate::normalise::mapping::ColumnMapping;
use crate::normalise::register::shown;
use crate::normalise::values::Unread;
use crate::read::table::{Cell, Row};
use chrono::NaiveDate;

impl RecordReader<'_> {
    pub(super) fn one(
        &mut self,
        row: &Row<'_, '_>,
        c: &ColumnMapping,
        f: FactId,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Option<cells::Read> {
        let cell = row.cells.get(usize::from(c.column))?;
        let with_key = self.with_key(row, c, f);
        let cell = with_key.as_ref().unwrap_or(cell);
        match cells::value(cell, self.cx.vocabulary.get(f), c, self.latest, &mut self.texts) {
            Ok(read) => {
                if let Some(code) = read.as_ref().and_then(|r| r.remark) {
                    if code == cells::WITHOUT_KEY {
                        // The whole column is so: said once.
                        if !std::mem::replace(&mut self.told_keys, true) {
                            let f = Finding::new(code, Severity::Warning).arg("heading", self.source.key(c));
                            tell(f.at(sources.place(self.at(row, c))));
                        }
                        return read;
                    }
                    problems.push((f, code));
                    self.refuse(row, c, Unread(code), sources, tell);
                }
                read
            }
            Err(Unread("N03")) if self.day_alone(cell, f).is_some() => self.day_alone(cell, f).map(|d| cells::Read::of(Value::Date(d))),
            Err(unread) => {
                problems.push((f, unread.0));
                self.refuse(row, c, unread, sources, tell);
                None
            }
        }
    }

    /// A date of this month's lists, which may leave out its year.
    pub(super) fn day(&self, cell: &Cell<'_>) -> Result<Option<NaiveDate>, Unread> {
        let text = matches!(cell, Cell::Text(_)) && lists::is_list(self.source.role);
        let alone = || crate::normalise::values::day_of_year(&cell.shown(), self.latest).filter(|_| text);
        cells::date(cell, self.latest).or_else(|e| alone().map(Some).ok_or(e))
    }

    /// The same for a fact: nobody's birth is near the month being paid.
    pub(super) fn day_alone(&self, cell: &Cell<'_>, f: FactId) -> Option<NaiveDate> {
        let decl = self.cx.vocabulary.get(f);
        let dated = decl.kind == FactKind::Date && decl.role != Some(crate::facts::Role::BirthDate);
        self.day(cell).ok().flatten().filter(|_| dated)
    }

    /// An identity number of 13 characters with the key that stands in its own column.
    pub(super) fn with_key(&self, row: &Row<'_, '_>, c: &ColumnMapping, f: FactId) -> Option<Cell<'static>> {
        let key = self.key.filter(|_| self.cx.vocabulary.get(f).role == Some(crate::facts::Role::IdentityNumber))?;
        let number: String = shown(row, usize::from(c.column)).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let key = shown(row, usize::from(key)).trim().to_owned();
        let whole = number.len() == 13 && (1..=2).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_digit());
        whole.then(|| Cell::Text(format!("{number}{key:0>2}").into()))
    }
}
