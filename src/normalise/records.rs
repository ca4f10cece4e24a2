//! Rows about one agent each: staff, movements, changes, absences, sums of the month, requests for another account.

use crate::facts::{Fact, FactId, FactKind, Facts, NumberForm, Origin, Value};
use crate::ground::{At, Exact, Finding, Iban, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::cells::{self, Interned};
use crate::normalise::lists::{self, SURE};
use crate::normalise::mapping::{ColumnMapping, Meaning, Role, SourceMapping};
use crate::normalise::moves::{self, Moves};
use crate::normalise::people::Who;
use crate::normalise::register::{WhoColumns, shown};
use crate::normalise::text::fold;
use crate::normalise::values::{Unread, flag};
use crate::normalise::variables::{self, Variables};
use crate::read::table::{Cell, Row};
use chrono::NaiveDate;

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
    /// Holds a value where the list has values.
    pub says: bool,
    /// Its number is none, and it is not read.
    pub refused: bool,
}

/// By role of the sheet.
#[derive(Clone, Debug)]
pub enum Content {
    Facts(Facts),
    Changes {
        changed: Vec<(FactId, Option<Value>, Value, At)>,
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

/// The columns of one title with this one, itself among them; none when it stands alone.
fn twins<'s>(source: &'s SourceMapping, c: &'s ColumnMapping) -> impl Iterator<Item = &'s ColumnMapping> {
    let same = |t: &&ColumnMapping| !c.heading.is_empty() && fold(&t.heading) == fold(&c.heading);
    let several = source.columns.iter().filter(same).count() > 1;
    source.columns.iter().filter(move |t| several && same(t))
}

/// Reads rows of one source.
pub struct RecordReader<'a> {
    source: &'a SourceMapping,
    cx: &'a Context<'a>,
    pub who: WhoColumns,
    latest: NaiveDate,
    pub texts: Interned,
    reduced_post: Option<FactId>,
    /// Column of the key of identity numbers, when it stands apart.
    key: Option<u16>,
    told_keys: bool,
}

impl<'a> RecordReader<'a> {
    pub fn new(source: &'a SourceMapping, cx: &'a Context<'a>) -> Self {
        Self {
            source,
            cx,
            who: WhoColumns::new(source, cx),
            latest: super::recognise::latest_date(cx),
            texts: Interned::default(),
            reduced_post: cx.vocabulary.named("temps_non_complet"),
            key: cx.vocabulary.named("cle_nir").and_then(|f| source.column(Meaning::Fact(f))).map(|c| c.column),
            told_keys: false,
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
        let content = {
            let mut keep = |f: Finding| told.push(f);
            let tell: &mut dyn FnMut(Finding) = if list { &mut keep } else { tell };
            match self.source.role {
                Role::Changes => self.changes(row, sources, &mut problems, tell),
                Role::Events => self.event(row, sources, &mut problems, tell),
                Role::AccountChanges => self.account(row, sources, tell),
                Role::Amounts => self.amounts(row, sources, &mut problems, tell),
                Role::Staff
                | Role::Arrivals
                | Role::Departures
                | Role::RegisterLines
                | Role::RegisterWide
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
        let row_text =
            if list { row.cells.iter().map(Cell::shown).collect::<Vec<_>>().join(&super::named::CELLS.to_string()) } else { String::new() };
        RawRow { who, at: At::row(self.source.source, row.number), content, problems, told, span, row: row_text, says, refused: false }
    }

    /// The agent as the row calls him: by his number, or else by his name.
    fn called(&self, row: &Row<'_, '_>) -> String {
        let who = self.who.read(row);
        if who.id.is_empty() { format!("{} {}", who.surname, who.given).trim().to_owned() } else { who.id }
    }

    /// Columns of this month's list that nobody read, or that are a guess: whoever has something written there is not paid without it.
    fn unread(&self, row: &Row<'_, '_>, sources: &Sources, told: &mut Vec<Finding>) {
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
            if twins(source, c).any(|t| lists::meaning_pays(t.meaning, self.cx.vocabulary)) && lists::is_quantity(&text) {
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
            if c.meaning == Meaning::Unknown {
                if (denied || nameless || lists::is_quantity(&text)) && !self.sums_up(row, c) {
                    told.push(say("M77"));
                }
            } else if c.certainty < SURE && lists::meaning_pays(c.meaning, self.cx.vocabulary) {
                told.push(say("M76").arg("meaning", c.meaning.name(self.cx.vocabulary, self.cx.rubrics)).arg("certainty", c.certainty));
            }
        }
    }

    /// « Total heures » beside the hours it adds up.
    fn sums_up(&self, row: &Row<'_, '_>, total: &ColumnMapping) -> bool {
        let titled = crate::normalise::titles::summing(&total.heading).is_some();
        let number = |c: &ColumnMapping| {
            let text = shown(row, usize::from(c.column));
            crate::normalise::values::hours(&text, c.mark).ok().flatten()
        };
        let hours = |c: &&ColumnMapping| matches!(c.meaning, Meaning::Fact(f) if variables::form_of(self.cx.vocabulary.get(f)) == Some(NumberForm::Hours));
        let sum = || self.source.columns.iter().filter(hours).filter_map(number).try_fold(Exact::ZERO, Exact::add);
        titled && number(total).is_some_and(|t| sum() == Some(t))
    }

    /// The days between which a row of a staff file holds, where it says so.
    fn span(&self, row: &Row<'_, '_>) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
        let day = |m: Meaning| {
            let c = self.source.column(m)?;
            cells::date(row.cells.get(usize::from(c.column))?, self.latest).ok().flatten()
        };
        self.source.column(Meaning::From).map(|_| (day(Meaning::From), day(Meaning::To)))
    }

    fn at(&self, row: &Row<'_, '_>, c: &ColumnMapping) -> At {
        At::cell(self.source.source, row.number, c.column)
    }

    fn refuse(&self, row: &Row<'_, '_>, c: &ColumnMapping, unread: Unread, sources: &Sources, tell: &mut dyn FnMut(Finding)) {
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

    fn one(
        &mut self,
        row: &Row<'_, '_>,
        c: &ColumnMapping,
        f: FactId,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Option<cells::Read> {
        let cell = row.cells.get(usize::from(c.column))?;
        let with_key = self.with_key(row, c, f);
        let cell = with_key.as_ref().unwrap_or(cell);
        match cells::value(cell, self.cx.vocabulary.get(f), c, self.latest, &mut self.texts) {
            Ok(read) => {
                if let Some(code) = read.as_ref().and_then(|r| r.remark) {
                    if code == cells::WITHOUT_KEY {
                        // The whole column is so: said once.
                        if !std::mem::replace(&mut self.told_keys, true) {
                            let f = Finding::new(code, Severity::Warning).arg("heading", self.source.key(c));
                            tell(f.at(sources.place(self.at(row, c))));
                        }
                        return read;
                    }
                    problems.push((f, code));
                    self.refuse(row, c, Unread(code), sources, tell);
                }
                read
            }
            Err(Unread("N03")) if self.day_alone(cell, f).is_some() => self.day_alone(cell, f).map(|d| cells::Read::of(Value::Date(d))),
            Err(unread) => {
                problems.push((f, unread.0));
                self.refuse(row, c, unread, sources, tell);
                None
            }
        }
    }

    /// A date of this month's lists, which may leave out its year.
    fn day(&self, cell: &Cell<'_>) -> Result<Option<NaiveDate>, Unread> {
        let text = matches!(cell, Cell::Text(_)) && lists::is_list(self.source.role);
        let alone = || crate::normalise::values::day_of_year(&cell.shown(), self.latest).filter(|_| text);
        cells::date(cell, self.latest).or_else(|e| alone().map(Some).ok_or(e))
    }

    /// The same for a fact: nobody's birth is near the month being paid.
    fn day_alone(&self, cell: &Cell<'_>, f: FactId) -> Option<NaiveDate> {
        let decl = self.cx.vocabulary.get(f);
        let dated = decl.kind == FactKind::Date && decl.role != Some(crate::facts::Role::BirthDate);
        self.day(cell).ok().flatten().filter(|_| dated)
    }

    /// An identity number of 13 characters with the key that stands in its own column.
    fn with_key(&self, row: &Row<'_, '_>, c: &ColumnMapping, f: FactId) -> Option<Cell<'static>> {
        let key = self.key.filter(|_| self.cx.vocabulary.get(f).role == Some(crate::facts::Role::IdentityNumber))?;
        let number: String = shown(row, usize::from(c.column)).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let key = shown(row, usize::from(key)).trim().to_owned();
        let whole = number.len() == 13 && (1..=2).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_digit());
        whole.then(|| Cell::Text(format!("{number}{key:0>2}").into()))
    }

    fn facts(
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
            let Some(mut read) = self.one(row, c, f, sources, problems, tell) else { continue };
            // « Radié à compter du 6 »: the day before is the last one paid.
            if let Value::Date(d) = read.value
                && self.cx.vocabulary.get(f).role == Some(crate::facts::Role::Exit)
                && crate::normalise::titles::first_day_away(&c.heading)
            {
                read.value = Value::Date(d.pred_opt().unwrap_or(d));
            }
            let at = self.at(row, c);
            // Of somebody who was paid, last month's lines tell part time from a reduced post better than hours do.
            let unsure = read.presumed && source.role == Role::Staff;
            if let (true, Some(id)) = (unsure, self.reduced_post) {
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
        facts.shrink();
        facts
    }

    /// Cells that hold several facts together become these facts; a column of its own says more.
    fn parts(
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
    fn parts_of(&self, f: FactId, text: &str) -> Option<Vec<(FactId, Exact)>> {
        let parts: Vec<FactId> = self.cx.vocabulary.get(f).parts.iter().filter_map(|n| self.cx.vocabulary.named(n)).collect();
        let numbers = cells::numbers_within(text);
        (numbers.len() == parts.len()).then(|| parts.into_iter().zip(numbers.into_iter().map(Exact::int)).collect())
    }

    /// The account that a row writes in four columns, with the fact and the column it is named by; `None` without them.
    #[expect(clippy::type_complexity, reason = "a fact, its column and what was made of four cells")]
    fn account_in_parts(&self, row: &Row<'_, '_>) -> Option<((FactId, &'a ColumnMapping), Result<Iban, crate::ground::iban::IbanProblem>)> {
        use crate::facts::Role as R;
        let iban = self.cx.vocabulary.role(R::Iban)?;
        let column = |r: R| self.source.column(Meaning::Fact(self.cx.vocabulary.role(r)?));
        let [bank, branch, number, key] =
            [column(R::AccountBank)?, column(R::AccountBranch)?, column(R::AccountNumber)?, column(R::AccountKey)?];
        let text = |c: &ColumnMapping| shown(row, usize::from(c.column)).into_owned();
        let written = [text(bank), text(branch), text(number), text(key)];
        if written.iter().all(String::is_empty) {
            return None;
        }
        let account = crate::ground::iban::rib_to_iban(&written[0], &written[1], &written[2], &written[3]);
        Some(((iban, number), account))
    }

    /// A post of fewer than 35 hours a week is not full, and its working time is what the hours say where no share says less.
    fn post_hours(&self, facts: &mut Facts) {
        let named = |n: &str| self.cx.vocabulary.named(n);
        let (Some(hours), Some(share), Some(reduced)) = (named("heures_poste"), named("quotite"), self.reduced_post) else { return };
        let Some((h, at)) = facts.get(hours).and_then(|f| Some((f.value.number()?, f.at))) else { return };
        let Some(part) = h.div(Exact::int(35)).filter(|p| p.is_positive() && *p < Exact::ONE).map(Exact::reduced) else { return };
        let known = facts.value(share).and_then(Value::number);
        if known.is_none_or(|k| k == Exact::ONE || k == part) {
            facts.set(Fact { id: share, value: Value::Number(part), at, origin: Origin::Read });
            facts.set(Fact { id: reduced, value: Value::Flag(true), at, origin: Origin::Read });
        }
    }

    fn changes(
        &mut self,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Content {
        let source = self.source;
        let mut effective = None;
        if let Some(c) = source.column(Meaning::Effective)
            && let Some(cell) = row.cells.get(usize::from(c.column))
        {
            match self.day(cell) {
                Ok(d) => effective = d,
                Err(e) => self.refuse(row, c, e, sources, tell),
            }
        }
        if let Some(m) = source.moves {
            return self.movement(m, effective, row, sources, problems, tell);
        }
        let mut changed = Vec::new();
        for c in &source.columns {
            let Meaning::New(f) = c.meaning else { continue };
            if !self.cx.vocabulary.get(f).parts.is_empty() {
                let old = source.column(Meaning::Old(f)).map(|o| self.parts_of(f, &shown(row, usize::from(o.column))));
                match self.parts_of(f, &shown(row, usize::from(c.column))) {
                    Some(parts) => changed.extend(parts.into_iter().map(|(id, n)| {
                        let old = old.as_ref().and_then(|o| o.as_ref()?.iter().find(|p| p.0 == id).map(|p| Value::Number(p.1)));
                        (id, old, Value::Number(n), self.at(row, c))
                    })),
                    None if shown(row, usize::from(c.column)).is_empty() => {}
                    None => self.refuse(row, c, Unread("N01"), sources, tell),
                }
                continue;
            }
            let Some(new) = self.one(row, c, f, sources, problems, tell) else {
                let old = source.column(Meaning::Old(f)).map(|o| shown(row, usize::from(o.column)));
                if lists::pays(self.cx.vocabulary.get(f))
                    && old.is_some_and(|o| !o.is_empty())
                    && shown(row, usize::from(c.column)).is_empty()
                {
                    let f = Finding::new("N18", Severity::Blocking).arg("agent", self.called(row));
                    tell(f.at(sources.place(self.at(row, c))));
                }
                continue;
            };
            let old = match source.column(Meaning::Old(f)) {
                Some(o) => self.one(row, o, f, sources, problems, tell).map(|r| r.value),
                None => None,
            };
            let at = self.at(row, c);
            if let (Some(reduced), Some(id)) = (new.reduced_post, self.reduced_post) {
                changed.push((id, None, Value::Flag(reduced), at));
            }
            changed.push((f, old, new.value, at));
        }
        // The act behind the row travels with what it changes.
        let act = self.cx.vocabulary.role(crate::facts::Role::Act);
        let column = act.filter(|_| !changed.is_empty()).and_then(|f| Some((f, source.column(Meaning::Fact(f))?)));
        if let Some((f, c)) = column
            && let Some(read) = self.one(row, c, f, sources, problems, tell)
        {
            changed.push((f, None, read.value, self.at(row, c)));
        }
        let undated = source.column(Meaning::Effective).filter(|c| shown(row, usize::from(c.column)).is_empty());
        let lasting = |(f, ..): &(FactId, Option<Value>, Value, At)| {
            let fact = self.cx.vocabulary.get(*f);
            lists::pays(fact) && fact.kind != FactKind::Date
        };
        if let Some(c) = undated.filter(|_| changed.iter().any(lasting)) {
            let f = Finding::new("M91", Severity::Justify).arg("agent", self.called(row));
            tell(f.at(sources.place(self.at(row, c))));
        }
        Content::Changes { changed, effective }
    }

    /// A row of a list of movements: the new value of the fact its kind names, a last day, or a sum of this month.
    fn movement(
        &mut self,
        m: Moves,
        effective: Option<NaiveDate>,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Content {
        let source = self.source;
        let nothing = Content::Changes { changed: Vec::new(), effective };
        let kind = shown(row, m.kind);
        let column = m.value.and_then(|c| source.columns.get(c));
        let beside = column.and_then(|c| row.cells.get(usize::from(c.column))).cloned().unwrap_or(Cell::Empty);
        let at = column.map_or(At::row(source.source, row.number), |c| self.at(row, c));
        let named = moves::kind(&kind, self.cx);
        let within = named.and_then(|n| n.1).map(|t| Cell::Text(t.to_owned().into()));
        // Two values of one row: a person says which.
        let named = named.filter(|_| within.is_none() || beside.shown().is_empty());
        let cell = if beside.shown().is_empty() { within.unwrap_or(Cell::Empty) } else { beside };
        let Some(f) = named.map(|n| n.0) else {
            let f = Finding::new("M97", Severity::Blocking).arg("agent", self.called(row)).arg("text", &kind);
            let heading = column.map(|c| c.heading.as_str()).unwrap_or_default();
            tell(f.arg("heading", heading).arg("value", cell.shown()).at(sources.place(at)));
            return nothing;
        };
        let decl = self.cx.vocabulary.get(f);
        if let Some(fact) = self.cx.natures.fact(&kind).filter(|e| *e == f) {
            let days = cells::days(&cell, crate::normalise::values::Mark::Unknown).ok().flatten();
            if days.is_none_or(|d| !d.is_positive()) {
                let f = Finding::new("M83", Severity::Blocking).arg("agent", self.called(row)).arg("days", cell.shown());
                tell(f.at(sources.place(at)));
            }
            let nature = kind.into_owned();
            let beside = Facts::default();
            return Content::Event { nature, fact: Some(fact), from: effective, to: None, days, continues: None, beside };
        }
        if decl.role == Some(crate::facts::Role::Exit) {
            return Content::Facts(self.last_day(f, effective, (&cell, at), row, sources, problems, tell));
        }
        let without = |tell: &mut dyn FnMut(Finding), called: String| {
            tell(Finding::new("N18", Severity::Blocking).arg("agent", called).at(sources.place(at)));
        };
        let (Some(c), false) = (column.or_else(|| source.columns.get(m.kind)), cell.shown().is_empty()) else {
            without(tell, self.called(row));
            return nothing;
        };
        let titles: Vec<String> = decl.headings.iter().chain([&decl.label.fr]).cloned().collect();
        let bare = if let Cell::Text(t) = &cell { Cell::Text(moves::bare(t, &titles).to_owned().into()) } else { cell.clone() };
        match cells::value(&bare, decl, c, self.latest, &mut self.texts) {
            Ok(Some(read)) => {
                if let (false, Some(n)) = (decl.recurs, read.value.number()) {
                    if n.is_negative() {
                        let f = Finding::new("M84", Severity::Blocking).arg("agent", self.called(row)).arg("value", n);
                        tell(f.arg("heading", source.key(c)).at(sources.place(at)));
                    }
                    return Content::Amounts(vec![(f, n, at)]);
                }
                let mut changed = Vec::new();
                if let (Some(reduced), Some(id)) = (read.reduced_post, self.reduced_post) {
                    changed.push((id, None, Value::Flag(reduced), at));
                }
                if effective.is_none() && source.column(Meaning::Effective).is_some() {
                    tell(Finding::new("M91", Severity::Justify).arg("agent", self.called(row)).at(sources.place(at)));
                }
                changed.push((f, None, read.value, at));
                Content::Changes { changed, effective }
            }
            Ok(None) => {
                without(tell, self.called(row));
                nothing
            }
            Err(unread) => {
                problems.push((f, unread.0));
                let f = Finding::new(unread.0, Severity::Blocking).arg("text", cell.shown()).arg("heading", source.key(c));
                tell(f.arg("agent", self.called(row)).at(sources.place(at)));
                nothing
            }
        }
    }

    /// The last day of somebody who leaves: the value, or else the date of effect, which is the first day away unless the row
    /// speaks of the last one.
    #[expect(clippy::too_many_arguments, reason = "a row, what was read of it, and where findings go")]
    fn last_day(
        &self,
        f: FactId,
        effective: Option<NaiveDate>,
        (cell, at): (&Cell<'_>, At),
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Facts {
        use crate::normalise::titles::{first_day_away, spaced};
        let mut facts = Facts::default();
        let written = match self.day(cell) {
            Ok(d) => d,
            Err(e) => {
                problems.push((f, e.0));
                let f = Finding::new(e.0, Severity::Blocking).arg("text", cell.shown()).arg("heading", "");
                tell(f.arg("agent", self.called(row)).at(sources.place(at)));
                return facts;
            }
        };
        let column = self.source.column(Meaning::Effective);
        let last = || row.cells.iter().any(|c| spaced(&c.shown()).contains(" dernier jour "));
        let away = column.is_some_and(|c| first_day_away(&c.heading)) && !last();
        let by_effect = || effective.map(|d| if away { d.pred_opt().unwrap_or(d) } else { d });
        if let Some(d) = written.or_else(by_effect) {
            let at = if written.is_some() { at } else { column.map_or(at, |c| self.at(row, c)) };
            // Whether somebody leaves on that day or after it, the list does not say.
            if written.is_none() && !last() {
                let f = Finding::new("M81", Severity::Blocking).arg("agent", self.called(row)).arg("last", d.format("%d/%m/%Y"));
                tell(f.arg("heading", column.map_or("", |c| c.heading.as_str())).at(sources.place(at)));
            }
            facts.set(Fact { id: f, value: Value::Date(d), at, origin: Origin::Read });
        }
        facts
    }

    fn event(
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
        // « Date » alone: that day.
        let alone = source.column(Meaning::From).is_some_and(|c| crate::normalise::titles::one_day(&c.heading));
        if alone && source.column(Meaning::To).is_none() && source.column(Meaning::Days).is_none() {
            to = from;
        }
        let mut days = None;
        if let Some(c) = source.column(Meaning::Days)
            && let Some(cell) = row.cells.get(usize::from(c.column))
        {
            match cells::days(cell, c.mark) {
                Ok(d) => days = d,
                Err(e) => self.refuse(row, c, e, sources, tell),
            }
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
        let counted = days.or(spanned);
        if counted.is_none_or(|d| !d.is_positive()) {
            let written = counted.map(|d| d.to_string()).unwrap_or_default();
            tell(Finding::new("M83", Severity::Blocking).arg("agent", self.called(row)).arg("days", written).at(place.clone()));
        }
        let fact = self.cx.natures.fact(&nature);
        if fact.is_none() {
            tell(Finding::new("N17", Severity::Justify).arg("text", &nature).arg("agent", self.called(row)).at(place));
        }
        let mut beside = Facts::default();
        for c in &source.columns {
            let Meaning::Fact(f) = c.meaning else { continue };
            if self.cx.vocabulary.get(f).recurs {
                continue;
            }
            if let Some(read) = self.one(row, c, f, sources, problems, tell) {
                beside.set(Fact { id: f, value: read.value, at: self.at(row, c), origin: Origin::Read });
            }
        }
        Content::Event { nature, fact, from, to, days: counted, continues, beside }
    }

    fn amounts(
        &mut self,
        row: &Row<'_, '_>,
        sources: &Sources,
        problems: &mut Vec<(FactId, &'static str)>,
        tell: &mut dyn FnMut(Finding),
    ) -> Content {
        let source = self.source;
        let mut list = Vec::new();
        if let Some(v) = &source.variables {
            list.extend(self.variable(v, row, sources, tell));
        }
        for c in &source.columns {
            let Meaning::Fact(f) = c.meaning else { continue };
            if !matches!(self.cx.vocabulary.get(f).kind, FactKind::Number { .. }) {
                continue;
            }
            if let Some(read) = self.one(row, c, f, sources, problems, tell)
                && let Value::Number(n) = read.value
                && !n.is_zero()
            {
                if n.is_negative() && !self.cx.vocabulary.may_be_negative(f) {
                    let f = Finding::new("M84", Severity::Blocking).arg("agent", self.called(row)).arg("value", n);
                    tell(f.arg("heading", source.key(c)).at(sources.place(self.at(row, c))));
                }
                list.push((f, n, self.at(row, c)));
            }
        }
        Content::Amounts(list)
    }

    /// The number of a row about one rubric. Which fact it is, and whether the column holds hours or euros of it, must be sure.
    fn variable(&self, v: &Variables, row: &Row<'_, '_>, sources: &Sources, tell: &mut dyn FnMut(Finding)) -> Option<(FactId, Exact, At)> {
        let source = self.source;
        let text = shown(row, v.rubric()?);
        let fact = v.facts.get(text.as_ref()).copied().or_else(|| self.cx.natures.one_off(&text));
        let filled = |m: Meaning| source.column(m).filter(|c| !shown(row, usize::from(c.column)).is_empty());
        let form = fact.and_then(|f| variables::form_of(self.cx.vocabulary.get(f)));
        let column = form.and_then(|form| filled(variables::wanted(form)).or_else(|| filled(Meaning::Signed)));
        let numbers = [Meaning::Base, Meaning::Amount, Meaning::Signed].into_iter().filter_map(filled).collect::<Vec<_>>();
        let (Some(fact), Some(c)) = (fact, column) else {
            let c = numbers.first()?;
            let f = Finding::new("M97", Severity::Blocking).arg("agent", self.called(row)).arg("text", &text);
            let f = f.arg("heading", &c.heading).arg("value", shown(row, usize::from(c.column)));
            tell(f.at(sources.place(self.at(row, c))));
            return None;
        };
        let cell = row.cells.get(usize::from(c.column))?;
        let hours = matches!(form, Some(NumberForm::Hours)) && matches!(cell, Cell::Text(_));
        let read = if hours { crate::normalise::values::hours(&cell.shown(), c.mark) } else { cells::number(cell, c.mark) };
        match read {
            Ok(Some(n)) if n.is_negative() && !self.cx.vocabulary.may_be_negative(fact) => {
                let f = Finding::new("M84", Severity::Blocking).arg("agent", self.called(row)).arg("value", n);
                tell(f.arg("heading", source.key(c)).at(sources.place(self.at(row, c))));
                None
            }
            Ok(n) => n.filter(|n| !n.is_zero()).map(|n| (fact, n, self.at(row, c))),
            Err(e) => {
                let f = Finding::new(e.0, Severity::Blocking).arg("text", cell.shown()).arg("heading", source.key(c));
                tell(f.arg("agent", self.called(row)).at(sources.place(self.at(row, c))));
                None
            }
        }
    }

    fn account(&mut self, row: &Row<'_, '_>, sources: &Sources, tell: &mut dyn FnMut(Finding)) -> Content {
        let source = self.source;
        let mut requested = None;
        if let Some(c) = source.column(Meaning::Requested)
            && let Some(cell) = row.cells.get(usize::from(c.column))
        {
            match cells::date(cell, self.latest) {
                Ok(d) => requested = d,
                Err(e) => self.refuse(row, c, e, sources, tell),
            }
        }
        let column = source
            .columns
            .iter()
            .find(|c| matches!(c.meaning, Meaning::New(f) if self.cx.vocabulary.get(f).role == Some(crate::facts::Role::Iban)));
        let iban: String =
            column.map(|c| shown(row, usize::from(c.column)).chars().filter(|c| !c.is_whitespace()).collect()).unwrap_or_default();
        let (iban, column) = match self.account_in_parts(row).filter(|_| column.is_none()) {
            // A key that does not fit stays as written, and is refused as an account.
            Some(((_, c), Err(_))) => (shown(row, usize::from(c.column)).into_owned(), Some(c)),
            Some(((_, c), Ok(account))) => (account.as_str().to_owned(), Some(c)),
            None => (iban, column),
        };
        let received_by = source.column(Meaning::ReceivedBy).map(|c| shown(row, usize::from(c.column)).into_owned()).unwrap_or_default();
        let at = column.map_or(At::row(source.source, row.number), |c| self.at(row, c));
        Content::Account { requested, iban, received_by, at }
    }
}

/// « Départ : OUI » on a form: what the row tells is a departure, and another cell says when.
fn ticks(heading: &str, text: &str) -> bool {
    let roles = [Role::Arrivals, Role::Departures, Role::Changes];
    matches!(flag(text), Ok(Some(_))) && roles.iter().any(|r| crate::normalise::titles::speaks_of(heading, *r) > 0)
}

/// The kind of absence that the sheet's or the file's name means, for a sheet without a column for it.
pub fn named_nature(source: &SourceMapping, cx: &Context<'_>) -> String {
    let stem = source.file.rsplit('/').next().unwrap_or(&source.file);
    let stem = stem.rsplit_once('.').map_or(stem, |(s, _)| s);
    named_nature_of(source.sheet.as_deref(), &source.title, stem, cx)
}

/// The same of the names and of the lines above the headings: one of them is a kind of absence, or holds the name of one alone.
pub fn named_nature_of(sheet: Option<&str>, title: &str, stem: &str, cx: &Context<'_>) -> String {
    let names = [sheet.unwrap_or_default(), title, stem];
    let whole = names.into_iter().find(|n| cx.natures.fact(n).is_some()).map(str::to_owned);
    whole.or_else(|| names.into_iter().find_map(|n| cx.natures.within(n))).unwrap_or_default()
}

/// A requested account, checked.
pub fn parsed(iban: &str) -> Result<Iban, crate::ground::iban::IbanProblem> {
    Iban::parse(iban)
}
