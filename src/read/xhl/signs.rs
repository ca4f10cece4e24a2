//! Which way deductions are written in a statement, and whether each payslip's lines make its net.
//!
//! One package writes deductions as negative amounts. The majority of a category says how the file does it; where the
//! other way makes more payslips come out, that one is right. A minority sign then is a refund. A file put together from two
//! packages has two ways: those of an establishment are its own where more of its payslips come out, and a payslip that comes
//! out to the cent the other way alone is written that way.

use super::{Category, Effect, Slip, Statement};
use crate::ground::{EmployeeId, Finding, Money, Place, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Categories whose sign differs between packages.
const SIGNED: [Category; 4] = [Category::Deduction, Category::Acompte, Category::Retenue, Category::Cotisation];

/// Normalises the signs, marks arrears of contributions, and compares nets.
pub fn settle(s: &mut Statement, findings: &mut Vec<Finding>) {
    mark_contributions(s);
    let all: Vec<&Slip> = s.slips.iter().collect();
    let of_file = best(&all, &majority(&all));
    let mut establishments: BTreeMap<&str, Vec<&Slip>> = BTreeMap::new();
    all.iter().for_each(|slip| establishments.entry(&slip.establishment).or_default().push(slip));
    // The employer's shares move no net: the majority of them says how they are written.
    let with_employers = |way: Way, slips: &[&Slip]| [way[0], way[1], way[2], majority(slips)[EMPLOYERS]];
    let own = |slips: &Vec<&Slip>| with_employers(best(slips, &of_file), slips);
    let ways: BTreeMap<&str, Way> = establishments.iter().map(|(e, slips)| (*e, own(slips))).collect();
    let of_slip = |slip: &Slip| {
        let way = ways[&*slip.establishment];
        let others: Vec<Way> = if agreeing(&[slip], &way) == 1 { Vec::new() } else { alone(slip, &way) };
        if let [one] = others.as_slice() { with_employers(*one, &[slip]) } else { way }
    };
    let found: Vec<Way> = s.slips.iter().map(of_slip).collect();
    s.reversed = categories(&of_file);
    for (slip, way) in s.slips.iter_mut().zip(&found) {
        for l in &mut slip.lines {
            if turned(way, l.category, l.contribution) {
                l.amount = -l.amount;
            }
        }
    }
    tell(s, &of_file, &found, findings);
    compare(s, findings);
}

/// For each category whose sign differs, whether what is deducted is written negative.
type Way = [bool; 4];

/// Where the employer's shares stand among them.
const EMPLOYERS: usize = 3;

fn categories(way: &Way) -> Vec<Category> {
    SIGNED.iter().zip(way).filter(|(_, r)| **r).map(|(c, _)| *c).collect()
}

fn majority(slips: &[&Slip]) -> Way {
    SIGNED.map(|c| mostly_negative(slips, c))
}

/// The way in which most payslips come out: the first one, unless another has more. Three categories change the net.
fn best(slips: &[&Slip], first: &Way) -> Way {
    let mut best = (agreeing(slips, first), *first);
    for tried in others(first) {
        let agrees = agreeing(slips, &tried);
        if agrees > best.0 {
            best = (agrees, tried);
        }
    }
    best.1
}

fn others(first: &Way) -> impl Iterator<Item = Way> {
    (1..8_u8).map(|way| std::array::from_fn(|i| if i < EMPLOYERS { first[i] != (way >> i & 1 == 1) } else { first[i] }))
}

/// The other ways in which one payslip comes out, each different for its lines.
fn alone(slip: &Slip, way: &Way) -> Vec<Way> {
    let has = |i: usize| slip.lines.iter().any(|l| turned(&std::array::from_fn(|k| k == i), l.category, l.contribution));
    let differs = |w: &Way| (0..EMPLOYERS).all(|i| w[i] == way[i] || has(i));
    others(way).filter(|w| differs(w) && agreeing(&[slip], w) == 1).collect()
}

/// How the file writes what is deducted, and how many payslips do it otherwise.
fn tell(s: &Statement, of_file: &Way, found: &[Way], findings: &mut Vec<Finding>) {
    if !s.reversed.is_empty() {
        let names: Vec<&str> = s.reversed.iter().map(|c| c.name()).collect();
        findings
            .push(Finding::new("R47", Severity::Information).arg("categories", names.join(", ")).at(Place::File { file: s.file.clone() }));
    }
    let others: Vec<&Slip> = s.slips.iter().zip(found).filter(|(_, way)| *way != of_file).map(|(slip, _)| slip).collect();
    if let Some(first) = others.first() {
        let f = Finding::new("R115", Severity::Warning).arg("count", others.len());
        findings.push(f.at(Place::Line { file: s.file.clone(), line: first.line, heading: None }));
    }
}

fn turned(way: &Way, category: Category, contribution: bool) -> bool {
    let of = |category: Category| SIGNED.iter().zip(way).any(|(c, r)| *r && *c == category);
    of(category) || contribution && category == Category::Rappel && of(Category::Deduction)
}

/// An arrear is one of a contribution when its label says so, or when its body collects contributions and pays nothing.
fn mark_contributions(s: &mut Statement) {
    let (mut collects, mut pays) = (BTreeSet::new(), BTreeSet::new());
    for l in s.slips.iter().flat_map(|s| &s.lines).filter(|l| !l.fund.is_empty()) {
        match l.category {
            Category::Deduction | Category::Cotisation => {
                collects.insert(l.fund.clone());
            }
            Category::TraitBrut | Category::IndemResid | Category::SupFam | Category::Indemnite | Category::RemDivers => {
                pays.insert(l.fund.clone());
            }
            Category::AvantageNature | Category::Acompte | Category::Rappel | Category::Retenue | Category::Commentaire => {}
        }
    }
    for l in s.slips.iter_mut().flat_map(|s| &mut s.lines).filter(|l| l.category == Category::Rappel) {
        let mut words = l.label.split(|c: char| !c.is_alphanumeric()).map(str::to_ascii_uppercase);
        let named = words.any(|w| w == "COT" || w.starts_with("COTIS"));
        l.contribution = named || (collects.contains(&l.fund) && !pays.contains(&l.fund));
    }
}

fn mostly_negative(slips: &[&Slip], category: Category) -> bool {
    let (mut negative, mut positive) = (0_u64, 0_u64);
    for l in slips.iter().flat_map(|s| &s.lines).filter(|l| l.category == category && !l.amount.is_zero()) {
        if l.amount.is_negative() {
            negative += 1;
        } else {
            positive += 1;
        }
    }
    negative > positive
}

/// How many payslips come out when the signs are read that way.
fn agreeing(slips: &[&Slip], way: &Way) -> usize {
    slips
        .iter()
        .filter(|slip| {
            let net: Money = slip
                .lines
                .iter()
                .map(|l| match (l.effect(), turned(way, l.category, l.contribution)) {
                    (Effect::Adds, _) | (Effect::Takes, true) => l.amount,
                    (Effect::Takes, false) => -l.amount,
                    (Effect::Neutral | Effect::Employer, _) => Money::ZERO,
                })
                .sum();
            slip.net_to_pay.is_some_and(|n| n.value == net)
        })
        .count()
}

/// The net of each payslip against its lines. Published examples and real files hold payslips that differ: never fatal.
fn compare(s: &mut Statement, findings: &mut Vec<Finding>) {
    for slip in &mut s.slips {
        let Some(stated) = slip.net_to_pay else { continue };
        if slip.lines.is_empty() || slip.unread > 0 || slip.rebuilt() == stated.value {
            continue;
        }
        slip.benefits_counted = true;
        if slip.rebuilt() == stated.value {
            continue;
        }
        slip.benefits_counted = false;
        let found = slip.rebuilt();
        let number = slip.agent.number.text.as_ref();
        let finding = Finding::new("R46", Severity::Justify)
            .arg("agent", number)
            .arg("stated", stated.value.french())
            .arg("found", found.french())
            .arg("gap", (stated.value - found).french())
            .stake((stated.value - found).cents())
            .at(Place::Line { file: s.file.clone(), line: stated.line, heading: Some("MtNetAPayer".to_owned()) });
        findings.push(match EmployeeId::parse(number) {
            Some(id) => finding.of(&id),
            None => finding,
        });
    }
}
