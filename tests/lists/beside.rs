//! What stands beside the values of this month's lists: rows struck through, notes, colours, remarks, lines of words, sums.
//!
//! The lists pay bonuses of the sample town; an agent that waits has no transfer, and everybody else has one.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran};
use releve::ground::Severity;
use rust_xlsxwriter::{Color, Format, Note, Workbook};

const CIA: &str = "cia-decembre.csv";
const HOURS: &str = "heures-sup-decembre.ods";
const BLOCKS: [Severity; 1] = [Severity::Blocking];
const JUSTIFY: [Severity; 1] = [Severity::Justify];

/// The sample without the file `out`, with others.
fn run(name: &str, out: &str, with: &[(&str, Vec<u8>)]) -> Ran {
    ran::sample("lists-beside", name, &[out], with)
}

fn csv(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// Three bonuses in a workbook; `dress` marks its cells.
fn workbook(dress: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        ["Matricule", "Nom", "Prénom", "Montant CIA"],
        ["00102", "ARNOUX", "Jean-Noël", ""],
        ["00232", "TARDIEU", "Régine", ""],
        ["00360", "BENOIST", "Anne-Laure", ""],
    ];
    for (r, row) in rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
            sheet.write(u32::try_from(r).expect("few"), u16::try_from(c).expect("few"), *text).expect("a cell");
        }
    }
    for (r, amount) in [(1, 200), (2, 300), (3, 150)] {
        sheet.write(r, 3, amount).expect("a cell");
    }
    dress(sheet);
    book.save_to_buffer().expect("memory does not fail")
}

#[test]
fn who_is_struck_through_waits() {
    let book = workbook(|sheet| {
        let struck = Format::new().set_font_strikethrough();
        sheet.write_with_format(1, 3, 200, &struck).expect("a cell");
        let (plain, part) = (Format::new(), Format::new().set_font_strikethrough());
        sheet.write_rich_string(2, 1, &[(&part, "TAR"), (&plain, "DIEU")]).expect("a cell");
    });
    let r = run("struck", CIA, &[("cia.xlsx", book)]);
    for agent in ["00102", "00232"] {
        assert_eq!((r.told("M201", agent), r.waits(agent)), (BLOCKS.to_vec(), true), "{agent}");
    }
    assert!(r.told("M201", "00360").is_empty() && !r.waits("00360"));
}

#[test]
fn a_note_is_a_remark_of_its_row() {
    let book = workbook(|sheet| {
        for (row, text) in [(1, "Ne pas payer : récupérées le 20/12"), (2, "vu avec le DGS, OK"), (3, "demi-tarif")] {
            sheet.insert_note(row, 3, &Note::new(text)).expect("a note");
        }
    });
    let r = run("notes", CIA, &[("cia.xlsx", book)]);
    assert_eq!((r.told("M204", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true));
    assert_eq!(r.told("M203", "00360"), JUSTIFY);
    assert!(!r.waits("00232") && !r.waits("00360"));
}

#[test]
fn colours_mean_what_a_legend_says() {
    let book = workbook(|sheet| {
        let (red, green) = (Format::new().set_background_color(Color::Red), Format::new().set_background_color(Color::Green));
        sheet.write_with_format(1, 3, 200, &red).expect("a cell");
        sheet.write_with_format(2, 3, 300, &green).expect("a cell");
        sheet.write_with_format(6, 0, "rouge : ne pas verser", &red).expect("a cell");
        sheet.write_with_format(7, 0, "vert : validé", &green).expect("a cell");
    });
    let r = run("colours", CIA, &[("cia.xlsx", book)]);
    assert_eq!((r.told("M208", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true));
    assert!(!r.waits("00232") && !r.waits("00360"));
}

/// The letters of a row in red, a legend that bears its colour, and one that names it.
#[test]
fn a_legend_means_the_rows_of_its_colour() {
    let red = Format::new().set_font_color(Color::Red);
    let yellow = Format::new().set_background_color(Color::Yellow);
    for (i, (legend, look, own)) in [
        ("En rouge : ne pas payer", &red, false),
        ("En rouge : à récupérer", &red, false),
        ("à récupérer", &yellow, true),
        ("annulé", &red, true),
    ]
    .into_iter()
    .enumerate()
    {
        let book = workbook(|sheet| {
            (0..3).for_each(|c| _ = sheet.set_cell_format(1, c, look).expect("a cell"));
            sheet.write_with_format(1, 3, 200, look).expect("a cell");
            sheet.write(6, 0, legend).expect("a cell");
            if own {
                sheet.set_cell_format(6, 0, look).expect("a cell");
            }
        });
        let r = run(&format!("legend-{i}"), CIA, &[("cia.xlsx", book)]);
        assert_eq!((r.told("M208", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true), "{legend}");
        assert!(!r.waits("00232") && !r.waits("00360"), "{legend}");
    }
}

/// Without a colour that it shares with a row, a foot that takes back means nobody, and is told.
#[test]
fn a_foot_that_takes_back_is_asked_and_one_that_may_mean_some_rows_is_told() {
    let foot = |name: &str, text: &str| run(name, CIA, &[("cia.xlsx", workbook(|sheet| _ = sheet.write(6, 0, text).expect("a cell")))]);
    let r = foot("foot", "ne pas payer");
    assert_eq!((r.told("M460", "00102"), r.waits("00102"), r.waits("00232")), (BLOCKS.to_vec(), true, true));
    let r = foot("foot-some", "voir les dossiers où une erreur reste possible");
    assert_eq!((r.told("M209", ""), r.waits("00102")), (JUSTIFY.to_vec(), false));
}

#[test]
fn white_letters_on_white_are_told() {
    let white = Format::new().set_font_color(Color::White);
    let book = workbook(|sheet| _ = sheet.write_with_format(1, 3, 200, &white).expect("a cell"));
    let r = run("white", CIA, &[("cia.xlsx", book)]);
    assert_eq!((r.told("M412", "00102"), r.waits("00102")), (JUSTIFY.to_vec(), false));
    assert!(r.told("M412", "00232").is_empty());
}

/// Hours whose format shows « min », and whole days: the numbers alone would be paid as hours.
#[test]
fn a_unit_that_the_format_shows_counts() {
    for (i, (format, waits)) in [("0\" min\"", true), ("0\" jours\"", true), ("0\" h\"", false), ("0.00", false)].into_iter().enumerate() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, ["Matricule", "Nom", "Prénom", "HS jour - 14 premières"]).expect("a row");
        sheet.write_row(1, 0, ["00102", "ARNOUX", "Jean-Noël"]).expect("a row");
        sheet.write_with_format(1, 3, 4, &Format::new().set_num_format(format)).expect("a cell");
        let r = run(&format!("unit-{i}"), HOURS, &[("HS.xlsx", book.save_to_buffer().expect("memory does not fail"))]);
        let told = if waits { BLOCKS.to_vec() } else { vec![] };
        assert_eq!((r.told("M462", "00102"), r.waits("00102")), (told, waits), "{format}");
    }
}

/// « ☐ » beside « ☑ », « ✘ » beside « ✔ ».
#[test]
fn a_box_that_is_not_ticked_is_no_leave_to_pay() {
    for (i, [title, yes, no]) in [["OK", "☑", "☐"], ["Décision", "✔", "✘"]].into_iter().enumerate() {
        let list = format!("Matricule;Nom;Prénom;Montant CIA;{title}\n00102;ARNOUX;Jean-Noël;200;{yes}\n00232;TARDIEU;Régine;300;{no}\n");
        let r = run(&format!("ticks-{i}"), CIA, &[("cia.csv", csv(&list))]);
        assert_eq!((r.told("M64", "00232"), r.waits("00232"), r.waits("00102")), (BLOCKS.to_vec(), true, false), "{title}");
    }
}

/// A sheet for each agent, called by the name, with the same hours in both.
#[test]
fn whoever_a_sheet_is_called_by_waits_for_it() {
    let mut book = Workbook::new();
    for name in ["ARNOUX Jean-Noël", "TARDIEU Régine"] {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        sheet.write_row(0, 0, ["Date", "HS jour - 14 premières"]).expect("a row");
        sheet.write(1, 0, "06/12/2021").expect("a cell");
        sheet.write(1, 1, 4).expect("a cell");
    }
    let r = run("by-agent", HOURS, &[("releves.xlsx", book.save_to_buffer().expect("memory does not fail"))]);
    for agent in ["00102", "00232"] {
        assert_eq!((r.told("M95", agent), r.waits(agent)), (BLOCKS.to_vec(), true), "{agent}");
    }
    assert!(r.told("M193", "").is_empty());
}

/// « Réserve » beside « À payer », and a service beside another.
#[test]
fn a_name_that_nobody_knows_beside_one_of_the_same_kind_is_told() {
    for (i, (names, told)) in
        [(["À payer", "Vivier"], JUSTIFY.to_vec()), (["Service technique", "École Jules Ferry"], vec![])].into_iter().enumerate()
    {
        let mut book = Workbook::new();
        for (name, agent) in names.into_iter().zip([["00102", "ARNOUX", "Jean-Noël"], ["00232", "TARDIEU", "Régine"]]) {
            let sheet = book.add_worksheet().set_name(name).expect("a name");
            sheet.write_row(0, 0, ["Matricule", "Nom", "Prénom", "Montant CIA"]).expect("a row");
            sheet.write_row(1, 0, agent).expect("a row");
            sheet.write(1, 3, 200).expect("a cell");
        }
        let r = run(&format!("alike-{i}"), CIA, &[("CIA.xlsx", book.save_to_buffer().expect("memory does not fail"))]);
        assert_eq!((r.told("M463", ""), r.waits("00232")), (told, false), "{names:?}");
    }
}

/// « Repos compensateur » beside « À payer » in one workbook: the hours of the first are taken as rest.
#[test]
fn a_sheet_called_by_rest_is_asked() {
    let mut book = Workbook::new();
    for (name, agent) in [("A payer", ["00102", "ARNOUX", "Jean-Noël"]), ("Repos compensateur", ["00232", "TARDIEU", "Régine"])] {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        sheet.write_row(0, 0, ["Matricule", "Nom", "Prénom", "HS jour - 14 premières"]).expect("a row");
        sheet.write_row(1, 0, agent).expect("a row");
        sheet.write(1, 3, 4).expect("a cell");
    }
    let r = run("rest", HOURS, &[("HS.xlsx", book.save_to_buffer().expect("memory does not fail"))]);
    assert_eq!((r.told("M76", "00232"), r.waits("00102")), (BLOCKS.to_vec(), false));
}

#[test]
fn remarks_turn_the_row_or_are_told_unless_harmless() {
    for (remark, code, severity) in [
        ("ne pas payer", "M64", Severity::Blocking),
        ("à proratiser", "M64", Severity::Blocking),
        ("voir avec Mme Roche", "M64", Severity::Blocking),
        ("pas ce mois-ci", "M64", Severity::Blocking),
        ("?", "M64", Severity::Blocking),
        ("50 %", "M64", Severity::Blocking),
        ("payer 1/2", "M64", Severity::Blocking),
        ("réglé par chèque", "M64", Severity::Blocking),
        ("temps partiel 80 %", "M202", Severity::Justify),
        ("retour de l'arrêté le 15/01", "M202", Severity::Justify),
    ] {
        let text = format!(
            "Matricule;Nom;Prénom;Montant CIA;Observations\n00102;ARNOUX;Jean-Noël;200;{remark}\n00232;TARDIEU;Régine;300;accord DGS\n"
        );
        let r = run("remark", CIA, &[("cia.csv", csv(&text))]);
        assert_eq!(r.told(code, "00102"), [severity], "{remark}");
        assert_eq!((r.told("M202", "00232").len(), r.waits("00232")), (0, false), "{remark}");
    }
}

#[test]
fn another_month_beside_back_pay_confirms_it() {
    let text = "Matricule;Nom;Prénom;Rappel de régime indemnitaire;Motif\n00102;ARNOUX;Jean-Noël;120,50;IFSE octobre-novembre\n";
    assert!(run("back-pay", CIA, &[("rappels.csv", csv(text))]).told("M64", "00102").is_empty());
    let text = "Matricule;Nom;Libellé;Montant;Motif\n00102;ARNOUX;Rappel de régime indemnitaire;120,50;IFSE octobre oubliée\n\
                00232;TARDIEU;Complément indemnitaire annuel;200;CIA octobre oublié\n";
    let r = run("back-pay-label", CIA, &[("rappels.csv", csv(text))]);
    assert_eq!((r.told("M64", "00102"), r.waits("00102")), (vec![], false));
    assert_eq!(r.told("M64", "00232"), BLOCKS);
}

#[test]
fn a_line_of_words_turns_the_rows_below_it() {
    for line in ["NE PAS PAYER", "En attente de validation :", "Trop-perçus à récupérer"] {
        let text = format!(
            "Matricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;200\n{line};;;\n00232;TARDIEU;Régine;300\nÀ verser en décembre;;;\n00360;BENOIST;Anne-Laure;150\n"
        );
        let r = run("section", CIA, &[("cia.csv", csv(&text))]);
        assert_eq!((r.told("M206", "00232"), r.waits("00232")), (BLOCKS.to_vec(), true), "{line}");
        assert!(!r.waits("00102") && !r.waits("00360"), "{line}");
    }
}

#[test]
fn a_sentence_below_the_list_names_one_of_its_people() {
    let text = "Matricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;200\n00232;TARDIEU;Régine;300\n\nNB : pas de versement pour TARDIEU (démission);;;\n";
    let r = run("sentence", CIA, &[("cia.csv", csv(text))]);
    assert_eq!((r.told("M207", "00232"), r.waits("00232")), (BLOCKS.to_vec(), true));
    assert!(!r.waits("00102"));
}

#[test]
fn a_sum_with_the_number_repeated_is_no_row_of_its_own() {
    let text = "Matricule;Nom;Prénom;Date;HS jour - 14 premières\n00441;FLAMENT;André;03/12/2021;3\n00441;FLAMENT;André;10/12/2021;2\n00441;Total FLAMENT;;;5\n00232;TARDIEU;Régine;03/12/2021;4\n";
    let r = run("repeated", HOURS, &[("heures.csv", csv(text))]);
    let added = r.told("M86", "00441");
    assert_eq!(added, JUSTIFY, "3 and 2, and not 5");
    assert!(r.told("M18", "00441").is_empty() && !r.waits("00441"));
}

#[test]
fn rows_below_a_name_without_one_of_their_own_are_asked() {
    let text = "Matricule;Nom;Prénom;Semaine;HS jour - 14 premières\n00441;FLAMENT;André;S49;3\n;;;S50;2\n00232;TARDIEU;Régine;S49;4\n";
    let r = run("first-only", HOURS, &[("heures.csv", csv(text))]);
    assert_eq!((r.told("M210", "00441"), r.waits("00441")), (BLOCKS.to_vec(), true));
    assert!(!r.waits("00232"));
}

#[test]
fn a_list_that_replaces_another_counts_alone() {
    let old = "Matricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;200\n00232;TARDIEU;Régine;300\n";
    let new = "CIA décembre 2021 - ANNULE ET REMPLACE la liste du 2 décembre;;;\nMatricule;Nom;Prénom;Montant CIA\n00102;ARNOUX;Jean-Noël;220\n00360;BENOIST;Anne-Laure;150\n";
    let r = run("replaces", CIA, &[("cia décembre.csv", csv(old)), ("cia décembre V2.csv", csv(new))]);
    assert_eq!((r.told("M212", "00102"), r.line("00102", "CIA")), (JUSTIFY.to_vec(), vec!["220.00".to_owned()]));
    assert_eq!((r.told("M211", "00232"), r.waits("00232")), (BLOCKS.to_vec(), true));
    assert!(!r.waits("00360"));
}

#[test]
fn prolongation_among_the_remarks_takes_no_waiting_day() {
    let with = |remark: &str| {
        let text = format!(
            "Matricule;Nom;Prénom;Motif;Du;Au;Nb jours;Obs.\n00844;RAMPAL;Joël;Maladie ordinaire;06/12/2021;10/12/2021;5;{remark}\n"
        );
        run("prolongation", "absences-decembre.xls", &[("absences.csv", csv(&text))]).rows("payslips.csv")
    };
    let text = "Matricule;Nom;Prénom;Motif;Du;Au;Nb jours;Prolongation\n00844;RAMPAL;Joël;Maladie ordinaire;06/12/2021;10/12/2021;5;O\n";
    let said = run("prolongation-said", "absences-decembre.xls", &[("absences.csv", csv(text))]).rows("payslips.csv");
    assert_eq!(with("prolongation"), said);
    assert_ne!(with("reçu"), said);
}

#[test]
fn days_of_a_strike_in_a_column_of_strikes_are_the_days_of_the_row() {
    let one = |text: &str| run("twice", "absences-decembre.xls", &[("absences.csv", csv(text))]).rows("payslips.csv");
    let plain = one("Matricule;Nom;Prénom;Nature;Du;Au\n00225;AGUILAR;Loïc;Grève;09/12/2021;09/12/2021\n");
    assert_eq!(one("Matricule;Nom;Prénom;Nature;Du;Au;Jours de grève\n00225;AGUILAR;Loïc;Grève;09/12/2021;09/12/2021;1\n"), plain);
}

#[test]
fn one_value_from_two_days_is_asked() {
    let text =
        "Matricule;Nom;Prénom;Nouvel IM;Date d'effet\n00102;ARNOUX;Jean-Noël;420;01/12/2021\n00102;ARNOUX;Jean-Noël;420;01/10/2021\n";
    assert_eq!(run("two-days", "", &[("changements.csv", csv(text))]).told("M94", "00102"), BLOCKS);
}

#[test]
fn a_name_alone_and_a_surname_that_is_a_word_of_sums_are_somebody() {
    let text = "Agent;Nature;Date;Nb jours\nRAMPAL Joël;Grève;06/12/2021;1\nAGUILAR Loïc;;;\n";
    let r = run("alone", "absences-decembre.xls", &[("greve.csv", csv(text))]);
    assert_eq!((r.told("M93", "00225"), r.waits("00225")), (BLOCKS.to_vec(), true));
}

#[test]
fn a_mail_names_a_stranger_beside_somebody_who_is_known() {
    let mail = "Bonjour,\nAGUILAR Loïc remplace KOWALSKI Jan qui commence le 6\n";
    let r = run("stranger", "", &[("mail.txt", csv(mail))]);
    assert_eq!(r.told("M95", "00225"), BLOCKS);
    assert!(!r.folder.join("out/virements-2021-12.xml").is_file(), "whom the line means is not known");
}

// 404 points of 5 623,23 EUR a year and hundred: 1 893,15 a month. 00225 has that new index in the sample's own list.
#[test]
fn an_index_beside_a_new_grade_is_the_index_of_that_grade() {
    let text = "Matricule;Nom;Prénom;Nouveau grade;IM;Date d'effet\n\
                00225;AGUILAR;Loïc;Rédacteur principal;420;01/12/2021\n00441;FLAMENT;André;Adjoint principal;404;01/12/2021\n\
                00232;TARDIEU;Régine;Attaché;420;01/12/2021\n";
    let r = run("grade", "", &[("nominations.csv", csv(text))]);
    assert_eq!((r.told("F120", "00441"), r.line("00441", "TIB")), (JUSTIFY.to_vec(), vec!["1893.15".to_owned()]));
    assert_eq!((r.told("F120", "00232"), r.waits("00232")), (vec![], false));
    assert_eq!((r.told("F121", "00225"), r.waits("00225")), (BLOCKS.to_vec(), true));
}

#[test]
fn a_number_beside_another_new_number_is_asked() {
    let text = "Matricule;Nom;Prénom;Nouvelle IFSE;Points NBI;Date d'effet\n00225;AGUILAR;Loïc;250,00;10;01/12/2021\n";
    let r = run("beside-number", "", &[("ifse.csv", csv(text))]);
    assert_eq!((r.told("F121", "00225"), r.waits("00225")), (BLOCKS.to_vec(), true));
}

#[test]
fn a_row_that_a_filter_hides_is_told_by_name() {
    let book = workbook(|sheet| {
        sheet.set_row_hidden(2).expect("a row");
    });
    let r = run("hidden", CIA, &[("cia.xlsx", book)]);
    assert_eq!((r.told("M361", "00232"), r.waits("00232")), (JUSTIFY.to_vec(), false));
    assert!(r.told("M361", "00102").is_empty() && r.told("M361", "00360").is_empty());
    // In a list that is laid out anew too: two days in one cell.
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        ["Matricule", "Nom", "Prénom", "Motif", "Période"],
        ["00844", "RAMPAL", "Joël", "Grève", "du 06 au 07/12/2021"],
        ["00225", "AGUILAR", "Loïc", "Grève", "du 08 au 09/12/2021"],
    ];
    for (r, row) in (0..).zip(rows) {
        sheet.write_row(r, 0, row).expect("cells");
    }
    sheet.set_row_hidden(2).expect("a row");
    let r = run("hidden-anew", "absences-decembre.xls", &[("absences.xlsx", book.save_to_buffer().expect("memory does not fail"))]);
    assert_eq!((r.told("M361", "00225"), r.told("M361", "00844")), (JUSTIFY.to_vec(), vec![]));
}

#[test]
fn what_is_not_settled_in_a_column_nobody_reads_takes_the_row_back() {
    for (i, word) in ["à définir", "à voir", "à déterminer", "?"].into_iter().enumerate() {
        let text =
            format!("Matricule;Nom;Prénom;Montant CIA;Paie de\n00102;ARNOUX;Jean-Noël;200,00;{word}\n00232;TARDIEU;Régine;300,00;\n");
        let r = run(&format!("open-{i}"), CIA, &[("cia.csv", csv(&text))]);
        assert_eq!((r.told("M64", "00102"), r.waits("00102")), (BLOCKS.to_vec(), true), "{word}");
        assert!(!r.waits("00232"));
    }
}

#[test]
fn a_row_of_words_below_the_titles_is_of_somebody() {
    for head in ["Matricule;Nom;Prénom;Date départ;Motif\n00232;TARDIEU;Régine", "Nom;Prénom;Date départ;Motif\nTARDIEU;Régine"] {
        let text = format!("Départs;;;\n{head};fin du mois ?;Mutation\n");
        let r = run(&format!("words-{}", head.len()), "none", &[("départ.csv", csv(&text))]);
        assert!(r.waits("00232"), "{head}");
    }
}

#[test]
fn an_index_without_its_day_is_told() {
    let text = "Matricule;Nom;Prénom;Ancien IM;Nouvel IM;Date d'effet\n00225;AGUILAR;Loïc;392;404;01/12/2021\n";
    let r = run("dated", "none", &[("changements.csv", csv(text))]);
    assert!(r.told("M362", "00225").is_empty());
    let text = "Matricule;Nom;Prénom;Ancien IM;Nouvel IM\n00225;AGUILAR;Loïc;392;404\n";
    let r = run("undated", "none", &[("changements.csv", csv(text))]);
    assert_eq!((r.told("M362", "00225"), r.waits("00225")), (JUSTIFY.to_vec(), false));
}

#[test]
fn an_account_in_last_months_transfers_that_is_none_is_told() {
    let file = std::fs::read_to_string("samples/montreval/inbox/virements-2021-11.xml").expect("the sample");
    let within = |text: &str, tag: &str| text.split(tag).nth(1).and_then(|t| t.split('<').next()).expect("the tag").to_owned();
    let mut list = "Bénéficiaire;IBAN;Montant;Référence\n".to_owned();
    for t in file.split("<CdtTrfTxInf>").skip(1) {
        let of = |tag: &str| within(t, tag);
        let (name, iban) = (of("<Nm>"), of("<IBAN>").replace("FR7699904009515664527579423", "FR7799904009515664527579423"));
        list += &format!("{name};{iban};{};{}\n", of("Ccy=\"EUR\">").replace('.', ","), of("<EndToEndId>"));
    }
    let r = run("wrong-key", "virements-2021-11.xml", &[("virements novembre 2021.csv", csv(&list))]);
    assert_eq!(r.told("M363", ""), JUSTIFY);
}

/// The stage of a demand, a letter that nothing explains, another unit than the title's: none is paid on.
#[test]
fn what_is_not_so_or_not_yet_takes_the_row_back() {
    let sums = [
        ("État", "R", "M77"),
        ("Étape", "Demande N+1", "M64"),
        ("Type", "Prévisionnel", "M64"),
        ("Réel/Prévu", "P", "M77"),
        ("Transféré en paie", "O", "M64"),
        ("Import paie", "Non", "M64"),
        ("Motif de rejet", "hors délai", "M64"),
        ("Unité", "cts", "M77"),
        ("Devise", "XPF", "M77"),
        ("Périodicité", "Annuel", "M77"),
        ("Statut", "Validé", ""),
        ("État", "Titulaire", ""),
        ("Unité", "€", ""),
        ("Périodicité", "Mensuel", ""),
    ];
    let hours = [("HS jour - 14 premières", "120", "M441"), ("HS jour - 14 premières", "8", "")];
    let agents =
        ["00102", "00232", "00360", "00233", "00330", "00373", "00414", "00424", "00484", "00531", "00539", "00541", "00555", "00556"];
    let list = |(i, (title, cell)): (u8, (&str, &str)), head: &str, sum: &str| {
        (format!("cia-{}.csv", char::from(b'a' + i)), csv(&format!("Matricule;{head};{title}\n{};{sum};{cell}\n", agents[usize::from(i)])))
    };
    let files: Vec<(String, Vec<u8>)> = (0..).zip(sums.iter().map(|s| (s.0, s.1))).map(|s| list(s, "Montant CIA", "200,00")).collect();
    let with: Vec<(&str, Vec<u8>)> = files.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    let r = run("stages", CIA, &with);
    for (agent, (title, cell, code)) in agents.iter().zip(sums) {
        assert_eq!(r.waits(agent), !code.is_empty(), "{title}: {cell}");
        assert!(code.is_empty() || r.told(code, agent) == BLOCKS, "{title}: {cell}");
    }
    for (i, (title, cell, code)) in hours.into_iter().enumerate() {
        let text = format!("Matricule;Nom;Prénom;{title}\n00225;AGUILAR;Loïc;{cell}\n");
        let r = run(&format!("too-many-{i}"), HOURS, &[("heures.csv", csv(&text))]);
        assert_eq!(r.waits("00225"), !code.is_empty(), "{title}: {cell}");
        assert!(code.is_empty() || r.told(code, "00225") == BLOCKS, "{title}: {cell}");
    }
    let r = run("badge", HOURS, &[("heures.csv", csv("N° badge;HS jour - 14 premières\n00225;8\n"))]);
    assert_eq!((r.told("M442", "00225"), r.waits("00225")), (BLOCKS.to_vec(), true));
}
