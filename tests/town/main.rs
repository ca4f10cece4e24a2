//! The sample town, whole: its pay, its traps, its damage, its decisions.

#![allow(clippy::duplicate_mod, reason = "each file asks other things of a run, in methods of its own")]

mod causes;
mod controls;
mod damage;
mod decisions;
mod determinism;
mod first_use;
mod held;
mod inbox;
mod layouts;
mod planted;
mod samples;
