//! Any text, read as `releve.toml`: the job, and what it says of sources.
#![no_main]

use libfuzzer_sys::fuzz_target;
use releve::ground::Lang;

fuzz_target!(|text: &str| {
    let job = releve::job::parse("folder".as_ref(), text);
    let entries = releve::normalise::fragment::read(text);
    for f in job.findings.iter().chain(&entries.findings) {
        let _ = f.message(Lang::Fr);
    }
});
