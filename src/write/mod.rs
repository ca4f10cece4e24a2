//! Verb: results → documents. Every writer is a function from values to bytes; none touches the disk.

pub mod report;
