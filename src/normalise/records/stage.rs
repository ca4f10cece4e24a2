//! What stands beside what a list pays and says that it is not so, or not yet: the stage of a demand, a letter that no legend explains,
//! another unit than the title's, more hours than a month has.

use super::{Content, RecordReader};
use crate::facts::NumberForm;
use crate::ground::{Exact, Finding, Severity, Sources};
use crate::normalise::lists;
use crate::normalise::mapping::{ColumnMapping, Meaning, Role};
use crate::normalise::register::shown;
use crate::normalise::titles;
use crate::normalise::values::{flag, hours};
use crate::normalise::variables::form_of;
use crate::read::table::Row;

impl RecordReader<'_> {
    /// Sets aside whoever stands in a row that says so.
    pub(super) fn staged(&self, row: &Row<'_, '_>, content: &Content, sources: &Sources, told: &mut Vec<Finding>) {
        let bare = self.source.variables.is_none() && self.source.moves.is_none();
        let beside = |c: &&ColumnMapping| {
            let label = matches!(c.meaning, Meaning::Label | Meaning::Nature) && self.source.role == Role::Amounts && bare;
            c.certainty < 100
                && (label
                    || says_beside(c.meaning)
                    || titles::of_units(&c.heading)
                    || titles::says_refused(&c.heading)
                    || titles::answered(&c.heading, true, false))
        };
        for c in self.source.columns.iter().filter(beside) {
            let text = shown(row, usize::from(c.column));
            if text.is_empty()
                || told.iter().any(|f| f.severity == Severity::Blocking && f.places.contains(&sources.place(self.at(row, c))))
            {
                continue;
            }
            let Some(code) = self.stage(row, c, &text, content) else { continue };
            let f = Finding::new(code, Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
            told.push(f.arg("text", text.chars().take(60).collect::<String>()).at(sources.place(self.at(row, c))));
        }
        told.extend(self.too_many_hours(row, sources));
        told.extend(self.by_another_number(row, sources));
    }

    fn stage(&self, row: &Row<'_, '_>, c: &ColumnMapping, text: &str, content: &Content) -> Option<&'static str> {
        let answer = flag(text).ok().flatten();
        // « Transféré en paie : oui », whatever else the title was taken for.
        if answer == Some(true) && titles::answered(&c.heading, true, false) {
            return Some("M64");
        }
        if titles::says_refused(&c.heading) {
            return (answer != Some(false) && !is_void(text)).then_some("M64");
        }
        if titles::of_stage(&c.heading) && answer.is_none() {
            if titles::is_not_yet(text) {
                return Some("M64");
            }
            let mut letters = text.trim().chars();
            let letter = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
            if letter && !titles::is_granted(text) {
                return Some("M77");
            }
        }
        match content {
            // A waiting day, or a day that is not worked, is none where the row says what it is.
            Content::Event { fact: Some(_), nature, .. } => {
                let strict = titles::lasts_a_day(nature);
                let kept = strict && titles::pays_all_the_same(&c.heading) && answer != Some(false) && !is_void(text);
                let relieved = !strict && answer == Some(true) && titles::relieves(&c.heading);
                let half = strict && !titles::of_remarks(&c.heading) && titles::half_a_day(text);
                (kept || relieved || half).then_some("M77")
            }
            Content::Amounts(_) if self.source.variables.is_none() && self.source.moves.is_none() => {
                let unit = titles::unit_of(&c.heading, text).is_some_and(|unit| !self.measured_in(row, unit));
                (unit || titles::otherwise(&c.heading, text) || self.names_another(row, c, text)).then_some("M77")
            }
            Content::Changes { .. } => titles::otherwise(&c.heading, text).then_some("M77"),
            _ => None,
        }
    }

    /// Whether a row has numbers of a unit's form, and of no other.
    fn measured_in(&self, row: &Row<'_, '_>, unit: Option<NumberForm>) -> bool {
        let has = |form| !self.read_of(row, form).is_empty();
        unit.is_some_and(|unit| {
            let others = [NumberForm::Hours, NumberForm::Money, NumberForm::Days].into_iter().filter(|f| *f != unit);
            has(unit) || !others.into_iter().any(has)
        })
    }

    /// « Nature ; Heures complémentaires » below « HS jour »: the words name another thing of the month than the column.
    fn names_another(&self, row: &Row<'_, '_>, c: &ColumnMapping, text: &str) -> bool {
        let named = || self.cx.natures.one_off(text).or_else(|| self.cx.natures.fact(text));
        let paid = |f| {
            let filled = |o: &&ColumnMapping| !shown(row, usize::from(o.column)).is_empty();
            self.source.columns.iter().filter(filled).any(|o| matches!(o.meaning, Meaning::Fact(x) | Meaning::New(x) if x == f))
        };
        matches!(c.meaning, Meaning::Nature | Meaning::Label) && named().is_some_and(|f| !paid(f))
    }

    /// More overtime than anybody works in a month: hundredths, minutes, or the counter of a year.
    fn too_many_hours(&self, row: &Row<'_, '_>, sources: &Sources) -> Option<Finding> {
        let of = |c: &&ColumnMapping| {
            let (Meaning::Fact(f) | Meaning::New(f)) = c.meaning else { return false };
            let fact = self.cx.vocabulary.get(f);
            form_of(fact) == Some(NumberForm::Hours) && titles::is_overtime(&fact.name)
        };
        let value = |c: &ColumnMapping| hours(&shown(row, usize::from(c.column)), c.mark).ok().flatten();
        let columns = || self.source.columns.iter().filter(of).filter_map(|c| Some((c, value(c)?)));
        let sum = columns().map(|c| c.1).try_fold(Exact::ZERO, Exact::add)?;
        let (c, _) = columns().max_by_key(|c| c.1).filter(|_| sum > Exact::int(titles::bounds().most_hours * 2))?;
        let f = Finding::new("M441", Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
        Some(f.arg("text", shown(row, usize::from(c.column))).at(sources.place(self.at(row, c))))
    }

    /// Hours beyond the fourteenth in a list without a column for the first fourteen: it may have lost it, and anybody in it those hours.
    pub(super) fn without_the_first(&self, row: &Row<'_, '_>, sources: &Sources) -> Option<Finding> {
        let lost = |c: &ColumnMapping| {
            let Meaning::Fact(f) = c.meaning else { return None };
            let first = self.cx.vocabulary.named(titles::needed(&self.cx.vocabulary.get(f).name)?)?;
            self.source.column(Meaning::Fact(first)).is_none().then_some(first)
        };
        let (c, first) = self.source.columns.iter().find_map(|c| Some((c, lost(c)?))).filter(|_| self.source.role == Role::Amounts)?;
        let f = Finding::new("M444", Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
        Some(f.arg("fact", &self.cx.vocabulary.get(first).label.fr).at(sources.place(self.at(row, c))))
    }

    /// A badge or a card says whose it is only beside a name.
    fn by_another_number(&self, row: &Row<'_, '_>, sources: &Sources) -> Option<Finding> {
        let id = self.who.id?;
        let c = self.source.columns.iter().find(|c| usize::from(c.column) == id && c.certainty < 100)?;
        let other = lists::is_list(self.source.role) && titles::of_another_number(&c.heading) && !self.who.has_names();
        let text = shown(row, id);
        (other && !text.is_empty()).then(|| {
            let f = Finding::new("M442", Severity::Blocking).arg("agent", text.as_ref()).arg("heading", self.source.key(c));
            f.at(sources.place(self.at(row, c)))
        })
    }
}

/// « - », « néant ».
fn is_void(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric) || titles::says_nothing(text)
}

/// Columns whose words are said of a row and are no fact of the agent.
const fn says_beside(meaning: Meaning) -> bool {
    use Meaning::{Continues, Ignored, Payer, ReceivedBy, Side, Unknown};
    matches!(meaning, Ignored | Unknown | Side | Payer | Continues | ReceivedBy)
}
