//! Calls: functions of the language, tables, and values of law on another day.

use super::formula::{Bound, Cond, DateNode, Num, fold};
use super::names::Symbol;
use super::{Binder, Typed};
use crate::ground::document::suggestion;
use crate::ground::worded::in_words;
use crate::ground::{Exact, Rounding, Severity};
use crate::rules::advice::kind_words;
use crate::rules::expr::{Expr, Node, Op};
use crate::rules::kinds::{Kind, ListOf, Unit};
use crate::rules::pack::Formula;
use chrono::NaiveDate;

/// Functions, each as it is written.
const FUNCTIONS: [(&str, &str); 18] = [
    ("min", "min(a, b, …)"),
    ("max", "max(a, b, …)"),
    ("abs", "abs(x)"),
    ("round", "round(x)"),
    ("floor", "floor(x)"),
    ("ceil", "ceil(x)"),
    ("cent", "cent(x)"),
    ("truncate", "truncate(x)"),
    ("positive", "positive(x)"),
    ("per_month", "per_month(x)"),
    ("per_year", "per_year(x)"),
    ("day", "day(d)"),
    ("days", "days(a, b)"),
    ("years", "years(a, b)"),
    ("months", "months(a, b)"),
    ("known", "known(x)"),
    ("slices", "slices(bareme, x)"),
    ("value_on", "value_on(parameter, d)"),
];

impl Binder<'_, '_> {
    pub(super) fn call(&self, f: &Formula, e: &Expr, name: &str, args: &[Expr]) -> Typed {
        if let Some(Symbol::Table(i)) = self.symbols.get(name).copied() {
            return self.lookup(f, e, i, args, false);
        }
        let want = match name {
            "min" | "max" => None,
            "days" | "years" | "months" | "slices" | "value_on" => Some(2),
            "abs" | "round" | "floor" | "ceil" | "cent" | "truncate" | "positive" | "per_month" | "per_year" | "day" | "known" => Some(1),
            _ => {
                let names = FUNCTIONS.into_iter().map(|x| x.0);
                let near = suggestion(name, names.clone().chain(self.pack.tables.iter().map(|t| t.id.as_str()))).unwrap_or_default();
                let options = names.collect::<Vec<_>>().join(", ");
                let args = [("name", name), ("near", near), ("options", &options)];
                self.error(f, &(e.span.start..e.span.start + name.len()), "L44", &args);
                return (Kind::Unknown, Bound::Bad);
            }
        };
        if want.map_or(args.is_empty(), |n| n != args.len()) {
            let wanted = want.map_or_else(|| "≥ 1".to_owned(), |n: usize| n.to_string());
            let sample = FUNCTIONS.iter().find(|x| x.0 == name).map_or("", |x| x.1);
            let found = args.len().to_string();
            self.error(f, &e.span, "L43", &[("name", name), ("wanted", &wanted), ("found", &found), ("sample", sample)]);
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
                self.disagree(f, &a.span, name, kind, t.0);
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
                let yearly = matches!(kind, Kind::Number(u) if u.is_per_year());
                if !yearly && kind != Kind::Unknown {
                    let told = in_words("L48", Severity::Blocking, &[("kind", kind_words(kind))], None);
                    self.report.push(told, &[(f.file, f.span(&e.span))], &[]);
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
        let kind = if self.pack.unread.contains(&p.id) { Kind::Unknown } else { Kind::Number(p.unit) };
        (kind, Bound::Num(value))
    }

    fn lookup(&self, f: &Formula, e: &Expr, table: u16, args: &[Expr], slices: bool) -> Typed {
        let t = &self.pack.tables[usize::from(table)];
        let [arg] = args else {
            let sample = if slices { format!("slices({}, x)", t.id) } else { format!("{}(x)", t.id) };
            let found = args.len().to_string();
            self.error(f, &e.span, "L43", &[("name", &t.id), ("wanted", "1"), ("found", &found), ("sample", &sample)]);
            return (Kind::Unknown, Bound::Bad);
        };
        let (k, b) = self.bind(f, arg);
        if self.pack.unread.contains(&t.id) {
            return (Kind::Unknown, Bound::Bad);
        }
        if !k.agrees(Kind::Number(t.key)) {
            self.other_kind(f, &arg.span, k, Kind::Number(t.key));
        }
        let x = Box::new(self.as_number(f, arg, (k, b)));
        if slices {
            (Kind::Number(t.key.times(t.unit)), Bound::Num(Num::Slices(table, x)))
        } else {
            (Kind::Number(t.unit), Bound::Num(Num::Lookup(table, x)))
        }
    }
}
