//! Status reports of credit transfers (pain.002, versions .03 and .10) → what became of a file, its batches and its transfers.
//!
//! A status may stand for the whole file, for a batch or for one transfer; all are handed over as they are written, with the
//! reasons. Refuses a DOCTYPE, resolves no entity but the five built-in ones, holds the limits of transfer files.
//! Knows nothing of employees: who was not paid is found by whoever knows the transfers.

use super::input::Input;
use super::pain001::Limits;
use super::pain001::input::{self, Guard, Stop};
use crate::ground::{Checked, Finding, Iban, Money, Place, Severity};
use chrono::NaiveDate;
use quick_xml::errors::Error;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use std::io::{BufRead, BufReader, Read as _};

/// What a status is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum About {
    /// The whole file.
    Group,
    /// One batch, by its identifier.
    Batch(String),
    /// One transfer, by the sender's identifier; the batch it stands in.
    Transfer { end_to_end_id: String, batch: String },
}

/// One status. Texts are trimmed; absent ones are empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    pub line: u32,
    pub about: About,
    /// `RJCT` when nothing was paid. `ACTC` only says that the file was well formed.
    pub status: String,
    /// `AC04` for a closed account.
    pub reasons: Vec<String>,
    /// What the bank adds in words.
    pub remark: String,
    /// The sender's own reference (`OrgnlInstrId`, or else `OrgnlTxId`), when the bank repeats it.
    pub instruction: String,
    /// The original amount, payee and account, when the bank repeats them.
    pub amount: Option<Money>,
    pub name: String,
    pub account: Option<Iban>,
    /// The day that a statement of the account says it came back, or else the day of the statement.
    pub booked: Option<NaiveDate>,
}

impl Outcome {
    pub fn is_rejected(&self) -> bool {
        self.status == "RJCT"
    }
}

/// One report.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    pub file: String,
    /// Identifier of the transfer file it is about.
    pub original_message: String,
    pub outcomes: Vec<Outcome>,
    /// A statement of the account, whose outcomes are transfers that came back: it names no file of transfers.
    pub of_account: bool,
    /// Whether the file was read to its last tag.
    pub complete: bool,
}

/// Whether an XML file is a status report: its first elements say so.
pub fn is_report(input: &Input) -> bool {
    let mut head = Vec::new();
    let read = input.reader().and_then(|r| r.take(64 << 10).read_to_end(&mut head));
    // In UTF-16 every other byte is empty.
    head.retain(|b| *b != 0);
    read.is_ok() && memchr::memmem::find(&head, b"CstmrPmtStsRpt").is_some()
}

/// Reads a file.
pub fn open(input: &Input, file: &str, limits: &Limits) -> Checked<Report> {
    match input.reader() {
        Ok(reader) => read(&mut BufReader::new(reader), file, limits),
        Err(_) => Checked::new(Report::default(), vec![Finding::new("R04", Severity::Justify).at(Place::File { file: file.to_owned() })]),
    }
}

/// The transfers that a statement of the account (camt.053, camt.054) says came back; what it cannot read says nothing.
pub fn returns(input: &Input, file: &str, limits: &Limits) -> Option<Report> {
    let report = Report { of_account: true, ..open(input, file, limits).value };
    (!report.outcomes.is_empty()).then_some(report)
}

/// Reads a report; what came before a damage is handed over, with a finding.
pub fn read(bytes: &mut dyn BufRead, file: &str, limits: &Limits) -> Checked<Report> {
    let mut w = Walk {
        limits,
        path: Vec::new(),
        text: String::new(),
        line: 1,
        report: Report { file: file.to_owned(), ..Report::default() },
        group: None,
        batch: None,
        transfer: None,
        entry: Entry::default(),
        created: None,
    };
    let mut findings = Vec::new();
    let fatal = match input::decoded(bytes) {
        Ok(Ok((text, _))) => w.run(text).err().map(|f| *f),
        Ok(Err(label)) => Some(Finding::new("R33", Severity::Justify).arg("label", label).arg("count", 0)),
        Err(_) => Some(Finding::new("R04", Severity::Justify)),
    };
    w.report.complete = fatal.is_none();
    w.close_all();
    let place = Place::Line { file: file.to_owned(), line: w.line, heading: None };
    findings.extend(fatal.map(|f| f.arg("count", w.report.outcomes.len()).at(place.clone())));
    if w.report.outcomes.is_empty() && findings.is_empty() {
        findings.push(Finding::new("R66", Severity::Justify).at(place));
    }
    Checked::new(w.report, findings)
}

/// A status whose block has not ended yet.
#[derive(Default)]
struct Pending {
    line: u32,
    id: String,
    status: String,
    reasons: Vec<String>,
    remark: String,
    instruction: String,
    amount: Option<Money>,
    name: String,
    account: Option<Iban>,
}

/// An entry of a statement of the account, as far as it was read.
#[derive(Default)]
struct Entry {
    amount: Option<Money>,
    booked: Option<NaiveDate>,
    /// Movements in it, and the outcomes before them.
    movements: usize,
    before: usize,
}

fn money(text: &str) -> Option<Money> {
    crate::ground::Exact::parse(text).and_then(Money::from_exact)
}

/// The day of a date, or of a date and hour.
fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()
}

struct Walk<'a> {
    limits: &'a Limits,
    path: Vec<String>,
    text: String,
    line: u32,
    report: Report,
    group: Option<Pending>,
    batch: Option<Pending>,
    transfer: Option<Pending>,
    entry: Entry,
    created: Option<NaiveDate>,
}

impl Walk<'_> {
    fn run(&mut self, bytes: Box<dyn BufRead + '_>) -> Result<(), Box<Finding>> {
        let mut reader = Reader::from_reader(Guard::new(bytes, self.limits.bytes, self.limits.event));
        reader.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            reader.get_mut().next_event();
            let event = reader.read_event_into(&mut buffer);
            self.line = reader.get_ref().line();
            let stop = |code: &str, what: &str| Box::new(Finding::new(code, Severity::Justify).arg("what", what));
            if self.text.len() > self.limits.event || self.report.outcomes.len() as u64 >= self.limits.transfers {
                return Err(stop("R67", "…"));
            }
            match event {
                Ok(Event::Start(tag)) => {
                    if self.path.len() >= self.limits.depth {
                        return Err(stop("R67", "…"));
                    }
                    let name = tag.local_name().into_inner().to_owned();
                    self.start(&name);
                    self.path.push(name);
                    self.text.clear();
                }
                Ok(Event::End(_)) => self.end(),
                Ok(Event::Text(t)) => self.text.push_str(&t.xml_content(XmlVersion::Implicit1_0)),
                Ok(Event::CData(t)) => self.text.push_str(&t.xml_content(XmlVersion::Implicit1_0)),
                Ok(Event::GeneralRef(name)) => match name.into_inner().as_ref() {
                    "amp" => self.text.push('&'),
                    "lt" => self.text.push('<'),
                    "gt" => self.text.push('>'),
                    "quot" => self.text.push('"'),
                    "apos" => self.text.push('\''),
                    other => return Err(stop("R67", &format!("&{};", other.chars().take(20).collect::<String>()))),
                },
                Ok(Event::DocType(_)) => return Err(stop("R23", "")),
                Ok(Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Ok(Event::Eof) if self.path.is_empty() => return Ok(()),
                Ok(Event::Eof) => return Err(stop("R68", "")),
                Err(Error::Io(io)) if Stop::of(&io) == Some(Stop::Malformed) => {
                    return Err(Box::new(Finding::new("R32", Severity::Justify).arg("encoding", "?")));
                }
                Err(_) => return Err(stop("R68", "")),
            }
        }
    }

    fn start(&mut self, name: &str) {
        let new = || Some(Pending { line: self.line, ..Pending::default() });
        match name {
            "OrgnlGrpInfAndSts" => self.group = new(),
            "OrgnlPmtInfAndSts" => self.batch = new(),
            "TxInfAndSts" | "TxDtls" => self.transfer = new(),
            "Ntry" => self.entry = Entry { before: self.report.outcomes.len(), ..Entry::default() },
            _ => {}
        }
    }

    /// The innermost status being read.
    fn pending(&mut self) -> Option<&mut Pending> {
        self.transfer.as_mut().or(self.batch.as_mut()).or(self.group.as_mut())
    }

    fn end(&mut self) {
        let Some(name) = self.path.pop() else { return };
        let parent = self.path.last().cloned().unwrap_or_default();
        let text: String = std::mem::take(&mut self.text).trim().chars().take(200).collect();
        match (parent.as_str(), name.as_str()) {
            ("OrgnlGrpInfAndSts", "OrgnlMsgId") => self.report.original_message = text,
            ("OrgnlPmtInfAndSts", "OrgnlPmtInfId") | ("TxInfAndSts", "OrgnlEndToEndId") | ("Refs", "EndToEndId") => {
                if let Some(p) = self.pending() {
                    p.id = text;
                }
            }
            ("OrgnlGrpInfAndSts", "GrpSts") | ("OrgnlPmtInfAndSts", "PmtInfSts") | ("TxInfAndSts", "TxSts") => {
                if let Some(p) = self.pending() {
                    p.status = text;
                }
            }
            ("Rsn", "Cd" | "Prtry") => {
                if let Some(p) = self.pending().filter(|_| !text.is_empty()) {
                    p.reasons.push(text);
                }
            }
            ("StsRsnInf" | "RtrInf", "AddtlInf") => {
                if let Some(p) = self.pending() {
                    let blank = if p.remark.is_empty() { "" } else { " " };
                    p.remark = format!("{}{blank}{text}", p.remark);
                }
            }
            // What was sent says more than what came back, which may lack the bank's charges.
            (_, "InstdAmt") | ("InstdAmt" | "TxAmt" | "TxDtls", "Amt") => {
                let sent = parent == "InstdAmt" || name == "InstdAmt";
                if let (Some(p), Some(amount)) = (&mut self.transfer, money(&text)) {
                    p.amount = p.amount.filter(|_| !sent).or(Some(amount));
                }
            }
            ("Ntry", "Amt") => self.entry.amount = money(&text),
            ("BookgDt" | "ValDt", "Dt" | "DtTm") => self.entry.booked = self.entry.booked.or_else(|| day(&text)),
            ("GrpHdr", "CreDtTm") => self.created = day(&text),
            ("Cdtr" | "Pty", "Nm") if self.path.iter().any(|p| p == "Cdtr") => {
                if let Some(p) = &mut self.transfer {
                    p.name = text;
                }
            }
            ("Refs", "InstrId") | ("TxInfAndSts", "OrgnlInstrId" | "OrgnlTxId") => {
                if let Some(p) = self.transfer.as_mut().filter(|p| p.instruction.is_empty() || name == "OrgnlInstrId") {
                    p.instruction = text;
                }
            }
            (_, "IBAN") if self.path.iter().any(|p| p == "CdtrAcct") => {
                if let Some(p) = &mut self.transfer {
                    p.account = Iban::parse(&text).ok();
                }
            }
            // A return is a refusal; any other movement of the account is none.
            ("TxDtls", "RtrInf") => {
                if let Some(p) = &mut self.transfer {
                    "RJCT".clone_into(&mut p.status);
                }
            }
            (_, "TxDtls") => {
                self.entry.movements += 1;
                self.transfer = self.transfer.take().filter(|p| p.status == "RJCT");
                self.close_transfer();
            }
            // The only movement of an entry is all of it.
            (_, "Ntry") if self.entry.movements == 1 => {
                if let Some(o) = self.report.outcomes.get_mut(self.entry.before) {
                    o.amount = o.amount.or(self.entry.amount);
                }
            }
            (_, "TxInfAndSts") => self.close_transfer(),
            (_, "OrgnlPmtInfAndSts") => self.close_batch(),
            (_, "OrgnlGrpInfAndSts") => self.close_group(),
            _ => {}
        }
    }

    fn close_transfer(&mut self) {
        if let Some(p) = self.transfer.take() {
            let batch = self.batch.as_ref().map(|b| b.id.clone()).unwrap_or_default();
            let end_to_end_id = p.id.clone();
            self.put(p, About::Transfer { end_to_end_id, batch });
        }
    }

    fn close_batch(&mut self) {
        self.close_transfer();
        if let Some(p) = self.batch.take() {
            let id = p.id.clone();
            self.put(p, About::Batch(id));
        }
    }

    fn close_group(&mut self) {
        if let Some(p) = self.group.take() {
            self.put(p, About::Group);
        }
    }

    fn close_all(&mut self) {
        self.close_batch();
        self.close_group();
    }

    /// A block without a status says nothing by itself; a transfer with a reason but no status is a rejection by its place.
    fn put(&mut self, p: Pending, about: About) {
        let bare = p.status.is_empty() && p.reasons.is_empty();
        if bare && !matches!(about, About::Transfer { .. }) {
            return;
        }
        let Pending { line, id: _, status, reasons, remark, instruction, amount, name, account } = p;
        let booked = self.entry.booked.or(self.created);
        self.report.outcomes.push(Outcome { line, about, status, reasons, remark, instruction, amount, name, account, booked });
    }
}
