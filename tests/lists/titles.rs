//! Titles of columns that services write, each read as a clerk would read it; and some like them that are asked.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran, expected};
use releve::ground::Severity;

const CIA: &str = "cia-decembre.csv";
const HOURS: &str = "heures-sup-decembre.ods";
const MOVES: &str = "mouvements-decembre.xlsx";
const BLOCKS: [Severity; 1] = [Severity::Blocking];

fn run(name: &str, out: &str, text: &str) -> Ran {
    ran::sample("lists-titles", name, &[out], &[("liste.csv", text)])
}

/// Whether these agents are paid what the sample expects.
fn paid(r: &Ran, agents: &[&str], title: &str) {
    let nets = r.rows("payslips.csv");
    for a in agents {
        let net = nets.iter().find(|n| n["employee"] == *a).map(|n| n["net_paid"].clone());
        assert_eq!((net, r.waits(a)), (Some(expected(a)), false), "{a}: {title}");
    }
}

// The law raises hours by a quarter of the first fourteen, and those at night by as much again.
#[test]
fn hours_are_known_by_what_they_are_raised_by() {
    let titles = [
        ["Heures sup. majorées 25 %", "HS 22h-7h"],
        ["HS T1", "HS majorées 100 %"],
        ["HS 1re tranche", "HS nuit"],
        ["HS 14 premières heures à payer", "HS nuit à payer"],
        ["Heures supplémentaires (0 à 14 h)", "HS de 22h à 7h"],
    ];
    for (i, titles) in titles.into_iter().enumerate() {
        let text = format!("Matricule;Nom;Prénom;{}\n00441;FLAMENT;André;14;\n01494;MONNET;Céline;6;4\n", titles.join(";"));
        paid(&run(&format!("hours-{i}"), HOURS, &text), &["00441", "01494"], titles[0]);
    }
}

#[test]
fn what_a_title_says_of_its_being_paid_changes_nothing() {
    for (i, title) in ["CIA à payer", "RIFSEEP CIA", "Montant CIA par arrêté"].into_iter().enumerate() {
        let text = format!("CIA 2021;;;\nMatricule;Nom;Prénom;{title}\n00102;ARNOUX;Jean-Noël;200\n00360;BENOIST;Anne-Laure;610,25\n");
        paid(&run(&format!("due-{i}"), CIA, &text), &["00102", "00360"], title);
    }
    let text = "CIA 2021;;;\nMatricule;Nom;Prénom;Montant alloué\n00102;ARNOUX;Jean-Noël;200\n00360;BENOIST;Anne-Laure;610,25\n";
    paid(&run("allotted", CIA, text), &["00102", "00360"], "Montant alloué");
    for (i, title) in ["CIA payé", "CIA déjà payé", "CIA non payé"].into_iter().enumerate() {
        let r = run(&format!("paid-{i}"), CIA, &format!("Matricule;Nom;Prénom;{title}\n00102;ARNOUX;Jean-Noël;200\n"));
        assert!(r.waits("00102"), "{title}");
    }
}

#[test]
fn how_many_a_sum_is_for_says_nothing_more() {
    let text = "Matricule;Nom;Prénom;Semaine n°;Nbre astreintes;Montant total des astreintes\n00102;ARNOUX;Jean-Noël;48;1;159,20\n";
    let r = ran::sample("lists-titles", "counted", &[] as &[&str], &[("astreintes.csv", text)]);
    assert!(r.told("M77", "00102").is_empty() && r.told("M76", "00102").is_empty() && !r.waits("00102"));
    // A number that counts something else, or none that anybody can have.
    let text = "Matricule;Nom;Prénom;Nbre interventions;Montant des astreintes\n00102;ARNOUX;Jean-Noël;3;159,20\n";
    let r = ran::sample("lists-titles", "counted-else", &[] as &[&str], &[("astreintes.csv", text)]);
    assert_eq!((r.told("M77", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true));
}

#[test]
fn a_working_time_that_is_granted_counts_from_its_first_day() {
    let text = "Temps partiels;;;;;\nMatricule;Nom;Prénom;Quotité actuelle;Quotité accordée;Du;Au\n\
        00102;ARNOUX;Jean-Noël;100 %;80 %;01/12/2021;30/11/2022\n";
    let r = ran::sample("lists-titles", "granted", &[] as &[&str], &[("temps partiels.csv", text)]);
    assert!(r.told("M77", "00102").is_empty() && !r.waits("00102"));
    let net = r.rows("payslips.csv").iter().find(|n| n["employee"] == "00102").map(|n| n["net_paid"].clone());
    assert!(net.is_some_and(|n| n != expected("00102")), "four fifths are paid as six sevenths");
    let r = run(
        "career",
        MOVES,
        "Avancements;;;;;\nMatricule;Nom;Prénom;IM avant avancement;IM après avancement;Date d'effet\n00225;AGUILAR;Loïc;392;404;01/12/2021\n",
    );
    assert!(r.told("M76", "00225").is_empty() && !r.waits("00225"));
}

#[test]
fn weeks_and_their_price_make_a_sum_and_a_precompte_is_no_days() {
    let text = "Matricule;Nom;Prénom;Nb semaines;Taux;Montant de l'indemnité d'astreinte\n00102;ARNOUX;Jean-Noël;2;159,20;318,40\n";
    let r = ran::sample("lists-titles", "weeks", &[] as &[&str], &[("astreintes.csv", text)]);
    assert!(r.told("M77", "00102").is_empty() && r.told("N10", "00102").is_empty() && !r.waits("00102"));
    let text = "MUTUELLE DES AGENTS;;;;\nN° d'adhérent;Nom;Prénom;Date de naissance;Cotisation à précompter\n\
        700000;ARNOUX;Jean-Noël;;41,30\n700037;BENOIST;Anne-Laure;;52,10\n";
    let r = ran::sample("lists-titles", "precompte", &[] as &[&str], &[("bordereau mutuelle.csv", text)]);
    assert_eq!((r.line("00102", "MUTUELLE"), r.waits("00102")), (vec!["-41.30".to_owned()], false));
}
