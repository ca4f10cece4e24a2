//! A register with a row per agent and rubric.

use super::books::{Books, Slip, Taken};
use super::names::Names;
use super::who::{WhoColumns, nir_key, numbered_name, shown, tidy_number};
use crate::ground::{At, Exact, PayMonth};
use crate::normalise::Context;
use crate::normalise::bands;
use crate::normalise::cells::{cents, number};
use crate::normalise::codes::{Shown, Sides, split_period};
use crate::normalise::mapping::{ColumnMapping, Meaning, SourceMapping, TotalRole};
use crate::normalise::profile::period_of;
use crate::normalise::titles::{Letter, Section, Summing, is_employer, letter, summing, total_named};
use crate::normalise::values::{Mark, RateForm, Unread, month_named};
use crate::read::table::{Cell, Row};
use std::borrow::Cow;

/// A column with how it writes numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Col {
    pub(super) index: usize,
    pub(super) mark: Mark,
    pub(super) form: RateForm,
    pub(super) negated: bool,
}

/// Reads the rows of a register with one row per agent and rubric.
#[derive(Clone, Debug)]
pub struct LineReader {
    pub who: WhoColumns,
    pub(super) code: Option<usize>,
    pub(super) label: Option<usize>,
    pub(super) base: Option<Col>,
    pub(super) employer_base: Option<Col>,
    pub(super) rate: Option<Col>,
    pub(super) gain: Option<Col>,
    pub(super) deduction: Option<Col>,
    pub(super) amount: Option<Col>,
    pub(super) signed: Option<Col>,
    pub(super) side: Option<usize>,
    pub(super) payer: Option<usize>,
    /// Words of that column that name no employer are the agents'.
    pub(super) only_employers: bool,
    pub(super) employer_rate: Option<Col>,
    pub(super) employer: Option<Col>,
    pub(super) period: Option<usize>,
    pub(super) year: Option<usize>,
    /// Sums of the agent beside his lines.
    pub(super) totals: Vec<(TotalRole, Col)>,
    /// Agent columns are filled on the first row of each agent only.
    pub carries: bool,
    /// Rows of their own say the side of an amount.
    pub(super) sections: bool,
    /// Which labels of a code are rubrics of their own.
    pub(super) names: Names,
}

impl LineReader {
    /// « 00225 | Brut : | 2 178,98 | PAS : | 93,61 »: a name with a colon where the rubric's number stands in other rows.
    fn opens_pairs(&self, row: &Row<'_, '_>) -> bool {
        self.code.is_some_and(|c| shown(row, c).ends_with(':'))
    }

    /// The sums of such a row, beside the agent and the month.
    pub fn sums_beside(&self, row: &Row<'_, '_>) -> Option<Vec<(TotalRole, usize)>> {
        if !self.opens_pairs(row) {
            return None;
        }
        let said: Vec<usize> = self.who.columns().into_iter().chain(self.period).chain(self.year).collect();
        let cell = |(c, cell): (usize, &Cell<'_>)| if said.contains(&c) { Cell::Empty } else { cell.to_owned() };
        let rest: Vec<Cell<'static>> = row.cells.iter().enumerate().map(cell).collect();
        bands::sums_in_pairs(&rest)
    }

    /// `None` when the mapping lacks what such a register needs.
    pub fn new(source: &SourceMapping, cx: &Context<'_>) -> Option<Self> {
        let col = |m: Meaning| {
            source.column(m).map(|c: &ColumnMapping| Col {
                index: usize::from(c.column),
                mark: c.mark,
                form: c.rate_form,
                negated: c.negated,
            })
        };
        let plain = |m: Meaning| source.column(m).map(|c| usize::from(c.column));
        let who = WhoColumns::new(source, cx);
        let filled = |c: Option<usize>| c.and_then(|c| source.columns.iter().find(|m| usize::from(m.column) == c)).map_or(0, |c| c.filled);
        let (code, label) = (plain(Meaning::Code), plain(Meaning::Label));
        let carries = source.banded || filled(who.id.or(who.surname).or(who.full).or(who.nir)) * 2 < filled(code.or(label));
        let reader = Self {
            sections: source.sections,
            carries,
            code,
            label,
            base: col(Meaning::Base),
            employer_base: col(Meaning::EmployerBase),
            rate: col(Meaning::Rate),
            gain: col(Meaning::Gain),
            deduction: col(Meaning::Deduction),
            amount: col(Meaning::Amount),
            signed: col(Meaning::Signed),
            side: plain(Meaning::Side),
            payer: plain(Meaning::Payer),
            only_employers: source.only_employers,
            employer_rate: col(Meaning::EmployerRate),
            employer: col(Meaning::EmployerAmount),
            period: plain(Meaning::Period),
            year: plain(Meaning::Year),
            totals: totals(source),
            names: source.names.clone(),
            who,
        };
        let columns = [reader.gain, reader.deduction, reader.amount, reader.signed, reader.employer];
        let amounts = columns.iter().any(Option::is_some);
        ((reader.who.any() || source.banded) && (reader.code.is_some() || reader.label.is_some()) && amounts).then_some(reader)
    }

    /// The agent as written: number, or name where there is none.
    pub fn agent<'r>(&self, row: &'r Row<'_, '_>) -> Cow<'r, str> {
        match (self.who.id, self.who.full, self.who.surname) {
            (Some(c), _, _) => tidy_number(shown(row, c)),
            (None, Some(c), _) => shown(row, c),
            (None, None, _) if self.who.nir.is_some_and(|c| nir_key(&shown(row, c)).is_some()) => {
                Cow::Owned(self.who.nir.and_then(|c| nir_key(&shown(row, c))).unwrap_or_default().into())
            }
            (None, None, Some(s)) => {
                let (a, b) = (shown(row, s), self.who.given.map_or(Cow::Borrowed(""), |g| shown(row, g)));
                if a.is_empty() { a } else { Cow::Owned(format!("{a} {b}").trim().to_owned()) }
            }
            (None, None, None) => Cow::Borrowed(""),
        }
    }

    /// Code and label; the label without its month stands for a missing code, and beside one of several things.
    pub fn code<'r>(&self, row: &'r Row<'_, '_>) -> (Cow<'r, str>, Cow<'r, str>) {
        let label = self.label.map_or(Cow::Borrowed(""), |c| shown(row, c));
        let code = match self.code {
            Some(c) => shown(row, c),
            None => Cow::Borrowed(""),
        };
        let tidy = split_period(&label).0;
        if code.is_empty() {
            return (Cow::Owned(tidy.to_owned()), label);
        }
        let own = match self.names.rubric(&code, tidy) {
            Cow::Owned(own) => Some(own),
            Cow::Borrowed(_) => None,
        };
        (own.map_or(code, Cow::Owned), label)
    }

    /// The month a row says it is about.
    pub fn month(&self, row: &Row<'_, '_>, cx: &Context<'_>) -> Option<PayMonth> {
        month_of(row, self.period?, self.year, cx)
    }

    /// Whether rows can say which month they are about.
    pub const fn tells_months(&self) -> bool {
        self.period.is_some()
    }

    /// Whether gains and deductions are told apart in the register.
    pub const fn tells_sides(&self) -> bool {
        (self.gain.is_some() && self.deduction.is_some())
            || self.signed.is_some()
            || (self.amount.is_some() && (self.side.is_some() || self.sections))
    }

    /// What the columns tell of the side of an amount: a sign alone does not say whether the employer pays.
    pub const fn sides(&self) -> Sides {
        if self.signed.is_some() && self.employer.is_none() && self.payer.is_none() {
            Sides::Signed
        } else if self.tells_sides() {
            Sides::Told
        } else {
            Sides::Untold
        }
    }

    /// Columns whose cells are summed up in rows of totals.
    pub fn summed(&self) -> Vec<usize> {
        [self.gain, self.deduction, self.amount, self.signed, self.employer].into_iter().flatten().map(|c| c.index).collect()
    }

    /// Numbers of a row, rates as written; cells that could not be read.
    pub fn shown(&self, row: &Row<'_, '_>) -> (Shown, Vec<(usize, Unread)>) {
        let mut bad = Vec::new();
        let mut read = |col: Option<Col>| -> Option<Exact> {
            let col = col?;
            let cell = row.cells.get(col.index)?;
            match number(cell, col.mark) {
                Ok(n) => n,
                Err(e) => {
                    bad.push((col.index, e));
                    None
                }
            }
        };
        let mut s = Shown {
            base: read(self.base).or_else(|| read(self.employer_base)),
            gain: read(self.gain),
            // « 12,50- » in a column of deductions is kept all the same.
            deduction: read(self.deduction).map(|d| if self.deduction.is_some_and(|c| c.negated) { d.neg() } else { d }),
            employer: read(self.employer),
            ..Shown::default()
        };
        let (amount, signed) = (read(self.amount), read(self.signed));
        for (col, into) in [(self.rate, &mut s.rate), (self.employer_rate, &mut s.employer_rate)] {
            let Some(col) = col else { continue };
            let Some(cell) = row.cells.get(col.index) else { continue };
            let text = cell.shown();
            let (body, percent) = match text.strip_suffix('%') {
                Some(b) => (Cow::Owned(b.trim().to_owned()), true),
                None => (text, false),
            };
            let n = if percent { crate::normalise::values::amount(&body, col.mark) } else { number(cell, col.mark) };
            match n {
                Ok(n) => *into = if percent && col.form == RateForm::Share { n.and_then(|n| n.div(Exact::int(100))) } else { n },
                Err(e) => bad.push((col.index, e)),
            }
        }
        let employers = self.payer.is_some_and(|c| is_employer(&shown(row, c)) == Some(true));
        if let Some(c) = self.payer.filter(|c| self.says_nobody(row, *c))
            && amount.or(signed).is_some_and(|a| !a.is_zero())
        {
            bad.push((c, Unread("N13")));
        }
        if let Some(a) = signed {
            if employers {
                s.employer = Some(a);
            } else if a.is_negative() {
                s.deduction = Some(a.neg());
            } else {
                s.gain = Some(a);
            }
        }
        if let Some(a) = amount {
            match self.side.map(|c| (c, letter(&shown(row, c)))) {
                // Whose share a row is says more than its side: what the employer owes is a debit too.
                _ if employers => s.employer = Some(a),
                None => s.gain = Some(a),
                Some((_, Some(Letter::Gain | Letter::Sum))) => s.gain = Some(a),
                Some((_, Some(Letter::Deduction))) => s.deduction = Some(a),
                Some((_, Some(Letter::Employer))) => s.employer = Some(a),
                Some((c, None)) => {
                    s.gain = Some(a);
                    // A sum of the agent needs no side.
                    let sum = || total_named(split_period(&self.code(row).1).0).is_some();
                    if !a.is_zero() && !sum() {
                        bad.push((c, Unread("N13")));
                    }
                }
            }
        }
        // A row of the employer's alone shows his rate, unless his rates have a column of their own.
        if s.employer.is_some() && s.gain.is_none() && s.deduction.is_none() && self.employer_rate.is_none() {
            s.employer_rate = s.employer_rate.or(s.rate.take());
        }
        (s, bad)
    }

    /// Whether a cell of whose share a row is says something that is neither share, beside what is no sum of the agent.
    fn says_nobody(&self, row: &Row<'_, '_>, column: usize) -> bool {
        let text = shown(row, column);
        let known = self.only_employers || text.is_empty() || is_employer(&text).is_some() || letter(&text).is_some();
        !known && total_named(split_period(&self.code(row).1).0).is_none()
    }

    /// Whether a row says that it sums up others.
    fn is_sum(&self, row: &Row<'_, '_>) -> bool {
        self.side.is_some_and(|c| letter(&shown(row, c)) == Some(Letter::Sum))
    }

    /// Puts an amount on the side that the row above it says; a sum of the agent stands on none.
    pub fn within(&self, section: Option<Section>, label: &str, s: &mut Shown) {
        if !self.sections || self.side.is_some() || self.amount.is_none() || total_named(split_period(label).0).is_some() {
            return;
        }
        match section {
            Some(Section::Deduction) => s.deduction = s.deduction.or(s.gain.take()),
            Some(Section::Employer) => {
                s.employer = s.employer.or(s.gain.take());
                s.employer_rate = s.employer_rate.or(s.rate.take());
            }
            Some(Section::Gain) | None => {}
        }
    }

    /// What the row adds to each column of [`LineReader::summed`], in cents.
    pub fn summed_cents(&self, s: &Shown) -> [Option<i64>; 5] {
        let cents = |x: Option<Exact>| x.and_then(|x| x.scaled_half_up(100));
        let any = || s.gain.or(s.deduction).or(if self.employer.is_none() { s.employer } else { None });
        let mut out = [None; 5];
        let mut next = 0;
        let mut put = |has: bool, value: Option<i64>| {
            if has {
                out[next] = value;
                next += 1;
            }
        };
        put(self.gain.is_some(), cents(s.gain));
        let kept = cents(s.deduction).map(|c| if self.deduction.is_some_and(|d| d.negated) { -c } else { c });
        put(self.deduction.is_some(), kept);
        put(self.amount.is_some(), cents(any()));
        let alone = if self.employer.is_none() { s.employer } else { None };
        put(self.signed.is_some(), cents(s.gain.or(s.deduction.map(Exact::neg)).or(alone)));
        put(self.employer.is_some(), cents(s.employer));
        out
    }

    pub(super) fn forms(&self) -> (RateForm, RateForm) {
        let own = self.rate.map_or(RateForm::Percent, |c| c.form);
        (own, self.employer_rate.map_or(own, |c| c.form))
    }
}

/// The month in a cell of a row, with the year beside it where the cell has none.
pub(super) fn month_of(row: &Row<'_, '_>, period: usize, year: Option<usize>, cx: &Context<'_>) -> Option<PayMonth> {
    let cell = row.cells.get(period)?;
    if let Cell::Date(d) = cell {
        return Some(PayMonth::of(*d));
    }
    let text = cell.shown();
    let year = || year.map_or(Some(cx.last.year()), |c| shown(row, c).trim().parse().ok());
    period_of(&text).or_else(|| PayMonth::new(year()?, text.trim().parse().ok().or_else(|| month_named(text.trim()))?))
}

/// A rate as a share, or as money per unit where the amount says so.
pub fn settled_rate(base: Option<Exact>, written: Option<Exact>, amount: Option<Exact>, form: RateForm) -> Option<Exact> {
    let r = written?;
    let share = r.div(Exact::int(100))?;
    let cents = |x: Exact| x.scaled_half_up(100).map(i64::abs);
    if let (Some(b), Some(a)) = (base, amount)
        && let Some(a) = cents(a)
        && a > 0
    {
        let near = |r: Exact| b.mul(r).and_then(cents).is_some_and(|x| (x - a).abs() <= 1);
        match (near(share), near(r)) {
            (true, false) => return Some(share),
            (false, true) => return Some(r),
            (true, true) | (false, false) => {}
        }
    }
    Some(if form == RateForm::Percent { share } else { r })
}

/// The columns of a source that hold sums of its agents.
fn totals(source: &SourceMapping) -> Vec<(TotalRole, Col)> {
    let of = |c: &ColumnMapping| match c.meaning {
        Meaning::Total(role) => {
            let col = Col { index: usize::from(c.column), mark: c.mark, form: c.rate_form, negated: c.negated };
            Some((role, col))
        }
        _ => None,
    };
    source.columns.iter().filter_map(of).collect()
}

impl LineReader {
    /// Notes the sums of an agent that a row shows.
    fn own_sums(&self, row: &Row<'_, '_>, slip: &mut Slip, source: u16) {
        for (role, col) in &self.totals {
            let read = row.cells.get(col.index).map(|cell| number(cell, col.mark));
            if let Some(Ok(Some(n))) = read
                && let Ok(m) = cents(n)
            {
                slip.total(*role, m, At::cell(source, row.number, u16::try_from(col.index).unwrap_or(At::NO_COLUMN)));
            }
        }
    }

    /// Whether a row names an agent, with sums of his at most, and stands above lines of his that do not.
    pub fn opens(&self, row: &Row<'_, '_>) -> bool {
        let agent = self.agent(row);
        let numbered = agent.len() <= 12 && agent.bytes().any(|b| b.is_ascii_digit()) && !agent.contains(char::is_whitespace);
        let empty = |c: Option<usize>| c.is_none_or(|c| shown(row, c).is_empty());
        // « Nombre d'agents : 12 » is nobody.
        let counts = || summing(&agent).is_some_and(|s| s == Summing::Part || agent.contains(':'));
        self.carries
            && (numbered || numbered_name(&agent).is_some() && !counts())
            && empty(self.code)
            && empty(self.label)
            && self.summed().into_iter().all(|c| empty(Some(c)))
            && empty(self.base.map(|c| c.index))
    }

    /// Takes the row that opens an agent's lines.
    pub fn open(&self, row: &Row<'_, '_>, source: u16, books: &mut Books) {
        let slip = books.slip_of(&self.agent(row), &self.who, row, At::row(source, row.number));
        self.own_sums(row, &mut books.slips[slip], source);
    }

    /// Reads one data row into the books.
    pub fn take(
        &self,
        row: &Row<'_, '_>,
        (agent, section): (&str, Option<Section>),
        source: u16,
        cx: &Context<'_>,
        books: &mut Books,
    ) -> Taken {
        let at = At::row(source, row.number);
        let slip = books.slip_of(agent, &self.who, row, at);
        let (code, label) = self.code(row);
        let (mut shown_line, mut bad) = self.shown(row);
        self.within(section, &label, &mut shown_line);
        if code.is_empty() {
            bad.push((self.code.or(self.label).unwrap_or(0), Unread("N14")));
        }
        let (tidy, from_label) = split_period(&label);
        let said = self.month(row, cx).or(from_label);
        let unsaid = self.period.filter(|c| said.is_none() && shown(row, *c).bytes().any(|b| b.is_ascii_digit()));
        let period = said.or_else(|| unsaid.map(|_| cx.last.previous())).filter(|p| *p != cx.last);
        self.own_sums(row, &mut books.slips[slip], source);
        let mut index = None;
        if bad.is_empty() {
            index = books.code(source, &code, tidy, self.tells_sides());
            match index {
                // A sum of the agent that none of his totals is.
                Some(i) if self.is_sum(row) && books.is_open(i) => {}
                Some(i) => {
                    let column = self.summed().first().copied().unwrap_or(0);
                    if let Err(e) = books.put(slip, i, &shown_line, period, at, self.forms()) {
                        bad.push((column, e));
                    }
                }
                None => bad.push((self.code.or(self.label).unwrap_or(0), Unread("N14"))),
            }
        }
        Taken { code: index, shown: shown_line, bad, period: unsaid }
    }
}
