//! The days of versions and values: none ends before it begins, no two are in force on one day, the oldest stands first.

use super::read::Reader;
use crate::ground::document::{Spot, Tab};
use crate::ground::{Finding, PayMonth, Severity};
use chrono::{Datelike, NaiveDate};
use std::ops::Range;

/// Years after which no month is paid any more.
const SETTLED_AFTER: i32 = 5;

/// A day with where it is written.
type Day = (NaiveDate, (u16, Range<usize>));

/// The first and last day of one version, as far as they could be read.
pub(super) struct Period {
    from: Day,
    until: Option<Day>,
}

/// By which day a value is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Chosen {
    /// What is in force on the first of the month.
    FirstOfMonth,
    /// What is in force when the month is paid.
    Payment,
}

impl Period {
    pub(super) fn of(t: &Tab<'_, '_>, from: Option<NaiveDate>, until: Option<NaiveDate>) -> Option<Self> {
        Self::between(t, ("from", from), until)
    }

    /// One whose first day has another name.
    pub(super) fn between(t: &Tab<'_, '_>, from: (&'static str, Option<NaiveDate>), until: Option<NaiveDate>) -> Option<Self> {
        let at = |key: &'static str| (t.file, t.span_of(key));
        Some(Self { from: (from.1?, at(from.0)), until: until.map(|u| (u, at("until"))) })
    }

    /// Its last day, when it has one that is not before its first.
    fn last(&self) -> Option<NaiveDate> {
        self.until.as_ref().map(|u| u.0).filter(|u| *u >= self.from.0)
    }
}

impl<'r, 'f> Reader<'r, 'f, '_> {
    /// What is wrong in the days of the versions of one thing, in the order in which they are written.
    pub(super) fn periods(&self, id: &Spot, periods: &[Period], chosen: Chosen) {
        for p in periods {
            self.ends_before(&id.text, p);
            if chosen == Chosen::FirstOfMonth {
                self.within_month(&id.text, p);
            }
        }
        for (i, p) in periods.iter().enumerate() {
            let earlier = &periods[..i];
            match earlier.iter().find(|q| q.from.0 == p.from.0) {
                Some(twin) => self.two(&id.text, "L21", p, &twin.from.1),
                None => self.overlap(&id.text, p, periods),
            }
        }
        if let Some(w) = periods.windows(2).find(|w| w[1].from.0 < w[0].from.0) {
            let told = Finding::new("L28", Severity::Information);
            let args = [("id", id.text.as_str()), ("from", &w[1].from.0.to_string()), ("last", &w[0].from.0.to_string())];
            self.report.push(told, &[w[1].from.1.clone(), w[0].from.1.clone()], &args);
        }
    }

    /// A last day before the first one: the version would never be in force.
    pub(super) fn ends_before(&self, id: &str, p: &Period) {
        if let Some(until) = p.until.as_ref().filter(|u| u.0 < p.from.0) {
            let args = [("id", id), ("from", &p.from.0.to_string()), ("until", &until.0.to_string())];
            self.report.both("L25", until.1.clone(), p.from.1.clone(), &args);
        }
    }

    fn two(&self, id: &str, code: &str, p: &Period, first: &(u16, Range<usize>)) {
        self.report.both(code, p.from.1.clone(), first.clone(), &[("id", id), ("from", &p.from.0.to_string())]);
    }

    /// A version that begins before another one has ended.
    fn overlap(&self, id: &str, p: &Period, all: &[Period]) {
        let open = |q: &&Period| q.from.0 < p.from.0 && q.last().is_some_and(|u| u >= p.from.0);
        let Some(until) = all.iter().find(open).and_then(|q| q.until.as_ref()) else { return };
        let both = p.last().map_or(until.0, |own| own.min(until.0));
        let args = [("id", id), ("from", &p.from.0.to_string()), ("until", &both.to_string())];
        self.report.both("L26", p.from.1.clone(), until.1.clone(), &args);
    }

    /// Whether a month of that day may still be paid: nothing is settled after so many years. The law below says which year it is.
    fn may_be_paid(&self, day: NaiveDate) -> bool {
        let latest = self.pack.parameters.iter().flat_map(|p| &p.values).map(|v| v.from.year()).max();
        latest.is_none_or(|year| day.year() + SETTLED_AFTER >= year)
    }

    /// What an employer decides from a day within a month: the month is not paid on it. A text of law has the day it has.
    fn within_month(&self, id: &str, p: &Period) {
        let day = p.from.0;
        if self.is_overlay() && day.day() != 1 && self.may_be_paid(day) {
            let month = PayMonth::of(day);
            let told = Finding::new("L27", Severity::Information);
            let args = [
                ("id", id),
                ("from", &day.to_string()),
                ("month", &month.to_string()),
                ("next", &month.next().to_string()),
                ("first", &month.first_day().to_string()),
            ];
            self.report.push(told, std::slice::from_ref(&p.from.1), &args);
        }
    }
}
