//! Credit transfer files (pain.001, versions .03 and .09) → transfers one by one, and a header.
//!
//! Reads what any bank tool writes: any prefix, byte order mark, comments, CDATA, declared encodings. Refuses a DOCTYPE,
//! resolves no entity but the five built-in ones, and holds limits on size and nesting. Counts and sums stated in the file
//! are recomputed, for the whole and for each batch. Knows nothing of employees or of what was meant to be paid.

pub(super) mod input;
mod state;
mod tags;

use crate::ground::iban::IbanProblem;
use crate::ground::sepa_text::Version;
use crate::ground::{Checked, Iban, Money};
use chrono::{NaiveDate, NaiveDateTime};
use state::State;
use std::fmt;
use std::io::BufRead;

/// How large a file may be before reading stops with a finding.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the whole file, once decoded.
    pub bytes: u64,
    /// Bytes of one tag, text or comment.
    pub event: usize,
    /// Elements inside one another.
    pub depth: usize,
    pub transfers: u64,
    pub batches: usize,
    /// Findings on single transfers; beyond them only their number is told.
    pub findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 4 << 30, event: 256 << 10, depth: 32, transfers: 5_000_000, batches: 100_000, findings: 500 }
    }
}

/// One transfer as the file states it. Texts are trimmed; absent ones are empty.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadTransfer {
    /// Line of its first tag.
    pub line: u32,
    /// Index into [`Header::batches`].
    pub batch: usize,
    /// The employer's own reference, which the bank does not hand on.
    pub instruction_id: String,
    pub end_to_end_id: String,
    /// `None` when the text is not an amount of 0.01 to 999,999,999.99, with a finding that says why.
    pub amount: Option<Money>,
    /// `EUR` in any file a French employer sends.
    pub currency: String,
    pub name: String,
    /// The account as written: never to be shown whole.
    pub account: String,
    pub iban: Result<Iban, IbanProblem>,
    pub bic: String,
    /// Several pieces of remittance information are joined by a space.
    pub remittance: String,
}

/// Without the account: it must not reach a log.
impl fmt::Debug for ReadTransfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadTransfer")
            .field("line", &self.line)
            .field("end_to_end_id", &self.end_to_end_id)
            .field("amount", &self.amount)
            .field("currency", &self.currency)
            .field("name", &self.name)
            .field("iban", &self.iban)
            .field("remittance", &self.remittance)
            .finish_non_exhaustive()
    }
}

/// One batch (`PmtInf`): transfers from one account on one day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Batch {
    pub line: u32,
    pub id: String,
    /// `TRF` for transfers.
    pub method: String,
    /// What the transfers are for: `SALA` for salaries.
    pub category: String,
    /// `true` when the bank is asked for a single line on the statement; empty when its contract decides.
    pub booked_as_one: String,
    pub execution: Option<NaiveDate>,
    pub debtor_name: String,
    pub debtor_iban: Option<Iban>,
    pub debtor_bic: String,
    /// Recomputed, not stated.
    pub count: u64,
    pub sum: Money,
}

/// What the file says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Header {
    /// `None` for a version that is not one of the two; it was read all the same.
    pub version: Option<Version>,
    /// Name of the encoding the bytes were in.
    pub encoding: String,
    pub message_id: String,
    /// As written, in the sender's local time.
    pub created: Option<NaiveDateTime>,
    pub initiating_party: String,
    /// Day, payer and account of the first batch; the others stand in `batches`.
    pub execution: Option<NaiveDate>,
    pub debtor_name: String,
    pub debtor_iban: Option<Iban>,
    pub batches: Vec<Batch>,
    /// Recomputed, not stated. The sum is that of the amounts that could be read.
    pub count: u64,
    pub sum: Money,
    /// Whether the file was read to its last tag.
    pub complete: bool,
}

/// A whole file in memory.
#[derive(Clone, Debug, Default)]
pub struct PaymentFile {
    pub header: Header,
    pub transfers: Vec<ReadTransfer>,
}

/// Reads a file, handing over each transfer as soon as its last tag is read.
/// `file` is the name that findings give; what came before a fatal finding has been handed over.
pub fn read(input: &mut dyn BufRead, file: &str, limits: &Limits, take: &mut dyn FnMut(ReadTransfer)) -> Checked<Header> {
    State::new(file, limits, take).read(input)
}

/// Reads a file into memory, within the usual limits.
pub fn read_all(mut bytes: &[u8], file: &str) -> Checked<PaymentFile> {
    let mut transfers = Vec::new();
    let Checked { value: header, findings } = read(&mut bytes, file, &Limits::default(), &mut |t| transfers.push(t));
    Checked::new(PaymentFile { header, transfers }, findings)
}
