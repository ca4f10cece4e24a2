//! The rule compiler's findings as data: each folder of `tests/findings` holds the smallest rule files that show a finding,
//! and the exact text a rule author reads. `BLESS=1 cargo test --test rule_packs findings` rewrites the texts.

use releve::ground::document::TextFile;
use releve::ground::{Finding, Lang};
use releve::rules::{compile, show, source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Codes no pack can bring about by itself, each with the reason.
const WITHOUT_FOLDER: [(&str, &str); 9] = [
    ("L58", "depends on a day, which the compiler does not know: tests/rule_packs/overlays.rs"),
    ("L65", "counts those of L58 and L67 for a job: tests/rule_packs/overlays.rs"),
    ("L67", "as L58"),
    ("L69", "as L58"),
    ("T01", "says what a case computes: tests/rule_packs/tutorial.rs"),
    ("T03", "says what a case computes: tests/rule_packs/tutorial.rs"),
    ("T04", "says what a case computes: tests/rule_packs/tutorial.rs"),
    ("T07", "says what a case computes: tests/rule_packs/packs.rs"),
    ("T08", "as T07"),
];

/// Whether a code is one of the rule language, or of its cases.
fn of_rules(code: &str) -> bool {
    let (letter, number) = code.split_at(1);
    matches!(letter, "L" | "T") && number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings")
}

/// Folders of cases, in order; `base` is what they share.
fn cases() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(root())
        .expect("the folder of cases")
        .map(|e| e.expect("a readable entry").file_name().to_string_lossy().into_owned())
        .filter(|n| n != "base" && root().join(n).is_dir())
        .collect();
    names.sort();
    names
}

/// The layers of a case: the pack, and what stands in its folder `overlay`.
fn layers(case: &str) -> Vec<Vec<TextFile>> {
    let over = root().join(case).join("overlay");
    let overlay = over.is_dir().then(|| source::folder(&over).expect("rule files are UTF-8"));
    [below(case)].into_iter().chain(overlay).collect()
}

fn files(case: &str) -> Vec<TextFile> {
    layers(case).into_iter().flatten().collect()
}

/// The files of a pack: its own, and those of `base` whose names it does not use.
fn below(case: &str) -> Vec<TextFile> {
    let mut all = BTreeMap::new();
    let own = root().join(case).join("pack");
    for folder in [root().join("base")].into_iter().chain(own.is_dir().then_some(own)) {
        for f in source::folder(&folder).expect("rule files are UTF-8") {
            let name = f.path.split_once('/').map_or(f.path.as_str(), |p| p.1);
            all.insert(format!("pack/{name}"), f.text);
        }
    }
    all.into_iter().map(|(path, text)| TextFile { path, text }).collect()
}

fn findings(case: &str) -> Vec<Finding> {
    let (pack, mut found) = compile::compile(layers(case));
    found.extend(pack.check_cases());
    found
}

fn shown(case: &str, lang: Lang) -> String {
    let files = files(case);
    findings(case).iter().map(|f| show::carets(&files, f, lang)).collect()
}

#[test]
fn the_shared_pack_has_no_finding() {
    assert_eq!(shown("base", Lang::Fr), "");
}

#[test]
fn every_broken_pack_says_exactly_what_is_expected() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let (file, got) = (root().join(&case).join("expected.txt"), shown(&case, Lang::Fr));
        if bless {
            std::fs::write(&file, &got).expect("the expected text is writable");
        }
        let wanted = std::fs::read_to_string(&file).unwrap_or_default();
        if got != wanted {
            wrong.push(format!("{case}: expected\n{wanted}\ngot\n{got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_shows_the_code_its_folder_is_named_after() {
    for case in cases() {
        let code = case.split('-').next().unwrap_or_default();
        let found = findings(&case);
        assert!(code == "several" || found.iter().any(|f| f.code == code), "{case} does not show {code}");
    }
}

#[test]
fn every_finding_points_at_a_line_and_speaks_both_languages() {
    for case in cases() {
        for f in findings(&case) {
            assert!(!f.places.is_empty(), "{case}: {} has no place", f.code);
            for lang in [Lang::Fr, Lang::En] {
                let text = f.message(lang) + &f.help(lang).unwrap_or_default();
                let hole = text.find('{').filter(|at| text[at + 1..].starts_with(|c: char| c.is_ascii_lowercase()) && !text.contains("{ "));
                assert!(hole.is_none() && !text.contains("–"), "{case}: {text}");
            }
        }
    }
}

#[test]
fn every_finding_says_what_to_write() {
    let words: toml::Table = toml::from_str(include_str!("../../src/ground/words.toml")).expect("the catalogue is TOML");
    let mut told = Vec::new();
    for (code, entry) in words.iter().filter(|(k, _)| of_rules(k)) {
        for lang in ["fr", "en"] {
            let text = |key: &str| entry.get(format!("{key}_{lang}")).and_then(toml::Value::as_str);
            let Some(help) = text("help") else {
                told.push(format!("{code}: no help_{lang}"));
                continue;
            };
            if help.contains("{near}") && text("else").is_none() {
                told.push(format!("{code}: nothing in {lang} when no name is near"));
            }
        }
    }
    for case in cases() {
        for f in findings(&case) {
            for lang in [Lang::Fr, Lang::En] {
                if f.help(lang).is_none_or(|h| h.trim().is_empty()) {
                    told.push(format!("{case}: {} says nothing to write: {}", f.code, f.message(lang)));
                }
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn every_code_of_the_rule_language_has_a_folder_or_a_reason() {
    let words: toml::Table = toml::from_str(include_str!("../../src/ground/words.toml")).expect("the catalogue is TOML");
    let folders: BTreeSet<String> = cases().iter().filter_map(|c| c.split('-').next().map(str::to_owned)).collect();
    for code in words.keys().filter(|k| of_rules(k)) {
        let excused = WITHOUT_FOLDER.iter().any(|w| w.0 == code);
        assert!(folders.contains(code) != excused, "{code}: no folder and no reason, or both");
    }
}
