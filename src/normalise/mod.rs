//! Located cells → facts and last month's payslips.
//!
//! `recognise` says what each sheet is and what its columns and codes mean, with a certainty and reasons;
//! `gather` reads every row by that `Mapping`. What is uncertain is asked in a finding, never assumed.
//! It knows no law: titles come from the pack's vocabulary and `rules/exports`, rates from the caller.

pub mod text;
pub mod values;
