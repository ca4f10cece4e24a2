//! A job that a test makes and runs, and what it wrote.

#![allow(dead_code, reason = "each test uses its part")]

use releve::ground::{Finding, Lang, Severity};
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

/// What a run said of an agent and paid him.
pub trait OfAgent {
    /// Severities of a code's findings about the agent; of the run's with an empty number.
    fn told(&self, code: &str, agent: &str) -> Vec<Severity>;
    fn waits(&self, agent: &str) -> bool;
    /// What a line of the payslip comes to.
    fn line(&self, agent: &str, code: &str) -> Vec<String>;
}

impl OfAgent for Ran {
    fn told(&self, code: &str, agent: &str) -> Vec<Severity> {
        let of = |f: &&Finding| f.code == code && f.employee.as_ref().map_or("", |e| e.as_str()) == agent;
        self.outcome.findings.iter().filter(of).map(|f| f.severity).collect()
    }
    fn waits(&self, agent: &str) -> bool {
        !self.rows("transfers.csv").iter().any(|r| r["employee"] == agent)
    }
    fn line(&self, agent: &str, code: &str) -> Vec<String> {
        let all = self.rows("lines.csv");
        all.iter().filter(|r| r["employee"] == agent && r["code"] == code).map(|r| r["amount"].clone()).collect()
    }
}

const SAMPLE: &str = "samples/montreval";

/// The sample town without the files `out`, with others, which may lie in folders.
pub fn sample<B: AsRef<[u8]>>(tests: &str, name: &str, out: &[&str], with: &[(&str, B)]) -> Ran {
    let inbox = std::fs::read_dir(Path::new(SAMPLE).join("inbox")).expect("the sample").map(|e| e.expect("the sample"));
    let kept = inbox.filter(|e| !out.contains(&e.file_name().to_string_lossy().as_ref()));
    let files: Vec<(String, Vec<u8>)> =
        kept.map(|e| (e.file_name().to_string_lossy().into_owned(), std::fs::read(e.path()).expect("a copy"))).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let settings = std::fs::read_to_string(Path::new(SAMPLE).join("releve.toml")).expect("the settings");
    let folder = job(tests, name, &settings, &files);
    for (file, bytes) in with {
        let path = folder.join("inbox").join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a temporary folder");
        std::fs::write(path, bytes).expect("a file of the inbox");
    }
    run_in(folder, None)
}

/// The net that the sample expects of an agent.
pub fn expected(agent: &str) -> String {
    let mut reader = csv::Reader::from_path(Path::new(SAMPLE).join("expected/payslips.csv")).expect("the sample");
    let mut rows = reader.deserialize::<Row>().map(|r| r.expect("a row"));
    rows.find(|r| r["employee"] == agent).map(|r| r["net_paid"].clone()).expect("somebody of the sample")
}
