//! What `releve inspect` says at its end: what was recovered, what is missing, which files to look for.
//!
//! Counts are those of the sample's own files: 87 agents in the November register, 00156 in no staff file, 00995 paid nothing,
//! 01700 with an account whose key is wrong.

#[path = "../made/mod.rs"]
mod made;

use made::ran::{self, OfAgent as _, Ran};
use releve::ground::Severity;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const SAMPLE: &str = "samples/montreval";

/// The sample with only the files that `keep` takes.
fn job(name: &str, keep: fn(&str) -> bool) -> PathBuf {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("recovery-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy(Path::new(SAMPLE).join("releve.toml"), folder.join("releve.toml")).expect("the settings");
    for entry in std::fs::read_dir(Path::new(SAMPLE).join("inbox")).expect("the sample") {
        let entry = entry.expect("the sample");
        if keep(&entry.file_name().to_string_lossy()) {
            std::fs::copy(entry.path(), folder.join("inbox").join(entry.file_name())).expect("a copy");
        }
    }
    folder
}

fn inspect(folder: &Path, more: &[&str]) -> String {
    let said = Command::new(env!("CARGO_BIN_EXE_releve")).arg("inspect").arg(folder).args(more).output().expect("the program runs");
    String::from_utf8(said.stdout).expect("UTF-8")
}

fn picture(folder: &Path) -> Value {
    serde_json::from_str(&inspect(folder, &["--json"])).expect("one JSON value and nothing else")
}

fn row<'v>(p: &'v Value, what: &str) -> &'v Value {
    p["known"].as_array().expect("rows").iter().find(|r| r["what"] == what).unwrap_or(&Value::Null)
}

fn lacks(p: &Value, to: &str) -> Vec<(String, Vec<String>)> {
    let text = |v: &Value| v.as_str().expect("a text").to_owned();
    let who = |m: &Value| m["employees"].as_array().expect("a list").iter().map(text).collect();
    p["missing"][to].as_array().expect("a list").iter().map(|m| (text(&m["what"]), who(m))).collect()
}

fn wanted(p: &Value) -> Vec<&str> {
    p["wanted"].as_array().expect("a list").iter().map(|w| w["file"].as_str().expect("a name")).collect()
}

#[test]
fn says_what_is_known_of_how_many_and_from_which_file() {
    let p = picture(&job("whole", |_| true));
    let slip = row(&p, "slip");
    // 01413 of the register has left; 00995 was not paid and should have been. 00156 cannot be proven: no staff file knows it.
    assert_eq!((slip["known"].as_u64(), slip["of"].as_u64(), slip["sure"].as_u64()), (Some(87), Some(88), Some(86)));
    assert_eq!(slip["sources"]["livre-de-paie-2021-11.csv"].as_u64(), Some(87));
    // One of the accounts that are about to be paid is nowhere; 00825's request is a request, not a second source.
    assert_eq!(row(&p, "account")["sources"]["virements-2021-11.xml"].as_u64(), Some(86));
    assert_eq!(row(&p, "absences")["sources"]["absences-decembre.xls"], row(&p, "absences")["known"]);
}

#[test]
fn says_what_is_missing_by_what_it_is_missing_for() {
    let p = picture(&job("missing", |_| true));
    let one = |list: Vec<(String, Vec<String>)>, id: &str| {
        list.into_iter().filter(|m| m.1.iter().any(|w| w == id)).map(|m| m.0).collect::<Vec<_>>()
    };
    assert_eq!(one(lacks(&p, "compute"), "00156"), ["fichier du personnel qui connaît l'agent"]);
    assert_eq!(one(lacks(&p, "compute"), "00995"), ["pourquoi rien n'a été payé en novembre 2021"]);
    assert_eq!(one(lacks(&p, "pay"), "01700"), ["compte (IBAN), celui écrit est faux"]);
    assert!(lacks(&p, "payslip").iter().any(|m| m.0 == "releve.toml : code APE" && m.1.is_empty()));
    assert!(one(lacks(&p, "payslip"), "00330").contains(&"numéro de sécurité sociale".to_owned()));
}

#[test]
fn asks_for_the_file_that_fills_most() {
    // Without the staff file nobody can be computed by the rules; without the register nobody can be compared.
    let p = picture(&job("no-staff", |f| f != "agents.xlsx"));
    assert_eq!(wanted(&p)[0], "staff");
    let p = picture(&job("staff-alone", |f| f == "agents.xlsx"));
    assert_eq!(wanted(&p)[0], "statement");
    assert!(row(&p, "slip")["known"] == 0 && row(&p, "slip")["of"].as_u64() > Some(80));
    // Nothing is missing of November but a second witness: what this month may bring is asked for first.
    let p = picture(&job("no-lists", |f| f.starts_with("agents") || f.starts_with("livre") || f.starts_with("virements")));
    assert!(wanted(&p).contains(&"absences"), "{:?}", wanted(&p));
}

// What cannot be computed without a file is asked for before lists that may not exist.
#[test]
fn what_last_month_lacks_is_asked_for_before_this_months_lists() {
    let declared = || ("paie.dsn", made::dsn::latin(&made::dsn::town()));
    let stated = || ("paye.xhl", made::xhl::november().into_bytes());
    type Case<'c> = (&'c str, fn(&str) -> bool, Vec<(&'c str, Vec<u8>)>, &'c [&'c str]);
    let cases: [Case<'_>; 5] = [
        ("transfers", |f| f.starts_with("virements"), vec![], &["staff", "statement"]),
        ("staff-transfers", |f| f.starts_with("virements") || f.starts_with("agents"), vec![], &["statement"]),
        ("register", |f| f.starts_with("livre"), vec![], &["statement", "transfers", "staff"]),
        ("declaration-transfers", |f| f.starts_with("virements"), vec![declared()], &["statement", "staff"]),
        ("statement", |_| false, vec![stated()], &["staff"]),
    ];
    for (name, keep, more, first) in cases {
        let folder = job(&format!("wanted-{name}"), keep);
        for (file, bytes) in more {
            std::fs::write(folder.join("inbox").join(file), bytes).expect("a file");
        }
        let p = picture(&folder);
        assert_eq!(wanted(&p)[..first.len()], *first, "{name}");
    }
}

#[test]
fn an_empty_inbox_says_where_to_begin() {
    let folder = job("empty", |_| false);
    let p = picture(&folder);
    assert_eq!((p["employees"].as_u64(), wanted(&p)), (Some(0), vec!["statement", "staff", "transfers"]));
    assert!(inspect(&folder, &[]).contains("aucun agent n'est connu"));
}

#[test]
fn fits_a_terminal_in_both_languages() {
    let folder = job("terminal", |_| true);
    for (lang, title, asked) in
        [("fr", "RETROUVÉ — 94 agents", "LES TROIS FICHIERS"), ("en", "RECOVERED — 94 employees", "THE THREE FILES")]
    {
        let said = inspect(&folder, &["--lang", lang]);
        let at = said.find(title).unwrap_or_else(|| panic!("{said}"));
        // The files and their columns stand below it.
        let files = if lang == "fr" { "FICHIERS ET COLONNES" } else { "FILES AND COLUMNS" };
        let picture = said[at..].split(files).next().unwrap_or_default();
        assert!(said.contains(files), "{said}");
        assert!(picture.contains(asked) && picture.lines().count() <= 60);
        for l in picture.lines() {
            assert!(l.chars().count() <= 100, "{l}");
        }
        // No identity number and no account stands in it.
        assert!(
            !picture.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w.len() > 12 && w.bytes().any(|b| b.is_ascii_digit())),
            "{picture}"
        );
    }
}

// The job pays January 2022, and what lies in the inbox is of November 2021.
#[test]
fn a_file_of_another_month_is_named_with_its_month_and_the_picture_is_whole() {
    let register = std::fs::read(Path::new(SAMPLE).join("inbox/livre-de-paie-2021-11.csv")).expect("the register");
    let files = [
        ("livre.csv", register, "F14"),
        ("paye.xhl", made::xhl::november().into_bytes(), "R50"),
        ("paye.dsn", made::dsn::latin(&made::dsn::town()), "M32"),
    ];
    for (file, bytes, code) in files {
        let folder = job(&format!("month-{code}"), |_| false);
        let settings = std::fs::read_to_string(folder.join("releve.toml")).expect("the settings");
        let later =
            settings.replace("month = \"2021-12\"", "month = \"2022-01\"").replace("pay_date = 2021-12-22", "pay_date = 2022-01-22");
        std::fs::write(folder.join("releve.toml"), later).expect("the settings");
        std::fs::write(folder.join("inbox").join(file), bytes).expect("a file");
        let said = Command::new(env!("CARGO_BIN_EXE_releve")).arg("inspect").arg(&folder).output().expect("the program runs");
        let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
        assert!(err.contains(&format!("[{code}]")) && err.contains("2021-11") && err.contains("2021-12"), "{err}");
        assert!(err.contains("last_month = \"2021-11\""), "{err}");
        assert!(out.contains("RETROUVÉ — 0 agent, paie de janvier 2022"), "{out}");
    }
}

// A remark that takes a bonus back, and a note that names somebody, are asked about whether or not the mapping was written down.
#[test]
fn what_is_written_of_the_files_answers_no_question() {
    let list = "Matricule;Nom;Prénom;Montant CIA;Observations\n00638;LARUE;Maud;200,00;annulé\n01332;BARDIN;Anaïs;150,00;\n";
    let note = "Bonjour, Mme GIMENEZ Sylvie a fait grève le 13 décembre. Merci, le service des écoles.\n";
    let before = ran::sample("recovery", "written", &[], &[("cia-service.csv", list), ("note.txt", note)]);
    let asked = |r: &Ran| {
        let of = r.outcome.findings.iter().filter(|f| f.severity == Severity::Blocking);
        of.map(|f| (f.code.clone(), f.employee.clone())).collect::<BTreeSet<_>>()
    };
    assert!(before.waits("00638") && before.waits("00690"), "{:?}", asked(&before));
    inspect(&before.folder, &["--write"]);
    let after = ran::run_in(before.folder.clone(), None);
    assert_eq!(asked(&after), asked(&before));
    assert!(after.waits("00638") && after.waits("00690"));
}

/// Two tables beside each other are told apart by the column they begin in: the hours to be recovered stay a question.
#[test]
fn what_is_written_of_two_tables_side_by_side_is_of_each() {
    let list = "À PAYER;;;;;À RÉCUPÉRER;;;\n\
                Matricule;Nom;Prénom;HS jour - 14 premières;;Matricule;Nom;Prénom;HS jour - 14 premières\n\
                00638;LARUE;Maud;5;;01332;BARDIN;Anaïs;4\n";
    let before = ran::sample("recovery", "side-by-side", &["heures-sup-decembre.ods"], &[("HS.csv", list)]);
    let held = |r: &Ran| (r.waits("01332"), r.waits("00638"));
    assert_eq!(held(&before), (true, false));
    inspect(&before.folder, &["--write"]);
    let after = ran::run_in(before.folder.clone(), None);
    assert_eq!(held(&after), (true, false));
}
