//! Rule packs: their language, their findings, their documentation, and what last month tells of settings and facts.

#![allow(clippy::duplicate_mod, reason = "each file asks other things of a run, in methods of its own")]

mod calibrated_files;
mod calibration;
mod findings;
mod incremental;
mod inference;
mod law;
mod manual;
mod other_country;
mod overlays;
mod packs;
mod schema;
mod tutorial;
