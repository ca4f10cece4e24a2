//! The sample town, end to end: every net and every line to the cent, every planted trap under its control.
//!
//! `samples/montreval/expected` was computed independently of this program; its README tells how.

#[path = "../made/mod.rs"]
mod made;

use made::{Row, cents, expected, rows};
use releve::pipeline::{self, Options, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder");
    for entry in std::fs::read_dir(from).expect("the sample") {
        let entry = entry.expect("the sample");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            if entry.file_name() != "out" && entry.file_name() != "expected" {
                copy(&entry.path(), &target);
            }
        } else {
            std::fs::copy(entry.path(), target).expect("a copy of the sample");
        }
    }
}

fn options(folder: &Path) -> Options {
    Options { folder: folder.to_path_buf(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} }
}

struct Ran {
    folder: PathBuf,
    outcome: Outcome,
}

/// The sample run once for all tests, in a folder of its own.
fn montreval() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("montreval");
        let _ = std::fs::remove_dir_all(&folder);
        copy(Path::new("samples/montreval"), &folder);
        let outcome = pipeline::run(&options(&folder)).expect("the sample runs");
        Ran { folder, outcome }
    })
}

fn out(name: &str) -> Vec<Row> {
    rows(&montreval().folder.join("out").join(name))
}

#[test]
fn every_payslip_is_as_expected() {
    let columns = ["gross", "net_social", "net_taxable", "net_before_tax", "income_tax", "net_paid", "employer_cost"];
    let got: BTreeMap<String, Row> = out("payslips.csv").into_iter().map(|r| (r["employee"].clone(), r)).collect();
    let want = expected("payslips.csv");
    assert_eq!(got.len(), want.len());
    for w in want {
        let g = &got[&w["employee"]];
        for c in columns {
            assert_eq!(cents(&g[c]), cents(&w[c]), "{} {c}", w["employee"]);
        }
        assert_eq!(g["mode"], w["mode"], "{}", w["employee"]);
    }
}

#[test]
fn every_line_is_as_expected() {
    let key = |r: &Row| (r["employee"].clone(), r["code"].clone(), r["period"].clone());
    let value = |r: &Row| (cents(&r["amount"]), cents(&r["employer_amount"]), r["status"].clone(), r["kind"].clone());
    let got: BTreeMap<_, _> = out("lines.csv").iter().map(|r| (key(r), value(r))).collect();
    let want: BTreeMap<_, _> = expected("lines.csv").iter().map(|r| (key(r), value(r))).collect();
    for (k, v) in &want {
        assert_eq!(got.get(k), Some(v), "{k:?}");
    }
    assert_eq!(got.len(), want.len(), "lines nobody expects");
}

#[test]
fn november_replays_exactly() {
    let outcome = &montreval().outcome;
    assert_eq!((outcome.replay.gap, outcome.replay.rounding, outcome.replay.carried), (0, 0, 0));
    assert_eq!(outcome.replay_agents.0, outcome.replay_agents.1);
    for r in out("replay.csv") {
        assert_eq!(cents(&r["gap"]), 0, "{} {}", r["employee"], r["code"]);
    }
    // What was paid is what the expected November says, line by line; 00156 is carried, not replayed.
    let paid: BTreeMap<_, _> = out("replay.csv").iter().map(|r| ((r["employee"].clone(), r["code"].clone()), cents(&r["paid"]))).collect();
    for l in expected("november-lines.csv").iter().filter(|l| l["employee"] != "00156") {
        let amount = if l["amount"].is_empty() { &l["employer_amount"] } else { &l["amount"] };
        assert_eq!(paid.get(&(l["employee"].clone(), l["code"].clone())), Some(&cents(amount)), "{} {}", l["employee"], l["code"]);
    }
}

#[test]
fn every_planted_trap_is_found_under_its_control() {
    let found: BTreeSet<(String, String)> = montreval()
        .outcome
        .findings
        .iter()
        .map(|f| {
            let named = f.args.iter().find(|a| a.0 == "agent").map(|a| a.1.clone());
            (f.employee.as_ref().map(ToString::to_string).or(named).unwrap_or_default(), f.code.clone())
        })
        .collect();
    for t in expected("findings.csv") {
        let there = if t["employee"].is_empty() {
            found.iter().any(|f| f.1 == t["control"])
        } else {
            found.contains(&(t["employee"].clone(), t["control"].clone()))
        };
        assert!(there, "{} {}: {}", t["employee"], t["control"], t["why"]);
    }
}

#[test]
fn money_towards_accounts_that_no_transfer_has_confirmed_is_told() {
    let of = |code: &str, employee: &str| {
        let about = |f: &&releve::ground::Finding| f.code == code && f.employee.as_ref().is_some_and(|e| e.as_str() == employee);
        montreval().outcome.findings.iter().find(about).map(|f| f.message(releve::ground::Lang::Fr)).unwrap_or_default()
    };
    // Paid by cheque in November.
    let cheque = of("BNK-03", "00102");
    assert!(cheque.contains("1\u{202f}758,31") && cheque.contains("FR76 •••• 1280"), "{cheque}");
    let twice = of("POP-06", "00233");
    assert!(["1\u{202f}108,81", "946,36", "FR76 •••• 8588", "FR16 •••• 9839"].iter().all(|t| twice.contains(t)), "{twice}");
    // The same, and the five newcomers who are paid.
    let page = std::fs::read_to_string(montreval().folder.join("out/diff.html")).expect("the report");
    assert_eq!(page.matches("Payé pour la première fois").count(), 6);
}

#[test]
fn the_report_says_what_is_due_and_to_whom_and_names_nobody_as_a_striker() {
    let page = std::fs::read_to_string(montreval().folder.join("out/diff.html")).expect("the report");
    let lines = expected("lines.csv");
    let sum = |codes: &[&str], column: &str| -> i64 {
        lines.iter().filter(|l| codes.contains(&l["code"].as_str())).map(|l| cents(&l[column])).sum()
    };
    let money = |c: i64| releve::ground::Money::from_cents(c).french();
    let (own, employer) = (-sum(&["CNRACL", "CNRACL_NBI"], "amount"), sum(&["CNRACL_E", "ATIACL"], "employer_amount"));
    let tax = -sum(&["PAS"], "amount");
    for text in [money(own), money(employer), money(own + employer), money(tax)] {
        assert!(page.contains(&text), "{text}");
    }
    assert!(!page.to_lowercase().contains("grève"));
}

#[test]
fn nobody_is_silently_left_out() {
    let want: BTreeMap<String, Row> = expected("transfers.csv").into_iter().map(|r| (r["employee"].clone(), r)).collect();
    let got: BTreeMap<String, Row> = out("transfers.csv").into_iter().map(|r| (r["employee"].clone(), r)).collect();
    let named: BTreeSet<String> = montreval()
        .outcome
        .findings
        .iter()
        .filter(|f| f.severity == releve::ground::Severity::Blocking)
        .filter_map(|f| f.employee.as_ref().map(ToString::to_string))
        .collect();
    for (id, w) in &want {
        match got.get(id) {
            Some(g) => assert_eq!((&g["iban"], &g["amount"], &g["name"]), (&w["iban"], &w["amount"], &w["name"]), "{id}"),
            None => {
                assert_eq!(w["may_hold"], "yes", "{id} may not be held");
                assert!(named.contains(id), "{id} is left out and no blocking finding says so");
            }
        }
    }
    assert!(got.keys().all(|id| want.contains_key(id)), "a transfer nobody expects");
}

#[test]
fn the_transfer_file_pays_the_nets_and_its_schema_accepts_it() {
    let transfers = out("transfers.csv");
    let sum: i64 = transfers.iter().map(|t| cents(&t["amount"])).sum();
    assert_eq!((transfers.len() as u64, sum), (montreval().outcome.transfers.0, montreval().outcome.transfers.1.cents()));
    let xml = montreval().folder.join("out/virements-2021-12.xml");
    let text = std::fs::read_to_string(&xml).expect("the transfer file");
    assert!(text.contains(&format!("<NbOfTxs>{}</NbOfTxs>", transfers.len())));
    let checked =
        std::process::Command::new("xmllint").args(["--noout", "--schema", "tests/data/sepa/xsd/pain.001.001.09.xsd"]).arg(&xml).output();
    match checked {
        Ok(o) => assert!(o.status.success(), "{}", String::from_utf8_lossy(&o.stderr)),
        Err(_) => eprintln!("xmllint is not installed: the schema was not checked"),
    }
}

#[test]
fn causes_add_up_to_every_difference() {
    let lines = |name: &str| -> BTreeMap<(String, String), i64> {
        let mut m = BTreeMap::new();
        for r in expected(name) {
            *m.entry((r["employee"].clone(), r["code"].clone())).or_insert(0) += cents(&r["amount"]);
        }
        m
    };
    let (before, after) = (lines("november-lines.csv"), lines("lines.csv"));
    let employer: BTreeSet<String> =
        expected("codes.csv").into_iter().filter(|r| r["kind"] == "employer").map(|r| r["code"].clone()).collect();
    let causes: BTreeSet<String> = [
        "entree",
        "sortie",
        "retour",
        "suspension",
        "quotite",
        "temps_partiel",
        "presence",
        "carriere",
        "point_indice",
        "minimum",
        "nbi",
        "sft",
        "residence",
        "prime_montant",
        "prime_debut",
        "prime_fin",
        "ponctuel_nouveau",
        "ponctuel_termine",
        "absence",
        "maladie_demi",
        "greve",
        "carence",
        "taux_cotisation",
        "plafond",
        "assiette",
        "taux_pas",
        "rappel",
        "tiers",
        "estimation",
        "saisie_manuelle",
        "arrondi",
    ]
    .iter()
    .map(|s| (*s).to_owned())
    .collect();
    let mut explained: BTreeMap<(String, String), i64> = BTreeMap::new();
    for r in out("diff.csv") {
        assert!(causes.contains(&r["cause"]), "{}", r["cause"]);
        assert_eq!(cents(&r["after"]) - cents(&r["before"]), cents(&r["change"]));
        *explained.entry((r["employee"].clone(), r["code"].clone())).or_insert(0) += cents(&r["change"]);
    }
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).filter(|k| !employer.contains(&k.1)).collect();
    for k in keys {
        let difference = after.get(k).unwrap_or(&0) - before.get(k).unwrap_or(&0);
        assert_eq!(explained.get(k).copied().unwrap_or(0), difference, "{k:?}");
    }
}
