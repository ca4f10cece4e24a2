//! Recomputes last month and compares it with what was paid, line by line.
//!
//! Each line is recomputed from the lines above it *as they were paid*, so that a rule that disagrees is named once,
//! where it stands, and not again in every contribution built on it.
//! A fact that no source gives, or that last month was not paid on, is sought in the other values the files hold for it
//! and in the paid lines; it is believed only if the line then comes out to the cent.

mod lasting;

use crate::compute::eval::{Adjust, Computed, Pinned, Pins, State};
use crate::facts::{Fact, FactDecl, FactId, FactKind, Facts, NumberForm, Origin, Value, Vocabulary};
use crate::ground::{At, Exact, Money};
use crate::payslip::{Catalogue, ElementId, LineKind, PaidCode, PaidLine, PaidSlip};
use crate::rules::plan::{ElementStep, Inferred, Plan, Step};
use std::collections::BTreeSet;

/// What replay says of one line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Verdict {
    /// The rule gives what was paid.
    Exact,
    /// One cent apart.
    Rounding,
    /// No rule can make the line: carried over.
    Carried,
    /// The rule disagrees.
    Gap,
    /// Belongs to last month only: not repeated.
    OneOff,
}

impl Verdict {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Rounding => "rounding",
            Self::Carried => "carried",
            Self::Gap => "gap",
            Self::OneOff => "one-off",
        }
    }
}

/// One line of last month, replayed. Amounts are the employee's share; the employer's where the line has no other,
/// or where only that share disagrees.
#[derive(Clone, Copy, Debug)]
pub struct ReplayLine {
    pub code: PaidCode,
    pub paid: Money,
    pub recomputed: Option<Money>,
    pub verdict: Verdict,
    /// Of the agent's part and the employer's, how many the rule gives otherwise.
    pub astray: u8,
    pub at: At,
}

impl ReplayLine {
    pub fn gap(&self) -> Money {
        self.recomputed.map_or(Money::ZERO, |r| self.paid - r)
    }
}

/// A later line may settle a fact anew: what a file wrote stays what it was, and not what an earlier line had settled.
fn note(resolved: &mut Vec<Resolved>, found: Resolved) {
    let earlier = resolved.iter().position(|r| r.fact == found.fact).map(|i| resolved.remove(i));
    let found = match earlier {
        Some(e) => Resolved { written: e.written, ..found },
        None => found,
    };
    if found.written.as_ref().map(|w| &w.value) != Some(&found.used.value) {
        resolved.push(found);
    }
}

/// A fact last month was not paid on as the files have it.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub fact: FactId,
    /// What the trusted source says, when it says something.
    pub written: Option<Fact>,
    pub used: Fact,
    pub element: ElementId,
}

/// Which of two sources the job believes of a fact.
pub trait Order: Sync {
    fn prefers(&self, fact: FactId, one: At, other: At) -> bool;
}

/// What this month's facts are held against: sources that speak of last month alone, and the order of trust of the job.
#[derive(Clone, Copy)]
pub struct Believed<'b> {
    pub vocabulary: &'b Vocabulary,
    pub of_last_month: &'b BTreeSet<u16>,
    pub order: &'b dyn Order,
    /// Where last month's lines stand.
    pub lines: At,
}

/// Why this month goes on with what last month was paid on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stays {
    /// No file says anything.
    Unwritten,
    /// A document of last month shows a value beside lines paid on another: it cannot be ahead of its month, as a staff file is.
    Misprint,
    /// An index does not go down by itself: the file is older than last month.
    Older,
    /// The job believes the lines more than the file.
    Trusted,
}

/// Whether a fact is a share, or changes together with one.
fn of_working_time(vocabulary: &Vocabulary, fact: FactId) -> bool {
    let cause = &vocabulary.get(fact).causes.change;
    let share = |d: &FactDecl| matches!(d.kind, FactKind::Number { form: NumberForm::Fraction });
    vocabulary.iter().any(|(_, d)| share(d) && d.causes.change == *cause)
}

impl Resolved {
    /// Why this month is paid on it too; `None` where it follows the file.
    pub fn stays(&self, believed: &Believed<'_>) -> Option<Stays> {
        let Some(written) = &self.written else { return Some(Stays::Unwritten) };
        let of_steps = believed.vocabulary.signs().iter().any(|s| s.1 == self.fact);
        let at = if self.used.at == At::NOWHERE { believed.lines } else { self.used.at };
        let numbers = written.value.number().zip(self.used.value.number());
        // Further than a tenth away is no index that the lines say.
        let near = |a: Exact, b: Exact| Some(a.mul(Exact::int(10))? <= b.mul(Exact::int(11))?);
        let about = numbers.is_some_and(|(a, b)| near(a, b) == Some(true) && near(b, a) == Some(true));
        // A line short of some days looks like pay of a smaller share: what share is worked is asked.
        let told = if of_steps { about } else { !of_working_time(believed.vocabulary, self.fact) };
        if believed.order.prefers(self.fact, at, written.at) {
            Some(Stays::Trusted)
        } else if told && believed.of_last_month.contains(&written.at.source) {
            Some(Stays::Misprint)
        } else if of_steps && about && written.origin != Origin::Decided && numbers.is_some_and(|(file, paid)| file < paid) {
            Some(Stays::Older)
        } else {
            None
        }
    }
}

/// Last month of one employee, understood.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// Facts that reproduce last month.
    pub facts: Facts,
    pub lines: Vec<ReplayLine>,
    pub resolved: Vec<Resolved>,
    /// Corrections to keep this month, by element; empty when there are none.
    pub adjust: Vec<Adjust>,
    /// Lines without a rule: carried as they are.
    pub unknown: Vec<(PaidCode, LineKind, Money, Money)>,
    /// What the rules lacked for last month.
    pub stops: Vec<crate::compute::eval::Stop>,
    /// Whether a line made the replay look for other facts, found or not.
    pub sought: bool,
    /// The taxable net that the source shows, and the one that its lines make, where both can be told.
    pub taxable: Option<(Money, Money)>,
}

impl Replayed {
    pub fn all_exact(&self) -> bool {
        self.lines.iter().all(|l| matches!(l.verdict, Verdict::Exact | Verdict::OneOff) && l.gap().is_zero())
    }
}

/// Adds up the paid lines of each element. The base is kept when every line of the element agrees on the rate.
pub fn pin(lines: &[PaidLine], elements: usize) -> Vec<Option<Pinned>> {
    let mut out: Vec<Option<Pinned>> = vec![None; elements];
    for l in lines {
        let PaidCode::Element(e) = l.code else { continue };
        let slot = &mut out[e.index()];
        match slot {
            None => {
                *slot = Some(Pinned {
                    base: l.base,
                    rate: l.rate,
                    amount: l.amount,
                    employer_rate: l.employer_rate,
                    employer_amount: l.employer_amount,
                });
            }
            Some(p) => {
                p.base = match (p.base, l.base) {
                    (Some(a), Some(b)) if p.rate == l.rate && p.amount != Money::ZERO && l.amount != Money::ZERO => a.add(b),
                    (a, b) => a.or(b),
                };
                p.amount += l.amount;
                p.rate = p.rate.or(l.rate);
                p.employer_rate = p.employer_rate.or(l.employer_rate);
                p.employer_amount += l.employer_amount;
            }
        }
    }
    out
}

/// What was paid, as lines that rules make are held against it.
#[derive(Clone, Copy)]
pub struct Against<'p> {
    pub pinned: &'p [Option<Pinned>],
    /// The source shows no employer's share: none is compared.
    pub agents_alone: bool,
}

impl Against<'_> {
    fn paid(&self, element: usize) -> Pinned {
        self.pinned[element].unwrap_or(NOTHING)
    }
    /// Whether the rules have just made a line what was paid.
    fn agrees(&self, element: usize, state: &State) -> bool {
        self.within(element, state, 0)
    }
    fn within(&self, element: usize, state: &State, cents: i64) -> bool {
        self.is_near(element, state.results[element], cents)
    }
    fn is_near(&self, element: usize, made: Option<Computed>, cents: i64) -> bool {
        let p = self.paid(element);
        let near = |a: Money, b: Money| (a - b).abs().cents() <= cents;
        let employers = |c: &Computed| self.agents_alone || near(c.employer_amount, p.employer_amount);
        made.is_some_and(|c| c.stop.is_none() && near(c.amount, p.amount) && employers(&c))
    }
}

/// Whether these facts make the line what was paid, below the lines that were.
pub fn gives(
    plan: &Plan,
    state: &mut State,
    e: &ElementStep,
    facts: &Facts,
    paid: Against<'_>,
    extra: &[(LineKind, Money, Money)],
) -> bool {
    state.run(plan, facts, Pins::Paid(paid.pinned), extra);
    paid.agrees(e.element.index(), state)
}

const NOTHING: Pinned = Pinned { base: None, rate: None, amount: Money::ZERO, employer_rate: None, employer_amount: Money::ZERO };

/// What last month's lines do not show; see [`crate::payslip::PaidSlip`].
#[derive(Clone, Copy, Default, Debug)]
pub struct Hidden<'a> {
    pub unseen: &'a [ElementId],
    pub melted: bool,
    /// Paid with the month and no part of it; a line taken on both together (tax, or contributions that a product sums)
    /// comes out on what both make.
    pub arrears: &'a [PaidLine],
    /// The taxable net that the source shows.
    pub taxable: Option<Money>,
    /// No employer's share is shown.
    pub employers: bool,
}

impl<'a> Hidden<'a> {
    /// Of a payslip.
    pub fn of(slip: &'a PaidSlip) -> Self {
        Self {
            unseen: &slip.unseen,
            melted: slip.melted,
            arrears: &slip.arrears,
            taxable: slip.net_taxable.map(|t| t.0),
            employers: slip.employer_hidden,
        }
    }
}

/// What replay needs besides the employee: the plan of last month, how unknown codes count, printing data.
pub struct Replay<'a> {
    pub plan: &'a Plan,
    pub catalogue: &'a Catalogue,
    /// Kind under which a local code without an element is carried, by index.
    pub unknown_kinds: &'a [LineKind],
}

impl Replay<'_> {
    /// Replays one employee. `alternatives` are other values that files hold for a fact (an old index in a list of promotions),
    /// `hidden` what the paid lines do not show.
    pub fn run(&self, state: &mut State, facts: &Facts, alternatives: &[Fact], paid: &[PaidLine], hidden: Hidden<'_>) -> Replayed {
        let pinned = pin(paid, self.plan.slots.elements as usize);
        let unknown = self.unknown(paid);
        let extra: Vec<(LineKind, Money, Money)> = unknown.iter().map(|u| (u.1, u.2, u.3)).collect();
        let against = Against { pinned: &pinned, agents_alone: hidden.employers };
        let mut facts = facts.clone();
        let mut resolved = Vec::new();
        let mut sought = false;
        state.run(self.plan, &facts, Pins::Paid(&pinned), &extra);
        for step in &self.plan.steps {
            let Step::Element(e) = step else { continue };
            if state.results[e.element.index()].is_none()
                || against.agrees(e.element.index(), state)
                || (e.inferences.is_empty() && alternatives.is_empty())
            {
                continue;
            }
            let p = against.paid(e.element.index());
            let at = paid.iter().find(|l| l.code == PaidCode::Element(e.element)).map_or(At::NOWHERE, |l| l.at);
            let mut candidates = self.candidates(state, e, &p, alternatives, at);
            candidates.extend(self.options(state, e, at, &facts, against, &extra).map(|f| vec![f]));
            sought = true;
            self.resolve(state, e, against, &extra, candidates, &mut facts, &mut resolved);
        }
        let stops = state.stops(self.plan);
        let taxable = state.totals(self.plan).net_taxable;
        let arrears = hidden.arrears;
        if !arrears.is_empty() {
            self.on_both(state, &mut facts, &mut resolved, (paid, arrears), against, &extra);
        }
        self.on_what_lasts(state, (&mut facts, &mut resolved), paid, against, &unknown);
        self.on_what_was_once(state, paid, arrears, against);
        let (mut lines, adjust) = self.verdicts(state, against, paid, hidden);
        lines.extend(arrears.iter().map(|l| ReplayLine {
            code: l.code,
            paid: if l.amount.is_zero() { l.employer_amount } else { l.amount },
            recomputed: None,
            verdict: Verdict::OneOff,
            astray: 0,
            at: l.at,
        }));
        let whole = arrears.is_empty() && unknown.is_empty() && !hidden.melted && stops.is_empty();
        let taxable = hidden.taxable.filter(|_| whole).map(|shown| (shown, taxable));
        Replayed { facts, lines, resolved, adjust, unknown, stops, sought, taxable }
    }

    /// Lines that no element stands for, with the kind under which each counts.
    fn unknown(&self, lines: &[PaidLine]) -> Vec<(PaidCode, LineKind, Money, Money)> {
        let kind = |i: u16| *self.unknown_kinds.get(usize::from(i)).unwrap_or(&LineKind::Earning);
        let one = |l: &PaidLine| match l.code {
            PaidCode::Unknown(i) => Some((l.code, kind(i), l.amount, l.employer_amount)),
            PaidCode::Element(_) => None,
        };
        lines.iter().filter_map(one).collect()
    }

    /// Lines that the month alone does not make, worked out once more with the arrears among what was paid; what is taken on both
    /// together says its rate there.
    fn on_both(
        &self,
        state: &mut State,
        facts: &mut Facts,
        resolved: &mut Vec<Resolved>,
        (paid, arrears): (&[PaidLine], &[PaidLine]),
        against: Against<'_>,
        extra: &[(LineKind, Money, Money)],
    ) {
        let alone = state.results.clone();
        // What the month alone makes is not taken on both.
        let own = |i: usize, alone: Option<Computed>| against.is_near(i, alone, 0);
        let all: Vec<PaidLine> = paid.iter().chain(arrears).cloned().collect();
        let pinned = pin(&all, alone.len());
        let both = Against { pinned: &pinned, ..against };
        let extra: Vec<_> = extra.iter().copied().chain(self.unknown(arrears).into_iter().map(|u| (u.1, u.2, u.3))).collect();
        state.run(self.plan, facts, Pins::Paid(&pinned), &extra);
        let tax = |i: usize| self.catalogue[i].kind == LineKind::Tax && pinned[i].is_some();
        for step in &self.plan.steps {
            let Step::Element(e) = step else { continue };
            let i = e.element.index();
            if own(i, alone[i]) || !tax(i) || both.agrees(i, state) || state.results[i].is_none() {
                continue;
            }
            let at = paid.iter().find(|l| l.code == PaidCode::Element(e.element)).map_or(At::NOWHERE, |l| l.at);
            let candidates = self.candidates(state, e, &both.paid(i), &[], at);
            self.resolve(state, e, both, &extra, candidates, facts, resolved);
        }
        for (i, alone) in alone.into_iter().enumerate() {
            // What the arrears have lines of their own for is not the month's.
            let aside = |all: fn(&Pinned) -> Money| all(&both.paid(i)) - all(&against.paid(i));
            let (amount, employer_amount) = (aside(|p| p.amount), aside(|p| p.employer_amount));
            let parts = !(amount.is_zero() && employer_amount.is_zero());
            let rest = |c: Computed| Computed { amount: c.amount - amount, employer_amount: c.employer_amount - employer_amount, ..c };
            let made = state.results[i].map(rest);
            // The parts of a contribution that is declared by month are rounded each, and tax on their sum may be a cent off too.
            let both = against.is_near(i, made, i64::from(tax(i) || parts));
            state.results[i] = if both && !own(i, alone) { made } else { alone };
        }
    }

    /// Sets of facts that may explain the line: what other files say first, then what the paid line implies.
    fn candidates(&self, state: &mut State, e: &ElementStep, p: &Pinned, alternatives: &[Fact], at: At) -> Vec<Vec<Fact>> {
        let mut out: Vec<Vec<Fact>> = alternatives
            .iter()
            .filter(|a| e.inferences.is_empty() || e.inferences.iter().any(|i| i.0 == a.id))
            .map(|a| vec![a.clone()])
            .collect();
        let inferred: Vec<Fact> = e
            .inferences
            .iter()
            .filter_map(|(fact, how)| match how {
                Inferred::By(how) => state.infer(self.plan, p, how).map(|value| Fact { id: *fact, value, at, origin: Origin::Inferred }),
                Inferred::OneOf(_) => None,
            })
            .collect();
        if inferred.len() > 1 {
            out.push(inferred.clone());
        }
        out.extend(inferred.iter().map(|f| vec![f.clone()]));
        // Two together: a post of 28 hours is a share and not a part time.
        if inferred.len() > 2 {
            let pair =
                |(i, a): (usize, &Fact)| inferred[i + 1..].iter().filter(|b| b.id != a.id).map(|b| vec![a.clone(), b.clone()]).collect();
            out.extend(inferred.iter().enumerate().flat_map(|x| -> Vec<Vec<Fact>> { pair(x) }));
        }
        out
    }

    /// Of a choice, the option that alone gives the line: two that give it say nothing.
    fn options(
        &self,
        state: &mut State,
        e: &ElementStep,
        at: At,
        facts: &Facts,
        against: Against<'_>,
        extra: &[(LineKind, Money, Money)],
    ) -> Option<Fact> {
        let mut giving = Vec::new();
        for (id, how) in &e.inferences {
            let Inferred::OneOf(count) = how else { continue };
            giving.extend((0..*count).map(Value::Choice).filter_map(|value| {
                let fact = Fact { id: *id, value, at, origin: Origin::Inferred };
                let mut tried = facts.clone();
                tried.set(fact.clone());
                gives(self.plan, state, e, &tried, against, extra).then_some(fact)
            }));
        }
        state.run(self.plan, facts, Pins::Paid(against.pinned), extra);
        <[Fact; 1]>::try_from(giving).ok().map(|[f]| f)
    }

    #[expect(clippy::too_many_arguments, reason = "one search step; bundling its in-outs would hide what it changes")]
    fn resolve(
        &self,
        state: &mut State,
        e: &ElementStep,
        against: Against<'_>,
        extra: &[(LineKind, Money, Money)],
        candidates: Vec<Vec<Fact>>,
        facts: &mut Facts,
        resolved: &mut Vec<Resolved>,
    ) {
        // Of several that explain the line, the one that explains most of the payslip; of equals, the first.
        let mut best: Vec<Fact> = Vec::new();
        let exact_lines = |state: &State| (0..state.results.len()).filter(|i| against.agrees(*i, state)).count();
        let mut most = exact_lines(state);
        for set in candidates {
            let mut tried = facts.clone();
            for f in &set {
                tried.set(f.clone());
            }
            state.run(self.plan, &tried, Pins::Paid(against.pinned), extra);
            let exact = exact_lines(state);
            if exact > most && against.agrees(e.element.index(), state) {
                (most, best) = (exact, set);
            }
        }
        for used in best {
            let written = facts.set(used.clone());
            note(resolved, Resolved { fact: used.id, written, used, element: e.element });
        }
        state.run(self.plan, facts, Pins::Paid(against.pinned), extra);
    }

    fn verdicts(&self, state: &State, against: Against<'_>, paid: &[PaidLine], hidden: Hidden<'_>) -> (Vec<ReplayLine>, Vec<Adjust>) {
        let mut lines = Vec::new();
        let mut adjust = vec![Adjust::None; against.pinned.len()];
        let mut any = false;
        for (i, p) in against.pinned.iter().enumerate() {
            let element = ElementId(i as u16);
            let card = &self.catalogue[i];
            let c = state.results[i];
            let Some(paid_line) = p else {
                if hidden.melted && card.kind == LineKind::Earning && c.is_some_and(|c| c.stop.is_some()) {
                    adjust[i] = Adjust::Give(Money::ZERO, Money::ZERO);
                    any = true;
                    continue;
                }
                // Not paid: of interest only when the rule says it should have been.
                if let Some(c) = c
                    && c.stop.is_none()
                    && !hidden.unseen.contains(&element)
                    && !(c.amount.is_zero() && (against.agents_alone || c.employer_amount.is_zero()))
                {
                    let shown = if c.amount.is_zero() { c.employer_amount } else { c.amount };
                    let verdict = if shown.abs().cents() <= 1 { Verdict::Rounding } else { Verdict::Gap };
                    lines.push(ReplayLine {
                        code: PaidCode::Element(element),
                        paid: Money::ZERO,
                        recomputed: Some(shown),
                        verdict,
                        astray: u8::from(!c.amount.is_zero()) + u8::from(!c.employer_amount.is_zero()),
                        at: At::NOWHERE,
                    });
                    if verdict == Verdict::Gap {
                        adjust[i] = Adjust::Shift(-c.amount, -c.employer_amount);
                        any = true;
                    }
                }
                continue;
            };
            let at = paid.iter().find(|l| l.code == PaidCode::Element(element)).map_or(At::NOWHERE, |l| l.at);
            let employer_only = paid_line.amount.is_zero() && !paid_line.employer_amount.is_zero();
            if employer_only && at == At::NOWHERE {
                // Not shown last month: nothing to compare with.
                continue;
            }
            let usable = c.filter(|c| c.stop.is_none());
            let verdict = match usable {
                _ if !card.recurs => Verdict::OneOff,
                None => Verdict::Carried,
                Some(_) if against.agrees(i, state) => Verdict::Exact,
                Some(_) if against.within(i, state, 1) => Verdict::Rounding,
                Some(_) => Verdict::Gap,
            };
            match (verdict, usable) {
                (Verdict::Gap, Some(c)) => {
                    adjust[i] = Adjust::Shift(paid_line.amount - c.amount, paid_line.employer_amount - c.employer_amount);
                    any = true;
                }
                (Verdict::Carried, _) => {
                    adjust[i] = Adjust::Give(paid_line.amount, paid_line.employer_amount);
                    any = true;
                }
                _ => {}
            }
            let employers_differ = |c: &Computed| !against.agents_alone && c.employer_amount != paid_line.employer_amount;
            let share_differs = usable.is_some_and(|c| c.amount == paid_line.amount && employers_differ(&c));
            let (paid, recomputed) = if employer_only || share_differs {
                (paid_line.employer_amount, usable.map(|c| c.employer_amount))
            } else {
                (paid_line.amount, usable.map(|c| c.amount))
            };
            let astray = usable.map_or(0, |c| u8::from(c.amount != paid_line.amount) + u8::from(employers_differ(&c)));
            lines.push(ReplayLine { code: PaidCode::Element(element), paid, recomputed, verdict, astray, at });
        }
        for l in paid {
            if let PaidCode::Unknown(u) = l.code {
                let paid = if l.amount.is_zero() { l.employer_amount } else { l.amount };
                let once = self.catalogue.get(against.pinned.len() + usize::from(u)).is_some_and(|c| !c.recurs);
                let verdict = if once { Verdict::OneOff } else { Verdict::Carried };
                lines.push(ReplayLine { code: l.code, paid, recomputed: None, verdict, astray: 0, at: l.at });
            }
        }
        (lines, if any { adjust } else { Vec::new() })
    }
}
