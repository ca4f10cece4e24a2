//! Which source is believed where two say different things of a fact, and whether they do.
//!
//! Without a word of the job the first source keeps its word: staff files, then registers, then the documents beside them.
//! What replay proves stands over any order: this only says what is held until then.

use crate::facts::{FactDecl, FactId, FactKind, NumberForm, Role, Value};
use crate::ground::{At, Exact};
use crate::normalise::people::may_be_same;
use crate::normalise::text::fold;
use std::collections::BTreeMap;

/// A kind of source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Teller {
    Staff,
    Register,
    Statement,
    Declaration,
    Record,
}

impl Teller {
    pub const ALL: [Self; 5] = [Self::Staff, Self::Register, Self::Statement, Self::Declaration, Self::Record];

    /// Its name in `releve.toml`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Register => "register",
            Self::Statement => "xhl",
            Self::Declaration => "dsn",
            Self::Record => "record",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.id() == text)
    }
}

/// The order of trust of the job, and what each source is.
#[derive(Clone, Default, Debug)]
pub struct Trust {
    /// Most trusted first; empty when the job does not say.
    pub order: Vec<Teller>,
    /// For single facts.
    pub facts: BTreeMap<FactId, Vec<Teller>>,
    pub of: BTreeMap<u16, Teller>,
    /// The transfers stand in for those of last month: the accounts they name may be old ones.
    pub old_transfers: bool,
}

impl Trust {
    /// Whether what stands at one place is believed rather than what stands at another.
    pub fn prefers(&self, fact: FactId, one: At, other: At) -> bool {
        let order = self.facts.get(&fact).unwrap_or(&self.order);
        let rank = |at: At| self.of.get(&at.source).and_then(|t| order.iter().position(|o| o == t)).unwrap_or(order.len());
        rank(one) < rank(other)
    }

    /// Whether the lines of one kind of source are believed rather than those of another.
    pub fn lines_of(&self, one: Teller, other: Teller) -> bool {
        let rank = |t: Teller| self.order.iter().position(|o| *o == t).unwrap_or(self.order.len());
        rank(one) < rank(other)
    }
}

/// Shares and rates that differ by less than this are the same, rounded: 4/7 and 57,14 %.
const ROUNDED: (i64, i64) = (1, 2_000);

/// Whether two values say the same; `None` where the way they are written cannot tell (a grade in other words, a first day that
/// counts from another event).
pub fn agree(decl: &FactDecl, a: &Value, b: &Value) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    match (&decl.kind, a, b) {
        (FactKind::Number { form }, Value::Number(x), Value::Number(y)) => {
            let near = matches!(form, NumberForm::Rate | NumberForm::Fraction);
            let gap = x.sub(*y)?.abs();
            Some(near && gap <= Exact::ratio(ROUNDED.0, ROUNDED.1)?)
        }
        (FactKind::Choice { .. }, _, _) | (FactKind::Flag, _, _) => Some(false),
        (FactKind::Date, _, _) => (decl.role == Some(Role::BirthDate)).then_some(false),
        (FactKind::Text, Value::Text(x), Value::Text(y)) => match decl.role {
            Some(Role::Surname | Role::GivenName | Role::MarriedName | Role::FullName) => Some(may_be_same((x, ""), (y, ""))),
            Some(Role::IdentityNumber) => {
                let key = |t: &str| t.chars().filter(char::is_ascii_alphanumeric).take(13).collect::<String>();
                Some(key(x) == key(y))
            }
            Some(Role::Iban) => {
                let key = |t: &str| t.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
                Some(key(x) == key(y))
            }
            _ => (fold(x) == fold(y)).then_some(true),
        },
        _ => None,
    }
}
