//! The tabular readers on whole files: those of the sample town, awkward workbooks made here, and damaged copies of both.

use releve::ground::{Checked, Finding, Lang, Place, Sources, words};
use releve::read::{Cell, DecimalMark, Encoding, FileKind, Input, Limits, MergedArea, OwnedRow, Table, kind, open};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use std::io::{Cursor, Read, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

fn inbox(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/montreval/inbox").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn read_bytes(bytes: Vec<u8>, name: &str) -> Checked<Vec<Table>> {
    open(&Input::from(bytes), name, &mut Sources::default(), &Limits::default(), None)
}

fn read_sample(name: &str) -> Checked<Vec<Table>> {
    read_bytes(inbox(name), name)
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

fn shown(row: &OwnedRow) -> Vec<String> {
    row.cells.iter().map(|c| c.shown().into_owned()).collect()
}

fn row(table: &Table, number: u32) -> OwnedRow {
    table.sample(usize::MAX).into_iter().find(|r| r.number == number).unwrap_or_else(|| panic!("no row {number}"))
}

// The sample town. What is expected was read off the files in a spreadsheet program.

#[test]
fn reads_the_staff_file_with_its_invisible_row() {
    let checked = read_sample("agents.xlsx");
    let names: Vec<_> = checked.value.iter().map(|t| t.sheet.clone().unwrap_or_default()).collect();
    assert_eq!(names, ["Titulaires-stagiaires", "Contractuels"]);
    let staff = &checked.value[0];
    assert_eq!(shown(&row(staff, 1))[0], "Fichier du personnel - Titulaires-stagiaires - situation au 30/11/2021");
    assert_eq!(shown(&row(staff, 4))[..6], ["Mat.", "Nom", "Nom d'usage", "Prénom", "Né(e) le", "N° Sécu"]);
    let hidden: Vec<u32> = staff.sample(usize::MAX).iter().filter(|r| r.hidden).map(|r| r.number).collect();
    assert_eq!(hidden, [18]);
    assert!(shown(&row(staff, 18))[0].ends_with("1372"), "the agent of the invisible row is 01372");
    assert_eq!(
        staff.merged(),
        [(0, 8), (9, 19), (21, 30), (31, 32)].map(|(first_column, last_column)| MergedArea {
            first_row: 3,
            last_row: 3,
            first_column,
            last_column
        })
    );
    assert_eq!(codes(&checked.findings), ["R07"]);
    assert_eq!(
        checked.findings[0].places,
        [Place::Cell { file: "agents.xlsx".into(), sheet: "Titulaires-stagiaires".into(), row: 18, column: None, heading: None }]
    );
}

#[test]
fn keeps_dates_numbers_and_texts_of_the_staff_file_apart() {
    let checked = read_sample("agents.xlsx");
    let rows = checked.value[0].sample(usize::MAX);
    let column = |c: usize| rows.iter().filter(|r| r.number > 4).filter_map(move |r| r.cells.get(c));
    assert!(column(4).any(|c| matches!(c, Cell::Date(_))), "birth dates as dates");
    assert!(column(4).any(|c| matches!(c, Cell::Text(_))), "birth dates as text");
    assert!(column(5).any(|c| matches!(c, Cell::Number(_)) && matches!(c.shown().len(), 13 | 15)), "identity numbers as numbers");
    for cell in column(5).filter(|c| matches!(c, Cell::Number(_))) {
        assert!(cell.shown().bytes().all(|b| b.is_ascii_digit()), "{}", cell.shown());
    }
}

#[test]
fn reads_the_register_in_its_encoding() {
    let checked = read_sample("livre-de-paie-2021-11.csv");
    let [register] = checked.value.as_slice() else { panic!("one table") };
    let dialect = register.dialect().expect("a text file");
    assert_eq!(
        (dialect.encoding, dialect.separator, dialect.columns, dialect.decimal),
        (Encoding::Windows1252, ';', 11, Some(DecimalMark::Comma))
    );
    assert_eq!(dialect.shown(Lang::Fr), "windows-1252, séparateur « ; », virgule décimale");
    let rows = register.sample(5);
    assert_eq!(rows[2].cells[0].shown(), "Tous budgets - Tous services - Montants en €");
    assert_eq!(shown(&rows[4])[..6], ["00225", "AGUILAR", "Loïc", "0010", "TRAITEMENT BRUT", "1\u{a0}836,92"]);
    assert_eq!(codes(&checked.findings), ["R15"]);
    // Every line of the file is a row, and the last has the number of the last line.
    let lines = inbox("livre-de-paie-2021-11.csv").iter().filter(|b| **b == b'\n').count();
    let (mut count, mut last) = (0, 0);
    let findings = register.for_each_record(&mut |record| {
        count += 1;
        last = record.number;
        ControlFlow::Continue(())
    });
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(last as usize, lines);
    assert!(count <= lines && register.row_count_hint().abs_diff(lines as u64) < lines as u64 / 5);
}

#[test]
fn reads_the_other_files_of_the_town() {
    let cia = read_sample("cia-decembre.csv");
    assert_eq!(cia.value[0].dialect().map(|d| (d.encoding, d.columns)), Some((Encoding::Utf8, 5)));
    assert_eq!(shown(&cia.value[0].sample(2)[1]), ["00102", "ARNOUX", "Jean-Noël", "200,00", "2021-600"]);
    let rib = read_sample("changements-rib.csv");
    assert_eq!(rib.value[0].sample(9).len(), 4);
    let overtime = read_sample("heures-sup-decembre.ods");
    assert_eq!(overtime.value[0].sheet.as_deref(), Some("Décembre"));
    assert_eq!(shown(&row(&overtime.value[0], 4))[..6], ["00207", "POIREL", "Mathieu", "CTM - Espaces verts", "S47-S48", "9"]);
    assert!(matches!(row(&overtime.value[0], 4).cells[5], Cell::Number(_)));
    let absences = read_sample("absences-decembre.xls");
    assert_eq!(absences.value.len(), 1);
    assert!(absences.value[0].sample(99).len() > 3);
    let moves = read_sample("mouvements-decembre.xlsx");
    assert!(moves.value.len() > 1);
    for checked in [cia, rib, overtime, absences, moves] {
        assert_eq!(codes(&checked.findings), [] as [&str; 0]);
    }
}

#[test]
fn leaves_xml_to_its_own_reader() {
    let input = Input::from(inbox("virements-2021-11.xml"));
    assert_eq!(kind(&input, &Limits::default()).expect("memory does not fail"), FileKind::Xml);
    let checked = read_sample("virements-2021-11.xml");
    assert!(checked.value.is_empty());
    assert_eq!(checked.findings[0].message(Lang::Fr), "c'est un document XML, pas un tableau : rien n'y est lu");
}

// Awkward workbooks.

#[test]
fn reads_an_awkward_xlsx() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Été").expect("a valid name");
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let duration = Format::new().set_num_format("[h]:mm");
    // The first used cell is C5: rows and columns still count from A1.
    sheet.write(4, 2, 185_059_999_912_345_f64).expect("in the sheet");
    sheet.write(4, 3, 2184.37).expect("in the sheet");
    sheet.write(4, 4, "1\u{202f}234,56\u{a0}").expect("in the sheet");
    sheet.write_with_format(5, 2, ExcelDateTime::from_ymd(2021, 12, 3).expect("a day"), &date).expect("in the sheet");
    sheet.write_with_format(5, 3, 1.5, &duration).expect("in the sheet");
    sheet.write(5, 4, true).expect("in the sheet");
    sheet.write(6, 2, Formula::new("=D5*2")).expect("in the sheet");
    sheet.write(6, 3, Formula::new("=D5*2").set_result("4368.74")).expect("in the sheet");
    sheet.write(6, 4, Formula::new("=NA()").set_result("#N/A")).expect("in the sheet");
    sheet.write(7, 2, 1.234_567_890_123_456_7e17).expect("in the sheet");
    sheet.merge_range(0, 2, 1, 5, "", &Format::new()).expect("in the sheet");
    sheet.set_row_hidden(5).expect("in the sheet");
    let hidden = workbook.add_worksheet().set_name("Cachée").expect("a valid name");
    hidden.set_hidden(true).write(0, 0, "x").expect("in the sheet");
    workbook.add_worksheet().set_name("Vide").expect("a valid name");
    let checked = read_bytes(workbook.save_to_buffer().expect("memory does not fail"), "f.xlsx");

    let [table, other] = checked.value.as_slice() else { panic!("the empty sheet is left out") };
    assert!(!table.hidden && other.hidden);
    let five = row(table, 5);
    assert_eq!(shown(&five), ["", "", "185059999912345", "2184.37", "1\u{202f}234,56"]);
    assert!(matches!(&five.cells[4], Cell::Text(t) if t.ends_with('\u{a0}')), "text stays as it was typed");
    assert_eq!(shown(&row(table, 6)), ["", "", "03/12/2021", "36:00", "oui"]);
    assert!(row(table, 6).hidden && !five.hidden);
    let seven = row(table, 7);
    assert_eq!(seven.cells[2], Cell::Broken("=D5*2".into()));
    assert_eq!(seven.cells[3].shown(), "4368.74");
    assert_eq!(seven.cells[4], Cell::Broken("#N/A".into()));
    assert_eq!(table.merged(), [MergedArea { first_row: 1, last_row: 2, first_column: 2, last_column: 5 }]);
    assert_eq!(codes(&checked.findings), ["R07", "R09", "R10", "R18", "R08"]);
    let never = checked.findings.iter().find(|f| f.code == "R09").expect("listed above");
    assert_eq!(never.places[0].to_string(), "f.xlsx, « Été », C7");
    // The same rows as text.
    let mut records = Vec::new();
    table.for_each_record(&mut |record| {
        records.push((record.number, record.field(3).to_owned(), record.field(99).to_owned()));
        ControlFlow::Continue(())
    });
    assert_eq!(records[0], (5, "2184.37".to_owned(), String::new()));
}

/// Replaces one part of a zipped workbook.
fn with_part(bytes: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..from.len() {
        let mut part = from.by_index(i).expect("a part");
        let part_name = part.name().expect("a name").into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("sound");
        if part_name == name {
            content = change(String::from_utf8(content).expect("XML is UTF-8")).into_bytes();
        }
        to.start_file(part_name, zip::write::SimpleFileOptions::default()).expect("memory does not fail");
        to.write_all(&content).expect("memory does not fail");
    }
    to.finish().expect("memory does not fail").into_inner()
}

#[test]
fn reads_dates_of_the_1904_system() {
    let mut workbook = Workbook::new();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    workbook.add_worksheet().write_with_format(0, 0, 43071, &date).expect("in the sheet");
    let bytes = workbook.save_to_buffer().expect("memory does not fail");
    let bytes = with_part(&bytes, "xl/workbook.xml", |xml| xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" "));
    // 43071 days after 1 January 1904.
    assert_eq!(read_bytes(bytes, "f.xlsx").value[0].sample(1)[0].cells[0].shown(), "03/12/2021");
}

#[test]
fn refuses_what_a_sound_workbook_never_holds() {
    let bytes = inbox("agents.xlsx");
    let sheet = "xl/worksheets/sheet1.xml";
    let cases: [(&str, &str, Vec<u8>); 4] = [
        ("R04", "an entity", with_part(&bytes, sheet, |x| format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{x}"))),
        ("R04", "an unclosed sheet", with_part(&bytes, sheet, |x| x.replace("</sheetData>", ""))),
        (
            "R05",
            "elements nested 100 times",
            with_part(&bytes, sheet, |x| x.replace("</sheetData>", &format!("</sheetData>{}{}", "<a>".repeat(100), "</a>".repeat(100)))),
        ),
        ("R05", "a part that grows a thousand times", with_part(&bytes, sheet, |x| format!("{x}{}", " ".repeat(60 << 20)))),
    ];
    for (code, what, bytes) in cases {
        let checked = read_bytes(bytes, "f.xlsx");
        assert_eq!(codes(&checked.findings), [code], "{what}");
        assert!(checked.value.is_empty());
    }
}

#[test]
fn says_what_other_files_are() {
    let cases: [(&str, Vec<u8>); 5] = [
        ("R01", Vec::new()),
        ("R02", b"%PDF-1.4 ...".to_vec()),
        ("R02", [b"PK\x05\x06".to_vec(), vec![0; 18]].concat()),
        ("R17", (0..2000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8).collect()),
        ("R04", [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), vec![0; 600]].concat()),
    ];
    for (code, bytes) in cases {
        let checked = read_bytes(bytes, "export.xls");
        assert_eq!(codes(&checked.findings), [code]);
        assert_eq!(checked.findings[0].places, [Place::File { file: "export.xls".into() }]);
    }
}

/// The smallest compound file: a header, its allocation table, and a directory of a root and one stream.
fn compound(stream: &str) -> Vec<u8> {
    let mut file = vec![0_u8; 512 * 3];
    file[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    file[30] = 9;
    file[32] = 6;
    file[48] = 1;
    file[68..72].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
    file[76..512].fill(0xFF);
    file[76..80].fill(0);
    file[512..1024].fill(0xFF);
    file[516..520].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
    for (entry, name) in ["Root Entry", stream].into_iter().enumerate() {
        for (i, unit) in name.encode_utf16().enumerate() {
            let at = 1024 + 128 * entry + 2 * i;
            file[at..at + 2].copy_from_slice(&unit.to_le_bytes());
        }
    }
    file
}

#[test]
fn says_that_a_workbook_is_locked_or_brings_macros() {
    let locked = read_bytes(compound("EncryptedPackage"), "agents.xlsx");
    assert_eq!(codes(&locked.findings), ["R03"]);
    assert_eq!(locked.findings[0].message(Lang::En), "the workbook is behind a password: nothing is read from it");
    assert_eq!(codes(&read_bytes(compound("WordDocument"), "note.doc").findings), ["R02"]);

    let mut zip = zip::ZipWriter::new_append(Cursor::new(inbox("mouvements-decembre.xlsx"))).expect("a zip");
    zip.start_file("xl/vbaProject.bin", zip::write::SimpleFileOptions::default()).expect("memory does not fail");
    let macros = read_bytes(zip.finish().expect("memory does not fail").into_inner(), "mouvements.xlsm");
    assert_eq!(codes(&macros.findings), ["R06"]);
    assert!(!macros.value.is_empty());
}

#[test]
fn a_missing_file_is_a_finding() {
    let input = Input::from(PathBuf::from("no/such/file.csv"));
    let checked = open(&input, "file.csv", &mut Sources::default(), &Limits::default(), None);
    assert_eq!(codes(&checked.findings), ["R04"]);
}

#[test]
fn every_code_has_its_words_in_both_languages() {
    for n in 1..=19 {
        let code = format!("R{n:02}");
        assert!(words::known(&code), "{code}");
        for lang in [Lang::Fr, Lang::En] {
            assert!(!words::sentence(&code, lang).is_empty());
        }
    }
}

// Damage. A file may lose its end or change a few bytes; what comes back is rows or a finding, never a panic.

/// A fixed sequence of numbers that look random.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

fn survives(bytes: Vec<u8>, name: &str, what: &str) {
    let checked = read_bytes(bytes, name);
    let mut rows = 0_usize;
    let mut findings = checked.findings.len();
    for table in &checked.value {
        findings += table
            .for_each(&mut |row| {
                rows += usize::from(!row.cells.is_empty());
                ControlFlow::Continue(())
            })
            .len();
    }
    assert!(rows > 0 || findings > 0, "{name}, {what}: neither rows nor a finding");
}

#[test]
fn no_damage_is_silent_or_fatal() {
    for name in [
        "agents.xlsx",
        "mouvements-decembre.xlsx",
        "absences-decembre.xls",
        "heures-sup-decembre.ods",
        "livre-de-paie-2021-11.csv",
        "cia-decembre.csv",
    ] {
        let sound = inbox(name);
        for cut in 0..20 {
            let end = sound.len() * cut / 20;
            survives(sound[..end].to_vec(), name, &format!("cut at byte {end}"));
        }
        let mut dice = Dice(20_211_203);
        for round in 0..60 {
            let mut bytes = sound.clone();
            for _ in 0..=round / 10 {
                let at = dice.roll(bytes.len());
                bytes[at] ^= 1 << dice.roll(8);
            }
            survives(bytes, name, &format!("round {round} of flipped bits"));
        }
    }
}

/// Flips bits inside the XML, where the checksum of the zip does not protect it.
#[test]
fn damaged_xml_is_neither_silent_nor_fatal() {
    for (name, part) in [
        ("agents.xlsx", "xl/worksheets/sheet1.xml"),
        ("agents.xlsx", "xl/workbook.xml"),
        ("agents.xlsx", "xl/styles.xml"),
        ("agents.xlsx", "xl/_rels/workbook.xml.rels"),
        ("heures-sup-decembre.ods", "content.xml"),
    ] {
        let sound = inbox(name);
        let mut dice = Dice(1904);
        for round in 0..30 {
            let (at, letter) = (dice.roll(1 << 30), ['0', '9', '-', '"', '<', 'z', ' '][dice.roll(7)]);
            let bytes = with_part(&sound, part, |xml| {
                let mut letters: Vec<char> = xml.chars().collect();
                let at = at % letters.len();
                letters[at] = letter;
                letters.into_iter().collect()
            });
            survives(bytes, name, &format!("{part}, round {round}"));
        }
    }
}
