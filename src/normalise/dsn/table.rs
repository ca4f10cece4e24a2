//! `rules/exports/dsn.csv`: what the codes of a declaration are in a payslip. Which elements exist, the pack says.

use crate::normalise::Context;
use crate::payslip::ElementId;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What is done with an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Gross,
    Gain,
    Benefit,
    NetSocial,
    Exempt,
    Agent,
    Employer,
    Both,
    Tax,
    Refund,
    Aside,
    Fact,
}

impl Side {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "gross" => Self::Gross,
            "gain" => Self::Gain,
            "benefit" => Self::Benefit,
            "net_social" => Self::NetSocial,
            "exempt" => Self::Exempt,
            "agent" => Self::Agent,
            "employer" => Self::Employer,
            "both" => Self::Both,
            "tax" => Self::Tax,
            "refund" => Self::Refund,
            "aside" => Self::Aside,
            "fact" => Self::Fact,
            _ => return None,
        })
    }
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    pub side: Side,
    /// As written: printed codes, or a fact.
    pub elements: Vec<String>,
    pub arrears: String,
    pub recurs: bool,
    pub label: String,
}

type Key = (String, String, String);

fn read() -> Option<BTreeMap<Key, Row>> {
    let mut out = BTreeMap::new();
    for r in csv::Reader::from_reader(include_str!("../../../rules/exports/dsn.csv").as_bytes()).records() {
        let r = r.ok()?;
        let text = |i: usize| r.get(i).unwrap_or_default().to_owned();
        let row = Row {
            side: Side::parse(&text(3))?,
            elements: text(4).split_whitespace().map(str::to_owned).collect(),
            arrears: text(5),
            recurs: text(6) != "no",
            label: text(7),
        };
        out.insert((text(0), text(1), text(2)), row);
    }
    Some(out)
}

static ROWS: LazyLock<BTreeMap<Key, Row>> = LazyLock::new(|| read().expect("rules/exports/dsn.csv is read whole by a test"));

/// The row of a code, for its base first, then for any.
pub fn row(block: &str, code: &str, base: &str) -> Option<&'static Row> {
    let get = |b: &str| ROWS.get(&(block.to_owned(), code.to_owned(), b.to_owned()));
    get(base).or_else(|| get(""))
}

/// Something that is no code of the norm: what is rebuilt.
pub fn own(what: &str) -> &'static Row {
    row("own", what, "").expect("rules/exports/dsn.csv has a row for all that is rebuilt; a test reads it")
}

/// Base pay, which has one type for all: index pay first, then what it is of people without an index.
pub fn base_pay() -> &'static [String] {
    row("51", "010", "").map_or(&[], |r| &r.elements)
}

/// Whether a declaration has a place for a pay element, by its code.
pub fn carries(code: &str) -> bool {
    ROWS.values().any(|r| r.elements.iter().any(|e| e.split('@').next() == Some(code)))
}

/// The contribution whose base is the NBI as paid.
pub fn nbi_contribution() -> &'static str {
    ROWS.keys().find(|k| k.0 == "own" && k.1 == "nbi_base").map_or("", |k| k.2.as_str())
}

/// The pack's element of a printed code.
pub fn element(code: &str, cx: &Context<'_>) -> Option<ElementId> {
    cx.rubrics.targets.iter().find(|t| t.code == code && t.total.is_none()).map(|t| t.element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        let rows = read().expect("every row is one");
        assert_eq!(rows.len(), include_str!("../../../rules/exports/dsn.csv").lines().count() - 1);
        for own in ["nbi", "remainder", "residual", "rounding", "pas", "pas_correction", "seizure", "beyond", "silent"] {
            assert!(row("own", own, "").is_some(), "{own}");
        }
        assert_eq!(nbi_contribution(), "304");
        // The same code means one thing on the capped base and another on the whole.
        assert_eq!(row("81", "076", "02").map(|r| r.elements.clone()), Some(vec!["VIEIL_P".to_owned()]));
        assert_eq!(row("81", "076", "03").map(|r| r.elements.clone()), Some(vec!["VIEIL_D".to_owned()]));
        assert!(row("81", "999", "").is_none());
    }
}
