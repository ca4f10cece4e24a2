//! What everything stands on: exact numbers, months, identifiers, places, findings and words.
//! Open to every module; names none of them.

pub mod bic;
mod digits;
pub mod document;
pub mod exact;
pub mod figures;
pub mod finding;
pub mod iban;
pub mod ids;
pub mod money;
pub mod month;
pub mod nir;
pub mod number;
pub mod place;
pub mod room;
pub mod sepa_text;
pub mod target_days;
pub mod toml_text;
pub mod worded;
pub mod words;
pub mod written;

pub use bic::Bic;
pub use exact::Exact;
pub use finding::{Checked, Finding, Severity};
pub use iban::Iban;
pub use ids::EmployeeId;
pub use money::{Money, Rounding};
pub use month::PayMonth;
pub use nir::{Nir, Siret};
pub use place::{At, Place, Sources};
pub use words::{Lang, Words};
