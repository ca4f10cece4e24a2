//! Whose scheme somebody is in, from the lines that only one status has: the pension that is contributed to.

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
    let rows = BY_LINE.lines().skip(1).filter_map(|l| l.split_once(','));
    let shown = rows.filter_map(|(code, status)| {
        let e = element(code)?;
        let line = lines.iter().find(|l| l.code == PaidCode::Element(e) && !l.amount.is_zero())?;
        let choice = options.iter().position(|o| o.id == status)?;
        Some((Fact { id: fact, value: Value::Choice(choice as u16), at: line.at, origin: Origin::Inferred }, code))
    });
    match shown.collect::<Vec<_>>().as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}
