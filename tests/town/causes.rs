//! What explains many findings stands first and once; what leaves for the bank is held against what the run wrote.
//!
//! Each town is the sample with one file spoilt as people and attacks spoil them.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{Ran, empty, run_in};
use releve::ground::finding::Rank;
use releve::ground::{Finding, Lang, PayMonth, Severity};
use releve::pipeline;
use std::path::PathBuf;

const REGISTER: &str = "livre-de-paie-2021-11.csv";
const TRANSFERS: &str = "virements-2021-11.xml";
const CIA: &str = "cia-decembre.csv";

/// The sample with one file changed, or without it.
fn town(name: &str, file: &str, spoil: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> PathBuf {
    let folder = empty("causes", name);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
    for e in std::fs::read_dir("samples/montreval/inbox").expect("the sample").map(|e| e.expect("the sample")) {
        let bytes = std::fs::read(e.path()).expect("a file of the sample");
        let bytes = if e.file_name() == file { spoil(bytes) } else { Some(bytes) };
        if let Some(bytes) = bytes {
            std::fs::write(folder.join("inbox").join(e.file_name()), bytes).expect("a copy");
        }
    }
    folder
}

impl Ran {
    fn all(&self, code: &str) -> Vec<&Finding> {
        self.outcome.findings.iter().filter(|f| f.code == code).collect()
    }
    /// The first finding of all, which must be a cause.
    fn first(&self) -> (&str, Severity) {
        let f = &self.outcome.findings[0];
        assert_eq!(f.rank, Rank::Cause, "{}", f.message(Lang::Fr));
        (&f.code, f.severity)
    }
    fn wrote_transfers(&self) -> bool {
        self.outcome.written.iter().any(|w| w.starts_with("virements-"))
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("one byte a character")).collect()
}

#[test]
fn without_a_staff_file_that_is_the_first_word_and_the_agents_follow() {
    let r = run_in(town("no-staff", "agents.xlsx", |_| None), None);
    assert_eq!(r.all("M265").iter().map(|f| (f.rank, f.severity)).collect::<Vec<_>>(), [(Rank::Cause, Severity::Justify)]);
    assert!(r.all("POP-03").is_empty() && r.wrote_transfers());
}

#[test]
fn a_staff_file_cut_by_the_copy_is_to_be_copied_again_and_nothing_else() {
    let r = run_in(town("cut-staff", "agents.xlsx", |b| Some(b[..b.len() / 2].to_vec())), None);
    let codes: Vec<&str> = r.outcome.findings.iter().filter(|f| f.rank == Rank::Cause).map(|f| f.code.as_str()).collect();
    assert!(codes.contains(&"R04") && codes.contains(&"M265"), "{codes:?}");
    assert!(r.all("IMP-01").is_empty() && !r.wrote_transfers());
}

#[test]
fn an_empty_file_of_the_month_holds_everything_back_by_its_own_name() {
    let r = run_in(town("empty-hours", "heures-sup-decembre.ods", |_| Some(Vec::new())), None);
    assert_eq!(r.first(), ("R01", Severity::Blocking));
    assert!(r.all("IMP-01").is_empty() && !r.wrote_transfers());
}

#[test]
fn a_register_without_its_amounts_says_which_headings_it_read() {
    let r = run_in(town("no-gain", REGISTER, |b| Some(bytes(&without_column(&text(&b), "payer")))), None);
    assert_eq!(r.first(), ("M07", Severity::Blocking));
    let said = r.outcome.findings[0].message(Lang::Fr);
    assert!(said.contains("« À payer »") && said.contains("Matricule"), "{said}");
    let own = r.outcome.findings.iter().filter(|f| f.employee.is_some() && f.rank == Rank::Own).count();
    assert_eq!(own, 0);
}

/// A table between semicolons without the column whose title holds a word.
fn without_column(text: &str, word: &str) -> String {
    let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split(';').collect()).collect();
    let at = lines.iter().find_map(|l| l.iter().position(|c| c.to_lowercase().contains(word))).expect("the column");
    let kept = |l: &Vec<&str>| l.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| *c).collect::<Vec<_>>().join(";");
    lines.iter().map(kept).collect::<Vec<_>>().join("\r\n")
}

#[test]
fn transfers_that_do_not_add_up_are_used_only_by_signature() {
    let spoilt = |name| town(name, TRANSFERS, |b| Some(bytes(&text(&b).replace("<CtrlSum>1", "<CtrlSum>2"))));
    let r = run_in(spoilt("sums"), None);
    assert_eq!(r.first(), ("R27", Severity::Blocking));
    assert!(!r.wrote_transfers());
    let signed = spoilt("sums-signed");
    let row = "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\ndispense;;R27;;déc-21;;Mme Roche;06/12/2021;exemplaire de la banque vu\n";
    std::fs::write(signed.join("decisions.csv"), row).expect("the decision");
    let r = run_in(signed, None);
    assert!(r.all("R27").iter().all(|f| f.severity == Severity::Warning) && r.wrote_transfers());
}

// Money leaves once: a file prepared for December's pay, before the attack, may be with the bank.
#[test]
fn transfers_of_the_month_to_be_paid_stop_the_money_until_somebody_says_they_never_left() {
    let prepared = |name| {
        let folder = town(name, TRANSFERS, Some);
        let sent = text(&std::fs::read(folder.join("inbox").join(TRANSFERS)).expect("the transfers"));
        let ahead = sent.replace("2021-11-25<", "2021-12-22<").replace("PAIE-2021-11", "PAIE-2021-12").replace("PAIE202111", "PAIE202112");
        std::fs::write(folder.join("inbox/virements-prepares.xml"), bytes(&ahead)).expect("the file prepared");
        folder
    };
    let r = run_in(prepared("ahead"), None);
    assert_eq!(r.first(), ("F180", Severity::Blocking));
    let said = r.outcome.findings[0].message(Lang::Fr);
    assert!(said.contains("2021-12") && said.contains("22/12/2021"), "{said}");
    assert!(r.all("F83").is_empty() && !r.wrote_transfers());
    let signed = prepared("ahead-signed");
    let row =
        "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\ndispense;;F180;;déc-21;;Mme Roche;06/12/2021;jamais envoyé, détruit\n";
    std::fs::write(signed.join("decisions.csv"), row).expect("the decision");
    let r = run_in(signed, None);
    assert!(r.all("F180").iter().all(|f| f.severity == Severity::Warning) && r.wrote_transfers());
}

#[test]
fn a_list_that_became_empty_is_asked_about_first() {
    let r = run_in(town("emptied", CIA, |b| Some(bytes(&(text(&b).lines().next().expect("titles").to_owned() + "\r\n")))), None);
    assert_eq!(r.first(), ("M78", Severity::Justify));
}

// In residence zone 1 the rules give 3 % where 1 % was paid: no titulaire of November comes out.
#[test]
fn most_of_last_month_that_does_not_come_out_names_the_command_first() {
    let folder = town("settings", "", Some);
    let settings = std::fs::read_to_string(folder.join("releve.toml")).expect("the settings");
    std::fs::write(folder.join("releve.toml"), settings.replace("zone_residence = \"2\"", "zone_residence = \"1\"")).expect("others");
    let r = run_in(folder, None);
    assert_eq!(r.first(), ("C33", Severity::Justify));
    assert!(r.outcome.findings[0].help(Lang::Fr).expect("what to do").contains("replay DOSSIER --calibrate --write"));
    assert!(r.all("C03").iter().all(|f| f.rank == Rank::Follows));
    // Whoever has done so already reads which lines are left.
    let of_ir = r.all("C03").iter().filter(|f| f.args.iter().any(|a| a.0 == "code" && a.1 == "IR")).count();
    assert!(r.outcome.findings[0].message(Lang::Fr).contains(&format!("IR × {of_ir}")) && of_ir > 20);
}

// The register has lost the lines of one agent, whose net the rules come to all the same.
#[test]
fn an_agent_whom_the_register_lost_is_named() {
    let without =
        |b: Vec<u8>| Some(bytes(&text(&b).lines().filter(|l| !l.starts_with("00207;")).map(|l| l.to_owned() + "\r\n").collect::<String>()));
    let r = run_in(town("lost", REGISTER, without), None);
    let named: Vec<_> = r.all("M355").iter().filter_map(|f| f.employee.clone()).collect();
    assert_eq!(named.iter().map(ToString::to_string).collect::<Vec<_>>(), ["00207"], "and no other");
}

// Titles exchanged, or the one of the labels gone with its column: one word first, and what follows from it behind it.
#[test]
fn a_title_of_the_register_that_is_wrong_or_gone_is_said_once() {
    let exchanged = |b: Vec<u8>| Some(bytes(&text(&b).replacen(";\u{c0} payer;\u{c0} retenir;", ";\u{c0} retenir;\u{c0} payer;", 1)));
    let r = run_in(town("exchanged", REGISTER, exchanged), None);
    assert_eq!(r.first(), ("M356", Severity::Blocking));
    assert!(r.all("IMP-04").iter().all(|f| f.rank == Rank::Follows) && !r.wrote_transfers());
    let unlabelled = |l: &str| l.split(';').enumerate().filter(|(i, _)| *i != 4).map(|(_, c)| c).collect::<Vec<_>>().join(";") + "\r\n";
    let r = run_in(town("unlabelled", REGISTER, |b| Some(bytes(&text(&b).lines().map(unlabelled).collect::<String>()))), None);
    assert_eq!(r.first(), ("M07", Severity::Blocking));
    assert!(r.outcome.findings[0].message(Lang::Fr).contains("Libellé") && !r.wrote_transfers());
}

#[test]
fn the_file_for_the_bank_is_read_and_held_against_what_the_run_wrote() {
    let r = run_in(town("tampered", "", Some), None);
    let november = r.folder.join("inbox").join(TRANSFERS);
    let codes = || -> Vec<String> {
        pipeline::diff(&november, &r.folder, None).expect("both are read").findings.into_iter().map(|f| f.code).collect()
    };
    let before = codes();
    assert!(!before.iter().any(|c| ["X12", "X13", "X15"].contains(&c.as_str())), "{before:?}");
    let file = r.folder.join("out/virements-2021-12.xml");
    let sent = std::fs::read_to_string(&file).expect("the transfer file");
    // The net of 00102, as tests of the sample have it, grows by 8000 euros.
    assert!(sent.contains(">1758.31<"));
    std::fs::write(&file, sent.replace(">1758.31<", ">9758.31<")).expect("another amount");
    let after = codes();
    assert!(["X12", "X13"].iter().all(|c| after.iter().any(|a| a == c)), "{after:?}");
    std::fs::write(&file, sent).expect("as it was");
    let cia = r.folder.join("inbox").join(CIA);
    let list = std::fs::read(&cia).expect("the list");
    std::fs::write(&cia, [list.as_slice(), b"\r\n"].concat()).expect("a line more");
    assert_eq!(codes().iter().filter(|c| *c == "X15").count(), 1);
    let month = PayMonth::parse("2022-01").expect("a month");
    let (said, _) = pipeline::start_from(&empty("causes", "after"), month, &r.folder, Some(Lang::Fr)).expect("a new job");
    assert!(said.contains(CIA) && said.contains("releve run"), "{said}");
}
