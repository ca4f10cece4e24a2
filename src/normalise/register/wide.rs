//! A register with a row per agent and a column per rubric.

use super::books::{Books, Taken};
use super::lines::{Col, month_of};
use super::who::{WhoColumns, shown};
use crate::ground::{At, Exact, PayMonth};
use crate::normalise::cells::{cents, number};
use crate::normalise::codes::Shown;
use crate::normalise::mapping::{ColumnMapping, Meaning, SourceMapping, TotalRole};
use crate::normalise::titles::is_employer;
use crate::normalise::values::{RateForm, Unread};
use crate::normalise::{Context, Part};
use crate::read::table::Row;

/// Reads the rows of a register with one row per agent.
#[derive(Clone, Debug)]
pub struct WideReader {
    pub who: WhoColumns,
    pub(super) groups: Vec<(String, Vec<(Part, Col)>)>,
    pub(super) totals: Vec<(TotalRole, Col)>,
    /// Whose share a row is, where each agent has a row for his own and one for the employer's.
    pub(super) payer: Option<usize>,
    /// The month of each row, where agents have a row for each, and its year.
    pub(super) period: Option<usize>,
    pub(super) year: Option<usize>,
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
        let plain = |m: Meaning| source.column(m).map(|c| usize::from(c.column));
        let (payer, period, year) = (plain(Meaning::Payer), plain(Meaning::Period), plain(Meaning::Year));
        Self { who: WhoColumns::new(source, cx), groups, totals, payer, period, year }
    }

    /// The month a row says it is of.
    pub fn month(&self, row: &Row<'_, '_>, cx: &Context<'_>) -> Option<PayMonth> {
        month_of(row, self.period?, self.year, cx)
    }

    /// Whether rows can say which month they are of.
    pub const fn tells_months(&self) -> bool {
        self.period.is_some()
    }

    /// Columns of amounts that have one title, each title with them.
    pub fn repeated(&self) -> Vec<(&str, Vec<usize>)> {
        let amounts = |parts: &[(Part, Col)]| parts.iter().filter(|(p, _)| *p == Part::Amount).map(|(_, c)| c.index).collect::<Vec<_>>();
        self.groups.iter().map(|(g, parts)| (g.as_str(), amounts(parts))).filter(|(_, columns)| columns.len() > 1).collect()
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
        let slip = books.slip_of(agent, &self.who, row, at);
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
        let employers = self.payer.is_some_and(|c| is_employer(&shown(row, c)) == Some(true));
        // The sums in the employer's row are of his shares.
        for (role, col) in self.totals.iter().filter(|_| !employers) {
            if let Some(n) = read(col, &mut bad) {
                match cents(n) {
                    Ok(m) => {
                        let at = At::cell(source, row.number, u16::try_from(col.index).unwrap_or(u16::MAX));
                        // A list of sums says of a register what its own sums should be.
                        if self.groups.is_empty() {
                            books.slips[slip].beside.push((*role, m, at));
                        } else {
                            books.slips[slip].total(*role, m, at);
                        }
                    }
                    Err(e) => bad.push((col.index, e)),
                }
            }
        }
        for (group, parts) in &self.groups {
            let mut s = Shown::default();
            let mut column = 0;
            // Of two columns of one title each is a line.
            let mut others: Vec<(Shown, usize)> = Vec::new();
            for (part, col) in parts {
                let n = read(col, &mut bad);
                let line = match part {
                    Part::Amount if !employers => Shown { gain: s.gain, ..Shown::default() },
                    Part::Amount | Part::EmployerAmount => Shown { employer: s.employer, ..Shown::default() },
                    Part::Base | Part::Rate | Part::EmployerRate => Shown::default(),
                };
                if line != Shown::default() {
                    if n.is_none_or(Exact::is_zero) {
                        continue;
                    }
                    others.push((line, column));
                }
                match part {
                    Part::Base => s.base = n,
                    Part::Rate if employers => s.employer_rate = n,
                    Part::Rate => s.rate = n,
                    Part::Amount if employers => s.employer = n,
                    Part::Amount => s.gain = n,
                    Part::EmployerRate => s.employer_rate = n,
                    Part::EmployerAmount => s.employer = n,
                }
                if matches!(part, Part::Amount | Part::EmployerAmount) {
                    column = col.index;
                }
            }
            for (s, column) in std::iter::once((s, column)).chain(others) {
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
        }
        Taken { code: None, shown: Shown::default(), bad, period: None }
    }
}

/// The local code of a wide register's column: its group heading, or its own.
pub fn group_of(source: &SourceMapping, column: &ColumnMapping) -> String {
    // « CNRACL / NBI » beside « CNRACL » is a rubric with a stroke in its name, and no part of the other.
    let known = |g: &str| source.codes.iter().any(|c| c.code == g);
    let grouped = column.heading.rsplit_once(" / ").map(|(g, _)| g).filter(|g| known(g) && !known(&column.heading));
    grouped.unwrap_or(&column.heading).to_owned()
}
