//! What a row of this month says in columns that nobody reads, or in a way that cannot be read.

use super::RecordReader;
use crate::facts::NumberForm;
use crate::ground::{At, Exact, Finding, Severity, Sources, Words, words};
use crate::normalise::lists::{self, SURE};
use crate::normalise::mapping::{ColumnMapping, Meaning, Role, SourceMapping};
use crate::normalise::register::shown;
use crate::normalise::text::fold;
use crate::normalise::titles;
use crate::normalise::values::{Unread, flag};
use crate::normalise::variables;
use crate::read::table::Row;

/// The columns of one title with this one, itself among them; none when it stands alone.
pub(super) fn twins<'s>(source: &'s SourceMapping, c: &'s ColumnMapping) -> impl Iterator<Item = &'s ColumnMapping> {
    let same = |t: &&ColumnMapping| !c.heading.is_empty() && fold(&t.heading) == fold(&c.heading);
    let several = source.columns.iter().filter(same).count() > 1;
    source.columns.iter().filter(move |t| several && same(t))
}

impl RecordReader<'_> {
    /// Columns of this month's list that nobody read, or that are a guess: whoever has something written there is not paid without it.
    pub(super) fn unread(&self, row: &Row<'_, '_>, sources: &Sources, told: &mut Vec<Finding>) {
        let source = self.source;
        let id = self.called(row);
        let place = |c: usize| sources.place(At::cell(source.source, row.number, u16::try_from(c).unwrap_or(At::NO_COLUMN)));
        if let Some(most) = source.cells.filter(|most| row.cells.len() > *most) {
            told.push(
                Finding::new("M82", Severity::Blocking).arg("agent", &id).arg("cells", row.cells.len()).arg("most", most).at(place(most)),
            );
        }
        for c in source.columns.len()..row.cells.len() {
            let text = shown(row, c);
            if !text.is_empty() {
                told.push(Finding::new("M96", Severity::Blocking).arg("text", text.chars().take(60).collect::<String>()).at(place(c)));
            }
        }
        for c in &source.columns {
            let text = shown(row, usize::from(c.column));
            if text.is_empty() {
                continue;
            }
            if lists::is_quantity(&text) && twins(source, c).any(|t| lists::meaning_pays(t.meaning, self.cx.vocabulary)) {
                let f = Finding::new("N20", Severity::Blocking).arg("agent", &id).arg("heading", &c.heading).arg("text", text.as_ref());
                told.push(f.at(place(usize::from(c.column))));
                continue;
            }
            let secret = text.chars().filter(char::is_ascii_digit).count() >= 10;
            let say = |code: &str| {
                let f = Finding::new(code, Severity::Blocking).arg("agent", &id).arg("heading", source.key(c));
                f.arg("text", if secret { "••••" } else { text.as_ref() }).at(place(usize::from(c.column)))
            };
            let denied = c.denied.is_some_and(|m| lists::meaning_pays(m, self.cx.vocabulary)) && !ticks(&c.heading, &text);
            let nameless = c.heading.is_empty() && source.header.is_some();
            // « Ech 5 IB 410 IM 434 »: a situation in words, with numbers that pay depends on.
            let situation = matches!(c.meaning, Meaning::New(f) if self.cx.vocabulary.get(f).role == Some(crate::facts::Role::Position));
            if situation && c.certainty < 100 && text.bytes().any(|b| b.is_ascii_digit()) {
                told.push(say("M77"));
            } else if c.meaning == Meaning::Unknown {
                let agreed = || titles::resumes(&text) && titles::sets_aside(&text, true).is_none();
                let denied = denied && !self.says_which(row, c, &text) && !agreed();
                // A badge beside the agent's own number.
                let badge = self.who.id.is_some_and(|i| i != usize::from(c.column)) && titles::of_another_number(&c.heading);
                if !badge && (denied || nameless || lists::is_quantity(&text)) && !self.sums_up(row, c) && !self.follows(row, c, &text) {
                    told.push(say("M77"));
                }
            } else if c.meaning == Meaning::Ignored && self.grants_other(row, c, &text) {
                told.push(say("M77"));
            } else if c.certainty < SURE && lists::meaning_pays(c.meaning, self.cx.vocabulary) {
                let both = |l| words::sentence("M76", l).replace("{meaning}", &c.meaning.both(self.cx.vocabulary, self.cx.rubrics, l));
                let f = say("M76").text(Words::each(both)).arg("meaning", c.meaning.name(self.cx.vocabulary, self.cx.rubrics));
                told.push(f.arg("certainty", c.certainty).arg("why", c.why.join(", ")));
            } else if c.certainty < SURE && matches!(c.meaning, Meaning::Fact(_) | Meaning::New(_)) && lists::is_quantity(&text) {
                told.push(say("M77"));
            } else if source.role == Role::Amounts && c.certainty < 100 && text.trim() == "%" {
                // « Montant ; 107 ; Unité ; % »: no sum.
                told.push(say("M77"));
            } else if self.less_than_half(c, &text) {
                told.push(say("M65"));
            }
        }
    }

    /// « HS ; 4 ; Validées ; 2 »: another number than those the row pays, under a title that says it is agreed.
    fn grants_other(&self, row: &Row<'_, '_>, c: &ColumnMapping, text: &str) -> bool {
        let number = crate::normalise::values::hours(text, c.mark).ok().flatten();
        let asked = c.certainty < 100 && self.source.role == Role::Amounts && crate::normalise::titles::asks_agreement(&c.heading);
        let read =
            || [NumberForm::Hours, NumberForm::Money, NumberForm::Days].into_iter().flat_map(|f| self.read_of(row, f)).collect::<Vec<_>>();
        asked && !matches!(flag(text), Ok(Some(_))) && number.is_some_and(|n| !read().contains(&n))
    }

    /// « Abonnement ; TER » beside « Coût de l'abonnement ; 50 »: which one it is, and how much stands elsewhere in the row.
    fn says_which(&self, row: &Row<'_, '_>, c: &ColumnMapping, text: &str) -> bool {
        let fact = |m: Meaning| if let Meaning::Fact(f) | Meaning::New(f) = m { Some(f) } else { None };
        let same = |o: &&ColumnMapping| o.certainty >= SURE && fact(o.meaning).is_some() && fact(o.meaning) == c.denied.and_then(fact);
        let filled = |o: &ColumnMapping| !shown(row, usize::from(o.column)).is_empty();
        let worded = text.chars().any(char::is_alphabetic) && !text.chars().any(|x| x.is_ascii_digit());
        worded && self.source.columns.iter().filter(same).any(filled)
    }

    /// A working time below a half, written as a bare number: of 28 nobody knows if it is percent or hours.
    fn less_than_half(&self, c: &ColumnMapping, text: &str) -> bool {
        let (Meaning::Fact(f) | Meaning::New(f)) = c.meaning else { return false };
        let bare = text.chars().all(|x| x.is_ascii_digit() || matches!(x, ',' | '.' | ' '));
        let share = || crate::normalise::values::working_time(text, c.weekly, c.mark).ok().flatten().map(|w| w.share);
        variables::form_of(self.cx.vocabulary.get(f)) == Some(NumberForm::Fraction)
            && c.certainty < 100
            && !c.weekly
            && bare
            && share().is_some_and(|s| Exact::ratio(1, 2).is_some_and(|half| s < half))
    }

    /// « Total heures » beside the hours it adds up.
    pub(super) fn sums_up(&self, row: &Row<'_, '_>, total: &ColumnMapping) -> bool {
        let titled = crate::normalise::titles::summing(&total.heading).is_some();
        let number = |c: &ColumnMapping| {
            let text = shown(row, usize::from(c.column));
            crate::normalise::values::hours(&text, c.mark).ok().flatten()
        };
        let hours = |c: &&ColumnMapping| matches!(c.meaning, Meaning::Fact(f) if variables::form_of(self.cx.vocabulary.get(f)) == Some(NumberForm::Hours));
        let sum = || self.source.columns.iter().filter(hours).filter_map(number).try_fold(Exact::ZERO, Exact::add);
        titled && number(total).is_some_and(|t| sum() == Some(t))
    }

    pub(super) fn refuse(&self, row: &Row<'_, '_>, c: &ColumnMapping, unread: Unread, sources: &Sources, tell: &mut dyn FnMut(Finding)) {
        let text = shown(row, usize::from(c.column));
        let secret = text.chars().filter(char::is_ascii_digit).count() >= 10;
        let blocks = lists::is_list(self.source.role) && lists::meaning_pays(c.meaning, self.cx.vocabulary) && unread.0 != "N04";
        let severity = match unread.0 {
            "N04" => Severity::Warning,
            _ if blocks => Severity::Blocking,
            _ => Severity::Justify,
        };
        tell(
            Finding::new(unread.0, severity)
                .arg("text", if secret { "••••".to_owned() } else { text.into_owned() })
                .arg("heading", self.source.key(c))
                .arg("agent", self.called(row))
                .at(sources.place(self.at(row, c))),
        );
    }
}

/// « Départ : OUI » on a form: what the row tells is a departure, and another cell says when.
pub(super) fn ticks(heading: &str, text: &str) -> bool {
    let roles = [Role::Arrivals, Role::Departures, Role::Changes];
    matches!(flag(text), Ok(Some(_))) && roles.iter().any(|r| crate::normalise::titles::speaks_of(heading, *r) > 0)
}
