//! What controls look at, gathered from a run: the law's rates, lines of both months, sums, and the files read again.
//!
//! Judges nothing: `check` does.

use super::Ready;
use super::compute::{Results, Worked, show_value};
use super::inputs::hex;
use super::manifest::Made;
use crate::check::agent::Shift;
use crate::check::books::Group;
use crate::check::lines::{Moved, older_cards};
use crate::check::printed::Printed;
use crate::check::run::{Run, SumGap, Unidentified};
use crate::check::{Control, Frame, Law, written};
use crate::facts::{Fact, FactId, FactKind, NumberForm, Role};
use crate::ground::place::SourceKind;
use crate::ground::{At, EmployeeId, Money, PayMonth, Place, sepa_text};
use crate::normalise::mapping::Role as SourceRole;
use crate::normalise::other_accounts::Owner;
use crate::payslip::{Advance, Line, LineKind, Mode, PaidCode, PaidSlip, Status, Totals, YearSums};
use crate::read::pain001;
use crate::rules::bind::Num;
use crate::rules::plan::Step;
use crate::write::payslip as print;
use crate::write::transfer::Transfer;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// What every employee is checked against.
pub fn frame<'r>(ready: &'r Ready, controls: &[Control]) -> Frame<'r> {
    let constant = |n: &Option<Num>| match n {
        Some(Num::Const(x)) if !x.is_zero() => Some(*x),
        _ => None,
    };
    let mut law = vec![Law::default(); ready.pack.elements.len()];
    for s in &ready.road.this().steps {
        let Step::Element(e) = s else { continue };
        law[e.element.index()] = Law {
            rate: constant(&e.rate),
            employer_rate: constant(&e.employer_rate),
            product: e.rate.is_some() && e.amount.is_none(),
            employer_product: e.employer_rate.is_some() && e.employer_amount.is_none(),
        };
    }
    let measures = ["pay_without_working_time", "share_with_working_time"];
    let names = controls.iter().filter(|c| measures.contains(&c.measure.as_str())).flat_map(|c| &c.names);
    let facts: BTreeSet<_> = names.filter_map(|n| ready.pack.vocabulary.named(n)).collect();
    Frame {
        lang: ready.lang,
        month: ready.job.month,
        sources: &ready.inputs.sources,
        catalogue: &ready.catalogue,
        law,
        working_time: facts.into_iter().collect(),
        needed: needed(ready).flat_map(|c| &c.names).filter_map(|n| ready.pack.vocabulary.named(n)).collect(),
        grid: controls.iter().find(|c| c.measure == "index_by_step").and_then(|c| {
            let named: Vec<_> = c.names.iter().filter_map(|n| ready.pack.vocabulary.named(n)).collect();
            let id = ready.pack.controls.iter().find(|d| d.id == c.id)?.id.as_str();
            Some((id, named.try_into().ok()?))
        }),
        older: controls.iter().filter(|c| c.measure == "older_bonus").flat_map(|c| older_cards(c, &ready.catalogue)).collect(),
    }
}

/// Controls of the month, by a formula or of the payroll office, that name what they cannot do without.
pub fn needed(ready: &Ready) -> impl Iterator<Item = &crate::rules::pack::Control> {
    let day = ready.job.month.first_day();
    let in_force = move |c: &&crate::rules::pack::Control| c.since.is_none_or(|d| d <= day) && c.until.is_none_or(|d| day <= d);
    let named = |c: &&crate::rules::pack::Control| match &c.measure {
        crate::rules::pack::Measure::When(_) => true,
        crate::rules::pack::Measure::Named(m) => m == "payroll_staff_changed",
    };
    ready.pack.controls.iter().filter(in_force).filter(named)
}

/// What the sources themselves are: which are unknown, what month they are about.
pub fn sources(ready: &Ready, run: &mut Run) {
    let inputs = &ready.inputs;
    run.lang = ready.lang;
    run.decisions = inputs.decisions.file.is_some();
    run.catalogue = ready.catalogue.clone();
    run.last_month = Some(ready.job.last_month);
    let place = |o: &Owner| (o.name.clone(), inputs.sources.place(o.at));
    run.books.last_year.clone_from(&inputs.last_year);
    run.of_others = inputs.other_accounts.as_ref().map(|all| all.iter().map(|(iban, o)| (iban.clone(), place(o))).collect());
    run.register = inputs.mapping.sources.iter().any(|s| s.role.is_register());
    if let (Some(day), Some((_, place))) = (inputs.last_execution, &inputs.transferred) {
        run.periods.push((place.to_string(), PayMonth::of(day), place.clone()));
    }
    let read = inputs.mapping.sources.iter().filter(|s| s.role != SourceRole::Unknown);
    let in_parts: BTreeSet<&str> = read.flat_map(|s| inputs.sources.parts(s.source)).map(|s| s.file.as_str()).collect();
    let identified = |f: &super::inputs::HashedFile| {
        let known =
            in_parts.contains(f.name.as_str()) || inputs.mapping.sources.iter().any(|s| s.file == f.name && s.role != SourceRole::Unknown);
        // Of an archive the files in it count.
        let within = |n: &String| *n == f.name || n.strip_prefix(&f.name).is_some_and(|rest| rest.starts_with('/'));
        known
            || inputs.of_records.iter().any(within)
            || inputs.read.contains(&f.name)
            || inputs.sources.iter().any(|(_, s)| within(&s.file) && s.kind == SourceKind::Document)
            || inputs.mapping.sources.iter().any(|s| within(&s.file) && s.role != SourceRole::Unknown)
    };
    let unidentified = |file: &String| Unidentified {
        what: file.clone(),
        place: Place::File { file: file.clone() },
        set_aside: inputs.printed.contains(file) || super::set_aside::whole(file, &inputs.mapping, &inputs.set_aside),
    };
    for s in inputs.mapping.sources.iter().filter(|s| s.role == SourceRole::Unknown) {
        let within = |f: &super::inputs::HashedFile| s.file.strip_prefix(&f.name).is_some_and(|rest| rest.starts_with('/'));
        let known = inputs.mapping.sources.iter().any(|o| o.file == s.file && o.role != SourceRole::Unknown);
        if !known && !inputs.of_records.contains(&s.file) && inputs.files.iter().any(|f| within(f) && identified(f)) {
            run.unidentified.push(unidentified(&s.file));
        }
    }
    run.unidentified.dedup();
    for f in &inputs.files {
        let copy = inputs.files.iter().any(|o| o.name != f.name && o.sha256 == f.sha256 && identified(o));
        if !copy && !identified(f) {
            run.unidentified.push(unidentified(&f.name));
        }
    }
}

fn card_index(ready: &Ready, code: PaidCode) -> usize {
    match code {
        PaidCode::Element(e) => e.index(),
        PaidCode::Unknown(u) => ready.pack.elements.len() + usize::from(u),
    }
}

/// Every line of either month, and whether something known stands behind its change.
pub fn moved(ready: &Ready, w: &Worked) -> Vec<Moved> {
    let Some(p) = &w.output.payslip else { return Vec::new() };
    let mut list: BTreeMap<usize, Moved> = BTreeMap::new();
    let empty = |card: usize| Moved { card, before: Money::ZERO, after: Money::ZERO, grounded: false, manual: false, at: At::NOWHERE };
    let of = |card: usize, amount: Money, employer: Money| {
        if ready.catalogue[card].kind == LineKind::Employer { employer } else { amount }
    };
    for l in w.person.paid.iter().flat_map(PaidSlip::all) {
        let card = card_index(ready, l.code);
        let m = list.entry(card).or_insert_with(|| empty(card));
        m.before += of(card, l.amount, l.employer_amount);
        if m.at == At::NOWHERE {
            m.at = l.at;
        }
    }
    for l in &p.lines {
        let card = l.element.index();
        let m = list.entry(card).or_insert_with(|| empty(card));
        m.after += of(card, l.amount, l.employer_amount);
        m.manual |= l.status == Status::Manual;
    }
    // What the source shows for nobody: that it appears is no news.
    for e in w.person.paid.iter().flat_map(|s| &s.unseen) {
        if let Some(m) = list.get_mut(&e.index()).filter(|m| m.before.is_zero()) {
            m.grounded = true;
        }
    }
    // An advance, and pay that begins again after one, come from a decision about the whole pay.
    if p.mode == Mode::Advance || w.person.paid.as_ref().is_some_and(|s| s.advance != Advance::None) {
        list.values_mut().for_each(|m| m.grounded = true);
    }
    let causes: BTreeSet<u16> = w.output.fact_changes.iter().map(|f| f.cause).collect();
    for c in &w.output.changes {
        let law = ready.road.plans.get(usize::from(c.cause)).is_some_and(|p| p.1);
        if (law || causes.contains(&c.cause))
            && let Some(m) = list.get_mut(&card_index(ready, c.code))
        {
            m.grounded = true;
        }
    }
    // As much as last month's, and a list of this month has days of an absence again: a leave as long as the one before it.
    let of_days = |id: FactId| {
        let fact = ready.pack.vocabulary.get(id);
        !fact.recurs && matches!(fact.kind, FactKind::Number { form: NumberForm::Days })
    };
    if w.person.changes.iter().any(|c| of_days(c.id)) {
        let days = ready.pack.vocabulary.iter().filter(|(id, _)| of_days(*id));
        let absences: BTreeSet<&str> = days.map(|(_, f)| f.causes.change.as_str()).collect();
        for (i, _) in ready.pack.elements.iter().enumerate().filter(|(_, e)| absences.contains(e.cause.as_str())) {
            if let Some(m) = list.get_mut(&i) {
                m.grounded = true;
            }
        }
    }
    list.into_values().collect()
}

/// A line that is what an override says and nothing else.
fn set_by_a_person(ready: &Ready, w: &Worked, l: &Line) -> bool {
    let Some(element) = ready.pack.elements.get(l.element.index()) else { return false };
    let decided = |f: &crate::facts::Fact| f.origin == crate::facts::Origin::Decided && f.value.number() == Some(l.amount.abs().exact());
    let facts = element.inferences.iter().filter_map(|i| ready.pack.vocabulary.named(&i.fact.text));
    facts.into_iter().any(|id| w.output.facts.get(id).is_some_and(decided))
}

/// Lasting facts that changed, each with whether the row that says so names an act.
pub fn shifts<'s>(ready: &'s Ready, w: &'s Worked) -> Vec<Shift<'s>> {
    let vocabulary = &ready.pack.vocabulary;
    let act = vocabulary.role(Role::Act);
    let acts: BTreeSet<(u16, u32)> = w
        .person
        .known
        .iter()
        .chain(&w.person.changes)
        .filter(|f| Some(f.id) == act && f.value.text().is_some_and(|t| !t.trim().is_empty()))
        .map(|f| (f.at.source, f.at.row))
        .collect();
    w.output
        .fact_changes
        .iter()
        .filter(|c| vocabulary.get(c.fact).recurs)
        .filter_map(|c| {
            let at = c.after.as_ref().or(c.before.as_ref())?.at;
            let cause = ready.pack.causes.get(usize::from(c.cause))?;
            let shown = |f: &Option<Fact>| f.as_ref().map_or_else(|| "–".to_owned(), |f| super::compute::show_value(ready, f));
            let label = format!("{}, {} → {}", vocabulary.get(c.fact).label.get(ready.lang), shown(&c.before), shown(&c.after));
            Some(Shift { cause: &cause.0, label, place: ready.inputs.sources.place(at), act: acts.contains(&(at.source, at.row)) })
        })
        .collect()
}

/// Enters one employee in the sums of the run.
pub fn enter(ready: &Ready, frame: &Frame<'_>, w: &Worked, run: &mut Run) {
    let books = &mut run.books;
    let of_employer = |i: usize| ready.catalogue[i].kind == LineKind::Employer;
    for l in w.person.paid.iter().flat_map(PaidSlip::all) {
        let i = card_index(ready, l.code);
        books.line(i, if of_employer(i) { l.employer_amount } else { l.amount }, Money::ZERO);
    }
    if let Some(p) = &w.output.payslip {
        let decided = w.output.facts.iter().any(|f| f.origin == crate::facts::Origin::Decided);
        books.enter(p, &ready.catalogue, &|l| decided && set_by_a_person(ready, w, l));
        for l in &p.lines {
            let i = l.element.index();
            books.line(i, Money::ZERO, if of_employer(i) { l.employer_amount } else { l.amount });
        }
    }
    let vocabulary = &ready.pack.vocabulary;
    let (before, after) = (w.before.map_or(Money::ZERO, |t| t.gross), w.output.payslip.as_ref().map_or(Money::ZERO, |p| p.totals.gross));
    if let Some(service) = w.person.text(vocabulary, Role::Service) {
        books.group(Group::Service, service.trim(), before, after);
    }
    let status = ready.pack.payslip.get("status").and_then(|n| vocabulary.named(n));
    if let Some(f) = status.and_then(|id| w.output.facts.get(id).or_else(|| w.person.known.get(id))) {
        books.group(Group::Status, &show_value(ready, f), before, after);
    }
    run.known.extend(frame.needed.iter().filter(|id| w.output.facts.get(**id).or_else(|| w.person.known.get(**id)).is_some()));
    // Whom the control speaks of already is no witness.
    let told = |id: &str| w.output.controls.iter().any(|i| ready.pack.controls[*i].id == id);
    if let (Some((_, [grade, step, index])), Some(_)) = (frame.grid.filter(|g| !told(g.0)), &w.output.payslip) {
        let text = |id| w.output.facts.value(id).and_then(|v| v.text()).map(str::trim).filter(|t| !t.is_empty());
        let found = w.output.facts.get(index).and_then(|f| Some((f, f.value.number()?)));
        if let (Some(grade), Some(step), Some((f, n))) = (text(grade), text(step), found) {
            run.grid.enter(&grade.to_lowercase(), step, n, &w.id, || ready.inputs.sources.place(f.at));
        }
    }
    if w.person.paid.is_some() {
        run.with_working_time.1 += 1;
        run.with_working_time.0 += u64::from(frame.working_time.iter().any(|id| w.person.known.get(*id).is_some()));
    }
    if let Some(slip) = &w.person.paid {
        dated(ready, slip, run);
    }
    sums(ready, w, run);
    run.alone.extend(super::decisions::alone(ready, w));
}

/// Sums of the year against the month before and this one; and, of the first month of the year, against its payslip.
fn sums(ready: &Ready, w: &Worked, run: &mut Run) {
    let each = |s: &YearSums| {
        [("gross", s.gross), ("net_taxable", s.net_taxable), ("income_tax", s.income_tax), ("employer_cost", s.employer_cost)]
    };
    let of = |t: &Totals| [t.gross, t.net_taxable, t.income_tax, t.employer_cost];
    let Some(now) = super::record::sums(ready, w) else { return };
    let before = ready.inputs.past.people.get(&w.id).and_then(|p| p.1).filter(|s| s.year == now.year);
    let Some(before) = before else { return };
    run.sums.0 += 1;
    let mut compare = |what, found, expected| {
        if found != expected {
            run.sums.1.push(SumGap { employee: w.id.clone(), what, found, expected });
        }
    };
    if let Some(p) = &w.output.payslip {
        for (((what, found), (_, was)), month) in each(&now).into_iter().zip(each(&before)).zip(of(&p.totals)) {
            compare(what, found, was + month);
        }
    }
    if let Some(paid) = w.before.as_ref().filter(|_| before.since == ready.job.last_month) {
        for ((what, found), month) in each(&before).into_iter().zip(of(paid)) {
            compare(what, found, month);
        }
    }
}

/// The latest month that a register speaks of.
fn dated(ready: &Ready, slip: &crate::payslip::PaidSlip, run: &mut Run) {
    for l in slip.all() {
        let Some(month) = l.period else { continue };
        let place = ready.inputs.sources.place(At::source(l.at.source));
        match run.periods.iter_mut().find(|p| p.2 == place) {
            Some(p) => p.1 = p.1.max(month),
            None => run.periods.push((place.to_string(), month, place)),
        }
    }
}

/// The transfer file on the disk, read again by the reader of any bank's files.
pub fn transfer_file(ready: &Ready, path: &Path, name: &str, message_id: &str, rows: &[Transfer]) -> written::File {
    let meant = rows.iter().filter_map(|t| {
        let transfer = written::Transfer { reference: t.end_to_end_id.clone(), iban: Some(t.iban.clone()), amount: Some(t.amount) };
        Some((t.employee.clone()?, transfer))
    });
    let mut file = written::File {
        place: Some(Place::File { file: name.to_owned() }),
        message_id: message_id.to_owned(),
        meant: meant.collect(),
        day: ready.job.pay_date.format("%d/%m/%Y").to_string(),
        ..written::File::default()
    };
    let mut odd = 0;
    let mut take = |t: pain001::ReadTransfer| {
        odd += u32::from(!t.name.chars().chain(t.remittance.chars()).all(sepa_text::is_legal));
        file.read.push(written::Transfer { reference: t.end_to_end_id, iban: t.iban.ok(), amount: t.amount });
    };
    match File::open(path) {
        Ok(f) => {
            let read = pain001::read(&mut BufReader::new(f), name, &pain001::Limits::default(), &mut take);
            file.problems.extend(read.findings.iter().map(|f| f.message(ready.lang)));
            if read.value.message_id != message_id {
                file.problems.push(read.value.message_id);
            }
        }
        Err(e) => file.problems.push(e.to_string()),
    }
    if odd > 0 {
        file.problems.push(format!("{} : {odd}", crate::ground::words::ui("ui.odd_characters", ready.lang)));
    }
    file.past = past(ready);
    file
}

/// References of the transfer files that lie in the inbox.
fn past(ready: &Ready) -> Vec<String> {
    let mut out = Vec::new();
    for (_, s) in ready.inputs.sources.iter().filter(|(_, s)| s.kind == SourceKind::Document) {
        let Ok(f) = File::open(ready.job.folder.join("inbox").join(&s.file)) else { continue };
        let mut take = |t: pain001::ReadTransfer| out.push(t.end_to_end_id);
        let head = pain001::read(&mut BufReader::new(f), &s.file, &pain001::Limits::default(), &mut take);
        out.push(head.value.message_id);
    }
    // A reference that a past file repeats is that file's affair; `NOTPROVIDED` is none at all.
    out.sort();
    out.dedup();
    out.retain(|r| !r.is_empty() && r != "NOTPROVIDED");
    out
}

/// One payslip as printed and as found on the disk.
pub fn printed(ready: &Ready, results: &Results, folder: &Path, name: &str, p: &print::PrintedPayslip, made: Option<&Made>) -> Printed {
    let id: &EmployeeId = &p.agent.matricule;
    let computed = results.worked.binary_search_by(|w| w.id.cmp(id)).ok().and_then(|i| results.worked[i].output.payslip.as_ref());
    let open = |l: &crate::payslip::Line| l.status != Status::Computed && ready.catalogue[l.element.index()].kind != LineKind::Tax;
    let open_lines = computed.map_or(0, |c| c.lines.iter().filter(|l| open(l)).count());
    let mut texts = Vec::new();
    let mut marked = false;
    if let print::Body::Pay(pay) = &p.body {
        texts.extend(pay.lines.iter().map(|l| l.label.clone()));
        texts.extend(pay.lines.iter().filter_map(|l| l.section.clone()));
        texts.extend(pay.provisional.iter().filter_map(|x| x.what.clone()));
        marked = pay.provisional.is_some() && pay.lines.iter().filter(|l| l.estimated).count() == open_lines;
    }
    // An advance says by its name what it is.
    marked |= matches!(p.body, print::Body::Advance(_));
    texts.extend(p.period.presence.clone());
    texts.sort();
    texts.dedup();
    Printed {
        employee: id.clone(),
        texts,
        filled: mentions(p),
        estimated: computed.is_some_and(|c| c.lines.iter().any(|l| l.status != Status::Computed)),
        marked,
        sound: sound(&folder.join(name), made),
    }
}

/// What a slip about to be printed says of the employer and the employee.
pub fn mentions(p: &print::PrintedPayslip) -> BTreeSet<&'static str> {
    // An advance has no tax to show.
    let (tax, asks) = match &p.body {
        print::Body::Pay(pay) => (pay.tax.is_some(), pay.provisional.is_some()),
        print::Body::Advance(_) => (true, true),
    };
    let text = |t: &Option<String>| t.as_ref().is_some_and(|t| !t.trim().is_empty());
    let a = &p.agent;
    let fields = [
        ("employer.name", !p.employer.name.trim().is_empty()),
        ("employer.address", !p.employer.address.is_empty()),
        ("employer.siret", p.employer.siret.is_some()),
        ("employer.ape", text(&p.employer.ape)),
        // Somebody to ask, where something of the slip is not final.
        ("employer.contact", text(&p.employer.contact) || !asks),
        ("agent.name", !a.name.trim().is_empty()),
        ("agent.address", !a.address.is_empty()),
        ("agent.nir", a.nir.is_some()),
        ("agent.status", text(&a.status)),
        ("agent.grade", text(&a.grade) || text(&a.job)),
        ("agent.service", text(&a.service)),
        ("payment.date", p.payment.date.is_some()),
        ("tax.rate", tax),
    ];
    fields.into_iter().filter(|f| f.1).map(|f| f.0).collect()
}

/// Whole on the disk: the bytes that were made, from the mark that opens a PDF to the one that ends it.
fn sound(path: &Path, made: Option<&Made>) -> bool {
    let (Ok(bytes), Some(made)) = (std::fs::read(path), made) else { return false };
    let end = bytes.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |i| i + 1);
    bytes.starts_with(b"%PDF-") && bytes[..end].ends_with(b"%%EOF") && hex(&Sha256::digest(&bytes)) == made.sha256
}
