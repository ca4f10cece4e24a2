//! Which of the transfer files paid last month: those whose day is in it, when others lie beside them.

use crate::ground::{Finding, Money, Place, Severity};
use crate::job::Job;
use crate::normalise::join::TransferRow;
use crate::read::pain001;
use chrono::{Days, NaiveDate};

/// A transfer file as it was read.
pub struct Sending {
    pub source: u16,
    pub header: pain001::Header,
    pub place: Place,
    pub sum: Money,
    pub rows: Vec<TransferRow>,
}

/// The transfers of last month, with the head of the first file and the sum of all of them.
///
/// A file of another month is named and left when one of last month is there: the account it names may be an old one. Where
/// none fits they are taken, and that is told; so is a file without a day, which tells nothing.
pub fn of_last_month(files: Vec<Sending>, job: &Job, findings: &mut Vec<Finding>) -> Vec<Sending> {
    let fits = |s: &Sending| s.header.execution.is_none_or(|day| paid_last_month(day, job));
    let some = files.iter().any(|s| s.header.execution.is_some() && fits(s));
    let code = if some { "F83" } else { "F84" };
    findings.extend(files.iter().filter(|s| !fits(s)).map(|s| {
        let day = s.header.execution.map_or_else(String::new, |d| d.format("%d/%m/%Y").to_string());
        Finding::new(code, Severity::Justify).arg("day", day).arg("month", job.last_month).at(s.place.clone())
    }));
    files.into_iter().filter(|s| !some || fits(s)).collect()
}

/// Pay of a month leaves from its second week to the first days of the next.
fn paid_last_month(day: NaiveDate, job: &Job) -> bool {
    let week = Days::new(7);
    match job.last_pay_date {
        Some(paid) => day >= paid - week && day <= paid + week,
        None => day >= job.last_month.first_day() + week && day < job.month.first_day() + week,
    }
}
