//! A private employer in Ireland, end to end: the pack compiles without the French one, its cases come out, a job is paid.

use releve::compute::{cases, coverage};
use releve::ground::{Lang, Severity};
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
    // All three are transferred: 3,096.50 + 2,927.16 + 1,240.01, and nothing blocks.
    assert_eq!((outcome.transfers.0, outcome.transfers.1.cents()), (3, 726_367), "{}", told.join("\n"));
    assert!(outcome.excluded.is_empty() && outcome.findings.iter().all(|f| f.severity != Severity::Blocking), "{}", told.join("\n"));
    // What it says is English: no quotation mark nor accent of French.
    let french = |t: &&String| t.contains(['«', '»', 'é', 'è', 'à', 'ê', 'ç']);
    assert_eq!(told.iter().filter(french).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(outcome.replay.gap, 0, "{}", told.join("\n"));
    assert_eq!(outcome.replay_agents, (2, 2), "October replays to the cent");
}

/// Changes a text of a job's file.
fn changed(options: &Options, file: &str, from: &str, to: &str) {
    let path = options.folder.join(file);
    let text = std::fs::read_to_string(&path).expect("a file of the sample");
    assert!(text.contains(from), "{file} does not say {from}");
    std::fs::write(path, text.replace(from, to)).expect("the job");
}

#[test]
fn nobody_is_lost_though_the_pack_has_no_control() {
    let options = job("ireland-nobody");
    assert!(pack().pack.controls.is_empty());
    // In the staff file since 2018, in no register of October and in no list of arrivals.
    let row = "E002,Murphy,Conor,1990-07-02,2019-09-02,39000,,20.00,IE25TEST99000012345602\n";
    changed(&options, "inbox/staff.csv", row, &format!("{row}E009,Byrne,Orla,1988-01-20,2018-02-01,36000,,,\n"));
    let outcome = pipeline::run(&options).expect("the job runs");
    let told: Vec<String> = outcome.findings.iter().filter(|f| f.code == "F95").map(|f| f.message(Lang::En)).collect();
    assert_eq!(told.len(), 1, "{:?}", outcome.findings.iter().map(|f| f.message(Lang::En)).collect::<Vec<_>>());
    assert!(told[0].contains("E009") && told[0].contains("Byrne"), "{told:?}");
    let payslips = std::fs::read_to_string(options.folder.join("out/payslips.csv")).expect("payslips");
    assert!(!payslips.contains("E009"));
    assert_eq!(outcome.exit_code(), 1, "somebody must decide");
}

#[test]
fn it_speaks_the_language_of_its_pack() {
    let options = job("ireland-language");
    changed(&options, "releve.toml", "lang = \"en\"\n", "");
    let outcome = pipeline::run(&options).expect("the job runs");
    assert_eq!(outcome.lang, Lang::En);
    let page = std::fs::read_to_string(options.folder.join("out/diff.html")).expect("the report");
    assert!(page.contains("<html lang=\"en\""), "{}", &page[..page.len().min(200)]);
}

#[test]
fn words_in_the_language_of_the_pack_are_enough() {
    let options = job("ireland-words");
    let rules = options.folder.join("rules/ie-private");
    for entry in std::fs::read_dir(&rules).expect("the pack") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a file");
        // { fr = "…", en = "…" } → { en = "…" }
        let mut own = String::new();
        for line in text.lines() {
            match (line.find("{ fr = \""), line.find("\", en = \"")) {
                (Some(a), Some(b)) if a < b => own.push_str(&format!("{}{{ {}", &line[..a], &line[b + 3..])),
                _ => own.push_str(line),
            }
            own.push('\n');
        }
        std::fs::write(&path, own).expect("the pack");
    }
    let library = Library { rules: Some(&options.folder.join("rules")), job: None };
    let loaded = stack::load("ie-private", &[], &library).expect("the pack is readable");
    let told: Vec<String> = loaded.findings.iter().map(|f| f.message(Lang::En)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(!loaded.pack.files.iter().any(|f| f.text.contains("fr = \"")), "no French word is left");
    let outcome = pipeline::run(&options).expect("the job runs");
    assert!(outcome.ran);
    let lines = std::fs::read_to_string(options.folder.join("out/lines.csv")).expect("lines");
    assert!(lines.contains("Income tax") || lines.contains("PAYE"), "{lines}");
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

/// Where the files of a country are read and where its people write: a tag of the pay statement, blocks of the declaration, a word
/// of `decisions.csv`.
const MAY_SAY: [(&str, &str); 5] = [
    ("read/xhl/walk.rs", "NBI"),
    ("normalise/dsn/pay.rs", "nbi"),
    ("normalise/dsn/bits.rs", "nbi"),
    ("pipeline/decisions/read.rs", "acompte"),
    ("pipeline/decisions/write.rs", "acompte"),
];

/// What stands between quotation marks in the code of a source, its own tests and comments left out.
fn quoted(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
    lines.flat_map(|l| l.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn sources(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
    for e in std::fs::read_dir(folder).expect("the sources") {
        let path = e.expect("the sources").path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|x| x == "rs") && !path.ends_with("tests.rs") && !path.ends_with("sample.rs") {
            out.push(path);
        }
    }
    out.sort();
}

// Readers of French files and the joining of people may name facts; computing, controlling and writing know them by their role alone.
#[test]
fn the_program_names_nothing_of_the_french_rules() {
    let pack = stack::load("fr-fpt", &[], &Library::default()).expect("embedded").pack;
    let law: std::collections::BTreeSet<&str> = (pack.elements.iter().flat_map(|e| [e.card.id.as_str(), e.card.code.as_str()]))
        .chain(pack.parameters.iter().map(|p| p.id.as_str()))
        .chain(pack.settings.iter().map(|s| s.id.as_str()))
        .collect();
    let roles = ["iban", "grade", "service", "position"];
    let facts: std::collections::BTreeSet<&str> =
        pack.vocabulary.iter().map(|f| f.1.name.as_str()).filter(|n| !roles.contains(n)).collect();
    assert!(law.len() > 300 && facts.len() > 100);
    let root = Path::new("src");
    let mut all = Vec::new();
    sources(root, &mut all);
    let mut said = Vec::new();
    for path in &all {
        let name = path.strip_prefix(root).expect("a source").to_string_lossy().replace('\\', "/");
        let blind = ["compute/", "check/", "write/", "rules/", "kit/"].iter().any(|m| name.starts_with(m));
        for word in quoted(&std::fs::read_to_string(path).expect("UTF-8")) {
            let known = law.contains(word.as_str()) && !MAY_SAY.contains(&(name.as_str(), word.as_str()));
            if known || blind && facts.contains(word.as_str()) {
                said.push(format!("{name}: {word}"));
            }
        }
    }
    assert_eq!(said, Vec::<String>::new(), "a word of law belongs in rules/");
}
