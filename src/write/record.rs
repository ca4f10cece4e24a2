//! What the next month needs of a month and its results do not hold: facts, people, settings, as CSV rows.
//!
//! Takes facts, sums and texts, whatever they were made by: a month just computed, or last month as replay understood it.
//! Together with `payslips.csv`, `lines.csv`, `transfers.csv`, `estimates.csv` and the manifest they are a complete source.

use super::register::field;
use crate::facts::{FactDecl, Origin, Stood, Value};
use crate::ground::{EmployeeId, Iban, Lang, Money, PayMonth};
use crate::payslip::YearSums;
use chrono::NaiveDate;
use std::fmt::Write as _;

pub const FACTS: &str = "employee,post,month,fact,label,value,since,origin,place\n";
pub const PEOPLE: &str =
    "employee,post,name,standing,iban,facts,carried,year,since,whole,gross,net_taxable,income_tax,employer_cost,melted\n";
pub const REQUESTS: &str = "employee,post,requested,received_by,account,place\n";
/// The pay behind each advance, in the columns of `lines.csv`.
pub const BEHIND: &str = "employee,post,behind,label,kind,base,rate,amount,employer_rate,employer_amount,period,status\n";
/// Nets of months before that nobody has received.
pub const OPEN_NETS: &str = "employee,post,name,month,open_net,refused,short\n";
pub const SETTINGS: &str = "setting,value\n";

/// One fact of one employee. A fact stands under the month that was paid on it, and once more under the next month where
/// that one starts from something else: a sum since January, an override that ended. No value: the next month starts without.
#[derive(Clone, Debug)]
pub struct FactRow<'a> {
    pub month: PayMonth,
    pub decl: &'a FactDecl,
    pub value: Option<&'a Value>,
    /// First day of the value, when it began within the month or is about days before it. Under the next month: from that
    /// day on the value is another, or an absence of so many days goes on that began on it.
    pub since: Option<NaiveDate>,
    pub origin: Origin,
    /// Where it was first read, in words.
    pub place: &'a str,
}

/// What runs on of one employee from month to month.
#[derive(Clone, Debug)]
pub struct PersonRow<'a> {
    pub employee: &'a EmployeeId,
    pub name: &'a str,
    pub stood: Stood,
    /// The account last paid before this month; `transfers.csv` has the one paid now.
    pub iban: Option<&'a Iban>,
    /// Rows of `facts.csv` about the employee: a cut file is noticed.
    pub facts: usize,
    /// Months running that were carried over, this one included.
    pub carried: u32,
    pub sums: Option<YearSums>,
    /// Gains that a declaration could not name stand in the lines still.
    pub melted: bool,
}

/// Number and post.
fn whose(out: &mut String, id: &EmployeeId) {
    field(out, id.as_str());
    let _ = write!(out, ",{},", id.post());
}

pub fn fact_row(out: &mut String, employee: &EmployeeId, lang: Lang, row: &FactRow<'_>) {
    whose(out, employee);
    row.month.push_to(out);
    out.push(',');
    out.push_str(&row.decl.name);
    out.push(',');
    field(out, row.decl.label.get(lang));
    out.push(',');
    if let Some(value) = row.value {
        field(out, &row.decl.written(value));
    }
    out.push(',');
    if let Some(since) = row.since {
        out.push_str(&since.to_string());
    }
    out.push(',');
    out.push_str(row.origin.id());
    out.push(',');
    field(out, row.place);
    out.push('\n');
}

pub fn person_row(out: &mut String, p: &PersonRow<'_>) {
    whose(out, p.employee);
    field(out, p.name);
    let _ = write!(out, ",{},{},{},{},", p.stood.id(), p.iban.map(Iban::as_str).unwrap_or_default(), p.facts, p.carried);
    match &p.sums {
        None => out.push_str(",,,,,,"),
        Some(s) => {
            let whole = if s.whole { "yes" } else { "no" };
            let _ = write!(out, "{},{},{whole},{},{},{},{}", s.year, s.since, s.gross, s.net_taxable, s.income_tax, s.employer_cost);
        }
    }
    out.push_str(if p.melted { ",yes\n" } else { ",\n" });
}

/// Another account that was asked for and that nobody has confirmed yet.
#[derive(Clone, Debug)]
pub struct RequestRow<'a> {
    pub employee: &'a EmployeeId,
    pub requested: Option<NaiveDate>,
    pub received_by: &'a str,
    /// As it was written, valid or not.
    pub account: &'a str,
    pub place: &'a str,
}

/// What the lines of older pay behind an advance add to the taxable net, in the columns of `behind.csv`.
pub fn taxable_row(out: &mut String, employee: &EmployeeId, amount: Money) {
    whose(out, employee);
    let _ = writeln!(out, ",,net_taxable,,,{amount},,,,");
}

pub fn request_row(out: &mut String, r: &RequestRow<'_>) {
    whose(out, r.employee);
    let _ = write!(out, "{},", r.requested.map(|d| d.to_string()).unwrap_or_default());
    for text in [r.received_by, r.account] {
        field(out, text);
        out.push(',');
    }
    field(out, r.place);
    out.push('\n');
}

/// A net that is still due: whose, of which payslip, and why the bank sent it back if it did.
#[derive(Clone, Debug)]
pub struct OpenNetRow<'a> {
    pub employee: &'a EmployeeId,
    pub name: &'a str,
    pub month: PayMonth,
    pub amount: Money,
    pub refused: &'a str,
    /// What was paid was less than the employer's own payslip by so much.
    pub short: bool,
}

pub fn open_net_row(out: &mut String, n: &OpenNetRow<'_>) {
    whose(out, n.employee);
    field(out, n.name);
    let _ = write!(out, ",{},{},", n.month, n.amount);
    field(out, n.refused);
    out.push_str(if n.short { ",yes\n" } else { ",\n" });
}

pub fn setting_row(out: &mut String, name: &str, value: &str) {
    field(out, name);
    out.push(',');
    field(out, value);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    // Eight fields, each behind a comma, whether they are known or not.
    #[test]
    fn a_row_has_as_many_fields_as_its_header() {
        let id = EmployeeId::parse("00101").expect("a number");
        let mut p = PersonRow {
            employee: &id,
            name: "ABEL, Jean",
            stood: Stood::Stays,
            iban: None,
            facts: 3,
            carried: 0,
            sums: None,
            melted: false,
        };
        let month = PayMonth::new(2022, 1).expect("a month");
        let sums = YearSums {
            year: 2022,
            since: month,
            whole: true,
            gross: Money::from_cents(180_000),
            net_taxable: Money::ZERO,
            income_tax: Money::ZERO,
            employer_cost: Money::ZERO,
        };
        for s in [None, Some(sums)] {
            p.sums = s;
            let mut out = PEOPLE.to_owned();
            person_row(&mut out, &p);
            let mut reader = csv::Reader::from_reader(out.as_bytes());
            let row = reader.records().next().expect("a row").expect("as many fields as the header");
            assert_eq!((&row[2], &row[10]), ("ABEL, Jean", if s.is_some() { "1800.00" } else { "" }));
        }
    }
}
