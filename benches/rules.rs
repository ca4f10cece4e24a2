//! What the rule language costs: compiling a pack, and a payslip with and without its full trace.
//!
//!     cargo bench --bench rules
//!
//! The aims: `fr-fpt` compiles in less than 50 ms; a traced payslip costs at most twice one without trace.

use divan::{Bencher, black_box};
use releve::compute::cases;
use releve::compute::eval::{Pins, State};
use releve::compute::trace::Tracer;
use releve::facts::Facts;
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
        state.run(&plan, black_box(&facts), Pins::None, &[]);
        state.totals(&plan)
    });
}

#[divan::bench]
fn payslip_with_full_trace(bencher: Bencher<'_, '_>) {
    let pack = read();
    let (plan, facts) = fullest(&pack);
    let tracer = Tracer::new(&pack, &plan);
    let mut state = State::new(&plan);
    bencher.bench_local(|| {
        state.run(&plan, black_box(&facts), Pins::None, &[]);
        (state.totals(&plan), tracer.trace(&plan, &state, &facts))
    });
}
