//! How a payslip came about, formula by formula: what every name stood for, which way every `if` went.
//!
//! The names are looked up once for a plan; a trace is then one reading per name, in the same order. The manual's worked
//! examples and the coverage of cases are made of it.

use crate::compute::eval::{State, Stop};
use crate::facts::{FactId, Facts, Value};
use crate::ground::Exact;
use crate::ground::document::Report;
use crate::rules::bind::{Binder, Bound, Slots, Symbol};
use crate::rules::expr::{Expr, Node, Op};
use crate::rules::kinds::ListOf;
use crate::rules::pack::{Amounts, Formula, Pack};
use crate::rules::plan::{Plan, Step};
use chrono::NaiveDate;
use std::collections::BTreeMap;
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
    /// Each name with where it is read.
    probes: Vec<(Range<usize>, usize)>,
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

/// The formulas of a plan, ready to be read after every run.
#[derive(Debug)]
pub struct Tracer<'p> {
    pub formulas: Vec<Watched<'p>>,
    /// What is read, each once however many formulas name it.
    probes: Vec<Probe>,
    known: BTreeMap<String, usize>,
}

/// Something to read, and who asks for it.
#[derive(Debug)]
struct Probe {
    bound: Bound,
    /// Elements whose lines name it; none where it is asked whether or not a line applies.
    lines: Option<Vec<u16>>,
}

/// One reading for each of the tracer's probes, and the elements that applied: formulas of the others were not reached.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    readings: Vec<Reading>,
    applied: Vec<bool>,
}

impl<'p> Tracer<'p> {
    /// Looks every name of every formula in force up.
    pub fn new(pack: &'p Pack, plan: &Plan) -> Self {
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
        let mut t = Self { formulas: Vec::new(), probes: Vec::new(), known: BTreeMap::new() };
        let day = plan.versions_on;
        for step in &plan.steps {
            match step {
                Step::Value(v) => {
                    let owner = Owner::Value(v.index);
                    let Some(version) = pack.values[usize::from(v.index)].version_on(day) else { continue };
                    t.watch(&binder, owner, Part::Is, None, &version.is);
                    for (i, (when, is)) in version.exceptions.iter().enumerate() {
                        t.watch(&binder, owner, Part::When(i), Some(i), when);
                        t.watch(&binder, owner, Part::Is, Some(i), is);
                    }
                }
                Step::Element(e) => {
                    let owner = Owner::Element(e.element.0);
                    let element = &pack.elements[e.element.index()];
                    let Some(version) = element.version_on(day) else { continue };
                    for a in element.applies_on(day) {
                        t.watch(&binder, owner, Part::Applies, None, a);
                    }
                    t.amounts(&binder, owner, None, &version.amounts);
                    for (i, (when, amounts, _)) in version.exceptions.iter().enumerate() {
                        t.watch(&binder, owner, Part::When(i), Some(i), when);
                        t.amounts(&binder, owner, Some(i), amounts);
                    }
                }
            }
        }
        t
    }

    fn amounts(&mut self, binder: &Binder<'_, '_>, owner: Owner, exception: Option<usize>, a: &'p Amounts) {
        for (part, f) in [
            (Part::Base, &a.base),
            (Part::Rate, &a.rate),
            (Part::Amount, &a.amount),
            (Part::EmployerRate, &a.employer_rate),
            (Part::EmployerAmount, &a.employer_amount),
        ] {
            if let Some(f) = f {
                self.watch(binder, owner, part, exception, f);
            }
        }
    }

    fn watch(&mut self, binder: &Binder<'_, '_>, owner: Owner, part: Part, exception: Option<usize>, formula: &'p Formula) {
        let mut found = Vec::new();
        if matches!(part, Part::When(_) | Part::Applies) {
            found.push((formula.ast.span.clone(), binder.part(formula, &formula.ast)));
        }
        probe(binder, formula, &formula.ast, &mut found);
        let line = match owner {
            Owner::Element(i) if part != Part::Applies => Some(i),
            Owner::Element(_) | Owner::Value(_) => None,
        };
        let probes = found.into_iter().map(|(span, bound)| (span, self.once(bound, line))).collect();
        self.formulas.push(Watched { owner, part, exception, formula, probes });
    }

    /// The probe of this, asked for by the line of an element, or by whatever is always read.
    fn once(&mut self, bound: Bound, line: Option<u16>) -> usize {
        let next = self.probes.len();
        let at = *self.known.entry(format!("{bound:?}")).or_insert(next);
        if at == next {
            self.probes.push(Probe { bound, lines: Some(Vec::new()) });
        }
        let lines = &mut self.probes[at].lines;
        match line {
            None => *lines = None,
            Some(i) => lines.iter_mut().filter(|l| l.last() != Some(&i)).for_each(|l| l.push(i)),
        }
        at
    }

    /// Reads everything after a run; of lines that do not apply, only that they do not.
    pub fn trace(&self, plan: &Plan, state: &State, facts: &Facts) -> Trace {
        let applied: Vec<bool> = state.results.iter().map(|c| c.is_some_and(|c| c.applies)).collect();
        let reached = |p: &Probe| p.lines.as_ref().is_none_or(|l| l.iter().any(|i| applied.get(usize::from(*i)) == Some(&true)));
        let read = |p: &Probe| {
            let known = reached(p).then(|| reading(plan, state, facts, &p.bound).ok());
            known.flatten().unwrap_or(Reading::None)
        };
        Trace { readings: self.probes.iter().map(read).collect(), applied }
    }

    /// What stands at a stretch of a formula in a trace.
    pub fn at(&self, trace: &Trace, w: &Watched<'_>, span: &Range<usize>) -> Reading {
        let reached = match w.owner {
            Owner::Element(i) => w.part == Part::Applies || trace.applied.get(usize::from(i)) == Some(&true),
            Owner::Value(_) => true,
        };
        let found = w.probes.iter().find(|p| reached && p.0 == *span);
        found.and_then(|p| trace.readings.get(p.1).copied()).unwrap_or(Reading::None)
    }
}

fn reading(plan: &Plan, state: &State, facts: &Facts, bound: &Bound) -> Result<Reading, Stop> {
    Ok(match bound {
        Bound::Num(n) => Reading::Number(state.num(plan, n)?),
        Bound::Cond(c) => Reading::Flag(state.cond(plan, c)?),
        Bound::Date(d) => Reading::Date(state.date(plan, d)?),
        Bound::Choice(ListOf::Fact(i)) => match facts.get(FactId(*i)).map(|f| &f.value) {
            Some(Value::Choice(c)) => Reading::Option(*i, *c),
            _ => Reading::None,
        },
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
