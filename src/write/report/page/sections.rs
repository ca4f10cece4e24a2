//! The parts of the page that explain the difference: causes, totals, agents.

use super::{amount, anchor, change, detailed, heads, percent, registers};
use crate::ground::{Lang, Money};
use crate::payslip::LineKind;
use crate::write::report::digest::{self, Digest};
use crate::write::report::model::{Agent, Change};
use crate::write::report::wording::{self as w};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Agents shown among the largest changes.
const TOP: usize = 15;
/// Lines by which a cause is named.
const NAMES: usize = 6;

/// Every cause with what it amounts to; each opens on the agents it concerns.
pub fn causes(d: &Digest<'_>) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let shown: BTreeSet<u32> = detailed(d).into_iter().collect();
    let agents = by_cause(d, &shown);
    let gross = d.causes.iter().map(|c| c.gross).sum::<Money>();
    html! {
        div.scroll { table {
            (heads(&[(w::CAUSE.get(lang), false), (w::AGENTS.get(lang), true), (w::CHANGE_GROSS.get(lang), true), (w::CHANGE_NET.get(lang), true)]))
            tbody {
                @for cause in d.used_causes() {
                    @let sum = d.causes[usize::from(cause)];
                    @let list = &agents[usize::from(cause)];
                    tr.opens[!list.is_empty()] {
                        th scope="row" { (r.causes[usize::from(cause)].label) }
                        td.n { (w::count(sum.agents, lang)) }
                        (change(sum.gross, lang))
                        (change(sum.net, lang))
                    }
                    (naming(d, cause, !list.is_empty()))
                    @if !list.is_empty() { (cause_agents(d, list, sum.agents)) }
                }
                @if !d.unexplained().is_zero() {
                    tr { th scope="row" { strong.bad { (w::UNEXPLAINED_CAUSE.get(lang)) } } td {} td {} (change(d.unexplained(), lang)) }
                }
            }
            tfoot { tr { th scope="row" { (w::TOTAL.get(lang)) } td {} (change(gross, lang)) (change(d.net_change(), lang)) } }
        } }
    }
}

/// Under a cause, the lines that name it, and what follows from them.
fn naming(d: &Digest<'_>, cause: u16, opens: bool) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let lines = d.naming(cause);
    let (shown, others) = lines.split_at(lines.len().min(NAMES));
    let rest = d.causes[usize::from(cause)].net - lines.iter().map(|l| l.2).sum::<Money>();
    let row = |label: &str, agents: Option<u64>, sum: Money, gross: bool| {
        html! {
            tr.names.opens[opens] {
                th scope="row" { (label) }
                td.n { @if let Some(n) = agents { (w::count(n, lang)) } }
                @if gross { (change(sum, lang)) td {} } @else { td {} (change(sum, lang)) }
            }
        }
    };
    html! {
        @for &(line, agents, sum) in shown {
            @let l = &r.lines[usize::from(line)];
            (row(&l.label, Some(agents), sum, l.kind == LineKind::Earning))
        }
        @if !others.is_empty() { (row(w::OTHER_LINES.get(lang), None, others.iter().map(|l| l.2).sum(), true)) }
        @if !lines.is_empty() && !rest.is_zero() { (row(w::FOLLOWS.get(lang), None, rest, false)) }
    }
}

/// By cause, the agents whose net it moves, largest first.
fn by_cause(d: &Digest<'_>, shown: &BTreeSet<u32>) -> Vec<Vec<(u32, Money)>> {
    let mut lists = vec![Vec::new(); d.report.causes.len()];
    for &agent in shown {
        for (cause, sum) in d.causes_of(agent) {
            lists[usize::from(cause)].push((agent, sum));
        }
    }
    for list in &mut lists {
        list.sort_by_key(|&(agent, sum): &(u32, Money)| (-sum.abs().cents(), agent));
    }
    lists
}

fn cause_agents(d: &Digest<'_>, list: &[(u32, Money)], all: u64) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let label = match (lang, all) {
        (Lang::Fr, 1) => "voir l’agent".to_owned(),
        (Lang::Fr, n) if n == list.len() as u64 => format!("voir les {} agents", w::count(n, lang)),
        (Lang::Fr, n) => format!("voir {} des {} agents", w::count(list.len() as u64, lang), w::count(n, lang)),
        (Lang::En, 1) => "see the employee".to_owned(),
        (Lang::En, n) if n == list.len() as u64 => format!("see the {} employees", w::count(n, lang)),
        (Lang::En, n) => format!("see {} of {} employees", w::count(list.len() as u64, lang), w::count(n, lang)),
    };
    html! {
        tr.more { td colspan="4" { details {
            summary { (label) }
            table {
                (heads(&[(w::EMPLOYEE.get(lang), false), (w::NAME.get(lang), false), (w::SERVICE.get(lang), false), (w::CHANGE_NET.get(lang), true)]))
                tbody { @for &(agent, sum) in list {
                    @let a = &r.agents[agent as usize];
                    tr {
                        td.id { (a.employee) }
                        th scope="row" { a href=(format!("#{}", anchor(agent))) { (a.name) } }
                        td { (a.service) }
                        (change(sum, lang))
                    }
                } }
            }
        } } }
    }
}

/// From gross to net, both months, and what does not touch the net below.
pub fn gross_to_net(d: &Digest<'_>) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let (last, this) = (w::month(r.last_month, lang), w::month(r.month, lang));
    let parts =
        [(w::EARNINGS, LineKind::Earning), (w::DEDUCTIONS, LineKind::Deduction), (w::TAX, LineKind::Tax), (w::AFTER_TAX, LineKind::Net)];
    let below = [
        (w::EMPLOYER_COST, d.before.employer_cost, d.after.employer_cost),
        (w::NET_SOCIAL, d.before.net_social, d.after.net_social),
        (w::NET_TAXABLE, d.before.net_taxable, d.after.net_taxable),
    ];
    let net = d.kind_nets();
    html! {
        div.scroll { table {
            (heads(&[("", false), (&last, true), (&this, true), (w::CHANGE.get(lang), true), ("%", true)]))
            tbody {
                @for (text, kind) in parts { (pair(text.get(lang), d.kind_total(kind), lang, false)) }
                (pair(w::NET_TO_PAY.get(lang), net, lang, true))
                @for (text, before, after) in below.into_iter().filter(|b| r.net_social || b.0.get(lang) != w::NET_SOCIAL.get(lang)) { (pair(text.get(lang), (before, after), lang, false)) }
            }
        } }
        (bridges(d))
    }
}

fn pair(label: &str, (before, after): (Money, Money), lang: Lang, total: bool) -> Markup {
    html! {
        tr.total[total] {
            th scope="row" { (label) }
            (amount(Some(before), lang)) (amount(Some(after), lang)) (change(after - before, lang)) (percent(before, after, lang))
        }
    }
}

/// Every line of the payslips, both months.
pub fn by_line(d: &Digest<'_>) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let (last, this) = (w::month_name(r.last_month, lang), w::month_name(r.month, lang));
    html! {
        div.scroll { table {
            (heads(&[
                (w::CODE.get(lang), false), (w::LABEL.get(lang), false), (&format!("{} {last}", w::AGENTS.get(lang)), true),
                (&format!("{} {this}", w::AGENTS.get(lang)), true), (last, true), (this, true), (w::CHANGE.get(lang), true),
            ]))
            @for (text, kind) in KINDS {
                @let (before, after) = d.kind_total(kind);
                @let lines = r.lines.iter().filter(|l| l.kind == kind);
                @if lines.clone().next().is_some() { tbody {
                    @for l in lines { tr {
                        td.code { (l.code) }
                        th scope="row" { (l.label) }
                        td.n { (w::count(l.count_before, lang)) } td.n { (w::count(l.count_after, lang)) }
                        (amount(Some(l.before), lang)) (amount(Some(l.after), lang)) (change(l.after - l.before, lang))
                    } }
                    tr.total {
                        td {} th scope="row" { (text.get(lang)) } td {} td {}
                        (amount(Some(before), lang)) (amount(Some(after), lang)) (change(after - before, lang))
                    }
                } }
            }
        } }
    }
}

const KINDS: [(w::Text, LineKind); 5] = [
    (w::EARNINGS, LineKind::Earning),
    (w::DEDUCTIONS, LineKind::Deduction),
    (w::TAX, LineKind::Tax),
    (w::AFTER_TAX, LineKind::Net),
    (w::EMPLOYER_CHARGES, LineKind::Employer),
];

/// What is withheld and owed, by whom it goes to.
pub fn due(d: &Digest<'_>) -> Markup {
    let lang = d.report.lang;
    let groups = d.due();
    if groups.is_empty() {
        return registers::nothing(lang);
    }
    html! {
        p.note { (w::DUE_NOTE.get(lang)) }
        div.scroll { table {
            (heads(&[
                (w::CREDITOR.get(lang), false), (w::LINE.get(lang), false), (w::AGENTS.get(lang), true),
                (w::EMPLOYEE_PART.get(lang), true), (w::EMPLOYER_PART.get(lang), true), (w::TOTAL.get(lang), true),
            ]))
            @for group in groups { tbody {
                tr.total {
                    th scope="rowgroup" colspan="2" { (group.creditor) } td {}
                    (amount(Some(group.employee()), lang)) (amount(Some(group.employer()), lang)) (amount(Some(group.total()), lang))
                }
                @for row in &group.rows { tr {
                    td {}
                    th scope="row" { span.code { (row.code) } " " (row.label) }
                    td.n { (w::count(row.agents, lang)) }
                    (amount(row.employee, lang)) (amount(row.employer, lang)) (amount(Some(row.total()), lang))
                } }
            } }
        } }
    }
}

/// Headcount and transfers, each as one row of arithmetic.
fn bridges(d: &Digest<'_>) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let h = r.headcount;
    let (last, this) = (w::month(r.last_month, lang), w::month(r.month, lang));
    let signed = |sign: &str, n: u64| if n == 0 { "0".to_owned() } else { format!("{sign}{}", w::count(n, lang)) };
    let plain = |text: w::Text| text.get(lang).trim_start_matches(['+', '−', '=', ' ']).to_owned();
    let gap = d.to_transfer() - r.transfers.total;
    html! {
        div.scroll { table.bridge {
            caption { (w::BRIDGE.get(lang)) }
            (heads(&[
                (&last, true), (&plain(w::ARRIVALS), true), (&plain(w::RETURNS), true), (&plain(w::DEPARTURES), true),
                (&plain(w::SUSPENSIONS), true), (&this, true),
            ]))
            tbody { tr {
                td.n { (w::count(h.before, lang)) }
                td.n { (signed("+", h.arrivals)) } td.n { (signed("+", h.returns)) }
                td.n { (signed("\u{2212}", h.departures)) } td.n { (signed("\u{2212}", h.suspensions)) }
                td.n { strong { (w::count(h.after, lang)) } }
            } }
        } }
        div.scroll { table.bridge {
            caption { (w::TRANSFERS.get(lang)) }
            (heads(&[
                (w::NETS_OF_MONTH.get(lang), true), (&plain(w::NETS_SET_ASIDE), true), (&plain(w::NETS_EXPECTED), true),
                (w::TRANSFER_FILE.get(lang), true), (w::TRANSFER_COUNT.get(lang), true), (w::CHANGE.get(lang), true),
            ]))
            tbody { tr {
                (amount(Some(d.after.net_paid), lang)) (amount(Some(-d.net_set_aside), lang))
                td.n { strong { (w::amount(d.to_transfer(), lang)) } }
                (amount(Some(r.transfers.total), lang)) td.n { (w::count(r.transfers.count, lang)) } (change(gap, lang))
            } }
        } }
    }
}

pub fn largest(d: &Digest<'_>) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let (last, this) = (w::month_name(r.last_month, lang), w::month_name(r.month, lang));
    let shown: BTreeSet<u32> = detailed(d).into_iter().collect();
    let moved: Vec<u32> = d.by_size.iter().take(TOP).copied().filter(|&i| !digest::change_of(&r.agents[i as usize]).is_zero()).collect();
    if moved.is_empty() {
        return registers::nothing(lang);
    }
    html! {
        div.scroll { table {
            (heads(&[
                (w::EMPLOYEE.get(lang), false), (w::NAME.get(lang), false), (&format!("{} {last}", w::NET.get(lang)), true),
                (&format!("{} {this}", w::NET.get(lang)), true), (w::CHANGE.get(lang), true), ("%", true), (w::TOP_CAUSES.get(lang), false),
            ]))
            tbody { @for &i in &moved {
                @let a = &r.agents[i as usize];
                tr {
                    td.id { (a.employee) }
                    th scope="row" {
                        @if shown.contains(&i) { a href=(format!("#{}", anchor(i))) { (a.name) } } @else { (a.name) }
                        br; span.soft { (a.service) }
                    }
                    (amount(a.before.map(|t| t.net_paid), lang))
                    (amount(a.after.map(|t| t.net_paid), lang))
                    (change(digest::change_of(a), lang))
                    (percent(digest::net(a.before.as_ref()), digest::net(a.after.as_ref()), lang))
                    td { (main_causes(d, i, a)) }
                }
            } }
        } }
    }
}

/// The two largest causes of an agent's change, and the reason when there is one.
fn main_causes(d: &Digest<'_>, agent: u32, a: &Agent) -> Markup {
    let lang = d.report.lang;
    html! {
        @for &(cause, sum) in d.causes_of(agent).iter().take(2) {
            div { (d.report.causes[usize::from(cause)].label) " " span.nowrap.down[sum.is_negative()] { (w::signed(sum, lang)) } }
        }
        @if !a.reason.is_empty() { div.soft { (a.reason) } }
    }
}

/// Every agent whose pay changes; each opens on the lines and their causes.
pub fn agents(d: &Digest<'_>) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let shown = detailed(d);
    let changed = d.changed_agents();
    let unchanged = r.agents.len() - changed;
    let n = |n: usize| w::count(n as u64, lang);
    let note = match lang {
        Lang::Fr if shown.len() < changed => {
            format!("Les {} agents dont le net change le plus, sur {}. Tous sont dans diff.xlsx et diff.csv.", n(shown.len()), n(changed))
        }
        Lang::Fr => format!(
            "{} agents dont la paie change, du plus grand écart au plus petit ; {} sans écart de net.",
            n(shown.len()),
            n(unchanged)
        ),
        Lang::En if shown.len() < changed => {
            format!("The {} employees whose net changes most, of {}. All are in diff.xlsx and diff.csv.", n(shown.len()), n(changed))
        }
        Lang::En => format!("{} employees whose pay changes, largest first; {} without change of net.", n(shown.len()), n(unchanged)),
    };
    let (last, this) = (w::month_name(r.last_month, lang), w::month_name(r.month, lang));
    html! {
        p.note { (note) }
        p #filter-box hidden { label { (w::FILTER.get(lang)) " " input #filter type="search" placeholder=(w::FILTER_HINT.get(lang)); } " " button #open-all type="button" { (w::OPEN_ALL.get(lang)) } }
        div.columns aria-hidden="true" {
            span {} span { (w::EMPLOYEE.get(lang)) } span { (w::NAME.get(lang)) } span { (w::SERVICE.get(lang)) }
            span.n { (last) } span.n { (this) } span.n { (w::CHANGE.get(lang)) }
        }
        @for i in shown { (agent(d, i)) }
    }
}

fn agent(d: &Digest<'_>, index: u32) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let a = &r.agents[index as usize];
    let total = digest::change_of(a);
    let changes: Vec<&Change> = d.changes_of(index).collect();
    let money = |m: Option<Money>| m.map_or_else(|| "–".to_owned(), |m| w::amount(m, lang));
    html! {
        details.agent id=(anchor(index)) {
            summary {
                span.id { (a.employee) @if a.post > 1 { "/" (a.post) } }
                span { (a.name) }
                span.soft { (a.service) }
                span.n { (money(a.before.map(|t| t.net_paid))) }
                span.n { (money(a.after.map(|t| t.net_paid))) }
                span.n.down[total.is_negative()] { (w::signed(total, lang)) }
            }
            p.note {
                (a.statut) ", " (w::agent_state(a.state).get(lang).to_lowercase()) ", " (w::mode(a.mode).get(lang).to_lowercase())
                @if !a.reason.is_empty() { ". " (a.reason) } "."
            }
            table {
                (heads(&[
                    (w::CODE.get(lang), false), (w::LINE.get(lang), false), (w::BEFORE.get(lang), true), (w::AFTER.get(lang), true),
                    (w::CHANGE.get(lang), true), (w::CAUSE.get(lang), false),
                ]))
                tbody { @for group in changes.chunk_by(|a, b| a.line == b.line) {
                    @let line = &r.lines[usize::from(group[0].line)];
                    @let employer = line.kind == LineKind::Employer;
                    // A line that several causes change is shown once, with a row for each cause.
                    @let rows = (group.len() > 1).then_some(group.len());
                    @for (i, c) in group.iter().enumerate() {
                        tr.soft[employer] {
                            @if i == 0 {
                                td.code rowspan=[rows] { (line.code) }
                                th scope=(if rows.is_some() { "rowgroup" } else { "row" }) rowspan=[rows] { (line.label) }
                                td.n rowspan=[rows] { (w::amount(c.before, lang)) }
                                td.n rowspan=[rows] { (w::amount(c.after, lang)) }
                            }
                            (change(c.change, lang))
                            td { (r.causes[usize::from(c.cause)].label) @if !c.detail.is_empty() { span.soft { " – " (c.detail) } } }
                        }
                    }
                } }
                tfoot { tr {
                    th scope="row" colspan="4" { (w::CHANGE_NET.get(lang)) } (change(total, lang)) td {}
                } }
            }
        }
    }
}
