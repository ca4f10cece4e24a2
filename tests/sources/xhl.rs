//! Pay statements: the publisher's examples, the two ways to write signs, damage, and a month paid from a statement alone.

#[path = "../made/mod.rs"]
mod made;

use made::xhl::november;
use made::{Row, cents, expected, rows, staff};
use releve::ground::{Finding, Iban, Money, PayMonth, Severity};
use releve::pipeline::{self, Options};
use releve::read::xhl::{self, Category, Statement};
use releve::read::{Input, Limits};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/xhl").join(name)).expect("a file of the repository")
}

fn read(bytes: &[u8]) -> (Vec<Statement>, Vec<Finding>) {
    let c = xhl::read(bytes, "etat.xhl", &Limits::default());
    (c.value, c.findings)
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

/// What a statement says, its lines and way of writing left out.
fn said(s: &Statement) -> Vec<String> {
    s.slips
        .iter()
        .map(|p| {
            let a = &p.agent;
            let lines: Vec<String> = p
                .lines
                .iter()
                .map(|l| format!("{:?} {} {} {:?} {:?} {:?} {} {}", l.category, l.code, l.label, l.base, l.rate, l.units, l.amount, l.fund))
                .collect();
            let money = |m: Option<xhl::Amount>| m.map(|m| m.value);
            format!(
                "{} {} {} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {lines:?}",
                a.number.text,
                a.surname.text,
                a.given.text,
                a.nir.text,
                a.status.text,
                a.index.map(|i| i.value),
                a.account.as_ref().and_then(|x| x.iban.as_ref().ok().map(Iban::as_str)),
                p.working_time.map(|w| w.value),
                money(p.gross),
                money(p.net_to_pay),
                money(p.taxable),
                money(p.gross_to_date),
            )
        })
        .collect()
}

// ------------------------------------------------------------------ reading

#[test]
fn every_net_of_the_official_example_follows_from_its_lines() {
    let (statements, findings) = read(&bytes("etat-paye-2005-04-schema-1.2b.xhl"));
    let [s] = statements.as_slice() else { panic!("one statement") };
    assert_eq!((s.slips.len(), s.month, s.complete), (303, PayMonth::new(2005, 4), true));
    assert!(s.slips.iter().all(|p| p.net_to_pay.is_some_and(|n| n.value == p.rebuilt())));
    assert!(s.reversed.is_empty());
    assert!(!codes(&findings).contains(&"R46"), "{:?}", codes(&findings));
    // Two arrears of a contribution: counted as taken (worked out from the file).
    let taken: Vec<i64> = s.slips.iter().flat_map(|p| &p.lines).filter(|l| l.contribution).map(|l| l.amount.cents()).collect();
    assert_eq!(taken, [4209, 260]);
}

#[test]
fn the_extract_keeps_the_two_altered_nets_and_says_so() {
    let (statements, findings) = read(&bytes("etat-paye-extrait-13-agents-schema-1.4.xhl"));
    let [s] = statements.as_slice() else { panic!("one statement") };
    assert_eq!((s.slips.len(), s.month, s.run.text.as_ref()), (13, PayMonth::new(2011, 8), "AGENTS"));
    let gaps: Vec<&Finding> = findings.iter().filter(|f| f.code == "R46").collect();
    assert_eq!(gaps.len(), 2);
    assert!(gaps.iter().all(|f| f.severity == Severity::Justify && f.employee.is_some() && !f.places.is_empty()));
    // The publisher put placeholders where accounts were.
    assert!(s.slips.iter().all(|p| p.agent.account.as_ref().is_none_or(|a| a.iban.is_err())));
}

#[test]
fn both_ways_to_write_signs_and_accounts_say_the_same() {
    let (plain, _) = read(&bytes("synthetique-8-agents.xhl"));
    let (negative, findings) = read(&bytes("synthetique-8-agents-montants-negatifs.xhl"));
    assert_eq!(said(&plain[0]), said(&negative[0]));
    assert!(plain[0].reversed.is_empty());
    assert_eq!(negative[0].reversed, [Category::Deduction, Category::Acompte, Category::Retenue, Category::Cotisation]);
    assert!(codes(&findings).contains(&"R47"));
    assert!(plain[0].slips.iter().all(|p| p.agent.account.as_ref().is_some_and(|a| a.iban.is_ok())));
}

// A statement put together from two packages: each establishment is read its own way, and each payslip where no establishment
// tells them apart. Every net comes out, and the second half says what the first one does.
#[test]
fn signs_are_told_apart_for_each_establishment_and_payslip() {
    let text = |name: &str| String::from_utf8(bytes(name)).expect("UTF-8");
    let (positive, negative) = (text("synthetique-8-agents.xhl"), text("synthetique-8-agents-montants-negatifs.xhl"));
    let between = |t: &str, from: &str, to: &str| t[t.find(from).expect(from)..t.rfind(to).expect(to) + to.len()].to_owned();
    let other = between(&negative, "<DonneesIndiv>", "</DonneesIndiv>").replace("99999999900017", "99999999900025");
    let slips = between(&negative, "<PayeIndivMensuel>", "</PayeIndivMensuel>");
    let one_third: String = slips.split_inclusive("</PayeIndivMensuel>").take(3).collect();
    for (what, doc, more) in [
        ("two establishments", positive.replace("</DonneesIndiv>", &format!("</DonneesIndiv>{other}")), 8),
        ("one establishment", positive.replace("</DonneesIndiv>", &format!("{one_third}</DonneesIndiv>")), 3),
    ] {
        let (list, findings) = read(doc.as_bytes());
        let s = &list[0];
        assert_eq!(s.slips.len(), 8 + more, "{what}");
        let amounts = |i: usize| s.slips[i].lines.iter().map(|l| l.amount).collect::<Vec<_>>();
        for i in 0..more {
            assert_eq!(amounts(8 + i), amounts(i), "{what}: payslip {i}");
        }
        assert!(!codes(&findings).contains(&"R46"), "{what}");
        assert_eq!(codes(&findings).iter().filter(|c| **c == "R115").count(), 1, "{what}");
    }
}

#[test]
fn a_statement_inside_a_flow_is_the_same_statement() {
    let (plain, _) = read(&bytes("synthetique-8-agents.xhl"));
    let flow = bytes("synthetique-pes-aller-avec-pj-paye.xml");
    assert!(xhl::is_statement(&Input::from(flow.clone())));
    let (inside, findings) = read(&flow);
    assert_eq!(inside.len(), 1, "{:?}", codes(&findings));
    assert_eq!(said(&plain[0]), said(&inside[0]));
    assert!(inside[0].file.starts_with("etat.xhl › "), "{}", inside[0].file);
    // A type that is missing or other: the content decides.
    let other = String::from_utf8(flow).expect("ASCII").replace("<TypePJ V=\"004\"/>", "");
    assert_eq!(read(other.as_bytes()).0.len(), 1);
}

#[test]
fn a_transfer_file_is_not_taken_for_a_statement() {
    let input = Input::from(PathBuf::from("samples/montreval/inbox/virements-2021-11.xml"));
    assert!(!xhl::is_statement(&input));
}

// ------------------------------------------------------------------ damage

#[test]
fn a_file_cut_anywhere_gives_what_came_before_and_says_so() {
    let whole = bytes("synthetique-8-agents.xhl");
    let all = said(&read(&whole).0[0]);
    for i in 1..30 {
        let cut = &whole[..whole.len() * i / 30];
        let (statements, findings) = read(cut);
        assert!(codes(&findings).iter().any(|c| matches!(*c, "R41" | "R42")), "{i}: {:?}", codes(&findings));
        let got = statements.first().map(said).unwrap_or_default();
        assert!(all.starts_with(&got), "{i}");
        assert!(statements.iter().all(|s| !s.complete));
    }
    let flow = bytes("synthetique-pes-aller-avec-pj-paye.xml");
    for i in 1..30 {
        let (_, findings) = read(&flow[..flow.len() * i / 30]);
        assert!(!findings.is_empty(), "{i}");
    }
    assert_eq!(codes(&read(b"").1), ["R01"]);
    assert_eq!(codes(&read(b"<autre/>").1), ["R42"]);
}

#[test]
fn bytes_that_are_not_what_the_file_declares_are_read_and_told() {
    let text = String::from_utf8(bytes("synthetique-8-agents.xhl")).expect("UTF-8");
    let wrong: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let (statements, findings) = read(&wrong);
    assert!(codes(&findings).contains(&"R44"));
    assert_eq!(statements[0].encoding, "windows-1252");
    assert_eq!(statements[0].slips[0].agent.surname.text.as_ref(), "DUPRÉ-COLIN");
}

#[test]
fn a_document_type_is_refused() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE DocumentPaye [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><DocumentPaye><Annee V=\"&b;\"/></DocumentPaye>";
    let (statements, findings) = read(bomb.as_bytes());
    assert!(codes(&findings).contains(&"R43"), "{:?}", codes(&findings));
    assert!(statements.iter().all(|s| s.slips.is_empty()));
    assert!(codes(&read(b"<DocumentPaye><Annee V=\"&b;\"/></DocumentPaye>").1).contains(&"R42"));
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let n = three.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for i in 0..=three.len() {
            out.push(char::from(LETTERS[(n >> (18 - 6 * i) & 63) as usize]));
        }
    }
    while !out.len().is_multiple_of(4) {
        out.push('=');
    }
    out
}

fn flow(content: &str) -> String {
    format!(
        "<a:PES_Aller xmlns:a='x'><PES_PJ><PJ><Contenu><Fichier MIMEType='x'>{content}</Fichier></Contenu><TypePJ V='004'/></PJ></PES_PJ></a:PES_Aller>"
    )
}

#[test]
fn an_attachment_that_swells_or_is_damaged_is_refused() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"<DocumentPaye>").expect("memory");
    for _ in 0..200 {
        packed.write_all(&vec![b' '; 1 << 20]).expect("memory");
    }
    let bomb = flow(&base64(&packed.finish().expect("memory")));
    let (statements, findings) = read(bomb.as_bytes());
    assert_eq!((statements.len(), codes(&findings)), (0, vec!["R05"]));
    assert_eq!(codes(&read(flow("H4sIAA*").as_bytes()).1), ["R51"]);
    assert_eq!(codes(&read(b"<PES_Aller><PES_PJ/></PES_Aller>").1), ["R52"]);
}

// Some packages attach a zip where the norm has a gzip; the print beside the statement in it is none.
#[test]
fn a_statement_zipped_in_a_flow_is_read() {
    let mut packed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [("bulletins.pdf", "%PDF-1.4".to_owned()), ("paye.xhl", november())] {
        packed.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory");
        packed.write_all(text.as_bytes()).expect("memory");
    }
    let (statements, findings) = read(flow(&base64(&packed.finish().expect("memory").into_inner())).as_bytes());
    assert_eq!((statements.len(), codes(&findings)), (1, vec!["R65"]), "how many files the zip has");
    assert_eq!(statements[0].slips.len(), read(november().as_bytes()).0[0].slips.len());
}

#[test]
fn oddities_of_real_packages_are_read() {
    let text = "<p:DocumentPaye xmlns:p='urn:any'>\n<Annee V = '2008' />\n<Mois V='09'/>\n<DonneesIndiv><PayeIndivMensuel><Agent><Matricule V='0007'/>\
        <Indice V='0418'/></Agent><Remuneration><Deduction><Code V='D'/><Base V='000.000'/><Taux V='-11.1'/><Mt V='-007.850'/></Deduction>\
        <Rappel><PeriodeRef><DateDebut V='2008-08-1'/><DateFin V='2008-08-3'/></PeriodeRef><Code V='R'/><Mt V='10,5'/></Rappel>\
        <Commentaire><Libelle V='x'/></Commentaire><TraitBrut><Code V='T'/><NbUnite V='151.67'/><Mt V='100'/></TraitBrut></Remuneration>\
        <MtNetAPayer V='102.65'/></PayeIndivMensuel><PayeIndivMensuel><Agent><Matricule V='8'/></Agent><Remuneration/><MtBrut V=''/>\
        <MtNetAPayer V='50'/></PayeIndivMensuel><PayeIndivMensuel><Agent><Matricule V='9'/></Agent><Remuneration><TraitBrut>\
        <Mt V=''/></TraitBrut></Remuneration><MtNetAPayer V='50'/></PayeIndivMensuel></DonneesIndiv></p:DocumentPaye>";
    let (statements, findings) = read(text.as_bytes());
    let s = &statements[0];
    assert_eq!(s.month, PayMonth::new(2008, 9));
    let first = &s.slips[0];
    assert_eq!((first.agent.number.text.as_ref(), first.rebuilt()), ("0007", Money::from_cents(10_265)));
    assert_eq!(first.lines[0].amount, Money::from_cents(785));
    assert_eq!(first.lines[0].base, None);
    let august = PayMonth::new(2008, 8).expect("a month");
    assert_eq!(first.lines[1].period, Some((august, august)));
    assert!(s.slips[1].lines.is_empty() && s.slips[1].gross.is_none());
    let told: BTreeSet<&str> = codes(&findings).into_iter().collect();
    assert_eq!(told, BTreeSet::from(["R45", "R47", "R56"]));
    let unread = findings.iter().find(|f| f.code == "R45").expect("told");
    assert_eq!((unread.severity, unread.employee.as_ref().map(ToString::to_string).as_deref()), (Severity::Blocking, Some("9")));
}
// ------------------------------------------------------------------ a whole month

fn run(name: &str, inbox: &[&str]) -> (PathBuf, pipeline::Outcome) {
    run_with(name, inbox, &november())
}

fn run_with(name: &str, inbox: &[&str], statement: &str) -> (PathBuf, pipeline::Outcome) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::copy("samples/montreval/releve.toml", folder.join("releve.toml")).expect("the settings");
    std::fs::write(folder.join("inbox/etat-de-paye.xhl"), statement).expect("the statement");
    for file in inbox {
        std::fs::copy(Path::new("samples/montreval/inbox").join(file), folder.join("inbox").join(file)).expect("a copy");
    }
    let options = Options { folder: folder.clone(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let outcome = pipeline::run(&options).expect("the job runs");
    (folder, outcome)
}

#[test]
fn a_statement_alone_is_enough_to_replay_and_to_pay() {
    let (folder, outcome) = run("xhl-alone", &[]);
    let told = |code: &str| outcome.findings.iter().filter(|f| f.code == code).count();
    let want = expected("november-payslips.csv");
    let mut paid: BTreeMap<String, i64> = BTreeMap::new();
    let employer: BTreeSet<String> =
        expected("codes.csv").into_iter().filter(|r| r["kind"] == "employer").map(|r| r["code"].clone()).collect();
    for r in rows(&folder.join("out/replay.csv")) {
        if !employer.contains(&r["code"]) {
            *paid.entry(r["employee"].clone()).or_insert(0) += cents(&r["paid"]);
        }
    }
    for w in want.iter().filter(|w| paid.contains_key(&w["employee"])) {
        assert_eq!(paid[&w["employee"]], cents(&w["net_paid"]), "{}", w["employee"]);
    }
    let slips = rows(&folder.join("out/payslips.csv"));
    assert_eq!((told("R40"), told("R46"), told("M05")), (1, 0, 0));
    assert_eq!(slips.len(), want.len());
    assert_eq!(paid.len(), want.len());
    // Every line that a rule could make comes out; sums for others are carried, as no file says what they follow from.
    assert_eq!((outcome.replay.gap, outcome.replay.rounding), (0, 0));
    assert!(outcome.replay.exact > 1600, "{:?}", outcome.replay);
    // The statement gives no status to 00156, whose pension line gives it. The agent whose working time in the statement (1) is
    // not what the pay proves (0.5) is set aside; the others are paid.
    assert_eq!((told("R55"), told("M150")), (0, 1));
    assert!(outcome.excluded.iter().any(|e| e.starts_with("01710")), "{:?}", outcome.excluded);
    assert_eq!(outcome.transfers.0, 86);
}

#[test]
fn beside_a_register_the_statement_confirms_and_changes_nothing() {
    let all = [
        "absences-decembre.xls",
        "agents.xlsx",
        "changements-rib.csv",
        "cia-decembre.csv",
        "heures-sup-decembre.ods",
        "livre-de-paie-2021-11.csv",
        "mouvements-decembre.xlsx",
        "virements-2021-11.xml",
    ];
    let (folder, outcome) = run("xhl-beside", &all);
    let got: BTreeMap<String, Row> = rows(&folder.join("out/payslips.csv")).into_iter().map(|r| (r["employee"].clone(), r)).collect();
    for w in expected("payslips.csv") {
        assert_eq!(cents(&got[&w["employee"]]["net_paid"]), cents(&w["net_paid"]), "{}", w["employee"]);
    }
    let agreed = outcome.findings.iter().find(|f| f.code == "R53").expect("told");
    assert_eq!(agreed.args, [("count".into(), "88".to_owned())]);
    let nets = outcome.findings.iter().filter(|f| f.code == "IMP-04" && f.args.iter().any(|a| a.1 == "Net à payer"));
    assert_eq!(nets.count(), 0);
}

#[test]
fn another_month_is_told_and_not_used_and_another_net_shows_both_places() {
    let (folder, outcome) =
        run_with("xhl-other-month", &["livre-de-paie-2021-11.csv"], &november().replace("<Mois V=\"11\"/>", "<Mois V=\"10\"/>"));
    let other = outcome.findings.iter().find(|f| f.code == "R50").expect("told");
    assert_eq!(other.places.len(), 1);
    assert!(!outcome.findings.iter().any(|f| f.code == "R53"));
    assert!(folder.join("out/payslips.csv").exists());
    let (_, outcome) = run_with(
        "xhl-other-net",
        &["livre-de-paie-2021-11.csv"],
        &november().replace("<MtNetAPayer V=\"1585.06\"/>", "<MtNetAPayer V=\"1600.00\"/>"),
    );
    let net: Vec<&Finding> =
        outcome.findings.iter().filter(|f| f.code == "IMP-04" && f.args.iter().any(|a| a.1 == "Net à payer")).collect();
    assert_eq!(net.len(), 1);
    assert_eq!((net[0].places.len(), net[0].stake), (2, -1494));
    assert!(outcome.findings.iter().any(|f| f.code == "R46" && f.stake == 1494));
}

// ------------------------------------------------------------------ what a statement leaves out

/// The statement with one line more for 00102, and a net that counts it.
fn with_line(category: &str, label: &str) -> String {
    let (before, own) = november().split_once("<Matricule V=\"00102\"/>").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("the agent");
    let line = format!("<Remuneration>\n<{category}><Libelle V=\"{label}\"/><Code V=\"0010\"/><Mt V=\"100.00\"/></{category}>");
    let own = own.replacen("<Remuneration>", &line, 1).replacen("V=\"1585.06\"", "V=\"1685.06\"", 1);
    format!("{before}<Matricule V=\"00102\"/>{own}")
}

#[test]
fn arrears_listed_among_base_pay_do_not_come_again() {
    let december: Vec<(String, i64)> = ["TraitBrut", "Rappel"]
        .iter()
        .map(|category| {
            let (folder, _) =
                run_with(&format!("xhl-arrears-{category}"), &["agents.xlsx"], &with_line(category, "RAPPEL TRAITEMENT BRUT"));
            let of = |r: &Row| r["employee"] == "00102" && r["period"] == "2021-12";
            let lines = rows(&folder.join("out/lines.csv"));
            // Base pay of 355 points, as November's statement has it.
            let base: Vec<i64> = lines.iter().filter(|r| of(r) && r["code"] == "TIB").map(|r| cents(&r["amount"])).collect();
            assert_eq!(base, [166_354], "{category}");
            assert!(!lines.iter().any(|r| of(r) && r["label"].to_lowercase().contains("rappel")), "{category}");
            ((*category).to_owned(), nets(&folder)["00102"])
        })
        .collect();
    assert_eq!(december[0].1, december[1].1, "{december:?}");
}

/// The job of `run_with` once more with another file in its inbox.
fn and_with(folder: &Path, file: &str, bytes: &[u8]) -> pipeline::Outcome {
    std::fs::write(folder.join("inbox").join(file), bytes).expect("a file of the inbox");
    let options = Options { folder: folder.to_path_buf(), rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    pipeline::run(&options).expect("the job runs")
}

// 00176 has 1 348,75 in the final statement, as the bank paid, and 1 328,75 in the provisional one: never both.
#[test]
fn two_whole_payslips_of_two_statements_are_one_pay() {
    let provisional = november().replace("V=\"1348.75\"", "V=\"1328.75\"");
    let (folder, _) = run_with("xhl-final", &[], &november());
    let plain = nets(&folder);
    let of = |outcome: &pipeline::Outcome, code: &str| {
        let of = |f: &&Finding| f.code == code && f.employee.as_ref().is_some_and(|e| e.as_str() == "00176");
        outcome.findings.iter().filter(of).map(|f| f.severity).collect::<Vec<_>>()
    };
    let outcome = and_with(&folder, "provisoire.xhl", provisional.as_bytes());
    assert_eq!((of(&outcome, "R117"), of(&outcome, "R49")), (vec![Severity::Blocking], vec![]), "nothing says which was paid");
    assert!(!rows(&folder.join("out/transfers.csv")).iter().any(|r| r["employee"] == "00176"));
    let sent = std::fs::read("samples/montreval/inbox/virements-2021-11.xml").expect("the sample");
    let outcome = and_with(&folder, "virements.xml", &sent);
    assert_eq!((of(&outcome, "R116"), nets(&folder)["00176"]), (vec![Severity::Justify], plain["00176"]));

    // The same month by its totals alone, beside its lines.
    let mut bare = String::new();
    for (i, part) in november().split("<Remuneration>").enumerate() {
        bare.push_str(if i == 0 { part } else { part.split_once("</Remuneration>").expect("an end").1 });
    }
    let (folder, _) = run_with("xhl-totals", &[], &november());
    let outcome = and_with(&folder, "a-totaux.xhl", bare.as_bytes());
    assert_eq!((nets(&folder), told(&outcome, "R49")), (plain, 0));
    assert!(told(&outcome, "R118") > 80);
}

// A register of October beside the statement of November is told and left, as one beside November's register is.
#[test]
fn an_older_register_beside_a_statement_of_the_right_month_stops_nothing() {
    let (folder, _) = run_with("xhl-older-register", &[], &november());
    let plain = nets(&folder);
    let register = std::fs::read("samples/montreval/inbox/livre-de-paie-2021-11.csv").expect("the sample");
    let october: Vec<u8> = String::from_utf8_lossy(&register).replace("NOVEMBRE", "OCTOBRE").into_bytes();
    let outcome = and_with(&folder, "livre d'octobre.csv", &october);
    assert!(outcome.ran);
    assert_eq!((told(&outcome, "F14"), told(&outcome, "M74"), nets(&folder)), (0, 1, plain));
}

// What a day of strike took of a bonus stands among the bonuses, below zero, under a rubric of its own.
#[test]
fn what_an_absence_took_of_last_month_is_not_taken_again() {
    let (plain, _) = run_with("xhl-absence-none", &["agents.xlsx"], &november());
    for label in ["RETENUE 1/30E PRIME DE POSTE", "ABSENCE GREVE PRIME DE POSTE"] {
        let text = with_line("Indemnite", label).replace("\"0010\"/><Mt V=\"100.00\"", "\"9910\"/><Mt V=\"-100.00\"");
        let (folder, _) = run_with("xhl-absence", &["agents.xlsx"], &text.replacen("V=\"1685.06\"", "V=\"1485.06\"", 1));
        let lines = rows(&folder.join("out/lines.csv"));
        assert!(!lines.iter().any(|r| r["employee"] == "00102" && r["code"] == "9910"), "{label}");
        assert_eq!(nets(&folder)["00102"], nets(&plain)["00102"], "{label}");
    }
}

fn nets(folder: &Path) -> BTreeMap<String, i64> {
    rows(&folder.join("out/payslips.csv")).into_iter().map(|r| (r["employee"].clone(), cents(&r["net_paid"]))).collect()
}

fn told(outcome: &pipeline::Outcome, code: &str) -> usize {
    outcome.findings.iter().filter(|f| f.code == code).count()
}

#[test]
fn a_payslip_that_shows_its_net_alone_is_paid_once() {
    let mut bare = String::new();
    for (i, part) in november().split("<Remuneration>").enumerate() {
        bare.push_str(if i == 0 { part } else { part.split_once("</Remuneration>").expect("an end").1 });
    }
    let (folder, outcome) = run_with("xhl-bare", &[], &bare);
    let november: BTreeMap<String, i64> =
        expected("november-payslips.csv").into_iter().map(|p| (p["employee"].clone(), cents(&p["net_paid"]))).collect();
    // Nothing changes in December: what the rules make and what is left of the net come to November's net, and no more.
    for (id, net) in nets(&folder) {
        assert!((net - november[&id]).abs() <= 2, "{id}: {net}, {}", november[&id]);
    }
    assert_eq!(told(&outcome, "IMP-04"), 0);
    // More than a hundredth of the net that no rule makes is somebody's decision.
    let much = |f: &&Finding| f.code == "M149" && f.severity == Severity::Blocking;
    for f in outcome.findings.iter().filter(much) {
        let id = f.employee.as_ref().expect("an agent").to_string();
        assert!(f.stake.abs() * 100 > november[&id], "{id}");
    }
    let held = outcome.findings.iter().filter(much).count();
    assert!(held > 0 && outcome.transfers.0 > 0, "{held} held, {:?}", outcome.transfers);
    // The job may say that they are paid last month's net again: then nobody waits for that.
    let path = folder.join("releve.toml");
    let text = std::fs::read_to_string(&path).expect("the settings");
    std::fs::write(&path, format!("{text}\n[policies]\nunproven = \"carry\"\n")).expect("the settings");
    let options = Options { folder, rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    let carried = pipeline::run(&options).expect("the job runs");
    assert_eq!(carried.findings.iter().filter(much).count(), 0);
    assert!(carried.transfers.0 > outcome.transfers.0 && carried.transfers.0 > 80, "{:?}", carried.transfers);
}

#[test]
fn an_advance_of_last_month_is_not_taken_again() {
    let (plain, _) = run("xhl-no-advance", &[]);
    let whole = november();
    let (head, tail) = whole.split_once("</Remuneration>").expect("a payslip");
    let line = "<Acompte><Libelle V=\"ACOMPTE\"/><Code V=\"4000\"/><Mt V=\"50.00\"/></Acompte>";
    let net: i64 = cents(&expected("november-payslips.csv")[0]["net_paid"]);
    let shown = |n: i64| format!("<MtNetAPayer V=\"{}.{:02}\"/>", n / 100, n % 100);
    let tail = tail.replacen(&shown(net), &shown(net - 5000), 1);
    let (folder, outcome) = run_with("xhl-advance", &[], &format!("{head}{line}</Remuneration>{tail}"));
    let id = &expected("november-payslips.csv")[0]["employee"];
    assert_eq!(nets(&folder)[id], nets(&plain)[id]);
    assert!(!outcome.findings.iter().any(|f| f.code == "C06" && f.args.iter().any(|a| a.1 == "ACOMPTE")));
}

// No document of last month is ahead of it: children that its own lines were not paid for are a misprint.
// One child more may be one born in November, of whom the supplement begins with December: that is to be justified.
#[test]
fn what_a_statement_shows_beside_its_own_lines_moves_nothing() {
    let (plain, _) = run("xhl-own-lines", &[]);
    let whole = november();
    // 00541 is paid for three children, 00715 for four.
    let field = |text: &str, agent: &str, name: &str, value: &str| {
        let at = text.find(&format!("<Matricule V=\"{agent}\"/>")).expect("the agent");
        let from = at + text[at..].find(&format!("<{name} V=\"")).expect("the field") + name.len() + 5;
        let end = from + text[from..].find('"').expect("its end");
        format!("{}{value}{}", &text[..from], &text[end..])
    };
    let changed = field(&field(&whole, "00541", "NbEnfants", "0"), "00715", "NbEnfants", "5");
    let (folder, outcome) = run_with("xhl-other-fields", &[], &changed);
    assert_eq!(nets(&folder), nets(&plain));
    let told = |id: &str| -> Vec<Severity> {
        let of = outcome.findings.iter().filter(|f| f.code == "IMP-04" && f.employee.as_ref().is_some_and(|e| e.as_str() == id));
        of.map(|f| f.severity).collect()
    };
    assert_eq!((told("00541"), told("00715")), (vec![Severity::Warning], vec![Severity::Justify]));
}

#[test]
fn a_status_that_is_missing_is_the_one_of_the_pension() {
    let (plain, _) = run("xhl-with-status", &[]);
    let mut without = String::new();
    for line in november().lines().filter(|l| !l.starts_with("<Statut ")) {
        without.push_str(line);
        without.push('\n');
    }
    let (folder, outcome) = run_with("xhl-without-status", &[], &without);
    assert!(told(&outcome, "M150") > 50, "{}", told(&outcome, "M150"));
    // Beside a staff file that says it nobody is asked: 00156 stands in none.
    let (_, beside) = run_with("xhl-status-in-staff", &["agents.xlsx"], &without);
    let asked: Vec<_> = beside.findings.iter().filter(|f| f.code == "M150").filter_map(|f| f.employee.as_ref()).collect();
    assert_eq!(asked.iter().map(|e| e.as_str()).collect::<Vec<_>>(), ["00156"]);
    // Probationers contribute as the tenured do: every net that leaves is the same. 01710, held in both, is a civil servant of
    // few hours, who bears the pension of contract agents: the line alone cannot tell them apart.
    let (with, without) = (nets(&plain), nets(&folder));
    for f in outcome.findings.iter().filter(|f| f.code == "M150") {
        let id = f.employee.as_ref().expect("an agent").to_string();
        if !outcome.excluded.contains(&id) {
            assert_eq!(without[&id], with[&id], "{id}");
        }
    }
}

// « IndemnitÃ© de rÃ©sidence » is the residence indemnity all the same.
#[test]
fn letters_written_twice_are_read_as_they_were() {
    let (plain, _) = run("xhl-once", &[]);
    // Each byte of the UTF-8 taken for a letter of windows-1252, which has the bytes 0x80 to 0x9F that it leaves free.
    let twice: String = november().bytes().map(char::from).collect();
    let (folder, outcome) = run_with("xhl-twice", &[], &twice);
    assert_eq!(told(&outcome, "R69"), 1);
    assert_eq!(nets(&folder), nets(&plain));
}

#[test]
fn a_statement_cut_short_pays_nobody() {
    let whole = november();
    let half = &whole[..whole.char_indices().nth(whole.chars().count() / 2).expect("a middle").0];
    let (folder, outcome) = run_with("xhl-cut", &[], half);
    assert_eq!(told(&outcome, "R41"), 1);
    assert!(!folder.join("out/virements-2021-12.xml").exists());
}

// Behind the names of the codes nobody stands; before them another establishment may.
#[test]
fn a_statement_that_lacks_its_last_tag_alone_lacks_nobody() {
    let names = "<Nomenclatures><NomenclatureRubriquePaye><Correspondance><Libelle V=\"IFSE\"/><Code V=\"0300\"/></Correspondance>";
    let people = november().replace("</n:DocumentPaye>", "");
    let whole = format!("{people}{names}</NomenclatureRubriquePaye></Nomenclatures>");
    let paid = nets(&run_with("xhl-names", &[], &format!("{whole}</n:DocumentPaye>")).0);
    let (folder, outcome) = run_with("xhl-last-tag", &[], &format!("{whole}</n:Docu"));
    assert_eq!((told(&outcome, "R41"), told(&outcome, "R132"), nets(&folder)), (0, 1, paid));
    assert!(folder.join("out/virements-2021-12.xml").exists());
    for (name, cut) in [("xhl-names-cut", format!("{people}{names}")), ("xhl-no-names", people)] {
        assert_eq!(told(&run_with(name, &[], &cut).1, "R41"), 1, "{name}");
    }
}

#[test]
fn somebody_of_another_employer_is_kept_apart_and_not_paid() {
    let mut parts: Vec<String> = november().split("<PayeIndivMensuel>").map(str::to_owned).collect();
    let id = expected("november-payslips.csv")[0]["employee"].clone();
    // The first payslip again, with another net, in an establishment of another employer.
    let theirs = parts[1].replace("<IBAN", "<Iban").replace("<NIR", "<Nir");
    let last = parts.len() - 1;
    let (end, foot) = parts[last].split_once("</DonneesIndiv>").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("an end");
    parts[last] = end;
    let other = "<Etablissement><Nom V=\"CCAS\"/><Siret V=\"26994101000013\"/></Etablissement>";
    let document = format!("{}{other}<PayeIndivMensuel>{theirs}</DonneesIndiv>{foot}", parts.join("<PayeIndivMensuel>"));
    let (folder, outcome) = run_with("xhl-two-employers", &[], &document);
    let apart = format!("{id}E00013");
    let theirs: Vec<&Finding> = outcome.findings.iter().filter(|f| f.code == "M311").collect();
    assert_eq!((theirs.len(), theirs[0].severity), (1, Severity::Justify));
    assert!(theirs[0].args.iter().any(|a| a.0 == "agents" && a.1 == apart));
    let paid = nets(&folder);
    assert!(paid.contains_key(&id) && !paid.contains_key(&apart));
}

// Nothing of the town knows these people: the accountant sent the other budget's statement. With the staff file, it is a SIRET
// that somebody wrote wrongly, and told.
#[test]
fn a_statement_of_another_employer_alone_pays_nobody() {
    let theirs = november().replace("21994101000015", "26994101000013");
    let (folder, outcome) = run_with("xhl-other-budget", &[], &theirs);
    let stranger = outcome.findings.iter().find(|f| f.code == "M350").expect("told");
    assert_eq!((stranger.severity, stranger.employee.is_none()), (Severity::Blocking, true));
    assert!(!folder.join("out/virements-2021-12.xml").exists());
    let (folder, outcome) = run_with("xhl-other-siret", &["agents.xlsx"], &theirs);
    assert_eq!((told(&outcome, "M350"), told(&outcome, "R57")), (0, 1));
    assert!(folder.join("out/virements-2021-12.xml").exists());
}

/// The statement without any employee number.
fn unnumbered() -> String {
    november().lines().filter(|l| !l.starts_with("<Matricule")).collect::<Vec<_>>().join("\n")
}

// Identity numbers tell everybody; who has none there is numbered and waits beside a staff file.
#[test]
fn payslips_without_number_are_joined_by_the_identity_number() {
    let (whole, _) = run("xhl-numbered", &["agents.xlsx"]);
    let (folder, outcome) = run_with("xhl-unnumbered", &["agents.xlsx"], &unnumbered());
    let joined = outcome.findings.iter().find(|f| f.code == "M352").expect("told");
    let (joined, nameless) = (joined.args[0].1.parse::<usize>().expect("a count"), told(&outcome, "R59"));
    // 00156 was paid in November and is in no staff file.
    assert_eq!((joined, nameless), (expected("november-payslips.csv").len() - 1, 1));
    let of_staff = |folder: &Path| nets(folder).into_iter().filter(|(id, _)| id != "00156" && id != "XHL2").collect::<BTreeMap<_, _>>();
    assert_eq!(of_staff(&folder), of_staff(&whole));
    // One number less, under which nobody is then found.
    let nir = staff()["00441"]["N° Sécu"].replace(' ', "");
    let (folder, outcome) = run_with("xhl-nameless", &["agents.xlsx"], &unnumbered().replace(&nir, ""));
    let waits: Vec<&Finding> = outcome.findings.iter().filter(|f| f.code == "R59").collect();
    assert_eq!((waits.len(), waits[0].severity, waits[0].employee.is_some()), (2, Severity::Blocking, true));
    assert!(folder.join("out/virements-2021-12.xml").exists());
    // Alone, everybody is numbered by the rank of the payslip.
    let (_, outcome) = run_with("xhl-ranks", &[], &unnumbered());
    assert_eq!((told(&outcome, "M351"), told(&outcome, "R59")), (1, 0));
    assert_eq!(outcome.transfers.0, 86);
}

// No « Cotisation » at all: the law says what the employer owes, as where a register shows agents' shares alone.
#[test]
fn a_statement_without_employers_shares_leaves_them_to_the_law() {
    let (whole, _) = run("xhl-whole", &[]);
    let whole_statement = november();
    let bare = whole_statement.split("<Cotisation>").enumerate().map(|(i, part)| match part.split_once("</Cotisation>") {
        Some((_, rest)) if i > 0 => rest.to_owned(),
        _ => part.to_owned(),
    });
    let bare: String = bare.collect();
    assert!(!bare.contains("Cotisation") && whole_statement.contains("<Cotisation>"));
    let (folder, outcome) = run_with("xhl-agents-shares", &[], &bare);
    assert_eq!(outcome.replay.gap, 0);
    let cost = |f: &Path| {
        rows(&f.join("out/payslips.csv"))
            .into_iter()
            .map(|r| (r["employee"].clone(), r["employer_cost"].clone()))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(cost(&folder), cost(&whole));
    assert_eq!(nets(&folder), nets(&whole));
}

// One agent bears another number in the statement; the identity number and the name are the same as in the staff file.
#[test]
fn the_same_identity_number_and_name_are_one_person() {
    let (plain, _) = run("xhl-own-number", &["agents.xlsx"]);
    let other = november().replace("<Matricule V=\"00441\"/>", "<Matricule V=\"90441\"/>");
    assert_ne!(other, november());
    let (folder, outcome) = run_with("xhl-renumbered", &["agents.xlsx"], &other);
    let joined: Vec<String> =
        outcome.findings.iter().filter(|f| f.code == "M147").filter_map(|f| f.employee.as_ref().map(ToString::to_string)).collect();
    assert_eq!(joined, ["00441"]);
    assert_eq!(nets(&folder), nets(&plain));
}

// The flow is read for the statement in it: it is no file that nobody recognises, and holds nobody.
#[test]
fn a_flow_that_was_read_is_recognised() {
    let flow = std::fs::read_to_string("tests/data/xhl/synthetique-pes-aller-avec-pj-paye.xml").expect("the sample");
    let (_, outcome) = run_with("xhl-flow", &[], &flow);
    assert_eq!(told(&outcome, "IMP-01"), 0);
    assert!(told(&outcome, "R40") + told(&outcome, "R65") > 0);
}
