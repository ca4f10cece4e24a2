//! Operators between two parts: their kinds must agree.

use super::formula::{Bound, Cond, DateNode, Num, fold};
use super::{Binder, Typed};
use crate::rules::expr::{Expr, Op};
use crate::rules::kinds::{Kind, Unit};
use crate::rules::pack::Formula;

impl Binder<'_, '_> {
    pub(super) fn binary(&self, f: &Formula, e: &Expr, op: Op, a: &Expr, b: &Expr) -> Typed {
        if matches!(op, Op::And | Op::Or) {
            let (ta, tb) = (self.bind(f, a), self.bind(f, b));
            let pair = Box::new((self.as_cond(f, a, ta), self.as_cond(f, b, tb)));
            return (Kind::Flag, Bound::Cond(if op == Op::And { Cond::And(pair) } else { Cond::Or(pair) }));
        }
        if op == Op::Else {
            return self.otherwise(f, e, a, b);
        }
        let (ka, ba) = self.bind(f, a);
        if matches!(op, Op::Eq | Op::Ne)
            && let Kind::Choice(list) = ka
        {
            let (_, bound) = self.is_one_of(f, list, &[b]);
            return (
                Kind::Flag,
                if op == Op::Ne { Bound::Cond(Cond::Not(Box::new(self.as_cond(f, e, (Kind::Flag, bound))))) } else { bound },
            );
        }
        let (kb, bb) = self.bind(f, b);
        let mismatch = |left: Kind, right: Kind| {
            self.disagree(f, &e.span, op.sign(), left, right);
        };
        match op {
            Op::Add | Op::Sub => {
                if !ka.agrees(kb) {
                    mismatch(ka, kb);
                    return (Kind::Unknown, Bound::Bad);
                }
                let pair = Box::new((self.as_number(f, a, (ka, ba)), self.as_number(f, b, (kb, bb))));
                (ka.or(kb), Bound::Num(if op == Op::Add { Num::Add(pair) } else { Num::Sub(pair) }))
            }
            Op::Mul | Op::Div => {
                let unit = |k: Kind| match k {
                    Kind::Number(u) => Some(u),
                    Kind::Zero => Some(Unit::NONE),
                    Kind::Unknown | Kind::Date | Kind::Flag | Kind::Text | Kind::Choice(_) => None,
                };
                let pair = Box::new((self.as_number(f, a, (ka, ba)), self.as_number(f, b, (kb, bb))));
                let kind = match (unit(ka), unit(kb)) {
                    (Some(x), Some(y)) => Kind::Number(if op == Op::Mul { x.times(y) } else { x.per(y) }),
                    _ => Kind::Unknown,
                };
                (kind, Bound::Num(fold(if op == Op::Mul { Num::Mul(pair) } else { Num::Div(pair) })))
            }
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                if !ka.agrees(kb) {
                    mismatch(ka, kb);
                    return (Kind::Flag, Bound::Bad);
                }
                if ka == Kind::Date || kb == Kind::Date {
                    let pair = Box::new((self.as_date(f, a, (ka, ba)), self.as_date(f, b, (kb, bb))));
                    return (Kind::Flag, Bound::Cond(Cond::Dates(op, pair)));
                }
                if ka == Kind::Flag && matches!(op, Op::Eq | Op::Ne) {
                    let (x, y) = (self.as_cond(f, a, (ka, ba)), self.as_cond(f, b, (kb, bb)));
                    let same = Cond::If(Box::new((x, y.clone(), Cond::Not(Box::new(y)))));
                    return (Kind::Flag, Bound::Cond(if op == Op::Ne { Cond::Not(Box::new(same)) } else { same }));
                }
                let pair = Box::new((self.as_number(f, a, (ka, ba)), self.as_number(f, b, (kb, bb))));
                (Kind::Flag, Bound::Cond(Cond::Compare(op, pair)))
            }
            Op::And | Op::Or | Op::Else => (Kind::Unknown, Bound::Bad),
        }
    }

    fn otherwise(&self, f: &Formula, e: &Expr, a: &Expr, b: &Expr) -> Typed {
        let (ka, ba) = self.bind(f, a);
        let (kb, bb) = self.bind(f, b);
        if !ka.agrees(kb) {
            self.disagree(f, &e.span, "??", ka, kb);
            return (Kind::Unknown, Bound::Bad);
        }
        match ba {
            Bound::Num(Num::Fact(i)) => (ka.or(kb), Bound::Num(Num::Else(i, Box::new(self.as_number(f, b, (kb, bb)))))),
            Bound::Cond(Cond::Fact(i)) => (Kind::Flag, Bound::Cond(Cond::ElseFlag(i, Box::new(self.as_cond(f, b, (kb, bb)))))),
            Bound::Date(DateNode::Fact(i)) => (Kind::Date, Bound::Date(DateNode::Else(i, Box::new(self.as_date(f, b, (kb, bb)))))),
            Bound::Bad => (Kind::Unknown, Bound::Bad),
            Bound::Num(_) | Bound::Cond(_) | Bound::Date(_) | Bound::Choice(_) | Bound::Text(_) => {
                self.error(f, &a.span, "L47", &[]);
                (Kind::Unknown, Bound::Bad)
            }
        }
    }

    pub(super) fn choose(&self, f: &Formula, e: &Expr, c: &Expr, a: &Expr, b: &Expr) -> Typed {
        let tc = self.bind(f, c);
        let cond = self.as_cond(f, c, tc);
        let (ka, ba) = self.bind(f, a);
        let (kb, bb) = self.bind(f, b);
        if !ka.agrees(kb) {
            self.disagree(f, &e.span, "else", ka, kb);
            return (Kind::Unknown, Bound::Bad);
        }
        if let Cond::Const(yes) = cond {
            return if yes { (ka.or(kb), ba) } else { (ka.or(kb), bb) };
        }
        match ka.or(kb) {
            Kind::Flag => {
                let t = Box::new((cond, self.as_cond(f, a, (ka, ba)), self.as_cond(f, b, (kb, bb))));
                (Kind::Flag, Bound::Cond(Cond::If(t)))
            }
            Kind::Date => {
                let t = Box::new((cond, self.as_date(f, a, (ka, ba)), self.as_date(f, b, (kb, bb))));
                (Kind::Date, Bound::Date(DateNode::If(t)))
            }
            k @ (Kind::Number(_) | Kind::Zero | Kind::Unknown | Kind::Text | Kind::Choice(_)) => {
                let t = Box::new((cond, self.as_number(f, a, (ka, ba)), self.as_number(f, b, (kb, bb))));
                (k, Bound::Num(Num::If(t)))
            }
        }
    }
}
