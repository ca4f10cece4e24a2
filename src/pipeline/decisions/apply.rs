//! Decisions → people: which of them hold this month, whom they mean, and what they change.

use super::{Broken, Decision, Decisions, OfAgent, State, What, Whom, is_name};
use crate::facts::{Fact, FactId, Origin, Role, Value, Vocabulary};
use crate::ground::{EmployeeId, Finding, Iban, PayMonth, Severity, Sources, ids};
use crate::job::Job;
use crate::normalise::join::{People, Person};
use crate::normalise::posts::of_number;
use crate::normalise::text::written_name;
use crate::normalise::{Gathered, LISTED_ELSEWHERE, NO_LONGER, OPEN_EXIT, STAFF_ELSEWHERE, UNKNOWN_STATE};
use crate::pipeline::known_by_net::PERHAPS_NOBODY;
use std::collections::BTreeSet;

/// Whoever has this number, or the only one who has it but for leading zeros that a spreadsheet lost; in that post, or the first
/// of theirs when no post is written.
pub fn meant<'e>(id: &EmployeeId, known: impl Iterator<Item = &'e EmployeeId> + Clone) -> Option<EmployeeId> {
    if known.clone().any(|k| k == id) {
        return Some(id.clone());
    }
    let exact: BTreeSet<&EmployeeId> = known.clone().filter(|k| k.as_str() == id.as_str()).collect();
    let same = if exact.is_empty() { known.filter(|k| k.bare() == id.bare()).collect() } else { exact };
    let numbers: BTreeSet<&str> = same.iter().map(|k| k.as_str()).collect();
    let mut theirs = same.into_iter().filter(|k| k.post() == id.post() || id.post() == 1);
    theirs.next().filter(|_| numbers.len() == 1).cloned()
}

/// Whom a decision names, and whether it writes the post: `00123`, `123`, `00123/2`.
pub fn named<'e>(written: &EmployeeId, known: impl Iterator<Item = &'e EmployeeId> + Clone) -> Option<(EmployeeId, bool)> {
    let whole = meant(written, known.clone()).map(|id| (id, false));
    whole.or_else(|| Some((meant(&EmployeeId::parse_post(written.as_str())?, known)?, true)))
}

/// Sets aside what held for an earlier month, and what two rows say differently.
pub fn sort_out(decisions: &mut Decisions, month: PayMonth, sources: &Sources, found: &mut Vec<Finding>) {
    for d in &mut decisions.list {
        if (d.months.0..=d.months.1).contains(&month) {
            continue;
        }
        // Taken within its own months, and they are over: an earlier month's. Any other month is a slip of the pen.
        if d.months.1 < month && PayMonth::of(d.date) <= d.months.1.next() {
            d.state = State::Expired;
        } else {
            d.state = State::Refused;
            let f = Finding::new("D07", Severity::Blocking).arg("month", d.months.0).arg("job", month);
            found.push(of(f, d).at(sources.place(d.at)));
        }
    }
    let bare = |w: &Whom| match w {
        Whom::One(id) => ids::bare(&id.to_string()).to_owned(),
        Whom::Everyone => "*".to_owned(),
        Whom::Run => String::new(),
    };
    for i in 0..decisions.list.len() {
        for j in 0..i {
            let (a, b) = (&decisions.list[j], &decisions.list[i]);
            let open = |d: &Decision| matches!(d.state, State::Open | State::Refused) && (d.months.0..=d.months.1).contains(&month);
            let one = bare(&a.whom) == bare(&b.whom);
            // One number, or one name, is one employee's.
            let of_two = !one && matches!(a.what, What::Join(_)) && a.what == b.what;
            let differ = one && a.what.same_matter(&b.what) && a.what != b.what;
            if !(open(a) && open(b) && (differ || of_two)) {
                continue;
            }
            let f = of(Finding::new("D10", Severity::Blocking).arg("kind", b.what.word()), b);
            found.push(f.at(sources.place(a.at)).at(sources.place(b.at)));
            decisions.list[j].state = State::Refused;
            decisions.list[i].state = State::Refused;
        }
    }
}

/// A finding about whoever a decision is about.
pub fn of(f: Finding, d: &Decision) -> Finding {
    match &d.whom {
        Whom::One(id) => f.of(id),
        Whom::Everyone | Whom::Run => f,
    }
}

/// Gives the rows of another number to the employee they are about, before anything is joined.
pub fn rename(decisions: &mut Decisions, g: &mut Gathered) {
    for d in decisions.list.iter_mut().filter(|d| d.state == State::Open) {
        let (What::Join(other), Whom::One(id)) = (&d.what, &d.whom) else { continue };
        let staff = g.staff.iter().chain(&g.arrivals).filter_map(|r| r.employee.as_ref());
        let known: BTreeSet<EmployeeId> = g.paid.keys().chain(staff).filter(|k| *k != other).cloned().collect();
        let Some(to) = meant(id, known.iter()) else { continue };
        if g.paid.contains_key(other) && g.paid.contains_key(&to) {
            d.state = State::Idle("ui.idle_two_paid");
            continue;
        }
        let by_name = is_name(other) && g.decided.contains(&written_name(other.as_str(), ""));
        d.state = if renumber(g, other, &to) || by_name { State::Applied } else { State::Idle("ui.idle_join") };
    }
}

/// Whoever somebody has joined with the number of last month is among the arrivals under the new one: said, and no more.
pub fn same_as_paid(decisions: &Decisions, findings: &mut [Finding]) {
    let joined = |f: &Finding| {
        let is = |d: &Decision| matches!((&d.what, &d.whom), (What::Join(_), Whom::One(id)) if f.employee.as_ref() == Some(id));
        decisions.list.iter().any(|d| d.state == State::Applied && is(d))
    };
    for f in findings.iter_mut().filter(|f| f.code == "F42" && f.severity == Severity::Blocking) {
        if joined(f) {
            f.severity = Severity::Warning;
        }
    }
}

/// Puts everything that stands under one number under another, in whatever post.
pub fn renumber(g: &mut Gathered, from: &EmployeeId, to: &EmployeeId) -> bool {
    let mut any = false;
    let mut one = |id: &mut EmployeeId| {
        if id.as_str() == from.as_str() {
            *id = to.at_post(id.post());
            any = true;
        }
    };
    let records = g.staff.iter_mut().chain(&mut g.arrivals).chain(&mut g.departures).chain(&mut g.register_facts);
    records.filter_map(|r| r.employee.as_mut()).for_each(&mut one);
    g.changes.iter_mut().map(|x| &mut x.employee).for_each(&mut one);
    g.events.iter_mut().map(|x| &mut x.employee).for_each(&mut one);
    g.amounts.iter_mut().map(|x| &mut x.employee).for_each(&mut one);
    g.account_changes.iter_mut().map(|x| &mut x.employee).for_each(&mut one);
    let paid: Vec<EmployeeId> = g.paid.keys().filter(|id| id.as_str() == from.as_str()).cloned().collect();
    for id in paid {
        if let Some(slip) = g.paid.remove(&id) {
            g.paid.insert(to.at_post(id.post()), slip);
            any = true;
        }
    }
    if let Some(names) = g.register_names.remove(from) {
        g.register_names.entry(to.clone()).or_insert(names);
    }
    any
}

/// Applies what is decided for single employees; what cannot be applied says so.
pub fn apply(
    decisions: &mut Decisions,
    people: &mut People,
    vocabulary: &Vocabulary,
    job: &Job,
    sources: &Sources,
    findings: &mut Vec<Finding>,
) {
    for Broken { whom, finding } in std::mem::take(&mut decisions.broken) {
        let Some((id, _)) = EmployeeId::parse(&whom).and_then(|id| named(&id, people.keys())) else {
            // Whoever was meant would be paid as if nothing had been decided: nobody is.
            if !matches!(whom.as_str(), "" | "*") {
                let told = Finding::new("D08", Severity::Blocking).arg("who", &whom).arg("kind", "?");
                findings.push(finding.places.iter().fold(told, |f, p| f.at(p.clone())));
            }
            findings.push(finding);
            continue;
        };
        findings.push(finding.of(&id));
    }
    let asks = [NO_LONGER, OPEN_EXIT, UNKNOWN_STATE, STAFF_ELSEWHERE, LISTED_ELSEWHERE, PERHAPS_NOBODY];
    let standing = |f: &&Finding| asks.contains(&f.code.as_str());
    let asked: BTreeSet<EmployeeId> = findings.iter().filter(standing).filter_map(|f| f.employee.clone()).collect();
    let mut list = std::mem::take(&mut decisions.list);
    for (i, d) in list.iter_mut().enumerate() {
        let Whom::One(written) = &d.whom else { continue };
        let found = if people.contains_key(written) { Some((written.clone(), false)) } else { named(written, people.keys()) };
        let Some((id, of_post)) = found else {
            // A decision of another month may be about somebody long gone.
            if matches!(d.state, State::Open | State::Applied) {
                let f = Finding::new("D08", Severity::Blocking).arg("who", written).arg("kind", d.what.word());
                findings.push(f.at(sources.place(d.at)));
                d.state = State::Refused;
            }
            continue;
        };
        d.whom = Whom::One(id.clone());
        d.of_post = of_post;
        if d.state != State::Open {
            continue;
        }
        // What is decided of somebody with several posts is decided of each, unless it is about one alone.
        let others: Vec<EmployeeId> = of_number(people, &id).filter(|k| !of_post && **k != id).cloned().collect();
        let of_one = match &d.what {
            What::Override(fact, _) => !vocabulary.get(*fact).is_of_person(),
            What::Arrival { .. } | What::Leaver(_) => true,
            What::Mode(_) | What::Waiver { .. } | What::CallBack { .. } | What::Join(_) | What::Present | What::Exclude => false,
        };
        if of_one && !others.is_empty() {
            d.state = State::Idle("ui.idle_post");
            continue;
        }
        for post in std::iter::once(&id).chain(&others) {
            let Some(p) = people.get_mut(post) else { continue };
            let mine: &mut OfAgent = decisions.agents.entry(post.clone()).or_default();
            let state = enact(&d.what, i, p, mine, &Context { vocabulary, job, at: d.at, asked: asked.contains(post) });
            // What serves one post has served.
            if d.state != State::Applied {
                d.state = state;
            }
            if let (What::CallBack { .. }, State::Applied) = (&d.what, state) {
                settle_account(post, p, vocabulary, findings);
            }
        }
        let Some(p) = people.get_mut(&id) else { continue };
        if let (What::CallBack { iban, .. }, State::Applied) = (&d.what, d.state)
            && !is_written(p, vocabulary, iban)
        {
            let f = Finding::new("D14", Severity::Justify).of(&id).arg("agent", &id).arg("account", iban.masked());
            findings.push(f.at(sources.place(d.at)));
        }
    }
    decisions.list = list;
}

struct Context<'c> {
    vocabulary: &'c Vocabulary,
    job: &'c Job,
    at: crate::ground::At,
    /// Whether a file's word that he may no longer be paid asks about him.
    asked: bool,
}

impl Context<'_> {
    fn put(&self, p: &mut Person, id: FactId, value: Value) {
        let (under, others) = std::mem::take(&mut p.changes).into_iter().partition(|f: &Fact| f.id == id);
        (p.changes, p.under) = (others, [std::mem::take(&mut p.under), under].concat());
        p.changes.push(Fact { id, value, at: self.at, origin: Origin::Decided });
    }
    fn put_role(&self, p: &mut Person, role: Role, value: Value) {
        if let Some(id) = self.vocabulary.role(role) {
            self.put(p, id, value);
        }
    }
}

fn enact(what: &What, index: usize, p: &mut Person, mine: &mut OfAgent, cx: &Context<'_>) -> State {
    use crate::compute::employee::Way;
    let month = cx.job.month;
    match what {
        What::Waiver { .. } => return State::Open,
        What::Join(_) => return State::Idle("ui.idle_join"),
        What::Mode(Way::Carry | Way::Advance(_)) if p.paid.is_none() => return State::Idle("ui.idle_no_last"),
        What::Mode(_) => mine.mode = Some(index),
        What::Override(fact, value) => cx.put(p, *fact, value.clone()),
        What::CallBack { .. } => mine.call_back = Some(index),
        What::Present if !cx.asked && p.elsewhere.is_none() && (p.paid.is_none() || p.staff.is_some() || p.arrival.is_some()) => {
            return State::Idle("ui.idle_present");
        }
        What::Present => mine.present = Some(index),
        What::Exclude => mine.excluded = Some(index),
        What::Arrival { day, .. } if *day > month.last_day() => return State::Idle("ui.idle_later"),
        What::Arrival { .. } if p.paid.is_some() => return State::Idle("ui.idle_arrival"),
        What::Arrival { day, act } => {
            cx.put_role(p, Role::Entry, Value::Date(*day));
            if !act.is_empty() {
                cx.put_role(p, Role::Act, Value::Text(act.as_str().into()));
            }
            p.arrival = Some(cx.at);
            p.departure = None;
        }
        What::Leaver(day) if *day > month.last_day() => return State::Idle("ui.idle_later"),
        What::Leaver(day) => {
            cx.put_role(p, Role::Exit, Value::Date(*day));
            if !month.contains(*day) {
                p.departure = Some(cx.at);
            }
        }
    }
    State::Applied
}

/// Two files that disagree about an account no longer matter once the employee has named it.
fn settle_account(id: &EmployeeId, p: &Person, vocabulary: &Vocabulary, findings: &mut [Finding]) {
    let Some(role) = vocabulary.role(Role::Iban) else { return };
    let label = &vocabulary.get(role).label.fr;
    let two = p.alternatives.iter().any(|f| f.id == role);
    let about =
        |f: &&mut Finding| f.code == "IMP-04" && f.employee.as_ref() == Some(id) && f.args.iter().any(|a| a.0 == "fact" && a.1 == *label);
    for f in findings.iter_mut().filter(about).filter(|_| two) {
        f.severity = Severity::Warning;
    }
}

/// Whether any file gives the account.
fn is_written(p: &Person, vocabulary: &Vocabulary, iban: &Iban) -> bool {
    let role = vocabulary.role(Role::Iban);
    let facts = p.known.iter().chain(&p.changes).chain(&p.alternatives).filter(|f| Some(f.id) == role);
    let mut texts = facts.filter_map(|f| Iban::parse(f.value.text()?).ok());
    texts.any(|i| i == *iban)
        || p.requests.iter().any(|r| r.iban.as_ref() == Ok(iban))
        || p.transfer.as_ref().is_some_and(|t| t.iban.as_ref() == Some(iban))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_lost_its_zeros_means_the_only_one_it_can() {
        let ids: Vec<EmployeeId> = ["00123", "0123", "00456"].iter().filter_map(|t| EmployeeId::parse(t)).collect();
        let id = |t: &str| EmployeeId::parse(t).expect("a number");
        assert_eq!(meant(&id("456"), ids.iter()), Some(id("00456")));
        assert_eq!(meant(&id("123"), ids.iter()), None);
        assert_eq!(meant(&id("0123"), ids.iter()), Some(id("0123")));
    }
}
