//! A register that prints the lines of last month less the days of an absence: over, and paid whole again; or asked.
//!
//! Amounts are worked out by hand: 373 points make 1836.20, of which two thirtieths are 122.41; 175.00 are 28 thirtieths of 187.50.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran};
use releve::ground::Severity;

const STAFF: &str =
    "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;IFSE;Quotité;Taux PAS\n00101;ABEL;Jean;Contractuel;C;373;187,50;100 %;0\n";

/// The sums of a month, as a register prints them: what is paid, then the contributions on it and the net.
fn run(name: &str, [pay, ifse]: [&str; 2], taken: [&str; 6], net: &str) -> Ran {
    let [old_age, above, pension, csg, csg_taxed, crds] = taken;
    let rows = [
        format!("0010;TRAITEMENT BRUT;373,00;;{pay};;;"),
        format!("0050;IFSE;;;{ifse};;;"),
        format!("1010;SS VIEILLESSE PLAF.;;6,90;;{old_age};;"),
        format!("1011;VIEILLESSE DEPLAFONNEE;;0,40;;{above};;"),
        format!("1020;IRCANTEC TR. A;;2,80;;{pension};;"),
        format!("1030;CSG DEDUCTIBLE;;6,80;;{csg};;"),
        format!("1031;CSG NON DEDUCTIBLE;;2,40;;{csg_taxed};;"),
        format!("1032;CRDS;;0,50;;{crds};;"),
        format!("9300;NET A PAYER;;;{net};;;"),
    ];
    let head = "LIVRE DE PAIE NOVEMBRE 2025\nMatricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";
    let paid: String = rows.iter().map(|r| format!("00101;ABEL;Jean;{r}\n")).collect();
    let files = [("livre de paie.csv", format!("{head}{paid}")), ("agents.csv", STAFF.to_owned())];
    let settings = "format = 1\nmonth = \"2025-12\"\npay_date = 2025-12-22\npack = \"fr-fpt\"\n[employer]\nname = \"Rosay\"\n";
    ran::run_in(ran::job("absence-over", name, settings, &files), None)
}

fn line(r: &Ran, code: &str) -> Vec<String> {
    r.line("00101", code)
}

// 1713.79 and 175.00: on 1888.79, 130.33, 7.56 and 52.89; on 98.25 % of it, 1855.74, 126.19, 44.54 and 9.28.
#[test]
fn lines_less_two_thirtieths_are_an_absence_that_is_over() {
    let r = run("two-days", ["1713,79", "175,00"], ["130,33", "7,56", "52,89", "126,19", "44,54", "9,28"], "1518,00");
    assert_eq!((line(&r, "TIB"), line(&r, "IFSE")), (vec!["1836.20".to_owned()], vec!["187.50".to_owned()]));
    assert_eq!(r.told("C48", "00101"), [Severity::Justify]);
    assert!(r.told("C03", "00101").is_empty() && r.told("IMP-04", "00101").is_empty());
}

// 180.00 are no thirtieths of 187.50: on 1893.79, 130.67, 7.58 and 53.03; on 1860.65, 126.52, 44.66 and 9.30.
#[test]
fn a_line_that_is_neither_whole_nor_short_of_as_much_is_asked() {
    let r = run("odd", ["1713,79", "180,00"], ["130,67", "7,58", "53,03", "126,52", "44,66", "9,30"], "1522,03");
    assert!(r.told("C48", "00101").is_empty() && r.waits("00101"));
}

// Thirteen thirtieths away may go on: 1040.51 and 106.25; on 1146.76, 79.13, 4.59 and 32.11; on 1126.69, 76.61, 27.04 and 5.63.
#[test]
fn a_long_absence_is_asked() {
    let r = run("thirteen-days", ["1040,51", "106,25"], ["79,13", "4,59", "32,11", "76,61", "27,04", "5,63"], "921,65");
    assert_eq!((r.told("C49", "00101"), r.waits("00101")), (vec![Severity::Blocking], true));
}
