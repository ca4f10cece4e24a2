//! Declared amounts → the lines of one payslip, which add up to the net as far as a declaration tells it.
//!
//! Gains are completed to the gross pay by a remainder, contributions to the net social amount by another:
//! what a declaration does not detail is a line with that name, never lost and never spread over the others.

use super::bits::{Bit, Declared};
use super::table::{self, Row, Side};
use crate::ground::{At, Exact, Finding, Money, PayMonth, Severity, Sources};
use crate::normalise::gather::{Gathered, LocalCode};
use crate::normalise::{CodeTarget, Context};
use crate::payslip::{ElementId, LineKind, PaidCode, PaidLine, PaidSlip};
use std::collections::{BTreeMap, BTreeSet};

/// What is left of gross pay: its code, and the local code that stands for it.
const REST: &str = "reste";
pub const REMAINDER: &str = "DSN reste";
/// What the net social amount says was withheld beyond the contributions that are detailed, and cents of it.
pub const RESIDUAL: &str = "DSN cotisations";
pub const ROUNDED: &str = "DSN arrondis";
/// What was transferred beyond what a declaration explains, or less.
pub const BEYOND: &str = "DSN hors";

/// Contributions that differ from the net social amount by no more than this are only rounded.
const ROUNDING: Money = Money::from_cents(5);

/// Local codes that may name a contract; beyond them lines of other contracts share one, as codes are numbered up to 65,535.
const NAMED: usize = 20_000;

/// Local codes of what no element stands for, by code; their places among those of all sources.
#[derive(Default)]
pub struct Locals {
    known: BTreeMap<String, u16>,
}

impl Locals {
    /// The local code, entered on first use.
    pub fn enter(&mut self, gathered: &mut Gathered, source: u16, code: String, label: &str, kind: LineKind, recurs: bool) -> Option<u16> {
        if let Some(index) = self.known.get(&code) {
            return Some(*index);
        }
        let index = u16::try_from(gathered.local_codes.len()).ok()?;
        let (labels, target) = (vec![label.to_owned()], CodeTarget::Open);
        gathered.local_codes.push(LocalCode {
            source,
            code: code.clone(),
            labels,
            element: None,
            target,
            beside: false,
            recurs,
            said: false,
            kind: Some(kind),
        });
        self.known.insert(code, index);
        Some(index)
    }
}

/// What is said of an agent's pay once, for all agents together.
#[derive(Default)]
pub struct Tallies {
    pub remainder: Summed,
    pub residual: Summed,
    pub unsplit: Summed,
    pub without_net_social: Summed,
    pub rebuilt: u64,
}

/// How many agents, how much, and the first places.
#[derive(Default)]
pub struct Summed {
    pub count: u64,
    pub sum: Money,
    pub places: Vec<At>,
}

impl Summed {
    fn add(&mut self, amount: Money, at: At) {
        self.count += 1;
        self.sum += amount;
        if self.places.len() < 8 {
            self.places.push(at);
        }
    }

    pub fn finding(&self, code: &str, severity: Severity, sources: &Sources) -> Option<Finding> {
        let f = Finding::new(code, severity).arg("count", self.count).arg("sum", self.sum.french());
        (self.count > 0).then(|| self.places.iter().fold(f, |f, at| f.at(sources.place(*at))))
    }
}

/// What came of an agent's amounts.
pub struct Made {
    pub slip: PaidSlip,
    /// Less was left over of gross pay than its parts add up to.
    pub overshoot: Option<Money>,
    /// A payment that was an advance on another one.
    pub advance: Option<Money>,
}

pub struct Maker<'m> {
    pub gathered: &'m mut Gathered,
    pub locals: &'m mut Locals,
    pub cx: &'m Context<'m>,
    pub tallies: &'m mut Tallies,
}

impl Maker<'_> {
    /// The payslip of an agent. `main` is the contract that facts are told of; lines of others keep their number.
    pub fn slip(&mut self, source: u16, first: At, mut d: Declared, main: &str) -> Made {
        let of = |side: Side, bits: &[Bit]| bits.iter().filter(|b| b.row.side == side).map(|b| b.amount).sum::<Money>();
        let advance = settle_gains(&mut d);
        let gross = of(Side::Gross, &d.bits);
        let gross_at = d.bits.iter().find(|b| b.row.side == Side::Gross).map_or(first, |b| b.at);
        let mut slip = PaidSlip::default();
        let mut shares = Money::ZERO;
        let mut after_tax = Money::ZERO;
        for b in &d.bits {
            match b.row.side {
                Side::Gain => self.gain(source, b, main, &mut slip.lines),
                Side::Benefit => {
                    after_tax -= b.amount;
                    self.benefit(source, b, &mut slip.lines);
                }
                Side::Agent | Side::Both | Side::Employer => {
                    shares += self.contribution(source, b, main, &d.bits, &mut slip.lines);
                }
                Side::Tax | Side::Refund => {
                    after_tax += b.amount;
                    let kind = if b.row.side == Side::Tax { LineKind::Tax } else { LineKind::Net };
                    self.whole(source, b, main, kind, b.amount, &mut slip.lines);
                }
                Side::Gross | Side::NetSocial | Side::Exempt | Side::Aside | Side::Fact => {}
            }
        }
        let overshoot = self.remainders(source, &d, gross_at, &mut slip.lines);
        let social = d.bits.iter().find(|b| b.row.side == Side::NetSocial).map(|b| (of(Side::NetSocial, &d.bits), b.at));
        let before_tax = social.or_else(|| {
            let (net, at) = d.net_before_tax?;
            self.tallies.without_net_social.add(net, at);
            // Some programs leave overtime free of tax out of it, as the norm has it, and some do not.
            let with = net + of(Side::Exempt, &d.bits);
            let expected = gross - shares;
            Some((if (expected - with).abs() < (expected - net).abs() { with } else { net }, at))
        });
        let (net, net_at) = before_tax.unwrap_or((gross - shares, first));
        let residual = gross - shares - net;
        if !residual.is_zero() {
            let small = residual.abs() <= ROUNDING;
            let row = table::own(if small { "rounding" } else { "residual" });
            if !small {
                self.tallies.residual.add(residual, net_at);
            }
            let code = if small { ROUNDED } else { RESIDUAL };
            self.local(source, code.to_owned(), &row.label, LineKind::Deduction, row.recurs, -residual, net_at, None, &mut slip.lines);
        }
        self.tallies.rebuilt += 1;
        slip.gross = Some((gross, gross_at));
        slip.net_taxable = d.net_taxable;
        slip.net_before_tax = Some((net, net_at));
        slip.net_paid = Some((net + after_tax, net_at));
        slip.unseen = table::own("silent").elements.iter().filter_map(|c| table::element(c, self.cx)).collect();
        slip.melted = true;
        let lines: Money = slip.lines.iter().map(|l| l.amount).sum();
        assert!(lines == net + after_tax, "the lines of a declared payslip add up to its net");
        Made { slip, overshoot, advance }
    }

    #[expect(clippy::too_many_arguments, reason = "one line with all that is known of it")]
    fn local(
        &mut self,
        source: u16,
        code: String,
        label: &str,
        kind: LineKind,
        recurs: bool,
        amount: Money,
        at: At,
        period: Option<PayMonth>,
        out: &mut Vec<PaidLine>,
    ) {
        let (amount, employer_amount) = if kind == LineKind::Employer { (Money::ZERO, amount) } else { (amount, Money::ZERO) };
        if let Some(index) = self.locals.enter(self.gathered, source, code, label, kind, recurs) {
            let code = PaidCode::Unknown(index);
            out.push(PaidLine { code, base: None, rate: None, amount, employer_rate: None, employer_amount, period, at });
        }
    }

    /// An amount under its only element, or under a local code with the label of the norm.
    fn whole(&mut self, source: u16, b: &Bit, main: &str, kind: LineKind, amount: Money, out: &mut Vec<PaidLine>) {
        let other = !b.contract.is_empty() && b.contract != main;
        let wanted = if b.period.is_some() { b.row.arrears.as_str() } else { b.row.elements.first().map_or("", String::as_str) };
        let element = table::element(wanted, self.cx).filter(|_| !other);
        match element {
            Some(e) => out.push(self.line(e, b, kind, amount)),
            None => {
                let prefix = if b.block == "own" { format!("DSN {}", b.code) } else { format!("{}.{}", b.block, b.code) };
                let arrears = if b.period.is_some() { " rappel" } else { "" };
                let contract = if !other {
                    String::new()
                } else if self.locals.known.len() < NAMED {
                    format!(" contrat {}", b.contract)
                } else {
                    " autre contrat".to_owned()
                };
                let code = format!("{prefix}{arrears}{contract}");
                let label = format!("{}{arrears}{contract}", b.label);
                let recurs = b.row.recurs && b.period.is_none();
                self.local(source, code, &label, kind, recurs, amount, b.at, b.period, out);
            }
        }
    }

    fn line(&self, e: ElementId, b: &Bit, kind: LineKind, amount: Money) -> PaidLine {
        let code = PaidCode::Element(e);
        let (at, period, base) = (b.at, b.period, b.base);
        if kind == LineKind::Employer {
            PaidLine { code, base, rate: None, amount: Money::ZERO, employer_rate: b.rate, employer_amount: amount, period, at }
        } else {
            PaidLine { code, base, rate: b.rate, amount, employer_rate: None, employer_amount: Money::ZERO, period, at }
        }
    }

    fn gain(&mut self, source: u16, b: &Bit, main: &str, out: &mut Vec<PaidLine>) {
        self.whole(source, b, main, LineKind::Earning, b.amount, out);
    }

    /// Benefits in kind: part of gross pay, and taken back as they are not paid in money.
    fn benefit(&mut self, source: u16, b: &Bit, out: &mut Vec<PaidLine>) {
        for (i, (kind, amount)) in [(LineKind::Earning, b.amount), (LineKind::Net, -b.amount)].into_iter().enumerate() {
            match b.row.elements.get(i).and_then(|c| table::element(c, self.cx)) {
                Some(e) => out.push(self.line(e, b, kind, amount)),
                None => {
                    let code = format!("{}.{}{}", b.block, b.code, if i == 0 { "" } else { " reprise" });
                    self.local(source, code, &b.label, kind, b.row.recurs, amount, b.at, b.period, out);
                }
            }
        }
    }

    /// Lines of a contribution; hands back the agent's share, positive when it is deducted.
    fn contribution(&mut self, source: u16, b: &Bit, main: &str, all: &[Bit], out: &mut Vec<PaidLine>) -> Money {
        match b.row.side {
            Side::Employer => {
                let plain = Bit { period: None, contract: b.contract.clone(), code: b.code.clone(), label: b.label.clone(), ..*b };
                self.whole(source, &plain, main, LineKind::Employer, b.amount, out);
                Money::ZERO
            }
            Side::Both => match self.both(b) {
                Some((e, agent, employer, rates)) => {
                    out.push(PaidLine {
                        code: PaidCode::Element(e),
                        base: b.base,
                        rate: Some(rates.0),
                        amount: -agent,
                        employer_rate: Some(rates.1),
                        employer_amount: employer,
                        period: b.period,
                        at: b.at,
                    });
                    agent
                }
                None => {
                    // The agent's part shows in what is missing to the net social amount.
                    self.tallies.unsplit.add(b.amount, b.at);
                    Money::ZERO
                }
            },
            _ => {
                for (e, part) in self.split(b, all) {
                    match e {
                        Some(e) => out.push(PaidLine {
                            code: PaidCode::Element(e),
                            base: b.base,
                            rate: None,
                            amount: -part,
                            employer_rate: None,
                            employer_amount: Money::ZERO,
                            period: b.period,
                            at: b.at,
                        }),
                        None => {
                            let label = b.label.clone();
                            let code = format!("{}.{}", b.block, b.code);
                            self.local(source, code, &label, LineKind::Deduction, b.row.recurs, -part, b.at, b.period, out);
                        }
                    }
                }
                b.amount
            }
        }
    }

    /// The two shares of one amount, when the law's rates on its base give it to the cent or nearly.
    fn both(&self, b: &Bit) -> Option<(ElementId, Money, Money, (Exact, Exact))> {
        let e = table::element(b.row.elements.first()?, self.cx)?;
        let target = self.cx.rubrics.targets.iter().find(|t| t.element == e)?;
        let (rate, employer_rate, base) = (target.rate?, target.employer_rate?, b.base?);
        let agent = cents(base.mul(rate)?)?;
        let whole = cents(base.mul(rate.add(employer_rate)?)?)?;
        ((whole - b.amount).abs().cents() <= 2).then(|| (e, agent, b.amount - agent, (rate, employer_rate)))
    }

    /// An agent's contribution over the elements that share it: by their rates, the first takes what is left.
    fn split(&self, b: &Bit, all: &[Bit]) -> Vec<(Option<ElementId>, Money)> {
        let codes: Vec<(&str, Option<&str>)> =
            b.row.elements.iter().map(|e| e.split_once('@').map_or((e.as_str(), None), |(a, on)| (a, Some(on)))).collect();
        let Some(first) = codes.first().and_then(|(c, _)| table::element(c, self.cx)) else { return vec![(None, b.amount)] };
        let mut left = b.amount;
        let mut out = Vec::new();
        for (code, on) in &codes[1..] {
            let Some(e) = table::element(code, self.cx) else { continue };
            let target = self.cx.rubrics.targets.iter().find(|t| t.element == e);
            let base = match on {
                Some(on) => {
                    let paid = all.iter().filter(|x| x.row.side == Side::Gain && x.period == b.period);
                    Some(paid.filter(|x| x.row.elements.first().is_some_and(|c| c == on)).map(|x| x.amount).sum::<Money>().exact())
                }
                None => b.base,
            };
            let part = target.and_then(|t| t.rate).zip(base).and_then(|(r, base)| cents(base.mul(r)?));
            if let Some(part) = part.filter(|p| !p.is_zero() && p.abs() <= left.abs()) {
                left -= part;
                out.push((Some(e), part));
            }
        }
        out.insert(0, (Some(first), left));
        out
    }

    /// What is left of the gross pay of each period once its known parts are taken off: a line of its own.
    fn remainders(&mut self, source: u16, d: &Declared, gross_at: At, out: &mut Vec<PaidLine>) -> Option<Money> {
        let row = table::own("remainder");
        let mut overshoot = None;
        for (period, left) in left_of_gross(d) {
            if left.is_zero() {
                continue;
            }
            let gross = d.bits.iter().find(|b| b.row.side == Side::Gross && b.period == period);
            let at = gross.map_or(gross_at, |b| b.at);
            if period.is_none() {
                self.tallies.remainder.add(left, at);
                if left.is_negative() {
                    overshoot = Some(left);
                }
            }
            let bit = Bit {
                block: "own",
                code: REST.to_owned(),
                row,
                label: row.label.clone(),
                amount: left,
                base: None,
                rate: None,
                at,
                period,
                contract: String::new(),
                payment: 0,
            };
            self.whole(source, &bit, "", LineKind::Earning, left, out);
        }
        overshoot
    }
}

fn cents(x: Exact) -> Option<Money> {
    x.scaled_half_up(100).map(Money::from_cents)
}

/// By period. Arrears of a month that has no gross pay of its own here are within that of the month declared.
fn left_of_gross(d: &Declared) -> BTreeMap<Option<PayMonth>, Money> {
    let mut out: BTreeMap<Option<PayMonth>, Money> = BTreeMap::new();
    let own: BTreeSet<Option<PayMonth>> = d.bits.iter().filter(|b| b.row.side == Side::Gross).map(|b| b.period).collect();
    for b in &d.bits {
        let part = match b.row.side {
            Side::Gross => b.amount,
            Side::Gain | Side::Benefit => -b.amount,
            Side::NetSocial
            | Side::Exempt
            | Side::Agent
            | Side::Employer
            | Side::Both
            | Side::Tax
            | Side::Refund
            | Side::Aside
            | Side::Fact => {
                continue;
            }
        };
        *out.entry(b.period.filter(|_| own.contains(&b.period))).or_insert(Money::ZERO) += part;
    }
    out
}

/// Two ways to write gains twice: base pay that includes the NBI, and an advance shown again in the payment that follows it.
fn settle_gains(d: &mut Declared) -> Option<Money> {
    let left = left_of_gross(d).get(&None).copied().unwrap_or_default();
    if !left.is_negative() {
        return None;
    }
    let is = |b: &Bit, row: &'static Row| std::ptr::eq(b.row, row) && b.period.is_none();
    let nbi: Money = d.bits.iter().filter(|b| is(b, table::own("nbi"))).map(|b| b.amount).sum();
    let base = table::row("51", "010", "");
    if left + nbi == Money::ZERO
        && let Some(b) = d.bits.iter_mut().find(|b| base.is_some_and(|r| is(b, r)) && b.amount > nbi)
    {
        b.amount -= nbi;
        return None;
    }
    let of = |payment: usize, side: Side| -> Money {
        d.bits.iter().filter(|b| b.payment == payment && b.row.side == side && b.period.is_none()).map(|b| b.amount).sum()
    };
    let advance = (0..d.payments.saturating_sub(1)).find(|p| of(*p, Side::Gross) == -left && of(*p, Side::Gain) == -left)?;
    d.bits.retain(|b| b.payment != advance || b.row.side != Side::Gain);
    Some(-left)
}
