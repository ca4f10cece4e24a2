//! One cell → one value: amounts, shares, rates, dates, flags, as people and programs write them.
//!
//! Nothing is guessed from a single cell where the column must decide ([`Mark`], [`RateForm`]); what cannot be
//! read is an [`Unread`] with the code of its finding, never a zero.

mod amount;
mod date;
mod rate;
#[cfg(test)]
mod tests;
mod working_time;

use crate::normalise::text::fold;
pub use amount::{Mark, amount, days, hours, in_euros, of_cents, without_unit};
pub use date::{date, day_of_year, month_named, serial};
pub use rate::{RateForm, rate};
pub use working_time::{WorkingTime, post_named, working_time};

/// Why a cell is not the value it should be: the code of the finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unread(pub &'static str);

/// Yes or no: `O`, `N`, `oui`, `non`, `X`, `1`, `0`.
///
/// # Errors
/// N05.
pub fn flag(text: &str) -> Result<Option<bool>, Unread> {
    match fold(text).trim_end_matches('.') {
        "" | "-" => Ok(None),
        "o" | "oui" | "x" | "1" | "y" | "yes" | "vrai" | "true" => Ok(Some(true)),
        "n" | "non" | "0" | "no" | "faux" | "false" => Ok(Some(false)),
        _ => Err(Unread("N05")),
    }
}
