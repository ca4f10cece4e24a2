//! A computed payslip → what is printed on it. Fields that are not known stay empty; nothing is guessed.

use super::Ready;
use super::compute::Worked;
use crate::facts::{Fact, Role, Value};
use crate::ground::{Exact, Lang, Money, Nir};
use crate::payslip::{Line, LineKind, Mode, Payslip, Status};
use crate::rules::bind::Symbol;
use crate::write::payslip as print;

/// A rate as people read it: `11,10 %`, or money per unit.
fn rate_text(x: Exact, share: bool) -> String {
    if share {
        let percent = x.mul(Exact::int(100)).unwrap_or(x);
        let cents = percent.scaled_half_up(100).unwrap_or(0);
        let exact = percent.mul(Exact::int(100)).and_then(Exact::whole).is_some();
        if exact { format!("{}\u{a0}%", Money::from_cents(cents).french()) } else { format!("{}\u{a0}%", decimals(percent, 4)) }
    } else {
        Money::from_cents(x.scaled_half_up(100).unwrap_or(0)).french()
    }
}

/// At most `places` decimals, with a comma, without trailing zeros.
pub fn decimals(x: Exact, places: u32) -> String {
    let scale = 10_i64.pow(places);
    let n = x.scaled_half_up(scale).unwrap_or(0);
    let text = Exact::ratio(n, scale).unwrap_or(x).to_string().replace('.', ",");
    text.replace('-', "\u{2212}")
}

fn base_text(x: Exact, unit: Base) -> String {
    match unit {
        Base::Money => x.scaled_half_up(100).map_or_else(String::new, |c| Money::from_cents(c).french()),
        Base::Number => decimals(x, 2),
    }
}

#[derive(Clone, Copy)]
enum Base {
    Money,
    Number,
}

/// What the printed payslip of one employee says.
pub fn printed(ready: &Ready, w: &Worked, p: &Payslip, number: &str) -> print::PrintedPayslip {
    let lang = ready.lang;
    let estimated = p.lines.iter().any(|l| l.status != Status::Computed);
    let lines = p.lines.iter().filter(|l| ready.catalogue[l.element.index()].kind != LineKind::Tax).map(|l| line(ready, l)).collect();
    let provisional = estimated.then(|| print::Provisional {
        what: (p.mode == Mode::Carried).then(|| match lang {
            Lang::Fr => format!("l'ensemble des lignes, reconduites de {}", ready.job.last_month),
            Lang::En => format!("every line, carried over from {}", ready.job.last_month),
        }),
    });
    let e = &ready.job.employer;
    let place = [e.postal_code.as_deref(), e.town.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    print::PrintedPayslip {
        lang,
        number: number.to_owned(),
        made_on: ready.job.pay_date,
        employer: print::Employer {
            name: e.name.clone(),
            address: e.address.iter().cloned().chain((!place.is_empty()).then_some(place)).collect(),
            siret: e.siret.clone(),
            ape: e.ape.clone(),
            contribution_account: e.urssaf.clone(),
            contact: e.contact.clone(),
        },
        agent: agent(ready, w),
        period: period(ready, w),
        payment: print::Payment {
            date: Some(ready.job.pay_date),
            mode: w.pay_iban.as_ref().map(|_| print::PaymentMode::Transfer),
            account: w.pay_iban.clone(),
        },
        body: print::Body::Pay(Box::new(print::Pay {
            provisional,
            replaces: None,
            completes: None,
            lines,
            totals: p.totals,
            tax: tax(ready, w, p),
            cumuls: cumuls(ready, w),
            leave: None,
        })),
    }
}

/// Sums of the year, when they are known from its first payment on.
fn cumuls(ready: &Ready, w: &Worked) -> Option<print::Cumuls> {
    let s = super::record::sums(ready, w).filter(|s| s.whole)?;
    Some(print::Cumuls {
        year: s.year,
        gross: Some(s.gross),
        hours: None,
        taxable: Some(s.net_taxable),
        income_tax: Some(s.income_tax),
        employer: Some(s.employer_cost - s.gross),
    })
}

fn line(ready: &Ready, l: &Line) -> print::Line {
    let card = &ready.catalogue[l.element.index()];
    let part = match card.kind {
        LineKind::Earning => print::Part::Gross,
        LineKind::Deduction | LineKind::Employer | LineKind::Tax => print::Part::Contribution,
        LineKind::Net => print::Part::AfterTax,
    };
    let section = ready.pack.sections.iter().find(|s| s.0 == card.section).map(|s| s.1.get(ready.lang).to_owned());
    // A base that a share is taken of is money; any other base is what the formula counts.
    let unit = if card.rate_is_share && (l.rate.is_some() || l.employer_rate.is_some()) { Base::Money } else { Base::Number };
    let label = card.printed.as_ref().unwrap_or(&card.label);
    print::Line {
        part,
        section,
        code: card.code.clone(),
        label: label.get(ready.lang).to_owned(),
        base: l.base.map(|b| base_text(b, unit)),
        rate: l.rate.map(|r| rate_text(r, card.rate_is_share)),
        amount: (card.kind != LineKind::Employer).then_some(l.amount),
        employer_rate: l.employer_rate.map(|r| rate_text(r, true)),
        employer_amount: (!l.employer_amount.is_zero()).then_some(l.employer_amount),
        period: l.period,
        estimated: l.status != Status::Computed,
    }
}

fn tax(ready: &Ready, w: &Worked, p: &Payslip) -> Option<print::Tax> {
    let l = p.lines.iter().find(|l| ready.catalogue[l.element.index()].kind == LineKind::Tax);
    let neutral = flag(ready, w, "tax_neutral").unwrap_or(false);
    let kind = if neutral { print::TaxRate::Neutral } else { print::TaxRate::Personal };
    Some(match l {
        Some(l) => print::Tax {
            base: l.base.and_then(|b| b.scaled_half_up(100)).map_or(p.totals.net_taxable, Money::from_cents),
            rate: rate_text(l.rate.unwrap_or(Exact::ZERO), true),
            kind,
        },
        None => print::Tax { base: p.totals.net_taxable, rate: rate_text(Exact::ZERO, true), kind },
    })
}

/// The flag that a field of the head names, as the payslip's own computation has it.
pub fn flag(ready: &Ready, w: &Worked, field: &str) -> Option<bool> {
    shown_value(ready, w, field).map(|x| !x.is_zero())
}

fn shown_value(ready: &Ready, w: &Worked, field: &str) -> Option<Exact> {
    let name = ready.pack.payslip.get(field)?;
    w.output.shown.iter().find(|s| s.0 == *name).map(|s| s.1)
}

fn fact<'w>(ready: &Ready, w: &'w Worked, field: &str) -> Option<&'w Fact> {
    let id = ready.pack.vocabulary.named(ready.pack.payslip.get(field)?)?;
    w.output.facts.get(id)
}

fn text(ready: &Ready, w: &Worked, field: &str) -> Option<String> {
    let f = fact(ready, w, field)?;
    Some(super::compute::show_value(ready, f)).filter(|t| !t.trim().is_empty())
}

fn count(ready: &Ready, w: &Worked, field: &str) -> Option<u32> {
    fact(ready, w, field)?.value.number()?.whole().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0)
}

fn agent(ready: &Ready, w: &Worked) -> print::Agent {
    let vocabulary = &ready.pack.vocabulary;
    let role = |r: Role| w.person.text(vocabulary, r).map(str::to_owned).filter(|t| !t.trim().is_empty());
    let name = match role(Role::MarriedName) {
        Some(m) if !w.name.contains(&m) => format!("{} ({m})", w.name),
        _ => w.name.clone(),
    };
    let mut a = print::Agent::new(w.id.clone(), &name);
    let town = [role(Role::PostalCode), role(Role::Town)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    a.address = role(Role::Address).into_iter().chain((!town.is_empty()).then_some(town)).collect();
    a.nir = role(Role::IdentityNumber).and_then(|t| Nir::parse(&t).ok());
    a.status = text(ready, w, "status");
    a.scheme = flag(ready, w, "scheme").and_then(|yes| ready.pack.payslip.get(if yes { "scheme_yes" } else { "scheme_no" }).cloned());
    a.grade = text(ready, w, "grade");
    a.step = text(ready, w, "step");
    a.index_gross = count(ready, w, "index_gross");
    a.index_major = count(ready, w, "index_major");
    a.nbi_points = count(ready, w, "nbi_points");
    a.children = count(ready, w, "children");
    a.service = role(Role::Service);
    let part_post = matches!(fact(ready, w, "part_time_post").map(|f| &f.value), Some(Value::Flag(true)));
    if let Some(share) = fact(ready, w, "working_time").and_then(|f| f.value.number()) {
        if part_post {
            a.part_time_post = Some(format!("{}/35", decimals(share.mul(Exact::int(35)).unwrap_or(share), 2)));
        } else {
            a.working_time = Some(format!("{}\u{a0}%", decimals(share.mul(Exact::int(100)).unwrap_or(share), 2)));
        }
    }
    a
}

fn period(ready: &Ready, w: &Worked) -> print::Period {
    let month = ready.job.month;
    let vocabulary = &ready.pack.vocabulary;
    let date = |r: Role| w.output.facts.get(vocabulary.role(r)?).and_then(|f| f.value.date());
    let from = date(Role::Entry).filter(|d| month.contains(*d) && *d > month.first_day());
    let to = date(Role::Exit).filter(|d| month.contains(*d) && *d < month.last_day());
    let days =
        (from.is_some() || to.is_some()).then(|| (from.unwrap_or_else(|| month.first_day()), to.unwrap_or_else(|| month.last_day())));
    let presence = shown_value(ready, w, "presence").map(|x| match ready.lang {
        Lang::Fr => format!("{}/30 de présence", decimals(x, 2)),
        Lang::En => format!("{}/30 present", decimals(x, 2)),
    });
    let full = ready.pack.payslip.get("hours_full_month").and_then(|t| Exact::parse(t));
    let share = fact(ready, w, "working_time").and_then(|f| f.value.number());
    // Hours only of those who are paid by the month, for a whole month.
    let hours = full
        .zip(share)
        .filter(|_| days.is_none() && w.output.payslip.as_ref().is_some_and(|p| p.mode == Mode::Computed))
        .map(|(h, s)| decimals(h.mul(s).unwrap_or(h), 2));
    print::Period { month, days, hours, presence }
}

/// The values of the pack that the head of a payslip shows, and those that go on in sums since January.
pub fn head_values(pack: &crate::rules::Pack) -> Vec<(String, u32)> {
    let report = crate::ground::document::Report::new(&pack.files);
    let symbols = pack.symbols(&report);
    let slots = crate::rules::bind::Slots::of(pack);
    let head = pack.payslip.values().filter_map(|name| match symbols.get(name) {
        Some(Symbol::Value(i)) => Some((name.clone(), slots.value(*i))),
        _ => None,
    });
    let summed = pack.vocabulary.iter().filter_map(|f| f.1.adds.as_ref()).filter_map(|name| {
        let slot = match symbols.get(name)? {
            Symbol::Value(i) => slots.value(*i),
            Symbol::Total(i) => slots.total(*i),
            Symbol::Element(i) => slots.element(*i, crate::rules::bind::AMOUNT),
            Symbol::Fact(_) | Symbol::Parameter(_) | Symbol::Setting(_) | Symbol::Table(_) => return None,
        };
        Some((name.clone(), slot))
    });
    head.chain(summed).collect()
}
