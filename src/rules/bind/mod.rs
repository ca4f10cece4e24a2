//! Syntax tree → bound formula: every name looked up, every kind and unit checked, constants put in.
//!
//! Goes over a formula once and reports all it finds; a part that cannot be bound becomes [`Num::Bad`] and the rest goes on.

mod calls;
mod choices;
mod formula;
mod names;
mod operators;

use crate::facts::FactKind;
use crate::ground::document::{Report, suggestion};
use crate::ground::worded::in_words;
use crate::ground::{Exact, Finding, PayMonth, Severity};
use crate::rules::advice::{kind_words, to_agree, to_become};
use crate::rules::expr::{Expr, Node};
use crate::rules::kinds::{Kind, ListOf, Unit};
use crate::rules::pack::{Formula, Pack, SettingKind, fact_kind};
use chrono::NaiveDate;
pub use formula::{Bound, Cond, DateNode, Num, whole_months, whole_years};
pub use names::{AMOUNT, BASE, EMPLOYER, EMPLOYER_RATE, RATE, Slots, Symbol, Symbols};
use std::ops::Range;

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

impl<'a, 'f> Binder<'a, 'f> {
    /// For looking at a whole pack, whatever the month: no parameter has a value.
    pub fn of_any_month(pack: &'a Pack, symbols: &'a Symbols, report: &'a Report<'f>, settings: &'a [SettingValue]) -> Self {
        let slots = Slots::of(pack);
        Self { pack, symbols, slots, report, context: None, settings, parameters: &[], paid_allowed: false }
    }
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

const BUILTINS: [&str; 6] = ["month_start", "month_end", "month_eve", "payment_date", "days_in_month", "month_number"];

impl Binder<'_, '_> {
    fn error(&self, f: &Formula, span: &Range<usize>, code: &str, args: &[(&'static str, &str)]) {
        self.report.error(code, f.file, &f.span(span), args);
    }

    /// A part of a formula that gives another kind than is needed there.
    fn other_kind(&self, f: &Formula, span: &Range<usize>, kind: Kind, wanted: Kind) {
        let parts = [("kind", kind_words(kind)), ("wanted", kind_words(wanted))];
        let finding = in_words("L42", Severity::Blocking, &parts, Some(to_become(kind, wanted)));
        self.report.push(finding, &[(f.file, f.span(span))], &[]);
    }

    /// Two sides of a sign that do not go together.
    fn disagree(&self, f: &Formula, span: &Range<usize>, sign: &str, left: Kind, right: Kind) {
        let parts = [("left", kind_words(left)), ("right", kind_words(right))];
        let finding = in_words("L41", Severity::Blocking, &parts, Some(to_agree(left, right)));
        self.report.push(finding, &[(f.file, f.span(span))], &[("sign", sign)]);
    }

    pub fn number(&self, f: &Formula, want: Option<Unit>) -> Num {
        let (kind, bound) = self.bind(f, &f.ast);
        if let Some(unit) = want
            && !kind.agrees(Kind::Number(unit))
        {
            self.other_kind(f, &f.ast.span, kind, Kind::Number(unit));
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
                self.other_kind(f, &e.span, kind, Kind::Number(Unit::NONE));
                Num::Bad
            }
        }
    }
    fn as_cond(&self, f: &Formula, e: &Expr, (kind, bound): Typed) -> Cond {
        match bound {
            Bound::Cond(c) => c,
            Bound::Bad => Cond::Const(false),
            Bound::Num(_) | Bound::Date(_) | Bound::Choice(_) | Bound::Text(_) => {
                self.other_kind(f, &e.span, kind, Kind::Flag);
                Cond::Const(false)
            }
        }
    }
    fn as_date(&self, f: &Formula, e: &Expr, (kind, bound): Typed) -> DateNode {
        match bound {
            Bound::Date(d) => d,
            Bound::Bad => DateNode::Const(NaiveDate::MIN),
            Bound::Num(_) | Bound::Cond(_) | Bound::Choice(_) | Bound::Text(_) => {
                self.other_kind(f, &e.span, kind, Kind::Date);
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

    /// The fact that has a word among its options.
    fn list_with(&self, word: &str) -> Option<&str> {
        let has = |kind: &FactKind| matches!(kind, FactKind::Choice { options } if options.iter().any(|o| o.id == word));
        self.pack.vocabulary.iter().find(|(_, f)| has(&f.kind)).map(|(_, f)| f.name.as_str())
    }

    fn unknown(&self, f: &Formula, span: &Range<usize>, name: &str) -> Typed {
        if let Some(list) = self.list_with(name) {
            let told = Finding::new("L39", Severity::Blocking).told("L39.option");
            self.report.push(told, &[(f.file, f.span(span))], &[("name", name), ("list", list)]);
            return (Kind::Unknown, Bound::Bad);
        }
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
        if self.pack.unread.contains(n) {
            return (Kind::Unknown, Bound::Bad);
        }
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
}
