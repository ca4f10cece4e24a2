//! Net pay → a credit transfer file (pain.001, version .09, or .03 on request), and the proof that it holds what was meant.
//!
//! Everything is checked before the first byte is written: names, identifiers, amounts, accounts, the day. Nothing is cut
//! or left out to make a file pass: a finding names the transfer instead. Transfers stream, so the list is walked twice:
//! once for checks and totals, once to write. Who is paid, how much and under which reference was decided elsewhere.

mod check;
mod verify;
mod xml;

pub use crate::ground::sepa_text::{Ligatures, Version};
pub use check::{Plan, check, even_sizes, unpayable};
pub use verify::verify;

use crate::ground::{Bic, EmployeeId, Finding, Iban, Money, Severity};
use chrono::{NaiveDate, NaiveDateTime};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::io;

/// Everything of a file but its transfers.
#[derive(Clone, Debug)]
pub struct TransferFile {
    pub version: Version,
    /// Unique for this payer, for ever: see [`derive_id`].
    pub message_id: String,
    /// From the job, in local time: no stage asks what time it is.
    pub created: NaiveDateTime,
    pub execution: NaiveDate,
    pub debtor: Debtor,
    /// `Some(true)` asks the bank for a single line on the statement, `None` leaves it to its contract.
    pub batch_booking: Option<bool>,
    pub profile: Profile,
    /// Remittance information of transfers that have none of their own, such as `PAIE DECEMBRE 2021`.
    pub label: String,
}

/// Who pays, from which account.
#[derive(Clone, Debug)]
pub struct Debtor {
    pub name: String,
    pub iban: Iban,
    pub bic: Option<Bic>,
    pub address: Option<Address>,
}

/// A structured address: town and country always, the rest may be empty.
#[derive(Clone, Debug, Default)]
pub struct Address {
    pub street: String,
    pub number: String,
    pub postcode: String,
    pub town: String,
    /// Two letters.
    pub country: String,
}

/// On what banks disagree.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub creditor_agent: CreditorAgent,
    /// Most transfers in one batch (`PmtInf`), 3 or more; no limit by default.
    pub max_per_batch: Option<usize>,
    pub ligatures: Ligatures,
}

/// What is written of the payee's bank.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CreditorAgent {
    /// Nothing inside the EEA, where the IBAN is enough; the BIC outside, when it is known.
    #[default]
    Omit,
    /// An agent identified as `NOTPROVIDED`, for banks that refuse its absence.
    NotProvided,
    /// The BIC of every transfer; one without BIC is refused.
    Bic,
}

/// One transfer to make.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub end_to_end_id: String,
    /// For findings: whom they set aside.
    pub employee: Option<EmployeeId>,
    /// Civil name as the payslip has it; converted to the SEPA set when it is written.
    pub name: String,
    /// Name of the account holder when it differs: that is what the payee's bank verifies, so that is what is written.
    pub holder: Option<String>,
    pub iban: Iban,
    pub bic: Option<Bic>,
    pub amount: Money,
    pub remittance: Option<String>,
}

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    pub count: u64,
    pub sum: Money,
    pub bytes: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    pub batches: Vec<BatchTotal>,
    /// Names that could not be written as they are, in order of the transfers.
    pub converted: Vec<Conversion>,
    /// Warnings only: anything worse keeps the file from being written.
    pub findings: Vec<Finding>,
}

/// Totals of one batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchTotal {
    pub id: String,
    pub count: u64,
    pub sum: Money,
}

/// A name before and after conversion to the SEPA set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conversion {
    pub end_to_end_id: String,
    pub before: String,
    pub after: String,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// Nothing has been written: each finding is blocking or a warning beside one.
    #[error("{} findings keep the transfer file from being written", .0.len())]
    Findings(Vec<Finding>),
    /// Writing failed, perhaps half-way.
    #[error("the transfer file could not be written")]
    Io(#[from] io::Error),
}

/// Checks everything, then writes the file. `transfers` is walked twice and must give the same both times.
///
/// # Errors
/// [`NotWritten::Findings`] before the first byte; [`NotWritten::Io`] when `out` fails. The file is not to be used after either.
pub fn write<I>(file: &TransferFile, transfers: I, out: &mut dyn io::Write) -> Result<Summary, NotWritten>
where
    I: IntoIterator + Clone,
    I::Item: Borrow<Transfer>,
{
    let checked = check(file, transfers.clone());
    let blocking = |f: &Finding| f.severity == Severity::Blocking;
    if checked.findings.iter().any(blocking) {
        return Err(NotWritten::Findings(checked.findings));
    }
    let plan = checked.value;
    let written = xml::write(file, &plan, transfers.into_iter(), out)?;
    let Some((bytes, sha256)) = written else {
        return Err(NotWritten::Findings(vec![Finding::new("S36", Severity::Blocking)]));
    };
    let Plan { count, sum, batches, converted, .. } = plan;
    Ok(Summary { count, sum, bytes, sha256, batches, converted, findings: checked.findings })
}

fn hex(digest: &[u8]) -> String {
    let digits = |b: &u8| [b >> 4, b & 15].map(|d| char::from(b"0123456789abcdef"[usize::from(d)]));
    digest.iter().flat_map(digits).collect()
}

/// Letters and digits that cannot be taken for one another (RFC 4648, base 32).
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// An identifier that follows from what it identifies: the same parts give the same identifier, so that producing the same
/// payment twice is noticed. Of the prefix, the first 18 characters of the SEPA set are shown (but slashes, which have rules
/// of their own); the whole prefix and all parts enter the SHA-256, of which 80 bits follow. At most 35 characters.
pub fn derive_id(prefix: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&prefix).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let shown: String = prefix.chars().filter(|c| crate::ground::sepa_text::is_legal(*c) && *c != '/').take(18).collect();
    let mut id = shown.trim().to_owned();
    if !id.is_empty() {
        id.push('-');
    }
    let digest = hash.finalize();
    let bits = digest.iter().take(10).fold(0_u128, |n, b| (n << 8) | u128::from(*b));
    for group in (0..16).rev() {
        id.push(char::from(ALPHABET[((bits >> (group * 5)) & 31) as usize]));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::sepa_text;

    // The suffix was recomputed with Python's hashlib and base64.b32encode.
    #[test]
    fn derives_the_same_identifier_from_the_same_parts() {
        let id = derive_id("PAIE-2021-12", &["00123", "1", "142100"]);
        assert_eq!(id, derive_id("PAIE-2021-12", &["00123", "1", "142100"]));
        assert_ne!(id, derive_id("PAIE-2021-12", &["001231", "", "142100"]));
        assert_eq!(id, "PAIE-2021-12-QC5GFGB7XUWOXV4M");
    }

    #[test]
    fn derives_identifiers_that_the_scheme_accepts() {
        for prefix in ["", "/", "Mairie de Saint-Étienne-du-Rouvray / paie", " a b ", "//12/", "工资"] {
            let id = derive_id(prefix, &["x"]);
            assert_eq!(sepa_text::identifier(&id), Ok(()), "{id}");
        }
    }
}
