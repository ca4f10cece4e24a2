//! Somebody with several posts: each is recomputed and paid by itself, and what does not say which post it means is asked.
//!
//! 00003 has two posts in November 2021: attaché, index 570, 20 hours of 35; rédacteur, index 400, 10 hours of 35. By hand, with a
//! point worth 56,2323 a year: 570 × 56,2323 / 12 × 20/35 = 1 526,31 and 400 × 56,2323 / 12 × 10/35 = 535,55; residence 1 %: 15,26
//! and 5,36; contributions of contract agents on each gross; tax 2,30 %. The nets are 1 282,73 and 424,38.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{Ran, run_in};
use releve::ground::{Finding, Lang, Severity};
use releve::pipeline;
use std::fmt::Write as _;

const SETTINGS: &str = "format = 1\nmonth = \"2021-12\"\npay_date = 2021-12-22\nlast_pay_date = 2021-11-25\nincident_date = 2021-12-03\n\
    pack = \"fr-fpt\"\n[employer]\nname = \"Commune de Prouve\"\nsiret = \"21994101000015\"\n[debtor]\niban = \"FR7699900004170000512340196\"\n\
    bic = \"TESTFRPPXXX\"\n[settings]\nzone_residence = \"2\"\ntaux_vm = \"0.008\"\ntaux_at = \"0.016\"\ntaux_cdg = \"0.008\"\n";

/// Category, label, code, base, rate, amount.
type Line = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const FIRST: [Line; 22] = [
    ("TraitBrut", "TRAITEMENT BRUT", "0010", "", "", "1526.31"),
    ("IndemResid", "INDEMNITE RESIDENCE", "0210", "", "", "15.26"),
    ("Indemnite", "I.F.S.E.", "0410", "", "", "60.00"),
    ("Deduction", "SS VIEILLESSE PLAF.", "1110", "1601.57", "6.90", "110.51"),
    ("Deduction", "SS VIEILLESSE DEPLAF.", "1112", "1601.57", "0.40", "6.41"),
    ("Deduction", "IRCANTEC TR. A", "1120", "1601.57", "2.80", "44.84"),
    ("Deduction", "CSG DEDUCTIBLE", "1210", "1573.54", "6.80", "107.00"),
    ("Deduction", "CSG NON DEDUCTIBLE", "1211", "1573.54", "2.40", "37.76"),
    ("Deduction", "C.R.D.S.", "1212", "1573.54", "0.50", "7.87"),
    ("Retenue", "PRELEVEMENT SOURCE", "3010", "1332.81", "2.30", "30.65"),
    ("RemDivers", "REMB. TRANSPORT", "3110", "52.40", "50.00", "26.20"),
    ("Cotisation", "SS VIEILLESSE PLAF. PATRONAL", "1110P", "1601.57", "8.55", "136.93"),
    ("Cotisation", "SS VIEILLESSE DEPLAF. PATRONAL", "1112P", "1601.57", "1.90", "30.43"),
    ("Cotisation", "IRCANTEC TR. A PATRONAL", "1120P", "1601.57", "4.20", "67.27"),
    ("Cotisation", "SS MALADIE", "2110", "1601.57", "13.00", "208.20"),
    ("Cotisation", "ALLOC. FAMILIALES", "2112", "1601.57", "5.25", "84.08"),
    ("Cotisation", "C.S.A.", "2114", "1601.57", "0.30", "4.80"),
    ("Cotisation", "F.N.A.L.", "2116", "1601.57", "0.50", "8.01"),
    ("Cotisation", "VERSEMENT MOBILITE", "2118", "1601.57", "0.80", "12.81"),
    ("Cotisation", "C.N.F.P.T.", "2120", "1601.57", "0.90", "14.41"),
    ("Cotisation", "CENTRE DE GESTION", "2122", "1601.57", "0.80", "12.81"),
    ("Cotisation", "ACCIDENT TRAVAIL", "2130", "1601.57", "1.60", "25.63"),
];
const SECOND: [Line; 20] = [
    ("TraitBrut", "TRAITEMENT BRUT", "0010", "", "", "535.55"),
    ("IndemResid", "INDEMNITE RESIDENCE", "0210", "", "", "5.36"),
    ("Deduction", "SS VIEILLESSE PLAF.", "1110", "540.91", "6.90", "37.32"),
    ("Deduction", "SS VIEILLESSE DEPLAF.", "1112", "540.91", "0.40", "2.16"),
    ("Deduction", "IRCANTEC TR. A", "1120", "540.91", "2.80", "15.15"),
    ("Deduction", "CSG DEDUCTIBLE", "1210", "531.44", "6.80", "36.14"),
    ("Deduction", "CSG NON DEDUCTIBLE", "1211", "531.44", "2.40", "12.75"),
    ("Deduction", "C.R.D.S.", "1212", "531.44", "0.50", "2.66"),
    ("Retenue", "PRELEVEMENT SOURCE", "3010", "450.14", "2.30", "10.35"),
    ("Cotisation", "SS VIEILLESSE PLAF. PATRONAL", "1110P", "540.91", "8.55", "46.25"),
    ("Cotisation", "SS VIEILLESSE DEPLAF. PATRONAL", "1112P", "540.91", "1.90", "10.28"),
    ("Cotisation", "IRCANTEC TR. A PATRONAL", "1120P", "540.91", "4.20", "22.72"),
    ("Cotisation", "SS MALADIE", "2110", "540.91", "13.00", "70.32"),
    ("Cotisation", "ALLOC. FAMILIALES", "2112", "540.91", "5.25", "28.40"),
    ("Cotisation", "C.S.A.", "2114", "540.91", "0.30", "1.62"),
    ("Cotisation", "F.N.A.L.", "2116", "540.91", "0.50", "2.70"),
    ("Cotisation", "VERSEMENT MOBILITE", "2118", "540.91", "0.80", "4.33"),
    ("Cotisation", "C.N.F.P.T.", "2120", "540.91", "0.90", "4.87"),
    ("Cotisation", "CENTRE DE GESTION", "2122", "540.91", "0.80", "4.33"),
    ("Cotisation", "ACCIDENT TRAVAIL", "2130", "540.91", "1.60", "8.65"),
];
/// What was paid late of a bonus, on a payslip of its own.
const CORRECTION: [Line; 1] = [("Rappel", "RAPPEL I.F.S.E.", "0411", "", "", "48.00")];

fn slip(grade: &str, index: &str, share: &str, lines: &[Line], gross: &str, net: &str, taxable: &str) -> String {
    let mut x = format!(
        "<PayeIndivMensuel><Agent><Nom V=\"CAZENAVE\"/><Prenom V=\"Adele\"/><Matricule V=\"00003\"/><NIR V=\"285097595300483\"/>\
         <NbEnfants V=\"0\"/><Statut V=\"NON_TITULAIRE\"/><Grade V=\"{grade}\"/><Indice V=\"{index}\"/><CptBancaire>\
         <IBAN V=\"FR7699901008578534800843585\"/></CptBancaire></Agent>\n<Service V=\"VOIRIE\"/><NBI V=\"0\"/><QuotiteTrav V=\"{share}\"/>\
         <Remuneration>\n"
    );
    for (category, label, code, base, rate, amount) in lines {
        let _ = write!(x, "<{category}><Libelle V=\"{label}\"/><Code V=\"{code}\"/>");
        if !base.is_empty() {
            let _ = write!(x, "<Base V=\"{base}\"/><Taux V=\"{rate}\"/>");
        }
        let _ = writeln!(x, "<Mt V=\"{amount}\"/></{category}>");
    }
    let _ =
        writeln!(x, "</Remuneration><MtBrut V=\"{gross}\"/><MtNetAPayer V=\"{net}\"/><MtImposable V=\"{taxable}\"/></PayeIndivMensuel>");
    x
}

fn statement(slips: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<n:DocumentPaye xmlns:n=\"http://www.minefi.gouv.fr/cp/helios/pes_v2/paye_1_1\">\n\
         <IdVer V=\"1.1\"/><Annee V=\"2021\"/><Mois V=\"11\"/><Employeur><Nom V=\"COMMUNE DE PROUVE\"/><APE V=\"8411Z\"/><Adresse>\
         <Adr1 V=\"1 PLACE DE LA MAIRIE\"/><CP V=\"99410\"/><Ville V=\"PROUVE\"/></Adresse><NumUrssaf V=\"999000000000000001\"/>\
         <Siret V=\"21994101000015\"/></Employeur><DonneesIndiv>\n{}</DonneesIndiv></n:DocumentPaye>\n",
        slips.concat()
    )
}

fn first() -> String {
    slip("Attache", "0570", "57.14", &FIRST, "1601.57", "1282.73", "1332.81")
}

fn second() -> String {
    slip("Redacteur", "0400", "28.57", &SECOND, "540.91", "424.38", "450.14")
}

fn both() -> String {
    statement(&[first(), second()])
}

fn transfer(amounts: &[&str]) -> String {
    let mut x = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03\"><CstmrCdtTrfInitn>\
         <GrpHdr><MsgId>PAIE-2021-11</MsgId><CreDtTm>2021-11-24T09:00:00</CreDtTm>",
    );
    let cents = |t: &&str| t.replace('.', "").parse::<i64>().expect("an amount");
    let sum: i64 = amounts.iter().map(cents).sum();
    let (count, sum) = (amounts.len(), format!("{}.{:02}", sum / 100, sum % 100));
    let _ = write!(
        x,
        "<NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum><InitgPty><Nm>COMMUNE</Nm></InitgPty></GrpHdr><PmtInf><PmtInfId>P1</PmtInfId>\
         <PmtMtd>TRF</PmtMtd><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum><ReqdExctnDt>2021-11-25</ReqdExctnDt><Dbtr><Nm>COMMUNE</Nm></Dbtr>\
         <DbtrAcct><Id><IBAN>FR7699900004170000512340196</IBAN></Id></DbtrAcct>"
    );
    for (i, a) in amounts.iter().enumerate() {
        let _ = write!(
            x,
            "<CdtTrfTxInf><PmtId><EndToEndId>NOV-{i}-00003</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"EUR\">{a}</InstdAmt></Amt><Cdtr>\
             <Nm>CAZENAVE ADELE</Nm></Cdtr><CdtrAcct><Id><IBAN>FR7699901008578534800843585</IBAN></Id></CdtrAcct></CdtTrfTxInf>"
        );
    }
    x + "</PmtInf></CstmrCdtTrfInitn></Document>\n"
}

impl Ran {
    fn nets(&self) -> Vec<(String, String)> {
        self.rows("payslips.csv").into_iter().map(|r| (format!("{}/{}", r["employee"], r["post"]), r["net_paid"].clone())).collect()
    }
    fn sent(&self) -> Vec<(String, String)> {
        self.rows("transfers.csv").into_iter().map(|r| (r["employee"].clone(), r["amount"].clone())).collect()
    }
    fn told(&self, code: &str) -> Vec<(String, Severity)> {
        let of = |f: &Finding| (f.employee.as_ref().map_or_else(String::new, ToString::to_string), f.severity);
        let mut all: Vec<_> = self.outcome.findings.iter().filter(|f| f.code == code).map(of).collect();
        all.sort();
        all
    }
    fn line(&self, post: &str, code: &str) -> Option<String> {
        self.rows("lines.csv").into_iter().find(|r| r["post"] == post && r["code"] == code).map(|r| r["amount"].clone())
    }
}

fn run(name: &str, files: &[(&str, &str)]) -> Ran {
    run_in(ran::job("posts", name, SETTINGS, files), None)
}

fn apart() -> Vec<(String, String)> {
    vec![("00003/1".into(), "1282.73".into()), ("00003/2".into(), "424.38".into())]
}

#[test]
fn each_post_is_replayed_and_paid_by_itself() {
    let ran = run("alone", &[("paye.xhl", &both())]);
    assert_eq!(ran.nets(), apart());
    assert_eq!(ran.sent(), [("00003".to_owned(), "1282.73".to_owned()), ("00003".to_owned(), "424.38".to_owned())]);
    assert_eq!(ran.told("M153"), [("00003".to_owned(), Severity::Warning)]);
    let of_posts = ran.outcome.findings.iter().find(|f| f.code == "M153").expect("told").message(Lang::Fr);
    assert!(of_posts.contains("57,14 %") && of_posts.contains("28,57 %"), "{of_posts}");
    assert!(ran.told("IMP-04").is_empty() && ran.told("C03").is_empty() && ran.told("POP-06").is_empty());
    let references: Vec<String> = ran.rows("transfers.csv").into_iter().map(|r| r["end_to_end_id"].clone()).collect();
    assert_ne!(references[0], references[1]);
}

#[test]
fn one_transfer_for_both_or_one_for_each_is_the_same_pay() {
    for (name, amounts) in [("one", &["1707.11"][..]), ("two", &["424.38", "1282.73"][..])] {
        let ran = run(name, &[("paye.xhl", &both()), ("virements.xml", &transfer(amounts))]);
        assert_eq!(ran.nets(), apart(), "{name}");
        assert_eq!((ran.sent().len(), ran.told("C05"), ran.told("F07")), (2, vec![], vec![]), "{name}");
    }
    // Two that are neither net, and come to both.
    let ran = run("elsewise", &[("paye.xhl", &both()), ("virements.xml", &transfer(&["1600.00", "107.11"]))]);
    assert_eq!((ran.nets(), ran.told("M161"), ran.told("F07")), (apart(), vec![], vec![]));
    // What the nets do not explain is told once, of all that the bank paid.
    for (name, amounts) in [("other", &["1700.00"][..]), ("others", &["1600.00", "100.00"][..])] {
        let ran = run(name, &[("paye.xhl", &both()), ("virements.xml", &transfer(amounts))]);
        assert_eq!((ran.told("M161"), ran.told("F07")), (vec![("00003".to_owned(), Severity::Justify)], vec![]), "{name}");
        let said = ran.outcome.findings.iter().find(|f| f.code == "M161").expect("told");
        let of = |what: &str| said.args.iter().find(|a| a.0 == what).map(|a| a.1.as_str());
        assert_eq!((of("net"), of("sent")), (Some("1\u{202f}707,11"), Some("1\u{202f}700,00")), "{name}");
        assert_eq!(said.stake, 711, "{name}");
    }
}

#[test]
fn payslips_of_one_post_add_up() {
    // The second payslip of the same post has no base pay: a correction, whatever its grade is written like.
    for (name, grade) in [("correction", "Attache"), ("correction-abbreviated", "ATT.")] {
        let more = slip(grade, "0570", "57.14", &CORRECTION, "48.00", "48.00", "48.00");
        let ran = run(name, &[("paye.xhl", &statement(&[first(), more]))]);
        assert_eq!(ran.nets().len(), 1, "{name}");
        assert_eq!((ran.told("M153").len(), ran.told("R49").len()), (0, 1), "{name}");
        assert!(ran.told("IMP-04").is_empty(), "{name}");
    }
    // Without a working time two whole payslips may be one post that changed within the month.
    let untold = |s: String, share: &str| s.replace(&format!("<QuotiteTrav V=\"{share}\"/>"), "");
    let halves = statement(&[untold(first(), "57.14"), untold(second(), "28.57")]);
    let ran = run("untold", &[("paye.xhl", &halves)]);
    assert_eq!((ran.nets().len(), ran.told("M153").len(), ran.told("R49")), (1, 0, vec![("00003".to_owned(), Severity::Justify)]));
    // Two whole payslips of more than a full time are one post paid twice.
    let twice = slip("Redacteur", "0400", "100", &SECOND, "540.91", "424.38", "450.14");
    let ran = run("twice", &[("paye.xhl", &statement(&[first(), twice]))]);
    assert_eq!((ran.nets().len(), ran.told("R49").len()), (1, 1));
}

#[test]
fn a_list_says_which_post_it_means_or_nobody_is_paid() {
    let list = |number: &str| format!("Matricule;Nom;Prénom;CIA\n{number};CAZENAVE;Adèle;100,00\n");
    let unsaid = run("list-unsaid", &[("paye.xhl", &both()), ("cia-decembre.csv", &list("00003"))]);
    let both_wait = vec![("00003".to_owned(), Severity::Blocking), ("00003/2".to_owned(), Severity::Blocking)];
    assert_eq!((unsaid.told("M155"), unsaid.sent()), (both_wait, vec![]));
    let said = run("list-said", &[("paye.xhl", &both()), ("cia-decembre.csv", &list("00003/2"))]);
    assert_eq!(said.told("M155"), []);
    assert_eq!((said.line("1", "CIA"), said.line("2", "CIA").as_deref()), (None, Some("100.00")));
    assert_eq!(said.nets()[0], apart()[0]);
}

#[test]
fn a_row_of_the_staff_file_goes_to_the_post_it_agrees_with() {
    // The staff file has the second post alone, as it was paid: the first takes name and account from its row, and stays.
    let staff = "Matricule;Nom;Prénom;Grade;Statut;Indice majoré;IBAN\n\
                 00003;CAZENAVE;Adèle;Redacteur;Contractuel;400;FR7699901008578534800843585\n";
    let ran = run("staff", &[("paye.xhl", &both()), ("agents.csv", staff)]);
    assert_eq!(ran.nets(), apart());
    assert_eq!(ran.told("M156"), [("00003".to_owned(), Severity::Justify)]);
    assert_eq!(ran.told("POP-03"), []);
}

#[test]
fn posts_go_on_from_month_to_month() {
    let december = run("december", &[("paye.xhl", &both())]);
    let folder = december.folder.with_file_name("january");
    let _ = std::fs::remove_dir_all(&folder);
    pipeline::start_from(&folder, releve::ground::PayMonth::new(2022, 1).expect("a month"), &december.folder, None)
        .expect("the next month");
    let january = run_in(folder, None);
    let posts: Vec<String> = january.nets().into_iter().map(|n| n.0).collect();
    assert_eq!(posts, ["00003/1", "00003/2"]);
    // Index pay is that of December in January 2022: nothing of a point or an index of these two moved.
    assert_eq!((january.line("1", "TIB").as_deref(), january.line("2", "TIB").as_deref()), (Some("1526.31"), Some("535.55")));
    assert!(
        january.told("R93").is_empty() && january.told("R95").is_empty() && january.told("R97").is_empty(),
        "{:?}",
        january.told("R97")
    );
}

#[test]
fn the_employer_of_the_statement_stands_on_the_payslip() {
    let ran = run("employer", &[("paye.xhl", &both())]);
    let told = ran.outcome.findings.iter().find(|f| f.code == "M160").expect("told");
    let what = &told.args[0].1;
    assert!(what.contains("8411Z") && what.contains("1 PLACE DE LA MAIRIE") && what.contains("999000000000000001"), "{what}");
}

// One person, one account: what was confirmed by telephone holds for both nets, and no contradiction stays for one of them.
#[test]
fn a_call_back_is_about_every_post() {
    let account = "FR7699901005711994267344613";
    let list = format!("Matricule;Nom;Nouvel IBAN;Date de la demande;Reçu par\n00003;CAZENAVE;{account};01/12/2021;en personne\n");
    let staff = format!("Matricule;Nom;Prénom;Grade;Statut;IBAN\n00003;CAZENAVE;Adele;Attache;Contractuel;{account}\n");
    for (name, file, text) in [("asked", "rib.csv", list), ("written", "agents.csv", staff)] {
        let folder = ran::job("posts", &format!("call-back-{name}"), SETTINGS, &[("paye.xhl", both()), (file, text)]);
        let decided = format!(
            "décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\n\
             contre-appel;00003;01 99 00 12 34;{account};2021-12;;Mme Roche;06/12/2021;appelée au numéro connu\n"
        );
        std::fs::write(folder.join("decisions.csv"), decided).expect("the decisions");
        let ran = run_in(folder, None);
        let accounts: Vec<String> = ran.rows("transfers.csv").into_iter().map(|r| r["iban"].clone()).collect();
        assert_eq!(accounts, [account, account], "{name}: {:?}", ran.outcome.findings);
    }
}

// December was paid from the record's posts, and its statement names them in the other order: each payslip is its own post's.
#[test]
fn posts_keep_the_numbers_that_the_record_gave_them() {
    let december = run("order-december", &[("paye.xhl", &both())]);
    let january = |name: &str, slips: &[String]| {
        let folder = december.folder.with_file_name(name);
        let _ = std::fs::remove_dir_all(&folder);
        let month = releve::ground::PayMonth::new(2022, 1).expect("a month");
        pipeline::start_from(&folder, month, &december.folder, None).expect("the next month");
        let of_december = statement(slips).replace("<Mois V=\"11\"/>", "<Mois V=\"12\"/>");
        std::fs::write(folder.join("inbox/paye.xhl"), of_december).expect("the statement");
        run_in(folder, None)
    };
    let exchanged = january("order-exchanged", &[second(), first()]);
    assert_eq!((exchanged.told("M163"), exchanged.told("IMP-04")), (vec![], vec![]));
    assert_eq!(exchanged.nets(), january("order-same", &[first(), second()]).nets());
    assert_eq!((exchanged.line("1", "TIB").as_deref(), exchanged.line("2", "TIB").as_deref()), (Some("1526.31"), Some("535.55")));
    // Two payslips that say nothing of their posts and have no net of either: nobody is paid on a guess.
    let plain = |s: String| {
        let s = s.replace("Redacteur", "").replace("Attache", "").replace("VOIRIE", "").replace("V=\"0570\"", "V=\"\"");
        let s = s.replace("V=\"0400\"", "V=\"\"").replace("57.14", "40").replace("28.57", "40.5");
        s.replace("MtNetAPayer V=\"1282.73\"", "MtNetAPayer V=\"1282.70\"").replace("MtNetAPayer V=\"424.38\"", "MtNetAPayer V=\"424.30\"")
    };
    let untold = january("order-untold", &[plain(second()), plain(first())]);
    assert_eq!((untold.told("M163").len(), untold.sent()), (2, vec![]));
}

// Arrears have the status of the attaché and no grade: they are that post's, though the elected member's payslip comes first.
#[test]
fn a_correction_goes_to_the_post_of_its_status() {
    let elected: [Line; 1] = [("Indemnite", "INDEMNITE DE FONCTION", "0500", "", "", "300.00")];
    let member = slip("Maire", "", "", &elected, "300.00", "300.00", "300.00").replace("NON_TITULAIRE", "ELU");
    let arrears = slip("", "0570", "57.14", &CORRECTION, "48.00", "48.00", "48.00").replace("VOIRIE", "");
    let ran = run("elected", &[("paye.xhl", &statement(&[member, first(), arrears]))]);
    let late = |post: &str| ran.rows("replay.csv").iter().any(|r| r["post"] == post && r["code"].starts_with("RAPPEL"));
    assert_eq!((ran.nets().len(), late("1"), late("2")), (2, false, true), "{:?}", ran.rows("replay.csv"));
}

// What the bank sent back is paid again once: the decision says of which post.
#[test]
fn a_net_sent_back_is_of_one_post() {
    let decided = |name: &str, who: &str| {
        let folder = ran::job("posts", name, SETTINGS, &[("paye.xhl", both())]);
        let row = format!("correction;{who};net_non_recu;1707,11;2021-12;2021-12;Mme Roche;06/12/2021;virement rejeté\n");
        std::fs::write(folder.join("decisions.csv"), format!("décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\n{row}"))
            .expect("the decisions");
        run_in(folder, None)
    };
    let unsaid = decided("sent-back-unsaid", "00003");
    assert_eq!(unsaid.told("GOV-05").len(), 1);
    // 1 282,73 + 1 707,11.
    let said = decided("sent-back-said", "00003/1");
    assert_eq!(said.sent().iter().map(|s| s.1.as_str()).collect::<Vec<_>>(), ["2989.84", "424.38"]);
    // A number without its zeros is the same employee, whatever the posts.
    let short = decided("sent-back-short", "3/1");
    assert_eq!((short.told("D08"), short.sent()), (vec![], said.sent()));
}

// A waiver that writes the post waives that post's finding alone.
#[test]
fn a_waiver_is_of_the_post_it_writes() {
    let waived = |name: &str, who: &str| {
        let folder = ran::job("posts", name, SETTINGS, &[("paye.xhl", both())]);
        let row = format!("dispense;{who};STA-32;;2021-12;;Mme Roche;06/12/2021;postes à temps non complet\n");
        std::fs::write(folder.join("decisions.csv"), format!("décision;agent;objet;valeur;mois;jusqu'à;auteur;date;motif\n{row}"))
            .expect("the decisions");
        run_in(folder, None).told("STA-32")
    };
    let (justify, warning) = (("00003/2".to_owned(), Severity::Justify), ("00003/2".to_owned(), Severity::Warning));
    assert_eq!(waived("waived-all", "00003"), std::slice::from_ref(&warning));
    assert_eq!(waived("waived-second", "00003/2"), [warning]);
    assert_eq!(waived("waived-first", "00003/1"), [justify]);
}
