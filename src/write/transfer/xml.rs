//! The second walk: a checked list of transfers → the bytes of the file, hashed as they leave.
//!
//! One line per transfer, elements in the order of the schema, no creditor address. Both versions differ in three
//! places: the namespace, the execution date and the name of the BIC's element.

use super::check::{Plan, agent, payee, remittance};
use super::{CreditorAgent, Transfer, TransferFile};
use crate::ground::sepa_text::Version;
use crate::ground::{Bic, Money};
use quick_xml::Writer;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::io::{self, BufWriter, Write};

/// Number of bytes and SHA-256 in hexadecimal; `None` when the transfers were not those of the plan.
pub(super) fn write<I>(file: &TransferFile, plan: &Plan, mut transfers: I, out: &mut dyn Write) -> io::Result<Option<(u64, String)>>
where
    I: Iterator,
    I::Item: Borrow<Transfer>,
{
    let hashing = Hashing { out, hash: Sha256::new(), bytes: 0 };
    let mut xml = Xml(Writer::new(BufWriter::with_capacity(64 << 10, hashing)));
    xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.line(0)?;
    let root = BytesStart::new("Document").with_attributes([("xmlns", file.version.namespace())]);
    xml.event(Event::Start(root))?;
    xml.line(1)?;
    xml.open("CstmrCdtTrfInitn")?;
    group_header(&mut xml, file, plan)?;
    for batch in &plan.batches {
        xml.line(2)?;
        xml.open("PmtInf")?;
        xml.line(3)?;
        xml.leaf("PmtInfId", &batch.id)?;
        xml.leaf("PmtMtd", "TRF")?;
        if let Some(one_line) = file.batch_booking {
            xml.leaf("BtchBookg", if one_line { "true" } else { "false" })?;
        }
        xml.totals(batch.count, batch.sum)?;
        batch_header(&mut xml, file, plan)?;
        let (mut count, mut sum) = (0, Money::ZERO);
        for t in transfers.by_ref().take(usize::try_from(batch.count).unwrap_or(usize::MAX)) {
            transfer(&mut xml, file, plan, t.borrow())?;
            count += 1;
            sum += t.borrow().amount;
        }
        if (count, sum) != (batch.count, batch.sum) {
            return Ok(None);
        }
        xml.line(2)?;
        xml.close("PmtInf")?;
    }
    if transfers.next().is_some() {
        return Ok(None);
    }
    xml.line(1)?;
    xml.close("CstmrCdtTrfInitn")?;
    xml.line(0)?;
    xml.close("Document")?;
    xml.line(0)?;
    let mut hashing = xml.0.into_inner().into_inner().map_err(io::IntoInnerError::into_error)?;
    hashing.flush()?;
    Ok(Some((hashing.bytes, super::hex(&hashing.hash.finalize()))))
}

fn group_header<W: Write>(xml: &mut Xml<W>, file: &TransferFile, plan: &Plan) -> io::Result<()> {
    xml.line(2)?;
    xml.open("GrpHdr")?;
    xml.leaf("MsgId", &file.message_id)?;
    xml.leaf("CreDtTm", &file.created.format("%Y-%m-%dT%H:%M:%S").to_string())?;
    xml.totals(plan.count, plan.sum)?;
    xml.nested(&["InitgPty", "Nm"], &plan.debtor_name)?;
    xml.close("GrpHdr")
}

fn batch_header<W: Write>(xml: &mut Xml<W>, file: &TransferFile, plan: &Plan) -> io::Result<()> {
    xml.line(3)?;
    xml.open("PmtTpInf")?;
    xml.nested(&["SvcLvl", "Cd"], "SEPA")?;
    xml.nested(&["CtgyPurp", "Cd"], "SALA")?;
    xml.close("PmtTpInf")?;
    xml.line(3)?;
    let day = file.execution.format("%Y-%m-%d").to_string();
    match file.version {
        Version::V03 => xml.leaf("ReqdExctnDt", &day)?,
        Version::V09 => xml.nested(&["ReqdExctnDt", "Dt"], &day)?,
    }
    xml.line(3)?;
    xml.open("Dbtr")?;
    xml.leaf("Nm", &plan.debtor_name)?;
    if !plan.address.is_empty() {
        xml.open("PstlAdr")?;
        for (element, text) in &plan.address {
            xml.leaf(element, text)?;
        }
        xml.close("PstlAdr")?;
    }
    xml.close("Dbtr")?;
    xml.line(3)?;
    xml.nested(&["DbtrAcct", "Id", "IBAN"], file.debtor.iban.as_str())?;
    xml.line(3)?;
    xml.agent("DbtrAgt", file.version, file.debtor.bic.as_ref())?;
    xml.line(3)?;
    xml.leaf("ChrgBr", "SLEV")
}

fn transfer<W: Write>(xml: &mut Xml<W>, file: &TransferFile, plan: &Plan, t: &Transfer) -> io::Result<()> {
    let ligatures = file.profile.ligatures;
    xml.line(3)?;
    xml.open("CdtTrfTxInf")?;
    xml.nested(&["PmtId", "EndToEndId"], &t.end_to_end_id)?;
    xml.open("Amt")?;
    xml.event(Event::Start(BytesStart::new("InstdAmt").with_attributes([("Ccy", "EUR")])))?;
    xml.event(Event::Text(BytesText::from_escaped(t.amount.to_string())))?;
    xml.close("InstdAmt")?;
    xml.close("Amt")?;
    let bic = agent(t, file.profile.creditor_agent);
    if bic.is_some() || file.profile.creditor_agent == CreditorAgent::NotProvided {
        xml.agent("CdtrAgt", file.version, bic)?;
    }
    xml.nested(&["Cdtr", "Nm"], &payee(t, ligatures).text)?;
    xml.nested(&["CdtrAcct", "Id", "IBAN"], t.iban.as_str())?;
    xml.nested(&["Purp", "Cd"], "SALA")?;
    let remittance = remittance(t, &plan.label, ligatures);
    if !remittance.is_empty() {
        xml.nested(&["RmtInf", "Ustrd"], &remittance)?;
    }
    xml.close("CdtTrfTxInf")
}

/// The few shapes the file is made of.
struct Xml<W: Write>(Writer<W>);

impl<W: Write> Xml<W> {
    fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.0.write_event(event)
    }
    fn open(&mut self, name: &str) -> io::Result<()> {
        self.event(Event::Start(BytesStart::new(name)))
    }
    fn close(&mut self, name: &str) -> io::Result<()> {
        self.event(Event::End(BytesEnd::new(name)))
    }
    fn leaf(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.open(name)?;
        self.event(Event::Text(BytesText::from_escaped(partial_escape(text))))?;
        self.close(name)
    }
    /// A text inside elements that hold nothing else.
    fn nested(&mut self, names: &[&str], text: &str) -> io::Result<()> {
        let [outer @ .., inner] = names else { return Ok(()) };
        for name in outer {
            self.open(name)?;
        }
        self.leaf(inner, text)?;
        outer.iter().rev().try_for_each(|name| self.close(name))
    }
    /// A new line, indented.
    fn line(&mut self, depth: usize) -> io::Result<()> {
        let text = ["\n", "\n ", "\n  ", "\n   "][depth];
        self.event(Event::Text(BytesText::from_escaped(text)))
    }
    fn totals(&mut self, count: u64, sum: Money) -> io::Result<()> {
        self.leaf("NbOfTxs", &count.to_string())?;
        self.leaf("CtrlSum", &sum.to_string())
    }
    fn agent(&mut self, name: &str, version: Version, bic: Option<&Bic>) -> io::Result<()> {
        let element = match version {
            Version::V03 => "BIC",
            Version::V09 => "BICFI",
        };
        match bic {
            Some(bic) => self.nested(&[name, "FinInstnId", element], bic.as_str()),
            None => self.nested(&[name, "FinInstnId", "Othr", "Id"], "NOTPROVIDED"),
        }
    }
}

/// Hashes and counts what passes.
struct Hashing<'a> {
    out: &'a mut dyn Write,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hash.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
