//! What the sources say, each piece with its agent and its place, and what became of every row.

use crate::facts::{FactId, Facts, Value};
use crate::ground::iban::IbanProblem;
use crate::ground::{At, EmployeeId, Exact, Iban, PayMonth};
use crate::normalise::mapping::CodeTarget;
use crate::normalise::records::Said;
use crate::payslip::{ElementId, LineKind, PaidSlip};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Facts of one row of a staff, arrivals or departures sheet.
#[derive(Clone, Debug)]
pub struct Record {
    /// `None` when the row could not be joined to anybody; a finding says so.
    pub employee: Option<EmployeeId>,
    pub facts: Facts,
    pub at: At,
    /// Cells that could not be read: the fact and the code of the finding.
    pub problems: Vec<(FactId, &'static str)>,
}

/// A new value with its date of effect.
#[derive(Clone, Debug)]
pub struct Change {
    pub employee: EmployeeId,
    pub fact: FactId,
    pub old: Option<Value>,
    pub new: Value,
    pub said: Said,
    pub effective: Option<NaiveDate>,
    pub at: At,
}

/// An absence.
#[derive(Clone, Debug)]
pub struct Event {
    pub employee: EmployeeId,
    /// As written.
    pub nature: String,
    /// The fact whose days it counts; `None` when the nature is not known.
    pub fact: Option<FactId>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Calendar days, as written or else from the dates.
    pub days: Option<Exact>,
    /// Goes on from an earlier leave.
    pub continues: Option<bool>,
    /// What else the row says of the month.
    pub beside: Facts,
    /// Told by the record of the month before, whose list it stood in.
    pub running: bool,
    pub at: At,
}

/// A sum or hours of the month, all rows of the agent added.
#[derive(Clone, Debug)]
pub struct Amount {
    pub employee: EmployeeId,
    pub fact: FactId,
    pub value: Exact,
    /// The first row.
    pub at: At,
    pub rows: u32,
}

/// A request to be paid on another account.
#[derive(Clone)]
pub struct AccountChange {
    pub employee: EmployeeId,
    pub requested: Option<NaiveDate>,
    /// As written, without blanks. Never to be shown whole.
    pub written: String,
    pub iban: Result<Iban, IbanProblem>,
    pub received_by: String,
    pub at: At,
}

/// A rubric of a register. [`PaidCode::Unknown`] holds its index in [`Gathered::local_codes`].
#[derive(Clone, Debug)]
pub struct LocalCode {
    pub source: u16,
    pub code: String,
    /// As written, without months.
    pub labels: Vec<String>,
    /// The element it stands for, when that is settled.
    pub element: Option<ElementId>,
    pub target: CodeTarget,
    /// Its amounts stood among the agent's and no sum of his counts them.
    pub beside: bool,
    /// False when the next month does not have it again.
    pub recurs: bool,
    /// Whether a person said if it comes again.
    pub said: bool,
    /// The side of the payslip it stands on, when the source says so; otherwise its amounts do.
    pub kind: Option<LineKind>,
}

/// What became of the rows of one source.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct RowCount {
    pub source: u16,
    /// Handed on by the reader.
    pub read: u64,
    pub title: u64,
    pub heading: u64,
    pub data: u64,
    pub subtotal: u64,
    pub total: u64,
    pub blank: u64,
    /// Lines of another month's payslips in a register of several; one finding names the months.
    pub other_month: u64,
    /// Could not be read; each has a finding.
    pub refused: u64,
    /// Data rows a filter or a person had hidden; they are among `data`.
    pub hidden: u64,
}

impl RowCount {
    /// Every row was counted as something.
    pub const fn is_complete(&self) -> bool {
        self.read == self.title + self.heading + self.data + self.subtotal + self.total + self.blank + self.other_month + self.refused
    }
}

/// All that the sources say.
#[derive(Default)]
pub struct Gathered {
    /// Last month's payslips, by employee.
    pub paid: BTreeMap<EmployeeId, PaidSlip>,
    pub local_codes: Vec<LocalCode>,
    /// Names that were joined as somebody decided: their words in order.
    pub decided: BTreeSet<String>,
    /// The SIRET whose people the documents are about: the job's own where one is its, or else the one with most.
    pub employer: String,
    /// Those whom another employer's documents pay, with its SIRET.
    pub elsewhere: BTreeMap<EmployeeId, String>,
    pub staff: Vec<Record>,
    /// Whom documents of last month name in the place of a staff file, and where these stand.
    pub stand_in: (BTreeSet<EmployeeId>, Vec<At>),
    pub arrivals: Vec<Record>,
    pub departures: Vec<Record>,
    /// Facts that a wide register shows beside the amounts.
    pub register_facts: Vec<Record>,
    pub changes: Vec<Change>,
    pub events: Vec<Event>,
    pub amounts: Vec<Amount>,
    pub account_changes: Vec<AccountChange>,
    /// Numbers that another document writes for somebody, without their leading zeros: he goes under his own.
    pub aliases: BTreeMap<String, EmployeeId>,
    /// Surname and given name, as the registers write them.
    pub register_names: BTreeMap<EmployeeId, (String, String)>,
    pub rows: Vec<RowCount>,
    /// Unread sheets that mean nobody but those who are set aside for them.
    pub set_aside: BTreeSet<u16>,
    /// Unread sheets that speak of people who are known, and may mean others.
    pub open: BTreeSet<u16>,
    /// Months before the last of which a register holds whole payslips as well, by source.
    pub months: BTreeMap<u16, BTreeSet<PayMonth>>,
}
