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
    /// The kind of the element, and no total speaks against it.
    Kind,
    /// The agents' totals come out only so.
    Totals,
    /// Nothing decides.
    Open,
}

/// Which sum a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Gross,
    BeforeTax,
    Net,
    Any,
}

const fn stage(kind: LineKind) -> Stage {
    match kind {
        LineKind::Earning => Stage::Gross,
        LineKind::Deduction | LineKind::Employer => Stage::BeforeTax,
        LineKind::Tax | LineKind::Net => Stage::Net,
    }
}

/// An equation: what the lines of these stages must sum to.
struct Equation {
    target: i64,
    terms: Vec<(usize, i64)>,
}

fn equations(slip: &PaidSlip, stages: &[Option<Stage>]) -> Vec<Equation> {
    let total = |t: Option<(crate::ground::Money, crate::ground::At)>| t.map(|(m, _)| m.cents());
    let (gross, before, net) = (total(slip.gross), total(slip.net_before_tax), total(slip.net_paid));
    let terms = |of: &[Stage]| -> Vec<(usize, i64)> {
        slip.lines
            .iter()
            .filter_map(|l| {
                let PaidCode::Unknown(i) = l.code else { return None };
                let s = stages[usize::from(i)]?;
                (of.contains(&s) || s == Stage::Any).then_some((usize::from(i), l.amount.cents()))
            })
            .collect()
    };
    let mut all = Vec::new();
    match (gross, before, net) {
        (Some(g), Some(b), _) => {
            all.push(Equation { target: g, terms: terms(&[Stage::Gross]) });
            all.push(Equation { target: b - g, terms: terms(&[Stage::BeforeTax]) });
            if let Some(n) = net {
                all.push(Equation { target: n - b, terms: terms(&[Stage::Net]) });
            }
        }
        (Some(g), None, Some(n)) => {
            all.push(Equation { target: g, terms: terms(&[Stage::Gross]) });
            all.push(Equation { target: n - g, terms: terms(&[Stage::BeforeTax, Stage::Net]) });
        }
        (None, Some(b), Some(n)) => {
            all.push(Equation { target: b, terms: terms(&[Stage::Gross, Stage::BeforeTax]) });
            all.push(Equation { target: n - b, terms: terms(&[Stage::Net]) });
        }
        (None, None, Some(n)) => all.push(Equation { target: n, terms: terms(&[Stage::Gross, Stage::BeforeTax, Stage::Net]) }),
        (Some(g), None, None) => all.push(Equation { target: g, terms: terms(&[Stage::Gross]) }),
        (None, Some(b), None) => all.push(Equation { target: b, terms: terms(&[Stage::Gross, Stage::BeforeTax]) }),
        (None, None, None) => {}
    }
    all
}

/// Codes that stand in an equation that comes out.
fn proven(all: &[Equation], factors: &[i64]) -> Vec<bool> {
    let mut proven = vec![false; factors.len()];
    for e in all {
        let sum: i64 = e.terms.iter().map(|(i, a)| factors[*i] * a).sum();
        if sum == e.target {
            e.terms.iter().filter(|(_, a)| *a != 0).for_each(|(i, _)| proven[*i] = true);
        }
    }
    proven
}

/// Codes that only ever stand together (the parts of one absence): turned as a group, where one group alone makes the
/// equation come out.
fn together(all: &[Equation], first: &[i64], factors: &mut [i64]) {
    for _ in 0..10 {
        let sure = proven(all, factors);
        let mut votes: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
        for e in all {
            let gap = e.target - e.terms.iter().map(|(i, a)| factors[*i] * a).sum::<i64>();
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
                    sums.iter().enumerate().filter(|(b, _)| mask & (1 << b) != 0).map(|(_, (i, a))| -2 * factors[*i] * a).sum();
                turned == gap
            };
            let masks: Vec<u32> = (1..1_u32 << sums.len()).filter(closes).collect();
            if let [only] = masks.as_slice() {
                let group = sums.iter().enumerate().filter(|(b, _)| only & (1 << b) != 0).map(|(_, (i, _))| *i).collect();
                *votes.entry(group).or_insert(0) += 1;
            }
        }
        let Some((group, _)) = votes.into_iter().max_by_key(|(g, n)| (*n, std::cmp::Reverse(g.clone()))) else { return };
        group.iter().for_each(|i| factors[*i] = -factors[*i]);
    }
}

/// Decides the sign of every local code.
pub fn decide<'a>(slips: impl Iterator<Item = &'a PaidSlip> + Clone, targets: &[CodeTarget], rubrics: &Rubrics) -> Vec<Sign> {
    let kinds: Vec<Option<LineKind>> = targets
        .iter()
        .map(|t| match t {
            CodeTarget::Element(e, _) => rubrics.get(*e).map(|r| r.kind),
            CodeTarget::Total(_) | CodeTarget::Skipped | CodeTarget::Open => None,
        })
        .collect();
    let stages: Vec<Option<Stage>> = targets
        .iter()
        .zip(&kinds)
        .map(|(t, k)| match t {
            CodeTarget::Element(_, Payer::Employer) | CodeTarget::Total(_) | CodeTarget::Skipped => None,
            CodeTarget::Element(_, Payer::Agent) => k.map(stage),
            CodeTarget::Open => Some(Stage::Any),
        })
        .collect();
    let mut factors: Vec<i64> = kinds
        .iter()
        .map(|k| match k {
            Some(LineKind::Earning) => 1,
            Some(LineKind::Deduction | LineKind::Employer | LineKind::Tax | LineKind::Net) => -1,
            None => 0,
        })
        .collect();
    // Contributions written as negative amounts: the register signs what it shows, and nothing is to be turned first.
    let (mut below, mut above) = (0_u32, 0_u32);
    for l in slips.clone().take(LOOKED_AT).flat_map(|s| &s.lines) {
        if let PaidCode::Unknown(i) = l.code
            && kinds[usize::from(i)] == Some(LineKind::Deduction)
        {
            below += u32::from(l.amount.is_negative());
            above += u32::from(l.amount.cents() > 0);
        }
    }
    if below > above {
        factors.iter_mut().filter(|f| **f != 0).for_each(|f| *f = 1);
    }
    let first = factors.clone();
    let all: Vec<Equation> = slips.take(LOOKED_AT).flat_map(|s| equations(s, &stages)).collect();
    for _ in 0..60 {
        // Votes for giving a code another factor, from equations that come out with that one change.
        let mut votes: Vec<[u32; 3]> = vec![[0; 3]; factors.len()];
        let mut present: Vec<u32> = vec![0; factors.len()];
        for e in &all {
            let sum: i64 = e.terms.iter().map(|(i, a)| factors[*i] * a).sum();
            let gap = e.target - sum;
            for (i, a) in &e.terms {
                if *a == 0 {
                    continue;
                }
                present[*i] += u32::from(gap != 0);
                let same: i64 = e.terms.iter().filter(|(j, _)| j == i).map(|(_, a)| a).sum();
                for (slot, factor) in [-1_i64, 0, 1].into_iter().enumerate() {
                    if gap != 0 && factor != factors[*i] && (factor != 0 || first[*i] == 0) && (factor - factors[*i]) * same == gap {
                        votes[*i][slot] += 1;
                    }
                }
            }
        }
        let winner = (0..factors.len())
            .flat_map(|i| [(-1_i64, 0_usize), (0, 1), (1, 2)].map(|(f, s)| (votes[i][s], i, f)))
            .filter(|(v, i, _)| *v > 0 && *v * 2 > present[*i])
            .max_by_key(|(v, i, _)| (*v, std::cmp::Reverse(*i)));
        let Some((_, i, f)) = winner else { break };
        factors[i] = f;
    }
    together(&all, &first, &mut factors);
    let proven = proven(&all, &factors);
    (0..factors.len())
        .map(|i| {
            let how = match (proven[i], kinds[i]) {
                (true, _) if factors[i] != first[i] || kinds[i].is_none() => How::Totals,
                (true, _) | (false, Some(LineKind::Earning | LineKind::Deduction | LineKind::Employer | LineKind::Tax)) => How::Kind,
                (false, Some(LineKind::Net) | None) => How::Open,
            };
            Sign { factor: factors[i], how }
        })
        .collect()
}
