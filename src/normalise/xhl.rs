//! Pay statements → last month's payslips and facts, beside what the registers say.
//!
//! Comes in: what [`crate::read::xhl`] read. Goes out: paid lines under elements or local codes, facts of the agents, the
//! accounts they were paid on. The sides of the lines are told by their categories; elements are found as for registers.
//! Where a register holds the same agent's month, its lines stay and the nets are compared; nothing is chosen silently.

mod doubled;
mod earlier;
mod employers;
mod events;
mod facts;
mod lines;
mod posts;
mod twice;
mod who;

use crate::ground::place::{Source, SourceKind};
use crate::ground::{At, EmployeeId, Finding, Money, Severity, Sources};
use crate::normalise::gather::{Gathered, pair_shares};
use crate::normalise::join::TransferRow;
use crate::normalise::people::{Who, may_be_same};
use crate::normalise::trust::{Teller, Trust};
use crate::normalise::{Context, SourceEntry};
use crate::payslip::{ElementId, LineKind, PaidCode, PaidSlip};
use crate::read::xhl::{Effect, Slip, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// A statement as registered among the sources.
pub struct Registered {
    pub source: u16,
    pub statement: Statement,
}

/// Registers a statement, so that its values have places.
pub fn register(statement: Statement, sources: &mut Sources) -> Registered {
    let source = sources.add(Source { file: statement.file.clone(), sheet: None, kind: SourceKind::Document, headings: Vec::new() });
    Registered { source, statement }
}

/// Whom a statement pays, under each of their names: lists join to them as to a register's agents.
pub fn people(statement: &Statement) -> Vec<Who> {
    let of = |slip: &Slip| {
        let a = &slip.agent;
        let nir = crate::normalise::register::nir_key(&a.nir.text);
        let surnames = [&a.surname, &a.other_name].into_iter().filter(|s| !s.text.is_empty());
        let who = |s: &crate::read::xhl::Text| Who {
            id: a.number.text.to_string(),
            nir: nir.clone(),
            surname: s.text.to_string(),
            given: a.given.text.to_string(),
            ..Who::default()
        };
        surnames.map(who).collect::<Vec<_>>()
    };
    statement.slips.iter().filter(|s| EmployeeId::parse(&s.agent.number.text).is_some()).flat_map(of).collect()
}

/// Adds the statements of the month last paid to what was gathered. Hands back the accounts they paid on, one row per
/// payslip, for when no transfer file says it. `siret` is the employer's, when the job knows it.
///
/// `transfers` are last month's transfers, which say which of two payslips was paid, and `declared` whom the employer declared.
pub fn add(
    (statements, transfers, declared): (&[Registered], &[TransferRow], &[Who]),
    gathered: &mut Gathered,
    siret: Option<&str>,
    trust: &Trust,
    given: &[SourceEntry],
    sources: &Sources,
    cx: &Context<'_>,
) -> (Vec<TransferRow>, Vec<Finding>) {
    let mut findings = Vec::new();
    let used: Vec<&Registered> = statements.iter().filter(|r| is_used(r, siret, sources, cx, &mut findings)).collect();
    let mut slips = without_repeats(&used, sources, &mut findings);
    let dated = earlier::dated(&slips, cx.last);
    dated.iter().for_each(|(i, slip)| slips[*i].1 = slip);
    let of_earlier = |slip: &Slip| dated.values().any(|d| std::ptr::eq(d, slip));
    let codes = lines::Codes::resolve(&slips, gathered, given, sources, cx, &mut findings);
    let numbers = who::numbers(&slips, gathered, sources, cx, &mut findings);
    let employers = employers::Employers::new(&used, siret, declared, gathered, cx);
    gathered.employer.clone_from(&employers.main);
    let of = |slip: &Slip, source: u16| employers.of(slip, &used, source);
    let of_main: BTreeSet<EmployeeId> =
        slips.iter().zip(&numbers).filter(|((source, slip), _)| of(slip, *source) == employers.main).map(|(_, id)| id.clone()).collect();
    let mut by_agent: BTreeMap<EmployeeId, Vec<(u16, &Slip)>> = BTreeMap::new();
    for ((source, slip), mut id) in slips.iter().zip(numbers) {
        let siret = of(slip, *source);
        let another = employers.gives_to_another(&id, slip, &siret);
        if another || siret != employers.main {
            if (another || of_main.contains(&id))
                && let Some(apart) = EmployeeId::parse(&format!("{id}E{}", siret.get(9..).unwrap_or(&siret)))
            {
                let f = Finding::new("M41", Severity::Justify).arg("agent", &id).arg("siret", &siret).arg("other", &apart);
                findings.push(f.of(&apart).at(sources.place(At::row(*source, slip.line))));
                id = apart;
            }
            if another || siret.get(..9) != employers.main.get(..9) {
                gathered.elsewhere.insert(id.clone(), siret);
            }
        }
        by_agent.entry(id).or_default().push((*source, slip));
    }
    // Without any staff file the statement is the list of who works here.
    let stands_in = gathered.staff.is_empty();
    if stands_in {
        gathered.stand_in.0.extend(by_agent.keys().cloned());
        gathered.stand_in.1.extend(used.iter().map(|r| At::source(r.source)));
    }
    // A statement without a single employer's share does not show them; it does not say that there were none.
    let shows = |l: &crate::read::xhl::PayLine| l.effect() == Effect::Employer && !l.amount.is_zero();
    let showing: BTreeSet<u16> = slips.iter().filter(|(_, s)| s.lines.iter().any(shows)).map(|s| s.0).collect();
    let known_posts = super::posts::Known::recorded(gathered);
    let sent = twice::Sent::new(transfers);
    let (mut accounts, mut agreeing) = (Vec::new(), 0_u64);
    let mut payslips: Vec<(EmployeeId, Vec<(u16, &Slip)>)> = Vec::new();
    for (id, mut own) in by_agent {
        // The month's own payslip says what holds.
        own.sort_by_key(|(_, slip)| of_earlier(slip));
        let own = same_person(&id, own, sources, &mut findings);
        let before: Vec<_> = own.iter().copied().filter(|(_, slip)| of_earlier(slip)).collect();
        earlier::told(&id, &before, cx.last, sources, &mut findings);
        facts::contradictions(&id, &own, gathered, sources, cx, &mut findings);
        let once = |own| twice::once(&id, own, cx.last, &sent, sources, &mut findings);
        let apart: Vec<_> = posts::apart(own, cx.last).into_iter().map(once).collect();
        let recorded = gathered.paid.contains_key(&id.at_post(2));
        if recorded || posts::count_as_several(&id, &apart, gathered) {
            if !recorded {
                // The statement is the register's sum in more detail.
                agreeing += u64::from(gathered.paid.remove(&id).is_some_and(|p| p.official.is_none() && !p.estimated));
            }
            let resembles = |(source, slip): &(u16, &Slip), p: &EmployeeId| {
                let said = facts::record(*source, slip, p, sources, cx, &mut Vec::new());
                known_posts.resemblance(&said.facts, p, cx.vocabulary)
            };
            payslips.extend(posts::placed(&id, apart, gathered, resembles, sources, &mut findings));
        } else {
            let own: Vec<_> = apart.into_iter().flatten().collect();
            added_up(&id, &own, before.len(), sources, &mut findings);
            payslips.push((id, own));
        }
    }
    let rows = gathered.staff.iter().enumerate().filter(|_| !stands_in);
    let staff: BTreeMap<EmployeeId, usize> = rows.filter_map(|(i, r)| Some((r.employee.clone()?, i))).collect();
    let each: Vec<(EmployeeId, u16, &Slip)> =
        payslips.iter().flat_map(|(id, own)| own.iter().map(|(s, slip)| (id.clone(), *s, *slip))).collect();
    events::told(&each, &used, sources, cx, &mut findings);
    doubled::told(&each, sources, &mut findings);
    let seen: BTreeSet<EmployeeId> = payslips.iter().map(|p| p.0.clone()).collect();
    for (id, own) in payslips {
        let mut paid = PaidSlip::default();
        let mut said = stands_in;
        for (source, slip) in &own {
            take(*source, slip, &codes, &mut paid, &mut findings, &id, sources);
            let mut record = facts::record(*source, slip, &id, sources, cx, &mut findings);
            facts::status_by_line(&mut record, staff.get(&id).and_then(|i| gathered.staff.get(*i)), &paid, sources, cx, &mut findings);
            // A second payslip of the same post is no second source: it adds what the first leaves open.
            if std::mem::take(&mut said) {
                gathered.staff.push(record)
            } else {
                gathered.register_facts.push(record)
            }
            if let Some(net) = slip.net_to_pay {
                accounts.push(TransferRow {
                    end_to_end: id.as_str().to_owned(),
                    instruction: String::new(),
                    name: holder(slip),
                    iban: slip.agent.account.as_ref().and_then(|a| a.iban.clone().ok()),
                    amount: net.value,
                    at: At::row(*source, slip.agent.account.as_ref().map_or(net.line, |a| a.line)),
                });
            }
            gathered
                .register_names
                .entry(id.clone())
                .or_insert_with(|| (slip.agent.surname.text.to_string(), slip.agent.given.text.to_string()));
        }
        paid.bare = own.len() == 1 && own.iter().all(|(_, s)| s.lines.is_empty() && s.net_to_pay.is_some());
        paid.employer_hidden = !own.iter().any(|(source, _)| showing.contains(source));
        pair_shares(&mut paid, cx);
        match gathered.paid.get_mut(&id) {
            // Paid on an estimate: the statement says what should have been paid.
            Some(record) if record.estimated && record.official.is_none() => record.official = Some(Box::new(paid)),
            Some(register) => {
                let mut other = paid;
                // Where the job says nothing, the one whose net the bank paid is the final one.
                let sent = sent.to(&id, &own);
                let was_sent = |s: &PaidSlip| net_of(s).is_some_and(|n| sent.contains(&n.0));
                let final_one = || !other.bare && was_sent(&other) && !was_sent(register);
                if trust.lines_of(Teller::Statement, Teller::Register) || trust.order.is_empty() && final_one() {
                    other.seconds = std::mem::take(&mut register.seconds);
                    other.official = register.official.take();
                    std::mem::swap(register, &mut other);
                }
                let agrees = compare(&id, register, &other, sources, cx, &mut findings);
                agreeing += u64::from(agrees);
                if register.recorded && !agrees {
                    register.true_net = other.net_paid;
                }
                if let Some((_, at)) = other.net_paid.or_else(|| other.lines.first().map(|l| (l.amount, l.at))) {
                    register.seconds.push((at, agrees));
                }
            }
            None => {
                gathered.paid.insert(id, paid);
            }
        }
    }
    findings.extend(unknown_to(&seen, transfers, gathered, sources, cx));
    if agreeing > 0 {
        let f = Finding::new("R53", Severity::Information).arg("count", agreeing);
        findings.push(used.iter().fold(f, |f, r| f.at(sources.place(At::source(r.source)))));
    }
    (one_per_agent(accounts), findings)
}

/// Whom a run of ours paid and the employer's own statement of the month, which has most of the others, has not.
fn unknown_to(
    seen: &BTreeSet<EmployeeId>,
    transfers: &[TransferRow],
    gathered: &Gathered,
    sources: &Sources,
    cx: &Context<'_>,
) -> Vec<Finding> {
    let went = |id: &EmployeeId| transfers.iter().any(|t| t.end_to_end.contains(id.as_str()));
    let net = |(id, s): (&EmployeeId, &PaidSlip)| s.net_paid.filter(|n| s.recorded && n.0 > Money::ZERO && went(id));
    let paid: Vec<_> = gathered.paid.iter().filter_map(|(id, s)| Some((id, net((id, s))?))).collect();
    let missing: Vec<_> = paid.iter().filter(|(id, _)| !seen.contains(*id)).collect();
    if missing.len() * 2 > paid.len() {
        return Vec::new();
    }
    let told = |(id, (net, at)): &(&EmployeeId, (Money, At))| {
        let name = gathered.register_names.get(*id).map(|n| format!("{} {}", n.0, n.1)).unwrap_or_default();
        let f = Finding::new("C53", Severity::Justify).of(id).arg("agent", id).arg("name", name.trim()).arg("net", net.french());
        f.arg("month", cx.last).stake(net.cents()).at(sources.place(*at))
    };
    missing.into_iter().map(told).collect()
}

/// Whether a number was made of the rank of a payslip that has none.
pub fn is_rank(id: &EmployeeId) -> bool {
    id.as_str().strip_prefix(who::RANK).is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

/// Several payslips of an agent were paid as one transfer when the account is the same.
fn one_per_agent(rows: Vec<TransferRow>) -> Vec<TransferRow> {
    let mut out: Vec<TransferRow> = Vec::new();
    for row in rows {
        match out.iter_mut().find(|o| o.end_to_end == row.end_to_end && o.iban == row.iban) {
            Some(o) => o.amount += row.amount,
            None => out.push(row),
        }
    }
    out
}

fn holder(slip: &Slip) -> String {
    let holder = slip.agent.account.as_ref().map(|a| a.holder.text.as_ref()).unwrap_or_default();
    if holder.is_empty() { format!("{} {}", slip.agent.surname.text, slip.agent.given.text) } else { holder.to_owned() }
}

/// Only the month last paid; another employer's statement is told, and used: a town and its social centre share an office.
fn is_used(r: &Registered, siret: Option<&str>, sources: &Sources, cx: &Context<'_>, findings: &mut Vec<Finding>) -> bool {
    let s = &r.statement;
    let place = sources.place(At::source(r.source));
    let month = s.month.map_or_else(|| "?".to_owned(), |m| m.to_string());
    let run = if s.run.is_empty() { "–" } else { &s.run.text };
    findings.push(
        Finding::new("R40", Severity::Information)
            .arg("count", s.slips.len())
            .arg("month", &month)
            .arg("employer", if s.employer.is_empty() { "–" } else { &s.employer.text })
            .arg("run", run)
            .at(place.clone()),
    );
    if s.month != Some(cx.last) {
        let code = if s.month.is_some() { "R50" } else { "R112" };
        findings.push(Finding::new(code, Severity::Justify).arg("month", month).arg("last", cx.last).at(place));
        return false;
    }
    if let Some(own) = siret
        && !s.siret.is_empty()
        && *s.siret.text != *own
        && s.slips.iter().all(|x| *x.establishment != *own)
    {
        findings.push(
            Finding::new("R57", Severity::Justify)
                .arg("siret", &s.siret.text)
                .arg("own", own)
                .at(sources.place(At::row(r.source, s.siret.line))),
        );
    }
    true
}

/// Payslips once each: the same statement may lie in the inbox by itself and inside a flow.
fn without_repeats<'a>(used: &[&'a Registered], sources: &Sources, findings: &mut Vec<Finding>) -> Vec<(u16, &'a Slip)> {
    type Print<'a> = (&'a str, &'a str, Option<Money>, Option<Money>, Vec<(&'a str, Money)>);
    let print = |s: &'a Slip| -> Print<'a> {
        (
            &s.agent.number.text,
            &s.establishment,
            s.net_to_pay.map(|n| n.value),
            s.taxable_to_date.map(|n| n.value),
            s.lines.iter().map(|l| (l.code.as_ref(), l.amount)).collect(),
        )
    };
    let mut seen: BTreeMap<Print<'a>, u16> = BTreeMap::new();
    let mut out = Vec::new();
    for r in used {
        let (mut repeated, mut first) = (0_u64, r.source);
        for s in &r.statement.slips {
            match seen.get(&print(s)) {
                Some(other) if *other != r.source => {
                    repeated += 1;
                    first = *other;
                }
                Some(_) | None => {
                    seen.insert(print(s), r.source);
                    out.push((r.source, s));
                }
            }
        }
        if repeated > 0 {
            findings.push(
                Finding::new("R58", Severity::Information)
                    .arg("count", repeated)
                    .at(sources.place(At::source(first)))
                    .at(sources.place(At::source(r.source))),
            );
        }
    }
    out
}

/// Numbers that other sources know, by their form without zeros; `None` where that means two people.
pub(super) fn known_numbers(gathered: &Gathered) -> BTreeMap<String, Option<EmployeeId>> {
    let ids: BTreeSet<&EmployeeId> = gathered
        .paid
        .keys()
        .chain(
            [&gathered.staff, &gathered.arrivals, &gathered.departures, &gathered.register_facts]
                .into_iter()
                .flatten()
                .filter_map(|r| r.employee.as_ref()),
        )
        .chain(gathered.changes.iter().map(|c| &c.employee))
        .chain(gathered.events.iter().map(|e| &e.employee))
        .chain(gathered.amounts.iter().map(|a| &a.employee))
        .chain(gathered.account_changes.iter().map(|a| &a.employee))
        .collect();
    let mut out: BTreeMap<String, Option<EmployeeId>> = BTreeMap::new();
    for id in ids {
        out.entry(id.bare().to_owned()).and_modify(|known| *known = None).or_insert_with(|| Some(id.clone()));
    }
    out.extend(gathered.aliases.iter().map(|(written, id)| (written.clone(), Some(id.clone()))));
    out
}

/// The payslips under one number that are one person's; those of somebody else are set aside and told.
fn same_person<'a>(id: &EmployeeId, own: Vec<(u16, &'a Slip)>, sources: &Sources, findings: &mut Vec<Finding>) -> Vec<(u16, &'a Slip)> {
    let Some((first_source, first)) = own.first().copied() else { return own };
    let mut kept = Vec::new();
    for (source, slip) in own {
        let (a, b) = (&first.agent, &slip.agent);
        let nirs_differ = !a.nir.is_empty() && !b.nir.is_empty() && a.nir.text.get(..13) != b.nir.text.get(..13);
        if nirs_differ || !may_be_same((&a.surname.text, &a.given.text), (&b.surname.text, &b.given.text)) {
            findings.push(
                Finding::new("IMP-04", Severity::Blocking)
                    .told("M158")
                    .arg("agent", id)
                    .arg("fact", "NIR")
                    .arg("first", "••••")
                    .arg("second", "••••")
                    .of(id)
                    .at(sources.place(At::row(first_source, first.line)))
                    .at(sources.place(At::row(source, slip.line))),
            );
        } else {
            kept.push((source, slip));
        }
    }
    kept
}

/// Several payslips of one post: corrections, pay runs. What they paid together is told, but for those `before` of another month,
/// which are told by themselves.
fn added_up(id: &EmployeeId, kept: &[(u16, &Slip)], before: usize, sources: &Sources, findings: &mut Vec<Finding>) {
    if kept.len() > before + 1 {
        let sum: Money = kept.iter().filter_map(|(_, s)| s.net_to_pay).map(|n| n.value).sum();
        let f = Finding::new("R49", Severity::Justify).arg("agent", id).arg("count", kept.len()).arg("sum", sum.french()).of(id);
        findings.push(kept.iter().fold(f, |f, (source, s)| f.at(sources.place(At::row(*source, s.line)))));
    }
    if kept.len() > 1 {
        let mut accounts = kept.iter().filter_map(|(source, s)| s.agent.account.as_ref().map(|a| (*source, a)));
        if let Some((source, a)) = accounts.next()
            && let Some((other, b)) = accounts.find(|(_, b)| b.iban != a.iban)
        {
            findings.push(
                Finding::new("IMP-04", Severity::Blocking)
                    .told("M158")
                    .arg("agent", id)
                    .arg("fact", "IBAN")
                    .arg("first", &a.shown)
                    .arg("second", &b.shown)
                    .of(id)
                    .at(sources.place(At::row(source, a.line)))
                    .at(sources.place(At::row(other, b.line))),
            );
        }
    }
}

/// Puts a payslip's lines and totals into what was paid.
fn take(
    source: u16,
    slip: &Slip,
    codes: &lines::Codes,
    paid: &mut PaidSlip,
    findings: &mut Vec<Finding>,
    id: &EmployeeId,
    sources: &Sources,
) {
    codes.lines(source, slip, &mut paid.lines);
    let at = |line: u32| At::row(source, line);
    if slip.lines.is_empty() {
        let place = sources.place(At::row(source, slip.line));
        findings.push(Finding::new("R54", Severity::Justify).arg("agent", id).of(id).at(place));
    }
    let add = |slot: &mut Option<(Money, At)>, amount: Option<crate::read::xhl::Amount>| {
        if let Some(a) = amount {
            match slot {
                Some((sum, _)) => *sum += a.value,
                None => *slot = Some((a.value, at(a.line))),
            }
        }
    };
    add(&mut paid.gross, slip.gross);
    add(&mut paid.net_taxable, slip.taxable);
    add(&mut paid.net_paid, slip.net_to_pay);
    if slip.net_to_pay.is_none() {
        let place = sources.place(At::row(source, slip.line));
        findings.push(Finding::new("R113", Severity::Blocking).arg("agent", id).of(id).at(place));
    }
}

/// The net that a payslip shows, or that its lines come to.
fn net_of(slip: &PaidSlip) -> Option<(Money, At)> {
    let sum = || slip.lines.first().map(|first| (slip.lines.iter().map(|l| l.amount).sum(), first.at));
    slip.net_paid.or_else(sum)
}

/// The net of the payslip that counts against the other's, a register's and a statement's; true when they agree. Where they do
/// not, the lines that differ are named.
fn compare(id: &EmployeeId, counts: &PaidSlip, other: &PaidSlip, sources: &Sources, cx: &Context<'_>, findings: &mut Vec<Finding>) -> bool {
    let (Some((a, a_at)), Some((b, b_at))) = (net_of(counts), net_of(other)) else { return false };
    if a == b {
        return true;
    }
    findings.push(super::sums_differ("Net à payer", id, (a, a_at), (b, b_at), sources));
    let sums = |slip: &PaidSlip| {
        let mut out: BTreeMap<ElementId, (Money, At)> = BTreeMap::new();
        for l in slip.lines.iter().filter(|l| !l.amount.is_zero()) {
            if let PaidCode::Element(e) = l.code {
                out.entry(e).or_insert((Money::ZERO, l.at)).0 += l.amount;
            }
        }
        out
    };
    let theirs = sums(other);
    let mut lines = Vec::new();
    for (e, (a, at)) in sums(counts) {
        let Some((b, b_at)) = theirs.get(&e).filter(|b| b.0 != a) else { continue };
        let target = cx.rubrics.targets.iter().find(|t| t.element == e && t.total.is_none());
        let label = target.map_or("?", |t| t.labels.last().map_or(t.code.as_str(), String::as_str));
        let earned = target.is_some_and(|t| t.kind == LineKind::Earning);
        lines.push((earned, super::sums_differ(label, id, (a, at), (*b, *b_at), sources)));
    }
    // What is taken follows from what is earned: it is named where nothing earned differs.
    let any = lines.iter().any(|l| l.0);
    findings.extend(lines.into_iter().filter(|l| l.0 || !any).map(|l| l.1));
    false
}
