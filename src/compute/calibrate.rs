//! The employer's settings, found again from last month's payslips alone.
//!
//! Each setting is tried in every alternative, the others as they stand; an employee whose exact lines change votes for
//! the alternative that gives most. Lines are recomputed from what was paid above them, so settings hardly disturb one
//! another; passes go on until nothing moves. Where nobody votes, or votes are split, nothing is chosen.
//! A rate is looked for where lines show it, and in amounts over the base that the rules give where they do not.

use crate::compute::eval::{State, Stop};
use crate::compute::late::Late;
use crate::compute::replay::{Hidden, Replay, ReplayLine, Replayed, Verdict};
use crate::facts::{Fact, Facts};
use crate::ground::Exact;
use crate::payslip::{Catalogue, LineKind, PaidCode, PaidLine, PaidSlip};
use crate::rules::Pack;
use crate::rules::bind::{Context, SettingValue};
use crate::rules::pack::SettingKind;
use crate::rules::plan::{Law, Plan};
use crate::rules::reads::StepSet;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// One employee as calibration sees last month.
pub struct Witness<'w> {
    pub known: &'w Facts,
    pub alternatives: &'w [Fact],
    pub paid: &'w [PaidLine],
    pub hidden: Hidden<'w>,
}

impl<'w> Witness<'w> {
    /// Somebody of whom this is known, and this was paid.
    pub fn of(known: &'w Facts, alternatives: &'w [Fact], slip: &'w PaidSlip) -> Self {
        Self { known, alternatives, paid: &slip.lines, hidden: Hidden::of(slip) }
    }
    /// Whether a line of these elements was paid.
    fn shows(&self, elements: &[usize]) -> bool {
        self.paid.iter().any(|l| matches!(l.code, PaidCode::Element(e) if elements.contains(&e.index())))
    }
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
    /// Of a rate: employees with a line that must show it, and whose pay can tell.
    pub lines: Option<u64>,
    /// Employees with a line of the evidence, whether or not their pay can tell.
    pub bearing: u64,
}

impl Finding {
    /// Of a setting as it stands, before anybody has voted.
    fn new(setting: usize, settings: &[SettingValue]) -> Self {
        Self { setting, before: settings[setting].clone(), chosen: None, votes: Vec::new(), deciding: 0, lines: None, bearing: 0 }
    }
}

/// A setting to vote on: last month's plan in each alternative, and the elements whose lines tell.
struct Question {
    plans: Vec<Option<Plan>>,
    evidence: Vec<usize>,
}

/// What a setting may be, and whether it is a rate, which every line of its evidence must show.
struct Alternatives {
    list: Vec<SettingValue>,
    rate: bool,
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
    /// Values of law that last month was paid without.
    pub late: &'c [Late],
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
                let alternatives = self.alternatives(i, &settings);
                // One option is no question; a rate that no line shows still is one.
                if alternatives.list.len() < 2 && !alternatives.rate {
                    continue;
                }
                let Some(f) = self.vote(vec![(i, alternatives)], &settings).pop() else { continue };
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

    /// Last month's law as it was paid.
    fn law(&self, settings: Vec<SettingValue>) -> Law {
        let mut law = self.pack.law(self.context, settings);
        for l in self.late {
            law.parameters[l.parameter] = Some(l.used);
        }
        law
    }

    /// What last month says of one setting, the others as they stand.
    ///
    /// # Panics
    /// Never: one setting has one answer.
    pub fn ask(&self, i: usize, settings: &[SettingValue]) -> Finding {
        self.ask_each(&[i], settings).pop().expect("an answer for each setting")
    }

    /// What last month says of each of these settings, the others as they stand: every witness is replayed once for all of them.
    pub fn ask_each(&self, asked: &[usize], settings: &[SettingValue]) -> Vec<Finding> {
        self.vote(asked.iter().map(|i| (*i, self.alternatives(*i, settings))).collect(), settings)
    }

    /// What a setting may be: its options, yes and no, or the rates that last month's lines show.
    fn alternatives(&self, i: usize, settings: &[SettingValue]) -> Alternatives {
        let s = &self.pack.settings[i];
        match &s.kind {
            SettingKind::Choice(options) => {
                Alternatives { list: options.iter().map(|o| SettingValue::Choice(o.0.clone())).collect(), rate: false }
            }
            SettingKind::Flag => Alternatives { list: vec![SettingValue::Flag(true), SettingValue::Flag(false)], rate: false },
            SettingKind::Number(..) => {
                let seen = self.rates(&s.evidence, settings);
                // Most lines first; of two rates as good, the shorter.
                let mut most: Vec<(Exact, Tally)> = seen.into_iter().collect();
                most.sort_by(|(a, x), (b, y)| y.lines.cmp(&x.lines).then(x.scale.cmp(&y.scale)).then(a.cmp(b)));
                let mut list: Vec<SettingValue> = most.into_iter().take(4).map(|(r, _)| SettingValue::Number(r.reduced())).collect();
                for other in [settings[i].clone(), SettingValue::Number(Exact::ZERO)] {
                    if !list.contains(&other) {
                        list.push(other);
                    }
                }
                Alternatives { list, rate: true }
            }
        }
    }

    /// Rates that make the lines of the evidence to the cent, each with its lines.
    fn rates(&self, evidence: &str, settings: &[SettingValue]) -> BTreeMap<Exact, Tally> {
        let mut seen: BTreeMap<Exact, Tally> = BTreeMap::new();
        let Some(plan) = self.pack.plan(&self.law(settings.to_vec())).0 else { return seen };
        let replay = Replay { plan: &plan, catalogue: self.catalogue, unknown_kinds: self.unknown_kinds };
        for name in evidence.split(',').map(str::trim) {
            let (element, field) = name.split_once('.').unwrap_or((name, "employer_rate"));
            let Some(e) = self.pack.element(element) else { continue };
            let code = PaidCode::Element(crate::payslip::ElementId(e as u16));
            let holders: Vec<&Witness<'_>> = self.witnesses.iter().filter(|w| w.paid.iter().any(|l| l.code == code)).collect();
            let found: Vec<Vec<(Exact, i64)>> = holders
                .into_par_iter()
                .map_init(
                    || State::new(&plan),
                    |state, w| {
                        let mut own: Vec<(Exact, i64)> = Vec::new();
                        for l in w.paid.iter().filter(|l| l.code == code) {
                            if let Some(r) = shown_rate(l, field) {
                                own.push((r, 1));
                                continue;
                            }
                            // Lines of one element add up in the base that the rules give: only a single one tells the rate.
                            let single = w.paid.iter().filter(|o| o.code == code).count() == 1;
                            let base = l.base.or_else(|| {
                                replay.run(state, w.known, w.alternatives, w.paid, w.hidden);
                                state.results[e].filter(|c| single && c.stop.is_none()).and_then(|c| c.base)
                            });
                            own.extend(base.map(|b| quotients(amount_of(l, field), b)).unwrap_or_default());
                        }
                        own
                    },
                )
                .collect();
            for (rate, scale) in found.into_iter().flatten() {
                let t = seen.entry(rate).or_insert(Tally { lines: 0, scale });
                t.lines += 1;
                t.scale = t.scale.min(scale);
            }
        }
        seen
    }

    fn vote(&self, asked: Vec<(usize, Alternatives)>, settings: &[SettingValue]) -> Vec<Finding> {
        let standing = self.pack.plan(&self.law(settings.to_vec())).0;
        let question = |(i, of): &(usize, Alternatives)| {
            let plan = |a: &SettingValue| {
                let mut tried = settings.to_vec();
                tried[*i] = a.clone();
                let law = self.law(tried);
                standing.as_ref().map_or_else(|| self.pack.plan(&law).0, |s| self.pack.plan_beside(&law, s))
            };
            Question { plans: of.list.iter().map(plan).collect(), evidence: self.evidence(*i) }
        };
        let questions: Vec<Question> = asked.par_iter().map(question).collect();
        let scores = self.scores(standing.as_ref(), &questions);
        let one = |(n, ((i, of), q)): (usize, ((usize, Alternatives), &Question))| self.count(&scores, n, q, Finding::new(i, settings), of);
        asked.into_iter().zip(&questions).enumerate().map(one).collect()
    }

    /// Counts the votes on the question of this number.
    fn count(&self, scores: &[Vec<Vec<Option<Score>>>], n: usize, q: &Question, found: Finding, of: Alternatives) -> Finding {
        let Alternatives { list: alternatives, rate } = of;
        let shown = self.pack.settings[found.setting].shown;
        let mut votes = vec![0_u64; alternatives.len()];
        let (mut deciding, mut lines) = (0, 0);
        for (own, w) in scores.iter().map(|s| &s[n]).zip(&self.witnesses) {
            if !is_evidence(&own.iter().flatten().collect::<Vec<_>>()) || shown && !w.shows(&q.evidence) {
                continue;
            }
            lines += u64::from(w.shows(&q.evidence));
            let column: Vec<u64> = own.iter().map(|s| s.as_ref().map_or(0, |x| x.good)).collect();
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
        // A rate that most of its lines contradict is no rate, however few the others are.
        let held = !rate || top * 2 > lines;
        let clear = deciding > 0 && winners.len() == 1 && top * 100 >= deciding * SHARE && held;
        Finding {
            chosen: clear.then(|| alternatives[winners[0]].clone()),
            votes: alternatives.into_iter().zip(votes).collect(),
            deciding,
            lines: rate.then_some(lines),
            bearing: self.witnesses.iter().filter(|w| w.shows(&q.evidence)).count() as u64,
            ..found
        }
    }

    /// The elements whose lines settle a setting.
    fn evidence(&self, i: usize) -> Vec<usize> {
        let names = self.pack.settings[i].evidence.split(',').map(str::trim);
        names.filter_map(|n| self.pack.element(n.split_once('.').map_or(n, |x| x.0))).collect()
    }

    /// How each witness comes out by each plan of each question, most of which give what the plan as it stands gives.
    fn scores(&self, standing: Option<&Plan>, questions: &[Question]) -> Vec<Vec<Vec<Option<Score>>>> {
        let Some(first) = standing.or_else(|| questions.iter().flat_map(|q| &q.plans).find_map(Option::as_ref)) else {
            let none = |q: &Question| vec![None; q.plans.len()];
            return self.witnesses.iter().map(|_| questions.iter().map(none).collect()).collect();
        };
        let steps_of = |q: &Question| q.plans.iter().map(|p| p.as_ref().and_then(|p| p.differences(first))).collect();
        let steps: Vec<Vec<Option<StepSet>>> = questions.iter().map(steps_of).collect();
        self.witnesses
            .par_iter()
            .map_init(
                || (State::new(first), State::new(first)),
                |(state, other), w| {
                    let by = |state: &mut State, plan: &Plan| {
                        let replay = Replay { plan, catalogue: self.catalogue, unknown_kinds: self.unknown_kinds };
                        replay.run(state, w.known, w.alternatives, w.paid, w.hidden)
                    };
                    let replayed = by(state, first);
                    // Where nothing else was sought, steps that give the same leave the whole replay the same.
                    let plain = !replayed.sought && w.hidden.arrears.is_empty();
                    let mut answer = |(q, steps): (&Question, &Vec<Option<StepSet>>)| -> Vec<Option<Score>> {
                        let same = self.score(&replayed, &q.evidence);
                        let mut each = |(p, steps): (&Option<Plan>, &Option<StepSet>)| {
                            let p = p.as_ref()?;
                            let alike = steps.as_ref().is_some_and(|s| s.is_empty() || plain && state.same_by(p, s));
                            Some(if alike { same.clone() } else { self.score(&by(other, p), &q.evidence) })
                        };
                        q.plans.iter().zip(steps).map(&mut each).collect()
                    };
                    questions.iter().zip(&steps).map(&mut answer).collect()
                },
            )
            .collect()
    }

    fn score(&self, r: &Replayed, evidence: &[usize]) -> Score {
        // A gap counts against, and so does a line that comes out only on a fact that nothing says: hours that make their line
        // are worth more than a line that no hours make.
        let exact = |l: &ReplayLine| matches!(l.verdict, Verdict::Exact | Verdict::OneOff) && l.gap().is_zero();
        let astray = |l: &ReplayLine| matches!(l.verdict, Verdict::Gap | Verdict::Carried);
        let missed = |l: &ReplayLine| astray(l) || l.verdict == Verdict::OneOff && !l.gap().is_zero();
        let good = r.lines.iter().filter(|l| exact(l)).count();
        let bad = r.lines.iter().filter(|l| missed(l)).count() + r.resolved.len();
        let element = |l: &ReplayLine| match l.code {
            PaidCode::Element(e) => Some(e.index()),
            PaidCode::Unknown(_) => None,
        };
        let above = |e: usize| evidence.iter().any(|v| e < *v && self.catalogue[e].section == self.catalogue[*v].section);
        let upstream =
            r.lines.iter().filter(|l| astray(l) && !l.paid.is_zero()).filter_map(element).any(|e| !evidence.contains(&e) && above(e));
        // So does the taxable net that the payslip shows, right or wrong.
        let good = good + usize::from(r.taxable.is_some_and(|(shown, found)| shown == found));
        Score { good: (1000 + good).saturating_sub(bad) as u64, upstream, stops: r.stops.clone() }
    }
}

/// How one witness comes out under one alternative.
#[derive(Clone)]
struct Score {
    good: u64,
    /// A paid line that stands above the evidence on the payslip does not come out itself.
    upstream: bool,
    stops: Vec<Stop>,
}

/// Somebody whose lines above are astray whatever the alternative shows nothing, and neither does somebody of whose pay one of
/// them makes less than another: what it would come to is not known.
fn is_evidence(of: &[&Score]) -> bool {
    let [first, others @ ..] = of else { return false };
    others.iter().all(|s| s.stops == first.stops) && !of.iter().all(|s| s.upstream)
}

/// A rate with the lines that it makes, and the denominator it is written with.
struct Tally {
    lines: u64,
    scale: i64,
}

fn amount_of(l: &PaidLine, field: &str) -> Exact {
    if field.starts_with("employer") { l.employer_amount } else { l.amount }.exact()
}

fn shown_rate(l: &PaidLine, field: &str) -> Option<Exact> {
    if field.starts_with("employer") { l.employer_rate } else { l.rate }
}

/// Rates of a tenth, a hundredth, a thousandth of a percent that make the amount on that base to the cent.
pub fn quotients(amount: Exact, base: Exact) -> Vec<(Exact, i64)> {
    let mut out: Vec<(Exact, i64)> = Vec::new();
    if base.is_zero() || amount.is_zero() {
        return out;
    }
    let cents = |x: Exact| x.abs().scaled_half_up(100);
    for scale in [1_000, 10_000, 100_000] {
        let rate = amount.div(base).and_then(|r| r.abs().scaled_half_up(scale)).and_then(|n| Exact::ratio(n, scale)).map(Exact::reduced);
        if let Some(rate) = rate
            && base.mul(rate).and_then(cents) == cents(amount)
            && !out.iter().any(|(r, _)| *r == rate)
        {
            out.push((rate, scale));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(t: &str) -> Exact {
        Exact::parse(t).expect("a number")
    }

    // 2.95 % of 1750.86 is 51.65; 1.473 % of 1512.01 is 22.27, which 1.47 % (22.23) does not make.
    #[test]
    fn a_rate_is_found_in_an_amount_over_its_base() {
        let rates = |a: &str, b: &str| quotients(exact(a), exact(b)).into_iter().map(|(r, _)| r).collect::<Vec<_>>();
        assert_eq!(rates("51.65", "1750.86"), [exact("0.0295")]);
        assert_eq!(rates("22.27", "1512.01"), [exact("0.01473")]);
        assert!(rates("22.27", "0").is_empty());
    }
}
