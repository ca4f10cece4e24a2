//! Last month's transfers as a bank's portal lists them → rows like those of a transfer file.

use crate::facts::Role as FactRole;
use crate::ground::{At, Finding, Iban, Severity, Sources, iban};
use crate::normalise::Context;
use crate::normalise::cells;
use crate::normalise::join::TransferRow;
use crate::normalise::mapping::{ColumnMapping, Meaning, SourceMapping};
use crate::normalise::titles::{self, summing};
use crate::read::table::{Row, Table};
use std::ops::ControlFlow;

/// A transfer that the list says came back: « Rejeté - compte clos ».
pub struct Returned {
    pub transfer: At,
    pub at: At,
    pub why: String,
}

/// The rows of a list, and those that came back; what is none of them and no sum is told with its place.
pub fn transfers(
    table: &Table,
    map: &SourceMapping,
    cx: &Context<'_>,
    sources: &Sources,
    findings: &mut Vec<Finding>,
) -> (Vec<TransferRow>, Vec<Returned>) {
    let fact = |r: FactRole| cx.vocabulary.role(r).and_then(|f| map.column(Meaning::Fact(f)));
    let (Some(account), Some(amount)) = (fact(FactRole::Iban), map.column(Meaning::Amount)) else { return (Vec::new(), Vec::new()) };
    let names = [FactRole::FullName, FactRole::Surname, FactRole::GivenName].map(fact);
    let written: Vec<&ColumnMapping> = map.columns.iter().filter(|c| c.meaning == Meaning::Label).chain(fact(FactRole::Employee)).collect();
    let below = map.header.map_or(0, |h| h.1);
    let states: Vec<&ColumnMapping> = map.columns.iter().filter(|c| matches!(c.meaning, Meaning::Unknown | Meaning::Ignored)).collect();
    let (mut out, mut unread, mut returned) = (Vec::new(), Vec::new(), Vec::new());
    let mut told = table.for_each(&mut |row: Row<'_, '_>| {
        let text = |c: &ColumnMapping| row.cell(usize::from(c.column)).shown().into_owned();
        let first = row.cells.iter().map(|c| c.shown()).find(|t| !t.is_empty()).unwrap_or_default();
        let again = [amount, account].iter().all(|c| !text(c).is_empty() && c.heading.ends_with(&text(c)));
        if row.number <= below || again || summing(&first).is_some() {
            return ControlFlow::Continue(());
        }
        let iban = Iban::parse(&text(account)).ok();
        let paid = cells::number(row.cell(usize::from(amount.column)), amount.mark).ok().flatten().and_then(|n| cells::cents(n).ok());
        match paid {
            Some(paid) if iban.is_some() || names.iter().flatten().any(|c| !text(c).is_empty()) => {
                let joined = |columns: &mut dyn Iterator<Item = &ColumnMapping>| columns.map(text).collect::<Vec<_>>().join(" ");
                out.push(TransferRow {
                    end_to_end: joined(&mut written.iter().copied()),
                    instruction: String::new(),
                    name: joined(&mut names.iter().flatten().copied()).trim().to_owned(),
                    iban,
                    // A bank shows what left as negative.
                    amount: paid.abs(),
                    at: At::row(map.source, row.number),
                });
                let last = out.last().filter(|t| t.iban.is_none() && !text(account).is_empty());
                unread.extend(last.map(|t| {
                    let f = Finding::new("M363", Severity::Justify).arg("name", &t.name).arg("account", iban::mask(&text(account)));
                    f.at(sources.place(At::cell(map.source, row.number, account.column)))
                }));
                if let Some((c, state)) =
                    states.iter().map(|c| (c, text(c))).find(|(_, t)| titles::says_pending(t) && !titles::says_returned(t))
                {
                    let name = out.last().map_or("", |t: &TransferRow| t.name.as_str());
                    let f = Finding::new("M292", Severity::Justify).arg("name", name).arg("state", state);
                    unread.push(f.arg("amount", paid.abs().french()).at(sources.place(At::cell(map.source, row.number, c.column))));
                }
                let refused = states.iter().copied().map(|c| (c, text(c))).find(|(_, t)| titles::says_returned(t));
                returned.extend(refused.map(|(c, why)| Returned {
                    transfer: At::row(map.source, row.number),
                    at: At::cell(map.source, row.number, c.column),
                    why,
                }));
            }
            _ => {
                let shown: String = row.cells.iter().map(|c| c.shown()).filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" | ");
                let f = Finding::new("M191", Severity::Justify).arg("text", shown.chars().take(80).collect::<String>());
                unread.push(f.at(sources.place(At::row(map.source, row.number))));
            }
        }
        ControlFlow::Continue(())
    });
    findings.append(&mut told);
    findings.append(&mut unread);
    (out, returned)
}
