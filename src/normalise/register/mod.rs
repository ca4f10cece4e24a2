//! Last month's register, row by row: agents, lines, and the totals the register itself shows.
//!
//! Lines are kept under local codes while rows stream by; elements and signs are settled at the end ([`crate::normalise::gather`]).

mod books;
mod lines;
mod names;
mod who;
mod wide;

pub use books::{Books, KnownCode, Slip, Taken};
pub use lines::{LineReader, settled_rate};
pub use names::{ByLabel, Names};
pub use who::{WhoColumns, employee, nir_key, numbered_name, shown, split_name, tidy_number, without_courtesy};
pub use wide::{WideReader, group_of};
