//! `docs/lists.md` as a reader would follow it: each example alone beside the sample town, read without a question.

use releve::ground::Finding;
use releve::pipeline::{self, Options};
use std::path::{Path, PathBuf};

const SAMPLE: &str = "samples/montreval";

/// The file name and text of each block.
fn examples() -> Vec<(String, String)> {
    let text = std::fs::read_to_string("docs/lists.md").expect("the page");
    let (mut out, mut name, mut body) = (Vec::new(), String::new(), None::<String>);
    for line in text.lines() {
        match (&mut body, line) {
            (Some(_), "```") => out.push((name.clone(), body.take().expect("a block"))),
            (Some(b), l) => *b += &format!("{l}\n"),
            (None, "```csv") => body = Some(String::new()),
            (None, l) => {
                if let Some(n) = l.strip_prefix('`').and_then(|l| l.strip_suffix('`')) {
                    name = n.to_owned();
                }
            }
        }
    }
    out
}

/// The register, the staff file and the transfers of the sample, and one list.
fn beside_the_sample(file: &str, text: &str) -> (Vec<Finding>, String) {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lists-page-{file}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy(Path::new(SAMPLE).join("releve.toml"), folder.join("releve.toml")).expect("the settings");
    for kept in ["agents.xlsx", "livre-de-paie-2021-11.csv", "virements-2021-11.xml"] {
        std::fs::copy(Path::new(SAMPLE).join("inbox").join(kept), folder.join("inbox").join(kept)).expect("a copy");
    }
    std::fs::write(folder.join("inbox").join(file), text).expect("a list");
    let options = Options { folder: folder.clone(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let outcome = pipeline::run(&options).expect("the job runs");
    (outcome.findings, std::fs::read_to_string(folder.join("out/facts.csv")).expect("the facts"))
}

#[test]
fn every_list_of_the_page_is_read_as_it_says() {
    let examples = examples();
    assert_eq!(examples.len(), 10, "every block of the page");
    for (file, text) in examples {
        let (findings, facts) = beside_the_sample(&file, &text);
        let about = |f: &&Finding| f.places.iter().any(|p| p.to_string().starts_with(&file)) || f.args.iter().any(|a| a.1.contains(&file));
        let asked: Vec<String> = findings
            .iter()
            .filter(about)
            .filter(|f| f.code.starts_with(['M', 'N', 'R']) || f.code.starts_with("IMP-0"))
            .map(|f| format!("{} {}", f.code, f.message(releve::ground::Lang::En)))
            .collect();
        assert!(asked.is_empty(), "{file}: {asked:?}");
        // A request for another account is nobody's fact before the call-back.
        let used = if file == "comptes.csv" { findings.iter().any(|f| f.code.starts_with("BNK-0")) } else { facts.contains(&file) };
        assert!(used, "{file}: something of it is used");
    }
}
