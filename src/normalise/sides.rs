//! Gain or deduction, where the register does not tell: the agents' own totals decide.
//!
//! In: lines with amounts as written, the kind of each code, totals of the agents. Out: a sign per code, and
//! which codes no total could decide.

use crate::normalise::mapping::{CodeTarget, Payer, Rubrics};
use crate::payslip::{LineKind, PaidCode, PaidSlip};
use std::collections::BTreeMap;

/// Agents looked at; signs do not change along a register.
const LOOKED_AT: usize = 20_000;

/// How a code's written amounts act on the agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sign {
    /// 1, -1, or 0 for a line of information.
    pub factor: i64,
    pub how: How,
}

/// What a sign rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// The rule of the element, and no total speaks against it.
    Kind,
    /// The agents' totals come out only so.
    Totals,
    /// Nothing decides.
    Open,
}

/// Which sums a line may belong to, a bit each.
type Stages = u8;
const GROSS: Stages = 1;
const BEFORE_TAX: Stages = 2;
const NET: Stages = 4;
const ANY: Stages = GROSS | BEFORE_TAX | NET;

const fn stage(kind: LineKind) -> Stages {
    match kind {
        LineKind::Earning => GROSS,
        LineKind::Deduction | LineKind::Employer => BEFORE_TAX,
        LineKind::Tax | LineKind::Net => NET,
    }
}

/// An equation: what the lines of these stages must sum to.
struct Equation {
    target: i64,
    stages: Stages,
    terms: Vec<(usize, i64)>,
}

/// A factor per code, and the sums it stands in: for a code that no element stands for, those of the equation that placed it.
struct Signs {
    factors: Vec<i64>,
    placed: Vec<Stages>,
}

impl Signs {
    /// What a code's amount counts for in an equation.
    fn of(&self, i: usize, e: &Equation) -> i64 {
        if self.placed[i] & e.stages == 0 { 0 } else { self.factors[i] }
    }
    fn gap(&self, e: &Equation) -> i64 {
        e.target - e.terms.iter().map(|(i, a)| self.of(*i, e) * a).sum::<i64>()
    }
}

fn equations(slip: &PaidSlip, stages: &[Option<Stages>]) -> Vec<Equation> {
    let total = |t: Option<(crate::ground::Money, crate::ground::At)>| t.map(|(m, _)| m.cents());
    let (gross, before, net) = (total(slip.gross), total(slip.net_before_tax), total(slip.net_paid));
    let equation = |target: i64, of: Stages| -> Equation {
        let terms = slip
            .lines
            .iter()
            .filter_map(|l| {
                let PaidCode::Unknown(i) = l.code else { return None };
                let s = stages[usize::from(i)]?;
                (s & of != 0).then_some((usize::from(i), l.amount.cents()))
            })
            .collect();
        Equation { target, stages: of, terms }
    };
    match (gross, before, net) {
        (Some(g), Some(b), _) => {
            let mut all = vec![equation(g, GROSS), equation(b - g, BEFORE_TAX)];
            all.extend(net.map(|n| equation(n - b, NET)));
            all
        }
        (Some(g), None, Some(n)) => vec![equation(g, GROSS), equation(n - g, BEFORE_TAX | NET)],
        (None, Some(b), Some(n)) => vec![equation(b, GROSS | BEFORE_TAX), equation(n - b, NET)],
        (None, None, Some(n)) => vec![equation(n, ANY)],
        (Some(g), None, None) => vec![equation(g, GROSS)],
        (None, Some(b), None) => vec![equation(b, GROSS | BEFORE_TAX)],
        (None, None, None) => Vec::new(),
    }
}

/// Codes that stand in an equation that comes out.
fn proven(all: &[Equation], signs: &Signs) -> Vec<bool> {
    let mut proven = vec![false; signs.factors.len()];
    for e in all.iter().filter(|e| signs.gap(e) == 0) {
        e.terms.iter().filter(|(i, a)| *a != 0 && signs.placed[*i] & e.stages != 0).for_each(|(i, _)| proven[*i] = true);
    }
    // A code that no sum needs, and none misses: information.
    for (i, p) in proven.iter_mut().enumerate().filter(|(i, _)| signs.placed[*i] == 0) {
        let mut of_code = all.iter().filter(|e| e.terms.iter().any(|(j, a)| *j == i && *a != 0)).peekable();
        *p = of_code.peek().is_some() && of_code.all(|e| signs.gap(e) == 0);
    }
    proven
}

/// Codes that only ever stand together (the parts of one absence): turned as a group, where one group alone makes the
/// equation come out.
fn together(all: &[Equation], first: &[i64], signs: &mut Signs) {
    for _ in 0..10 {
        let sure = proven(all, signs);
        let mut votes: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
        for e in all {
            let gap = signs.gap(e);
            let mut sums: BTreeMap<usize, i64> = BTreeMap::new();
            for (i, a) in e.terms.iter().filter(|(i, _)| !sure[*i] && first[*i] != 0) {
                *sums.entry(*i).or_default() += a;
            }
            if gap == 0 || sums.len() < 2 || sums.len() > 10 {
                continue;
            }
            let sums: Vec<(usize, i64)> = sums.into_iter().collect();
            let closes = |mask: &u32| -> bool {
                let turned: i64 =
                    sums.iter().enumerate().filter(|(b, _)| mask & (1 << b) != 0).map(|(_, (i, a))| -2 * signs.factors[*i] * a).sum();
                turned == gap
            };
            let masks: Vec<u32> = (1..1_u32 << sums.len()).filter(closes).collect();
            if let [only] = masks.as_slice() {
                let group = sums.iter().enumerate().filter(|(b, _)| only & (1 << b) != 0).map(|(_, (i, _))| *i).collect();
                *votes.entry(group).or_insert(0) += 1;
            }
        }
        let Some((group, _)) = votes.into_iter().max_by_key(|(g, n)| (*n, std::cmp::Reverse(g.clone()))) else { return };
        group.iter().for_each(|i| signs.factors[*i] = -signs.factors[*i]);
    }
}

/// Decides the sign of every local code. Where the register has `told` the sides, only what a sum of the agent counts is asked.
pub fn decide<'a>(slips: impl Iterator<Item = &'a PaidSlip> + Clone, targets: &[CodeTarget], rubrics: &Rubrics, told: bool) -> Vec<Sign> {
    let kinds: Vec<Option<LineKind>> = targets
        .iter()
        .map(|t| match t {
            CodeTarget::Element(e, _) => rubrics.get(*e).map(|r| r.kind),
            CodeTarget::Total(_) | CodeTarget::Skipped | CodeTarget::Open => None,
        })
        .collect();
    let stages: Vec<Option<Stages>> = targets
        .iter()
        .zip(&kinds)
        .map(|(t, k)| match t {
            CodeTarget::Element(_, Payer::Employer) | CodeTarget::Total(_) | CodeTarget::Skipped => None,
            CodeTarget::Element(_, Payer::Agent) => k.map(stage),
            CodeTarget::Open => Some(ANY),
        })
        .collect();
    let takes = |t: &CodeTarget| matches!(t, CodeTarget::Element(e, _) if rubrics.get(*e).is_some_and(|r| r.takes));
    // Amounts of a code below zero and above it.
    let mut written: Vec<(u32, u32)> = vec![(0, 0); targets.len()];
    for l in slips.clone().take(LOOKED_AT).flat_map(|s| &s.lines) {
        if let PaidCode::Unknown(i) = l.code {
            let (below, above) = &mut written[usize::from(i)];
            *below += u32::from(l.amount.is_negative());
            *above += u32::from(l.amount.cents() > 0);
        }
    }
    // Contributions written as negative amounts: the register signs what it shows, and nothing is to be turned first.
    let of_contributions = kinds.iter().zip(&written).filter(|(k, _)| **k == Some(LineKind::Deduction)).map(|(_, w)| w);
    let (below, above) = of_contributions.fold((0, 0), |(b, a), w| (b + w.0, a + w.1));
    let signed = told || below > above;
    // Elsewhere an amount goes the way of its rule; one written with a minus goes against the side that its kind stands on.
    let by_rule = |((t, k), (below, above)): ((&CodeTarget, &Option<LineKind>), &(u32, u32))| match k {
        Some(_) if signed => 1,
        Some(LineKind::Earning | LineKind::Net) if below > above => 1,
        Some(_) if below > above || takes(t) => -1,
        Some(_) => 1,
        None => 0,
    };
    let factors: Vec<i64> = targets.iter().zip(&kinds).zip(&written).map(by_rule).collect();
    let first = factors.clone();
    let all: Vec<Equation> = slips.take(LOOKED_AT).flat_map(|s| equations(s, &stages)).collect();
    let placed = stages.iter().zip(&kinds).map(|(s, k)| if k.is_some() { s.unwrap_or(0) } else { 0 }).collect();
    let mut signs = Signs { factors, placed };
    for _ in 0..60 {
        // Votes for giving a code another factor, from equations that come out with that one change.
        let mut votes: BTreeMap<(usize, i64, Stages), u32> = BTreeMap::new();
        let mut present: Vec<u32> = vec![0; signs.factors.len()];
        for e in &all {
            let gap = signs.gap(e);
            if gap == 0 {
                continue;
            }
            for (n, (i, a)) in e.terms.iter().enumerate() {
                let elsewhere = signs.placed[*i] != 0 && signs.placed[*i] & e.stages == 0;
                if *a == 0 || elsewhere || e.terms[..n].iter().any(|(j, _)| j == i) {
                    continue;
                }
                present[*i] += 1;
                let same: i64 = e.terms.iter().filter(|(j, _)| j == i).map(|(_, a)| a).sum();
                let now = signs.of(*i, e);
                for factor in [-1_i64, 0, 1] {
                    let open = !told || (kinds[*i].is_none() && factor >= 0);
                    if open && factor != now && (factor != 0 || first[*i] == 0) && (factor - now) * same == gap {
                        *votes.entry((*i, factor, e.stages)).or_insert(0) += 1;
                    }
                }
            }
        }
        let winner = votes
            .into_iter()
            .filter(|((i, _, _), v)| *v * 2 > present[*i])
            .max_by_key(|((i, f, s), v)| (*v, std::cmp::Reverse((*i, *f, *s))));
        let Some(((i, factor, of), _)) = winner else { break };
        signs.factors[i] = factor;
        if kinds[i].is_none() {
            signs.placed[i] = if factor == 0 { 0 } else { of };
        }
    }
    if !told {
        together(&all, &first, &mut signs);
    }
    let proven = proven(&all, &signs);
    let factors = signs.factors;
    (0..factors.len())
        .map(|i| {
            let how = match (proven[i], kinds[i]) {
                (true, _) if factors[i] != first[i] || kinds[i].is_none() => How::Totals,
                (true, _) | (false, Some(_)) => How::Kind,
                (false, None) => How::Open,
            };
            Sign { factor: factors[i], how }
        })
        .collect()
}
