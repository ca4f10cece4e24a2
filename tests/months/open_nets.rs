//! Nets that nobody received: named every month until a decision or a document settles them.
//!
//! The one agent's net is 1 721,15 in every month, see `estimates.rs`.

use crate::estimates::made::months::{Ran, next, run};
use crate::estimates::plain_rosay as plain;
use releve::ground::{Lang, Severity};
use std::path::{Path, PathBuf};

fn month(name: &str, month: &str, day: u32, from: &Path) -> PathBuf {
    next(name, month, &format!("{month}-{day}"), from).0
}

fn decide(folder: &Path, row: &str) {
    let text = std::fs::read_to_string(folder.join("decisions.csv")).unwrap_or_else(|_| crate::estimates::DECISIONS.to_owned());
    std::fs::write(folder.join("decisions.csv"), format!("{text}{row}\n")).expect("the decisions");
}

/// What is said of the net that is still due, and what goes on as such.
fn due(ran: &Ran) -> (Vec<String>, Vec<(String, String)>) {
    let told = ran.told("R97").iter().map(|f| f.message(Lang::Fr).replace('\u{202f}', " ")).collect();
    let rows = ran.of("open_nets.csv", "00101").into_iter().map(|r| (r["month"].clone(), r["open_net"].clone())).collect();
    (told, rows)
}

fn row(month: &str, net: &str) -> (String, String) {
    (month.to_owned(), net.to_owned())
}

#[test]
fn a_net_that_was_held_is_named_every_month_until_it_is_paid() {
    let hold = "mode;00101;;suspendre;2021-12;2022-01;M. Petit;07/12/2021;injoignable\n";
    let december = run(plain("held", hold));
    assert!(december.of("transfers.csv", "00101").is_empty());
    let january = run(month("held-01", "2022-01", 25, &december.folder));
    let (told, rows) = due(&january);
    assert!(told.len() == 1 && told[0].contains("bulletin de 2021-12 sans virement, 1 721,15 restent dus"), "{told:?}");
    assert_eq!(rows, [row("2021-12", "1721.15")]);
    // 2 × 1 721,15 = 3 442,30.
    let february = run(month("held-02", "2022-02", 24, &january.folder));
    let (told, rows) = due(&february);
    assert!(told.len() == 1 && told[0].contains("3 442,30") && told[0].contains("2021-12 : 1 721,15, sans virement ; 2022-01"), "{told:?}");
    assert_eq!(rows, [row("2021-12", "1721.15"), row("2022-01", "1721.15")]);
    assert_eq!((february.grave("R97", "00101"), february.slip("00101")["net_paid"].clone()), (vec![Severity::Justify], "1721.15".into()));
    let march = run(month("held-03", "2022-03", 25, &february.folder));
    assert_eq!(due(&march).1, [row("2021-12", "1721.15"), row("2022-01", "1721.15")]);

    // The command that the finding gives: 1 721,15 + 3 442,30 = 5 163,45.
    let paid = month("held-04", "2022-04", 25, &march.folder);
    decide(&paid, "correction;00101;net_non_recu;3 442,30;2022-04;2022-04;Mme Roche;06/04/2022;compte confirmé");
    let april = run(paid);
    assert_eq!(due(&april), (vec![], vec![]));
    assert_eq!(april.of("transfers.csv", "00101")[0]["amount"], "5163.45");
    assert_eq!(april.grave("C50", "00101"), [Severity::Information]);
    let may = run(month("held-05", "2022-05", 25, &april.folder));
    assert!(due(&may) == (vec![], vec![]) && may.told("C50").is_empty());
    // The same sum once more, where nothing is due any more.
    let again = month("held-again", "2022-05", 25, &april.folder);
    decide(&again, "correction;00101;net_non_recu;3 442,30;2022-05;2022-05;Mme Roche;06/05/2022;recopié");
    let again = run(again);
    assert_eq!((again.grave("C54", "00101"), again.of("transfers.csv", "00101").len()), (vec![Severity::Blocking], 0));

    // January's alone; and nothing at all, since they were paid by cheque.
    let part = month("held-part", "2022-04", 25, &march.folder);
    decide(&part, "correction;00101;net_non_recu;1 721,15;2022-04;2022-04;Mme Roche;06/04/2022;un des deux");
    let part = run(part);
    assert!(due(&part).0.len() == 1 && part.told("C50").len() == 1);
    assert_eq!(due(&part).1, [row("2022-01", "1721.15")]);
    let off = month("held-off", "2022-04", 25, &march.folder);
    decide(&off, "correction;00101;net_non_recu;0;2022-04;2022-04;Mme Roche;06/04/2022;payé par chèque");
    let off = run(off);
    assert_eq!(due(&off), (vec![], vec![]));
    let blocking: Vec<String> =
        off.outcome.findings.iter().filter(|f| f.severity == Severity::Blocking).map(|f| f.message(Lang::Fr)).collect();
    assert_eq!((off.of("transfers.csv", "00101")[0]["amount"].as_str(), blocking), ("1721.15", vec![]));
}

// December is held; January pays an advance of 80 % of it, 1 376,92; February makes January's pay and its own:
// 2 × 1 721,15 − 1 376,92 = 2 065,38. December's 1 721,15 are named all the while.
#[test]
fn a_net_that_was_held_is_not_forgotten_over_an_advance() {
    let modes = "mode;00101;;suspendre;2021-12;;M. Petit;07/12/2021;injoignable\n";
    let december = run(plain("held-advance", modes));
    let folder = month("held-advance-01", "2022-01", 25, &december.folder);
    decide(&folder, "mode;00101;80 %;acompte;2022-01;;M. Petit;07/01/2022;dossier à retrouver");
    let january = run(folder);
    assert_eq!((january.slip("00101")["net_paid"].as_str(), due(&january).1), ("1376.92", vec![row("2021-12", "1721.15")]));
    let february = run(month("held-advance-02", "2022-02", 24, &january.folder));
    assert_eq!((february.slip("00101")["net_paid"].as_str(), due(&february).1), ("2065.38", vec![row("2021-12", "1721.15")]));
    assert!(due(&february).0.len() == 1 && february.told("R98").is_empty() && february.told("C23").len() == 1);
    // What is paid once more for a month and has a line of tax of its own changes nothing of the month after.
    let march = run(month("held-advance-03", "2022-03", 25, &february.folder));
    assert_eq!((march.slip("00101")["net_paid"].as_str(), march.outcome.replay.gap), ("1721.15", 0));
    assert_eq!((due(&march).0.len(), due(&march).1), (1, vec![row("2021-12", "1721.15")]));
}

#[test]
fn a_transfer_that_the_bank_sent_back_is_due_until_it_is_settled() {
    let december = run(plain("sent-back", ""));
    let report = refusal(&december.folder, 1);
    let folder = month("sent-back-01", "2022-01", 25, &december.folder);
    std::fs::write(folder.join("inbox/statut.xml"), report).expect("a report");
    let january = run(folder);
    // The report's own finding says it this month.
    assert_eq!((january.told("F15").len(), due(&january)), (1, (vec![], vec![row("2021-12", "1721.15")])));
    let february = run(month("sent-back-02", "2022-02", 24, &january.folder));
    let (told, rows) = due(&february);
    assert!(told.len() == 1 && told[0].contains("2021-12 : 1 721,15, refusé par la banque (MS03)"), "{told:?}");
    assert_eq!(rows, [row("2021-12", "1721.15")]);
    let march = month("sent-back-03", "2022-03", 25, &february.folder);
    std::fs::write(march.join("inbox/nets.csv"), "matricule;nom;prénom;net non reçu\n00101;ABEL;Jean;1721,15\n").expect("a list");
    let march = run(march);
    // 2 × 1 721,15.
    assert_eq!((march.slip("00101")["net_paid"].as_str(), due(&march)), ("3442.30", (vec![], vec![])));
}

#[test]
fn a_run_that_wrote_no_transfer_file_has_paid_nobody() {
    let folder = plain("blocked", "");
    std::fs::write(folder.join("inbox/vide.csv"), "").expect("an empty file");
    let december = run(folder);
    assert!(!december.outcome.held.is_empty() && !december.folder.join("out/virements-2021-12.xml").exists());
    let january = run(month("blocked-01", "2022-01", 25, &december.folder));
    let told: Vec<_> = january.told("R135").iter().map(|f| (f.severity, f.stake)).collect();
    assert_eq!((told, due(&january).1), (vec![(Severity::Justify, 172_115)], vec![row("2021-12", "1721.15")]));
    // The account was proven by nothing since November's pay.
    let february = run(month("blocked-02", "2022-02", 24, &january.folder));
    assert_eq!((february.told("R135").len(), due(&february).0.len(), due(&february).1), (0, 1, vec![row("2021-12", "1721.15")]));

    // The file that was sent, by whatever way.
    let other = run(plain("sent-after-all", ""));
    let folder = month("blocked-sent", "2022-01", 25, &december.folder);
    std::fs::copy(other.folder.join("out/virements-2021-12.xml"), folder.join("inbox/virements.xml")).expect("the transfers");
    let sent = run(folder);
    assert!(sent.told("R135").is_empty() && due(&sent) == (vec![], vec![]));
}

#[test]
fn a_transfer_of_a_net_that_was_due_settles_it_and_is_no_pay_of_last_month() {
    let december = run(plain("since", "mode;00101;;suspendre;2021-12;;M. Petit;07/12/2021;injoignable\n"));
    let january = run(month("since-01", "2022-01", 25, &december.folder));
    assert_eq!(due(&january).1, [row("2021-12", "1721.15")]);
    let paid = |name: &str, net: &str| {
        let folder = month(name, "2022-02", 24, &january.folder);
        let file = crate::estimates::sent(net).replace("2021-11-25", "2022-01-10");
        std::fs::write(folder.join("inbox/virement du 10 janvier.xml"), file).expect("a transfer");
        run(folder)
    };
    let february = paid("since-02", "1721.15");
    assert_eq!((due(&february), february.grave("C52", "00101")), ((vec![], vec![]), vec![Severity::Information]));
    assert!(["M161", "IMP-02", "F07", "F84"].iter().all(|c| february.told(c).is_empty()));
    assert_eq!(february.of("transfers.csv", "00101")[0]["amount"], "1721.15");
    // Another sum pays no net that is due.
    assert!(paid("since-other", "1700.00").told("C52").is_empty());
}

/// Two of the same pay.
fn two(name: &str, decisions: &str) -> PathBuf {
    let folder = plain(name, decisions);
    for file in ["livre de paie.csv", "agents.csv"] {
        let path = folder.join("inbox").join(file);
        let text = std::fs::read_to_string(&path).expect("a file");
        let (head, rows) = text.split_once('\n').expect("titles");
        let second =
            rows.replace("00101;ABEL;Jean", "00102;BLIN;Anne").replace("FR7699901004442740655625831", "FR7630006000011234567890189");
        std::fs::write(path, format!("{head}\n{rows}{second}")).expect("a file");
    }
    folder
}

/// What the bank says of a transfer that it did not carry out.
fn refusal(december: &Path, transfer: usize) -> String {
    let sent = std::fs::read_to_string(december.join("out/virements-2021-12.xml")).expect("the transfer file");
    let leaf = |name: &str, n: usize| sent.split(&format!("<{name}>")).nth(n).and_then(|t| t.split('<').next()).expect("a leaf").to_owned();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2021-12-23T09:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{}</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts><TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>MS03</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n",
        leaf("MsgId", 1),
        leaf("PmtInfId", 1),
        leaf("EndToEndId", transfer)
    )
}

// Both have 1 721,15: the sum alone says that it is one of the two, and not which.
#[test]
fn a_refusal_that_may_be_of_several_makes_nobodys_net_due() {
    let december = run(two("perhaps", ""));
    let said = refusal(&december.folder, 1);
    let (before, rest) = said.split_once("<OrgnlEndToEndId>").expect("a reference");
    let (_, after) = rest.split_once("</OrgnlEndToEndId>").expect("a reference");
    let sum = "<OrgnlTxRef><Amt><InstdAmt Ccy=\"EUR\">1721.15</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>";
    let said = format!("{before}<OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId>{}", after.replace("</TxInfAndSts>", sum));
    let folder = month("perhaps-01", "2022-01", 25, &december.folder);
    std::fs::write(folder.join("inbox/statut.xml"), said).expect("a report");
    let january = run(folder);
    assert_eq!((january.told("R138").len(), january.told("F15").len(), january.told("R97").len()), (2, 0, 0));
    assert!(january.of("open_nets.csv", "00101").is_empty() && january.of("open_nets.csv", "00102").is_empty());
}

// December's record paid both. One was sent back and paid once more on the 28th: the other is paid all the same.
#[test]
fn a_file_with_few_of_the_transfers_makes_nobody_else_unpaid() {
    let december = run(two("part", ""));
    let january = |name: &str, net: &str, report: bool| {
        let folder = month(name, "2022-01", 25, &december.folder);
        let file =
            crate::estimates::sent(net).replace("2021-11-25", "2021-12-28").replace("2021-11", "2021-12").replace("202111", "202112");
        std::fs::write(folder.join("inbox/virement du 28.xml"), file).expect("a transfer");
        if report {
            std::fs::write(folder.join("inbox/statut.xml"), refusal(&december.folder, 1)).expect("a report");
        }
        run(folder)
    };
    let again = january("part-again", "1721.15", true);
    assert_eq!((again.grave("C52", "00101"), again.told("R97").len()), (vec![Severity::Information], 0));
    assert!(again.of("open_nets.csv", "00101").is_empty() && again.of("open_nets.csv", "00102").is_empty());
    // The refusal asks for a look at the account, and no longer for the net.
    let refused: Vec<String> = again.told("F15").iter().map(|f| f.message(Lang::Fr)).collect();
    assert!(refused.len() == 1 && refused[0].contains("viré depuis"), "{refused:?}");
    // Without a word of the bank, the same file and one of another sum.
    for (name, net) in [("part-alone", "1721.15"), ("part-other", "300.00")] {
        let ran = january(name, net, false);
        assert!(ran.told("R97").is_empty() && ran.of("open_nets.csv", "00102").is_empty(), "{name}");
    }
}

#[test]
fn a_net_of_somebody_who_left_is_named_until_somebody_says_that_it_is_paid() {
    let december = run(two("left", "mode;00102;;suspendre;2021-12;;M. Petit;07/12/2021;RIB à vérifier\n"));
    let folder = month("left-01", "2022-01", 25, &december.folder);
    let list = "Matricule;Nom;Prénom;Dernier jour payé;Motif\n00102;BLIN;Anne;31/12/2021;mutation\n";
    std::fs::write(folder.join("inbox/departs.csv"), list).expect("a list");
    let january = run(folder);
    assert!(january.of("payslips.csv", "00102").is_empty());
    let february = run(month("left-02", "2022-02", 24, &january.folder));
    assert!(february.of("people.csv", "00102").is_empty(), "nothing knows her any more");
    for ran in [&january, &february] {
        assert_eq!((ran.grave("R97", "00102"), ran.of("open_nets.csv", "00102").len()), (vec![Severity::Justify], 1));
    }
    let folder = month("left-03", "2022-03", 25, &february.folder);
    // The command of the finding, for two months.
    let command = |value: &str| {
        let row = ["override", "--agent", "00102", "--about", "net_non_recu", "--value", value, "--until", "2022-04"];
        let why = ["--by", "Mme Roche", "--on", "06/03/2022", "--reason", "chèque remis le 4 mars"];
        let job = ["decide", folder.to_str().expect("a path")];
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_releve")).args(job).args(row).args(why).output();
        let out = out.expect("the program runs");
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let (code, told) = command("1 721,15");
    assert!(code == Some(2) && told.contains("D08"), "{told}");
    assert_eq!(command("0"), (Some(0), String::new()));
    let march = run(folder);
    assert!(march.told("R97").is_empty() && march.told("D08").is_empty() && march.of("open_nets.csv", "00102").is_empty());
    assert_eq!((march.grave("C50", "00102"), march.outcome.held.clone()), (vec![Severity::Information], vec![]));
    let april = run(month("left-04", "2022-04", 25, &march.folder));
    assert!(april.told("R97").is_empty() && april.told("D08").is_empty() && april.outcome.held.is_empty());
}

// December was paid 1 721,15 to both. The statement that comes in January has 50,00 of overtime more for one, and not the other.
#[test]
fn what_the_true_statement_has_more_than_was_paid_is_due_and_whom_it_does_not_know_is_named() {
    let december = run(two("short", ""));
    let lines = [
        ("TraitBrut", "0010", "TRAITEMENT BRUT", "1968.13"),
        ("Indemnite", "0300", "IFSE", "200.00"),
        ("Indemnite", "0410", "HEURES SUPPLEMENTAIRES", "50.00"),
        ("Indemnite", "0310", "TRANSFERT PRIMES/POINTS", "-13.92"),
        ("Deduction", "1010", "CNRACL", "218.46"),
        ("Deduction", "1020", "RAFP", "9.30"),
        ("Deduction", "1210", "CSG DEDUCTIBLE", "143.92"),
        ("Deduction", "1211", "CSG NON DEDUCTIBLE", "50.80"),
        ("Deduction", "1212", "CRDS", "10.58"),
    ];
    let line = |(kind, code, label, amount): &(&str, &str, &str, &str)| {
        format!("<{kind}><Libelle V=\"{label}\"/><Code V=\"{code}\"/><Mt V=\"{amount}\"/></{kind}>\n")
    };
    let statement = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<n:DocumentPaye xmlns:n=\"http://www.minefi.gouv.fr/cp/helios/pes_v2/paye_1_1\">\n<IdVer V=\"1.1\"/><Annee V=\"2021\"/><Mois V=\"12\"/>\n<Employeur><Nom V=\"Commune de Rosay\"/><Siret V=\"21930057200019\"/></Employeur>\n<DonneesIndiv>\n<PayeIndivMensuel><Agent><Nom V=\"ABEL\"/><Prenom V=\"Jean\"/><Matricule V=\"00101\"/><Statut V=\"TITULAIRE\"/><Indice V=\"420\"/></Agent><Remuneration>\n{}</Remuneration><MtBrut V=\"2204.21\"/><MtNetAPayer V=\"1771.15\"/><MtImposable V=\"1832.53\"/></PayeIndivMensuel>\n</DonneesIndiv></n:DocumentPaye>\n",
        lines.iter().map(line).collect::<String>()
    );
    let folder = month("short-01", "2022-01", 25, &december.folder);
    std::fs::write(folder.join("inbox/paye.xhl"), statement).expect("a statement");
    let january = run(folder);
    let (told, rows) = due(&january);
    assert!(told.len() == 1 && told[0].contains("50,00") && told[0].contains("de plus dans l'état de paye"), "{told:?}");
    assert_eq!((rows, january.of("open_nets.csv", "00101")[0]["short"].as_str()), (vec![row("2021-12", "50.00")], "yes"));
    assert_eq!((january.grave("C53", "00102"), january.told("C53").len()), (vec![Severity::Justify], 1));
    let february = run(month("short-02", "2022-02", 24, &january.folder));
    assert_eq!((due(&february).0.len(), due(&february).1), (1, vec![row("2021-12", "50.00")]));
    let folder = month("short-03", "2022-03", 25, &february.folder);
    decide(&folder, "correction;00101;net_non_recu;50,00;2022-03;2022-03;Mme Roche;06/03/2022;heures de décembre");
    let march = run(folder);
    assert_eq!((due(&march), march.slip("00101")["net_paid"].clone()), ((vec![], vec![]), "1771.15".to_owned()));
}
