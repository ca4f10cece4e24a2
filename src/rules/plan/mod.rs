//! Bound rules in order of computation, for one month, one payment date and one choice of settings.
//!
//! [`Pack::check`] goes over every version whatever the month; [`Pack::plan`] takes the versions in force.

mod cards;
mod check;
mod law;
mod make;
mod names;
mod order;
mod versions;

use crate::facts::FactId;
use crate::ground::{Exact, Rounding};
use crate::payslip::{ElementId, LineKind};
use crate::rules::bind::{Bound, Cond, Context, Num, SettingValue, Slots};
use crate::rules::reads::{Mark, Reads};
pub use check::RESULTS;
use chrono::NaiveDate;
pub use law::setting_value;

/// A fact's value where no source speaks of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Default {
    None,
    Number(Exact),
    Flag(bool),
    Choice(u16),
}

/// One computation: a named value or a pay element.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    Value(ValueStep),
    Element(Box<ElementStep>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct ValueStep {
    pub index: u16,
    pub slot: u32,
    pub is: Bound,
    pub round: Option<Rounding>,
}

/// How a fact follows from a paid line.
#[derive(Clone, PartialEq, Debug)]
pub enum Inferred {
    By(Bound),
    /// A choice of so many options: the one that alone gives the line.
    OneOf(u16),
}

#[derive(Clone, PartialEq, Debug)]
pub struct ElementStep {
    pub element: ElementId,
    pub kind: LineKind,
    /// First of the element's slots.
    pub slot: u32,
    pub applies: Option<Cond>,
    pub base: Option<Num>,
    pub base_round: Option<Rounding>,
    pub rate: Option<Num>,
    pub amount: Option<Num>,
    pub employer_rate: Option<Num>,
    pub employer_amount: Option<Num>,
    pub round: Rounding,
    pub keep_zero: bool,
    /// Totals that the amount enters.
    pub adds: Vec<u32>,
    /// Totals that the employer amount enters.
    pub adds_employer: Vec<u32>,
    pub inferences: Vec<(FactId, Inferred)>,
}

/// Brackets in force: lower bounds ascending, each with its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brackets(pub Vec<(Exact, Exact)>);

/// A control of the pack whose measure is a formula.
#[derive(Clone, Debug)]
pub struct BoundControl {
    pub control: usize,
    pub when: Cond,
}

/// Totals the results show, as slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultSlots {
    pub gross: u32,
    pub net_social: u32,
    pub net_taxable: u32,
    pub net_before_tax: u32,
    pub income_tax: u32,
    pub net_paid: u32,
    pub employer_cost: u32,
}

/// Everything an employee's payslip is computed with.
#[derive(Clone, Debug)]
pub struct Plan {
    pub context: Context,
    /// Day whose versions of elements and values these are.
    pub versions_on: NaiveDate,
    pub steps: Vec<Step>,
    pub slots: Slots,
    pub defaults: Vec<Default>,
    pub tables: Vec<Brackets>,
    pub results: ResultSlots,
    /// Totals that take every line of a kind: (kind, slot, employer part).
    pub by_kind: Vec<(LineKind, u32, bool)>,
    pub controls: Vec<BoundControl>,
    pub parameters: Vec<Option<Exact>>,
    pub settings: Vec<SettingValue>,
    pub reads: Reads,
    /// A computation remembers whose it is.
    pub mark: Mark,
}

/// The values of law and settings a plan is made with.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    pub context: Context,
    /// Day whose versions of elements and values apply; normally the first day of the month.
    pub versions_on: NaiveDate,
    pub parameters: Vec<Option<Exact>>,
    /// Day for each table.
    pub tables_on: Vec<NaiveDate>,
    pub settings: Vec<SettingValue>,
}

pub fn in_force(from: NaiveDate, until: Option<NaiveDate>, day: NaiveDate) -> bool {
    from <= day && until.is_none_or(|u| day <= u)
}

/// Which of several, in order of their first days, is in force: the newest begun. Where that one is over, nothing is: what it
/// had replaced does not come back.
pub fn newest<T>(all: &[T], span: impl Fn(&T) -> (NaiveDate, Option<NaiveDate>), day: NaiveDate) -> Option<usize> {
    let last = all.iter().rposition(|v| span(v).0 <= day)?;
    let (from, until) = span(&all[last]);
    in_force(from, until, day).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::newest;
    use chrono::NaiveDate;

    #[test]
    fn what_ended_does_not_bring_back_what_it_had_replaced() {
        let day = |y| NaiveDate::from_ymd_opt(y, 1, 1).expect("a day");
        let end = |y| NaiveDate::from_ymd_opt(y, 12, 31);
        let all = [(day(2022), None), (day(2023), end(2023)), (day(2026), None)];
        let on = |y| newest(&all, |v| *v, day(y));
        assert_eq!([2021, 2022, 2023, 2024, 2025, 2026].map(on), [None, Some(0), Some(1), None, None, Some(2)]);
    }
}
