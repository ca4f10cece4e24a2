//! The sample's November as other programs would have written it: a pay statement, a declaration. Everybody is invented.

#![allow(dead_code, reason = "each test takes what it needs")]

pub mod dsn;
pub mod months;
#[path = "../ran/mod.rs"]
pub mod ran;
pub mod xhl;

use releve::read::{Input, Limits, Table};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub type Row = BTreeMap<String, String>;

pub fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let headers = reader.headers().expect("a header").clone();
    reader.records().map(|r| headers.iter().map(str::to_owned).zip(r.expect("a row").iter().map(str::to_owned)).collect()).collect()
}

pub fn expected(name: &str) -> Vec<Row> {
    rows(&Path::new("samples/montreval/expected").join(name))
}

pub fn cents(text: &str) -> i64 {
    if text.is_empty() {
        return 0;
    }
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |t| (-1, t));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    sign * (whole.parse::<i64>().expect("euros") * 100 + format!("{part:0<2}").parse::<i64>().expect("cents"))
}

pub fn shown(cents: i64) -> String {
    format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
}

/// The sample's staff file by number, five digits wide, its columns by title.
pub fn staff() -> BTreeMap<String, Row> {
    let mut sources = releve::ground::Sources::default();
    let input = Input::from(PathBuf::from("samples/montreval/inbox/agents.xlsx"));
    let tables: Vec<Table> = releve::read::open(&input, "agents.xlsx", &mut sources, &Limits::default(), None).value;
    let mut out = BTreeMap::new();
    for table in tables {
        let mut titles: Vec<String> = Vec::new();
        let _ = table.for_each(&mut |row| {
            let cells: Vec<String> = row.cells.iter().map(|c| c.shown().to_string()).collect();
            if cells.first().is_some_and(|c| c == "Mat.") {
                titles = cells;
            } else if !titles.is_empty() && cells.first().is_some_and(|c| c.parse::<u32>().is_ok()) {
                out.insert(format!("{:0>5}", cells[0]), titles.iter().cloned().zip(cells).collect());
            }
            std::ops::ControlFlow::Continue(())
        });
    }
    out
}
