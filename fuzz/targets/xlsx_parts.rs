//! Any parts, packed and read as an XLSX workbook would be: what a packed file bent as a whole never reaches.
#![no_main]

mod shared;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(file) = shared::packed(bytes) {
        shared::tables(file, "file.xlsx");
    }
});
