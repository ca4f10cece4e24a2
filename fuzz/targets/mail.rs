//! Any bytes, read as a mail: its words and what is attached to it are opened as files of the inbox are.
#![no_main]

mod shared;

use libfuzzer_sys::fuzz_target;
use releve::read::{Input, archive};

fuzz_target!(|bytes: &[u8]| {
    let mut members = Vec::new();
    let _ = archive::attached(&Input::from(bytes.to_vec()), "file.eml", &shared::limits(), &mut |name, input| members.push((name, input)));
    for (name, input) in members {
        let mut sources = releve::ground::Sources::default();
        let _ = releve::read::open(&input, &name, &mut sources, &shared::limits(), None);
    }
});
