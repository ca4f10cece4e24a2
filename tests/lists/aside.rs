//! Lists that say too little: whoever they name waits by name, and nobody else does.
//!
//! Nets are those of `samples/montreval/expected`, which the sample's README says how they were made.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran, expected, run_in};
use releve::ground::Severity;
use std::collections::BTreeMap;
use std::path::Path;

const SAMPLE: &str = "samples/montreval";
const ABSENCES: &str = "absences-decembre.xls";
const CIA: &str = "cia-decembre.csv";

impl Ran {
    fn nets(&self) -> BTreeMap<String, String> {
        self.rows("payslips.csv").into_iter().map(|r| (r["employee"].clone(), r["net_paid"].clone())).collect()
    }
    fn sent(&self) -> bool {
        self.folder.join("out/virements-2021-12.xml").is_file()
    }
}

/// The sample without the files `out`, with one more.
fn run(name: &str, out: &[&str], file: &str, text: &str) -> Ran {
    ran::sample("lists-aside", name, out, &[(file, text)])
}

// Of the sample, agent 00844 was on strike on two days of December.
#[test]
fn one_date_is_one_day_of_what_lasts_a_day() {
    let text = "Matricule;Nom;Prénom;Nature;Date\n00844;RAMPAL;Joël;Grève;06/12/2021\n00844;RAMPAL;Joël;Grève;07/12/2021\n";
    let r = run("strike-dates", &[ABSENCES], "mouvements.csv", text);
    assert_eq!(r.nets()["00844"], expected("00844"));
    assert!(!r.waits("00844"));
}

#[test]
fn one_date_of_a_leave_is_a_beginning_without_an_end() {
    for title in ["Nature;Date", "Objet;Date", "Événement;Date"] {
        for kind in ["Disponibilité", "Congé parental", "Retour de congé parental", "Maladie", "Congé de longue maladie", "Décès"] {
            let text = format!("Matricule;Nom;Prénom;{title}\n00844;RAMPAL;Joël;{kind};10/12/2021\n");
            let r = run("one-date", &[ABSENCES], "liste.csv", &text);
            assert!(r.waits("00844"), "{title} {kind}");
            assert!(!r.waits("00102"), "{title} {kind}");
        }
    }
}

#[test]
fn a_new_position_is_asked() {
    for title in ["Position;A compter du", "Position administrative;Effet", "Position;Date"] {
        let text = format!("Matricule;Nom;Prénom;{title}\n00844;RAMPAL;Joël;Disponibilité;01/12/2021\n");
        let r = run("position", &[ABSENCES], "liste.csv", &text);
        assert!(r.waits("00844") && !r.waits("00102"), "{title}");
        // With a bare « Date » it is the kind of an absence that begins.
        let code = if title.ends_with("Date") { "M83" } else { "M170" };
        assert_eq!(r.told(code, "00844"), [Severity::Blocking], "{title}");
    }
    let text = "Matricule;Nom;Prénom;Position;Nouvel IM;A compter du\n00844;RAMPAL;Joël;Activité;404;01/12/2021\n";
    assert!(run("position-activity", &[ABSENCES], "avancements.csv", text).told("M170", "00844").is_empty());
}

// A sheet that nobody can read: its two agents wait, and 89 − 2 others are sent.
#[test]
fn an_unread_sheet_stops_nobody_but_those_it_names() {
    let text = "Matricule;Nom;Prénom;Dossier;Zone\n00760;ASTIER;Sofiane;D12;K4\n00225;AGUILAR;Loïc;D13;K5\n";
    let r = run("unread", &[], "dossiers.csv", text);
    assert_eq!(
        ["00760", "00225"].map(|e| (r.told("M95", e), r.waits(e))),
        [(vec![Severity::Blocking], true), (vec![Severity::Blocking], true)]
    );
    assert_eq!(r.told("IMP-01", ""), [Severity::Justify]);
    assert!(r.sent() && !r.waits("00102"));
    // Somebody nobody knows stands there too: whom the row means is not known.
    let text = format!("{text};POULAIN;Joëlle;D14;K6\n");
    let r = run("unread-stranger", &[], "dossiers.csv", &text);
    assert_eq!(r.told("IMP-01", ""), [Severity::Blocking]);
    assert!(!r.sent());
}

#[test]
fn a_mail_names_its_agents_by_number_and_by_name() {
    let mail = "De : chef.voirie@ville.example\nObjet : heures sup\n\nBonjour,\n\nVoici les heures du mois :\n\n\
                - ASTIER Sofiane (00760) : 3 h en semaine\n- Loïc AGUILAR : 6 h le dimanche\n\nMerci, bonne journée\n";
    let r = run("mail", &[], "mail heures.txt", mail);
    for agent in ["00760", "00225"] {
        assert_eq!(r.told("M95", agent), [Severity::Blocking]);
        assert!(r.waits(agent));
    }
    assert!(r.sent() && !r.waits("00102"));
    let mail = format!("{mail}- POULAIN Joëlle : 4 h\n");
    assert!(!run("mail-stranger", &[], "mail heures.txt", &mail).sent());
    let all = "Bonjour,\nAGUILAR Loïc : 6 h, et 2 h pour tous les agents\n";
    assert!(!run("mail-all", &[], "mail heures.txt", all).sent());
}

#[test]
fn idem_is_the_agent_above() {
    let whole = std::fs::read_to_string(Path::new(SAMPLE).join("inbox").join(CIA)).expect("the sample is UTF-8");
    for mark in ["idem", "\"\"\"\"", "-\"\"-", "//"] {
        // 200,00 of 00102 in two parts.
        let mark = if mark.contains('"') && !mark.starts_with('"') { format!("\"{mark}\"") } else { mark.to_owned() };
        let text = whole
            .replace("00102;ARNOUX;Jean-Noël;200,00;2021-600", &format!("00102;ARNOUX;Jean-Noël;150,00;2021-600\n{mark};;;50,00;2021-600"));
        assert_ne!(text, whole);
        let r = run("idem", &[CIA], CIA, &text);
        assert_eq!(r.nets()["00102"], expected("00102"), "{mark}");
        assert!(!r.waits("00102"), "{mark}");
    }
}

#[test]
fn a_newcomer_without_a_number_is_told_by_name() {
    let text = "Nom;Prénom;Né(e) le;Statut;Cat;Emploi;IM;Temps de travail;Du;Au\nPOULAIN;Joëlle;03/12/1964;CDD;C;Agent d'entretien;343;100 %;03/12/2021;31/12/2021\n";
    let r = run("newcomer", &[], "recrutements.csv", text);
    assert_eq!(r.told("M171", "POULAIN Joëlle"), [Severity::Blocking]);
    assert!(r.sent());
}

// The sample's bonuses of two agents, under their identity numbers: one with its key, one without.
#[test]
fn a_list_by_identity_number_alone_is_read() {
    let r = run("by-nir", &[CIA], CIA, "NIR;CIA\n1 84 09 47 981 058 44;200,00\n2821243950355;300,00\n");
    for agent in ["00102", "00232"] {
        assert_eq!((r.nets()[agent].clone(), r.waits(agent)), (expected(agent), false));
    }
    // In a sheet that nobody can read it names its agent all the same.
    let r = run("unread-nir", &[], "dossiers.csv", "Qui;Dossier;Zone\n1 84 09 47 981 058 44;D12;K4\n2821243950355;D13;K5\n");
    assert_eq!(["00102", "00232"].map(|e| r.told("M95", e)), [[Severity::Blocking], [Severity::Blocking]]);
    assert!(r.sent());
    let written = std::fs::read_to_string(r.folder.join("out/findings.json")).expect("the findings");
    assert!(!written.contains("2821243950355") && !written.contains("98105844"));
}

// Whatever a column says of half pay; full pay and what takes the day's pay whole are as their kind says.
#[test]
fn half_pay_beside_an_absence_sets_aside() {
    let cases = [
        ("Maladie ordinaire", "Traitement", "DT", true),
        ("Maladie ordinaire", "Traitement", "Demi-traitement", true),
        ("Maladie ordinaire", "% rémunération", "50", true),
        ("Maladie ordinaire", "Traitement", "PT", false),
        ("Maladie ordinaire", "% rémunération", "100", false),
        ("Maladie ordinaire", "Date de traitement", "05/12/2021", false),
    ];
    for (i, (nature, heading, text, waits)) in cases.into_iter().enumerate() {
        let list = format!("Matricule;Nom;Prénom;Nature;Du;Au;{heading}\n00102;ARNOUX;Jean-Noël;{nature};06/12/2021;10/12/2021;{text}\n");
        let r = run(&format!("half-pay-{i}"), &[ABSENCES], "absences.csv", &list);
        assert_eq!(r.told("M261", "00102").contains(&Severity::Blocking), waits, "{heading} {text}");
    }
}

// « À payer » empty beside « Réalisées » 5: nothing says that the five are paid.
#[test]
fn a_group_of_what_was_done_is_not_paid_beside_one_of_what_is_paid() {
    let list = "Heures supplémentaires;;;;\n;;;Réalisées;À payer\nMatricule;Nom;Prénom;HS jour 14 premières;HS jour 14 premières\n\
        00102;ARNOUX;Jean-Noël;8;6\n00232;TARDIEU;Régine;5;\n";
    let r = run("done-and-paid", &["heures-sup-decembre.ods"], "heures.csv", list);
    assert!(r.waits("00232"));
    assert!(r.waits("00102"));
}

// An elected member has an allowance; a bonus, an index and a day of leaving are of those who are employed.
#[test]
fn an_elected_member_is_given_nothing_that_employees_are() {
    let settings = "format = 1\nmonth = \"2021-12\"\npay_date = 2021-12-28\npack = \"fr-fpt\"\n\n[employer]\nname = \"Commune de Rosay\"\n";
    let register = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n\
        00981;MOREL;Luc;0010;INDEMNITE DE FONCTION;;;800,00;;;\n00981;MOREL;Luc;9300;NET A PAYER;;;800,00;;;\n";
    let staff = "Matricule;Nom;Prénom;Statut;Taux PAS\n00981;MOREL;Luc;Élu;0\n";
    let lists = [
        ("cia.csv", "Matricule;Nom;Prénom;Montant CIA\n00981;MOREL;Luc;300,00\n", true),
        ("départs.csv", "Matricule;Nom;Prénom;Dernier jour payé\n00981;MOREL;Luc;15/12/2021\n", true),
        ("taux.csv", "Matricule;Nom;Prénom;Nouveau taux PAS;Date d'effet\n00981;MOREL;Luc;2,1 %;01/12/2021\n", false),
    ];
    for (i, (file, list, asked)) in lists.into_iter().enumerate() {
        let files = [("livre de paie.csv", register), ("agents.csv", staff), (file, list)];
        let r = run_in(ran::job("lists-aside", &format!("elected-{i}"), settings, &files), None);
        assert_eq!(r.told("F80", "00981").contains(&Severity::Blocking), asked, "{file}");
    }
}
