//! Who leaves, who comes, and who does not: titles, folders, reasons and remarks of lists of people, and what a staff file says beside
//! somebody whom last month paid.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran, expected};
use releve::ground::Severity;

const BLOCKS: [Severity; 1] = [Severity::Blocking];
const ABSENCES: &str = "absences-decembre.xls";

fn run(name: &str, out: &[&str], file: &str, text: &str) -> Ran {
    ran::sample("lists-leavers", name, out, &[(file, text)])
}

#[test]
fn a_title_or_a_folder_that_takes_back_counts_for_departures() {
    let leaves = "Matricule;Nom;Prénom;Dernier jour payé;Motif\n00299;LECOQ;Sabrina;05/12/2021;Mutation\n";
    for (i, title) in ["Annulations - départs", "Départs à confirmer", "Brouillon - départs", "Demandes - départs"].into_iter().enumerate()
    {
        let r = run(&format!("title-{i}"), &[], "departs.csv", &format!("{title};;;;\n{leaves}"));
        assert_eq!((r.told("M76", "00299"), r.waits("00299")), (BLOCKS.to_vec(), true), "{title}");
    }
    for (i, folder) in ["Archives", "brouillons", "Corbeille", "modèles", "refusés", "2019"].into_iter().enumerate() {
        let r = run(&format!("folder-{i}"), &[], &format!("{folder}/departs.csv"), leaves);
        assert_eq!((r.told("M76", "00299"), r.waits("00299")), (BLOCKS.to_vec(), true), "{folder}");
    }
    let r = run("plain", &[], "departs.csv", leaves);
    assert!(r.told("M76", "00299").is_empty() && r.told("M422", "00299").is_empty());
}

#[test]
fn only_a_reason_that_ends_pay_ends_it() {
    let reasons = [
        ("Mutation", false),
        ("Départ en retraite", false),
        ("Non renouvellement de contrat", false),
        ("Disponibilité pour convenances personnelles", false),
        ("", false),
        ("Mutation interne", true),
        ("Changement de service", true),
        ("Congé maternité", true),
        ("Congé parental", true),
        ("Retraite progressive", true),
        ("Renouvellement de contrat", true),
    ];
    for (i, (reason, asked)) in reasons.into_iter().enumerate() {
        let text = format!("Matricule;Nom;Prénom;Dernier jour payé;Motif\n00299;LECOQ;Sabrina;05/12/2021;{reason}\n");
        let r = run(&format!("reason-{i}"), &[], "departs.csv", &text);
        assert_eq!(r.told("M422", "00299"), if asked { BLOCKS.to_vec() } else { vec![] }, "{reason}");
    }
}

#[test]
fn a_kind_of_absence_may_take_itself_back() {
    for (i, kind) in ["Absence injustifiée régularisée", "Service non fait (erreur)"].into_iter().enumerate() {
        let text = format!("Matricule;Nom;Prénom;Nature;Du;Au\n01722;VILLARD;Maxime;{kind};09/12/2021;09/12/2021\n");
        let r = run(&format!("kind-{i}"), &[ABSENCES], "absences.csv", &text);
        assert_eq!((r.told("M64", "01722"), r.waits("01722")), (BLOCKS.to_vec(), true), "{kind}");
    }
}

#[test]
fn nobody_comes_whom_the_list_takes_back() {
    let head = "Matricule;Nom;Prénom;Date de naissance;N° sécurité sociale;Date d'entrée;Statut;Catégorie;Grade;Indice majoré;Quotité;IBAN";
    let row = "01991;VASSEUR;Manon;05/05/1999;299059995404470;01/12/2021;CDD;C;Adjoint technique territorial;366;100 %;FR7699901007770005550011180";
    for (i, (title, told)) in [("Suivi", "désistement"), ("Contrat signé", "non"), ("Commentaire", "ne viendra pas"), ("Désistement", "X")]
        .into_iter()
        .enumerate()
    {
        let r = run(&format!("comes-{i}"), &[], "recrutements.csv", &format!("{head};{title}\n{row};{told}\n"));
        assert!(r.told("M64", "01991") == BLOCKS && r.waits("01991"), "{title}: {told}");
    }
    for (i, title) in ["Candidatures - recrutements", "Annulations - recrutements"].into_iter().enumerate() {
        let r = run(&format!("wished-{i}"), &[], "liste.csv", &format!("{title};;;;\n{head}\n{row}\n"));
        let asked = [r.told("M76", "01991"), r.told("M421", "01991")].concat();
        assert_eq!((asked, r.waits("01991")), (BLOCKS.to_vec(), true), "{title}");
    }
    let r = run("comes-filed", &[], "Archives/liste.csv", &format!("{head}\n{row}\n"));
    assert!(r.waits("01991"));
}

/// The sample with a staff file that has one column more, empty but for these agents.
fn staff(name: &str, title: &str, cells: &[(&str, &str)]) -> Ran {
    let text = std::fs::read_to_string("tests/data/normalise/layouts/staff.csv").expect("the layout");
    let mut lines = text.trim_end().lines();
    let mut out = format!("{};{title}\n", lines.next().expect("titles"));
    for line in lines {
        let cell = cells.iter().find(|(agent, _)| line.split(';').any(|c| c == *agent)).map_or("", |c| c.1);
        out.push_str(&format!("{line};{cell}\n"));
    }
    run(name, &["agents.xlsx"], "personnel.csv", &out)
}

#[test]
fn a_remark_of_the_staff_file_sets_aside_who_is_no_longer_paid() {
    let gone = [
        ("00101", "décédé"),
        ("00102", "ne plus payer"),
        ("00105", "parti le 30/11/2021"),
        ("00108", "muté au CCAS au 01/12/2021"),
        ("00112", "retraité depuis le 01/12"),
        ("00119", "CLD 1/2 traitement"),
        ("00131", "à supprimer"),
        ("00137", "mi-traitement"),
    ];
    let stays = [
        "référent PCS",
        "vu",
        "retraite prévue en 2027",
        "parti le 31/12/2022",
        "recruté par mutation en 2015",
        "remplace Mme X partie en retraite",
    ];
    let agents = paid_agents("remarks-paid");
    let cells: Vec<(&str, &str)> = agents.iter().map(String::as_str).zip(gone.iter().map(|g| g.1).chain(stays)).collect();
    let r = staff("remarks", "Observations", &cells);
    for (i, (agent, remark)) in cells.iter().enumerate() {
        let asked = i < gone.len();
        assert_eq!((r.told("M420", agent), r.waits(agent)), (if asked { BLOCKS.to_vec() } else { vec![] }, asked), "{remark}");
    }
}

/// The first day that is not paid, or the last that is: within the month it is money.
#[test]
fn a_day_of_leaving_in_the_staff_file_may_be_the_first_that_is_not_paid() {
    let agents = paid_agents("exit-paid");
    for (i, (title, day, asked)) in [
        ("Date de radiation", "01/12/2021", true),
        ("Date de radiation", "15/12/2021", true),
        ("Date de sortie", "15/12/2021", false),
        ("Date de sortie", "01/12/2021", true),
        ("Dernier jour payé", "01/12/2021", false),
    ]
    .into_iter()
    .enumerate()
    {
        let r = staff(&format!("exit-{i}"), title, &[(&agents[0], day)]);
        assert_eq!(r.told("M443", &agents[0]) == BLOCKS, asked, "{title} {day}");
        assert!(r.told("M443", &agents[1]).is_empty());
    }
}

#[test]
fn a_state_of_the_staff_file_sets_aside_who_is_no_longer_paid() {
    let agents = paid_agents("state-paid");
    let cases = [
        ("Actif (O/N)", ["N", "O"]),
        ("État", ["Sorti", "En poste"]),
        ("État", ["Archivé", "Présent"]),
        ("Paie", ["NON", "OUI"]),
        ("Paie", ["bloquée", "oui"]),
        ("Bureau", ["N", "Archives"]),
    ];
    for (i, (title, [gone, stays])) in cases.into_iter().enumerate() {
        let asked = title != "Bureau";
        let r = staff(&format!("state-{i}"), title, &[(&agents[0], gone), (&agents[1], stays)]);
        assert_eq!(
            (r.told("M420", &agents[0]), r.waits(&agents[0])),
            (if asked { BLOCKS.to_vec() } else { vec![] }, asked),
            "{title}: {gone}"
        );
        assert!(r.told("M420", &agents[1]).is_empty() && !r.waits(&agents[1]), "{title}: {stays}");
    }
}

/// A column that is about nothing but whether somebody is still there.
#[test]
fn an_unknown_word_of_a_state_is_asked() {
    let titles = ["Situation administrative", "État", "Motif de sortie", "Sorti(e)", "Statut de l'agent", "Observations"];
    let cases = [
        (0, "Disponibilité pour convenances personnelles", "M440"),
        (0, "Congé de solidarité familiale", "M440"),
        (1, "Détaché auprès du SDIS", "M420"),
        (1, "XZ", "M440"),
        (2, "Décès", "M420"),
        (3, "X", "M420"),
        (4, "Titulaire en disponibilité", "M420"),
        (5, "congé parental du 01/12 au 30/04/2022", "M420"),
        (5, "salaire à bloquer", "M420"),
    ];
    let agents = paid_agents("standing-paid");
    let own: Vec<String> =
        cases.iter().map(|c| format!("{}{}", ";".repeat(c.0), c.1)).chain(["Activité à 80 %;En poste".to_owned()]).collect();
    let cells: Vec<(&str, &str)> = agents.iter().map(String::as_str).zip(own.iter().map(String::as_str)).collect();
    let r = staff("standing", &titles.join(";"), &cells);
    for (agent, (title, word, code)) in agents.iter().zip(cases) {
        assert_eq!((r.told(code, agent), r.waits(agent)), (BLOCKS.to_vec(), true), "{}: {word}", titles[title]);
    }
    let stays = &agents[cases.len()];
    assert!(r.told("M440", stays).is_empty() && r.told("M420", stays).is_empty() && !r.waits(stays));
}

/// Agents of the sample who are paid this month and whom no list names.
fn paid_agents(name: &str) -> Vec<String> {
    let r = run(name, &[], "rien.csv", "Matricule;Nom;Prénom;Montant CIA\n");
    // 00424 leaves this month.
    let changed = ["00102", "00225", "00232", "00299", "00360", "00424", "00441", "00844"];
    let paid = r.rows("transfers.csv").into_iter().map(|t| t["employee"].clone()).filter(|a| !changed.contains(&a.as_str()));
    let staff = std::fs::read_to_string("tests/data/normalise/layouts/staff.csv").expect("the layout");
    let paid = paid.filter(|a| staff.contains(&format!("\n{a};")));
    paid.take(11).collect()
}

#[test]
fn a_hidden_column_is_told() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (r, row) in (0..).zip([
        ["Matricule", "Nom", "Prénom", "Montant CIA"],
        ["00102", "ARNOUX", "Jean-Noël", ""],
        ["00360", "BENOIST", "Anne-Laure", ""],
    ]) {
        sheet.write_row(r, 0, row).expect("cells");
    }
    sheet.write(1, 3, 200).expect("a cell");
    sheet.write(2, 3, 610.25).expect("a cell");
    let plain = book.save_to_buffer().expect("memory does not fail");
    book.worksheet_from_index(0).expect("the sheet").set_column_hidden(3).expect("a column");
    let hidden = book.save_to_buffer().expect("memory does not fail");
    for (name, bytes, told) in [("shown", plain, vec![]), ("hidden", hidden, vec![Severity::Justify])] {
        let r = ran::sample("lists-leavers", name, &["cia-decembre.csv"], &[("cia.xlsx", bytes)]);
        assert_eq!((r.told("M423", "00102"), r.waits("00102")), (told, false), "{name}");
        let net = r.rows("payslips.csv").iter().find(|n| n["employee"] == "00360").map(|n| n["net_paid"].clone());
        assert_eq!(net, Some(expected("00360")), "{name}");
    }
}

/// Another employer beside somebody, where the others have the town or one of its services.
#[test]
fn a_staff_file_may_say_that_another_employer_pays() {
    let agents = paid_agents("elsewhere-paid");
    for (i, (title, [other, own], asked)) in [
        ("Payé par", ["CCAS", "Commune"], true),
        ("Employeur", ["CDG 99", "Mairie"], true),
        ("Collectivité", ["SIVOM du Lac", "Ville de Montreval"], true),
        ("Bureau", ["CCAS", "Mairie"], false),
        ("Employeur", ["Ville", "Commune de Montreval"], false),
    ]
    .into_iter()
    .enumerate()
    {
        let cells: Vec<(&str, &str)> = agents.iter().map(|a| (a.as_str(), if *a == agents[0] { other } else { own })).collect();
        let r = staff(&format!("elsewhere-{i}"), title, &cells);
        assert_eq!((r.told("M371", &agents[0]), r.waits(&agents[0])), (if asked { BLOCKS.to_vec() } else { vec![] }, asked), "{title}");
        assert!(r.told("M371", &agents[1]).is_empty() && !r.waits(&agents[1]), "{title}");
        if i == 0 {
            let row = format!(
                "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\nprésent;{};;;2021-12;;Mme Renard;13/12/2021;payé ici\n",
                agents[0]
            );
            std::fs::write(r.folder.join("decisions.csv"), row).expect("the decision");
            let r = ran::run_in(r.folder, None);
            assert!(r.told("M371", &agents[0]).is_empty() && !r.waits(&agents[0]), "whoever is said to be paid here is");
        }
    }
}

/// The sample with a staff file that has these services.
fn services(name: &str, of: &[(&str, &str)], list: &str) -> Ran {
    let text = std::fs::read_to_string("tests/data/normalise/layouts/staff.csv").expect("the layout");
    let column = text.lines().next().expect("titles").split(';').position(|t| t == "Serv. affect.").expect("services");
    let line = |l: &str| {
        let mut cells: Vec<&str> = l.split(';').collect();
        if let Some((_, service)) = of.iter().find(|(agent, _)| cells.contains(agent)) {
            cells[column] = service;
        }
        cells.join(";") + "\n"
    };
    let staff: String = text.lines().map(line).collect();
    ran::sample("lists-leavers", name, &["agents.xlsx", "cia-decembre.csv"], &[("personnel.csv", staff), ("cia.csv", list.to_owned())])
}

#[test]
fn a_service_may_be_another_employers() {
    let agents = paid_agents("services-paid");
    let list = |service: &str| format!("Matricule;Service;Montant CIA\n{};{service};200\n", agents[0]);
    // One alone, in the staff file or in a list.
    let r = services("services-one", &[(&agents[0], "CCAS")], "");
    assert_eq!((r.told("M371", &agents[0]), r.waits(&agents[0])), (BLOCKS.to_vec(), true));
    let r = services("services-list", &[], &list("EHPAD"));
    assert_eq!((r.told("M374", &agents[0]), r.waits(&agents[0])), (BLOCKS.to_vec(), true));
    // Several who were paid under the word: a service of the town, told once, and a list may say it.
    let several: Vec<(&str, &str)> = agents[..4].iter().map(|a| (a.as_str(), "Ehpad")).collect();
    let r = services("services-several", &several, &list("EHPAD"));
    assert_eq!(r.told("M375", ""), [Severity::Justify]);
    assert!(agents[..4].iter().all(|a| r.told("M371", a).is_empty() && r.told("M374", a).is_empty() && !r.waits(a)));
}
