//! What lies in an office beside the lists of the month: told, and nobody waits for it; unless a title of it is of something paid.

#[path = "../made/mod.rs"]
mod made;

use made::ran::{self, OfAgent as _, Ran};
use made::staff;
use releve::ground::Severity;
use std::collections::BTreeMap;

fn nets(of: impl IntoIterator<Item = made::Row>) -> BTreeMap<String, i64> {
    of.into_iter().map(|r| (r["employee"].clone(), made::cents(&r["net_paid"]))).collect()
}

fn run(name: &str, out: &[&str], file: &str, text: &str) -> Ran {
    ran::sample("lists-office", name, out, &[(file, text.as_bytes().to_vec())])
}

/// A row for each agent of the staff file under these titles.
fn of_all(title: &str, titles: &str, row: impl Fn(&str, &made::Row) -> String) -> String {
    let rows: String = staff().iter().map(|(id, r)| format!("{id};{};{};{}\n", r["Nom"], r["Prénom"], row(id, r))).collect();
    format!("{title};;;\nMatricule;Nom;Prénom;{titles}\n{rows}")
}

fn told(r: &Ran, code: &str) -> Vec<Severity> {
    r.outcome.findings.iter().filter(|f| f.code == code).map(|f| f.severity).collect()
}

#[test]
fn files_of_an_office_pay_and_hold_nobody() {
    let expected = nets(made::expected("payslips.csv"));
    let usual = run("none", &[], "note.txt", "");
    let held = |r: &Ran| usual.rows("transfers.csv").len() - r.rows("transfers.csv").len();
    for (file, title, titles, row) in [
        ("annuaire.csv", "Annuaire interne", "Poste;Portable;Courriel", "4512;06 00 00 00 00;a@b.invalid"),
        (
            "liste.csv",
            "Compteurs au 31/12/2021",
            "CA acquis;CA pris;RTT pris;Jours de télétravail;Solde HS;Heures à récupérer",
            "25;3;1;4;6;2",
        ),
        ("liste.csv", "Relevé badgeuse décembre 2021", "N° badge;Heures badgées;Heures théoriques;Écart", "7001;150,5;151,67;-1,17"),
        ("entretiens.csv", "Entretiens professionnels 2021", "Prochain échelon;Date prévue;Proposition CIA", "7;01/03/2022;300"),
        ("visites.csv", "Visites médicales", "Date;Heure;Avis", "14/12/2021;9h30;Apte"),
        ("tt.csv", "Autorisations de télétravail", "Jours autorisés par semaine;Lieu;Début;Fin", "2;Domicile;01/12/2021;31/05/2022"),
    ] {
        let r = run(titles, &[], file, &of_all(title, titles, |_, _| row.to_owned()));
        assert_eq!((told(&r, "M411"), held(&r)), (vec![Severity::Justify], 0), "{title}");
        assert_eq!(nets(r.rows("payslips.csv")), expected, "{title}");
    }
}

#[test]
fn what_such_a_file_says_of_pay_is_asked_all_the_same() {
    for (title, heading) in [
        ("Compteurs au 31/12/2021", "HS jour - 14 premières"),
        ("Entretiens professionnels 2021", "Montant CIA (€)"),
        ("Visites médicales", "Nouvelle quotité"),
        ("Annuaire - primes", "Proposition"),
    ] {
        let text = format!("{title};;;\nMatricule;Nom;Prénom;{heading}\n00225;AGUILAR;Loïc;80\n");
        let r = run(&format!("asked-{heading}"), &[], "liste.csv", &text);
        let read =
            r.waits("00225") || r.rows("payslips.csv").iter().any(|p| p["employee"] == "00225" && p["net_paid"] != ran::expected("00225"));
        assert!(told(&r, "M411").is_empty() && read, "{title} {heading}");
    }
    let text = "Annuaire;;;\nMatricule;Nom;Prénom;Observations\n00225;AGUILAR;Loïc;ne plus payer\n";
    assert!(run("no-longer", &[], "annuaire.csv", text).waits("00225"));
    let text = "Annuaire;;;\nMatricule;Nom;Prénom;Date de sortie\n00225;AGUILAR;Loïc;15/12/2021\n";
    assert!(told(&run("day-of-leaving", &[], "annuaire.csv", text), "M411").is_empty());
}

/// A date in a title makes no row of it: whom the list names waits, and nobody else.
#[test]
fn a_title_with_a_date_means_nobody() {
    let text = "Matricule;Nom;Prénom;Taux PAS (à compter du 01/02)\n00225;AGUILAR;Loïc;9,9\n";
    let r = run("dated-title", &[], "PAS.csv", text);
    assert_eq!((r.waits("00225"), r.waits("00102")), (true, false));
    assert!(!told(&r, "IMP-01").contains(&Severity::Blocking));
}

/// The tax office sends the rates of everybody, in capitals and with the days between which they hold.
#[test]
fn the_rates_of_everybody_change_nothing_else() {
    let row = |r: &made::Row| {
        let name = |t: &str| r[t].to_uppercase().replace('É', "E");
        format!("{};{};{};{};01;01/12/2021;31/01/2022\n", r["N° Sécu"], name("Nom"), name("Prénom"), r["Taux PAS"])
    };
    // Two of one name, of whom one has no number of the sort: they are asked.
    let told_apart = |r: &&made::Row| !r["Taux PAS"].is_empty() && r["Nom"] != "GRANDIN";
    let all: String = staff().values().filter(told_apart).map(row).collect();
    let text = format!("NIR;NOM;PRENOM;TAUX;TYPE TAUX;DEBUT VALIDITE;FIN VALIDITE\n{all}");
    let usual = run("no-rates", &[], "note.txt", "");
    let r = run("rates", &[], "CRM_NOMINATIF_PAS.csv", &text);
    assert_eq!(nets(r.rows("payslips.csv")), nets(made::expected("payslips.csv")));
    assert_eq!(r.rows("transfers.csv").len(), usual.rows("transfers.csv").len());
    assert_eq!((told(&r, "F76"), told(&r, "F48")), (Vec::new(), Vec::new()));
}

#[test]
fn answers_to_a_declaration_stop_nobody() {
    let crm = "<?xml version='1.0'?><CRMPAS><Entete><Periode>2021-12</Periode></Entete><Individu><Taux>6.9</Taux></Individu></CRMPAS>";
    let report = "<?xml version='1.0'?><bilan_dsn><entete/><etat_bilan>OK</etat_bilan></bilan_dsn>";
    let with = [("crm.xml", crm.as_bytes().to_vec()), ("bilan.xml", report.as_bytes().to_vec())];
    let r = ran::sample("lists-office", "answers", &[], &with);
    let others = run("no-answers", &[], "note.txt", "");
    assert_eq!((told(&r, "R140"), told(&r, "R110"), told(&r, "R20").len()), (vec![Severity::Justify], vec![Severity::Information], 0));
    assert_eq!(r.rows("transfers.csv").len(), others.rows("transfers.csv").len());
}

/// Where somebody works and the day of his birth: nothing that a pay depends on.
#[test]
fn a_list_of_everybody_with_days_of_birth_stops_nobody() {
    let rows: String = staff().iter().map(|(id, r)| format!("{id};{};{};03/02/1980;Mairie\n", r["Nom"], r["Prénom"])).collect();
    let text = |title: &str| format!("Matricule;Nom;Prénom;{title};Service\n{rows}");
    let r = run("births", &[], "agents bis.csv", &text("Date de naissance"));
    assert!(!told(&r, "IMP-01").contains(&Severity::Blocking), "a day of birth");
    let r = run("days", &[], "agents bis.csv", &text("Jour concerné"));
    assert!(told(&r, "IMP-01").contains(&Severity::Blocking), "a day of something");
}
