//! Two payslips of one number in one register: each with its own sums, and the lines of both under the agent.

use super::told::Told;
use crate::ground::{At, EmployeeId, Finding, Money, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::mapping::TotalRole;
use crate::normalise::register::Slip;
use crate::payslip::{LineKind, PaidCode, PaidLine};

/// What a person says how to pay lifts it.
pub const SEVERAL_POSTS: &str = "M377";

/// Sums of a second payslip add to those of the first where the lines of both prove it. With base pay in each they are two posts,
/// which nothing here can pay apart: asked.
pub(super) fn of_two_payslips(slip: &mut Slip, id: &EmployeeId, sources: &Sources, cx: &Context<'_>, told: &mut Told) {
    let Some((first, at)) = slip.paid.net_paid else { return };
    let nets: Vec<(Money, At)> = slip.again.iter().filter(|a| a.0 == TotalRole::NetPaid).map(|a| (a.1, a.2)).collect();
    let all: Money = nets.iter().map(|n| n.0).sum::<Money>() + first;
    let lines: Money = slip.paid.lines.iter().map(|l| l.amount).sum();
    if nets.is_empty() || lines != all || lines == first {
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
    let earns = |l: &PaidLine| matches!(l.code, PaidCode::Element(e) if cx.rubrics.get(e).is_some_and(|t| t.kind == LineKind::Earning));
    let before = |l: &PaidLine| l.at.row <= at.row;
    let own: Vec<&PaidLine> = slip.paid.lines.iter().filter(|l| l.period.is_none() && l.amount > Money::ZERO && earns(l)).collect();
    // The largest sum of one payslip is its base pay.
    let base = own.iter().filter(|l| before(l)).max_by_key(|l| l.amount).map(|l| l.code);
    let twice = base.is_some_and(|b| own.iter().any(|l| !before(l) && l.code == b));
    let (code, severity) = if twice { (SEVERAL_POSTS, Severity::Blocking) } else { ("M378", Severity::Justify) };
    let shown: Vec<String> = std::iter::once(first).chain(nets.iter().map(|n| n.0)).map(Money::french).collect();
    let f = Finding::new(code, severity).of(id).arg("agent", id).arg("nets", shown.join(" + ")).at(sources.place(at));
    told.add(nets.iter().fold(f, |f, n| f.at(sources.place(n.1))), slip.source);
}
