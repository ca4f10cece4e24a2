//! The employer's settings, found again from last month's payslips alone.
//!
//! Each setting is tried in every alternative, the others as they stand; an employee whose exact lines change votes for
//! the alternative that gives most. Lines are recomputed from what was paid above them, so settings hardly disturb one
//! another; passes go on until nothing moves. Where nobody votes, or votes are split, nothing is chosen.

use crate::compute::eval::{State, Stop};
use crate::compute::rates;
use crate::compute::replay::{Replay, ReplayLine, Replayed, Verdict};
use crate::facts::{Fact, Facts};
use crate::ground::{Exact, Money};
use crate::payslip::{Catalogue, LineKind, PaidCode, PaidLine};
use crate::rules::Pack;
use crate::rules::bind::{Context, SettingValue};
use crate::rules::pack::SettingKind;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// One employee as calibration sees last month.
pub struct Witness<'w> {
    pub known: &'w Facts,
    pub alternatives: &'w [Fact],
    pub paid: &'w [PaidLine],
    pub arrears: &'w [PaidLine],
}

/// What last month says of one setting.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Index in the pack's settings.
    pub setting: usize,
    pub before: SettingValue,
    /// `None` where the evidence is absent or split.
    pub chosen: Option<SettingValue>,
    /// Each alternative with the employees who vote for it.
    pub votes: Vec<(SettingValue, u64)>,
    /// Employees whose lines tell the alternatives apart.
    pub deciding: u64,
}

/// Nine in ten of those who decide must agree.
const SHARE: u64 = 90;
const PASSES: usize = 4;

/// What calibration works with.
pub struct Calibration<'c> {
    pub pack: &'c Pack,
    pub catalogue: &'c Catalogue,
    pub unknown_kinds: &'c [LineKind],
    pub context: Context,
    pub witnesses: Vec<Witness<'c>>,
}

impl Calibration<'_> {
    /// Tries every setting; hands back what was found and the settings to use.
    pub fn run(&self, start: Vec<SettingValue>) -> (Vec<Finding>, Vec<SettingValue>) {
        let mut settings = start.clone();
        let mut found: BTreeMap<usize, Finding> = BTreeMap::new();
        for _ in 0..PASSES {
            let mut moved = false;
            for i in 0..self.pack.settings.len() {
                let alternatives = self.alternatives(i, &settings[i]);
                if alternatives.len() < 2 {
                    continue;
                }
                let f = self.vote(i, &settings, alternatives);
                if let Some(c) = &f.chosen
                    && *c != settings[i]
                {
                    settings[i] = c.clone();
                    moved = true;
                }
                found.insert(i, Finding { before: start[i].clone(), ..f });
            }
            if !moved {
                break;
            }
        }
        (found.into_values().collect(), settings)
    }

    /// What last month says of one setting, the others as they stand.
    pub fn ask(&self, i: usize, settings: &[SettingValue]) -> Finding {
        self.vote(i, settings, self.alternatives(i, &settings[i]))
    }

    /// What a setting may be: its options, yes and no, or the rates that last month's lines show.
    fn alternatives(&self, i: usize, now: &SettingValue) -> Vec<SettingValue> {
        let s = &self.pack.settings[i];
        match &s.kind {
            SettingKind::Choice(options) => options.iter().map(|o| SettingValue::Choice(o.0.clone())).collect(),
            SettingKind::Flag => vec![SettingValue::Flag(true), SettingValue::Flag(false)],
            SettingKind::Number(_) => {
                let mut seen: BTreeMap<Exact, u64> = BTreeMap::new();
                let mut intervals = Vec::new();
                for name in s.evidence.split(',').map(str::trim) {
                    let (element, field) = name.split_once('.').unwrap_or((name, "employer_rate"));
                    let Some(e) = self.pack.element(element) else { continue };
                    for l in self
                        .witnesses
                        .iter()
                        .flat_map(|w| w.paid)
                        .filter(|l| l.code == PaidCode::Element(crate::payslip::ElementId(e as u16)))
                    {
                        match (columns(l, field), l.base) {
                            ((Some(r), _), _) => *seen.entry(r).or_insert(0) += 1,
                            ((None, amount), Some(base)) => intervals.extend(rates::interval(amount, base)),
                            ((None, _), None) => {}
                        }
                    }
                }
                if let Some((r, n)) = rates::common(&intervals) {
                    *seen.entry(r).or_insert(0) += n;
                }
                let mut most: Vec<(u64, Exact)> = seen.into_iter().map(|(r, n)| (n, r)).collect();
                most.sort_by(|a, b| b.cmp(a));
                let mut out: Vec<SettingValue> = most.into_iter().take(4).map(|(_, r)| SettingValue::Number(r.reduced())).collect();
                for other in [now.clone(), SettingValue::Number(Exact::ZERO)] {
                    if !out.contains(&other) {
                        out.push(other);
                    }
                }
                out
            }
        }
    }

    fn vote(&self, i: usize, settings: &[SettingValue], alternatives: Vec<SettingValue>) -> Finding {
        let evidence = self.evidence(i);
        let scores: Vec<Vec<Score>> = alternatives
            .iter()
            .map(|a| {
                let mut tried = settings.to_vec();
                tried[i] = a.clone();
                self.scores(tried, &evidence)
            })
            .collect();
        let mut votes = vec![0_u64; alternatives.len()];
        let mut deciding = 0;
        for w in 0..self.witnesses.len() {
            let of: Vec<&Score> = scores.iter().filter_map(|s| s.get(w)).collect();
            if !is_evidence(&of) {
                continue;
            }
            let column: Vec<u64> = scores.iter().map(|s| s.get(w).map_or(0, |x| x.good)).collect();
            let (best, worst) = (column.iter().max().copied().unwrap_or(0), column.iter().min().copied().unwrap_or(0));
            if best == worst {
                continue;
            }
            deciding += 1;
            for (v, c) in votes.iter_mut().zip(&column) {
                *v += u64::from(*c == best);
            }
        }
        let top = votes.iter().max().copied().unwrap_or(0);
        let winners: Vec<usize> = (0..votes.len()).filter(|k| votes[*k] == top).collect();
        let clear = deciding > 0 && winners.len() == 1 && top * 100 >= deciding * SHARE;
        // A rate that a few lines show and most do not is no rate.
        let number = matches!(self.pack.settings[i].kind, SettingKind::Number(_));
        let fits = |k: usize| {
            let (exact, paid) = scores[k].iter().fold((0, 0), |(e, p), s| (e + s.shown.0, p + s.shown.1));
            !number || exact * 2 >= paid
        };
        Finding {
            setting: i,
            before: settings[i].clone(),
            chosen: (clear && fits(winners[0])).then(|| alternatives[winners[0]].clone()),
            votes: alternatives.into_iter().zip(votes).collect(),
            deciding,
        }
    }

    /// The elements whose lines settle a setting.
    fn evidence(&self, i: usize) -> Vec<usize> {
        let names = self.pack.settings[i].evidence.split(',').map(str::trim);
        names.filter_map(|n| self.pack.element(n.split_once('.').map_or(n, |x| x.0))).collect()
    }

    /// How each witness comes out.
    fn scores(&self, settings: Vec<SettingValue>, evidence: &[usize]) -> Vec<Score> {
        let Some(plan) = self.pack.plan(&self.pack.law(self.context, settings)).0 else { return Vec::new() };
        let replay = Replay { plan: &plan, catalogue: self.catalogue, unknown_kinds: self.unknown_kinds };
        self.witnesses
            .par_iter()
            .map_init(
                || State::new(&plan),
                |state, w| self.score(replay.run(state, w.known, w.alternatives, w.paid, w.arrears), evidence),
            )
            .collect()
    }

    fn score(&self, r: Replayed, evidence: &[usize]) -> Score {
        // A gap counts against, and so does a line the rules can no longer make: stopping is not agreeing.
        let exact = |l: &ReplayLine| matches!(l.verdict, Verdict::Exact | Verdict::OneOff) && l.gap().is_zero();
        let astray = |l: &ReplayLine| matches!(l.verdict, Verdict::Gap | Verdict::Carried);
        let good = r.lines.iter().filter(|l| exact(l)).count();
        let bad = r.lines.iter().filter(|l| astray(l)).count();
        let element = |l: &ReplayLine| match l.code {
            PaidCode::Element(e) => Some(e.index()),
            PaidCode::Unknown(_) => None,
        };
        let above = |e: usize| evidence.iter().any(|v| e < *v && self.catalogue[e].section == self.catalogue[*v].section);
        let upstream = r.lines.iter().filter(|l| astray(l)).filter_map(element).any(|e| !evidence.contains(&e) && above(e));
        let of: Vec<&ReplayLine> =
            r.lines.iter().filter(|l| !l.paid.is_zero() && element(l).is_some_and(|e| evidence.contains(&e))).collect();
        Score {
            good: (1000 + good).saturating_sub(bad) as u64,
            upstream,
            shown: (of.iter().filter(|l| exact(l)).count(), of.len()),
            stops: r.stops,
        }
    }
}

/// How one witness comes out under one alternative.
struct Score {
    good: u64,
    /// A line that stands above the evidence on the payslip does not come out itself.
    upstream: bool,
    /// Lines of the evidence that come out, of those paid.
    shown: (usize, usize),
    stops: Vec<Stop>,
}

/// Somebody whose pay cannot be made, or whose lines above are astray, whatever the alternative, shows nothing.
fn is_evidence(of: &[&Score]) -> bool {
    let Some((first, others)) = of.split_first() else { return false };
    let stopped = first.stops.iter().any(|s| others.iter().all(|o| o.stops.contains(s)));
    !stopped && !of.iter().all(|s| s.upstream)
}

/// The columns of a line that a rate is about.
fn columns(l: &PaidLine, field: &str) -> (Option<Exact>, Money) {
    if field.starts_with("employer") { (l.employer_rate, l.employer_amount) } else { (l.rate, l.amount) }
}
