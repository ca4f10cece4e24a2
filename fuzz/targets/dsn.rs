//! Any bytes, read as a social declaration; every block and value is asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use releve::read::{Limits, dsn};

fuzz_target!(|bytes: &[u8]| {
    let read = dsn::read(bytes, "file.dsn", &Limits::default());
    for d in &read.value.declarations {
        let _ = (d.month(), d.fraction(), d.order(), d.siret(), d.norm());
        for p in &d.people {
            for payment in p.group.all("S21.G00.50") {
                for line in payment.under("S21.G00.51") {
                    let _ = (line.money(13), line.date(1), line.plain(11));
                }
            }
        }
    }
});
