//! The lists of the month, as services send them: each read as a person would read it, or asked.

#![allow(clippy::duplicate_mod, reason = "each file asks other things of a run, in methods of its own")]

mod aside;
mod beside;
mod between;
mod clear;
mod copied;
mod counted;
mod leavers;
mod names;
mod office;
mod other_kinds;
mod page;
mod renewed;
mod taken;
mod titles;
mod turned;
