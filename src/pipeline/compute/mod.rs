//! Every employee: standing, computation, controls. Employees are independent; results come back in order.

mod findings;
mod rows;
mod standing;
mod subject;
mod tally;
mod twins;
mod whole;

use super::accounts::{self, Accounts};
use super::tables::Rows;
use super::{Options, Ready, evidence, named_controls};
use crate::check::agent::{self, Situation, Subject};
use crate::check::run::Run;
use crate::check::{Control, Frame, NotRun};
use crate::compute::employee::{Machine, Output, Score, Standing};
use crate::compute::eval::State;
use crate::compute::replay::ReplayLine;
use crate::compute::reveal;
use crate::ground::{At, EmployeeId, Finding, Iban, Money, Severity};
use crate::job::NotInStaff;
use crate::normalise::join::{People, Person};
use crate::payslip::{PaidCode, Totals};
use anyhow::Result;
pub use findings::believed;
use findings::formula_finding;
use findings::held;
pub use findings::label_of;
use findings::own_findings;
use rayon::prelude::*;
use rows::write_rows;
pub use rows::{code_card, detail, show_value};
pub use standing::{input, standing, ways};
use std::collections::{BTreeMap, BTreeSet};
use subject::subject;
use tally::collect;
use tally::paid_totals;
use twins::twins;
pub use whole::{file_controls, run_controls, to_transfer};

/// Above this many employees, payslips and changes are written and let go; reports then show totals and the largest only.
pub const DETAIL: usize = 20_000;

/// Employees computed in one go, and employees whose results are in memory together when they are not kept.
const PIECE: usize = 128;
const BATCH: usize = 2_048;

/// One employee after computation.
pub struct Worked {
    pub id: EmployeeId,
    pub name: String,
    pub standing: Standing,
    pub person: Box<Person>,
    pub output: Output,
    pub before: Option<Totals>,
    pub pay_iban: Option<Iban>,
    pub findings: Vec<Finding>,
}

impl Worked {
    /// Lines of last month that were read and replayed: of whoever is known by the net alone, only what the rules leave of it.
    fn replayed(&self) -> impl Iterator<Item = &ReplayLine> {
        let bare = self.person.paid.as_ref().is_some_and(|s| s.bare);
        self.output.replay.lines.iter().filter(move |l| !bare || matches!(l.code, PaidCode::Unknown(_)))
    }
}

/// What stays of every employee, however many there are.
#[derive(Clone, Debug)]
pub struct Brief {
    pub id: EmployeeId,
    pub name: String,
    pub before: Option<Totals>,
    pub after: Option<Totals>,
    pub pay_iban: Option<Iban>,
    /// Where the employee stands in the files.
    pub at: At,
    /// Code of the first blocking finding.
    pub blocked: Option<String>,
}

/// Everything computed.
#[derive(Default)]
pub struct Results {
    pub briefs: Vec<Brief>,
    /// Full results, when there are few enough to keep.
    pub worked: Vec<Worked>,
    pub findings: Vec<Finding>,
    pub score: Score,
    pub exact_agents: (u64, u64),
    /// Paid last month, and nothing is known of them to compute it with.
    pub unreplayed: Vec<EmployeeId>,
    /// Sum of the changes of net pay per cause.
    pub causes: BTreeMap<u16, Money>,
    pub run: Run,
    pub not_run: BTreeSet<NotRun>,
    /// Controls that wait for the files.
    pub of_files: Vec<Control>,
    /// Decisions that waive a finding: their place in the list.
    pub waivers: Vec<usize>,
    /// What last month owes for having been paid on the law of before: employees, net, cost of the employer.
    pub owed: (u64, Money, Money),
    /// Those whom this month pays what last month owed them: how many, gross, employer contributions.
    pub settled: (u64, Money, Money),
    /// Estimates of earlier months that this one settles: employee, month, code.
    pub settled_estimates: BTreeSet<(EmployeeId, String, String)>,
    /// Values of law that the pack lacks for last month, and lines carried for want of them.
    pub lawless: (BTreeSet<String>, u64),
}

/// What one piece of the population gives.
#[derive(Default)]
struct Piece {
    worked: Vec<Worked>,
    rows: Rows,
    unknown_measures: BTreeSet<String>,
}

/// Computes every employee, in pieces of a fixed size so that the number of threads changes nothing. Rows of results go to
/// whoever writes them at once.
///
/// # Errors
/// When they cannot be written.
pub fn people(ready: &Ready, people: People, options: &Options, write: &mut (dyn FnMut(&Rows) -> Result<()> + Send)) -> Result<Results> {
    let controls = named_controls(&ready.pack, ready.job.month.first_day());
    let twins = twins(ready, &people);
    let owners = accounts::owners(ready, &people);
    let mut results = Results::default();
    let frame = evidence::frame(ready, &controls);
    results.run.twins = twins;
    evidence::sources(ready, &mut results.run);
    results.run.transferred = ready.inputs.transferred.clone();
    let total = people.len();
    let keep = total <= DETAIL;
    let mut people = people.into_iter();
    let mut done = 0;
    let mut computed: Vec<Piece> = Vec::new();
    loop {
        // A few pieces at a time: results of one batch are written while the next is computed.
        let next = |_| people.by_ref().take(PIECE).collect();
        let pieces: Vec<Vec<(EmployeeId, Box<Person>)>> = (0..BATCH / PIECE).map(next).take_while(|p: &Vec<_>| !p.is_empty()).collect();
        if pieces.is_empty() && computed.is_empty() {
            break;
        }
        let batch = std::mem::take(&mut computed);
        let enter = || {
            for piece in batch {
                done += piece.worked.len();
                write(&piece.rows)?;
                collect(ready, &frame, piece, keep, &mut results);
            }
            anyhow::Ok(())
        };
        let compute = || {
            let state = || State::new(ready.road.this());
            pieces.into_par_iter().map_init(state, |state, piece| work(ready, &controls, &frame, &owners, state, piece)).collect()
        };
        let (entered, next) = rayon::join(enter, compute);
        entered?;
        computed = next;
        (options.progress)("compute", done as u64, total as u64);
    }
    Ok(results)
}

fn work(
    ready: &Ready,
    controls: &[Control],
    frame: &Frame<'_>,
    owners: &accounts::Owners,
    state: &mut State,
    people: Vec<(EmployeeId, Box<Person>)>,
) -> Piece {
    let machine = ready.machine();
    let mut piece = Piece::default();
    for (id, mut person) in people {
        if let Some(slip) = person.paid.as_mut().filter(|s| s.employer_hidden) {
            slip.lines = reveal::employer_shares(&machine, state, &person.known, &person.alternatives, slip);
        }
        let mut w = one(ready, &machine, (controls, frame), state, id, person, &mut piece.unknown_measures);
        w.findings.extend(accounts::another(ready, &w, owners));
        write_rows(ready, &w, &mut piece);
        piece.worked.push(w);
    }
    piece
}

fn one(
    ready: &Ready,
    machine: &Machine<'_>,
    (controls, frame): (&[Control], &Frame<'_>),
    state: &mut State,
    id: EmployeeId,
    person: Box<Person>,
    unknown: &mut BTreeSet<String>,
) -> Worked {
    let (standing, mut situation) = standing(ready, &person);
    if situation == Situation::Unknown && ready.inputs.decisions.is_present(&id) {
        situation = Situation::Stays;
    }
    let alone = standing == Standing::Unknown && situation == Situation::Unknown;
    let excluded = ready.inputs.decisions.excluded(&id).is_some();
    let leave_out = excluded || alone && ready.job.policies.not_in_staff == NotInStaff::Exclude;
    let output = machine.run(state, &input(ready, &id, if leave_out { Standing::Left } else { standing }, &person));
    let before = person.paid.as_ref().map(|s| paid_totals(ready, s));
    let name = person.name(&ready.pack.vocabulary);
    let accounts = Accounts::of(ready, &id, &person);
    let pay_iban = accounts.pays.clone();
    let mut w = Worked { id, name, standing, person, output, before, pay_iban, findings: Vec::new() };
    own_findings(ready, &mut w);
    w.findings.extend(accounts::invalid(ready, &w, &accounts));
    w.findings.extend(accounts::unlike(ready, &w, &accounts));
    w.findings.extend(accounts::unreadable(ready, &w, &accounts));
    w.findings.extend(accounts::unlike_recorded(ready, &w, &accounts));
    w.findings.extend(accounts::unreachable(ready, &w));
    w.findings.extend(held(ready, &w));
    let effects = super::effects::findings(ready, &w);
    w.findings.extend(effects);
    let entering = super::entering::findings(ready, &w);
    w.findings.extend(entering);
    let subject_findings = {
        let s = subject(ready, frame, &w, situation, &accounts);
        let unaccounted = s.payslip.is_none() && !s.explained && situation != Situation::Left;
        let requests = accounts::requests(ready, &w.person);
        let s = Subject { requests: &requests, ..s };
        let mut found = Vec::new();
        for c in controls {
            match agent::measure(c, &s) {
                Some(list) => found.extend(list),
                None => {
                    unknown.insert(c.id.clone());
                }
            }
        }
        for i in &w.output.controls {
            found.push(formula_finding(ready, *i, &w));
        }
        // Nobody is left out without a word, whatever the controls of the pack look at.
        let told = |f: &Finding| f.severity <= Severity::Justify;
        if unaccounted && !w.findings.iter().chain(&found).any(told) {
            let f = Finding::new("F95", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("name", &w.name);
            found.push(f.at(ready.inputs.sources.place(subject::at_of(&w.person))));
        }
        found
    };
    w.findings.extend(subject_findings);
    w
}
