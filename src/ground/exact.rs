//! Exact rational numbers: what a formula works with between two roundings.
//!
//! A decimal cannot hold 6/7 or 1/12; a fraction can, so the one rounding at the end of a line is
//! the only rounding there is. Operations return `None` when a result does not fit 64 bits even in
//! lowest terms, which no pay formula reaches; callers turn that into a finding.

use super::digits::Digits;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroI64;

/// A fraction `num / den` with `den > 0`, reduced only when it must be or when it is printed.
/// The denominator is never zero, so that an optional number takes no more room than a number.
#[derive(Clone, Copy)]
pub struct Exact {
    num: i64,
    den: NonZeroI64,
}

const fn whole_part(n: i64) -> NonZeroI64 {
    match NonZeroI64::new(n) {
        Some(n) => n,
        None => panic!("a denominator written in this file is not zero"),
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[expect(clippy::should_implement_trait, reason = "they answer None beyond 64 bits, which the operators cannot")]
impl Exact {
    pub const ZERO: Self = Self { num: 0, den: whole_part(1) };
    pub const ONE: Self = Self { num: 1, den: whole_part(1) };

    pub const fn int(n: i64) -> Self {
        Self { num: n, den: whole_part(1) }
    }

    /// `num / den`; `None` when `den` is zero.
    pub fn ratio(num: i64, den: i64) -> Option<Self> {
        Self::fit(i128::from(num), i128::from(den))
    }

    /// Whole cents as an amount of money.
    pub const fn cents(cents: i64) -> Self {
        Self { num: cents, den: whole_part(100) }
    }

    #[inline]
    fn fit(num: i128, den: i128) -> Option<Self> {
        let (num, den) = if den < 0 { (-num, -den) } else { (num, den) };
        if let (Ok(n), Ok(d)) = (i64::try_from(num), i64::try_from(den)) {
            return NonZeroI64::new(d).map(|den| Self { num: n, den });
        }
        Self::fit_reduced(num, den)
    }

    #[cold]
    fn fit_reduced(num: i128, den: i128) -> Option<Self> {
        let g = i128::try_from(gcd(num.unsigned_abs(), den.unsigned_abs())).ok()?;
        let n = i64::try_from(num / g).ok()?;
        let d = i64::try_from(den / g).ok()?;
        NonZeroI64::new(d).map(|den| Self { num: n, den })
    }

    #[inline]
    pub fn add(self, o: Self) -> Option<Self> {
        if self.den == o.den {
            return Self::fit(i128::from(self.num) + i128::from(o.num), i128::from(self.den.get()));
        }
        let (a, b) = (i128::from(self.num), i128::from(self.den.get()));
        let (c, d) = (i128::from(o.num), i128::from(o.den.get()));
        Self::fit((a * d).checked_add(c * b)?, b * d)
    }

    #[inline]
    pub fn sub(self, o: Self) -> Option<Self> {
        self.add(o.neg())
    }

    #[inline]
    pub fn mul(self, o: Self) -> Option<Self> {
        Self::fit(i128::from(self.num) * i128::from(o.num), i128::from(self.den.get()) * i128::from(o.den.get()))
    }

    /// `None` on division by zero or overflow.
    #[inline]
    pub fn div(self, o: Self) -> Option<Self> {
        Self::fit(i128::from(self.num) * i128::from(o.den.get()), i128::from(self.den.get()) * i128::from(o.num))
    }

    #[must_use]
    pub const fn neg(self) -> Self {
        Self { num: -self.num, den: self.den }
    }

    #[must_use]
    pub const fn abs(self) -> Self {
        Self { num: self.num.abs(), den: self.den }
    }

    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    pub const fn is_negative(self) -> bool {
        self.num < 0
    }

    pub const fn is_positive(self) -> bool {
        self.num > 0
    }

    /// Largest whole number not above the value.
    pub const fn floor(self) -> i64 {
        self.num.div_euclid(self.den.get())
    }

    /// Smallest whole number not below the value.
    pub const fn ceil(self) -> i64 {
        -((-self.num).div_euclid(self.den.get()))
    }

    /// The value as a whole number, when it is one.
    pub fn whole(self) -> Option<i64> {
        (self.num % self.den.get() == 0).then(|| self.num / self.den.get())
    }

    /// `scale` times the value, rounded half away from zero to a whole number; `None` on overflow.
    #[inline]
    pub fn scaled_half_up(self, scale: i64) -> Option<i64> {
        let n = i128::from(self.num) * i128::from(scale);
        let d = i128::from(self.den.get());
        if let (Ok(n), Ok(d)) = (i64::try_from(n * 2), i64::try_from(d * 2))
            && let Some(up) = n.checked_abs().and_then(|a| a.checked_add(d / 2))
        {
            let q = up / d;
            return Some(if n >= 0 { q } else { -q });
        }
        let q = if n >= 0 { (2 * n + d) / (2 * d) } else { -((-2 * n + d) / (2 * d)) };
        i64::try_from(q).ok()
    }

    /// `scale` times the value, cut towards zero; `None` on overflow.
    pub fn scaled_truncated(self, scale: i64) -> Option<i64> {
        i64::try_from(i128::from(self.num) * i128::from(scale) / i128::from(self.den.get())).ok()
    }

    /// In lowest terms.
    #[must_use]
    pub fn reduced(self) -> Self {
        let (mut a, mut b) = (self.num.unsigned_abs(), self.den.get().unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let g = i64::try_from(a.max(1)).unwrap_or(1);
        NonZeroI64::new(self.den.get() / g).map_or(self, |den| Self { num: self.num / g, den })
    }

    /// Numerator and denominator in lowest terms.
    pub fn parts(self) -> (i64, i64) {
        let r = self.reduced();
        (r.num, r.den.get())
    }

    /// Reads `1234.56`, `-0.1110` or a fraction `32/35`; nothing else, and never through a float.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((n, d)) = text.split_once('/') {
            return Self::parse(n.trim())?.div(Self::parse(d.trim())?);
        }
        Decimal::from_str_exact(text).ok().and_then(Self::from_decimal)
    }

    /// `None` when the mantissa does not fit 64 bits.
    pub fn from_decimal(d: Decimal) -> Option<Self> {
        let d = d.normalize();
        Self::fit(d.mantissa(), 10_i128.checked_pow(d.scale())?)
    }

    /// As a decimal, when it has a finite one of at most 12 places.
    pub fn to_decimal(self) -> Option<Decimal> {
        let (digits, decimals) = self.decimal()?;
        Decimal::try_from_i128_with_scale(digits, decimals).ok()
    }

    /// Digits and decimals, as few as there can be, when there are at most 12.
    fn decimal(self) -> Option<(i128, u32)> {
        let r = self.reduced();
        let (twos, mut others) = (r.den.trailing_zeros(), r.den.get() >> r.den.trailing_zeros());
        let mut fives = 0;
        while others % 5 == 0 {
            others /= 5;
            fives += 1;
        }
        let decimals = twos.max(fives);
        (others == 1 && decimals <= 12).then(|| (i128::from(r.num) * (1 << (decimals - twos)) * 5_i128.pow(decimals - fives), decimals))
    }

    /// Adds what [`Display`](fmt::Display) shows to a text, a fraction or more than six decimals rounded to six.
    pub fn push_to(self, out: &mut String) {
        match self.decimal().filter(|d| d.1 <= 6) {
            Some((digits, decimals)) => out.push_str(Digits::of(digits, decimals).as_str()),
            None => out.push_str(&self.scaled_half_up(1_000_000).and_then(|n| Self::ratio(n, 1_000_000)).unwrap_or(self).to_string()),
        }
    }
}

impl PartialEq for Exact {
    fn eq(&self, o: &Self) -> bool {
        self.cmp(o) == Ordering::Equal
    }
}
impl Eq for Exact {}
impl PartialOrd for Exact {
    fn partial_cmp(&self, o: &Self) -> Option<Ordering> {
        Some(self.cmp(o))
    }
}
impl Ord for Exact {
    #[inline]
    fn cmp(&self, o: &Self) -> Ordering {
        if self.den == o.den {
            return self.num.cmp(&o.num);
        }
        (i128::from(self.num) * i128::from(o.den.get())).cmp(&(i128::from(o.num) * i128::from(self.den.get())))
    }
}
impl std::hash::Hash for Exact {
    fn hash<H: std::hash::Hasher>(&self, h: &mut H) {
        self.parts().hash(h);
    }
}

/// Decimal when finite (`0.8`), else the fraction (`6/7`).
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimal() {
            Some((digits, decimals)) => f.write_str(Digits::of(digits, decimals).as_str()),
            None => {
                let (n, d) = self.parts();
                write!(f, "{n}/{d}")
            }
        }
    }
}
impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_optional_number_takes_no_more_room() {
        assert_eq!(size_of::<Option<Exact>>(), size_of::<Exact>());
    }

    #[test]
    fn keeps_quotients_exact() {
        let third = Exact::ratio(1, 3).expect("not zero");
        assert_eq!(third.mul(Exact::int(3)), Some(Exact::ONE));
        assert_eq!(Exact::parse("32/35").map(Exact::parts), Some((32, 35)));
        assert_eq!(Exact::parse("0.1110").map(|e| e.to_string()).as_deref(), Some("0.111"));
        assert_eq!(Exact::ratio(6, 7).map(|e| e.to_string()).as_deref(), Some("6/7"));
    }

    #[test]
    fn rounds_half_away_from_zero() {
        for (text, cents) in [("2.125", 213), ("-2.125", -213), ("2.1249", 212), ("0.005", 1), ("-0.005", -1), ("1/3", 33)] {
            assert_eq!(Exact::parse(text).and_then(|e| e.scaled_half_up(100)), Some(cents), "{text}");
        }
    }

    #[test]
    fn reduces_before_it_gives_up() {
        let big = Exact::ratio(i64::MAX - 1, 2).expect("fits");
        assert_eq!(big.mul(Exact::int(2)), Some(Exact::int(i64::MAX - 1)));
        assert_eq!(big.mul(Exact::int(1_000)), None);
    }

    #[test]
    fn floors_and_ceils_towards_the_right_side() {
        let x = Exact::parse("-3.5").expect("a number");
        assert_eq!((x.floor(), x.ceil()), (-4, -3));
    }
}
