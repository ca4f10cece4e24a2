//! Rates, of a hundred or as a share.

use super::Unread;
use super::amount::{Mark, amount};
use crate::ground::Exact;

/// What the bare numbers of a rate column are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RateForm {
    /// `2,1` is 2.1 %.
    #[default]
    Percent,
    /// `0,021` is 2.1 %.
    Share,
}

/// A rate as a share: `2,1 %`, or a bare number read as the column says.
///
/// # Errors
/// N02.
pub fn rate(text: &str, form: RateForm, mark: Mark) -> Result<Option<Exact>, Unread> {
    let t = text.trim();
    let (body, percent) = match t.strip_suffix('%') {
        Some(b) => (b.trim(), true),
        None => (t, form == RateForm::Percent),
    };
    let hundred = Exact::int(100);
    let n = amount(body, mark).map_err(|_| Unread("N02"))?;
    Ok(if percent { n.and_then(|n| n.div(hundred)) } else { n })
}
