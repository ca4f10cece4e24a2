//! A fact that the law moves for everybody on one day: five points of index on 1 January 2024.
//!
//! The pack says it of a parameter (`raises = "indice_majore"`). A file written before that day holds what last month
//! was paid on, and is raised; a file written after it is raised already, and stays. Anything else is left to its finding.

use crate::compute::replay::Replayed;
use crate::compute::walk::FactChange;
use crate::facts::{Dated, Fact, FactId, Facts, Origin, Value};
use crate::ground::{At, Exact};
use crate::rules::bind::Context;
use crate::rules::pack::Pack;
use chrono::NaiveDate;
use std::borrow::Cow;

/// One raise between two months.
#[derive(Clone, Debug)]
pub struct Raise {
    /// Index in the pack's parameters.
    pub parameter: usize,
    pub fact: FactId,
    pub by: Exact,
    pub cause: u16,
    pub since: NaiveDate,
}

/// Raises whose day lies after the first day of last month and not after that of this one.
pub fn between(pack: &Pack, last: &Context, this: &Context) -> Vec<Raise> {
    from_to(pack, last.month.first_day(), this.month.first_day())
}

/// Raises whose day lies after the first day and not after the second.
pub fn from_to(pack: &Pack, after: NaiveDate, until: NaiveDate) -> Vec<Raise> {
    let mut out = Vec::new();
    for (i, p) in pack.parameters.iter().enumerate() {
        let Some(fact) = p.raises.as_ref().and_then(|s| pack.vocabulary.named(&s.text)) else { continue };
        let cause = pack.causes.iter().position(|c| c.0 == p.cause).unwrap_or(0) as u16;
        for v in p.values.iter().filter(|v| v.from > after && v.from <= until) {
            out.push(Raise { parameter: i, fact, by: v.value, cause, since: v.from });
        }
    }
    out
}

/// Raises what the files hold as last month was paid on it. What they hold raised is no contradiction of last month.
pub fn apply(raises: &[Raise], known: &mut Facts, replay: &mut Replayed, changes: &[Fact]) {
    for r in raises {
        let Some(paid_on) = replay.facts.value(r.fact).and_then(Value::number) else { continue };
        let Some(raised) = paid_on.add(r.by) else { continue };
        let held = known.get(r.fact).cloned();
        match held.as_ref().and_then(|f| f.value.number()) {
            Some(n) if n == raised => replay.resolved.retain(|x| x.fact != r.fact),
            Some(n) if n == paid_on && !changes.iter().any(|c| c.id == r.fact) => {
                if let Some(f) = held {
                    known.set(Fact { value: Value::Number(raised.reduced()), origin: Origin::Inferred, ..f });
                }
            }
            _ => {}
        }
    }
}

/// Raises in force before last month ended that it was paid without begin on their own day, as any other change.
pub fn begun<'d>(raises: &[Raise], last: &Context, dated: &'d [Dated], replay: &Replayed, facts: &Facts) -> Cow<'d, [Dated]> {
    let number = |facts: &Facts, r: &Raise| facts.value(r.fact).and_then(Value::number);
    let late = raises.iter().filter(|r| r.since <= last.month.last_day() && !dated.iter().any(|d| d.fact == r.fact));
    let owed = late.filter(|r| number(&replay.facts, r).and_then(|paid| paid.add(r.by)).is_some_and(|n| Some(n) == number(facts, r)));
    let more: Vec<Dated> =
        owed.map(|r| Dated { fact: r.fact, from: r.since, at: facts.get(r.fact).map_or(At::NOWHERE, |f| f.at) }).collect();
    if more.is_empty() { Cow::Borrowed(dated) } else { Cow::Owned(dated.iter().copied().chain(more).collect()) }
}

/// A change that a raise makes stands under the raise's cause.
pub fn name_causes(raises: &[Raise], changes: &mut [FactChange]) {
    let number = |f: &Option<Fact>| f.as_ref().and_then(|f| f.value.number());
    for r in raises {
        for c in changes.iter_mut().filter(|c| c.fact == r.fact) {
            if number(&c.before).and_then(|b| b.add(r.by)).is_some_and(|x| Some(x) == number(&c.after)) {
                c.cause = r.cause;
            }
        }
    }
    if !raises.is_empty() {
        changes.sort_by_key(|c| (c.cause, c.after.is_some(), c.fact));
    }
}
