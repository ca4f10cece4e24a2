//! Accounts in pieces: « BANQUE | GUICHET | COMPTE | CLE » beside each other, and an IBAN cut into « IBAN1 » to « IBAN7 ».
//!
//! Titles so short say something else elsewhere: the pieces are read only where their keys prove what they are.

use super::{Laid, Wording, shown};
use crate::facts::Role as FactRole;
use crate::ground::At;
use crate::ground::iban::{Iban, rib_to_iban};
use crate::ground::place::Moved;
use crate::normalise::titles::account_piece;
use crate::read::table::{Cell, OwnedRow};
use std::ops::Range;

/// Rows of words above the titles.
const ABOVE: usize = 12;
/// Of the rows with an account, percent whose key must fit: one may be mistyped.
const MOST: usize = 80;
const PARTS: [FactRole; 4] = [FactRole::AccountBank, FactRole::AccountBranch, FactRole::AccountNumber, FactRole::AccountKey];

/// The same table, the pieces called what they are, those of an IBAN as one.
pub fn find(rows: &[OwnedRow], wording: &Wording<'_>) -> Option<Laid> {
    let heading = rows.iter().take(ABOVE).position(|r| r.cells.iter().any(|c| wording.of_agents(&c.shown())))?;
    let titles: Vec<String> = rows[heading].cells.iter().map(|c| c.shown().into_owned()).collect();
    let data = &rows[heading + 1..];
    if let Some(first) = (0..titles.len().saturating_sub(3)).find(|&c| (0..4).all(|i| account_piece(i, &titles[c + i]))) {
        let valid = |t: &[String]| rib_to_iban(&t[0], &t[1], &t[2], &t[3]).is_ok();
        return proved(data, &(first..first + 4), &valid).then(|| renamed(rows, heading, first, wording));
    }
    let pieces = numbered(&titles)?;
    proved(data, &pieces, &|t| Iban::parse(&t.concat()).is_ok()).then(|| joined(rows, heading, &pieces, wording))
}

/// « IBAN1 » and those that follow it.
fn numbered(titles: &[String]) -> Option<Range<usize>> {
    let stem = |t: &str, n: usize| {
        let rest = t.trim().strip_suffix(&n.to_string())?.trim_end_matches([' ', '_', '-', '.']).to_owned();
        account_piece(4, &rest).then_some(())
    };
    let first = titles.iter().position(|t| stem(t, 1).is_some())?;
    let count = titles[first..].iter().enumerate().take_while(|(i, t)| stem(t, i + 1).is_some()).count();
    (count >= 2).then_some(first..first + count)
}

/// Whether the pieces of most rows make an account.
fn proved(data: &[OwnedRow], pieces: &Range<usize>, valid: &dyn Fn(&[String]) -> bool) -> bool {
    let of = |r: &OwnedRow| pieces.clone().map(|c| shown(r, c)).collect::<Vec<_>>();
    let written: Vec<Vec<String>> = data.iter().map(of).filter(|t| t.iter().any(|p| !p.is_empty())).collect();
    let right = written.iter().filter(|t| valid(t)).count();
    right > 0 && right * 100 >= written.len() * MOST
}

fn called(role: FactRole, wording: &Wording<'_>) -> Cell<'static> {
    let vocabulary = wording.cx.vocabulary;
    vocabulary.role(role).map_or(Cell::Empty, |f| Cell::Text(vocabulary.get(f).label.fr.clone().into()))
}

fn renamed(rows: &[OwnedRow], heading: usize, first: usize, wording: &Wording<'_>) -> Laid {
    let mut rows = rows.to_vec();
    for (i, role) in PARTS.into_iter().enumerate() {
        rows[heading].cells[first + i] = called(role, wording);
    }
    Laid { rows, moved: Moved::new() }
}

fn joined(rows: &[OwnedRow], heading: usize, pieces: &Range<usize>, wording: &Wording<'_>) -> Laid {
    let mut moved = Moved::new();
    let place = |c: usize| u16::try_from(c).unwrap_or(At::NO_COLUMN);
    let lay = |(n, row): (usize, &OwnedRow)| {
        let mut cells = Vec::with_capacity(row.cells.len());
        for (c, cell) in row.cells.iter().enumerate() {
            if n < heading || c < pieces.start || c >= pieces.end {
                moved.insert((row.number, place(cells.len())), (row.number, place(c)));
                cells.push(cell.clone());
            } else if c == pieces.start {
                let whole: String = pieces.clone().map(|c| shown(row, c)).collect();
                let whole = if whole.is_empty() { Cell::Empty } else { Cell::Text(whole.into()) };
                cells.push(if n == heading { called(FactRole::Iban, wording) } else { whole });
            }
        }
        OwnedRow { number: row.number, cells, hidden: row.hidden }
    };
    let rows = rows.iter().enumerate().map(lay).collect();
    Laid { rows, moved }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_those_that_make_valid_accounts() {
        let titles = |t: &[&str]| t.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        assert_eq!(numbered(&titles(&["Matricule", "IBAN1", "IBAN2", "IBAN 3", "BIC"])), Some(1..4));
        assert_eq!(numbered(&titles(&["Matricule", "IBAN1", "BIC"])), None);
        let row = |cells: &[&str]| OwnedRow {
            number: 1,
            cells: cells.iter().map(|c| Cell::Text((*c).to_owned().into())).collect(),
            hidden: false,
        };
        let valid = |t: &[String]| Iban::parse(&t.concat()).is_ok();
        assert!(proved(&[row(&["FR76", "99900004170000512340196"])], &(0..2), &valid));
        assert!(!proved(&[row(&["FR76", "99900004170000512340197"])], &(0..2), &valid));
    }
}
