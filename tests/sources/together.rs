//! One town from each of the sources that may survive, and from all of them: the same pay where the facts suffice, a list of
//! what is missing where they do not, and no source that makes anything worse.
//!
//! Nets are those of `samples/montreval/expected`, which the sample's README says how they were made.

#[path = "../made/mod.rs"]
mod made;

use made::{cents, expected, rows};
use releve::ground::finding::Rank;
use releve::ground::{Finding, Severity};
use releve::pipeline::{self, Options, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const REGISTER: &str = "livre-de-paie-2021-11.csv";
const TRANSFERS: &str = "virements-2021-11.xml";
/// The staff file and what changes in December.
const STAFF: [&str; 6] = [
    "agents.xlsx",
    "absences-decembre.xls",
    "changements-rib.csv",
    "cia-decembre.csv",
    "heures-sup-decembre.ods",
    "mouvements-decembre.xlsx",
];

struct Ran {
    outcome: Outcome,
    nets: BTreeMap<String, i64>,
    transfers: BTreeMap<String, i64>,
}

impl Ran {
    fn aside(&self) -> BTreeSet<String> {
        let blocking = |f: &&Finding| f.severity == Severity::Blocking;
        self.outcome.findings.iter().filter(blocking).filter_map(|f| f.employee.as_ref().map(ToString::to_string)).collect()
    }
}

fn run(name: &str, files: &[&str], statement: bool, declaration: bool) -> Ran {
    run_beside(name, files, &[], statement, declaration)
}

/// The same beside files of that `written` content.
fn run_beside(name: &str, files: &[&str], written: &[(&str, &str)], statement: bool, declaration: bool) -> Ran {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sources-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
    for file in files {
        std::fs::copy(Path::new("samples/montreval/inbox").join(file), folder.join("inbox").join(file)).expect("a copy");
    }
    for (file, text) in written {
        std::fs::write(folder.join("inbox").join(file), text).expect("a list");
    }
    if statement {
        std::fs::write(folder.join("inbox/etat-de-paye.xhl"), made::xhl::november()).expect("the statement");
    }
    if declaration {
        std::fs::write(folder.join("inbox/dsn-2021-11.dsn"), made::dsn::latin(&made::dsn::town())).expect("the declaration");
    }
    let options = Options { folder: folder.clone(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let outcome = pipeline::run(&options).expect("the job runs");
    let column =
        |file: &str, of: &str| rows(&folder.join("out").join(file)).iter().map(|r| (r["employee"].clone(), cents(&r[of]))).collect();
    Ran { nets: column("payslips.csv", "net_paid"), transfers: column("transfers.csv", "amount"), outcome }
}

/// The statement with the sums of each payslip and no line of it.
fn sums_alone() -> String {
    let whole = made::xhl::november();
    let mut parts = whole.split("<Remuneration>\n");
    let head = parts.next().expect("a head").to_owned();
    parts.fold(head, |out, part| out + "<Remuneration>\n</Remuneration>\n" + part.split_once("</Remuneration>\n").expect("its end").1)
}

// A statement with the net alone takes nothing from a declaration that has the lines: its net is what was paid, and its account.
#[test]
fn beside_a_declaration_a_statement_without_lines_says_what_was_paid() {
    let sent = run("sums-sent", &[TRANSFERS], false, true);
    let sums = sums_alone();
    let stated = run_beside("sums-stated", &[], &[("etat.xhl", &sums)], false, true);
    // The statement has the children of 01517, of whom a declaration says nothing: the supplement moves with the index.
    let but = |r: &Ran| r.nets.iter().filter(|n| n.0 != "01517").map(|n| (n.0.clone(), *n.1)).collect::<BTreeMap<_, _>>();
    assert_eq!(but(&stated), but(&sent));
    let of = |r: &Ran, code: &str| r.outcome.findings.iter().filter(|f| f.code == code).count();
    assert_eq!((of(&stated, "M149"), of(&stated, "M53")), (0, 0));
    let both = run_beside("sums-both", &[TRANSFERS], &[("etat.xhl", &sums)], false, true);
    assert_eq!(both.nets, stated.nets);
    assert!(sent.transfers.keys().all(|id| both.transfers.contains_key(id)));
}

fn december() -> BTreeMap<String, i64> {
    expected("payslips.csv").into_iter().map(|r| (r["employee"].clone(), cents(&r["net_paid"]))).collect()
}

/// Who has a payslip of December that is not the expected one.
fn wrong(ran: &Ran) -> Vec<(String, i64, i64)> {
    let want = december();
    ran.nets.iter().filter(|(e, n)| want.get(*e) != Some(n)).map(|(e, n)| (e.clone(), *n, want.get(e).copied().unwrap_or(0))).collect()
}

#[test]
fn the_register_the_statement_and_all_together_pay_the_same_to_the_cent() {
    let with = |first: &[&'static str]| [&STAFF[..], first].concat();
    let spreadsheets = run("spreadsheets", &with(&[REGISTER]), false, false);
    let statement = run("statement", &with(&[]), true, false);
    let all = run("all", &with(&[REGISTER, TRANSFERS]), true, true);
    for (name, ran) in [("spreadsheets", &spreadsheets), ("statement", &statement), ("all", &all)] {
        assert_eq!(wrong(ran), [], "{name}");
        assert_eq!(ran.nets.len(), december().len(), "{name}");
    }
    assert_eq!(spreadsheets.nets, all.nets);
}

#[test]
fn a_declaration_with_transfers_pays_the_same_or_sets_aside_by_name() {
    let ran = run("declaration", &[&STAFF[..], &[TRANSFERS]].concat(), false, true);
    let aside = ran.aside();
    let paid_wrongly: Vec<_> = wrong(&ran).into_iter().filter(|w| !aside.contains(&w.0)).collect();
    // That a net varies, that a control of the law speaks or that an act is missing says nothing of what a declaration lacks.
    let other = ["VAR-", "STA-", "POP-", "ACC-", "BNK-", "ID-", "AMT-", "TAX-"];
    let named = |e: &str| {
        let of = |f: &&Finding| f.severity <= Severity::Justify && f.employee.as_ref().is_some_and(|x| x.as_str() == e);
        ran.outcome.findings.iter().filter(of).any(|f| !other.iter().any(|o| f.code.starts_with(o)))
    };
    let asked = |e: &str| ran.outcome.findings.iter().any(|f| f.employee.as_ref().is_some_and(|x| x.as_str() == e));
    // Both were absent five days in November, which a declaration melts into base pay: paid again, it would be 213 and 215 euros less.
    assert!(["01686", "01716"].iter().all(|e| aside.contains(*e) && !ran.transfers.contains_key(*e)), "{aside:?}");
    let silent: Vec<_> = paid_wrongly.iter().filter(|w| !named(&w.0)).collect();
    assert!(silent.is_empty(), "paid another net in silence: {silent:?}");
    for e in december().keys() {
        assert!(ran.nets.contains_key(e) || asked(e), "{e} is silently left out");
    }
}

// An absence that a declaration melts into base pay is over when somebody says so: December is the expected one to the cent.
#[test]
fn an_absence_melted_into_a_declaration_ends_by_decision() {
    let rows = ["01686", "01716"].map(|e| format!("mode;{e};;règles;2021-12;;Mme Roche;06/12/2021;absence terminée\n")).concat();
    let decisions = format!("décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\n{rows}");
    let files = [&STAFF[..], &[TRANSFERS]].concat();
    let ran = run_beside("absence-over", &files, &[("../decisions.csv", &decisions)], false, true);
    for e in ["01686", "01716"] {
        assert_eq!(ran.nets.get(e), december().get(e), "{e}");
        assert_eq!(ran.transfers.get(e), december().get(e), "{e}");
        assert!(!ran.outcome.findings.iter().any(|f| f.code == "C40" && f.employee.as_ref().is_some_and(|x| x.as_str() == e)));
    }
}

// Without a staff file nobody says the working time of whoever works part time, nor who has left (01413).
#[test]
fn without_a_staff_file_the_register_and_the_transfers_pay_whom_they_can() {
    let lists = &STAFF[1..];
    let alone = run("transfers-alone", &[TRANSFERS], false, false);
    let ran = run("no-staff", &[lists, &[REGISTER, TRANSFERS]].concat(), false, false);
    assert_eq!(alone.transfers.len(), 0, "nets without facts or lines are paid by decision alone");
    assert_eq!(ran.outcome.findings.iter().filter(|f| f.code == "M265").map(|f| f.severity).collect::<Vec<_>>(), [Severity::Justify]);
    assert!(!ran.outcome.findings.iter().any(|f| f.code == "POP-03"), "no finding for each of them");
    let (want, aside) = (december(), ran.aside());
    let paid_wrongly: Vec<_> = wrong(&ran).into_iter().map(|w| w.0).filter(|e| !aside.contains(e)).collect();
    // Of two who work part time no line says the category, or that the tax rate is nought: a few euros, and told.
    assert_eq!(paid_wrongly, ["00555", "00760", "01413"]);
    let off = |e: &str| (ran.nets[e] - want[e]).abs();
    assert!(off("00555") < 500 && off("00760") < 2_000);
    let told =
        |code: &str, e: &str| ran.outcome.findings.iter().any(|f| f.code == code && f.employee.as_ref().is_some_and(|x| x.as_str() == e));
    assert!(told("C03", "00555") && told("TAX-01", "00760"));
    let right = ran.transfers.keys().filter(|e| want.get(*e) == ran.nets.get(*e)).count();
    assert!(right >= 73, "{right} of {} are paid the expected net", want.len());
    // Who works part time follows from the base and the amount of the base pay: 85,71 %, 60 % and 50 % of it.
    for e in ["00484", "01854", "01504", "01840", "00541"] {
        assert_eq!(ran.nets.get(e), want.get(e), "{e}");
        let asked = told("M369", e);
        // Days of a month that was begun make half of it, and three fifths, never six sevenths.
        assert_eq!(asked, ["01504", "01840", "00541"].contains(&e), "{e}");
    }
}

/// What leaves and is not the expected net.
fn sent_wrongly(ran: &Ran) -> Vec<(String, i64)> {
    let want = december();
    ran.transfers.iter().filter(|(e, a)| want.get(*e) != Some(a)).map(|(e, a)| (e.clone(), a - want.get(e).copied().unwrap_or(0))).collect()
}

fn sent_rightly(ran: &Ran) -> BTreeSet<String> {
    let want = december();
    ran.transfers.iter().filter(|(e, a)| want.get(*e) == Some(a)).map(|(e, _)| e.clone()).collect()
}

// No staff file: the category follows from the transfer of bonuses into points that was paid; of 00760, who goes from 80 % to full
// time, the statement does not say that the personal rate is zero, and nobody says that 01413 has left.
#[test]
fn a_statement_alone_and_a_declaration_with_transfers_alone_pay_whom_they_can() {
    let lists = &STAFF[1..];
    let statement = run("statement-alone", lists, true, false);
    let both = run("statement-declaration", lists, true, true);
    for (name, ran, known) in [("statement", &statement, &["00760", "01413"][..]), ("both", &both, &["01413"])] {
        let off = sent_wrongly(ran);
        assert_eq!(off.iter().map(|w| w.0.as_str()).collect::<Vec<_>>(), known, "{name}");
        assert!(off.iter().all(|w| w.0 == "01413" || w.1.abs() <= 2_000), "{name}: {off:?}");
    }
    for (name, ran) in [("statement", &statement), ("both", &both)] {
        let told: Vec<_> =
            ran.outcome.findings.iter().filter(|f| f.code == "M265").map(|f| (f.severity, f.rank, f.args[0].1.as_str())).collect();
        assert_eq!(told, [(Severity::Justify, Rank::Cause, "88")], "{name}: nobody knows who has left");
    }
    assert_eq!(sent_rightly(&statement).len(), 87);
    assert!(sent_rightly(&statement).is_subset(&sent_rightly(&both)), "the declaration makes nobody worse");
    // A declaration shows shares of contributions in one sum and no rubric after tax: nets within a hundredth, and each one told.
    let declared = run("declaration-alone", &[lists, &[TRANSFERS]].concat(), false, true);
    let off = sent_wrongly(&declared);
    assert!(off.iter().all(|w| w.0 == "01413" || w.1.abs() <= 800), "{off:?}");
    // To the cent at least two in three of those whom November paid.
    assert!(sent_rightly(&declared).len() * 3 >= expected("november-payslips.csv").len() * 2, "{off:?}");
    assert_eq!(declared.outcome.findings.iter().filter(|f| f.code == "M265").count(), 1);
    let told = |e: &str| {
        let of = |f: &&Finding| f.severity <= Severity::Justify && f.employee.as_ref().is_some_and(|x| x.as_str() == e);
        declared.outcome.findings.iter().filter(of).any(|f| matches!(f.code.as_str(), "C03" | "C06"))
    };
    let silent: Vec<_> = off.iter().filter(|w| w.0 != "01413" && !told(&w.0)).collect();
    assert!(silent.is_empty(), "{silent:?}");
    assert!(declared.aside().is_superset(&BTreeSet::from(["01686".to_owned(), "01716".to_owned()])));
}

#[test]
fn no_source_more_makes_anything_worse() {
    let with = |first: &[&'static str]| [&STAFF[..], first].concat();
    let steps: [(&str, Vec<&str>, bool, bool); 5] = [
        ("one", with(&[REGISTER]), false, false),
        ("two", with(&[REGISTER, TRANSFERS]), false, false),
        ("three", with(&[REGISTER, TRANSFERS]), true, false),
        ("four", with(&[REGISTER, TRANSFERS]), false, true),
        ("five", with(&[REGISTER, TRANSFERS]), true, true),
    ];
    let ran: Vec<Ran> = steps.iter().map(|(name, files, xhl, dsn)| run(&format!("step-{name}"), files, *xhl, *dsn)).collect();
    for (r, step) in ran.iter().zip(&steps) {
        assert_eq!(wrong(r), [], "{}", step.0);
        assert!(r.aside().is_subset(&ran[0].aside()), "{}: set aside {:?}", step.0, r.aside().difference(&ran[0].aside()));
        assert!(ran[0].transfers.iter().all(|(e, n)| r.transfers.get(e) == Some(n)), "{}", step.0);
    }
}

// Nobody but the pay statement, or the declaration, says who these are: the file of everybody's account holds no other fact, one
// list has a title that says nothing, both lists have names alone.
#[test]
fn lists_are_recognised_and_joined_by_those_whom_a_document_names() {
    let declared = made::dsn::town();
    let mut accounts = "Matricule;Nom;Prénom;IBAN\n".to_owned();
    for r in expected("transfers.csv").iter().filter(|r| declared.contains(&format!("S21.G00.30.019,'{}'", r["employee"]))) {
        let (surname, given) = r["name"].split_once(' ').expect("two names");
        accounts += &format!("{};{surname};{given};{}\n", r["employee"], r["iban"]);
    }
    let written = [
        ("comptes.csv", accounts.as_str()),
        ("prime.csv", "Bénéficiaire;CIA\nAGUILAR Loïc;100,00\nTARDIEU Régine;120,00\n"),
        ("autre.csv", "Qui;Prime exceptionnelle\nPAQUET Maud;80,00\nFLAMENT André;90,00\nMENARD Inès;95,00\n"),
    ];
    for (name, statement) in [("named-statement", true), ("named-declaration", false)] {
        let ran = run_beside(name, &[], &written, statement, !statement);
        let told =
            |code: &str| ran.outcome.findings.iter().filter(|f| f.code == code).map(|f| format!("{:?}", f.places)).collect::<Vec<_>>();
        assert_eq!((told("IMP-01"), told("M01"), told("M15")), (vec![], vec![], vec![]), "{name}");
        let lacking = ran.outcome.findings.iter().filter(|f| f.code == "BNK-02").filter_map(|f| f.employee.as_ref());
        let lacking: Vec<_> = lacking.filter(|e| accounts.contains(e.as_str())).collect();
        assert!(lacking.is_empty(), "{name}: {lacking:?}");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sources-{name}"));
        let bonuses: BTreeMap<String, String> = rows(&folder.join("out/lines.csv"))
            .iter()
            .filter(|l| l["period"] == "2021-12" && (l["code"] == "CIA" || l["label"].contains("xceptionnelle")))
            .map(|l| (l["employee"].clone(), l["amount"].clone()))
            .collect();
        let want = [("00225", "100.00"), ("00232", "120.00"), ("00414", "80.00"), ("00424", "95.00"), ("00441", "90.00")];
        assert_eq!(bonuses, want.map(|(e, a)| (e.to_owned(), a.to_owned())).into(), "{name}");
    }
}

// Names, status and category of everybody, and nothing else: who works here, no list of changes. 00156 is in no staff file, 00995
// is and was not paid.
#[test]
fn a_staff_file_of_status_and_category_alone_is_one() {
    let mut staff = "Matricule;Nom;Prénom;Statut;Catégorie\n".to_owned();
    for (id, row) in made::staff() {
        staff += &format!("{id};{};{};{};{}\n", row["Nom"], row["Prénom"], row["Statut"], row["Cat."]);
    }
    let ran = run_beside("thin-staff", &[REGISTER, TRANSFERS], &[("agents.csv", &staff)], false, false);
    let about = |code: &str| -> Vec<String> {
        ran.outcome.findings.iter().filter(|f| f.code == code).filter_map(|f| Some(f.employee.as_ref()?.to_string())).collect()
    };
    assert_eq!((about("GOV-05"), about("POP-03"), about("POP-02")), (vec![], vec!["00156".to_owned()], vec!["00995".to_owned()]));
    assert!(!ran.outcome.findings.iter().any(|f| f.code == "M265"));
}
