//! releve: payroll recovery.
//!
//! ```text
//! read → normalise → facts → rules → compute → check → diff → write
//! ```

#![forbid(unsafe_code)]

pub mod check;
pub mod cli;
pub mod compute;
pub mod facts;
pub mod ground;
pub mod job;
pub mod kit;
pub mod normalise;
pub mod payslip;
pub mod pipeline;
pub mod read;
pub mod rules;
pub mod write;
