//! Which way deductions are written in a statement, and whether each payslip's lines make its net.
//!
//! One package writes deductions as negative amounts. The majority of a category says how the file does it; where the
//! other way makes more payslips come out, that one is right. A minority sign then is a refund.

use super::{Category, Effect, Statement};
use crate::ground::{EmployeeId, Finding, Money, Place, Severity};
use std::collections::BTreeSet;

/// Categories whose sign differs between packages.
const SIGNED: [Category; 4] = [Category::Deduction, Category::Acompte, Category::Retenue, Category::Cotisation];

/// Normalises the signs, marks arrears of contributions, and compares nets.
pub fn settle(s: &mut Statement, findings: &mut Vec<Finding>) {
    mark_contributions(s);
    let majority: Vec<bool> = SIGNED.iter().map(|c| mostly_negative(s, *c)).collect();
    let mut best = (agreeing(s, &majority), majority.clone());
    // Three categories change the net: eight ways, the majority first.
    for way in 1..8_u8 {
        let tried: Vec<bool> = majority.iter().enumerate().map(|(i, m)| if i < 3 { *m != (way >> i & 1 == 1) } else { *m }).collect();
        let agrees = agreeing(s, &tried);
        if agrees > best.0 {
            best = (agrees, tried);
        }
    }
    s.reversed = SIGNED.iter().zip(&best.1).filter(|(_, r)| **r).map(|(c, _)| *c).collect();
    let reversed = s.reversed.clone();
    for l in s.slips.iter_mut().flat_map(|s| &mut s.lines) {
        if turned(&reversed, l.category, l.contribution) {
            l.amount = -l.amount;
        }
    }
    if !s.reversed.is_empty() {
        let names: Vec<&str> = s.reversed.iter().map(|c| c.name()).collect();
        findings
            .push(Finding::new("R47", Severity::Information).arg("categories", names.join(", ")).at(Place::File { file: s.file.clone() }));
    }
    compare(s, findings);
}

fn turned(reversed: &[Category], category: Category, contribution: bool) -> bool {
    reversed.contains(&category) || (contribution && category == Category::Rappel && reversed.contains(&Category::Deduction))
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

fn mostly_negative(s: &Statement, category: Category) -> bool {
    let (mut negative, mut positive) = (0_u64, 0_u64);
    for l in s.slips.iter().flat_map(|s| &s.lines).filter(|l| l.category == category && !l.amount.is_zero()) {
        if l.amount.is_negative() {
            negative += 1;
        } else {
            positive += 1;
        }
    }
    negative > positive
}

/// How many payslips come out when the signs are read that way.
fn agreeing(s: &Statement, way: &[bool]) -> usize {
    let reversed: Vec<Category> = SIGNED.iter().zip(way).filter(|(_, r)| **r).map(|(c, _)| *c).collect();
    s.slips
        .iter()
        .filter(|slip| {
            let net: Money = slip
                .lines
                .iter()
                .map(|l| match (l.effect(), turned(&reversed, l.category, l.contribution)) {
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
