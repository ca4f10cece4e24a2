//! How last month's lines came out, by verdict.

use crate::compute::replay::Verdict;

/// How last month's lines came out, by verdict.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Score {
    pub exact: u64,
    pub rounding: u64,
    pub carried: u64,
    pub gap: u64,
    pub one_off: u64,
}

impl Score {
    pub fn add(&mut self, v: Verdict) {
        match v {
            Verdict::Exact => self.exact += 1,
            Verdict::Rounding => self.rounding += 1,
            Verdict::Carried => self.carried += 1,
            Verdict::Gap => self.gap += 1,
            Verdict::OneOff => self.one_off += 1,
        }
    }
}
