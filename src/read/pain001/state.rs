//! The walk over the elements of a transfer file: where each text belongs, and what is wrong with it.
//!
//! A path of open elements says what a text means; unknown elements are passed over. Findings on single transfers are
//! limited in number, those on the whole file are not.

use super::input::{self, Guard, Stop};
use super::tags::Tag;
use super::{Batch, Header, Limits, ReadTransfer};
use crate::ground::iban;
use crate::ground::sepa_text::{self, Version};
use crate::ground::worded::worded;
use crate::ground::{Checked, Finding, Iban, Money, Place, Severity};
use chrono::{NaiveDate, NaiveDateTime};
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::BufRead;

/// A finding that ends the reading.
type Step = Result<(), Box<Finding>>;

/// A transfer whose last tag has not been read yet.
#[derive(Default)]
struct Pending {
    line: u32,
    instruction_id: String,
    end_to_end_id: String,
    amount: String,
    currency: String,
    name: String,
    account: String,
    bic: String,
    remittance: String,
}

/// Totals as stated and as recomputed, of the file or of one batch.
#[derive(Default)]
struct Totals {
    stated_count: String,
    stated_sum: String,
    count: u64,
    /// In cents; wide enough for any number of amounts of 18 digits.
    sum: i128,
    /// Some amount could not be read: the sum proves nothing.
    unknown: bool,
}

pub(super) struct State<'a> {
    file: &'a str,
    limits: &'a Limits,
    take: &'a mut dyn FnMut(ReadTransfer),
    path: Vec<Tag>,
    text: String,
    root_seen: bool,
    content_seen: bool,
    fatal: bool,
    line: u32,
    header: Header,
    created: String,
    totals: Totals,
    batch: Batch,
    batch_execution: String,
    batch_account: String,
    batch_totals: Totals,
    transfer: Pending,
    /// Shortened hashes of the end-to-end identifiers met, to tell repeated ones.
    seen: BTreeSet<[u8; 16]>,
    findings: Vec<Finding>,
    unlisted: u64,
}

impl<'a> State<'a> {
    pub(super) fn new(file: &'a str, limits: &'a Limits, take: &'a mut dyn FnMut(ReadTransfer)) -> Self {
        Self {
            file,
            limits,
            take,
            path: Vec::new(),
            text: String::new(),
            root_seen: false,
            content_seen: false,
            fatal: false,
            line: 1,
            header: Header::default(),
            created: String::new(),
            totals: Totals::default(),
            batch: Batch::default(),
            batch_execution: String::new(),
            batch_account: String::new(),
            batch_totals: Totals::default(),
            transfer: Pending::default(),
            seen: BTreeSet::new(),
            findings: Vec::new(),
            unlisted: 0,
        }
    }

    /// Reads to the end, or to the first finding that ends the reading.
    pub(super) fn read(mut self, input: &mut dyn BufRead) -> Checked<Header> {
        match input::decoded(input) {
            Ok(Ok((bytes, encoding))) => {
                encoding.clone_into(&mut self.header.encoding);
                if let Err(fatal) = self.run(bytes) {
                    self.fatal = true;
                    self.findings.push(*fatal);
                }
            }
            Ok(Err(label)) => self.refuse("R33", 1, |f| f.arg("label", label)),
            Err(error) => self.refuse("R24", 0, |f| f.arg("what", error)),
        }
        self.finish()
    }

    fn place(&self, line: u32, element: Option<Tag>) -> Place {
        if line == 0 {
            return Place::File { file: self.file.to_owned() };
        }
        Place::Line { file: self.file.to_owned(), line, heading: element.map(|t| t.name().to_owned()) }
    }

    /// A finding that ends the reading, at the current line.
    fn stop(&self, code: &str) -> Finding {
        Finding::new(code, Severity::Blocking).arg("count", self.totals.count).at(self.place(self.line, None))
    }

    fn refuse(&mut self, code: &str, line: u32, more: impl FnOnce(Finding) -> Finding) {
        self.line = line;
        self.fatal = true;
        let finding = more(self.stop(code));
        self.findings.push(finding);
    }

    /// A finding on one transfer; beyond the limit it is only counted.
    fn note(&mut self, finding: Finding) {
        if self.findings.len() < self.limits.findings {
            self.findings.push(finding);
        } else {
            self.unlisted += 1;
        }
    }

    fn run(&mut self, bytes: Box<dyn BufRead + '_>) -> Step {
        let mut reader = Reader::from_reader(Guard::new(bytes, self.limits.bytes, self.limits.event));
        reader.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            reader.get_mut().next_event();
            let event = reader.read_event_into(&mut buffer);
            self.line = reader.get_ref().line();
            match event {
                Ok(Event::Start(tag)) => self.start(&tag)?,
                Ok(Event::End(_)) => self.end(),
                Ok(Event::Text(text)) => self.gather(&text.xml_content(XmlVersion::Implicit1_0))?,
                Ok(Event::CData(text)) => self.gather(&text.xml_content(XmlVersion::Implicit1_0))?,
                Ok(Event::GeneralRef(name)) => self.entity(&name)?,
                Ok(Event::DocType(_)) => return Err(self.stop("R23").into()),
                Ok(Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Ok(Event::Eof) => return self.end_of_file(),
                Err(error) => return Err(self.broken(&error).into()),
            }
        }
    }

    fn end_of_file(&self) -> Step {
        match self.path.last() {
            Some(open) => Err(self.stop("R22").arg("element", open.name()).into()),
            None if !self.root_seen => Err(self.stop("R37").into()),
            None if !self.content_seen => Err(self.stop("R20").into()),
            None => Ok(()),
        }
    }

    fn broken(&self, error: &Error) -> Finding {
        let open = self.path.last().map_or("Document", |t| t.name());
        match error {
            Error::Io(io) => match Stop::of(io) {
                Some(Stop::FileSize) => self.stop("R25").arg("reason", format!("> {} Mio", self.limits.bytes >> 20)),
                Some(Stop::EventSize) => self.stop("R25").arg("reason", format!("> {} Kio", self.limits.event >> 10)),
                Some(Stop::Malformed) => self.stop("R32").arg("encoding", &self.header.encoding),
                None => self.stop("R24").arg("what", io),
            },
            Error::Encoding(_) => self.stop("R32").arg("encoding", &self.header.encoding),
            Error::Syntax(SyntaxError::InvalidBangMarkup) => self.stop("R21").arg("what", "<!"),
            Error::Syntax(_) => self.stop("R22").arg("element", open),
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
                self.stop("R21").arg("what", format!("</{}> ≠ </{}>", short(found), short(expected)))
            }
            Error::IllFormed(IllFormedError::UnclosedReference) => self.stop("R21").arg("what", "&"),
            Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => self.stop("R21").arg("what", format!("</{}>", short(found))),
            Error::IllFormed(_) | Error::InvalidAttr(_) | Error::Escape(_) | Error::Namespace(_) => {
                self.stop("R21").arg("what", format!("<{open}>"))
            }
        }
    }

    fn gather(&mut self, text: &str) -> Step {
        if self.path.is_empty() {
            let blank = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty();
            return if blank { Ok(()) } else { Err(self.stop("R20").into()) };
        }
        if self.text.len() + text.len() > self.limits.event {
            return Err(self.stop("R25").arg("reason", format!("> {} Kio", self.limits.event >> 10)).into());
        }
        self.text.push_str(text);
        Ok(())
    }

    fn entity(&mut self, name: &BytesRef<'_>) -> Step {
        if let Ok(Some(c)) = name.resolve_char_ref() {
            return self.gather(c.encode_utf8(&mut [0; 4]));
        }
        let content = name.xml10_content();
        match quick_xml::escape::resolve_xml_entity(&content) {
            Some(text) => self.gather(text),
            None => Err(self.stop("R31").arg("name", short(&content)).into()),
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Step {
        let tag = Tag::of(element.local_name().into_inner());
        if self.path.last().is_some_and(|open| open.is_leaf()) {
            return Err(self.stop("R21").arg("what", format!("<{}>", short(element.name().as_ref()))).into());
        }
        if self.path.len() >= self.limits.depth {
            return Err(self.stop("R25").arg("reason", format!("> {}", self.limits.depth)).into());
        }
        match self.path.as_slice() {
            [] => self.root(element, tag)?,
            [Tag::Document] if tag != Tag::Initiation => return Err(self.stop("R20").into()),
            [Tag::Document] => self.content_seen = true,
            _ => {}
        }
        self.path.push(tag);
        self.text.clear();
        match self.path.as_slice() {
            [Tag::Document, Tag::Initiation, Tag::Batch] => {
                if self.header.batches.len() >= self.limits.batches {
                    return Err(self.stop("R25").arg("reason", format!("> {} PmtInf", self.limits.batches)).into());
                }
                self.batch = Batch { line: self.line, ..Batch::default() };
                self.batch_totals = Totals::default();
            }
            [Tag::Document, Tag::Initiation, Tag::Batch, Tag::Transfer] => {
                if self.totals.count >= self.limits.transfers {
                    return Err(self.stop("R25").arg("reason", format!("> {} CdtTrfTxInf", self.limits.transfers)).into());
                }
                self.transfer = Pending { line: self.line, ..Pending::default() };
            }
            [_, _, _, Tag::Transfer, Tag::Amount, Tag::Instructed] => match element.try_get_attribute("Ccy") {
                Ok(Some(currency)) if self.transfer.currency.is_empty() => self.transfer.currency.push_str(&currency.value),
                Ok(_) => {}
                Err(_) => return Err(self.stop("R21").arg("what", "<InstdAmt>").into()),
            },
            _ => {}
        }
        Ok(())
    }

    /// The first element: its namespace says which message this is.
    fn root(&mut self, element: &BytesStart<'_>, tag: Tag) -> Step {
        if self.root_seen {
            return Err(self.stop("R21").arg("what", format!("<{}>", short(element.name().as_ref()))).into());
        }
        self.root_seen = true;
        let declaration = match element.name().prefix() {
            Some(prefix) => format!("xmlns:{}", prefix.into_inner()),
            None => "xmlns".to_owned(),
        };
        let namespace = match element.try_get_attribute(declaration.as_str()) {
            Ok(found) => found.map(|a| a.value.into_owned()).unwrap_or_default(),
            Err(_) => return Err(self.stop("R21").arg("what", "<Document>").into()),
        };
        if tag != Tag::Document {
            return Err(self.stop("R20").into());
        }
        self.header.version = [Version::V03, Version::V09].into_iter().find(|v| v.namespace() == namespace);
        if self.header.version.is_none() {
            let known = namespace.is_empty() || namespace.rsplit(':').next().is_some_and(|n| n.starts_with("pain.001."));
            if !known {
                return Err(self.stop("R20").into());
            }
            let name = namespace.rsplit(':').next().filter(|n| !n.is_empty()).unwrap_or("–");
            let finding = Finding::new("R34", Severity::Warning).arg("version", short(name)).at(self.place(self.line, Some(tag)));
            self.findings.push(finding);
        }
        Ok(())
    }

    fn end(&mut self) {
        let text = std::mem::take(&mut self.text);
        self.value(&text);
        if self.path.ends_with(&[Tag::Transfer]) && self.path.len() == 4 {
            self.end_transfer();
        } else if self.path.ends_with(&[Tag::Batch]) && self.path.len() == 3 {
            self.end_batch();
        }
        self.path.pop();
        self.text = text;
        self.text.clear();
    }

    /// Puts the text of the element that ends where it belongs.
    fn value(&mut self, text: &str) {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        if text.is_empty() {
            return;
        }
        let [Tag::Document, Tag::Initiation, path @ ..] = self.path.as_slice() else { return };
        let (batch, transfer) = (&mut self.batch, &mut self.transfer);
        let slot = match path {
            [Tag::GroupHeader, Tag::MessageId] => &mut self.header.message_id,
            [Tag::GroupHeader, Tag::Created] => &mut self.created,
            [Tag::GroupHeader, Tag::Count] => &mut self.totals.stated_count,
            [Tag::GroupHeader, Tag::Sum] => &mut self.totals.stated_sum,
            [Tag::GroupHeader, Tag::InitiatingParty, Tag::Name] => &mut self.header.initiating_party,
            [Tag::Batch, Tag::BatchId] => &mut batch.id,
            [Tag::Batch, Tag::Method] => &mut batch.method,
            [Tag::Batch, Tag::BookedAsOne] => &mut batch.booked_as_one,
            [Tag::Batch, Tag::Count] => &mut self.batch_totals.stated_count,
            [Tag::Batch, Tag::Sum] => &mut self.batch_totals.stated_sum,
            [Tag::Batch, Tag::TypeInformation, Tag::CategoryPurpose, Tag::Code] => &mut batch.category,
            [Tag::Batch, Tag::Execution] | [Tag::Batch, Tag::Execution, Tag::Date | Tag::DateTime] => &mut self.batch_execution,
            [Tag::Batch, Tag::Debtor, Tag::Name] => &mut batch.debtor_name,
            [Tag::Batch, Tag::DebtorAccount, Tag::Id, Tag::Iban] => &mut self.batch_account,
            [Tag::Batch, Tag::DebtorAgent, Tag::Institution, Tag::Bic | Tag::BicFi] => &mut batch.debtor_bic,
            [Tag::Batch, Tag::Transfer, path @ ..] => match path {
                [Tag::PaymentId, Tag::InstructionId] => &mut transfer.instruction_id,
                [Tag::PaymentId, Tag::EndToEndId] => &mut transfer.end_to_end_id,
                [Tag::Amount, Tag::Instructed] => &mut transfer.amount,
                [Tag::CreditorAgent, Tag::Institution, Tag::Bic | Tag::BicFi] => &mut transfer.bic,
                [Tag::Creditor, Tag::Name] => &mut transfer.name,
                [Tag::CreditorAccount, Tag::Id, Tag::Iban] | [Tag::CreditorAccount, Tag::Id, Tag::Other, Tag::Id] => &mut transfer.account,
                [Tag::Remittance, Tag::Unstructured] => {
                    if !transfer.remittance.is_empty() {
                        transfer.remittance.push(' ');
                    }
                    transfer.remittance.push_str(text);
                    return;
                }
                _ => return,
            },
            _ => return,
        };
        if slot.is_empty() {
            slot.push_str(text);
            return;
        }
        // Two readers of the file could choose differently: a person must look at it.
        let element = self.path.last().copied();
        let finding =
            Finding::new("R38", Severity::Justify).arg("element", element.map_or("?", Tag::name)).at(self.place(self.line, element));
        self.note(finding);
    }

    fn end_transfer(&mut self) {
        let t = std::mem::take(&mut self.transfer);
        let at = |state: &Self, tag: Tag| state.place(t.line, Some(tag));
        self.totals.count += 1;
        self.batch_totals.count += 1;
        if let Ok(amount) = sepa_text::read_total(&t.amount) {
            self.totals.sum += i128::from(amount.cents());
            self.batch_totals.sum += i128::from(amount.cents());
        } else {
            self.totals.unknown = true;
            self.batch_totals.unknown = true;
        }
        let amount = sepa_text::read_amount(&t.amount);
        if let Err(problem) = amount {
            let finding = worded("R29", Severity::Justify, &[("reason", problem.key())])
                .arg("id", short(&t.end_to_end_id))
                .arg("text", short(&t.amount));
            self.note(finding.at(at(self, Tag::Instructed)));
        }
        if t.currency != "EUR" {
            let currency = if t.currency.is_empty() { "–" } else { &t.currency };
            let finding = Finding::new("R30", Severity::Justify).arg("id", short(&t.end_to_end_id)).arg("currency", short(currency));
            self.note(finding.at(at(self, Tag::Instructed)));
        }
        let parsed = Iban::parse(&t.account);
        if let Err(problem) = parsed {
            let finding = worded("R36", Severity::Warning, &[("reason", problem.key())])
                .arg("id", short(&t.end_to_end_id))
                .arg("iban", iban::mask(&t.account))
                .at(at(self, Tag::Iban));
            self.note(finding);
        }
        for (text, tag) in [(&t.end_to_end_id, Tag::EndToEndId), (&t.name, Tag::Name)] {
            if text.is_empty() {
                let finding = Finding::new("R35", Severity::Warning).arg("element", tag.name()).at(at(self, tag));
                self.note(finding);
            }
        }
        if !t.end_to_end_id.is_empty() && t.end_to_end_id != "NOTPROVIDED" {
            let hash = Sha256::digest(t.end_to_end_id.as_bytes());
            if !self.seen.insert(std::array::from_fn(|i| hash[i])) {
                let finding = Finding::new("R39", Severity::Warning).arg("id", short(&t.end_to_end_id)).at(at(self, Tag::EndToEndId));
                self.note(finding);
            }
        }
        (self.take)(ReadTransfer {
            line: t.line,
            batch: self.header.batches.len(),
            instruction_id: t.instruction_id,
            end_to_end_id: t.end_to_end_id,
            amount: amount.ok(),
            currency: t.currency,
            name: t.name,
            account: t.account,
            iban: parsed,
            bic: t.bic,
            remittance: t.remittance,
        });
    }

    fn end_batch(&mut self) {
        let totals = std::mem::take(&mut self.batch_totals);
        let mut batch = std::mem::take(&mut self.batch);
        batch.execution = day(&std::mem::take(&mut self.batch_execution));
        let account = std::mem::take(&mut self.batch_account);
        batch.debtor_iban = Iban::parse(&account).ok();
        batch.count = totals.count;
        batch.sum = money(totals.sum);
        let line = batch.line;
        if let (None, Err(problem)) = (&batch.debtor_iban, Iban::parse(&account)) {
            let finding = worded("R36", Severity::Warning, &[("reason", problem.key())])
                .arg("id", short(&batch.id))
                .arg("iban", iban::mask(&account));
            self.note(finding.at(self.place(line, Some(Tag::DebtorAccount))));
        }
        if !batch.method.is_empty() && batch.method != "TRF" {
            let finding = Finding::new("R28", Severity::Justify).arg("element", Tag::Method.name()).arg("text", short(&batch.method));
            self.note(finding.at(self.place(line, Some(Tag::Method))));
        }
        self.compare(&totals, &short(&batch.id), line);
        self.header.batches.push(batch);
    }

    /// What is stated against what was counted.
    fn compare(&mut self, totals: &Totals, id: &str, line: u32) {
        if !totals.stated_count.is_empty() {
            let finding = match totals.stated_count.parse::<u64>() {
                Ok(stated) if stated == totals.count => None,
                Ok(stated) => Some(Finding::new("R26", Severity::Justify).arg("stated", stated).arg("count", totals.count)),
                Err(_) => Some(Finding::new("R28", Severity::Justify).arg("element", "NbOfTxs").arg("text", short(&totals.stated_count))),
            };
            if let Some(finding) = finding {
                self.note(finding.arg("id", id).at(self.place(line, Some(Tag::Count))));
            }
        }
        if !totals.stated_sum.is_empty() && !totals.unknown {
            let finding = match sepa_text::read_total(&totals.stated_sum) {
                Ok(stated) if i128::from(stated.cents()) == totals.sum => None,
                Ok(stated) => Some(
                    Finding::new("R27", Severity::Justify)
                        .arg("stated", stated)
                        .arg("sum", money(totals.sum))
                        .stake(money(totals.sum - i128::from(stated.cents())).cents()),
                ),
                Err(_) => Some(Finding::new("R28", Severity::Justify).arg("element", "CtrlSum").arg("text", short(&totals.stated_sum))),
            };
            if let Some(finding) = finding {
                self.note(finding.arg("id", id).at(self.place(line, Some(Tag::Sum))));
            }
        }
    }

    fn finish(mut self) -> Checked<Header> {
        let totals = std::mem::take(&mut self.totals);
        self.header.created = moment(&self.created);
        self.header.complete = !self.fatal;
        self.header.count = totals.count;
        self.header.sum = money(totals.sum);
        // A batch cut short has been read as far as it goes.
        if self.fatal && self.batch.line > 0 {
            self.batch.count = self.batch_totals.count;
            self.batch.sum = money(self.batch_totals.sum);
            self.batch.execution = day(&self.batch_execution);
            self.batch.debtor_iban = Iban::parse(&self.batch_account).ok();
            self.header.batches.push(std::mem::take(&mut self.batch));
        }
        if let Some(first) = self.header.batches.first() {
            self.header.execution = first.execution;
            self.header.debtor_name.clone_from(&first.debtor_name);
            self.header.debtor_iban.clone_from(&first.debtor_iban);
        }
        if !self.fatal {
            let id = short(&self.header.message_id);
            self.compare(&totals, &id, 0);
            let missing = [
                (self.header.message_id.is_empty(), Tag::MessageId),
                (totals.stated_count.is_empty(), Tag::Count),
                (totals.count == 0, Tag::Transfer),
            ];
            for (absent, tag) in missing {
                if absent {
                    let severity = if tag == Tag::Transfer { Severity::Justify } else { Severity::Warning };
                    let finding = Finding::new("R35", severity).arg("element", tag.name()).at(self.place(0, None));
                    self.note(finding);
                }
            }
        }
        if self.unlisted > 0 {
            let finding = worded("R25", Severity::Justify, &[("reason", "read.unlisted")])
                .arg("unlisted", self.unlisted)
                .arg("count", self.header.count);
            let finding = finding.at(self.place(0, None));
            self.findings.push(finding);
        }
        Checked::new(self.header, self.findings)
    }
}

/// Enough of a text to recognise it, for a message.
fn short(text: &str) -> String {
    let mut out: String = text.chars().take(40).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// Cents as money; totals that no bank could pay end at the largest amount there is.
fn money(cents: i128) -> Money {
    Money::from_cents(i64::try_from(cents).unwrap_or(i64::MAX))
}

/// The day in front of a date or a date and time, with or without a time zone.
fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()
}

/// Date and time as written; the time zone, if any, is left out.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let end = text.char_indices().skip(11).find(|(_, c)| matches!(c, 'Z' | '+' | '-')).map_or(text.len(), |(i, _)| i);
    NaiveDateTime::parse_from_str(&text[..end], "%Y-%m-%dT%H:%M:%S%.f").ok()
}
