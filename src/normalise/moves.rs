//! One list of all that changes: a column says what kind of movement a row is, others its date and the new value.

use crate::facts::{FactId, FactKind, Role};
use crate::normalise::Context;
use crate::normalise::columns::{Choice, Compared};
use crate::normalise::layout::{Kept, Layout};
use crate::normalise::mapping::Meaning;
use crate::normalise::profile::Profile;
use crate::normalise::remarks::is_remark;
use crate::normalise::text::Phrase;
use crate::normalise::titles::{Title, says_kind, says_old_value, says_value, summing};
use std::collections::BTreeSet;

/// Of the rows, percent whose movement must be known: the others are asked.
const MOST: usize = 60;

/// The same where the title of the column says that movements stand there, and each row is asked for itself.
const NAMED_SO: usize = 40;

/// Where such a list has its movements and what they come to.
#[derive(Clone, Copy, Debug)]
pub struct Moves {
    pub kind: usize,
    pub value: Option<usize>,
}

/// The two columns, when most rows of a sheet name a movement.
pub fn find(kept: &[Kept], layout: &Layout, (compared, profiles): (&[Compared], &[Profile]), cx: &Context<'_>) -> Option<Moves> {
    layout.header?;
    let data = kept.iter().skip(layout.data_start()).filter(|k| k.filled() >= 3 && summing(&k.first()).is_none() && !is_remark(&k.cells));
    let rows: Vec<&Kept> = data.collect();
    let is_value = |t: &str| says_value(t) || Phrase::of(t).is_withheld();
    let value = (0..layout.width).find(|&c| is_value(&layout.own[c]) && profiles[c].filled > 0);
    // Where the new values have columns of their own, a column of reasons beside them is no movement.
    let lasting = |f: FactId| {
        let fact = cx.vocabulary.get(f);
        fact.recurs && crate::normalise::lists::pays(fact) && matches!(fact.kind, FactKind::Number { .. })
    };
    let told = |c: usize| {
        let named = |(f, _): (FactId, _)| lasting(f) && compared[c].title(Title::Fact(f)).max(compared[c].title(Title::New(f))) >= 85;
        Some(c) != value && profiles[c].filled > 0 && cx.vocabulary.iter().any(named)
    };
    if rows.is_empty() || (0..layout.width).any(told) {
        return None;
    }
    // Without a column of values, a column says in its title that it holds movements, and another only when.
    let bare = value.is_none();
    if bare && !dated_only(layout, compared, cx) {
        return None;
    }
    let words = |c: &usize| {
        let p = &profiles[*c];
        p.filled > 0 && p.share(p.numbers) < 20 && p.share(p.dates) < 20 && value != Some(*c)
    };
    let column = (0..layout.width).filter(words).find(|&c| {
        let named: Vec<FactId> = rows.iter().filter_map(|k| kind(&k.shown(c), cx).map(|n| n.0)).collect();
        let lasting = named.iter().any(|f| cx.vocabulary.get(*f).recurs);
        let several = named.iter().collect::<BTreeSet<_>>().len() >= 2;
        lasting
            && (!bare || says_kind(&layout.own[c]))
            && named.len() * 100 >= rows.len() * (if bare { NAMED_SO } else { MOST })
            && (several || says_kind(&layout.own[c]))
    })?;
    Some(Moves { kind: column, value })
}

/// A date of effect, and no day of arrival, of leaving, of an end.
fn dated_only(layout: &Layout, compared: &[Compared], cx: &Context<'_>) -> bool {
    let titled = |t: Title| (0..layout.width).any(|c| compared[c].title(t) >= 85);
    let roles = [Role::Exit, Role::Entry, Role::ContractEnd];
    let moved = roles.iter().filter_map(|r| cx.vocabulary.role(*r)).any(|f| titled(Title::Fact(f)));
    let ends = [Meaning::To, Meaning::Days].into_iter().any(|m| titled(Title::Plain(m)));
    titled(Title::Plain(Meaning::Effective)) && !moved && !ends
}

/// What the columns of such a list are.
pub fn columns(m: Moves, layout: &Layout, choices: &mut [Vec<Choice>]) {
    let sure = |meaning: Meaning| vec![Choice { meaning, score: 88, title: 100, fit: 12 }];
    choices[m.kind] = sure(Meaning::Label);
    if let Some(c) = m.value {
        choices[c] = sure(Meaning::Signed);
    }
    // « Ancienne valeur » is there to compare with.
    for (c, of) in choices.iter_mut().enumerate() {
        if says_old_value(&layout.own[c]) {
            *of = sure(Meaning::Ignored);
        }
    }
}

/// The fact a movement is about, and the value that its text ends with: « Passage à temps partiel 90 % ».
pub fn kind<'t>(text: &'t str, cx: &Context<'_>) -> Option<(FactId, Option<&'t str>)> {
    let whole = |t: &str| cx.natures.movement(t).or_else(|| cx.natures.fact(t));
    if let Some(f) = whole(text) {
        return Some((f, None));
    }
    // « Mutation (ville de Lyon) »: where to.
    let bare = text.split_once(" (").map(|(head, rest)| (head, rest.bytes().any(|b| b.is_ascii_digit())));
    if let Some(f) = bare.filter(|(_, counted)| !counted).and_then(|(head, _)| whole(head)) {
        return Some((f, None));
    }
    let digit = text.find(|c: char| c.is_ascii_digit())?;
    let (head, value) = (text[..digit].trim_end_matches([' ', ':', '(', '\u{a0}']), text[digit..].trim_end_matches(')').trim());
    Some((whole(head)?, Some(value)))
}

/// A value without the fact's own title before it: « IM 391 ».
pub fn bare<'t>(text: &'t str, titles: &[String]) -> &'t str {
    use crate::normalise::text::fold;
    let Some(digit) = text.find(|c: char| c.is_ascii_digit()) else { return text };
    let before = fold(text[..digit].trim_end_matches([' ', ':', '=', '\u{a0}']));
    if titles.iter().any(|t| fold(t) == before) { text[digit..].trim() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_say_its_title_again() {
        let titles = ["im".to_owned(), "indice majoré".to_owned()];
        for (text, want) in [("IM 391", "391"), ("Indice majoré : 391", "391"), ("391", "391"), ("IB 391", "IB 391"), ("neant", "neant")] {
            assert_eq!(bare(text, &titles), want, "{text}");
        }
    }
}
