//! The sheets that list what people must know or do: movements, accounts, agents set aside, estimates, findings, sources.

use super::cells::Cell;
use super::sheets::{dated, difference};
use super::table::{self, Kind, Table, column};
use super::{Book, ReportError};
use crate::ground::{Lang, Money};
use crate::write::report::model::CallBack;
use crate::write::report::wording::{self as w};

pub fn movements(book: &mut Book<'_>) -> Result<(), ReportError> {
    let (r, lang) = (book.report, book.report.lang);
    let (before, after): (Money, Money) =
        (r.movements.iter().filter_map(|m| m.before).sum(), r.movements.iter().filter_map(|m| m.after).sum());
    let columns = vec![
        column(w::MOVEMENT.get(lang), 13, Kind::Text),
        column(w::EMPLOYEE.get(lang), 10, Kind::Text),
        column(w::NAME.get(lang), 26, Kind::Text),
        column(w::SERVICE.get(lang), 28, Kind::Wrap),
        column(w::DATE.get(lang), 12, Kind::Text),
        column(w::ACT.get(lang), 48, Kind::Wrap),
        column(dated(w::NET, r.last_month, lang), 14, Kind::Sum(before)),
        column(dated(w::NET, r.month, lang), 14, Kind::Sum(after)),
        column(w::CHANGE.get(lang), 13, Kind::SumChange(after - before)),
    ];
    let table = Table::new(w::MOVEMENTS.get(lang), w::MOVEMENTS_NOTE.get(lang), columns, r.movements.len()).frozen(3);
    table::write(book, &table, |i, row| {
        let m = &r.movements[i];
        vec![
            Cell::text(w::movement(m.kind).get(lang)),
            Cell::text(m.employee.to_string()),
            Cell::text(&m.name),
            Cell::text(&m.service),
            m.date.map_or(Cell::Blank, Cell::Date),
            Cell::text(&m.act),
            Cell::maybe(m.before),
            Cell::maybe(m.after),
            Cell::ChangeSum(difference("G", "H", row), m.after.unwrap_or_default() - m.before.unwrap_or_default()),
        ]
    })
}

/// Who called, when, on which number, and what came of it.
fn call_back(call: Option<&CallBack>, lang: Lang) -> String {
    call.map_or_else(
        || w::NO_CALL_BACK.get(lang).to_owned(),
        |c| {
            let outcome = if c.confirmed { w::CONFIRMED } else { w::REFUSED };
            format!("{}, {}, {}, {}", w::short_date(c.date, lang), c.by, c.number, outcome.get(lang))
        },
    )
}

pub fn ibans(book: &mut Book<'_>) -> Result<(), ReportError> {
    let (r, lang) = (book.report, book.report.lang);
    let columns = vec![
        column(w::EMPLOYEE.get(lang), 10, Kind::Text),
        column(w::NAME.get(lang), 26, Kind::Text),
        column(w::OLD_IBAN.get(lang), 19, Kind::Text),
        column(w::NEW_IBAN.get(lang), 19, Kind::Text),
        column(w::READ_AT.get(lang), 40, Kind::Wrap),
        column(w::CALL_BACK.get(lang), 46, Kind::Wrap),
        column(w::IN_USE.get(lang), 20, Kind::Text),
    ];
    let note = if r.accounts_proven { w::IBAN_NOTE } else { w::IBAN_UNPROVEN };
    let mut table = Table::new(w::IBAN.get(lang), note.get(lang), columns, r.iban_changes.len()).frozen(2);
    if !r.accounts_proven {
        table.nothing = w::UNCONFIRMED;
    }
    table::write(book, &table, |i, _| {
        let c = &r.iban_changes[i];
        vec![
            Cell::text(c.employee.to_string()),
            Cell::text(&c.name),
            c.old.as_ref().map_or(Cell::Blank, |m| Cell::text(m.as_str())),
            Cell::text(c.new.as_str()),
            Cell::text(&c.source),
            Cell::text(call_back(c.call_back.as_ref(), lang)),
            Cell::text(w::iban_in_use(c.in_use).get(lang)),
        ]
    })
}

pub fn set_aside(book: &mut Book<'_>) -> Result<(), ReportError> {
    let (r, lang) = (book.report, book.report.lang);
    let total = r.set_aside.iter().filter_map(|s| s.net).sum();
    let columns = vec![
        column(w::EMPLOYEE.get(lang), 10, Kind::Text),
        column(w::NAME.get(lang), 26, Kind::Text),
        column(w::SERVICE.get(lang), 26, Kind::Wrap),
        column(dated(w::NET, r.month, lang), 14, Kind::Sum(total)),
        column(w::REASON.get(lang), 54, Kind::Wrap),
        column(w::ALTERNATIVE.get(lang), 60, Kind::Wrap),
    ];
    let table = Table::new(w::SET_ASIDE.get(lang), w::SET_ASIDE_NOTE.get(lang), columns, r.set_aside.len()).frozen(2);
    table::write(book, &table, |i, _| {
        let s = &r.set_aside[i];
        vec![
            Cell::text(s.employee.to_string()),
            Cell::text(&s.name),
            Cell::text(&s.service),
            Cell::maybe(s.net),
            Cell::text(&s.reason),
            Cell::text(&s.alternative),
        ]
    })
}

pub fn estimations(book: &mut Book<'_>) -> Result<(), ReportError> {
    let (r, lang) = (book.report, book.report.lang);
    let columns = vec![
        column(w::EMPLOYEE.get(lang), 10, Kind::Text),
        column(w::NAME.get(lang), 26, Kind::Text),
        column(w::MONTH.get(lang), 16, Kind::Text),
        column(w::CODE.get(lang), 11, Kind::Text),
        column(w::LABEL.get(lang), 32, Kind::Wrap),
        column(w::AMOUNT.get(lang), 13, Kind::Number),
        column(w::POLICY.get(lang), 22, Kind::Wrap),
        column(w::REASON.get(lang), 40, Kind::Wrap),
        column(w::SOURCE.get(lang), 34, Kind::Wrap),
        column(w::STATUS.get(lang), 14, Kind::Text),
    ];
    let table = Table::new(w::ESTIMATIONS.get(lang), w::ESTIMATIONS_NOTE.get(lang), columns, r.estimations.len()).frozen(2);
    table::write(book, &table, |i, _| {
        let e = &r.estimations[i];
        vec![
            Cell::text(e.employee.to_string()),
            Cell::text(&e.name),
            Cell::text(w::month_text(&e.month, lang)),
            Cell::text(&e.code),
            Cell::text(&e.label),
            Cell::Money(e.amount),
            Cell::text(&e.policy),
            Cell::text(&e.reason),
            Cell::text(w::month_text(&e.source, lang)),
            Cell::text(&e.status),
        ]
    })
}

pub fn findings(book: &mut Book<'_>) -> Result<(), ReportError> {
    let (r, lang) = (book.report, book.report.lang);
    let columns = vec![
        column(w::SEVERITY.get(lang), 14, Kind::Text),
        column(w::CODE.get(lang), 10, Kind::Text),
        column(w::EMPLOYEE.get(lang), 10, Kind::Text),
        column(w::MESSAGE.get(lang), 64, Kind::Wrap),
        column(w::ALTERNATIVE.get(lang), 50, Kind::Wrap),
        column(w::PLACES.get(lang), 44, Kind::Wrap),
    ];
    let mut order: Vec<usize> = (0..r.findings.len()).collect();
    order.sort_by_key(|&i| r.findings[i].severity);
    let table = Table::new(w::FINDINGS.get(lang), w::FINDINGS_NOTE.get(lang), columns, r.findings.len() + r.not_run.len()).frozen(2);
    table::write(book, &table, |i, _| {
        if let Some(&at) = order.get(i) {
            let f = &r.findings[at];
            vec![
                Cell::text(w::severity(f.severity).get(lang)),
                Cell::text(&f.code),
                f.employee.as_ref().map_or(Cell::Blank, |e| Cell::text(e.to_string())),
                Cell::text(&f.message),
                Cell::text(&f.help),
                Cell::text(f.places.join("\n")),
            ]
        } else {
            let c = &r.not_run[i - r.findings.len()];
            vec![Cell::text(w::NOT_RUN.get(lang)), Cell::text(&c.code), Cell::Blank, Cell::text(&c.label), Cell::text(&c.why), Cell::Blank]
        }
    })
}

pub fn sources(book: &mut Book<'_>) -> Result<(), ReportError> {
    let (r, lang) = (book.report, book.report.lang);
    let columns = vec![
        column(w::FILE.get(lang), 40, Kind::Text),
        column(w::USED_AS.get(lang), 46, Kind::Wrap),
        column(w::ROWS.get(lang), 11, Kind::Number),
        column(w::HASH.get(lang), 70, Kind::Text),
    ];
    let table = Table::new(w::SOURCES.get(lang), w::SOURCES_NOTE.get(lang), columns, r.sources.len() + 2);
    table::write(book, &table, |i, _| match r.sources.get(i) {
        Some(s) => vec![Cell::text(&s.file), Cell::text(&s.used_as), Cell::Count(s.rows), Cell::text(&s.hash)],
        None if i == r.sources.len() => {
            vec![Cell::text(format!("{} {}", r.pack.name, r.pack.version)), Cell::text(w::RULES_USED.get(lang)), Cell::Blank, Cell::Blank]
        }
        None => vec![Cell::text(&r.program), Cell::text(w::PROGRAM.get(lang)), Cell::Blank, Cell::Blank],
    })
}
