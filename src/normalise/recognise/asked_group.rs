//! « Réalisées » beside « À payer », over the same titles: what the second group leaves empty is not paid by the first.

use super::seen::Seen;
use crate::normalise::Context;
use crate::normalise::lists::{self, SURE};
use crate::normalise::mapping::SourceMapping;
use crate::normalise::titles;

/// Takes the certainty from columns of a group beside one that says what is paid.
pub(super) fn cast(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) {
    if !lists::is_list(found.role) {
        return;
    }
    let (own, group) = (&s.layout.own, &s.layout.group);
    let paid = |i: usize| !own[i].is_empty() && titles::resumes(&group[i]);
    for c in &mut found.columns {
        let i = usize::from(c.column);
        let again = |j: usize| paid(j) && own[j] == own[i] && group[j] != group[i];
        let unsure = !group[i].is_empty() && !paid(i) && c.certainty < 100 && lists::meaning_pays(c.meaning, cx.vocabulary);
        if let Some(j) = (0..own.len()).find(|j| unsure && again(*j)) {
            c.certainty = c.certainty.min(SURE - 1);
            c.why.push(format!("« {} »", group[j]));
        }
    }
}
