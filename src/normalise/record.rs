//! A month's own record → last month's payslips, facts, accounts and estimates: what a run wrote is a source like any other.
//!
//! Comes in: the tables of one folder, told by their titles, and the manifest beside them. What was changed after the run,
//! cut short or is missing is told, and whoever the record does not hold whole is set aside.

mod later;
mod manifest;
mod open_nets;
mod people;
mod rows;
mod settle;

pub use manifest::{Json, LARGEST, Manifest, read as json};
pub use open_nets::{OpenNet, paid_again, settled_since};
pub use people::{Member, Past, Waiting};

use crate::facts::{Begun, Stood};
use crate::ground::{At, Checked, EmployeeId, Exact, Finding, Money, PayMonth, Place, Severity, Sources};
use crate::normalise::join::{People, TransferRow};
use crate::normalise::people::Who;
use crate::normalise::records::RawRow;
use crate::normalise::{AccountChange, CodeTarget, Context, Gathered, LocalCode, Record, Role};
use crate::payslip::{Advance, Card, ElementId, LineKind, PaidCode, PaidLine, PaidSlip};
use crate::read::Table;
use chrono::NaiveDate;
use rows::OneRow;
use std::collections::{BTreeMap, BTreeSet};

/// What a file of a record is, told by its titles.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    Payslips,
    Lines,
    Facts,
    People,
    Transfers,
    Requests,
    Behind,
    Estimates,
    OpenNets,
    Settings,
    /// A result that the next month does not need.
    Beside,
}

/// Titles that tell a file; more may stand beside them.
const TITLES: [(Part, &[&str]); 12] = [
    (Part::Payslips, &["employee", "post", "month", "mode", "gross", "net_paid", "employer_cost"]),
    (Part::Lines, &["employee", "post", "code", "kind", "amount", "employer_amount", "period", "status"]),
    (Part::Facts, &["employee", "post", "month", "fact", "value", "origin", "place"]),
    (Part::People, &["employee", "post", "standing", "iban", "facts", "carried", "employer_cost"]),
    (Part::Transfers, &["employee", "name", "iban", "amount", "end_to_end_id"]),
    (Part::Requests, &["employee", "post", "requested", "received_by", "account", "place"]),
    (Part::Behind, &["employee", "post", "behind", "kind", "amount", "employer_amount", "period", "status"]),
    (Part::Estimates, &["employee", "post", "month", "code", "amount", "policy", "reason", "status"]),
    (Part::OpenNets, &["employee", "post", "month", "open_net", "refused"]),
    (Part::Settings, &["setting", "value"]),
    (Part::Beside, &["employee", "post", "code", "before", "after", "change", "cause", "detail"]),
    (Part::Beside, &["employee", "post", "code", "paid", "recomputed", "gap", "verdict"]),
];

/// What a file is by its first line; `None` when no run wrote it.
pub fn part(head: &[u8]) -> Option<Part> {
    let text = String::from_utf8_lossy(head);
    let line = text.trim_start_matches('\u{feff}').lines().next()?;
    let titles: BTreeSet<&str> = line.split([',', ';', '\t']).map(|t| t.trim().trim_matches('"')).collect();
    TITLES.iter().find(|(_, wanted)| wanted.iter().all(|w| titles.contains(w)) && titles.len() <= 16).map(|t| t.0)
}

/// What stands between the titles of such a file.
pub fn separator(head: &[u8]) -> Option<char> {
    let text = String::from_utf8_lossy(head);
    text.lines().next()?.chars().find(|c| [',', ';', '\t'].contains(c))
}

/// The files of one folder, before they are read.
#[derive(Default)]
pub struct Found {
    pub parts: BTreeMap<Part, Filed>,
    pub manifest: Option<(Manifest, String)>,
}

/// One file of a record.
pub struct Filed {
    pub file: String,
    pub sha256: String,
    pub table: Option<Table>,
}

/// One line of the register of estimates that nothing has settled yet.
#[derive(Clone, Debug)]
pub struct OldEstimate {
    pub employee: EmployeeId,
    pub month: String,
    pub code: String,
    pub label: String,
    pub amount: Money,
    pub policy: String,
    pub reason: String,
    pub source: String,
    pub status: String,
}

/// A record, read.
pub struct MonthRecord {
    pub month: Option<PayMonth>,
    pub manifest: Option<Manifest>,
    pub members: BTreeMap<EmployeeId, Member>,
    pub transfers: Vec<TransferRow>,
    /// References under which the transfers went to the bank, in their order.
    pub references: Vec<String>,
    /// Accounts asked for and not confirmed.
    requests: Vec<AccountChange>,
    pub estimates: Vec<OldEstimate>,
    /// Nets of the months before that nobody had received.
    open_nets: Vec<OpenNet>,
    pub settings: BTreeMap<String, String>,
    pub settings_at: At,
    /// Where each row of the facts was first read, by the source of the facts.
    pub places: Option<(u16, Vec<Box<str>>)>,
    /// Codes that no element stands for.
    codes: Vec<LocalCode>,
    at: Option<Place>,
}

impl Default for MonthRecord {
    fn default() -> Self {
        Self {
            month: None,
            manifest: None,
            members: BTreeMap::new(),
            transfers: Vec::new(),
            references: Vec::new(),
            requests: Vec::new(),
            estimates: Vec::new(),
            open_nets: Vec::new(),
            settings: BTreeMap::new(),
            settings_at: At::NOWHERE,
            places: None,
            codes: Vec::new(),
            at: None,
        }
    }
}

struct Reader<'r, 'c> {
    sources: &'r Sources,
    cx: &'r Context<'c>,
    cards: &'r [Card],
    found: Vec<Finding>,
}

/// Reads a record. `cards` are the pack's, to find its codes again.
pub fn read(found: &Found, sources: &Sources, cards: &[Card], cx: &Context<'_>) -> Checked<MonthRecord> {
    let mut r = Reader { sources, cx, cards, found: Vec::new() };
    let mut out = MonthRecord::default();
    let first = found.manifest.as_ref().map(|m| m.1.clone()).or_else(|| found.parts.values().next().map(|p| p.file.clone()));
    out.at = first.map(|file| Place::File { file });
    match &found.manifest {
        Some((m, _)) => {
            r.hashes(found, m);
            (out.month, out.manifest) = (Some(m.month), Some(m.clone()));
        }
        None => {
            let f = Finding::new("R92", Severity::Justify);
            r.found.push(out.at.iter().fold(f, |f, p| f.at(p.clone())));
        }
    }
    let table = |part: Part| found.parts.get(&part).and_then(|f| f.table.as_ref());
    let each = |part: Part, take: &mut dyn FnMut(&OneRow)| table(part).into_iter().for_each(|t| rows::each(t, take));
    each(Part::People, &mut |row| r.person(row, &mut out));
    each(Part::Payslips, &mut |row| r.payslip(row, &mut out));
    let codes: BTreeMap<&str, usize> = cards.iter().enumerate().rev().map(|(i, c)| (c.code.as_str(), i)).collect();
    each(Part::Lines, &mut |row| {
        let line = r.line(row, row.text("code"), &codes, &mut out);
        line.into_iter().for_each(|(slip, line)| slip.lines.push(line));
    });
    each(Part::Behind, &mut |row| {
        if row.text("kind") == "net_taxable" {
            return r.taxable_behind(row, &mut out);
        }
        let line = r.line(row, row.text("behind"), &codes, &mut out);
        line.into_iter().for_each(|(slip, line)| if line.period.is_some() { slip.older.0.push(line) } else { slip.behind.push(line) });
    });
    if let Some(t) = table(Part::Facts) {
        r.facts(t, &mut out);
    }
    each(Part::Transfers, &mut |row| r.transfer(row, &mut out));
    each(Part::Requests, &mut |row| r.request(row, &mut out));
    each(Part::Estimates, &mut |row| r.estimate(row, &mut out));
    each(Part::OpenNets, &mut |row| r.open_net(row, &mut out));
    each(Part::Settings, &mut |row| {
        out.settings_at = At::source(row.at("value").source);
        out.settings.insert(row.text("setting").to_owned(), row.text("value").to_owned());
    });
    if out.manifest.as_ref().is_some_and(|m| !m.held.is_empty()) {
        // No file went to the bank: nobody was paid by it, on whatever account.
        (out.transfers, out.references) = (Vec::new(), Vec::new());
    }
    r.whole(found, &out);
    Checked::new(out, r.found)
}

impl Reader<'_, '_> {
    fn place(&self, at: At) -> Place {
        self.sources.place(at)
    }

    /// Files that are not what the run wrote.
    fn hashes(&mut self, found: &Found, m: &Manifest) {
        for f in found.parts.values() {
            let name = f.file.rsplit('/').next().unwrap_or(&f.file);
            if m.outputs.get(name).is_some_and(|h| *h != f.sha256) {
                self.found.push(Finding::new("R91", Severity::Justify).arg("file", name).at(Place::File { file: f.file.clone() }));
            }
        }
    }

    fn number(&mut self, row: &OneRow, title: &'static str) -> Option<Exact> {
        let text = row.text(title);
        if text.is_empty() {
            return None;
        }
        // A spreadsheet that saved the file may have written commas.
        let read = Exact::parse(text).or_else(|| Exact::parse(&text.replace(',', ".")));
        if read.is_none() {
            self.unread(row, title);
        }
        read
    }

    fn money(&mut self, row: &OneRow, title: &'static str) -> Money {
        let read = self.number(row, title);
        let money = read.and_then(Money::from_exact);
        if money.is_none() && read.is_some() {
            self.unread(row, title);
        }
        money.unwrap_or(Money::ZERO)
    }

    /// A value that no run wrote like that: whoever the row is about waits.
    fn unread(&mut self, row: &OneRow, title: &'static str) {
        let f =
            Finding::new("R96", Severity::Blocking).arg("column", title).arg("text", row.text(title)).arg("agent", row.text("employee"));
        let f = f.at(self.place(row.at(title)));
        self.found.push(row.employee().iter().fold(f, Finding::of));
    }

    /// What the lines of older pay behind an advance add to the taxable net, which they do not tell.
    fn taxable_behind(&mut self, row: &OneRow, out: &mut MonthRecord) {
        let amount = self.money(row, "amount");
        let slip = row.employee().and_then(|id| out.members.get_mut(&id)?.slip.as_mut());
        slip.into_iter().for_each(|s| s.older.1 += amount);
    }

    fn person(&mut self, row: &OneRow, out: &mut MonthRecord) {
        let Some(id) = row.employee() else { return };
        let member = people::Member::of(row, self);
        out.members.insert(id, member);
    }

    fn payslip(&mut self, row: &OneRow, out: &mut MonthRecord) {
        let Some(id) = row.employee() else { return };
        if out.month.is_none() {
            out.month = PayMonth::parse(row.text("month"));
        }
        let mut slip = PaidSlip::default();
        let at = |title| row.at(title);
        for (slot, title) in [
            (&mut slip.gross, "gross"),
            (&mut slip.net_taxable, "net_taxable"),
            (&mut slip.net_before_tax, "net_before_tax"),
            (&mut slip.net_paid, "net_paid"),
        ] {
            *slot = Some((self.money(row, title), at(title)));
        }
        // An advance is no pay of the month: that a line is absent says nothing of whether it was due.
        if row.text("mode") == "advance" {
            slip.advance = Advance::Paid;
            slip.unseen = (0..self.cards.len()).map(|i| ElementId(i as u16)).collect();
        }
        let cost = self.money(row, "employer_cost");
        let m = out.members.entry(id).or_insert_with(|| Member::unlisted(row.at("employee")));
        (m.slip, m.cost) = (Some(slip), cost);
    }

    /// A line under its code, and the payslip that it belongs to.
    fn line<'o>(
        &mut self,
        row: &OneRow,
        code: &str,
        codes: &BTreeMap<&str, usize>,
        out: &'o mut MonthRecord,
    ) -> Option<(&'o mut PaidSlip, PaidLine)> {
        let hundred = Exact::int(100);
        let id = row.employee()?;
        let known = codes.get(code).copied();
        let paid_code = match known {
            Some(i) => PaidCode::Element(ElementId(i as u16)),
            None => PaidCode::Unknown(self.local(row, code, &mut out.codes)?),
        };
        let share = known.is_none_or(|i| self.cards[i].rate_is_share);
        let percent = |x: Option<Exact>| x.and_then(|x| x.div(hundred));
        let rate = self.number(row, "rate");
        let period = PayMonth::parse(row.text("period"));
        if period.is_none() {
            self.unread(row, "period");
        }
        let line = PaidLine {
            code: paid_code,
            base: self.number(row, "base"),
            rate: if share { percent(rate) } else { rate },
            amount: self.money(row, "amount"),
            employer_rate: percent(self.number(row, "employer_rate")),
            employer_amount: self.money(row, "employer_amount"),
            period: period.filter(|p| Some(*p) != out.month),
            at: row.at("amount"),
        };
        let m = out.members.entry(id).or_insert_with(|| Member::unlisted(row.at("employee")));
        Some((m.slip.get_or_insert_default(), line))
    }

    /// A line that no rule made, under the code it had.
    fn local(&mut self, row: &OneRow, code: &str, codes: &mut Vec<LocalCode>) -> Option<u16> {
        if let Some(i) = codes.iter().position(|c| c.code == code) {
            return u16::try_from(i).ok();
        }
        let kinds = [LineKind::Earning, LineKind::Deduction, LineKind::Employer, LineKind::Tax, LineKind::Net];
        codes.push(LocalCode {
            source: row.at("label").source,
            code: code.to_owned(),
            labels: vec![row.text("label").to_owned()],
            element: None,
            target: CodeTarget::Open,
            beside: false,
            recurs: true,
            // That month was paid with it: it has been asked once.
            said: true,
            kind: kinds.into_iter().find(|k| k.id() == row.text("kind")),
        });
        u16::try_from(codes.len() - 1).ok()
    }

    fn transfer(&mut self, row: &OneRow, out: &mut MonthRecord) {
        let employee = row.text("employee");
        let iban = crate::ground::Iban::parse(row.text("iban"));
        if iban.is_err() {
            let f = Finding::new("R96", Severity::Blocking).arg("column", "iban").arg("text", "••••").arg("agent", employee);
            let f = f.at(self.place(row.at("iban")));
            self.found.push(EmployeeId::parse(employee).iter().fold(f, Finding::of));
        }
        out.references.push(row.text("end_to_end_id").to_owned());
        out.transfers.push(TransferRow {
            end_to_end: employee.to_owned(),
            instruction: String::new(),
            name: row.text("name").to_owned(),
            iban: iban.ok(),
            amount: self.money(row, "amount"),
            at: row.at("amount"),
        });
    }

    fn request(&mut self, row: &OneRow, out: &mut MonthRecord) {
        let Some(employee) = row.employee() else { return };
        let written = row.text("account").to_owned();
        out.requests.push(AccountChange {
            employee,
            requested: NaiveDate::parse_from_str(row.text("requested"), "%Y-%m-%d").ok(),
            iban: crate::ground::Iban::parse(&written),
            written,
            received_by: row.text("received_by").to_owned(),
            at: row.at("account"),
        });
    }

    fn estimate(&mut self, row: &OneRow, out: &mut MonthRecord) {
        let Some(employee) = row.employee() else { return };
        let text = |title: &str| row.text(title).to_owned();
        out.estimates.push(OldEstimate {
            employee,
            month: text("month"),
            code: text("code"),
            label: text("label"),
            amount: self.money(row, "amount"),
            policy: text("policy"),
            reason: text("reason"),
            source: text("source"),
            status: text("status"),
        });
    }

    /// What the record says of itself against what was read: nobody is left out in silence.
    fn whole(&mut self, found: &Found, out: &MonthRecord) {
        let places = |f: Finding| out.at.iter().fold(f, |f, p| f.at(p.clone()));
        for (part, name) in [
            (Part::Payslips, "payslips.csv"),
            (Part::Lines, "lines.csv"),
            (Part::Facts, "facts.csv"),
            (Part::People, "people.csv"),
            (Part::Behind, "behind.csv"),
            (Part::OpenNets, "open_nets.csv"),
        ] {
            let listed = |m: &(Manifest, String)| m.0.outputs.contains_key(name);
            // Months of before have no pay behind an advance, and no nets that are still due.
            let younger = matches!(part, Part::Behind | Part::OpenNets);
            if !found.parts.contains_key(&part) && (!younger || found.manifest.as_ref().is_some_and(listed)) {
                self.found.push(places(Finding::new("R94", Severity::Blocking).arg("file", name)));
            }
        }
        let slips: Vec<&PaidSlip> = out.members.values().filter_map(|m| m.slip.as_ref()).collect();
        let net: Money = slips.iter().filter_map(|s| s.net_paid).map(|n| n.0).sum();
        if let Some(m) = &out.manifest
            && (slips.len() as u64, net) != (m.payslips, m.net)
        {
            let f = Finding::new("R95", Severity::Blocking).arg("count", slips.len()).arg("net", net.french());
            self.found.push(places(f.arg("written", m.payslips).arg("total", m.net.french()).stake((net - m.net).cents())));
        }
        for (id, m) in &out.members {
            if let Some(what) = m.lacks() {
                let f = Finding::new("R93", Severity::Blocking).of(id).arg("agent", id).arg("what", what);
                self.found.push(f.at(self.place(m.at)));
            }
        }
    }
}

impl MonthRecord {
    /// Whom the record pays: lists of this month are recognised by them.
    pub fn people(&self, cx: &Context<'_>) -> Vec<Who> {
        self.members.iter().filter(|(id, _)| id.post() == 1).map(|(id, m)| m.who(id, cx)).collect()
    }

    /// What the record says of each employee as rows of a staff file, or beside one (`beside`), for everything to be joined to.
    pub fn rows(&mut self, beside: bool, cx: &Context<'_>) -> Vec<(u16, Role, RawRow)> {
        // Further posts have no number of their own that a row could be joined by: see `further_posts`.
        let row = |(id, m): (&EmployeeId, &mut Member)| {
            let role = if beside || m.stood == Stood::Unknown { Role::RegisterWide } else { Role::Staff };
            let who = m.who(id, cx);
            let row = RawRow::of_facts(who, m.at, m.hand_over(cx.vocabulary));
            (m.at.source, role, row)
        };
        self.members.iter_mut().filter(|(id, _)| id.post() == 1).map(row).collect()
    }

    /// The same of those who have several posts, for each but the first.
    fn further_posts(&mut self, beside: bool, gathered: &mut Gathered, cx: &Context<'_>) {
        for (id, m) in self.members.iter_mut().filter(|(id, _)| id.post() > 1) {
            let record = Record { employee: Some(id.clone()), facts: m.hand_over(cx.vocabulary), at: m.at, problems: Vec::new() };
            let aside = beside || m.stood == Stood::Unknown;
            if aside { gathered.register_facts.push(record) } else { gathered.staff.push(record) }
        }
    }

    /// Adds last month's payslips to what was gathered. Where a register holds the same month, its lines stay; of whoever was
    /// paid on an estimate they are what should have been paid, unless the bank's file (`sent`) says what was. `titled` are the
    /// registers that say this month.
    pub fn add(
        &mut self,
        gathered: &mut Gathered,
        (sent, beside): (bool, bool),
        titled: &BTreeSet<u16>,
        sources: &Sources,
        cx: &Context<'_>,
    ) -> Vec<Finding> {
        self.further_posts(beside, gathered, cx);
        let mut found = Vec::new();
        let month = self.month.map(|m| m.to_string());
        let open = self.estimates.iter().filter(|e| e.status == "open" && Some(&e.month) == month.as_ref());
        let open: BTreeSet<EmployeeId> = open.map(|e| e.employee.clone()).filter(|_| !sent).collect();
        let same = self.same_month(gathered, &open, titled);
        let shift = gathered.local_codes.len() as u16;
        gathered.local_codes.append(&mut self.codes);
        for (id, m) in &mut self.members {
            let Some(slip) = &mut m.slip else { continue };
            for l in slip.lines.iter_mut().chain(&mut slip.behind).chain(&mut slip.older.0) {
                if let PaidCode::Unknown(u) = &mut l.code {
                    *u += shift;
                }
            }
            gathered.register_names.entry(id.clone()).or_insert_with(|| (m.name.clone(), String::new()));
            slip.estimated = open.contains(id);
            slip.melted = m.melted;
            slip.recorded = true;
            match gathered.paid.get_mut(id) {
                Some(register) if slip.estimated && same => {
                    let official = std::mem::replace(register, slip.clone());
                    register.official = Some(Box::new(official));
                }
                Some(register) => found.extend(differs(id, register, slip, sources)),
                None => {
                    gathered.paid.insert(id.clone(), slip.clone());
                }
            }
        }
        found
    }

    /// What the record of a month before the last tells of those who are known this month: their payslips and what these
    /// were paid on. Whoever the record does not hold whole has none.
    pub fn add_bygone(self, people: &mut People) {
        let Some(month) = self.month else { return };
        for (id, m) in self.members {
            let (Some(p), None) = (people.get_mut(&id), m.lacks()) else { continue };
            let paid_on = m.paid_on();
            let Some(mut slip) = m.slip.filter(|s| s.advance == Advance::None) else { continue };
            slip.lines.retain(|l| matches!(l.code, PaidCode::Element(_)));
            p.bygone.insert(month, slip);
            p.paid_on.insert(month, paid_on);
            p.begun.extend(m.begun.into_iter().map(|(fact, from)| Begun { record: month, fact, from }));
        }
    }

    /// Whether a register beside the record is of the same month: nine in ten of those paid without an estimate have the same net.
    /// Where nobody was, its own word counts.
    fn same_month(&self, gathered: &Gathered, open: &BTreeSet<EmployeeId>, titled: &BTreeSet<u16>) -> bool {
        let certain = self.members.iter().filter(|(id, _)| !open.contains(*id));
        let nets = certain.filter_map(|(id, m)| Some((m.slip.as_ref()?.net_paid?.0, net(gathered.paid.get(id)?))));
        let (mut same, mut all) = (0_usize, 0_usize);
        for (paid, register) in nets {
            all += 1;
            same += usize::from(register == paid);
        }
        let said = || {
            let mut lines = gathered.paid.values().filter_map(|s| s.lines.first()).peekable();
            lines.peek().is_some() && lines.all(|l| titled.contains(&l.at.source))
        };
        if all == 0 { said() } else { same * 10 >= all * 9 }
    }

    /// The manifest, or else the first file.
    pub fn place(&self) -> Option<&Place> {
        self.at.as_ref()
    }

    /// The sum of the transfers, and where they stand.
    pub fn transferred(&self, sources: &Sources) -> Option<(Money, Place)> {
        let first = self.transfers.first()?;
        Some((self.transfers.iter().map(|t| t.amount).sum(), sources.place(At::source(first.at.source))))
    }
}

/// The net that a slip shows, or that its lines make.
fn net(slip: &PaidSlip) -> Money {
    slip.net_paid.map_or_else(|| slip.all().map(|l| l.amount).sum(), |n| n.0)
}

fn differs(id: &EmployeeId, register: &PaidSlip, record: &PaidSlip, sources: &Sources) -> Option<Finding> {
    let sum = || Some((register.all().map(|l| l.amount).sum::<Money>(), register.all().next()?.at));
    let ((a, a_at), (b, b_at)) = (register.net_paid.or_else(sum)?, record.net_paid?);
    (a != b).then(|| super::sums_differ("Net à payer", id, (a, a_at), (b, b_at), sources))
}
