//! What makes another thing of this month's lists: words of their titles, names and folders, answers, removals, other lists.
//!
//! Each list is alone of its kind in the sample town. Nets are those of `samples/montreval/expected`.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran, expected};
use releve::ground::Severity;

const CIA: &str = "cia-decembre.csv";
const HOURS: &str = "heures-sup-decembre.ods";
const ABSENCES: &str = "absences-decembre.xls";
const BLOCKS: [Severity; 1] = [Severity::Blocking];
const JUSTIFY: [Severity; 1] = [Severity::Justify];
const BONUS: &str = "Matricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;200,00\n00232;TARDIEU;Régine;300,00\n";

impl Ran {
    fn net(&self, agent: &str) -> String {
        self.rows("payslips.csv").iter().find(|r| r["employee"] == agent).map(|r| r["net_paid"].clone()).unwrap_or_default()
    }
}

/// The sample without the files `out`, with others, which may lie in folders.
fn run(name: &str, out: &[&str], with: &[(&str, &str)]) -> Ran {
    ran::sample("lists-turned", name, out, with)
}

#[test]
fn words_of_a_title_a_name_or_a_folder_take_a_list_back() {
    let titled = |words: &str| format!("CIA décembre 2021 - {words};;;\n{BONUS}");
    for (i, words) in
        ["à valider", "propositions", "sous réserve de l'accord du Maire", "montants nets", "versé en novembre"].iter().enumerate()
    {
        let r = run(&format!("title-{i}"), &[CIA], &[("primes.csv", &titled(words))]);
        assert_eq!(r.told("M76", "00102"), BLOCKS, "{words}");
    }
    let r = run("title-fine", &[CIA], &[("primes.csv", &titled("délibération du 12/11/2021, à payer"))]);
    assert!(r.told("M76", "00102").is_empty() && !r.waits("00102"));
    for (i, file) in ["CIA refusés.csv", "Archives/CIA.csv"].iter().enumerate() {
        let r = run(&format!("name-{i}"), &[CIA], &[(file, BONUS)]);
        assert_eq!(r.told("M76", "00102"), BLOCKS, "{file}");
    }
}

#[test]
fn a_folder_of_another_month_beside_one_of_this_is_another_month() {
    let old = "Matricule;Nom;Prénom;Montant CIA\n00360;BENOIST;Anne-Laure;610,25\n";
    let r = run("folders", &[CIA], &[("11-novembre/CIA.csv", old), ("12-décembre/CIA.csv", BONUS)]);
    assert_eq!(r.told("M80", ""), JUSTIFY);
    assert!(r.line("00360", "CIA").is_empty());
    assert_eq!(r.line("00232", "CIA"), ["300.00"]);
}

#[test]
fn the_only_list_of_another_month_sets_aside_whom_it_names() {
    let r = run("alone", &[CIA, HOURS], &[("CIA 2020.csv", BONUS)]);
    assert_eq!((r.told("M80", ""), r.told("M95", "00102")), (JUSTIFY.to_vec(), BLOCKS.to_vec()));
    assert!(!r.waits("00360"));
    let strike = "Matricule;Nom;Prénom;Nature;Date;Nb jours\n00844;RAMPAL;Joël;Grève;18/11/2021;1\n";
    let r = run("strike", &[ABSENCES], &[("Grève 18 novembre.csv", strike)]);
    assert_eq!((r.told("M80", ""), r.told("F71", "00844")), (Vec::new(), JUSTIFY.to_vec()));
}

#[test]
fn what_takes_a_sum_or_a_change_away_pays_nothing() {
    for (i, (title, word)) in
        [("Action", "Suppression"), ("Mouvement", "Résiliation"), ("Objet", "Mainlevée"), ("Sens", "-"), ("Refus", "X")]
            .into_iter()
            .enumerate()
    {
        let text =
            format!("Matricule;Nom;Prénom;{title};Montant CIA\n00102;ARNOUX;Jean-Noël;{word};200,00\n00232;TARDIEU;Régine;;300,00\n");
        let r = run(&format!("away-{i}"), &[CIA], &[("primes.csv", &text)]);
        assert_eq!(r.told("M64", "00102"), BLOCKS, "{title}: {word}");
        assert!(r.told("M64", "00232").is_empty(), "{title}: {word}");
    }
    let text = "Matricule;Nom;Prénom;Nouvel IM;Date d'effet;Validé\n00225;AGUILAR;Loïc;404;01/12/2021;non\n";
    assert_eq!(run("change", &[], &[("avancements.csv", text)]).told("M64", "00225"), BLOCKS);
    let text = "Matricule;Nom;Prénom;Nature;Date;Gréviste\n00844;RAMPAL;Joël;Grève;06/12/2021;N\n00715;KELLER;Édith;Grève;09/12/2021;O\n";
    let r = run("strikers", &[ABSENCES], &[("greve.csv", text)]);
    assert_eq!((r.told("M64", "00844"), r.told("M64", "00715")), (BLOCKS.to_vec(), Vec::new()));
}

#[test]
fn no_answer_where_others_have_one_is_told() {
    let text = "Matricule;Nom;Prénom;Montant CIA;Avis DGS\n00102;ARNOUX;Jean-Noël;200,00;favorable\n00232;TARDIEU;Régine;300,00;\n";
    let r = run("answer", &[CIA], &[("primes.csv", text)]);
    assert_eq!((r.told("M243", "00102"), r.told("M243", "00232")), (Vec::new(), JUSTIFY.to_vec()));
}

#[test]
fn two_lists_that_contradict_each_other() {
    let new =
        "Matricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;180,00\n00232;TARDIEU;Régine;300,00\n00360;BENOIST;Anne-Laure;610,25\n";
    let r = run("versions", &[CIA], &[("primes.csv", BONUS), ("primes bis.csv", new)]);
    assert_eq!(
        (r.told("M88", "00102"), r.told("M87", "00232"), r.told("M242", "00360")),
        (BLOCKS.to_vec(), JUSTIFY.to_vec(), BLOCKS.to_vec())
    );
    let roads = "Matricule;Nom;Prénom;HS jour - 14 premières\n00441;FLAMENT;André;3\n00102;ARNOUX;Jean-Noël;4\n";
    let sports = "Matricule;Nom;Prénom;HS jour - 14 premières\n00441;FLAMENT;André;3\n00207;POIREL;Mathieu;2\n";
    let r = run("services", &[HOURS], &[("HS voirie.csv", roads), ("HS sports.csv", sports)]);
    assert_eq!((r.told("M241", "00441"), r.waits("00207")), (BLOCKS.to_vec(), false));
    let r = run("hours-again", &[HOURS], &[("HS.csv", roads), ("HS (2).csv", sports)]);
    assert_eq!((r.told("M87", "00441"), r.told("M242", "00207")), (JUSTIFY.to_vec(), BLOCKS.to_vec()));
}

#[test]
fn a_planning_of_the_month_is_a_list_of_absences() {
    let days: Vec<String> = (1..=31).map(|d| d.to_string()).collect();
    let row = |who: &str, marks: &[(usize, &str)]| {
        let cells: Vec<&str> = (1..=31).map(|d| marks.iter().find(|m| m.0 == d).map_or("", |m| m.1)).collect();
        format!("{who};{}\n", cells.join(";"))
    };
    let text = format!(
        "Planning - décembre 2021\nMatricule;Nom;Prénom;{}\n{}{}{}Légende : CA = congé annuel ; G = grève ; M = maladie ordinaire\n",
        days.join(";"),
        row("00844;RAMPAL;Joël", &[(6, "G"), (7, "G")]),
        row("00715;KELLER;Édith", &[(20, "CA"), (21, "CA"), (22, "CA"), (23, "CA"), (24, "CA")]),
        row("00102;ARNOUX;Jean-Noël", &[(6, "M"), (7, "M"), (8, "M"), (9, "M"), (10, "M")]),
    );
    let r = run("planning", &[ABSENCES], &[("planning.csv", &text)]);
    assert_eq!(r.net("00844"), expected("00844"));
    assert!(!r.waits("00715"), "leave moves no pay");
    assert_eq!(r.told("M83", "00102"), BLOCKS, "whether the weekend belongs to the leave, nobody says");
}

#[test]
fn days_of_a_strike() {
    let text = |rest: &str| format!("Matricule;Nom;Prénom;Nature;Du;Au;Nb jours\n00844;RAMPAL;Joël;Grève;{rest}\n");
    let r = run("two-days", &[ABSENCES], &[("absences.csv", &text("06/12/2021;07/12/2021;1"))]);
    assert_eq!(r.told("M83", "00844"), BLOCKS);
    let half = "Matricule;Nom;Prénom;Nature;Date;Demi-journée\n00844;RAMPAL;Joël;Grève;06/12/2021;X\n";
    assert_eq!(run("half", &[ABSENCES], &[("greve.csv", half)]).told("F60", "00844"), JUSTIFY);
    let within = "Matricule;Nom;Prénom;Nature;Date;Nb jours\n00844;RAMPAL;Joël;Grève;07/12/2021;1\n";
    let sick = "Matricule;Nom;Prénom;Nature;Du;Au\n00844;RAMPAL;Joël;Maladie ordinaire;06/12/2021;10/12/2021\n";
    assert_eq!(run("within", &[ABSENCES], &[("greve.csv", within), ("maladies.csv", sick)]).told("M90", "00844"), BLOCKS);
}

#[test]
fn columns_that_say_again_what_others_do_hold_nobody() {
    let text =
        "Matricule;Nom;Prénom;Nature;Du;Au;Jours calendaires;Jours ouvrés\n00844;RAMPAL;Joël;Congé annuel;06/12/2021;12/12/2021;7;5\n";
    let r = run("calendar-days", &[ABSENCES], &[("absences.csv", text)]);
    assert!(!r.waits("00844"));
    let text = "Matricule;Nom;Prénom;Période;Montant CIA\n00102;ARNOUX;Jean-Noël;12/2021;200,00\n00232;TARDIEU;Régine;11/2021;300,00\n";
    let r = run("period", &[CIA], &[("primes.csv", text)]);
    assert_eq!((r.waits("00102"), r.told("M77", "00232")), (false, BLOCKS.to_vec()));
    let text = "Matricule;Nom;Prénom;HS jour - 14 premières;HS nuit\n00441;FLAMENT;André;6 h 30;\n00102;ARNOUX;Jean-Noël;6,5 h;2 heures\n";
    let r = run("hours", &[HOURS], &[("heures.csv", text)]);
    assert!(!r.waits("00441") && !r.waits("00102"));
}

#[test]
fn a_share_of_something_else_is_no_working_time() {
    for (i, (title, held)) in [("Télétravail", true), ("Mi-temps thérapeutique", true), ("Temps partiels", false)].into_iter().enumerate()
    {
        let text = format!("{title} - décembre 2021;;;;\nMatricule;Nom;Prénom;Quotité;Date d'effet\n00225;AGUILAR;Loïc;80 %;01/12/2021\n");
        let r = run(&format!("share-{i}"), &[], &[("quotites.csv", &text)]);
        assert_eq!(r.told("M76", "00225") == BLOCKS, held, "{title}");
    }
}

#[test]
fn who_leaves_on_the_first_is_asked() {
    let text = "Matricule;Nom;Prénom;Date de sortie;Motif\n00225;AGUILAR;Loïc;01/12/2021;Retraite\n";
    assert_eq!(run("first", &[], &[("departs.csv", text)]).told("M81", "00225"), BLOCKS);
}

#[test]
fn a_signature_with_a_comma_names_nobody() {
    let mail = "Bonjour,\n\nMme Arnoux a fait 4 h le 12.\n\nCordialement\nS. Roche, responsable CTM\nTél. 04 72 00 00 00\n";
    let r = run("mail", &[], &[("mail.txt", mail)]);
    assert!(!r.waits("00232") && r.waits("00102"));
}

#[test]
fn a_share_or_a_sum_under_a_title_that_may_be_another_is_asked() {
    let share = |title: &str| format!("{title};;;;\nMatricule;Nom;Prénom;Quotité;Date d'effet\n00225;AGUILAR;Loïc;50 %;01/12/2021\n");
    for (i, title) in ["Décharge syndicale", "Congé de formation", "Aménagement de poste"].into_iter().enumerate() {
        let file = format!("{title}.csv");
        assert_eq!(run(&format!("other-share-{i}"), &[], &[(&file, &share(title))]).told("M76", "00225"), BLOCKS, "{title}");
    }
    let r = run("share-said", &[], &[("temps partiels.csv", &share("Temps partiels"))]);
    assert!(r.told("M76", "00225").is_empty());
    for (i, title) in ["Complément", "Avance"].into_iter().enumerate() {
        let text = format!("Matricule;Nom;Prénom;{title}\n00102;ARNOUX;Jean-Noël;150,00\n");
        let r = run(&format!("part-{i}"), &[CIA], &[("décembre.csv", &text)]);
        assert!(r.waits("00102"), "{title}");
    }
    let text = "Matricule;Nom;Prénom;Montant CIA;Observations\n00102;ARNOUX;Jean-Noël;200,00;0\n";
    assert_eq!(run("nought", &[CIA], &[("primes.csv", text)]).told("M64", "00102"), BLOCKS);
}

// From Thursday 9 to Monday 13 December 2021 are three days at work and five of the month.
#[test]
fn days_at_work_around_a_weekend_are_told() {
    let text = "Matricule;Nom;Prénom;Nature;Du;Au;Nb jours\n00844;RAMPAL;Joël;Service non fait;09/12/2021;13/12/2021;3\n";
    let r = run("weekend", &[ABSENCES], &[("absences.csv", text)]);
    assert_eq!((r.told("M293", "00844"), r.told("M83", "00844")), (JUSTIFY.to_vec(), Vec::new()));
}

#[test]
fn a_whole_month_in_days_is_that_month() {
    let text = |days: &str| format!("{days};;;\nMatricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;200,00\n");
    let r = run("days-before", &[CIA, HOURS], &[("primes.csv", &text("Période du 01/11/2021 au 30/11/2021"))]);
    assert_eq!(r.told("M95", "00102"), BLOCKS);
    let r = run("days-now", &[CIA, HOURS], &[("primes.csv", &text("Période du 01/12/2021 au 31/12/2021"))]);
    assert!(!r.waits("00102"));
}

#[test]
fn a_directory_of_everybody_stops_nobody() {
    let r = run("staff", &[], &[]);
    let all: Vec<String> = r.rows("payslips.csv").into_iter().map(|p| p["employee"].clone()).collect();
    let text = |title: &str| format!("{title};\nMatricule;Lieu\n{}", all.iter().map(|a| format!("{a};Mairie\n")).collect::<String>());
    let r = run("directory", &[], &[("annuaire.csv", &text("Annuaire"))]);
    assert!(!r.told("IMP-01", "").contains(&Severity::Blocking) && !r.waits("00102"));
    let r = run("not-directory", &[], &[("liste.csv", &text("Grève"))]);
    assert!(r.told("IMP-01", "").contains(&Severity::Blocking));
}

#[test]
fn absences_that_are_excused_are_asked() {
    let text = |words: &str| {
        format!("{words};;;;;;\nMatricule;Nom;Prénom;Nature;Du;Au;Nb jours\n00844;RAMPAL;Joël;Service non fait;09/12/2021;09/12/2021;1\n")
    };
    for (words, asked) in [("Absences décembre 2021 - justifiées", true), ("Absences non justifiées de décembre 2021", false)] {
        let r = run(words, &[ABSENCES], &[("abs.csv", &text(words))]);
        assert_eq!((r.waits("00844"), r.told("M76", "00844").is_empty()), (asked, !asked), "{words}");
    }
}

#[test]
fn a_month_in_a_cell_of_the_head_is_the_month_of_the_list() {
    let text = |head: &str| format!("Primes;;;\nMois :;{head};;\nMatricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;200,00\n");
    for (head, asked) in [("01/11/2021", true), ("11/2021", true), ("01/12/2021", false)] {
        let r = run(&format!("head-{}", head.replace('/', "-")), &[CIA, HOURS], &[("primes.csv", &text(head))]);
        assert_eq!(r.told("M95", "00102"), if asked { BLOCKS.to_vec() } else { Vec::new() }, "{head}");
    }
}

#[test]
fn the_year_before_over_a_sum_is_told() {
    let text = "Matricule;Nom;Prénom;CIA 2020\n00102;ARNOUX;Jean-Noël;200,00\n";
    let r = run("year-before", &[CIA], &[("primes.csv", text)]);
    assert_eq!(r.told("M300", ""), JUSTIFY);
    assert!(!r.waits("00102"));
}

/// The year before over what goes on, a request on its way, a sum that is somebody else's, a number that is a share.
#[test]
fn what_is_not_granted_or_of_another_year_is_asked() {
    for (titles, cells, code) in [
        ("Points NBI 2020", "15", "M76"),
        ("Nouvelle quotité;Date d'effet;Demande", "80 %;01/12/2021;en cours", "M64"),
        ("Nb enfants à charge (SFT);Attributaire", "3;conjoint", "M64"),
        ("Montant CIA (€);Unité", "107;%", "M77"),
        ("Nouvelle quotité;Date d'effet;Date de fin", "80 %;01/12/2021;15/12/2021", "M77"),
    ] {
        let text = format!("Matricule;Nom;Prénom;{titles}\n00225;AGUILAR;Loïc;{cells}\n");
        let r = run(titles, &[CIA, HOURS], &[("liste.csv", &text)]);
        assert_eq!((r.told(code, "00225"), r.waits("00225")), (BLOCKS.to_vec(), true), "{titles}");
        assert!(!r.waits("00232"), "{titles}");
    }
}

/// Days at home without a word of pay, a part of a title only, a category without « nouvelle »: each is asked.
#[test]
fn bare_titles_that_turn_pay_are_asked() {
    let cases = [("Jours de télétravail", "8", "M76"), ("Part employeur", "15,00", "M76"), ("Catégorie", "A", "F121")];
    for (head, cell, code) in cases {
        let text = format!("Matricule;Nom;Prénom;{head}\n00225;AGUILAR;Loïc;{cell}\n");
        let r = run(head, &[CIA, HOURS], &[("liste.csv", &text)]);
        assert_eq!(r.told(code, "00225"), BLOCKS, "{head}");
    }
    let text = "Forfait télétravail;;;\nMatricule;Nom;Prénom;Jours de télétravail\n00225;AGUILAR;Loïc;8\n";
    assert!(!run("telework-paid", &[CIA, HOURS], &[("liste.csv", text)]).waits("00225"));
}

#[test]
fn hours_of_a_post_in_a_list_of_part_time_are_asked() {
    let text = |cell: &str| {
        format!("Temps partiels;;;;\nMatricule;Nom;Prénom;Nouvelle quotité;Date d'effet\n00225;AGUILAR;Loïc;{cell};01/12/2021\n")
    };
    assert_eq!(run("part-28-35", &[], &[("tp.csv", &text("28/35"))]).told("M302", "00225"), BLOCKS);
    assert!(!run("part-80", &[], &[("tp.csv", &text("80 %"))]).waits("00225"));
}

/// A name no word of which anybody bears is nobody's: it waits alone. One whose given name somebody has may be a married name.
#[test]
fn a_stranger_in_a_list_stops_nobody_else() {
    let text = |given: &str| format!("Matricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;200,00\n;ZWINGEL;{given};300,00\n");
    let r = run("stranger", &[CIA], &[("primes.csv", &text("Quirin"))]);
    assert_eq!((r.told("M15", "ZWINGEL Quirin"), r.waits("00102")), (BLOCKS.to_vec(), false));
    let r = run("perhaps-married", &[CIA], &[("primes.csv", &text("Kévin"))]);
    assert_eq!(r.told("M15", ""), BLOCKS);
}

/// « Sortie » and « Entrée » beside one « Date » and facts of the newcomer: who leaves is asked, never paid the month in silence.
#[test]
fn movements_of_one_sheet_are_leavers_and_newcomers() {
    for (i, (out, new)) in [("SORTIE", "ENTRÉE"), ("Départ", "Arrivée"), ("Radiation", "Recrutement")].into_iter().enumerate() {
        let text = format!(
            "Mouvements du personnel - décembre 2021;;;;;;;;\nMouvement;Matricule;Nom;Prénom;Date;Motif;Statut;Grade;IM\n\
             {out};00102;ARNOUX;Jean-Noël;15/12/2021;Démission;;;\n\
             {new};09990;ZWINGEL;Inès;01/12/2021;Recrutement;Titulaire;Adjoint administratif territorial;343\n"
        );
        let r = run(&format!("movements-{i}"), &[], &[("mouvements.csv", &text)]);
        assert_eq!(r.told("M81", "00102"), BLOCKS, "{out}");
        assert!(r.waits("00102") && r.waits("09990") && !r.waits("00232"), "{new}");
        let month = r.rows("payslips.csv").iter().any(|p| p["employee"] == "00102" && p["net_paid"] == expected("00102"));
        assert!(!month, "{out}: the whole month");
    }
}

/// Who withheld a sum and a day, and no sum: what ends is not said by any column, and the agent waits.
#[test]
fn a_creditor_alone_changes_nothing_and_is_asked() {
    let text = "Résiliations mutuelle;;;;\nMatricule;Nom;Prénom;Organisme;Date d'effet\n00225;AGUILAR;Loïc;MNT;01/12/2021\n";
    let r = run("creditor-alone", &[], &[("retenues.csv", text)]);
    assert!(r.waits("00225") && !r.waits("00232"));
}

/// « Nombre de grévistes : | 3 » below the rows is nobody's, and stops nobody: a day of strike takes a thirtieth, 2,019.68 / 30.
#[test]
fn a_foot_of_counts_is_no_row() {
    let rows = [("RAMPAL", "Joël"), ("ARNOUX", "Jean-Noël"), ("TARDIEU", "Régine")];
    let rows = rows.map(|(surname, given)| format!("{surname};{given};Grève;06/12/2021\n")).concat();
    let text = format!("Nom;Prénom;Nature;Date\n{rows};;;\nNombre de grévistes :;3;;\nTaux de participation :;2,5 %;;\n");
    let r = run("foot", &[ABSENCES], &[("greve.csv", &text)]);
    assert!(r.told("M15", "").is_empty() && !r.waits("00844") && !r.waits("00232"));
    assert_eq!(r.line("00844", "ABS_TIB"), ["-67.32"]);
}
