//! What a bound formula is made of, by what it gives: a number, yes or no, a date.

use crate::ground::{Exact, Rounding};
use crate::rules::expr::Op;
use crate::rules::kinds::ListOf;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;

/// A bound formula that gives a number.
#[derive(Clone, PartialEq, Debug)]
pub enum Num {
    Const(Exact),
    /// The number of a fact; stops when it is not known and has no default.
    Fact(u16),
    /// A result computed earlier.
    Slot(u32),
    /// A parameter without a value on the day: stops when it is reached.
    NoValue(u32),
    /// Could not be bound; the pack has findings and is not run.
    Bad,
    Add(Box<(Self, Self)>),
    Sub(Box<(Self, Self)>),
    Mul(Box<(Self, Self)>),
    Div(Box<(Self, Self)>),
    Neg(Box<Self>),
    Abs(Box<Self>),
    Positive(Box<Self>),
    Min(Vec<Self>),
    Max(Vec<Self>),
    Round(Box<Self>),
    Floor(Box<Self>),
    Ceil(Box<Self>),
    Cent(Box<Self>, Rounding),
    If(Box<(Cond, Self, Self)>),
    /// The fact when it is known, else the other.
    Else(u16, Box<Self>),
    /// Value of the bracket of table `.0` that the number falls in.
    Lookup(u16, Box<Self>),
    /// Sum over the brackets of table `.0` of slice × value.
    Slices(u16, Box<Self>),
    Day(Box<DateNode>),
    Days(Box<(DateNode, DateNode)>),
    Years(Box<(DateNode, DateNode)>),
    Months(Box<(DateNode, DateNode)>),
}

impl Num {
    /// Whether the formula is written as something taken away: `- ifse * trentiemes / 30`; `taken` says which results are.
    pub fn takes(&self, taken: &BTreeSet<u32>) -> bool {
        match self {
            Self::Slot(s) => taken.contains(s),
            Self::Neg(a) => !a.takes(taken),
            Self::Mul(ab) | Self::Div(ab) => ab.0.takes(taken) != ab.1.takes(taken),
            Self::Round(a) | Self::Cent(a, _) => a.takes(taken),
            Self::If(x) => x.1.takes(taken) && x.2.takes(taken),
            _ => false,
        }
    }
}

/// A bound formula that gives yes or no.
#[derive(Clone, PartialEq, Debug)]
pub enum Cond {
    Const(bool),
    Fact(u16),
    Slot(u32),
    Not(Box<Self>),
    And(Box<(Self, Self)>),
    Or(Box<(Self, Self)>),
    Compare(Op, Box<(Num, Num)>),
    Dates(Op, Box<(DateNode, DateNode)>),
    /// The choice fact is one of the options of the mask.
    Among(u16, u64),
    Known(u16),
    If(Box<(Self, Self, Self)>),
    ElseFlag(u16, Box<Self>),
}

/// A bound formula that gives a date.
#[derive(Clone, PartialEq, Debug)]
pub enum DateNode {
    Const(NaiveDate),
    Fact(u16),
    Slot(u32),
    If(Box<(Cond, Self, Self)>),
    Else(u16, Box<Self>),
}

/// A bound formula of whatever kind.
#[derive(Clone, PartialEq, Debug)]
pub enum Bound {
    Num(Num),
    Cond(Cond),
    Date(DateNode),
    /// A choice fact or setting by itself, only good for comparing.
    Choice(ListOf),
    Text(u16),
    Bad,
}

/// A product or quotient of two constants is a constant.
pub(super) fn fold(n: Num) -> Num {
    match &n {
        Num::Mul(p) => match (&p.0, &p.1) {
            (Num::Const(a), Num::Const(b)) => a.mul(*b).map_or(n, |c| Num::Const(c.reduced())),
            _ => n,
        },
        Num::Div(p) => match (&p.0, &p.1) {
            (Num::Const(a), Num::Const(b)) => a.div(*b).map_or(n, |c| Num::Const(c.reduced())),
            // x / 12 / c and x / c cost a multiplication each once the constant is turned over.
            (_, Num::Const(b)) => match Exact::ONE.div(*b) {
                Some(inverse) => Num::Mul(Box::new((p.0.clone(), Num::Const(inverse)))),
                None => n,
            },
            _ => n,
        },
        _ => n,
    }
}

/// Whole years from `a` to `b`.
pub fn whole_years(a: NaiveDate, b: NaiveDate) -> i64 {
    let years = i64::from(b.year() - a.year());
    if (b.month(), b.day()) < (a.month(), a.day()) { years - 1 } else { years }
}

/// Whole months from `a` to `b`.
pub fn whole_months(a: NaiveDate, b: NaiveDate) -> i64 {
    let months = i64::from(b.year() - a.year()) * 12 + i64::from(b.month()) - i64::from(a.month());
    if b.day() < a.day() { months - 1 } else { months }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_whole_on_the_same_day_of_a_later_one() {
        let day = |t: &str| t.parse::<NaiveDate>().expect("a day");
        let months = |a: &str, b: &str| whole_months(day(a), day(b));
        assert_eq!(months("2025-02-10", "2025-06-10"), 4);
        assert_eq!(months("2025-02-10", "2025-06-09"), 3);
        assert_eq!(months("2024-11-30", "2025-02-28"), 2);
        assert_eq!(months("2025-06-10", "2025-02-10"), -4);
    }
}
