//! Any bytes, read as a web page saved under the name of a workbook.
#![no_main]

mod shared;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| shared::tables([b"<html>\n", bytes].concat(), "file.xls"));
