//! How the pack's elements look in an export.

use crate::job::Job;
use crate::normalise::{RubricTarget, Rubrics};
use crate::payslip::LineKind;
use crate::rules::Pack;
use crate::rules::bind::{Context, Num, SettingValue};
use crate::rules::plan::Step;
use std::collections::BTreeSet;

/// What the pack's elements look like in an export: labels, kind, and the law's rates of the month.
pub fn rubrics(pack: &Pack, job: &Job, settings: &[SettingValue]) -> Rubrics {
    let law = pack.law(Context { month: job.last_month, payment_date: job.last_month.last_day() }, settings.to_vec());
    let plan = pack.plan(&law).0;
    let constant = |n: &Option<Num>| match n {
        Some(Num::Const(x)) if !x.is_zero() => Some(*x),
        _ => None,
    };
    // An amount is written with its sign; a base times a rate has that of its kind.
    let mut taken = BTreeSet::new();
    for step in plan.iter().flat_map(|p| &p.steps) {
        let Step::Element(e) = step else { continue };
        let of_kind = matches!(e.kind, LineKind::Deduction | LineKind::Employer | LineKind::Tax);
        if e.amount.as_ref().map_or(of_kind, |n| n.takes(&taken)) {
            taken.insert(e.slot);
        }
    }
    let targets = pack
        .elements
        .iter()
        .enumerate()
        .map(|(i, e)| {
            let step = plan.as_ref().and_then(|p| {
                p.steps.iter().find_map(|s| match s {
                    Step::Element(x) if x.element.index() == i => Some(x),
                    Step::Element(_) | Step::Value(_) => None,
                })
            });
            let mut labels = e.labels.clone();
            labels.push(e.card.label.fr.clone());
            RubricTarget {
                element: crate::payslip::ElementId(i as u16),
                code: e.card.code.clone(),
                kind: e.card.kind,
                labels,
                rate: step.and_then(|s| constant(&s.rate)),
                employer_rate: step.and_then(|s| constant(&s.employer_rate)),
                takes: step.is_some_and(|s| taken.contains(&s.slot)),
                total: None,
            }
        })
        .collect();
    Rubrics { targets }
}
