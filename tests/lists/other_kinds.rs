//! The same list of hours under every kind of file that offices write: it is read as the text file is, and what cannot be
//! read stops nobody else.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent, Ran, sample};
use releve::ground::Severity;
use std::io::{Cursor, Write};

const HOURS: &str = "heures-sup-decembre.ods";
const ROWS: [[&str; 5]; 3] = [
    ["Matricule", "Nom", "Prénom", "HS jour - 14 premières", "HS nuit"],
    ["00225", "AGUILAR", "Loïc", "8", "2"],
    ["00715", "KELLER", "Édith", "3", ""],
];

fn csv() -> String {
    ROWS.map(|r| r.join(";") + "\n").concat()
}

/// Each row between two texts, each cell between two others.
fn marked(row: [&str; 2], cell: [&str; 2]) -> String {
    let line = |r: [&str; 5]| format!("{}{}{}", row[0], r.map(|c| format!("{}{c}{}", cell[0], cell[1])).concat(), row[1]);
    ROWS.map(line).concat()
}

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in parts {
        zip.start_file(*name, stored).expect("memory does not fail");
        zip.write_all(text.as_bytes()).expect("memory does not fail");
    }
    zip.finish().expect("memory does not fail").into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    zipped(&[("word/document.xml", &format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>"))])
}

fn html() -> String {
    format!("<html><body><h2>Heures suppl&eacute;mentaires</h2><table>{}</table>", marked(["<tr>", "</tr>"], ["<td>", "</td>"]))
}

fn kinds() -> Vec<(&'static str, Vec<u8>)> {
    let table = marked(["<w:tr>", "</w:tr>"], ["<w:tc><w:p><w:r><w:t>", "</w:t></w:r></w:p></w:tc>"]);
    let word = docx(&format!("<w:p><w:r><w:t>Heures supplémentaires</w:t></w:r></w:p><w:tbl>{table}</w:tbl>"));
    let table = marked(["<table:table-row>", "</table:table-row>"], ["<table:table-cell><text:p>", "</text:p></table:table-cell>"]);
    let text = format!(
        "<o:body xmlns:table=\"t\" xmlns:text=\"x\"><text:p>Heures supplémentaires</text:p><table:table>{table}</table:table></o:body>"
    );
    let odt = zipped(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &text)]);
    let old = format!(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"Heures\"><Table>{}</Table></Worksheet></Workbook>",
        marked(["<Row>", "</Row>"], ["<Cell><Data ss:Type=\"String\">", "</Data></Cell>"])
    );
    let attached = format!(
        "From: ctm@ville.invalid\nSubject: Heures\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nBonjour, ci-joint les heures.\n--b\nContent-Type: text/csv; name=\"heures.csv\"\nContent-Disposition: attachment; filename=\"heures.csv\"\n\n{}--b--\n",
        csv()
    );
    let within = format!("From: ctm@ville.invalid\nDate: x\nSubject: Heures\nContent-Type: text/html; charset=utf-8\n\n{}", html());
    vec![
        ("heures.xls", html().into_bytes()),
        ("extraction.xls", old.into_bytes()),
        ("heures.docx", word),
        ("heures.odt", odt),
        ("heures.eml", attached.into_bytes()),
        ("heures en page.eml", within.into_bytes()),
    ]
}

fn net(r: &Ran, agent: &str) -> String {
    r.rows("payslips.csv").into_iter().find(|row| row["employee"] == agent).map(|row| row["net_paid"].clone()).expect("a payslip")
}

#[test]
fn a_list_is_the_same_whatever_the_file_is() {
    let plain = sample("other_kinds", "csv", &[HOURS], &[("heures.csv", csv())]);
    for (file, bytes) in kinds() {
        let r = sample("other_kinds", file, &[HOURS], &[(file, bytes)]);
        for agent in ["00225", "00715"] {
            assert_eq!(net(&r, agent), net(&plain, agent), "{file}");
            assert!(!r.waits(agent), "{file}: {agent}");
        }
        assert!(r.told("IMP-01", "").is_empty(), "{file}");
    }
}

#[test]
fn a_note_and_what_other_programs_alone_read_stop_nobody() {
    let note = docx("<w:p><w:r><w:t>Note de service : la mairie est fermée le lundi</w:t></w:r></w:p>");
    let mail = "Received: x\nFrom: dgs@ville.invalid\nSubject: Fermeture\n\nLa mairie est fermée.\n".as_bytes().to_vec();
    let files: [(&str, Vec<u8>); 4] = [
        ("note.docx", note),
        ("avis.eml", mail),
        ("classeur.xlsb", zipped(&[("xl/workbook.bin", "")])),
        ("diapos.pptx", zipped(&[("ppt/presentation.xml", "")])),
    ];
    for (file, bytes) in files {
        let r = sample("other_kinds", file, &[], &[(file, bytes)]);
        assert!(!r.told("IMP-01", "").contains(&Severity::Blocking), "{file}");
        assert!(!r.rows("transfers.csv").is_empty(), "{file}: everybody else is paid");
    }
}

#[test]
fn whoever_a_document_names_in_words_waits_for_it() {
    let text = "<w:p><w:r><w:t>Bonjour, AGUILAR Loïc a fait 8 h en décembre.</w:t></w:r></w:p>";
    let r = sample("other_kinds", "named", &[], &[("mail.docx", docx(text))]);
    assert_eq!(r.told("M95", "00225"), [Severity::Blocking]);
    assert!(r.waits("00225") && !r.waits("00715"));
}

#[test]
fn what_is_struck_through_in_a_document_is_not_paid() {
    let row = |cells: [&str; 4]| {
        let cell = |c: &str| format!("<w:tc><w:p><w:r>{c}</w:r></w:p></w:tc>");
        format!("<w:tr>{}</w:tr>", cells.map(cell).concat())
    };
    let t = |c: &str| format!("<w:t>{c}</w:t>");
    let titles = row(["Matricule", "Nom", "Prénom", "Montant CIA (€)"].map(t).each_ref().map(String::as_str));
    let struck = row([&t("00225"), &t("AGUILAR"), &t("Loïc"), "<w:rPr><w:strike/></w:rPr><w:t>300,00</w:t>"]);
    let other = row(["00715", "KELLER", "Édith", "200,00"].map(t).each_ref().map(String::as_str));
    let r = sample(
        "other_kinds",
        "struck",
        &["cia-decembre.csv"],
        &[("primes.docx", docx(&format!("<w:tbl>{titles}{struck}{other}</w:tbl>")))],
    );
    assert_eq!(r.told("M201", "00225"), [Severity::Blocking]);
    assert!(r.waits("00225") && !r.waits("00715"));
}

// Cut behind the first agent: what is there is not all, and nobody is paid on half a list.
#[test]
fn a_copy_that_was_interrupted_is_told() {
    for (file, bytes) in kinds() {
        let at = String::from_utf8_lossy(&bytes).find("AGUILAR").expect("the first agent") + 20;
        let r = sample("lists-other-kinds", &format!("cut {file}"), &[HOURS], &[(file, bytes[..at].to_vec())]);
        let told = ["R60", "R04"].iter().any(|code| r.told(code, "").contains(&Severity::Blocking));
        assert!(told && !r.outcome.held.is_empty(), "{file}: no file for the bank before somebody has looked");
    }
}
