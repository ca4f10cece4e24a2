//! What the rows of a list of changes came to, once both months are known: nothing at all, or less than before.

use super::Ready;
use super::compute::{Worked, show_value};
use crate::facts::{FactKind, NumberForm, Value};
use crate::ground::{At, Finding, Severity};
use crate::normalise::mapping::Role;
use std::collections::BTreeSet;

/// A row that asks for what is paid already, and points that go down: right perhaps, and never unsaid.
pub fn findings(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let vocabulary = &ready.pack.vocabulary;
    let sources = &ready.inputs.sources;
    if w.output.payslip.is_none() {
        return Vec::new();
    }
    let row = |at: At| (at.source, at.row);
    let changed: BTreeSet<(u16, u32)> =
        w.output.fact_changes.iter().flat_map(|c| [&c.before, &c.after]).flatten().map(|f| row(f.at)).collect();
    let mut out = Vec::new();
    for f in &w.person.changes {
        let listed = ready.inputs.mapping.of(f.at.source).is_some_and(|m| m.role == Role::Changes);
        let decl = vocabulary.get(f.id);
        let FactKind::Number { form } = decl.kind else { continue };
        if form == NumberForm::Days && f.value.number().is_some_and(|n| n.whole().is_none()) {
            let f60 = Finding::new("F60", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("fact", decl.label.get(ready.lang));
            out.push(f60.arg("days", show_value(ready, f)).at(sources.place(f.at)));
        }
        if !listed || !decl.recurs {
            continue;
        }
        let finding = |code: &str| {
            let x = Finding::new(code, Severity::Justify).of(&w.id).arg("agent", &w.id).arg("fact", decl.label.get(ready.lang));
            x.arg("value", show_value(ready, f)).at(sources.place(f.at))
        };
        match w.output.fact_changes.iter().find(|c| c.fact == f.id) {
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
            }
        }
    }
    out
}
