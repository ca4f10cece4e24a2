//! A column whose title says only « montant », « heures » or « cotisation »: the name of the sheet says of what.

use super::{Choice, Compared, is_one_off};
use crate::facts::{FactDecl, FactId, FactKind, NumberForm};
use crate::normalise::Context;
use crate::normalise::mapping::{Meaning, Role};
use crate::normalise::profile::{Profile, fits_fact};
use crate::normalise::text::{Phrase, Share};
use crate::normalise::titles::{self, spaced};
use std::cmp::Reverse;

/// A sheet whose column says only « montant », « heures » or « cotisation »: the name of the sheet says of what.
pub(super) fn by_subject(compared: &Compared, p: &Profile, role: Role, cx: &Context<'_>, about: &str, found: &mut Vec<Choice>) {
    match role {
        Role::Amounts if compared.generic => found.extend(of_subject(&compared.words, p, cx, about)),
        Role::Changes if compared.withheld && compared.share != Share::Employer => {
            found.extend(withheld(p, cx, about).map(|c| match (c.meaning, compared.side) {
                (Meaning::Fact(f), Some(side)) => Choice { meaning: side(f), ..c },
                _ => c,
            }))
        }
        _ => {}
    }
}

/// The facts of one month that the name of a sheet names, for a column of it whose title says not which.
pub fn of_subject(words: &[String], p: &Profile, cx: &Context<'_>, about: &str) -> Vec<Choice> {
    let within = |tidied: fn(&str) -> String| {
        let tidy = tidied(about);
        let named = |f: &FactDecl| if is_one_off(f) && counts_like(words, f) { named_within(f, &tidy, tidied) } else { None };
        subjects(p, cx, named)
    };
    // « Heures supplémentaires de jour » is written « HS jour » elsewhere.
    let (all, alone) = Some(within(spaced)).filter(|f| !f.0.is_empty()).unwrap_or_else(|| within(opened));
    let choice = |(i, id)| Choice { meaning: Meaning::Fact(id), score: if i == 0 && alone { 66 } else { 50 }, title: 60, fit: 5 };
    all.into_iter().enumerate().map(choice).collect()
}

/// What is kept from agents for others every month, where the name of the sheet names one such thing: « Mutuelle - mouvements ».
pub(super) fn withheld(p: &Profile, cx: &Context<'_>, about: &str) -> Option<Choice> {
    let tidy = opened(about);
    let of_others = |f: &FactDecl| titles::is_withheld(&f.name);
    let named = |f: &FactDecl| if of_others(f) { named_within(f, &tidy, opened) } else { None };
    let (all, alone) = subjects(p, cx, named);
    let id = all.first().copied().filter(|_| alone)?;
    Some(Choice { meaning: Meaning::Fact(id), score: 66, title: 100, fit: 5 })
}

/// Whether « Nouvelle cotisation » in a sheet called « Mutuelle » is that fact, and all of it.
pub fn is_said_by_the_sheet(own: &str, fact: &FactDecl, about: &str) -> bool {
    let kept = titles::is_withheld(&fact.name) && titles::without_side(own).is_withheld();
    kept && named_within(fact, &opened(about), opened).is_some()
}

/// The words of a text as titles are compared by, with a blank at both ends.
pub(super) fn opened(text: &str) -> String {
    format!(" {} ", Phrase::of(text).words.join(" "))
}

/// How long the longest title of a fact is that stands in a text, both tidied the same way.
pub(super) fn named_within(fact: &FactDecl, tidy: &str, tidied: impl Fn(&str) -> String) -> Option<usize> {
    let words = fact.headings.iter().filter(|h| !Phrase::of(h).is_generic()).map(|h| tidied(h));
    words.filter(|w| w.trim().len() > 2 && tidy.contains(w.as_str())).map(|w| w.len()).max()
}

/// The facts whose numbers a column may hold, those named by the longest words first, and whether the first is named alone.
pub(super) fn subjects(p: &Profile, cx: &Context<'_>, named: impl Fn(&FactDecl) -> Option<usize>) -> (Vec<FactId>, bool) {
    let fits = cx.vocabulary.iter().filter(|(_, f)| fits_fact(p, f) > 0);
    let mut all: Vec<(usize, FactId)> = fits.filter_map(|(id, f)| Some((named(f)?, id))).collect();
    all.sort_by_key(|(n, id)| (Reverse(*n), *id));
    // Two facts named equally well decide nothing.
    let alone = all.len() == 1 || all.len() > 1 && all[0].0 > all[1].0;
    (all.into_iter().map(|(_, id)| id).collect(), alone)
}

/// Whether a generic title can be that of the fact: « Montant » counts no days, « Nb jours » no euros.
pub(super) fn counts_like(words: &[String], fact: &FactDecl) -> bool {
    let FactKind::Number { form } = fact.kind else { return false };
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    match form {
        NumberForm::Money => !has(&["nombre", "jour", "heure", "duree", "quantite"]),
        NumberForm::Days => !has(&["montant", "somme", "brut", "euro", "eur", "prime", "heure"]),
        NumberForm::Hours => !has(&["montant", "somme", "brut", "euro", "eur", "prime", "jour"]),
        NumberForm::Count | NumberForm::Points | NumberForm::Rate | NumberForm::Fraction => true,
    }
}
