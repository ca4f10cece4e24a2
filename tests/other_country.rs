//! A private employer in Ireland, end to end: the pack compiles without the French one, its cases come out, a job is paid.

use releve::compute::{cases, coverage};
use releve::ground::Lang;
use releve::pipeline::{self, Options};
use releve::rules::stack::{self, Library, Loaded};
use std::collections::BTreeMap;
use std::path::Path;

fn pack() -> Loaded {
    let rules = Path::new("samples/ireland/rules");
    stack::load("ie-private", &[], &Library { rules: Some(rules), job: None }).expect("the pack is readable")
}

#[test]
fn its_pack_compiles_and_its_cases_come_out() {
    let loaded = pack();
    let text: Vec<String> = loaded.findings.iter().map(|f| f.message(Lang::En)).collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
    assert_eq!(loaded.pack.elements.len(), 10);
    let results = cases::run_all(&loaded.pack);
    let wrong: Vec<String> = results.iter().flat_map(|r| r.findings.iter().map(|f| f.message(Lang::En))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let gaps: Vec<String> = coverage::of(&loaded.pack).gaps.iter().map(|g| format!("{} {} {:?}", g.id, g.detail, g.never)).collect();
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder");
    for e in std::fs::read_dir(from).expect("the sample") {
        let e = e.expect("the sample");
        if e.path().is_dir() {
            if e.file_name() != "out" {
                copy(&e.path(), &to.join(e.file_name()));
            }
        } else {
            std::fs::copy(e.path(), to.join(e.file_name())).expect("a copy");
        }
    }
}

fn job(name: &str) -> Options {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    copy(Path::new("samples/ireland"), &folder);
    let rules = Some(folder.join("rules"));
    Options { folder, rules, lang: None, threads: 0, payslips: true, progress: |_, _, _| {} }
}

#[test]
fn its_job_is_paid_to_the_cent() {
    let options = job("ireland");
    let outcome = pipeline::run(&options).expect("the job runs");
    let told: Vec<String> = outcome.findings.iter().map(|f| format!("{} {}", f.code, f.message(Lang::En))).collect();
    assert!(outcome.ran, "{}", told.join("\n"));
    let mut reader = csv::Reader::from_path(options.folder.join("out/payslips.csv")).expect("payslips");
    let headers = reader.headers().expect("a header").clone();
    let net = headers.iter().position(|h| h == "net_paid").expect("a column");
    let paid: BTreeMap<String, String> =
        reader.records().map(|r| r.expect("a row")).map(|r| (r[0].to_owned(), r[net].to_owned())).collect();
    // The nets of cases.toml, worked by hand; E003 without the travel refund of its case.
    let want = [("E001", "3096.50"), ("E002", "2927.16"), ("E003", "1240.01")];
    assert_eq!(paid, want.map(|(a, b)| (a.to_owned(), b.to_owned())).into(), "{}", told.join("\n"));
    assert_eq!(outcome.replay.gap, 0, "{}", told.join("\n"));
    assert_eq!(outcome.replay_agents, (2, 2), "October replays to the cent");
}

#[test]
fn a_change_of_its_rules_is_told_agent_by_agent() {
    let options = job("ireland-diff");
    // The same pack with a cut-off of 45,600 a year: 3800.00 a month, so that E001 pays 20 % of all of it.
    copy(&options.folder.join("rules/ie-private"), &options.folder.join("rules/ie-next"));
    let law = options.folder.join("rules/ie-next/law.toml");
    let text = std::fs::read_to_string(&law).expect("the law").replace("value = \"44000\"", "value = \"45600\"");
    std::fs::write(&law, text).expect("the law");
    let told = pipeline::compare(&options, ["ie-private", "ie-next"], true).expect("both packs compute");
    assert_eq!(told.code, 1);
    let value: serde_json::Value = serde_json::from_str(&told.text).expect("JSON");
    // 3800.00 x 20 % - 333.33 = 426.67 instead of 453.33.
    assert_eq!(value["lines"]["PAYE"]["employees"], 1);
    assert_eq!(value["employees"].as_array().map(Vec::len), Some(1));
    assert_eq!(value["employees"][0]["employee"], "E001");
    assert_eq!(value["employees"][0]["lines"][0]["amount"]["after"], "-426.67");
    assert_eq!(value["employees"][0]["net_paid"]["after"], "3123.16");
    let same = pipeline::compare(&options, ["ie-private", "ie-private"], false).expect("both packs compute");
    assert_eq!(same.code, 0, "{}", same.text);
}

#[test]
fn nothing_of_france_is_in_it() {
    for f in &pack().pack.files {
        let text = f.text.to_lowercase();
        for word in ["cnracl", "csg", "urssaf", "traitement", "décret", "fr-fpt"] {
            assert!(!text.contains(word), "{}: {word}", f.path);
        }
    }
}
