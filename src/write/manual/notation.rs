//! Formulas as people who know pay write them: labels instead of names, fractions, cases, and on demand the numbers put in.

use crate::compute::trace::{Reading, Trace, Tracer, Watched};
use crate::facts::{FactId, FactKind, NumberForm};
use crate::ground::{Lang, Words};
use crate::rules::Pack;
use crate::rules::bind::{SettingValue, Symbol, Symbols};
use crate::rules::expr::{Expr, Node, Op};
use crate::rules::kinds::Unit;
use crate::rules::pack::{Formula, SettingKind};
use crate::rules::quantity::number;
use maud::{Markup, html};

/// Where the numbers come from when they are put in.
#[derive(Clone, Copy)]
pub struct Numbers<'n> {
    pub tracer: &'n Tracer<'n>,
    pub trace: &'n Trace,
    pub watched: &'n Watched<'n>,
    pub settings: &'n [SettingValue],
}

/// Writes formulas in one language.
#[derive(Clone, Copy)]
pub struct Notation<'n> {
    pub pack: &'n Pack,
    pub symbols: &'n Symbols,
    pub lang: Lang,
    pub numbers: Option<Numbers<'n>>,
}

const fn power(op: Op) -> u8 {
    match op {
        Op::Or => 1,
        Op::And => 2,
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => 4,
        Op::Add | Op::Sub => 5,
        Op::Mul | Op::Div => 6,
        Op::Else => 8,
    }
}

impl<'n> Notation<'n> {
    /// The formula as a whole.
    pub fn formula(&self, f: &Formula) -> Markup {
        html! { span.formula { (self.expr(f, &f.ast, 0)) } }
    }

    fn say(&self, fr: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Fr => fr,
            Lang::En => en,
        }
    }

    fn reading(&self, e: &Expr) -> Reading {
        self.numbers.map_or(Reading::None, |n| n.tracer.at(n.trace, n.watched, &e.span))
    }

    fn expr(&self, f: &Formula, e: &Expr, around: u8) -> Markup {
        match &e.node {
            Node::Number(n, u) => {
                let percent = f.text.get(e.span.clone()).is_some_and(|t| t.ends_with('%'));
                let form = percent.then_some(NumberForm::Rate);
                html! { span.num { (number(*n, form, *u, self.lang)) } }
            }
            Node::Date(d) => html! { span.num { (self.day(*d)) } },
            Node::Name(n) => self.name(e, n),
            Node::Field(n, field) => {
                let of = match field.as_str() {
                    "base" => self.say("base de ", "base of "),
                    "rate" => self.say("taux de ", "rate of "),
                    "employer" | "employer_amount" => self.say("part employeur de ", "employer's share of "),
                    "employer_rate" => self.say("taux employeur de ", "employer's rate of "),
                    _ => "",
                };
                match (self.reading(e), n.as_str()) {
                    (Reading::Number(x), _) => html! { span.put title=(n) { (number(x, None, Unit::NONE, self.lang)) } },
                    (_, "paid") => html! { (of) em { (self.say("la ligne payée", "the line paid")) } },
                    _ => html! { (of) (self.link(n)) },
                }
            }
            Node::Negate(a) => html! { "− " (self.expr(f, a, 6)) },
            Node::Not(a) => html! { (self.say("pas ", "not ")) "(" (self.expr(f, a, 0)) ")" },
            Node::Binary(op, a, b) => self.binary(f, *op, a, b, around),
            Node::In(a, list) => html! {
                (self.expr(f, a, 5)) (self.say(" parmi ", " among "))
                @for (i, x) in list.iter().enumerate() { @if i > 0 { ", " } (self.option(f, a, x)) }
            },
            Node::If(c, a, b) => self.cases(f, c, a, b, e),
            Node::Call(name, args) => self.call(f, e, name, args),
        }
    }

    fn binary(&self, f: &Formula, op: Op, a: &Expr, b: &Expr, around: u8) -> Markup {
        let mine = power(op);
        let inner = match op {
            Op::Div => html! { span.frac { span { (self.expr(f, a, 0)) } span { (self.expr(f, b, 0)) } } },
            Op::Mul => html! { (self.expr(f, a, mine)) " × " (self.expr(f, b, mine + 1)) },
            Op::Add => html! { (self.expr(f, a, mine)) " + " (self.expr(f, b, mine)) },
            Op::Sub => html! { (self.expr(f, a, mine)) " − " (self.expr(f, b, mine + 1)) },
            Op::And => html! { (self.expr(f, a, mine)) b { (self.say(" et ", " and ")) } (self.expr(f, b, mine)) },
            Op::Or => html! { (self.expr(f, a, mine)) b { (self.say(" ou ", " or ")) } (self.expr(f, b, mine)) },
            Op::Else => match (self.numbers.is_some(), self.reading(a)) {
                (true, Reading::None) => self.expr(f, b, around),
                (true, _) => self.expr(f, a, around),
                (false, _) => html! { (self.expr(f, a, mine)) i { (self.say(", à défaut ", ", failing that ")) } (self.expr(f, b, mine)) },
            },
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                let right = if matches!(op, Op::Eq | Op::Ne) { self.option(f, a, b) } else { self.expr(f, b, mine + 1) };
                html! { (self.expr(f, a, mine + 1)) " " (op.sign()) " " (right) }
            }
        };
        if mine < around && op != Op::Div && op != Op::Else {
            html! { "(" (inner) ")" }
        } else {
            inner
        }
    }

    /// An `if` with its `else if` as lines of a brace; with numbers, only the way taken.
    fn cases(&self, f: &Formula, c: &Expr, a: &Expr, b: &Expr, _whole: &Expr) -> Markup {
        if self.numbers.is_some() {
            match self.reading(c) {
                Reading::Flag(true) => return self.expr(f, a, 6),
                Reading::Flag(false) => return self.expr(f, b, 6),
                Reading::Number(_) | Reading::Date(_) | Reading::Option(..) | Reading::Setting(_) | Reading::None => {}
            }
        }
        let mut rows = vec![(a, Some(c))];
        let mut rest = b;
        while let Node::If(c, a, b) = &rest.node {
            rows.push((a, Some(c)));
            rest = b;
        }
        rows.push((rest, None));
        html! {
            span.cases {
                @for (value, when) in rows {
                    span.way {
                        span { (self.expr(f, value, 0)) }
                        @match when {
                            Some(w) => span.when { (self.say("si ", "if ")) (self.expr(f, w, 0)) },
                            None => span.when { (self.say("sinon", "otherwise")) },
                        }
                    }
                }
            }
        }
    }

    fn call(&self, f: &Formula, e: &Expr, name: &str, args: &[Expr]) -> Markup {
        let arg = |i: usize| args.get(i).map(|a| self.expr(f, a, 0)).unwrap_or_default();
        let list = || html! { @for (i, a) in args.iter().enumerate() { @if i > 0 { " ; " } (self.expr(f, a, 0)) } };
        match name {
            "known" => {
                let what = args.first().map_or("", |a| f.text.get(a.span.clone()).unwrap_or_default());
                html! { (self.link(what)) (self.say(" est connu", " is known")) }
            }
            "min" => html! { (self.say("le plus petit de", "the least of")) " (" (list()) ")" },
            "max" => html! { (self.say("le plus grand de", "the greatest of")) " (" (list()) ")" },
            "positive" => html! { (self.say("au moins zéro", "at least zero")) " (" (arg(0)) ")" },
            "abs" => html! { "|" (arg(0)) "|" },
            "cent" => html! { (self.say("arrondi au centime", "to the cent")) " (" (arg(0)) ")" },
            "truncate" => html! { (self.say("coupé au centime", "cut to the cent")) " (" (arg(0)) ")" },
            "round" => html! { (self.say("arrondi à l'unité", "to the unit")) " (" (arg(0)) ")" },
            "floor" => html! { (self.say("unités entières", "whole units")) " (" (arg(0)) ")" },
            "ceil" => html! { (self.say("unités entamées", "units begun")) " (" (arg(0)) ")" },
            "per_month" => html! { span.frac { span { (arg(0)) } span { (self.say("12 mois", "12 months")) } } },
            "per_year" => html! { (args.first().map(|a| self.expr(f, a, 6)).unwrap_or_default()) (self.say(" × 12 mois", " × 12 months")) },
            "day" => html! { (self.say("quantième de ", "day of ")) (arg(0)) },
            "days" => html! { (self.say("jours du ", "days from ")) (arg(0)) (self.say(" au ", " to ")) (arg(1)) },
            "years" => html! { (self.say("années entières du ", "whole years from ")) (arg(0)) (self.say(" au ", " to ")) (arg(1)) },
            "months" => html! { (self.say("mois entiers du ", "whole months from ")) (arg(0)) (self.say(" au ", " to ")) (arg(1)) },
            "slices" => html! {
                @if let Reading::Number(x) = self.reading(e) { span.put { (number(x, Some(NumberForm::Money), Unit::NONE, self.lang)) } } @else {
                    (self.say("par tranches de ", "by slices of ")) (arg(0)) " (" (arg(1)) ")"
                }
            },
            _ => html! {
                @if let Reading::Number(x) = self.reading(e) {
                    span.put title=(name) { (number(x, self.table_form(name), Unit::NONE, self.lang)) }
                } @else { (self.link(name)) " (" (list()) ")" }
            },
        }
    }

    fn table_form(&self, name: &str) -> Option<NumberForm> {
        let Some(Symbol::Table(i)) = self.symbols.get(name) else { return None };
        (self.pack.tables[usize::from(*i)].unit == Unit::NONE).then_some(NumberForm::Rate)
    }

    /// The right side of a comparison with a choice: the label of the option.
    fn option(&self, f: &Formula, a: &Expr, b: &Expr) -> Markup {
        let text = f.text.get(b.span.clone()).unwrap_or_default();
        let Node::Name(owner) = &a.node else { return self.expr(f, b, 5) };
        let label = match self.symbols.get(owner) {
            Some(Symbol::Fact(i)) => match &self.pack.vocabulary.get(FactId(*i)).kind {
                FactKind::Choice { options } => options.iter().find(|o| o.id == text).map(|o| o.label.get(self.lang)),
                FactKind::Number { .. } | FactKind::Date | FactKind::Text | FactKind::Flag => None,
            },
            Some(Symbol::Setting(i)) => match &self.pack.settings[usize::from(*i)].kind {
                SettingKind::Choice(options) => options.iter().find(|o| o.0 == text).map(|o| o.1.get(self.lang)),
                SettingKind::Flag | SettingKind::Number(..) => None,
            },
            _ => None,
        };
        match label {
            Some(l) => html! { "« " span.option title=(text) { (l) } " »" },
            None => self.expr(f, b, 5),
        }
    }

    /// Label, form and unit of what a name stands for.
    pub fn about(&self, name: &str) -> Option<(&'n Words, Option<NumberForm>, Unit)> {
        Some(match self.symbols.get(name)? {
            Symbol::Fact(i) => {
                let d = self.pack.vocabulary.get(FactId(*i));
                let form = match &d.kind {
                    FactKind::Number { form } => Some(*form),
                    FactKind::Date | FactKind::Text | FactKind::Choice { .. } | FactKind::Flag => None,
                };
                (&d.label, form, self.pack.fact_units[usize::from(*i)])
            }
            Symbol::Parameter(i) => {
                let p = &self.pack.parameters[*i as usize];
                (&p.label, p.form, p.unit)
            }
            Symbol::Setting(i) => {
                let s = &self.pack.settings[usize::from(*i)];
                match s.kind {
                    SettingKind::Number(form, unit) => (&s.label, Some(form), unit),
                    SettingKind::Choice(_) | SettingKind::Flag => (&s.label, None, Unit::NONE),
                }
            }
            Symbol::Value(i) => {
                let v = &self.pack.values[usize::from(*i)];
                let unit = if let crate::rules::kinds::Kind::Number(u) = v.kind { u } else { Unit::NONE };
                (&v.label, v.form, unit)
            }
            Symbol::Element(i) => (&self.pack.elements[usize::from(*i)].card.label, Some(NumberForm::Money), Unit::MONEY),
            Symbol::Total(i) => (&self.pack.totals[usize::from(*i)].label, Some(NumberForm::Money), Unit::MONEY),
            Symbol::Table(i) => (&self.pack.tables[usize::from(*i)].label, None, Unit::NONE),
        })
    }

    /// A name as a link to where it is told, by its label.
    pub fn link(&self, name: &str) -> Markup {
        let builtin = match name {
            "month_start" => self.say("premier jour du mois", "first day of the month"),
            "month_end" => self.say("dernier jour du mois", "last day of the month"),
            "payment_date" => self.say("jour du paiement", "day of payment"),
            "days_in_month" => self.say("jours du mois", "days of the month"),
            "month_number" => self.say("numéro du mois", "number of the month"),
            "yes" => self.say("oui", "yes"),
            "no" => self.say("non", "no"),
            _ => "",
        };
        if !builtin.is_empty() {
            return html! { em { (builtin) } };
        }
        match self.about(name) {
            Some((label, ..)) => {
                let label = label.get(self.lang);
                html! { a href=(format!("#{name}")) title=(name) { (if label.is_empty() { name } else { label }) } }
            }
            None => html! { code { (name) } },
        }
    }

    fn name(&self, e: &Expr, n: &str) -> Markup {
        let (form, unit, label) = self.about(n).map_or((None, Unit::NONE, ""), |(l, f, u)| (f, u, l.get(self.lang)));
        let shown = match self.reading(e) {
            Reading::None => return self.link(n),
            Reading::Number(x) => number(x, form, unit, self.lang),
            Reading::Flag(b) => if b { self.say("oui", "yes") } else { self.say("non", "no") }.to_owned(),
            Reading::Date(d) => self.day(d),
            Reading::Option(fact, i) => match &self.pack.vocabulary.get(FactId(fact)).kind {
                FactKind::Choice { options } => options.get(usize::from(i)).map_or_else(String::new, |o| o.label.get(self.lang).to_owned()),
                FactKind::Number { .. } | FactKind::Date | FactKind::Text | FactKind::Flag => String::new(),
            },
            Reading::Setting(i) => match self.numbers.and_then(|x| x.settings.get(usize::from(i))) {
                Some(SettingValue::Choice(c)) => c.clone(),
                _ => return self.link(n),
            },
        };
        html! { a.put href=(format!("#{n}")) title=(label) { (shown) } }
    }

    /// A day as the language writes it.
    pub fn day(&self, d: chrono::NaiveDate) -> String {
        match self.lang {
            Lang::Fr => d.format("%d/%m/%Y").to_string(),
            Lang::En => d.format("%-d %b %Y").to_string(),
        }
    }
}
