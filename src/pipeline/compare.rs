//! `releve rules diff`: the same month of the same people under two packs; totals first, then lines, then who is paid differently.
//!
//! The facts are those the first pack computes with, so that a change of rules is all that differs: the second would keep
//! its distance from last month's pay, or infer other facts, and so hide the very change that is asked about.

use super::compute::{input, standing};
use super::explain::Told;
use super::{Options, Outcome, Ready, Timings, prepare_with};
use crate::compute::eval::{Pins, State};
use crate::facts::{Fact, FactKind, Facts, Value};
use crate::ground::{EmployeeId, Lang, Money, words};
use crate::payslip::{Line, Mode, Status, Totals};
use anyhow::Result;
use rayon::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// One employee under one pack: totals, and both shares of each line by code.
#[derive(Default)]
struct Paid {
    name: String,
    totals: Totals,
    lines: BTreeMap<String, (Money, Money)>,
}

type Side = BTreeMap<EmployeeId, Paid>;

/// What changed for one employee: code, amount before and after, employer's amount before and after.
type LineChange = (String, [Money; 2], [Money; 2]);

struct AgentChange {
    id: EmployeeId,
    name: String,
    net: [Money; 2],
    cost: [Money; 2],
    lines: Vec<LineChange>,
}

/// Computes the job with both packs and tells what differs. Exit code 1 when anything does.
///
/// # Errors
/// When the job or a pack cannot be read.
pub fn compare(options: &Options, packs: [&str; 2], as_json: bool) -> Result<Told> {
    let mut out = Outcome::default();
    let mut readies = Vec::new();
    let mut labels = BTreeMap::new();
    for pack in packs {
        let Some(ready) = prepare_with(options, Some(pack), &mut out, &mut Timings::default())? else {
            return Ok(Told { text: String::new(), findings: out.findings, lang: out.lang, code: 2 });
        };
        // The job's own findings are those of a run; here only what kept a pack from computing counts.
        out.findings.clear();
        for c in &ready.catalogue {
            labels.insert(c.code.clone(), c.label.get(out.lang).to_owned());
        }
        readies.push(ready);
    }
    let [a, b] = readies.as_slice() else {
        return Ok(Told { text: String::new(), findings: out.findings, lang: out.lang, code: 2 });
    };
    let ((known, as_they_are), (own, otherwise)) = (month(a), month(b));
    let mut before = side(a, &known);
    let mut translations = People::new();
    for (id, (name, facts)) in &known {
        let own = own.get(id).map(|x| &x.1);
        translations.insert(id.clone(), (name.clone(), translated(a, b, facts, own)));
    }
    let mut after = side(b, &translations);
    // Who is not computed is paid as each pack's own run pays: lines carried over, the law applied on top.
    for (id, paid) in as_they_are {
        before.insert(id, paid);
    }
    for (id, paid) in otherwise {
        if !known.contains_key(&id) {
            after.insert(id, paid);
        }
    }
    // Who is carried by the first pack and computed by the second is paid as the second computes.
    let found: People = own.into_iter().filter(|(id, _)| !after.contains_key(id)).collect();
    after.extend(side(b, &found));
    let changes = changes(&before, &after);
    let code = u8::from(!changes.is_empty());
    let text = if as_json { json_text(&before, &after, &changes) } else { text(&before, &after, &changes, &labels, out.lang) };
    Ok(Told { text, findings: out.findings, lang: out.lang, code })
}

/// Name and facts of the month, by employee.
type People = BTreeMap<EmployeeId, (String, Facts)>;

/// The facts of this month of everybody who is computed, those that last month's pay proves included, and the payslips of
/// those who are not: carried over, advances, amounts set by hand.
fn month(ready: &Ready) -> (People, Side) {
    let machine = ready.machine();
    let people: Vec<_> = ready.inputs.people.iter().collect();
    let all: Vec<_> = people
        .into_par_iter()
        .map_init(
            || State::new(ready.road.this()),
            |state, (id, person)| {
                let output = machine.run(state, &input(ready, id, standing(ready, person).0, person));
                (id.clone(), person.name(&ready.pack.vocabulary), output.payslip, output.facts)
            },
        )
        .collect();
    let (mut computed, mut others) = (People::new(), Side::new());
    for (id, name, payslip, facts) in all {
        match payslip {
            Some(p) if p.mode == Mode::Computed => {
                computed.insert(id, (name, facts));
            }
            Some(p) => {
                others.insert(id, Paid { name, totals: p.totals, lines: sums_by_code(ready, &p.lines) });
            }
            None => {}
        }
    }
    (computed, others)
}

/// Both shares of each line, by code.
fn sums_by_code(ready: &Ready, lines: &[Line]) -> BTreeMap<String, (Money, Money)> {
    let mut out: BTreeMap<String, (Money, Money)> = BTreeMap::new();
    for l in lines {
        let sum = out.entry(ready.catalogue[l.element.index()].code.clone()).or_default();
        sum.0 += l.amount;
        sum.1 += l.employer_amount;
    }
    out
}

/// The facts of one pack in the words of another; what only the other knows is as it read it itself.
fn translated(a: &Ready, b: &Ready, facts: &Facts, own: Option<&Facts>) -> Facts {
    let (va, vb) = (&a.pack.vocabulary, &b.pack.vocabulary);
    let mut out = Facts::default();
    for f in own.into_iter().flat_map(Facts::iter).filter(|f| va.named(&vb.get(f.id).name).is_none()) {
        out.set(f.clone());
    }
    for f in facts.iter() {
        let Some(id) = vb.named(&va.get(f.id).name) else { continue };
        let value = match (&f.value, &va.get(f.id).kind, &vb.get(id).kind) {
            (Value::Choice(c), FactKind::Choice { options: from }, FactKind::Choice { options: to }) => {
                let named = from.get(usize::from(*c)).and_then(|o| to.iter().position(|x| x.id == o.id));
                match named {
                    Some(i) => Value::Choice(i as u16),
                    None => continue,
                }
            }
            (v, ..) => v.clone(),
        };
        out.set(Fact { id, value, ..f.clone() });
    }
    out
}

/// What the rules of a pack give for the month, by themselves: no distance kept from what was paid.
fn side(ready: &Ready, people: &People) -> Side {
    let plan = ready.road.this();
    let people: Vec<_> = people.iter().collect();
    people
        .into_par_iter()
        .map_init(
            || State::new(plan),
            |state, (id, (name, facts))| {
                state.run(plan, facts, Pins::None, &[]);
                let lines = sums_by_code(ready, &state.lines(plan, |_| Status::Computed));
                (id.clone(), Paid { name: name.clone(), totals: state.totals(plan), lines })
            },
        )
        .collect()
}

fn changes(before: &Side, after: &Side) -> Vec<AgentChange> {
    let nobody = Paid::default();
    let all: BTreeSet<&EmployeeId> = before.keys().chain(after.keys()).collect();
    let mut out = Vec::new();
    for id in all {
        let (a, b) = (before.get(id).unwrap_or(&nobody), after.get(id).unwrap_or(&nobody));
        let codes: BTreeSet<&String> = a.lines.keys().chain(b.lines.keys()).collect();
        let of = |p: &Paid, code: &String| p.lines.get(code).copied().unwrap_or_default();
        let lines: Vec<LineChange> = codes
            .into_iter()
            .map(|c| (c.clone(), of(a, c), of(b, c)))
            .filter(|(_, x, y)| x != y)
            .map(|(c, x, y)| (c, [x.0, y.0], [x.1, y.1]))
            .collect();
        if !lines.is_empty() || a.totals != b.totals {
            let name = if b.name.is_empty() { a.name.clone() } else { b.name.clone() };
            let (net, cost) = ([a.totals.net_paid, b.totals.net_paid], [a.totals.employer_cost, b.totals.employer_cost]);
            out.push(AgentChange { id: id.clone(), name, net, cost, lines });
        }
    }
    out.sort_by_key(|c| (std::cmp::Reverse((c.net[1] - c.net[0]).cents().abs()), c.id.clone()));
    out
}

fn sums(side: &Side) -> [(&'static str, Money); 7] {
    let sum = |of: fn(&Totals) -> Money| side.values().map(|p| of(&p.totals)).sum();
    [
        ("gross", sum(|t| t.gross)),
        ("net_social", sum(|t| t.net_social)),
        ("net_taxable", sum(|t| t.net_taxable)),
        ("net_before_tax", sum(|t| t.net_before_tax)),
        ("income_tax", sum(|t| t.income_tax)),
        ("net_paid", sum(|t| t.net_paid)),
        ("employer_cost", sum(|t| t.employer_cost)),
    ]
}

/// Per code: how many employees, and the sums before and after of both shares.
fn by_line(changes: &[AgentChange]) -> BTreeMap<&str, (usize, [Money; 2], [Money; 2])> {
    let mut out: BTreeMap<&str, (usize, [Money; 2], [Money; 2])> = BTreeMap::new();
    for (code, amount, employer) in changes.iter().flat_map(|c| &c.lines) {
        let e = out.entry(code).or_default();
        e.0 += 1;
        for i in 0..2 {
            e.1[i] += amount[i];
            e.2[i] += employer[i];
        }
    }
    out
}

fn text(before: &Side, after: &Side, changes: &[AgentChange], labels: &BTreeMap<String, String>, lang: Lang) -> String {
    let mut out = String::new();
    let row = |out: &mut String, head: &str, [a, b]: [Money; 2]| {
        let _ = writeln!(out, "  {head:<44} {:>16} {:>16} {:>14}", a.french(), b.french(), (b - a).french());
    };
    let _ = writeln!(out, "{}", words::ui("ui.diff_totals", lang));
    for ((name, a), (_, b)) in sums(before).into_iter().zip(sums(after)) {
        row(&mut out, name, [a, b]);
    }
    if changes.is_empty() {
        let _ = writeln!(out, "\n{}", words::ui("ui.diff_none", lang));
        return out;
    }
    let args = [("changed", changes.len().to_string()), ("all", after.len().max(before.len()).to_string())];
    let _ = writeln!(out, "\n{}", words::fill(words::ui("ui.diff_changed", lang), &args));
    let label = |code: &str| labels.get(code).map_or("", String::as_str);
    let _ = writeln!(out, "\n{}", words::ui("ui.diff_lines", lang));
    for (code, (count, amount, employer)) in by_line(changes) {
        if amount[0] != amount[1] {
            row(&mut out, &format!("{code} {} ({count})", label(code)), amount);
        }
        if employer[0] != employer[1] {
            row(&mut out, &format!("{code}/E {} ({count})", label(code)), employer);
        }
    }
    let _ = writeln!(out, "\n{}", words::ui("ui.diff_agents", lang));
    for c in changes {
        row(&mut out, &format!("{} {}", c.id, c.name), c.net);
        for (code, amount, employer) in &c.lines {
            if amount[0] != amount[1] {
                row(&mut out, &format!("    {code}"), *amount);
            }
            if employer[0] != employer[1] {
                row(&mut out, &format!("    {code}/E"), *employer);
            }
        }
    }
    out
}

fn json_text(before: &Side, after: &Side, changes: &[AgentChange]) -> String {
    let pair = |p: &[Money; 2]| json!({ "before": p[0].to_string(), "after": p[1].to_string() });
    let totals: serde_json::Map<String, serde_json::Value> =
        sums(before).into_iter().zip(sums(after)).map(|((n, a), (_, b))| (n.to_owned(), pair(&[a, b]))).collect();
    let lines: serde_json::Map<String, serde_json::Value> = by_line(changes)
        .into_iter()
        .map(|(code, (count, amount, employer))| {
            (code.to_owned(), json!({ "employees": count, "amount": pair(&amount), "employer_amount": pair(&employer) }))
        })
        .collect();
    let employees: Vec<serde_json::Value> = changes
        .iter()
        .map(|c| {
            let lines: Vec<serde_json::Value> = c
                .lines
                .iter()
                .map(|(code, amount, employer)| json!({ "code": code, "amount": pair(amount), "employer_amount": pair(employer) }))
                .collect();
            json!({ "employee": c.id.to_string(), "net_paid": pair(&c.net), "employer_cost": pair(&c.cost), "lines": lines })
        })
        .collect();
    format!("{:#}\n", json!({ "format": 1, "totals": totals, "lines": lines, "employees": employees }))
}
