//! A list of the agents' sums of last month without a single rubric: « Brut | Net imposable | Net à payer ».
//!
//! It says what was paid, as a list of transfers does, and not of what it was made.

use super::agents::Coverage;
use super::roles::Try;
use super::seen::Seen;
use crate::facts::Role as FactRole;
use crate::normalise::Context;
use crate::normalise::mapping::{Meaning, Role, SourceMapping, TotalRole};
use crate::normalise::titles::Title;

/// A title is known without any doubt by this much.
const SURELY: u32 = 85;
/// Sums that say by themselves of what sheet they are.
const SUMS: usize = 3;

/// Whether a sheet that nothing else explains is such a list, and then what its columns are. `wide` is what they would be in a
/// register with a column for each rubric. A net alone is last month's where the sheet names most agents and is no list of transfers.
pub(super) fn listed(found: &mut SourceMapping, s: &Seen<'_>, wide: &Try, coverage: Coverage, cx: &Context<'_>) -> bool {
    let of = |c: usize| wide.picked[c].map(|i| &wide.choices[c][i]);
    let identity = [FactRole::Employee, FactRole::Surname, FactRole::MarriedName, FactRole::GivenName, FactRole::FullName];
    let identity: Vec<Meaning> = identity.iter().filter_map(|r| cx.vocabulary.role(*r)).map(Meaning::Fact).collect();
    let total = |c: usize| of(c).filter(|x| matches!(x.meaning, Meaning::Total(_)) && x.title >= SURELY).map(|x| x.meaning);
    let sums = (0..s.layout.width).filter(|&c| total(c).is_some()).count();
    let net = (0..s.layout.width).any(|c| total(c) == Some(Meaning::Total(TotalRole::NetPaid)));
    let agent = (0..s.layout.width).any(|c| of(c).is_some_and(|x| identity.contains(&x.meaning) && x.title >= SURELY));
    // A row per rubric, or an account, is another list.
    let titled = |m: Title| (0..s.layout.width).any(|c| s.compared[c].title(m) >= SURELY);
    let account = cx.vocabulary.role(FactRole::Iban).is_some_and(|f| titled(Title::Fact(f)));
    let lines = titled(Title::Plain(Meaning::Code)) || titled(Title::Plain(Meaning::Label));
    if !agent || !net || account || lines || !(sums >= SUMS || coverage.is_most() && coverage.listed) {
        return false;
    }
    (found.role, found.certainty, found.why) = (Role::RegisterWide, 90, vec!["sums of agents alone".to_owned()]);
    for c in &mut found.columns {
        let i = usize::from(c.column);
        let named = of(i).map(|x| x.meaning).filter(|m| identity.contains(m));
        // What makes the sums up, or stands beside them, is no line of anybody.
        c.meaning = named.or(total(i)).unwrap_or(Meaning::Ignored);
        c.certainty = 90;
    }
    true
}
