//! Last month paid on the law of before: values that came into force lately, and that last month's payslips do not have.
//!
//! A late programme pays a month on old values and corrects later. Each value that is new is tried as it was before;
//! where last month then comes out, the old one was paid. Without that, the distance would be kept as a gap and this
//! month paid on the old value too.

use crate::compute::calibrate::Witness;
use crate::compute::eval::State;
use crate::compute::raise::{self, Raise};
use crate::compute::replay::{Replay, ReplayLine, Verdict};
use crate::ground::{Exact, PayMonth};
use crate::payslip::{Catalogue, LineKind, PaidCode};
use crate::rules::Pack;
use crate::rules::plan::Law;
use chrono::{NaiveDate, TimeDelta};
use rayon::prelude::*;

/// A value that last month was paid on, though another was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// Index in the pack's parameters.
    pub parameter: usize,
    pub used: Exact,
    pub due: Exact,
    /// First day of the value that was due.
    pub since: NaiveDate,
}

/// A value newer than this many days at last month's start may still be unknown to a programme.
const LATELY: i64 = 100;
/// Nine in ten of those whose lines tell the two values apart must agree.
const SHARE: usize = 90;

/// What the search works with.
pub struct Search<'s> {
    pub pack: &'s Pack,
    pub catalogue: &'s Catalogue,
    pub unknown_kinds: &'s [LineKind],
    pub witnesses: &'s [Witness<'s>],
}

/// First day of the newest values that months up to this one may have been paid without.
pub fn since(pack: &Pack, last: PayMonth) -> Option<NaiveDate> {
    let first = last.first_day();
    let newest = pack.parameters.iter().flat_map(|p| p.values.iter().map(|v| v.from));
    newest.filter(|from| *from < first && *from > first - TimeDelta::days(LATELY)).min()
}

impl Search<'_> {
    /// Raises of everybody that last month was paid without: files written since hold a fact that is higher by just as much.
    pub fn raises(&self, law: &Law) -> Vec<Raise> {
        let first = law.context.month.first_day();
        let mut raises = raise::from_to(self.pack, first - TimeDelta::days(LATELY), first);
        if raises.is_empty() {
            return raises;
        }
        let Some(plan) = self.pack.plan(law).0 else { return Vec::new() };
        let replay = Replay { plan: &plan, catalogue: self.catalogue, unknown_kinds: self.unknown_kinds };
        let replayed: Vec<_> = self
            .witnesses
            .par_iter()
            .map_init(|| State::new(&plan), |state, w| replay.run(state, w.known, w.alternatives, w.paid, w.hidden).resolved)
            .collect();
        raises.retain(|r| {
            let files = self.witnesses.iter().zip(&replayed).filter(|(w, _)| w.known.value(r.fact).is_some());
            let (mut late, mut told) = (0, 0);
            for (_, resolved) in files {
                let found = resolved.iter().find(|x| x.fact == r.fact && x.written.is_some());
                let by = found.and_then(|x| x.written.as_ref()?.value.number()?.sub(x.used.value.number()?));
                told += 1;
                late += usize::from(by == Some(r.by));
            }
            late * 2 > told
        });
        raises
    }

    /// Values of the law that last month was paid without; the law as it was paid.
    pub fn run(&self, law: &Law) -> (Vec<Late>, Law) {
        let mut now = law.clone();
        let mut found = Vec::new();
        let mut candidates = self.candidates(law);
        if candidates.is_empty() {
            return (found, now);
        }
        let mut gaps = self.gaps(&now);
        if gaps.iter().all(|g| *g == 0) {
            return (found, now);
        }
        // The rates of both sides of a line moved on one day: one comes out only once the other has.
        loop {
            let before = candidates.len();
            candidates.retain(|c| {
                let mut tried = now.clone();
                tried.parameters[c.parameter] = Some(c.used);
                let then = self.gaps(&tried);
                let better = gaps.iter().zip(&then).filter(|(a, b)| b < a).count();
                let worse = gaps.iter().zip(&then).filter(|(a, b)| b > a).count();
                let late = better > 0 && better * 100 >= (better + worse) * SHARE;
                if late {
                    (now, gaps) = (tried, then);
                    found.push(c.clone());
                }
                !late
            });
            if candidates.is_empty() || candidates.len() == before {
                return (found, now);
            }
        }
    }

    /// Values that came into force lately, each with the one before.
    fn candidates(&self, law: &Law) -> Vec<Late> {
        let mut out = Vec::new();
        for (i, p) in self.pack.parameters.iter().enumerate() {
            let day = if p.at_payment { law.context.payment_date } else { law.context.month.first_day() };
            let mut values: Vec<_> = p.values.iter().filter(|v| v.from <= day).collect();
            values.sort_by_key(|v| v.from);
            // The first value there is begins something new: before it there was none.
            let (used, newest) = match values.as_slice() {
                [.., before, newest] => (before.value, newest),
                [newest] => (Exact::ZERO, newest),
                [] => continue,
            };
            let lately = (law.context.month.first_day() - newest.from).num_days() <= LATELY;
            if lately && used != newest.value && law.parameters[i] == Some(newest.value) {
                out.push(Late { parameter: i, used, due: newest.value, since: newest.from });
            }
        }
        out
    }

    /// What does not come out of each witness: parts of lines, the agent's and the employer's.
    fn gaps(&self, law: &Law) -> Vec<usize> {
        let Some(plan) = self.pack.plan(law).0 else { return Vec::new() };
        let replay = Replay { plan: &plan, catalogue: self.catalogue, unknown_kinds: self.unknown_kinds };
        self.witnesses
            .par_iter()
            .map_init(
                || State::new(&plan),
                |state, w| {
                    let r = replay.run(state, w.known, w.alternatives, w.paid, w.hidden);
                    // A value that replay had to take from the paid lines explains nothing that the files say.
                    let forced = r.resolved.iter().filter(|x| x.written.is_some()).count();
                    // What a declaration does not name stands in its remainder: that no line has it says nothing.
                    let unnamed = |l: &&ReplayLine| {
                        let earning = matches!(l.code, PaidCode::Element(e) if self.catalogue[e.index()].kind == LineKind::Earning);
                        w.hidden.melted && l.paid.is_zero() && earning
                    };
                    let of_line = |l: &ReplayLine| usize::from(l.verdict == Verdict::Gap || !l.gap().is_zero()).max(l.astray.into());
                    r.lines.iter().filter(|l| !unnamed(l)).map(of_line).sum::<usize>() + forced
                },
            )
            .collect()
    }
}
