//! Results → documents: bytes with a name. Knows no rule and computes no amount.

pub mod register;
//! Results → documents as bytes, one file per kind of document.
//!
//! Computes no pay and touches no disk: what is printed is what the caller hands over.

pub mod payslip;
//! Verb: results → documents. Every writer is a function from values to bytes; none touches the disk.

pub mod report;
