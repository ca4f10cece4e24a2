//! releve: payroll recovery.
//!
//! ```text
//! read → normalise → facts → rules → compute → check → diff → write
//! ```

#![forbid(unsafe_code)]

pub mod facts;
pub mod ground;
pub mod payslip;
pub mod read;
pub mod write;
