//! What no case of a pack has ever exercised: elements, versions, exceptions, the ways of an `if`, inferences.
//!
//! An element counts as exercised by a case that says what it expects of it and pays something; a named value by
//! every case that computes it; an inference by one whose line gives back the fact that the case says.

use crate::compute::cases;
use crate::compute::eval::{Pins, State};
use crate::compute::replay::{Against, gives, pin};
use crate::compute::trace::{Owner, Part, Reading, Trace, Tracer, Watched};
use crate::facts::{Fact, Facts, Origin as FactOrigin, Value};
use crate::ground::document::place;
use crate::ground::{At, Place, Words};
use crate::payslip::Status;
use crate::rules::expr::{Expr, Node};
use crate::rules::pack::{Case, Formula, Origin, Pack};
use crate::rules::plan::{Inferred, Plan, Step};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What was never exercised.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Element,
    Value,
    Version,
    Exception,
    Branch,
    Inference,
}

impl Kind {
    /// Key of its word in the catalogue.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Element => "ui.gap_element",
            Self::Value => "ui.gap_value",
            Self::Version => "ui.gap_version",
            Self::Exception => "ui.gap_exception",
            Self::Branch => "ui.gap_branch",
            Self::Inference => "ui.gap_inference",
        }
    }
}

/// One thing that no case exercises.
#[derive(Clone, Debug)]
pub struct Gap {
    pub kind: Kind,
    /// The element or named value it belongs to.
    pub id: String,
    pub label: Words,
    /// First day of a version; condition of an exception or branch, and for a branch whether it never held or always did.
    pub detail: String,
    pub never: Option<bool>,
    pub place: Place,
}

/// How much of a pack its cases exercise.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub gaps: Vec<Gap>,
    /// Exercised and all, by kind.
    pub counts: BTreeMap<Kind, (usize, usize)>,
}

/// Where a formula's condition stands: file and first byte.
type Spot = (u16, usize);

#[derive(Default)]
struct Seen {
    versions: BTreeSet<(Owner, NaiveDate)>,
    conditions: BTreeSet<(Spot, bool)>,
    /// Elements, each with the place of an inference among its own.
    inferences: BTreeSet<(usize, usize)>,
}

/// Runs the cases of the last layer and lists what its own rules never met.
pub fn of(pack: &Pack) -> Coverage {
    let mut seen = Seen::default();
    for case in cases::of_top(pack) {
        if let Ok((plan, facts)) = cases::prepare(pack, case) {
            let mut state = State::new(&plan);
            state.run(&plan, &facts, Pins::None, &[]);
            infer(&plan, &facts, &mut seen);
            let day = plan.versions_on;
            let tracer = Tracer::new(pack, plan);
            let trace = tracer.trace(&state);
            for w in &tracer.formulas {
                if !exercised(pack, case, &state, w.owner) {
                    continue;
                }
                let from = match w.owner {
                    Owner::Value(i) => pack.values[usize::from(i)].version_on(day).map(|v| v.from),
                    Owner::Element(i) => pack.elements[usize::from(i)].version_on(day).map(|v| v.from),
                };
                seen.versions.extend(from.map(|d| (w.owner, d)));
                walk(&tracer, &trace, w, &mut seen);
            }
        }
    }
    list(pack, &seen)
}

/// Takes down the inferences that give a fact of a case back from what it pays, whether or not the fact is known beside.
fn infer(plan: &Plan, facts: &Facts, seen: &mut Seen) {
    let mut state = State::new(plan);
    state.run(plan, facts, Pins::None, &[]);
    let lines: Vec<_> = state.lines(plan, |_| Status::Computed).into_iter().map(|l| l.as_paid(At::NOWHERE)).collect();
    let paid = pin(&lines, plan.slots.elements as usize);
    for step in &plan.steps {
        let Step::Element(e) = step else { continue };
        let Some(line) = paid[e.element.index()] else { continue };
        for (i, (fact, how)) in e.inferences.iter().enumerate() {
            let at = (e.element.index(), i);
            let Some(known) = facts.value(*fact).filter(|_| !seen.inferences.contains(&at)) else { continue };
            let mut hidden = facts.clone();
            hidden.remove(*fact);
            let mut back = |own: &Facts| match how {
                Inferred::By(how) => {
                    state.run(plan, own, Pins::Paid(&paid), &[]);
                    state.infer(plan, &line, how).is_some_and(|v| v == *known)
                }
                Inferred::OneOf(count) => {
                    let mut tried = own.clone();
                    let mut makes = |option: &u16| {
                        tried.set(Fact { id: *fact, value: Value::Choice(*option), at: At::NOWHERE, origin: FactOrigin::Inferred });
                        gives(plan, &mut state, e, &tried, Against { pinned: &paid, agents_alone: false }, &[])
                    };
                    let options: Vec<u16> = (0..*count).filter(&mut makes).collect();
                    matches!(options[..], [only] if *known == Value::Choice(only))
                }
            };
            if back(&hidden) || back(facts) {
                seen.inferences.insert(at);
            }
        }
    }
}

/// Whether a case says something about what the owner gives, and it gives something.
fn exercised(pack: &Pack, case: &Case, state: &State, owner: Owner) -> bool {
    let Owner::Element(i) = owner else { return true };
    let code = &pack.elements[usize::from(i)].card.code;
    let named = case.complete || case.lines.iter().chain(&case.employer).any(|l| l.0.text == *code);
    named && state.results[usize::from(i)].is_some_and(|c| c.stop.is_none() && (!c.amount.is_zero() || !c.employer_amount.is_zero()))
}

fn walk(tracer: &Tracer<'_>, trace: &Trace, w: &Watched<'_>, seen: &mut Seen) {
    let root = &w.formula.ast;
    if matches!(w.part, Part::When(_))
        && let Reading::Flag(b) = tracer.at(trace, w, &root.span)
    {
        seen.conditions.insert(((w.formula.file, w.formula.start + root.span.start), b));
    }
    each_if(root, &mut |c| match tracer.at(trace, w, &c.span) {
        Reading::Flag(b) => {
            seen.conditions.insert(((w.formula.file, w.formula.start + c.span.start), b));
            Some(b)
        }
        _ => None,
    });
}

/// Calls on the condition of every `if`, and goes on along the way it names; along both when it names none.
fn each_if(e: &Expr, visit: &mut impl FnMut(&Expr) -> Option<bool>) {
    match &e.node {
        Node::Number(..) | Node::Date(_) | Node::Name(_) | Node::Field(..) => {}
        Node::Negate(a) | Node::Not(a) => each_if(a, visit),
        Node::Binary(_, a, b) => {
            each_if(a, visit);
            each_if(b, visit);
        }
        Node::In(a, list) => {
            each_if(a, visit);
            list.iter().for_each(|x| each_if(x, visit));
        }
        Node::If(c, a, b) => {
            let way = visit(c);
            each_if(c, visit);
            if way != Some(false) {
                each_if(a, visit);
            }
            if way != Some(true) {
                each_if(b, visit);
            }
        }
        Node::Call(_, args) => args.iter().for_each(|x| each_if(x, visit)),
    }
}

struct Lister<'l> {
    pack: &'l Pack,
    seen: &'l Seen,
    out: Coverage,
}

impl Lister<'_> {
    fn count(&mut self, kind: Kind, met: bool) {
        let c = self.out.counts.entry(kind).or_default();
        c.0 += usize::from(met);
        c.1 += 1;
    }

    fn gap(&mut self, kind: Kind, id: &str, label: &Words, detail: &str, never: Option<bool>, at: &Origin) {
        let place = place(&self.pack.files, at.file, &at.span);
        self.out.gaps.push(Gap { kind, id: id.to_owned(), label: label.clone(), detail: detail.to_owned(), never, place });
    }

    fn formula(&mut self, id: &str, label: &Words, f: &Formula) {
        let mut found = Vec::new();
        let seen = self.seen;
        each_if(&f.ast, &mut |c| {
            let at = (f.file, f.start + c.span.start);
            let ways = [true, false].map(|b| seen.conditions.contains(&(at, b)));
            found.push((c.span.clone(), ways));
            // What stands behind a way never taken is not listed a second time.
            match ways {
                [true, true] => None,
                [true, false] => Some(true),
                [false, _] => Some(false),
            }
        });
        for (span, ways) in found {
            for (met, way) in ways.into_iter().zip([true, false]) {
                self.count(Kind::Branch, met);
                if !met {
                    let text = f.text.get(span.clone()).unwrap_or_default().to_owned();
                    self.gap(Kind::Branch, id, label, &text, Some(way), &Origin { file: f.file, span: f.span(&span) });
                }
            }
        }
    }

    fn exception(&mut self, id: &str, label: &Words, when: &Formula) -> bool {
        let met = self.seen.conditions.contains(&((when.file, when.start + when.ast.span.start), true));
        self.count(Kind::Exception, met);
        if !met {
            let at = Origin { file: when.file, span: when.span(&when.ast.span) };
            self.gap(Kind::Exception, id, label, &when.text, None, &at);
        }
        met
    }
}

fn list(pack: &Pack, seen: &Seen) -> Coverage {
    let top = pack.layers.len().saturating_sub(1);
    let mine = |o: &Origin| pack.layer_of(o.file) == top;
    let mut l = Lister { pack, seen, out: Coverage::default() };
    for (i, e) in pack.elements.iter().enumerate() {
        let owner = Owner::Element(i as u16);
        let own: Vec<_> = e.versions.iter().filter(|v| mine(&v.origin)).collect();
        if own.is_empty() {
            continue;
        }
        let met = |d: NaiveDate| seen.versions.contains(&(owner, d));
        let any = own.iter().any(|v| met(v.from));
        l.count(Kind::Element, any);
        if !any {
            l.gap(Kind::Element, &e.card.id, &e.card.label, "", None, &e.origin);
            continue;
        }
        for (n, x) in e.inferences.iter().enumerate() {
            let found = seen.inferences.contains(&(i, n));
            l.count(Kind::Inference, found);
            if !found {
                l.gap(
                    Kind::Inference,
                    &e.card.id,
                    &e.card.label,
                    &x.fact.text,
                    None,
                    &Origin { file: x.fact.file, span: x.fact.span.clone() },
                );
            }
        }
        for v in own {
            l.count(Kind::Version, met(v.from));
            if !met(v.from) {
                l.gap(Kind::Version, &e.card.id, &e.card.label, &v.from.to_string(), None, &v.origin);
                continue;
            }
            v.amounts.each().for_each(|f| l.formula(&e.card.id, &e.card.label, f));
            for (when, amounts, _) in &v.exceptions {
                if l.exception(&e.card.id, &e.card.label, when) {
                    amounts.each().for_each(|f| l.formula(&e.card.id, &e.card.label, f));
                }
            }
        }
    }
    for (i, x) in pack.values.iter().enumerate() {
        let owner = Owner::Value(i as u16);
        let own: Vec<_> = x.versions.iter().filter(|v| mine(&v.origin)).collect();
        let met = |d: NaiveDate| seen.versions.contains(&(owner, d));
        if own.is_empty() {
            continue;
        }
        let any = own.iter().any(|v| met(v.from));
        l.count(Kind::Value, any);
        if !any {
            l.gap(Kind::Value, &x.id, &x.label, "", None, &x.origin);
            continue;
        }
        for v in own {
            l.count(Kind::Version, met(v.from));
            if !met(v.from) {
                l.gap(Kind::Version, &x.id, &x.label, &v.from.to_string(), None, &v.origin);
                continue;
            }
            l.formula(&x.id, &x.label, &v.is);
            for (when, is) in &v.exceptions {
                if l.exception(&x.id, &x.label, when) {
                    l.formula(&x.id, &x.label, is);
                }
            }
        }
    }
    l.out.gaps.sort_by(|a, b| (a.kind, &a.id, &a.place).cmp(&(b.kind, &b.id, &b.place)));
    l.out
}
