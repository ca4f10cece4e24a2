//! Rubrics beside the net that are one share of what those who have them are paid: contributions of the employer under names that
//! nobody knows. A sum since January, a ceiling or a count of hours is no such share.

use super::super::Ready;
use super::{LOOKED_AT, SEVERAL, with};
use crate::compute::calibrate::quotients;
use crate::compute::eval::State;
use crate::compute::replay::Hidden;
use crate::ground::{At, Exact};
use crate::normalise::join::Person;
use crate::payslip::{ElementId, PaidCode, PaidLine};
use crate::rules::bind::SettingValue;
use std::collections::{BTreeMap, BTreeSet};

/// What a rubric comes to for everybody who has it.
pub(super) struct Share {
    pub(super) rate: Exact,
    pub(super) agents: usize,
    pub(super) at: At,
    /// Elements of a base that it is this share of, whose rate nobody knows and which nobody was paid.
    pub(super) may_be: Vec<ElementId>,
}

/// Whoever has a rubric once, with his line of it.
fn having(ready: &Ready, u: u16) -> Vec<(&Person, &PaidLine)> {
    let all = ready.inputs.people.values().map(AsRef::as_ref);
    all.filter_map(|p: &Person| Some((p, line_of(p, u)?))).take(LOOKED_AT).collect()
}

fn line_of(p: &Person, u: u16) -> Option<&PaidLine> {
    let mut of = p.paid.iter().flat_map(|s| &s.lines).filter(|l| l.code == PaidCode::Unknown(u) && l.period.is_none());
    of.next().filter(|l| !l.employer_amount.is_zero() && of.next().is_none())
}

/// The share that a rubric is, where it is one.
pub(super) fn share(ready: &Ready, u: u16) -> Option<Share> {
    let lines = having(ready, u);
    let amounts: BTreeSet<i64> = lines.iter().map(|(_, l)| l.employer_amount.cents()).collect();
    if lines.len() < SEVERAL || amounts.len() < 2 {
        return None;
    }
    let shown = |(_, l): &(&Person, &PaidLine)| {
        let (base, rate) = (l.base?, l.employer_rate.or(l.rate)?);
        let amount = base.mul(rate)?.scaled_half_up(100)?;
        ((amount.abs() - l.employer_amount.cents().abs()).abs() <= 1).then_some(rate)
    };
    let shown = agreed(lines.iter().filter_map(shown).map(|r| vec![(r, 1)]), lines.len());
    let fits: Vec<(ElementId, Exact)> = unset(ready).into_iter().filter_map(|e| Some((e, of_base(ready, u, e, &lines)?))).collect();
    let rate = shown.or_else(|| fits.first().map(|f| f.1))?;
    let may_be = fits.into_iter().filter(|f| f.1 == rate).map(|f| f.0).collect();
    Some(Share { rate, agents: lines.len(), at: lines[0].1.at, may_be })
}

/// Elements with a rate of the employer's own that nobody has set, and that nobody was paid.
fn unset(ready: &Ready) -> Vec<ElementId> {
    let nought = |v: &SettingValue| matches!(v, SettingValue::Number(n) if n.is_zero());
    let settings = ready.pack.settings.iter().zip(&ready.road.last().settings).filter(|(_, v)| nought(v));
    let element = |name: &str| Some(ElementId(u16::try_from(ready.pack.element(name)?).ok()?));
    let of = settings.filter_map(|(s, _)| element(s.evidence.strip_suffix(".employer_rate")?));
    let paid = |e: &ElementId| {
        let mut lines = ready.inputs.people.values().flat_map(|p| p.paid.iter()).flat_map(|s| &s.lines);
        lines.any(|l| l.code == PaidCode::Element(*e))
    };
    of.filter(|e| !paid(e)).collect()
}

/// The share of an element's base that the rubric is for all who have it, where hardly anybody else has that base.
fn of_base(ready: &Ready, u: u16, e: ElementId, lines: &[(&Person, &PaidLine)]) -> Option<Exact> {
    let machine = ready.machine();
    let mut state = State::new(machine.road.last());
    let mut base = |p: &Person| {
        let slip = p.paid.as_ref()?;
        let lines = with(&slip.lines, &BTreeMap::from([(u, e)]));
        machine.replay_lines(&mut state, &machine.then(&p.known, &p.then), &p.alternatives, &lines, Hidden::of(slip));
        state.results[e.index()].filter(|c| c.stop.is_none()).and_then(|c| c.base).filter(|b| !b.is_zero())
    };
    let rates: Vec<Vec<(Exact, i64)>> = lines.iter().filter_map(|(p, l)| Some(quotients(l.employer_amount.exact(), base(p)?))).collect();
    let rate = agreed(rates.into_iter(), lines.len())?;
    let has = |p: &&Person| p.paid.iter().flat_map(|s| &s.lines).any(|l| l.code == PaidCode::Unknown(u));
    let others = ready.inputs.people.values().map(AsRef::as_ref).filter(|p: &&Person| p.paid.as_ref().is_some_and(|s| !s.bare) && !has(p));
    let besides = others.take(LOOKED_AT).filter(|p| base(p).is_some()).count();
    (besides * 5 <= lines.len()).then_some(rate)
}

/// The rate that nine in ten agree on, the shortest of those that as many do; below a half, as contributions are.
fn agreed(rates: impl Iterator<Item = Vec<(Exact, i64)>>, of: usize) -> Option<Exact> {
    let mut counts: BTreeMap<Exact, (usize, i64)> = BTreeMap::new();
    for (rate, scale) in rates.flatten() {
        let (count, shortest) = counts.entry(rate.reduced()).or_insert((0, scale));
        *count += 1;
        *shortest = (*shortest).min(scale);
    }
    let (rate, (count, _)) = counts.into_iter().max_by_key(|(_, (count, scale))| (*count, std::cmp::Reverse(*scale)))?;
    let below = rate.is_positive() && rate.mul(Exact::int(2)).is_some_and(|r| r < Exact::ONE);
    (below && count * 10 >= of * 9).then_some(rate)
}
