//! `Plan` + facts → payslips. Knows no file and no pay element by name.

pub mod arrears;
pub mod belated;
pub mod calibrate;
pub mod cases;
pub mod corrections;
pub mod coverage;
pub mod employee;
pub mod eval;
pub mod examples;
pub mod gone;
pub mod late;
pub mod raise;
pub mod replay;
pub mod reveal;
pub mod trace;
mod unused;
pub mod walk;
mod within;
