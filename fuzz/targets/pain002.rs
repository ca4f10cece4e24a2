//! Any bytes, read as a status report of transfers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use releve::read::{pain001, pain002};

fuzz_target!(|bytes: &[u8]| {
    let _ = pain002::read(&mut &*bytes, "file.xml", &pain001::Limits::default());
});
