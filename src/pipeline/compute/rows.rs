//! Rows of results, and the words for what stands in them.

use super::{Piece, Worked};
use crate::facts::{Fact, Origin};
use crate::payslip::{LineKind, PaidCode};
use crate::pipeline::Ready;
use crate::write::register;
use std::collections::BTreeSet;

/// Code and label of a line, the pack's or a local one.
pub struct CodeCard<'r> {
    pub code: &'r str,
    pub label: &'r str,
    pub kind: LineKind,
}

pub fn code_card(ready: &Ready, code: PaidCode) -> CodeCard<'_> {
    let index = match code {
        PaidCode::Element(e) => e.index(),
        PaidCode::Unknown(u) => ready.pack.elements.len() + usize::from(u),
    };
    ready.catalogue.get(index).map_or(CodeCard { code: "?", label: "", kind: LineKind::Net }, |c| CodeCard {
        code: &c.code,
        label: c.label.get(ready.lang),
        kind: c.kind,
    })
}

pub(super) fn write_rows(ready: &Ready, w: &Worked, piece: &mut Piece) {
    if let Some(p) = &w.output.payslip {
        register::payslip_row(&mut piece.rows.payslips, p);
        register::line_rows(&mut piece.rows.lines, p, &ready.catalogue, ready.lang);
    }
    crate::pipeline::estimates::rows(&mut piece.rows.estimates, ready, w);
    crate::pipeline::record::rows(ready, w, &mut piece.rows);
    crate::pipeline::open_nets::rows(&mut piece.rows.open_nets, ready, w);
    for l in w.replayed() {
        register::replay_row(&mut piece.rows.replay, w.id.as_str(), w.id.post(), code_card(ready, l.code).code, l);
    }
    // One cause moves several lines, and the same stands behind it for all of them.
    let mut behind: Option<(u16, String)> = None;
    for c in &w.output.changes {
        let card = code_card(ready, c.code);
        let cause = ready.pack.causes.get(usize::from(c.cause)).map_or("", |x| x.0.as_str());
        let (_, detail) = match behind.take().filter(|b| b.0 == c.cause) {
            Some(same) => behind.insert(same),
            None => behind.insert((c.cause, detail(ready, w, c.cause))),
        };
        let both = card.kind != LineKind::Employer;
        register::diff_row(&mut piece.rows.diff, w.id.as_str(), w.id.post(), card.code, card.label, both, c, cause, detail);
    }
}

/// What stands behind a cause for this employee: the facts that changed, or the law that did.
pub fn detail(ready: &Ready, w: &Worked, cause: u16) -> String {
    let mut parts: Vec<String> = Vec::new();
    for fc in w.output.fact_changes.iter().filter(|f| f.cause == cause) {
        let decl = ready.pack.vocabulary.get(fc.fact);
        let side = |f: &Option<Fact>| f.as_ref().map_or_else(|| "–".to_owned(), |f| show_value(ready, f));
        let by = fc.after.as_ref().filter(|f| f.origin == Origin::Decided);
        let by = by.and_then(|f| ready.inputs.decisions.list.iter().find(|d| d.at == f.at));
        let by = by.map_or_else(String::new, |d| format!(" ({}, {} : {})", d.author, d.date.format("%d/%m/%Y"), d.reason));
        parts.push(format!(
            "{} : {} → {}{by}",
            decl.printed.as_ref().unwrap_or(&decl.label).get(ready.lang),
            side(&fc.before),
            side(&fc.after)
        ));
    }
    // Only the law that a line of this employee, changed under the cause, is made with.
    let touched: BTreeSet<usize> = w.output.changes.iter().filter(|c| c.cause == cause).filter_map(|c| element(c.code)).collect();
    let at = usize::from(cause);
    let parameters = ready.road.law_changes.get(at).into_iter().flatten();
    for p in parameters.filter(|p| touched.iter().any(|e| ready.uses.parameter(*e, **p))).take(3) {
        let (a, b) = (ready.road.last().parameters[*p], ready.road.this().parameters[*p]);
        let parameter = &ready.pack.parameters[*p];
        let text = |x: Option<crate::ground::Exact>| x.map_or_else(|| "–".to_owned(), |x| parameter.shown(x, ready.lang));
        parts.push(format!("{} : {} → {}", parameter.label.get(ready.lang), text(a), text(b)));
    }
    let tables = ready.road.table_changes.get(at).into_iter().flatten();
    for t in tables.filter(|t| touched.iter().any(|e| ready.uses.table(*e, **t))) {
        parts.push(ready.pack.tables[*t].source.clone());
    }
    parts.join(" ; ")
}

pub(super) const fn element(code: PaidCode) -> Option<usize> {
    match code {
        PaidCode::Element(e) => Some(e.index()),
        PaidCode::Unknown(_) => None,
    }
}

/// A fact's value for people: options by their labels.
pub fn show_value(ready: &Ready, f: &Fact) -> String {
    ready.pack.vocabulary.get(f.id).shown(&f.value, ready.lang)
}
