//! The sample town through three other programs' exports, without a mapping written by hand: same pay to the cent.

use releve::pipeline::{self, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A job with the sample's inbox, one file of it put in place of another.
fn job(name: &str, out: &str, with: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("layout-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
    for entry in std::fs::read_dir("samples/montreval/inbox").expect("the sample") {
        let entry = entry.expect("the sample");
        if entry.file_name() != out {
            std::fs::copy(entry.path(), folder.join("inbox").join(entry.file_name())).expect("a copy");
        }
    }
    std::fs::copy(Path::new("tests/data/normalise/layouts").join(with), folder.join("inbox").join(with)).expect("the layout");
    folder
}

fn nets(path: &Path) -> BTreeMap<String, (String, String, String)> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    reader
        .deserialize::<BTreeMap<String, String>>()
        .map(|r| r.expect("a row"))
        .map(|r| (r["employee"].clone(), (r["gross"].clone(), r["net_paid"].clone(), r["employer_cost"].clone())))
        .collect()
}

/// Same payslips as expected for everybody but `changed`, whose facts the layout does not hold.
fn same_pay(folder: &Path, changed: &[&str]) {
    let options = Options { folder: folder.to_path_buf(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let outcome = pipeline::run(&options).expect("the job runs");
    assert_eq!(outcome.replay.gap, 0, "last month is understood");
    let got = nets(&folder.join("out/payslips.csv"));
    let want = nets(Path::new("samples/montreval/expected/payslips.csv"));
    let wrong: BTreeSet<&String> =
        want.keys().chain(got.keys()).filter(|k| !changed.contains(&k.as_str()) && want.get(*k) != got.get(*k)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_wide_register_with_merged_headings_gives_the_same_pay() {
    same_pay(&job("wide", "livre-de-paie-2021-11.csv", "wide.xlsx"), &[]);
}

#[test]
fn a_signed_register_of_another_product_gives_the_same_pay() {
    same_pay(&job("signed", "livre-de-paie-2021-11.csv", "signed.tsv"), &[]);
}

#[test]
fn a_staff_list_with_short_titles_gives_the_same_pay() {
    same_pay(&job("staff", "agents.xlsx", "staff.csv"), &[]);
}
