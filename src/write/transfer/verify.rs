//! The written file, read again from its bytes with the reader of any transfer file, and compared with what was meant.

use super::check::{payee, remittance};
use super::{Summary, Transfer, TransferFile};
use crate::ground::sepa_text::convert;
use crate::ground::worded::worded;
use crate::ground::{Finding, Money, Severity};
use crate::read::pain001::{self, Header, Limits, ReadTransfer};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::io::{self, BufRead, Read};

/// Compares hash, totals, header and every transfer in order; an empty list means the file holds what was meant.
/// `name` is the file's name in findings. The findings of the reader come first, each of them now blocking.
pub fn verify<I>(input: &mut dyn BufRead, name: &str, file: &TransferFile, transfers: I, summary: &Summary) -> Vec<Finding>
where
    I: IntoIterator,
    I::Item: Borrow<Transfer>,
{
    let mut expected = transfers.into_iter();
    let mut differences = Vec::new();
    let label = convert(&file.label, file.profile.ligatures).text;
    let mut input = Hashed { inner: input, hash: Sha256::new() };
    let read = pain001::read(&mut input, name, &Limits::default(), &mut |t: ReadTransfer| {
        let meant = expected.next();
        if let Some(field) = difference(&t, meant.as_ref().map(Borrow::borrow), file, &label) {
            differences.push(worded("S37", Severity::Blocking, &[("field", field)]).arg("id", &t.end_to_end_id));
        }
    });
    let mut findings = read.findings;
    for finding in &mut findings {
        finding.severity = Severity::Blocking;
    }
    findings.append(&mut differences);
    if let Some(t) = expected.next() {
        let finding = worded("S37", Severity::Blocking, &[("field", "transfer.missing")]);
        findings.push(finding.arg("id", &t.borrow().end_to_end_id));
    }
    let header = &read.value;
    let sum_of_batches: Money = header.batches.iter().map(|b| b.sum).sum();
    if (header.count, header.sum, sum_of_batches) != (summary.count, summary.sum, summary.sum) {
        let finding = Finding::new("S38", Severity::Blocking).arg("count", header.count).arg("sum", header.sum);
        findings.push(finding.arg("expected_count", summary.count).arg("expected_sum", summary.sum));
    }
    if !same_header(header, file, summary) {
        findings.push(worded("S37", Severity::Blocking, &[("field", "transfer.header")]).arg("id", &file.message_id));
    }
    // A reader that stopped early has not seen every byte.
    let finished = io::copy(&mut input, &mut io::sink()).is_ok();
    let sha256 = super::hex(&input.hash.finalize());
    if !finished || sha256 != summary.sha256 {
        findings.push(Finding::new("S39", Severity::Blocking));
    }
    findings
}

/// The first field of a transfer that is not as meant.
fn difference(read: &ReadTransfer, meant: Option<&Transfer>, file: &TransferFile, label: &str) -> Option<&'static str> {
    let Some(meant) = meant else { return Some("transfer.missing") };
    let ligatures = file.profile.ligatures;
    if read.end_to_end_id != meant.end_to_end_id {
        Some("transfer.missing")
    } else if read.amount != Some(meant.amount) || read.currency != "EUR" {
        Some("transfer.amount")
    } else if read.iban.as_ref() != Ok(&meant.iban) {
        Some("transfer.iban")
    } else if read.name != payee(meant, ligatures).text {
        Some("transfer.name")
    } else if read.remittance != remittance(meant, label, ligatures) {
        Some("transfer.remittance")
    } else {
        None
    }
}

fn same_header(read: &Header, file: &TransferFile, summary: &Summary) -> bool {
    let batches = read.batches.len() == summary.batches.len()
        && read.batches.iter().zip(&summary.batches).all(|(r, s)| {
            (&r.id, r.count, r.sum) == (&s.id, s.count, s.sum)
                && r.execution == Some(file.execution)
                && r.debtor_iban.as_ref() == Some(&file.debtor.iban)
                && (r.method.as_str(), r.category.as_str()) == ("TRF", "SALA")
        });
    batches && read.message_id == file.message_id && read.version == Some(file.version)
}

/// Hashes what is read through it.
struct Hashed<'a> {
    inner: &'a mut dyn BufRead,
    hash: Sha256,
}

impl Read for Hashed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(into)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Hashed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }
    fn consume(&mut self, amount: usize) {
        // The bytes are still in the buffer: this fill reads nothing.
        if let Ok(bytes) = self.inner.fill_buf() {
            self.hash.update(&bytes[..amount]);
        }
        self.inner.consume(amount);
    }
}
