//! The parts of the page that list what people must know or do: who is set aside, accounts, movements, findings,
//! estimates, what replay proved, and the files everything comes from.

use super::{amount, change, heads};
use crate::ground::EmployeeId;
use crate::ground::Severity;
use crate::ground::{Lang, Money};
use crate::write::report::model::{CallBack, Estimation, Report};
use crate::write::report::wording::{self as w};
use maud::{Markup, html};

pub fn nothing(lang: Lang) -> Markup {
    html! { p { (w::NOTHING.get(lang)) "." } }
}

pub fn set_aside(r: &Report) -> Markup {
    let lang = r.lang;
    let total: Money = r.set_aside.iter().filter_map(|s| s.net).sum();
    html! {
        p.note { (w::SET_ASIDE_NOTE.get(lang)) }
        @if r.set_aside.is_empty() { (nothing(lang)) } @else {
            div.scroll { table {
                (heads(&[
                    (w::EMPLOYEE.get(lang), false), (w::NAME.get(lang), false), (w::NET.get(lang), true),
                    (w::REASON.get(lang), false), (w::ALTERNATIVE.get(lang), false),
                ]))
                tbody { @for s in &r.set_aside { tr {
                    td.id { (s.employee) }
                    th scope="row" { (s.name) br; span.soft { (s.service) } }
                    (amount(s.net, lang))
                    td { (typeset(&s.reason, lang)) }
                    td { (typeset(&s.alternative, lang)) }
                } } }
                tfoot { tr { th scope="row" colspan="2" { (w::TOTAL.get(lang)) } (amount(Some(total), lang)) td {} td {} } }
            } }
        }
    }
}

fn call_back(call: Option<&CallBack>, lang: Lang) -> Markup {
    html! {
        @match call {
            None => strong { (w::NO_CALL_BACK.get(lang)) },
            Some(c) => {
                (w::short_date(c.date, lang)) ", " (c.by) ", " (c.number) ", "
                strong { @if c.confirmed { (w::CONFIRMED.get(lang)) } @else { (w::REFUSED.get(lang)) } }
            }
        }
    }
}

pub fn ibans(r: &Report) -> Markup {
    let lang = r.lang;
    html! {
        p.note { (w::IBAN_NOTE.get(lang)) }
        @if !r.accounts_proven { p { strong { (w::IBAN_UNPROVEN.get(lang)) } } }
        @if r.iban_changes.is_empty() { @if r.accounts_proven { (nothing(lang)) } } @else {
            div.scroll { table {
                (heads(&[
                    (w::EMPLOYEE.get(lang), false), (w::NAME.get(lang), false), (w::OLD_IBAN.get(lang), false), (w::NEW_IBAN.get(lang), false),
                    (w::CALL_BACK.get(lang), false), (w::IN_USE.get(lang), false),
                ]))
                tbody { @for c in &r.iban_changes { tr {
                    td.id { (c.employee) }
                    th scope="row" { (c.name) }
                    td.nowrap { @if let Some(old) = &c.old { (old.as_str()) } @else { "–" } }
                    td { span.nowrap { (c.new.as_str()) } br; span.soft { (c.source) } }
                    td { (call_back(c.call_back.as_ref(), lang)) }
                    td { (w::iban_in_use(c.in_use).get(lang)) }
                } } }
            } }
        }
    }
}

pub fn movements(r: &Report) -> Markup {
    let lang = r.lang;
    let (last, this) = (w::month_name(r.last_month, lang), w::month_name(r.month, lang));
    html! {
        @if r.movements.is_empty() { (nothing(lang)) } @else {
            div.scroll { table {
                (heads(&[
                    (w::MOVEMENT.get(lang), false), (w::EMPLOYEE.get(lang), false), (w::NAME.get(lang), false), (w::DATE.get(lang), false),
                    (w::ACT.get(lang), false), (&format!("{} {last}", w::NET.get(lang)), true), (&format!("{} {this}", w::NET.get(lang)), true),
                ]))
                tbody { @for m in &r.movements { tr {
                    td { (w::movement(m.kind).get(lang)) }
                    td.id { (m.employee) }
                    th scope="row" { (m.name) br; span.soft { (m.service) } }
                    td.nowrap { @if let Some(d) = m.date { (w::short_date(d, lang)) } }
                    td { @if m.act.is_empty() { strong.bad { "–" } } @else { (m.act) } }
                    (amount(m.before, lang)) (amount(m.after, lang))
                } } }
            } }
        }
    }
}

const fn class(s: Severity) -> &'static str {
    match s {
        Severity::Blocking => "severity blocking",
        Severity::Justify => "severity justify",
        Severity::Warning => "severity warning",
        Severity::Information => "severity information",
    }
}

/// A sentence as French is printed: guillemets, colons and semicolons keep what they belong to, apostrophes are curved.
fn typeset(text: &str, lang: Lang) -> String {
    if lang != Lang::Fr {
        return text.to_owned();
    }
    let text = text.replace("« ", "«\u{a0}").replace(" »", "\u{a0}»").replace(" : ", "\u{a0}: ");
    text.replace(" ; ", "\u{202f}; ").replace('\'', "’")
}

/// Places of a finding that the page shows; the workbook and `findings.json` have all.
const PLACES: usize = 2;

fn name<'r>(r: &'r Report, id: &EmployeeId) -> &'r str {
    r.agents.iter().find(|a| a.employee == *id).map_or("", |a| a.name.as_str())
}

pub fn findings(r: &Report) -> Markup {
    let lang = r.lang;
    let mut order: Vec<usize> = (0..r.findings.len()).collect();
    order.sort_by_key(|&i| r.findings[i].severity);
    html! {
        p.note { (w::FINDINGS_NOTE.get(lang)) }
        @if r.findings.is_empty() && r.not_run.is_empty() { (nothing(lang)) } @else {
            div.scroll { table {
                (heads(&[
                    (w::SEVERITY.get(lang), false), (w::CODE.get(lang), false), (w::EMPLOYEE.get(lang), false),
                    (w::MESSAGE.get(lang), false), (w::PLACES.get(lang), false),
                ]))
                tbody {
                    @for i in order {
                        @let f = &r.findings[i];
                        tr {
                            td { span class=(class(f.severity)) { (w::severity(f.severity).get(lang)) } }
                            td.code.nowrap { (f.code) }
                            td { @if let Some(e) = &f.employee { span.id { (e) } br; span.soft { (name(r, e)) } } @else { "–" } }
                            td { (typeset(&f.message, lang)) @if !f.help.is_empty() { div.help { "→ " (typeset(&f.help, lang)) } } }
                            td.places { @for place in f.places.iter().take(PLACES) { div { (typeset(place, lang)) } }
                                @if f.places.len() > PLACES { div { "+ " (w::count((f.places.len() - PLACES) as u64, lang)) " " (w::AND_OTHERS.get(lang)) } }
                            }
                        }
                    }
                    @for c in &r.not_run { tr {
                        td { span class="severity not-run" { (w::NOT_RUN.get(lang)) } }
                        td.code.nowrap { (c.code) }
                        td { "–" }
                        td { (c.label) div.help { (c.why) } }
                        td {}
                    } }
                }
            } }
        }
    }
}

pub fn estimations(r: &Report) -> Markup {
    let lang = r.lang;
    html! {
        p.note { (w::ESTIMATIONS_NOTE.get(lang)) }
        @if r.estimations.is_empty() { (nothing(lang)) } @else {
            div.scroll { table {
                (heads(&[
                    (w::EMPLOYEE.get(lang), false), (w::NAME.get(lang), false), (w::MONTH.get(lang), false), (w::LINE.get(lang), false),
                    (w::POLICY.get(lang), false), (w::REASON.get(lang), false), (w::STATUS.get(lang), false),
                ]))
                tbody { @for group in r.estimations.chunk_by(alike) { (estimated(group, lang)) } }
            } }
        }
    }
}

/// Lines of one agent and month, estimated in one way for one reason.
fn alike(a: &Estimation, b: &Estimation) -> bool {
    let what =
        |e: &Estimation| (e.employee.clone(), e.month.clone(), e.policy.clone(), e.reason.clone(), e.source.clone(), e.status.clone());
    what(a) == what(b)
}

/// One row for all of them; the lines under a fold when there are several.
fn estimated(group: &[Estimation], lang: Lang) -> Markup {
    let e = &group[0];
    let line = |e: &Estimation| html! { span.code { (e.code) } " " (e.label) " " span.nowrap { (w::amount(e.amount, lang)) } };
    html! {
        tr {
            td.id { (e.employee) }
            th scope="row" { (e.name) }
            td.nowrap { (w::month_text(&e.month, lang)) }
            td {
                @if group.len() == 1 { (line(e)) } @else {
                    details {
                        summary { (w::count(group.len() as u64, lang)) " " (w::ROWS.get(lang).to_lowercase()) }
                        @for e in group { div { (line(e)) } }
                    }
                }
            }
            td { (e.policy) }
            td { (e.reason) br; span.soft { (w::month_text(&e.source, lang)) } }
            td { (e.status) }
        }
    }
}

/// Where two people sign, beside what they sign.
pub fn visa(r: &Report) -> Markup {
    let lang = r.lang;
    html! {
        table.visa {
            caption { (w::VISA.get(lang)) }
            tbody { @for who in [w::VISA_PREPARED, w::VISA_CHECKED] { tr {
                th scope="row" { (who.get(lang)) }
                td { span.soft { (w::VISA_SIGNED.get(lang)) } }
            } } }
        }
    }
}

pub fn replay(r: &Report) -> Markup {
    let (lang, p) = (r.lang, &r.replay);
    // What was of that month only is nothing to recompute.
    let made = p.exact + p.rounding + p.carried + p.gap;
    let month = w::of_month(r.last_month, lang);
    let n = |n| w::count(n, lang);
    let (of_lines, of_agents) = match lang {
        Lang::Fr => (
            format!("des {} lignes {month} que les règles refont, recalculées au centime", n(made)),
            format!("des {} agents retrouvés entièrement, toutes lignes au centime", n(p.agents)),
        ),
        Lang::En => (
            format!("of the {} lines {month} that the rules make, recomputed to the cent", n(made)),
            format!("of the {} employees found again entirely, every line to the cent", n(p.agents)),
        ),
    };
    let rest = [(w::REPLAY_ROUNDING, p.rounding), (w::REPLAY_GAP, p.gap), (w::REPLAY_CARRIED, p.carried), (w::REPLAY_ONE_OFF, p.one_off)];
    html! {
        p.note { (w::REPLAY_NOTE.get(lang)) }
        div.proof {
            strong { (w::share(p.exact, made, lang)) } span { (of_lines) }
            strong { (w::share(p.agents_exact, p.agents, lang)) } span { (of_agents) }
        }
        p {
            @for (i, (text, count)) in rest.iter().enumerate() {
                @if i > 0 { "\u{202f}; " }
                (text.get(lang).to_lowercase()) "\u{a0}: " (n(*count))
            }
            @if !p.unreplayed.is_empty() { "\u{202f}; " (w::UNREPLAYED.get(lang)) "\u{a0}: " (p.unreplayed.join(", ")) }
            "."
        }
        @if !p.gaps.is_empty() {
            div.scroll { table {
                (heads(&[
                    (w::CODE.get(lang), false), (w::LINE.get(lang), false), (w::ROWS.get(lang), true), (w::PAID.get(lang), true),
                    (w::RECOMPUTED.get(lang), true), (w::CHANGE.get(lang), true), (w::NOTE.get(lang), false),
                ]))
                tbody { @for g in &p.gaps { tr {
                    td.code { (g.code) }
                    th scope="row" { (g.label) }
                    td.n { (n(g.lines)) }
                    (amount(Some(g.paid), lang)) (amount(Some(g.recomputed), lang)) (change(g.recomputed - g.paid, lang))
                    td { (g.note) }
                } } }
            } }
        }
    }
}

pub fn sources(r: &Report) -> Markup {
    let lang = r.lang;
    html! {
        p.note { (w::SOURCES_NOTE.get(lang)) }
        div.scroll { table {
            (heads(&[(w::FILE.get(lang), false), (w::USED_AS.get(lang), false), (w::ROWS.get(lang), true), (w::HASH.get(lang), false)]))
            tbody { @for s in &r.sources { tr {
                th scope="row" { (s.file) }
                td { (s.used_as) }
                td.n { (w::count(s.rows, lang)) }
                td.hash { (s.hash) }
            } } }
        } }
    }
}
