//! Noun: a payslip: lines, totals, and how each line came about.

use crate::ground::{At, EmployeeId, Exact, Money, PayMonth, Words};

/// Index of a pay element in the pack's catalogue, in printing order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ElementId(pub u16);

impl ElementId {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which side of the payslip a line stands on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Part of gross pay; negative for a reduction of it.
    Earning,
    /// Employee contribution; negative amounts reduce the net.
    Deduction,
    /// Employer contribution only; no effect on the net.
    Employer,
    /// Income tax withheld at source.
    Tax,
    /// After tax: refunds (positive), sums withheld for others (negative).
    Net,
}

impl LineKind {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Earning => "earning",
            Self::Deduction => "deduction",
            Self::Employer => "employer",
            Self::Tax => "tax",
            Self::Net => "net",
        }
    }
}

/// Where a line's amount comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// By the rules, from this month's facts.
    Computed,
    /// Last month's amount again, no rule being able to make it.
    Carried,
    /// By an estimation policy; marked (e) and settled later.
    Estimated,
    /// Entered by a person, with author and reason.
    Manual,
}

impl Status {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::Carried => "carried",
            Self::Estimated => "estimated",
            Self::Manual => "manual",
        }
    }
}

/// How an employee is paid this month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mode {
    Computed,
    Carried,
    Advance,
    Manual,
}

impl Mode {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::Carried => "carried",
            Self::Advance => "advance",
            Self::Manual => "manual",
        }
    }
}

/// What is printed and exported of a pay element besides its amounts.
#[derive(Clone, Debug)]
pub struct Card {
    /// Name in formulas: `traitement_indiciaire`.
    pub id: String,
    /// Printed code: `TIB`.
    pub code: String,
    pub label: Words,
    /// Shown on the payslip instead of `label` when that must not be seen (an absence's motive, say).
    pub printed: Option<Words>,
    pub kind: LineKind,
    /// Heading of the payslip under which the line stands (`sante`, `retraite`, …).
    pub section: String,
    /// False when last month's line is not repeated (overtime, arrears).
    pub recurs: bool,
    /// Account the line is booked to, when the pack says.
    pub account: Option<String>,
    /// To whom goes what the line withholds or the employer owes on it, when the pack says.
    pub creditor: Option<Words>,
    /// Whether `rate` is a share, shown in percent, rather than money per unit.
    pub rate_is_share: bool,
    /// What the base counts.
    pub base: Counted,
}

/// What the base of a line counts, as the formula's unit says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Counted {
    Money,
    Points,
    Hours,
    Days,
    /// Something the pack has a word for: children, meals.
    Named(Words),
    /// A plain number, or nothing is known of it.
    #[default]
    Number,
}

/// All cards, in printing order: an [`ElementId`] is an index here.
pub type Catalogue = Vec<Card>;

/// One line. `rate` and `employer_rate` are shares (0.111 for 11.1 %) or money per unit; `base` may be money,
/// points, hours or a count, as the element says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub element: ElementId,
    pub base: Option<Exact>,
    pub rate: Option<Exact>,
    /// Signed effect on the employee; zero on an employer line.
    pub amount: Money,
    pub employer_rate: Option<Exact>,
    pub employer_amount: Money,
    /// The month the line is about, when it is not the payslip's.
    pub period: Option<PayMonth>,
    pub status: Status,
}

impl Line {
    /// The line as if it had been paid so.
    pub fn as_paid(self, at: At) -> PaidLine {
        let Self { element, base, rate, amount, employer_rate, employer_amount, period, .. } = self;
        PaidLine { code: PaidCode::Element(element), base, rate, amount, employer_rate, employer_amount, period, at }
    }
}

/// The sums every payslip shows. Which of the pack's totals they are, the pack says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    pub gross: Money,
    pub net_social: Money,
    pub net_taxable: Money,
    pub net_before_tax: Money,
    /// Positive when tax is withheld.
    pub income_tax: Money,
    pub net_paid: Money,
    pub employer_cost: Money,
}

impl Totals {
    /// Adds an amount of a line of this kind; the taxable net does not follow from a kind.
    pub fn enter(&mut self, kind: LineKind, amount: Money, employer_amount: Money) {
        self.employer_cost += employer_amount;
        match kind {
            LineKind::Earning => {
                self.gross += amount;
                self.employer_cost += amount;
            }
            LineKind::Tax => self.income_tax -= amount,
            LineKind::Deduction | LineKind::Net => {}
            LineKind::Employer => return,
        }
        self.net_paid += amount;
        if matches!(kind, LineKind::Earning | LineKind::Deduction) {
            self.net_before_tax += amount;
            self.net_social += amount;
        }
    }
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, o: Self) {
        self.gross += o.gross;
        self.net_social += o.net_social;
        self.net_taxable += o.net_taxable;
        self.net_before_tax += o.net_before_tax;
        self.income_tax += o.income_tax;
        self.net_paid += o.net_paid;
        self.employer_cost += o.employer_cost;
    }
}

/// What was paid since January, by the year of payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct YearSums {
    pub year: i32,
    /// First month whose payment is in the sums.
    pub since: PayMonth,
    /// Whether that is the first payment of the year.
    pub whole: bool,
    pub gross: Money,
    pub net_taxable: Money,
    pub income_tax: Money,
    pub employer_cost: Money,
}

/// A computed payslip.
#[derive(Clone, Debug)]
pub struct Payslip {
    pub employee: EmployeeId,
    pub post: u16,
    pub month: PayMonth,
    pub mode: Mode,
    /// In printing order.
    pub lines: Vec<Line>,
    pub totals: Totals,
}

/// One line of last month as a source shows it: what was paid, and where that is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaidLine {
    /// The pack's element, or the index of a local code that nothing stands for.
    pub code: PaidCode,
    pub base: Option<Exact>,
    pub rate: Option<Exact>,
    pub amount: Money,
    pub employer_rate: Option<Exact>,
    pub employer_amount: Money,
    pub period: Option<PayMonth>,
    pub at: At,
}

/// What a line of last month was about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PaidCode {
    Element(ElementId),
    /// Index in the list of local codes without an element.
    Unknown(u16),
}

/// Whether a payslip was an advance on pay that had yet to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Advance {
    #[default]
    None,
    Paid,
    /// No transfer shows that it was paid.
    Doubtful,
}

/// Last month's payslip of one employee as it was paid.
#[derive(Clone, Debug, Default)]
pub struct PaidSlip {
    pub lines: Vec<PaidLine>,
    /// Lines about another month, paid with this one: once, and no part of the month's own pay.
    pub arrears: Vec<PaidLine>,
    /// Totals the source itself shows, each if present.
    pub gross: Option<(Money, At)>,
    pub net_taxable: Option<(Money, At)>,
    pub net_before_tax: Option<(Money, At)>,
    pub net_paid: Option<(Money, At)>,
    /// The source shows no employer's share at all: that none stands here says nothing.
    pub employer_hidden: bool,
    /// Elements that the source shows for nobody: that a line is absent says nothing of whether it was due.
    pub unseen: Vec<ElementId>,
    /// Whether gains that the source cannot name stand in a remainder of their own: a rule that lacks a fact for one of them
    /// then adds nothing, as last month has it already.
    pub melted: bool,
    /// The line of a part of the net that neither the source nor any file explains, though the files explain that of others: it may have been
    /// of that month alone.
    pub open_net: Option<PaidCode>,
    /// The source shows the net and no line: lines are the rules', and prove no setting.
    pub bare: bool,
    pub advance: Advance,
    /// Of an advance: the lines of the pay that it was an advance on, as its own month knew them.
    pub behind: Vec<PaidLine>,
    /// Of an advance that followed another: the lines of the pay that those before were advances on, each with its month, and what
    /// they add to the taxable net.
    pub older: (Vec<PaidLine>, Money),
    /// A run of ours paid it; and the net of the same month in the employer's own statement, where that is another.
    pub recorded: bool,
    pub true_net: Option<(Money, At)>,
    /// A line of it was an estimate that nothing has settled.
    pub estimated: bool,
    /// Other sources' payslips of the same month: where, and whether they come to the same.
    pub seconds: Vec<(At, bool)>,
    /// The same month as the employer's own software has it, come back after an estimate was paid.
    pub official: Option<Box<PaidSlip>>,
}

impl PaidSlip {
    /// The lines of the month's own pay: of an advance those of the pay behind it, where anything tells them.
    pub fn of_the_month(&self) -> &[PaidLine] {
        match (&self.official, self.advance) {
            (_, Advance::None) => &self.lines,
            (Some(official), _) => &official.lines,
            (None, _) if self.behind.is_empty() => &self.lines,
            (None, _) => &self.behind,
        }
    }

    /// Every line that was paid, whatever month it is about.
    pub fn all(&self) -> impl Iterator<Item = &PaidLine> {
        self.lines.iter().chain(&self.arrears)
    }
}
