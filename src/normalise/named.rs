//! Who is meant by rows that nobody can be paid on: sheets that were not read, rows that were joined to nobody.
//!
//! Nothing is joined here: whoever may be meant is set aside, and a person says.

use crate::ground::{At, EmployeeId, Finding, Nir, Severity, Sources, ids};
use crate::normalise::people::Who;
use crate::normalise::register::{nir_key, tidy_number};
use crate::normalise::text::{fold, name_key};
use crate::read::table::{Cell, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// A row of nobody may mean this many people at most.
const FEW: usize = 4;

/// Numbers, names and surnames of everybody that registers and staff files know.
#[derive(Default)]
pub struct Known {
    by_number: BTreeMap<String, EmployeeId>,
    by_name: BTreeMap<String, BTreeSet<EmployeeId>>,
    by_surname: BTreeMap<String, BTreeSet<(EmployeeId, String)>>,
    by_identity: BTreeSet<Box<str>>,
}

impl Known {
    /// Notes somebody as a register or a staff file writes them.
    pub fn note(&mut self, id: &EmployeeId, who: &Who) {
        self.by_number.insert(ids::bare(id.as_str()).to_owned(), id.clone());
        self.by_identity.extend(who.nir.clone());
        let key = name_key(&who.surname, &who.given);
        if key.contains(' ') {
            self.by_name.entry(key).or_default().insert(id.clone());
        }
        let surname = fold(&who.surname);
        if surname.len() >= 3 {
            self.by_surname.entry(surname).or_default().insert((id.clone(), fold(&who.given)));
        }
    }

    /// Whom the cells of a row name: by the number in the column of numbers, or else by a name in one cell or two side by side.
    fn in_row(&self, cells: &[Cell<'_>], numbers: Option<usize>) -> Option<&EmployeeId> {
        let text = |c: usize| cells.get(c).map(Cell::shown).unwrap_or_default();
        if let Some(c) = numbers
            && let Some(id) = self.by_number.get(ids::bare(&tidy_number(text(c))))
        {
            return Some(id);
        }
        let keys = (0..cells.len()).flat_map(|c| [name_key(&text(c), &text(c + 1)), name_key(&text(c), "")]);
        keys.filter_map(|k| self.by_name.get(&k)).find(|s| s.len() == 1).and_then(|s| s.first())
    }

    /// The column most of whose cells are numbers of known agents.
    fn numbers(&self, table: &Table) -> Option<usize> {
        let mut hits: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
        let _ = table.for_each(&mut |row| {
            for (c, cell) in row.cells.iter().enumerate().take(200) {
                let text = cell.shown();
                if text.len() >= 3 && text.bytes().any(|b| b.is_ascii_digit()) {
                    let n = hits.entry(c).or_default();
                    n.0 += u32::from(self.by_number.contains_key(ids::bare(&tidy_number(text))));
                    n.1 += 1;
                }
            }
            ControlFlow::Continue(())
        });
        hits.into_iter()
            .filter(|(_, (known, all))| *known > 0 && known * 2 >= *all)
            .max_by_key(|(c, n)| (n.0, std::cmp::Reverse(*c)))
            .map(|x| x.0)
    }

    /// A finding for each agent that a sheet nobody could read names, unless it names nearly everybody: then it stops the run.
    pub fn unread(&self, table: &Table, paid: usize, sources: &Sources) -> Vec<Finding> {
        let numbers = self.numbers(table);
        let mut named: BTreeMap<&EmployeeId, u32> = BTreeMap::new();
        let _ = table.for_each(&mut |row| {
            if let Some(id) = self.in_row(row.cells, numbers) {
                named.entry(id).or_insert(row.number);
            }
            ControlFlow::Continue(())
        });
        if named.len() * 10 > paid * 6 {
            return Vec::new();
        }
        let place = |row: u32| sources.place(At::row(table.source, row));
        let told = |(id, row): (&EmployeeId, u32)| {
            Finding::new("M95", Severity::Blocking).arg("agent", id).arg("file", &table.file).of(id).at(place(row))
        };
        named.into_iter().map(told).collect()
    }

    /// Rows of a sheet nobody could read that hold an identity number no other file knows: people who would be in nothing.
    pub fn strangers(&self, table: &Table, sources: &Sources) -> Option<Finding> {
        let mut found: BTreeMap<Box<str>, (u32, String)> = BTreeMap::new();
        let _ = table.for_each(&mut |row| {
            let texts: Vec<_> = row.cells.iter().map(Cell::shown).collect();
            let own = texts.iter().find(|t| Nir::parse(t).is_ok()).and_then(|t| nir_key(t));
            if let Some(nir) = own.filter(|n| !self.by_identity.contains(n)) {
                let letters = |t: &&std::borrow::Cow<'_, str>| {
                    t.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !t.bytes().any(|b| b.is_ascii_digit())
                };
                let name: Vec<&str> = texts.iter().filter(letters).take(2).map(AsRef::as_ref).collect();
                found.entry(nir).or_insert((row.number, name.join(" ")));
            }
            ControlFlow::Continue(())
        });
        let rows: Vec<&(u32, String)> = found.values().collect();
        let first = rows.iter().map(|r| r.0).min()?;
        let mut who: Vec<&str> = rows.iter().map(|r| r.1.as_str()).filter(|n| !n.is_empty()).collect();
        who.sort_unstable();
        let f = Finding::new("M110", Severity::Blocking).arg("count", rows.len()).arg("file", &table.file);
        Some(f.arg("who", who.join(", ")).at(sources.place(At::row(table.source, first))))
    }

    /// A finding for each agent that a row of nobody may mean: the same surname, and no other first letter of the given name.
    pub fn perhaps(&self, who: &Who, at: At, sources: &Sources) -> Vec<Finding> {
        let given = fold(&who.given);
        let may = |g: &str| given.is_empty() || g.is_empty() || g.chars().next() == given.chars().next();
        let found = self.by_surname.get(&fold(&who.surname)).into_iter().flatten().filter(|(_, g)| may(g));
        let all: BTreeSet<&EmployeeId> = found.map(|(id, _)| id).collect();
        if all.len() > FEW {
            return Vec::new();
        }
        let name = format!("{} {}", who.surname, who.given);
        let told = |id: &EmployeeId| {
            Finding::new("M98", Severity::Blocking).arg("agent", id).arg("name", name.trim()).of(id).at(sources.place(at))
        };
        all.into_iter().map(told).collect()
    }
}
