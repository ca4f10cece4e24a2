//! What stays of everybody once each has been let go: sums, scores, and what the controls of the run need.

use super::findings::label_of;
use super::rows::code_card;
use super::subject::at_of;
use super::{Brief, Piece, Results, Worked};
use crate::check::Frame;
use crate::check::run::Sums;
use crate::compute::employee::{Standing, Way};
use crate::compute::walk::Share;
use crate::ground::{Money, Severity};
use crate::payslip::{Advance, LineKind, PaidCode, Totals};
use crate::pipeline::{Ready, evidence, not_run};

/// Totals of last month: the register's own where it shows them, else the sums of its lines.
pub(super) fn paid_totals(ready: &Ready, s: &crate::payslip::PaidSlip) -> Totals {
    let mut t = Totals::default();
    for l in s.all() {
        let kind = code_card(ready, l.code).kind;
        t.employer_cost += l.employer_amount;
        match kind {
            LineKind::Earning => t.gross += l.amount,
            LineKind::Tax => t.income_tax -= l.amount,
            LineKind::Deduction | LineKind::Net | LineKind::Employer => {}
        }
        if kind != LineKind::Employer {
            t.net_paid += l.amount;
        }
        if matches!(kind, LineKind::Earning | LineKind::Deduction) {
            t.net_before_tax += l.amount;
        }
    }
    t.employer_cost += t.gross;
    t.net_social = t.net_before_tax;
    if let Some((m, _)) = s.net_taxable {
        t.net_taxable = m;
    }
    t
}

pub(super) fn collect(ready: &Ready, frame: &Frame<'_>, piece: Piece, keep: bool, r: &mut Results) {
    for id in piece.unknown_measures {
        r.not_run.insert(not_run(&id, "ui.no_measure"));
    }
    for w in piece.worked {
        let after = w.output.payslip.as_ref().map(|p| p.totals);
        tally(ready, &w, after, r);
        evidence::enter(ready, frame, &w, &mut r.run);
        let blocked = w.findings.iter().find(|f| f.severity == Severity::Blocking).map(|f| f.code.clone());
        r.briefs.push(Brief {
            id: w.id.clone(),
            name: w.name.clone(),
            before: w.before,
            after,
            pay_iban: w.pay_iban.clone(),
            at: at_of(&w.person),
            blocked,
        });
        if keep {
            r.findings.extend(w.findings.iter().cloned());
            r.worked.push(w);
        } else {
            r.findings.extend(w.findings);
        }
    }
}

fn add(s: &mut Sums, t: &Totals) {
    s.count += 1;
    s.gross += t.gross;
    s.net += t.net_paid;
    s.cost += t.employer_cost;
}

fn tally(ready: &Ready, w: &Worked, after: Option<Totals>, r: &mut Results) {
    for l in w.replayed() {
        r.score.add(l.verdict);
    }
    r.settled_estimates.extend(crate::pipeline::estimates::settles(ready, w).into_iter().map(|(month, code)| (w.id.clone(), month, code)));
    let arrears = w.output.arrears.before(ready.job.month);
    let employer: Money = w.output.corrections.iter().map(|c| c.employer_amount).sum();
    if !(arrears.is_zero() && w.output.corrections.is_empty()) && after.is_some() {
        r.settled.0 += 1;
        r.settled.1 += arrears;
        r.settled.2 += employer;
    }
    if let (Some(o), Standing::Stays) = (w.output.owed, w.standing) {
        r.owed.0 += 1;
        r.owed.1 += o.net;
        r.owed.2 += o.cost;
    }
    let lacking =
        |s: &crate::compute::eval::Stop| matches!(s, crate::compute::eval::Stop::NoValue(_) | crate::compute::eval::Stop::NoBracket(_));
    let lacks: Vec<String> = w.output.replay.stops.iter().filter(|s| lacking(s)).map(|s| label_of(ready, *s)).collect();
    if !lacks.is_empty() {
        r.lawless.0.extend(lacks);
        r.lawless.1 += 1;
    }
    if !w.output.replay.lines.is_empty() {
        r.exact_agents.1 += 1;
        r.exact_agents.0 += u64::from(w.output.replay.all_exact());
    } else if w.before.is_some() {
        r.unreplayed.push(w.id.clone());
    }
    let mut explained = Money::ZERO;
    let leftover = ready.pack.cause_for(crate::rules::pack::CauseRole::Estimate).map(|i| i as u16);
    let mut unexplained = Money::ZERO;
    // An advance was an estimate as a whole: pay that begins again needs no other cause.
    let after_advance = w.person.paid.as_ref().is_some_and(|s| s.advance != Advance::None);
    for c in w.output.changes.iter().filter(|c| c.share == Share::Employee) {
        explained += c.change();
        *r.causes.entry(c.cause).or_insert(Money::ZERO) += c.change();
        // What a policy estimates is explained by it.
        if Some(c.cause) == leftover && matches!(w.output.way, Way::Recompute | Way::Rules | Way::Hold) && !after_advance {
            unexplained += c.change();
        }
    }
    if let Some(b) = &w.before {
        add(&mut r.run.before, b);
    }
    if let Some(a) = &after {
        add(&mut r.run.after, a);
    }
    let difference = after.map_or(Money::ZERO, |t| t.net_paid) - w.before.map_or(Money::ZERO, |t| t.net_paid);
    let missing = difference - explained + unexplained;
    if !missing.is_zero() && w.output.stops.is_empty() {
        r.run.unexplained.push((w.id.clone(), missing));
    }
    match (w.before.is_some(), after.is_some()) {
        (false, true) => r.run.arrivals += 1,
        (true, false) => r.run.departures += 1,
        _ => {}
    }
    if let Some(slip) = &w.person.paid {
        let sum = w.before.map_or(Money::ZERO, |t| t.net_paid);
        if let Some((net, at)) = slip.net_paid {
            *r.run.register_net.get_or_insert(Money::ZERO) += net;
            if net != sum {
                r.run.unbalanced.push((w.id.clone(), net, sum, ready.inputs.sources.place(at)));
            }
        } else {
            *r.run.register_net.get_or_insert(Money::ZERO) += sum;
        }
        if w.person.transfer.is_none() && sum > Money::ZERO {
            r.run.without_transfer.push((w.id.clone(), sum));
        }
    }
    for l in &w.output.replay.lines {
        if let PaidCode::Unknown(_) = l.code {
            let card = code_card(ready, l.code);
            match r.run.unknown_codes.iter_mut().find(|x| x.0 == card.code) {
                Some(x) => {
                    x.2 += 1;
                    x.3 += l.paid;
                }
                None => r.run.unknown_codes.push((card.code.to_owned(), card.label.to_owned(), 1, l.paid)),
            }
        }
    }
    if let (Some(iban), true) = (&w.pay_iban, after.is_some()) {
        r.run.accounts.entry(iban.clone()).or_default().push(w.id.clone());
    }
}
