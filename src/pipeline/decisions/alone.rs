//! Who both prepared and approved: a new account, or a correction of somebody's pay.
//!
//! The approval of the month as a whole comes later; here the two persons are those that `decisions.csv` and the lists name.

use super::{Decision, State, What, Whom};
use crate::check::run::Alone;
use crate::ground::words;
use crate::normalise::text::fold;
use crate::pipeline::Ready;
use crate::pipeline::compute::Worked;
use std::collections::BTreeSet;

/// The same name, whatever its order and its title.
fn same(a: &str, b: &str) -> bool {
    let words = |t: &str| -> BTreeSet<String> {
        let folded = fold(t);
        let each = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && !["m", "mr", "mme", "mlle"].contains(w));
        each.map(str::to_owned).collect()
    };
    let (a, b) = (words(a), words(b));
    !a.is_empty() && a == b
}

/// What one person alone decided about an employee: the account of a request they received themselves, or a correction or an
/// account whose findings they also waive.
pub fn alone(ready: &Ready, w: &Worked) -> Vec<Alone> {
    let list = &ready.inputs.decisions.list;
    let month = ready.job.month;
    let holds = |d: &&Decision| (d.months.0..=d.months.1).contains(&month) && !matches!(d.state, State::Expired | State::Refused);
    let place = |at| ready.inputs.sources.place(at);
    let mut out = Vec::new();
    for d in list.iter().filter(holds).filter(|d| d.whom == Whom::One(w.id.clone())) {
        let key = match &d.what {
            What::CallBack { .. } => "ui.alone_account",
            What::Override(..) => "ui.alone_override",
            What::Mode(_)
            | What::Waiver { .. }
            | What::Join(_)
            | What::Arrival { .. }
            | What::Leaver(_)
            | What::Present
            | What::Exclude => {
                continue;
            }
        };
        let mut places = Vec::new();
        if let What::CallBack { iban, .. } = &d.what {
            let received = w.person.requests.iter().filter(|r| r.iban.as_ref() == Ok(iban) && same(&r.received_by, &d.author));
            places.extend(received.map(|r| place(r.at)));
        }
        let theirs = |x: &Decision| matches!(&x.whom, Whom::Everyone) || x.whom == Whom::One(w.id.clone());
        let waives = |x: &&Decision| theirs(x) && w.findings.iter().any(|f| x.what.waives(f));
        places.extend(list.iter().filter(holds).filter(waives).filter(|x| same(&x.author, &d.author)).map(|x| place(x.at)));
        if !places.is_empty() {
            places.insert(0, place(d.at));
            let what = words::ui(key, ready.lang).to_owned();
            out.push(Alone { employee: w.id.clone(), who: d.author.clone(), what, places });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_and_an_order_make_no_other_person() {
        assert!(same("Mme Roche", "ROCHE") && same("A. Roche", "Roche A"));
        assert!(!same("M. Petit", "Mme Roche") && !same("", "") && !same("courriel", "Mme Roche"));
    }
}
