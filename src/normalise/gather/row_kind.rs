//! What a row is before it is read as data: a title, a heading once more, a sum, or about an agent.

use crate::normalise::bands::{head_line, whole_line};
use crate::normalise::cells;
use crate::normalise::mapping::{Meaning, SourceMapping};
use crate::normalise::register::{LineReader, WhoColumns, numbered_name, shown};
use crate::normalise::titles::{Summing, is_beside, summing, total_named};
use crate::normalise::values::Mark;
use crate::read::table::{Cell, Row};
use std::collections::BTreeSet;

/// What a row is before it is read as data.
pub(super) enum Kind {
    Title,
    Heading,
    Blank,
    Sum(Summing),
    /// A sum of one agent on a row that does not name him.
    AgentSum,
    Data,
}

/// How employees are numbered where they stand in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    Unsaid,
    /// A text without a digit is none.
    Digits,
    /// Nor one with a blank in it.
    Compact,
    /// Number and name in one cell.
    WithName,
}

pub(super) struct Sorter {
    pub(super) header: Option<(u32, u32)>,
    pub(super) headings: Vec<(usize, String)>,
    pub(super) agent: Option<usize>,
    /// Where numbers and names of agents stand.
    who: Vec<usize>,
    /// Given names, where they stand apart.
    pub(super) given: Option<usize>,
    /// Code and label of a register with a row per rubric (one at least), and its other columns: amounts, rates, bases.
    pub(super) rubric: Option<(Vec<usize>, Vec<usize>)>,
    pub(super) numbers: Numbers,
    /// The agent's columns are filled on the first row only.
    pub(super) carries: bool,
}

impl Sorter {
    pub(super) fn new(map: &SourceMapping, who: &WhoColumns) -> Self {
        let own = |h: &str| h.rsplit(" / ").next().unwrap_or(h).to_owned();
        let samples = |c: usize| map.columns.iter().find(|m| usize::from(m.column) == c).map_or(&[][..], |m| m.samples.as_slice());
        let numbers = who.id.map_or(&[][..], samples);
        let full = who.columns().first().copied().filter(|_| who.id.is_none()).map_or(&[][..], samples);
        let both = full.iter().filter(|t| numbered_name(t).is_some()).count();
        Self {
            header: map.header,
            headings: map.columns.iter().filter(|c| !c.heading.is_empty()).map(|c| (usize::from(c.column), own(&c.heading))).collect(),
            who: who.columns(),
            given: who.given_names(),
            agent: who.id.or_else(|| who.columns().first().copied()),
            rubric: None,
            numbers: if !numbers.is_empty() && numbers.iter().all(|t| t.bytes().any(|b| b.is_ascii_digit())) {
                if numbers.iter().all(|t| !t.contains(char::is_whitespace)) { Numbers::Compact } else { Numbers::Digits }
            } else if both >= 2 && both + 1 >= full.len() {
                Numbers::WithName
            } else {
                Numbers::Unsaid
            },
            carries: false,
        }
    }

    /// For a register with a row per rubric.
    pub(super) fn of_rubrics(map: &SourceMapping, reader: &LineReader) -> Self {
        let columns =
            |wanted: &[Meaning]| map.columns.iter().filter(|c| wanted.contains(&c.meaning)).map(|c| usize::from(c.column)).collect();
        let named = [Meaning::Code, Meaning::Label].iter().filter_map(|m| map.column(*m)).map(|c| usize::from(c.column)).collect();
        let sums = columns(&[
            Meaning::Base,
            Meaning::EmployerBase,
            Meaning::Rate,
            Meaning::Gain,
            Meaning::Deduction,
            Meaning::Amount,
            Meaning::Signed,
            Meaning::EmployerRate,
            Meaning::EmployerAmount,
        ]);
        Self { rubric: Some((named, sums)), carries: reader.carries, ..Self::new(map, &reader.who) }
    }

    /// What a row of such a register is when it is surely no line of pay: the page's head or foot, a sum of an agent.
    pub(super) fn beside_the_lines(&self, row: &Row<'_, '_>, agent: &str) -> Option<Kind> {
        let (named, sums) = self.rubric.as_ref()?;
        let filled = |c: &usize| !shown(row, *c).is_empty();
        let number = |c: &usize| row.cells.get(*c).is_some_and(|cell| matches!(cells::number(cell, Mark::Unknown), Ok(Some(_))));
        let digits = agent.bytes().any(|b| b.is_ascii_digit());
        let strange = !agent.is_empty()
            && match self.numbers {
                Numbers::Digits => !digits,
                Numbers::Compact => !digits || agent.contains(char::is_whitespace),
                Numbers::Unsaid | Numbers::WithName => false,
            };
        // « COMMUNE DE MONTREVAL | Page 2 » where all others have a number and a name.
        if self.numbers == Numbers::WithName && !agent.is_empty() && numbered_name(agent).is_none() && !sums.iter().any(number) {
            return Some(Kind::Title);
        }
        if !named.first().is_some_and(filled) && (!sums.iter().any(number) || strange) {
            return Some(Kind::Title);
        }
        // « Net à payer » below an agent's lines, without his number.
        let label = named.last().map(|c| shown(row, *c)).unwrap_or_default();
        (agent.is_empty() && !self.carries && total_named(&label).is_some()).then_some(Kind::AgentSum)
    }

    /// A line of the page's head, come again: nothing stands where a register has its numbers.
    pub(super) fn is_head(&self, row: &Row<'_, '_>, head: &BTreeSet<String>) -> bool {
        let Some((_, sums)) = self.rubric.as_ref() else { return false };
        let number = |c: &usize| row.cells.get(*c).is_some_and(|cell| matches!(cells::number(cell, Mark::Unknown), Ok(Some(_))));
        let again = head_line(row.cells).is_some_and(|l| head.contains(&l));
        again && (!sums.iter().any(number) || head.contains(&whole_line(row.cells)))
    }

    /// « SOMME | Pascal »: a surname that is also a word of sums.
    fn names_somebody(&self, row: &Row<'_, '_>, first: &str) -> bool {
        let given = self.given.map(|c| shown(row, c)).unwrap_or_default();
        let capitals = |t: &str| t.chars().all(char::is_uppercase);
        let word = |t: &str| t.len() >= 3 && t.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-'));
        capitals(first)
            && word(&given)
            && given.starts_with(char::is_uppercase)
            && !capitals(&given)
            && !is_beside(&format!("{first} {given}"))
    }

    pub(super) fn kind(&self, row: &Row<'_, '_>) -> Kind {
        if let Some((a, b)) = self.header {
            if row.number < a {
                return Kind::Title;
            }
            if row.number <= b {
                return Kind::Heading;
            }
        }
        let agent = self.agent.map_or(std::borrow::Cow::Borrowed(""), |c| shown(row, c));
        if self.sums_up_lines(row) {
            return Kind::AgentSum;
        }
        // The common case, without looking further: a number stands where numbers of agents stand.
        if agent.starts_with(|c: char| c.is_ascii_digit()) {
            return Kind::Data;
        }
        let mut texts = row.cells.iter().map(Cell::shown).filter(|t| !t.is_empty());
        let Some(first) = texts.next() else { return Kind::Blank };
        // A line drawn between the headings and the rows.
        if row.cells.iter().all(|c| !c.shown().contains(char::is_alphanumeric)) {
            return Kind::Blank;
        }
        // « Total brut » below the lines of an agent who stands above them is his, and no sum of the page.
        let label = || self.rubric.as_ref().and_then(|(named, _)| named.last()).map(|c| shown(row, *c)).unwrap_or_default();
        if self.carries && agent.is_empty() && total_named(&label()).is_some() {
            return Kind::Data;
        }
        if let Some(s) = summing(&first)
            && (agent.is_empty() || agent == first)
            && !self.names_somebody(row, &first)
        {
            return Kind::Sum(s);
        }
        if self.headings.len() >= 2 && self.headings.iter().all(|(c, h)| shown(row, *c).split_whitespace().eq(h.split_whitespace())) {
            return Kind::Heading;
        }
        // A line of the page's head, printed again in the middle: one text of several words and nothing beside it.
        if texts.next().is_none() && first.split_whitespace().count() >= 2 && self.headings.len() >= 3 {
            return Kind::Title;
        }
        if self.is_foot(row) {
            return Kind::Title;
        }
        self.beside_the_lines(row, &agent).unwrap_or(Kind::Data)
    }

    /// « Somme : | 1 536,10 | | 953,64 » without a rubric, the word where others have a rate: the foot of an agent's lines.
    fn sums_up_lines(&self, row: &Row<'_, '_>) -> bool {
        let Some((named, numbers)) = self.rubric.as_ref() else { return false };
        let word = |c: &usize| summing(&shown(row, *c)).is_some();
        named.iter().all(|c| shown(row, *c).is_empty()) && numbers.iter().any(word)
    }

    /// « Nombre de grévistes : | 3 »: a label, and a number where a name would stand.
    fn is_foot(&self, row: &Row<'_, '_>) -> bool {
        let filled: Vec<usize> = (0..row.cells.len()).filter(|c| !shown(row, *c).is_empty()).collect();
        let [label, number] = filled[..] else { return false };
        let (text, figure) = (shown(row, label), shown(row, number));
        let counted = figure.starts_with(|c: char| c.is_ascii_digit())
            && figure.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || matches!(c, ',' | '.' | '%' | '/'));
        let named = self.who.contains(&label) && self.who.contains(&number) && label < number;
        named && text.trim_end().ends_with(':') && text.split_whitespace().count() >= 2 && counted
    }
}
