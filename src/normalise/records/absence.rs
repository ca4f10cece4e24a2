//! An absence of a row: its kind, its days, and what else the row says of the month.

use super::{Content, RecordReader};
use crate::facts::{Fact, FactId, Facts, Origin};
use crate::ground::place::stem;
use crate::ground::{At, Exact, Finding, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::cells;
use crate::normalise::mapping::{ColumnMapping, Meaning, SourceMapping};
use crate::normalise::register::shown;
use crate::normalise::text::fold;
use crate::normalise::titles::spaced;
use crate::normalise::values::flag;
use crate::read::table::Row;
use chrono::{Datelike, NaiveDate, Weekday};

impl RecordReader<'_> {
    pub(super) fn event(
        &mut self,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Content {
        let source = self.source;
        let text = |m: Meaning| source.column(m).map(|c| shown(row, usize::from(c.column)).into_owned()).unwrap_or_default();
        // A sheet of strikes alone says so in its name.
        let nature = Some(text(Meaning::Nature))
            .filter(|_| source.column(Meaning::Nature).is_some())
            .unwrap_or_else(|| named_nature(source, self.cx));
        let mut day = |m: Meaning| -> Option<NaiveDate> {
            let c = source.column(m)?;
            match self.day(row.cells.get(usize::from(c.column))?) {
                Ok(d) => d,
                Err(e) => {
                    self.refuse(row, c, e, sources, tell);
                    None
                }
            }
        };
        let (from, mut to) = (day(Meaning::From), day(Meaning::To));
        let called = |m: Meaning, of: fn(&str) -> bool| source.column(m).is_some_and(|c| of(&c.heading));
        let worked = from.filter(|_| called(Meaning::From, crate::normalise::titles::says_last_worked));
        let (from, worked_until) = worked.map_or((from, None), |d| (d.succ_opt().filter(|n| !is_weekend(*n)), Some(d)));
        if called(Meaning::To, crate::normalise::titles::says_return) {
            let strict = crate::normalise::titles::lasts_a_day(&nature);
            to = to.and_then(|d| d.pred_opt()).filter(|d| !(strict && is_weekend(*d)));
        }
        // A wide sheet of everybody: a row without any absence has what else stands in it.
        let none = |m: Meaning| text(m).is_empty();
        if source.column(Meaning::Nature).is_some() && [Meaning::Nature, Meaning::From, Meaning::To, Meaning::Days].into_iter().all(none) {
            return Content::Amounts(self.numbers(row, true, sources, problems, tell));
        }
        // « Date » alone: that day, of what lasts a day. A leave begins there, and nobody says when it ends.
        let alone = crate::normalise::titles::lasts_a_day(&nature)
            && source.column(Meaning::From).is_some_and(|c| crate::normalise::titles::one_day(&c.heading));
        let mut days = None;
        if let Some(c) = source.column(Meaning::Days)
            && let Some(cell) = row.cells.get(usize::from(c.column))
        {
            match cells::days(cell, c.mark) {
                Ok(d) => days = d,
                Err(e) => self.refuse(row, c, e, sources, tell),
            }
        }
        // « Demi-journée : X », « matin » in a remark: half a day, of what lasts a day.
        if days.is_none() && to.is_none_or(|d| Some(d) == from) && crate::normalise::titles::lasts_a_day(&nature) {
            days = self.half_beside(row);
        }
        let one = |d: Exact| d.is_positive() && d <= Exact::ONE;
        if alone && source.column(Meaning::To).is_none() && days.is_none_or(one) {
            to = from;
        }
        let spanned = from.zip(to).and_then(|(a, b)| (b >= a).then(|| Exact::int((b - a).num_days() + 1)));
        let place = sources.place(At::row(source.source, row.number));
        if let (Some(a), Some(b)) = (from, to)
            && b < a
        {
            tell(
                Finding::new("N15", Severity::Justify).arg("from", a.format("%d/%m/%Y")).arg("to", b.format("%d/%m/%Y")).at(place.clone()),
            );
        }
        if let (Some(d), Some(s)) = (days, spanned)
            && d > s
        {
            tell(Finding::new("N16", Severity::Justify).arg("days", d).arg("spanned", s).at(place.clone()));
        }
        // « Grève du 9 au 10, 1 jour »: one day or two.
        let worked = from.zip(to).and_then(|(a, b)| working_days(a, b).filter(|n| *n >= 2).map(Exact::int));
        if let (Some(d), Some(w), true) = (days, worked, crate::normalise::titles::lasts_a_day(&nature))
            && d.is_positive()
            && d < w
        {
            let f = Finding::new("M83", Severity::Blocking).arg("agent", self.called(row)).arg("days", format!("{d} / {w}"));
            tell(f.at(place.clone()));
        } else if let (Some(d), Some(s), true) = (days, spanned, crate::normalise::titles::lasts_a_day(&nature))
            && d.is_positive()
            && worked.is_some_and(|w| d >= w)
            && d < s
        {
            // From a Thursday to a Monday: three days at work, and five of the month.
            let f = Finding::new("M293", Severity::Justify).arg("agent", self.called(row)).arg("days", d).arg("spanned", s);
            tell(f.at(place.clone()));
        }
        let continues = source.column(Meaning::Continues).and_then(|c| {
            let t = fold(&shown(row, usize::from(c.column)));
            match t.as_str() {
                "" => None,
                t if t.starts_with("init") || t == "i" => Some(false),
                t if t.starts_with("prol") || t == "p" => Some(true),
                _ => match flag(&t) {
                    Ok(b) => b,
                    Err(e) => {
                        self.refuse(row, c, e, sources, tell);
                        None
                    }
                },
            }
        });
        // « Maladie ordinaire (prolongation) »: the kind, and that it goes on.
        let (plain, goes_on) = without_prolongation(&nature);
        let continues = continues.or(goes_on).or_else(|| self.goes_on_beside(row));
        let mut counted = days.or(spanned);
        if counted.is_none_or(|d| !d.is_positive()) {
            let begins = || from.filter(|_| to.is_none()).or(worked_until).map(|d| d.format("%d/%m/%Y → ?").to_string());
            let written = counted.map(|d| d.to_string()).or_else(begins).unwrap_or_default();
            tell(Finding::new("M83", Severity::Blocking).arg("agent", self.called(row)).arg("days", written).at(place.clone()));
        }
        let fact = self.cx.natures.fact(&nature).or_else(|| self.cx.natures.fact(&plain));
        if fact.is_none() {
            tell(Finding::new("N17", Severity::Justify).arg("text", &nature).arg("agent", self.called(row)).at(place));
        }
        let mut beside = Facts::default();
        for c in &source.columns {
            let Meaning::Fact(f) = c.meaning else { continue };
            if self.cx.vocabulary.get(f).recurs {
                continue;
            }
            // « Jours de grève » beside a strike are the days of the row, and no others.
            if Some(f) == fact
                && let Some(read) = self.one(row, c, f, sources, problems, tell)
            {
                let said = read.value.number();
                match (counted, said) {
                    (Some(d), Some(s)) if d != s => tell(
                        Finding::new("M83", Severity::Blocking)
                            .arg("agent", self.called(row))
                            .arg("days", format!("{d} / {s}"))
                            .at(sources.place(self.at(row, c))),
                    ),
                    (None, Some(s)) => counted = Some(s),
                    _ => {}
                }
                continue;
            }
            let text = shown(row, usize::from(c.column));
            // Days of another kind of leave than the row's are none of this row.
            if c.certainty < 100 && fact.is_some_and(|own| own != f) && self.cx.natures.counts(f) && !text.is_empty() {
                let f = Finding::new("M77", Severity::Blocking).arg("agent", self.called(row)).arg("heading", source.key(c));
                tell(f.arg("text", text.as_ref()).at(sources.place(self.at(row, c))));
                continue;
            }
            if let Some(read) = self.one(row, c, f, sources, problems, tell) {
                beside.set(Fact { id: f, value: read.value, at: self.at(row, c), origin: Origin::Read });
            }
        }
        Content::Event { nature, fact, from, to, days: counted, continues, beside }
    }
}

impl RecordReader<'_> {
    /// Half a day in a column that nobody reads: in words, or ticked under a title that says so.
    fn half_beside(&self, row: &Row<'_, '_>) -> Option<Exact> {
        let half = |t: &str| {
            crate::normalise::values::days(t, crate::normalise::values::Mark::Unknown)
                .ok()
                .flatten()
                .filter(|d| *d < Exact::ONE && d.is_positive())
        };
        let unread = self.source.columns.iter().filter(|c| matches!(c.meaning, Meaning::Ignored | Meaning::Unknown));
        unread.map(|c| (c, shown(row, usize::from(c.column)))).find_map(|(c, t)| match flag(&t) {
            Ok(Some(yes)) => half(&c.heading).filter(|_| yes),
            Ok(None) => None,
            Err(_) => half(&t).filter(|_| t.chars().any(char::is_alphabetic)),
        })
    }

    /// « prolongation » in a column of remarks.
    fn goes_on_beside(&self, row: &Row<'_, '_>) -> Option<bool> {
        let remark = |c: &&ColumnMapping| matches!(c.meaning, Meaning::Ignored | Meaning::Unknown);
        let said = |c: &ColumnMapping| without_prolongation(&shown(row, usize::from(c.column))).1;
        self.source.columns.iter().filter(remark).filter_map(said).find(|goes_on| *goes_on)
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The days from one to another, without Saturdays and Sundays.
fn working_days(from: NaiveDate, to: NaiveDate) -> Option<i64> {
    let days = from.iter_days().take_while(|d| *d <= to).take(366);
    i64::try_from(days.filter(|d| !is_weekend(*d)).count()).ok()
}

/// A kind of absence without the word that says if the leave goes on from an earlier one, and what that word says.
fn without_prolongation(nature: &str) -> (String, Option<bool>) {
    let tidy = spaced(nature);
    let goes_on = |w: &str| w.starts_with("prolong");
    let begins = |w: &str| w.starts_with("initial");
    let said = tidy.split_whitespace().find_map(|w| if goes_on(w) { Some(true) } else { begins(w).then_some(false) });
    let rest: Vec<&str> = tidy.split_whitespace().filter(|w| !goes_on(w) && !begins(w)).collect();
    (rest.join(" "), said)
}

/// The kind of absence that the sheet's or the file's name means, for a sheet without a column for it.
pub fn named_nature(source: &SourceMapping, cx: &Context<'_>) -> String {
    let titled = source.column(Meaning::From).and_then(|c| titled_nature(&c.heading, cx));
    if let Some(nature) = titled {
        return nature;
    }
    named_nature_of(source.sheet.as_deref(), &source.title, stem(&source.file), cx)
}

/// The kind of absence whose first day a title says: « Maladie du ».
pub fn titled_nature(heading: &str, cx: &Context<'_>) -> Option<String> {
    crate::normalise::titles::first_day_of(heading).filter(|head| cx.natures.fact(head).is_some())
}

/// The same of the names and of the lines above the headings: one of them is a kind of absence, or holds the name of one alone.
pub fn named_nature_of(sheet: Option<&str>, title: &str, stem: &str, cx: &Context<'_>) -> String {
    let names = [sheet.unwrap_or_default(), title, stem];
    let whole = names.into_iter().find(|n| cx.natures.fact(n).is_some()).map(str::to_owned);
    whole.or_else(|| names.into_iter().find_map(|n| cx.natures.within(n))).unwrap_or_default()
}
