//! How a payslip came about, formula by formula: what every name stood for, which way every `if` went.
//!
//! The names are looked up once for a plan. A trace then keeps every value of one payslip, and what a name or a condition came
//! to is read off when it is asked for: a formula has no state, so it gives the same again. The manual's worked examples and
//! the coverage of cases are made of it.

use crate::compute::eval::{State, Stop, Values};
use crate::ground::Exact;
use crate::ground::document::Report;
use crate::rules::bind::{Binder, Bound, Slots, Symbol};
use crate::rules::expr::{Expr, Node, Op};
use crate::rules::kinds::ListOf;
use crate::rules::pack::{Amounts, Formula, Pack};
use crate::rules::plan::{Plan, Step};
use chrono::NaiveDate;
use std::ops::Range;

/// Whose formula.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Owner {
    Value(u16),
    Element(u16),
}

/// Which formula of its owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Applies,
    /// The formula of a named value.
    Is,
    Base,
    Rate,
    Amount,
    EmployerRate,
    EmployerAmount,
    /// Condition of the exception of this number.
    When(usize),
}

/// A formula in force, with what is read in it.
#[derive(Debug)]
pub struct Watched<'p> {
    pub owner: Owner,
    pub part: Part,
    /// Number of the exception it belongs to.
    pub exception: Option<usize>,
    pub formula: &'p Formula,
    /// Each name and condition with where it stands.
    names: Vec<(Range<usize>, Bound)>,
}

/// What a name stood for, or a condition came to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Reading {
    Number(Exact),
    Flag(bool),
    Date(NaiveDate),
    /// Option of a fact: fact and index.
    Option(u16, u16),
    /// Option of a setting: the setting tells.
    Setting(u16),
    /// Not reached, not known, or text.
    None,
}

/// The formulas of a plan, ready to be read in the trace of every payslip.
#[derive(Debug)]
pub struct Tracer<'p> {
    pub plan: Plan,
    pub formulas: Vec<Watched<'p>>,
}

/// Every fact, named value, line and sum of one payslip, and the elements that applied: formulas of the others were not
/// reached.
#[derive(Clone, Debug)]
pub struct Trace {
    values: Values,
    applied: Vec<bool>,
}

impl<'p> Tracer<'p> {
    /// Looks every name of every formula in force up.
    pub fn new(pack: &'p Pack, plan: Plan) -> Self {
        let report = Report::new(&pack.files);
        let symbols = pack.symbols(&report);
        let binder = Binder {
            pack,
            symbols: &symbols,
            slots: Slots::of(pack),
            report: &report,
            context: Some(plan.context),
            settings: &plan.settings,
            parameters: &plan.parameters,
            paid_allowed: false,
        };
        let mut formulas = Formulas { binder, found: Vec::new() };
        let day = plan.versions_on;
        for step in &plan.steps {
            match step {
                Step::Value(v) => {
                    let owner = Owner::Value(v.index);
                    let Some(version) = pack.values[usize::from(v.index)].version_on(day) else { continue };
                    formulas.watch(owner, Part::Is, None, &version.is);
                    for (i, (when, is)) in version.exceptions.iter().enumerate() {
                        formulas.watch(owner, Part::When(i), Some(i), when);
                        formulas.watch(owner, Part::Is, Some(i), is);
                    }
                }
                Step::Element(e) => {
                    let owner = Owner::Element(e.element.0);
                    let element = &pack.elements[e.element.index()];
                    let Some(version) = element.version_on(day) else { continue };
                    for a in element.applies_on(day) {
                        formulas.watch(owner, Part::Applies, None, a);
                    }
                    formulas.amounts(owner, None, &version.amounts);
                    for (i, (when, amounts, _)) in version.exceptions.iter().enumerate() {
                        formulas.watch(owner, Part::When(i), Some(i), when);
                        formulas.amounts(owner, Some(i), amounts);
                    }
                }
            }
        }
        let formulas = formulas.found;
        Self { plan, formulas }
    }

    /// All that came of a run.
    pub fn trace(&self, state: &State) -> Trace {
        Trace { values: state.values().clone(), applied: state.results.iter().map(|c| c.is_some_and(|c| c.applies)).collect() }
    }

    /// What stands at a stretch of a formula in a trace.
    pub fn at(&self, trace: &Trace, w: &Watched<'_>, span: &Range<usize>) -> Reading {
        let found = w.names.iter().find(|n| n.0 == *span).filter(|_| trace.reached(w));
        found.map_or(Reading::None, |n| self.read(trace, &n.1))
    }

    /// Everything read in a formula, from left to right; nothing of a formula that was not reached.
    pub fn readings<'t>(&'t self, trace: &'t Trace, w: &'t Watched<'_>) -> impl Iterator<Item = Reading> + 't {
        let names = if trace.reached(w) { w.names.as_slice() } else { &[] };
        names.iter().map(|n| self.read(trace, &n.1))
    }

    fn read(&self, trace: &Trace, bound: &Bound) -> Reading {
        reading(&self.plan, &trace.values, bound).unwrap_or(Reading::None)
    }
}

impl Trace {
    /// Whether the payslip came to a formula: those of elements that do not apply were left out.
    fn reached(&self, w: &Watched<'_>) -> bool {
        match w.owner {
            Owner::Element(i) => w.part == Part::Applies || self.applied.get(usize::from(i)) == Some(&true),
            Owner::Value(_) => true,
        }
    }
}

/// Looks the names of formulas up.
struct Formulas<'p, 'b> {
    binder: Binder<'b, 'b>,
    found: Vec<Watched<'p>>,
}

impl<'p> Formulas<'p, '_> {
    fn amounts(&mut self, owner: Owner, exception: Option<usize>, a: &'p Amounts) {
        for (part, f) in [
            (Part::Base, &a.base),
            (Part::Rate, &a.rate),
            (Part::Amount, &a.amount),
            (Part::EmployerRate, &a.employer_rate),
            (Part::EmployerAmount, &a.employer_amount),
        ] {
            if let Some(f) = f {
                self.watch(owner, part, exception, f);
            }
        }
    }

    fn watch(&mut self, owner: Owner, part: Part, exception: Option<usize>, formula: &'p Formula) {
        let mut names = Vec::new();
        if matches!(part, Part::When(_) | Part::Applies) {
            names.push((formula.ast.span.clone(), self.binder.part(formula, &formula.ast)));
        }
        probe(&self.binder, formula, &formula.ast, &mut names);
        self.found.push(Watched { owner, part, exception, formula, names });
    }
}

fn reading(plan: &Plan, values: &Values, bound: &Bound) -> Result<Reading, Stop> {
    Ok(match bound {
        Bound::Num(n) => Reading::Number(values.num(plan, n)?),
        Bound::Cond(c) => Reading::Flag(values.cond(plan, c)?),
        Bound::Date(d) => Reading::Date(values.date(plan, d)?),
        Bound::Choice(ListOf::Fact(i)) => values.option(*i).map_or(Reading::None, |c| Reading::Option(*i, c)),
        Bound::Choice(ListOf::Setting(i)) => Reading::Setting(*i),
        Bound::Text(_) | Bound::Bad => Reading::None,
    })
}

/// Every name that stands for something, every look-up and every condition of an `if`, from left to right.
fn probe(binder: &Binder<'_, '_>, f: &Formula, e: &Expr, out: &mut Vec<(Range<usize>, Bound)>) {
    let mut here = |e: &Expr| out.push((e.span.clone(), binder.part(f, e)));
    match &e.node {
        Node::Number(..) | Node::Date(_) => {}
        Node::Name(_) | Node::Field(..) => here(e),
        Node::Negate(a) | Node::Not(a) => probe(binder, f, a, out),
        Node::Binary(op, a, b) => {
            probe(binder, f, a, out);
            // The right side of a choice is one of its options, not a name.
            let choice = matches!(op, Op::Eq | Op::Ne) && matches!(binder.part(f, a), Bound::Choice(_));
            if !choice {
                probe(binder, f, b, out);
            }
        }
        Node::In(a, list) => {
            probe(binder, f, a, out);
            if !matches!(binder.part(f, a), Bound::Choice(_)) {
                list.iter().for_each(|x| probe(binder, f, x, out));
            }
        }
        Node::If(c, a, b) => {
            here(c);
            for x in [c, a, b] {
                probe(binder, f, x, out);
            }
        }
        Node::Call(name, args) => {
            if name == "known" {
                here(e);
                return;
            }
            let table = matches!(binder.symbols.get(name), Some(Symbol::Table(_)));
            if table || name == "slices" {
                here(e);
            }
            for x in args.iter().skip(usize::from(name == "slices")) {
                probe(binder, f, x, out);
            }
        }
    }
}
