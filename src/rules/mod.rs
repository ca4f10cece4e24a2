//! Rule text → [`Plan`]: bound rules in order of computation. Has never heard of spreadsheets.

pub mod advice;
pub mod bind;
pub mod cases;
pub mod compile;
pub mod expr;
pub mod kinds;
pub mod overlay;
pub mod pack;
pub mod plan;
pub mod quantity;
pub mod reads;
pub mod schema;
pub mod show;
pub mod source;
pub mod stack;

pub use pack::Pack;
pub use plan::Plan;

pub use crate::ground::document::suggestion as document_suggestion;
