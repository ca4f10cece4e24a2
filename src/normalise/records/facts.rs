//! All facts of a row: a staff file, arrivals, departures, what a register shows beside its amounts.

use super::{HOURS_ALONE, RecordReader};
use crate::facts::{Fact, FactId, Facts, Origin, Value};
use crate::ground::{Exact, Finding, Severity, Sources};
use crate::normalise::cells;
use crate::normalise::lists::{self, SURE};
use crate::normalise::mapping::{Meaning, Role};
use crate::normalise::register::shown;
use crate::normalise::values::{Unread, post_named};
use crate::read::table::Row;

fn below_one(value: &Value) -> bool {
    value.number().is_some_and(|n| n.is_positive() && n < Exact::ONE)
}

impl RecordReader<'_> {
    pub(super) fn facts(
        &mut self,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Facts {
        let mut facts = Facts::default();
        let source = self.source;
        for c in &source.columns {
            let (Meaning::Fact(f) | Meaning::New(f)) = c.meaning else { continue };
            // A guess about what everybody is paid on is asked, and last month's pay says the same better.
            if source.role == Role::Staff && c.certainty < SURE && lists::pays(self.cx.vocabulary.get(f)) {
                continue;
            }
            // « Temps non complet » in words.
            if Some(f) == self.reduced_post
                && let Some(value) = post_named(&shown(row, usize::from(c.column)))
            {
                facts.set(Fact { id: f, value: Value::Flag(value), at: self.at(row, c), origin: Origin::Read });
                continue;
            }
            let Some(mut read) = self.one(row, c, f, sources, problems, tell) else { continue };
            // « Radié à compter du 6 »: the day before is the last one paid.
            if let Value::Date(d) = read.value
                && self.cx.vocabulary.get(f).role == Some(crate::facts::Role::Exit)
                && crate::normalise::titles::first_day_away(&c.heading)
            {
                read.value = Value::Date(d.pred_opt().unwrap_or(d));
            }
            if source.role == Role::Departures
                && matches!(read.value, Value::Date(_))
                && self.cx.vocabulary.get(f).role == Some(crate::facts::Role::Exit)
                && let Value::Date(d) = read.value
                && may_be_first_away(d, &c.heading)
            {
                let f = Finding::new("M81", Severity::Blocking).arg("agent", self.called(row)).arg("last", d.format("%d/%m/%Y"));
                tell(f.arg("heading", source.key(c)).at(sources.place(self.at(row, c))));
            }
            // Hours a week of somebody who arrives are those of the post, and so are 30 of anybody: part time goes by tenths.
            if let Value::Number(n) = &read.value
                && (c.weekly && read.reduced_post.is_none() && *n < Exact::ONE)
                && (source.role == Role::Arrivals || source.role == Role::Staff && !by_tenths(*n))
            {
                read.reduced_post = Some(true);
            }
            let at = self.at(row, c);
            // Of somebody who was paid, last month's lines tell part time from a reduced post better than hours do.
            let unsure = read.presumed && source.role == Role::Staff;
            // « 80 » is part time of a full post or the hours of a smaller one, and they are not paid alike.
            let bare = source.role == Role::Staff && Some(f) == self.share && read.reduced_post.is_none() && below_one(&read.value);
            if let (true, Some(id)) = (unsure || bare, self.reduced_post) {
                problems.push((id, HOURS_ALONE));
            }
            if let (Some(reduced), Some(id), false) = (read.reduced_post, self.reduced_post, unsure)
                && (reduced || facts.get(id).is_none())
            {
                facts.set(Fact { id, value: Value::Flag(reduced), at, origin: Origin::Read });
            }
            facts.set(Fact { id: f, value: read.value, at, origin: Origin::Read });
        }
        self.parts(&mut facts, row, sources, problems, tell);
        if let Some((f, account)) = self.account_in_parts(row) {
            let at = self.at(row, f.1);
            match account {
                Ok(iban) if facts.get(f.0).is_none() => {
                    facts.set(Fact { id: f.0, value: Value::Text(iban.as_str().into()), at, origin: Origin::Read });
                }
                Ok(_) => {}
                Err(_) => {
                    problems.push((f.0, "N34"));
                    self.refuse(row, f.1, Unread("N34"), sources, tell);
                }
            }
        }
        self.post_hours(&mut facts);
        self.whole_of_a_smaller_post(&mut facts, row, sources, problems, tell);
        facts.shrink();
        facts
    }

    /// Cells that hold several facts together become these facts; a column of its own says more.
    pub(super) fn parts(
        &self,
        facts: &mut Facts,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) {
        for c in &self.source.columns {
            let Meaning::Fact(f) = c.meaning else { continue };
            if self.cx.vocabulary.get(f).parts.is_empty() {
                continue;
            }
            let Some(whole) = facts.remove(f) else { continue };
            let Some(parts) = self.parts_of(f, whole.value.text().unwrap_or_default()) else {
                let named = self.cx.vocabulary.get(f).parts.iter().filter_map(|n| self.cx.vocabulary.named(n));
                problems.extend(named.map(|p| (p, "N01")));
                self.refuse(row, c, Unread("N01"), sources, tell);
                continue;
            };
            for (id, n) in parts {
                if facts.get(id).is_none() {
                    facts.set(Fact { id, value: Value::Number(n), at: whole.at, origin: Origin::Read });
                }
            }
        }
    }

    /// The facts that a cell holds together, the larger number first; `None` when it has more or fewer numbers.
    pub(super) fn parts_of(&self, f: FactId, text: &str) -> Option<Vec<(FactId, Exact)>> {
        let parts: Vec<FactId> = self.cx.vocabulary.get(f).parts.iter().filter_map(|n| self.cx.vocabulary.named(n)).collect();
        let numbers = cells::numbers_within(text);
        (numbers.len() == parts.len()).then(|| parts.into_iter().zip(numbers.into_iter().map(Exact::int)).collect())
    }

    /// A post of fewer than 35 hours a week is not full, and its working time is what the hours say, times the share of them that
    /// is worked. Where both say the same (28 h, 80 %), it is said twice.
    pub(super) fn post_hours(&self, facts: &mut Facts) {
        let named = |n: &str| self.cx.vocabulary.named(n);
        let (Some(hours), Some(share), Some(reduced)) = (named("heures_poste"), named("quotite"), self.reduced_post) else { return };
        let Some((h, at)) = facts.get(hours).and_then(|f| Some((f.value.number()?, f.at))) else { return };
        let Some(part) = h.div(Exact::int(35)).filter(|p| p.is_positive() && *p < Exact::ONE).map(Exact::reduced) else {
            facts.remove(hours);
            return;
        };
        let full_post = facts.value(reduced) == Some(&Value::Flag(false));
        let worked = match facts.value(share).and_then(Value::number) {
            Some(known) if same_share(known, part) && full_post => {
                facts.remove(hours);
                return;
            }
            Some(known) if known < Exact::ONE && !same_share(known, part) => part.mul(known).map_or(part, Exact::reduced),
            Some(_) | None => part,
        };
        facts.set(Fact { id: share, value: Value::Number(worked), at, origin: Origin::Read });
        facts.set(Fact { id: reduced, value: Value::Flag(true), at, origin: Origin::Read });
    }

    /// « Temps non complet » beside 100 % does not say how much of a full time it is: last month's lines may.
    pub(super) fn whole_of_a_smaller_post(
        &self,
        facts: &mut Facts,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) {
        let (Some(share), Some(reduced)) = (self.share, self.reduced_post) else { return };
        let whole = facts.value(share).and_then(Value::number) == Some(Exact::ONE);
        let worded = self.source.column(Meaning::Fact(reduced)).filter(|c| post_named(&shown(row, usize::from(c.column))) == Some(true));
        if let (true, Some(c)) = (whole, worded) {
            facts.remove(share);
            problems.push((share, "N02"));
            self.refuse(row, c, Unread("N02"), sources, tell);
        }
    }
}

/// Five tenths or more, in tenths.
fn by_tenths(share: Exact) -> bool {
    share.mul(Exact::int(10)).and_then(Exact::whole).is_some_and(|n| n >= 5)
}

/// 57,14 % and 20 of 35 hours.
fn same_share(a: Exact, b: Exact) -> bool {
    a.sub(b).and_then(|d| d.scaled_half_up(1_000)).is_some_and(|d| d.abs() <= 1)
}

/// Whether a day of leaving may be the first that is not paid, by its title or because it opens a month: « Retraite 01/06 », as
/// pensions and transfers begin on the first.
pub(super) fn may_be_first_away(day: chrono::NaiveDate, heading: &str) -> bool {
    use crate::normalise::titles::{first_day_away, last_day_or_first_away, spaced};
    let opens = || chrono::Datelike::day(&day) == 1 && !first_day_away(heading) && !spaced(heading).contains(" dernier jour ");
    last_day_or_first_away(heading) || opens()
}
