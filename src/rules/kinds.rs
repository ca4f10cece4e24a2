//! Kinds and units: what a formula may add, compare and call money.
//!
//! A unit is a product of powers of euro, index point, hour, day and year; products and quotients of numbers
//! make new units, sums and comparisons need equal ones.

use std::fmt;

/// Exponents of euro, point, hour, day, year.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unit([i8; 5]);

const NAMES: [&str; 5] = ["EUR", "point", "h", "j", "an"];

impl Unit {
    pub const NONE: Self = Self([0; 5]);
    pub const MONEY: Self = Self([1, 0, 0, 0, 0]);
    pub const POINTS: Self = Self([0, 1, 0, 0, 0]);
    pub const HOURS: Self = Self([0, 0, 1, 0, 0]);
    pub const DAYS: Self = Self([0, 0, 0, 1, 0]);
    pub const YEARS: Self = Self([0, 0, 0, 0, 1]);

    #[must_use]
    pub fn times(self, o: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + o.0[i]))
    }
    #[must_use]
    pub fn per(self, o: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] - o.0[i]))
    }

    /// The name and the power of each of its units, those that are there in the order of their names.
    pub fn powers(self) -> Vec<(&'static str, i8)> {
        NAMES.iter().copied().zip(self.0).filter(|p| p.1 != 0).collect()
    }
    /// Whether it is euros of something.
    pub fn is_money(self) -> bool {
        self.0[0] > 0
    }
    /// Whether it is so much per year.
    pub fn is_per_year(self) -> bool {
        self.0[4] < 0
    }
    /// Whether years multiply it.
    pub fn is_over_years(self) -> bool {
        self.0[4] > 0
    }

    /// Reads `EUR/an/point`, `h`, `EUR*h`; `mois` counts as nothing, since money is money of the month.
    pub fn parse(text: &str) -> Option<Self> {
        let mut unit = Self::NONE;
        let mut sign = 1;
        for (i, part) in text.split_inclusive(['/', '*']).enumerate() {
            let (word, next) = match part.chars().last() {
                Some('/') => (&part[..part.len() - 1], -1),
                Some('*') => (&part[..part.len() - 1], 1),
                _ => (part, 1),
            };
            let word = word.trim();
            if word.is_empty() && i == 0 {
                return None;
            }
            let one = Self::word(word)?;
            unit = if sign > 0 { unit.times(one) } else { unit.per(one) };
            sign = next;
        }
        Some(unit)
    }

    /// One unit word.
    pub fn word(word: &str) -> Option<Self> {
        match word {
            "1" | "mois" | "month" => Some(Self::NONE),
            "EUR" => Some(Self::MONEY),
            "point" | "points" => Some(Self::POINTS),
            "h" => Some(Self::HOURS),
            "j" | "d" => Some(Self::DAYS),
            "an" | "ans" | "year" | "years" => Some(Self::YEARS),
            _ => None,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut wrote = false;
        for (i, n) in self.0.iter().enumerate() {
            for _ in 0..*n {
                write!(f, "{}{}", if wrote { "*" } else { "" }, NAMES[i])?;
                wrote = true;
            }
        }
        if !wrote {
            write!(f, "1")?;
        }
        for (i, n) in self.0.iter().enumerate() {
            for _ in *n..0 {
                write!(f, "/{}", NAMES[i])?;
            }
        }
        Ok(())
    }
}

/// Who owns a closed list of options: a fact or a setting, by index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListOf {
    Fact(u16),
    Setting(u16),
}

/// The kind of an expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Number(Unit),
    /// A literal zero, which fits any unit.
    Zero,
    Date,
    Flag,
    Text,
    Choice(ListOf),
    /// Already reported; fits anything so that one mistake is one finding.
    Unknown,
}

impl Kind {
    /// Whether two kinds may be added or compared.
    pub fn agrees(self, o: Self) -> bool {
        match (self, o) {
            (Self::Unknown, _) | (_, Self::Unknown) => true,
            (Self::Zero, Self::Zero | Self::Number(_)) | (Self::Number(_), Self::Zero) => true,
            (a, b) => a == b,
        }
    }
    /// The more telling of two kinds that agree.
    #[must_use]
    pub fn or(self, o: Self) -> Self {
        match self {
            Self::Zero | Self::Unknown => o,
            Self::Number(_) | Self::Date | Self::Flag | Self::Text | Self::Choice(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplies_and_prints_units() {
        let point_value = Unit::parse("EUR/an/point").expect("a unit");
        assert_eq!(Unit::POINTS.times(point_value).to_string(), "EUR/an");
        assert_eq!(Unit::parse("EUR/mois"), Some(Unit::MONEY));
        assert_eq!(Unit::parse("euro"), None);
    }
}
