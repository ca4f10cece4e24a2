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
pub mod dated;
pub mod dsn;
pub mod employers;
pub mod fragment;
pub mod gather;
pub mod headless;
mod identities;
pub mod join;
pub mod labels;
pub mod layout;
pub mod leftover;
pub mod lists;
pub mod mapping;
pub mod moves;
pub mod named;
pub mod natures;
pub mod nets;
pub mod numbers;
pub mod other_accounts;
pub mod people;
pub mod periods;
pub mod posts;
pub mod profile;
pub mod recognise;
pub mod record;
pub mod records;
pub mod register;
pub mod remarks;
mod replaced;
mod rivals;
pub mod scheme;
pub mod sent;
pub mod shape;
pub mod sides;
pub mod text;
pub mod titles;
pub mod totals;
pub mod trust;
pub mod values;
pub mod variables;
pub mod xhl;

pub use fragment::SourceEntry;
pub use gather::SEVERAL_POSTS;
pub use gather::{AccountChange, Amount, Beside, Change, Event, Gathered, LocalCode, Record, RowCount, gather, gather_beside};
pub use mapping::{
    CodeMapping, CodeTarget, ColumnMapping, Mapping, Meaning, Part, Payer, Role, RubricTarget, Rubrics, SourceMapping, TotalRole,
};
pub use natures::Natures;
pub use recognise::recognise;
pub use records::{LISTED_ELSEWHERE, NO_LONGER, OPEN_EXIT, STAFF_ELSEWHERE, UNKNOWN_STATE};

use crate::facts::Vocabulary;
use crate::ground::{At, EmployeeId, Finding, Money, PayMonth, Severity, Sources};

/// What the pack and the job say: the same for every table.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub vocabulary: &'a Vocabulary,
    /// Texts of a "nature" column, by the fact whose days they count.
    pub natures: &'a Natures,
    pub rubrics: &'a Rubrics,
    /// The month to be paid.
    pub month: PayMonth,
    /// The month last paid.
    pub last: PayMonth,
    /// The employer's name and SIRET, as the job writes them.
    pub employer: &'a str,
    pub siret: &'a str,
}

/// Two sources that show the same sum of an employee differently.
fn sums_differ(what: &str, id: &EmployeeId, (a, a_at): (Money, At), (b, b_at): (Money, At), sources: &Sources) -> Finding {
    let f = Finding::new("IMP-04", Severity::Justify).arg("fact", what).arg("first", a.french()).arg("second", b.french());
    let f = f.told("M145").arg("agent", id);
    f.stake((a - b).cents()).of(id).at(sources.place(a_at)).at(sources.place(b_at))
}

/// Documents of last month that stand in for the staff file: whom they paid is who works here, and who has left since stands nowhere.
pub fn nobody_left(gathered: &Gathered, sources: &Sources) -> Option<Finding> {
    let (people, documents) = &gathered.stand_in;
    let f = Finding::new("M265", Severity::Justify).told("M320").arg("count", people.len());
    (!people.is_empty()).then(|| documents.iter().fold(f, |f, at| f.at(sources.place(*at))))
}
