//! What is known, of how many, from which file, and how sure.

use super::super::Ready;
use super::super::compute::Worked;
use super::{Known, file_of, is_new, month_name};
use crate::facts::{FactId, Origin, Role};
use crate::ground::{At, Iban, Nir, words};
use crate::normalise::mapping::Role as SourceRole;
use crate::normalise::trust::agree;
use std::collections::{BTreeMap, BTreeSet};

/// Facts beyond those of the payslip's head that the picture has room for.
const OTHERS: usize = 6;

pub struct Book {
    slip: Known,
    net: Known,
    account: Known,
    facts: BTreeMap<FactId, Known>,
    /// In the order of the picture; the others follow by how many they are known of.
    first: Vec<FactId>,
    lists: BTreeMap<&'static str, Known>,
}

/// Lists of this month by what they bring.
pub const LISTS: [(SourceRole, &str); 6] = [
    (SourceRole::Arrivals, "ui.known.arrivals"),
    (SourceRole::Departures, "ui.known.departures"),
    (SourceRole::Changes, "ui.known.changes"),
    (SourceRole::Events, "ui.known.absences"),
    (SourceRole::Amounts, "ui.known.amounts"),
    (SourceRole::AccountChanges, "ui.known.account_changes"),
];

fn from(k: &mut Known, ready: &Ready, at: At) {
    if let Some(file) = file_of(ready, at) {
        *k.sources.entry(file).or_insert(0) += 1;
    }
}

/// One document may say it in two places.
fn each_file(k: &mut Known, ready: &Ready, places: impl Iterator<Item = At>) {
    let sources: BTreeSet<u16> = places.map(|at| at.source).collect();
    sources.into_iter().for_each(|source| from(k, ready, At::source(source)));
}

impl Book {
    pub fn new(ready: &Ready) -> Self {
        let vocabulary = &ready.pack.vocabulary;
        let roles = [Role::IdentityNumber, Role::Address].into_iter().filter_map(|r| vocabulary.role(r));
        // The facts that the head of a payslip shows, in the order of the vocabulary; those of advances are the program's own.
        let head = ready.pack.payslip.iter().filter(|f| !f.0.starts_with("advance"));
        let shown: BTreeSet<FactId> = head.filter_map(|(_, n)| vocabulary.named(n)).collect();
        let first: Vec<FactId> = roles.chain(shown).collect();
        let row = |key: &str| Known {
            id: key.trim_start_matches("ui.known.").to_owned(),
            label: words::fill(words::ui(key, ready.lang), &[("month", month_name(ready.job.last_month, ready.lang))]),
            ..Known::default()
        };
        Self {
            slip: row("ui.known.slip"),
            net: row("ui.known.net"),
            account: row("ui.known.account"),
            facts: BTreeMap::new(),
            first,
            lists: LISTS.iter().map(|(_, key)| (*key, row(key))).collect(),
        }
    }

    pub fn enter(&mut self, ready: &Ready, w: &Worked) {
        self.last_month(ready, w);
        self.account(ready, w);
        self.facts(ready, w);
        let mapping = &ready.inputs.mapping;
        for (role, key) in LISTS {
            let of = |at: At| mapping.of(at.source).is_some_and(|m| m.role == role);
            let asked = w.person.requests.iter().map(|r| r.at);
            let brought = w.person.changes.iter().map(|f| f.at).chain(asked).chain(w.person.arrival).chain(w.person.departure);
            if let (Some(at), Some(k)) = (brought.into_iter().find(|at| of(*at)), self.lists.get_mut(key)) {
                k.count += 1;
                from(k, ready, at);
            }
        }
    }

    fn last_month(&mut self, ready: &Ready, w: &Worked) {
        if is_new(w) {
            return;
        }
        let replay = &w.output.replay;
        self.slip.of += 1;
        if let Some(slip) = &w.person.paid {
            self.slip.count += 1;
            self.slip.sure += u64::from(!replay.lines.is_empty() && replay.all_exact());
            self.slip.differ += u64::from(replay.lines.iter().any(|l| l.verdict == crate::compute::replay::Verdict::Gap));
            self.slip.agree += u64::from(slip.seconds.iter().any(|s| s.1));
            let seconds = slip.seconds.iter().map(|s| s.0);
            let files: BTreeSet<String> = slip.all().map(|l| l.at).chain(seconds).filter_map(|at| file_of(ready, at)).collect();
            for f in files {
                *self.slip.sources.entry(f).or_insert(0) += 1;
            }
        }
        let written = w.person.paid.as_ref().and_then(|s| s.net_paid);
        let sum = w.before.map(|t| t.net_paid);
        let sent = w.person.transfer.as_ref();
        self.net.of += 1;
        if sum.is_some() || sent.is_some() {
            self.net.count += 1;
            if let (Some(a), Some(b)) = (sum, sent) {
                self.net.sure += u64::from(a == b.amount);
                let apart = written.is_some_and(|n| n.1.source != b.at.source);
                self.net.agree += u64::from(a == b.amount && apart);
                self.net.differ += u64::from(a != b.amount);
            }
            let line = w.person.paid.as_ref().and_then(|s| s.lines.first()).map(|l| l.at);
            each_file(&mut self.net, ready, written.map(|n| n.1).or(line).into_iter().chain(sent.map(|t| t.at)));
        }
    }

    fn account(&mut self, ready: &Ready, w: &Worked) {
        let k = &mut self.account;
        k.of += 1;
        let last = w.person.transfer.as_ref().and_then(|t| Some((t.iban.clone()?, t.at)));
        let role = ready.pack.vocabulary.role(Role::Iban);
        let staff = w.person.known.iter().chain(&w.person.changes).rfind(|f| Some(f.id) == role);
        let staff = staff.and_then(|f| Some((Iban::parse(f.value.text()?).ok()?, f.at)));
        if last.is_none() && staff.is_none() {
            return;
        }
        k.count += 1;
        // The account that money went to is known; one that only stands in a file is not.
        k.sure += u64::from(last.is_some());
        k.agree += u64::from(matches!((&last, &staff), (Some(a), Some(b)) if a.0 == b.0 && a.1.source != b.1.source));
        k.differ += u64::from(matches!((&last, &staff), (Some(a), Some(b)) if a.0 != b.0));
        each_file(k, ready, last.map(|l| l.1).into_iter().chain(staff.map(|s| s.1)));
    }

    fn facts(&mut self, ready: &Ready, w: &Worked) {
        let vocabulary = &ready.pack.vocabulary;
        let replay = &w.output.replay;
        let proven = !replay.lines.is_empty() && replay.all_exact();
        let nir = vocabulary.role(Role::IdentityNumber);
        for (id, decl) in vocabulary.iter() {
            let own = self.first.contains(&id);
            if !own && (ready.pack.defaults[id.index()].is_some() || !decl.recurs || matches!(decl.kind, crate::facts::FactKind::Text)) {
                continue;
            }
            if matches!(decl.role, Some(Role::BirthDate | Role::Entry | Role::Exit | Role::ContractEnd)) {
                continue;
            }
            let Some(f) = w.output.facts.get(id).or_else(|| w.person.known.get(id)) else { continue };
            let k = self.facts.entry(id).or_insert_with(|| Known {
                id: decl.name.clone(),
                label: decl.label.get(ready.lang).to_owned(),
                ..Known::default()
            });
            k.count += 1;
            let keyed = f.value.text().is_some_and(|t| Nir::parse(t).is_ok());
            let text = matches!(decl.kind, crate::facts::FactKind::Text);
            k.sure += u64::from(if Some(id) == nir { keyed } else { proven && !text });
            let seconds = || w.person.seconds.iter().filter(|s| s.fact == id);
            k.agree += u64::from(seconds().any(|s| s.agrees == Some(true)));
            let others: BTreeSet<u16> = seconds().map(|s| s.at.source).collect();
            each_file(k, ready, others.into_iter().map(At::source));
            let two = w.person.alternatives.iter().any(|a| a.id == id && agree(decl, &a.value, &f.value) == Some(false));
            k.differ += u64::from(two || replay.resolved.iter().any(|r| r.fact == id && r.written.is_some()));
            match f.origin {
                Origin::Inferred => *k.sources.entry(words::ui("ui.known.inferred", ready.lang).to_owned()).or_insert(0) += 1,
                Origin::Read | Origin::Decided => from(k, ready, f.at),
            }
        }
    }

    /// The rows in order: last month, account, identity and situation, then what this month's lists bring.
    pub fn finish(mut self, ready: &Ready) -> Vec<Known> {
        let all = self.slip.of.max(self.account.of);
        let mut out = vec![self.slip, self.net, self.account];
        for id in &self.first {
            let empty = || {
                let d = ready.pack.vocabulary.get(*id);
                Known { id: d.name.clone(), label: d.label.get(ready.lang).to_owned(), ..Known::default() }
            };
            // Of whom an optional fact would be needed nobody can say.
            let needed = ready.pack.defaults[id.index()].is_none();
            let k = self.facts.remove(id).unwrap_or_else(empty);
            let of_person = matches!(ready.pack.vocabulary.get(*id).role, Some(Role::IdentityNumber | Role::Address));
            if k.count > 0 || of_person {
                out.push(Known { of: if needed { all } else { 0 }, ..k });
            }
        }
        let mut others: Vec<Known> = self.facts.into_values().collect();
        others.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.id.cmp(&b.id)));
        others.truncate(OTHERS);
        out.extend(others);
        out.extend(LISTS.iter().filter_map(|(_, key)| self.lists.remove(key)).filter(|k| k.count > 0));
        out
    }
}
