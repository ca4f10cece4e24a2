//! Syntax tree → bound formula: every name looked up, every kind and unit checked, constants put in.
//!
//! Goes over a formula once and reports all it finds; a part that cannot be bound becomes [`Num::Bad`] and the rest goes on.

use crate::facts::{FactId, FactKind};
use crate::ground::document::{Report, suggestion};
use crate::ground::{Exact, PayMonth, Rounding};
use crate::rules::expr::{Expr, Node, Op};
use crate::rules::kinds::{Kind, ListOf, Unit};
use crate::rules::pack::{Formula, Pack, SettingKind, fact_kind};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;
use std::ops::Range;

/// A bound formula that gives a number.
#[derive(Clone, PartialEq, Debug)]
pub enum Num {
    Const(Exact),
    /// The number of a fact; stops when it is not known and has no default.
    Fact(u16),
    /// A result computed earlier.
    Slot(u32),
    /// A parameter without a value on the day: stops when it is reached.
    NoValue(u32),
    /// Could not be bound; the pack has findings and is not run.
    Bad,
    Add(Box<(Self, Self)>),
    Sub(Box<(Self, Self)>),
    Mul(Box<(Self, Self)>),
    Div(Box<(Self, Self)>),
    Neg(Box<Self>),
    Abs(Box<Self>),
    Positive(Box<Self>),
    Min(Vec<Self>),
    Max(Vec<Self>),
    Round(Box<Self>),
    Floor(Box<Self>),
    Ceil(Box<Self>),
    Cent(Box<Self>, Rounding),
    If(Box<(Cond, Self, Self)>),
    /// The fact when it is known, else the other.
    Else(u16, Box<Self>),
    /// Value of the bracket of table `.0` that the number falls in.
    Lookup(u16, Box<Self>),
    /// Sum over the brackets of table `.0` of slice × value.
    Slices(u16, Box<Self>),
    Day(Box<DateNode>),
    Days(Box<(DateNode, DateNode)>),
    Years(Box<(DateNode, DateNode)>),
    Months(Box<(DateNode, DateNode)>),
}

/// A bound formula that gives yes or no.
#[derive(Clone, PartialEq, Debug)]
pub enum Cond {
    Const(bool),
    Fact(u16),
    Slot(u32),
    Not(Box<Self>),
    And(Box<(Self, Self)>),
    Or(Box<(Self, Self)>),
    Compare(Op, Box<(Num, Num)>),
    Dates(Op, Box<(DateNode, DateNode)>),
    /// The choice fact is one of the options of the mask.
    Among(u16, u64),
    Known(u16),
    If(Box<(Self, Self, Self)>),
    ElseFlag(u16, Box<Self>),
}

/// A bound formula that gives a date.
#[derive(Clone, PartialEq, Debug)]
pub enum DateNode {
    Const(NaiveDate),
    Fact(u16),
    Slot(u32),
    If(Box<(Cond, Self, Self)>),
    Else(u16, Box<Self>),
}

/// A bound formula of whatever kind.
#[derive(Clone, PartialEq, Debug)]
pub enum Bound {
    Num(Num),
    Cond(Cond),
    Date(DateNode),
    /// A choice fact or setting by itself, only good for comparing.
    Choice(ListOf),
    Text(u16),
    Bad,
}

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Symbol {
    Fact(u16),
    Parameter(u32),
    Setting(u16),
    Value(u16),
    Element(u16),
    Total(u16),
    Table(u16),
}

/// All names of a pack.
pub type Symbols = BTreeMap<String, Symbol>;

/// Where results stand while a payslip is computed.
#[derive(Clone, Copy, Debug)]
pub struct Slots {
    pub values: u32,
    pub elements: u32,
    pub totals: u32,
}

/// Columns of an element that formulas can name.
pub const AMOUNT: u32 = 0;
pub const BASE: u32 = 1;
pub const RATE: u32 = 2;
pub const EMPLOYER: u32 = 3;
pub const EMPLOYER_RATE: u32 = 4;
const PER_ELEMENT: u32 = 5;

impl Slots {
    pub fn of(pack: &Pack) -> Self {
        Self { values: pack.values.len() as u32, elements: pack.elements.len() as u32, totals: pack.totals.len() as u32 }
    }
    pub const fn value(self, i: u16) -> u32 {
        i as u32
    }
    pub const fn element(self, i: u16, column: u32) -> u32 {
        self.values + i as u32 * PER_ELEMENT + column
    }
    pub const fn total(self, i: u16) -> u32 {
        self.values + self.elements * PER_ELEMENT + i as u32
    }
    /// Columns of the paid line an inference reads.
    pub const fn paid(self, column: u32) -> u32 {
        self.values + self.elements * PER_ELEMENT + self.totals + column
    }
    pub const fn count(self) -> usize {
        (self.values + self.elements * PER_ELEMENT + self.totals + PER_ELEMENT) as usize
    }
}

/// The month and day for which law is looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
    pub month: PayMonth,
    pub payment_date: NaiveDate,
}

/// What the binder needs to know.
pub struct Binder<'a, 'f> {
    pub pack: &'a Pack,
    pub symbols: &'a Symbols,
    pub slots: Slots,
    pub report: &'a Report<'f>,
    /// None while the whole pack is checked, whatever the month.
    pub context: Option<Context>,
    pub settings: &'a [SettingValue],
    /// Value of each parameter for this plan, when it has one.
    pub parameters: &'a [Option<Exact>],
    pub paid_allowed: bool,
}

/// The value of a setting, by its kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SettingValue {
    Choice(String),
    Flag(bool),
    Number(Exact),
}

/// As `releve.toml` writes it.
impl std::fmt::Display for SettingValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Choice(c) => f.write_str(c),
            Self::Flag(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Self::Number(n) => n.fmt(f),
        }
    }
}

type Typed = (Kind, Bound);

const FUNCTIONS: [&str; 18] = [
    "min",
    "max",
    "abs",
    "round",
    "floor",
    "ceil",
    "cent",
    "truncate",
    "positive",
    "per_month",
    "per_year",
    "day",
    "days",
    "years",
    "months",
    "known",
    "slices",
    "value_on",
];
const BUILTINS: [&str; 6] = ["month_start", "month_end", "month_eve", "payment_date", "days_in_month", "month_number"];

impl Binder<'_, '_> {
    fn error(&self, f: &Formula, span: &Range<usize>, code: &str, args: &[(&'static str, &str)]) {
        self.report.error(code, f.file, &f.span(span), args);
    }

    pub fn number(&self, f: &Formula, want: Option<Unit>) -> Num {
        let (kind, bound) = self.bind(f, &f.ast);
        if let Some(unit) = want
            && !kind.agrees(Kind::Number(unit))
        {
            self.error(f, &f.ast.span, "L42", &[("kind", &kind.to_string()), ("wanted", &Kind::Number(unit).to_string())]);
            return Num::Bad;
        }
        self.as_number(f, &f.ast, (kind, bound))
    }

    /// A number of any unit, with its kind.
    pub fn any_number(&self, f: &Formula) -> (Kind, Num) {
        let (kind, bound) = self.bind(f, &f.ast);
        (kind, self.as_number(f, &f.ast, (kind, bound)))
    }

    pub fn condition(&self, f: &Formula) -> Cond {
        let t = self.bind(f, &f.ast);
        self.as_cond(f, &f.ast, t)
    }

    pub fn date(&self, f: &Formula) -> DateNode {
        let t = self.bind(f, &f.ast);
        self.as_date(f, &f.ast, t)
    }

    /// A part of a formula by itself; a name that is no number of its own stays what it is.
    pub fn part(&self, f: &Formula, e: &Expr) -> Bound {
        self.bind(f, e).1
    }

    fn as_number(&self, f: &Formula, e: &Expr, (kind, bound): Typed) -> Num {
        match bound {
            Bound::Num(n) => n,
            Bound::Bad => Num::Bad,
            Bound::Cond(_) | Bound::Date(_) | Bound::Choice(_) | Bound::Text(_) => {
                self.error(f, &e.span, "L42", &[("kind", &kind.to_string()), ("wanted", "nombre")]);
                Num::Bad
            }
        }
    }
    fn as_cond(&self, f: &Formula, e: &Expr, (kind, bound): Typed) -> Cond {
        match bound {
            Bound::Cond(c) => c,
            Bound::Bad => Cond::Const(false),
            Bound::Num(_) | Bound::Date(_) | Bound::Choice(_) | Bound::Text(_) => {
                self.error(f, &e.span, "L42", &[("kind", &kind.to_string()), ("wanted", "oui/non")]);
                Cond::Const(false)
            }
        }
    }
    fn as_date(&self, f: &Formula, e: &Expr, (kind, bound): Typed) -> DateNode {
        match bound {
            Bound::Date(d) => d,
            Bound::Bad => DateNode::Const(NaiveDate::MIN),
            Bound::Num(_) | Bound::Cond(_) | Bound::Choice(_) | Bound::Text(_) => {
                self.error(f, &e.span, "L42", &[("kind", &kind.to_string()), ("wanted", "date")]);
                DateNode::Const(NaiveDate::MIN)
            }
        }
    }

    fn bind(&self, f: &Formula, e: &Expr) -> Typed {
        match &e.node {
            Node::Number(n, u) => {
                let kind = if n.is_zero() && *u == Unit::NONE { Kind::Zero } else { Kind::Number(*u) };
                (kind, Bound::Num(Num::Const(*n)))
            }
            Node::Date(d) => (Kind::Date, Bound::Date(DateNode::Const(*d))),
            Node::Name(n) => self.name(f, e, n),
            Node::Field(n, field) => self.field(f, e, n, field),
            Node::Negate(a) => {
                let (k, b) = self.bind(f, a);
                let n = self.as_number(f, a, (k, b));
                (k, Bound::Num(Num::Neg(Box::new(n))))
            }
            Node::Not(a) => {
                let t = self.bind(f, a);
                (Kind::Flag, Bound::Cond(Cond::Not(Box::new(self.as_cond(f, a, t)))))
            }
            Node::Binary(op, a, b) => self.binary(f, e, *op, a, b),
            Node::In(a, list) => self.among(f, a, list),
            Node::If(c, a, b) => self.choose(f, e, c, a, b),
            Node::Call(name, args) => self.call(f, e, name, args),
        }
    }

    fn unknown(&self, f: &Formula, span: &Range<usize>, name: &str) -> Typed {
        let all = self.symbols.keys().map(String::as_str).chain(BUILTINS);
        match suggestion(name, all) {
            Some(near) => self.error(f, span, "L40", &[("name", name), ("near", near)]),
            None => self.error(f, span, "L39", &[("name", name)]),
        }
        (Kind::Unknown, Bound::Bad)
    }

    fn name(&self, f: &Formula, e: &Expr, n: &str) -> Typed {
        match n {
            "month_start" | "month_end" | "month_eve" | "payment_date" => {
                let d = self.context.map_or(NaiveDate::MIN, |c| match n {
                    "month_start" => c.month.first_day(),
                    "month_end" => c.month.last_day(),
                    "month_eve" => c.month.first_day().pred_opt().unwrap_or(NaiveDate::MIN),
                    _ => c.payment_date,
                });
                return (Kind::Date, Bound::Date(DateNode::Const(d)));
            }
            "days_in_month" => {
                let d = self.context.map_or(30, |c| i64::from(c.month.days()));
                return (Kind::Number(Unit::DAYS), Bound::Num(Num::Const(Exact::int(d))));
            }
            "month_number" => {
                let m = self.context.map_or(1, |c| i64::from(c.month.month()));
                return (Kind::Number(Unit::NONE), Bound::Num(Num::Const(Exact::int(m))));
            }
            "yes" => return (Kind::Flag, Bound::Cond(Cond::Const(true))),
            "no" => return (Kind::Flag, Bound::Cond(Cond::Const(false))),
            _ => {}
        }
        let Some(symbol) = self.symbols.get(n).copied() else { return self.unknown(f, &e.span, n) };
        match symbol {
            Symbol::Fact(i) => match fact_kind(self.pack, i) {
                k @ (Kind::Number(_) | Kind::Zero) => (k, Bound::Num(Num::Fact(i))),
                Kind::Date => (Kind::Date, Bound::Date(DateNode::Fact(i))),
                Kind::Flag => (Kind::Flag, Bound::Cond(Cond::Fact(i))),
                Kind::Choice(l) => (Kind::Choice(l), Bound::Choice(l)),
                Kind::Text => (Kind::Text, Bound::Text(i)),
                Kind::Unknown => (Kind::Unknown, Bound::Bad),
            },
            Symbol::Parameter(i) => {
                let p = &self.pack.parameters[i as usize];
                let n = match (self.context, self.parameters.get(i as usize).copied().flatten()) {
                    (_, Some(v)) => Num::Const(v),
                    (None, None) => Num::Const(Exact::ONE),
                    (Some(_), None) => Num::NoValue(i),
                };
                (Kind::Number(p.unit), Bound::Num(n))
            }
            Symbol::Setting(i) => {
                let s = &self.pack.settings[usize::from(i)];
                match (&s.kind, self.settings.get(usize::from(i))) {
                    (SettingKind::Choice(_), _) => (Kind::Choice(ListOf::Setting(i)), Bound::Choice(ListOf::Setting(i))),
                    (SettingKind::Flag, Some(SettingValue::Flag(b))) => (Kind::Flag, Bound::Cond(Cond::Const(*b))),
                    (SettingKind::Flag, _) => (Kind::Flag, Bound::Cond(Cond::Const(false))),
                    (SettingKind::Number(_, u), Some(SettingValue::Number(n))) => (Kind::Number(*u), Bound::Num(Num::Const(*n))),
                    (SettingKind::Number(_, u), _) => (Kind::Number(*u), Bound::Num(Num::Const(Exact::ZERO))),
                }
            }
            Symbol::Value(i) => {
                let kind = self.pack.values[usize::from(i)].kind;
                let slot = self.slots.value(i);
                match kind {
                    Kind::Flag => (kind, Bound::Cond(Cond::Slot(slot))),
                    Kind::Date => (kind, Bound::Date(DateNode::Slot(slot))),
                    Kind::Number(_) | Kind::Zero => (kind, Bound::Num(Num::Slot(slot))),
                    Kind::Text | Kind::Choice(_) | Kind::Unknown => (Kind::Unknown, Bound::Bad),
                }
            }
            Symbol::Element(i) => (Kind::Number(Unit::MONEY), Bound::Num(Num::Slot(self.slots.element(i, AMOUNT)))),
            Symbol::Total(i) => (Kind::Number(Unit::MONEY), Bound::Num(Num::Slot(self.slots.total(i)))),
            Symbol::Table(_) => {
                self.error(f, &e.span, "L46", &[("name", n)]);
                (Kind::Unknown, Bound::Bad)
            }
        }
    }

    fn field(&self, f: &Formula, e: &Expr, n: &str, field: &str) -> Typed {
        let column = match field {
            "amount" => AMOUNT,
            "base" => BASE,
            "rate" => RATE,
            "employer" | "employer_amount" => EMPLOYER,
            "employer_rate" => EMPLOYER_RATE,
            _ => {
                let near = suggestion(field, ["amount", "base", "rate", "employer", "employer_rate"].into_iter()).unwrap_or("base");
                self.error(f, &e.span, "L40", &[("name", field), ("near", near)]);
                return (Kind::Unknown, Bound::Bad);
            }
        };
        if n == "paid" && self.paid_allowed {
            let kind = if matches!(column, AMOUNT | EMPLOYER) { Kind::Number(Unit::MONEY) } else { Kind::Unknown };
            return (kind, Bound::Num(Num::Slot(self.slots.paid(column))));
        }
        match self.symbols.get(n) {
            Some(Symbol::Element(i)) => {
                let kind = if matches!(column, AMOUNT | EMPLOYER) { Kind::Number(Unit::MONEY) } else { Kind::Unknown };
                (kind, Bound::Num(Num::Slot(self.slots.element(*i, column))))
            }
            _ => self.unknown(f, &e.span, n),
        }
    }

    fn option_text(e: &Expr) -> Option<String> {
        match &e.node {
            Node::Name(n) => Some(n.clone()),
            Node::Number(n, u) if *u == Unit::NONE => Some(n.to_string()),
            Node::Number(..)
            | Node::Date(_)
            | Node::Field(..)
            | Node::Negate(_)
            | Node::Not(_)
            | Node::Binary(..)
            | Node::In(..)
            | Node::If(..)
            | Node::Call(..) => None,
        }
    }

    /// Index of an option of a list; a finding when the list has no such option.
    fn option(&self, f: &Formula, list: ListOf, e: &Expr) -> Option<usize> {
        // What is no single word cannot be an option either: it is reported as it stands.
        let text = Self::option_text(e).unwrap_or_else(|| f.text.get(e.span.clone()).unwrap_or_default().to_owned());
        let ids: Vec<&str> = match list {
            ListOf::Fact(i) => match &self.pack.vocabulary.get(FactId(i)).kind {
                FactKind::Choice { options } => options.iter().map(|o| o.id.as_str()).collect(),
                FactKind::Number { .. } | FactKind::Date | FactKind::Text | FactKind::Flag => Vec::new(),
            },
            ListOf::Setting(i) => match &self.pack.settings[usize::from(i)].kind {
                SettingKind::Choice(o) => o.iter().map(|o| o.0.as_str()).collect(),
                SettingKind::Flag | SettingKind::Number(..) => Vec::new(),
            },
        };
        let at = ids.iter().position(|o| *o == text);
        if at.is_none() {
            self.error(f, &e.span, "L45", &[("name", &text), ("options", &ids.join(", "))]);
        }
        at
    }

    fn is_one_of(&self, f: &Formula, list: ListOf, options: &[&Expr]) -> Typed {
        let found: Vec<usize> = options.iter().filter_map(|o| self.option(f, list, o)).collect();
        let cond = match list {
            ListOf::Fact(i) => Cond::Among(i, found.iter().fold(0, |m, o| m | 1 << o.min(&63))),
            ListOf::Setting(i) => {
                let chosen = match (self.settings.get(usize::from(i)), &self.pack.settings[usize::from(i)].kind) {
                    (Some(SettingValue::Choice(c)), SettingKind::Choice(all)) => all.iter().position(|o| o.0 == *c),
                    _ => None,
                };
                Cond::Const(chosen.is_some_and(|c| found.contains(&c)))
            }
        };
        (Kind::Flag, Bound::Cond(cond))
    }

    fn among(&self, f: &Formula, a: &Expr, list: &[Expr]) -> Typed {
        match self.bind(f, a) {
            (Kind::Choice(l), _) => self.is_one_of(f, l, &list.iter().collect::<Vec<_>>()),
            (k, b) => {
                let n = self.as_number(f, a, (k, b));
                let mut cond = Cond::Const(false);
                for item in list {
                    let (ki, bi) = self.bind(f, item);
                    if !k.agrees(ki) {
                        self.error(f, &item.span, "L41", &[("left", &k.to_string()), ("right", &ki.to_string()), ("sign", "in")]);
                    }
                    let eq = Cond::Compare(Op::Eq, Box::new((n.clone(), self.as_number(f, item, (ki, bi)))));
                    cond = Cond::Or(Box::new((cond, eq)));
                }
                (Kind::Flag, Bound::Cond(cond))
            }
        }
    }

    fn binary(&self, f: &Formula, e: &Expr, op: Op, a: &Expr, b: &Expr) -> Typed {
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
            self.error(f, &e.span, "L41", &[("left", &left.to_string()), ("right", &right.to_string()), ("sign", op.sign())]);
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
            self.error(f, &e.span, "L41", &[("left", &ka.to_string()), ("right", &kb.to_string()), ("sign", "??")]);
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

    fn choose(&self, f: &Formula, e: &Expr, c: &Expr, a: &Expr, b: &Expr) -> Typed {
        let tc = self.bind(f, c);
        let cond = self.as_cond(f, c, tc);
        let (ka, ba) = self.bind(f, a);
        let (kb, bb) = self.bind(f, b);
        if !ka.agrees(kb) {
            self.error(f, &e.span, "L41", &[("left", &ka.to_string()), ("right", &kb.to_string()), ("sign", "else")]);
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

    fn call(&self, f: &Formula, e: &Expr, name: &str, args: &[Expr]) -> Typed {
        if let Some(Symbol::Table(i)) = self.symbols.get(name).copied() {
            return self.lookup(f, e, i, args, false);
        }
        let want = match name {
            "min" | "max" => None,
            "days" | "years" | "months" | "slices" | "value_on" => Some(2),
            "abs" | "round" | "floor" | "ceil" | "cent" | "truncate" | "positive" | "per_month" | "per_year" | "day" | "known" => Some(1),
            _ => {
                let all = FUNCTIONS.into_iter().chain(self.pack.tables.iter().map(|t| t.id.as_str()));
                let near = suggestion(name, all).unwrap_or_default();
                self.error(f, &(e.span.start..e.span.start + name.len()), "L44", &[("name", name), ("near", near)]);
                return (Kind::Unknown, Bound::Bad);
            }
        };
        if want.map_or(args.is_empty(), |n| n != args.len()) {
            let wanted = want.map_or_else(|| "≥ 1".to_owned(), |n: usize| n.to_string());
            self.error(f, &e.span, "L43", &[("name", name), ("wanted", &wanted), ("found", &args.len().to_string())]);
            return (Kind::Unknown, Bound::Bad);
        }
        match name {
            "known" => return self.known(f, &args[0]),
            "value_on" => return self.value_on(f, &args[0], &args[1]),
            "slices" => {
                if let Node::Name(n) = &args[0].node
                    && let Some(Symbol::Table(i)) = self.symbols.get(n).copied()
                {
                    return self.lookup(f, e, i, &args[1..], true);
                }
                self.error(f, &args[0].span, "L46", &[("name", name)]);
                return (Kind::Unknown, Bound::Bad);
            }
            _ => {}
        }
        let typed: Vec<Typed> = args.iter().map(|a| self.bind(f, a)).collect();
        if matches!(name, "day" | "days" | "years" | "months") {
            let mut dates: Vec<DateNode> = args.iter().zip(typed).map(|(a, t)| self.as_date(f, a, t)).collect();
            let first = dates.remove(0);
            return match (name, dates.pop()) {
                ("days", Some(b)) => (Kind::Number(Unit::DAYS), Bound::Num(Num::Days(Box::new((first, b))))),
                ("years", Some(b)) => (Kind::Number(Unit::YEARS), Bound::Num(Num::Years(Box::new((first, b))))),
                ("months", Some(b)) => (Kind::Number(Unit::NONE), Bound::Num(Num::Months(Box::new((first, b))))),
                _ => (Kind::Number(Unit::DAYS), Bound::Num(Num::Day(Box::new(first)))),
            };
        }
        let kind = typed.iter().fold(Kind::Zero, |k, t| k.or(t.0));
        for (a, t) in args.iter().zip(&typed) {
            if !t.0.agrees(kind) {
                self.error(f, &a.span, "L41", &[("left", &kind.to_string()), ("right", &t.0.to_string()), ("sign", name)]);
            }
        }
        let mut nums: Vec<Num> = args.iter().zip(typed).map(|(a, t)| self.as_number(f, a, t)).collect();
        let per = |u: Unit| match kind {
            Kind::Number(k) => Kind::Number(k.times(u)),
            k => k,
        };
        let twelve = Num::Const(Exact::int(12));
        if matches!(name, "min" | "max") {
            return (kind, Bound::Num(if name == "min" { Num::Min(nums) } else { Num::Max(nums) }));
        }
        let Some(x) = nums.pop() else { return (Kind::Unknown, Bound::Bad) };
        let x = Box::new(x);
        match name {
            "abs" => (kind, Bound::Num(Num::Abs(x))),
            "round" => (kind, Bound::Num(Num::Round(x))),
            "floor" => (kind, Bound::Num(Num::Floor(x))),
            "ceil" => (kind, Bound::Num(Num::Ceil(x))),
            "cent" => (kind, Bound::Num(Num::Cent(x, Rounding::HalfUp))),
            "truncate" => (kind, Bound::Num(Num::Cent(x, Rounding::Truncate))),
            "positive" => (kind, Bound::Num(Num::Positive(x))),
            "per_month" => {
                let yearly = matches!(kind, Kind::Number(u) if u.times(Unit::YEARS).to_string().matches("/an").count() < u.to_string().matches("/an").count());
                if !yearly && kind != Kind::Unknown {
                    self.error(f, &e.span, "L48", &[("kind", &kind.to_string())]);
                    return (Kind::Unknown, Bound::Bad);
                }
                (per(Unit::YEARS), Bound::Num(fold(Num::Div(Box::new((*x, twelve))))))
            }
            _ => {
                let k = match kind {
                    Kind::Number(k) => Kind::Number(k.per(Unit::YEARS)),
                    k => k,
                };
                (k, Bound::Num(fold(Num::Mul(Box::new((*x, twelve))))))
            }
        }
    }

    fn known(&self, f: &Formula, a: &Expr) -> Typed {
        match self.bind(f, a).1 {
            Bound::Num(Num::Fact(i))
            | Bound::Cond(Cond::Fact(i))
            | Bound::Date(DateNode::Fact(i))
            | Bound::Choice(ListOf::Fact(i))
            | Bound::Text(i) => (Kind::Flag, Bound::Cond(Cond::Known(i))),
            Bound::Num(Num::Slot(_)) if self.paid_allowed => (Kind::Flag, Bound::Cond(Cond::Const(true))),
            Bound::Bad => (Kind::Flag, Bound::Bad),
            Bound::Num(_) | Bound::Cond(_) | Bound::Date(_) | Bound::Choice(_) => {
                self.error(f, &a.span, "L47", &[]);
                (Kind::Flag, Bound::Bad)
            }
        }
    }

    /// A value of law on the day of an act (a contract, a leave) and not of the month: what the act was made under stays.
    fn value_on(&self, f: &Formula, parameter: &Expr, day: &Expr) -> Typed {
        let t = self.bind(f, day);
        let day = self.as_date(f, day, t);
        let symbol = if let Node::Name(n) = &parameter.node { self.symbols.get(n).copied() } else { None };
        let Some(Symbol::Parameter(i)) = symbol else {
            self.error(f, &parameter.span, "L70", &[]);
            return (Kind::Unknown, Bound::Bad);
        };
        let p = &self.pack.parameters[i as usize];
        let reached = |op, d: NaiveDate| Cond::Dates(op, Box::new((day.clone(), DateNode::Const(d))));
        // The newest value whose first day the day has reached: each, in order of days, over those before it.
        let value = p.values.iter().fold(Num::NoValue(i), |before, v| {
            let own = match v.until {
                Some(last) => Num::If(Box::new((reached(Op::Le, last), Num::Const(v.value), Num::NoValue(i)))),
                None => Num::Const(v.value),
            };
            Num::If(Box::new((reached(Op::Ge, v.from), own, before)))
        });
        (Kind::Number(p.unit), Bound::Num(value))
    }

    fn lookup(&self, f: &Formula, e: &Expr, table: u16, args: &[Expr], slices: bool) -> Typed {
        let t = &self.pack.tables[usize::from(table)];
        let [arg] = args else {
            self.error(f, &e.span, "L43", &[("name", &t.id), ("wanted", "1"), ("found", &args.len().to_string())]);
            return (Kind::Unknown, Bound::Bad);
        };
        let (k, b) = self.bind(f, arg);
        if !k.agrees(Kind::Number(t.key)) {
            self.error(f, &arg.span, "L42", &[("kind", &k.to_string()), ("wanted", &Kind::Number(t.key).to_string())]);
        }
        let x = Box::new(self.as_number(f, arg, (k, b)));
        if slices {
            (Kind::Number(t.key.times(t.unit)), Bound::Num(Num::Slices(table, x)))
        } else {
            (Kind::Number(t.unit), Bound::Num(Num::Lookup(table, x)))
        }
    }
}

/// A product or quotient of two constants is a constant.
fn fold(n: Num) -> Num {
    match &n {
        Num::Mul(p) => match (&p.0, &p.1) {
            (Num::Const(a), Num::Const(b)) => a.mul(*b).map_or(n, |c| Num::Const(c.reduced())),
            _ => n,
        },
        Num::Div(p) => match (&p.0, &p.1) {
            (Num::Const(a), Num::Const(b)) => a.div(*b).map_or(n, |c| Num::Const(c.reduced())),
            // x / 12 / c and x / c cost a multiplication each once the constant is turned over.
            (_, Num::Const(b)) => match Exact::ONE.div(*b) {
                Some(inverse) => Num::Mul(Box::new((p.0.clone(), Num::Const(inverse)))),
                None => n,
            },
            _ => n,
        },
        _ => n,
    }
}

/// Whole years from `a` to `b`.
pub fn whole_years(a: NaiveDate, b: NaiveDate) -> i64 {
    let years = i64::from(b.year() - a.year());
    if (b.month(), b.day()) < (a.month(), a.day()) { years - 1 } else { years }
}

/// Whole months from `a` to `b`.
pub fn whole_months(a: NaiveDate, b: NaiveDate) -> i64 {
    let months = i64::from(b.year() - a.year()) * 12 + i64::from(b.month()) - i64::from(a.month());
    if b.day() < a.day() { months - 1 } else { months }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_whole_on_the_same_day_of_a_later_one() {
        let day = |t: &str| t.parse::<NaiveDate>().expect("a day");
        let months = |a: &str, b: &str| whole_months(day(a), day(b));
        assert_eq!(months("2025-02-10", "2025-06-10"), 4);
        assert_eq!(months("2025-02-10", "2025-06-09"), 3);
        assert_eq!(months("2024-11-30", "2025-02-28"), 2);
        assert_eq!(months("2025-06-10", "2025-02-10"), -4);
    }
}
