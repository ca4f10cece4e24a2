//! Months: the law of each, what changes within one, several in a row, arrears and estimates.

#![allow(clippy::duplicate_mod, reason = "each file asks other things of a run, in methods of its own")]

mod absence_over;
mod arrears;
mod corrections_end;
mod estimates;
mod in_a_row;
mod law_of_months;
mod open_nets;
mod staff_columns;
mod within_a_month;
