//! What survived: workbooks, declarations, pay statements, transfers, alone and together.

#![allow(clippy::duplicate_mod, reason = "each file asks other things of a run, in methods of its own")]

mod accounts;
mod confront;
mod dsn;
mod dsn_month;
mod last_month;
mod mutations;
mod normalise;
mod posts;
mod read;
mod recovery;
mod sepa;
mod together;
mod xhl;
