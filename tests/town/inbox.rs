//! Archives read in place, and status reports of last month's transfers.

use releve::ground::{Finding, Severity};
use releve::pipeline::{self, Options, Outcome};
use releve::read::pain001::Limits as XmlLimits;
use releve::read::pain002::{self, About};
use releve::read::{Input, Limits, archive};
use std::io::{Cursor, Write as _};
use std::path::Path;

fn data(name: &str) -> Vec<u8> {
    std::fs::read(Path::new("tests/data").join(name)).expect("a file of the repository")
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory does not fail");
        zip.write_all(bytes).expect("memory does not fail");
    }
    zip.finish().expect("memory does not fail").into_inner()
}

fn members(bytes: Vec<u8>, limits: &Limits) -> (Vec<String>, Vec<Finding>) {
    let mut names = Vec::new();
    let findings = archive::members(&Input::from(bytes), "a.zip", false, limits, &mut |name, _| names.push(name));
    (names, findings)
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

fn run(name: &str, settings: &str, inbox: &[(&str, &[u8])]) -> Outcome {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inbox")).expect("a temporary folder");
    std::fs::write(folder.join("releve.toml"), settings).expect("the settings");
    for (file, bytes) in inbox {
        std::fs::write(folder.join("inbox").join(file), bytes).expect("a file of the inbox");
    }
    let options = Options { folder, rules: None, lang: None, threads: 0, payslips: false, progress: |_, _, _| {} };
    pipeline::run(&options).expect("the job runs")
}

fn job(month: &str) -> String {
    format!("format = 1\nmonth = \"{month}\"\npack = \"fr-fpt\"\n[employer]\nname = \"Exemple\"\n")
}

// ------------------------------------------------------------------ archives

#[test]
fn files_of_an_archive_are_read_in_the_order_of_their_names() {
    let (names, findings) = members(
        zipped(&[("b/deux.csv", b"x;y\n1;2\n"), ("a.csv", b"x;y\n"), ("__MACOSX/._a.csv", b"x"), (".cache", b"x"), ("Thumbs.db", b"x")]),
        &Limits::default(),
    );
    assert_eq!(names, ["a.zip/a.csv", "a.zip/b/deux.csv"]);
    assert_eq!(codes(&findings), ["R65"]);
}

#[test]
fn what_an_archive_could_do_is_refused_or_tamed() {
    let inner = zipped(&[("x.csv", b"x")]);
    let (names, findings) =
        members(zipped(&[("../../etc/cron.d/x", b"1;2\n"), ("C:\\users\\y.csv", b"1;2\n"), ("z.zip", &inner)]), &Limits::default());
    assert_eq!(names, ["a.zip/etc/cron.d/x", "a.zip/users/y.csv"]);
    assert_eq!(codes(&findings), ["R63", "R63", "R64", "R65"]);
    let findings = archive::members(&Input::from(zipped(&[("z.zip", &inner)])), "a.zip", true, &Limits::default(), &mut |name, _| {
        assert_eq!(name, "a.zip/z.zip", "handed over by the outer one");
    });
    assert_eq!(codes(&findings), ["R65"]);
    // More than allowed once inflated, by the directory or in truth; more files than allowed.
    let big = zipped(&[("zeros.csv", &vec![b'0'; 4 << 20])]);
    for limits in [
        Limits { inflated_bytes: 1 << 20, ..Limits::default() },
        Limits { ratio_free_bytes: 1 << 20, ..Limits::default() },
        Limits { parts: 0, ..Limits::default() },
        Limits { workbook_bytes: 100, ..Limits::default() },
    ] {
        let (names, findings) = members(big.clone(), &limits);
        assert_eq!((names.len(), codes(&findings)), (0, vec!["R05"]));
    }
    // A directory that promises less than it holds, and a file cut short.
    let plain = zipped(&[("a.csv", b"x;y\n1;2\n"), ("b.csv", b"x;y\n1;2\n")]);
    for i in 0..plain.len() {
        let _ = members(plain[..i].to_vec(), &Limits::default());
        let mut bent = plain.clone();
        bent[i] ^= 0x55;
        let _ = members(bent, &Limits::default());
    }
    let (names, findings) = members(plain[..plain.len() - 30].to_vec(), &Limits::default());
    assert_eq!((names.len(), codes(&findings)), (0, vec!["R04"]));
}

#[test]
fn a_job_whose_files_lie_in_an_archive_is_the_same_job() {
    let settings = std::fs::read_to_string("samples/montreval/releve.toml").expect("the settings");
    let read = |n: &str| std::fs::read(Path::new("samples/montreval/inbox").join(n)).expect("a file of the repository");
    let names = [
        "absences-decembre.xls",
        "agents.xlsx",
        "changements-rib.csv",
        "cia-decembre.csv",
        "heures-sup-decembre.ods",
        "livre-de-paie-2021-11.csv",
        "mouvements-decembre.xlsx",
        "virements-2021-11.xml",
    ];
    let files: Vec<(&str, Vec<u8>)> = names.iter().map(|n| (*n, read(n))).collect();
    let parts: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (*n, b.as_slice())).collect();
    let plain = run("archive-plain", &settings, &parts);
    let zip = zipped(&parts);
    // Beside the archive lies one of the very files it holds: a copy, counted once.
    let packed = run("archive-packed", &settings, &[("envoi.zip", &zip), ("virements-2021-11.xml", &files[7].1)]);
    assert_eq!(packed.transfers, plain.transfers);
    assert_eq!(packed.replay, plain.replay);
    let copy = packed.findings.iter().find(|f| f.code == "F12").expect("told");
    assert_eq!(copy.args[0].1, "envoi.zip/virements-2021-11.xml");
    let places: Vec<String> = packed.findings.iter().flat_map(|f| &f.places).map(ToString::to_string).collect();
    assert!(places.iter().any(|p| p.starts_with("envoi.zip/agents.xlsx")), "places name the member");
    assert!(!places.iter().any(|p| p.starts_with("agents.xlsx")));
}

// ------------------------------------------------------------------ status reports

fn report(bytes: &[u8]) -> (pain002::Report, Vec<Finding>) {
    let c = pain002::read(&mut &*bytes, "statut.xml", &XmlLimits::default());
    (c.value, c.findings)
}

#[test]
fn both_versions_say_which_transfer_was_rejected_and_why() {
    for version in ["03", "10"] {
        let raw = data(&format!("sepa/examples/pain.002.001.{version}_rejects.xml"));
        assert!(pain002::is_report(&Input::from(raw.clone())));
        let (r, findings) = report(&raw);
        assert_eq!((codes(&findings).len(), r.complete, r.original_message.as_str()), (0, true, "PAYE-2026-12"));
        let said: Vec<(&About, &str)> = r.outcomes.iter().map(|o| (&o.about, o.status.as_str())).collect();
        let transfer = About::Transfer { end_to_end_id: "PAYE-2026-12-0003".to_owned(), batch: "PAYE-2026-12-1".to_owned() };
        assert_eq!(said, [(&About::Group, "PART"), (&transfer, "RJCT"), (&About::Batch("PAYE-2026-12-1".to_owned()), "PART")]);
        let refused = r.outcomes.iter().find(|o| o.is_rejected()).expect("one");
        assert_eq!((refused.reasons.as_slice(), refused.remark.as_str()), (["AC04".to_owned()].as_slice(), "COMPTE CLOS"));
    }
    assert!(!pain002::is_report(&Input::from(data("sepa/examples/pain.001.001.09_december.xml"))));
}

#[test]
fn a_damaged_report_gives_what_came_before_and_says_so() {
    let whole = data("sepa/examples/pain.002.001.10_rejects.xml");
    for i in 1..40 {
        let (r, findings) = report(&whole[..whole.len() * i / 40]);
        assert!(!r.complete || !findings.is_empty(), "{i}");
        assert!(r.outcomes.len() <= 3);
    }
    let text = String::from_utf8(whole).expect("UTF-8");
    let (_, findings) = report(text.replace("<Document", "<!DOCTYPE x [<!ENTITY a \"b\">]><Document").as_bytes());
    assert_eq!(codes(&findings), ["R23"]);
    let (_, findings) = report(text.replace("COMPTE CLOS", "&a;").as_bytes());
    assert_eq!(codes(&findings), ["R67"]);
    let deep = format!("<Document>{}", "<CstmrPmtStsRpt>".repeat(1000));
    assert_eq!(codes(&report(deep.as_bytes()).1), ["R67"]);
    assert_eq!(codes(&report(b"<Document><CstmrPmtStsRpt/></Document>").1), ["R66"]);
}

const STAFF: &str = "Matricule;Nom;Prénom;Date de naissance;Statut;Grade;Indice majoré;Quotité;IBAN\n\
    0001;LEFEVRE;ANAIS;04/05/1981;Titulaire;Adjoint administratif;400;100 %;FR1420041010050500013M02606\n\
    0002;MULLER;GAEL;06/07/1982;Titulaire;Adjoint technique;402;100 %;FR7616958000010009988776609\n\
    0003;LE GOFF;CHLOE;08/09/1983;Titulaire;Adjoint technique;404;100 %;FR7610278060000002012345688\n\
    0005;OBRIEN;SEAN;10/11/1984;Titulaire;Adjoint technique;406;100 %;FR7617515900000001234567889\n";

#[test]
fn whoever_was_rejected_is_named_and_must_be_paid_again() {
    let sent = data("sepa/examples/pain.001.001.09_december.xml");
    for version in ["03", "10"] {
        let status = data(&format!("sepa/examples/pain.002.001.{version}_rejects.xml"));
        let outcome =
            run("rejected", &job("2027-01"), &[("agents.csv", STAFF.as_bytes()), ("statut.xml", &status), ("virements.xml", &sent)]);
        let told: Vec<&Finding> = outcome.findings.iter().filter(|f| f.code == "F15").collect();
        assert_eq!(told.len(), 1, "{:?}", codes(&outcome.findings));
        assert_eq!((told[0].severity, told[0].employee.as_ref().map(ToString::to_string).as_deref()), (Severity::Blocking, Some("0003")));
        assert_eq!(told[0].places.len(), 2);
        // The amount of that transfer in the example.
        let text = String::from_utf8_lossy(&sent);
        let at = text.find("PAYE-2026-12-0003").expect("the transfer");
        let amount = text[at..].split("Ccy=\"EUR\">").nth(1).and_then(|t| t.split('<').next()).expect("an amount");
        assert_eq!(told[0].stake, amount.replace('.', "").parse::<i64>().expect("cents"));
        assert!(told[0].args.iter().any(|a| a.1 == "AC04, COMPTE CLOS"));
        assert!(!outcome.findings.iter().any(|f| f.code == "F16" || f.code == "F17"));
    }
}

#[test]
fn a_batch_or_a_file_refused_as_a_whole_names_everybody_in_it() {
    let sent = data("sepa/examples/pain.001.001.09_december.xml");
    let status = String::from_utf8(data("sepa/examples/pain.002.001.10_rejects.xml")).expect("UTF-8");
    let named = |name: &str, status: &str| {
        let inbox = [("agents.csv", STAFF.as_bytes()), ("statut.xml", status.as_bytes()), ("virements.xml", sent.as_slice())];
        let outcome = run(name, &job("2027-01"), &inbox);
        let of = |code: &str| outcome.findings.iter().filter(|f| f.code == code).count();
        (of("F15"), of("F16"), of("F17"))
    };
    assert_eq!(named("rejected-batch", &status.replace("<PmtInfSts>PART", "<PmtInfSts>RJCT")), (4, 0, 0));
    assert_eq!(named("rejected-file", &status.replace("<GrpSts>PART", "<GrpSts>RJCT")), (4, 0, 0));
    // A transfer nobody sent, and a file that is not there.
    assert_eq!(named("rejected-unknown", &status.replace("PAYE-2026-12-0003", "PAYE-2026-12-0999")), (0, 1, 0));
    assert_eq!(named("rejected-absent", &status.replace("<OrgnlMsgId>PAYE-2026-12<", "<OrgnlMsgId>AUTRE<")), (0, 0, 1));
}
