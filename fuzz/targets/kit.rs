//! Any bytes, unpacked as a kit: nothing of it is believed before its list has been checked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use releve::kit::{self, Largest};

fuzz_target!(|bytes: &[u8]| {
    let largest = Largest { packed: 16 << 20, files: 64 << 20, count: 1000 };
    if let Ok(kit) = kit::unpack(bytes, &largest) {
        // What was taken in and fits can be packed again, and comes out the same.
        if let Ok(packed) = kit::pack(&kit, &largest) {
            assert!(kit::unpack(&packed, &largest).is_ok_and(|again| again.files == kit.files));
        }
    }
});
