//! Whole cents, and the one function that makes them out of an exact number.

use super::digits::Digits;
use super::exact::Exact;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// An amount in euro cents. Printed as `1234.56`; French text comes from [`Money::french`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Money(i64);

/// How a rule rounds its result to the cent. A rule states it; nothing rounds by default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// Nearest cent, halves away from zero, so that a recovery is the mirror of the payment.
    HalfUp,
    /// Cut towards zero, as some published tables do.
    Truncate,
}

/// The only way from an exact number to money; `None` beyond 92 thousand billion euros.
#[inline]
pub fn round(value: Exact, how: Rounding) -> Option<Money> {
    match how {
        Rounding::HalfUp => value.scaled_half_up(100),
        Rounding::Truncate => value.scaled_truncated(100),
    }
    .map(Money)
}

impl Money {
    pub const ZERO: Self = Self(0);

    pub const fn from_cents(cents: i64) -> Self {
        Self(cents)
    }
    pub const fn cents(self) -> i64 {
        self.0
    }
    pub const fn exact(self) -> Exact {
        Exact::cents(self.0)
    }
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Money when the exact number is whole cents already.
    pub fn from_exact(value: Exact) -> Option<Self> {
        value.mul(Exact::int(100)).and_then(Exact::whole).map(Self)
    }

    /// Adds `1234.56` to a text.
    pub fn push_to(self, out: &mut String) {
        out.push_str(Digits::of(i128::from(self.0), 2).as_str());
    }

    /// French text: `-1 234,56`, the groups held by U+202F narrow no-break spaces, minus U+2212.
    pub fn french(self) -> String {
        let digits = (self.0.unsigned_abs() / 100).to_string();
        let mut out = String::with_capacity(digits.len() + 10);
        if self.0 < 0 {
            out.push('\u{2212}');
        }
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push('\u{202f}');
            }
            out.push(c);
        }
        out.push_str(&format!(",{:02}", self.0.unsigned_abs() % 100));
        out
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Digits::of(i128::from(self.0), 2).as_str())
    }
}
impl Add for Money {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0 + o.0)
    }
}
impl Sub for Money {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self(self.0 - o.0)
    }
}
impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl AddAssign for Money {
    fn add_assign(&mut self, o: Self) {
        self.0 += o.0;
    }
}
impl SubAssign for Money {
    fn sub_assign(&mut self, o: Self) {
        self.0 -= o.0;
    }
}
impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_for_machines_and_for_people() {
        assert_eq!(Money::from_cents(-5).to_string(), "-0.05");
        assert_eq!(Money::from_cents(123_456_789).to_string(), "1234567.89");
        assert_eq!(Money::from_cents(-123_456_789).french(), "\u{2212}1\u{202f}234\u{202f}567,89");
        assert_eq!(Money::from_cents(99_999).french(), "999,99");
    }
}
