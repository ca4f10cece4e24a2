//! A register whose headings are missing, or say too little: what its columns are, by contents and arithmetic alone.
//!
//! Without any heading nothing found here is sure: every column is proposed, and the findings of an uncertain mapping are raised.

use crate::facts::Role as FactRole;
use crate::ground::Exact;
use crate::normalise::Context;
use crate::normalise::cells::number;
use crate::normalise::codes::split_period;
use crate::normalise::layout::Kept;
use crate::normalise::mapping::Meaning;
use crate::normalise::profile::{Profile, fits_plain, says_sides};
use crate::normalise::register::split_name;
use crate::normalise::text::{Phrase, likeness};
use crate::normalise::titles::{summing, total_named};
use crate::payslip::LineKind;
use std::collections::{BTreeMap, BTreeSet};

/// Meanings by column; `None` when this is no register with one row per agent and rubric.
pub fn register(kept: &[Kept], profiles: &[Profile], cx: &Context<'_>) -> Option<Vec<Option<Meaning>>> {
    let rows: Vec<&Kept> = kept.iter().filter(|k| summing(&k.first()).is_none() && k.filled() >= 4).collect();
    if rows.len() < 20 {
        return None;
    }
    let width = profiles.len();
    let texts: Vec<Vec<String>> = (0..width).map(|c| rows.iter().map(|r| r.shown(c)).collect()).collect();
    let mut found: Vec<Option<Meaning>> = vec![None; width];
    let runs = |c: usize| 1 + texts[c].windows(2).filter(|w| w[0] != w[1]).count();
    let distinct = |c: usize| texts[c].iter().collect::<BTreeSet<_>>().len();
    let full = |c: usize| profiles[c].filled * 20 >= profiles[c].rows * 19;
    // The number of the town, the year and the month are the same on every row.
    let agent = (0..width).find(|&c| {
        full(c)
            && distinct(c) > 1
            && profiles[c].share(profiles[c].id_like) >= 95
            && runs(c) * 3 <= rows.len()
            && runs(c) <= distinct(c) * 6 / 5
    })?;
    let code = (0..width).find(|&c| {
        c != agent
            && full(c)
            && profiles[c].longest <= 8
            && distinct(c) * 4 <= rows.len()
            && distinct(c) >= 5
            && runs(c) * 10 >= rows.len() * 8
    })?;
    let label = (0..width).find(|&c| c != agent && c != code && full(c) && distinct(c) >= 5 && names_codes(&texts, profiles, code, c))?;
    let side = (0..width).find(|&c| full(c) && distinct(c) > 1 && says_sides(&profiles[c]));
    found[code] = Some(Meaning::Code);
    if let Some(side) = side {
        found[side] = Some(Meaning::Side);
    }
    of_month(profiles, &full, &mut found);
    found[label] = Some(Meaning::Label);
    found[agent] = cx.vocabulary.role(FactRole::Employee).map(Meaning::Fact);
    names(&texts, profiles, agent, &mut found, cx);
    let numeric: Vec<usize> =
        (0..width).filter(|&c| found[c].is_none() && distinct(c) > 2 && profiles[c].share(profiles[c].numbers) >= 95).collect();
    let values = values(&rows, &numeric, profiles);
    amounts(&texts[label], &numeric, &values, &mut found, cx)?;
    rates(&numeric, &values, &mut found);
    Some(found)
}

/// The month of each row, and its year where months stand bare beside one.
fn of_month(profiles: &[Profile], full: &impl Fn(usize) -> bool, found: &mut [Option<Meaning>]) {
    let free = |c: &usize| found[*c].is_none() && full(*c);
    let fits = |c: usize, m: Meaning| fits_plain(&profiles[c], m) > 0;
    if let Some(whole) = (0..profiles.len()).filter(free).find(|&c| fits(c, Meaning::Period) && profiles[c].longest >= 6) {
        found[whole] = Some(Meaning::Period);
        return;
    }
    let Some(year) = (0..profiles.len()).filter(free).find(|&c| fits(c, Meaning::Year) && profiles[c].longest == 4) else { return };
    let beside = [Some(year + 1), year.checked_sub(1)].into_iter().flatten().filter(|c| *c < profiles.len());
    if let Some(month) = beside.filter(free).find(|&c| fits(c, Meaning::Period) && profiles[c].longest <= 2) {
        (found[year], found[month]) = (Some(Meaning::Year), Some(Meaning::Period));
    }
}

/// What the columns of numbers of a register are whose agent, and code or label, are known by their titles; nothing where the
/// rows of an agent are too few to be lines of pay, or where the amounts cannot be told.
pub fn numbers_of(
    data: &[Kept],
    profiles: &[Profile],
    agent: usize,
    (code, label): (Option<usize>, Option<usize>),
    cx: &Context<'_>,
) -> Option<Vec<Option<Meaning>>> {
    let rows: Vec<&Kept> = data.iter().filter(|k| summing(&k.first()).is_none() && k.filled() >= 3).collect();
    let width = profiles.len();
    let texts: Vec<Vec<String>> = (0..width).map(|c| rows.iter().map(|r| r.shown(c)).collect()).collect();
    let runs = 1 + texts[agent].windows(2).filter(|w| w[0] != w[1]).count();
    if rows.len() < 20 || runs * 4 > rows.len() {
        return None;
    }
    let mut found: Vec<Option<Meaning>> = vec![None; width];
    let beside = |c: &usize| Some(*c) != code && *c != agent;
    let label = label.or_else(|| code.and_then(|k| (0..width).filter(beside).find(|&c| names_codes(&texts, profiles, k, c))))?;
    let numeric: Vec<usize> = (0..width)
        .filter(beside)
        .filter(|&c| c != label && profiles[c].filled > 0 && profiles[c].share(profiles[c].numbers) >= 95 && profiles[c].longest < 12)
        .collect();
    let values = values(&rows, &numeric, profiles);
    found[label] = Some(Meaning::Label);
    amounts(&texts[label], &numeric, &values, &mut found, cx)?;
    rates(&numeric, &values, &mut found);
    Some(found)
}

/// Whether a column says with which word each code is called.
fn names_codes(texts: &[Vec<String>], profiles: &[Profile], code: usize, c: usize) -> bool {
    let mut by_code: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (k, l) in texts[code].iter().zip(&texts[c]).filter(|(k, _)| !k.is_empty()) {
        *by_code.entry(k).or_default().entry(split_period(l).0).or_default() += 1;
    }
    let coded: usize = by_code.values().flat_map(BTreeMap::values).sum();
    let usual: usize = by_code.values().filter_map(|l| l.values().max()).sum();
    profiles[c].share(profiles[c].numbers) < 20 && usual * 10 >= coded * 9 && by_code.len() >= 5
}

/// The numbers of these columns, row by row.
fn values(rows: &[&Kept], numeric: &[usize], profiles: &[Profile]) -> BTreeMap<usize, Vec<Option<Exact>>> {
    let of = |c: usize| rows.iter().map(|r| r.cells.get(c).and_then(|x| number(x, profiles[c].mark()).ok().flatten())).collect();
    numeric.iter().map(|&c| (c, of(c))).collect()
}

/// Columns that say the same for all rows of an agent and hold letters.
fn names(texts: &[Vec<String>], profiles: &[Profile], agent: usize, found: &mut [Option<Meaning>], cx: &Context<'_>) {
    let mut candidates = Vec::new();
    for c in 0..texts.len() {
        let mut of: BTreeMap<&str, &str> = BTreeMap::new();
        let follows = texts[agent].iter().zip(&texts[c]).all(|(a, t)| *of.entry(a).or_insert(t) == t);
        if found[c].is_none() && follows && profiles[c].share(profiles[c].letters) >= 95 && profiles[c].filled * 2 > profiles[c].rows {
            candidates.push(c);
        }
    }
    let fact = |r: FactRole| cx.vocabulary.role(r).map(Meaning::Fact);
    match candidates.as_slice() {
        [only] if texts[*only].iter().any(|t| !split_name(t).1.is_empty()) => found[*only] = fact(FactRole::FullName),
        [first, second, ..] if profiles[*first].upper > profiles[*second].upper => {
            found[*first] = fact(FactRole::Surname);
            found[*second] = fact(FactRole::GivenName);
        }
        [first, second, ..] if profiles[*second].upper > profiles[*first].upper => {
            found[*second] = fact(FactRole::Surname);
            found[*first] = fact(FactRole::GivenName);
        }
        _ => {}
    }
}

/// Gains, deductions and the employer's share, by what the labels are known to be.
fn amounts(
    labels: &[String],
    numeric: &[usize],
    values: &BTreeMap<usize, Vec<Option<Exact>>>,
    found: &mut [Option<Meaning>],
    cx: &Context<'_>,
) -> Option<()> {
    let titles: Vec<_> = cx.rubrics.targets.iter().flat_map(|t| t.labels.iter().map(move |x| (Phrase::of(x), t))).collect();
    let mut known: BTreeMap<&str, Option<LineKind>> = BTreeMap::new();
    for l in labels {
        known.entry(l).or_insert_with(|| {
            if total_named(l).is_some() {
                return Some(LineKind::Earning);
            }
            let phrase = &Phrase::of(l);
            let best = titles.iter().map(|(title, t)| (likeness(phrase, title), t)).max_by_key(|(s, _)| *s)?;
            (best.0 >= 85 && (best.1.kind != LineKind::Deduction || best.1.employer_rate.is_none())).then_some(best.1.kind)
        });
    }
    let share = |c: usize, kinds: &[LineKind]| -> usize {
        let of =
            labels.iter().zip(&values[&c]).filter(|(l, _)| known.get(l.as_str()).copied().flatten().is_some_and(|k| kinds.contains(&k)));
        let (mut all, mut filled) = (0, 0);
        for (_, v) in of {
            all += 1;
            filled += usize::from(v.is_some());
        }
        (filled * 100).checked_div(all).unwrap_or(0)
    };
    let (earning, deduction, employer) = ([LineKind::Earning], [LineKind::Deduction, LineKind::Tax], [LineKind::Employer]);
    let gain = numeric
        .iter()
        .copied()
        .filter(|&c| share(c, &deduction) <= 10 && share(c, &employer) <= 10)
        .max_by_key(|&c| share(c, &earning))
        .filter(|&c| share(c, &earning) >= 70);
    let Some(gain) = gain else { return together(numeric, values, &share, found) };
    // Rates stand on the same rows as what is kept: amounts are the larger.
    let largest = |c: &usize| values[c].iter().flatten().max().copied();
    let kept = numeric
        .iter()
        .copied()
        .filter(|&c| share(c, &earning) <= 20 && share(c, &employer) <= 10 && share(c, &deduction) >= 80)
        .max_by_key(largest)?;
    found[gain] = Some(Meaning::Gain);
    found[kept] = Some(Meaning::Deduction);
    let paid_by_employer = numeric
        .iter()
        .copied()
        .filter(|&c| found[c].is_none() && share(c, &employer) >= 90 && share(c, &earning) <= 10 && share(c, &deduction) <= 10)
        .max_by_key(largest);
    if let Some(c) = paid_by_employer {
        found[c] = Some(Meaning::EmployerAmount);
    }
    Some(())
}

/// One column holds what is paid and what is kept; the employer's share stands where only employers pay.
fn together(
    numeric: &[usize],
    values: &BTreeMap<usize, Vec<Option<Exact>>>,
    share: &impl Fn(usize, &[LineKind]) -> usize,
    found: &mut [Option<Meaning>],
) -> Option<()> {
    let (earning, deduction, employer) = ([LineKind::Earning], [LineKind::Deduction, LineKind::Tax], [LineKind::Employer]);
    let all: Vec<usize> = numeric.iter().copied().filter(|&c| share(c, &earning) >= 90 && share(c, &deduction) >= 90).collect();
    // Of a base and an amount on every row, the amount is what another column's product makes.
    let amount = match all.as_slice() {
        [only] => *only,
        several => several.iter().copied().find(|a| several.iter().all(|b| a == b || hits(values, *a, numeric, Some(*b)).is_some()))?,
    };
    found[amount] = Some(Meaning::Amount);
    let largest = |c: &usize| values[c].iter().flatten().max().copied();
    let paid_by_employer = numeric
        .iter()
        .copied()
        .filter(|&c| found[c].is_none() && share(c, &employer) >= 90 && share(c, &earning) <= 10)
        .filter(|&c| hits(values, c, numeric, None).is_some())
        .max_by_key(largest);
    if let Some(c) = paid_by_employer {
        found[c] = Some(Meaning::EmployerAmount);
    }
    Some(())
}

/// Base and rates are the columns whose product is an amount.
fn rates(numeric: &[usize], values: &BTreeMap<usize, Vec<Option<Exact>>>, found: &mut [Option<Meaning>]) {
    let amounts: Vec<(usize, Meaning)> = (0..found.len())
        .filter_map(|c| match found[c] {
            Some(Meaning::Deduction | Meaning::Amount) => Some((c, Meaning::Rate)),
            Some(Meaning::EmployerAmount) => Some((c, Meaning::EmployerRate)),
            _ => None,
        })
        .collect();
    for (amount, meaning) in amounts {
        let free: Vec<usize> = numeric.iter().copied().filter(|&c| found[c].is_none() || found[c] == Some(Meaning::Base)).collect();
        if let Some((b, r)) = hits(values, amount, &free, None).filter(|(_, r)| found[*r].is_none()) {
            found[b] = Some(Meaning::Base);
            found[r] = Some(meaning);
        }
    }
}

/// The base and the rate, of these columns, whose product is an amount on most rows that have all three, and on five at least.
fn hits(values: &BTreeMap<usize, Vec<Option<Exact>>>, amount: usize, columns: &[usize], on: Option<usize>) -> Option<(usize, usize)> {
    let mut best = (0, None);
    for &b in columns.iter().filter(|b| on.is_none_or(|o| o == **b)) {
        for &r in columns {
            if b == r || b == amount || r == amount {
                continue;
            }
            let all = || (0..values[&b].len()).filter_map(|i| Some((values[&b][i]?, values[&r][i]?, values[&amount][i]?)));
            let comes_out = |(x, y, z): &(Exact, Exact, Exact)| {
                let product = x.mul(*y).and_then(|p| p.div(Exact::int(100))).and_then(|p| p.scaled_half_up(100));
                product.zip(z.scaled_half_up(100)).is_some_and(|(p, z)| (p.abs() - z.abs()).abs() <= 1) && x > y
            };
            let hits = all().filter(comes_out).count();
            if hits > best.0 && hits * 2 >= all().count() {
                best = (hits, Some((b, r)));
            }
        }
    }
    best.1.filter(|_| best.0 >= 5)
}
