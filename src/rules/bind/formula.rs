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
        self.sign(taken) < 0
    }

    /// Below zero, nought, or above as the formula is written: whatever no sign stands before is above, and so is a sum or a choice
    /// of both.
    fn sign(&self, taken: &BTreeSet<u32>) -> i8 {
        // Nought decides nothing beside another.
        let together = |a: i8, b: i8| match (a, b) {
            (0, x) | (x, 0) => x,
            (a, b) if a == b => a,
            (_, _) => 1,
        };
        let of = |n: &Self| n.sign(taken);
        match self {
            Self::Const(n) if n.is_negative() => -1,
            Self::Const(n) if n.is_zero() => 0,
            Self::Slot(s) if taken.contains(s) => -1,
            Self::Const(_) | Self::Slot(_) | Self::Fact(_) | Self::NoValue(_) | Self::Bad => 1,
            Self::Add(ab) => together(of(&ab.0), of(&ab.1)),
            Self::Sub(ab) => together(of(&ab.0), -of(&ab.1)),
            Self::Mul(ab) | Self::Div(ab) => of(&ab.0) * of(&ab.1),
            Self::Neg(a) => -of(a),
            Self::Round(a) | Self::Floor(a) | Self::Ceil(a) | Self::Cent(a, _) | Self::Else(_, a) => of(a),
            // The least of several is below zero when one is.
            Self::Min(all) => all.iter().map(of).min().unwrap_or(0),
            Self::Max(all) => all.iter().map(of).reduce(together).unwrap_or(0),
            Self::If(x) => together(of(&x.1), of(&x.2)),
            Self::Abs(_) | Self::Positive(_) | Self::Lookup(..) | Self::Slices(..) => 1,
            Self::Day(_) | Self::Days(_) | Self::Years(_) | Self::Months(_) => 1,
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

    #[test]
    fn what_is_taken_away_is_told_by_how_the_formula_is_written() {
        let (a, b) = (|| Num::Fact(0), || Num::Fact(1));
        let neg = |n: Num| Num::Neg(Box::new(n));
        let pair = |x: Num, y: Num| Box::new((x, y));
        let zero = || Num::Const(Exact::ZERO);
        let taken = BTreeSet::from([7]);
        for (formula, takes) in [
            (a(), false),
            (neg(a()), true),
            (Num::Sub(pair(neg(a()), b())), true),
            (Num::Sub(pair(a(), b())), false),
            (Num::Sub(pair(zero(), a())), true),
            (Num::Add(pair(neg(a()), Num::Slot(7))), true),
            (Num::Add(pair(neg(a()), b())), false),
            (Num::Mul(pair(neg(a()), b())), true),
            (Num::Mul(pair(neg(a()), neg(b()))), false),
            (neg(Num::Min(vec![a(), b()])), true),
            (Num::Min(vec![neg(a()), zero()]), true),
            (Num::Max(vec![neg(a()), zero()]), true),
            (Num::If(Box::new((Cond::Const(true), neg(a()), zero()))), true),
            (Num::If(Box::new((Cond::Const(true), neg(a()), b()))), false),
            (Num::Else(0, Box::new(neg(b()))), true),
        ] {
            assert_eq!(formula.takes(&taken), takes, "{formula:?}");
        }
    }
}
