//! Any bytes, read as a zip archive of files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use releve::read::{Input, Limits, archive};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { inflated_bytes: 64 << 20, parts: 1000, ..Limits::default() };
    let _ = archive::members(&Input::from(bytes.to_vec()), "file.zip", true, &limits, &mut |_, _| {});
});
