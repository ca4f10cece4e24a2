//! What the rule language costs: compiling a pack, and a payslip with and without its full trace.
//!
//!     cargo bench --bench rules
//!
//! The aims: `fr-fpt` compiles in less than 50 ms; a traced payslip costs at most twice one without trace.
//! What reading every name off a trace costs stands beside it.

use divan::{Bencher, black_box};
use releve::compute::cases;
use releve::compute::eval::{Pins, State};
use releve::compute::replay::{Hidden, Replay};
use releve::compute::trace::{Reading, Tracer};
use releve::facts::Facts;
use releve::ground::At;
use releve::payslip::{PaidLine, Status};
use releve::rules::plan::Plan;
use releve::rules::{Pack, pack, source};

fn main() {
    divan::main();
}

fn read() -> Pack {
    pack::read(source::embedded("fr-fpt")).0
}

/// The fullest of the worked examples.
fn fullest(pack: &Pack) -> (Plan, Facts) {
    let case = pack.cases.iter().filter(|c| c.complete).max_by_key(|c| c.lines.len() + c.employer.len()).expect("a whole case");
    cases::prepare(pack, case).expect("the case is sound")
}

/// Reading, binding and checking every version.
#[divan::bench]
fn compile(bencher: Bencher<'_, '_>) {
    let files = source::embedded("fr-fpt");
    bencher.with_inputs(|| files.clone()).bench_values(|files| {
        let (pack, _) = pack::read(files);
        black_box(pack.check()).len()
    });
}

/// The plan of one month, of a pack already read.
#[divan::bench]
fn plan(bencher: Bencher<'_, '_>) {
    let pack = read();
    let (plan, _) = fullest(&pack);
    let law = pack.law(plan.context, plan.settings.clone());
    bencher.bench(|| pack.plan(black_box(&law)).0.is_some());
}

#[divan::bench]
fn payslip(bencher: Bencher<'_, '_>) {
    let pack = read();
    let (plan, facts) = fullest(&pack);
    let mut state = State::new(&plan);
    bencher.bench_local(|| {
        state.forget();
        state.run(&plan, black_box(&facts), Pins::None, &[]);
        state.totals(&plan)
    });
}

#[divan::bench]
fn payslip_with_full_trace(bencher: Bencher<'_, '_>) {
    let pack = read();
    let (plan, facts) = fullest(&pack);
    let mut state = State::new(&plan);
    let tracer = Tracer::new(&pack, plan);
    let plan = &tracer.plan;
    bencher.bench_local(|| {
        state.forget();
        state.run(plan, black_box(&facts), Pins::None, &[]);
        (state.totals(plan), tracer.trace(&state))
    });
}

/// The same with every name and condition of every formula read off.
#[divan::bench]
fn payslip_with_full_trace_read(bencher: Bencher<'_, '_>) {
    let pack = read();
    let (plan, facts) = fullest(&pack);
    let mut state = State::new(&plan);
    let tracer = Tracer::new(&pack, plan);
    let plan = &tracer.plan;
    bencher.bench_local(|| {
        state.forget();
        state.run(plan, black_box(&facts), Pins::None, &[]);
        let trace = tracer.trace(&state);
        let read = |w| tracer.readings(&trace, w).map(|r| usize::from(black_box(r) != Reading::None)).sum::<usize>();
        (state.totals(plan), tracer.formulas.iter().map(read).sum::<usize>())
    });
}

/// Two payslips of one employee: last month replayed on what was paid, and this month computed from it.
#[divan::bench]
fn replay_and_month(bencher: Bencher<'_, '_>) {
    let pack = read();
    let (last, facts) = fullest(&pack);
    let mut context = last.context;
    context.month = context.month.next();
    context.payment_date = context.month.last_day();
    let this = pack.plan(&pack.law(context, last.settings.clone())).0.expect("the pack compiles").departing_from(&last);
    let catalogue = pack.catalogue();
    let mut state = State::new(&last);
    state.run(&last, &facts, Pins::None, &[]);
    let paid: Vec<PaidLine> = state.lines(&last, |_| Status::Computed).into_iter().map(|l| l.as_paid(At::NOWHERE)).collect();
    let replay = Replay { plan: &last, catalogue: &catalogue, unknown_kinds: &[] };
    bencher.bench_local(|| {
        state.forget();
        let replayed = replay.run(&mut state, black_box(&facts), &[], &paid, Hidden::default());
        state.run(&this, &replayed.facts, Pins::Adjusted(&replayed.adjust), &[]);
        (replayed.lines.len(), state.totals(&this))
    });
}
