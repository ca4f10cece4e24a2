//! Identifiers: parsed once, valid ever after.

use std::fmt;

/// How an employee is known to the employer (matricule), as text with its leading zeros.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct EmployeeId(Box<str>);

impl EmployeeId {
    /// `None` when there is nothing but blanks.
    pub fn parse(text: &str) -> Option<Self> {
        let t = text.trim();
        (!t.is_empty()).then(|| Self(t.into()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The same id without leading zeros: how a spreadsheet that took it for a number writes it.
    pub fn bare(&self) -> &str {
        bare(&self.0)
    }
}

/// Drops leading zeros, keeping at least one character.
pub fn bare(id: &str) -> &str {
    let t = id.trim_start_matches('0');
    if t.is_empty() && !id.is_empty() { "0" } else { t }
}

impl fmt::Display for EmployeeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
