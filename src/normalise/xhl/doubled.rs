//! What a statement shows twice under one code and one label.

use crate::ground::{At, EmployeeId, Finding, Severity, Sources};
use crate::read::xhl::{Category, PayLine, Slip};
use std::collections::BTreeMap;

/// How many payslips have a label under a code, and those that have it more than once, by their place.
type Having<'a> = (u32, Vec<(usize, Vec<&'a PayLine>)>);

/// What somebody was paid twice under one code and one name, where most who have it were once: one of the two may be a correction or
/// a bonus of that month alone, and nothing tells them apart.
pub fn told(slips: &[(EmployeeId, u16, &Slip)], sources: &Sources, findings: &mut Vec<Finding>) {
    let pay = |l: &&PayLine| matches!(l.category, Category::Indemnite | Category::RemDivers) && l.period.is_none() && !l.amount.is_zero();
    let mut having: BTreeMap<(&str, &str), Having<'_>> = BTreeMap::new();
    for (i, (_, _, slip)) in slips.iter().enumerate() {
        let mut own: BTreeMap<(&str, &str), Vec<&PayLine>> = BTreeMap::new();
        slip.lines.iter().filter(pay).for_each(|l| own.entry((&l.code, &l.label)).or_default().push(l));
        for (of, lines) in own {
            let all = having.entry(of).or_default();
            all.0 += 1;
            if lines.len() > 1 {
                all.1.push((i, lines));
            }
        }
    }
    for ((_, label), (count, twice)) in having {
        if count > 1 && twice.len() * 2 > count as usize {
            continue;
        }
        for (i, lines) in twice {
            let (id, source, _) = &slips[i];
            let amounts = lines.iter().map(|l| l.amount.french()).collect::<Vec<_>>().join(", ");
            let f = Finding::new("R119", Severity::Justify).of(id).arg("agent", id).arg("label", label).arg("amounts", amounts);
            let f = f.stake(lines.iter().map(|l| l.amount.cents()).sum());
            findings.push(lines.iter().fold(f, |f, l| f.at(sources.place(At::row(*source, l.line)))));
        }
    }
}
