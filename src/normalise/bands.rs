//! Registers as they are printed: the agent stands on a row of his own, his lines below it.

use crate::normalise::mapping::TotalRole;
use crate::normalise::register::{numbered_name, split_name};
use crate::normalise::text::fold;
use crate::normalise::titles::{Section, is_employer, section_named, total_named};
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

/// Words after which the number stands, and those after which the name does, in a row of keys and values.
const NUMBER: [&str; 8] = ["matricule", "matr", "mat", "n° agent", "no agent", "n° matricule", "numero agent", "code agent"];
const NAME: [&str; 8] = ["agent", "nom", "salarie", "nom prenom", "nom et prenom", "nom de l'agent", "beneficiaire", "employe"];
/// Words of what else such rows say; a number after them is nobody's.
const OTHER: [&str; 14] = [
    "indice",
    "echelon",
    "emploi",
    "grade",
    "page",
    "total",
    "categorie",
    "quotite",
    "heures",
    "statut",
    "service",
    "temps",
    "taux",
    "siret",
];

/// `Agent : ARNOUX Jean-Noël   Matricule : 00102   Service : Voirie`, or the same in cells: keys and values.
fn keyed(parts: &[&str]) -> Option<Band> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in parts {
        match part.split_once(':') {
            Some((key, value)) => pairs.push((fold(key), value.trim().to_owned())),
            None => match pairs.last_mut() {
                Some((_, value)) if value.is_empty() => part.trim().clone_into(value),
                // « Agent : | 0147 | YDIER Patrice »: the number and the name in two cells.
                Some((key, value)) if NAME.contains(&key.trim()) && value.bytes().all(|b| b.is_ascii_digit()) => {
                    value.push(' ');
                    value.push_str(part.trim());
                }
                _ => pairs.push((fold(part.trim_end_matches(['.', ' '])), String::new())),
            },
        }
    }
    let of =
        |words: &[&str]| pairs.iter().find(|(k, v)| words.contains(&k.trim_end_matches('.')) && !v.is_empty()).map(|(_, v)| v.as_str());
    // « Agent : 22 LEMOINE Odile »: the number and the name in one value.
    if let Some((id, name)) = of(&NAME).and_then(lead_number) {
        let (surname, given) = split_name(name);
        return (!surname.is_empty()).then(|| Band { id: id.to_owned(), surname, given });
    }
    let number = of(&NUMBER)?;
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let id = number.len() <= 12 && digits >= 2 && digits * 2 >= number.len() && number.bytes().all(|b| b.is_ascii_alphanumeric());
    let (mut surname, mut given) = split_name(of(&NAME)?);
    if let (true, Some(first)) = (given.is_empty(), of(&["prenom"])) {
        first.clone_into(&mut given);
    }
    surname = surname.trim().to_owned();
    (id && !surname.is_empty()).then(|| Band { id: number.to_owned(), surname, given })
}

/// `22 LEMOINE Odile`, `LEMOINE Odile (22)`, `8 - POIRIER Xavier`.
fn lead_number(value: &str) -> Option<(&str, &str)> {
    let short = || {
        let (first, rest) = value.split_once(|c: char| !c.is_ascii_digit())?;
        let name = rest.trim_start_matches(|c: char| !c.is_alphabetic());
        (!first.is_empty() && !name.is_empty() && !name.bytes().any(|b| b.is_ascii_digit())).then_some((first, name))
    };
    numbered_name(value).or_else(short)
}

/// `Agent 00397 - QUENTIN Isabelle   Grade : Rédacteur   Service : Voirie` in one cell: keys and values behind the name.
fn with_more(texts: &[std::borrow::Cow<'_, str>], parts: &[&str]) -> Option<Band> {
    let (first, rest) = parts.split_first().filter(|(_, rest)| texts.len() == 1 && !rest.is_empty())?;
    let keyed =
        |p: &&str| p.split_once(':').is_some_and(|(key, _)| key.chars().any(char::is_alphabetic) && total_named(key.trim()).is_none());
    rest.iter().all(keyed).then(|| named(first)).flatten()
}

/// « MATRICULE 00124   SALAUN YANN   ADJOINT TECHNIQUE   INM 376 »: the number behind its word, the name, and more in words.
fn led(parts: &[&str]) -> Option<Band> {
    let (number, name, rest) = (parts.first()?, parts.get(1)?, parts.get(2..)?);
    let worded = rest.iter().all(|p| p.chars().any(char::is_alphabetic));
    let bare = !name.bytes().any(|b| b.is_ascii_digit() || b == b':') && total_named(name).is_none();
    let found = said(&format!("{number} {name}")).filter(|(_, opened)| *opened)?;
    (worded && bare && !rest.is_empty()).then_some(found.0)
}

/// « Adjoint administratif principal de 2e classe »: a figure among words is no amount.
fn is_wording(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() >= 10 && text.split_whitespace().count() >= 3
}

/// « IM 405 », « Indice majoré : 405 », « Ech. 5 »: what a career shows in figures, and no amount.
fn is_index(text: &str) -> bool {
    let (words, number) = text.trim().rsplit_once([' ', ':']).unwrap_or_default();
    let first = fold(words).split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
    let known = matches!(first.as_str(), "im" | "inm" | "ib" | "ech" | "cat") || OTHER.contains(&first.as_str());
    known && (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
}

/// Pieces of a row that stand apart: cells, and what two blanks or more divide in them.
fn pieces<'t>(texts: &'t [std::borrow::Cow<'_, str>]) -> Vec<&'t str> {
    texts.iter().flat_map(|t| t.split("  ")).map(str::trim).filter(|t| !t.is_empty()).collect()
}

/// The agent a text names, when it does nothing else: `Matricule : 00225   AGUILAR Loïc`, `AGUILAR Loïc - Matricule 00225`.
pub fn named(text: &str) -> Option<Band> {
    said(text).map(|(band, _)| band)
}

/// The same, with whether a word says that it is an agent.
fn said(text: &str) -> Option<(Band, bool)> {
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
    let other = fold(&tidy).split(|c: char| !c.is_alphanumeric()).any(|w| OTHER.contains(&w));
    let plausible = worded || (!other && !year && (2..=5).contains(&name.split_whitespace().count()));
    // « NET IMPOSABLE 1845 » is a sum, and its amount nobody's number.
    let sum = || !worded && total_named(name).is_some();
    (plausible && !surname.is_empty() && !sum()).then(|| (Band { id: id.to_owned(), surname, given }, worded))
}

fn is_word(word: &str, worded: &mut bool) -> bool {
    let bare = fold(word);
    let known = matches!(bare.trim_end_matches([':', '.']), "matricule" | "matr" | "mat");
    *worded |= known;
    known
}

/// What a line of a page's head is known by when the page after repeats it: the letters of its first text.
pub fn head_line(cells: &[Cell<'_>]) -> Option<String> {
    let first = cells.iter().map(Cell::shown).find(|t| !t.is_empty())?;
    let letters: String = fold(&first).chars().filter(|c| c.is_alphabetic()).collect();
    (letters.len() >= 3).then_some(letters)
}

/// The letters of a whole line of a page's head: its number is another on every page.
pub fn whole_line(cells: &[Cell<'_>]) -> String {
    let letters = cells.iter().map(|c| fold(&c.shown())).collect::<String>();
    format!("={}", letters.chars().filter(|c| c.is_alphabetic()).collect::<String>())
}

/// The agent a row names, when it is no line of pay.
pub fn of_row(row: &Row<'_, '_>) -> Option<Band> {
    of_cells(row.cells)
}

/// A row that says nothing but on which side the lines below it stand.
pub fn section(cells: &[Cell<'_>]) -> Option<Section> {
    let mut texts = cells.iter().map(Cell::shown).filter(|t| !t.is_empty());
    let only = texts.next()?;
    if texts.next().is_some() { None } else { section_named(&only) }
}

/// Whether the lines below a row of words alone are the employer's shares.
pub fn employers_below(cells: &[Cell<'_>]) -> Option<bool> {
    let mut texts = cells.iter().map(Cell::shown).filter(|t| !t.is_empty());
    let only = texts.next().filter(|_| texts.next().is_none())?;
    is_employer(&only).or_else(|| section_named(&only).map(|s| s == Section::Employer))
}

/// « Net imposable | 1 976,55 | | Net à payer | 2 036,41 »: a row of nothing but sums of an agent, each behind its name, two or
/// more; « PAS : | 12,00 » between them is told and no sum. Hands back the columns of the amounts.
pub fn sums_in_pairs(cells: &[Cell<'_>]) -> Option<Vec<(TotalRole, usize)>> {
    let filled: Vec<(usize, std::borrow::Cow<'_, str>)> =
        cells.iter().enumerate().map(|(c, x)| (c, x.shown())).filter(|(_, t)| !t.is_empty()).collect();
    if filled.len() < 4 || !filled.len().is_multiple_of(2) {
        return None;
    }
    let pair = |p: &[(usize, std::borrow::Cow<'_, str>)]| match p {
        [(_, name), (column, amount)] => {
            let role = total_named(name.trim_end_matches([':', ' '])).map(|t| (t.0, *column));
            let named = role.is_some() || name.trim_end().ends_with(':') && name.chars().any(char::is_alphabetic);
            (named && !amount.chars().any(char::is_alphabetic)).then_some(role)
        }
        _ => None,
    };
    let pairs: Vec<Option<(TotalRole, usize)>> = filled.chunks(2).map(pair).collect::<Option<_>>()?;
    let sums: Vec<(TotalRole, usize)> = pairs.iter().copied().flatten().collect();
    (sums.len() >= 2 && sums.len() * 2 > pairs.len()).then_some(sums)
}

/// « BRUT : 1 989,18 | NET IMPOSABLE : 1 581,02 | NET AVANT IMPOT : 1 603,18 »: a row of nothing but names with their amounts, two
/// or more, a sum of the agent among them. Hands back the sums, each with its column and its amount as written.
pub fn sums_in_cells(cells: &[Cell<'_>]) -> Option<Vec<(TotalRole, usize, String)>> {
    let amount = |t: &str| t.bytes().any(|b| b.is_ascii_digit()) && !t.chars().any(char::is_alphabetic);
    let mut sums = Vec::new();
    let mut pieces = 0;
    for (column, cell) in cells.iter().enumerate() {
        let text = cell.shown();
        for piece in text.split("  ").map(str::trim).filter(|p| !p.is_empty()) {
            let (name, value) = piece.split_once(':').filter(|(n, v)| n.chars().any(char::is_alphabetic) && amount(v))?;
            sums.extend(total_named(name.trim()).map(|(role, _)| (role, column, value.trim().to_owned())));
            pieces += 1;
        }
    }
    (pieces >= 2 && !sums.is_empty()).then_some(sums)
}

/// A row below an agent's name that tells more of him: his grade, his index.
pub fn tells_more(row: &Row<'_, '_>) -> bool {
    let filled = row.cells.iter().filter(|c| !c.shown().is_empty()).count();
    let first = row.cells.iter().map(Cell::shown).find(|t| !t.is_empty()).unwrap_or_default();
    let words = fold(first.trim_end_matches([':', ' ', '.']));
    let opens = words.split(|c: char| !c.is_alphanumeric()).next().is_some_and(|w| w != "total" && OTHER.contains(&w));
    let amounts = row.cells.iter().filter(|c| c.shown().contains(',')).count();
    opens && (2..=2 * CELLS).contains(&filled) && amounts == 0 && row.cells.iter().filter(|c| matches!(c, Cell::Number(_))).count() <= 1
}

/// The same for cells kept from a sheet. A number that stands apart behind a text is an amount, whatever the text says;
/// a text that stands apart behind the name is no part of it.
pub fn of_cells(cells: &[Cell<'_>]) -> Option<Band> {
    let filled: Vec<(usize, std::borrow::Cow<'_, str>)> =
        cells.iter().enumerate().map(|(i, c)| (i, c.shown())).filter(|(_, t)| !t.is_empty()).collect();
    if filled.is_empty() || filled.len() > 2 * CELLS || filled.iter().any(|(_, t)| t.len() > 240) {
        return None;
    }
    let texts: Vec<_> = filled.iter().map(|(_, t)| t.clone()).collect();
    let parts = pieces(&texts);
    if let Some(found) = keyed(&parts).or_else(|| with_more(&texts, &parts)).or_else(|| led(&parts)) {
        return Some(found);
    }
    if texts.len() > CELLS || texts.iter().any(|t| t.len() > 120) {
        return None;
    }
    let near = 1 + filled.windows(2).take_while(|w| w[0].0 + 1 == w[1].0).count();
    let amount = |n: usize| n > 1 && matches!(cells[filled[n - 1].0], Cell::Number(_));
    // « 100 | TRAITEMENT INDICIAIRE | 412 »: with a number beside it, it is a line of pay.
    let bare = |n: usize| !amount(n) && texts[n..].iter().all(|t| !t.bytes().any(|b| b.is_ascii_digit()) || is_wording(t) || is_index(t));
    let close = (1..=near.min(2)).find_map(|n| said(&texts[..n].join(" ")).filter(|(_, worded)| *worded || bare(n)));
    let number_first = || texts[0].bytes().all(|b| b.is_ascii_alphanumeric()) && texts[0].bytes().any(|b| b.is_ascii_digit());
    let apart = || said(&texts.join(" ")).filter(|(_, worded)| *worded || number_first());
    close.or_else(apart).map(|(band, _)| band)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_their_amounts_are_the_sums_of_the_agent() {
        let read = |texts: &[&str]| sums_in_cells(&texts.iter().map(|t| Cell::Text((*t).into())).collect::<Vec<_>>());
        let row = ["", "BRUT : 1 989,18    NET IMPOSABLE : 1 581,02", "NET AVANT IMPOT : 1 603,18", "NET A PAYER : 1 585,79"];
        let found: Vec<(usize, String)> = read(&row).expect("sums").into_iter().map(|(_, c, a)| (c, a)).collect();
        assert!(
            [(1, "1 989,18"), (1, "1 581,02"), (3, "1 585,79")].iter().all(|(c, a)| found.contains(&(*c, (*a).to_owned()))),
            "{found:?}"
        );
        assert_eq!(read(&["Matricule : 00135", "Nom : VOISIN"]), None, "a name is no amount");
        assert_eq!(read(&["Indice : 354", "Echelon : 8"]), None, "no sum among them");
        assert_eq!(read(&["NET A PAYER : 1 585,79"]), None, "one alone may be a line");
    }

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
        let cells = |texts: &[&str]| of_cells(&texts.iter().map(|t| Cell::Text((*t).into())).collect::<Vec<_>>());
        for texts in [
            &["Agent : AGUILAR Loïc   Matricule : 00225   Service : Voirie   Grade : Rédacteur"][..],
            &["Matricule", "00225", "Nom", "AGUILAR Loïc"],
            &["Matricule : 00225", "Nom : AGUILAR", "Prénom : Loïc"],
            &["Nom et prénom :", "AGUILAR Loïc", "Matricule :", "00225"],
            &["Agent :", "00225", "AGUILAR Loïc", "", "Grade :", "Éducateur de jeunes enfants", "Indice :", "507"],
        ] {
            assert_eq!(cells(texts), Some(expected.clone()), "{texts:?}");
        }
        assert_eq!(cells(&["Emploi", "Rédacteur principal", "Indice majoré", "392"]), None);
        for texts in [
            &["Matricule 00225", "AGUILAR Loïc", "", "Administration générale"][..],
            &["Agent : 00225 AGUILAR Loïc", "", "", "", "Grade : Rédacteur"],
            &["00225", "", "AGUILAR Loïc"],
            &["00225", "AGUILAR Loïc", "", "Voirie"],
            &["Agent 00225 - AGUILAR Loïc   Grade : Adjoint administratif principal de 2e classe   Service : Voirie"],
            &["00225", "AGUILAR Loïc", "", "Adjoint administratif principal de 2e classe"],
            &["00225", "AGUILAR Loïc", "REDACTEUR", "IM 376"],
            &["MATRICULE 00225     AGUILAR Loïc      REDACTEUR     INM 376     ECH 5"],
            &["Matricule : 00225", "AGUILAR Loïc", "", "REDACTEUR", "", "IM 376"],
        ] {
            assert_eq!(cells(texts), Some(expected.clone()), "{texts:?}");
        }
        let pairs = |texts: &[&str]| sums_in_pairs(&texts.iter().map(|t| Cell::Text((*t).into())).collect::<Vec<_>>());
        let sums = ["Brut :", "2 036,41", "Net imposable :", "1 745,00", "PAS :", "12,00", "Net à payer :", "1 619,74"];
        let found = [(TotalRole::Gross, 1), (TotalRole::NetTaxable, 3), (TotalRole::NetPaid, 7)];
        assert_eq!(pairs(&sums), Some(found.to_vec()));
        assert_eq!(pairs(&["Brut :", "2 036,41", "Indice :", "507"]), None);
        for texts in [
            &["", "NET IMPOSABLE", "", "", "1845"][..],
            &["", "Indemnité de fonctions", "", "", "130"],
            &["", "BRUT", "2013"],
            &["100", "TRAITEMENT INDICIAIRE", "412", "", "1158,96"],
            &["100", "TRAITEMENT INDICIAIRE", "IM 412", "1158,96"],
        ] {
            assert_eq!(cells(texts), None, "{texts:?}");
        }
        for text in ["TRAITEMENT BRUT", "LIVRE DE PAIE NOVEMBRE 2021", "Total agent 3 154,66", "Page 12"] {
            assert_eq!(named(text), None, "{text}");
        }
    }
}
