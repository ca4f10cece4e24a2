//! Whose payslips these are: by the number that the statement writes, or else by the identity number that other files know.

use super::known_numbers;
use crate::ground::{At, EmployeeId, Finding, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::gather::Gathered;
use crate::normalise::identities::{By, of_files, written};
use crate::read::xhl::Slip;

/// What stands before the rank of a payslip that has no number.
pub const RANK: &str = "XHL";

/// Places that one finding lists.
const SHOWN: usize = 8;

/// The agent of each payslip, in order, under the number that other sources write. Where nothing tells, the number is made of
/// the payslip's rank among all: alone it is told once, and beside other sources each such payslip waits.
pub fn numbers(
    slips: &[(u16, &Slip)],
    gathered: &Gathered,
    sources: &Sources,
    cx: &Context<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<EmployeeId> {
    let mut known = known_numbers(gathered);
    // Two numbers that differ by their zeros alone in one source are two people; then what is written counts.
    let as_others_write = |slip: &Slip| {
        let id = EmployeeId::parse(&slip.agent.number.text)?;
        Some(known.entry(id.bare().to_owned()).or_insert_with(|| Some(id.clone())).clone().unwrap_or(id))
    };
    let numbered: Vec<Option<EmployeeId>> = slips.iter().map(|s| s.1).map(as_others_write).collect();
    let (files, mut own) = (of_files(gathered, cx), By::default());
    for ((_, slip), id) in slips.iter().zip(&numbered) {
        let identities = id.iter().flat_map(|id| written(&slip.agent.nir.text).into_iter().map(move |i| (i, id)));
        identities.for_each(|(i, id)| own.note(i, id));
    }
    let place = |source: u16, slip: &Slip| sources.place(At::row(source, slip.line));
    let (mut joined, mut nameless, mut out) = (Vec::new(), Vec::new(), Vec::new());
    for (rank, ((source, slip), id)) in slips.iter().zip(numbered).enumerate() {
        let identities = || written(&slip.agent.nir.text);
        out.extend(id.or_else(|| {
            let found = identities().iter().find_map(|i| files.get(i).or_else(|| own.get(i))).cloned();
            if found.is_some() {
                joined.push(place(*source, slip));
                return found;
            }
            let made = EmployeeId::parse(&format!("{RANK}{}", rank + 1))?;
            identities().into_iter().for_each(|i| own.note(i, &made));
            nameless.push((place(*source, slip), format!("{} {}", slip.agent.surname.text, slip.agent.given.text), made.clone()));
            Some(made)
        }));
    }
    if !joined.is_empty() {
        let f = Finding::new("M352", Severity::Information).arg("count", joined.len());
        findings.push(joined.into_iter().take(SHOWN).fold(f, Finding::at));
    }
    if gathered.staff.is_empty() && gathered.paid.is_empty() && !nameless.is_empty() {
        let f = Finding::new("M351", Severity::Justify).arg("count", nameless.len());
        findings.push(nameless.into_iter().take(SHOWN).fold(f, |f, (at, _, _)| f.at(at)));
    } else {
        findings.extend(nameless.into_iter().map(|(at, name, id)| {
            let f = Finding::new("R59", Severity::Blocking).arg("name", name.trim());
            f.of(&id).at(at)
        }));
    }
    out
}
