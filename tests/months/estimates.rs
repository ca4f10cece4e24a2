//! What a month paid without knowing, and what the month after makes of it: advances taken back, estimates settled.
//!
//! Amounts are worked out by hand beside each, on the law of December 2021 and of January 2022.

#[path = "../made/mod.rs"]
pub mod made;

use made::months::{Ran, copy, empty, next, run};
use made::{Row, cents, shown};
use releve::ground::{Lang, Severity};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const ROSAY: &str = "format = 1\nmonth = \"2021-12\"\npay_date = 2021-12-22\nlast_pay_date = 2021-11-25\npack = \"fr-fpt\"\n\n[employer]\nname = \"Commune de Rosay\"\nsiret = \"21930057200019\"\n\n[debtor]\niban = \"FR7630001007941234567890185\"\nbic = \"BDFEFRPP\"\n";
const TITLES: &str = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";
const STAFF: &str = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité;IFSE;Taux PAS;IBAN\n00101;ABEL;Jean;Titulaire;C;420;100 %;200,00;0;FR7699901004442740655625831\n";
pub const DECISIONS: &str = "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\n";

/// Lines of index 420 and a bonus of 200,00 in November 2021, but for what is kept beside the law.
const PLAIN: [&str; 8] = [
    "0010;TRAITEMENT BRUT;420,00;;1968,13;",
    "0300;IFSE;;;200,00;",
    "0310;TRANSFERT PRIMES/POINTS;;;;13,92",
    "1010;CNRACL;1968,13;11,10;;218,46",
    "1020;RAFP;186,08;5,00;;9,30",
    "1210;CSG DEDUCTIBLE;2116,51;6,80;;143,92",
    "1211;CSG NON DEDUCTIBLE;2116,51;2,40;;50,80",
    "1212;CRDS;2116,51;0,50;;10,58",
];

/// The register of the one agent with these lines, from the rubric to what is kept.
fn register_of(lines: &[&str]) -> String {
    lines.iter().fold(TITLES.to_owned(), |out, line| format!("{out}00101;ABEL;Jean;{line};;\n"))
}

/// A town of one, whose November was 2 600,00 with a bonus of that month alone.
fn rosay(name: &str, decisions: &str) -> PathBuf {
    let folder = empty(name);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::write(folder.join("releve.toml"), ROSAY).expect("the settings");
    // With the bonus gross is 3 137,11; RAFP is 5 % of a fifth of 1 968,13; 98,25 % of gross is 3 082,21.
    let lines = [
        "0010;TRAITEMENT BRUT;420,00;;1968,13;",
        "0300;IFSE;;;200,00;",
        "0310;TRANSFERT PRIMES/POINTS;;;;13,92",
        "0400;COMPLEMENT INDEMNITAIRE ANNUEL;;;982,90;",
        "1010;CNRACL;1968,13;11,10;;218,46",
        "1020;RAFP;393,63;5,00;;19,68",
        "1210;CSG DEDUCTIBLE;3082,21;6,80;;209,59",
        "1211;CSG NON DEDUCTIBLE;3082,21;2,40;;73,97",
        "1212;CRDS;3082,21;0,50;;15,41",
        "9300;NET A PAYER;;;2600,00;",
    ];
    std::fs::write(folder.join("inbox/livre de paie.csv"), register_of(&lines)).expect("a register");
    std::fs::write(folder.join("inbox/agents.csv"), STAFF).expect("a staff file");
    if !decisions.is_empty() {
        std::fs::write(folder.join("decisions.csv"), format!("{DECISIONS}{decisions}")).expect("the decisions");
    }
    folder
}

fn amounts(ran: &Ran, agent: &str, code: &str) -> Vec<(String, String)> {
    let of = ran.of("lines.csv", agent).into_iter().filter(|r| r["code"] == code);
    of.map(|r| (r["period"].clone(), r["amount"].clone())).collect()
}

fn line(period: &str, amount: &str) -> (String, String) {
    (period.to_owned(), amount.to_owned())
}

// Index 420: 1 968,13, and 200,00, less 13,92 of bonus turned into points: gross 2 154,21. Pension 11,1 % of 1 968,13: 218,46;
// RAFP 5 % of 186,08: 9,30; 98,25 % of 2 154,21 = 2 116,51: 143,92, 50,80 and 10,58; no tax.
// 2 154,21 − 218,46 − 9,30 − 143,92 − 50,80 − 10,58 = 1 721,15, the same in December and in the months after.
//
// The advance of December is all of November's 2 600,00. In January December's pay is made: 1 721,15; of January's own 1 721,15 the
// brackets of 2022 leave to creditors (a year 20 653,80: 3 940 at 1/20, 3 750 at 1/10, 3 770 at 1/5, 3 740 at 1/4, 3 750 at 1/3,
// 1 703,80 at 2/3: 197 + 375 + 754 + 935 + 1 250 + 1 135,87 = 4 646,87, a month 387,24). Taken back: 1 721,15 + 387,24 = 2 108,39;
// paid 2 × 1 721,15 − 2 108,39 = 1 333,91; left 2 600,00 − 2 108,39 = 491,61. February takes 387,24 and leaves 104,37; March takes that:
// 1 721,15 − 104,37 = 1 616,78.
#[test]
fn an_advance_is_taken_back_out_of_the_pay_it_was_paid_on_and_the_rest_within_what_may_be_seized() {
    let december = run(rosay("advance", "mode;00101;100 %;acompte;2021-12;;M. Petit;07/12/2021;dossier à retrouver\n"));
    assert_eq!(december.slip("00101")["net_paid"], "2600.00");
    assert_eq!(december.of("transfers.csv", "00101")[0]["amount"], "2600.00");

    let january = run(next("advance-01", "2022-01", "2022-01-25", &december.folder).0);
    assert_eq!(amounts(&january, "00101", "TIB"), [line("2022-01", "1968.13"), line("2021-12", "1968.13")]);
    assert_eq!(amounts(&january, "00101", "CNRACL"), [line("2022-01", "-218.46"), line("2021-12", "-218.46")]);
    assert_eq!(amounts(&january, "00101", "REP_ACPT"), [line("2022-01", "-2108.39")]);
    let slip = january.slip("00101");
    assert_eq!((slip["net_paid"].as_str(), slip["gross"].as_str()), ("1333.91", "4308.42"));
    assert_eq!(january.grave("C23", "00101"), [Severity::Justify]);
    assert!(january.told("R98").is_empty() && january.told("VAR-01").is_empty() && january.told("IMP-04").is_empty());
    assert_eq!(january.of("transfers.csv", "00101")[0]["amount"], "1333.91");
    // The register says what became of the advance; the pay made afterwards is an estimate of its own.
    let estimates = january.of("estimates.csv", "00101");
    let advance = estimates.iter().find(|e| e["code"] == "ACOMPTE").expect("the advance");
    assert_eq!((advance["month"].as_str(), advance["status"].as_str()), ("2021-12", "settled"));
    assert!(advance["settled"].contains("721,15"), "{}", advance["settled"]);
    assert!(estimates.iter().any(|e| e["code"] == "TIB" && e["month"] == "2022-01" && e["status"] == "open"));
    // What was paid in December counts for 2021; January has both pays.
    let sums = january.of("people.csv", "00101").remove(0);
    assert_eq!((sums["year"].as_str(), sums["gross"].as_str()), ("2022", "4308.42"));

    let february = run(next("advance-02", "2022-02", "2022-02-24", &january.folder).0);
    assert_eq!(amounts(&february, "00101", "REP_ACPT"), [line("2022-02", "-387.24")]);
    assert_eq!(amounts(&february, "00101", "TIB"), [line("2022-02", "1968.13")]);
    assert_eq!((february.slip("00101")["net_paid"].as_str(), february.outcome.replay.gap), ("1333.91", 0));
    assert!(february.of("estimates.csv", "00101").iter().all(|e| e["code"] != "ACOMPTE"), "what is settled is over");
    let march = run(next("advance-03", "2022-03", "2022-03-25", &february.folder).0);
    assert_eq!(amounts(&march, "00101", "REP_ACPT"), [line("2022-03", "-104.37")]);
    assert_eq!(march.slip("00101")["net_paid"], "1616.78");
    let april = run(next("advance-04", "2022-04", "2022-04-25", &march.folder).0);
    assert!(amounts(&april, "00101", "REP_ACPT").is_empty());
    assert!(april.of("facts.csv", "00101").iter().all(|f| f["fact"] != "acompte_a_reprendre"));
}

// The same pay as lines of November, beside a staff file that knows no bonus, and 40,00 for a club that no rule makes: 1 681,15.
// December pays 80 %: 1 344,92. January makes December's pay and its own, both with the bonus and the 40,00:
// 2 × 1 681,15 − 1 344,92 = 2 017,38.
#[test]
fn what_last_months_lines_proved_goes_on_through_an_advance() {
    let folder = rosay("behind", "mode;00101;80 %;acompte;2021-12;;M. Petit;07/12/2021;dossier à retrouver\n");
    let lines = [&PLAIN[..], &["8800;AMICALE DE ROSAY;;;;40,00", "9300;NET A PAYER;;;1681,15;"]].concat();
    std::fs::write(folder.join("inbox/livre de paie.csv"), register_of(&lines)).expect("a register");
    std::fs::write(folder.join("inbox/agents.csv"), STAFF.replace("IFSE;", "").replace("200,00;", "")).expect("a staff file");
    let december = run(folder);
    assert_eq!(december.slip("00101")["net_paid"], "1344.92");

    let january = run(next("behind-01", "2022-01", "2022-01-25", &december.folder).0);
    for (code, amount) in [("TIB", "1968.13"), ("IFSE", "200.00"), ("TPP", "-13.92"), ("8800", "-40.00")] {
        assert_eq!(amounts(&january, "00101", code), [line("2022-01", amount), line("2021-12", amount)], "{code}");
    }
    assert_eq!(amounts(&january, "00101", "REP_ACPT"), [line("2022-01", "-1344.92")]);
    assert_eq!(january.of("transfers.csv", "00101")[0]["amount"], "2017.38");
    // Twice an advance: what was proven in November is still there.
    let (folder, _) = next("behind-twice", "2022-01", "2022-01-25", &december.folder);
    let mode = "mode;00101;80 %;acompte;2022-01;;M. Petit;07/01/2022;dossier à retrouver\n";
    std::fs::write(folder.join("decisions.csv"), format!("{DECISIONS}{mode}")).expect("the decision");
    let february = run(next("behind-02", "2022-02", "2022-02-24", &run(folder).folder).0);
    // 3 × 1 681,15 − 2 × 1 344,92 = 2 353,61.
    for (code, amount) in [("IFSE", "200.00"), ("8800", "-40.00")] {
        let months = ["2022-02", "2021-12", "2022-01"].map(|m| line(m, amount));
        assert_eq!(amounts(&february, "00101", code), months, "{code}");
    }
    assert_eq!(february.of("transfers.csv", "00101")[0]["amount"], "2353.61");
}

// The same December in the register of the software that is back, where nobody was paid but on an estimate: its title says that it
// is December's. Its lines are the pay behind the advance: 2 × 1 721,15 − 80 % of 2 600,00 (2 080,00) = 1 362,30.
#[test]
fn a_register_that_says_its_month_settles_a_month_that_was_an_advance_for_all() {
    let december = run(rosay("back", "mode;00101;80 %;acompte;2021-12;;M. Petit;07/12/2021;dossier à retrouver\n"));
    let (folder, _) = next("back-01", "2022-01", "2022-01-25", &december.folder);
    let truth = register(&run(rosay("back-truth", "")), &BTreeMap::new(), "00101");
    std::fs::write(folder.join("inbox/vrai livre.csv"), format!("LIVRE DE PAIE - DECEMBRE 2021\n{truth}")).expect("the register");
    let january = run(folder);
    assert_eq!(amounts(&january, "00101", "REP_ACPT"), [line("2022-01", "-2080.00")]);
    assert_eq!(january.of("transfers.csv", "00101")[0]["amount"], "1362.30");
    let late = january.of("lines.csv", "00101").into_iter().filter(|l| l["period"] == "2021-12" && l["status"] == "computed").count();
    assert!(late > 5 && january.grave("C23", "00101") == [Severity::Justify] && january.told("C26").is_empty());
    assert!(["F55", "M161", "M162", "IMP-04", "TAX-03"].iter().all(|c| january.told(c).is_empty()));
}

// 80 % of November's 2 600,00 in December and in January. February makes the pay of both, 1 721,15 each, beside its own, and takes back
// 3 442,30 and the 387,24 that may be seized of its own: 3 829,54 of 4 160,00. 3 × 1 721,15 − 3 829,54 = 1 333,91; March takes the
// 330,46 that are left: 1 390,69.
#[test]
fn two_advances_in_a_row_are_both_settled_and_neither_month_is_lost() {
    let mode = "mode;00101;80 %;acompte;2021-12;2022-01;M. Petit;07/12/2021;dossier à retrouver\n";
    let december = run(rosay("twice", mode));
    let january = run(next("twice-01", "2022-01", "2022-01-25", &december.folder).0);
    assert_eq!((january.slip("00101")["net_paid"].as_str(), january.slip("00101")["mode"].as_str()), ("2080.00", "advance"));
    // December is not made yet, and not forgotten.
    assert_eq!(january.grave("R98", "00101"), [Severity::Information]);
    let february = run(next("twice-02", "2022-02", "2022-02-24", &january.folder).0);
    assert_eq!(amounts(&february, "00101", "REP_ACPT"), [line("2022-02", "-3829.54")]);
    let months = ["2022-02", "2021-12", "2022-01"].map(|m| line(m, "1968.13"));
    assert_eq!(amounts(&february, "00101", "TIB"), months);
    // Three months' gross, and what three months of 1 782,53 are taxed on: 2 154,21 less 218,46, 9,30 and 143,92.
    let slip = february.slip("00101");
    assert_eq!(["net_paid", "gross", "net_taxable"].map(|c| slip[c].clone()), ["1333.91", "6462.63", "5347.59"]);
    let open: Vec<Row> = february.of("estimates.csv", "00101").into_iter().filter(|e| e["code"] == "ACOMPTE").collect();
    assert_eq!(
        open.iter().map(|e| (e["month"].as_str(), e["status"].as_str())).collect::<Vec<_>>(),
        [("2021-12", "settled"), ("2022-01", "settled")]
    );
    let told = february.told("C23")[0].message(Lang::Fr).replace('\u{202f}', " ");
    assert!(february.told("R98").is_empty() && told.contains("2021-12, 2022-01") && told.contains("acompte de 4 160,00"), "{told}");
    // Most of February's estimates have a semicolon in their reason: the file is read by its titles all the same.
    let march = run(next("twice-03", "2022-03", "2022-03-25", &february.folder).0);
    assert_eq!((amounts(&march, "00101", "REP_ACPT"), march.outcome.replay.gap), (vec![line("2022-03", "-330.46")], 0));
    assert_eq!((march.slip("00101")["net_paid"].as_str(), march.told("R98").len()), ("1390.69", 0));
}

/// November as the rules make it, so that nothing of an advance of 80 %, 1 376,92, is left over.
pub fn plain_rosay(name: &str, decisions: &str) -> PathBuf {
    let folder = rosay(name, decisions);
    let lines = [&PLAIN[..], &["9300;NET A PAYER;;;1721,15;"]].concat();
    std::fs::write(folder.join("inbox/livre de paie.csv"), register_of(&lines)).expect("a register");
    folder
}

// 4 × 1 721,15 − 3 × 1 376,92 = 2 753,84.
#[test]
fn three_advances_in_a_row_are_settled_with_the_fourth_month() {
    let mode = "mode;00101;80 %;acompte;2021-12;2022-02;M. Petit;07/12/2021;dossier à retrouver\n";
    let mut folder = plain_rosay("thrice", mode);
    for (month, day) in [("2022-01", "2022-01-25"), ("2022-02", "2022-02-24"), ("2022-03", "2022-03-25")] {
        let ran = run(folder);
        assert_eq!(ran.slip("00101")["net_paid"], "1376.92", "before {month}");
        folder = next(&format!("thrice-{month}"), month, day, &ran.folder).0;
    }
    let march = run(folder);
    assert_eq!((march.slip("00101")["net_paid"].as_str(), march.told("R98").len()), ("2753.84", 0));
    let april = run(next("thrice-2022-04", "2022-04", "2022-04-25", &march.folder).0);
    assert_eq!((april.slip("00101")["net_paid"].as_str(), april.outcome.replay.gap), ("1721.15", 0));
    assert!(april.rows("behind.csv").is_empty());
}

// 2 × 1 721,15 − 1 376,92 = 2 065,38.
#[test]
fn an_advance_is_settled_by_a_month_that_is_carried_over() {
    let december = run(plain_rosay("over-carried", "mode;00101;80 %;acompte;2021-12;;M. Petit;07/12/2021;dossier à retrouver\n"));
    let (folder, _) = next("over-carried-01", "2022-01", "2022-01-25", &december.folder);
    let decisions = format!("{DECISIONS}mode;00101;;reconduction;2022-01;;M. Petit;07/01/2022;dossier à retrouver\n");
    std::fs::write(folder.join("decisions.csv"), decisions).expect("the decisions");
    let january = run(folder);
    assert_eq!(amounts(&january, "00101", "REP_ACPT"), [line("2022-01", "-1376.92")]);
    let slip = january.slip("00101");
    assert_eq!((slip["net_paid"].as_str(), slip["mode"].as_str(), january.told("R98").len()), ("2065.38", "carried", 0));
    assert!(january.of("estimates.csv", "00101").iter().all(|e| e["code"] != "REP_ACPT"), "it is no estimate");
    let february = run(next("over-carried-02", "2022-02", "2022-02-24", &january.folder).0);
    assert_eq!((february.slip("00101")["net_paid"].as_str(), february.told("R98").len()), ("1721.15", 0));
}

// A step to 430 of January comes in February, which makes January's pay behind the advance on 420 and owes 2 014,99 − 1 968,13 = 46,86
// of it. Contributions on these stand in February's own lines, those of January's pay in lines of their own. In March nothing of it
// is left: 2 014,99 + 200,00 − 13,92 = 2 201,07, less 223,66 (11,1 % of 2 014,99), 9,30, and of 98,25 %, 2 162,55: 147,05, 51,90 and
// 10,81: 1 758,35.
#[test]
fn contributions_on_arrears_beside_the_pay_behind_an_advance_end_with_them() {
    let december = run(plain_rosay("step", ""));
    let (folder, _) = next("step-01", "2022-01", "2022-01-25", &december.folder);
    let mode = "mode;00101;80 %;acompte;2022-01;;M. Petit;07/01/2022;dossier à retrouver\n";
    std::fs::write(folder.join("decisions.csv"), format!("{DECISIONS}{mode}")).expect("the decision");
    let (folder, _) = next("step-02", "2022-02", "2022-02-24", &run(folder).folder);
    let list = "Matricule;Nom;Prénom;Ancien IM;Nouvel IM;Date d'effet\n00101;ABEL;Jean;420;430;01/01/2022\n";
    std::fs::write(folder.join("inbox/avancements.csv"), list).expect("a list");
    let february = run(folder);
    assert_eq!(amounts(&february, "00101", "TIB"), [line("2022-02", "2014.99"), line("2022-01", "1968.13")]);
    assert_eq!(amounts(&february, "00101", "RAPPEL_TIB"), [line("2022-01", "46.86")]);
    let march = run(next("step-03", "2022-03", "2022-03-25", &february.folder).0);
    assert_eq!((march.slip("00101")["net_paid"].as_str(), march.outcome.replay.gap), ("1758.35", 0));
    assert!(march.told("C03").is_empty());
}

// Tax at 3,8 % of 1 782,53 is 67,74 (67,736): net 1 653,41; 80 % of it, 1 322,73. January pays 2 × 1 653,41 − 1 322,73 = 1 984,09, each month
// with its own tax: both together are not taxed at 3,8 % of 3 565,06, 135,47. February is 1 653,41 again.
#[test]
fn the_tax_of_a_month_beside_anothers_is_its_own() {
    let folder = rosay("taxed", "mode;00101;80 %;acompte;2021-12;;M. Petit;07/12/2021;dossier à retrouver\n");
    let lines = [&PLAIN[..], &["9100;IMPOT SUR LE REVENU PRELEVE A LA SOURCE;1782,53;3,80;;67,74", "9300;NET A PAYER;;;1653,41;"]].concat();
    std::fs::write(folder.join("inbox/livre de paie.csv"), register_of(&lines)).expect("a register");
    std::fs::write(folder.join("inbox/agents.csv"), STAFF.replace("200,00;0;", "200,00;3,8;")).expect("a staff file");
    let december = run(folder);
    assert_eq!(december.slip("00101")["net_paid"], "1322.73");
    let january = run(next("taxed-01", "2022-01", "2022-01-25", &december.folder).0);
    assert_eq!(january.slip("00101")["net_paid"], "1984.09");
    assert_eq!(amounts(&january, "00101", "PAS"), [line("2022-01", "-67.74"), line("2021-12", "-67.74")]);
    let february = run(next("taxed-02", "2022-02", "2022-02-24", &january.folder).0);
    assert_eq!((february.slip("00101")["net_paid"].as_str(), february.outcome.replay.gap), ("1653.41", 0));
}

#[test]
fn an_advance_that_no_transfer_shows_and_one_taken_back_by_hand_are_left_to_people() {
    let advance = "mode;00101;80 %;acompte;2021-12;;M. Petit;07/12/2021;dossier à retrouver\n";
    let december = run(rosay("hand", advance));
    let (folder, _) = next("unpaid-01", "2022-01", "2022-01-25", &december.folder);
    std::fs::write(folder.join("inbox/paie-2021-12/transfers.csv"), "employee,name,iban,amount,end_to_end_id\n").expect("no transfer");
    let unpaid = run(folder);
    assert!(amounts(&unpaid, "00101", "REP_ACPT").is_empty());
    assert_eq!((unpaid.grave("R97", "00101"), unpaid.grave("R98", "00101")), (vec![Severity::Justify], vec![Severity::Justify]));

    let (folder, _) = next("hand-01", "2022-01", "2022-01-25", &december.folder);
    std::fs::write(folder.join("inbox/avances.csv"), "matricule;nom;prénom;reprise avance\n00101;ABEL;Jean;300,00\n").expect("a list");
    let by_hand = run(folder);
    assert_eq!(amounts(&by_hand, "00101", "AVANCE"), [line("2022-01", "-300.00")]);
    assert!(amounts(&by_hand, "00101", "REP_ACPT").is_empty() && amounts(&by_hand, "00101", "TIB").len() == 1);
}

fn montreval(name: &str, decisions: &str) -> Ran {
    let folder = empty(name);
    copy(Path::new("samples/montreval/inbox"), &folder.join("inbox"));
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
    std::fs::write(folder.join("decisions.csv"), format!("{DECISIONS}{decisions}")).expect("the decisions");
    run(folder)
}

/// December with one employee carried over.
fn carried() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| montreval("carried", "mode;01372;;reconduction;2021-12;;Mme Roche;06/12/2021;situation à vérifier\n"))
}

/// The register of a month as the town's own software would write it, from the lines of a run, some of them others.
fn register(ran: &Ran, change: &BTreeMap<&str, (i64, i64)>, agent: &str) -> String {
    let euros = |c: i64| if c == 0 { String::new() } else { shown(c).replace('.', ",") };
    let mut out = TITLES.to_owned();
    for slip in ran.rows("payslips.csv") {
        let id = &slip["employee"];
        let (mut net, mut taxable) = (cents(&slip["net_paid"]), cents(&slip["net_taxable"]));
        for l in ran.of("lines.csv", id) {
            let by = change.get(l["code"].as_str()).copied().filter(|_| id == agent).unwrap_or_default();
            let (amount, employer) = (cents(&l["amount"]) + by.0, cents(&l["employer_amount"]) + by.1);
            net += by.0;
            taxable += if ["CSG_N", "CRDS", "PAS"].contains(&l["code"].as_str()) { 0 } else { by.0 };
            let (pay, take) = if amount < 0 { (String::new(), euros(-amount)) } else { (euros(amount), String::new()) };
            let rate = if employer == 0 { "" } else { l["employer_rate"].as_str() };
            let label = if l["code"] == "TIB" { "TRAITEMENT BRUT" } else { l["label"].as_str() };
            out += &format!("{id};;;{};{label};;;{pay};{take};{};{}\n", l["code"], rate.replace('.', ","), euros(employer));
        }
        out += &format!("{id};;;9200;NET IMPOSABLE;;;{};;;\n{id};;;9300;NET A PAYER;;;{};;;\n", euros(taxable), euros(net));
    }
    out
}

// The true December of 01372 has an IFSE of 50,00 that nobody knew: RAFP 5 %: 2,50, both shares; 98,25 %: 49,125: 3,34, 1,18 and 0,25;
// taxable 50,00 − 2,50 − 3,34 = 44,16 at 1,9 %: 0,84. 50,00 − 2,50 − 3,34 − 1,18 − 0,25 − 0,84 = 41,89.
// January's own pay is 1 325,90 (worked out in months_in_a_row.rs).
#[test]
fn the_true_pay_of_an_estimated_month_is_paid_with_the_next_and_settles_it() {
    let december = carried();
    assert_eq!(december.slip("01372")["mode"], "carried");
    let change = BTreeMap::from([
        ("SFT", (5_000, 0)),
        ("RAFP", (-250, 250)),
        ("CSG_D", (-334, 0)),
        ("CSG_N", (-118, 0)),
        ("CRDS", (-25, 0)),
        ("PAS", (-84, 0)),
    ]);
    let (folder, _) = next("true-pay", "2022-01", "2022-01-25", &december.folder);
    std::fs::write(folder.join("inbox/livre de paie 2021-12.csv"), register(december, &change, "01372")).expect("a register");
    let january = run(folder);
    assert_eq!(january.grave("C24", "01372"), [Severity::Justify]);
    assert_eq!(amounts(&january, "01372", "SFT"), [line("2022-01", "73.79"), line("2021-12", "50.00")]);
    assert_eq!(amounts(&january, "01372", "PAS"), [line("2022-01", "-26.62"), line("2021-12", "-0.84")]);
    let slip = january.slip("01372");
    assert_eq!((slip["net_paid"].as_str(), slip["net_taxable"].as_str()), ("1367.79", "1445.04"));
    // Every line of December is settled: those that were right too.
    let settled: BTreeMap<String, String> = january
        .of("estimates.csv", "01372")
        .into_iter()
        .map(|e| (e["code"].clone(), format!("{} {}", e["status"], e["settled"])))
        .collect();
    assert!(settled["SFT"].starts_with("settled") && settled["SFT"].contains("50,00"), "{}", settled["SFT"]);
    assert!(settled["TIB"].starts_with("settled confirm"), "{}", settled["TIB"]);
    assert!(january.told("C22").len() == 1);
    // Of the others the register says what was paid, and nothing is paid twice.
    assert_eq!(january.slip("00232")["net_paid"], "1836.16");
}

#[test]
fn a_true_pay_that_is_less_is_told_and_not_taken() {
    let december = carried();
    let (folder, _) = next("true-less", "2022-01", "2022-01-25", &december.folder);
    let change = BTreeMap::from([("SFT", (-5_000, 0))]);
    std::fs::write(folder.join("inbox/livre de paie 2021-12.csv"), register(december, &change, "01372")).expect("a register");
    let january = run(folder);
    assert_eq!(january.grave("C25", "01372"), [Severity::Justify]);
    assert_eq!(january.slip("01372")["net_paid"], "1325.90");
    assert!(january.of("estimates.csv", "01372").iter().all(|e| e["status"] == "open"));
}

// Index 343 in force since 1 January; a promotion to 360 of 1 December that comes in January: December owes 360 against the 340 it was
// paid on: 360 × 5 623,23 / 1200 = 1 686,97, less 1 593,25 = 93,72.
#[test]
fn a_fact_that_comes_late_settles_the_line_it_was_estimated_on() {
    let december = carried();
    let (folder, _) = next("true-fact", "2022-01", "2022-01-25", &december.folder);
    let list = "Matricule;Nom;Prénom;Ancien IM;Nouvel IM;Date d'effet;Référence arrêté\n01372;BÉCART;Cyril;334;360;01/12/2021;2022-007\n";
    std::fs::write(folder.join("inbox/avancements.csv"), list).expect("a list");
    let january = run(folder);
    let tib = january.of("estimates.csv", "01372").into_iter().find(|e| e["code"] == "TIB").expect("the estimate");
    assert_eq!((tib["month"].as_str(), tib["status"].as_str()), ("2021-12", "settled"));
    assert!(tib["settled"].contains("93,72"), "{}", tib["settled"]);
    let csg = january.of("estimates.csv", "01372").into_iter().find(|e| e["code"] == "CNRACL").expect("the estimate");
    assert_eq!(csg["status"], "open", "what nothing speaks of stays open");
}

#[test]
fn a_staff_file_that_gives_the_same_amount_confirms_it() {
    let december = carried();
    let (folder, _) = next("confirmed", "2022-01", "2022-01-25", &december.folder);
    std::fs::copy("samples/montreval/inbox/agents.xlsx", folder.join("inbox/agents.xlsx")).expect("a staff file");
    let january = run(folder);
    let tib = january.of("estimates.csv", "01372").into_iter().find(|e| e["code"] == "TIB").expect("the estimate");
    assert!(tib["status"] == "settled" && tib["settled"].contains("agents.xlsx"), "{tib:?}");
    // The record alone says nothing new.
    let alone = run(next("not-confirmed", "2022-01", "2022-01-25", &december.folder).0);
    assert!(alone.of("estimates.csv", "01372").iter().all(|e| e["status"] == "open"));
}

#[test]
fn what_was_said_of_files_goes_on_for_files_called_the_same_but_for_the_month() {
    let folder = rosay("mapped", "");
    let source =
        "\n[[source]]\nfile = \"pointages décembre 2021.csv\"\nrole = \"amounts\"\n\n[source.columns]\n\"QTE\" = \"fact:heures_jour_14\"\n";
    std::fs::write(folder.join("releve.toml"), format!("{ROSAY}{source}")).expect("the settings");
    std::fs::write(folder.join("inbox/pointages décembre 2021.csv"), "matricule;nom;prénom;QTE\n00101;ABEL;Jean;3\n").expect("a list");
    let december = run(folder);
    assert!(!amounts(&december, "00101", "HS_J14").is_empty(), "the mapping of December is used");
    let (folder, _) = next("mapped-01", "2022-01", "2022-01-25", &december.folder);
    std::fs::write(folder.join("inbox/pointages janvier 2022.csv"), "matricule;nom;prénom;QTE\n00101;ABEL;Jean;5\n").expect("a list");
    let january = run(folder);
    assert_eq!(january.of("lines.csv", "00101").iter().find(|l| l["code"] == "HS_J14").expect("overtime")["base"], "5");
    assert!(january.told("M09").is_empty());
    // The month after has no such file, and nobody is asked about it.
    let february = run(next("mapped-02", "2022-02", "2022-02-24", &january.folder).0);
    assert!(february.told("M09").is_empty());
}

#[test]
fn a_record_of_another_employer_is_refused() {
    let december = run(rosay("employer", ""));
    let (folder, _) = next("employer-01", "2022-01", "2022-01-25", &december.folder);
    assert!(run(folder.clone()).told("J13").is_empty());
    let path = folder.join("releve.toml");
    let text = std::fs::read_to_string(&path).expect("the settings").replace("21930057200019", "21750001600019");
    std::fs::write(&path, text).expect("the settings");
    let told = run(folder);
    assert_eq!(told.told("J13").iter().map(|f| f.severity).collect::<Vec<_>>(), [Severity::Blocking]);
    assert!(told.outcome.held.contains(&"J13".to_owned()));
}

// 2 154,21 a month. A record in which somebody wrote 3 154,21 as the year's sum is told, and the employee waits.
#[test]
fn sums_of_the_year_that_do_not_follow_from_the_payslips_set_the_employee_aside() {
    let december = run(rosay("sums", ""));
    let january = run(next("sums-01", "2022-01", "2022-01-25", &december.folder).0);
    let february = run(next("sums-02", "2022-02", "2022-02-24", &january.folder).0);
    assert!(february.told("TAX-03").is_empty());
    let not_run = |ran: &Ran| ran.outcome.not_run.iter().any(|n| n.control == "TAX-03");
    assert!(not_run(&december) && !not_run(&february), "sums of 2021 are no sums of 2022");
    let (folder, _) = next("sums-03", "2022-02", "2022-02-24", &january.folder);
    let path = folder.join("inbox/paie-2022-01/people.csv");
    let text = std::fs::read_to_string(&path).expect("people");
    assert!(text.contains("2154.21"));
    std::fs::write(&path, text.replace(",2154.21,", ",3154.21,")).expect("people");
    let changed = run(folder);
    assert_eq!(changed.grave("TAX-03", "00101"), [Severity::Blocking]);
    assert!(changed.of("transfers.csv", "00101").is_empty());
}

#[test]
fn whoever_decides_alone_is_named() {
    let rows = "correction;00101;indice_majore;430;2021-12;2021-12;Mme Roche;06/12/2021;arrêté à venir\n";
    let two = |who: &str| format!("{rows}dispense;00101;VAR-02;;2021-12;;{who};07/12/2021;vérifié\n");
    let alone = run(rosay("alone", &two("Mme ROCHE")));
    assert_eq!(alone.grave("GOV-01", "00101"), [Severity::Blocking]);
    let second = run(rosay("second", &two("M. Petit")));
    assert!(second.told("GOV-01").is_empty());
    assert!(second.outcome.not_run.iter().any(|n| n.control == "GOV-01"), "the month as a whole is approved later");
}

// December paid on the account that a call-back confirmed; a file of the old software for the same day has the account before it.
#[test]
fn a_transfer_file_beside_the_record_does_not_take_a_confirmed_account_back() {
    const OLD: &str = "FR7699901004442740655625831";
    const NEW: &str = "FR7699904009515664527579423";
    let call = format!("contre-appel;00101;0300000000;{NEW};2021-12;;Mme Roche;06/12/2021;appelé au numéro du dossier\n");
    let december = run(rosay("called-back", &call));
    let paid_on = |ran: &Ran| ran.of("transfers.csv", "00101").into_iter().map(|r| r["iban"].clone()).collect::<Vec<_>>();
    assert_eq!(paid_on(&december), [NEW]);
    let sent = std::fs::read_to_string(december.folder.join("out/virements-2021-12.xml")).expect("the transfer file");
    assert!(sent.contains(NEW));
    let with = |name: &str, account: &str| {
        let (folder, _) = next(name, "2022-01", "2022-01-25", &december.folder);
        std::fs::write(folder.join("inbox/virements.xml"), sent.replace(NEW, account)).expect("a transfer file");
        run(folder)
    };
    assert_eq!(paid_on(&with("called-back-same", NEW)), [NEW]);
    let other = with("called-back-other", OLD);
    assert!(other.grave("BNK-03", "00101").contains(&Severity::Blocking) && paid_on(&other).is_empty());
    // Once it is settled that December did not go there, the confirmed account is still the one last paid.
    let (folder, _) = next("called-back-after", "2022-02", "2022-02-24", &other.folder);
    assert_eq!(paid_on(&run(folder)), [NEW]);
}

/// A status report about the transfer file that a run wrote, read in the month after without that file.
#[test]
fn a_report_about_our_own_transfer_file_names_whom_it_refuses_from_the_record() {
    let december = run(rosay("refused", ""));
    let sent = std::fs::read_to_string(december.folder.join("out/virements-2021-12.xml")).expect("the transfer file");
    let leaf = |name: &str| {
        let (_, rest) = sent.split_once(&format!("<{name}>")).expect("a leaf");
        rest.split_once('<').expect("an end").0.to_owned()
    };
    let refused = |name: &str, group: &str, batch: &str, transfer: &str| {
        let (folder, _) = next(name, "2022-01", "2022-01-25", &december.folder);
        let report = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2021-12-23T09:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>{group}</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{}</OrgnlPmtInfId><PmtInfSts>{batch}</PmtInfSts><TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{transfer}</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n",
            leaf("MsgId"),
            leaf("PmtInfId"),
            leaf("EndToEndId")
        );
        std::fs::write(folder.join("inbox/statut.xml"), report).expect("a report");
        let ran = run(folder);
        assert!(ran.told("F17").is_empty() && ran.told("F16").is_empty(), "the report is about what the record holds");
        ran.grave("F15", "00101")
    };
    // AC04: the account is closed, nobody is paid on it before another is confirmed.
    assert_eq!(refused("refused-one", "PART", "PART", "RJCT"), [Severity::Blocking]);
    // A batch or a file refused as a whole says nothing of the accounts.
    assert_eq!(refused("refused-batch", "PART", "RJCT", "PDNG"), [Severity::Justify]);
    assert_eq!(refused("refused-file", "RJCT", "PDNG", "PDNG"), [Severity::Justify]);
    assert_eq!(refused("refused-none", "PART", "PART", "ACSC"), []);
}

/// One transfer of November to the one agent.
pub fn sent(net: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03\"><CstmrCdtTrfInitn><GrpHdr><MsgId>PAIE-2021-11</MsgId>\
        <CreDtTm>2021-11-23T09:00:00</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>{net}</CtrlSum><InitgPty><Nm>ROSAY</Nm></InitgPty></GrpHdr>\
        <PmtInf><PmtInfId>PAIE-2021-11-1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>1</NbOfTxs><CtrlSum>{net}</CtrlSum>\
        <ReqdExctnDt>2021-11-25</ReqdExctnDt><Dbtr><Nm>ROSAY</Nm></Dbtr><DbtrAcct><Id><IBAN>FR7630001007941234567890185</IBAN></Id></DbtrAcct>\
        <DbtrAgt><FinInstnId><BIC>BDFEFRPP</BIC></FinInstnId></DbtrAgt><CdtTrfTxInf><PmtId><EndToEndId>PAIE-202111-00101</EndToEndId></PmtId>\
        <Amt><InstdAmt Ccy=\"EUR\">{net}</InstdAmt></Amt><Cdtr><Nm>ABEL Jean</Nm></Cdtr><CdtrAcct><Id><IBAN>FR7699901004442740655625831</IBAN></Id>\
        </CdtrAcct></CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>"
    )
}

// December is 75 % of November's transfer of 1 721,15: 1 290,86. November's register comes in January. Named as the month last paid it
// would lose the advance; put beside the transfer where December was made, it is the pay behind it:
// January pays 2 × 1 721,15 − 1 290,86 = 2 151,44.
#[test]
fn a_document_of_the_month_before_an_advance_goes_where_the_advance_was_made_and_no_advance_is_lost() {
    let november = rosay("alone", "");
    for file in ["livre de paie.csv", "agents.csv"] {
        std::fs::remove_file(november.join("inbox").join(file)).expect("a file");
    }
    std::fs::write(november.join("inbox/virements.xml"), sent("1721.15")).expect("the transfers");
    let advance = format!("{ROSAY}\n[policies]\nmode = \"advance\"\nunproven = \"advance\"\nadvance_share = \"0.75\"\n");
    std::fs::write(november.join("releve.toml"), &advance).expect("the settings");
    let again = empty("alone-again");
    copy(&november, &again);
    let december = run(november);
    let paid = december.out("transfers.csv");
    assert_eq!(december.of("transfers.csv", "00101")[0]["amount"], "1290.86");
    let lines = [&PLAIN[..], &["9300;NET A PAYER;;;1721,15;"]].concat();
    let register = format!("LIVRE DE PAIE - NOVEMBRE 2021\n{}", register_of(&lines));

    let recompute = |folder: &Path, last: &str| {
        let path = folder.join("releve.toml");
        let text = std::fs::read_to_string(&path).expect("the settings").replace("\"advance\"", "\"recompute\"");
        let text = if last.is_empty() { text } else { text.replacen("\npay_date", &format!("\nlast_month = \"{last}\"\npay_date"), 1) };
        std::fs::write(path, text).expect("the settings");
    };
    let (folder, _) = next("alone-01", "2022-01", "2022-01-25", &december.folder);
    recompute(&folder, "");
    std::fs::write(folder.join("inbox/livre.csv"), &register).expect("a register");
    let january = run(folder.clone());
    let told = january.told("M74");
    let said = (told.len(), told[0].message(Lang::Fr), told[0].help(Lang::Fr).unwrap_or_default());
    assert!(said.0 == 1 && said.1.contains("derrière l'acompte de 1 agent") && said.2.contains("advance_share = \"0.75\""), "{said:?}");
    assert_eq!(january.grave("R98", "00101"), [Severity::Justify]);

    recompute(&folder, "2021-11");
    let lost = run(folder);
    assert_eq!(lost.told("R130").iter().map(|f| (f.severity, f.stake)).collect::<Vec<_>>(), [(Severity::Blocking, 129_086)]);
    assert!(!lost.outcome.held.is_empty());

    std::fs::write(again.join("inbox/livre.csv"), &register).expect("a register");
    let again = run(again);
    assert_eq!(again.out("transfers.csv"), paid);
    let (folder, _) = next("alone-again-01", "2022-01", "2022-01-25", &again.folder);
    recompute(&folder, "");
    let january = run(folder);
    assert_eq!(amounts(&january, "00101", "REP_ACPT"), [line("2022-01", "-1290.86")]);
    assert_eq!(january.of("transfers.csv", "00101")[0]["amount"], "2151.44");
}
