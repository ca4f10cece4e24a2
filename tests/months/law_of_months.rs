//! Tiny towns of one to four people, each for one thing that differs from month to month or from town to town.
//!
//! Amounts are worked out by hand beside each; index pay is points × value of 100 points / 1200, to the cent.

use releve::ground::{Finding, Lang, Severity};
use releve::pipeline::{self, Options};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Row = BTreeMap<String, String>;

const REGISTER: &str = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";

struct Ran {
    folder: PathBuf,
    findings: Vec<Finding>,
}

fn options(folder: &Path) -> Options {
    Options { folder: folder.to_path_buf(), rules: None, lang: Some(Lang::En), threads: 0, payslips: false, progress: |_, _, _| {} }
}

/// A job of that month with these files in its inbox.
fn job(name: &str, month: &str, files: &[(&str, String)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("months-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    let settings =
        format!("format = 1\nmonth = \"{month}\"\npay_date = {month}-25\npack = \"fr-fpt\"\n\n[employer]\nname = \"Commune de Rosay\"\n");
    std::fs::write(folder.join("releve.toml"), settings).expect("the settings");
    for (file, text) in files {
        std::fs::write(folder.join("inbox").join(file), text).expect("a file of the inbox");
    }
    folder
}

fn run(name: &str, month: &str, files: &[(&str, String)]) -> Ran {
    let folder = job(name, month, files);
    let outcome = pipeline::run(&options(&folder)).expect("the job runs");
    assert!(outcome.ran, "{:?}", outcome.findings.iter().map(|f| f.message(Lang::En)).collect::<Vec<_>>());
    Ran { folder, findings: outcome.findings }
}

impl Ran {
    fn rows(&self, file: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.folder.join("out").join(file)).expect("a result");
        reader.deserialize::<Row>().map(|r| r.expect("a row")).collect()
    }
    /// Amounts by employee and code; an absent line is empty.
    fn line(&self, employee: &str, code: &str) -> String {
        let found = self.rows("lines.csv").into_iter().find(|r| r["employee"] == employee && r["code"] == code);
        found.map(|r| r["amount"].clone()).unwrap_or_default()
    }
    fn replayed(&self, employee: &str, code: &str) -> (String, String) {
        let found = self.rows("replay.csv").into_iter().find(|r| r["employee"] == employee && r["code"] == code).expect("a replayed line");
        (found["paid"].clone(), found["recomputed"].clone())
    }
    fn count(&self, code: &str, employee: &str) -> usize {
        self.findings.iter().filter(|f| f.code == code && f.employee.as_ref().map_or("", |e| e.as_str()) == employee).count()
    }
    fn has(&self, code: &str) -> bool {
        self.findings.iter().any(|f| f.code == code)
    }
}

/// Number, name, net and lines: code with label, and the rest of the row.
type Paid<'p> = (&'p str, &'p str, &'p str, &'p [(&'p str, &'p str)]);

/// Index pay alone, and the net that the register prints: contributions of last month are of no matter here.
fn register(people: &[Paid<'_>]) -> String {
    let mut out = REGISTER.to_owned();
    for (id, surname, net, lines) in people {
        for (label, cells) in *lines {
            out.push_str(&format!("{id};{surname};Jean;{label};{cells}\n"));
        }
        out.push_str(&format!("{id};{surname};Jean;9300;NET A PAYER;;;{net};;;\n"));
    }
    out
}

// 5907.34 / 1200 × 366 = 1801.74, × 420 = 2067.57, × 478 = 2353.09; five points more: 1826.35, 2092.18, 2377.70.
#[test]
fn five_points_for_everybody_are_paid_whether_the_staff_file_has_them_or_not() {
    let tib = |base: &str, amount: &str| format!("{base};;{amount};;;");
    let (a, b, c) = (tib("366,00", "1801,74"), tib("420,00", "2067,57"), tib("478,00", "2353,09"));
    let ran = run(
        "raise",
        "2024-01",
        &[
            (
                "livre de paie.csv",
                register(&[
                    ("00101", "ABEL", "1801,74", &[("0010;TRAITEMENT BRUT", &a)]),
                    ("00102", "BLIN", "2067,57", &[("0010;TRAITEMENT BRUT", &b)]),
                    ("00103", "CROS", "2353,09", &[("0010;TRAITEMENT BRUT", &c)]),
                ]),
            ),
            (
                "agents.csv",
                "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n\
                 00101;ABEL;Jean;Titulaire;C;366;100 %;0\n\
                 00102;BLIN;Jean;Titulaire;C;420;100 %;0\n\
                 00103;CROS;Jean;Titulaire;B;483;100 %;0\n"
                    .to_owned(),
            ),
        ],
    );
    assert_eq!(["00101", "00102", "00103"].map(|e| ran.line(e, "TIB")), ["1826.35", "2092.18", "2377.70"]);
    assert_eq!(ran.findings.iter().filter(|f| f.code == "C16").count(), 1);
    assert!(!ran.has("IMP-04") && !ran.has("ACC-04"), "the law is no contradiction and needs no act");
    let causes: Vec<String> = ran.rows("diff.csv").into_iter().filter(|r| r["code"] == "TIB").map(|r| r["cause"].clone()).collect();
    assert_eq!(causes, ["point_indice"; 3]);
}

/// The agent in cells of a row above his lines, his sums in pairs below them; what is paid and kept under « Sal. + », « Sal. - ».
#[test]
fn an_agent_in_several_cells_above_the_lines_is_read() {
    let block = |id: &str, name: &str, index: &str, pay: &str| {
        format!(
            "Agent :;{id};{name};;Grade :;Éducateur de jeunes enfants;Indice :;{index}\n\
             Rub.;Libellé;Base;Taux;Sal. +;Sal. -;Tx pat.;Cot. patronales\n10;Traitement brut indiciaire;{index},00;;{pay};;;\n\
             Brut :;{pay};Net imposable :;{pay};PAS :;0,00;Net à payer :;{pay}\n;;;;;;;\n"
        )
    };
    let register = format!(
        "JOURNAL DE PAIE;;;;;;;mai 2024\n{}{}",
        block("0101", "ABEL Jean", "420", "2067,57"),
        block("0102", "BLIN Jean", "366", "1801,74")
    );
    let staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n\
                 0101;ABEL;Jean;Titulaire;C;420;100 %;0\n0102;BLIN;Jean;Titulaire;C;366;100 %;0\n";
    let ran = run("in-cells", "2024-06", &[("journal.csv", register), ("agents.csv", staff.to_owned())]);
    assert_eq!(["0101", "0102"].map(|e| ran.replayed(e, "TIB").0), ["2067.57", "1801.74"]);
    assert!(!ran.has("IMP-05") && !ran.has("M149"));
}

// 366 and 420 points before the five that everybody has from January; a list of steps of that month counts them or not.
#[test]
fn a_step_that_begins_from_the_index_before_the_raise_is_asked() {
    let tib = |base: &str, amount: &str| format!("{base};;{amount};;;");
    let (a, b) = (tib("366,00", "1801,74"), tib("420,00", "2067,57"));
    let paid = register(&[
        ("00101", "ABEL", "1801,74", &[("0010;TRAITEMENT BRUT", &a)]),
        ("00102", "BLIN", "2067,57", &[("0010;TRAITEMENT BRUT", &b)]),
    ]);
    let staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n\
                 00101;ABEL;Jean;Titulaire;C;366;100 %;0\n00102;BLIN;Jean;Titulaire;C;420;100 %;0\n";
    let steps = "Matricule;Nom;Prénom;Ancien IM;Nouvel IM;Date d'effet\n\
                 00101;ABEL;Jean;366;370;01/01/2024\n00102;BLIN;Jean;425;430;01/01/2024\n";
    let files = [("livre de paie.csv", paid), ("agents.csv", staff.to_owned()), ("avancements.csv", steps.to_owned())];
    let ran = run("raise-and-step", "2024-01", &files);
    assert_eq!((ran.count("M303", "00101"), ran.count("M303", "00102")), (1, 0));
    assert_eq!((ran.count("F47", "00101"), ran.count("F47", "00102")), (0, 0), "425 is 420 and the five points");
}

// CGI art. 204 H: the neutral table is for those of whom no rate was sent; a rate that comes this month is the one to apply.
#[test]
fn a_rate_that_comes_ends_the_neutral_table_of_the_staff_file() {
    let files = |list: &str| {
        let tib = "420,00;;2067,57;;;";
        let staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS;Type taux\n\
                     00101;ABEL;Jean;Titulaire;C;420;100 %;;Barème\n00102;BLIN;Jean;Titulaire;C;420;100 %;;Barème\n";
        let paid = register(&[
            ("00101", "ABEL", "2067,57", &[("0010;TRAITEMENT BRUT", tib)]),
            ("00102", "BLIN", "2067,57", &[("0010;TRAITEMENT BRUT", tib)]),
        ]);
        [("livre de paie.csv", paid), ("agents.csv", staff.to_owned()), ("taux-pas-juin.csv", list.to_owned())]
    };
    let ran = run("rate-comes", "2024-06", &files("Matricule;Nom;Prénom;Taux PAS (%)\n00101;ABEL;Jean;3,9\n"));
    let rate = |employee: &str| {
        ran.rows("lines.csv").into_iter().find(|r| r["employee"] == employee && r["code"] == "PAS").map(|r| r["rate"].clone())
    };
    assert_eq!(rate("00101"), Some("3.9".to_owned()));
    assert_ne!(rate("00102"), Some("3.9".to_owned()));
    assert_eq!((ran.count("TAX-01", "00101"), ran.count("TAX-01", "00102")), (0, 1));
}

// 420 points: 2067.57; twelve sick days, one of them waiting: 2067.57 / 30 = 68.92, and a tenth of eleven thirtieths 75.81.
#[test]
fn sick_days_of_last_month_follow_from_their_lines() {
    let ran = run(
        "sick",
        "2026-01",
        &[
            (
                "livre de paie.csv",
                register(&[(
                    "00101",
                    "ABEL",
                    "1922,84",
                    &[
                        ("0010;TRAITEMENT BRUT", ";;2067,57;;;"),
                        ("0011;JOUR DE CARENCE TRAITEMENT", ";;;68,92;;"),
                        ("0012;MALADIE 90 % TRAITEMENT", ";;;75,81;;"),
                    ],
                )]),
            ),
            (
                "agents.csv",
                "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n00101;ABEL;Jean;Titulaire;C;420;100 %;0\n"
                    .to_owned(),
            ),
        ],
    );
    assert_eq!(ran.replayed("00101", "MAL_TIB"), ("-75.81".to_owned(), "-75.81".to_owned()));
    assert_eq!(ran.replayed("00101", "CAR_TIB"), ("-68.92".to_owned(), "-68.92".to_owned()));
    assert_eq!((ran.line("00101", "TIB"), ran.line("00101", "MAL_TIB")), ("2067.57".to_owned(), String::new()));
}

// 438.75 / 13.50 = 32.5 hours.
#[test]
fn hours_of_a_vacataire_follow_from_the_amount_and_the_rate_of_the_files() {
    let ran = run(
        "hours",
        "2025-06",
        &[
            ("livre de paie.csv", register(&[("00101", "ABEL", "438,75", &[("0310;VACATIONS", ";;438,75;;;")])])),
            ("agents.csv", "Matricule;Nom;Prénom;Statut;Taux horaire;Taux PAS\n00101;ABEL;Jean;Vacataire;13,50;0\n".to_owned()),
        ],
    );
    assert_eq!(ran.replayed("00101", "VAC"), ("438.75".to_owned(), "438.75".to_owned()));
}

// The fixed part for one child is 2.29.
#[test]
fn a_no_beside_no_child_does_not_keep_the_first_child_from_being_paid() {
    let tib = "420,00;;2067,57;;;";
    let ran = run(
        "child",
        "2025-06",
        &[
            (
                "livre de paie.csv",
                register(&[
                    ("00101", "ABEL", "2067,57", &[("0010;TRAITEMENT BRUT", tib)]),
                    ("00102", "BLIN", "2067,57", &[("0010;TRAITEMENT BRUT", tib)]),
                    ("00103", "CROS", "2067,57", &[("0010;TRAITEMENT BRUT", tib)]),
                ]),
            ),
            (
                "agents.csv",
                "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Enfants;SFT (O/N);Taux PAS\n\
                 00101;ABEL;Jean;Titulaire;C;420;100 %;0;N;0\n\
                 00102;BLIN;Jean;Titulaire;C;420;100 %;1;N;0\n\
                 00103;CROS;Jean;Titulaire;C;420;100 %;0;N;0\n"
                    .to_owned(),
            ),
            (
                "situation familiale.csv",
                "Matricule;Nom;Prénom;Nb enfants à charge (SFT);À compter du;Motif\n\
                 00101;ABEL;Jean;1;01/06/2025;naissance\n\
                 00102;BLIN;Jean;2;01/06/2025;naissance\n"
                    .to_owned(),
            ),
        ],
    );
    assert_eq!(["00101", "00102", "00103"].map(|e| ran.line(e, "SFT")), ["2.29", "", ""]);
    assert_eq!((ran.count("F31", "00101"), ran.count("F32", "00102")), (1, 1));
    assert_eq!(ran.count("F31", "00103") + ran.count("F32", "00103"), 0);
}

// Paid last month; in the register or not, somebody who leaves this month is owed days.
#[test]
fn a_leaver_whom_the_register_lost_is_told() {
    let tib = "420,00;;2067,57;;;";
    let ran = run(
        "leaver",
        "2025-06",
        &[
            ("livre de paie.csv", register(&[("00101", "ABEL", "2067,57", &[("0010;TRAITEMENT BRUT", tib)])])),
            (
                "agents.csv",
                "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n\
                 00101;ABEL;Jean;Titulaire;C;420;100 %;0\n\
                 00102;BLIN;Jean;Titulaire;C;420;100 %;0\n\
                 00103;CROS;Jean;Titulaire;C;420;100 %;0\n"
                    .to_owned(),
            ),
            (
                "departs.csv",
                "Matricule;Nom;Prénom;Dernier jour payé;Motif\n00102;BLIN;Jean;12/06/2025;retraite\n00103;CROS;Jean;12/04/2025;mutation\n"
                    .to_owned(),
            ),
        ],
    );
    assert_eq!((ran.count("POP-02", "00102"), ran.count("POP-02", "00103")), (1, 0));
}

#[test]
fn words_inside_a_status_decide() {
    let tib = "420,00;;2067,57;;;";
    let people: Vec<(String, &str)> =
        ["Titulaire CNRACL", "Titulaire IRCANTEC", "Non titulaire (CDD) art. 3-3", "Agent contractuel CDI", "STG", "CNT"]
            .into_iter()
            .enumerate()
            .map(|(i, status)| (format!("0010{i}"), status))
            .collect();
    let mut book = REGISTER.to_owned();
    let mut staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n".to_owned();
    for (id, status) in &people {
        book.push_str(&format!("{id};NOM{id};Jean;0010;TRAITEMENT BRUT;{tib}\n{id};NOM{id};Jean;9300;NET A PAYER;;;2067,57;;;\n"));
        staff.push_str(&format!("{id};NOM{id};Jean;{status};C;420;100 %;0\n"));
    }
    let ran = run("status", "2025-06", &[("livre de paie.csv", book), ("agents.csv", staff)]);
    assert!(!ran.has("N06") && !ran.has("C01"), "{:?}", ran.findings.iter().map(|f| f.message(Lang::En)).collect::<Vec<_>>());
    assert!(people.iter().all(|(id, _)| ran.line(id, "TIB") == "2067.57"));
}

// Numbers of nobody: 1 80 01 99 999 001 to 003, whose keys are 97 less the rest of the division by 97.
#[test]
fn identity_numbers_without_key_are_told_once_and_keys_of_their_own_column_are_joined() {
    let tib = "420,00;;2067,57;;;";
    let ids = ["00101", "00102", "00103"];
    let number = |i: usize| 1_800_199_999_001_u64 + i as u64;
    let mut book = REGISTER.to_owned();
    let (mut bare, mut keyed) = (String::new(), String::new());
    for (i, id) in ids.iter().enumerate() {
        book.push_str(&format!("{id};NOM{id};Jean;0010;TRAITEMENT BRUT;{tib}\n{id};NOM{id};Jean;9300;NET A PAYER;;;2067,57;;;\n"));
        bare.push_str(&format!("{id};NOM{id};Jean;{};Titulaire;C;420;100 %;0\n", number(i)));
        keyed.push_str(&format!("{id};NOM{id};Jean;{};{:02};Titulaire;C;420;100 %;0\n", number(i), 97 - number(i) % 97));
    }
    let bare = format!("Matricule;Nom;Prénom;N° sécurité sociale;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n{bare}");
    let keyed = format!("Matricule;Nom;Prénom;N° sécurité sociale;Clé;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n{keyed}");
    let ran = run("nir", "2025-06", &[("livre de paie.csv", book.clone()), ("agents.csv", bare)]);
    assert_eq!(ran.findings.iter().filter(|f| f.code == "N31").count(), 1);
    assert!(!ran.has("N04") && !ran.has("ID-01"));
    let ran = run("nir-key", "2025-06", &[("livre de paie.csv", book), ("agents.csv", keyed)]);
    assert!(!ran.has("N31") && !ran.has("N04") && !ran.has("ID-01"));
}

// 20/35 of 2067.57 is 1181.47.
#[test]
fn weekly_hours_of_the_post_are_its_working_time() {
    for (name, title) in [("post", "% activité;Heures hebdo du poste"), ("post-hours", "Taux d'activité;Nb heures hebdo")] {
        let ran = run(
            name,
            "2025-06",
            &[
                ("livre de paie.csv", register(&[("00101", "ABEL", "1181,47", &[("0010;TRAITEMENT BRUT", "420,00;;1181,47;;;")])])),
                (
                    "agents.csv",
                    format!(
                        "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;{title};Taux PAS\n\
                     00101;ABEL;Jean;Titulaire;C;420;100;20;0\n"
                    ),
                ),
            ],
        );
        assert_eq!(ran.replayed("00101", "TIB").1, "1181.47");
        assert_eq!(ran.line("00101", "TIB"), "1181.47");
        assert!(!ran.has("IMP-04"));
    }
}

/// Accounts by names alone are everybody's where they are nearly everybody's; those of two people are asked for.
#[test]
fn accounts_of_everybody_by_name_are_known_accounts() {
    let people = [("00101", "ABEL"), ("00102", "BORD"), ("00103", "COTE"), ("00104", "DROZ")];
    let accounts =
        ["FR7699901007516171530792254", "FR7699903002323975230694049", "FR7699901005091943674296033", "FR7699902003590866650553322"];
    for (name, listed, known) in [("accounts", 4, true), ("accounts-two", 2, false)] {
        let mut staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n".to_owned();
        people.iter().for_each(|(id, surname)| staff.push_str(&format!("{id};{surname};Jean;Titulaire;C;420;100 %;0\n")));
        let mut rib = "NOM Prénom;Banque;IBAN;BIC\n".to_owned();
        people.iter().zip(accounts).take(listed).for_each(|((_, s), a)| rib.push_str(&format!("{s} Jean;CAISSE TEST;{a};TESTFRPPXXX\n")));
        let base = [("0010;TRAITEMENT BRUT", "420,00;;2067,57;;;")];
        let paid: Vec<Paid<'_>> = people.iter().map(|(id, surname)| (*id, *surname, "2067,57", &base[..])).collect();
        let files = [("livre de paie.csv", register(&paid)), ("agents.csv", staff), ("rib.csv", rib)];
        assert_eq!(!run(name, "2025-06", &files).has("BNK-02"), known, "{name}");
    }
}

#[test]
fn a_newcomer_whose_working_time_cannot_be_read_is_set_aside() {
    let ran = run(
        "newcomer",
        "2025-06",
        &[
            ("livre de paie.csv", register(&[("00101", "ABEL", "2067,57", &[("0010;TRAITEMENT BRUT", "420,00;;2067,57;;;")])])),
            (
                "agents.csv",
                "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n00101;ABEL;Jean;Titulaire;C;420;100 %;0\n"
                    .to_owned(),
            ),
            (
                "arrivees.csv",
                "Matricule;Nom;Prénom;Date d'entrée;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n\
                 00201;DROZ;Jean;02/06/2025;Titulaire;C;420;80 %;0\n\
                 00202;EDEL;Jean;02/06/2025;Titulaire;C;420;100 %;0\n\
                 00203;FAUR;Jean;02/06/2025;Titulaire;C;420;à voir;0\n\
                 00204;GAST;Jean;02/05/2025;Titulaire;C;420;100 %;0\n"
                    .to_owned(),
            ),
        ],
    );
    let told: Vec<(String, Severity)> = ran
        .findings
        .iter()
        .filter(|f| f.code == "F35")
        .map(|f| (f.employee.as_ref().map_or(String::new(), ToString::to_string), f.severity))
        .collect();
    assert_eq!(told, [("00203".to_owned(), Severity::Blocking)]);
    assert_eq!((ran.count("F33", "00204"), ran.count("F33", "00201")), (1, 0));
}

// 2.95 % of 2067.57 is 60.99, of 2353.09 69.42, of 1969.11 58.09; nothing else shows the rate.
#[test]
fn a_rate_that_no_column_shows_is_found_in_the_amounts() {
    let mut book = "Matricule;Nom;Prénom;Code rubrique;Libellé;Gains;Retenues;Part employeur\n".to_owned();
    let mut staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n".to_owned();
    for (id, index, pay, levy) in
        [("00101", "420", "2067,57", "60,99"), ("00102", "478", "2353,09", "69,42"), ("00103", "400", "1969,11", "58,09")]
    {
        book.push_str(&format!("{id};NOM{id};Jean;0010;TRAITEMENT BRUT;{pay};;\n"));
        book.push_str(&format!("{id};NOM{id};Jean;0630;VERSEMENT MOBILITE;;;{levy}\n"));
        book.push_str(&format!("{id};NOM{id};Jean;9300;NET A PAYER;{pay};;\n"));
        staff.push_str(&format!("{id};NOM{id};Jean;Titulaire;C;{index};100 %;0\n"));
    }
    let folder = job("rate", "2025-06", &[("livre de paie.csv", book), ("agents.csv", staff)]);
    let told = pipeline::calibrate(&options(&folder), false).expect("the settings are looked for");
    let line = |id: &str| told.text.lines().find(|l| l.split_whitespace().nth(1) == Some(id)).unwrap_or_default().to_owned();
    assert!(line("taux_vm").starts_with('→') && line("taux_vm").contains("0.0295"), "{}", told.text);
    assert!(line("taux_cdg").starts_with('?') && line("taux_cdg").contains("no line of last month shows it"), "{}", told.text);
}

// 28 hours of 35: part time of a full post is paid 6/7 of 2067.57, 1772.20; a post of 28 hours 28/35, 1654.06. 20/35 is 1181.47.
#[test]
fn weekly_hours_of_a_staff_file_are_part_time_or_a_reduced_post_as_last_month_was_paid() {
    let people =
        [("00101", "1772,20", "28:00"), ("00102", "1654,06", "28:00"), ("00103", "1181,47", "20:00"), ("00104", "2067,57", "35:00")];
    let mut book = REGISTER.to_owned();
    let mut staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Durée hebdo;Taux PAS\n".to_owned();
    for (id, pay, hours) in people {
        book.push_str(&format!("{id};NOM{id};Jean;0010;TRAITEMENT BRUT;420,00;;{pay};;;\n{id};NOM{id};Jean;9300;NET A PAYER;;;{pay};;;\n"));
        staff.push_str(&format!("{id};NOM{id};Jean;Titulaire;C;420;{hours};0\n"));
    }
    let ran = run("hours-of-35", "2025-06", &[("livre de paie.csv", book), ("agents.csv", staff)]);
    for (id, pay, _) in people {
        assert_eq!(ran.line(id, "TIB"), pay.replace(',', "."), "{id}");
    }
    assert!(!ran.has("IMP-04"), "nothing contradicts");
}

// 2.95 % of 2067.57 was 60.99; 3.20 % is 66.16 (VM in Île-de-France, 1 February 2024).
#[test]
fn a_rate_decided_between_the_months_is_another_setting_last_month() {
    let mut book = REGISTER.to_owned();
    book.push_str("00101;ABEL;Jean;0010;TRAITEMENT BRUT;420,00;;2067,57;;;\n");
    book.push_str("00101;ABEL;Jean;0630;VERSEMENT MOBILITE;2067,57;;;;2,95;60,99\n");
    book.push_str("00101;ABEL;Jean;9300;NET A PAYER;;;2067,57;;;\n");
    let staff =
        "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n00101;ABEL;Jean;Titulaire;C;420;100 %;0\n".to_owned();
    let folder = job("rates", "2024-02", &[("livre de paie.csv", book), ("agents.csv", staff)]);
    let mut settings = std::fs::read_to_string(folder.join("releve.toml")).expect("the settings");
    settings.push_str("\n[settings]\ntaux_vm = \"0.0320\"\n\n[last_settings]\ntaux_vm = \"0.0295\"\n");
    std::fs::write(folder.join("releve.toml"), settings).expect("the settings");
    let outcome = pipeline::run(&options(&folder)).expect("the job runs");
    let ran = Ran { folder, findings: outcome.findings };
    assert_eq!(ran.replayed("00101", "VM"), ("60.99".to_owned(), "60.99".to_owned()));
    let levy = ran.rows("lines.csv").into_iter().find(|r| r["code"] == "VM").expect("the levy");
    assert_eq!(levy["employer_amount"], "66.16");
    let causes: Vec<String> = ran.rows("diff.csv").into_iter().filter(|r| r["code"] == "VM").map(|r| r["cause"].clone()).collect();
    assert_eq!(causes, ["taux_cotisation"]);
}

// The rate of work accidents is notified each January (CSS art. D242-6-22).
#[test]
fn december_s_rate_of_accidents_in_january_is_told() {
    for (month, told) in [("2025-01", 1), ("2025-02", 0)] {
        let staff =
            "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n00101;ABEL;Jean;Contractuel;C;420;100 %;0\n".to_owned();
        let book = register(&[("00101", "ABEL", "2067,57", &[("0010;TRAITEMENT BRUT", "420,00;;2067,57;;;")])]);
        let folder = job(&format!("renewed-{month}"), month, &[("livre de paie.csv", book), ("agents.csv", staff)]);
        let mut settings = std::fs::read_to_string(folder.join("releve.toml")).expect("the settings");
        settings.push_str("\n[settings]\ntaux_at = \"0.0172\"\n");
        std::fs::write(folder.join("releve.toml"), settings).expect("the settings");
        let outcome = pipeline::run(&options(&folder)).expect("the job runs");
        assert_eq!(outcome.findings.iter().filter(|f| f.code == "C17").count(), told, "{month}");
    }
}

// One child: 2.29 whole month. The second, born on the 12th, counts from July; leaves of the 2nd and of the 16th.
#[test]
fn a_birth_counts_from_the_next_month_and_a_second_leave_is_told() {
    let tib = "420,00;;2067,57;;;";
    let ran = run(
        "birth",
        "2025-06",
        &[
            (
                "livre de paie.csv",
                register(&[
                    ("00101", "ABEL", "2069,86", &[("0010;TRAITEMENT BRUT", tib), ("0100;SUPPLEMENT FAMILIAL", "1,00;;2,29;;;")]),
                    ("00102", "BLIN", "2067,57", &[("0010;TRAITEMENT BRUT", tib)]),
                ]),
            ),
            (
                "agents.csv",
                "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Enfants;SFT (O/N);Taux PAS\n\
                 00101;ABEL;Jean;Titulaire;C;420;100 %;1;O;0\n\
                 00102;BLIN;Jean;Titulaire;C;420;100 %;0;N;0\n"
                    .to_owned(),
            ),
            (
                "situation familiale.csv",
                "Matricule;Nom;Prénom;Nb enfants à charge (SFT);À compter du;Motif\n00101;ABEL;Jean;2;12/06/2025;naissance\n".to_owned(),
            ),
            (
                "absences.csv",
                "Matricule;Nom;Prénom;Nature;Du;Au;Nb jours;Prolongation\n\
                 00102;BLIN;Jean;Maladie ordinaire;02/06/2025;03/06/2025;2;N\n\
                 00102;BLIN;Jean;Maladie ordinaire;16/06/2025;18/06/2025;3;N\n\
                 00101;ABEL;Jean;Maladie ordinaire;16/06/2025;18/06/2025;3;\n\
                 00101;ABEL;Jean;Maladie ordinaire;19/06/2025;20/06/2025;2;\n"
                    .to_owned(),
            ),
        ],
    );
    assert_eq!(ran.line("00101", "SFT"), "2.29");
    assert_eq!((ran.count("F36", "00101"), ran.count("F03", "00101")), (1, 0));
    assert_eq!((ran.count("F37", "00102"), ran.count("F37", "00101")), (1, 0));
    // The 19th follows the 18th: one leave, one waiting day of 2067.57 / 30 = 68.92, against two.
    assert_eq!((ran.count("F96", "00102"), ran.count("F96", "00101")), (0, 1));
    assert_eq!(["00101", "00102"].map(|e| ran.line(e, "CAR_TIB")), ["-68.92", "-137.84"]);
}

// 420 points: 2067.57; half of a whole month 1033.785, taken off as 1033.79; a waiting day that the row gives 68.92;
// a leave granted in February 2025 keeps full pay: seven days cost nothing.
#[test]
fn what_an_absence_row_says_beside_its_days_counts() {
    let tib = "420,00;;2067,57;;;";
    let ran = run(
        "absence",
        "2025-03",
        &[
            (
                "livre de paie.csv",
                register(&[
                    ("00101", "ABEL", "2067,57", &[("0010;TRAITEMENT BRUT", tib)]),
                    ("00102", "BLIN", "2067,57", &[("0010;TRAITEMENT BRUT", tib)]),
                    ("00103", "CROS", "2067,57", &[("0010;TRAITEMENT BRUT", tib)]),
                ]),
            ),
            (
                "agents.csv",
                "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n\
                 00101;ABEL;Jean;Titulaire;C;420;100 %;0\n\
                 00102;BLIN;Jean;Titulaire;C;420;100 %;0\n\
                 00103;CROS;Jean;Titulaire;C;420;100 %;0\n"
                    .to_owned(),
            ),
            (
                "absences.csv",
                "Matricule;Nom;Prénom;Nature;Du;Au;Nb jours;Prolongation;Jours à demi-traitement;Jours de carence;Date d'arrêt initial\n\
                 00101;ABEL;Jean;Maladie ordinaire;01/03/2025;31/03/2025;31;O;31;;01/12/2024\n\
                 00102;BLIN;Jean;Maladie ordinaire;10/03/2025;16/03/2025;7;O;;1;20/02/2025\n\
                 00103;CROS;Jean;Maladie ordinaire;10/03/2025;16/03/2025;7;O;;;20/02/2025\n"
                    .to_owned(),
            ),
        ],
    );
    assert_eq!(ran.line("00101", "DEMI_TIB"), "-1033.79");
    assert_eq!((ran.line("00102", "CAR_TIB"), ran.line("00102", "MAL_TIB")), ("-68.92".to_owned(), String::new()));
    assert_eq!((ran.line("00103", "CAR_TIB"), ran.line("00103", "MAL_TIB")), (String::new(), String::new()));
    assert!(!ran.has("STA-16"));
}

// Décret 88-145 art. 7: four months of services on the first day of the leave, one month paid; a day less, none. 420 points are
// 2067.57: a thirtieth 68.92, a tenth of four thirtieths 27.57, four thirtieths 275.68.
#[test]
fn sick_leave_of_a_contract_agent_is_paid_by_seniority_and_asked_for_without_it() {
    let tib = "420,00;;2067,57;;;";
    let people = [("00101", "ABEL", "10/02/2025"), ("00102", "BLIN", "11/02/2025"), ("00103", "CROS", "")];
    let mut book = REGISTER.to_owned();
    let mut staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS;Date d'entrée\n".to_owned();
    let mut list = "Matricule;Nom;Prénom;Nature;Du;Au;Nb jours\n".to_owned();
    for (id, name, entry) in people {
        book.push_str(&format!("{id};{name};Jean;0010;TRAITEMENT BRUT;{tib}\n{id};{name};Jean;9300;NET A PAYER;;;2067,57;;;\n"));
        staff.push_str(&format!("{id};{name};Jean;Contractuel;C;420;100 %;0;{entry}\n"));
        list.push_str(&format!("{id};{name};Jean;Maladie ordinaire;10/06/2025;14/06/2025;5\n"));
    }
    let ran = run("seniority", "2025-06", &[("livre de paie.csv", book), ("agents.csv", staff), ("absences.csv", list)]);
    let lines = |code: &str| ["00101", "00102", "00103"].map(|e| ran.line(e, code));
    assert_eq!(lines("CAR_TIB"), ["-68.92"; 3]);
    assert_eq!(lines("MAL_TIB"), ["-27.57", "", "-27.57"]);
    assert_eq!(lines("ABS_TIB"), ["", "-275.68", ""]);
    let told = |code: &str| ["00101", "00102", "00103"].map(|e| ran.count(code, e));
    assert_eq!((told("STA-22"), told("STA-25"), told("STA-27")), ([0, 0, 1], [0, 1, 0], [1, 1, 0]));
}

/// One agent on 400 points last month, and a list that gives 420 from a day.
fn promoted(name: &str, from: &str, more: &[(&str, String)]) -> Ran {
    let mut files = vec![
        ("livre de paie.csv", register(&[("00101", "ABEL", "1874,41", &[("0010;TRAITEMENT BRUT", "400,00;;1874,41;;;")])])),
        (
            "agents.csv",
            "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n00101;ABEL;Jean;Titulaire;C;400;100 %;0\n".to_owned(),
        ),
        (
            "avancements.csv",
            format!("Matricule;Nom;Prénom;Ancien IM;Nouvel IM;Date d'effet;Arrêté\n00101;ABEL;Jean;400;420;{from};2021-118\n"),
        ),
    ];
    files.extend(more.iter().cloned());
    run(name, "2021-12", &files)
}

// 5623.23 / 1200 × 400 = 1874.41, × 420 = 1968.13. From the 16th: fifteen thirtieths of 93.72 stay unpaid, 46.86.
#[test]
fn a_change_within_the_month_leaves_the_days_before_at_the_old_value() {
    let ran = promoted("within", "16/12/2021", &[]);
    assert_eq!((ran.line("00101", "TIB").as_str(), ran.line("00101", "RAPPEL_TIB").as_str()), ("1968.13", "-46.86"));
    assert_eq!((ran.count("F03", "00101"), ran.count("F04", "00101"), ran.count("F56", "00101")), (1, 0, 0));
    let ran = promoted("first-day", "01/12/2021", &[]);
    assert_eq!((ran.line("00101", "TIB").as_str(), ran.line("00101", "RAPPEL_TIB").as_str()), ("1968.13", ""));
    assert_eq!(ran.count("F03", "00101"), 0);
}

// November owes 93.72 whole; October from the 16th about fifteen thirtieths of as much, 46.86, which nothing here lets pay.
#[test]
fn a_change_that_began_earlier_pays_the_last_month_and_names_those_before() {
    let ran = promoted("earlier", "16/10/2021", &[]);
    let line = ran.rows("lines.csv").into_iter().find(|r| r["code"] == "RAPPEL_TIB").expect("a line of arrears");
    assert_eq!((line["amount"].as_str(), line["period"].as_str()), ("93.72", "2021-11"));
    assert_eq!((ran.count("F04", "00101"), ran.count("F56", "00101")), (1, 1));
    let estimate = ran.findings.iter().find(|f| f.code == "F56").expect("what is still due");
    assert_eq!(estimate.stake, 4_686);
    // From the 11th of November: twenty thirtieths, 62.48.
    let ran = promoted("since-november", "11/11/2021", &[]);
    assert_eq!((ran.line("00101", "RAPPEL_TIB").as_str(), ran.count("F56", "00101")), ("62.48", 0));
}

#[test]
fn arrears_that_a_list_gives_are_not_worked_out_a_second_time() {
    let list = "Matricule;Nom;Prénom;Rappel de traitement\n00101;ABEL;Jean;93,72\n".to_owned();
    let ran = promoted("listed", "01/11/2021", &[("rappels decembre 2021.csv", list)]);
    assert_eq!(ran.line("00101", "RAPPEL_TIB"), "93.72");
    assert_eq!((ran.count("F04", "00101"), ran.count("F58", "00101")), (0, 1));
}

// Two days without pay before the change: on which value they are taken off is for a person to see.
#[test]
fn an_absence_before_a_change_within_the_month_is_named() {
    let list = "Matricule;Nom;Prénom;Nature;Du;Au;Nb jours\n00101;ABEL;Jean;Absence non rémunérée;02/12/2021;03/12/2021;2\n".to_owned();
    let ran = promoted("absent", "16/12/2021", &[("absences.csv", list)]);
    assert_eq!((ran.line("00101", "RAPPEL_TIB").as_str(), ran.count("F03", "00101"), ran.count("F57", "00101")), ("-46.86", 1, 1));
}

// The copy of a list is left out and says so; the list itself is no unknown file.
#[test]
fn a_copy_of_a_list_stops_nobody() {
    let list = "Matricule;Nom;Prénom;Montant CIA à verser (€)\n00101;ABEL;Jean;250,00\n".to_owned();
    let ran = promoted("copy", "01/12/2021", &[("cia (2).csv", list.clone()), ("cia.csv", list)]);
    assert_eq!((ran.line("00101", "CIA").as_str(), ran.has("F12"), ran.has("IMP-01")), ("250.00", true, false));
}

#[test]
fn a_departure_under_a_wrong_number_sets_the_bearer_of_the_name_aside() {
    let list = "Matricule;Nom;Prénom;Dernier jour payé\n00909;ABEL;Jean;15/12/2021\n".to_owned();
    let ran = promoted("wrong-leaver", "01/12/2021", &[("departs.csv", list)]);
    assert_eq!((ran.has("IMP-05"), ran.count("M98", "00101")), (true, 1));
    assert!(ran.findings.iter().any(|f| f.code == "M98" && f.severity == Severity::Blocking));
}

// A contribution to a mutual fund that was to begin in November: it begins now, and nothing says that it pays arrears.
#[test]
fn a_sum_withheld_owes_no_arrears() {
    let list = "Matricule;Nom;Prénom;Ancienne mutuelle;Nouvelle mutuelle;Date d'effet\n00101;ABEL;Jean;0,00;12,50;01/11/2021\n".to_owned();
    let ran = promoted("withheld", "01/12/2021", &[("mutuelle.csv", list)]);
    assert_eq!((ran.line("00101", "MUTUELLE").as_str(), ran.line("00101", "RAPPEL_TIB").as_str()), ("-12.50", ""));
    assert_eq!((ran.count("F04", "00101"), ran.count("F58", "00101")), (0, 1));
}

// Last month was on 420 points already: nothing is due, whatever the day the list names.
#[test]
fn a_change_that_last_month_was_paid_on_owes_nothing() {
    let ran = run(
        "paid-in-time",
        "2021-12",
        &[
            ("livre de paie.csv", register(&[("00101", "ABEL", "1968,13", &[("0010;TRAITEMENT BRUT", "420,00;;1968,13;;;")])])),
            (
                "agents.csv",
                "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n00101;ABEL;Jean;Titulaire;C;420;100 %;0\n"
                    .to_owned(),
            ),
            (
                "avancements.csv",
                "Matricule;Nom;Prénom;Ancien IM;Nouvel IM;Date d'effet;Arrêté\n00101;ABEL;Jean;400;420;01/11/2021;2021-118\n".to_owned(),
            ),
        ],
    );
    assert_eq!((ran.line("00101", "TIB").as_str(), ran.line("00101", "RAPPEL_TIB").as_str()), ("1968.13", ""));
    assert_eq!((ran.count("F04", "00101"), ran.count("F58", "00101")), (0, 0));
}

/// Four agents of one grade and step, and what a fifth column says of each.
fn of_one_step(name: &str, title: &str, rows: [(&str, &str); 4]) -> Ran {
    let tib = "420,00;;2067,57;;;";
    let ids = ["00101", "00102", "00103", "00104"];
    let lines = [("0010;TRAITEMENT BRUT", tib)];
    let paid: Vec<Paid<'_>> = ids.iter().map(|id| (*id, "ABEL", "2067,57", &lines[..])).collect();
    let mut staff = format!("Matricule;Nom;Prénom;Statut;Catégorie;Grade;Échelon;Indice majoré;Quotité;Taux PAS;{title}\n");
    for (id, (index, more)) in ids.iter().zip(rows) {
        staff.push_str(&format!("{id};ABEL;Jean;Titulaire;C;Adjoint technique;07;{index};100 %;0;{more}\n"));
    }
    run(name, "2025-06", &[("livre de paie.csv", register(&paid)), ("agents.csv", staff)])
}

#[test]
fn an_index_that_no_other_of_the_step_has_is_asked_about() {
    let ran = of_one_step("grid", "Service", [("420", "A"), ("420", "A"), ("420", "A"), ("436", "A")]);
    assert_eq!(["00101", "00102", "00103", "00104"].map(|e| ran.count("STA-02", e)), [0, 0, 0, 1]);
}

// A full post is 151.67 hours a month, ten in a hundred more or less.
#[test]
fn hours_of_a_month_far_from_those_of_a_full_post_are_told() {
    let ran = of_one_step(
        "monthly-hours",
        "Heures mensuelles du contrat",
        [("420", "151,67"), ("420", "130"), ("420", "160"), ("420", "151,67")],
    );
    assert_eq!(["00101", "00102", "00103", "00104"].map(|e| ran.count("STA-17", e)), [0, 1, 0, 0]);
}

// A register and a staff file without categories. 23.17 is category B's: at 80 %, 6/7 of it are 19.86. 13.92 is C's alone. Where the
// bonus is 20.00, B and A are both taken back 20.00: the line stays, and is told because working time moves.
#[test]
fn a_category_follows_from_the_transfer_of_bonuses_that_was_paid_or_the_line_is_told() {
    let paid = |id: &'static str, net: &'static str, ifse: &'static str, tpp: &'static str| {
        (id, ["ABEL", "BLIN", "CAZE"][usize::from(id.as_bytes()[4] - b'1')], net, ifse, tpp)
    };
    let mut text = REGISTER.to_owned();
    for (id, name, net, ifse, tpp) in [
        paid("00101", "2244,40", "200,00", "23,17"),
        paid("00102", "2067,57", "20,00", "20,00"),
        paid("00103", "2253,65", "200,00", "13,92"),
    ] {
        let row = |code: &str, label: &str, cells: &str| format!("{id};{name};Jo;{code};{label};{cells}\n");
        text += &row("0010", "TRAITEMENT BRUT", "420,00;;2067,57;;;");
        text += &row("0300", "IFSE", &format!(";;{ifse};;;"));
        text += &row("0310", "TRANSFERT PRIMES/POINTS", &format!(";;;{tpp};;"));
        text += &row("9300", "NET A PAYER", &format!(";;{net};;;"));
    }
    let staff = "Matricule;Nom;Prénom;Statut;Indice majoré;Quotité;Taux PAS\n00101;ABEL;Jo;Titulaire;420;100 %;0\n00102;BLIN;Jo;Titulaire;420;100 %;0\n00103;CAZE;Jo;Titulaire;420;100 %;0\n";
    let list = "Matricule;Nom;Prénom;Nouvelle quotité;Date d'effet\n00101;ABEL;Jo;80 %;01/06/2025\n00102;BLIN;Jo;80 %;01/06/2025\n";
    let files = [("livre de paie.csv", text), ("agents.csv", staff.to_owned()), ("temps de travail.csv", list.to_owned())];
    let ran = run("category", "2025-06", &files);
    let category = |id: &str| {
        let all = ran.rows("facts.csv");
        all.iter().find(|r| r["employee"] == id && r["fact"] == "categorie").map(|r| (r["value"].clone(), r["origin"].clone()))
    };
    let inferred = |c: &str| Some((c.to_owned(), "inferred".to_owned()));
    assert_eq!([category("00101"), category("00102"), category("00103")], [inferred("B"), None, inferred("C")]);
    assert_eq!(["00101", "00102", "00103"].map(|a| ran.line(a, "TPP")), ["-19.86", "-20.00", "-13.92"]);
    assert_eq!(["00101", "00102", "00103"].map(|a| ran.count("F150", a)), [0, 1, 0]);
}

// A register of the agents' lines alone says nothing of the employer's rates; one that shows the employer's pension and no transport
// levy says that there is none, and so does whoever writes it.
#[test]
fn an_employers_rate_that_nothing_shows_is_asked_for_once() {
    let staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS\n00101;ABEL;Jo;Titulaire;C;420;100 %;0\n00102;BLIN;Jo;Titulaire;C;420;100 %;0\n";
    let files = |pension: &'static str| {
        let rows = [("0010;TRAITEMENT BRUT", "420,00;;2067,57;;;"), ("0100;CNRACL", pension)];
        let rows = &rows[..if pension.is_empty() { 1 } else { 2 }];
        let net = if pension.is_empty() { "2067,57" } else { "1838,07" };
        [("livre de paie.csv", register(&[("00101", "ABEL", net, rows), ("00102", "BLIN", net, rows)])), ("agents.csv", staff.to_owned())]
    };
    let told = |r: &Ran| r.findings.iter().filter(|f| f.code == "F151").map(|f| f.message(Lang::En)).collect::<Vec<_>>();
    let silent = told(&run("unshown", "2025-06", &files("")));
    assert!(matches!(&silent[..], [one] if one.contains("transport levy") && one.contains("management centre")), "{silent:?}");
    // Nobody there belongs to the general scheme.
    assert!(!silent[0].contains("accidents"), "{silent:?}");
    assert!(told(&run("shown", "2025-06", &files("2067,57;11,10;;229,50;34,65;716,41"))).is_empty());
    let folder = job("said", "2025-06", &files(""));
    let text = std::fs::read_to_string(folder.join("releve.toml")).expect("the settings");
    std::fs::write(folder.join("releve.toml"), text + "\n[settings]\ntaux_vm = \"0\"\ntaux_cdg = \"0.014\"\n").expect("the settings");
    let outcome = pipeline::run(&options(&folder)).expect("the job runs");
    assert!(!outcome.findings.iter().any(|f| f.code == "F151"));
}
