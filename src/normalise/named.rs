//! Who is meant by rows that nobody can be paid on: sheets that were not read, rows that were joined to nobody.
//!
//! Nothing is joined here: whoever may be meant is set aside, and a person says.

use crate::facts::{Role as FactRole, Vocabulary};
use crate::ground::{At, EmployeeId, Finding, Nir, Severity, Sources, ids};
use crate::normalise::people::Who;
use crate::normalise::register::tidy_number;
use crate::normalise::text::{fold, name_key};
use crate::normalise::titles::says_how_many;
use crate::read::table::Table;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// A row of nobody may mean this many people at most.
const FEW: usize = 4;
/// Between the cells of a row kept as text.
pub const CELLS: char = '\u{1f}';
/// Columns looked at.
const WIDTH: usize = 400;
/// A number as long as this, or with a letter, is hardly anything else when an employee has it.
const LONG: usize = 5;

/// Numbers, names and surnames of everybody that registers and staff files know.
#[derive(Default)]
pub struct Known {
    by_number: BTreeMap<String, EmployeeId>,
    by_name: BTreeMap<String, BTreeSet<EmployeeId>>,
    by_surname: BTreeMap<String, BTreeSet<(EmployeeId, String)>>,
    identities: BTreeSet<Box<str>>,
    /// Titles under which numbers of employees stand, folded.
    titles: BTreeSet<String>,
}

/// Where a sheet names somebody.
type Named<'k> = BTreeMap<&'k EmployeeId, Spot>;

/// A cell, and how many cells of its row are filled.
#[derive(Clone, Copy)]
struct Spot {
    row: u32,
    column: u16,
    beside: usize,
}

impl Known {
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let number = vocabulary.role(FactRole::Employee).map(|f| vocabulary.get(f));
        let titles = number.into_iter().flat_map(|f| f.headings.iter().chain([&f.label.fr])).map(|h| title(h)).collect();
        Self { titles, ..Self::default() }
    }

    /// Notes somebody as a register or a staff file writes them.
    pub fn note(&mut self, id: &EmployeeId, who: &Who) {
        self.by_number.insert(ids::bare(id.as_str()).to_owned(), id.clone());
        self.identities.extend(who.nir.clone());
        let key = name_key(&who.surname, &who.given);
        if key.contains(' ') {
            self.by_name.entry(key).or_default().insert(id.clone());
        }
        let surname = fold(&who.surname);
        if surname.len() >= 3 {
            self.by_surname.entry(surname).or_default().insert((id.clone(), fold(&who.given)));
        }
    }

    fn numbered(&self, text: &str) -> Option<&EmployeeId> {
        self.by_number.get(ids::bare(&tidy_number(text.into())))
    }

    fn by_name(&self, first: &str, second: &str) -> Option<&EmployeeId> {
        let found = self.by_name.get(&name_key(first, second))?;
        found.first().filter(|_| found.len() == 1)
    }

    /// Everybody whom the rows up to one name, whichever way the sheet is written: by a number under, or right of, a title of
    /// numbers; in a column or a row that holds such numbers; or by a name in one cell or two side by side, or below each other.
    fn in_sheet(&self, table: &Table, until: u32) -> Named<'_> {
        let mut columns: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
        let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
        let _ = table.for_each(&mut |row| {
            if row.number > until {
                return ControlFlow::Break(());
            }
            let texts: Vec<String> = row.cells.iter().take(WIDTH).map(|c| c.shown().into_owned()).collect();
            self.count(texts.iter().enumerate(), &mut columns);
            rows.push((row.number, texts));
            ControlFlow::Continue(())
        });
        // « Nb agents »: below it stand counts, and nobody's number.
        let counts: BTreeSet<usize> =
            rows.iter().flat_map(|(_, texts)| texts.iter().enumerate().filter(|(_, t)| says_how_many(t)).map(|(c, _)| c)).collect();
        columns.retain(|c, _| !counts.contains(c));
        let most = |n: &(u32, u32)| n.0 > 0 && n.0 * 2 >= n.1;
        let best = columns.iter().filter(|(_, n)| most(n)).max_by_key(|(c, n)| (n.0, std::cmp::Reverse(**c))).map(|x| *x.0);
        let mut titled: BTreeSet<usize> = BTreeSet::new();
        let mut named: Named<'_> = BTreeMap::new();
        let mut above: &[String] = &[];
        for (row, texts) in &rows {
            let mut across = BTreeMap::new();
            self.count(texts.iter().map(|t| (0, t)), &mut across);
            let across = across.values().next().is_some_and(|n| n.0 >= 2 && most(n));
            let opens = texts.iter().find(|t| !t.is_empty()).is_some_and(|t| self.titles.contains(&title(t)));
            for (c, text) in texts.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
                if self.titles.contains(&title(text)) {
                    titled.insert(c);
                    continue;
                }
                let strong = text.len() >= LONG || text.chars().any(char::is_alphabetic);
                // « 150,00 » is an amount, but where numbers stand.
                let amount = text.contains([',', '.']);
                let number = self
                    .numbered(text)
                    .filter(|_| !counts.contains(&c))
                    .filter(|_| titled.contains(&c) || best == Some(c) || !amount)
                    .filter(|_| {
                        best == Some(c) || across && text.len() >= 3 || opens || titled.contains(&c) || strong && self.is_written(text)
                    });
                let next = texts.get(c + 1).map_or("", String::as_str);
                let over = above.get(c).map_or("", String::as_str);
                let name = || self.by_name(text, next).or_else(|| self.by_name(text, "")).or_else(|| self.by_name(over, text));
                if let Some(id) = number.or_else(name) {
                    let beside = texts.iter().filter(|t| !t.is_empty()).count();
                    named.entry(id).or_insert(Spot { row: *row, column: u16::try_from(c).unwrap_or(At::NO_COLUMN), beside });
                }
            }
            above = texts;
        }
        named
    }

    /// Counts texts that can be numbers, and those that are.
    fn count<'t>(&self, texts: impl Iterator<Item = (usize, &'t String)>, into: &mut BTreeMap<usize, (u32, u32)>) {
        for (c, text) in texts.filter(|(_, t)| t.len() >= 3 && t.bytes().any(|b| b.is_ascii_digit()) && !t.contains(',')) {
            let n = into.entry(c).or_default();
            n.0 += u32::from(self.numbered(text).is_some());
            n.1 += 1;
        }
    }

    /// Whether the employee's number is written just so.
    fn is_written(&self, text: &str) -> bool {
        self.numbered(text).is_some_and(|id| id.as_str() == text)
    }

    /// A finding for each agent that a sheet nobody could read names, unless it names nearly everybody: then it stops the run.
    /// Whoever has an identity number there and is known to no other source is told with the others of the sheet.
    pub fn unread(&self, table: &Table, paid: usize, sources: &Sources) -> Vec<Finding> {
        let named = self.in_sheet(table, u32::MAX);
        let mut out: Vec<Finding> = self.strangers(table, sources).into_iter().collect();
        if named.len() * 10 > paid * 6 {
            return out;
        }
        out.extend(Self::told(&named, table, sources));
        out
    }

    /// The same for the rows above the headings of a list that is read below them. Who signs the list is not meant.
    pub fn above(&self, table: &Table, heading: u32, sources: &Sources) -> Vec<Finding> {
        let mut named = self.in_sheet(table, heading.saturating_sub(1));
        named.retain(|_, spot| spot.beside > 2);
        Self::told(&named, table, sources).collect()
    }

    fn told<'f>(named: &'f Named<'_>, table: &'f Table, sources: &'f Sources) -> impl Iterator<Item = Finding> + 'f {
        named.iter().map(|(id, spot)| {
            let f = Finding::new("M95", Severity::Blocking).arg("agent", id).arg("file", &table.file).of(id);
            f.at(sources.place(At::cell(table.source, spot.row, spot.column)))
        })
    }

    /// Rows with an identity number that no other source shows: people who would be in no payslip and no finding.
    fn strangers(&self, table: &Table, sources: &Sources) -> Option<Finding> {
        let mut found: Vec<(u32, String)> = Vec::new();
        let _ = table.for_each(&mut |row| {
            let cells: Vec<_> = row.cells.iter().take(WIDTH).map(crate::read::table::Cell::shown).collect();
            let nir = cells.iter().find_map(|t| Nir::parse(t).ok().and(super::register::nir_key(t)));
            if nir.is_some_and(|n| !self.identities.contains(&n)) && !(0..cells.len()).any(|c| self.row_names(&cells, c)) {
                let words = cells.iter().filter(|t| t.len() >= 2 && t.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'')));
                found.push((row.number, words.take(2).map(ToString::to_string).collect::<Vec<_>>().join(" ")));
            }
            ControlFlow::Continue(())
        });
        let first = found.first()?.0;
        let mut names: Vec<&str> = found.iter().map(|f| f.1.as_str()).take(60).collect();
        if found.len() > names.len() {
            names.push("…");
        }
        let f = Finding::new("M99", Severity::Blocking).arg("file", &table.file).arg("count", found.len()).arg("names", names.join(", "));
        Some(f.at(sources.place(At::row(table.source, first))))
    }

    fn row_names(&self, cells: &[std::borrow::Cow<'_, str>], c: usize) -> bool {
        let next = cells.get(c + 1).map_or("", |t| t.as_ref());
        self.by_name(&cells[c], next).or_else(|| self.by_name(&cells[c], "")).is_some()
    }

    /// A finding for each agent that a row of nobody may mean: the same surname, and no other first letter of the given name;
    /// or a number that stands in another cell of the row.
    pub fn perhaps(&self, who: &Who, row: &str, at: At, sources: &Sources) -> Vec<Finding> {
        let given = fold(&who.given);
        let may = |g: &str| given.is_empty() || g.is_empty() || g.chars().next() == given.chars().next();
        let found = self.by_surname.get(&fold(&who.surname)).into_iter().flatten().filter(|(_, g)| may(g));
        let mut all: BTreeSet<&EmployeeId> = found.map(|(id, _)| id).collect();
        if all.len() > FEW {
            all.clear();
        }
        all.extend(row.split(CELLS).filter(|t| t.len() >= LONG && self.is_written(t)).filter_map(|t| self.numbered(t)));
        let name = format!("{} {}", who.surname, who.given);
        let told = |id: &EmployeeId| {
            Finding::new("M98", Severity::Blocking).arg("agent", id).arg("name", name.trim()).of(id).at(sources.place(at))
        };
        all.into_iter().map(told).collect()
    }
}

/// A title without marks: « Matricule : ».
fn title(text: &str) -> String {
    fold(text).trim_end_matches([':', '.', ' ']).to_owned()
}
