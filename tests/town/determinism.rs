//! The same job gives the same bytes: run twice, with another number of threads, in another folder, in another zone and locale.

use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder");
    for e in std::fs::read_dir(from).expect("the sample") {
        let e = e.expect("the sample");
        if e.path().is_file() {
            std::fs::copy(e.path(), to.join(e.file_name())).expect("a copy of the sample");
        } else if e.file_name() == "inbox" {
            copy(&e.path(), &to.join("inbox"));
        }
    }
}

fn hashes(root: &Path, dir: &Path, all: &mut BTreeMap<String, String>) {
    for e in std::fs::read_dir(dir).expect("what was written") {
        let path = e.expect("what was written").path();
        if path.is_dir() {
            hashes(root, &path, all);
        } else {
            let bytes = std::fs::read(&path).expect("what was written");
            let hash = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
            let name = path.strip_prefix(root).expect("a file of the folder").to_string_lossy().replace('\\', "/");
            all.insert(name, hash);
        }
    }
}

/// Hash of every file of `out/` after one run, and what was said.
fn run(folder: &Path, threads: &str, zone: &str, locale: &str) -> (BTreeMap<String, String>, String) {
    let said = Command::new(env!("CARGO_BIN_EXE_releve"))
        .args(["run", "--threads", threads])
        .arg(folder)
        .env("TZ", zone)
        .env("LC_ALL", locale)
        .env("LANG", locale)
        .output()
        .expect("the program runs");
    assert_eq!(said.status.code(), Some(1), "{}", String::from_utf8_lossy(&said.stderr));
    let mut all = BTreeMap::new();
    let out = folder.join("out");
    hashes(&out, &out, &mut all);
    // Commands name the folder, in quotation marks where it needs them.
    let shown = folder.display().to_string();
    let text = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
    let text = text.replace(&format!("\"{shown}\""), "…").replace(&shown, "…");
    (all, text)
}

#[test]
fn every_file_is_the_same_whatever_the_machine() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("determinism");
    let _ = std::fs::remove_dir_all(&root);
    let job = |name: &str| -> PathBuf {
        let to = root.join(name);
        copy(Path::new("samples/montreval"), &to);
        to
    };
    let first = job("here");
    let once = run(&first, "1", "UTC", "C");
    assert!(once.0.keys().any(|n| n.ends_with(".pdf")) && once.0.keys().any(|n| n.ends_with(".xlsx")), "{:?}", once.0.keys());
    let others = [
        ("again in the same folder", run(&first, "1", "UTC", "C")),
        ("with two threads", run(&first, "2", "UTC", "C")),
        ("in another folder, zone and locale", run(&job("ailleurs, à l'étage/2021-12"), "2", "Pacific/Kiritimati", "fr_FR.UTF-8")),
    ];
    for (how, (files, said)) in others {
        let differ: Vec<&String> = once.0.keys().chain(files.keys()).filter(|n| once.0.get(*n) != files.get(*n)).collect();
        assert!(differ.is_empty(), "{how}: {differ:?}");
        assert_eq!(once.1, said, "{how}: what is said differs");
    }
}
