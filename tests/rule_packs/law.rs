//! Tiny towns of one or two people for what changes between two months: the law, a rate, days, arrears, and slips of the year.
//!
//! Amounts are worked out by hand beside each; index pay is points × value of 100 points / 1200, to the cent.

use releve::ground::{Lang, Severity};
use releve::pipeline::{self, Options, Outcome};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Row = BTreeMap<String, String>;

const REGISTER: &str =
    "Matricule;Nom;Prénom;Période;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";
const STAFF: &str = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n";

struct Ran {
    folder: PathBuf,
    outcome: Outcome,
}

fn options(folder: &Path) -> Options {
    Options { folder: folder.to_path_buf(), rules: None, lang: Some(Lang::En), threads: 0, payslips: false, progress: |_, _, _| {} }
}

/// A job of that month; `settings` is the rest of its `releve.toml`.
fn run(name: &str, month: &str, settings: &str, files: &[(&str, String)]) -> Ran {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("law-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    let head = format!("format = 1\nmonth = \"{month}\"\npack = \"fr-fpt\"\n{settings}");
    std::fs::write(folder.join("releve.toml"), head).expect("the settings");
    for (file, text) in files {
        std::fs::write(folder.join("inbox").join(file), text).expect("a file of the inbox");
    }
    let outcome = pipeline::run(&options(&folder)).expect("the job runs or says why not");
    Ran { folder, outcome }
}

impl Ran {
    fn rows(&self, file: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.folder.join("out").join(file)).expect("a result");
        reader.deserialize::<Row>().map(|r| r.expect("a row")).collect()
    }
    fn line(&self, employee: &str, code: &str, column: &str) -> String {
        let found = self.rows("lines.csv").into_iter().find(|r| r["employee"] == employee && r["code"] == code);
        found.map(|r| r[column].clone()).unwrap_or_default()
    }
    fn told(&self, code: &str) -> Vec<(Severity, String)> {
        let of = self.outcome.findings.iter().filter(|f| f.code == code);
        of.map(|f| (f.severity, f.message(Lang::En))).collect()
    }
}

fn row(id: &str, period: &str, code: &str, rest: &str) -> String {
    format!("{id};NOM{id};Jean;{period};{code};{rest}\n")
}

/// The register of one month: index pay and the net printed.
fn paid(period: &str, people: &[(&str, &str, &str)]) -> String {
    let mut out = REGISTER.to_owned();
    for (id, index, pay) in people {
        out.push_str(&row(id, period, "0010", &format!("TRAITEMENT BRUT;{index},00;;{pay};;;")));
        out.push_str(&row(id, period, "9300", &format!("NET A PAYER;;;{pay};;;")));
    }
    out
}

fn staff(people: &[(&str, &str)]) -> String {
    let row = |(id, index): &(&str, &str)| format!("{id};NOM{id};Jean;Titulaire;C;{index};100 %;0\n");
    STAFF.to_owned() + &people.iter().map(row).collect::<String>()
}

// Décret 2022-994: 5820.04 from 1 July 2022, 5623.23 before. 420 points: 1968.13 and 2037.01; 478 points: 2239.92 and 2318.32.
#[test]
fn last_month_on_the_old_point_is_said_once_and_paid_by_arrears() {
    let files = [
        ("livre de paie.csv", paid("2022-07", &[("00101", "420", "1968,13"), ("00102", "478", "2239,92")])),
        ("agents.csv", staff(&[("00101", "420"), ("00102", "478")])),
    ];
    let ran = run("point", "2022-08", "", &files);
    assert_eq!(["00101", "00102"].map(|e| ran.line(e, "TIB", "amount")), ["2037.01", "2318.32"]);
    assert_eq!(["00101", "00102"].map(|e| ran.line(e, "RAPPEL_TIB", "amount")), ["68.88", "78.40"]);
    assert_eq!(ran.line("00101", "RAPPEL_TIB", "period"), "2022-07");
    let told = ran.told("C20");
    assert_eq!(told.len(), 1);
    assert!(
        told[0].1.contains("5,623.23\u{a0}€/year → 5,820.04\u{a0}€/year")
            && told[0].1.contains("2 employees")
            && told[0].1.contains("147.28"),
        "{}",
        told[0].1
    );
    assert_eq!((ran.told("C12").len(), ran.told("C07").len()), (0, 0), "nothing is left to be paid");
    let settings = "[policies]\nlate_law = \"tell\"\n";
    let told = run("point-told", "2022-08", settings, &files);
    assert_eq!(told.line("00101", "RAPPEL_TIB", "amount"), "");
    assert_eq!((told.told("C12").len(), told.told("C07").len(), told.told("C20").len()), (1, 2, 0), "what is still due is named for each");
    let tib: Vec<String> = ran.rows("replay.csv").into_iter().filter(|r| r["code"] == "TIB").map(|r| r["gap"].clone()).collect();
    assert!(tib.iter().all(|g| g.parse::<i64>() == Ok(0) || g == "0.00"), "{tib:?}");
}

/// January 2024 as most programmes paid it: five points less, and the employer's pension rate of the year before.
fn january_2024(people: &[(&str, &str, &str, &str, &str)]) -> String {
    let mut out = REGISTER.to_owned();
    for (id, index, pay, own, employer) in people {
        out.push_str(&row(id, "2024-01", "0010", &format!("TRAITEMENT BRUT;{index},00;;{pay};;;")));
        out.push_str(&row(id, "2024-01", "2010", &format!("CNRACL;{pay};11,10;;{own};;")));
        out.push_str(&row(id, "2024-01", "2011", &format!("CNRACL PATRONALE;{pay};;;;30,65;{employer}")));
    }
    out
}

// Décret 2023-519: 5 points from 1 January 2024; décret 2024-49 of 30 January: 31.65 % from 1 January, 30.65 % before.
// 388 points: 5907.34 × 388 / 1200 = 1910.04, own 212.01, employer 585.43; 393 points: 1934.65, so 24.61 of arrears.
// January's employer share at 31.65 % of what was paid: 604.53, 19.10 more. February's: 31.65 % of 1934.65 + 24.61, 620.11.
// 420 points: 2067.57, 229.50, 633.71; 425: 2092.18, so 24.61; 654.39 at 31.65 %, 20.68 more.
#[test]
fn january_2024_on_the_law_of_2023_is_paid_with_february() {
    let files = [
        (
            "livre de paie.csv",
            january_2024(&[("00101", "388", "1910,04", "212,01", "585,43"), ("00102", "420", "2067,57", "229,50", "633,71")]),
        ),
        ("agents.csv", staff(&[("00101", "393"), ("00102", "425")])),
    ];
    let ran = run("january-2024", "2024-02", "", &files);
    assert_eq!(["00101", "00102"].map(|e| ran.line(e, "TIB", "amount")), ["1934.65", "2092.18"]);
    assert_eq!(["00101", "00102"].map(|e| ran.line(e, "RAPPEL_TIB", "amount")), ["24.61", "24.61"]);
    let shares = |employee: &str| -> Vec<(String, String, String)> {
        let of = ran.rows("lines.csv").into_iter().filter(|r| r["employee"] == employee && r["code"] == "CNRACL_E");
        of.map(|r| (r["period"].clone(), r["employer_rate"].clone(), r["employer_amount"].clone())).collect()
    };
    let own = |period: &str, rate: &str, amount: &str| (period.to_owned(), rate.to_owned(), amount.to_owned());
    assert_eq!(shares("00101"), [own("2024-02", "31.65", "620.11"), own("2024-01", "1", "19.10")]);
    assert_eq!(shares("00102")[1], own("2024-01", "1", "20.68"));
    let of = |line: &str| pipeline::explain(&options(&ran.folder), "00101", Some(line)).expect("the line is told").text;
    assert!(of("RAPPEL_TIB").contains("934.65 instead of "), "{}", of("RAPPEL_TIB"));
    assert!(of("CNRACL_E").contains("604.53 was due, 585.43 was counted"), "{}", of("CNRACL_E"));
    let told = ran.told("C20");
    assert_eq!(told.len(), 1);
    assert!(["+ 5", "30.65\u{a0}% → 31.65\u{a0}%", "49.22", "39.78"].iter().all(|t| told[0].1.contains(t)), "{}", told[0].1);
    assert!(ran.told("IMP-04").is_empty(), "the file is not wrong");
    let moved: Vec<Row> = ran.rows("diff.csv").into_iter().filter(|r| r["employee"] == "00101" && r["code"] == "CNRACL_E").collect();
    let arrears = moved.iter().filter(|r| r["cause"] == "rappel").map(|r| r["change"].clone()).collect::<Vec<_>>();
    assert!(arrears.contains(&"19.10".to_owned()), "{arrears:?}");
    assert!(ran.told("VAR-01").is_empty());
}

// 5907.34 / 1200 × 388 = 1910.04; 44.31 of August were paid with September and are no pay of October.
#[test]
fn arrears_of_an_earlier_month_are_paid_once() {
    let mut book = REGISTER.to_owned();
    book.push_str(&row("00101", "2024-09", "0010", "TRAITEMENT BRUT;388,00;;1910,04;;;"));
    book.push_str(&row("00101", "2024-08", "0010", "TRAITEMENT BRUT;;;44,31;;;"));
    book.push_str(&row("00101", "2024-09", "9300", "NET A PAYER;;;1954,35;;;"));
    book.push_str(&row("00102", "2024-09", "0010", "TRAITEMENT BRUT;420,00;;2067,57;;;"));
    book.push_str(&row("00102", "2024-09", "9300", "NET A PAYER;;;2067,57;;;"));
    let files = [("livre de paie.csv", book), ("agents.csv", staff(&[("00101", "388"), ("00102", "420")]))];
    let ran = run("arrears", "2024-10", "", &files);
    assert_eq!((ran.line("00101", "TIB", "amount"), ran.line("00101", "TIB", "status")), ("1910.04".to_owned(), "computed".to_owned()));
    let ended: Vec<Row> = ran.rows("diff.csv").into_iter().filter(|r| r["employee"] == "00101" && r["code"] == "TIB").collect();
    assert_eq!(ended.iter().map(|r| (r["cause"].as_str(), r["change"].as_str())).collect::<Vec<_>>(), [("ponctuel_termine", "-44.31")]);
}

// 420 points: 2067.57 paid for thirty days; twenty were due, 1378.38: 689.19 too much.
#[test]
fn a_departure_dated_before_the_month_is_named_with_what_was_paid_beyond() {
    let files = [
        ("livre de paie.csv", paid("2023-10", &[("00101", "420", "2067,57"), ("00102", "420", "2067,57")])),
        ("agents.csv", staff(&[("00101", "420"), ("00102", "420")])),
        ("departs.csv", "Matricule;Nom;Prénom;Dernier jour payé;Motif\n00101;NOM00101;Jean;20/10/2023;Mutation\n".to_owned()),
    ];
    let ran = run("left", "2023-11", "", &files);
    assert!(ran.line("00101", "TIB", "amount").is_empty());
    let told = ran.told("POP-04");
    assert_eq!(told.iter().map(|t| t.0).collect::<Vec<_>>(), [Severity::Blocking]);
    assert!(told[0].1.contains("20 days were due, 689.19"), "{}", told[0].1);
}

#[test]
fn a_january_whose_law_the_pack_does_not_know_is_told() {
    let files = |period: &str| {
        let book = paid(period, &[("00101", "420", "2067,57")]);
        [("livre de paie.csv", book), ("agents.csv", staff(&[("00101", "420")]))]
    };
    let told = run("unknown-law", "2027-01", "", &files("2026-12")).told("C21");
    assert_eq!(told.iter().map(|t| t.0).collect::<Vec<_>>(), [Severity::Justify]);
    assert!(told[0].1.contains("2027-01") && told[0].1.contains("ceiling"), "{}", told[0].1);
    for month in ["2022-01", "2024-01", "2025-06", "2026-01", "2026-12"] {
        let earlier = releve::ground::PayMonth::parse(month).expect("a month").previous().to_string();
        assert_eq!(run(&format!("known-law-{month}"), month, "", &files(&earlier)).told("C21").len(), 0, "{month}");
    }
}

#[test]
fn a_slip_of_the_year_in_the_settings_stops_the_run() {
    let files = [("livre de paie.csv", paid("2021-11", &[("00101", "420", "1968,13")])), ("agents.csv", staff(&[("00101", "420")]))];
    for (name, settings) in
        [("same", "last_month = \"2021-11\"\n"), ("year", "pay_date = 2022-12-22\n"), ("far", "last_month = \"2020-10\"\n")]
    {
        let ran = run(name, if name == "same" { "2021-11" } else { "2021-12" }, settings, &files);
        assert!(!ran.outcome.ran, "{name}");
        assert_eq!(ran.told("J08").iter().map(|t| t.0).collect::<Vec<_>>(), [Severity::Blocking], "{name}");
    }
}

#[test]
fn a_file_nobody_recognises_holds_the_transfer_file_back() {
    let mut agents = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS;IBAN\n".to_owned();
    agents.push_str("00101;NOM00101;Jean;Titulaire;C;420;100 %;0;FR7699901006753803284993747\n");
    let good = [("livre de paie.csv", paid("2021-11", &[("00101", "420", "1968,13")])), ("agents.csv", agents)];
    let settings = "pay_date = 2021-12-22\n[employer]\nname = \"Commune de Rosay\"\n[debtor]\niban = \"FR7699900004170000512340196\"\n";
    let file = |r: &Ran| r.folder.join("out/virements-2021-12.xml").exists();
    let ran = run("sound", "2021-12", settings, &good);
    let held = ran.outcome.held.clone();
    let mut with = good.to_vec();
    with.push(("batiments.csv", "Bâtiment;Surface;Étage\nMairie;120;2\nÉcole;300;1\nGymnase;900;0\n".to_owned()));
    let stopped = run("unknown", "2021-12", settings, &with);
    assert!(stopped.outcome.held.contains(&"IMP-01".to_owned()) && !file(&stopped), "{:?}", stopped.outcome.held);
    assert!(!held.contains(&"IMP-01".to_owned()));
}

// Arrêté of 19 December 2025: IRCANTEC bracket A 2.84 % and 4.27 % from 1 January 2026, 2.80 % and 4.20 % before; January was paid on those.
// 400 points 1969.11: 55.14 and 82.70 paid, 55.92 and 84.08 due; 450 points 2215.25: 62.03 and 93.04, 62.91 and 94.59.
// Both sides of the line moved on one day: neither comes out without the other.
#[test]
fn both_rates_of_a_line_that_last_month_was_paid_without() {
    let mut register = REGISTER.to_owned();
    let mut agents = STAFF.to_owned();
    for (id, index, pay, own, employer) in [("00101", "400", "1969,11", "55,14", "82,70"), ("00102", "450", "2215,25", "62,03", "93,04")] {
        register.push_str(&row(id, "2026-01", "0010", &format!("TRAITEMENT BRUT;{index},00;;{pay};;;")));
        register.push_str(&row(id, "2026-01", "1120", &format!("IRCANTEC TR. A;{pay};2,80;;{own};4,20;{employer}")));
        agents.push_str(&format!("{id};NOM{id};Jean;Contractuel;C;{index};100 %;0\n"));
    }
    let ran = run("ircantec", "2026-02", "", &[("livre de paie.csv", register), ("agents.csv", agents)]);
    let shares = |employee: &str| -> Vec<[String; 3]> {
        let of = ran.rows("lines.csv").into_iter().filter(|r| r["employee"] == employee && r["code"] == "IRC_A");
        of.map(|r| ["period", "amount", "employer_amount"].map(|c| r[c].clone())).collect()
    };
    let own = |month: &str, amount: &str, employer: &str| [month, amount, employer].map(str::to_owned);
    assert_eq!(shares("00101"), [own("2026-02", "-55.92", "84.08"), own("2026-01", "-0.78", "1.38")]);
    assert_eq!(shares("00102"), [own("2026-02", "-62.91", "94.59"), own("2026-01", "-0.88", "1.55")]);
    let told = ran.told("C20");
    assert!(told.len() == 1 && ["2.8\u{a0}% → 2.84\u{a0}%", "4.2\u{a0}% → 4.27\u{a0}%"].iter().all(|t| told[0].1.contains(t)), "{told:?}");
    assert!(ran.told("C03").iter().all(|t| !t.1.contains("IRC_A")), "{:?}", ran.told("C03"));
}

// The surcharge for apprentices of the CNFPT begins on 1 January 2022 (0.05 %, LF 2022 art. 122): whoever was paid without it has a line of it in
// February and January's beside. 1968.13 × 0.05 % = 0.98.
#[test]
fn a_contribution_that_is_new_is_not_switched_off_by_a_month_without_it() {
    let mut register = REGISTER.to_owned();
    for id in ["00101", "00102"] {
        register.push_str(&row(id, "2022-01", "0010", "TRAITEMENT BRUT;420,00;;1968,13;;;"));
        register.push_str(&row(id, "2022-01", "2120", "C.N.F.P.T.;1968,13;;;;0,90;17,71"));
    }
    let ran = run("cnfpt", "2022-02", "", &[("livre de paie.csv", register), ("agents.csv", staff(&[("00101", "420"), ("00102", "420")]))]);
    let of = ran.rows("lines.csv").into_iter().filter(|r| r["employee"] == "00101" && r["code"] == "CNFPT_APP");
    let of: Vec<[String; 2]> = of.map(|r| ["period", "employer_amount"].map(|c| r[c].clone())).collect();
    let own = |month: &str, amount: &str| [month, amount].map(str::to_owned);
    assert_eq!(of, [own("2022-02", "0.98"), own("2022-01", "0.98")]);
}

// On 1 January 2024 the CNRACL rose to 31.65 % and every step got five points: a January on 30.65 % says nothing of the points.
#[test]
fn points_of_a_month_paid_on_the_law_of_before_are_asked_about() {
    let paid = |rate: &str, share: &str| {
        let mut register = REGISTER.to_owned();
        for id in ["00101", "00102"] {
            register.push_str(&row(id, "2024-01", "0010", "TRAITEMENT BRUT;400,00;;1969,11;;;"));
            register.push_str(&row(id, "2024-01", "1110", &format!("CNRACL;1969,11;11,10;;218,57;{rate};{share}")));
        }
        register
    };
    let files = |register: String| [("livre de paie.csv", register), ("agents.csv", staff(&[("00101", "400"), ("00102", "400")]))];
    let ran = run("points", "2024-02", "", &files(paid("30,65", "603,53")));
    let told = ran.told("F132");
    assert_eq!((ran.told("C20").len(), told.len()), (1, 1), "{told:?}");
    assert!(told[0].0 == Severity::Justify && told[0].1.contains("01/01/2024") && told[0].1.contains("2023-519"), "{told:?}");
    let ran = run("points-of-the-month", "2024-02", "", &files(paid("31,65", "623,22")));
    assert_eq!((ran.told("C20").len(), ran.told("F132").len()), (0, 0));
}
