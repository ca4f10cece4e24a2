//! A bank account of a row, written whole or in four parts.

use super::{Content, RecordReader};
use crate::facts::FactId;
use crate::ground::{At, Finding, Iban, Sources};
use crate::normalise::cells;
use crate::normalise::mapping::{ColumnMapping, Meaning};
use crate::normalise::register::shown;
use crate::read::table::Row;

impl<'a> RecordReader<'a> {
    /// The account that a row writes in four columns, with the fact and the column it is named by; `None` without them.
    #[expect(clippy::type_complexity, reason = "a fact, its column and what was made of four cells")]
    pub(super) fn account_in_parts(
        &self,
        row: &Row<'_, '_>,
    ) -> Option<((FactId, &'a ColumnMapping), Result<Iban, crate::ground::iban::IbanProblem>)> {
        use crate::facts::Role as R;
        let iban = self.cx.vocabulary.role(R::Iban)?;
        let column = |r: R| self.source.column(Meaning::Fact(self.cx.vocabulary.role(r)?));
        let [bank, branch, number, key] =
            [column(R::AccountBank)?, column(R::AccountBranch)?, column(R::AccountNumber)?, column(R::AccountKey)?];
        let text = |c: &ColumnMapping| shown(row, usize::from(c.column)).into_owned();
        let written = [text(bank), text(branch), text(number), text(key)];
        if written.iter().all(String::is_empty) {
            return None;
        }
        let account = crate::ground::iban::rib_to_iban(&written[0], &written[1], &written[2], &written[3]);
        Some(((iban, number), account))
    }

    /// The fact of accounts, where columns of the source hold them.
    pub fn shows_accounts(&self) -> Option<FactId> {
        let role = |r| self.cx.vocabulary.role(r);
        let held = |f: FactId| self.source.column(Meaning::Fact(f)).is_some();
        let iban = role(crate::facts::Role::Iban)?;
        (held(iban) || role(crate::facts::Role::AccountKey).is_some_and(held)).then_some(iban)
    }

    /// The valid account that a row writes, whole or in parts.
    pub fn account_of(&self, row: &Row<'_, '_>) -> Option<(Iban, At)> {
        let column = self.cx.vocabulary.role(crate::facts::Role::Iban).and_then(|f| self.source.column(Meaning::Fact(f)));
        let whole = column.and_then(|c| Some((Iban::parse(&shown(row, usize::from(c.column))).ok()?, self.at(row, c))));
        whole.or_else(|| self.account_in_parts(row).and_then(|((_, c), iban)| Some((iban.ok()?, self.at(row, c)))))
    }

    pub(super) fn account(&mut self, row: &Row<'_, '_>, sources: &Sources, tell: &mut dyn FnMut(Finding)) -> Content {
        let source = self.source;
        let mut requested = None;
        if let Some(c) = source.column(Meaning::Requested)
            && let Some(cell) = row.cells.get(usize::from(c.column))
        {
            match cells::date(cell, self.latest) {
                Ok(d) => requested = d,
                Err(e) => self.refuse(row, c, e, sources, tell),
            }
        }
        let column = source
            .columns
            .iter()
            .find(|c| matches!(c.meaning, Meaning::New(f) if self.cx.vocabulary.get(f).role == Some(crate::facts::Role::Iban)));
        let iban: String =
            column.map(|c| shown(row, usize::from(c.column)).chars().filter(|c| !c.is_whitespace()).collect()).unwrap_or_default();
        let (iban, column) = match self.account_in_parts(row).filter(|_| column.is_none()) {
            // A key that does not fit stays as written, and is refused as an account.
            Some(((_, c), Err(_))) => (shown(row, usize::from(c.column)).into_owned(), Some(c)),
            Some(((_, c), Ok(account))) => (account.as_str().to_owned(), Some(c)),
            None => (iban, column),
        };
        let received_by = source.column(Meaning::ReceivedBy).map(|c| shown(row, usize::from(c.column)).into_owned()).unwrap_or_default();
        let at = column.map_or(At::row(source.source, row.number), |c| self.at(row, c));
        Content::Account { requested, iban, received_by, at }
    }
}

/// A requested account, checked.
pub fn parsed(iban: &str) -> Result<Iban, crate::ground::iban::IbanProblem> {
    Iban::parse(iban)
}
