//! What computing somebody finds: missing facts, values last month was not paid on, gaps of replay, formulas that hold.

use super::Worked;
use super::rows::{code_card, show_value};
use super::subject::at_of;
use crate::compute::cases::stop_name;
use crate::compute::employee::{Standing, Way};
use crate::compute::replay::{Believed, ReplayLine, Resolved, Stays, Verdict};
use crate::facts::{Fact, FactId, FactKind, Origin, Role, Value, Vocabulary};
use crate::ground::{At, Exact, Finding, Money, Place, Severity};
use crate::normalise::dsn::REMAINDER;
use crate::normalise::text::fold;
use crate::normalise::trust::agree;
use crate::payslip::{ElementId, LineKind, Mode, PaidCode, Status};
use crate::pipeline::Ready;
use crate::pipeline::known_by_net::MUCH;
use crate::rules::pack::Measure;
use chrono::Datelike as _;

/// A person, or the job's policy, keeps the transfer back: the payslip is made and the money stays.
pub(super) fn held(ready: &Ready, w: &Worked) -> Option<Finding> {
    let net = w.output.payslip.as_ref().filter(|_| w.output.way == Way::Hold)?.totals.net_paid;
    let f = Finding::new("D13", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("net", net.french());
    Some(f.stake(net.cents()).at(ready.inputs.sources.place(at_of(&w.person))))
}

pub(super) fn formula_finding(ready: &Ready, control: usize, w: &Worked) -> Finding {
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
    let helped = c.help.iter().map(|h| format!(" {} {}", h.fr, h.en)).collect::<String>();
    let text = format!("{} {}{helped}", c.message.fr, c.message.en);
    for (id, decl) in ready.pack.vocabulary.iter() {
        if !text.contains(&format!("{{{}}}", decl.name)) {
            continue;
        }
        f = match w.output.facts.get(id) {
            Some(fact) => f.at(ready.inputs.sources.place(fact.at)).named(&decl.name, show_value(ready, fact)),
            // A number that nobody has is nought, as formulas take it; of anything else there is nothing to show.
            None => f.named(&decl.name, if matches!(decl.kind, FactKind::Number { .. }) { "0" } else { "–" }.to_owned()),
        };
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
    if w.output.payslip.is_none() {
        for name in ready.catalogue.iter().map(|c| c.id.as_str()).chain(["net"]).filter(|n| text.contains(&format!("{{{n}}}"))) {
            f = f.named(name, "–".to_owned());
        }
    }
    for (name, limit) in &c.threshold {
        f = f.named(name, limit.to_string());
    }
    let place = w.person.staff.or(w.person.arrival).or_else(|| w.person.paid.as_ref().and_then(|s| s.lines.first()).map(|l| l.at));
    place.map_or(f.clone(), |at| f.at(ready.inputs.sources.place(at)))
}

/// What of last month's lines this month may be paid on too.
pub fn believed<'r>(ready: &'r Ready, w: &Worked) -> Believed<'r> {
    let lines = w.person.paid.as_ref().and_then(|s| s.lines.first()).map_or(At::NOWHERE, |l| l.at);
    let inputs = &ready.inputs;
    Believed { vocabulary: &ready.pack.vocabulary, of_last_month: &inputs.of_last_month, order: &inputs.trust, lines }
}

/// Findings that computing itself gives: missing facts, values last month was not paid on, gaps of replay.
pub(super) fn own_findings(ready: &Ready, w: &mut Worked) {
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
    gone(ready, w);
    outlived(ready, w);
    signs(ready, w);
    left_open(ready, w);
    goes_on(ready, w);
    leaps(ready, w);
    let belated = crate::pipeline::belated::findings(ready, w);
    w.findings.extend(belated);
    let due = crate::pipeline::open_nets::findings(ready, w);
    w.findings.extend(due);
    let dated = crate::pipeline::arrears::findings(ready, w);
    w.findings.extend(dated);
    for r in &w.output.replay.resolved {
        let Some(written) = &r.written else {
            w.findings.extend(drawn_time(ready, w, r));
            continue;
        };
        let decl = pack.vocabulary.get(r.fact);
        // Somebody has decided which of the two it is.
        let decided = |f: &Fact| f.id == r.fact && f.origin == Origin::Decided;
        if !decl.recurs || w.output.facts.iter().any(decided) {
            continue;
        }
        if let Some(f) = contradiction(ready, w, r.fact) {
            let f = f.of(&w.id).arg("agent", &w.id).arg("fact", decl.label.get(ready.lang)).arg("name", &decl.name);
            let f = f.arg("first", show_value(ready, written)).arg("second", show_value(ready, &r.used));
            w.findings.push(f.at(sources.place(written.at)).at(sources.place(r.used.at)));
            continue;
        }
        let stays = r.stays(&believed(ready, w)).filter(|_| w.output.facts.value(r.fact) == Some(&r.used.value));
        let f = |code, severity| Finding::new(code, severity);
        let f = match stays {
            Some(Stays::Older) => f("M367", Severity::Justify),
            Some(Stays::Trusted) => f("M368", Severity::Warning),
            // What the document's own lines say otherwise moves nothing.
            Some(Stays::Misprint) if ahead(&pack.vocabulary, written, &r.used) => f("IMP-04", Severity::Justify).told("M403"),
            Some(Stays::Misprint | Stays::Unwritten) => f("IMP-04", Severity::Warning).told("M403"),
            None => f("IMP-04", Severity::Justify).told("C02"),
        };
        let f = f.of(&w.id).arg("agent", &w.id).arg("fact", decl.label.get(ready.lang));
        let f = f.arg("first", show_value(ready, written)).arg("second", show_value(ready, &r.used));
        w.findings.push(f.at(sources.place(written.at)).at(sources.place(r.used.at)));
    }
    w.findings.extend(disputed(ready, w));
    // Lines that do not make the net that was paid: last month is not understood, and nothing built on it may leave.
    if let (Some(slip), Some(before), true) = (&w.person.paid, &w.before, w.output.payslip.is_some())
        && let Some((net, at)) = slip.net_paid.or(w.person.transfer.as_ref().map(|t| (t.amount, t.at)))
        && net != before.net_paid
    {
        // A cent is another program's rounding of its net, and no line.
        let rounded = (net - before.net_paid).abs().cents() <= 1;
        let (code, severity) = if rounded { ("C62", Severity::Warning) } else { ("C05", Severity::Blocking) };
        let f = Finding::new(code, severity).of(&w.id).arg("agent", &w.id).arg("net", net.french());
        // The one line that makes the gap is probably none.
        let mut makes_it = slip.lines.iter().filter(|l| !l.amount.is_zero() && l.amount == before.net_paid - net);
        let f = match (makes_it.next(), makes_it.next()) {
            (Some(l), None) if !rounded => f.told("M180").arg("line", code_card(ready, l.code).code).at(sources.place(l.at)),
            _ => f,
        };
        w.findings.push(f.arg("sum", before.net_paid.french()).at(sources.place(at)).stake((net - before.net_paid).cents()));
    }
    // What the bank paid is what was paid.
    let sent = w.person.transfer.as_ref().filter(|t| !t.amount.is_zero());
    if let (Some(slip), Some(t)) = (w.person.paid.as_ref(), sent)
        && let Some((net, at)) = slip.net_paid.filter(|n| n.0 != t.amount)
    {
        // Of somebody with several posts the transfers that are no post's net are told together.
        let (who, sent, net) =
            t.of_all.map_or_else(|| (w.id.to_string(), t.amount, net), |(sent, due)| (w.id.as_str().to_owned(), sent, due));
        let f = Finding::new("M161", Severity::Justify).of(&w.id).arg("agent", who).arg("net", net.french()).arg("sent", sent.french());
        w.findings.push(f.stake((net - sent).cents()).at(sources.place(t.at)).at(sources.place(at)));
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
    w.findings.extend(repeated(ready, w));
    w.findings.extend(other_scheme(ready, w));
    w.findings.extend(melted(ready, w));
    for l in &w.output.replay.lines {
        if l.verdict == Verdict::Gap && w.output.payslip.is_some() {
            let f = Finding::new("C03", Severity::Justify)
                .of(&w.id)
                .arg("agent", &w.id)
                .arg("code", code_card(ready, l.code).code)
                .arg("paid", l.paid.french())
                .arg("recomputed", l.recomputed.map_or_else(|| "–".to_owned(), Money::french))
                .stake(l.gap().cents())
                .at(sources.place(l.at));
            w.findings.push(f);
        }
    }
}

/// A value that may rise from the next month on (a child born in this one) is ahead even in a document of last month.
fn ahead(vocabulary: &Vocabulary, written: &Fact, used: &Fact) -> bool {
    vocabulary.is_next_month(used.id) && written.value.number().zip(used.value.number()).is_some_and(|(a, b)| a > b)
}

/// Lines of a computed payslip that stand as last month paid them, for a fact that nothing gives: what changes this month does
/// not move them.
fn repeated(ready: &Ready, w: &Worked) -> Option<Finding> {
    let payslip = w.output.payslip.as_ref().filter(|p| p.mode == Mode::Computed && w.output.stops.is_empty())?;
    let of_rules = |l: &&ReplayLine| l.verdict == Verdict::Carried && matches!(l.code, PaidCode::Element(_)) && !l.paid.is_zero();
    let still = |l: &&ReplayLine| payslip.lines.iter().any(|x| PaidCode::Element(x.element) == l.code && x.status == Status::Carried);
    let lines: Vec<&ReplayLine> = w.output.replay.lines.iter().filter(of_rules).filter(still).collect();
    let (first, replay) = (lines.first()?, &w.output.replay);
    let facts: Vec<String> = replay.stops.iter().map(|s| label_of(ready, *s)).collect();
    let severity = if w.output.fact_changes.is_empty() { Severity::Information } else { Severity::Justify };
    let said = |l: &&ReplayLine| format!("{} {}", code_card(ready, l.code).code, l.paid.french());
    let f = Finding::new("F150", severity).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("facts", facts.join(", "));
    let f = f.arg("lines", lines.iter().map(said).collect::<Vec<_>>().join(", "));
    Some(f.stake(lines.iter().map(|l| l.paid.cents()).sum()).at(ready.inputs.sources.place(first.at)))
}

/// Earnings of a declaration that are far from the rules: what lowered or raised them, an absence say, stands in no line of its
/// own there, and to pay it again is somebody's decision.
fn melted(ready: &Ready, w: &Worked) -> Option<Finding> {
    let slip = w.person.paid.as_ref().filter(|s| s.melted)?;
    let net = w.before.as_ref()?.net_paid;
    w.output.payslip.as_ref()?;
    let far = |l: &&ReplayLine| l.verdict == Verdict::Gap && code_card(ready, l.code).kind == LineKind::Earning;
    // What the rules give beyond the named lines stands in the remainder; the rest of it nobody can explain.
    let rest = w.output.replay.lines.iter().find(|l| matches!(l.code, PaidCode::Unknown(_)) && code_card(ready, l.code).code == REMAINDER);
    let named: Money = w.output.replay.lines.iter().filter(far).map(ReplayLine::gap).sum();
    let gap = named + rest.map_or(Money::ZERO, |l| l.paid);
    let open = matches!(super::ways(ready, &w.id).unproven, Way::Recompute) && ready.inputs.decisions.way(&w.id).is_none();
    if !open || gap.abs().cents() * MUCH <= net.abs().cents() {
        return None;
    }
    let shown = w.output.replay.lines.iter().filter(far).chain(rest).map(|l| l.at).find(|at| *at != At::NOWHERE);
    let first = shown.or_else(|| slip.lines.first().map(|l| l.at))?;
    let f = Finding::new("C40", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("gap", gap.french());
    Some(f.stake(gap.cents()).at(ready.inputs.sources.place(first)))
}

/// What two sources say of a fact of last month, and replay has not told apart. Where it finds last month to the cent with what
/// is used, the other has moved no money.
fn disputed(ready: &Ready, w: &Worked) -> Vec<Finding> {
    let (vocabulary, sources) = (&ready.pack.vocabulary, &ready.inputs.sources);
    let replay = &w.output.replay;
    let mut told = std::collections::BTreeSet::new();
    let mut out = Vec::new();
    for s in w.person.seconds.iter().filter(|s| s.agrees == Some(false)) {
        let decl = vocabulary.get(s.fact);
        let settled = replay.resolved.iter().any(|r| r.fact == s.fact && r.written.is_some());
        let decided = w.output.facts.get(s.fact).is_some_and(|f| f.origin == Origin::Decided);
        let elsewhere = matches!(decl.role, Some(Role::Iban | Role::IdentityNumber));
        if settled || decided || elsewhere || !decl.recurs || !told.insert(s.fact) {
            continue;
        }
        let Some(known) = w.person.known.get(s.fact) else { continue };
        let differs = |f: &&Fact| f.id == s.fact && f.at.source != known.at.source && agree(decl, &known.value, &f.value) == Some(false);
        let Some(other) = w.person.alternatives.iter().find(differs) else { continue };
        // Of whoever was not paid nothing is compared.
        if w.person.paid.is_none() {
            continue;
        }
        let any = |wanted: Verdict| replay.lines.iter().any(|l| l.verdict == wanted);
        let proven = any(Verdict::Exact) && !any(Verdict::Gap);
        let f = Finding::new("IMP-04", if proven { Severity::Warning } else { Severity::Justify }).told("M157").of(&w.id);
        let f = f.arg("agent", &w.id).arg("fact", decl.label.get(ready.lang)).arg("name", &decl.name);
        let f = f.arg("first", show_value(ready, known)).arg("second", show_value(ready, other));
        out.push(f.at(sources.place(known.at)).at(sources.place(other.at)));
    }
    out
}

/// Contributions of another scheme than the one that was paid: the facts make another person of the agent.
///
/// One line may be wrong by itself; two that the rules do not make, beside some that they make and nobody paid, are a status.
fn other_scheme(ready: &Ready, w: &Worked) -> Option<Finding> {
    w.output.payslip.as_ref()?;
    let withheld = |l: &&ReplayLine| l.verdict == Verdict::Gap && code_card(ready, l.code).kind == LineKind::Deduction;
    let lines = || w.output.replay.lines.iter().filter(withheld);
    let paid: Vec<_> = lines().filter(|l| !l.paid.is_zero() && l.recomputed.is_none_or(Money::is_zero)).collect();
    let made: Vec<_> = lines().filter(|l| l.paid.is_zero() && l.recomputed.is_some_and(|r| !r.is_zero())).collect();
    let told = paid.len().min(made.len()) >= 1 && paid.len().max(made.len()) >= 2;
    let codes = |list: &[&ReplayLine]| list.iter().map(|l| code_card(ready, l.code).code.to_owned()).collect::<Vec<_>>().join(", ");
    told.then(|| {
        let f = Finding::new("C32", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("name", &w.name);
        let f = f.arg("paid", codes(&paid)).arg("made", codes(&made));
        f.at(ready.inputs.sources.place(at_of(&w.person))).at(ready.inputs.sources.place(paid[0].at))
    })
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
    // The control of changes, not that of sums no month can have.
    let large = ready.pack.controls.iter().find(|c| c.threshold.contains_key("strong_share"))?;
    let limit = |name: &str| large.threshold.get(name).copied();
    let change = (net - on_paid).abs().exact();
    let beyond = limit("strong_amount").is_some_and(|a| change > a)
        || limit("strong_share").and_then(|s| s.mul(on_paid.abs().exact())).is_some_and(|a| change > a);
    let of_time = |m: &Measure| matches!(m, Measure::Named(n) if n == "pay_without_working_time");
    let time = ready.pack.controls.iter().find(|c| of_time(&c.measure));
    let about_time = time.is_some_and(|c| c.names.contains(&ready.pack.vocabulary.get(fact).name));
    // What a step or a grade comes with does not leap by more than a tenth.
    let used = w.output.replay.resolved.iter().find(|r| r.fact == fact);
    let of_steps = ready.pack.vocabulary.signs().iter().any(|s| s.1 == fact);
    let leaps = of_steps && used.is_some_and(|r| r.written.as_ref().is_some_and(|written| is_far(written, &r.used)));
    (net != on_paid && (beyond || about_time || leaps)).then(|| {
        let f = Finding::new("IMP-04", Severity::Blocking).told("C09");
        f.arg("net", net.french()).arg("other", on_paid.french()).stake((net - on_paid).cents())
    })
}

/// A working time that only a paid line says, where days of a month that was begun would make the same line.
fn drawn_time(ready: &Ready, w: &Worked, r: &Resolved) -> Option<Finding> {
    let of_time = |m: &Measure| matches!(m, Measure::Named(n) if n == "pay_without_working_time");
    let decl = ready.pack.vocabulary.get(r.fact);
    let about_time = ready.pack.controls.iter().any(|c| of_time(&c.measure) && c.names.contains(&decl.name));
    let share = r.used.value.number().filter(|n| about_time && *n < Exact::ONE)?;
    // What was paid of a whole month's pay, where the line shows it: 80 % is paid more.
    let line = w.person.paid.as_ref()?.lines.iter().find(|l| l.code == PaidCode::Element(r.element))?;
    let (base, paid) = line.base.filter(|b| *b > line.amount.exact()).map_or((Exact::ONE, share), |b| (b, line.amount.exact()));
    let days = paid.mul(Exact::int(30))?.div(base)?;
    let near = days.scaled_half_up(1).map(Exact::int)?;
    let whole = days.sub(near)?.abs() <= Exact::ratio(1, 1_000)?;
    let f = Finding::new("M369", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("name", &w.name);
    let f = f.arg("fact", decl.label.get(ready.lang)).arg("value", show_value(ready, &r.used));
    whole.then(|| f.at(ready.inputs.sources.place(r.used.at)))
}

/// What last month still owes, or was paid too much.
pub(super) fn owed(ready: &Ready, w: &mut Worked) {
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

/// An end before what last month paid is told, and ends nothing.
fn outlived(ready: &Ready, w: &mut Worked) {
    let Some(end) = super::standing::outlived(ready, &w.person).filter(|_| w.standing == Standing::Stays) else { return };
    let day = end.value.date().map_or_else(String::new, |d| d.format("%d/%m/%Y").to_string());
    let f = Finding::new("F100", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("date", day);
    w.findings.push(f.arg("month", ready.job.last_month).at(ready.inputs.sources.place(end.at)));
}

/// A list that gives a new step and no index: nothing would move, and pay should.
fn signs(ready: &Ready, w: &mut Worked) {
    let vocabulary = &ready.pack.vocabulary;
    for (sign, value) in vocabulary.signs() {
        let Some(new) = w.person.changes.iter().find(|f| f.id == *sign) else { continue };
        let (Some(now), Some(then)) = (w.output.facts.get(*value), w.output.replay.facts.value(*value)) else { continue };
        let listed = w.person.alternatives.iter().find(|f| f.id == *sign);
        // A grade stands in many lists only to tell who is meant, shortened as it comes.
        let known = w.person.known.get(*sign).filter(|_| vocabulary.get(*sign).role.is_none());
        let old = listed.or(known);
        if old.is_none() && vocabulary.get(*sign).role.is_some() {
            continue;
        }
        let said = |f: &Fact| fold(&show_value(ready, f));
        if now.value != *then || now.origin == Origin::Decided || old.is_some_and(|o| said(o) == said(new)) {
            continue;
        }
        let of = |id: FactId| vocabulary.get(id);
        let f = Finding::new("F98", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("fact", of(*sign).label.get(ready.lang));
        let f = f.arg("new", show_value(ready, new)).arg("old", old.map_or_else(|| "?".to_owned(), |o| show_value(ready, o)));
        let f = f.arg("other", of(*value).label.get(ready.lang)).arg("value", show_value(ready, now)).arg("name", &of(*value).name);
        w.findings.push(f.at(ready.inputs.sources.place(new.at)));
    }
}

/// A list that moves the working time, and does not say if what stood beside it goes on: part time on medical grounds, the hours
/// of a post that is not full. A flag of the same row says which, and the ordinary value leaves nothing open.
fn left_open(ready: &Ready, w: &mut Worked) {
    let vocabulary = &ready.pack.vocabulary;
    let row = |f: &Fact| (f.at.source, f.at.row);
    for (about, value) in vocabulary.left_open() {
        let Some(new) = w.person.changes.iter().find(|f| f.id == *value && f.origin == Origin::Read) else { continue };
        let (Some(held), Some(then)) = (w.output.replay.facts.get(*about), w.output.replay.facts.get(*value)) else { continue };
        let decided = w.output.facts.get(*about).is_some_and(|f| f.origin == Origin::Decided);
        let said = |f: &&Fact| f.id == *about || row(f) == row(new) && f.value == Value::Flag(true);
        let ordinary = ready.pack.defaults[value.index()].as_deref().and_then(Exact::parse);
        if decided || w.person.changes.iter().any(|f| said(&f)) || held.value == Value::Flag(false) || new.value == then.value {
            continue;
        }
        let (code, open) = match held.value {
            Value::Flag(_) => ("F130", new.value.number() != ordinary),
            Value::Number(_) | Value::Text(_) | Value::Choice(_) | Value::Date(_) => ("F131", true),
        };
        if !open {
            continue;
        }
        let of = |id: FactId| vocabulary.get(id);
        let f = Finding::new(code, Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("fact", of(*value).label.get(ready.lang));
        let f = f.arg("old", show_value(ready, then)).arg("new", show_value(ready, new)).arg("held", show_value(ready, held));
        let f = f.arg("other", of(*about).label.get(ready.lang)).arg("name", &of(*about).name).arg("about", &of(*value).name);
        w.findings.push(f.at(ready.inputs.sources.place(new.at)).at(ready.inputs.sources.place(held.at)));
    }
}

/// A leave that filled last month to its last day, and of which no list of this month speaks: paid as if it had ended.
fn goes_on(ready: &Ready, w: &mut Worked) {
    let days = |facts: &crate::facts::Facts, id: FactId| facts.value(id).and_then(Value::number).unwrap_or(Exact::ZERO);
    let leaves = || ready.pack.events.iter().map(|e| e.0).filter(|id| !ready.pack.vocabulary.get(*id).recurs);
    let listed = leaves().any(|id| days(&w.output.facts, id).is_positive());
    if listed || w.output.payslip.is_none() || w.standing != Standing::Stays {
        return;
    }
    let whole = Exact::int(i64::from(ready.job.last_month.last_day().day().min(30)));
    let filled = leaves().filter_map(|id| w.output.replay.facts.get(id)).find(|f| f.value.number().is_some_and(|n| n >= whole));
    let Some(f) = filled else { return };
    let decl = ready.pack.vocabulary.get(f.id);
    let label = decl.printed.as_ref().unwrap_or(&decl.label).get(ready.lang);
    let found = Finding::new("F134", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("fact", label);
    let found = found.arg("days", show_value(ready, f)).arg("month", ready.job.last_month);
    w.findings.push(found.at(ready.inputs.sources.place(f.at)));
}

/// Whether one of two numbers is more than a tenth above the other.
fn is_far(a: &Fact, b: &Fact) -> bool {
    let above = |a: &Fact, b: &Fact| {
        let (a, b) = (a.value.number()?, b.value.number()?);
        Some(a.mul(Exact::int(10))? > b.mul(Exact::int(11))?)
    };
    above(a, b) == Some(true) || above(b, a) == Some(true)
}

/// A step or a grade hardly moves an index by more than a tenth: a gross index, or two figures exchanged.
fn leaps(ready: &Ready, w: &mut Worked) {
    let vocabulary = &ready.pack.vocabulary;
    let values: std::collections::BTreeSet<FactId> = vocabulary.signs().iter().map(|s| s.1).collect();
    for value in values {
        let Some(listed) = w.person.changes.iter().find(|f| f.id == value) else { continue };
        let then = w.output.replay.facts.get(value).filter(|_| w.person.paid.is_some());
        let (Some(now), Some(then)) = (w.output.facts.get(value), then) else { continue };
        if now.origin == Origin::Decided || !is_far(now, then) {
            continue;
        }
        let f = Finding::new("F99", Severity::Blocking).of(&w.id).arg("agent", &w.id).arg("name", &vocabulary.get(value).name);
        let f = f.arg("fact", vocabulary.get(value).label.get(ready.lang)).arg("old", show_value(ready, then));
        w.findings.push(f.arg("new", show_value(ready, now)).at(ready.inputs.sources.place(listed.at)));
    }
}

/// Somebody whom last month paid and who, by the word of a staff file alone, has left since.
fn gone(ready: &Ready, w: &mut Worked) {
    let exit = w.person.fact(&ready.pack.vocabulary, Role::Exit).filter(|f| f.origin != Origin::Decided);
    // A day that a list gives is told with that list.
    let listed = exit.is_some_and(|e| w.person.changes.iter().any(|f| f.id == e.id)) || w.output.owed.is_some();
    let (Standing::Left, Some(slip), Some(exit), false) = (w.standing, &w.person.paid, exit, listed) else { return };
    let day = exit.value.date().map_or_else(String::new, |d| d.format("%d/%m/%Y").to_string());
    let f = Finding::new("F97", Severity::Justify).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("date", day);
    let f = f.at(ready.inputs.sources.place(exit.at));
    let f = match slip.net_paid {
        Some((net, at)) => f.arg("net", net.french()).stake(net.cents()).at(ready.inputs.sources.place(at)),
        None => f.arg("net", "?"),
    };
    w.findings.push(f);
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
        let paid = |e: ElementId| w.person.paid.iter().flat_map(|s| &s.lines).any(|x| x.code == PaidCode::Element(e));
        let twice = |e: &ElementId| !ready.catalogue[e.index()].recurs || (payslip.lines.iter().any(|x| x.element == *e) && !paid(*e));
        let recurs = ready.catalogue[ready.pack.elements.len() + usize::from(u)].recurs;
        let card = code_card(ready, l.code);
        let said = ready.inputs.said.get(usize::from(u)) == Some(&true);
        let once = crate::normalise::titles::perhaps_once(card.label).filter(|_| recurs && !said);
        let f = match (ready.inputs.proposals[usize::from(u)].first(), once) {
            (_, Some(word)) => Finding::new("C45", Severity::Blocking).arg("text", word),
            (Some(e), _) if twice(e) => Finding::new("C46", Severity::Blocking).arg("element", &ready.catalogue[e.index()].code),
            // Nothing says what was paid: a sum for information would be paid on top of it.
            _ if w.person.paid.as_ref().is_none_or(|s| s.net_paid.is_none()) && w.person.transfer.is_none() => {
                Finding::new("C47", Severity::Blocking)
            }
            _ => Finding::new("C06", Severity::Justify),
        };
        // What its source calls paid once does not come again, unless an element of this month may be the same.
        if f.severity == Severity::Justify && !recurs {
            // What is kept back over several months ends here as well, and only a person knows of it.
            if card.kind == LineKind::Net && l.amount.is_negative() {
                let f = Finding::new("R114", Severity::Warning).of(&w.id).arg("agent", &w.id).arg("name", &w.name).arg("label", card.label);
                told.push(f.arg("amount", l.amount.french()).stake(l.amount.cents()).at(ready.inputs.sources.place(l.at)));
            }
            continue;
        }
        let f = f.of(&w.id).arg("agent", &w.id).arg("code", card.code).arg("label", card.label);
        told.push(f.arg("amount", l.amount.french()).stake(l.amount.cents()).at(ready.inputs.sources.place(l.at)));
    }
    w.findings.append(&mut told);
}
