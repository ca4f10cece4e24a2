//! Results → documents as bytes, one file per kind of document.
//!
//! Computes no pay and touches no disk: what is printed is what the caller hands over.

pub mod manual;
pub mod payslip;
pub mod record;
pub mod register;
pub mod report;
pub mod transfer;
