//! Every row read by the mapping: last month's payslips, facts, changes, events, sums, requests.
//!
//! Each row handed on by a reader is counted as something; what cannot be read or joined is a finding.

mod alike;
mod balance;
mod between;
mod gathered;
mod own_sums;
mod place;
mod posts;
mod printed;
mod records;
mod registers;
mod row_kind;
mod rows;
mod running;
mod settle;
mod shares;
mod signs;
mod sums;
mod told;
mod who;

use crate::facts::{Fact, Role as FactRole};
use crate::ground::place::stem;
use crate::ground::{Checked, EmployeeId, Finding, Sources};
use crate::normalise::join::TransferRow;
use crate::normalise::mapping::{Mapping, Role, SourceMapping};
use crate::normalise::named::{Columns, Known};
use crate::normalise::people::{Directory, Joined, Who};
use crate::normalise::recognise::ALONE;
use crate::normalise::records::RawRow;
use crate::normalise::register::Books;
use crate::normalise::titles::spaced;
use crate::normalise::{Context, lists};
use crate::read::table::Table;
pub use gathered::{AccountChange, Amount, Change, Event, Gathered, LocalCode, Record, RowCount};
use place::place_rows;
pub use posts::SEVERAL_POSTS;
use rayon::prelude::*;
use records::records;
use registers::register;
use rows::count_only;
use settle::settle_books;
pub(in crate::normalise) use shares::pair_shares;
use std::collections::BTreeSet;
use told::Told;
use who::{note_people, without_letters};

/// Reads every table by the mapping. The transfers of last month stand in for the nets of a register that prints none.
pub fn gather(tables: &[Table], transfers: &[TransferRow], sources: &Sources, mapping: &Mapping, cx: &Context<'_>) -> Checked<Gathered> {
    gather_beside(Beside::default(), tables, transfers, sources, mapping, cx)
}

/// What is known before any table is read.
#[derive(Default)]
pub struct Beside<'a> {
    /// What a record says of each employee.
    pub recorded: Vec<(u16, Role, RawRow)>,
    /// People whom a pay statement or a declaration names.
    pub stated: &'a [Who],
    /// Whom names without a number mean, by decision.
    pub named: &'a [(String, EmployeeId)],
}

/// The same beside what is known already.
pub fn gather_beside(
    Beside { recorded: first, stated, named }: Beside<'_>,
    tables: &[Table],
    transfers: &[TransferRow],
    sources: &Sources,
    mapping: &Mapping,
    cx: &Context<'_>,
) -> Checked<Gathered> {
    let mut out = Gathered::default();
    let (mut books, parts) = each_table(tables, sources, mapping, cx);
    // Where a record alone tells of last month, it is who was paid.
    let recorded = first.len();
    let mut raw = first;
    let mut told = Told::default();
    for mut part in parts {
        out.rows.push(part.count);
        raw.append(&mut part.raw);
        told.join(part.told);
    }
    without_letters(&mut books, &mut raw, sources, &mut told);
    let (mut directory, strange) = note_people((&books, stated), &raw, &mut told, sources, mapping, cx);
    for (name, id) in named {
        let whom = directory.join(&Who { id: id.as_str().to_owned(), ..Who::default() });
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = whom {
            directory.decide(name, id);
        }
    }
    let lost = raw.iter().any(|(_, role, r)| lists::is_list(*role) && r.who.id.is_empty());
    let unread: Vec<&Table> = tables.iter().filter(|t| mapping.of(t.source).is_some_and(is_unread)).collect();
    let above = |t: &&Table| {
        let map = mapping.of(t.source)?;
        let list = lists::is_list(map.role) || map.role == Role::AccountChanges;
        map.header.map(|h| h.0).filter(|first| list && *first > 1)
    };
    let twos: Vec<(&Table, u32, Columns)> = tables.iter().filter_map(|t| may_name_two(t, mapping.of(t.source)?, cx)).collect();
    let known = if lost || !unread.is_empty() || !twos.is_empty() || tables.iter().any(|t| above(&t).is_some()) {
        known_people((&books, stated), &raw, &directory, cx)
    } else {
        Known::default()
    };
    let paid = books.slips.len().max(stated.len()).max(recorded);
    out.months = std::mem::take(&mut books.months);
    for table in unread {
        let unread = known.unread(table, paid, sources);
        if unread.set_aside {
            out.set_aside.insert(table.source);
        }
        if unread.open {
            out.open.insert(table.source);
        }
        unread.findings.into_iter().for_each(|f| told.add(f, table.source));
    }
    for (table, first) in tables.iter().filter_map(|t| Some((t, above(&t)?))) {
        known.above(table, first, sources).into_iter().for_each(|f| told.add(f, table.source));
    }
    for (table, below, columns) in twos {
        known.beside_another(table, below, &columns, sources).into_iter().for_each(|f| told.add(f, table.source));
    }
    settle_books(books, transfers, &directory, sources, cx, &mut out, &mut told);
    place_rows(raw, &strange, (&directory, &known), mapping, sources, cx, &mut out, &mut told);
    of_this_month_first(&mut out.staff, mapping, cx);
    alike::tell(mapping, &known, sources, cx, &mut told);
    without_groups(&out.staff, &mut told, cx);
    out.decided = std::mem::take(&mut told.decided);
    Checked::new(out, told.finish(sources))
}

/// A list whose rows may name two people, with the last row of its titles.
fn may_name_two<'t>(table: &'t Table, map: &SourceMapping, cx: &Context<'_>) -> Option<(&'t Table, u32, Columns)> {
    let list = lists::is_list(map.role) || map.role == Role::AccountChanges;
    let columns = if list { Columns::of(map, cx) } else { None };
    Some((table, map.header.map_or(0, |h| h.1), columns?))
}

/// Of several staff files the one that says the month to be paid is ahead of the others, and keeps its word.
fn of_this_month_first(staff: &mut [Record], mapping: &Mapping, cx: &Context<'_>) {
    let says = |text: &str, title: bool| lists::months_named(text, cx.month, title).contains(&cx.month);
    let ahead = |m: &SourceMapping| {
        let names = [stem(&m.file), m.sheet.as_deref().unwrap_or_default()];
        says(&m.title, true) || names.into_iter().any(|n| says(n, false))
    };
    let files = || mapping.sources.iter().filter(|m| m.role == Role::Staff);
    if files().any(ahead) {
        let behind: BTreeSet<u16> = files().filter(|m| !ahead(m)).map(|m| m.source).collect();
        staff.sort_by_key(|r| behind.contains(&r.at.source));
    }
}

/// A line between or around the rows of a list, or its name, that is a service or a grade in the staff file says no more than that.
fn without_groups(staff: &[Record], told: &mut Told, cx: &Context<'_>) {
    let of_line = |f: &Finding| matches!(f.code.as_str(), "M407" | "M461" | "M463");
    if !told.list.iter().any(of_line) {
        return;
    }
    let of_many = |f: &&Fact| matches!(cx.vocabulary.get(f.id).role, None | Some(FactRole::Service | FactRole::Grade | FactRole::Position));
    let texts = staff.iter().flat_map(|r| r.facts.iter()).filter(of_many).filter_map(|f| f.value.text());
    let groups: BTreeSet<String> = texts.map(spaced).collect();
    told.list.retain(|f| !of_line(f) || !f.args.iter().any(|(name, text)| name == "text" && groups.contains(&spaced(text))));
}

/// What the rows of one table say.
struct Part {
    raw: Vec<(u16, Role, RawRow)>,
    told: Told,
    count: RowCount,
}

/// Reads each table by itself, registers into the books one after the other, beside everything else; in the order of the tables.
fn each_table(tables: &[Table], sources: &Sources, mapping: &Mapping, cx: &Context<'_>) -> (Books, Vec<Part>) {
    let mapped = || tables.iter().filter_map(|t| Some((t, mapping.of(t.source)?)));
    let read = |table: &Table, map: &SourceMapping, books: &mut Books| {
        let (mut raw, mut told) = (Vec::new(), Told::default());
        let count = match map.role {
            Role::RegisterLines | Role::RegisterWide => register(table, map, sources, cx, books, &mut raw, &mut told),
            Role::Staff | Role::Arrivals | Role::Departures | Role::Changes | Role::Events | Role::Amounts | Role::AccountChanges => {
                records(table, map, sources, cx, &mut raw, &mut told)
            }
            Role::Transfers | Role::OtherAccounts | Role::Rubrics | Role::Ignored | Role::Unknown => count_only(table, map),
        };
        Part { raw, told, count }
    };
    let mut books = Books::default();
    let registers = || -> Vec<Part> { mapped().filter(|m| m.1.role.is_register()).map(|(t, m)| read(t, m, &mut books)).collect() };
    let others: Vec<_> = mapped().filter(|m| !m.1.role.is_register()).collect();
    let others = || -> Vec<Part> { others.into_par_iter().map(|(t, m)| read(t, m, &mut Books::default())).collect() };
    let (registers, others) = rayon::join(registers, others);
    let (mut registers, mut others) = (registers.into_iter(), others.into_iter());
    let parts = mapped().filter_map(|(_, m)| if m.role.is_register() { registers.next() } else { others.next() }).collect();
    (books, parts)
}

/// A sheet that nobody read, unless a person or its month says that nobody should.
pub fn is_unread(map: &SourceMapping) -> bool {
    map.role == Role::Unknown || map.role == Role::Ignored && map.why.iter().any(|w| w == "no data" || w == ALONE)
}

/// Everybody that registers, staff files and arrivals know, to look for them in what could not be read.
pub(super) fn known_people(
    (books, stated): (&Books, &[Who]),
    raw: &[(u16, Role, RawRow)],
    directory: &Directory,
    cx: &Context<'_>,
) -> Known {
    let mut known = Known::new(cx.vocabulary);
    let staff = raw.iter().filter(|(_, r, _)| matches!(r, Role::Staff | Role::Arrivals)).map(|(_, _, r)| &r.who);
    // « FINANCES » alone between the rows of a staff file is nobody.
    let named = |w: &&Who| !w.surname.is_empty() || !w.given.is_empty() || w.nir.is_some() || w.id.bytes().any(|b| b.is_ascii_digit());
    for who in books.slips.iter().map(|s| &s.who).chain(staff.filter(named)).chain(stated) {
        if let Joined::AsWritten(id) | Joined::Padded(id) | Joined::Lengthened(id) = directory.join(who) {
            known.note(&id, who);
        }
    }
    known
}
