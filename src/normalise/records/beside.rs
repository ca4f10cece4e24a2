//! Cells nobody reads that say again what others of their row do: nothing is lost with them.

use super::RecordReader;
use crate::facts::{NumberForm, Role as FactRole};
use crate::ground::Exact;
use crate::normalise::cells;
use crate::normalise::lists;
use crate::normalise::mapping::{ColumnMapping, Meaning, Role};
use crate::normalise::register::shown;
use crate::normalise::text::Phrase;
use crate::normalise::titles;
use crate::normalise::titles::{
    first_day_away, says_becomes, says_before, says_days, says_period, says_remaining, says_return, says_until, says_yearly,
};
use crate::normalise::values::hours;
use crate::normalise::variables::form_of;
use crate::read::table::Row;
use chrono::{Datelike, NaiveDate, Weekday};

impl RecordReader<'_> {
    /// « IFSE annuelle » of twelve times the month's; « Ancien taux » beside the new one; « Début » and « Fin » of the hours
    /// counted; the day of return after the last of an absence; the end of what goes on past the month.
    pub(super) fn follows(&self, row: &Row<'_, '_>, c: &ColumnMapping, text: &str) -> bool {
        self.is_this_month(row, c, text)
            || self.is_day_after(row, c)
            || self.is_factor(row, c)
            || self.is_product(row, c)
            || self.counts_what_is_paid(row, c)
            || self.counts_days(row, c)
            || self.is_yearly(row, c)
            || self.remains(row, c)
            || self.nothing_remains(row, c)
            || self.is_old(c)
            || self.is_clock(row, text)
            || self.is_return(row, c)
            || self.ends_later(row, c)
    }

    /// « Période » with the month to be paid.
    fn is_this_month(&self, row: &Row<'_, '_>, c: &ColumnMapping, text: &str) -> bool {
        let month = self.cx.month;
        let within = |d: NaiveDate| (month.first_day()..=month.last_day()).contains(&d);
        let said = || lists::month_said(text, month, self.cx.last, false) == lists::Said::This;
        let number = || text.trim().parse::<u32>().is_ok_and(|n| n == month.month());
        says_period(&c.heading) && (self.date(row, c).is_some_and(within) || said() || number())
    }

    /// « Radiation à compter du 15 » beside « Dernier jour 14 »: the same day said twice.
    fn is_day_after(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        let exit = |o: &&ColumnMapping| matches!(o.meaning, Meaning::Fact(f) if self.cx.vocabulary.get(f).role == Some(FactRole::Exit));
        let away = |o: &ColumnMapping, d: NaiveDate| if first_day_away(&o.heading) { d.pred_opt() } else { Some(d) };
        let last = || self.source.columns.iter().find(exit).and_then(|o| away(o, self.date(row, o)?));
        let same = |last: NaiveDate, d: NaiveDate| d == last || first_day_away(&c.heading) && d.pred_opt() == Some(last);
        self.source.role == Role::Departures && self.date(row, c).is_some_and(|d| last().is_some_and(|l| same(l, d)))
    }

    /// « 3 » and « 15,00 » beside the 45,00 that they make.
    fn is_factor(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        let number = |o: &ColumnMapping| row.cells.get(usize::from(o.column)).and_then(|cell| cells::number(cell, o.mark).ok().flatten());
        let others = self.source.columns.iter().filter(|o| o.column != c.column && o.meaning == Meaning::Unknown);
        let products: Vec<Exact> = number(c).map_or_else(Vec::new, |n| others.filter_map(number).filter_map(|o| n.mul(o)).collect());
        // « Assiette ; 2 253,29 » and « Taux (%) ; 1,52 » beside the 34,25 that they make.
        let shares = || products.iter().filter_map(|p| p.scaled_half_up(1));
        let made = |m: &Exact| products.contains(m) || m.scaled_half_up(100).is_some_and(|m| m > 100 && shares().any(|p| p == m));
        !products.is_empty() && self.read_of(row, NumberForm::Money).iter().any(|m| !m.is_zero() && made(m))
    }

    /// « Montant brut » of 370 beside the 25 hours and the 14,80 an hour that make it.
    fn is_product(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        let number = || row.cells.get(usize::from(c.column)).and_then(|cell| cells::number(cell, c.mark).ok().flatten());
        let (hours, prices) = (self.read_of(row, NumberForm::Hours), self.read_of(row, NumberForm::Money));
        let ([hours], [price]) = (&hours[..], &prices[..]) else { return false };
        let sum = || hours.mul(*price).and_then(|p| p.scaled_half_up(100));
        number().and_then(|n| n.scaled_half_up(100)).is_some_and(|n| n != 0 && sum() == Some(n))
    }

    /// « Nbre astreintes » beside « Montant des astreintes »: how many the sum is for.
    fn counts_what_is_paid(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        let counted = Phrase::of(&c.heading);
        let of: Vec<&String> = counted.words.iter().filter(|w| *w != "nombre").collect();
        let pays = |o: &&ColumnMapping| {
            let sum = matches!(o.meaning, Meaning::Fact(f) if form_of(self.cx.vocabulary.get(f)) == Some(NumberForm::Money));
            sum && !shown(row, usize::from(o.column)).is_empty() && {
                let paid = Phrase::of(&o.heading);
                of.iter().all(|w| paid.has(w)) && paid.words.len() > of.len()
            }
        };
        let whole = || row.cells.get(usize::from(c.column)).and_then(|cell| cells::number(cell, c.mark).ok().flatten());
        // « Nb semaines ; 1 »: of two, the sum might be for each.
        let of_time = !of.is_empty() && of.iter().all(|w| titles::is_time(w));
        if self.source.role == Role::Amounts && of_time && whole() == Some(Exact::ONE) {
            return !self.read_of(row, NumberForm::Money).is_empty();
        }
        self.source.role == Role::Amounts
            && of.len() < counted.words.len()
            && !of.is_empty()
            && whole().and_then(Exact::whole).is_some_and(|n| (1..=31).contains(&n))
            && self.source.columns.iter().any(|o| pays(&o))
    }

    /// « Jours ouvrés » beside the days that the dates make.
    fn counts_days(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        let day = |m: Meaning| self.source.column(m).and_then(|o| self.date(row, o));
        let number = || row.cells.get(usize::from(c.column)).and_then(|cell| cells::days(cell, c.mark).ok().flatten());
        let dates = || day(Meaning::From).zip(day(Meaning::To));
        let fits = |n: Exact, (a, b): (NaiveDate, NaiveDate)| {
            let all: Vec<NaiveDate> = a.iter_days().take_while(|d| *d <= b).take(366).collect();
            let worked = all.iter().filter(|d| !matches!(d.weekday(), Weekday::Sat | Weekday::Sun)).count();
            [all.len(), worked].into_iter().filter_map(|n| i64::try_from(n).ok()).any(|d| Exact::int(d) == n)
        };
        self.source.role == Role::Events && says_days(&c.heading) && number().is_some_and(|n| dates().is_some_and(|d| fits(n, d)))
    }

    pub(super) fn read_of(&self, row: &Row<'_, '_>, wanted: NumberForm) -> Vec<Exact> {
        let of = |c: &&ColumnMapping| {
            let (Meaning::Fact(f) | Meaning::New(f)) = c.meaning else { return false };
            form_of(self.cx.vocabulary.get(f)) == Some(wanted)
        };
        let value = |c: &ColumnMapping| hours(&shown(row, usize::from(c.column)), c.mark).ok().flatten();
        self.source.columns.iter().filter(of).filter_map(value).collect()
    }

    fn is_yearly(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        let number = || row.cells.get(usize::from(c.column)).and_then(|cell| cells::number(cell, c.mark).ok().flatten());
        let twelve = |n: Exact| self.read_of(row, NumberForm::Money).into_iter().any(|m| m.mul(Exact::int(12)) == Some(n));
        says_yearly(&c.heading) && number().is_some_and(twelve)
    }

    /// « Solde à récupérer ; 0 » beside hours: nothing is left.
    fn nothing_remains(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        let number = || row.cells.get(usize::from(c.column)).and_then(|cell| cells::number(cell, c.mark).ok().flatten());
        self.source.role == Role::Amounts && says_remaining(&c.heading) && number().is_some_and(Exact::is_zero)
    }

    /// « Solde restant dû » beside what is kept for a creditor this month, and not less than it.
    fn remains(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        let number = || row.cells.get(usize::from(c.column)).and_then(|cell| cells::number(cell, c.mark).ok().flatten());
        // In a list of movements the sum of a row stands in its column of values.
        let value = self.source.column(Meaning::Signed).and_then(|v| cells::number(row.cells.get(usize::from(v.column))?, v.mark).ok()?);
        let less = |n: Exact| self.read_of(row, NumberForm::Money).into_iter().chain(value).any(|m| m <= n);
        self.source.role == Role::Changes && says_remaining(&c.heading) && number().is_some_and(less)
    }

    fn is_old(&self, c: &ColumnMapping) -> bool {
        let new =
            |o: &ColumnMapping| matches!(o.meaning, Meaning::New(_)) || matches!(o.meaning, Meaning::Fact(_)) && says_becomes(&o.heading);
        self.source.role == Role::Changes && says_before(&c.heading) && self.source.columns.iter().any(new)
    }

    /// Two times of the day with as many hours between them as the row counts.
    fn is_clock(&self, row: &Row<'_, '_>, text: &str) -> bool {
        let time = |t: &str| {
            let (h, m) = t.trim().split_once(['h', 'H', ':'])?;
            let (h, m) = (h.trim().parse::<i64>().ok()?, if m.trim().is_empty() { 0 } else { m.trim().parse::<i64>().ok()? });
            ((0..=24).contains(&h) && (0..60).contains(&m)).then_some(h * 60 + m)
        };
        let unread = self.source.columns.iter().filter(|c| matches!(c.meaning, Meaning::Unknown | Meaning::Ignored));
        let times: Vec<i64> = unread.filter_map(|c| time(&shown(row, usize::from(c.column)))).collect();
        let [from, to] = times[..] else { return false };
        // In a list of rubrics the hours of a row stand in its column of numbers.
        let base = self.source.column(Meaning::Base).filter(|_| self.source.variables.is_some());
        let of_rubric = base.and_then(|c| hours(&shown(row, usize::from(c.column)), c.mark).ok().flatten());
        let counted = || self.read_of(row, NumberForm::Hours).into_iter().chain(of_rubric).try_fold(Exact::ZERO, Exact::add);
        time(text).is_some() && to > from && counted() == Exact::ratio(to - from, 60).map(Exact::reduced)
    }

    fn date(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> Option<NaiveDate> {
        self.day(row.cells.get(usize::from(c.column))?).ok().flatten()
    }

    /// The day after the last of an absence, but for a weekend.
    fn is_return(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        let last = || self.source.column(Meaning::To).and_then(|to| self.date(row, to));
        let weekend = |d: NaiveDate| matches!(d.weekday(), Weekday::Sat | Weekday::Sun);
        let back = |last: NaiveDate, day: NaiveDate| last < day && last.iter_days().skip(1).take_while(|d| *d < day).take(4).all(weekend);
        says_return(&c.heading) && last().zip(self.date(row, c)).is_some_and(|(last, day)| back(last, day))
    }

    fn ends_later(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> bool {
        self.source.role == Role::Changes && says_until(&c.heading) && self.date(row, c).is_some_and(|d| d > self.cx.month.last_day())
    }
}
