//! Order of computation, from what each formula names; a circle is told with every place on its way.

use super::newest;
use crate::ground::document::Report;
use crate::ground::{Finding, Severity};
use crate::rules::bind::{Symbol, Symbols};
use crate::rules::pack::{Formula, Pack, Version};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum NodeId {
    Value(u16),
    Element(u16),
}

/// Where a step names another.
struct Edge<'a> {
    /// The total that stands between, when the other is named only as one of those that feed it.
    through: Option<&'a str>,
    file: u16,
    span: std::ops::Range<usize>,
}

type Needs<'a> = BTreeMap<NodeId, Edge<'a>>;

/// Order of computation, from what each formula names.
pub(super) struct Ordering<'a> {
    pub(super) pack: &'a Pack,
    pub(super) symbols: &'a Symbols,
    /// None: every version, whatever its day.
    pub(super) day: Option<NaiveDate>,
}

impl<'a> Ordering<'a> {
    /// The version in force on the day, or all of them.
    pub(super) fn versions<V>(&self, all: &'a [V], span: fn(&V) -> (NaiveDate, Option<NaiveDate>)) -> impl Iterator<Item = &'a V> {
        let newest = self.day.map(|day| newest(all, span, day));
        all.iter().enumerate().filter(move |(i, _)| newest.is_none_or(|n| n == Some(*i))).map(|(_, v)| v)
    }

    fn formulas(&self, n: NodeId) -> Vec<&'a Formula> {
        match n {
            NodeId::Value(i) => {
                let v = &self.pack.values[usize::from(i)];
                let versions = self.versions(&v.versions, |x| (x.from, x.until));
                versions.flat_map(|x| std::iter::once(&x.is).chain(x.exceptions.iter().flat_map(|(a, b)| [a, b]))).collect()
            }
            NodeId::Element(i) => {
                let e = &self.pack.elements[usize::from(i)];
                let mut versions = self.versions(&e.versions, |x| (x.from, x.until)).peekable();
                if versions.peek().is_none() {
                    return Vec::new();
                }
                let exceptions = |x: &'a Version| x.exceptions.iter().flat_map(|(w, a, _)| std::iter::once(w).chain(a.each()));
                let narrowed = e.restrictions.iter().map(|r| &r.applies);
                e.applies.iter().chain(narrowed).chain(versions.flat_map(|x| x.amounts.each().chain(exceptions(x)))).collect()
            }
        }
    }

    /// What a step names, each with where it is named first and through which total.
    fn needs(&self, n: NodeId) -> Needs<'a> {
        let mut out = BTreeMap::new();
        for f in self.formulas(n) {
            let mut names = Vec::new();
            f.ast.names(&mut names);
            for (name, span) in names {
                let edge = |through| Edge { through, file: f.file, span: f.span(&span) };
                match self.symbols.get(&name) {
                    Some(Symbol::Value(i)) => {
                        out.entry(NodeId::Value(*i)).or_insert(edge(None));
                    }
                    Some(Symbol::Element(i)) => {
                        out.entry(NodeId::Element(*i)).or_insert(edge(None));
                    }
                    Some(Symbol::Total(t)) => {
                        for m in self.feeders(*t) {
                            out.entry(m).or_insert_with(|| edge(Some(self.pack.totals[usize::from(*t)].id.as_str())));
                        }
                    }
                    _ => {}
                }
            }
        }
        out
    }

    fn feeders(&self, total: u16) -> impl Iterator<Item = NodeId> {
        let t = &self.pack.totals[usize::from(total)];
        self.pack.elements.iter().enumerate().filter_map(move |(i, e)| {
            let named = if t.employer_part { &e.feeds_employer } else { &e.feeds };
            (t.of.contains(&e.card.kind) || named.iter().any(|s| s.text == t.id)).then_some(NodeId::Element(i as u16))
        })
    }

    pub(super) fn id(&self, n: NodeId) -> &'a str {
        match n {
            NodeId::Value(i) => &self.pack.values[usize::from(i)].id,
            NodeId::Element(i) => &self.pack.elements[usize::from(i)].card.id,
        }
    }

    /// A circle of steps, the last of which names the first: every name on the way, and every place where one names the next.
    fn circle(&self, steps: &[NodeId], needs: &BTreeMap<NodeId, Needs<'a>>, report: &Report<'_>) {
        let mut names = vec![self.id(steps[0])];
        let mut places = Vec::new();
        for (i, n) in steps.iter().enumerate() {
            let next = steps[(i + 1) % steps.len()];
            let edge = &needs[n][&next];
            names.extend(edge.through);
            names.push(self.id(next));
            places.push((edge.file, edge.span.clone()));
        }
        report.push(Finding::new("L20", Severity::Blocking), &places, &[("path", &names.join(" → "))]);
    }

    pub(super) fn order(&self, report: &Report<'_>) -> Vec<NodeId> {
        let all: Vec<NodeId> = (0..self.pack.values.len() as u16)
            .map(NodeId::Value)
            .chain((0..self.pack.elements.len() as u16).map(NodeId::Element))
            .collect();
        let needs: BTreeMap<NodeId, Needs<'a>> = all.iter().map(|n| (*n, self.needs(*n))).collect();
        let mut done = BTreeSet::new();
        let mut out = Vec::new();
        for n in all {
            self.visit(n, &needs, &mut done, &mut Vec::new(), &mut out, report);
        }
        out
    }

    fn visit(
        &self,
        n: NodeId,
        needs: &BTreeMap<NodeId, Needs<'a>>,
        done: &mut BTreeSet<NodeId>,
        path: &mut Vec<NodeId>,
        out: &mut Vec<NodeId>,
        report: &Report<'_>,
    ) {
        if done.contains(&n) {
            return;
        }
        if let Some(at) = path.iter().position(|p| *p == n) {
            self.circle(&path[at..], needs, report);
            done.insert(n);
            return;
        }
        path.push(n);
        for m in needs[&n].keys() {
            self.visit(*m, needs, done, path, out, report);
        }
        path.pop();
        if done.insert(n) {
            out.push(n);
        }
    }
}
