//! What the rows of a list of changes came to, once both months are known: nothing at all, or less than before.

use super::Ready;
use super::compute::{Worked, show_value};
use crate::compute::employee::Standing;
use crate::compute::raise::Raise;
use crate::facts::{Fact, FactId, FactKind, NumberForm, Origin, Role as FactRole, Value, Vocabulary};
use crate::ground::{At, Exact, Finding, Severity};
use crate::normalise::mapping::Role;
use crate::normalise::titles;
use crate::payslip::Mode;
use std::collections::BTreeSet;

/// A row that asks for what is paid already, and points that go down: right perhaps, and never unsaid.
pub fn findings(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let vocabulary = &ready.pack.vocabulary;
    let sources = &ready.inputs.sources;
    if w.output.payslip.is_none() {
        return left(ready, w).into_iter().collect();
    }
    let row = |at: At| (at.source, at.row);
    let changed: BTreeSet<(u16, u32)> =
        w.output.fact_changes.iter().flat_map(|c| [&c.before, &c.after]).flatten().map(|f| row(f.at)).collect();
    let mut out: Vec<Finding> = w.output.unused.iter().filter_map(|id| unused(ready, w, *id)).collect();
    for f in &w.person.changes {
        let list = ready.inputs.mapping.of(f.at.source).filter(|m| m.role == Role::Changes);
        let listed = list.is_some();
        let decl = vocabulary.get(f.id);
        let FactKind::Number { form } = decl.kind else { continue };
        if form == NumberForm::Days && f.value.number().is_some_and(|n| n.whole().is_none()) {
            let f60 = Finding::new("F60", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("fact", decl.label.get(ready.lang));
            out.push(f60.arg("days", show_value(ready, f)).at(sources.place(f.at)));
        }
        // What is not used for want of a computation is told as that.
        let kept = w.output.payslip.as_ref().is_some_and(|p| matches!(p.mode, Mode::Carried | Mode::Advance));
        if !listed || !decl.recurs || kept {
            continue;
        }
        let finding = |code: &str| {
            let x = Finding::new(code, Severity::Justify).of(&w.id).arg("agent", &w.id).arg("fact", decl.label.get(ready.lang));
            x.arg("value", show_value(ready, f)).at(sources.place(f.at))
        };
        match w.output.fact_changes.iter().find(|c| c.fact == f.id) {
            // The tax office sends the rates of everybody.
            None if form == NumberForm::Rate && list.is_some_and(|m| titles::of_tax_rates(&m.about())) => {}
            None if !changed.contains(&row(f.at)) => out.push(finding("F48")),
            None => {}
            Some(c) => {
                let number = |f: &Option<crate::facts::Fact>| {
                    let f = f.as_ref()?;
                    if let Value::Number(n) = f.value { Some(n) } else { None }
                };
                if let (NumberForm::Points, Some(a), Some(b)) = (form, number(&c.before), number(&c.after))
                    && b < a
                {
                    out.push(finding("F49").arg("before", a));
                }
                out.extend(before_the_raise(ready, w, f, number(&c.before)).map(|by| Finding {
                    severity: Severity::Blocking,
                    ..finding("M303").arg("by", by).arg("before", number(&c.before).unwrap_or(Exact::ZERO))
                }));
            }
        }
    }
    out
}

/// An old value that is what last month was paid on and the points of a raise for everybody contradicts nothing.
pub fn without_raised(findings: &mut Vec<Finding>, raises: &[Raise], vocabulary: &Vocabulary) {
    let said = |f: &Finding, name: &str| f.args.iter().find(|(n, _)| *n == name).map(|(_, text)| text.clone());
    let number = |f: &Finding, name: &str| said(f, name).and_then(|t| t.parse::<i64>().ok()).map(Exact::int);
    let explained = |f: &Finding| {
        let of = |r: &&Raise| said(f, "fact").as_deref() == Some(vocabulary.get(r.fact).label.fr.as_str());
        let raised = |r: &Raise| number(f, "known")?.add(r.by);
        raises.iter().filter(of).any(|r| raised(r).is_some_and(|n| number(f, "old") == Some(n)))
    };
    findings.retain(|f| f.code != "F47" || !explained(f));
}

/// The points of a raise for everybody that a row leaves out: its old value is what was paid before the raise.
fn before_the_raise(ready: &Ready, w: &Worked, new: &Fact, paid: Option<Exact>) -> Option<Exact> {
    let old = w.person.alternatives.iter().find(|f| f.id == new.id && f.at == new.at)?.value.number()?;
    ready.road.raises.iter().find(|r| r.fact == new.id && paid == Some(old)).map(|r| r.by)
}

/// What this month's lists say of somebody who has left: nobody is paid on it, and nobody is left without a word.
fn left(ready: &Ready, w: &Worked) -> Option<Finding> {
    let vocabulary = &ready.pack.vocabulary;
    (w.standing == Standing::Left).then_some(())?;
    let role_of = |at: At| ready.inputs.mapping.of(at.source).map(|m| m.role);
    let owed = |f: &&Fact| {
        let listed = matches!(role_of(f.at), Some(Role::Amounts | Role::Changes | Role::Events | Role::Arrivals));
        listed && matches!(vocabulary.get(f.id).kind, FactKind::Number { .. })
    };
    let rows: Vec<&Fact> = w.person.changes.iter().filter(owed).collect();
    let first = rows.first()?;
    let what = rows.iter().map(|f| format!("{} {}", vocabulary.get(f.id).label.get(ready.lang), show_value(ready, f)));
    let what = what.collect::<Vec<_>>().join(", ");
    let gone = [FactRole::Exit, FactRole::ContractEnd].into_iter().find_map(|r| w.person.fact(vocabulary, r)?.value.date());
    let date = gone.map_or_else(|| "?".to_owned(), |d| d.format("%d/%m/%Y").to_string());
    let f = Finding::new("F74", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("date", date);
    Some(f.arg("what", what).at(ready.inputs.sources.place(first.at)))
}

/// Hours or a sum of a list that nothing is paid for.
fn unused(ready: &Ready, w: &Worked, id: FactId) -> Option<Finding> {
    let f = w.person.changes.iter().find(|f| f.id == id && f.origin == Origin::Read)?;
    ready.inputs.mapping.of(f.at.source).filter(|m| matches!(m.role, Role::Amounts | Role::Changes))?;
    let label = ready.pack.vocabulary.get(id).label.get(ready.lang);
    let x = Finding::new("F77", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("fact", label);
    Some(x.arg("value", show_value(ready, f)).at(ready.inputs.sources.place(f.at)))
}
