//! Any bytes, read as an XLSX workbook would be: tables opened and every row handed over.
#![no_main]

use libfuzzer_sys::fuzz_target;
use releve::ground::Sources;
use releve::read::{Input, Limits};
use std::ops::ControlFlow;

fuzz_target!(|bytes: &[u8]| {
    let mut sources = Sources::default();
    let limits = Limits { inflated_bytes: 64 << 20, cells: 200_000, ..Limits::default() };
    let opened = releve::read::open(&Input::from(bytes.to_vec()), "file.xlsx", &mut sources, &limits, None);
    for table in opened.value {
        let _ = table.for_each(&mut |_| ControlFlow::Continue(()));
    }
});
