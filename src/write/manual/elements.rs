//! The elements of pay: who gets each, how it is computed since when, what it feeds, and an example with the numbers put in.

use super::chart;
use super::notation::{Notation, Numbers};
use super::{Manual, both, each, label, ui};
use crate::compute::examples::{self, Example};
use crate::compute::trace::{Owner, Part};
use crate::ground::{Lang, Rounding, words};
use crate::payslip::LineKind;
use crate::rules::bind::Symbol;
use crate::rules::pack::{Amounts, Element, Formula, Parameter, Version};
use crate::rules::quantity::number;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Charts beside an element before they are too many to look at.
const CHARTS: usize = 6;

const fn kind_word(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Earning => "ui.kind_earning",
        LineKind::Deduction => "ui.kind_deduction",
        LineKind::Employer => "ui.kind_employer",
        LineKind::Tax => "ui.kind_tax",
        LineKind::Net => "ui.kind_net",
    }
}

fn parts(a: &Amounts) -> impl Iterator<Item = (&'static str, &Formula)> {
    [
        ("ui.part_base", &a.base),
        ("ui.part_rate", &a.rate),
        ("ui.part_amount", &a.amount),
        ("ui.part_employer_rate", &a.employer_rate),
        ("ui.part_employer_amount", &a.employer_amount),
    ]
    .into_iter()
    .filter_map(|(w, f)| f.as_ref().map(|f| (w, f)))
}

impl Manual<'_> {
    pub(super) fn elements(&self) -> Markup {
        html! {
            @for (id, heading) in self.sections() {
                section {
                    h2 id=(format!("section-{id}")) { (label(&heading)) }
                    @for (i, e) in self.pack.elements.iter().enumerate().filter(|(_, e)| self.in_section(&e.card.section, &id)) {
                        (self.element(i, e))
                    }
                }
            }
        }
    }

    fn element(&self, index: usize, e: &Element) -> Markup {
        let newest_first = e.versions.iter().rev().enumerate();
        html! {
            article id=(e.card.id) {
                div.head { span.code { (e.card.code) } h3 { (label(&e.card.label)) } span.kind { (ui(kind_word(e.card.kind))) } }
                dl.facts {
                    dt { (ui("ui.manual_who")) }
                    dd {
                        @match &e.applies { Some(a) => (self.formula(a)), None => (ui("ui.manual_everybody")) }
                        @for r in &e.restrictions {
                            div.narrowed { b { (both("et seulement si ", "and only if ")) } (self.formula(&r.applies)) " " span.source { (r.source) } }
                        }
                    }
                }
                @for (i, v) in newest_first { (self.version(v, i > 0)) }
                (self.example(index, e))
                (self.charts(e))
                dl.facts {
                    dt { (ui("ui.manual_feeds")) }
                    dd { (self.feeds(e)) }
                    (self.used_by(&e.card.id))
                    @if let Some(a) = &e.card.account { dt { (ui("ui.manual_account")) } dd { (a) } }
                    @if !e.card.recurs { dt { (ui("ui.manual_next_month")) } dd { (ui("ui.manual_once")) } }
                    (self.element_notes(e))
                    dt { (ui("ui.manual_name")) } dd { span.id { (e.card.id) } }
                }
            }
        }
    }

    fn version(&self, v: &Version, old: bool) -> Markup {
        let round = match v.round {
            Rounding::Truncate => ui("ui.manual_truncated"),
            _ => ui("ui.manual_rounded"),
        };
        html! {
            div.version.old[old] {
                div.since {
                    (ui("ui.manual_since")) " " b { (self.day(v.from)) }
                    @if let Some(u) = v.until { " " (ui("ui.manual_until")) " " b { (self.day(u)) } }
                    " · " span.source { (v.source) }
                }
                (self.amounts(&v.amounts))
                @for (when, amounts, source) in &v.exceptions {
                    div.since { b { (both("Exception, si ", "Exception, if ")) } (self.formula(when)) " · " span.source { (source) } }
                    (self.amounts(amounts))
                }
                div.source { (round) (Self::base_rounded(v.base_round)) }
            }
        }
    }

    fn amounts(&self, a: &Amounts) -> Markup {
        html! { @for (word, f) in parts(a) { div.row { span.part { (ui(word)) } span { (self.formula(f)) } } } }
    }

    fn feeds(&self, e: &Element) -> Markup {
        let named = e.feeds.iter().chain(&e.feeds_employer).map(|s| s.text.as_str());
        let of_kind = self.pack.totals.iter().filter(|t| t.of.contains(&e.card.kind)).map(|t| t.id.as_str());
        let all: BTreeSet<&str> = named.chain(of_kind).collect();
        html! { span.links { @for (i, t) in all.into_iter().enumerate() { @if i > 0 { ", " } (self.link(t)) } } }
    }

    /// The values of law the newest version rests on, through the named values it names.
    fn charts(&self, e: &Element) -> Markup {
        let Some(v) = e.versions.last() else { return html! {} };
        let mut found: Vec<usize> = Vec::new();
        let mut open: Vec<(&Formula, u8)> = v.amounts.each().map(|f| (f, 0)).collect();
        let mut seen = BTreeSet::new();
        while let Some((f, depth)) = open.pop() {
            let mut names = Vec::new();
            f.ast.names(&mut names);
            for (n, _) in names {
                if !seen.insert(n.clone()) {
                    continue;
                }
                match self.symbols.get(&n) {
                    Some(Symbol::Parameter(i)) => found.push(*i as usize),
                    Some(Symbol::Value(i)) if depth < 1 => {
                        open.extend(self.pack.values[usize::from(*i)].versions.last().map(|x| (&x.is, depth + 1)));
                    }
                    _ => {}
                }
            }
        }
        found.sort_unstable();
        let drawn: Vec<Markup> = found.iter().filter_map(|i| self.figure(&self.pack.parameters[*i])).take(CHARTS).collect();
        html! { @if !drawn.is_empty() { div.charts { @for d in drawn { (d) } } } }
    }

    /// A chart with its title and its ends; nothing for a value that never changed.
    pub(super) fn figure(&self, p: &Parameter) -> Option<Markup> {
        let (svg, ends) = self.chart(p)?;
        Some(html! { figure { figcaption { (self.link(&p.id)) } (svg) (ends) } })
    }

    /// The chart of a value of law, and what stands at its two ends.
    pub(super) fn chart(&self, p: &Parameter) -> Option<(Markup, Markup)> {
        let steps: Vec<chart::Step> = p
            .values
            .iter()
            .map(|v| chart::Step {
                from: v.from,
                value: v.value,
                told: format!("{} : {}", v.from.format("%d/%m/%Y"), number(v.value, p.form, p.unit, Lang::Fr)),
            })
            .collect();
        let svg = chart::draw(&steps, self.newest)?;
        let (first, last) = (p.values.first()?, p.values.last()?);
        let end = |v: &crate::rules::pack::ParameterValue| {
            each(|lang| html! { b { (number(v.value, p.form, p.unit, lang)) } " (" (v.from.format("%Y")) ")" })
        };
        Some((svg, html! { div.ends { span { (end(first)) } span { (end(last)) } } }))
    }

    /// A case in which the element is paid, its formulas with the numbers put in.
    fn example(&self, index: usize, e: &Element) -> Markup {
        let Some(x) = examples::best(&self.examples, index, &e.card.code) else {
            return html! { p.soft { (ui("ui.manual_no_example")) } };
        };
        html! {
            div.example {
                p.title { (ui("ui.manual_example")) " " a href=(format!("#case-{}", self.case_number(x))) { (label(&x.case.title)) } ", " (x.case.month) }
                (each(|lang| self.worked(index, x, lang)))
            }
        }
    }

    pub(super) fn case_number(&self, x: &Example<'_>) -> usize {
        self.pack.cases.iter().position(|c| std::ptr::eq(c, x.case)).unwrap_or(0)
    }

    fn worked(&self, index: usize, x: &Example<'_>, lang: Lang) -> Markup {
        let Some(c) = x.result(index) else { return html! {} };
        let mine = |part: Part| {
            let all = x.tracer.formulas.iter().filter(move |w| w.owner == Owner::Element(index as u16) && w.part == part);
            // An exception that holds stands in for the general formula; the first that holds.
            let holds = |k: usize| {
                x.tracer.formulas.iter().any(|w| {
                    w.owner == Owner::Element(index as u16)
                        && w.part == Part::When(k)
                        && x.tracer.at(&x.trace, w, &w.formula.ast.span) == crate::compute::trace::Reading::Flag(true)
                })
            };
            all.filter(|w| w.exception.is_none_or(holds)).min_by_key(|w| w.exception.unwrap_or(usize::MAX))
        };
        let put = |part: Part| {
            mine(part).map(|watched| {
                let numbers = Numbers { tracer: &x.tracer, trace: &x.trace, watched, settings: &x.tracer.plan.settings };
                Notation { numbers: Some(numbers), ..self.notation(lang) }.formula(watched.formula)
            })
        };
        // A single name needs no result beside it.
        let plain = |part: Part| mine(part).is_some_and(|w| matches!(w.formula.ast.node, crate::rules::expr::Node::Name(_)));
        let euros =
            |m: crate::ground::Money| number(m.exact(), Some(crate::facts::NumberForm::Money), crate::rules::kinds::Unit::MONEY, lang);
        let share = |r: Option<crate::ground::Exact>| {
            let form = self.cards[index].rate_is_share.then_some(crate::facts::NumberForm::Rate);
            r.map(|r| number(r, form, crate::rules::kinds::Unit::NONE, lang)).unwrap_or_default()
        };
        let base = c.base.map(|b| number(b, None, crate::rules::kinds::Unit::NONE, lang)).unwrap_or_default();
        let word = |key| words::ui(key, lang);
        html! {
            @if let Some(f) = put(Part::Base) { div.row { span.part { (word("ui.part_base")) } span { (f) @if !plain(Part::Base) { " = " span.result { (base) } } } } }
            @if let Some(f) = put(Part::Rate) { div.row { span.part { (word("ui.part_rate")) } span { (f) } } }
            @if !c.amount.is_zero() {
                div.row { span.part { (word("ui.part_amount")) } span {
                    @match put(Part::Amount) { Some(f) => (f), None => { span.formula { (base) " × " (share(c.rate)) } } }
                    " = " span.result { (euros(c.amount)) }
                } }
            }
            @if !c.employer_amount.is_zero() {
                div.row { span.part { (word("ui.part_employer_amount")) } span {
                    @match put(Part::EmployerAmount) { Some(f) => (f), None => { span.formula { (base) " × " (share(c.employer_rate)) } } }
                    " = " span.result { (euros(c.employer_amount)) }
                } }
            }
        }
    }
}
