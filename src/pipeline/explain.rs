//! How an amount came about: formula, values, places, parameters with their texts of law.

use super::compute::{Worked, detail, input, show_value, standing};
use super::{Options, Outcome, Timings, prepare};
use crate::check::agent::Situation;
use crate::compute::corrections::{Correction, Reason};
use crate::compute::employee::Output;
use crate::compute::eval::State;
use crate::compute::walk::Share;
use crate::facts::NumberForm;
use crate::ground::document::suggestion;
use crate::ground::number::percent;
use crate::ground::{EmployeeId, Exact, Finding, Lang, Money, Severity, figures, month, words};
use crate::payslip::{Line, Mode, PaidCode, Payslip};
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
    explain_with(options, agent, line, line.is_some())
}

/// The same, with every rule, value and text of law behind each line or without.
///
/// # Errors
/// When the job cannot be read.
pub fn explain_with(options: &Options, agent: &str, line: Option<&str>, detail: bool) -> Result<Told> {
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
        let f = Finding::new("F09", Severity::Blocking).arg("agent", agent).arg("near", near_agents(&ready, agent));
        return Ok(Told { text: String::new(), findings: vec![f], lang, code: 2 });
    };
    let machine = ready.machine();
    let mut state = State::new(ready.road.this());
    let (standing, situation) = standing(&ready, &person);
    let output = machine.run(&mut state, &input(&ready, &id, standing, &person));
    let name = person.name(&ready.pack.vocabulary);
    let w = Worked { id: id.clone(), name, standing, person, output, before: None, pay_iban: None, findings: Vec::new() };
    let Some(payslip) = &w.output.payslip else {
        let why = match situation {
            Situation::Left => "ui.explain.none.left",
            Situation::ContractOver => "ui.explain.none.over",
            Situation::NotPaid => "ui.explain.none.not_paid",
            Situation::Stays | Situation::Arrives | Situation::Unknown => "ui.explain.none.other",
        };
        let f = Finding::new("F10", Severity::Justify).arg("agent", agent).arg("why", words::ui(why, lang));
        return Ok(Told { text: String::new(), findings: vec![f], lang, code: 1 });
    };
    let report = crate::ground::document::Report::new(&ready.pack.files);
    let symbols = ready.pack.symbols(&report);
    let teller = Teller { ready: &ready, symbols: &symbols, state: &state, w: &w, output: &w.output, lang, detail };
    let mut text = format!("{id} {} — {}\n", w.name, month::named(ready.job.month, lang));
    let told = teller.lines(&mut text, payslip, line);
    if !told {
        let line = line.unwrap_or_default();
        let cards = || payslip.lines.iter().map(|l| &ready.catalogue[l.element.index()]);
        let wanted = line.to_uppercase();
        let near = suggestion(&wanted, cards().map(|c| c.code.as_str()))
            .or_else(|| suggestion(line, cards().map(|c| c.id.as_str())))
            .unwrap_or_default();
        let options: Vec<String> = cards().map(|c| format!("{} ({})", c.code, c.label.get(lang))).collect();
        let f = Finding::new("F13", Severity::Blocking).arg("agent", agent).arg("line", line);
        let f = f.arg("near", near).arg("options", options.join(", "));
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
        if !detail {
            let _ = writeln!(text, "\n{}", words::fill(words::ui("ui.explain.more", lang), &[("agent", id.to_string())]));
        }
    }
    Ok(Told { text, findings: Vec::new(), lang, code: 0 })
}

/// Whose number is nearly the one asked for, or who bears the name; a few at most.
fn near_agents(ready: &super::Ready, asked: &str) -> String {
    let fold = crate::normalise::text::fold;
    let words: Vec<String> = fold(asked).split_whitespace().map(str::to_owned).collect();
    let named = |p: &crate::normalise::join::Person| {
        let name = fold(&p.name(&ready.pack.vocabulary));
        !words.is_empty() && words.iter().all(|w| name.split(|c: char| !c.is_alphanumeric()).any(|part| part == w))
    };
    let people = || ready.inputs.people.iter();
    let say = |id: &EmployeeId, p: &crate::normalise::join::Person| format!("{id} {}", p.name(&ready.pack.vocabulary));
    let by_name: Vec<String> = people().filter(|(_, p)| named(p)).map(|(id, p)| say(id, p)).take(4).collect();
    if !by_name.is_empty() {
        return by_name.join(", ");
    }
    let ids: Vec<String> = people().map(|(id, _)| id.to_string()).collect();
    let near = suggestion(asked, ids.iter().map(String::as_str)).and_then(EmployeeId::parse);
    near.and_then(|id| Some(say(&id, ready.inputs.people.get(&id)?))).unwrap_or_default()
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
    w: &'t Worked,
    output: &'t Output,
    lang: Lang,
    /// Every rule behind a line, and not only what it comes to.
    detail: bool,
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
            self.moved(text, l);
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
                    self.made_with(text, l, e);
                    self.arrears(text, e);
                    if self.detail {
                        self.element(text, e, &mut seen);
                    }
                }
            }
        }
        any
    }

    fn say(&self, text: &mut String, sentence: &str, args: &[(&str, String)]) {
        let _ = writeln!(text, "  {}", words::fill(words::ui(sentence, self.lang), args));
    }

    /// What last month paid on the line, and what moved it.
    fn moved(&self, text: &mut String, l: &Line) {
        let code = PaidCode::Element(l.element);
        let employer = l.amount.is_zero();
        let paid = self.w.person.paid.iter().flat_map(|s| &s.lines).filter(|p| p.code == code);
        let amounts: Vec<Money> = paid.map(|p| if employer { p.employer_amount } else { p.amount }).filter(|m| !m.is_zero()).collect();
        let (before, now): (Money, Money) = (amounts.iter().copied().sum(), if employer { l.employer_amount } else { l.amount });
        let last = month::named(self.ready.job.last_month, self.lang);
        if amounts.is_empty() {
            self.say(text, "ui.explain.new", &[("month", last)]);
        } else if before == now {
            self.say(text, "ui.explain.same", &[("month", last)]);
        } else {
            let money = |m: Money| figures::money(m, self.lang);
            self.say(text, "ui.explain.last", &[("month", last), ("before", money(before)), ("change", money(now - before))]);
        }
        let share = if employer { Share::Employer } else { Share::Employee };
        for c in self.output.changes.iter().filter(|c| c.code == code && c.share == share && !c.change().is_zero()) {
            let label = self.ready.pack.causes.get(usize::from(c.cause)).map_or("", |x| x.1.get(self.lang));
            let detail = detail(self.ready, self.w, c.cause);
            let detail = if detail.is_empty() { detail } else { format!(" ({detail})") };
            let args = [("cause", label.to_owned()), ("change", figures::money(c.change(), self.lang)), ("detail", detail)];
            self.say(text, "ui.explain.by", &args);
        }
    }

    /// The base and the rate of a line, and every value that its rule names, by its label.
    fn made_with(&self, text: &mut String, l: &Line, e: &Element) {
        if let (Some(base), Some(rate)) = (l.base, l.rate) {
            let args = [("base", shown(base, self.lang)), ("rate", percent(rate, self.lang))];
            self.say(text, "ui.explain.base", &args);
        }
        let day = self.ready.job.month.first_day();
        let Some(v) = e.versions.iter().rev().find(|v| v.from <= day && v.until.is_none_or(|u| day <= u)) else { return };
        let mut list: Vec<String> = Vec::new();
        for (_, f) in formulas(v) {
            let mut names = Vec::new();
            f.ast.names(&mut names);
            for (label, value) in names.iter().filter_map(|(n, _)| self.labelled(n)) {
                let one = format!("{label} {value}");
                if !list.contains(&one) {
                    list.push(one);
                }
            }
        }
        if !list.is_empty() {
            self.say(text, "ui.explain.with", &[("list", list.join(" ; "))]);
        }
    }

    /// A name of a formula by its label, with its value, where it has both.
    fn labelled(&self, name: &str) -> Option<(String, String)> {
        let slots = &self.ready.road.this().slots;
        let (label, value) = match self.symbols.get(name)? {
            Symbol::Fact(i) => {
                let id = crate::facts::FactId(*i);
                let fact = self.output.facts.get(id)?;
                (self.ready.pack.vocabulary.get(id).label.get(self.lang), show_value(self.ready, fact))
            }
            Symbol::Parameter(i) => {
                let p = &self.ready.pack.parameters[*i as usize];
                let day = if p.at_payment { self.ready.job.pay_date } else { self.ready.job.month.first_day() };
                let v = p.values.iter().rev().find(|v| v.from <= day && v.until.is_none_or(|u| day <= u))?;
                (p.label.get(self.lang), p.shown(v.value, self.lang))
            }
            Symbol::Setting(i) => {
                let s = &self.ready.pack.settings[usize::from(*i)];
                (s.label.get(self.lang), s.shown(&self.ready.road.this().settings[usize::from(*i)], self.lang))
            }
            Symbol::Value(i) => {
                let v = &self.ready.pack.values[usize::from(*i)];
                let slot = slots.value(*i);
                let share = matches!(v.form, Some(NumberForm::Rate | NumberForm::Fraction));
                let shown = self.state.slot(slot).ok().filter(|_| share).map(|x| percent(x, self.lang));
                (v.label.get(self.lang), shown.unwrap_or_else(|| self.number(slot)))
            }
            Symbol::Element(i) => {
                let card = &self.ready.catalogue[usize::from(*i)];
                (card.label.get(self.lang), self.number(slots.element(*i, crate::rules::bind::AMOUNT)))
            }
            Symbol::Total(_) | Symbol::Table(_) => return None,
        };
        (!label.is_empty()).then(|| (label.to_owned(), value))
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
                certainty(&v.certainty, self.lang)
            );
        }
    }
}

/// How sure a value is, in the reader's language; other words stay as they are.
fn certainty(text: &str, lang: Lang) -> &str {
    let key = format!("ui.certainty.{text}");
    if words::known(&key) { words::ui(&key, lang) } else { text }
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
