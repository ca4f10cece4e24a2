//! The pack as a manual: one self-contained page, French and English, for people who know pay.
//!
//! It prints the rules themselves, so it may name them; its worked examples come from the cases, computed when it is made.

mod chart;
mod elements;
mod law;
mod notation;
mod notes;

use crate::compute::coverage::{self, Coverage};
use crate::compute::examples::{self, Example};
use crate::ground::document::Report;
use crate::ground::{Lang, Words, words};
use crate::payslip::Catalogue;
use crate::rules::Pack;
use crate::rules::bind::Symbols;
use crate::rules::pack::Formula;
use chrono::NaiveDate;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use notation::Notation;
use std::collections::{BTreeMap, BTreeSet};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the sections of the manual share.
struct Manual<'m> {
    pack: &'m Pack,
    symbols: Symbols,
    /// What a line shows as a share, and what as money per unit.
    cards: Catalogue,
    examples: Vec<Example<'m>>,
    /// Who names a name in a formula: element and value ids.
    users: BTreeMap<String, BTreeSet<String>>,
    /// The newest day anything of the pack begins or was checked on: the right edge of every chart.
    newest: NaiveDate,
    covered: Coverage,
}

/// The whole page.
pub fn page(pack: &Pack) -> String {
    let report = Report::new(&pack.files);
    let manual = Manual {
        pack,
        symbols: pack.symbols(&report),
        cards: pack.catalogue(),
        examples: examples::all(pack),
        users: users(pack),
        newest: newest(pack),
        covered: coverage::of(pack),
    };
    let english = pack.language == "en";
    html! {
        (DOCTYPE)
        html lang=(if english { "en" } else { "fr" }) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (pack.name.get(if english { Lang::En } else { Lang::Fr })) " " (pack.version) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                input.to type="radio" name="to" id="to-fr" checked[!english];
                input.to type="radio" name="to" id="to-en" checked[english];
                div.page {
                    (manual.contents())
                    main {
                        (manual.title())
                        (manual.elements())
                        (manual.law())
                        (manual.tables())
                        (manual.values())
                        (manual.settings())
                        (manual.facts())
                        (manual.totals())
                        (manual.controls())
                        (manual.frame())
                        (manual.cases())
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

/// A text in both languages, of which the page shows one.
fn both(fr: impl AsRef<str>, en: impl AsRef<str>) -> Markup {
    html! { span lang="fr" { (fr.as_ref()) } span lang="en" { (en.as_ref()) } }
}

/// A label of the pack.
fn label(w: &Words) -> Markup {
    if w.en.is_empty() || w.en == w.fr {
        html! { (w.fr) }
    } else {
        both(&w.fr, &w.en)
    }
}

/// A word of the interface.
fn ui(key: &str) -> Markup {
    both(words::ui(key, Lang::Fr), words::ui(key, Lang::En))
}

/// Something written once for each language.
fn each(write: impl Fn(Lang) -> Markup) -> Markup {
    html! { span lang="fr" { (write(Lang::Fr)) } span lang="en" { (write(Lang::En)) } }
}

impl<'m> Manual<'m> {
    fn notation(&self, lang: Lang) -> Notation<'_> {
        Notation { pack: self.pack, symbols: &self.symbols, lang, numbers: None }
    }

    fn formula(&self, f: &Formula) -> Markup {
        each(|lang| self.notation(lang).formula(f))
    }

    fn link(&self, name: &str) -> Markup {
        each(|lang| self.notation(lang).link(name))
    }

    fn day(&self, d: NaiveDate) -> Markup {
        each(|lang| html! { (self.notation(lang).day(d)) })
    }

    /// Who names this in a formula, as an entry of a list; nothing when nobody does.
    fn used_by(&self, id: &str) -> Markup {
        html! { @if self.users.contains_key(id) { dt { (ui("ui.manual_named_by")) } dd { (self.named_by(id)) } } }
    }

    fn named_by(&self, id: &str) -> Markup {
        let Some(list) = self.users.get(id) else { return html! { span.soft { "–" } } };
        html! { span.links { @for (i, u) in list.iter().enumerate() { @if i > 0 { ", " } (self.link(u)) } } }
    }

    fn title(&self) -> Markup {
        let p = self.pack;
        let counts = [
            (p.elements.len(), "ui.manual_elements"),
            (p.parameters.len(), "ui.manual_law"),
            (p.values.len(), "ui.manual_values"),
            (p.settings.len(), "ui.manual_settings"),
            (p.controls.len(), "ui.manual_controls"),
            (p.cases.len(), "ui.manual_cases"),
        ];
        html! {
            header {
                h1 { (label(&p.name)) }
                p.soft { code { (p.id) } " " (p.version) @for l in p.layers.iter().skip(1) { " + " code { (l.id) } " " (l.version) } }
                p { (ui("ui.manual_about")) }
                dl.counts { @for (n, what) in counts { div { dt { (ui(what)) } dd { (n) } } } }
            }
        }
    }

    fn contents(&self) -> Markup {
        let p = self.pack;
        let item = |id: &str, text: &Words, words: &str| html! { li data-words=(words) { a href=(format!("#{id}")) { (label(text)) } } };
        html! {
            nav {
                div.pack { (label(&p.name)) }
                div.switch { label for="to-fr" { "Français" } label for="to-en" { "English" } }
                label for="filter" { (ui("ui.manual_filter")) }
                input #filter type="search" autocomplete="off";
                @for (id, heading) in self.sections() {
                    h4 { (label(&heading)) }
                    ul { @for e in p.elements.iter().filter(|e| self.in_section(&e.card.section, &id)) {
                        (item(&e.card.id, &e.card.label, &format!("{} {}", e.card.code, e.card.id)))
                    } }
                }
                h4 { a href="#law" { (ui("ui.manual_law")) } }
                ul { @for x in &p.parameters { (item(&x.id, &x.label, &x.id)) } }
                h4 { a href="#tables" { (ui("ui.manual_tables")) } }
                ul { @for x in &p.tables { (item(&x.id, &x.label, &x.id)) } }
                h4 { a href="#values" { (ui("ui.manual_values")) } }
                ul { @for x in &p.values { (item(&x.id, &x.label, &x.id)) } }
                h4 { a href="#settings" { (ui("ui.manual_settings")) } }
                h4 { a href="#facts" { (ui("ui.manual_facts")) } }
                h4 { a href="#totals" { (ui("ui.manual_totals")) } }
                h4 { a href="#controls" { (ui("ui.manual_controls")) } }
                h4 { a href="#causes" { (ui("ui.manual_causes")) } }
                h4 { a href="#cases" { (ui("ui.manual_cases")) } }
            }
        }
    }

    /// Headings of the payslip in order; what stands under none comes last.
    fn sections(&self) -> Vec<(String, Words)> {
        let mut all = self.pack.sections.clone();
        if self.pack.elements.iter().any(|e| !all.iter().any(|s| s.0 == e.card.section)) {
            all.push((String::new(), Words::new(words::ui("ui.manual_other", Lang::Fr), words::ui("ui.manual_other", Lang::En))));
        }
        all
    }

    fn in_section(&self, mine: &str, section: &str) -> bool {
        mine == section || (section.is_empty() && !self.pack.sections.iter().any(|s| s.0 == mine))
    }
}

/// For each name, who names it in any version.
fn users(pack: &Pack) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut note = |by: &str, f: &Formula| {
        let mut names = Vec::new();
        f.ast.names(&mut names);
        for (n, _) in names {
            if n != by {
                out.entry(n).or_default().insert(by.to_owned());
            }
        }
    };
    for e in &pack.elements {
        for f in e.applies.iter().chain(e.restrictions.iter().map(|r| &r.applies)) {
            note(&e.card.id, f);
        }
        for v in &e.versions {
            v.amounts.each().for_each(|f| note(&e.card.id, f));
            for (when, amounts, _) in &v.exceptions {
                note(&e.card.id, when);
                amounts.each().for_each(|f| note(&e.card.id, f));
            }
        }
    }
    for v in &pack.values {
        for x in &v.versions {
            note(&v.id, &x.is);
            for (when, is) in &x.exceptions {
                note(&v.id, when);
                note(&v.id, is);
            }
        }
    }
    out
}

fn newest(pack: &Pack) -> NaiveDate {
    let law = pack.parameters.iter().flat_map(|p| &p.values).flat_map(|v| [Some(v.from), v.checked]).flatten();
    let rules = pack.elements.iter().flat_map(|e| e.versions.iter().map(|v| v.from));
    law.chain(rules).max().unwrap_or(NaiveDate::MIN)
}
