//! What a pack declares, as read: every item with its file and bytes, names not yet bound.

mod controls;
mod elements;
mod facts;
mod named;
mod orders;
mod periods;
mod read;
mod said;
mod settings;
mod tables;
mod values;

use crate::facts::{FactKind, Vocabulary};
use crate::ground::Words;
use crate::ground::document::{Spot, TextFile};
use crate::rules::expr::Expr;
use crate::rules::kinds::{Kind, ListOf, Unit};
use crate::rules::overlay::Layer;
pub use controls::{Case, Control, Measure};
pub use elements::{Amounts, Element, Inference, Total, Version};
pub use named::Named;
pub use read::{head_key, head_span, keys_of, read, read_layers};
pub use said::{meant, sample};
pub use settings::{Setting, SettingKind, unfit, values as setting_values};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
pub use tables::{Table, TableRow};
pub use values::{Parameter, ParameterValue, ValueDecl, ValueVersion};

/// A formula with its place: byte `start` of file `file` is its first character.
#[derive(Clone, Debug)]
pub struct Formula {
    pub file: u16,
    pub start: usize,
    pub text: String,
    pub ast: Expr,
}

impl Formula {
    /// Bytes in the file of a stretch of the formula.
    pub fn span(&self, inner: &Range<usize>) -> Range<usize> {
        self.start + inner.start..self.start + inner.end
    }
}

/// Where an item stands.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub file: u16,
    pub span: Range<usize>,
}

/// What the program itself attributes a cause for; a pack says which of its causes that is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseRole {
    /// Somebody new, or gone.
    Arrival,
    Departure,
    /// A line of last month alone.
    OneOffEnded,
    /// The days of the month.
    Calendar,
    /// A law that moves a base.
    Consequence,
    /// Rates and versions of rules.
    Rates,
    /// What replay left: a cent, or more.
    Rounding,
    Estimate,
    /// A fact that a person set.
    Override,
    /// What an earlier month owed, or was paid too much.
    Arrears,
}

impl CauseRole {
    /// As rule files write them.
    pub const NAMES: [&'static str; 10] =
        ["arrival", "departure", "one_off_ended", "calendar", "consequence", "rates", "rounding", "estimate", "override", "arrears"];
}

/// Everything a pack declares.
#[derive(Clone, Debug, Default)]
pub struct Pack {
    pub id: String,
    pub name: Words,
    pub version: String,
    pub language: String,
    pub recheck_after_days: Option<i64>,
    pub files: Vec<TextFile>,
    pub vocabulary: Vocabulary,
    pub defaults: Vec<Option<String>>,
    pub fact_units: Vec<Unit>,
    /// Facts whose kind could not be read: they fit anything, so that one mistake is one finding.
    pub fact_unknown: Vec<bool>,
    /// Values of law, settings and tables of which that is so, by name.
    pub unread: BTreeSet<String>,
    pub fact_origins: Vec<Origin>,
    /// Texts of a "nature" column that make a row's days count for a fact.
    pub events: Vec<(crate::facts::FactId, Vec<String>)>,
    /// Texts of a column of movements, by the fact whose new value stands beside them.
    pub moves: Vec<(crate::facts::FactId, Vec<String>)>,
    /// Texts of a fact with which nobody is paid.
    pub unpaid: Vec<(crate::facts::FactId, Vec<String>)>,
    /// Flags whose no says nothing beside a zero of another fact.
    pub moot: Vec<(crate::facts::FactId, Spot)>,
    /// Facts that are about another, which they name.
    pub told_with: Vec<(crate::facts::FactId, Spot)>,
    /// Facts whose new value comes with one of another, which they name.
    pub comes_with: Vec<(crate::facts::FactId, Spot)>,
    /// Flags that a new value of another fact leaves open, which they name.
    pub asked_with: Vec<(crate::facts::FactId, Spot)>,
    /// What declarations name, to be looked up once everything is read.
    pub asked: Vec<(Named, Spot)>,
    /// Facts whose change within a month stands in two others, which they name.
    pub shared: Vec<(crate::facts::FactId, (Spot, Spot))>,
    /// Facts whose dated days stand in another one as thirtieths.
    pub thirtieths: Vec<(crate::facts::FactId, Spot)>,
    /// Facts that declarations of facts name, until all facts are known.
    pub parts: Vec<Spot>,
    /// Choices that other posts are counted by, and the options that count.
    pub where_is: Vec<(Spot, Vec<Spot>)>,
    pub parameters: Vec<Parameter>,
    pub settings: Vec<Setting>,
    pub tables: Vec<Table>,
    pub totals: Vec<Total>,
    pub values: Vec<ValueDecl>,
    /// In printing order.
    pub elements: Vec<Element>,
    pub controls: Vec<Control>,
    pub cases: Vec<Case>,
    pub causes: Vec<(String, Words)>,
    /// Causes that the program itself attributes, by what it attributes them for.
    pub cause_roles: BTreeMap<CauseRole, usize>,
    pub sections: Vec<(String, Words)>,
    pub results: Vec<(Spot, Spot)>,
    pub results_origin: Origin,
    /// What the payslip's head shows: field → fact, value or text.
    pub payslip: BTreeMap<String, String>,
    /// The text of law by which arrears bear the contribution rates of the month they are about; without it, those of the
    /// month that pays them.
    pub arrears_rates: Option<Spot>,
    /// The pack itself, then its overlays in order.
    pub layers: Vec<Layer>,
    /// Values of law and facts that are kept to be read, without a formula that names them.
    pub kept: BTreeSet<String>,
    /// Formulas of overlays that aim at nothing, judged all the same: conditions, then numbers.
    pub adrift: (Vec<Formula>, Vec<Formula>),
    /// Files that are no TOML: what they declare is known in part.
    pub broken: Vec<u16>,
}

impl Pack {
    pub fn element(&self, id: &str) -> Option<usize> {
        self.elements.iter().position(|e| e.card.id == id)
    }
    /// The cause the pack has for what the program attributes.
    pub fn cause_for(&self, role: CauseRole) -> Option<usize> {
        self.cause_roles.get(&role).copied()
    }
    pub fn cause_label(&self, id: &str) -> Option<&Words> {
        self.causes.iter().find(|c| c.0 == id).map(|c| &c.1)
    }
}

/// Kind of a fact in formulas.
pub fn fact_kind(pack: &Pack, i: u16) -> Kind {
    if pack.fact_unknown[usize::from(i)] {
        return Kind::Unknown;
    }
    match &pack.vocabulary.get(crate::facts::FactId(i)).kind {
        FactKind::Number { .. } => Kind::Number(pack.fact_units[usize::from(i)]),
        FactKind::Date => Kind::Date,
        FactKind::Text => Kind::Text,
        FactKind::Choice { .. } => Kind::Choice(ListOf::Fact(i)),
        FactKind::Flag => Kind::Flag,
    }
}
