//! What the elements rest on: values of law with their history, tables, named values, settings, facts, totals, controls, cases.

use super::{Manual, both, each, label, ui};
use crate::facts::{FactId, FactKind};
use crate::ground::{Lang, Rounding, words};
use crate::rules::kinds::Unit;
use crate::rules::pack::{Parameter, SettingKind, Table, ValueDecl};
use crate::rules::plan::setting_value;
use crate::rules::quantity::{number, unit_word};
use maud::{Markup, html};

impl Manual<'_> {
    pub(super) fn law(&self) -> Markup {
        html! {
            section { h2 #law { (ui("ui.manual_law")) } @for p in &self.pack.parameters { (self.parameter(p)) } }
        }
    }

    fn parameter(&self, p: &Parameter) -> Markup {
        let last = p.values.len().saturating_sub(1);
        let figure = self.chart(p);
        html! {
            article id=(p.id) {
                div.head { h3 { (label(&p.label)) } span.id { (p.id) } @if p.at_payment { span.kind { (ui("ui.manual_at_payment")) } } }
                div.history {
                    table {
                        thead { tr { th { (ui("ui.manual_since")) } th.n { (ui("ui.manual_value")) } th { (ui("ui.manual_text")) } th { (ui("ui.manual_checked")) } } }
                        tbody {
                            @for (i, v) in p.values.iter().enumerate().rev() {
                                tr.now[i == last] {
                                    td.nowrap { (self.day(v.from)) @if let Some(u) = v.until { " – " (self.day(u)) } }
                                    td.n { (each(|lang| html! { (number(v.value, p.form, p.unit, lang)) })) }
                                    td { (v.source) @if !v.certainty.is_empty() { " " span.soft { "(" (certainty(&v.certainty)) ")" } } }
                                    td.nowrap { @if let Some(c) = v.checked { (self.day(c)) } }
                                }
                            }
                        }
                    }
                    div { @if let Some((svg, ends)) = figure { figure { (svg) (ends) } } }
                }
                dl.facts { (self.used_by(&p.id)) (self.parameter_notes(p)) }
            }
        }
    }

    pub(super) fn tables(&self) -> Markup {
        html! {
            @if !self.pack.tables.is_empty() {
                section { h2 #tables { (ui("ui.manual_tables")) } @for t in &self.pack.tables { (self.table(t)) } }
            }
        }
    }

    fn table(&self, t: &Table) -> Markup {
        let mut days: Vec<_> = t.rows.iter().map(|r| r.from).collect();
        days.sort_unstable();
        days.dedup();
        let newest = days.last().copied();
        let form = (t.unit == Unit::NONE).then_some(crate::facts::NumberForm::Rate);
        html! {
            article id=(t.id) {
                div.head { h3 { (label(&t.label)) } span.id { (t.id) } }
                p.source { (t.source) }
                dl.facts {
                    dt { (ui("ui.manual_in_force")) }
                    dd { @for (i, d) in days.iter().rev().enumerate() { @if i > 0 { ", " } (self.day(*d)) } }
                    (self.used_by(&t.id))
                    (self.table_notes(t))
                }
                details {
                    summary { (ui("ui.manual_brackets")) @if let Some(d) = newest { " " (self.day(d)) } }
                    table {
                        thead { tr { @for (column, _) in &t.wheres { th { (column) } } th.n { (ui("ui.manual_from_value")) } th.n { (ui("ui.manual_value")) } } }
                        tbody {
                            @for r in t.rows.iter().filter(|r| Some(r.from) == newest) {
                                tr {
                                    @for w in &r.wheres { td { (w) } }
                                    td.n { (each(|lang| html! { (number(r.lower, None, t.key, lang)) })) }
                                    td.n { (each(|lang| html! { (number(r.value, form, t.unit, lang)) })) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    pub(super) fn values(&self) -> Markup {
        html! {
            section { h2 #values { (ui("ui.manual_values")) } @for v in &self.pack.values { (self.value(v)) } }
        }
    }

    fn value(&self, v: &ValueDecl) -> Markup {
        html! {
            article id=(v.id) {
                div.head { h3 { (label(&v.label)) } span.id { (v.id) } }
                @for (i, x) in v.versions.iter().rev().enumerate() {
                    div.version.old[i > 0] {
                        div.since {
                            (ui("ui.manual_since")) " " b { (self.day(x.from)) }
                            @if let Some(u) = x.until { " " (ui("ui.manual_until")) " " b { (self.day(u)) } }
                            " · " span.source { (x.source) }
                        }
                        div { (self.formula(&x.is)) }
                        @for (when, is) in &x.exceptions {
                            div.since { b { (both("Exception, si ", "Exception, if ")) } (self.formula(when)) }
                            div { (self.formula(is)) }
                        }
                        @if let Some(r) = x.round { div.source { (ui(if r == Rounding::Truncate { "ui.manual_truncated" } else { "ui.manual_rounded" })) } }
                    }
                }
                dl.facts { (self.used_by(&v.id)) (self.value_notes(v)) }
            }
        }
    }

    pub(super) fn settings(&self) -> Markup {
        html! {
            section {
                h2 #settings { (ui("ui.manual_settings")) }
                p { (ui("ui.manual_settings_about")) }
                @for s in &self.pack.settings {
                    article id=(s.id) {
                        div.head { h3 { (label(&s.label)) } span.id { (s.id) } }
                        dl.facts {
                            dt { (ui("ui.manual_default")) }
                            dd {
                                @match &s.kind {
                                    SettingKind::Choice(options) => {
                                        @for (id, text) in options {
                                            div { @if *id == s.default { b { (label(text)) } } @else { (label(text)) } " " span.id { (id) } }
                                        }
                                    }
                                    SettingKind::Flag | SettingKind::Number(..) => b {
                                        @match setting_value(&s.kind, &s.default) { Some(v) => (each(|lang| html! { (s.shown(&v, lang)) })), None => (s.default) }
                                    },
                                }
                            }
                            dt { (ui("ui.manual_text")) } dd.source { (s.source) }
                            (self.used_by(&s.id))
                            (self.setting_notes(s))
                        }
                    }
                }
            }
        }
    }

    pub(super) fn facts(&self) -> Markup {
        html! {
            section {
                h2 #facts { (ui("ui.manual_facts")) }
                table {
                    thead { tr { th { (ui("ui.manual_fact")) } th { (ui("ui.manual_kind")) } th { (ui("ui.manual_default")) } th { (ui("ui.manual_named_by")) } } }
                    tbody {
                        @for (i, d) in self.pack.vocabulary.iter().enumerate().map(|(i, f)| (i, f.1)) {
                            tr id=(d.name) {
                                td { (label(&d.label)) br; span.id { (d.name) } (self.fact_notes(FactId(i as u16))) }
                                td { (self.fact_kind(i)) }
                                td { (self.pack.defaults[i].as_deref().unwrap_or("–")) }
                                td { (self.named_by(&d.name)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn fact_kind(&self, i: usize) -> Markup {
        match &self.pack.vocabulary.get(FactId(i as u16)).kind {
            FactKind::Number { .. } => {
                let unit = self.pack.fact_units[i];
                if unit == Unit::NONE { both("nombre", "number") } else { both(unit_word(unit, Lang::Fr), unit_word(unit, Lang::En)) }
            }
            FactKind::Date => ui("ui.kind_date"),
            FactKind::Text => ui("ui.kind_text"),
            FactKind::Flag => ui("ui.kind_flag"),
            FactKind::Choice { options } => html! { @for (n, o) in options.iter().enumerate() { @if n > 0 { " · " } (label(&o.label)) } },
        }
    }

    pub(super) fn totals(&self) -> Markup {
        html! {
            section {
                h2 #totals { (ui("ui.manual_totals")) }
                @for t in &self.pack.totals {
                    article id=(t.id) {
                        div.head { h3 { (label(&t.label)) } span.id { (t.id) } }
                        dl.facts {
                            dt { (ui("ui.manual_lines")) }
                            dd.links {
                                @let named = |e: &&crate::rules::pack::Element| {
                                    let feeds = if t.employer_part { &e.feeds_employer } else { &e.feeds };
                                    t.of.contains(&e.card.kind) || feeds.iter().any(|s| s.text == t.id)
                                };
                                @for (i, e) in self.pack.elements.iter().filter(named).enumerate() { @if i > 0 { ", " } a href=(format!("#{}", e.card.id)) { (e.card.code) } }
                            }
                            (self.used_by(&t.id))
                            (Self::total_notes(t))
                        }
                    }
                }
            }
        }
    }

    pub(super) fn cases(&self) -> Markup {
        let euros =
            |m: crate::ground::Money| each(|lang| html! { (number(m.exact(), Some(crate::facts::NumberForm::Money), Unit::MONEY, lang)) });
        html! {
            section {
                h2 #cases { (ui("ui.manual_cases")) }
                p { (ui("ui.manual_cases_about")) }
                dl.counts { @for (kind, (met, all)) in &self.covered.counts { div { dt { (ui(kind.word())) } dd { (met) " / " (all) } } } }
                table {
                    thead { tr { th { (ui("ui.manual_cases")) } th { (ui("ui.manual_month")) } th.n { (ui("ui.manual_net")) } th { (ui("ui.manual_expected_from")) } } }
                    tbody { @for x in &self.examples {
                        tr id=(format!("case-{}", self.case_number(x))) {
                            td { (label(&x.case.title)) } td.nowrap { (x.case.month) } td.n { (euros(x.totals.net_paid)) } td.source { (x.case.source) }
                        }
                    } }
                }
            }
        }
    }
}

/// How sure a value is, in both languages; other words stay as they are.
fn certainty(text: &str) -> Markup {
    let key = format!("ui.certainty.{text}");
    if words::known(&key) {
        both(words::ui(&key, Lang::Fr), words::ui(&key, Lang::En))
    } else {
        html! { (text) }
    }
}
