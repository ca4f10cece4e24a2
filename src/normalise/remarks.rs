//! Rows below or between the rows of agents that say nothing of any: signatures, remarks, « NEANT », « 14 agents ».
//!
//! A row with a quantity is never one: what could be paid is read or asked.

use crate::normalise::cells::date;
use crate::normalise::lists::is_quantity;
use crate::normalise::titles::{before_a_signature, counted, remarks};
use crate::read::table::Cell;
use chrono::NaiveDate;

/// A row that opens as a remark does.
pub fn is_remark(cells: &[Cell<'_>]) -> bool {
    let filled: Vec<_> = cells.iter().map(|c| (c, c.shown())).filter(|(_, t)| !t.is_empty()).collect();
    let Some(((first, text), rest)) = filled.split_first() else { return false };
    // « Le chef de service, | Date : | 05/04/2024 »: the day of the signature.
    let dated = |i: usize| i > 0 && before_a_signature(&rest[i - 1].1) && date(rest[i].0, NaiveDate::MAX).is_ok_and(|d| d.is_some());
    let stored = |c: &Cell<'_>| matches!(c, Cell::Number(_) | Cell::Date(_) | Cell::Broken(_));
    if stored(first) || rest.iter().enumerate().any(|(i, (c, t))| (stored(c) || is_quantity(t)) && !dated(i)) {
        return false;
    }
    remarks(text) || rest.is_empty() && counted(text).is_some()
}

/// A row below the last one with a number of an employee: words where such numbers stand, and nothing that could be paid.
pub fn is_foot(cells: &[Cell<'_>], numbers: usize) -> bool {
    let words = |c: &Cell<'_>| matches!(c, Cell::Text(t) if t.chars().any(char::is_alphabetic)) && !is_quantity(&c.shown());
    let filled = |c: &&Cell<'_>| !c.shown().is_empty();
    cells.get(numbers).is_some_and(|c| words(c) && !c.shown().bytes().any(|b| b.is_ascii_digit()))
        && cells.iter().filter(filled).count() <= 3
        && cells.iter().filter(filled).all(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Vec<Cell<'static>> {
        texts.iter().map(|t| if t.is_empty() { Cell::Empty } else { Cell::Text((*t).to_owned().into()) }).collect()
    }

    #[test]
    fn a_remark_holds_nothing_that_could_be_paid() {
        for row in [
            &["Fait à la mairie, le 20"][..],
            &["Signature"],
            &["", "NEANT"],
            &["Néant"],
            &["14 agents"],
            &["Visa du chef de service :", "", "P. Martin"],
            &["Commentaire : voir avec la DRH"],
            &["Le chef de service,", "", "Date :", "05/04/2024"],
        ] {
            assert!(is_remark(&cells(row)), "{row:?}");
        }
        for row in [
            &["Le chef de service,", "", "Heures", "05/04/2024"],
            &["VISAGE", "Paul", "3"][..],
            &["Visa", "", "12,5"],
            &["00102", "ARNOUX", "Néant"],
            &["Néant", "00102", "4"],
        ] {
            assert!(!is_remark(&cells(row)), "{row:?}");
        }
    }

    #[test]
    fn a_foot_stands_where_numbers_would() {
        assert!(is_foot(&cells(&["Le directeur général des services", "", "P. Martin"]), 0));
        assert!(!is_foot(&cells(&["", "MARTIN Paul"]), 0));
        assert!(!is_foot(&cells(&["MARTIN", "Paul", "3h"]), 0));
    }
}
