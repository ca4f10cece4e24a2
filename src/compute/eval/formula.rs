//! The value of a bound formula, by what it gives.

use super::{Known, OPEN, Stop, Values};
use crate::ground::{Exact, Money, money};
use crate::rules::bind::{Bound, Cond, DateNode, Num, whole_months, whole_years};
use crate::rules::expr::Op;
use crate::rules::plan::{Default, Plan, ValueStep};
use chrono::{Datelike, NaiveDate};

impl Values {
    pub(super) fn value(&self, plan: &Plan, v: &ValueStep) -> Result<Exact, Stop> {
        match &v.is {
            Bound::Num(n) => self.num(plan, n).and_then(|x| match v.round {
                Some(how) => money::round(x, how).map(Money::exact).ok_or(Stop::Arithmetic),
                None => Ok(x),
            }),
            Bound::Cond(c) => self.cond(plan, c).map(|b| Exact::int(i64::from(b))),
            Bound::Date(d) => self.date(plan, d).map(|d| Exact::int(i64::from(d.num_days_from_ce()))),
            Bound::Choice(_) | Bound::Text(_) | Bound::Bad => Err(Stop::Arithmetic),
        }
    }

    fn fact_number(&self, plan: &Plan, i: u16) -> Result<Exact, Stop> {
        match self.facts[usize::from(i)] {
            Known::Number(n) => Ok(n),
            Known::Open => Err(OPEN),
            Known::No | Known::Date(_) | Known::Choice(_) | Known::Flag(_) | Known::Text => match plan.defaults[usize::from(i)] {
                Default::Number(n) => Ok(n),
                Default::None | Default::Flag(_) | Default::Choice(_) => Err(Stop::Missing(i)),
            },
        }
    }

    fn fact_date(&self, i: u16) -> Result<NaiveDate, Stop> {
        match self.facts[usize::from(i)] {
            Known::Date(d) => Ok(d),
            Known::Open => Err(OPEN),
            Known::No | Known::Number(_) | Known::Choice(_) | Known::Flag(_) | Known::Text => Err(Stop::Missing(i)),
        }
    }

    /// The option that a fact is said to be.
    pub fn option(&self, i: u16) -> Option<u16> {
        match self.facts[usize::from(i)] {
            Known::Choice(c) => Some(c),
            Known::No | Known::Number(_) | Known::Date(_) | Known::Flag(_) | Known::Text | Known::Open => None,
        }
    }

    fn is_known(&self, i: u16) -> bool {
        !matches!(self.facts[usize::from(i)], Known::No)
    }

    /// Evaluates a number.
    ///
    /// # Errors
    /// What it stopped at.
    pub fn num(&self, plan: &Plan, n: &Num) -> Result<Exact, Stop> {
        let two = |p: &(Num, Num)| Ok::<_, Stop>((self.num(plan, &p.0)?, self.num(plan, &p.1)?));
        match n {
            Num::Const(x) => Ok(*x),
            Num::Fact(i) => self.fact_number(plan, *i),
            Num::Slot(s) => self.slots[*s as usize],
            Num::NoValue(p) => Err(Stop::NoValue(*p)),
            Num::Bad => Err(Stop::Arithmetic),
            Num::Add(p) => two(p).and_then(|(a, b)| a.add(b).ok_or(Stop::Arithmetic)),
            Num::Sub(p) => two(p).and_then(|(a, b)| a.sub(b).ok_or(Stop::Arithmetic)),
            Num::Mul(p) => two(p).and_then(|(a, b)| a.mul(b).ok_or(Stop::Arithmetic)),
            Num::Div(p) => two(p).and_then(|(a, b)| a.div(b).ok_or(Stop::Arithmetic)),
            Num::Neg(a) => self.num(plan, a).map(Exact::neg),
            Num::Abs(a) => self.num(plan, a).map(Exact::abs),
            Num::Positive(a) => self.num(plan, a).map(|x| x.max(Exact::ZERO)),
            Num::Min(list) => self.fold(plan, list, Exact::min),
            Num::Max(list) => self.fold(plan, list, Exact::max),
            Num::Round(a) => self.num(plan, a)?.scaled_half_up(1).map(Exact::int).ok_or(Stop::Arithmetic),
            Num::Floor(a) => Ok(Exact::int(self.num(plan, a)?.floor())),
            Num::Ceil(a) => Ok(Exact::int(self.num(plan, a)?.ceil())),
            Num::Cent(a, how) => money::round(self.num(plan, a)?, *how).map(Money::exact).ok_or(Stop::Arithmetic),
            Num::If(t) => {
                if self.cond(plan, &t.0)? {
                    self.num(plan, &t.1)
                } else {
                    self.num(plan, &t.2)
                }
            }
            Num::Else(i, other) => {
                if self.is_known(*i) {
                    self.fact_number(plan, *i)
                } else {
                    self.num(plan, other)
                }
            }
            Num::Lookup(t, a) => {
                let x = self.num(plan, a)?;
                let rows = &plan.tables[usize::from(*t)].0;
                let at = rows.partition_point(|r| r.0 <= x);
                if at == 0 { Err(Stop::NoBracket(*t)) } else { Ok(rows[at - 1].1) }
            }
            Num::Slices(t, a) => {
                let x = self.num(plan, a)?;
                let rows = &plan.tables[usize::from(*t)].0;
                let mut sum = Exact::ZERO;
                for (i, (lower, value)) in rows.iter().enumerate() {
                    if x <= *lower {
                        break;
                    }
                    let upper = rows.get(i + 1).map_or(x, |r| r.0.min(x));
                    sum = upper.sub(*lower).and_then(|s| s.mul(*value)).and_then(|s| sum.add(s)).ok_or(Stop::Arithmetic)?;
                }
                Ok(sum)
            }
            Num::Day(d) => Ok(Exact::int(i64::from(self.date(plan, d)?.day()))),
            Num::Days(p) => {
                let (a, b) = (self.date(plan, &p.0)?, self.date(plan, &p.1)?);
                Ok(Exact::int((b - a).num_days() + 1))
            }
            Num::Years(p) => Ok(Exact::int(whole_years(self.date(plan, &p.0)?, self.date(plan, &p.1)?))),
            Num::Months(p) => Ok(Exact::int(whole_months(self.date(plan, &p.0)?, self.date(plan, &p.1)?))),
        }
    }

    fn fold(&self, plan: &Plan, list: &[Num], take: fn(Exact, Exact) -> Exact) -> Result<Exact, Stop> {
        let mut best: Option<Exact> = None;
        for n in list {
            let x = self.num(plan, n)?;
            best = Some(best.map_or(x, |b| take(b, x)));
        }
        best.ok_or(Stop::Arithmetic)
    }

    /// Evaluates a condition.
    ///
    /// # Errors
    /// What it stopped at.
    pub fn cond(&self, plan: &Plan, c: &Cond) -> Result<bool, Stop> {
        match c {
            Cond::Const(b) => Ok(*b),
            Cond::Fact(i) => match (self.facts[usize::from(*i)], plan.defaults[usize::from(*i)]) {
                (Known::Flag(b), _) | (_, Default::Flag(b)) => Ok(b),
                _ => Err(Stop::Missing(*i)),
            },
            Cond::Slot(s) => self.slots[*s as usize].map(|x| !x.is_zero()),
            Cond::Not(a) => self.cond(plan, a).map(|b| !b),
            Cond::And(p) => Ok(self.cond(plan, &p.0)? && self.cond(plan, &p.1)?),
            Cond::Or(p) => Ok(self.cond(plan, &p.0)? || self.cond(plan, &p.1)?),
            Cond::Compare(op, p) => {
                let order = self.num(plan, &p.0)?.cmp(&self.num(plan, &p.1)?);
                Ok(holds(*op, order))
            }
            Cond::Dates(op, p) => Ok(holds(*op, self.date(plan, &p.0)?.cmp(&self.date(plan, &p.1)?))),
            Cond::Among(i, mask) => match (self.facts[usize::from(*i)], plan.defaults[usize::from(*i)]) {
                (Known::Choice(o), _) | (_, Default::Choice(o)) => Ok(mask >> o.min(63) & 1 == 1),
                _ => Err(Stop::Missing(*i)),
            },
            Cond::Known(i) => Ok(self.is_known(*i)),
            Cond::If(t) => {
                if self.cond(plan, &t.0)? {
                    self.cond(plan, &t.1)
                } else {
                    self.cond(plan, &t.2)
                }
            }
            Cond::ElseFlag(i, other) => match self.facts[usize::from(*i)] {
                Known::Flag(b) => Ok(b),
                Known::No | Known::Number(_) | Known::Date(_) | Known::Choice(_) | Known::Text | Known::Open => self.cond(plan, other),
            },
        }
    }

    /// Evaluates a date.
    ///
    /// # Errors
    /// What it stopped at.
    pub fn date(&self, plan: &Plan, d: &DateNode) -> Result<NaiveDate, Stop> {
        match d {
            DateNode::Const(x) => Ok(*x),
            DateNode::Fact(i) => self.fact_date(*i),
            DateNode::Slot(s) => {
                let days = self.slots[*s as usize]?.whole().and_then(|n| i32::try_from(n).ok()).ok_or(Stop::Arithmetic)?;
                NaiveDate::from_num_days_from_ce_opt(days).ok_or(Stop::Arithmetic)
            }
            DateNode::If(t) => {
                if self.cond(plan, &t.0)? {
                    self.date(plan, &t.1)
                } else {
                    self.date(plan, &t.2)
                }
            }
            DateNode::Else(i, other) => {
                if self.is_known(*i) {
                    self.fact_date(*i)
                } else {
                    self.date(plan, other)
                }
            }
        }
    }
}

fn holds(op: Op, order: std::cmp::Ordering) -> bool {
    match op {
        Op::Eq => order.is_eq(),
        Op::Ne => order.is_ne(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::And | Op::Or | Op::Else => false,
    }
}
