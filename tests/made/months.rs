//! Months of a job run one after another, and what they wrote.

use super::Row;
use releve::ground::{Finding, Lang, PayMonth, Severity};
use releve::pipeline::{self, Options};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use super::ran::Ran;

impl Ran {
    pub fn of(&self, file: &str, agent: &str) -> Vec<Row> {
        self.rows(file).into_iter().filter(|r| r["employee"] == agent).collect()
    }
    pub fn slip(&self, agent: &str) -> Row {
        self.of("payslips.csv", agent).pop().unwrap_or_else(|| panic!("no payslip of {agent}"))
    }
    pub fn line(&self, agent: &str, code: &str) -> Option<String> {
        self.of("lines.csv", agent).into_iter().find(|r| r["code"] == code).map(|r| r["amount"].clone())
    }
    pub fn told(&self, code: &str) -> Vec<&Finding> {
        self.outcome.findings.iter().filter(|f| f.code == code).collect()
    }
    pub fn grave(&self, code: &str, agent: &str) -> Vec<Severity> {
        let of = |f: &&&Finding| f.employee.as_ref().map_or("", |e| e.as_str()) == agent;
        self.told(code).iter().filter(of).map(|f| f.severity).collect()
    }
    pub fn employees(&self, file: &str) -> BTreeSet<String> {
        self.rows(file).into_iter().map(|r| r["employee"].clone()).collect()
    }
    pub fn out(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.folder.join("out").join(file)).expect("a result")
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("months-in-a-row")
}

pub fn empty(name: &str) -> PathBuf {
    let folder = root().join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

pub fn run_with(folder: PathBuf, threads: usize) -> Ran {
    let options = Options { threads, ..super::ran::options(&folder, None) };
    let outcome = pipeline::run(&options).expect("the job runs");
    assert!(outcome.ran, "{:?}", outcome.findings.iter().map(|f| f.message(Lang::En)).collect::<Vec<_>>());
    Ran { folder, outcome }
}

pub fn run(folder: PathBuf) -> Ran {
    run_with(folder, 0)
}

/// Starts a month from the job before, and gives it a day of payment.
pub fn next(name: &str, month: &str, pay_date: &str, from: &Path) -> (PathBuf, String) {
    let folder = empty(name);
    let month = PayMonth::parse(month).expect("a month");
    let (said, _) = pipeline::start_from(&folder, month, from, Some(Lang::En)).expect("a new job");
    let path = folder.join("releve.toml");
    let text = std::fs::read_to_string(&path).expect("the settings");
    let line = text.lines().find(|l| l.starts_with("# pay_date")).expect("a day of payment to be filled in").to_owned();
    std::fs::write(&path, text.replace(&line, &format!("pay_date = {pay_date}"))).expect("the settings");
    (folder, said)
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder");
    for e in std::fs::read_dir(from).expect("a folder") {
        let e = e.expect("a folder");
        if e.path().is_dir() {
            copy(&e.path(), &to.join(e.file_name()));
        } else {
            std::fs::copy(e.path(), to.join(e.file_name())).expect("a copy");
        }
    }
}
