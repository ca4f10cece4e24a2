//! Cards of the elements, completed with what their formulas say: how a base counts, whether a rate is a share.

use crate::ground::document::Report;
use crate::payslip::{Card, Catalogue, Counted};
use crate::rules::bind::Binder;
use crate::rules::kinds::{Kind, Unit};
use crate::rules::pack::Pack;

impl Pack {
    /// Cards of the elements, in printing order.
    pub fn catalogue(&self) -> Catalogue {
        let report = Report::new(&self.files);
        let symbols = self.symbols(&report);
        let settings = self.default_settings();
        let binder = Binder::of_any_month(self, &symbols, &report, &settings);
        self.elements
            .iter()
            .map(|e| {
                let rate = e.versions.iter().rev().find_map(|v| v.amounts.rate.as_ref());
                let share = rate.is_none_or(|f| matches!(binder.any_number(f).0, Kind::Number(Unit::NONE) | Kind::Zero | Kind::Unknown));
                let base = e.versions.iter().rev().find_map(|v| v.amounts.base.as_ref()).map(|f| binder.any_number(f).0);
                let base = match (&e.card.base, base) {
                    (Counted::Named(_), _) => e.card.base.clone(),
                    (_, Some(Kind::Number(Unit::MONEY))) => Counted::Money,
                    (_, Some(Kind::Number(Unit::POINTS))) => Counted::Points,
                    (_, Some(Kind::Number(Unit::HOURS))) => Counted::Hours,
                    (_, Some(Kind::Number(Unit::DAYS))) => Counted::Days,
                    _ => Counted::Number,
                };
                Card { rate_is_share: share, base, ..e.card.clone() }
            })
            .collect()
    }
}
