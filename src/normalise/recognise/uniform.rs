//! Columns of a list that say the same of everybody: nothing at all, or the days and the hours of a whole month.
//!
//! « Heures théoriques ; 151,67 » in every row of a grid pays nobody anything. Where nobody can be sure what such a column is, it
//! is told once and holds nobody; a sum in euros may be a bonus of all, and is asked about as any other.

use super::seen::Seen;
use crate::facts::{FactKind, NumberForm};
use crate::ground::{At, Exact, Finding, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::lists::{self, SURE};
use crate::normalise::mapping::{ColumnMapping, Meaning, Role, SourceMapping};
use crate::normalise::text::fold;
use crate::normalise::titles;
use crate::normalise::values::{Mark, hours, working_time};
use std::ops::ControlFlow;

/// Fewer rows than this may be alike by themselves.
const MANY: u32 = 10;

/// Takes such columns from a list of sums, and tells them.
pub(super) fn leave(found: &mut SourceMapping, s: &Seen<'_>, cx: &Context<'_>, sources: &Sources, findings: &mut Vec<Finding>) {
    if found.role != Role::Amounts || found.variables.is_some() {
        return;
    }
    let below = found.header.map_or(0, |h| h.1);
    let mut left = Vec::new();
    for c in &mut found.columns {
        let Some(text) = same_for_all(c, s, below).filter(|t| unsure(c, t, cx) && moves_nothing(c, t, cx)) else { continue };
        left.push(format!("{} ({text})", c.heading));
        c.meaning = Meaning::Ignored;
        c.why = vec![text];
    }
    if !left.is_empty() {
        let f = Finding::new("M387", Severity::Justify).arg("columns", left.join(" ; ")).arg("count", s.data_rows);
        findings.push(f.at(sources.place(At::source(found.source))));
    }
}

/// The one value that all rows have there.
fn same_for_all(c: &ColumnMapping, s: &Seen<'_>, below: u32) -> Option<String> {
    let column = usize::from(c.column);
    let p = &s.profiles[column];
    let (value, times) = p.values.iter().next().filter(|_| p.values.len() == 1 && c.certainty < 100)?;
    (p.rows >= MANY && *times == p.rows && !c.heading.is_empty()).then_some(())?;
    // A column is recognised by its first rows; all of them count here.
    let mut others = false;
    let _ = s.rows.for_each(&mut |row| {
        let text = row.cell(column).shown().into_owned();
        others |= row.number > below && !text.is_empty() && fold(&text) != *value;
        if others { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    (!others).then(|| p.samples.first().cloned().unwrap_or_default())
}

/// Whether whoever has a value there would be held: a guess, a number under a title that nobody knows, or a situation beside sums.
fn unsure(c: &ColumnMapping, text: &str, cx: &Context<'_>) -> bool {
    match c.meaning {
        Meaning::Unknown => lists::is_quantity(text),
        Meaning::Fact(f) | Meaning::New(f) => c.certainty < SURE || cx.vocabulary.get(f).recurs,
        _ => false,
    }
}

/// Nothing, or what a whole month has: more days and hours than anybody is paid apart.
fn moves_nothing(c: &ColumnMapping, text: &str, cx: &Context<'_>) -> bool {
    let form = match c.meaning {
        Meaning::Fact(f) | Meaning::New(f) => match &cx.vocabulary.get(f).kind {
            FactKind::Number { form } => Some(*form),
            FactKind::Date | FactKind::Text | FactKind::Choice { .. } | FactKind::Flag => return false,
        },
        _ => None,
    };
    let recurs = matches!(c.meaning, Meaning::Fact(f) | Meaning::New(f) if cx.vocabulary.get(f).recurs);
    let number = hours(text, c.mark).ok().flatten();
    let above = |least: i64| number.is_some_and(|n| n >= Exact::int(least));
    let bounds = titles::bounds();
    match form {
        // Of a situation that is surely told zero is a value: « IFSE ; 0 » is asked about.
        _ if (!recurs || c.certainty < SURE) && number.is_some_and(Exact::is_zero) => true,
        Some(NumberForm::Days) => above(bounds.whole_days),
        Some(NumberForm::Hours) => above(bounds.most_hours + 1),
        Some(NumberForm::Fraction) => working_time(text, c.weekly, Mark::Unknown).is_ok_and(|w| w.is_some_and(|w| w.share == Exact::ONE)),
        Some(NumberForm::Money | NumberForm::Rate | NumberForm::Points | NumberForm::Count) => false,
        None => {
            titles::counts_days(&c.heading) && above(bounds.whole_days) || titles::counts_hours(&c.heading) && above(bounds.most_hours + 1)
        }
    }
}
