//! Any bytes, read as a transfer file.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = releve::read::pain001::read_all(bytes, "file.xml");
});
