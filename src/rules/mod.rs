//! Rule text → [`Plan`]: bound rules in order of computation. Has never heard of spreadsheets.

pub mod bind;
pub mod expr;
pub mod kinds;
pub mod pack;
pub mod plan;
pub mod source;

pub use pack::Pack;
pub use plan::Plan;
