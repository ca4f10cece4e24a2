//! What a payslip shows, ready to print. Knows no pay rule: the caller decides what each field says.
//!
//! What is not known is `None` and is left out or printed as "non disponible"; nothing is guessed here.

use crate::ground::{EmployeeId, Iban, Lang, Money, Nir, PayMonth, Siret};
use crate::payslip::Totals;
use chrono::NaiveDate;

/// One document for one agent: a payslip, or the notice of an advance.
#[derive(Clone, Debug)]
pub struct PrintedPayslip {
    /// Language of the fixed words; labels of lines come in that language from the caller.
    pub lang: Lang,
    /// Stable number of the slip. It identifies the document in archives, so two slips never share one.
    pub number: String,
    /// Date of the job, written in the document's properties.
    pub made_on: NaiveDate,
    /// Nobody has released it yet: the head says so.
    pub draft: bool,
    pub employer: Employer,
    pub agent: Agent,
    pub period: Period,
    pub payment: Payment,
    pub body: Body,
}

/// Who pays.
#[derive(Clone, Debug, Default)]
pub struct Employer {
    pub name: String,
    pub address: Vec<String>,
    pub siret: Option<Siret>,
    /// Activity code, `84.11Z`.
    pub ape: Option<String>,
    /// Account under which contributions are paid (URSSAF).
    pub contribution_account: Option<String>,
    /// Service, telephone or address an agent writes to.
    pub contact: Option<String>,
}

/// Who is paid. Name and address stand where a window envelope shows them, and nothing else does.
#[derive(Clone, Debug)]
pub struct Agent {
    pub matricule: EmployeeId,
    pub name: String,
    pub address: Vec<String>,
    pub nir: Option<Nir>,
    /// Statut: titulaire, stagiaire, contractuel.
    pub status: Option<String>,
    /// Régime: CNRACL, général + IRCANTEC.
    pub scheme: Option<String>,
    /// Emploi or cadre d'emplois.
    pub job: Option<String>,
    pub grade: Option<String>,
    pub step: Option<String>,
    /// Indice brut.
    pub index_gross: Option<u32>,
    /// Indice majoré.
    pub index_major: Option<u32>,
    pub nbi_points: Option<u32>,
    /// Children counted for the SFT.
    pub children: Option<u32>,
    /// Quotité and rate of pay, `80 % (6/7)`.
    pub working_time: Option<String>,
    /// Temps non complet, `17,5/35`.
    pub part_time_post: Option<String>,
    pub service: Option<String>,
    /// Which post the slip is about, when the agent has several.
    pub post: Option<String>,
}

impl Agent {
    /// An agent of whom only this is known.
    pub fn new(matricule: EmployeeId, name: &str) -> Self {
        Self {
            matricule,
            name: name.to_owned(),
            address: Vec::new(),
            nir: None,
            status: None,
            scheme: None,
            job: None,
            grade: None,
            step: None,
            index_gross: None,
            index_major: None,
            nbi_points: None,
            children: None,
            working_time: None,
            part_time_post: None,
            service: None,
            post: None,
        }
    }
}

/// The month paid for.
#[derive(Clone, Debug)]
pub struct Period {
    pub month: PayMonth,
    /// First and last day, when the month is not a whole one.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Hours paid, `151,67`.
    pub hours: Option<String>,
    /// Days at full and reduced pay, as the caller words it.
    pub presence: Option<String>,
}

/// When and how the money leaves. The account is printed masked, never whole.
#[derive(Clone, Debug, Default)]
pub struct Payment {
    pub date: Option<NaiveDate>,
    pub mode: Option<PaymentMode>,
    pub account: Option<Iban>,
    /// The money stays: the agent is set aside, and nothing says yet how the net will reach them.
    pub held: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PaymentMode {
    Transfer,
    Cheque,
    Cash,
}

#[derive(Clone, Debug)]
pub enum Body {
    Pay(Box<Pay>),
    /// Nothing but an advance: no contributions and no cumuls, deducted from the next slip.
    Advance(Advance),
}

/// An advance on pay.
#[derive(Clone, Debug)]
pub struct Advance {
    pub amount: Money,
    /// How the amount was set: "80 % du net payé de novembre 2021".
    pub basis: String,
}

/// A month's pay.
#[derive(Clone, Debug)]
pub struct Pay {
    /// Present as soon as one line is estimated or carried over.
    pub provisional: Option<Provisional>,
    /// Number of the slip that this one cancels and replaces.
    pub replaces: Option<String>,
    /// Number of the first slip of the month, when this one is complementary to it.
    pub completes: Option<String>,
    /// Other slips of the same person and month, and what all of them come to, as a sentence.
    pub beside: Option<String>,
    /// In printing order; lines of the same part and section stand together.
    pub lines: Vec<Line>,
    pub totals: Totals,
    /// Shown where and when the law wants it.
    pub net_social: Option<Money>,
    pub tax: Option<Tax>,
    /// Sums since January, by date of payment, this month included.
    pub cumuls: Option<Cumuls>,
    pub leave: Option<Vec<Leave>>,
    /// Where the items are explained.
    pub explained: Option<String>,
}

/// Why a slip is provisional.
#[derive(Clone, Debug, Default)]
pub struct Provisional {
    /// What is estimated, as a clause: "l'IFSE, reconduite de novembre 2021". The marked lines speak for themselves when `None`.
    pub what: Option<String>,
}

/// Where a line stands, hence which total it belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// In the gross.
    Gross,
    /// Contributions, between gross and net.
    Contribution,
    /// Other sums inside the net before tax.
    BeforeTax,
    /// Other sums after tax: refunds, sums withheld for others, advances taken back.
    AfterTax,
}

/// One printed line. Amounts are the rounded ones that the totals were added from.
#[derive(Clone, Debug)]
pub struct Line {
    pub part: Part,
    /// Heading under which it stands; sections with several lines show their sums.
    pub section: Option<String>,
    pub code: String,
    pub label: String,
    /// As printed: `1 663,54`, `25 pts`, `12 h`.
    pub base: Option<String>,
    /// As printed: `11,10 %`.
    pub rate: Option<String>,
    /// Signed effect on the agent; `None` when only the employer pays.
    pub amount: Option<Money>,
    pub employer_rate: Option<String>,
    pub employer_amount: Option<Money>,
    /// The month an arrears line is about.
    pub period: Option<PayMonth>,
    /// Estimated or carried over: printed with (e).
    pub estimated: bool,
}

/// Income tax withheld at source; the amount is in the totals.
#[derive(Clone, Debug)]
pub struct Tax {
    pub code: String,
    pub label: String,
    pub base: Money,
    /// As printed: `1,30 %`; empty where no rate is known.
    pub rate: String,
    pub kind: TaxRate,
    /// Estimated or carried over: printed with (e).
    pub estimated: bool,
}

/// Where a rate comes from, as far as there is more than one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TaxRate {
    /// Sent by the tax office for this person.
    Personal,
    /// Neutral table, no personal rate being known.
    Neutral,
    /// Anything else, as the caller words it.
    Other(String),
}

/// Sums of the year of payment, this month included.
#[derive(Clone, Debug, Default)]
pub struct Cumuls {
    pub year: i32,
    pub gross: Option<Money>,
    pub hours: Option<String>,
    pub taxable: Option<Money>,
    pub income_tax: Option<Money>,
    pub employer: Option<Money>,
}

/// One kind of leave, in days or hours as the caller words it.
#[derive(Clone, Debug)]
pub struct Leave {
    pub label: String,
    pub taken: Option<String>,
    pub left: Option<String>,
}
