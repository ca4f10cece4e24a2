//! What lists and files say in a month and the one after, as somebody writes them who has never used the program: paid where
//! it is sure, and otherwise told of the person it is about.
//!
//! Amounts are worked out by hand beside each: the value of the index point is 56.2323 euros a year.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{Ran, empty, run_in};
use releve::ground::{Finding, Lang, PayMonth, Severity};
use releve::pipeline;
use std::path::PathBuf;
use std::sync::OnceLock;

impl Ran {
    fn net(&self, agent: &str) -> Option<String> {
        self.rows("payslips.csv").into_iter().find(|r| r["employee"] == agent).map(|r| r["net_paid"].clone())
    }
    fn line(&self, agent: &str, code: &str) -> Option<String> {
        self.rows("lines.csv").into_iter().find(|r| r["employee"] == agent && r["code"] == code).map(|r| r["amount"].clone())
    }
    fn paid(&self, agent: &str) -> bool {
        self.rows("transfers.csv").iter().any(|r| r["employee"] == agent)
    }
    fn told(&self, code: &str, agent: &str) -> Vec<Severity> {
        let of = |f: &&Finding| f.code == code && f.employee.as_ref().map_or("", |e| e.as_str()) == agent;
        self.outcome.findings.iter().filter(of).map(|f| f.severity).collect()
    }
}

fn run(folder: PathBuf) -> Ran {
    run_in(folder, None)
}

fn sample(name: &str, without: &str, lists: &[(&str, &str)]) -> PathBuf {
    let folder = empty("first-use", name);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
    for e in std::fs::read_dir("samples/montreval/inbox").expect("the sample").map(|e| e.expect("the sample")) {
        if e.file_name() != without {
            std::fs::copy(e.path(), folder.join("inbox").join(e.file_name())).expect("a copy");
        }
    }
    for (file, text) in lists {
        std::fs::write(folder.join("inbox").join(file), text).expect("a list");
    }
    folder
}

/// The sample's December with lists that speak of January, too.
fn december() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| {
        run(sample(
            "december",
            "",
            &[
                (
                    "avancements.csv",
                    "Matricule;Nom;Prénom;Ancien indice majoré;Nouvel indice majoré;Date d'effet\n00207;POIREL;Mathieu;369;375;01/01/2022\n",
                ),
                (
                    "absences-bis.csv",
                    "Matricule;Nom;Prénom;Nature;Du;Au;Nb jours\n00441;FLAMENT;André;Absence non rémunérée;20/12/2021;05/01/2022;17\n\
                     00424;MÉNARD;Inès;Grève;22/12/2021;22/12/2021;1\n",
                ),
                (
                    "famille.csv",
                    "Matricule;Nom;Prénom;Nb enfants à charge;Date d'effet\n00373;MANSOURI;Océane;2;10/12/2021\n",
                ),
            ],
        ))
    })
}

fn january() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| {
        let into = empty("first-use", "january");
        let month = PayMonth::parse("2022-01").expect("a month");
        pipeline::start_from(&into, month, &december().folder, Some(Lang::En)).expect("a new job");
        let lists = [
            ("primes-janvier.csv", "Matricule;Nom;Prénom;Prime exceptionnelle\n00299;LECOQ;Sabrina;100,00\n"),
            (
                "arrivees-janvier.csv",
                "Matricule;Nom;Prénom;Date d'entrée;Statut;Catégorie;Indice majoré;Quotité\n00424;MÉNARD;Inès;10/01/2022;Titulaire;B;441;100 %\n",
            ),
        ];
        for (file, text) in lists {
            std::fs::write(into.join("inbox").join(file), text).expect("a list");
        }
        run(into)
    })
}

// 375 points from 1 January: 375 × 56.2323 / 12 = 1757.26. December stays on 369: 1729.14.
#[test]
fn a_step_of_january_in_decembers_list_is_paid_in_january() {
    assert_eq!(december().line("00207", "TIB").as_deref(), Some("1729.14"));
    assert_eq!(december().told("F02", "00207"), [Severity::Information]);
    assert_eq!(january().line("00207", "TIB").as_deref(), Some("1757.26"));
    assert_eq!(january().told("F73", "00207"), [Severity::Information]);
}

// Twelve days from the 20th to the 31st, five until 5 January: 1724.46 × 5 / 30 = 287.41.
#[test]
fn an_absence_that_goes_on_is_counted_in_both_months() {
    assert_eq!(december().line("00441", "ABS_TIB").as_deref(), Some("-689.78"));
    assert_eq!(january().line("00441", "ABS_TIB").as_deref(), Some("-287.41"));
    assert_eq!(january().told("F70", "00441"), [Severity::Information]);
    assert_eq!(january().told("F11", "00441"), []);
}

// Two children are 10.67 euros and 3 % of index pay of 403 points (449 at least): 10.67 + 3 % × 449 × 56.2323 / 12 = 73.79.
#[test]
fn a_right_that_begins_in_january_is_paid_from_then() {
    assert_eq!(december().line("00373", "SFT").as_deref(), Some("2.29"));
    assert_eq!(january().line("00373", "SFT").as_deref(), Some("73.79"));
}

// The sample's expected net: nothing is taken for a day after the last one.
#[test]
fn a_strike_after_the_last_day_takes_nothing() {
    assert_eq!(december().net("00424").as_deref(), Some("1214.91"));
    assert_eq!(december().told("F72", "00424"), [Severity::Justify]);
}

#[test]
fn a_bonus_of_somebody_who_left_is_told_of_them() {
    assert_eq!(january().net("00299"), None);
    assert_eq!(january().told("F74", "00299"), [Severity::Blocking]);
}

// From the 10th to the end: 21 thirtieths of 441 × 56.2323 / 12 = 2066.54, 1446.58.
#[test]
fn whoever_comes_back_is_paid_from_that_day() {
    assert_eq!(january().line("00424", "TIB").as_deref(), Some("1446.58"));
    assert!(january().paid("00424"));
}

/// The sample's December with what people get wrong, each on its own person.
fn slips() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| {
        let into = sample(
            "slips",
            "heures-sup-decembre.ods",
            &[
                (
                    "heures.csv",
                    "Matricule;Nom;Prénom;HS jour - 14 premières\n00225;AGUILAR;Loïc;144,24 €\n00207;POIREL;Mathieu;18\n\
                     00441;FLAMENT;André;3\n00441;FLAMENT;André;2\n4.14E+02;PAQUET;Maud;4\n0000179;BÉAL;Béatrice;2\n",
                ),
                ("nuits.csv", "Matricule;Nom;Prénom;HS nuit;HS nuit\n00531;DROUIN;Noémie;;6\n00844;RAMPAL;Joël;8;2\n"),
                ("acomptes.csv", "Matricule;Nom;Prénom;Acompte versé\n00102;ARNOUX;Jean-Noël;200,00\n"),
                ("rappels.csv", "Matricule;Nom;Prénom;Rappel de régime indemnitaire\n00373;MANSOURI;Océane;-50,00\n"),
                ("sorties.csv", "Matricule;Nom;Prénom;Dernier jour payé;Motif\n01800;VERDIER;Romain;12/12/2021;Démission\n"),
                (
                    "agents-bis.csv",
                    "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Date d'entrée\n\
                     00233;GRANDIN;Corentin;Stagiaire;C;350;100 %;09/12/2021\n00360;BENOIST;Anne-Laure;Titulaire;C;343;100 %;10/12/2021\n\
                     00102;ARNOUX;Jean-Noël;Titulaire;C;355;100 %;01/09/2010\n00207;POIREL;Mathieu;Titulaire;C;369;100 %;01/03/2015\n",
                ),
            ],
        );
        let path = into.join("releve.toml");
        let text = std::fs::read_to_string(&path).expect("the settings");
        // Another account with a right key, invented like the sample's.
        let other = releve::ground::Iban::parse("FR7699901001000042424242471").map_or_else(|_| other_account(), |i| i.as_str().to_owned());
        std::fs::write(&path, text.replace("FR7699900004170000512340196", &other)).expect("the settings");
        run(into)
    })
}

/// The first account of an invented bank whose two keys are right.
fn other_account() -> String {
    (0..97 * 97)
        .map(|n| format!("FR{:02}999010010000424242424{:02}", n / 97 + 2, n % 97 + 1))
        .find(|t| releve::ground::Iban::parse(t).is_ok())
        .expect("one in 9,409 is right")
}

#[test]
fn euros_among_hours_are_no_hours() {
    assert_eq!(slips().told("N19", "00225"), [Severity::Blocking]);
    assert!(!slips().paid("00225"));
}

#[test]
fn more_hours_than_the_first_fourteen_are_told() {
    assert_eq!(slips().told("STA-26", "00207"), [Severity::Justify]);
    assert_eq!(slips().told("STA-26", "00441"), []);
    // The list has no column of Sundays: their hours are nought, and no sentence keeps a place to fill in.
    let said: Vec<String> =
        slips().outcome.findings.iter().filter(|f| f.code == "STA-26").map(|f| f.message(releve::ground::Lang::Fr)).collect();
    assert!(!said.is_empty() && said.iter().all(|m| m.contains(" et 0 de dimanche") && !m.contains('{')), "{said:?}");
}

#[test]
fn two_rows_of_hours_add_up_and_say_so() {
    assert_eq!(slips().told("M86", "00441"), [Severity::Justify]);
}

#[test]
fn two_columns_of_one_title_set_both_people_aside() {
    assert_eq!(slips().told("N20", "00531"), [Severity::Blocking]);
    assert_eq!(slips().told("N20", "00844"), [Severity::Blocking; 2]);
}

#[test]
fn an_advance_paid_or_taken_back_is_asked() {
    assert_eq!(slips().told("M76", "00102"), [Severity::Blocking]);
    assert_eq!(slips().line("00102", "ACOMPTE").or_else(|| slips().line("00102", "AVANCE")).filter(|_| slips().paid("00102")), None);
}

#[test]
fn arrears_may_be_taken_back_by_a_list() {
    assert_eq!(slips().told("M84", "00373"), []);
    assert_eq!(slips().line("00373", "RAPPEL_RI").as_deref(), Some("-50.00"));
}

#[test]
fn a_last_day_before_the_first_names_both() {
    assert_eq!(slips().told("F78", "01800"), [Severity::Blocking]);
}

#[test]
fn of_a_newcomer_two_files_that_differ_are_asked_about() {
    assert_eq!(slips().told("F75", "00233"), [Severity::Blocking]);
    assert!(!slips().paid("00233"));
}

#[test]
fn an_entry_after_a_month_that_was_paid_is_one_contradiction() {
    assert_eq!(slips().told("F76", "00360"), [Severity::Blocking]);
    assert_eq!(slips().told("C03", "00360"), []);
}

#[test]
fn a_number_that_a_list_alone_writes_otherwise_renames_nobody() {
    let all: Vec<String> = slips().rows("payslips.csv").into_iter().map(|r| r["employee"].clone()).collect();
    assert!(all.contains(&"00179".to_owned()) && !all.contains(&"0000179".to_owned()));
}

#[test]
fn a_number_that_is_none_sets_aside_whoever_bears_the_name() {
    assert_eq!(slips().told("M98", "00414"), [Severity::Blocking]);
}

#[test]
fn another_account_than_last_months_pays_only_when_somebody_says_so() {
    assert_eq!(slips().told("J12", ""), [Severity::Justify]);
}
