//! « Durée hebdo » beside « Taux d'activité »: the hours of the post, and the share of them that is worked; and the words that
//! say whether the post is a full one.

use super::seen::Seen;
use crate::ground::Exact;
use crate::normalise::Context;
use crate::normalise::columns::Choice;
use crate::normalise::mapping::Meaning;
use crate::normalise::profile::Profile;
use crate::normalise::text::Phrase;
use crate::normalise::titles::{self, Title};
use crate::normalise::values::{hours, post_named};

/// Hours of the week of a post.
const WEEK: std::ops::RangeInclusive<i64> = 4..=39;

/// « Nb enfants | dont ouvrant droit SFT »: of two columns that may be one fact, the one that says what it counts for.
pub(super) fn rather(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    for (name, words) in titles::rather() {
        let Some(fact) = cx.vocabulary.named(name).map(Meaning::Fact) else { continue };
        let named = |c: &usize| titles::has_words(&s.layout.own[*c], words);
        let counts = |c: &usize| s.profiles[*c].filled > 0 && s.profiles[*c].share(s.profiles[*c].numbers) >= 90;
        let may = |of: &[Choice]| of.iter().any(|x| x.meaning == fact && x.title >= 60);
        let Some(own) = (0..choices.len()).filter(counts).find(named) else { continue };
        let others: Vec<usize> = (0..choices.len()).filter(|c| *c != own && !named(c) && may(&choices[*c])).collect();
        if !others.is_empty() {
            choices[own] = vec![Choice { meaning: fact, score: 84, title: 97, fit: 14 }];
            others.into_iter().for_each(|c| choices[c].retain(|x| x.meaning != fact));
        }
    }
}

/// Of two columns called working time, one of which has hours a week, that one is about the post and the other about how much of
/// it is worked.
pub(super) fn hours_beside_share(s: &Seen<'_>, cx: &Context<'_>, choices: &mut [Vec<Choice>]) {
    let named = |n: &str| cx.vocabulary.named(n);
    let (Some(share), Some(post), Some(reduced)) = (named("quotite"), named("heures_poste"), named("temps_non_complet")) else { return };
    // « Taux PAS » is a little like it as well.
    let titled = |c: &usize| {
        let title = s.compared[*c].title(Title::Fact(share));
        s.profiles[*c].filled > 0 && title >= 85 && title == s.compared[*c].best()
    };
    let (worded, counted): (Vec<usize>, Vec<usize>) = (0..s.layout.width).filter(titled).partition(|c| is_worded(&s.profiles[*c]));
    let (mut weekly, shares): (Vec<usize>, Vec<usize>) = counted.into_iter().partition(|c| is_weekly(&s.profiles[*c]));
    // « Heures » over 35 and less, and nothing that would be more: those of the week.
    let bare = |c: &usize| {
        let words = Phrase::of(&s.layout.own[*c]).words;
        words.iter().all(|w| titles::neutral("hours", w)) && words.iter().any(|w| titles::hourly_word(w))
    };
    if weekly.is_empty() && !(shares.is_empty() && worded.is_empty()) {
        weekly.extend((0..s.layout.width).filter(bare).filter(|c| s.profiles[*c].filled > 0 && is_weekly_of_a_town(&s.profiles[*c])));
    }
    let mut put = |c: usize, fact| choices[c] = vec![Choice { meaning: Meaning::Fact(fact), score: 84, title: 97, fit: 14 }];
    if let ([week], [_]) = (&weekly[..], &shares[..]) {
        put(*week, post);
    } else if let ([week], [], false) = (&weekly[..], &shares[..], worded.is_empty()) {
        put(*week, share);
    }
    if let ([words], true) = (&worded[..], !weekly.is_empty() || !shares.is_empty()) {
        put(*words, reduced);
    }
}

fn is_worded(p: &Profile) -> bool {
    p.values.keys().all(|v| post_named(v).is_some())
}

/// Such hours, and 35 of them for more people than any other number.
fn is_weekly_of_a_town(p: &Profile) -> bool {
    let full = |v: &String| hours(v, p.mark()).ok().flatten() == Some(Exact::int(35));
    let whole: u32 = p.values.iter().filter(|(v, _)| full(v)).map(|(_, n)| *n).sum();
    is_weekly(p) && p.values.iter().all(|(v, n)| full(v) || *n <= whole) && whole > 0
}

/// Hours of a week in every cell: 35, 28,00, 31:30.
fn is_weekly(p: &Profile) -> bool {
    let week =
        |v: &String| hours(v, p.mark()).ok().flatten().is_some_and(|h| (Exact::int(*WEEK.start())..=Exact::int(*WEEK.end())).contains(&h));
    p.percent == 0 && p.values.keys().all(week)
}
