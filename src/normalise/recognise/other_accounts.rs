//! A list of accounts that are no agents': suppliers, associations, creditors.

use super::seen::Seen;
use super::transfers::{SURELY, fact_of};
use crate::facts::Role as FactRole;
use crate::normalise::Context;
use crate::normalise::mapping::{Role, SourceMapping};
use crate::normalise::titles::{self, Title};

/// Whether it is one, and then what its columns are: an account and a name, nobody's number, and words that say whose they are.
pub(super) fn listed(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>) -> bool {
    let columns = 0..s.layout.width;
    let accounts = |c: &usize| s.profiles[*c].filled > 0 && s.profiles[*c].share(s.profiles[*c].ibans) >= 60;
    let Some(account) = columns.clone().find(accounts) else { return false };
    let titled = |c: usize, r: FactRole| cx.vocabulary.role(r).is_some_and(|f| s.compared[c].title(Title::Fact(f)) >= SURELY);
    let of_agents = [FactRole::Employee, FactRole::IdentityNumber, FactRole::GivenName, FactRole::BirthDate, FactRole::Grade];
    if columns.clone().any(|c| of_agents.iter().any(|r| titled(c, *r)) && !titles::of_third_parties(&s.layout.own[c])) {
        return false;
    }
    let third = columns.clone().find(|c| *c != account && titles::of_third_parties(&s.layout.own[*c]) && words(s, *c));
    let said = titles::speaks_of(&s.about(), Role::OtherAccounts) > 0;
    let named = || columns.clone().find(|c| *c != account && words(s, *c));
    let Some(name) = third.or_else(|| named().filter(|_| said)) else { return false };
    (found.role, found.certainty, found.why) = (Role::OtherAccounts, 90, vec!["accounts of no agents".to_owned()]);
    for (column, role) in [(account, FactRole::Iban), (name, FactRole::FullName)] {
        (found.columns[column].meaning, found.columns[column].certainty) = (fact_of(cx, role), 90);
    }
    true
}

fn words(s: &Seen<'_>, c: usize) -> bool {
    s.profiles[c].filled > 0 && s.profiles[c].share(s.profiles[c].letters) >= 60
}
