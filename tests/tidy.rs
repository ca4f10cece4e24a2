//! What the sources promise about themselves: who names whom, which codes have a sentence, where a float may stand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who may name whom. `ground` is open to all; a new arrow is a change to this table.
const MAY_NAME: [(&str, &[&str]); 14] = [
    ("ground", &[]),
    ("facts", &[]),
    ("payslip", &[]),
    ("read", &[]),
    // Cards and kinds of lines are words of the payslip that rules fill in.
    ("rules", &["facts", "payslip"]),
    ("normalise", &["read", "facts", "payslip"]),
    ("compute", &["rules", "facts", "payslip"]),
    ("check", &["facts", "payslip"]),
    // Registers write changes and replayed lines; a transfer file is read back before it counts as written.
    // The manual prints the rules themselves and the facts they speak of.
    ("write", &["payslip", "check", "compute", "read", "rules", "facts"]),
    ("job", &[]),
    // A kit is opened by the reader of archives, within its limits.
    ("kit", &["read"]),
    ("pipeline", &["check", "compute", "facts", "job", "kit", "normalise", "payslip", "read", "rules", "write"]),
    // The rule author's commands (cases, unpacking, carets, the manual) need no job and so no pipeline; a passphrase is asked for where people are.
    ("cli", &["pipeline", "job", "kit", "rules", "compute", "write"]),
    ("main", &["cli"]),
];

/// Files that may hold a float: a page is drawn in points, and a spreadsheet's numbers are floats until they are read or after they are written.
const FLOATS: [&str; 10] = [
    "read/grid.rs",
    "read/ods.rs",
    "read/xml2003.rs",
    "read/sheet.rs",
    "write/payslip/canvas.rs",
    "write/payslip/cards.rs",
    "write/payslip/layout.rs",
    "write/payslip/pdf.rs",
    "write/payslip/table.rs",
    "write/report/workbook/cells.rs",
];

/// Longest file before somebody should look for the second idea in it.
const LONG: usize = 500;

fn walk(dir: &Path, extension: &str, out: &mut Vec<PathBuf>) {
    for e in std::fs::read_dir(dir).expect("the sources") {
        let path = e.expect("the sources").path();
        if path.is_dir() {
            walk(&path, extension, out);
        } else if path.extension().is_some_and(|x| x == extension) {
            out.push(path);
        }
    }
    out.sort();
}

/// A source file: its path under `src/`, and its lines without comments.
struct File {
    name: String,
    lines: Vec<(usize, String)>,
}

impl File {
    fn module(&self) -> &str {
        let first = self.name.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, "rs", &mut paths);
    paths
        .into_iter()
        .map(|p| {
            let text = std::fs::read_to_string(&p).expect("the sources are UTF-8");
            let code = |l: &str| if l.trim_start().starts_with("//") { String::new() } else { l.to_owned() };
            File {
                name: p.strip_prefix(&root).expect("a file of src").to_string_lossy().replace('\\', "/"),
                lines: text.lines().enumerate().map(|(i, l)| (i + 1, code(l))).collect(),
            }
        })
        .collect()
}

/// Words of a line: runs of letters, digits and underscores.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty())
}

/// Every module named by `crate::x` or `releve::x`, also in `crate::{x, y}`.
fn named(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    for root in ["crate::", "releve::"] {
        for (at, _) in line.match_indices(root) {
            let rest = &line[at + root.len()..];
            match rest.strip_prefix('{') {
                None => out.extend(words(rest).next().map(str::to_owned)),
                Some(list) => {
                    out.extend(list.split(['}']).next().unwrap_or_default().split(',').filter_map(|p| words(p).next().map(str::to_owned)))
                }
            }
        }
    }
    out
}

#[test]
fn modules_name_only_what_stands_on_their_line() {
    let table: BTreeMap<&str, &[&str]> = MAY_NAME.into_iter().collect();
    let mut wrong = Vec::new();
    for f in sources() {
        let me = f.module();
        if me == "lib" {
            continue;
        }
        let Some(allowed) = table.get(me) else {
            wrong.push(format!("{}: the table does not know the module {me}", f.name));
            continue;
        };
        for (n, line) in &f.lines {
            for other in named(line) {
                if table.contains_key(other.as_str()) && other != me && other != "ground" && !allowed.contains(&other.as_str()) {
                    wrong.push(format!("src/{}:{n}: {me} names {other}", f.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_arrows_says_nothing_that_is_not_so() {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for f in sources() {
        for (_, line) in &f.lines {
            seen.extend(named(line).into_iter().map(|o| (f.module().to_owned(), o)));
        }
    }
    let idle: Vec<String> = MAY_NAME
        .iter()
        .flat_map(|(m, others)| others.iter().map(move |o| (*m, *o)))
        // Reserved by the design, used as soon as transfers take nothing but cleared payslips.
        .filter(|arrow| *arrow != ("write", "check"))
        .filter(|(m, o)| !seen.contains(&((*m).to_owned(), (*o).to_owned())))
        .map(|(m, o)| format!("{m} → {o}"))
        .collect();
    assert!(idle.is_empty(), "arrows nobody uses: {idle:?}");
}

/// `N01`, `L40`, `M178`; `IMP-05`, `BNK-04`.
fn is_code(text: &str) -> bool {
    let (letters, digits) = match text.split_once('-') {
        Some((a, b)) => (a, b),
        None => text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len())),
    };
    let capital = !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_uppercase());
    let right = if text.contains('-') { letters.len() == 3 } else { letters.len() == 1 };
    let long = letters == "M" && digits.len() == 3;
    capital && right && (digits.len() == 2 || long) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Words like `tests/town/held.rs` and `cargo test --test sources` go wrong in silence when tests move.
#[test]
fn tests_that_words_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md")];
    for (folder, extension) in
        [("docs", "md"), ("fuzz", "md"), ("rules", "md"), ("tests", "md"), ("tests", "rs"), ("src", "rs"), ("benches", "rs")]
    {
        walk(&root.join(folder), extension, &mut files);
    }
    let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-'));
    let mut wrong = Vec::new();
    for f in files.iter().filter(|f| !f.ends_with("tests/tidy.rs")) {
        let text = std::fs::read_to_string(f).expect("sources are UTF-8");
        let paths = text.split(ends).filter(|w| w.starts_with("tests/") && w.ends_with(".rs")).map(str::to_owned);
        let programs = text.split("--test ").skip(1).filter_map(|t| t.split(ends).next()).filter(|w| !w.is_empty());
        let stands = |p: &String| root.join(p).exists();
        let lost = paths.filter(|p| !stands(p));
        let unknown = programs.map(|p| format!("tests/{p}.rs")).filter(|p| !stands(p) && !stands(&p.replace(".rs", "/main.rs")));
        wrong.extend(lost.chain(unknown).map(|p| format!("{}: {p}", f.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_sentence_in_both_languages() {
    let catalogue: toml::Table = toml::from_str(include_str!("../src/ground/words.toml")).expect("the catalogue is TOML");
    let empty: Vec<&String> = catalogue
        .iter()
        .filter(|(_, v)| ["fr", "en"].iter().any(|l| v.get(l).and_then(toml::Value::as_str).is_none_or(|s| s.trim().is_empty())))
        .map(|(k, _)| k)
        .collect();
    assert!(empty.is_empty(), "without a sentence in one language: {empty:?}");
    let alone: Vec<&String> =
        catalogue.iter().filter(|(_, v)| v.get("help_fr").is_some() != v.get("help_en").is_some()).map(|(k, _)| k).collect();
    assert!(alone.is_empty(), "help in one language only: {alone:?}");
    let mut controls = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), "toml", &mut controls);
    let packs: String = controls.iter().map(|p| std::fs::read_to_string(p).expect("rule files are UTF-8")).collect();
    let mut wrong = Vec::new();
    for f in sources() {
        for (n, line) in &f.lines {
            // What stands between two quotes; an odd piece of a split line.
            for text in line.split('"').skip(1).step_by(2).filter(|t| is_code(t)) {
                if !catalogue.contains_key(text) && !packs.contains(&format!("\"{text}\"")) {
                    wrong.push(format!("src/{}:{n}: {text} has no sentence", f.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn floats_stand_only_where_a_page_or_a_spreadsheet_needs_them() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for f in sources() {
        for (n, line) in &f.lines {
            if words(line).any(|w| w == "f32" || w == "f64") {
                used.insert(f.name.clone());
                if !FLOATS.contains(&f.name.as_str()) {
                    wrong.push(format!("src/{}:{n}: {}", f.name, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let idle: Vec<&&str> = FLOATS.iter().filter(|f| !used.contains(**f)).collect();
    assert!(idle.is_empty(), "no float stands there any more: {idle:?}");
}

#[test]
fn nothing_is_unwrapped_and_nothing_asks_the_clock() {
    let mut wrong = Vec::new();
    for f in sources() {
        for (n, line) in &f.lines {
            for word in [".unwrap()", "todo!(", "dbg!(", "SystemTime::now", "println!("] {
                if line.contains(word) {
                    wrong.push(format!("src/{}:{n}: {word}", f.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let silent: Vec<String> = sources()
        .iter()
        .filter(|f| !f.name.ends_with("/tests.rs"))
        .filter(|f| !std::fs::read_to_string(root.join(&f.name)).expect("a source").trim_start().starts_with("//!"))
        .map(|f| f.name.clone())
        .collect();
    assert!(silent.is_empty(), "without a word about themselves: {silent:?}");
}

/// A warning, not a rule: `cargo test --test tidy -- --nocapture` shows the list.
#[test]
fn long_files_are_listed() {
    for f in sources().iter().filter(|f| f.lines.len() > LONG) {
        eprintln!("src/{}: {} lines, is there a second idea in it?", f.name, f.lines.len());
    }
}

/// Controls of steps that this program does not have: they never come out.
const OTHER_STEPS: [&str; 5] = ["GOV-01", "GOV-03", "PMT-04", "REC-02", "REC-05"];

#[test]
fn whatever_blocks_says_what_to_do() {
    let catalogue: toml::Table = toml::from_str(include_str!("../src/ground/words.toml")).expect("the catalogue is TOML");
    let mut silent = Vec::new();
    // What the sources call blocking where they name it, and what the catalogue has a sentence for.
    for f in sources() {
        for (n, line) in &f.lines {
            let mut pieces = line.split('"').skip(1);
            while let (Some(code), Some(after)) = (pieces.next(), pieces.next()) {
                let Some(entry) = catalogue.get(code).filter(|_| is_code(code) && after.starts_with(", Severity::Blocking")) else {
                    continue;
                };
                // Codes of sealed kits say what to do in their sentence; those of rule text show the place with a caret.
                if entry.get("help_fr").is_none() && !code.starts_with(['K', 'L']) {
                    silent.push(format!("src/{}:{n}: {code}", f.name));
                }
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/fr-fpt/controles"), "toml", &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("rule files are UTF-8");
        let table: toml::Table = toml::from_str(&text).expect("rule files are TOML");
        for c in table["control"].as_array().expect("controls") {
            let of = |key: &str| c.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            let blocks = of("severity") == "B" || of("strong_severity") == "B";
            let told = c.get("help").is_some() || catalogue.contains_key(&format!("advice.{}", of("measure")));
            if blocks && !told && !OTHER_STEPS.contains(&of("id")) {
                silent.push(of("id").to_owned());
            }
        }
    }
    assert!(silent.is_empty(), "they block and give no advice: {silent:?}");
}
