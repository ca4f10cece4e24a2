//! Rows that sum up others are checked against the rows above them.

use crate::ground::{Exact, Money};

/// Running sums of some columns, of the page and of the whole, with and without the lines that are sums themselves.
#[derive(Clone, Debug)]
pub struct Running {
    columns: Vec<usize>,
    page: Vec<[i64; 3]>,
    whole: Vec<[i64; 3]>,
}

/// A sum that a row shows and the rows above do not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differs {
    pub column: usize,
    pub shown: Money,
    pub found: Money,
}

/// In which sums a line is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted {
    Line,
    /// The same row once more, as printed pages have it: some sums leave it out.
    Repeat,
    /// A sum of its agent: most sums leave it out.
    Sum,
}

impl Running {
    pub fn new(columns: Vec<usize>) -> Self {
        let n = columns.len();
        Self { columns, page: vec![[0; 3]; n], whole: vec![[0; 3]; n] }
    }

    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Adds one cell; `slot` is the index among [`Running::columns`].
    pub fn add(&mut self, slot: usize, cents: i64, counted: Counted) {
        for sums in [&mut self.page[slot], &mut self.whole[slot]] {
            let from = match counted {
                Counted::Line => 0,
                Counted::Repeat => 1,
                Counted::Sum => 2,
            };
            sums[from..].iter_mut().for_each(|s| *s += cents);
        }
    }

    /// Whether everything so far comes to an amount.
    pub fn comes_to(&self, slot: usize, cents: i64) -> bool {
        self.whole[slot][0] == cents
    }

    /// Compares what a row of sums shows. A row agrees as a whole: with the page, or with everything so far.
    /// A part's sum right below another sum (a service below its agents), and a sum of nothing, are left alone.
    pub fn check(&mut self, shown: &[(usize, Exact)], part: bool) -> Vec<Differs> {
        let differs = |sums: &[[i64; 3]], kind: usize| -> Vec<Differs> {
            shown
                .iter()
                .filter_map(|(column, value)| {
                    let slot = self.columns.iter().position(|c| c == column)?;
                    let cents = value.scaled_half_up(100)?;
                    (cents != sums[slot][kind]).then_some(Differs {
                        column: *column,
                        shown: Money::from_cents(cents),
                        found: Money::from_cents(sums[slot][kind]),
                    })
                })
                .collect()
        };
        // Right below another sum there is no page, and the whole alone is meant.
        let closed = self.page.iter().all(|s| *s == [0; 3]);
        let pages = if closed { Vec::new() } else { [0, 1, 2].map(|kind| differs(&self.page, kind)).to_vec() };
        let tries: Vec<Vec<Differs>> = pages.into_iter().chain([0, 1, 2].map(|kind| differs(&self.whole, kind))).collect();
        let least = tries.iter().map(Vec::len).min().unwrap_or(0);
        let best = tries.into_iter().find(|d| d.len() == least).unwrap_or_default();
        let empty = self.whole.iter().chain(&self.page).all(|s| *s == [0; 3]);
        for sums in &mut self.page {
            *sums = [0; 3];
        }
        if empty || (closed && part) { Vec::new() } else { best }
    }

    /// Whether rows stand below the last row of sums.
    pub fn open(&self) -> bool {
        self.page.iter().any(|s| s[2] != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_sum_and_a_running_sum_are_both_known() {
        let mut r = Running::new(vec![7]);
        r.add(0, 1_000, Counted::Line);
        r.add(0, 1_000, Counted::Sum);
        assert_eq!(r.check(&[(7, Exact::int(10))], true), []);
        r.add(0, 500, Counted::Line);
        assert_eq!(r.check(&[(7, Exact::int(15))], true), []);
        r.add(0, 500, Counted::Line);
        assert_eq!(r.check(&[(7, Exact::int(6))], true).len(), 1);
        assert_eq!(r.check(&[(7, Exact::int(99))], true), [], "a service below its agents");
        let whole = r.check(&[(7, Exact::int(99))], false);
        assert_eq!(whole.iter().map(|d| d.found).collect::<Vec<_>>(), [Money::from_cents(2_000)], "the whole, not the page that is none");
    }

    #[test]
    fn a_sum_of_nothing_is_another_files_affair() {
        assert_eq!(Running::new(vec![7]).check(&[(7, Exact::int(99))], false), []);
    }
}
