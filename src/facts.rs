//! Noun: what is known of one employee, each fact with its place.
//!
//! The vocabulary (names, kinds, labels) comes from the rule pack; this module only holds it.

use crate::ground::number::{percent, plain};
use crate::ground::{At, EmployeeId, Exact, Lang, PayMonth, Words, words};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Index of a fact in the vocabulary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FactId(pub u16);

impl FactId {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A value of a fact. Fractions stay exact: 80 % paid as six sevenths is 6/7.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    Number(Exact),
    Text(Arc<str>),
    /// One of the fact's list: its index there.
    Choice(u16),
    Date(NaiveDate),
    Flag(bool),
}

impl Value {
    pub const fn number(&self) -> Option<Exact> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Text(_) | Self::Choice(_) | Self::Date(_) | Self::Flag(_) => None,
        }
    }
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(t) => Some(t),
            Self::Number(_) | Self::Choice(_) | Self::Date(_) | Self::Flag(_) => None,
        }
    }
    pub const fn date(&self) -> Option<NaiveDate> {
        match self {
            Self::Date(d) => Some(*d),
            Self::Number(_) | Self::Choice(_) | Self::Text(_) | Self::Flag(_) => None,
        }
    }
}

/// How a fact came to be known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    /// Read in a source, at the fact's place.
    Read,
    /// Follows from a line that was paid; recomputing with it gives that line to the cent.
    Inferred,
    /// Recorded by a person in `decisions.csv`.
    Decided,
}

impl Origin {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Inferred => "inferred",
            Self::Decided => "decided",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Inferred, Self::Decided].into_iter().find(|o| o.id() == text)
    }
}

/// Where somebody stood in the month, as the program's standings are called in files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stood {
    /// Paid, and known to the staff files.
    Stays,
    /// Paid for the first time.
    Arrives,
    /// Paid, and known to no staff file.
    Unknown,
    /// Known to a staff file, and not paid.
    NotPaid,
}

impl Stood {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Stays => "stays",
            Self::Arrives => "arrives",
            Self::Unknown => "unknown",
            Self::NotPaid => "not-paid",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Stays, Self::Arrives, Self::Unknown, Self::NotPaid].into_iter().find(|s| s.id() == text)
    }
}

/// One fact of one employee.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    pub id: FactId,
    pub value: Value,
    pub at: At,
    pub origin: Origin,
}

/// A change of a fact that begins on another day than the first of the month to be paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dated {
    pub fact: FactId,
    pub from: NaiveDate,
    pub at: At,
}

/// A value that the record of a month says began on a day: within that month, or before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begun {
    pub record: PayMonth,
    pub fact: Fact,
    pub from: NaiveDate,
}

/// What a list of one month says of the months after: a new value from a day on, or an absence that began on it and goes on,
/// whose days are counted to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Later {
    pub fact: Fact,
    pub from: NaiveDate,
}

/// All facts of one employee for one month, sorted by id, each at most once.
#[derive(Clone, Default, Debug)]
pub struct Facts(Vec<Fact>);

impl Facts {
    pub fn get(&self, id: FactId) -> Option<&Fact> {
        self.0.binary_search_by_key(&id, |f| f.id).ok().map(|i| &self.0[i])
    }
    pub fn value(&self, id: FactId) -> Option<&Value> {
        self.get(id).map(|f| &f.value)
    }
    /// Puts the fact in, in place of an earlier one of the same id, which is handed back.
    pub fn set(&mut self, fact: Fact) -> Option<Fact> {
        match self.0.binary_search_by_key(&fact.id, |f| f.id) {
            Ok(i) => Some(std::mem::replace(&mut self.0[i], fact)),
            Err(i) => {
                self.0.insert(i, fact);
                None
            }
        }
    }
    pub fn remove(&mut self, id: FactId) -> Option<Fact> {
        self.0.binary_search_by_key(&id, |f| f.id).ok().map(|i| self.0.remove(i))
    }
    /// The facts of two months side by side, in order.
    pub fn beside<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (Option<&'a Fact>, Option<&'a Fact>)> {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        std::iter::from_fn(move || {
            let next = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) => x.id.min(y.id),
                (Some(x), None) => x.id,
                (None, y) => y?.id,
            };
            Some((a.next_if(|x| x.id == next), b.next_if(|y| y.id == next)))
        })
    }
    pub fn iter(&self) -> std::slice::Iter<'_, Fact> {
        self.0.iter()
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn shrink(&mut self) {
        crate::ground::room::exactly(&mut self.0);
    }
}

/// What a fact is, as the pack declares it; decides how a cell is read and what a formula may do with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FactKind {
    /// A number with a unit (`unit` is compared by the rule compiler; readers only need [`NumberForm`]).
    Number {
        form: NumberForm,
    },
    Date,
    Text,
    /// One of a list; each entry with the texts under which files write it.
    Choice {
        options: Vec<ChoiceOption>,
    },
    Flag,
}

/// How a number is written in files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumberForm {
    /// Euros, at most two decimals.
    Money,
    /// `2,1`, `2,1 %` or `0,021` for a rate of 2.1 %; held as 0.021.
    Rate,
    /// A share of a whole: `80 %`, `0,8`, `80`, `28/35`; held as it is paid.
    Fraction,
    Points,
    Hours,
    Days,
    Count,
}

/// One entry of a closed list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChoiceOption {
    pub id: String,
    pub label: Words,
    /// Texts that mean it, folded once [`Vocabulary::fold_options`] has been told how (no accents, lower case).
    pub written: Vec<String>,
}

/// One entry of the vocabulary.
#[derive(Clone, Debug)]
pub struct FactDecl {
    pub name: String,
    pub kind: FactKind,
    pub label: Words,
    /// Shown instead of `label` in reports that go round, when that must not be seen.
    pub printed: Option<Words>,
    /// Titles under which exports write it.
    pub headings: Vec<String>,
    /// What the engine itself must know of it (`surname`, `iban`, …), when it must.
    pub role: Option<Role>,
    /// True when it stays from month to month; false when it belongs to one month.
    pub recurs: bool,
    /// A sum since January, this month left out: the file of last month's end holds it for this month; zero in January.
    pub since_january: bool,
    /// What each month adds to such a sum: a value, a total or a pay element.
    pub adds: Option<String>,
    /// A value of the pack that the amount moves with.
    pub follows: Option<String>,
    /// A value of the pack that the fact of this month is, where nothing gives it: what follows from others stands apart.
    pub worked_out: Option<String>,
    /// No number above it is this fact: what a column that holds one cannot be.
    pub most: Option<Exact>,
    /// Texts that say there is no value of one's own: « neutre » where a personal rate would stand.
    pub none: Vec<String>,
    /// Facts that one cell holds together, the larger first: `778/640` is a gross index and a pay index.
    pub parts: Vec<String>,
    /// The same in all posts of an employee, besides what identifies and pays the person.
    pub of_person: bool,
    /// What the employee's other posts come to.
    pub other_posts: Option<OtherPosts>,
    /// Causes of a difference when the fact changes, starts or ends.
    pub causes: Causes,
}

/// A fact that is the sum of one of the employee's other posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPosts {
    /// The fact of theirs.
    pub of: String,
    /// What each is multiplied with.
    pub times: Exact,
    /// Only posts in which that choice is one of these count; no name when all do.
    pub where_fact: String,
    pub where_is: Vec<String>,
}

impl FactDecl {
    /// Whether a file that says it of somebody with several posts says it of all of them.
    pub fn is_of_person(&self) -> bool {
        self.of_person || self.role.is_some_and(Role::is_of_person)
    }

    /// A value as the record of a month writes it, the same in every language: `2.1`, `6/7`, `2021-12-06`, `yes`, an option's id.
    pub fn written<'v>(&'v self, value: &'v Value) -> Cow<'v, str> {
        match (value, &self.kind) {
            (Value::Number(n), _) => n.to_string().into(),
            (Value::Text(t), _) => Cow::Borrowed(t),
            (Value::Date(d), _) => d.to_string().into(),
            (Value::Flag(yes), _) => if *yes { "yes" } else { "no" }.into(),
            (Value::Choice(i), FactKind::Choice { options }) => options.get(usize::from(*i)).map_or("", |o| o.id.as_str()).into(),
            (Value::Choice(_), _) => "".into(),
        }
    }

    /// A value as people read it: a rate in percent, money with two decimals, the label of an option.
    pub fn shown(&self, value: &Value, lang: Lang) -> String {
        match (value, &self.kind) {
            (Value::Number(n), FactKind::Number { form: NumberForm::Rate }) => percent(*n, lang),
            (Value::Number(n), FactKind::Number { form: NumberForm::Money }) => plain(*n, 2, lang),
            // A share of a whole in percent; one of sevenths or thirds stays what it is.
            (Value::Number(n), FactKind::Number { form: NumberForm::Fraction }) if n.to_decimal().is_some() => percent(*n, lang),
            (Value::Number(n), FactKind::Number { form: NumberForm::Fraction }) => n.reduced().to_string(),
            (Value::Number(n), _) => plain(*n, 0, lang),
            (Value::Text(t), _) => t.to_string(),
            (Value::Date(d), _) => d.format("%d/%m/%Y").to_string(),
            (Value::Flag(yes), _) => words::ui(if *yes { "ui.yes" } else { "ui.no" }, lang).to_owned(),
            (Value::Choice(i), FactKind::Choice { options }) => {
                options.get(usize::from(*i)).map_or_else(String::new, |o| o.label.get(lang).to_owned())
            }
            (Value::Choice(i), _) => i.to_string(),
        }
    }

    /// The value that [`Self::written`] wrote.
    pub fn read_back(&self, text: &str) -> Option<Value> {
        Some(match &self.kind {
            FactKind::Number { .. } => Value::Number(Exact::parse(text)?),
            FactKind::Text => Value::Text(text.into()),
            FactKind::Date => Value::Date(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?),
            FactKind::Flag => Value::Flag(match text {
                "yes" => true,
                "no" => false,
                _ => return None,
            }),
            FactKind::Choice { options } => Value::Choice(options.iter().position(|o| o.id == text)? as u16),
        })
    }
}

/// Cause codes of a change of a fact.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Causes {
    pub change: String,
    pub start: String,
    pub end: String,
}

/// Facts of identity and payment that the engine handles by itself, in any country.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Employee,
    Post,
    Surname,
    MarriedName,
    GivenName,
    /// Surname and given name in one cell.
    FullName,
    BirthDate,
    IdentityNumber,
    Address,
    PostalCode,
    Town,
    Iban,
    /// The four parts of an account as banks wrote it before the IBAN.
    AccountBank,
    AccountBranch,
    AccountNumber,
    AccountKey,
    AccountHolder,
    Service,
    /// First and last paid day.
    Entry,
    Exit,
    /// End of a contract: the last paid day unless renewed.
    ContractEnd,
    /// Where the person stands (in activity, on leave…).
    Position,
    /// Reference of the act behind a change (arrêté, contract).
    Act,
    Grade,
    /// Whether a leave goes on from an earlier one, and the day it began.
    LeaveContinues,
    LeaveStart,
    /// How many leaves begin in the month, and how long the longest has lasted at its end.
    LeavesBegun,
    LeaveLength,
}

impl Role {
    /// Who somebody is and where the money goes, whichever of several posts is paid.
    pub const fn is_of_person(self) -> bool {
        match self {
            Self::Employee
            | Self::Surname
            | Self::MarriedName
            | Self::GivenName
            | Self::FullName
            | Self::BirthDate
            | Self::IdentityNumber
            | Self::Address
            | Self::PostalCode
            | Self::Town
            | Self::Iban
            | Self::AccountBank
            | Self::AccountBranch
            | Self::AccountNumber
            | Self::AccountKey
            | Self::AccountHolder => true,
            Self::Post
            | Self::Service
            | Self::Entry
            | Self::Exit
            | Self::ContractEnd
            | Self::Position
            | Self::Act
            | Self::Grade
            | Self::LeaveContinues
            | Self::LeaveStart
            | Self::LeavesBegun
            | Self::LeaveLength => false,
        }
    }
    /// As rule files write them.
    pub const NAMES: [&'static str; 28] = [
        "employee",
        "post",
        "surname",
        "married_name",
        "given_name",
        "full_name",
        "birth_date",
        "identity_number",
        "address",
        "postal_code",
        "town",
        "iban",
        "account_bank",
        "account_branch",
        "account_number",
        "account_key",
        "account_holder",
        "service",
        "entry",
        "exit",
        "contract_end",
        "position",
        "act",
        "grade",
        "leave_continues",
        "leave_start",
        "leaves_begun",
        "leave_length",
    ];
}

/// All facts the pack knows.
#[derive(Clone, Default, Debug)]
pub struct Vocabulary {
    facts: Vec<FactDecl>,
    by_name: BTreeMap<String, FactId>,
    by_role: BTreeMap<Role, FactId>,
    moot: BTreeMap<FactId, FactId>,
    told_with: Vec<(FactId, FactId)>,
    comes_with: Vec<(FactId, FactId)>,
    asked_with: Vec<(FactId, FactId)>,
    begun_named: Vec<(FactId, Vec<String>)>,
    next_month: BTreeSet<FactId>,
    either_sign: BTreeSet<FactId>,
    shared: BTreeMap<FactId, Shared>,
    thirtieths: BTreeMap<FactId, FactId>,
}

/// Where a change within the month leaves what the formulas share its days by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shared {
    /// The value of before.
    pub before: FactId,
    /// The first day of the new one.
    pub begins: FactId,
}

impl Vocabulary {
    /// Adds an entry; a name or a role that is taken keeps its first owner.
    pub fn add(&mut self, decl: FactDecl) -> FactId {
        let id = FactId(u16::try_from(self.facts.len()).expect("a pack declares fewer than 65,000 facts"));
        self.by_name.entry(decl.name.clone()).or_insert(id);
        if let Some(r) = decl.role {
            self.by_role.entry(r).or_insert(id);
        }
        self.facts.push(decl);
        id
    }
    pub fn get(&self, id: FactId) -> &FactDecl {
        &self.facts[id.index()]
    }
    pub fn named(&self, name: &str) -> Option<FactId> {
        self.by_name.get(name).copied()
    }
    pub fn role(&self, role: Role) -> Option<FactId> {
        self.by_role.get(&role).copied()
    }
    pub fn iter(&self) -> impl Iterator<Item = (FactId, &FactDecl)> {
        self.facts.iter().enumerate().map(|(i, f)| (FactId(i as u16), f))
    }
    /// Brings the texts of all options into the form that readers compare, the options' own names among them.
    pub fn fold_options(&mut self, fold: fn(&str) -> String) {
        for decl in &mut self.facts {
            let FactKind::Choice { options } = &mut decl.kind else { continue };
            for o in options {
                let id = std::iter::once(&o.id);
                o.written = o.written.iter().chain(id).map(|w| fold(w)).collect();
            }
        }
    }
    /// A no of `flag` beside a zero of `count` says nothing: who has no child draws nothing for children.
    pub fn make_moot(&mut self, flag: FactId, count: FactId) {
        self.moot.insert(flag, count);
    }
    /// Flags whose no says nothing beside a zero, each with the fact that is zero.
    pub fn moot(&self) -> impl Iterator<Item = (FactId, FactId)> {
        self.moot.iter().map(|(a, b)| (*a, *b))
    }
    /// The first holds for the value of the second that came with it: another value alone ends it.
    pub fn told_with(&mut self, about: FactId, value: FactId) {
        self.told_with.push((about, value));
    }
    /// Facts that are about another, each with it.
    pub fn about_others(&self) -> &[(FactId, FactId)] {
        &self.told_with
    }
    /// A new value of the first comes with one of the second, which pay follows: a step with its index.
    pub fn comes_with(&mut self, sign: FactId, value: FactId) {
        self.comes_with.push((sign, value));
    }
    /// Facts whose new value comes with one of another, each with it.
    pub fn signs(&self) -> &[(FactId, FactId)] {
        &self.comes_with
    }
    /// A new value of the second leaves open whether the first still holds.
    pub fn asked_with(&mut self, flag: FactId, value: FactId) {
        self.asked_with.push((flag, value));
    }
    /// Flags that a new value of another fact leaves open, each with it.
    pub fn left_open(&self) -> &[(FactId, FactId)] {
        &self.asked_with
    }
    /// The fact counts the leaves of the month that begin under one of these words.
    pub fn begun_named(&mut self, count: FactId, words: Vec<String>) {
        self.begun_named.push((count, words));
    }
    /// Facts that count leaves of a name, each with its words.
    pub fn named_leaves(&self) -> &[(FactId, Vec<String>)] {
        &self.begun_named
    }
    /// A rise within a month counts from the first day of the next: a child born on the 12th.
    pub fn rises_next_month(&mut self, fact: FactId) {
        self.next_month.insert(fact);
    }
    pub fn is_next_month(&self, fact: FactId) -> bool {
        self.next_month.contains(&fact)
    }
    /// A list may give it below zero: arrears are owed, or taken back.
    pub fn takes_either_sign(&mut self, fact: FactId) {
        self.either_sign.insert(fact);
    }
    /// A change within the month stands with its value of before and its first day: the formulas share the month's days.
    pub fn share(&mut self, fact: FactId, days: Shared) {
        self.shared.insert(fact, days);
    }
    pub fn shared(&self, fact: FactId) -> Option<Shared> {
        self.shared.get(&fact).copied()
    }
    /// Days of the first that lists give with their dates stand in the second as thirtieths of the month.
    pub fn in_thirtieths(&mut self, days: FactId, thirtieths: FactId) {
        self.thirtieths.insert(days, thirtieths);
    }
    pub fn thirtieths_of(&self, days: FactId) -> Option<FactId> {
        self.thirtieths.get(&days).copied()
    }
    pub fn may_be_negative(&self, fact: FactId) -> bool {
        self.either_sign.contains(&fact)
    }
    pub fn len(&self) -> usize {
        self.facts.len()
    }
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }
}

/// One employee (one post of one) with the facts of one month.
#[derive(Clone, Debug)]
pub struct Employee {
    pub id: EmployeeId,
    pub post: u16,
    pub facts: Facts,
}
