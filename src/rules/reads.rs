//! Which steps of a plan read what, so that a change is followed only where it goes.

use crate::rules::bind::{Bound, Cond, DateNode, Num, Slots};
use crate::rules::plan::{ElementStep, Plan, Step};
use std::sync::Arc;

/// A set of steps, by index.
#[derive(Clone, Default, Debug)]
pub struct StepSet(Vec<u64>);

impl StepSet {
    fn of(steps: usize) -> Self {
        Self(vec![0; steps.div_ceil(64)])
    }
    pub fn insert(&mut self, step: usize) {
        self.0[step / 64] |= 1 << (step % 64);
    }
    pub fn contains(&self, step: usize) -> bool {
        self.0[step / 64] >> (step % 64) & 1 == 1
    }
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|w| *w == 0)
    }
    pub fn become_none(&mut self, steps: usize) {
        self.0.clear();
        self.0.resize(steps.div_ceil(64), 0);
    }
    /// The same steps as the other set, without room of its own being made again.
    pub fn become_like(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }
    /// The first step of the set from this one on.
    pub fn next(&self, from: usize) -> Option<usize> {
        let mut word = from / 64;
        let mut bits = *self.0.get(word)? & (u64::MAX << (from % 64));
        while bits == 0 {
            word += 1;
            bits = *self.0.get(word)?;
        }
        Some(word * 64 + bits.trailing_zeros() as usize)
    }
    /// Takes the steps of the other in.
    pub fn join(&mut self, other: &[u64]) {
        for (a, b) in self.0.iter_mut().zip(other) {
            *a |= b;
        }
    }
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        let bits = |mut word: u64| {
            std::iter::from_fn(move || {
                let bit = word.trailing_zeros() as usize;
                (word != 0).then(|| {
                    word &= word - 1;
                    bit
                })
            })
        };
        self.0.iter().enumerate().flat_map(move |(i, word)| bits(*word).map(move |bit| i * 64 + bit))
    }
}

/// The steps that read a fact or a slot: a row of bits for each.
#[derive(Clone, Default, Debug)]
pub struct Reads {
    words: usize,
    facts: Vec<u64>,
    slots: Vec<u64>,
    tables: Vec<u64>,
}

impl Reads {
    pub fn of(steps: &[Step], facts: usize, slots: Slots, tables: usize) -> Self {
        let words = steps.len().div_ceil(64);
        let mut out = Self { words, facts: vec![0; facts * words], slots: vec![0; slots.count() * words], tables: vec![0; tables * words] };
        for (i, step) in steps.iter().enumerate() {
            step.visit(&mut |read| {
                let (rows, row) = match read {
                    Read::Fact(f) => (&mut out.facts, usize::from(f)),
                    Read::Slot(s) => (&mut out.slots, s as usize),
                    Read::Table(t) => (&mut out.tables, usize::from(t)),
                };
                rows[row * words + i / 64] |= 1 << (i % 64);
            });
        }
        out
    }
    pub fn of_fact(&self, fact: usize) -> &[u64] {
        &self.facts[fact * self.words..(fact + 1) * self.words]
    }
    pub fn of_slot(&self, slot: u32) -> &[u64] {
        let at = slot as usize * self.words;
        &self.slots[at..at + self.words]
    }
    fn of_table(&self, table: usize) -> &[u64] {
        &self.tables[table * self.words..(table + 1) * self.words]
    }
}

impl Plan {
    /// Says in which steps the plan differs from another, so that a computation can go on from the other's, or back to it.
    #[must_use]
    pub fn departing_from(mut self, other: &Self) -> Self {
        if let Some(steps) = self.differences(other) {
            self.mark.room = Arc::clone(&other.mark.room);
            self.mark.departs = Some(Arc::new(Departure { from: Arc::clone(&other.mark.plan), steps }));
        }
        self
    }

    /// The steps in which two plans of one pack differ; `None` when they are not the same steps at all.
    pub fn differences(&self, other: &Self) -> Option<StepSet> {
        let aligned = |a: &Step, b: &Step| match (a, b) {
            (Step::Value(a), Step::Value(b)) => a.slot == b.slot,
            (Step::Element(a), Step::Element(b)) => a.slot == b.slot && a.adds == b.adds && a.adds_employer == b.adds_employer,
            (Step::Value(_), Step::Element(_)) | (Step::Element(_), Step::Value(_)) => false,
        };
        let same = self.steps.len() == other.steps.len() && self.by_kind == other.by_kind;
        (same && self.steps.iter().zip(&other.steps).all(|(a, b)| aligned(a, b))).then_some(())?;
        let mut out = StepSet::of(self.steps.len());
        for (i, _) in self.steps.iter().zip(&other.steps).enumerate().filter(|(_, (a, b))| a != b) {
            out.insert(i);
        }
        for (t, _) in self.tables.iter().zip(&other.tables).enumerate().filter(|(_, (a, b))| a != b) {
            out.join(self.reads.of_table(t));
        }
        Some(out)
    }
}

/// Whose a computation is: one for each plan, with the plan it was derived from.
#[derive(Clone, Default, Debug)]
pub struct Mark {
    plan: Arc<()>,
    /// One for all plans of the same steps.
    room: Arc<()>,
    departs: Option<Arc<Departure>>,
}

/// The plan that another was derived from, and the steps that are not the same.
#[derive(Debug)]
pub struct Departure {
    from: Arc<()>,
    pub steps: StepSet,
}

impl Mark {
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.plan, &other.plan)
    }

    /// Tells the plan from every other that is still about.
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.plan).addr()
    }

    /// Whether the two plans put the same results into the same slots.
    pub fn has_room_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.room, &other.room)
    }

    /// How the plan differs from the one of another mark, where one of the two was derived from the other.
    pub fn departure(&self, other: &Self) -> Option<Arc<Departure>> {
        let of = |a: &Self, b: &Self| a.departs.as_ref().filter(|d| Arc::ptr_eq(&d.from, &b.plan)).cloned();
        of(self, other).or_else(|| of(other, self))
    }
}

enum Read {
    Fact(u16),
    Slot(u32),
    Table(u16),
}

impl Step {
    fn visit(&self, f: &mut impl FnMut(Read)) {
        match self {
            Self::Value(v) => match &v.is {
                Bound::Num(n) => n.visit(f),
                Bound::Cond(c) => c.visit(f),
                Bound::Date(d) => d.visit(f),
                Bound::Choice(_) | Bound::Text(_) | Bound::Bad => {}
            },
            Self::Element(e) => e.visit(f),
        }
    }
}

impl ElementStep {
    fn visit(&self, f: &mut impl FnMut(Read)) {
        if let Some(c) = &self.applies {
            c.visit(f);
        }
        for n in [&self.base, &self.rate, &self.amount, &self.employer_rate, &self.employer_amount].into_iter().flatten() {
            n.visit(f);
        }
    }
}

impl Num {
    fn visit(&self, f: &mut impl FnMut(Read)) {
        match self {
            Self::Const(_) | Self::NoValue(_) | Self::Bad => {}
            Self::Fact(i) => f(Read::Fact(*i)),
            Self::Slot(s) => f(Read::Slot(*s)),
            Self::Add(p) | Self::Sub(p) | Self::Mul(p) | Self::Div(p) => {
                p.0.visit(f);
                p.1.visit(f);
            }
            Self::Neg(a) | Self::Abs(a) | Self::Positive(a) | Self::Round(a) | Self::Floor(a) | Self::Ceil(a) | Self::Cent(a, _) => {
                a.visit(f);
            }
            Self::Min(list) | Self::Max(list) => list.iter().for_each(|n| n.visit(f)),
            Self::If(t) => {
                t.0.visit(f);
                t.1.visit(f);
                t.2.visit(f);
            }
            Self::Else(i, other) => {
                f(Read::Fact(*i));
                other.visit(f);
            }
            Self::Lookup(t, a) | Self::Slices(t, a) => {
                f(Read::Table(*t));
                a.visit(f);
            }
            Self::Day(d) => d.visit(f),
            Self::Days(p) | Self::Years(p) | Self::Months(p) => {
                p.0.visit(f);
                p.1.visit(f);
            }
        }
    }
}

impl Cond {
    fn visit(&self, f: &mut impl FnMut(Read)) {
        match self {
            Self::Const(_) => {}
            Self::Fact(i) | Self::Among(i, _) | Self::Known(i) => f(Read::Fact(*i)),
            Self::Slot(s) => f(Read::Slot(*s)),
            Self::Not(a) => a.visit(f),
            Self::And(p) | Self::Or(p) => {
                p.0.visit(f);
                p.1.visit(f);
            }
            Self::Compare(_, p) => {
                p.0.visit(f);
                p.1.visit(f);
            }
            Self::Dates(_, p) => {
                p.0.visit(f);
                p.1.visit(f);
            }
            Self::If(t) => {
                t.0.visit(f);
                t.1.visit(f);
                t.2.visit(f);
            }
            Self::ElseFlag(i, other) => {
                f(Read::Fact(*i));
                other.visit(f);
            }
        }
    }
}

impl DateNode {
    fn visit(&self, f: &mut impl FnMut(Read)) {
        match self {
            Self::Const(_) => {}
            Self::Fact(i) => f(Read::Fact(*i)),
            Self::Slot(s) => f(Read::Slot(*s)),
            Self::If(t) => {
                t.0.visit(f);
                t.1.visit(f);
                t.2.visit(f);
            }
            Self::Else(i, other) => {
                f(Read::Fact(*i));
                other.visit(f);
            }
        }
    }
}
