//! `decisions.csv`: what people decided, by whom, when and why. Read with places, applied to people, told in findings.
//!
//! A decision that cannot be read, that contradicts another or that nothing uses blocks: what somebody decided must never
//! be left out in silence.

mod alone;
mod apply;
mod judge;
mod read;
mod write;

pub use alone::alone;
pub use apply::{apply, named, rename, renumber, same_as_paid, sort_out};
pub use judge::{judge, settle};
pub use read::{COLUMNS, TITLES_FR, read};
pub use write::{decide, decide_from, french_kind, still_valid};

use super::inputs::HashedFile;
use crate::compute::employee::Way;
use crate::facts::{FactId, Value};
use crate::ground::{At, EmployeeId, Finding, Iban, PayMonth};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What was decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// How the employee is paid.
    Mode(Way),
    /// A fact of this month.
    Override(FactId, Value),
    /// Findings of this code need no further reason: those with these marks, or whichever come where there are none.
    Waiver { code: String, marks: Vec<String> },
    /// The account the employee named on the telephone, and the number called.
    CallBack { iban: Iban, number: String },
    /// Another number in this month's files is this employee.
    Join(EmployeeId),
    /// First day, and the act behind it.
    Arrival { day: NaiveDate, act: String },
    /// Last day.
    Leaver(NaiveDate),
    /// Still in post, though no staff file says so.
    Present,
    /// Out of this month's pay: no payslip.
    Exclude,
}

impl What {
    /// The word that `decisions.csv` has for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Mode(_) => "mode",
            Self::Override(..) => "override",
            Self::Waiver { .. } => "waiver",
            Self::CallBack { .. } => "call-back",
            Self::Join(_) => "join",
            Self::Arrival { .. } => "arrival",
            Self::Leaver(_) => "leaver",
            Self::Present => "present",
            Self::Exclude => "exclusion",
        }
    }

    /// Whether it waives a finding, whoever that is about.
    pub fn waives(&self, f: &Finding) -> bool {
        matches!(self, Self::Waiver { code, marks } if *code == f.code && (marks.is_empty() || marks.contains(&f.mark())))
    }

    /// Two decisions about the same thing must say the same.
    fn same_matter(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Override(a, _), Self::Override(b, _)) => a == b,
            (Self::Join(a), Self::Join(b)) => a == b,
            (Self::Mode(_) | Self::Exclude, Self::Mode(_) | Self::Exclude) | (Self::CallBack { .. }, Self::CallBack { .. }) => true,
            (Self::Arrival { .. } | Self::Leaver(_) | Self::Present, Self::Arrival { .. } | Self::Leaver(_) | Self::Present) => {
                // Who comes and goes within a month has two days.
                !matches!((self, other), (Self::Arrival { .. }, Self::Leaver(_)) | (Self::Leaver(_), Self::Arrival { .. }))
            }
            _ => false,
        }
    }
}

/// Whether a join is about a name: words, and no digit.
pub fn is_name(about: &EmployeeId) -> bool {
    let text = about.as_str();
    text.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !text.contains(|c: char| c.is_ascii_digit())
}

/// Whom a row is about, as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whom {
    One(EmployeeId),
    /// `*`: every employee; for waivers only.
    Everyone,
    /// Nobody in particular: findings of the run.
    Run,
}

/// One row, understood.
#[derive(Clone, Debug)]
pub struct Decision {
    pub what: What,
    pub whom: Whom,
    /// The post is written beside the number: it is about that post alone.
    pub of_post: bool,
    /// First and last month for which it holds.
    pub months: (PayMonth, PayMonth),
    pub author: String,
    pub date: NaiveDate,
    pub reason: String,
    pub at: At,
    pub state: State,
}

/// What became of a decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Read, and not yet used.
    Open,
    /// Changed what is computed.
    Applied,
    /// Says that what was due is paid, and changes nothing that is computed.
    Settled,
    /// Held for an earlier month.
    Expired,
    /// Told by a finding of its own: contradicted, or about somebody unknown.
    Refused,
    /// Nothing to use it on; the key of the sentence that says why.
    Idle(&'static str),
}

/// A row that could not be understood: whom it names, as written, and what is wrong.
#[derive(Clone, Debug)]
pub struct Broken {
    pub whom: String,
    pub finding: Finding,
}

/// What is decided for one employee: indices in the list.
#[derive(Clone, Copy, Default, Debug)]
pub struct OfAgent {
    pub mode: Option<usize>,
    pub call_back: Option<usize>,
    pub present: Option<usize>,
    pub excluded: Option<usize>,
}

/// All of `decisions.csv`.
#[derive(Clone, Default, Debug)]
pub struct Decisions {
    pub list: Vec<Decision>,
    pub broken: Vec<Broken>,
    pub agents: BTreeMap<EmployeeId, OfAgent>,
    /// The file, for the manifest; `None` when there is none.
    pub file: Option<HashedFile>,
}

impl Decision {
    /// Whether it is about an employee; without a post it is about every post of his.
    pub fn names(&self, id: &EmployeeId) -> bool {
        matches!(&self.whom, Whom::One(a) if a == id || !self.of_post && a.as_str() == id.as_str())
    }
}

impl Decisions {
    pub fn of(&self, id: &EmployeeId) -> OfAgent {
        self.agents.get(id).copied().unwrap_or_default()
    }
    /// How somebody decided that the employee is paid.
    pub fn way(&self, id: &EmployeeId) -> Option<Way> {
        match &self.list.get(self.of(id).mode?)?.what {
            What::Mode(w) => Some(*w),
            _ => None,
        }
    }
    /// The recorded call-back of an employee: the account and the decision.
    pub fn call_back(&self, id: &EmployeeId) -> Option<(&Iban, &str, &Decision)> {
        let d = self.list.get(self.of(id).call_back?)?;
        match &d.what {
            What::CallBack { iban, number } => Some((iban, number, d)),
            _ => None,
        }
    }
    /// The decision that leaves an employee out of the month.
    pub fn excluded(&self, id: &EmployeeId) -> Option<&Decision> {
        self.list.get(self.of(id).excluded?)
    }
    /// Whether somebody decided this month that an employee has left.
    pub fn left(&self, id: &EmployeeId) -> bool {
        self.list.iter().any(|d| matches!(d.what, What::Leaver(_)) && d.state == State::Applied && d.names(id))
    }
    /// Whom names mean that lists write without a number; a number written there is found under it.
    pub fn names(&self) -> Vec<(String, EmployeeId)> {
        let open = self.list.iter().filter(|d| d.state == State::Open);
        let name = |d: &Decision| match (&d.what, &d.whom) {
            (What::Join(name), Whom::One(id)) if is_name(name) => Some((name.as_str().to_owned(), id.clone())),
            _ => None,
        };
        open.filter_map(name).collect()
    }
    pub fn is_present(&self, id: &EmployeeId) -> bool {
        self.of(id).present.is_some()
    }
}
