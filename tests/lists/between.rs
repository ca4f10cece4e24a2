//! Lines of words above and between the rows of this month's lists, rows that name nobody, and tables beside each other: those words
//! that take back set aside, those that nobody knows are told, and nobody is paid without what stands in a list for him.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran};
use releve::ground::Severity;

const CIA: &str = "cia-decembre.csv";
const BLOCKS: [Severity; 1] = [Severity::Blocking];

/// The sample with this list of bonuses in place of its own.
fn run(name: &str, list: &str) -> Ran {
    ran::sample("lists-between", name, &[CIA], &[("cia.csv", list.as_bytes().to_vec())])
}

/// Agents of the sample, each in a row of a list of bonuses.
const ROWS: [(&str, &str); 7] = [
    ("00102", "00102;ARNOUX;Jean-Noël;200"),
    ("00232", "00232;TARDIEU;Régine;300"),
    ("00360", "00360;BENOIST;Anne-Laure;150"),
    ("00225", "00225;AGUILAR;Loïc;100"),
    ("00441", "00441;FLAMENT;André;120"),
    ("00844", "00844;RAMPAL;Joël;130"),
    ("00715", "00715;KELLER;Édith;140"),
];

/// A row, and below it each line above a row of its own; `after` stands below each of these.
fn below(lines: &[&str], after: &str) -> String {
    let mut text = format!("Matricule;Nom;Prénom;Montant CIA\n{}\n", ROWS[0].1);
    for (line, (_, row)) in lines.iter().zip(&ROWS[1..]) {
        text += &format!("{line};;;\n{row}\n{after}");
    }
    text
}

#[test]
fn a_line_that_takes_back_sets_aside_who_stands_below_it() {
    let lines =
        ["Refusés", "Agents partis", "Dossiers incomplets", "À payer le mois prochain", "Agents du CCAS", "Agents en congé maladie"];
    let r = run("takes-back", &below(&lines, "À verser en décembre;;;\n"));
    for ((agent, _), line) in ROWS[1..].iter().zip(lines) {
        assert_eq!((r.told("M206", agent), r.waits(agent)), (BLOCKS.to_vec(), true), "{line}");
    }
    assert!(!r.waits("00102") && r.told("M407", "").is_empty() && r.told("M93", "").is_empty());
}

#[test]
fn a_line_that_nobody_knows_is_told_and_a_service_is_not() {
    let lines = ["SERVICE TECHNIQUE", "Agents non titulaires", "Les Tilleuls", "Décembre 2021"];
    let r = run("unknown", &below(&lines, ""));
    assert_eq!(r.told("M407", ""), [Severity::Justify]);
    let told = r.outcome.findings.iter().find(|f| f.code == "M407").expect("one line");
    assert!(told.args.iter().any(|a| a.1 == "Les Tilleuls") && told.args.iter().any(|a| a.0 == "agents" && a.1 == "00225"));
    assert!(ROWS[..5].iter().all(|(agent, _)| !r.waits(agent)));
}

#[test]
fn a_title_that_is_no_order_to_pay_is_asked() {
    for (i, title) in ["Budget CIA", "CIA : montants de référence", "CIA - CCAS"].into_iter().enumerate() {
        let r = run(&format!("title-{i}"), &format!("{title};;;\n{}", below(&[], "")));
        assert_eq!((r.told("M76", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true), "{title}");
    }
    let r = run("title-of-both", &format!("CIA 2021 - Ville et CCAS de Montreval;;;\n{}", below(&[], "")));
    assert_eq!((r.told("M76", "00102"), r.waits("00102")), (vec![], false));
}

/// What is asked above the rows is asked below them too.
#[test]
fn a_sentence_that_takes_back_is_asked_above_and_below_the_rows() {
    let sentences = [
        "Ces agents ont déjà perçu leur CIA",
        "Versement différé",
        "Paiement en janvier",
        "Exercice 2020",
        "Payé par le CCAS",
        "Commune de Lormont",
    ];
    for (i, text) in sentences.into_iter().enumerate() {
        let above = run(&format!("back-above-{i}"), &format!("CIA;;;\n{text};;;\n{}", below(&[], "")));
        assert!(above.waits("00102"), "above: {text}");
        let r = run(&format!("back-below-{i}"), &format!("{}\n{text};;;\n", below(&[], "")));
        assert_eq!((r.told("M460", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true), "below: {text}");
    }
}

/// One such word within a sentence may speak of something else: it is told, and a letterhead says nothing.
#[test]
fn a_word_within_a_sentence_below_the_rows_is_told() {
    for (i, text) in
        ["Proposé par : Mme la directrice", "Tout dossier incomplet sera rejeté", "Document à archiver"].into_iter().enumerate()
    {
        let r = run(&format!("within-{i}"), &format!("{}\n{text};;;\n", below(&[], "")));
        assert_eq!((r.told("M460", ""), r.waits("00102")), (vec![], false), "{text}");
    }
    let r = run("letterhead", &format!("Référence : ;DRH-12;;\nBudget;;;\n{}", below(&[], "")));
    assert_eq!((r.told("M76", ""), r.waits("00102")), (vec![], false));
}

#[test]
fn a_sentence_that_nobody_knows_is_told_and_a_signature_is_not() {
    let r = run("strange", &format!("CIA;;;\nMontants à répartir;;;\n{}\nÀ ventiler;;;\n", below(&[], "")));
    assert_eq!((r.told("M461", ""), r.waits("00102")), (vec![Severity::Justify; 2], false));
    let agents = |f: &&releve::ground::Finding| f.code == "M461" && f.args.iter().any(|a| a.0 == "agents" && a.1 == "00102");
    assert_eq!(r.outcome.findings.iter().filter(agents).count(), 2);
    let plain =
        "Ville de Montreval;;;\nCIA 2021 - paie de décembre;;;\nÉcole Jules Ferry;;;\nTableau à retourner au service RH avant le 10;;;\n";
    let foot = "Fait à Montreval, le 8 décembre 2021;;;\nLa directrice, Paule Rivet;;;\nPage 1;;;\nNB : montants bruts;;;\n";
    let r = run("plain", &format!("{plain}{}\n{foot}", below(&[], "")));
    assert_eq!((r.told("M461", ""), r.told("M209", ""), r.waits("00102")), (vec![], vec![], false));
}

/// « Néant » between rows, and rows below it all the same; a list signed a year ago.
#[test]
fn what_does_not_go_with_its_rows_is_told() {
    let foot = "Fait à Montreval, le 8 décembre 2020;;;\n";
    let r = run("nothing", &format!("{}{foot}", below(&["Rien"], "")));
    assert_eq!((r.told("M407", ""), r.told("M464", "")), (vec![Severity::Justify], vec![Severity::Justify]));
    assert!(!r.waits("00102") && !r.waits("00232"));
    let r = run("signed", &format!("{}Fait à Montreval, le 8 décembre 2021;;;\n", below(&["Titulaires"], "")));
    assert_eq!((r.told("M407", ""), r.told("M464", "")), (vec![], vec![]));
}

/// The words that take back as the title of a column do so as the title of a group of columns.
#[test]
fn a_group_of_columns_that_is_taken_back_is_asked() {
    let list = |group: &str| format!(";;;{group};\nMatricule;Nom;Prénom;CIA;Prime exceptionnelle\n00102;ARNOUX;Jean-Noël;200;50\n");
    for (i, group) in ["À déduire", "Reprises", "Prévu", "N-1", "Référence"].into_iter().enumerate() {
        let r = run(&format!("group-{i}"), &list(group));
        assert!(r.waits("00102"), "{group}");
    }
    for (i, group) in ["Primes", "À payer"].into_iter().enumerate() {
        assert!(!run(&format!("group-paid-{i}"), &list(group)).waits("00102"), "{group}");
    }
}

/// A name of a file or of its folder says so in one word.
#[test]
fn a_file_called_paid_or_of_another_time_is_asked() {
    let text = |name: &str, file: &str| {
        let list = "Matricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;200\n";
        ran::sample("lists-between", name, &[CIA], &[(file, list.as_bytes().to_vec())])
    };
    let files = ["CIA payé.csv", "CIA FAIT.csv", "CIA N-1.csv", "CIA T2.csv", "CIA 11.csv", "CIA 112021.csv"];
    for (i, file) in files.into_iter().chain(["Traités/CIA.csv", "2021-11/CIA.csv"]).enumerate() {
        assert!(text(&format!("name-{i}"), file).waits("00102"), "{file}");
    }
    for (i, file) in ["CIA 122021.csv", "CIA service fait.csv", "2021-12/CIA.csv", "CIA T4.csv", "CIA paye décembre.csv", "Paye/CIA.csv"]
        .into_iter()
        .enumerate()
    {
        assert!(!text(&format!("name-paid-{i}"), file).waits("00102"), "{file}");
    }
}

#[test]
fn who_may_be_meant_by_a_given_name_alone_waits() {
    let r = run("given", &format!("{}\n;;Anne-Laure;150\n", below(&[], "")));
    assert_eq!((r.told("M98", "00360"), r.waits("00360"), r.waits("00102")), (BLOCKS.to_vec(), true, false));
    assert!(r.told("IMP-05", "").is_empty() && r.told("M408", "").is_empty());
}

#[test]
fn a_row_of_nobody_stops_the_transfers_unless_it_is_the_sum() {
    let list = |last: &str| format!("Matricule;Nom;Prénom;Montant CIA\n{}\n{}\n{last}\n", ROWS[0].1, ROWS[1].1);
    let r = run("nobody", &list("SERVICE TECHNIQUE;;;\n;;;150"));
    assert_eq!(r.told("M408", ""), BLOCKS);
    assert!(!r.folder.join("out/virements-2021-12.xml").is_file());
    let r = run("sum", &list("\n;;;500"));
    assert!(r.told("M408", "").is_empty() && !r.waits("00102") && !r.waits("00232"));
}

#[test]
fn tables_beside_each_other_are_read_whatever_the_height_of_their_titles() {
    let text = "Heures supplémentaires - décembre 2021;;;;;CIA 2021;;;\n\
                Matricule;Nom;Prénom;HS jour - 14 premières;;Mois de paie : décembre 2021;;;\n\
                00225;AGUILAR;Loïc;8;;;;;\n\
                00441;FLAMENT;André;4;;Matricule;Nom;Prénom;CIA attribué (brut)\n\
                00844;RAMPAL;Joël;2;;00102;ARNOUX;Jean-Noël;200\n\
                ;;;;;00232;TARDIEU;Régine;300\n\
                ;;;;;Total;;;500\n";
    let out = [CIA, "heures-sup-decembre.ods"];
    let r = ran::sample("lists-between", "heights", &out, &[("feuille RH.csv", text.as_bytes().to_vec())]);
    for (agent, sum) in [("00102", "200.00"), ("00232", "300.00")] {
        assert_eq!((r.line(agent, "CIA"), r.waits(agent)), (vec![sum.to_owned()], false), "{agent}");
    }
    let lines = r.rows("lines.csv");
    for (agent, hours) in [("00225", "8"), ("00441", "4"), ("00844", "2")] {
        let of = lines.iter().find(|l| l["employee"] == agent && l["code"] == "HS_J14").expect("hours");
        assert!(of["base"].starts_with(hours) && !r.waits(agent), "{agent}: {}", of["base"]);
    }
}

#[test]
fn tables_whose_titles_stand_in_one_row_call_their_agents_as_they_like() {
    let text = |gap: &str| {
        format!(
            "Réf. agent;Nom;Prénom;HS jour - 14 premières;{gap}Matricule;Nom - Prénom;CIA attribué (brut)\n\
             00225;AGUILAR;Loïc;8;{gap}00102;ARNOUX - Jean-Noël;200\n\
             00441;FLAMENT;André;4;{gap}00232;TARDIEU - Régine;300\n"
        )
    };
    let out = [CIA, "heures-sup-decembre.ods"];
    let r = ran::sample("lists-between", "level", &out, &[("feuille RH.csv", text(";").into_bytes())]);
    for (agent, sum) in [("00102", "200.00"), ("00232", "300.00")] {
        assert_eq!((r.line(agent, "CIA"), r.waits(agent)), (vec![sum.to_owned()], false), "{agent}");
    }
    let hours = |r: &Ran, agent: &str| r.rows("lines.csv").into_iter().find(|l| l["employee"] == agent && l["code"] == "HS_J14");
    for (agent, count) in [("00225", "8"), ("00441", "4")] {
        assert!(hours(&r, agent).is_some_and(|l| l["base"].starts_with(count)) && !r.waits(agent), "{agent}");
    }
    // Nothing parts them: whoever stands in one row waits.
    let r = ran::sample("lists-between", "level-no-gap", &out, &[("feuille RH.csv", text("").into_bytes())]);
    let paid = |agent: &&str| hours(&r, agent).is_some() || !r.line(agent, "CIA").is_empty();
    let lost: Vec<&str> = ["00102", "00232", "00225", "00441"].into_iter().filter(|a| !paid(a) && !r.waits(a)).collect();
    assert_eq!(lost, [""; 0], "paid without what the sheet says");
    assert_eq!((r.told("M476", "00225"), r.told("M476", "00102")), (BLOCKS.to_vec(), BLOCKS.to_vec()));
}

/// A row names who proposes or is away as well as who is to be paid; which is which the titles may not say.
#[test]
fn two_people_in_one_row_wait_unless_the_other_only_signs() {
    let rows = "KELLER Édith;ARNOUX Jean-Noël;200\nRAMPAL Joël;TARDIEU Régine;300\n";
    for (titles, meant) in [
        ("Évaluateur;Agent évalué", None),
        ("Agent absent;Remplaçant", None),
        ("Directeur;Collaborateur", None),
        ("Nom évaluateur;Nom agent", None),
        ("Agent;Évaluateur", Some("00715")),
        ("Agent;Responsable hiérarchique", Some("00715")),
    ] {
        let r = run(titles, &format!("{titles};Montant CIA\n{rows}"));
        let waits = meant.is_none();
        assert_eq!((r.waits("00715"), r.waits("00102")), (waits, waits), "{titles}");
        let paid = |agent: &str| !r.line(agent, "CIA").is_empty();
        assert_eq!((meant.is_some_and(paid), paid("00102") && !waits), (!waits, false), "{titles}");
    }
}

#[test]
fn another_unit_in_a_title_and_half_a_child_are_asked() {
    let hours = "Matricule;Nom;Prénom;HS jour 14 premières (en jours)\n00225;AGUILAR;Loïc;2\n";
    let children = "Matricule;Nom;Prénom;Nb enfants SFT;Garde alternée;Date d'effet\n00441;FLAMENT;André;2;OUI;01/12/2021\n00844;RAMPAL;Joël;2;non;01/12/2021\n";
    let with = [("heures.csv", hours.as_bytes().to_vec()), ("sft.csv", children.as_bytes().to_vec())];
    let r = ran::sample("lists-between", "units", &["heures-sup-decembre.ods"], &with);
    assert_eq!((r.told("M76", "00225"), r.waits("00225")), (BLOCKS.to_vec(), true));
    assert_eq!((r.told("M77", "00441"), r.waits("00441")), (BLOCKS.to_vec(), true));
    assert!(r.told("M77", "00844").is_empty());
}

/// Days and hours of each day, as a service counts them: when it was is no fact.
#[test]
fn when_hours_began_and_ended_holds_nobody() {
    let text = "Matricule;Nom;Prénom;Date;Heure début;Heure fin;HS jour - 14 premières\n\
                00225;AGUILAR;Loïc;04/12/2021;17h30;19h30;2h\n00225;AGUILAR;Loïc;11/12/2021;17h30;20h00;2h30\n";
    let r = ran::sample("lists-between", "times", &["heures-sup-decembre.ods"], &[("heures.csv", text.as_bytes().to_vec())]);
    assert!(r.told("M77", "00225").is_empty() && r.told("F121", "00225").is_empty() && !r.waits("00225"));
    assert_eq!(r.told("M86", "00225"), [Severity::Justify], "2 and 2,5 hours");
}

#[test]
fn days_in_the_label_of_a_strike_and_a_slip_of_the_key() {
    let variables = "Matricule;Nom;Libellé;Quantité;Montant\n00715;KELLER;Grève (jours);1;\n00225;AGUILAR;HS jour - 14 premières;5;\n";
    let sums = "Matricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;2OO\n00232;TARDIEU;Régine;250,00\n";
    let with = [("variables.csv", variables.as_bytes().to_vec()), ("cia.csv", sums.as_bytes().to_vec())];
    let r = ran::sample("lists-between", "slips", &[CIA, "heures-sup-decembre.ods", "absences-decembre.xls"], &with);
    assert!(r.told("M97", "00715").is_empty() && !r.waits("00715"));
    assert_eq!((r.told("N01", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true));
    assert_eq!((r.line("00232", "CIA"), r.waits("00232")), (vec!["250.00".to_owned()], false));
}

#[test]
fn a_sheet_nobody_can_read_holds_its_own_people_below_a_title_in_two_cells() {
    let text = "IFSE - Régime indemnitaire;;;Paie de décembre 2021;;\n\
                Matricule;Nom;Prénom;IFSE actuelle;IFSE proposée et validée;Date d'effet\n\
                00102;ARNOUX;Jean-Noël;120€;150€;01/12/2021\n";
    let r = ran::sample("lists-between", "unread", &[], &[("IFSE.csv", text.as_bytes().to_vec())]);
    assert_eq!((r.told("M95", "00102"), r.waits("00102"), r.waits("00232")), (BLOCKS.to_vec(), true, false));
}

/// 18 hours at 21,35 are 384,30: of somebody whose rate no other file says, the list does.
#[test]
fn the_rate_beside_hours_of_vacation_is_paid_where_nothing_else_says_one() {
    let arrivals = "Matricule;Nom;Prénom;Date de naissance;N° sécurité sociale;Date d'entrée;Statut;Taux PAS;IBAN\n\
                    01990;VASSEUR;Lina;05/05/1999;299059995404470;01/12/2021;Vacataire;0;FR7699901007770005550011180\n";
    let hours = "Matricule;Nom;Prénom;Heures de vacation;Taux horaire de vacation;Montant brut\n01990;VASSEUR;Lina;18;21,35;384,30\n";
    let with = [("arrivees.csv", arrivals.as_bytes().to_vec()), ("vacations.csv", hours.as_bytes().to_vec())];
    let r = ran::sample("lists-between", "vacations", &[], &with);
    assert_eq!((r.told("F121", "01990"), r.told("M77", "01990"), r.line("01990", "VAC")), (vec![], vec![], vec!["384.30".to_owned()]));
}

#[test]
fn words_more_in_the_cell_of_a_name_take_its_row_back() {
    let cells = [
        ("00102", "ANNULÉ ARNOUX Jean-Noël"),
        ("00232", "TARDIEU Régine NE PAS PAYER"),
        ("00360", "BENOIST Anne-Laure (retraité)"),
        ("00441", "FLAMENT André (CCAS)"),
        ("00225", "Mme AGUILAR Loïc"),
        ("00844", "RAMPAL Joël, ép. DUVAL"),
    ];
    let r = run("former", "Matricule;Agent;Montant CIA\n00102;ex ARNOUX Jean-Noël;150\n00232;TARDIEU Régine ex DUVAL;150\n");
    assert_eq!((r.told("M409", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true));
    assert!(r.told("M409", "00232").is_empty() && !r.waits("00232"));
    let rows: String = cells.iter().map(|(id, name)| format!("{id};{name};150\n")).collect();
    let r = run("name-cells", &format!("Matricule;Agent;Montant CIA\n{rows}"));
    for (agent, name) in &cells[..4] {
        assert!(r.waits(agent) && (r.told("M409", agent) == BLOCKS || r.told("M64", agent) == BLOCKS), "{name}");
    }
    for (agent, name) in &cells[4..] {
        assert!(!r.waits(agent) && r.told("M409", agent).is_empty(), "{name}");
    }
}

#[test]
fn words_that_take_back_count_in_whatever_column_they_stand() {
    let columns = [
        ("N° arrêté", "annulé", "2021-300", "M64"),
        ("Statut", "Retraité", "Titulaire", "M64"),
        ("Collectivité", "CCAS", "Commune", "M374"),
        ("Budget", "CCAS", "Principal", "M374"),
        ("Employeur", "CDG 99", "Mairie", "M374"),
    ];
    for (i, (title, against, plain, code)) in columns.into_iter().enumerate() {
        let text =
            format!("Matricule;Nom;Prénom;{title};Montant CIA\n00102;ARNOUX;Jean-Noël;{against};200\n00232;TARDIEU;Régine;{plain};300\n");
        let r = run(&format!("whatever-{i}"), &text);
        assert_eq!((r.told(code, "00102"), r.waits("00102")), (BLOCKS.to_vec(), true), "{title}");
        assert!(r.told(code, "00232").is_empty(), "{title}");
    }
}

/// « 14 h » below a title that is not sure is no label « 14 premières heures » of the hours beside it.
#[test]
fn hours_are_no_labels() {
    let text = "Matricule;Agent;Nb HS jour (barème 1);Heures sup jour > 14h\n00225;AGUILAR Loïc;14 h;2 h\n00441;FLAMENT André;14 h;3 h\n";
    let r = ran::sample("lists-between", "labels", &["heures-sup-decembre.ods"], &[("heures.csv", text.as_bytes().to_vec())]);
    for agent in ["00225", "00441"] {
        assert!(r.told("M76", agent).contains(&Severity::Blocking) && r.waits(agent), "{agent}");
    }
}

/// A foot in the colour of two rows speaks of them, whatever its words.
#[test]
fn a_foot_in_the_colour_of_rows_is_told() {
    for (i, (words, severity)) in
        [("Lignes roses : agents partis", Severity::Blocking), ("temps partiels", Severity::Justify)].into_iter().enumerate()
    {
        let pink = rust_xlsxwriter::Format::new().set_background_color(rust_xlsxwriter::Color::Pink);
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Matricule", "Nom", "Prénom", "Montant CIA"]).expect("titles");
        for (r, (_, row)) in (1..).zip(&ROWS[..4]) {
            let cells: Vec<&str> = row.split(';').collect();
            for (c, text) in (0..).zip(&cells[..3]) {
                if r == 2 { sheet.write_with_format(r, c, *text, &pink) } else { sheet.write(r, c, *text) }.expect("a cell");
            }
            sheet.write(r, 3, cells[3].parse::<u32>().expect("a sum")).expect("a cell");
        }
        sheet.write_with_format(7, 0, words, &pink).expect("a foot");
        let file = book.save_to_buffer().expect("memory does not fail");
        let r = ran::sample("lists-between", &format!("pink-{i}"), &[CIA], &[("cia.xlsx", file)]);
        assert_eq!(r.told("M208", "00232"), [severity], "{words}");
        assert!(!r.waits("00102") && r.told("M208", "00102").is_empty(), "{words}");
    }
}

/// Back pay that is called too much would be paid once more; with a minus it is what is taken back.
#[test]
fn back_pay_that_words_call_too_much_is_asked() {
    let rows = [
        ("00102", "Moins versé", "45", false),
        ("00232", "Trop versé", "45", true),
        ("00360", "IFSE versée à tort en octobre", "45", true),
        ("00225", "Retenue", "45", true),
        ("00441", "Oubli octobre", "45", false),
        ("00844", "Trop versé en octobre", "-45", false),
    ];
    let named = |agent: &str| ROWS.iter().find(|r| r.0 == agent).expect("a row").1.rsplit_once(';').expect("cells").0.to_owned();
    let lines: String = rows.iter().map(|(agent, words, sum, _)| format!("{};{sum};{words}\n", named(agent))).collect();
    let text = format!("Matricule;Nom;Prénom;Rappel de régime indemnitaire;Nature\n{lines}");
    let r = ran::sample("lists-between", "overpaid", &[CIA], &[("rappels.csv", text.into_bytes())]);
    for (agent, words, _, asked) in rows {
        assert_eq!((r.told("M64", agent).is_empty(), r.waits(agent)), (!asked, asked), "{words}");
    }
}

#[test]
fn a_title_that_takes_back_or_only_counts_pays_nothing() {
    let rows = format!("Matricule;Nom;Prénom;Montant CIA\n{}\n", ROWS[0].1);
    for title in ["Reprise CIA", "Ordres de reversement", "Titres de recettes", "Bilan CIA 2021", "Barème CIA", "CIA des agents partis"] {
        assert!(run(title, &format!("{title};;;\n{rows}")).waits("00102"), "{title}");
    }
    assert!(!run("paid", &format!("CIA 2021;;;\n{rows}")).waits("00102"));
}
