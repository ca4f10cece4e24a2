//! Everything known of one employee before anything is computed.

use crate::facts::{Begun, Dated, Fact, FactId, Facts, Later, Role, Vocabulary};
use crate::ground::{At, EmployeeId, Iban, Money, PayMonth};
use crate::normalise::gather::AccountChange;
use crate::normalise::register::without_courtesy;
use crate::normalise::titles::spaced;
use crate::payslip::PaidSlip;
use std::collections::BTreeMap;

/// Where and how much an employee was paid last month, by the transfer file.
#[derive(Clone, Debug)]
pub struct LastTransfer {
    pub iban: Option<Iban>,
    pub name: String,
    pub amount: Money,
    pub at: At,
    /// Transfers that are neither the net of a post nor of several together: what they come to, and the nets they should be.
    pub of_all: Option<(Money, Money)>,
}

/// A further transfer of last month to somebody, which is no part of the pay that is known.
#[derive(Clone, Debug)]
pub struct Beside {
    pub amount: Money,
    pub iban: Option<Iban>,
    pub at: At,
    /// It stands in a file of an earlier day of the month, which is left where nothing proves that it belongs to the pay.
    pub earlier: bool,
}

/// What a further source says of a fact that is known already.
#[derive(Clone, Copy, Debug)]
pub struct Second {
    pub fact: FactId,
    pub at: At,
    /// Whether it says the same; `None` where that cannot be told from how it is written.
    pub agrees: Option<bool>,
}

/// Everything known of one employee before anything is computed.
#[derive(Clone, Default)]
pub struct Person {
    /// Facts as the trusted sources have them for last month.
    pub known: Facts,
    /// Other values that files hold for a fact: an old index in a list of promotions.
    pub alternatives: Vec<Fact>,
    /// What other sources say of the facts that are known.
    pub seconds: Vec<Second>,
    /// The account that this month's predecessor, as its own run wrote it, paid on, where a transfer file names another.
    pub recorded_account: Option<(Iban, At)>,
    /// What this month changes, in the order of the files.
    pub changes: Vec<Fact>,
    /// Changes that somebody's decision stands before this month.
    pub under: Vec<Fact>,
    pub staff: Option<At>,
    pub arrival: Option<At>,
    /// A reported departure that leaves nothing to pay this month.
    pub departure: Option<At>,
    /// SIRET of another employer who paid last month, by its own documents.
    pub elsewhere: Option<String>,
    pub paid: Option<PaidSlip>,
    pub transfer: Option<LastTransfer>,
    /// Nothing but the whole name says that the transfer is theirs: it is where the rules make its very sum.
    pub by_name: bool,
    /// Other transfers of last month.
    pub beside: Vec<Beside>,
    pub requests: Vec<AccountChange>,
    /// Changes that begin within this month, or before it.
    pub dated: Vec<Dated>,
    /// Flags whose no, beside a zero, said nothing and was put away.
    pub moot: Vec<Fact>,
    /// Facts that last month alone was paid on, by the record of that month; nothing where it was paid without.
    pub then: Vec<(FactId, Option<Fact>)>,
    /// What this month's lists say of months to come.
    pub later: Vec<Later>,
    /// Names as the register writes them, when no staff file does.
    pub names: (String, String),
    /// Payslips of months before the last, where a source of them survived.
    pub bygone: BTreeMap<PayMonth, PaidSlip>,
    /// What each of these months was paid on, by its record.
    pub paid_on: BTreeMap<PayMonth, Facts>,
    /// Values that records of last month and of those before say began on a day, in the order of the records.
    pub begun: Vec<Begun>,
}

impl Person {
    /// Whether a transfer is the net that was paid, or nothing else tells that net.
    pub fn is_paid_by(&self, t: &LastTransfer) -> bool {
        self.paid.as_ref().and_then(|s| s.net_paid).is_none_or(|(net, _)| net == t.amount)
    }
    /// The account last paid: of two that say what last month went to, the one that its own run proved.
    pub fn last_account(&self) -> Option<(&Iban, At)> {
        let recorded = self.recorded_account.as_ref().map(|(iban, at)| (iban, *at));
        recorded.or_else(|| self.transfer.as_ref().and_then(|t| Some((t.iban.as_ref()?, t.at))))
    }
    pub fn text<'p>(&'p self, vocabulary: &Vocabulary, role: Role) -> Option<&'p str> {
        self.fact(vocabulary, role).and_then(|f| f.value.text())
    }
    pub fn fact<'p>(&'p self, vocabulary: &Vocabulary, role: Role) -> Option<&'p Fact> {
        let id = vocabulary.role(role)?;
        self.changes.iter().rev().find(|f| f.id == id).or_else(|| self.known.get(id))
    }
    /// Whether last month was paid under the usual name and not the other.
    fn is_paid_as(&self, usual: &str, surname: &str) -> bool {
        let (usual, surname) = (spaced(usual), spaced(surname));
        let called = |name: &str| {
            let name = spaced(name);
            name.contains(&usual) && !name.contains(&surname)
        };
        let sent = self.transfer.as_ref().map_or("", |t| &t.name);
        !usual.trim().is_empty() && [self.names.0.as_str(), sent].into_iter().any(called)
    }
    /// `NOM Prénom`, from the staff file or else the register.
    pub fn name(&self, vocabulary: &Vocabulary) -> String {
        let surname = self.text(vocabulary, Role::Surname).unwrap_or(&self.names.0);
        // Under the name that the bank and the register know.
        let surname = self.text(vocabulary, Role::MarriedName).filter(|usual| self.is_paid_as(usual, surname)).unwrap_or(surname);
        let given = self.text(vocabulary, Role::GivenName).unwrap_or(&self.names.1);
        let (surname, given) = without_courtesy(surname.to_owned(), given.to_owned());
        let joined = format!("{surname} {given}");
        if joined.trim().is_empty() {
            self.text(vocabulary, Role::FullName).unwrap_or_default().to_owned()
        } else {
            joined.trim().to_owned()
        }
    }
}

/// All employees by number. Boxed: a tree keeps room for more than it holds, and a person is large.
pub type People = BTreeMap<EmployeeId, Box<Person>>;
