//! What a slip must satisfy before it is drawn: its lines add up to its totals, and estimates say so.

use super::model::{Body, Part, Pay, PrintedPayslip};
use super::{Problem, Sum};
use crate::ground::Money;

/// Refuses a slip whose printed lines do not make its printed totals, or that hides an estimate.
pub fn check(slip: &PrintedPayslip) -> Result<(), Problem> {
    let Body::Pay(pay) = &slip.body else { return Ok(()) };
    let employee = &slip.agent.matricule;
    if pay.provisional.is_none() && pay.lines.iter().any(|l| l.estimated) {
        return Err(Problem::Unmarked { employee: employee.clone() });
    }
    let totals = &pay.totals;
    let gross = sum(pay, Part::Gross);
    let before_tax = totals.gross + sum(pay, Part::Contribution) + sum(pay, Part::BeforeTax);
    let paid = totals.net_before_tax - totals.income_tax + sum(pay, Part::AfterTax);
    let unseen_tax = if pay.tax.is_none() { totals.income_tax } else { Money::ZERO };
    let sums = [
        (Sum::Gross, gross, totals.gross),
        (Sum::NetBeforeTax, before_tax, totals.net_before_tax),
        (Sum::NetPaid, paid, totals.net_paid),
        (Sum::IncomeTax, Money::ZERO, unseen_tax),
    ];
    match sums.into_iter().find(|(_, lines, total)| lines != total) {
        None => Ok(()),
        Some((sum, lines, total)) => Err(Problem::Sum { employee: employee.clone(), sum, lines, total }),
    }
}

fn sum(pay: &Pay, part: Part) -> Money {
    pay.lines.iter().filter(|l| l.part == part).filter_map(|l| l.amount).sum()
}
