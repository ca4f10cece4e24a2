//! What is known of last month, and of this one: one-offs, sums since January, what changes bring.

use super::Machine;
use crate::facts::{Fact, FactId, Facts, Origin, Value};
use crate::ground::{At, Exact};
use crate::rules::plan::Plan;
use chrono::Datelike as _;

impl Machine<'_> {
    /// Facts of last month: those known, but for what is known of last month alone.
    pub fn then(&self, known: &Facts, then: &[(FactId, Option<Fact>)]) -> Facts {
        let mut facts = self.last_month(known);
        for (id, fact) in then {
            match fact {
                Some(f) => drop(facts.set(f.clone())),
                None => drop(facts.remove(*id)),
            }
        }
        facts
    }

    /// What the files of last month's end say of last month: sums since January are not among it, they hold it already.
    pub fn last_month(&self, known: &Facts) -> Facts {
        let mut facts = known.clone();
        for (id, _) in self.vocabulary().iter().filter(|(_, d)| d.since_january) {
            facts.remove(id);
        }
        self.january(&mut facts, self.road.last());
        facts
    }

    /// Whether a month's pay is the first that is paid in its year: of this month the day of the last payment tells, of last
    /// month nothing does, and it was paid as far from the one before as months are.
    fn opens_year(&self, plan: &Plan) -> bool {
        let (last, this) = (self.road.last().context, self.road.this().context);
        if plan.context == this && this != last {
            this.payment_date.year() != last.payment_date.year()
        } else {
            plan.context.payment_date.month() == 1
        }
    }

    /// With the first payment of a year every sum since January, that payment left out, is zero.
    fn january(&self, facts: &mut Facts, plan: &Plan) {
        if !self.opens_year(plan) {
            return;
        }
        let open = |id: FactId| self.pack.defaults[id.index()].is_none();
        for (id, _) in self.vocabulary().iter().filter(|(id, d)| d.since_january && open(*id)) {
            facts.set(Fact { id, value: Value::Number(Exact::ZERO), at: At::NOWHERE, origin: Origin::Inferred });
        }
    }

    pub(super) fn this_month(&self, mut facts: Facts, changes: &[Fact]) -> Facts {
        let january = self.opens_year(self.road.this());
        let ends = |id: FactId| {
            let d = self.vocabulary().get(id);
            !d.recurs && (january || !d.since_january)
        };
        let once: Vec<_> = facts.iter().map(|f| f.id).filter(|id| ends(*id)).collect();
        for id in once {
            facts.remove(id);
        }
        self.january(&mut facts, self.road.this());
        let changed = |id: FactId| changes.iter().any(|c| c.id == id);
        for (about, value) in self.vocabulary().about_others() {
            if changed(*value) && !changed(*about) {
                facts.remove(*about);
            }
        }
        for c in changes {
            facts.set(c.clone());
        }
        facts
    }
}
