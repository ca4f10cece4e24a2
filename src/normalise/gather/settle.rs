//! The books closed: codes, signs and duplicates are settled, and slips take their place under their agent.

use super::balance::{balance, once};
use super::gathered::{Gathered, LocalCode};
use super::posts::of_two_payslips;
use super::running;
use super::shares::{name_elements, pair_shares, part_doubles};
use super::signs::{beside, left_out, sign, turn_employers};
use super::told::Told;
use super::who::joined;
use crate::ground::room::exactly;
use crate::ground::{At, EmployeeId, Exact, Finding, Money, Severity, Sources};
use crate::normalise::codes::{self, CodeStats, Sides};
use crate::normalise::join::TransferRow;
use crate::normalise::mapping::CodeTarget;
use crate::normalise::people::Directory;
use crate::normalise::register::{Books, Slip};
use crate::normalise::text::Phrase;
use crate::normalise::titles::hourly;
use crate::normalise::{Context, fragment, nets};
use crate::payslip::{ElementId, PaidCode, PaidLine, PaidSlip};
use std::collections::{BTreeMap, BTreeSet};

/// Codes, signs and duplicates are settled, and slips take their place.
pub(super) fn settle_books(
    mut books: Books,
    transfers: &[TransferRow],
    directory: &Directory,
    sources: &Sources,
    cx: &Context<'_>,
    out: &mut Gathered,
    told: &mut Told,
) {
    late_codes(&mut books, cx, sources, told);
    books.slips.iter_mut().for_each(Slip::fill);
    let with_net = books.slips.iter().filter(|s| s.paid.net_paid.is_some()).count();
    let transferred = nets::put(&mut books, transfers);
    for c in &books.codes {
        let names: BTreeSet<&str> = c.labels.iter().map(String::as_str).collect();
        if names.len() > 1 {
            told.add(
                Finding::new("IMP-07", Severity::Warning)
                    .arg("code", &c.code)
                    .arg("labels", names.into_iter().collect::<Vec<_>>().join(" / "))
                    .at(sources.place(At::source(c.source))),
                c.source,
            );
        }
    }
    let passing = of_one_month(&books);
    let targets: Vec<CodeTarget> = books.codes.iter().map(|c| c.target).collect();
    let partners: Vec<Option<ElementId>> = books.codes.iter().map(|c| c.employer).collect();
    let doubles: Vec<Option<ElementId>> = books.codes.iter().map(|c| c.with).collect();
    let untold: Vec<bool> = books.codes.iter().map(|c| !c.told).collect();
    if untold.iter().any(|u| *u) {
        sign(&mut books, &targets, &untold, sources, cx, told);
    }
    running::sums(&mut books, sources, told);
    let targets: Vec<CodeTarget> = books.codes.iter().map(|c| c.target).collect();
    let out_of_net = left_out(&books, &targets, &untold, cx);
    for i in &out_of_net {
        books.codes[usize::from(*i)].beside = true;
    }
    for l in books.slips.iter_mut().flat_map(|s| &mut s.paid.lines) {
        beside(l, matches!(l.code, PaidCode::Unknown(i) if out_of_net.contains(&i)));
    }
    turn_employers(&mut books);
    if transferred > 0 {
        let sum = |s: &Slip| s.paid.lines.iter().map(|l| l.amount).sum::<Money>();
        let agree = books.slips.iter().filter(|s| s.paid.net_paid.is_some_and(|(net, _)| net == sum(s))).count();
        if agree * 3 < transferred {
            nets::take_back(&mut books);
        }
    }
    let net_expected = books.slips.len() >= 3 && with_net * 10 >= books.slips.len() * 8;
    let mut shared: BTreeMap<(u16, u16), usize> = BTreeMap::new();
    for (id, mut slip) in by_employee(&mut books, directory, sources, told) {
        let all: BTreeSet<u16> = slip.paid.lines.iter().map(|l| l.at.source).collect();
        part_doubles(&mut slip, &targets, &doubles, cx);
        name_elements(&mut slip, &targets, &partners, cx);
        if all.len() > 1 && shared_sides(&slip.paid) && !one_register(&slip.paid, &books) {
            // Two registers added up would pay twice.
            if let (Some(a), Some(b)) = (all.first(), all.last()) {
                *shared.entry((*a, *b)).or_insert(0) += 1;
            }
            let mut f = Finding::new("M29", Severity::Blocking).arg("agent", &id).of(&id);
            for source in &all {
                f = f.at(sources.place(At::source(*source)));
            }
            told.add(f, slip.source);
        }
        pair_shares(&mut slip.paid, cx);
        of_two_payslips(&mut slip, &id, sources, cx, told);
        once(&mut slip, &id, &books, sources, cx, told);
        balance(&slip, &id, net_expected, sources, cx, told);
        if !slip.who.surname.is_empty() {
            out.register_names.entry(id.clone()).or_insert((std::mem::take(&mut slip.who.surname), std::mem::take(&mut slip.who.given)));
        }
        exactly(&mut slip.paid.lines);
        match out.paid.get_mut(&id) {
            None => {
                out.paid.insert(id, slip.paid);
            }
            Some(known) => {
                told.add(Finding::new("M21", Severity::Justify).arg("agent", &id).of(&id).at(sources.place(slip.first)), slip.source);
                known.lines.append(&mut slip.paid.lines);
            }
        }
    }
    hide_employers(&mut out.paid);
    for ((a, b), count) in shared {
        told.add(
            Finding::new("M28", Severity::Justify).arg("count", count).at(sources.place(At::source(a))).at(sources.place(At::source(b))),
            a,
        );
    }
    out.local_codes = books
        .codes
        .into_iter()
        .map(|c| LocalCode {
            source: c.source,
            code: c.code,
            labels: c.labels,
            element: if let CodeTarget::Element(e, _) = c.target { Some(e) } else { None },
            target: c.target,
            beside: c.beside,
            recurs: true,
            said: c.goes_on.is_some(),
            kind: None,
        })
        .collect();
    for i in passing {
        out.local_codes[usize::from(i)].recurs = false;
    }
}

/// The slips under their employees. Two files may write his number in two ways (00225, 225): what they say of him is one slip,
/// so that it is seen when both hold the same.
fn by_employee(
    books: &mut Books,
    directory: &Directory,
    sources: &Sources,
    told: &mut Told,
) -> impl Iterator<Item = (EmployeeId, Slip)> + use<> {
    let mut slips = std::mem::take(&mut books.slips);
    let mut ids: Vec<Option<EmployeeId>> = Vec::with_capacity(slips.len());
    let mut first: BTreeMap<EmployeeId, usize> = BTreeMap::new();
    for i in 0..slips.len() {
        let (known, [slip, ..]) = slips.split_at_mut(i) else { break };
        let id = joined(directory, &slip.who, slip.first, || Severity::Justify, sources, told);
        let known = id.as_ref().and_then(|id| first.get(id)).map(|i| &mut known[*i]).filter(|known| known.source != slip.source);
        if let Some(known) = known {
            known.paid.lines.append(&mut slip.paid.lines);
            known.paid.net_paid = known.paid.net_paid.or(slip.paid.net_paid);
            known.beside.append(&mut slip.beside);
            ids.push(None);
            continue;
        }
        if let Some(id) = &id {
            first.entry(id.clone()).or_insert(i);
        }
        ids.push(id);
    }
    ids.into_iter().zip(slips).filter_map(|(id, slip)| Some((id?, slip)))
}

/// Codes without an element that belong to the month they were paid for: hours at an hourly rate, absences, back pay.
pub(super) fn of_one_month(books: &Books) -> Vec<u16> {
    let bounds = hourly();
    let hourly = |l: &PaidLine| {
        let (Some(base), Some(rate)) = (l.base, l.rate) else { return false };
        let hours = base.is_positive() && base <= Exact::int(bounds.most_hours);
        let within = hours && (Exact::int(bounds.least_rate)..=Exact::int(bounds.most_rate)).contains(&rate);
        let amount = base.mul(rate).and_then(|x| x.scaled_half_up(100));
        within && l.employer_amount.is_zero() && amount.is_some_and(|a| (a - l.amount.cents()).abs() <= 1)
    };
    let mut seen: BTreeMap<u16, bool> = BTreeMap::new();
    for l in books.slips.iter().flat_map(|s| &s.paid.lines) {
        if let PaidCode::Unknown(i) = l.code
            && books.codes[usize::from(i)].target == CodeTarget::Open
        {
            *seen.entry(i).or_insert(true) &= hourly(l);
        }
    }
    let named = |i: &u16| books.codes[usize::from(*i)].labels.first().is_some_and(|l| Phrase::of(l).is_once());
    let ended = |i: &u16, hours: bool| books.codes[usize::from(*i)].goes_on.map_or(hours || named(i), |goes_on| !goes_on);
    seen.into_iter().filter(|(i, hours)| ended(i, *hours)).map(|(i, _)| i).collect()
}

/// Whether two registers both hold the agent's own amounts, or both the employer's of one element: one sheet may hold each.
pub(super) fn shared_sides(paid: &PaidSlip) -> bool {
    let own: BTreeSet<u16> = paid.lines.iter().filter(|l| !l.amount.is_zero()).map(|l| l.at.source).collect();
    let mut employers: BTreeMap<PaidCode, u16> = BTreeMap::new();
    let both = |l: &PaidLine, employers: &mut BTreeMap<PaidCode, u16>| {
        !l.employer_amount.is_zero() && *employers.entry(l.code).or_insert(l.at.source) != l.at.source
    };
    own.len() > 1 || paid.lines.iter().any(|l| both(l, &mut employers))
}

/// Sheets in which no rubric of the agent stands twice, and whose lines together make to the cent the net that was paid: one
/// register, of which each holds a part.
pub(super) fn one_register(paid: &PaidSlip, books: &Books) -> bool {
    let mut seen: BTreeMap<(String, bool), u16> = BTreeMap::new();
    let name = |code: &PaidCode| match code {
        PaidCode::Unknown(i) => books.codes[usize::from(*i)].code.clone(),
        PaidCode::Element(e) => format!("/{}", e.0),
    };
    let mut once = |l: &PaidLine, employers: bool| *seen.entry((name(&l.code), employers)).or_insert(l.at.source) == l.at.source;
    let apart = paid.lines.iter().all(|l| (l.amount.is_zero() || once(l, false)) && (l.employer_amount.is_zero() || once(l, true)));
    let sum: Money = paid.lines.iter().map(|l| l.amount).sum();
    apart && paid.net_paid.is_some_and(|(net, _)| net == sum)
}

/// A register without a single employer's share does not show them; it does not say that there were none.
pub(super) fn hide_employers(paid: &mut BTreeMap<EmployeeId, PaidSlip>) {
    let mut shown: BTreeMap<u16, BTreeSet<PaidCode>> = BTreeMap::new();
    for l in paid.values().flat_map(|s| &s.lines).filter(|l| !l.employer_amount.is_zero()) {
        shown.entry(l.at.source).or_default().insert(l.code);
    }
    // One column that nothing names, and that no net counts, is no share by itself.
    let unnamed = |of: &BTreeSet<PaidCode>| of.len() == 1 && of.iter().all(|c| matches!(c, PaidCode::Unknown(_)));
    let showing: BTreeSet<u16> = shown.into_iter().filter(|(_, of)| !unnamed(of)).map(|s| s.0).collect();
    for slip in paid.values_mut() {
        slip.employer_hidden = !slip.lines.iter().any(|l| showing.contains(&l.at.source));
    }
}

/// Codes first met beyond the rows that were looked at are resolved by what was read of them.
pub(super) fn late_codes(books: &mut Books, cx: &Context<'_>, sources: &Sources, told: &mut Told) {
    let late: Vec<usize> =
        (0..books.codes.len()).filter(|&i| !books.codes[i].recognised && books.codes[i].target == CodeTarget::Open).collect();
    if late.is_empty() {
        return;
    }
    let stats: BTreeMap<String, CodeStats> = late.iter().map(|&i| (books.codes[i].code.clone(), books.codes[i].stats.clone())).collect();
    let told_sides = late.first().is_some_and(|&i| books.codes[i].told);
    let resolved = codes::resolve(&stats, cx.rubrics, if told_sides { Sides::Told } else { Sides::Untold });
    for i in late {
        let known = &mut books.codes[i];
        let Some(m) = resolved.iter().find(|m| m.code == known.code) else { continue };
        known.target = m.target;
        known.with = m.with;
        if m.target == CodeTarget::Open {
            let proposed: Vec<String> =
                m.alternatives.iter().map(|(t, n)| format!("{} ({n} %)", fragment::target_name(*t, cx.rubrics))).collect();
            told.add(
                Finding::new("M05", Severity::Justify)
                    .arg("code", &m.code)
                    .arg("label", m.labels.first().cloned().unwrap_or_default())
                    .arg("rows", m.rows)
                    .arg("proposed", if proposed.is_empty() { "–".to_owned() } else { proposed.join(", ") })
                    .arg("why", m.why.join(", "))
                    .at(sources.place(At::source(known.source))),
                known.source,
            );
        }
    }
}
