//! A payslip computed by going on from another is the payslip computed whole: over every worked case of the pack, with
//! facts taken away and exchanged, results given, paid and shifted, and the law of another month.

use releve::compute::cases;
use releve::compute::eval::{Adjust, Computed, Pinned, Pins, State, Stop};
use releve::facts::{Fact, Facts, Value};
use releve::ground::{Exact, Money};
use releve::payslip::{LineKind, Totals};
use releve::rules::bind::SettingValue;
use releve::rules::plan::Plan;
use releve::rules::{Pack, pack, source};
use std::collections::BTreeMap;

type Seen = (Vec<Option<Computed>>, Totals, Vec<Stop>);

fn seen(state: &State, plan: &Plan) -> Seen {
    (state.results.clone(), state.totals(plan), state.stops(plan))
}

fn fresh(plan: &Plan, facts: &Facts, pins: Pins<'_>) -> Seen {
    let mut state = State::new(plan);
    state.run(plan, facts, pins, &[]);
    seen(&state, plan)
}

/// The same fact, another value.
fn other(fact: &Fact) -> Option<Fact> {
    let value = match &fact.value {
        Value::Number(n) => Value::Number(n.add(Exact::ONE)?),
        Value::Flag(b) => Value::Flag(!b),
        Value::Date(d) => Value::Date(d.succ_opt()?),
        Value::Choice(c) => Value::Choice(u16::from(*c == 0)),
        Value::Text(_) => return None,
    };
    Some(Fact { value, ..fact.clone() })
}

/// Every line paid a little more than the rules give, the third not at all.
fn paid(results: &[Option<Computed>]) -> Vec<Option<Pinned>> {
    let one = |(i, c): (usize, &Option<Computed>)| {
        let c = c.filter(|c| c.stop.is_none() && !c.amount.is_zero() && i % 3 != 0)?;
        let amount = c.amount + Money::from_cents(i as i64);
        Some(Pinned { base: c.base, rate: c.rate, amount, employer_rate: None, employer_amount: c.employer_amount })
    };
    results.iter().enumerate().map(one).collect()
}

fn shifted(elements: usize) -> Vec<Adjust> {
    let one = |i: usize| match i % 4 {
        0 => Adjust::Shift(Money::from_cents(7), Money::from_cents(-3)),
        1 => Adjust::Give(Money::from_cents(1_000), Money::ZERO),
        _ => Adjust::None,
    };
    (0..elements).map(one).collect()
}

fn fr_fpt() -> Pack {
    let (pack, findings) = pack::read(source::embedded("fr-fpt"));
    assert_eq!(findings, []);
    pack
}

#[test]
fn going_on_from_another_payslip_gives_what_the_whole_computation_gives() {
    let pack = fr_fpt();
    let mut compared = 0_u64;
    let mut people: BTreeMap<String, Facts> = BTreeMap::new();
    for case in cases::of_top(&pack) {
        let Ok((plan, facts)) = cases::prepare(&pack, case) else { continue };
        let mut state = State::new(&plan);
        let mut same = |state: &mut State, plan: &Plan, facts: &Facts, pins: Pins<'_>, what: &str| {
            state.run(plan, facts, pins, &[]);
            assert_eq!(seen(state, plan), fresh(plan, facts, pins), "{}: {what}", case.name);
            compared += 1;
        };
        same(&mut state, &plan, &facts, Pins::None, "whole");
        let was_paid = paid(&state.results);
        let adjust = shifted(state.results.len());
        for f in facts.iter() {
            let mut without = facts.clone();
            without.remove(f.id);
            same(&mut state, &plan, &without, Pins::None, "a fact less");
            same(&mut state, &plan, &facts, Pins::Paid(&was_paid), "as paid");
            if let Some(f) = other(f) {
                let mut with = facts.clone();
                with.set(f);
                same(&mut state, &plan, &with, Pins::Paid(&was_paid), "another fact, as paid");
                same(&mut state, &plan, &with, Pins::Adjusted(&adjust), "another fact, shifted");
            }
            same(&mut state, &plan, &facts, Pins::Adjusted(&adjust), "shifted");
            same(&mut state, &plan, &facts, Pins::None, "and back");
        }
        // The law of the next month, on the way there and back.
        let mut context = plan.context;
        context.month = context.month.next();
        context.payment_date = context.month.last_day();
        let Some(next) = pack.plan(&pack.law(context, plan.settings.clone())).0 else { continue };
        let next = next.departing_from(&plan);
        same(&mut state, &next, &facts, Pins::Adjusted(&adjust), "the next month");
        same(&mut state, &plan, &facts, Pins::None, "the month before");
        // A setting tried in another option, there and back.
        let settings = &pack.settings;
        let turned = (0..settings.len()).map(|i| (people.len() + i) % settings.len()).find_map(|i| {
            let SettingValue::Flag(yes) = plan.settings[i] else { return None };
            let mut tried = plan.settings.clone();
            tried[i] = SettingValue::Flag(!yes);
            pack.plan(&pack.law(plan.context, tried)).0
        });
        let turned = turned.expect("the pack has flags").departing_from(&plan);
        same(&mut state, &turned, &facts, Pins::None, "a setting turned");
        same(&mut state, &plan, &facts, Pins::None, "and turned back");
        people.insert(case.name.clone(), facts);
    }
    assert!(compared > 5_000, "{compared} payslips compared");
    // Somebody after somebody, by one plan and one room.
    let plan = pack.plan(&pack.law(december_2021(), pack.default_settings())).0.expect("the pack compiles");
    let mut state = State::new(&plan);
    for (name, facts) in &people {
        state.run(&plan, facts, Pins::None, &[]);
        assert_eq!(seen(&state, &plan), fresh(&plan, facts, Pins::None), "{name}");
    }
}

#[test]
fn what_a_kind_of_employee_settles_gives_what_every_step_gives() {
    let pack = fr_fpt();
    let extra = [(LineKind::Earning, Money::from_cents(12_345), Money::from_cents(67))];
    let mut compared = 0_u64;
    for case in cases::of_top(&pack) {
        let Ok((plan, facts)) = cases::prepare(&pack, case) else { continue };
        let mut state = State::new(&plan);
        let mut run = |facts: &Facts, pins: Pins<'_>, extra: &[(LineKind, Money, Money)]| {
            // Somebody else each time: from the second of a kind on, in this thread, the kind is known.
            state.forget();
            state.run(&plan, facts, pins, extra);
            seen(&state, &plan)
        };
        let first = run(&facts, Pins::None, &[]);
        let was_paid = paid(&first.0);
        let adjust = shifted(first.0.len());
        let all: Vec<Facts> = facts
            .iter()
            .filter_map(|f| Some((f, other(f)?)))
            .map(|(_, f)| {
                let mut with = facts.clone();
                with.set(f);
                with
            })
            .collect();
        for facts in std::iter::once(&facts).chain(&all) {
            for pins in [Pins::None, Pins::Paid(&was_paid), Pins::Adjusted(&adjust)] {
                for extra in [&[][..], &extra] {
                    assert_eq!(run(facts, pins, extra), nobody_met(&plan, facts, pins, extra), "{}", case.name);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 10_000, "{compared} payslips compared");
}

/// In a thread of its own, where no kind of employee is known: every step runs.
fn nobody_met(plan: &Plan, facts: &Facts, pins: Pins<'_>, extra: &[(LineKind, Money, Money)]) -> Seen {
    let alone = || {
        let mut state = State::new(plan);
        state.run(plan, facts, pins, extra);
        seen(&state, plan)
    };
    std::thread::scope(|s| s.spawn(alone).join().expect("a payslip"))
}

fn december_2021() -> releve::rules::bind::Context {
    let month = releve::ground::PayMonth::parse("2021-12").expect("a month");
    releve::rules::bind::Context { month, payment_date: month.last_day() }
}
