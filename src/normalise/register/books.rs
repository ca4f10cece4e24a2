//! What the registers say, agent by agent: lines under local codes, and totals.

use super::lines::settled_rate;
use super::who::{WhoColumns, shown};
use crate::ground::room::exactly;
use crate::ground::{At, Exact, Money, PayMonth};
use crate::normalise::cells::cents;
use crate::normalise::codes::{CodeStats, Shown};
use crate::normalise::mapping::{CodeTarget, SourceMapping, TotalRole};
use crate::normalise::people::{Who, may_be_same};
use crate::normalise::titles::total_named;
use crate::normalise::values::{RateForm, Unread};
use crate::payslip::{PaidCode, PaidLine, PaidSlip};
use crate::read::table::Row;
use std::collections::{BTreeMap, BTreeSet};

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
    /// What a person says of a rubric that is no element: it comes again as it is, or it was paid once.
    pub goes_on: Option<bool>,
}

/// One agent of a register.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Its agent as the register writes him.
    pub key: Box<str>,
    /// The name on its first row, as written.
    pub(super) named: Box<str>,
    pub who: Who,
    pub paid: PaidSlip,
    pub employer: Option<(Money, At)>,
    /// Totals that a list of sums alone shows.
    pub beside: Vec<(TotalRole, Money, At)>,
    /// Further sums of its source, other than the first.
    pub again: Vec<(TotalRole, Money, At)>,
    /// Totals that stand on another row as well: printed twice, or those of a second payslip.
    pub repeated: Vec<(TotalRole, Money, At)>,
    pub source: u16,
    pub first: At,
}

/// Everything the registers say.
#[derive(Default)]
pub struct Books {
    pub slips: Vec<Slip>,
    pub(super) index: BTreeMap<Box<str>, usize>,
    pub codes: Vec<KnownCode>,
    pub(super) code_index: BTreeMap<u16, BTreeMap<Box<str>, u16>>,
    pub(super) last: Option<usize>,
    /// Slips in which a number stands beside two names: the other one, and where.
    pub twofold: BTreeMap<usize, (Who, At)>,
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
                goes_on: c.goes_on,
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
                    goes_on: None,
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

    /// Whether nobody knows what a local code is.
    pub(super) fn is_open(&self, code: u16) -> bool {
        self.codes[usize::from(code)].target == CodeTarget::Open
    }

    /// The payslip of the agent whom a row of a register is about.
    pub fn slip_of(&mut self, agent: &str, who: &WhoColumns, row: &Row<'_, '_>, at: At) -> usize {
        let read = || {
            let mut w = who.read(row);
            w.stand_in(agent);
            w
        };
        let slip = self.slip(agent, read, at.source, at);
        let Some(name) = who.name().map(|c| shown(row, c)).filter(|t| !t.is_empty()) else { return slip };
        let first = &mut self.slips[slip];
        if first.named.is_empty() {
            first.named = name.into();
        } else if *first.named != *name {
            let other = who.read(row);
            let same = may_be_same((&first.who.surname, &first.who.given), (&other.surname, &other.given));
            if !same && !other.id.is_empty() && !first.who.surname.is_empty() {
                self.twofold.entry(slip).or_insert((other, at));
            }
        }
        slip
    }

    /// The agent's payslip; `key` is the number or the name as written.
    pub fn slip(&mut self, key: &str, who: impl FnOnce() -> Who, source: u16, at: At) -> usize {
        if let Some(last) = self.last
            && *self.slips[last].key == *key
        {
            return last;
        }
        if let Some(last) = self.last {
            exactly(&mut self.slips[last].paid.lines);
        }
        let i = match self.index.get(key) {
            Some(i) => *i,
            None => {
                self.index.insert(key.into(), self.slips.len());
                self.slips.push(Slip {
                    key: key.into(),
                    named: Box::default(),
                    who: who(),
                    paid: PaidSlip::default(),
                    employer: None,
                    beside: Vec::new(),
                    again: Vec::new(),
                    repeated: Vec::new(),
                    source,
                    first: at,
                });
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
    /// Totals that its register does not show are those of a list of sums; the others stay beside it.
    pub fn fill(&mut self) {
        for (role, value, at) in std::mem::take(&mut self.beside) {
            let known = match role {
                TotalRole::Gross => self.paid.gross.is_some(),
                TotalRole::NetTaxable => self.paid.net_taxable.is_some(),
                TotalRole::NetBeforeTax => self.paid.net_before_tax.is_some(),
                TotalRole::NetPaid => self.paid.net_paid.is_some(),
                TotalRole::Employer | TotalRole::Deductions | TotalRole::Cost => continue,
            };
            if known {
                self.beside.push((role, value, at));
            } else {
                self.total(role, value, at);
            }
        }
    }

    /// The employer's sum of these sources, written with a minus as his shares are.
    pub fn turn_employer(&mut self, turned: &BTreeSet<u16>) {
        if let Some((sum, at)) = &mut self.employer
            && sum.is_negative()
            && turned.contains(&at.source)
        {
            *sum = -*sum;
        }
    }

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
            Some((sum, first)) if *sum == value || self.again.iter().any(|a| a.0 == role && a.1 == value) => {
                if first.row != at.row {
                    self.repeated.push((role, value, at));
                }
            }
            Some(_) => self.again.push((role, value, at)),
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
    /// A cell of the month it is about that names none: the line is taken for an earlier month's.
    pub period: Option<usize>,
}
