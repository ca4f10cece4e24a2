//! Lines of words above, between and below the rows of a list: some turn what stands below them, some name one of its people,
//! and some say what its colours mean.

use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::mapping::{Role, SourceMapping};
use crate::normalise::people::Who;
use crate::normalise::records::RawRow;
use crate::normalise::titles::{self, spaced};
use crate::normalise::{Context, lists, recognise};
use crate::read::marks::Mark;
use crate::read::table::{Row, Table};
use chrono::Days;
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

/// Of those below a line, so many are named.
const NAMED: usize = 10;
/// A list signed more days than this before the month to be paid is an old one.
const OLD: u64 = 184;

/// One line of words.
struct Line {
    at: At,
    text: String,
    /// The colours behind it and of its letters.
    fills: BTreeSet<u32>,
    /// It stands below the titles of the list.
    below: bool,
    /// It stands between rows, and turned those below it.
    used: bool,
    /// It stands alone between rows, and nobody knows what its words say of those below it: who stands there.
    unknown: Option<Vec<String>>,
}

/// The lines of words of one list.
#[derive(Default)]
pub(super) struct Lines {
    all: Vec<Line>,
    /// Of these, the one that turns the rows which follow.
    open: Option<usize>,
    /// Of these, the one above the rows which follow.
    last: Option<usize>,
    /// The colours of each row of data.
    fills: BTreeMap<u32, BTreeSet<u32>>,
}

/// The marks of a row's cells, each by its column in the table.
pub(super) fn marks<'t>(table: &'t Table, row: &Row<'_, '_>, width: usize, sources: &Sources) -> Vec<(u16, &'t Mark)> {
    if table.marks().is_empty() {
        return Vec::new();
    }
    let columns = (0..row.cells.len().max(width)).filter_map(|c| u16::try_from(c).ok());
    let at = |c: u16| sources.written_at(At::cell(table.source, row.number, c));
    columns.filter_map(|c| table.marks().at(at(c).row, at(c).column).map(|m| (c, m))).collect()
}

impl Lines {
    /// Notes a row that is about nobody. A title between rows of data turns what stands below it, until another gives leave.
    pub(super) fn note(&mut self, row: &Row<'_, '_>, marks: &[(u16, &Mark)], between: bool, map: &SourceMapping, cx: &Context<'_>) {
        let texts: Vec<_> = row.cells.iter().map(crate::read::table::Cell::shown).filter(|t| !t.is_empty()).collect();
        let text = texts.join(" ");
        if !text.chars().any(char::is_alphabetic) {
            return;
        }
        let mut unknown = None;
        if between && texts.len() == 1 {
            self.last = Some(self.all.len());
            match says_of_rows(&text, map, cx) {
                Of::Rows(false) => self.open = Some(self.all.len()),
                Of::Rows(true) => self.open = None,
                Of::Nothing => {}
                Of::Unknown => {
                    let again = self.all.iter().any(|l| !l.below && spaced(&l.text) == spaced(&text));
                    unknown = (!again).then(Vec::new);
                }
            }
        }
        let fills = marks.iter().flat_map(|(_, m)| m.colours()).collect();
        self.all.push(Line { at: At::row(map.source, row.number), text, fills, below: between, used: false, unknown });
    }

    /// A row of data: what the line above it says, and its colours.
    pub(super) fn row(&mut self, row: &Row<'_, '_>, marks: &[(u16, &Mark)], called: &str, sources: &Sources) -> Option<Finding> {
        let filled = |c: &u16| row.cells.get(usize::from(*c)).is_some_and(|cell| !cell.shown().is_empty());
        let fills: BTreeSet<u32> = marks.iter().filter(|(c, _)| filled(c)).flat_map(|(_, m)| m.colours()).collect();
        self.fills.insert(row.number, fills);
        if let Some(below) = self.last.and_then(|l| self.all[l].unknown.as_mut()).filter(|_| self.open.is_none()) {
            below.push(called.to_owned());
        }
        let line = self.all.get_mut(self.open?)?;
        line.used = true;
        let f = Finding::new("M206", Severity::Blocking).arg("agent", called).arg("text", shortened(&line.text));
        Some(f.at(sources.place(At::row(line.at.source, row.number))).at(sources.place(line.at)))
    }

    /// What the lines say of the rows of their list, once all are read; and what they say of nobody.
    pub(super) fn tell(
        &self,
        map: &SourceMapping,
        raw: &mut [(u16, Role, RawRow)],
        cx: &Context<'_>,
        sources: &Sources,
        tell: &mut dyn FnMut(Finding),
    ) {
        let sums = map.role == Role::Amounts;
        let headings: BTreeSet<String> = map.columns.iter().map(|c| spaced(&c.heading)).collect();
        let plain = LazyCell::new(|| titles::Plain::new(cx.vocabulary, cx.rubrics, cx.employer));
        let (mut told, mut unknown) = (BTreeSet::new(), Vec::new());
        for (i, line) in self.all.iter().enumerate() {
            if let Some(below) = line.unknown.as_ref().filter(|b| !b.is_empty()) {
                let f = Finding::new("M407", Severity::Justify).arg("text", shortened(&line.text)).arg("count", below.len());
                tell(f.arg("agents", some_of(below.iter().map(String::as_str))).at(sources.place(line.at)));
            }
            let turns = turns(&line.text, sums, cx);
            // « Rouge : à récupérer » over hours.
            let taken = || titles::sets_aside(&line.text, sums).is_some_and(|w| w != "non") || sums && titles::turns_below(&line.text);
            let coloured = titles::of_colours(&line.text);
            // Whatever it says, a foot in the colour of some rows speaks of them.
            let foot = || self.fills.keys().next_back().is_some_and(|r| line.at.row > *r) && !titles::remarks(&line.text);
            let own = !coloured && (turns || taken() || foot()) && !line.fills.is_empty() && !self.coloured(line, false).is_empty();
            if coloured || own {
                let turns = turns || taken();
                let harmless = !turns && titles::harmless(&titles::without_colours(&line.text));
                let severity = if turns { Severity::Blocking } else { Severity::Justify };
                let meant = if harmless { BTreeSet::new() } else { self.coloured(line, coloured) };
                say(raw, line, ("M208", severity), sources, |r| meant.contains(&r.at.row));
                if !meant.is_empty() {
                    continue;
                }
            }
            let tidy = spaced(&line.text);
            if !turns || line.used {
                let known = coloured
                    || own
                    || line.used
                    || line.unknown.as_ref().is_some_and(|b| !b.is_empty())
                    || raw.iter().any(|r| !r.2.words && names(&tidy, &line.text, &r.2));
                // The first line is the title of the list, or the name of the town.
                let titled = i == 0 && !line.below || headings.contains(&tidy);
                let strange = || !titled && is_strange(&line.text, &plain);
                if !known && !turns && strange() && told.insert(tidy) {
                    unknown.push(line);
                }
                continue;
            }
            let named = say(raw, line, ("M207", Severity::Blocking), sources, |r| names(&tidy, &line.text, r));
            // A title that takes back is asked with every sum of its list, and so is a line below its last row that says the same.
            let list = asks(&line.text, sums, cx);
            if !named && list && foot() && titles::means_all(&line.text) {
                say(raw, line, ("M460", Severity::Blocking), sources, |r| r.at.source == line.at.source);
            } else if !named && (line.below || !list) {
                tell(Finding::new("M209", Severity::Justify).arg("text", shortened(&line.text)).at(sources.place(line.at)));
            }
        }
        // Signed so long ago, it may be a list of the year before.
        let old = cx.month.first_day() - Days::new(OLD);
        for line in &self.all {
            let day = titles::signed_on(&line.text, recognise::latest_date(cx)).filter(|d| *d < old);
            if let Some(day) = day {
                let f = Finding::new("M464", Severity::Justify).arg("text", shortened(&line.text)).arg("month", cx.month);
                tell(f.arg("day", day.format("%d/%m/%Y")).at(sources.place(line.at)));
            }
        }
        for line in unknown {
            let rows: BTreeSet<String> = raw.iter().filter(|r| !r.2.words).map(|(_, _, r)| called(&r.who)).collect();
            let f = Finding::new("M461", Severity::Justify).arg("text", shortened(&line.text)).arg("count", rows.len());
            tell(f.arg("agents", some_of(rows.iter().map(String::as_str))).at(sources.place(line.at)));
        }
    }

    /// The rows a line of a legend means: those of its own colour, which most have not, or else, where it names one, all that do not
    /// look like most.
    fn coloured(&self, line: &Line, named: bool) -> BTreeSet<u32> {
        let mut counts: BTreeMap<&BTreeSet<u32>, usize> = BTreeMap::new();
        for fills in self.fills.values() {
            *counts.entry(fills).or_default() += 1;
        }
        let usual = counts.iter().max_by_key(|(f, n)| (**n, f.is_empty())).map(|(f, _)| (*f).clone()).unwrap_or_default();
        let own: BTreeSet<u32> = line.fills.difference(&usual).copied().collect();
        let meant = |f: &BTreeSet<u32>| if own.is_empty() { named && *f != usual } else { !f.is_disjoint(&own) };
        self.fills.iter().filter(|(_, f)| meant(f)).map(|(r, _)| *r).collect()
    }
}

/// What a line alone between rows says of those below it.
enum Of {
    /// That they are paid, or not.
    Rows(bool),
    Nothing,
    Unknown,
}

fn says_of_rows(text: &str, map: &SourceMapping, cx: &Context<'_>) -> Of {
    let sums = map.role == Role::Amounts;
    if turns(text, sums, cx) || sums && titles::turns_below(text) || titles::other_employer(text, cx.employer).is_some() {
        return Of::Rows(false);
    }
    if titles::resumes(text) {
        return Of::Rows(true);
    }
    // « Néant », and rows below it all the same.
    if titles::says_nothing(text) {
        return Of::Unknown;
    }
    let signed = titles::signs(text);
    let month = matches!(lists::month_said(text, cx.month, cx.last, true), lists::Said::This);
    let heading = || map.columns.iter().any(|c| spaced(&c.heading) == spaced(text));
    let harmless = signed || month || titles::of_colours(text) || titles::summing(text).is_some() || titles::names_a_group(text);
    if harmless || heading() { Of::Nothing } else { Of::Unknown }
}

/// Whether words stand alone in a row that name nobody: no number where employees have one, or words that say what is below them.
pub(super) fn is_line(row: &Row<'_, '_>, numbers: Option<usize>, map: &SourceMapping, cx: &Context<'_>) -> bool {
    let mut filled = row.cells.iter().map(crate::read::table::Cell::shown).enumerate().filter(|(_, t)| !t.is_empty());
    let (Some((c, text)), None) = (filled.next(), filled.next()) else { return false };
    let worded = text.chars().any(char::is_alphabetic) && !text.bytes().any(|b| b.is_ascii_digit());
    worded && (numbers == Some(c) || matches!(says_of_rows(&text, map, cx), Of::Rows(_)))
}

/// Whether a line takes back what stands beside it. A title (« dernier jour payé ») may have words that a remark has not.
fn turns(text: &str, sums: bool, cx: &Context<'_>) -> bool {
    titles::sets_aside(text, false).is_some() || asks(text, sums, cx)
}

/// Whether a line above the titles makes a list one that is asked: it says so below the rows as well.
fn asks(text: &str, sums: bool, cx: &Context<'_>) -> bool {
    let other = || matches!(lists::month_said(text, cx.month, cx.last, true), lists::Said::Other(_)) && !titles::back_pay(text);
    let employer = || sums && titles::of_another_employer(text, cx.employer).is_some();
    other() || titles::line_takes_back(text, cx.employer, cx.month).is_some() || employer()
}

/// Whether nobody knows what a line above or below the rows says of them.
fn is_strange(text: &str, plain: &titles::Plain) -> bool {
    let harmless = titles::signs(text) || titles::summing(text).is_some() || titles::counted(text).is_some();
    !harmless && plain.stranger(text).is_some()
}

/// Those of some agents that a finding names.
fn some_of<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = all.collect();
    let more = if all.len() > NAMED { " …" } else { "" };
    format!("{}{more}", all[..all.len().min(NAMED)].join(", "))
}

fn called(who: &Who) -> String {
    if who.id.is_empty() { who.called() } else { who.id.clone() }
}

/// Whether a line bears the number or the surname of a row's agent.
fn names(tidy: &str, text: &str, row: &RawRow) -> bool {
    let surname = spaced(&row.who.surname);
    // A surname of two letters is one where it stands in capitals.
    let capitals = || text.split(|c: char| !c.is_alphanumeric()).any(|w| w.len() >= 2 && w == row.who.surname.to_uppercase());
    let long = surname.trim().chars().count() >= 3 || capitals();
    !surname.trim().is_empty() && long && tidy.contains(&surname)
        || row.who.id.len() >= 3 && tidy.contains(&format!(" {} ", row.who.id.to_lowercase()))
}

/// Adds a finding to each row that is meant.
fn say(
    raw: &mut [(u16, Role, RawRow)],
    line: &Line,
    (code, severity): (&'static str, Severity),
    sources: &Sources,
    meant: impl Fn(&RawRow) -> bool,
) -> bool {
    let mut any = false;
    for (_, _, r) in raw.iter_mut().filter(|(_, _, r)| meant(r)) {
        any = true;
        let f = Finding::new(code, severity).arg("agent", called(&r.who)).arg("text", shortened(&line.text));
        r.told.push(f.at(sources.place(r.at)).at(sources.place(line.at)));
    }
    any
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
