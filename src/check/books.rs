//! Controls over the sums of a run: groups of lines against last month, the journal, accounts, sums kept for others.

use crate::check::{Control, beyond};
use crate::ground::{EmployeeId, Exact, Finding, Lang, Money, words};
use crate::payslip::{Card, Line, LineKind, Payslip, Status};
use std::collections::{BTreeMap, BTreeSet};

/// What totals are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    Line,
    Service,
    Status,
}

impl Group {
    const fn key(self) -> &'static str {
        match self {
            Self::Line => "ui.group_line",
            Self::Service => "ui.group_service",
            Self::Status => "ui.group_status",
        }
    }
}

/// One code over all payslips.
#[derive(Clone, Debug, Default)]
pub struct Booked {
    pub lines: u64,
    pub amount: Money,
}

/// Sums of this month's payslips, and of both months by group.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Whose payslip costs another sum than it is split into: debit and credit. The journal balances when nobody stands here.
    pub uneven: BTreeMap<EmployeeId, (Money, Money)>,
    /// By index in the catalogue.
    pub codes: BTreeMap<usize, Booked>,
    /// By index in the catalogue: last month, this month.
    pub lines: BTreeMap<usize, (Money, Money)>,
    /// By group and its text: last month, this month.
    pub groups: BTreeMap<(Group, String), (Money, Money)>,
    /// By index in the catalogue: the same month of last year; `None` where nothing tells.
    pub last_year: Option<BTreeMap<usize, Money>>,
    /// Amounts a person entered: by index in the catalogue, how many people have each.
    pub manual: BTreeMap<(usize, Money), u64>,
}

impl Books {
    /// Enters one payslip: what it costs on the debit side from its totals and refunds, who gets it on the other.
    pub fn enter(&mut self, p: &Payslip, catalogue: &[Card], manual: &dyn Fn(&Line) -> bool) {
        let t = &p.totals;
        // Gross, and the employer's part over it.
        let (mut debit, mut credit) = (t.employer_cost, t.net_paid + t.income_tax);
        for l in &p.lines {
            let booked = self.codes.entry(l.element.index()).or_default();
            booked.lines += 1;
            booked.amount += if l.amount.is_zero() { l.employer_amount } else { l.amount };
            credit += l.employer_amount;
            match catalogue[l.element.index()].kind {
                LineKind::Deduction => credit += -l.amount,
                LineKind::Net if l.amount.is_negative() => credit += -l.amount,
                LineKind::Net => debit += l.amount,
                LineKind::Earning | LineKind::Employer | LineKind::Tax => {}
            }
            if l.status == Status::Manual || manual(l) {
                *self.manual.entry((l.element.index(), l.amount)).or_default() += 1;
            }
        }
        if debit != credit {
            let sums = self.uneven.entry(p.employee.clone()).or_default();
            *sums = (sums.0 + debit, sums.1 + credit);
        }
    }
    /// Adds one employee's sum of a group, each month where it is known.
    pub fn group(&mut self, group: Group, text: &str, before: Money, after: Money) {
        let g = self.groups.entry((group, text.to_owned())).or_default();
        g.0 += before;
        g.1 += after;
    }
    /// Adds an amount of a line, as last month or this one has it: of the employer's own lines, the employer's.
    pub fn line(&mut self, index: usize, before: Money, after: Money) {
        let l = self.lines.entry(index).or_default();
        l.0 += before;
        l.1 += after;
    }
    /// Every group, lines among them under their codes and labels.
    fn by_group(&self, catalogue: &[Card], lang: Lang) -> BTreeMap<(Group, String), (Money, Money)> {
        let mut all = Self { groups: self.groups.clone(), ..Self::default() };
        for (i, (before, after)) in &self.lines {
            let k = &catalogue[*i];
            all.group(Group::Line, &format!("{} {}", k.code, k.label.get(lang)), *before, *after);
        }
        all.groups
    }
}

/// Measures over the books. `Ok(None)`: not a measure of this module.
///
/// # Errors
/// What is missing for the measure.
pub fn measure(c: &Control, b: &Books, catalogue: &[Card], lang: Lang) -> Result<Option<Vec<Finding>>, &'static str> {
    Ok(Some(match c.measure.as_str() {
        "journal_balance" => b
            .uneven
            .iter()
            .map(|(who, (debit, credit))| {
                let sums = c.finding().arg("agent", who).arg("debit", debit.french()).arg("credit", credit.french());
                sums.of(who).stake((*debit - *credit).cents())
            })
            .collect(),
        "line_without_account" => b
            .codes
            .iter()
            .filter(|(i, _)| catalogue[**i].account.is_none())
            .map(|(i, x)| c.finding().arg("code", &catalogue[*i].code).arg("amount", x.amount.french()).stake(x.amount.cents()))
            .collect(),
        "third_party_register" => b
            .codes
            .iter()
            .filter(|(i, x)| catalogue[**i].kind == LineKind::Net && x.amount.is_negative() && c.is_about(&catalogue[**i].id))
            .map(|(i, x)| {
                let k = &catalogue[*i];
                let who = format!("{} {}", k.code, k.label.get(lang));
                c.finding().arg("creditor", who).arg("amount", x.amount.abs().french()).arg("lines", x.lines).stake(x.amount.cents())
            })
            .collect(),
        "group_variation" => {
            let (Some(share), Some(amount)) = (c.limit("share"), c.money("amount")) else { return Err("need_threshold") };
            groups(c, &b.by_group(catalogue, lang), (share, amount), lang)
        }
        "same_month_last_year" => {
            let Some(year) = &b.last_year else { return Err("need_last_year") };
            let Some(amount) = c.money("amount") else { return Err("need_threshold") };
            seasonal(c, year, b, amount, (catalogue, lang))
        }
        "same_manual_amount" => {
            let (Some(count), Some(amount)) = (c.count("count"), c.money("amount")) else { return Err("need_threshold") };
            b.manual
                .iter()
                .filter(|((_, m), n)| i64::try_from(**n).unwrap_or(i64::MAX) >= count && m.abs() > amount)
                .map(|((i, m), n)| c.finding().arg("count", n).arg("amount", m.french()).arg("code", &catalogue[*i].code).stake(m.cents()))
                .collect()
        }
        _ => return Ok(None),
    }))
}

/// Elements of one of two months only, the same one of last year and this, by more than the amount.
fn seasonal(c: &Control, year: &BTreeMap<usize, Money>, b: &Books, amount: Money, (catalogue, lang): (&[Card], Lang)) -> Vec<Finding> {
    let cards: BTreeSet<usize> = year.keys().chain(b.lines.keys()).copied().collect();
    let both = cards.into_iter().map(|i| (i, year.get(&i).copied().unwrap_or_default(), b.lines.get(&i).map_or(Money::ZERO, |l| l.1)));
    both.filter(|(_, then, now)| then.is_zero() != now.is_zero() && (*now - *then).abs() > amount)
        .map(|(i, then, now)| {
            let what = format!("{} {}", catalogue[i].code, catalogue[i].label.get(lang));
            c.finding().arg("code", what).arg("before", then.french()).arg("after", now.french()).stake((now - then).cents())
        })
        .collect()
}

/// Both limits must be passed, so that neither a small group nor a large one makes noise.
fn groups(c: &Control, all: &BTreeMap<(Group, String), (Money, Money)>, (share, amount): (Exact, Money), lang: Lang) -> Vec<Finding> {
    all.iter()
        .filter(|(_, (before, after))| (*after - *before).abs() > amount && beyond(*after - *before, *before, share))
        .map(|((group, text), (before, after))| {
            let what = format!("{} {text}", words::ui(group.key(), lang));
            let change = *after - *before;
            let f = c.finding().arg("what", what).arg("before", before.french()).arg("after", after.french());
            f.arg("change", change.french()).stake(change.cents())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::{control, limits, named};
    use crate::ground::{PayMonth, Words};
    use crate::payslip::{ElementId, Line, Mode, Totals};

    fn card(id: &str, kind: LineKind, account: Option<&str>) -> Card {
        Card {
            id: id.to_owned(),
            code: id.to_uppercase(),
            label: Words::new(id, id),
            printed: None,
            kind,
            section: String::new(),
            recurs: true,
            account: account.map(str::to_owned),
            creditor: None,
            rate_is_share: true,
            base: crate::payslip::Counted::Number,
        }
    }
    fn line(element: u16, amount: i64, employer: i64) -> Line {
        Line {
            element: ElementId(element),
            base: None,
            rate: None,
            amount: Money::from_cents(amount),
            employer_rate: None,
            employer_amount: Money::from_cents(employer),
            period: None,
            status: Status::Computed,
        }
    }
    /// Gross 2,000.00, contributions 400.00 and 800.00, tax 50.00, transport +10.00, seizure −100.00: net 1,460.00.
    fn slip() -> (Payslip, Vec<Card>) {
        let m = Money::from_cents;
        let catalogue = vec![
            card("pay", LineKind::Earning, Some("641")),
            card("pension", LineKind::Deduction, Some("437")),
            card("tax", LineKind::Tax, Some("442")),
            card("transport", LineKind::Net, Some("648")),
            card("seizure", LineKind::Net, None),
        ];
        let lines = vec![line(0, 200_000, 0), line(1, -40_000, 80_000), line(2, -5_000, 0), line(3, 1_000, 0), line(4, -10_000, 0)];
        let totals =
            Totals { gross: m(200_000), net_paid: m(146_000), income_tax: m(5_000), employer_cost: m(280_000), ..Totals::default() };
        let month = PayMonth::parse("2021-12").expect("a month");
        let employee = EmployeeId::parse("00001").expect("a number");
        (Payslip { employee, post: 1, month, mode: Mode::Computed, lines, totals }, catalogue)
    }
    fn found(c: &Control, b: &Books, k: &[Card]) -> Vec<Finding> {
        measure(c, b, k, Lang::Fr).expect("it runs").expect("a measure")
    }

    #[test]
    fn the_journal_balances_until_a_net_is_wrong() {
        let (mut p, k) = slip();
        let mut b = Books::default();
        b.enter(&p, &k, &|_| false);
        assert!(found(&control("journal_balance"), &b, &k).is_empty());
        p.totals.net_paid = Money::from_cents(146_001);
        b.enter(&p, &k, &|_| false);
        let f = found(&control("journal_balance"), &b, &k);
        assert_eq!((f[0].stake, f[0].employee.as_ref()), (-1, Some(&p.employee)), "only whose payslip it is");
    }

    #[test]
    fn a_line_without_account_is_named_once() {
        let (p, k) = slip();
        let mut b = Books::default();
        b.enter(&p, &k, &|_| false);
        b.enter(&p, &k, &|_| false);
        let f = found(&control("line_without_account"), &b, &k);
        assert_eq!(f.len(), 1);
        assert_eq!(f[0].args[0].1, "SEIZURE");
        let k: Vec<Card> = k.into_iter().map(|c| Card { account: Some("1".to_owned()), ..c }).collect();
        assert!(found(&control("line_without_account"), &b, &k).is_empty());
    }

    #[test]
    fn sums_kept_for_others_are_registered() {
        let (p, k) = slip();
        let mut b = Books::default();
        b.enter(&p, &k, &|_| false);
        let f = found(&named(control("third_party_register"), &["seizure"]), &b, &k);
        assert_eq!(f[0].stake, -10_000);
        assert!(found(&named(control("third_party_register"), &["transport"]), &b, &k).is_empty());
    }

    #[test]
    fn a_group_speaks_only_beyond_both_limits() {
        let c = limits(control("group_variation"), &[("share", "0.10"), ("amount", "1000")]);
        let m = Money::from_cents;
        let mut b = Books::default();
        b.group(Group::Service, "Voirie", m(1_000_000), m(1_100_100));
        b.group(Group::Line, "large and steady", m(100_000_000), m(101_000_000));
        b.group(Group::Line, "small", m(100), m(50_000));
        let f = found(&c, &b, &[]);
        assert_eq!(f.len(), 1);
        assert_eq!(f[0].stake, 100_100);
    }

    #[test]
    fn the_same_manual_amount_for_five_people_is_told() {
        let c = limits(control("same_manual_amount"), &[("count", "5"), ("amount", "200")]);
        let (mut p, k) = slip();
        p.lines[0].status = Status::Manual;
        let mut b = Books::default();
        (0..4).for_each(|_| b.enter(&p, &k, &|_| false));
        assert!(found(&c, &b, &k).is_empty());
        b.enter(&p, &k, &|_| false);
        assert_eq!(found(&c, &b, &k).len(), 1);
    }
}
