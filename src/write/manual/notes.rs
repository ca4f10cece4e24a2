//! What a rule file says beside formulas and values of law: arrears, causes, labels of other programs, what a fact is told
//! with and what adds to it, the limits of a control, what the head of a payslip shows.

use super::{Manual, each, label, ui};
use crate::facts::FactId;
use crate::ground::{Exact, Lang, Rounding};
use crate::rules::bind::Symbol;
use crate::rules::kinds::Unit;
use crate::rules::pack::{CauseRole, Control, Element, Measure, Parameter, Setting, Table, Total, ValueDecl};
use crate::rules::quantity::number;
use maud::{Markup, html};

/// A row of the list below an entry.
fn row(word: &str, content: &Markup) -> Markup {
    html! { dt { (ui(word)) } dd { (content) } }
}

/// Texts one after the other.
fn listed<'t>(texts: impl IntoIterator<Item = &'t str>) -> Markup {
    html! { span.soft { @for (i, t) in texts.into_iter().enumerate() { @if i > 0 { " · " } (t) } } }
}

impl Manual<'_> {
    fn links<'t>(&self, names: impl IntoIterator<Item = &'t str>) -> Markup {
        html! { span.links { @for (i, n) in names.into_iter().enumerate() { @if i > 0 { ", " } (self.link(n)) } } }
    }

    /// The label of a cause.
    fn cause(&self, id: &str) -> Option<Markup> {
        (!id.is_empty()).then(|| match self.pack.cause_label(id) {
            Some(l) => html! { a href="#causes" { (label(l)) } },
            None => html! { (id) },
        })
    }

    fn cause_row(&self, id: &str) -> Markup {
        html! { @if let Some(c) = self.cause(id) { (row("ui.manual_cause", &c)) } }
    }

    /// Names a fact by its label where it stands in the table of facts.
    fn fact(&self, id: FactId) -> Markup {
        self.link(&self.pack.vocabulary.get(id).name)
    }

    pub(super) fn element_notes(&self, e: &Element) -> Markup {
        html! {
            @if let Some(a) = &e.arrears { (row("ui.manual_arrears", &self.links([a.text.as_str()]))) }
            @if e.local { (row("ui.manual_whose", &ui("ui.manual_local"))) }
            @if let Some(p) = &e.card.printed { (row("ui.manual_printed", &label(p))) }
            @if e.keep_zero { (row("ui.manual_at_zero", &ui("ui.manual_keep_zero"))) }
            @if !e.replaces.is_empty() { (row("ui.manual_replaces", &self.links(e.replaces.iter().map(|s| s.text.as_str())))) }
            @if let Some(s) = &e.one_line_with { (row("ui.manual_one_line", &self.links([s.text.as_str()]))) }
            @for i in &e.inferences {
                dt { (ui("ui.manual_infers")) }
                dd {
                    (self.links([i.fact.text.as_str()]))
                    @match &i.value {
                        Some(value) => { " = " (self.formula(value)) }
                        None => { " : " (ui("ui.manual_each_option")) }
                    }
                }
            }
            (self.cause_row(&e.cause))
            @if !e.labels.is_empty() { (row("ui.manual_labels", &listed(e.labels.iter().map(String::as_str)))) }
        }
    }

    /// How the base of a version is rounded, when it is.
    pub(super) fn base_rounded(round: Option<Rounding>) -> Markup {
        html! { @if let Some(r) = round { " · " (ui(if r == Rounding::Truncate { "ui.manual_base_truncated" } else { "ui.manual_base_rounded" })) } }
    }

    pub(super) fn parameter_notes(&self, p: &Parameter) -> Markup {
        html! { @if let Some(f) = &p.raises { (row("ui.manual_raises", &self.links([f.text.as_str()]))) } (self.cause_row(&p.cause)) }
    }

    pub(super) fn table_notes(&self, t: &Table) -> Markup {
        html! {
            @if t.at_payment { (row("ui.manual_day", &ui("ui.manual_at_payment"))) }
            @if !t.wheres.is_empty() {
                dt { (ui("ui.manual_chosen_by")) }
                dd { @for (i, (column, setting)) in t.wheres.iter().enumerate() { @if i > 0 { ", " } (column) " = " (self.link(&setting.text)) } }
            }
            (self.cause_row(&t.cause))
        }
    }

    pub(super) fn value_notes(&self, v: &ValueDecl) -> Markup {
        html! { @if v.local { (row("ui.manual_whose", &ui("ui.manual_local"))) } (self.cause_row(&v.cause)) }
    }

    pub(super) fn setting_notes(&self, s: &Setting) -> Markup {
        html! {
            @if !s.evidence.is_empty() {
                dt { (ui("ui.manual_evidence")) }
                dd { @for (i, name) in s.evidence.split(',').map(str::trim).enumerate() {
                    @if i > 0 { ", " }
                    @match name.strip_suffix(".employer_rate") { Some(e) => { (self.link(e)) " (" (ui("ui.part_employer_rate")) ")" }, None => (self.link(name)) }
                } }
            }
            @if s.renewed { (row("ui.manual_renewed", &ui("ui.manual_each_january"))) }
            (self.cause_row(&s.cause))
        }
    }

    pub(super) fn total_notes(t: &Total) -> Markup {
        html! { @if t.employer_part { (row("ui.manual_part", &ui("ui.part_employer_amount"))) } }
    }

    /// What a fact is beside its kind: where it is read, whom it is about, how long it lasts.
    pub(super) fn fact_notes(&self, id: FactId) -> Markup {
        let (v, d) = (&self.pack.vocabulary, self.pack.vocabulary.get(id));
        let about = v.about_others().iter().find(|a| a.0 == id).map(|a| a.1);
        let moot = v.moot().find(|m| m.0 == id).map(|m| m.1);
        let of = |named: &dyn Fn(&Element) -> bool| -> Vec<&str> {
            self.pack.elements.iter().filter(|e| named(e)).map(|e| e.card.id.as_str()).collect()
        };
        let arrears = of(&|e| e.arrears.as_ref().is_some_and(|a| a.text == d.name));
        let inferred = of(&|e| e.inferences.iter().any(|i| i.fact.text == d.name));
        let raised: Vec<&str> =
            self.pack.parameters.iter().filter(|p| p.raises.as_ref().is_some_and(|r| r.text == d.name)).map(|p| p.id.as_str()).collect();
        let events: Vec<&str> = self.pack.events.iter().filter(|e| e.0 == id).flat_map(|e| e.1.iter().map(String::as_str)).collect();
        let unpaid: Vec<&str> = self.pack.unpaid.iter().filter(|e| e.0 == id).flat_map(|e| e.1.iter().map(String::as_str)).collect();
        let causes = [(&d.causes.start, "ui.manual_begins"), (&d.causes.change, "ui.manual_changes"), (&d.causes.end, "ui.manual_ends")];
        let one = d.causes.start == d.causes.change && d.causes.end == d.causes.change;
        html! {
            dl.notes {
                @if !d.recurs { (row("ui.manual_lasts", &ui("ui.manual_once"))) }
                @if d.since_january { (row("ui.manual_lasts", &ui("ui.manual_since_january"))) }
                @if let Some(a) = &d.adds { (row("ui.manual_adds", &self.links([a.as_str()]))) }
                @if let Some(f) = &d.follows { (row("ui.manual_follows", &self.links([f.as_str()]))) }
                @if let Some(f) = &d.worked_out { (row("ui.manual_worked_out", &self.links([f.as_str()]))) }
                @if let Some(o) = about { (row("ui.manual_told_with", &self.fact(o))) }
                @if let Some((_, o)) = v.signs().iter().find(|s| s.0 == id) { (row("ui.manual_comes_with", &self.fact(*o))) }
                @if let Some((_, words)) = v.named_leaves().iter().find(|n| n.0 == id) { (row("ui.manual_begun_named", &html! { (words.join(", ")) })) }
                @if let Some((_, o)) = v.left_open().iter().find(|s| s.0 == id) { (row("ui.manual_asked_with", &self.fact(*o))) }
                @if let Some(s) = v.shared(id) { (row("ui.manual_shared", &html! { (self.fact(s.before)) ", " (self.fact(s.begins)) })) }
                @if let Some(o) = v.thirtieths_of(id) { (row("ui.manual_thirtieths", &self.fact(o))) }
                @if let Some(o) = moot { (row("ui.manual_moot", &self.fact(o))) }
                @if v.is_next_month(id) { (row("ui.manual_rises", &ui("ui.manual_next_first"))) }
                @if !arrears.is_empty() { (row("ui.manual_arrears_of", &self.links(arrears))) }
                @if !raised.is_empty() { (row("ui.manual_raised_by", &self.links(raised))) }
                @if !inferred.is_empty() { (row("ui.manual_inferred_from", &self.links(inferred))) }
                @if one { (self.cause_row(&d.causes.change)) } @else {
                    @for (id, word) in causes { @if let Some(c) = self.cause(id) { (row(word, &c)) } }
                }
                @if !d.headings.is_empty() { (row("ui.manual_headings", &listed(d.headings.iter().map(String::as_str)))) }
                @if !events.is_empty() { (row("ui.manual_events", &listed(events))) }
                @if !unpaid.is_empty() { (row("ui.manual_unpaid", &listed(unpaid))) }
            }
        }
    }

    pub(super) fn controls(&self) -> Markup {
        html! {
            @if !self.pack.controls.is_empty() {
                section {
                    h2 #controls { (ui("ui.manual_controls")) }
                    table {
                        thead { tr { th {} th {} th { (ui("ui.manual_says")) } th { (ui("ui.manual_limits")) } th { (ui("ui.manual_when")) } } }
                        tbody { @for c in &self.pack.controls { (self.control(c)) } }
                    }
                }
            }
        }
    }

    fn control(&self, c: &Control) -> Markup {
        html! {
            tr id=(c.id) {
                td.nowrap { span.code { (c.id) } }
                td.nowrap { (c.severity.letter()) @if let Some(s) = c.strong_severity { " / " (s.letter()) } }
                td {
                    (label(&c.message))
                    @if let Some(s) = &c.strong_message { div.soft { (label(s)) } }
                    @if !c.names.is_empty() { div.soft { @for (i, n) in c.names.iter().enumerate() { @if i > 0 { ", " } @if self.symbols.get(n).is_some_and(|s| !matches!(s, Symbol::Table(_))) { (self.link(n)) } @else { (n) } } } }
                }
                td { @for (name, limit) in &c.threshold { div.nowrap { span.id { (name) } " " (limit_shown(name, *limit)) } } }
                td {
                    @match &c.measure { Measure::Named(m) => span.id { (m) }, Measure::When(f) => (self.formula(f)) }
                    @if let Some(d) = c.since { div.soft { (ui("ui.manual_since")) " " (self.day(d)) } }
                    @if let Some(d) = c.until { div.soft { (ui("ui.manual_until")) " " (self.day(d)) } }
                    div.soft { (c.phase) " · " (c.scope) }
                }
            }
        }
    }

    /// Causes of a difference in the order of the walk, what the head of a payslip shows, and what the results are.
    pub(super) fn frame(&self) -> Markup {
        let p = self.pack;
        let roles = |i: usize| p.cause_roles.iter().filter(move |(_, at)| **at == i).map(|(r, _)| role_word(*r));
        html! {
            section {
                h2 #causes { (ui("ui.manual_causes")) }
                p { (ui("ui.manual_causes_about")) }
                ol { @for (i, (id, l)) in p.causes.iter().enumerate() {
                    li { (label(l)) " " span.id { (id) } @for w in roles(i) { " " span.soft { "(" (ui(w)) ")" } } }
                } }
                h2 #frame { (ui("ui.manual_frame")) }
                table { tbody {
                    @for (name, what) in &p.results { tr { td { span.id { (name.text) } } td { (self.link(&what.text)) } } }
                    @for (name, what) in &p.payslip { tr { td { span.id { (name) } } td { @if self.symbols.contains_key(what) { (self.link(what)) } @else { (what) } } } }
                    @if let Some(s) = &p.arrears_rates { tr { td { (ui("ui.manual_arrears_rates")) } td { (ui("ui.manual_of_their_month")) " · " span.source { (s.text) } } } }
                    @if let Some(d) = p.recheck_after_days { tr { td { (ui("ui.manual_recheck")) } td { (d) } } }
                } }
            }
        }
    }
}

/// A limit by what its name says it is: a share in percent, the others as they are.
fn limit_shown(name: &str, limit: Exact) -> Markup {
    let form = name.ends_with("share").then_some(crate::facts::NumberForm::Rate);
    each(|lang: Lang| html! { (number(limit, form, Unit::NONE, lang)) })
}

const fn role_word(role: CauseRole) -> &'static str {
    match role {
        CauseRole::Arrival => "ui.role_arrival",
        CauseRole::Departure => "ui.role_departure",
        CauseRole::OneOffEnded => "ui.role_one_off_ended",
        CauseRole::Calendar => "ui.role_calendar",
        CauseRole::Consequence => "ui.role_consequence",
        CauseRole::Rates => "ui.role_rates",
        CauseRole::Rounding => "ui.role_rounding",
        CauseRole::Estimate => "ui.role_estimate",
        CauseRole::Override => "ui.role_override",
        CauseRole::Arrears => "ui.role_arrears",
    }
}
