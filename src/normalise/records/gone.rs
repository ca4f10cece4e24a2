//! What a staff file says beside somebody's facts: that he is no longer to be paid, or that he does not come after all.
//!
//! What is found here is kept of those alone whom last month paid, or who enter this month: a staff file keeps many who left long ago.

use super::RecordReader;
use super::facts::may_be_first_away;
use crate::facts::{FactKind, Facts, Role as FactRole, Value};
use crate::ground::{Finding, PayMonth, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::lists;
use crate::normalise::mapping::{ColumnMapping, Meaning, SourceMapping};
use crate::normalise::register::shown;
use crate::normalise::titles;
use crate::normalise::values::{date, flag};
use crate::read::table::Row;
use chrono::NaiveDate;
use std::cmp::Ordering;

/// Said of somebody whom last month paid; a staff file's M64 and M421 are of newcomers.
pub const NO_LONGER: &str = "M420";
/// A word under « Position » that nobody knows to be one of people who are paid.
pub const UNKNOWN_STATE: &str = "M440";
/// A day of leaving in a staff file that may be the last one paid or the first that is not.
pub const OPEN_EXIT: &str = "M443";

/// A column of a staff file that may say whether somebody is still paid, by its title and its meaning.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    /// Index among the columns of its source.
    column: usize,
    /// A yes says that somebody left.
    left: bool,
    /// Holds words; the others of these say something of words alone.
    worded: bool,
    /// Any word is a reason of leaving.
    why: bool,
    /// Holds no fact.
    beside: bool,
    /// Holds remarks, states or statuses, which may end pay by what they say.
    remarks: bool,
    /// Holds nothing but the state somebody is in.
    stands: bool,
}

impl Standing {
    /// The columns of a source that may say so.
    pub(super) fn of(source: &SourceMapping, cx: &Context<'_>) -> Vec<Self> {
        source.columns.iter().enumerate().filter_map(|(i, c)| Self::new(i, c, cx)).collect()
    }

    fn new(column: usize, c: &ColumnMapping, cx: &Context<'_>) -> Option<Self> {
        let fact = if let Meaning::Fact(f) = c.meaning { Some(cx.vocabulary.get(f)) } else { None };
        let beside = matches!(c.meaning, Meaning::Ignored | Meaning::Unknown) && c.certainty < 100;
        let worded = beside || fact.is_some_and(|f| matches!(f.kind, FactKind::Text | FactKind::Choice { .. }));
        let said = beside && (titles::of_remarks(&c.heading) || c.heading.is_empty() || titles::of_state(&c.heading));
        let of = Self {
            column,
            left: c.certainty < 100 && titles::yes_says_left(&c.heading),
            worded,
            why: worded && titles::of_why_left(&c.heading),
            beside,
            remarks: said || fact.is_some_and(|f| f.name == "statut"),
            stands: fact.is_some_and(|f| f.role == Some(FactRole::Position)) || beside && titles::of_standing(&c.heading),
        };
        (of.left || of.worded && (of.why || of.remarks || of.stands)).then_some(of)
    }
}

impl RecordReader<'_> {
    /// What the columns of a staff file that are no facts say of its row.
    pub(super) fn gone(&self, row: &Row<'_, '_>, facts: &Facts, sources: &Sources, told: &mut Vec<Finding>) {
        let day = |role| self.cx.vocabulary.role(role).and_then(|f| facts.value(f)).and_then(Value::date);
        if day(FactRole::Entry).is_some_and(|d| d >= self.cx.month.first_day()) {
            self.comes_not(row, sources, told);
        }
        // A day of leaving says it all.
        if let Some(exit) = day(FactRole::Exit).filter(|d| *d <= self.cx.month.last_day()) {
            told.extend(self.last_day_or_first_away(row, exit, sources));
            return;
        }
        for i in 0..self.standings.len() {
            let standing = self.standings[i];
            let c = &self.source.columns[standing.column];
            let text = shown(row, usize::from(c.column));
            let Some(code) = self.of_standing(standing, &text, day(FactRole::Exit).is_some()) else { continue };
            let f = Finding::new(code, Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
            told.push(f.arg("text", text.chars().take(60).collect::<String>()).at(sources.place(self.at(row, c))));
        }
    }

    /// « Date de radiation » within the month to be paid: the last day paid, or the first that is not.
    fn last_day_or_first_away(&self, row: &Row<'_, '_>, exit: NaiveDate, sources: &Sources) -> Option<Finding> {
        let of = |c: &&ColumnMapping| matches!(c.meaning, Meaning::Fact(f) if self.cx.vocabulary.get(f).role == Some(FactRole::Exit));
        let c = self.source.columns.iter().find(of)?;
        let open = may_be_first_away(exit, &c.heading);
        // On the last of a month people say until when somebody is paid.
        (open && (self.cx.month.first_day()..self.cx.month.last_day()).contains(&exit)).then(|| {
            let f = Finding::new(OPEN_EXIT, Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
            f.arg("last", exit.format("%d/%m/%Y")).at(sources.place(self.at(row, c)))
        })
    }

    /// What a cell says of whether somebody is still paid: that he is not, or a word that nobody knows where his state stands.
    fn of_standing(&self, c: Standing, text: &str, leaves_later: bool) -> Option<&'static str> {
        if !text.chars().any(char::is_alphanumeric) {
            return None;
        }
        let answer = flag(text).ok().flatten();
        if c.left && answer == Some(true) {
            return Some(NO_LONGER);
        }
        if !c.worded {
            return None;
        }
        let heading = &self.source.columns[c.column].heading;
        // « Fin de contrat » beside a day to come.
        if c.why && !leaves_later && answer != Some(false) && !titles::state_is_paid(text) {
            return Some(NO_LONGER);
        }
        let ends = || !titles::state_is_paid(text) && titles::remark_ends_pay(text, self.day_said(text));
        // « Titulaire en disponibilité » is read as the status that it is too.
        if c.beside && titles::state_ends_pay(heading, text, answer == Some(false)) || c.remarks && ends() {
            return Some(NO_LONGER);
        }
        let words = text.chars().any(char::is_alphabetic) && answer.is_none();
        (c.stands && words && !titles::state_is_paid(text)).then_some(UNKNOWN_STATE)
    }

    /// Somebody who enters this month: the title of the file, its folder, a remark or a no says that he does not.
    fn comes_not(&self, row: &Row<'_, '_>, sources: &Sources, told: &mut Vec<Finding>) {
        self.aside(row, false, sources, told);
        told.retain(|f| f.severity == Severity::Blocking);
        let file = &self.source.file;
        let folders = file.rsplit_once('/').map_or("", |(folders, _)| folders);
        let about = format!("{} {}", self.source.title, self.source.sheet.as_deref().unwrap_or(""));
        let word = titles::doubted_list(&about)
            .or_else(|| titles::doubted_undated(&about))
            .or_else(|| titles::doubted_folder(folders, self.cx.month, self.cx.last))
            .or_else(|| titles::only_wished(&format!("{about} {folders}")));
        if let Some(word) = word {
            let f = Finding::new("M421", Severity::Blocking).arg("agent", self.called(row)).arg("file", file).arg("text", word);
            told.push(f.at(sources.place(crate::ground::At::row(self.source.source, row.number))));
        }
    }

    /// Where the last day or year that a remark names lies: before the month last paid, in that or this one, or after what pays all of
    /// this month.
    fn day_said(&self, text: &str) -> Option<Ordering> {
        let (first, last) = (self.cx.last.first_day(), self.cx.month.last_day());
        let placed = |d: NaiveDate| match () {
            () if d < first => Ordering::Less,
            () if d >= last => Ordering::Greater,
            () => Ordering::Equal,
        };
        // « du 01/06 au 30/11 » began, « jusqu'au 30/11 » holds: the last day says nothing of today.
        if titles::holds_until(text) {
            let mut days = text.split(|c: char| c.is_whitespace() || "(),;".contains(c)).filter_map(|w| self.day_of(w)).map(placed);
            let (first, last) = (days.next(), days.next_back());
            return match (first, last) {
                (Some(Ordering::Greater), Some(_)) => first,
                (Some(Ordering::Less), None) | (_, Some(Ordering::Less)) => Some(Ordering::Less),
                _ => None,
            };
        }
        let named = lists::months_named(text, self.cx.month, true).into_iter().map(PayMonth::first_day).map(placed);
        let words = text.split(|c: char| c.is_whitespace() || "(),;".contains(c));
        words.filter_map(|w| self.day_of(w)).map(placed).chain(named).max().or_else(|| self.year_of(text))
    }

    /// « 31/05/2024 », « 15/06 » of the year to be paid.
    fn day_of(&self, word: &str) -> Option<NaiveDate> {
        let parts: Vec<&str> = word.split(['/', '.']).filter(|p| !p.is_empty()).collect();
        let number = |i: usize| parts.get(i).and_then(|p: &&str| p.parse::<u32>().ok());
        match parts.len() {
            2 => NaiveDate::from_ymd_opt(self.cx.month.year(), number(1)?, number(0)?),
            3 => date(word, self.latest).ok().flatten(),
            _ => None,
        }
    }

    fn year_of(&self, text: &str) -> Option<Ordering> {
        let year = lists::year_said(text)?;
        Some(year.cmp(&self.cx.month.year())).filter(|o| *o != Ordering::Equal)
    }
}
