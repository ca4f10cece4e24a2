//! The three files that would help most if they could be found: first what fills gaps, one after the other, then what confirms.

use super::super::Ready;
use super::super::compute::Worked;
use super::known::LISTS;
use super::missing::Need;
use super::{Wanted, is_new, month_name};
use crate::ground::{Lang, PayMonth, words};
use crate::normalise::mapping::Role as SourceRole;
use crate::normalise::trust::Teller;
use std::collections::BTreeSet;

/// How many files are asked for.
const ASKED: usize = 3;

/// Files by what they can give, as `docs/sources.md` says; of two that give as much, the first is easier to have.
const KINDS: [(&str, &[Need]); 5] = [
    ("staff", &[Need::Fact, Need::Staff, Need::Mention]),
    ("statement", &[Need::Slip, Need::Fact, Need::Account, Need::Mention]),
    ("register", &[Need::Slip]),
    ("transfers", &[Need::Account]),
    ("declaration", &[Need::Slip, Need::Fact, Need::Mention]),
];
/// Files that speak of last month only.
const OF_LAST_MONTH: [&str; 4] = ["statement", "register", "transfers", "declaration"];

/// What one employee lacks.
struct Lacks {
    new: bool,
    needs: BTreeSet<(Need, String)>,
    /// Documents that have been read of the employee.
    had: BTreeSet<&'static str>,
}

impl Lacks {
    /// Whether a file of a kind could give it: one of last month tells of no newcomer, and one that was read tells no more.
    fn asks(&self, id: &str) -> bool {
        !(self.had.contains(id) || self.new && OF_LAST_MONTH.contains(&id))
    }
}

#[derive(Default)]
pub struct Book {
    /// Of each employee who lacks something.
    needs: Vec<Lacks>,
    agents: u64,
    paid: u64,
}

fn label(id: &str, lang: Lang, month: &str) -> String {
    words::fill(words::ui(&format!("ui.file.{id}"), lang), &[("month", month.to_owned())])
}

/// What to look for when nothing at all was found.
pub fn first(lang: Lang, last: Option<PayMonth>) -> Vec<Wanted> {
    let month = last.map_or_else(String::new, |m| month_name(m, lang));
    let gives = |id: &'static str| Wanted {
        id,
        label: label(id, lang, &month).replace("  ", " ").trim_end().to_owned(),
        count: 0,
        gives: vec![words::ui(&format!("ui.gives.{id}"), lang).to_owned()],
        confirms: false,
    };
    ["statement", "staff", "transfers"].map(gives).to_vec()
}

impl Book {
    pub fn enter(&mut self, ready: &Ready, w: &Worked, needs: BTreeSet<(Need, String)>) {
        self.agents += 1;
        self.paid += u64::from(w.person.paid.is_some());
        if !needs.is_empty() {
            let lines = w.person.paid.iter().flat_map(|s| s.all().map(|l| l.at).chain(s.seconds.iter().map(|s| s.0)));
            let facts = w.person.known.iter().map(|f| f.at).chain(w.person.seconds.iter().map(|s| s.at));
            let kinds = lines.chain(facts).filter_map(|at| ready.inputs.trust.of.get(&at.source)).filter_map(|t| match t {
                Teller::Statement => Some("statement"),
                Teller::Declaration => Some("declaration"),
                Teller::Register => Some("register"),
                // A staff file may have been one of several, or of fewer columns.
                Teller::Staff | Teller::Record => None,
            });
            let had = kinds.chain(w.person.transfer.is_some().then_some("transfers")).collect();
            self.needs.push(Lacks { new: is_new(w), needs, had });
        }
    }

    pub fn finish(mut self, ready: &Ready) -> Vec<Wanted> {
        let month = month_name(ready.job.last_month, ready.lang);
        let mut out: Vec<Wanted> = Vec::new();
        while out.len() < ASKED {
            let gain = |id: &str, can: &[Need]| {
                let helped = self.needs.iter().filter(|l| l.asks(id));
                helped.map(|l| l.needs.iter().filter(|(need, _)| can.contains(need)).count()).sum::<usize>()
            };
            // A newcomer's account comes from nobody but them.
            let newcomers = self.needs.iter().filter(|l| l.new && l.needs.iter().any(|x| x.0 == Need::Account)).count();
            let asked = |id: &str| out.iter().any(|w| w.id == id);
            let mut best: Option<(usize, &'static str, &[Need])> = None;
            for (id, can) in KINDS.iter().filter(|k| !asked(k.0)) {
                let g = gain(id, can);
                if g > best.map_or(0, |b| b.0) {
                    best = Some((g, id, can));
                }
            }
            if newcomers > best.map_or(0, |b| b.0) && !asked("accounts") {
                best = Some((newcomers, "accounts", &[Need::Account]));
            }
            let Some((_, id, can)) = best else { break };
            let mut gives: BTreeSet<String> = BTreeSet::new();
            let mut count = 0;
            for needs in self.needs.iter_mut().filter(|l| l.asks(id)).map(|l| &mut l.needs) {
                let before = needs.len();
                gives.extend(needs.iter().filter(|n| can.contains(&n.0)).map(|n| n.1.clone()));
                needs.retain(|n| !can.contains(&n.0));
                count += u64::from(needs.len() < before);
            }
            let kin = words::ui("ui.lack.staff", ready.lang);
            if gives.len() > 1 {
                // A staff file gives a staff file's row: what else it says is worth the words.
                gives.remove(kin);
            }
            out.push(Wanted { id, label: label(id, ready.lang, &month), count, gives: gives.into_iter().collect(), confirms: false });
        }
        // What confirms the accounts of everybody is worth as much as what fills a gap.
        if !ready.inputs.accounts_proven && self.paid > 0 && !out.iter().any(|w| w.id == "transfers") {
            out.truncate(ASKED - 1);
            let gives = vec![words::ui("ui.gives.transfers", ready.lang).to_owned()];
            out.push(Wanted { id: "transfers", label: label("transfers", ready.lang, &month), count: self.paid, gives, confirms: true });
        }
        self.confirming(ready, &month, &mut out);
        out
    }

    /// What is complete can still be wrong: lists of this month that nobody sent, then second witnesses of last month.
    fn confirming(&self, ready: &Ready, month: &str, out: &mut Vec<Wanted>) {
        let roles: BTreeSet<SourceRole> = ready.inputs.mapping.sources.iter().map(|s| s.role).collect();
        let list = |role: SourceRole| LISTS.iter().any(|l| l.0 == role) && !roles.contains(&role);
        let document = |what: &str| ready.inputs.documents.contains(what);
        // A source of last month that is wanting comes before lists of a month in which nothing may have happened.
        let record = document("record");
        let detailed = record || document("statement") || roles.iter().any(|r| r.is_register());
        let candidates: [(&'static str, bool); 9] = [
            ("statement", !detailed),
            ("staff", !record && !roles.contains(&SourceRole::Staff)),
            ("transfers", !detailed && ready.inputs.transferred.is_none()),
            ("absences", list(SourceRole::Events)),
            ("movements", list(SourceRole::Arrivals) && list(SourceRole::Departures)),
            ("amounts", list(SourceRole::Amounts)),
            ("statement", !document("statement")),
            ("transfers", ready.inputs.transferred.is_none()),
            ("declaration", !document("declaration")),
        ];
        for (id, absent) in candidates {
            if out.len() >= ASKED {
                return;
            }
            if absent && !out.iter().any(|w| w.id == id) {
                let of_this = matches!(id, "absences" | "movements" | "amounts" | "staff");
                let wanted = Wanted {
                    id,
                    label: label(id, ready.lang, &if of_this { month_name(ready.job.month, ready.lang) } else { month.to_owned() }),
                    count: if of_this { self.agents } else { self.paid },
                    gives: vec![words::ui(&format!("ui.gives.{id}"), ready.lang).to_owned()],
                    confirms: true,
                };
                // Last month's lines of everybody are worth more than what a few lack.
                let lines = id == "statement" && !detailed && out.first().is_some_and(|w| w.count < self.paid);
                out.insert(if lines { 0 } else { out.len() }, wanted);
            }
        }
    }
}
