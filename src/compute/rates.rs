//! A rate that lines show only by amount over base: each leaves it an interval, and what most have in common is narrow.

use crate::ground::{Exact, Money};

/// Rates that round to the amount on the base: from half a cent less to half a cent more.
pub fn interval(amount: Money, base: Exact) -> Option<(Exact, Exact)> {
    if base.is_zero() || amount.is_zero() {
        return None;
    }
    let half = Exact::ratio(1, 200)?;
    let (amount, base) = (amount.abs().exact(), base.abs());
    Some((amount.sub(half)?.div(base)?, amount.add(half)?.div(base)?))
}

/// The shortest decimal in what the largest number of intervals have in common, and how many they are.
pub fn common(intervals: &[(Exact, Exact)]) -> Option<(Exact, u64)> {
    // The largest overlap begins where one of the intervals begins.
    let holding = |x: Exact| intervals.iter().filter(move |(a, b)| *a <= x && x <= *b);
    let most = intervals.iter().map(|i| i.0).max_by_key(|x| (holding(*x).count(), *x))?;
    let count = holding(most).count() as u64;
    let end = holding(most).map(|i| i.1).min()?;
    (1..=6_u32).find_map(|digits| {
        let scale = 10_i64.pow(digits);
        let x = Exact::ratio(most.mul(Exact::int(scale))?.ceil(), scale)?;
        (x <= end).then_some((x.reduced(), count))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_short_decimal_is_left_by_several_lines() {
        // 1.473 % by hand: 2000.00 gives 29.46, 1850.37 gives 27.26, 2411.80 gives 35.53; the first alone leaves 1.473 % to 1.47325 %.
        let of = |cents: i64, base: &str| interval(Money::from_cents(cents), Exact::parse(base).expect("a number")).expect("an interval");
        let list = [of(2946, "2000.00"), of(2726, "1850.37"), of(3553, "2411.80")];
        assert_eq!(common(&list), Some((Exact::ratio(1473, 100_000).expect("a rate"), 3)));
        // A line on another rate does not move it.
        let with_another = [list[0], list[1], list[2], of(1000, "2000.00")];
        assert_eq!(common(&with_another), Some((Exact::ratio(1473, 100_000).expect("a rate"), 3)));
        assert_eq!(common(&[]), None);
        assert_eq!(interval(Money::ZERO, Exact::int(5)), None);
    }
}
