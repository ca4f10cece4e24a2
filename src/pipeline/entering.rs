//! Days and facts of somebody who enters or is away: two files that speak of a newcomer, an entry after a month that was
//! paid, a last day before the first, a position in which nobody is paid.
//!
//! Nobody of these has a last month that would tell which is right: a person says so.

use super::Ready;
use super::compute::{Worked, show_value};
use crate::compute::employee::Standing;
use crate::facts::{Fact, FactKind, NumberForm, Origin, Role};
use crate::ground::{Finding, Money, Severity};
use crate::normalise::lists;
use crate::normalise::mapping::Role as SourceRole;
use crate::normalise::text::fold;

pub fn findings(ready: &Ready, w: &Worked) -> Vec<Finding> {
    if w.output.payslip.is_none() {
        return Vec::new();
    }
    let mut out = Vec::new();
    if w.standing == Standing::Arrives {
        out = contradictions(ready, w);
    }
    out.extend(after_pay(ready, w));
    out.extend(out_before_in(ready, w));
    out.extend(not_in_activity(ready, w));
    out
}

/// The staff file gives a position in which nobody is paid, and no list says what this month pays.
fn not_in_activity(ready: &Ready, w: &Worked) -> Option<Finding> {
    let vocabulary = &ready.pack.vocabulary;
    let days = |f: &Fact| matches!(vocabulary.get(f.id).kind, FactKind::Number { form: NumberForm::Days });
    let leaves = |f: &Fact| vocabulary.get(f.id).role == Some(Role::Exit);
    let pays = w.output.payslip.as_ref().is_some_and(|p| p.totals.net_paid != Money::ZERO);
    let listed = w.person.changes.iter().any(|f| days(f) || leaves(f)) || ready.inputs.decisions.is_present(&w.id);
    if !pays || listed {
        return None;
    }
    ready.pack.unpaid.iter().find_map(|(fact, texts)| {
        let known = w.person.known.get(*fact)?;
        let said = fold(known.value.text()?);
        texts.iter().any(|t| fold(t) == said).then(|| {
            let f = finding(ready, w, "F82", Severity::Blocking, &[known]);
            f.arg("fact", vocabulary.get(*fact).label.get(ready.lang)).arg("value", known.value.text().unwrap_or_default())
        })
    })
}

fn finding(ready: &Ready, w: &Worked, code: &str, severity: Severity, facts: &[&Fact]) -> Finding {
    let f = Finding::new(code, severity).of(&w.id).arg("agent", &w.id).arg("name", &w.name);
    facts.iter().fold(f, |f, x| f.at(ready.inputs.sources.place(x.at)))
}

/// The list of arrivals and the staff file on one newcomer.
fn contradictions(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let vocabulary = &ready.pack.vocabulary;
    let listed = |f: &&Fact| ready.inputs.mapping.of(f.at.source).is_some_and(|m| m.role == SourceRole::Arrivals);
    let decided = |f: &Fact| {
        let account = vocabulary.role(Role::Iban) == Some(f.id) && ready.inputs.decisions.call_back(&w.id).is_some();
        account || w.person.changes.iter().any(|c| c.id == f.id && c.origin == Origin::Decided)
    };
    let differs = |f: &Fact| {
        let known = w.person.known.get(f.id).filter(|k| k.value != f.value && !decided(f))?;
        let decl = vocabulary.get(f.id);
        let secret = matches!(decl.role, Some(Role::Iban | Role::IdentityNumber));
        // A day of entry of years ago is that of an earlier stay.
        let old = decl.role == Some(Role::Entry) && known.value.date().is_some_and(|d| d < ready.job.last_month.first_day());
        if !secret && !lists::pays(decl) || old {
            return None;
        }
        let show = |f: &Fact| if secret { "••••".to_owned() } else { show_value(ready, f) };
        let x = finding(ready, w, "F75", Severity::Blocking, &[f, known]).arg("fact", decl.label.get(ready.lang));
        Some(x.arg("first", show(f)).arg("second", show(known)))
    };
    w.person.changes.iter().filter(listed).filter_map(differs).collect()
}

/// Paid last month, and entered after it by the staff file.
fn after_pay(ready: &Ready, w: &Worked) -> Option<Finding> {
    let entry = ready.pack.vocabulary.role(Role::Entry)?;
    let known = w.person.known.get(entry).filter(|_| w.person.paid.is_some() && w.person.staff.is_some() && w.person.arrival.is_none())?;
    let day = known.value.date().filter(|d| *d > ready.job.last_month.last_day())?;
    if w.person.changes.iter().any(|c| c.id == entry) {
        return None;
    }
    let net = w.output.payslip.as_ref().map_or(Money::ZERO, |p| p.totals.net_paid);
    let f = finding(ready, w, "F76", Severity::Blocking, &[known]).arg("month", ready.job.last_month);
    Some(f.arg("date", day.format("%d/%m/%Y")).arg("net", net.french()).stake(net.cents()))
}

/// A last day before the first, and neither is of an earlier month.
fn out_before_in(ready: &Ready, w: &Worked) -> Option<Finding> {
    let day = |role| w.person.fact(&ready.pack.vocabulary, role).and_then(|f| Some((f, f.value.date()?)));
    let ((exit, last), (entry, first)) = (day(Role::Exit)?, day(Role::Entry)?);
    (last < first && last >= ready.job.month.first_day()).then(|| {
        let f = finding(ready, w, "F78", Severity::Blocking, &[exit, entry]);
        f.arg("exit", last.format("%d/%m/%Y")).arg("entry", first.format("%d/%m/%Y"))
    })
}
