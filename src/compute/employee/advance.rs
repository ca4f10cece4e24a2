//! A share of last month's net in place of pay, taken back with a later payslip.

use super::{Input, Machine, Output};
use crate::compute::eval::State;
use crate::compute::replay::Replayed;
use crate::compute::walk;
use crate::ground::{Exact, Money, Rounding, money};
use crate::payslip::{Advance, ElementId, Line, Mode, PaidCode, Payslip, Status};
use crate::rules::Pack;

impl Machine<'_> {
    /// A share of last month's net, booked on the element that the pack has for it; taken back with a later payslip.
    ///
    /// What last month's lines prove goes on all the same, and so does what no rule makes of them: the pay behind the advance is
    /// made of it. Of a net of which nothing is known (`bare`) no pay is known.
    pub(super) fn advance(
        &self,
        state: &mut State,
        i: &Input<'_>,
        paid: &walk::Amounts,
        mut replay: Replayed,
        (share, bare): (Exact, bool),
    ) -> Output {
        let Some(element) = advance_element(self.pack) else { return Output { replay, ..self.carried(i, paid) } };
        let net = i.slip.and_then(|s| s.net_paid).map_or_else(|| paid.values().map(|a| a.0).sum(), |n| n.0);
        // Last month was an advance too: the share is of the pay that one was of.
        let advance = i.paid.iter().find(|l| l.code == PaidCode::Element(element)).filter(|_| i.paid.len() == 1);
        let net = advance.and_then(|l| Money::from_exact(l.base?)).unwrap_or(net);
        let amount = net.exact().mul(share).and_then(|x| money::round(x, Rounding::HalfUp)).unwrap_or(Money::ZERO).max(Money::ZERO);
        let line = Line {
            element,
            base: Some(net.exact()),
            rate: Some(share),
            amount,
            employer_rate: None,
            employer_amount: Money::ZERO,
            period: None,
            status: Status::Estimated,
        };
        let lines = vec![line];
        let totals = self.carried_totals(&lines, &[]);
        let after = walk::Amounts::from([(PaidCode::Element(element), (amount, Money::ZERO))]);
        let changes = walk::whole(paid, &after, self.causes.estimate);
        let payslip = Payslip {
            employee: i.id.clone(),
            post: i.id.post(),
            month: self.road.this().context.month,
            mode: Mode::Advance,
            lines,
            totals,
        };
        let mut facts = self.goes_on(state, i, &mut replay, &[]);
        let behind = if bare { None } else { self.pay_behind(state, i, &replay, &facts) };
        let after_advance = i.slip.is_some_and(|s| s.advance != Advance::None);
        let put_off = self.belated(state, i, &replay).filter(|_| after_advance);
        if let Some(b) = &put_off {
            self.put_off(b, &mut facts);
        }
        Output { payslip: Some(payslip), behind, put_off, replay, changes, facts, ..Output::default() }
    }
}

/// The element on which the pack books an advance.
pub fn advance_element(pack: &Pack) -> Option<ElementId> {
    let name = pack.payslip.get("advance")?;
    pack.elements.iter().position(|e| e.card.id == *name).map(|i| ElementId(i as u16))
}
