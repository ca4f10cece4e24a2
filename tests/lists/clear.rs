//! Lists that are clear to whoever sees them, in layouts of their own: spread over weeks, months or days, with units, with the old
//! value beside the new one.
//!
//! Nets are those of `samples/montreval/expected`; sums are those of the lists.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran, expected};
use releve::ground::Severity;

const ABSENCES: &str = "absences-decembre.xls";
const CIA: &str = "cia-decembre.csv";
const HOURS: &str = "heures-sup-decembre.ods";
const BLOCKS: [Severity; 1] = [Severity::Blocking];

/// The sample without the file `out`, with one more.
fn run(name: &str, out: &str, file: &str, text: &str) -> Ran {
    ran::sample("lists-clear", name, &[out], &[(file, text)])
}

/// Whether these agents are paid what the sample expects.
fn paid(r: &Ran, agents: &[&str]) {
    let nets = r.rows("payslips.csv");
    for a in agents {
        let net = nets.iter().find(|n| n["employee"] == *a).map(|n| n["net_paid"].clone());
        assert_eq!((net, r.waits(a)), (Some(expected(a)), false), "{a}");
    }
}

#[test]
fn hours_by_week_count_by_their_total() {
    let head = "Heures supplémentaires de jour à payer - décembre 2021\nMatricule;Nom;Prénom;Sem. 48;Sem. 49;Sem. 50;Total du mois\n";
    let rows = "00441;FLAMENT;André;4;4;6;14\n01740;LAVAL;Sébastien;0;5;3,5;8,5\n";
    let r = run("weeks", HOURS, "hs.csv", &format!("{head}{rows};;TOTAL;4;9;9,5;22,5\n"));
    paid(&r, &["00441", "01740"]);
    let r = run("weeks-wrong", HOURS, "hs.csv", &format!("{head}{}", rows.replace("6;14", "6;15")));
    assert!(r.waits("00441") && r.waits("01740"));
}

#[test]
fn of_a_table_that_runs_on_the_month_to_be_paid_counts() {
    let head =
        "Suivi des heures supplémentaires de jour (14 premières) à payer\nMatricule;Nom;Prénom;octobre 2021;novembre 2021;décembre 2021";
    let r = run("months", HOURS, "suivi.csv", &format!("{head}\n00441;FLAMENT;André;3;;14\n01740;LAVAL;Sébastien;;2;8,5\n"));
    paid(&r, &["00441", "01740"]);
    // Hours of a month to come are no hours worked.
    let r = run("months-to-come", HOURS, "suivi.csv", &format!("{head};janvier 2022\n00441;FLAMENT;André;3;;14;5\n"));
    assert!(r.waits("00441"));
}

#[test]
fn a_cross_below_a_day_is_a_day_of_strike() {
    let head = "Grèves décembre 2021;;;;\nMatricule;Nom Prénom;06/12/2021;07/12/2021;09/12/2021;Total jours\n";
    let rows = "00844;RAMPAL Joël;X;X;;2\n01722;VILLARD Maxime;;;X;1\n";
    let r = run("crosses", ABSENCES, "grèves.csv", &format!("{head}{rows};Total;1;1;1;3\n"));
    paid(&r, &["00844", "01722"]);
    for (name, rows) in [("crosses-other", rows.replace(";;X;1", ";;R;1")), ("crosses-sum", rows.replace(";X;1", ";X;2"))] {
        let r = run(name, ABSENCES, "grèves.csv", &format!("{head}{rows}"));
        assert_eq!((r.told("M83", "01722"), r.waits("01722")), (BLOCKS.to_vec(), true), "{name}");
        paid(&r, &["00844"]);
    }
}

// 01332 is ill from the 3rd, a Friday, to the 16th; of 01885, who left on a Friday, nobody can tell whether on Saturday or Monday.
#[test]
fn between_the_last_day_at_work_and_the_return_somebody_is_away() {
    let text = "Matricule;Nom;Prénom;Motif de l'arrêt;Dernier jour travaillé;Date de reprise\n\
        01332;BARDIN;Anaïs;Maladie ordinaire;02/12/2021;17/12/2021\n01885;QUÉRÉ;Éric;Maladie ordinaire;10/12/2021;15/12/2021\n";
    let r = run("away", ABSENCES, "arrets.csv", text);
    paid(&r, &["01332"]);
    assert_eq!((r.told("M83", "01885"), r.waits("01885")), (BLOCKS.to_vec(), true));
}

#[test]
fn a_list_of_rubrics_counts_days_of_strike_by_their_unit() {
    let head = "Matricule;Agent;Élément variable;Valeur;Unité\n";
    let text = format!("{head}00102;ARNOUX Jean-Noël;CIA;200;€\n01722;VILLARD Maxime;Grève;1;jour\n");
    paid(&ran::sample("lists-clear", "unit", &[ABSENCES, CIA], &[("evp.csv", text)]), &["00102", "01722"]);
    let text = format!("{head}00102;ARNOUX Jean-Noël;CIA;200;€\n01722;VILLARD Maxime;Grève;7;heures\n");
    let r = ran::sample("lists-clear", "unit-hours", &[ABSENCES, CIA], &[("evp.csv", text)]);
    assert_eq!((r.told("M97", "01722"), r.waits("01722")), (BLOCKS.to_vec(), true));
}

#[test]
fn quantities_in_short_are_no_working_times() {
    let text = "MAT;AGENT;CODE;LIBELLE;QTE;UNITE\n00441;FLAMENT ANDRE;HS1;IHTS 14 PREMIERES HEURES;14;H\n\
        01494;MONNET CELINE;HS1;IHTS 14 PREMIERES HEURES;6;H\n01494;MONNET CELINE;HS4;IHTS NUIT;4;H\n";
    paid(&run("qte", HOURS, "var_hs.csv", text), &["00441", "01494"]);
}

#[test]
fn what_a_list_of_bonuses_retains_is_paid() {
    let text = "COMPLÉMENT INDEMNITAIRE ANNUEL\nMatricule;Nom;Prénom;Groupe;Plafond annuel;Montant retenu\n\
        00102;ARNOUX;Jean-Noël;C1;1260;200\n00360;BENOIST;Anne-Laure;C1;1260;610,25\n";
    paid(&run("retained", CIA, "cia.csv", text), &["00102", "00360"]);
}

#[test]
fn a_no_is_no_creditor() {
    let text = "Matricule;Nom;Prénom;Montant CIA;Retenu\n00102;ARNOUX;Jean-Noël;200;non\n00360;BENOIST;Anne-Laure;610,25;oui\n";
    let r = run("no", CIA, "cia.csv", text);
    assert_eq!((r.told("M64", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true));
    paid(&r, &["00360"]);
    let text = "Matricule;Nom;Prénom;Nouvel IM;Date d'effet;Retenu\n00225;AGUILAR;Loïc;404;01/12/2021;N\n";
    assert_eq!(run("no-change", CIA, "avancements.csv", text).told("M64", "00225"), BLOCKS);
}

#[test]
fn two_times_of_a_row_say_its_hours_again() {
    let text = "Interventions - heures supplémentaires de jour (14 premières heures)\nNom;Prénom;Date;De;À;Nb heures;Objet\n\
        FLAMENT;André;04/12/2021;08:00;16:00;8;Marché\nFLAMENT;André;11/12/2021;09:00;15:00;6;Neige\n";
    paid(&run("times", HOURS, "interventions.csv", text), &["00441"]);
    let text = text.replace("15:00", "18:00");
    assert_eq!(run("times-wrong", HOURS, "interventions.csv", &text).told("M77", "00441").len(), 2);
}

#[test]
fn the_new_value_counts_beside_what_holds_now() {
    let text = "Matricule;Nom;Prénom;IFSE mensuelle actuelle;IFSE mensuelle nouvelle;Effet\n00102;ARNOUX;Jean-Noël;1;310;01/12/2021\n";
    let r = run("ifse", CIA, "ifse.csv", text);
    assert_eq!((r.line("00102", "IFSE"), r.told("F47", "00102").len()), (vec!["310.00".to_owned()], 1));
}

#[test]
fn what_is_kept_for_others_is_what_its_list_is_called() {
    let text = "Mutuelle - mouvements au 01/12/2021\nMatricule;Nom;Prénom;Mouvement;Cotisation mensuelle (part agent);À compter du\n\
        00225;AGUILAR;Loïc;Adhésion;35,20;01/12/2021\n00102;ARNOUX;Jean-Noël;Résiliation;28,75;01/12/2021\n";
    let r = run("mutual", CIA, "mutuelle.csv", text);
    assert_eq!((r.line("00225", "MUTUELLE"), r.waits("00225"), r.waits("00102")), (vec!["-35.20".to_owned()], false, true));
    let text = "Oppositions et saisies sur rémunération\nMatricule;Nom;Prénom;Nature;Créancier;Montant à retenir ce mois;Solde restant dû\n\
        00225;AGUILAR;Loïc;SATD;Trésorerie;85;1200\n00102;ARNOUX;Jean-Noël;Pension alimentaire;CAF;120,40;\n";
    let r = run("seizures", CIA, "saisies.csv", text);
    assert_eq!((r.line("00225", "SATD"), r.waits("00225")), (vec!["-85.00".to_owned()], false));
    assert_eq!((r.line("00102", "PENSION"), r.waits("00102")), (vec!["-120.40".to_owned()], false));
}

#[test]
fn which_pass_it_is_stands_beside_what_it_costs() {
    let text = "Agent;Matricule;Abonnement;Coût mensuel de l'abonnement;Début\nAGUILAR Loïc;00225;TER;50;01/12/2021\n";
    let r = run("pass", CIA, "transports.csv", text);
    assert_eq!((r.told("M77", "00225").len(), r.line("00225", "TRANSPORT")), (0, vec!["25.00".to_owned()]));
}

#[test]
fn what_speaks_against_a_row_is_heard() {
    let files = [
        ("departs.csv", "Matricule;Nom;Prénom;Dernier jour payé;Motif;Validé\n00225;AGUILAR;Loïc;15/12/2021;Mutation;Non\n"),
        ("hs.csv", "Matricule;Nom;Prénom;HS jour 14 premières;Dont HS nuit\n00441;FLAMENT;André;6;2\n"),
        ("avances.csv", "Matricule;Nom;Prénom;Avance à verser\n00232;TARDIEU;Régine;52\n"),
        ("cia.csv", "Matricule;Nom;Prénom;Montant CIA;Situation\n00360;BENOIST;Anne-Laure;610,25;en attente\n"),
    ];
    let r = ran::sample("lists-clear", "against", &[CIA, HOURS], &files);
    for (agent, code) in [("00225", "M64"), ("00441", "M76"), ("00232", "M76"), ("00360", "M64")] {
        assert_eq!((r.told(code, agent), r.waits(agent)), (BLOCKS.to_vec(), true), "{agent}");
    }
}

// 355 is the index of 00102 in the staff file of the sample.
#[test]
fn hours_beside_facts_of_the_career_are_a_list() {
    let head = "État des heures supplémentaires - décembre 2021\nMatricule;Nom;Prénom;Grade;IM;NBI;Quotité;Nb heures jour (14 premières)\n";
    let row = "00102;ARNOUX;Jean-Noël;Brigadier-chef principal;355;25;100 %;3\n";
    let r = run("facts", HOURS, "hs.csv", &format!("{head}{row}"));
    assert_eq!((r.line("00102", "HS_J14").len(), r.waits("00102")), (1, false));
    let r = run("facts-other", HOURS, "hs.csv", &format!("{head}{}", row.replace("355", "364")));
    assert_eq!((r.told("F121", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true));
}

/// A grid of the month: hours of two agents, and one more column with the same in every row.
fn grid(title: &str, value: &str) -> String {
    let hours = |a: &str| if a == "00441" { "14" } else { "" };
    let mut reader = csv::Reader::from_path("samples/montreval/expected/payslips.csv").expect("the sample");
    let numbers: std::collections::BTreeSet<String> = reader.records().map(|r| r.expect("a row")[0].to_owned()).collect();
    let rows = numbers.iter().map(|a| format!("{a};{};{value}\n", hours(a)));
    format!("Variables de décembre 2021\nMatricule;HS jour 14 premières;{title}\n{}", rows.collect::<String>())
}

#[test]
fn what_stands_in_every_row_of_a_grid_alike_is_told_once_and_holds_nobody() {
    for (i, (title, value)) in [
        ("Nb jours ouvrés", "22"),
        ("Heures théoriques", "151,67"),
        ("Temps de travail", "100 %"),
        ("Nb de jours", "30"),
        ("Absences", "0"),
        ("Prime", "0,00"),
    ]
    .into_iter()
    .enumerate()
    {
        let r = run(&format!("grid-{i}"), HOURS, "variables.csv", &grid(title, value));
        assert_eq!(r.told("M387", ""), [Severity::Justify], "{title}");
        paid(&r, &["00441"]);
        let held = |f: &&releve::ground::Finding| ["M76", "M77", "F121"].contains(&f.code.as_str());
        assert_eq!(r.outcome.findings.iter().filter(held).count(), 0, "{title}");
    }
    // A sum of everybody's may be a bonus, and days that are no month's may be taken off.
    for (i, (title, value)) in [("Prime", "50,00"), ("Absences", "2")].into_iter().enumerate() {
        let r = run(&format!("grid-asked-{i}"), HOURS, "variables.csv", &grid(title, value));
        assert!(r.waits("00441"), "{title}");
    }
}

/// A legend of codes above two tables of one sheet keeps neither of them from being read.
#[test]
fn tables_below_a_legend_of_codes_are_read() {
    let legend = "Code;Libellé;;;\nHSJ;Heures supplémentaires de jour;;;\nCIA;Complément indemnitaire annuel;;;\nABS;Absence;;;\n;;;;\n";
    let hours = "Heures supplémentaires;;;;\nMatricule;Nom;Prénom;HS jour - 14 premières;\n00441;FLAMENT;André;14;\n01740;LAVAL;Sébastien;8,5;\n;;;;\n";
    let bonus = "CIA;;;;\nN° agent;Nom de l'agent;Montant CIA;;\n00102;ARNOUX Jean-Noël;200,00;;\n00232;TARDIEU Régine;300,00;;\n";
    let text = format!("{legend}{hours}{bonus}");
    let r = ran::sample("lists-clear", "legend", &[HOURS, CIA], &[("éléments.csv", text.as_str())]);
    paid(&r, &["00441", "01740", "00102", "00232"]);
}

/// Somebody paid by the task, of whom no staff file says anything: 26 hours at 15,00 are 390,00.
#[test]
fn a_rate_beside_the_hours_that_it_is_for_is_no_question() {
    let settings = "format = 1\nmonth = \"2021-12\"\npay_date = 2021-12-22\nlast_pay_date = 2021-11-25\npack = \"fr-fpt\"\n";
    let titles = "Matricule;Nom;Prénom;Code rubrique;Libellé;Base;Taux salarial;À payer;À retenir;Taux patronal;Part patronale\n";
    let lines = "00102;BARON;Léa;0600;VACATIONS;22,00;15,00;330,00;;;\n00102;BARON;Léa;1120;IRCANTEC TR. A;330,00;2,80;;9,24;4,20;13,86\n00102;BARON;Léa;9300;NET A PAYER;;;320,76;;;\n";
    let list = "Matricule;Nom;Prénom;Heures de vacation;Taux horaire de vacation\n00102;BARON;Léa;26;15,00\n";
    let files = [("livre.csv", format!("{titles}{lines}")), ("vacations.csv", list.to_owned())];
    let r = ran::run_in(ran::job("lists-clear", "rate-of-hours", settings, &files), None);
    assert_eq!((r.told("F121", "00102"), r.told("F120", "00102")), (vec![], vec![]));
    assert_eq!(r.line("00102", "VAC"), ["390.00"]);
}

#[test]
fn titles_that_no_clerk_would_doubt_are_read() {
    let none = |r: &Ran, agent: &str| ["M76", "M77", "M95"].iter().all(|c| r.told(c, agent).is_empty()) && !r.waits(agent);
    let absences = "Matricule;Nom;Prénom;Absence;Du;Au (inclus);Durée\n00844;RAMPAL;Joël;Grève nationale;06/12/2021;07/12/2021;2\n";
    paid(&run("inclusive", ABSENCES, "abs.csv", absences), &["00844"]);
    let strike = "Grévistes;;;;\nMatricule;Nom;Prénom;Date de grève;1 j ou 1/2 j\n01722;VILLARD;Maxime;09/12/2021;1 j\n";
    paid(&run("day-or-half", ABSENCES, "grève.csv", strike), &["01722"]);
    let hours =
        "Matricule;Nom;Prénom;HS jour de semaine (14 premières h);HS tranche 2\n00441;FLAMENT;André;14 h;\n01740;LAVAL;Sébastien;8,5;\n";
    paid(&run("week-days", HOURS, "HS.csv", hours), &["00441", "01740"]);
    let bonus = "Matricule;Nom;Prénom;CIA arbitré\n00102;ARNOUX;Jean-Noël;200\n";
    paid(&run("arbitrated", CIA, "CIA.csv", bonus), &["00102"]);

    let mutual = "Matricule;Nom;Prénom;Ancienne cotisation;Nouvelle cotisation\n00225;AGUILAR;Loïc;31,35;40,00\n";
    let r = run("mutual", CIA, "Mutuelle.csv", mutual);
    assert!(none(&r, "00225"));
    assert_eq!(r.line("00225", "MUTUELLE"), ["-40.00"]);
    let part = |old: &str, new: &str| format!("Matricule;Nom;Prénom;{old};{new};Date d'effet\n00225;AGUILAR;Loïc;100 %;80 %;01/12/2021\n");
    for (i, (old, new)) in [("Taux actuel", "Nouveau taux"), ("% actuel", "% demandé et accordé")].into_iter().enumerate() {
        let r = run(&format!("part-{i}"), CIA, "Temps partiel.csv", &part(old, new));
        assert!(none(&r, "00225"), "{old}");
        // From this month on 404 points, 1893.15, of which six sevenths.
        assert_eq!(r.line("00225", "TIB"), ["1622.70"], "{old}");
    }
    let rate = "Matricule;Nom;Prénom;Taux PAS;Début validité\n00225;AGUILAR;Loïc;1,2 %;01.12.2021\n";
    assert!(none(&run("rate", CIA, "pas.csv", rate), "00225"));
    let days = "Matricule;Nom;Prénom;Jours télétravail (forfait 2,88 €)\n00225;AGUILAR;Loïc;5\n";
    assert!(none(&run("home", CIA, "télétravail.csv", days), "00225"));
}

/// A sum under the name of what goes on, in a list that says that it is paid once, or taken away; the children that count beside all.
#[test]
fn what_a_title_says_does_not_last_is_asked() {
    for (i, (title, column)) in
        [("Prime IFSE exceptionnelle", "IFSE"), ("Retenue sur IFSE", "IFSE"), ("Fin de NBI", "NBI")].into_iter().enumerate()
    {
        let r = run(&format!("once-{i}"), CIA, "liste.csv", &format!("{title}\nMatricule;Nom;Prénom;{column}\n00225;AGUILAR;Loïc;15\n"));
        assert_eq!((r.told("M76", "00225"), r.waits("00225")), (BLOCKS.to_vec(), true), "{title}");
    }
    let children = "Matricule;Nom;Prénom;Nb d'enfants;dont à charge SFT\n00225;AGUILAR;Loïc;3;1\n";
    assert!(run("children", CIA, "SFT.csv", children).waits("00225"));
}
