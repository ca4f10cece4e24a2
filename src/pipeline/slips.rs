//! A computed payslip → what is printed on it. Fields that are not known stay empty; nothing is guessed.

use super::Ready;
use super::compute::Worked;
use crate::facts::{Fact, Role, Value};
use crate::ground::{Exact, Lang, Money, Nir, PayMonth, figures, month};
use crate::payslip::{Card, Counted, Line, LineKind, Mode, Payslip, Status};
use crate::rules::bind::Symbol;
use crate::write::payslip as print;

/// A rate as people read it: `11,10 %`, or money per unit.
fn rate_text(x: Exact, share: bool, lang: Lang) -> String {
    if share {
        let percent = x.mul(Exact::int(100)).unwrap_or(x);
        let cents = percent.scaled_half_up(100).unwrap_or(0);
        let exact = percent.mul(Exact::int(100)).and_then(Exact::whole).is_some();
        let shown = if exact { figures::money(Money::from_cents(cents), lang) } else { figures::decimals(percent, 4, lang) };
        format!("{shown}\u{a0}%")
    } else {
        figures::money(Money::from_cents(x.scaled_half_up(100).unwrap_or(0)), lang)
    }
}

/// The base of a line with its unit: `1 801,80`, `358 pts`, `14 h`, `12 j`.
fn base_text(x: Exact, l: &Line, card: &Card, lang: Lang) -> String {
    let number = || figures::decimals(x, 2, lang);
    let money = || x.scaled_half_up(100).map_or_else(String::new, |c| figures::money(Money::from_cents(c), lang));
    let unit = |fr, en| format!("{}\u{a0}{}", number(), if lang == Lang::Fr { fr } else { en });
    match &card.base {
        Counted::Money => money(),
        Counted::Points => unit("pts", "pts"),
        Counted::Hours => unit("h", "h"),
        Counted::Days => unit("j", "d"),
        Counted::Named(words) => format!("{}\u{a0}{}", number(), words.get(lang)),
        // A share is taken of money.
        Counted::Number if card.rate_is_share && (l.rate.is_some() || l.employer_rate.is_some()) => money(),
        Counted::Number => number(),
    }
}

/// A label of the pack with the apostrophe that print has.
fn typeset(text: &str) -> String {
    text.replace('\'', "’")
}

/// What the printed payslip of one employee says; `beside` are the numbers and the nets of the same person's other slips.
pub fn printed(ready: &Ready, w: &Worked, p: &Payslip, number: &str, held: bool, beside: &[(String, Money)]) -> print::PrintedPayslip {
    let lang = ready.lang;
    let body = match advance(ready, p) {
        Some(advance) => print::Body::Advance(advance),
        None => print::Body::Pay(Box::new(pay(ready, w, p, beside))),
    };
    let e = &ready.job.employer;
    let place = [e.postal_code.as_deref(), e.town.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    print::PrintedPayslip {
        lang,
        number: number.to_owned(),
        made_on: ready.job.pay_date,
        // No command releases a month yet: what a run writes is a draft.
        draft: true,
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
            held,
        },
        body,
    }
}

/// A month's pay as it is printed.
fn pay(ready: &Ready, w: &Worked, p: &Payslip, beside: &[(String, Money)]) -> print::Pay {
    let lang = ready.lang;
    let estimated = p.lines.iter().any(|l| l.status != Status::Computed);
    let provisional = estimated.then(|| print::Provisional {
        what: (p.mode == Mode::Carried).then(|| match lang {
            Lang::Fr => format!("l’ensemble des lignes, reconduites {}", month::of(ready.job.last_month, lang)),
            Lang::En => format!("every line, carried over from {}", month::named(ready.job.last_month, lang)),
        }),
    });
    print::Pay {
        provisional,
        replaces: None,
        completes: None,
        beside: beside_text(p.totals.net_paid, beside, lang),
        lines: p.lines.iter().filter(|l| ready.catalogue[l.element.index()].kind != LineKind::Tax).map(|l| line(ready, w, l)).collect(),
        totals: p.totals,
        net_social: net_social(ready).then_some(p.totals.net_social),
        tax: tax(ready, w, p),
        cumuls: cumuls(ready, w),
        leave: None,
        explained: ready.pack.payslip.get(if lang == Lang::Fr { "explained_fr" } else { "explained_en" }).map(|t| typeset(t)),
    }
}

/// Somebody with several posts has a slip for each: each names the others, and what all of them come to.
fn beside_text(own: Money, beside: &[(String, Money)], lang: Lang) -> Option<String> {
    let all = beside.iter().fold(own, |sum, b| sum + b.1);
    let each = beside.iter().map(|(number, net)| format!("{number} ({}\u{a0}€)", figures::money(*net, lang)));
    let list = each.collect::<Vec<_>>().join(", ");
    let all = figures::money(all, lang);
    (!beside.is_empty()).then(|| match lang {
        Lang::Fr => format!("Autre bulletin du mois, net payé : n° {list}. Total versé pour le mois : {all}\u{a0}€."),
        Lang::En => format!("Other payslip of the month, net paid: no. {list}. Paid in all for the month: {all}\u{a0}€."),
    })
}

/// What is said of pay that is nothing but an advance: the amount, and the share of which net it is.
fn advance(ready: &Ready, p: &Payslip) -> Option<print::Advance> {
    let line = p.lines.first().filter(|_| p.mode == Mode::Advance && p.lines.len() == 1)?;
    let lang = ready.lang;
    let net = line.base.and_then(|b| b.scaled_half_up(100)).map(|c| figures::money(Money::from_cents(c), lang))?;
    let share = percent(line.rate?, lang);
    let basis = match lang {
        Lang::Fr => format!("{share} du net payé {} ({net}\u{a0}€)", month::of(ready.job.last_month, lang)),
        Lang::En => format!("{share} of the net paid in {} ({net}\u{a0}€)", month::named(ready.job.last_month, lang)),
    };
    Some(print::Advance { amount: p.totals.net_paid, basis })
}

/// Whether the month is one whose payslips show the net social amount.
pub fn net_social(ready: &Ready) -> bool {
    ready.pack.payslip.get("net_social_since").and_then(|m| PayMonth::parse(m)).is_some_and(|m| m <= ready.job.month)
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

fn line(ready: &Ready, w: &Worked, l: &Line) -> print::Line {
    let card = &ready.catalogue[l.element.index()];
    // The amount of an estimate is not what base and rate make, and a register's own base may count something else than the rule's.
    let estimate = l.status == Status::Estimated;
    let counts = matches!(card.base, Counted::Points | Counted::Hours | Counted::Days | Counted::Named(_));
    let based = !(estimate || l.status == Status::Carried && counts);
    let rate = l.rate.map(|r| rate_text(r, card.rate_is_share, ready.lang)).or_else(|| point_rate(ready, w, l, card));
    let part = match card.kind {
        LineKind::Earning => print::Part::Gross,
        LineKind::Deduction | LineKind::Employer | LineKind::Tax => print::Part::Contribution,
        LineKind::Net => print::Part::AfterTax,
    };
    let section = ready.pack.sections.iter().find(|s| s.0 == card.section).map(|s| typeset(s.1.get(ready.lang)));
    let label = card.printed.as_ref().unwrap_or(&card.label);
    print::Line {
        part,
        section,
        code: card.code.clone(),
        label: typeset(label.get(ready.lang)),
        base: l.base.filter(|_| based).map(|b| base_text(b, l, card, ready.lang)),
        rate: rate.filter(|_| !estimate),
        amount: (card.kind != LineKind::Employer).then_some(l.amount),
        employer_rate: l.employer_rate.filter(|_| !estimate).map(|r| rate_text(r, true, ready.lang)),
        employer_amount: (!l.employer_amount.is_zero()).then_some(l.employer_amount),
        period: l.period,
        estimated: l.status != Status::Computed,
    }
}

/// The value of a point beside points, where the two make the amount.
fn point_rate(ready: &Ready, w: &Worked, l: &Line, card: &Card) -> Option<String> {
    let value = shown_value(ready, w, "point_value").filter(|_| card.base == Counted::Points && l.status == Status::Computed)?;
    let product = l.base?.mul(value)?.scaled_half_up(100)?;
    let tenths = value.scaled_half_up(10_000)?;
    let text = format!("{},{:04}", tenths / 10_000, tenths % 10_000);
    ((product - l.amount.cents()).abs() <= 1).then(|| match ready.lang {
        Lang::Fr => text,
        Lang::En => text.replace(',', "."),
    })
}

fn tax(ready: &Ready, w: &Worked, p: &Payslip) -> Option<print::Tax> {
    let l = p.lines.iter().find(|l| ready.catalogue[l.element.index()].kind == LineKind::Tax);
    let card = l.map_or_else(|| ready.catalogue.iter().find(|c| c.kind == LineKind::Tax), |l| ready.catalogue.get(l.element.index()))?;
    // Where there is one kind of rate only, nothing is said of it.
    let estimated = l.map_or(p.mode == Mode::Carried, |l| l.status != Status::Computed);
    let kind = match flag(ready, w, "tax_neutral") {
        // What is carried over is an amount; of its rate nothing is known.
        _ if estimated && l.is_none_or(|l| l.rate.is_none()) => print::TaxRate::Other(String::new()),
        Some(true) => print::TaxRate::Neutral,
        None if !ready.pack.payslip.contains_key("tax_neutral") => print::TaxRate::Other(String::new()),
        Some(false) | None => print::TaxRate::Personal,
    };
    let rate = match (l, l.and_then(|l| l.rate)) {
        (_, Some(rate)) => rate_text(rate, true, ready.lang),
        (Some(line), None) if !line.amount.is_zero() => String::new(),
        (_, None) if estimated => String::new(),
        (_, None) => rate_text(Exact::ZERO, true, ready.lang),
    };
    let base = l.and_then(|l| l.base).and_then(|b| b.scaled_half_up(100)).map_or(p.totals.net_taxable, Money::from_cents);
    let label = card.printed.as_ref().unwrap_or(&card.label).get(ready.lang);
    Some(print::Tax { code: card.code.clone(), label: typeset(label), base, rate, kind, estimated })
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
    let town = [role(Role::PostalCode), role(Role::Town)].into_iter().flatten().collect::<Vec<_>>().join("\u{a0}");
    a.address = role(Role::Address).into_iter().chain((!town.is_empty()).then_some(town)).collect();
    a.nir = role(Role::IdentityNumber).and_then(|t| Nir::parse(&t).ok());
    a.status = text(ready, w, "status");
    let scheme = if flag(ready, w, "scheme_alone") == Some(true) {
        Some("scheme_alone_yes")
    } else {
        flag(ready, w, "scheme").map(|yes| if yes { "scheme_yes" } else { "scheme_no" })
    };
    a.scheme = scheme.and_then(|field| ready.pack.payslip.get(field).cloned());
    a.grade = text(ready, w, "grade");
    a.step = text(ready, w, "step");
    a.index_gross = count(ready, w, "index_gross");
    a.index_major = count(ready, w, "index_major");
    a.nbi_points = count(ready, w, "nbi_points");
    a.children = count(ready, w, "children");
    a.service = role(Role::Service);
    a.post = (w.id.post() > 1).then(|| w.id.post().to_string());
    let part_post = matches!(fact(ready, w, "part_time_post").map(|f| &f.value), Some(Value::Flag(true)));
    if let Some(share) = fact(ready, w, "working_time").and_then(|f| f.value.number()) {
        if part_post {
            a.part_time_post = Some(format!("{}/35", figures::decimals(share.mul(Exact::int(35)).unwrap_or(share), 2, ready.lang)));
        } else {
            let time = percent(share, ready.lang);
            let paid = shown_value(ready, w, "pay_share").filter(|p| *p != share && !p.is_zero()).map(|p| paid_share(p, ready.lang));
            a.working_time = Some(paid.map_or_else(|| time.clone(), |p| format!("{time} ({p})")));
        }
    }
    a
}

fn percent(share: Exact, lang: Lang) -> String {
    format!("{}\u{a0}%", figures::decimals(share.mul(Exact::int(100)).unwrap_or(share), 2, lang))
}

/// The share of a whole pay: as a fraction when that is how the law writes it, `payé 6/7`.
fn paid_share(share: Exact, lang: Lang) -> String {
    let text = if share.to_decimal().is_none() { share.to_string() } else { percent(share, lang) };
    match lang {
        Lang::Fr => format!("payé\u{a0}{text}"),
        Lang::En => format!("paid\u{a0}{text}"),
    }
}

fn period(ready: &Ready, w: &Worked) -> print::Period {
    let month = ready.job.month;
    let vocabulary = &ready.pack.vocabulary;
    let date = |r: Role| w.output.facts.get(vocabulary.role(r)?).and_then(|f| f.value.date());
    let from = date(Role::Entry).filter(|d| month.contains(*d) && *d > month.first_day());
    let to = date(Role::Exit).filter(|d| month.contains(*d) && *d < month.last_day());
    let days =
        (from.is_some() || to.is_some()).then(|| (from.unwrap_or_else(|| month.first_day()), to.unwrap_or_else(|| month.last_day())));
    let lang = ready.lang;
    let some = |field| shown_value(ready, w, field).filter(|x| !x.is_zero()).map(|x| figures::decimals(x, 2, lang));
    let presence = shown_value(ready, w, "presence").map(|x| {
        let x = figures::decimals(x, 2, lang);
        let (there, unpaid, reduced) = match lang {
            Lang::Fr => (format!("{x}/30"), "j non payés", "j à traitement réduit"),
            Lang::En => (format!("{x}/30"), "d not paid", "d on reduced pay"),
        };
        let unpaid = some("unpaid_days").map(|n| format!("{n}\u{a0}{unpaid}"));
        let reduced = some("reduced_days").map(|n| format!("{n}\u{a0}{reduced}"));
        let of = [unpaid, reduced].into_iter().flatten().collect::<Vec<_>>().join(", ");
        match (lang, of.is_empty()) {
            (_, true) => there,
            (Lang::Fr, false) => format!("{there}, dont {of}"),
            (Lang::En, false) => format!("{there}, of which {of}"),
        }
    });
    // Somebody carried over is paid again what a month gone by came to: nothing is known of the hours of this one.
    let computed = w.output.payslip.as_ref().is_some_and(|p| p.mode == Mode::Computed);
    let hours = shown_value(ready, w, "hours").filter(|h| computed && !h.is_zero());
    let hours = hours.and_then(|h| h.scaled_half_up(100)).map(|h| figures::money(Money::from_cents(h), lang));
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
