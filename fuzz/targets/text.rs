//! Any bytes, read as a text file with columns would be: tables opened and every row handed over.
#![no_main]

mod shared;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| shared::tables(bytes.to_vec(), "file.csv"));
