//! Controls over the whole run: population bridge, totals, accounts shared by several people.

use crate::check::{Control, beyond};
use crate::ground::{EmployeeId, Finding, Iban, Money, Place};
use std::collections::BTreeMap;

/// The sums that controls of the run compare.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    pub count: u64,
    pub gross: Money,
    pub net: Money,
    pub cost: Money,
}

/// What controls of the run see.
#[derive(Debug, Default)]
pub struct Run {
    pub before: Sums,
    pub after: Sums,
    /// Bridge of the population: paid last month, arrivals, departures, unexplained absences.
    pub arrivals: u64,
    pub departures: u64,
    pub carried: u64,
    /// Net of the register and total of the transfer file of last month, when both are known.
    pub register_net: Option<Money>,
    pub transferred: Option<(Money, Place)>,
    /// Paid in the register, not in the transfer file.
    pub without_transfer: Vec<(EmployeeId, Money)>,
    /// Accounts about to be paid: who on each.
    pub accounts: BTreeMap<Iban, Vec<EmployeeId>>,
    /// The same person under several numbers, with what says so.
    pub twins: Vec<(EmployeeId, EmployeeId, String)>,
    /// Slips whose lines do not add up to the register's own net.
    pub unbalanced: Vec<(EmployeeId, Money, Money, Place)>,
    /// Rows about people no source knows.
    pub strangers: Vec<(EmployeeId, String, Place)>,
    /// Local codes without a rule, with how many lines they have and what they weigh.
    pub unknown_codes: Vec<(String, String, u64, Money)>,
    /// Sum of the causes against the difference, when they disagree: employee, unexplained amount.
    pub unexplained: Vec<(EmployeeId, Money)>,
    /// Total and count of the transfer file of this month against the nets it should pay.
    pub transfer_total: Option<(Money, u64, Money, u64)>,
    /// Execution date is a working day of the payment system.
    pub closed_day: Option<String>,
    pub debtor_missing: bool,
    pub excluded: Vec<(EmployeeId, String, Money)>,
}

/// Measures over the run. `Err` names why it could not run; `Ok(None)`: the program has no such measure.
///
/// # Errors
/// What is missing for the measure.
pub fn measure(c: &Control, r: &Run) -> Result<Option<Vec<Finding>>, &'static str> {
    Ok(Some(match c.measure.as_str() {
        "headcount_bridge" => {
            let expected = (r.before.count + r.arrivals).saturating_sub(r.departures);
            if expected == r.after.count { Vec::new() } else { vec![c.finding().arg("expected", expected).arg("found", r.after.count)] }
        }
        "register_against_transfers" => {
            let (Some(net), Some((sent, place))) = (r.register_net, &r.transferred) else { return Err("need_transfers") };
            if net == *sent {
                return Ok(Some(Vec::new()));
            }
            let who: Vec<String> = r.without_transfer.iter().take(5).map(|(id, m)| format!("{id} ({})", m.french())).collect();
            let f = c.finding().at(place.clone()).arg("register", net.french()).arg("transfers", sent.french());
            vec![f.arg("gap", (net - *sent).french()).arg("who", who.join(", ")).stake((net - *sent).cents())]
        }
        "slip_against_lines" => r
            .unbalanced
            .iter()
            .map(|(id, shown, sum, place)| {
                c.finding()
                    .of(id)
                    .at(place.clone())
                    .arg("agent", id)
                    .arg("shown", shown.french())
                    .arg("sum", sum.french())
                    .stake((*shown - *sum).cents())
            })
            .collect(),
        "shared_iban" => r
            .accounts
            .iter()
            .filter(|(_, who)| who.len() > 1)
            .flat_map(|(iban, who)| {
                let all: Vec<String> = who.iter().map(ToString::to_string).collect();
                let (all, masked) = (all.join(", "), iban.masked());
                let blocking = who.len() > 2;
                who.iter().map(move |id| {
                    let mut f = c.finding().of(id).arg("agent", id).arg("agents", &all).arg("iban", &masked);
                    if blocking {
                        f.severity = crate::ground::Severity::Blocking;
                    }
                    f
                })
            })
            .collect(),
        "same_person" => r.twins.iter().map(|(a, b, why)| c.finding().of(a).arg("agent", a).arg("other", b).arg("why", why)).collect(),
        "strangers" => {
            r.strangers.iter().map(|(id, what, place)| c.finding().at(place.clone()).arg("agent", id).arg("what", what)).collect()
        }
        "unknown_code" => r
            .unknown_codes
            .iter()
            .map(|(code, label, n, sum)| {
                c.finding().arg("code", code).arg("label", label).arg("lines", n).arg("amount", sum.french()).stake(sum.cents())
            })
            .collect(),
        "unexplained" => {
            r.unexplained.iter().map(|(id, m)| c.finding().of(id).arg("agent", id).arg("amount", m.french()).stake(m.cents())).collect()
        }
        "total_variation" => {
            let Some(share) = c.limit("share") else { return Err("need_threshold") };
            [("net", r.before.net, r.after.net), ("brut", r.before.gross, r.after.gross), ("coût", r.before.cost, r.after.cost)]
                .iter()
                .filter(|(_, a, b)| !a.is_zero() && beyond(*b - *a, *a, share))
                .map(|(what, a, b)| {
                    c.finding()
                        .arg("what", what)
                        .arg("before", a.french())
                        .arg("after", b.french())
                        .arg("change", (*b - *a).french())
                        .stake((*b - *a).cents())
                })
                .collect()
        }
        "transfer_total" => {
            let Some((sum, count, want_sum, want_count)) = r.transfer_total else { return Err("need_debtor") };
            if (sum, count) == (want_sum, want_count) {
                Vec::new()
            } else {
                vec![
                    c.finding().arg("found", sum.french()).arg("expected", want_sum.french()).arg("count", count).arg("wanted", want_count),
                ]
            }
        }
        "execution_date" => r.closed_day.iter().map(|d| c.finding().arg("date", d)).collect(),
        "debtor_account" => {
            if r.debtor_missing {
                vec![c.finding()]
            } else {
                Vec::new()
            }
        }
        "excluded_listed" => r
            .excluded
            .iter()
            .map(|(id, why, net)| c.finding().of(id).arg("agent", id).arg("why", why).arg("amount", net.french()).stake(net.cents()))
            .collect(),
        _ => return Ok(None),
    }))
}
