//! Pay statements (XHL, `DocumentPaye`; schemas 1.1 to 1.4 of the French public accountant) → located payslips.
//!
//! Also reads the statements attached to a `PES_Aller` flow (base64 of gzip). Matches local names, whatever the namespace
//! or prefix; every value stands in an attribute `V`. Refuses a DOCTYPE and unknown entities, holds limits on size, nesting
//! and expansion. Signs differ between payroll packages: they are told per category and normalised to positive = deducted.
//! Knows no pay element and no rule; only adds up the net of each payslip to say whether its lines are all there.

mod decode;
mod signs;
mod walk;

use super::input::Input;
use super::limits::Limits;
use crate::ground::iban::IbanProblem;
use crate::ground::{Checked, Exact, Finding, Iban, Money, PayMonth, Place, Severity};
use std::collections::BTreeMap;
use std::fmt;

/// A text of the document and its line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Text {
    pub text: Box<str>,
    pub line: u32,
}

impl Text {
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// A number of the document and its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    pub value: Exact,
    pub line: u32,
}

/// An amount of the document and its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amount {
    pub value: Money,
    pub line: u32,
}

macro_rules! categories {
    ($($name:ident),*) => {
        /// The kinds of pay line of the schema, under its own names.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Category { $($name),* }
        impl Category {
            pub fn of(local_name: &str) -> Option<Self> {
                match local_name { $(stringify!($name) => Some(Self::$name),)* _ => None }
            }
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }
        }
    };
}

categories!(
    TraitBrut,
    IndemResid,
    SupFam,
    AvantageNature,
    Indemnite,
    RemDivers,
    Deduction,
    Acompte,
    Rappel,
    Retenue,
    Cotisation,
    Commentaire
);

/// What a line does to the net to pay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    Adds,
    Takes,
    /// Benefit in kind: part of the bases, not of the net.
    Neutral,
    /// Paid by the employer alone.
    Employer,
}

/// One pay line. The amount is the authority; base, rate and units are only hints and absent when written as zero.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PayLine {
    pub line: u32,
    pub category: Category,
    pub code: Box<str>,
    pub label: Box<str>,
    pub base: Option<Exact>,
    /// Percent, or money per unit; without its sign.
    pub rate: Option<Exact>,
    pub units: Option<Exact>,
    /// Positive when it is paid, in the earning categories; positive when it is deducted, in the others.
    pub amount: Money,
    /// First and last month the line is about, when it says so.
    pub period: Option<(PayMonth, PayMonth)>,
    /// The collecting body.
    pub fund: Box<str>,
    /// An arrear (`Rappel`) of a contribution: it is taken, not paid.
    pub contribution: bool,
}

impl PayLine {
    pub const fn effect(&self) -> Effect {
        match self.category {
            Category::TraitBrut | Category::IndemResid | Category::SupFam | Category::Indemnite | Category::RemDivers => Effect::Adds,
            Category::AvantageNature | Category::Commentaire => Effect::Neutral,
            Category::Rappel if self.contribution => Effect::Takes,
            Category::Rappel => Effect::Adds,
            Category::Deduction | Category::Acompte | Category::Retenue => Effect::Takes,
            Category::Cotisation => Effect::Employer,
        }
    }
}

/// Where somebody is paid: a RIB is turned into the IBAN it stands for, both keys checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub line: u32,
    pub iban: Result<Iban, IbanProblem>,
    /// First and last characters only.
    pub shown: Box<str>,
    pub holder: Text,
}

/// Who is paid. Texts are trimmed; absent ones are empty.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Agent {
    pub line: u32,
    pub title: Text,
    pub surname: Text,
    /// Often the name of birth.
    pub other_name: Text,
    pub given: Text,
    pub number: Text,
    /// 13 or 15 characters as written: never to be shown.
    pub nir: Text,
    pub address: Vec<Text>,
    pub postal_code: Text,
    pub town: Text,
    pub children: Option<Number>,
    /// `TITULAIRE`, `NON_TITULAIRE`, `STAGIAIRE`, `EMPLOI_FONC`, `EMPLOI_AIDE`, `AUTRE_STATUT`.
    pub status: Text,
    /// Code of the national list of grades.
    pub grade_code: Text,
    pub job: Text,
    pub grade: Text,
    pub step: Text,
    /// The pay index ("majoré"); elected people show the index their allowance refers to.
    pub index: Option<Number>,
    pub account: Option<Account>,
}

/// Without identity number, address and account: they must not reach a log.
impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent").field("line", &self.line).field("number", &self.number).finish_non_exhaustive()
    }
}

/// An event beside a payslip: the package's code, with its description.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Happening {
    pub line: u32,
    pub code: Box<str>,
    pub description: Box<str>,
}

/// One payslip; somebody may have several.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Slip {
    pub line: u32,
    /// SIRET of the establishment, as written.
    pub establishment: Box<str>,
    pub agent: Agent,
    pub service: Text,
    /// Points, the main ones first.
    pub nbi: Vec<Number>,
    /// Percent of full time.
    pub working_time: Option<Number>,
    /// The months that it says it is for; packages write this in many ways.
    pub period: Option<(PayMonth, PayMonth)>,
    pub lines: Vec<PayLine>,
    pub gross: Option<Amount>,
    /// Differs between packages; only `net_to_pay` is what was paid.
    pub net: Option<Amount>,
    pub net_to_pay: Option<Amount>,
    pub taxable: Option<Amount>,
    /// Since January.
    pub taxable_to_date: Option<Amount>,
    pub gross_to_date: Option<Amount>,
    pub contribution_base_to_date: Option<Amount>,
    pub hours_paid: Option<Number>,
    pub hours_overtime: Option<Number>,
    /// What happened to the agent.
    pub events: Vec<Happening>,
    /// Benefits in kind count in the net, another line takes them back.
    pub benefits_counted: bool,
    /// Amounts that could not be read: the payslip is not whole.
    pub unread: u32,
}

impl Statement {
    /// An event in words, by its description or what the statement calls its code.
    pub fn said<'s>(&'s self, event: &'s Happening) -> &'s str {
        let named = || self.event_names.get(&event.code).unwrap_or(&event.code);
        if event.description.is_empty() { named() } else { &event.description }
    }
}

impl Slip {
    /// The net to pay that the lines add up to.
    pub fn rebuilt(&self) -> Money {
        self.lines
            .iter()
            .map(|l| match l.effect() {
                Effect::Adds => l.amount,
                Effect::Takes => -l.amount,
                Effect::Neutral if self.benefits_counted => l.amount,
                Effect::Neutral | Effect::Employer => Money::ZERO,
            })
            .sum()
    }
}

/// One statement: the payslips of an employer for a month, or for one pay run of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Statement {
    /// Name findings give: the file, and the attachment within it.
    pub file: String,
    pub encoding: &'static str,
    pub month: Option<PayMonth>,
    /// The pay run (`AGENTS`, `ELUS`), when a month has several.
    pub run: Text,
    pub budget: Text,
    pub employer: Text,
    pub siret: Text,
    /// Code of activity, account with the collecting body, address of the employer.
    pub ape: Text,
    pub collector: Text,
    pub address: Vec<Text>,
    pub postal_code: Text,
    pub town: Text,
    pub slips: Vec<Slip>,
    /// What the codes of events mean.
    pub event_names: BTreeMap<Box<str>, Box<str>>,
    /// Categories whose amounts the file writes negative when they are deducted.
    pub reversed: Vec<Category>,
    /// Whether the file was read to its last tag.
    pub complete: bool,
}

/// Whether an XML file is for this reader: its first element is `DocumentPaye` or `PES_Aller`.
pub fn is_statement(input: &Input) -> bool {
    head(input).is_some_and(|text| walk::root_of(&text).is_some())
}

/// The beginning of an XML file as text.
pub(super) fn head(input: &Input) -> Option<String> {
    use std::io::Read as _;
    let mut head = Vec::new();
    input.reader().and_then(|r| r.take(64 << 10).read_to_end(&mut head)).ok()?;
    Some(decode::text(&head))
}

/// Reads a file. What came before a damage is handed over, with a finding.
pub fn open(input: &Input, file: &str, limits: &Limits) -> Checked<Vec<Statement>> {
    if input.len().is_ok_and(|n| n == 0) {
        return Checked::new(Vec::new(), vec![Finding::new("R01", Severity::Justify).at(Place::File { file: file.to_owned() })]);
    }
    let Ok(mut walked) = walk::walk(input, file, limits, walk::Nested::Allowed) else {
        return Checked::new(Vec::new(), vec![Finding::new("R04", Severity::Justify).at(Place::File { file: file.to_owned() })]);
    };
    for s in &mut walked.value {
        signs::settle(s, &mut walked.findings);
    }
    walked
}

/// Reads the bytes of a statement, or of a flow with statements attached.
pub fn read(bytes: &[u8], file: &str, limits: &Limits) -> Checked<Vec<Statement>> {
    open(&Input::from(bytes.to_vec()), file, limits)
}
