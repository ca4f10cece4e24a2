//! Whose scheme somebody is in, from the lines that only one status has: its own pay, or the pension that is contributed to.

use crate::facts::{Fact, FactKind, Origin, Value, Vocabulary};
use crate::payslip::{ElementId, PaidCode, PaidLine};

static BY_LINE: &str = include_str!("../../rules/exports/status-by-line.csv");

/// The status that these lines tell, with the code of the line that tells it; nothing where they tell none, or two.
pub fn status_by_line(
    lines: &[PaidLine],
    vocabulary: &Vocabulary,
    element: impl Fn(&str) -> Option<ElementId>,
) -> Option<(Fact, &'static str)> {
    let fact = vocabulary.named("statut")?;
    let FactKind::Choice { options } = &vocabulary.get(fact).kind else { return None };
    let rows = BY_LINE.lines().skip(1).filter_map(|l| <[&str; 3]>::try_from(l.split(',').collect::<Vec<_>>()).ok());
    let shown = rows.filter_map(|[code, status, by]| {
        let e = element(code)?;
        let line = lines.iter().find(|l| l.code == PaidCode::Element(e) && !l.amount.is_zero())?;
        let choice = options.iter().position(|o| o.id == status)?;
        Some((by, (Fact { id: fact, value: Value::Choice(choice as u16), at: line.at, origin: Origin::Inferred }, code)))
    });
    // Pay that one status alone has says more than the pension: an elected member contributes as a contract agent does.
    let (pay, pension): (Vec<_>, Vec<_>) = shown.partition(|s| s.0 == "pay");
    match if pay.is_empty() { pension } else { pay }.as_slice() {
        [(_, one)] => Some(one.clone()),
        _ => None,
    }
}
