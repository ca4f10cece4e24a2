//! Controls over the lines of one payslip: their sign, their arithmetic, their rate, and what became of last month's.
//!
//! Which lines may bend a rule (reductions, arrears, reliefs) is named by the control, in the pack.

use crate::check::Control;
use crate::check::agent::Subject;
use crate::ground::{At, Exact, Finding, Money, Rounding, Severity, money, words};
use crate::payslip::{Card, Line, LineKind, Mode, Payslip, Status};
use std::collections::BTreeSet;

/// What became of one line between the months. Amounts are the employee's share, or the employer's where there is no other.
#[derive(Clone, Debug)]
pub struct Moved {
    /// Index in the catalogue.
    pub card: usize,
    pub before: Money,
    pub after: Money,
    /// A fact or a law that changed stands behind the change.
    pub grounded: bool,
    /// Entered by a person.
    pub manual: bool,
    /// Last month's line.
    pub at: At,
}

/// Measures over lines. `None`: not a measure of this module.
pub fn measure(c: &Control, s: &Subject<'_>) -> Option<Vec<Finding>> {
    let Some(p) = s.payslip else {
        return matches!(
            c.measure.as_str(),
            "unexpected_sign" | "base_times_rate" | "rate_in_force" | "older_bonus" | "recurring_line_changed" | "one_off_repeated"
        )
        .then(Vec::new);
    };
    Some(match c.measure.as_str() {
        "unexpected_sign" => p.lines.iter().filter_map(|l| sign(c, s, l)).collect(),
        "base_times_rate" => p.lines.iter().flat_map(|l| product(c, s, l)).collect(),
        "rate_in_force" => p.lines.iter().flat_map(|l| rate(c, s, l)).collect(),
        "older_bonus" => older(c, s, p),
        "recurring_line_changed" => recurring(c, s, p),
        "one_off_repeated" => repeated(c, s),
        _ => return None,
    })
}

/// A finding about one line, placed where last month shows it, or else where the employee stands.
fn about(c: &Control, s: &Subject<'_>, card: usize) -> Finding {
    let at = s.moved.iter().find(|m| m.card == card).map_or(At::NOWHERE, |m| m.at);
    let f = c.finding().of(s.id).arg("agent", s.id).arg("name", s.name).arg("code", &s.frame.catalogue[card].code);
    f.at(s.frame.sources.place(at)).at(s.place.clone())
}

/// A line that nothing computed is only warned about: it is an estimate by its own mark.
fn weigh(mut f: Finding, status: Status) -> Finding {
    if status != Status::Computed {
        f.severity = f.severity.max(Severity::Warning);
    }
    f
}

fn sign(c: &Control, s: &Subject<'_>, l: &Line) -> Option<Finding> {
    let card = &s.frame.catalogue[l.element.index()];
    // Without a rule, its nature is only what the line itself looks like; that it comes again is told by its name.
    if l.element.index() >= s.frame.law.len() {
        return None;
    }
    let odd = match card.kind {
        LineKind::Earning => l.amount.is_negative(),
        LineKind::Deduction | LineKind::Tax => l.amount > Money::ZERO,
        LineKind::Employer => l.employer_amount.is_negative(),
        LineKind::Net => false,
    };
    let arrears = l.period.is_some_and(|m| m != s.frame.month);
    let shown = if card.kind == LineKind::Employer { l.employer_amount } else { l.amount };
    (odd && !arrears && !c.is_about(&card.id)).then(|| about(c, s, l.element.index()).arg("amount", shown.french()).stake(shown.cents()))
}

fn product(c: &Control, s: &Subject<'_>, l: &Line) -> Vec<Finding> {
    let law = s.frame.law.get(l.element.index()).copied().unwrap_or_default();
    let limit = c.money("amount").unwrap_or(Money::ZERO);
    let pairs = [(law.product, l.rate, l.amount), (law.employer_product, l.employer_rate, l.employer_amount)];
    let wrong = pairs.into_iter().filter(|p| p.0).filter_map(|(_, rate, amount)| {
        let expected = money::round(l.base?.mul(rate?)?, Rounding::HalfUp)?;
        ((expected.abs() - amount.abs()).abs() > limit).then_some((expected, amount))
    });
    wrong
        .map(|(expected, amount)| {
            let f = about(c, s, l.element.index()).arg("expected", expected.abs().french()).arg("amount", amount.abs().french());
            weigh(f.stake((expected.abs() - amount.abs()).cents()), l.status)
        })
        .collect()
}

fn rate(c: &Control, s: &Subject<'_>, l: &Line) -> Vec<Finding> {
    // A correction of another month shows what its rate moved by.
    if l.period.is_some_and(|m| m != s.frame.month) {
        return Vec::new();
    }
    let law = s.frame.law.get(l.element.index()).copied().unwrap_or_default();
    let card = &s.frame.catalogue[l.element.index()];
    let pairs = [(l.rate, law.rate, card.rate_is_share), (l.employer_rate, law.employer_rate, true)];
    let wrong =
        pairs.into_iter().filter_map(|(found, force, share)| Some((found?, force?, share))).filter(|(a, b, _)| a.reduced() != b.reduced());
    wrong
        .map(|(found, force, share)| {
            let f = about(c, s, l.element.index()).arg("found", shown_rate(found, share)).arg("expected", shown_rate(force, share));
            weigh(f.stake(l.amount.cents()), l.status)
        })
        .collect()
}

fn shown_rate(x: Exact, share: bool) -> String {
    let x = if share { x.mul(Exact::int(100)).unwrap_or(x) } else { x };
    let text = x.to_string().replace('.', ",");
    if share { format!("{text} %") } else { text }
}

/// A bonus of before beside the one that replaced them all.
fn older(c: &Control, s: &Subject<'_>, p: &Payslip) -> Vec<Finding> {
    let Some(new) = c.names.first() else { return Vec::new() };
    if !p.lines.iter().any(|l| s.frame.catalogue[l.element.index()].id == *new && !l.amount.is_zero()) {
        return Vec::new();
    }
    let hits = p.lines.iter().filter(|l| s.frame.older.contains(&l.element.index()));
    hits.map(|l| about(c, s, l.element.index()).arg("amount", l.amount.french()).stake(l.amount.cents())).collect()
}

/// The cards that the control's words name. The first name is the element that replaced them; the others are words of labels.
pub fn older_cards(c: &Control, catalogue: &[Card]) -> BTreeSet<usize> {
    let Some((new, old)) = c.names.split_first() else { return BTreeSet::new() };
    let named = |k: &Card| k.kind == LineKind::Earning && k.id != *new && (says_one(&k.code, old) || says_one(&k.label.fr, old));
    catalogue.iter().enumerate().filter(|(_, k)| named(k)).map(|(i, _)| i).collect()
}

/// Whether the text has one of the words or phrases, dots and capitals aside: « I.A.T. » says IAT.
pub(super) fn says_one(text: &str, words: &[String]) -> bool {
    let bare = crate::check::folded(text).replace('.', "");
    let mut tidy = String::from(" ");
    for w in bare.split(|ch: char| !ch.is_alphanumeric()).filter(|w| !w.is_empty()) {
        tidy.push_str(w);
        tidy.push(' ');
    }
    words.iter().any(|w| tidy.contains(&format!(" {} ", crate::check::folded(w))))
}

fn recurring(c: &Control, s: &Subject<'_>, p: &Payslip) -> Vec<Finding> {
    if s.before.is_none() || p.mode != Mode::Computed {
        return Vec::new();
    }
    let moved = s.moved.iter().filter(|m| s.frame.catalogue[m.card].recurs && !m.grounded && !m.manual);
    moved
        .filter_map(|m| {
            let (key, amount) = match (m.before.is_zero(), m.after.is_zero()) {
                (true, false) => ("ui.line_began", m.after),
                (false, true) => ("ui.line_ended", m.before),
                (true, true) | (false, false) => return None,
            };
            let what = format!("{} ({})", words::ui(key, s.frame.lang), amount.french());
            Some(about(c, s, m.card).arg("what", what).stake(amount.cents()))
        })
        .collect()
}

fn repeated(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    let once = s.moved.iter().filter(|m| !s.frame.catalogue[m.card].recurs && !m.grounded && !m.manual);
    once.filter(|m| m.before == m.after && !m.after.is_zero())
        .map(|m| about(c, s, m.card).arg("amount", m.after.french()).stake(m.after.cents()))
        .collect()
}
