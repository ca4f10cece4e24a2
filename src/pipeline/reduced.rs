//! Lines of last month that a program printed less the days of an absence: pay, residence, bonuses at one and the same number of
//! thirtieths. Where the rules prove it to the cent, each is the whole line and the absence's own, which ends with its month; where
//! something speaks against it, nobody is paid on such lines again before somebody says what they are.

use super::Ready;
use crate::compute::employee::Machine;
use crate::compute::eval::{Pins, State};
use crate::compute::replay::{Hidden, ReplayLine, Verdict, pin};
use crate::ground::{At, EmployeeId, Exact, Finding, Money, Rounding, Severity, money};
use crate::normalise::join::Person;
use crate::payslip::{Advance, ElementId, LineKind, PaidCode, PaidLine};
use rayon::prelude::*;

/// Tenths of a thirtieth of a month: a waiting day is one thirtieth, a day at 90 % a tenth of one.
const TENTHS: i64 = 300;
const DAY: i64 = 10;
/// Shares that somebody works are multiples of as many tenths: 90 %, 95 %.
const OF_WORKING_TIME: i64 = 15;
/// An absence of more days may go on.
const FEW_DAYS: i64 = 10;

/// What an absence takes days off, and the line that it has for that, by element.
type Off = Vec<(usize, usize)>;

/// A line that was paid: whole, or what it lacks; nothing where the rules cannot tell.
struct Seen {
    element: usize,
    at: usize,
    whole: Option<Money>,
}

enum Found {
    /// So many tenths, the lines that are short of them, and what was paid, each of these and its absence apart.
    Over(i64, Vec<ElementId>, Vec<PaidLine>),
    /// So many, and something speaks against it.
    Open(i64),
}

/// Parts such lines of everybody's payslip, and tells it.
pub fn part(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let mut off = Off::new();
    for (i, e) in ready.pack.elements.iter().enumerate() {
        let [line] = e.replaces.as_slice() else { continue };
        // The first of them is that of days away, whatever they were for.
        if let Some(of) = ready.pack.element(&line.text).filter(|of| off.iter().all(|o| o.0 != *of)) {
            off.push((of, i));
        }
    }
    if off.is_empty() {
        return;
    }
    off.sort_unstable();
    let mut people = std::mem::take(&mut ready.inputs.people);
    let machine = ready.machine();
    let told: Vec<(EmployeeId, i64, Vec<ElementId>, At)> = people
        .par_iter_mut()
        .map_init(
            || State::new(machine.road.last()),
            |state, (id, p)| {
                let found = look(&machine, state, &off, p)?;
                let slip = p.paid.as_mut()?;
                let at = slip.lines.first()?.at;
                let (tenths, of) = match found {
                    Found::Open(tenths) => (tenths, Vec::new()),
                    Found::Over(tenths, of, lines) => {
                        slip.lines = lines;
                        (tenths, of)
                    }
                };
                Some((id.clone(), tenths, of, at))
            },
        )
        .flatten()
        .collect();
    for (id, tenths, of, at) in told {
        let open = of.is_empty();
        // Whoever says how the month is paid has said what they are.
        if open && ready.inputs.decisions.way(&id).is_some() {
            continue;
        }
        let (code, severity) = if open { ("C49", Severity::Blocking) } else { ("C48", Severity::Justify) };
        let days = if tenths % DAY == 0 { (tenths / DAY).to_string() } else { format!("{},{}", tenths / DAY, tenths % DAY) };
        let lines: Vec<&str> = of.iter().map(|e| ready.catalogue[e.index()].code.as_str()).collect();
        let f = Finding::new(code, severity).arg("agent", &id).arg("days", days).arg("lines", lines.join(", "));
        findings.push(f.arg("month", ready.job.last_month).of(&id).at(ready.inputs.sources.place(at)));
    }
    ready.inputs.people = people;
}

/// The absence that somebody's lines of last month show.
fn look(machine: &Machine<'_>, state: &mut State, off: &Off, p: &Person) -> Option<Found> {
    let slip = p.paid.as_ref().filter(|s| !s.bare && !s.melted && s.advance == Advance::None)?;
    let of = |e: usize| PaidCode::Element(ElementId(e as u16));
    let all_off = machine.pack.elements.iter().enumerate().filter(|(_, e)| !e.replaces.is_empty()).map(|(i, _)| of(i));
    let paid = |code: PaidCode| slip.lines.iter().filter(move |l| l.code == code && l.period.is_none());
    // Days that have lines of their own are no part of others.
    if all_off.into_iter().any(|c| paid(c).next().is_some()) {
        return None;
    }
    let plan = machine.road.last();
    let facts = machine.then(&p.known, &p.then);
    let extra: Vec<_> = slip.lines.iter().filter_map(|l| machine.unknown(l)).collect();
    state.forget();
    state.run(plan, &facts, Pins::Paid(&pin(&slip.lines, plan.slots.elements as usize)), &extra);
    let results = state.results.clone();
    let made = |e: usize| results[e].filter(|c| c.stop.is_none()).map(|c| c.amount);
    let mut seen = Vec::new();
    for (element, _) in off {
        let mut lines = slip.lines.iter().enumerate().filter(|(_, l)| l.code == of(*element) && l.period.is_none());
        match (lines.next(), lines.next()) {
            (Some((at, l)), None) if !l.amount.is_zero() => {
                let shown = || l.base.and_then(|b| money::round(b, Rounding::HalfUp)).filter(|b| *b > l.amount && l.rate.is_none());
                seen.push(Seen { element: *element, at, whole: made(*element).or_else(shown) });
            }
            (None, _) => {}
            _ => return None,
        }
    }
    let first = seen.first()?;
    let (line, whole) = (&slip.lines[first.at], first.whole?);
    let lacks = tenths(line.amount, whole)?;
    let is_short = |paid: Money, whole: Money| near(paid, share(whole, lacks)) && !near(paid, whole);
    let amount = |s: &Seen| slip.lines[s.at].amount;
    let short = |s: &&Seen| s.whole.is_some_and(|w| is_short(amount(s), w));
    let count = seen.iter().filter(short).count();
    if lacks % DAY != 0 && (count < 2 || lacks < DAY) {
        return None;
    }
    // A step less, or a share that somebody works, gives such pay too: the line shows its whole, or no fact explains it.
    let shown = line.base.is_some_and(|b| money::round(b, Rounding::HalfUp) == Some(whole));
    let of_time = lacks % OF_WORKING_TIME == 0;
    let mut replay = |lines: &[PaidLine]| {
        state.forget();
        machine.replay_lines(state, &facts, &p.alternatives, lines, Hidden::of(slip)).lines
    };
    if of_time || !shown {
        let replayed = replay(&slip.lines);
        let gap = |s: &&Seen| replayed.iter().any(|l| l.code == of(s.element) && l.verdict == Verdict::Gap);
        if !seen.iter().filter(short).any(|s| gap(&s)) {
            return None;
        }
    }
    let fits = |s: &Seen| s.whole.is_some_and(|w| near(amount(s), w) || is_short(amount(s), w));
    if of_time || lacks > FEW_DAYS * DAY || !seen.iter().all(fits) {
        return Some(Found::Open(lacks));
    }
    let mut lines = slip.lines.clone();
    for s in seen.iter().filter(short) {
        let (Some(whole), Some((_, own))) = (s.whole, off.iter().find(|o| o.0 == s.element)) else { continue };
        let line = &mut lines[s.at];
        let lost = line.amount - whole;
        line.amount = whole;
        let own = PaidLine { code: of(*own), base: None, rate: None, amount: lost, employer_rate: None, ..line.clone() };
        lines.push(PaidLine { employer_amount: Money::ZERO, ..own });
    }
    // Days before somebody came, or after he left, are taken off every line.
    let still = |l: &ReplayLine| {
        let gains = matches!(l.code, PaidCode::Element(e) if machine.catalogue[e.index()].kind == LineKind::Earning);
        gains && l.verdict == Verdict::Gap && l.recomputed.is_some_and(|w| is_short(l.paid, w))
    };
    if replay(&lines).iter().any(still) {
        return Some(Found::Open(lacks));
    }
    let short = seen.iter().filter(short).map(|s| ElementId(s.element as u16)).collect();
    Some(Found::Over(lacks, short, lines))
}

/// How many tenths of a thirtieth a line lacks to be whole, where it is so many to the cent.
fn tenths(paid: Money, whole: Money) -> Option<i64> {
    if paid.cents() <= 0 || whole <= paid {
        return None;
    }
    let (lost, whole_cents) = ((whole - paid).cents(), whole.cents());
    let lacks = (lost * TENTHS + whole_cents / 2) / whole_cents;
    (lacks > 0 && near(paid, share(whole, lacks))).then_some(lacks)
}

/// A line without so many tenths.
fn share(whole: Money, lacks: i64) -> Money {
    let left = Exact::ratio(TENTHS - lacks, TENTHS).and_then(|r| whole.exact().mul(r));
    left.and_then(|x| money::round(x, Rounding::HalfUp)).unwrap_or(whole)
}

fn near(a: Money, b: Money) -> bool {
    (a - b).abs().cents() <= 1
}
