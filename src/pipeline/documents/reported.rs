//! Results → the model of the difference report: agents, lines, causes and the registers an accountant asks for.

use crate::compute::employee::Standing;
use crate::compute::walk::Share;
use crate::facts::Role;
use crate::ground::{EmployeeId, Finding, Iban, Lang, Money, Severity, words};
use crate::payslip::LineKind;
use crate::pipeline::accounts::Accounts;
use crate::pipeline::compute::{Results, Worked, code_card, detail, show_value};
use crate::pipeline::{Outcome, Ready, slips};
use crate::write::report;
use chrono::NaiveTime;
use std::collections::{BTreeMap, BTreeSet};

/// Fills the report: agents, lines, causes, changes and the registers an accountant asks for.
pub(super) fn model(ready: &Ready, results: &Results, out: &Outcome) -> report::Report {
    let lang = ready.lang;
    let lines = Lines::of(ready, results);
    // Causes that are called the same are one to the reader.
    let called = |c: u16| ready.pack.causes.get(usize::from(c)).map(|x| x.1.get(lang));
    let shown = |c: u16| (0..c).find(|o| called(*o) == called(c)).unwrap_or(c);
    let mut changes = Vec::new();
    for (i, w) in results.worked.iter().enumerate() {
        let whole = lines.whole(ready, w);
        for c in &w.output.changes {
            let Some(line) = lines.index(ready, c.code, c.share) else { continue };
            let (before, after) = whole.get(&line).copied().unwrap_or_default();
            changes.push(report::Change {
                agent: i as u32,
                line,
                cause: shown(c.cause),
                before,
                after,
                change: c.change(),
                detail: detail(ready, w, c.cause),
            });
        }
    }
    let mut sources: Vec<report::Source> = Vec::new();
    for f in &ready.inputs.files {
        let roles: BTreeSet<String> =
            ready.inputs.mapping.sources.iter().filter(|s| s.file == f.name).map(|s| role_name(s.role, lang)).collect();
        let ids: Vec<u16> = ready.inputs.mapping.sources.iter().filter(|s| s.file == f.name).map(|s| s.source).collect();
        let transfers = results.worked.iter().filter_map(|w| w.person.transfer.as_ref()).filter(|t| {
            let source = ready.inputs.sources.get(t.at.source);
            source.is_some_and(|s| s.kind == crate::ground::place::SourceKind::Document && s.file == f.name)
        });
        let transfers = transfers.count() as u64;
        let rows = transfers + ready.inputs.rows.iter().filter(|r| ids.contains(&r.source)).map(|r| r.data).sum::<u64>();
        let used_as = if roles.is_empty() {
            words::ui(if transfers > 0 { "ui.role.transfers" } else { "ui.role.document" }, lang).to_owned()
        } else {
            roles.into_iter().collect::<Vec<_>>().join(", ")
        };
        sources.push(report::Source { file: f.name.clone(), used_as, rows, hash: f.sha256.clone() });
    }
    let run = &results.run;
    report::Report {
        lang,
        employer: ready.job.employer.name.clone(),
        month: ready.job.month,
        last_month: ready.job.last_month,
        pay_date: ready.job.pay_date,
        prepared_at: ready.job.pay_date.and_time(NaiveTime::MIN),
        prepared_by: String::new(),
        approved_by: String::new(),
        state: report::State::Draft,
        pack: report::Pack { name: ready.pack.name.get(lang).to_owned(), version: ready.pack.version.clone() },
        program: format!("releve {}", env!("CARGO_PKG_VERSION")),
        sources,
        agents: results.worked.iter().map(|w| report_agent(ready, results, out, w)).collect(),
        lines: lines.list,
        causes: ready.pack.causes.iter().map(|c| report::Cause { code: c.0.clone(), label: c.1.get(lang).to_owned() }).collect(),
        changes,
        totals_before: out.before,
        totals_after: out.after,
        transfers: report::Transfers { count: out.transfers.0, total: out.transfers.1 },
        held: out.held.clone(),
        headcount: report::Headcount {
            before: run.before.count,
            arrivals: run.arrivals,
            returns: 0,
            departures: run.departures,
            suspensions: 0,
            after: run.after.count,
        },
        movements: movements(ready, results),
        iban_changes: iban_changes(ready, results),
        accounts_proven: ready.inputs.accounts_proven,
        set_aside: set_aside(results, out, ready),
        estimations: results
            .worked
            .iter()
            .flat_map(|w| crate::pipeline::estimates::of(ready, w))
            .chain(crate::pipeline::estimates::rest(ready))
            .collect(),
        findings: out.findings.iter().map(|f| report::FindingRow::of(f, lang)).collect(),
        not_run: out
            .not_run
            .iter()
            .map(|n| report::Control {
                code: n.control.clone(),
                label: ready.pack.controls.iter().find(|c| c.id == n.control).map_or_else(String::new, |c| c.label.get(lang).to_owned()),
                why: n.why.get(lang).to_owned(),
            })
            .collect(),
        replay: replay(ready, results),
        net_social: slips::net_social(ready),
    }
}

/// What a file was taken for, in words.
fn role_name(role: crate::normalise::mapping::Role, lang: Lang) -> String {
    words::ui(&format!("ui.role.{}", role.id()), lang).to_owned()
}

/// The lines of the report: one per code and share, in printing order.
struct Lines {
    list: Vec<report::Line>,
    at: BTreeMap<(usize, Share), u16>,
}

impl Lines {
    fn of(ready: &Ready, results: &Results) -> Self {
        let mut sums: BTreeMap<(usize, Share), (Money, Money, u64, u64)> = BTreeMap::new();
        for w in &results.worked {
            for (key, (before, after)) in sides(ready, w) {
                let s = sums.entry(key).or_default();
                s.0 += before;
                s.1 += after;
                s.2 += u64::from(!before.is_zero());
                s.3 += u64::from(!after.is_zero());
            }
        }
        let mut list = Vec::new();
        let mut at = BTreeMap::new();
        for ((index, share), (before, after, count_before, count_after)) in sums {
            let card = &ready.catalogue[index];
            at.insert((index, share), list.len() as u16);
            list.push(report::Line {
                code: card.code.clone(),
                label: side_label(card, share, ready.lang),
                kind: if share == Share::Employer { LineKind::Employer } else { card.kind },
                creditor: card.creditor.as_ref().map_or_else(String::new, |c| c.get(ready.lang).to_owned()),
                before,
                after,
                count_before,
                count_after,
            });
        }
        Self { list, at }
    }

    fn index(&self, ready: &Ready, code: crate::payslip::PaidCode, share: Share) -> Option<u16> {
        self.at.get(&(card_index(ready, code), share)).copied()
    }

    /// Amounts of one employee's lines in both months, by line of the report.
    fn whole(&self, ready: &Ready, w: &Worked) -> BTreeMap<u16, (Money, Money)> {
        let mut out = BTreeMap::new();
        for (key, amounts) in sides(ready, w) {
            if let Some(i) = self.at.get(&key) {
                out.insert(*i, amounts);
            }
        }
        out
    }
}

/// The label of a line; of one that has both parts, the employer's says so.
fn side_label(card: &crate::payslip::Card, share: Share, lang: Lang) -> String {
    let label = card.label.get(lang);
    if share == Share::Employee || card.kind == LineKind::Employer {
        return label.to_owned();
    }
    format!("{label}, {}", words::ui("ui.employer_part", lang))
}

fn card_index(ready: &Ready, code: crate::payslip::PaidCode) -> usize {
    match code {
        crate::payslip::PaidCode::Element(e) => e.index(),
        crate::payslip::PaidCode::Unknown(u) => ready.pack.elements.len() + usize::from(u),
    }
}

/// Both months of every line of an employee, by card and share.
fn sides(ready: &Ready, w: &Worked) -> BTreeMap<(usize, Share), (Money, Money)> {
    let mut out: BTreeMap<(usize, Share), (Money, Money)> = BTreeMap::new();
    for l in w.person.paid.iter().flat_map(crate::payslip::PaidSlip::all) {
        let index = card_index(ready, l.code);
        if !l.amount.is_zero() {
            out.entry((index, Share::Employee)).or_default().0 += l.amount;
        }
        if !l.employer_amount.is_zero() {
            out.entry((index, Share::Employer)).or_default().0 += l.employer_amount;
        }
    }
    for l in w.output.payslip.iter().flat_map(|p| &p.lines) {
        if !l.amount.is_zero() {
            out.entry((l.element.index(), Share::Employee)).or_default().1 += l.amount;
        }
        if !l.employer_amount.is_zero() {
            out.entry((l.element.index(), Share::Employer)).or_default().1 += l.employer_amount;
        }
    }
    out
}

pub(super) fn blocked<'r>(results: &'r Results, id: &EmployeeId) -> Option<&'r String> {
    results.briefs.binary_search_by(|b| b.id.cmp(id)).ok().and_then(|i| results.briefs[i].blocked.as_ref())
}

fn role_text(ready: &Ready, w: &Worked, role: Role) -> String {
    w.person.text(&ready.pack.vocabulary, role).unwrap_or_default().to_owned()
}

fn report_agent(ready: &Ready, results: &Results, out: &Outcome, w: &Worked) -> report::Agent {
    let after = w.output.payslip.as_ref().map(|p| p.totals);
    let why = blocked(results, &w.id);
    let state = match (w.standing, after.is_some(), why.is_some()) {
        (_, true, true) if why.is_some_and(|c| c == "D13") => report::AgentState::Held,
        (_, true, true) | (Standing::NotPaid, _, true) => report::AgentState::Excluded,
        (Standing::Arrives, _, _) => report::AgentState::Arrived,
        (Standing::Left, _, _) => report::AgentState::Left,
        (Standing::NotPaid, _, false) => report::AgentState::Held,
        (Standing::Stays | Standing::Unknown, _, _) => report::AgentState::Paid,
    };
    let statut = ready
        .pack
        .payslip
        .get("status")
        .and_then(|n| ready.pack.vocabulary.named(n))
        .and_then(|id| w.output.facts.get(id).or_else(|| w.person.known.get(id)))
        .map_or_else(String::new, |f| show_value(ready, f));
    report::Agent {
        employee: w.id.clone(),
        post: w.id.post(),
        name: w.name.clone(),
        service: role_text(ready, w, Role::Service),
        statut,
        mode: w.output.payslip.as_ref().map_or(crate::payslip::Mode::Computed, |p| p.mode),
        before: w.before,
        after,
        state,
        reason: why.map_or_else(String::new, |code| blocked_for(ready, out, w, code)),
    }
}

/// Why somebody is set aside, in words: the first clause of what was found.
fn blocked_for(ready: &Ready, out: &Outcome, w: &Worked, code: &str) -> String {
    let about = |f: &&Finding| f.employee.as_ref() == Some(&w.id) && f.severity == Severity::Blocking && f.code == code;
    let Some(f) = out.findings.iter().find(about) else { return code.to_owned() };
    let said = report::without_name(f, &f.message(ready.lang));
    said.split(" ; ").next().unwrap_or_default().split("\u{202f}; ").next().unwrap_or_default().to_owned()
}

fn movements(ready: &Ready, results: &Results) -> Vec<report::Movement> {
    let vocabulary = &ready.pack.vocabulary;
    results
        .worked
        .iter()
        .filter_map(|w| {
            let exit = w.person.fact(vocabulary, Role::Exit).and_then(|f| f.value.date());
            let leaves = exit.is_some_and(|d| d <= ready.job.month.last_day());
            let kind = match w.standing {
                Standing::Arrives => report::MovementKind::Arrival,
                Standing::Left => report::MovementKind::Departure,
                Standing::Stays if leaves => report::MovementKind::Departure,
                Standing::Stays | Standing::Unknown | Standing::NotPaid => return None,
            };
            let date = match kind {
                report::MovementKind::Arrival => w.person.fact(vocabulary, Role::Entry).and_then(|f| f.value.date()),
                _ => exit.or_else(|| w.person.fact(vocabulary, Role::ContractEnd).and_then(|f| f.value.date())),
            };
            Some(report::Movement {
                kind,
                employee: w.id.clone(),
                name: w.name.clone(),
                service: role_text(ready, w, Role::Service),
                date,
                act: role_text(ready, w, Role::Act),
                before: w.before.map(|t| t.net_paid),
                after: w.output.payslip.as_ref().map(|p| p.totals.net_paid),
            })
        })
        .collect()
}

fn iban_changes(ready: &Ready, results: &Results) -> Vec<report::IbanChange> {
    let (mut out, mut first) = (Vec::new(), Vec::new());
    for w in &results.worked {
        // Without any account last paid the staff file's stands for it, and requests for another are shown all the same.
        let own = if ready.inputs.accounts_proven { None } else { Accounts::of(ready, &w.id, &w.person).reference };
        let Some(last) = w.person.transfer.as_ref().and_then(|t| t.iban.as_ref()).or(own.as_ref()) else {
            first.extend(first_paid(ready, results, w));
            continue;
        };
        let called = ready.inputs.decisions.call_back(&w.id);
        let in_use = match (blocked(results, &w.id), called) {
            (Some(_), _) => report::IbanInUse::Neither,
            (None, Some((iban, ..))) if iban != last => report::IbanInUse::New,
            (None, _) => report::IbanInUse::Old,
        };
        let heard = |new: Option<&Iban>| {
            called.map(|(iban, number, d)| report::CallBack {
                by: d.author.clone(),
                date: d.date,
                number: number.to_owned(),
                confirmed: new == Some(iban),
            })
        };
        let mut add = |new: report::MaskedIban, at, call_back| {
            out.push(report::IbanChange {
                employee: w.id.clone(),
                name: w.name.clone(),
                old: Some(report::MaskedIban::of(last)),
                new,
                source: ready.inputs.sources.place(at).to_string(),
                call_back,
                in_use,
            });
        };
        let staff = ready.pack.vocabulary.role(Role::Iban).and_then(|id| w.person.known.get(id));
        if let Some((Ok(i), at)) = staff.and_then(|f| Some((Iban::parse(f.value.text()?), f.at)))
            && i != *last
        {
            add(report::MaskedIban::of(&i), at, heard(Some(&i)));
        }
        for r in &w.person.requests {
            let shown = r.iban.as_ref().map_or_else(|_| report::MaskedIban::unreadable(&r.written), report::MaskedIban::of);
            add(shown, r.at, heard(r.iban.as_ref().ok()));
        }
    }
    out.append(&mut first);
    out
}

/// An account that no transfer has gone to before, where last month's transfers are known, or a newcomer's.
fn first_paid(ready: &Ready, results: &Results, w: &Worked) -> Option<report::IbanChange> {
    let iban = w
        .pay_iban
        .as_ref()
        .filter(|_| (ready.inputs.transferred.is_some() || w.person.paid.is_none()) && blocked(results, &w.id).is_none())?;
    w.output.payslip.as_ref().filter(|p| p.totals.net_paid > Money::ZERO)?;
    let role = ready.pack.vocabulary.role(Role::Iban)?;
    let at = w.person.changes.iter().rfind(|f| f.id == role).or_else(|| w.person.known.get(role))?.at;
    let called = ready.inputs.decisions.call_back(&w.id);
    Some(report::IbanChange {
        employee: w.id.clone(),
        name: w.name.clone(),
        old: None,
        new: report::MaskedIban::of(iban),
        source: ready.inputs.sources.place(at).to_string(),
        call_back: called.map(|(heard, number, d)| report::CallBack {
            by: d.author.clone(),
            date: d.date,
            number: number.to_owned(),
            confirmed: heard == iban,
        }),
        in_use: report::IbanInUse::First,
    })
}

fn set_aside(results: &Results, out: &Outcome, ready: &Ready) -> Vec<report::SetAside> {
    results
        .worked
        .iter()
        .filter_map(|w| {
            let code = blocked(results, &w.id)?;
            let about = |f: &&Finding| f.employee.as_ref() == Some(&w.id) && f.severity == Severity::Blocking && f.code == *code;
            let finding = out.findings.iter().find(about);
            let reason = finding.map_or_else(|| code.clone(), |f| format!("{} ({code})", report::without_name(f, &f.message(ready.lang))));
            let advice = finding.and_then(|f| f.help(ready.lang));
            let alternative = match (ready.lang, w.output.payslip.is_some()) {
                (Lang::Fr, true) => "décision à enregistrer, puis paiement complémentaire ; à défaut, chèque ou secours",
                (Lang::Fr, false) => "aucun bulletin : dire pourquoi, ou compléter le dossier",
                (Lang::En, true) => "record a decision, then pay in a complementary run; failing that, a cheque",
                (Lang::En, false) => "no payslip: say why, or complete the file",
            };
            Some(report::SetAside {
                employee: w.id.clone(),
                name: w.name.clone(),
                service: role_text(ready, w, Role::Service),
                net: w.output.payslip.as_ref().map(|p| p.totals.net_paid),
                reason,
                alternative: advice.unwrap_or_else(|| alternative.to_owned()),
            })
        })
        .collect()
}

fn replay(ready: &Ready, results: &Results) -> report::Replay {
    let mut gaps: BTreeMap<String, report::ReplayGap> = BTreeMap::new();
    for w in &results.worked {
        for l in w.output.replay.lines.iter().filter(|l| l.verdict == crate::compute::replay::Verdict::Gap) {
            let card = code_card(ready, l.code);
            let g = gaps.entry(card.code.to_owned()).or_insert_with(|| report::ReplayGap {
                code: card.code.to_owned(),
                label: card.label.to_owned(),
                lines: 0,
                paid: Money::ZERO,
                recomputed: Money::ZERO,
                note: match ready.lang {
                    Lang::Fr => "l'écart du mois dernier est conservé, la ligne est estimée".to_owned(),
                    Lang::En => "last month's distance is kept, the line is an estimate".to_owned(),
                },
            });
            g.lines += 1;
            g.paid += l.paid;
            g.recomputed += l.recomputed.unwrap_or(Money::ZERO);
        }
    }
    let s = results.score;
    report::Replay {
        agents: results.exact_agents.1 + results.unreplayed.len() as u64,
        unreplayed: results.unreplayed.iter().map(ToString::to_string).collect(),
        agents_exact: results.exact_agents.0,
        exact: s.exact,
        rounding: s.rounding,
        carried: s.carried,
        gap: s.gap,
        one_off: s.one_off,
        gaps: gaps.into_values().collect(),
    }
}
