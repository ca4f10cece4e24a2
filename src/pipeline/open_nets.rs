//! Nets of earlier months that nobody has received: named every month until this one pays them, or somebody says that they are paid.

use super::Ready;
use super::compute::Worked;
use super::decisions::{self, Decisions, State, What, Whom};
use super::inputs::Opened;
use super::rejected::{self, Numbers, Sent};
use crate::facts::Value;
use crate::ground::{At, EmployeeId, Finding, Money, PayMonth, Severity, words};
use crate::normalise::join::People;
use crate::normalise::record::{MonthRecord, OpenNet, Past, paid_again};
use crate::payslip::Advance;
use crate::rules::Pack;
use crate::write::record::{self, OpenNetRow};
use std::collections::BTreeSet;

/// From so many people on, nets of the same months are told once for all of them.
const MANY: usize = 10;

/// Those of an employee, the oldest first.
fn of(ready: &Ready, id: &EmployeeId) -> Vec<OpenNet> {
    ready.inputs.past.open_nets.0.get(id).into_iter().flatten().filter(|n| n.employee == *id).cloned().collect()
}

/// What this month's payslip pays again of nets that were not received.
fn again(ready: &Ready, w: &Worked) -> Money {
    let Some(name) = ready.pack.payslip.get("unpaid_net_back") else { return Money::ZERO };
    let lines = w.output.payslip.iter().flat_map(|p| &p.lines);
    lines.filter(|l| ready.catalogue[l.element.index()].id == *name).map(|l| l.amount).sum()
}

fn sum(nets: &[OpenNet]) -> Money {
    nets.iter().map(|n| n.amount).sum()
}

/// What is left of an employee's open nets after this month.
fn left(ready: &Ready, w: &Worked, nets: &[OpenNet]) -> Vec<OpenNet> {
    paid_again(nets, again(ready, w))
}

/// Rows of the record: an employee's, and those of people before who are no longer known.
pub fn rows(out: &mut String, ready: &Ready, w: &Worked) {
    let strangers = ready.inputs.past.open_nets.0.get(&w.id).into_iter().flatten().filter(|n| n.employee != w.id);
    strangers.cloned().chain(left(ready, w, &of(ready, &w.id))).for_each(|n| row(out, &n));
}

/// Rows of people after the last of this month's.
pub fn rest(out: &mut String, ready: &Ready) {
    ready.inputs.past.open_nets.1.iter().for_each(|n| row(out, n));
}

fn row(out: &mut String, n: &OpenNet) {
    let row = OpenNetRow { employee: &n.employee, name: &n.name, month: n.month, amount: n.amount, refused: &n.refused, short: n.short };
    record::open_net_row(out, &row);
}

/// What an employee is still owed, or what this month settles of it. A refusal of last month's transfer is told where it was read.
pub fn findings(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let nets = of(ready, &w.id);
    let left = left(ready, w, &nets);
    let told = |n: &OpenNet| n.month == ready.job.last_month && !n.refused.is_empty();
    let mut out = Vec::new();
    if !left.is_empty() && !left.iter().all(told) {
        out.push(due(ready, &left));
    }
    let paid = sum(&nets) - sum(&left);
    if !paid.is_zero() {
        let months = nets.iter().filter(|n| !left.contains(n)).map(|n| n.month).collect();
        out.extend(nets.first().map(|n| settled(n, paid, &months)));
    }
    // A second decision, or one that went on, would pay what is due no more; without a record only the person knows what was due.
    let beyond = again(ready, w) - paid;
    if beyond > Money::ZERO {
        let known = ready.inputs.past.month.is_some();
        let f = Finding::new("C54", if known { Severity::Blocking } else { Severity::Justify }).of(&w.id).arg("agent", &w.id);
        out.push(f.arg("name", &w.name).arg("paid", (paid + beyond).french()).arg("due", paid.french()).stake(beyond.cents()));
    }
    out
}

/// Nets of people whom nothing of this month knows.
pub fn strangers(ready: &Ready) -> Vec<Finding> {
    let (known, after) = &ready.inputs.past.open_nets;
    let all = known.iter().flat_map(|(id, nets)| nets.iter().filter(move |n| n.employee != *id)).chain(after);
    let all: Vec<OpenNet> = all.cloned().collect();
    all.chunk_by(|a, b| a.employee == b.employee).map(|nets| due(ready, nets)).collect()
}

fn due(ready: &Ready, nets: &[OpenNet]) -> Finding {
    let first = &nets[0];
    let sum = sum(nets);
    let f = Finding::new("R97", Severity::Justify).of(&first.employee).arg("agent", &first.employee).arg("name", &first.name);
    let f = f.arg("net", sum.french()).arg("this", ready.job.month).stake(sum.cents());
    let f = nets.iter().fold(f, |f, n| f.at(ready.inputs.sources.place(n.at)));
    if let [only] = nets
        && only.month == ready.job.last_month
        && !only.short
    {
        return f.arg("month", only.month);
    }
    let one = |n: &OpenNet| {
        let why = match (n.short, n.refused.is_empty()) {
            (true, _) => "ui.net_short",
            (false, true) => "ui.net_not_transferred",
            (false, false) => "ui.net_refused",
        };
        let args = [("month", n.month.to_string()), ("net", n.amount.french()), ("why", n.refused.clone())];
        words::fill(words::ui(why, ready.lang), &args)
    };
    f.told("R133").arg("what", nets.iter().map(one).collect::<Vec<_>>().join(" ; "))
}

/// Nets of many people are told once, but for those that somebody has waived: the table names each of them.
pub fn together(findings: &mut Vec<Finding>) {
    let open = |f: &Finding| f.code == "R97" && f.decided.is_none();
    let all: Vec<&Finding> = findings.iter().filter(|f| open(f)).collect();
    if all.len() < MANY {
        return;
    }
    let sum: Money = all.iter().map(|f| Money::from_cents(f.stake)).sum();
    let f = Finding::new("R134", Severity::Justify).arg("count", all.len()).arg("net", sum.french()).stake(sum.cents());
    let f = all.iter().find_map(|f| f.places.first()).cloned().into_iter().fold(f, Finding::at);
    findings.retain(|f| !open(f));
    findings.push(f);
}

/// Transfers of the inbox that pay nets which were still due: told, and no pay of last month.
pub fn paid_since(record: &MonthRecord, numbers: &Numbers, o: &mut Opened) -> Vec<(OpenNet, At)> {
    let own: Vec<Sent> = Sent::of_record(record).into_iter().collect();
    // What is told of them is told where they are read with all else.
    let refused = rejected::find(&o.reports, (&own, numbers), &rejected::referenced(record), &mut Vec::new());
    let refused = refused.iter().map(|r| r.transfer).collect();
    let Some(since) = record.paid_since(&o.transfers, &refused) else { return Vec::new() };
    o.transfers.clear();
    o.header = None;
    o.findings.retain(|f| f.code != "F84");
    for (n, at) in &since {
        let f = Finding::new("C52", Severity::Information).of(&n.employee).arg("agent", &n.employee).arg("name", &n.name);
        o.findings.push(f.arg("net", n.amount.french()).arg("month", n.month).at(o.sources.place(*at)));
    }
    since
}

/// Nets of which somebody says that they are paid, by a correction of the net not received to nothing: settled, of whoever left and
/// of whom nothing else is known too. One that goes on after its first `month` has then nothing more to settle.
pub fn write_off(
    decided: &mut Decisions,
    (past, refused): (&mut Past, &mut Vec<OpenNet>),
    (people, month): (&People, PayMonth),
    pack: &Pack,
    findings: &mut Vec<Finding>,
) {
    let fact = pack.payslip.get("unpaid_net").and_then(|name| pack.vocabulary.named(name));
    let nothing = |v: &Value| v.number().is_some_and(|n| n.is_zero());
    for d in decided.list.iter_mut().filter(|d| d.state == State::Open) {
        let (What::Override(about, value), Whom::One(written)) = (&d.what, &d.whom) else { continue };
        if Some(*about) != fact || !nothing(value) {
            continue;
        }
        let post = EmployeeId::parse_post(written.as_str());
        let id = post.as_ref().unwrap_or(written);
        let theirs = |n: &OpenNet| n.employee.bare() == id.bare() && (post.is_none() || n.employee.post() == id.post());
        let (waiting, after) = &mut past.open_nets;
        let mut gone = Vec::new();
        for nets in waiting.values_mut().chain([after, &mut *refused]) {
            gone.extend(nets.iter().filter(|n| theirs(n)).cloned());
            nets.retain(|n| !theirs(n));
        }
        if let Some(first) = gone.first() {
            findings.push(settled(first, sum(&gone), &gone.iter().map(|n| n.month).collect()));
            d.state = State::Settled;
        } else if d.months.0 < month && decisions::named(written, people.keys()).is_none() {
            d.state = State::Settled;
        }
    }
}

fn settled(net: &OpenNet, sum: Money, months: &BTreeSet<PayMonth>) -> Finding {
    let months = months.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let f = Finding::new("C50", Severity::Information).of(&net.employee).arg("agent", &net.employee).arg("name", &net.name);
    f.arg("net", sum.french()).arg("months", months).stake(sum.cents())
}

/// Transfers of last month that the bank sent back are due; an advance that came back was none.
pub fn sent_back(refused: Vec<OpenNet>, past: &mut Past, people: &mut People) {
    for net in refused {
        if let Some(slip) = people.get_mut(&net.employee).and_then(|p| p.paid.as_mut())
            && slip.advance == Advance::Paid
        {
            slip.advance = Advance::Doubtful;
        }
        past.open_nets.0.entry(net.employee.clone()).or_default().push(net);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::finding::Decided;

    #[test]
    fn nets_of_many_are_told_once_and_a_waived_one_by_itself() {
        let one = || Finding::new("R97", Severity::Justify).stake(100_000);
        let mut waived = one();
        waived.decided = Some(Box::new(Decided {
            by: "M. Petit".to_owned(),
            on: "07/12/2021".to_owned(),
            reason: "chèque".to_owned(),
            month: "2021-12".to_owned(),
            stands: true,
        }));
        let mut all: Vec<Finding> = (0..MANY).map(|_| one()).chain([waived]).collect();
        together(&mut all);
        let told: Vec<(&str, i64)> = all.iter().map(|f| (f.code.as_str(), f.stake)).collect();
        assert_eq!(told, [("R97", 100_000), ("R134", 1_000_000)]);
        let mut few = vec![one(), one()];
        together(&mut few);
        assert_eq!(few.len(), 2);
    }
}
