//! The cases of a pack, computed and traced: where the manual takes its worked examples from.

use crate::compute::cases;
use crate::compute::eval::{Computed, Pins, State};
use crate::compute::trace::{Trace, Tracer};
use crate::facts::Facts;
use crate::payslip::Totals;
use crate::rules::pack::{Case, Pack};

/// A case with everything its computation came to.
#[derive(Debug)]
pub struct Example<'p> {
    pub case: &'p Case,
    pub facts: Facts,
    pub tracer: Tracer<'p>,
    pub trace: Trace,
    pub results: Vec<Option<Computed>>,
    pub totals: Totals,
}

impl Example<'_> {
    /// What the rules give for an element, when it pays anything.
    pub fn result(&self, element: usize) -> Option<Computed> {
        self.results[element].filter(|c| c.stop.is_none() && (!c.amount.is_zero() || !c.employer_amount.is_zero()))
    }

    /// Whether the case says what it expects of the element.
    pub fn names(&self, code: &str) -> bool {
        self.case.lines.iter().chain(&self.case.employer).any(|l| l.0.text == code)
    }
}

/// Every case of every layer that comes out, in the order of the files.
pub fn all(pack: &Pack) -> Vec<Example<'_>> {
    pack.cases
        .iter()
        .filter_map(|case| {
            let (plan, facts) = cases::prepare(pack, case).ok()?;
            let mut state = State::new(&plan);
            state.run(&plan, &facts, Pins::None, &[]);
            let totals = state.totals(&plan);
            let tracer = Tracer::new(pack, plan);
            Some(Example { case, facts, trace: tracer.trace(&state), tracer, results: state.results, totals })
        })
        .collect()
}

/// The example that shows an element best: one that says what it expects of it, of the newest month, and whole.
pub fn best<'e, 'p>(examples: &'e [Example<'p>], element: usize, code: &str) -> Option<&'e Example<'p>> {
    examples
        .iter()
        .filter(|x| x.result(element).is_some())
        .max_by_key(|x| (x.names(code), x.tracer.plan.context.month, x.case.complete, std::cmp::Reverse(x.case.origin.span.start)))
}
