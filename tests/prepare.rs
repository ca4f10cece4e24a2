//! Kits: an ordinary month of the sample town sealed, opened in an empty folder, and December paid from it as from the exports.
//!
//! `samples/montreval/expected` was computed independently of this program; its README tells how.

#![cfg(feature = "seal")]

mod made;

use made::{Row, cents, rows};
use releve::ground::PayMonth;
use releve::kit::{self, Largest, Passphrase};
use releve::pipeline::{self, Opened, Options, Outcome, Prepared, Seal};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const SECRET: &str = "tilleul nacelle ogive parking";
/// Least work: what is tested here does not depend on it, and one case takes the real one.
const QUICK: u8 = 4;
/// What the town has on an ordinary day of November; the other files of the inbox are December's.
const ORDINARY: [&str; 3] = ["agents.xlsx", "livre-de-paie-2021-11.csv", "virements-2021-11.xml"];

fn secret() -> Passphrase {
    Passphrase::new(SECRET)
}

fn options(folder: &Path) -> Options {
    Options { folder: folder.to_path_buf(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} }
}

fn room(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kits").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

fn sample(which: impl Fn(&str) -> bool, to: &Path) {
    std::fs::create_dir_all(to.join("inbox")).expect("a temporary folder");
    for entry in std::fs::read_dir("samples/montreval/inbox").expect("the sample") {
        let entry = entry.expect("the sample");
        if which(&entry.file_name().to_string_lossy()) {
            std::fs::copy(entry.path(), to.join("inbox").join(entry.file_name())).expect("a copy of the sample");
        }
    }
}

fn is_ordinary(name: &str) -> bool {
    ORDINARY.contains(&name)
}

/// The town on an ordinary day: November's exports, and settings of which the payslips decide some.
fn ordinary(folder: &Path) {
    sample(is_ordinary, folder);
    let text = std::fs::read_to_string("samples/montreval/releve.toml").expect("the sample");
    let kept = text.lines().filter(|l| !l.starts_with("pay_date") && !l.starts_with("incident_date") && !l.starts_with("nbi_dans"));
    let kept: String = kept.map(|l| format!("{l}\n")).collect();
    assert!(kept.len() < text.len() && kept.contains("taux_at"));
    std::fs::write(folder.join("releve.toml"), kept).expect("a temporary folder");
}

fn prepare(folder: &Path, to: &Path) -> Prepared {
    pipeline::prepare_kit(&options(folder), &Seal { to, passphrase: &secret(), work: QUICK }).expect("the town can be read")
}

fn begin(folder: &Path, month: &str, kit: &Path, passphrase: &str) -> Opened {
    let month = PayMonth::parse(month).expect("a month");
    pipeline::begin(folder, month, kit, &Passphrase::new(passphrase)).expect("the disk can be written")
}

fn contents(kit: &Path) -> Vec<u8> {
    kit::open(&std::fs::read(kit).expect("the kit"), &secret(), &Largest::default()).expect("it opens")
}

struct Made {
    kit: PathBuf,
    prepared: Prepared,
}

/// The kit of November, made once for all tests.
fn november() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = room("november");
        ordinary(&folder.join("job"));
        let kit = folder.join("trousse-2021-11.releve.age");
        let prepared = prepare(&folder.join("job"), &kit);
        Made { kit, prepared }
    })
}

fn codes(findings: &[releve::ground::Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

#[test]
fn an_ordinary_month_is_rehearsed_and_what_is_not_proven_is_said() {
    let p = &november().prepared;
    assert!(p.sealed.is_some() && p.findings.is_empty(), "{:?}", codes(&p.findings));
    // 87 employees of November are in the staff file.
    assert_eq!((p.told.employees, p.told.exact, p.told.lines_gap), (87, 87, 0));
    assert_eq!((p.told.last_month.as_str(), p.told.rehearsed.as_str()), ("2021-11", "2021-12"));
    // A setting that `ordinary` leaves out, and that is not the default: the payslips give it.
    assert!(p.found.len() == 1 && p.found[0].contains("nbi_dans_residence"), "{:?}", p.found);
    // 00156 is paid in November and in no staff file: carried, and set aside until somebody decides.
    assert!(p.outcome.excluded.contains(&"00156".to_owned()), "{:?}", p.outcome.excluded);
    assert_eq!(p.told.set_aside, p.outcome.excluded.len() as u64);
    assert_eq!(p.told.modes.get("carried"), Some(&1), "{:?}", p.told.modes);
}

/// What was understood travels beside the exports, for whoever has a spreadsheet and not this program.
#[test]
fn the_month_as_understood_is_in_the_kit_and_agrees_with_what_was_paid() {
    let kit = kit::unpack(&contents(&november().kit), &Largest::default()).expect("it unpacks");
    let table = |name: &str| -> Vec<Row> {
        let mut reader = csv::Reader::from_reader(kit.files[&format!("preuve/2021-11/{name}")].as_slice());
        let headers = reader.headers().expect("a header").clone();
        reader.records().map(|r| headers.iter().map(str::to_owned).zip(r.expect("a row").iter().map(str::to_owned)).collect()).collect()
    };
    let expected = |name: &str| rows(&Path::new("samples/montreval/expected").join(name));
    let nets: BTreeMap<String, i64> = table("payslips.csv").iter().map(|r| (r["employee"].clone(), cents(&r["net_paid"]))).collect();
    let want: BTreeMap<String, i64> =
        expected("november-payslips.csv").iter().map(|r| (r["employee"].clone(), cents(&r["net_paid"]))).collect();
    assert_eq!(nets, want);
    let key = |r: &Row| (r["employee"].clone(), r["code"].clone());
    let amounts =
        |list: Vec<Row>| -> BTreeMap<_, _> { list.iter().map(|r| (key(r), (cents(&r["amount"]), cents(&r["employer_amount"])))).collect() };
    let got = amounts(table("lines.csv"));
    for (k, v) in amounts(expected("november-lines.csv")).iter().filter(|l| l.0.0 != "00156") {
        assert_eq!(got.get(k), Some(v), "{k:?}");
    }
    let accounts: BTreeMap<String, String> = table("transfers.csv").iter().map(|r| (r["employee"].clone(), r["iban"].clone())).collect();
    for r in table("people.csv").iter().filter(|r| !r["iban"].is_empty()) {
        assert_eq!(accounts.get(&r["employee"]), Some(&r["iban"]), "{}", r["employee"]);
    }
    assert!(
        table("facts.csv").len() > 1000 && table("settings.csv").iter().any(|r| r["setting"] == "nbi_dans_residence" && r["value"] == "no")
    );
}

struct Crisis {
    folder: PathBuf,
    outcome: Outcome,
}

/// December's lists and days, in a job started from the kit.
fn attacked(folder: &Path) -> Outcome {
    sample(|f| !is_ordinary(f), folder);
    let path = folder.join("releve.toml");
    let text = std::fs::read_to_string(&path).expect("the job");
    let dated = text.replace("last_month =", "pay_date = 2021-12-22\nincident_date = 2021-12-03\nlast_month =");
    std::fs::write(path, dated).expect("the job");
    pipeline::run(&options(folder)).expect("December runs")
}

/// December from the kit alone and December's lists, in a folder that did not exist.
fn december() -> &'static Crisis {
    static RAN: OnceLock<Crisis> = OnceLock::new();
    RAN.get_or_init(|| {
        let folder = room("december").join("2021-12");
        let opened = begin(&folder, "2021-12", &november().kit, SECRET);
        assert!(opened.written, "{:?}", codes(&opened.findings));
        assert_eq!(codes(&opened.findings), ["K16"]);
        let outcome = attacked(&folder);
        Crisis { folder, outcome }
    })
}

#[test]
fn every_net_and_every_line_of_december_is_as_from_the_exports() {
    as_expected(december());
}

#[test]
fn the_month_as_understood_gives_the_same_december_without_the_exports() {
    let folder = room("record").join("2021-12");
    assert!(begin(&folder, "2021-12", &november().kit, SECRET).written);
    std::fs::remove_dir_all(folder.join("inbox")).expect("the exports");
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::rename(folder.join("preuve/2021-11"), folder.join("inbox/paie-2021-11")).expect("the record");
    let outcome = attacked(&folder);
    assert!(!codes(&outcome.findings).contains(&"R87"), "what the software paid is no draft");
    as_expected(&Crisis { folder, outcome });
}

fn as_expected(ran: &Crisis) {
    let out = |name: &str| rows(&ran.folder.join("out").join(name));
    let expected = |name: &str| rows(&Path::new("samples/montreval/expected").join(name));
    let got: BTreeMap<String, Row> = out("payslips.csv").into_iter().map(|r| (r["employee"].clone(), r)).collect();
    let want = expected("payslips.csv");
    assert_eq!(got.len(), want.len());
    for w in &want {
        let g = &got[&w["employee"]];
        for c in ["gross", "net_social", "net_taxable", "net_before_tax", "income_tax", "net_paid", "employer_cost"] {
            assert_eq!(cents(&g[c]), cents(&w[c]), "{} {c}", w["employee"]);
        }
        assert_eq!(g["mode"], w["mode"], "{}", w["employee"]);
    }
    let key = |r: &Row| (r["employee"].clone(), r["code"].clone(), r["period"].clone());
    let value = |r: &Row| (cents(&r["amount"]), cents(&r["employer_amount"]), r["status"].clone(), r["kind"].clone());
    let got: BTreeMap<_, _> = out("lines.csv").iter().map(|r| (key(r), value(r))).collect();
    let want: BTreeMap<_, _> = expected("lines.csv").iter().map(|r| (key(r), value(r))).collect();
    for (k, v) in &want {
        assert_eq!(got.get(k), Some(v), "{k:?}");
    }
    assert_eq!(got.len(), want.len(), "lines nobody expects");
    for t in expected("transfers.csv").iter().filter(|t| t["may_hold"] != "yes") {
        let paid = out("transfers.csv").into_iter().find(|p| p["employee"] == t["employee"]).expect("a transfer");
        assert_eq!((&paid["iban"], &paid["amount"]), (&t["iban"], &t["amount"]), "{}", t["employee"]);
    }
    assert_eq!((ran.outcome.replay.gap, ran.outcome.replay_agents), (0, (87, 87)));
}

#[test]
fn two_kits_of_a_job_have_the_same_contents_and_not_the_same_bytes() {
    let first = &november().kit;
    let folder = room("again");
    ordinary(&folder.join("job"));
    let second = folder.join("b.releve.age");
    assert!(prepare(&folder.join("job"), &second).sealed.is_some());
    assert_eq!(contents(first), contents(&second));
    assert_ne!(std::fs::read(first).expect("the kit"), std::fs::read(&second).expect("the kit"));
    // Again from the same folder, which now holds the settings found and drafts.
    let third = folder.join("c.releve.age");
    assert!(prepare(&folder.join("job"), &third).sealed.is_some());
    let without_settings = |k: &Path| {
        let mut kit = kit::unpack(&contents(k), &Largest::default()).expect("it unpacks");
        kit.files.remove("preuve/calibration.txt");
        kit.files
    };
    assert_eq!(without_settings(first), without_settings(&third));
}

#[test]
fn a_kit_shows_nobody() {
    let sealed = std::fs::read(&november().kit).expect("the kit");
    let names: Vec<String> = rows(Path::new("samples/montreval/expected/transfers.csv")).iter().map(|r| r["name"].clone()).collect();
    assert!(names.len() > 80);
    let words = names.iter().flat_map(|n| n.split([' ', '-'])).filter(|w| w.len() > 4).chain(["agents.xlsx", "Montreval", "kit.toml"]);
    for w in words {
        assert!(memchr_free(&sealed, w.as_bytes()), "{w} can be read in the kit");
    }
    // The contents do show them, so that the case above can fail.
    assert!(!memchr_free(&contents(&november().kit), b"kit.toml"));
}

fn memchr_free(text: &[u8], word: &[u8]) -> bool {
    !text.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word))
}

#[test]
fn a_damaged_kit_writes_nothing_and_says_so() {
    let sealed = std::fs::read(&november().kit).expect("the kit");
    let folder = room("damaged");
    let bad = folder.join("bad.age");
    let n = sealed.len();
    // First line, name of the lock, salt, lock, end of the head, then through the contents to the last byte.
    for at in [3, 25, 40, 75, 130, 160, n / 4, n / 2, n - 20, n - 1] {
        let mut other = sealed.clone();
        other[at] ^= 0x10;
        std::fs::write(&bad, &other).expect("a temporary folder");
        refused(&folder, &bad, SECRET, &["K05", "K06", "K07", "K08"], &format!("byte {at} of {n}"));
    }
    for (length, codes) in [(0, "K06"), (10, "K07"), (100, "K07"), (n / 2, "K07"), (n - 1, "K07")] {
        std::fs::write(&bad, &sealed[..length]).expect("a temporary folder");
        refused(&folder, &bad, SECRET, &[codes], &format!("cut at {length}"));
    }
    std::fs::write(&bad, [&sealed[..], b"x"].concat()).expect("a temporary folder");
    refused(&folder, &bad, SECRET, &["K07"], "a byte more");
    std::fs::copy("samples/montreval/inbox/agents.xlsx", &bad).expect("a temporary folder");
    refused(&folder, &bad, SECRET, &["K06"], "a workbook");
    refused(&folder, &november().kit, "tilleul nacelle ogive Parking", &["K05"], "another passphrase");
    refused(&folder, &november().kit, "", &["K05"], "no passphrase");
}

fn refused(folder: &Path, kit: &Path, passphrase: &str, wanted: &[&str], what: &str) {
    let job = folder.join("job");
    let opened = begin(&job, "2021-12", kit, passphrase);
    assert!(!opened.written && !job.exists(), "{what}");
    assert_eq!(opened.findings.len(), 1, "{what}");
    assert!(wanted.contains(&opened.findings[0].code.as_str()), "{what}: {:?}", codes(&opened.findings));
    let left: Vec<_> = std::fs::read_dir(folder).expect("the folder").map(|e| e.expect("an entry").file_name()).collect();
    assert!(left.len() <= 1, "{what}: {left:?}");
}

#[test]
fn contents_that_are_no_months_kit_start_no_job() {
    let folder = room("foreign");
    let file = folder.join("x.age");
    let seal = |packed: &[u8]| std::fs::write(&file, kit::seal(packed, &secret(), QUICK).expect("it seals")).expect("a temporary folder");
    seal(b"no archive");
    refused(&folder, &file, SECRET, &["K10"], "no archive");
    let packed = contents(&november().kit);
    let mut kit = kit::unpack(&packed, &Largest::default()).expect("it unpacks");
    let told = kit.head.month.take();
    seal(&kit::pack(&kit, &Largest::default()).expect("it packs"));
    refused(&folder, &file, SECRET, &["K10"], "a sealed folder");
    kit.head.month = told;
    kit.files.insert("releve.toml".to_owned(), b"pack = \"fr-fpt\"".to_vec());
    seal(&kit::pack(&kit, &Largest::default()).expect("it packs"));
    let job = folder.join("job");
    let opened = begin(&job, "2021-12", &file, SECRET);
    assert!(!opened.written && !job.exists() && codes(&opened.findings).contains(&"K10"));
}

#[test]
fn the_age_of_a_kit_is_told() {
    let folder = room("age");
    let opened = begin(&folder.join("late"), "2022-02", &november().kit, SECRET);
    assert_eq!(codes(&opened.findings), ["K17"]);
    assert!(opened.findings[0].message(releve::ground::Lang::En).contains("3 months before 2022-02"));
    let text = std::fs::read_to_string(folder.join("late/releve.toml")).expect("the job");
    assert!(text.contains("month = \"2022-02\"\nlast_month = \"2021-11\"\n"));
    for early in ["2021-11", "2021-10"] {
        let opened = begin(&folder.join("early"), early, &november().kit, SECRET);
        assert_eq!(codes(&opened.findings), ["K15"]);
        assert!(!folder.join("early").exists());
    }
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let folder = room("occupied");
    let job = folder.join("job");
    // December's lists may be there before the kit; what the kit brings may not.
    sample(|f| !is_ordinary(f), &job);
    assert!(begin(&job, "2021-12", &november().kit, SECRET).written);
    let before = std::fs::read(job.join("releve.toml")).expect("the job");
    let again = begin(&job, "2021-12", &november().kit, SECRET);
    assert_eq!((again.written, codes(&again.findings)), (false, vec!["K04"]));
    assert_eq!(std::fs::read(job.join("releve.toml")).expect("the job"), before);
    let sealed = std::fs::read(&november().kit).expect("the kit");
    let prepared = prepare(&job, &november().kit);
    assert_eq!((prepared.sealed, codes(&prepared.findings)), (None, vec!["K04"]));
    assert_eq!(std::fs::read(&november().kit).expect("the kit"), sealed);
}

#[test]
fn rules_of_the_job_travel_with_it() {
    let folder = room("rules");
    ordinary(&folder.join("job"));
    let rules = folder.join("job/regles");
    std::fs::create_dir_all(&rules).expect("a temporary folder");
    let text = std::fs::read_to_string(folder.join("job/releve.toml")).expect("the job");
    std::fs::write(folder.join("job/releve.toml"), text.replace("pack = \"fr-fpt\"", "pack = \"fr-fpt\"\noverlays = [\"regles\"]"))
        .expect("the job");
    for entry in std::fs::read_dir("samples/deliberation/regles").expect("the sample") {
        let entry = entry.expect("the sample");
        std::fs::copy(entry.path(), rules.join(entry.file_name())).expect("a copy of the sample");
    }
    let kit = folder.join("k.age");
    let made = prepare(&folder.join("job"), &kit);
    assert!(made.sealed.is_some(), "{:?}", codes(&made.outcome.findings));
    assert!(begin(&folder.join("new"), "2021-12", &kit, SECRET).written);
    assert!(folder.join("new/regles/pack.toml").exists());
    assert!(pipeline::run(&options(&folder.join("new"))).expect("the job runs").ran);
}

#[test]
fn a_job_that_cannot_run_makes_no_kit() {
    let folder = room("empty");
    let job = folder.join("job");
    releve::job::create(&job, PayMonth::parse("2021-12").expect("a month"), releve::ground::Lang::Fr).expect("a temporary folder");
    let kit = folder.join("k.age");
    let made = prepare(&job, &kit);
    assert!(made.sealed.is_none() && !kit.exists());
    assert!(codes(&made.findings).contains(&"F01"), "{:?}", codes(&made.findings));
    ordinary(&folder.join("job2"));
    let short = Seal { to: &kit, passphrase: &Passphrase::new("trop court"), work: QUICK };
    let made = pipeline::prepare_kit(&options(&folder.join("job2")), &short).expect("nothing is read");
    assert_eq!((codes(&made.findings), kit.exists()), (vec!["K02"], false));
}

#[test]
fn a_folder_is_sealed_and_comes_out_the_same() {
    let folder = room("folder");
    let month = folder.join("2021-12");
    std::fs::create_dir_all(month.join("released/payslips")).expect("a temporary folder");
    std::fs::write(month.join("released/payslips/00102.pdf"), b"%PDF").expect("a temporary folder");
    std::fs::write(month.join("journal.jsonl"), b"{}\n").expect("a temporary folder");
    let sealed = folder.join("2021-12.age");
    let seal = Seal { to: &sealed, passphrase: &secret(), work: QUICK };
    assert!(pipeline::seal_folder(&month, &seal).expect("it seals").written);
    let back = folder.join("back");
    assert!(pipeline::unseal_folder(&sealed, &back, &secret()).expect("it opens").written);
    assert_eq!(std::fs::read(back.join("released/payslips/00102.pdf")).expect("the file"), b"%PDF");
    assert_eq!(std::fs::read(back.join("journal.jsonl")).expect("the file"), b"{}\n");
    let again = pipeline::unseal_folder(&sealed, &back, &secret()).expect("it is told");
    assert_eq!((again.written, codes(&again.findings)), (false, vec!["K04"]));
    let again = pipeline::seal_folder(&month, &seal).expect("it is told");
    assert_eq!((again.written, codes(&again.findings)), (false, vec!["K04"]));
}

/// The size of a kit of 1,300 agents, as docs/prepare.md says it: register of 2 MB, staff file, transfers,
/// the month as understood, and the replay as proof.
#[test]
fn a_town_of_1300_takes_less_than_two_mebibytes() {
    let folder = room("town");
    let job = folder.join("job");
    let made =
        Command::new("python3").arg("samples/make_town.py").arg(folder.join("files")).args(["--agents", "1300", "--transfers"]).status();
    if !made.is_ok_and(|s| s.success()) {
        eprintln!("python3 is not installed: the size of a town's kit was not measured");
        return;
    }
    std::fs::create_dir_all(job.join("inbox")).expect("a temporary folder");
    for name in ["livre-de-paie-2021-11.csv", "agents.csv", "virements-2021-11.xml"] {
        std::fs::copy(folder.join("files").join(name), job.join("inbox").join(name)).expect("the town");
    }
    let settings = "zone_residence = \"2\"\ntaux_vm = \"0.008\"\ntaux_at = \"0.016\"\ntaux_cdg = \"0.008\"\n";
    std::fs::write(job.join("releve.toml"), format!("month = \"2021-12\"\n[settings]\n{settings}")).expect("a temporary folder");
    let made = prepare(&job, &folder.join("k.age"));
    // Everybody of an invented town that follows the rules is proven.
    assert_eq!((made.told.employees, made.told.exact), (1300, 1300));
    let size = made.sealed.expect("a kit");
    eprintln!("kit of 1,300 agents: {} KiB", size / 1024);
    assert!((500 << 10..2 << 20).contains(&size), "{size} bytes");
}

/// By the program itself, with the real work, and a passphrase from a file.
#[test]
fn the_commands_take_the_passphrase_from_a_file_and_never_show_it() {
    let folder = room("commands");
    ordinary(&folder.join("job"));
    std::fs::write(folder.join("secret.txt"), format!("{SECRET}\r\nnot this\n")).expect("a temporary folder");
    std::fs::write(folder.join("wrong.txt"), "tilleul nacelle ogive garage\n").expect("a temporary folder");
    std::fs::write(folder.join("empty.txt"), "\n").expect("a temporary folder");
    let releve = |args: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_releve")).current_dir(&folder).args(args).output().expect("the program starts");
        let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(!said.contains("nacelle"), "{said}");
        (out.status.code(), said)
    };
    let (code, said) = releve(&["prepare", "job", "--to", "k.age", "--passphrase-file", "secret.txt"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("87/87") && said.contains("nbi_dans_residence") && said.contains("00156") && said.contains("k.age"), "{said}");
    let (code, said) = releve(&["new", "x", "--month", "2021-12", "--kit", "k.age", "--passphrase-file", "wrong.txt"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("[K05]") && !folder.join("x").exists(), "{said}");
    let (code, said) = releve(&["new", "x", "--month", "2021-12", "--kit", "k.age", "--passphrase-file", "empty.txt"]);
    assert_eq!((code, said.contains("[K19]")), (Some(2), true), "{said}");
    let (code, said) = releve(&["new", "x", "--month", "2021-12", "--kit", "k.age", "--passphrase-file", "secret.txt"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2021-11") && folder.join("x/inbox").is_dir(), "{said}");
    let (code, said) = releve(&["unseal", "k.age", "--to", "look", "--passphrase-file", "secret.txt"]);
    assert_eq!((code, folder.join("look/preuve/replay.csv").is_file()), (Some(0), true), "{said}");
}
