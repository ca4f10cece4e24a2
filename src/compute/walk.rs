//! From last month's pay to this month's in steps, each computed whole with one more group of inputs exchanged.
//!
//! What a step changes on a line is that step's cause on that line; the sum over the steps is the difference to the
//! cent, because the first step starts at what was paid and the last one is this month's payslip itself.

use crate::compute::eval::{Adjust, Pins, State};
use crate::compute::gone::Gone;
use crate::compute::late::Late;
use crate::compute::raise::{self, Raise};
use crate::facts::{Fact, Facts, Origin, Role, Vocabulary};
use crate::ground::Money;
use crate::payslip::{ElementId, LineKind, PaidCode};
use crate::rules::pack::{CauseRole, Pack};
use crate::rules::plan::{Law, Plan};
use std::collections::BTreeMap;

/// Which share of a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Share {
    Employee,
    Employer,
}

/// One change of one line for one cause. `cause` is an index in the pack's list of causes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    pub code: PaidCode,
    pub share: Share,
    pub cause: u16,
    pub before: Money,
    pub after: Money,
}

impl Change {
    pub fn change(&self) -> Money {
        self.after - self.before
    }
}

/// Lines as the walk compares them: both shares by code.
pub type Amounts = BTreeMap<PaidCode, (Money, Money)>;

/// The plans of a walk: one after each cause of the pack that changes law or settings between the two months.
pub struct Road {
    /// For each cause, in the pack's order: the plan in force once the cause has been walked, and whether the cause changes law.
    pub plans: Vec<(usize, bool)>,
    pub list: Vec<Plan>,
    /// Index of the cause under which the calendar changes.
    pub calendar: usize,
    /// What changed in law under each cause, for the report: parameter ids.
    pub law_changes: Vec<Vec<usize>>,
    /// Tables of which others are in force, under each cause.
    pub table_changes: Vec<Vec<usize>>,
    /// Amounts of an employee that move with a value of the pack.
    pub follows: Vec<(crate::facts::FactId, u16)>,
    /// Facts of one month that are a value of the pack, where nothing gives them.
    pub worked_out: Vec<(crate::facts::FactId, u16)>,
    /// Last month as the law had it, when it was paid on the law of before.
    pub due: Option<Plan>,
    /// The values that it was paid without.
    pub late: Vec<Late>,
    /// Whether this month pays what they come to.
    pub settles: bool,
    /// Facts that the law moves for everybody between the two months.
    pub raises: Vec<Raise>,
    /// Months before the last that a change reaches back to, nearest first.
    pub gone: Vec<Gone>,
    /// Whether a month of which nothing survived is paid as if it had been paid as the last one.
    pub assumes: bool,
}

impl Road {
    /// Builds the plans between two laws. `None` when one of them does not compile, which `Pack::plan` has reported.
    pub fn build(pack: &Pack, last: &Law, this: &Law) -> Option<Self> {
        let position = |code: &str| pack.causes.iter().position(|c| c.0 == code);
        let fallback = pack.cause_for(CauseRole::Consequence).unwrap_or_else(|| pack.causes.len().saturating_sub(1));
        let calendar = pack.cause_for(CauseRole::Calendar).unwrap_or(fallback);
        let rates = pack.cause_for(CauseRole::Rates).unwrap_or(fallback);
        let mut law = last.clone();
        let mut list = vec![pack.plan(&law).0?];
        let mut plans = Vec::new();
        let mut law_changes = Vec::new();
        let mut table_changes = Vec::new();
        for (i, (code, _)) in pack.causes.iter().enumerate() {
            let of = |cause: &str| position(cause).unwrap_or(fallback) == i && (cause == code || position(cause).is_none());
            let mut changed = Vec::new();
            for (p, parameter) in pack.parameters.iter().enumerate() {
                if of(&parameter.cause) && law.parameters[p] != this.parameters[p] {
                    law.parameters[p] = this.parameters[p];
                    changed.push(p);
                }
            }
            let mut any = !changed.is_empty();
            let mut tables = Vec::new();
            for (s, setting) in pack.settings.iter().enumerate() {
                if of(&setting.cause) && law.settings[s] != this.settings[s] {
                    law.settings[s] = this.settings[s].clone();
                    any = true;
                }
            }
            for (t, table) in pack.tables.iter().enumerate() {
                if of(&table.cause) && law.tables_on[t] != this.tables_on[t] {
                    let before = pack.brackets(t, &law);
                    law.tables_on[t] = this.tables_on[t];
                    if pack.brackets(t, &law) != before {
                        any = true;
                        tables.push(t);
                    }
                }
            }
            if i == rates && law.versions_on != this.versions_on {
                any |= !pack.same_versions(law.versions_on, this.versions_on);
                law.versions_on = this.versions_on;
            }
            if i == calendar && law.context != this.context {
                law.context = this.context;
                any = true;
            }
            // The plan after the last cause must be this month's even when only its day is new.
            if any || (i + 1 == pack.causes.len() && law == *this) {
                let before = &list[list.len() - 1];
                let next = pack.plan_beside(&law, before)?.departing_from(before);
                list.push(next);
            }
            plans.push((list.len() - 1, any));
            law_changes.push(changed);
            table_changes.push(tables);
        }
        (law == *this).then_some(())?;
        let value = |name: &str| pack.values.iter().position(|v| v.id == name).map(|i| i as u16);
        let worked_out = pack.vocabulary.iter().filter_map(|(id, d)| Some((id, value(d.worked_out.as_deref()?)?))).collect();
        let follows = pack.vocabulary.iter().filter_map(|(id, d)| Some((id, value(d.follows.as_deref()?)?))).collect();
        Some(Self {
            plans,
            list,
            calendar,
            law_changes,
            table_changes,
            follows,
            worked_out,
            due: None,
            late: Vec::new(),
            settles: false,
            raises: raise::between(pack, &last.context, &this.context),
            gone: Vec::new(),
            assumes: false,
        })
    }

    pub fn last(&self) -> &Plan {
        &self.list[0]
    }
    pub fn this(&self) -> &Plan {
        self.list.last().unwrap_or(&self.list[0])
    }
}

/// One employee as the walk sees a month.
pub struct Month<'m> {
    pub facts: &'m Facts,
    pub adjust: &'m [Adjust],
    pub unknown: &'m [(PaidCode, LineKind, Money, Money)],
}

/// The lines that a state holds, and those without a rule.
pub fn collect(state: &State, unknown: &[(PaidCode, LineKind, Money, Money)]) -> Amounts {
    let mut out: Amounts = state
        .results
        .iter()
        .enumerate()
        .filter_map(|(i, c)| c.map(|c| (i, c)))
        .filter(|(_, c)| c.stop.is_none() && !(c.amount.is_zero() && c.employer_amount.is_zero()))
        .map(|(i, c)| (PaidCode::Element(ElementId(i as u16)), (c.amount, c.employer_amount)))
        .collect();
    for (code, _, a, e) in unknown {
        let slot = out.entry(*code).or_insert((Money::ZERO, Money::ZERO));
        slot.0 += *a;
        slot.1 += *e;
    }
    out
}

fn compare(before: &Amounts, after: &Amounts, cause: u16, out: &mut Vec<Change>) {
    let (mut was, mut is) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let code = match (was.peek(), is.peek()) {
            (Some(x), Some(y)) => x.0.min(y.0),
            (Some(x), None) => x.0,
            (None, Some(y)) => y.0,
            (None, None) => return,
        };
        let a = was.next_if(|x| x.0 == code).map(|x| *x.1).unwrap_or_default();
        let b = is.next_if(|y| y.0 == code).map(|y| *y.1).unwrap_or_default();
        if a.0 != b.0 {
            out.push(Change { code: *code, share: Share::Employee, cause, before: a.0, after: b.0 });
        }
        if a.1 != b.1 {
            out.push(Change { code: *code, share: Share::Employer, cause, before: a.1, after: b.1 });
        }
    }
}

/// A change of a fact between the months, under its cause.
#[derive(Clone, Debug)]
pub struct FactChange {
    pub cause: u16,
    pub fact: crate::facts::FactId,
    pub before: Option<Fact>,
    pub after: Option<Fact>,
}

/// How facts differ, in the order of the walk. A fact of one month only ends under one cause and begins under another.
pub fn fact_changes(pack: &Pack, vocabulary: &Vocabulary, last: &Facts, this: &Facts) -> Vec<FactChange> {
    let position = |code: &str| {
        pack.causes
            .iter()
            .position(|c| c.0 == code)
            .or_else(|| pack.cause_for(CauseRole::Consequence))
            .unwrap_or_else(|| pack.causes.len().saturating_sub(1)) as u16
    };
    let mut out = Vec::new();
    for (a, b) in last.beside(this) {
        let Some(id) = a.or(b).map(|f| f.id) else { continue };
        let decl = vocabulary.get(id);
        if matches!(decl.kind, crate::facts::FactKind::Text) {
            continue;
        }
        let empty = |f: Option<&Fact>| f.is_none_or(|f| f.value.number().is_some_and(crate::ground::Exact::is_zero));
        if a.map(|f| &f.value) == b.map(|f| &f.value) && decl.recurs {
            continue;
        }
        let own = |code: &str, after: Option<&Fact>| match pack.cause_for(CauseRole::Override) {
            // What a person set stands under its own cause; who comes or goes does so whoever says it.
            Some(manual) if after.is_some_and(|f| f.origin == Origin::Decided) && !matches!(decl.role, Some(Role::Entry | Role::Exit)) => {
                manual as u16
            }
            Some(_) | None => position(code),
        };
        let one = |code: &str, before: Option<&Fact>, after: Option<&Fact>| FactChange {
            cause: own(code, after),
            fact: id,
            before: before.cloned(),
            after: after.cloned(),
        };
        if !decl.recurs {
            if a.is_some() {
                out.push(one(&decl.causes.end, a, None));
            }
            if b.is_some() {
                out.push(one(&decl.causes.start, None, b));
            }
        } else if empty(a) && !empty(b) {
            out.push(one(&decl.causes.start, a, b));
        } else if !empty(a) && empty(b) {
            out.push(one(&decl.causes.end, a, b));
        } else {
            out.push(one(&decl.causes.change, a, b));
        }
    }
    out.sort_by_key(|c| (c.cause, c.after.is_some(), c.fact));
    out
}

/// Walks one employee from what was paid to this month. The state is left as this month's computation leaves it.
///
/// What replay left is `arrondi`, at most a cent per line, or `estimation`; `settled` is the cause of lines that only this
/// month could be made.
#[expect(clippy::too_many_arguments, reason = "two months and what lies between them")]
pub fn walk(
    pack: &Pack,
    road: &Road,
    state: &mut State,
    paid: &Amounts,
    last: &Month<'_>,
    this: &Month<'_>,
    changes: &[FactChange],
    settled: Option<u16>,
) -> Vec<Change> {
    let extra = |m: &Month<'_>| m.unknown.iter().map(|u| (u.1, u.2, u.3)).collect::<Vec<_>>();
    let cause = |role| pack.cause_for(role).unwrap_or(0) as u16;
    let mut out = Vec::new();
    let before_extra = extra(last);
    state.run(road.last(), last.facts, Pins::Adjusted(last.adjust), &before_extra);
    let mut now = collect(state, last.unknown);
    let mut left = Vec::new();
    compare(paid, &now, cause(CauseRole::Rounding), &mut left);
    for mut c in left {
        if c.change().abs().cents() > 1 {
            // A line that never comes twice has ended, whether or not a rule could make it.
            let once = matches!(c.code, PaidCode::Element(e) if pack.elements.get(e.index()).is_some_and(|x| !x.card.recurs));
            c.cause = cause(if once && c.after.is_zero() { CauseRole::OneOffEnded } else { CauseRole::Estimate });
        }
        out.push(c);
    }
    let mut facts = last.facts.clone();
    let mut at = 0;
    for (i, (plan, law)) in road.plans.iter().enumerate() {
        let start = at;
        while at < changes.len() && usize::from(changes[at].cause) == i {
            let c = &changes[at];
            match &c.after {
                Some(f) => {
                    facts.set(f.clone());
                }
                None => {
                    facts.remove(c.fact);
                }
            }
            at += 1;
        }
        if at == start && !law {
            continue;
        }
        state.run(&road.list[*plan], &facts, Pins::Adjusted(last.adjust), &before_extra);
        let next = collect(state, last.unknown);
        compare(&now, &next, i as u16, &mut out);
        now = next;
    }
    if last.unknown != this.unknown {
        // Lines without a rule that belonged to last month only.
        state.run(road.this(), &facts, Pins::Adjusted(last.adjust), &extra(this));
        let next = collect(state, this.unknown);
        compare(&now, &next, cause(CauseRole::OneOffEnded), &mut out);
        now = next;
    }
    if last.adjust != this.adjust {
        state.run(road.this(), this.facts, Pins::Adjusted(this.adjust), &extra(this));
        let next = collect(state, this.unknown);
        compare(&now, &next, settled.unwrap_or_else(|| cause(CauseRole::Estimate)), &mut out);
    } else {
        // The same numbers as the last step; the places of the facts may be newer.
        state.run(road.this(), this.facts, Pins::Adjusted(this.adjust), &extra(this));
        debug_assert_eq!(collect(state, this.unknown), now, "the walk ends at this month's payslip");
    }
    out
}

/// Every line under one cause: an arrival, a departure.
pub fn whole(before: &Amounts, after: &Amounts, cause: u16) -> Vec<Change> {
    let mut out = Vec::new();
    compare(before, after, cause, &mut out);
    out
}

/// What was paid, by code.
pub fn paid_amounts<'l>(lines: impl IntoIterator<Item = &'l crate::payslip::PaidLine>) -> Amounts {
    let mut out = Amounts::new();
    for l in lines {
        let slot = out.entry(l.code).or_insert((Money::ZERO, Money::ZERO));
        slot.0 += l.amount;
        slot.1 += l.employer_amount;
    }
    out.retain(|_, v| !(v.0.is_zero() && v.1.is_zero()));
    out
}
