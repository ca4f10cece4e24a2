//! Payslips of an earlier month in the statement of the month last paid: whoever came too late for that month's is paid for both at
//! once. What the earlier one paid is arrears, and does not come again.

use super::posts::{base_pay, earned};
use crate::ground::ids::bare;
use crate::ground::{At, EmployeeId, Finding, Money, PayMonth, Severity, Sources};
use crate::read::xhl::Slip;
use std::collections::BTreeMap;

/// The month of a payslip that ended before the month last paid.
pub fn month_of(slip: &Slip, last: PayMonth) -> Option<PayMonth> {
    slip.period.map(|(_, to)| to).filter(|to| *to < last)
}

/// By their place, the payslips of an earlier month that stand beside one of the month last paid, with their lines dated. A statement
/// that dates all of somebody's payslips back, or his base pay alone, only writes the month in another way.
pub fn dated(slips: &[(u16, &Slip)], last: PayMonth) -> BTreeMap<usize, Slip> {
    let mut by_number: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, (_, slip)) in slips.iter().enumerate() {
        let number = bare(&slip.agent.number.text);
        by_number.entry(if number.is_empty() { &slip.agent.nir.text } else { number }).or_default().push(i);
    }
    let mut out = BTreeMap::new();
    for (_, own) in by_number.into_iter().filter(|(number, own)| !number.is_empty() && own.len() > 1) {
        let (before, of_month): (Vec<usize>, Vec<usize>) = own.into_iter().partition(|i| month_of(slips[*i].1, last).is_some());
        let pay = |of: &[usize]| of.iter().map(|i| slips[*i]).collect::<Vec<_>>();
        let (earlier, now) = (pay(&before), pay(&of_month));
        let whole = base_pay(&now, last) > Money::ZERO || base_pay(&earlier, last).is_zero() && earned(&now) > Money::ZERO;
        for i in before.into_iter().filter(|_| whole) {
            let mut slip = slips[i].1.clone();
            slip.lines.iter_mut().for_each(|l| l.period = l.period.or(slip.period));
            out.insert(i, slip);
        }
    }
    out
}

/// Says what was paid of an earlier month.
pub fn told(id: &EmployeeId, own: &[(u16, &Slip)], last: PayMonth, sources: &Sources, findings: &mut Vec<Finding>) {
    for (source, slip, month) in own.iter().filter_map(|(source, s)| Some((*source, *s, month_of(s, last)?))) {
        let net = slip.net_to_pay.map_or_else(|| slip.rebuilt(), |n| n.value);
        let f = Finding::new("R136", Severity::Justify).of(id).arg("agent", id).arg("month", month).arg("last", last);
        findings.push(f.arg("net", net.french()).stake(net.cents()).at(sources.place(At::row(source, slip.line))));
    }
}
