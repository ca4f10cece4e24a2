//! Controls over one employee at a time.

use crate::check::lines::{self, Moved};
use crate::check::{Control, Frame, beyond};
use crate::facts::{Fact, FactKind, Facts, Role, Vocabulary};
use crate::ground::iban::IbanProblem;
use crate::ground::nir::NirProblem;
use crate::ground::{EmployeeId, Finding, Iban, Lang, Money, Nir, PayMonth, Place, Severity, words};
use crate::payslip::{Mode, Payslip, Totals};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A request to be paid on another account.
#[derive(Clone, Debug)]
pub struct Request {
    pub iban: Result<Iban, IbanProblem>,
    pub requested: Option<NaiveDate>,
    pub received_by: String,
    pub place: Place,
}

/// A call to the employee on a number known before the incident.
#[derive(Clone, Copy, Debug)]
pub struct CallBack<'s> {
    /// The account that the employee named.
    pub iban: &'s Iban,
}

/// Why an employee is on the list, as controls see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Situation {
    Stays,
    Arrives,
    Unknown,
    Left,
    /// Contract ended by last month's end and nothing renews it.
    ContractOver,
    NotPaid,
}

/// A lasting change of somebody's situation this month.
#[derive(Clone, Debug)]
pub struct Shift<'s> {
    /// Cause under which the change stands.
    pub cause: &'s str,
    /// The fact with its values before and after.
    pub label: String,
    pub place: Place,
    /// The row that brings it names an act.
    pub act: bool,
}

/// Whose name an account bears.
pub struct Holder<'s> {
    pub name: &'s str,
    pub place: Place,
    /// Last month's pay went there.
    pub proven: bool,
}

/// One employee as controls see them.
pub struct Subject<'s> {
    pub id: &'s EmployeeId,
    pub frame: &'s Frame<'s>,
    pub name: &'s str,
    pub situation: Situation,
    /// Somebody reported a departure, or a position other than active service explains the absence of pay.
    pub explained: bool,
    pub facts: &'s Facts,
    pub vocabulary: &'s Vocabulary,
    pub payslip: Option<&'s Payslip>,
    /// Last month, when paid.
    pub before: Option<Totals>,
    /// Account paid last month.
    pub last_iban: Option<&'s Iban>,
    pub last_iban_place: Place,
    /// Whose account it is by last month's transfer and by the files of this month.
    pub holders: Vec<Holder<'s>>,
    /// Account of the staff file, as written and checked.
    pub staff_iban: Option<(Result<Iban, IbanProblem>, Place)>,
    pub requests: &'s [Request],
    /// The recorded call-back: any other account than the one it names is refused.
    pub called: Option<CallBack<'s>>,
    /// The account that will be paid.
    pub pay_iban: Option<&'s Iban>,
    /// Where the employee stands in the staff files, in the register, among the arrivals.
    pub place: Place,
    pub month: PayMonth,
    pub incident: Option<NaiveDate>,
    /// Whether facts of the employee changed this month.
    pub event: bool,
    /// A fact is missing and some line could not be made, which another finding says.
    pub incomplete: bool,
    /// The tax rate is the neutral one for want of a personal rate.
    pub neutral_rate: bool,
    /// Lines of either month.
    pub moved: Vec<Moved>,
    pub shifts: Vec<Shift<'s>>,
    /// What this month's files bring.
    pub brought: &'s [Fact],
    /// Months running that the employee was carried over, this one included.
    pub carried: u32,
    /// Open estimates of earlier months: the code of the line, and how many months ago.
    pub estimates: Vec<(&'s str, u32)>,
}

impl Subject<'_> {
    fn text(&self, role: Role) -> Option<&str> {
        self.vocabulary.role(role).and_then(|id| self.facts.value(id)).and_then(|v| v.text()).filter(|t| !t.trim().is_empty())
    }
    /// The cells of this month's files that hold the employee's numbers stand before the staff file.
    fn with_what_was_brought(&self, mut f: Finding) -> Finding {
        let own = std::mem::take(&mut f.places);
        let numbers = self.brought.iter().filter(|x| x.value.number().is_some());
        let f = numbers.fold(f, |f, x| f.at(self.frame.sources.place(x.at)));
        own.into_iter().fold(f, Finding::at)
    }
    fn date(&self, role: Role) -> Option<NaiveDate> {
        self.vocabulary.role(role).and_then(|id| self.facts.value(id)).and_then(|v| v.date())
    }
}

/// Measures over one employee. `None`: the program has no such measure.
pub fn measure(c: &Control, s: &Subject<'_>) -> Option<Vec<Finding>> {
    let here = || c.finding().of(s.id).at(s.place.clone()).arg("agent", s.id).arg("name", s.name);
    let when = |yes: bool| if yes { vec![here()] } else { Vec::new() };
    let net = s.payslip.map(|p| p.totals.net_paid);
    Some(match c.measure.as_str() {
        "present_not_paid" => when(s.situation == Situation::NotPaid && !s.explained),
        "paid_not_in_staff" => when(s.situation == Situation::Unknown),
        "left_still_paid" => match s.situation {
            Situation::ContractOver => {
                let date = s.date(Role::ContractEnd).map_or_else(String::new, |d| d.format("%d/%m/%Y").to_string());
                vec![here().arg("date", date)]
            }
            Situation::Left if s.payslip.is_some() => vec![here()],
            Situation::Stays | Situation::Arrives | Situation::Unknown | Situation::NotPaid | Situation::Left => Vec::new(),
        },
        "arrival_without_act" => when(s.situation == Situation::Arrives && s.text(Role::Act).is_none()),
        "empty_file" => {
            let missing: Vec<&str> = [(Role::IdentityNumber, "lack.nir"), (Role::Address, "lack.address"), (Role::Grade, "lack.grade")]
                .iter()
                .filter(|(r, _)| s.text(*r).is_none())
                .map(|(_, key)| words::ui(key, s.frame.lang))
                .collect();
            if missing.len() >= 2 && s.payslip.is_some() && s.situation != Situation::Unknown {
                vec![here().arg("missing", missing.join(", "))]
            } else {
                Vec::new()
            }
        }
        "identity_number" => identity(c, s),
        "iban_invalid" => match (&s.staff_iban, s.pay_iban) {
            (Some((Err(why), place)), None) if s.payslip.is_some() => {
                vec![here().at(place.clone()).arg("why", problem(*why, s.frame.lang))]
            }
            _ => Vec::new(),
        },
        "iban_missing" => {
            let none = s.pay_iban.is_none() && s.staff_iban.is_none();
            when(s.payslip.is_some() && (none || s.pay_iban.is_some_and(Iban::stands_for_none)))
        }
        "iban_changed" => changed(c, s),
        "iban_changed_after_incident" => suspicious(c, s),
        "account_holder" => {
            let others = || s.holders.iter().filter(|h| !same_words(h.name, s.name));
            let other = others().find(|h| !h.proven).or_else(|| others().next());
            let own = [Role::Surname, Role::MarriedName].into_iter().filter_map(|r| s.text(r)).collect::<Vec<_>>().join(" ");
            let family = if own.is_empty() { s.name } else { &own };
            let finding = |h: &Holder<'_>| if h.proven || related(h.name, family) { c.finding() } else { c.strong_finding() };
            let said = |h: &Holder<'_>| finding(h).of(s.id).arg("agent", s.id).arg("name", s.name).arg("holder", h.name);
            other.map(|h| said(h).at(s.place.clone()).at(h.place.clone())).into_iter().collect()
        }
        "net_negative" => {
            let f = net.filter(|n| n.is_negative()).map(|n| here().arg("amount", n.french()).stake(n.cents()));
            f.map(|f| s.with_what_was_brought(f)).into_iter().collect()
        }
        "net_zero" => when(net.is_some_and(Money::is_zero) && !s.incomplete),
        "net_above" => {
            let limit = c.money("amount").unwrap_or(Money::from_cents(1_000_000));
            net.filter(|n| *n > limit).map(|n| s.with_what_was_brought(very_high(c, s, n, limit))).into_iter().collect()
        }
        "net_variation" => variation(c, s),
        "gross_variation" => gross(c, s),
        "tax_rate_missing" => when(s.neutral_rate && s.payslip.is_some()),
        "slip_arithmetic" => arithmetic(c, s),
        "pay_without_working_time" => {
            let known = s.frame.working_time.iter().any(|id| s.facts.get(*id).is_some());
            let gross = s.payslip.map(|p| p.totals.gross).filter(|g| *g > Money::ZERO && !known);
            gross.map(|g| here().arg("amount", g.french()).stake(g.cents())).into_iter().collect()
        }
        "change_without_act" => without_act(c, s),
        "validated_data_unused" => unused(c, s),
        "payroll_staff_changed" => of_payroll(c, s),
        "net_social_from_lines" => net_social(c, s),
        "carried_again" => {
            let beyond = |name: &str| c.count(name).is_some_and(|n| i64::from(s.carried) >= n);
            let mut list = when(beyond("count"));
            for f in &mut list {
                f.severity = if beyond("justify") { Severity::Justify } else { f.severity };
                f.args.push(("count".into(), s.carried.to_string()));
            }
            list
        }
        "estimate_unconfirmed" => {
            let old: Vec<_> = s.estimates.iter().filter(|e| c.count("count").is_some_and(|n| i64::from(e.1) > n)).collect();
            let codes: BTreeSet<&str> = old.iter().map(|e| e.0).collect();
            let months = old.iter().map(|e| e.1).max();
            months.map(|n| here().arg("code", listed(&codes)).arg("count", n)).into_iter().collect()
        }
        _ => return lines::measure(c, s),
    })
}

/// The first three, and how many more there are.
fn listed(codes: &BTreeSet<&str>) -> String {
    let first = codes.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    if codes.len() > 3 { format!("{first} (+ {})", codes.len() - 3) } else { first }
}

/// A net above the limit; far above, it is a slip of the key.
fn very_high(c: &Control, s: &Subject<'_>, net: Money, limit: Money) -> Finding {
    let f = if c.money("strong_amount").is_some_and(|most| net > most) { c.strong_finding() } else { c.finding() };
    let f = f.of(s.id).at(s.place.clone()).arg("agent", s.id).arg("name", s.name);
    f.arg("amount", net.french()).arg("limit", limit.french()).stake(net.cents())
}

/// Why an account cannot be one.
pub fn problem(why: IbanProblem, lang: Lang) -> &'static str {
    let key = match why {
        IbanProblem::Characters => "iban.characters",
        IbanProblem::Country => "iban.country",
        IbanProblem::Length => "iban.length",
        IbanProblem::Structure => "iban.structure",
        IbanProblem::Checksum => "iban.checksum",
        IbanProblem::RibKey => "iban.rib_key",
    };
    words::ui(key, lang)
}

fn identity(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    let (Some(text), true) = (s.text(Role::IdentityNumber), s.payslip.is_some()) else { return Vec::new() };
    let why = match Nir::parse(text) {
        Ok(nir) => {
            use chrono::Datelike as _;
            let birth = s.date(Role::BirthDate);
            let wrong_year = birth.is_some_and(|d| d.year().rem_euclid(100) as u32 != nir.birth_year());
            let wrong_month = birth.zip(nir.birth_month()).is_some_and(|(d, m)| d.month() != m);
            if !wrong_year && !wrong_month {
                return Vec::new();
            }
            "nir.birth"
        }
        Err(NirProblem::Characters) => "nir.characters",
        Err(NirProblem::Length) => "nir.length",
        Err(NirProblem::Key) => "nir.key",
    };
    vec![c.finding().of(s.id).at(s.place.clone()).arg("agent", s.id).arg("name", s.name).arg("why", words::ui(why, s.frame.lang))]
}

/// The account last paid against what the staff file or a request says now.
fn changed(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    let Some(last) = s.last_iban else { return out };
    let base = || c.finding().of(s.id).arg("agent", s.id).arg("name", s.name).arg("old", last.masked()).at(s.last_iban_place.clone());
    if s.payslip.is_none() || s.called.is_some() {
        return out;
    }
    if let Some((Ok(now), place)) = &s.staff_iban
        && now != last
    {
        out.push(base().arg("new", now.masked()).at(place.clone()));
    }
    for r in s.requests {
        let new = match &r.iban {
            Ok(i) if i == last => continue,
            Ok(i) => i.masked(),
            Err(why) => problem(*why, s.frame.lang).to_owned(),
        };
        out.push(base().arg("new", new).at(r.place.clone()));
    }
    out
}

/// A change asked after the incident, towards a foreign account or by a way nobody can call back.
fn suspicious(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    let Some(incident) = s.incident else { return Vec::new() };
    let home = s.last_iban.map(|i| i.as_str()[..2].to_owned());
    s.requests
        .iter()
        .filter(|r| r.requested.is_none_or(|d| d >= incident))
        // What the employee did not ask for is no change.
        .filter(|r| s.called.is_none_or(|c| r.iban.as_ref() == Ok(c.iban)))
        .filter(|r| match &r.iban {
            Ok(i) => home.as_deref() != Some(&i.as_str()[..2]),
            Err(_) => true,
        })
        .map(|r| {
            let date = r.requested.map_or_else(|| "?".to_owned(), |d| d.format("%d/%m/%Y").to_string());
            let new = r.iban.as_ref().map_or_else(|w| problem(*w, s.frame.lang).to_owned(), Iban::masked);
            let mut f = c.finding();
            if s.called.is_some() {
                // Somebody has decided; a second person still looks at it.
                f.severity = f.severity.max(Severity::Justify);
            }
            f.of(s.id)
                .at(r.place.clone())
                .arg("agent", s.id)
                .arg("name", s.name)
                .arg("date", date)
                .arg("new", new)
                .arg("by", &r.received_by)
        })
        .collect()
}

/// The words of a name, plain.
fn words(name: &str) -> Vec<String> {
    let folded: String = name.to_lowercase().chars().map(crate::ground::finding::plain).collect();
    folded.split(|ch: char| !ch.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Whether a word of a surname stands in a name: those of a couple, of a family.
fn related(name: &str, surname: &str) -> bool {
    let own = words(surname);
    words(name).iter().any(|w| w.len() > 3 && own.contains(w))
}

/// The same words, whatever their order; initials and a missing second name are forgiven.
fn same_words(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    let hits = a.iter().filter(|w| b.contains(w)).count();
    // Six words in ten, as the control asks.
    a.is_empty() || b.is_empty() || hits * 10 >= a.len().min(b.len()) * 6
}

fn variation(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    let (Some(before), Some(p)) = (s.before, s.payslip) else { return Vec::new() };
    let change = p.totals.net_paid - before.net_paid;
    let beyond_amount = c.money("amount").is_some_and(|a| change.abs() > a);
    let beyond_share = c.limit("share").is_some_and(|x| beyond(change, before.net_paid, x));
    if !(beyond_amount || beyond_share) {
        return Vec::new();
    }
    let strong = c.money("strong_amount").is_some_and(|a| change.abs() > a)
        || c.limit("strong_share").is_some_and(|x| beyond(change, before.net_paid, x));
    let f = if strong { c.strong_finding() } else { c.finding() };
    let f = f
        .of(s.id)
        .at(s.place.clone())
        .arg("agent", s.id)
        .arg("name", s.name)
        .arg("before", before.net_paid.french())
        .arg("after", p.totals.net_paid.french())
        .arg("change", change.french())
        .stake(change.cents());
    vec![f]
}

fn gross(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    let (Some(before), Some(p), false) = (s.before, s.payslip, s.event) else { return Vec::new() };
    let change = p.totals.gross - before.gross;
    if !c.limit("share").is_some_and(|x| beyond(change, before.gross, x)) {
        return Vec::new();
    }
    let f = c.finding().of(s.id).at(s.place.clone()).arg("agent", s.id).arg("name", s.name).arg("before", before.gross.french());
    vec![f.arg("after", p.totals.gross.french()).arg("change", change.french()).stake(change.cents())]
}

/// Gross, contributions, tax and the rest add up to the net, on the lines as printed.
fn arithmetic(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    let Some(p) = s.payslip else { return Vec::new() };
    let sum: Money = p.lines.iter().map(|l| l.amount).sum();
    if sum == p.totals.net_paid || s.incomplete {
        return Vec::new();
    }
    vec![
        c.finding()
            .at(s.place.clone())
            .of(s.id)
            .arg("agent", s.id)
            .arg("name", s.name)
            .arg("sum", sum.french())
            .arg("net", p.totals.net_paid.french()),
    ]
}

/// Earnings and contributions as printed against the net social amount shown (arrêté du 31 janvier 2023).
fn net_social(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    let Some(p) = s.payslip.filter(|_| !s.incomplete) else { return Vec::new() };
    let mut rebuilt = Totals::default();
    for l in &p.lines {
        rebuilt.enter(s.frame.catalogue[l.element.index()].kind, l.amount, l.employer_amount);
    }
    if rebuilt.net_social == p.totals.net_social {
        return Vec::new();
    }
    let f = c.finding().of(s.id).at(s.place.clone()).arg("agent", s.id).arg("name", s.name);
    vec![f.arg("sum", rebuilt.net_social.french()).arg("shown", p.totals.net_social.french())]
}

/// What this month's files change for somebody of the payroll office: the control names the words of its departments.
fn of_payroll(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    let (Some(service), Some(_)) = (s.text(Role::Service), s.payslip) else { return Vec::new() };
    let moved = !s.shifts.is_empty() || s.brought.iter().any(|f| f.value.text().is_none());
    if !moved || !lines::says_one(service, c.names.get(1..).unwrap_or_default()) {
        return Vec::new();
    }
    let f = c.finding().of(s.id).arg("agent", s.id).arg("name", s.name).arg("service", service);
    let f = s.with_what_was_brought(f);
    vec![s.shifts.iter().fold(f, |f, x| f.at(x.place.clone())).at(s.place.clone())]
}

/// Changes whose causes the control names, none of them with the reference of an act: one finding for all.
fn without_act(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    if s.payslip.is_none_or(|p| p.mode != Mode::Computed) {
        return Vec::new();
    }
    let bare: Vec<&Shift<'_>> = s.shifts.iter().filter(|x| !x.act && c.is_about(x.cause)).collect();
    if bare.is_empty() {
        return Vec::new();
    }
    let what: Vec<&str> = bare.iter().map(|x| x.label.as_str()).collect();
    let f = c.finding().of(s.id).arg("agent", s.id).arg("name", s.name).arg("what", what.join(" ; "));
    vec![bare.iter().fold(f, |f, x| f.at(x.place.clone()))]
}

/// What this month's files bring for somebody whose pay is last month's again, or an advance on it.
fn unused(c: &Control, s: &Subject<'_>) -> Vec<Finding> {
    if s.payslip.is_none_or(|p| !matches!(p.mode, Mode::Carried | Mode::Advance)) {
        return Vec::new();
    }
    let counts = |f: &&Fact| !matches!(s.vocabulary.get(f.id).kind, FactKind::Text);
    s.brought
        .iter()
        .filter(counts)
        .map(|f| {
            let what = s.vocabulary.get(f.id).label.get(s.frame.lang);
            c.finding().of(s.id).at(s.frame.sources.place(f.at)).arg("agent", s.id).arg("what", what)
        })
        .collect()
}
