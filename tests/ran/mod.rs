//! A job that a test makes and runs, and what it wrote.

#![allow(dead_code, reason = "each test uses its part")]

use releve::ground::Lang;
use releve::pipeline::{self, Options, Outcome};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub type Row = BTreeMap<String, String>;

pub struct Ran {
    pub folder: PathBuf,
    pub outcome: Outcome,
}

impl Ran {
    /// The rows of a result file.
    pub fn rows(&self, file: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.folder.join("out").join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        reader.deserialize::<Row>().map(|r| r.expect("a row")).collect()
    }
}

/// The folder of a job of these tests, without what an earlier run left there.
pub fn empty(tests: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(tests).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// Puts files into the inbox.
pub fn put<B: AsRef<[u8]>>(folder: &Path, files: &[(&str, B)]) {
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    for (file, bytes) in files {
        std::fs::write(folder.join("inbox").join(file), bytes).expect("a file of the inbox");
    }
}

/// A job with these settings and files.
pub fn job<B: AsRef<[u8]>>(tests: &str, name: &str, settings: &str, files: &[(&str, B)]) -> PathBuf {
    let folder = empty(tests, name);
    put(&folder, files);
    std::fs::write(folder.join("releve.toml"), settings).expect("the settings");
    folder
}

pub fn options(folder: &Path, lang: Option<Lang>) -> Options {
    Options { folder: folder.to_path_buf(), rules: None, lang, threads: 0, payslips: false, progress: |_, _, _| {} }
}

/// Runs the job, which must get to its end.
pub fn run_in(folder: PathBuf, lang: Option<Lang>) -> Ran {
    let outcome = pipeline::run(&options(&folder, lang)).expect("the job runs");
    assert!(outcome.ran, "{:?}", outcome.findings.iter().map(|f| f.message(Lang::En)).collect::<Vec<_>>());
    Ran { folder, outcome }
}
