//! Rows about one agent each: staff, movements, changes, absences, sums of the month, requests for another account.

mod absence;
mod account;
mod amounts;
mod beside;
mod cell;
mod changes;
mod facts;
mod gone;
mod half_pay;
mod movement;
mod remark;
mod stage;
mod unread;

use crate::facts::{FactId, Facts, Value};
use crate::ground::{At, Exact, Finding, Sources};
use crate::normalise::Context;
use crate::normalise::cells::{self, Interned};
use crate::normalise::lists;
use crate::normalise::mapping::{ColumnMapping, Meaning, Role, SourceMapping};
use crate::normalise::people::Who;
use crate::normalise::register::{WhoColumns, shown};
use crate::read::table::{Cell, Row};
pub use absence::{named_nature, named_nature_of, titled_nature};
pub use account::parsed;
use chrono::NaiveDate;
pub use gone::{NO_LONGER, OPEN_EXIT, UNKNOWN_STATE};
pub use remark::{LISTED_ELSEWHERE, STAFF_ELSEWHERE};

/// A remark on a flag left open: the hours would do for a yes too.
pub const HOURS_ALONE: &str = "hours alone";

/// What one row said, before its agent is known for sure.
#[derive(Clone, Debug)]
pub struct RawRow {
    pub who: Who,
    pub at: At,
    pub content: Content,
    pub problems: Vec<(FactId, &'static str)>,
    /// What the row says and nobody may be paid without: told of the agent once it is known.
    pub told: Vec<Finding>,
    /// The days between which a row of a career holds.
    pub span: Option<(Option<NaiveDate>, Option<NaiveDate>)>,
    /// The row as written, for a list of this month.
    pub row: String,
    /// Sums, hours and days of the month in a row of changes.
    pub beside: Vec<(FactId, Exact, At)>,
    /// Holds a value where the list has values.
    pub says: bool,
    /// Its number is none, and it is not read.
    pub refused: bool,
    /// Words alone where names stand: a row only if somebody bears that name.
    pub words: bool,
}

impl RawRow {
    /// A row that says nothing but these facts.
    pub fn of_facts(who: Who, at: At, facts: Facts) -> Self {
        Self {
            who,
            at,
            content: Content::Facts(facts),
            problems: Vec::new(),
            told: Vec::new(),
            span: None,
            row: String::new(),
            beside: Vec::new(),
            says: true,
            refused: false,
            words: false,
        }
    }
}

/// A value of a row of changes.
#[derive(Clone, Debug)]
pub struct Changed {
    pub fact: FactId,
    pub old: Option<Value>,
    pub new: Value,
    pub said: Said,
    pub at: At,
}

impl Changed {
    pub const fn new(fact: FactId, new: Value, at: At) -> Self {
        Self { fact, old: None, new, said: Said::New, at }
    }
}

/// How a row of changes says a value: « Nouvel IM » is new; « IM » beside « Nouveau grade » is the index of the new grade, where
/// it is not the one known; « Quotité » beside « Nouvel IM » is what goes on, and where it is not what is known, a person says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    New,
    OfTheNew,
    Beside,
}

/// By role of the sheet.
#[derive(Clone, Debug)]
pub enum Content {
    Facts(Facts),
    Changes {
        changed: Vec<Changed>,
        effective: Option<NaiveDate>,
    },
    Event {
        nature: String,
        fact: Option<FactId>,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        days: Option<Exact>,
        continues: Option<bool>,
        /// What else the row says of the month: half-pay days, waiting days, the day the leave was granted, an act.
        beside: Facts,
    },
    Amounts(Vec<(FactId, Exact, At)>),
    Account {
        requested: Option<NaiveDate>,
        iban: String,
        received_by: String,
        at: At,
    },
}

/// A row that came to nothing.
fn says_nothing(content: &Content) -> bool {
    match content {
        Content::Amounts(list) => list.is_empty(),
        Content::Changes { changed, .. } => changed.is_empty(),
        Content::Facts(_) | Content::Event { .. } | Content::Account { .. } => false,
    }
}

/// Reads rows of one source.
pub struct RecordReader<'a> {
    pub(super) source: &'a SourceMapping,
    pub(super) cx: &'a Context<'a>,
    pub who: WhoColumns,
    pub(super) latest: NaiveDate,
    pub texts: Interned,
    pub(super) reduced_post: Option<FactId>,
    /// The share of full time that is worked.
    pub(super) share: Option<FactId>,
    /// Column of the key of identity numbers, when it stands apart.
    pub(super) key: Option<u16>,
    pub(super) told_keys: bool,
    /// Columns of a staff file that may say that somebody is no longer paid.
    standings: Vec<gone::Standing>,
}

impl<'a> RecordReader<'a> {
    pub fn new(source: &'a SourceMapping, cx: &'a Context<'a>) -> Self {
        Self {
            source,
            cx,
            who: WhoColumns::new(source, cx),
            latest: crate::normalise::recognise::latest_date(cx),
            texts: Interned::default(),
            reduced_post: cx.vocabulary.named("temps_non_complet"),
            share: cx.vocabulary.named("quotite"),
            key: cx.vocabulary.named("cle_nir").and_then(|f| source.column(Meaning::Fact(f))).map(|c| c.column),
            told_keys: false,
            standings: if source.role == Role::Staff { gone::Standing::of(source, cx) } else { Vec::new() },
        }
    }

    /// Reads one row; cells that cannot be read become findings and the agent's problems.
    pub fn read(&mut self, row: &Row<'_, '_>, sources: &Sources, tell: &mut dyn FnMut(Finding)) -> RawRow {
        let who = self.who.read(row);
        let mut problems = Vec::new();
        let mut told = Vec::new();
        let list = lists::is_list(self.source.role);
        if list {
            self.unread(row, sources, &mut told);
        }
        let span = (self.source.role == Role::Staff).then(|| self.span(row)).flatten();
        let mut beside = Vec::new();
        let content = {
            let mut keep = |f: Finding| told.push(f);
            let tell: &mut dyn FnMut(Finding) = if list { &mut keep } else { tell };
            match self.source.role {
                Role::Changes => {
                    beside = self.numbers(row, true, sources, &mut problems, tell);
                    self.changes(row, sources, &mut problems, tell)
                }
                Role::Events => self.event(row, sources, &mut problems, tell),
                Role::AccountChanges => self.account(row, sources, tell),
                Role::Amounts => self.amounts(row, sources, &mut problems, tell),
                Role::Staff
                | Role::Arrivals
                | Role::Departures
                | Role::RegisterLines
                | Role::RegisterWide
                | Role::Transfers
                | Role::OtherAccounts
                | Role::Rubrics
                | Role::Ignored
                | Role::Unknown => Content::Facts(self.facts(row, sources, &mut problems, tell)),
            }
        };
        let written =
            |c: &ColumnMapping| lists::meaning_pays(c.meaning, self.cx.vocabulary) && !shown(row, usize::from(c.column)).is_empty();
        let number = |c: &ColumnMapping| {
            matches!(c.meaning, Meaning::Base | Meaning::Amount | Meaning::Signed) && !shown(row, usize::from(c.column)).is_empty()
        };
        let rubric = (self.source.variables.is_some() || self.source.moves.is_some()) && self.source.columns.iter().any(number);
        let says = !list || rubric || self.source.columns.iter().any(written);
        if list {
            told.extend(self.without_the_first(row, sources));
        }
        if list && says && !(says_nothing(&content) && beside.is_empty()) {
            let counted = matches!(content, Content::Amounts(_) | Content::Event { .. }) || !beside.is_empty();
            self.aside(row, counted, sources, &mut told);
            self.overpaid(row, &content, sources, &mut told);
            self.staged(row, &content, sources, &mut told);
        }
        if let (Role::Staff, Content::Facts(facts)) = (self.source.role, &content) {
            self.gone(row, facts, sources, &mut told);
        }
        told.extend(self.of_another_employer(row, sources));
        self.in_part(row, &content, sources, &mut told);
        let row_text = if list {
            row.cells.iter().map(Cell::shown).collect::<Vec<_>>().join(&crate::normalise::named::CELLS.to_string())
        } else {
            String::new()
        };
        RawRow {
            who,
            at: At::row(self.source.source, row.number),
            content,
            problems,
            told,
            span,
            row: row_text,
            beside,
            says,
            refused: false,
            words: false,
        }
    }

    /// The agent as the row calls him: by his number, or else by his name.
    pub(super) fn called(&self, row: &Row<'_, '_>) -> String {
        let who = self.who.read(row);
        if who.id.is_empty() { who.called() } else { who.id }
    }

    /// The days between which a row of a staff file holds, where it says so.
    pub(super) fn span(&self, row: &Row<'_, '_>) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
        let day = |m: Meaning| {
            let c = self.source.column(m)?;
            cells::date(row.cells.get(usize::from(c.column))?, self.latest).ok().flatten()
        };
        self.source.column(Meaning::From).map(|_| (day(Meaning::From), day(Meaning::To)))
    }

    pub(super) fn at(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> At {
        At::cell(self.source.source, row.number, c.column)
    }
}
