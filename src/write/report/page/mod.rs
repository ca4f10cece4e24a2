//! `diff.html`: the report as one file that needs nothing else, to read on a screen or on paper.
//! In: the report. Out: the text of the page; every value passes through the escaping of `maud`.
//! It reads without script; the small one inside opens the agent a link points at and filters the list.

mod registers;
mod sections;

use super::digest::{self, Digest};
use super::model::{Report, State};
use super::waterfall;
use super::wording::{self as w, Text};
use crate::ground::{Lang, Money};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Agents whose details are in the page; of a larger report, the [`LARGEST`] are.
const ALL: usize = 2_000;
const LARGEST: usize = 500;

/// The page.
pub fn page(report: &Report) -> String {
    let d = Digest::of(report);
    let lang = report.lang;
    let title = format!("{} – {}", report.employer, w::subject(report));
    // Nothing is fetched, and no script runs but the one below, whatever a name in the data holds.
    let policy = format!("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'", base64(&Sha256::digest(SCRIPT)));
    html! {
        (DOCTYPE)
        html lang=(match lang { Lang::Fr => "fr", Lang::En => "en" }) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(report.program);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (header(report))
                main {
                    (key_numbers(&d))
                    (alarms(&d))
                    (registers::visa(report))
                    (contents(lang))
                    (section(w::WHY_DIFFERENT, "why", false, lang, &html! { (waterfall::picture(&d)) (sections::causes(&d)) }))
                    (section(w::GROSS_TO_NET, "gross-to-net", false, lang, &sections::gross_to_net(&d)))
                    (section(w::BY_LINE, "by-line", false, lang, &sections::by_line(&d)))
                    (section(w::DUE, "due", false, lang, &sections::due(&d)))
                    (section(w::LARGEST, "largest", false, lang, &sections::largest(&d)))
                    (section(w::SET_ASIDE_TITLE, "set-aside", false, lang, &registers::set_aside(report)))
                    (section(w::IBAN_TITLE, "iban", false, lang, &registers::ibans(report)))
                    (section(w::MOVEMENTS, "movements", false, lang, &registers::movements(report)))
                    (section(w::FINDINGS, "findings", false, lang, &registers::findings(report)))
                    (section(w::ESTIMATIONS_TITLE, "estimations", false, lang, &registers::estimations(report)))
                    (section(w::REPLAY_TITLE, "replay", false, lang, &registers::replay(report)))
                    (section(w::SOURCES_TITLE, "sources", false, lang, &registers::sources(report)))
                    (section(w::ALL_AGENTS, "agents", false, lang, &sections::agents(&d)))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

const SECTIONS: [(Text, &str); 13] = [
    (w::WHY_DIFFERENT, "why"),
    (w::GROSS_TO_NET, "gross-to-net"),
    (w::BY_LINE, "by-line"),
    (w::DUE, "due"),
    (w::LARGEST, "largest"),
    (w::SET_ASIDE_TITLE, "set-aside"),
    (w::IBAN_TITLE, "iban"),
    (w::MOVEMENTS, "movements"),
    (w::FINDINGS, "findings"),
    (w::ESTIMATIONS_TITLE, "estimations"),
    (w::REPLAY_TITLE, "replay"),
    (w::SOURCES_TITLE, "sources"),
    (w::ALL_AGENTS, "agents"),
];

fn contents(lang: Lang) -> Markup {
    html! {
        nav aria-label=(w::CONTENTS.get(lang)) {
            ul { @for (text, id) in SECTIONS { li { a href=(format!("#{id}")) { (text.get(lang)) } } } }
        }
    }
}

/// `fresh` starts a new sheet of paper.
fn section(title: Text, id: &str, fresh: bool, lang: Lang, content: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby=(format!("{id}-title")) {
            h2 id=(format!("{id}-title")) class=[fresh.then_some("fresh")] { (title.get(lang)) }
            (content)
        }
    }
}

fn header(r: &Report) -> Markup {
    let lang = r.lang;
    let state_class = match r.state {
        State::Draft => "state draft",
        State::Approved => "state",
        State::Released => "state released",
    };
    html! {
        header {
            div {
                h1 { (r.employer) }
                p.subject { (w::subject(r)) }
                p.meta {
                    (w::provenance(r)) br; (w::RULES_USED.get(lang)) " " (r.pack.name) " " (r.pack.version) ", " (r.program) "."
                }
            }
            p class=(state_class) { (w::state(r.state).get(lang)) }
        }
    }
}

fn key_numbers(d: &Digest<'_>) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let (month, last) = (w::month_name(r.month, lang), w::month_name(r.last_month, lang));
    let percent = w::change_percent(d.before.net_paid, d.after.net_paid, lang);
    let missing = r.transfers.total - d.to_transfer();
    let without = r.set_aside.iter().filter(|s| s.net.is_none()).count();
    let net = match lang {
        Lang::Fr => format!("net total, {last} → {month}"),
        Lang::En => format!("total net, {last} → {month}"),
    };
    html! {
        dl.key {
            div { dt { (w::KEY_PAID.get(lang)) } dd { (w::count(d.paid, lang)) } }
            div { dt { (w::KEY_SET_ASIDE.get(lang)) } dd { (w::count(r.set_aside.len() as u64, lang)) }
                @if without > 0 { dd.sub { (w::count(without as u64, lang)) " " (w::WITHOUT_PAYSLIP.get(lang)) } }
            }
            div {
                dt { (net) }
                dd { (w::amount(d.before.net_paid, lang)) " " span.arrow { "→" } " " (euros(d.after.net_paid, lang)) }
            }
            div {
                dt { (w::KEY_CHANGE.get(lang)) }
                dd { (w::signed(d.net_change(), lang)) "\u{a0}€" }
                @if d.unexplained().is_zero() {
                    dd.sub.good { @if let Some(p) = percent { (p) ", " } (w::KEY_EXPLAINED.get(lang)) }
                } @else {
                    dd.sub.bad { (w::KEY_NOT_EXPLAINED.get(lang)) (w::signed(d.unexplained(), lang)) "\u{a0}€" }
                }
            }
            div {
                dt { (w::KEY_TRANSFERS.get(lang)) }
                dd { (euros(r.transfers.total, lang)) }
                @if missing.is_zero() {
                    dd.sub.good { (w::KEY_SAME.get(lang)) }
                } @else {
                    dd.sub.bad { (w::KEY_DIFFERENT.get(lang)) (w::signed(missing, lang)) "\u{a0}€" }
                }
            }
        }
    }
}

/// Sums that should agree and do not, each with its amount. An empty page part when all is well.
fn alarms(d: &Digest<'_>) -> Markup {
    let (r, lang) = (d.report, d.report.lang);
    let h = r.headcount;
    let (lines_before, lines_after) = d.kind_nets();
    let checks = [
        (w::CHECK_LINES_BEFORE, lines_before - d.before.net_paid),
        (w::CHECK_LINES_AFTER, lines_after - d.after.net_paid),
        (w::CHECK_CAUSES, d.unexplained()),
        (w::CHECK_TRANSFERS, d.to_transfer() - r.transfers.total),
        (w::CHECK_MANIFEST_BEFORE, d.before.net_paid - r.totals_before.net_paid),
        (w::CHECK_MANIFEST_AFTER, d.after.net_paid - r.totals_after.net_paid),
    ];
    let bridge = h.before + h.arrivals + h.returns == h.after + h.departures + h.suspensions;
    html! {
        @if !r.held.is_empty() {
            p.alarm { (w::HELD.get(lang)) "\u{a0}: " (r.held.join(", ")) }
        }
        @for (text, gap) in checks.iter().filter(|(_, gap)| !gap.is_zero()) {
            p.alarm { (text.get(lang)) "\u{a0}: " (w::signed(*gap, lang)) "\u{a0}€" }
        }
        @if !bridge { p.alarm { (w::CHECK_HEADCOUNT.get(lang)) } }
    }
}

/// An amount with its currency.
fn euros(m: Money, lang: Lang) -> String {
    format!("{}\u{a0}€", w::amount(m, lang))
}

/// A cell with an amount.
fn amount(m: Option<Money>, lang: Lang) -> Markup {
    html! { td.n { @if let Some(m) = m { (w::amount(m, lang)) } @else { "–" } } }
}

/// A cell with a difference: signed, and red when negative.
fn change(m: Money, lang: Lang) -> Markup {
    html! { td.n.down[m.is_negative()] { (w::signed(m, lang)) } }
}

fn percent(before: Money, after: Money, lang: Lang) -> Markup {
    html! { td.n.soft { @if let Some(p) = w::change_percent(before, after, lang) { (p) } @else { "–" } } }
}

/// Column titles: text on the left, numbers on the right.
fn heads(columns: &[(&str, bool)]) -> Markup {
    html! { thead { tr { @for (text, number) in columns { th.n[*number] scope="col" { (text) } } } } }
}

/// Standard base64, for the hash in the policy.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, &b| bits << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// The name under which an agent's details can be linked to.
fn anchor(agent: u32) -> String {
    format!("a{agent}")
}

/// Agents whose details the page holds, largest change first, without those whose pay is the same to the cent.
fn detailed(d: &Digest<'_>) -> Vec<u32> {
    let limit = if d.report.agents.len() <= ALL { ALL } else { LARGEST };
    d.by_size
        .iter()
        .copied()
        .filter(|&i| d.changes_of(i).next().is_some() || !digest::change_of(&d.report.agents[i as usize]).is_zero())
        .take(limit)
        .collect()
}

#[cfg(test)]
mod tests;
