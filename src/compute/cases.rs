//! Worked examples of a pack: facts in, lines expected to the cent. What `releve rules test` runs.

use crate::compute::employee::holding;
use crate::compute::eval::{Pins, State, Stop};
use crate::facts::{Fact, FactId, Facts, Origin};
use crate::ground::document::{Spot, place};
use crate::ground::{At, Exact, Finding, Money, PayMonth, Place, Severity};
use crate::rules::bind::{Bound, Context, Num};
pub use crate::rules::cases::parse_value;
use crate::rules::pack::{Case, Pack};
use crate::rules::plan::{Plan, Step, setting_value};
use crate::rules::reads::Reads;
use std::collections::{BTreeMap, BTreeSet};

/// One case run: findings are empty when it came out as written.
#[derive(Debug)]
pub struct CaseResult {
    pub name: String,
    pub findings: Vec<Finding>,
}

/// Runs the cases of the pack; of a stack, those of its last overlay, because what stands below is proven without it.
pub fn run_all(pack: &Pack) -> Vec<CaseResult> {
    of_top(pack).map(|c| CaseResult { name: c.name.clone(), findings: run(pack, c) }).collect()
}

/// The cases of the last layer.
pub fn of_top(pack: &Pack) -> impl Iterator<Item = &Case> {
    let top = pack.layers.len().saturating_sub(1);
    pack.cases.iter().filter(move |c| pack.layer_of(c.origin.file) == top)
}

struct Teller<'p> {
    pack: &'p Pack,
    case: &'p Case,
    findings: Vec<Finding>,
}

impl Teller<'_> {
    fn at(&self, s: &Spot) -> Place {
        place(&self.pack.files, s.file, &s.span)
    }
    fn wrong(&mut self, code: &str, at: Place, args: &[(&'static str, String)]) {
        let mut f = Finding::new(code, Severity::Blocking).at(at).arg("case", &self.case.name);
        for (n, v) in args {
            f = f.arg(n, v);
        }
        self.findings.push(f);
    }
    fn expect(&mut self, s: &(Spot, Spot), found: Money) {
        let want = Exact::parse(&s.1.text).and_then(Money::from_exact);
        if want != Some(found) {
            let at = self.at(&s.1);
            self.wrong("T01", at, &[("what", s.0.text.clone()), ("wanted", s.1.text.clone()), ("found", found.to_string())]);
        }
    }
}

/// The plan and facts of a case; also what `rules doc` shows as a live example.
pub fn prepare(pack: &Pack, case: &Case) -> Result<(Plan, Facts), Vec<Finding>> {
    let mut wrong = pack.check_case(case);
    let Some(month) = PayMonth::parse(&case.month).filter(|_| wrong.is_empty()) else { return Err(wrong) };
    let mut settings = pack.default_settings();
    for (k, v) in &case.settings {
        let of = |i: usize| setting_value(&pack.settings[i].kind, &v.text);
        if let Some((i, value)) = pack.settings.iter().position(|s| s.id == k.text).and_then(|i| Some((i, of(i)?))) {
            settings[i] = value;
        }
    }
    let mut facts = Facts::default();
    for (k, v) in &case.facts {
        if let Some((id, value)) = pack.vocabulary.named(&k.text).and_then(|id| Some((id, parse_value(&pack.vocabulary, id, &v.text)?))) {
            facts.set(Fact { id, value, at: At::NOWHERE, origin: Origin::Decided });
        }
    }
    let context = Context { month, payment_date: case.payment_date.unwrap_or_else(|| month.last_day()) };
    let (plan, mut findings) = pack.plan(&pack.law(context, settings));
    wrong.append(&mut findings);
    let Some(mut p) = plan.filter(|_| wrong.is_empty()) else { return Err(wrong) };
    for (k, v) in &case.given {
        if Exact::parse(&v.text).is_some_and(|x| !give(pack, &mut p, &k.text, x)) {
            wrong.push(pack.not_given(case, k));
        }
    }
    p.reads = Reads::of(&p.steps, p.defaults.len(), p.slots, p.tables.len());
    if wrong.is_empty() { Ok((p, facts)) } else { Err(wrong) }
}

/// Takes a value, or the amount of a line (by its code), as given: published examples often begin in the middle of a payslip.
/// False when nothing of that name is in force.
fn give(pack: &Pack, plan: &mut Plan, name: &str, x: Exact) -> bool {
    let value = pack.values.iter().position(|v| v.id == name);
    let element = pack.elements.iter().position(|e| e.card.code == name);
    for step in &mut plan.steps {
        match step {
            Step::Value(v) if Some(usize::from(v.index)) == value => {
                v.is = Bound::Num(Num::Const(x));
                return true;
            }
            Step::Element(e) if Some(e.element.index()) == element => {
                (e.applies, e.base, e.rate, e.employer_rate, e.employer_amount) = (None, None, None, None, None);
                e.amount = Some(Num::Const(x));
                return true;
            }
            Step::Value(_) | Step::Element(_) => {}
        }
    }
    false
}

/// Runs one case.
pub fn run(pack: &Pack, case: &Case) -> Vec<Finding> {
    let (plan, facts) = match prepare(pack, case) {
        Ok(x) => x,
        Err(f) => return f,
    };
    let mut t = Teller { pack, case, findings: Vec::new() };
    let here = place(&pack.files, case.origin.file, &case.origin.span);
    let mut state = State::new(&plan);
    state.run(&plan, &facts, Pins::None, &[]);
    for stop in state.stops(&plan) {
        let what = stop_name(pack, stop);
        t.wrong("T03", here.clone(), &[("what", what)]);
    }
    // What a stopped computation comes to is no amount to compare.
    if !t.findings.is_empty() {
        return t.findings;
    }
    let by_code: BTreeMap<&str, usize> = pack.elements.iter().enumerate().map(|(i, e)| (e.card.code.as_str(), i)).collect();
    let share = |i: usize, employer: bool| state.results[i].map_or(Money::ZERO, |c| if employer { c.employer_amount } else { c.amount });
    for (list, employer) in [(&case.lines, false), (&case.employer, true)] {
        for pair in list {
            if let Some(i) = by_code.get(pair.0.text.as_str()) {
                t.expect(pair, share(*i, employer));
            }
        }
        if case.complete && !list.is_empty() {
            for (code, i) in &by_code {
                let found = share(*i, employer);
                if !found.is_zero() && !list.iter().any(|p| p.0.text == *code) {
                    t.wrong("T04", here.clone(), &[("what", (*code).to_owned()), ("found", found.to_string())]);
                }
            }
        }
    }
    let totals = state.totals(&plan);
    for pair in &case.totals {
        let found = match pair.0.text.as_str() {
            "gross" => totals.gross,
            "net_social" => totals.net_social,
            "net_taxable" => totals.net_taxable,
            "net_before_tax" => totals.net_before_tax,
            "income_tax" => totals.income_tax,
            "net_paid" => totals.net_paid,
            "employer_cost" => totals.employer_cost,
            _ => continue,
        };
        t.expect(pair, found);
    }
    for (k, v) in &case.values {
        let Some(i) = pack.values.iter().position(|x| x.id == k.text) else { continue };
        let found = state.slot(plan.slots.value(i as u16)).ok();
        if found != Exact::parse(&v.text) || found.is_none() {
            let at = t.at(v);
            let shown = found.map_or_else(|| "–".to_owned(), |x| x.to_string());
            t.wrong("T01", at, &[("what", k.text.clone()), ("wanted", v.text.clone()), ("found", shown)]);
        }
    }
    if let Some(list) = &case.controls {
        let speaking: BTreeSet<&str> = holding(&state, &plan).into_iter().map(|c| pack.controls[c].id.as_str()).collect();
        for id in list.iter().filter(|id| !speaking.contains(id.text.as_str())) {
            let at = t.at(id);
            t.wrong("T07", at, &[("what", id.text.clone())]);
        }
        for id in speaking.into_iter().filter(|id| !list.iter().any(|l| l.text == *id)) {
            t.wrong("T08", here.clone(), &[("what", id.to_owned())]);
        }
    }
    t.findings
}

/// What a stop lacks, by its name in the pack.
pub fn stop_name(pack: &Pack, stop: Stop) -> String {
    match stop {
        Stop::Missing(i) => pack.vocabulary.get(FactId(i)).name.clone(),
        Stop::NoValue(i) => pack.parameters[i as usize].id.clone(),
        Stop::NoBracket(i) => pack.tables[usize::from(i)].id.clone(),
        Stop::Arithmetic => "arithmétique".to_owned(),
    }
}
