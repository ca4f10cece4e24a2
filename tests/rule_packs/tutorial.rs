//! `docs/new-bonus.md` and its French twin as a reader would follow them: their blocks are written to files, compiled and run.

use releve::compute::{cases, coverage};
use releve::ground::Lang;
use releve::pipeline;
use releve::rules::overlay::{Thing, What};
use releve::rules::stack::{self, Library};
use std::path::{Path, PathBuf};

/// Every block of the page that has a file name before it, written where it says.
fn followed(name: &str) -> PathBuf {
    followed_on("docs/new-bonus.md", name)
}

fn followed_on(page: &str, name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&root);
    let text = std::fs::read_to_string(page).expect("the page");
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
    comes_out(&followed("tutorial"));
}

#[test]
fn the_french_page_writes_the_same_bonus() {
    let (english, french) = (followed("tutorial-twin"), followed_on("docs/nouvelle-prime.md", "tutorial-french"));
    comes_out(&french);
    let files = |folder: &Path| -> Vec<(std::ffi::OsString, String)> {
        let mut all: Vec<_> = std::fs::read_dir(folder)
            .expect("the overlay")
            .map(|e| e.expect("a file"))
            .map(|e| (e.file_name(), std::fs::read_to_string(e.path()).expect("a file")))
            .collect();
        all.sort();
        all
    };
    assert_eq!(files(&french), files(&english));
    let steps = |page: &str| std::fs::read_to_string(page).expect("the page").lines().filter(|l| l.starts_with("## ")).count();
    assert_eq!(steps("docs/nouvelle-prime.md"), steps("docs/new-bonus.md"));
}

fn comes_out(folder: &Path) {
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
    assert_eq!(told, ["Trois apprentis à 80 %: TUTORAT expected 102.85, computed 102.86"]);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder");
    for e in std::fs::read_dir(from).expect("the sample") {
        let e = e.expect("the sample");
        if e.path().is_dir() {
            if e.file_name() != "out" && e.file_name() != "expected" {
                copy(&e.path(), &to.join(e.file_name()));
            }
        } else {
            std::fs::copy(e.path(), to.join(e.file_name())).expect("a copy");
        }
    }
}

/// The page's overlay in a job, voted for 2021, and the list of the month that the page shows.
///
/// Worked by hand for 00102, who works full time: one apprentice since the 16th, so 60.00 and the first fifteen days off:
/// 60.00 x 15/30 = 30.00. For 00927, 90 % paid 32/35, three apprentices all month: 120.00 x 32/35 = 109.714…, 109.71.
#[test]
fn in_a_job_the_bonus_of_the_page_is_paid_by_days() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial-job");
    let _ = std::fs::remove_dir_all(&root);
    copy(Path::new("samples/montreval"), &root);
    copy(&followed("tutorial-of-the-job"), &root.join("regles"));
    for entry in std::fs::read_dir(root.join("regles")).expect("the overlay") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a file").replace("from = 2026-01-01", "from = 2021-01-01");
        std::fs::write(&path, text).expect("the overlay");
    }
    let settings = root.join("releve.toml");
    let text = std::fs::read_to_string(&settings).expect("the job");
    std::fs::write(&settings, text.replace("pack = \"fr-fpt\"\n", "pack = \"fr-fpt\"\noverlays = [\"regles\"]\n")).expect("the job");
    let list = "Matricule;Nom;Apprentis encadrés;Date d'effet;Acte\n\
                00102;ARNOUX Jean-Noël;1;16/12/2021;A-12\n00927;BRIAND Kévin;3;01/12/2021;A-13\n";
    std::fs::write(root.join("inbox/apprentis-decembre.csv"), list).expect("a list");
    let options = pipeline::Options { folder: root.clone(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let outcome = pipeline::run(&options).expect("the job runs");
    let told: Vec<String> = outcome.findings.iter().map(|f| format!("{} {}", f.code, f.message(Lang::En))).collect();
    assert!(outcome.ran, "{}", told.join("\n"));
    let mut lines = csv::Reader::from_path(root.join("out/lines.csv")).expect("lines");
    let rows: Vec<csv::StringRecord> = lines.records().map(|r| r.expect("a row")).collect();
    let of = |agent: &str, code: &str| {
        rows.iter().filter(|r| &r[0] == agent && &r[2] == code).map(|r| r[7].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((of("00102", "TUTORAT"), of("00102", "RAPPEL_RI")), ("60.00".to_owned(), "-30.00".to_owned()), "{}", told.join("\n"));
    assert_eq!((of("00927", "TUTORAT"), of("00927", "RAPPEL_RI")), ("109.71".to_owned(), String::new()), "{}", told.join("\n"));
}
