//! The sums of the report, taken once: per cause, per agent, per line, and the totals they must agree with.
//! Both documents show these; the workbook gives its formulas these results as cached values.

use super::model::{Agent, Change, Report};
use super::wording;
use crate::ground::Money;
use crate::payslip::{LineKind, Totals};
use std::collections::BTreeMap;
use std::ops::Range;

/// What one cause amounts to.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct CauseSum {
    pub agents: u64,
    pub rows: u64,
    pub gross: Money,
    pub net: Money,
    pub employer: Money,
}

/// The report with its sums.
pub struct Digest<'a> {
    pub report: &'a Report,
    /// Indices of changes, grouped by agent in the order of agents.
    order: Vec<u32>,
    /// Where each agent's changes stand in `order`.
    spans: Vec<Range<u32>>,
    /// By cause, as [`Report::causes`].
    pub causes: Vec<CauseSum>,
    /// What each cause does to each line: agents, and the change.
    pub cause_lines: BTreeMap<(u16, u16), (u64, Money)>,
    /// Explained change by line, as [`Report::lines`].
    pub explained: Vec<Money>,
    pub before: Totals,
    pub after: Totals,
    /// Agents who have a payslip this month and are in the transfer file.
    pub paid: u64,
    pub payslips_before: u64,
    pub payslips_after: u64,
    /// This month's nets that are not transferred.
    pub net_set_aside: Money,
    /// Agents from the largest change of net to the smallest.
    pub by_size: Vec<u32>,
}

impl<'a> Digest<'a> {
    pub fn of(report: &'a Report) -> Self {
        let (order, spans) = group_by_agent(report);
        let mut digest = Self {
            report,
            order,
            spans,
            causes: vec![CauseSum::default(); report.causes.len()],
            cause_lines: BTreeMap::new(),
            explained: vec![Money::ZERO; report.lines.len()],
            before: Totals::default(),
            after: Totals::default(),
            paid: 0,
            payslips_before: 0,
            payslips_after: 0,
            net_set_aside: Money::ZERO,
            by_size: (0..report.agents.len()).map(to_u32).collect(),
        };
        digest.add_changes();
        digest.add_agents();
        digest.by_size.sort_by_key(|&i| (-change_of(&report.agents[i as usize]).abs().cents(), i));
        digest
    }

    fn add_changes(&mut self) {
        let mut last_agent = vec![u32::MAX; self.causes.len()];
        for &index in &self.order {
            let change = &self.report.changes[index as usize];
            let sum = &mut self.causes[usize::from(change.cause)];
            sum.rows += 1;
            if last_agent[usize::from(change.cause)] != change.agent {
                last_agent[usize::from(change.cause)] = change.agent;
                sum.agents += 1;
            }
            match self.report.lines[usize::from(change.line)].kind {
                LineKind::Earning => {
                    sum.gross += change.change;
                    sum.net += change.change;
                }
                LineKind::Deduction | LineKind::Tax | LineKind::Net => sum.net += change.change,
                LineKind::Employer => sum.employer += change.change,
            }
            self.explained[usize::from(change.line)] += change.change;
            // Changes of one agent and line stand together: a cause meets the pair once.
            let pair = self.cause_lines.entry((change.cause, change.line)).or_default();
            pair.0 += 1;
            pair.1 += change.change;
        }
    }

    fn add_agents(&mut self) {
        for agent in &self.report.agents {
            if let Some(t) = &agent.before {
                self.before += *t;
                self.payslips_before += 1;
            }
            if let Some(t) = &agent.after {
                self.after += *t;
                self.payslips_after += 1;
                if agent.state.is_transferred() {
                    self.paid += 1;
                } else {
                    self.net_set_aside += t.net_paid;
                }
            }
        }
    }

    /// The changes of one agent, by index in [`Report::agents`].
    pub fn changes_of(&self, agent: u32) -> impl Iterator<Item = &'a Change> + '_ {
        let span = &self.spans[agent as usize];
        self.order[span.start as usize..span.end as usize].iter().map(|&i| &self.report.changes[i as usize])
    }

    /// The causes that move one agent's net, largest first.
    pub fn causes_of(&self, agent: u32) -> Vec<(u16, Money)> {
        let mut sums: Vec<(u16, Money)> = Vec::new();
        for change in self.changes_of(agent).filter(|c| self.is_net(c)) {
            match sums.iter_mut().find(|(cause, _)| *cause == change.cause) {
                Some((_, sum)) => *sum += change.change,
                None => sums.push((change.cause, change.change)),
            }
        }
        sums.retain(|(_, sum)| !sum.is_zero());
        sums.sort_by_key(|&(cause, sum)| (-sum.abs().cents(), cause));
        sums
    }

    /// Whether a change moves the net.
    pub fn is_net(&self, change: &Change) -> bool {
        self.report.lines[usize::from(change.line)].kind != LineKind::Employer
    }

    /// Causes that any change names, in the order of the walk.
    pub fn used_causes(&self) -> Vec<u16> {
        (0u16..).zip(&self.causes).filter(|(_, sum)| sum.rows > 0).map(|(cause, _)| cause).collect()
    }

    /// The lines that name a cause: each of its agents has about one of them, beside contributions and tax, which follow from
    /// it. Largest first; none where the cause is about whole payslips (an arrival, say).
    pub fn naming(&self, cause: u16) -> Vec<(u16, u64, Money)> {
        let of_cause = self.cause_lines.range((cause, 0)..=(cause, u16::MAX));
        let mut own: Vec<(u16, u64, Money)> = of_cause
            .filter(|((_, line), sum)| self.names(*line) && !sum.1.is_zero())
            .map(|((_, line), (agents, sum))| (*line, *agents, *sum))
            .collect();
        if own.iter().map(|l| l.1).sum::<u64>() * 2 > self.causes[usize::from(cause)].agents * 3 {
            return Vec::new();
        }
        // One that is called as the cause is says nothing more.
        if own.len() == 1 && self.report.lines[usize::from(own[0].0)].label == self.report.causes[usize::from(cause)].label {
            return Vec::new();
        }
        own.sort_by_key(|&(line, _, sum)| (-sum.abs().cents(), line));
        own
    }

    fn names(&self, line: u16) -> bool {
        match self.report.lines[usize::from(line)].kind {
            LineKind::Earning | LineKind::Net => true,
            LineKind::Deduction | LineKind::Tax | LineKind::Employer => false,
        }
    }

    /// All changes by position, in the order of agents.
    pub fn change_at(&self, position: usize) -> &'a Change {
        &self.report.changes[self.order[position] as usize]
    }

    /// What this month's payslips withhold for others and what the employer owes, by creditor, in the order of the lines.
    pub fn due(&self) -> Vec<Due<'a>> {
        let mut out: Vec<Due<'a>> = Vec::new();
        for l in self.report.lines.iter().filter(|l| !l.after.is_zero()) {
            let owed = matches!(l.kind, LineKind::Deduction | LineKind::Tax | LineKind::Employer);
            let creditor = match l.creditor.as_str() {
                "" if owed => wording::UNNAMED_CREDITOR.get(self.report.lang),
                "" => continue,
                named => named,
            };
            let at = out.iter().position(|d| d.creditor == creditor).unwrap_or_else(|| {
                out.push(Due { creditor, rows: Vec::new() });
                out.len() - 1
            });
            let rows = &mut out[at].rows;
            let employer = l.kind == LineKind::Employer;
            match rows.iter_mut().find(|r| r.code == l.code) {
                Some(row) if employer => row.employer = Some(l.after),
                Some(row) => row.employee = Some(-l.after),
                None => rows.push(DueRow {
                    code: &l.code,
                    label: &l.label,
                    agents: l.count_after,
                    employee: (!employer).then(|| -l.after),
                    employer: employer.then_some(l.after),
                }),
            }
        }
        out
    }

    pub fn net_change(&self) -> Money {
        self.after.net_paid - self.before.net_paid
    }

    /// What the causes leave of the change of the net: zero in a report that may be signed.
    pub fn unexplained(&self) -> Money {
        self.net_change() - self.causes.iter().map(|c| c.net).sum()
    }

    /// What the transfer file must hold.
    pub fn to_transfer(&self) -> Money {
        self.after.net_paid - self.net_set_aside
    }

    /// Sum over the lines of one kind, before and after.
    pub fn kind_total(&self, kind: LineKind) -> (Money, Money) {
        let of_kind = || self.report.lines.iter().filter(move |l| l.kind == kind);
        (of_kind().map(|l| l.before).sum(), of_kind().map(|l| l.after).sum())
    }

    /// The net as the lines add up to it, before and after.
    pub fn kind_nets(&self) -> (Money, Money) {
        let lines = || self.report.lines.iter().filter(|l| l.kind != LineKind::Employer);
        (lines().map(|l| l.before).sum(), lines().map(|l| l.after).sum())
    }

    pub fn changed_agents(&self) -> usize {
        self.report.agents.iter().filter(|a| !change_of(a).is_zero()).count()
    }
}

/// One line of what goes to a creditor.
#[derive(Debug)]
pub struct DueRow<'a> {
    pub code: &'a str,
    pub label: &'a str,
    pub agents: u64,
    pub employee: Option<Money>,
    pub employer: Option<Money>,
}

impl DueRow<'_> {
    pub fn total(&self) -> Money {
        self.employee.unwrap_or_default() + self.employer.unwrap_or_default()
    }
}

/// All that goes to one creditor.
#[derive(Debug)]
pub struct Due<'a> {
    pub creditor: &'a str,
    pub rows: Vec<DueRow<'a>>,
}

impl Due<'_> {
    pub fn employee(&self) -> Money {
        self.rows.iter().filter_map(|r| r.employee).sum()
    }
    pub fn employer(&self) -> Money {
        self.rows.iter().filter_map(|r| r.employer).sum()
    }
    pub fn total(&self) -> Money {
        self.employee() + self.employer()
    }
}

/// Change of an agent's net; a month without payslip counts as nothing.
pub fn change_of(agent: &Agent) -> Money {
    net(agent.after.as_ref()) - net(agent.before.as_ref())
}

pub fn net(totals: Option<&Totals>) -> Money {
    totals.map_or(Money::ZERO, |t| t.net_paid)
}

fn to_u32(i: usize) -> u32 {
    u32::try_from(i).expect("a report holds fewer than four billion rows")
}

/// By agent, then by line; several causes of one line keep the caller's order, which is that of the walk.
fn group_by_agent(report: &Report) -> (Vec<u32>, Vec<Range<u32>>) {
    let mut order: Vec<u32> = (0..report.changes.len()).map(to_u32).collect();
    order.sort_by_key(|&i| (report.changes[i as usize].agent, report.changes[i as usize].line));
    let mut spans = Vec::with_capacity(report.agents.len());
    let mut start = 0;
    for agent in 0..report.agents.len() {
        let mut end = start;
        while end < order.len() && report.changes[order[end] as usize].agent as usize == agent {
            end += 1;
        }
        spans.push(to_u32(start)..to_u32(end));
        start = end;
    }
    assert!(start == order.len(), "every change names an agent of the report");
    (order, spans)
}
