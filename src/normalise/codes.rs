//! Local rubric codes → pay elements, by label, side, rates and arithmetic; what stays uncertain is left open.

use crate::ground::Exact;
use crate::normalise::assign;
use crate::normalise::columns::without_number;
use crate::normalise::mapping::{CodeMapping, CodeTarget, Payer, RubricTarget, Rubrics};
use crate::normalise::text::{Phrase, Share, likeness, runs_together};
use crate::normalise::titles::{is_beside, total_named};
use crate::payslip::LineKind;
use std::collections::{BTreeMap, BTreeSet};

/// Lines kept per code to try rates on.
const TRIED: usize = 60;

/// One line as the register shows it, side not yet known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub base: Option<Exact>,
    pub rate: Option<Exact>,
    pub gain: Option<Exact>,
    pub deduction: Option<Exact>,
    pub employer_rate: Option<Exact>,
    pub employer: Option<Exact>,
}

/// What the rows of one code look like.
#[derive(Clone, Debug, Default)]
pub struct CodeStats {
    pub labels: BTreeMap<String, u32>,
    pub rows: u32,
    pub gains: u32,
    pub deductions: u32,
    pub employer: u32,
    pub tried: Vec<Shown>,
}

/// Whether the register tells gains from deductions by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sides {
    Told,
    /// One signed column for everybody's amounts: the employer's shares stand in it like gains.
    Signed,
    /// The same, the employer's shares like what is kept.
    SignedBelow,
    Untold,
}

impl CodeStats {
    pub fn add(&mut self, label: &str, line: Shown) {
        self.rows += 1;
        if let Some(n) = self.labels.get_mut(label) {
            *n += 1;
        } else if self.labels.len() < 200 {
            self.labels.insert(label.to_owned(), 1);
        }
        self.gains += u32::from(line.gain.is_some_and(|a| !a.is_zero()));
        self.deductions += u32::from(line.deduction.is_some_and(|a| !a.is_zero()));
        self.employer += u32::from(line.employer.is_some_and(|a| !a.is_zero()));
        if self.tried.len() < TRIED {
            self.tried.push(line);
        }
    }

    /// Adds what other lines look like.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        other.labels.iter().for_each(|(l, n)| *self.labels.entry(l.clone()).or_default() += n);
        self.gains += other.gains;
        self.deductions += other.deductions;
        self.employer += other.employer;
        self.tried.extend(other.tried.iter().take(TRIED.saturating_sub(self.tried.len())));
    }

    /// Labels, most frequent first.
    pub fn labels_by_use(&self) -> Vec<String> {
        let mut all: Vec<(&String, &u32)> = self.labels.iter().collect();
        all.sort_by_key(|(l, n)| (std::cmp::Reverse(**n), (*l).clone()));
        all.into_iter().map(|(l, _)| l.clone()).collect()
    }

    /// Of the lines with a base and an amount, percent whose amount is the base times the rate, to the cent.
    fn follows(&self, rate: Exact, payer: Payer) -> Option<u32> {
        let pairs: Vec<(Exact, Exact)> = self
            .tried
            .iter()
            .filter_map(|l| {
                let amount = match payer {
                    Payer::Agent => l.deduction.or(l.gain)?,
                    // Where some rows are the employer's, the others are the agent's own.
                    Payer::Employer if self.employer > 0 => l.employer?,
                    Payer::Employer => l.deduction.or(l.gain)?,
                };
                (l.base?.abs() > Exact::int(20)).then_some((l.base?, amount))
            })
            .collect();
        if pairs.is_empty() {
            return None;
        }
        let hits = pairs
            .iter()
            .filter(|(b, a)| {
                b.mul(rate)
                    .and_then(|x| x.scaled_half_up(100))
                    .zip(a.scaled_half_up(100))
                    .is_some_and(|(x, y)| (x.abs() - y.abs()).abs() <= 1)
            })
            .count();
        u32::try_from(hits * 100 / pairs.len()).ok()
    }
}

/// Strips a month at the end of a label (`RAPPEL TRAITEMENT 10/2021`) and hands it back.
pub fn split_period(label: &str) -> (&str, Option<crate::ground::PayMonth>) {
    let t = label.trim();
    if let Some((head, tail)) = t.rsplit_once(' ')
        && tail.bytes().any(|b| b.is_ascii_digit())
        && tail.len() >= 6
        && let Some(month) = crate::normalise::profile::period_of(tail)
    {
        let head = head.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | ':' | '('));
        if !head.is_empty() {
            return (head, Some(month));
        }
    }
    (t, None)
}

struct Option_ {
    target: CodeTarget,
    /// Titles, whole and without the words of shares, with how much each counts.
    phrases: Vec<(Phrase, Phrase, u32)>,
    kind: LineKind,
    rate: Option<Exact>,
    employer_rate: Option<Exact>,
}

fn options(rubrics: &Rubrics) -> Vec<Option_> {
    let mut all = Vec::new();
    for t in rubrics.targets.iter().filter(|t| t.total.is_none()) {
        let code = t.code.replace('_', " ");
        let titles = t.labels.iter().map(|l| (l.as_str(), 100)).chain([(code.as_str(), 96)]);
        let phrases: Vec<(Phrase, Phrase, u32)> = titles
            .map(|(l, weight)| {
                let whole = Phrase::of(l);
                let bare = whole.without_share();
                (whole, bare, weight)
            })
            .collect();
        let shared = t.employer_rate.is_some() && t.kind == LineKind::Deduction;
        let payer = if t.kind == LineKind::Employer { Payer::Employer } else { Payer::Agent };
        if shared {
            all.push(Option_ {
                target: CodeTarget::Element(t.element, Payer::Employer),
                phrases: phrases.clone(),
                kind: LineKind::Employer,
                rate: None,
                employer_rate: t.employer_rate,
            });
        }
        all.push(Option_ {
            target: CodeTarget::Element(t.element, payer),
            phrases,
            kind: t.kind,
            rate: t.rate,
            employer_rate: t.employer_rate,
        });
    }
    all
}

/// Points in all, those of the behaviour alone, and the reasons.
type Points = (i32, i32, Vec<String>);

/// The whole name of an element stands in a longer label (`IFSE MENSUELLE REGIE`), and nothing there turns it.
fn held(label: &Phrase, name: &Phrase) -> u32 {
    let all = name.words.iter().all(|w| label.words.contains(w)) && name.words.iter().any(|w| w.len() >= 3);
    if !all || likeness(label, name) < 50 {
        return 0;
    }
    86_u32.saturating_sub(5 * u32::try_from(label.words.len().saturating_sub(name.words.len())).unwrap_or(9))
}

/// A label of one word that is the beginnings of the name's words run together (`TRTBRUT`), as programs with eight letters have it.
fn glued(label: &Phrase, name: &Phrase) -> u32 {
    let field = |word: &String| word.len() >= 6 && word.bytes().all(|b| b.is_ascii_lowercase());
    match label.words.as_slice() {
        [word] if field(word) && (2..=4).contains(&name.words.len()) && runs_together(word, &name.words) => 88,
        _ => 0,
    }
}

/// Points for an option, and the reasons. Label and behaviour are told apart, so that one against the other shows.
fn judge((label, bare): (&Phrase, &Phrase), stats: &CodeStats, option: &Option_, sides: Sides) -> Points {
    let mut why = Vec::new();
    let words = option
        .phrases
        .iter()
        .map(|(whole, plain, weight)| {
            likeness(label, whole).max(likeness(bare, plain)).max(held(bare, plain)).max(glued(label, whole)) * weight / 100
        })
        .max()
        .unwrap_or(0);
    let mut score = i32::try_from(words * 70 / 100).unwrap_or(0);
    why.push(format!("label {words}"));
    let mut behaviour = 0;
    let target_share = match option.target {
        CodeTarget::Element(_, Payer::Employer) => Share::Employer,
        CodeTarget::Element(_, Payer::Agent) | CodeTarget::Total(_) | CodeTarget::Skipped | CodeTarget::Open => Share::Employee,
    };
    if label.share != Share::Unsaid && option.kind != LineKind::Earning {
        if label.share == target_share {
            score += 8;
        } else {
            score -= 25;
        }
    }
    let n = stats.rows.max(1);
    let (only_employer, any_agent) =
        (stats.employer * 10 >= n * 9 && stats.gains + stats.deductions == 0, stats.gains + stats.deductions > 0);
    match sides {
        Sides::Told => {
            let fits = match option.kind {
                LineKind::Employer => {
                    // « RAFP (part employeur) » in the column of what is kept: the words say whose share it is.
                    let said = label.share == Share::Employer && target_share == Share::Employer && stats.employer == 0;
                    if only_employer {
                        12
                    } else if any_agent && !said {
                        -40
                    } else {
                        0
                    }
                }
                LineKind::Deduction | LineKind::Tax => {
                    if only_employer {
                        -40
                    } else if stats.deductions > stats.gains {
                        6
                    } else {
                        0
                    }
                }
                LineKind::Earning => {
                    if only_employer || (stats.employer > 0 && stats.employer * 2 > n) {
                        -40
                    } else if stats.gains >= stats.deductions {
                        6
                    } else {
                        -2
                    }
                }
                LineKind::Net => {
                    if only_employer {
                        -40
                    } else {
                        4
                    }
                }
            };
            behaviour += fits;
        }
        Sides::Signed | Sides::SignedBelow => {
            behaviour += match option.kind {
                LineKind::Employer => {
                    if (stats.deductions > stats.gains) != (sides == Sides::SignedBelow) {
                        -20
                    } else {
                        6
                    }
                }
                LineKind::Deduction | LineKind::Tax => {
                    if stats.deductions > stats.gains {
                        6
                    } else {
                        -12
                    }
                }
                LineKind::Earning => {
                    if stats.gains >= stats.deductions {
                        6
                    } else {
                        -2
                    }
                }
                LineKind::Net => 0,
            };
        }
        Sides::Untold => {
            if option.kind == LineKind::Employer
                && stats.employer == 0
                && any_agent
                && matches!(option.target, CodeTarget::Element(_, Payer::Employer))
            {
                // One column for all: nothing said.
            } else if only_employer {
                behaviour += if option.kind == LineKind::Employer { 12 } else { -40 };
            }
        }
    }
    let percent = |r: Exact| r.mul(Exact::int(100)).map(|p| format!("{p} %")).unwrap_or_default();
    let (rate, payer) = match option.target {
        CodeTarget::Element(_, Payer::Employer) => (option.employer_rate, Payer::Employer),
        CodeTarget::Element(_, Payer::Agent) | CodeTarget::Total(_) | CodeTarget::Skipped | CodeTarget::Open => (option.rate, Payer::Agent),
    };
    if let Some(r) = rate
        && let Some(hits) = stats.follows(r, payer)
    {
        if hits >= 90 {
            behaviour += 22;
            why.push(format!("rate {}", percent(r)));
        } else if hits < 50 {
            // A label known to the letter is not undone by a rate: a refund halved, a contribution at last year's rate.
            behaviour -= if words >= 100 { 4 } else { 18 };
            why.push(format!("not at {}", percent(r)));
        }
    }
    if payer == Payer::Agent
        && stats.employer > 0
        && let Some(r) = option.employer_rate
        && let Some(hits) = stats.follows(r, Payer::Employer)
    {
        behaviour += if hits >= 90 { 6 } else { -6 };
    }
    score += behaviour;
    (score, behaviour, why)
}

/// « CSGD C.S.G. déductible » → what stands behind a code of capitals.
fn without_letters(label: &str) -> &str {
    let label = label.trim();
    let of_a_code = |t: &str| (3..=6).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    match label.split_once(char::is_whitespace) {
        Some((code, rest)) if of_a_code(code) => rest.trim(),
        _ => label,
    }
}

/// Whether codes of capitals stand before the labels, in one cell: nearly every label begins with one, and no two with the same.
fn lettered(codes: &BTreeMap<String, CodeStats>) -> bool {
    let labels: BTreeSet<&str> = codes.values().flat_map(|s| s.labels.keys()).map(|l| l.trim()).collect();
    let coded: Vec<&str> =
        labels.iter().filter(|l| without_letters(l).len() < l.len()).filter_map(|l| l.split_whitespace().next()).collect();
    let distinct: BTreeSet<&&str> = coded.iter().collect();
    coded.len() >= 8 && coded.len() * 10 >= labels.len() * 9 && distinct.len() == coded.len()
}

/// Below this a code stays open.
const ENOUGH: i32 = 58;
/// The next best must be this far behind.
const MARGIN: i32 = 7;

/// Whether the rubrics that are surely the employer's alone stand with a minus in a register of signed amounts.
fn employers_below(codes: &BTreeMap<String, CodeStats>, options: &[Option_]) -> bool {
    let surely = |o: &Option_, label: &Phrase| o.phrases.iter().any(|(whole, _, _)| likeness(label, whole) >= 95);
    let employers = |stats: &CodeStats| {
        let labels = stats.labels_by_use();
        let label = labels.first().map(|l| Phrase::of(split_period(l).0))?;
        let mut like = options.iter().filter(|o| surely(o, &label)).peekable();
        let alone = like.peek().is_some() && like.all(|o| o.kind == LineKind::Employer);
        (label.share == Share::Employer || alone).then_some((stats.deductions, stats.gains))
    };
    let (below, above) = codes.values().filter_map(employers).fold((0, 0), |(b, a), n| (b + n.0, a + n.1));
    below > above
}

/// Finds the element of each code. Codes that are surely sums are taken out first.
pub fn resolve(codes: &BTreeMap<String, CodeStats>, rubrics: &Rubrics, sides: Sides) -> Vec<CodeMapping> {
    let options = options(rubrics);
    let sides = if sides == Sides::Signed && employers_below(codes, &options) { Sides::SignedBelow } else { sides };
    let mut mapped: Vec<CodeMapping> = Vec::new();
    let mut open: Vec<(usize, Vec<Points>)> = Vec::new();
    // « G001 TRAIT. BASE », « 13 Résidence »: the number of the rubric before its label, in one cell.
    let numbered = codes.values().flat_map(|s| s.labels.keys()).filter(|l| without_number(l) != l.trim()).count();
    let numbered = numbered * 10 >= codes.values().map(|s| s.labels.len()).sum::<usize>() * 8;
    let lettered = !numbered && lettered(codes);
    for (code, stats) in codes {
        let labels = stats.labels_by_use();
        let own: fn(&str) -> &str = if numbered {
            without_number
        } else if lettered {
            without_letters
        } else {
            str::trim
        };
        let shown: Vec<&str> = labels.iter().map(|l| split_period(own(l)).0).collect();
        let total = shown.first().and_then(|l| total_named(l));
        let mut mapping = CodeMapping {
            code: code.clone(),
            labels: labels.clone(),
            target: CodeTarget::Open,
            employer: None,
            with: None,
            certainty: 0,
            why: Vec::new(),
            alternatives: Vec::new(),
            rows: stats.rows,
            goes_on: None,
        };
        let mut phrases: Vec<Phrase> = shown.iter().take(4).copied().chain([own(code)]).map(Phrase::of).collect();
        phrases.extend(phrases.iter().filter_map(Phrase::without_status).collect::<Vec<_>>());
        let bare: Vec<Phrase> = phrases.iter().map(Phrase::without_share).collect();
        let best = |o: &Option_| phrases.iter().zip(&bare).map(|p| judge(p, stats, o, sides)).max_by_key(|(s, _, _)| *s);
        let scored: Vec<Points> = options.iter().map(|o| best(o).unwrap_or_default()).collect();
        let best_label = if total.is_none() {
            0
        } else {
            let titles = options.iter().flat_map(|o| o.phrases.iter());
            titles.map(|(whole, _, weight)| phrases.iter().map(|l| likeness(l, whole)).max().unwrap_or(0) * weight / 100).max().unwrap_or(0)
        };
        if !shown.is_empty() && shown.iter().all(|l| is_beside(l)) {
            mapping.target = CodeTarget::Skipped;
            mapping.certainty = 90;
            mapping.why.push("no pay".to_owned());
        } else if let Some((role, likeness)) = total
            && best_label < likeness
        {
            mapping.target = CodeTarget::Total(role);
            mapping.certainty = u8::try_from(likeness).unwrap_or(99);
            mapping.why.push(format!("label {likeness}"));
        } else if let Some((a, b)) = phrases.iter().find_map(|p| shared(p, Some(stats), rubrics)) {
            mapping.target = CodeTarget::Element(a, Payer::Agent);
            mapping.with = Some(b);
            mapping.certainty = 90;
            mapping.why.push(format!("{} + {}", rubrics.code(a), rubrics.code(b)));
        } else {
            open.push((mapped.len(), scored));
        }
        mapped.push(mapping);
    }
    let dummies = open.len();
    let gain: Vec<Vec<i64>> = open
        .iter()
        .map(|(_, scored)| scored.iter().map(|s| i64::from(s.0)).chain(std::iter::repeat_n(i64::from(ENOUGH) - 8, dummies)).collect())
        .collect();
    let chosen = if options.is_empty() { vec![usize::MAX; open.len()] } else { assign::best(&gain) };
    let taken: Vec<usize> = chosen.iter().copied().filter(|c| *c < options.len()).collect();
    for ((index, scored), choice) in open.iter().zip(&chosen) {
        let m = &mut mapped[*index];
        let labels = m.labels.clone();
        let mut order: Vec<usize> = (0..options.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(scored[i].0));
        // A label that is surely another code's element already (a second local code for it) may still be that element.
        let pick = if *choice < options.len() {
            Some(*choice)
        } else {
            // « IFSE part fixe » beside « IFSE part expertise »: a rubric that says it is a part of the element is that element too.
            let part = |l: &String| Some(Phrase::of(l)).is_some_and(|p| p.has("part") && p.share == Share::Unsaid);
            let least = |i: usize| if options[i].kind == LineKind::Earning && labels.iter().any(part) { ENOUGH } else { 72 };
            order.first().copied().filter(|&i| scored[i].0 >= least(i) && taken.contains(&i))
        };
        m.alternatives = order
            .iter()
            .filter(|&&i| Some(i) != pick && scored[i].0 >= 35)
            .take(3)
            .map(|&i| (options[i].target, u8::try_from(scored[i].0.clamp(0, 99)).unwrap_or(0)))
            .collect();
        let Some(pick) = pick else { continue };
        let (score, behaviour, why) = &scored[pick];
        let same_element =
            |a: CodeTarget, b: CodeTarget| matches!((a, b), (CodeTarget::Element(x, _), CodeTarget::Element(y, _)) if x == y);
        let rival = order
            .iter()
            .filter(|&&i| i != pick && !same_element(options[i].target, options[pick].target))
            .map(|&i| scored[i].0 - if taken.contains(&i) { 10 } else { 0 })
            .max()
            .unwrap_or(0);
        m.why.clone_from(why);
        m.certainty = u8::try_from(score.clamp(&0, &99).to_owned()).unwrap_or(0);
        let contradicted = *behaviour <= -15;
        if *score < ENOUGH || score - rival < MARGIN || contradicted {
            m.alternatives.insert(0, (options[pick].target, m.certainty));
            m.alternatives.truncate(3);
        } else {
            m.target = options[pick].target;
            if let Some(stats) = codes.get(&m.code) {
                m.employer = employer_share(m, stats, &options[pick], &options);
            }
        }
    }
    mapped
}

/// Two contributions in one line: « CSG/CRDS non déductible ». The label is made of both names and of nothing else,
/// and where a base is shown, both rates together give the amounts.
pub fn shared(
    label: &Phrase,
    stats: Option<&CodeStats>,
    rubrics: &Rubrics,
) -> Option<(crate::payslip::ElementId, crate::payslip::ElementId)> {
    if label.words.len() < 2 {
        return None;
    }
    let within = |t: &RubricTarget| -> Vec<Vec<String>> {
        let names = t.labels.iter().map(|l| Phrase::of(l).words).chain([Phrase::of(&t.code).words]);
        names.filter(|w| w.len() < label.words.len() && w.iter().all(|x| label.words.contains(x))).collect()
    };
    let own = |t: &&RubricTarget| t.total.is_none() && t.kind == LineKind::Deduction && t.employer_rate.is_none() && t.rate.is_some();
    let named: Vec<(&RubricTarget, Vec<Vec<String>>)> =
        rubrics.targets.iter().filter(own).map(|t| (t, within(t))).filter(|(_, w)| !w.is_empty()).collect();
    let number = |w: &String| w.bytes().all(|b| b.is_ascii_digit());
    let whole = |a: &[String], b: &[String]| {
        label.words.iter().all(|w| a.contains(w) || b.contains(w) || number(w)) && a.iter().all(|w| !b.contains(w))
    };
    let mut found = None;
    for (i, (a, names)) in named.iter().enumerate() {
        for (b, others) in &named[i + 1..] {
            if !names.iter().any(|x| others.iter().any(|y| whole(x, y))) {
                continue;
            }
            let both = a.rate?.add(b.rate?)?;
            if stats.and_then(|s| s.follows(both, Payer::Agent)).is_some_and(|hits| hits < 90) {
                continue;
            }
            if found.is_some() {
                return None;
            }
            found = Some((a.element, b.element));
        }
    }
    found
}

/// A row that shows both shares under one code, or a row of each, where the employer's is an element of its own: that element.
fn employer_share(m: &CodeMapping, stats: &CodeStats, agent: &Option_, options: &[Option_]) -> Option<crate::payslip::ElementId> {
    let both = stats.employer * 2 >= stats.rows && stats.gains + stats.deductions > 0;
    if !both || agent.kind != LineKind::Deduction || agent.employer_rate.is_some() {
        return None;
    }
    employer_named(m.labels.first().map_or("", |l| split_period(l).0), Some(stats), options)
}

/// Where a column holds the agent's share in one row and the employer's in the next: the element of the latter, if it is another.
pub fn other_share(label: &str, agent: crate::payslip::ElementId, rubrics: &Rubrics) -> Option<crate::payslip::ElementId> {
    let own = rubrics.get(agent).is_some_and(|t| t.kind == LineKind::Deduction && t.employer_rate.is_none());
    if own { employer_named(label, None, &options(rubrics)) } else { None }
}

/// The employer's element that is called so.
fn employer_named(label: &str, stats: Option<&CodeStats>, options: &[Option_]) -> Option<crate::payslip::ElementId> {
    let label = Phrase::of(label).without_share();
    let points = |o: &Option_| -> u32 {
        let words = o.phrases.iter().map(|(_, plain, weight)| likeness(&label, plain) * weight / 100).max().unwrap_or(0);
        match o.employer_rate.and_then(|r| stats?.follows(r, Payer::Employer)) {
            Some(hits) if hits >= 90 => words + 40,
            // On another base than the agent's, perhaps: the name still decides.
            Some(_) => words.saturating_sub(15),
            None => words,
        }
    };
    let best = options.iter().filter(|o| o.kind == LineKind::Employer).max_by_key(|o| points(o))?;
    match best.target {
        CodeTarget::Element(e, Payer::Employer) if points(best) >= 80 => Some(e),
        _ => None,
    }
}
