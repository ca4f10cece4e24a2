//! The walk over the elements of a pay statement, or of the flow it is attached to.
//!
//! A path of open elements says what a value belongs to; the order of siblings does not matter, unknown elements are passed over.

use super::decode::{self, Unpacked};
use super::{Account, Amount, Category, Happening, Number, PayLine, Slip, Statement, Text};
use crate::ground::iban::{self, rib_to_iban};
use crate::ground::{Checked, EmployeeId, Finding, Iban, Money, PayMonth, Place, Severity};
use crate::read::archive;
use crate::read::input::Input;
use crate::read::limits::{Limits, Passed};
use crate::read::pain001::input::{Guard, Stop};
use quick_xml::errors::Error;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeMap;
use std::io::{self, BufRead};

/// Whether a flow may be met: not inside an attachment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Nested {
    Allowed,
    Refused,
}

/// What the first element says a document is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Root {
    Statement,
    Flow,
}

/// An open element, as far as it gives a value its meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tag {
    Statement,
    Flow,
    Attachment,
    Content,
    Budget,
    Employer,
    EmployerAddress,
    Establishment,
    Slip,
    Agent,
    Address,
    Account,
    Statute,
    Happening,
    SlipPeriod,
    EventNames,
    RubricNames,
    Name,
    Pay,
    Line,
    Period,
    Other,
}

/// Findings on single values beyond this many are not listed.
const LISTED: usize = 500;

/// The first element of a text, when it is one of ours.
pub fn root_of(text: &str) -> Option<Root> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => return root(tag.local_name().into_inner()),
            Ok(Event::Eof | Event::End(_)) | Err(_) => return None,
            Ok(
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_)
                | Event::GeneralRef(_),
            ) => {}
        }
    }
}

fn root(local_name: &str) -> Option<Root> {
    match local_name {
        "DocumentPaye" => Some(Root::Statement),
        "PES_Aller" => Some(Root::Flow),
        _ => None,
    }
}

#[derive(Default)]
struct Rib {
    line: u32,
    bank: String,
    branch: String,
    account: String,
    key: String,
    iban: String,
    holder: Text,
}

#[derive(Default)]
struct Attached {
    line: u32,
    name: String,
    kind: String,
    content: String,
}

struct Walk<'a> {
    file: &'a str,
    limits: &'a Limits,
    nested: Nested,
    line: u32,
    path: Vec<Tag>,
    out: Vec<Statement>,
    statement: Statement,
    root: Option<Root>,
    year: String,
    month: Text,
    establishment: Box<str>,
    slip: Slip,
    rib: Rib,
    pay_line: Option<PayLine>,
    amount_read: bool,
    from: Option<PayMonth>,
    to: Option<PayMonth>,
    name: (Box<str>, Box<str>),
    rubric_names: BTreeMap<Box<str>, Box<str>>,
    attached: Attached,
    attachments: u32,
    /// The part that was opened last is the names of the codes, which stand behind everybody's payslips.
    at_names: bool,
    odd_dates: u32,
    findings: Vec<Finding>,
}

/// Reads a document to its end, or to the first damage. The bytes are gone through twice: for their encoding, then tag by tag.
///
/// # Errors
/// When the disk fails before the first tag.
pub fn walk(input: &Input, file: &str, limits: &Limits, nested: Nested) -> io::Result<Checked<Vec<Statement>>> {
    let survey = decode::survey(input.reader()?)?;
    let mut findings = Vec::new();
    if let Some(declared) = &survey.declared {
        findings.push(
            Finding::new("R44", Severity::Information)
                .arg("declared", declared)
                .arg("encoding", survey.encoding.name())
                .at(Place::File { file: file.to_owned() }),
        );
    }
    if survey.twice {
        findings.push(Finding::new("R69", Severity::Information).at(Place::File { file: file.to_owned() }));
    }
    let bytes = survey.stream(input.reader()?)?;
    let walk = Walk {
        file,
        limits,
        nested,
        line: 1,
        path: Vec::new(),
        out: Vec::new(),
        statement: Statement { file: file.to_owned(), encoding: survey.encoding.name(), ..Statement::default() },
        root: None,
        year: String::new(),
        month: Text::default(),
        establishment: Box::default(),
        slip: Slip::default(),
        rib: Rib::default(),
        pay_line: None,
        amount_read: false,
        from: None,
        to: None,
        name: (Box::default(), Box::default()),
        rubric_names: BTreeMap::new(),
        attached: Attached::default(),
        attachments: 0,
        at_names: false,
        odd_dates: 0,
        findings,
    };
    Ok(walk.read(bytes))
}

impl Walk<'_> {
    fn place(&self, line: u32, element: &str) -> Place {
        let heading = (!element.is_empty()).then(|| element.to_owned());
        Place::Line { file: self.file.to_owned(), line, heading }
    }

    fn stop(&self, code: &str) -> Box<Finding> {
        // Behind the names of the codes nobody stands: only the end of the file is missing.
        if code == "R41" && self.at_names && !self.statement.slips.is_empty() && self.path.as_slice() == [Tag::Statement] {
            let f = Finding::new("R132", Severity::Justify).arg("count", self.statement.slips.len());
            return f.at(self.place(self.line, "")).into();
        }
        // Whoever stood below is not known: nobody is paid on half a statement.
        Finding::new(code, Severity::Blocking).arg("count", self.statement.slips.len()).at(self.place(self.line, "")).into()
    }

    fn note(&mut self, finding: Finding) {
        // What sets somebody aside is never cut.
        if self.findings.len() < LISTED || finding.severity == Severity::Blocking {
            let finding = match EmployeeId::parse(&self.slip.agent.number.text) {
                Some(id) => finding.arg("agent", &id).of(&id),
                None => finding.arg("agent", "–"),
            };
            self.findings.push(finding);
        }
    }

    fn read(mut self, bytes: Box<dyn BufRead>) -> Checked<Vec<Statement>> {
        let end = self.run(bytes);
        match end {
            Ok(()) => self.statement.complete = true,
            Err(fatal) => self.findings.push(*fatal),
        }
        if self.root == Some(Root::Flow) && self.attachments == 0 {
            self.findings.push(Finding::new("R52", Severity::Information).at(Place::File { file: self.file.to_owned() }));
        }
        if self.odd_dates > 0 {
            self.findings.push(
                Finding::new("R56", Severity::Information).arg("count", self.odd_dates).at(Place::File { file: self.file.to_owned() }),
            );
        }
        if self.root == Some(Root::Statement) {
            let month = self.year.parse().ok().zip(self.month.text.parse().ok()).and_then(|(y, m)| PayMonth::new(y, m));
            self.statement.month = month;
            // A line without a label of its own is what the statement calls its code.
            for l in self.statement.slips.iter_mut().flat_map(|s| &mut s.lines).filter(|l| l.label.is_empty() || l.label == l.code) {
                if let Some(name) = self.rubric_names.get(&l.code) {
                    l.label.clone_from(name);
                }
            }
            self.out.push(self.statement);
        }
        Checked::new(self.out, self.findings)
    }

    fn run(&mut self, bytes: Box<dyn BufRead>) -> Result<(), Box<Finding>> {
        let event_bytes = usize::try_from(self.limits.workbook_bytes).unwrap_or(usize::MAX);
        let mut reader = Reader::from_reader(Guard::new(bytes, self.limits.text_bytes, event_bytes));
        reader.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        let failed = loop {
            buffer.clear();
            reader.get_mut().next_event();
            self.line = reader.get_ref().line();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(tag)) => self.start(&tag)?,
                Ok(Event::End(_)) => self.end()?,
                Ok(Event::Text(t)) => self.content(&t.xml_content(XmlVersion::Implicit1_0)),
                Ok(Event::CData(t)) => self.content(&t.xml_content(XmlVersion::Implicit1_0)),
                Ok(Event::DocType(_)) => return Err(self.stop("R43")),
                Ok(Event::Eof) => {
                    return match (self.path.is_empty(), self.root) {
                        (true, Some(_)) => Ok(()),
                        (true, None) => Err(self.stop("R42").arg("what", "DocumentPaye ?").into()),
                        (false, _) => Err(self.stop("R41")),
                    };
                }
                Ok(Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::GeneralRef(_)) => {}
                Err(e) => break e,
            }
        };
        Err(match failed {
            Error::Syntax(_) => self.stop("R41"),
            Error::Io(e) => match Stop::of(&e) {
                Some(Stop::FileSize) => Passed::FileBytes(self.limits.text_bytes).finding(self.limits, self.place(self.line, "")).into(),
                Some(Stop::EventSize) => {
                    Passed::FileBytes(self.limits.workbook_bytes).finding(self.limits, self.place(self.line, "")).into()
                }
                Some(Stop::Malformed) | None => self.stop("R41"),
            },
            _ => {
                let tag = String::from_utf8_lossy(&buffer).into_owned();
                let what: String = tag.trim_start().chars().take(30).take_while(|c| *c != '"').collect();
                self.stop("R42").arg("what", what).into()
            }
        })
    }

    fn content(&mut self, text: &str) {
        if self.path.last() == Some(&Tag::Content) {
            self.attached.content.push_str(text);
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Box<Finding>> {
        if self.path.len() >= self.limits.nesting {
            return Err(Passed::Nesting.finding(self.limits, self.place(self.line, "")).into());
        }
        let name = element.local_name();
        let name = name.into_inner();
        let parent = self.path.last().copied();
        if parent == Some(Tag::Statement) {
            self.at_names = name == "Nomenclatures" && !self.statement.slips.is_empty();
        }
        let tag = match (parent, name) {
            (None, _) => self.first(name)?,
            (Some(Tag::Statement), "Budget") => Tag::Budget,
            (Some(Tag::Statement), "Employeur") => Tag::Employer,
            (Some(Tag::Employer), "Adresse") => Tag::EmployerAddress,
            (Some(Tag::Slip), "Agent") => {
                self.slip.agent.line = self.line;
                Tag::Agent
            }
            (Some(Tag::Slip), "Remuneration") => Tag::Pay,
            (Some(Tag::Slip), "Evenement") => {
                self.slip.events.push(Happening { line: self.line, ..Happening::default() });
                Tag::Happening
            }
            (Some(Tag::Slip), "Periode") => Tag::SlipPeriod,
            (Some(_), "NomenclatureEvtPaye") if self.root == Some(Root::Statement) => Tag::EventNames,
            (Some(_), "NomenclatureRubriquePaye") if self.root == Some(Root::Statement) => Tag::RubricNames,
            (Some(Tag::EventNames | Tag::RubricNames), "Correspondance") => {
                self.name = (Box::default(), Box::default());
                Tag::Name
            }
            (Some(Tag::Agent), "Adresse") => Tag::Address,
            (Some(Tag::Agent), "CptBancaire") => {
                self.rib = Rib { line: self.line, ..Rib::default() };
                Tag::Account
            }
            (Some(Tag::Agent), "RefNomenStatutaire") => Tag::Statute,
            (Some(Tag::Pay), _) if Category::of(name).is_some() => {
                self.begin_line(Category::of(name).unwrap_or(Category::Commentaire));
                Tag::Line
            }
            (Some(Tag::Line), "PeriodeRef") => {
                (self.from, self.to) = (None, None);
                Tag::Period
            }
            (Some(Tag::Attachment), "Fichier") => Tag::Content,
            (Some(_), "DonneesIndiv") => {
                self.establishment = Box::default();
                Tag::Other
            }
            (Some(_), "Etablissement") if self.root == Some(Root::Statement) && !self.path.contains(&Tag::Slip) => Tag::Establishment,
            (Some(_), "PayeIndivMensuel") if self.root == Some(Root::Statement) && !self.path.contains(&Tag::Slip) => {
                self.slip = Slip { line: self.line, establishment: self.establishment.clone(), ..Slip::default() };
                Tag::Slip
            }
            (Some(_), "PJ") if self.root == Some(Root::Flow) && !self.path.contains(&Tag::Attachment) => {
                self.attached = Attached { line: self.line, ..Attached::default() };
                Tag::Attachment
            }
            // `Contenu` stands between the attachment and its bytes.
            (Some(Tag::Attachment), "Contenu") => Tag::Attachment,
            (Some(_), _) => Tag::Other,
        };
        self.path.push(tag);
        for attribute in element.attributes() {
            let Ok(a) = attribute else { return Err(self.stop("R42").arg("what", name).into()) };
            if a.key.local_name().into_inner() == "V" {
                match a.normalized_value(XmlVersion::Implicit1_0) {
                    Ok(v) => self.value(parent, name, v.trim()),
                    Err(_) => return Err(self.stop("R42").arg("what", name).into()),
                }
            }
        }
        Ok(())
    }

    fn first(&mut self, name: &str) -> Result<Tag, Box<Finding>> {
        if self.root.is_some() {
            return Err(self.stop("R42").arg("what", name.chars().take(40).collect::<String>()).into());
        }
        self.root = root(name);
        match self.root {
            Some(Root::Statement) => Ok(Tag::Statement),
            Some(Root::Flow) if self.nested == Nested::Allowed => Ok(Tag::Flow),
            Some(Root::Flow) | None => Err(self.stop("R42").arg("what", name.chars().take(40).collect::<String>()).into()),
        }
    }

    fn begin_line(&mut self, category: Category) {
        self.amount_read = false;
        (self.from, self.to) = (None, None);
        self.pay_line = Some(PayLine {
            line: self.line,
            category,
            code: Box::default(),
            label: Box::default(),
            base: None,
            rate: None,
            units: None,
            amount: Money::ZERO,
            period: None,
            fund: Box::default(),
            contribution: false,
        });
    }

    fn end(&mut self) -> Result<(), Box<Finding>> {
        match self.path.pop() {
            Some(Tag::Slip) => {
                let slip = std::mem::take(&mut self.slip);
                self.statement.slips.push(slip);
            }
            Some(Tag::Account) => self.end_account(),
            Some(Tag::Line) => self.end_line(),
            Some(Tag::Name) => {
                let (code, name) = std::mem::take(&mut self.name);
                let events = self.path.last() == Some(&Tag::EventNames);
                let names = if events { &mut self.statement.event_names } else { &mut self.rubric_names };
                if !code.is_empty() && !name.is_empty() {
                    names.insert(code, name);
                }
            }
            Some(Tag::Attachment) if !self.path.contains(&Tag::Attachment) => self.end_attachment(),
            Some(
                Tag::Statement
                | Tag::Flow
                | Tag::Attachment
                | Tag::Content
                | Tag::Budget
                | Tag::Employer
                | Tag::EmployerAddress
                | Tag::Establishment
                | Tag::Agent
                | Tag::Address
                | Tag::Statute
                | Tag::Happening
                | Tag::SlipPeriod
                | Tag::EventNames
                | Tag::RubricNames
                | Tag::Pay
                | Tag::Period
                | Tag::Other,
            )
            | None => {}
        }
        Ok(())
    }

    fn end_line(&mut self) {
        let Some(mut l) = self.pay_line.take() else { return };
        if l.category == Category::Commentaire {
            return;
        }
        if !self.amount_read {
            // An amount that is absent, or is none, is never taken for zero.
            self.slip.unread += 1;
            let finding = Finding::new("R45", Severity::Blocking)
                .arg("element", l.category.name())
                .arg("label", l.label.as_ref())
                .at(self.place(l.line, "Mt"));
            self.note(finding);
            return;
        }
        l.period = self.from.or(self.to).map(|m| (self.from.unwrap_or(m), self.to.unwrap_or(m)));
        self.slip.lines.push(l);
    }

    fn end_account(&mut self) {
        let r = std::mem::take(&mut self.rib);
        let (written, parsed) = if r.iban.is_empty() {
            let whole = format!("{}{}{}{}", r.bank, r.branch, r.account, r.key);
            (whole, rib_to_iban(&r.bank, &r.branch, &r.account, &r.key))
        } else {
            let parsed = Iban::parse(&r.iban);
            (r.iban, parsed)
        };
        if written.trim().is_empty() {
            return;
        }
        self.slip.agent.account = Some(Account { line: r.line, iban: parsed, shown: iban::mask(&written).into(), holder: r.holder });
    }

    /// The statement inside an attachment; anything else attached is passed over.
    fn end_attachment(&mut self) {
        let a = std::mem::take(&mut self.attached);
        // What cannot be decoded and says no other kind may be one.
        let said = a.kind == "004" || a.kind.is_empty() && decode::base64(&a.content, usize::MAX).is_none();
        if !said && root_of(&decode::text(&decode::head(&a.content))) != Some(Root::Statement) {
            return;
        }
        self.attachments += 1;
        let place = self.place(a.line, "PJ");
        let name = if a.name.is_empty() { format!("PJ {}", self.attachments) } else { a.name };
        let file = format!("{} › {name}", self.file);
        let damaged = Finding::new("R51", Severity::Justify).arg("name", &name);
        let Some(bytes) = decode::base64(&a.content, usize::MAX) else {
            self.findings.push(damaged.at(place));
            return;
        };
        let bytes = match decode::gunzip(bytes, self.limits) {
            Unpacked::Whole(bytes) => bytes,
            Unpacked::Cut(bytes) => {
                self.findings.push(damaged.at(place));
                bytes
            }
            Unpacked::Passed(passed) => {
                self.findings.push(passed.finding(self.limits, place));
                return;
            }
        };
        if bytes.is_empty() {
            return;
        }
        let input = Input::from(bytes);
        let mut take = |input: &Input, file: &str| {
            // Bytes in memory do not fail.
            if let Ok(mut inner) = walk(input, file, self.limits, Nested::Refused) {
                self.findings.append(&mut inner.findings);
                self.out.append(&mut inner.value);
            }
        };
        // A zip in the place of the gzip.
        if archive::is_zip(&input) {
            let found = archive::members(&input, &file, false, &self.limits.inner(), &mut |member, bytes| {
                if super::is_statement(&bytes) {
                    take(&bytes, &member);
                }
            });
            self.findings.extend(found);
        } else {
            take(&input, &file);
        }
    }

    /// Puts a value where it belongs. Absent and empty are the same.
    fn value(&mut self, parent: Option<Tag>, name: &str, v: &str) {
        if v.is_empty() {
            return;
        }
        let line = self.line;
        let text = |v: &str| Text { text: v.chars().take(1000).collect::<String>().into(), line };
        let s = &mut self.statement;
        let agent = &mut self.slip.agent;
        match (parent, name) {
            (Some(Tag::Statement), "Annee") => v.clone_into(&mut self.year),
            (Some(Tag::Statement), "Mois") => self.month = text(v),
            (Some(Tag::Statement), "Train") => s.run = text(v),
            (Some(Tag::Budget), "Libelle") => s.budget = text(v),
            (Some(Tag::Employer), "Nom") => s.employer = text(v),
            (Some(Tag::Employer), "Siret") => s.siret = text(v),
            (Some(Tag::Employer), "APE") => s.ape = text(v),
            (Some(Tag::Employer), "NumUrssaf") => s.collector = text(v),
            (Some(Tag::EmployerAddress), "Adr1" | "Adr2" | "Adr3") if !v.is_empty() => s.address.push(text(v)),
            (Some(Tag::EmployerAddress), "CP") => s.postal_code = text(v),
            (Some(Tag::EmployerAddress), "Ville") => s.town = text(v),
            (Some(Tag::Establishment), "Siret") => self.establishment = v.into(),
            (Some(Tag::Agent), "Civilite") => agent.title = text(v),
            (Some(Tag::Agent), "Nom") => agent.surname = text(v),
            (Some(Tag::Agent), "ComplNom") => agent.other_name = text(v),
            (Some(Tag::Agent), "Prenom") => agent.given = text(v),
            (Some(Tag::Agent), "Matricule") => agent.number = text(v),
            (Some(Tag::Agent), "NIR") => agent.nir = text(v),
            (Some(Tag::Agent), "NbEnfants") => agent.children = number(v, line),
            (Some(Tag::Agent), "Statut") => agent.status = text(v),
            (Some(Tag::Agent), "EmploiMetier") => agent.job = text(v),
            (Some(Tag::Agent), "Grade") => agent.grade = text(v),
            (Some(Tag::Agent), "Echelon") => agent.step = text(v),
            (Some(Tag::Agent), "Indice") => agent.index = number(v, line),
            (Some(Tag::Address), "Adr1" | "Adr2" | "Adr3") => agent.address.push(text(v)),
            (Some(Tag::Address), "CP") => agent.postal_code = text(v),
            (Some(Tag::Address), "Ville") => agent.town = text(v),
            (Some(Tag::Statute), "Code") => agent.grade_code = text(v),
            (Some(Tag::Account), "CodeEtab") => v.clone_into(&mut self.rib.bank),
            (Some(Tag::Account), "CodeGuic") => v.clone_into(&mut self.rib.branch),
            (Some(Tag::Account), "IdCpte") => v.clone_into(&mut self.rib.account),
            (Some(Tag::Account), "CleRib") => v.clone_into(&mut self.rib.key),
            (Some(Tag::Account), "IBAN") => v.clone_into(&mut self.rib.iban),
            (Some(Tag::Account), "TitCpte") => self.rib.holder = text(v),
            (Some(Tag::Happening), "Code") => self.slip.events.iter_mut().last().into_iter().for_each(|e| e.code = text(v).text),
            (Some(Tag::Happening), "Description") => {
                self.slip.events.iter_mut().last().into_iter().for_each(|e| e.description = text(v).text)
            }
            (Some(Tag::Name), "Code") => self.name.0 = text(v).text,
            (Some(Tag::Name), "Libelle") => self.name.1 = text(v).text,
            (Some(Tag::Slip), _) => self.slip_value(name, v),
            (Some(Tag::Line), _) => self.line_value(name, v),
            (Some(Tag::Period), "DateDebut" | "DateFin") => {
                let month = decode::month_of(v);
                if month.is_none() || v.len() != 10 {
                    self.odd_dates += 1;
                }
                if name == "DateDebut" {
                    self.from = month;
                } else {
                    self.to = month;
                }
            }
            (Some(Tag::SlipPeriod), "DateDebut" | "DateFin") => {
                let period = &mut self.slip.period;
                if let Some(m) = decode::month_of(v) {
                    *period = Some(match (name, *period) {
                        (_, None) => (m, m),
                        ("DateDebut", Some((_, to))) => (m, to),
                        (_, Some((from, _))) => (from, m),
                    });
                }
            }
            (Some(Tag::Attachment), "NomPJ") => self.attached.name = v.chars().take(80).collect(),
            (Some(Tag::Attachment), "TypePJ") => v.clone_into(&mut self.attached.kind),
            _ => {}
        }
    }

    fn slip_value(&mut self, name: &str, v: &str) {
        let line = self.line;
        let money = decode::money(v).map(|value| Amount { value, line });
        let slip = &mut self.slip;
        let slot = match name {
            "Service" => {
                slip.service = Text { text: v.into(), line };
                return;
            }
            "NBI" => {
                slip.nbi.extend(number(v, line).filter(|n| !n.value.is_zero()));
                return;
            }
            "QuotiteTrav" => {
                slip.working_time = number(v, line);
                return;
            }
            "NbHeureTotal" => {
                slip.hours_paid = number(v, line);
                return;
            }
            "NbHeureSup" => {
                slip.hours_overtime = number(v, line);
                return;
            }
            "MtBrut" => &mut slip.gross,
            "MtNet" => &mut slip.net,
            "MtNetAPayer" => &mut slip.net_to_pay,
            "MtImposable" => &mut slip.taxable,
            "CumulMtImposable" => &mut slip.taxable_to_date,
            "CumulMtBrut" => &mut slip.gross_to_date,
            "CumulBaseSS" => &mut slip.contribution_base_to_date,
            _ => return,
        };
        *slot = money;
        if money.is_none() && name == "MtNetAPayer" {
            slip.unread += 1;
            let finding = Finding::new("R45", Severity::Blocking).arg("element", name).arg("label", "").at(self.place(line, name));
            self.note(finding);
        }
    }

    fn line_value(&mut self, name: &str, v: &str) {
        let Some(l) = &mut self.pay_line else { return };
        let hint = || decode::number(v).filter(|n| !n.is_zero());
        match name {
            "Libelle" => l.label = v.chars().take(200).collect::<String>().into(),
            "Code" => l.code = v.chars().take(60).collect::<String>().into(),
            "Base" => l.base = hint(),
            "Taux" => l.rate = hint().map(crate::ground::Exact::abs),
            "NbUnite" => l.units = hint(),
            "CodeCaisse" => l.fund = v.chars().take(60).collect::<String>().into(),
            "Mt" => {
                if let Some(m) = decode::money(v) {
                    l.amount = m;
                    self.amount_read = true;
                }
            }
            _ => {}
        }
    }
}

fn number(v: &str, line: u32) -> Option<Number> {
    decode::number(v).map(|value| Number { value, line })
}
