use super::*;
use crate::ground::{EmployeeId, Money};
use crate::write::report::sample;
use calamine::{Data, Range, Reader, Xlsx};
use std::io::Cursor;

/// A workbook read back: what a viewer without recalculation shows.
struct Read {
    book: Xlsx<Cursor<Vec<u8>>>,
}

impl Read {
    fn of(report: &Report) -> Self {
        Self::with(report, &Options::default())
    }
    fn with(report: &Report, options: &Options<'_>) -> Self {
        let bytes = workbook(report, options).expect("a workbook");
        Self { book: Xlsx::new(Cursor::new(bytes)).expect("a workbook that can be read") }
    }
    fn sheet(&mut self, name: &str) -> Range<Data> {
        self.book.worksheet_range(name).unwrap_or_else(|e| panic!("sheet {name}: {e}"))
    }
    fn formulas(&mut self, name: &str) -> Vec<String> {
        let range = self.book.worksheet_formula(name).expect("a sheet");
        range.used_cells().map(|(_, _, f)| f.clone()).collect()
    }
}

fn cents(cell: Option<&Data>) -> i64 {
    match cell {
        Some(Data::Float(f)) => rust_decimal::Decimal::try_from(*f)
            .ok()
            .and_then(|d| i64::try_from((d * rust_decimal::Decimal::from(100)).round()).ok())
            .expect("an amount"),
        Some(Data::Int(i)) => i * 100,
        Some(Data::Empty) | None => 0,
        Some(other) => panic!("not a number: {other:?}"),
    }
}

fn text(cell: Option<&Data>) -> &str {
    match cell {
        Some(Data::String(s)) => s,
        other => panic!("not a text: {other:?}"),
    }
}

/// Column of a heading, from 0.
fn column(sheet: &Range<Data>, head: &str) -> u32 {
    (0..40).find(|&c| matches!(sheet.get_value((3, c)), Some(Data::String(s)) if s == head)).unwrap_or_else(|| panic!("no column {head}"))
}

fn sum(sheet: &Range<Data>, column: u32, rows: usize) -> i64 {
    (0..u32::try_from(rows).expect("few rows")).map(|i| cents(sheet.get_value((4 + i, column)))).sum()
}

/// Value of the row of the summary that begins with this label.
fn labelled<'s>(sheet: &'s Range<Data>, label: &str, column: u32) -> Option<&'s Data> {
    let row = (0..120).find(|&r| matches!(sheet.get_value((r, 0)), Some(Data::String(s)) if s == label));
    sheet.get_value((row.unwrap_or_else(|| panic!("no row {label}")), column))
}

#[test]
fn totals_show_the_sums_of_their_columns_before_any_recalculation() {
    let report = sample::town();
    let mut read = Read::of(&report);
    for (name, heads, rows) in [
        (
            "Par agent",
            ["Net novembre", "Net décembre", "Écart", "Brut novembre", "Coût employeur décembre"].as_slice(),
            report.agents.len(),
        ),
        ("Par rubrique", ["Montant novembre", "Montant décembre", "Écart", "Expliqué", "Inexpliqué"].as_slice(), 15),
        ("Causes", ["Écart brut", "Écart net", "Écart charges employeur"].as_slice(), 13),
        ("Détail", ["Écart net", "Écart charges employeur"].as_slice(), report.changes.len()),
        ("Arrivées et départs", ["Net novembre", "Net décembre", "Écart"].as_slice(), report.movements.len()),
        ("Exclus", ["Net décembre"].as_slice(), report.set_aside.len()),
    ] {
        let sheet = read.sheet(name);
        for head in heads {
            let c = column(&sheet, head);
            assert_eq!(cents(sheet.get_value((2, c))), sum(&sheet, c, rows), "{name}, {head}");
        }
    }
}

#[test]
fn the_summary_shows_the_totals_of_the_agents() {
    let report = sample::town();
    let sheet = Read::of(&report).sheet("Synthèse");
    for (label, before, after) in [
        ("Net à payer", report.totals_before.net_paid, report.totals_after.net_paid),
        ("Rémunération brute", report.totals_before.gross, report.totals_after.gross),
        ("Coût employeur", report.totals_before.employer_cost, report.totals_after.employer_cost),
    ] {
        assert_eq!(cents(labelled(&sheet, label, 1)), before.cents(), "{label}");
        assert_eq!(cents(labelled(&sheet, label, 2)), after.cents(), "{label}");
        assert_eq!(cents(labelled(&sheet, label, 3)), (after - before).cents(), "{label}");
    }
    assert_eq!(cents(labelled(&sheet, "= à virer", 1)), report.transfers.total.cents());
}

fn verdicts(sheet: &Range<Data>) -> Vec<(String, String)> {
    let is_verdict = |c: &Data| matches!(c, Data::String(s) if s == "Conforme" || s == "À VOIR");
    (0..120)
        .filter(|&r| sheet.get_value((r, 2)).is_some_and(is_verdict))
        .map(|r| (text(sheet.get_value((r, 0))).to_owned(), text(sheet.get_value((r, 2))).to_owned()))
        .collect()
}

#[test]
fn every_check_is_zero_when_the_sums_agree() {
    let report = sample::town();
    let mut read = Read::of(&report);
    let sheet = read.sheet("Synthèse");
    let found = verdicts(&sheet);
    assert_eq!(found.len(), 10);
    for (label, verdict) in &found {
        assert_eq!(verdict, "Conforme", "{label}");
        assert_eq!(cents(labelled(&sheet, label, 1)), 0, "{label}");
    }
    let causes = read.sheet("Causes");
    let row = (0..60).find(|&r| matches!(causes.get_value((r, 1)), Some(Data::String(s)) if s == "Inexpliqué")).expect("a check");
    assert_eq!(cents(causes.get_value((row, 5))), 0);
}

#[test]
fn a_check_that_fails_says_by_how_much() {
    let mut report = sample::town();
    report.transfers.total += Money::from_cents(150);
    report.changes.pop();
    report.changes.retain(|c| c.cause != 12);
    let sheet = Read::of(&report).sheet("Synthèse");
    assert_eq!(cents(labelled(&sheet, "Nets à virer − fichier de virement", 1)), -150);
    let failed: Vec<String> = verdicts(&sheet).into_iter().filter(|(_, v)| v == "À VOIR").map(|(label, _)| label).collect();
    assert_eq!(failed, ["Écart de net − somme des causes", "Nets à virer − fichier de virement"]);
}

#[test]
fn text_stays_text_whatever_it_begins_with() {
    let mut report = sample::town();
    report.agents[30].employee = EmployeeId::parse("00042").expect("an id");
    let hostile = ["=HYPERLINK(\"http://x\")", "+33 1", "-2+3", "@SUM(A1)", "\t=1", "00042"];
    for (agent, name) in report.agents.iter_mut().zip(hostile) {
        name.clone_into(&mut agent.name);
        name.clone_into(&mut agent.reason);
        name.clone_into(&mut agent.service);
    }
    let mut read = Read::of(&report);
    let sheet = read.sheet("Par agent");
    let column_of = |c: u32| -> Vec<String> { (4..95).map(|r| text(sheet.get_value((r, c))).to_owned()).collect() };
    for name in hostile {
        assert!(column_of(2).iter().any(|n| n == name), "{name} as a name");
        assert!(column_of(3).iter().any(|n| n == name), "{name} as a department");
    }
    assert!(column_of(0).iter().any(|id| id == "00042"), "a matricule keeps its zeros");
    for name in ["Par agent", "Par service", "Détail"] {
        assert!(read.formulas(name).iter().all(|f| !f.contains("HYPERLINK") && !f.contains("SUM(A1)")), "{name}");
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    let make = |options: &Options<'_>| workbook(&sample::town(), options).expect("a workbook");
    assert!(make(&Options::default()) == make(&Options::default()));
    let dir = std::env::temp_dir();
    let long = Options { tempdir: Some(&dir), rows_in_memory: 10, ..Options::default() };
    assert!(make(&long) == make(&long));
}

#[test]
fn sheets_written_through_a_file_hold_the_same_cells() {
    let report = sample::town();
    let dir = std::env::temp_dir();
    let mut long = Read::with(&report, &Options { tempdir: Some(&dir), rows_in_memory: 10, ..Options::default() });
    let mut short = Read::of(&report);
    for name in ["Synthèse", "Par agent", "Par rubrique", "Causes", "Détail", "Sources"] {
        let (a, b) = (long.sheet(name), short.sheet(name));
        // Leading blank rows and columns may be dropped by the reader: compare cell by cell.
        let cells = |r: &Range<Data>| -> Vec<(usize, usize, String)> {
            let start = r.start().unwrap_or_default();
            r.used_cells().map(|(y, x, v)| (y + start.0 as usize, x + start.1 as usize, v.to_string())).collect()
        };
        assert_eq!(cells(&a), cells(&b), "{name}");
    }
}

#[test]
fn a_full_sheet_says_so_and_its_totals_still_count_everything() {
    let report = sample::town();
    let mut read = Read::with(&report, &Options { rows_per_sheet: 44, ..Options::default() });
    let sheet = read.sheet("Par agent");
    assert!(text(sheet.get_value((1, 0))).starts_with("Feuille pleine : 52 lignes"));
    assert!(text(sheet.get_value((1, 0))).contains("diff.csv"));
    let net = column(&sheet, "Net décembre");
    assert_eq!(cents(sheet.get_value((2, net))), report.totals_after.net_paid.cents());
    assert!(matches!(sheet.get_value((43, 0)), None | Some(Data::Empty)), "the last row stays free");
    assert!(verdicts(&read.sheet("Synthèse")).iter().all(|(_, v)| v == "Conforme"));
}

#[test]
fn a_date_no_spreadsheet_knows_is_written_as_text() {
    let mut report = sample::town();
    report.movements[0].date = chrono::NaiveDate::from_ymd_opt(1021, 12, 1);
    let sheet = Read::of(&report).sheet("Arrivées et départs");
    assert_eq!(text(sheet.get_value((4, 4))), "1021-12-01");
}

#[test]
fn an_empty_report_is_a_workbook_too() {
    let mut report = sample::town();
    report.agents.clear();
    report.changes.clear();
    report.lines.clear();
    report.movements.clear();
    report.set_aside.clear();
    report.findings.clear();
    report.not_run.clear();
    report.replay = crate::write::report::Replay::default();
    let mut read = Read::of(&report);
    assert_eq!(text(read.sheet("Par agent").get_value((4, 0))), "Néant");
}

#[test]
fn english_workbooks_are_english() {
    let mut report = sample::town();
    report.lang = Lang::En;
    let read = Read::of(&report);
    let names = read.book.sheet_names();
    assert_eq!(names[..5], ["Summary", "By employee", "By department", "By line", "Causes"]);
}

/// Writes the report of the invented town into the folder named by `RELEVE_LOOK`, for people to look at.
#[test]
fn writes_the_sample_for_looking_at() {
    let Ok(dir) = std::env::var("RELEVE_LOOK") else { return };
    let bytes = workbook(&sample::town(), &Options::default()).expect("a workbook");
    std::fs::write(Path::new(&dir).join("diff.xlsx"), bytes).expect("a folder to write into");
}
