//! Columns of a staff file that may be taken for more than they say: hours of a post, two accounts, ends that are no contract's, two
//! names; and a column of a register that is no pay.
//!
//! Amounts are worked out by hand: 373 points make 1836.1982, of which six sevenths are 1573.88.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran};
use releve::ground::Severity;

/// Number, surname, pay, contributions in the order of the rubrics, net.
type Paid<'p> = (&'p str, &'p str, [&'p str; 7], &'p str);

const WHOLE: [&str; 7] = ["1836,20", "126,70", "7,34", "51,41", "122,68", "43,30", "9,02"];
// On 1573.88: 108.60, 6.30 and 44.07; on 98.25 % of it, 1546.34, 105.15, 37.11 and 7.73.
const PART: [&str; 7] = ["1573,88", "108,60", "6,30", "44,07", "105,15", "37,11", "7,73"];
const RUBRICS: [&str; 7] = [
    "0010;TRAITEMENT BRUT;;",
    "1010;SS VIEILLESSE PLAF.;;6,90",
    "1011;VIEILLESSE DEPLAFONNEE;;0,40",
    "1020;IRCANTEC TR. A;;2,80",
    "1030;CSG DEDUCTIBLE;;6,80",
    "1031;CSG NON DEDUCTIBLE;;2,40",
    "1032;CRDS;;0,50",
];

fn town(name: &str, paid: &[Paid<'_>], staff: &str, list: &str) -> Ran {
    let head = "LIVRE DE PAIE NOVEMBRE 2025\nMatricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";
    let mut register = head.to_owned();
    for (id, surname, amounts, net) in paid {
        for (i, (rubric, amount)) in RUBRICS.iter().zip(amounts).enumerate() {
            let sides = if i == 0 { format!("{amount};") } else { format!(";{amount}") };
            register.push_str(&format!("{id};{surname};Hélène;{rubric};{sides};;\n"));
        }
        register.push_str(&format!("{id};{surname};Hélène;9300;NET A PAYER;;;{net};;;\n"));
    }
    let files = [("livre de paie.csv", register), ("agents.csv", staff.to_owned()), ("liste.csv", list.to_owned())];
    let files: Vec<_> = files.into_iter().filter(|f| !f.1.is_empty()).collect();
    run(name, &files)
}

fn run(name: &str, files: &[(&str, String)]) -> Ran {
    let settings = "format = 1\nmonth = \"2025-12\"\npay_date = 2025-12-22\npack = \"fr-fpt\"\n[employer]\nname = \"Rosay\"\n";
    ran::run_in(ran::job("staff-columns", name, settings, files), None)
}

// The supplement for two children of a post of 30 hours is 77.72 × 30/35; part time would have all of it.
#[test]
fn thirty_hours_are_a_post_that_is_not_full() {
    let list = "Matricule;Nom;Prénom;Nb enfants à charge (SFT);Date d'effet\n00101;ABEL;Hélène;2;01/12/2025\n";
    for (i, (titles, cells)) in [
        ("Heures hebdo", ["30", "35"]),
        ("Temps (TC/TNC/TP);Heures hebdo", ["TNC;30", "TC;35"]),
        ("Type de temps;Nb heures;Taux", ["Temps non complet;30;100", "Temps complet;35;100"]),
    ]
    .into_iter()
    .enumerate()
    {
        let staff = format!(
            "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;{titles};Taux PAS\n00101;ABEL;Hélène;Contractuel;C;373;{};0\n\
             00102;BRUN;Hélène;Contractuel;C;373;{};0\n00103;CROS;Hélène;Contractuel;C;373;{};0\n",
            cells[0], cells[1], cells[1]
        );
        let paid = [("00101", "ABEL", PART, "1264,92"), ("00102", "BRUN", WHOLE, "1475,75"), ("00103", "CROS", WHOLE, "1475,75")];
        let r = town(&format!("hours-{i}"), &paid, &staff, list);
        assert_eq!((r.line("00101", "TIB"), r.line("00101", "SFT")), (vec!["1573.88".to_owned()], vec!["66.62".to_owned()]), "{titles}");
    }
}

#[test]
fn of_two_numbered_accounts_none_is_paid_on() {
    let staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;IBAN 1;IBAN 2\n\
        00101;ABEL;Hélène;Contractuel;C;373;FR7699901007770005550011180;FR8899903008947510 9X1392610\n";
    let staff = staff.replace("FR8899903008947510 9X1392610", "FR889990300894751 09X1392610").replace(' ', "");
    let r = town("accounts", &[("00101", "ABEL", WHOLE, "1475,75")], &staff, "");
    assert_eq!((r.told("BNK-02", "00101"), r.waits("00101")), (vec![Severity::Blocking], true));
}

#[test]
fn an_end_that_is_no_contracts_is_asked_and_a_foreseen_one_is_none() {
    let of = |name: &str, title: &str, status: &str| {
        let staff = format!("Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;{title}\n00101;ABEL;Hélène;{status};C;373;15/12/2025\n");
        town(name, &[("00101", "ABEL", WHOLE, "1475,75")], &staff, "")
    };
    let blocks = vec![Severity::Blocking];
    assert_eq!(of("end-stage", "Fin de stage", "Titulaire").told("M376", "00101"), blocks);
    let r = of("end-contract", "Fin de contrat", "Contractuel");
    assert!(r.told("M376", "00101").is_empty() && !r.told("F05", "00101").is_empty());
    let r = of("end-foreseen", "Date prévisionnelle de retraite", "Contractuel");
    assert_eq!(r.line("00101", "TIB"), ["1836.20"]);
}

#[test]
fn whoever_was_paid_under_the_usual_name_still_is() {
    let staff = "Matricule;Nom d'usage;Nom de naissance;Prénom;Statut;Catégorie;Indice majoré;IBAN\n\
        00101;SAINT-MARTIN;DUBOIS;Hélène;Contractuel;C;373;FR7699901007770005550011180\n";
    let r = town("usual", &[("00101", "SAINT-MARTIN", WHOLE, "1475,75")], staff, "");
    assert!(r.told("M14", "00101").is_empty());
    let names: Vec<String> = r.rows("transfers.csv").iter().map(|t| t["name"].clone()).collect();
    assert_eq!(names, ["SAINT-MARTIN HELENE"]);
}

/// Shares of full time in a register are no pay, and no employer's contribution: those that it does not show are what the law makes.
#[test]
fn a_column_of_shares_shows_no_employers_part() {
    let head = "LIVRE DE PAIE NOVEMBRE 2025\nMatricule;Nom;Prénom;ETP;Traitement de base;Vieillesse plaf.;Vieillesse déplaf.;IRCANTEC TA;CSG déd.;CSG non déd.;CRDS;NET PAYÉ\n";
    let row = |id: &str, name: &str| format!("{id};{name};Hélène;1;1836,20;-126,70;-7,34;-51,41;-122,68;-43,30;-9,02;1475,75\n");
    let register = format!("{head}{}{}", row("00101", "ABEL"), row("00102", "BRUN"));
    let staff = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Taux PAS\n00101;ABEL;Hélène;Contractuel;C;373;0\n00102;BRUN;Hélène;Contractuel;C;373;0\n";
    let r = run("shares", &[("livre de paie.csv", register), ("agents.csv", staff.to_owned())]);
    assert!(r.told("F160", "").is_empty());
    // 5.25 % of 1836.20.
    let all = r.rows("lines.csv");
    let of = all.iter().find(|l| l["employee"] == "00101" && l["code"] == "AF").map(|l| l["employer_amount"].clone());
    assert_eq!(of.as_deref(), Some("96.40"));
}
