//! The amounts of one agent as declared, each under its row of `rules/exports/dsn.csv`, with period and contract.

use super::table::{self, Row, Side};
use super::who::Agent;
use crate::ground::{At, Exact, Money, PayMonth};
use crate::read::dsn::tables::{self, Code};
use crate::read::dsn::{Block, Declaration, Said};
use std::collections::BTreeMap;

/// One amount.
pub struct Bit {
    pub block: &'static str,
    pub code: String,
    pub row: &'static Row,
    /// What the norm calls it.
    pub label: String,
    pub amount: Money,
    pub base: Option<Exact>,
    /// A share, when the declaration gives one.
    pub rate: Option<Exact>,
    pub at: At,
    /// The month it is about, when that lies before the month declared.
    pub period: Option<PayMonth>,
    pub contract: String,
    /// Which of the agent's payments.
    pub payment: usize,
}

/// What nothing places: by block and code.
pub type Unplaced = BTreeMap<(&'static str, String), (String, u64, Money, At)>;

/// All that was declared of an agent.
#[derive(Default)]
pub struct Declared {
    pub bits: Vec<Bit>,
    /// Net of the norm, before tax withheld.
    pub net_before_tax: Option<(Money, At)>,
    pub net_taxable: Option<(Money, At)>,
    pub payments: usize,
}

/// Types, amounts and periods of the blocks that hold amounts by type: rubric numbers.
struct Shape {
    block: &'static str,
    name: &'static str,
    kind: u16,
    amount: u16,
    start: u16,
    end: u16,
    contract: u16,
}

const SHAPES: [Shape; 4] = [
    Shape { block: "51", name: "S21.G00.51", kind: 11, amount: 13, start: 1, end: 2, contract: 10 },
    Shape { block: "52", name: "S21.G00.52", kind: 1, amount: 2, start: 3, end: 4, contract: 6 },
    Shape { block: "54", name: "S21.G00.54", kind: 1, amount: 2, start: 3, end: 4, contract: 5 },
    Shape { block: "58", name: "S21.G00.58", kind: 3, amount: 4, start: 1, end: 2, contract: 0 },
];

pub fn at<T>(source: u16, said: Said<T>) -> At {
    At::cell(source, said.spot.line, said.spot.rubric.0)
}

/// Everything under the payments of an agent.
pub fn declared(agent: &Agent<'_>, last: PayMonth, unplaced: &mut Unplaced) -> Declared {
    let mut out = Declared::default();
    for (source, d, p) in &agent.parts {
        let mut take = Take { source: *source, d, last, out: &mut out, unplaced };
        for payment in p.group.all("S21.G00.50") {
            take.out.payments += 1;
            take.payment(payment);
        }
        for seizure in p.group.all("S21.G00.98") {
            if let Some(m) = seizure.money(3) {
                take.own("seizure", -m.value, None, None, at(*source, m));
            }
        }
    }
    out
}

struct Take<'t> {
    source: u16,
    d: &'t Declaration,
    last: PayMonth,
    out: &'t mut Declared,
    unplaced: &'t mut Unplaced,
}

impl Take<'_> {
    fn own(&mut self, what: &'static str, amount: Money, base: Option<Exact>, rate: Option<Exact>, at: At) {
        let row = table::own(what);
        let payment = self.out.payments.saturating_sub(1);
        let (label, contract) = (row.label.clone(), String::new());
        self.out.bits.push(Bit {
            block: "own",
            code: what.to_owned(),
            row,
            label,
            amount,
            base,
            rate,
            at,
            period: None,
            contract,
            payment,
        });
    }

    /// The month of a period that ended before the one declared: arrears, which do not come again.
    fn arrears(&self, block: Block<'_>, start: u16, end: u16) -> Option<PayMonth> {
        let last = block.date(end).or_else(|| block.date(start))?.value;
        (last < self.last.first_day()).then(|| PayMonth::of(last))
    }

    fn payment(&mut self, payment: Block<'_>) {
        let add = |slot: &mut Option<(Money, At)>, m: Option<Said<Money>>, source| {
            if let Some(m) = m {
                match slot {
                    Some((sum, _)) => *sum += m.value,
                    None => *slot = Some((m.value, at(source, m))),
                }
            }
        };
        add(&mut self.out.net_taxable, payment.money(2), self.source);
        add(&mut self.out.net_before_tax, payment.money(4), self.source);
        if let Some(m) = payment.money(9).filter(|m| !m.value.is_zero()) {
            let rate = payment.number(6).and_then(|r| r.value.div(Exact::int(100)));
            self.own("pas", -m.value, payment.number(13).map(|b| b.value), rate, at(self.source, m));
        }
        for correction in payment.under("S21.G00.56") {
            if let Some(m) = correction.money(7).filter(|m| !m.value.is_zero()) {
                self.own("pas_correction", -m.value, None, None, at(self.source, m));
            }
        }
        for shape in &SHAPES {
            for b in payment.under(shape.name) {
                self.typed(shape, b);
            }
        }
        for base in payment.under("S21.G00.78") {
            for c in base.under("S21.G00.81") {
                self.contribution(base, c);
            }
        }
    }

    fn typed(&mut self, shape: &Shape, b: Block<'_>) {
        let (Some(kind), Some(m)) = (b.text(shape.kind), b.money(shape.amount)) else { return };
        let period = self.arrears(b, shape.start, shape.end);
        let contract = if shape.contract == 0 { "" } else { b.plain(shape.contract) };
        self.put(shape.block, "", kind, m, None, None, period, contract);
    }

    fn contribution(&mut self, base: Block<'_>, c: Block<'_>) {
        let (Some(code), Some(m)) = (c.text(1), c.money(4)) else { return };
        let period = self.arrears(base, 2, 3);
        let of = c.money(3).or_else(|| base.money(4));
        let rate = c.number(7).and_then(|r| r.value.div(Exact::int(100)));
        let contract = base.plain(6);
        if code.value == table::nbi_contribution()
            && let Some(nbi) = of.filter(|n| !n.value.is_zero())
        {
            // The norm has no line for the bonus itself: its amount is what the contribution is taken on.
            self.own("nbi", nbi.value, None, None, at(self.source, nbi));
            if let Some(bit) = self.out.bits.last_mut() {
                bit.period = period;
                contract.clone_into(&mut bit.contract);
            }
        }
        self.put("81", base.plain(1), code, m, of.map(|b| b.value.exact()), rate, period, contract);
    }

    #[expect(clippy::too_many_arguments, reason = "one amount with all that is written about it")]
    fn put(
        &mut self,
        block: &'static str,
        base_code: &str,
        code: Said<&str>,
        m: Said<Money>,
        base: Option<Exact>,
        rate: Option<Exact>,
        period: Option<PayMonth>,
        contract: &str,
    ) {
        let meaning = tables::code(self.d.norm(), code.spot.rubric.row().name, code.value);
        let (label, known) = match meaning {
            Code::Known(label) => (label, true),
            Code::OtherNorm(label) => (label, false),
            Code::Unknown | Code::NoTable => ("", false),
        };
        let at = at(self.source, m);
        let row = table::row(block, code.value, base_code).filter(|_| known);
        match row {
            Some(row) if row.side == Side::Aside => {}
            _ if m.value.is_zero() => {}
            Some(row) => self.out.bits.push(Bit {
                block,
                code: code.value.to_owned(),
                row,
                label: label.to_owned(),
                amount: m.value,
                base,
                rate,
                at,
                period,
                contract: contract.to_owned(),
                payment: self.out.payments.saturating_sub(1),
            }),
            None => {
                let entry = self
                    .unplaced
                    .entry((block, code.value.chars().take(20).collect()))
                    .or_insert_with(|| (label.to_owned(), 0, Money::ZERO, at));
                entry.1 += 1;
                entry.2 += m.value;
            }
        }
    }
}
