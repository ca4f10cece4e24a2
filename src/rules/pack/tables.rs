//! Brackets read from a CSV of the pack.

use super::Origin;
use super::read::Reader;
use super::said::number_kind;
use super::values::CERTAINTY;
use crate::ground::document::{Spot, Tab, suggestion};
use crate::ground::{Exact, Words, written};
use crate::rules::kinds::Unit;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::ops::Range;

/// Brackets read from a CSV of the pack.
#[derive(Clone, Debug)]
pub struct Table {
    pub id: String,
    pub label: Words,
    pub key: Unit,
    pub unit: Unit,
    pub at_payment: bool,
    pub cause: String,
    pub source: String,
    /// Columns that choose among tables, each with the setting that gives the value.
    pub wheres: Vec<(String, Spot)>,
    /// Day somebody last held it against its source.
    pub checked: Option<NaiveDate>,
    pub rows: Vec<TableRow>,
    pub origin: Origin,
}

#[derive(Clone, Debug)]
pub struct TableRow {
    pub from: NaiveDate,
    pub wheres: Vec<String>,
    pub lower: Exact,
    pub value: Exact,
}

impl<'r, 'f> Reader<'r, 'f, '_> {
    pub(super) fn table(&mut self, t: &Tab<'r, 'f>) {
        let Some(id) = self.id(t) else { return };
        let unit_of = |key: &'static str| {
            t.spot(key).and_then(|s| {
                let u = number_kind(&s.text).map(|k| k.1).or_else(|| Unit::parse(&s.text));
                if u.is_none() {
                    self.report.error("L08", t.file, &s.span, &[("unit", &s.text)]);
                }
                u
            })
        };
        let (key, unit) = (unit_of("key"), unit_of("kind"));
        if key.is_none() || unit.is_none() {
            self.pack.unread.insert(id.text.clone());
        }
        let (key, unit) = (key.unwrap_or(Unit::NONE), unit.unwrap_or(Unit::NONE));
        let wheres: Vec<(String, Spot)> =
            t.table("where").map(|w| w.pairs().into_iter().map(|(k, v)| (k.text, v)).collect()).unwrap_or_default();
        let columns = [t.need("from"), t.need("lower"), t.need("value")].map(|c| c.map(|c| c.text));
        let mut rows = Vec::new();
        if let Some(file) = t.need("file") {
            let folder = self.report.files[usize::from(t.file)].path.rsplit_once('/').map_or("", |p| p.0);
            let path = format!("{folder}/{}", file.text);
            match self.report.files.iter().position(|f| f.path == path) {
                None => {
                    let beside = self.report.files.iter().filter_map(|f| f.path.strip_prefix(folder)?.strip_prefix('/'));
                    let near = suggestion(&file.text, beside.filter(|n| n.ends_with(".csv"))).unwrap_or_default();
                    self.report.error("L30", t.file, &file.span, &[("file", &file.text), ("near", near)]);
                }
                Some(i) => {
                    if let [Some(from), Some(lower), Some(value)] = columns {
                        rows = self.table_rows(i as u16, &[from, lower, value], &wheres);
                    }
                }
            }
        }
        let table = Table {
            label: t.words("label").unwrap_or_else(|| Words::new(&id.text, "")),
            key,
            unit,
            at_payment: self.at_payment(t),
            cause: self.cause(t, "cause"),
            source: self.source(t),
            checked: t.date("checked"),
            wheres,
            rows,
            origin: Self::origin(t),
            id: id.text,
        };
        let _ = (t.text("note"), self.one_of(t, "certainty", &CERTAINTY));
        t.close();
        self.pack.tables.push(table);
    }

    fn table_rows(&self, file: u16, columns: &[String; 3], wheres: &[(String, Spot)]) -> Vec<TableRow> {
        let text = &self.report.files[usize::from(file)].text;
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).delimiter(separator(text)).from_reader(text.as_bytes());
        let headers = reader.headers().cloned().unwrap_or_default();
        let line = |p: Option<&csv::Position>| line_at(text, p);
        let spreadsheet = separator(text) != b',';
        let order = headers.iter().collect::<Vec<_>>().join(if spreadsheet { ";" } else { "," });
        let mut at = Vec::new();
        for name in columns.iter().chain(wheres.iter().map(|w| &w.0)) {
            match headers.iter().position(|h| h == name) {
                Some(i) => at.push(i),
                None => {
                    let near = suggestion(name, headers.iter()).unwrap_or_default();
                    let options = headers.iter().collect::<Vec<_>>().join(", ");
                    let args = [("column", name.as_str()), ("near", near), ("options", &options)];
                    self.report.error("L31", file, &line(headers.position()), &args);
                    return Vec::new();
                }
            }
        }
        let mut rows = Vec::new();
        let mut seen: BTreeMap<(NaiveDate, Exact, String), Range<usize>> = BTreeMap::new();
        for record in reader.records() {
            let record = match record {
                Ok(r) => r,
                Err(e) => {
                    let at = line(e.position());
                    self.report.error("L32", file, &at, &[("why", &text[at.clone()]), ("options", &order)]);
                    continue;
                }
            };
            let cell = |i: usize| record.get(at[i]).unwrap_or("").trim();
            let parsed = if spreadsheet {
                (french_day(cell(0)), french(cell(1)), french(cell(2)))
            } else {
                (day(cell(0)), Exact::parse(cell(1)), Exact::parse(cell(2)))
            };
            let (Some(from), Some(lower), Some(value)) = parsed else {
                let why = record.iter().collect::<Vec<_>>().join(",");
                self.report.error("L32", file, &line(record.position()), &[("why", &why), ("options", &order)]);
                continue;
            };
            let chosen: Vec<&str> = (0..wheres.len()).map(|i| cell(3 + i)).collect();
            let key = (from, lower, chosen.join("\u{1f}"));
            if let Some(first) = seen.insert(key, line(record.position())) {
                self.report.both("L33", (file, line(record.position())), (file, first), &[("from", &from.to_string()), ("lower", cell(1))]);
            }
            rows.push(TableRow { from, wheres: (0..wheres.len()).map(|i| cell(3 + i).to_owned()).collect(), lower, value });
        }
        rows
    }
}

/// Bytes of the first line of a CSV record that says something; its position may be that of comments before it.
fn line_at(text: &str, position: Option<&csv::Position>) -> Range<usize> {
    let mut start = position.map_or(0, |p| p.byte() as usize).min(text.len());
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let said = line.trim_end();
        if !said.is_empty() && !said.starts_with('#') {
            return start..start + said.len();
        }
        start += line.len();
    }
    0..text.len().min(1)
}

/// What stands between the columns: a French spreadsheet program writes `;`, copied cells have tabs.
fn separator(text: &str) -> u8 {
    let titles = text.lines().find(|l| !l.trim().is_empty() && !l.starts_with('#')).unwrap_or_default();
    let most = [b',', b';', b'\t'].into_iter().map(|sign| (titles.bytes().filter(|b| *b == sign).count(), sign));
    most.rev().max_by_key(|m| m.0).map_or(b',', |m| m.1)
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// A day as such a program shows it, 01/03/2026, too.
fn french_day(text: &str) -> Option<NaiveDate> {
    day(text).or_else(|| written::date(text)?.ok())
}

/// A number with a comma, where commas separate no columns.
fn french(text: &str) -> Option<Exact> {
    Exact::parse(text).or_else(|| Exact::parse(&written::number(text)?))
}
