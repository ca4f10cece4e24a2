//! Two payslips of one number in one register: each with its own sums, and the lines of both under the agent.

use super::told::Told;
use crate::ground::{At, EmployeeId, Finding, Money, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::dsn::base_pay;
use crate::normalise::mapping::TotalRole;
use crate::normalise::register::Slip;
use crate::payslip::{ElementId, LineKind, PaidCode, PaidLine};
use std::collections::BTreeSet;

/// What a person says how to pay lifts it.
pub const SEVERAL_POSTS: &str = "M377";

/// Sums of a second payslip add to those of the first where the lines of both prove it. With base pay in each they are two posts,
/// which nothing here can pay apart: asked.
pub(super) fn of_two_payslips(slip: &mut Slip, id: &EmployeeId, sources: &Sources, cx: &Context<'_>, told: &mut Told) {
    let Some((first, at)) = slip.paid.net_paid else { return };
    let lines: Money = slip.paid.lines.iter().map(|l| l.amount).sum();
    let further =
        |slip: &Slip| -> Vec<(Money, At)> { slip.again.iter().filter(|a| a.0 == TotalRole::NetPaid).map(|a| (a.1, a.2)).collect() };
    let proved = |nets: &[(Money, At)]| !nets.is_empty() && lines == nets.iter().map(|n| n.0).sum::<Money>() + first;
    if lines == first {
        return;
    }
    if !proved(&further(slip)) {
        // Payslips with one net: what stands on another row again is the next one's. Where every row shows the sums, it counts once.
        let mut repeated = std::mem::take(&mut slip.repeated);
        if lines == first + first {
            let mut roles: BTreeSet<TotalRole> = slip.again.iter().map(|a| a.0).collect();
            repeated.retain(|a| roles.insert(a.0));
        }
        slip.again.append(&mut repeated);
        slip.again.sort_by_key(|a| a.2.row);
    }
    let nets = further(slip);
    if !proved(&nets) {
        return;
    }
    for (role, value, _) in std::mem::take(&mut slip.again) {
        let slot = match role {
            TotalRole::Gross => &mut slip.paid.gross,
            TotalRole::NetTaxable => &mut slip.paid.net_taxable,
            TotalRole::NetBeforeTax => &mut slip.paid.net_before_tax,
            TotalRole::NetPaid => &mut slip.paid.net_paid,
            TotalRole::Employer => &mut slip.employer,
            TotalRole::Deductions | TotalRole::Cost => continue,
        };
        if let Some((sum, _)) = slot {
            *sum += value;
        }
    }
    let each: Vec<(Money, At)> = std::iter::once((first, at)).chain(nets).collect();
    let base: BTreeSet<ElementId> = base_pay().iter().filter_map(|code| cx.rubrics.coded(code)).collect();
    let earns = |e: ElementId| cx.rubrics.get(e).is_some_and(|t| t.kind == LineKind::Earning);
    let own = |l: &&PaidLine| l.period.is_none() && l.amount > Money::ZERO;
    let is_base = |l: &&PaidLine| own(l) && matches!(l.code, PaidCode::Element(e) if base.contains(&e));
    let largest = |part: &[&PaidLine]| {
        let earned = part.iter().copied().filter(|l| own(l) && matches!(l.code, PaidCode::Element(e) if earns(e)));
        earned.max_by_key(|l| l.amount).map(|l| l.code)
    };
    let twice = match apart(&slip.paid.lines, &each) {
        // Base pay in two of them, under one code or another; or what is most of the one comes again in another.
        Some(parts) => {
            let again = |b: PaidCode| parts.iter().filter(|p| p.iter().any(|l| own(l) && l.code == b)).count() >= 2;
            parts.iter().filter(|p| p.iter().any(is_base)).count() >= 2 || parts.iter().filter_map(|p| largest(p)).any(again)
        }
        None => slip.paid.lines.iter().filter(is_base).count() >= 2,
    };
    let (code, severity) = if twice { (SEVERAL_POSTS, Severity::Blocking) } else { ("M378", Severity::Justify) };
    let shown: Vec<String> = each.iter().map(|n| n.0.french()).collect();
    let f = Finding::new(code, severity).of(id).arg("agent", id).arg("nets", shown.join(" + "));
    told.add(each.iter().fold(f, |f, n| f.at(sources.place(n.1))), slip.source);
}

/// The lines of each payslip, where they come to its net: they stand above it, or from it on to the next.
fn apart<'l>(lines: &'l [PaidLine], nets: &[(Money, At)]) -> Option<Vec<Vec<&'l PaidLine>>> {
    let source = nets.first()?.1.source;
    if lines.iter().any(|l| l.at.source != source) || nets.windows(2).any(|n| n[0].1.row >= n[1].1.row) {
        return None;
    }
    let last = nets.len() - 1;
    let above = |l: &PaidLine| nets.iter().position(|n| l.at.row <= n.1.row).unwrap_or(last);
    let from = |l: &PaidLine| nets.iter().rposition(|n| l.at.row >= n.1.row).unwrap_or(0);
    let parted = |of: &dyn Fn(&PaidLine) -> usize| {
        let mut parts: Vec<Vec<&PaidLine>> = vec![Vec::new(); nets.len()];
        lines.iter().for_each(|l| parts[of(l)].push(l));
        parts
    };
    let whole = |parts: &Vec<Vec<&PaidLine>>| parts.iter().zip(nets).all(|(p, n)| p.iter().map(|l| l.amount).sum::<Money>() == n.0);
    [parted(&above), parted(&from)].into_iter().find(whole)
}
