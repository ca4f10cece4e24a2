//! Which of the transfer files paid last month: those whose day is in it, when others lie beside them, and each transfer once.

use crate::ground::{EmployeeId, Finding, Money, PayMonth, Place, Severity, Sources};
use crate::job::Job;
use crate::normalise::join::{Beside, Joined, TransferRow};
use crate::normalise::text::name_key;
use crate::read::pain001;
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// A transfer file as it was read.
pub struct Sending {
    pub source: u16,
    pub header: pain001::Header,
    pub place: Place,
    pub sum: Money,
    pub rows: Vec<TransferRow>,
}

/// The transfers of last month, with the head of the first file and the sum of all of them.
///
/// A file of another month is named and left when one of last month is there: the account it names may be an old one. Where
/// none fits they are taken, and that is told; so is a file without a day, which tells nothing. One of the month to be paid is asked
/// about, and proves no account. Those that were left and are of a day of the month all the same may be advances: they come second.
pub fn of_last_month(files: Vec<Sending>, job: &Job, findings: &mut Vec<Finding>) -> (Vec<Sending>, Vec<Sending>) {
    let fits = |s: &Sending| s.header.execution.is_none_or(|day| paid_last_month(day, job));
    let some = files.iter().any(|s| s.header.execution.is_some() && fits(s));
    let of_this_month = |s: &Sending| !fits(s) && s.header.execution.is_some_and(|day| pays_this_month(day, job));
    // Where none fits, the youngest stand in for them.
    let month = |s: &Sending| s.header.execution.map(PayMonth::of);
    let youngest = files.iter().filter(|s| !fits(s) && !of_this_month(s)).filter_map(month).max();
    let stands_in = |s: &Sending| !some && !of_this_month(s) && month(s) == youngest;
    findings.extend(files.iter().filter(|s| !fits(s)).map(|s| {
        let code = if stands_in(s) { "F84" } else { "F83" };
        let day = s.header.execution.map_or_else(String::new, |d| d.format("%d/%m/%Y").to_string());
        if of_this_month(s) {
            let f = Finding::new("F180", Severity::Justify).arg("day", day).arg("month", job.month).arg("count", s.rows.len());
            return f.arg("sum", s.sum.french()).stake(s.sum.cents()).at(s.place.clone());
        }
        Finding::new(code, Severity::Justify).arg("day", day).arg("month", job.last_month).at(s.place.clone())
    }));
    let (kept, left): (Vec<Sending>, Vec<Sending>) = files.into_iter().partition(|s| fits(s) || stands_in(s));
    let in_month = |s: &Sending| s.header.execution.is_some_and(|day| PayMonth::of(day) == job.last_month);
    (once(kept, findings), left.into_iter().filter(in_month).collect())
}

/// Advances of last month in a file of an earlier day: all of its transfers went to people whose pay is known and who were
/// transferred less than that by so much or more. They are part of what was paid; hands back what they come to. Of somebody of
/// whom nothing else tells the pay they wait until the rules have made it.
pub fn advances(files: Vec<Sending>, joined: &mut Joined, sources: &Sources, findings: &mut Vec<Finding>) -> Money {
    let mut taken = Money::ZERO;
    for file in files {
        let mut by_account: BTreeMap<&str, Vec<&EmployeeId>> = BTreeMap::new();
        for (id, p) in &joined.people {
            let iban = p.transfer.as_ref().and_then(|t| t.iban.as_ref());
            iban.into_iter().for_each(|i| by_account.entry(i.as_str()).or_default().push(id));
        }
        let of = |r: &TransferRow| {
            let [id] = by_account.get(r.iban.as_ref()?.as_str())?.as_slice() else { return None };
            let p = joined.people.get(*id)?;
            let (net, sent) = (p.paid.as_ref()?.net_paid?.0, p.transfer.as_ref()?.amount);
            (sent + r.amount <= net).then(|| (*id).clone())
        };
        let ids: Vec<EmployeeId> = file.rows.iter().map_while(of).collect();
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        if once.len() < file.rows.len() {
            let owner = |r: &TransferRow| {
                let [id] = by_account.get(r.iban.as_ref()?.as_str())?.as_slice() else { return None };
                Some(((*id).clone(), Beside { amount: r.amount, iban: r.iban.clone(), at: r.at, earlier: true }))
            };
            let owned: Vec<(EmployeeId, Beside)> = file.rows.iter().filter_map(owner).collect();
            for (id, beside) in owned {
                let unread = joined.people.get_mut(&id).filter(|p| p.paid.is_none());
                unread.into_iter().for_each(|p| p.beside.push(beside.clone()));
            }
            continue;
        }
        for (id, r) in ids.into_iter().zip(&file.rows) {
            let Some(t) = joined.people.get_mut(&id).and_then(|p| p.transfer.as_mut()) else { continue };
            joined.parts.push((id.clone(), r.at, r.amount));
            if !joined.parts.iter().any(|p| p.1 == t.at) {
                joined.parts.push((id, t.at, t.amount));
            }
            t.amount += r.amount;
        }
        findings.retain(|f| !(f.code == "F83" && f.places.contains(&file.place)));
        let day = file.header.execution.map_or_else(String::new, |d| d.format("%d/%m/%Y").to_string());
        let f = Finding::new("M365", Severity::Warning).arg("day", day).arg("count", file.rows.len()).arg("sum", file.sum.french());
        findings.push(f.at(file.rows.first().map_or_else(|| file.place.clone(), |r| sources.place(r.at))));
        taken += file.sum;
    }
    taken
}

/// Each transfer counts once: a file whose transfers all stand in another (the message as it was sent, and as the bank gives it
/// back) is told and left. Two that have half of their transfers in common and differ in the others are a message and its
/// correction: which of them was paid cannot be told.
pub fn once(files: Vec<Sending>, findings: &mut Vec<Finding>) -> Vec<Sending> {
    let mut out: Vec<Sending> = Vec::new();
    for file in files {
        let common: Vec<usize> = out.iter().map(|kept| in_common(kept, &file)).collect();
        let again = |left: &Sending, kept: &Sending| {
            let (one, other) = (&kept.header.message_id, &left.header.message_id);
            // Two messages, each with an identifier of its own: both may have been paid.
            let code = if one.is_empty() || other.is_empty() || one == other { "M353" } else { "M386" };
            let f = Finding::new(code, Severity::Justify).arg("first", kept.place.to_string()).arg("count", left.rows.len());
            let f = if code == "M386" { f.arg("message", one).arg("other", other) } else { f };
            f.arg("sum", left.sum.french()).at(left.place.clone())
        };
        if let Some(i) = common.iter().position(|n| *n == file.rows.len()) {
            findings.push(again(&file, &out[i]));
            continue;
        }
        let mut i = 0;
        out.retain(|kept| {
            let (of_both, all) = (common[i], kept.rows.len());
            i += 1;
            if of_both == all {
                findings.push(again(kept, &file));
            } else if of_both >= 2 && of_both * 2 >= all.min(file.rows.len()) {
                let f = Finding::new("M354", Severity::Blocking).arg("first", kept.place.to_string()).arg("count", of_both);
                findings.push(f.at(file.place.clone()).at(kept.place.clone()));
            }
            of_both < all
        });
        out.push(file);
    }
    out
}

/// How many transfers two files have in common, by account, or else name, and amount.
fn in_common(a: &Sending, b: &Sending) -> usize {
    let mut counts: BTreeMap<(String, Money), usize> = BTreeMap::new();
    let key = |r: &TransferRow| (r.iban.as_ref().map_or_else(|| name_key(&r.name, ""), |i| i.as_str().to_owned()), r.amount);
    a.rows.iter().for_each(|r| *counts.entry(key(r)).or_default() += 1);
    b.rows.iter().filter(|r| counts.get_mut(&key(r)).is_some_and(|n| n.checked_sub(1).map(|left| *n = left).is_some())).count()
}

/// Pay of a month leaves from its second week to the first days of the next.
fn paid_last_month(day: NaiveDate, job: &Job) -> bool {
    let week = Days::new(7);
    match job.last_pay_date {
        Some(paid) => day >= paid - week && day <= paid + week,
        None => day >= job.last_month.first_day() + week && day < job.month.first_day() + week,
    }
}

/// Whether transfers of a day that is not last month's are those of the month to be paid: money leaves once.
fn pays_this_month(day: NaiveDate, job: &Job) -> bool {
    let week = Days::new(7);
    day >= job.month.first_day() + week && day < job.month.next().first_day() + week
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::At;

    /// Name and cents of each transfer.
    fn file(name: &str, rows: &[(&str, i64)]) -> Sending {
        let row = |(n, (who, cents)): (usize, &(&str, i64))| TransferRow {
            end_to_end: format!("{name}-{n}"),
            instruction: String::new(),
            name: (*who).to_owned(),
            iban: None,
            amount: Money::from_cents(*cents),
            at: At::row(0, n as u32),
        };
        let rows: Vec<TransferRow> = rows.iter().enumerate().map(row).collect();
        let sum = rows.iter().map(|r| r.amount).sum();
        Sending { source: 0, header: pain001::Header::default(), place: Place::File { file: name.to_owned() }, sum, rows }
    }

    fn kept(files: Vec<Sending>) -> (Vec<String>, Vec<String>) {
        let mut findings = Vec::new();
        let kept = once(files, &mut findings).into_iter().map(|f| f.place.to_string()).collect();
        (kept, findings.into_iter().map(|f| f.code).collect())
    }

    #[test]
    fn a_transfer_that_two_files_list_counts_once() {
        let whole: &[(&str, i64)] = &[("DURET ANNE", 156_220), ("FABRE LUC", 149_010), ("LE GOFF CHLOE", 163_005)];
        for (what, a, b, left, told) in [
            ("a copy", whole, whole, &["a"][..], &["M353"][..]),
            ("a part of it", whole, &whole[1..], &["a"], &["M353"]),
            ("of which it is a part", &whole[..1], whole, &["b"], &["M353"]),
            ("two services", &whole[..1], &whole[1..], &["a", "b"], &[]),
            ("one corrected", whole, &[whole[0], whole[1], ("LE GOFF CHLOE", 160_005)], &["a", "b"], &["M354"]),
            ("one of many in common", whole, &[whole[0], ("X Y", 1), ("Z T", 2)], &["a", "b"], &[]),
            ("paid twice in one file", &[whole[0], whole[0]], &[whole[0], whole[1]], &["a", "b"], &[]),
        ] {
            let (files, codes) = kept(vec![file("a", a), file("b", b)]);
            assert_eq!(
                (files.as_slice(), codes.as_slice()),
                (
                    &left.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..],
                    &told.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..]
                ),
                "{what}"
            );
        }
    }
}
