//! Registers as they are printed: the agent stands on a row of his own, his lines below it.

use crate::normalise::register::{numbered_name, split_name};
use crate::normalise::text::fold;
use crate::read::table::{Cell, Row};

/// Words that may open such a row.
const OPENING: [&str; 12] =
    ["matricule", "matr", "mat", "agent", "n° agent", "no agent", "salarie", "n° matricule", "employe", "m", "mme", "nom"];
/// A row with more filled cells is a line of pay.
const CELLS: usize = 4;

/// An agent named by a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    pub id: String,
    pub surname: String,
    pub given: String,
}

/// The agent a text names, when it does nothing else: `Matricule : 00225   AGUILAR Loïc`, `AGUILAR Loïc - Matricule 00225`.
pub fn named(text: &str) -> Option<Band> {
    let mut rest = text.trim();
    let mut worded = false;
    // A lead word, and a second one (« Agent matricule »), with the marks after it.
    for _ in 0..2 {
        let cut = rest.find(|c: char| !c.is_alphanumeric() && c != '°').unwrap_or(rest.len());
        let two = rest.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(i, _)| i).find(|i| *i > cut);
        let opens = |end: usize| OPENING.contains(&fold(rest.get(..end).unwrap_or_default()).as_str());
        let Some(end) = [two.unwrap_or(0), cut].into_iter().find(|e| *e > 0 && opens(*e)) else { break };
        worded = true;
        rest = rest[end..].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '.' | '-' | '–' | '°'));
    }
    let tidy: String = {
        // The word may stand between name and number.
        let words: Vec<&str> = rest.split_whitespace().filter(|w| !is_word(w, &mut worded)).collect();
        words.join(" ")
    };
    let (id, name) = numbered_name(&tidy)?;
    let name = name.trim_matches(|c: char| !c.is_alphanumeric());
    let (surname, given) = split_name(name);
    // « LIVRE DE PAIE NOVEMBRE 2021 »: a year is nobody's number.
    let year = id.parse::<u32>().is_ok_and(|y| id.len() == 4 && (1990..2100).contains(&y));
    let plausible = worded || (!year && (2..=5).contains(&name.split_whitespace().count()));
    (plausible && !surname.is_empty()).then(|| Band { id: id.to_owned(), surname, given })
}

fn is_word(word: &str, worded: &mut bool) -> bool {
    let bare = fold(word);
    let known = matches!(bare.trim_end_matches([':', '.']), "matricule" | "matr" | "mat");
    *worded |= known;
    known
}

/// The agent a row names, when it is no line of pay.
pub fn of_row(row: &Row<'_, '_>) -> Option<Band> {
    of_cells(row.cells)
}

/// The same for cells kept from a sheet.
pub fn of_cells(cells: &[Cell<'_>]) -> Option<Band> {
    let texts: Vec<_> = cells.iter().map(Cell::shown).filter(|t| !t.is_empty()).collect();
    if texts.is_empty() || texts.len() > CELLS || texts.iter().any(|t| t.len() > 120) {
        return None;
    }
    named(&texts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_names_an_agent_is_known_however_it_is_put() {
        let expected = Band { id: "00225".to_owned(), surname: "AGUILAR".to_owned(), given: "Loïc".to_owned() };
        for text in [
            "Matricule : 00225   AGUILAR Loïc",
            "AGUILAR Loïc - Matricule 00225",
            "00225 - AGUILAR Loïc",
            "Agent 00225 AGUILAR Loïc",
            "N° agent : 00225 - AGUILAR Loïc",
            "Mat. 00225 AGUILAR Loïc",
        ] {
            assert_eq!(named(text), Some(expected.clone()), "{text}");
        }
        for text in ["TRAITEMENT BRUT", "LIVRE DE PAIE NOVEMBRE 2021", "Total agent 3 154,66", "Page 12"] {
            assert_eq!(named(text), None, "{text}");
        }
    }
}
