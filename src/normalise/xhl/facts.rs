//! What a payslip of a statement says of its agent, as facts of the vocabulary.

use crate::facts::{ChoiceOption, Fact, FactId, FactKind, Facts, Origin, Role, Value};
use crate::ground::{At, EmployeeId, Exact, Finding, Nir, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::gather::{Gathered, Record};
use crate::normalise::profile::option_of;
use crate::normalise::scheme;
use crate::normalise::text::fold;
use crate::normalise::values::{Mark, working_time};
use crate::payslip::PaidSlip;
use crate::read::xhl::{Category, Number, Slip, Text};

struct Noted<'a> {
    source: u16,
    facts: Facts,
    cx: &'a Context<'a>,
}

impl Noted<'_> {
    fn set(&mut self, id: Option<FactId>, value: Value, line: u32) {
        if let Some(id) = id {
            self.facts.set(Fact { id, value, at: At::row(self.source, line), origin: Origin::Read });
        }
    }
    fn role(&mut self, role: Role, text: &Text) {
        if !text.is_empty() {
            let tidy = text.text.split_whitespace().collect::<Vec<_>>().join(" ");
            self.set(self.cx.vocabulary.role(role), Value::Text(tidy.as_str().into()), text.line);
        }
    }
    fn number(&mut self, name: &str, number: Option<Number>) {
        if let Some(n) = number {
            self.set(self.cx.vocabulary.named(name), Value::Number(n.value), n.line);
        }
    }
}

/// The facts of one payslip. What cannot be used is a finding, and left open.
pub fn record(source: u16, slip: &Slip, id: &EmployeeId, sources: &Sources, cx: &Context<'_>, findings: &mut Vec<Finding>) -> Record {
    let a = &slip.agent;
    let mut n = Noted { source, facts: Facts::default(), cx };
    n.role(Role::Employee, &Text { text: id.as_str().into(), line: a.number.line });
    for (role, text) in [
        (Role::Surname, &a.surname),
        (Role::GivenName, &a.given),
        (Role::PostalCode, &a.postal_code),
        (Role::Town, &a.town),
        (Role::Service, &slip.service),
        (Role::Grade, &a.grade),
    ] {
        n.role(role, text);
    }
    if let Some(first) = a.address.first() {
        let whole = a.address.iter().map(|t| t.text.as_ref()).collect::<Vec<_>>().join(", ");
        n.role(Role::Address, &Text { text: whole.into(), line: first.line });
    }
    if let Some(nir) = nir(&a.nir.text) {
        n.role(Role::IdentityNumber, &Text { text: nir.into(), line: a.nir.line });
    }
    if let Some(account) = &a.account {
        match &account.iban {
            Ok(iban) => {
                n.role(Role::Iban, &Text { text: iban.as_str().into(), line: account.line });
                n.role(Role::AccountHolder, &account.holder);
            }
            Err(problem) => findings.push(
                crate::ground::worded::worded("R48", Severity::Justify, &[("reason", problem.key())])
                    .arg("agent", id)
                    .arg("iban", &account.shown)
                    .of(id)
                    .at(sources.place(At::row(source, account.line))),
            ),
        }
    }
    status(&mut n, slip, id, sources, findings);
    if !a.step.is_empty() {
        let step = step(&a.step.text);
        n.set(cx.vocabulary.named("echelon"), Value::Text(step.as_str().into()), a.step.line);
    }
    n.number("indice_majore", a.index.filter(|i| i.value.is_positive() && i.value.whole().is_some()));
    n.number("enfants", a.children.filter(|c| !c.value.is_negative() && c.value.whole().is_some()));
    let points = slip.nbi.iter().try_fold(Exact::ZERO, |sum, p| sum.add(p.value));
    if let (Some(first), Some(value)) = (slip.nbi.first(), points) {
        n.number("points_nbi", Some(Number { value, line: first.line }));
    }
    if let Some(q) = slip.working_time {
        match working_time(&format!("{} %", q.value), false, Mark::Dot) {
            Ok(Some(w)) => n.number("quotite", Some(Number { value: w.share, line: q.line })),
            // Elected people and people paid by the task have shares that mean nothing.
            Ok(None) => {}
            Err(unread) => findings.push(
                Finding::new(unread.0, Severity::Information)
                    .arg("text", q.value)
                    .arg("heading", "QuotiteTrav")
                    .arg("agent", id)
                    .of(id)
                    .at(sources.place(At::row(source, q.line))),
            ),
        }
    }
    // The supplement has a category of its own: paid, or not paid although there are children. Without any, nothing is said.
    let paid = slip.lines.iter().find(|l| l.category == Category::SupFam && !l.amount.is_zero());
    let children = a.children.is_some_and(|c| c.value.is_positive());
    if paid.is_some() || (children && !slip.lines.is_empty()) {
        n.set(cx.vocabulary.named("percoit_sft"), Value::Flag(paid.is_some()), paid.map_or(slip.line, |l| l.line));
    }
    n.facts.shrink();
    Record { employee: Some(id.clone()), facts: n.facts, at: At::row(source, slip.line), problems: Vec::new() }
}

/// The schema's statuses, through the texts under which the vocabulary knows them.
fn status(n: &mut Noted<'_>, slip: &Slip, id: &EmployeeId, sources: &Sources, findings: &mut Vec<Finding>) {
    let written = &slip.agent.status;
    let Some(fact) = n.cx.vocabulary.named("statut") else { return };
    let FactKind::Choice { options } = &n.cx.vocabulary.get(fact).kind else { return };
    match option_of(options, &fold(&written.text.replace('_', " "))) {
        Some(choice) if !written.is_empty() => n.set(Some(fact), Value::Choice(choice), written.line),
        // « AUTRE_STATUT »: what the nomenclature, or the job, calls an apprentice or an elected member.
        Some(_) | None if let Some((choice, line)) = by_statute(slip, options) => n.set(Some(fact), Value::Choice(choice), line),
        Some(_) | None => {
            let line = if written.is_empty() { slip.agent.line } else { written.line };
            findings.push(
                Finding::new("R55", Severity::Warning)
                    .arg("agent", id)
                    .arg("text", if written.is_empty() { "–" } else { &written.text })
                    .of(id)
                    .at(sources.place(At::row(n.source, line))),
            );
        }
    }
}

/// Codes of the national list of statutes that say a status which the schema has no word for.
static BY_STATUTE: &str = include_str!("../../../rules/exports/xhl-statuts.csv");

/// The status by the code of the nomenclature, or else by the name of the job.
fn by_statute(slip: &Slip, options: &[ChoiceOption]) -> Option<(u16, u32)> {
    let a = &slip.agent;
    let of = |code: &str| BY_STATUTE.lines().skip(1).filter_map(|l| l.split_once(',')).find(|r| r.0 == code).map(|r| r.1);
    let named = of(a.grade_code.text.trim()).and_then(|s| options.iter().position(|o| o.id == s));
    if let Some(i) = named {
        return Some((i as u16, a.grade_code.line));
    }
    // A job is a status only where the vocabulary has the very words.
    let job = fold(&a.job.text);
    let i = options.iter().position(|o| !job.is_empty() && o.written.contains(&job))?;
    Some((i as u16, a.job.line))
}

/// Where the statement gives no status that is known, a line that only one status has says it: told where no staff file does.
pub fn status_by_line(
    record: &mut Record,
    staff: Option<&Record>,
    paid: &PaidSlip,
    sources: &Sources,
    cx: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(id) = record.employee.clone() else { return };
    let element = |code: &str| cx.rubrics.targets.iter().find(|t| t.code == code && t.total.is_none())?.element.into();
    let Some((fact, code)) = scheme::status_by_line(&paid.lines, cx.vocabulary, element) else { return };
    let (Value::Choice(choice), None) = (&fact.value, record.facts.get(fact.id)) else { return };
    let FactKind::Choice { options } = &cx.vocabulary.get(fact.id).kind else { return };
    let label = options[usize::from(*choice)].label.fr.clone();
    findings.retain(|f| !(f.code == "R55" && f.employee.as_ref() == Some(&id)));
    let f = Finding::new("M150", Severity::Justify).of(&id).arg("agent", &id).arg("line", code).arg("status", label);
    if staff.is_none_or(|s| s.facts.get(fact.id).is_none()) {
        findings.push(f.at(sources.place(fact.at)));
    }
    record.facts.set(fact);
}

/// 15 characters; the key is added to the 13 of a number without one.
fn nir(written: &str) -> Option<String> {
    let plain: String = written.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    match plain.len() {
        0 => None,
        13 => Some(Nir::key(&plain).map_or(plain.clone(), |k| format!("{plain}{k:02}"))),
        _ => Some(plain),
    }
}

/// `7`, `0007` and `7  EME ECHELON` are one step.
fn step(written: &str) -> String {
    let digits: String = written.trim().chars().take_while(char::is_ascii_digit).collect();
    let bare = digits.trim_start_matches('0');
    if bare.is_empty() { written.split_whitespace().collect::<Vec<_>>().join(" ") } else { bare.to_owned() }
}

/// The identity number of a statement against that of the staff files: who is meant must be sure before money moves.
/// An account that differs is handled where accounts are: the one last paid stays the reference.
pub fn contradictions(
    id: &EmployeeId,
    own: &[(u16, &Slip)],
    gathered: &Gathered,
    sources: &Sources,
    cx: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(fact) = cx.vocabulary.role(Role::IdentityNumber) else { return };
    let Some((source, slip)) = own.first() else { return };
    let Some(ours) = nir(&slip.agent.nir.text) else { return };
    for r in gathered.staff.iter().filter(|r| r.employee.as_ref() == Some(id)) {
        let Some(f) = r.facts.get(fact) else { continue };
        let Some(theirs) = f.value.text().and_then(nir) else { continue };
        if theirs != ours {
            findings.push(
                Finding::new("IMP-04", Severity::Blocking)
                    .told("M158")
                    .arg("agent", id)
                    .arg("fact", cx.vocabulary.get(fact).label.fr.clone())
                    .arg("first", "••••")
                    .arg("second", "••••")
                    .of(id)
                    .at(sources.place(f.at))
                    .at(sources.place(At::row(*source, slip.agent.nir.line))),
            );
        }
    }
}
