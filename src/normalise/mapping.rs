//! What each sheet is, what its columns and codes mean, how sure that is and why.
//!
//! The names used here are those of `releve.toml`; [`super::fragment`] writes and reads them.

use crate::facts::{FactId, Vocabulary};
use crate::ground::{Lang, words};
use crate::normalise::values::{Mark, RateForm};
use crate::payslip::{ElementId, LineKind};
use std::collections::BTreeMap;
use std::fmt;

/// What a sheet holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Last month's pay, one row per agent and rubric.
    RegisterLines,
    /// Last month's pay, one row per agent, a column or more per rubric.
    RegisterWide,
    Staff,
    Arrivals,
    Departures,
    /// New values with their date of effect.
    Changes,
    /// Absences.
    Events,
    /// Sums or hours of this month.
    Amounts,
    /// Requests to be paid on another account.
    AccountChanges,
    /// Last month's transfers, as a bank's portal lists them.
    Transfers,
    /// Accounts of suppliers, associations and others who are no agents.
    OtherAccounts,
    /// Numbers of rubrics and their names.
    Rubrics,
    Ignored,
    Unknown,
}

impl Role {
    pub const ALL: [Self; 14] = [
        Self::RegisterLines,
        Self::RegisterWide,
        Self::Staff,
        Self::Arrivals,
        Self::Departures,
        Self::Changes,
        Self::Events,
        Self::Amounts,
        Self::AccountChanges,
        Self::Transfers,
        Self::OtherAccounts,
        Self::Rubrics,
        Self::Ignored,
        Self::Unknown,
    ];
    /// Its name in `releve.toml`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::RegisterLines => "register_lines",
            Self::RegisterWide => "register_wide",
            Self::Staff => "staff",
            Self::Arrivals => "arrivals",
            Self::Departures => "departures",
            Self::Changes => "changes",
            Self::Events => "events",
            Self::Amounts => "amounts",
            Self::AccountChanges => "account_changes",
            Self::Transfers => "transfers",
            Self::OtherAccounts => "other_accounts",
            Self::Rubrics => "rubrics",
            Self::Ignored => "ignored",
            Self::Unknown => "unknown",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.id() == text.trim())
    }
    pub const fn is_register(self) -> bool {
        matches!(self, Self::RegisterLines | Self::RegisterWide)
    }
}

/// A sum of an agent that a register shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TotalRole {
    Gross,
    NetTaxable,
    NetBeforeTax,
    NetPaid,
    Employer,
    Deductions,
    Cost,
}

impl TotalRole {
    pub const ALL: [Self; 7] =
        [Self::Gross, Self::NetTaxable, Self::NetBeforeTax, Self::NetPaid, Self::Employer, Self::Deductions, Self::Cost];
    pub const fn id(self) -> &'static str {
        match self {
            Self::Gross => "gross",
            Self::NetTaxable => "net_taxable",
            Self::NetBeforeTax => "net_before_tax",
            Self::NetPaid => "net_paid",
            Self::Employer => "employer",
            Self::Deductions => "deductions",
            Self::Cost => "cost",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.id() == text)
    }
}

/// Which cell of a line a column of a register holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    Base,
    Rate,
    Amount,
    EmployerRate,
    EmployerAmount,
}

impl Part {
    pub const ALL: [Self; 5] = [Self::Base, Self::Rate, Self::Amount, Self::EmployerRate, Self::EmployerAmount];
    pub const fn id(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Rate => "rate",
            Self::Amount => "amount",
            Self::EmployerRate => "employer_rate",
            Self::EmployerAmount => "employer_amount",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.id() == text)
    }
}

/// What a column means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Meaning {
    Fact(FactId),
    /// The value before a change.
    Old(FactId),
    /// The value after a change.
    New(FactId),
    Effective,
    Code,
    Label,
    Base,
    Rate,
    /// Paid to the agent.
    Gain,
    /// Kept from the agent.
    Deduction,
    /// One column for both, negative when it is kept.
    Signed,
    /// One column without sign; the side follows from [`Meaning::Side`] or from the code.
    Amount,
    /// A letter or sign telling gain from deduction.
    Side,
    /// Whose share a row is, the agent's or the employer's: « S », « P ».
    Payer,
    /// A second base, of the employer's share; read where the agent's is empty.
    EmployerBase,
    EmployerRate,
    EmployerAmount,
    Period,
    /// The year of a period whose month stands in another column.
    Year,
    /// A column of a wide register: a rubric's part.
    Element(ElementId, Part),
    /// A column of a wide register that no known element stands for; kept under its heading.
    Local(Part),
    Total(TotalRole),
    Nature,
    From,
    To,
    Days,
    Continues,
    Requested,
    ReceivedBy,
    Ignored,
    Unknown,
}

/// Meanings that are a name and nothing else.
pub const PLAIN: [(&str, Meaning); 25] = [
    ("effective", Meaning::Effective),
    ("code", Meaning::Code),
    ("label", Meaning::Label),
    ("base", Meaning::Base),
    ("rate", Meaning::Rate),
    ("gain", Meaning::Gain),
    ("deduction", Meaning::Deduction),
    ("signed", Meaning::Signed),
    ("amount", Meaning::Amount),
    ("side", Meaning::Side),
    ("payer", Meaning::Payer),
    ("employer_base", Meaning::EmployerBase),
    ("employer_rate", Meaning::EmployerRate),
    ("employer_amount", Meaning::EmployerAmount),
    ("period", Meaning::Period),
    ("year", Meaning::Year),
    ("nature", Meaning::Nature),
    ("from", Meaning::From),
    ("to", Meaning::To),
    ("days", Meaning::Days),
    ("continues", Meaning::Continues),
    ("requested", Meaning::Requested),
    ("received_by", Meaning::ReceivedBy),
    ("ignored", Meaning::Ignored),
    ("unknown", Meaning::Unknown),
];

impl Meaning {
    /// What a line of pay has and an agent has not.
    pub const fn is_of_lines(self) -> bool {
        matches!(
            self,
            Self::Code
                | Self::Label
                | Self::Base
                | Self::Rate
                | Self::Gain
                | Self::Deduction
                | Self::Amount
                | Self::Signed
                | Self::Side
                | Self::Payer
                | Self::EmployerBase
                | Self::EmployerRate
                | Self::EmployerAmount
        )
    }
    /// Its name in `releve.toml`: `indice_majore`, `new:quotite`, `element:CNRACL.base`, `total:gross`, `gain`.
    pub fn name(self, vocabulary: &Vocabulary, rubrics: &Rubrics) -> String {
        let fact = |f: FactId| vocabulary.get(f).name.clone();
        match self {
            Self::Fact(f) => format!("fact:{}", fact(f)),
            Self::Old(f) => format!("old:{}", fact(f)),
            Self::New(f) => format!("new:{}", fact(f)),
            Self::Element(e, p) => format!("element:{}.{}", rubrics.code(e), p.id()),
            Self::Local(p) => format!("local.{}", p.id()),
            Self::Total(t) => format!("total:{}", t.id()),
            Self::Effective
            | Self::Code
            | Self::Label
            | Self::Base
            | Self::Rate
            | Self::Gain
            | Self::Deduction
            | Self::Signed
            | Self::Amount
            | Self::Side
            | Self::Payer
            | Self::EmployerBase
            | Self::EmployerRate
            | Self::EmployerAmount
            | Self::Period
            | Self::Year
            | Self::Nature
            | Self::From
            | Self::To
            | Self::Days
            | Self::Continues
            | Self::Requested
            | Self::ReceivedBy
            | Self::Ignored
            | Self::Unknown => PLAIN.iter().find(|(_, m)| *m == self).map_or("unknown", |(n, _)| n).to_owned(),
        }
    }
    /// What a column holds, in the reader's words: the label of a fact, or what it is.
    pub fn shown(self, vocabulary: &Vocabulary, rubrics: &Rubrics, lang: Lang) -> String {
        let label = |f: FactId| vocabulary.get(f).label.get(lang);
        if let Self::Fact(f) = self {
            return label(f).to_owned();
        }
        if let Self::Old(f) | Self::New(f) = self {
            let key = if matches!(self, Self::Old(_)) { "ui.meaning.old" } else { "ui.meaning.new" };
            return words::fill(words::ui(key, lang), &[("fact", label(f).to_owned())]);
        }
        let name = self.name(vocabulary, rubrics);
        let key = format!("ui.meaning.{name}");
        if words::known(&key) { words::ui(&key, lang).to_owned() } else { name }
    }
    /// The same with the word for it in `releve.toml` behind.
    pub fn both(self, vocabulary: &Vocabulary, rubrics: &Rubrics, lang: Lang) -> String {
        let (shown, name) = (self.shown(vocabulary, rubrics, lang), self.name(vocabulary, rubrics));
        if shown == name { name } else { format!("« {shown} » ({name})") }
    }

    /// The reverse of [`Meaning::name`]; a fact's bare name is understood too.
    pub fn parse(text: &str, vocabulary: &Vocabulary, rubrics: &Rubrics) -> Option<Self> {
        let t = text.trim();
        if let Some((_, m)) = PLAIN.iter().find(|(n, _)| *n == t) {
            return Some(*m);
        }
        if let Some(part) = t.strip_prefix("local.") {
            return Part::parse(part).map(Self::Local);
        }
        match t.split_once(':') {
            None => vocabulary.named(t).map(Self::Fact),
            Some(("fact", f)) => vocabulary.named(f).map(Self::Fact),
            Some(("old", f)) => vocabulary.named(f).map(Self::Old),
            Some(("new", f)) => vocabulary.named(f).map(Self::New),
            Some(("total", r)) => TotalRole::parse(r).map(Self::Total),
            Some(("element", e)) => {
                let (code, part) = e.rsplit_once('.').unwrap_or((e, "amount"));
                Some(Self::Element(rubrics.coded(code)?, Part::parse(part)?))
            }
            Some(_) => None,
        }
    }
}

/// One pay element of the pack, as far as recognising it needs.
#[derive(Clone, Debug)]
pub struct RubricTarget {
    pub element: ElementId,
    /// Its printed code, `CNRACL`.
    pub code: String,
    pub kind: LineKind,
    /// Titles under which exports write it.
    pub labels: Vec<String>,
    /// The agent's and the employer's rate of the month, as shares, when the law has one.
    pub rate: Option<crate::ground::Exact>,
    pub employer_rate: Option<crate::ground::Exact>,
    /// Whether its rule takes from the agent what a register without signs shows.
    pub takes: bool,
    /// Set when the entry is a sum and no element.
    pub total: Option<TotalRole>,
}

/// All pay elements of the pack.
#[derive(Clone, Debug, Default)]
pub struct Rubrics {
    pub targets: Vec<RubricTarget>,
}

impl Rubrics {
    pub fn get(&self, element: ElementId) -> Option<&RubricTarget> {
        self.targets.iter().find(|t| t.element == element && t.total.is_none())
    }
    /// The printed code of an element; `?` for one that is not there.
    pub fn code(&self, element: ElementId) -> &str {
        self.get(element).map_or("?", |t| t.code.as_str())
    }
    pub fn coded(&self, code: &str) -> Option<ElementId> {
        self.targets.iter().find(|t| t.total.is_none() && t.code == code.trim()).map(|t| t.element)
    }
}

/// What a local code stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CodeTarget {
    /// An element; whose amount a single column holds, the agent's or the employer's.
    Element(ElementId, Payer),
    Total(TotalRole),
    /// A line of information that is no pay.
    Skipped,
    /// Nothing known: proposed in a finding, decided by a person.
    Open,
}

/// Whose amount a code is about where the register has one column for both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Payer {
    Agent,
    Employer,
}

/// A local code and what stands for it.
#[derive(Clone, Debug)]
pub struct CodeMapping {
    pub code: String,
    /// As written, most frequent first.
    pub labels: Vec<String>,
    pub target: CodeTarget,
    /// The element of the employer's share on the same row, where the pack has one of its own for it.
    pub employer: Option<ElementId>,
    /// A second contribution that the same line holds: « CSG/CRDS ».
    pub with: Option<ElementId>,
    /// Percent.
    pub certainty: u8,
    /// Short reasons: `label 96`, `rate 11.1 %`.
    pub why: Vec<String>,
    /// Next best targets with their certainty.
    pub alternatives: Vec<(CodeTarget, u8)>,
    /// Rows seen where it was recognised.
    pub rows: u32,
    /// What a person says of a rubric that is no element: it comes again as it is, or it was paid once.
    pub goes_on: Option<bool>,
}

/// A column and what it means.
#[derive(Clone, Debug)]
pub struct ColumnMapping {
    pub column: u16,
    /// As a person reads it, group headings before: `BANQUE / IBAN`. Empty when there is none.
    pub heading: String,
    pub meaning: Meaning,
    /// Percent.
    pub certainty: u8,
    pub why: Vec<String>,
    /// Three values of the column; accounts and identity numbers masked.
    pub samples: Vec<String>,
    pub alternatives: Vec<(Meaning, u8)>,
    /// How the column writes decimals and rates.
    pub mark: Mark,
    pub rate_form: RateForm,
    /// The column holds weekly hours out of 35.
    pub weekly: bool,
    /// Part time of full posts is written by tenths here (80 %, 90 %): what is written otherwise is hours of a post.
    pub tenths: bool,
    /// Cells that hold something in the rows looked at.
    pub filled: u32,
    /// Nearly all its numbers are negative: a column of what is kept, written with its sign.
    pub negated: bool,
    /// What the title names and the cells contradict.
    pub denied: Option<Meaning>,
}

/// One sheet or text file.
#[derive(Clone, Debug)]
pub struct SourceMapping {
    /// Index among the sources of the run.
    pub source: u16,
    pub file: String,
    pub sheet: Option<String>,
    pub role: Role,
    /// Percent.
    pub certainty: u8,
    pub why: Vec<String>,
    /// What the lines above the headings say.
    pub title: String,
    /// First and last heading row, as a person counts; `None` when there is none.
    pub header: Option<(u32, u32)>,
    /// Cells that a row of a text file may have: a longer one was cut in the wrong places.
    pub cells: Option<usize>,
    pub columns: Vec<ColumnMapping>,
    pub codes: Vec<CodeMapping>,
    /// Which labels of each code are rubrics of their own.
    pub names: crate::normalise::register::Names,
    /// Of a list with a row per agent and rubric: which fact each rubric is.
    pub variables: Option<crate::normalise::variables::Variables>,
    /// Of a list with a row per movement: where its kind and its value stand.
    pub moves: Option<crate::normalise::moves::Moves>,
    /// A register whose agents stand on rows of their own above their lines.
    pub banded: bool,
    /// Rows of their own say on which side the lines below them stand.
    pub sections: bool,
    /// Of the column that says whose share a row is, only words of the employer say anything: amounts have their own sign.
    pub only_employers: bool,
    /// Rows of another employer's people.
    pub of_others: std::collections::BTreeSet<u32>,
    /// Rows that may be so, as the words of a column say; and the employer beside the town that the list is called by.
    pub perhaps_others: BTreeMap<u32, (u16, String)>,
    pub called_by: Option<String>,
    /// The column in which the table begins, where several tables of one sheet begin in different ones.
    pub first_column: Option<u16>,
}

impl SourceMapping {
    /// A list of the agents' sums without a single rubric.
    pub fn is_of_sums(&self) -> bool {
        let rubric = |c: &ColumnMapping| matches!(c.meaning, Meaning::Element(_, _) | Meaning::Local(_));
        self.role == Role::RegisterWide && !self.columns.iter().any(rubric)
    }
    /// The first column with the meaning.
    pub fn column(&self, meaning: Meaning) -> Option<&ColumnMapping> {
        self.columns.iter().find(|c| c.meaning == meaning)
    }
    /// What its file, its sheet and its title lines call it.
    pub fn about(&self) -> String {
        format!("{} {} {}", crate::ground::place::stem(&self.file), self.sheet.as_deref().unwrap_or(""), self.title)
    }
    /// How the column is called in `releve.toml`: its heading, or `@G` when that is empty or not the only one.
    pub fn key(&self, column: &ColumnMapping) -> String {
        let same = self.columns.iter().filter(|c| c.heading == column.heading).count();
        if column.heading.is_empty() || same > 1 || column.heading.starts_with('@') {
            format!("@{}", crate::ground::place::column_letters(column.column))
        } else {
            column.heading.clone()
        }
    }
}

/// What every source is.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    pub sources: Vec<SourceMapping>,
}

impl Mapping {
    pub fn of(&self, source: u16) -> Option<&SourceMapping> {
        self.sources.iter().find(|s| s.source == source)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
