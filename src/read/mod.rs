//! Bytes → located cells, one file per format. Knows no rule and no column's meaning.
//!
//! A text file is read row by row and never held whole; a workbook's sheets are held in memory, within limits.

pub mod pain001;
pub mod table;
