//! A decimal number as text, without a formatter: tables hold millions of them.

/// Room for the longest: a sign, 39 digits, a point.
const ROOM: usize = 41;

/// `-1234.56` while it is written.
pub(super) struct Digits {
    room: [u8; ROOM],
    from: usize,
}

impl Digits {
    /// `value` divided by ten to the power of `decimals`, with that many decimals; at most 38.
    pub(super) fn of(value: i128, decimals: u32) -> Self {
        let mut out = Self { room: [b'0'; ROOM], from: ROOM };
        let mut left = value.unsigned_abs();
        let mut written = 0;
        // One digit at least stands before the point.
        while left > 0 || written <= decimals {
            if written == decimals && written > 0 {
                out.put(b'.');
            }
            let digit = if let Ok(small) = u64::try_from(left) {
                left = u128::from(small / 10);
                (small % 10) as u8
            } else {
                let digit = (left % 10) as u8;
                left /= 10;
                digit
            };
            out.put(b'0' + digit);
            written += 1;
        }
        if value < 0 {
            out.put(b'-');
        }
        out
    }

    fn put(&mut self, byte: u8) {
        self.from -= 1;
        self.room[self.from] = byte;
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.room[self.from..]).expect("digits, a point and a sign are ASCII")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_stands_between_digits() {
        for (value, decimals, text) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (123_456, 2, "1234.56"),
            (-1_200, 0, "-1200"),
            (i128::from(i64::MIN), 12, "-9223372.036854775808"),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
        ] {
            assert_eq!(Digits::of(value, decimals).as_str(), text);
        }
    }
}
