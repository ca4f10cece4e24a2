//! Every employee: standing, computation, controls. Employees are independent; results come back in order.

use super::accounts::{self, Accounts};
use super::tables::Rows;
use super::{Options, Outcome, Ready, evidence, named_controls, not_run};
use crate::check::agent::{self, CallBack, Situation, Subject};
use crate::check::run::{self as run_check, Run, Sums, Twin};
use crate::check::{Control, Frame, NotRun};
use crate::compute::cases::stop_name;
use crate::compute::employee::{Input, Machine, Output, Score, Standing, Way, Ways};
use crate::compute::eval::State;
use crate::compute::replay::Verdict;
use crate::compute::reveal;
use crate::compute::walk::Share;
use crate::facts::{Fact, Facts, Origin, Role};
use crate::ground::{At, EmployeeId, Finding, Iban, Money, Place, Severity};
use crate::job::{self, NotInStaff};
use crate::normalise::join::{People, Person};
use crate::normalise::text::name_key;
use crate::payslip::{Advance, ElementId, LineKind, PaidCode, Totals};
use crate::rules::pack::Measure;
use crate::write::register;
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

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
    pub person: Person,
    pub output: Output,
    pub before: Option<Totals>,
    pub pay_iban: Option<Iban>,
    pub findings: Vec<Finding>,
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
        let pieces: Vec<Vec<(EmployeeId, Person)>> = (0..BATCH / PIECE).map(next).take_while(|p: &Vec<_>| !p.is_empty()).collect();
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
    people: Vec<(EmployeeId, Person)>,
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

/// Where the employee stands, and whether a contract's end is why.
pub fn standing(ready: &Ready, p: &Person) -> (Standing, Situation) {
    let vocabulary = &ready.pack.vocabulary;
    let date = |role: Role| p.fact(vocabulary, role).and_then(|f| f.value.date());
    let (first, last_end) = (ready.job.month.first_day(), ready.job.last_month.last_day());
    let gone = date(Role::Exit).is_some_and(|d| d < first);
    let renewed = p.arrival.is_some() || date(Role::Exit).is_some_and(|d| d >= first);
    let over = date(Role::ContractEnd).is_some_and(|d| d <= last_end) && !renewed;
    let known = p.staff.is_some() || p.arrival.is_some();
    if gone {
        (Standing::Left, Situation::Left)
    } else if over {
        (Standing::Left, Situation::ContractOver)
    } else if p.paid.is_some() && known {
        (Standing::Stays, Situation::Stays)
    } else if p.paid.is_some() {
        (Standing::Unknown, Situation::Unknown)
    } else if p.arrival.is_some() || date(Role::Entry).is_some_and(|d| ready.job.month.contains(d)) {
        (Standing::Arrives, Situation::Arrives)
    } else {
        (Standing::NotPaid, Situation::NotPaid)
    }
}

/// What the computation takes of somebody.
pub fn input<'i>(ready: &Ready, id: &'i EmployeeId, standing: Standing, person: &'i Person) -> Input<'i> {
    Input {
        id,
        standing,
        known: &person.known,
        alternatives: &person.alternatives,
        changes: &person.changes,
        paid: person.paid.as_ref().map_or(&[], |s| &s.lines),
        slip: person.paid.as_ref(),
        then: &person.then,
        dated: &person.dated,
        bygone: &person.bygone,
        paid_on: &person.paid_on,
        begun: &person.begun,
        ways: ways(ready, id),
    }
}

fn one(
    ready: &Ready,
    machine: &Machine<'_>,
    (controls, frame): (&[Control], &Frame<'_>),
    state: &mut State,
    id: EmployeeId,
    person: Person,
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
    w.findings.extend(held(ready, &w));
    let effects = super::effects::findings(ready, &w);
    w.findings.extend(effects);
    let entering = super::entering::findings(ready, &w);
    w.findings.extend(entering);
    let subject_findings = {
        let s = subject(ready, frame, &w, situation, &accounts);
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
        found
    };
    w.findings.extend(subject_findings);
    w
}

/// How the employee is paid: as somebody decided, or as the job's policies say.
pub fn ways(ready: &Ready, id: &EmployeeId) -> Ways {
    let share = ready.job.policies.advance_share;
    let policy = |w: job::Way| match w {
        job::Way::Recompute => Way::Recompute,
        job::Way::Carry => Way::Carry,
        job::Way::Advance => Way::Advance(Some(share)),
        job::Way::Hold => Way::Hold,
    };
    match ready.inputs.decisions.way(id) {
        Some(Way::Advance(s)) => Ways::decided(Way::Advance(s.or(Some(share)))),
        Some(way) => Ways::decided(way),
        None => Ways { proven: policy(ready.job.policies.mode), unproven: policy(ready.job.policies.unproven) },
    }
}

/// A person, or the job's policy, keeps the transfer back: the payslip is made and the money stays.
fn held(ready: &Ready, w: &Worked) -> Option<Finding> {
    let net = w.output.payslip.as_ref().filter(|_| w.output.way == Way::Hold)?.totals.net_paid;
    let f = Finding::new("D13", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("net", net.french());
    Some(f.stake(net.cents()).at(ready.inputs.sources.place(at_of(&w.person))))
}

fn formula_finding(ready: &Ready, control: usize, w: &Worked) -> Finding {
    let c = &ready.pack.controls[control];
    let mut f = Finding::new(&c.id, c.severity).of(&w.id).arg("agent", &w.id).arg("name", &w.name).advice(c.help.clone());
    if !c.message.fr.is_empty() {
        f = f.text(c.message.clone());
    }
    // The cells that hold what the control looked at come first.
    for i in ready.uses.facts(control) {
        if let Some(fact) = w.output.facts.get(crate::facts::FactId(*i)).filter(|f| f.value.number().is_some_and(|n| !n.is_zero())) {
            f = f.at(ready.inputs.sources.place(fact.at));
        }
    }
    let text = format!("{} {}", c.message.fr, c.message.en);
    for (id, decl) in ready.pack.vocabulary.iter() {
        if text.contains(&format!("{{{}}}", decl.name))
            && let Some(fact) = w.output.facts.get(id)
        {
            f = f.at(ready.inputs.sources.place(fact.at)).named(&decl.name, show_value(ready, fact));
        }
    }
    if let Some(p) = &w.output.payslip {
        f = f.named("net", p.totals.net_paid.french()).stake(p.totals.net_paid.cents());
        for l in &p.lines {
            let card = &ready.catalogue[l.element.index()];
            if text.contains(&format!("{{{}}}", card.id)) {
                f = f.named(&card.id, l.amount.abs().french());
            }
        }
        // A line that the payslip does not have is nought.
        for card in ready.catalogue.iter().filter(|c| text.contains(&format!("{{{}}}", c.id))) {
            if !p.lines.iter().any(|l| ready.catalogue[l.element.index()].id == card.id) {
                f = f.named(&card.id, Money::ZERO.french());
            }
        }
    }
    for (name, limit) in &c.threshold {
        f = f.named(name, limit.to_string());
    }
    let place = w.person.staff.or(w.person.arrival).or_else(|| w.person.paid.as_ref().and_then(|s| s.lines.first()).map(|l| l.at));
    place.map_or(f.clone(), |at| f.at(ready.inputs.sources.place(at)))
}

/// Where somebody stands: in the staff file, among the arrivals, or else in the register.
fn at_of(p: &Person) -> At {
    p.staff.or(p.arrival).or_else(|| p.paid.as_ref().and_then(|s| s.lines.first()).map(|l| l.at)).unwrap_or(At::NOWHERE)
}

fn subject<'s>(ready: &'s Ready, frame: &'s Frame<'s>, w: &'s Worked, situation: Situation, accounts: &'s Accounts) -> Subject<'s> {
    let vocabulary = &ready.pack.vocabulary;
    let facts: &Facts = if w.output.facts.is_empty() { &w.person.known } else { &w.output.facts };
    let at = at_of(&w.person);
    let position = w.person.text(vocabulary, Role::Position).map(crate::normalise::text::fold);
    // Whoever leaves within the month is owed the days before.
    let owed = w.person.fact(vocabulary, Role::Exit).and_then(|f| f.value.date()).is_some_and(|d| d >= ready.job.month.first_day());
    let explained = ready.inputs.decisions.excluded(&w.id).is_some()
        || w.person.departure.is_some() && !owed
        || position.is_some_and(|p| !p.is_empty() && !p.starts_with("activ") && !p.starts_with("en activ"));
    Subject {
        id: &w.id,
        frame,
        name: &w.name,
        situation,
        explained,
        facts,
        vocabulary,
        payslip: w.output.payslip.as_ref(),
        before: w.before,
        last_iban: accounts.reference.as_ref(),
        last_iban_place: accounts.place.clone(),
        holder: w.person.transfer.as_ref().map(|t| t.name.as_str()),
        staff_iban: accounts.written.clone(),
        requests: &[],
        called: ready.inputs.decisions.call_back(&w.id).map(|c| CallBack { iban: c.0 }),
        pay_iban: w.pay_iban.as_ref(),
        place: ready.inputs.sources.place(at),
        month: ready.job.month,
        incident: ready.job.incident_date,
        event: !w.output.fact_changes.is_empty() || event(ready, w),
        incomplete: !w.output.stops.is_empty(),
        neutral_rate: super::slips::flag(ready, w, "tax_neutral").unwrap_or(false),
        moved: evidence::moved(ready, w),
        shifts: evidence::shifts(ready, w),
        brought: &w.person.changes,
        carried: super::record::carried(ready, w),
        estimates: super::estimates::ages(ready, &w.id),
    }
}

/// Whether law, days present or arrears moved the gross: whoever came in the middle of last month is whole this month.
fn event(ready: &Ready, w: &Worked) -> bool {
    let arrears = w.person.paid.as_ref().is_some_and(|s| !s.arrears.is_empty());
    let known = |c: &crate::compute::walk::Change| ready.road.plans.get(usize::from(c.cause)).is_some_and(|p| p.1);
    arrears || w.output.changes.iter().any(|c| known(c) && code_card(ready, c.code).2 == LineKind::Earning)
}

/// Findings that computing itself gives: missing facts, values last month was not paid on, gaps of replay.
fn own_findings(ready: &Ready, w: &mut Worked) {
    let pack = &ready.pack;
    let sources = &ready.inputs.sources;
    for stop in &w.output.stops {
        let label = stop_name(pack, *stop);
        let at = w.person.staff.or(w.person.arrival).unwrap_or(At::NOWHERE);
        w.findings.push(Finding::new("C01", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("fact", label).at(sources.place(at)));
    }
    if !w.output.carried_for.is_empty() {
        let names: Vec<String> = w.output.carried_for.iter().map(|s| label_of(ready, *s)).collect();
        let net = w.output.payslip.as_ref().map_or(Money::ZERO, |p| p.totals.net_paid);
        let f = Finding::new("C08", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("facts", names.join(", "));
        w.findings.push(f.arg("net", net.french()).stake(net.cents()).at(sources.place(at_of(&w.person))));
    }
    owed(ready, w);
    let belated = super::belated::findings(ready, w);
    w.findings.extend(belated);
    let dated = super::arrears::findings(ready, w);
    w.findings.extend(dated);
    for r in &w.output.replay.resolved {
        let Some(written) = &r.written else { continue };
        let decl = pack.vocabulary.get(r.fact);
        // Somebody has decided which of the two it is.
        let decided = |f: &Fact| f.id == r.fact && f.origin == Origin::Decided;
        if !decl.recurs || w.output.facts.iter().any(decided) {
            continue;
        }
        if let Some(f) = contradiction(ready, w, r.fact) {
            let f = f.of(&w.id).arg("agent", &w.id).arg("fact", decl.label.get(ready.lang));
            let f = f.arg("first", show_value(ready, written)).arg("second", show_value(ready, &r.used));
            w.findings.push(f.at(sources.place(written.at)).at(sources.place(r.used.at)));
            continue;
        }
        let f = Finding::new("IMP-04", Severity::Justify)
            .of(&w.id)
            .arg("agent", &w.id)
            .arg("fact", decl.label.get(ready.lang))
            .arg("first", show_value(ready, written))
            .arg("second", show_value(ready, &r.used))
            .at(sources.place(written.at))
            .at(sources.place(r.used.at));
        w.findings.push(f.text(crate::ground::Words::new(
            crate::ground::words::sentence("C02", crate::ground::Lang::Fr),
            crate::ground::words::sentence("C02", crate::ground::Lang::En),
        )));
    }
    // Lines that do not make the net that was paid: last month is not understood, and nothing built on it may leave.
    if let (Some(slip), Some(before), true) = (&w.person.paid, &w.before, w.output.payslip.is_some())
        && let Some((net, at)) = slip.net_paid
        && net != before.net_paid
    {
        let f = Finding::new("C05", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("net", net.french());
        w.findings.push(f.arg("sum", before.net_paid.french()).at(sources.place(at)).stake((net - before.net_paid).cents()));
    }
    if let (Some((shown, found)), true) = (w.output.replay.taxable, w.output.payslip.is_some())
        && !close(shown, found)
    {
        let at = w.person.paid.as_ref().and_then(|s| s.net_taxable).map_or(At::NOWHERE, |t| t.1);
        let f = Finding::new("C30", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("name", &w.name);
        let f = f.arg("shown", shown.french()).arg("found", found.french());
        w.findings.push(f.at(sources.place(at)).stake((shown - found).cents()));
    }
    carried_rubrics(ready, w);
    for l in &w.output.replay.lines {
        if l.verdict == Verdict::Gap && w.output.payslip.is_some() {
            let card = code_card(ready, l.code);
            let f = Finding::new("C03", Severity::Justify)
                .of(&w.id)
                .arg("agent", &w.id)
                .arg("code", &card.0)
                .arg("paid", l.paid.french())
                .arg("recomputed", l.recomputed.map_or_else(|| "–".to_owned(), Money::french))
                .stake(l.gap().cents())
                .at(sources.place(l.at));
            w.findings.push(f);
        }
    }
}

/// The same to the cent, or one of rounding.
fn close(a: Money, b: Money) -> bool {
    (a - b).abs().cents() <= 1
}

/// What the computation stopped at, in words.
pub fn label_of(ready: &Ready, stop: crate::compute::eval::Stop) -> String {
    use crate::compute::eval::Stop;
    match stop {
        Stop::Missing(i) => ready.pack.vocabulary.get(crate::facts::FactId(i)).label.get(ready.lang).to_owned(),
        Stop::NoValue(i) => ready.pack.parameters[i as usize].label.get(ready.lang).to_owned(),
        Stop::NoBracket(_) | Stop::Arithmetic => stop_name(&ready.pack, stop),
    }
}

/// A value of the file that last month contradicts and no list announces: where it moves the net beyond what a control
/// calls a large change, or is about working time, the employee is set aside and both nets are told.
fn contradiction(ready: &Ready, w: &Worked, fact: crate::facts::FactId) -> Option<Finding> {
    let on_paid = w.output.nets.iter().find(|n| n.0 == fact)?.1;
    let net = w.output.payslip.as_ref()?.totals.net_paid;
    let large = ready.pack.controls.iter().find(|c| c.threshold.contains_key("strong_amount"))?;
    let limit = |name: &str| large.threshold.get(name).copied();
    let change = (net - on_paid).abs().exact();
    let beyond = limit("strong_amount").is_some_and(|a| change > a)
        || limit("strong_share").and_then(|s| s.mul(on_paid.abs().exact())).is_some_and(|a| change > a);
    let of_time = |m: &Measure| matches!(m, Measure::Named(n) if n == "pay_without_working_time");
    let time = ready.pack.controls.iter().find(|c| of_time(&c.measure));
    let about_time = time.is_some_and(|c| c.names.contains(&ready.pack.vocabulary.get(fact).name));
    (net != on_paid && (beyond || about_time)).then(|| {
        let f = Finding::new("IMP-04", Severity::Blocking).told("C09");
        f.arg("net", net.french()).arg("other", on_paid.french()).stake((net - on_paid).cents())
    })
}

/// What last month still owes, or was paid too much.
fn owed(ready: &Ready, w: &mut Worked) {
    let Some(o) = w.output.owed else { return };
    let vocabulary = &ready.pack.vocabulary;
    let days = o.days.map_or_else(|| "?".to_owned(), |d| d.to_string());
    let dated = |role: Role| {
        let f = w.person.fact(vocabulary, role);
        let day = f.and_then(|f| f.value.date()).map_or_else(|| "?".to_owned(), |d| d.format("%d/%m/%Y").to_string());
        (day, f.map_or(Place::Nowhere, |f| ready.inputs.sources.place(f.at)))
    };
    let f = match w.standing {
        Standing::Arrives => {
            let (day, place) = dated(Role::Entry);
            Finding::new("F33", Severity::Justify).arg("date", day).arg("gross", o.gross.french()).stake(o.gross.cents()).at(place)
        }
        Standing::Left => {
            let (day, place) = dated(Role::Exit);
            let f = Finding::new("POP-04", Severity::Blocking).told("F34").arg("date", day).at(place);
            f.arg("gross", (-o.gross).french()).stake(o.gross.cents())
        }
        Standing::Stays | Standing::Unknown | Standing::NotPaid => {
            let f = Finding::new("C07", Severity::Information).arg("net", o.net.french()).arg("cost", o.cost.french());
            f.stake(o.net.cents())
        }
    };
    let f = f.of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("month", ready.job.last_month).arg("days", days);
    w.findings.push(f.at(ready.inputs.sources.place(at_of(&w.person))));
}

/// Lines of last month that no element stands for, carried as they are. One that resembles a line of one month only, or a line
/// that this month has besides, may be paid twice: nobody is paid on it before somebody has said what it is.
fn carried_rubrics(ready: &Ready, w: &mut Worked) {
    let Some(payslip) = &w.output.payslip else { return };
    // Of a net without lines it is told what is left of it.
    if w.person.paid.as_ref().is_some_and(|s| s.bare) {
        return;
    }
    let mut told = Vec::new();
    for l in w.person.paid.iter().flat_map(|s| &s.lines).filter(|l| !l.amount.is_zero()) {
        let PaidCode::Unknown(u) = l.code else { continue };
        // What its source calls paid once does not come again.
        if !ready.catalogue[ready.pack.elements.len() + usize::from(u)].recurs {
            continue;
        }
        let paid = |e: ElementId| w.person.paid.iter().flat_map(|s| &s.lines).any(|x| x.code == PaidCode::Element(e));
        let twice = |e: &ElementId| !ready.catalogue[e.index()].recurs || (payslip.lines.iter().any(|x| x.element == *e) && !paid(*e));
        let severity = match ready.inputs.proposals[usize::from(u)].first() {
            Some(e) if twice(e) => Severity::Blocking,
            _ => Severity::Justify,
        };
        let (code, label, _, _) = code_card(ready, l.code);
        let f = Finding::new("C06", severity).of(&w.id).arg("agent", &w.id).arg("code", code).arg("label", label);
        told.push(f.arg("amount", l.amount.french()).stake(l.amount.cents()).at(ready.inputs.sources.place(l.at)));
    }
    w.findings.append(&mut told);
}

/// Code and label of a line, the pack's or a local one.
pub fn code_card(ready: &Ready, code: PaidCode) -> (String, String, LineKind, bool) {
    let index = match code {
        PaidCode::Element(e) => e.index(),
        PaidCode::Unknown(u) => ready.pack.elements.len() + usize::from(u),
    };
    ready.catalogue.get(index).map_or_else(
        || ("?".to_owned(), String::new(), LineKind::Net, false),
        |c| (c.code.clone(), c.label.get(ready.lang).to_owned(), c.kind, c.kind == LineKind::Employer),
    )
}

/// Totals of last month: the register's own where it shows them, else the sums of its lines.
fn paid_totals(ready: &Ready, s: &crate::payslip::PaidSlip) -> Totals {
    let mut t = Totals::default();
    for l in s.all() {
        let (_, _, kind, _) = code_card(ready, l.code);
        t.employer_cost += l.employer_amount;
        match kind {
            LineKind::Earning => t.gross += l.amount,
            LineKind::Tax => t.income_tax -= l.amount,
            LineKind::Deduction | LineKind::Net | LineKind::Employer => {}
        }
        if kind != LineKind::Employer {
            t.net_paid += l.amount;
        }
        if matches!(kind, LineKind::Earning | LineKind::Deduction) {
            t.net_before_tax += l.amount;
        }
    }
    t.employer_cost += t.gross;
    t.net_social = t.net_before_tax;
    if let Some((m, _)) = s.net_taxable {
        t.net_taxable = m;
    }
    t
}

fn write_rows(ready: &Ready, w: &Worked, piece: &mut Piece) {
    if let Some(p) = &w.output.payslip {
        register::payslip_row(&mut piece.rows.payslips, p);
        register::line_rows(&mut piece.rows.lines, p, &ready.catalogue, ready.lang);
    }
    super::estimates::rows(&mut piece.rows.estimates, ready, w);
    super::record::rows(ready, w, &mut piece.rows);
    for l in &w.output.replay.lines {
        register::replay_row(&mut piece.rows.replay, w.id.as_str(), 1, &code_card(ready, l.code).0, l);
    }
    for c in &w.output.changes {
        let (code, label, _, employer) = code_card(ready, c.code);
        let cause = ready.pack.causes.get(usize::from(c.cause)).map_or("", |x| x.0.as_str());
        register::diff_row(&mut piece.rows.diff, w.id.as_str(), 1, &code, &label, !employer, c, cause, &detail(ready, w, c.cause));
    }
}

/// What stands behind a cause for this employee: the facts that changed, or the law that did.
pub fn detail(ready: &Ready, w: &Worked, cause: u16) -> String {
    let mut parts: Vec<String> = Vec::new();
    for fc in w.output.fact_changes.iter().filter(|f| f.cause == cause) {
        let decl = ready.pack.vocabulary.get(fc.fact);
        let side = |f: &Option<Fact>| f.as_ref().map_or_else(|| "–".to_owned(), |f| show_value(ready, f));
        let by = fc.after.as_ref().filter(|f| f.origin == Origin::Decided);
        let by = by.and_then(|f| ready.inputs.decisions.list.iter().find(|d| d.at == f.at));
        let by = by.map_or_else(String::new, |d| format!(" ({}, {} : {})", d.author, d.date.format("%d/%m/%Y"), d.reason));
        parts.push(format!("{} : {} → {}{by}", decl.label.get(ready.lang), side(&fc.before), side(&fc.after)));
    }
    // Only the law that a line of this employee, changed under the cause, is made with.
    let touched: BTreeSet<usize> = w.output.changes.iter().filter(|c| c.cause == cause).filter_map(|c| element(c.code)).collect();
    let at = usize::from(cause);
    let parameters = ready.road.law_changes.get(at).into_iter().flatten();
    for p in parameters.filter(|p| touched.iter().any(|e| ready.uses.parameter(*e, **p))).take(3) {
        let (a, b) = (ready.road.last().parameters[*p], ready.road.this().parameters[*p]);
        let parameter = &ready.pack.parameters[*p];
        let text = |x: Option<crate::ground::Exact>| x.map_or_else(|| "–".to_owned(), |x| parameter.shown(x, ready.lang));
        parts.push(format!("{} : {} → {}", parameter.label.get(ready.lang), text(a), text(b)));
    }
    let tables = ready.road.table_changes.get(at).into_iter().flatten();
    for t in tables.filter(|t| touched.iter().any(|e| ready.uses.table(*e, **t))) {
        parts.push(ready.pack.tables[*t].source.clone());
    }
    parts.join(" ; ")
}

const fn element(code: PaidCode) -> Option<usize> {
    match code {
        PaidCode::Element(e) => Some(e.index()),
        PaidCode::Unknown(_) => None,
    }
}

/// A fact's value for people: options by their labels.
pub fn show_value(ready: &Ready, f: &Fact) -> String {
    ready.pack.vocabulary.get(f.id).shown(&f.value, ready.lang)
}

fn collect(ready: &Ready, frame: &Frame<'_>, piece: Piece, keep: bool, r: &mut Results) {
    for id in piece.unknown_measures {
        r.not_run.insert(not_run(&id, "ui.no_measure"));
    }
    for w in piece.worked {
        let after = w.output.payslip.as_ref().map(|p| p.totals);
        tally(ready, &w, after, r);
        evidence::enter(ready, frame, &w, &mut r.run);
        let blocked = w.findings.iter().find(|f| f.severity == Severity::Blocking).map(|f| f.code.clone());
        r.briefs.push(Brief {
            id: w.id.clone(),
            name: w.name.clone(),
            before: w.before,
            after,
            pay_iban: w.pay_iban.clone(),
            at: at_of(&w.person),
            blocked,
        });
        if keep {
            r.findings.extend(w.findings.iter().cloned());
            r.worked.push(w);
        } else {
            r.findings.extend(w.findings);
        }
    }
}

fn add(s: &mut Sums, t: &Totals) {
    s.count += 1;
    s.gross += t.gross;
    s.net += t.net_paid;
    s.cost += t.employer_cost;
}

fn tally(ready: &Ready, w: &Worked, after: Option<Totals>, r: &mut Results) {
    for l in &w.output.replay.lines {
        r.score.add(l.verdict);
    }
    r.settled_estimates.extend(super::estimates::settles(ready, w).into_iter().map(|(month, code)| (w.id.clone(), month, code)));
    let arrears = w.output.arrears.before(ready.job.month);
    let employer: Money = w.output.corrections.iter().map(|c| c.employer_amount).sum();
    if !(arrears.is_zero() && w.output.corrections.is_empty()) && after.is_some() {
        r.settled.0 += 1;
        r.settled.1 += arrears;
        r.settled.2 += employer;
    }
    if let (Some(o), Standing::Stays) = (w.output.owed, w.standing) {
        r.owed.0 += 1;
        r.owed.1 += o.net;
        r.owed.2 += o.cost;
    }
    let lacking =
        |s: &crate::compute::eval::Stop| matches!(s, crate::compute::eval::Stop::NoValue(_) | crate::compute::eval::Stop::NoBracket(_));
    let lacks: Vec<String> = w.output.replay.stops.iter().filter(|s| lacking(s)).map(|s| label_of(ready, *s)).collect();
    if !lacks.is_empty() {
        r.lawless.0.extend(lacks);
        r.lawless.1 += 1;
    }
    if !w.output.replay.lines.is_empty() {
        r.exact_agents.1 += 1;
        r.exact_agents.0 += u64::from(w.output.replay.all_exact());
    } else if w.before.is_some() {
        r.unreplayed.push(w.id.clone());
    }
    let mut explained = Money::ZERO;
    let leftover = ready.pack.cause_for(crate::rules::pack::CauseRole::Estimate).map(|i| i as u16);
    let mut unexplained = Money::ZERO;
    // An advance was an estimate as a whole: pay that begins again needs no other cause.
    let after_advance = w.person.paid.as_ref().is_some_and(|s| s.advance != Advance::None);
    for c in w.output.changes.iter().filter(|c| c.share == Share::Employee) {
        explained += c.change();
        *r.causes.entry(c.cause).or_insert(Money::ZERO) += c.change();
        // What a policy estimates is explained by it.
        if Some(c.cause) == leftover && matches!(w.output.way, Way::Recompute | Way::Hold) && !after_advance {
            unexplained += c.change();
        }
    }
    if let Some(b) = &w.before {
        add(&mut r.run.before, b);
    }
    if let Some(a) = &after {
        add(&mut r.run.after, a);
    }
    let difference = after.map_or(Money::ZERO, |t| t.net_paid) - w.before.map_or(Money::ZERO, |t| t.net_paid);
    let missing = difference - explained + unexplained;
    if !missing.is_zero() && w.output.stops.is_empty() {
        r.run.unexplained.push((w.id.clone(), missing));
    }
    match (w.before.is_some(), after.is_some()) {
        (false, true) => r.run.arrivals += 1,
        (true, false) => r.run.departures += 1,
        _ => {}
    }
    if let Some(slip) = &w.person.paid {
        let sum = w.before.map_or(Money::ZERO, |t| t.net_paid);
        if let Some((net, at)) = slip.net_paid {
            *r.run.register_net.get_or_insert(Money::ZERO) += net;
            if net != sum {
                r.run.unbalanced.push((w.id.clone(), net, sum, ready.inputs.sources.place(at)));
            }
        } else {
            *r.run.register_net.get_or_insert(Money::ZERO) += sum;
        }
        if w.person.transfer.is_none() && sum > Money::ZERO {
            r.run.without_transfer.push((w.id.clone(), sum));
        }
    }
    for l in &w.output.replay.lines {
        if let PaidCode::Unknown(u) = l.code {
            let (code, label, _, _) = code_card(ready, PaidCode::Unknown(u));
            match r.run.unknown_codes.iter_mut().find(|x| x.0 == code) {
                Some(x) => {
                    x.2 += 1;
                    x.3 += l.paid;
                }
                None => r.run.unknown_codes.push((code, label, 1, l.paid)),
            }
        }
    }
    if let (Some(iban), true) = (&w.pay_iban, after.is_some()) {
        r.run.accounts.entry(iban.clone()).or_default().push(w.id.clone());
    }
}

/// What says so, when it is not an identity number.
const SAME_ACCOUNT: &str = "nom et compte";

/// The same person under two numbers: same identity number, or same name and birth date.
fn twins(ready: &Ready, people: &People) -> Vec<Twin> {
    let vocabulary = &ready.pack.vocabulary;
    let mut by_number: BTreeMap<String, EmployeeId> = BTreeMap::new();
    let mut by_birth: BTreeMap<(String, chrono::NaiveDate), EmployeeId> = BTreeMap::new();
    let mut out: BTreeMap<(EmployeeId, EmployeeId), String> = BTreeMap::new();
    // Those paid last month first, so that a newcomer is the one named.
    let mut order: Vec<(&EmployeeId, &Person)> = people.iter().collect();
    order.sort_by_key(|(id, p)| (p.paid.is_none(), (*id).clone()));
    for (id, p) in order {
        if let Some(n) = p.text(vocabulary, Role::IdentityNumber) {
            let key: String = n.chars().filter(char::is_ascii_alphanumeric).take(13).collect();
            if key.len() == 13 {
                match by_number.get(&key) {
                    Some(other) => {
                        out.insert((id.clone(), other.clone()), "NIR".to_owned());
                    }
                    None => {
                        by_number.insert(key, id.clone());
                    }
                }
            }
        }
        if let Some(born) = p.fact(vocabulary, Role::BirthDate).and_then(|f| f.value.date()) {
            let key = (name_key(&p.name(vocabulary), ""), born);
            match by_birth.get(&key) {
                Some(other) => {
                    out.entry((id.clone(), other.clone())).or_insert_with(|| "nom et date de naissance".to_owned());
                }
                None => {
                    by_birth.insert(key, id.clone());
                }
            }
        }
    }
    let paid = |id: &EmployeeId| people.get(id).is_some_and(|p| p.paid.is_some());
    // Somebody new under the name and the account of somebody last paid.
    let mut by_account: BTreeMap<(String, Iban), Vec<&EmployeeId>> = BTreeMap::new();
    for (id, p) in people {
        let name = name_key(&p.name(vocabulary), "");
        let last = p.transfer.as_ref().and_then(|t| t.iban.clone());
        let written = p.text(vocabulary, Role::Iban).and_then(|t| Iban::parse(t).ok());
        for account in [last, written].into_iter().flatten().collect::<BTreeSet<_>>() {
            by_account.entry((name.clone(), account)).or_default().push(id);
        }
    }
    for ((name, _), ids) in &by_account {
        let (old, new): (Vec<&EmployeeId>, Vec<&EmployeeId>) = ids.iter().copied().partition(|id| paid(id));
        if let ([old], [new], false) = (old.as_slice(), new.as_slice(), name.is_empty()) {
            out.entry(((*new).clone(), (*old).clone())).or_insert_with(|| SAME_ACCOUNT.to_owned());
        }
    }
    let place = |id: &EmployeeId| people.get(id).map_or(Place::Nowhere, |p| ready.inputs.sources.place(at_of(p)));
    out.into_iter()
        .map(|((newer, other), why)| {
            let renumbered = (why == "NIR" || why == SAME_ACCOUNT) && paid(&other) && !paid(&newer);
            Twin { places: [place(&newer), place(&other)], newer, other, why, renumbered }
        })
        .collect()
}

/// Controls over the run, after every employee.
pub fn run_controls(ready: &Ready, results: &mut Results, out: &mut Outcome) {
    if results.score.gap > 0 {
        out.findings.push(Finding::new("C04", Severity::Warning).arg("lines", results.score.gap));
    }
    law_of_last_month(ready, results, out);
    results.run.debtor_missing = ready.job.debtor.iban.is_none();
    if !crate::ground::target_days::is_open(ready.job.pay_date) {
        results.run.closed_day = Some(ready.job.pay_date.format("%d/%m/%Y").to_string());
    }
    let (files, all): (Vec<Control>, Vec<Control>) =
        named_controls(&ready.pack, ready.job.month.first_day()).into_iter().partition(|c| OF_FILES.contains(&c.measure.as_str()));
    let (late, early): (Vec<Control>, Vec<Control>) =
        all.into_iter().partition(|c| matches!(c.measure.as_str(), "transfer_total" | "excluded_listed"));
    results.of_files = files;
    measure_all(ready, &early, results, out);
    // Of the month as a whole somebody is asked later.
    for c in early.iter().filter(|c| c.measure == "same_person_approves") {
        results.not_run.insert(not_run(&c.id, "ui.need_approval"));
    }
    super::decisions::judge(ready, results, out);
    out.findings.extend(paid_twice(results));
    // A control of the run may set single employees aside: before the transfers are counted.
    for f in out.findings.iter().filter(|f| f.severity == Severity::Blocking) {
        if let Some(id) = &f.employee
            && let Ok(i) = results.briefs.binary_search_by(|b| b.id.cmp(id))
        {
            results.briefs[i].blocked.get_or_insert_with(|| f.code.clone());
        }
    }
    results.run.excluded = results.briefs.iter().filter_map(|b| Some((b.id.clone(), b.blocked.clone()?, b.after?.net_paid))).collect();
    let transfers = to_transfer(results);
    let sum: Money = transfers.iter().map(|t| t.2).sum();
    let going: BTreeSet<&EmployeeId> = transfers.iter().map(|t| &t.0).collect();
    results.run.due = results.briefs.iter().filter(|b| b.blocked.is_none() && b.after.is_some()).map(|b| b.id.clone()).collect();
    results.run.unlisted = results
        .briefs
        .iter()
        .filter(|b| b.blocked.is_none() && !going.contains(&b.id))
        .filter_map(|b| Some((b.id.clone(), b.after?.net_paid)))
        .filter(|(_, net)| *net > Money::ZERO)
        .collect();
    let due = results.briefs.iter().filter(|b| b.blocked.is_none()).filter_map(|b| b.after).filter(|t| t.net_paid > Money::ZERO);
    let (all_sum, all_count) = due.fold((Money::ZERO, 0), |(s, n), t| (s + t.net_paid, n + 1));
    results.run.transfer_total = (!results.run.debtor_missing).then_some((sum, transfers.len() as u64, all_sum, all_count));
    measure_all(ready, &late, results, out);
}

/// The name and the account of somebody paid under another number: where both would be paid, the new number waits.
fn paid_twice(results: &Results) -> Vec<Finding> {
    let going = |id: &EmployeeId| {
        let brief = results.briefs.binary_search_by(|b| b.id.cmp(id)).ok().map(|i| &results.briefs[i]);
        brief.filter(|b| b.blocked.is_none()).and_then(|b| b.after)
    };
    let both = |t: &&Twin| t.renumbered && t.why == SAME_ACCOUNT && going(&t.other).is_some();
    let one = |t: &Twin| {
        let net = going(&t.newer)?.net_paid;
        let f = Finding::new("POP-06", Severity::Blocking).told("M152").of(&t.newer).arg("agent", &t.newer).arg("other", &t.other);
        Some(t.places.iter().fold(f.arg("why", &t.why).stake(net.cents()), |f, p| f.at(p.clone())))
    };
    results.run.twins.iter().filter(both).filter_map(one).collect()
}

/// The values of law that last month was paid without, and what moved for everybody.
fn late_values(ready: &Ready) -> String {
    let parameter = |i: usize| &ready.pack.parameters[i];
    let label = |i: usize| parameter(i).label.get(ready.lang);
    let shown = |i: usize, x| parameter(i).shown(x, ready.lang);
    let day = |d: chrono::NaiveDate| d.format("%d/%m/%Y").to_string();
    let values = ready
        .road
        .late
        .iter()
        .map(|l| format!("{} : {} → {} ({})", label(l.parameter), shown(l.parameter, l.used), shown(l.parameter, l.due), day(l.since)));
    let begun = ready.road.raises.iter().filter(|r| r.since <= ready.job.last_month.first_day());
    let raises = begun.map(|r| format!("{} : + {} ({})", label(r.parameter), shown(r.parameter, r.by), day(r.since)));
    values.chain(raises).collect::<Vec<_>>().join(" ; ")
}

/// What there is to say once of the law last month was paid on: older than it should have been, or not in the pack.
fn law_of_last_month(ready: &Ready, results: &Results, out: &mut Outcome) {
    let what = late_values(ready);
    let about = |code: &'static str| Finding::new(code, Severity::Justify).arg("what", &what).arg("month", ready.job.last_month);
    let (count, net, cost) = results.owed;
    if !ready.road.late.is_empty() && (count > 0 || !ready.road.settles) {
        let f = about("C12").arg("count", count);
        out.findings.push(f.arg("net", net.french()).arg("cost", cost.french()).stake(cost.cents()));
    }
    if !what.is_empty() && ready.road.settles {
        let (count, gross, cost) = results.settled;
        let f = about("C20").arg("count", count);
        out.findings.push(f.arg("gross", gross.french()).arg("cost", cost.french()).stake(gross.cents()));
    }
    let (names, count) = &results.lawless;
    if !names.is_empty() {
        let what = names.iter().cloned().collect::<Vec<_>>().join(", ");
        out.findings.push(Finding::new("C11", Severity::Justify).arg("month", ready.job.last_month).arg("what", what).arg("count", count));
    }
}

/// Measures that need the files of this run on the disk.
const OF_FILES: [&str; 6] =
    ["payslip_written", "expected_mention", "forbidden_mention", "provisional_mark", "transfer_file_valid", "reference_unique"];

/// Controls over what has been written, once it has been read again.
pub fn file_controls(ready: &Ready, results: &mut Results, out: &mut Outcome) {
    let controls = std::mem::take(&mut results.of_files);
    measure_all(ready, &controls, results, out);
}

fn measure_all(ready: &Ready, controls: &[Control], results: &mut Results, out: &mut Outcome) {
    for c in controls {
        match run_check::measure(c, &results.run) {
            Ok(Some(mut found)) => {
                results.not_run.remove(&not_run(&c.id, "ui.no_measure"));
                for f in found.iter_mut().filter(|f| f.places.is_empty()) {
                    let brief = f.employee.as_ref().and_then(|id| results.briefs.binary_search_by(|b| b.id.cmp(id)).ok());
                    f.places.extend(brief.map(|i| ready.inputs.sources.place(results.briefs[i].at)).filter(|p| *p != Place::Nowhere));
                }
                out.findings.append(&mut found);
            }
            Ok(None) => {}
            Err(key) => {
                results.not_run.remove(&not_run(&c.id, "ui.no_measure"));
                results.not_run.insert(not_run(&c.id, &format!("ui.{key}")));
            }
        }
    }
}

/// Who is transferred what, in order: employees with a payslip, an account, and nothing that blocks them.
pub fn to_transfer(results: &Results) -> Vec<(EmployeeId, String, Money, Iban)> {
    results
        .briefs
        .iter()
        .filter(|b| b.blocked.is_none())
        .filter_map(|b| {
            let net = b.after?.net_paid;
            let iban = b.pay_iban.clone()?;
            (net > Money::ZERO).then(|| (b.id.clone(), b.name.clone(), net, iban))
        })
        .collect()
}
