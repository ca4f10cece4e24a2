//! Social declarations → last month's payslips and facts, beside what registers and pay statements say.
//!
//! Comes in: what [`crate::read::dsn`] read. Goes out: paid lines under elements or local codes that add up to the net as far
//! as the norm tells it, and facts of the agents. What the norm does not detail is named: a remainder of gross pay, of
//! contributions, and, where a transfer tells it, of deductions after tax. A declaration holds no account of anybody.

mod bits;
mod choose;
mod facts;
mod known;
mod pay;
mod table;
mod who;

pub use pay::{BEYOND, REMAINDER, RESIDUAL, ROUNDED};
pub use table::{base_pay, carries};

use crate::ground::place::{Source, SourceKind};
use crate::ground::{At, EmployeeId, Finding, Money, PayMonth, Severity, Sources};
use crate::normalise::Context;
use crate::normalise::gather::Gathered;
use crate::normalise::join::People;
use crate::normalise::people::Who;
use crate::payslip::{Advance, LineKind, PaidCode, PaidLine, PaidSlip};
use crate::read::dsn::{File, Person, tables};
use std::collections::{BTreeMap, BTreeSet};

/// Cents by which the tax withheld from all may differ from what was paid to the tax office.
const TAX_TOLERANCE: i64 = 100;

/// A file as registered among the sources.
pub struct Registered {
    pub source: u16,
    pub file: File,
}

/// Registers a file, so that its values have places: a line and a rubric.
pub fn register(file: File, name: &str, sources: &mut Sources) -> Registered {
    let headings = tables::names().map(str::to_owned).collect();
    let source = sources.add(Source { file: name.to_owned(), sheet: None, kind: SourceKind::Document, headings });
    Registered { source, file }
}

/// Whom the declarations of the month last paid name, under each of their names, where they write a number: lists join to them
/// as to a register's agents.
pub fn people(files: &[Registered], last: PayMonth) -> Vec<Who> {
    named(files, last, &|_| true)
}

/// The same of those whom the employer of this SIRET declares.
pub fn own_people(files: &[Registered], last: PayMonth, siret: &str) -> Vec<Who> {
    named(files, last, &|p| p.siret.get(..9) == siret.get(..9))
}

fn named(files: &[Registered], last: PayMonth, ours: &dyn Fn(&Person) -> bool) -> Vec<Who> {
    let told = files.iter().flat_map(|r| &r.file.declarations).filter(|d| d.nature() == "01" && d.month() == Some(last));
    let of = |p: &Person| {
        let b = p.group.first("S21.G00.30");
        let said = |n| b.map_or("", |b| b.plain(n));
        let surnames: BTreeSet<&str> = [said(2), said(3)].into_iter().filter(|s| !s.is_empty()).collect();
        let who = |surname: &str| Who {
            id: p.number().to_owned(),
            nir: crate::normalise::register::nir_key(p.nir()),
            surname: surname.to_owned(),
            given: said(4).to_owned(),
            ..Who::default()
        };
        surnames.into_iter().map(who).collect::<Vec<_>>()
    };
    told.flat_map(|d| &d.people).filter(|p| ours(p) && EmployeeId::parse(p.number()).is_some()).flat_map(of).collect()
}

/// Somebody whom a declaration of the month last paid names under a number of the employer.
pub struct Numbered {
    pub id: EmployeeId,
    pub nir: String,
    /// Under the surname at birth and the one in use.
    pub names: Vec<String>,
    pub taxable: Option<Money>,
    pub at: At,
}

/// Those whom the employer of this SIRET declares, or the only one there is where nothing says whose the documents are.
pub fn numbered(files: &[Registered], siret: &str, last: PayMonth) -> Vec<Numbered> {
    let told = files.iter().flat_map(|r| r.file.declarations.iter().map(move |d| (r.source, d)));
    let people: Vec<(u16, &Person)> = told
        .filter(|(_, d)| d.nature() == "01" && d.month() == Some(last))
        .flat_map(|(s, d)| d.people.iter().map(move |p| (s, p)))
        .collect();
    let sirens: BTreeSet<&str> = people.iter().filter_map(|(_, p)| p.siret.get(..9)).collect();
    let ours = |p: &Person| if siret.is_empty() { sirens.len() == 1 } else { p.siret.get(..9) == siret.get(..9) };
    let one = |(source, p): (u16, &Person)| {
        let b = p.group.first("S21.G00.30")?;
        let names = [2, 3].into_iter().map(|n| b.plain(n)).filter(|s| !s.is_empty()).map(|s| format!("{s} {}", b.plain(4)));
        let sums = p.group.all("S21.G00.50").map(|b| b.money(2).map(|m| m.value));
        Some(Numbered {
            id: EmployeeId::parse(p.number())?,
            nir: p.nir().to_owned(),
            names: names.collect(),
            taxable: sums.sum(),
            at: At::row(source, p.line),
        })
    };
    people.into_iter().filter(|(_, p)| ours(p)).filter_map(one).collect()
}

/// Whose net was rebuilt from a declaration, to be held against transfers once people are joined.
#[derive(Default)]
pub struct Declared {
    rebuilt: BTreeSet<EmployeeId>,
    /// The net of a pay statement that has no line.
    stated: BTreeMap<EmployeeId, (Money, At)>,
    /// The local code of what a declaration cannot show.
    beyond: Option<u16>,
    first: Option<At>,
}

/// Adds the declarations of the month last paid to what was gathered. `siret` is the employer's, when the job knows it.
pub fn add(
    files: &[Registered],
    gathered: &mut Gathered,
    siret: Option<&str>,
    sources: &Sources,
    cx: &Context<'_>,
) -> (Declared, Vec<Finding>) {
    let mut findings = Vec::new();
    let used = choose::choose(files, sources, cx, &mut findings);
    let mut out = Declared::default();
    let Some(first) = used.first().map(|(source, d)| At::row(*source, d.line)) else { return (out, findings) };
    let main = who::main_siret(&used, siret, &gathered.employer);
    let ours = siret.unwrap_or(&main).get(..9);
    // Whom the employer's own statement pays, another one's declaration takes nowhere.
    let stated = gathered.employer.get(..9) == ours && ours.is_some();
    let paid = gathered.paid.keys().filter(|id| stated && !gathered.elsewhere.contains_key(*id));
    let here = who::Here { main: &main, siren: ours, paid: paid.cloned().collect() };
    gathered.employer.clone_from(&main);
    employers(&used, &main, siret, sources, &mut findings);
    tax_office(&used, sources, &mut findings);
    let agents = who::agents(&used, &here, gathered, sources, cx, &mut findings);
    for a in &agents {
        let theirs = a.parts.first().map_or("", |(_, _, p)| p.siret.as_ref());
        if a.another || theirs.get(..9).is_some_and(|siren| Some(siren) != main.get(..9)) {
            gathered.elsewhere.insert(a.id.clone(), theirs.to_owned());
        }
    }
    // Without any staff file the declaration is the list of who works here, with a statement that may not be whole.
    let stands_in = gathered.staff.is_empty() || !gathered.stand_in.0.is_empty();
    if stands_in {
        let mut of_files: Vec<u16> = used.iter().map(|(source, _)| *source).collect();
        of_files.dedup();
        gathered.stand_in.1.extend(of_files.into_iter().map(At::source));
    }
    let mut locals = pay::Locals::default();
    let (mut tallies, mut unplaced, mut agreeing) = (pay::Tallies::default(), bits::Unplaced::new(), 0_u64);
    for agent in &agents {
        let unread: u32 = agent.parts.iter().map(|(_, _, p)| p.unread).sum();
        if unread > 0 {
            findings.push(
                Finding::new("M52", Severity::Blocking)
                    .arg("agent", &agent.id)
                    .arg("count", unread)
                    .of(&agent.id)
                    .at(sources.place(agent.first_at())),
            );
        }
        facts::contradictions(agent, gathered, sources, cx, &mut findings);
        if let Some(record) = facts::record(agent, sources, cx, &mut findings) {
            let first = stands_in && gathered.stand_in.0.insert(agent.id.clone());
            if first { gathered.staff.push(record) } else { gathered.register_facts.push(record) }
        }
        facts::to_decide(agent, sources, cx, &mut findings);
        names(agent, gathered);
        let mut declared = bits::declared(agent, cx.last, &mut unplaced);
        if declared.payments == 0 {
            continue;
        }
        let contracts = facts::main_contracts(agent);
        let contract = contracts.last().map_or("", |c| c.2.plain(9));
        // What a contract paid before it was renewed is of the same post.
        for b in declared.bits.iter_mut().filter(|b| contracts.iter().any(|c| c.2.plain(9) == b.contract)) {
            contract.clone_into(&mut b.contract);
        }
        let source = agent.parts.first().map_or(0, |p| p.0);
        let payments = declared.payments;
        // A statement with the net alone has the account; the lines are the declaration's.
        if let Some(bare) = gathered.paid.get(&agent.id).filter(|s| s.bare && s.official.is_none()) {
            out.stated.extend(bare.net_paid.map(|net| (agent.id.clone(), net)));
            gathered.paid.remove(&agent.id);
        }
        match posts_together(&agent.id, gathered).as_ref() {
            // What an advance was paid on is in no declaration, and it is not the pay of the month.
            Some(known) if known.advance != Advance::None => {}
            Some(known) => {
                let agrees = compare(&agent.id, known, &declared, sources, &mut findings);
                agreeing += u64::from(agrees);
                let own = gathered.paid.get_mut(&agent.id);
                own.into_iter().for_each(|slip| slip.seconds.push((agent.first_at(), agrees)));
            }
            None => {
                let mut maker = pay::Maker { gathered, locals: &mut locals, cx, tallies: &mut tallies };
                let made = maker.slip(source, agent.first_at(), declared, contract);
                told(agent, payments, &made, sources, &mut findings);
                gathered.paid.insert(agent.id.clone(), made.slip);
                out.rebuilt.insert(agent.id.clone());
            }
        }
    }
    summaries(&tallies, &unplaced, agreeing, first, sources, &mut findings);
    if !out.rebuilt.is_empty() {
        let row = table::own("beyond");
        out.beyond = locals.enter(gathered, first.source, BEYOND.to_owned(), &row.label, LineKind::Net, row.recurs);
        out.first = Some(first);
    }
    (out, findings)
}

/// What is known of an employee's pay, in all posts: a declaration is about the person.
fn posts_together<'g>(id: &EmployeeId, gathered: &'g Gathered) -> Option<std::borrow::Cow<'g, PaidSlip>> {
    use std::borrow::Cow;
    let first = gathered.paid.get(id)?;
    let others = (2..).map_while(|post| gathered.paid.get(&id.at_post(post)));
    Some(others.fold(Cow::Borrowed(first), |sum, slip| {
        let add = |a: Option<(Money, At)>, b: Option<(Money, At)>| a.zip(b).map(|((a, at), (b, _))| (a + b, at));
        let net_taxable = add(sum.net_taxable, slip.net_taxable);
        Cow::Owned(PaidSlip { net_taxable, ..sum.into_owned() })
    }))
}

fn names(agent: &who::Agent<'_>, gathered: &mut Gathered) {
    if let Some(b) = agent.parts.first().and_then(|(_, _, p)| p.group.first("S21.G00.30")) {
        let surname = if b.plain(3).is_empty() { b.plain(2) } else { b.plain(3) };
        gathered.register_names.entry(agent.id.clone()).or_insert_with(|| (surname.to_owned(), b.plain(4).to_owned()));
    }
}

/// Whose declarations these are: other establishments are told, and kept apart.
fn employers(used: &[choose::Used<'_>], main: &str, own: Option<&str>, sources: &Sources, findings: &mut Vec<Finding>) {
    let mut others: BTreeMap<String, (usize, At)> = BTreeMap::new();
    for (source, d) in used.iter().filter(|(_, d)| d.siret() != main) {
        others.entry(d.siret()).or_insert((0, At::row(*source, d.line))).0 += d.people.len();
    }
    if let Some(own) = own.filter(|own| *own != main)
        && let Some((source, d)) = used.first()
    {
        findings
            .push(Finding::new("M58", Severity::Justify).arg("siret", main).arg("own", own).at(sources.place(At::row(*source, d.line))));
    }
    for (siret, (count, at)) in others {
        findings.push(Finding::new("M57", Severity::Justify).arg("siret", siret).arg("count", count).at(sources.place(at)));
    }
}

/// The tax withheld from all, against what the declaration pays the tax office.
fn tax_office(used: &[choose::Used<'_>], sources: &Sources, findings: &mut Vec<Finding>) {
    let mut sums: BTreeMap<String, (Money, Money, Option<Money>, At)> = BTreeMap::new();
    for (source, d) in used {
        let entry = sums.entry(d.siret()).or_insert((Money::ZERO, Money::ZERO, None, At::row(*source, d.line)));
        for p in &d.people {
            let of = |block, n| p.group.all(block).filter_map(move |b| b.money(n)).map(|m| m.value).sum::<Money>();
            entry.0 += of("S21.G00.50", 9);
            entry.1 += of("S21.G00.56", 7);
        }
        for m in d.head.all("S21.G00.20").filter(|b| b.plain(1) == "DGFIP").filter_map(|b| b.money(5)) {
            entry.2 = Some(entry.2.unwrap_or_default() + m.value);
            entry.3 = bits::at(*source, m);
        }
    }
    for (withheld, corrections, paid, at) in sums.into_values() {
        // Corrections of earlier months belong to the payment; some programs leave them out of it.
        let far = |p: &Money| [withheld, withheld + corrections].iter().all(|w| (*p - *w).cents().abs() > TAX_TOLERANCE);
        if let Some(paid) = paid.filter(far) {
            findings.push(
                Finding::new("M56", Severity::Justify)
                    .arg("withheld", (withheld + corrections).french())
                    .arg("paid", paid.french())
                    .at(sources.place(at)),
            );
        }
    }
}

fn told(agent: &who::Agent<'_>, payments: usize, made: &pay::Made, sources: &Sources, findings: &mut Vec<Finding>) {
    let about =
        |code: &str, severity| Finding::new(code, severity).arg("agent", &agent.id).of(&agent.id).at(sources.place(agent.first_at()));
    if let Some(over) = made.overshoot {
        findings.push(about("M47", Severity::Warning).arg("sum", over.french()).stake(over.cents()));
    }
    if payments > 1 {
        let advance = made.advance.map_or_else(|| "–".to_owned(), Money::french);
        findings.push(about("M49", Severity::Justify).arg("count", payments).arg("advance", advance));
    }
}

fn summaries(tallies: &pay::Tallies, unplaced: &bits::Unplaced, agreeing: u64, first: At, sources: &Sources, findings: &mut Vec<Finding>) {
    for ((block, code), (label, count, sum, at)) in unplaced {
        findings.push(
            Finding::new("M44", Severity::Justify)
                .arg("code", format!("{block}.{code}"))
                .arg("label", if label.is_empty() { "?" } else { label })
                .arg("count", count)
                .arg("sum", sum.french())
                .at(sources.place(*at)),
        );
    }
    findings.extend(tallies.unsplit.finding("M45", Severity::Warning, sources));
    findings.extend(tallies.remainder.finding("M46", Severity::Justify, sources));
    findings.extend(tallies.residual.finding("M48", Severity::Justify, sources));
    findings.extend(tallies.without_net_social.finding("M60", Severity::Justify, sources));
    if agreeing > 0 {
        findings.push(Finding::new("M59", Severity::Information).arg("count", agreeing).at(sources.place(first)));
    }
}

/// The taxable net is the one sum that registers and declarations define alike; true when it agrees.
fn compare(id: &EmployeeId, known: &PaidSlip, declared: &bits::Declared, sources: &Sources, findings: &mut Vec<Finding>) -> bool {
    let (Some((a, a_at)), Some((b, b_at))) = (known.net_taxable, declared.net_taxable) else { return false };
    if a == b {
        return true;
    }
    findings.push(super::sums_differ("Net imposable", id, (a, a_at), (b, b_at), sources));
    false
}

impl Declared {
    /// What was transferred against what the declaration explains: the difference becomes a line of its own, so that last month
    /// starts at what was really paid. Without a transfer, what a declaration cannot show stays unknown, and that is told.
    pub fn settle(&mut self, people: &mut People, sources: &Sources) -> Vec<Finding> {
        let mut findings = Vec::new();
        let (mut agreeing, mut alone) = (0_u64, 0_u64);
        for id in &self.rebuilt {
            let Some(p) = people.get_mut(id) else { continue };
            let (Some(slip), transfer) = (&mut p.paid, &p.transfer) else { continue };
            let Some((net, net_at)) = slip.net_paid else { continue };
            let sent = transfer.as_ref().map(|t| (t.amount, t.at)).or_else(|| self.stated.get(id).copied());
            let Some((sent, sent_at)) = sent else {
                alone += 1;
                continue;
            };
            let gap = sent - net;
            if gap.is_zero() {
                agreeing += 1;
                continue;
            }
            // Less than explained is what deductions look like; more than explained is not.
            let severity = if gap.is_negative() && (gap.abs().cents() * 3 < net.cents()) { Severity::Warning } else { Severity::Justify };
            findings.push(
                Finding::new("M55", severity)
                    .arg("agent", id)
                    .arg("paid", sent.french())
                    .arg("net", net.french())
                    .arg("gap", gap.french())
                    .stake(gap.cents())
                    .of(id)
                    .at(sources.place(sent_at))
                    .at(sources.place(net_at)),
            );
            if let Some(index) = self.beyond {
                let code = PaidCode::Unknown(index);
                let (amount, employer_amount, at) = (gap, Money::ZERO, sent_at);
                slip.lines.push(PaidLine { code, base: None, rate: None, amount, employer_rate: None, employer_amount, period: None, at });
                slip.net_paid = Some((sent, sent_at));
            }
        }
        let at = self.first.map_or(crate::ground::Place::Nowhere, |a| sources.place(a));
        if agreeing > 0 {
            findings.push(Finding::new("M54", Severity::Information).arg("count", agreeing).at(at.clone()));
        }
        if alone > 0 {
            findings.push(Finding::new("M53", Severity::Justify).arg("count", alone).at(at));
        }
        findings
    }
}
