//! What the titles of a sheet have in common: letters that open all its fields, a group title over several columns.

use super::{Choice, Compared, ENOUGH, KNOWN};
use crate::normalise::assign;
use crate::normalise::layout::Layout;
use crate::normalise::mapping::{Meaning, Part};
use crate::normalise::profile::Profile;
use crate::normalise::titles::{Title, Titles};
use crate::payslip::ElementId;
use std::collections::{BTreeMap, BTreeSet};

/// `AGMATRIC`, `AGPRENOM`, `AGDATNAI`: letters that open several fields and say of which table they are, taken off a field that
/// nobody knows with them. They open three fields at least that are known without them.
pub(super) fn without_prefix<'t>(title: &'t str, all: &[String], titles: &Titles) -> &'t str {
    let field = |t: &str| t.len() >= 5 && t.bytes().all(|b| b.is_ascii_alphanumeric());
    if !field(title) || titles.best(title) >= KNOWN {
        return title;
    }
    let known = |t: &String, prefix: &str| {
        let rest = t.strip_prefix(prefix).filter(|rest| field(t) && rest.len() >= 3);
        rest.is_some_and(|rest| titles.best(t) < KNOWN && titles.best(rest) >= KNOWN)
    };
    let opens = |n: &usize| all.iter().filter(|t| known(t, &title[..*n])).count() >= 3 && titles.best(&title[*n..]) >= KNOWN;
    (2..=4).filter(|n| title.len() >= n + 3).find(opens).map_or(title, |n| &title[n..])
}

/// « TBI - Traitement », « IFS - IFSE », « C31 - Ret. CNRACL »: nearly every group title has the code of its rubric before a dash.
pub(super) fn coded(groups: &[String]) -> bool {
    let all: BTreeSet<&String> = groups.iter().filter(|g| !g.is_empty()).collect();
    let short = |code: &str| (2..=6).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let with = all.iter().filter(|g| g.split_once(" - ").is_some_and(|(code, rest)| short(code) && !rest.trim().is_empty())).count();
    with >= 3 && with * 10 >= all.len() * 8
}

/// Columns below one group title of a wide register are of one element: it is chosen for them together.
///
/// The employer's columns, where the group has the agent's as well, may be of an element of their own.
pub fn one_element_for_each_group(layout: &Layout, compared: &[Compared], profiles: &[Profile], choices: &mut [Vec<Choice>]) {
    let part = |c: usize| {
        let parts = compared[c].own.iter().filter_map(|(t, s)| if let Title::Part(p) = t { Some((*s, *p)) } else { None });
        parts.max().filter(|(s, _)| *s >= 80).map(|(_, p)| p)
    };
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let grouped: Vec<usize> = (0..layout.width).filter(|&c| !layout.group[c].is_empty() && part(c).is_some()).collect();
    for run in grouped.chunk_by(|a, b| a + 1 == *b && layout.group[*a] == layout.group[*b]) {
        let employers = |c: &&usize| matches!(part(**c), Some(Part::EmployerAmount | Part::EmployerRate));
        let filled = |p: Part| run.iter().any(|c| part(*c) == Some(p) && profiles[*c].filled > 0);
        if run.len() > 1 {
            // « Accidents du travail / Base » is no number of days.
            run.iter().for_each(|c| choices[*c].retain(|x| !matches!(x.meaning, Meaning::Fact(_))));
        }
        if filled(Part::EmployerAmount) && !filled(Part::Amount) {
            // The employer's alone: the base and the rate are of his share.
            let (used, unused): (Vec<usize>, Vec<usize>) =
                run.iter().partition(|c| profiles[**c].filled > 0 && part(**c) != Some(Part::Amount));
            unused.iter().for_each(|c| choices[*c].retain(|x| !matches!(x.meaning, Meaning::Element(_, _))));
            sets.push(used);
        } else if run.iter().any(|c| part(*c) == Some(Part::Amount)) {
            sets.push(run.iter().filter(|c| !employers(c)).copied().collect());
            sets.push(run.iter().filter(employers).copied().collect());
        } else {
            sets.push(run.to_vec());
        }
    }
    sets.retain(|s| !s.is_empty());
    if sets.iter().all(|s| s.len() < 2) {
        return;
    }
    let best = |c: usize| {
        let mut all: BTreeMap<ElementId, i32> = BTreeMap::new();
        for x in &choices[c] {
            if let Meaning::Element(e, p) = x.meaning
                && Some(p) == part(c)
            {
                let known = all.entry(e).or_insert(x.score);
                *known = (*known).max(x.score);
            }
        }
        all
    };
    // The agent's share and the employer's of one contribution are one element.
    let side = |set: &[usize]| !set.iter().any(|&c| part(c) == Some(Part::Amount));
    let scores: Vec<BTreeMap<(ElementId, bool), i64>> = sets
        .iter()
        .map(|set| {
            let each: Vec<BTreeMap<ElementId, i32>> = set.iter().map(|&c| best(c)).collect();
            let in_all = |e: &&ElementId| each.iter().all(|b| b.contains_key(e));
            each[0].keys().filter(in_all).map(|e| ((*e, side(set)), each.iter().map(|b| i64::from(b[e])).sum())).collect()
        })
        .collect();
    let elements: Vec<(ElementId, bool)> = scores.iter().flat_map(BTreeMap::keys).copied().collect::<BTreeSet<_>>().into_iter().collect();
    let gain: Vec<Vec<i64>> = scores
        .iter()
        .zip(&sets)
        .enumerate()
        .map(|(i, (of, set))| {
            let mut row = vec![0_i64; elements.len() + sets.len()];
            for (e, s) in of {
                row[elements.binary_search(e).unwrap_or(0)] = *s;
            }
            row[elements.len() + i] = i64::from(ENOUGH) * i64::try_from(set.len()).unwrap_or(1);
            row
        })
        .collect();
    if elements.is_empty() {
        return;
    }
    for (set, j) in sets.iter().zip(assign::best(&gain)) {
        let chosen = elements.get(j).map(|(e, _)| *e);
        for &c in set {
            match chosen {
                Some(e) => choices[c].retain(|x| matches!(x.meaning, Meaning::Element(of, _) if of == e)),
                None if set.len() > 1 => choices[c].retain(|x| !matches!(x.meaning, Meaning::Element(_, _))),
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Vocabulary;
    use crate::normalise::mapping::Rubrics;

    #[test]
    fn letters_that_open_several_fields_are_taken_off_what_nobody_knows_with_them() {
        let titles = Titles::new(&Vocabulary::default(), &Rubrics::default());
        let all = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
        let fields = all(&["PYLIBELLE", "PYTAUX", "PYBASE", "PYMONTANT", "PYXWZQ", "MONTANT"]);
        assert_eq!(without_prefix("PYTAUX", &fields, &titles), "TAUX");
        assert_eq!(without_prefix("PYXWZQ", &fields, &titles), "PYXWZQ", "nobody knows it without them either");
        assert_eq!(without_prefix("MONTANT", &fields, &titles), "MONTANT");
        assert_eq!(without_prefix("PYTAUX", &all(&["PYTAUX", "PYBASE"]), &titles), "PYTAUX", "two fields are a chance");
    }

    #[test]
    fn the_code_before_a_dash_is_no_part_of_nearly_every_group_title() {
        let all = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
        assert!(coded(&all(&["TBI - Traitement", "", "IFS - IFSE", "C31 - Ret. CNRACL", "C31 - Ret. CNRACL"])));
        assert!(!coded(&all(&["CNRACL - Part salariale", "IFSE", "Traitement", "Mutuelle"])));
    }
}
