//! What begins, ends or moves within the month to be paid: each day on its own value, its own scheme, its own thirtieth.
//!
//! Amounts are worked out by hand beside each; index pay is points × 5907.34 / 1200, to the cent.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{Ran, empty, put, run_in};
use releve::ground::{Lang, PayMonth, Severity};
use releve::pipeline;
use std::collections::BTreeSet;

/// The folder of these tests.
const TESTS: &str = "within";

const TITLES: &str = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";

fn run(name: &str, month: &str, files: &[(&str, String)]) -> Ran {
    let head = format!("format = 1\nmonth = \"{month}\"\npay_date = {month}-22\npack = \"fr-fpt\"\n[employer]\nname = \"Rosay\"\n");
    run_in(ran::job(TESTS, name, &head, files), Some(Lang::En))
}

impl Ran {
    /// The amount of a line; an absent one is empty.
    fn line(&self, employee: &str, code: &str) -> String {
        let found = self.rows("lines.csv").into_iter().find(|r| r["employee"] == employee && r["code"] == code);
        found.map(|r| r["amount"].clone()).unwrap_or_default()
    }
    fn told(&self, code: &str, employee: &str) -> Vec<(Severity, String)> {
        let of = self.outcome.findings.iter().filter(|f| f.code == code && f.employee.as_ref().is_some_and(|e| e.as_str() == employee));
        of.map(|f| (f.severity, f.message(Lang::En))).collect()
    }
}

/// Last month's register: number, surname, net and rows.
fn register(month: &str, people: &[(&str, &str, &str, &[&str])]) -> String {
    let mut out = format!("LIVRE DE PAIE {month}\n{TITLES}");
    for (id, surname, net, rows) in people {
        for row in *rows {
            out.push_str(&format!("{id};{surname};Jean;{row}\n"));
        }
        out.push_str(&format!("{id};{surname};Jean;9300;NET A PAYER;;;{net};;;\n"));
    }
    out
}

fn staff(people: &[&str]) -> String {
    let mut out = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;NBI;Quotité;Taux PAS\n".to_owned();
    people.iter().for_each(|p| out.push_str(&format!("{p}\n")));
    out
}

// 373 points: 1836.20; contributions of a contract agent: 6.90 % = 126.70, 0.40 % = 7.34, 2.80 % = 51.41; CSG and CRDS on
// 1804.07: 122.68, 43.30, 9.02; net 1475.75.
const CONTRACT: [&str; 7] = [
    "0010;TRAITEMENT BRUT;373,00;;1836,20;;;",
    "1010;SS VIEILLESSE PLAF.;1836,20;6,90;;126,70;;",
    "1011;VIEILLESSE DEPLAFONNEE;1836,20;0,40;;7,34;;",
    "1020;IRCANTEC TR. A;1836,20;2,80;;51,41;;",
    "1030;CSG DEDUCTIBLE;1804,07;6,80;;122,68;;",
    "1031;CSG NON DEDUCTIBLE;1804,07;2,40;;43,30;;",
    "1032;CRDS;1804,07;0,50;;9,02;;",
];

fn nominated(name: &str) -> Ran {
    let paid = register("NOVEMBRE 2025", &[("00101", "ABEL", "1475,75", &CONTRACT)]);
    let list = "Matricule;Nom;Prénom;Statut;Date d'effet;Acte\n00101;ABEL;Jean;Stagiaire;16/12/2025;2025-40\n".to_owned();
    run(
        name,
        "2025-12",
        &[
            ("livre de paie.csv", paid),
            ("agents.csv", staff(&["00101;ABEL;Jean;Contractuel;C;373;0;100 %;0"])),
            ("statuts decembre 2025.csv", list),
        ],
    )
}

// Half of 1836.20 is 918.10: under the general scheme 63.35, 3.67 and 25.71, under the CNRACL 11.10 %, 101.91; the CSG is one.
#[test]
fn a_nomination_on_the_16th_leaves_the_days_before_under_the_general_scheme() {
    let ran = nominated("nominated");
    let of = |code| ran.line("00101", code);
    assert_eq!(["TIB", "CNRACL", "VIEIL_P", "VIEIL_D", "IRC_A"].map(of), ["1836.20", "-101.91", "-63.35", "-3.67", "-25.71"]);
    assert_eq!(["CSG_D", "CSG_N", "CRDS", "RAPPEL_TIB"].map(of), ["-122.68", "-43.30", "-9.02", ""]);
    let told = ran.told("F90", "00101");
    assert!(told.len() == 1 && told[0].0 == Severity::Justify && told[0].1.contains("16/12/2025"), "{told:?}");
    assert!(ran.told("F54", "00101").is_empty() && ran.told("F91", "00101").is_empty() && ran.told("STA-28", "00101").is_empty());
}

// January: 1836.20 whole under the CNRACL, 203.82, and December understood to the cent.
#[test]
fn the_month_after_a_nomination_is_under_one_scheme_and_replays_the_two() {
    let december = nominated("nominated-december");
    let folder = empty(TESTS, "nominated-january");
    pipeline::start_from(&folder, PayMonth::parse("2026-01").expect("a month"), &december.folder, Some(Lang::En)).expect("a new job");
    let january = run_in(folder, Some(Lang::En));
    let of = |code| january.line("00101", code);
    assert_eq!(["CNRACL", "VIEIL_P", "VIEIL_D", "IRC_A"].map(of), ["-203.82", "", "", ""]);
    let verdicts: BTreeSet<String> = january.rows("replay.csv").into_iter().map(|r| r["verdict"].clone()).collect();
    assert_eq!(verdicts, BTreeSet::from(["exact".to_owned()]));
}

// 15 points are 73.84: fifteen thirtieths, 36.92; the pension line on the NBI 11.10 % of it, 4.10.
#[test]
fn points_of_nbi_from_the_16th_are_fifteen_thirtieths_of_the_nbi() {
    let tib = "0010;TRAITEMENT BRUT;379,00;;1865,73;;;";
    let list = "Matricule;Nom;Prénom;Points NBI;Date d'effet;Acte\n00101;ABEL;Jean;15;16/12/2025;A2\n".to_owned();
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "1865,73", &[tib])])),
        ("agents.csv", staff(&["00101;ABEL;Jean;Titulaire;C;379;0;100 %;0"])),
        ("nbi decembre 2025.csv", list),
    ];
    let ran = run("nbi", "2025-12", &files);
    assert_eq!(["NBI", "CNRACL_NBI", "RAPPEL_TIB", "RAPPEL_NBI"].map(|c| ran.line("00101", c)), ["36.92", "-4.10", "", ""]);
    assert_eq!(ran.told("F90", "00101").len(), 1);
}

// Since 16 November: December is whole under the CNRACL, and November's contributions to the general scheme are told.
#[test]
fn a_nomination_that_reaches_back_names_the_contributions_of_before() {
    let paid = register("NOVEMBRE 2025", &[("00101", "ABEL", "1475,75", &CONTRACT)]);
    let list = "Matricule;Nom;Prénom;Statut;Date d'effet;Acte\n00101;ABEL;Jean;Stagiaire;16/11/2025;2025-40\n".to_owned();
    let people = staff(&["00101;ABEL;Jean;Contractuel;C;373;0;100 %;0"]);
    let ran = run("since", "2025-12", &[("livre de paie.csv", paid), ("agents.csv", people), ("statuts.csv", list)]);
    assert_eq!(["CNRACL", "VIEIL_P"].map(|c| ran.line("00101", c)), ["-203.82", ""]);
    let told = ran.told("F92", "00101");
    assert!(told.len() == 1 && told[0].0 == Severity::Justify && told[0].1.contains("VIEIL_P"), "{told:?}");
}

// Away from the 20th, and nothing says under which scheme.
#[test]
fn an_absence_in_a_month_of_two_schemes_holds_the_employee() {
    let paid = register("NOVEMBRE 2025", &[("00101", "ABEL", "1475,75", &CONTRACT)]);
    let list = "Matricule;Nom;Prénom;Statut;Date d'effet;Acte\n00101;ABEL;Jean;Stagiaire;16/12/2025;2025-40\n".to_owned();
    let away = "Matricule;Nom;Prénom;Nature;Du;Au\n00101;ABEL;Jean;Congé parental;20/12/2025;31/12/2025\n".to_owned();
    let people = staff(&["00101;ABEL;Jean;Contractuel;C;373;0;100 %;0"]);
    let files = [("livre de paie.csv", paid), ("agents.csv", people), ("statuts.csv", list), ("absences.csv", away)];
    let told = run("two-schemes-away", "2025-12", &files).told("STA-29", "00101");
    assert!(told.len() == 1 && told[0].0 == Severity::Blocking, "{told:?}");
}

// From 30 to 25 hours a week a civil servant leaves the CNRACL: thirtieths of pay do not share that.
#[test]
fn hours_that_change_the_scheme_within_the_month_hold_the_employee() {
    // 373 × 30/35: 1573.88.
    let tib = "0010;TRAITEMENT BRUT;373,00;;1573,88;;;";
    let people = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Temps non complet;Taux PAS\n\
                  00101;ABEL;Jean;Titulaire;C;373;30/35;O;0\n";
    let list = "Matricule;Nom;Prénom;Ancienne quotité;Nouvelle quotité;Date d'effet;Acte\n00101;ABEL;Jean;30/35;25/35;16/12/2025;A1\n";
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "1573,88", &[tib])])),
        ("agents.csv", people.to_owned()),
        ("quotites decembre 2025.csv", list.to_owned()),
    ];
    let ran = run("scheme", "2025-12", &files);
    let told = ran.told("F91", "00101");
    assert!(told.len() == 1 && told[0].0 == Severity::Blocking && told[0].1.contains("CNRACL"), "{told:?}");
}

/// 400 points, and 420 from a day of December on; `leaves` is the last day paid.
fn promoted(name: &str, from: &str, leaves: &str) -> Ran {
    let tib = "0010;TRAITEMENT BRUT;400,00;;1969,11;;;";
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "1969,11", &[tib])])),
        ("agents.csv", staff(&["00101;ABEL;Jean;Titulaire;C;400;0;100 %;0"])),
        ("avancements.csv", format!("Matricule;Nom;Prénom;Ancien IM;Nouvel IM;Date d'effet;Arrêté\n00101;ABEL;Jean;400;420;{from};A1\n")),
        ("departs.csv", format!("Matricule;Nom;Prénom;Dernier jour payé;Motif\n00101;ABEL;Jean;{leaves};mutation\n")),
    ];
    run(name, "2025-12", &files)
}

// Five thirtieths of 1969.11: 328.19.
#[test]
fn a_change_after_the_last_day_paid_changes_nothing() {
    let ran = promoted("beyond", "10/12/2025", "05/12/2025");
    assert_eq!(["TIB", "RAPPEL_TIB"].map(|c| ran.line("00101", c)), ["328.19", ""]);
    assert_eq!((ran.told("F93", "00101").len(), ran.told("F54", "00101").len()), (1, 0));
}

// Twenty thirtieths on 420, 1378.38, against 1312.74 on 400: ten of the twenty days before, 65.64 × 10/20.
#[test]
fn in_a_month_that_ends_on_the_20th_the_days_before_a_change_stay_on_the_old_value() {
    let ran = promoted("leaver", "11/12/2025", "20/12/2025");
    assert_eq!(["TIB", "RAPPEL_TIB"].map(|c| ran.line("00101", c)), ["1378.38", "-32.82"]);
    assert_eq!((ran.told("F03", "00101").len(), ran.told("F54", "00101").len()), (1, 0));
}

fn away(name: &str, month: &str, last: &str, from: &str, to: &str) -> String {
    counted(name, month, last, &[(from, to, "")])
}

/// The same with days counted by the list, in as many rows.
fn counted(name: &str, month: &str, last: &str, rows: &[(&str, &str, &str)]) -> String {
    let tib = "0010;TRAITEMENT BRUT;420,00;;2067,57;;;";
    let mut absences = "Matricule;Nom;Prénom;Nature;Du;Au;Nb jours\n".to_owned();
    rows.iter().for_each(|(from, to, days)| absences += &format!("00101;ABEL;Jean;Disponibilité;{from};{to};{days}\n"));
    let files = [
        ("livre de paie.csv", register(last, &[("00101", "ABEL", "2067,57", &[tib])])),
        ("agents.csv", staff(&["00101;ABEL;Jean;Titulaire;C;420;0;100 %;0"])),
        ("absences.csv", absences),
    ];
    run(name, month, &files).line("00101", "TIB")
}

// 2067.57; fifteen thirtieths are 1033.78. Whoever leaves on the 15th has as many, and whoever comes on the 16th.
#[test]
fn positions_are_counted_as_departures_and_entries_are() {
    let december = |name: &str, from: &str, to: &str| away(name, "2025-12", "NOVEMBRE 2025", from, to);
    assert_eq!(december("from-16", "16/12/2025", "31/12/2026"), "1033.78");
    assert_eq!(december("until-15", "01/06/2025", "15/12/2025"), "1033.78");
    assert_eq!(december("from-31", "31/12/2025", "31/12/2026"), "2067.57");
    // The 31st alone is served: one thirtieth, 68.92.
    assert_eq!(december("until-30", "01/06/2025", "30/12/2025"), "68.92");
    // The days of the month beside dates that go beyond it are the same days.
    assert_eq!(counted("counted", "2025-12", "NOVEMBRE 2025", &[("16/12/2025", "31/12/2026", "16")]), "1033.78");
    let february = |name: &str, from: &str, to: &str| away(name, "2026-02", "JANVIER 2026", from, to);
    assert_eq!(february("february-from-16", "16/02/2026", "31/12/2026"), "1033.78");
    assert_eq!(february("february-until-15", "01/06/2025", "15/02/2026"), "1033.78");
}

// Without a last day the days of the list tell it; without any date a whole month is all its thirtieths, and other days are one
// thirtieth each: 2067.57 × 20/30 = 1378.38. Ten days without dates beside five with: 2067.57 × 15/30.
#[test]
fn days_out_of_activity_without_their_dates() {
    let february = |name: &str, rows: &[(&str, &str, &str)]| counted(name, "2026-02", "JANVIER 2026", rows);
    assert_eq!(february("february-from-the-1st", &[("01/02/2026", "", "28")]), "");
    assert_eq!(february("february-28-days", &[("", "", "28")]), "");
    assert_eq!(february("february-10-days", &[("", "", "10")]), "1378.38");
    assert_eq!(february("february-10-and-5-days", &[("", "", "10"), ("02/02/2026", "06/02/2026", "5")]), "1033.78");
    assert_eq!(counted("from-16-without-end", "2025-12", "NOVEMBRE 2025", &[("16/12/2025", "", "16")]), "1033.78");
}

#[test]
fn one_sick_day_is_a_waiting_day_in_every_line_it_moves() {
    let tib = "0010;TRAITEMENT BRUT;420,00;;2067,57;;;";
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "2067,57", &[tib])])),
        ("agents.csv", staff(&["00101;ABEL;Jean;Titulaire;C;420;0;100 %;0"])),
        ("absences.csv", "Matricule;Nom;Prénom;Nature;Du;Au\n00101;ABEL;Jean;Maladie ordinaire;08/12/2025;08/12/2025\n".to_owned()),
    ];
    let ran = run("waiting", "2025-12", &files);
    // 2067.57 / 30.
    assert_eq!(["CAR_TIB", "MAL_TIB"].map(|c| ran.line("00101", c)), ["-68.92", ""]);
    let causes = |code: &str| -> BTreeSet<String> {
        ran.rows("diff.csv").into_iter().filter(|r| r["code"] == code).map(|r| r["cause"].clone()).collect()
    };
    assert_eq!(causes("CAR_TIB"), BTreeSet::from(["carence".to_owned()]));
    assert!(!ran.rows("diff.csv").iter().any(|r| r["cause"] == "maladie_demi"), "nobody is on reduced pay");
}

// 900.00 of hours that belong to November alone, of somebody whose status no file gives: nothing of the contributions on them lasts.
#[test]
fn contributions_of_pay_that_does_not_last_do_not_last_either() {
    let rows = [
        "0310;VACATIONS;;;900,00;;;",
        "1010;SS VIEILLESSE PLAF.;900,00;6,90;;62,10;8,55;76,95",
        "1011;VIEILLESSE DEPLAFONNEE;900,00;0,40;;3,60;2,02;18,18",
        "1020;IRCANTEC TR. A;900,00;2,80;;25,20;4,20;37,80",
        "1030;CSG DEDUCTIBLE;884,25;6,80;;60,13;;",
        "1031;CSG NON DEDUCTIBLE;884,25;2,40;;21,22;;",
        "1032;CRDS;884,25;0,50;;4,42;;",
    ];
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "723,33", &rows)])),
        ("agents.csv", "Matricule;Nom;Prénom;Quotité;Taux PAS\n00101;ABEL;Jean;100 %;0\n".to_owned()),
    ];
    let ran = run("hours-alone", "2025-12", &files);
    let slip = ran.rows("payslips.csv").remove(0);
    assert_eq!((slip["gross"].as_str(), slip["net_paid"].as_str(), slip["employer_cost"].as_str()), ("0.00", "0.00", "0.00"));
    assert_eq!((ran.told("C08", "00101").len(), ran.told("AMT-01", "00101").len()), (1, 0));
}

// Half of 1800.00 lasts: half of the old age of 124.20 does.
#[test]
fn contributions_of_somebody_carried_follow_the_pay_that_lasts() {
    let rows = ["0050;PRIME MENSUELLE LOCALE;;;900,00;;;", "0310;VACATIONS;;;900,00;;;", "1010;SS VIEILLESSE PLAF.;1800,00;6,90;;124,20;;"];
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "1675,80", &rows)])),
        ("agents.csv", "Matricule;Nom;Prénom;Quotité;Taux PAS\n00101;ABEL;Jean;100 %;0\n".to_owned()),
    ];
    let ran = run("half-lasts", "2025-12", &files);
    assert_eq!(ran.line("00101", "VIEIL_P"), "-62.10");
}

/// November of a contract agent on 2900.00 a month, with the sums of the year that its file shows.
fn contract(name: &str, settings: &str, sums: &str) -> Ran {
    let titles = "Matricule;Nom;Prénom;Statut;Rémunération forfaitaire;Quotité;Taux PAS;Cumul brut;Cumul plafond;Cumul plafonné";
    let folder = empty(TESTS, name);
    let rows = [
        "0015;REMUNERATION FORFAITAIRE;;;2900,00;;;",
        "1010;SS VIEILLESSE PLAF.;2900,00;6,90;;200,10;;",
        "1011;VIEILLESSE DEPLAFONNEE;2900,00;0,40;;11,60;;",
        "1020;IRCANTEC TR. A;2900,00;2,80;;81,20;;",
        "1030;CSG DEDUCTIBLE;2849,25;6,80;;193,75;;",
        "1031;CSG NON DEDUCTIBLE;2849,25;2,40;;68,38;;",
        "1032;CRDS;2849,25;0,50;;14,25;;",
    ];
    let list = "Matricule;Nom;Prénom;Montant CIA à verser (€)\n00101;ABEL;Jean;2000,00\n".to_owned();
    put(
        &folder,
        &[
            ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "2330,72", &rows)])),
            ("agents.csv", format!("{titles}\n00101;ABEL;Jean;Contractuel;2900,00;100 %;0;{sums}\n")),
            ("cia.csv", list),
        ],
    );
    let head = "format = 1\nmonth = \"2025-12\"\npay_date = 2025-12-22\npack = \"fr-fpt\"\n[employer]\nname = \"Rosay\"\n";
    std::fs::write(folder.join("releve.toml"), format!("{head}{settings}")).expect("the settings");
    run_in(folder, Some(Lang::En))
}

// 31900.00 with 4900.00 is under twelve ceilings of 3925.00: 6.90 % of 4900.00, 338.10; the month alone 270.83 and 67.76 in bracket B.
#[test]
fn december_settles_the_ceiling_of_the_year_where_the_sums_are_known() {
    let known = "31900,00;43175,00;31900,00";
    let yes = "[settings]\nregularisation_plafond = \"decembre\"\n";
    let ran = contract("settled", yes, known);
    assert_eq!(["VIEIL_P", "IRC_A", "IRC_B"].map(|c| ran.line("00101", c)), ["-338.10", "-137.20", ""]);
    assert!(ran.told("TAX-07", "00101").is_empty() && ran.told("TAX-08", "00101").is_empty());
    // Nobody has said whether the employer does so: asked, with what the month alone comes to.
    let ran = contract("not-said", "", known);
    assert_eq!(["VIEIL_P", "IRC_B"].map(|c| ran.line("00101", c)), ["-270.83", "-67.76"]);
    assert_eq!(ran.told("TAX-07", "00101").len(), 1);
    let ran = contract("unknown-sums", yes, ";;");
    assert_eq!(ran.line("00101", "VIEIL_P"), "-270.83");
    assert_eq!(ran.told("TAX-08", "00101").len(), 1);
}

// The register shows no employer's share; 900.00 of hours in November, none in December: what the rule made of them and nobody
// paid is no distance to keep from nothing.
#[test]
fn a_month_without_pay_costs_the_employer_nothing() {
    let rows = [
        "0310;VACATIONS;60,00;15,00;900,00;;;",
        "1010;SS VIEILLESSE PLAF.;900,00;6,90;;62,10;;",
        "1011;VIEILLESSE DEPLAFONNEE;900,00;0,40;;3,60;;",
        "1020;IRCANTEC TR. A;900,00;2,80;;25,20;;",
        "1030;CSG DEDUCTIBLE;884,25;6,80;;60,13;;",
        "1031;CSG NON DEDUCTIBLE;884,25;2,40;;21,22;;",
        "1032;CRDS;884,25;0,50;;4,42;;",
    ];
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "723,33", &rows)])),
        ("agents.csv", "Matricule;Nom;Prénom;Statut;Taux horaire;Taux PAS\n00101;ABEL;Jean;Vacataire;15,00;0\n".to_owned()),
    ];
    let ran = run("no-hours", "2025-12", &files);
    let slip = ran.rows("payslips.csv").remove(0);
    assert_eq!((slip["gross"].as_str(), slip["net_paid"].as_str(), slip["employer_cost"].as_str()), ("0.00", "0.00", "0.00"));
}

// Two lists that exclude each other: the hours are paid, and somebody is asked.
#[test]
fn overtime_of_somebody_away_the_whole_month_is_asked_about() {
    let tib = "0010;TRAITEMENT BRUT;420,00;;2067,57;;;";
    let files = |to: &str| {
        [
            ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "2067,57", &[tib])])),
            ("agents.csv", staff(&["00101;ABEL;Jean;Titulaire;C;420;0;100 %;0"])),
            ("absences.csv", format!("Matricule;Nom;Prénom;Nature;Du;Au\n00101;ABEL;Jean;Congé parental;01/12/2025;{to}\n")),
            ("heures sup.csv", "Matricule;Nom;Prénom;HS jour - 14 premières\n00101;ABEL;Jean;10\n".to_owned()),
        ]
    };
    assert_eq!(run("away", "2025-12", &files("31/12/2025")).told("STA-30", "00101").len(), 1);
    assert!(run("half-away", "2025-12", &files("15/12/2025")).told("STA-30", "00101").is_empty());
}

#[test]
fn hours_of_care_and_upkeep_go_on_together() {
    let rows = ["0015;REMUNERATION ACCUEIL;450,00;4,10;1845,00;;;", "0815;INDEMNITES ENTRETIEN;;;60,00;;;"];
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "1905,00", &rows)])),
        ("agents.csv", "Matricule;Nom;Prénom;Statut;Taux PAS\n00101;ABEL;Jean;Assistante maternelle;0\n".to_owned()),
    ];
    let ran = run("care", "2025-12", &files);
    assert_eq!(["ASSMAT", "ENTRETIEN"].map(|c| ran.line("00101", c)), ["1845.00", "60.00"]);
    assert_eq!(ran.told("STA-31", "00101").len(), 1);
}

// The employer's share of a compulsory contract is a sum of its own: it begins within the month, and no scheme does.
#[test]
fn a_sum_that_no_rate_makes_is_no_other_scheme() {
    let tib = "0010;TRAITEMENT BRUT;420,00;;2067,57;;;";
    let list = "Matricule;Nom;Prénom;Participation santé;Date d'effet;Acte\n00101;ABEL;Jean;15,00;16/12/2025;A1\n".to_owned();
    let folder = empty(TESTS, "share");
    put(
        &folder,
        &[
            ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "2067,57", &[tib])])),
            ("agents.csv", staff(&["00101;ABEL;Jean;Titulaire;C;420;0;100 %;0"])),
            ("participations.csv", list),
        ],
    );
    let head = "format = 1\nmonth = \"2025-12\"\npay_date = 2025-12-22\npack = \"fr-fpt\"\n[employer]\nname = \"Rosay\"\n";
    std::fs::write(folder.join("releve.toml"), format!("{head}[settings]\npsc_sante = \"obligatoire\"\n")).expect("the settings");
    let ran = run_in(folder, Some(Lang::En));
    assert!(ran.rows("lines.csv").iter().any(|r| r["employer_amount"] == "15.00"), "the share is paid");
    assert!(ran.told("F91", "00101").is_empty(), "{:?}", ran.told("F91", "00101"));
}

// Nobody goes unpaid without a word: the staff file alone says that one has left.
#[test]
fn whoever_has_left_by_the_staff_file_is_told() {
    let tib = "0010;TRAITEMENT BRUT;420,00;;2067,57;;;";
    let people = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Taux PAS;Date de sortie\n\
                  00101;ABEL;Jean;Titulaire;C;420;100 %;0;30/11/2025\n00102;BLIN;Jean;Titulaire;C;420;100 %;0;\n";
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "2067,57", &[tib]), ("00102", "BLIN", "2067,57", &[tib])])),
        ("agents.csv", people.to_owned()),
    ];
    let ran = run("gone", "2025-12", &files);
    assert_eq!((ran.line("00101", "TIB"), ran.line("00102", "TIB")), (String::new(), "2067.57".to_owned()));
    let told = ran.told("F97", "00101");
    assert!(told.len() == 1 && told[0].0 == Severity::Justify && told[0].1.contains("30/11/2025"), "{told:?}");
}

// 541 points are 2663.23; with two children 3 % of it and 10.67: 90.5669; at 80 % 6/7 of it, 77.63, is under the floor of full
// time, 77.7183 (454 points); 8/30 of the one and 22/30 of the other are 81.1446, rounded once 81.14: 3.42 beside 77.72.
// The compensation, 9.15, follows part time: 7.8429; 8/30 and 22/30 of them are 8.1914: 0.35 beside 7.84.
#[test]
fn the_family_supplement_and_the_csg_compensation_share_the_days_of_a_month() {
    let rows = ["0010;TRAITEMENT BRUT;541,00;;2663,23;;;", "0110;SUPPLEMENT FAMILIAL;2,00;;90,57;;;", "0250;IND. COMP. CSG;;;9,15;;;"];
    let people = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Enfants à charge;SFT (O/N);Ind. comp. CSG;Taux PAS\n\
                  00101;ABEL;Jean;Titulaire;C;541;100 %;2;O;9,15;0\n";
    let list = "Matricule;Nom;Prénom;Nouvelle quotité;Date d'effet;Acte\n00101;ABEL;Jean;80 %;09/12/2025;A7\n";
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &[("00101", "ABEL", "2762,95", &rows)])),
        ("agents.csv", people.to_owned()),
        ("temps partiel decembre 2025.csv", list.to_owned()),
    ];
    let ran = run("family", "2025-12", &files);
    assert_eq!(["SFT", "RAPPEL_SFT", "ICCSG", "RAPPEL_ICCSG"].map(|c| ran.line("00101", c)), ["77.72", "3.42", "7.84", "0.35"]);
    assert!(ran.told("F57", "00101").is_empty(), "{:?}", ran.told("F57", "00101"));
}

// Half pay for part time on medical grounds ends in ordinary part time, or goes on: the list must say.
#[test]
fn another_working_time_in_part_time_on_medical_grounds_is_asked() {
    let tib = "0010;TRAITEMENT BRUT;400,00;;1969,11;;;";
    let people = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Temps partiel thérapeutique;Taux PAS\n\
                  00101;ABEL;Jean;Titulaire;C;400;50 %;O;0\n00102;BLIN;Jean;Titulaire;C;400;50 %;O;0\n00103;CLUZ;Jean;Titulaire;C;400;50 %;O;0\n";
    let list = "Matricule;Nom;Prénom;Nouvelle quotité;Temps partiel thérapeutique;Date d'effet;Acte\n\
                00101;ABEL;Jean;80 %;;01/12/2025;A1\n00102;BLIN;Jean;80 %;N;01/12/2025;A2\n00103;CLUZ;Jean;100 %;;01/12/2025;A3\n";
    let paid = ["00101", "00102", "00103"].map(|id| (id, ["ABEL", "BLIN", "CLUZ"][usize::from(id.as_bytes()[4] - b'1')], "1969,11"));
    let rows = [tib];
    let people_paid: Vec<(&str, &str, &str, &[&str])> = paid.iter().map(|(id, name, net)| (*id, *name, *net, &rows[..])).collect();
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &people_paid)),
        ("agents.csv", people.to_owned()),
        ("temps partiel decembre 2025.csv", list.to_owned()),
    ];
    let ran = run("medical", "2025-12", &files);
    let told: Vec<usize> = ["00101", "00102", "00103"].iter().map(|id| ran.told("F130", id).len()).collect();
    assert_eq!(told, [1, 0, 0]);
    // 6/7 of 1969.11.
    assert_eq!(["00102", "00103"].map(|id| ran.line(id, "TIB")), ["1687.81", "1969.11"]);
}

// The share of a post of 30 hours, or another post: 6/7 of 30/35 of 1919.89 (390 points) is 1410.53; 28/35 of it 1535.91.
#[test]
fn another_working_time_on_a_post_that_is_not_full_is_asked_unless_it_is_hours() {
    let row = "0010;TRAITEMENT BRUT;390,00;;1410,53;;;";
    let people = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;Heures hebdomadaires du poste;Taux PAS\n\
                  00101;ABEL;Jean;Titulaire;C;390;80 %;30;0\n00102;BLIN;Jean;Titulaire;C;390;80 %;30;0\n\
                  00103;CLUZ;Jean;Titulaire;C;390;80 %;30;0\n";
    let list = "Matricule;Nom;Prénom;Nouvelle quotité;Date d'effet;Acte\n00101;ABEL;Jean;90 %;01/12/2025;A1\n\
                00102;BLIN;Jean;28/35;01/12/2025;A2\n";
    let rows = [row];
    let paid: [(&str, &str, &str, &[&str]); 3] =
        [("00101", "ABEL", "1410,53", &rows), ("00102", "BLIN", "1410,53", &rows), ("00103", "CLUZ", "1410,53", &rows)];
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &paid)),
        ("agents.csv", people.to_owned()),
        ("quotites decembre 2025.csv", list.to_owned()),
    ];
    let ran = run("post", "2025-12", &files);
    let told: Vec<usize> = ["00101", "00102", "00103"].iter().map(|id| ran.told("F131", id).len()).collect();
    assert_eq!(told, [1, 0, 0]);
    assert_eq!(["00102", "00103"].map(|id| ran.line(id, "TIB")), ["1535.91", "1410.53"]);
}

// Absences of a list: a covid leave of June 2021 has no waiting day; dates decide what a leave out of activity takes.
#[test]
fn a_covid_leave_and_the_dates_of_a_parental_leave() {
    let tib = "0010;TRAITEMENT BRUT;400,00;;1874,41;;;";
    let list = "Matricule;Nom;Prénom;Nature;Du;Au;Nb jours\n00101;ABEL;Jean;Maladie ordinaire (covid-19);07/06/2021;12/06/2021;6\n\
                00102;BLIN;Jean;Maladie ordinaire;07/06/2021;12/06/2021;6\n00103;CLUZ;Jean;Congé parental;16/06/2021;15/06/2022;13\n";
    let rows = [tib];
    let paid: [(&str, &str, &str, &[&str]); 3] =
        [("00101", "ABEL", "1874,41", &rows), ("00102", "BLIN", "1874,41", &rows), ("00103", "CLUZ", "1874,41", &rows)];
    let files = [
        ("livre de paie.csv", register("MAI 2021", &paid)),
        (
            "agents.csv",
            staff(&[
                "00101;ABEL;Jean;Titulaire;C;400;0;100 %;0",
                "00102;BLIN;Jean;Titulaire;C;400;0;100 %;0",
                "00103;CLUZ;Jean;Titulaire;C;400;0;100 %;0",
            ]),
        ),
        ("absences juin 2021.csv", list.to_owned()),
    ];
    let ran = run("covid", "2021-06", &files);
    assert_eq!(["00101", "00102"].map(|id| ran.line(id, "CAR_TIB")), ["", "-62.48"]);
    // Fifteen thirtieths of 1874.41.
    assert_eq!((ran.line("00103", "TIB").as_str(), ran.told("F133", "00103").len()), ("937.21", 1));
}

// 1969.11 less a tenth of thirty days is 1772.20: on leave to the last day, and no list says that it is over.
#[test]
fn a_leave_that_filled_last_month_is_not_forgotten() {
    let rows = ["0010;TRAITEMENT BRUT;400,00;;1969,11;;;", "0013;MALADIE 90 % TRAITEMENT;;;;196,91;;"];
    let paid: [(&str, &str, &str, &[&str]); 1] = [("00101", "ABEL", "1772,20", &rows)];
    let people = staff(&["00101;ABEL;Jean;Titulaire;C;400;0;100 %;0"]);
    let of = |name: &str, list: Option<&str>| {
        let mut files = vec![("livre de paie.csv", register("NOVEMBRE 2025", &paid)), ("agents.csv", people.clone())];
        files.extend(list.map(|l| ("absences decembre 2025.csv", l.to_owned())));
        run(name, "2025-12", &files).told("F134", "00101").len()
    };
    let list = "Matricule;Nom;Prénom;Nature;Du;Au;Prolongation\n00101;ABEL;Jean;Maladie ordinaire;01/12/2025;31/12/2025;O\n";
    assert_eq!((of("leave-forgotten", None), of("leave-listed", Some(list))), (1, 0));
}

// 400 points 1969.11, 408 points 2008.50; three days of strike take 196.91 and 200.85: 39.39 - 3.94 = 35.45 for a whole November.
#[test]
fn arrears_of_a_month_due_whole_know_its_absences() {
    let rows = ["0010;TRAITEMENT BRUT;400,00;;1969,11;;;", "0012;ABS. NON REM. TRAITEMENT;;;;196,91;;"];
    let paid: [(&str, &str, &str, &[&str]); 1] = [("00101", "ABEL", "1772,20", &rows)];
    let list = "Matricule;Nom;Prénom;Nouvel indice majoré;Date d'effet;Acte\n00101;ABEL;Jean;408;01/11/2025;A1\n";
    let files = [
        ("livre de paie.csv", register("NOVEMBRE 2025", &paid)),
        ("agents.csv", staff(&["00101;ABEL;Jean;Titulaire;C;400;0;100 %;0"])),
        ("echelons decembre 2025.csv", list.to_owned()),
    ];
    let ran = run("strike-arrears", "2025-12", &files);
    assert_eq!(["TIB", "RAPPEL_TIB"].map(|c| ran.line("00101", c)), ["2008.50", "35.45"]);
    assert!(ran.told("F57", "00101").is_empty(), "{:?}", ran.told("F57", "00101"));
}

// From the 16th at step 401 and at 80 %: 1974.036 x (15 + 15 x 6/7) / 30 = 1833.03, rounded once; the line is 1692.03.
#[test]
fn the_days_of_a_month_are_rounded_once() {
    let rows = ["0010;TRAITEMENT BRUT;401,00;;1974,04;;;"];
    let paid: [(&str, &str, &str, &[&str]); 1] = [("00101", "ABEL", "1974,04", &rows)];
    let list = "Matricule;Nom;Prénom;Nouvelle quotité;Date d'effet;Acte\n00101;ABEL;Jean;80 %;16/11/2025;A1\n";
    let files = [
        ("livre de paie.csv", register("OCTOBRE 2025", &paid)),
        ("agents.csv", staff(&["00101;ABEL;Jean;Titulaire;C;401;0;100 %;0"])),
        ("quotites novembre 2025.csv", list.to_owned()),
    ];
    let ran = run("once", "2025-11", &files);
    assert_eq!(["TIB", "RAPPEL_TIB"].map(|c| ran.line("00101", c)), ["1692.03", "141.00"]);
}
