//! What a declaration says of an agent, as facts of the vocabulary; and what it says that somebody must look at.

use super::bits::at;
use super::table::{self, Side};
use super::who::Agent;
use crate::facts::{Fact, FactId, FactKind, Facts, Origin, Role, Value};
use crate::ground::{At, Exact, Finding, Nir, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::gather::{Gathered, Record};
use crate::normalise::profile::option_of;
use crate::normalise::text::fold;
use crate::normalise::values::{Mark, working_time};
use crate::read::dsn::{Block, Declaration, Said, tables};

struct Noted<'a> {
    source: u16,
    facts: Facts,
    cx: &'a Context<'a>,
}

impl Noted<'_> {
    fn set(&mut self, id: Option<FactId>, value: Value, at: At) {
        if let Some(id) = id {
            self.facts.set(Fact { id, value, at, origin: Origin::Read });
        }
    }

    fn role(&mut self, role: Role, text: Option<Said<&str>>) {
        let Some(t) = text else { return };
        let tidy = t.value.split_whitespace().collect::<Vec<_>>().join(" ");
        if !tidy.is_empty() {
            self.set(self.cx.vocabulary.role(role), Value::Text(tidy.as_str().into()), at(self.source, t));
        }
    }

    fn date(&mut self, role: Role, date: Option<Said<chrono::NaiveDate>>) {
        if let Some(d) = date {
            self.set(self.cx.vocabulary.role(role), Value::Date(d.value), at(self.source, d));
        }
    }

    /// `name=value` as the table has it, or the number itself under a name.
    fn coded(&mut self, block: &str, said: Option<Said<&str>>) -> bool {
        let Some(t) = said else { return false };
        let row = table::row(block, t.value, "").or_else(|| table::row(block, "*", ""));
        let Some(what) = row.filter(|r| r.side == Side::Fact).and_then(|r| r.elements.first()) else { return false };
        let (name, value) = what.split_once('=').map_or((what.as_str(), None), |(n, v)| (n, Some(v)));
        let Some(id) = self.cx.vocabulary.named(name) else { return true };
        let value = match (&self.cx.vocabulary.get(id).kind, value) {
            (FactKind::Choice { options }, Some(v)) => option_of(options, &fold(v)).map(Value::Choice),
            (FactKind::Flag, Some(v)) => Some(Value::Flag(v == "yes")),
            (FactKind::Number { .. }, None) => crate::read::dsn::number(t.value).filter(|n| n.is_positive()).map(Value::Number),
            _ => None,
        };
        if let Some(v) = value {
            self.set(Some(id), v, at(self.source, t));
        }
        true
    }
}

/// A contract of an agent, with where it was read.
type Held<'a> = (u16, &'a Declaration, Block<'a>);

/// The contracts whose facts are the agent's, in their order: the one with most gross pay, those that ended the day before the
/// next began, and those that went on the day after. Whoever has been renewed goes on with the last of them.
pub fn main_contracts<'a>(agent: &Agent<'a>) -> Vec<Held<'a>> {
    let mut best: Option<(i64, Held<'a>)> = None;
    let mut all: Vec<Held<'a>> = Vec::new();
    for (source, d, p) in &agent.parts {
        for c in p.group.all("S21.G00.40") {
            all.push((*source, d, c));
            let number = c.plain(9);
            let lines = p.group.all("S21.G00.51").filter(|b| b.plain(10) == number);
            let gross = |b: &Block<'_>| table::row("51", b.plain(11), "").is_some_and(|r| r.side == Side::Gross);
            let sum: i64 = lines.filter(gross).filter_map(|b| b.money(13)).map(|m| m.value.cents()).sum();
            if best.as_ref().is_none_or(|b| sum > b.0) {
                best = Some((sum, (*source, d, c)));
            }
        }
    }
    let mut out: Vec<Held<'a>> = best.map(|b| b.1).into_iter().collect();
    // Each step takes a contract from another day; there are no more steps than contracts.
    for _ in 1..all.len() {
        let (Some(first), Some(last)) = (out.first(), out.last()) else { break };
        let (before, after) = (all.iter().find(|c| follows(c.2, first.2)).copied(), all.iter().find(|c| follows(last.2, c.2)).copied());
        if before.is_none() && after.is_none() {
            break;
        }
        out.splice(0..0, before);
        out.extend(after);
    }
    out
}

/// Whether the later contract began the day after the earlier one ended.
fn follows(earlier: Block<'_>, later: Block<'_>) -> bool {
    let ended = earlier.under("S21.G00.62").next().and_then(|e| e.date(1)).or_else(|| earlier.date(10));
    let runs = earlier.date(1).zip(ended).is_some_and(|(from, to)| from.value <= to.value);
    runs && ended.and_then(|e| e.value.succ_opt()).is_some_and(|next| later.date(1).is_some_and(|d| d.value == next))
}

/// The facts of an agent. What cannot be used is a finding, and left open.
pub fn record(agent: &Agent<'_>, sources: &Sources, cx: &Context<'_>, findings: &mut Vec<Finding>) -> Option<Record> {
    let (source, _, p) = *agent.parts.first()?;
    let who = p.group.first("S21.G00.30")?;
    let mut n = Noted { source, facts: Facts::default(), cx };
    n.set(cx.vocabulary.role(Role::Employee), Value::Text(agent.id.as_str().into()), At::row(source, p.line));
    for (role, number) in
        [(Role::Surname, 2), (Role::MarriedName, 3), (Role::GivenName, 4), (Role::Address, 8), (Role::PostalCode, 9), (Role::Town, 10)]
    {
        n.role(role, who.text(number));
    }
    n.date(Role::BirthDate, who.date(6));
    identity(&mut n, who, agent, sources, findings);
    let contracts = main_contracts(agent);
    if let (Some(first), Some((source, d, c))) = (contracts.first(), contracts.last().copied()) {
        n.source = source;
        contract(&mut n, agent, d, c, sources, findings);
        // A renewal is no arrival.
        n.source = first.0;
        n.date(Role::Entry, first.2.date(1));
    }
    n.source = source;
    tax(&mut n, agent);
    n.facts.shrink();
    Some(Record { employee: Some(agent.id.clone()), facts: n.facts, at: At::row(source, p.line), problems: Vec::new() })
}

/// The key is worked out: a declaration has the number without it.
fn identity(n: &mut Noted<'_>, who: Block<'_>, agent: &Agent<'_>, sources: &Sources, findings: &mut Vec<Finding>) {
    let Some(t) = who.text(1) else { return };
    let at = at(n.source, t);
    let whole = Nir::key(t.value).map(|k| format!("{}{k:02}", t.value));
    match whole.filter(|w| Nir::parse(w).is_ok()) {
        Some(w) => n.set(n.cx.vocabulary.role(Role::IdentityNumber), Value::Text(w.as_str().into()), at),
        None => findings.push(Finding::new("M61", Severity::Justify).arg("agent", &agent.id).of(&agent.id).at(sources.place(at))),
    }
}

fn contract(n: &mut Noted<'_>, agent: &Agent<'_>, d: &Declaration, c: Block<'_>, sources: &Sources, findings: &mut Vec<Finding>) {
    n.role(Role::Grade, c.text(6));
    n.date(Role::ContractEnd, c.date(10));
    if let Some(end) = c.under("S21.G00.62").next() {
        n.date(Role::Exit, end.date(1));
    }
    for (block, number) in [("40.020", 20), ("40.053", 53), ("40.057", 57), ("40.058", 58), ("40.059", 59)] {
        n.coded(block, c.text(number));
    }
    // An apprentice or an elected member: the nature of the contract says more than the status.
    if !(n.coded("40.007", c.text(7)) || n.coded("40.008", c.text(8)) || n.coded("40.026", c.text(26))) {
        let said = c.text(7).or_else(|| c.text(26));
        let label = said.map_or("–", |s| match tables::code(d.norm(), s.spot.rubric.row().name, s.value) {
            tables::Code::Known(label) | tables::Code::OtherNorm(label) => label,
            tables::Code::Unknown | tables::Code::NoTable => s.value,
        });
        findings.push(
            Finding::new("R55", Severity::Warning)
                .arg("agent", &agent.id)
                .arg("text", label)
                .of(&agent.id)
                .at(sources.place(said.map_or_else(|| At::row(n.source, c.line()), |s| at(n.source, s)))),
        );
    }
    if let Some((share, place)) = share_worked(c, n.source) {
        n.set(n.cx.vocabulary.named("quotite"), Value::Number(share), place);
    }
    if let Some(points) = c.number(80).filter(|p| p.value.is_positive()) {
        n.set(n.cx.vocabulary.named("percoit_cti"), Value::Flag(true), at(n.source, points));
    }
    let supplement = |b: &Block<'_>| b.plain(1) == "049" && b.money(2).is_some_and(|m| !m.value.is_zero());
    if let Some((source, m)) = agent.parts.iter().find_map(|(s, _, p)| Some((*s, p.group.all("S21.G00.52").find(supplement)?.money(2)?))) {
        n.set(n.cx.vocabulary.named("percoit_sft"), Value::Flag(true), at(source, m));
    }
}

/// The share of full time: part time as written, otherwise hours of the post out of hours of a full one.
/// Whether hours are by week or month differs between programs: only their ratio is used.
fn share_worked(c: Block<'_>, source: u16) -> Option<(Exact, At)> {
    if let Some(percent) = c.number(55).filter(|p| p.value.is_positive()) {
        // 68,57 % are 24 of 35, as elsewhere.
        let read = working_time(&format!("{} %", percent.value), false, Mark::Dot).ok().flatten();
        let share = read.map(|w| w.share).or_else(|| percent.value.div(Exact::int(100)))?;
        return Some((share, at(source, percent)));
    }
    let (own, full) = (c.number(13)?, c.number(12)?);
    if !own.value.is_positive() || !full.value.is_positive() {
        return None;
    }
    let ratio = own.value.div(full.value)?;
    let share = match c.number(54).filter(|w| w.value.is_positive()) {
        // 104 hours of 151.67 are 24 of 35: the post is counted in weekly hours, to the hundredth.
        Some(week) => Exact::ratio(ratio.mul(week.value)?.scaled_half_up(100)?, 100)?.div(week.value)?,
        None => ratio,
    };
    Some((share, at(source, own)))
}

/// The rate that the tax office sent stays good for the next month; a neutral scale is applied anew.
fn tax(n: &mut Noted<'_>, agent: &Agent<'_>) {
    let payments = agent.parts.iter().flat_map(|(s, _, p)| p.group.all("S21.G00.50").map(move |b| (*s, b)));
    let Some((source, last)) = payments.last() else { return };
    n.source = source;
    n.coded("50.007", last.text(7));
    let sent = last.plain(7) == "01";
    if let Some(rate) = last.number(6).filter(|r| sent && !r.value.is_negative())
        && let Some(share) = rate.value.div(Exact::int(100))
    {
        n.set(n.cx.vocabulary.named("taux_pas"), Value::Number(share), at(source, rate));
    }
}

/// Leaves, suspensions, ends and second contracts: what a declaration says that no rule can take over by itself.
pub fn to_decide(agent: &Agent<'_>, sources: &Sources, cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut what = Vec::new();
    let mut f = Finding::new("M51", Severity::Justify).arg("agent", &agent.id).of(&agent.id);
    let mut contracts = Finding::new("M50", Severity::Justify).arg("agent", &agent.id).of(&agent.id);
    let mut many = 0;
    let renewed = main_contracts(agent);
    // The end of a contract that another one follows ends nothing.
    let over: Vec<u32> = renewed.iter().rev().skip(1).flat_map(|c| c.2.under("S21.G00.62").map(|e| e.line())).collect();
    for (source, d, p) in &agent.parts {
        let named = |b: Block<'_>, n: u16| -> String {
            b.text(n).map_or_else(String::new, |s| match tables::code(d.norm(), s.spot.rubric.row().name, s.value) {
                tables::Code::Known(label) | tables::Code::OtherNorm(label) => label.to_owned(),
                tables::Code::Unknown | tables::Code::NoTable => s.value.to_owned(),
            })
        };
        for c in p.group.all("S21.G00.40") {
            many += 1;
            contracts = contracts.at(sources.place(At::row(*source, c.line())));
        }
        // A leave whose return lies before the month paid is over.
        for (block, reason, start, back) in [("S21.G00.60", 1, 2, 10), ("S21.G00.65", 1, 2, 3), ("S21.G00.62", 2, 1, 0)] {
            for b in p.group.all(block).filter(|b| b.date(back).is_none_or(|d| d.value >= cx.month.first_day())) {
                if block == "S21.G00.62" && over.contains(&b.line()) {
                    continue;
                }
                let from = b.date(start).map_or_else(|| "?".to_owned(), |d| d.value.format("%d/%m/%Y").to_string());
                what.push(format!("{} ({from})", named(b, reason)));
                f = f.at(sources.place(At::row(*source, b.line())));
            }
        }
    }
    if let (Some(last), true) = (renewed.last(), renewed.len() > 1) {
        let from = last.2.date(1).map_or_else(|| "?".to_owned(), |d| d.value.format("%d/%m/%Y").to_string());
        let f = Finding::new("F163", Severity::Justify).arg("agent", &agent.id).arg("date", from).of(&agent.id);
        findings.push(renewed.iter().fold(f, |f, c| f.at(sources.place(At::row(c.0, c.2.line())))));
    }
    if many > renewed.len().max(1) {
        findings.push(contracts.arg("count", many));
    }
    if !what.is_empty() {
        findings.push(f.arg("what", what.join(", ")));
    }
}

/// The identity number of a declaration against that of the staff files: who is meant must be sure before money moves.
pub fn contradictions(agent: &Agent<'_>, gathered: &Gathered, sources: &Sources, cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(fact) = cx.vocabulary.role(Role::IdentityNumber) else { return };
    let ours = agent.parts.iter().find_map(|(s, _, p)| p.group.first("S21.G00.30").and_then(|b| b.text(1)).map(|t| (*s, t)));
    let Some((source, ours)) = ours else { return };
    for r in gathered.staff.iter().filter(|r| r.employee.as_ref() == Some(&agent.id)) {
        let Some(f) = r.facts.get(fact) else { continue };
        let whole: String = f.value.text().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
        let theirs: String = whole.chars().take(13).collect();
        // The first declaration with an identity number may still have the temporary one beside it.
        let temporary = agent.parts.iter().any(|(_, _, p)| p.ntt() == whole);
        if !theirs.is_empty() && theirs != ours.value && !temporary {
            findings.push(
                Finding::new("IMP-04", Severity::Blocking)
                    .told("M158")
                    .arg("agent", &agent.id)
                    .arg("fact", cx.vocabulary.get(fact).label.fr.clone())
                    .arg("first", "••••")
                    .arg("second", "••••")
                    .of(&agent.id)
                    .at(sources.place(f.at))
                    .at(sources.place(at(source, ours))),
            );
        }
    }
}
