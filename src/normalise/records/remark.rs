//! What stands beside a row in words: that it is not to be paid, something a person must read, or nothing.
//!
//! A remark of known harmless words says nothing; one of any other words is shown, so that none is passed over.

use super::{Content, RecordReader};
use crate::facts::{FactKind, NumberForm, Role as FactRole};
use crate::ground::{At, Finding, Severity, Sources};
use crate::normalise::leftover;
use crate::normalise::lists::{self, SURE};
use crate::normalise::mapping::{ColumnMapping, Meaning, Role};
use crate::normalise::register::shown;
use crate::normalise::titles;
use crate::normalise::values::flag;
use crate::normalise::variables::Variables;
use crate::read::marks::Mark;
use crate::read::table::Row;

/// Another employer beside somebody in a staff file, and in a list.
pub const STAFF_ELSEWHERE: &str = "M371";
pub const LISTED_ELSEWHERE: &str = "M374";

/// What a remark comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Nothing,
    /// Words that nobody knows.
    Told,
    SetsAside,
}

impl RecordReader<'_> {
    /// Remarks in the columns of a row.
    pub(super) fn aside(&self, row: &Row<'_, '_>, counted: bool, sources: &Sources, told: &mut Vec<Finding>) {
        for c in &self.source.columns {
            let text = shown(row, usize::from(c.column));
            if let Some(code) = self.unsaid(c, &text) {
                let f = Finding::new(code, Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
                told.push(f.arg("text", shortened(&text)).at(sources.place(self.at(row, c))));
                continue;
            }
            if self.says_of_row(c, &text) {
                let f = Finding::new("M64", Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
                told.push(f.arg("text", shortened(&text)).at(sources.place(self.at(row, c))));
                continue;
            }
            let beside = match c.meaning {
                Meaning::Ignored | Meaning::Unknown => c.certainty < 100,
                Meaning::Fact(f) => {
                    let fact = self.cx.vocabulary.get(f);
                    // « Retenu : non », taken for a creditor; « Situation : en attente » is said of the row, though a position stands below such titles.
                    let worded = c.certainty < SURE && matches!(fact.kind, FactKind::Text);
                    fact.name == "motif" || worded || fact.role == Some(FactRole::Position)
                }
                _ => false,
            };
            if let Some(word) = behind_name(&text).filter(|_| self.is_name(c)) {
                let noted = word.bytes().all(|b| b.is_ascii_digit() || b == b'*');
                let f = match self.weigh(word, counted, false) {
                    _ if noted => Finding::new("M202", Severity::Justify),
                    Weight::SetsAside => Finding::new("M64", Severity::Blocking),
                    Weight::Nothing | Weight::Told => continue,
                };
                let f = f.arg("agent", self.called(row)).arg("heading", self.source.key(c));
                told.push(f.arg("text", shortened(&text)).at(sources.place(self.at(row, c))));
                continue;
            }
            let remarks = titles::of_remarks(&c.heading) || c.heading.is_empty();
            if beside && matches!(self.source.role, Role::Amounts | Role::Changes) && titles::takes_away(&c.heading, &text) {
                let f = Finding::new("M64", Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
                told.push(f.arg("text", shortened(&text)).at(sources.place(self.at(row, c))));
                continue;
            }
            if beside && !text.chars().any(char::is_alphanumeric) && !text.contains('?') {
                // « ☐ » under « OK », beside « ☑ ».
                let denied =
                    titles::says_unticked(&text) && titles::asks_agreement(&c.heading) && titles::sets_aside(&c.heading, true).is_none();
                if denied {
                    let f = Finding::new("M64", Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
                    told.push(f.arg("text", shortened(&text)).at(sources.place(self.at(row, c))));
                } else {
                    told.extend(self.unanswered(row, c, sources));
                }
                continue;
            }
            // « 0 » under « Observations », beside a sum: perhaps what is to be paid.
            let number = titles::of_remarks(&c.heading) && self.source.role == Role::Amounts && lists::is_quantity(&text);
            let open = text.trim().chars().all(|c| c == '?') || remarks && text.contains('?');
            let said = text.chars().any(char::is_alphabetic) || open || number;
            if !beside || !said {
                continue;
            }
            let weight = self.weigh_in(c, &text, counted, self.owed_before(row));
            let weight = if weight == Weight::Told && !remarks { Weight::Nothing } else { weight };
            let said = match weight {
                Weight::Nothing => continue,
                Weight::Told => Finding::new("M202", Severity::Justify),
                Weight::SetsAside => Finding::new("M64", Severity::Blocking),
            };
            let f = said.arg("agent", self.called(row)).arg("heading", self.source.key(c));
            told.push(f.arg("text", shortened(&text)).at(sources.place(self.at(row, c))));
        }
    }

    /// Back pay that words beside it call too much: what is to be taken back would be paid once more.
    pub(super) fn overpaid(&self, row: &Row<'_, '_>, content: &Content, sources: &Sources, told: &mut Vec<Finding>) {
        let paid = matches!(content, Content::Amounts(sums) if sums.iter().any(|(_, sum, _)| !sum.is_negative()));
        if !paid || told.iter().any(|f| f.code == "M64") || !self.owed_before(row) {
            return;
        }
        let pays = |c: &ColumnMapping| lists::meaning_pays(c.meaning, self.cx.vocabulary) || self.is_name(c);
        let says = |c: &&ColumnMapping| !pays(c) && c.certainty < 100 && titles::says_overpaid(&shown(row, usize::from(c.column)));
        told.extend(self.source.columns.iter().find(says).map(|c| {
            let f = Finding::new("M64", Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
            f.arg("text", shortened(&shown(row, usize::from(c.column)))).at(sources.place(self.at(row, c)))
        }));
    }

    /// « annulé » under « N° arrêté », « Retraité » under « Statut »: said of the row, whatever the column is of.
    fn says_of_row(&self, c: &ColumnMapping, text: &str) -> bool {
        if !lists::is_list(self.source.role) || !text.chars().any(char::is_alphabetic) {
            return false;
        }
        let described = |f| {
            let fact = self.cx.vocabulary.get(f);
            let worded = matches!(fact.kind, FactKind::Text | FactKind::Choice { .. }) && fact.name != "motif";
            worded && matches!(fact.role, None | Some(FactRole::Service | FactRole::Grade | FactRole::Act | FactRole::Post))
        };
        let place = |f| matches!(self.cx.vocabulary.get(f).role, Some(FactRole::Service | FactRole::Grade | FactRole::Post));
        let against = |f| {
            let sums = self.source.role == Role::Amounts;
            titles::sets_aside(text, false).is_some() || sums && titles::is_against_its_row(text, place(f))
        };
        matches!(c.meaning, Meaning::Fact(f) if described(f) && against(f))
    }

    /// « CCAS » under « Payé par », « EHPAD » under « Service »: another employer may pay whom the row names.
    pub(super) fn of_another_employer(&self, row: &Row<'_, '_>, sources: &Sources) -> Option<Finding> {
        let (column, text) = self.source.perhaps_others.get(&row.number)?;
        let c = self.source.columns.iter().find(|c| c.column == *column)?;
        let code = if self.source.role == Role::Staff { STAFF_ELSEWHERE } else { LISTED_ELSEWHERE };
        let f = Finding::new(code, Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(c));
        Some(f.arg("text", shortened(text)).arg("own", self.cx.employer).at(sources.place(self.at(row, c))))
    }

    /// What a reason or a kind says against its own row: a departure for « Mutation interne », a « Service non fait (erreur) ».
    fn unsaid(&self, c: &ColumnMapping, text: &str) -> Option<&'static str> {
        let worded = text.chars().any(char::is_alphabetic);
        match c.meaning {
            Meaning::Fact(f) if self.source.role == Role::Departures && self.cx.vocabulary.get(f).name == "motif" => {
                (worded && !titles::reason_ends_pay(text)).then_some("M422")
            }
            Meaning::Nature if self.source.role == Role::Events => {
                let effect = self.cx.natures.fact(text).is_some_and(|f| self.cx.vocabulary.get(f).name != titles::without_effect());
                (effect && (titles::unmakes_itself(text) || titles::is_unsure(text))).then_some("M64")
            }
            _ => None,
        }
    }

    /// Whether a yes or a no beside a row speaks of what the row pays or changes.
    fn answers(&self) -> bool {
        lists::is_list(self.source.role) || self.source.role == Role::Staff
    }

    /// Whether the list says when contracts end.
    fn ends_contracts(&self) -> bool {
        let ends = |m: Meaning| matches!(m, Meaning::New(f) if self.cx.vocabulary.get(f).role == Some(FactRole::ContractEnd));
        self.source.columns.iter().any(|c| ends(c.meaning))
    }

    /// Whether a format shows a number in another unit than that of what its column pays: « 20 min » under « HS jour ».
    fn shows_another_unit(&self, c: &ColumnMapping, unit: &str) -> bool {
        let (Meaning::Fact(f) | Meaning::New(f)) = c.meaning else { return false };
        let fact = self.cx.vocabulary.get(f);
        let FactKind::Number { form } = fact.kind else { return false };
        let counted = matches!(form, NumberForm::Hours | NumberForm::Money | NumberForm::Days);
        let words = leftover::words_of(fact);
        let said = |w: &str| words.iter().any(|k| k == w) || titles::neutral(leftover::form_key(form), w);
        counted && titles::form_of_unit(unit) != Some(form) && !titles::spaced(unit).split_whitespace().all(said)
    }

    fn is_name(&self, c: &ColumnMapping) -> bool {
        let names = [FactRole::Surname, FactRole::MarriedName, FactRole::GivenName, FactRole::FullName];
        matches!(c.meaning, Meaning::Fact(f) if self.cx.vocabulary.get(f).role.is_some_and(|r| names.contains(&r)))
    }

    /// Nothing under « Avis DGS », where most rows have an answer.
    fn unanswered(&self, row: &Row<'_, '_>, c: &ColumnMapping, sources: &Sources) -> Option<Finding> {
        let asked = titles::asks_agreement(&c.heading) && !titles::of_remarks(&c.heading);
        let titled = titles::sets_aside(&c.heading, true).is_some();
        let paid = self.source.columns.iter().filter(|o| lists::meaning_pays(o.meaning, self.cx.vocabulary)).map(|o| o.filled).max();
        let most = paid.is_some_and(|paid| c.filled > 0 && c.filled * 2 >= paid);
        (asked && !titled && most).then(|| {
            let f = Finding::new("M243", Severity::Justify).arg("agent", self.called(row)).arg("heading", self.source.key(c));
            f.at(sources.place(self.at(row, c)))
        })
    }

    /// A remark under its title: a yes or a no is an answer to it.
    fn weigh_in(&self, c: &ColumnMapping, text: &str, counted: bool, owed_before: bool) -> Weight {
        let titled = titles::sets_aside(&c.heading, true).is_some();
        let absence = self.source.role == Role::Events;
        match flag(text) {
            // « Payé : oui » is paid already, « Validé : non » is not agreed.
            Ok(Some(yes)) if self.answers() && titles::answered(&c.heading, yes, absence) => Weight::SetsAside,
            // « Renouvellement : non » beside the end of a contract.
            Ok(Some(false)) if self.ends_contracts() && titles::renews(&c.heading) => Weight::SetsAside,
            // Nobody absent was present.
            Ok(Some(_)) if absence && titles::answered(&c.heading, true, true) => Weight::Nothing,
            Ok(Some(yes)) if self.answers() && (yes && titled || !yes && !titled && titles::asks_agreement(&c.heading)) => {
                Weight::SetsAside
            }
            Ok(Some(_)) => Weight::Nothing,
            Ok(None) | Err(_) if titles::takes_rest(&c.heading, text) => Weight::SetsAside,
            Ok(None) | Err(_) if lists::is_list(self.source.role) && titles::not_granted(&c.heading, text) => Weight::SetsAside,
            Ok(None) | Err(_) => self.weigh(text, counted, owed_before),
        }
    }

    fn weigh(&self, text: &str, counted: bool, owed_before: bool) -> Weight {
        let other = matches!(lists::month_said(text, self.cx.month, self.cx.last, true), lists::Said::Other(_));
        let past = owed_before && (other || titles::sets_aside(text, counted).is_some_and(|w| w.starts_with("trop")));
        if past {
            return Weight::Nothing;
        }
        // « Service non fait » is a kind of absence; « à récupérer » is none here.
        let word = titles::sets_aside(text, counted).filter(|w| w != "non" || self.cx.natures.fact(text).is_none());
        if counted && (other || titles::says_a_part(text)) || word.is_some() || text.contains('?') {
            Weight::SetsAside
        } else if titles::harmless(&self.without_month(text)) {
            Weight::Nothing
        } else {
            Weight::Told
        }
    }

    /// A text without the name of the month to be paid.
    fn without_month(&self, text: &str) -> String {
        let this = |w: &&str| lists::month_said(w, self.cx.month, self.cx.last, false) == lists::Said::This;
        text.split_whitespace().filter(|w| !this(w)).collect::<Vec<_>>().join(" ")
    }

    /// Whether all that a row pays is of earlier months: « Rappel de régime indemnitaire ».
    fn owed_before(&self, row: &Row<'_, '_>) -> bool {
        // In a list of rubrics the label says so.
        if let Some(rubric) = self.source.variables.as_ref().and_then(Variables::rubric) {
            return titles::back_pay(&shown(row, rubric));
        }
        let pays = |c: &&ColumnMapping| lists::meaning_pays(c.meaning, self.cx.vocabulary) && !shown(row, usize::from(c.column)).is_empty();
        let mut paying = self.source.columns.iter().filter(pays).peekable();
        paying.peek().is_some() && paying.all(|c| titles::back_pay(&c.heading))
    }

    /// What the marks of a row's cells say: it is struck through, or a note stands at it.
    pub fn marked<'m>(
        &self,
        row: &Row<'_, '_>,
        marks: impl Iterator<Item = (u16, &'m Mark)>,
        content: &Content,
        sources: &Sources,
    ) -> Vec<Finding> {
        let counted = matches!(content, Content::Amounts(_) | Content::Event { .. });
        let list = lists::is_list(self.source.role) || matches!(content, Content::Account { .. });
        let mut told = Vec::new();
        let mut struck = None;
        for (c, mark) in marks {
            let column = self.source.columns.iter().find(|m| m.column == c);
            let filled = !shown(row, usize::from(c)).is_empty();
            let read = column.is_some_and(|m| m.meaning != Meaning::Ignored);
            struck = struck.or(Some(c).filter(|_| mark.struck && filled && read));
            let other = column.zip(mark.unit.as_deref()).filter(|(m, u)| list && filled && self.shows_another_unit(m, u));
            told.extend(other.map(|(m, unit)| {
                let f = Finding::new("M462", Severity::Blocking).arg("agent", self.called(row)).arg("heading", self.source.key(m));
                let text = shortened(&shown(row, usize::from(c)));
                f.arg("text", text).arg("unit", unit).at(sources.place(At::cell(self.source.source, row.number, c)))
            }));
            let Some(note) = mark.note.as_deref().filter(|_| list) else { continue };
            let owed_before = self.owed_before(row);
            let whole = self.weigh(note, counted, owed_before);
            let weight = if whole == Weight::Told { self.weigh(without_author(note), counted, owed_before) } else { whole };
            let f = match weight {
                Weight::Nothing => Finding::new("M203", Severity::Warning),
                Weight::Told => Finding::new("M203", Severity::Justify),
                Weight::SetsAside => Finding::new("M204", Severity::Blocking),
            };
            let place = sources.place(At::cell(self.source.source, row.number, c));
            told.push(f.arg("agent", self.called(row)).arg("text", shortened(note)).at(place));
        }
        if let Some(c) = struck {
            let severity = if list { Severity::Blocking } else { Severity::Justify };
            let place = sources.place(At::cell(self.source.source, row.number, c));
            let f = Finding::new(if list { "M201" } else { "M205" }, severity).arg("agent", self.called(row));
            told.push(f.arg("text", shortened(&shown(row, usize::from(c)))).at(place));
        }
        told
    }
}

/// What stands behind a name in its cell: « GODIN (ne pas verser) », « Noémie - parti le 30/11 », « PERRAULT (1) », « FICHET Hugo ? ».
fn behind_name(text: &str) -> Option<&str> {
    if let Some(mark) = ["?", "*"].into_iter().find(|m| text.trim_end().ends_with(m)) {
        return Some(mark);
    }
    let (_, behind) = text.split_once('(').or_else(|| text.split_once(" - "))?;
    Some(behind.trim_end_matches(')').trim()).filter(|b| !b.is_empty())
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A note without the name of who wrote it, which stands before it: « CTM: récupérées le 20 ».
fn without_author(note: &str) -> &str {
    note.split_once(": ").filter(|(author, _)| author.split_whitespace().count() <= 3 && !titles::harmless(author)).map_or(note, |n| n.1)
}
