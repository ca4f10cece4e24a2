//! Whoever's last month is known by its net alone: a payslip without lines, or a transfer beside a staff file.
//!
//! The rules make the lines from the facts. Where they come to the net that was paid, last month is proven; where they do not,
//! what is left is one line after tax that is carried and told, and somebody decides when it is much. An advance or a bonus that
//! was transferred apart is part of the net where it is just what the rules have beyond the transfer.

use super::Ready;
use crate::compute::employee::Way;
use crate::compute::eval::{Pins, State};
use crate::facts::{Fact, Origin, Role, Value, Vocabulary};
use crate::ground::ids::bare;
use crate::ground::{At, EmployeeId, Finding, Iban, Money, Severity, Sources, Words};
use crate::normalise::join::{Beside, Joined, LastTransfer, People, Person, SHOWN, TransferRow, told_again};
use crate::normalise::text::name_key;
use crate::normalise::titles;
use crate::payslip::{Card, ElementId, LineKind, PaidCode, PaidLine, PaidSlip};
use std::collections::{BTreeMap, BTreeSet};

/// What is left may be this share of the net (one in so many) before somebody has to decide: more is a line that nobody has seen,
/// and it may have been paid once.
pub(super) const MUCH: i64 = 100;

fn line(code: PaidCode, amount: Money, at: At) -> PaidLine {
    PaidLine { code, base: None, rate: None, amount, employer_rate: None, employer_amount: Money::ZERO, period: None, at }
}

/// Whoever stands in a staff file and in last month's transfers and has no payslip was paid that net, and whoever stands in a list
/// of nets without a line the one there. Hands back the card of the line, when there is one; `index` is the place it will have among
/// local codes.
pub fn transferred(people: &mut People, index: usize) -> Option<Card> {
    let code = PaidCode::Unknown(u16::try_from(index).ok()?);
    let mut any = false;
    for p in people.values_mut() {
        let listed = p.paid.take_if(|s| s.lines.is_empty() && !s.bare && s.net_paid.is_some());
        let sent = p.transfer.as_ref().filter(|_| p.paid.is_none() && p.staff.is_some() && p.arrival.is_none()).map(|t| (t.amount, t.at));
        let Some((amount, at)) = listed.as_ref().and_then(|s| s.net_paid).or(sent) else { continue };
        let slip = listed.unwrap_or_default();
        p.paid = Some(PaidSlip { lines: vec![line(code, amount, at)], net_paid: Some((amount, at)), bare: true, ..slip });
        any = true;
    }
    any.then(|| Card {
        id: "local_NET".to_owned(),
        code: "NET".to_owned(),
        label: Words::new("NET VIRE SANS DETAIL", "NET PAID WITHOUT DETAIL"),
        printed: None,
        kind: LineKind::Net,
        section: String::new(),
        recurs: true,
        account: None,
        creditor: None,
        rate_is_share: true,
        base: crate::payslip::Counted::Number,
    })
}

/// Transfers that no number, no account and no net joined, to whoever of the staff file alone has the whole name and no account: that
/// they are theirs is proven in [`settle`], where the rules make the very sum.
pub fn by_name(joined: &mut Joined, vocabulary: &Vocabulary) {
    let mut named: BTreeMap<String, Vec<EmployeeId>> = BTreeMap::new();
    for (id, p) in &joined.people {
        named.entry(name_key(&p.name(vocabulary), "")).or_default().push(id.clone());
    }
    let mut rows: BTreeMap<String, Vec<TransferRow>> = BTreeMap::new();
    for row in std::mem::take(&mut joined.orphan_transfers) {
        rows.entry(name_key(&row.name, "")).or_default().push(row);
    }
    for (name, mut of_name) in rows {
        let only = named.get(&name).filter(|ids| ids.len() == 1 && of_name.len() == 1 && name.contains(' '));
        let person = only.and_then(|ids| joined.people.get_mut(&ids[0])).filter(|p| {
            let here = p.staff.is_some() && p.arrival.is_none() && p.departure.is_none();
            here && p.paid.is_none() && p.transfer.is_none() && p.fact(vocabulary, Role::Iban).is_none()
        });
        match (person, of_name.pop()) {
            (Some(p), Some(row)) => {
                p.transfer = Some(LastTransfer { iban: row.iban, name: row.name, amount: row.amount, at: row.at, of_all: None });
                p.by_name = true;
            }
            (_, last) => joined.orphan_transfers.extend(of_name.into_iter().chain(last)),
        }
    }
    joined.orphan_transfers.sort_by_key(|r| r.at);
}

/// Where nothing but last month's transfers survived, whoever they paid is who works here. The number is the part of the
/// references that tells all of them apart, where there is one; otherwise it is the name.
///
/// Whoever has a legal person's name is hardly an agent: asked about, and not paid until somebody answers.
pub fn alone(joined: &mut Joined, vocabulary: &Vocabulary, sources: &Sources) -> Vec<Finding> {
    let nobody = joined.people.values().all(|p| p.paid.is_none() && p.staff.is_none() && p.arrival.is_none());
    if !nobody || joined.orphan_transfers.is_empty() {
        return Vec::new();
    }
    let (rows, others, again) = by_account(std::mem::take(&mut joined.orphan_transfers));
    joined.repeated += again.iter().map(|a| a.1).sum();
    let numbers = numbers(&rows);
    let usual = usual_form(&rows);
    let (mut count, mut findings) = (0_u64, Vec::from_iter(told_again(&again, sources)));
    for ((row, beside), number) in rows.into_iter().zip(others).zip(numbers) {
        let Some(id) = EmployeeId::parse(&number) else {
            joined.orphan_transfers.push(row);
            continue;
        };
        let of_others = usual.as_ref().is_some_and(|u| *u != form(&row.end_to_end));
        if titles::names_an_organisation(&row.name) || of_others {
            let f = Finding::new(PERHAPS_NOBODY, Severity::Blocking).of(&id).arg("agent", &id).arg("name", &row.name);
            let f = if of_others { f.told("M449").arg("reference", &row.end_to_end) } else { f };
            findings.push(f.arg("amount", row.amount.french()).stake(row.amount.cents()).at(sources.place(row.at)));
        }
        let p = joined.people.entry(id).or_default();
        p.staff = Some(row.at);
        if let Some(name) = vocabulary.role(Role::FullName).or_else(|| vocabulary.role(Role::Surname)) {
            p.known.set(Fact { id: name, value: Value::Text(row.name.as_str().into()), at: row.at, origin: Origin::Read });
        }
        p.names = (row.name.clone(), String::new());
        p.transfer = Some(LastTransfer { iban: row.iban, name: row.name, amount: row.amount, at: row.at, of_all: None });
        p.beside = beside;
        count += 1;
    }
    findings.extend((count > 0).then(|| Finding::new("M159", Severity::Justify).arg("count", count)));
    findings
}

/// How a reference is written: whatever its numbers are.
fn form(reference: &str) -> String {
    let mut out = String::new();
    for c in reference.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !out.ends_with('0') {
            out.push(c);
        }
    }
    out
}

/// The form of most references, with a number in it: the agents' are made by one program, and those of others by hand.
fn usual_form(rows: &[TransferRow]) -> Option<String> {
    let mut forms: BTreeMap<String, usize> = BTreeMap::new();
    let people = || rows.iter().filter(|r| !titles::names_an_organisation(&r.name));
    people().for_each(|r| *forms.entry(form(&r.end_to_end)).or_default() += 1);
    let (usual, of) = forms.into_iter().max_by_key(|f| f.1)?;
    (usual.contains('0') && of * 2 > people().count()).then_some(usual)
}

/// Somebody among last month's transfers who is perhaps no employee, until a person says that he is.
pub const PERHAPS_NOBODY: &str = "M404";

/// Where a transfer that repeats another stands, and what it comes to.
type Repeated = (At, Money);

/// People on one account: the words of their references that tell them apart, and where each stands.
type OfAccount = Vec<(BTreeSet<String>, usize)>;

/// Transfers to one name on one account, under one number, are one person's: the largest is the pay, the others stand beside it,
/// and the same sum once more counts once.
fn by_account(rows: Vec<TransferRow>) -> (Vec<TransferRow>, Vec<Vec<Beside>>, Vec<Repeated>) {
    // What the references of most have says nothing of whose they are.
    let numbered = |r: &TransferRow| -> BTreeSet<String> {
        let words = r.end_to_end.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter(|w| w.bytes().any(|b| b.is_ascii_digit())).map(str::to_owned).collect()
    };
    let mut holders: BTreeMap<String, usize> = BTreeMap::new();
    rows.iter().flat_map(numbered).for_each(|w| *holders.entry(w).or_default() += 1);
    let count = rows.len();
    let own_words = |r: &TransferRow| -> BTreeSet<String> { numbered(r).into_iter().filter(|w| holders[w] * 2 <= count).collect() };
    let mut place: BTreeMap<(String, Iban), OfAccount> = BTreeMap::new();
    let (mut own, mut again) = (Vec::<Vec<TransferRow>>::new(), Vec::new());
    for row in rows {
        let (words, next) = (own_words(&row), own.len());
        let i = row.iban.clone().map_or(next, |iban| {
            let same = place.entry((name_key(&row.name, ""), iban)).or_default();
            let known = same.iter().find(|(w, _)| w.is_empty() && words.is_empty() || !w.is_disjoint(&words)).map(|s| s.1);
            known.unwrap_or_else(|| {
                same.push((words, next));
                next
            })
        });
        match own.get_mut(i) {
            None => own.push(vec![row]),
            Some(all) if all.iter().any(|r| r.amount == row.amount) => again.push((row.at, row.amount)),
            Some(all) => all.push(row),
        }
    }
    let beside = |r: TransferRow| Beside { amount: r.amount, iban: r.iban, at: r.at, earlier: false };
    let apart = |mut all: Vec<TransferRow>| {
        all.sort_by_key(|r| std::cmp::Reverse(r.amount));
        let others = all.split_off(1).into_iter().map(beside).collect();
        (all.swap_remove(0), others)
    };
    let (rows, others) = own.into_iter().map(apart).unzip();
    (rows, others, again)
}

/// Where no staff file survived and a statement or a declaration is not whole, whoever last month's transfers paid beside those it
/// names works here too, if the reference holds a number where it holds theirs. `sent` is every transfer that was read.
pub fn beside(joined: &mut Joined, sent: &[TransferRow], (severity, sources): (Severity, &Sources)) -> Vec<Finding> {
    let words = |r: &str| r.split(|c: char| !c.is_ascii_alphanumeric()).filter(|t| !t.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let by_place: BTreeMap<At, &str> = sent.iter().map(|r| (r.at, r.end_to_end.as_str())).collect();
    let mut places: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let joins: Vec<(&str, &str)> =
        joined.people.iter().filter_map(|(id, p)| Some((id.as_str(), *by_place.get(&p.transfer.as_ref()?.at)?))).collect();
    for (id, reference) in &joins {
        let all = words(reference);
        let here = all.iter().enumerate().filter(|(_, w)| bare(w) == bare(id));
        here.for_each(|(i, w)| *places.entry((i, w.len())).or_default() += 1);
    }
    let Some((&(index, length), _)) = places.iter().max_by_key(|p| p.1).filter(|p| *p.1 * 2 > joins.len()) else { return Vec::new() };
    let mut findings = Vec::new();
    // « 000156 » is 00156 where the transfers write more zeros.
    let mut known: BTreeSet<String> = joined.people.keys().map(|id| bare(id.as_str()).to_owned()).collect();
    for row in std::mem::take(&mut joined.orphan_transfers) {
        let number = words(&row.end_to_end).into_iter().nth(index).filter(|w| w.len() == length && w.bytes().all(|b| b.is_ascii_digit()));
        let id = number.and_then(|n| EmployeeId::parse(&n)).filter(|id| !known.contains(bare(id.as_str())));
        let Some(id) = id.filter(|_| !titles::names_an_organisation(&row.name)) else {
            joined.orphan_transfers.push(row);
            continue;
        };
        let f = Finding::new("M358", severity).of(&id).arg("agent", &id).arg("name", &row.name).arg("amount", row.amount.french());
        findings.push(f.stake(row.amount.cents()).at(sources.place(row.at)));
        known.insert(bare(id.as_str()).to_owned());
        let p = joined.people.entry(id).or_default();
        p.staff = Some(row.at);
        p.names = (row.name.clone(), String::new());
        p.transfer = Some(LastTransfer { iban: row.iban, name: row.name, amount: row.amount, at: row.at, of_all: None });
    }
    findings
}

/// A number for each transfer: the last part of its reference that every reference has, differs from all others and holds a
/// digit; the name of whoever it paid, where there is none.
fn numbers(rows: &[TransferRow]) -> Vec<String> {
    let parts: Vec<Vec<&str>> =
        rows.iter().map(|r| r.end_to_end.split(|c: char| !c.is_ascii_alphanumeric()).filter(|t| !t.is_empty()).rev().collect()).collect();
    let shortest = parts.iter().map(Vec::len).min().unwrap_or(0);
    for i in 0..shortest {
        let each: Vec<&str> = parts.iter().map(|p| p[i]).collect();
        let fits = |t: &&str| t.len() <= 12 && t.bytes().any(|b| b.is_ascii_digit());
        if each.iter().all(fits) && each.iter().collect::<BTreeSet<_>>().len() == rows.len() {
            return each.into_iter().map(str::to_owned).collect();
        }
    }
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let named = |r: &'_ TransferRow, n: u32| if n == 1 { r.name.clone() } else { format!("{} ({n})", r.name) };
    let mut out = Vec::new();
    for r in rows {
        let n = seen.entry(r.name.as_str()).or_insert(0);
        *n += 1;
        out.push(named(r, *n));
    }
    out
}

/// Makes the lines by the rules, and tells what is left.
pub fn settle(ready: &mut Ready, findings: &mut Vec<Finding>) {
    let (mut made, mut by_name) = (Vec::new(), 0_u64);
    let bare = |p: &Person| p.paid.as_ref().is_some_and(|s| s.bare);
    let (alone, all) =
        (ready.inputs.people.values().filter(|p| bare(p)).count(), ready.inputs.people.values().filter(|p| p.paid.is_some()).count());
    // Where last month's lines were read of most, whoever has none is missing there.
    let missing = alone * 2 < all;
    {
        let machine = ready.machine();
        let (plan, mut state) = (machine.road.last(), State::new(machine.road.last()));
        for (id, p) in &ready.inputs.people {
            let Some(slip) = p.paid.as_ref().filter(|s| s.bare) else { continue };
            let (Some((net, at)), [rest]) = (slip.net_paid, slip.lines.as_slice()) else { continue };
            state.run(plan, &machine.then(&p.known, &p.then), Pins::None, &[]);
            let stops = !state.stops(plan).is_empty();
            let found = state.totals(plan).net_paid;
            // A call-back says whose account it is; what was paid on it then counts as any other net. A way to pay that a person has
            // decided pays on it as well, signed by a second person.
            let alone = p.by_name && (stops || found != net) && ready.inputs.decisions.call_back(id).is_none();
            let decided = matches!(ready.inputs.decisions.way(id), Some(Way::Carry | Way::Advance(_)));
            if alone {
                let found = if stops { "–".to_owned() } else { found.french() };
                let f = Finding::new("M425", if decided { Severity::Justify } else { Severity::Blocking }).of(id).arg("agent", id);
                let f = f.arg("name", p.name(&ready.pack.vocabulary)).arg("net", net.french()).arg("found", found).stake(net.cents());
                findings.push(f.at(ready.inputs.sources.place(at)));
            }
            if stops || alone && !decided {
                continue;
            }
            by_name += u64::from(p.by_name && !alone);
            let mut lines = Vec::new();
            for (i, c) in state.results.iter().enumerate().take(ready.pack.elements.len()) {
                let Some(c) = c.filter(|c| !(c.amount.is_zero() && c.employer_amount.is_zero())) else { continue };
                lines.push(c.as_paid(ElementId(i as u16), at));
            }
            let parts = parts(&p.beside, found - net);
            let whole = net + parts.iter().map(|b| b.amount).sum::<Money>();
            // Of a provisional pay and a final one, the one that the rules come to.
            let instead = p.beside.iter().find(|b| parts.is_empty() && net != found && b.amount == found && b.iban == paid_to(p));
            let (net, at) = instead.map_or((whole, at), |b| (b.amount, b.at));
            let gap = net - found;
            if gap.is_zero() && missing {
                let f = Finding::new("M355", Severity::Justify)
                    .of(id)
                    .arg("agent", id)
                    .arg("name", p.name(&ready.pack.vocabulary))
                    .arg("net", net.french());
                findings.push(f.at(ready.inputs.sources.place(at)));
            } else if !gap.is_zero() {
                lines.push(line(rest.code, gap, at));
                let way = super::compute::ways(ready, id).unproven;
                let much = gap.abs().cents() * MUCH > net.abs().cents() && matches!(way, Way::Recompute);
                let f = Finding::new("M149", if much { Severity::Blocking } else { Severity::Justify }).of(id).arg("agent", id);
                let f = f.arg("net", net.french()).arg("found", found.french()).stake(gap.cents());
                findings.extend((!alone).then(|| f.at(ready.inputs.sources.place(at))));
            }
            made.push((id.clone(), lines, (net, at), parts));
        }
    }
    findings.extend((by_name > 0).then(|| Finding::new("M426", Severity::Warning).arg("count", by_name)));
    let mut whole = Vec::new();
    for (id, lines, net, parts) in made {
        let Some(p) = ready.inputs.people.get_mut(&id) else { continue };
        if let Some(slip) = p.paid.as_mut() {
            // Sums of lines that nobody has seen are not those of the lines made.
            (slip.lines, slip.gross, slip.net_before_tax, slip.net_paid) = (lines, None, None, Some(net));
        }
        if let Some(t) = p.transfer.as_mut().filter(|t| t.amount != net.0 && (!parts.is_empty() || t.at != net.1)) {
            if let Some(b) = p.beside.iter_mut().find(|b| b.at == net.1) {
                (b.amount, b.at, t.at) = (t.amount, t.at, b.at);
            }
            t.amount = net.0;
        }
        p.beside.retain(|b| parts.iter().all(|x| x.at != b.at));
        whole.extend(parts);
    }
    added_up(ready, &whole, findings);
    beside_the_pay(ready, findings);
}

fn paid_to(p: &Person) -> Option<Iban> {
    p.transfer.as_ref().and_then(|t| t.iban.clone())
}

/// Further transfers that come to what is missing, to the cent: all of them, or one.
fn parts(beside: &[Beside], missing: Money) -> Vec<Beside> {
    let sum = |all: &[Beside]| all.iter().map(|b| b.amount).sum::<Money>();
    let each = std::iter::once(beside).chain(beside.chunks(1));
    each.filter(|all| !all.is_empty()).find(|all| sum(all) == missing).unwrap_or_default().to_vec()
}

/// Tells of transfers that are part of a pay: those of an earlier day of the month with their file, which is no longer left.
fn added_up(ready: &mut Ready, whole: &[Beside], findings: &mut Vec<Finding>) {
    let mut files: BTreeMap<u16, (usize, Money, At)> = BTreeMap::new();
    for b in whole.iter().filter(|b| b.earlier) {
        let file = files.entry(b.at.source).or_insert((0, Money::ZERO, b.at));
        (file.0, file.1) = (file.0 + 1, file.1 + b.amount);
    }
    for (source, (count, sum, at)) in files {
        let place = ready.inputs.sources.place(At::source(source));
        let left = findings.iter().position(|f| f.code == "F83" && f.places.contains(&place));
        let day =
            left.map(|i| findings.remove(i)).and_then(|f| f.args.into_iter().find(|a| a.0 == "day")).map_or_else(String::new, |a| a.1);
        let f = Finding::new("M365", Severity::Warning).arg("day", day).arg("count", count).arg("sum", sum.french());
        findings.push(f.at(ready.inputs.sources.place(at)));
        if let Some(t) = ready.inputs.transferred.as_mut() {
            t.0 += sum;
        }
    }
    let other: Vec<&Beside> = whole.iter().filter(|b| !b.earlier).collect();
    let f = Finding::new("M364", Severity::Information).arg("count", other.len());
    let f = other.iter().take(SHOWN).fold(f, |f, b| f.at(ready.inputs.sources.place(b.at)));
    findings.extend((!other.is_empty()).then_some(f));
}

/// Names further transfers that are no part of a pay: a bonus apart, or an advance that is still to be taken back. A file that is
/// left as a whole has been told.
fn beside_the_pay(ready: &Ready, findings: &mut Vec<Finding>) {
    let sources = &ready.inputs.sources;
    let left = |b: &Beside| findings.iter().any(|f| f.code == "F83" && f.places.contains(&sources.place(At::source(b.at.source))));
    let of = |(id, p): (&EmployeeId, &Person)| {
        // Nothing but transfers tells of the pay, and another is as large: a provisional pay and the final one, say.
        let unproven = p.paid.as_ref().is_some_and(|s| s.bare && s.lines.iter().any(|l| matches!(l.code, PaidCode::Unknown(_))));
        let sent = p.transfer.as_ref().map_or(Money::ZERO, |t| t.amount);
        let decisions = &ready.inputs.decisions;
        let decided = decisions.way(id).is_some() || decisions.excluded(id).is_some();
        let one = |b: &Beside| {
            let asked = unproven && !decided && !b.earlier && b.amount + b.amount >= sent;
            let f = if asked { Finding::new("M388", Severity::Blocking) } else { Finding::new("M384", Severity::Justify) };
            let f = f.of(id).arg("agent", id).arg("name", p.name(&ready.pack.vocabulary));
            let account = b.iban.as_ref().map_or_else(|| "–".to_owned(), Iban::masked);
            let f = f.arg("net", sent.french());
            f.arg("amount", b.amount.french()).arg("account", account).stake(b.amount.cents()).at(sources.place(b.at))
        };
        p.beside.iter().filter(|b| !(b.earlier && left(b))).map(one).collect::<Vec<_>>()
    };
    let told: Vec<Finding> = ready.inputs.people.iter().flat_map(|(id, p)| of((id, p))).collect();
    findings.extend(told);
}
