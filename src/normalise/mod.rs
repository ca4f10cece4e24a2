//! Located cells → facts and last month's payslips.
//!
//! [`recognise`] says what each sheet is and what its columns and codes mean, with a certainty and reasons;
//! [`gather`] reads every row by that [`Mapping`]. What is uncertain is asked in a finding, never assumed.
//! It knows no law: titles come from the pack's vocabulary and `rules/exports`, rates from the caller.

pub mod assign;
pub mod bands;
pub mod cells;
pub mod codes;
pub mod columns;
pub mod dsn;
pub mod fragment;
pub mod gather;
pub mod headless;
pub mod join;
pub mod layout;
pub mod mapping;
pub mod nets;
pub mod numbers;
pub mod people;
pub mod periods;
pub mod profile;
pub mod recognise;
pub mod records;
pub mod register;
pub mod sides;
pub mod text;
pub mod titles;
pub mod totals;
pub mod values;
pub mod xhl;

pub use fragment::SourceEntry;
pub use gather::{AccountChange, Amount, Change, Event, Gathered, LocalCode, Record, RowCount, gather};
pub use mapping::{
    CodeMapping, CodeTarget, ColumnMapping, Mapping, Meaning, Part, Payer, Role, RubricTarget, Rubrics, SourceMapping, TotalRole,
};
pub use recognise::recognise;

use crate::facts::{FactId, Vocabulary};
use crate::ground::PayMonth;

/// What the pack and the job say: the same for every table.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub vocabulary: &'a Vocabulary,
    /// Texts of a "nature" column, by the fact whose days they count.
    pub events: &'a [(FactId, Vec<String>)],
    pub rubrics: &'a Rubrics,
    /// The month to be paid.
    pub month: PayMonth,
    /// The month last paid.
    pub last: PayMonth,
}
