//! A list of transfers that a bank's portal gives: whom, on which account, how much; last month's, in place of its transfer file.

use super::seen::Seen;
use crate::facts::Role as FactRole;
use crate::normalise::Context;
use crate::normalise::lists::months_named;
use crate::normalise::mapping::{Meaning, Role, SourceMapping, TotalRole};
use crate::normalise::profile::Profile;
use crate::normalise::titles::{self, Title};
use std::collections::BTreeSet;

/// A title is known without any doubt by this much.
pub(super) const SURELY: u32 = 85;
/// Fewer transfers are no month of a town.
const ROWS: u32 = 2;

/// Whether it is one of last month, and then what its columns are.
pub(super) fn listed(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) -> bool {
    let columns = 0..s.layout.width;
    let accounts = |c: &usize| s.profiles[*c].filled >= ROWS && s.profiles[*c].share(s.profiles[*c].ibans) >= 60;
    let Some(account) = columns.clone().filter(accounts).max_by_key(|c| (s.profiles[*c].values.len(), std::cmp::Reverse(*c))) else {
        return false;
    };
    let titled = |c: usize, m: Meaning| s.compared[c].title(Title::Plain(m));
    let sum = |c: usize| {
        let net = s.compared[c].title(Title::Total(TotalRole::NetPaid));
        [Meaning::Amount, Meaning::Signed, Meaning::Gain].into_iter().map(|m| titled(c, m)).fold(net, u32::max)
    };
    let sums = columns.clone().filter(|c| *c != account && sum(*c) >= SURELY && numeric(&s.profiles[*c]));
    let Some(amount) = sums.max_by_key(|c| (sum(*c), std::cmp::Reverse(*c))) else { return false };
    let fact = |c: usize, r: FactRole| cx.vocabulary.role(r).map_or(0, |f| s.compared[c].title(Title::Fact(f)));
    let paid = |c: &usize| titles::of_beneficiaries(&s.layout.own[*c]);
    let said = titles::speaks_of(&s.about(), Role::Transfers) > 0 || columns.clone().any(|c| paid(&c));
    if !said || !is_of_last_month(s, cx) {
        return false;
    }
    let mut is = vec![Meaning::Unknown; s.layout.width];
    is[account] = fact_of(cx, FactRole::Iban);
    is[amount] = Meaning::Amount;
    for role in [FactRole::Employee, FactRole::FullName, FactRole::Surname, FactRole::GivenName] {
        let best = columns.clone().filter(|c| is[*c] == Meaning::Unknown && fact(*c, role) >= SURELY).max_by_key(|c| fact(*c, role));
        best.into_iter().for_each(|c| is[c] = fact_of(cx, role));
    }
    let names = [FactRole::FullName, FactRole::Surname].map(|r| fact_of(cx, r));
    if !is.iter().any(|m| names.contains(m)) {
        let words = |c: &usize| is[*c] == Meaning::Unknown && s.profiles[*c].share(s.profiles[*c].letters) >= 80;
        let Some(name) = columns.clone().filter(words).max_by_key(|c| (paid(c), s.profiles[*c].values.len())) else { return false };
        is[name] = fact_of(cx, FactRole::FullName);
    }
    // « PAIE 102024 00099 », different on every row: what the payer wrote beside each.
    let differs = |c: &usize| is[*c] == Meaning::Unknown && s.profiles[*c].values.len() * 10 >= s.profiles[*c].filled as usize * 8;
    let written = |c: &usize| s.profiles[*c].filled >= ROWS && s.profiles[*c].share(s.profiles[*c].dates) < 50 && !numeric(&s.profiles[*c]);
    let beside: Vec<usize> = columns.filter(|c| differs(c) && written(c)).collect();
    beside.into_iter().for_each(|c| is[c] = Meaning::Label);
    (found.role, found.certainty, found.why) = (Role::Transfers, 90, vec!["accounts and sums paid".to_owned()]);
    for (column, meaning) in found.columns.iter_mut().zip(is) {
        (column.meaning, column.certainty) = (meaning, if meaning == Meaning::Unknown { 0 } else { 90 });
    }
    true
}

pub(super) fn fact_of(cx: &Context<'_>, role: FactRole) -> Meaning {
    cx.vocabulary.role(role).map_or(Meaning::Unknown, Meaning::Fact)
}

fn numeric(p: &Profile) -> bool {
    p.filled >= ROWS && p.share(p.numbers) >= 80 && p.share(p.dates) < 20
}

/// Whether nothing says that it is of another month: what is to be sent this month is no list of what was.
fn is_of_last_month(s: &Seen<'_>, cx: &Context<'_>) -> bool {
    let named = months_named(&s.about(), cx.last, false);
    let dated: BTreeSet<(i32, u32)> = s.profiles.iter().filter(|p| p.share(p.dates) >= 80).flat_map(|p| p.months.iter().copied()).collect();
    if named.is_empty() { dated.is_empty() || dated.contains(&(cx.last.year(), cx.last.month())) } else { named.contains(&cx.last) }
}
