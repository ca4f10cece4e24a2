//! The best assignment of columns to meanings as a whole: no column takes a meaning that suits another better.

/// For each row the column it gets, so that the sum of `gain[row][column]` is greatest. `gain` has at least as many
/// columns as rows, all rows being of the same length (Kuhn and Munkres, in the form of Jonker and Volgenant).
pub fn best(gain: &[Vec<i64>]) -> Vec<usize> {
    let n = gain.len();
    let m = gain.first().map_or(0, Vec::len);
    assert!(m >= n, "every row can get a column");
    let far = i64::MAX / 4;
    let mut potential_row = vec![0_i64; n + 1];
    let mut potential_column = vec![0_i64; m + 1];
    let mut owner = vec![0_usize; m + 1];
    let mut way = vec![0_usize; m + 1];
    for i in 1..=n {
        owner[0] = i;
        let mut j0 = 0;
        let mut least = vec![far; m + 1];
        let mut used = vec![false; m + 1];
        loop {
            used[j0] = true;
            let i0 = owner[j0];
            let (mut delta, mut j1) = (far, 0);
            for j in 1..=m {
                if used[j] {
                    continue;
                }
                let cost = -gain[i0 - 1][j - 1] - potential_row[i0] - potential_column[j];
                if cost < least[j] {
                    least[j] = cost;
                    way[j] = j0;
                }
                if least[j] < delta {
                    delta = least[j];
                    j1 = j;
                }
            }
            for j in 0..=m {
                if used[j] {
                    potential_row[owner[j]] += delta;
                    potential_column[j] -= delta;
                } else {
                    least[j] -= delta;
                }
            }
            j0 = j1;
            if owner[j0] == 0 {
                break;
            }
        }
        loop {
            let j1 = way[j0];
            owner[j0] = owner[j1];
            j0 = j1;
            if j0 == 0 {
                break;
            }
        }
    }
    let mut result = vec![0; n];
    for (j, &i) in owner.iter().enumerate().skip(1) {
        if i > 0 {
            result[i - 1] = j - 1;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    // Worked by hand: greedy would give row 0 column 0 (9) and leave row 1 with 1; the best whole is 8 + 8.
    #[test]
    fn prefers_the_best_whole_to_the_best_first_choice() {
        assert_eq!(best(&[vec![9, 8, 0], vec![8, 1, 0]]), [1, 0]);
        assert_eq!(best(&[]), [0_usize; 0]);
    }
}
