//! `docs/new-bonus.md` as a reader would follow it: its blocks are written to files, compiled and run.

use releve::compute::{cases, coverage};
use releve::ground::Lang;
use releve::rules::overlay::{Thing, What};
use releve::rules::stack::{self, Library};
use std::path::{Path, PathBuf};

/// Every block of the page that has a file name before it, written where it says.
fn followed(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&root);
    let text = std::fs::read_to_string("docs/new-bonus.md").expect("the page");
    let mut file = None;
    let mut body: Option<String> = None;
    for line in text.lines() {
        match (&mut body, line) {
            (Some(b), "```") => {
                let path: PathBuf = root.join(file.take().expect("a block has a file name before it"));
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                std::fs::write(path, b.as_str()).expect("a file");
                body = None;
            }
            (Some(b), l) => {
                b.push_str(l);
                b.push('\n');
            }
            (None, "```toml") => body = Some(String::new()),
            (None, l) => {
                if let Some(n) = l.strip_prefix('`').and_then(|l| l.strip_suffix('`')) {
                    file = Some(n.to_owned());
                }
            }
        }
    }
    root.join("regles")
}

#[test]
fn the_bonus_of_the_page_compiles_and_its_cases_come_out() {
    let folder = followed("tutorial");
    let loaded = stack::load(&folder.to_string_lossy(), &[], &Library::default()).expect("the folder is readable");
    let text: Vec<String> = loaded.findings.iter().map(|f| f.message(Lang::En)).collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
    let results = cases::run_all(&loaded.pack);
    let wrong: Vec<String> = results.iter().flat_map(|r| r.findings.iter().map(|f| f.message(Lang::En))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(results.len(), 2);
    let added = loaded.pack.layers[1].changes.iter().filter(|c| c.what == What::Adds && c.thing != Thing::Case).count();
    assert_eq!(added, 3, "a fact, a value, an element, and nothing else touched");
    assert!(coverage::of(&loaded.pack).gaps.is_empty(), "the page's own cases exercise all it declares");
}

#[test]
fn a_case_that_expects_another_amount_fails() {
    let folder = followed("tutorial-wrong");
    let file = folder.join("cas.toml");
    let text = std::fs::read_to_string(&file).expect("the cases").replace("102.86\" }", "102.85\" }");
    std::fs::write(&file, text).expect("the cases");
    let loaded = stack::load(&folder.to_string_lossy(), &[], &Library::default()).expect("the folder is readable");
    let told: Vec<String> = cases::run_all(&loaded.pack).iter().flat_map(|r| r.findings.iter().map(|f| f.message(Lang::En))).collect();
    assert_eq!(told, ["Three apprentices at 80 %: TUTORAT expected 102.85, computed 102.86"]);
}
