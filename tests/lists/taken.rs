//! This month's lists as services write them, one at a time in the sample town: nobody is paid on what was not read for sure.
//!
//! Nets are those of `samples/montreval/expected`, which the sample's README says how they were made.

use releve::ground::{Finding, Severity};
use releve::pipeline::{self, Options};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const SAMPLE: &str = "samples/montreval";

struct Ran {
    findings: Vec<Finding>,
    nets: BTreeMap<String, String>,
    transfers: BTreeMap<String, String>,
}

impl Ran {
    /// Severities of a code's findings about an agent; of the run's with an empty number.
    fn told(&self, code: &str, agent: &str) -> Vec<Severity> {
        let of = |f: &&Finding| f.code == code && f.employee.as_ref().map_or("", |e| e.as_str()) == agent;
        self.findings.iter().filter(of).map(|f| f.severity).collect()
    }
    fn all(&self, code: &str) -> usize {
        self.findings.iter().filter(|f| f.code == code).count()
    }
}

fn column(path: &Path, name: &str) -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    reader.deserialize::<BTreeMap<String, String>>().map(|r| r.expect("a row")).map(|r| (r["employee"].clone(), r[name].clone())).collect()
}

fn expected() -> BTreeMap<String, String> {
    column(Path::new(SAMPLE).join("expected/payslips.csv").as_path(), "net_paid")
}

/// The sample without the files `out`, with the files `with`.
fn run(name: &str, out: &[&str], with: &[(&str, &str)]) -> Ran {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lists-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy(Path::new(SAMPLE).join("releve.toml"), folder.join("releve.toml")).expect("the settings");
    for entry in std::fs::read_dir(Path::new(SAMPLE).join("inbox")).expect("the sample") {
        let entry = entry.expect("the sample");
        if !out.contains(&entry.file_name().to_string_lossy().as_ref()) {
            std::fs::copy(entry.path(), folder.join("inbox").join(entry.file_name())).expect("a copy");
        }
    }
    for (file, text) in with {
        std::fs::write(folder.join("inbox").join(file), text).expect("a list");
    }
    let options = Options { folder: folder.clone(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let outcome = pipeline::run(&options).expect("the job runs");
    Ran {
        findings: outcome.findings,
        nets: column(&folder.join("out/payslips.csv"), "net_paid"),
        transfers: column(&folder.join("out/transfers.csv"), "amount"),
    }
}

const ABSENCES: &str = "absences-decembre.xls";
const CIA: &str = "cia-decembre.csv";
const HOURS: &str = "heures-sup-decembre.ods";
const MOVES: &str = "mouvements-decembre.xlsx";

#[test]
fn a_list_of_strikes_says_so_in_its_name_alone() {
    let text = "Matricule;Nom;Prénom;Du;Au;Nb jours\n00844;RAMPAL;Joël;06/12/2021;07/12/2021;2\n";
    let r = run("strikes", &[ABSENCES], &[("Grèves.csv", text)]);
    assert_eq!(r.nets["00844"], expected()["00844"]);
}

#[test]
fn without_last_months_transfers_a_change_of_account_is_asked_for_all_the_same() {
    let r = run("no-transfers", &["virements-2021-11.xml"], &[]);
    assert_eq!(["01316", "01684"].map(|e| r.told("BNK-03", e)), [[Severity::Justify], [Severity::Justify]]);
    assert_eq!(r.told("BNK-04", "00825"), [Severity::Blocking]);
    assert_eq!(r.transfers["01316"], expected()["01316"]);
    // One finding of the run, which stands among the first; in the page nothing says that no account is new.
    let told: Vec<_> = r.findings.iter().filter(|f| f.code == "J20").collect();
    assert_eq!(told.iter().map(|f| (f.severity, f.rank)).collect::<Vec<_>>(), [(Severity::Justify, releve::ground::finding::Rank::Cause)]);
    let page = std::fs::read_to_string(Path::new(env!("CARGO_TARGET_TMPDIR")).join("lists-no-transfers/out/diff.html")).expect("the page");
    let section = page.split("id=\"iban\"").nth(1).and_then(|s| s.split("</section>").next()).expect("the accounts");
    assert!(section.contains("rien ne confirme les comptes") && section.contains("01316") && !section.contains("Néant"), "{section}");
    // With them nothing of the kind is said.
    assert_eq!(run("with-transfers", &[], &[]).all("J20"), 0);
}

#[test]
fn an_account_with_a_false_key_is_told_beside_the_one_that_is_paid() {
    let mut staff = "Matricule;Nom;Prénom;Statut;Catégorie;Quotité;IBAN\n".to_owned();
    for (id, name, iban) in [("00299", "LECOQ;Sabrina", "FR76 9990 1004 4427 4065 5625 832"), ("01316", "LOISEL;Sophie", "")] {
        staff.push_str(&format!("{id};{name};;;;{iban}\n"));
    }
    let r = run("false-key", &[], &[("agents-bis.csv", &staff)]);
    assert_eq!(r.told("BNK-01", "00299"), [Severity::Warning]);
}

#[test]
fn half_a_day_of_strike_is_counted_in_proportion_and_told() {
    let text = "Matricule;Nom;Prénom;Motif;Du;Au;Nb jours\n00844;RAMPAL;Joël;Grève;06/12/2021;06/12/2021;0,5\n";
    let r = run("half-strike", &[ABSENCES], &[("absences.csv", text)]);
    assert_eq!(r.told("F60", "00844"), [Severity::Justify]);
}

#[test]
fn struck_off_from_the_sixth_is_paid_until_the_fifth() {
    let text = "Matricule;Nom;Prénom;Radié des cadres à compter du;Motif\n00299;LECOQ;Sabrina;06/12/2021;Fin de contrat anticipée\n";
    let r = run("struck", &[MOVES], &[("sorties.csv", text)]);
    assert_eq!(r.nets["00299"], expected()["00299"]);
}

#[test]
fn the_same_bonus_in_two_lists_counts_once_and_another_sum_sets_aside() {
    let whole = std::fs::read_to_string(Path::new(SAMPLE).join("inbox").join(CIA)).expect("the sample is UTF-8");
    let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
    let first = lines.iter().position(|l| l.starts_with("00102")).expect("the first agent");
    assert!(lines[first].contains("200,00"));
    lines[first] = lines[first].replace("200,00", "250,00");
    lines.reverse();
    let heading = lines.pop().expect("the headings");
    lines.insert(0, heading);
    let r = run("two-lists", &[], &[("cia corrigé.csv", &format!("{}\n", lines.join("\n")))]);
    let want = expected();
    assert_eq!(r.told("M88", "00102"), [Severity::Blocking]);
    assert!(!r.transfers.contains_key("00102"));
    assert_eq!(r.told("M87", "00232"), [Severity::Justify]);
    assert_eq!(r.nets["00232"], want["00232"]);
}

#[test]
fn a_row_written_twice_counts_once() {
    let whole = std::fs::read_to_string(Path::new(SAMPLE).join("inbox").join(CIA)).expect("the sample is UTF-8");
    let again = whole.lines().find(|l| l.starts_with("00232")).expect("an agent");
    let r = run("twice", &[CIA], &[(CIA, &format!("{}\n{again}\n", whole.trim_end()))]);
    assert_eq!(r.told("M85", "00232"), [Severity::Justify]);
    assert_eq!(r.nets["00232"], expected()["00232"]);
}

#[test]
fn a_list_of_another_month_is_not_read() {
    let whole = std::fs::read_to_string(Path::new(SAMPLE).join("inbox").join(CIA)).expect("the sample is UTF-8");
    let r = run("november", &[CIA], &[("cia-novembre.csv", &whole)]);
    assert_eq!(r.told("M80", ""), [Severity::Justify], "hours of this month stand beside, in the same role");
    let named: Vec<&str> = whole.lines().skip(1).filter_map(|l| l.split(';').find(|c| c.len() == 5 && c.parse::<u32>().is_ok())).collect();
    assert!(named.len() > 2);
    for agent in named.iter().filter(|a| expected().contains_key(**a)) {
        assert_eq!(r.told("M95", agent), [Severity::Blocking], "{agent}: hours are no bonuses, and this list of them is the only one");
    }
    let r = run("november-too", &[], &[("cia-novembre.csv", &whole.replace("200,00", "210,00"))]);
    assert_eq!((r.told("M80", ""), r.all("M95")), (vec![Severity::Justify], 0), "an older list of the same bonus is a record");
    let r = run("last-year", &[CIA, HOURS], &[("cia-2020.csv", &whole)]);
    assert_eq!(r.told("M80", ""), [Severity::Blocking]);
}

#[test]
fn a_number_nobody_read_sets_its_agent_aside() {
    let text = "Matricule;Nom;Prénom;HS jour - 14 premières;Bidule\n00441;FLAMENT;André;2;\n00102;ARNOUX;Jean-Noël;2;3,5\n";
    let r = run("unread", &[HOURS], &[("heures sup.csv", text)]);
    assert_eq!(r.told("M77", "00102"), [Severity::Blocking]);
    assert!(r.told("M77", "00441").is_empty());
    let text = "Matricule;Nom;Prénom;HS jour - 14 premières\n00441;FLAMENT;André;-2\n00102;ARNOUX;Jean-Noël;3,5\n00207;POIREL;Mathieu;voir Monique\n";
    let r = run("odd", &[HOURS], &[("heures sup.csv", text)]);
    assert_eq!(r.told("M84", "00441"), [Severity::Blocking]);
    assert_eq!(r.told("N01", "00207"), [Severity::Blocking]);
    assert!(!r.transfers.contains_key("00207"));
}

#[test]
fn a_title_that_says_nothing_names_no_fact() {
    let text = "Matricule;Nom;Prénom;Nb HS\n00441;FLAMENT;André;2\n00102;ARNOUX;Jean-Noël;3\n";
    let r = run("generic", &[HOURS], &[("liste.csv", text)]);
    assert!(r.told("M76", "00102") == [Severity::Blocking] || r.told("M01", "") == [Severity::Blocking]);
}

#[test]
fn a_decimal_comma_that_cuts_a_row_is_told() {
    let text = "Matricule,Nom,Prénom,HS jour - 14 premières,HS nuit\n00441,FLAMENT,André,2,\n00207,POIREL,Mathieu,3,5,\n00102,ARNOUX,Jean-Noël,3,\n";
    let r = run("comma", &[HOURS], &[("heures sup.csv", text)]);
    assert_eq!(r.told("M82", "00207"), [Severity::Blocking]);
    assert!(r.told("M82", "00441").is_empty());
}

#[test]
fn absences_that_overlap_or_say_no_days_set_aside() {
    let text = "Matricule;Nom;Prénom;Nature;Du;Au;Nb jours\n\
        00844;RAMPAL;Joël;Grève;06/12/2021;07/12/2021;2\n\
        00844;RAMPAL;Joël;Grève;07/12/2021;08/12/2021;2\n\
        00484;BARBEAU;Mehdi;Absence non rémunérée;;;\n\
        00541;LEFRANC;Jérémie;Grève;03/12/2021;03/12/2021;1\n\
        00541;LEFRANC;Jérémie;Grève;03/12/2021;03/12/2021;1\n";
    let r = run("absences", &[ABSENCES], &[("absences.csv", text)]);
    assert_eq!(r.told("M90", "00844"), [Severity::Blocking]);
    assert_eq!(r.told("M83", "00484"), [Severity::Blocking]);
    assert_eq!(r.told("M89", "00541"), [Severity::Justify]);
}

#[test]
fn an_arrival_has_a_first_day_in_the_month_and_was_not_paid_before() {
    let head = "Matricule;Nom;Prénom;Date d'entrée;Statut;Catégorie;Indice majoré;Quotité;Taux PAS (%)\n";
    let text = format!(
        "{head}00615;DIALLO;Agathe;;Stagiaire;C;343;100 %;0\n00233;GRANDIN;Corentin;15/11/2021;Stagiaire;C;343;100 %;0\n\
         00102;ARNOUX;Jean-Noël;06/12/2021;Titulaire;C;400;100 %;0\n"
    );
    let r = run("arrivals", &[MOVES], &[("arrivées.csv", &text)]);
    assert_eq!(r.told("F40", "00615"), [Severity::Blocking]);
    assert_eq!(r.told("F33", "00233"), [Severity::Justify], "last month is owed");
    assert_eq!(r.told("F42", "00102"), [Severity::Blocking]);
}

#[test]
fn a_departure_has_a_last_day_in_the_month() {
    let text = "Matricule;Nom;Prénom;Dernier jour payé;Motif\n00299;LECOQ;Sabrina;15/11/2021;Démission\n\
        00424;MÉNARD;Inès;20/12/2022;Démission\n00555;SAVARY;Fabien;;Disponibilité\n";
    let r = run("departures", &[MOVES], &[("départs.csv", text)]);
    assert_eq!(r.told("F44", "00299"), [Severity::Blocking]);
    assert_eq!(r.told("F45", "00424"), [Severity::Justify]);
    assert_eq!(r.told("F43", "00555"), [Severity::Blocking]);
}

#[test]
fn a_change_says_what_it_changes() {
    let text = "Matricule;Nom;Prénom;Ancien IM;Nouvel IM;Date d'effet\n\
        00225;AGUILAR;Loïc;404;392;01/12/2021\n00715;KELLER;Édith;344;;01/12/2021\n\
        00878;MATHEY;Karima;300;361;01/12/2021\n01517;BOULAY;Jean-Baptiste;465;400;01/12/2021\n\
        01835;PELLETAN;Olivier;350;353;01/12/2021\n01835;PELLETAN;Olivier;350;360;01/12/2021\n";
    let r = run("changes", &[MOVES], &[("avancements.csv", text)]);
    assert_eq!(r.told("F48", "00225"), [Severity::Justify], "old and new are exchanged");
    assert!(r.told("N18", "00715").contains(&Severity::Blocking));
    assert_eq!(r.told("F47", "00878"), [Severity::Justify]);
    assert_eq!(r.told("F49", "01517"), [Severity::Justify]);
    assert_eq!(r.told("M94", "01835"), [Severity::Blocking]);
}

// A new step moves pay by its index, which no file gives: the agent waits, and a decision that the index stays pays.
#[test]
fn a_step_without_its_index_is_asked_for() {
    let list = "Matricule;Nom;Prénom;Ancien échelon;Nouvel échelon;Date d'effet\n00844;RAMPAL;Joël;4;5;01/12/2021\n";
    let r = run("step", &[], &[("avancements d'échelon.csv", list)]);
    assert_eq!(r.told("F98", "00844"), [Severity::Blocking]);
    assert!(!r.transfers.contains_key("00844"));
    // The same step as before moves nothing.
    let same = run("same-step", &[], &[("avancements d'échelon.csv", &list.replace(";4;5;", ";5;5;"))]);
    assert_eq!(same.told("F98", "00844"), []);
}

#[test]
fn a_row_under_another_persons_number_is_not_used() {
    let whole = std::fs::read_to_string(Path::new(SAMPLE).join("inbox").join(CIA)).expect("the sample is UTF-8");
    let own = whole.lines().find(|l| l.starts_with("00232")).expect("an agent");
    let r = run("other-name", &[CIA], &[(CIA, &whole.replace(own, "00232;QUIDAM;Zénobie;900,00;x"))]);
    assert_eq!(r.told("M14", "00232"), [Severity::Blocking]);
    assert!(!r.transfers.contains_key("00232"));
    let r = run("path", &[CIA], &[(CIA, &whole.replace(own, "../../x;TARDIEU;Régine;900,00;x"))]);
    assert_eq!(r.told("M92", ""), [Severity::Blocking]);
}

#[test]
fn an_empty_list_is_said_and_stays_what_it_is() {
    let r = run("empty", &[], &[("départs.csv", "matricule;nom;prénom;dernier jour payé;motif\n")]);
    assert_eq!(r.told("M78", ""), [Severity::Justify]);
    assert_eq!(r.nets, expected());
}

#[test]
fn a_list_of_agents_that_gave_nothing_sets_them_aside() {
    let text = "Matricule;Truc;Bidule\n00102;a b;c d\n00232;e f;g h\n00441;i j;k l\n";
    let r = run("nothing", &[], &[("liste du chef.csv", text)]);
    assert!(r.all("M01") + r.all("M11") >= 1);
    for agent in ["00102", "00232", "00441"] {
        assert_eq!((r.told("M95", agent), r.transfers.get(agent)), (vec![Severity::Blocking], None), "{agent}");
    }
    assert_eq!(r.transfers.get("00299"), expected().get("00299"));
}

/// The hours of the sample's list, as its sheet has them: fourteen first, beyond, night.
const WORKED: [(&str, &str, &str, &str, &str); 10] = [
    ("00207", "POIREL", "9", "", ""),
    ("00207", "POIREL", "2", "", ""),
    ("00441", "FLAMENT", "14", "", ""),
    ("00801", "DEMANGE", "14", "4", ""),
    ("01044", "MASSOT", "6", "", "3"),
    ("01494", "MONNET", "6", "", "4"),
    ("01740", "LAVAL", "8,5", "", ""),
    ("01847", "ÉCHEVIN", "8,5", "", ""),
    ("01856", "SANZ", "5", "", ""),
    ("01889", "AMBLARD", "14", "15", ""),
];

/// The same with a row for each rubric, under these labels.
fn rubrics(head: &str, labels: [&str; 3]) -> String {
    let row = |w: &(&str, &str, &str, &str, &str)| {
        let numbers = [w.2, w.3, w.4].into_iter().zip(labels).filter(|(n, _)| !n.is_empty());
        numbers.map(|(n, l)| format!("{};{};{l};{n}\n", w.0, w.1)).collect::<String>()
    };
    format!("{head}\n{}", WORKED.iter().map(row).collect::<String>())
}

#[test]
fn a_row_for_each_rubric_is_read_by_its_label() {
    for (name, head, labels) in [
        ("evp", "Matricule;Nom;Libellé;Nombre", ["H.S. JOUR 14 PREM.", "H.S. JOUR AU-DELA", "H.S. NUIT"]),
        ("kinds", "Matricule;Nom;Type d'heures;Nombre d'heures", ["Jour - 14 premières", "Jour - au-delà de 14", "Nuit"]),
        ("values", "Matricule;Agent;Élément;Valeur", ["H.S. JOUR 14 PREM.", "H.S. JOUR AU-DELA", "H.S. NUIT"]),
    ] {
        let r = run(&format!("rubrics-{name}"), &[HOURS], &[("variables.csv", &rubrics(head, labels))]);
        assert_eq!(r.nets, expected(), "{name}");
    }
}

#[test]
fn a_rubric_nobody_knows_and_hours_written_in_euros_set_aside() {
    let labels = ["H.S. JOUR 14 PREM.", "H.S. JOUR AU-DELA", "H.S. NUIT"];
    let known = rubrics("Matricule;Nom;Libellé;Nombre", labels);
    let r = run("rubric-unknown", &[HOURS], &[("variables.csv", &format!("{known}00102;ARNOUX;PRIME DE MARCHE;2\n"))]);
    assert_eq!(r.told("M97", "00102"), [Severity::Blocking]);
    assert_eq!(r.nets["00207"], expected()["00207"]);
    let r = run("rubric-euros", &[HOURS], &[("variables.csv", &rubrics("Matricule;Nom;Libellé;Montant", labels))]);
    assert_eq!(r.told("M97", "00441"), [Severity::Blocking]);
    assert!(!r.transfers.contains_key("00441"));
}

#[test]
fn whoever_an_unread_list_names_is_set_aside() {
    // A type on each row that nobody knows: not understood, and said of each agent.
    let text = "Matricule;Nom;Prénom;Type de mouvement;Ancienne valeur;Nouvelle valeur\n\
        00760;ASTIER;Sofiane;Dossier A;80 %;100 %\n00225;AGUILAR;Loïc;Dossier B;IM 392;IM 404\n";
    let r = run("unread-list", &[MOVES], &[("mouvements du personnel.csv", text)]);
    for agent in ["00760", "00225"] {
        assert_eq!(r.told("M95", agent), [Severity::Blocking]);
        assert!(!r.transfers.contains_key(agent));
    }
    assert!(r.told("M95", "00102").is_empty());
}

#[test]
fn a_surname_and_an_initial_are_nobody_and_whoever_it_may_be_waits() {
    let text = "Agent;HS jour - 14 premières\nPOIREL M.;9\nDEMANGE M.;14\nFLAMENT André;14\n";
    let r = run("initials", &[HOURS], &[("heures sup.csv", text)]);
    assert_eq!(r.told("M98", "00207"), [Severity::Blocking], "the only one of that name");
    // Of the four DEMANGE of the town one begins with M.
    assert_eq!(r.told("M98", "00801"), [Severity::Blocking]);
    assert_eq!(r.nets["00441"], expected()["00441"]);
}

#[test]
fn days_without_a_year_are_of_the_month_being_paid() {
    let text = "Matricule;Nom;Prénom;Dernier jour payé;Motif\n00299;LECOQ;Sabrina;5/12;Démission\n00424;MÉNARD;Inès;20/12;Démission\n\
        00555;SAVARY;Fabien;20 déc.;Disponibilité\n01114;KERGUELEN;Benoît;31/12;Fin de contrat\n";
    let r = run("short-days", &[MOVES], &[("départs.csv", text)]);
    let want = expected();
    for agent in ["00299", "00424", "00555", "01114"] {
        assert_eq!(r.nets[agent], want[agent], "{agent}");
    }
}

#[test]
fn of_columns_at_two_dates_the_later_is_new() {
    let want = expected();
    for (name, head) in [
        ("dates", "Matricule;Nom;Prénom;Quotité jusqu'au 30/11/2021;Quotité au 01/12/2021"),
        ("words", "Matricule;Nom;Prénom;Quotité avant;Quotité après"),
    ] {
        let text = format!("{head}\n00760;ASTIER;Sofiane;80 %;100 %\n00927;BRIAND;Kévin;100 %;90 %\n01293;DEMANGE;Joël;100 %;60 %\n");
        let r = run(&format!("two-{name}"), &[MOVES], &[("temps de travail.csv", &text)]);
        for agent in ["00760", "00927", "01293"] {
            assert_eq!(r.nets[agent], want[agent], "{name} {agent}");
        }
    }
}

#[test]
fn a_heading_over_columns_says_which_are_old_and_which_are_new() {
    let text = "Matricule;Agent;Ancienne situation;;Nouvelle situation;;Date d'effet\n;;Échelon;IM;Échelon;IM;\n\
        00225;AGUILAR Loïc;1;392;2;404;01/12/2021\n00715;KELLER Édith;4;344;5;346;01/12/2021\n";
    let r = run("groups", &[MOVES], &[("avancements.csv", text)]);
    for agent in ["00225", "00715"] {
        assert_eq!(r.nets[agent], expected()[agent], "{agent}");
    }
}

#[test]
fn a_cell_far_beside_the_list_is_named_and_its_agent_waits() {
    let whole = std::fs::read_to_string(Path::new(SAMPLE).join("inbox").join(CIA)).expect("the sample is UTF-8");
    let own = whole.lines().find(|l| l.starts_with("00232")).expect("an agent");
    let stray = whole.replace(own, &format!("{own}{}x", ";".repeat(300)));
    let r = run("stray", &[CIA], &[(CIA, &stray)]);
    assert_eq!(r.told("M96", "00232"), [Severity::Blocking]);
    assert_eq!(r.nets["00102"], expected()["00102"]);
}

#[test]
fn two_tables_in_one_sheet_are_both_read() {
    let text = "Départs\nMatricule;Nom;Prénom;Dernier jour payé;Motif\n00299;LECOQ;Sabrina;05/12/2021;Démission\n\n\
        Temps de travail\nMatricule;Nom;Prénom;Nouvelle quotité;À compter du\n00927;BRIAND;Kévin;90 %;01/12/2021\n";
    let r = run("two-tables", &[MOVES], &[("mouvements.csv", text)]);
    let want = expected();
    for agent in ["00299", "00927"] {
        assert_eq!(r.nets[agent], want[agent], "{agent}");
    }
}

#[test]
fn agents_across_are_read_as_agents_down() {
    let text = "Agent;FLAMENT André;DEMANGE Mehdi\nMatricule;00441;00801\nHS jour - 14 premières;14;14\nHS jour - au-delà de 14;;4\n";
    let r = run("across", &[HOURS], &[("heures sup.csv", text)]);
    let want = expected();
    for agent in ["00441", "00801"] {
        assert_eq!(r.nets[agent], want[agent], "{agent}");
    }
}

#[test]
fn a_form_for_each_agent_is_a_row() {
    let text = "FICHE NAVETTE;\nMatricule :;00927\nNom :;BRIAND\nPrénom :;Kévin\nNouvelle quotité :;90 %\nDate d'effet :;01/12/2021\n\nSignature;\n\
        Matricule :;01293\nNom :;DEMANGE\nPrénom :;Joël\nNouvelle quotité :;60 %\nDate d'effet :;01/12/2021\nSignature;\n";
    // Two titles to a row, the value of one of them empty.
    let pairs = "FICHE NAVETTE;;;;\nMatricule :;00927;;Nom :;BRIAND\nGrade :;;;Prénom :;Kévin\n\
        Nouvelle quotité :;90 %;;Date d'effet :;01/12/2021\n;;;;\nFICHE NAVETTE;;;;\nMatricule :;01293;;Nom :;DEMANGE\n\
        Grade :;;;Prénom :;Joël\nNouvelle quotité :;60 %;;Date d'effet :;01/12/2021\n";
    let want = expected();
    for (name, text) in [("forms", text), ("forms-pairs", pairs)] {
        let r = run(name, &[MOVES], &[("fiches.csv", text)]);
        for agent in ["00927", "01293"] {
            assert_eq!(r.nets[agent], want[agent], "{name}, {agent}");
            assert!(r.transfers.contains_key(agent), "{name}");
        }
    }
}

#[test]
fn a_signature_is_no_heading_and_no_agent() {
    let text = "Heures de décembre;;\n;;\nN° de paie;Agent;HS jour - 14 premières\n00441;FLAMENT André;14\n;;\nFait à la mairie, le 20;;\nSignature;;\n";
    let r = run("signature", &[HOURS], &[("heures sup.csv", text)]);
    assert_eq!(r.nets["00441"], expected()["00441"]);
    assert_eq!((r.all("M92"), r.all("M15")), (0, 0));
}

#[test]
fn whoever_an_unread_sheet_names_across_is_set_aside() {
    let text = "Truc;00441;00801\nBidule;a b;c d\n";
    let r = run("unread-across", &[HOURS], &[("liste.csv", text)]);
    for agent in ["00441", "00801"] {
        assert_eq!(r.told("M95", agent), [Severity::Blocking]);
        assert!(!r.transfers.contains_key(agent));
    }
    assert!(r.told("M95", "00102").is_empty());
}

#[test]
fn hours_beyond_the_fourteenth_alone_hold_the_rows_of_their_list() {
    for (i, title) in ["HS +14", "HS > 14", "HS jour (après 14 h)", "HS sup. à 14 h"].into_iter().enumerate() {
        let text = format!("Matricule;Nom;{title}\n00441;;4\n00801;;0\n");
        let r = run(&format!("beyond-{i}"), &[HOURS], &[("hs.csv", &text)]);
        assert_eq!(r.told("M444", "00441"), [Severity::Blocking], "{title}");
        // Whoever has none beyond may have lost those before.
        assert_eq!(r.told("M444", "00801"), [Severity::Blocking], "{title}");
        assert!(!r.transfers.is_empty() && r.told("M07", "").is_empty(), "{title}");
    }
}

#[test]
fn an_absence_without_leave_is_service_not_done() {
    let net = |kind: &str| {
        let text = format!("Matricule;Nom;Nature;Du;Au\n00225;AGUILAR;{kind};07/12/2021;07/12/2021\n");
        let r = run(&format!("leave-{}", kind.len()), &[], &[("absences.csv", &text)]);
        r.nets["00225"].clone()
    };
    let unpaid = net("Service non fait");
    assert_ne!(net("Autorisation d'absence"), unpaid);
    assert_eq!([net("Absence sans autorisation"), net("Absence non autorisée")], [unpaid.clone(), unpaid]);
}

#[test]
fn people_whom_only_an_unread_sheet_knows_are_told() {
    // 97 − 1 850 578 006 084 mod 97 = 91.
    let text = "Qui;Truc\nQUIDAM Zénobie;1 85 05 78 006 084 91\n";
    let r = run("unread-people", &[], &[("liste.csv", text)]);
    assert_eq!(r.told("M99", ""), [Severity::Blocking]);
}

#[test]
fn a_list_of_movements_gives_each_row_its_own_meaning() {
    let text = "Matricule;Agent;Type de mouvement;Date d'effet;Valeur;Commentaires\n\
        00225;AGUILAR Loïc;Avancement d'échelon;01/12/2021;IM 404;arrêté\n\
        00760;ASTIER Sofiane;Reprise temps plein;01/12/2021;100 %;\n\
        00531;DROUIN Noémie;Naissance;01/12/2021;1 enfant;\n\
        00299;LECOQ Sabrina;Départ;06/12/2021;;fin de contrat\n\
        00424;MÉNARD Inès;Départ;20/12/2021;;dernier jour payé\n\
        00715;KELLER Édith;Titularisation;01/12/2021;;\n";
    let r = run("movements", &[MOVES], &[("mouvements.csv", text)]);
    let want = expected();
    // Without « dernier jour » a date of effect is the first day away: the 5th is paid, as in the sample.
    for agent in ["00225", "00760", "00531", "00299", "00424"] {
        assert_eq!(r.nets[agent], want[agent], "{agent}");
    }
    assert_eq!(r.told("M81", "00299"), [Severity::Blocking]);
    assert!(r.told("M81", "00424").is_empty());
    // A movement nobody knows is asked.
    assert_eq!(r.told("M97", "00715"), [Severity::Blocking]);
    assert!(!r.transfers.contains_key("00715"));
}

#[test]
fn a_strike_may_be_a_day_and_its_length_in_words() {
    let text = "Code agent;Date;Durée\n00844;06/12/2021;1 journée\n00844;07/12/2021;1 journée\n";
    let r = run("strike-days", &[ABSENCES], &[("grève.csv", text)]);
    assert_eq!(r.nets["00844"], expected()["00844"]);
}

#[test]
fn leave_and_rest_take_nothing_and_nobody_waits() {
    let text = "Matricule;Nom;Prénom;Motif;Du;Au;Nb jours\n00441;FLAMENT;André;Congé annuel;06/12/2021;07/12/2021;2\n\
        00102;ARNOUX;Jean-Noël;RTT;06/12/2021;06/12/2021;1 jour\n";
    let r = run("leave", &[], &[("absences du service.csv", text)]);
    let want = expected();
    for agent in ["00441", "00102"] {
        assert_eq!(r.nets[agent], want[agent], "{agent}");
        assert!(r.transfers.contains_key(agent));
    }
}

// Overtime at 125 % and 127 % is that of the first fourteen hours and of those after them (decree 2002-60, article 7).
#[test]
fn hours_are_known_by_what_they_are_paid_at() {
    let text = "Agent concerné;HS à 1,25;IHTS suiv.\nFLAMENT André;14;\nDEMANGE Mehdi;14;4\n";
    let r = run("paid-at", &[HOURS], &[("heures sup.csv", text)]);
    let want = expected();
    for agent in ["00441", "00801"] {
        assert_eq!(r.nets[agent], want[agent], "{agent}");
        assert!(r.told("M76", agent).is_empty() && r.told("M77", agent).is_empty(), "{agent}");
    }
}

// The copy of a year before comes first by its name and says other indices; nobody is paid on it.
#[test]
fn an_older_copy_of_the_staff_file_is_set_aside() {
    let old = "Matricule;Nom;Prénom;Statut;Catégorie;Indice majoré;Quotité\n\
        00441;FLAMENT;André;Titulaire;C;330;100%\n00801;DEMANGE;Mehdi;Titulaire;C;330;100%\n00102;ARNOUX;Jean-Noël;Titulaire;C;330;100%\n";
    let r = run("old-staff", &[], &[("agents 2020-10.csv", old)]);
    assert_eq!(r.told("M80", ""), [Severity::Justify]);
    assert_eq!(r.nets, expected());
}

// « Actuel » is what holds, in a list that sets nothing against it; what a month is paid is no index.
#[test]
fn what_is_so_at_present_is_what_is_so() {
    let staff = "Matricule;Nom;Prénom;Statut;Catégorie;IM actuel;Quotité;IFSE/mois\n\
        00441;FLAMENT;André;Titulaire;C;999;100%;95\n00801;DEMANGE;Mehdi;Titulaire;C;999;100%;95\n00102;ARNOUX;Jean-Noël;Titulaire;C;999;100%;95\n";
    let r = run("present", &[], &[("personnel.csv", staff)]);
    let said = |word: &str| r.findings.iter().filter(|f| f.code == "IMP-04" && f.args.iter().any(|(_, v)| v.contains(word))).count();
    assert!(said("999") >= 3, "another index than the one of the other file is asked");
    let bonus = |f: &&Finding| f.code == "IMP-04" && f.args.iter().any(|(_, v)| v == "95,00" || v == "95");
    assert!(r.findings.iter().any(|f| bonus(&f)), "and so is another bonus");
}

// « Code agent » is his number, though a list of variable elements has a code for each rubric.
#[test]
fn a_code_of_the_agent_is_no_code_of_a_rubric() {
    let text = "Code agent;Type d'heures;Nombre d'heures\n00441;HS jour 14 premières;14\n00801;HS jour 14 premières;14\n00801;HS jour au-delà de 14;4\n";
    let r = run("code-agent", &[HOURS], &[("heures sup.csv", text)]);
    let want = expected();
    for agent in ["00441", "00801"] {
        assert_eq!(r.nets[agent], want[agent], "{agent}");
    }
}

// No title says that these are agents; the staff file knows them all.
#[test]
fn names_that_the_staff_file_knows_are_names_whatever_they_stand_under() {
    let text = "Personne concernée ici;HS jour - 14 premières;HS jour - au-delà de 14\nFLAMENT André;14;\nDEMANGE Mehdi;14;4\n";
    let r = run("unsaid-names", &[HOURS], &[("heures sup.csv", text)]);
    let want = expected();
    for agent in ["00441", "00801"] {
        assert_eq!(r.nets[agent], want[agent], "{agent}");
    }
}

/// A column in hours, euros or days under a title with one word more than the element has.
#[test]
fn a_word_left_over_in_a_title_pays_nobody() {
    let people = "00102;ARNOUX;Jean-Noël 00207;POIREL;Mathieu 00179;BÉAL;Béatrice 00225;AGUILAR;Loïc";
    let mut people = people.split(' ');
    let lists = [("CIA max", "500,00"), ("Retrait NBI", "15"), ("HS récupérées", "3"), ("Complément IFSE", "20,00")];
    let texts: Vec<(String, String, String)> = lists
        .iter()
        .enumerate()
        .map(|(i, (title, cell))| {
            let who = people.next().expect("an agent");
            let text = format!("Matricule;Nom;Prénom;{title}\n{who};{cell}\n");
            (format!("liste-{i}.csv"), text, who.split(';').next().unwrap_or_default().to_owned())
        })
        .collect();
    let with: Vec<(&str, &str)> = texts.iter().map(|(f, t, _)| (f.as_str(), t.as_str())).collect();
    let r = run("left-over", &[], &with);
    for (file, _, id) in &texts {
        assert!(!r.transfers.contains_key(id), "{file} {id}");
        let told = ["M76", "M77", "M95"].iter().map(|c| r.told(c, id).len()).sum::<usize>();
        assert!(told >= 1, "{file} {id}");
    }
}

/// « Arrêté du maire » says nothing against a row; « annulé » does.
#[test]
fn a_remark_that_takes_a_row_back_sets_its_agent_aside() {
    let text = "Matricule;Nom;Prénom;CIA;Observations\n00225;AGUILAR;Loïc;300,00;annulé\n00715;KELLER;Édith;300,00;arrêté du maire\n";
    let r = run("remark", &[CIA], &[("cia.csv", text)]);
    assert_eq!(r.told("M64", "00225"), [Severity::Blocking]);
    assert!(!r.transfers.contains_key("00225"));
    assert!(r.told("M64", "00715").is_empty() && r.transfers.contains_key("00715"));
}

/// Seven days of sickness within the ninety at full pay (décret 57-1194), no waiting day for a leave that goes on: the whole pay.
#[test]
fn a_prolongation_takes_no_waiting_day_wherever_it_is_said() {
    let rows = [
        ("Nature;Du;Au", "Maladie ordinaire (prolongation);06/12/2021;12/12/2021"),
        ("Nature;Du;Au;Type", "Maladie ordinaire;06/12/2021;12/12/2021;Prolongation"),
    ];
    for (i, (head, row)) in rows.into_iter().enumerate() {
        let text = format!("Matricule;Nom;Prénom;{head}\n00225;AGUILAR;Loïc;{row}\n");
        let r = run(&format!("prolonged-{i}"), &[ABSENCES], &[("absences.csv", &text)]);
        assert_eq!(r.nets["00225"], expected()["00225"], "{head}");
    }
}

#[test]
fn a_tick_without_a_number_sets_its_agent_aside() {
    let text = "Grévistes décembre 2021\nService;Nom;Prénom;Journée;1/2 journée\nTechnique;AGUILAR;Loïc;X;\nÉcoles;KELLER;Édith;;X\n";
    let r = run("ticked", &[], &[("grève.csv", text)]);
    for id in ["00225", "00715"] {
        assert!(!r.transfers.contains_key(id), "{id}");
    }
}

/// 00225 is a civil servant paid on index 392: a monthly salary is not his, nor are hours beyond those of a post not full.
#[test]
fn what_contradicts_the_person_sets_it_aside() {
    for (i, (title, cell)) in [("Salaire mensuel", "2000,00"), ("Heures complémentaires", "4,5")].into_iter().enumerate() {
        let text = format!("Matricule;Nom;Prénom;{title}\n00225;AGUILAR;Loïc;{cell}\n");
        let r = run(&format!("contrary-{i}"), &[], &[("liste.csv", &text)]);
        assert_eq!(r.told("F80", "00225"), [Severity::Blocking], "{title}");
        assert!(!r.transfers.contains_key("00225"));
    }
}

#[test]
fn a_working_time_below_a_half_without_a_unit_is_asked() {
    let text = "Matricule;Nom;Prénom;Nouvelle quotité\n00225;AGUILAR;Loïc;28\n";
    let r = run("twenty-eight", &[], &[("temps-de-travail.csv", text)]);
    assert_eq!(r.told("M65", "00225"), [Severity::Blocking]);
}

#[test]
fn struck_off_on_a_day_may_be_the_last_or_the_first_away() {
    let text = "Matricule;Nom;Prénom;Radié le;Motif\n00299;LECOQ;Sabrina;06/12/2021;Mutation\n";
    let r = run("struck-on", &[MOVES], &[("sorties.csv", text)]);
    assert_eq!(r.told("M81", "00299"), [Severity::Blocking]);
}

/// Of two rubrics one is unknown: its agent waits, the other is paid.
#[test]
fn an_unknown_rubric_sets_its_own_people_aside() {
    let text = "Matricule;Nom;Prénom;Libellé;Montant\n00225;AGUILAR;Loïc;Complément indemnitaire annuel;300,00\n00715;KELLER;Édith;Machin;200,00\n";
    let r = run("unknown-rubric", &[CIA], &[("evp.csv", text)]);
    assert!(r.transfers.contains_key("00225"));
    assert_eq!(r.told("M97", "00715"), [Severity::Blocking]);
}

/// A date of effect alone takes nobody from the pay: such a list is not read, and those it names wait.
#[test]
fn a_date_of_effect_or_a_leave_is_no_departure() {
    let lists = [
        ("télétravail.csv", "Agents autorisés à télétravailler", "Jours autorisés;À compter du", "lundi;01/12/2021"),
        ("temps partiel.csv", "Modifications de temps de travail", "Avis rendu;À compter du", "Temps partiel;01/12/2021"),
        ("départs.csv", "Départs en congé maternité", "Date de départ", "06/12/2021"),
        ("congés.csv", "Vacances de fin d'année", "Départ le;Retour le", "20/12/2021;27/12/2021"),
    ];
    for (i, (file, title, heads, cells)) in lists.into_iter().enumerate() {
        let text = format!("{title}\nMatricule;Nom;Prénom;{heads}\n00225;AGUILAR;Loïc;{cells}\n00715;KELLER;Édith;{cells}\n");
        let r = run(&format!("no-departure-{i}"), &[], &[(file, &text)]);
        for id in ["00225", "00715"] {
            assert!(r.nets.get(id) == expected().get(id) && !r.transfers.contains_key(id), "{file} {id}");
        }
    }
}

#[test]
fn whoever_is_paid_no_more_for_a_list_is_named() {
    let text = "Matricule;Nom;Prénom;Dernier jour payé;Motif\n00225;AGUILAR;Loïc;30/11/2021;Mutation\n";
    let r = run("paid-no-more", &[], &[("départs.csv", text)]);
    assert!(!r.nets.contains_key("00225"));
    assert_eq!(r.told("F46", "00225"), [Severity::Justify]);
}

/// « Taux » beside a sum says nothing of the working time; the sum of a list of changes is paid.
#[test]
fn a_sum_beside_a_change_is_paid() {
    let text = "Matricule;Nom;Prénom;Nouvelle quotité;À compter du;Montant CIA\n00102;ARNOUX;Jean-Noël;;;200,00\n00232;TARDIEU;Régine;;;300,00\n00927;BRIAND;Kévin;90 %;01/12/2021;\n";
    let r = run("sum-beside", &[CIA, MOVES], &[("décisions.csv", text)]);
    for id in ["00102", "00232", "00927"] {
        assert_eq!(r.nets[id], expected()[id], "{id}");
    }
    let text = "Matricule;Nom;Prénom;Taux;Montant CIA\n00102;ARNOUX;Jean-Noël;50 %;200,00\n00232;TARDIEU;Régine;100 %;300,00\n";
    let r = run("share-beside", &[CIA], &[("cia.csv", text)]);
    for id in ["00102", "00232"] {
        assert!(r.nets[id] == expected()[id] || !r.transfers.contains_key(id), "{id}");
    }
}

/// Three rows that add up by chance make no sum of a titled column: the same hours are paid beside a row that does not.
#[test]
fn a_titled_column_is_no_sum_of_the_others() {
    let rows = "00225;AGUILAR;Loïc;4;4;0\n00715;KELLER;Édith;6;6;0\n00441;FLAMENT;André;3;3;0\n";
    let head = "Matricule;Nom;Prénom;HS jour - 14 premières;HS nuit;HS dimanche\n";
    let by_chance = run("by-chance", &[HOURS], &[("heures.csv", &format!("{head}{rows}"))]);
    let beside = run("not-by-chance", &[HOURS], &[("heures.csv", &format!("{head}{rows}00801;DEMANGE;Mehdi;1;2;0\n"))]);
    for id in ["00225", "00715", "00441"] {
        assert_eq!(by_chance.nets[id], beside.nets[id], "{id}");
    }
}

/// Hours of other months, minutes behind a comma, several dates of one sum, sums that are not decided, a no: each is asked.
#[test]
fn what_a_column_of_hours_or_sums_may_not_mean_is_asked() {
    let cases = [
        ("Date;HS jour - 14 premières", "12/05/2021;8", "M77"),
        ("Date;HS jour - 14 premières", "12/01/2022;8", "M77"),
        ("HS jour - 14 premières", "3,45", "M76"),
        ("HS jour - 14 premières", "0,3125", "M76"),
        ("Vacations 06/12/2021;Vacations 13/12/2021", "2;3", "M77"),
        ("Montant CIA proposé", "80,00", "M76"),
        ("CIA versé", "80,00", "M76"),
        ("Indemnité de régie", "110,00", "M76"),
        ("Montant CIA;À verser (O/N)", "80,00;N", "M64"),
    ];
    for (i, (heads, cells, code)) in cases.into_iter().enumerate() {
        let text = format!("Matricule;Nom;Prénom;{heads}\n00225;AGUILAR;Loïc;{cells}\n");
        let r = run(&format!("may-not-mean-{i}"), &[], &[("liste.csv", &text)]);
        assert!(!r.told(code, "00225").is_empty(), "{heads}");
        assert!(!r.transfers.contains_key("00225"), "{heads}");
    }
}

#[test]
fn lists_side_by_side_are_two_lists() {
    let text = "Heures supplémentaires;;;;;CIA;;;\nMatricule;Nom;Prénom;HS jour - 14 premières;;Matricule;Nom;Prénom;Montant CIA\n\
        00441;FLAMENT;André;14;;00102;ARNOUX;Jean-Noël;200,00\n;;;;;00232;TARDIEU;Régine;300,00\n";
    for (i, text) in [text.to_owned(), text.lines().skip(1).map(|l| format!("{l}\n")).collect()].into_iter().enumerate() {
        let r = run(&format!("side-by-side-{i}"), &[HOURS, CIA], &[("primes et heures.csv", &text)]);
        for id in ["00441", "00102", "00232"] {
            assert_eq!(r.nets[id], expected()[id], "{id}");
            assert!(r.transfers.contains_key(id), "{id}");
        }
    }
}

// Of the sample, agent 00844 was on strike on 6 and 7 December; 00927 works 90 % from 1 December on.
#[test]
fn two_days_in_one_cell_and_movements_without_a_column_of_values() {
    let text = "Matricule;Nom;Prénom;Motif;Période\n00844;RAMPAL;Joël;Grève;du 06 au 07/12/2021\n";
    let r = run("span-in-a-cell", &[ABSENCES], &[("absences.csv", text)]);
    assert_eq!(r.nets["00844"], expected()["00844"]);
    assert!(r.transfers.contains_key("00844"));
    let text = "Matricule;Nom;Prénom;Mouvement;Date d'effet\n00927;BRIAND;Kévin;Temps partiel 90 %;01/12/2021\n00225;AGUILAR;Loïc;Titularisation;01/12/2021\n";
    let r = run("bare-movements", &[MOVES], &[("personnel du mois.csv", text)]);
    assert_eq!(r.nets["00927"], expected()["00927"]);
    assert_eq!(r.told("M97", "00225"), [Severity::Blocking]);
    assert!(!r.transfers.contains_key("00225"));
}
