//! Last month's register, row by row: agents, lines, and the totals the register itself shows.
//!
//! Lines are kept under local codes while rows stream by; elements and signs are settled at the end ([`super::gather`]).

use crate::facts::Role as FactRole;
use crate::ground::{At, EmployeeId, Exact, Money, PayMonth};
use crate::normalise::cells::{cents, number};
use crate::normalise::codes::{CodeStats, Shown, Sides, split_period};
use crate::normalise::mapping::{CodeTarget, ColumnMapping, Meaning, SourceMapping, TotalRole};
use crate::normalise::people::Who;
use crate::normalise::profile::period_of;
use crate::normalise::text::{fold, is_courtesy};
use crate::normalise::titles::{Section, total_named};
use crate::normalise::values::{Mark, RateForm, Unread, month_named};
use crate::normalise::{Context, Part};
use crate::payslip::{PaidCode, PaidLine, PaidSlip};
use crate::read::table::{Cell, Row};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Where the person of a row is written.
#[derive(Clone, Debug, Default)]
pub struct WhoColumns {
    pub id: Option<usize>,
    surname: Option<usize>,
    given: Option<usize>,
    full: Option<usize>,
    nir: Option<usize>,
}

impl WhoColumns {
    pub fn new(source: &SourceMapping, cx: &Context<'_>) -> Self {
        let of = |r: FactRole| {
            let f = cx.vocabulary.role(r)?;
            source.column(Meaning::Fact(f)).map(|c| usize::from(c.column))
        };
        Self {
            id: of(FactRole::Employee),
            surname: of(FactRole::Surname).or_else(|| of(FactRole::MarriedName)),
            given: of(FactRole::GivenName),
            full: of(FactRole::FullName),
            nir: of(FactRole::IdentityNumber),
        }
    }
    pub fn any(&self) -> bool {
        self.id.is_some() || self.surname.is_some() || self.full.is_some() || self.nir.is_some()
    }
    /// Columns a merged cell is carried down in.
    pub fn columns(&self) -> Vec<usize> {
        [self.id, self.surname, self.given, self.full].into_iter().flatten().collect()
    }
    pub fn read(&self, row: &Row<'_, '_>) -> Who {
        let text = |c: Option<usize>| c.map(|c| shown(row, c).into_owned()).unwrap_or_default();
        // A number that kept a decimal part has lost its zeros, whatever the cell is now.
        let numeric = self.id.is_some_and(|c| match row.cells.get(c) {
            Some(Cell::Number(_)) => true,
            Some(cell) => cell.shown().contains(['.', ',']),
            None => false,
        });
        let (mut surname, mut given) = (text(self.surname), text(self.given));
        let mut number = None;
        if surname.is_empty()
            && let Some(full) = self.full
        {
            let whole = shown(row, full);
            let (id, name) = numbered_name(&whole).map_or((None, whole.as_ref()), |(id, name)| (Some(id), name));
            (surname, given) = split_name(name);
            number = id.map(str::to_owned);
        }
        let (surname, given) = without_courtesy(surname, given);
        let id = self.id.map(|c| tidy_number(shown(row, c)).into_owned()).filter(|t| !t.is_empty()).or(number).unwrap_or_default();
        let nir = self.nir.and_then(|c| nir_key(&shown(row, c)));
        Who { id, numeric, named: false, nir, surname, given }
    }
}

/// The thirteen characters that make an identity number, when they all stand there.
pub fn nir_key(text: &str) -> Option<Box<str>> {
    let t: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).take(13).collect();
    (t.len() == 13 && t.bytes().filter(u8::is_ascii_digit).count() >= 12).then(|| t.to_uppercase().into())
}

/// A number of an employee without what a spreadsheet left on it: the mark of a text (`'00102`), a decimal part (`102.0`).
pub fn tidy_number(text: Cow<'_, str>) -> Cow<'_, str> {
    let marked = text.starts_with(['\'', '\u{2019}']);
    let decimal = text
        .split_once(['.', ','])
        .is_some_and(|(a, b)| !a.is_empty() && a.bytes().all(|c| c.is_ascii_digit()) && !b.is_empty() && b.bytes().all(|c| c == b'0'));
    if !marked && !decimal {
        return text;
    }
    let bare = text.trim_start_matches(['\'', '\u{2019}']);
    Cow::Owned(if decimal { bare.split(['.', ',']).next().unwrap_or(bare) } else { bare }.trim().to_owned())
}

/// `00102 - ARNOUX Jean-Noël`, `ARNOUX Jean-Noël (00102)`: the number and the name of one cell.
pub fn numbered_name(text: &str) -> Option<(&str, &str)> {
    let is_number = |w: &str| {
        let digits = w.bytes().filter(u8::is_ascii_digit).count();
        w.len() <= 12 && digits >= 2 && digits * 2 >= w.len() && w.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let blank = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2013}' | ':' | '/' | '(' | ')');
    let t = text.trim();
    let named = |s: &str| s.chars().filter(|c| c.is_alphabetic()).count() >= 3 && !s.bytes().any(|b| b.is_ascii_digit());
    let (first, rest) = t.split_once(blank)?;
    // « 2       GAUDIN Gaëlle »: a single digit that stands apart.
    let single = first.len() == 1 && first.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with("  ");
    if (is_number(first) || single) && named(rest) {
        return Some((first, rest.trim_matches(blank)));
    }
    let (rest, last) = t.trim_end_matches(blank).rsplit_once(blank)?;
    (is_number(last) && named(rest)).then(|| (last, rest.trim_matches(blank)))
}

/// « M. THÉVENOT Thierry » beside « Thierry »: the surname without the title before it and without the given name behind.
pub fn without_courtesy(surname: String, given: String) -> (String, String) {
    let words: Vec<&str> = surname.split_whitespace().collect();
    let titled = words.len() > 1 && is_courtesy(&fold(words[0]));
    let own = &words[usize::from(titled)..];
    let first: Vec<&str> = given.split_whitespace().collect();
    let twice = !first.is_empty() && own.len() > first.len() && fold(&own[own.len() - first.len()..].join(" ")) == fold(&given);
    if !titled && !twice {
        return (surname, given);
    }
    (own[..own.len() - if twice { first.len() } else { 0 }].join(" "), given)
}

/// Words in capitals are the surname; without any, the first word is.
pub fn split_name(full: &str) -> (String, String) {
    let words: Vec<&str> = full.split_whitespace().filter(|w| !is_courtesy(&fold(w))).collect();
    let capital =
        |w: &&&str| w.chars().filter(|c| c.is_alphabetic()).count() > 1 && w.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let upper: Vec<&str> = words.iter().filter(capital).copied().collect();
    if upper.is_empty() || upper.len() == words.len() {
        let (first, rest) = words.split_first().map_or(("", &[][..]), |(f, r)| (*f, r));
        return (first.to_owned(), rest.join(" "));
    }
    let rest: Vec<&str> = words.iter().filter(|w| !capital(w)).copied().collect();
    (upper.join(" "), rest.join(" "))
}

pub fn shown<'r>(row: &'r Row<'_, '_>, column: usize) -> Cow<'r, str> {
    row.cells.get(column).map_or(Cow::Borrowed(""), Cell::shown)
}

/// What a letter or sign in a side column says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Letter {
    Gain,
    Deduction,
    Employer,
}

fn letter(text: &str) -> Option<Letter> {
    match fold(text).as_str() {
        "g" | "+" | "gain" | "gains" | "a payer" | "payer" | "c" | "credit" | "1" => Some(Letter::Gain),
        "r" | "-" | "\u{2212}" | "retenue" | "retenues" | "a retenir" | "d" | "debit" | "-1" | "s" | "salarial" => Some(Letter::Deduction),
        "p" | "pat" | "patronal" | "patronale" | "e" | "employeur" => Some(Letter::Employer),
        _ => None,
    }
}

/// Whether a word says that a row is the employer's share, or that it is the agent's.
pub fn is_employer(text: &str) -> Option<bool> {
    match fold(text).trim_end_matches('.') {
        "p" | "pp" | "pat" | "patr" | "patron" | "patronal" | "patronale" | "part patronale" | "e" | "emp" | "employeur" => Some(true),
        "s" | "ps" | "sal" | "salarie" | "salarial" | "salariale" | "part salariale" | "a" | "agent" | "part agent" => Some(false),
        _ => None,
    }
}

/// A column with how it writes numbers.
#[derive(Clone, Copy, Debug)]
struct Col {
    index: usize,
    mark: Mark,
    form: RateForm,
    negated: bool,
}

/// Reads the rows of a register with one row per agent and rubric.
#[derive(Clone, Debug)]
pub struct LineReader {
    pub who: WhoColumns,
    code: Option<usize>,
    label: Option<usize>,
    base: Option<Col>,
    employer_base: Option<Col>,
    rate: Option<Col>,
    gain: Option<Col>,
    deduction: Option<Col>,
    amount: Option<Col>,
    signed: Option<Col>,
    side: Option<usize>,
    payer: Option<usize>,
    employer_rate: Option<Col>,
    employer: Option<Col>,
    period: Option<usize>,
    year: Option<usize>,
    /// Agent columns are filled on the first row of each agent only.
    pub carries: bool,
    /// Rows of their own say the side of an amount.
    sections: bool,
}

impl LineReader {
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
            employer_rate: col(Meaning::EmployerRate),
            employer: col(Meaning::EmployerAmount),
            period: plain(Meaning::Period),
            year: plain(Meaning::Year),
            who,
        };
        let amounts = reader.gain.is_some() || reader.deduction.is_some() || reader.amount.is_some() || reader.signed.is_some();
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

    /// Code and label; the label without its month stands for a missing code.
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
        (code, label)
    }

    /// The month a row says it is about.
    pub fn month(&self, row: &Row<'_, '_>, cx: &Context<'_>) -> Option<PayMonth> {
        let cell = row.cells.get(self.period?)?;
        if let Cell::Date(d) = cell {
            return Some(PayMonth::of(*d));
        }
        let text = cell.shown();
        let year = || self.year.map_or(Some(cx.last.year()), |c| shown(row, c).trim().parse().ok());
        period_of(&text).or_else(|| PayMonth::new(year()?, text.trim().parse().ok().or_else(|| month_named(text.trim()))?))
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
                None if employers => s.employer = Some(a),
                None => s.gain = Some(a),
                Some((_, Some(Letter::Gain))) => s.gain = Some(a),
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
        // A row of the employer's alone shows his rate, whatever the column is called.
        if s.employer.is_some() && s.gain.is_none() && s.deduction.is_none() && self.employer.is_none() {
            s.employer_rate = s.employer_rate.or(s.rate.take());
        }
        (s, bad)
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

    fn forms(&self) -> (RateForm, RateForm) {
        let own = self.rate.map_or(RateForm::Percent, |c| c.form);
        (own, self.employer_rate.map_or(own, |c| c.form))
    }
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

/// A rubric as a register writes it.
#[derive(Clone, Debug)]
pub struct KnownCode {
    pub source: u16,
    pub code: String,
    pub labels: Vec<String>,
    pub target: CodeTarget,
    /// The element of the employer's share on the same row, where it has one of its own.
    pub employer: Option<crate::payslip::ElementId>,
    /// A second contribution in the same line.
    pub with: Option<crate::payslip::ElementId>,
    /// False when it first stood in rows that were not looked at to recognise codes.
    pub recognised: bool,
    pub stats: CodeStats,
    /// Sides of its source are told by the register.
    pub told: bool,
    /// No sum of the agents counts its amounts.
    pub beside: bool,
}

/// One agent of a register.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Its agent as the register writes him.
    key: Box<str>,
    pub who: Who,
    pub paid: PaidSlip,
    pub employer: Option<(Money, At)>,
    pub source: u16,
    pub first: At,
}

/// Everything the registers say.
#[derive(Default)]
pub struct Books {
    pub slips: Vec<Slip>,
    index: BTreeMap<Box<str>, usize>,
    pub codes: Vec<KnownCode>,
    code_index: BTreeMap<u16, BTreeMap<Box<str>, u16>>,
    last: Option<usize>,
    /// Months before the last of which a source holds whole payslips as well.
    pub months: BTreeMap<u16, BTreeSet<PayMonth>>,
}

impl Books {
    /// Registers the codes a mapping knows.
    pub fn know(&mut self, source: &SourceMapping, told: bool) {
        let known = self.code_index.entry(source.source).or_default();
        for c in &source.codes {
            let Ok(i) = u16::try_from(self.codes.len()) else { return };
            known.insert(c.code.as_str().into(), i);
            self.codes.push(KnownCode {
                source: source.source,
                code: c.code.clone(),
                labels: Vec::new(),
                target: c.target,
                employer: c.employer,
                with: c.with,
                recognised: true,
                stats: CodeStats::default(),
                told,
                beside: false,
            });
        }
    }

    /// The index of a local code, with its label noted.
    pub fn code(&mut self, source: u16, code: &str, label: &str, told: bool) -> Option<u16> {
        let known = self.code_index.entry(source).or_default();
        let i = match known.get(code) {
            Some(i) => *i,
            None => {
                let i = u16::try_from(self.codes.len()).ok()?;
                let target = total_named(label).map_or(CodeTarget::Open, |(t, _)| CodeTarget::Total(t));
                known.insert(code.into(), i);
                self.codes.push(KnownCode {
                    source,
                    code: code.to_owned(),
                    labels: Vec::new(),
                    target,
                    employer: None,
                    with: None,
                    recognised: false,
                    stats: CodeStats::default(),
                    told,
                    beside: false,
                });
                i
            }
        };
        let labels = &mut self.codes[usize::from(i)].labels;
        if !label.is_empty() && labels.len() < 24 && labels.last().is_none_or(|l| l != label) && !labels.iter().any(|l| l == label) {
            labels.push(label.to_owned());
        }
        Some(i)
    }

    /// The agent's slip; `key` is the number or the name as written.
    pub fn slip(&mut self, key: &str, who: impl FnOnce() -> Who, source: u16, at: At) -> usize {
        if let Some(last) = self.last
            && *self.slips[last].key == *key
        {
            return last;
        }
        if let Some(last) = self.last {
            self.slips[last].paid.lines.shrink_to_fit();
        }
        let i = match self.index.get(key) {
            Some(i) => *i,
            None => {
                self.index.insert(key.into(), self.slips.len());
                self.slips.push(Slip { key: key.into(), who: who(), paid: PaidSlip::default(), employer: None, source, first: at });
                self.slips.len() - 1
            }
        };
        self.last = Some(i);
        i
    }

    /// Says who the slip last written to is about, when its own rows do not.
    pub fn name_last(&mut self, surname: &str, given: &str) {
        let Some(who) = self.last.map(|i| &mut self.slips[i].who).filter(|w| w.surname.is_empty()) else { return };
        surname.clone_into(&mut who.surname);
        given.clone_into(&mut who.given);
        who.named = false;
    }

    /// Puts a line, or a total, into a slip. Amounts: gain minus deduction.
    ///
    /// # Errors
    /// N01 when an amount is no whole number of cents.
    pub fn put(
        &mut self,
        slip: usize,
        code: u16,
        shown: &Shown,
        period: Option<PayMonth>,
        at: At,
        forms: (RateForm, RateForm),
    ) -> Result<(), Unread> {
        let money = |x: Option<Exact>| x.map(cents).transpose();
        let (gain, deduction, employer) = (money(shown.gain)?, money(shown.deduction)?, money(shown.employer)?);
        let known = &mut self.codes[usize::from(code)];
        if !known.recognised {
            known.stats.add(known.labels.last().map_or("", String::as_str), *shown);
        }
        let amount = gain.unwrap_or_default() - deduction.unwrap_or_default();
        let s = &mut self.slips[slip];
        match known.target {
            CodeTarget::Total(role) => {
                let written = gain.or(deduction).or(employer).or(money(shown.base)?);
                if let Some(m) = written {
                    s.total(role, if gain.is_none() && deduction.is_some() && role != TotalRole::Deductions { -m } else { m }, at);
                }
                return Ok(());
            }
            CodeTarget::Skipped => return Ok(()),
            CodeTarget::Element(_, _) | CodeTarget::Open => {}
        }
        let own = shown.gain.or(shown.deduction);
        s.paid.lines.push(PaidLine {
            code: PaidCode::Unknown(code),
            base: shown.base,
            rate: settled_rate(shown.base, shown.rate, own, forms.0),
            amount,
            employer_rate: settled_rate(shown.base, shown.employer_rate, shown.employer, forms.1),
            employer_amount: employer.unwrap_or_default(),
            period,
            at,
        });
        Ok(())
    }
}

impl Slip {
    /// Notes a total a source shows; of one source the first wins, those of two registers add up.
    pub fn total(&mut self, role: TotalRole, value: Money, at: At) {
        let slot = match role {
            TotalRole::Gross => &mut self.paid.gross,
            TotalRole::NetTaxable => &mut self.paid.net_taxable,
            TotalRole::NetBeforeTax => &mut self.paid.net_before_tax,
            TotalRole::NetPaid => &mut self.paid.net_paid,
            TotalRole::Employer => &mut self.employer,
            TotalRole::Deductions | TotalRole::Cost => return,
        };
        match slot {
            None => *slot = Some((value, at)),
            Some((sum, first)) if first.source != at.source => *sum += value,
            Some(_) => {}
        }
    }
}

/// What became of a row.
pub struct Taken {
    /// Its local code, when it has one.
    pub code: Option<u16>,
    pub shown: Shown,
    /// Cells that could not be read: column and reason. Nothing of the row was kept then.
    pub bad: Vec<(usize, Unread)>,
}

impl LineReader {
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
        let slip = books.slip(
            agent,
            || {
                let mut w = self.who.read(row);
                w.stand_in(agent);
                w
            },
            source,
            at,
        );
        let (code, label) = self.code(row);
        let (mut shown_line, mut bad) = self.shown(row);
        self.within(section, &label, &mut shown_line);
        if code.is_empty() {
            bad.push((self.code.or(self.label).unwrap_or(0), Unread("N14")));
        }
        let (tidy, from_label) = split_period(&label);
        let period = self.month(row, cx).or(from_label).filter(|p| *p != cx.last);
        let mut index = None;
        if bad.is_empty() {
            index = books.code(source, &code, tidy, self.tells_sides());
            match index {
                Some(i) => {
                    let column = self.summed().first().copied().unwrap_or(0);
                    if let Err(e) = books.put(slip, i, &shown_line, period, at, self.forms()) {
                        bad.push((column, e));
                    }
                }
                None => bad.push((self.code.or(self.label).unwrap_or(0), Unread("N14"))),
            }
        }
        Taken { code: index, shown: shown_line, bad }
    }
}

/// Reads the rows of a register with one row per agent.
#[derive(Clone, Debug)]
pub struct WideReader {
    pub who: WhoColumns,
    groups: Vec<(String, Vec<(Part, Col)>)>,
    totals: Vec<(TotalRole, Col)>,
}

impl WideReader {
    pub fn new(source: &SourceMapping, cx: &Context<'_>) -> Self {
        let mut groups: Vec<(String, Vec<(Part, Col)>)> = Vec::new();
        let mut totals = Vec::new();
        for c in &source.columns {
            let col = Col { index: usize::from(c.column), mark: c.mark, form: c.rate_form, negated: c.negated };
            match c.meaning {
                Meaning::Element(_, part) | Meaning::Local(part) => {
                    let group = group_of(source, c);
                    match groups.iter_mut().find(|(g, _)| *g == group) {
                        Some((_, parts)) => parts.push((part, col)),
                        None => groups.push((group, vec![(part, col)])),
                    }
                }
                Meaning::Total(t) => totals.push((t, col)),
                _ => {}
            }
        }
        Self { who: WhoColumns::new(source, cx), groups, totals }
    }

    pub fn summed(&self) -> Vec<usize> {
        self.groups
            .iter()
            .flat_map(|(_, parts)| parts.iter().filter(|(p, _)| matches!(p, Part::Amount | Part::EmployerAmount)).map(|(_, c)| c.index))
            .chain(self.totals.iter().map(|(_, c)| c.index))
            .collect()
    }

    /// Reads one agent's row into the books.
    pub fn take(&self, row: &Row<'_, '_>, agent: &str, source: u16, books: &mut Books) -> Taken {
        let at = At::row(source, row.number);
        let slip = books.slip(
            agent,
            || {
                let mut w = self.who.read(row);
                w.stand_in(agent);
                w
            },
            source,
            at,
        );
        let mut bad = Vec::new();
        let read = |col: &Col, bad: &mut Vec<(usize, Unread)>| -> Option<Exact> {
            match row.cells.get(col.index).map(|c| number(c, col.mark)) {
                Some(Ok(n)) => n,
                Some(Err(e)) => {
                    bad.push((col.index, e));
                    None
                }
                None => None,
            }
        };
        for (role, col) in &self.totals {
            if let Some(n) = read(col, &mut bad) {
                match cents(n) {
                    Ok(m) => books.slips[slip].total(*role, m, At::cell(source, row.number, u16::try_from(col.index).unwrap_or(u16::MAX))),
                    Err(e) => bad.push((col.index, e)),
                }
            }
        }
        for (group, parts) in &self.groups {
            let mut s = Shown::default();
            let mut column = 0;
            for (part, col) in parts {
                let n = read(col, &mut bad);
                match part {
                    Part::Base => s.base = n,
                    Part::Rate => s.rate = n,
                    Part::Amount => s.gain = n,
                    Part::EmployerRate => s.employer_rate = n,
                    Part::EmployerAmount => s.employer = n,
                }
                if matches!(part, Part::Amount | Part::EmployerAmount) {
                    column = col.index;
                }
            }
            let nothing = s.gain.is_none_or(Exact::is_zero) && s.employer.is_none_or(Exact::is_zero);
            if nothing {
                continue;
            }
            let place = At::cell(source, row.number, u16::try_from(column).unwrap_or(u16::MAX));
            let Some(code) = books.code(source, group, group, false) else { continue };
            if let Err(e) = books.put(slip, code, &s, None, place, (RateForm::Percent, RateForm::Percent)) {
                bad.push((column, e));
            }
        }
        Taken { code: None, shown: Shown::default(), bad }
    }
}

/// The local code of a wide register's column: its group heading, or its own.
pub fn group_of(source: &SourceMapping, column: &ColumnMapping) -> String {
    let grouped = column.heading.rsplit_once(" / ").map(|(g, _)| g.to_owned());
    grouped.filter(|g| source.codes.iter().any(|c| c.code == *g)).unwrap_or_else(|| column.heading.clone())
}

/// An employee for a slip's number as it will be known.
pub fn employee(text: &str) -> Option<EmployeeId> {
    EmployeeId::parse(text)
}
