//! How an amount came about: formula, values, places, parameters with their texts of law.

use super::compute::{input, show_value, standing};
use super::{Options, Outcome, Timings, prepare};
use crate::compute::corrections::{Correction, Reason};
use crate::compute::employee::Output;
use crate::compute::eval::State;
use crate::facts::NumberForm;
use crate::ground::number::percent;
use crate::ground::{EmployeeId, Exact, Finding, Lang, Money, Severity, figures, words};
use crate::payslip::{Line, Mode, Payslip};
use crate::rules::bind::{Symbol, Symbols};
use crate::rules::pack::{Element, Formula, Version};
use anyhow::Result;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What `releve explain` says.
pub struct Told {
    pub text: String,
    pub findings: Vec<Finding>,
    pub lang: Lang,
    pub code: u8,
}

/// Explains the payslip of an employee, or one line of it.
///
/// # Errors
/// When the job cannot be read.
pub fn explain(options: &Options, agent: &str, line: Option<&str>) -> Result<Told> {
    let mut out = Outcome::default();
    let Some(mut ready) = prepare(options, &mut out, &mut Timings::default())? else {
        return Ok(Told { text: String::new(), findings: out.findings, lang: out.lang, code: 2 });
    };
    let lang = ready.lang;
    let people = &ready.inputs.people;
    let named = |wanted: Option<EmployeeId>| {
        let wanted = wanted?;
        people.keys().find(|k| **k == wanted || k.bare() == wanted.bare() && k.post() == wanted.post()).cloned()
    };
    let id = named(EmployeeId::parse(agent)).or_else(|| named(EmployeeId::parse_post(agent)));
    let Some((id, person)) = id.and_then(|id| ready.inputs.people.remove(&id).map(|p| (id, p))) else {
        let f = Finding::new("F09", Severity::Blocking).arg("agent", agent);
        return Ok(Told { text: String::new(), findings: vec![f], lang, code: 2 });
    };
    let machine = ready.machine();
    let mut state = State::new(ready.road.this());
    let output = machine.run(&mut state, &input(&ready, &id, standing(&ready, &person).0, &person));
    let Some(payslip) = &output.payslip else {
        let f = Finding::new("F10", Severity::Justify).arg("agent", agent);
        return Ok(Told { text: String::new(), findings: vec![f], lang, code: 1 });
    };
    let report = crate::ground::document::Report::new(&ready.pack.files);
    let symbols = ready.pack.symbols(&report);
    let teller = Teller { ready: &ready, symbols: &symbols, state: &state, output: &output, lang };
    let mut text = format!("{id} {} — {}\n", person.name(&ready.pack.vocabulary), ready.job.month);
    let told = teller.lines(&mut text, payslip, line);
    if !told {
        let f = Finding::new("F13", Severity::Blocking).arg("agent", agent).arg("line", line.unwrap_or_default());
        return Ok(Told { text: String::new(), findings: vec![f], lang, code: 2 });
    }
    if line.is_none() {
        for (label, m) in [
            ("ui.gross", payslip.totals.gross),
            ("ui.net_taxable", payslip.totals.net_taxable),
            ("ui.net_before_tax", payslip.totals.net_before_tax),
            ("ui.net_paid", payslip.totals.net_paid),
        ] {
            let label = words::ui(label, lang);
            let _ = writeln!(text, "{label:<20} {:>12}", figures::money(m, lang));
        }
    }
    Ok(Told { text, findings: Vec::new(), lang, code: 0 })
}

/// Names that have been told: of the line at hand, and of those before it.
#[derive(Default)]
struct Seen {
    here: BTreeSet<String>,
    before: BTreeSet<String>,
}

struct Teller<'t> {
    ready: &'t super::Ready,
    symbols: &'t Symbols,
    state: &'t State,
    output: &'t Output,
    lang: Lang,
}

impl Teller<'_> {
    /// Whether there was a line to tell of.
    fn lines(&self, text: &mut String, p: &Payslip, only: Option<&str>) -> bool {
        let mut any = false;
        // A value is unfolded where it first serves, and named from then on.
        let mut seen = Seen::default();
        for l in &p.lines {
            let card = &self.ready.catalogue[l.element.index()];
            if only.is_some_and(|o| !o.eq_ignore_ascii_case(&card.code) && o != card.id) {
                continue;
            }
            any = true;
            let shown = if l.amount.is_zero() { l.employer_amount } else { l.amount };
            let _ = writeln!(
                text,
                "\n{} — {} : {}   ({})",
                card.code,
                card.label.get(self.lang),
                figures::money(shown, self.lang),
                words::ui(&format!("ui.status.{}", l.status.id()), self.lang)
            );
            let Some(e) = self.ready.pack.elements.get(l.element.index()) else {
                self.say(text, "ui.explain_carried", &[("month", self.ready.job.last_month.to_string())]);
                continue;
            };
            match p.mode {
                Mode::Advance => {
                    let [base, share] = [l.base, l.rate].map(|x| x.unwrap_or(Exact::ZERO));
                    let net = figures::money(Money::from_exact(base).unwrap_or(Money::ZERO), self.lang);
                    self.say(text, "ui.explain_advance", &[("share", percent(share, self.lang)), ("net", net)]);
                }
                _ if l.period.is_some_and(|m| m != self.ready.job.month) && self.correction(text, l) => {}
                _ => {
                    self.arrears(text, e);
                    self.element(text, e, &mut seen);
                }
            }
        }
        any
    }

    fn say(&self, text: &mut String, sentence: &str, args: &[(&str, String)]) {
        let _ = writeln!(text, "  {}", words::fill(words::ui(sentence, self.lang), args));
    }

    /// Whether the line corrects a contribution of last month; it is told how.
    fn correction(&self, text: &mut String, l: &Line) -> bool {
        let of = |c: &&Correction| {
            c.element == l.element && Some(c.month) == l.period && (c.amount, c.employer_amount) == (l.amount, l.employer_amount)
        };
        let Some(c) = self.output.corrections.iter().find(of) else { return false };
        let late = self.ready.road.late.iter();
        let what: Vec<String> = late
            .map(|v| {
                let p = &self.ready.pack.parameters[v.parameter];
                format!("{} {} → {}", p.label.get(self.lang), p.shown(v.used, self.lang), p.shown(v.due, self.lang))
            })
            .collect();
        let employer = c.amount.is_zero();
        let (was, by) = if employer { (c.paid.1, c.employer_amount) } else { (c.paid.0, c.amount) };
        let money = |m: Money| figures::money(m, self.lang);
        if c.reason == Reason::Arrears {
            let source = self.ready.pack.arrears_rates.as_ref().map_or_else(String::new, |s| s.text.clone());
            self.say(text, "ui.explain_on_arrears", &[("month", c.month.to_string()), ("by", money(by)), ("source", source)]);
            return true;
        }
        let args = [("month", c.month.to_string()), ("what", what.join(", ")), ("had", money(was))];
        self.say(text, "ui.explain_correction", &[&args[..], &[("due", money(was + by))]].concat());
        true
    }

    /// The months and days that a line of arrears is made of.
    fn arrears(&self, text: &mut String, e: &Element) {
        let facts = e.inferences.iter().filter_map(|i| self.ready.pack.vocabulary.named(&i.fact.text));
        let carried: Vec<_> = facts.collect();
        for s in self.output.arrears.steps.iter().filter(|s| carried.contains(&s.carrier)) {
            let label = self.ready.catalogue[s.element.index()].label.get(self.lang);
            let args = [
                ("month", s.month.to_string()),
                ("line", label.to_owned()),
                ("had", figures::money(s.had, self.lang)),
                ("due", figures::money(s.due, self.lang)),
                ("thirtieths", s.thirtieths.to_string()),
                ("of", s.of.to_string()),
                ("sum", figures::money(s.sum, self.lang)),
            ];
            self.say(text, "ui.explain_arrears", &args);
        }
        for ((month, _), sum) in self.output.arrears.already.iter().filter(|a| carried.contains(&a.0.1)) {
            self.say(text, "ui.explain_already", &[("month", month.to_string()), ("amount", sum.french())]);
        }
    }

    fn element(&self, text: &mut String, e: &Element, seen: &mut Seen) {
        seen.here.clear();
        let day = self.ready.job.month.first_day();
        let Some(v) = e.versions.iter().rev().find(|v| v.from <= day && v.until.is_none_or(|u| day <= u)) else { return };
        let _ = writeln!(
            text,
            "  {} {} — {}",
            match self.lang {
                Lang::Fr => "règle depuis le",
                Lang::En => "rule since",
            },
            v.from.format("%d/%m/%Y"),
            v.source
        );
        for (name, f) in formulas(v) {
            let _ = writeln!(text, "  {name} = {}", f.text);
            self.names(text, f, 2, seen);
        }
        for (when, amounts, source) in &v.exceptions {
            let _ = writeln!(
                text,
                "  {} {} — {source}",
                match self.lang {
                    Lang::Fr => "exception :",
                    Lang::En => "exception:",
                },
                when.text
            );
            for f in amounts.each() {
                let _ = writeln!(text, "    = {}", f.text);
                self.names(text, f, 3, seen);
            }
        }
    }

    /// Every name of a formula with its value and where that comes from, values unfolded once.
    fn names(&self, text: &mut String, f: &Formula, depth: usize, seen: &mut Seen) {
        let mut names = Vec::new();
        f.ast.names(&mut names);
        let pad = "  ".repeat(depth);
        for (name, _) in names {
            if !seen.here.insert(name.clone()) {
                continue;
            }
            let before = !seen.before.insert(name.clone());
            let Some(symbol) = self.symbols.get(&name) else { continue };
            match symbol {
                Symbol::Fact(i) => {
                    let id = crate::facts::FactId(*i);
                    let decl = self.ready.pack.vocabulary.get(id);
                    match self.output.facts.get(id) {
                        Some(fact) => {
                            let place = self.ready.inputs.sources.place(fact.at);
                            let origin = match fact.origin {
                                crate::facts::Origin::Read => String::new(),
                                crate::facts::Origin::Inferred => match self.lang {
                                    Lang::Fr => " (déduit du bulletin payé)".to_owned(),
                                    Lang::En => " (inferred from what was paid)".to_owned(),
                                },
                                crate::facts::Origin::Decided => match self.lang {
                                    Lang::Fr => " (décidé)".to_owned(),
                                    Lang::En => " (decided)".to_owned(),
                                },
                            };
                            let _ = writeln!(text, "{pad}{name} = {}   ← {place}{origin}", show_value(self.ready, fact));
                        }
                        None => {
                            let label = decl.label.get(self.lang);
                            let said = match (&self.ready.pack.defaults[usize::from(*i)], self.lang) {
                                (Some(d), Lang::Fr) => format!("{d}   ({label} : aucune source, valeur par défaut)"),
                                (Some(d), Lang::En) => format!("{d}   ({label}: no source, default)"),
                                (None, Lang::Fr) => format!("?   ({label} : inconnu)"),
                                (None, Lang::En) => format!("?   ({label}: not known)"),
                            };
                            let _ = writeln!(text, "{pad}{name} = {said}");
                        }
                    }
                }
                Symbol::Parameter(i) => self.parameter(text, &pad, *i),
                Symbol::Setting(i) => {
                    let s = &self.ready.pack.settings[usize::from(*i)];
                    let value = &self.ready.road.this().settings[usize::from(*i)];
                    let _ = writeln!(text, "{pad}{name} = {}   ({})", s.shown(value, self.lang), s.label.get(self.lang));
                }
                Symbol::Value(i) => {
                    let slot = self.ready.road.this().slots.value(*i);
                    let v = &self.ready.pack.values[usize::from(*i)];
                    let rate = v.form == Some(NumberForm::Rate);
                    let shown = self.state.slot(slot).ok().filter(|_| rate).map(|x| percent(x, self.lang));
                    let _ = writeln!(text, "{pad}{name} = {}", shown.unwrap_or_else(|| self.number(slot)));
                    let day = self.ready.job.month.first_day();
                    if let Some(version) = v.versions.iter().rev().find(|v| v.from <= day)
                        && depth < 6
                        && !before
                    {
                        let _ = writeln!(text, "{pad}  = {}   — {}", version.is.text, version.source);
                        self.names(text, &version.is, depth + 1, seen);
                    }
                }
                Symbol::Element(i) => {
                    let slot = self.ready.road.this().slots.element(*i, crate::rules::bind::AMOUNT);
                    let _ = writeln!(
                        text,
                        "{pad}{name} = {}   ({})",
                        self.number(slot),
                        self.ready.catalogue[usize::from(*i)].label.get(self.lang)
                    );
                }
                Symbol::Total(i) => {
                    let slot = self.ready.road.this().slots.total(*i);
                    let _ = writeln!(text, "{pad}{name} = {}   (total)", self.number(slot));
                }
                Symbol::Table(i) => {
                    let t = &self.ready.pack.tables[usize::from(*i)];
                    let _ = writeln!(text, "{pad}{name} : {}", t.source);
                }
            }
        }
    }

    fn number(&self, slot: u32) -> String {
        match self.state.slot(slot) {
            Ok(x) => match Money::from_exact(x) {
                Some(m) if x.whole().is_none() => figures::money(m, self.lang),
                _ => shown(x, self.lang),
            },
            Err(_) => "–".to_owned(),
        }
    }

    fn parameter(&self, text: &mut String, pad: &str, i: u32) {
        let p = &self.ready.pack.parameters[i as usize];
        let day = if p.at_payment { self.ready.job.pay_date } else { self.ready.job.month.first_day() };
        if let Some(v) = p.values.iter().rev().find(|v| v.from <= day && v.until.is_none_or(|u| day <= u)) {
            let _ = writeln!(
                text,
                "{pad}{} = {}   ({} ; {} ; {})",
                p.id,
                p.shown(v.value, self.lang),
                v.from.format("%d/%m/%Y"),
                v.source,
                v.certainty
            );
        }
    }
}

fn shown(x: Exact, lang: Lang) -> String {
    match x.to_decimal() {
        Some(_) => figures::decimals(x, 6, lang),
        None => format!("{x} ≈ {}", figures::decimals(x, 4, lang)),
    }
}

fn formulas(v: &Version) -> Vec<(&'static str, &Formula)> {
    let a = &v.amounts;
    [
        ("base", &a.base),
        ("rate", &a.rate),
        ("amount", &a.amount),
        ("employer_rate", &a.employer_rate),
        ("employer_amount", &a.employer_amount),
    ]
    .into_iter()
    .filter_map(|(n, f)| f.as_ref().map(|f| (n, f)))
    .collect()
}
