//! Any text, read as a rule file: alone, and as an overlay over the small pack of the tests; a plan is made of what compiles.
#![no_main]

use libfuzzer_sys::fuzz_target;
use releve::ground::document::TextFile;
use releve::ground::{Lang, PayMonth};
use releve::rules::bind::Context;
use releve::rules::{compile, source};
use std::path::Path;
use std::sync::LazyLock;

static BASE: LazyLock<Vec<TextFile>> = LazyLock::new(|| {
    source::folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/findings/base")).expect("rule files of the tests")
});

fuzz_target!(|text: &str| {
    let file = || vec![TextFile { path: "pack.toml".to_owned(), text: text.to_owned() }];
    for layers in [vec![file()], vec![BASE.clone(), file()]] {
        let (pack, findings) = compile::compile(layers);
        for f in &findings {
            let _ = f.message(Lang::Fr);
        }
        let month = PayMonth::new(2021, 12).expect("a month");
        let law = pack.law(Context { month, payment_date: month.last_day() }, pack.default_settings());
        let _ = pack.plan(&law);
    }
});
