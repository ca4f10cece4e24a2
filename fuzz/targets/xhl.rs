//! Any bytes, read as a pay statement or a flow that holds some; what was read adds up its nets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use releve::read::{Limits, xhl};

fuzz_target!(|bytes: &[u8]| {
    let read = xhl::read(bytes, "file.xhl", &Limits { inflated_bytes: 64 << 20, ..Limits::default() });
    for slip in read.value.iter().flat_map(|s| &s.slips) {
        let _ = slip.rebuilt();
    }
});
